"""Losses: people killed, wounded, missing or captured; equipment lost, captured or acquired."""

from __future__ import annotations

from typing import Literal

from tracker.facts.base import Actors, Fact, SomeActors
from tracker.quantities import Quantity
from tracker.sources import Slug, Text


class LossFact(Fact):
    """Base of the family: `side` suffers the loss, `category` says of whom or what."""

    FAMILY = "losses"

    side: Slug
    category: Slug
    quantity: Quantity | None = None


class CasualtiesReported(LossFact):
    """People of `side` were killed, wounded, went missing or were captured, `by` whom if said."""

    TOPIC = "CasualtiesReported"

    fate: Literal["killed", "wounded", "missing", "captured"]


class EquipmentLost(LossFact):
    """`side` lost equipment, whether destroyed, damaged or abandoned."""

    TOPIC = "EquipmentLost"


class EquipmentCaptured(LossFact):
    """`by` captured equipment from `side`."""

    TOPIC = "EquipmentCaptured"

    by: SomeActors


class ArmsAcquired(Fact):
    """`by` obtained arms, from `against` (an actor) or `supplier` (in the report's terms)."""

    TOPIC = "ArmsAcquired"
    FAMILY = "losses"

    by: SomeActors
    category: Slug
    quantity: Quantity | None = None
    against: Actors = ()
    supplier: Text | None = None


KINDS = (CasualtiesReported, EquipmentLost, EquipmentCaptured, ArmsAcquired)
