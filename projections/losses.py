"""Losses: who lost how many of what. Key: side/category/fate.

Fate: killed, wounded, missing, captured (people); lost, captured (equipment); acquired (arms that
a side obtained, which stand here because the vocabulary feeds them here).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from projections import levels
from projections.claims import Claim, Kin, Step, Value
from projections.told import Told
from tracker.facts.losses import (
    ArmsAcquired,
    CasualtiesReported,
    EquipmentCaptured,
    EquipmentLost,
)

NAME = "losses"
EMPTY: Value = {**levels.EMPTY, "cumulative": False}


def key_of(fact: object) -> str | None:
    """Give the key of a fact of the family, None for any other."""
    match fact:
        case CasualtiesReported():
            return f"{fact.side}/{fact.category}/{fact.fate}"
        case EquipmentLost():
            return f"{fact.side}/{fact.category}/lost"
        case EquipmentCaptured():
            return f"{fact.side}/{fact.category}/captured"
        case ArmsAcquired():
            return f"{'+'.join(sorted(fact.by))}/{fact.category}/acquired"
        case _:
            return None


def claims(told: Told) -> Iterator[Claim]:
    """Yield what a fact says about a loss."""
    fact = told.fact
    key = key_of(fact)
    if key is None:
        return
    if not fact.actual:
        yield told.mention(NAME, key)
        return
    quantity = getattr(fact, "quantity", None)
    effect = levels.effect(quantity)
    cumulative = bool(quantity and quantity.semantics == "cumulative")
    value = {**levels.numbers(quantity), "cumulative": cumulative}
    make = told.observation if effect == "total" else told.transition
    yield make(NAME, key, effect, value, actors=fact.by)


def step(value: Value | None, claim: Claim, _kin: Kin) -> Step | None:
    """Say what the loss is once this is told too."""
    return levels.step(value, claim)


def row(key: str) -> dict[str, Any]:
    """Name the parts of a key."""
    side, category, fate = key.split("/")
    return {"side": side, "category": category, "fate": fate}
