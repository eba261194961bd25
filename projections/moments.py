"""Moments: what all cells are at one valid and one known time, looked up by the index of widths."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from projections.schema import STATE_BITS
from projections.widths import CLASSES, stretches
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
        self._texts: dict[int, tuple[str, str, str]] = {}
        self._states: dict[int, tuple[str, str, dict[str, Any]]] = {}

    def texts(self, t: Instant, k: Instant) -> list[tuple[str, str, str]]:
        """Give (projection, key, state as JSON) of the rectangles that hold (t, k), in no order."""
        held = self._held(t, k)
        texts = self._texts
        return [texts[one] for one in held]

    def states(self, t: Instant, k: Instant) -> list[tuple[str, str, dict[str, Any]]]:
        """Give (projection, key, state) of the rectangles that hold (t, k), in no order."""
        held, states = self._held(t, k), self._states
        wanted = [one for one in held if one not in states]
        if wanted:
            if len(states) > _MOST_KEPT:
                states.clear()
                wanted = held
            found = [self._texts[one] for one in wanted]
            # In one piece: a text at a time takes twice as long.
            read = json.loads(f"[{','.join([text for _, _, text in found])}]")
            for one, (name, key, _), state in zip(wanted, found, read, strict=True):
                states[one] = (name, key, state)
        return [states[one] for one in held]

    def _held(self, t: Instant, k: Instant) -> list[int]:
        """Give the numbers of the states of the rectangles that hold (t, k), their texts read."""
        asked = (*stretches(t, k), t, t, k, k)
        held = [one for (one,) in self._cursor.execute(_AT_ALL, asked)]
        texts, cells = self._texts, self._cell_names()
        if len(texts) > _MOST_KEPT:
            texts.clear()
        wanted = sorted([one for one in held if one not in texts])  # as they lie in the file
        for one, text in self._cursor.execute(_TEXTS, (json.dumps(wanted),)) if wanted else ():
            texts[one] = (*cells[one >> STATE_BITS], text)
        return held

    def _cell_names(self) -> dict[int, tuple[str, str]]:
        """Give (projection, key) of every cell by its number; read once."""
        if not self._cells:
            found = self._cursor.execute("SELECT id, projection, key FROM cells")
            self._cells = {number: (name, key) for number, name, key in found}
        return self._cells
