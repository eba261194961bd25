"""Doubles: changes that may be one event, told by several with different numbers, and all counted.

Who tells of the same arrival, or of the same fight, seldom counts alike; and two arrivals on one
day are two. Nothing but a reader can tell these apart, so that both are counted is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from projections.claims import Claim
from projections.levels import in_total, told_twice
from tracker.instants import DAY, PAST_OPEN, AsOf

VAGUEST = 7 * DAY
"""Of longer times nothing is said: what happened in a year may be many events."""


def doubles(claims: Iterable[Claim], clocks: AsOf) -> list[tuple[Claim, Claim]]:
    """Give the pairs among one cell's claims that count at the clocks; each with one before it."""
    heard = [claim for claim in claims if _counts(claim, clocks)]
    totals = (claim.observed for claim in heard if claim.effect == "total")
    seen = max((at for at in totals if at is not None), default=PAST_OPEN)
    changes = [
        claim
        for claim in heard
        if claim.effect == "change"
        and claim.start.earliest >= seen
        and not in_total({"_total": seen}, claim)
        and claim.start.latest - claim.start.earliest <= VAGUEST
    ]
    changes.sort(key=lambda claim: (claim.start, claim.published, claim.position))
    return list(_pairs(changes))


def _counts(claim: Claim, clocks: AsOf) -> bool:
    """Whether a claim is known, not taken back, and surely begun."""
    known = claim.published <= clocks.known
    stands = claim.retracted is None or clocks.known < claim.retracted
    return known and stands and claim.certain_from <= clocks.as_of


def _pairs(changes: list[Claim]) -> Iterator[tuple[Claim, Claim]]:
    going_on: list[Claim] = []
    for claim in changes:
        going_on = [one for one in going_on if claim.start.earliest < one.start.latest]
        twin = next((one for one in going_on if told_twice(one, claim)), None)
        if twin is not None:
            yield twin, claim
        going_on.append(claim)
