"""Pure decisions: what recording a report, or registering a situation, adds to the log.

Nothing here reads a file, a clock or the log: the state comes in, events go out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from tracker.errors import TrackerError
from tracker.facts import Fact, ReportRegistered
from tracker.facts.envelope import NAMESPACE, Event, body_dict, canonical
from tracker.registry import (
    ActorRegistered,
    AlertSchemeRegistered,
    PlaceRegistered,
    Registry,
    RegistryEvent,
    SituationRegistered,
    SourceRegistered,
)

SITUATION_STREAM = uuid5(NAMESPACE, "situation")


class ChangedReportError(TrackerError):
    """A report that is in the log is told differently now."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report ready to be recorded: its registration and its facts, ids filled in."""

    registered: ReportRegistered
    facts: tuple[Fact, ...]

    @property
    def stream(self) -> UUID:
        """The id of its event stream, derived from its content."""
        return stream_of(self.registered.content_sha256)


@dataclass(frozen=True, slots=True)
class Decision:
    """What to append, and how much of what was asked for is in the log already."""

    events: tuple[Event, ...]
    already: int


def stream_of(content_sha256: str) -> UUID:
    """Derive a report's stream id from the sha256 of its canonical content."""
    return uuid5(NAMESPACE, f"report:{content_sha256}")


def make_report(header: dict[str, Any], facts: Sequence[Fact]) -> Report:
    """Give a report and its facts their content-derived identity.

    `header` holds the fields of ReportRegistered but content_sha256. What makes two reports one:
    the same source and publication time, and the same document (by sha256), else the same url,
    else the same facts. So a sheet may be laid out anew, or grow, and stay the same report.
    """
    draft = ReportRegistered(**header, content_sha256="0" * 64)
    body = body_dict(draft)
    content: dict[str, Any] = {"source": body["source"], "published": body["published"]}
    if draft.document:
        content["document"] = draft.document.sha256
    elif draft.url:
        content["url"] = draft.url
    else:
        content["title"] = draft.title
        content["facts"] = [[fact.kind, body_dict(fact)] for fact in facts]
    digest = sha256(canonical(content)).hexdigest()
    stream = stream_of(digest)
    return Report(
        draft.model_copy(update={"content_sha256": digest}),
        tuple(identified(fact, stream) for fact in facts),
    )


def identified(fact: Fact, stream: UUID) -> Fact:
    """Give a fact the id derived from its report and its content."""
    content = body_dict(fact)
    content.pop("id", None)
    name = canonical([str(stream), fact.kind, content]).decode()
    return fact.model_copy(update={"id": str(uuid5(NAMESPACE, name))})


def record(past: Sequence[Event], report: Report, *, at: int, by: str) -> Decision:
    """Decide what recording a report adds to its stream.

    Facts that are there already are not added again. Raises ChangedReportError where the stream
    holds facts that the report no longer tells: a fact is never edited, only corrected by a later
    event.
    """
    held = {event.id for event in past}
    told = {fact.id for fact in report.facts}
    lost = [event for event in past if event.fact is not None and event.id not in told]
    if lost:
        named = "; ".join(
            f"#{e.position} {e.body.TOPIC}: {e.fact.gist}" for e in lost[:3] if e.fact
        )
        msg = (
            f"this report is in the log already, and {len(lost)} of its facts are not in the sheet "
            f"any more ({named}). A recorded fact is never edited: put them back as they were; "
            "what has changed is recorded as a correction"
        )
        raise ChangedReportError(msg)
    bodies: list[tuple[str, Fact | ReportRegistered]] = []
    if str(report.stream) not in held:
        bodies.append((str(report.stream), report.registered))
    bodies += [(fact.id, fact) for fact in report.facts if fact.id not in held]
    events = tuple(
        Event(report.stream, version, event_id, body, recorded_at=at, recorded_by=by)
        for version, (event_id, body) in enumerate(bodies, start=len(past) + 1)
    )
    return Decision(events, already=len(report.facts) + 1 - len(events))


def register(
    past_events: int, registry: Registry, wanted: Iterable[RegistryEvent], *, at: int, by: str
) -> Decision:
    """Decide which registrations are new or differ from what is registered.

    `past_events` is the number of events of the situation's stream.
    """
    wanted = tuple(wanted)
    fresh = [event for event in wanted if not _is_registered(registry, event)]
    events = tuple(
        Event(
            SITUATION_STREAM,
            version,
            str(
                uuid5(NAMESPACE, f"{version}:{body.subject}:{canonical(body_dict(body)).decode()}")
            ),
            body,
            recorded_at=at,
            recorded_by=by,
        )
        for version, body in enumerate(fresh, start=past_events + 1)
    )
    return Decision(events, already=len(wanted) - len(fresh))


def _is_registered(registry: Registry, event: RegistryEvent) -> bool:
    match event:
        case SituationRegistered():
            return (registry.title, registry.zone) == (event.title, event.zone)
        case PlaceRegistered():
            return registry.places.get(event.place.id) == event.place
        case ActorRegistered():
            return registry.actors.get(event.actor.id) == event.actor
        case SourceRegistered():
            return registry.sources.get(event.source.id) == event.source
        case AlertSchemeRegistered():
            return registry.schemes.get(event.scheme.id) == event.scheme
