"""Replicas: the file of a log that is a copy of another one, and which that is.

The copy is an ordinary log on SQLite, with the other's id and one table more that says whose copy
it is; whoever opens it finds that there, and records nothing. Only `following` writes to it: each
batch with its leaves and the checkpoints over it in one transaction, in a thread of the replica's
own, while the next batch is read and checked. Knows nothing of events.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from tracker import leaves
from tracker.engines.address import hidden, is_url, read_address, secrets_of
from tracker.errors import LogError, TrackerError
from tracker.leaves import Stored, Timestamp
from tracker.ledger import Frontier
from tracker.logfile import (
    LOCK_SECONDS,
    MADE_NEW,
    REPLICA,
    EventRow,
    check_file,
    insert_events,
    lay_out,
    plain_error,
    source_of,
    unwritten,
)

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

FULL = 2  # what PRAGMA synchronous reads back as
CACHE = -65_536  # SQLite's own unit: minus kilobytes
CHECKPOINT = 8_000  # pages of the write-ahead log: what is copied can be copied again


class ReplicaError(TrackerError):
    """A source that is not what was copied, or a file that is no replica of it."""


class Ahead(ReplicaError):  # noqa: N818 - an outcome to go on from, not a fault
    """Another follower has copied these events already."""


def shown(source: str) -> str:
    """Write a source as it may be told: a path whole, an address without what is secret in it."""
    return hidden(source) if is_url(source) else str(Path(source).absolute())


def without_secrets(text: str, source: str) -> str:
    """Take out of a message what `shown` would leave out of its source."""
    if not is_url(source):
        return text  # "." or a letter may stand anywhere in it
    text = text.replace(source, shown(source))
    for secret in secrets_of(source):
        text = text.replace(secret, "...")
    return text


class Signed(NamedTuple):
    """What signs for a replica: how many checkpoints, up to which event, how many timestamps."""

    checkpoints: int
    upto: int
    timestamps: int


class Batch(NamedTuple):
    """What is copied at once: events with their leaf hashes, the trees before and after them."""

    before: Frontier
    grown: Frontier
    rows: Sequence[EventRow] = ()
    hashes: Sequence[bytes] = ()
    checkpoints: Sequence[Stored] = ()
    timestamps: Sequence[Timestamp] = ()


def source_at(path: str) -> str | None:
    """Say what a replica copies; None where there is none yet. Nothing is left beside the file.

    Raises ReplicaError for a log that is none, LogError for a file that is no log.
    """
    if not Path(path).exists():
        return None
    uri = check_file(Path(path), create=False)
    try:
        source = source_of(uri)
        with closing(sqlite3.connect(unwritten(uri), uri=True, timeout=LOCK_SECONDS)) as c:
            c.execute("PRAGMA trusted_schema=OFF")
            held = {row[0] for row in c.execute("SELECT name FROM sqlite_master")}
        if held and "replica" not in held:
            raise _of_its_own(path)
    except sqlite3.Error as error:
        raise plain_error(error, path) from error
    finally:
        _tidy(uri)
    return source


def source_to_follow(path: str, source: str | None) -> tuple[str, bool]:
    """Say what the replica at `path` is to follow: as named, else as before; and whether it is one.

    Raises ReplicaError, and LogError for what is no name of a log.
    """
    if is_url(path):
        raise ReplicaError(
            f"{shown(path)} is no file, and a replica is one: name it with --log, as in `tracker "
            "--log replica.db follow SOURCE`"
        )
    if source is not None and is_url(source):
        read_address(source)  # what is none is refused, and not waited for
    try:
        known = source_at(path)
    except ReplicaError as error:
        if source and not is_url(source) and not Path(source).exists():
            raise ReplicaError(f"no log at {source}; and {error}") from error
        raise
    if source == "":
        raise ReplicaError("name the log to follow, by its path or its address")
    if source is None and known is None:
        raise ReplicaError(f"{path} is no replica yet: name the log that it is to follow")
    return source or str(known), known is not None


def not_there(source: str, path: str, near: str) -> str:
    """Say what to do where there is no log at a source: nothing is to be made in its place."""
    meant = f"did you mean {near}? Else see" if near else "see"
    return (
        f"no log at {shown(source)}: {meant} that its name is right and that its disk or server is "
        f"there; if it lies elsewhere by now, `tracker --log {path} follow SOURCE` names it"
    )


def refuse_circle(path: str, source: str, replica_of: str | None) -> None:
    """See to it that a replica does not follow itself, whatever lies between. Raises ReplicaError.

    `replica_of` is what the source is a replica of, if it is one. Where a further source cannot be
    read from here, nothing is known of what it follows.
    """
    if is_url(source):
        return  # a replica is a file
    if _same(path, source):
        raise ReplicaError(
            f"{shown(source)} is that replica itself: name the log that it is to be a copy of"
        )
    seen, at = [shown(source)], replica_of
    while at is not None:
        if _same(path, at) or at in seen:
            line = ", which follows ".join([*seen, at])
            raise ReplicaError(
                f"{line}: none of them would hear of anything new. Name the log that is copied, "
                "not a copy of a copy"
            )
        seen.append(at)
        at = _followed_by(at)


def _followed_by(log: str) -> str | None:
    with suppress(LogError, ReplicaError, OSError):
        return None if is_url(log) else source_at(log)
    return None


def _same(one: str, other: str) -> bool:
    """Whether two paths lead to one file."""
    with suppress(OSError, ValueError):
        return Path(one).samefile(other)
    return os.path.realpath(one) == os.path.realpath(other)


def _tidy(uri: str) -> None:
    """Have SQLite remove what it keeps beside a log for readers, unless someone else reads it."""
    if "immutable" not in uri:
        with suppress(sqlite3.Error), closing(sqlite3.connect(uri, uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _of_its_own(path: str) -> ReplicaError:
    return ReplicaError(f"{path} is a log of its own, not a replica: name another file with --log")


class Replica:
    """The file of a replica, for the one who follows. A context manager."""

    def __init__(self, path: str, source: str, log_id: str) -> None:
        """Open the replica of a log, or make it; of which source, as `shown` writes it.

        Raises ReplicaError for a log that is none, or another's; LogError for a file that is no
        log, or in a folder where nothing can be written. Nothing is changed then.
        """
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._writer: ThreadPoolExecutor | None = None
        self._writing: Future[None] | None = None
        uri = check_file(Path(path), create=True)
        if "immutable" in uri:
            raise LogError(f"{path} lies in a read-only folder: nothing can be copied there")
        with self._errors():
            self._connection = sqlite3.connect(
                uri,
                uri=True,
                timeout=LOCK_SECONDS,
                isolation_level=None,
                check_same_thread=False,  # by one thread at a time: see `settle`
            )
            self._set_up()
            try:
                self._begin(source, log_id)
            except BaseException:
                self.close()
                raise

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Close the file, once what is being written is; safe to call twice."""
        if self._writer is not None:
            self._writer.shutdown()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _set_up(self) -> None:
        c = self._opened
        for pragma in ("synchronous=FULL", "trusted_schema=OFF", "cell_size_check=ON"):
            c.execute(f"PRAGMA {pragma}")
        c.execute(f"PRAGMA cache_size={CACHE}")
        c.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT}")
        if c.execute("PRAGMA synchronous").fetchone()[0] != FULL:
            raise LogError("SQLite did not take synchronous=FULL; refusing to write without it")

    def _begin(self, source: str, log_id: str) -> None:
        """Make the tables where there are none; see to it that this is the replica it must be."""
        c = self._opened
        held = {row[0] for row in c.execute("SELECT name FROM sqlite_master")}
        if not held:
            lay_out(c)
        elif "replica" not in held:
            raise _of_its_own(self.path)
        with self._transaction():
            made = c.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()  # by another, too
            for statement in () if made else (*MADE_NEW, REPLICA):
                c.execute(statement)
            c.execute("INSERT OR IGNORE INTO ledger_head VALUES (1, ?, 0, x'')", (log_id,))
            own = leaves.log_id(c.cursor())
            if own != log_id:
                raise ReplicaError(
                    f"{self.path} is a replica of another log ({own}), not of {log_id} at {source}"
                )
            c.execute(
                "INSERT INTO replica VALUES (1, ?) ON CONFLICT (one) DO UPDATE"
                " SET source = excluded.source WHERE source <> excluded.source",
                (source,),
            )

    @property
    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise LogError(f"{self.path} is closed")
        return self._connection

    def frontier(self) -> Frontier:
        """Give the tree of what was copied. Raises LogError where it is damaged."""
        self.settle()
        with self._errors():
            return leaves.head(self._opened.cursor()).frontier

    def leaves(self, after: int, upto: int) -> list[bytes]:
        """Give the leaf hashes of copied events."""
        self.settle()
        with self._errors():
            pages = list(leaves.leaves(self._opened.cursor(), after, upto))
        return [leaf for page in pages for leaf in page]

    def signed(self) -> Signed:
        """Give what signs for the events that were copied."""
        sql = (
            "SELECT count(*), coalesce(max(size), 0), (SELECT count(*) FROM timestamps)"
            " FROM checkpoints"
        )
        self.settle()
        with self._errors():
            return Signed(*map(int, self._opened.execute(sql).fetchone()))

    def keep(self, batch: Batch) -> None:
        """Begin to copy events with their leaves and what signs for them: all of it or none.

        They are written while the caller goes on; `settle`, and whatever else is asked next, waits
        for it and raises what it met: Ahead where another follower was there first, ReplicaError
        for a checkpoint that is not of these events, LogError.
        """
        self.settle()
        if self._writer is None:
            from concurrent.futures import ThreadPoolExecutor

            self._writer = ThreadPoolExecutor(1, "replica")
        self._writing = self._writer.submit(self._keep, batch)

    def settle(self) -> None:
        """Wait until what was given to `keep` is kept. Raises what that met, once."""
        if self._writing is not None:
            error = self._writing.exception()
            self._writing = None
            if error is not None:
                raise error

    def _keep(self, batch: Batch) -> None:
        c = self._opened
        with self._errors(), self._transaction():
            cursor = c.cursor()
            held = leaves.head(cursor).frontier
            if (held.size, held.packed) != (batch.before.size, batch.before.packed):
                raise Ahead(f"{self.path} holds {held.size} events by now")
            if batch.rows:
                insert_events(c, batch.rows)
                c.execute("UPDATE log_head SET seq = ?", (batch.grown.size,))
                leaves.grow(cursor, batch.hashes, batch.grown)
            for one in batch.checkpoints:
                _check(cursor, one, batch.grown)
                c.execute("INSERT INTO checkpoints VALUES (?,?,?,?)", one)
            c.executemany("INSERT INTO timestamps VALUES (?,?,?,?)", batch.timestamps)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        c = self._opened
        c.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            c.rollback()
            raise
        c.commit()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise plain_error(error, self.path) from error


def _check(c: sqlite3.Cursor, stored: Stored, head: Frontier) -> None:
    """See to it that a checkpoint is of the events that were copied. Raises ReplicaError."""
    from tracker.keys import origin_of
    from tracker.notes import NoteError, read_checkpoint, read_note

    said = f"the source's checkpoint {stored.number} (#{stored.size})"
    try:
        signed = read_checkpoint(read_note(stored.note))
    except NoteError as error:
        raise ReplicaError(f"{said} is damaged: {error}") from error
    tree = head if stored.size == head.size else leaves.frontier_at(c, stored.size)
    if tree is None or (signed.size, signed.root) != (tree.size, tree.root):
        raise ReplicaError(f"{said} is not of the events that the source gives: nothing was kept")
    if stored.frontier != tree.packed or signed.origin != origin_of(leaves.log_id(c)):
        raise ReplicaError(f"{said} is kept with another tree, or is another log's")
