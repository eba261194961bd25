"""The doctor: what it looks at, and that it says so when something is wrong."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import SHEETS, held, mali, run, said, sql

from tracker import diagnosis
from tracker.logfile import PAGE_SIZE
from tracker.situation import Situation

LOOKED_AT = [
    "SQLite version",
    "synchronous (2 is FULL)",
    "journal mode",
    "trusted schema (0 is off)",
    "SQLite's own check",
    "positions without a gap",
    "every event can be read",
    "keys file",
    "ledger",
    "read model",
    "disk room",
    "tracker.toml",
]
Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - what shutil gives


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return mali(tmp_path)


def doctor(log: Path, exit_code: int = 0) -> dict[str, dict[str, Any]]:
    result = run("--log", log, "doctor", "--json")
    assert result.exit_code == exit_code
    return {row["what"]: row for row in json.loads(result.stdout)["rows"]}


def wrong(log: Path) -> dict[str, str]:
    found = doctor(log, exit_code=1)
    return {what: row["found"] for what, row in found.items() if row["verdict"] == "WRONG"}


def test_all_is_well(log: Path) -> None:
    found = doctor(log)
    assert list(found) == LOOKED_AT
    count = len(held(log)) - 1
    assert found["every event can be read"]["found"] == f"{count} read"
    assert found["positions without a gap"]["found"].startswith(f"{count} events, last #{count}")
    assert found["read model"]["found"].startswith("0 events behind")
    for what, row in found.items():
        assert row["verdict"] == "ok" or what in {"SQLite version", "disk room"}


def test_as_a_table(log: Path) -> None:
    result = run("--log", log, "doctor")
    assert result.exit_code == 0
    assert all(what in result.stdout for what in LOOKED_AT)


def test_it_changes_nothing(log: Path) -> None:
    before = held(log), log.with_name("situation.state.db").read_bytes()
    doctor(log)
    assert (held(log), log.with_name("situation.state.db").read_bytes()) == before


def test_no_keys_where_none_are_needed(tmp_path: Path) -> None:
    log = mali(tmp_path, reports=0)
    assert doctor(log)["keys file"]["found"] == "none, and nothing sealed that needs one"


def test_lost_keys(log: Path) -> None:
    log.with_name("situation.keys.db").unlink()
    assert "is missing: sealed text cannot be read" in wrong(log)["keys file"]


def test_keys_that_do_not_fit(log: Path) -> None:
    sql(
        log.with_name("situation.keys.db"),
        "UPDATE keys SET key = zeroblob(32) WHERE field = 'gist'",
    )
    assert "texts cannot be read" in wrong(log)["keys file"]


def test_keys_that_others_may_read(log: Path) -> None:
    log.with_name("situation.keys.db").chmod(0o644)
    row = doctor(log)["keys file"]
    assert row["verdict"] == "warning"
    assert row["found"].endswith("chmod 600")


def test_keys_destroyed_are_counted(log: Path) -> None:
    order = ("--authority", "A", "--reason", "R")
    assert run("--log", log, "redact", "#58", *order).exit_code == 0
    assert doctor(log)["keys file"]["found"].endswith(" 1 destroyed")


def test_a_log_in_memory() -> None:
    with Situation(":memory:", create=True) as situation:
        rows = {row["what"]: row for row in situation.diagnose()}
    assert rows["journal mode"] == {"verdict": "ok", "what": "journal mode", "found": "memory"}
    assert "disk room" not in rows


def test_a_missing_event(log: Path) -> None:
    sql(log, "DROP TRIGGER events_are_kept", "DELETE FROM stored_events WHERE seq = 60")
    assert list(wrong(log)) == ["positions without a gap"]


def test_a_counter_that_was_moved(log: Path) -> None:
    sql(log, "UPDATE log_head SET seq = seq + 5")
    found = wrong(log)
    assert list(found) == ["positions without a gap", "ledger"]
    assert "other entries than the log has events" in found["ledger"]


def test_how_far_checkpoints_go(log: Path) -> None:
    assert doctor(log)["ledger"]["found"] == "0 covered by a checkpoint, 190 not; no key yet"
    assert run("--log", log, "checkpoint").exit_code == 0
    assert doctor(log)["ledger"]["found"] == "190 covered by a checkpoint, 0 not; key found"


def test_a_damaged_ledger(log: Path) -> None:
    sql(log, "UPDATE ledger_head SET frontier = x'00'")
    assert "head is damaged" in wrong(log)["ledger"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("topic = 'os:system'", "topic 'os:system' is not one this tracker knows: refused"),
        ("topic = 'TownOccupied', state = x'7b7d'", "TownOccupied cannot be read"),
        ("state = x'ff'", "cannot be read"),
        ("originator_id = 'nobody'", "no such stream can be"),
    ],
)
def test_an_event_that_cannot_be_read(log: Path, change: str, said: str) -> None:
    sql(
        log,
        "DROP TRIGGER events_are_fixed",
        f"UPDATE stored_events SET {change} WHERE seq = 60",  # noqa: S608 - the lines above
    )
    found = wrong(log)
    assert list(found) == ["every event can be read"]
    assert said in found["every event can be read"]


def test_a_read_model_of_another_log(log: Path) -> None:
    (log.parent / "other.yaml").write_text("title: Other\n")
    other = log.with_name("other.db")
    assert run("--log", other, "init", log.parent / "other.yaml").exit_code == 0
    assert run("--log", other, "state").exit_code == 0
    shutil.copy(log.with_name("other.state.db"), log.with_name("situation.state.db"))
    row = doctor(log)["read model"]
    assert row["verdict"] == "warning"
    assert row["found"] == "of another log: the next question rebuilds it"


def test_a_read_model_behind(log: Path) -> None:
    log.with_name("situation.state.db").unlink()
    assert doctor(log)["read model"]["found"] == "none yet; a question makes it"


def test_a_read_model_that_cannot_be_opened(log: Path) -> None:
    log.with_name("situation.state.db").write_bytes(b"\x17" * 5000)
    assert doctor(log)["read model"]["verdict"] != "ok"


@pytest.mark.parametrize(
    ("version", "verdict"),
    [("3.6.23", "ok"), ("3.40.1", "warning"), ("3.51.2", "warning"), ("3.51.3", "ok")],
)
def test_a_version_of_sqlite_with_a_fault(
    log: Path, version: str, verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version", version)
    row = doctor(log)["SQLite version"]
    assert (row["verdict"], row["found"][: len(version)]) == (verdict, version)


def test_a_disk_that_is_nearly_full(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 5 * 2**20))
    row = doctor(log)["disk room"]
    assert row == {"verdict": "warning", "what": "disk room", "found": "5 MiB free"}
    assert diagnosis.ROOM == 100 * 2**20


HEADER = 100  # bytes that say that this is a database, and whose


def without_page(data: bytes, number: int, size: int = PAGE_SIZE) -> bytes:
    """Give a file in which a page was lost, as a disk may lose it."""
    begun, end = number * size, (number + 1) * size
    kept = max(begun, HEADER)
    return data[:kept] + bytes(end - kept) + data[end:]


@pytest.mark.parametrize("copied", [False, True])
def test_a_damaged_log_is_told_of_whatever_is_damaged(
    log: Path, tmp_path: Path, *, copied: bool
) -> None:
    """Who is told to run the doctor gets an answer from it, and is not sent there again."""
    if copied:
        said("--log", tmp_path / "field.db", "follow", log, "--once")
        log = tmp_path / "field.db"
    sql(log, "PRAGMA wal_checkpoint(TRUNCATE)")
    data = log.read_bytes()
    for number in range(len(data) // PAGE_SIZE):
        log.write_bytes(without_page(data, number))
        rows = wrong(log)
        assert rows, number
        assert "tracker doctor" not in " ".join(rows.values()), number
    log.write_bytes(without_page(data, 0))
    assert wrong(log) == {
        "log": f"{log} is damaged (database disk image is malformed): keep it, use a copy"
    }
    assert "run `tracker doctor`" in run("--log", log, "state").stderr


def test_the_log_s_counter_may_be_lost(log: Path) -> None:
    """In what a disk lost of a page: nothing else of it need be damaged."""
    sql(log, "UPDATE log_head SET seq = NULL")
    assert any("the log's counter is gone" in found for found in wrong(log).values())
    for words in (["state"], ["log"], ["record", SHEETS[0]]):
        result = run("--log", log, *words)
        assert result.exit_code == 2
        assert "the log's counter is gone" in result.stderr
