"""Control: who holds, enters, besieges or leaves a place ("town" kinds fit any place)."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from tracker.facts.base import Actors, Fact, SomeActors
from tracker.sources import Slug
from tracker.times import StoredWhen


class ControlFact(Fact):
    """Base of the family."""

    FAMILY = "control"

    place: Slug


class TownOccupied(ControlFact):
    """`by` took hold of the place, from `against` where the report says from whom."""

    TOPIC = "TownOccupied"

    by: SomeActors
    against: Actors = ()


class TownRecaptured(ControlFact):
    """`by` took the place back; it overturns the hold it ends."""

    TOPIC = "TownRecaptured"

    by: SomeActors
    against: Actors = ()


class TownEntered(ControlFact):
    """`by` went into the place; whether anyone opposed them decides what it says of control."""

    TOPIC = "TownEntered"

    by: SomeActors
    opposed: Literal["yes", "no", "unknown"] = "unknown"


class TownBesieged(ControlFact):
    """`by` surround or blockade the place; whoever holds it still does."""

    TOPIC = "TownBesieged"

    by: SomeActors


class ControlReported(ControlFact):
    """The place was found held by `by`, contested between them, or in mixed hands.

    `when` is the moment it was observed; `since` the start of that state, where stated.
    """

    TOPIC = "ControlReported"

    by: Actors = ()
    state: Literal["held", "contested", "mixed"] = "held"
    since: StoredWhen | None = None

    @model_validator(mode="after")
    def _held_by_someone(self) -> Self:
        if self.state == "held" and not self.by:
            msg = "state 'held' needs `by`: who holds the place"
            raise ValueError(msg)
        return self


class ForcesWithdrew(ControlFact):
    """`by` left the place; it ends their own hold and no one else's."""

    TOPIC = "ForcesWithdrew"

    by: SomeActors
    to_place: Slug | None = None


KINDS = (TownOccupied, TownRecaptured, TownEntered, TownBesieged, ControlReported, ForcesWithdrew)
