"""What is asked of a log on a PostgreSQL server; each question anew where the connection broke."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import PersistenceError

from tracker.engines.address import Address
from tracker.engines.postgres_seen import SPAN
from tracker.engines.server import (
    GIVEN,
    LOOK,
    Cursor,
    Datastore,
    Link,
    SilentError,
    lost,
    marked,
    plain_error,
)
from tracker.errors import LogError

if TYPE_CHECKING:
    from tracker.facts.codec import StoredRow

PAGE = 2_000  # rows a read: each is a journey
ROW = "seq, originator_id, originator_version, topic, state"
"""The columns of an event as it is read."""
_POSITION_BITS = 48


class PostgresReader:
    """A log in a schema of a database, as it is asked."""

    local = False
    replica_of: str | None = None  # a replica is a file
    page_size = PAGE

    def __init__(self, address: Address, *, read_only: bool) -> None:
        """Connect when something is asked."""
        self._address = address
        self.shown, self.place = address.shown, address.place
        self._datastore = Datastore(address, read_only=read_only)

    def close(self) -> None:
        """Close the connection; safe to call twice."""
        self._datastore.one.close()

    def _rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Ask one question, again over a new connection where the old one broke."""
        for again in (True, False):
            try:
                with self._datastore.link() as link:
                    return link.execute(marked(sql).encode(), parameters, binary=True).fetchall()
            except (PersistenceError, psycopg.Error) as error:
                if not (again and lost(error)) or _silent(error):
                    raise plain_error(error, self.shown) from error
        raise AssertionError  # the second time it either answers or raises

    def timeline(self) -> str:
        """Name the history that is read from now on; asks only where the connection is lost."""
        with self._errors(), self._datastore.link() as link:
            return link.timeline

    def there(self) -> bool:
        """Tell that it is: a server is asked for its log by name, each time."""
        return True

    def version(self) -> int | None:
        """Give the last position and the timeline: they change with every append, and failover."""
        one = self._datastore.one
        patience, one.patience = one.patience, min(LOOK, one.patience)
        try:
            with suppress(LogError):
                return self.position() + (int(self.timeline() or "0", 16) << _POSITION_BITS)
        finally:
            one.patience = patience
        return None

    def position(self) -> int:
        """Give the position of the newest event, 0 for none."""
        ((seq,),) = self._rows("SELECT seq FROM log_head")
        return int(seq)

    def page(self, after: int, upto: int) -> list[StoredRow]:
        """Give the next events, at most `page_size`."""
        return self._rows(
            f"SELECT {ROW} FROM stored_events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",  # noqa: S608 - ours
            (after, upto, PAGE),
        )

    def page_of(self, topics: Sequence[str], after: int, upto: int) -> list[StoredRow]:
        """Give the next events of some topics, at most `page_size`."""
        found: list[StoredRow] = []
        last = min(upto, self.position())
        while after < last and len(found) < PAGE:
            end = min(after + SPAN, last)
            found += self._rows(
                f"SELECT {ROW} FROM stored_events WHERE seq > ? AND seq <= ? AND topic = ANY(?)"  # noqa: S608 - ours
                " ORDER BY seq LIMIT ?",
                (after, end, list(topics), PAGE - len(found)),
            )
            after = end
        return found

    def stream(self, stream: UUID) -> list[StoredRow]:
        """Give the events of one stream, in order."""
        found: list[StoredRow] = []
        while True:
            page = self._rows(
                f"SELECT {ROW} FROM stored_events WHERE originator_id = ?"  # noqa: S608 - ours
                " AND originator_version > ? ORDER BY originator_version LIMIT ?",
                (stream.hex, found[-1][2] if found else 0, PAGE),
            )
            found += page
            if len(page) < PAGE:
                return found

    def versions(self, streams: Sequence[UUID]) -> dict[UUID, int]:
        """Give the last version of each of these streams that there is."""
        by_hex = {stream.hex: stream for stream in streams}
        found: dict[UUID, int] = {}
        for some in _parts(list(by_hex)):
            rows = self._rows(
                "SELECT asked, (SELECT max(originator_version) FROM stored_events"
                ' WHERE originator_id = asked COLLATE "C") FROM unnest(?::text[]) AS asked',
                (some,),
            )
            found.update((by_hex[name], last) for name, last in rows if last is not None)
        return found

    def positions(self, event_ids: Sequence[str]) -> dict[str, int]:
        """Give the position of each of these events that there is."""
        found: dict[str, int] = {}
        for some in _parts(event_ids):
            sql = "SELECT event_id, seq FROM stored_events WHERE event_id = ANY(?)"
            found.update(self._rows(sql, (some,)))
        return found

    def find(self, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Give (event id, position) of events whose id without hyphens begins so."""
        head = prefix[:8]  # before the first hyphen, so that the index of ids finds them
        return self._rows(
            "SELECT event_id, seq FROM stored_events WHERE event_id >= ? AND event_id < ?"
            " AND replace(event_id, '-', '') LIKE ? ORDER BY seq LIMIT ?",
            (head, f"{head}~", f"{prefix}%", limit),
        )

    def at(self, position: int) -> tuple[str, bytes] | None:
        """Give (event id, state) of the event at a position."""
        found = self._rows("SELECT event_id, state FROM stored_events WHERE seq = ?", (position,))
        return found[0] if found else None

    def refuse_reader(self) -> None:
        """Raise LogError where this user may ask, and record nothing."""
        if not self._rows("SELECT has_any_column_privilege('log_head', 'UPDATE')")[0][0]:
            raise LogError(f"{self.shown}: you may read it, and not record: {GIVEN}")

    def has_sealed(self) -> bool:
        """Whether any event holds sealed text. Reads all of a log that holds none."""
        from tracker.facts.sealed import AFTER_SEALED, TAIL

        last = self.position()
        for after in range(0, last, SPAN):
            found = self._rows(
                "SELECT 1 FROM stored_events WHERE seq > ? AND seq <= ? AND"
                " position(?::bytea IN substr(state, greatest(1, length(state) - ?))) > 0 LIMIT 1",
                (after, after + SPAN, AFTER_SEALED, TAIL - 1),
            )
            if found:
                return True
        return False

    def login(self, position: int) -> str | None:
        """Name the user as whom an event was recorded, by the word of the server."""
        found = self._rows("SELECT login FROM stored_events WHERE seq = ?", (position,))
        return found[0][0] if found else None

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """Begin to read the ledger's tables, as they are at one moment."""
        with self._errors():
            link = self._begun("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            try:
                yield Cursor(link)
            finally:
                if not link.closed:
                    link.execute("ROLLBACK")

    def _begun(self, begin: str) -> Link:
        """Begin a transaction, over a new connection where the old one broke."""
        for again in (True, False):
            try:
                with self._datastore.link() as link:
                    link.execute(begin.encode())
                    return link
            except (PersistenceError, psycopg.Error) as error:
                if not again or not lost(error) or _silent(error):
                    raise
        raise AssertionError  # the second time it either begins or raises

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (PersistenceError, psycopg.Error) as error:
            raise plain_error(error, self.shown) from error


def _parts(whole: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(whole), PAGE):
        yield list(whole[start : start + PAGE])


def _silent(error: BaseException) -> bool:
    """Whether it is no use to ask again at once: it would cost as long a wait."""
    return isinstance(error.__cause__ or error, SilentError | psycopg.errors.ConnectionTimeout)
