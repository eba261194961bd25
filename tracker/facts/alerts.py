"""Alerts: levels of registered schemes, and the warnings, threats and measures around them."""

from __future__ import annotations

from tracker.facts.base import Actors, Fact, SomeActors
from tracker.sources import Slug, Text
from tracker.times import StoredWhen


class AlertFact(Fact):
    """Base of the family."""

    FAMILY = "alerts"


class LevelFact(AlertFact):
    """A level of a scheme; `scope` is the place it is in force for, `level` a level or an alias."""

    scheme: Slug
    scope: Slug
    level: Text


class ThreatLevelRaised(LevelFact):
    """`by` raised the level to `level`, from `from_level` where the report says so."""

    TOPIC = "ThreatLevelRaised"

    by: SomeActors
    from_level: Text | None = None


class ThreatLevelLowered(LevelFact):
    """`by` lowered the level to `level`, from `from_level` where the report says so."""

    TOPIC = "ThreatLevelLowered"

    by: SomeActors
    from_level: Text | None = None


class ThreatLevelReported(LevelFact):
    """The level was found to be `level` at `when`, or over it where it is a span."""

    TOPIC = "ThreatLevelReported"

    since: StoredWhen | None = None


class AlertAdvised(AlertFact):
    """Someone advised `to` to stay alert."""

    TOPIC = "AlertAdvised"

    to: Actors = ()


class ThreatIssued(AlertFact):
    """`by` threatened `against`."""

    TOPIC = "ThreatIssued"

    by: SomeActors
    against: SomeActors


class SecurityMeasureAnnounced(AlertFact):
    """`by` announced a measure for the place."""

    TOPIC = "SecurityMeasureAnnounced"

    place: Slug
    by: SomeActors
    measure: Text


KINDS = (
    ThreatLevelRaised,
    ThreatLevelLowered,
    ThreatLevelReported,
    AlertAdvised,
    ThreatIssued,
    SecurityMeasureAnnounced,
)
