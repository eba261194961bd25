"""Forces: who is pledged, mobilised, deployed or withdrawn, where, and how many."""

from __future__ import annotations

from tracker.facts.base import Fact, SomeActors
from tracker.quantities import Quantity
from tracker.sources import Slug


class ForceFact(Fact):
    """Base of the family: `by` several actors together is one joint force, never split.

    `category` says of what: "troops" unless the report counts something else.
    """

    FAMILY = "forces"

    place: Slug
    by: SomeActors
    category: Slug = "troops"
    quantity: Quantity | None = None


class TroopsDeployed(ForceFact):
    """Troops are in the place: a total found there, or a change by so many."""

    TOPIC = "TroopsDeployed"


class TroopsMobilised(ForceFact):
    """Troops have been called up or assigned, wherever they are now."""

    TOPIC = "TroopsMobilised"


class TroopsPledged(ForceFact):
    """Troops have been promised or planned for the place."""

    TOPIC = "TroopsPledged"


class TroopsWithdrawn(ForceFact):
    """Troops have been taken out of the place."""

    TOPIC = "TroopsWithdrawn"


class EquipmentDeployed(ForceFact):
    """Vehicles, aircraft or weapons are in use at the place."""

    TOPIC = "EquipmentDeployed"

    category: Slug


class ForcesPositioned(ForceFact):
    """Forces stand at the place, usually without a number."""

    TOPIC = "ForcesPositioned"


class ForcesAdvanced(ForceFact):
    """Forces move towards the place; it says nothing of their being there."""

    TOPIC = "ForcesAdvanced"

    from_place: Slug | None = None


KINDS = (
    TroopsDeployed,
    TroopsMobilised,
    TroopsPledged,
    TroopsWithdrawn,
    EquipmentDeployed,
    ForcesPositioned,
    ForcesAdvanced,
)
