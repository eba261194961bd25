"""Event: what the log keeps, a body with its place in a stream and in the log."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, UUID, uuid5

from tracker.facts.base import Fact
from tracker.instants import format_instant

if TYPE_CHECKING:
    from tracker.facts import Body

NAMESPACE = uuid5(NAMESPACE_OID, "situation-tracker")
"""The root of every id derived from content."""


@dataclass(frozen=True, slots=True)
class Event:
    """One immutable event.

    `version` counts from 1 in its stream, `position` from 1 in its log (0: not recorded yet);
    `id` is chosen by the client from the content; `recorded_at` is in microseconds UTC. `batch`
    names what it was recorded with, where that is not what its report was first recorded with.
    `stored` is the body as it lies in the log: canonical JSON; empty before it was stored.
    """

    stream: UUID
    version: int
    id: str
    body: Body
    recorded_at: int = 0
    recorded_by: str = ""
    position: int = 0
    batch: str | None = None
    stored: bytes = field(default=b"", compare=False, repr=False)

    @property
    def mark(self) -> str:
        """Tell it from the event at its position in any other log: its id, and when recorded."""
        return f"{self.id} {format_instant(self.recorded_at)}"

    @property
    def fact(self) -> Fact | None:
        """The fact it holds, if it holds one."""
        return self.body if isinstance(self.body, Fact) else None


def canonical(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Give the one spelling of a JSON value that digests are taken of: sorted keys, UTF-8."""
    return _encode(value).encode()


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def body_dict(body: Body) -> dict[str, Any]:
    """Give a body as the JSON object that is stored: fields without a value are left out."""
    return body.model_dump(mode="json", exclude_none=True)
