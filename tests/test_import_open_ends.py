"""Rows of intervals that have no end: in force until another begins, and then nobody knows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands_for_tests import said
from effort_for_tests import times
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from sheets_for_tests import SITUATION, ask, new_situation
from tables_for_tests import facts_in, load, sirens

from tracker.situation import Situation

HEAD = "area,on,off,guessed\n"
SHARED = HealthCheck.function_scoped_fixture  # a folder: each example writes its own tables
Spans = dict[int, int | None]
"""Of each minute at which a row begins, how many minutes it lasts; None: it has no end."""
SPANS = st.dictionaries(
    st.integers(0, 50), st.none() | st.integers(1, 15), min_size=1, max_size=7
)  # fmt: skip


def clock(minute: int, second: int = 0) -> str:
    return f"2013-01-01T{10 + minute // 60}:{minute % 60:02}:{second:02}Z"


def written(spans: Spans) -> str:
    ends = {start: "" if lasts is None else clock(start + lasts) for start, lasts in spans.items()}
    return HEAD + "".join(f"Valley,{clock(start)},{end},False\n" for start, end in ends.items())


def levels(situation: Situation) -> list[tuple[str, str] | None]:
    """Give the level and its certainty in the middle of every minute."""
    rows = (ask(situation, "alerts", "lantern/valley", clock(n, 30)) for n in range(70))
    return [(row["level"], row["certainty"]) if row else None for row in rows]


def expected(spans: Spans, minute: int) -> tuple[str, str] | None:
    """Say by the rows alone what is so: one without an end may be over until another begins."""
    if minute < min(spans):
        return None
    if any(start <= minute < start + (lasts or 0) for start, lasts in spans.items()):
        return "red", "certain"
    newest = max(start for start in spans if start <= minute)
    if spans[newest] is not None:
        return "white", "certain"
    return "red", "possible" if any(start > minute for start in spans) else "certain"


ROWS: Spans = {0: None, 20: 5, 40: 5}


def test_a_row_without_an_end_does_not_swallow_those_that_begin_later(
    situation: Situation, tmp_path: Path
) -> None:
    outcome = load(situation, tmp_path, sirens(), written(ROWS))
    assert (outcome.files[0].rows, outcome.files[0].joined) == (3, 0)
    assert [fact["when"]["edtf"] for fact in facts_in(situation)] == [
        clock(0),
        f"[{clock(0)}..{clock(20)}]",
        clock(20),
        clock(25),
        clock(40),
        clock(45),
    ]
    found = levels(situation)
    assert [found[at] for at in (0, 18, 20, 24, 25, 39, 40)] == [
        ("red", "possible"),
        ("red", "possible"),
        ("red", "certain"),
        ("red", "certain"),
        ("white", "certain"),
        ("white", "certain"),
        ("red", "certain"),
    ]


def test_while_it_was_in_force_nobody_knew_of_an_end(situation: Situation, tmp_path: Path) -> None:
    load(situation, tmp_path, sirens(), written(ROWS))
    row = ask(situation, "alerts", "lantern/valley", clock(10), clock(10))
    assert row is not None
    assert (row["level"], row["certainty"]) == ("red", "certain")


@pytest.mark.parametrize("days", [("2013-01-01", "2013-01-02"), ("2013-01-01", "2013-01-05")])
def test_so_too_of_rows_that_name_days(
    situation: Situation, tmp_path: Path, days: tuple[str, str]
) -> None:
    first, next_one = days
    table = HEAD + f"Valley,{first},,False\nValley,{next_one},2013-01-09,False\n"
    load(situation, tmp_path, sirens(), table)
    times_of = [fact["when"]["edtf"] for fact in facts_in(situation)]
    assert times_of == [first, f"[{first}..{next_one}]", next_one, "2013-01-09"]
    asked = (f"{first}T23:59:59Z", "2013-01-06T12:00:00Z", "2013-01-10T12:00:00Z")
    rows = [ask(situation, "alerts", "lantern/valley", at) for at in asked]
    found = [(row["level"], row["certainty"]) for row in rows if row]
    assert found == [("red", "possible"), ("red", "certain"), ("white", "certain")]


@settings(max_examples=times(40), suppress_health_check=[SHARED])
@example({0: None, 1: 15, 3: None, 5: 2, 30: None})
@given(SPANS)
def test_every_minute_is_as_the_rows_say(tmp_path: Path, spans: Spans) -> None:
    with new_situation() as situation:
        load(situation, tmp_path, sirens(), written(spans))
        for minute, found in enumerate(levels(situation)):
            assert found == expected(spans, minute), minute
        assert load(situation, tmp_path, sirens(), written(spans)).events == 0


def in_another(spans: Spans) -> bool:
    """Whether one in force begins while another is on, whose end it then takes away.

    If that was told before, nothing shows which of the two tables is the later one.
    """
    newest = max(spans)
    ends = (start + lasts for start, lasts in spans.items() if lasts is not None)
    return spans[newest] is None and any(newest <= end for end in ends)


@settings(max_examples=times(40), suppress_health_check=[SHARED])
@example({0: None}, {0: 5, 10: None})
@example({0: None, 10: 5}, {0: 10})
@example({0: None, 10: None}, {5: None, 0: 2})
@given(SPANS, SPANS)
def test_ends_that_come_later_correct_what_was_told(
    tmp_path: Path, old: Spans, more: Spans
) -> None:
    known = {start: lasts for start, lasts in old.items() if lasts is not None}
    later = {**old, **more, **known}
    assume(not in_another(later))
    with new_situation() as both, new_situation() as alone:
        load(both, tmp_path, sirens(), written(old))
        load(both, tmp_path, sirens(), written(later))
        load(alone, tmp_path, sirens(), written(later))
        assert levels(both) == levels(alone)
        for table in (later, old):
            assert load(both, tmp_path, sirens(), written(table)).events == 0


def test_rows_that_are_joined_are_counted(situation: Situation, tmp_path: Path) -> None:
    table = written({0: 10, 5: 10, 15: 5, 30: 5})
    for dry in (True, False, False):
        outcome = load(situation, tmp_path, sirens(), table, dry_run=dry)
        assert (outcome.files[0].rows, outcome.files[0].joined) == (4, 2)
    assert outcome.files[0].as_json()["joined"] == 2
    assert len(facts_in(situation)) == 2 * (4 - 2)


def test_how_many_are_joined_is_printed(tmp_path: Path) -> None:
    (tmp_path / "situation.yaml").write_bytes(SITUATION)
    (tmp_path / "mapping.yaml").write_text(json.dumps(sirens()))
    (tmp_path / "table.csv").write_text(written({0: 10, 5: 10, 15: 5, 30: 5}))
    log = tmp_path / "situation.db"
    said("--log", log, "init", tmp_path / "situation.yaml")
    printed = said("--log", log, "import", tmp_path / "mapping.yaml", tmp_path / "table.csv")
    assert "table.csv: 4 rows, 2 joined with others\n" in printed
