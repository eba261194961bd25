"""Events <-> stored bytes: canonical JSON, a fixed list of topics, old versions upcast."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from json.encoder import encode_basestring
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import from_json

from tracker.facts import TOPICS, Body
from tracker.facts.envelope import Event, body_dict, canonical
from tracker.instants import format_instant, parse_moment


class CodecError(ValueError):
    """A stored event that cannot be read: an unknown topic, a newer version, a damaged state."""


def encode(event: Event) -> bytes:
    """Give the bytes of an event: {"body", "id", "recorded_at", "recorded_by", "v"}, canonical.

    And "batch", where the event names one.
    """
    return state_bytes(
        canonical(body_dict(event.body)),
        event_id=event.id,
        recorded_at=format_instant(event.recorded_at),
        recorded_by=event.recorded_by,
        v=event.body.VERSION,
        batch=event.batch,
    )


def state_bytes(
    body: bytes,
    *,
    event_id: str,
    recorded_at: str,
    recorded_by: str,
    v: int,
    batch: str | None = None,
) -> bytes:
    """Put an event's bytes around a body that is canonical JSON already."""
    named = "" if batch is None else f'"batch":{_text(batch)},'
    return b'{%s"body":%s,"id":%s,"recorded_at":"%s","recorded_by":%s,"v":%d}' % (
        named.encode(),
        body,
        encode_basestring(event_id).encode(),
        recorded_at.encode(),
        _text(recorded_by).encode(),
        v,
    )


@cache
def _text(value: str) -> str:
    return canonical(value).decode()


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
        body, event_id, about = _parts(state)
        if about.v == 1 == kind.VERSION:
            # Read in one go: most of what a rebuild does is this.
            made = kind.__pydantic_validator__.validate_json(body)
        else:
            made = kind.model_validate(_upcast(kind, about.v, from_json(body)))
        return Event(
            stream,
            version,
            event_id,
            made,
            about.recorded_at,
            about.recorded_by,
            position,
            about.batch,
            body,
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where, why = ".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")
        raise CodecError(f"{topic} cannot be read: {where}: {why}") from error
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{topic} cannot be read: {error}"
        raise CodecError(msg) from error


StoredRow = tuple[int, str, int, str, bytes]
"""An event as the log stores it: position, stream, version, topic, state."""


def read_row(row: StoredRow) -> Event:
    """Read a row of the log. Raises CodecError, naming the event, for what cannot be read."""
    position, stream_id, version, topic, state = row
    try:
        stream = _stream(stream_id)
    except ValueError as error:
        msg = f"event {version} of stream {stream_id!r}: no such stream can be"
        raise CodecError(msg) from error
    try:
        return decode(topic, state, stream=stream, version=version, position=position)
    except CodecError as error:
        msg = f"event {version} of stream {stream}: {error}"
        raise CodecError(msg) from error


@lru_cache(maxsize=64)
def _stream(stream_id: str) -> UUID:
    return UUID(stream_id)


class _About(NamedTuple):
    """What an event's bytes say beside its body and its id."""

    recorded_at: int
    recorded_by: str
    v: object
    batch: str | None


_BODY, _AFTER_BODY, _AFTER_ID = b'"body":', b',"id":"', b'","'
_LAST_ID = re.compile(rb'(?>.*,"id":")([^"\\\x80-\xff]*+)","', re.DOTALL)


def _parts(state: bytes) -> tuple[bytes, str, _About]:
    """Cut an event's bytes into its body, its id, and the rest, which a whole batch shares.

    Keys are sorted, and no text holds a bare quote; bytes that are laid out otherwise, as another
    program might, are read as the JSON that they are.
    """
    if not isinstance(state, bytes):
        raise TypeError("no bytes")
    start, end, stop = _borders(state)
    if start < end < stop:
        event_id = state[end + len(_AFTER_BODY) : stop]
        about = _about(state[:start], state[stop + 2 :])
        return state[start + len(_BODY) : end], event_id.decode(), about
    envelope = from_json(state)
    return canonical(envelope["body"]), str(envelope["id"]), _read(envelope)


def id_in(state: bytes) -> str:
    """Give the id that an event's bytes carry. Raises ValueError, KeyError or TypeError."""
    found = _LAST_ID.match(state)  # half of the time that the borders take
    if found and -1 < state.find(_BODY) < found.start(1):
        return found[1].decode()
    return str(from_json(state)["id"])


def _borders(state: bytes) -> tuple[int, int, int]:
    """Say where body and id begin, and where the id ends; they do not ascend in another layout."""
    start, end = state.find(_BODY), state.rfind(_AFTER_BODY)
    stop = state.find(_AFTER_ID, end + len(_AFTER_BODY))
    event_id = state[end + len(_AFTER_BODY) : stop]
    plain = start > -1 and event_id.isascii() and b"\\" not in event_id
    return (start, end, stop) if plain else (0, 0, 0)


@lru_cache
def _about(before: bytes, after: bytes) -> _About:
    return _read(from_json(before + after))


def _read(envelope: dict[str, Any]) -> _About:
    recorded = parse_moment(envelope["recorded_at"]).earliest
    batch = envelope.get("batch")
    by = str(envelope["recorded_by"])
    return _About(recorded, by, envelope["v"], None if batch is None else str(batch))


def _upcast(kind: type[Body], version: object, body: dict[str, Any]) -> dict[str, Any]:
    """Bring a body to its kind's present version; UPCASTS[n] leads from version n + 1 to n + 2."""
    if not isinstance(version, int) or not 1 <= version <= kind.VERSION:
        msg = f"version {version!r} is not one of 1 to {kind.VERSION}: a newer tracker wrote it"
        raise CodecError(msg)
    for step in kind.UPCASTS[version - 1 :]:
        body = step(body)
    return body
