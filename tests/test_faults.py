"""The fault suite, a few runs of each section; the full numbers are those of scripts/faults.

And its judge: one that finds nothing must be one that finds what is there.
"""

from __future__ import annotations

import importlib
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from commands_for_tests import ROOT, sql

from tracker.ledger import Frontier
from tracker.logfile import PAGE_SIZE

SCRIPTS = ROOT / "scripts"
SEED = 20130117
SECTIONS = ("kill", "power", "errors", "disk", "flips", "tampers", "crowd", "follow")


def module(name: str) -> ModuleType:
    return importlib.import_module(f"_faults.{name}")


@pytest.fixture(autouse=True)
def _scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(SCRIPTS)


@pytest.mark.parametrize("section", SECTIONS)
def test_nothing_is_lost(section: str, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    words = ["--short", "--seed", SEED, "--only", section, "--out", out]
    done = subprocess.run(
        [sys.executable, "-m", "_faults", *map(str, words)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(SCRIPTS)))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = json.loads(out.read_text())["lines"]
    skipped = [line["skipped"] for line in lines if line["skipped"]]
    if skipped and not os.environ.get("TRACKER_CI"):
        pytest.skip(skipped[0])
    assert skipped == []
    for line in lines:
        assert line["holds"]
        assert line["runs"] > 0
        assert line["acknowledged"] > 0


# -- the judge ---------------------------------------------------------------------------------


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log with three batches, acknowledged beside it."""
    batches = module("batches")
    path = tmp_path / "situation.db"
    batches.begin(path, tmp_path / "acks")
    with batches.opened(path, tmp_path / "acks") as situation:
        batches.record(situation, [1, 2, 3])
    return path


def judged(log: Path) -> dict[str, int]:
    line = module("lines").Line("a test")
    acks = module("batches").acknowledged(log.parent / "acks")
    assert len(acks) == 16 + 9 + 4 + 11
    module("batches").judge(log, acks, line, "here")
    assert line.holds == (not line.wrong)
    return dict(line.wrong)


FREE = ("DROP TRIGGER events_are_kept", "DROP TRIGGER events_are_fixed")


def test_a_log_as_it_was_written_holds(log: Path) -> None:
    assert judged(log) == {}


def test_an_acknowledged_batch_that_is_gone_is_lost(log: Path) -> None:
    sql(log, *FREE, "DELETE FROM stored_events WHERE seq > 29", "UPDATE log_head SET seq = 29")
    assert judged(log) == {"lost": 11, "ledger": 1}


def test_an_event_that_is_not_as_acknowledged_is_lost(log: Path) -> None:
    sql(log, *FREE, "UPDATE stored_events SET state = CAST(state || ' ' AS BLOB) WHERE seq = 20")
    assert judged(log) == {"lost": 1, "ledger": 1}


def test_half_a_batch_is_seen_even_where_nothing_was_acknowledged(log: Path) -> None:
    sql(log, *FREE, "DELETE FROM stored_events WHERE seq = 40", "UPDATE log_head SET seq = 39")
    (log.parent / "acks").write_bytes(b"")
    line = module("lines").Line("a test")
    module("batches").judge(log, {}, line, "here")
    assert dict(line.wrong) == {"half": 1, "ledger": 1}


def test_a_gap_in_the_positions_is_seen(log: Path) -> None:
    sql(log, *FREE, "UPDATE stored_events SET seq = 41 WHERE seq = 40")
    assert judged(log) == {"corrupt": 1, "ledger": 1}


def test_a_batch_that_is_there_twice_is_seen(log: Path) -> None:
    columns = "'f' || substr(originator_id, 2), originator_version, topic, state, 'f' || event_id"
    sql(
        log,
        f"INSERT INTO stored_events SELECT seq + 11, {columns} FROM stored_events WHERE seq > 29",  # noqa: S608 - fixed words
        "UPDATE log_head SET seq = 51",
    )
    assert judged(log) == {"doubled": 1, "ledger": 1}


def test_a_damaged_file_is_corrupt(log: Path) -> None:
    data = bytearray(log.read_bytes())
    data[PAGE_SIZE : 2 * PAGE_SIZE] = bytes(PAGE_SIZE)
    log.write_bytes(data)
    assert judged(log)["corrupt"] > 0


def test_a_ledger_that_is_not_of_the_events_is_seen(log: Path) -> None:
    sql(log, "UPDATE ledger_head SET size = size - 1")
    assert judged(log) == {"ledger": 1}


def test_the_judge_has_the_ledgers_arithmetic_from_the_rfc() -> None:
    """Two programs, one by its words and one by its bits, and the same roots."""
    batches, leaves = module("batches"), [bytes([n]) * 32 for n in range(40)]
    for size in range(41):
        tree = Frontier().extend(leaves[:size])
        assert b"".join(batches.peaks_of(leaves[:size])) == tree.packed
        assert batches.tree_hash(leaves[:size]) == tree.root
        assert batches.root_of_peaks(batches.peaks_of(leaves[:size])) == tree.root


def test_a_read_model_that_differs_is_seen(log: Path) -> None:
    with module("batches").opened(log) as situation:
        model = Path(situation.store_path)
        assert situation.compare() == []
    sql(model, "DELETE FROM fact_rows WHERE position = 20")
    line = module("lines").Line("a test")
    module("batches").judge_model(log, line, "here")
    assert dict(line.wrong) == {"differ": 1}


def replica_of(log: Path) -> tuple[Path, dict[str, int]]:
    """Copy a log, and give the replica with what the judge of followers finds wrong with it."""
    follow, line = module("follow"), module("lines").Line("a test")
    replica = log.with_name("replica.db")
    follow.catch_up(str(log), replica, line, "here")
    follow.judge_model(str(log), replica, line, "here")
    return replica, dict(line.wrong)


def test_a_replica_as_it_was_copied_holds(log: Path) -> None:
    assert replica_of(log)[1] == {}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ("DELETE FROM stored_events WHERE seq > 29", {"lost": 11, "corrupt": 1, "ledger": 2}),
        (
            "UPDATE stored_events SET state = CAST(state || ' ' AS BLOB) WHERE seq = 20",
            {"lost": 1, "ledger": 2},
        ),
        ("UPDATE ledger_head SET size = size - 1", {"ledger": 2}),
    ],
)
def test_what_is_wrong_with_a_replica_is_seen(
    change: str, wrong: dict[str, int], log: Path
) -> None:
    replica, _ = replica_of(log)
    sql(replica, *FREE, change)
    line = module("lines").Line("a test")
    module("follow").judge_whole(str(log), replica, line, "here")
    assert dict(line.wrong) == wrong


def test_a_replica_that_believes_otherwise_is_seen(log: Path) -> None:
    replica, _ = replica_of(log)
    sql(replica.with_name("replica.state.db"), "DELETE FROM fact_rows WHERE position = 20")
    line = module("lines").Line("a test")
    module("follow").judge_model(str(log), replica, line, "here")
    assert dict(line.wrong) == {"differ": 3}  # the fact itself, and the claims that name it


# -- the disk that loses power -----------------------------------------------------------------


class Chance:
    """Draws that are told beforehand."""

    def __init__(self, fate: str, kept: int) -> None:
        self.fate, self.kept = fate, kept
        self.flips = iter([0.9, 0.1] * 100)

    def choice(self, _: object) -> str:
        return self.fate

    def randint(self, _least: int, most: int) -> int:
        return min(self.kept, most)

    def random(self) -> float:
        return next(self.flips)


def disk_after(calls: list[tuple[Any, ...]], folder: Path, chance: Chance) -> dict[str, bytes]:
    disk = module("power").Disk()
    for name, path, *more in calls:
        disk.take(module("tracing").Call(name, path, **dict(more)))
    disk.cut(folder, chance)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


MADE: list[tuple[Any, ...]] = [
    ("openat", "log", ("flags", "O_CREAT")),
    ("pwrite64", "log", ("data", b"a" * 1024)),
    ("fdatasync", "log"),
    ("fsync", ""),
]
WRITTEN: list[tuple[Any, ...]] = [
    *MADE,
    ("pwrite64", "log", ("data", b"b" * 1024), ("offset", 512)),
]


def test_what_was_synced_is_on_the_disk_and_the_rest_may_be(tmp_path: Path) -> None:
    for fate, expected in (("none", b"a" * 1024), ("all", b"a" * 512 + b"b" * 1024)):
        folder = tmp_path / fate
        folder.mkdir()
        assert disk_after(WRITTEN, folder, Chance(fate, 0)) == {"log": expected}


def test_a_write_is_torn_between_sectors(tmp_path: Path) -> None:
    torn = disk_after(WRITTEN, tmp_path, Chance("torn", 0))
    assert torn == {"log": b"a" * 512 + b"b" * 512}


def test_a_name_is_certain_once_its_folder_was_synced(tmp_path: Path) -> None:
    unsynced = MADE[:-1]
    for kept, expected in ((0, {}), (1, {"log": b"a" * 1024})):
        folder = tmp_path / str(kept)
        folder.mkdir()
        assert disk_after(unsynced, folder, Chance("none", kept)) == expected


def test_a_call_that_is_not_understood_is_an_error() -> None:
    call = module("tracing").Call("write", "log", data=b"x")
    with pytest.raises(module("tracing").TraceError, match="not known"):
        module("power").Disk().take(call)


def test_a_closed_log_has_no_side_files(log: Path) -> None:
    """So that the tests above change all there is of a log."""
    with closing(sqlite3.connect(log)):
        assert sorted(path.name for path in log.parent.glob("situation.db*")) == ["situation.db"]
