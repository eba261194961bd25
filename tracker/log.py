"""The log: an append-only record of events on SQLite, through the eventsourcing library.

The only module that imports eventsourcing, and long for that reason. What is ours on top of it: a
dense `seq` that is never reused, a mapper with a fixed list of topics and upcasting, client-chosen
event ids looked up after an unclear failure, synchronous=FULL read back, BEGIN IMMEDIATE, a polling
follower, and a ledger whose leaves are written in the event's own transaction (`leaves`).
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self, cast
from uuid import UUID, uuid4

from eventsourcing.persistence import (
    IntegrityError,
    Mapper,
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
from tracker.errors import LogError
from tracker.leaves import Sign, Stored, Timestamp
from tracker.ledger import Frontier
from tracker.logfile import (
    EVENTS,
    LOCK_SECONDS,
    SCHEMA_VERSION,
    check_file,
    plain_error,
    source_of,
    unwritten,
)

if TYPE_CHECKING:
    from tracker.facts.codec import StoredRow
    from tracker.facts.envelope import Event
    from tracker.sealing import Sealer

MEMORY = ":memory:"
PAGE = 500  # rows a read: larger pages were measured slower
POLL_SECONDS = 0.1
CACHE = -65_536  # SQLite's own unit: minus kilobytes
CHECKPOINT = 4_000  # pages of the write-ahead log
NO_LIMIT = 2**62
FULL = 2  # what PRAGMA synchronous reads back as


class Conflict(LogError):  # noqa: N818 - an outcome to retry on, not a fault
    """Another writer appended to the same stream first, or the events are there already."""


class Encoded(NamedTuple):
    """An event as it is stored, ready to be appended: `state` as codec.state_bytes gives it."""

    stream: UUID
    version: int
    event_id: str
    topic: str
    state: bytes


class LogHealth(NamedTuple):
    """What `doctor` reports of a log: settings as read back, and counts that must agree."""

    sqlite_version: str
    journal_mode: str
    synchronous: int
    trusted_schema: int
    events: int
    last_seq: int
    head_seq: int
    quick_check: str


@dataclass(frozen=True)
class _Stored(StoredEvent):
    """A stored event that also carries the id its client chose."""

    event_id: str


class EventMapper(Mapper[UUID]):
    """Event <-> stored row: topics from the fixed list only, old versions upcast (facts.codec).

    The library's own mapper would import whatever module a hostile row names as its topic.
    """

    def __init__(self) -> None:
        """Need no transcoder: bodies are pydantic models."""  # so the base is not initialised

    def to_stored_event(self, domain_event: Event) -> _Stored:  # type: ignore[override]
        """Encode; the whole envelope is in `state`, so that the bytes alone tell everything."""
        from tracker.facts.codec import encode

        return _Stored(
            originator_id=domain_event.stream,
            originator_version=domain_event.version,
            topic=domain_event.body.TOPIC,
            state=encode(domain_event),
            event_id=domain_event.id,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Event:  # type: ignore[override]
        """Decode; raises LogError for a topic, a version or a state that cannot be read."""
        position = getattr(stored_event, "id", 0)
        stream, version = str(stored_event.originator_id), stored_event.originator_version
        return _event((position, stream, version, stored_event.topic, stored_event.state))


def _row(found: Notification) -> StoredRow:
    stream = str(found.originator_id)
    return (found.id, stream, found.originator_version, found.topic, found.state)


def _event(row: StoredRow) -> Event:
    """Decode a stored row; raises LogError for what cannot be read."""
    from tracker.facts.codec import CodecError, read_row

    try:
        return read_row(row)
    except CodecError as error:
        raise LogError(str(error)) from error


def _holds_something(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


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
        return self._insert(
            c,
            [
                Encoded(
                    UUID(str(event.originator_id)),
                    event.originator_version,
                    cast("_Stored", event).event_id,
                    event.topic,
                    event.state,
                )
                for event in stored_events
            ],
        )

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
        c.executemany(
            "INSERT INTO stored_events VALUES (?,?,?,?,?,?)",
            [
                (seq, hexes[stream], version, topic, state, event_id)
                for seq, (stream, version, event_id, topic, state) in zip(seqs, events, strict=True)
            ],
        )
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
            c.execute(
                "SELECT seq, originator_id, originator_version, topic, state FROM stored_events"
                " WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
                (after, upto, PAGE),
            )
            return list(map(tuple, c.fetchall()))

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


class Log:
    """One situation's events, in the order they were recorded. Use as a context manager."""

    def __init__(self, path: str, *, create: bool = False, read_only: bool = False) -> None:
        """Open a log, or make one where `create`. Raises LogError, naming what to do.

        Opened `read_only` its file is never written to; a replica is, but only by who follows.
        """
        self.path = path
        self.read_only = read_only
        self._source: str | None = None
        self.made = create and (path == MEMORY or not _holds_something(Path(path)))
        """Whether it was made just now."""
        memory = f"file:{uuid4().hex}?mode=memory&cache=shared"
        create = create and not read_only
        database = memory if path == MEMORY else check_file(Path(path), create=create)
        if path != MEMORY and not self.made:
            self._source = source_of(database)
            create = create and self._source is None
        if read_only and path != MEMORY:
            database = unwritten(database)
        self._database = database
        self._datastore = _Datastore(database)
        self._recorder = _Recorder(self._datastore)
        self._probe: sqlite3.Connection | None = None
        self._sealer: Sealer | None = None
        self._settled_at: int | None = None
        self._roots: dict[int, str] = {}
        self.appended: Callable[[range], None] = lambda _: None
        """Told of the positions of each append, once it is kept."""
        try:
            if create:
                self._recorder.make()
        except (PersistenceError, sqlite3.Error) as error:
            self.close()
            raise plain_error(error, path) from error
        self._mapper = EventMapper()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Close the connections; safe to call twice."""
        if self._probe is not None:
            self._probe.close()
            self._probe = None
        if self._sealer is not None:
            self._sealer.vault.close()
        self._datastore.close()

    def version(self) -> int | None:
        """Give a number that changes whenever anyone has appended; None where none can be told.

        Asked before every question, so it looks at SQLite's own counter through a connection that
        only ever does this.
        """
        if self.path == MEMORY:
            return None
        try:
            if self._probe is None:
                uri = f"{Path(self.path).absolute().as_uri()}?mode=ro"
                self._probe = sqlite3.connect(uri, uri=True, timeout=LOCK_SECONDS)
                self._probe.execute("PRAGMA trusted_schema=OFF")
            return int(self._probe.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            return None

    @property
    def source(self) -> str | None:
        """What this log is a replica of, without a password; None for one that is none."""
        return self._source

    def check_writable(self) -> None:
        """Raise LogError, in plain words, where nothing may be recorded in this log."""
        if self._source is not None:
            raise LogError(f"{self.path} is a replica of {self._source}: record there, not here")
        if self.read_only:
            raise LogError(f"{self.path} was opened read-only: nothing is recorded")

    @property
    def position(self) -> int:
        """The position of the newest event, 0 for an empty log."""
        with self._errors():
            return int(self._recorder.max_notification_id())

    def append(self, events: Sequence[Event]) -> range:
        """Record events in one transaction, all or none; return their positions.

        Raises Conflict where one of them is there already or another writer took its version:
        look up with `positions` and decide anew. An event whose append returned is kept.
        """
        self.check_writable()
        encoded = [
            Encoded(event.stream, event.version, event.id, event.body.TOPIC, stored.state)
            for event, stored in zip(events, map(self._mapper.to_stored_event, events), strict=True)
        ]
        return self._append(self._sealed(encoded)) if encoded else self._nothing()

    def append_encoded(self, events: Sequence[Encoded], *, seal: bool = False) -> range:
        """Record events that are encoded already, in one transaction; as `append` otherwise.

        With `seal` their text is sealed, as that of `append` is.
        """
        self.check_writable()
        if not events:
            return self._nothing()
        return self._append(self._sealed(events) if seal else events)

    def _nothing(self) -> range:
        return range(self.position + 1, self.position + 1)

    def _append(self, events: Sequence[Encoded]) -> range:
        with self._errors():
            try:
                seqs = self._recorder.insert_encoded(events)
            except (IntegrityError, sqlite3.IntegrityError) as error:
                raise Conflict(str(error)) from error
        self.appended(seqs)
        return seqs

    def versions(self, streams: Sequence[UUID]) -> dict[UUID, int]:
        """Give the last version of each of these streams that the log holds."""
        with self._errors():
            return self._recorder.versions(streams)

    def mark(self, position: int) -> str | None:
        """Tell the event at a position from any other log's, as Event.mark does; None for none."""
        with self._errors(), self._datastore.transaction(commit=False) as c:
            c.execute("SELECT event_id, state FROM stored_events WHERE seq = ?", (position,))
            found = c.fetchone()
        if found is None:
            return None
        try:
            return f"{found[0]} {json.loads(found[1])['recorded_at']}"
        except (ValueError, KeyError, TypeError):
            return None

    def positions(self, event_ids: Sequence[str]) -> dict[str, int]:
        """Look up which of these event ids the log holds, and where: the outcome after a doubt."""
        with self._errors():
            return self._recorder.positions(event_ids)

    def find(self, prefix: str, limit: int = 6) -> list[tuple[str, int]]:
        """Give (event id, position) of events whose id begins so; hyphens may be left out."""
        plain = prefix.lower().replace("-", "")
        if not plain or not set(plain) <= set("0123456789abcdef"):
            return []
        with self._errors(), self._datastore.transaction(commit=False) as c:
            c.execute(
                "SELECT event_id, seq FROM stored_events"
                " WHERE replace(event_id, '-', '') GLOB ? || '*' ORDER BY seq LIMIT ?",
                (plain, limit),
            )
            return [(row[0], row[1]) for row in c.fetchall()]

    def stream(self, stream: UUID) -> list[Event]:
        """Read the events of one stream, in order."""
        with self._errors():
            found = self._recorder.select_events(stream)
        rows = list(map(_row, cast("Sequence[Notification]", found)))
        return list(map(_event, self._opened(rows)))

    def read(self, after: int = 0, upto: int | None = None) -> Iterator[Event]:
        """Read the events after a position, to `upto` inclusive, in pages."""
        return map(_event, self.rows(after, upto))

    def rows(self, after: int = 0, upto: int | None = None) -> Iterator[StoredRow]:
        """Read stored rows in pages, with what is sealed in them opened."""
        return chain.from_iterable(map(self._opened, self._pages(after, upto)))

    def raw_rows(self, after: int = 0, upto: int | None = None) -> Iterator[StoredRow]:
        """Read events exactly as they are stored, in pages."""
        return chain.from_iterable(self._pages(after, upto))

    def _pages(self, after: int, upto: int | None) -> Iterator[list[StoredRow]]:
        while True:
            with self._errors():
                page = self._recorder.page(after, NO_LIMIT if upto is None else upto)
            yield page
            if len(page) < PAGE:
                return
            after = page[-1][0]

    def follow(
        self, after: int = 0, *, stop: Callable[[], bool], poll: float = POLL_SECONDS
    ) -> Iterator[Event]:
        """Yield events after a position as they come, looking every `poll` seconds until `stop`.

        SQLite tells nobody of a commit in another process, so the follower asks.
        """
        while not stop():
            fresh = False
            for event in self.read(after):
                fresh, after = True, event.position
                yield event
            if not fresh:
                time.sleep(poll)

    # -- the ledger ----------------------------------------------------------------------------

    @property
    def log_id(self) -> str | None:
        """What tells this log from all others; None for one made before there was a ledger."""
        with self._ledger() as c:
            return None if c is None else leaves.log_id(c)

    def root(self, position: int) -> str | None:
        """Give the ledger's root over the events up to a position, in hex.

        None where there is no ledger or no such position yet. As it is written down: whether it
        is true to the events, `verify` says.
        """
        found = self._roots.get(position)
        if found is None:
            frontier = self.frontier(position)
            if frontier is None:
                return None
            found = self._roots[position] = frontier.root.hex()
        return found

    def frontier(self, position: int) -> Frontier | None:
        """Give the ledger's tree up to a position; None as for `root`."""
        with self._ledger() as c:
            return None if c is None else leaves.frontier_at(c, position)

    def leaves(self, upto: int, after: int = 0) -> list[bytes]:
        """Give the leaf hashes of the first events, or of those after a position.

        Raises LogError where some are missing.
        """
        with self._ledger() as c:
            pages = [] if c is None else list(leaves.leaves(c, after, upto))
        return [leaf for page in pages for leaf in page]

    def checkpoints(self) -> list[Stored]:
        """Give all checkpoints that are kept, oldest first."""
        with self._ledger() as c:
            return [] if c is None else leaves.checkpoints(c)

    def add_checkpoint(self, sign: Sign) -> Stored:
        """Have the ledger's head signed, and keep the note; see leaves.add_checkpoint."""
        self.check_writable()
        with self._errors(), self._datastore.transaction(commit=True) as c:
            leaves.prepare(c)
            return leaves.add_checkpoint(c, sign)

    def timestamps(self) -> list[tuple[int, bytes]]:
        """Give the timestamps that are kept: (number of the checkpoint, an authority's answer)."""
        with self._ledger() as c:
            return [] if c is None else leaves.timestamps(c)

    def timestamp_rows(self) -> list[Timestamp]:
        """Give the timestamps whole, as they are kept."""
        with self._ledger() as c:
            return [] if c is None else leaves.timestamp_rows(c)

    def add_timestamp(self, checkpoint: int, authority: str, token: bytes) -> None:
        """Keep an authority's answer beside a checkpoint."""
        self.check_writable()
        with self._errors(), self._datastore.transaction(commit=True) as c:
            leaves.add_timestamp(c, checkpoint, authority, token)

    def of_topics(self, topics: Sequence[str]) -> Iterator[Event]:
        """Read the events of some topics, in order."""
        for page in self._pages_of(topics, 0, NO_LIMIT):
            yield from map(_event, self._opened(page))

    def _pages_of(self, topics: Sequence[str], after: int, upto: int) -> Iterator[list[StoredRow]]:
        while True:
            with self._errors():
                found = self._recorder.select_notifications(
                    after + 1, PAGE, stop=upto, topics=topics
                )
            yield list(map(_row, found))
            if len(found) < PAGE:
                return
            after = found[-1].id

    @contextmanager
    def _ledger(self) -> Iterator[SQLiteCursor | None]:
        with self._errors(), self._datastore.transaction(commit=False) as c:
            yield c if self._recorder.has_ledger(c) else None

    @contextmanager
    def reader(self) -> Iterator[sqlite3.Connection]:
        """Open a connection of its own that cannot write, and decodes no text; close it."""
        with closing(self.open_reader()) as connection:
            yield connection

    def open_reader(self) -> sqlite3.Connection:
        """Open such a connection, for any thread, to be closed by who asked. Raises LogError."""
        uri = self._database if self.path == MEMORY else unwritten(self._database)
        with self._errors():
            connection = sqlite3.connect(
                uri, uri=True, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA trusted_schema=OFF")
        connection.text_factory = bytes
        return connection

    def _begin_ledger(self) -> None:
        with self._errors(), self._datastore.transaction(commit=True) as c:
            leaves.prepare(c)
        self._sealer = None  # one without an id, which a log without a ledger has

    # -- sealed text ---------------------------------------------------------------------------

    @property
    def unread(self) -> int:
        """Sealed texts that this log met so far, that nobody erased, and had no key for."""
        return self._sealer.unread if self._sealer else 0

    @property
    def keys(self) -> str:
        """Which keys are at hand: what tells the vault from one made in its place, or nothing."""
        vault = self.sealer.vault
        return vault.id if vault.found else ""

    @property
    def sealer(self) -> Sealer:
        """What seals and opens text, with the keys of the vault."""
        if self._sealer is None:
            from tracker.sealing import Sealer
            from tracker.vault import Vault, vault_path

            log_id = self.log_id or ""
            self._sealer = Sealer(Vault(vault_path(self.path, log_id), log_id), log_id)
        return self._sealer

    def _sealed(self, events: Sequence[Encoded]) -> list[Encoded]:
        """Seal what text there is. Raises Conflict, or LogError where it must not be recorded."""
        from tracker.facts.sealed import TEXTS
        from tracker.sealing import ErasedError

        if not any(event.topic in TEXTS for event in events):
            return list(events)
        if self.log_id is None:
            self._begin_ledger()  # what is sealed is bound to the id of its log
        vault = self.sealer.vault
        if not vault.found and self.has_sealed():
            raise LogError(
                f"{vault.lacking}. Put it back before recording; if it is lost for good,"
                " `tracker init --new-keys` begins another"
            )
        self.settle()
        try:
            states = self.sealer.seal(events)
        except ErasedError as error:
            if self.positions([error.event_id]):
                raise Conflict(str(error)) from error
            raise LogError(
                f"the text of event {error.event_id} was erased: it is not recorded again"
            ) from error
        return [event._replace(state=state) for event, state in zip(events, states, strict=True)]

    def _opened(self, rows: list[StoredRow]) -> list[StoredRow]:
        """Open what is sealed in rows, once all erasures that the log knows of are carried out."""
        from tracker.facts.sealed import is_sealed

        if not any(is_sealed(row[4]) for row in rows):
            return rows
        self.settle()
        return self.sealer.open(rows)

    def settle(self) -> None:
        """Carry out the erasures in the log that the vault does not know of yet.

        There are some after a kill between the two, and in a keys file put back from a copy.
        """
        vault, version = self.sealer.vault, self.version()
        if not vault.found or (version is not None and version == self._settled_at):
            return
        self._settled_at = version
        position, done = self.position, vault.settled
        if done and self.mark(done) != vault.mark:
            done = 0  # this log was put back from a copy, or is another's
        if position > done:
            vault.settle(self.erased(done, position), position, self.mark(position) or "")

    def erased(self, after: int, upto: int) -> list[tuple[str, str]]:
        """Give (event id, field) of what the erasures recorded after a position erase."""
        return [
            (body.event, field)
            for body in map(attrgetter("body"), self.erasures(after, upto))
            for field in body.fields
        ]

    def erasures(self, after: int = 0, upto: int | None = None) -> list[Event]:
        """Give the events TextErased after a position, to `upto` inclusive."""
        from tracker.facts.record import TextErased

        pages = self._pages_of([TextErased.TOPIC], after, NO_LIMIT if upto is None else upto)
        return [_event(row) for page in pages for row in page]

    def sealed_fields(self, positions: Sequence[int]) -> dict[int, frozenset[str]]:
        """Give the fields that are sealed, erased ones too, of the events at these positions."""
        from tracker.sealing import parts_of

        found = {}
        for position in positions:
            for row in self.raw_rows(position - 1, position):
                parts = parts_of(row[4])
                found[position] = frozenset(parts.fields if parts else ())
        return found

    def has_sealed(self) -> bool:
        """Whether the log holds any sealed text. Reads all of a log that holds none."""
        from tracker.facts.sealed import AFTER_SEALED, TAIL

        with self._errors(), self._datastore.transaction(commit=False) as c:
            c.execute(
                "SELECT 1 FROM stored_events WHERE instr(substr(state, ?), ?) LIMIT 1",
                (-TAIL, AFTER_SEALED),
            )
            return c.fetchone() is not None

    def health(self) -> LogHealth:
        """Read settings back and count, for `doctor`."""
        with self._errors(), self._datastore.transaction(commit=False) as c:

            def one(sql: str) -> Any:  # noqa: ANN401 - a pragma's value
                c.execute(sql)
                return c.fetchone()[0]

            return LogHealth(
                sqlite_version=sqlite3.sqlite_version,
                journal_mode=one("PRAGMA journal_mode"),
                synchronous=one("PRAGMA synchronous"),
                trusted_schema=one("PRAGMA trusted_schema"),
                events=one("SELECT count(*) FROM stored_events"),
                last_seq=one("SELECT coalesce(max(seq), 0) FROM stored_events"),
                head_seq=one("SELECT seq FROM log_head"),
                quick_check=one("PRAGMA quick_check(1)"),
            )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (PersistenceError, sqlite3.Error) as error:
            raise plain_error(error, self.path) from error
