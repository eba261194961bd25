"""Batches: which events are copied together, as what they are kept, what signs for them then."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from itertools import takewhile
from uuid import UUID

from tracker.facts.codec import StoredRow, id_in
from tracker.leaves import Timestamp
from tracker.ledger import leaf_hashes
from tracker.logfile import EventRow
from tracker.replicas import Batch, Signed

BATCH = 8_000
"""Events copied in one transaction; or up to twice as many, to end where the source was signed for:
its root there is at hand. Onto a long log more: each batch writes most of the indexes anew."""
OF_LONG = 0.25
MOST = 5
"""Such a part of what is there already, up to so many times BATCH."""
BATCH_BYTES = 16 << 20
"""Bytes of events in one transaction, so that memory stays bounded; one event may be larger."""
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, struct.error)
"""What rows are met with that are no events."""


def kept_rows(found: Sequence[StoredRow]) -> tuple[list[EventRow], list[bytes]]:
    """Give rows as a replica keeps them, and their leaves; column by column, which costs less."""
    positions, streams, versions, topics, stored = zip(*found, strict=True)
    names = {stream: UUID(str(stream)) for stream in set(streams)}
    hexes = {stream: name.hex for stream, name in names.items()}
    packed = {stream: name.bytes for stream, name in names.items()}
    written = {topic: topic.encode() for topic in set(topics)}
    states = list(map(bytes, stored))
    rows = zip(
        positions, map(hexes.__getitem__, streams), versions, topics, states, map(id_in, states),
        strict=True,
    )  # fmt: skip
    entries = zip(
        positions, map(packed.__getitem__, streams), versions, map(written.__getitem__, topics),
        states, strict=True,
    )  # fmt: skip
    return list(rows), leaf_hashes(entries)


def signed_with(before: Signed, batch: Batch) -> Signed:
    """Say what signs for a replica once a batch is kept."""
    count = before.checkpoints + len(batch.checkpoints)
    upto = batch.checkpoints[-1].size if batch.checkpoints else before.upto
    return Signed(count, upto, before.timestamps + len(batch.timestamps))


def stamps_of(timestamps: Sequence[Timestamp], known: int) -> list[Timestamp]:
    """Take those of checkpoints that are there, in their order and without a gap."""
    return list(takewhile(lambda one: one[1] <= known, timestamps))


def end_of(after: int, signed: list[int], last: int) -> int:
    """Say at which event a batch is to end, `signed` being the positions that were signed for."""
    batch = max(BATCH, min(int(after * OF_LONG), int(MOST * BATCH)))
    near = [size for size in signed if after < size <= after + 2 * batch]
    return min(near[-1] if near else after + batch, last)


def first_of(rows: Iterator[StoredRow]) -> Iterator[StoredRow]:
    """Take rows until they are many bytes; at least one."""
    taken = 0
    for row in rows:
        yield row
        taken += len(row[4])
        if taken >= BATCH_BYTES:
            return
