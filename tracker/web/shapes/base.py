"""What all shapes share: how strict they are, the log, times, what was asked."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

AnyProjection = Literal[
    "control", "forces", "alerts", "losses", "incidents", "humanitarian", "posture"
]


class Shape(BaseModel):
    """An object with the fields that are declared, and no others."""

    model_config = ConfigDict(extra="forbid")


class Problem(Shape):
    """What is wrong with a request, and what to do."""

    error: str


class Replica(Shape):
    """What a replica is a copy of: where that stood when it was last heard, and when that was.

    `position` and `behind` are null where nobody knows: nothing was heard, or not lately enough.
    """

    source: str
    position: int | None
    behind: int | None
    heard: str | None
    away: str | None


class Log(Shape):
    """Where the log stood: every answer is of one position. `head` is null without a ledger.

    `replica` is there where the log is one.
    """

    position: int
    head: str | None
    replica: Replica | None = None


class Since(Shape):
    """Since when, with its bounds [earliest, latest)."""

    edtf: str | None
    earliest: str | None
    latest: str | None


class Spot(Shape):
    """Degrees, WGS 84."""

    lat: float | None
    lon: float | None


class Weighing(Shape):
    """How a question weighed."""

    policy: str
    only: list[str]
    without: list[str]
    recorded_at: str | None


class Query(Weighing):
    """What was asked, as it was understood."""

    as_of: str | None
    known_at: str | None


class CellQuery(Query):
    """What was asked, as it was understood."""

    projection: AnyProjection | None
    key: str | None


class Answer(Shape):
    """What every answer has: where the log stood, and notes."""

    log: Log
    notes: list[str]
