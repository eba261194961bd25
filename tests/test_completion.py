"""Completion: what a shell offers, from the log that is named, and never an error."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from commands_for_tests import mali, run, said, sql
from server_for_tests import missing

from tracker.cli import tracker
from tracker.offers import MOST, offers


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mali(tmp_path_factory.mktemp("completion"))


@pytest.fixture(autouse=True)
def here(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_LOG", str(log))


def completed(line: str, shell: str = "bash") -> list[str]:
    """Give what a shell is told when Tab is pressed at the end of a line; it must be told so."""
    words = line.split(" ")
    asked = {
        "_TRACKER_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": words[-1] if shell == "fish" else str(len(words) - 1),
    }
    result = CliRunner().invoke(tracker, [], env=asked, prog_name="tracker")
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stderr == ""
    return [one for one in result.stdout.splitlines() if one]  # nothing is one empty line


def offered(line: str) -> list[str]:
    return [one.removeprefix("plain,") for one in completed(line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tracker sta", ["state"]),
        ("tracker cite ver", ["verify"]),
        ("tracker state con", ["control"]),
        ("tracker state --known", ["--known-at"]),
        ("tracker state control di", ["diabaly"]),
        ("tracker state forces nigeria+togo/mali/t", ["nigeria+togo/mali/troops/deployed"]),
        ("tracker audit alerts vig", ["vigipirate/france"]),
        ("tracker state incidents sev", ["sevare"]),
        ("tracker history vig", ["vigipirate/france"]),
        ("tracker history --projection los", ["losses"]),
        ("tracker state --without vo", ["voa"]),
        ("tracker gaps --only jean-yves", ["jean-yves-le-drian"]),
        ("tracker state --policy maj", ["majority-by-origin", "majority-by-origin/1"]),
        ("tracker state --tz Africa/Bam", ["Africa/Bamako"]),
        ("tracker log --kind TownE", ["TownEntered"]),
        ("tracker rule con", ["control"]),
        ("tracker rule inc", []),
        ("tracker schema dat", ["datasette"]),
        ("tracker completion z", ["zsh"]),
        ("tracker export par", ["parquet"]),
        ("tracker export csv cont", ["control"]),
        ("tracker export csv control di", ["diabaly"]),
        ("tracker export geojson incidents sev", ["sevare"]),
        ("tracker guide rea", ["read-model"]),
        ("tracker man sta", ["state"]),
        ("tracker man cite ver", ["verify"]),
        ("tracker man state con", []),
        ("tracker man nosuch con", []),
        ("tracker bundle --only con", ["control/"]),
        ("tracker bundle --only control/di", ["control/diabaly"]),
        ("tracker bundle --only alerts/vig", ["alerts/vigipirate/france"]),
        ("tracker bundle --only nosuch/di", []),
        ("tracker import isw", ["isw-control-2022", "file,isw"]),
        ("tracker record shee", ["file,shee"]),
        ("tracker state --log sit", ["file,sit"]),
    ],
)
def test_what_is_offered(line: str, expected: list[str]) -> None:
    assert offered(line) == expected


def test_an_id_is_completed_once_it_was_begun(log: Path) -> None:
    with closing(sqlite3.connect(log.with_name("situation.state.db"))) as connection:
        fact = connection.execute("SELECT fact FROM facts WHERE position = 58").fetchone()[0]
        report = connection.execute("SELECT report FROM facts WHERE position = 58").fetchone()[0]
    assert offered(f"tracker show {fact[:6]}") == [fact]
    assert offered("tracker show ") == []
    assert offered(f"tracker retract --report {report[:6]}") == [report]


def test_the_log_on_the_line_is_asked(log: Path, tmp_path: Path) -> None:
    other = mali(tmp_path, reports=0)
    assert offered(f"tracker --log {other} state control di") == []
    assert offered(f"tracker --log {log} state control di") == ["diabaly"]


def test_zsh_and_fish_are_told_what_a_key_is_called() -> None:
    assert completed("tracker state control sev", "zsh") == ["plain", "sevare", "Sévaré"]
    assert [part for line in completed("tracker state control sev", "fish") for part in
            line.replace("\t", ",").split(",")] == ["plain", "sevare", "Sévaré"]  # fmt: skip


# -- nothing to offer ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "tracker nosuchverb x",
        "tracker --policy nosuch state control di",
        "tracker state nosuch di",
        "tracker --log nosuch.db state control di",
        "tracker --log postgresql://ana@db.example/desk state control di",
        "tracker --log . state control di",
    ],
)
def test_where_there_is_nothing_nothing_is_said(line: str) -> None:
    assert [one for one in completed(line) if one != "plain,diabaly"] == []


@pytest.mark.parametrize("damage", ["gone", "empty", "torn", "older"])
def test_a_read_model_that_cannot_be_read(damage: str, tmp_path: Path) -> None:
    log = mali(tmp_path)
    model = log.with_name("situation.state.db")
    match damage:
        case "gone":
            model.unlink()
        case "empty":
            model.write_bytes(b"")
        case "torn":
            model.write_bytes(model.read_bytes()[:5000])
        case _:
            sql(model, "DROP VIEW facts", "ALTER TABLE fact_rows RENAME TO facts")
    before = model.read_bytes() if model.exists() else None
    assert offered(f"tracker --log {log} state control di") == []
    assert (model.read_bytes() if model.exists() else None) == before


def test_nothing_is_made_or_followed(tmp_path: Path) -> None:
    log = mali(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    offered(f"tracker --log {log} state control di")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


HOSTILE = [
    "$(touch x)",
    "`id`",
    "a;b",
    "a b",
    "a\nplain,b",
    "*",
    "a'b",
    '"',
    "\x1b[2J",
    "~root",
    "#1",
]


def test_a_name_that_a_shell_would_run_is_not_offered(tmp_path: Path) -> None:
    log = mali(tmp_path)
    model = log.with_name("situation.state.db")
    with closing(sqlite3.connect(model)) as connection, connection:
        connection.executemany(
            "INSERT INTO places VALUES (?, 'evil', '{}')", [(name,) for name in HOSTILE]
        )
    found = offers(str(log), "place", "")
    assert "diabaly" in found
    assert not found.keys() & set(HOSTILE)


def test_what_is_called_oddly_is_made_harmless(tmp_path: Path) -> None:
    log = mali(tmp_path)
    sql(
        log.with_name("situation.state.db"),
        "UPDATE places SET name = 'a' || char(27) || '[2J' || char(10) || 'plain'"
        " WHERE id = 'sevare'",
    )
    found = completed(f"tracker --log {log} state control sev", "zsh")
    assert found == ["plain", "sevare", r"a\x1b[2J plain"]


def test_a_view_in_the_place_of_a_table_is_not_asked(tmp_path: Path) -> None:
    log = mali(tmp_path)
    sql(
        log.with_name("situation.state.db"),
        "DROP TABLE places",
        "CREATE VIEW places AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT i AS id, i AS name FROM n",
    )
    assert offers(str(log), "place", "") == {}


def test_so_many_are_offered_and_no_more(tmp_path: Path) -> None:
    log = mali(tmp_path)
    with closing(sqlite3.connect(log.with_name("situation.state.db"))) as connection, connection:
        connection.executemany(
            "INSERT INTO places VALUES (?, 'x', '{}')", [(f"x{n:05}",) for n in range(2 * MOST)]
        )
    assert len(offers(str(log), "place", "x")) == MOST


# -- a shell ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_for_the_shell(shell: str) -> None:
    script = said("completion", shell)
    assert f"_TRACKER_COMPLETE={shell}_complete" in script
    assert "tracker" in script


def test_another_shell_is_refused() -> None:
    result = run("completion", "tcsh")
    assert result.exit_code == 2
    assert "'tcsh' is not one of" in result.stderr


PRESSED = {
    "bash": """
        source ./script
        complete -p tracker
        COMP_WORDS=(tracker state control sev)
        COMP_CWORD=3
        _tracker_completion tracker
        printf '%s\\n' "${COMPREPLY[@]}"
    """,
    # What zsh's own completion would do with the words is shown instead.
    "zsh": """
        compdef() { print -r -- "$@" }
        _describe() { print -rl -- $completions_with_descriptions }
        source ./script
        words=(tracker state control sev)
        CURRENT=4
        _tracker_completion
    """,
    "fish": "source ./script; complete -C 'tracker state control sev'",
}
SHOWN = {
    "bash": "complete -o nosort -F _tracker_completion tracker\nsevare\n",
    "zsh": "_tracker_completion tracker\nsevare:Sévaré\n",
    "fish": "sevare\tSévaré\n",
}
PLAIN = {"bash": "--norc", "zsh": "-f", "fish": "--no-config"}


@pytest.mark.parametrize("shell", PRESSED)
def test_a_shell_completes(shell: str, tmp_path: Path, log: Path) -> None:
    program = shutil.which(shell) or missing(f"needs Debian's package {shell}")
    (tmp_path / "script").write_text(said("completion", shell), encoding="utf-8")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [program, PLAIN[shell], "-c", PRESSED[shell]],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "TRACKER_LOG": str(log), "PATH": path, "HOME": str(tmp_path)},
    )
    assert done.stderr == ""
    assert done.stdout == SHOWN[shell]
