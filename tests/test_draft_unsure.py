"""Drafts: what is denied twice, weighed, opposed or played is neither said to be so nor denied."""

from __future__ import annotations

import pytest
from test_draft_facts import told


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
