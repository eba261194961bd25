"""Events <-> stored bytes: canonical JSON, a fixed list of topics, old versions upcast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import from_json

from tracker.facts import TOPICS, Body
from tracker.facts.envelope import Event, body_dict, canonical
from tracker.instants import format_instant, parse_moment


class CodecError(ValueError):
    """A stored event that cannot be read: an unknown topic, a newer version, a damaged state."""


def encode(event: Event) -> bytes:
    """Give the bytes of an event: {"id", "recorded_at", "recorded_by", "v", "body"}."""
    return canonical(
        {
            "id": event.id,
            "recorded_at": format_instant(event.recorded_at),
            "recorded_by": event.recorded_by,
            "v": event.body.VERSION,
            "body": body_dict(event.body),
        }
    )


def decode(
    topic: str,
    state: bytes,
    *,
    stream: UUID,
    version: int,
    position: int,
    topics: Mapping[str, type[Body]] = TOPICS,
) -> Event:
    """Read an event back. Raises CodecError; no code is ever looked up by a topic."""
    kind = topics.get(topic)
    if kind is None:
        msg = f"topic {topic!r} is not one this tracker knows: refused, nothing of it was run"
        raise CodecError(msg)
    try:
        envelope = from_json(state)
        return Event(
            stream=stream,
            version=version,
            id=str(envelope["id"]),
            body=kind.model_validate(_upcast(kind, envelope["v"], envelope["body"])),
            recorded_at=parse_moment(envelope["recorded_at"]).earliest,
            recorded_by=str(envelope["recorded_by"]),
            position=position,
        )
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        msg = f"{topic} cannot be read: {error}"
        raise CodecError(msg) from error


def _upcast(kind: type[Body], version: object, body: dict[str, Any]) -> dict[str, Any]:
    """Bring a body to its kind's present version; UPCASTS[n] leads from version n + 1 to n + 2."""
    if not isinstance(version, int) or not 1 <= version <= kind.VERSION:
        msg = f"version {version!r} is not one of 1 to {kind.VERSION}: a newer tracker wrote it"
        raise CodecError(msg)
    for step in kind.UPCASTS[version - 1 :]:
        body = step(body)
    return body
