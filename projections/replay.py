"""Replay: the log run again, event by event, with the state changes that each one caused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from projections.catalogue import PROJECTIONS, chronologies_of, claims_of
from projections.claims import Claim
from projections.policies import POLICIES
from projections.rulings import drops, ruling
from projections.state import Timeline
from projections.store import Row
from projections.told import Instead, Teller, Told, put_right
from projections.weighing import Weighing
from tracker.facts import Fact, ReportRegistered
from tracker.facts.envelope import Event
from tracker.facts.record import (
    EventWithheld,
    FactCorrected,
    FactRetracted,
    HoldLifted,
    HoldPlaced,
    RulingMade,
    SnapshotTaken,
    TextErased,
    known_from,
)
from tracker.instants import AsOf
from tracker.registry import (
    ActorRegistered,
    Registration,
    Registry,
    RegistryEvent,
    SourceRegistered,
)

Cell = tuple[str, str]


@dataclass
class Replay:
    """A run of the log in memory, asked after every event for the state at fixed clocks."""

    clocks: AsOf
    weighing: Weighing = field(default_factory=Weighing)
    registry: Registry = field(default_factory=Registry)
    tellers: dict[str, Teller] = field(default_factory=dict)
    claims: dict[Cell, list[Claim]] = field(default_factory=dict)
    timelines: dict[Cell, Timeline] = field(default_factory=dict)
    cells_of: dict[str, list[Cell]] = field(default_factory=dict)
    entries: dict[str, list[Row]] = field(default_factory=dict)
    replaced: dict[str, Instead] = field(default_factory=dict)
    states: dict[Cell, Row] = field(default_factory=dict)
    pending: list[RegistryEvent] = field(default_factory=list)

    def run(self, events: Iterable[Event]) -> Iterator[tuple[Event, list[Row]]]:
        """Yield each event within the clocks with its changes.

        A change is {projection, key, before, after}: rows as `state` gives them, None for no
        evidence. Left out are events beyond the recorded clock, what was published after
        `known_at`, and facts that begin after `as_of`, unless they bear on it all the same.
        """
        for event in events:
            if self._beyond(event):
                continue
            changes = list(self._changes(event))
            if changes or not self._begins_later(event):
                yield event, changes

    def _beyond(self, event: Event) -> bool:
        clocks = self.clocks
        if isinstance(event.body, ReportRegistered):  # also a late one: clocks may be set back
            self.tellers[event.stream.hex] = Teller.of(event.stream.hex, event.body)
        if clocks.position is not None and event.position > clocks.position:
            return True
        if clocks.recorded_at is not None and event.recorded_at > clocks.recorded_at:
            return True
        match event.body:
            case FactCorrected() as body:
                self.replaced[body.replaced_by] = Instead.by(body)
                return known_from(body.published) > clocks.known
            case SnapshotTaken() as body:
                right = put_right(event.id, self.replaced.get)
                known = known_from(body.published)
                return max(known, right.known if right else known) > clocks.known
            case ReportRegistered() | FactRetracted() | RulingMade() as body:
                return known_from(body.published) > clocks.known
            case TextErased() | HoldPlaced() | HoldLifted() | EventWithheld() as body:
                return known_from(body.published) > clocks.known
            case Fact() as fact:
                return self._told_by(event, fact).published > clocks.known
            case _:
                return False

    def _begins_later(self, event: Event) -> bool:
        fact = event.body
        return isinstance(fact, Fact) and self._told_by(event, fact).begins > self.clocks.as_of

    def _told_by(self, event: Event, fact: Fact) -> Told:
        teller = self.tellers[event.stream.hex]
        right = put_right(fact.id, self.replaced.get)
        return Told.of(event, fact, teller, self.registry, right)

    def _changes(self, event: Event) -> Iterator[Row]:
        match event.body:
            case Registration() as body:
                self.pending.append(body)  # type: ignore[arg-type]
                if isinstance(body, ActorRegistered | SourceRegistered) and self.claims:
                    self._register()  # kin, interests and ratings bear on beliefs
                    yield from self._resolve(list(self.claims))
            case Fact() as body:
                yield from self._told(event, body)
            case FactCorrected() as body:
                self._follow_on(body)
                yield from self._retracted(body.fact)
            case FactRetracted() as body:
                yield from self._retracted(body.fact)
            case RulingMade() as body:
                yield from self._resolve(self._claim([ruling(event, body)]))
            case SnapshotTaken() as body:
                right = put_right(event.id, self.replaced.get)
                yield from self._resolve(self._claim(drops(event, body, right)))
            case _:
                return

    def _follow_on(self, body: FactCorrected) -> None:
        """Let rulings that follow a fact follow what replaces it."""
        for cell, claims in self.claims.items():
            for at, claim in enumerate(claims):
                if claim.mode == "ruling" and body.fact in claim.value["follows"]:
                    claims[at] = claim.following([*claim.value["follows"], body.replaced_by])
                    self.timelines.pop(cell, None)

    def _register(self) -> None:
        """Fold what was registered since; together, for each fold copies the registry."""
        if self.pending:
            self.registry = self.registry.after(self.pending)
            self.pending = []
            self.timelines.clear()  # who is kin to whom, and how far sources are trusted, is new

    def _told(self, event: Event, fact: Fact) -> Iterator[Row]:
        self._register()
        told = self._told_by(event, fact)
        if not self.weighing.takes(told.report.source, told.origin):
            return
        yield from self._resolve(self._claim(claims_of(told)))
        if told.begins > self.clocks.as_of:
            return
        entry = {"kind": fact.kind, "name": fact.gist, "evidence": [fact.id]}
        self.entries[fact.id] = [
            {"projection": name, "key": fact.id, "before": None, "after": entry}
            for name in chronologies_of(told)
        ]
        yield from self.entries[fact.id]

    def _claim(self, claims: Iterable[Claim]) -> list[Cell]:
        """Take claims in; give the cells that they speak of."""
        touched = []
        for claim in claims:
            if claim.mode != "ruling" and not self.weighing.takes(claim.source, claim.origin):
                continue
            cell = (claim.projection, claim.key)
            self.claims.setdefault(cell, []).append(claim)
            self.cells_of.setdefault(claim.fact, []).append(cell)
            if cell in self.timelines and self._hears(claim):
                self.timelines[cell].change([claim])
            touched.append(cell)
        return touched

    def _retracted(self, fact: str) -> Iterator[Row]:
        """Take out what was taken back, as it is known to be at the replay's own known time."""
        touched = self.cells_of.pop(fact, [])
        for cell in touched:
            gone = [claim for claim in self.claims[cell] if claim.fact == fact]
            self.claims[cell] = [claim for claim in self.claims[cell] if claim.fact != fact]
            heard = [claim for claim in gone if self._hears(claim)]
            if cell in self.timelines and heard:
                self.timelines[cell].change((), heard)
        yield from self._resolve(touched)
        for one in self.entries.pop(fact, []):
            yield {**one, "before": one["after"], "after": None}

    def _resolve(self, cells: Iterable[Cell]) -> Iterator[Row]:
        for cell in dict.fromkeys(cells):
            name, key = cell
            state = self._timeline(cell).at(self.clocks.as_of)
            after = {**PROJECTIONS[name].row(key), **state.as_json()} if state else None
            before = self.states.get(cell)
            if after != before:
                yield {"projection": name, "key": key, "before": before, "after": after}
            if after is not None:
                self.states[cell] = after
            else:
                self.states.pop(cell, None)

    def _timeline(self, cell: Cell) -> Timeline:
        """Give the timeline of a cell: gone on with, not worked out anew for each event."""
        known = self.timelines.get(cell)
        if known is None:
            policy = POLICIES[self.weighing.policy]
            known = policy.timeline(PROJECTIONS[cell[0]], self.registry.kin)
            if heard := [claim for claim in self.claims[cell] if self._hears(claim)]:
                known.change(heard)
            self.timelines[cell] = known
        return known

    def _hears(self, claim: Claim) -> bool:
        return POLICIES[self.weighing.policy].hears(claim, self.registry.kin)
