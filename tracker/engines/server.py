"""A connection to PostgreSQL that gives an answer in time, whatever has become of the server.

A server that hangs still has its kernel answer for it, so that no keep-alive tells: silence has to
be measured here. What is broken off may have been kept all the same; see `postgres.insert`.
"""

from __future__ import annotations

import re
import select
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from eventsourcing.postgres import PostgresDatastore
from psycopg.rows import tuple_row

from tracker.engines.address import Address
from tracker.errors import KEEP, AwayError, DamagedLogError, LogError, NoLogError

SILENCE = 4.0
"""Seconds without a word after which a server is given up, in the middle of a statement."""
LOOK = 1.5
"""The same, of a look at whether anything was recorded: who cannot be told that asks anew, so it is
the first of several waits."""
CONNECT = 3
"""Seconds that connecting may take, all hosts together; libpq grants each at least two."""
LEAST = 2
REST = 0.5
"""Seconds in which nobody is tried again who could just not be reached: a question is several
statements, and each would wait as long."""
LOCKED = 2
"""Seconds that one try waits for who else is writing: less than SILENCE, so as not to be taken for
a server that hangs."""
BELT = 60
"""Seconds after which the server itself ends a statement, or a transaction that is left alone."""
KEEPALIVE = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 2}
# Who has given up leaves no statement running; and an acknowledged event is on the disk, and on
# those of the standbys that have to confirm.
_MORE = """SELECT
    CASE WHEN current_setting('server_version_num')::int >= 140000
        THEN set_config('client_connection_check_interval', '2s', false) END,
    CASE WHEN current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')
        THEN set_config('synchronous_commit', 'on', false) END"""
_KEEPING = ("on", "remote_apply")
# The timeline is the first third of the name of a piece of the write-ahead log.
_FOUND = """SELECT current_setting('synchronous_commit'), current_setting('server_encoding'),
    CASE WHEN pg_is_in_recovery() THEN ''
        ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END"""
# A transaction that writes something: its commit waits for whom all before it had to wait for. A
# mere reader may do this, and a session that is read-only; it adds some fifty bytes to the
# write-ahead log and nothing to any table.
_CONFIRM = """SELECT CASE WHEN NOT pg_is_in_recovery()
    THEN pg_logical_emit_message(true, 'situation-tracker', '') END"""

T = TypeVar("T")


class SilentError(psycopg.OperationalError):
    """The server said nothing for too long."""


class Link(psycopg.Connection[Any]):
    """A connection that is given up after a silence, and that notes what it is warned of."""

    patience = SILENCE
    warned = ""
    """The last warning of the server: where it comes with a commit, not all is well with that."""
    timeline = ""
    """The server's history, as PostgreSQL counts them; a standby that is promoted begins another.
    Nothing for a server that only follows another."""

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **kwargs: Any) -> T:  # noqa: ANN401
        """Wait for an answer. Raises SilentError, and is closed, where none comes."""
        found: T = super().wait(self._listening(gen), *args, **kwargs)
        return found

    def _listening(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        ready, heard = None, time.monotonic()
        while True:
            try:
                wanted = gen.send(ready)
            except StopIteration as over:
                answer: T = over.value
                return answer
            ready = yield wanted
            if ready:
                heard = time.monotonic()
            elif time.monotonic() - heard > self.patience:
                self.pgconn.finish()  # it can no longer be asked anything, nor be rolled back
                raise SilentError(f"no answer for {self.patience:g} s")

    def hear(self, notice: psycopg.errors.Diagnostic) -> None:
        """Take note of a warning."""
        if notice.severity_nonlocalized == "WARNING":
            self.warned = notice.message_primary or "a warning"

    @property
    def gone(self) -> bool:
        """Whether the server has hung up on it meanwhile; told without asking."""
        if self.closed:
            return True
        readable, _, _ = select.select([self.pgconn.socket], [], [], 0)
        if readable:
            try:
                self.pgconn.consume_input()
            except psycopg.OperationalError:
                return True
        return bool(self.pgconn.status != psycopg.pq.ConnStatus.OK)


class One:
    """What the library wants of a pool: one connection, made in this thread when it is needed.

    The library's own pool connects in threads of its own, and tells nobody why it could not.
    """

    def __init__(self, address: Address, *, read_only: bool = False) -> None:
        """Connect to nothing yet; `read_only` lets the server refuse whatever would write."""
        self._address = address
        self._read_only = read_only
        self._link: Link | None = None
        self._refused: tuple[float, psycopg.Error] | None = None
        self.patience = SILENCE

    def open(self, *_: object) -> None:
        """Do nothing: it is opened by its first use."""

    def close(self) -> None:
        """Close; safe to call twice."""
        if self._link is not None:
            self._link.close()
            self._link = None

    @contextmanager
    def connection(self) -> Iterator[Link]:
        """Give the connection, made anew where it is lost."""
        if self._link is None or self._link.gone:
            self.close()
            self._link = self._connected()
        self._link.patience = self.patience
        yield self._link

    def _connected(self) -> Link:
        if self._refused is not None:
            when, error = self._refused
            if time.monotonic() - when < REST:
                raise error.with_traceback(None)
        try:
            link = self.connect()
        except psycopg.Error as error:
            self._refused = (time.monotonic(), error)
            raise
        self._refused = None
        return link

    def connect(self) -> Link:
        """Make a connection, its settings set and read back. Raises psycopg.Error, LogError."""
        hosts = self._address.hosts
        asked = psycopg.conninfo.conninfo_to_dict(self._address.conninfo)
        mine: dict[str, Any] = {
            "connect_timeout": max(LEAST, CONNECT // hosts),
            "application_name": "situation-tracker",
            **KEEPALIVE,
            "tcp_user_timeout": int(1000 * SILENCE),
        }
        if hosts > 1:
            mine["target_session_attrs"] = "read-write"  # after a failover, whoever leads now
        link = Link.connect(
            self._address.conninfo,
            autocommit=True,
            row_factory=tuple_row,
            client_encoding="UTF8",
            **{name: value for name, value in mine.items() if name not in asked},
        )
        link.patience = self.patience
        link.add_notice_handler(link.hear)
        wanted = {
            "statement_timeout": f"{BELT}s",
            "idle_in_transaction_session_timeout": f"{BELT}s",
            "lock_timeout": f"{LOCKED}s",
        }
        if self._read_only:
            wanted["default_transaction_read_only"] = "on"
        settings = ", ".join(
            f"set_config('{name}', '{value}', false)" for name, value in wanted.items()
        )
        path = f'"{self._address.schema}", pg_temp'
        sql = f"SELECT set_config('search_path', %s, false), {settings}"
        link.execute(sql.encode(), (path,))
        link.execute(_MORE)
        ((kept, encoding, link.timeline),) = link.execute(_FOUND).fetchall()
        if kept not in _KEEPING:
            link.close()
            raise LogError("PostgreSQL did not take synchronous_commit=on; refusing to go on")
        if encoding != "UTF8":
            link.close()
            raise LogError(f"{self._address.shown}: the database must be in UTF8, not {encoding}")
        return link


def confirm(link: Link) -> bool:
    """See to it that whatever could be read so far is kept by all who have to keep it.

    After a wait for standbys that was broken off, and after a crash, a server shows commits that no
    standby has: a failover loses them. False on a server that only follows another, where this
    cannot be told. Raises psycopg.Error.
    """
    link.warned = ""
    ((written,),) = link.execute(_CONFIRM).fetchall()
    if link.warned:
        raise psycopg.OperationalError(link.warned)
    return written is not None


class Datastore(PostgresDatastore):
    """The library's store, on one connection of ours: it gives errors the library's names."""

    def __init__(self, address: Address, *, read_only: bool = False) -> None:
        """Connect to nothing yet."""
        super().__init__(dbname="", host="", port="", user="", password="", schema=address.schema)
        self.one = One(address, read_only=read_only)
        self.pool = self.one  # type: ignore[assignment]  # what the library uses of a pool, it has

    @contextmanager
    def link(self) -> Iterator[Link]:
        """Give the connection. Raises the library's errors, whose causes are psycopg's."""
        with self.get_connection() as connection:
            yield connection  # type: ignore[misc]  # its rows are tuples


class Cursor:
    """A cursor whose marks are `?`, as in the SQL that all engines share (leaves.Cursor)."""

    def __init__(self, link: Link) -> None:
        """Take a connection in a transaction."""
        self.link = link
        self._cursor = link.cursor(binary=True)

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> None:
        """Run a statement."""
        self._cursor.execute(marked(sql).encode(), parameters)

    def executemany(self, sql: str, parameters: Any, /) -> None:  # noqa: ANN401 - as sqlite3 has it
        """Run a statement once for each set of parameters."""
        self._cursor.executemany(marked(sql).encode(), parameters)

    def fetchone(self) -> Any:  # noqa: ANN401 - a row
        """Give the next row, None after the last."""
        return self._cursor.fetchone()

    def fetchall(self) -> list[Any]:
        """Give the rows that are left."""
        return self._cursor.fetchall()


def marked(sql: str) -> str:
    """Give SQL with psycopg's marks for its parameters."""
    return sql.replace("%", "%%").replace("?", "%s")


def lost(error: BaseException) -> bool:
    """Whether a connection broke, so that nobody can tell what became of what was asked."""
    cause = error.__cause__ if error.__cause__ is not None else error
    state = getattr(cause, "sqlstate", None)
    if not isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    return state is None or state[:2] == "08" or state in {"57P01", "57P02", "57P03", "25P03"}


def plain_error(error: BaseException, shown: str) -> LogError:
    """Say in plain words what the server, or the way to it, met."""
    cause = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
    state = getattr(cause, "sqlstate", None) or ""
    said = _first(cause)
    if state in _LACKING:
        return NoLogError(NO_LOG.format(shown=shown))
    if state[:2] == "XX":
        return DamagedLogError(f"{shown} is damaged ({said})", f"look at the server's log, {KEEP}")
    if state in _WORDS:
        return LogError(_WORDS[state].format(shown=shown, said=said))
    if state[:2] in _WORDS:
        return LogError(_WORDS[state[:2]].format(shown=shown, said=said))
    if isinstance(cause, SilentError):
        return AwayError(f"{shown} gives no answer ({said}): it hangs, or the way to it")
    if _NOBODY in str(cause):
        return AwayError(f"{shown}: none of these servers leads just now; try again in a moment")
    if lost(error):
        return AwayError(f"{shown} cannot be reached: {said}")
    return LogError(f"{shown}: {said}")


def _first(error: BaseException) -> str:
    """Give the line that says most: libpq tells of each host, and begins with addresses."""
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    lines = [line.strip(" -") for line in str(primary or error).split("\n") if line.strip()]
    fatal = next((line for line in lines if "FATAL:" in line), lines[0] if lines else "no reason")
    return re.sub(r"^.*?(FATAL|ERROR):\s+", "", fatal)


_NOBODY = "session is read-only"  # libpq's words for a host that only follows another
GIVEN = "`tracker grant` gives a role"
NO_LOG = "no log at {shown}: make one with `tracker init`, or name another with --log"
_LACKING = ("42P01", "3F000")  # tables or schema
_WORDS = {
    "42501": f"{{shown}}: {{said}}. Your user may not do that there: {GIVEN}",
    "25006": "{shown} is read-only: it can be asked, not added to",
    "53100": "the disk of {shown} is full: nothing was recorded; make room",
    "53300": "{shown} has too many connections already: try again",
    "55P03": "{shown} was busy: another writer holds it; try again",
    "57014": "{shown} took too long and was stopped: {said}; try again",
    "58": "the disk of {shown} failed ({said}): see the server's log",
}
