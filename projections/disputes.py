"""Disputes: where sources disagree, since when, and how it ended; from the rectangles of a key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from projections.answers import wanted_names
from projections.cells import Cells
from projections.moments import Key
from projections.names import BELIEVED, CHRONICLED
from projections.rows import Decorator
from projections.store import BELIEFS, Row, Store
from projections.weighing import Weighing
from tracker.errors import NotFoundError
from tracker.instants import FUTURE_OPEN, AsOf, Instant, format_open


def disputes(
    store: Store,
    clocks: AsOf,
    weighing: Weighing,
    projection: str | None = None,
    key: str | None = None,
    *,
    closed: bool = False,
) -> list[Row]:
    """Give the disputes open at the clocks; with `closed` also those begun and settled by then.

    Rows: {projection, key, name, values, last_undisputed, opened, closed, evidence}. `opened` and
    `closed` hold "valid", when in the world the disagreement begins and ends, and "known", when
    reports brought it up and when they settled it; null for an end that has not come. Raises
    NotFoundError for a chronology.
    """
    wanted_names(projection, store)
    if projection in CHRONICLED:
        msg = f"{projection} lists facts and weighs none: one of {', '.join(BELIEVED)}"
        raise NotFoundError(msg)
    t, k = min(clocks.as_of, FUTURE_OPEN - 1), min(clocks.known, FUTURE_OPEN - 1)
    cells = Cells(store, clocks, weighing)
    decorator = Decorator(cells, clocks)
    rows = []
    for name, one in _candidates(cells, clocks, projection, key, closed=closed):
        rivals = [
            belief
            for belief in cells.rectangles(name, one)
            if belief["valid_from"] <= t
            and belief["known_from"] <= k
            and _is_disputed(belief["state"])
        ]
        for group, at, known in _moments(rivals, t, k, closed=closed):
            found = _describe(group, at, known, (t, k))
            state = found.pop("state")
            rows.append(
                {
                    "projection": name,
                    "key": one,
                    "name": decorator.name(name, one, state),
                    "values": state["values"],
                    "last_undisputed": cells.last_undisputed(name, one, at, known),
                    **found,
                }
            )
    rows.sort(key=lambda row: (BELIEVED.index(row["projection"]), row["key"]))
    return rows


def _candidates(
    cells: Cells, clocks: AsOf, projection: str | None, key: str | None, *, closed: bool
) -> list[Key]:
    """Name the cells that may hold a dispute."""
    if not closed:
        found = cells.at(clocks, projection, key)
        return [(row["projection"], row["key"]) for row in found if row["support"] == "disputed"]
    if not cells.stored:
        return [(name, one) for name, one, _ in cells.heard_by_cell(projection, key)]
    sql = (
        f"SELECT DISTINCT projection, key FROM ({BELIEFS})"
        ' WHERE state LIKE \'%"support":"disputed"%\''
        " AND projection = coalesce(:projection, projection) AND key = coalesce(:key, key)"
    )
    rows = cells.store.rows(sql, {"projection": projection, "key": key})
    return [(row["projection"], row["key"]) for row in rows]


def _is_disputed(state: str) -> bool:
    return '"support":"disputed"' in state and json.loads(state)["support"] == "disputed"


def _moments(
    rivals: Sequence[Row], t: Instant, k: Instant, *, closed: bool
) -> Iterator[tuple[Sequence[Row], Instant, Instant]]:
    """Yield each dispute with a (valid, known) moment of it: the one asked about, else its last."""
    for group in _groups(rivals) if closed else [rivals]:
        if any(_holds(one, t, k) for one in group):
            yield group, t, k
        elif closed:
            last = max(min(one["known_to"] - 1, k) for one in group)
            reach = [one for one in group if one["known_from"] <= last < one["known_to"]]
            yield group, max(min(one["valid_to"] - 1, t) for one in reach), last


def _groups(rivals: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield the rectangles that lie side by side, together: each group is one dispute."""
    left = dict(enumerate(rivals))
    edges: dict[tuple[str, Instant], list[int]] = {}
    for at, one in left.items():
        for side in ("valid_from", "valid_to", "known_from", "known_to"):
            edges.setdefault((side, one[side]), []).append(at)
    while left:
        group, queue = [], [next(iter(left))]
        while queue:
            at = queue.pop()
            if at not in left:
                continue
            one = left.pop(at)
            group.append(one)
            for side, other in (("to", "from"), ("from", "to")):
                for clock, cross in (("valid", "known"), ("known", "valid")):
                    beside = edges.get((f"{clock}_{other}", one[f"{clock}_{side}"]), ())
                    queue += [i for i in beside if i in left and _overlap(one, left[i], cross)]
        yield group


def _overlap(one: Row, other: Row, clock: str) -> bool:
    start, stop = f"{clock}_from", f"{clock}_to"
    return bool(one[start] < other[stop] and other[start] < one[stop])


def _holds(one: Row, t: Instant, k: Instant) -> bool:
    valid = one["valid_from"] <= t < one["valid_to"]
    return bool(valid and one["known_from"] <= k < one["known_to"])


def _describe(rivals: Sequence[Row], t: Instant, k: Instant, asked: tuple[Instant, Instant]) -> Row:
    """Say what the dispute at a moment is about, and how far it runs from there.

    `rivals` are its rectangles, beside those of others perhaps.
    """
    (here,) = (one for one in rivals if _holds(one, t, k))
    state = json.loads(here["state"])
    known_then = [one for one in rivals if one["known_from"] <= k < one["known_to"]]
    so_then = [one for one in rivals if one["valid_from"] <= t < one["valid_to"]]
    begun, ended = _run(known_then, here, "valid")
    raised, settled = _run(so_then, here, "known")
    return {
        "opened": {"valid": format_open(begun), "known": format_open(raised)},
        "closed": {
            "valid": format_open(ended) if ended <= asked[0] else None,
            "known": format_open(settled) if settled <= asked[1] else None,
        },
        "evidence": state["evidence"],
        "state": state,
    }


def _run(line: Iterable[Row], here: Row, clock: str) -> tuple[Instant, Instant]:
    """Give the ends of the unbroken stretch of rectangles on a line that this one lies in."""
    start, stop = f"{clock}_from", f"{clock}_to"
    first, last = here[start], here[stop]
    line = sorted(line, key=lambda one: int(one[start]))
    for one in reversed(line):
        if one[stop] == first:
            first = one[start]
    for one in line:
        if one[start] == last:
            last = one[stop]
    return first, last
