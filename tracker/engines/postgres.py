"""A log on a PostgreSQL server, through the eventsourcing library's store.

Of the library's recorder nothing is used: it tries again blindly after a failure whose outcome is
not known, hangs above some twelve thousand events, and has no ids of clients and no ledger. What
must hold is the same as on SQLite, and is got otherwise:

- Positions are dense, in the order of commits: a writer holds the row of `log_head` until it has
  committed, so whoever reads sees no event before all that stand before it.
- A batch is one COPY.
- After a failure whose outcome is not known, it is looked up, by id, behind that same lock: who may
  still be committing holds it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress

import psycopg
from eventsourcing.persistence import PersistenceError

from tracker import leaves
from tracker.engines.address import Address, read_address
from tracker.engines.base import Conflict, Counts, Encoded
from tracker.engines.postgres_reading import ROW, PostgresReader
from tracker.engines.postgres_seen import SPAN, ServerHealth, ServerSource, belts
from tracker.engines.roles import grant, granted, renew, shut_out
from tracker.engines.server import NO_LOG, SILENCE, Cursor, Link, One, confirm, lost, plain_error
from tracker.engines.tables import MAKE, VERSION, quoted
from tracker.errors import LogError, NoLogError
from tracker.logfile import LOCK_SECONDS

DOUBT = 2.0
"""Seconds of silence after which a server that has just fallen silent is given up again."""
_COPY = f"COPY stored_events ({ROW}, event_id) FROM STDIN (FORMAT BINARY)"
_TYPES = ("int8", "text", "int8", "text", "bytea", "text")
_IN_DOUBT = (
    "{why}: whether the last events were kept is not known. Try again: what is there is not added "
    "twice"
)
_ANOTHER = "{shown} was taken over by another server meanwhile: ask anew"


class PostgresEngine(PostgresReader):
    """A log in a schema of a database."""

    def __init__(self, url: str, *, create: bool, read_only: bool = False) -> None:
        """Open a log, or make one where `create`. Raises LogError, naming what to do."""
        super().__init__(read_address(url), read_only=read_only)
        self.made = False
        try:
            if create:
                self.made = self._make()
            self._check()
        except LogError:
            self.close()
            raise

    def _make(self) -> bool:
        """Make schema and tables in one transaction; what is there stays. Whether any was made."""
        with self._errors(), self._datastore.link() as link:
            schema = self._address.schema
            if (version := _version(link, self._address)) is not None:
                if version <= VERSION:  # who may not leaves them as they are
                    with suppress(psycopg.errors.InsufficientPrivilege), link.transaction():
                        renew(link)
                return False
            with link.transaction():
                link.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"tracker {schema}",))
                if _version(link, self._address) is not None:
                    return False  # another was making it
                found = link.execute("SELECT FROM pg_namespace WHERE nspname = %s", (schema,))
                if found.fetchone() is None:
                    link.execute(f"CREATE SCHEMA {quoted(schema)}".encode())
                for statement in MAKE:
                    link.execute(statement.encode())
                leaves.begin(Cursor(link))
        return True

    def _check(self) -> None:
        """Refuse what is no log, or one of a newer tracker."""
        with self._errors(), self._datastore.link() as link:
            version = _version(link, self._address)
        if version is None:
            raise NoLogError(NO_LOG.format(shown=self.shown))
        if version > VERSION:
            raise LogError(
                f"{self.shown} was made by a newer tracker (schema {version}): update this one"
            )

    # -- writing -------------------------------------------------------------------------------

    def insert(self, events: Sequence[Encoded], timeline: str | None = None) -> range:
        """Append in one transaction, all or none; give the positions. Raises Conflict.

        Where the connection breaks meanwhile, the outcome is looked up. What is not there then is
        inserted once more, over a new connection: to whoever leads by now; unless it was decided
        on another `timeline`.
        """
        try:
            return self._insert(events, timeline)
        except _LostError as error:
            found = self._outcome(events, self._sent(error))
        if found is not None:
            return found
        try:
            return self._insert(events, timeline)
        except _LostError as error:
            raise self._in_doubt(self._sent(error)) from error

    def _sent(self, error: _LostError) -> _LostError:
        """Give an error after which something may have been kept. Raises LogError for others."""
        if not error.sent:
            raise plain_error(error.why, self.shown) from error
        return error

    def _insert(self, events: Sequence[Encoded], timeline: str | None) -> range:
        with self._errors(), self._locked() as (c, last):
            if timeline not in {None, c.link.timeline}:
                raise Conflict(_ANOTHER.format(shown=self.shown))
            seqs = range(last + 1, last + 1 + len(events))
            try:
                self._copy(c.link, seqs, events)
            except psycopg.errors.UniqueViolation as error:
                raise Conflict(error.diag.message_primary or str(error)) from error
            c.execute("UPDATE log_head SET seq = ?", (seqs.stop - 1,))
            leaves.append(c, seqs, events)
        return seqs

    def _copy(self, link: Link, seqs: range, events: Sequence[Encoded]) -> None:
        hexes = {stream: stream.hex for stream in {event.stream for event in events}}
        with link.cursor().copy(_COPY.encode()) as copy:
            copy.set_types(_TYPES)
            write = copy.write_row
            for seq, (stream, version, event_id, topic, state) in zip(seqs, events, strict=True):
                write((seq, hexes[stream], version, topic, state, event_id))

    def _outcome(self, events: Sequence[Encoded], why: _LostError) -> range | None:
        """Look up what became of an append; None where nothing of it was kept, nor will be.

        Under the writers' lock, for a transaction that is still at it holds that. And by one that
        writes: where standbys have to confirm, they confirm all that was written before as well.
        """
        self._datastore.one.patience = DOUBT
        try:
            with self._errors(), self._locked(0) as (c, last):
                c.execute("UPDATE log_head SET seq = ?", (last,))
                rows: dict[str, tuple[int, bytes]] = {}
                for event in (events[0], events[-1]):
                    c.execute(
                        "SELECT seq, state FROM stored_events WHERE event_id = ?", (event.event_id,)
                    )
                    if found := c.fetchone():
                        rows[event.event_id] = found
        except (_LostError, LogError) as error:
            raise self._in_doubt(why) from error
        finally:
            self._datastore.one.patience = SILENCE
        if not rows:
            return None
        (first, begun), (last, ended) = (
            rows.get(event.event_id, (0, b"")) for event in (events[0], events[-1])
        )
        ours = (begun, ended) == (events[0].state, events[-1].state)
        if not ours or last - first != len(events) - 1:
            raise Conflict(f"event {next(iter(rows))} is there already")
        return range(first, last + 1)

    def _in_doubt(self, error: _LostError) -> LogError:
        return LogError(_IN_DOUBT.format(why=str(plain_error(error.why, self.shown))))

    @contextmanager
    def _locked(self, seconds: float | None = None) -> Iterator[tuple[Cursor, int]]:
        """Write in a transaction, alone; gives the last position. Raises _LostError.

        Each try to be alone is short, so that a busy server is told from one that hangs; there are
        tries for LOCK_SECONDS, unless `seconds` says otherwise.
        """
        sent = False
        try:
            with self._datastore.link() as link:
                sent = True
                last = _alone(link, LOCK_SECONDS if seconds is None else seconds)
                try:
                    yield Cursor(link), last
                except BaseException:
                    if not link.closed:
                        link.execute("ROLLBACK")
                    raise
                self._commit(link)
        except (PersistenceError, psycopg.Error) as error:
            if lost(error):
                raise _LostError(error, sent=sent) from error
            raise

    def confirm(self, timeline: str) -> bool:
        """See to it that what was read on a timeline is kept by all who have to keep it.

        False on a server that only follows another. Raises Conflict, LogError.
        """
        with self._errors(), self._datastore.link() as link:
            if link.timeline != timeline:
                raise Conflict(_ANOTHER.format(shown=self.shown))
            return confirm(link)

    def _commit(self, link: Link) -> None:
        link.warned = ""
        link.execute("COMMIT")
        if link.warned:
            # As where a wait for standbys was broken off: kept here, and by nobody else yet.
            raise _LostError(psycopg.OperationalError(link.warned))

    @contextmanager
    def writing(self) -> Iterator[Cursor]:
        """Begin to write the ledger's tables; committed at the end."""
        try:
            with self._errors(), self._locked() as (c, _):
                yield c
        except _LostError as error:
            raise self._in_doubt(self._sent(error)) from error

    # -- who may do what -----------------------------------------------------------------------

    def grant(self, role: str | None, user: str) -> None:
        """Give a user a role in place of any other; None takes it. Raises TrackerError."""
        with self._errors(), self._datastore.link() as link:
            grant(link, self._address.schema, role, user)

    def granted(self) -> list[tuple[str, str]]:
        """Give (user, role) of all who have one."""
        with self._errors(), self._datastore.link() as link:
            return granted(link, self._address.schema)

    def health(self) -> ServerHealth:
        """Read settings back and count, for `doctor`."""
        names = ("server_version", "synchronous_commit", "fsync", "full_page_writes")
        asked = ", ".join(f"current_setting('{name}')" for name in names)
        sql = f"SELECT {asked}, pg_is_in_recovery(), current_setting('synchronous_standby_names')"
        (settings,) = self._rows(sql)
        last = self._rows("SELECT coalesce(max(seq), 0) FROM stored_events")[0][0]
        counted = sum(
            self._rows(
                "SELECT count(*) FROM stored_events WHERE seq > ? AND seq <= ?", (at, at + SPAN)
            )[0][0]
            for at in range(0, last, SPAN)
        )
        with self._errors(), self._datastore.link() as link:
            wrong = tuple(belts(link, self._address.schema))
        version, kept, fsync, whole_pages, standby, standbys = settings
        counts = Counts(counted, last, self.position())
        return ServerHealth(version, kept, fsync, whole_pages, standby, standbys, wrong, counts)

    @contextmanager
    def source(self) -> Iterator[ServerSource]:
        """Open the log for `verify`: over a connection of its own."""
        with self._errors():
            link = One(self._address).connect()
        with closing(link):
            yield ServerSource(link, self._address)


class _LostError(Exception):
    """The connection broke while something was written: `why`, as psycopg or the library has it."""

    def __init__(self, why: BaseException, *, sent: bool = True) -> None:
        """Keep the reason; `sent` says whether there was a connection at all."""
        super().__init__(str(why))
        self.why = why
        self.sent = sent


def _alone(link: Link, seconds: float) -> int:
    """Begin a transaction that nobody else writes beside; give the last position."""
    until = time.monotonic() + seconds
    while True:
        link.execute("BEGIN")
        try:
            ((last,),) = link.execute("SELECT seq FROM log_head FOR UPDATE").fetchall()
        except BaseException as error:
            if not link.closed:
                link.execute("ROLLBACK")
            busy = isinstance(error, psycopg.errors.LockNotAvailable)
            if not busy or time.monotonic() > until:
                raise
        else:
            return int(last)


def _version(link: Link, address: Address) -> int | None:
    """Give the version of a log's tables; None where there are none. Raises LogError."""
    table = f"{quoted(address.schema)}.log_format"
    try:
        found = link.execute("SELECT to_regclass(%s)", (table,)).fetchone()
        if found is None or found[0] is None:
            return None
        row = link.execute("SELECT version FROM log_format").fetchone()
    except psycopg.errors.InsufficientPrivilege as error:
        raise shut_out(link, address.schema, address.shown, error) from error
    return None if row is None else int(row[0])


def is_there(url: str) -> bool:
    """Whether there is a log at an address. Raises LogError where that cannot be told."""
    address = read_address(url)
    try:
        with closing(One(address).connect()) as link:
            return _version(link, address) is not None
    except psycopg.Error as error:
        raise plain_error(error, address.shown) from error
