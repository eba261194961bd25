"""Drafts: which level of which scheme was arrived at."""

from __future__ import annotations

from datetime import date

import pytest
from sheets_for_tests import SITUATION, registry

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


@pytest.mark.parametrize(
    ("text", "kind", "level"),
    [
        ("The Office lowered its alert level from red to amber.", "Lowered", "amber"),
        ("The Office raised its alert level to red from amber.", "Raised", "red"),
        ("The Office raised its alert level from white, where it was, to red.", "Raised", "red"),
        ("The Office lowered its alert level from red.", "Lowered", "?"),
        ("The Office raised its alert level for the red hills.", "Raised", "?"),
        ("The Office raised its alert level to amber or red.", "Raised", "?"),
        ("The Office raised its alert level to amber and then to red.", "Raised", "?"),
    ],
)
def test_the_level_is_the_one_arrived_at(text: str, kind: str, level: str) -> None:
    assert told(text, "scheme", "level") == [(f"ThreatLevel{kind}", "lantern", level)]


def test_a_level_that_was_kept_is_none_that_was_raised() -> None:
    assert told("The Office kept its alert level at red.") == []
    assert told("The Office did not raise its alert level to red.", "level", "status") == [
        ("ThreatLevelRaised", "red", "denied")
    ]


def test_a_level_of_two_schemes_is_that_of_the_one_that_is_named() -> None:
    more = (
        SITUATION
        + b"""
  flag:
    name: Flag
    authority: army
    scope: valley
    levels: [amber, red]
"""
    )
    known = Registry().after(read_situation(more, "situation.yaml").events)

    def scheme(text: str) -> list[object]:
        return [one["scheme"] for one in read(text, known)]

    assert scheme("The Office of Alerts raised its alert level to red.") == ["lantern"]
    assert scheme("The Army raised its alert level to red.") == ["flag"]
    assert scheme("The Warden raised the Flag level to red.") == ["flag"]
    assert scheme("The Warden raised the alert level to red.") == ["?"]
