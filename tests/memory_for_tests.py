"""What the state machine holds a situation against: a plain list of what was told, in memory.

It knows facts, who told them where, and what was taken back or ruled since. What that comes to at
a moment, the oracles work out from nothing each time it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import oracle
import oracle_weighted

from tracker.facts import Fact, ReportRegistered
from tracker.facts.envelope import Event
from tracker.facts.record import (
    FactCorrected,
    FactRetracted,
    HoldLifted,
    HoldPlaced,
    RulingMade,
    TextErased,
)
from tracker.instants import FUTURE_OPEN, Instant
from tracker.registry import Registration, Registry
from tracker.times import When

Cell = tuple[str, str]


def out(published: When) -> Instant:
    """Give the last instant of the day or second on which something was published."""
    return published.start.latest - 1


@dataclass
class Heard:
    """One fact that was recorded, and what became of it; positions are those of the log."""

    fact: Fact
    header: ReportRegistered
    stream: str
    version: int
    position: int
    batch: str | None
    corrected: When | None = None
    restated: Instant | None = None
    backs: list[tuple[Instant, int]] = field(default_factory=list)
    replaced_by: str | None = None
    taken_back: When | None = None
    put_back: bool = False

    @property
    def published(self) -> When:
        """When it was told: with its report, or with the correction that brought it."""
        return self.corrected or self.header.published

    @property
    def known(self) -> Instant:
        """From when on it counts."""
        late = out(self.corrected) if self.corrected else out(self.header.published)
        return max(late, out(self.header.published))

    def retracted(self, upto: int) -> Instant | None:
        """From when on it counts no more, as the log has it at a position."""
        return min((at for at, position in self.backs if position <= upto), default=None)


@dataclass
class Ruled:
    """One ruling."""

    ruling: RulingMade
    id: str
    version: int
    position: int
    backs: list[tuple[Instant, int]] = field(default_factory=list)

    @property
    def cell(self) -> Cell:
        """What it is about."""
        return self.ruling.projection, self.ruling.key


class Memory:
    """All that was told, by id, in the order in which it was recorded."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.world = Registry()
        self.facts: dict[str, Heard] = {}
        self.rulings: dict[str, Ruled] = {}
        self.headers: dict[str, ReportRegistered] = {}
        self.erased: dict[str, int] = {}
        self.holds: dict[str, str] = {}
        self.ever_held: set[str] = set()
        self.position = 0

    def take(self, event: Event) -> None:  # noqa: C901 - each kind in turn
        """Note what one event says."""
        assert event.position == self.position + 1
        self.position = event.position
        stream = event.stream.hex
        match event.body:
            case Registration():
                self.world = self.world.after([event.body])  # type: ignore[list-item]
            case ReportRegistered() as header:
                self.headers[stream] = header
            case FactCorrected() as body:
                wrong = self.facts[body.fact]
                wrong.backs.append((out(body.published), event.position))
                wrong.replaced_by = body.replaced_by
                wrong.put_back = body.restores is not None
                self._correction = body
            case FactRetracted() as body:
                known = out(body.published)
                if body.fact in self.facts:
                    self.facts[body.fact].taken_back = body.published
                    self.facts[body.fact].backs.append((known, event.position))
                else:
                    self.rulings[body.fact].backs.append((known, event.position))
            case RulingMade() as body:
                self.rulings[event.id] = Ruled(body, event.id, event.version, event.position)
            case TextErased() as body:
                self.erased[body.event] = event.position
            case HoldPlaced() as body:
                self.holds[event.id] = body.event
                self.ever_held.add(body.event)
            case HoldLifted() as body:
                del self.holds[body.hold]
            case Fact() as fact:
                self._hear(fact, event)

    _correction: FactCorrected | None = None

    def _hear(self, fact: Fact, event: Event) -> None:
        header = self.headers[event.stream.hex]
        batch = event.batch or header.batch
        heard = Heard(fact, header, event.stream.hex, event.version, event.position, batch)
        if self._correction is not None and self._correction.replaced_by == fact.id:
            of = self._correction.restores or self._correction.fact
            heard.corrected, heard.restated = self._correction.published, self.facts[of].restated
            if self._correction.by_source:
                heard.restated = out(self._correction.published)
            self._correction = None
        self.facts[fact.id] = heard

    # -- what can be said of it --------------------------------------------------------------------

    def erasing(self, heard: Heard) -> int | None:
        """How many events erasing the text of a fact must add; None where it must be refused.

        What a table told stands in the clear, unless it was corrected since: that is sealed. With a
        fact goes whatever corrections lead to from it, or to it.
        """
        if self.is_clear(heard):
            return None
        first = self.root(heard).fact.id
        line = [one for one in self.in_stream(heard.stream) if self.root(one).fact.id == first]
        left = {one.fact.id for one in line if not self.is_clear(one)} - self.erased.keys()
        if not left:
            return 0
        return None if {*left, str(UUID(heard.stream))} & {*self.holds.values()} else len(left)

    def is_clear(self, heard: Heard) -> bool:
        """Whether a fact's text stands in the log in the clear."""
        return bool(heard.header.dataset) and heard.corrected is None

    def reread(self, fact: Fact) -> None:
        """Know a fact only as the log still tells it: its text was erased."""
        self.facts[fact.id].fact = fact

    def in_stream(self, stream: str) -> list[Heard]:
        """Give the facts of one report, replaced and retracted ones too."""
        return [one for one in self.facts.values() if one.stream == stream]

    def root(self, heard: Heard) -> Heard:
        """Give the first reading of a fact that was corrected, perhaps more than once."""
        for one in self.facts.values():
            if one.replaced_by == heard.fact.id:
                return self.root(one)
        return heard

    def cell(self, name: str) -> Cell | None:
        """Name the cell that a fact is evidence about."""
        return oracle.cell_of(self.facts[name].fact)

    def _tellings(self, upto: int) -> Iterator[oracle.Telling]:
        for one in self.facts.values():
            if one.position <= upto:
                yield oracle.Telling(
                    one.fact,
                    one.header.published,
                    one.stream,
                    one.version,
                    one.retracted(upto),
                    one.header.source,
                    bool(one.header.standing),
                    corrected=out(one.corrected) if one.corrected else None,
                    restated=one.restated,
                )

    def cells(self, upto: int | None = None) -> dict[Cell, list[oracle.Timed]]:
        """Sort what was recorded by a position by what it is evidence about."""
        return oracle.cells(self._tellings(FUTURE_OPEN if upto is None else upto), self.world)

    def rulings_on(self, cell: Cell, upto: int | None = None) -> list[oracle_weighted.Ruling]:
        """Give the rulings on a cell that were recorded by a position."""
        last = FUTURE_OPEN if upto is None else upto
        return [
            oracle_weighted.Ruling(
                one.ruling.when.speaks_from,
                self._end(one.ruling.when),
                out(one.ruling.published),
                tuple(self._followed(one.ruling.follows)),
                min((at for at, position in one.backs if position <= last), default=None),
                ("", one.version),
            )
            for one in self.rulings.values()
            if one.cell == cell and one.position <= last
        ]

    @staticmethod
    def _end(when: When) -> Instant | None:
        return None if when.end is None or when.end.latest >= FUTURE_OPEN else when.end.latest

    def _followed(self, names: tuple[str, ...]) -> Iterator[str]:
        """Follow what replaced a fact too."""
        for name in names:
            at: str | None = name
            while at is not None:
                yield at
                at = self.facts[at].replaced_by

    def entries(self, t: Instant, k: Instant, upto: int | None = None) -> set[str]:
        """Name the facts of combat that stand among the incidents at (t, k)."""
        last = FUTURE_OPEN if upto is None else upto
        return {
            name
            for name, one in self.facts.items()
            if one.fact.kind == "FightingReported"
            and one.position <= last
            and one.known <= k
            and one.fact.when.speaks_from <= t
            and not _gone(one.retracted(last), k)
        }

    def retold(self, heard: Heard, **changes: Any) -> Fact:  # noqa: ANN401 - fields of any kind
        """Give a fact with fields said anew, and without an id, to be compared by what it says.

        Of a table, also without where it stands. Raises ValidationError where the fields do not go
        together.
        """
        beside = {"id", "locator"} if heard.header.dataset else {"id"}
        fields = heard.fact.model_dump(mode="json", exclude=beside, exclude_none=True)
        return type(heard.fact).model_validate(fields | changes)


def _gone(retracted: Instant | None, k: Instant) -> bool:
    return retracted is not None and retracted <= k
