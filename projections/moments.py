"""Moments: what all cells are at one valid and one known time, looked up by the index of widths."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from projections.schema import STATE_BITS
from projections.widths import CLASSES, stretches
from tracker.garbage import uncollected
from tracker.instants import Instant

_CLASSES = ", ".join(f"({one}, ?, ?)" for one in range(CLASSES))
_HELD = (
    f" FROM (WITH w(class, after, upto) AS (VALUES {_CLASSES})"
    " SELECT r.cell, r.state FROM w CROSS JOIN rectangles r INDEXED BY rectangles_by_time"
    " ON r.class = w.class AND r.begins > w.after AND r.begins <= w.upto"
    " AND r.valid_from <= ? AND ? < r.valid_to AND r.known_from <= ? AND ? < r.known_to) h"
)
_AT_ALL = f"SELECT h.state{_HELD}"
_TEXTS = "SELECT id, text FROM states WHERE id IN (SELECT value FROM json_each(?))"
_MOST_KEPT = 100_000
"""States that are kept; forgotten at once, and read anew, where there are more."""


class Moments:
    """The states of a model's rectangles, looked up by moment; what was read once is kept."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read nothing yet."""
        self._cursor = connection.cursor()
        self._cursor.row_factory = None
        self._cells: dict[int, tuple[str, str]] = {}
        self._texts: dict[int, str] = {}
        self._states: dict[int, tuple[str, str, dict[str, Any]]] = {}

    def texts(self, t: Instant, k: Instant) -> list[tuple[str, str, str]]:
        """Give (projection, key, state as JSON) of the rectangles that hold (t, k), in no order."""
        held = self._held(t, k)
        with uncollected():
            self._read(held)
            names, texts = self._cell_names(), self._texts
            return [(*names[one >> STATE_BITS], texts[one]) for one in held]

    def states(
        self, t: Instant, k: Instant, only: Collection[tuple[str, str]] | None = None
    ) -> list[tuple[str, str, dict[str, Any]]]:
        """Give (projection, key, state) of the rectangles that hold (t, k), in no order.

        With `only`, of those cells (projection, key) alone.
        """
        held, states = self._held(t, k), self._states
        if only is not None:
            names = self._cell_names()
            held = [one for one in held if names[one >> STATE_BITS] in only]
        wanted = [one for one in held if one not in states]
        if wanted:
            if len(states) > _MOST_KEPT:
                states.clear()
                wanted = held
            with uncollected():
                self._read(wanted)
                names = self._cell_names()
                # In one piece: a text at a time takes twice as long.
                read = json.loads(f"[{','.join(map(self._texts.__getitem__, wanted))}]")
                for one, state in zip(wanted, read, strict=True):
                    states[one] = (*names[one >> STATE_BITS], state)
        return [states[one] for one in held]

    def unlike(self, moments: Iterable[tuple[Instant, Instant]]) -> set[tuple[str, str]]:
        """Give the cells (projection, key) whose state is not one and the same at all (t, k).

        A state is one and the same where it is stored once: nothing but numbers is read.
        """
        found = [set(self._held(t, k)) for t, k in moments]
        names = self._cell_names()
        others = set[int]().union(*found) - found[0].intersection(*found)
        return {names[one >> STATE_BITS] for one in others}

    def cells(self, projection: str) -> set[tuple[str, str]]:
        """Give the cells (projection, key) of one projection."""
        return {cell for cell in self._cell_names().values() if cell[0] == projection}

    def _held(self, t: Instant, k: Instant) -> list[int]:
        """Give the numbers of the states of the rectangles that hold (t, k), as they are stored."""
        asked = (*stretches(t, k), t, t, k, k)
        return sorted([one for (one,) in self._cursor.execute(_AT_ALL, asked)])

    def _read(self, wanted: Sequence[int]) -> None:
        """Read the texts of states; kept are those that were wanted before, unless too many."""
        texts = self._texts
        if len(texts) > _MOST_KEPT:
            texts.clear()
        new = [one for one in wanted if one not in texts]
        if new:
            texts.update(self._cursor.execute(_TEXTS, (str(new),)))  # a list of numbers is JSON

    def _cell_names(self) -> dict[int, tuple[str, str]]:
        """Give (projection, key) of every cell by its number; read once."""
        if not self._cells:
            found = self._cursor.execute("SELECT id, projection, key FROM cells")
            self._cells = {number: (name, key) for number, name, key in found}
        return self._cells
