"""Alerts: the level in force of each scheme, and the last notice of each sort.

Key: scheme/scope for levels; threat/<whom>, advice/<whom>, measure/<place> for notices, which
belong to no scheme and have no level.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from projections.claims import Claim, Kin, Step, Value
from projections.told import Told
from tracker.facts.alerts import (
    AlertAdvised,
    AlertFact,
    LevelFact,
    SecurityMeasureAnnounced,
    ThreatIssued,
    ThreatLevelReported,
)

NAME = "alerts"
EMPTY: Value = {"level": None, "rank": None, "alias": None, "modifiers": [], "authority": None}


def claims(told: Told) -> Iterator[Claim]:
    """Yield what a fact says about a level, or the notice it gives."""
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
    key = f"{fact.scheme}/{fact.scope}"
    if not fact.actual:
        return told.mention(NAME, key)
    scheme = told.registry.schemes.get(fact.scheme)
    reading = scheme.reading(fact.level) if scheme else None
    value = {
        "level": reading.level if reading else fact.level,
        "rank": scheme.rank(fact.level) if scheme else None,
        "alias": fact.level if reading and reading.name != reading.level else None,
        "modifiers": list(reading.modifiers) if reading else [],
        "authority": scheme.authority if scheme else None,
    }
    if isinstance(fact, ThreatLevelReported):
        return told.observation(NAME, key, "level", value, since=fact.since)
    authority = scheme.authority if scheme else None
    if any(authority in told.registry.lineage(actor) for actor in fact.by):
        return told.transition(NAME, key, "level", value, actors=fact.by)
    # Only its authority changes a scheme's level: from anyone else it is a report of it.
    return told.observation(NAME, key, "level", value, actors=fact.by)


def _notice(fact: AlertFact) -> str:
    match fact:
        case ThreatIssued():
            return f"threat/{'+'.join(sorted(fact.against))}"
        case AlertAdvised():
            return f"advice/{'+'.join(sorted(fact.to)) or fact.place or 'all'}"
        case SecurityMeasureAnnounced():
            return f"measure/{fact.place}"
        case _:
            return f"notice/{fact.place or 'all'}"


def step(value: Value | None, claim: Claim, _kin: Kin) -> Step | None:
    """Say which level is in force once this is told too."""
    return Step(claim.value, "agrees" if claim.value == value else "replaces")


def row(key: str) -> dict[str, Any]:
    """Name the parts of a key."""
    scheme, scope = key.split("/")
    return {"scheme": scheme, "scope": scope}
