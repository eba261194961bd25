"""Small builders: a synthetic situation, and fact sheets that say only what a test is about."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count

from projections.store import Row
from tracker.instants import Instant, parse_moment
from tracker.registry import Registry
from tracker.situation import Situation
from tracker.situation_file import read_situation

NOW: Instant = parse_moment("2013-03-01T00:00Z").earliest
"""What the clock of every test shows."""

SITUATION = b"""
title: The river war
places:
  land: {name: Land, type: country}
  valley: {name: Valley, type: region, within: land}
  mill: {name: Mill, within: valley}
  ford: {name: Ford, within: valley}
actors:
  army: {name: Army, type: state, side: republic}
  guard: {name: Guard, parent: army}
  legion: {name: Legion, type: state, side: republic}
  rebels: {name: Rebels}
  brigade: {name: Brigade, parent: rebels}
  clans: {name: Clans, allies: [rebels]}
  bandits: {name: Bandits}
  office: {name: Office of Alerts, type: organisation}
  warden: {name: The Warden, type: person, parent: office}
sources:
  gazette: {name: The Gazette, type: newspaper}
  radio: {name: The Radio, type: broadcaster}
  wire: {name: The Wire, type: agency}
alert_schemes:
  lantern:
    name: Lantern
    authority: office
    scope: land
    levels: [white, amber, red, black]
    modifiers: [doubled]
    aliases:
      - {name: bright red, level: red, modifiers: [doubled]}
      - {name: calm, level: white}
"""


def registry() -> Registry:
    """Give the registry of the synthetic situation."""
    return Registry().after(read_situation(SITUATION, "situation.yaml").events)


def new_situation(clock: Callable[[], Instant] = lambda: NOW) -> Situation:
    """Open the synthetic situation in memory; the caller closes it."""
    situation = Situation(":memory:", create=True, clock=clock)
    situation.register(SITUATION, "situation.yaml", by="tests")
    return situation


def fact(kind: str, **fields: object) -> Row:
    """Give one fact of a sheet: occurred, told by the reporter, unless the fields say otherwise."""
    return {"kind": kind, "status": "occurred", "voice": "reporter", "gist": kind, **fields}


def sheet(source: str, published: str | Row, *facts: Row) -> bytes:
    """Give a fact sheet; JSON is YAML."""
    report = {"source": source, "published": published}
    return json.dumps({"report": report, "facts": facts}).encode()


def tell(situation: Situation, source: str, published: str, *facts: Row) -> list[str]:
    """Record a report of these facts; give their ids, in their order."""
    data = sheet(source, published, *facts)
    (outcome,) = situation.record([(data, f"{source}.yaml")], by="tests")
    return [
        event.fact.id
        for event in situation.log.read()
        if event.fact and event.stream.hex == outcome.report
    ]


def ask(
    situation: Situation,
    projection: str,
    key: str,
    as_of: str,
    known_at: str | None = None,
    recorded_at: str | None = None,
) -> Row | None:
    """Give the row of one key as of the clocks; None for no evidence."""
    clocks = situation.clocks(as_of, known_at, recorded_at)
    rows = situation.state(clocks, projection, key).dicts
    assert len(rows) <= 1
    return rows[0] if rows else None


def who_holds(
    situation: Situation, as_of: str, known_at: str | None = None, place: str = "mill"
) -> tuple[str, list[str]] | None:
    """Give status and holders of a place; None for no evidence."""
    row = ask(situation, "control", place, as_of, known_at)
    return (row["status"], row["holders"]) if row else None


def maybe(row: Row | None, *names: str) -> list[list[object]]:
    """Give the named fields of what a row lists under `possibly`."""
    assert row is not None
    return [[entry[name] for name in names] for entry in row["possibly"]]


def ticking() -> Callable[[], Instant]:
    """Give a clock that shows a minute more each time it is read."""
    minutes = count()
    return lambda: NOW + 60_000_000 * next(minutes)
