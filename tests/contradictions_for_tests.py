"""A synthetic war whose reports contradict each other, and short words for what they say.

Two armed sides with allies and parents (the republic: army, guard, legion; the rebels: brigade,
clans), a third party (bandits), bodies that are no party (monitors, villagers), sources of every
Admiralty rating or none, a ministry and a rebel station that speak for their side, a wire agency
whose stories papers carry, an official list. Days are days of January 2013: 10 is 2013-01-10;
times are written whole, in EDTF.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sheets_for_tests import NOW, fact

from projections.store import Row
from tracker.facts import ReportRegistered
from tracker.situation import Situation

SITUATION = b"""
title: The river war
places:
  land: {name: Land, type: country}
  valley: {name: Valley, type: region, within: land}
  mill: {name: Mill, within: valley}
  ford: {name: Ford, within: valley}
actors:
  army: {name: Army, type: state, side: republic}
  guard: {name: Guard, type: force, parent: army}
  minister: {name: The Minister, type: person, parent: army}
  legion: {name: Legion, type: state, side: republic}
  envoy: {name: The Envoy, type: person, parent: legion}
  rebels: {name: Rebels, type: group}
  brigade: {name: Brigade, type: group, parent: rebels}
  captain: {name: The Captain, type: person, parent: rebels}
  clans: {name: Clans, type: group, allies: [rebels]}
  bandits: {name: Bandits, type: group}
  monitors: {name: Monitors, type: organisation}
  villagers: {name: Villagers, type: population}
  office: {name: Office of Alerts, type: organisation}
  warden: {name: The Warden, type: person, parent: office}
sources:
  gazette: {name: The Gazette, type: newspaper}
  courier: {name: The Courier, type: newspaper}
  examiner: {name: The Examiner, type: newspaper}
  wire: {name: The Wire, type: agency}
  mission: {name: The Mission, type: organisation, rating: A1}
  radio: {name: The Radio, type: broadcaster, rating: B2}
  chronicle: {name: The Chronicle, type: newspaper, rating: B3}
  beacon: {name: The Beacon, type: broadcaster, rating: B2}
  post: {name: The Post, type: newspaper, rating: C3}
  herald: {name: The Herald, type: newspaper, rating: F6}
  mirror: {name: The Mirror, type: newspaper, rating: D4}
  tattler: {name: The Tattler, type: newspaper, rating: E5}
  ministry: {name: The Ministry, type: official, interest: republic}
  rebel-radio: {name: Voice of the Rebels, type: broadcaster, interest: rebels}
  roster: {name: The Roster, type: official}
alert_schemes:
  lantern:
    name: Lantern
    authority: office
    scope: land
    levels: [white, amber, red, black]
    modifiers: [doubled]
    aliases:
      - {name: bright red, level: red, modifiers: [doubled]}
"""

Day = int | str
"""A day of January 2013, or any EDTF value."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report of one source, as a test tells it; `more` is what a sheet may hold besides."""

    source: str
    published: Day
    facts: tuple[Row, ...]
    standing: bool = False
    more: tuple[tuple[str, Any], ...] = ()

    def raw(self) -> tuple[bytes, str]:
        """Give its bytes and its file's name; JSON is YAML."""
        report: Row = {"source": self.source, "published": day(self.published)}
        if self.standing:
            report["standing"] = True
        data = {"report": report, "facts": list(self.facts), **dict(self.more)}
        return json.dumps(data).encode(), f"{self.source}.yaml"


def day(when: Day) -> str:
    """Write a day of January 2013, or what is written whole already."""
    return f"2013-01-{when:02}" if isinstance(when, int) else when


def report(source: str, published: Day, *facts: Row) -> Sheet:
    """Tell something that one source published."""
    return Sheet(source, published, facts)


def listing(published: Day, *facts: Row, **snapshot: object) -> Sheet:
    """Tell what the official list said in one version; `snapshot` as in a sheet."""
    more = (("snapshot", snapshot),) if snapshot else ()
    return Sheet("roster", published, facts, standing=True, more=more)


def said_by(speaker: str, told: Row) -> Row:
    """Put what is told into a speaker's mouth."""
    return {**told, "voice": "attributed", "speaker": speaker}


def carried_from(origin: str, told: Row) -> Row:
    """Name where what is told first came from."""
    return {**told, "origin": origin}


def rated(rating: str, told: Row) -> Row:
    """Rate what is told by itself."""
    return {**told, "rating": rating}


# -- control -------------------------------------------------------------------------------------


def _control(kind: str, by: str, when: Day, **more: object) -> Row:
    return fact(kind, **{"place": "mill", "by": by.split(), "when": day(when), **more})


def took(by: str, when: Day, **more: object) -> Row:
    """Say that they took the mill."""
    return _control("TownOccupied", by, when, **more)


def retook(by: str, when: Day, **more: object) -> Row:
    """Say that they took the mill back."""
    return _control("TownRecaptured", by, when, **more)


def entered(by: str, when: Day, opposed: str = "unknown") -> Row:
    """Say that they went into the mill."""
    return _control("TownEntered", by, when, opposed=opposed)


def besieged(by: str, when: Day) -> Row:
    """Say that they lay siege to the mill."""
    return _control("TownBesieged", by, when)


def left(by: str, when: Day) -> Row:
    """Say that they left the mill."""
    return _control("ForcesWithdrew", by, when)


def found(by: str, when: Day, since: Day | None = None, state: str = "held") -> Row:
    """Say that the mill was found in these hands."""
    more = {} if since is None else {"since": day(since)}
    return _control("ControlReported", by, when, state=state, **more)


# -- numbers -------------------------------------------------------------------------------------


def number(best: int | None = None, **more: object) -> Row:
    """Give a quantity, exact unless it says otherwise."""
    return more if best is None else {"best": best, **more}


def about(best: int) -> Row:
    """Give a hedged quantity."""
    return {"best": best, "comparator": "about"}


def more_by(best: int) -> Row:
    """Give a change."""
    return {"best": best, "semantics": "change"}


def troops(quantity: Row | None, when: Day, by: str = "army", **more: object) -> Row:
    """Say that so many troops are in the valley."""
    stated = {} if quantity is None else {"quantity": quantity}
    told = {"place": "valley", "by": by.split(), "when": day(when), **stated, **more}
    return fact(str(told.pop("kind", "TroopsDeployed")), **told)


def pledged(quantity: Row, when: Day, by: str = "army") -> Row:
    """Say that so many troops are promised for the valley."""
    return troops(quantity, when, by, kind="TroopsPledged", status="planned")


def killed(side: str, quantity: Row, when: Day, place: str | None = None) -> Row:
    """Say that so many fighters of a side were killed, there if a place is named."""
    who = {"side": side, "category": "fighters", "fate": "killed"}
    where = {} if place is None else {"place": place}
    return fact("CasualtiesReported", **who, quantity=quantity, when=day(when), **where)


def in_all(best: int) -> Row:
    """Give a count since the beginning."""
    return {"best": best, "semantics": "cumulative"}


# -- alerts --------------------------------------------------------------------------------------

_LANTERN = {"scheme": "lantern", "scope": "land"}


def raised(level: str, when: Day, by: str = "office") -> Row:
    """Say that someone raised the level."""
    return fact("ThreatLevelRaised", **_LANTERN, level=level, when=day(when), by=[by])


def stands_at(level: str, when: Day, since: Day | None = None) -> Row:
    """Say that the level was found to be this."""
    more = {} if since is None else {"since": day(since)}
    return fact("ThreatLevelReported", **_LANTERN, level=level, when=day(when), **more)


# -- the record ----------------------------------------------------------------------------------


def open_war() -> Situation:
    """Open the synthetic war in memory, with nothing told of it; the caller closes it."""
    situation = Situation(":memory:", create=True, clock=lambda: NOW)
    situation.register(SITUATION, "situation.yaml", by="tests")
    return situation


def tell(situation: Situation, *sheets: Sheet) -> None:
    """Record these reports, in their order."""
    situation.record([sheet.raw() for sheet in sheets], by="tests")


def labels(situation: Situation) -> dict[str, str]:
    """Name every fact by its source and its turn there: {fact id: "gazette 1"}."""
    sources: dict[str, str] = {}
    turns: dict[str, int] = {}
    named: dict[str, str] = {}
    for event in situation.log.read():
        stream = event.stream.hex
        if isinstance(event.body, ReportRegistered):
            sources[stream] = event.body.source
        elif event.fact is not None:
            source = sources[stream]
            turns[source] = turns.get(source, 0) + 1
            named[event.fact.id] = f"{source} {turns[source]}"
    return named
