"""A log in an SQLite file, or in memory, through the eventsourcing library.

What is ours on top of it: a dense `seq` that is never reused, client-chosen event ids looked up
after an unclear failure, synchronous=FULL read back, BEGIN IMMEDIATE, and a ledger whose leaves are
written in the event's own transaction (`leaves`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from eventsourcing.persistence import (
    IntegrityError,
    Notification,
    PersistenceError,
    StoredEvent,
)
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteTransaction,
)

from tracker import leaves
from tracker.engines.base import (
    MEMORY,
    NO_LIMIT,
    PAGE,
    Conflict,
    Counts,
    Encoded,
)
from tracker.engines.mapper import encoded_of
from tracker.engines.sqlite_seen import FULL, SQLiteHealth, SQLiteSource
from tracker.errors import LogError, TrackerError
from tracker.logfile import (
    EVENTS,
    LOCK_SECONDS,
    SCHEMA_VERSION,
    check_file,
    insert_events,
    lay_out,
    plain_error,
    source_of,
    unwritten,
)

if TYPE_CHECKING:
    from tracker.facts.codec import StoredRow

CACHE = -65_536  # SQLite's own unit: minus kilobytes
CHECKPOINT = 2_000  # pages of the write-ahead log
NO_ROLES = (
    "{} is a file: who may read or write it, its permissions say. A log on PostgreSQL has roles"
)


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


class _Datastore(SQLiteDatastore):
    def __init__(self, database: str) -> None:
        super().__init__(database, lock_timeout=LOCK_SECONDS)
        # One connection: several that write and checkpoint meet a WAL bug before SQLite 3.51.3.
        self.pool = _Pool(db_name=database, lock_timeout=LOCK_SECONDS, pool_size=1, max_overflow=0)


class _Recorder(SQLiteApplicationRecorder):
    """Events with a dense seq of our own and the client's event id beside them."""

    def __init__(self, datastore: SQLiteDatastore) -> None:
        super().__init__(datastore)
        self.select_max_notification_id_statement = "SELECT seq FROM log_head"
        self._has_ledger = False

    def make(self) -> None:
        """Make the tables, in one transaction; what is there stays, and gains a ledger."""
        with self.datastore.transaction(commit=True) as c:
            for statement in EVENTS:
                c.execute(statement)
            leaves.prepare(c)

    def has_ledger(self, c: SQLiteCursor) -> bool:
        """Whether the log is of the version that has one."""
        if not self._has_ledger:
            c.execute("PRAGMA user_version")
            self._has_ledger = c.fetchone()[0] >= SCHEMA_VERSION
        return self._has_ledger

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **_: object
    ) -> Sequence[int]:
        return self._insert(c, encoded_of(stored_events))

    def insert_encoded(self, events: Sequence[Encoded]) -> range:
        with self.datastore.transaction(commit=True) as c:
            return self._insert(c, events)

    def _insert(self, c: SQLiteCursor, events: Sequence[Encoded]) -> range:
        if not self.has_ledger(c):
            leaves.prepare(c)
        c.execute("SELECT seq FROM log_head")
        first = c.fetchone()[0] + 1
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

    def versions(self, streams: Sequence[UUID]) -> dict[UUID, int]:
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
            for start in range(0, len(event_ids), PAGE):
                page = event_ids[start : start + PAGE]
                marks = ",".join("?" * len(page))
                c.execute(
                    f"SELECT event_id, seq FROM stored_events WHERE event_id IN ({marks})",  # noqa: S608 - only marks
                    page,
                )
                found.update((row[0], row[1]) for row in c.fetchall())
        return found


class SQLiteEngine:
    """A log in a file, or in memory."""

    local = True
    page_size = PAGE

    def __init__(self, path: str, *, create: bool, read_only: bool = False) -> None:
        """Open a log, or make one where `create`. Raises LogError, naming what to do.

        A replica is opened as it is, whatever `create`.
        """
        self.shown = path
        self.place = path if path == MEMORY else str(Path(path).absolute().resolve())
        self.made = create and (path == MEMORY or not _holds_something(Path(path)))
        memory = f"file:{uuid4().hex}?mode=memory&cache=shared"
        self._database = memory if path == MEMORY else check_file(Path(path), create=create)
        self.replica_of: str | None = None
        if path != MEMORY and not self.made:
            self.replica_of = source_of(self._database)
            create = create and self.replica_of is None
        if path != MEMORY and read_only:
            self._database = unwritten(self._database)
        if self.made and path != MEMORY:
            with self._errors(), closing(sqlite3.connect(self._database, uri=True)) as connection:
                lay_out(connection)
        self._datastore = _Datastore(self._database)
        self._recorder = _Recorder(self._datastore)
        self._probe: sqlite3.Connection | None = None
        try:
            if create:
                self._recorder.make()
        except (PersistenceError, sqlite3.Error) as error:
            self.close()
            raise plain_error(error, path) from error

    def close(self) -> None:
        """Close the connections; safe to call twice."""
        if self._probe is not None:
            self._probe.close()
            self._probe = None
        self._datastore.close()

    def version(self) -> int | None:
        """Give SQLite's own counter of changes, through a connection that only ever does this."""
        if self.shown == MEMORY:
            return None
        try:
            if self._probe is None:
                uri = f"{Path(self.shown).absolute().as_uri()}?mode=ro"
                self._probe = sqlite3.connect(
                    uri, uri=True, timeout=LOCK_SECONDS, check_same_thread=False
                )
                self._probe.execute("PRAGMA trusted_schema=OFF")
            return int(self._probe.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            return None

    def position(self) -> int:
        """Give the position of the newest event, 0 for none."""
        with self._errors():
            return int(self._recorder.max_notification_id())

    def timeline(self) -> str:
        """Give nothing: a file has one history."""
        return ""

    def confirm(self, timeline: str) -> bool:  # noqa: ARG002 - the engines' common shape
        """Do nothing: what can be read in a file is on its disk (synchronous=FULL)."""
        return True

    def insert(self, events: Sequence[Encoded], timeline: str | None = None) -> range:  # noqa: ARG002 - the engines' common shape
        """Append in one transaction, all or none; give the positions. Raises Conflict."""
        with self._errors():
            try:
                return self._recorder.insert_encoded(events)
            except (IntegrityError, sqlite3.IntegrityError) as error:
                raise Conflict(str(error)) from error

    def page(self, after: int, upto: int) -> list[StoredRow]:
        """Give the next events, at most `page_size`."""
        with self._errors():
            return self._recorder.page(after, upto)

    def page_of(self, topics: Sequence[str], after: int, upto: int) -> list[StoredRow]:
        """Give the next events of some topics, at most `page_size`."""
        with self._errors():
            found = self._recorder.select_notifications(after + 1, PAGE, stop=upto, topics=topics)
        return list(map(_row, found))

    def stream(self, stream: UUID) -> list[StoredRow]:
        """Give the events of one stream, in order."""
        with self._errors():
            return list(map(_row, self._recorder.select_events(stream)))

    def versions(self, streams: Sequence[UUID]) -> dict[UUID, int]:
        """Give the last version of each of these streams that there is."""
        with self._errors():
            return self._recorder.versions(streams)

    def positions(self, event_ids: Sequence[str]) -> dict[str, int]:
        """Give the position of each of these events that there is."""
        with self._errors():
            return self._recorder.positions(event_ids)

    def find(self, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Give (event id, position) of events whose id without hyphens begins so."""
        with self._errors(), self._datastore.transaction(commit=False) as c:
            c.execute(
                "SELECT event_id, seq FROM stored_events"
                " WHERE replace(event_id, '-', '') GLOB ? || '*' ORDER BY seq LIMIT ?",
                (prefix, limit),
            )
            return [(row[0], row[1]) for row in c.fetchall()]

    def at(self, position: int) -> tuple[str, bytes] | None:
        """Give (event id, state) of the event at a position."""
        with self._errors(), self._datastore.transaction(commit=False) as c:
            c.execute("SELECT event_id, state FROM stored_events WHERE seq = ?", (position,))
            found = c.fetchone()
        return None if found is None else (found[0], found[1])

    def has_sealed(self) -> bool:
        """Whether any event holds sealed text. Reads all of a log that holds none."""
        from tracker.facts.sealed import AFTER_SEALED, TAIL

        with self._errors(), self._datastore.transaction(commit=False) as c:
            c.execute(
                "SELECT 1 FROM stored_events WHERE instr(substr(state, ?), ?) LIMIT 1",
                (-TAIL, AFTER_SEALED),
            )
            return c.fetchone() is not None

    @contextmanager
    def reading(self) -> Iterator[SQLiteCursor | None]:
        """Begin to read the ledger's tables; None for a log without them."""
        with self._errors(), self._datastore.transaction(commit=False) as c:
            yield c if self._recorder.has_ledger(c) else None

    @contextmanager
    def writing(self) -> Iterator[SQLiteCursor]:
        """Begin to write the ledger's tables, which are there by then; committed at the end."""
        with self._errors(), self._datastore.transaction(commit=True) as c:
            leaves.prepare(c)
            yield c

    def login(self, position: int) -> str | None:
        """Give None: who may write a file is its system's business."""
        del position
        return None

    def grant(self, role: str | None, user: str) -> None:
        """Refuse. Raises TrackerError."""
        del role, user
        raise TrackerError(NO_ROLES.format(self.shown))

    def granted(self) -> list[tuple[str, str]]:
        """Refuse. Raises TrackerError."""
        raise TrackerError(NO_ROLES.format(self.shown))

    def health(self) -> SQLiteHealth:
        """Read settings back and count, for `doctor`."""
        with self._errors(), self._datastore.transaction(commit=False) as c:

            def one(sql: str) -> Any:  # noqa: ANN401 - a pragma's value
                c.execute(sql)
                return c.fetchone()[0]

            return SQLiteHealth(
                path=self.shown,
                sqlite_version=sqlite3.sqlite_version,
                journal_mode=one("PRAGMA journal_mode"),
                synchronous=one("PRAGMA synchronous"),
                trusted_schema=one("PRAGMA trusted_schema"),
                quick_check=one("PRAGMA quick_check(1)"),
                counts=Counts(
                    one("SELECT count(*) FROM stored_events"),
                    one("SELECT coalesce(max(seq), 0) FROM stored_events"),
                    one("SELECT seq FROM log_head"),
                ),
            )

    @contextmanager
    def source(self) -> Iterator[SQLiteSource]:
        """Open the log for `verify`: a connection of its own that cannot write."""
        with closing(self._open_reader()) as connection:
            beside = None if self.shown == MEMORY else self._open_reader()
            yield SQLiteSource(connection, beside)

    def _open_reader(self) -> sqlite3.Connection:
        """Open a connection that cannot write and decodes no text, for any thread."""
        uri = self._database if self.shown == MEMORY else unwritten(self._database)
        with self._errors():
            connection = sqlite3.connect(
                uri, uri=True, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA trusted_schema=OFF")
        connection.text_factory = bytes
        return connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (PersistenceError, sqlite3.Error) as error:
            raise plain_error(error, self.shown) from error


def _row(found: StoredEvent) -> StoredRow:
    position, stream = getattr(found, "id", 0), str(found.originator_id)
    return (position, stream, found.originator_version, found.topic, found.state)


def _holds_something(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0
