"""Taking events in: the rows of the read model that each of them makes, but for the beliefs."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator

from projections import filling
from projections.catalogue import chronologies_of, claims_of
from projections.claims import Claim
from projections.rulings import drops, ruling
from projections.store import REGISTERS, Row, Store
from projections.told import Instead, Teller, Told, put_right
from tracker.errors import TrackerError
from tracker.facts import FACT_KINDS, Fact, ReportRegistered
from tracker.facts.codec import CodecError, StoredRow, read_row
from tracker.facts.envelope import Event, body_dict
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
from tracker.garbage import uncollected
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

_OF_ONE = {SnapshotTaken.TOPIC, RulingMade.TOPIC, *(kind.TOPIC for kind in FACT_KINDS)}
_TOLD_BY = [Claim._fields.index(name) for name in ("source", "origin")]
MOST_TELLERS = 20_000
"""Headers of reports that are kept in memory; others are read again when a fact needs them."""


def read(row: StoredRow) -> Event:
    """Read a stored row. Raises TrackerError for what cannot be read."""
    try:
        return read_row(row)
    except CodecError as error:
        raise TrackerError(str(error)) from error


def is_context(row: StoredRow) -> bool:
    """Whether whoever takes other events in needs to know this one too.

    Who is registered, what reports there are, and what was corrected bears on other events.
    """
    return row[3] not in _OF_ONE


def take_into(part: str, chunks: Iterable[list[StoredRow]]) -> None:
    """Take events in for another process, into a file: facts, acts, chronologies, cells, held."""
    with Store(part) as store:
        filling.begin_filling(store)
        taker = Taker(store, whole=True)
        with store.transaction(), uncollected():
            for chunk in chunks:
                taker.take([read(row) for row in chunk])


def registry_of(store: Store) -> Registry:
    """Rebuild the registry from the read model; made once for as long as nobody registers.

    Of a situation of many places it takes as long as working out many beliefs.
    """
    known_by = (store.meta("registered", "0"), store.version())
    if store.registry is None or store.registry[0] != known_by:
        store.registry = known_by, _registry(store)
    return store.registry[1]


def _registry(store: Store) -> Registry:
    return Registry(
        store.meta("title", "untitled"),
        store.meta("zone", "UTC"),
        {name: Place.model_validate(data) for name, data in store.names("places").items()},
        {name: Actor.model_validate(data) for name, data in store.names("actors").items()},
        {name: Source.model_validate(data) for name, data in store.names("sources").items()},
        {name: AlertScheme.model_validate(data) for name, data in store.names("schemes").items()},
    )


class Taker:
    """Takes events in, in the log's order, and writes what they say; `dirty` are cells to resolve.

    With `whole` the model is filled from the first event on and every cell is resolved at the end:
    nothing is looked up to tell which.
    """

    def __init__(self, store: Store, *, whole: bool = False, kept: Container[int] = ()) -> None:
        """Begin where the model stands; `kept` are cells that are gone on from."""
        self.store = store
        self._whole = whole
        self._kept = kept
        self.registry = registry_of(store)
        self.tellers: dict[str, Teller] = {}
        self.pending: list[Registration] = []
        self.registered = 0
        self.headers: list[tuple[object, ...]] = []
        self.facts: list[tuple[object, ...]] = []
        self.stands: list[tuple[str, str]] = []
        self.cells = filling.Cells(store)
        self.claims: list[filling.CLAIM_ROW] = []
        self.replaced: dict[str, Instead] = {}
        self.corrections = bool(store.rows("SELECT 1 FROM retractions LIMIT 1"))
        self.dirty: set[int] = set()
        self._touched: set[int] = set()
        self._fresh: dict[int, list[Claim]] = {}

    @property
    def fresh(self) -> dict[int, list[Claim]]:
        """What is new of the kept cells of which nothing else has changed."""
        return {cell: new for cell, new in self._fresh.items() if cell not in self._touched}

    def take(self, events: list[Event]) -> None:
        """Take events in; what they say is written, what follows from it is not yet."""
        if not events:
            return
        for event in events:
            self._apply(event)
        self._register()
        self._flush()
        last = events[-1]
        filling.set_meta(self.store, {"position": str(last.position), "mark": last.mark})

    def _apply(self, event: Event) -> None:
        match event.body:
            case Registration() as body:
                self.pending.append(body)
                self.registered = event.position
            case ReportRegistered() as body:
                self._report(event, body)
            case Fact() as body:
                self._register()
                self._fact(event, body)
            case FactRetracted() | FactCorrected() as body:
                self._amend(event, body)
            case RulingMade() as body:
                self._act(event)
                self._claim([ruling(event, body)])
            case SnapshotTaken() as body:
                self._act(event)
                self._claim(drops(event, body, put_right(event.id, self._instead)))
            case TextErased() | HoldPlaced() | HoldLifted() | EventWithheld() as body:
                filling.put(self.store, "custody", [_custody_row(event, body)])
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
                    self._touch("1", ())  # a change of kin can change any belief
                tellers |= {actor, *(one.id for one in sources if one.interest == actor)}
            elif isinstance(body, SituationRegistered) and body.zone != self.registry.zone:
                self._touch("1", ())  # what lies within a day of what hangs on whose days they are
        if tellers and not self._whole and self._has_claims():
            marks = ", ".join("?" * len(tellers))
            told_by = [f"json_extract(data, '$[{at}]') IN ({marks})" for at in _TOLD_BY]
            self._touch(" OR ".join(told_by), sorted(tellers) * len(_TOLD_BY))
        self.registry = self.registry.after(self.pending)  # type: ignore[arg-type]
        for register, rows in _register_rows(self.pending):
            filling.put(self.store, register, rows)
        filling.set_meta(self.store, {"registered": str(self.registered)})
        if any(isinstance(body, SituationRegistered) for body in self.pending):
            named = {"title": self.registry.title, "zone": self.registry.zone}
            filling.set_meta(self.store, named)
        self.pending = []

    def _has_claims(self) -> bool:
        return bool(self.claims or self.store.rows("SELECT 1 FROM held LIMIT 1"))

    def _touch(self, where: str, values: Iterable[object]) -> None:
        """Have the cells of some claims resolved again."""
        if self._whole:
            return
        self._flush()
        sql = f"SELECT DISTINCT cell FROM held WHERE {where}"
        touched = {row["cell"] for row in self.store.rows(sql, tuple(values))}
        self._touched |= touched
        self.dirty |= touched

    def _report(self, event: Event, body: ReportRegistered) -> None:
        teller = self._know(event.stream.hex, body)
        self.headers.append(
            (
                teller.stream,
                event.position,
                body.source,
                teller.known,
                body.published.edtf,
                body.document.name if body.document else None,
                body.batch,
                event.stored.decode() or _json(body_dict(body)),
            )
        )

    def _teller(self, stream: str) -> Teller:
        known = self.tellers.get(stream)
        if known is None:
            self._flush()
            found = self.store.rows("SELECT data FROM reports WHERE id = ?", (stream,))
            known = self._know(stream, ReportRegistered.model_validate_json(found[0]["data"]))
        return known

    def _know(self, stream: str, report: ReportRegistered) -> Teller:
        if len(self.tellers) >= MOST_TELLERS:
            self.tellers.clear()
        known = self.tellers[stream] = Teller.of(stream, report)
        return known

    def _fact(self, event: Event, fact: Fact) -> None:
        teller = self._teller(event.stream.hex)
        right = put_right(fact.id, self._instead)
        told = Told.of(event, fact, teller, self.registry, right)
        self.facts.append(_fact_row(event, fact, told))
        self.stands += [(name, fact.id) for name in chronologies_of(told)]
        self._claim(claims_of(told))

    def _instead(self, fact: str) -> Instead | None:
        """Give the correction that put this fact in the place of another."""
        if fact in self.replaced:
            return self.replaced[fact]
        if not self.corrections or self._whole:
            return None
        sql = (
            "SELECT published, by_source, coalesce(restores, fact) FROM retractions"
            " WHERE replaced_by = ? ORDER BY published LIMIT 1"
        )
        found = self.store.connection.execute(sql, (fact,)).fetchone()
        return found and Instead(*found)

    def _act(self, event: Event) -> None:
        """Note an event that makes claims and is no fact."""
        act = {"position": event.position, "id": event.id, "kind": event.body.TOPIC}
        filling.put(self.store, "acts", [act])

    def _claim(self, claims: Iterable[Claim]) -> None:
        for claim in claims:
            cell = self.cells.number(claim.projection, claim.key)
            text = claim.as_json()
            self.claims.append((claim.position, cell, claim.published, text))
            self.dirty.add(cell)
            if cell in self._kept:
                self._fresh.setdefault(cell, []).append(Claim.from_json(text))

    def _amend(self, event: Event, body: FactCorrected | FactRetracted) -> None:
        row = _retraction_row(event, body)
        filling.put(self.store, "retractions", [row])
        self.corrections = True
        if isinstance(body, FactCorrected):
            self.replaced[body.replaced_by] = Instead.by(body)
        self._flush()
        named = [f"SELECT position FROM {table} WHERE id = ?" for table in ("fact_rows", "acts")]
        self._touch(f"position IN ({' UNION '.join(named)})", (body.fact, body.fact))

    def _flush(self) -> None:
        write = self.store.connection.executemany
        write(f"INSERT OR REPLACE INTO reports VALUES ({', '.join('?' * 8)})", self.headers)
        write(_PUT_FACT, self.facts)
        write("INSERT OR REPLACE INTO chronologies VALUES (?, ?)", self.stands)
        filling.put_claims(self.store, self.claims)
        self.headers, self.facts, self.stands, self.claims = [], [], [], []


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


_PUT_FACT = (
    "INSERT INTO fact_rows (position, id, report, kind, place, actors, status, voice, speaker,"
    " gist, edtf, record, begins, published, recorded_at, recorded_by, batch, data)"
    f" VALUES ({', '.join('?' * 18)})"
)


def _fact_row(event: Event, fact: Fact, told: Told) -> tuple[object, ...]:
    published = told.published
    return (
        event.position,
        fact.id,
        told.stream,
        fact.TOPIC,
        fact.place,
        "+".join(fact.actors),
        fact.status,
        fact.voice,
        fact.speaker,
        fact.gist,
        fact.when.edtf,
        fact.locator.record,
        told.begins,
        published,
        event.recorded_at,
        event.recorded_by,
        event.batch,
        event.stored.decode() or _json(body_dict(fact)),
    )


def _retraction_row(event: Event, body: FactCorrected | FactRetracted) -> Row:
    replaced_by = body.replaced_by if isinstance(body, FactCorrected) else None
    return {
        "id": event.id,
        "fact": body.fact,
        "kind": "retracted" if replaced_by is None else "corrected",
        "replaced_by": replaced_by,
        "restores": body.restores if isinstance(body, FactCorrected) else None,
        "by_source": int(bool(body.by_source)),
        "published": known_from(body.published),
        "published_edtf": body.published.edtf,
        "position": event.position,
        "recorded_at": event.recorded_at,
        "recorded_by": event.recorded_by,
        "batch": event.batch,
        "reason": body.reason,
    }


def _custody_row(event: Event, body: TextErased | HoldPlaced | HoldLifted | EventWithheld) -> Row:
    """Give what is said of an event's text; of a hold that is lifted, `event` is the hold."""
    return {
        "id": event.id,
        "kind": body.TOPIC,
        "event": body.hold if isinstance(body, HoldLifted) else body.event,
        "fields": ", ".join(body.fields) if isinstance(body, TextErased) else None,
        "authority": body.authority,
        "published_edtf": body.published.edtf,
        "reason": body.reason,
        "position": event.position,
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
