"""Control: who holds each place. Key: the place. A region's holder is never its towns' holder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from projections.claims import Claim, Kin, Step, Value
from projections.told import Told
from tracker.facts.control import (
    ControlFact,
    ControlReported,
    ForcesWithdrew,
    TownBesieged,
    TownEntered,
    TownOccupied,
    TownRecaptured,
)

NAME = "control"
EMPTY: Value = {"status": "unknown", "holders": []}

# Within one moment: the entry or fight, then the hold it led to, then what ends a hold.
ENTRY, HOLD, END, RECAPTURE = range(4)


def claims(told: Told) -> Iterator[Claim]:
    """Yield what a fact says about who holds a place."""
    fact = told.fact
    if not isinstance(fact, ControlFact):
        return
    if not fact.actual:
        yield told.mention(NAME, fact.place)
        return
    key, by = fact.place, fact.by
    match fact:
        case TownOccupied():
            yield told.transition(NAME, key, "hold", {}, actors=by, stage=HOLD)
        case TownRecaptured():
            yield told.transition(NAME, key, "hold", {}, actors=by, closing=True, stage=RECAPTURE)
        case TownEntered():
            effect = f"enter-{fact.opposed}"
            yield told.transition(NAME, key, effect, {}, actors=by, stage=ENTRY)
        case TownBesieged():
            yield told.transition(NAME, key, "besiege", {}, actors=by, stage=ENTRY)
        case ForcesWithdrew():
            yield told.transition(NAME, key, "withdraw", {}, actors=by, closing=True, stage=END)
        case ControlReported():
            effect = "hold" if fact.state == "held" else fact.state
            stage = ENTRY if fact.state == "contested" else HOLD
            yield told.observation(NAME, key, effect, {}, actors=by, since=fact.since, stage=stage)


def step(value: Value | None, claim: Claim, kin: Kin) -> Step | None:
    """Say who holds the place once this has happened too; None where it bears on nothing."""
    status = value["status"] if value else "unknown"
    holders: list[str] = list(value["holders"]) if value else []
    who = list(claim.actors)
    match claim.effect:
        case "hold":
            return _hold(value, holders, who, kin)
        case "withdraw":
            return _withdraw(value, holders, who, kin)
        case "besiege":
            return _besiege(value, holders, who, kin)
        case "contested" | "mixed":
            found = _state(claim.effect, who or holders)
            same = status == claim.effect and found["holders"] == sorted(holders)
            return Step(found, "agrees" if same else "replaces")
        case _:
            return _enter(status, holders, who, kin, opposed=claim.effect)


def row(_key: str) -> dict[str, Any]:
    """Name the parts of a key: the key is the place itself."""
    return {}


def _state(status: str, holders: list[str], **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"status": status, "holders": sorted(set(holders)), **more}


def _allied(holders: list[str], who: list[str], kin: Kin) -> bool:
    return any(kin.same_side(one, other) for one in holders for other in who)


def _hold(value: Value | None, holders: list[str], who: list[str], kin: Kin) -> Step:
    """Give the place to those who hold it; that its holders still do lifts no siege."""
    if value and value["status"] in {"held", "besieged"} and _allied(holders, who, kin):
        return Step({**value, "holders": sorted({*holders, *who})}, "agrees")
    return Step(_state("held", who), "replaces")


def _withdraw(value: Value | None, holders: list[str], who: list[str], kin: Kin) -> Step | None:
    """End the hold of those who left, and of their parts; it contradicts no one else's.

    A siege ends when all the besiegers leave. A fight and mixed hands go on while rivals stay.
    """
    if value is None or value["status"] == "unknown":
        return Step(_state("vacated", []), "replaces")
    left = _without(holders, who, kin)
    around = _without(value.get("besiegers", []), who, kin)
    if value["status"] == "besieged" and (left or not holders):
        return _after_siege(value, left, around)
    if len(left) == len(holders):
        return None
    if not left:
        return Step(_state("vacated", []), "replaces")
    rivals = any(not kin.same_side(one, other) for one in left for other in left)
    if value["status"] == "held" or rivals:
        return Step({**value, "holders": left}, "agrees")
    return Step(_state("held", left), "replaces")


def _after_siege(value: Value, left: list[str], around: list[str]) -> Step | None:
    if not around:
        return Step(_state("held" if left else "unknown", left), "replaces")
    if (left, around) == (value["holders"], value["besiegers"]):
        return None
    return Step({**value, "holders": left, "besiegers": around}, "agrees")


def _without(actors: list[str], who: list[str], kin: Kin) -> list[str]:
    """Leave out those who left, and their parts."""
    return [actor for actor in actors if set(kin.lineage(actor)).isdisjoint(who)]


def _besiege(value: Value | None, holders: list[str], who: list[str], kin: Kin) -> Step | None:
    if _allied(holders, who, kin):
        return None
    found = _state("besieged", holders, besiegers=sorted(who))
    return Step(found, "agrees" if found == value else "replaces")


def _enter(
    status: str, holders: list[str], who: list[str], kin: Kin, *, opposed: str
) -> Step | None:
    if holders and _allied(holders, who, kin):
        return None
    empty = status == "vacated" and opposed != "enter-yes"
    if opposed == "enter-no" or empty:
        return Step(_state("held", who), "replaces")
    return Step(_state("contested", [*holders, *who]), "replaces")
