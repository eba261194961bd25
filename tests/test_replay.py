"""The log run again: what began before it was seen, and clocks that were set back."""

from __future__ import annotations

from pathlib import Path

from commands_for_tests import said
from contradictions_for_tests import (
    SITUATION,
    found,
    left,
    number,
    open_war,
    pledged,
    report,
    took,
)

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


def test_a_replay_ends_in_the_state() -> None:
    """Also of what counts before the day it is dated, and of what is told but not so yet."""
    told = [
        report("gazette", 10, pledged(number(500), 25) | {"status": "occurred"}).raw(),
        report("gazette", 11, took("rebels", 8)).raw(),
        report("courier", 12, took("army", 20) | {"status": "planned"}).raw(),
        report("radio", 12, left("rebels", 11) | {"status": "denied"}).raw(),
    ]
    with open_war() as situation:
        situation.record(told, by="tests")
        for day in ("01-05", "01-09", "01-11", "01-13", "01-21", "01-26"):
            clocks = situation.clocks(f"2013-{day}")
            replayed: dict[tuple[str, str], object] = {}
            for _, changes in situation.replay(clocks):
                for change in changes:
                    replayed[change["projection"], change["key"]] = change["after"]
            so = {cell for cell, after in replayed.items() if after}
            rows = situation.state(clocks).dicts
            assert so == {(row["projection"], row["key"]) for row in rows}


def test_what_changes_beside_the_value_is_said(tmp_path: Path) -> None:
    """Two outlets say who holds a town; then one takes it back: who holds it is as it was."""
    log = tmp_path / "s.db"
    with Situation(log, create=True) as situation:
        situation.register(SITUATION, "situation.yaml", by="tests")
        first = report("gazette", 20, took("rebels", 10)).raw()
        situation.record([first], by="tests")
        wrong = f"#{situation.position}"
        situation.record([report("radio", 20, found("rebels", 12)).raw()], by="tests")
        situation.retract([wrong], reason="a slip", by="tests", published="2013-01-21")
    lines = said("--log", log, "replay", "--as-of", "2013-01-15", "--changes").splitlines()
    changes = [line.strip().split(": ", 1)[1] for line in lines if line.startswith("    ")]
    assert changes == [
        "no evidence -> Rebels",
        "Rebels, reported, 1 fact -> Rebels, confirmed, 2 facts",
        "Rebels, confirmed, since 10 Jan 2013, 2 facts -> Rebels, reported, by 12 Jan 2013, 1 fact",
    ]
