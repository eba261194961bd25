"""What the common commands do without: importing it would cost more than answering."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands_for_tests import ROOT, SEEDS, mali

HEAVY = (
    "pydantic",
    "sqlite_utils",
    "ruamel",
    "tabulate",
    "eventsourcing",
    "cryptography",
    "tracker.vault",
    "tracker.drafting",
)
NEEDED = {"log": {"eventsourcing"}}  # what opens a log must import its store
PROGRAM = """\
import sys
from tracker.cli import tracker
try:
    tracker(prog_name="tracker")
finally:
    print("\\n".join(sys.modules), file=sys.stderr)
"""


def imported(folder: Path, *words: str) -> set[str]:
    """Run a command in a process of its own; name the modules that it had imported at its end."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout
    modules = set(done.stderr.splitlines())
    assert "tracker.cli" in modules
    return modules


def heavy(modules: set[str]) -> set[str]:
    return {
        name
        for name in HEAVY
        if any(module == name or module.startswith(f"{name}.") for module in modules)
    }


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["state", "--help"]])
def test_help_imports_nothing_heavy(tmp_path: Path, words: list[str]) -> None:
    modules = imported(tmp_path, *words)
    assert heavy(modules) == set()
    assert "sqlite3.dbapi2" in modules or "sqlite3" not in modules


@pytest.mark.parametrize(
    "words",
    [
        ["state", "--as-of", "2013-01-21"],
        ["state", "control", "diabaly", "--as-of", "2013-01-21", "--known-at", "2013-01-17"],
        ["state", "--as-of", "2013-01-21", "--json"],
        ["history", "diabaly"],
    ],
    ids=" ".join,
)
def test_a_question_to_an_up_to_date_log_imports_no_models(
    tmp_path: Path, words: list[str]
) -> None:
    mali(tmp_path)
    modules = imported(tmp_path, *words)
    assert heavy(modules) <= NEEDED["log"]
    assert "tracker.facts" not in modules
    assert "projections.policies" not in modules


@pytest.mark.parametrize(
    "words",
    [
        ["state", "--policy", "latest", "--as-of", "2013-01-21"],
        ["state", "--without", "voa", "--as-of", "2013-01-21"],
        ["state", "--recorded-at", "#100", "--as-of", "2013-01-21"],
        ["history", "diabaly", "--only", "voa"],
        ["audit", "control", "diabaly", "--as-of", "2013-01-21"],
        ["diff", "--from", "2013-01-14", "--to", "2013-01-21"],
        ["whatif", "--without", "voa"],
        ["disputes", "--all"],
        ["gaps"],
    ],
    ids=" ".join,
)
def test_a_question_that_is_worked_out_anew_imports_no_models(
    tmp_path: Path, words: list[str]
) -> None:
    mali(tmp_path)
    modules = imported(tmp_path, *words)
    assert heavy(modules) <= NEEDED["log"]
    assert "tracker.facts" not in modules


def test_what_must_be_imported_still_is(tmp_path: Path) -> None:
    shutil.copytree(SEEDS, tmp_path, dirs_exist_ok=True)
    assert {"pydantic", "ruamel", "sqlite_utils"} <= heavy(
        imported(tmp_path, "init", "situation.yaml")
    )
