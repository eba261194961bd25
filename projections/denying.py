"""Denying: who denies what a place's holder is believed by.

A denial makes no belief; so that somebody denies what is believed is said beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from projections.cells import Cells
from projections.claims import Claim
from projections.store import Row
from tracker.instants import PAST_OPEN, AsOf, Instant, read_instant
from tracker.kin import Kin


def denied(cells: Cells, clocks: AsOf, rows: Iterable[Row]) -> Iterator[tuple[Row, list[Claim]]]:
    """Yield each row of control with the claims that deny what it says; rows without are left out.

    `rows` are as of the clocks. What is denied of a time before the state began is no denial of it.
    """
    keys = cells.store.denied_of()
    kin = cells.live.kin
    for row in rows:
        if row["projection"] != "control" or row["key"] not in keys or not row["since"]:
            continue
        told = cells.heard("control", row["key"], clocks.known)
        known = (one for one in told if one.retracted is None or clocks.known < one.retracted)
        found = [one for one in known if _denies(one, row, clocks, kin)]
        if found:
            yield row, sorted(found, key=lambda one: (one.published, one.position))


def _denies(claim: Claim, row: Row, clocks: AsOf, kin: Kin) -> bool:
    _, earliest, latest = claim.since  # of what is denied
    if claim.status != "denied" or earliest > clocks.as_of or latest <= _begun(row):
        return False
    if claim.kind == "ForcesWithdrew":
        return bool(row["status"] == "vacated")
    there = [*row["holders"], *row.get("besiegers", ())]
    return any(kin.same_side(one, other) for one in there for other in claim.actors)


def _begun(row: Row) -> Instant:
    earliest = row["since"]["earliest"]
    return PAST_OPEN if earliest is None else read_instant(earliest)
