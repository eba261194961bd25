"""scripts/bench on a tiny situation: it runs, and everyone present answers as the tracker does.

Speed is never asserted here: it is measured by scripts/bench alone.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from commands_for_tests import ROOT

SCRIPTS = ROOT / "scripts"
COMPETITORS = {"PostgreSQL 15", "DuckDB", "pandas"}


@pytest.fixture
def generator(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(SCRIPTS)
    return importlib.import_module("_bench.generator")


def bench(*words: object) -> subprocess.CompletedProcess[str]:
    """Run the bench without the environment that the script around it would make."""
    return subprocess.run(
        [sys.executable, "-m", "_bench", *map(str, words)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(SCRIPTS)))},
        capture_output=True,
        text=True,
        check=False,
    )


def test_whoever_is_present_answers_as_the_tracker_does(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = bench("--facts", 300, "--places", 40, "--runs", 1, "--rounds", 1, "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(out.read_text())
    assert found["differ"] is None
    lines = found["lines"]
    assert {"rebuild", "one key", "all places: stored", "what changed in 30 days"} <= {
        line["name"] for line in lines
    }
    assert {line["against"] for line in lines} >= COMPETITORS
    for line in lines:  # who is not there is named, with what it takes
        assert (line["ours"] is None) == line["note"].startswith("skipped: ")


def test_the_served_app_is_asked_while_another_records(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = bench("--only", "serve", "--seconds", 0.5, "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = {line["name"]: line for line in json.loads(out.read_text())["lines"]}
    for clients in (50, 200):
        assert lines[f"served, {clients} clients"]["ours"] > 0
        assert lines[f"served, {clients} clients: wrong answers"]["ours"] == 0
        assert "facts/s recorded meanwhile" in lines[f"served, {clients} clients"]["against"]


def test_an_answer_that_differs_is_an_error(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from _bench import __main__ as bench, engines\n"
        "class Liar:\n"
        "    name, where = 'liar', 'nowhere'\n"
        "    def __init__(self, *_): pass\n"
        "    def at(self, t, k): return []\n"
        "    def point(self, key, t, k): return []\n"
        "    def size(self): return 0\n"
        "engines.COMPETITORS.clear()\n"
        "engines.COMPETITORS['liar'] = (Liar, str)\n"
        "sys.argv[1:] = '--facts 300 --places 40 --rounds 1 --only whole'.split()\n"
        "sys.exit(bench.main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(SCRIPTS)))},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "ANSWERS DIFFER: liar answers otherwise for all places" in done.stderr


def test_a_seed_makes_one_situation(generator: ModuleType) -> None:
    first, again, other = (list(generator.generate(seed, 2000, 500)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert sum(len(report.facts) for report in first) == 2000


def test_the_situation_is_as_its_description_says(generator: ModuleType) -> None:
    reports = list(generator.generate(3, 20_000, 3300))
    assert [report.published for report in reports] == sorted(r.published for r in reports)
    assert len({(report.source, report.published) for report in reports}) == len(reports)
    assert {report.source for report in reports} == set(generator.SOURCES)
    facts = [(report, fact) for report in reports for fact in report.facts]
    assert all(fact.day <= report.published for report, fact in facts)
    same_day = sum(fact.day[:10] == report.published[:10] for report, fact in facts)
    timed = sum("T" in fact.day for _, fact in facts)
    often = Counter(fact.place for _, fact in facts).most_common(33)
    said: dict[tuple[int, str, str], set[tuple[str, str]]] = {}
    for report, fact in facts:
        told = said.setdefault((fact.place, fact.day, fact.kind), set())
        told.add((report.source, fact.holder))
    holders = [{holder for _, holder in told} for told in said.values()]
    rivals = sum(len(named) > 1 for named in holders)
    echoes = sum(len(named) < len(told) for named, told in zip(holders, said.values(), strict=True))
    assert 0.25 < same_day / len(facts) < 0.45
    assert 0.12 < timed / len(facts) < 0.18
    assert 0.05 < sum(count for _, count in often) / len(facts) < 0.08
    assert 0.08 < rivals / len(facts) < 0.12
    assert 0.08 < echoes / len(facts) < 0.12


def test_a_log_is_copied_and_watched_while_another_records(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    words = ("--facts", 300, "--places", 40, "--runs", 1, "--seconds", 0.2, "--out", out)
    done = bench("--only", "follow", "watch", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = {line["name"]: line for line in json.loads(out.read_text())["lines"]}
    assert lines["a replica catches up"]["ours"] > 0
    assert lines["told late, 99 of 100 within"]["ours"] > 0
