"""Believing: the stored claims of cells worked out into rectangles, and written.

A model that is filled whole has its cells worked out by as many processes as there are processors:
a belief is a pure function of one cell's claims. Each helper reads the claims, writes a file of its
own, and this process takes what they wrote into the model.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path
from typing import Protocol

from projections import filling
from projections.beliefs import rectangles
from projections.catalogue import PROJECTIONS
from projections.claims import Claim
from projections.growing import MOST_CELLS, Grown, Kept
from projections.helping import Helper, processors
from projections.names import DEFAULT_POLICY
from projections.policies import POLICIES
from projections.schema import BELIEF_TABLES, OF_BELIEFS, OF_CLAIMS, OF_EVENTS, make_indexes
from projections.store import MEMORY, Store
from tracker.garbage import uncollected
from tracker.kin import Kin

ROWS_AT_ONCE = 20_000
"""Rectangles that are held in memory before they are written."""
BLOCK = 8
"""Cells that this process works out before it looks whether a helper has none left."""
PARTS = 8
"""A helper gets the PARTS x processes-th of the cells that are left, and in the end few: so that
none waits long for another, however much more is told of some cells than of others, and however
fast each processor is (guided self-scheduling: Polychronopoulos and Kuck, 1987)."""
WORTH_HELP = 20_000
"""Claims; fewer are worked out sooner than a helper has started."""


def believe(
    store: Store, cells: Sequence[int], fresh: Mapping[int, Sequence[Claim]], kept: Kept
) -> None:
    """Work out some cells, in the caller's transaction: go on from those that are kept, if one can.

    `fresh` are new claims of kept cells of which nothing else has changed. Cells are kept unless
    they are many.
    """
    anew = [cell for cell in cells if not _gone_on(store, cell, fresh.get(cell, ()), kept)]
    filling.forget_beliefs(store, anew)
    for _, rows in _work_out(store, anew, kept.kin, kept if len(anew) <= MOST_CELLS else None):
        filling.put_beliefs(store.connection, rows)


def _gone_on(store: Store, cell: int, fresh: Sequence[Claim], kept: Kept) -> bool:
    """Go on from a kept cell; else it is kept no longer."""
    grown = kept.take(cell)
    if grown is None or not fresh or not grown.goes_on(fresh):
        return False
    grown.go_on(store.connection, fresh)
    kept.put(cell, grown)
    return True


def believe_all(store: Store, kin: Kin, progress: Callable[[float], None] = lambda _: None) -> None:
    """Work out every cell of a model that holds no beliefs yet; make the model's indexes.

    `progress` is told which part is done, up to 1.

    """
    with store.transaction():
        make_indexes(store.connection, OF_CLAIMS)
    count = store.rows("SELECT count(*) AS claims FROM held")[0]["claims"]
    among = 1 if count < WORTH_HELP or store.path == MEMORY else processors()
    last = store.rows("SELECT coalesce(max(id), 0) AS last FROM cells")[0]["last"]
    with ExitStack() as stack:
        helpers = [
            stack.enter_context(Helper("believe", Path(f"{store.path}.{one}.part"), store.path))
            for one in range(1, among)
        ]
        shared = Shared(last, helpers)
        with store.transaction(), uncollected():
            for index in OF_EVENTS:
                shared.hand_out()
                make_indexes(store.connection, (index,))
            for at, rows in _work_out(store, shared.own(), kin):
                filling.put_beliefs(store.connection, rows)
                progress(0.9 * at / max(1, last))
        for helper in helpers:
            helper.finish()
            filling.take_over(store, helper.part, filling.BELIEFS)
    store.connection.execute(f"PRAGMA threads={among - 1}")  # whose processors are free to sort
    with store.transaction():
        make_indexes(store.connection, OF_BELIEFS)
    progress(1)


class Waiting(Protocol):
    """Who is given cells: a Helper."""

    @property
    def waiting(self) -> bool:
        """Whether it has begun with all that it was given."""

    def send(self, cells: list[int], /) -> None:
        """Give it more."""


class Shared:
    """The cells of a model, dealt out to whoever has none left to work out."""

    def __init__(self, last: int, helpers: Sequence[Waiting]) -> None:
        """Begin with the first of so many cells."""
        self._next, self._end = 1, last + 1
        self._helpers = helpers
        self._parts = PARTS * (1 + len(helpers))

    def hand_out(self) -> None:
        """Give cells to each helper that has begun with all that it was given."""
        for helper in self._helpers:
            if self._next < self._end and helper.waiting:
                helper.send(self._cut(BLOCK * self._parts))

    def own(self) -> Iterator[int]:
        """Yield the cells that are for this process."""
        while self._next < self._end:
            self.hand_out()
            yield from self._cut(BLOCK)

    def _cut(self, most: int) -> list[int]:
        count = max(1, min(most, (self._end - self._next) // self._parts))
        cells = [*range(self._next, min(self._next + count, self._end))]
        self._next += len(cells)
        return cells


def _work_out(
    store: Store, cells: Iterable[int], kin: Kin, kept: Kept | None = None
) -> Iterator[tuple[int, filling.BELIEF_ROWS]]:
    """Yield (the cell that was reached, rows of rectangles and of states), a batch at a time."""
    found: filling.BELIEF_ROWS = ([], [])
    cell = 0
    for cell in cells:
        name, key = store.connection.execute(
            "SELECT projection, key FROM cells WHERE id = ?", (cell,)
        ).fetchone()
        claims = store.claims_of(cell)
        if kept is None:
            rows, states = work_out(name, key, claims, kin, cell)
        else:
            grown = Grown(cell, name, key, kin)
            rows, states = grown.begin(claims)
            kept.put(cell, grown)
        found[0].extend(rows)
        found[1].extend(states)
        if len(found[0]) >= ROWS_AT_ONCE:
            yield cell, found
            found = ([], [])
    yield cell, found


def work_out(
    projection: str, key: str, claims: Sequence[Claim], kin: Kin, cell: int = 0
) -> filling.BELIEF_ROWS:
    """Work one cell out: (rectangles, states), as filling.belief_rows gives them.

    A pure function of the cell's claims and of who stands with whom, wherever it is run.
    """
    found = PROJECTIONS[projection]
    beliefs = rectangles(claims, POLICIES[DEFAULT_POLICY], found, kin)
    return filling.belief_rows(cell, found.row(key), beliefs)


def believe_into(part: str, model: str, chunks: Iterable[Sequence[int]]) -> None:
    """Work out some of a model's cells, as they are given, into a file: rectangles and states.

    The model's own process writes rectangles meanwhile; what is read here it leaves alone, so no
    lock is taken (immutable).
    """
    with closing(Store(model, frozen=True)) as store, closing(sqlite3.connect(part)) as own:
        own.execute("PRAGMA trusted_schema=OFF")
        own.execute("PRAGMA journal_mode=OFF")
        own.execute("PRAGMA synchronous=OFF")
        for table in BELIEF_TABLES:
            own.execute(table)
        with uncollected():
            for _, rows in _work_out(store, chain.from_iterable(chunks), store.kin()):
                filling.put_beliefs(own, rows)
        own.commit()
