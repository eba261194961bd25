"""Beliefs: the claims of one key -> rectangles of constant state in the valid x known plane."""

from __future__ import annotations

import gc
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from projections.claims import Claim
from projections.state import Policy, Projection, State
from tracker.instants import FUTURE_OPEN, PAST_OPEN, Instant
from tracker.kin import Kin


class Belief(NamedTuple):
    """One rectangle: `state` over valid [valid_from, valid_to), known [known_from, known_to).

    Microseconds UTC; the ends of both clocks may be open. No rectangle where there is no evidence.
    """

    valid_from: Instant
    valid_to: Instant
    known_from: Instant
    known_to: Instant
    state: State


def rectangles(
    claims: Iterable[Claim], policy: Policy, projection: Projection, kin: Kin
) -> list[Belief]:
    """Resolve every claim of one key into rectangles, in order of known, then of valid time.

    Known time is walked forward. What is published (or retracted) at one instant bears on one
    stretch of valid time, which the policy's timeline names; only there are states asked for
    anew, and what they leave as it was stays in the rectangle that is open already.
    """
    changes = _changes([claim for claim in claims if policy.hears(claim, kin)])
    timeline = policy.timeline(projection, kin)
    front = _Front()
    with uncollected():
        for known in sorted(changes):
            added, removed = changes[known]
            if len(added) == 1 and not removed:
                last = timeline.append(added[0])
                if last is not None:
                    front.lay(last, FUTURE_OPEN, known)
                    continue
            first, upto = timeline.change(added, removed)
            fresh = [(at, timeline.at(at)) for at in timeline.points(first, upto)]
            front.lay(fresh, upto, known)
    return front.finish()


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave garbage uncollected: a walk makes no circles, and looking for some costs a third."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _changes(claims: Sequence[Claim]) -> dict[Instant, tuple[list[Claim], list[Claim]]]:
    """Group claims by the known instants at which they appear, or are retracted."""
    changes: dict[Instant, tuple[list[Claim], list[Claim]]] = {}
    for claim in claims:
        if claim.retracted is not None and claim.retracted <= claim.published:
            continue
        changes.setdefault(claim.published, ([], []))[0].append(claim)
        if claim.retracted is not None:
            changes.setdefault(claim.retracted, ([], []))[1].append(claim)
    return changes


_by_known_then_valid = itemgetter(2, 0)
"""No two rectangles of a key begin at one point of the plane."""


@dataclass
class _Front:
    """What is believed now over all of valid time, each stretch since when; and what was before.

    `starts` are the stretches' first instants, in order; each reaches to the next start.
    """

    starts: list[Instant] = field(default_factory=lambda: [PAST_OPEN])
    held: list[tuple[State | None, Instant]] = field(default_factory=lambda: [(None, PAST_OPEN)])
    closed: list[Belief] = field(default_factory=list)

    def lay(
        self, fresh: Sequence[tuple[Instant, State | None]], upto: Instant, known: Instant
    ) -> None:
        """Lay what is known now over [fresh[0], upto): equal stretches go on, the others close."""
        first = fresh[0][0]
        if upto == FUTURE_OPEN and first >= self.starts[-1]:
            self._lay_last(fresh, known)
            return
        low = bisect_right(self.starts, first) - 1
        high = bisect_left(self.starts, upto)
        end = self.starts[high] if high < len(self.starts) else FUTURE_OPEN
        cuts = {at for at, _ in fresh} | set(self.starts[low:high]) | {min(upto, end)}
        edges = [*sorted(cut for cut in cuts if cut < end), end]
        starts: list[Instant] = []
        held: list[tuple[State | None, Instant]] = []
        old, new = low, -1
        for at, stop in pairwise(edges):
            while old + 1 < high and self.starts[old + 1] <= at:
                old += 1
            while new + 1 < len(fresh) and fresh[new + 1][0] <= at:
                new += 1
            state, since = self.held[old]
            if first <= at < upto and fresh[new][1] != state:
                self._keep(at, stop, since, known, state)
                state, since = fresh[new][1], known
            if not held or held[-1] != (state, since):
                starts.append(at)
                held.append((state, since))
        self.starts[low:high], self.held[low:high] = starts, held

    def _lay_last(self, fresh: Sequence[tuple[Instant, State | None]], known: Instant) -> None:
        """Lay what is known now at the end of valid time, on the last stretch that there is."""
        old, since = self.held[-1]
        for number, (at, state) in enumerate(fresh):
            stop = fresh[number + 1][0] if number + 1 < len(fresh) else FUTURE_OPEN
            if state == old:
                now = (old, since)
            else:
                self._keep(at, stop, since, known, old)
                now = (state, known)
            if at == self.starts[-1]:
                self.held[-1] = now
                if len(self.held) > 1 and self.held[-2] == now:
                    del self.starts[-1], self.held[-1]
            elif self.held[-1] != now:
                self.starts.append(at)
                self.held.append(now)

    def _keep(
        self, start: Instant, stop: Instant, since: Instant, known: Instant, state: State | None
    ) -> None:
        """Close a rectangle, if it says anything; pieces of one that end together stay one."""
        if state is None or since >= known:
            return
        last = self.closed[-1] if self.closed else None
        if last and last[1] == start and last[2] == since and last[3] == known and last[4] == state:
            self.closed[-1] = Belief(last[0], stop, since, known, state)
        else:
            self.closed.append(Belief(start, stop, since, known, state))

    def finish(self) -> list[Belief]:
        """Give every rectangle, those still open included."""
        for at, (state, since) in enumerate(self.held):
            stop = self.starts[at + 1] if at + 1 < len(self.starts) else FUTURE_OPEN
            self._keep(self.starts[at], stop, since, FUTURE_OPEN, state)
        return sorted(self.closed, key=_by_known_then_valid)
