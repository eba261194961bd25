"""Tables: the rows of an answer made flat, with a type for each column, for tools that take tables.

A row as JSON nests what belongs together, and leaves out what one kind of row does not have. A
table says the same in columns: `since` becomes `since_edtf`, `since_earliest` and `since_latest`,
the coordinates become `lat` and `lon`, and what has no fixed shape (the values of a dispute) is
JSON text. Which columns there are, and a column's type, hang on the question and the names alone,
so that a table that is empty, or has not a single number, is like any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

Kind = Literal["text", "whole", "number", "flag", "time", "list", "json"]
Value = str | int | float | bool | datetime | tuple[str, ...] | None

_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("position", "age_days", "sentence"), "whole"),
    **dict.fromkeys(("low", "best", "high", "unexplained", "remainder", "restated"), "number"),
    **dict.fromkeys(("rank", "lat", "lon"), "number"),
    **dict.fromkeys(("stale", "cumulative", "retracted", "additional"), "flag"),
    **dict.fromkeys(("valid_from", "valid_to", "known_from", "known_to"), "time"),
    **dict.fromkeys(("since_earliest", "since_latest", "last_evidence", "published"), "time"),
    "recorded_at": "time",
    **dict.fromkeys(("holders", "besiegers", "actors", "modifiers"), "list"),
    **dict.fromkeys(("by", "against", "to", "towards"), "list"),
    **dict.fromkeys(("evidence", "dissent", "events", "facts"), "list"),
    **dict.fromkeys(("values", "possibly", "last_undisputed", "before", "after"), "json"),
    **dict.fromkeys(("locator", "withheld", "opened", "closed", "changes"), "json"),
}
"""What a column holds, by its name; one that is not named here holds text."""


_OF_CELL: Mapping[str, tuple[str, ...]] = {
    "control": ("status", "holders", "besiegers"),
    "forces": (
        *("actor", "actors", "place", "category", "phase"),
        *("low", "best", "high", "comparator", "unexplained"),
    ),
    "alerts": ("scheme", "scope", "level", "rank", "alias", "modifiers", "authority", "notice"),
    "losses": (
        *("side", "category", "fate"),
        *("low", "best", "high", "comparator", "cumulative", "restated"),
    ),
}
_MORE: Mapping[str, tuple[str, ...]] = {
    "control": ("lat", "lon"),
    "forces": ("additional", "remainder"),
}
_CELL = ("projection", "key", "name")
_SPAN = ("valid_from", "valid_to")
_BELIEF = (
    *("support", "certainty", "since_edtf", "since_earliest", "since_latest", "possibly"),
    *("evidence", "dissent", "values", "rule", "last_evidence"),
)
_ENTRY = (
    *(*_CELL, "kind", "status", "voice", "speaker", "place", "actors", "when"),
    *("source", "published", "evidence", "last_evidence"),
)
_CHRONICLED = ("incidents", "humanitarian", "posture")
FACT = (
    *("fact", "kind", "position", "source", "published", "published_edtf", "voice", "speaker"),
    *("status", "when", "gist", "locator", "rating", "report", "url", "title", "place", "lat"),
    *("lon", "recorded_at", "known_from", "known_to", "withheld"),
    *("by", "against", "category", "low", "best", "high", "comparator", "unit", "semantics"),
    *("phrase", "side", "fate", "to_place", "from_place", "opposed", "state"),
    *("since_edtf", "since_earliest", "since_latest", "scheme", "scope", "level", "from_level"),
    *("to", "towards", "measure", "supplier", "direction", "service", "support", "law", "name"),
    *("stance", "origin", "note"),
)
"""The columns of facts of all kinds: each has those of its own."""


_CHANGE = (*_CELL, "before", "after")
_EVENT = (
    *("position", "recorded_at", "recorded_by", "report", "kind", "fact", "id", "subject"),
    *("when", "what"),
)
_FIXED: Mapping[str, tuple[str, ...]] = {
    "facts": FACT,
    "diff": (*_CHANGE, "cause", "events"),
    "whatif": _CHANGE,
    "disputes": (*_CELL, "values", "last_undisputed", "opened", "closed", "evidence"),
    "gaps": ("gap", *_CELL, "what", "evidence"),
    "search": (
        *("found", "id", "name", "position", "kind", "place", "published", "source", "report"),
        "retracted",
    ),
    "report": _EVENT,
    "log": _EVENT,
    "replay": (*_EVENT, "changes"),
}
"""The columns of questions whose rows have the same, whatever they are about."""


def columns_of(verb: str, projection: str | None = None, *, stale: bool = False) -> tuple[str, ...]:
    """Name the columns of the rows of a question, of one projection or (None) of all.

    They are there whether or not it has rows; `stale` where it was asked for what is old.
    """
    if verb in _FIXED:
        return _FIXED[verb]
    every = _OF_CELL if verb == "history" else (*_OF_CELL, *_CHRONICLED)
    wanted = every if projection is None else (projection,)
    found = [name for one in wanted for name in _columns(one, verb)]
    return tuple(dict.fromkeys([*found, "stale"] if stale else found))


def _columns(projection: str, verb: str) -> tuple[str, ...]:
    of_cell = _OF_CELL.get(projection)
    placed = ("lat", "lon") if projection in {"control", "forces", *_CHRONICLED} else ()
    if of_cell is None:
        return (*_ENTRY, *_SPAN, *placed) if verb == "spans" else _ENTRY
    match verb:
        case "spans":
            return (*_CELL, *_SPAN, *of_cell, *_BELIEF, *placed)
        case "history":
            return ("projection", "key", *_SPAN, "known_from", "known_to", *of_cell, *_BELIEF)
    more = _MORE.get(projection, ())
    return (*_CELL, *of_cell, *_BELIEF, "last_undisputed", *more, "age_days")


def names_in(columns: Sequence[str], *, placed: bool) -> tuple[str, ...]:
    """Name what rows as JSON gives them have where a table has these columns.

    `placed` says that the coordinates are nested under `place`.
    """
    nested = {f"since_{part}": "since" for part in ("edtf", "earliest", "latest")}
    if placed:
        nested |= dict.fromkeys(("lat", "lon"), "place")
    return tuple(dict.fromkeys(nested.get(name, name) for name in columns))


class Column(NamedTuple):
    """A column: its name, and what its values are.

    text: str; whole: int; number: int or float; flag: bool; time: datetime in UTC; list: a tuple
    of ids; json: JSON as text. Each may be None.
    """

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equal length, one value a column."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    def column(self, name: str) -> list[Value]:
        """Give the values of one column, from the first row to the last."""
        at = [column.name for column in self.columns].index(name)
        return [row[at] for row in self.rows]


class Survey:
    """What columns there are, found by going through rows once, none of which is kept.

    Those of these `names` (columns_of) are there whatever the rows have; what else they have
    follows, in the order in which it first appears. `count` tells how many rows were seen.
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        """See none yet."""
        self.count = 0
        self._names = dict.fromkeys(names)
        self._shapes: set[tuple[str, ...]] = set()

    def see(self, row: Mapping[str, Any]) -> None:
        """Take in one row."""
        self.count += 1
        shape = (*row, *(name for name in _NESTED if isinstance(row.get(name), dict)))
        if shape not in self._shapes:  # thousands of rows have one
            self._shapes.add(shape)
            self._names |= dict.fromkeys(name for name, _ in _flat(row))

    def columns(self) -> tuple[Column, ...]:
        """Give the columns of what was seen."""
        return tuple(Column(name, _KINDS.get(name, "text")) for name in self._names)


def surveyed(rows: Iterable[Mapping[str, Any]], names: Sequence[str] = ()) -> Survey:
    """Go through all of some rows for their columns."""
    survey = Survey(names)
    for row in rows:
        survey.see(row)
    return survey


def flattened(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[Column]
) -> Iterator[tuple[Value, ...]]:
    """Yield rows as JSON gives them as a table's, with a value for each of these columns."""
    for row in rows:
        flat = dict(_flat(row))
        yield tuple(_value(flat.get(name), kind) for name, kind in columns)


def tabulated(rows: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> Table:
    """Make a table of rows as JSON gives them; columns as a Survey finds them."""
    columns = surveyed(rows, names).columns()
    return Table(columns, tuple(flattened(rows, columns)))


def moment(text: str) -> datetime:
    """Read an instant as rows write it: in UTC, to the microsecond."""
    return datetime.fromisoformat(text)


_NESTED = ("place", "when")
"""What some rows nest, and others have as a text."""


def _flat(row: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Give a row's columns, those that nest taken apart."""
    found: list[tuple[str, Any]] = []
    for name, value in row.items():
        if name == "since":
            since = value or {}
            found += [(f"since_{part}", since.get(part)) for part in ("edtf", "earliest", "latest")]
        elif name == "place" and isinstance(value, dict):
            found += [("lat", value["lat"]), ("lon", value["lon"])]
        elif name == "when" and isinstance(value, dict):
            found.append(("when", value.get("edtf")))
        else:
            found.append((name, value))
    return found


def _value(value: Any, kind: Kind) -> Value:  # noqa: ANN401 - whatever JSON holds
    if value is None:
        return None
    if kind == "time":
        return moment(value)
    if kind == "list":
        return tuple(value)
    if kind == "json" or isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value if kind != "text" or isinstance(value, str) else str(value)
