"""Drafts: days that a sentence names and that are not when it was, and one or another of two."""

from __future__ import annotations

from datetime import date

import pytest
from test_draft_facts import MONDAY, edtf, told

from tracker.drafting.datelines import dateline
from tracker.drafting.phrases import phrases


@pytest.mark.parametrize(
    "line",
    [
        "PARIS, Jan 20 (AFP) - ",
        "NEW YORK, January 20 (Reuters) — ",
        "NEW DELHI, January 20: ",
        "Land, 20 January 2013 (Xinhua) -- ",
        "FORD, Valley, Jan. 20 \u2013 ",
        "Ford - January 20, 2013: ",
        "(Reuters, January 20) ",
        "January 20 (UPI) -- ",
        "FORD (AP) — ",
        "Ford (PTI) - ",
    ],
)
def test_a_dateline_says_neither_when_nor_where_a_thing_was(line: str) -> None:
    text = f"{line}The Rebels have taken Mill."
    assert dateline(text, MONDAY) == len(line)
    assert edtf(text) == ["[..2013-01-21]"]
    assert [one[1] for one in told(f"{line}Fighting went on in Mill.", "place")] == ["mill"]


@pytest.mark.parametrize(
    "text",
    [
        "On January 20, the Rebels took Mill.",
        "On January 20 - the day of the talks - the Rebels took Mill.",
        "January 20: the Rebels took Mill.",
        "The Rebels took Mill on January 20 (a Sunday) - and Ford.",
    ],
)
def test_a_day_that_is_told_of_is_no_dateline(text: str) -> None:
    assert dateline(text, MONDAY) == 0
    assert edtf(text)[0] == "2013-01-20"


@pytest.mark.parametrize(
    "text",
    [
        "The Rebels took Mill not on Thursday but on Friday.",
        "The Rebels took Mill not last Thursday, but on Friday.",
        "Not on Thursday but on Friday, the Rebels took Mill.",
        "The Rebels took Mill on Friday, not on Thursday.",
    ],
)
def test_a_day_that_it_was_not_is_not_its_day(text: str) -> None:
    assert edtf(text) == ["2013-01-18"]


@pytest.mark.parametrize(
    ("text", "phrase", "when"),
    [
        ("The Rebels shell Mill every Monday.", "every Monday", "?"),
        ("They met on Sunday 3 May.", "on Sunday 3 May", "2026-05-03"),
        ("They met on Monday 3 May.", "on Monday 3 May", "?"),
        ("They met on Monday, May 3, 2026.", "on Monday, May 3, 2026", "?"),
        ("In March 30 soldiers died.", "In March", "2026-03"),
        ("They met on March 30.", "on March 30", "2026-03-30"),
    ],
)
def test_a_day_that_cannot_be_is_left_open(text: str, phrase: str, when: str) -> None:
    (found,) = phrases(text, date(2026, 5, 8))
    assert (text[found.start : found.stop], found.edtf) == (phrase, when)


@pytest.mark.parametrize(
    ("text", "place", "by"),
    [
        ("The Rebels took Mill or Ford.", "?", ["rebels"]),
        ("The Rebels captured either Mill or the town of Ford.", "?", ["rebels"]),
        ("The Rebels took Mill or another town.", "?", ["rebels"]),
        ("The Army or the Rebels took Mill.", "mill", ["?"]),
        ("Mill was taken by the Army or the Rebels.", "mill", ["?"]),
        ("Mill was taken by the Rebels in an hour or so.", "mill", ["rebels"]),
    ],
)
def test_one_or_another_is_left_open(text: str, place: str, by: list[str]) -> None:
    assert told(text, "place", "by") == [("TownOccupied", place, by)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The Rebels bombed Mill.", "AttackOccurred"),
        ("The Army bombarded Mill.", "AttackOccurred"),
        ("A bombing in Mill shook the town.", "AttackOccurred"),
        ("Legion jets bombed Mill.", "AirstrikeConducted"),
        ("The Legion bombed Mill from the air.", "AirstrikeConducted"),
    ],
)
def test_only_what_came_from_the_air_is_an_airstrike(text: str, kind: str) -> None:
    assert told(text, "place") == [(kind, "mill")]


def test_where_a_way_leads_is_not_where_a_thing_was() -> None:
    assert told("The Rebels bombed the bridge to Mill.", "place") == [("AttackOccurred", "?")]
    assert told("The Rebels ambushed troops on the road to Ford.", "place") == [
        ("AttackOccurred", "?")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "For the first time since 2009, the Rebels attacked Mill.",
        "The Rebels attacked Mill in the deadliest raid since 2009.",
    ],
)
def test_since_when_nothing_like_it_was_is_not_when_it_was(text: str) -> None:
    assert set(edtf(text)) == {"[..2013-01-21]"}


@pytest.mark.parametrize(
    "text",
    [
        "The trial of rebels who killed 12 soldiers in Mill opened on Thursday.",
        "Rebels who had taken Mill were freed on Thursday.",
        "The 12 soldiers killed in Mill were buried on Thursday.",
    ],
)
def test_the_day_of_the_main_verb_is_not_that_of_another(text: str) -> None:
    assert set(edtf(text)) == {"[..2013-01-21]"}


def test_a_place_of_another_verb_is_not_where_a_thing_was() -> None:
    text = "The attack came before the Rebels took Mill."
    assert told(text, "place") == [("TownOccupied", "mill"), ("AttackOccurred", "?")]
