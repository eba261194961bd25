"""Leaving: forces that are said to have left a place where they still stand.

Who leaves a place ends a hold on it, and so many fewer change a number; so do "many" fewer, which
leave at most as many. Of who left without one nobody knows whether all did: what was told of the
force stands, and that it left is said beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from projections.cells import Cells
from projections.claims import Claim
from projections.doubles import counts
from projections.enclosing import around
from projections.state import newest
from projections.store import Row
from projections.sums import figure
from tracker.instants import AsOf


def left(
    cells: Cells, clocks: AsOf, row: Row, told: list[Claim], places: Mapping[str, Row]
) -> list[Claim]:
    """Give what says that a force, or one of it, left after it was last told to be there; by time.

    `told` are the claims of its row. A parent leaves with all that is its, a place with all that
    lies in it. Nothing of a row of another phase, or where none are left.
    """
    last = newest([claim for claim in told if counts(claim, clocks)])
    if row["phase"] != "deployed" or row["high"] == 0 or last is None:
        return []
    found = [
        claim
        for claim in _leaving(cells, clocks, row, places)
        if counts(claim, clocks) and last <= claim.start.latest
    ]
    if not found:
        return []
    kin = cells.live.kin
    theirs = {one for actor in row["actors"] for one in kin.lineage(actor)}
    found = [claim for claim in found if theirs & {*claim.actors}]
    return sorted(found, key=lambda claim: (claim.start, claim.position))


def _leaving(cells: Cells, clocks: AsOf, row: Row, places: Mapping[str, Row]) -> Iterator[Claim]:
    for place in (row["place"], *around(places, row["place"])):
        for claim in cells.heard("control", place, clocks.known):
            if claim.effect == "withdraw":
                yield claim
    for claim in cells.heard("forces", f"{row['key'].rpartition('/')[0]}/withdrawn", clocks.known):
        if not _tells(claim):
            continue
        counted = None not in (figure(claim.value), figure(row)) or claim.fact in row["evidence"]
        if claim.effect != "change" or not counted:
            yield claim


def _tells(claim: Claim) -> bool:
    """Whether a claim tells that somebody left: that is not planned, denied, ruled or dropped."""
    return claim.mode not in {"mention", "ruling"} and claim.effect != "dropped"
