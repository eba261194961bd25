"""What is ours on top of the library's recorder: what a log in a file writes, and reads back.

A dense `seq` that is never reused, client-chosen event ids, synchronous=FULL read back, BEGIN
IMMEDIATE, and a ledger whose leaves are written in the event's own transaction (`leaves`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteTransaction,
)

from tracker import leaves
from tracker.engines.base import NO_LIMIT, PAGE, Encoded
from tracker.engines.mapper import encoded_of
from tracker.engines.sqlite_seen import FULL
from tracker.errors import LogError
from tracker.logfile import IDS, LEDGER_VERSION, LOCK_SECONDS, MADE_NEW, has_ids, insert_events

if TYPE_CHECKING:
    from tracker.facts.codec import StoredRow

CACHE = -65_536  # SQLite's own unit: minus kilobytes
CHECKPOINT = 2_000  # pages of the write-ahead log


class _Transaction(SQLiteTransaction):
    """Take the write lock at once: a plain BEGIN that reads and then writes fails when two meet."""

    def __enter__(self) -> SQLiteCursor:
        cursor = self.connection.cursor()
        cursor.execute("BEGIN IMMEDIATE" if self.commit else "BEGIN")
        return cursor


class _Connection(SQLiteConnection):
    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        with _Transaction(self, commit=commit) as cursor, cursor:
            yield cursor


class _Pool(SQLiteConnectionPool):
    def _create_connection(self) -> SQLiteConnection:
        raw = super()._create_connection()._sqlite_conn  # noqa: SLF001 - the pool makes it
        # A larger cache and rarer checkpoints: an import takes less, and nothing is less safe.
        fast = (f"cache_size={CACHE}", f"wal_autocheckpoint={CHECKPOINT}")
        for pragma in ("synchronous=FULL", "trusted_schema=OFF", "cell_size_check=ON", *fast):
            raw.execute(f"PRAGMA {pragma}")
        # An acknowledged event must survive a power cut; NORMAL was measured to lose some.
        if raw.execute("PRAGMA synchronous").fetchone()[0] != FULL:
            msg = "SQLite did not take synchronous=FULL; refusing to write without it"
            raise LogError(msg)
        return _Connection(sqlite_conn=raw, max_age=self.max_age)


class Datastore(SQLiteDatastore):
    """One connection to a file, as durable as it must be."""

    def __init__(self, database: str) -> None:
        super().__init__(database, lock_timeout=LOCK_SECONDS)
        # One connection: several that write and checkpoint meet a WAL bug before SQLite 3.51.3.
        self.pool = _Pool(db_name=database, lock_timeout=LOCK_SECONDS, pool_size=1, max_overflow=0)


def ids_of(c: SQLiteCursor) -> str:
    """Give what to select from to find events by their ids: rows of `id` and `seq`."""
    if has_ids(c.sqlite_cursor.connection):
        return IDS
    return "(SELECT event_id AS id, seq FROM stored_events)"


def _head(c: SQLiteCursor) -> int:
    """Give the counter of the log. Raises sqlite3.DatabaseError where it is no number any more."""
    c.execute("SELECT seq FROM log_head")
    found = c.fetchone()
    if found is None or not isinstance(found[0], int):
        msg = "database disk image is malformed: the log's counter is gone"
        raise sqlite3.DatabaseError(msg)
    return found[0]


class Recorder(SQLiteApplicationRecorder):
    """Events with a dense seq of our own and the client's event id beside them."""

    def __init__(self, datastore: SQLiteDatastore) -> None:
        super().__init__(datastore)
        self.select_max_notification_id_statement = "SELECT seq FROM log_head"
        self._has_ledger = False

    def make(self) -> None:
        """Make the tables, in one transaction; what is there stays, and gains a ledger."""
        with self.datastore.transaction(commit=True) as c:
            c.execute("SELECT count(*) FROM sqlite_master")
            if c.fetchone()[0]:
                leaves.prepare(c)
                return
            for statement in MADE_NEW:
                c.execute(statement)
            leaves.begin(c)

    def has_ledger(self, c: SQLiteCursor) -> bool:
        """Whether the log is of the version that has one."""
        if not self._has_ledger:
            c.execute("PRAGMA user_version")
            self._has_ledger = c.fetchone()[0] >= LEDGER_VERSION
        return self._has_ledger

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **_: object
    ) -> Sequence[int]:
        return self._insert(c, encoded_of(stored_events))

    def insert_encoded(self, events: Sequence[Encoded]) -> range:
        """Append in one transaction; give the positions. Raises the library's IntegrityError."""
        with self.datastore.transaction(commit=True) as c:
            return self._insert(c, events)

    def _insert(self, c: SQLiteCursor, events: Sequence[Encoded]) -> range:
        if not self.has_ledger(c):
            leaves.prepare(c)
        first = _head(c) + 1
        seqs = range(first, first + len(events))
        hexes = {stream: stream.hex for stream in {event.stream for event in events}}
        rows = [
            (seq, hexes[stream], version, topic, state, event_id)
            for seq, (stream, version, event_id, topic, state) in zip(seqs, events, strict=True)
        ]
        insert_events(c.sqlite_cursor.connection, rows)
        c.execute("UPDATE log_head SET seq = ?", (seqs.stop - 1,))
        leaves.append(c, seqs, events)
        return seqs

    def last(self) -> int:
        """Give the position of the newest event, 0 for none."""
        with self.datastore.transaction(commit=False) as c:
            return _head(c)

    def versions(self, streams: Sequence[UUID]) -> dict[UUID, int]:
        """Give the last version of each of these streams that the log holds."""
        found: dict[UUID, int] = {}
        with self.datastore.transaction(commit=False) as c:
            for stream in streams:
                c.execute(
                    "SELECT max(originator_version) FROM stored_events WHERE originator_id = ?",
                    (stream.hex,),
                )
                last = c.fetchone()[0]
                if last is not None:
                    found[stream] = last
        return found

    def select_notifications(  # the library's own asks for SQLite's rowid by that name
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Give the events from a position on, those of some topics, in order."""
        first = (start or 0) + (0 if inclusive_of_start else 1)
        sql = "SELECT * FROM stored_events WHERE seq >= ? AND seq <= ?"
        params: list[int | str] = [first, NO_LIMIT if stop is None else stop]
        if topics:
            sql += f" AND topic IN ({','.join('?' * len(topics))})"
            params += topics
        return self._notifications(sql + " ORDER BY seq LIMIT ?", [*params, limit])

    def select_events(  # the library's own leaves out the position
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Give the events of one stream, in order, each with its position."""
        sql = (
            "SELECT * FROM stored_events WHERE originator_id = ?"  # noqa: S608 - only marks
            " AND originator_version > ? AND originator_version <= ?"
            f" ORDER BY originator_version {'DESC' if desc else 'ASC'} LIMIT ?"
        )
        stream = UUID(str(originator_id)).hex
        most = NO_LIMIT if lte is None else lte
        return self._notifications(sql, [stream, gt or 0, most, -1 if limit is None else limit])

    def page(self, after: int, upto: int) -> list[StoredRow]:
        """Give the next events, at most a page."""
        with self.datastore.transaction(commit=False) as c:
            c.sqlite_cursor.row_factory = None  # plain tuples
            c.execute(
                "SELECT seq, originator_id, originator_version, topic, state FROM stored_events"
                " WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
                (after, upto, PAGE),
            )
            found: list[StoredRow] = c.fetchall()
            return found

    def _notifications(self, sql: str, params: Sequence[int | str]) -> list[Notification]:
        with self.datastore.transaction(commit=False) as c:
            c.execute(sql, params)
            return [
                Notification(
                    id=row["seq"],
                    originator_id=row["originator_id"],  # read by the mapper, which may refuse it
                    originator_version=row["originator_version"],
                    topic=row["topic"],
                    state=row["state"],
                )
                for row in c.fetchall()
            ]

    def positions(self, event_ids: Sequence[str]) -> dict[str, int]:
        """Give the position of each of these events that the log holds."""
        found: dict[str, int] = {}
        with self.datastore.transaction(commit=False) as c:
            table = ids_of(c)
            for start in range(0, len(event_ids), PAGE):
                page = event_ids[start : start + PAGE]
                marks = ",".join("?" * len(page))
                c.execute(
                    f"SELECT id, seq FROM {table} WHERE id IN ({marks})",  # noqa: S608 - only marks, and a name of ours
                    page,
                )
                found.update((row[0], row[1]) for row in c.fetchall())
        return found
