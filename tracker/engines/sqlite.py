"""A log in an SQLite file, or in memory, through the eventsourcing library (sqlite_recorder)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from eventsourcing.persistence import IntegrityError, PersistenceError, StoredEvent
from eventsourcing.sqlite import SQLiteCursor

from tracker import leaves
from tracker.engines.base import MEMORY, PAGE, Conflict, Counts, Encoded
from tracker.engines.sqlite_recorder import Datastore, Recorder, ids_of
from tracker.engines.sqlite_seen import SQLiteHealth, SQLiteSource
from tracker.errors import TrackerError
from tracker.folders import file_at
from tracker.logfile import (
    LOCK_SECONDS,
    check_file,
    lay_out,
    plain_error,
    source_of,
    unwritten,
)

if TYPE_CHECKING:
    from tracker.facts.codec import StoredRow

NO_ROLES = (
    "{} is a file: who may read or write it, its permissions say. A log on PostgreSQL has roles"
)


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
        self._file = None if path == MEMORY else file_at(path)  # before it is opened to be kept
        self._datastore = Datastore(self._database)
        self._recorder = Recorder(self._datastore)
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

    def there(self) -> bool:
        """Tell whether the path still leads to the file that is open."""
        return self.shown == MEMORY or file_at(self.shown) == self._file

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
            return self._recorder.last()

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
                f"SELECT id, seq FROM {ids_of(c)}"  # noqa: S608 - a name of ours
                " WHERE replace(id, '-', '') GLOB ? || '*' ORDER BY seq LIMIT ?",
                (prefix, limit),
            )
            return [(row[0], row[1]) for row in c.fetchall()]

    def at(self, position: int) -> tuple[str, bytes] | None:
        """Give (event id, state) of the event at a position."""
        with self._errors(), self._datastore.transaction(commit=False) as c:
            c.execute("SELECT event_id, state FROM stored_events WHERE seq = ?", (position,))
            found = c.fetchone()
        return None if found is None else (found[0], found[1])

    def refuse_reader(self) -> None:
        """Do nothing: a file has no users."""

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
