"""Days are those of the situation's zone, wherever a moment is told: also one that was reckoned."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from commands_for_tests import run, said
from sheets_for_tests import SITUATION, fact, sheet

from tracker.cli import words

QUESTIONS = {
    "state": ("state", "control", "mill", "--as-of", "2013-03-31"),
    "audit": ("audit", "control", "mill", "--as-of", "2013-03-31"),
    "history": ("history", "mill"),
    "diff": ("diff", "control", "--from", "2013-03-30", "--to", "2013-03-31"),
    "replay": ("replay", "--as-of", "2013-03-31"),
    "report": (
        *("export", "report", "--from", "2013-03-30", "--to", "2013-03-31"),
        *("--known-at", "2013-04-10", "-o", "-"),
    ),
}


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=list(QUESTIONS))
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Europe/Berlin", "America/Lima"])
def test_the_end_of_a_statement_is_told_in_days(
    zone: str, asked: tuple[str, ...], tmp_path: Path
) -> None:
    """On 31 March 2013 the clocks of Berlin went forward: its day had 23 hours."""
    log, story, told = (tmp_path / name for name in ("s.db", "situation.yaml", "gazette.yaml"))
    story.write_bytes(SITUATION.replace(b"title:", f"zone: {zone}\ntitle:".encode()))
    held = fact("ControlReported", place="mill", by=["rebels"], state="held", status="ongoing")
    ended = {**held, "when": "2013-03-20/2013-03-31"}
    told.write_bytes(sheet("gazette", "2013-04-05", ended))
    said("--log", log, "init", story)
    said("--log", log, "record", told)
    found = " ".join(run("--log", log, *asked).stdout.split())
    assert "possibly unknown (31 Mar 2013)" in found
    assert not re.search(r"\d\dZ", found)


def test_what_is_no_midnight_of_the_zone_is_told_to_the_second() -> None:
    ends = ("2013-03-31T06:00:00Z", "2013-03-31T18:30:00.000001Z")
    reckoned = {"edtf": "[2013-03-31T06:00:00Z..2013-03-31T18:30:00Z]"}
    since = {**reckoned, **dict(zip(("earliest", "latest"), ends, strict=True))}
    told = "31 Mar 2013 06:00:00Z - 31 Mar 2013 18:30:00Z"
    assert words.between(since, "Asia/Kolkata") == told
    as_written = {**since, "edtf": "2013-03"}
    assert words.between(as_written, "Asia/Kolkata") == "Mar 2013"


@pytest.mark.parametrize(
    ("instant", "zone", "told"),
    [
        ("2026-03-02T13:30:00Z", "Asia/Kabul", "2 Mar 2026 18:00:00+04:30"),
        ("2026-03-09T01:15:59.999999Z", "Europe/Kyiv", "end of 9 Mar 2026 03:15+02:00"),
        ("2026-03-02T01:00:00Z", "America/Lima", "1 Mar 2026 20:00:00-05:00"),
        ("2026-03-02T13:30:00Z", "Africa/Bamako", "2 Mar 2026 13:30:00Z"),
        ("2026-03-02T13:30:00Z", "UTC", "2 Mar 2026 13:30:00Z"),
        ("1850-03-02T13:30:00Z", "Asia/Kabul", "2 Mar 1850 13:30:00Z"),  # 4:36:48 ahead
        ("2026-03-02T19:30:00Z", "Asia/Kabul", "3 Mar 2026"),
        ("2026-03-02T19:29:59.999999Z", "Asia/Kabul", "end of 2 Mar 2026"),
    ],
)
def test_a_moment_is_told_by_the_clocks_whose_days_stand_beside_it(
    instant: str, zone: str, told: str
) -> None:
    assert words.moment(instant, zone) == told


def test_the_time_of_a_question_is_told_as_it_was_asked(tmp_path: Path) -> None:
    log, story = tmp_path / "s.db", tmp_path / "situation.yaml"
    story.write_bytes(SITUATION)
    said("--log", log, "init", story)
    asked = ("--log", log, "state", "--tz", "Europe/Kyiv", "--as-of", "2026-03-09T03:15")
    assert "as of 9 Mar 2026 03:15+02:00 · " in said(*asked)
