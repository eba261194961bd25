"""Denials: what somebody denies is believed as before, and that it is denied is said beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from contradictions_for_tests import left, said_by, took
from sheets_for_tests import new_situation, tell

from projections.store import Row
from tracker.situation import Situation


@pytest.fixture
def situation() -> Iterator[Situation]:
    with new_situation() as opened:
        yield opened


def denied(told: Row) -> Row:
    return {**told, "status": "denied"}


def gaps(situation: Situation, known_at: str | None = None) -> list[str]:
    """Give what is said of denials, in gaps and beside the state: the same."""
    clocks = situation.clocks("2013-01-20", known_at)
    answer = situation.gaps(clocks)
    found = [row["what"] for row in answer.dicts if row["gap"] == "denied"]
    notes = situation.state(clocks, "control", "mill").notes
    assert [note for note in notes if "denied" in note] == [f"Mill: {one}" for one in found]
    return found


def test_who_denies_what_is_believed_is_named(situation: Situation) -> None:
    tell(situation, "gazette", "2013-01-10", took("rebels", 10))
    tell(situation, "radio", "2013-01-12", denied(said_by("rebels", took("rebels", 10))))
    tell(situation, "wire", "2013-01-13", denied(said_by("office", took("brigade", 12))))
    (row,) = situation.state("2013-01-20", "control", "mill").dicts
    assert (row["holders"], row["support"]) == (["rebels"], "reported")
    assert gaps(situation) == ["denied by Rebels (12 Jan 2013); Office of Alerts (13 Jan 2013)"]
    assert gaps(situation, known_at="2013-01-12") == ["denied by Rebels (12 Jan 2013)"]
    assert gaps(situation, known_at="2013-01-11") == []


@pytest.mark.parametrize(
    "told",
    [
        denied(took("army", 12)),  # nobody believes that
        denied(left("rebels", 12)),  # that they left would end it: it speaks for it
        denied(took("rebels", 5)),  # of an earlier time
        took("rebels", 12),
        {**took("rebels", 12), "status": "planned"},
    ],
)
def test_what_denies_nothing_that_is_believed_is_not(situation: Situation, told: Row) -> None:
    tell(situation, "gazette", "2013-01-10", took("rebels", 10))
    tell(situation, "radio", "2013-01-12", told)
    assert gaps(situation) == []


def test_that_they_left_may_be_denied(situation: Situation) -> None:
    tell(situation, "gazette", "2013-01-10", took("rebels", 10))
    tell(situation, "wire", "2013-01-12", left("rebels", 12))
    (denial,) = tell(
        situation, "radio", "2013-01-13", denied(said_by("rebels", left("rebels", 12)))
    )
    assert gaps(situation) == ["denied by Rebels (13 Jan 2013)"]
    situation.retract([denial], reason="misheard", by="tests", published="2013-01-15")
    assert gaps(situation) == []
    assert gaps(situation, known_at="2013-01-14") == ["denied by Rebels (13 Jan 2013)"]


def test_those_who_are_left_out_of_a_question_deny_nothing(situation: Situation) -> None:
    tell(situation, "gazette", "2013-01-10", took("rebels", 10))
    tell(situation, "radio", "2013-01-12", denied(took("rebels", 10)))
    weighing = situation.weighing(without=("radio",))
    rows = situation.gaps("2013-01-20", weighing=weighing).dicts
    assert [row for row in rows if row["gap"] == "denied"] == []
