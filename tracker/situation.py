"""Situation: the one door that the command line, the web and the exports go through."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Self, Unpack
from uuid import UUID

from projections.store import Row, Store
from projections.weighing import USUAL, Weighing
from tracker.amending import Amending
from tracker.citing import Citing
from tracker.clocks import Asked, Clocks, check_whole
from tracker.erasing import Erasing
from tracker.errors import TrackerError
from tracker.importing import Importing
from tracker.instants import Instant, format_instant
from tracker.listing import Listing
from tracker.log import Log
from tracker.model import ReadModel
from tracker.outcomes import Answer
from tracker.recording import Recording, now
from tracker.threads import one_at_a_time, told_in_words
from tracker.vouching import Vouching
from tracker.watching import Watching

if TYPE_CHECKING:
    from tracker.quotes import Quote
    from tracker.registry import Registry
    from tracker.results import Logged

__all__ = ["Situation", "now"]  # the one door of the faces, for the clock too


@one_at_a_time("still", "watch")  # those take it themselves
class Situation(Recording, Amending, Vouching, Citing, Listing, Erasing, Importing, Watching):
    """A situation: its log and the read model beside it. A context manager.

    `path` is a file or postgresql://...; several threads may use one situation, and take turns.

    `clock` gives the present instant; tests pass their own.
    """

    _closed = False

    @told_in_words
    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        create: bool = False,
        read_only: bool = False,
        clock: Callable[[], Instant] = now,
    ) -> None:
        """Open the log at `path`, or make it; raises LogError. ":memory:" keeps all in memory.

        Opened `read_only` nothing is ever written to the log, and recording raises LogError.
        Raises TrackerError for an argument of another type.
        """
        if not callable(clock):
            raise TypeError(clock)  # which is told in words
        self.lock = RLock()
        self.log = Log(os.fspath(path), create=create, read_only=read_only)
        self.clock = clock
        self.model = ReadModel(self.log, self.lock)
        self.log.appended = self._grown
        self._begun()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Close the log and the read model; safe to call twice. Questions then raise LogError."""
        self._closed = True
        self.model.close()
        self.log.close()

    @property
    def position(self) -> int:
        """The log's position: the number of its newest event."""
        return self.log.position

    def replica(self) -> Row | None:
        """Say what this log is a replica of, and what was last heard of that; None for one of none.

        {source, position, behind, heard, away}: the source's address without its password, where
        it stood when it was last heard, how many events of it are not here yet, when that was,
        and why nothing can be heard since, if so. Position and behind are None where nobody knows.
        """
        if self.log.replica_of is None:
            return None
        from tracker.heard import read_heard

        heard, position = read_heard(self.log.path), self.log.position
        behind = heard.behind(position)
        return {
            "source": self.log.replica_of,
            "position": None if behind is None else heard.position,
            "behind": behind,
            "heard": None if heard.at is None else format_instant(heard.at),
            "away": heard.away,
        }

    def lacking_keys(self) -> str | None:
        """Say why sealed text that was met so far could not be read; None where all could."""
        unread = max(self.log.unread, self.model.unread)
        if not unread:
            return None
        vault = self.log.sealer.vault
        why = f"{vault.path} lacks keys" if vault.found else vault.lacking
        return f"{why}: {unread} text{'' if unread == 1 else 's'} not read, and shown as such"

    def begin_keys(self) -> str:
        """Begin another keys file, where the old one is lost for good; give its path.

        What was sealed before stays unread. Raises TrackerError where there are keys.
        """
        self.log.check_writable()
        vault = self.log.sealer.vault
        if vault.found:
            raise TrackerError(f"{vault.path} holds the keys of this log: none are begun")
        vault.make()
        return vault.path

    # -- the read model ------------------------------------------------------------------------

    @property
    def store(self) -> Store:
        """The read model, followed up to the log."""
        return self.model.store

    def _index(self, make: Callable[[Store], None]) -> None:
        """Have something added to the read model, in memory where its file takes nothing more."""
        with self.lock:
            self.model.index(make)

    def still(self) -> AbstractContextManager[Store]:
        """Hold the read model at one position of the log, for several questions."""
        return _Still(self)

    @property
    def store_path(self) -> str:
        """Where the read model lies."""
        return self.model.path

    def registry(self) -> Registry:
        """Give the registry as the log now has it.

        A read model that would have to be made anew for it is not waited for: tables are imported
        one after the other.
        """
        if self.model.far_behind():
            from tracker.reports import SITUATION_STREAM, registered

            return registered(self.log.stream(SITUATION_STREAM))
        from projections.taking import registry_of

        return registry_of(self.store)

    def rebuild(self, progress: Callable[[int], None] = lambda _: None) -> int:
        """Rebuild the read model into a new file that replaces the old at once; events read."""
        return self.model.rebuild(progress)

    def compare(self, progress: Callable[[int], None] = lambda _: None) -> list[str]:
        """Rebuild aside and compare: one line for each row that the live model has otherwise."""
        return self.model.compare(progress)

    @property
    def parquet_path(self) -> Path:
        """Where a Parquet read model lies that nobody named another folder for."""
        path = Path(self.store_path)
        return path.with_name(f"{path.name.removesuffix('.state.db')}.parquet")

    def rebuild_on_spark(
        self, to: Path, master: str, progress: Callable[[int], None] = lambda _: None
    ) -> int:
        """Rebuild on Spark into a folder of Parquet files, which is replaced whole; events read.

        Raises TrackerError, also where Spark, or its Java, is not there.
        """
        from tracker.spark.rebuilding import rebuild

        return rebuild(self.log, to, master, progress)

    def compare_parquet(self, folder: Path) -> list[str]:
        """Compare a folder of Parquet files with the read model: a line for each row that differs.

        Raises TrackerError.
        """
        from tracker.spark.comparing import compare

        with self.still() as store:
            return compare(folder, store.path)

    # -- the record ----------------------------------------------------------------------------

    def replay(
        self, as_of: Asked = None, weighing: Weighing = USUAL, **others: Unpack[Clocks]
    ) -> Iterator[tuple[Row, list[Row]]]:
        """Run the log again: each event (a row as of `log_rows`) with the changes it caused.

        Up to the clocks: see projections.replay. Told in the days of the question's zone.
        """
        from projections.replay import Replay

        clocks = self.clocks(as_of, **others)
        zone = clocks.zone or self._zone()
        for event, changes in Replay(clocks, weighing).run(self.log.read()):
            yield self.row(event, zone), changes

    def log_rows(self, after: int = 0, upto: int | None = None) -> Iterator[Row]:
        """Read the log in order: one row an event (see projections.events)."""
        check_whole("after", after)  # text is no error to SQLite
        check_whole("upto", upto)
        zone = self._zone()
        for event in self.log.read(after, upto):
            yield self.row(event, zone)

    def _zone(self) -> str:
        """Give the situation's zone; no read model is made for it that is not there."""
        return self.registry().zone if self.model.far_behind() else self.zone

    def show(self, name: str) -> Row:
        """Give one event whole, by `#position`, or by a unique prefix of its id or its report's.

        Raises NotFoundError where none, or more than one, has that prefix.
        """
        from projections.events import event_detail, names_in

        event = self.event(name)
        return event_detail(event, self.store, self.log.positions(names_in(event.body)))

    def login(self, position: int) -> str | None:
        """Name the user as whom a server says that an event was recorded; None for a file."""
        return self.log.login(position)

    def report(self, name: str) -> Answer[Logged]:
        """Give a report and its events, as `log` lists them, by a unique prefix of its id.

        The answer's JSON also holds `report`: {id, position, source, published, document, batch,
        facts}. Raises NotFoundError.
        """
        with self.still() as store:
            head = store.report(name)
            stream = self.log.stream(UUID(head["id"]))
            seen = [event for event in stream if event.position <= store.position]
            answer = self._answer(
                "report", None, USUAL, [self.row(event, store.head[2]) for event in seen]
            )
        return replace(answer, query={"report": head["id"]}, more={"report": head})

    @property
    def log_id(self) -> str | None:
        """The id that the ledger gave the log; None for a log of before the ledger."""
        return self.log.log_id

    def version(self) -> int | None:
        """Give a number that changes whenever anyone has recorded; None where none can be told."""
        return self.log.version()

    def quote(self, locator: Mapping[str, object], folder: str | Path) -> Quote:
        """Look a locator up in a folder of documents (tracker.quotes)."""
        from tracker.quotes import look_up

        return look_up(locator, Path(folder))

    def names(self) -> Mapping[str, str]:
        """Give the name of every registered place, actor, source and scheme by id."""
        return self.store.display_names()

    def grant(self, role: str | None, user: str) -> list[tuple[str, str]]:
        """Give a user a role on the log's server, or take it (None); give (user, role) of all.

        Raises TrackerError: a log that is a file has no roles.
        """
        self.log.grant(role, user)
        return self.log.granted()

    def granted(self) -> list[tuple[str, str]]:
        """Give (user, role) of all who have one on the log's server. Raises TrackerError."""
        return self.log.granted()

    def diagnose(self) -> list[Row]:
        """Check log, read model, SQLite and disk: {verdict: ok | warning | WRONG, what, found}."""
        from tracker.diagnosis import diagnose

        return diagnose(self.log, self.model)


class _Still:
    """What `Situation.still` enters: a class, for every question pays for it."""

    __slots__ = ("_lock", "_model")

    def __init__(self, situation: Situation) -> None:
        self._lock, self._model = situation.lock, situation.model

    def __enter__(self) -> Store:
        self._lock.acquire()
        try:
            return self._model.hold()
        except BaseException:
            self._lock.release()
            raise

    def __exit__(self, *_: object) -> None:
        try:
            self._model.release()
        finally:
            self._lock.release()
