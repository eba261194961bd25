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
from projections.store import REGISTERS, Row, Store, StoreError
from projections.told import Told
from tracker.facts import Fact, ReportRegistered
from tracker.facts.envelope import Event, body_dict
from tracker.facts.record import FactCorrected, FactRetracted, known_from
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
                self._retract(body.fact, known_from(body.published))
            case _:
                pass  # rulings and snapshots make no claim under policy latest

    def _register(self) -> None:
        """Fold pending registrations; a change of kin can change any belief."""
        if not self.pending:
            return
        for body in self.pending:
            if isinstance(body, ActorRegistered) and body.actor.id in self.registry.actors:
                self._flush()
                rows = self.store.rows("SELECT DISTINCT projection, key FROM claims")
                self.dirty.update((row["projection"], row["key"]) for row in rows)
        self.registry = self.registry.after(self.pending)  # type: ignore[arg-type]
        for register, rows in _register_rows(self.pending):
            self.store.put(register, rows)
        if any(isinstance(body, SituationRegistered) for body in self.pending):
            self.store.set_meta(title=self.registry.title, zone=self.registry.zone)
        self.pending = []

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
        told = Told.of(event, fact, report, self.registry)
        self.facts.append(_fact_row(event, fact, told))
        self.stands += [{"projection": name, "fact": fact.id} for name in chronologies_of(told)]
        claims = list(claims_of(told))
        self.claims += claims
        self.dirty.update((claim.projection, claim.key) for claim in claims)

    def _retract(self, fact: str, published: int) -> None:
        self._flush()
        self.store.connection.execute(
            "UPDATE facts SET retracted = min(coalesce(retracted, ?), ?) WHERE id = ?",
            (published, published, fact),
        )
        rows = self.store.rows("SELECT data FROM claims WHERE fact = ?", (fact,))
        claims = [Claim.from_json(row["data"]).retracted_at(published) for row in rows]
        self.claims += claims
        self.dirty.update((claim.projection, claim.key) for claim in claims)

    def _flush(self) -> None:
        self.store.put("facts", self.facts)
        self.store.put("chronologies", self.stands)
        self.store.put_claims(self.claims)
        self.facts, self.stands, self.claims = [], [], []

    def _believe(self) -> None:
        policy = POLICIES[DEFAULT_POLICY]
        for name, key in sorted(self.dirty):
            projection = PROJECTIONS[name]
            found = rectangles(self.store.claims(name, key), policy, projection, self.registry)
            self.store.put_beliefs(name, key, projection.row(key), found)


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
        "retracted": None,
        "data": _json({"kind": fact.kind, **body_dict(fact)}),
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
