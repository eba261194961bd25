"""Spells: the stretches of valid time in which claims are looked at one by one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from projections.claims import Claim
from tracker.instants import PAST_OPEN, Instant

BLOCK = 64
"""Spells that are looked at one by one, or passed over together."""
Spell = tuple[Instant, Instant, int, Claim]
"""Where it begins and ends; which it was among those taken in; whose it is."""


class Spells:
    """Stretches [start, end) of valid time, each of a claim; asked which hold an instant."""

    def __init__(self) -> None:
        """Begin without spells."""
        self._spells: list[Spell] = []
        self._reach: list[Instant] = []  # the latest end among the spells up to each
        self._of: dict[str, Spell] = {}
        self._count = 0
        self._tops: list[Instant] = []  # the latest end in each block; empty where not known

    def __len__(self) -> int:
        """Count them."""
        return len(self._spells)

    @property
    def end(self) -> Instant:
        """The instant at which the last of them is over."""
        return self._reach[-1]

    def add(self, claim: Claim, end: Instant) -> None:
        """Take in a claim, whose spell begins when it perhaps begins; a claim has one."""
        self._count += 1
        self._tops = []
        spell = (claim.start.earliest, end, self._count, claim)
        self._of[claim.fact] = spell
        if not self._spells or self._spells[-1] < spell:
            self._spells.append(spell)
            self._reach.append(max(end, self._reach[-1]) if self._reach else end)
            return
        at = bisect_right(self._spells, spell)
        self._spells.insert(at, spell)
        self._reach.insert(at, PAST_OPEN)
        self._reach_from(at)

    def remove(self, claim: Claim) -> None:
        """Take a claim out."""
        self._tops = []
        at = bisect_left(self._spells, self._of.pop(claim.fact))
        del self._spells[at], self._reach[at]
        self._reach_from(at)

    def at(self, t: Instant) -> list[Claim]:
        """Give the claims in whose spell t lies."""
        found: list[Claim] = []
        at = bisect_left(self._spells, (t + 1,))
        reach, spells = self._reach, self._spells
        looked = max(0, at - BLOCK)
        while at > looked and reach[at - 1] > t:
            at -= 1
            if spells[at][1] > t:
                found.append(spells[at][3])
        if at and at == looked and reach[at - 1] > t:
            found += self._before(at, t)
        return found

    def _before(self, upto: int, t: Instant) -> list[Claim]:
        """Give those before a place in whose spell t lies, the latest first.

        Of many that are over a few may go on, as what was "in 2013" does beside a thousand days:
        so whole blocks are passed over.
        """
        if not self._tops:
            ends = [spell[1] for spell in self._spells]
            self._tops = [max(ends[at : at + BLOCK]) for at in range(0, len(ends), BLOCK)]
        found: list[Claim] = []
        while upto and self._reach[upto - 1] > t:
            block, first = (upto - 1) // BLOCK, (upto - 1) // BLOCK * BLOCK
            if self._tops[block] > t:
                some = self._spells[first:upto]
                found += [spell[3] for spell in reversed(some) if spell[1] > t]
            upto = first
        return found

    def _reach_from(self, at: int) -> None:
        """Bring the running maximum of the ends up to date from a place on."""
        reach = self._reach[at - 1] if at else PAST_OPEN
        for index in range(at, len(self._spells)):
            reach = max(reach, self._spells[index][1])
            if self._reach[index] == reach and index > at:
                return
            self._reach[index] = reach
