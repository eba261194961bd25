"""The follower: brings the read model up to the log, in batches, each in one transaction.

The position moves in the same transaction as what it stands for, so that every event counts
exactly once, wherever the process is stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Self

from projections import filling
from projections.believing import believe, believe_all
from projections.growing import Kept
from projections.helping import Helper, processors
from projections.store import MEMORY, Store
from projections.taking import Taker, is_context, read, registry_of
from tracker.errors import StoreError
from tracker.facts.codec import StoredRow
from tracker.facts.envelope import Event
from tracker.garbage import uncollected

BATCH = 5000
"""Events that are held in memory at once."""
CHUNK = 1000
"""Events that one process takes in at a time while a model is filled whole."""
WORTH_HELP = 20_000
"""Events; fewer are taken in sooner than a helper has started."""
_READING = 0.4
"""What taking events in takes of the time that it does to fill a model."""
TRANSACTION = 20 * BATCH
"""Events a transaction: every key that it touches is worked out once."""


def follow(
    store: Store,
    events: Iterable[Event],
    *,
    after: int = 0,
    batch: int = TRANSACTION,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Apply events that come after the store's position; return how many were applied.

    `events` begin after the position `after`. Every `batch` of them is a transaction. `progress`
    is told the positions that are reached. Raises StoreError where another process has cleared
    the model meanwhile.
    """
    stream = iter(events)
    applied = 0
    while first := list(islice(stream, min(batch, BATCH))):
        kept, store.kept = store.kept, None  # what is not committed leaves nothing to go on from
        with store.transaction(), uncollected():
            position, version = store.position, store.version()
            if position < after:
                msg = f"the read model {store.path} was cleared by another process: ask again"
                raise StoreError(msg)
            if kept is None or kept.version != version:
                kept = Kept(registry_of(store).kin, version)
            taker = Taker(store, kept=kept)
            chunk, left = first, batch
            while chunk:
                fresh = [event for event in chunk if event.position > position]
                taker.take(fresh)
                applied += len(fresh)
                after = chunk[-1].position
                progress(after)
                left -= len(chunk)
                chunk = list(islice(stream, min(left, BATCH))) if left > 0 else []
            if kept.kin is not taker.registry.kin:
                kept = Kept(taker.registry.kin, version)
            believe(store, sorted(taker.dirty), taker.fresh, kept)
        store.kept = kept
        store.forget()
    return applied


def fill(store: Store, rows: Iterable[StoredRow], progress: Callable[[int], None]) -> int:
    """Fill a new model whole, from the first event on; return how many there were.

    `progress` is told how far it is, as if it were so many events: the last position is all.

    `rows` are (position, stream, version, topic, state) as the log stores them. The same model as
    `follow` makes, with each key worked out once, at the end; a long log is read by two processes.
    Raises TrackerError for an event that cannot be read.
    """
    filling.begin_filling(store)
    taker = Taker(store, whole=True)
    with _Reading(store) as reading:
        with store.transaction(), uncollected():
            applied = reading.run(iter(rows), taker, lambda at: progress(int(at * _READING)))
        reading.deliver()
    last = store.position
    believe_all(
        store,
        taker.registry.kin,
        lambda part: progress(int(last * (_READING + (1 - _READING) * part))),
    )
    store.forget()
    return applied


class _Reading:
    """The events of a log taken in by two: a chunk by a helper whenever it has none, else here.

    Whoever takes in a chunk, the other is told of what bears on later ones.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._context: list[StoredRow] = []
        self._helper: Helper | None = None
        self._alone = store.path == MEMORY or processors() == 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._helper:
            self._helper.__exit__(*error)

    def run(self, rows: Iterator[StoredRow], taker: Taker, progress: Callable[[int], None]) -> int:
        applied, last = 0, None
        while chunk := list(islice(rows, CHUNK)):
            context = [row for row in chunk if is_context(row)]
            own = context if self._helped(applied, chunk, context) else chunk
            taker.take([read(row) for row in own])
            applied, last = applied + len(chunk), chunk[-1]
            progress(last[0])
        if last:
            filling.set_meta(self._store, {"position": str(last[0]), "mark": read(last).mark})
        return applied

    def _helped(self, applied: int, chunk: list[StoredRow], context: list[StoredRow]) -> bool:
        """Whether the helper takes the chunk in; else it is told of the context."""
        if self._alone:
            return False
        if self._helper is None:
            self._context += context
            if applied >= WORTH_HELP:
                self._helper = Helper("take", Path(f"{self._store.path}.part"))
                self._helper.send(self._context)
            return False
        waiting = self._helper.waiting
        if waiting:
            self._helper.send(chunk)
        elif context:
            self._helper.send(context)
        return waiting

    def deliver(self) -> None:
        """Take over what the helper wrote."""
        if self._helper:
            self._helper.finish()
            filling.take_over(self._store, self._helper.part, filling.TAKEN)
