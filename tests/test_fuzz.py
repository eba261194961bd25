"""scripts/fuzz: a few strange inputs for every parser, and what was found by many."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from commands_for_tests import ROOT
from effort_for_tests import times

SCRIPTS = ROOT / "scripts"
TARGETS = ("sheet", "situation", "expect", "mapping", "table", "edtf", "note", "bundle", "proof")
SEED = 20130117
INPUTS = times(40)
"""For each parser."""
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(SCRIPTS)))}


def fuzz(*words: object, program: str = "") -> subprocess.CompletedProcess[str]:
    """Run the fuzzer without the environment that the script around it would make."""
    start = ["-c", program] if program else ["-m", "_fuzz"]
    return subprocess.run(
        [sys.executable, *start, *map(str, words)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def targets(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - by name
    monkeypatch.syspath_prepend(SCRIPTS)
    return importlib.import_module("_fuzz.targets")


def test_every_parser_has_a_target(targets: Any) -> None:  # noqa: ANN401
    assert tuple(targets.TARGETS) == TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_what_fuzzing_begins_from_is_accepted(name: str, targets: Any) -> None:  # noqa: ANN401
    """Otherwise it would only ever knock at the door."""
    target = targets.TARGETS[name]
    with target.open() as feed:
        refused = [seed for seed in target.seeds() if targets.ACCEPTED not in feed(seed)]
    assert refused == []


def test_no_parser_lets_an_exception_through(tmp_path: Path) -> None:
    words = ["--inputs", INPUTS, "--seed", SEED, "--seconds", 600, "--keep", tmp_path]
    done = fuzz(*words, "--jobs", 2)
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout.splitlines()[1:]
    assert [line.partition(":")[0] for line in said] == list(TARGETS)
    assert all(f": {INPUTS} inputs" in line for line in said)


def test_a_seed_makes_the_same_inputs(targets: Any) -> None:  # noqa: ANN401
    mutate = importlib.import_module("_fuzz.mutating").mutate
    seeds, own = targets.TARGETS["sheet"].seeds(), targets.TARGETS["sheet"].own

    def made(seed: int) -> list[bytes]:
        moments = Random(seed)  # noqa: S311 - no secret
        return [mutate(moments, seeds[0], seeds, own) for _ in range(40)]

    first, again, other = made(1), made(1), made(2)
    assert first == again
    assert first != other


BROKEN = f"""
import sys
from contextlib import contextmanager
from pathlib import Path
from _fuzz import feeding, targets

@contextmanager
def broken():
    def feed(data):
        if b"6" in data:
            {{}}
        return ["accepted"]
    yield feed

targets.TARGETS["edtf"] = targets.Target(lambda: [b"2013"], [], broken)
feeding.CPU_SECONDS = 0.2
sys.exit(feeding.work("edtf", {SEED}, 60, 100_000, Path(sys.argv[1])))
"""


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("raise KeyError(data)", "KeyError"),
        ("while True: pass", "TooSlowError"),
        ("bytes(2**30)", "MemoryError"),
    ],
)
def test_an_input_that_breaks_a_parser_is_kept(fault: str, told: str, tmp_path: Path) -> None:
    done = fuzz(tmp_path / "input", program=BROKEN.format(fault))
    assert done.returncode == 1, done.stderr
    assert told in done.stdout
    assert b"6" in (tmp_path / "input").read_bytes()
