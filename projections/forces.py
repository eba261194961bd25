"""Forces: how many of whose forces stand where, in which phase.

Key: actor/place/category/phase, joint forces with their actors sorted and joined by `+`. The
phases do not conflict: pledged -> mobilised -> deployed -> withdrawn, and advancing (on the way,
not there). Plans, whatever their kind, are pledges.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from projections import levels
from projections.claims import Claim, Kin, Step, Value
from projections.told import Told
from tracker.facts.forces import (
    ForceFact,
    ForcesAdvanced,
    TroopsMobilised,
    TroopsPledged,
    TroopsWithdrawn,
)

NAME = "forces"
EMPTY: Value = {**levels.EMPTY, "unexplained": None}


def phase(fact: ForceFact) -> str:
    """Say which phase of a force a fact speaks of."""
    if fact.status in {"planned", "possible"}:
        return "pledged"
    match fact:
        case TroopsPledged():
            return "pledged"
        case TroopsMobilised():
            return "mobilised"
        case TroopsWithdrawn():
            return "withdrawn"
        case ForcesAdvanced():
            return "advancing"
        case _:
            return "deployed"


def claims(told: Told) -> Iterator[Claim]:
    """Yield what a fact says about the size of a force."""
    fact = told.fact
    if not isinstance(fact, ForceFact):
        return
    step_of = phase(fact)
    key = f"{'+'.join(sorted(fact.by))}/{fact.place}/{fact.category}/{step_of}"
    if fact.status == "denied":
        yield told.mention(NAME, key)
        return
    effect = levels.effect(fact.quantity)
    value = {**levels.numbers(fact.quantity), "unexplained": None}
    if step_of == "pledged":
        yield told.observation(NAME, key, effect, value, actors=fact.by, at_publication=True)
    elif effect == "total" or fact.status == "ongoing":
        yield told.observation(NAME, key, effect, value, actors=fact.by)
    else:
        yield told.transition(NAME, key, effect, value, actors=fact.by)


def step(value: Value | None, claim: Claim, _kin: Kin) -> Step | None:
    """Say what the level is once this is told too."""
    return levels.step(value, claim)


def row(key: str) -> dict[str, Any]:
    """Name the parts of a key."""
    actor, place, category, step_of = key.split("/")
    return {
        "actor": actor,
        "actors": actor.split("+"),
        "place": place,
        "category": category,
        "phase": step_of,
    }
