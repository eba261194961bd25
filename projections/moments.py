"""Moments: what all cells are at one valid and one known time, looked up by the index of widths."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from projections.schema import STATE_BITS
from projections.widths import CLASSES, stretches
from tracker.garbage import uncollected
from tracker.instants import FUTURE_OPEN, AsOf, Instant

_CLASSES = ", ".join(f"({one}, ?, ?)" for one in range(CLASSES))
_HELD = "r.valid_from <= ? AND ? < r.valid_to AND r.known_from <= ? AND ? < r.known_to"
_CORNERS = _HELD.count("?")
_AT_ALL = (
    f"WITH w(class, after, upto) AS (VALUES {_CLASSES})"
    " SELECT {} FROM w CROSS JOIN rectangles r INDEXED BY rectangles_by_time"
    f" ON r.class = w.class AND r.begins > w.after AND r.begins <= w.upto AND {_HELD}"
)
_STATES = _AT_ALL.format("r.state")
_APART = f"{_AT_ALL.format('r.cell, r.state, r.says, r.tells')} AND NOT ({_HELD})"
# In the order of the list, which is that of the table: pages are visited one after the other.
_TEXTS = "SELECT s.text FROM json_each(?) j CROSS JOIN states s ON s.id = j.value"
_MOMENTS_KEPT = 4
"""Of which the numbers of the states are."""
Begun = tuple[str, str, str]
"""What a row is made of: projection, key, state as JSON."""
Mark = tuple[int, int, int, int]
"""A cell and its state by number, and the numbers of what that says and tells (saying.py)."""
SAYS, TELLS = 2, 3
"""Where those stand in a mark."""
LATEST = FUTURE_OPEN - 1
"""The last instant there is to ask about: the ends are exclusive, also the open ones."""
_decode = json.JSONDecoder().raw_decode
_quoted = json.JSONEncoder(ensure_ascii=False).encode
_MANY = 2_000
Row = dict[str, Any]
Key = tuple[str, str]
"""A cell: (projection, key)."""


class Moments:
    """The states of a model's rectangles, looked up by moment; what was read once is kept."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read nothing yet."""
        self._cursor = connection.cursor()
        self._cursor.row_factory = None
        self._names: list[Key] = []
        self._numbers: dict[Key, int] = {}
        self._ranks: dict[str | None, tuple[list[int], int]] = {}
        self._read: tuple[list[int], list[str]] = ([], [])
        self._moments: dict[tuple[Instant, Instant], list[int]] = {}

    def texts(self, t: Instant, k: Instant, projection: str | None = None) -> list[Begun]:
        """Give what the rectangles that hold (t, k) say, by key; with a projection, of its cells.

        Moments beside each other share most of it, so each cell's last text is kept.
        """
        held = self._held(t, k)
        with uncollected():
            ranks, count = self._ranked(projection)
            names, (_, texts) = self._names, self._kept(held)
            found: list[Begun | None] = [None] * (count + 1)
            for one in held:
                cell = one >> STATE_BITS
                name, key = names[cell]
                found[ranks[cell]] = (name, key, texts[cell])
            del found[count]  # where those of other projections are
            return [one for one in found if one is not None]

    def apart(self, one: AsOf, other: AsOf) -> dict[int, Mark]:
        """Give by cell the marks of the rectangles that hold one moment and not the other.

        Only numbers are read. As far as a cell's marks are equal, so is what they stand for.
        """
        holding, but = _asked(one.as_of, one.known), _asked(other.as_of, other.known)
        with uncollected():
            found = self._cursor.execute(_APART, (*holding, *but[-_CORNERS:]))
            return {mark[0]: mark for mark in found}

    def marked(self, marks: Iterable[Mark]) -> list[Begun]:
        """Give what is marked so, of a cell each, by cell."""
        wanted, names = sorted([mark[1] for mark in marks]), self.names
        with uncollected():
            _, texts = self._kept(wanted)
            cells = [one >> STATE_BITS for one in wanted]
            return [(*names[cell], texts[cell]) for cell in cells]

    @property
    def names(self) -> Sequence[Key]:
        """The cells (projection, key) by number; read once."""
        if not self._names:
            found = self._cursor.execute("SELECT id, projection, key FROM cells").fetchall()
            self._names = [("", "")] * (1 + max((row[0] for row in found), default=0))
            for number, name, key in found:
                self._names[number] = (name, key)
        return self._names

    def numbers(self, cells: Iterable[Key]) -> dict[int, Key]:
        """Give those of these cells that there are, by their numbers."""
        if not self._numbers:
            self._numbers = {cell: number for number, cell in enumerate(self.names)}
        numbers = self._numbers
        return {numbers[cell]: cell for cell in cells if cell in numbers}

    def _ranked(self, projection: str | None) -> tuple[list[int], int]:
        """Give the place of each cell by its number, in order of keys, and how many have one.

        That of a cell of another projection is behind all of them.
        """
        known = self._ranks.get(projection)
        if known is None:
            names = self.names
            of = [n for n, (name, _) in enumerate(names) if name and projection in {None, name}]
            of.sort(key=lambda n: names[n][1])
            ranks = [len(of)] * len(names)
            for rank, cell in enumerate(of):
                ranks[cell] = rank
            known = self._ranks[projection] = (ranks, len(of))
        return known

    def _held(self, t: Instant, k: Instant) -> list[int]:
        """Give the numbers of the states of the rectangles that hold (t, k), as they are stored."""
        known = self._moments.get((t, k))
        if known is None:
            with uncollected():
                known = sorted([one for (one,) in self._cursor.execute(_STATES, _asked(t, k))])
            if len(self._moments) >= _MOMENTS_KEPT:
                del self._moments[next(iter(self._moments))]
            self._moments[t, k] = known
        return known

    def _kept(self, wanted: Sequence[int]) -> tuple[list[int], list[str]]:
        """Give, by cell, the states that were read last and their texts; the wanted among them.

        Those are in order, and of a cell each.
        """
        states, texts = self._read
        if not states:
            count = len(self.names)
            states, texts = self._read = ([-1] * count, [""] * count)
        new = [one for one in wanted if states[one >> STATE_BITS] != one]
        if new:
            read = self._cursor.execute(_TEXTS, (str(new),))  # a list of numbers is JSON
            for one, (text,) in zip(new, read, strict=True):
                cell = one >> STATE_BITS
                states[cell], texts[cell] = one, text
        return states, texts


def _asked(t: Instant, k: Instant) -> tuple[Instant, ...]:
    t, k = min(t, LATEST), min(k, LATEST)
    return (*stretches(t, k), t, t, k, k)


def rows_begun(found: Sequence[Begun]) -> list[Row]:
    """Make of (projection, key, state as JSON) rows that have no name yet, nobody else's.

    A row is decoded with its cell in it, which takes half as long as to put it there.
    """
    texts = [
        f'{{"projection":"{projection}","key":{_quoted(key)},"name":null,{state[1:]}'
        for projection, key, state in found
    ]
    return decoded(texts)


def decoded(texts: Sequence[str]) -> list[Any]:
    """Decode JSON texts in one piece: one at a time takes twice as long."""
    if len(texts) == 1:
        return [_decode(texts[0])[0]]
    whole = f"[{','.join(texts)}]"
    if len(texts) < _MANY:
        return list(json.loads(whole))
    from pydantic_core import from_json  # a quarter faster; of fewer, what it takes to import it

    return list(from_json(whole, cache_strings="keys"))
