"""Replay: the log run again, event by event, with the state changes that each one caused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from projections.catalogue import PROJECTIONS, chronologies_of, claims_of
from projections.claims import Claim
from projections.pledges import DEPLOYED, PLEDGED, Came, Pledges, Promised, came_over
from projections.policies import POLICIES
from projections.rulings import drops, ruling
from projections.state import Timeline, stretches
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
from tracker.instants import AsOf, Instant
from tracker.registry import (
    ActorRegistered,
    PlaceRegistered,
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
    promised: Promised = field(default_factory=Promised)
    deployed: dict[str, list[str]] = field(default_factory=dict)

    def run(self, events: Iterable[Event]) -> Iterator[tuple[Event, list[Row]]]:
        """Yield each event within the clocks with its changes.

        A change is {projection, key, before, after}: rows as `state` gives them, None for no
        evidence; of a pledge with what is still to come, which what came of it changes too. Left
        out are events beyond the recorded clock, what was published after
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
                if isinstance(body, PlaceRegistered) and body.place.id in self.registry.places:
                    self._register()  # it may lie in another now: whoever is there has come there
                    yield from self._resolve([("forces", key) for key in self.promised])
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
            if cell not in self.claims and cell[0] == "forces":
                self._name(cell[1])
            self.claims.setdefault(cell, []).append(claim)
            self.cells_of.setdefault(claim.fact, []).append(cell)
            if cell in self.timelines and self._hears(claim):
                self.timelines[cell].change([claim])
            touched.append(cell)
        return touched

    def _name(self, key: str) -> None:
        """Remember forces of which nothing was told before, as pledges are found by them."""
        if key.endswith(PLEDGED):
            self.promised.add([key])
        elif key.endswith(DEPLOYED):
            self.deployed.setdefault(key.partition("/")[0], []).append(key)

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
        told = dict.fromkeys(cells)
        came = [key for name, key in told if name == "forces"]
        told |= {("forces", key): None for key in self._hanging_on(came)}
        for cell in told:
            name, key = cell
            state = self.timeline(cell).at(self.clocks.as_of)
            after = {**PROJECTIONS[name].row(key), **state.as_json()} if state else None
            if after and after.get("phase") == "pledged":
                self._pledges.finish(after)
            before = self.states.get(cell)
            if after != before:
                yield {"projection": name, "key": key, "before": before, "after": after}
            if after is not None:
                self.states[cell] = after
            else:
                self.states.pop(cell, None)

    def _hanging_on(self, forces: Iterable[str]) -> list[str]:
        """Name the pledges of which what is still to come may be another."""
        return self.promised.hanging_on(forces, self.registry.around)

    @property
    def _pledges(self) -> Pledges:
        return Pledges(_Replayed(self), self.clocks.as_of, self.registry.around)

    def timeline(self, cell: Cell) -> Timeline:
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


class _Replayed:
    """The forces of a replay, as far as it has come: what pledges are counted against."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    def deployed(self, actor: str | None = None) -> Iterable[str]:
        """Name the forces that anybody has told to be somewhere, by key."""
        found = self._replay.deployed
        return chain(*found.values()) if actor is None else found.get(actor, ())

    def came(self, key: str, since: Instant) -> Came | None:
        """Say how many of a force were there, from an instant to the one asked; None of none."""
        cell = ("forces", key)
        if cell not in self._replay.claims:
            return None
        line = stretches(self._replay.timeline(cell), since, self._replay.clocks.as_of)
        return came_over(line, since)

    def is_additional(self, row: Row) -> bool:
        """Whether all facts that a pledge rests on tell of so many more."""
        key = f"{row['actor']}/{row['place']}/{row['category']}{PLEDGED}"
        claims = self._replay.claims["forces", key]
        told = {claim.fact: claim.effect for claim in claims if claim.mode != "ruling"}
        effects = [told[fact] for fact in row["evidence"] if fact in told]
        return bool(effects) and set(effects) == {"change"}
