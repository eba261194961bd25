"""Pure decisions: what recording a report, or registering a situation, adds to the log.

Nothing here reads a file, a clock or the log: the state comes in, events go out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha1, sha256
from typing import Any
from uuid import UUID, uuid5

from tracker.errors import TrackerError
from tracker.facts import Fact, RecordEvent, ReportRegistered
from tracker.facts.envelope import NAMESPACE, Event, body_dict, canonical
from tracker.facts.record import FactCorrected, FactRetracted, Snapshot, SnapshotTaken
from tracker.registry import (
    REGISTRY_KINDS,
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
    """A report ready to be recorded: its registration and its facts, ids filled in.

    `snapshot` tells of the list as a whole, where the report is a version of a maintained list.
    """

    registered: ReportRegistered
    facts: tuple[Fact, ...]
    snapshot: SnapshotTaken | None = None

    @property
    def stream(self) -> UUID:
        """The id of its event stream, derived from its content."""
        return stream_of(self.registered.content_sha256)

    @property
    def bodies(self) -> list[tuple[str, ReportRegistered | Fact | SnapshotTaken]]:
        """Everything it says, each with the id of its event, in order."""
        said: list[tuple[str, ReportRegistered | Fact | SnapshotTaken]] = [
            (str(self.stream), self.registered)
        ]
        said += [(fact.id, fact) for fact in self.facts]
        if self.snapshot:
            said.append((derived_id(self.stream, self.snapshot), self.snapshot))
        return said


@dataclass(frozen=True, slots=True)
class Decision:
    """What to append, and how much of what was asked for is in the log already."""

    events: tuple[Event, ...]
    already: int


def stream_of(content_sha256: str) -> UUID:
    """Derive a report's stream id from the sha256 of its canonical content."""
    return uuid5(NAMESPACE, f"report:{content_sha256}")


def derived_id(stream: UUID, body: RecordEvent) -> str:
    """Derive the id of a record event from its stream and its content."""
    return str(uuid5(NAMESPACE, canonical([str(stream), body.TOPIC, body_dict(body)]).decode()))


def make_report(
    header: dict[str, Any], facts: Sequence[Fact], snapshot: Snapshot | None = None
) -> Report:
    """Give a report and its facts their content-derived identity.

    `header` holds the fields of ReportRegistered but content_sha256. What makes two reports one:
    the same source and publication time, and the same dataset, else the same document (by sha256),
    else the same url, else the same facts. So a sheet may be laid out anew, or grow, and stay the
    same report; and so may what a table tells.
    """
    draft = ReportRegistered(**header, content_sha256="0" * 64)
    body = body_dict(draft)
    content: dict[str, Any] = {"source": body["source"], "published": body["published"]}
    if draft.dataset:
        content["dataset"] = draft.dataset
    elif draft.document:
        content["document"] = draft.document.sha256
    elif draft.url:
        content["url"] = draft.url
    else:
        content["title"] = draft.title
        content["facts"] = [[fact.kind, body_dict(fact)] for fact in facts]
    digest = sha256(canonical(content)).hexdigest()
    stream = stream_of(digest)
    taken: dict[str, Any] = {"source": draft.source, "published": draft.published}
    return Report(
        draft.model_copy(update={"content_sha256": digest}),
        tuple(identified(fact, stream, of_table=draft.dataset is not None) for fact in facts),
        SnapshotTaken(**taken, **snapshot.model_dump()) if snapshot else None,
    )


def identified(fact: Fact, stream: UUID, *, of_table: bool = False) -> Fact:
    """Give a fact the id derived from its report and its content.

    Where a table's row stands is no part of it: the same row in another file is the same fact.
    """
    content = body_dict(fact)
    content.pop("id", None)
    if of_table:
        elsewhere = {"document", "row"}
        content["locator"] = {k: v for k, v in content["locator"].items() if k not in elsewhere}
    return fact.model_copy(update={"id": fact_id(stream, fact.kind, canonical(content))})


def fact_id(stream: UUID, kind: str, content: bytes) -> str:
    """Derive a fact's id from its stream and its content: canonical JSON, without its id."""
    digest = sha1(  # noqa: S324 - what a UUID of version 5 is made with
        b'%s["%s","%s",%s]' % (NAMESPACE.bytes, str(stream).encode(), kind.encode(), content)
    ).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]  # RFC 9562: the two bits that name the layout
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def dataset_stream(source: str, published: str, dataset: str) -> tuple[UUID, str]:
    """Give the stream of what a table tells at one publication, and its whole content digest.

    `published` is the time as it is stored, a When in canonical JSON: it is put in as it is, since
    a table may tell of another moment in every row.
    """
    named = f'"dataset":{canonical(dataset).decode()}', f'"source":{canonical(source).decode()}'
    content = f'{{{named[0]},"published":{published},{named[1]}}}'
    digest = sha256(content.encode()).hexdigest()
    return stream_of(digest), digest


def record(past: Sequence[Event], report: Report, *, at: int, by: str) -> Decision:
    """Decide what recording a report adds to its stream.

    What is there already is not added again. Raises ChangedReportError where the stream holds
    what the report no longer tells: a fact is never edited, only corrected by a later event. What
    was retracted may be left out; of a corrected fact, the report tells either reading.
    """
    held = {event.id for event in past}
    _refuse_what_was_lost(past, report)
    fresh = [(event_id, body) for event_id, body in report.bodies if event_id not in held]
    events = tuple(
        Event(report.stream, version, event_id, body, recorded_at=at, recorded_by=by)
        for version, (event_id, body) in enumerate(fresh, start=len(past) + 1)
    )
    return Decision(events, already=len(report.bodies) - len(events))


def _refuse_what_was_lost(past: Sequence[Event], report: Report) -> None:
    told = {event_id for event_id, _ in report.bodies}
    excused: set[str] = set()
    for event in past:  # a correction comes after what it corrects, so a chain is one walk
        match event.body:
            case FactCorrected() as body:
                if body.fact in told:
                    told.add(body.replaced_by)
                excused.add(body.fact)
            case FactRetracted() as body:
                excused.add(body.fact)
            case _:
                pass
    lost = [
        event
        for event in past
        if isinstance(event.body, Fact | SnapshotTaken) and event.id not in told | excused
    ]
    if lost:
        named = "; ".join(
            f"#{e.position} {e.body.TOPIC}{f': {e.fact.gist}' if e.fact else ''}" for e in lost[:3]
        )
        msg = (
            f"this report is in the log already, and {len(lost)} of its facts are not in the sheet "
            f"any more ({named}). A recorded fact is never edited: put them back as they were; "
            "what has changed is recorded as a correction (`tracker correct`)"
        )
        raise ChangedReportError(msg)
    first = past[0].body if past else None
    if isinstance(first, ReportRegistered) and first.standing != report.registered.standing:
        was = "a maintained list" if first.standing else "no maintained list"
        msg = f"this report is in the log already, as {was}: leave `standing` as it was"
        raise ChangedReportError(msg)


def registered(past: Iterable[Event]) -> Registry:
    """Give the registry as the events of the situation's stream leave it."""
    bodies = (event.body for event in past)
    return Registry().after(body for body in bodies if isinstance(body, REGISTRY_KINDS))


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
