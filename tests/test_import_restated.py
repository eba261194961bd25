"""Tables of intervals that come again and again: the last one is so, whatever was said before."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from effort_for_tests import times
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sheets_for_tests import ask, new_situation
from tables_for_tests import facts_in, load, sirens

from tracker.situation import Situation

KEY = "lantern/valley"
HEAD = "area,on,off,guessed\n"
SHARED = HealthCheck.function_scoped_fixture
ALERT = ("10:00", "10:30")
TOO_LONG = ("09:00", "12:00")
IN_TRUTH = ("09:00", "09:30")
Spans = dict[int, tuple[int, bool]]
"""Minute at which a row begins -> how long it lasts, and whether that is only assumed."""


def table(*spans: tuple[str, str]) -> str:
    day = "2013-01-01"
    return HEAD + "".join(f"Valley,{day} {on}:00Z,{day} {off}:00Z,False\n" for on, off in spans)


def alarms(situation: Situation, *minutes: str, known_at: str | None = None) -> str:
    """Give for each minute whether there is an alarm: R (red), w (white), or - where none knows."""
    known = known_at and f"2013-01-01T{known_at}:30Z"
    rows = [ask(situation, "alerts", KEY, f"2013-01-01T{at}:30Z", known) for at in minutes]
    return "".join({"red": "R", "white": "w"}[row["level"]] if row else "-" for row in rows)


HOURS = ("09:10", "09:40", "10:10", "10:40", "12:10")


@pytest.mark.parametrize("more", [(ALERT,), ()], ids=["listed", "left out"])
def test_an_alert_that_one_noted_too_long_had_swallowed_is_one_again(
    situation: Situation, tmp_path: Path, more: tuple[tuple[str, str], ...]
) -> None:
    second = table(TOO_LONG, *more)
    load(situation, tmp_path, sirens(), table(ALERT))
    assert alarms(situation, *HOURS) == "--Rww"
    load(situation, tmp_path, sirens(), second)
    assert alarms(situation, *HOURS) == "RRRRw"
    before = situation.position
    outcome = load(situation, tmp_path, sirens(), table(IN_TRUTH, ALERT))
    assert (outcome.corrections, outcome.files[0].facts["FactRetracted"]) == (2, 1)
    assert alarms(situation, *HOURS) == "RwRww"
    assert alarms(situation, *HOURS[:3], known_at="10:20") == "RwR"
    asked = situation.clocks("2013-01-01T10:40:30Z", recorded_at=f"#{before}")
    (row,) = situation.state(asked, "alerts", KEY).dicts
    assert row["level"] == "red"  # as the log had it before
    for again in (table(ALERT), second, table(IN_TRUTH, ALERT)):
        assert load(situation, tmp_path, sirens(), again).events == 0
    assert situation.compare() == []


def test_it_is_swallowed_and_told_again_as_often_as_the_source_says_so(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, sirens(), table(ALERT))
    for end, until in (("11:00", "09:10"), ("11:30", "09:20"), ("11:45", "09:25")):
        load(situation, tmp_path, sirens(), table(("09:00", end), ALERT))
        assert alarms(situation, *HOURS) == "RRRRw"
        load(situation, tmp_path, sirens(), table(("09:00", until), ALERT))
        assert alarms(situation, "09:05", *HOURS[1:]) == "RwRww"
    assert situation.compare() == []


def test_while_the_long_one_stands_an_earlier_table_brings_nothing_back(
    situation: Situation, tmp_path: Path
) -> None:
    for rows in (table(ALERT), table(TOO_LONG)):
        load(situation, tmp_path, sirens(), rows)
    assert load(situation, tmp_path, sirens(), table(ALERT)).events == 0
    assert alarms(situation, *HOURS) == "RRRRw"


def test_what_somebody_took_back_is_not_told_again(situation: Situation, tmp_path: Path) -> None:
    load(situation, tmp_path, sirens(), table(ALERT), batch="first")
    load(situation, tmp_path, sirens(), table(TOO_LONG))
    load(situation, tmp_path, sirens(), table(IN_TRUTH, ALERT), batch="last")
    situation.retract(batch="last", published="2013-02-01", reason="a slip", by="tests")
    assert alarms(situation, *HOURS) == "RRRRw"
    assert load(situation, tmp_path, sirens(), table(IN_TRUTH, ALERT)).events == 0
    assert situation.compare() == []


def test_an_end_that_is_told_anew_of_another_row_is_its_end(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, sirens(), table(("10:00", "11:00")))
    load(situation, tmp_path, sirens(), table(("10:00", "10:20")))
    load(situation, tmp_path, sirens(), table(("10:00", "10:20"), ("10:40", "11:00")))
    assert alarms(situation, "10:10", "10:30", "10:50", "11:10") == "RwRw"
    load(situation, tmp_path, sirens(), table(("10:00", "11:00"), ("11:20", "11:30")))
    assert alarms(situation, "10:10", "10:30", "10:50", "11:10", "11:25") == "RwRwR"  # as before
    assert situation.compare() == []


def test_two_alerts_that_were_told_by_themselves_are_one(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, sirens(), table(("11:00", "11:30")))
    load(situation, tmp_path, sirens(), table(("09:00", "10:00"), ("11:00", "11:30")))
    load(situation, tmp_path, sirens(), table(("09:00", "11:30")))  # neither of its facts is new
    assert alarms(situation, "09:30", "10:30", "11:10", "11:40") == "RRRw"


CUTS = st.dictionaries(
    st.integers(0, 30), st.tuples(st.integers(1, 20), st.booleans()), min_size=1, max_size=5
)


def clock(minute: int) -> str:
    return f"2013-01-01T{10 + minute // 60}:{minute % 60:02}"


def written(spans: Spans) -> str:
    return HEAD + "".join(
        f"Valley,{clock(start)}:00Z,{clock(start + length)}:00Z,{guessed}\n"
        for start, (length, guessed) in sorted(spans.items())
    )


def wholes(situation: Situation) -> dict[str, str]:
    """Give when each alert begins -> when it ends, as one table tells them."""
    facts = sorted(
        facts_in(situation), key=lambda one: one["when"]["edtf"].split("..")[-1].strip("]")
    )
    return {
        begun["when"]["edtf"]: ended["when"]["edtf"]
        for begun, ended in pairwise(facts)
        if begun["kind"] == "ThreatLevelRaised"
    }


@settings(max_examples=times(40), suppress_health_check=[SHARED])
@given(st.lists(CUTS, min_size=3, max_size=4))
def test_after_each_table_all_is_as_if_it_had_come_alone(tmp_path: Path, cuts: list[Spans]) -> None:
    """Unless a row ends again as it did before the last table, which reads like an older one."""
    tables = [
        {k: v for cut in cuts[: upto + 1] for k, v in cut.items()} for upto in range(len(cuts))
    ]
    edges = {
        minute for cut in cuts for on, (lasts, _) in cut.items() for minute in (on, on + lasts)
    }
    minutes = [f"{clock(minute)}:30Z" for minute in sorted(edges)]
    told: list[dict[str, str]] = []
    with new_situation() as situation:
        for rows in map(written, tables):
            with new_situation() as alone:
                load(alone, tmp_path, sirens(), rows)
                now = wholes(alone)
                last = told[-1] if told else {}
                again = [on for on, off in now.items() if any(one.get(on) == off for one in told)]
                assume(all(last.get(on, now[on]) == now[on] for on in again))
                told.append(now)
                load(situation, tmp_path, sirens(), rows)
                for at in minutes:
                    here, there = (ask(one, "alerts", KEY, at) for one in (situation, alone))
                    assert _said(here) == _said(there), at
        for rows in map(written, tables):
            assert load(situation, tmp_path, sirens(), rows).events == 0
        assert situation.compare() == []


def _said(row: dict[str, object] | None) -> tuple[object, object] | None:
    return (row["level"], row["certainty"]) if row else None
