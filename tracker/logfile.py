"""The log's file: its tables, rows put into them, and a look at it before anything is opened.

Knows nothing of what events say. A file that someone else made is refused unless it is plainly a
log: it may hold no trigger and no view but our own, so that nothing of its maker's runs here.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from tracker.errors import KEEP, DamagedLogError, LogError, NoLogError
from tracker.foreign import foreign, told_plainly

APPLICATION_ID = 0x53495454  # "SITT", so that a stray database is not taken for a log
SCHEMA_VERSION = 3
"""Of a new log. A log keeps the tables that it was made with: one made before has no `event_ids`,
but an index of the ids."""
LEDGER_VERSION = 2
"""2 added the ledger; a log of version 1 gains it when it is next written to."""
LOCK_SECONDS = 30
PAGE_SIZE = 16_384
"""Bytes of a page of a new log: an import was measured to take a fifteenth less than with 8,192,
and with that a sixth less of a processor than with SQLite's own 4,096, on no more disk; a commit of
a few events takes as long."""

_TRIGGERS = {
    "events_are_kept": """CREATE TRIGGER events_are_kept BEFORE DELETE ON stored_events
        BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END""",
    "events_are_fixed": """CREATE TRIGGER events_are_fixed BEFORE UPDATE ON stored_events
        BEGIN SELECT RAISE(ABORT, 'events are never changed'); END""",
}


def _only_added_to(*tables: str) -> dict[str, str]:
    return {
        f"{table}_are_{kept}": f"""CREATE TRIGGER {table}_are_{kept} BEFORE {statement} ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} are never {done}'); END"""
        for table in tables
        for kept, statement, done in (("kept", "DELETE", "deleted"), ("fixed", "UPDATE", "changed"))
    }


IDS = "event_ids"
_IDS_TRIGGERS = _only_added_to(IDS)
_LEDGER_TRIGGERS = _only_added_to("ledger_leaves", "checkpoints", "timestamps")
TRIGGERS = {**_TRIGGERS, **_IDS_TRIGGERS, **_LEDGER_TRIGGERS}
"""The triggers of a new log, by name: what it must have, and all that it may."""
TRIGGERS_BEFORE = {**_TRIGGERS, **_LEDGER_TRIGGERS}
"""Those of a log that was made before there was `event_ids`."""
LEDGER = (
    # The leaf hashes of one append after another, 32 bytes each; `seq` is the first one's. A row
    # a leaf was measured to cost three times as much.
    "CREATE TABLE ledger_leaves (seq INTEGER PRIMARY KEY, hashes BLOB NOT NULL)",
    """CREATE TABLE ledger_head (one INTEGER PRIMARY KEY CHECK (one = 1),
        log_id TEXT NOT NULL, size INTEGER NOT NULL, frontier BLOB NOT NULL)""",
    """CREATE TABLE checkpoints (number INTEGER PRIMARY KEY,
        size INTEGER NOT NULL, note TEXT NOT NULL, frontier BLOB NOT NULL)""",
    """CREATE TABLE timestamps (number INTEGER PRIMARY KEY,
        checkpoint INTEGER NOT NULL, authority TEXT NOT NULL, token BLOB NOT NULL)""",
    *_LEDGER_TRIGGERS.values(),
    f"PRAGMA user_version={LEDGER_VERSION}",
)
"""What a log of version 1 gains."""
_STORED_EVENTS = """CREATE TABLE stored_events (
        seq INTEGER PRIMARY KEY,
        originator_id TEXT NOT NULL,
        originator_version INTEGER NOT NULL,
        topic TEXT NOT NULL,
        state BLOB NOT NULL,
        event_id TEXT NOT NULL{},
        UNIQUE (originator_id, originator_version))"""
_BEFORE = (_STORED_EVENTS.format(" UNIQUE"),)
MADE_NEW = (
    f"PRAGMA application_id={APPLICATION_ID}",
    _STORED_EVENTS.format(""),
    # No two events of one id. Ids are as good as random, and an index of them is touched all over:
    # filled in their order, those of a transaction together, a table of its own was measured to
    # take 2 s a million where an index, filled row by row, took 9.
    f"CREATE TABLE {IDS} (id TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID",
    # The last rowid of a table is given out again after a delete; this counter never goes back.
    "CREATE TABLE log_head (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER)",
    "INSERT INTO log_head VALUES (1, 0)",
    *_TRIGGERS.values(),
    *_IDS_TRIGGERS.values(),
    *LEDGER,
    f"PRAGMA user_version={SCHEMA_VERSION}",
)
"""What makes a log, in one transaction, where there is none."""

REPLICA = """CREATE TABLE replica (one INTEGER PRIMARY KEY CHECK (one = 1),
    source TEXT NOT NULL)"""
"""Only in a log that is a copy: of which other one, without a password."""
SCHEMA = (*MADE_NEW, REPLICA)
"""All that a log may hold; one of version 1 lacks the ledger, and one before 3 the ids."""

EventRow = tuple[int, str, int, str, bytes, str]
"""An event as it is stored: position, stream in hex, version, topic, state, event id."""
_INSERT_IDS = (
    f"INSERT INTO {IDS} SELECT event_id, seq FROM stored_events"  # noqa: S608 - a name of ours
    " WHERE seq BETWEEN ? AND ? ORDER BY event_id"
)
_INSERT = "INSERT INTO stored_events VALUES (?,?,?,?,?,?)"
_MORE = ",(?,?,?,?,?,?)"
_MANY = 5_400
"""Rows a statement, where there are many: as many as SQLite takes values for (32,766) at most."""
_FEW = 200
_STATE, _COLUMNS = 4, 6


def lay_out(c: sqlite3.Connection) -> None:
    """Settle what can only be settled before a new file's first page is written."""
    c.execute(f"PRAGMA page_size={PAGE_SIZE}")
    c.execute("PRAGMA journal_mode=WAL")


def has_ids(c: sqlite3.Connection) -> bool:
    """Whether a log keeps its events' ids in a table of their own; else they have an index."""
    found = c.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (IDS,))
    return found.fetchone() is not None


def insert_events(c: sqlite3.Connection, rows: Sequence[EventRow]) -> None:
    """Insert events, dense in `seq`, inside the caller's transaction.

    Raises sqlite3.IntegrityError where one is there already, by its id or its place in its stream.

    Thousands a statement: each runs without Python's lock, and asks for it again when it is done.
    With a statement a row, a writer beside another busy thread would wait for it at every row.
    States are handed over as bytearrays: Python 3.11 looks for an adapter of each `bytes`, which
    was measured to cost as much again as all the rest of binding a row.
    """
    if len(rows) < _FEW:
        c.executemany(_INSERT, rows)
    else:
        _insert_many(c, rows)
    if rows and has_ids(c):
        c.execute(_INSERT_IDS, (rows[0][0], rows[-1][0]))


def _insert_many(c: sqlite3.Connection, rows: Sequence[EventRow]) -> None:
    many = min(_MANY, c.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // _COLUMNS)
    for start in range(0, len(rows), many):
        some = rows[start : start + many]
        values: list[Any] = [*chain.from_iterable(some)]
        values[_STATE::_COLUMNS] = map(bytearray, values[_STATE::_COLUMNS])
        c.execute(_INSERT + _MORE * (len(some) - 1), values)


def _near(path: Path) -> str:
    """Name the log of a name like this one in the same folder, if there is one."""
    from difflib import get_close_matches

    try:
        logs = [one.name for one in path.absolute().parent.glob("*.db") if one.name.count(".") == 1]
        logs = [one for one in logs if one != path.name]  # an empty file is no log
    except OSError:
        return ""
    near = get_close_matches(path.name, logs, n=1, cutoff=0.8)
    return str(path.with_name(near[0])) if near else ""


def check_file(path: Path, *, create: bool) -> str:
    """Refuse what is plainly not a log before SQLite writes anything beside it; give its URI."""
    uri = path.absolute().as_uri()
    if path.is_dir():
        msg = f"{path} is a folder: name the log's file, such as {path / 'situation.db'}"
        raise LogError(msg)
    if not path.exists() or path.stat().st_size == 0:
        if create:
            return uri
        near = _near(path)
        meant = f"did you mean {near}? Else " if near else ""
        msg = f"no log at {path}: {meant}make one with `tracker init`, or name another with --log"
        raise NoLogError(msg, near)
    found, uri = _look(path, uri)
    if found.tables == 0 and found.application_id == 0:
        if create:
            return uri  # an `init` that was killed before it made its tables
        raise NoLogError(_HALF_MADE.format(path))
    if found.application_id != APPLICATION_ID:
        msg = f"{path} is a database, but not a tracker's log: name another with --log"
        raise LogError(msg)
    if found.version > SCHEMA_VERSION:
        msg = f"{path} was made by a newer tracker (schema {found.version}): update this one"
        raise LogError(msg)
    if found.foreign:
        msg = (
            f"{path} holds what no log holds ({', '.join(found.foreign)}): refused, nothing was run"
        )
        raise LogError(msg)
    return uri


def unwritten(uri: str) -> str:
    """Give the URI by which SQLite opens a log and never writes to it."""
    return f"{uri}{'&' if '?' in uri else '?'}mode=ro"


def source_of(uri: str) -> str | None:
    """Say what a log is a replica of; None for one that is no replica, or is not made yet."""
    try:
        with closing(sqlite3.connect(unwritten(uri), uri=True, timeout=LOCK_SECONDS)) as connection:
            connection.execute("PRAGMA trusted_schema=OFF")
            row = connection.execute("SELECT source FROM replica").fetchone()
    except sqlite3.Error as error:
        if "no such table" in str(error):
            return None
        raise plain_error(error, unquote(urlsplit(uri).path)) from error
    return str(row[0]) if row else None


_SHARED = 32 * 1024
"""Bytes of the file that all share who have a log open: SQLite makes so many at once."""
_BOOKS = 2 * _SHARED


class _Look(NamedTuple):
    application_id: int
    version: int
    tables: int
    foreign: tuple[str, ...]


def _look(path: Path, uri: str) -> tuple[_Look, str]:
    """Look at a file without changing it; give what was seen, and the URI to open it by."""
    try:
        return _look_at(f"{uri}?mode=ro"), uri
    except sqlite3.OperationalError as error:
        if not (_cannot_write_beside(error) or _is_full(path)):
            raise plain_error(error, str(path)) from error
    except sqlite3.Error as error:
        raise plain_error(error, str(path)) from error
    # A folder that nothing can be written to, or a full disk: SQLite cannot keep its books beside a
    # WAL file. No writer can be at work there either, so the file may be read as it stands, if it
    # is whole.
    wal = Path(f"{path}-wal")
    if wal.exists() and wal.stat().st_size:
        where = "on a full disk" if _is_full(path) else "in a read-only folder"
        msg = f"{path} lies {where}, its newest events in {wal.name}: copy both"
        raise LogError(msg)
    try:
        return _look_at(f"{uri}?immutable=1"), f"{uri}?immutable=1"
    except sqlite3.Error as error:
        raise plain_error(error, str(path)) from error


def _cannot_write_beside(error: sqlite3.OperationalError) -> bool:
    return "readonly" in str(error) or "unable to open" in str(error)


def _is_full(path: Path) -> bool:
    """Whether the disk has no room for the books, and nobody has them open there.

    Whoever tried to open them leaves a beginning of a file behind.
    """
    books = Path(f"{path}-shm")
    try:
        disk = os.statvfs(path.parent)
        return disk.f_bavail * disk.f_frsize < _BOOKS and not (
            books.exists() and books.stat().st_size >= _SHARED
        )
    except OSError:
        return False


def _look_at(uri: str) -> _Look:
    beside = sqlite3.connect(uri, uri=True, timeout=LOCK_SECONDS)
    with closing(beside) as connection, told_plainly():
        connection.execute("PRAGMA trusted_schema=OFF")

        def one(sql: str) -> int:
            return int(connection.execute(sql).fetchone()[0])

        return _Look(
            one("PRAGMA application_id"),
            one("PRAGMA user_version"),
            one("SELECT count(*) FROM sqlite_master"),
            foreign(connection, SCHEMA, _BEFORE),
        )


_HALF_MADE = "{} is empty or half made: make it with `tracker init`"


def plain_error(error: Exception, path: str) -> LogError:
    """Say in plain words what SQLite met."""
    text = str(error)
    if "not a database" in text:
        return LogError(f"{path} is not a log (not an SQLite database)")
    full = "full" in text or ("readonly" in text and _is_full(Path(path)))
    if "readonly" in text and not full:
        return LogError(f"{path} is read-only: it can be asked, not added to")
    if full:
        return LogError(f"the disk holding {path} is full: nothing was recorded; make room")
    if "locked" in text:
        return LogError(f"{path} was busy for {LOCK_SECONDS} s: another writer holds it; try again")
    if "no such table" in text:
        return NoLogError(_HALF_MADE.format(path))
    if "unable to open" in text:
        return LogError(f"{path} cannot be opened: see that its folder exists and may be read")
    if "I/O error" in text:
        return LogError(
            f"the disk failed while {path} was read or written: whether the last events were kept "
            "is not known. Try again: what is there is not added twice. See `tracker doctor`"
        )
    if "malformed" in text:
        return DamagedLogError(f"{path} is damaged ({text})", f"run `tracker doctor`, {KEEP}")
    return LogError(f"{path}: {text}")
