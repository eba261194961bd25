"""Control: who holds each place. Key: the place. A region's holder is never its towns' holder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from projections.claims import Claim, Step, Value
from tracker.kin import Kin

if TYPE_CHECKING:
    from projections.policies.walk import View
    from projections.told import Told

NAME = "control"
EMPTY: Value = {"status": "unknown", "holders": []}
_HELD = frozenset({"held", "besieged"})
"""Somebody holds it: a siege does not contradict that."""

# Within one moment: the entry or fight, then the hold it led to, who lays siege to that, what ends
# a hold.
ENTRY, HOLD, SIEGE, END, RECAPTURE = range(5)


def claims(told: Told) -> Iterator[Claim]:
    """Yield what a fact says about who holds a place."""
    fact: Any = told.fact  # of the family, whose kinds are told apart by name
    kind = fact.TOPIC
    if fact.FAMILY != NAME:
        return
    if not fact.actual:
        yield told.mention(NAME, fact.place)
        return
    key, by = fact.place, fact.by
    match kind:
        case "TownOccupied" | "TownRecaptured":
            again = kind == "TownRecaptured"
            stage = RECAPTURE if again else HOLD
            taken_from = {"_against": list(fact.against)} if fact.against else {}
            yield told.transition(
                NAME,
                key,
                "hold",
                taken_from,
                actors=by,
                closing=again,
                stage=stage,
                lasting=again,
            )
        case "TownEntered":
            effect = f"enter-{fact.opposed}"
            yield told.transition(NAME, key, effect, {}, actors=by, stage=ENTRY)
        case "TownBesieged":
            # Whoever holds the place still does: it moves what others say of it.
            yield told.transition(NAME, key, "besiege", {}, actors=by, stage=SIEGE).moving()
        case "ForcesWithdrew":
            left = told.transition(
                NAME, key, "withdraw", {}, actors=by, closing=True, stage=END, lasting=True
            )
            yield left.moving()
        case "ControlReported":
            effect = "hold" if fact.state == "held" else fact.state
            stage = ENTRY if fact.state == "contested" else HOLD
            yield told.observation(NAME, key, effect, {}, actors=by, since=fact.since, stage=stage)
        case _:
            msg = f"a kind of control fact that this projection does not know: {kind}"
            raise NotImplementedError(msg)


def step(value: Value | None, claim: Claim, kin: Kin) -> Step | None:
    """Say who holds the place once this has happened too; None where it bears on nothing."""
    status = value["status"] if value else "unknown"
    holders: list[str] = list(value["holders"]) if value else []
    who = list(claim.actors)
    match claim.effect:
        case "hold":
            return _hold(value, holders, who, kin, seen=claim.mode == "observation")
        case "withdraw":
            return _withdraw(value, holders, claim, kin)
        case "besiege":
            return _besiege(value, holders, who, kin)
        case "contested" | "mixed":
            found = _state(claim.effect, who or holders)
            same = status == claim.effect and found["holders"] == sorted(holders)
            return Step(found, "agrees" if same else "replaces")
        case _:
            return _enter(value, holders, who, kin, opposed=claim.effect)


def row(_key: str) -> dict[str, Any]:
    """Name the parts of a key: the key is the place itself."""
    return {}


def same(one: Value, other: Value, kin: Kin) -> bool:
    """Whether two values are one: the same status, and the same sides.

    A siege does not contradict that those inside hold the place.
    """
    if one == other:
        return True
    if one["status"] == "held" == other["status"]:
        return _sides_match(one["holders"], other["holders"], kin)
    statuses = {one["status"], other["status"]}
    if statuses == _HELD:
        siege = one if one["status"] == "besieged" else other
        hold = other if siege is one else one
        if _allied(siege["besiegers"], hold["holders"], kin):
            return False
        return not siege["holders"] or _allied(siege["holders"], hold["holders"], kin)
    if len(statuses) > 1:
        return False
    around = _sides_match(one.get("besiegers", []), other.get("besiegers", []), kin)
    return around and _sides_match(one["holders"], other["holders"], kin)


def backs(one: Value, other: Value, kin: Kin) -> bool:
    """Whether one says as much as the other: who finds its holders there tells of no siege."""
    return bool(one["status"] == other["status"]) and same(one, other, kin)


def goes_on(before: Value, now: Value, kin: Kin) -> bool:
    """Whether the state is still the one it was."""
    return bool(before["status"] == now["status"]) and same(before, now, kin)


def carry(_before: Value, now: Value) -> Value:
    """Give the value of a state that goes on: who is there is what was said last."""
    return now


def merge(one: Value, other: Value) -> Value:
    """Make one value of two that are the same: the union of the holders; a siege stays one."""
    found = {**one, **other, "holders": sorted({*one["holders"], *other["holders"]})}
    if "besiegers" in found:
        found["status"] = "besieged"
        found["besiegers"] = sorted({*one.get("besiegers", []), *other.get("besiegers", [])})
    return found


def follows(earlier: View, later: View, kin: Kin) -> bool:
    """Whether a view comes after another by nature, unless their times say otherwise.

    A recapture after the hold or the fight that it overturns; a hold after the fight or the entry
    that led to it; a fight for a place after the hold that was over before it was seen.
    """
    if later.hi < earlier.lo or later.value == earlier.value:
        return False
    return _ends(earlier, later, kin) and not same(earlier.value, later.value, kin)


def _ends(earlier: View, later: View, kin: Kin) -> bool:
    claim, before = later.claims[-1], earlier.claims[-1]
    if later.value["status"] in _HELD and claim.effect == "hold":
        if claim.closing:
            return not before.closing
        led = before.effect not in {"hold", "mixed"} and earlier.lo <= later.hi
        return led and _allied(list(before.actors), list(claim.actors), kin)
    fight = later.value["status"] == "contested" and earlier.value["status"] == "held"
    return (
        fight
        and earlier.hi < later.lo
        and _allied(earlier.value["holders"], later.value["holders"], kin)
    )


def gone(value: Value) -> bool:
    """Whether nobody is said to be there any more."""
    return bool(value["status"] in {"vacated", "unknown"})


def explain(value: Value, _before: Value | None, _beside: Iterable[Value]) -> Value:
    """Give the value: who holds a place needs no sum."""
    return value


def disputed(_values: Sequence[Value]) -> Value:
    """Say nothing while sources disagree."""
    return EMPTY


def together(_value: Value, _claims: Sequence[Claim]) -> None:
    """Holds do not add up."""
    return


def stake(claim: Claim, kin: Kin) -> bool | None:
    """Whether the origin gains (its side took, holds, entered, besieges), admits, or neither.

    That others besiege it or fight their way in is no admission yet, nor that one enemy took a
    place from another.
    """
    if claim.effect in {"contested", "mixed"}:
        return None
    leanings = [kin.leaning(claim.origin, actor) for actor in claim.actors]
    gains = True if True in leanings else False if False in leanings else None
    if claim.effect == "withdraw":
        return None if gains is None else not gains
    lost_by = claim.value.get("_against")
    if gains is False and (claim.effect in {"besiege", "enter-yes"} or lost_by):
        ours = any(kin.leaning(claim.origin, actor) for actor in lost_by or ())
        return False if ours else None
    return gains


def upholds(value: Value, denied: Claim, kin: Kin) -> bool:
    """Whether a denial speaks for who is there: that they left, or that others came."""
    there = [*value["holders"], *value.get("besiegers", ())]
    among = _allied(there, list(denied.actors), kin)
    left = denied.kind == "ForcesWithdrew"
    return bool(there and denied.actors) and among == left


def overturns(claim: Claim) -> bool:
    """Whether it tells that those who hold the place did not before: a recapture."""
    return claim.effect == "hold" and claim.closing


def belies(claim: Claim, value: Value, kin: Kin) -> bool:
    """Whether those who hold the place are told to besiege it, or to fight their way in.

    Whoever does is outside: they held it no more when it happened. Friends who fight their way to
    them are no such case.
    """
    if value["status"] not in _HELD:
        return False
    holders, who = value["holders"], list(claim.actors)
    if claim.effect == "besiege":
        return bool(holders) and all(_allied([one], who, kin) for one in holders)
    return claim.effect == "enter-yes" and bool(holders) and set(holders) <= set(who)


def _state(status: str, holders: list[str], **more: Any) -> dict[str, Any]:  # noqa: ANN401
    several = len(holders) > 1
    return {"status": status, "holders": sorted(set(holders)) if several else holders, **more}


def _allied(holders: list[str], who: list[str], kin: Kin) -> bool:
    for one in holders:
        for other in who:
            if one == other or kin.same_side(one, other):
                return True
    return False


def _sides_match(ones: list[str], others: list[str], kin: Kin) -> bool:
    """Whether every actor of each list has one of its side in the other."""
    if len(ones) == 1 == len(others):
        return ones == others or kin.same_side(ones[0], others[0])
    return all(_allied([one], others, kin) for one in ones) and all(
        _allied([other], ones, kin) for other in others
    )


def _hold(value: Value | None, holders: list[str], who: list[str], kin: Kin, *, seen: bool) -> Step:
    """Give the place to those who hold it: of one side with those who did, they hold it together.

    That some of its holders still do lifts no siege, nor that they are `seen` there where nobody
    said who was besieged. Whoever besieged it and holds it now does not besiege it any more.
    """
    besiegers = value.get("besiegers", []) if value else []
    if value and value["status"] == "held" and _sides_match(holders, who, kin):
        return Step({**value, "holders": sorted({*holders, *who})}, "agrees")
    inside = _allied(holders, who, kin) or (seen and not holders)
    if value and besiegers and inside and not _allied(besiegers, who, kin):
        beside = [one for one in holders if _allied([one], who, kin)]
        return Step({**value, "holders": sorted({*beside, *who})}, "agrees", backs=False)
    return Step(_state("held", who), "replaces")


def _withdraw(value: Value | None, holders: list[str], claim: Claim, kin: Kin) -> Step | None:
    """End the hold of those who left, and of their parts; it contradicts no one else's.

    A siege ends when all the besiegers leave. A fight and mixed hands go on while rivals stay. Who
    admits having left a place that others hold says as much as they do.
    """
    who = list(claim.actors)
    if value is None or value["status"] == "unknown":
        away = value.get("_away", []) if value else []
        if away and all(_allied(away, [one], kin) for one in who):
            return Step(value or {}, "agrees")  # told again of besiegers who left
        return Step(_state("vacated", [], _left=sorted(who)), "replaces")
    if value["status"] == "vacated":
        before = value.get("_left", [])
        found = {**value, "_left": sorted({*before, *who})}
        return Step(found, "agrees", backs=len(_without(before, who, kin)) < len(before))
    left = _without(holders, who, kin)
    around = _without(value.get("besiegers", []), who, kin)
    if value["status"] == "besieged" and (left or not holders):
        return _after_siege(value, who, left, around)
    admitted = value["status"] == "held" and _admits(claim, left, kin)
    if len(left) == len(holders):
        return Step(value, "agrees") if admitted else None
    if not left:
        return Step(_state("vacated", [], _left=sorted(who)), "replaces")
    rivals = any(not kin.same_side(one, other) for one in left for other in left)
    if value["status"] == "held" or rivals:
        return Step({**value, "holders": left}, "agrees", backs=admitted)
    return Step(_state("held", left), "replaces")


def _admits(claim: Claim, holders: list[str], kin: Kin) -> bool:
    """Whether who tells that forces left stands with them, and with none who hold the place.

    It speaks against its own side, whoever is there instead: also one who is no party.
    """
    if not any(kin.leaning(claim.origin, one) for one in claim.actors):
        return False
    return not any(kin.leaning(claim.origin, one) for one in holders)


def _after_siege(value: Value, who: list[str], left: list[str], around: list[str]) -> Step | None:
    if not around and not left and "_left" in value:
        return Step(_state("vacated", [], _left=sorted({*value["_left"], *who})), "replaces")
    if not around:
        ended = _state("held", left) if left else _state("unknown", [], _away=sorted(who))
        return Step(ended, "replaces")
    if (left, around) == (value["holders"], value["besiegers"]):
        return None if left else Step({**value, "_left": sorted(who)}, "agrees", backs=False)
    return Step({**value, "holders": left, "besiegers": around}, "agrees", backs=False)


def _without(actors: list[str], who: list[str], kin: Kin) -> list[str]:
    """Leave out those who left, and their parts."""
    return [actor for actor in actors if set(kin.lineage(actor)).isdisjoint(who)]


def _besiege(value: Value | None, holders: list[str], who: list[str], kin: Kin) -> Step | None:
    """Lay siege, beside whoever does already: that others came does not say that they left."""
    if _allied(holders, who, kin):
        return None
    around = value.get("besiegers", []) if value else []
    found = _state("besieged", holders, besiegers=sorted({*around, *who}))
    if not around:
        return Step(found, "replaces")
    return Step(found, "agrees" if _sides_match(around, who, kin) else "adds")


def _enter(
    value: Value | None, holders: list[str], who: list[str], kin: Kin, *, opposed: str
) -> Step | None:
    """Let them in: beside friends who are there; else they hold it, or fight where they are met."""
    status = value["status"] if value else "unknown"
    if opposed != "enter-no" and status == "contested" and set(who) <= set(holders):
        return Step(_state(status, holders), "agrees")
    if opposed != "enter-yes" and status == "held" and set(who) <= set(holders):
        return Step(_state(status, holders), "agrees", backs=opposed == "enter-no")
    if value and _allied(holders, who, kin):
        return _join(value, who, kin, opposed=opposed)
    empty = status == "vacated" and opposed != "enter-yes"
    if opposed == "enter-no" or empty:
        return Step(_state("held", who), "replaces")
    return Step(_state("contested", [*holders, *who]), "replaces")


def _join(value: Value, who: list[str], kin: Kin, *, opposed: str) -> Step | None:
    """Let them in beside their friends: a siege, a fight or mixed hands go on, and they are there.

    A hold they share where they meet nobody. Where those who fight are all friends of theirs, and
    they meet nobody, the fight is over. Whoever may have fought its way into a fight tells of it.
    """
    status, holders = value["status"], value["holders"]
    together = sorted({*holders, *who})
    if status == "held":
        return Step(_state(status, together), "agrees") if opposed == "enter-no" else None
    if _allied(value.get("besiegers", []), who, kin):
        return None  # friends of both sides
    unmet = status == "contested" and opposed == "enter-no"
    if unmet and all(_allied([one], who, kin) for one in holders):
        return Step(_state("held", together), "replaces")
    fought = status == "contested" and not unmet
    return Step({**value, "holders": together}, "agrees", backs=fought)
