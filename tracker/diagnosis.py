"""What `doctor` looks at: the log's settings and counts, the read model, SQLite, the disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tracker.errors import LogError
from tracker.heard import Heard, read_heard
from tracker.instants import format_instant
from tracker.log import MEMORY, Log
from tracker.model import ReadModel

OTHERS = 0o077  # what a group and all others may do with a file
ROOM = 100 * 1024 * 1024  # bytes free below which the next records may fail


def diagnose(log: Log, model: ReadModel) -> list[dict[str, Any]]:
    """Give {verdict, what, found} rows."""
    return [
        {"verdict": verdict, "what": what, "found": found}
        for verdict, what, found in _checks(log, model)
    ]


def _checks(log: Log, model: ReadModel) -> Iterator[tuple[str, str, str]]:
    health = log.health()
    yield from health.checks()
    events, last, head = health.counts
    counts = f"{events} events, last #{last}, counter #{head}"
    yield _must(events == last == head, "positions without a gap", counts)
    if log.replica_of is not None:
        yield _replica(log.replica_of, read_heard(log.path), last)
    readable = _read_back(log)
    yield readable
    yield _keys(log, whole=readable[0] == "ok")
    yield _ledger(log)
    verdict, found = model.verdict()
    yield (verdict, "read model", found)
    if log.path != MEMORY:
        path = Path(log.path if log.local else model.path).absolute()
        free = shutil.disk_usage(next(filter(Path.exists, path.parents))).free
        yield ("ok" if free >= ROOM else "warning", "disk room", f"{free // 2**20:,} MiB free")


def _replica(source: str, heard: Heard, position: int) -> tuple[str, str, str]:
    """Say of whom it is a copy, and whether it is known how far behind."""
    when = "nothing was heard" if heard.at is None else f"last heard {format_instant(heard.at)}"
    away = f"; {heard.away}" if heard.away else ""
    if heard.behind(position) is None:
        found = f"of {source}, not known how far behind: {when}, and this is at #{position}"
        return ("warning", "replica", f"{found}; `tracker follow` asks it{away}")
    found = f"of {source}, at #{heard.position} when {when}{away}"
    return ("warning" if away else "ok", "replica", found)


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
        if not sealed and not (vault.local and Path(vault.path).exists()):
            return ("ok", what, "none, and nothing sealed that needs one")
        if log.replica_of is not None:  # they are handed on by hand, or not at all
            return ("warning", what, f"none here: sealed text is shown as sealed ({vault.path})")
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
    if vault.local and vault.path != MEMORY and Path(vault.path).stat().st_mode & OTHERS:
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
