"""The log run again: what began before it was seen, and clocks that were set back."""

from __future__ import annotations

from contradictions_for_tests import SITUATION, found, open_war, report, took

from tracker.instants import parse_moment
from tracker.situation import Situation

HOUR = 3_600_000_000


def test_a_replay_has_what_began_before_it_was_seen() -> None:
    with open_war() as situation:
        situation.record([report("gazette", 20, found("army", 16, 3)).raw()], by="tests")
        clocks = situation.clocks("2013-01-15")
        changes = [row for _, rows in situation.replay(clocks) for row in rows]
        (row,) = situation.state(clocks, "control").dicts
    assert [change["after"]["holders"] for change in changes] == [row["holders"]] == [["army"]]


def test_a_replay_to_a_time_before_which_a_clock_was_set_back() -> None:
    """By the clock the report was recorded after what corrected it."""
    now = parse_moment("2013-03-01T10:00:00Z").earliest
    with Situation(":memory:", create=True, clock=lambda: now) as situation:
        situation.register(SITUATION, "situation.yaml", by="tests")
        situation.record([report("gazette", 20, took("rebels", 10)).raw()], by="tests")
        wrong = f"#{situation.position}"
        now -= HOUR
        situation.correct(wrong, {"by": "[army]"}, reason="a slip", by="tests")
        clocks = situation.clocks("2013-01-15", None, "2013-03-01T09:30:00Z")
        told = [row["kind"] for row, _ in situation.replay(clocks)]
    assert told == ["FactCorrected", "TownOccupied"]
