"""What someone who can write a log's file may do to it, and how far they may go to hide it.

The changes are made to the list of rows, which is then put in the place of the events; the ledger
is made anew by this module's own arithmetic, as one would who has read the format.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from random import Random
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from _faults.batches import Row, entry_hash, peaks_of, root_of_peaks
from tracker.facts import TOPICS
from tracker.notes import Checkpoint, sign_note

Rows = list[Row]
Change = Callable[[Random, Rows], Rows]


def _renumbered(rows: Rows) -> Rows:
    """Make positions and versions dense again."""
    versions: dict[str, int] = {}
    dense = []
    for seq, (_, stream, _, topic, state, event_id) in enumerate(rows, 1):
        versions[stream] = versions.get(stream, 0) + 1
        dense.append((seq, stream, versions[stream], topic, state, event_id))
    return dense


def reworded(moments: Random, rows: Rows) -> Rows:
    """Have an event say that another recorded it, in a form that nothing is wrong with."""
    at = moments.randrange(len(rows))
    *before, state, event_id = rows[at]
    other = f'"recorded_by":"{moments.choice("abcdefgh")}"'
    changed = re.sub(rb'"recorded_by":"[^"]*"', other.encode(), state)
    return [*rows[:at], (*before, changed, event_id), *rows[at + 1 :]]  # type: ignore[list-item]


def edited(moments: Random, rows: Rows) -> Rows:
    """Change the state of an event: a letter of what it says, a byte anywhere, its spelling."""
    at = moments.randrange(len(rows))
    seq, stream, version, topic, state, event_id = rows[at]
    match moments.randrange(3):
        case 0:
            return reworded(moments, rows)
        case 1:
            place = moments.randrange(len(state))
            byte = state[place] ^ 1 << moments.randrange(7)
            changed = state[:place] + bytes([byte]) + state[place + 1 :]
        case _:
            changed = state.replace(b":", b": ", 1)
    return [*rows[:at], (seq, stream, version, topic, changed, event_id), *rows[at + 1 :]]


def relabelled(moments: Random, rows: Rows) -> Rows:
    """Give an event another topic or version, or exchange the versions of two."""
    at = moments.randrange(len(rows))
    seq, stream, version, topic, state, event_id = rows[at]
    match moments.randrange(3):
        case 0:
            topic = moments.choice([other for other in TOPICS if other != topic])
        case 1:
            version += moments.choice((1_000, 2**40))
        case _:
            others = [n for n, row in enumerate(rows) if row[1] == stream and n != at]
            if not others:
                return rows
            to = moments.choice(others)
            changed = [*rows]
            changed[at] = (seq, stream, rows[to][2], topic, state, event_id)
            changed[to] = (*rows[to][:2], version, *rows[to][3:])
            return changed
    return [*rows[:at], (seq, stream, version, topic, state, event_id), *rows[at + 1 :]]


def deleted(moments: Random, rows: Rows) -> Rows:
    """Take out some events, before the last; close up the gap or leave it."""
    gone = set(moments.sample(range(len(rows) - 1), moments.choice((1, 1, 2, 10))))
    left = [row for at, row in enumerate(rows) if at not in gone]
    return _renumbered(left) if moments.random() < 0.7 else left  # noqa: PLR2004 - mostly


def inserted(moments: Random, rows: Rows) -> Rows:
    """Slip in an event of one's own, before the last: one behind it would be an append."""
    copied = moments.choice(rows)
    event_id = str(UUID(int=moments.getrandbits(128), version=5))
    own = copied[4].replace(copied[5].encode(), event_id.encode())
    row = (0, copied[1], 0, copied[3], own, event_id)
    at = moments.randrange(len(rows))
    return _renumbered([*rows[:at], row, *rows[at:]])


def reordered(moments: Random, rows: Rows) -> Rows:
    """Exchange the places of two events, or turn a stretch around."""
    first, last = sorted(moments.sample(range(len(rows)), 2))
    if moments.random() < 0.5:  # noqa: PLR2004 - a coin
        turned = [*rows[:first], *rows[first : last + 1][::-1], *rows[last + 1 :]]
    else:
        turned = [*rows]
        turned[first], turned[last] = rows[last], rows[first]
    return [(seq, *row[1:]) for seq, row in enumerate(turned, 1)]


def shifted(moments: Random, rows: Rows) -> Rows:
    """Move all events from one on to later or earlier positions, or to another stream."""
    at = moments.randrange(len(rows))
    by = moments.choice((1, 1, 2, 1_000, -1))
    if by > 0:
        return [*rows[:at], *((row[0] + by, *row[1:]) for row in rows[at:])]
    stream = moments.choice(rows)[1]
    seq, _, _, *rest = rows[at]
    count = sum(row[1] == stream for row in rows)
    return [*rows[:at], (seq, stream, count + 1, *rest), *rows[at + 1 :]]  # type: ignore[list-item]


def truncated(moments: Random, rows: Rows) -> Rows:
    """Cut off the newest events."""
    return rows[: -moments.randint(1, len(rows) - 1)]


CHANGES: dict[str, Change] = {
    "edited": edited,
    "relabelled": relabelled,
    "deleted": deleted,
    "inserted": inserted,
    "reordered": reordered,
    "shifted": shifted,
    "truncated": truncated,
}


def rewrite(log: Path, rows: Rows, moments: Random, cunning: str, key: Ed25519PrivateKey) -> None:
    """Put these rows in the place of a log's events, and hide it with so much cunning (CUNNING).

    Raises sqlite3.IntegrityError where the tables cannot hold such rows.
    """
    with closing(sqlite3.connect(log)) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM stored_events")
        connection.executemany("INSERT INTO stored_events VALUES (?,?,?,?,?,?)", rows)
        connection.execute("DELETE FROM event_ids")
        connection.execute("INSERT INTO event_ids SELECT event_id, seq FROM stored_events")
        if cunning != "none":
            last = rows[-1][0] if rows else 0
            connection.execute("UPDATE log_head SET seq = ?", (last,))
        if cunning not in {"none", "counter"}:
            _remake_ledger(connection, rows, moments)
        if cunning == "stripped":
            _strip(connection, rows)
        if cunning == "signed":
            _sign(connection, rows, key)
        for _, sql in triggers:
            connection.execute(sql)


CUNNING = ("none", "counter", "ledger", "stripped", "signed")
"""How it is hidden, the triggers always put back as they were:

    none      not at all
    counter   the log's counter agrees with the last event
    ledger    and so do leaves, head and tree, made anew
    stripped  and the checkpoints that no longer hold are gone
    signed    or all checkpoints are signed anew, with a key of one's own under the log's name
"""


def _leaves(rows: Sequence[Row]) -> list[bytes]:
    return [entry_hash(row) for row in rows]


def _remake_ledger(connection: sqlite3.Connection, rows: Rows, moments: Random) -> None:
    leaves = _leaves(rows)
    connection.execute("DELETE FROM ledger_leaves")
    at = 0
    while at < len(leaves):  # in blocks, as appends leave them
        block = leaves[at : at + moments.randint(1, 40)]
        connection.execute("INSERT INTO ledger_leaves VALUES (?,?)", (at + 1, b"".join(block)))
        at += len(block)
    head = (len(leaves), b"".join(peaks_of(leaves)))
    connection.execute("UPDATE ledger_head SET size = ?, frontier = ?", head)


def _strip(connection: sqlite3.Connection, rows: Rows) -> None:
    leaves = _leaves(rows)
    for number, size, frontier in connection.execute(
        "SELECT number, size, frontier FROM checkpoints"
    ).fetchall():
        if size > len(leaves) or b"".join(peaks_of(leaves[:size])) != frontier:
            connection.execute("DELETE FROM checkpoints WHERE number = ?", (number,))


def _sign(connection: sqlite3.Connection, rows: Rows, key: Ed25519PrivateKey) -> None:
    leaves = _leaves(rows)
    (log_id,) = connection.execute("SELECT log_id FROM ledger_head").fetchone()
    sizes = connection.execute("SELECT number, size FROM checkpoints ORDER BY number").fetchall()
    connection.execute("DELETE FROM checkpoints")
    for number, size in [*sizes, (len(sizes) + 1, len(leaves))]:
        of = min(size, len(leaves))
        peaks = peaks_of(leaves[:of])
        name = f"situation-tracker/{log_id}"
        note = sign_note(str(Checkpoint(name, of, root_of_peaks(peaks))), name, key)
        made = (number, of, note, b"".join(peaks))
        connection.execute("INSERT INTO checkpoints VALUES (?,?,?,?)", made)


def stranger(moments: Random) -> Ed25519PrivateKey:
    """Make a key that is nobody's."""
    return Ed25519PrivateKey.from_private_bytes(sha256(moments.randbytes(32)).digest())
