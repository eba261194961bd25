"""The front: what is believed now over all of valid time, each stretch since when; and before.

Known time moves forward over it. What is no longer believed is a rectangle that is closed; what
still is, one that is open.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from projections.state import State
from tracker.instants import FUTURE_OPEN, PAST_OPEN, Instant


class Belief(NamedTuple):
    """One rectangle: `state` over valid [valid_from, valid_to), known [known_from, known_to).

    Microseconds UTC; the ends of both clocks may be open. No rectangle where there is no evidence.
    """

    valid_from: Instant
    valid_to: Instant
    known_from: Instant
    known_to: Instant
    state: State


Stretch = tuple[Instant, Instant, State | None]
"""Where it begins on the valid clock, since when it is known, and what is so until the next."""
Fresh = Sequence[tuple[Instant, State | None]]
"""What is known from now on, each from an instant of valid time on."""

_by_known_then_valid = itemgetter(2, 0)
"""No two rectangles of a key begin at one point of the plane."""


class Line(NamedTuple):
    """What is believed at one known instant over all of valid time, stretch by stretch."""

    stretches: Sequence[Stretch]

    def at(self, t: Instant) -> State | None:
        """Give the state at a valid time."""
        return self.stretches[bisect_left(self.stretches, (t + 1,)) - 1][2]

    def within(self, first: Instant, last: Instant) -> Sequence[Stretch]:
        """Give the stretches that touch [first, last], also those of which nobody tells."""
        low = max(bisect_left(self.stretches, (first + 1,)) - 1, 0)
        return self.stretches[low : bisect_left(self.stretches, (last + 1,))]

    def settled_before(self, t: Instant) -> State | None:
        """Give the last state before a valid time that nobody disputed."""
        upto = bisect_left(self.stretches, (t,))
        states = (self.stretches[at][2] for at in range(upto - 1, -1, -1))
        return next((one for one in states if one and one.settled), None)


class Front:
    """The stretches of valid time, in order and no two alike side by side; the closed rectangles.

    The last instant that was laid may be laid again, with more that was known then: as it was
    before that instant is remembered. Whoever keeps a copy is told what has changed since.
    """

    def __init__(self) -> None:
        """Begin with nothing known of any time."""
        self.known: Instant = PAST_OPEN - 1  # before whatever is known
        self._stretches: list[Stretch] = [(PAST_OPEN, PAST_OPEN, None)]
        self._closed: list[Belief] = []
        self._before: tuple[list[Stretch], int] = ([], 0)
        self._told: tuple[list[Stretch], int, list[Belief]] = ([], 0, [])

    def remember(self) -> None:
        """Remember all as it is, before an instant is laid that may be laid again."""
        self._before = (self._stretches.copy(), len(self._closed))

    def lay(self, fresh: Fresh, upto: Instant, known: Instant) -> None:
        """Lay what is known now over [fresh[0], upto): equal stretches go on, the others close.

        At an instant that was laid already, what was so before that instant goes on.
        """
        first, line = fresh[0][0], self._stretches
        again, self.known = known == self.known, known
        if upto == FUTURE_OPEN and first >= line[-1][0] and not again:
            self._lay_last(fresh, known)
        elif first < upto:  # else it never held: an entry that a later one of its list overtook
            self._lay_over(fresh, upto, known, again=again)

    def _lay_over(self, fresh: Fresh, upto: Instant, known: Instant, *, again: bool) -> None:
        first, line = fresh[0][0], self._stretches
        low = bisect_left(line, (first + 1,)) - 1
        high = bisect_left(line, (upto,))
        end = line[high][0] if high < len(line) else FUTURE_OPEN
        cuts = {at for at, _ in fresh} | {one[0] for one in line[low:high]} | {min(upto, end)}
        before, base = self._before[0], 0
        if again:
            base = bisect_left(before, (line[low][0] + 1,)) - 1
            cuts |= {one[0] for one in before[base + 1 : bisect_left(before, (upto,))]}
        edges = [*sorted(cut for cut in cuts if cut < end), end]
        old = _lying(line, low, edges[:-1])
        bases = _lying(before, base, edges[:-1]) if again else old
        laid: list[Stretch] = []
        new = -1
        for (at, stop), now, was in zip(pairwise(edges), old, bases, strict=True):
            _, since, state = now
            if first <= at < upto:
                while new + 1 < len(fresh) and fresh[new + 1][0] <= at:
                    new += 1
                _, since, state = was
                if fresh[new][1] != state:
                    if not again:
                        self._keep(at, stop, since, known, state)
                    since, state = known, fresh[new][1]
            if not laid or laid[-1][1] != since or laid[-1][2] != state:
                laid.append((at, since, state))
        self._splice(low, high, laid)
        if again:
            self._close_again()

    def _splice(self, low: int, high: int, laid: list[Stretch]) -> None:
        """Put stretches in the place of others; what is alike beside them is one with them."""
        line = self._stretches
        if high < len(line) and line[high][1:] == laid[-1][1:]:
            high += 1
        if low and line[low - 1][1:] == laid[0][1:]:
            del laid[0]
        line[low:high] = laid

    def _lay_last(self, fresh: Fresh, known: Instant) -> None:
        """Lay what is known now at the end of valid time, on the last stretch that there is."""
        line = self._stretches
        _, since, old = line[-1]
        for number, (at, state) in enumerate(fresh):
            stop = fresh[number + 1][0] if number + 1 < len(fresh) else FUTURE_OPEN
            if state == old:
                now = (at, since, old)
            else:
                self._keep(at, stop, since, known, old)
                now = (at, known, state)
            if at == line[-1][0]:
                line[-1] = now
                if len(line) > 1 and line[-2][1:] == now[1:]:
                    del line[-1]
            elif line[-1][1:] != now[1:]:
                line.append(now)

    def _keep(
        self, start: Instant, stop: Instant, since: Instant, known: Instant, state: State | None
    ) -> None:
        """Close a rectangle, if it says anything; pieces of one that end together stay one."""
        if state is None or since >= known:
            return
        last = self._closed[-1] if self._closed else None
        if last and last[1] == start and last[2] == since and last[3] == known and last[4] == state:
            self._closed[-1] = Belief(last[0], stop, since, known, state)
        else:
            self._closed.append(Belief(start, stop, since, known, state))

    def _close_again(self) -> None:
        """Close anew what is no longer so since the instant that was laid again."""
        base, sure = self._before
        del self._closed[sure:]
        line = self._stretches
        alike, ends = _alike(base, line)
        ats = {one[0] for one in (*base[alike : len(base) - ends], *line[alike : len(line) - ends])}
        stop = line[len(line) - ends][0] if ends else FUTURE_OPEN
        edges, first = sorted(ats), max(alike - 1, 0)
        old, new = _lying(base, first, edges), _lying(line, first, edges)
        for (at, until), was, now in zip(pairwise([*edges, stop]), old, new, strict=True):
            if was[1:] != now[1:]:
                self._keep(at, until, was[1], self.known, was[2])

    def line(self) -> Line:
        """Give what was believed when it was asked last what rectangles there are."""
        return Line(self._told[0])

    def rectangles(self) -> list[Belief]:
        """Give every rectangle, those still open included, in order of known, then valid time."""
        line = self._stretches
        self._told = (line.copy(), self._before[1], self._closed[self._before[1] :])
        return sorted([*self._closed, *_open(line, 0, len(line))], key=_by_known_then_valid)

    def changed(self) -> tuple[list[Belief], list[Belief]]:
        """Give (what is no rectangle any more, what has become one) since they were asked for."""
        was, sure, closed = self._told
        line = self._stretches
        alike, ends = _alike(was, line)
        first = max(alike - 1, 0)  # where the last that is alike ends may have changed
        old = {_corner(one): one for one in (*closed, *_open(was, first, len(was) - ends))}
        kept = self._closed[sure:]
        new = {_corner(one): one for one in (*kept, *_open(line, first, len(line) - ends))}
        self._told = (line.copy(), self._before[1], self._closed[self._before[1] :])
        return (
            [one for at, one in old.items() if new.get(at) != one],
            [one for at, one in new.items() if old.get(at) != one],
        )


def _corner(belief: Belief) -> tuple[Instant, Instant]:
    return belief.known_from, belief.valid_from


def _lying(line: Sequence[Stretch], at: int, edges: Iterable[Instant]) -> list[Stretch]:
    """Give the stretch that lies at each of some instants, in their order, from a place on."""
    found = []
    for edge in edges:
        while at + 1 < len(line) and line[at + 1][0] <= edge:
            at += 1
        found.append(line[at])
    return found


def _open(line: Sequence[Stretch], first: int, upto: int) -> Iterator[Belief]:
    """Yield the rectangles that are still open, of some stretches."""
    for at in range(first, upto):
        start, since, state = line[at]
        if state is not None and since < FUTURE_OPEN:
            stop = line[at + 1][0] if at + 1 < len(line) else FUTURE_OPEN
            yield Belief(start, stop, since, FUTURE_OPEN, state)


def _alike(one: Sequence[Stretch], other: Sequence[Stretch]) -> tuple[int, int]:
    """Say how many stretches at the beginning, and how many of the rest at the end, are the same.

    A stretch that goes on is the same object, mostly.
    """
    most = min(len(one), len(other))
    first = next((n for n in range(most) if one[n] is not other[n] and one[n] != other[n]), most)
    most -= first
    last = next((n for n in range(most) if one[-1 - n] != other[-1 - n]), most)
    return first, last
