"""What others may read of the read model: five views in plain SQL, with their columns explained.

They are the stable part of the file: `state_now`, `beliefs`, `facts`, `claims`, `evidence`. What
they are made of (projections/schema.py) may change with any version. Every SQLite can read them:
they use its own functions only. An instant stands there twice: as ISO 8601 text in UTC, null for an
open end, and, under the same name with `_us`, as an integer to compare by: microseconds since 1970
UTC, -(2**62) and 2**62 for open ends. The tracker itself reads none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from projections.claims import Claim
from tracker.instants import DAY, FUTURE_OPEN, SECOND


class Column(NamedTuple):
    """A column of a view: its name, what it is in SQL, what it says, and in which unit."""

    name: str
    sql: str
    says: str


class View(NamedTuple):
    """A view: its name, what a row of it is, its columns, and where they come from."""

    name: str
    says: str
    columns: tuple[Column, ...]
    source: str

    @property
    def sql(self) -> str:
        """Give the statement that makes it; comments say what each column is."""
        last = self.columns[-1]
        columns = "\n".join(
            f"    {one.sql} AS {one.name}{'' if one is last else ','} -- {one.says}"
            for one in self.columns
        )
        return (
            f"CREATE VIEW {self.name} AS -- {self.says}\n    SELECT\n{columns}\n    {self.source}"
        )


# -- pieces of SQL ---------------------------------------------------------------------------------


def iso(instant: str) -> str:
    """Write an instant as the tracker does: `2013-01-14T00:00:00Z`, six digits where not zero."""
    part = f"(({instant} % {SECOND} + {SECOND}) % {SECOND})"
    seconds = f"strftime('%Y-%m-%dT%H:%M:%S', ({instant} - {part}) / {SECOND}, 'unixepoch')"
    fraction = f"iif({part}, printf('.%06d', {part}), '')"
    return f"iif(abs({instant}) < {FUTURE_OPEN}, {seconds} || {fraction} || 'Z', NULL)"


def micros(text: str) -> str:
    """Read such a text as an instant."""
    seconds = f"CAST(strftime('%s', substr({text}, 1, 19)) AS INTEGER)"
    return f"({seconds} * {SECOND} + coalesce(CAST(substr({text}, 21, 6) AS INTEGER), 0))"


NOW = (
    f"(CAST(strftime('%s', 'now') AS INTEGER) * {SECOND}"
    " + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000)"
)
"""SQLite's clock, to the millisecond; the same wherever it stands in one question."""


def _instant(name: str, sql: str, says: str) -> Iterator[Column]:
    yield Column(name, iso(sql), f"{says}; ISO 8601, UTC")
    yield Column(f"{name}_us", sql, f"{says}; microseconds since 1970 UTC")


def _of_state(name: str, says: str) -> Column:
    return Column(name, f"json_extract(s.text, '$.{name}')", says)


def _of_fact(name: str, says: str) -> Column:
    return Column(name, f"json_extract(f.data, '$.{name}')", says)


def _of_claim(name: str, says: str) -> Column:
    return Column(name, _field(name), says)


def _field(name: str, *rest: int) -> str:
    at = "".join(f"[{one}]" for one in (Claim._fields.index(name), *rest))
    return f"json_extract(h.data, '${at}')"


def _told(name: str, says: str) -> Column:
    return Column(name, f"b.{name}", says)


def _name_of(register: str, one: str) -> str:
    return f"coalesce((SELECT name FROM {register} WHERE id = {one}), {one})"


def _names_of(actors: str) -> str:
    return (
        "(SELECT group_concat(coalesce(a.name, j.value), ' + ')"
        f" FROM json_each({actors}) j LEFT JOIN actors a ON a.id = j.value)"
    )


def _listed(joined: str) -> str:
    """Give the parts of a text like `france+mali` as a JSON array."""
    return f"""'["' || replace({joined}, '+', '","') || '"]'"""


_SCOPE, _PLACE, _SCHEME, _SIDE = (
    f"json_extract(s.text, '$.{name}')" for name in ("scope", "place", "scheme", "side")
)
_ACTORS = "s.text, '$.actors'"
_CELL_NAME = (
    f"CASE c.projection WHEN 'control' THEN {_name_of('places', 'c.key')}"
    f" WHEN 'forces' THEN {_names_of(_ACTORS)} || ' in ' || {_name_of('places', _PLACE)}"
    f" WHEN 'alerts' THEN {_name_of('schemes', _SCHEME)} || ', ' ||"
    f" coalesce((SELECT name FROM places WHERE id = {_SCOPE}), {_names_of(_listed(_SCOPE))})"
    f" ELSE {_names_of(_listed(_SIDE))} END"
)

_ROW = "FROM rectangles r JOIN cells c ON c.id = r.cell JOIN states s ON s.id = r.state"
_CLOCKS = (
    *_instant("valid_from", "r.valid_from", "so in the world from this instant on"),
    *_instant("valid_to", "r.valid_to", "... and until just before this one"),
    *_instant("known_from", "r.known_from", "so to those who know what was out by this instant"),
    *_instant("known_to", "r.known_to", "... and until just before this one"),
)
_RETRACTED = "(SELECT min(t.published) FROM retractions t WHERE t.fact = {})"

# -- the views -------------------------------------------------------------------------------------

_CELL = (
    Column("projection", "c.projection", "control, forces, alerts or losses"),
    Column("key", "c.key", "the cell: a place, actor/place/category/phase, scheme/scope, ..."),
    Column("name", _CELL_NAME, "the cell in words"),
)
_SAID = (
    _of_state("status", "control: held, contested, besieged, mixed, vacated, unknown"),
    _of_state("holders", "control: ids of actors; a JSON array"),
    _of_state("besiegers", "control: ids of those around it; a JSON array"),
    _of_state("low", "forces, losses: at least so many, a count"),
    _of_state("best", "forces, losses: the number to show, a count"),
    _of_state("high", "forces, losses: at most so many, a count"),
    _of_state(
        "comparator", "forces, losses: how the number was hedged: exact, about, at least ..."
    ),
    _of_state("unexplained", "forces: what no known change accounts for, a count"),
    _of_state("cumulative", "losses: 1 for a count since the beginning"),
    _of_state("restated", "losses: by how much a count was taken back"),
    _of_state("level", "alerts: the level in force"),
    _of_state("rank", "alerts: the level's place in its scheme, higher is graver"),
    _of_state("authority", "alerts: the id of who set it"),
    _of_state("notice", "alerts: a threat, advice or measure in words"),
    _of_state("support", "confirmed, reported, claimed or disputed"),
    _of_state("certainty", "certain or possible"),
    Column("since", "json_extract(s.text, '$.since.edtf')", "since when, as told; EDTF"),
    Column(
        "since_earliest",
        "json_extract(s.text, '$.since.earliest')",
        "not before this instant; ISO 8601, UTC; null: nobody says",
    ),
    Column(
        "since_latest",
        "json_extract(s.text, '$.since.latest')",
        "before this instant; ISO 8601, UTC; null: nobody says",
    ),
    _of_state("rule", "what decided: newest evidence, agreement, sequence, rating, ruling ..."),
    _of_state("possibly", "what may have replaced it already; a JSON array"),
    Column("rivals", "json_extract(s.text, '$.values')", "the values of a dispute; a JSON array"),
    _of_state("evidence", "ids of the facts that carry it, newest first, 16 at most; a JSON array"),
    _of_state("dissent", "ids of facts beside them that lost; a JSON array"),
    _of_state("last_evidence", "when the newest evidence is of; ISO 8601, UTC"),
)

BELIEFS = View(
    "beliefs",
    "A state of a cell over a stretch of valid time, to those who know what was out by then",
    (*_CELL, *_SAID, *_CLOCKS, Column("state", "s.text", "all of the state; a JSON object")),
    _ROW,
)

_OF_PLACE = "(SELECT json_extract(p.data, '$.{}') FROM places p WHERE p.id = b.key)"
_AGE = f"max(0, ({NOW} - {micros('b.last_evidence')}) / {DAY})"
STATE_NOW = View(
    "state_now",
    "What is so now (by this machine's clock), all reports known: a row a cell",
    (
        *(_told(one.name, one.says) for one in (*_CELL, *_SAID)),
        Column("age_days", _AGE, "how old the newest evidence is; whole days"),
        Column(
            "latitude",
            f"iif(b.projection = 'control', {_OF_PLACE.format('lat')}, NULL)",
            "control: of the place; degrees north, WGS 84",
        ),
        Column(
            "longitude",
            f"iif(b.projection = 'control', {_OF_PLACE.format('lon')}, NULL)",
            "control: of the place; degrees east, WGS 84",
        ),
        _told("state", "all of the state; a JSON object"),
    ),
    f"FROM beliefs b WHERE b.known_to_us = {FUTURE_OPEN}"
    f" AND b.valid_from_us <= {NOW} AND {NOW} < b.valid_to_us",
)

FACTS = View(
    "facts",
    "One thing that one report says, as it was recorded; taken back ones stay",
    (
        Column("fact", "f.id", "its id, made from its content"),
        Column("position", "f.position", "where it stands in the log, from 1"),
        Column("kind", "f.kind", "TownOccupied, TroopsDeployed, ThreatLevelRaised ..."),
        Column("place", "f.place", "the id of the place"),
        Column("place_name", _name_of("places", "f.place"), "its name"),
        Column("actors", "f.actors", "ids of actors, joined by +"),
        Column("status", "f.status", "occurred, ongoing, planned, possible or denied"),
        Column("gist", "f.gist", "what it says, in the analyst's words"),
        Column("edtf", "f.edtf", "when, as told; EDTF"),
        *_instant("begins", "f.begins", "from when it counts"),
        Column("voice", "f.voice", "reporter, attributed or hearsay"),
        Column("speaker", "f.speaker", "who is quoted"),
        _of_fact("origin", "where it first came from, where the sheet says so"),
        _of_fact("rating", "Admiralty rating: A-F for the source, 1-6 for the item"),
        _of_fact("note", "a remark of the analyst"),
        Column("source", "r.source", "the id of who published it"),
        Column("source_name", _name_of("sources", "r.source"), "its name"),
        Column("report", "f.report", "the id of the report"),
        Column("document", "r.document", "the document's name"),
        Column(
            "sentence",
            "json_extract(f.data, '$.locator.sentence')",
            "the sentence of the document, from 0",
        ),
        *_instant("published", "f.published", "out by this instant"),
        *_instant("recorded_at", "f.recorded_at", "when it was recorded"),
        Column("recorded_by", "f.recorded_by", "who recorded it"),
        Column("batch", "f.batch", "the import that brought it"),
        Column(
            "chronology",
            "(SELECT group_concat(l.projection) FROM chronologies l WHERE l.fact = f.id"
            " AND l.projection IN ('incidents', 'humanitarian', 'posture'))",
            "incidents, humanitarian or posture, where it is listed there",
        ),
        *_instant(
            "retracted", _RETRACTED.format("f.id"), "taken back or corrected as known from then"
        ),
        Column(
            "replaced_by",
            "(SELECT t.replaced_by FROM retractions t WHERE t.fact = f.id"
            " AND t.replaced_by IS NOT NULL ORDER BY t.position LIMIT 1)",
            "the id of the fact that a correction put in its place",
        ),
        Column("body", "f.data", "all that was recorded of it; a JSON object"),
    ),
    "FROM fact_rows f LEFT JOIN reports r ON r.id = f.report",
)

CLAIMS = View(
    "claims",
    "A fact, or a ruling, taken as evidence about one cell",
    (
        Column("projection", "c.projection", "control, forces, alerts or losses"),
        Column("key", "c.key", "the cell that it speaks of"),
        _of_claim("fact", "the id of the fact, or of the ruling"),
        Column("position", "h.position", "where that stands in the log, from 1"),
        _of_claim("kind", "TownOccupied, RulingMade ..."),
        _of_claim("source", "the id of who published it"),
        _of_claim("origin", "who it came from first: ten papers with one wire story, one origin"),
        _of_claim("status", "occurred, ongoing, planned, possible or denied"),
        _of_claim("mode", "transition, observation, mention (makes no belief) or ruling"),
        _of_claim("effect", "what it says happened: hold, withdraw, total, change ..."),
        _of_claim("actors", "ids of actors; a JSON array"),
        Column(
            "best",
            f"json_extract({_field('value')}, '$.best')",
            "forces, losses: how many, a count",
        ),
        Column("level", f"json_extract({_field('value')}, '$.level')", "alerts: which level"),
        Column("since", _field("since", 0), "since when, as told; EDTF"),
        *_instant("start_earliest", _field("start", 0), "it began no earlier"),
        *_instant("start_latest", _field("start", 1), "it began before"),
        *_instant("published", "h.published", "out by this instant"),
        *_instant("recorded_at", _field("recorded_at"), "when it was recorded"),
        _of_claim("standing", "1 for an entry of a maintained list"),
        _of_claim("rating", "Admiralty rating of the fact itself"),
        *_instant(
            "retracted", _RETRACTED.format(_field("fact")), "taken back or corrected as known from"
        ),
    ),
    "FROM held h JOIN cells c ON c.id = h.cell",
)

EVIDENCE = View(
    "evidence",
    "A fact that a belief rests on, or that stands against it; at most 16 a belief and part",
    (
        Column("projection", "c.projection", "control, forces, alerts or losses"),
        Column("key", "c.key", "the cell"),
        Column(
            "part",
            "CASE t.path WHEN '$.evidence' THEN 'evidence' WHEN '$.dissent' THEN 'dissent'"
            " ELSE substr(t.path, 3, instr(t.path, '[') - 3) END",
            "evidence, dissent; possibly: of what may have replaced it; values: of a dispute's",
        ),
        Column(
            "number",
            "CAST(substr(t.path, instr(t.path || '[', '[') + 1) AS INTEGER)",
            "which of the alternatives or values, from 0; else 0",
        ),
        Column("place_in_part", "t.key", "the newest fact, which decides, is 0"),
        Column("fact", "t.value", "the id of the fact, or of the ruling"),
        Column("position", "f.position", "where it stands in the log, from 1; null for a ruling"),
        Column("kind", "f.kind", "TownOccupied, TroopsDeployed ..."),
        Column("gist", "f.gist", "what it says, in the analyst's words"),
        Column(
            "source", "(SELECT r2.source FROM reports r2 WHERE r2.id = f.report)", "who said so"
        ),
        Column("voice", "f.voice", "reporter, attributed or hearsay"),
        Column("speaker", "f.speaker", "who is quoted"),
        *_instant("published", "f.published", "out by this instant"),
        *_CLOCKS,
    ),
    f"{_ROW} JOIN json_tree(s.text) t ON t.type = 'text' AND (t.path IN ('$.evidence', '$.dissent')"
    " OR t.path LIKE '$.possibly[%].evidence' OR t.path LIKE '$.values[%].evidence')"
    " LEFT JOIN fact_rows f ON f.id = t.value",
)

VIEWS = (STATE_NOW, BELIEFS, FACTS, CLAIMS, EVIDENCE)
