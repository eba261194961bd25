"""Overview: every belief over all of valid and known time, and the facts, for who draws them.

A question reads one moment; a picture that moves through time needs all of them at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby

from pydantic_core import from_json

from projections.cells import Cells
from projections.claims import Claim
from projections.names import BELIEVED, CHRONICLED
from projections.pledges import Pledges, Stored, around_in, is_additional, made
from projections.rows import Decorator, evidence_of, origin_in, ruling_row
from projections.store import Row, Store
from projections.weighing import USUAL, Weighing
from tracker.instants import FUTURE_OPEN, AsOf, Instant


def cells(store: Store, clocks: AsOf, weighing: Weighing = USUAL) -> list[Row]:
    """Give every cell: {projection, key, name, rectangles, states, facts}, by projection and key.

    A rectangle is (valid_from, valid_to, known_from, known_to, n): instants, ends exclusive, and
    the place of its state in `states`. `facts` are the ids of what speaks of the cell, in the
    log's order. A pledge has `against`: the keys that it is counted against, those of its place,
    those within, and those of some of its actors; each of its states has `made` and `additional`
    (projections.pledges). Of the clocks only the recorded one counts.
    """
    asked = Cells(store, clocks, weighing)
    decorate = Decorator(asked, clocks)
    pledges = Pledges(Stored(asked, clocks), clocks.as_of, around_in(store))
    speaking = _speaking(store, asked)
    found: list[Row] = []
    for (projection, key), rows in _beliefs(asked, list(speaking)):
        rectangles, states = _numbered(rows)
        if states:
            cell = {
                "projection": projection,
                "key": key,
                "name": decorate.name(projection, key, states[0]),
                "rectangles": rectangles,
                "states": states,
                "facts": speaking.get((projection, key), []),
            }
            if states[0].get("phase") == "pledged":
                cell["against"] = [[*some] for some in pledges.against(states[0])]
                for state in states:
                    state["made"] = made(state)
                    state["additional"] = is_additional(store, state)
            found.append(cell)
    found.sort(key=lambda cell: (BELIEVED.index(cell["projection"]), cell["key"]))
    return found


def _speaking(store: Store, asked: Cells) -> dict[tuple[str, str], list[str]]:
    """Give the ids of what speaks of each cell, heard, in the log's order."""
    found: dict[tuple[str, str], list[str]] = {}
    if asked.stored:
        for row in store.connection.execute(
            "SELECT c.projection, c.key, coalesce(f.id, a.id) FROM held h"
            " JOIN cells c ON c.id = h.cell LEFT JOIN fact_rows f ON f.position = h.position"
            " LEFT JOIN acts a ON a.position = h.position ORDER BY h.position"
        ):
            found.setdefault((row[0], row[1]), []).append(row[2])
    else:
        for projection, key, claims in asked.heard_by_cell():
            found[projection, key] = [claim.fact for claim in claims]
    return {cell: list(dict.fromkeys(facts)) for cell, facts in found.items()}


Rectangle = tuple[Instant, Instant, Instant, Instant]
Belief = tuple[Rectangle, str]
"""A rectangle, and its state as JSON."""


def _beliefs(
    asked: Cells, names: list[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], list[Belief]]]:
    """Yield each cell with its beliefs, by known and then by valid time."""
    if not asked.stored:
        for projection, key in names:
            found = asked.rectangles(projection, key)
            yield (projection, key), [(_bounds(row), row["state"]) for row in found]
        return
    rows = asked.store.connection.execute(
        "SELECT c.projection, c.key, r.valid_from, r.valid_to, r.known_from, r.known_to, s.text"
        " FROM rectangles r JOIN cells c ON c.id = r.cell JOIN states s ON s.id = r.state"
        " ORDER BY r.cell, r.known_from, r.valid_from"
    )
    for (projection, key), together in groupby(rows, key=lambda row: (row[0], row[1])):
        yield (projection, key), [((row[2], row[3], row[4], row[5]), row[6]) for row in together]


def _bounds(row: Row) -> Rectangle:
    return (row["valid_from"], row["valid_to"], row["known_from"], row["known_to"])


def _numbered(
    beliefs: list[Belief],
) -> tuple[list[tuple[Instant, Instant, Instant, Instant, int]], list[Row]]:
    """Give rectangles with the number of their state, and the states, each once."""
    numbers: dict[str, int] = {}
    found = [(*bounds, numbers.setdefault(text, len(numbers))) for bounds, text in beliefs]
    return found, [from_json(text) for text in numbers]


# -- facts ---------------------------------------------------------------------------------------


def facts(store: Store, clocks: AsOf, weighing: Weighing = USUAL) -> dict[str, Row]:
    """Give every fact heard, and every ruling, by id."""
    return {row["fact"]: row for row in each_fact(store, clocks, weighing)}


def each_fact(store: Store, clocks: AsOf, weighing: Weighing = USUAL) -> Iterator[Row]:
    """Yield every fact heard in the log's order, then every ruling.

    {fact, kind, position, source, published, voice, speaker, status, when, gist, locator, rating,
    report, place, begins, out, recorded_at, known_from, known_to, url, title, data}: as audits have
    it, and when it begins, its report was out, it was recorded, is first known and is known to be
    retracted, as instants; `data` is the whole of it, as stored.
    """
    kin = store.kin() if weighing.only or weighing.without else None
    recorded = _recorded(clocks)
    gone = dict(
        store.connection.execute(
            "SELECT fact, min(published) FROM retractions WHERE position <= :position"
            " AND recorded_at <= :recorded GROUP BY fact",
            recorded,
        ).fetchall()
    )
    for row in store.connection.execute(
        "SELECT f.*, r.source, r.published AS out, r.published_edtf, r.data AS header"
        " FROM fact_rows f JOIN reports r ON r.id = f.report WHERE f.position <= :position"
        " AND f.recorded_at <= :recorded ORDER BY f.position",
        recorded,
    ):
        if kin and not weighing.takes(row["source"], origin_in(row, kin)):
            continue
        yield _fact(dict(row), gone.get(row["id"], FUTURE_OPEN))
    for row in store.connection.execute(
        "SELECT data, max(h.rowid) FROM held h"  # once, whatever cells it is about
        " WHERE EXISTS (SELECT 1 FROM acts a WHERE a.position = h.position)"
        " AND h.position <= :position GROUP BY h.position",
        recorded,
    ):
        claim = Claim.from_json(row[0])
        known = {"known_from": claim.published, "known_to": gone.get(claim.fact, FUTURE_OPEN)}
        yield {
            **ruling_row(claim, "", ""),
            "place": None,
            "begins": claim.published,
            "out": claim.published,
            "recorded_at": claim.recorded_at,
            "url": None,
            "title": None,
            "data": {},
            **known,
        }


def _recorded(clocks: AsOf) -> dict[str, object]:
    return {
        "position": FUTURE_OPEN if clocks.position is None else clocks.position,
        "recorded": FUTURE_OPEN if clocks.recorded_at is None else clocks.recorded_at,
    }


def _fact(row: Row, gone: Instant) -> Row:
    text, data = row["header"], json.loads(row["data"])
    header = json.loads(text) if '"url"' in text or '"title"' in text else {}
    return {
        **evidence_of(row, data),
        "data": data,
        "place": row["place"],
        "begins": row["begins"],
        "out": row["out"],
        "recorded_at": row["recorded_at"],
        "known_from": row["published"],
        "known_to": gone,
        "url": header.get("url"),
        "title": header.get("title"),
    }


def chronicles(store: Store) -> dict[str, list[str]]:
    """Give the ids of the facts in each chronology, in the order of answers.chronology."""
    found: dict[str, list[str]] = {name: [] for name in CHRONICLED}
    for row in store.connection.execute(
        "SELECT c.projection, c.fact FROM chronologies c JOIN fact_rows f ON f.id = c.fact"
        " ORDER BY f.begins DESC, f.published DESC, f.id"
    ):
        found[row[0]].append(row[1])
    return found


def rules(store: Store, clocks: AsOf, weighing: Weighing = USUAL) -> dict[str, str]:
    """Say in words each rule that can have decided a state, by what it gives; "" for none."""
    from projections.live import WHICH

    live = Cells(store, clocks, weighing).live
    return {name: live.rule(name) for name in ("", *WHICH)}
