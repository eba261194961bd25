"""Browsing: what datasette shows of the read model: its views explained, and questions to fill in.

`tracker schema datasette` prints it, for `datasette --metadata`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from projections.schema import TABLES
from projections.views import NOW, VIEWS, View
from tracker.instants import FUTURE_OPEN

DATABASE = "situation.state"
"""What datasette calls the read model of the default log: its file's name without the ending."""


class Query(NamedTuple):
    """A question that others fill in: its name, what it asks, its SQL with `:parameters`.

    Times are a date (through its end, in UTC) or an ISO 8601 time; empty: now, or all reports.
    """

    name: str
    says: str
    sql: str


def _asked(parameter: str, empty: str) -> str:
    """Read a date, a time or nothing, as the instant that it asks about."""
    seconds = "CAST(strftime('%s', :{}{}) AS INTEGER) * 1000000"
    day, moment = seconds.format(parameter, ", '+1 day'"), seconds.format(parameter, "")
    return f"CASE length(:{parameter}) WHEN 0 THEN {empty} WHEN 10 THEN {day} - 1 ELSE {moment} END"


_LAST = str(FUTURE_OPEN - 1)
_T = "at.t >= b.valid_from_us AND at.t < b.valid_to_us"
_K = "at.k >= b.known_from_us AND at.k < b.known_to_us"
_AT = f"WITH at AS (SELECT {_asked('as_of', NOW)} AS t, {_asked('known_at', _LAST)} AS k)"
_VALUE = "coalesce(b.status, b.level, b.notice, b.best)"
_BOTH = (
    f"WITH moments AS (SELECT {_asked('from', NOW)} AS t1, {_asked('to', NOW)} AS t2),\n"
    "before AS (SELECT b.* FROM beliefs b, moments m WHERE b.known_to IS NULL"
    " AND m.t1 >= b.valid_from_us AND m.t1 < b.valid_to_us),\n"
    "after AS (SELECT b.* FROM beliefs b, moments m WHERE b.known_to IS NULL"
    " AND m.t2 >= b.valid_from_us AND m.t2 < b.valid_to_us)"
)
_SAYS = ("status", "holders", "besiegers", "low", "best", "high", "level", "notice")
_DIFFER = (
    " OR ".join(f"before.{name} IS NOT after.{name}" for name in (*_SAYS, "certainty"))
    + " OR json_array_length(before.possibly) IS NOT json_array_length(after.possibly)"
)

QUERIES = (
    Query(
        "state_as_of",
        "The state as of one time, as known at another (projection: control, forces ...)",
        f"{_AT}\nSELECT b.name, b.status, b.holders, b.low, b.best, b.high, b.level, b.support,"
        " b.certainty, b.since, b.last_evidence, b.key\nFROM beliefs b, at"
        f" WHERE b.projection = :projection AND {_T} AND {_K}\nORDER BY b.name",
    ),
    Query(
        "history_of",
        "How the belief about one cell ran, in both times",
        "SELECT known_from, known_to, valid_from, valid_to, status, holders, low, high, level,"
        " support, certainty, since\nFROM beliefs WHERE projection = :projection AND key = :key\n"
        "ORDER BY known_from_us, valid_from_us",
    ),
    Query(
        "evidence_of",
        "The facts that a belief rests on, and those against it; newest first",
        f"{_AT}\nSELECT b.part, b.position, b.kind, b.source, b.voice, b.speaker, b.published,"
        " b.gist, b.fact\nFROM evidence b, at"
        f" WHERE b.projection = :projection AND b.key = :key AND {_T} AND {_K}\n"
        "ORDER BY b.part, b.number, b.place_in_part",
    ),
    Query(
        "disputes_as_of",
        "Where sources disagree, and what each says",
        f"{_AT}\nSELECT b.projection, b.name, b.rivals, b.since, b.key\nFROM beliefs b, at"
        f" WHERE b.support = 'disputed' AND {_T} AND {_K}\nORDER BY b.projection, b.name",
    ),
    Query(
        "changes",
        "What changed between two times on the ground, all reports known",
        f"{_BOTH}\nSELECT cell.projection, coalesce(after.name, before.name) AS name,"
        f" {_VALUE.replace('b.', 'before.')} AS was, before.holders AS held_by,"
        f" {_VALUE.replace('b.', 'after.')} AS is_now, after.holders AS now_held_by, cell.key\n"
        "FROM (SELECT projection, key FROM before UNION SELECT projection, key FROM after) cell\n"
        "LEFT JOIN before ON before.projection = cell.projection AND before.key = cell.key\n"
        "LEFT JOIN after ON after.projection = cell.projection AND after.key = cell.key\n"
        f"WHERE {_DIFFER}\nORDER BY cell.projection, name",
    ),
)


def datasette_metadata(database: str = DATABASE) -> dict[str, Any]:
    """Give datasette's metadata for a read model: titles, columns with units, queries."""
    about = {
        "title": "Situation",
        "description": "The read model of a situation tracker. The views are for reading; the"
        " tables below them may change with any version.",
        "tables": {
            **{view.name: _explained(view) for view in VIEWS},
            **{name: {"hidden": True} for name in TABLES},
        },
        "queries": {
            one.name: {"title": one.says, "sql": one.sql, "params": _parameters(one.sql)}
            for one in QUERIES
        },
    }
    return {"databases": {database: about}}


def _explained(view: View) -> dict[str, Any]:
    return {
        "description": view.says,
        "columns": {column.name: column.says for column in view.columns},
    }


def _parameters(sql: str) -> list[str]:
    import re

    return list(dict.fromkeys(re.findall(r":([a-z_]+)\b", sql)))
