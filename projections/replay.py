"""Replay: the log run again, event by event, with the state changes that each one caused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from projections.catalogue import PROJECTIONS, chronologies_of, claims_of
from projections.claims import Claim
from projections.names import DEFAULT_POLICY
from projections.policies import POLICIES
from projections.store import Row
from projections.told import Told
from tracker.facts import Fact, ReportRegistered
from tracker.facts.envelope import Event
from tracker.facts.record import FactCorrected, FactRetracted, known_from
from tracker.instants import AsOf
from tracker.registry import ActorRegistered, Registration, Registry, RegistryEvent

Cell = tuple[str, str]


@dataclass
class Replay:
    """A run of the log in memory, asked after every event for the state at fixed clocks."""

    clocks: AsOf
    registry: Registry = field(default_factory=Registry)
    reports: dict[str, ReportRegistered] = field(default_factory=dict)
    claims: dict[Cell, list[Claim]] = field(default_factory=dict)
    states: dict[Cell, Row] = field(default_factory=dict)
    pending: list[RegistryEvent] = field(default_factory=list)

    def run(self, events: Iterable[Event]) -> Iterator[tuple[Event, list[Row]]]:
        """Yield each event within the clocks with its changes.

        A change is {projection, key, before, after}: rows as `state` gives them, None for no
        evidence. Left out are events beyond the recorded clock, facts of reports published after
        `known_at`, and facts that begin after `as_of`.
        """
        for event in events:
            if self._beyond(event):
                continue
            yield event, list(self._changes(event))

    def _beyond(self, event: Event) -> bool:
        clocks = self.clocks
        if clocks.position is not None and event.position > clocks.position:
            return True
        if clocks.recorded_at is not None and event.recorded_at > clocks.recorded_at:
            return True
        if isinstance(event.body, ReportRegistered):
            self.reports[event.stream.hex] = event.body
            return known_from(event.body.published) > clocks.known
        fact = event.fact
        if fact is None:
            return False
        late = known_from(self.reports[event.stream.hex].published) > clocks.known
        return late or (fact.actual and fact.when.speaks_from > clocks.as_of)

    def _changes(self, event: Event) -> Iterator[Row]:
        match event.body:
            case Registration() as body:
                self.pending.append(body)  # type: ignore[arg-type]
                if isinstance(body, ActorRegistered) and self.claims:
                    self._register()  # a change of kin can change any belief
                    yield from self._resolve(list(self.claims))
            case Fact() as body:
                yield from self._told(event, body)
            case FactRetracted() | FactCorrected() as body:
                yield from self._retracted(body.fact, known_from(body.published))
            case _:
                return

    def _register(self) -> None:
        """Fold what was registered since; together, for each fold copies the registry."""
        if self.pending:
            self.registry = self.registry.after(self.pending)
            self.pending = []

    def _told(self, event: Event, fact: Fact) -> Iterator[Row]:
        self._register()
        told = Told.of(event, fact, self.reports[event.stream.hex], self.registry)
        touched = []
        for claim in claims_of(told):
            cell = (claim.projection, claim.key)
            self.claims.setdefault(cell, []).append(claim)
            touched.append(cell)
        yield from self._resolve(touched)
        for name in chronologies_of(told):
            after = {"kind": fact.kind, "name": fact.gist, "evidence": [fact.id]}
            yield {"projection": name, "key": fact.id, "before": None, "after": after}

    def _retracted(self, fact: str, published: int) -> Iterator[Row]:
        touched = []
        for cell, claims in self.claims.items():
            if any(claim.fact == fact for claim in claims):
                touched.append(cell)
                self.claims[cell] = [
                    claim.retracted_at(published) if claim.fact == fact else claim
                    for claim in claims
                ]
        yield from self._resolve(touched)

    def _resolve(self, cells: Iterable[Cell]) -> Iterator[Row]:
        policy = POLICIES[DEFAULT_POLICY]
        for cell in dict.fromkeys(cells):
            name, key = cell
            projection = PROJECTIONS[name]
            claims = self.claims[cell]
            t, k = self.clocks.as_of, self.clocks.known
            state = policy.resolve(claims, t, k, projection, self.registry)
            after = {**projection.row(key), **state.as_json()} if state else None
            before = self.states.get(cell)
            if after != before:
                yield {"projection": name, "key": key, "before": before, "after": after}
            if after is not None:
                self.states[cell] = after
            else:
                self.states.pop(cell, None)
