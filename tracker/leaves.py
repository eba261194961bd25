"""The ledger's tables, written and read inside the log's own transactions.

Each function takes a cursor of the transaction that it is a part of, of whichever engine: the SQL
is such as all of them know, its marks are `?`. Events come from `log`; what is computed, from
`ledger`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from uuid import UUID, uuid4

from tracker.errors import LogError
from tracker.ledger import HASH, Entry, Frontier, leaf_hashes
from tracker.logfile import LEDGER, LEDGER_VERSION

if TYPE_CHECKING:
    from tracker.engines.base import Encoded

PAGE = 5_000  # events a read
BLOCKS = 200  # blocks of leaves a read


class Cursor(Protocol):
    """What is needed of a cursor, whoever's it is."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Any:  # noqa: ANN401, D102 - as sqlite3 has it
        ...

    def executemany(self, sql: str, parameters: Any, /) -> Any:  # noqa: ANN401, D102 - as sqlite3 has it
        ...

    def fetchone(self) -> Any:  # noqa: ANN401, D102 - as sqlite3 has it
        ...

    def fetchall(self) -> Any:  # noqa: ANN401, D102 - as sqlite3 has it
        ...


class Head(NamedTuple):
    """The ledger as it stands: whose it is, and its tree."""

    log_id: str
    frontier: Frontier


class Stored(NamedTuple):
    """A checkpoint as the log keeps it; `number` counts from 1."""

    number: int
    size: int
    note: str
    frontier: bytes


def prepare(c: Cursor) -> bool:
    """See to it that an SQLite log has a ledger: make that of a log of version 1, of all it holds.

    Whether there was one. Raises LogError for an event that cannot be entered.
    """
    c.execute("PRAGMA user_version")
    if c.fetchone()[0] >= LEDGER_VERSION:
        return True
    for statement in LEDGER:
        c.execute(statement)
    begin(c)
    c.execute("SELECT seq FROM log_head")
    last = c.fetchone()[0]
    frontier, at = Frontier(), 0
    while at < last:
        c.execute(
            "SELECT seq, originator_id, originator_version, topic, state FROM stored_events"
            " WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
            (at, last, PAGE),
        )
        rows = c.fetchall()
        there = (row[0] for row in rows)
        gap = next((seq for seq in range(at + 1, at + 1 + len(rows)) if next(there) != seq), 0)
        if gap or not rows:
            raise LogError(f"event #{gap or at + 1} is missing: no ledger can be made of this log")
        _enter(c, frontier, map(_entry, rows))
        at = rows[-1][0]
    _move(c, frontier)
    return False


def begin(c: Cursor) -> None:
    """Give a log its id, unless it has one."""
    c.execute(
        "INSERT INTO ledger_head VALUES (1, ?, 0, ?) ON CONFLICT DO NOTHING", (str(uuid4()), b"")
    )


def _entry(row: Sequence[Any]) -> Entry:
    seq, stream, version, topic, state = row
    try:
        return seq, UUID(stream).bytes, version, topic.encode(), state
    except (ValueError, AttributeError) as error:
        raise LogError(f"event #{seq} is damaged: no ledger can be made of this log") from error


def append(c: Cursor, seqs: range, events: Sequence[Encoded]) -> None:
    """Enter events that were just appended. Raises LogError where the ledger is not as it was."""
    found = head(c)
    frontier = found.frontier
    if frontier.size != seqs.start - 1:
        raise LogError(
            f"the ledger has {frontier.size} entries for {seqs.start - 1} events: nothing was "
            "recorded; see `tracker verify`"
        )
    topics = {topic: topic.encode() for topic in {event.topic for event in events}}
    streams = {stream: stream.bytes for stream in {event.stream for event in events}}
    _enter(
        c,
        frontier,
        [
            (seq, streams[stream], version, topics[topic], state)
            for seq, (stream, version, _, topic, state) in zip(seqs, events, strict=True)
        ],
    )
    _move(c, frontier)


def _enter(c: Cursor, frontier: Frontier, entries: Iterable[Entry]) -> None:
    hashes = leaf_hashes(entries)
    c.execute("INSERT INTO ledger_leaves VALUES (?,?)", (frontier.size + 1, b"".join(hashes)))
    frontier.extend(hashes)


def grow(c: Cursor, hashes: Sequence[bytes], grown: Frontier) -> None:
    """Enter the leaves of the next events, which lead to a tree that is worked out already."""
    first = grown.size - len(hashes) + 1
    c.execute("INSERT INTO ledger_leaves VALUES (?,?)", (first, b"".join(hashes)))
    _move(c, grown)


def _move(c: Cursor, frontier: Frontier) -> None:
    c.execute("UPDATE ledger_head SET size = ?, frontier = ?", (frontier.size, frontier.packed))


def head(c: Cursor) -> Head:
    """Read the ledger's head. Raises LogError for one that cannot be."""
    c.execute("SELECT log_id, size, frontier FROM ledger_head")
    try:
        log_id, size, packed = c.fetchone()
        return Head(log_id, Frontier(size, packed))
    except (TypeError, ValueError, AttributeError) as error:
        raise LogError("the ledger's head is damaged: see `tracker verify`") from error


def log_id(c: Cursor) -> str:
    """Read the log's id alone, whatever else is damaged. Raises LogError where there is none."""
    c.execute("SELECT log_id FROM ledger_head")
    found = c.fetchone()
    if found is None:
        raise LogError("the ledger's head is damaged: see `tracker verify`")
    return str(found[0])


def leaves(c: Cursor, after: int, upto: int) -> Iterator[list[bytes]]:
    """Read the leaf hashes after a position, to `upto` inclusive, block by block.

    Raises LogError where some are missing.
    """
    while after < upto:
        c.execute(
            "SELECT seq, hashes FROM ledger_leaves WHERE seq <= ? AND seq >="
            " (SELECT max(seq) FROM ledger_leaves WHERE seq <= ?) ORDER BY seq LIMIT ?",
            (upto, after + 1, BLOCKS),
        )
        before = after
        for first, hashes in c.fetchall():
            block = cut(hashes, first, after, upto)
            yield block
            after += len(block)
        if after == before:
            raise LogError(f"the ledger lacks entries after #{after}: see `tracker verify`")


def cut(hashes: object, first: object, after: int, upto: int) -> list[bytes]:
    """Cut a stored block into its leaf hashes: those after a position, to `upto` inclusive."""
    if not isinstance(hashes, bytes) or not isinstance(first, int) or len(hashes) % HASH:
        return []
    if first > after + 1:
        return []  # there is a gap before it
    begin, end = (after + 1 - first) * HASH, min(len(hashes), (upto + 1 - first) * HASH)
    return [hashes[at : at + HASH] for at in range(begin, end, HASH)]


def frontier_at(c: Cursor, position: int) -> Frontier | None:
    """Give the tree of the first events, to a position; None for one that is not there yet.

    From the newest checkpoint before it on, so that it takes few leaves to read.
    """
    found = head(c).frontier
    if position >= found.size:
        return found if position == found.size else None
    c.execute(
        "SELECT size, frontier FROM checkpoints WHERE size <= ? ORDER BY size DESC LIMIT 1",
        (position,),
    )
    nearest = c.fetchone()
    try:
        frontier = Frontier(*nearest) if nearest else Frontier()
    except (TypeError, ValueError) as error:
        raise LogError("a checkpoint is damaged: see `tracker verify`") from error
    for page in leaves(c, frontier.size, position):
        frontier.extend(page)
    return frontier


def checkpoints(c: Cursor) -> list[Stored]:
    """Read all checkpoints, oldest first."""
    c.execute("SELECT number, size, note, frontier FROM checkpoints ORDER BY number")
    return [Stored(*row) for row in c.fetchall()]


Timestamp = tuple[int, int, str, bytes]
"""A timestamp as the log keeps it: number, number of its checkpoint, authority, its answer."""
Sign = Callable[[str, int, bytes, Callable[[int], bytes | None]], str]
"""Signs a ledger's head: (log id, size, root, the root at an earlier size) -> the signed note."""


def add_checkpoint(c: Cursor, sign: Sign) -> Stored:
    """Have the head signed and keep it, after reading again the leaves since the last checkpoint.

    Raises LogError where they do not lead to the head, or whatever `sign` raises.
    """
    log_id, frontier = head(c)
    c.execute("SELECT number, size, frontier FROM checkpoints ORDER BY number DESC LIMIT 1")
    number, size, packed = c.fetchone() or (0, 0, b"")
    try:
        again = Frontier(size, packed)
    except (TypeError, ValueError) as error:
        raise LogError("a checkpoint is damaged: see `tracker verify`") from error
    for page in leaves(c, size, frontier.size):
        again.extend(page)
    if (again.size, again.packed) != (frontier.size, frontier.packed):
        raise LogError("the ledger does not follow from its last checkpoint: see `tracker verify`")

    def root_at(position: int) -> bytes | None:
        found = frontier_at(c, position)
        return None if found is None else found.root

    note = sign(log_id, frontier.size, frontier.root, root_at)
    made = Stored(number + 1, frontier.size, note, frontier.packed)
    c.execute("INSERT INTO checkpoints VALUES (?,?,?,?)", made)
    return made


def timestamps(c: Cursor) -> list[tuple[int, bytes]]:
    """Read the timestamps: (number of the checkpoint, the authority's answer), oldest first."""
    c.execute("SELECT checkpoint, token FROM timestamps ORDER BY number")
    return [(row[0], row[1]) for row in c.fetchall()]


def timestamp_rows(c: Cursor) -> list[Timestamp]:
    """Read the timestamps whole, oldest first."""
    c.execute("SELECT number, checkpoint, authority, token FROM timestamps ORDER BY number")
    return [(row[0], row[1], row[2], row[3]) for row in c.fetchall()]


def add_timestamp(c: Cursor, checkpoint: int, authority: str, token: bytes) -> None:
    """Keep a timestamp."""
    c.execute(
        "INSERT INTO timestamps (checkpoint, authority, token) VALUES (?,?,?)",
        (checkpoint, authority, token),
    )
