"""The rows: a cell as it is at a moment, or over a stretch of valid and known time."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tracker.web.shapes.base import Shape, Since, Spot

Support = Literal["confirmed", "reported", "claimed", "disputed"]
Certainty = Literal["certain", "possible"]
Chronology = Literal["incidents", "humanitarian", "posture"]


class Held(Shape):
    """The value of a cell of control."""

    status: Literal["held", "contested", "besieged", "mixed", "vacated", "unknown"]
    holders: list[str]
    besiegers: list[str] | None = None


class Level(Shape):
    """The value of a cell of alerts."""

    level: str | None
    rank: float | None
    alias: str | None
    modifiers: list[str]
    authority: str | None
    notice: str | None = None


class Number(Shape):
    """The value of a cell of forces or of losses."""

    low: int | None
    best: int | None
    high: int | None
    comparator: str | None
    unexplained: int | None = None
    cumulative: bool | None = None
    restated: int | None = None


class _Alternative(Shape):
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


class Belief(Shape):
    """How a cell came to be what it is."""

    support: Support
    certainty: Certainty
    since: Since | None
    evidence: list[str]
    dissent: list[str]
    rule: str | None
    last_evidence: str | None


class _OfControl(Held, Belief):
    projection: Literal["control"]
    key: str
    possibly: list[OtherHeld]
    values: list[RivalHeld]


class _OfForces(Number, Belief):
    projection: Literal["forces"]
    key: str
    actor: str
    actors: list[str]
    place: str
    category: str
    phase: str
    possibly: list[OtherNumber]
    values: list[RivalNumber]


class _OfAlerts(Level, Belief):
    projection: Literal["alerts"]
    key: str
    scheme: str
    scope: str
    possibly: list[OtherLevel]
    values: list[RivalLevel]


class _OfLosses(Number, Belief):
    projection: Literal["losses"]
    key: str
    side: str
    category: str
    fate: str
    possibly: list[OtherNumber]
    values: list[RivalNumber]


class Named(Shape):
    """A row as it is at a moment: named, and so many days old."""

    name: str
    age_days: int | None
    stale: bool | None = None


class ControlRow(_OfControl, Named):
    """Who holds a place."""

    place: Spot
    last_undisputed: LastHeld | None


class ForcesRow(_OfForces, Named):
    """How many of whose forces are where.

    Of a pledge, whether it is of so many more than there were, and how many are still to come.
    """

    additional: bool | None = None
    remainder: int | None = None
    last_undisputed: LastNumber | None


class AlertsRow(_OfAlerts, Named):
    """Which level an alert scheme has."""

    last_undisputed: LastLevel | None


class LossesRow(_OfLosses, Named):
    """Who lost how many of what."""

    last_undisputed: LastNumber | None


class FactRow(Shape):
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


StateRow = Annotated[
    ControlRow | ForcesRow | AlertsRow | LossesRow | FactRow, Field(discriminator="projection")
]


class Stretch(Shape):
    """A rectangle of valid and known time; null is an open end."""

    valid_from: str | None
    valid_to: str | None
    known_from: str | None
    known_to: str | None


class ControlStretch(_OfControl, Stretch):
    """A rectangle of valid and known time."""


class ForcesStretch(_OfForces, Stretch):
    """A rectangle of valid and known time."""


class AlertsStretch(_OfAlerts, Stretch):
    """A rectangle of valid and known time."""


class LossesStretch(_OfLosses, Stretch):
    """A rectangle of valid and known time."""
