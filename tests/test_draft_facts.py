"""Drafts, sentence by sentence: who, where and how far it has come, or what is left to a person."""

from __future__ import annotations

from datetime import date

import pytest
from sheets_for_tests import registry

from tracker.drafting.proposing import Reader
from tracker.registry import Registry
from tracker.situation_file import read_situation

MONDAY = date(2013, 1, 21)


def read(text: str, known: Registry | None = None) -> list[dict[str, object]]:
    """Give the fields of what is proposed, but for its gist and its locator."""
    proposed = Reader(known or registry(), MONDAY).read(text)
    return [dict(one.fields) for _, some in proposed for one in some]


def told(text: str, *names: str) -> list[tuple[object, ...]]:
    """Give of each fact its kind and some of its fields."""
    return [(one["kind"], *(one.get(name) for name in names)) for one in read(text)]


def edtf(text: str) -> list[object]:
    return [when["edtf"] for one in read(text) if isinstance(when := one["when"], dict)]


# -- how far it has come ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "It is not true that the Rebels took Mill.",
        "It was untrue that the Rebels had captured Mill.",
        "The Army dismissed reports that the Rebels had taken Mill.",
        "The Army rejected claims that Mill had fallen.",
        "Reports that the Rebels had taken Mill were false.",
        "The Rebels never captured Mill.",
        "The Rebels failed to capture Mill.",
        "The Rebels didn't capture Mill.",
        "The Rebels haven\u2019t captured Mill.",
        "The Rebels couldn't capture Mill.",
        "The Army will not let the Rebels capture Mill.",
        "At no time did the Rebels capture Mill.",
        "The Rebels have not been able to capture Mill.",
        "The Rebels did not manage to capture Mill.",
        "The Rebels have yet to capture Mill.",
        "The Rebels withdrew without taking Mill.",
        "The Rebels attacked Ford rather than capturing Mill.",
        "The Rebels marched past instead of occupying Mill.",
        "The Army prevented the Rebels from capturing Mill.",
        "The Army repelled an attempt by the Rebels to capture Mill.",
        "The attempt of the Rebels to capture Mill failed.",
        "The Rebels abandoned their attempt to capture Mill.",
        "Neither the Rebels nor the Clans captured Mill.",
        "None of the Rebels captured Mill.",
        "The Rebels did not attack Ford, nor did they capture Mill.",
        "The Rebels did not enter Ford or capture Mill.",
    ],
)
def test_what_is_said_not_to_be_so_is_denied(text: str) -> None:
    taken = [one for one in told(text, "place", "status") if one[0] == "TownOccupied"]
    assert taken == [("TownOccupied", "mill", "denied")]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("The Army holds neither Mill nor Ford.", [("mill", "denied"), ("ford", "denied")]),
        ("The Army no longer controls Mill.", [("mill", "denied")]),
        ("Neither the Army nor the Clans control Mill.", []),
        ("Neither the Army nor the Rebels controls Mill.", [("mill", "denied")]),
    ],
)
def test_who_does_not_hold_a_place(text: str, facts: list[tuple[str, str]]) -> None:
    assert told(text, "place", "status") == [("ControlReported", *one) for one in facts]


def test_what_was_not_only_done_was_done() -> None:
    text = "The Rebels not only captured Mill but also entered Ford."
    assert told(text, "status") == [("TownOccupied", "occurred"), ("TownEntered", "occurred")]


@pytest.mark.parametrize(
    "text",
    [
        "Had the Rebels captured Mill, the road would be cut.",
        "Were the Rebels to capture Mill, the road would be cut.",
        "If the Rebels had captured Mill, the road would be cut.",
        "The Rebels would have captured Mill but for the rain.",
        "The Rebels could have captured Mill.",
        "Suppose the Rebels captured Mill.",
        "The Rebels nearly captured Mill.",
        "It was a plan meant to let the Rebels capture Mill.",
        "The Army's denial that the Rebels captured Mill came late.",
        "The Army would neither confirm nor deny that the Rebels captured Mill.",
        "The Rebels have hardly captured Mill.",
        "The Rebels are reluctant to capture Mill.",
        "The Rebels were ordered to capture Mill.",
        "The radio wrongly announced that the Rebels had captured Mill.",
        "The Rebels pretended that they had captured Mill.",
        "It is impossible that the Rebels captured Mill.",
        "Who holds Mill is unclear.",
        "Nobody believes the Rebels captured Mill.",
        "No one thinks that the Rebels captured Mill.",
        "Few believe the Rebels captured Mill.",
        "The Army doubts that the Rebels captured Mill.",
        "It is unclear whether the Rebels captured Mill.",
        "The Office could not confirm that the Rebels had captured Mill.",
        "There is no evidence that the Rebels captured Mill.",
        "Did the Rebels capture Mill?",
        '"Who captured Mill?" he asked.',
        "The Army called on the Clans to capture Mill.",
        "The Army wants the Clans to capture Mill.",
        "The Rebels should capture Mill, he said.",
        "The Army thwarted an attack on Mill.",
        "The Army stopped shelling Mill.",
        "The offensive against Mill was called off.",
        "A coup in Land was foiled.",
        "A coup attempt failed in Land.",
        "Power was restored in Mill after it had been cut.",
        "The Army denied responsibility for the attack on Mill.",
    ],
)
def test_what_is_supposed_doubted_asked_or_demanded_is_no_fact(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("If the Rebels capture Mill, the road will be cut.", "possible"),
        ("Unless the Rebels capture Mill, the road stays open.", "possible"),
        ("The road would be cut should the Rebels capture Mill.", "possible"),
        ("Once the Rebels capture Mill, the road will be cut.", "possible"),
        ("It is feared that the Rebels captured Mill.", "possible"),
        ("The Rebels will capture Mill if the Army leaves.", "possible"),
        ("The Rebels will capture Mill.", "planned"),
        ("The Rebels began an operation to capture Mill.", "planned"),
        ("The Rebels have the men to capture Mill.", "planned"),
        ("It took the Rebels a year to capture Mill.", "occurred"),
        ("Not until Monday did the Rebels capture Mill.", "occurred"),
        ("The Rebels managed to capture Mill.", "occurred"),
        ("The Rebels went on to capture Mill.", "occurred"),
        ("The Rebels claim to have captured Mill.", "occurred"),
        ("The Rebels captured Mill without a shot.", "occurred"),
        ("The Army did not resist, and the Rebels captured Mill.", "occurred"),
    ],
)
def test_how_far_a_capture_has_come(text: str, status: str) -> None:
    found = [one for one in told(text, "status") if one[0] == "TownOccupied"]
    assert found == [("TownOccupied", status)]


def test_who_claims_to_hold_a_place_does_not_plan_to() -> None:
    assert told("The Clans claim to hold Mill.", "status") == [("ControlReported", "ongoing")]
    assert told("The Clans were forced to leave Mill.", "status") == [
        ("ForcesWithdrew", "occurred")
    ]
    assert told("The Clans refused to leave Mill.", "status") == [("ForcesWithdrew", "denied")]


def test_who_sends_no_troops_has_sent_none() -> None:
    assert told("The Legion sent no troops to Mill.", "status") == [("TroopsDeployed", "denied")]
    text = "The Clans are considering imposing a curfew on Mill."
    assert told(text, "status") == [("LawImposed", "possible")]


def test_after_a_denial_and_may_be_what_was_done() -> None:
    text = "The Army denied that the Rebels had taken Mill and captured Ford."
    assert told(text, "place", "status") == [("TownOccupied", "mill", "denied")]


def test_people_who_may_flee_have_not_fled() -> None:
    assert told("People in Mill could not flee.", "status") == [("CiviliansDisplaced", "denied")]
    assert told("People in Mill will flee.", "status") == [("CiviliansDisplaced", "planned")]


# -- who does it -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("The Army denied that Mill had fallen.", ["?"]),
        ("The Army said that Mill had fallen.", ["?"]),
        ("The Army said the mayor had captured Mill.", ["?"]),
        ("The Army said Mill had fallen to the Rebels.", ["rebels"]),
        ("Mill fell to the Rebels.", ["rebels"]),
        ("The Rebels denied having captured Mill.", ["rebels"]),
        ("The Rebels denied capturing Mill.", ["rebels"]),
        ("The Rebels said their fighters had captured Mill.", ["rebels"]),
        ("Clans backed by the Legion captured Mill.", ["clans"]),
        ("Clans fighting the Army captured Mill.", ["clans"]),
        ("The Clans, which the Legion backs, captured Mill.", ["clans"]),
        ("After fighting with the Army, the Clans captured Mill.", ["clans"]),
        ("According to the Army, the Clans captured Mill.", ["clans"]),
        ("Gunmen loyal to the Clans captured Mill.", ["?"]),
        ("The Rebels, not the Clans, captured Mill.", ["rebels"]),
        ("The Rebels defeated the Army and captured Mill.", ["rebels"]),
        ("The Rebels fought the Army before capturing Mill.", ["rebels"]),
        ("As Clans fighters entered Ford, gunmen captured Mill.", ["?"]),
        ("As the Army fled Ford, the Clans captured Mill.", ["clans"]),
        ("The Army fled as gunmen captured Mill.", ["?"]),
        ("The Army fled as the Clans captured Mill.", ["clans"]),
        ("The Rebels and the Clans captured Mill.", ["rebels", "clans"]),
        ("The Legion ordered gunmen to capture Mill.", ["?"]),
        ("The Legion ordered its soldiers to capture Mill.", ["legion"]),
        ("After the Army left, Clans fighters captured Mill.", ["clans"]),
    ],
)
def test_who_took_a_town(text: str, by: list[str]) -> None:
    found = [one for one in told(text, "place", "by") if one[0] == "TownOccupied"]
    assert found == [("TownOccupied", "mill", by)]


# -- where it is -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "The Rebels captured three tanks in Mill.",
        "The Rebels seized weapons and food in Mill.",
        "The Rebels captured the imagination of Mill.",
        "The Rebels captured the Warden in Mill.",
        "Three tanks were seized in Mill by the Rebels.",
        "In Mill, three tanks were seized by the Rebels.",
        "The Rebels took Mill by surprise.",
        "The Rebels held talks.",
        "The Rebels hold hostages in Mill.",
        "Clan-held Mill was shelled by the Rebels.",
        "The fighters captured weapons from the town of Mill.",
    ],
)
def test_what_takes_no_town_is_no_capture(text: str) -> None:
    assert not {one[0] for one in told(text)} & {"TownOccupied", "ControlReported"}


@pytest.mark.parametrize(
    "text",
    [
        "The Rebels captured the airport in Mill.",
        "The Rebels captured a hill north of Mill.",
        "The Rebels captured most of Mill.",
        "The Rebels captured Mill airport.",
        "The Rebels captured Mill University.",
        "Villages around Mill were captured by the Rebels.",
    ],
)
def test_a_part_of_a_town_or_what_lies_near_it_is_left_open(text: str) -> None:
    assert told(text, "place", "by") == [("TownOccupied", "?", ["rebels"])]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("The Rebels captured the strategic northern town of Mill.", ["mill"]),
        ("The Rebels captured Mill and Ford.", ["mill", "ford"]),
        ("The Rebels attacked Mill and captured it.", ["mill"]),
        ("Mill, which the Rebels captured on Monday, is quiet.", ["mill"]),
        ("Mill, in the Valley, was captured by the Rebels.", ["mill"]),
        ("South of Ford, Mill was captured by the Rebels.", ["mill"]),
        ("After capturing Mill, Ford is next for the Rebels.", ["mill"]),
    ],
)
def test_which_town_was_taken(text: str, places: list[str]) -> None:
    found = [one[1] for one in told(text, "place") if one[0] == "TownOccupied"]
    assert found == places


@pytest.mark.parametrize(
    ("text", "place", "to"),
    [
        ("The Army retreated to Mill.", "?", "mill"),
        ("The Army retreated towards Mill.", "?", None),
        ("The Army fled into the Valley.", "?", "valley"),
        ("The Army retreated from Ford to Mill.", "ford", "mill"),
        ("The Army retreated to Mill from Ford.", "ford", "mill"),
        ("The Army left Ford for Mill.", "ford", None),
        ("The Army was forced to leave Ford.", "ford", None),
    ],
)
def test_where_forces_leave_is_not_where_they_go(text: str, place: str, to: str | None) -> None:
    assert told(text, "place", "to_place") == [("ForcesWithdrew", place, to)]


def test_where_people_flee_is_not_where_they_come_from() -> None:
    assert told("People fled to Mill.", "place", "to_place") == [
        ("CiviliansDisplaced", "?", "mill")
    ]
    assert told("People fled Mill, of whom 30 went to Ford.", "to_place") == [
        ("CiviliansDisplaced", None)
    ]
    assert told("The Legion sent 500 soldiers from Ford to Mill.", "place") == [
        ("TroopsDeployed", "mill")
    ]


def test_who_leaves_something_in_a_town_does_not_leave_it() -> None:
    assert told("The Rebels left three tanks in Mill.") == []
    assert told("The Clans abandoned their weapons in Mill.") == []


def test_the_town_is_open_where_two_were_named() -> None:
    text = "The road from Mill to Ford is cut, and the Clans hold the town."
    assert told(text, "place") == [("ControlReported", "?")]


NAMESAKES = b"""
title: Namesakes
places:
  north: {name: North, type: region}
  south: {name: South, type: region}
  one: {name: San Pedro, within: north}
  two: {name: San Pedro, within: south}
  mill: {name: Mill, within: south}
actors: {front: {name: Red Front}, a: {name: A. Weir, type: person},
         b: {name: B. Weir, type: person}}
sources: {gazette: {name: The Gazette, type: newspaper}}
"""


def test_a_name_that_two_have_is_left_open() -> None:
    known = Registry().after(read_situation(NAMESAKES, "situation.yaml").events)
    text = (
        "The Red Front captured San Pedro. The Red Front left the town. Weir said Mill had fallen."
    )
    found = [(one["place"], one.get("speaker")) for one in read(text, known)]
    assert found == [("?", None), ("?", None), ("mill", "?")]


# -- who says so -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "voice", "speaker"),
    [
        (
            "\u2018The Rebels took Mill\u2019, the chief, The Warden, told reporters.",
            "attributed",
            "warden",
        ),
        ("'The Rebels took Mill', a mayor told reporters.", "attributed", "a mayor"),
        ("“The Rebels took Mill,” said The Warden.", "attributed", "warden"),
        ("Claims that the Rebels took Mill were rejected by the Army.", "attributed", "?"),
        ("The Legion's claim that the Rebels took Mill was false.", "attributed", "?"),
        ("The Rebels are accused of having captured Mill.", "hearsay", None),
        ("Some say the Rebels took Mill.", "hearsay", None),
        ("The Rebels took Mill, but the Army said it would return.", "attributed", "?"),
        ("The Legion says the Rebels took Mill, but the Army denies it.", "attributed", "legion"),
        ("The Rebels took Mill but not Ford, the Army said.", "attributed", "army"),
        ("The Rebels took Mill after the Army announced a truce.", "reporter", None),
        ("The Rebels took Mill in a fight which the Army says was short.", "reporter", None),
        ("When the Rebels took Mill, a mayor said so.", "attributed", "a mayor"),
        ("The United States hopes for peace; the Rebels took Mill.", "reporter", None),
    ],
)
def test_who_says_so(text: str, voice: str, speaker: str | None) -> None:
    found = [one[1:] for one in told(text, "voice", "speaker") if one[0] == "TownOccupied"]
    assert found == [(voice, speaker)]


# -- when it was -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("In 1998, the Rebels captured Mill and held it until 2003.", "1998"),
        ("The Rebels captured Mill, which the Army had held since 1998.", "[..2013-01-21]"),
        ("The Rebels, who left in 2009, captured Mill.", "[..2013-01-21]"),
        ("The Rebels captured Mill, a mayor said on Saturday.", "[..2013-01-19]"),
        ("A mayor said on Saturday that the Rebels had captured Mill.", "[..2013-01-19]"),
        ("The Rebels captured Mill on Saturday, a mayor said.", "2013-01-19"),
        ("On Saturday the Rebels captured Mill.", "2013-01-19"),
        ("At 04:30 on Saturday the Rebels captured Mill.", "2013-01-19"),
        ("The Rebels, who left in July last year, captured Mill.", "[..2013-01-21]"),
        ("Mill, which fell to the Rebels, was quiet on Friday.", "[..2013-01-21]"),
        ("Rebels who had captured Mill left Ford on Saturday.", "[..2013-01-21]"),
        ("The Rebels captured Mill in March 2014.", "?"),
        ("About 300 people have fled Mill since December.", "[2012-12-01..2013-01-21]"),
    ],
)
def test_a_time_is_that_of_its_own_verb(text: str, when: str) -> None:
    assert edtf(text)[:1] == [when]
