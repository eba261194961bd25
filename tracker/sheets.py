"""Fact sheets: YAML that people write <-> reports, every problem with its line and column."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from projections.alerts import NOTICES
from projections.names import BELIEVED
from tracker.called import either, tellers
from tracker.cautions import cautions
from tracker.errors import InputError, Problem
from tracker.facts import FACT_KINDS, Fact
from tracker.facts.alerts import LevelFact
from tracker.facts.record import NotCoded, ReportHeader, SheetFile, Snapshot
from tracker.instants import Instant
from tracker.kin import one_origin
from tracker.meant import FILL_IN, OPEN, meant
from tracker.registry import Registry
from tracker.reports import Report, make_report
from tracker.slips import beyond, slips
from tracker.validation import HINTED, did_you_mean, validate, warn_of_bidi
from tracker.yamltree import Path, Tree, load

KINDS: dict[str, type[Fact]] = {kind.TOPIC: kind for kind in FACT_KINDS}
"""What a sheet may name as a kind."""

_OURS = ("id", "locator")  # fields of a fact that a sheet may not set; it writes `at`
_TOP = ("report", "facts", "not_coded", "snapshot")

MISSING = OPEN
"""What a draft has where something is needed that no rule found."""
GATE = "draft"
"""What a drafted sheet begins with, until a person has read it."""
_DRAFTED = "this sheet was drafted by rules: take out this line once every fact has been read"

_KEYS = {
    "control": ("place",),
    "forces": ("actors", "place", "category", "phase"),
    "alerts": ("scheme", "scope"),
    "losses": ("actors", "category", "fate"),
}
"""The parts of the keys of each projection, by what names them."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that was accepted: its report, and what to be warned of."""

    report: Report
    warnings: tuple[Problem, ...]


def read_sheet(
    data: bytes,
    file: str,
    registry: Registry,
    *,
    tz: str | None = None,
    batch: str | None = None,
    now: Instant | None = None,
) -> Sheet:
    """Read a sheet's raw bytes against a registry.

    `tz` is the zone of times written without one; without it they are refused. `batch` names what
    it is recorded with; `now` is when it is read, for a report from a time to come is warned of.
    Raises InputError with every problem found: nothing of a sheet with a problem is recorded.
    """
    tree = load(data, file)
    problems = _unknown_keys(tree)
    context = {"zone": registry.zone, "tz": tz}
    header, found = validate(
        tree, ("report",), tree.value.get("report", {}), ReportHeader, context=context
    )
    problems += found
    if header and header.source not in registry.sources:
        hint = did_you_mean(header.source, registry.sources)
        problems.append(
            tree.problem(("report", "source"), f"unknown source '{header.source}'{hint}")
        )
    facts = _facts(tree, header, registry, context, problems)
    not_coded = _not_coded(tree, problems)
    snapshot = _snapshot(tree, header, registry, problems)
    if problems or header is None:
        problems = meant(problems, tree, registry)
        raise InputError(sorted(problems, key=lambda p: (p.line, p.column)))
    fields = header.model_dump(exclude={"published"}) | {
        "published": header.published,
        "sheet": SheetFile(name=_base(file), sha256=sha256(data).hexdigest()),
        "not_coded": not_coded,
        "batch": batch,
    }
    report = make_report(fields, facts, snapshot)
    _refuse_twins(tree, report)
    return Sheet(report, (*warn_of_bidi(tree), *cautions(tree, report, registry, now)))


def _base(file: str) -> str:
    return file.replace("\\", "/").rsplit("/", 1)[-1]


def _unknown_keys(tree: Tree) -> list[Problem]:
    problems = [
        tree.problem((key,), _DRAFTED if key == GATE else _unknown(key, hint=number < HINTED))
        for number, key in enumerate(key for key in tree.value if key not in _TOP)
    ]
    if "report" not in tree.value:
        problems.append(tree.problem((), "a sheet needs a `report` block"))
    return problems


def _unknown(key: str, *, hint: bool) -> str:
    return f"unknown field '{key}'{did_you_mean(key, _TOP) if hint else ''}"


def _facts(
    tree: Tree,
    header: ReportHeader | None,
    registry: Registry,
    context: Mapping[str, Any],
    problems: list[Problem],
) -> list[Fact]:
    raw = tree.value.get("facts", [])
    if not isinstance(raw, list):
        problems.append(tree.problem(("facts",), "a list of facts is needed here"))
        return []
    facts = []
    for index, entry in enumerate(raw):
        path: Path = ("facts", index)
        fact, found = read_fact(tree, path, entry, header, context, registry)
        facts += [fact] if fact else []
        problems += found
    return facts


def read_fact(
    tree: Tree,
    path: Path,
    entry: object,
    header: ReportHeader | None,
    context: Mapping[str, Any],
    registry: Registry,
) -> tuple[Fact | None, list[Problem]]:
    """Make a fact of an entry of a sheet; tell its problems, also of the ids that it names."""
    fact, problems = _made(tree, path, entry, header, context)
    if fact is not None:
        return fact, problems + unknown_names(tree, path, fact, registry)
    told = {one.path for one in problems}
    more = list(_unknown_ids(tree, path, _written(entry), registry))
    problems += [one for one in more if not any(at.startswith(one.path) for at in told)]
    return None, problems


def _written(entry: object) -> Iterator[tuple[str, str]]:
    """Yield (field, id) for what an entry of a known kind names, though it makes no fact."""
    named = entry.get("kind") if isinstance(entry, dict) else None
    kind = KINDS.get(named) if isinstance(named, str) else None
    if not isinstance(entry, dict) or kind is None:
        return
    for field in (*kind.PLACE_FIELDS, *kind.ACTOR_FIELDS):
        value = entry.get(field) if field in kind.model_fields else None
        named = value if isinstance(value, list) else [value]
        yield from ((field, name) for name in named if isinstance(name, str))


def _made(
    tree: Tree, path: Path, entry: object, header: ReportHeader | None, context: Mapping[str, Any]
) -> tuple[Fact | None, list[Problem]]:
    if not isinstance(entry, dict):
        return None, [tree.problem(path, "a fact is a mapping with a kind")]
    kind = entry.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        if kind is None:
            return None, [tree.problem(path, "this fact needs a kind")]
        message = f"unknown kind '{kind}'{did_you_mean(str(kind), KINDS)}"
        return None, [tree.problem((*path, "kind"), message)]
    problems = [
        tree.problem((*path, name), f"unknown field '{name}': where it stands is written `at`")
        for name in _OURS
        if name in entry
    ]
    fields = {name: value for name, value in entry.items() if name not in {"kind", "at", *_OURS}}
    at = entry.get("at", {})
    if isinstance(at, dict):
        if "document" in at:
            where = (*path, "at", "document")
            problems.append(tree.problem(where, "the document is named once, under `report`"))
        document = header.document if header else None
        fields["locator"] = at | ({"document": document} if document else {})
    else:
        fields["locator"] = at
    fact, found = validate(
        tree, path, fields, KINDS[kind], context=context, renamed={"locator": "at"}
    )
    if fact is not None:
        found += slips(tree, path, fact)
    return (None if problems or found else fact), problems + found


def unknown_names(tree: Tree, path: Path, fact: Fact, registry: Registry) -> list[Problem]:
    """Find the ids of a fact that nobody registered, and levels that their scheme does not have."""
    named = (*fact.place_references(), *fact.actor_references())
    problems = list(_unknown_ids(tree, path, named, registry))
    problems += _names_for_ids(tree, path, fact, registry)
    if isinstance(fact, LevelFact):
        scheme = registry.schemes.get(fact.scheme)
        if scheme is None:
            hint = did_you_mean(fact.scheme, registry.schemes)
            message = f"unknown alert scheme '{fact.scheme}'{hint}"
            problems.append(tree.problem((*path, "scheme"), message))
        else:
            names = [*scheme.levels, *(alias.name for alias in scheme.aliases)]
            for field in ("level", "from_level"):
                level = getattr(fact, field, None)
                if level is not None and level not in names:
                    hint = did_you_mean(level, names) or f": one of {', '.join(names)}"
                    message = f"scheme {scheme.id} has no level '{level}'{hint}"
                    problems.append(tree.problem((*path, field), message))
    return problems


def _unknown_ids(
    tree: Tree, path: Path, named: Iterable[tuple[str, str]], registry: Registry
) -> Iterator[Problem]:
    """Tell of each (field, id) that is registered as no place, or as no actor."""
    for field, name in named:
        place = field in Fact.PLACE_FIELDS
        what, known = ("place", registry.places) if place else ("actor", registry.actors)
        if name not in known:
            message = (
                f"unknown {what} '{name}'{did_you_mean(name, known)} "
                "(register it in situation.yaml, then `tracker init`)"
            )
            yield tree.problem((*path, field), message)


def _names_for_ids(tree: Tree, path: Path, fact: Fact, registry: Registry) -> list[Problem]:
    """Find speakers and origins told by a registered name: they would count as someone else."""
    named = tellers(registry.actors.values(), registry.sources.values(), one_origin)
    problems = []
    for field in ("speaker", "origin"):
        said = getattr(fact, field)
        if said == MISSING:
            problems.append(tree.problem((*path, field), FILL_IN))
        known = said is None or said in registry.actors or said in registry.sources
        ids = () if known else named.get(one_origin(said), ())
        if ids:
            its = "its id" if len(ids) == 1 else f"the id of one of {len(ids)} that go by it"
            message = f"'{said}' is registered: write {its}, {either(ids)}"
            problems.append(tree.problem((*path, field), message))
    return problems


def _not_coded(tree: Tree, problems: list[Problem]) -> tuple[NotCoded, ...]:
    raw = tree.value.get("not_coded", [])
    if not isinstance(raw, list):
        problems.append(tree.problem(("not_coded",), "a list is needed here"))
        return ()
    entries = []
    for index, entry in enumerate(raw):
        made, found = validate(tree, ("not_coded", index), entry, NotCoded)
        problems += found
        if made and made.why == MISSING:
            problems.append(tree.problem(("not_coded", index, "why"), FILL_IN))
        if made and (message := beyond(made.sentence)):
            problems.append(tree.problem(("not_coded", index, "sentence"), message))
        entries += [made] if made else []
    return tuple(entries)


def _snapshot(
    tree: Tree, header: ReportHeader | None, registry: Registry, problems: list[Problem]
) -> Snapshot | None:
    """Read what a sheet says of the version of the list as a whole."""
    if "snapshot" not in tree.value:
        return None
    path: Path = ("snapshot",)
    snapshot, found = validate(tree, path, tree.value["snapshot"], Snapshot)
    if header and not header.standing:
        message = "only a maintained list has versions: put `standing: true` under `report`"
        problems.append(tree.problem(path, message))
    if snapshot is None:
        problems += found
        return None
    for index, holder in enumerate(snapshot.holders):
        if holder not in registry.actors:
            message = f"unknown actor '{holder}'{did_you_mean(holder, registry.actors)}"
            problems.append(tree.problem((*path, "holders", index), message))
    cells = [f"control/{name}" if "/" not in name else name for name in snapshot.dropped]
    for index, (written, cell) in enumerate(zip(snapshot.dropped, cells, strict=True)):
        place = (*path, "dropped", index)
        message = _no_cell(cell, registry)
        if not message and cells.index(cell) < index:
            message = f"'{written}' is named twice"
        problems += [tree.problem(place, message)] if message else []
    return snapshot.model_copy(update={"dropped": tuple(cells)})


def _no_cell(cell: str, registry: Registry) -> str:
    """Say what keeps `projection/key` from being a cell; nothing where it is one."""
    projection, _, key = cell.partition("/")
    if projection not in BELIEVED:
        hint = did_you_mean(projection, BELIEVED) or f": one of {', '.join(BELIEVED)}"
        return f"unknown projection '{projection}'{hint}"
    shape = _KEYS[projection]
    parts = key.split("/")
    if len(parts) != len(shape):
        return f"a key of {projection} is {'/'.join(shape)}"
    known: dict[str, Collection[str]] = {
        "place": registry.places,
        "actors": registry.actors,
        "scheme": (*registry.schemes, *NOTICES),
    }
    for what, part in zip(shape, parts, strict=True):
        for name in part.split("+") if what in known else ():
            if name not in known[what]:
                kind = what.removesuffix("s")
                return f"unknown {kind} '{name}'{did_you_mean(name, known[what])}"
    return ""


def _refuse_twins(tree: Tree, report: Report) -> None:
    seen: dict[str, int] = {}
    problems = []
    for index, fact in enumerate(report.facts):
        if fact.id in seen:
            message = f"the same fact as facts[{seen[fact.id]}], word for word: keep one"
            problems.append(tree.problem(("facts", index), message))
        seen.setdefault(fact.id, index)
    if problems:
        raise InputError(problems)


def sheet_schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of a fact sheet."""
    definitions: dict[str, Any] = {}
    kinds = []
    for name, kind in KINDS.items():
        schema = kind.model_json_schema(ref_template="#/$defs/{model}")
        definitions |= schema.pop("$defs", {})
        properties = schema["properties"]
        properties["at"] = properties.pop("locator")
        properties.pop("id")
        schema["properties"] = {"kind": {"const": name}, **properties}
        schema["required"] = ["kind", *schema.get("required", [])]
        definitions[name] = schema
        kinds.append({"$ref": f"#/$defs/{name}"})
    header = ReportHeader.model_json_schema(ref_template="#/$defs/{model}")
    not_coded = NotCoded.model_json_schema(ref_template="#/$defs/{model}")
    snapshot = Snapshot.model_json_schema(ref_template="#/$defs/{model}")
    definitions |= header.pop("$defs", {})
    _let_times_be_bare(definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Fact sheet",
        "type": "object",
        "additionalProperties": False,
        "required": ["report"],
        "properties": {
            "report": header,
            "facts": {"type": "array", "items": {"oneOf": kinds}},
            "not_coded": {"type": "array", "items": not_coded},
            "snapshot": snapshot,
        },
        "$defs": definitions,
    }


def _let_times_be_bare(definitions: dict[str, Any]) -> None:
    """Say what the models accept besides mappings: an EDTF value alone, a rating as its code."""
    for name, bare in (("When", {"type": ["string", "integer"]}), ("Rating", {"type": "string"})):
        if name in definitions:
            definitions[name] = {"anyOf": [definitions[name], bare]}
