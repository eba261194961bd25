"""Alerts: the level in force of each scheme, and the last notice of each sort.

Key: scheme/scope for levels; threat/<whom>, advice/<whom>, measure/<place> for notices, which
belong to no scheme and have no level.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from projections.claims import Claim, Step, Value, public
from tracker.kin import Kin

if TYPE_CHECKING:
    from projections.policies.walk import View
    from projections.told import Told
    from tracker.facts.alerts import AlertFact, LevelFact

NAME = "alerts"
EMPTY: Value = {"level": None, "rank": None, "alias": None, "modifiers": [], "authority": None}
NOTICES = ("threat", "advice", "measure", "notice")
"""What stands in a key where a scheme would."""


def claims(told: Told) -> Iterator[Claim]:
    """Yield what a fact says about a level, or the notice it gives."""
    from tracker.facts.alerts import AlertFact, LevelFact

    fact = told.fact
    if not isinstance(fact, AlertFact):
        return
    if isinstance(fact, LevelFact):
        yield _level(told, fact)
        return
    key = _notice(fact)
    if not fact.actual:
        yield told.mention(NAME, key)
        return
    value = {**EMPTY, "authority": "+".join(fact.by) or fact.speaker, "notice": fact.gist}
    yield told.transition(NAME, key, "notice", value, actors=fact.by)


def _level(told: Told, fact: LevelFact) -> Claim:
    from tracker.facts.alerts import ThreatLevelReported

    key = f"{fact.scheme}/{fact.scope}"
    if not fact.actual:
        return told.mention(NAME, key)
    scheme = told.registry.schemes.get(fact.scheme)
    reading = scheme.reading(fact.level) if scheme else None
    value: dict[str, Any] = {
        "level": reading.level if reading else fact.level,
        "rank": scheme.rank(fact.level) if scheme else None,
        "alias": fact.level if reading and reading.name != reading.level else None,
        "modifiers": list(reading.modifiers) if reading else [],
        "authority": scheme.authority if scheme else None,
    }
    authority = scheme.authority if scheme else None
    kin = told.registry.kin
    from_level = getattr(fact, "from_level", None)
    left = scheme.reading(from_level) if scheme and from_level else None
    if left:
        value["_from"] = [left.level, list(left.modifiers)]
    if isinstance(fact, ThreatLevelReported):
        claim = told.observation(NAME, key, "level", value, since=fact.since)
    elif any(authority in kin.lineage(actor) for actor in fact.by):
        return told.transition(NAME, key, "level", value, actors=fact.by).with_authority()
    else:  # only its authority changes a scheme's level: from anyone else it is a report of it
        claim = told.observation(NAME, key, "level", value, actors=fact.by)
    return claim.with_authority() if authority in kin.lineage(told.origin) else claim


def _notice(fact: AlertFact) -> str:
    from tracker.facts.alerts import AlertAdvised, SecurityMeasureAnnounced, ThreatIssued

    match fact:
        case ThreatIssued():
            return f"threat/{'+'.join(sorted({*fact.against}))}"
        case AlertAdvised():
            return f"advice/{'+'.join(sorted({*fact.to})) or fact.place or 'all'}"
        case SecurityMeasureAnnounced():
            return f"measure/{fact.place}"
        case _:
            return f"notice/{fact.place or 'all'}"


def step(value: Value | None, claim: Claim, _kin: Kin) -> Step | None:
    """Say which level is in force once this is told too."""
    found = claim.value
    goes = value is not None and (
        found == value or (found["level"] == value["level"] and public(found) == public(value))
    )
    return Step(found, "agrees" if goes else "replaces")


def same(one: Value, other: Value, _kin: Kin) -> bool:
    """Whether two levels are one, whatever they are called. No notice contradicts another."""
    if "notice" in one and "notice" in other:
        return True
    return bool(
        one["level"] == other["level"]
        and one["rank"] == other["rank"]
        and one["modifiers"] == other["modifiers"]
    )


def backs(one: Value, other: Value, kin: Kin) -> bool:
    """Whether one says as much as the other; of notices, the same one."""
    return same(one, other, kin) and one.get("notice") == other.get("notice")


def goes_on(before: Value, now: Value, kin: Kin) -> bool:
    """Whether the level in force is still the one it was, whatever it is called now."""
    return backs(before, now, kin)


def carry(_before: Value, now: Value) -> Value:
    """Give the value of a state that goes on: a level is called by its newest name."""
    return now


def merge(_one: Value, other: Value) -> Value:
    """Call a level by its newest name."""
    return other


def follows(earlier: View, later: View, _kin: Kin) -> bool:
    """Whether a level was left for another: raised or lowered from it, and not before it."""
    held = [earlier.value["level"], earlier.value["modifiers"]]
    return _left(later.value) == held and later.hi >= earlier.lo


def gone(_value: Value) -> bool:
    """A level is never gone."""
    return False


def explain(value: Value, _before: Value | None, _beside: Iterable[Value]) -> Value:
    """Give the value: levels are no sums."""
    return value


def disputed(_values: Sequence[Value]) -> Value:
    """Say nothing while sources disagree."""
    return EMPTY


def together(_value: Value, _claims: Sequence[Claim]) -> None:
    """Levels do not add up."""
    return


def stake(_claim: Claim, _kin: Kin) -> bool | None:
    """Nobody gains from a level of alert."""
    return None


def upholds(_value: Value, _denied: Claim, _kin: Kin) -> bool:
    """Whether a denial speaks for it: what is denied is taken to be what is so."""
    return False


def overturns(claim: Claim) -> bool:
    """Whether it tells that another level was in force before: the authority moved it from that."""
    return claim.mode == "transition" and _left(claim.value) is not None


def belies(_claim: Claim, _value: Value, _kin: Kin) -> bool:
    """Any level may be told after any other."""
    return False


def _left(value: Value) -> list[Any] | None:
    """Give the level and the modifiers that a value was moved from: others than its own."""
    left: list[Any] | None = value.get("_from")
    return None if left == [value["level"], value["modifiers"]] else left


def row(key: str) -> dict[str, Any]:
    """Name the parts of a key."""
    scheme, scope = key.split("/")
    return {"scheme": scheme, "scope": scope}
