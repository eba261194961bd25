"""Watches: where each named watch of a log has come to, and what it could not deliver.

A small file beside the read model. The place is written when a name is first taken, and after what
stands before it was printed or delivered; so a watch that is killed tells the last of it again, and
leaves nothing out.
"""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self

from tracker.errors import TrackerError
from tracker.foreign import foreign, told_plainly
from tracker.instants import Instant

MEMORY = ":memory:"
APPLICATION_ID = 0x53495457  # "SITW"
LOCK_SECONDS = 30
SCHEMA = (
    """CREATE TABLE watches (name TEXT PRIMARY KEY, log TEXT NOT NULL,
        position INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE dead_letters (watch TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL,
        asked TEXT NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY (watch, id)) WITHOUT ROWID""",
    "CREATE TABLE marks (watch TEXT PRIMARY KEY, event TEXT NOT NULL) WITHOUT ROWID",
)
MARKS = SCHEMA[-1].replace("TABLE", "TABLE IF NOT EXISTS")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class WatchError(TrackerError):
    """A watch that cannot begin, or its file cannot be used."""


class Place(NamedTuple):
    """Where a watch has come to: a position, and what tells the event there from any other.

    `event` is None where an older tracker wrote it down.
    """

    position: int
    event: str | None


class DeadLetter(NamedTuple):
    """A message that was given up: which, of which event, how that was asked, why and when.

    Not what it said: that is worked out again, so that no text is kept which may be erased.
    """

    id: str
    position: int
    asked: str
    why: str
    at: Instant


def check_name(name: str) -> str:
    """Give the name of a watch back. Raises WatchError for one that could not name a file."""
    if not _NAME.fullmatch(name):
        raise WatchError("the name of a watch has small letters, figures and hyphens, at most 40")
    return name


class Watches:
    """The file. A context manager; every change is on the disk before its method returns."""

    def __init__(self, path: str, log_id: str) -> None:
        """Open it, or make it; for watches of one log. Raises WatchError."""
        self.path = path
        self._log_id = log_id
        self._lock: int | None = None
        with self._errors():
            self._connection = sqlite3.connect(
                path, LOCK_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA trusted_schema=OFF")
            self._make()

    def _make(self) -> None:
        c = self._connection
        if not c.execute("PRAGMA application_id").fetchone()[0]:
            c.execute("BEGIN IMMEDIATE")
            if not c.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                for statement in (*SCHEMA, f"PRAGMA application_id={APPLICATION_ID}"):
                    c.execute(statement)
            c.execute("COMMIT")
        odd = foreign(c, SCHEMA)
        if c.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID or odd:
            raise WatchError(f"{self.path} is no file of watches: move it away")
        c.execute(MARKS)  # an older tracker made none

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            with told_plainly():
                yield
        except sqlite3.Error as error:
            msg = f"the file of watches {self.path} cannot be used ({error})"
            raise WatchError(msg) from error

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Close the file, and give up the name that was taken; safe to call twice."""
        self._connection.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.rollback()
                raise
            self._connection.commit()

    def take(self, name: str) -> Place | None:
        """Take a name for oneself, until this is closed; give the place it has come to, if any.

        Raises WatchError where another process watches by that name, or it is of another log.
        """
        if self.path != MEMORY:
            path = Path(self.path)
            self._lock = os.open(
                path.with_name(f"{path.stem}.{name}.lock"), os.O_RDWR | os.O_CREAT, 0o644
            )
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise WatchError(
                    f"another process watches as '{name}' already: stop that one first"
                ) from error
        sql = (
            "SELECT log, position, event FROM watches"
            " LEFT JOIN marks ON watch = name WHERE name = ?"
        )
        with self._errors():
            found = self._connection.execute(sql, (name,)).fetchone()
        if found is None:
            return None
        if found[0] != self._log_id:
            raise WatchError(
                f"the watch '{name}' is of another log ({found[0]}): take another name"
            )
        return Place(int(found[1]), found[2])

    def check_known(self, name: str) -> None:
        """Raise WatchError, with the names there are, where nobody has watched by a name yet."""
        with self._errors():
            found = self._connection.execute("SELECT name FROM watches ORDER BY name").fetchall()
        names = [one for (one,) in found]
        if name not in names:
            there = f"there are {', '.join(names)}" if names else "there is no watch yet"
            raise WatchError(f"nobody watches as '{name}': {there}")

    def mark(self, name: str, place: Place) -> None:
        """Write down that all up to a position was told."""
        with self._writing() as c:
            c.execute(
                "INSERT INTO watches VALUES (?, ?, ?) ON CONFLICT (name)"
                " DO UPDATE SET position = excluded.position",
                (name, self._log_id, place.position),
            )
            c.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, place.event or ""))

    def bury(self, name: str, letter: DeadLetter) -> None:
        """Keep a message that was given up."""
        with self._writing() as c:
            c.execute("INSERT OR REPLACE INTO dead_letters VALUES (?,?,?,?,?,?)", (name, *letter))

    def delivered(self, name: str, message: str) -> None:
        """Forget a message that was given up once and has been delivered after all."""
        with self._writing() as c:
            c.execute("DELETE FROM dead_letters WHERE watch = ? AND id = ?", (name, message))

    def dead_letters(self, name: str) -> list[DeadLetter]:
        """Give what a watch has given up, in the order of the log."""
        with self._errors():
            rows = self._connection.execute(
                "SELECT id, position, asked, why, at FROM dead_letters WHERE watch = ?"
                " ORDER BY position, id",
                (name,),
            ).fetchall()
        return [DeadLetter(*row) for row in rows]
