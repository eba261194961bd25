"""Drafts: what is denied twice, weighed, opposed or played is neither said to be so nor denied."""

from __future__ import annotations

import pytest
from test_draft_facts import read, told

from tracker.registry import Registry
from tracker.situation_file import read_situation


def statuses(text: str, *kinds: str) -> list[object]:
    """Give how far things have come that a text tells of, of some kinds or of all."""
    return [one[1] for one in told(text, "status") if not kinds or one[0] in kinds]


@pytest.mark.parametrize(
    "text",
    [
        "The Army failed to prevent the Rebels from entering Mill.",
        "The Army could not prevent the Rebels from taking Mill.",
        "The Army did not stop the Rebels from capturing Mill.",
        "The Army was unable to keep the Rebels from entering Mill.",
        "The Rebels did not fail to take Mill.",
        "The Rebels never failed to take Mill.",
        "Nothing prevented the Rebels from taking Mill.",
        "Nobody denies that the Rebels hold Mill.",
        "No one disputes reports that the Rebels hold Mill.",
        "The Army denied that it had failed to enter Mill.",
        "The Rebels did not refuse to leave Mill.",
        "The Army abandoned its attempt to prevent the Rebels from entering Mill.",
        "It is not true that the Rebels have not taken Mill.",
    ],
)
def test_what_is_denied_twice_is_left_open(text: str) -> None:
    assert set(statuses(text)) <= {"?"}


def test_one_denial_after_another_thing_was_denied_is_one() -> None:
    text = "The Army did not resist and failed to enter Mill."
    assert statuses(text) == ["denied"]


@pytest.mark.parametrize(
    "text",
    [
        "The Army stopped the Rebels capturing Mill.",
        "The Army's planes prevented the Rebels entering Mill.",
        "The Rebels all but took Mill.",
        "The Legion decided against sending troops to Mill.",
        "The Rebels were banned from entering Mill.",
        "The Rebels shelved capturing Mill.",
        "The Rebels are capable of capturing Mill.",
        "In an exercise, the Army recaptured Mill from a mock enemy.",
        "The film shows how the Rebels captured Mill.",
        "The Rebels took Mill in a video game.",
        "During a drill the Army entered Mill.",
        "Fighting in Mill has ended.",
        "The Rebels lifted their blockade of Mill.",
    ],
)
def test_what_may_not_have_come_about_is_not_said_to(text: str) -> None:
    assert not set(statuses(text)) - {"?", "denied"}


@pytest.mark.parametrize(
    "text",
    [
        "The Office considered raising the alert to red.",
        "The Office debated raising the alert to red.",
        "The Office talked about raising the alert to red.",
        "The Office discussed a plan to raise the alert to red.",
    ],
)
def test_what_is_weighed_is_no_more_than_possible(text: str) -> None:
    assert told(text, "level", "status") == [("ThreatLevelRaised", "red", "possible")]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The Rebels were filmed capturing Mill.", "ongoing"),
        ("The Rebels admitted capturing Mill.", "occurred"),
        ("The Army resumed shelling Mill.", "occurred"),
        ("The Rebels succeeded in capturing Mill.", "occurred"),
        ("There is no doubt that the Rebels captured Mill.", "occurred"),
    ],
)
def test_what_was_done_is_said_to(text: str, status: str) -> None:
    assert statuses(text) == [status]


def test_fighting_that_came_before_goes_on_no_more() -> None:
    text = "The Rebels failed to capture Mill last Thursday after two days of fighting."
    assert told(text, "status") == [("TownOccupied", "denied"), ("FightingReported", "occurred")]
    assert statuses("The Rebels and the Army clashed in Mill.") == ["occurred"]
    assert statuses("Fighting continued in Mill.") == ["ongoing"]


@pytest.mark.parametrize(
    "text",
    [
        "Only the Legion could prevent the Rebels from taking Mill.",
        "The Army tried to prevent the Rebels from taking Mill.",
        "The Army sent planes to stop the Rebels from taking Mill.",
        "The Rebels do not have the men to take Mill.",
        "The Rebels lack the men to take Mill.",
        "The Rebels had planned to take Mill.",
        "The Army had hoped to take Mill.",
    ],
)
def test_what_was_only_meant_is_left_open(text: str) -> None:
    assert set(statuses(text, "TownOccupied")) <= {"?", "possible"}


def test_who_managed_to_stop_it_stopped_it() -> None:
    assert statuses("The Army managed to prevent the Rebels from taking Mill.") == ["denied"]


@pytest.mark.parametrize(
    "text",
    [
        "The Rebels once controlled Mill.",
        "The Rebels had held Mill.",
        "Mill was formerly under the control of the Rebels.",
        "The Rebels held Mill until the rains came.",
        "The Rebels held Mill for three days.",
        "The Rebels besieged Mill for two months.",
    ],
)
def test_what_was_so_once_is_not_said_to_be_so_now(text: str) -> None:
    assert statuses(text) == ["?"]


@pytest.mark.parametrize(
    "text",
    [
        "The Rebels have held Mill for three days.",
        "The Rebels hold Mill.",
        "The Army said the Rebels had surrounded Mill.",
    ],
)
def test_what_is_so_still_goes_on(text: str) -> None:
    assert statuses(text) == ["ongoing"]


@pytest.mark.parametrize(
    "text",
    [
        "Nobody was killed when the Rebels entered Mill.",
        "Neither side fired when the Rebels entered Mill.",
        "The Army denied that it had fled when the Rebels entered Mill.",
        "No shot was fired as the Rebels entered Mill.",
    ],
)
def test_a_denial_of_another_thing_does_not_deny_what_it_was_at_the_time_of(text: str) -> None:
    assert "denied" not in statuses(text, "TownEntered")


@pytest.mark.parametrize(
    "text",
    [
        "But for the Legion, Mill would have fallen.",
        "Without the Legion, Mill would have fallen to the Rebels.",
        "The Rebels exaggerated when they said they had taken Mill.",
        "The Rebels jokingly said they had taken Mill.",
    ],
)
def test_what_would_have_been_or_is_a_boast_is_no_fact(text: str) -> None:
    assert statuses(text) == []


def test_who_is_charged_with_a_thing_may_not_have_done_it() -> None:
    assert statuses("A man charged with killing 12 soldiers was freed.") == ["?"]


@pytest.mark.parametrize(
    "text",
    [
        'The Army said that the Rebels "may have" taken Mill.',
        "The Rebels seemingly took Mill.",
        "The Rebels appear to have taken Mill.",
        "The Rebels, perhaps, took Mill.",
        "The Rebels took Mill, it seems.",
        "The Rebels took Mill, if reports are true.",
        "The Rebels are allowed to take Mill.",
        "The Rebels tried in vain to take Mill.",
    ],
)
def test_what_only_seems_so_is_no_more_than_possible(text: str) -> None:
    assert statuses(text) == ["possible"]


def test_what_was_agreed_is_planned_until_it_is_told_in_the_past() -> None:
    assert statuses("Under the deal, the Rebels leave Mill on Monday.") == ["planned"]
    assert statuses("Under the deal, the Rebels left Mill on Monday.") == ["occurred"]


@pytest.mark.parametrize(
    "text",
    [
        "The Legion demanded the withdrawal of the Army from Mill.",
        "The Army ordered an attack on Mill.",
        "The Army began its withdrawal from Mill.",
        "The Army need not leave Mill.",
    ],
)
def test_what_was_ordered_begun_or_need_not_be_is_left_open(text: str) -> None:
    assert statuses(text) == ["?"]


def test_who_acts_as_though_it_were_so_makes_it_no_fact() -> None:
    assert statuses("The Rebels acted as though they held Mill.") == []


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("The Legion welcomed the withdrawal of the Army from Mill.", ["army"]),
        ("The Army completed its withdrawal from Mill.", ["army"]),
        ("The Army's withdrawal from Mill is over.", ["army"]),
        ("The Army repelled an attack on Mill.", None),
        ("The Army condemned the raid on Mill.", None),
        ("The Army mounted an attack on Mill.", ["army"]),
    ],
)
def test_who_only_speaks_of_a_thing_did_not_do_it(text: str, by: list[str] | None) -> None:
    assert [one[1] for one in told(text, "by")] == [by]


def test_a_name_that_begins_with_the_is_found_after_by() -> None:
    known = Registry().after(read_situation(THE_ARMY, "situation.yaml").events)
    (found,) = read("Mill was captured by the army on Monday.", known)
    assert found["by"] == ["army"]


THE_ARMY = b"""
title: The
places: {land: {name: Land, type: country}, mill: {name: Mill, within: land}}
actors: {army: {name: Land Army, aliases: [the army]}}
sources: {gazette: {name: The Gazette, type: newspaper}}
"""
