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

    Times are written as for the tracker, and go through their end; dates are those of UTC. Empty:
    now, or all reports. What is no time is an error that says so.
    """

    name: str
    says: str
    sql: str


_DIGITS = "[0-9]" * 4 + "-" + "-".join(["[0-9]" * 2] * 2) + "[T ]" + ":".join(["[0-9]" * 2] * 3)
_CALENDAR = "BETWEEN -62135596800000000 AND 253402300799999999"
"""The instants of the years 0001 to 9999."""
_REFUSED = "'no time: ' || written || ' (write 2013, 2013-01, 2013-01-14, 2013-01-14T12:00Z)'"
_READ = f"""zoned AS (SELECT *, CASE WHEN substr(written, -1) = 'Z' AND length(written) > 10
 THEN 'Z' WHEN substr(written, -6) GLOB '[+-][0-9][0-9]:[0-9][0-9]' AND length(written) > 10
 THEN substr(written, -6) ELSE '' END AS zone FROM asked),
bare AS (SELECT *, substr(written, 1, length(written) - length(zone)) AS bare FROM zoned),
parts AS (SELECT *, CASE length(bare) WHEN 4 THEN bare || '-01-01T00:00:00'
 WHEN 7 THEN bare || '-01T00:00:00' WHEN 10 THEN bare || 'T00:00:00' WHEN 16 THEN bare || ':00'
 ELSE substr(bare, 1, 19) END AS start, CASE length(bare) WHEN 4 THEN '+1 year'
 WHEN 7 THEN '+1 month' WHEN 10 THEN '+1 day' WHEN 16 THEN '+1 minute' WHEN 19 THEN '+1 second'
 ELSE '+0 seconds' END AS unit, substr(bare, 21) AS fraction, CASE length(zone) WHEN 6 THEN
 (substr(zone, 2, 2) * 60 + substr(zone, 5)) * CASE substr(zone, 1, 1) WHEN '-' THEN -60 ELSE 60 END
 ELSE 0 END AS shift FROM bare),
ends AS (SELECT *, (strftime('%s', start) - shift) * 1000000 AS earliest,
 (strftime('%s', start, unit) - shift) * 1000000 + CASE WHEN fraction = '' THEN 0 ELSE
 (CAST(fraction AS INTEGER) + 1) * CAST(substr('1000000', 1, 7 - length(fraction)) AS INTEGER) END
 AS latest FROM parts),
read AS (SELECT name, CASE WHEN written = '' THEN empty
 WHEN json_extract('0', CASE WHEN start GLOB '{_DIGITS}'
 AND strftime('%Y-%m-%dT%H:%M:%S', start, '+0 days') = replace(start, ' ', 'T')
 AND (length(bare) > 10) = (zone <> '')
 AND (length(bare) IN (4, 7, 10, 16, 19) OR length(bare) BETWEEN 21 AND 26)
 AND (length(bare) < 21 OR substr(bare, 20, 1) = '.' AND fraction NOT GLOB '*[^0-9]*')
 AND abs(shift) <= 50400 AND substr(zone, 5) < '60'
 AND earliest {_CALENDAR} AND latest {_CALENDAR}
 THEN '$' ELSE {_REFUSED} END) = 0 THEN latest - 1 END AS instant FROM ends)"""
"""What is `asked` (name, written, empty) read as the tracker reads it, days as those of UTC.

SQLite has no error of one's own to raise: for what is no time it is asked for a path in JSON that
is none, and tells the path.
"""


def _asked(**parameters: tuple[str, str]) -> str:
    """Read times into `at`: by column, the parameter it is of, and the instant where that is empty.

    A query begins FROM at CROSS JOIN, so that times are looked at where nothing else is found.
    """
    asked = " UNION ALL ".join(
        f"SELECT '{name}' AS name, coalesce(:{name}, '') AS written, {empty} AS empty"
        for name, empty in parameters.values()
    )
    read = ", ".join(
        f"(SELECT instant FROM read WHERE name = '{name}') AS {column}"
        for column, (name, _) in parameters.items()
    )
    return f"WITH asked AS ({asked}),\n{_READ},\nat AS (SELECT {read})"


_LAST = str(FUTURE_OPEN - 1)
_T = "at.t >= b.valid_from_us AND at.t < b.valid_to_us"
_K = "at.k >= b.known_from_us AND at.k < b.known_to_us"
_AT = _asked(t=("as_of", NOW), k=("known_at", _LAST))
_VALUE = "coalesce(b.status, b.level, b.notice, b.best)"
_BOTH = (
    f"{_asked(t1=('from', NOW), t2=('to', NOW))},\n"
    "before AS (SELECT b.* FROM at CROSS JOIN beliefs b WHERE b.known_to IS NULL"
    " AND at.t1 >= b.valid_from_us AND at.t1 < b.valid_to_us),\n"
    "after AS (SELECT b.* FROM at CROSS JOIN beliefs b WHERE b.known_to IS NULL"
    " AND at.t2 >= b.valid_from_us AND at.t2 < b.valid_to_us)"
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
        " b.certainty, b.since, b.last_evidence, b.key\nFROM at CROSS JOIN beliefs b"
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
        " b.gist, b.fact\nFROM at CROSS JOIN evidence b"
        f" WHERE b.projection = :projection AND b.key = :key AND {_T} AND {_K}\n"
        "ORDER BY b.part, b.number, b.place_in_part",
    ),
    Query(
        "disputes_as_of",
        "Where sources disagree, and what each says",
        f"{_AT}\nSELECT b.projection, b.name, b.rivals, b.since, b.key\nFROM at"
        f" CROSS JOIN beliefs b WHERE b.support = 'disputed' AND {_T} AND {_K}\n"
        "ORDER BY b.projection, b.name",
    ),
    Query(
        "changes",
        "What changed between two times on the ground, all reports known; not what came of pledges",
        f"{_BOTH}\nSELECT cell.projection, coalesce(after.name, before.name) AS name,"
        f" {_VALUE.replace('b.', 'before.')} AS was, before.holders AS held_by,"
        f" {_VALUE.replace('b.', 'after.')} AS is_now, after.holders AS now_held_by, cell.key\n"
        "FROM (SELECT projection, key FROM before UNION SELECT projection, key FROM after) cell\n"
        "LEFT JOIN before ON before.projection = cell.projection AND before.key = cell.key\n"
        "LEFT JOIN after ON after.projection = cell.projection AND after.key = cell.key\n"
        f"WHERE {_DIFFER}\nORDER BY cell.projection, name",
    ),
)


def datasette_metadata() -> dict[str, Any]:
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
    return {"databases": {DATABASE: about}}


def _explained(view: View) -> dict[str, Any]:
    return {
        "description": view.says,
        "columns": {column.name: column.says for column in view.columns},
    }


def _parameters(sql: str) -> list[str]:
    import re

    return list(dict.fromkeys(re.findall(r":([a-z_]+)\b", sql)))
