"""A log in a file as `doctor` and `verify` see it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from tracker.engines.base import MEMORY, PAGE, Check, Counts, DamagedError, worded
from tracker.logfile import IDS, SCHEMA_VERSION, TRIGGERS, TRIGGERS_BEFORE, has_ids

FULL = 2  # what PRAGMA synchronous reads back as
NAMED = 20
"""Findings of SQLite's own check that are told."""
GONE = "is gone: something else has written to this file"
WAL_BUG = ((3, 7, 0), (3, 51, 2))
"""SQLite versions whose write-ahead log can be corrupted by a reset with several connections."""


class SQLiteHealth(NamedTuple):
    """A log's settings as they read back, and its counts."""

    path: str
    sqlite_version: str
    journal_mode: str
    synchronous: int
    trusted_schema: int
    quick_check: str
    counts: Counts

    def checks(self) -> Iterator[Check]:
        """Judge the settings."""
        version = tuple(int(part) for part in self.sqlite_version.split("."))
        old = WAL_BUG[0] <= version <= WAL_BUG[1]
        hint = "; before 3.51.3, write through one process at a time" if old else ""
        yield Check("warning" if old else "ok", "SQLite version", self.sqlite_version + hint)
        full = self.synchronous == FULL
        yield Check(worded(full), "synchronous (2 is FULL)", str(self.synchronous))
        wanted = "memory" if self.path == MEMORY else "wal"
        writable = os.access(Path(self.path).absolute().parent, os.W_OK)
        if self.journal_mode != wanted and not writable:
            none = "none: the folder is read-only, nothing can be recorded"
            yield Check("warning", "journal mode", none)
        else:
            yield Check(worded(self.journal_mode == wanted), "journal mode", self.journal_mode)
        trusting = str(self.trusted_schema)
        yield Check(worded(self.trusted_schema == 0), "trusted schema (0 is off)", trusting)
        yield Check(worded(self.quick_check == "ok"), "SQLite's own check", self.quick_check)


class SQLiteSource:
    """A log's file as `verify` reads it."""

    def __init__(self, connection: sqlite3.Connection, beside: sqlite3.Connection | None) -> None:
        """Take a connection, and one for SQLite's own check, which is closed after it."""
        self._connection = connection
        self._beside = beside
        self._thread: Thread | None = None
        self._lines: list[str] = []

    def begin(self) -> None:
        """Begin to read; SQLite's own check runs in a thread: it keeps its lock to itself."""
        if self._beside is not None:
            self._thread = Thread(target=self._check, args=(self._beside,))
            self._thread.start()
        with _damage():
            self._connection.execute("BEGIN")

    def version(self) -> int:
        """Give the version of the log's tables."""
        with _damage():
            return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    def replica(self) -> bool:
        """Whether this is a replica."""
        with _damage():
            sql = "SELECT count(*) FROM sqlite_master WHERE name = 'replica'"
            return bool(self._connection.execute(sql).fetchone()[0])

    def lacking(self) -> list[str]:
        """Name the triggers that are gone, and the table of ids if that is."""
        with _damage():
            rows = self._connection.execute("SELECT name FROM sqlite_master").fetchall()
        names = {_text(row[0]) for row in rows}
        with_ids = self.version() >= SCHEMA_VERSION
        gone = [f"the table {IDS} {GONE}"] if with_ids and IDS not in names else []
        due = TRIGGERS if with_ids or IDS in names else TRIGGERS_BEFORE
        return gone + [f"the trigger {name} {GONE}" for name in sorted(due.keys() - names)]

    def one(self, sql: str) -> tuple[Any, ...] | None:
        """Give the first row of an answer. Raises DamagedError."""
        with _damage():
            found: tuple[Any, ...] | None = self._connection.execute(sql).fetchone()
        return found

    def pages(self, sql: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """Read an answer in pages of so many rows. Raises DamagedError."""
        with _damage():
            rows = self._connection.execute(sql)
        while True:
            with _damage():
                page = rows.fetchmany(size)
            if not page:
                return
            yield page

    def streams(self) -> Iterator[tuple[Any, int, int, int]]:
        """Give each stream whose versions are not dense."""
        for page in self.pages(_GAPS, PAGE):
            yield from page

    def damage(self) -> list[str]:
        """Wait for SQLite's own check of pages and indexes; give what it said is wrong."""
        if self._thread is not None:
            self._thread.join()
        return [line for text in self._lines for line in text.split("\n") if line[:3] != "***"]

    def _check(self, connection: sqlite3.Connection) -> None:
        try:
            rows = connection.execute(f"PRAGMA integrity_check({NAMED})").fetchall()
            self._lines = [_text(row[0]) for row in rows if row[0] != b"ok"]
            for (position,) in connection.execute(_OTHER_TYPES):
                self._lines.append(f"#{position} is stored as values of other types")
            if has_ids(connection):
                self._lines += _misfiled(connection)
        except sqlite3.Error as error:
            self._lines = [str(error)]
        finally:
            connection.close()


_OTHER_TYPES = (
    "SELECT seq FROM stored_events WHERE typeof(originator_id) <> 'text' OR typeof(topic) <> 'text'"
    " OR typeof(originator_version) <> 'integer' OR typeof(state) <> 'blob'"
    " OR typeof(event_id) <> 'text' LIMIT 20"
)
_MISFILED = (
    f"SELECT e.seq FROM stored_events e LEFT JOIN {IDS} i ON i.id = e.event_id"  # noqa: S608 - a name of ours
    f" WHERE i.seq IS NOT e.seq LIMIT {NAMED}"
)
_FILED = f"SELECT (SELECT count(*) FROM {IDS}) - (SELECT count(*) FROM stored_events)"  # noqa: S608 - as above
_GAPS = (
    "SELECT originator_id, count(*), min(originator_version), max(originator_version)"
    " FROM stored_events GROUP BY originator_id"
    " HAVING min(originator_version) <> 1 OR max(originator_version) <> count(*)"
)


def _misfiled(connection: sqlite3.Connection) -> Iterator[str]:
    """Say which events are not found by their ids, and whether ids of no event are."""
    found = connection.execute(_MISFILED).fetchall()
    yield from (f"#{position} is not found by its id" for (position,) in found)
    more = connection.execute(_FILED).fetchone()[0]
    if more > 0:
        yield f"it holds ids of no event ({more})"


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OverflowError) as error:
        raise DamagedError(f"the file is damaged, and cannot be read whole ({error})") from error


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
