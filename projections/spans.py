"""Spans: what was so over all of valid time, as known at one moment; for who draws it over time.

A question reads one moment, and a history one key. Tools with a time axis of their own want every
cell's line at once, each stretch with its ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter

from pydantic_core import from_json

from projections.answers import as_known, entries, wanted_names
from projections.cells import Cells
from projections.held import FEW
from projections.names import BELIEVED, CHRONICLED
from projections.overview import each_fact
from projections.rows import Decorator, fact_row
from projections.store import Row, Store
from projections.weighing import USUAL, Weighing
from projections.withheld import all_withheld
from tracker.edtf import parse_edtf
from tracker.facts.base import ACTUAL
from tracker.instants import (
    FUTURE_OPEN,
    PAST_OPEN,
    AsOf,
    Instant,
    format_instant,
    format_open,
)

Ends = tuple[Instant, Instant]
"""[from, to), with PAST_OPEN and FUTURE_OPEN for ends that nobody stated."""

EVER: Ends = (PAST_OPEN, FUTURE_OPEN)


def spans(
    store: Store,
    clocks: AsOf,
    projection: str | None = None,
    key: str | None = None,
    cells: Iterable[str | None] = (),
    *,
    weighing: Weighing = USUAL,
    period: Ends = EVER,
) -> Iterator[Row]:
    """Yield one row for each stretch of valid time in which a cell was one thing, and each fact.

    The row of `state` (without what depends on when it is asked), with `valid_from` and
    `valid_to`, null for an open end; also `lat` and `lon` of forces and facts, null where no
    coordinates are known. Of a fact they bound the time in which it lies. Of the clocks, the
    as-of does not count. Only what touches `period`. By projection, key and time; facts by time.
    `cells` are those that a key stands for beside its own. Raises NotFoundError for a projection
    that does not exist.
    """
    for name in wanted_names(projection):
        of = _of_cells if name in BELIEVED else _of_facts
        for one in (key, *cells):
            yield from of(store, clocks, name, one, weighing, period)


def _of_cells(
    store: Store, clocks: AsOf, name: str, key: str | None, weighing: Weighing, period: Ends
) -> Iterator[Row]:
    asked = Cells(store, clocks, weighing)
    decorate = Decorator(asked, clocks)
    decorate.places = store.names("places").whole()
    decorate.actors = store.names("actors").whole()
    known = min(clocks.known, FUTURE_OPEN - 1)
    for one, found in _lines(asked, name, key, known):
        for belief in as_known(found, known):
            if not _touches((belief["valid_from"], belief["valid_to"]), period):
                continue
            state = from_json(belief["state"])
            row = {
                "projection": name,
                "key": one,
                "name": decorate.name(name, one, state),
                "valid_from": format_open(belief["valid_from"]),
                "valid_to": format_open(belief["valid_to"]),
                **state,
            }
            yield _placed(row, decorate.places)


def _lines(
    asked: Cells, name: str, key: str | None, known: Instant
) -> Iterator[tuple[str, list[Row]]]:
    """Yield each cell's key with its rectangles known at a moment, by key."""
    if not asked.stored:
        for _, one, claims in asked.heard_by_cell(name, key):
            yield one, asked.live.rectangles(claims, name, one)
        return
    narrowed = "" if key is None else " AND c.key = :key"
    rows = asked.store.connection.execute(
        "SELECT c.key, r.valid_from, r.valid_to, r.known_from, r.known_to, s.text AS state"
        " FROM cells c JOIN rectangles r ON r.cell = c.id JOIN states s ON s.id = r.state"
        f" WHERE c.projection = :name AND r.known_from <= :known AND :known < r.known_to{narrowed}"
        " ORDER BY c.key, r.valid_from",
        {"name": name, "known": known, "key": key},
    )
    for one, together in groupby(rows, key=lambda row: str(row["key"])):
        yield one, [dict(row) for row in together]


def _placed(row: Row, places: Mapping[str, Row]) -> Row:
    """Add where it is: of control as `state` has it, else beside the place's id."""
    if row["projection"] == "control":
        place = places.get(row["key"], {})
        return {**row, "place": {"lat": place.get("lat"), "lon": place.get("lon")}}
    if row["projection"] == "forces" or row["projection"] in CHRONICLED:
        place = places.get(row["place"] or "", {})
        return {**row, "lat": place.get("lat"), "lon": place.get("lon")}
    return row


def _touches(span: Ends, period: Ends) -> bool:
    return span[0] < period[1] and period[0] < span[1]


# -- facts ---------------------------------------------------------------------------------------


def _of_facts(
    store: Store, clocks: AsOf, name: str, key: str | None, weighing: Weighing, period: Ends
) -> Iterator[Row]:
    """Yield the facts by time: their ends alone are sorted, the rest is read in that order."""
    whenever = AsOf(FUTURE_OPEN - 1, clocks.known_at, clocks.recorded_at, clocks.position)
    asked = (store, whenever, name, key, weighing)
    lie = (
        (*lies(json.loads(row["told"]), row["published"], row["status"]), row["id"])
        for row in entries(*asked)
    )
    order = sorted((one for one in lie if _touches(one[:2], period)), key=itemgetter(0, 2))
    places = store.names("places").whole()
    for start in range(0, len(order), FEW):
        some = order[start : start + FEW]
        found = {row["id"]: row for row in entries(*asked, [fact for _, _, fact in some])}
        for begins, ends, fact in some:
            span = {"valid_from": format_open(begins), "valid_to": format_open(ends)}
            yield _placed({**fact_row(name, found[fact]), **span}, places)


def lies(when: Row, published: Instant, status: str) -> Ends:
    """Bound the time in which a fact lies, from its `when` as stored.

    A span from its start to its end; one moment by its earliest and latest, and what has occurred
    no later than what reports it, unless it is dated after that as a whole. "By 21 January" says
    nothing of the days before, so it lies on the 21st.
    """
    span = parse_edtf(when["edtf"], when.get("zone", "UTC"), local_times=bool(when.get("local")))
    if "/" in when["edtf"]:
        return span.speaks_from, span.end.latest if span.end else FUTURE_OPEN
    start = span.speaks_from if span.start_open else span.start.earliest
    over = status in ACTUAL and published >= start
    return start, max(start + 1, min(span.start.latest, published + 1 if over else FUTURE_OPEN))


# -- evidence ------------------------------------------------------------------------------------


def evidence(
    store: Store,
    clocks: AsOf,
    projection: str | None = None,
    key: str | None = None,
    cells: Iterable[str | None] = (),
    *,
    weighing: Weighing = USUAL,
    period: Ends = EVER,
) -> Iterator[Row]:
    """Yield the facts and rulings known at the clocks, in the log's order, each with its locator.

    {fact, kind, position, recorded_at, source, published, published_edtf, voice, speaker, status,
    when, gist, locator, rating, report, url, title, place, lat, lon, known_from, known_to,
    withheld}, and what a fact of its kind says beside (who, of what, how many). `published` is the
    instant by which its report was out, `known_from` that by which it was, or the correction that
    put it there, and `known_to` that of its being taken back. The as-of does not count. With a
    projection, or a key (a place or a cell) and `cells` beside it, those alone that speak of it.
    """
    narrowed = projection is not None or key is not None
    speaking = None
    if narrowed:
        speaking = {fact for one in (key, *cells) for fact in _speaking(store, projection, one)}
    places = store.names("places").whole()
    withheld = all_withheld(store)
    known = min(clocks.known, FUTURE_OPEN - 1)
    for row in each_fact(store, clocks, weighing):
        if not row["known_from"] <= known < row["known_to"]:
            continue
        if speaking is not None and row["fact"] not in speaking:
            continue
        if not _touches(_lies_of(row), period):
            continue
        place = places.get(row["place"] or "", {})
        yield {
            **{name: item for name, item in row.items() if name not in _INNER},
            "published": format_instant(row["out"]),
            "published_edtf": row["published"],
            "recorded_at": format_instant(row["recorded_at"]),
            "known_from": format_open(row["known_from"]),
            "known_to": format_open(row["known_to"]),
            "lat": place.get("lat"),
            "lon": place.get("lon"),
            "withheld": withheld.get(row["fact"], []),
            **_said_beside(row["data"]),
        }


_INNER = frozenset({"begins", "out", "data", "role", "why"})
_OF_EVERY = frozenset(
    {"id", "gist", "place", "when", "status", "voice", "speaker", "rating", "locator", "quantity"}
)


def _said_beside(data: Row) -> Row:
    """Give what a fact says that others of its family may not; a quantity by its parts."""
    said = {name: item for name, item in data.items() if name not in _OF_EVERY}
    return said | (data.get("quantity") or {})


def _lies_of(row: Row) -> Ends:
    published: Instant = row["known_from"]
    return lies(row["when"], published, row["status"])


def _speaking(store: Store, projection: str | None, key: str | None) -> set[str]:
    """Give the ids of the facts and rulings that speak of a projection, a cell or a place."""
    names = wanted_names(projection)
    asked: dict[str, object] = {"key": key}
    narrowed = "" if key is None else " AND (c.key = :key OR f.place = :key)"
    marks = ", ".join(f"'{name}'" for name in names)
    found: Iterable[tuple[str]] = store.connection.execute(
        "SELECT coalesce(f.id, a.id) FROM held h JOIN cells c ON c.id = h.cell"
        " LEFT JOIN fact_rows f ON f.position = h.position"
        " LEFT JOIN acts a ON a.position = h.position"
        f" WHERE c.projection IN ({marks}){narrowed}"
        " UNION SELECT c.fact FROM chronologies c JOIN fact_rows f ON f.id = c.fact"
        f" WHERE c.projection IN ({marks})"
        + ("" if key is None else " AND (f.id = :key OR f.place = :key)"),
        asked,
    )
    return {row[0] for row in found}


def registers(store: Store) -> dict[str, dict[str, Row]]:
    """Give every registered place, actor, source and scheme by id, as registered."""
    kinds = ("places", "actors", "sources", "schemes")
    return {kind: dict(store.names(kind).whole()) for kind in kinds}
