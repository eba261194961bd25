"""Filling the read model: the rows of events, claims and beliefs, as they are written.

Each function writes inside the caller's transaction; store.py asks the questions.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from json.encoder import encode_basestring as _quoted
from pathlib import Path

from projections.claims import Since, Value, public, remembered
from projections.front import Belief
from projections.saying import Numbered
from projections.schema import STATE_BITS
from projections.state import Alternative, Contender, State
from projections.store import Row, Store
from projections.widths import class_of
from tracker.instants import Instant, format_instant, format_open

MEMORY_FOR_FILLING = -100_000
"""Of SQLite's page cache while a model is filled whole, in its own unit: minus kilobytes."""

CLAIM_ROW = tuple[int, int, int, str]


def set_meta(store: Store, values: Mapping[str, str]) -> None:
    """Set settings of the model."""
    store.connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())


def put(store: Store, table: str, rows: Sequence[Row]) -> None:
    """Insert or replace rows that all have the same columns."""
    if not rows:
        return
    columns = list(rows[0])
    marks = ", ".join(f":{column}" for column in columns)
    store.connection.executemany(
        f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({marks})",
        rows,
    )


class Cells:
    """The numbers of the cells: given in the order in which claims first speak of them."""

    def __init__(self, store: Store) -> None:
        """Know none yet; they are looked up, and given, as claims name them."""
        self._store = store
        self._known: dict[tuple[str, str], int] = {}

    def number(self, projection: str, key: str) -> int:
        """Give the number of a cell, a new one where there is none yet."""
        cell = (projection, key)
        known = self._known.get(cell)
        if known is None:
            known = self._known[cell] = self._look_up(cell)
        return known

    def _look_up(self, cell: tuple[str, str]) -> int:
        found = self._store.connection.execute(
            "SELECT id FROM cells WHERE projection = ? AND key = ?", cell
        ).fetchone()
        if found:
            return int(found[0])
        made = self._store.connection.execute(
            "INSERT INTO cells (projection, key) VALUES (?, ?)", cell
        )
        return int(made.lastrowid or 0)


def put_claims(store: Store, rows: Iterable[CLAIM_ROW]) -> None:
    """Insert claims: (position, cell, published, claim as JSON)."""
    store.connection.executemany("INSERT INTO held VALUES (?, ?, ?, ?)", rows)


BELIEF_ROWS = tuple[list[tuple[int, ...]], list[tuple[int, str]]]


def belief_rows(
    cell: int, parts: Row, beliefs: Sequence[Belief], numbered: Numbered | None = None
) -> BELIEF_ROWS:
    """Give what the rectangles of a cell are stored as: (rectangles, states).

    A state is written once, however many rectangles it fills; equal beliefs give equal bytes.
    `numbered` knows by what they say the states that were written of the cell before.
    """
    numbered = numbered or Numbered()
    numbers: dict[str, int] = {}
    of_state: dict[int, tuple[int, int, int]] = {}
    states: list[tuple[int, str]] = []
    first = cell << STATE_BITS
    head = state_head(parts)
    rectangles: list[tuple[int, ...]] = []
    for valid_from, valid_to, known_from, known_to, state in beliefs:
        known = of_state.get(id(state))
        if known is None:
            text = state_text(head, state)
            if text not in numbers:
                numbers[text] = first + 2 * len(numbers) + state.settled
                states.append((numbers[text], text))
            known = of_state[id(state)] = (numbers[text], *numbered.numbers(state))
        begins = class_of(valid_from, valid_to, known_from, known_to)
        rectangles.append((cell, valid_from, known_from, valid_to, known_to, *known, *begins))
    return rectangles, states


def state_text(head: str, state: State) -> str:
    """Write a state as JSON, after the parts of its key: {**parts, **state.as_json()}.

    `head` is what state_head makes of the parts. Put together of pieces, most of which were written
    before: beliefs share days and values.
    """
    value, support, certainty, since, possibly, evidence, dissent, last, rule, values = state
    return (
        f'{head}{_value_text(value)}"support":"{support}"'
        f',"certainty":"{certainty}","since":{_since_text(since)}'
        f',"possibly":[{",".join(map(_alternative_text, possibly)) if possibly else ""}]'
        f',"evidence":{_names(evidence)},"dissent":{_names(dissent) if dissent else "[]"}'
        f',"values":[{",".join(map(_contender_text, values)) if values else ""}]'
        f',"rule":{_text(rule)},"last_evidence":{_instant_text(last)}}}'
    )


def state_head(parts: Row) -> str:
    """Begin the text of a state with the parts of its key, which no name of a value repeats."""
    return f"{_encode(parts)[:-1]}," if parts else "{"


def _alternative_text(alternative: Alternative) -> str:
    value, since, evidence = alternative
    return f'{{{_value_text(value)}"since":{_since_text(since)},"evidence":{_names(evidence)}}}'


def _contender_text(contender: Contender) -> str:
    value, since, evidence, origins, ratings = contender
    return (
        f'{{{_value_text(value)}"since":{_since_text(since)},"evidence":{_names(evidence)}'
        f',"origins":{_names(origins)},"ratings":[{",".join(map(_text, ratings))}]}}'
    )


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


@remembered
def _value_text(value: Value) -> str:
    """Write what a value says, to go on from: `"status":"held","holders":["army"],`."""
    inner = _encode(public(value))[1:-1]
    return f"{inner}," if inner else ""


def _names(ids: Sequence[str]) -> str:
    return f"[{','.join(map(_quoted, ids))}]" if ids else "[]"


@lru_cache(maxsize=50_000)
def _since_text(since: Since | None) -> str:
    if since is None:
        return "null"
    edtf, earliest, latest = since
    return (
        f'{{"edtf":{_quoted(edtf)},"earliest":{_end_text(earliest)},"latest":{_end_text(latest)}}}'
    )


@lru_cache(maxsize=50_000)
def _end_text(instant: Instant) -> str:
    return _encode(format_open(instant))


@lru_cache
def _text(words: str | None) -> str:
    return _encode(words)


@lru_cache(maxsize=50_000)
def _instant_text(instant: Instant | None) -> str:
    return "null" if instant is None else f'"{format_instant(instant)}"'


def put_beliefs(connection: sqlite3.Connection, rows: BELIEF_ROWS) -> None:
    """Insert the rectangles and the states of cells that have none."""
    rectangles, states = rows
    connection.executemany(
        "INSERT INTO rectangles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rectangles
    )
    connection.executemany("INSERT INTO states VALUES (?, ?)", states)


def forget_beliefs(store: Store, cells: Iterable[int]) -> None:
    """Take out the rectangles and the states of cells that are about to be written anew."""
    connection = store.connection
    for cell in cells:
        states = (cell << STATE_BITS, (cell + 1) << STATE_BITS)
        connection.execute("DELETE FROM rectangles WHERE cell = ?", (cell,))
        connection.execute("DELETE FROM states WHERE id >= ? AND id < ?", states)


def begin_filling(store: Store) -> None:
    """Make a new model ready to be filled whole: no journal, for a killed rebuild is thrown away.

    Its indexes are made as it fills (schema.make_indexes).
    """
    memory = (f"cache_size={MEMORY_FOR_FILLING}", "mmap_size=0")
    for pragma in ("journal_mode=OFF", "synchronous=OFF", *memory):
        store.connection.execute(f"PRAGMA {pragma}")
    store.clear(indexed=False)


TAKEN = (
    "INSERT INTO fact_rows SELECT * FROM part.fact_rows",
    "INSERT INTO acts SELECT * FROM part.acts",
    "INSERT OR REPLACE INTO chronologies SELECT * FROM part.chronologies",
    "INSERT OR IGNORE INTO cells (projection, key) SELECT projection, key FROM part.cells",
    """INSERT INTO held SELECT h.position, m.id, h.published, h.data FROM part.held h
        JOIN part.cells c ON c.id = h.cell
        JOIN main.cells m ON m.key = c.key AND m.projection = c.projection""",
)
"""What is taken over from a helper that took events in: cells are numbered here, not there."""
BELIEFS = (
    "INSERT INTO rectangles SELECT * FROM part.rectangles",
    "INSERT INTO states SELECT * FROM part.states",
)
"""What is taken over from a helper that worked cells out."""


def take_over(store: Store, part: Path, statements: Iterable[str]) -> None:
    """Take what a helper wrote into the model."""
    store.connection.execute("ATTACH ? AS part", (str(part),))
    try:
        with store.transaction():
            for statement in statements:
                store.connection.execute(statement)
    finally:
        store.connection.execute("DETACH part")
