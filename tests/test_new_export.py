"""The how-to for a new export: who does what it says, and no more, has a new export."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands_for_tests import mali
from documents_for_tests import FILE

ROOT = Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "tracker/guides/new-export.md").read_text(encoding="utf-8")
DIFF = re.compile(r"^```diff\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = {"tracker/exports/ics.py", "tracker/exports/__init__.py"}


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages in which the how-to was followed."""
    folder = tmp_path_factory.mktemp("branch")
    for package in ("tracker", "projections"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    before = contents(folder)
    for name, text in FILE.findall(GUIDE):
        (folder / name).write_text(text, encoding="utf-8")
    [diff] = DIFF.findall(GUIDE)
    listed = folder / "tracker/exports/__init__.py"
    old = "".join(line[1:] for line in diff.splitlines(keepends=True) if line[0] != "+")
    new = "".join(line[1:] for line in diff.splitlines(keepends=True) if line[0] != "-")
    assert listed.read_text(encoding="utf-8").count(old) == 1
    listed.write_text(listed.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    after = contents(folder)
    assert {name for name in after if before.get(name) != after[name]} == NAMED
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def tracker(branch: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run the command of that copy."""
    return subprocess.run(
        [sys.executable, "-m", "tracker", *map(str, words)],
        env=os.environ | {"PYTHONPATH": str(branch)},
        capture_output=True,
        text=True,
        check=False,
        cwd=branch,
    )


def test_the_guide_names_the_files_that_it_touches() -> None:
    steps = re.findall(r"^\d\. `(\S+)`:", GUIDE, flags=re.MULTILINE)
    assert set(steps) == NAMED


def test_the_new_export_works(branch: Path, tmp_path: Path) -> None:
    log, path = mali(tmp_path), tmp_path / "mali.ics"
    done = tracker(branch, "--log", log, "export", "ics", "-o", path, "--known-at", "2013-01-21")
    assert done.returncode == 0, done.stderr
    lines = path.read_bytes().decode().replace("\r\n ", "").split("\r\n")
    assert max(len(line) for line in path.read_bytes().split(b"\r\n")) <= 75
    assert lines.count("BEGIN:VEVENT") == 12
    assert "DTSTART:20130117T000000Z" in lines
    assert "SUMMARY:French aircraft hit the fighters in Diabaly." in lines
    described = next(line for line in lines if line.startswith("X-WR-CALDESC:"))
    told = json.loads(re.sub(r"\\([\\;,])", r"\1", described.partition(":")[2]))
    assert (told["log"]["position"], told["query"]["policy"]) == (190, "origin-weighted/1")
    again = tracker(branch, "--log", log, "export", "ics", "-o", path)
    assert (again.returncode, "is there already" in again.stderr) == (2, True)


def test_the_new_module_is_as_ours_are(branch: Path) -> None:
    tools = Path(sys.executable).parent
    if not (tools / "ruff").exists():
        pytest.skip("ruff and mypy come with scripts/lint")
    module = branch / "tracker/exports/ics.py"
    config = f"--config={ROOT / 'pyproject.toml'}"
    for words in (("ruff", "check", config), ("ruff", "format", "--check", config)):
        done = subprocess.run(
            [str(tools / words[0]), *words[1:], str(module)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
