"""Losses: who lost how many of what. Key: side/category/fate.

Fate: killed, wounded, missing, captured (people); lost, captured (equipment); acquired (arms that
a side obtained, which stand here because the vocabulary feeds them here).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from projections import levels, sums
from projections.claims import Claim, Step, Value
from tracker.kin import Kin

if TYPE_CHECKING:
    from projections.told import Told

NAME = "losses"
EMPTY: Value = {**levels.EMPTY, "cumulative": False, "restated": None}
FATES = ("killed", "wounded", "missing", "captured", "lost", "acquired")


def key_of(fact: object) -> str | None:
    """Give the key of a fact of the family, None for any other."""
    from tracker.facts.losses import (
        ArmsAcquired,
        CasualtiesReported,
        EquipmentCaptured,
        EquipmentLost,
    )

    match fact:
        case CasualtiesReported():
            return f"{fact.side}/{fact.category}/{fact.fate}"
        case EquipmentLost():
            return f"{fact.side}/{fact.category}/lost"
        case EquipmentCaptured():
            return f"{fact.side}/{fact.category}/captured"
        case ArmsAcquired():
            return f"{'+'.join(sorted({*fact.by}))}/{fact.category}/acquired"
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
    value = {**levels.numbers(quantity), "cumulative": cumulative, "restated": None}
    if effect == "change":
        value |= {**levels.record(told), **levels.where(told)}
    seen = effect == "total" or (quantity is not None and effect == "present")
    make = told.observation if seen else told.transition
    turn = levels.turn(quantity)
    claim = make(NAME, key, effect, value, actors=fact.by, stage=turn, lasting=True)
    yield claim if effect == "total" else claim.moving()


def step(value: Value | None, claim: Claim, _kin: Kin) -> Step | None:
    """Say what the loss is once this is told too."""
    return levels.step(value, claim)


same, backs, merge = levels.same, levels.backs, levels.merge
goes_on, carry = levels.goes_on, levels.carry
follows, gone = levels.follows, levels.gone
overturns, belies = levels.overturns, levels.belies
together = levels.together


def explain(value: Value, before: Value | None, _beside: Iterable[Value]) -> Value:
    """Say by how much a cumulative count was restated: it cannot fall by itself."""
    fall = None
    if before is not None and value["cumulative"] and before["cumulative"]:
        fall = levels.difference(value, before)
    return {**value, "restated": fall if fall is not None and fall < 0 else None}


def disputed(values: Sequence[Value]) -> Value:
    """Give the range that the rival counts lie in."""
    cumulative = all(value["cumulative"] for value in values)
    return {**EMPTY, **sums.envelope(values), "cumulative": cumulative}


def stake(claim: Claim, kin: Kin) -> bool | None:
    """Whether the origin admits its own side's loss, claims another's, or neither.

    What a side acquired is its gain, and nobody's loss.
    """
    side, _, fate = claim.key.split("/")
    leanings = {kin.leaning(claim.origin, actor) for actor in side.split("+")}
    if fate == "acquired":
        return True if True in leanings else None
    return False if True in leanings else True if False in leanings else None


def upholds(_value: Value, _denied: Claim, _kin: Kin) -> bool:
    """Whether a denial speaks for it: what is denied is taken to be what is so."""
    return False


def row(key: str) -> dict[str, Any]:
    """Name the parts of a key."""
    side, category, fate = key.split("/")
    return {"side": side, "category": category, "fate": fate}
