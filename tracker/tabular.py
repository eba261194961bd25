"""Tables: the rows of an answer made flat, with a type for each column, for tools that take tables.

A row as JSON nests what belongs together, and leaves out what one kind of row does not have. A
table says the same in columns: `since` becomes `since_edtf`, `since_earliest` and `since_latest`,
the coordinates become `lat` and `lon`, and what has no fixed shape (the values of a dispute) is
JSON text. A column's type is that of its name, so that an empty table, or one without a single
number, has the same columns' types as any other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
    **dict.fromkeys(("holders", "actors", "modifiers"), "list"),
    **dict.fromkeys(("evidence", "dissent", "events", "facts"), "list"),
    **dict.fromkeys(("values", "possibly", "last_undisputed", "before", "after"), "json"),
    **dict.fromkeys(("locator", "withheld", "opened", "closed"), "json"),
}
"""What a column holds, by its name; one that is not named here holds text."""


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


def tabulated(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Make rows as JSON gives them flat. Columns stand in the order in which they first appear."""
    flat = [dict(_flat(row)) for row in rows]
    names = dict.fromkeys(name for row in flat for name in row)
    columns = tuple(Column(name, _KINDS.get(name, "text")) for name in names)
    return Table(
        columns,
        tuple(tuple(_value(row.get(name), kind) for name, kind in columns) for row in flat),
    )


def moment(text: str) -> datetime:
    """Read an instant as rows write it: in UTC, to the microsecond."""
    return datetime.fromisoformat(text)


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
