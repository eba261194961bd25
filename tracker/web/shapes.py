"""The shapes of the JSON answers, as OpenAPI declares them: those of the command line's --json.

Answers are written from the rows themselves, not through these; the tests hold the two together.
Times are ISO 8601 in UTC, or EDTF where a source said them; null is "not told", or an open end.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Support = Literal["confirmed", "reported", "claimed", "disputed"]
Certainty = Literal["certain", "possible"]
Chronology = Literal["incidents", "humanitarian", "posture"]
Believed = Literal["control", "forces", "alerts", "losses"]
AnyProjection = Literal[
    "control", "forces", "alerts", "losses", "incidents", "humanitarian", "posture"
]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(_Shape):
    """What is wrong with a request, and what to do."""

    error: str


class Replica(_Shape):
    """What a replica is a copy of: where that stood when it was last heard, and when that was."""

    source: str
    position: int
    behind: int
    heard: str | None
    away: str | None


class Log(_Shape):
    """Where the log stood: every answer is of one position. `head` is null without a ledger.

    `replica` is there where the log is one.
    """

    position: int
    head: str | None
    replica: Replica | None = None


class Since(_Shape):
    """Since when, with its bounds [earliest, latest)."""

    edtf: str | None
    earliest: str | None
    latest: str | None


class Spot(_Shape):
    """Degrees, WGS 84."""

    lat: float | None
    lon: float | None


class Held(_Shape):
    """The value of a cell of control."""

    status: Literal["held", "contested", "besieged", "mixed", "vacated", "unknown"]
    holders: list[str]
    besiegers: list[str] | None = None


class Level(_Shape):
    """The value of a cell of alerts."""

    level: str | None
    rank: float | None
    alias: str | None
    modifiers: list[str]
    authority: str | None
    notice: str | None = None


class Number(_Shape):
    """The value of a cell of forces or of losses."""

    low: int | None
    best: int | None
    high: int | None
    comparator: str | None
    unexplained: int | None = None
    cumulative: bool | None = None
    restated: int | None = None


class _Alternative(_Shape):
    since: Since
    evidence: list[str]


class _Contender(_Alternative):
    origins: list[str]
    ratings: list[str | None]


class OtherHeld(Held, _Alternative):
    """What may hold already."""


class RivalHeld(Held, _Contender):
    """One side of a dispute."""


class OtherLevel(Level, _Alternative):
    """What may be so already."""


class RivalLevel(Level, _Contender):
    """One side of a dispute."""


class OtherNumber(Number, _Alternative):
    """What may be so already."""


class RivalNumber(Number, _Contender):
    """One side of a dispute."""


class LastHeld(Held):
    """The last state that nobody disputed."""

    since: Since | None
    evidence: list[str]


class LastLevel(Level):
    """The last state that nobody disputed."""

    since: Since | None
    evidence: list[str]


class LastNumber(Number):
    """The last state that nobody disputed."""

    since: Since | None
    evidence: list[str]


class _Belief(_Shape):
    support: Support
    certainty: Certainty
    since: Since | None
    evidence: list[str]
    dissent: list[str]
    rule: str | None
    last_evidence: str | None


class _OfControl(Held, _Belief):
    projection: Literal["control"]
    key: str
    possibly: list[OtherHeld]
    values: list[RivalHeld]


class _OfForces(Number, _Belief):
    projection: Literal["forces"]
    key: str
    actor: str
    actors: list[str]
    place: str
    category: str
    phase: str
    possibly: list[OtherNumber]
    values: list[RivalNumber]


class _OfAlerts(Level, _Belief):
    projection: Literal["alerts"]
    key: str
    scheme: str
    scope: str
    possibly: list[OtherLevel]
    values: list[RivalLevel]


class _OfLosses(Number, _Belief):
    projection: Literal["losses"]
    key: str
    side: str
    category: str
    fate: str
    possibly: list[OtherNumber]
    values: list[RivalNumber]


class _Row(_Shape):
    name: str
    age_days: int | None
    stale: bool | None = None


class ControlRow(_OfControl, _Row):
    """Who holds a place."""

    place: Spot
    last_undisputed: LastHeld | None


class ForcesRow(_OfForces, _Row):
    """How many of whose forces are where; of a pledge, how many are still to come."""

    remainder: int | None = None
    last_undisputed: LastNumber | None


class AlertsRow(_OfAlerts, _Row):
    """Which level an alert scheme has."""

    last_undisputed: LastLevel | None


class LossesRow(_OfLosses, _Row):
    """Who lost how many of what."""

    last_undisputed: LastNumber | None


class FactRow(_Shape):
    """An entry of a chronology."""

    projection: Chronology
    key: str
    name: str
    kind: str
    status: str
    voice: str
    speaker: str | None
    place: str | None
    actors: list[str]
    when: str
    source: str
    published: str
    evidence: list[str]
    last_evidence: str | None


BeliefRow = Annotated[
    ControlRow | ForcesRow | AlertsRow | LossesRow, Field(discriminator="projection")
]
StateRow = Annotated[
    ControlRow | ForcesRow | AlertsRow | LossesRow | FactRow, Field(discriminator="projection")
]


class _Stretch(_Shape):
    valid_from: str | None
    valid_to: str | None
    known_from: str | None
    known_to: str | None


class ControlStretch(_OfControl, _Stretch):
    """A rectangle of valid and known time."""


class ForcesStretch(_OfForces, _Stretch):
    """A rectangle of valid and known time."""


class AlertsStretch(_OfAlerts, _Stretch):
    """A rectangle of valid and known time."""


class LossesStretch(_OfLosses, _Stretch):
    """A rectangle of valid and known time."""


class Weighing(_Shape):
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


class _Answer(_Shape):
    log: Log
    notes: list[str]


class StateAnswer(_Answer):
    """What is so."""

    query: StateQuery
    rows: list[StateRow]


class HistoryAnswer(_Answer):
    """How the belief about one key ran."""

    query: CellQuery
    rows: list[
        Annotated[
            ControlStretch | ForcesStretch | AlertsStretch | LossesStretch,
            Field(discriminator="projection"),
        ]
    ]


class Document(_Shape):
    """A file by its name and what it holds."""

    name: str
    sha256: str | None = None


class Locator(_Shape):
    """Where a fact stands in its document."""

    document: Document | None = None
    sentence: int | None = None
    span: list[int] | None = None
    sha256: str | None = None
    quote: str | None = None
    row: int | None = None
    record: str | None = None


class When(_Shape):
    """A stated time."""

    edtf: str | None
    phrase: str | None = None
    anchor: str | None = None
    zone: str | None = None
    local: bool | None = None


class Erased(_Shape):
    """What was erased of an event's text: which fields, on whose authority, why, by which event."""

    fields: str
    authority: str
    published: str
    reason: str
    position: int


class Evidence(_Shape):
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


class AuditAnswer(_Answer):
    """Why a cell is as it is."""

    query: CellQuery
    rows: list[StateRow]
    evidence: list[Evidence]
    later: int
    later_rows: list[StateRow]
    rule: str


class DiffRow(_Shape):
    """A cell that changed."""

    projection: AnyProjection
    key: str
    name: str
    before: StateRow | None
    after: StateRow | None
    cause: Literal["ground", "knowledge"]
    events: list[str]


class Place(_Shape):
    """Where an event stands in the log."""

    position: int
    kind: str


class DiffAnswer(_Answer):
    """What changed."""

    query: DiffQuery
    rows: list[DiffRow]
    events: dict[str, Place]


class WhatifRow(_Shape):
    """A cell that would be otherwise."""

    projection: AnyProjection
    key: str
    name: str
    before: StateRow | None
    after: StateRow | None


class WhatifAnswer(_Answer):
    """What would be otherwise."""

    query: CellQuery
    rows: list[WhatifRow]


class Opened(_Shape):
    """When, in both times."""

    valid: str | None
    known: str | None


class DisputeRow(_Shape):
    """One dispute: who says what, since when, until when; the state at its height."""

    projection: Believed
    key: str
    name: str
    values: list[RivalHeld | RivalLevel | RivalNumber]
    last_undisputed: dict[str, Any] | None
    opened: Opened
    closed: Opened
    evidence: list[str]


class DisputesAnswer(_Answer):
    """Where sources disagree."""

    query: DisputesQuery
    rows: list[DisputeRow]


class GapRow(_Shape):
    """One thing that is missing."""

    gap: str
    projection: str | None
    key: str
    name: str
    what: str
    evidence: list[str]


class GapsAnswer(_Answer):
    """What is missing."""

    query: GapsQuery
    rows: list[GapRow]


class EventRow(_Shape):
    """An event of the log."""

    position: int
    recorded_at: str
    recorded_by: str
    report: str | None
    kind: str
    fact: str | None
    id: str
    subject: str | None
    when: str | None
    what: str


class LogAnswer(_Shape):
    """Events in their order."""

    log: Log
    rows: list[EventRow]


class Amendment(_Shape):
    """What corrected or retracted a fact."""

    kind: str
    position: int
    published: str
    reason: str
    replaced_by: str | None
    replaced_at: int | None


class Replaced(_Shape):
    """The fact whose place another takes."""

    fact: str
    position: int
    correction: int
    published: str
    reason: str


class Changed(_Shape):
    """A field that a correction changed."""

    field: str
    before: Any
    after: Any


class Custody(_Shape):
    """What became of an event's text: erased, or held (`lifted`: until which event)."""

    kind: str
    fields: str | None
    authority: str
    published: str
    reason: str
    position: int
    lifted: int | None


class EventAnswer(EventRow):
    """One event whole."""

    stream: str
    version: int
    body: dict[str, Any]
    source: str | None
    published: str | None
    document: str | None
    batch: str | None
    amended: list[Amendment]
    replaces: Replaced | None
    changes: list[Changed]
    custody: list[Custody]


class ReportQuery(_Shape):
    """Which report was asked for, by its whole id."""

    report: str


class ReportHead(_Shape):
    """A report: who published it, when, which document, how many facts it tells."""

    id: str
    position: int
    source: str
    published: str
    document: str | None
    batch: str | None
    facts: int


class ReportAnswer(_Answer):
    """A report and its events, in their order."""

    query: ReportQuery
    report: ReportHead
    rows: list[EventRow]


class SearchQuery(_Shape):
    """What was searched for."""

    words: str
    limit: int
    offset: int


class FoundRow(_Shape):
    """A place, an actor, a source, a scheme or a fact that holds the words."""

    found: Literal["place", "actor", "source", "scheme", "fact"]
    id: str
    name: str
    position: int | None
    kind: str | None
    place: str | None
    published: str | None
    source: str | None
    report: str | None
    retracted: bool


class SearchAnswer(_Answer):
    """What was found."""

    query: SearchQuery
    rows: list[FoundRow]


class About(_Shape):
    """The situation that is served."""

    title: str
    zone: str
    log: Log
    version: str
