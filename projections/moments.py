"""Moments: what all cells are at one valid and one known time, looked up by the index of widths."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from operator import itemgetter
from typing import Any

from projections.schema import STATE_BITS
from projections.widths import CLASSES, stretches
from tracker.garbage import uncollected
from tracker.instants import Instant

_CLASSES = ", ".join(f"({one}, ?, ?)" for one in range(CLASSES))
_AT_ALL = (
    f"SELECT h.state FROM (WITH w(class, after, upto) AS (VALUES {_CLASSES})"
    " SELECT r.state FROM w CROSS JOIN rectangles r INDEXED BY rectangles_by_time"
    " ON r.class = w.class AND r.begins > w.after AND r.begins <= w.upto"
    " AND r.valid_from <= ? AND ? < r.valid_to AND r.known_from <= ? AND ? < r.known_to) h"
)
# In the order of the list, which is that of the table: pages are visited one after the other.
_TEXTS = "SELECT s.text FROM json_each(?) j CROSS JOIN states s ON s.id = j.value"
_MOST_KEPT = 100_000
"""Texts that are kept, for moments beside each other share most; forgotten where there are more."""
_MOMENTS_KEPT = 4
"""Of which the numbers of the states are: as many as a diff asks about, and one more."""
_MANY = 2_000
"""Texts, from which on it is worth it to load what decodes JSON faster than Python's own."""

_decode = json.JSONDecoder().raw_decode
Row = dict[str, Any]
Key = tuple[str, str]
"""A cell: (projection, key)."""


class Moments:
    """The states of a model's rectangles, looked up by moment; what was read once is kept."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read nothing yet."""
        self._cursor = connection.cursor()
        self._cursor.row_factory = None
        self._cells: dict[int, Key] = {}
        self._numbers: dict[Key, int] = {}
        self._texts: dict[int, str] = {}
        self._moments: dict[tuple[Instant, Instant], list[int]] = {}

    def texts(
        self,
        t: Instant,
        k: Instant,
        projection: str | None = None,
        only: Collection[Key] | None = None,
    ) -> list[tuple[str, str, str]]:
        """Give (projection, key, state as JSON) of the rectangles that hold (t, k), by key.

        With a projection, of its cells alone; with `only`, of those cells (projection, key).
        """
        held, cells = self._held(t, k), self._cell_names()
        with uncollected():
            if only is not None:
                wanted = self.numbers(only)
                held = [one for one in held if one >> STATE_BITS in wanted]
            if projection is not None:
                held = [one for one in held if cells[one >> STATE_BITS][0] == projection]
            texts = self._read(held)
            found = {one >> STATE_BITS: texts[one] for one in held}
            if only is not None:
                return sorted([(*cells[one], found[one]) for one in found], key=itemgetter(1))
            return [(name, key, found[one]) for one, (name, key) in cells.items() if one in found]

    def unlike(self, moments: Iterable[tuple[Instant, Instant]]) -> set[Key]:
        """Give the cells (projection, key) whose state is not one and the same at all (t, k).

        A state is one and the same where it is stored once: nothing but numbers is read.
        """
        first, *others = [self._held(t, k) for t, k in moments]
        names, there = self._cell_names(), set(first)
        unlike = set[int]().union(*map(there.symmetric_difference, others))
        return {names[one >> STATE_BITS] for one in unlike}

    def cells(self, projection: str) -> set[Key]:
        """Give the cells (projection, key) of one projection."""
        return {cell for cell in self._cell_names().values() if cell[0] == projection}

    def numbers(self, cells: Iterable[Key]) -> dict[int, Key]:
        """Give those of these cells that there are, by their numbers."""
        if not self._numbers:
            self._numbers = {cell: number for number, cell in self._cell_names().items()}
        numbers = self._numbers
        return {numbers[cell]: cell for cell in cells if cell in numbers}

    def _held(self, t: Instant, k: Instant) -> list[int]:
        """Give the numbers of the states of the rectangles that hold (t, k), as they are stored."""
        known = self._moments.get((t, k))
        if known is None:
            asked = (*stretches(t, k), t, t, k, k)
            with uncollected():
                known = sorted([one for (one,) in self._cursor.execute(_AT_ALL, asked)])
            if len(self._moments) >= _MOMENTS_KEPT:
                del self._moments[next(iter(self._moments))]
            self._moments[t, k] = known
        return known

    def _read(self, wanted: Sequence[int]) -> dict[int, str]:
        """Give texts of states by number, among them those of the wanted, which are in order."""
        texts = self._texts
        if len(texts) > _MOST_KEPT:
            texts.clear()
        new = [one for one in wanted if one not in texts]
        if new:
            read = self._cursor.execute(_TEXTS, (str(new),))  # a list of numbers is JSON
            texts.update(zip(new, (text for (text,) in read), strict=True))
        return texts

    def _cell_names(self) -> dict[int, Key]:
        """Give (projection, key) of every cell by its number, in order of keys; read once."""
        if not self._cells:
            found = self._cursor.execute("SELECT id, projection, key FROM cells ORDER BY key")
            self._cells = {number: (name, key) for number, name, key in found}
        return self._cells


def rows_begun(found: Sequence[tuple[str, str, str]]) -> list[Row]:
    """Make of (projection, key, state as JSON) rows that have no name yet, nobody else's."""
    texts = [_head(projection, key) + state[1:] for projection, key, state in found]
    return decoded(texts) if len(texts) > 1 else [_decode(one)[0] for one in texts]


def decoded(texts: Sequence[str]) -> list[Any]:
    """Decode JSON texts in one piece: one at a time takes twice as long."""
    read: Callable[[str], Any] = json.loads
    if len(texts) > _MANY:
        from pydantic_core import from_json as read
    found: list[Any] = read(f"[{','.join(texts)}]")
    return found


@lru_cache(maxsize=65_536)
def _head(projection: str, key: str) -> str:
    return f'{{"projection":{quoted(projection)},"key":{quoted(key)},"name":null,'
