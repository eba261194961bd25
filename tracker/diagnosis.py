"""What `doctor` looks at: the log's settings and counts, the read model, SQLite, the disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tracker.errors import LogError
from tracker.instants import format_instant
from tracker.log import FULL, MEMORY, Log
from tracker.model import ReadModel
from tracker.replicas import read_heard

OTHERS = 0o077  # what a group and all others may do with a file
ROOM = 100 * 1024 * 1024  # bytes free below which the next records may fail
WAL_BUG = ((3, 7, 0), (3, 51, 2))
"""SQLite versions whose write-ahead log can be corrupted by a reset with several connections."""


def diagnose(log: Log, model: ReadModel) -> list[dict[str, Any]]:
    """Give {verdict, what, found} rows."""
    return [
        {"verdict": verdict, "what": what, "found": found}
        for verdict, what, found in _checks(log, model)
    ]


def _checks(log: Log, model: ReadModel) -> Iterator[tuple[str, str, str]]:
    health = log.health()
    version = tuple(int(part) for part in health.sqlite_version.split("."))
    old = WAL_BUG[0] <= version <= WAL_BUG[1]
    hint = "; before 3.51.3, write through one process at a time" if old else ""
    yield ("warning" if old else "ok", "SQLite version", health.sqlite_version + hint)
    yield _must(health.synchronous == FULL, "synchronous (2 is FULL)", str(health.synchronous))
    wanted = "memory" if log.path == MEMORY else "wal"
    if health.journal_mode != wanted and not os.access(Path(log.path).absolute().parent, os.W_OK):
        yield ("warning", "journal mode", "none: the folder is read-only, nothing can be recorded")
    else:
        yield _must(health.journal_mode == wanted, "journal mode", health.journal_mode)
    yield _must(health.trusted_schema == 0, "trusted schema (0 is off)", str(health.trusted_schema))
    yield _must(health.quick_check == "ok", "SQLite's own check", health.quick_check)
    dense = health.events == health.last_seq == health.head_seq
    counts = f"{health.events} events, last #{health.last_seq}, counter #{health.head_seq}"
    yield _must(dense, "positions without a gap", counts)
    if log.source is not None:
        heard = read_heard(log.path)
        when = "not heard yet" if heard.at is None else f"last heard {format_instant(heard.at)}"
        away = f"; {heard.away}" if heard.away else ""
        found = f"of {log.source}, at #{heard.position} when {when}{away}"
        yield ("warning" if away else "ok", "replica", found)
    readable = _read_back(log)
    yield readable
    yield _keys(log, whole=readable[0] == "ok")
    yield _ledger(log)
    verdict, found = model.verdict()
    yield (verdict, "read model", found)
    if log.path != MEMORY:
        free = shutil.disk_usage(Path(log.path).absolute().parent).free
        yield ("ok" if free >= ROOM else "warning", "disk room", f"{free // 2**20:,} MiB free")


def _read_back(log: Log) -> tuple[str, str, str]:
    try:
        count = sum(1 for _ in log.read())
    except LogError as error:
        return _must(False, "every event can be read", str(error))  # noqa: FBT003 - a verdict
    return _must(True, "every event can be read", f"{count} read")  # noqa: FBT003 - a verdict


def _keys(log: Log, *, whole: bool) -> tuple[str, str, str]:
    """Look at the keys file, once all that is sealed was read, if the `whole` log could be."""
    what, sealed = "keys file", log.has_sealed()
    vault = log.sealer.vault
    if not vault.found:
        if not sealed and not Path(vault.path).exists():
            return ("ok", what, "none, and nothing sealed that needs one")
        return ("WRONG" if sealed else "warning", what, vault.lacking or "")
    wrong = vault.damage()
    if wrong:
        return ("WRONG", what, f"{vault.path}: SQLite's own check: {wrong}")
    if whole and log.unread:
        return ("WRONG", what, f"{vault.path} lacks keys: {log.unread} texts cannot be read")
    if vault.pending:
        return ("WRONG", what, f"{vault.path} cannot be written: keys of erased text are there")
    held, destroyed = vault.counts()
    found = f"{held} keys, {destroyed} destroyed"
    if vault.path != MEMORY and Path(vault.path).stat().st_mode & OTHERS:
        return ("warning", what, f"{found}; others may read {vault.path}: chmod 600")
    return ("ok", what, found)


def _ledger(log: Log) -> tuple[str, str, str]:
    """Say how far checkpoints go, and whether there is a key; `verify` says whether they hold."""
    from tracker.keys import KEY, default_folder

    what = "ledger"
    try:
        log_id, position = log.log_id, log.position
        head, held = log.frontier(position), log.checkpoints()
    except LogError as error:
        return ("WRONG", what, str(error))
    if log_id is None:
        return ("warning", what, "none yet; the next event, or `tracker checkpoint`, makes it")
    if head is None:
        return ("WRONG", what, "it has other entries than the log has events: `tracker verify`")
    covered = held[-1].size if held else 0
    key = "key found" if (default_folder() / KEY).is_file() else "no key yet"
    return ("ok", what, f"{covered} covered by a checkpoint, {position - covered} not; {key}")


def _must(holds: bool, what: str, found: str) -> tuple[str, str, str]:  # noqa: FBT001 - a verdict
    return ("ok" if holds else "WRONG", what, found)
