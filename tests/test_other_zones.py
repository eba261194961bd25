"""What was stated in another zone than the one whose days are told names its offset."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands_for_tests import answer, said, unfolded
from sheets_for_tests import SITUATION, fact, sheet

from tracker.dated import offset
from tracker.edtf import parse_edtf
from tracker.instants import Bounds, format_instant
from tracker.situation import Situation
from tracker.watching import Watched

KABUL = SITUATION.replace(b"title:", b"zone: Asia/Kabul\ntitle:")
PACIFIC = "America/Los_Angeles"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Kabul is 4.5 hours ahead of UTC, California 7 behind, in April 2026."""
    path, story = tmp_path / "s.db", tmp_path / "situation.yaml"
    story.write_bytes(KABUL)
    said("--log", path, "init", story)
    took = fact("TownOccupied", place="mill", by=["rebels"], gist="Rebels took Mill.")
    abroad = {"edtf": "2026-04-05", "zone": PACIFIC}
    sheets = {
        "abroad": sheet("wire", abroad, {**took, "when": {"edtf": "2026-04-02", "zone": PACIFIC}}),
        "here": sheet("gazette", "2026-04-04", {**took, "place": "ford", "when": "2026-04-02"}),
    }
    for name, text in sheets.items():
        (tmp_path / f"{name}.yaml").write_bytes(text)
        said("--log", path, "record", tmp_path / f"{name}.yaml")
    return path


def test_since_when_names_the_offset_of_another_zone(log: Path) -> None:
    found = unfolded(said("--log", log, "state", "control", "--as-of", "2026-04-04"))
    assert "Mill Rebels reported 2 Apr 2026 UTC-07:00 1 fact" in found
    assert "Ford Rebels reported 2 Apr 2026 1 fact" in found
    (row,) = answer("--log", log, "state", "control", "mill", "--as-of", "2026-04-04")["rows"]
    assert row["since"]["edtf"] == "2026-04-02"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("state", "control", "mill", "--as-of", "2026-04-02"), "Rebels (2 Apr 2026 UTC-07:00)"),
        (("audit", "control", "mill", "--known-at", "2026-04-05"), "5 Apr 2026 UTC-07:00 not"),
        (("audit", "control", "mill", "--full"), "(2 Apr 2026 UTC-07:00; newest evidence)"),
        (("history", "mill"), "2 Apr 2026 UTC-07:00"),
        (("log",), "2 Apr 2026 UTC-07:00 Rebels took Mill."),
        (("log",), "wire published 5 Apr 2026 UTC-07:00 #"),
        (("log",), "gazette published 4 Apr 2026 #"),
        (("log", "--kind", "ReportRegistered", "--nl"), '"what": "published 5 Apr 2026 UTC-07:00"'),
        (("replay",), "ReportRegistered wire: published 5 Apr 2026 UTC-07:00"),
        (("replay", "--nl"), '"what": "published 5 Apr 2026 UTC-07:00"'),
        (("show", "#20"), "wire, published 5 Apr 2026 UTC-07:00"),
        (("show", "#20"), "2026-04-02: 2 Apr 2026 UTC-07:00"),
        (
            ("export", "report", "--from", "2026-04-01", "--to", "2026-04-09", "-o", "-"),
            "**The Wire, 5 Apr 2026 UTC-07\\:00**",
        ),
    ],
)
def test_every_face_names_it(log: Path, asked: tuple[str, ...], told: str) -> None:
    assert told in unfolded(said("--log", log, *asked))


def test_a_question_of_a_zone_is_told_in_its_days(log: Path) -> None:
    """The other way round: asked in California, its days are bare, and those of Kabul are not."""
    asked = ("--log", log, "state", "control", "--tz", PACIFIC, "--as-of", "2026-04-04")
    found = unfolded(said(*asked))
    assert "as of 4 Apr 2026 (end of day, America/Los_Angeles)" in found
    assert "Mill Rebels reported 2 Apr 2026 1 fact" in found
    assert "Ford Rebels reported 2 Apr 2026 UTC+04:30 1 fact" in found
    replayed = unfolded(said("--log", log, "replay", "--tz", PACIFIC))
    assert "wire: published 5 Apr 2026 #" in replayed
    assert "gazette: published 4 Apr 2026 UTC+04:30" in replayed
    rows = answer("--log", log, "replay", "--tz", PACIFIC)["rows"]
    told = [row["what"] for row in rows if row["kind"] == "ReportRegistered"]
    assert sorted(told) == ["published 4 Apr 2026 UTC+04:30", "published 5 Apr 2026"]


def test_whoever_listens_is_told_what_the_log_lists(log: Path) -> None:
    """A watch, a report and the event itself name the publication as the log does."""
    with Situation(str(log)) as situation:
        listed = {row["position"]: row for row in situation.log_rows()}
        stream = next(row["report"] for row in listed.values() if row["subject"] == "wire")
        for row in situation.report(stream).dicts:
            assert row == listed[row["position"]]
        for one in situation.changes(0, Watched()).changes:
            assert one["event"] == listed[one["position"]]
        for position, row in listed.items():
            whole = situation.show(f"#{position}")
            assert {name: whole[name] for name in row} == row


@pytest.mark.parametrize(
    ("zone", "known", "valid"), [("Asia/Kabul", "6 Apr", "3 Apr"), (PACIFIC, "5 Apr", "2 Apr")]
)
def test_a_history_counts_the_days_that_a_state_is_asked_by(
    log: Path, zone: str, known: str, valid: str
) -> None:
    """The help of `history`: a row is the answer as known at any of its days, as of any."""
    found = unfolded(said("--log", log, "history", "mill", "--tz", zone))
    assert found.startswith(f"The river war · history of mill (days of {zone}) · ")
    assert f"from {known} 2026 from {valid} 2026 Rebels" in found
    days = (f"2026-04-0{day[0]}" for day in (known, valid))
    asked = [word for pair in zip(("--known-at", "--as-of"), days, strict=True) for word in pair]
    state = said("--log", log, "state", "control", "mill", "--tz", zone, *asked)
    assert "Mill Rebels reported" in unfolded(state)


def ends(edtf: str, zone: str) -> Bounds:
    return parse_edtf(edtf, zone, local_times=True).start


@pytest.mark.parametrize(
    ("edtf", "stated", "asked", "told"),
    [
        ("2026-04-02", "Asia/Kabul", "Asia/Kabul", ""),
        ("2026-04-02", "Asia/Kabul", "UTC", "UTC+04:30"),
        ("2026-04-02", "UTC", "Asia/Kabul", "UTC"),
        ("2026-04-02", "Africa/Bamako", "UTC", ""),
        ("2026-04-02T20:30:00", "America/New_York", "Asia/Kabul", "UTC-04:00"),
        ("2026-04-02T20:30:00Z", "America/New_York", "Asia/Kabul", ""),
        ("2026-03", "Europe/Kyiv", "UTC", "UTC+02:00"),
        ("[..2026-04-02]", "Asia/Kabul", "UTC", "UTC+04:30"),
        ("2026-04-02/2026-04-05", "Asia/Kabul", "UTC", "UTC+04:30"),
    ],
)
def test_an_offset_comes_of_the_bounds(edtf: str, stated: str, asked: str, told: str) -> None:
    assert offset(edtf, ends(edtf, stated), asked) == told


def test_what_something_else_bounds_is_of_no_zone() -> None:
    """What occurred is no later than what tells of it: that end is none of the day's."""
    first, last = ends("2026-04-02", "UTC")
    assert format_instant(first) == "2026-04-02T00:00:00Z"
    assert offset("2026-04-02", (first, last - 1_000_000), "UTC") == ""
    assert offset("no date", (first, last), "UTC") == ""
    assert offset("2026-04-02", (first + 86_400_000_000, last), "Asia/Kabul") == ""
