"""At the edges of the calendar, the years 0001 and 9999, whatever is asked is answered or refused.

In any zone: the first instant of all lies, in Newfoundland, on a day that cannot be written.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from commands_for_tests import run, said
from sheets_for_tests import SITUATION, fact, sheet

from tracker import Answer, Situation
from tracker.cli import words
from tracker.instants import parse_moment, to_datetime

FIRST, LAST = "0001-01-01T00:00:00Z", "9999-12-31T23:59:58Z"
ZONES = ["UTC", "America/St_Johns", "Asia/Kolkata", "-14:00", "+14:00"]
TIMES = [FIRST, "0001-01-01", "0001-01-02", "2013-03-01", "9999-12-30", "9999-12-31", LAST]
HELD = {"place": "mill", "by": ["rebels"], "state": "held", "status": "ongoing"}
SHEETS = (
    sheet(
        *("gazette", "2013-02-01"),
        fact("TownOccupied", place="mill", by=["army"], when=FIRST),
        fact("FightingReported", place="mill", by=["army"], when=LAST, status="planned"),
        fact("TroopsPledged", place="mill", by=["army"], quantity={"best": 5}, when=LAST,
             status="planned"),
    ),
    sheet("wire", "2013-02-03", fact("ControlReported", **HELD, when="2013-01-01", since="0002")),
    sheet("radio", FIRST, fact("TownOccupied", place="ford", by=["rebels"], when=FIRST)),
    sheet("wire", LAST, fact("TownOccupied", place="ford", by=["army"], when=LAST)),
)  # fmt: skip
FILES = ("csv", "jsonl", "geojson", "gpkg", "stix", "ftm")


@pytest.fixture(scope="module", params=ZONES)
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("edges")
    made, story = folder / "situation.db", folder / "situation.yaml"
    story.write_bytes(SITUATION.replace(b"title:", f"zone: {request.param!r}\ntitle:".encode()))
    said("--log", made, "init", story)
    for at, data in enumerate(SHEETS):
        told = folder / f"{at}.yaml"
        told.write_bytes(data)
        said("--log", made, "record", told)
    return made


def asked(log: Path, *asked: object) -> bool:
    """Ask; say whether it was answered. What is refused is refused in words."""
    result = run("--log", log, *asked)
    if result.exit_code == 0:
        return True
    refused = ("0001 to 9999", "runs forward", "the period ends before")
    assert result.exit_code == 2
    assert any(one in result.stderr for one in refused), result.stderr
    return False


@pytest.mark.parametrize("time", TIMES)
def test_every_question_about_a_moment(log: Path, time: str) -> None:
    for name in ("state", "gaps", "disputes", "replay"):
        asked(log, name, "--as-of", time)
        asked(log, name, "--known-at", time)
    asked(log, "audit", "control", "mill", "--as-of", time)
    asked(log, "whatif", "--without", "wire", "--as-of", time)
    asked(log, "history", "mill", "--known-at", time)
    asked(log, "diff", "--from", FIRST, "--to", time)
    asked(log, "diff", "--from", time, "--to", LAST)
    asked(log, "diff", "--known-from", time, "--to", "2013-03-01")
    for period in (("--from", FIRST, "--to", time), ("--from", time, "--to", LAST)):
        asked(log, "export", "report", *period, "-o", "-")


@pytest.mark.parametrize("key", ["mill", "ford"])
def test_a_history_is_told_and_drawn(log: Path, key: str) -> None:
    answered = [asked(log, "history", key, *how) for how in ((), ("--instants",), ("--json",))]
    assert answered == [True] * 3
    assert asked(log, "history", key, "--projection", "control", "--svg", "-")


@pytest.mark.parametrize("what", FILES)
def test_every_export(log: Path, what: str, tmp_path: Path) -> None:
    rows = ["--rows", "spans"] if what in {"csv", "jsonl"} else []
    assert asked(log, "export", what, *rows, "-o", tmp_path / "all")
    for ends in (("--from", LAST), ("--to", FIRST), ("--from", FIRST, "--to", LAST)):
        asked(log, "export", what, *rows, *ends, "-o", tmp_path / "-".join(ends))


def test_every_answer_is_shown(log: Path) -> None:
    with Situation(log) as situation:
        answers: list[Answer] = [
            *(situation.state(time) for time in (FIRST, "2013-03-01", LAST)),
            *(situation.history(key) for key in ("mill", "ford")),
            situation.audit(LAST, "control", "mill"),
            situation.diff(FIRST, LAST),
            situation.disputes(LAST, closed=True),
            situation.gaps(LAST),
            situation.spans(),
            situation.evidence(),
        ]
        for answer in answers:
            assert "</div>" in answer._repr_html_()
            assert len(answer.rows()) == len(answer.to_pandas()) == len(answer.to_dicts())
        assert situation.overview().cells


def test_a_day_that_cannot_be_written_is_told_in_utc() -> None:
    first, last = (parse_moment(one).earliest for one in (FIRST, LAST))
    assert str(to_datetime(first, "America/St_Johns")) == "0001-01-01 00:00:00+00:00"
    assert str(to_datetime(last, "Asia/Kolkata")) == "9999-12-31 23:59:58+00:00"
    assert str(to_datetime(first, "Asia/Kolkata").date()) == "0001-01-01"


def test_a_stretch_that_ends_where_the_calendar_begins_has_no_day() -> None:
    assert words.days(None, FIRST, "UTC") is None
    assert words.days(None, "0001-01-02T00:00:00Z", "UTC") == "until 1 Jan 0001"
    ends = {"earliest": FIRST, "latest": "0001-01-01T00:00:00.000001Z"}
    assert words.between({"edtf": f"[{FIRST}..{FIRST}]", **ends}, "Asia/Kolkata")
