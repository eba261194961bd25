"""A policy worked out step by step: its `resolve` without starting over.

Claims whose part does not depend on t once they are certain ("plain" ones) stand in the order of
their evidence, each with what the walk has reached there. A new claim walks anew from its place
on, until the walk is back at what was there before. Every other part that a claim can have (begun
perhaps, observed later than t, a span that ends, an entry of a list that stands) lasts for a
stretch of valid time, its spell; at any t only the claims in such a spell are looked at one by
one, on top of the walk.

Cost: a claim at the end of a key's time O(log n); one in the middle, the steps until the walk comes
back to what it was. The law in tests/test_laws.py holds both to one answer.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from projections.claims import Claim
from projections.policies.lists import Lists, Turn, is_listed
from projections.policies.perhaps import may_begin, possibilities
from projections.policies.spells import Spells
from projections.policies.trail import Trail
from projections.policies.walk import (
    At,
    Order,
    Outcome,
    is_direct,
    is_unsettled,
    order,
    rulings,
    windows,
)
from projections.policies.walk import points as points_of
from projections.state import Projection, State, perhaps
from tracker.instants import FUTURE_OPEN, PAST_OPEN, Instant
from tracker.kin import Kin

if TYPE_CHECKING:
    from projections.policies.policy import Policy

MOST_STATES = 20_000
"""States kept to be given again; they are made anew where they are dropped."""

MOST_LISTED = 10_000
"""Walks among what speaks of the very instant that are kept to be gone on from."""

ANY = 0
"""An instant that stands for all of which claims speak directly, if they do of this one."""


class Timeline:
    """The claims of one key known so far, and the state they make at any valid time."""

    def __init__(self, policy: Policy, projection: Projection, kin: Kin) -> None:
        """Begin without claims."""
        self._policy = policy
        self._projection = projection
        self._kin = kin
        self._plain: list[Claim] = []
        self._orders: list[Order] = []
        self._walks: list[Any] = []
        self._spells = Spells()
        self._lists = Lists(projection, kin)
        self._relisted = PAST_OPEN
        self._rulings: list[Claim] = []
        self._points: list[Instant] = []
        self._windows: list[Instant] = []
        self._direct = False
        self._heard: list[Claim] = []
        self._states: dict[int, tuple[Outcome | None, State | None]] = {}
        self._listed_walks: dict[tuple[str, ...], Any] = {}
        self._trail = Trail()

    def change(
        self, added: Sequence[Claim], removed: Sequence[Claim] = ()
    ) -> tuple[Instant, Instant]:
        """Take claims in or out; give the stretch [first, upto) of valid time they can bear on."""
        first = min(claim.start.earliest for claim in (*added, *removed))
        upto = self._relisted = PAST_OPEN
        low, high = len(self._plain), -1
        for claim in removed:
            upto = max(upto, self._spell_end(claim))
            low, high = self._take_out(claim, low, high)
        for claim in added:
            low, high = self._take_in(claim, low, high)
            upto = max(upto, self._spell_end(claim))
        upto = max(upto, self._relisted)
        if high < 0:  # what ends, and what stands, bears on nothing beyond its spell
            return first, upto
        return first, self._past_bends(max(upto, self._walk_anew(low, high)))

    def append(self, claim: Claim) -> list[tuple[Instant, State | None]] | None:
        """Take in a claim that begins when all that is known has run its course.

        Give its states, each from an instant on, the last for ever; None, and take in nothing,
        where it is no such claim. As `change`, `points` and `at` would, for what most claims are.
        """
        start, latest = claim.start
        plain = claim.end is None and not claim.standing and claim.mode != "ruling"
        if not plain or latest == FUTURE_OPEN or self._rulings or self._lists:
            return None
        if claim.observed is not None and claim.observed > start:
            return None
        if self._spells and self._spells.end > start:
            return None
        # A point may be of a claim that has been taken out.
        if self._points and self._points[-1] > start:
            return None
        its = _order(claim)
        if self._orders and self._orders[-1] >= its:
            return None
        if is_listed(claim):
            self._lists.add(claim)
        certain = latest - 1
        walk = self._walks[-1] if self._walks else None
        self._points += [start] if start == certain else [start, certain]
        self._window(claim)
        self._spells.add(claim, certain)
        self._plain.append(claim)
        self._orders.append(its)
        at = At(certain, self._projection, self._kin)
        reached = self._policy.advance(walk, claim, at)
        self._walks.append(reached)
        now = (certain, self._settled(self._policy.read(reached, (), at), at))
        if start == certain:
            return [now]
        at = At(start, self._projection, self._kin)
        before = self._policy.read(walk, (), at)
        begun = None
        if not (before and before.disputed and claim.moves):
            begun = may_begin(claim, before, at)
        possibly = (begun,) if begun else ()
        state = self._settled(before, at) if before else self._policy.state_of(None, possibly, at)
        if before and state and possibly:
            state = perhaps(state, possibly)
        return [(start, state), now]

    def points(self, first: Instant, upto: Instant) -> list[Instant]:
        """Give `first`, and every later instant before `upto` at which a state may change."""
        found = _between(self._points, first, upto)
        if self._direct and self._spells:
            for at in _between(self._windows, first, min(upto, self._spells.end)):
                if any(is_direct(claim, at) for claim in self._spells.at(at)):
                    insort(found, at)
        return [first, *dict.fromkeys(found)] if len(found) > 1 else [first, *found]

    def at(self, t: Instant) -> State | None:
        """Give the state at a valid time, as the policy's resolve would."""
        at = At(t, self._projection, self._kin)
        stabbed = self._spells.at(t)
        if not stabbed and not self._rulings:  # so it is wherever nothing has begun just now
            reached = self._policy.read(self._walk(at, ()), (), at)
            return self._settled(reached, at) if reached else None
        ruled = rulings([one for one in self._rulings if _in_force(one, t)])

        def without(claim: Claim) -> Outcome | None:
            left = [one for one in stabbed if one is not claim]
            return self._policy.read(self._walk(at, left), ruled, at)

        reached = self._policy.read(self._walk(at, stabbed), ruled, at)
        unsettled = [claim for claim in stabbed if is_unsettled(claim, t)] if stabbed else ()
        possibly = possibilities(unsettled, reached, at, without) if unsettled else ()
        if reached is None:
            return self._policy.state_of(None, possibly, at)
        settled = self._settled(reached, at)
        if possibly and settled:
            return perhaps(settled, possibly)
        return settled

    def forget(self) -> None:
        """Let go of the states that were given, and of the walks behind them that are no more."""
        self._states.clear()

    def _settled(self, outcome: Outcome | None, at: At) -> State | None:
        """Make the state of an outcome beside which nothing else may hold; each only once."""
        known = self._states.get(id(outcome))
        if known is None or known[0] is not outcome:
            if len(self._states) > MOST_STATES:
                self._states.clear()
            state = self._policy.state_of(outcome, (), at)
            known = self._states[id(outcome)] = (outcome, state)
        return known[1]

    # -- the walk ------------------------------------------------------------------------------

    def _walk(self, at: At, stabbed: Sequence[Claim]) -> Any:  # noqa: ANN401 - the policy's own
        """Walk to t: from what was reached before the first claim whose part differs there."""
        t = at.t
        last = bisect_left(self._orders, (False, t + 1))  # shorter tuples come before longer ones
        if not stabbed:
            return self._walks[last - 1] if last else None
        if len(stabbed) == 1 and last and stabbed[0] is self._plain[last - 1]:
            (claim,) = stabbed  # what most often is in a spell: the newest claim
            if claim.certain_from > t:
                return self._walks[last - 2] if last > 1 else None
            if not is_direct(claim, t):
                return self._walks[last - 1]
        if not last and _all_direct(stabbed, t):
            return self._walk_direct(stabbed, t)
        skipped = {self._place(claim) for claim in stabbed if _is_early(claim, t)}
        skipped |= {self._place(last) for last in self._lists.lasts(stabbed, t)}
        extra = [claim for claim in stabbed if claim.certain_from <= t and not _is_plain(claim, t)]
        places = [*skipped, *(self._place(claim) for claim in extra if not is_direct(claim, t))]
        start = min(places, default=last)
        walk = self._walks[start - 1] if start else None
        rest: list[Claim] = []
        for place in (*sorted(skipped), last):
            rest += self._plain[start:place]
            start = place + 1
        direct = []
        for claim in self._lists.spoken(extra, t):
            if is_direct(claim, t):
                direct.append(claim)
            else:
                insort(rest, claim, key=lambda one: order(one, t))
        if rest:
            walk = self._trail.walk(walk, rest, self._policy.advance, at)
        return self._policy.fold(direct, at, walk) if direct else walk

    def _walk_direct(self, stabbed: Sequence[Claim], t: Instant) -> Any:  # noqa: ANN401 - as above
        """Walk among what speaks about t itself, and nothing else: entries of lists, long spans.

        So the walk is the same at all such t, and is gone at one that stands for all; what some
        lists say is gone on from when another says something else.
        """
        spoken = self._lists.spoken([one for one in stabbed if one.certain_from <= t], t)
        at = At(ANY, self._projection, self._kin)
        walk: Any = None
        told: tuple[str, ...] = ()
        for claim in (
            sorted(spoken, key=lambda one: order(one, at.t)) if len(spoken) > 1 else spoken
        ):
            told = (*told, claim.fact)
            known = self._listed_walks.get(told)
            if known is None:
                if len(self._listed_walks) > MOST_LISTED:
                    self._listed_walks.clear()
                known = self._listed_walks[told] = self._policy.advance(walk, claim, at)
            walk = known
        return walk

    def _walk_anew(self, low: int, high: int) -> Instant:
        """Walk anew from a place on; give the valid time from which all is as it was."""
        walk = self._walks[low - 1] if low else None
        for at in range(low, len(self._plain)):
            claim = self._plain[at]
            settled = max(claim.point, claim.certain_from)
            walk = self._policy.advance(walk, claim, At(settled, self._projection, self._kin))
            if at > high and walk == self._walks[at]:
                return settled
            self._walks[at] = walk
        return FUTURE_OPEN

    # -- taking in and out ---------------------------------------------------------------------

    def _take_in(self, claim: Claim, low: int, high: int) -> tuple[int, int]:
        for point in points_of(claim):
            if point < FUTURE_OPEN:
                insort(self._points, point)
        if claim.mode == "ruling":
            self._rulings.append(claim)
            return low, high
        self._window(claim)
        if claim.standing or is_listed(claim):
            low, high = self._relist(self._lists.add(claim), low, high)
        if claim.standing:
            return low, high
        self._spells.add(claim, _spell_end(claim))
        return (low, high) if claim.end is not None else self._put_in(claim, low, high)

    def _put_in(self, claim: Claim, low: int, high: int) -> tuple[int, int]:
        its = _order(claim)
        place = bisect_left(self._orders, its)
        self._plain.insert(place, claim)
        self._orders.insert(place, its)
        self._walks.insert(place, None)
        return min(low, place), max(high + (high >= place), place)

    def _take_out(self, claim: Claim, low: int, high: int) -> tuple[int, int]:
        if claim.mode == "ruling":
            self._rulings = [one for one in self._rulings if one.fact != claim.fact]
            return low, high
        if claim.standing or is_listed(claim):
            low, high = self._relist(self._lists.remove(claim), low, high)
        if claim.standing:
            return low, high
        self._spells.remove(claim)
        return (low, high) if claim.end is not None else self._pull_out(claim, low, high)

    def _pull_out(self, claim: Claim, low: int, high: int) -> tuple[int, int]:
        place = self._place(claim)
        del self._plain[place], self._orders[place], self._walks[place]
        return min(low, place), max(high - (high > place), place - 1, 0)

    def _place(self, claim: Claim) -> int:
        return bisect_left(self._orders, _order(claim))

    def _window(self, claim: Claim) -> None:
        """Keep where a claim drops out of the window of what speaks directly, once anything does.

        Nothing does before the first list that stands, or state told of later than it was so.
        """
        if claim.standing:  # it speaks directly wherever it does, and drops out of no window
            self._speaks_directly()
            return
        if self._direct:
            for instant in windows(claim, self._kin):
                insort(self._windows, instant)
            return
        self._heard.append(claim)
        if claim.observed is not None and claim.observed > claim.start.earliest:
            self._speaks_directly()

    def _speaks_directly(self) -> None:
        if not self._direct:
            self._direct = True
            self._windows = sorted(one for told in self._heard for one in windows(told, self._kin))
            self._heard = []

    def _relist(self, turns: Sequence[Turn], low: int, high: int) -> tuple[int, int]:
        """Let entries of lists stand as far as they do now, and be what they are after that."""
        for entry, was, now in turns:
            self._relisted = max([self._relisted, *(one.until for one in (was, now) if one)])
            if was == now:
                continue
            if was:
                self._spells.remove(entry)
                if was.last:
                    low, high = self._pull_out(was.last, low, high)
            if now:
                self._spells.add(entry, now.until)
                if now.last:
                    self._window(now.last)
                    low, high = self._put_in(now.last, low, high)
        return low, high

    def _spell_end(self, claim: Claim) -> Instant:
        """Give the end of the stretch in which a claim bears on more than the plain walk."""
        if claim.mode == "ruling":
            return FUTURE_OPEN if claim.end is None else claim.end.latest - 1
        if not claim.standing:
            return _spell_end(claim)
        return self._lists.course(claim).until

    def _past_bends(self, upto: Instant) -> Instant:
        """Move on to an instant at which every walk begins from what was reached as a whole."""
        while upto < FUTURE_OPEN:
            bent = self._spells.at(upto)
            ends = [_bend_end(claim) for claim in bent if not claim.standing]
            ends += [self._spell_end(one) for one in bent if self._lists.lasts([one], upto)]
            upto, before = max([upto, *ends]), upto
            if upto == before:
                break
        return upto


def _order(claim: Claim) -> Order:
    """Give a plain claim's place in the order, once it has certainly begun."""
    told = (claim.report, claim.version)
    return False, claim.point, claim.published, claim.stage, claim.start.earliest, *told


def _spell_end(claim: Claim) -> Instant:
    begun = _bend_end(claim)
    return begun if claim.observed is None or claim.end else max(begun, claim.observed)


def _bend_end(claim: Claim) -> Instant:
    """The end of the stretch in which a claim changes the walk itself, not only its last step."""
    return claim.certain_from if claim.end is None else claim.end.latest - 1


def _is_early(claim: Claim, t: Instant) -> bool:
    """Whether a claim stands in the order by t, but has not certainly begun."""
    return claim.end is None and not claim.standing and claim.point <= t < claim.certain_from


def _all_direct(stabbed: Sequence[Claim], t: Instant) -> bool:
    """Whether all that has certainly begun speaks about t itself, and so would about `ANY`."""
    return all(
        claim.certain_from > t or (is_direct(claim, t) and is_direct(claim, ANY))
        for claim in stabbed
    )


def _is_plain(claim: Claim, t: Instant) -> bool:
    return claim.end is None and claim.point <= t and not claim.standing


def _in_force(ruling: Claim, t: Instant) -> bool:
    return ruling.start.earliest <= t and (ruling.end is None or t < ruling.end.latest - 1)


def _between(instants: Sequence[Instant], first: Instant, upto: Instant) -> list[Instant]:
    return list(instants[bisect_right(instants, first) : bisect_left(instants, upto)])
