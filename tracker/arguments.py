"""What is said at a command, not in a file: times, texts, changed fields; a problem names each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from tracker.cautions import of_one
from tracker.erasures import Warrant
from tracker.errors import InputError, Problem, TrackerError
from tracker.facts import Fact, ReportRegistered
from tracker.facts.envelope import body_dict
from tracker.facts.record import Published, RulingMade
from tracker.instants import Instant, format_instant
from tracker.registry import Registry
from tracker.sheets import read_fact
from tracker.sources import FROZEN, Slug, Text
from tracker.times import When
from tracker.validation import validate, warn_of_bidi
from tracker.yamltree import Path, Tree, load

M = TypeVar("M", bound=BaseModel)

_SECOND = 1_000_000
_TIMES = ("when", "since", "edtf")  # fields in which [a..b] is a time, not a list of YAML


class ArgumentError(TrackerError):
    """Something said at the command that cannot be taken; the text names which."""


class _Amendment(BaseModel):
    model_config = FROZEN

    published: Published
    reason: Text


class _Warrant(_Amendment):
    authority: Text


class _Batch(BaseModel):
    model_config = FROZEN

    batch: Text


class _Dataset(BaseModel):
    model_config = FROZEN

    dataset: Slug


def amendment(
    published: str | None, reason: str, registry: Registry, *, now: Instant, tz: str | None
) -> tuple[When, str]:
    """Read when an amendment is published (None: now, to the second) and its reason."""
    second = format_instant(now - now % _SECOND)
    said = {"published": second if published is None else published, "reason": reason}
    found = _model(_Amendment, said, registry, tz)
    return found.published, found.reason


def warrant(
    published: str | None,
    reason: str,
    authority: str,
    registry: Registry,
    *,
    now: Instant,
    tz: str | None,
) -> Warrant:
    """Read on whose authority text is erased or held, when that is published, and why."""
    second = format_instant(now - now % _SECOND)
    given = second if published is None else published
    said = {"published": given, "reason": reason, "authority": authority}
    found = _model(_Warrant, said, registry, tz)
    return Warrant(found.authority, found.published, found.reason)


def reordered(**said: str) -> tuple[Problem, ...]:
    """Warn of each text said at the command that may read otherwise than it is stored."""
    return tuple(warn_of_bidi(Tree("", said)))


def ruling(fields: Mapping[str, Any], registry: Registry, *, tz: str | None) -> RulingMade:
    """Read a ruling; its fields as those of RulingMade, times as text."""
    return _model(RulingMade, dict(fields), registry, tz)


def batch(name: str) -> str:
    """Read the name of a batch."""
    return _model(_Batch, {"batch": name}, Registry(), None).batch


def dataset(name: str) -> str:
    """Read the name of a dataset."""
    return _model(_Dataset, {"dataset": name}, Registry(), None).dataset


def _model(model: type[M], said: dict[str, Any], registry: Registry, tz: str | None) -> M:
    context = {"zone": registry.zone, "tz": tz}
    made, problems = validate(Tree("", said), (), said, model, context=context)
    if made is None:
        raise ArgumentError("\n".join(f"{one.path}: {one.message}" for one in problems))
    return made


# -- a fact that replaces another ----------------------------------------------------------------


class Said(NamedTuple):
    """A fact that is to replace another, and where it was said: a file, or fields at the command.

    `changes` are the fields that were said anew; none where a file says all of it.
    """

    fact: Fact
    tree: Tree
    changes: Mapping[str, object] | None = None

    def warnings(
        self, beside: Sequence[Fact], report: ReportRegistered, registry: Registry
    ) -> list[Problem]:
        """Give what a sheet of the report would be warned of it, and its reordered text.

        `beside` are the other facts that the report tells.
        """
        found = [
            self.tree.problem(path, message, warning=True)
            for path, message in of_one(self.fact, beside, report, registry)
        ]
        if self.changes is None:
            return [*warn_of_bidi(self.tree), *found]
        anew = tuple(self.changes)
        reordered = warn_of_bidi(Tree("", dict(self.changes)))
        return [
            replace(one, path=f"--set {one.path}") if one.path.startswith(anew) else one
            for one in (*reordered, *found)
        ]


def fact_from_file(
    data: bytes, file: str, report: ReportRegistered, registry: Registry, *, tz: str | None = None
) -> Said:
    """Read a file that holds one fact, as a sheet would; InputError with its line and column."""
    tree = load(data, file)
    return Said(_read(tree, report, registry, tz), tree)


def fact_with(
    fact: Fact,
    changes: Mapping[str, str],
    report: ReportRegistered,
    registry: Registry,
    *,
    tz: str | None = None,
) -> Said:
    """Give a fact with some fields said anew: {field or dotted field: its value in YAML}.

    A null takes a field away. Raises ArgumentError, which names the field.
    """
    entry = _as_entry(fact, changes)
    values = {name: _value(name, text) for name, text in changes.items()}
    for name, value in values.items():
        _set(entry, name, value)
    try:
        made = _read(Tree("", entry), report, registry, tz)
    except InputError as error:
        lines = [f"{f'--set {one.path}'.rstrip()}: {one.message}" for one in error.problems]
        raise ArgumentError("\n".join(lines)) from error
    # No sheet names a document for each fact, but a row of a table stands in a file of its own.
    stands = made.locator.model_copy(update={"document": fact.locator.document})
    return Said(made.model_copy(update={"locator": stands}), Tree("", entry), values)


def _read(tree: Tree, report: ReportRegistered, registry: Registry, tz: str | None) -> Fact:
    path: Path = ()
    context = {"zone": registry.zone, "tz": tz}
    fact, problems = read_fact(tree, path, tree.value, report, context, registry)
    if problems or fact is None:
        raise InputError(sorted(problems, key=lambda one: (one.line, one.column)))
    return fact


def _as_entry(fact: Fact, changes: Mapping[str, str]) -> dict[str, Any]:
    """Write a fact as a sheet would; numbers that follow from a changed one are left out."""
    entry: dict[str, Any] = {"kind": fact.kind, **body_dict(fact)}
    entry.pop("id")
    at = entry.pop("locator")
    at.pop("document", None)
    if at:
        entry["at"] = at
    quantity = entry.get("quantity")
    moved = any(name.startswith("quantity.") for name in changes)
    if moved and isinstance(quantity, dict) and quantity["comparator"] == "exact":
        del quantity["low"], quantity["high"]  # an exact number is its own bounds
    return entry


def _value(name: str, text: str) -> object:
    last = name.rsplit(".", 1)[-1]
    if last in _TIMES and text.lstrip().startswith("["):
        return text
    try:
        held = load(b"value: " + text.encode(errors="replace"), "").value
    except InputError as error:
        said = "; ".join(one.message for one in error.problems)
        raise ArgumentError(f"--set {name}: {said}") from error
    if held.keys() != {"value"}:
        raise ArgumentError(f"--set {name}: one value is needed here, in YAML")
    return held["value"]


def _set(entry: dict[str, Any], name: str, value: object) -> None:
    *above, last = name.split(".")
    at: Any = entry
    for step in above:
        at = at.setdefault(step, {}) if isinstance(at, dict) else None
    if not isinstance(at, dict) or not last:
        raise ArgumentError(f"--set {name}: {'.'.join(above) or 'it'} is no mapping of fields")
    if value is None:
        at.pop(last, None)
    else:
        at[last] = value
