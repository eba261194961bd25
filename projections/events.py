"""Events as rows: what `log`, `show` and `replay` print of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from projections.store import Row, Store
from projections.withheld import withheld
from tracker.dated import Dated, offset
from tracker.facts import Body, ReportRegistered
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
)
from tracker.instants import format_instant
from tracker.registry import Registration


def event_row(event: Event, zone: str, places: Mapping[str, int] | None = None) -> Row:
    """Give {position, recorded_at, recorded_by, report, kind, fact, subject, what}.

    `report` is the report's stream (null for registrations and rulings), `fact` the fact's id
    (null for the rest); `subject` is what the event is about, `what` its gist. `places` gives the
    positions of the events that it names (see names_in). Days are those of the zone: the date of
    a report's publication in another names its offset.
    """
    fact = event.fact
    of_no_report = isinstance(event.body, Registration | RulingMade)
    return {
        "position": event.position,
        "recorded_at": format_instant(event.recorded_at),
        "recorded_by": event.recorded_by,
        "report": None if of_no_report else event.stream.hex,
        "kind": event.body.TOPIC,
        "fact": fact.id if fact else None,
        "id": event.id,
        "subject": _subject(event, places or {}),
        "when": _when(event),
        "what": _what(event, zone, places or {}),
    }


def names_in(body: Body) -> list[str]:
    """Give the ids of other events that an event names."""
    match body:
        case FactCorrected():
            return [body.fact, body.replaced_by, *filter(None, [body.restores])]
        case FactRetracted():
            return [body.fact]
        case RulingMade():
            return list(body.follows)
        case TextErased() | HoldPlaced() | EventWithheld():
            return [body.event]
        case HoldLifted():
            return [body.hold]
        case _:
            return []


def amends(body: Body) -> str | None:
    """Give the id of the event that an event corrects or retracts, or whose text it is about."""
    match body:
        case FactCorrected() | FactRetracted():
            return body.fact
        case TextErased() | HoldPlaced() | EventWithheld():
            return body.event
        case HoldLifted():
            return body.hold
        case _:
            return None


def event_detail(event: Event, store: Store, places: Mapping[str, int] | None = None) -> Row:
    """Give an event whole: its row, its stream and version, its body, and its report's header.

    `amended` lists what has corrected or retracted it since; `replaces` names the fact whose place
    it takes; `changes` are, of a correction, the fields that differ: {field, before, after};
    `custody` lists what was erased of it, on whose authority and why, and the holds on it; and of
    a fact what was erased of another in whose place it stands, where it does not say that anew.
    """
    found = store.rows(
        "SELECT source, published_edtf AS published, published AS out, document, batch FROM reports"
        " WHERE id = ?",
        (event.stream.hex,),
    )
    report = _dated(found[0]) if found else {}
    return {
        **event_row(event, store.head[2], places),
        "stream": str(event.stream),
        "version": event.version,
        "body": body_dict(event.body),
        "source": report.get("source"),
        "published": report.get("published"),
        "document": report.get("document"),
        "batch": report.get("batch"),
        "amended": _amended(event, store),
        "replaces": _replaces(event, store),
        "changes": _differences(event.body, store),
        "custody": _custody(event, store),
    }


def _custody(event: Event, store: Store) -> list[Row]:
    own = custody_of(store, event.id)
    if event.fact is None:
        return own
    known = {one["position"] for one in own}
    before = [one for one in withheld(store, event.id) if one["position"] not in known]
    own += [{"kind": "TextErased", **one, "lifted": None} for one in before]
    return sorted(own, key=lambda one: int(one["position"]))


def custody_of(store: Store, event_id: str) -> list[Row]:
    """Give what became of an event's text, the oldest first.

    Each {kind, fields, authority, published, reason, position, lifted}: `kind` is TextErased,
    HoldPlaced or EventWithheld, `fields` what was erased, `lifted` the position at which a hold was
    lifted, or null.
    """
    sql = (
        "SELECT c.kind, c.fields, c.authority, c.published_edtf AS published, c.reason, c.position,"
        " min(l.position) AS lifted FROM custody c LEFT JOIN custody l ON l.event = c.id"
        " AND l.kind = 'HoldLifted'"
        " WHERE c.event = ? AND c.kind != 'HoldLifted' GROUP BY c.id ORDER BY c.position"
    )
    return store.rows(sql, (event_id,))


def _amended(event: Event, store: Store) -> list[Row]:
    sql = (
        "SELECT r.kind, r.position, r.published_edtf AS published, r.reason, r.replaced_by,"
        " f.position AS replaced_at, r.published AS out FROM retractions r"
        " LEFT JOIN fact_rows f ON f.id = r.replaced_by WHERE r.fact = ? ORDER BY r.position"
    )
    return list(map(_dated, store.rows(sql, (event.id,))))


def _replaces(event: Event, store: Store) -> Row | None:
    sql = (
        "SELECT r.fact, f.position, r.position AS correction, r.published_edtf AS published,"
        " r.reason, r.published AS out FROM retractions r JOIN fact_rows f ON f.id = r.fact"
        " WHERE r.replaced_by = ?"
    )
    found = store.rows(sql, (event.id,)) if event.fact else []
    return _dated(found[0]) if found else None


def _differences(body: Body, store: Store) -> list[Row]:
    """Give the fields that a correction changed, those that lie deeper under dotted names."""
    if not isinstance(body, FactCorrected):
        return []
    before, after = (_fields(store, fact) for fact in (body.fact, body.replaced_by))
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]


def _fields(store: Store, fact: str) -> Row:
    found = store.rows("SELECT data FROM fact_rows WHERE id = ?", (fact,))
    data = json.loads(found[0]["data"]) if found else {}
    data.pop("id", None)
    return dict(_flat(data))


def _flat(data: Row, above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _subject(event: Event, places: Mapping[str, int]) -> str | None:
    body: Any = event.body
    match body:
        case Registration():
            return str(body.subject)  # type: ignore[attr-defined] # each registration has one
        case ReportRegistered() | SnapshotTaken():
            return body.source
        case RulingMade():
            return f"{body.projection}/{body.key}"
    if about := amends(body):
        return _place(about, places)
    fact = event.fact
    return (fact.place or "+".join(fact.actors) or None) if fact else None


def _place(event_id: str, places: Mapping[str, int]) -> str:
    return f"#{places[event_id]}" if event_id in places else event_id[:8]


def _when(event: Event) -> str | None:
    if event.fact:
        when = event.fact.when
    elif isinstance(event.body, RulingMade):
        when = event.body.when
    else:
        return None
    return Dated(when.edtf, *when.span.start)


def _dated(row: Row) -> Row:
    """Give a row's publication its bounds: what it is `out` by."""
    out = row.pop("out")
    return {**row, "published": Dated(row["published"], None, out)}


def _what(event: Event, zone: str, places: Mapping[str, int]) -> str:
    body: Any = event.body
    if event.fact:
        return event.fact.gist
    match body:
        case ReportRegistered():
            document = f", {body.document.name}" if body.document else ""
            return f"published {_published(body, zone)}{document}"
        case Registration():
            entry = next(iter(body.__dict__.values()))
            return str(getattr(entry, "name", entry))
        case FactCorrected():
            again = f", as {_place(body.restores, places)} was" if body.restores else ""
            return f"replaced by {_place(body.replaced_by, places)}{again}: {body.reason}"
        case FactRetracted():
            return f"taken back: {body.reason}"
        case RulingMade():
            followed = ", ".join(_place(fact, places) for fact in body.follows)
            return f"follow {followed}: {body.reason}"
        case SnapshotTaken():
            return f"version {body.version}: {body.entries} entries, {len(body.dropped)} dropped"
    return _of_custody(body)


def _published(body: ReportRegistered, zone: str) -> str:
    told = body.published
    return f"{told.describe()} {offset(told.edtf, told.span.start, zone)}".rstrip()


def _of_custody(body: Body) -> str:
    match body:
        case TextErased():
            return f"{', '.join(body.fields)} erased, by {body.authority}: {body.reason}"
        case HoldPlaced():
            return f"held, by {body.authority}: {body.reason}"
        case EventWithheld():
            return f"left out of a bundle, by {body.authority}: {body.reason}"
        case HoldLifted():
            return f"lifted, by {body.authority}: {body.reason}"
        case _:
            return ""
