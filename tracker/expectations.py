"""expect.yaml: what the record must answer, like the balance assertions of a ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema

from projections.names import ALL
from tracker.clocks import is_position
from tracker.errors import InputError, NotFoundError, Problem
from tracker.instants import InstantError, parse_moment
from tracker.sources import FROZEN, Text
from tracker.tabular import columns_of, names_in
from tracker.times import When
from tracker.validation import did_you_mean, reason_of, validate
from tracker.yamltree import Path, Tree, load

if TYPE_CHECKING:
    from projections.store import Store

LONGEST_POSITION = 16  # characters of #POSITION; no log is that long


def _moment(value: str) -> str:
    try:
        parse_moment(value)
    except InstantError as error:
        raise ValueError(str(error)) from error
    return value


def _recorded(value: str) -> str:
    position = is_position(value) and len(value) <= LONGEST_POSITION
    return value if position else _moment(value)


def _projection(value: str) -> str:
    if value not in ALL:
        hint = did_you_mean(value, ALL) or f": one of {', '.join(ALL)}"
        msg = f"no projection '{value}'{hint}"
        raise ValueError(msg)
    return value


def _row_or_none(value: object) -> object:
    if value != "none" and not isinstance(value, dict):
        msg = "what the row must have is needed here, {field: value}, or none for no evidence"
        raise ValueError(msg)
    if not value:
        msg = "this expects nothing of the row: name a field, {field: value}, or none"
        raise ValueError(msg)
    return value


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_Written = WithJsonSchema({"type": ["string", "integer"]})  # a year alone is a number in YAML
Moment = Annotated[str, BeforeValidator(_as_text), AfterValidator(_moment), _Written]
Recorded = Annotated[str, BeforeValidator(_as_text), AfterValidator(_recorded), _Written]


_Fields = Annotated[dict[str, Any], Field(min_length=1)]


class Question(BaseModel):
    """What is asked: one cell, and up to three clocks, written as on the command line."""

    model_config = FROZEN

    projection: Annotated[Text, AfterValidator(_projection)]
    key: Text
    as_of: Moment
    known_at: Moment | None = None
    recorded_at: Recorded | None = None

    def __str__(self) -> str:
        """Give the question in one line."""
        clocks = [f"as of {self.as_of}"]
        clocks += [f"known at {self.known_at}"] if self.known_at else []
        clocks += [f"recorded at {self.recorded_at}"] if self.recorded_at else []
        return f"{self.projection} {self.key} {', '.join(clocks)}"


class Expectation(BaseModel):
    """A question, and the fields that its row must have; `none` where there must be no row."""

    model_config = FROZEN

    ask: Question
    expect: Annotated[Literal["none"] | _Fields, BeforeValidator(_row_or_none)]
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """An expectation and where it stands: it, and the key that it asks for."""

    expectation: Expectation
    file: str
    line: int
    column: int
    key: Problem

    def problem(self, message: str) -> Problem:
        """Say that it does not hold."""
        return Problem(self.file, self.line, self.column, str(self.expectation.ask), message)

    def unknown(self, near: str | None) -> Problem:
        """Say that its key names nothing, and what may have been meant."""
        from projections.answers import LISTED

        hint = f": did you mean {near}?" if near else f": {LISTED}"
        ask = self.expectation.ask
        return replace(self.key, message=f"{ask.projection} has no '{ask.key}'{hint}")


def read_expectations(data: bytes, file: str) -> list[Expected]:
    """Read an expect.yaml's raw bytes. Raises InputError with every problem found."""
    tree = load(data, file)
    problems = [
        tree.problem((key,), f"unknown field '{key}'{did_you_mean(key, ['expectations'])}")
        for key in tree.value
        if key != "expectations"
    ]
    raw = tree.value.get("expectations")
    if not isinstance(raw, list):
        raise InputError([*problems, tree.problem(("expectations",), "a list is needed here")])
    if not raw:
        problems.append(tree.problem(("expectations",), "no expectation stands here: write one"))
    expected = []
    for index, entry in enumerate(raw):
        at = ("expectations", index)
        made, found = validate(tree, at, entry, Expectation)
        problems += found
        if made and made.expect != "none":
            fields = _fields(made.ask.projection)
            problems += _impossible(tree, (*at, "expect"), made.expect, fields)
        if made:
            key = tree.problem((*at, "ask", "key"), "")
            expected.append(Expected(made, file, *tree.marks[at], key))
    if problems:
        raise InputError(problems)
    return expected


_PARTS = frozenset({"since", "evidence", "origins", "ratings"})
"""What each of the values of a dispute has, and of what may be so already, beside the value."""
_SUBROWS = frozenset({"possibly", "values", "last_undisputed"})
_TIMES = frozenset({"since", "when"})
_WHOLE = frozenset({"low", "best", "high", "unexplained", "remainder", "restated", "age_days"})
_MOST = 2**63
"""No sum of counts comes near it."""


def _fields(projection: str) -> frozenset[str]:
    """Name all that a row of `state --json` of a projection can have, and only some rows do."""
    columns = columns_of("state", projection, stale=True)
    return frozenset(names_in(columns, placed=projection == "control"))


def _impossible(
    tree: Tree, path: Path, expect: Mapping[str, Any], fields: Collection[str]
) -> Iterator[Problem]:
    """Find what no row can have: fields that there are not, and values that none of them takes."""
    for name, wanted in expect.items():
        at = (*path, name)
        if name not in fields:
            yield tree.problem(at, f"unknown field '{name}'{did_you_mean(name, sorted(fields))}")
        elif message := _never(name, wanted):
            yield tree.problem(at, message)
        elif name in _SUBROWS:
            several = enumerate(wanted) if isinstance(wanted, list) else [("", wanted)]
            for index, one in several:
                if isinstance(one, dict):
                    step = (index,) if isinstance(index, int) else ()
                    yield from _impossible(tree, (*at, *step), one, {*fields, *_PARTS})


def _never(name: str, wanted: object) -> str:
    """Say why no row has this value; nothing where one may, or where that is not known."""
    if name in _TIMES and isinstance(wanted, str):
        try:
            When.model_validate(wanted, context={"zone": "UTC", "tz": "UTC"})
        except ValueError as error:
            return reason_of(error)
    if name in _WHOLE and isinstance(wanted, int | float):
        whole = not isinstance(wanted, bool) and float(wanted).is_integer()
        return "" if whole and abs(wanted) < _MOST else "a whole number is needed here"
    return ""


def keys_found(store: Store, expected: Sequence[Expected]) -> list[tuple[str, Expected]]:
    """Give each with the key that it asks for, found by a place's name too.

    Raises InputError with every key that names nothing there, or several.
    """
    from projections.answers import key_named
    from projections.asked import is_key, near_key

    found, problems = [], []
    for one in expected:
        ask = one.expectation.ask
        try:
            key = key_named(store, ask.key)
        except NotFoundError as error:
            problems.append(replace(one.key, message=str(error)))
            continue
        found.append((key, one))
        if not is_key(store, ask.projection, key):
            problems.append(one.unknown(near_key(store, ask.projection, ask.key)))
    if problems:
        raise InputError(problems)
    return found


def differences(expect: Mapping[str, Any] | Literal["none"], row: Mapping[str, Any] | None) -> str:
    """Compare a row with what was expected of it: what differs, or nothing where all holds.

    Only the fields that are named count; lists compare as sets; `since` with the row's EDTF; each
    entry of `possibly` must match one of the row's, and there must be as many.
    """
    if expect == "none":
        return "" if row is None else f"expected no evidence, found {_brief(row)}"
    if row is None:
        return "expected a row, found no evidence"
    wrong = [
        f"{name}: {_differs(wanted, _comparable(name, row.get(name)))}"
        for name, wanted in expect.items()
        if not _matches(name, wanted, row.get(name))
    ]
    return "; ".join(wrong)


def _differs(wanted: Any, found: Any) -> str:  # noqa: ANN401 - YAML against JSON
    """Say what was wanted and what is there; and where only the quotes differ, that."""
    said = f"expected {_text(wanted)}, found {_text(found)}"
    if _text(wanted) != _text(found):
        return said
    if isinstance(wanted, str) and not isinstance(found, str):
        return f"{said}: one is text, the other is not; take off the quotes"
    return f"{said}: one is text, the other is not; put it in quotes"


def _matches(name: str, wanted: Any, found: Any) -> bool:  # noqa: ANN401 - YAML against JSON
    found = _comparable(name, found)
    if isinstance(wanted, list) and isinstance(found, list):
        if any(isinstance(item, dict) for item in wanted):
            return len(wanted) == len(found) and all(
                any(not differences(one, other) for other in found) for one in wanted
            )
        return sorted(map(str, wanted)) == sorted(map(str, found))
    if isinstance(wanted, dict) and isinstance(found, dict):
        return not differences(wanted, found)
    return bool(wanted == found) and isinstance(wanted, bool) == isinstance(found, bool)


def _comparable(name: str, found: Any) -> Any:  # noqa: ANN401 - YAML against JSON
    return found.get("edtf") if name == "since" and isinstance(found, dict) else found


def _text(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, dict):
        return _brief(value)
    return "nothing" if value is None else str(value)


def _brief(row: Mapping[str, Any]) -> str:
    names = ("status", "holders", "level", "alias", "low", "best", "high", "comparator")
    return ", ".join(f"{name} {_text(row[name])}" for name in names if row.get(name) is not None)


def expectations_schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of an expect.yaml."""
    schema = Expectation.model_json_schema(ref_template="#/$defs/{model}")
    definitions = schema.pop("$defs", {})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Expectations",
        "type": "object",
        "additionalProperties": False,
        "required": ["expectations"],
        "properties": {"expectations": {"type": "array", "minItems": 1, "items": schema}},
        "$defs": definitions,
    }
