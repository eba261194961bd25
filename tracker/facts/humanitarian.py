"""Humanitarian: people displaced, services cut, evacuations planned."""

from __future__ import annotations

from tracker.facts.base import Actors, Fact
from tracker.quantities import Quantity
from tracker.sources import Slug, Text


class HumanitarianFact(Fact):
    """Base of the family."""

    FAMILY = "humanitarian"

    place: Slug


class CiviliansDisplaced(HumanitarianFact):
    """People leave the place, for `to_place` or in a `direction`."""

    TOPIC = "CiviliansDisplaced"

    quantity: Quantity | None = None
    to_place: Slug | None = None
    direction: Text | None = None


class InfrastructureDisrupted(HumanitarianFact):
    """A `service` (telephone, water, power, roads ...) fails at the place."""

    TOPIC = "InfrastructureDisrupted"

    service: Slug


class EvacuationPlanned(HumanitarianFact):
    """`by` prepare to take people (`to` whom they belong, where said) out of the place."""

    TOPIC = "EvacuationPlanned"

    to: Actors = ()
    quantity: Quantity | None = None


KINDS = (CiviliansDisplaced, InfrastructureDisrupted, EvacuationPlanned)
