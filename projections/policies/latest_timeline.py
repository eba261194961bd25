"""Policy latest worked out step by step: `latest.resolve` without starting over.

Claims whose part does not depend on t once they are certain ("plain" ones) stand in the order of
their evidence, each with the cell that the fold has reached there. A new claim refolds from its
place on, until the fold is back at the cell that was there before. Every other part a claim can
have (begun perhaps, observed later than t, a span that ends) lasts for a stretch of valid time,
its spell; at any t only the claims in such a spell are looked at one by one.

Cost: a claim at the end of a key's time O(log n); one in the middle, the steps until the fold
comes back to what it was, usually a few. The law in tests/test_laws.py holds both to one answer.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence

from projections.claims import Claim, Kin
from projections.policies.latest import (
    Cell,
    Order,
    advance,
    fold,
    is_unsettled,
    order,
    possibilities,
    state_of,
)
from projections.policies.latest import points as points_of
from projections.state import Projection, State
from tracker.instants import FUTURE_OPEN, Instant

Spell = tuple[Instant, Instant, int, Claim]


class LatestTimeline:
    """The claims of one key known so far, and the state they make at any valid time."""

    def __init__(self, projection: Projection, kin: Kin) -> None:
        """Begin without claims."""
        self._projection = projection
        self._kin = kin
        self._plain: list[Claim] = []
        self._orders: list[Order] = []
        self._cells: list[Cell | None] = []
        self._spells: list[Spell] = []
        self._reach: list[Instant] = []  # the latest end among the spells up to each
        self._points: list[Instant] = []
        self._count = 0

    def change(
        self, added: Sequence[Claim], removed: Sequence[Claim] = ()
    ) -> tuple[Instant, Instant]:
        """Take claims in or out; give the stretch [first, upto) of valid time they can bear on."""
        first = min(claim.start.earliest for claim in (*added, *removed))
        upto = max(_spell_end(claim) for claim in (*added, *removed))
        low, high = len(self._plain), -1
        for claim in removed:
            low, high = self._take_out(claim, low, high)
        for claim in added:
            low, high = self._take_in(claim, low, high)
        if high >= 0:
            upto = max(upto, self._refold(low, high))
        return first, self._past_spells(upto)

    def points(self, first: Instant, upto: Instant) -> list[Instant]:
        """Give `first`, and every later instant before `upto` at which a state may change."""
        found = self._points[bisect_right(self._points, first) : bisect_left(self._points, upto)]
        return [first, *dict.fromkeys(found)]

    def at(self, t: Instant) -> State | None:
        """Give the state at a valid time, as latest.resolve would."""
        stabbed = self._stabbed(t)
        cell = self._cell(t, stabbed)
        unsettled = [claim for claim in stabbed if is_unsettled(claim, t)]

        def without(claim: Claim) -> Cell | None:
            return self._cell(t, [one for one in stabbed if one is not claim])

        found = possibilities(unsettled, cell, t, self._projection, self._kin, without)
        return state_of(cell, found, self._projection)

    # -- the fold ------------------------------------------------------------------------------

    def _cell(self, t: Instant, stabbed: Sequence[Claim]) -> Cell | None:
        """Fold what is certain at t: from the cell before the first claim whose part differs."""
        last = bisect_right(self._orders, t, key=lambda one: one[1])
        skipped = {
            self._place(claim) for claim in stabbed if claim.end is None and _is_early(claim, t)
        }
        extra = [claim for claim in stabbed if claim.certain_from <= t and not _is_plain(claim, t)]
        settled = [claim for claim in extra if claim.observed is None or claim.observed <= t]
        places = [*skipped, *(self._place(claim) for claim in settled)]
        start = min(places, default=last)
        cell = self._cells[start - 1] if start else None
        rest = [self._plain[at] for at in range(start, last) if at not in skipped]
        return fold((*rest, *extra), t, self._projection, self._kin, cell)

    def _refold(self, low: int, high: int) -> Instant:
        """Fold anew from a place on; give the valid time from which all is as it was."""
        cell = self._cells[low - 1] if low else None
        for at in range(low, len(self._plain)):
            claim = self._plain[at]
            cell = advance(cell, claim, self._projection, self._kin)
            if at > high and _same(cell, self._cells[at]):
                return max(claim.point, claim.certain_from)
            self._cells[at] = cell
        return FUTURE_OPEN

    # -- taking in and out ---------------------------------------------------------------------

    def _take_in(self, claim: Claim, low: int, high: int) -> tuple[int, int]:
        for point in points_of(claim):
            if point < FUTURE_OPEN:
                insort(self._points, point)
        self._count += 1
        spell = (claim.start.earliest, _spell_end(claim), self._count, claim)
        at = bisect_right(self._spells, spell)
        self._spells.insert(at, spell)
        self._reach.insert(at, 0)
        self._reach_from(at)
        if claim.end is not None:
            return low, high
        place = self._place(claim)
        self._plain.insert(place, claim)
        self._orders.insert(place, order(claim, claim.point))
        self._cells.insert(place, None)
        return min(low, place), max(high + (high >= place), place)

    def _take_out(self, claim: Claim, low: int, high: int) -> tuple[int, int]:
        at = next(i for i, spell in enumerate(self._spells) if spell[3].fact == claim.fact)
        del self._spells[at], self._reach[at]
        self._reach_from(at)
        if claim.end is not None:
            return low, high
        place = self._place(claim)
        del self._plain[place], self._orders[place], self._cells[place]
        return min(low, place), max(high - (high > place), place - 1, 0)

    def _place(self, claim: Claim) -> int:
        return bisect_left(self._orders, order(claim, claim.point))

    # -- spells --------------------------------------------------------------------------------

    def _reach_from(self, at: int) -> None:
        """Bring the running maximum of the ends up to date from a place on."""
        reach = self._reach[at - 1] if at else -FUTURE_OPEN
        for index in range(at, len(self._spells)):
            reach = max(reach, self._spells[index][1])
            if self._reach[index] == reach and index > at:
                return
            self._reach[index] = reach

    def _stabbed(self, t: Instant) -> list[Claim]:
        """Give the claims in whose spell t lies."""
        found: list[Claim] = []
        at = bisect_right(self._spells, t, key=lambda spell: spell[0])
        while at and self._reach[at - 1] > t:
            at -= 1
            if self._spells[at][1] > t:
                found.append(self._spells[at][3])
        return found

    def _past_spells(self, upto: Instant) -> Instant:
        """Move on to an instant at which no spell is open: there folds start from whole cells."""
        while upto < FUTURE_OPEN:
            ends = [_spell_end(claim) for claim in self._stabbed(upto)]
            if not ends:
                break
            upto = max(ends)
        return upto


def _spell_end(claim: Claim) -> Instant:
    """The end of the stretch in which a claim's part is not plain."""
    if claim.end is not None:
        return claim.end.latest - 1
    begun = claim.certain_from
    return begun if claim.observed is None else max(begun, claim.observed)


def _is_early(claim: Claim, t: Instant) -> bool:
    """Whether a claim stands in the order by t, but has not certainly begun."""
    return claim.point <= t < claim.certain_from


def _is_plain(claim: Claim, t: Instant) -> bool:
    return claim.end is None and claim.point <= t


def _same(one: Cell | None, other: Cell | None) -> bool:
    if one is None or other is None:
        return one is other
    return (
        len(one.run) == len(other.run)
        and all(a is b for a, b in zip(one.run, other.run, strict=True))
        and one.since == other.since
        and one.value == other.value
    )
