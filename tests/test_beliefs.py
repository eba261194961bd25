"""Beliefs: the three clocks, evidence, and the rectangles that a history shows."""

from __future__ import annotations

import pytest
from sheets_for_tests import NOW, ask, fact, new_situation, tell, ticking, who_holds

from projections.state import MOST_EVIDENCE
from projections.store import Row
from tracker.cli import words
from tracker.errors import NotFoundError
from tracker.instants import AsOf, format_instant
from tracker.situation import Situation


def took(by: str, when: str) -> Row:
    return fact("TownOccupied", place="mill", by=[by], when=when)


# -- three clocks --------------------------------------------------------------------------------


def test_what_is_published_later_is_not_known_before(situation: Situation) -> None:
    tell(situation, "gazette", "2013-01-12", took("rebels", "2013-01-10"))
    tell(situation, "radio", "2013-01-20", took("army", "2013-01-11"))
    assert who_holds(situation, "2013-01-15", known_at="2013-01-11") is None
    assert who_holds(situation, "2013-01-15", known_at="2013-01-12") == ("held", ["rebels"])
    assert who_holds(situation, "2013-01-15", known_at="2013-01-19") == ("held", ["rebels"])
    assert who_holds(situation, "2013-01-15", known_at="2013-01-20") == ("held", ["army"])
    assert who_holds(situation, "2013-01-15") == ("held", ["army"])


def test_a_report_counts_as_known_at_the_end_of_its_day_or_its_second(
    situation: Situation,
) -> None:
    tell(situation, "gazette", "2013-01-12", took("rebels", "2013-01-10"))
    tell(situation, "radio", "2013-01-14T06:00:00Z", took("army", "2013-01-13"))
    assert who_holds(situation, "2013-01-12", known_at="2013-01-12T23:59Z") == ("held", ["rebels"])
    assert who_holds(situation, "2013-01-12", known_at="2013-01-12T23:58Z") is None
    assert who_holds(situation, "2013-01-14", known_at="2013-01-14T06:00:00Z") == (
        "held",
        ["army"],
    )
    assert who_holds(situation, "2013-01-14", known_at="2013-01-14T05:59:59Z") == (
        "held",
        ["rebels"],
    )


def test_the_recorded_clock_by_position_and_by_time_gives_back_what_the_log_held() -> None:
    clock = ticking()
    with new_situation(clock) as situation:
        tell(situation, "gazette", "2013-01-12", took("rebels", "2013-01-10"))
        position, minute = situation.log.position, format_instant(clock())
        tell(situation, "radio", "2013-01-11", took("army", "2013-01-11"))

        def holders(recorded_at: str | None) -> object:
            row = ask(situation, "control", "mill", "2013-01-15", recorded_at=recorded_at)
            return row["holders"] if row else None

        assert holders(None) == ["army"]
        assert holders(f"#{position}") == ["rebels"]
        assert holders(f"#{position + 1}") == ["rebels"], "the report, but not yet its fact"
        assert holders(f"#{position + 2}") == ["army"]
        assert holders("#1") is None
        assert holders(minute) == ["rebels"]
        assert holders(format_instant(NOW)) is None


def test_the_answer_names_its_clocks_its_policy_and_the_position(situation: Situation) -> None:
    tell(situation, "gazette", "2013-01-12", took("rebels", "2013-01-10"))
    answer = situation.state(situation.clocks("2013-01-15", "2013-01-14", "#99"), "control")
    assert answer.query["as_of"] == "2013-01-15T23:59:59.999999Z"
    assert answer.query["known_at"] == "2013-01-14T23:59:59.999999Z"
    assert answer.query["recorded_at"] == "#99"
    assert answer.query["policy"] == "origin-weighted/1"
    position = situation.log.position
    assert answer.as_json()["log"] == {"position": position, "head": situation.head(position)}


def test_a_time_to_come_gets_the_last_state_and_a_note(situation: Situation) -> None:
    tell(situation, "gazette", "2013-01-12", took("rebels", "2013-01-10"))
    answer = situation.state(situation.clocks("2014-01-01"), "control", "mill")
    assert answer.dicts[0]["holders"] == ["rebels"]
    assert answer.notes == ("as of a time still to come: this is the last state known",)
    assert situation.state(situation.clocks("2013-01-12"), "control", "mill").notes == ()


# -- evidence ------------------------------------------------------------------------------------


def test_evidence_runs_from_the_newest_back_and_its_age_is_told(situation: Situation) -> None:
    (older,) = tell(situation, "gazette", "2013-01-12", took("rebels", "2013-01-10"))
    (newer,) = tell(situation, "radio", "2013-01-14", took("rebels", "2013-01-13"))
    row = ask(situation, "control", "mill", "2013-01-15")
    assert row
    assert row["evidence"] == [newer, older]
    assert row["age_days"] == 2
    assert row["last_evidence"] == "2013-01-13T23:59:59.999999Z"
    assert (row["support"], row["certainty"]) == ("confirmed", "certain")


def test_a_row_keeps_the_sixteen_newest_facts(situation: Situation) -> None:
    days = [f"2013-01-{number:02}" for number in range(1, 21)]
    ids = tell(situation, "gazette", "2013-01-21", *(took("rebels", day) for day in days))
    row = ask(situation, "control", "mill", "2013-01-22")
    assert row
    assert row["evidence"] == ids[::-1][:16]
    assert len(row["evidence"]) == MOST_EVIDENCE == words.MOST_EVIDENCE


def test_the_same_report_recorded_again_adds_nothing(situation: Situation) -> None:
    for _ in range(2):
        tell(situation, "gazette", "2013-01-12", took("rebels", "2013-01-10"))
    row = ask(situation, "control", "mill", "2013-01-15")
    assert row
    assert len(row["evidence"]) == 1


# -- rectangles ----------------------------------------------------------------------------------


def test_a_history_shows_what_was_so_and_when_it_was_known(situation: Situation) -> None:
    tell(situation, "gazette", "2013-01-12", took("rebels", "2013-01-10"))
    tell(situation, "radio", "2013-01-14", took("army", "2013-01-13T12:00:00Z"))
    rows = situation.history("mill", "control").dicts
    columns = ("holders", "valid_from", "valid_to", "known_from", "known_to")
    first, later = "2013-01-12T23:59:59.999999Z", "2013-01-14T23:59:59.999999Z"
    sure = "2013-01-10T23:59:59.999999Z"
    noon, after_noon = "2013-01-13T12:00:00Z", "2013-01-13T12:00:00.999999Z"
    assert [tuple(row[name] for name in columns) for row in rows] == [
        ([], "2013-01-10T00:00:00Z", sure, first, None),  # rebels, possibly
        (["rebels"], sure, noon, first, None),
        (["rebels"], noon, None, first, later),
        (["rebels"], noon, after_noon, later, None),  # the army, possibly
        (["army"], after_noon, None, later, None),
    ]


def test_a_history_as_known_then_leaves_out_what_was_learned_later(situation: Situation) -> None:
    tell(situation, "gazette", "2013-01-12", took("rebels", "2013-01-10"))
    tell(situation, "radio", "2013-01-20", took("army", "2013-01-15"))
    known = situation.clocks("2013-01-20", "2013-01-13")
    rows = situation.history("mill", "control", known).dicts
    assert {tuple(row["holders"]) for row in rows if row["status"] == "held"} == {("rebels",)}


def test_a_key_that_nobody_told_of_is_said_to_be_unknown_with_the_nearest(
    situation: Situation,
) -> None:
    tell(situation, "gazette", "2013-01-12", took("rebels", "2013-01-10"))
    with pytest.raises(NotFoundError, match="did you mean mill"):
        situation.history("mil", "control")
    answer = situation.state(AsOf(NOW), "control", "mil")
    assert answer.dicts == ()
    assert "did you mean mill" in answer.notes[0]
