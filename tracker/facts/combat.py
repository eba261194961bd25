"""Combat: fighting, strikes, offensives and attacks."""

from __future__ import annotations

from tracker.facts.base import Actors, Fact, SomeActors
from tracker.sources import Slug


class CombatFact(Fact):
    """Base of the family: `by` fought, struck or attacked, `against` whom where stated."""

    FAMILY = "combat"

    against: Actors = ()


class FightingReported(CombatFact):
    """Fighting at the place; where no side is said to attack, all parties stand in `by`."""

    TOPIC = "FightingReported"

    place: Slug


class AirstrikeConducted(CombatFact):
    """`by` struck the place from the air."""

    TOPIC = "AirstrikeConducted"

    place: Slug


class OffensiveLaunched(CombatFact):
    """`by` began an offensive."""

    TOPIC = "OffensiveLaunched"

    by: SomeActors


class AttackOccurred(CombatFact):
    """An attack, its author known or not."""

    TOPIC = "AttackOccurred"


KINDS = (FightingReported, AirstrikeConducted, OffensiveLaunched, AttackOccurred)
