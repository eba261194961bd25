"""Undoing: a batch taken back, so that what it had put something else in the place of is so again.

A correction stands in the stream of what it corrects, so a stream shows chains: a fact, what took
its place, and what took the place of that. Taking back a batch takes its part out of each chain.
Where it told something first, that is retracted. Where it took the place of something, the words of
that are put back: a new fact that says what it said, known from when the batch was taken back; and
so for what the batch itself retracted. Pure, and knows one stream at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from tracker.facts.envelope import Event
from tracker.facts.record import FactCorrected, FactRetracted


class Part(NamedTuple):
    """A batch's part in one stream.

    `over`: what is to be retracted. `put_back`: fact -> the one whose words take its place.
    `undone`: what was taken out of its chain before. `covered`: fact -> what somebody else has put
    in its place since, which has to be taken back first.
    """

    over: set[str]
    put_back: dict[str, Event]
    undone: set[str]
    covered: dict[str, Event]


class Instead(NamedTuple):
    """One fact put in the place of another, and whose words it repeats, if anybody's."""

    fact: str
    replaced_by: str
    restores: str | None = None


class Chains:
    """What took the place of what, among the facts of a stream."""

    def __init__(self, corrections: Iterable[Instead]) -> None:
        """Read corrections in the order in which they were recorded."""
        corrections = list(corrections)
        self.instead = {one.fact: one.replaced_by for one in corrections}
        self._came = {one.replaced_by: one for one in corrections}

    def says(self, fact: str) -> str:
        """Name the fact whose words these are: its own, or another's that were put back."""
        came = self._came.get(fact)
        return came.restores if came and came.restores else fact

    def came(self, fact: str) -> str | None:
        """Name the fact that another took the place of, None for what replaced nothing."""
        came = self._came.get(fact)
        return came.fact if came else None

    def end(self, fact: str) -> str:
        """Give what stands at the end of a fact's chain."""
        seen = {fact}
        while (other := self.instead.get(fact)) and other not in seen:  # a circle has no end
            fact = other
            seen.add(other)
        return fact

    def line(self, fact: str) -> Iterator[str]:
        """Yield a fact's words, and those that they took the place of, newest first.

        What was taken out of the chain between them is not among them.
        """
        seen: set[str] = set()
        while (own := self.says(fact)) not in seen:
            seen.add(own)
            yield own
            if own not in self._came:
                return
            fact = self._came[own].fact

    def was_undone(self, fact: str) -> bool:
        """Whether a fact was taken out of its chain."""
        return self.says(fact) not in self.line(self.end(fact))


def corrections_in(past: Iterable[Event]) -> Iterator[Instead]:
    """Yield what took the place of what in a stream, in the order in which it was recorded."""
    for event in past:
        if isinstance(event.body, FactCorrected):
            yield Instead(event.body.fact, event.body.replaced_by, event.body.restores)


def part_of(past: Sequence[Event], wanted: Collection[str], batch: str) -> Part:
    """Find the part of a batch in a stream; `wanted` are the ids of all that it told there."""
    by_id = {event.id: event for event in past}
    chains = Chains(corrections_in(past))
    ends = [(event.batch, event.body) for event in past if isinstance(event.body, FactRetracted)]
    retracted = {body.fact for _, body in ends}
    # who say of a fact that it is over, whether this batch says so or not
    others = {body.fact for its, body in ends if its != batch and body.by_source}
    own = [body.fact for its, body in ends if its == batch and body.fact not in others]
    part = Part(set(), {}, set(), {})
    its = {chains.says(one) for one in wanted}
    for one in wanted:
        end = chains.end(one)
        ended = end in own and chains.says(end) in its  # the batch put an end to its own words
        if chains.was_undone(one) or (end in retracted and not ended):
            part.undone.add(one)
        elif chains.says(end) not in its:
            part.covered[one] = by_id[end]
        elif before := next((other for other in chains.line(end) if other not in its), None):
            part.put_back[end] = by_id[before]
        else:
            (part.undone if ended else part.over).add(one)
    for fact in own:
        if chains.says(fact) not in its and fact not in chains.instead:
            part.put_back[fact] = by_id[chains.says(fact)]
    return part
