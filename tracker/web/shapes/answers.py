"""The answers about cells: state, history, audit, diff, whatif, disputes, gaps."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from tracker.web.shapes.base import Answer, AnyProjection, CellQuery, Query, Shape
from tracker.web.shapes.rows import (
    AlertsStretch,
    ControlStretch,
    ForcesStretch,
    LossesStretch,
    RivalHeld,
    RivalLevel,
    RivalNumber,
    StateRow,
)

Believed = Literal["control", "forces", "alerts", "losses"]


class StateQuery(CellQuery):
    """What was asked, as it was understood; `stale_after` in microseconds."""

    stale_after: int | None


class DisputesQuery(CellQuery):
    """What was asked, as it was understood."""

    closed: bool


class GapsQuery(Query):
    """What was asked, as it was understood; `stale_after` in microseconds."""

    stale_after: int
    documents: bool


class DiffQuery(CellQuery):
    """What was asked, as it was understood."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    start: str | None = Field(alias="from")
    known_from: str | None


class StateAnswer(Answer):
    """What is so."""

    query: StateQuery
    rows: list[StateRow]


class HistoryAnswer(Answer):
    """How the belief about one key ran."""

    query: CellQuery
    rows: list[
        Annotated[
            ControlStretch | ForcesStretch | AlertsStretch | LossesStretch,
            Field(discriminator="projection"),
        ]
    ]


class Document(Shape):
    """A file by its name and what it holds."""

    name: str
    sha256: str | None = None


class Locator(Shape):
    """Where a fact stands in its document."""

    document: Document | None = None
    sentence: int | None = None
    span: list[int] | None = None
    sha256: str | None = None
    quote: str | None = None
    row: int | None = None
    record: str | None = None


class When(Shape):
    """A stated time."""

    edtf: str | None
    phrase: str | None = None
    anchor: str | None = None
    zone: str | None = None
    local: bool | None = None


class Erased(Shape):
    """What was erased of an event's text: which fields, on whose authority, why, by which event."""

    fields: str
    authority: str
    published: str
    reason: str
    position: int


class Evidence(Shape):
    """One fact, where it stands, and its part."""

    fact: str
    kind: str
    position: int
    source: str | None
    published: str | None
    voice: str
    speaker: str | None
    status: str
    when: When
    gist: str
    locator: Locator
    rating: Any
    report: str | None
    role: Literal["decides", "supports", "dissents", "superseded", "not-yet", "retracted"]
    why: str
    withheld: list[Erased]


class AuditAnswer(Answer):
    """Why a cell is as it is."""

    query: CellQuery
    rows: list[StateRow]
    evidence: list[Evidence]
    later: int
    later_rows: list[StateRow]
    rule: str


class DiffRow(Shape):
    """A cell that changed."""

    projection: AnyProjection
    key: str
    name: str
    before: StateRow | None
    after: StateRow | None
    cause: Literal["ground", "knowledge"]
    events: list[str]


class Place(Shape):
    """Where an event stands in the log."""

    position: int
    kind: str


class DiffAnswer(Answer):
    """What changed."""

    query: DiffQuery
    rows: list[DiffRow]
    events: dict[str, Place]


class WhatifRow(Shape):
    """A cell that would be otherwise."""

    projection: AnyProjection
    key: str
    name: str
    before: StateRow | None
    after: StateRow | None


class WhatifAnswer(Answer):
    """What would be otherwise."""

    query: CellQuery
    rows: list[WhatifRow]


class Opened(Shape):
    """When, in both times."""

    valid: str | None
    known: str | None


class DisputeRow(Shape):
    """One dispute: who says what, since when, until when; the state at its height."""

    projection: Believed
    key: str
    name: str
    values: list[RivalHeld | RivalLevel | RivalNumber]
    last_undisputed: dict[str, Any] | None
    opened: Opened
    closed: Opened
    evidence: list[str]


class DisputesAnswer(Answer):
    """Where sources disagree."""

    query: DisputesQuery
    rows: list[DisputeRow]


class GapRow(Shape):
    """One thing that is missing."""

    gap: str
    projection: str | None
    key: str
    name: str
    what: str
    evidence: list[str]


class GapsAnswer(Answer):
    """What is missing."""

    query: GapsQuery
    rows: list[GapRow]
