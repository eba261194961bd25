"""Believing: the stored claims of cells worked out into rectangles, and written.

A model that is filled whole has its cells worked out by as many processes as there are processors:
a belief is a pure function of one cell's claims. Each helper reads the claims, writes a file of its
own, and this process takes what they wrote into the model.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from projections import filling
from projections.beliefs import rectangles, uncollected
from projections.catalogue import PROJECTIONS
from projections.helping import Helper, processors
from projections.names import DEFAULT_POLICY
from projections.policies import POLICIES
from projections.schema import BELIEF_TABLES
from projections.store import MEMORY, Store
from tracker.kin import Kin

CELLS_AT_ONCE = 500
WORTH_HELP = 20_000
"""Claims; fewer are worked out sooner than a helper has started."""


def believe(store: Store, cells: Sequence[int], kin: Kin) -> None:
    """Work out some cells anew, in the caller's transaction."""
    filling.forget_beliefs(store, cells)
    for rows in _work_out(store, cells, kin):
        filling.put_beliefs(store.connection, rows)


def believe_all(store: Store, kin: Kin) -> None:
    """Work out every cell of a model that holds no beliefs yet."""
    count = store.rows("SELECT count(*) AS claims FROM held")[0]["claims"]
    alone = count < WORTH_HELP or store.path == MEMORY
    first, *others = _shares(store, count, 1 if alone else processors())
    with ExitStack() as stack:
        helpers = [
            stack.enter_context(
                Helper("believe", _part(store, cells), store.path, cells.start, cells.stop)
            )
            for cells in others
        ]
        with store.transaction(), uncollected():
            for rows in _work_out(store, first, kin):
                filling.put_beliefs(store.connection, rows)
        for helper in helpers:
            helper.finish()
            filling.take_over(store, helper.part, filling.BELIEFS)


def _part(store: Store, cells: range) -> Path:
    return Path(f"{store.path}.{cells.start}.part")


def _shares(store: Store, claims: int, among: int) -> list[range]:
    """Split the cells, in order of their numbers, so that each share has about as many claims."""
    edges, held, last = [1], 0, 0
    for row in store.connection.execute("SELECT cell, count(*) FROM held GROUP BY cell"):
        last, held = row[0], held + row[1]
        if held * among >= claims * len(edges) and len(edges) < among:
            edges.append(last + 1)
    return [range(first, stop) for first, stop in zip(edges, [*edges[1:], last + 1], strict=True)]


def _work_out(store: Store, cells: Sequence[int], kin: Kin) -> Iterator[filling.BELIEF_ROWS]:
    """Yield the rows of the rectangles and of the states of some cells, a batch at a time."""
    policy = POLICIES[DEFAULT_POLICY]
    for start in range(0, len(cells), CELLS_AT_ONCE):
        found: filling.BELIEF_ROWS = ([], [])
        for cell in cells[start : start + CELLS_AT_ONCE]:
            name, key = store.connection.execute(
                "SELECT projection, key FROM cells WHERE id = ?", (cell,)
            ).fetchone()
            projection = PROJECTIONS[name]
            beliefs = rectangles(store.claims_of(cell), policy, projection, kin)
            rows, states = filling.belief_rows(cell, projection.row(key), beliefs)
            found[0].extend(rows)
            found[1].extend(states)
        yield found


def believe_into(part: str, model: str, first: int, stop: int) -> None:
    """Work out the cells first..stop - 1 of a model into a file: tables rectangles and states.

    The model's own process writes rectangles meanwhile; what is read here it leaves alone, so no
    lock is taken (immutable).
    """
    with closing(Store(model, frozen=True)) as store, closing(sqlite3.connect(part)) as own:
        own.execute("PRAGMA journal_mode=OFF")
        own.execute("PRAGMA synchronous=OFF")
        for table in BELIEF_TABLES:
            own.execute(table)
        with uncollected():
            for rows in _work_out(store, range(first, stop), store.kin()):
                filling.put_beliefs(own, rows)
        own.commit()
