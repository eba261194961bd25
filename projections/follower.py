"""The follower: brings the read model up to the log, in batches, each in one transaction.

The position moves in the same transaction as what it stands for, so that every event counts
exactly once, wherever the process is stopped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from projections.beliefs import rectangles
from projections.catalogue import PROJECTIONS, chronologies_of, claims_of
from projections.claims import Claim
from projections.names import DEFAULT_POLICY
from projections.policies import POLICIES
from projections.rulings import drops, ruling
from projections.store import REGISTERS, Row, Store, StoreError
from projections.told import Told
from tracker.facts import Fact, ReportRegistered
from tracker.facts.envelope import Event, body_dict
from tracker.facts.record import (
    FactCorrected,
    FactRetracted,
    RulingMade,
    SnapshotTaken,
    known_from,
)
from tracker.instants import Instant
from tracker.registry import (
    Actor,
    ActorRegistered,
    AlertScheme,
    AlertSchemeRegistered,
    Place,
    PlaceRegistered,
    Registration,
    Registry,
    SituationRegistered,
    SourceRegistered,
)
from tracker.sources import Source

BATCH = 5000
"""Events a transaction: fewer cost commits, more gain nothing."""


def follow(
    store: Store,
    events: Iterable[Event],
    *,
    after: int = 0,
    batch: int = BATCH,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Apply events that come after the store's position; return how many were applied.

    `events` begin after the position `after`. `progress` is told the position after each batch.
    Raises StoreError where another process has cleared the model meanwhile.
    """
    stream = iter(events)
    applied = 0
    while chunk := list(islice(stream, batch)):
        with store.transaction():
            position = store.position
            if position < after:
                msg = f"the read model {store.path} was cleared by another process: ask again"
                raise StoreError(msg)
            fresh = [event for event in chunk if event.position > position]
            _Batch(store).apply(fresh)
            after = store.position
        applied += len(fresh)
        progress(chunk[-1].position)
    return applied


def registry_of(store: Store) -> Registry:
    """Rebuild the registry from the read model."""
    return Registry(
        store.meta("title", "untitled"),
        store.meta("zone", "UTC"),
        {name: Place.model_validate(data) for name, data in store.names("places").items()},
        {name: Actor.model_validate(data) for name, data in store.names("actors").items()},
        {name: Source.model_validate(data) for name, data in store.names("sources").items()},
        {name: AlertScheme.model_validate(data) for name, data in store.names("schemes").items()},
    )


class _Batch:
    """One transaction's work: events in, rows and the beliefs of the keys they touch out."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.registry = registry_of(store)
        self.reports: dict[str, ReportRegistered] = {}
        self.pending: list[Registration] = []
        self.facts: list[Row] = []
        self.stands: list[Row] = []
        self.claims: list[Claim] = []
        self.replaced: dict[str, Instant] = {}
        self.dirty: set[tuple[str, str]] = set()

    def apply(self, events: list[Event]) -> None:
        if not events:
            return
        for event in events:
            self._apply(event)
        self._register()
        self._flush()
        self._believe()
        self.store.set_meta(position=str(events[-1].position), mark=events[-1].mark)

    def _apply(self, event: Event) -> None:
        match event.body:
            case Registration() as body:
                self.pending.append(body)
            case ReportRegistered() as body:
                self._report(event, body)
            case Fact() as body:
                self._register()
                self._fact(event, body)
            case FactRetracted() | FactCorrected() as body:
                self._amend(event, body)
            case RulingMade() as body:
                self._claim([ruling(event, body)])
            case SnapshotTaken() as body:
                self._claim(drops(event, body))
            case _:
                pass

    def _register(self) -> None:
        """Fold pending registrations; who is on whose side, and how trusted, bears on beliefs."""
        if not self.pending:
            return
        related, sources = _related(self.registry), self.registry.sources.values()
        tellers: set[str] = set()
        for body in self.pending:
            if isinstance(body, SourceRegistered):
                tellers.add(body.source.id)
            elif isinstance(body, ActorRegistered):
                actor = body.actor.id
                if actor in related:
                    self._touch("1")  # a change of kin can change any belief
                tellers |= {actor, *(one.id for one in sources if one.interest == actor)}
        for teller in sorted(tellers):
            self._touch("source = :teller OR origin = :teller", teller=teller)
        self.registry = self.registry.after(self.pending)  # type: ignore[arg-type]
        for register, rows in _register_rows(self.pending):
            self.store.put(register, rows)
        if any(isinstance(body, SituationRegistered) for body in self.pending):
            self.store.set_meta(title=self.registry.title, zone=self.registry.zone)
        self.pending = []

    def _touch(self, where: str, **values: object) -> None:
        """Have the cells of some claims resolved again."""
        self._flush()
        sql = f"SELECT DISTINCT projection, key FROM claims WHERE {where}"  # noqa: S608 - our own
        self.dirty.update((row["projection"], row["key"]) for row in self.store.rows(sql, values))

    def _report(self, event: Event, body: ReportRegistered) -> None:
        self.reports[event.stream.hex] = body
        self.store.put(
            "reports",
            [
                {
                    "id": event.stream.hex,
                    "position": event.position,
                    "source": body.source,
                    "published": known_from(body.published),
                    "published_edtf": body.published.edtf,
                    "document": body.document.name if body.document else None,
                    "batch": body.batch,
                    "data": _json(body_dict(body)),
                }
            ],
        )

    def _report_of(self, stream: str) -> ReportRegistered:
        if stream not in self.reports:
            found = self.store.rows("SELECT data FROM reports WHERE id = ?", (stream,))
            self.reports[stream] = ReportRegistered.model_validate_json(found[0]["data"])
        return self.reports[stream]

    def _fact(self, event: Event, fact: Fact) -> None:
        report = self._report_of(event.stream.hex)
        told = Told.of(event, fact, report, self.registry, self._corrected(fact.id))
        self.facts.append(_fact_row(event, fact, told))
        self.stands += [{"projection": name, "fact": fact.id} for name in chronologies_of(told)]
        self._claim(claims_of(told))

    def _corrected(self, fact: str) -> Instant | None:
        """Give when the correction was known that put this fact in the place of another."""
        if fact in self.replaced:
            return self.replaced[fact]
        sql = "SELECT min(published) AS known FROM retractions WHERE replaced_by = ?"
        found: Instant | None = self.store.rows(sql, (fact,))[0]["known"]
        return found

    def _claim(self, claims: Iterable[Claim]) -> None:
        for claim in claims:
            self.claims.append(claim)
            self.dirty.add((claim.projection, claim.key))

    def _amend(self, event: Event, body: FactCorrected | FactRetracted) -> None:
        row = _retraction_row(event, body)
        self.store.put("retractions", [row])
        if isinstance(body, FactCorrected):
            self.replaced[body.replaced_by] = row["published"]
        self._touch("fact = :fact", fact=body.fact)

    def _flush(self) -> None:
        self.store.put("facts", self.facts)
        self.store.put("chronologies", self.stands)
        self.store.put_claims(self.claims)
        self.facts, self.stands, self.claims = [], [], []

    def _believe(self) -> None:
        policy = POLICIES[DEFAULT_POLICY]
        for name, key in sorted(self.dirty):
            projection = PROJECTIONS[name]
            found = rectangles(self.store.claims(name, key), policy, projection, self.registry.kin)
            self.store.put_beliefs(name, key, projection.row(key), found)


def _related(registry: Registry) -> set[str]:
    """Give every actor that is registered, or named by one that is."""
    actors = registry.actors.values()
    named = {ally for actor in actors for ally in actor.allies}
    return {*registry.actors, *named, *(actor.parent for actor in actors if actor.parent)}


def _register_rows(bodies: list[Registration]) -> Iterator[tuple[str, list[Row]]]:
    rows: dict[str, list[Row]] = {register: [] for register in REGISTERS}
    for body in bodies:
        match body:
            case PlaceRegistered(place=entry):
                rows["places"].append(_entry(entry))
            case ActorRegistered(actor=entry):
                rows["actors"].append(_entry(entry))
            case SourceRegistered(source=entry):
                rows["sources"].append(_entry(entry))
            case AlertSchemeRegistered(scheme=entry):
                rows["schemes"].append(_entry(entry))
            case _:
                pass
    yield from rows.items()


def _entry(entry: Place | Actor | Source | AlertScheme) -> Row:
    data = entry.model_dump(mode="json", exclude_none=True)
    return {"id": entry.id, "name": entry.name, "data": _json(data)}


def _fact_row(event: Event, fact: Fact, told: Told) -> Row:
    return {
        "id": fact.id,
        "position": event.position,
        "report": told.stream,
        "kind": fact.kind,
        "family": fact.FAMILY,
        "place": fact.place,
        "actors": "+".join(fact.actors),
        "status": fact.status,
        "voice": fact.voice,
        "speaker": fact.speaker,
        "gist": fact.gist,
        "edtf": fact.when.edtf,
        "begins": fact.when.speaks_from if fact.actual else told.published,
        "published": told.published,
        "recorded_at": event.recorded_at,
        "recorded_by": event.recorded_by,
        "data": _json({"kind": fact.kind, **body_dict(fact)}),
    }


def _retraction_row(event: Event, body: FactCorrected | FactRetracted) -> Row:
    replaced_by = body.replaced_by if isinstance(body, FactCorrected) else None
    return {
        "id": event.id,
        "fact": body.fact,
        "kind": "retracted" if replaced_by is None else "corrected",
        "replaced_by": replaced_by,
        "published": known_from(body.published),
        "published_edtf": body.published.edtf,
        "position": event.position,
        "recorded_at": event.recorded_at,
        "recorded_by": event.recorded_by,
        "reason": body.reason,
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
