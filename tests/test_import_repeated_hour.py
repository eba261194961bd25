"""Rows of intervals without a zone in the hour that clocks repeat: only what every reading says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from effort_for_tests import times
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from sheets_for_tests import ask, new_situation
from tables_for_tests import load, sirens

from tracker.situation import Situation

KYIV = ZoneInfo("Europe/Kyiv")  # 30 Oct 2022, 04:00 becomes 03:00: 00:00Z to 02:00Z reads twice
EVENING = datetime(2022, 10, 29, 22, tzinfo=UTC)
SHARED = HealthCheck.function_scoped_fixture  # a folder: each example writes its own table
Clock = tuple[str, str]
"""When a row begins and ends, as a clock on a wall showed it."""


def table(rows: list[Clock]) -> str:
    lines = (f"Valley,2022-10-30 {on},2022-10-30 {off},False\n" for on, off in rows)
    return "area,on,off,guessed\n" + "".join(lines)


def told(situation: Situation, folder: Path, rows: list[Clock]) -> None:
    load(situation, folder, sirens(zone="Europe/Kyiv"), table(rows))


def at(situation: Situation, moment: str) -> tuple[str, str] | None:
    row = ask(situation, "alerts", "lantern/valley", f"2022-10-30T{moment}Z")
    return (row["level"], row["certainty"]) if row else None


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (  # the second begins while the first, by one reading of its end, is on
            [("02:13:00", "03:20:00"), ("03:50:00", "03:42:00")],
            {"00:10": "certain", "00:30": "possible", "01:00": "certain", "01:37": "certain"},
        ),
        (  # by one reading of each they join, by another an hour lies between
            [("02:42:00", "03:41:00"), ("03:38:00", "04:06:00")],
            {"00:30": "certain", "01:10": "possible", "01:50": "certain", "02:05": "certain"},
        ),
        (  # the first is over before the second begins, unless that was in the first hour
            [("02:50:00", "03:55:00"), ("03:10:00", "04:30:00")],
            {"00:05": "certain", "02:20": "certain"},
        ),
    ],
)
def test_rows_that_join_by_one_reading_are_two(
    situation: Situation, tmp_path: Path, rows: list[Clock], found: dict[str, str]
) -> None:
    told(situation, tmp_path, rows)
    for moment, certainty in found.items():
        assert at(situation, moment) == ("red", certainty), moment
    assert at(situation, "03:00") == ("white", "certain")


def readings(clock: str) -> list[datetime]:
    """Give every instant at which a wall's clock showed this."""
    shown = datetime.fromisoformat(f"2022-10-30T{clock}")
    found = {shown.replace(tzinfo=KYIV, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(found)


def of_row(row: Clock) -> list[tuple[datetime, datetime]]:
    """Give every interval that a row may mean: it ends after it begins."""
    return [(on, off) for on, off in product(*map(readings, row)) if on < off]


@st.composite
def clocks(draw: st.DrawFn) -> list[Clock]:
    """Give rows in the order in which they were, as walls showed them."""
    rows, now = [], EVENING
    for _ in range(draw(st.integers(1, 4))):
        on = now + timedelta(minutes=draw(st.integers(5, 100)))
        now = on + timedelta(minutes=draw(st.integers(2, 90)))
        row = f"{on.astimezone(KYIV):%H:%M:%S}", f"{now.astimezone(KYIV):%H:%M:%S}"
        assume(row[0] != row[1])  # such a row tells nothing
        rows.append(row)
        if now >= EVENING + timedelta(hours=6):
            break
    return rows


@settings(max_examples=times(30), suppress_health_check=[SHARED])
@example([("02:13:00", "03:20:00"), ("03:50:00", "03:42:00")])
@example([("02:42:00", "03:41:00"), ("03:38:00", "04:06:00")])
@given(clocks())
def test_what_is_certain_is_so_by_every_reading(tmp_path: Path, rows: list[Clock]) -> None:
    with new_situation() as situation:
        told(situation, tmp_path, rows)
        stories = list(product(*map(of_row, rows)))
        for minute in range(0, 420, 3):
            moment = EVENING + timedelta(minutes=minute, seconds=90)
            row = ask(situation, "alerts", "lantern/valley", f"{moment:%Y-%m-%dT%H:%M:%SZ}")
            if row is None or row["certainty"] != "certain":
                continue
            said = {any(on <= moment < off for on, off in story) for story in stories}
            assert said == {row["level"] == "red"}, (moment, row["level"])
        assert not load(situation, tmp_path, sirens(zone="Europe/Kyiv"), table(rows)).events
