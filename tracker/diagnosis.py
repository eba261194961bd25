"""What `doctor` looks at: the log's settings and counts, the read model, SQLite, the disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from tracker.errors import DamagedLogError, LogError
from tracker.heard import read_heard
from tracker.instants import format_instant
from tracker.log import MEMORY, Log
from tracker.model import ReadModel

Row = tuple[str, str, str]
"""(verdict, what, found)."""

OTHERS = 0o077  # what a group and all others may do with a file
ROOM = 100 * 1024 * 1024  # bytes free below which the next records may fail


def diagnose(log: Log, model: ReadModel) -> list[dict[str, Any]]:
    """Give {verdict, what, found} rows."""
    return [
        {"verdict": verdict, "what": what, "found": found}
        for verdict, what, found in _checks(log, model)
    ]


def _checks(log: Log, model: ReadModel) -> Iterator[Row]:
    """Look at one thing after another; where one cannot be read, the rest is looked at still."""
    yield from _looked("log", lambda: _settings(log))
    yield from _looked("replica", lambda: _replica(log))
    readable = _read_back(log)
    yield readable
    yield from _looked("keys file", lambda: [_keys(log, whole=readable[0] == "ok")])
    yield from _looked("ledger", lambda: [_ledger(log)])
    yield from _looked("read model", lambda: [_read_model(model)])
    if log.path != MEMORY:
        path = Path(log.path if log.local else model.path).absolute()
        free = shutil.disk_usage(next(filter(Path.exists, path.parents))).free
        yield ("ok" if free >= ROOM else "warning", "disk room", f"{free // 2**20:,} MiB free")


def _looked(what: str, look: Callable[[], Iterable[Row]]) -> Iterator[Row]:
    try:
        yield from look()
    except DamagedLogError as error:
        yield ("WRONG", what, error.found)


def _settings(log: Log) -> Iterator[Row]:
    health = log.health()
    yield from health.checks()
    events, last, head = health.counts
    counts = f"{events} events, last #{last}, counter #{head}"
    yield _must(events == last == head, "positions without a gap", counts)


def _replica(log: Log) -> Iterator[Row]:
    """Say of whom it is a copy, and whether it is known how far behind."""
    if log.replica_of is None:
        return
    heard, position = read_heard(log.path), log.position
    when = "nothing was heard" if heard.at is None else f"last heard {format_instant(heard.at)}"
    found, away = f"of {log.replica_of}", f"; {heard.away}" if heard.away else ""
    if heard.behind(position) is None:
        found += f", not known how far behind: {when}, and this is at #{position}"
        yield ("warning", "replica", f"{found}; `tracker follow` asks it{away}")
    else:
        found += f", at #{heard.position} when {when}{away}"
        yield ("warning" if away else "ok", "replica", found)


def _read_back(log: Log) -> Row:
    try:
        count = sum(1 for _ in log.read())
    except LogError as error:
        return _must(False, "every event can be read", _said(error))  # noqa: FBT003 - a verdict
    return _must(True, "every event can be read", f"{count} read")  # noqa: FBT003 - a verdict


def _said(error: LogError) -> str:
    """Give what an error says, without sending on to `doctor` who is there already."""
    return error.found if isinstance(error, DamagedLogError) else str(error)


def _read_model(model: ReadModel) -> Row:
    verdict, found = model.verdict()
    return (verdict, "read model", found)


def _keys(log: Log, *, whole: bool) -> Row:
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


def _ledger(log: Log) -> Row:
    """Say how far checkpoints go, and whether there is a key; `verify` says whether they hold."""
    from tracker.keys import KEY, default_folder

    what = "ledger"
    try:
        log_id, position = log.log_id, log.position
        head, held = log.frontier(position), log.checkpoints()
    except LogError as error:
        return ("WRONG", what, _said(error))
    if log_id is None:
        return ("warning", what, "none yet; the next event, or `tracker checkpoint`, makes it")
    if head is None:
        return ("WRONG", what, "it has other entries than the log has events: `tracker verify`")
    covered = held[-1].size if held else 0
    key = "key found" if (default_folder() / KEY).is_file() else "no key yet"
    return ("ok", what, f"{covered} covered by a checkpoint, {position - covered} not; {key}")


def _must(holds: bool, what: str, found: str) -> Row:  # noqa: FBT001 - a verdict
    return ("ok" if holds else "WRONG", what, found)
