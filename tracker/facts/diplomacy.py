"""Diplomacy and posture: what parties ask, give, permit, impose, intend, say and prepare."""

from __future__ import annotations

from typing import Literal

from tracker.facts.base import Actors, Fact, SomeActors
from tracker.quantities import Quantity
from tracker.sources import Slug, Text


class PostureFact(Fact):
    """Base of the family: `by` acts or speaks, `towards` whom where stated."""

    FAMILY = "diplomacy"

    towards: Actors = ()


class AidRequested(PostureFact):
    """`by` asked `to` for help."""

    TOPIC = "AidRequested"

    by: SomeActors
    to: Actors = ()


class SupportProvided(PostureFact):
    """`by` gives `to` support of a sort: airspace, transport, refuelling, money ..."""

    TOPIC = "SupportProvided"

    by: SomeActors
    to: Actors = ()
    support: Text | None = None


class MandateAuthorised(PostureFact):
    """`by` authorised `to` to act."""

    TOPIC = "MandateAuthorised"

    by: SomeActors
    to: Actors = ()


class LawImposed(PostureFact):
    """`by` impose a `law` on the place."""

    TOPIC = "LawImposed"

    place: Slug
    by: SomeActors
    law: Text | None = None


class CoupOccurred(PostureFact):
    """`by` toppled the government of the place."""

    TOPIC = "CoupOccurred"

    place: Slug
    against: Actors = ()


class OperationNamed(PostureFact):
    """`by` gave an operation its `name`."""

    TOPIC = "OperationNamed"

    by: SomeActors
    name: Text


class ObjectiveStated(PostureFact):
    """`by` stated an aim."""

    TOPIC = "ObjectiveStated"

    by: SomeActors


class PositionStated(PostureFact):
    """`by` stated a view or stance."""

    TOPIC = "PositionStated"

    by: SomeActors


class AssessmentMade(PostureFact):
    """The speaker judged how things are or go."""

    TOPIC = "AssessmentMade"


class PreparationReported(PostureFact):
    """`by` prepare, arm, train, regroup or wait."""

    TOPIC = "PreparationReported"

    by: SomeActors


class FundingReported(PostureFact):
    """`by` raise or spend money, in `quantity` where stated."""

    TOPIC = "FundingReported"

    by: SomeActors
    quantity: Quantity | None = None


class MeetingHeld(PostureFact):
    """`by` met."""

    TOPIC = "MeetingHeld"

    by: SomeActors


class PopulationStance(PostureFact):
    """People of the place (`by`, where registered) support or oppose `towards`."""

    TOPIC = "PopulationStance"

    place: Slug
    stance: Literal["supportive", "opposed", "divided"]


KINDS = (
    AidRequested,
    SupportProvided,
    MandateAuthorised,
    LawImposed,
    CoupOccurred,
    OperationNamed,
    ObjectiveStated,
    PositionStated,
    AssessmentMade,
    PreparationReported,
    FundingReported,
    MeetingHeld,
    PopulationStance,
)
