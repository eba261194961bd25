"""Doubles: changes that may be one event and are all counted; and changes that may be missing.

Who tells of the same arrival, or of the same fight, seldom counts alike; and two arrivals on one
day are two. Nothing but a reader can tell these apart, so that both are counted is said. Nor can
anyone tell whether those who came "in March" were there when a total of that month was taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter

from projections.claims import Claim
from projections.levels import in_total, told_again, told_twice
from projections.sums import figure
from tracker.instants import DAY, LONGEST_DAY, PAST_OPEN, AsOf, Instant

_by_start = attrgetter("start", "published", "position")
VAGUEST = 7 * DAY
"""Of longer times nothing is said: what happened in a year may be many events."""


def doubles(claims: Iterable[Claim], clocks: AsOf) -> list[tuple[Claim, Claim]]:
    """Give the pairs among one cell's claims that count at the clocks; each with one before it."""
    heard = [claim for claim in claims if counts(claim, clocks)]
    total = _newest_total(heard)
    seen = PAST_OPEN if total is None else _seen(total)
    changes = [
        claim
        for claim in heard
        if claim.effect == "change"
        and claim.start.earliest >= seen
        and not in_total({"_total": seen}, claim)
        and claim.start.latest - claim.start.earliest <= VAGUEST
    ]
    changes.sort(key=_by_start)
    return list(_pairs(changes))


def uncounted(claims: Iterable[Claim], clocks: AsOf) -> tuple[Claim, list[Claim]] | None:
    """Give the newest total among one cell's claims, and the changes that may have come after it.

    They may have come before as well, and are taken to be in it. Not those of which another tells
    when they were, and each once. None where there is no total, or none is in doubt.
    """
    heard = [claim for claim in claims if counts(claim, clocks)]
    total = _newest_total(heard)
    if total is None:
        return None
    seen = _seen(total)
    changes = [one for one in heard if one.effect == "change" and figure(one.value) is not None]
    vague, mentions = [], _Mentions()
    for one in changes:
        if one.start.earliest < seen and one.start.latest > seen + LONGEST_DAY:
            vague.append(one)
        else:
            mentions.add(one)
    found: list[Claim] = []
    for one in sorted(vague, key=_by_start):
        if not mentions.tell(one):
            found.append(one)
            mentions.add(one)
    return (total, found) if found else None


class _Mentions:
    """Changes by their number and by the table that tells them, which tells each event once."""

    def __init__(self) -> None:
        self._told: dict[int | None, dict[str | None, list[Claim]]] = {}

    def add(self, claim: Claim) -> None:
        of_number = self._told.setdefault(figure(claim.value), {})
        of_number.setdefault(_table(claim), []).append(claim)

    def tell(self, claim: Claim) -> bool:
        """Whether one of them is a mention of the same event."""
        own = _table(claim)
        return any(
            told_again(claim, other)
            for table, told in self._told.get(figure(claim.value), {}).items()
            if own is None or table != own
            for other in told
        )


def _table(claim: Claim) -> str | None:
    record = claim.value.get("_record")
    return record[0] if record else None


def _newest_total(claims: Iterable[Claim]) -> Claim | None:
    """Give the total that was seen last."""
    totals = (claim for claim in claims if claim.effect == "total" and claim.observed is not None)
    return max(totals, key=lambda one: (_seen(one), one.published, one.position), default=None)


def _seen(total: Claim) -> Instant:
    return PAST_OPEN if total.observed is None else total.observed


def counts(claim: Claim, clocks: AsOf) -> bool:
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
