"""Forces: how many of whose forces stand where, in which phase.

Key: actor/place/category/phase, joint forces with their actors sorted and joined by `+`. The
phases do not conflict: pledged -> mobilised -> deployed -> withdrawn, and advancing (on the way,
not there). Plans, but to withdraw, are pledges. A change told of what was withdrawn is also a
change, the other way, of what is deployed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from projections import levels, sums
from projections.claims import Claim, Step, Value
from tracker.kin import Kin

if TYPE_CHECKING:
    from projections.told import Told
    from tracker.facts.forces import ForceFact

NAME = "forces"
EMPTY: Value = {**levels.EMPTY, "unexplained": None}
PHASES = ("pledged", "mobilised", "advancing", "deployed", "withdrawn")


def phase(fact: ForceFact) -> str:
    """Say which phase of a force a fact speaks of."""
    from tracker.facts.forces import ForcesAdvanced, TroopsMobilised, TroopsPledged, TroopsWithdrawn

    if fact.status in {"planned", "possible"} and not isinstance(fact, TroopsWithdrawn):
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
    from tracker.facts.forces import ForceFact

    fact = told.fact
    if not isinstance(fact, ForceFact):
        return
    step_of = phase(fact)
    key = f"{'+'.join(sorted({*fact.by}))}/{fact.place}/{fact.category}/{step_of}"
    if fact.status == "denied" or (step_of == "withdrawn" and not fact.actual):
        yield told.mention(NAME, key)
        return
    effect = levels.effect(fact.quantity)
    value = {**levels.numbers(fact.quantity), "unexplained": None}
    if effect == "change":
        value |= levels.record(told)
    if effect == "change" and step_of == "pledged":
        value |= {"_due": fact.when.edtf}
    turn = levels.turn(fact.quantity)
    seen = effect == "total" or (fact.quantity is not None and effect == "present")
    if step_of == "pledged":
        claim = told.observation(
            NAME, key, effect, value, actors=fact.by, stage=turn, at_publication=True
        )
    else:
        make = told.observation if seen or fact.status == "ongoing" else told.transition
        lasting = effect == "change" or step_of == "withdrawn"
        claim = make(NAME, key, effect, value, actors=fact.by, stage=turn, lasting=lasting)
    yield claim if effect == "total" else claim.moving()
    if step_of == "withdrawn" and effect == "change":
        left = f"{key.rpartition('/')[0]}/deployed"
        fewer, late = sums.fewer(value), levels.LEAVING + turn
        yield told.transition(
            NAME, left, effect, fewer, actors=fact.by, stage=late, lasting=True
        ).moving()


def step(value: Value | None, claim: Claim, _kin: Kin) -> Step | None:
    """Say what the level is once this is told too."""
    return levels.step(value, claim)


same, backs, merge = levels.same, levels.backs, levels.merge
goes_on, carry = levels.goes_on, levels.carry
follows, gone = levels.follows, levels.gone
overturns, belies = levels.overturns, levels.belies
together = levels.together


def explain(value: Value, before: Value | None, beside: Iterable[Value]) -> Value:
    """Say what a total differs by from the level before it and the changes since."""
    return {**value, "unexplained": levels.unexplained(value, before, beside)}


def disputed(values: Sequence[Value]) -> Value:
    """Give the range that the rival levels lie in."""
    return {**EMPTY, **sums.envelope(values)}


def stake(_claim: Claim, _kin: Kin) -> bool | None:
    """Nobody gains from the size of a force: those who tell of it mostly command it."""
    return None


def upholds(_value: Value, _denied: Claim, _kin: Kin) -> bool:
    """Whether a denial speaks for it: what is denied is taken to be what is so."""
    return False


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
