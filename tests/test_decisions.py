"""Decisions: given these reports, asked this, then that row, because of that rule.

A table to read, one case a record; the rules are those of DESIGN section 6, by their numbers. A
row's facts are named by their source and their turn there: "gazette 2" is its second fact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from contradictions_for_tests import (
    Day,
    Sheet,
    about,
    besieged,
    carried_from,
    day,
    entered,
    found,
    in_all,
    killed,
    labels,
    left,
    listing,
    more_by,
    number,
    open_war,
    pledged,
    raised,
    rated,
    report,
    retook,
    said_by,
    stands_at,
    took,
    troops,
)
from effort_for_tests import WHOLE
from sheets_for_tests import fact

from projections.store import Row
from projections.weighing import Weighing
from tracker.situation import Situation

WEIGHTED, LATEST = "origin-weighted/1", "latest/1"
MAJORITY, OFFICIAL = "majority-by-origin/1", "official-only/1"
POLICIES = (WEIGHTED, LATEST, MAJORITY, OFFICIAL)
ALL_VOICES = Weighing(WEIGHTED)

ARMY_IN_VALLEY = "army/valley/troops/deployed"
PLEDGED = "army/valley/troops/pledged"
REBELS_KILLED = "rebels/fighters/killed"
LANTERN = "lantern/land"
IN, OUT = "TroopsDeployed", "TroopsWithdrawn"
SPAN, INSIDE = "2013-01-10/2013-01-12", "[2013-01-10..2013-01-12]"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: which cell, as of when, known when, weighed how."""

    key: str
    as_of: Day
    known: Day | None = None
    by: Weighing = ALL_VOICES
    recorded: str | None = None

    @property
    def projection(self) -> str:
        """The key tells it by its shape."""
        parts = self.key.split("/")
        if len(parts) == 1:
            return "control"
        if len(parts) == 4:
            return "forces"
        return "alerts" if len(parts) == 2 else "losses"


@dataclass(frozen=True, slots=True)
class Case:
    """These reports, this question, then these fields of the row (None: no evidence)."""

    name: str
    rule: int
    told: tuple[Sheet, ...]
    asked: Asked
    row: Row | None


def mill(as_of: Day, known: Day | None = None, **weighing: object) -> Asked:
    """Ask who holds the mill."""
    return ask_for("mill", as_of, known, **weighing)


def ask_for(key: str, as_of: Day, known: Day | None = None, **weighing: object) -> Asked:
    """Ask about any cell; `policy`, `only` and `without` as in Weighing."""
    by = Weighing(**{"policy": WEIGHTED, **weighing})  # type: ignore[arg-type]
    return Asked(key, as_of, known, by)


def held(*by: str, **more: object) -> Row:
    """Expect a place to be held."""
    return {"status": "held", "holders": sorted(by), **more}


def disputed(*values: Row, **more: object) -> Row:
    """Expect sources to disagree, with just these values."""
    return {"support": "disputed", "rule": "disputed", "values": list(values), **more}


def recorded(key: str) -> Row:
    """Locate a fact in a table's record."""
    return {"record": key, "row": int(key)}


def case(name: str, rule: int, *parts: object) -> Case:
    """Write a case: its reports, then the question, then the row."""
    *told, asked, row = parts
    return Case(name, rule, tuple(told), asked, row)  # type: ignore[arg-type]


UNKNOWN = {"status": "unknown", "holders": []}
VACATED = {"status": "vacated", "holders": []}
NO_NUMBER = {"best": None, "comparator": "between"}
SETTLED: Row = {"values": [], "last_undisputed": None}

# -- 1: what is seen -----------------------------------------------------------------------------

VISIBLE = [
    *(
        case(
            f"what is {status} makes no belief about what is",
            1,
            report("gazette", 10, took("rebels", 10, status=status)),
            mill(12),
            None,
        )
        for status in ("planned", "possible", "denied")
    ),
    case(
        "what is published later is not known yet",
        1,
        report("gazette", 12, took("rebels", 10)),
        mill(12, known=11),
        None,
    ),
    case(
        "what began later says nothing of the day before",
        1,
        report("gazette", 12, took("rebels", 10)),
        mill(9),
        None,
    ),
    *(
        case(
            f"a span of days holds through the last of them: as of the {as_of}th",
            1,
            report("gazette", 14, found("rebels", "2013-01-10/2013-01-12")),
            mill(as_of),
            {"holders": ["rebels"], "certainty": certainty},
        )
        for as_of, certainty in ((11, "certain"), (12, "possible"))
    ),
    *(
        case(
            f"a span ends what began before it, too: as of the {as_of}th",
            1,
            report("gazette", 18, found("rebels", "2013-01-10/2013-01-12", 5)),
            mill(as_of),
            row,
        )
        for as_of, row in ((11, held("rebels", since="2013-01-05")), (13, None))
    ),
    case(
        "a span of one day holds on that day",
        1,
        report("gazette", 14, took("rebels", "2013-01-12/2013-01-12")),
        mill(12),
        {"holders": ["rebels"], "certainty": "possible"},
    ),
    case(
        "a span that ends at a time of day is over with it",
        1,
        report("gazette", 14, found("rebels", "2013-01-10T00:00:00Z/2013-01-12T23:59:59Z")),
        mill(12),
        None,
    ),
    *(
        case(
            f"{what} does not undo itself once the span that it took is over",
            1,
            report("gazette", 8, took("rebels", 8)),
            report("courier", 14, told),
            mill(16),
            row,
        )
        for what, told, row in (
            ("a withdrawal", left("rebels", SPAN), {"status": "vacated", "since": INSIDE}),
            ("a recapture", retook("army", SPAN), held("army", since=INSIDE)),
        )
    ),
    case(
        "what was found on some day of a month may have been so on any, and contradicts each",
        4,
        report("gazette", 15, found("rebels", 15)),
        report("courier", "2013-02-06", found("army", "2013-01")),
        mill("2013-02-07"),
        disputed(held("army"), held("rebels")),
    ),
    case(
        "what was found on some day of a month is older than what was found after it",
        4,
        report("gazette", "2013-02-03", found("rebels", "2013-02-03")),
        report("courier", "2013-02-06", found("army", "2013-01")),
        mill("2013-02-07"),
        held("rebels"),
    ),
    case(
        "a recapture that took some days may have come about on the first of them",
        1,
        report("gazette", 8, took("rebels", 8)),
        report("courier", 14, retook("army", SPAN)),
        mill(10),
        held("rebels", certainty="possible", possibly=[held("army")]),
    ),
    case(
        "a withdrawal over a span of which only the end is told has not been before that",
        1,
        report("gazette", 8, took("rebels", 8)),
        report("courier", 14, left("rebels", "../2013-01-12")),
        mill(11),
        held("rebels", certainty="certain"),
    ),
    case(
        "a span that is over says nothing of the days after it",
        1,
        report("gazette", 14, found("rebels", "2013-01-10/2013-01-12")),
        mill(13),
        None,
    ),
    case(
        "a party that denies its loss makes no belief, and the report of it stands",
        1,
        report("gazette", 10, took("rebels", 10)),
        report("courier", 11, said_by("minister", took("rebels", 10, status="denied"))),
        mill(12),
        held("rebels", support="reported", values=[]),
    ),
    case(
        "a plan is a pledge",
        1,
        report("gazette", 10, troops(number(500), 10, status="planned")),
        ask_for(PLEDGED, 12),
        {"best": 500, "support": "reported"},
    ),
    case(
        "a plan is no deployment",
        1,
        report("gazette", 10, troops(number(500), 10, status="planned")),
        ask_for(ARMY_IN_VALLEY, 12),
        None,
    ),
]

# -- 2 and 3: evidence times, one view an origin -------------------------------------------------

RECALLED = (
    report("gazette", 12, retook("army", 12)),
    report("courier", 20, took("rebels", 5)),
)
SINCE_LONG = (
    report("courier", 6, took("rebels", 5)),
    report("gazette", 20, found("army", 20, since=3)),
)

TORN = report("gazette", 10, took("rebels", 10)), report("gazette", 10, took("army", 10))

VIEWS = [
    *(
        case(
            f"background that recalls an old capture undoes no newer recapture ({policy})",
            2,
            *RECALLED,
            mill(21, policy=policy),
            held("army", evidence=["gazette 1"], dissent=[]),
        )
        for policy in (WEIGHTED, LATEST, MAJORITY)
    ),
    case(
        "what is recalled was so at its time",
        2,
        *RECALLED,
        mill(6),
        held("rebels", evidence=["courier 1"]),
    ),
    case(
        "a paper that recalls an old capture itself has not changed its mind",
        3,
        report("gazette", 12, retook("army", 12)),
        report("gazette", 20, took("rebels", 5)),
        mill(21),
        held("army", since="2013-01-12", rule="newest evidence"),
    ),
    case(
        "a paper that corrects what it told of the same day takes its own place",
        3,
        report("gazette", 10, took("rebels", 10)),
        report("gazette", 12, took("army", 10)),
        mill(13),
        held("army", support="reported", evidence=["gazette 2"], dissent=[], **SETTLED),
    ),
    case(
        "before a paper told otherwise its first word stood",
        3,
        report("gazette", 10, took("rebels", 10)),
        report("gazette", 12, took("army", 10)),
        mill(13, known=11),
        held("rebels", support="reported"),
    ),
    case(
        "another paper that tells otherwise of the same day is in dispute with it",
        4,
        report("gazette", 10, took("rebels", 10)),
        report("courier", 12, took("army", 10)),
        mill(13),
        disputed(
            held("rebels", origins=["gazette"], evidence=["gazette 1"], since="2013-01-10"),
            held("army", origins=["courier"], evidence=["courier 1"], since="2013-01-10"),
            **UNKNOWN,
        ),
    ),
    case(
        "found there since long ago: it speaks directly about the days between",
        2,
        *SINCE_LONG,
        mill(10),
        held("army", since="2013-01-03", evidence=["gazette 1"]),
    ),
    case(
        "found there since long ago: within a day of a capture the two disagree",
        2,
        *SINCE_LONG,
        mill("2013-01-06T12:00:00Z"),
        disputed(held("rebels"), held("army")),
    ),
    case(
        "found there since long ago: not known before it was told",
        2,
        *SINCE_LONG,
        mill(10, known=19),
        held("rebels"),
    ),
    case(
        "a speaker in two papers is one origin",
        3,
        report("gazette", 11, said_by("villagers", took("rebels", 10))),
        report("courier", 12, said_by("villagers", took("rebels", 10))),
        mill(13),
        held("rebels", support="reported"),
    ),
    case(
        "a described speaker is one origin, whatever the spelling",
        3,
        report("gazette", 11, said_by("the mayor of Café", took("rebels", 10))),
        report("courier", 12, said_by("The  Mayor of CAFE\u0301", took("rebels", 10))),
        mill(13),
        held("rebels", support="reported"),
    ),
    case(
        "a speaker who tells another paper otherwise has changed their mind",
        3,
        report("gazette", 11, said_by("villagers", took("rebels", 10))),
        report("courier", 12, said_by("villagers", took("army", 10))),
        mill(13),
        held("army", support="reported", evidence=["courier 1"], **SETTLED),
    ),
    case(
        "what one report says of one moment is one view: the steps it tells of",
        3,
        report("gazette", 10, took("army", 10), entered("army", 10, "yes")),
        mill(11),
        held("army", support="reported", **SETTLED),
    ),
    case(
        "what one report says of one moment joins even where it takes back what it said",
        3,
        report("gazette", 10, took("rebels", 10), retook("army", 10)),
        report("courier", 10, took("rebels", 10)),
        mill(11),
        held("army", **SETTLED),
    ),
    case(
        "what one report finds of one moment it says as one: all of it stands for its value",
        3,
        report("courier", 15, found("bandits", 15), found("army", 15, state="contested")),
        report("gazette", 15, found("army", 15, since=12)),
        mill(15),
        disputed(
            held("army", origins=["gazette"], evidence=["gazette 1"]),
            held("bandits", origins=["courier"], evidence=["courier 1", "courier 2"]),
            **UNKNOWN,
        ),
    ),
    *(
        case(
            f"records of {tables} that tell one number of one day: {best} in all",
            7,
            report("gazette", 12, killed("rebels", more_by(5), 11) | {"at": recorded("1")}),
            report(other, 13, killed("rebels", more_by(5), 11) | {"at": recorded("2")}),
            ask_for(REBELS_KILLED, 14),
            {"best": best},
        )
        for tables, other, best in (("two tables", "courier", 5), ("one table", "gazette", 10))
    ),
    case(
        "of two totals that one report gives of one moment the later is no rise from the other",
        3,
        report("gazette", 15, troops(number(100), 15), troops(number(500), 15)),
        ask_for(ARMY_IN_VALLEY, 15),
        {"best": 500, "unexplained": None, **SETTLED},
    ),
    case(
        "what comes after rivals of which one was chosen begins at its own time",
        4,
        report("gazette", 10, took("army", 10)),
        report("mission", 10, took("rebels", 10)),
        report("courier", 12, took("bandits", 12)),
        mill(13),
        held("bandits", since="2013-01-12", evidence=["courier 1"], **SETTLED),
    ),
    case(
        "a paper that tells of one day what differs, in two reports of one day, is in dispute",
        3,
        *TORN,
        mill(11),
        disputed(held("rebels", origins=["gazette"]), held("army", origins=["gazette"]), **UNKNOWN),
    ),
    case(
        "whoever tells the one and the other backs neither: the one of the two is still reported",
        3,
        *TORN,
        report("courier", 10, took("army", 10)),
        mill(11, policy=MAJORITY),
        held("army", support="reported", rule="majority", dissent=["gazette 1"]),
    ),
    case(
        "whoever tells the one and the other backs neither, also where another paper tells the one",
        3,
        *TORN,
        report("courier", 10, took("army", 10)),
        mill(11),
        disputed(held("rebels", origins=["gazette"]), held("army")),
    ),
    case(
        "what a paper tells later settles what it told in two ways",
        3,
        *TORN,
        report("gazette", 12, took("army", 10)),
        mill(13),
        held("army", support="reported", evidence=["gazette 3"], **SETTLED),
    ),
    case(
        "of what a paper tells in two ways the better rated counts",
        3,
        report("gazette", 10, rated("D4", took("rebels", 10))),
        report("gazette", 10, rated("B2", took("army", 10))),
        mill(11),
        held("army", support="reported", rule="rating", dissent=["gazette 1"]),
    ),
    case(
        "two reports of one paper that agree are one view, with all whom they name",
        3,
        report("gazette", 10, took("army", 10)),
        report("gazette", 10, took("legion", 10)),
        mill(11),
        held("army", "legion", support="reported", **SETTLED),
    ),
    case(
        "a level raised twice on one day, in two reports, is where the steps lead",
        3,
        report("gazette", 10, {**raised("amber", 10), "from_level": "white"}),
        report("gazette", 10, {**raised("red", 10), "from_level": "amber"}),
        ask_for(LANTERN, 11),
        {"level": "red", **SETTLED},
    ),
]

# -- 4: newer supersedes older; contemporaries; the window of a day ------------------------------

TWO_SIGHTINGS = report("gazette", 12, found("rebels", "2013-01-12T10:00:00Z"))

TIMES = [
    *(
        case(
            f"captures on two days are a sequence, whoever tells of them ({policy})",
            4,
            report("gazette", 10, took("rebels", 10)),
            report("courier", 11, took("army", 11)),
            mill(12, policy=policy),
            held("army", support="reported", dissent=[], since="2013-01-11", **SETTLED),
        )
        for policy in (WEIGHTED, LATEST, MAJORITY)
    ),
    case(
        "captures of one day with their hours are a sequence",
        4,
        report("gazette", 11, took("rebels", "2013-01-10T08:00:00Z")),
        report("courier", 11, took("army", "2013-01-10T15:00:00Z")),
        mill(10),
        held("army", support="reported", dissent=[], rule="newest evidence", **SETTLED),
    ),
    case(
        "captures of one day with their hours: at noon the first still holds",
        4,
        report("gazette", 11, took("rebels", "2013-01-10T08:00:00Z")),
        report("courier", 11, took("army", "2013-01-10T15:00:00Z")),
        mill("2013-01-10T12:00:00Z"),
        held("rebels", support="reported"),
    ),
    case(
        "captures of one day without hours contradict each other",
        4,
        report("gazette", 11, took("rebels", 10)),
        report("courier", 11, took("army", 10)),
        mill(11),
        disputed(held("rebels"), held("army"), **UNKNOWN),
    ),
    case(
        "an hour within the other's day is no order",
        4,
        report("gazette", 11, took("rebels", 10)),
        report("courier", 11, took("army", "2013-01-10T15:00:00Z")),
        mill(11),
        disputed(held("rebels"), held("army")),
    ),
    case(
        "captures whose bounds overlap contradict each other",
        4,
        report("gazette", 14, took("rebels", "[2013-01-10..2013-01-12]")),
        report("courier", 14, took("army", 11)),
        mill(14),
        disputed(held("rebels"), held("army")),
    ),
    case(
        "a sighting less than a day after another contradicts it",
        4,
        TWO_SIGHTINGS,
        report("courier", 13, found("army", "2013-01-13T09:59:00Z")),
        mill(14),
        disputed(held("rebels"), held("army")),
    ),
    case(
        "a sighting exactly a day after another is newer",
        4,
        TWO_SIGHTINGS,
        report("courier", 13, found("army", "2013-01-13T10:00:00Z")),
        mill(14),
        held("army", rule="newest evidence", support="reported", dissent=[], **SETTLED),
    ),
    case(
        "a sighting more than a day after another is newer",
        4,
        TWO_SIGHTINGS,
        report("courier", 13, found("army", "2013-01-13T10:01:00Z")),
        mill(14),
        held("army", rule="newest evidence", support="reported", dissent=[], **SETTLED),
    ),
    case(
        "a sighting on the day after a capture contradicts it",
        4,
        report("gazette", 10, took("rebels", 10)),
        report("courier", 11, found("army", 11)),
        mill(12),
        disputed(held("rebels"), held("army")),
    ),
    case(
        "a sighting two days after a capture is newer",
        4,
        report("gazette", 10, took("rebels", 10)),
        report("courier", 12, found("army", 12)),
        mill(12),
        held("army", since="[..2013-01-12]", dissent=[], **SETTLED),
    ),
    case(
        "newer evidence settles a dispute",
        4,
        report("gazette", 10, took("rebels", 10)),
        report("courier", 10, took("army", 10)),
        report("examiner", 15, found("army", 15)),
        mill(15),
        held("army", support="confirmed", evidence=["examiner 1", "courier 1"], **SETTLED),
    ),
    case(
        "newer evidence of what one of two said leaves the other behind",
        4,
        TWO_SIGHTINGS,
        report("courier", 13, found("army", "2013-01-13T09:00:00Z")),
        report("examiner", 13, found("army", "2013-01-13T11:00:00Z")),
        mill(14),
        held("army", support="confirmed", dissent=[], **SETTLED),
    ),
    case(
        "even a poor source's newer evidence overtakes a good one's older",
        4,
        report("mission", 10, took("rebels", 10)),
        report("tattler", 14, took("army", 14)),
        mill(15),
        held("army", support="reported", dissent=[]),
    ),
]

# -- 5: contemporaries in sequence, under every policy -------------------------------------------

OFFICIAL_DAY = (
    report("gazette", 10, said_by("monitors", retook("army", 10))),
    report("courier", 11, said_by("legion", took("rebels", 10))),
)
OFFICIAL_EXIT = (
    report("gazette", 12, said_by("monitors", left("rebels", 12))),
    report("courier", 12, said_by("legion", took("rebels", 12))),
)

SEQUENCES = [
    *(
        case(
            f"a recapture comes after the hold that it overturns ({policy})",
            5,
            *OFFICIAL_DAY,
            mill(11, policy=policy),
            held("army", dissent=[], **SETTLED),
        )
        for policy in POLICIES
    ),
    *(
        case(
            f"a withdrawal comes after the hold that it ends ({policy})",
            5,
            *OFFICIAL_EXIT,
            mill(12, policy=policy),
            {**VACATED, "dissent": [], **SETTLED},
        )
        for policy in POLICIES
    ),
    *(
        case(
            f"allies are one hold: the row lists their union ({policy})",
            5,
            report("gazette", 10, said_by("monitors", took("army", 10))),
            report("courier", 11, said_by("office", took("legion", 10))),
            mill(11, policy=policy),
            held("army", "legion", dissent=[], **SETTLED),
        )
        for policy in POLICIES
    ),
    *(
        case(
            f"what a recapture overturned stays so once newer evidence agrees with it ({by})",
            5,
            report("gazette", 10, found("rebels", "2013-01-10T12:00:00Z")),
            report("courier", 10, retook("army", "2013-01-10T18:00:00Z")),
            report(by, 11, took("army", "2013-01-11T08:00:00Z")),
            mill(14),
            held("army", dissent=[], **SETTLED),
        )
        for by in ("tattler", "courier")
    ),
    case(
        "whoever retook a place and leaves it leaves it empty, not to those driven out before",
        5,
        report("gazette", 12, found("rebels", "2013-01-12T10:00:00Z")),
        report("courier", 13, retook("army", "2013-01-13T00:00:00Z")),
        report("examiner", 16, left("army", 15)),
        mill(18),
        {**VACATED, "dissent": [], **SETTLED},
    ),
    *(
        case(
            f"enemies who hold a place together do so until others are told to hold it ({then})",
            4,
            report("gazette", 1, found("army rebels", 1)),
            report("courier", 8, found(then, 8)),
            report("examiner", 15, found(then, 15)),
            mill(20),
            held(*then.split(), support="confirmed", since="[..2013-01-08]"),
        )
        for then in ("army", "rebels", "army bandits", "army bandits rebels")
    ),
    case(
        "that some of the besieged hold the place lifts no siege, and names who is left",
        4,
        report("gazette", 1, found("army bandits", 1)),
        report("courier", 3, besieged("rebels", 3)),
        report("examiner", 8, found("army", 8)),
        mill(9),
        {"status": "besieged", "holders": ["army"], "besiegers": ["rebels"]},
    ),
    case(
        "what decides a day's order is said: sequence",
        5,
        report("gazette", 10, retook("army", 10)),
        report("courier", 11, took("rebels", 10)),
        mill(11),
        held("army", rule="sequence", support="reported", dissent=[]),
    ),
    case(
        "a hold comes after the entry that led to it",
        5,
        report("gazette", 10, took("army", 10)),
        report("courier", 11, entered("army", 10, "yes")),
        mill(11),
        held("army", **SETTLED),
    ),
    case(
        "a hold comes after the fight that led to it",
        5,
        report("gazette", 10, took("army", 10)),
        report("courier", 11, found("army rebels", 10, state="contested")),
        mill(11),
        held("army", **SETTLED),
    ),
    case(
        "a hold comes after the siege that led to it",
        5,
        report("chronicle", 6, took("army", 5)),
        report("gazette", 10, took("rebels", 10)),
        report("courier", 11, besieged("rebels", 10)),
        mill(11),
        held("rebels", **SETTLED),
    ),
    case(
        "a hold by someone who was not in the fight contradicts it",
        5,
        report("gazette", 10, found("army rebels", 10, state="contested")),
        report("courier", 11, took("bandits", 10)),
        mill(11),
        disputed({"status": "contested", "holders": ["army", "rebels"]}, held("bandits")),
    ),
    *(
        case(
            f"an entry into a held place, opposed {opposed}",
            5,
            report("gazette", 5, took("rebels", 5)),
            report("courier", 10, entered("army", 10, opposed)),
            mill(11),
            {"status": status, "holders": holders, "support": "reported", **SETTLED},
        )
        for opposed, status, holders in (
            ("yes", "contested", ["army", "rebels"]),
            ("unknown", "contested", ["army", "rebels"]),
            ("no", "held", ["army"]),
        )
    ),
    case(
        "two who tell of one entry confirm it, unopposed",
        5,
        report("gazette", 12, entered("army", 12, "no")),
        report("courier", 12, entered("army", 12, "no")),
        mill(13),
        held("army", support="confirmed", **SETTLED),
    ),
    case(
        "two who tell of one entry confirm it, opposed",
        5,
        report("examiner", 5, took("rebels", 5)),
        report("gazette", 12, entered("army", 12, "yes")),
        report("courier", 12, entered("army", 12, "yes")),
        mill(13),
        {"status": "contested", "holders": ["army", "rebels"], "support": "confirmed", **SETTLED},
    ),
    case(
        "a fight found on the day after a capture is no fight that led to it",
        5,
        report("gazette", 10, took("army", 10)),
        report("courier", 11, found("army rebels", 11, state="contested")),
        mill(12),
        {"status": "contested", "holders": ["army", "rebels"], **SETTLED},
    ),
    *(
        case(
            f"a recapture begins anew what its side was seen to hold before ({policy})",
            5,
            report("gazette", 2, found("army legion", 1)),
            report("courier", 11, retook("army", 10, against=["rebels"])),
            mill(12, policy=policy),
            held("army", since="2013-01-10", support="reported", evidence=["courier 1"]),
        )
        for policy in (WEIGHTED, LATEST, MAJORITY)
    ),
    case(
        "what was seen before the recapture was so then",
        5,
        report("gazette", 2, found("army", 1)),
        report("courier", 11, retook("army", 10)),
        mill(9),
        held("army", since="[..2013-01-01]", support="reported", evidence=["gazette 1"]),
    ),
    *(
        case(
            f"two who tell of one recapture, the other of {when}: one, since the narrower",
            5,
            report("gazette", 2, found("army", 1)),
            report("courier", 11, retook("army", 10)),
            report("examiner", 12, retook("army", when)),
            mill(13),
            held("army", since="2013-01-10", support="confirmed", **SETTLED),
        )
        for when in (10, "[2013-01-08..2013-01-12]", "[..2013-01-12]", "2013-01-09~")
    ),
    *(
        case(
            f"recaptures {apart} are {said}",
            5,
            report("gazette", 2, took("rebels", 1)),
            report("courier", 11, retook("army", 10)),
            report("examiner", 14, retook("army", day)),
            mill(15),
            held("army", since=f"2013-01-{since}", support=support, **SETTLED),
        )
        for apart, day, said, since, support in (
            ("a day apart", 11, "one", 10, "confirmed"),
            ("three days apart", 13, "two: it was lost in between", 13, "reported"),
        )
    ),
    *(
        case(
            f"a recapture told of {when}, perhaps what its side was seen to hold, is that",
            5,
            report("gazette", 6, found("army", 6, since=5)),
            report("courier", 11, retook("army", when)),
            mill(12),
            held("army", since="2013-01-05", support="confirmed", **SETTLED),
        )
        for when in ("[2013-01-04..2013-01-10]", "[..2013-01-10]", "2013-01")
    ),
    case(
        "a recapture within the time of a hold told of vaguely is that, and narrows it",
        5,
        report("gazette", 6, took("army", "[2013-01-02..2013-01-06]")),
        report("courier", 8, retook("army", 5)),
        mill(9),
        held("army", since="2013-01-05", support="confirmed", **SETTLED),
    ),
    case(
        "a recapture of a place besieged with its holders in it: nobody besieges it any more",
        5,
        report("gazette", 5, took("army", 4), besieged("rebels", 5)),
        report("courier", 11, retook("army", 10)),
        mill(12),
        held("army", since="2013-01-10", support="reported", **SETTLED),
    ),
    case(
        "whoever was right in a dispute before a recapture does not back what that began",
        5,
        report("gazette", 5, took("army", 5)),
        report("courier", 5, took("rebels", 5)),
        report("examiner", 11, retook("army", 10)),
        mill(12),
        held("army", since="2013-01-10", support="reported", **SETTLED),
    ),
    case(
        "a sighting on the day after a recapture is not what was recaptured",
        5,
        report("gazette", 10, retook("army", 10)),
        report("courier", 11, found("rebels", 11)),
        mill(12),
        disputed(held("army"), held("rebels"), **UNKNOWN),
    ),
    case(
        "an entry by friends of the holders bears on nothing",
        5,
        report("gazette", 10, took("army", 10)),
        report("courier", 12, entered("legion", 12)),
        mill(13),
        held("army", support="reported", evidence=["gazette 1"], since="2013-01-10"),
    ),
    *(
        case(
            f"friends who enter a besieged place are there, opposed {opposed}",
            5,
            report("gazette", 5, took("army", 5)),
            report("courier", 10, besieged("rebels", 10)),
            report("examiner", 12, entered("legion", 12, opposed)),
            mill(13),
            {
                "status": "besieged",
                "holders": ["army", "legion"],
                "besiegers": ["rebels"],
                "since": "2013-01-10",
                "support": "reported",
                **SETTLED,
            },
        )
        for opposed in ("yes", "no", "unknown")
    ),
    case(
        "friends who came into a besieged place hold it once the others have left",
        5,
        report("gazette", 5, took("army", 5)),
        report("courier", 10, besieged("rebels", 10)),
        report("examiner", 12, entered("legion", 12, "no")),
        report("courier", 14, left("army", 14)),
        mill(15),
        {"status": "besieged", "holders": ["legion"], "besiegers": ["rebels"], **SETTLED},
    ),
    case(
        "friends of those inside and of the besiegers: their entry bears on nothing",
        5,
        report("gazette", 5, took("army", 5)),
        report("courier", 10, besieged("rebels", 10)),
        report("examiner", 12, entered("legion clans", 12, "no")),
        mill(13),
        {"status": "besieged", "holders": ["army"], "evidence": ["courier 1"], **SETTLED},
    ),
    *(
        case(
            f"friends who enter a fight are in it, opposed {opposed}",
            5,
            report("gazette", 10, found("army rebels", 10, state="contested")),
            report("courier", 12, entered("legion", 12, opposed)),
            mill(13),
            {
                "status": "contested",
                "holders": ["army", "legion", "rebels"],
                "support": support,
                **SETTLED,
            },
        )
        for opposed, support in (("yes", "confirmed"), ("unknown", "confirmed"), ("no", "reported"))
    ),
    case(
        "friends who came into a fight go on with it once the others have left",
        5,
        report("gazette", 10, found("army rebels", 10, state="contested")),
        report("courier", 12, entered("legion", 12, "yes")),
        report("courier", 14, left("army", 14)),
        mill(15),
        {"status": "contested", "holders": ["legion", "rebels"], **SETTLED},
    ),
    case(
        "friends alone in a fight, and more who meet nobody: the fight is over",
        5,
        report("gazette", 10, entered("army", 10, "yes")),
        report("courier", 12, entered("legion", 12, "no")),
        mill(13),
        held("army", "legion", since="2013-01-12", **SETTLED),
    ),
    case(
        "friends who enter a place in mixed hands are there too",
        5,
        report("gazette", 10, found("army rebels", 10, state="mixed")),
        report("courier", 12, entered("legion", 12, "no")),
        mill(13),
        {"status": "mixed", "holders": ["army", "legion", "rebels"], **SETTLED},
    ),
    case(
        "an entry into a vacated place is a hold",
        5,
        report("gazette", 8, took("rebels", 5), left("rebels", 8)),
        report("courier", 10, entered("army", 10)),
        mill(11),
        held("army", **SETTLED),
    ),
    case(
        "a besieged place stays with its holders",
        5,
        report("gazette", 5, took("army", 5)),
        report("courier", 10, besieged("rebels", 10)),
        mill(11),
        {
            "status": "besieged",
            "holders": ["army"],
            "besiegers": ["rebels"],
            "since": "2013-01-10",
            "support": "reported",
        },
    ),
    case(
        "whoever besieges a place a day after it was known to be theirs holds it no more",
        5,
        report("gazette", 5, took("army", 5)),
        report("courier", 10, besieged("army", 10)),
        mill(11),
        {
            "status": "besieged",
            "holders": [],
            "besiegers": ["army"],
            "since": "2013-01-10",
            "support": "reported",
            "evidence": ["courier 1"],
        },
    ),
    case(
        "of two who are said to hold a place, the one who besieges it since does not",
        5,
        report("gazette", 5, took("army", 5)),
        report("courier", 5, took("rebels", 5)),
        report("courier", 10, besieged("army", 10)),
        mill(11),
        {"status": "besieged", "holders": ["rebels"], "besiegers": ["army"], "values": []},
    ),
    case(
        "a siege and a hold of one side on one day are a sequence",
        5,
        report("gazette", 9, took("army", 9)),
        report("courier", 10, besieged("army", 10), found("army", 10)),
        mill(11),
        held("army", **SETTLED),
    ),
    case(
        "whoever fights its way in a day after it was known to be theirs held it no more",
        5,
        report("gazette", 5, took("army", 5)),
        report("courier", 10, entered("army", 10, "yes")),
        mill(11),
        {"status": "contested", "holders": ["army"], "since": "2013-01-10"},
    ),
    case(
        "friends who fight their way in to those who hold it change nothing",
        5,
        report("gazette", 5, took("army", 5)),
        report("courier", 10, entered("legion", 10, "yes")),
        mill(11),
        held("army", since="2013-01-05"),
    ),
    case(
        "that its holders still do lifts no siege, nor does it tell of one",
        5,
        report("gazette", 5, took("army", 5)),
        report("courier", 10, besieged("rebels", 10)),
        report("examiner", 11, found("army", 11)),
        mill(12),
        {"status": "besieged", "holders": ["army"], "support": "reported", **SETTLED},
    ),
    case(
        "a withdrawal ends the hold of its side, told by whomever",
        5,
        report("gazette", 5, took("rebels", 5)),
        report("courier", 12, left("rebels", 12)),
        mill(13),
        {**VACATED, "support": "reported", "since": "2013-01-12", **SETTLED},
    ),
    case(
        "a withdrawal of others contradicts no hold",
        5,
        report("gazette", 10, took("rebels", 10)),
        report("courier", 10, left("army", 10)),
        mill(11),
        held("rebels", support="reported", dissent=[], **SETTLED),
    ),
    case(
        "a part that leaves does not end the hold of the whole",
        5,
        report("gazette", 10, took("rebels", 10)),
        report("courier", 12, left("brigade", 12)),
        mill(13),
        held("rebels"),
    ),
    case(
        "one of two allies that leaves does not end the hold of the other",
        5,
        report("gazette", 10, took("army legion", 10)),
        report("courier", 12, left("legion", 12)),
        mill(13),
        held("army", since="2013-01-10"),
    ),
    case(
        "a fight is over when one side of it leaves",
        5,
        report("gazette", 10, found("army rebels", 10, state="contested")),
        report("courier", 12, left("rebels", 12)),
        mill(13),
        held("army", **SETTLED),
    ),
    case(
        "a place is vacated only while nobody is said to hold it",
        5,
        report("gazette", 10, took("rebels", 10)),
        report("courier", 12, left("rebels", 12)),
        report("examiner", 12, found("army", 12)),
        mill(13),
        held("army", support="reported", **SETTLED),
    ),
    case(
        "a sighting on the day after a withdrawal: somebody is said to hold it",
        5,
        report("gazette", 5, took("army", 5)),
        report("rebel-radio", 12, left("army", 12)),
        report("mission", 13, found("army", 13)),
        mill(14),
        held("army", **SETTLED),
    ),
    case(
        "a withdrawal settles a dispute for the other",
        5,
        report("gazette", 10, took("rebels", 10)),
        report("courier", 10, took("army", 10)),
        report("examiner", 12, left("rebels", 12)),
        mill(13),
        held("army", **SETTLED),
    ),
    case(
        "what is left by a withdrawal that settles a dispute, and nobody said, is so since then",
        5,
        report("gazette", 10, found("bandits rebels", 10, state="mixed")),
        report("courier", 10, found("rebels", 10)),
        report("examiner", 12, left("rebels", 12)),
        mill(13),
        held("bandits", since="2013-01-12", **SETTLED),
    ),
    case(
        "what one of two said in a dispute that a withdrawal settles is so since it said so",
        5,
        report("gazette", 10, found("bandits", 10)),
        report("courier", 10, found("rebels", 10)),
        report("examiner", 12, left("rebels", 12)),
        mill(13),
        held("bandits", since="[..2013-01-10]", **SETTLED),
    ),
]

# -- 6: what still differs -----------------------------------------------------------------------

REBELS, ARMY = took("rebels", 10), took("army", 10)

CHOICES = [
    *(
        case(
            f"the better reliability wins: {better} over {worse}",
            6,
            report(better, 10, REBELS),
            report(worse, 11, ARMY),
            mill(12),
            held("rebels", rule="rating", support="reported", dissent=[f"{worse} 1"], **SETTLED),
        )
        for better, worse in (
            ("mission", "radio"),
            ("radio", "post"),
            ("post", "gazette"),
            ("gazette", "mirror"),
            ("herald", "mirror"),
            ("mirror", "tattler"),
        )
    ),
    case(
        "at equal reliability the better credibility wins",
        6,
        report("chronicle", 11, ARMY),
        report("radio", 10, REBELS),
        mill(12),
        held("rebels", rule="rating", dissent=["chronicle 1"], **SETTLED),
    ),
    case(
        "reliability goes before credibility",
        6,
        report("gazette", 10, rated("B4", REBELS)),
        report("courier", 11, rated("C1", ARMY)),
        mill(12),
        held("rebels", rule="rating", **SETTLED),
    ),
    case(
        "equal ratings leave a dispute",
        6,
        report("radio", 10, REBELS),
        report("beacon", 10, ARMY),
        mill(12),
        disputed(held("rebels", ratings=["B2"]), held("army", ratings=["B2"]), **UNKNOWN),
    ),
    case(
        "F, which cannot be judged, is as good as no rating",
        6,
        report("herald", 10, REBELS),
        report("gazette", 10, ARMY),
        mill(12),
        disputed(held("rebels", ratings=["F6"]), held("army", ratings=[None])),
    ),
    case(
        "a fact's own rating goes before its source's",
        6,
        report("radio", 10, rated("D5", REBELS)),
        report("gazette", 10, ARMY),
        mill(12),
        held("army", rule="rating", dissent=["radio 1"], **SETTLED),
    ),
    case(
        "a story is rated by whom it came from, not by who carried it",
        6,
        report("gazette", 10, carried_from("mission", REBELS)),
        report("radio", 10, ARMY),
        mill(12),
        held("rebels", rule="rating", dissent=["radio 1"], **SETTLED),
    ),
    case(
        "a value is as well rated as the best of those who hold it",
        6,
        report("tattler", 10, REBELS),
        report("radio", 10, REBELS),
        report("post", 10, ARMY),
        mill(12),
        held("rebels", rule="rating", support="confirmed", dissent=["post 1"], **SETTLED),
    ),
    case(
        "a story is no worse for being repeated by a worse paper",
        6,
        report("radio", 10, said_by("villagers", REBELS)),
        report("tattler", 11, said_by("villagers", REBELS)),
        report("post", 10, ARMY),
        mill(12),
        held("rebels", rule="rating", support="reported", dissent=["post 1"]),
    ),
    case(
        "the best must beat every other: two equals and a worse are three values in dispute",
        6,
        report("radio", 10, REBELS),
        report("beacon", 10, ARMY),
        report("post", 10, took("bandits", 10)),
        mill(12),
        disputed(held("rebels"), held("army"), held("bandits")),
    ),
    case(
        "numbers of voices do not outweigh a better rating",
        6,
        report("gazette", 10, REBELS),
        report("courier", 10, REBELS),
        report("examiner", 10, REBELS),
        report("radio", 10, ARMY),
        mill(12),
        held(
            "army",
            rule="rating",
            support="reported",
            dissent=["courier 1", "examiner 1", "gazette 1"],
        ),
    ),
    case(
        "a dispute keeps what was last undisputed before it",
        6,
        report("gazette", 5, took("legion", 5)),
        report("courier", 10, REBELS),
        report("examiner", 10, took("bandits", 10)),
        mill(12),
        disputed(
            held("rebels"),
            held("bandits"),
            last_undisputed=held("legion", since="2013-01-05", evidence=["gazette 1"]),
            **UNKNOWN,
        ),
    ),
    case(
        "a dispute with nothing before it has no last undisputed state",
        6,
        report("courier", 10, REBELS),
        report("examiner", 10, took("bandits", 10)),
        mill(12),
        disputed(held("rebels"), held("bandits"), last_undisputed=None),
    ),
    case(
        "the evidence of a dispute is everyone's",
        6,
        report("gazette", 10, REBELS),
        report("courier", 11, ARMY),
        mill(12),
        disputed(held("rebels"), held("army"), evidence=["courier 1", "gazette 1"], dissent=[]),
    ),
    case(
        "allies and parts that two papers name are no dispute",
        6,
        report("gazette", 10, took("brigade", 10)),
        report("courier", 10, took("clans rebels", 10)),
        mill(12),
        held("brigade", "clans", "rebels", support="confirmed", rule="agreement", **SETTLED),
    ),
]

SUPPORT = [
    case(
        "two papers that carry one wire story are one origin",
        6,
        report("gazette", 10, carried_from("wire", REBELS)),
        report("courier", 10, carried_from("wire", REBELS)),
        mill(12),
        held("rebels", support="reported", dissent=[]),
    ),
    case(
        "the wire and a paper that carries it are one origin",
        6,
        report("wire", 10, REBELS),
        report("courier", 10, carried_from("wire", REBELS)),
        mill(12),
        held("rebels", support="reported"),
    ),
    case(
        "two papers that found out by themselves confirm",
        6,
        report("gazette", 10, REBELS),
        report("courier", 10, REBELS),
        mill(12),
        held("rebels", support="confirmed", evidence=["courier 1", "gazette 1"], dissent=[]),
    ),
    case(
        "a wire story and another's own report confirm",
        6,
        report("gazette", 10, carried_from("wire", REBELS)),
        report("courier", 10, carried_from("wire", REBELS)),
        report("examiner", 11, REBELS),
        mill(12),
        held("rebels", support="confirmed"),
    ),
    case(
        "agreement does not age",
        6,
        report("gazette", 1, took("rebels", 1)),
        report("courier", 20, found("rebels", 20)),
        mill(25),
        held("rebels", support="confirmed", since="2013-01-01", rule="newest evidence"),
    ),
    case(
        "agreement ends with what was agreed on",
        6,
        report("gazette", 1, took("rebels", 1)),
        report("courier", 5, took("army", 5)),
        report("examiner", 9, took("rebels", 9)),
        mill(25),
        held("rebels", support="reported", since="2013-01-09", evidence=["examiner 1"]),
    ),
    case(
        "an origin that changed its mind no longer supports",
        6,
        report("radio", 10, REBELS),
        report("gazette", 10, REBELS),
        report("gazette", 12, ARMY),
        mill(13),
        held("rebels", support="reported", dissent=["gazette 2"], rule="rating"),
    ),
    case(
        "before it changed its mind it did",
        6,
        report("radio", 10, REBELS),
        report("gazette", 10, REBELS),
        report("gazette", 12, ARMY),
        mill(13, known=11),
        held("rebels", support="confirmed"),
    ),
    case(
        "a ministry's own claim alone is claimed",
        6,
        report("ministry", 10, ARMY),
        mill(12),
        held("army", support="claimed"),
    ),
    case(
        "a party that a paper quotes claims as well",
        6,
        report("gazette", 10, said_by("captain", REBELS)),
        mill(12),
        held("rebels", support="claimed"),
    ),
    case(
        "the ministry, its minister and an ally's envoy are one side that gains",
        6,
        report("ministry", 10, ARMY),
        report("gazette", 10, said_by("minister", ARMY)),
        report("courier", 10, said_by("envoy", ARMY)),
        mill(12),
        held("army", support="claimed"),
    ),
    case(
        "the rebels and the clans, their allies, are one side that gains",
        6,
        report("gazette", 10, said_by("captain", REBELS)),
        report("courier", 10, said_by("clans", REBELS)),
        mill(12),
        held("rebels", support="claimed"),
    ),
    case(
        "a claim that a paper found true by itself is confirmed",
        6,
        report("ministry", 10, ARMY),
        report("gazette", 10, ARMY),
        mill(12),
        held("army", support="confirmed"),
    ),
    case(
        "a claim against a neutral report is disputed",
        6,
        report("ministry", 10, ARMY),
        report("gazette", 10, REBELS),
        mill(12),
        disputed(held("army", origins=["ministry"]), held("rebels", origins=["gazette"])),
    ),
    case(
        "a claim against a rated neutral report loses",
        6,
        report("ministry", 11, ARMY),
        report("post", 10, REBELS),
        mill(12),
        held("rebels", support="reported", rule="rating", dissent=["ministry 1"], **SETTLED),
    ),
    case(
        "the claims of both sides are a dispute",
        6,
        report("ministry", 10, ARMY),
        report("rebel-radio", 10, REBELS),
        mill(12),
        disputed(held("army"), held("rebels")),
    ),
    case(
        "a claim that a poor source contradicts stays a claim",
        6,
        report("ministry", 10, ARMY),
        report("tattler", 11, REBELS),
        mill(12),
        held("army", support="claimed", rule="rating", dissent=["tattler 1"]),
    ),
    case(
        "an admission against interest is confirmed alone",
        6,
        report("gazette", 10, said_by("minister", REBELS)),
        mill(12),
        held("rebels", support="confirmed"),
    ),
    case(
        "that somebody holds it against whom nobody stands is no admission",
        6,
        report("gazette", 10, said_by("minister", took("office", 10))),
        mill(12),
        held("office", support="reported"),
    ),
    case(
        "a party that owns to having left admits it",
        6,
        report("gazette", 5, took("army", 5)),
        report("ministry", 10, left("army", 10)),
        mill(12),
        {**VACATED, "support": "confirmed"},
    ),
    case(
        "that the enemy left is claimed",
        6,
        report("gazette", 5, took("army", 5)),
        report("rebel-radio", 10, left("army", 10)),
        mill(12),
        {**VACATED, "support": "claimed"},
    ),
    case(
        "a side that owns to having left what its enemy claims admits that hold",
        6,
        report("rebel-radio", 10, REBELS),
        report("gazette", 12, said_by("minister", left("army", 12))),
        mill(13),
        held("rebels", support="confirmed", evidence=["gazette 1", "rebel-radio 1"], **SETTLED),
    ),
    case(
        "it speaks against itself whoever holds it since, one who is no party too",
        6,
        report("gazette", 10, took("office", 10)),
        report("courier", 12, said_by("minister", left("army", 12))),
        mill(13),
        held("office", support="confirmed"),
    ),
    case(
        "to leave a place to one's own is no admission",
        6,
        report("gazette", 10, took("legion", 10)),
        report("courier", 12, said_by("minister", left("army", 12))),
        mill(13),
        held("legion", support="reported"),
    ),
    case(
        "it admits that too where it had said that it holds it",
        6,
        report("rebel-radio", 10, REBELS),
        report("gazette", 10, said_by("minister", found("army", 10))),
        report("courier", 12, said_by("minister", left("army", 12))),
        mill(13),
        held("rebels", support="confirmed", rule="sequence"),
    ),
    case(
        "that somebody else says the army left is no admission",
        6,
        report("rebel-radio", 10, REBELS),
        report("gazette", 10, said_by("minister", found("army", 10))),
        report("courier", 12, left("army", 12)),
        mill(13),
        held("rebels", support="claimed", rule="sequence"),
    ),
    case(
        "nor is a withdrawal that is denied, or planned",
        6,
        report("rebel-radio", 10, REBELS),
        report("gazette", 12, said_by("minister", {**left("army", 12), "status": "denied"})),
        report("courier", 12, said_by("minister", {**left("army", 12), "status": "planned"})),
        mill(13),
        held("rebels", support="claimed"),
    ),
    case(
        "an ally that stays is admitted by nobody who left",
        6,
        report("rebel-radio", 10, REBELS),
        report("gazette", 12, said_by("minister", left("bandits", 12))),
        mill(13),
        held("rebels", support="claimed", evidence=["rebel-radio 1"]),
    ),
    case(
        "of a fight nobody gains",
        6,
        report("ministry", 10, found("army rebels", 10, state="contested")),
        mill(12),
        {"status": "contested", "support": "reported"},
    ),
]

# -- 6 under every policy: one set of sheets, four answers ---------------------------------------

UPROAR = (
    report("gazette", 10, REBELS),
    report("courier", 10, REBELS),
    report("tattler", 10, REBELS),
    report("radio", 10, ARMY),
    report("examiner", 11, said_by("monitors", found("army rebels", 10, state="mixed"))),
    report("post", 13, took("bandits", 10)),
)

POLICY = [
    case(
        "everyone says otherwise: origin-weighted follows the best rated",
        6,
        *UPROAR,
        mill(14),
        held(
            "army",
            support="reported",
            rule="rating",
            dissent=["courier 1", "examiner 1", "gazette 1", "post 1", "tattler 1"],
            **SETTLED,
        ),
    ),
    case(
        "everyone says otherwise: latest follows who spoke last",
        6,
        *UPROAR,
        mill(14, policy=LATEST),
        held("bandits", support="reported", evidence=["post 1"]),
    ),
    case(
        "everyone says otherwise: majority follows the most origins",
        6,
        *UPROAR,
        mill(14, policy=MAJORITY),
        held("rebels", support="confirmed", **SETTLED),
    ),
    case(
        "everyone says otherwise: official hears only the body of monitors",
        6,
        *UPROAR,
        mill(14, policy=OFFICIAL),
        {"status": "mixed", "holders": ["army", "rebels"], "support": "reported", "dissent": []},
    ),
    case(
        "as many origins on either side: no majority",
        6,
        report("gazette", 10, REBELS),
        report("courier", 10, REBELS),
        report("examiner", 10, ARMY),
        report("post", 10, ARMY),
        mill(12, policy=MAJORITY),
        disputed(held("rebels"), held("army"), **UNKNOWN),
    ),
    case(
        "a majority heeds no ratings",
        6,
        report("tattler", 10, REBELS),
        report("mirror", 10, REBELS),
        report("mission", 10, ARMY),
        mill(12, policy=MAJORITY),
        held("rebels", support="confirmed", dissent=["mission 1"]),
    ),
    case(
        "two papers that carry one story are one voice in a majority",
        6,
        report("gazette", 10, carried_from("wire", REBELS)),
        report("courier", 10, carried_from("wire", REBELS)),
        report("examiner", 10, ARMY),
        mill(12, policy=MAJORITY),
        disputed(held("rebels", origins=["wire"]), held("army", origins=["examiner"])),
    ),
    case(
        "a majority is of those who still say so",
        6,
        report("gazette", 10, REBELS),
        report("courier", 10, REBELS),
        report("courier", 12, ARMY),
        report("examiner", 10, ARMY),
        mill(13, policy=MAJORITY),
        held("army", dissent=["gazette 1"], **SETTLED),
    ),
    case(
        "a majority of what is older gives way to one newer report",
        4,
        report("gazette", 10, REBELS),
        report("courier", 10, REBELS),
        report("examiner", 14, took("army", 14)),
        mill(15, policy=MAJORITY),
        held("army", support="reported", dissent=[]),
    ),
    case(
        "officials speak in papers too, and papers do not",
        6,
        report("gazette", 10, said_by("minister", ARMY)),
        report("radio", 12, took("rebels", 12)),
        mill(13, policy=OFFICIAL),
        held("army", support="claimed"),
    ),
    case(
        "where no official has spoken there is no evidence",
        6,
        report("gazette", 10, said_by("villagers", ARMY)),
        report("radio", 12, took("rebels", 12)),
        mill(13, policy=OFFICIAL),
        None,
    ),
    case(
        "officials can be in dispute",
        6,
        report("ministry", 10, ARMY),
        report("gazette", 10, said_by("monitors", REBELS)),
        mill(13, policy=OFFICIAL),
        disputed(held("army"), held("rebels")),
    ),
    case(
        "without the best rated the rest are in dispute",
        6,
        *UPROAR,
        mill(14, without=("radio", "post")),
        disputed(held("rebels"), {"status": "mixed", "holders": ["army", "rebels"]}),
    ),
    case(
        "only one paper: what it would have us believe",
        6,
        *UPROAR,
        mill(14, only=("gazette",)),
        held("rebels", support="reported", dissent=[]),
    ),
    case(
        "without an origin goes whatever paper carried it",
        6,
        report("gazette", 10, carried_from("wire", REBELS)),
        report("courier", 10, carried_from("wire", REBELS)),
        mill(12, without=("wire",)),
        None,
    ),
]

# -- 7: numbers ----------------------------------------------------------------------------------

THOUSAND = troops(number(1000), 10)
_500_TO_800 = (500, None, 800, "between")
_TEN_OR_MORE = number(low=10, comparator="at least")
_HUNDRED_OR_5000: tuple[Row, Row] = ({"low": 100}, {"low": 5000})
_MORE: Row = {"semantics": "change"}

NUMBERS = [
    case(
        "numbers whose ranges overlap do not conflict",
        6,
        report("gazette", 10, troops(number(low=900, high=1100, comparator="between"), 10)),
        report("courier", 10, troops(number(low=1000, high=1500, comparator="between"), 10)),
        ask_for(ARMY_IN_VALLEY, 11),
        {"support": "confirmed", "dissent": [], **SETTLED},
    ),
    case(
        "at least so many and more than that agree",
        6,
        report("gazette", 10, troops(number(low=800, comparator="at least"), 10)),
        report("courier", 10, THOUSAND),
        ask_for(ARMY_IN_VALLEY, 11),
        {"support": "confirmed", **SETTLED},
    ),
    *(
        case(
            f"a bound backs no number that lies far from it ({best:,})",
            6,
            report("gazette", 10, troops(bound, 10)),
            report("courier", 12, troops(number(best), 12)),
            ask_for(ARMY_IN_VALLEY, 13),
            {"best": best, "support": support, "dissent": []},
        )
        for bound, best, support in (
            ({"high": 2000, "comparator": "at most"}, 12, "reported"),
            ({"high": 2000, "comparator": "at most"}, 1001, "confirmed"),
            ({"low": 10, "comparator": "at least"}, 5000, "reported"),
            ({"low": 10, "comparator": "more than"}, 19, "confirmed"),
        )
    ),
    case(
        "numbers apart are disputed, with the envelope of both",
        6,
        report("gazette", 10, THOUSAND),
        report("courier", 10, troops(number(1500), 10)),
        ask_for(ARMY_IN_VALLEY, 11),
        disputed(
            {"best": 1000, "origins": ["gazette"]},
            {"best": 1500, "origins": ["courier"]},
            low=1000,
            high=1500,
            unexplained=None,
            **NO_NUMBER,
        ),
    ),
    case(
        "numbers apart: the better rating wins",
        6,
        report("radio", 10, THOUSAND),
        report("post", 10, troops(number(1500), 10)),
        ask_for(ARMY_IN_VALLEY, 11),
        {"best": 1000, "support": "reported", "rule": "rating", "dissent": ["post 1"]},
    ),
    case(
        "who agrees with both of two rivals decides for neither",
        6,
        report("gazette", 10, THOUSAND),
        report("courier", 10, troops(number(1500), 10)),
        report("mission", 10, troops(number(low=1, comparator="at least"), 10)),
        ask_for(ARMY_IN_VALLEY, 11),
        {"support": "disputed", "best": None},
    ),
    case(
        "a newer total supersedes an older",
        4,
        report("gazette", 10, THOUSAND),
        report("courier", 14, troops(number(1500), 14)),
        ask_for(ARMY_IN_VALLEY, 14),
        {"best": 1500, "support": "reported", "dissent": [], **SETTLED},
    ),
    *(
        case(
            f"about {hedged} reaches {exact}: the two agree",
            6,
            report("gazette", 10, troops(about(hedged), 10)),
            report("courier", 10, troops(number(exact), 10)),
            ask_for(ARMY_IN_VALLEY, 11),
            {"support": "confirmed", **SETTLED},
        )
        for hedged, exact in ((500, 400), (500, 600), (1400, 1500), (250, 260), (32, 31))
    ),
    *(
        case(
            f"about {hedged} does not reach {exact}: the two are disputed",
            6,
            report("gazette", 10, troops(about(hedged), 10)),
            report("courier", 10, troops(number(exact), 10)),
            ask_for(ARMY_IN_VALLEY, 11),
            disputed({"best": hedged, "comparator": "about"}, {"best": exact}, **NO_NUMBER),
        )
        for hedged, exact in ((500, 399), (500, 601), (1400, 1501), (250, 261), (32, 34))
    ),
    *(
        case(
            f"of numbers that agree the row shows the most definite, {order} told last",
            6,
            report("gazette", vague, troops(number(low=800, comparator="at least"), 10)),
            report("courier", definite, THOUSAND),
            ask_for(ARMY_IN_VALLEY, 12),
            {"low": 1000, "best": 1000, "high": 1000, "support": "confirmed"},
        )
        for order, vague, definite in (("vague", 11, 10), ("definite", 10, 11))
    ),
    *(
        case(
            f"a word without a number takes no number away, {order} told last",
            6,
            report("gazette", vague, troops(number(comparator="many"), 10)),
            report("courier", definite, THOUSAND),
            ask_for(ARMY_IN_VALLEY, 12),
            {"best": 1000, "support": "reported", **SETTLED},
        )
        for order, vague, definite in (("word", 11, 10), ("number", 10, 11))
    ),
    case(
        "presence without a number keeps the number and backs none",
        7,
        report("gazette", 10, THOUSAND),
        report("courier", 10, troops(None, 10, kind="ForcesPositioned")),
        ask_for(ARMY_IN_VALLEY, 11),
        {"best": 1000, "support": "reported", **SETTLED},
    ),
    case(
        "a change moves the last total, and rests on who told of the change",
        7,
        report("gazette", 10, THOUSAND),
        report("radio", 10, THOUSAND),
        report("courier", 12, troops(more_by(200), 12)),
        ask_for(ARMY_IN_VALLEY, 13),
        {"best": 1200, "support": "reported", "since": "2013-01-12", **SETTLED},
    ),
    case(
        "a change told twice counts once, and is confirmed by both",
        7,
        report("gazette", 10, THOUSAND),
        report("courier", 12, troops(more_by(200), 12)),
        report("radio", 14, troops(more_by(200), "[2013-01-11..2013-01-13]")),
        ask_for(ARMY_IN_VALLEY, 15),
        {"best": 1200, "support": "confirmed", **SETTLED},
    ),
    case(
        "a change told with and without a hedge counts once",
        7,
        report("gazette", 10, THOUSAND),
        report("courier", 12, troops(more_by(200), 12)),
        report("radio", 12, troops({**more_by(200), "comparator": "about"}, 12)),
        ask_for(ARMY_IN_VALLEY, 15),
        {"best": 1200, "support": "confirmed"},
    ),
    *(
        case(
            f"a total that a change of its own day makes good holds it, {order} told last",
            7,
            report("gazette", 10, THOUSAND),
            report("courier", change, troops(more_by(200), 12)),
            report("radio", total, troops(number(1200), 12)),
            ask_for(ARMY_IN_VALLEY, 15),
            {"best": 1200, "unexplained": None, **SETTLED},
        )
        for order, change, total in (("total", 12, 13), ("change", 13, 12))
    ),
    case(
        "changes on days apart count each",
        7,
        report("gazette", 10, THOUSAND),
        report("courier", 12, troops(more_by(200), 12)),
        report("radio", 14, troops(more_by(200), 14)),
        ask_for(ARMY_IN_VALLEY, 15),
        {"best": 1400},
    ),
    case(
        "a change before the last total is in it",
        7,
        report("gazette", 8, troops(more_by(200), 8)),
        report("courier", 10, THOUSAND),
        ask_for(ARMY_IN_VALLEY, 15),
        {"best": 1000, "support": "reported", "unexplained": None},
    ),
    case(
        "a change bears on every total in dispute",
        7,
        report("gazette", 10, THOUSAND),
        report("courier", 10, troops(number(1500), 10)),
        report("radio", 12, troops(more_by(200), 12)),
        ask_for(ARMY_IN_VALLEY, 13),
        disputed({"best": 1200}, {"best": 1700}, low=1200, high=1700, **NO_NUMBER),
    ),
    *(
        case(
            f"a change of {said} settles no dispute of 100 and {other}",
            7,
            report("gazette", 10, troops(number(100), 10)),
            report("courier", 10, troops(number(other), 10)),
            report("radio", 12, troops({**change, "semantics": "change"}, 12)),
            report("radio", 14, troops({**change, "semantics": "change"}, 14)),
            ask_for(ARMY_IN_VALLEY, 15),
            disputed(*({"comparator": hedge, **one} for one in values), low=values[0]["low"]),
        )
        for said, change, other, hedge, values in (
            ("at least 10", _TEN_OR_MORE, 5000, "at least", ({"low": 120}, {"low": 5020})),
            ("dozens", number(comparator="dozens"), 5000, "at least", _HUNDRED_OR_5000),
            (
                "10 to 100",
                number(low=10, high=100, comparator="between"),
                150,
                "between",
                ({"low": 120, "high": 300}, {"low": 170, "high": 350}),
            ),
        )
    ),
    case(
        "what lost by its rating is not revived by a change without an upper end",
        7,
        report("radio", 10, killed("rebels", in_all(35), 10)),
        report("tattler", 10, killed("rebels", in_all(60), 10)),
        report("courier", 12, killed("rebels", {**number(comparator="dozens"), **_MORE}, 12)),
        ask_for(REBELS_KILLED, 13),
        {"low": 35, "best": None, "comparator": "at least", "dissent": ["tattler 1"]},
    ),
    *(
        case(
            f"a total of {total} that comes after a change is newer than the two in dispute",
            7,
            report("gazette", 10, troops(number(100), 10)),
            report("courier", 10, troops(number(5000), 10)),
            report("radio", 12, troops({**_TEN_OR_MORE, **_MORE}, 12)),
            report("chronicle", 14, troops(number(total), 14)),
            ask_for(ARMY_IN_VALLEY, 15),
            {"best": total, "support": "reported", "unexplained": None, **SETTLED},
        )
        for total in (300, 6000)
    ),
    case(
        "a total told later the same day fits what a change of its morning left open",
        7,
        report("gazette", 10, troops(number(100), 10)),
        report("radio", 10, troops({**_TEN_OR_MORE, **_MORE}, "2013-01-10T06:00:00Z")),
        report("courier", 10, troops(number(5000), "2013-01-10T18:00:00Z")),
        report("radio", 12, troops({**_TEN_OR_MORE, **_MORE}, 12)),
        ask_for(ARMY_IN_VALLEY, 13),
        {"low": 5010, "comparator": "at least", **SETTLED},
    ),
    case(
        "of two counts that differ nobody is left by either, and one of them explains it",
        7,
        report("gazette", 10, troops(number(100), 10)),
        report("courier", 10, troops(number(50), 10)),
        report("radio", 12, troops(more_by(100), 12, kind=OUT)),
        ask_for(ARMY_IN_VALLEY, 13),
        {"best": 0, "unexplained": None, **SETTLED},
    ),
    *(
        case(
            f"more leave than were there: {left} of {said}",
            7,
            report("gazette", 10, troops(there, 10)),
            report("radio", 12, troops({**gone, **_MORE}, 12, kind=OUT)),
            ask_for(ARMY_IN_VALLEY, 13),
            {figure: 0, "unexplained": unexplained},
        )
        for left, said, there, gone, figure, unexplained in (
            ("150", "100", number(100), number(150), "best", 50),
            ("100", "100", number(100), number(100), "best", None),
            ("150", "about 100", about(100), number(150), "best", 50),
            ("110", "about 100", about(100), number(110), "best", None),
            ("about 150", "100", number(100), about(150), "best", 50),
            (
                "at least 150",
                "100",
                number(100),
                number(low=150, comparator="at least"),
                "high",
                50,
            ),
            (
                "150",
                "at least 100",
                number(low=100, comparator="at least"),
                number(150),
                "low",
                None,
            ),
        )
    ),
    *(
        case(
            f"more leave than were there, and then {then}",
            7,
            report("gazette", 8, troops(number(400), 8)),
            report("gazette", 10, troops(number(100), 10)),
            report("radio", 12, troops(more_by(150), 12, kind=OUT)),
            told,
            ask_for(ARMY_IN_VALLEY, 15),
            {"best": best, "unexplained": unexplained},
        )
        for then, told, best, unexplained in (
            ("20 more", report("radio", 14, troops(more_by(20), 14, kind=OUT)), 0, -230),
            ("20 come", report("radio", 14, troops(more_by(20), 14)), 20, -250),
            ("20 are there", report("radio", 14, troops(number(20), 14)), 20, 20),
        )
    ),
    case(
        "more leave than are known to have come: how many were there is not known",
        7,
        report("gazette", 10, troops(more_by(100), 10)),
        report("radio", 12, troops(more_by(150), 12, kind=OUT)),
        ask_for(ARMY_IN_VALLEY, 13),
        {"best": 0, "unexplained": None},
    ),
    *(
        case(
            f"a total of {total} after 1,000 and 200 more leaves {unexplained} unexplained",
            7,
            report("gazette", 10, THOUSAND, troops(more_by(200), 12)),
            report("courier", 14, troops(number(total), 14)),
            ask_for(ARMY_IN_VALLEY, 15),
            {"best": total, "unexplained": unexplained},
        )
        for total, unexplained in ((1500, 300), (1200, None), (900, -300))
    ),
    case(
        "a total within what was told vaguely before is explained",
        7,
        report("gazette", 10, troops(about(500), 10)),
        report("courier", 14, troops(number(550), 14)),
        ask_for(ARMY_IN_VALLEY, 15),
        {"best": 550, "unexplained": None},
    ),
    *(
        case(
            f"a total of {total} within what a sum of about 500 and {said} reaches is explained",
            7,
            report("gazette", 10, troops(about(500), 10)),
            report("courier", 12, troops({**more, "semantics": "change"}, 12)),
            report("gazette", 14, troops(number(total), 14)),
            ask_for(ARMY_IN_VALLEY, 15),
            {"best": total, "unexplained": unexplained},
        )
        for said, more, total, unexplained in (
            ("7", number(7), 407, None),
            ("7", number(7), 550, None),
            ("7", number(7), 608, 101),
            ("100 to 200", number(low=100, high=200, comparator="between"), 550, None),
        )
    ),
    case(
        "a joint force is never split",
        7,
        report("gazette", 10, troops(number(900), 10, by="legion army")),
        ask_for(ARMY_IN_VALLEY, 12),
        None,
    ),
    case(
        "a joint force is one, in whatever order it is named",
        7,
        report("gazette", 10, troops(number(900), 10, by="legion army")),
        report("courier", 10, troops(number(900), 10, by="army legion")),
        ask_for("army+legion/valley/troops/deployed", 12),
        {"best": 900, "actors": ["army", "legion"], "support": "confirmed"},
    ),
    *(
        case(
            f"another kind of number, {kind}: {first}, then {then}",
            7,
            report("gazette", 10, troops(first, 10)),
            report("courier", 12, troops({**then, "semantics": "change"}, 12, kind=kind)),
            ask_for("army/valley/troops/deployed", 13),
            dict(zip(("low", "best", "high", "comparator"), expected, strict=True)),
        )
        for first, then, kind, expected in (
            (
                number(low=500, comparator="at least"),
                number(100, comparator="about"),
                IN,
                (580, None, None, "at least"),
            ),
            (
                number(high=700, comparator="at most"),
                number(50, comparator="about"),
                IN,
                (40, None, 760, "between"),
            ),
            (
                number(low=500, comparator="at least"),
                number(high=50, comparator="at most"),
                IN,
                (500, None, None, "at least"),
            ),
            (
                number(500, comparator="about"),
                number(low=10, high=20, comparator="between"),
                IN,
                (410, None, 620, "between"),
            ),
            (about(500), number(low=100, high=200, comparator="between"), IN, _500_TO_800),
            (about(500), number(7), IN, (407, 507, 607, "about")),
            (about(500), about(100), IN, (480, 600, 720, "about")),
            (about(500), about(450), OUT, (0, 50, 160, "about")),
            (about(990), number(10), IN, (990, 1000, 1010, "about")),
            (number(low=50, comparator="more than"), number(60), OUT, (0, None, None, "at least")),
            (number(high=50, comparator="fewer than"), number(60), OUT, (None, None, 0, "at most")),
            (about(500), number(comparator="dozens"), IN, (400, None, None, "at least")),
            (number(comparator="many"), about(500), IN, (400, None, None, "at least")),
            (number(500), number(comparator="dozens"), IN, (500, None, None, "at least")),
            (number(500), number(comparator="dozens"), OUT, (None, None, 500, "at most")),
            (
                number(500, comparator="about"),
                number(low=50, comparator="at least"),
                OUT,
                (None, None, 550, "at most"),
            ),
        )
    ),
    *(
        case(
            f"so many more who {what} over some days are still counted after them",
            7,
            report("gazette", 8, troops(number(500), 8)),
            report("courier", 14, troops(more_by(200), SPAN, kind=kind)),
            ask_for(ARMY_IN_VALLEY, 16),
            {"best": best, "since": INSIDE, "certainty": "certain"},
        )
        for what, kind, best in (("came", IN, 700), ("left", OUT, 300))
    ),
    case(
        "a pledge keeps what is not yet there",
        7,
        report("gazette", 10, pledged(number(2500), 20)),
        report("courier", 14, troops(number(1400), 14)),
        ask_for(PLEDGED, 15),
        {"best": 2500, "remainder": 1100},
    ),
    case(
        "a pledge: those known in one place of the area are there",
        7,
        report("gazette", 10, pledged(number(2500), 20)),
        report("courier", 14, troops(number(400), 14, place="mill")),
        report("radio", 14, troops(number(300), 14, place="ford")),
        ask_for(PLEDGED, 15),
        {"best": 2500, "remainder": 2100},
    ),
    *(
        case(
            f"a joint pledge of whom {who} came to the {place}: how many did in all",
            7,
            report("gazette", 10, pledged(number(2000), 20, by="army rebels legion")),
            report("courier", 14, troops(number(250), 14, by=who, place=place)),
            ask_for("army+legion+rebels/valley/troops/pledged", 15),
            {"best": 2000, "remainder": left},
        )
        for who, place, left in (
            ("army rebels", "valley", None),
            ("legion", "mill", None),
            ("legion", "land", 2000),
        )
    ),
    case(
        "a pledge that more than came for leaves nothing open",
        7,
        report("gazette", 10, pledged(number(500), 20)),
        report("courier", 14, troops(number(900), 14)),
        ask_for(PLEDGED, 15),
        {"best": 500, "remainder": 0},
    ),
    *(
        case(
            f"a pledge of so many more, as of the {as_of}th",
            7,
            report("gazette", 8, troops(number(1700), 8)),
            report("courier", 10, pledged(number(800, semantics="change"), 20)),
            report("radio", 14, troops(number(300, semantics="change"), 14)),
            report("gazette", 16, troops(number(2600), 16)),
            ask_for(PLEDGED, as_of),
            {"best": 800, "additional": True, "remainder": left},
        )
        for as_of, left in ((11, 800), (15, 500), (17, 0))
    ),
    *(
        case(
            f"who has come for a pledge {said} and left again has come all the same",
            7,
            report("gazette", 8, troops(number(300), 8)),
            report("courier", 10, pledged(promised, 20)),
            report("radio", 12, troops(number(700), 12)),
            report("radio", 14, troops(more_by(500), 14, kind=OUT)),
            ask_for(PLEDGED, 15),
            {"additional": more, "remainder": left},
        )
        for said, promised, more, left in (
            ("in all", number(800), False, 100),
            ("of so many more", more_by(800), True, 400),
        )
    ),
    case(
        "who left before a pledge was made has not come for it",
        7,
        report("gazette", 8, troops(number(900), 8)),
        report("gazette", 9, troops(more_by(600), 9, kind=OUT)),
        report("courier", 10, pledged(number(800), 20)),
        ask_for(PLEDGED, 15),
        {"remainder": 500},
    ),
    case(
        "a pledge of at least so many is of so many",
        7,
        report("courier", 10, pledged(number(low=500, comparator="at least"), 20)),
        ask_for(PLEDGED, 15),
        {"best": None, "remainder": 500},
    ),
    case(
        "a pledge of so many more than nobody knows",
        7,
        report("courier", 10, pledged(number(800, semantics="change"), 20)),
        report("gazette", 14, troops(number(2000), 14)),
        ask_for(PLEDGED, 15),
        {"additional": True, "remainder": None},
    ),
    case(
        "a pledge of so many more, of whom nobody is known to have come",
        7,
        report("courier", 10, pledged(number(800, semantics="change"), 20)),
        ask_for(PLEDGED, 15),
        {"additional": True, "remainder": 800},
    ),
    case(
        "a pledge of so many more, and some of those who were there left",
        7,
        report("gazette", 8, troops(number(1700), 8)),
        report("courier", 10, pledged(number(800, semantics="change"), 20)),
        report("gazette", 14, troops(number(1500), 14)),
        ask_for(PLEDGED, 15),
        {"additional": True, "remainder": 800},
    ),
    case(
        "a pledge in all that has grown is one in all",
        7,
        report("gazette", 8, troops(number(1700), 8)),
        report("courier", 10, pledged(number(2500), 20)),
        report("courier", 12, pledged(number(500, semantics="change"), 20)),
        ask_for(PLEDGED, 15),
        {"best": 3000, "additional": False, "remainder": 1300},
    ),
    case(
        "a pledge without a number has no remainder",
        7,
        report("gazette", 10, pledged(number(comparator="many"), 20)),
        report("courier", 14, troops(number(1400), 14)),
        ask_for(PLEDGED, 15),
        {"best": None, "remainder": None},
    ),
    case(
        "a pledge is not lessened by who is elsewhere, or by another's troops",
        7,
        report("gazette", 10, pledged(number(2500), 20)),
        report("courier", 14, troops(number(1000), 14)),
        report("radio", 14, troops(number(9000), 14, place="land")),
        report("post", 14, troops(number(2000), 14, by="legion")),
        ask_for(PLEDGED, 15),
        {"remainder": 1500},
    ),
]

LOSSES = [
    *(
        case(
            f"a count since the beginning as of the {as_of}th",
            7,
            report("gazette", 10, killed("rebels", in_all(100), 10)),
            report("gazette", 12, killed("rebels", in_all(120), 12)),
            report("gazette", 14, killed("rebels", in_all(110), 14)),
            ask_for(REBELS_KILLED, as_of),
            {"best": best, "cumulative": True, "restated": restated, "support": "reported"},
        )
        for as_of, best, restated in ((11, 100, None), (13, 120, None), (15, 110, -10))
    ),
    *(
        case(
            f"{what} stay lost once the span is over",
            7,
            report("gazette", 14, killed("rebels", said, SPAN)),
            ask_for(REBELS_KILLED, 16),
            {"best": 60, "since": INSIDE, "certainty": "certain"},
        )
        for what, said in (
            ("those killed over some days", more_by(60)),
            ("those counted", in_all(60)),
        )
    ),
    case(
        "losses later than the count are on top of it",
        7,
        report("gazette", 10, killed("rebels", in_all(100), 10)),
        report("courier", 12, killed("rebels", more_by(5), 12)),
        ask_for(REBELS_KILLED, 13),
        {"best": 105},
    ),
    *(
        case(
            f"as many lost on one day {said}",
            7,
            report("gazette", 12, killed("rebels", more_by(7), 11, one)),
            report("courier", 12, killed("rebels", more_by(7), 11, other)),
            ask_for(REBELS_KILLED, 13),
            {"best": best},
        )
        for said, one, other, best in (
            ("in two places are twice as many", "mill", "ford", 14),
            ("in a place and in one around it are those", "mill", "valley", 7),
            ("in a place and nobody says where are those", "mill", None, 7),
        )
    ),
    case(
        "counts of the same day that differ are disputed",
        6,
        report("gazette", 10, killed("rebels", in_all(100), 10)),
        report("courier", 10, killed("rebels", in_all(20), 10)),
        ask_for(REBELS_KILLED, 11),
        disputed({"best": 100}, {"best": 20}, low=20, high=100, **NO_NUMBER),
    ),
    case(
        "the enemy's losses are claimed",
        6,
        report("ministry", 10, killed("rebels", in_all(100), 10)),
        ask_for(REBELS_KILLED, 11),
        {"best": 100, "support": "claimed"},
    ),
    case(
        "a side's own losses are admitted",
        6,
        report("gazette", 10, said_by("captain", killed("rebels", in_all(100), 10))),
        ask_for(REBELS_KILLED, 11),
        {"best": 100, "support": "confirmed"},
    ),
    case(
        "another's count of losses is reported",
        6,
        report("gazette", 10, said_by("monitors", killed("rebels", in_all(100), 10))),
        ask_for(REBELS_KILLED, 11),
        {"best": 100, "support": "reported"},
    ),
]

# -- 8: alerts -----------------------------------------------------------------------------------

RED = {"level": "red", "rank": 3, "authority": "office"}
NO_LEVEL: Row = {"level": None, "rank": None, "alias": None, "modifiers": []}

ALERTS = [
    case(
        "the authority's level stands against a paper's report of another",
        8,
        report("gazette", 12, raised("red", 12)),
        report("courier", 12, stands_at("amber", 12)),
        ask_for(LANTERN, 13),
        {**RED, "rule": "authority", "support": "reported", "dissent": ["courier 1"], **SETTLED},
    ),
    case(
        "the authority's level stands against a better rated report",
        8,
        report("tattler", 12, raised("red", 12)),
        report("mission", 12, stands_at("amber", 12)),
        ask_for(LANTERN, 13),
        {**RED, "rule": "authority", "dissent": ["mission 1"]},
    ),
    case(
        "a person of the authority's speaks for it",
        8,
        report("gazette", 12, raised("red", 12, by="warden")),
        report("courier", 12, stands_at("amber", 12)),
        ask_for(LANTERN, 13),
        {**RED, "rule": "authority", "dissent": ["courier 1"]},
    ),
    case(
        "the authority that states its level is heard before those who report another",
        8,
        report("gazette", 12, said_by("warden", stands_at("red", 12))),
        report("radio", 12, stands_at("amber", 12)),
        ask_for(LANTERN, 13),
        {**RED, "rule": "authority", "dissent": ["radio 1"]},
    ),
    case(
        "who has no authority changes no level: a report among others",
        8,
        report("gazette", 12, raised("red", 12, by="army")),
        report("courier", 12, stands_at("amber", 12)),
        ask_for(LANTERN, 13),
        disputed({"level": "red"}, {"level": "amber"}, **NO_LEVEL),
    ),
    case(
        "reports of two levels: the better rating wins",
        6,
        report("gazette", 12, stands_at("red", 12)),
        report("mirror", 12, stands_at("amber", 12)),
        ask_for(LANTERN, 13),
        {**RED, "rule": "rating", "dissent": ["mirror 1"]},
    ),
    case(
        "a lowering from a level comes after the rise to it",
        5,
        report("gazette", 12, raised("red", 12)),
        report(
            "courier",
            12,
            raised("amber", 12) | {"kind": "ThreatLevelLowered", "from_level": "red"},
        ),
        ask_for(LANTERN, 13),
        {"level": "amber", "support": "reported", **SETTLED},
    ),
    *(
        case(
            f"a rise from another level begins anew what was reported before ({policy})",
            8,
            report("gazette", 3, stands_at("red", 2)),
            report("courier", 12, {**raised("red", 12), "from_level": "amber"}),
            ask_for(LANTERN, 13, policy=policy),
            {**RED, "since": "2013-01-12", "support": "reported", "evidence": ["courier 1"]},
        )
        for policy in (WEIGHTED, LATEST, MAJORITY)
    ),
    case(
        "two who tell of one rise from another level: one, since the narrower",
        8,
        report("gazette", 3, stands_at("red", 2)),
        report("courier", 12, {**raised("red", 12), "from_level": "amber"}),
        report(
            "examiner", 14, {**raised("red", "[2013-01-10..2013-01-13]"), "from_level": "amber"}
        ),
        ask_for(LANTERN, 14),
        {**RED, "since": "2013-01-12", "support": "confirmed", **SETTLED},
    ),
    case(
        "a rise that names no level before it goes on from what was reported",
        8,
        report("gazette", 3, stands_at("red", 2)),
        report("courier", 12, raised("red", 12)),
        ask_for(LANTERN, 13),
        {**RED, "since": "[..2013-01-02]", "support": "confirmed", **SETTLED},
    ),
    case(
        "a rise from that very level began nothing",
        8,
        report("gazette", 3, stands_at("red", 2)),
        report("courier", 12, {**raised("red", 12), "from_level": "red"}),
        ask_for(LANTERN, 13),
        {**RED, "since": "[..2013-01-02]", "support": "confirmed", **SETTLED},
    ),
    case(
        "who has no authority begins no level anew",
        8,
        report("gazette", 3, stands_at("red", 2)),
        report("courier", 12, {**raised("red", 12, by="army"), "from_level": "amber"}),
        ask_for(LANTERN, 13),
        {**RED, "since": "[..2013-01-02]", "support": "confirmed", **SETTLED},
    ),
    case(
        "a level doubled is another level",
        6,
        report("gazette", 12, stands_at("red", 12)),
        report("courier", 12, stands_at("bright red", 12)),
        ask_for(LANTERN, 13),
        disputed({"level": "red", "rank": 3}, {"level": "red", "rank": 3.5}, **NO_LEVEL),
    ),
    case(
        "reports of what the authority set confirm it",
        8,
        report("gazette", 12, raised("red", 12)),
        report("courier", 15, stands_at("red", 15)),
        ask_for(LANTERN, 16),
        {**RED, "support": "confirmed", "since": "2013-01-12", **SETTLED},
    ),
    case(
        "one report of a level and of its rise: in force since the rise",
        3,
        report("gazette", 12, stands_at("red", 12, since=5), raised("bright red", 12)),
        ask_for(LANTERN, 13),
        {"level": "red", "alias": "bright red", "rank": 3.5, "since": "2013-01-12"},
    ),
    case(
        "two threats of one day do not contradict each other",
        8,
        report("gazette", 12, fact("ThreatIssued", by=["rebels"], against=["army"], when=day(12))),
        report(
            "courier",
            12,
            fact("ThreatIssued", by=["rebels"], against=["army"], when=day(12))
            | {"gist": "Another threat"},
        ),
        ask_for("threat/army", 13),
        {"support": "reported", "level": None, **SETTLED},
    ),
]

# -- 9: certain and possible ---------------------------------------------------------------------

CERTAINTY = [
    case(
        "within its bounds a start is only possible",
        9,
        report("gazette", 9, took("army", 9)),
        report("courier", 14, took("rebels", "[2013-01-11..2013-01-13]")),
        mill(12),
        held("army", certainty="possible", possibly=[held("rebels")], values=[]),
    ),
    case(
        "after its bounds a start is certain",
        9,
        report("gazette", 9, took("army", 9)),
        report("courier", 14, took("rebels", "[2013-01-11..2013-01-13]")),
        mill(13),
        held("rebels", certainty="certain", possibly=[]),
    ),
    case(
        "before its bounds a start is not even possible",
        9,
        report("gazette", 9, took("army", 9)),
        report("courier", 14, took("rebels", "[2013-01-11..2013-01-13]")),
        mill(10),
        held("army", certainty="certain", possibly=[]),
    ),
    case(
        "they may have left already: possibly vacated",
        9,
        report("gazette", 9, took("rebels", 9)),
        report("courier", 14, left("rebels", "[2013-01-11..2013-01-13]")),
        mill(12),
        held("rebels", certainty="possible", possibly=[VACATED]),
    ),
    case(
        "what has occurred began by its publication",
        9,
        report("gazette", 12, took("rebels", "2013-01")),
        mill(12),
        held("rebels", certainty="certain"),
    ),
    case(
        "what may have come does not end a dispute",
        9,
        report("gazette", 10, REBELS),
        report("courier", 10, ARMY),
        report("examiner", 16, took("bandits", "[2013-01-12..2013-01-15]")),
        mill(13),
        disputed(
            held("rebels"),
            held("army"),
            certainty="possible",
            possibly=[held("bandits")],
            **UNKNOWN,
        ),
    ),
    case(
        "a start told more narrowly narrows since",
        9,
        report("gazette", 20, took("rebels", "2013-01-14~")),
        report("courier", 20, took("rebels", 14)),
        mill(20),
        held("rebels", since="2013-01-14", support="confirmed"),
    ),
]

# -- lists that stand ----------------------------------------------------------------------------

LISTS = [
    case(
        "a list repeats itself: what it said once it says still",
        2,
        listing(5, found("army", 5)),
        mill(20),
        held("army", support="reported", since="[..2013-01-05]"),
    ),
    case(
        "a fresh report is in dispute with a list for a day",
        4,
        listing(5, found("army", 5)),
        report("gazette", 14, took("rebels", 14)),
        mill("2013-01-15T12:00:00Z"),
        disputed(
            held("army", origins=["roster"]),
            held("rebels", origins=["gazette"]),
            last_undisputed=held("army"),
        ),
    ),
    case(
        "a list that goes on saying so wins after a day",
        4,
        listing(5, found("army", 5)),
        report("gazette", 14, took("rebels", 14)),
        mill(16),
        held("army", support="reported", rule="newest evidence", dissent=[], **SETTLED),
    ),
    case(
        "a list that changes says only the new",
        4,
        listing(5, found("army", 5)),
        listing(12, found("rebels", 12)),
        mill(13),
        held("rebels", support="reported", dissent=[], **SETTLED),
    ),
    case(
        "before a list changed it said the old",
        4,
        listing(5, found("army", 5)),
        listing(12, found("rebels", 12)),
        mill(11),
        held("army"),
    ),
    case(
        "a list is one origin, however often it says so",
        6,
        listing(5, found("army", 5)),
        listing(12, found("army", 12)),
        mill(13),
        held("army", support="reported"),
    ),
    case(
        "the best rated of a day weighs against a list",
        6,
        listing(5, found("army", 5)),
        report("radio", 14, took("rebels", 14)),
        mill(14),
        held("rebels", rule="rating", dissent=["roster 1"], **SETTLED),
    ),
]

# -- 5 to 7: what others tell moves what somebody said ------------------------------------------

MOVED = [
    case(
        "who leaves a fight leaves the place to those who stay, beside whoever is found there",
        5,
        report("gazette", 11, entered("army bandits", 10, "yes")),
        report("mission", "2013-01-11T12:00:00Z", found("guard", "2013-01-11T12:00:00Z")),
        report("courier", 12, left("bandits", 11)),
        mill(12),
        held("army", "guard"),
    ),
    case(
        "a hold that ends leaves what others say of the place: it is not vacated",
        5,
        report("gazette", 12, entered("clans", "[2013-01-09..2013-01-11]", "yes")),
        report("courier", 12, took("brigade", "[2013-01-10..2013-01-11]")),
        report("examiner", 13, left("brigade", 12)),
        mill(13),
        {"status": "contested", "holders": ["clans"], "support": "reported"},
    ),
    case(
        "a siege is told by whoever tells of it, not by whoever told who is inside",
        6,
        report("gazette", 10, took("army", 10)),
        report("courier", 12, besieged("rebels", 12)),
        report("examiner", 13, found("army", 13)),
        mill(13),
        {"status": "besieged", "holders": ["army"], "support": "reported"},
    ),
    case(
        "besiegers who hold the place besiege it no more",
        5,
        report("gazette", 10, took("army bandits", 10)),
        report("courier", 12, besieged("rebels", 12)),
        report("examiner", 15, took("bandits rebels", 15)),
        mill(16),
        held("bandits", "rebels"),
    ),
    case(
        "whose part of a hold has left backs what is left of it no more",
        6,
        report("gazette", 10, entered("army", 10, "no")),
        report("courier", 11, found("legion", 11)),
        report("examiner", 14, left("army", 14)),
        mill(14),
        held("legion", support="reported"),
    ),
    case(
        "a recapture that is besieged since still comes after the hold that it overturned",
        5,
        report("gazette", 11, took("army", "[2013-01-09..2013-01-10]")),
        report("courier", 11, retook("rebels", 10)),
        report("examiner", 12, besieged("army", 12)),
        mill(12),
        {"status": "besieged", "holders": ["rebels"], "besiegers": ["army"], "dissent": []},
    ),
    case(
        "of two totals since one day the later is compared with the earlier",
        7,
        report("gazette", 12, troops(number(1000), "2013-01-10/..", status="ongoing")),
        report("courier", 15, troops(number(400), "2013-01-10/..", status="ongoing")),
        ask_for(ARMY_IN_VALLEY, 16),
        {"best": 400, "unexplained": -600},
    ),
    case(
        "a count that its own source states anew of one day is restated",
        7,
        report("gazette", 12, killed("rebels", in_all(200), 10)),
        report("gazette", 14, killed("rebels", in_all(150), 10)),
        ask_for(REBELS_KILLED, 15),
        {"best": 150, "restated": -50},
    ),
    case(
        "an older number that fits the newest one confirms it",
        6,
        report("gazette", 12, killed("rebels", in_all(500), 10)),
        report("courier", 15, killed("rebels", number(low=300, comparator="at least"), 14)),
        ask_for(REBELS_KILLED, 16),
        {"low": 300, "support": "confirmed"},
    ),
]

_CLOSE = (("courier", "radio"), ("radio", "courier"))
_FIVE_HUNDRED = report("gazette", 8, troops(number(500), 8))

LEFT_OPEN = [
    *(
        case(
            f"a total of {said} of one day leaves open what it is more than before, {first} first",
            7,
            _FIVE_HUNDRED,
            report(first, 12, troops(one, 12)),
            report(then, told, troops(other, 12)),
            ask_for(ARMY_IN_VALLEY, 14),
            {"best": best, "unexplained": best - 500, "support": "confirmed"},
        )
        for first, then in _CLOSE
        for said, one, other, told, best in (
            ("800, and about 800", number(800), about(800), 12, 800),
            ("about 800, and 750", about(800), number(750), 12, 750),
            ("about 800, and 750 told later", about(800), number(750), 13, 750),
        )
    ),
    *(
        case(
            f"a rival that loses hides nothing: {loses} by {loser}, 800 told on the {told}th",
            7,
            _FIVE_HUNDRED,
            report(loser, 12, rated("C3", troops(number(loses), 12))),
            report(wins, told, rated("A1", troops(number(800), 12))),
            ask_for(ARMY_IN_VALLEY, 14),
            {"best": 800, "unexplained": 300, "rule": "rating", "dissent": [f"{loser} 1"]},
        )
        for wins, loser in _CLOSE
        for loses, told in ((700, 12), (700, 13), (500, 12))
    ),
    *(
        case(
            f"who tells of one of two changes of a day tells not of both: {alone} alone of 300",
            6,
            report("gazette", 10, THOUSAND),
            *(
                report(one, 12, troops(more_by(300 if one == alone else 200), 12))
                for one in ("courier", "radio", "post")
            ),
            ask_for(ARMY_IN_VALLEY, 15),
            {"best": 1500, "support": "reported"},
        )
        for alone in ("courier", "radio", "post")
    ),
    case(
        "a total whose contemporary has been accounted for is accounted for as well",
        7,
        _FIVE_HUNDRED,
        report("courier", 12, troops(number(800), 12)),
        report("radio", 13, troops(more_by(300), 12)),
        report("post", 14, troops(about(800), 12)),
        ask_for(ARMY_IN_VALLEY, 15),
        {"best": 800, "unexplained": None, "support": "confirmed"},
    ),
]

BESIEGERS: Row = {"status": "besieged", "besiegers": ["rebels"]}

AT_NIGHT = [
    *(
        case(
            f"whoever is seen in a place {said} its siege is besieged there",
            5,
            report("gazette", 12, besieged("rebels", 10), found("army", seen)),
            mill(13),
            {**BESIEGERS, "holders": ["army"]},
        )
        for said, seen in (("on the day of", 10), ("after", 12))
    ),
    case(
        "of a siege that is told later too",
        5,
        report("gazette", 11, found("army", 11)),
        report("courier", 13, besieged("rebels", 10)),
        mill(13),
        {**BESIEGERS, "holders": ["army"]},
    ),
    case(
        "whoever takes a place in a siege of which nobody said who is inside holds it",
        5,
        report("gazette", 12, besieged("rebels", 10), took("army", 12)),
        mill(13),
        held("army"),
    ),
    case(
        "an ally joins a siege",
        5,
        report("gazette", 10, took("rebels", 8), besieged("army", 9)),
        report("courier", 12, besieged("legion", 11)),
        mill(13),
        {"status": "besieged", "holders": ["rebels"], "besiegers": ["army", "legion"]},
    ),
    case(
        "an enemy's siege is one more: nobody said that the others left",
        5,
        report("gazette", 10, took("rebels", 8), besieged("army", 9)),
        report("courier", 12, besieged("bandits", 11)),
        mill(13),
        {"status": "besieged", "holders": ["rebels"], "besiegers": ["army", "bandits"]},
    ),
    case(
        "an ally that goes in unopposed holds it too",
        5,
        report("gazette", 10, took("army", 10)),
        report("courier", 12, entered("legion", 12, opposed="no")),
        mill(13),
        held("army", "legion"),
    ),
    case(
        "of one that goes in nobody knows how nothing is said",
        5,
        report("gazette", 10, took("army", 10)),
        report("courier", 12, entered("legion", 12)),
        mill(13),
        held("army"),
    ),
    case(
        "a planned withdrawal is no pledge",
        1,
        report("gazette", 10, pledged(number(500), 20)),
        report("courier", 12, troops(more_by(200), 25, kind=OUT, status="planned")),
        ask_for(PLEDGED, 13),
        {"best": 500, "remainder": 500},
    ),
    case(
        "nor is one alone",
        1,
        report("courier", 12, troops(more_by(200), 25, kind=OUT, status="planned")),
        ask_for(PLEDGED, 13),
        None,
    ),
    case(
        "so many more that are due on one day are promised once",
        7,
        report("gazette", 10, pledged(more_by(500), 20)),
        report("courier", 14, pledged(more_by(500), 20)),
        ask_for(PLEDGED, 15),
        {"best": 500},
    ),
    case(
        "so many more that are due on two days are promised twice",
        7,
        report("gazette", 10, pledged(more_by(500), 20)),
        report("courier", 14, pledged(more_by(500), 25)),
        ask_for(PLEDGED, 15),
        {"best": 1000},
    ),
    *(
        case(
            f"a change of vague time {said}",
            7,
            report("gazette", 10, troops(number(300), 10)),
            report("courier", 13, troops(more_by(200), when)),
            ask_for(ARMY_IN_VALLEY, 15),
            {"best": best},
        )
        for said, when, best in (
            ("that may be later than a total is on top of it", "2013-01-11~", 500),
            ("that is over with the total's day is in it", "[2013-01-08..2013-01-10]", 300),
            ("that begins no sooner is on top of it", "[2013-01-10..2013-01-12]", 500),
        )
    ),
    case(
        "where nobody was left and dozens are seen, dozens are there",
        4,
        report("gazette", 10, troops(number(200), 10)),
        report("courier", 12, troops(more_by(200), 12, kind=OUT)),
        report("gazette", 15, troops({"comparator": "dozens"}, 15)),
        ask_for(ARMY_IN_VALLEY, 16),
        {"best": None, "low": None, "high": None, "comparator": "dozens"},
    ),
]

TABLE = (
    VISIBLE
    + VIEWS
    + TIMES
    + SEQUENCES
    + CHOICES
    + SUPPORT
    + POLICY
    + NUMBERS
    + LOSSES
    + ALERTS
    + CERTAINTY
    + LISTS
    + MOVED
    + LEFT_OPEN
    + AT_NIGHT
)


def answered(told: tuple[Sheet, ...], asked: Asked) -> tuple[Row | None, dict[str, str]]:
    """Record the sheets, in their order, and ask; give the row, and the names of its facts."""
    with open_war() as situation:
        situation.record([sheet.raw() for sheet in told], by="tests")
        return answer_of(situation, asked), labels(situation)


def answer_of(situation: Situation, asked: Asked) -> Row | None:
    """Ask; give the row."""
    known = None if asked.known is None else day(asked.known)
    clocks = situation.clocks(day(asked.as_of), known, asked.recorded)
    answer = situation.state(clocks, asked.projection, asked.key, weighing=asked.by)
    assert answer.query["policy"] == asked.by.policy
    assert len(answer.dicts) <= 1
    return answer.dicts[0] if answer.dicts else None


def _named(item: Any, names: dict[str, str]) -> Any:  # noqa: ANN401 - any JSON
    """Put names in place of fact ids, and a start's EDTF value in place of its bounds."""
    if isinstance(item, dict):
        if item.keys() == {"edtf", "earliest", "latest"}:
            return item["edtf"]
        return {key: _named(value, names) for key, value in item.items()}
    if isinstance(item, list):
        return [_named(value, names) for value in item]
    return names.get(item, item) if isinstance(item, str) else item


def agrees(expected: object, found: object) -> bool:
    """Whether a row, or an entry of its lists, has the fields that are expected of it."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return all(name in found and agrees(item, found[name]) for name, item in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            return False
        left_over = list(found)
        for item in expected:  # in any order: which of two rival values comes first says nothing
            match = next((one for one in left_over if agrees(item, one)), None)
            if match is None and item is not None:
                return False
            left_over.remove(match)
        return True
    return expected == found


def wrong(expected: Row | None, row: Row | None, names: dict[str, str]) -> list[str]:
    """Say which fields of a row are not as expected."""
    if expected is None or row is None:
        return [] if expected is row else [f"expected {expected}, found {row}"]
    found = _named(row, names)
    return [
        f"{name}: expected {item!r}, found {found.get(name, 'no such field')!r}"
        for name, item in expected.items()
        if name not in found or not agrees(item, found[name])
    ]


# -- the record amended: corrections, retractions, rulings, lists that drop ----------------------

Amendment = Callable[[Situation, dict[str, str]], object]
"""Something done to the record after its reports, given the ids of its facts by name."""


@dataclass(frozen=True, slots=True)
class Amended:
    """These reports, then these amendments, then these questions and their rows."""

    name: str
    told: tuple[Sheet, ...]
    done: tuple[Amendment, ...]
    answers: tuple[tuple[Asked, Row | None], ...]


def corrected(name: str, published: Day, **changes: str) -> Amendment:
    """Say a fact anew, with these fields (YAML)."""
    return lambda situation, ids: situation.correct(
        ids[name], changes, reason="misread", by="tests", published=day(published)
    )


def retracted(name: str, published: Day) -> Amendment:
    """Take a fact back."""
    return lambda situation, ids: situation.retract(
        [ids[name]], reason="withdrawn", by="tests", published=day(published)
    )


def ruled(name: str, when: Day, published: Day, reason: str = "seen on film") -> Amendment:
    """Rule that the mill follows a fact, from a day on or over a span."""
    return lambda situation, ids: situation.rule(
        "control",
        "mill",
        [ids[name]],
        when=day(when),
        reason=reason,
        by="analyst",
        published=day(published),
    )


def amended(name: str, told: tuple[Sheet, ...], *parts: object) -> Amended:
    """Write a case: its reports, what is done, then questions and rows by turns."""
    done = tuple(filter(callable, parts))
    rest = [part for part in parts if not callable(part)]
    answers = tuple(zip(rest[::2], rest[1::2], strict=True))
    return Amended(name, told, done, answers)  # type: ignore[arg-type]


def before(asked: Asked) -> Asked:
    """Ask what the log held before it was amended."""
    return replace(asked, recorded="before")


RIVALS = (report("gazette", 10, REBELS), report("courier", 10, ARMY))
NEWS = (report("gazette", 6, took("army", 5)), report("courier", 10, REBELS))

AMENDED = [
    amended(
        "a correction counts from its publication, and in the log from its recording",
        (report("gazette", 10, REBELS),),
        corrected("gazette 1", 15, by="[army]"),
        mill(12),
        held("army", evidence=["gazette 2"], since="2013-01-10", support="reported", **SETTLED),
        mill(12, known=15),
        held("army", evidence=["gazette 2"]),
        mill(12, known=14),
        held("rebels", evidence=["gazette 1"]),
        before(mill(12)),
        held("rebels", evidence=["gazette 1"]),
        before(mill(12, known=15)),
        held("rebels", evidence=["gazette 1"]),
    ),
    amended(
        "a correction ends a dispute that rested on the mistake",
        RIVALS,
        corrected("gazette 1", 15, by="[army]"),
        mill(12),
        held("army", support="confirmed", **SETTLED),
        mill(12, known=14),
        disputed(held("rebels"), held("army")),
        before(mill(12)),
        disputed(held("rebels"), held("army")),
    ),
    amended(
        "a correction of an old day undoes no newer day",
        (report("gazette", 6, took("rebels", 5)), report("courier", 12, took("army", 12))),
        corrected("gazette 1", 20, by="[bandits]"),
        mill(21),
        held("army"),
        mill(6),
        held("bandits"),
        mill(6, known=19),
        held("rebels"),
    ),
    amended(
        "what is retracted is gone from its retraction's publication on",
        NEWS,
        retracted("courier 1", 15),
        mill(12),
        held("army", evidence=["gazette 1"], dissent=[]),
        mill(12, known=14),
        held("rebels"),
        before(mill(12)),
        held("rebels"),
    ),
    amended(
        "what was the only evidence leaves none",
        (report("gazette", 10, REBELS),),
        retracted("gazette 1", 15),
        mill(12),
        None,
        mill(12, known=14),
        held("rebels"),
    ),
    amended(
        "what is retracted confirms no more",
        (report("gazette", 10, REBELS), report("courier", 11, REBELS)),
        retracted("courier 1", 15),
        mill(12),
        held("rebels", support="reported", evidence=["gazette 1"]),
        mill(12, known=14),
        held("rebels", support="confirmed"),
    ),
    amended(
        "a ruling wins, over its span and from its publication on",
        RIVALS,
        ruled("courier 1", "2013-01-10/2013-01-20", 15),
        mill(12),
        held("army", rule="ruling", support="reported", dissent=["gazette 1"], **SETTLED),
        mill(12, known=14),
        disputed(held("rebels"), held("army")),
        mill(22),
        disputed(held("rebels"), held("army")),
        before(mill(12)),
        disputed(held("rebels"), held("army")),
    ),
    amended(
        "a ruling on a day holds from it on",
        RIVALS,
        ruled("courier 1", 11, 15),
        mill(10),
        disputed(held("rebels"), held("army")),
        mill(25),
        held("army", rule="ruling"),
    ),
    amended(
        "a ruling wins over a better rating",
        (report("radio", 10, REBELS), report("tattler", 10, ARMY)),
        ruled("tattler 1", 10, 15),
        mill(12),
        held("army", rule="ruling", dissent=["radio 1"]),
        mill(12, known=14),
        held("rebels", rule="rating"),
    ),
    amended(
        "a ruling counts in a majority too",
        (*RIVALS, report("examiner", 10, REBELS)),
        ruled("courier 1", 10, 15),
        mill(12, policy=MAJORITY),
        held("army", rule="ruling"),
        mill(12, known=14, policy=MAJORITY),
        held("rebels"),
    ),
    amended(
        "a ruling follows what newer evidence superseded: it does not decide",
        (*RIVALS, report("examiner", 15, found("bandits", 15))),
        ruled("gazette 1", 10, 16),
        mill(17),
        held("bandits", rule="newest evidence"),
        mill(12),
        held("rebels", rule="ruling"),
    ),
    amended(
        "a ruling on what was superseded settles no newer dispute",
        (
            *RIVALS,
            report("examiner", 15, took("bandits", 15)),
            report("wire", 15, took("army", 15)),
        ),
        ruled("gazette 1", 10, 16),
        mill(17),
        disputed(held("bandits"), held("army")),
    ),
    amended(
        "of two rulings the later published counts",
        RIVALS,
        ruled("courier 1", 10, 15),
        ruled("gazette 1", 10, 18, reason="the film was of the ford"),
        mill(12),
        held("rebels", rule="ruling"),
        mill(12, known=17),
        held("army", rule="ruling"),
    ),
    amended(
        "a dispute that was ruled on is undisputed to those that follow",
        (
            *RIVALS,
            report("examiner", 20, took("bandits", 20)),
            report("wire", 20, took("clans", 20)),
        ),
        ruled("courier 1", 10, 15),
        mill(22),
        disputed(held("bandits"), held("clans"), last_undisputed=held("army")),
    ),
    amended(
        "a list that drops an entry says nothing more of it",
        (
            listing(5, found("army", 5), version="1", entries=1),
            listing(12, version="2", entries=0, dropped=["control/mill"]),
        ),
        mill(11),
        held("army"),
        mill(13),
        None,
        mill(13, known=11),
        held("army"),
    ),
    amended(
        "where a list fell silent others are heard without it",
        (
            listing(5, found("army", 5), version="1", entries=1),
            listing(12, version="2", entries=0, dropped=["control/mill"]),
            report("gazette", 14, took("rebels", 14)),
        ),
        mill(14),
        held("rebels", support="reported", dissent=[], **SETTLED),
        mill(14, known=11),
        held("army"),
    ),
    amended(
        "a list that takes an entry up again speaks again",
        (
            listing(5, found("army", 5), version="1", entries=1),
            listing(12, version="2", entries=0, dropped=["control/mill"]),
            listing(16, found("rebels", 16), version="3", entries=1),
        ),
        mill(13),
        None,
        mill(17),
        held("rebels", support="reported"),
    ),
]


def answers_after(one: Amended) -> list[tuple[Row | None, dict[str, str]]]:
    """Record the sheets, amend, and ask each question; a row and the names of facts each."""
    with open_war() as situation:
        situation.record([sheet.raw() for sheet in one.told], by="tests")
        position = f"#{situation.log.position}"
        for amend in one.done:
            amend(situation, {name: fact for fact, name in labels(situation).items()})
        names = labels(situation)
        asked = [
            replace(question, recorded=position) if question.recorded else question
            for question, _ in one.answers
        ]
        return [(answer_of(situation, question), names) for question in asked]


@pytest.mark.parametrize("one", AMENDED, ids=lambda one: one.name)
def test_decision_on_a_record_that_was_amended(one: Amended) -> None:
    found = answers_after(one)
    for (asked, expected), (row, names) in zip(one.answers, found, strict=True):
        assert wrong(expected, row, names) == [], asked


every_case = pytest.mark.parametrize("case", TABLE, ids=lambda one: f"{one.rule}: {one.name}")


IN_ORDER: dict[int, tuple[Row | None, dict[str, str]]] = {}


def in_order(case: Case) -> tuple[Row | None, dict[str, str]]:
    """Answer a case told in its order, once for all who ask."""
    if id(case) not in IN_ORDER:
        IN_ORDER[id(case)] = answered(case.told, case.asked)
    return IN_ORDER[id(case)]


@every_case
def test_decision(case: Case) -> None:
    assert wrong(case.row, *in_order(case)) == []


@pytest.mark.parametrize(
    "case", TABLE if WHOLE else TABLE[::2], ids=lambda one: f"{one.rule}: {one.name}"
)
def test_a_decision_does_not_depend_on_the_order_of_recording(case: Case) -> None:
    turned = tuple(reversed(case.told))
    assert in_order(case)[0] == answered(turned, case.asked)[0]


IN_DISPUTE = [
    case
    for case in TABLE
    if case.row
    and case.row.get("support") == "disputed"
    and isinstance(case.asked.as_of, int)
    and not any(":" in row["when"] for sheet in case.told for row in sheet.facts)
]
"""Those whose times are whole days, so that the days before can be asked for one by one."""


@pytest.mark.parametrize("case", IN_DISPUTE, ids=lambda one: one.name)
def test_last_undisputed_is_what_was_answered_for_the_days_before(case: Case) -> None:
    with open_war() as situation:
        situation.record([sheet.raw() for sheet in case.told], by="tests")
        disputed_row = answer_of(situation, case.asked)
        assert disputed_row
        assert isinstance(case.asked.as_of, int)
        days = range(case.asked.as_of - 1, 0, -1)
        answers = (answer_of(situation, replace(case.asked, as_of=number)) for number in days)
        last = next((row for row in answers if row is None or row["support"] != "disputed"), None)
        found = disputed_row["last_undisputed"]
        if last is None or not last["evidence"]:
            assert found is None
        else:
            assert found is not None
            assert {name: last[name] for name in found} == found


def test_every_case_has_a_name_of_its_own_and_no_rule_is_left_out() -> None:
    names = [case.name for case in TABLE]
    assert len(set(names)) == len(names) >= 45
    assert {case.rule for case in TABLE} == set(range(1, 10))
