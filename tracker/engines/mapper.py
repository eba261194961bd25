"""Between our events and the library's: its mapper, with a fixed list of topics and upcasting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from uuid import UUID

from eventsourcing.persistence import Mapper, StoredEvent

from tracker.engines.base import Encoded
from tracker.errors import LogError

if TYPE_CHECKING:
    from tracker.facts.codec import StoredRow
    from tracker.facts.envelope import Event


@dataclass(frozen=True)
class _Stored(StoredEvent):
    """A stored event that also carries the id its client chose."""

    event_id: str


class EventMapper(Mapper[UUID]):
    """Event <-> stored row: topics from the fixed list only, old versions upcast (facts.codec).

    The library's own mapper would import whatever module a hostile row names as its topic.
    """

    def __init__(self) -> None:
        """Need no transcoder: bodies are pydantic models."""  # so the base is not initialised

    def to_stored_event(self, domain_event: Event) -> _Stored:  # type: ignore[override]
        """Encode; the whole envelope is in `state`, so that the bytes alone tell everything."""
        from tracker.facts.codec import encode

        return _Stored(
            originator_id=domain_event.stream,
            originator_version=domain_event.version,
            topic=domain_event.body.TOPIC,
            state=encode(domain_event),
            event_id=domain_event.id,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Event:  # type: ignore[override]
        """Decode; raises LogError for a topic, a version or a state that cannot be read."""
        position = getattr(stored_event, "id", 0)
        stream, version = str(stored_event.originator_id), stored_event.originator_version
        return event_of((position, stream, version, stored_event.topic, stored_event.state))


def event_of(row: StoredRow) -> Event:
    """Decode a stored row; raises LogError for what cannot be read."""
    from tracker.facts.codec import CodecError, read_row

    try:
        return read_row(row)
    except CodecError as error:
        raise LogError(str(error)) from error


def encoded_of(events: Sequence[StoredEvent]) -> list[Encoded]:
    """Give what is inserted of the library's stored events, which EventMapper has made."""
    return [
        Encoded(
            UUID(str(event.originator_id)),
            event.originator_version,
            cast("_Stored", event).event_id,
            event.topic,
            event.state,
        )
        for event in events
    ]
