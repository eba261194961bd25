"""The log: an append-only record of events, wherever an engine keeps them.

Positions are dense and never reused; events have ids that their clients chose, by which an outcome
is looked up after an unclear failure; a ledger grows in the event's own transaction (`leaves`).
`engines` knows SQLite and PostgreSQL, and nothing else here does.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import chain
from typing import TYPE_CHECKING, Self
from uuid import UUID

from tracker.engines import open_engine
from tracker.engines.base import MEMORY, NO_LIMIT, PAGE, Conflict, Encoded, Health
from tracker.engines.mapper import EventMapper, event_of
from tracker.errors import LogError
from tracker.ledgered_log import LedgeredLog
from tracker.sealed_log import SealedLog

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from tracker.engines.base import Source
    from tracker.facts.codec import StoredRow
    from tracker.facts.envelope import Event
    from tracker.sealing import Sealer

__all__ = ["MEMORY", "NO_LIMIT", "PAGE", "Conflict", "Encoded", "Log"]

POLL_SECONDS = 0.1


class Log(LedgeredLog, SealedLog):
    """One situation's events, in the order they were recorded. Use as a context manager."""

    def __init__(self, path: str, *, create: bool = False, read_only: bool = False) -> None:
        """Open a log, or make one where `create`. Raises LogError, naming what to do.

        `path` is a file, ":memory:", or postgresql://host/database?schema=NAME. Opened `read_only`
        it is never written to; nor is a replica, but by who follows (replicas.Replica).
        """
        self._engine = open_engine(path, create=create, read_only=read_only)
        self.read_only = read_only
        self.path = self._engine.shown
        """Its name, as people may be shown it: an address has no password in it."""
        self.place = self._engine.place
        """What tells where it lies from any other place, for those who remember it."""
        self.local = self._engine.local
        """Whether it is a file, beside which others lie, rather than on a server."""
        self.made = self._engine.made
        """Whether it was made just now."""
        self._mapper = EventMapper()
        self._sealer: Sealer | None = None
        self._settled_at: int | None = None
        self._roots: dict[int, str] = {}
        self._log_id: str | None = None
        self._writer: ThreadPoolExecutor | None = None
        self.appended: Callable[[range], None] = lambda _: None
        """Told of the positions of each append, once it is kept."""

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Close the connections, once what is being appended is; safe to call twice."""
        if self._writer is not None:
            self._writer.shutdown()
            self._writer = None
        if self._sealer is not None:
            self._sealer.vault.close()
        self._engine.close()

    def there(self) -> bool:
        """Tell whether its path still leads to it: a file may be taken away, or replaced.

        What is open stays open and can be read for ever, so whoever keeps a log open asks. Cheap.
        """
        return self._engine.there()

    def version(self) -> int | None:
        """Give a number that changes whenever anyone has appended; None where none can be told.

        Asked before every question, so it is cheap.
        """
        return self._engine.version()

    @property
    def replica_of(self) -> str | None:
        """What this log is a replica of, without a password; None for one that is none."""
        return self._engine.replica_of

    def check_writable(self) -> None:
        """Raise LogError, in plain words, where nothing may be recorded in this log."""
        if self.replica_of is not None:
            raise LogError(f"{self.path} is a replica of {self.replica_of}: record there, not here")
        if self.read_only:
            raise LogError(f"{self.path} was opened read-only: nothing is recorded")

    @property
    def position(self) -> int:
        """The position of the newest event, 0 for an empty log."""
        return self._engine.position()

    def timeline(self) -> str:
        """Name the history that is read from now on: a failover of a server begins another."""
        return self._engine.timeline()

    def confirm(self, timeline: str) -> bool:
        """See to it that all that was read since `timeline` was asked for is kept.

        A server can show for a moment what its standbys do not have, and a failover loses that: to
        be asked before something is made of it that lasts. False where that cannot be told, on a
        server that only follows another. Raises Conflict after a failover, LogError.
        """
        return self._engine.confirm(timeline)

    def append(self, events: Sequence[Event], *, timeline: str | None = None) -> range:
        """Record events in one transaction, all or none; return their positions.

        Raises Conflict where one of them is there already or another writer took its version, or
        where the log is no longer on the `timeline` on which they were decided: look up with
        `positions` and decide anew. An event whose append returned is kept; and where none is to
        be appended, so is what was read on that timeline.
        """
        self.check_writable()
        encoded = [
            Encoded(event.stream, event.version, event.id, event.body.TOPIC, stored.state)
            for event, stored in zip(events, map(self._mapper.to_stored_event, events), strict=True)
        ]
        return self._append(self._sealed(encoded), timeline) if encoded else self._nothing(timeline)

    def begin_append(
        self, events: Sequence[Encoded], *, seal: bool = False, timeline: str | None = None
    ) -> Callable[[], range]:
        """Begin to record events that are encoded already, in one transaction.

        Gives what waits for that, and gives or raises what `append` does. They are written in a
        thread, while the caller makes more of them. Until it has waited the log is asked nothing
        else. With `seal` their text is sealed, as that of `append` is.
        """
        self.check_writable()
        if not events:
            nothing = self._nothing(timeline)
            return lambda: nothing
        kept = self._sealed(events) if seal else events
        if self._writer is None:
            from concurrent.futures import ThreadPoolExecutor

            self._writer = ThreadPoolExecutor(1, "log")
        writing = self._writer.submit(self._engine.insert, kept, timeline)

        def wait() -> range:
            seqs = writing.result()
            self.appended(seqs)
            return seqs

        return wait

    def _nothing(self, timeline: str | None) -> range:
        """Append nothing, because all of it is there: then that is what is acknowledged."""
        self.confirm(self.timeline() if timeline is None else timeline)
        return range(self.position + 1, self.position + 1)

    def _append(self, events: Sequence[Encoded], timeline: str | None) -> range:
        seqs = self._engine.insert(events, timeline)
        self.appended(seqs)
        return seqs

    def versions(self, streams: Sequence[UUID]) -> dict[UUID, int]:
        """Give the last version of each of these streams that the log holds."""
        return self._engine.versions(streams)

    def mark(self, position: int) -> str | None:
        """Tell the event at a position from any other log's, as Event.mark does; None for none."""
        found = self._engine.at(position)
        if found is None:
            return None
        try:
            return f"{found[0]} {json.loads(found[1])['recorded_at']}"
        except (ValueError, KeyError, TypeError):
            return None

    def positions(self, event_ids: Sequence[str]) -> dict[str, int]:
        """Look up which of these event ids the log holds, and where: the outcome after a doubt."""
        return self._engine.positions(event_ids)

    def find(self, prefix: str, limit: int = 6) -> list[tuple[str, int]]:
        """Give (event id, position) of events whose id begins so; hyphens may be left out."""
        plain = prefix.lower().replace("-", "")
        if not plain or not set(plain) <= set("0123456789abcdef"):
            return []
        return self._engine.find(plain, limit)

    def stream(self, stream: UUID) -> list[Event]:
        """Read the events of one stream, in order."""
        return list(map(event_of, self._opened(self._engine.stream(stream))))

    def read(self, after: int = 0, upto: int | None = None) -> Iterator[Event]:
        """Read the events after a position, to `upto` inclusive, in pages."""
        return map(event_of, self.rows(after, upto))

    def rows(self, after: int = 0, upto: int | None = None) -> Iterator[StoredRow]:
        """Read stored rows in pages, with what is sealed in them opened."""
        return chain.from_iterable(map(self._opened, self._pages(after, upto)))

    def raw_rows(self, after: int = 0, upto: int | None = None) -> Iterator[StoredRow]:
        """Read events exactly as they are stored, in pages."""
        return chain.from_iterable(self._pages(after, upto))

    def _pages(self, after: int, upto: int | None) -> Iterator[list[StoredRow]]:
        while True:
            page = self._engine.page(after, NO_LIMIT if upto is None else upto)
            yield page
            if len(page) < self._engine.page_size:
                return
            after = page[-1][0]

    def follow(
        self, after: int = 0, *, stop: Callable[[], bool], poll: float = POLL_SECONDS
    ) -> Iterator[Event]:
        """Yield events after a position as they come, looking every `poll` seconds until `stop`.

        SQLite tells nobody of a commit in another process, and a server's notice can be missed: so
        the follower asks.
        """
        while not stop():
            fresh = False
            for event in self.read(after):
                fresh, after = True, event.position
                yield event
            if not fresh:
                time.sleep(poll)

    def of_topics(self, topics: Sequence[str]) -> Iterator[Event]:
        """Read the events of some topics, in order."""
        for page in self._pages_of(topics, 0, NO_LIMIT):
            yield from map(event_of, self._opened(page))

    def _pages_of(self, topics: Sequence[str], after: int, upto: int) -> Iterator[list[StoredRow]]:
        while True:
            found = self._engine.page_of(topics, after, upto)
            yield found
            if len(found) < self._engine.page_size:
                return
            after = found[-1][0]

    def login(self, position: int) -> str | None:
        """Name the user as whom a server says that an event was recorded; None for a file."""
        return self._engine.login(position)

    def grant(self, role: str | None, user: str) -> None:
        """Give a user a role on a server in place of any other; None takes it.

        Roles are reader, recorder, reviewer, admin. Raises TrackerError.
        """
        self._engine.grant(role, user)

    def granted(self) -> list[tuple[str, str]]:
        """Give (user, role) of all who have one. Raises TrackerError for a file."""
        return self._engine.granted()

    def source(self) -> AbstractContextManager[Source]:
        """Open the log for `verify`, apart from all else; close it after."""
        return self._engine.source()

    def health(self) -> Health:
        """Read settings back and count, for `doctor`."""
        return self._engine.health()
