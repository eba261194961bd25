"""What a terminal shows: nothing wider than it is, colours beside words, wide letters aligned."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from commands_for_tests import answer, mali, run, said
from server_for_tests import missing
from sheets_for_tests import SITUATION, fact, sheet

from tracker import Situation
from tracker.cli.output import fitted, table, width_of
from tracker.cli.words import Toned

ANSI = re.compile(r"\x1b\[[0-9;]*m")
QUESTIONS = {
    "state": "state --as-of 2013-01-21",
    "control": "state control --as-of 2013-01-19",
    "history": "history diabaly",
    "numbers": "history france/mali/troops/deployed",
    "diff": "diff --from 2013-01-14 --to 2013-01-21",
    "audit": "audit control diabaly --as-of 2013-01-21 --known-at 2013-01-17",
    "audit in full": "audit control diabaly --as-of 2013-01-21 --full",
    "disputes": "disputes --all --as-of 2013-01-21",
    "gaps": "gaps --as-of 2013-01-21",
    "what if": "whatif --without the-guardian --as-of 2013-01-19",
    "log": "log",
    "search": "search diabaly",
}
LONG = [QUESTIONS[name] for name in ("state", "audit", "diff", "gaps")]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mali, with a gist in wide letters."""
    made = mali(tmp_path_factory.mktemp("terminal"))
    told = fact(
        "FightingReported",
        place="diabaly",
        when={"edtf": "2013-01-20"},
        gist="迪亚巴利镇附近发生激烈战斗" * 5 + " ث" * 40,
    )
    with Situation(str(made)) as situation:
        situation.record([(sheet("voa", "2013-01-22", told), "x.yaml")], by="tests")
    return made


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("name", QUESTIONS)
def test_no_line_is_wider_than_the_terminal(
    name: str, columns: int, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    result = run("--log", log, *QUESTIONS[name].split())
    assert result.exit_code == 0
    wide = [line for line in result.stdout.splitlines() if width_of(line) > columns]
    assert wide == []


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_nothing_that_was_told_is_lost_in_a_narrow_terminal(
    columns: int, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    text = " ".join(said("--log", log, "state", "control", "--as-of", "2013-01-19").split())
    for part in ("Diabaly", "Islamist fighters", "confirmed", "14 Jan 2013", "possibly vacated"):
        assert part in text


def test_columns_are_aligned_whatever_the_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    rows = [["東京 Tōkyō", "x"], ["Se\u0301vare\u0301", "x"], ["क्षि", "x"], ["plain", "x"]]
    lines = table(["PLACE", "MARK"], rows).splitlines()
    assert {width_of(ANSI.sub("", line).rpartition("x")[0]) for line in lines[1:]} == {12}


def test_a_word_longer_than_the_line_is_broken_between_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    lines = fitted("東京都庁舎前広場交差点北側歩道 e\u0301e\u0301").splitlines()
    assert "".join("".join(lines).split()) == "東京都庁舎前広場交差点北側歩道e\u0301e\u0301"
    assert max(map(width_of, lines)) <= 20


def test_a_colour_only_repeats_what_a_word_says(log: Path) -> None:
    words = ("--log", log, "state", "control", "--as-of", "2013-01-19")
    coloured, plain = run(*words, color=True).stdout, run(*words).stdout
    assert "\x1b[32mconfirmed\x1b[0m" in coloured
    assert ANSI.sub("", coloured) == plain
    assert "\x1b" not in plain


@pytest.mark.parametrize(
    "environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {}], ids=["NO_COLOR", "dumb", "--no-color"]
)
def test_who_wants_no_colours_gets_none(
    environment: dict[str, str], log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    option = [] if environment else ["--no-color"]
    words = ("--log", log, "audit", "control", "diabaly", "--as-of", "2013-01-21", *option)
    assert "\x1b" not in run(*words, color=True).stdout


def test_a_tone_changes_no_letter() -> None:
    assert Toned("confirmed", "good") == "confirmed"
    assert f"{Toned('a', 'bad')}b" == "ab"


def test_a_history_of_numbers_begins_with_a_line_of_them(log: Path) -> None:
    lines = said("--log", log, "history", "france/mali/troops/deployed").splitlines()
    assert lines[2].startswith("·")  # in the country from the 11th on, how many is not told
    assert lines[2].endswith("▆██████")
    assert lines[3] == "17 Jan 2013: 1,400 ... 21 Jan 2013: 1,800 (highest 1,800; as now known)"
    assert "▆" not in said("--log", log, "history", "diabaly")
    assert "▆" not in said("--log", log, "history", "france/mali/troops/deployed", "--json")


def test_a_line_of_numbers_runs_as_time_does(tmp_path: Path) -> None:
    """What is told of a second holds from its last instant: 12:00:00.999999Z, after 12:00:00Z."""

    def told(hour: int, best: int, **more: str) -> dict[str, object]:
        number = {"best": best, **more}
        when = f"2013-01-09T{hour}:00:00Z"
        return fact("TroopsDeployed", place="mill", by=["army"], when=when, quantity=number)

    log = tmp_path / "s.db"
    with Situation(log, create=True) as situation:
        situation.register(SITUATION, "situation.yaml", by="tests")
        rows = told(10, 100) | {"status": "ongoing"}, told(12, 900, semantics="change")
        situation.record([(sheet("gazette", "2013-01-09", *rows), "sheet.yaml")], by="tests")
    lines = said("--log", log, "history", "army/mill/troops/deployed").splitlines()
    assert lines[2].startswith("▂▂▂")
    assert lines[2].endswith("▂██████")
    assert "9 Jan 2013 10:00:00Z: 100 ... 9 Jan 2013 12:00:00Z: 1,000 (highest" in lines[3]


def test_a_terminal_that_has_no_blocks_gets_letters(log: Path) -> None:
    words = ["--log", str(log), "history", "france/mali/troops/deployed"]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-m", "tracker", *words], capture_output=True, env=environment, check=True
    )
    lines = done.stdout.decode("latin-1").splitlines()
    assert any(line.endswith("*######") for line in lines)


def on_a_terminal(
    *words: str, columns: int = 80, lines: int = 40, environment: dict[str, str] | None = None
) -> str:
    """Run a command in a terminal of that size; give what it showed."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    left_out = {"COLUMNS", "LINES", "NO_COLOR", "PAGER", "LESS"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**kept, "TERM": "xterm", **(environment or {})},
    )
    os.close(theirs)
    shown = b""
    try:  # ends when the program does: this side holds the other end no more
        while piece := os.read(ours, 65_536):
            shown += piece
    except OSError:  # how Linux says that the other end is closed
        pass
    finally:
        os.close(ours)
        assert process.wait() == 0
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [40, 80])
def test_a_real_terminal_is_asked_for_its_width_and_gets_colours(columns: int, log: Path) -> None:
    text = on_a_terminal("--log", str(log), *QUESTIONS["control"].split(), columns=columns)
    assert "\x1b[32mconfirmed\x1b[0m" in text
    assert max(width_of(ANSI.sub("", line)) for line in text.splitlines()) <= columns


# -- long answers ----------------------------------------------------------------------------------

PAGED = {"TRACKER_PAGER": "sed s/^/PAGED/"}


@pytest.mark.parametrize("question", ["log", "show #58", "history diabaly", *LONG])
def test_what_is_longer_than_the_terminal_goes_through_a_pager(question: str, log: Path) -> None:
    text = on_a_terminal("--log", str(log), *question.split(), lines=8, environment=PAGED)
    plain = said("--log", log, *question.split())
    assert text.startswith("PAGED")
    assert len(plain.splitlines()) >= 8


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (["--no-pager"], PAGED),
        (["--json"], PAGED),
        (["--nl"], PAGED),
        ([], {"TRACKER_PAGER": "", "PAGER": "sed s/^/PAGED/"}),
        ([], {"TRACKER_PAGER": "cat"}),
        ([], {**PAGED, "TERM": "dumb"}),
    ],
)
def test_whoever_wants_no_pager_gets_none(
    words: list[str], environment: dict[str, str], log: Path
) -> None:
    text = on_a_terminal("--log", str(log), "log", *words, lines=8, environment=environment)
    assert "PAGED" not in text
    assert "TownOccupied" in text


def test_what_fits_needs_no_pager(log: Path) -> None:
    words = ("--log", str(log), *QUESTIONS["control"].split())
    assert "PAGED" not in on_a_terminal(*words, lines=60, environment=PAGED)


def test_a_pipe_gets_no_pager(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "sed s/^/PAGED/")
    assert "PAGED" not in said("--log", log, "log")


def test_a_pager_that_is_not_there_is_done_without(log: Path) -> None:
    environment = {"TRACKER_PAGER": "no-such-pager"}
    assert "TownOccupied" in on_a_terminal(
        "--log", str(log), "log", lines=8, environment=environment
    )


def test_less_keeps_colours_and_lets_nothing_live_through(log: Path) -> None:
    if shutil.which("less") is None:
        missing("needs Debian's package less")
    environment = {"TRACKER_PAGER": "less +Gq", "LESS": "-EFRX"}  # to the end, which ends it
    text = on_a_terminal(
        "--log", str(log), *QUESTIONS["control"].split(), lines=5, environment=environment
    )
    assert "\x1b[32mconfirmed\x1b[0m" in text


def test_who_vouches_and_what_was_said_is_never_left_out(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    asked = ("--log", log, "audit", "control", "diabaly", "--as-of", "2013-01-21")
    lines = said(*asked).splitlines()
    assert lines[1].startswith("decides     #170 ControlReported  The Guardian, 21 Jan 2013")
    assert lines[2].strip() == "· hearsay: Diabaly is said to be held by the French and Malians."
    assert sum("· " in line for line in lines) == len(answer(*asked)["evidence"])


def test_ids_and_kinds_that_were_found_are_whole_words(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = said("--log", log, "search", "diabaly")
    for word in ("diabaly-surroundings", "InfrastructureDisrupted", "Guardian"):
        assert word in shown
