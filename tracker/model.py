"""The read model of a log: where it lies, kept up to the log, rebuilt, compared."""

from __future__ import annotations

import fcntl
import glob
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from uuid import uuid4
from weakref import ref

from projections.replacing import replace_file
from projections.store import MEMORY, Store
from tracker.errors import StoreError
from tracker.folders import OURS_ALONE, cache_folder, file_at, named_after, named_beside
from tracker.log import Log

SOON_FOLLOWED = 20_000
"""Events; a model further behind, and by more than half of what it holds, is sooner made anew.

All processors do that, while one follows; and a cell that an event speaks of is worked out whole
either way."""


def _silent(_position: int) -> None:
    """Tell nobody of progress."""


class ReadModel:
    """The store beside a log, opened when it is first asked for."""

    def __init__(self, log: Log, lock: RLock | None = None) -> None:
        """Open nothing yet; answers take `lock` where they read it later, in whatever thread."""
        self._log, self._lock = log, lock
        self._store: Store | None = None
        self._seen: tuple[object, object] | None = None
        self._held = 0
        self._useless: tuple[int, int] | None = None
        self.progress: Callable[[int, int], None] = lambda _position, _total: None
        """Told how far a long catching up has come: (position, the last position)."""

    def close(self) -> None:
        """Let go of the store; safe to call twice. It closes once no answer reads it any more."""
        if self._store is not None:
            self._store.end_reading()
            self._store = None

    @property
    def path(self) -> str:
        """Where it lies: situation.db has situation.state.db beside it.

        That of a log on a server lies in a folder for what can be made anew, for its user alone:
        text that is sealed in the log stands in it in the clear.
        """
        if self._log.path == MEMORY:
            return MEMORY
        return str(beside(self._log, "state", cache_folder))

    @property
    def unread(self) -> int:
        """Texts that could not be read when the open model was filled."""
        try:
            return int(self._store.meta("unread", "0")) if self._store else 0
        except sqlite3.Error:
            return 0  # a model that cannot be asked is told of elsewhere

    @property
    def opens(self) -> bool:
        """Whether its file can be used, before anything is worked out; else memory will be."""
        if self._store is None:
            self._store = self._open()
        return self._store.path == self.path

    @property
    def store(self) -> Store:
        """The store, followed up to the log. Nothing is read where neither has changed."""
        if self._held and self._store is not None:
            return self._store
        version = self._log.version()
        if self._replaced():
            self.close()
        if self._store is None:
            self._store = self._open()
        elif version is not None and self._seen == (version, self._store.version()):
            return self._store
        self._store.forget()
        try:
            self._store = self._caught_up(self._store)
        except StoreError:
            self._store = self._reopened()
        self._seen = (version, self._store.version())
        return self._store

    def index(self, make: Callable[[Store], None]) -> None:
        """Have something added that the model can do without. Raises StoreError.

        Where its file can be read and not written, all is answered from memory from then on.
        """
        store = self.store
        try:
            make(store)
        except StoreError:
            if store.path == MEMORY or self._held:
                raise
            self._store = self._caught_up(self._in_memory())
            self._seen = (self._log.version(), self._store.version())
            make(self._store)

    def far_behind(self) -> bool:
        """Whether it would be made anew when it is next asked: a long log is read for that."""
        if self._held:
            return False
        if self._store is None:
            self._store = self._open()
        last = self._log.position
        return self._made_sooner(self._store, last - self._store.position)

    def hold(self) -> Store:
        """Hold the store at one position of the log, whatever others record or follow meanwhile.

        Until `release`, `store` gives this store, not followed any further. May be nested.
        """
        store = self.store if self._held else self._begun()
        self._held += 1
        return store

    def release(self) -> None:
        """Let go of what was held."""
        self._held -= 1
        if not self._held and self._store is not None:
            self._store.end_reading()

    def _begun(self) -> Store:
        """Begin to read a store that is up to the log, as another process may have left it."""
        known = self._store
        if known is not None and not self._replaced():
            seen = known.begin_reading()
            version = self._log.version()
            if version is not None and self._seen == (version, seen):
                return known  # the usual case, in as few questions to SQLite as there can be
            known.end_reading()
        while True:
            store = self.store
            reached, version = store.position, store.version()
            if (seen := store.begin_reading()) == version:
                return store
            store.forget()
            if store.position >= reached:
                self._seen = (self._seen[0] if self._seen else None, seen)
                return store
            store.end_reading()  # cleared by another process: follow again

    def _open(self) -> Store:
        try:
            return self._new(self.path)
        except StoreError:
            # A folder that cannot be written to: the answers are the same, worked out in memory.
            return self._in_memory()

    def _in_memory(self) -> Store:
        """Answer from memory, for as long as the file that is of no use lies there."""
        self._useless = file_at(self.path)
        return self._new(MEMORY)

    def _replaced(self) -> bool:
        """Whether all is answered from memory, and another file lies there than that of no use."""
        if self._store is None or self._store.path != MEMORY or self._log.path == MEMORY:
            return False
        there = file_at(self.path)
        return there is not None and there != self._useless

    def _new(self, path: str) -> Store:
        return Store(path, lock=self._lock)

    def _reopened(self) -> Store:
        """Open the model anew: another process has replaced it by one that it rebuilt.

        Or it cannot be written, or the disk is full: the answers are the same from memory.
        """
        self.close()
        fresh = self._open()
        try:
            return self._caught_up(fresh)
        except StoreError:
            fresh.close()
            return self._caught_up(self._in_memory())

    def _caught_up(self, store: Store) -> Store:
        """Bring a store up to the log; where most of the log is missing, make it anew instead."""
        if not self._belongs(store):
            store.clear()  # a model of another log that had this one's name
        last = self._log.position
        behind = last - store.position
        if (behind and self._log.erased(store.position, last)) or self._keys_are_back(store):
            return self._made_anew(store, last)
        if self._made_sooner(store, behind):
            self.rebuild(lambda position: self.progress(position, last))
            return self._new(self.path)
        if behind > SOON_FOLLOWED:
            bring = self._fill if store.path == MEMORY and not store.position else self._follow
            bring(store, lambda position: self.progress(position, last), last)
        elif behind:
            self._follow(store, _silent, last)
        return store

    @staticmethod
    def _made_sooner(store: Store, behind: int) -> bool:
        """Whether a model so many events behind is sooner made anew than followed."""
        return store.path != MEMORY and behind > max(store.position // 2, SOON_FOLLOWED)

    def _made_anew(self, store: Store, last: int) -> Store:
        """Make a model in which nothing is left of the text that was erased since the old one.

        Not even in pages that the old file no longer uses, nor in what a killed rebuild left.
        """
        path = Path(self.path)
        if store.path == MEMORY:
            store.clear()
            self._follow(store, _silent, last)
            return store
        _clear_away(path, before=last)
        self.rebuild(lambda position: self.progress(position, last))
        return self._caught_up(self._new(self.path))

    def _keys_are_back(self, store: Store) -> bool:
        """Whether text that could not be read when the model was made may be readable now."""
        return store.meta("unread") != "" and store.meta("keys") != self._log.keys

    def _belongs(self, store: Store) -> bool:
        return store.position == 0 or self._log.mark(store.position) == store.meta("mark")

    def _follow(self, store: Store, progress: Callable[[int], None], upto: int) -> int:
        from projections.follower import follow

        after, unread = store.position, self._log.unread
        events = self._log.read(after, upto)
        count = follow(store, events, after=after, progress=progress)
        self._note_unread(store, self._log.unread - unread)
        return count

    def _note_unread(self, store: Store, more: int) -> None:
        """Note in a model how much text could not be read as it was filled, and with which keys."""
        if more:
            from projections.filling import set_meta

            unread = int(store.meta("unread", "0")) + more
            with store.transaction():
                set_meta(store, {"unread": str(unread), "keys": self._log.keys})

    def _fill(self, store: Store, progress: Callable[[int], None], upto: int) -> int:
        from projections.follower import fill

        unread = self._log.unread
        count = fill(store, self._log.rows(upto=upto), progress)
        self._note_unread(store, self._log.unread - unread)
        return count

    def rebuild(self, progress: Callable[[int], None] = _silent) -> int:
        """Rebuild into a new file that replaces the old at once; give the events read.

        `progress` is told each position reached. What answers still read of the old model they read
        as it was. Raises StoreError, and leaves the old model.
        """
        old = None if self._store is None else ref(self._store.handle)
        self.close()
        last = self._log.position
        if self._log.path == MEMORY:
            return self._follow(self.store, progress, last)
        fresh = Path(f"{self.path}.{last}.{uuid4().hex[:8]}.new")
        with _rebuilding(Path(self.path)):
            _begin_file(fresh)
            try:
                with Store(fresh) as store:
                    count = self._fill(store, progress, last)
                replace_file(fresh, Path(self.path))
                if old is not None and (handle := old()) is not None:
                    handle.stay()
            except (FileNotFoundError, StoreError) as error:
                if fresh.exists():
                    raise
                msg = "text was erased meanwhile, and what this rebuild had written: try again"
                raise StoreError(msg) from error
            finally:
                for left in (fresh, Path(f"{fresh}-journal")):
                    left.unlink(missing_ok=True)
        return count

    def compare(self, progress: Callable[[int], None] = _silent) -> list[str]:
        """Rebuild aside and compare: one line for each row that the live model has otherwise."""
        with Store(MEMORY) as fresh:
            self._fill(fresh, progress, self._log.position)
            wanted, found = set(fresh.dump()), set(self.store.dump())
        lines = [f"missing in {table}: {row[:4]}" for table, row in wanted - found]
        lines += [f"wrong in {table}: {row[:4]}" for table, row in found - wanted]
        return sorted(lines)

    def verdict(self) -> tuple[str, str]:
        """Judge the model as it lies there, before any question mends it: (verdict, found)."""
        if self._log.path != MEMORY and not Path(self.path).exists():
            return "ok", "none yet; a question makes it"
        try:
            with Store(self.path) as store:
                if not self._belongs(store):
                    return "warning", "of another log: the next question rebuilds it"
                behind = self._log.position - store.position
        except StoreError as error:
            return "warning", str(error)
        plural = "" if behind == 1 else "s"
        return "ok", f"{behind} event{plural} behind; a question brings it up to date"


def beside(log: Log, what: str, elsewhere: Callable[[], Path]) -> Path:
    """Say where a file of a log lies: situation.db has situation.state.db beside it.

    That of a log on a server lies in a folder of the user's own instead, by the log's id; so does
    that of a log which is opened read-only, in a folder that cannot be written to.
    """
    path = Path(log.path)
    apart = log.read_only and not os.access(path.absolute().parent, os.W_OK)
    if (apart or not log.local) and log.log_id is not None:
        own = elsewhere()
        with suppress(OSError):  # who opens the file says it better
            own.mkdir(mode=OURS_ALONE, parents=True, exist_ok=True)
        return own / named_after(log.log_id, f".{what}.db")
    return named_beside(path, f"{what}.db")


def _begin_file(fresh: Path) -> None:
    """Make the file of a rebuild: from then on, it is gone only where it was taken away."""
    try:
        fresh.touch(mode=0o644)
    except OSError as error:
        folder = fresh.absolute().parent
        msg = f"{folder} cannot be written to: no read model can be made there ({error.strerror})"
        raise StoreError(msg) from error


@contextmanager
def _rebuilding(path: Path) -> Iterator[None]:
    """Mark a model's folder as one in which it is rebuilt; first remove what killed ones left.

    The mark is a lock on the folder, shared by all who rebuild there, that goes when its process
    does, however that ends. Who finds the folder free knows that nobody is at work on a `.new`.
    """
    mark = _marked(path)
    try:
        yield
    finally:
        if mark is not None:
            os.close(mark)


def _marked(path: Path) -> int | None:
    try:
        mark = os.open(path.absolute().parent, os.O_RDONLY)
    except OSError:
        return None  # whatever is the matter with the folder, the store says it better
    with suppress(OSError):  # a file system without such locks: rather something left than a race
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _clear_away(path)
        except BlockingIOError:
            pass  # someone is at work here: theirs is not stale
        fcntl.flock(mark, fcntl.LOCK_SH)
    return mark


def _clear_away(path: Path, before: int | None = None) -> None:
    """Remove the files of rebuilds of a model, of those at work too.

    With a position only of those begun before it: whoever has read the log up to there has carried
    out the erasures in it before opening any text, and need not begin again.
    """
    for left in path.parent.glob(f"{glob.escape(path.name)}.*.new*"):
        begun = left.name.removeprefix(f"{path.name}.").partition(".")[0]
        if before is None or not begun.isdecimal() or int(begun) < before:
            left.unlink(missing_ok=True)
