"""Events as rows: what `log`, `show` and `replay` print of each."""

from __future__ import annotations

from typing import Any

from projections.store import Row, Store
from tracker.facts import ReportRegistered
from tracker.facts.envelope import Event, body_dict
from tracker.instants import format_instant
from tracker.registry import Registration


def event_row(event: Event) -> Row:
    """Give {position, recorded_at, recorded_by, report, kind, fact, subject, what}.

    `report` is the report's stream (null for registrations), `fact` the fact's id (null for the
    rest); `subject` is what the event is about, `what` its gist.
    """
    fact = event.fact
    registration = isinstance(event.body, Registration)
    return {
        "position": event.position,
        "recorded_at": format_instant(event.recorded_at),
        "recorded_by": event.recorded_by,
        "report": None if registration else event.stream.hex,
        "kind": event.body.TOPIC,
        "fact": fact.id if fact else None,
        "id": event.id,
        "subject": _subject(event),
        "when": fact.when.edtf if fact else None,
        "what": _what(event),
    }


def event_detail(event: Event, store: Store) -> Row:
    """Give an event whole: its row, its stream and version, its body, and its report's header."""
    found = store.rows(
        "SELECT source, published_edtf, document FROM reports WHERE id = ?", (event.stream.hex,)
    )
    return {
        **event_row(event),
        "stream": str(event.stream),
        "version": event.version,
        "body": body_dict(event.body),
        "source": found[0]["source"] if found else None,
        "published": found[0]["published_edtf"] if found else None,
        "document": found[0]["document"] if found else None,
    }


def _subject(event: Event) -> str | None:
    body: Any = event.body
    if isinstance(body, Registration):
        return str(body.subject)  # type: ignore[attr-defined] # each registration has one
    if isinstance(body, ReportRegistered):
        return body.source
    fact = event.fact
    return (fact.place or "+".join(fact.actors) or None) if fact else None


def _what(event: Event) -> str:
    body: Any = event.body
    if event.fact:
        return event.fact.gist
    if isinstance(body, ReportRegistered):
        document = f", {body.document.name}" if body.document else ""
        return f"published {body.published.describe()}{document}"
    if isinstance(body, Registration):
        entry = next(iter(body.__dict__.values()))
        return str(getattr(entry, "name", entry))
    return str(getattr(body, "reason", ""))
