"""The read model's tables, made with sqlite-utils. They may change with any version.

What others read are the views over them (projections/views.py). A cell is one key of one
projection; a state is written once a cell, however many rectangles of the valid x known plane it
fills.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from typing import Any

from projections.views import VIEWS
from tracker.foreign import Part, made_by, parts

_TABLES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "meta": ({"name": str, "value": str}, ("name",)),
    "places": ({"id": str, "name": str, "data": str}, ("id",)),
    "actors": ({"id": str, "name": str, "data": str}, ("id",)),
    "sources": ({"id": str, "name": str, "data": str}, ("id",)),
    "schemes": ({"id": str, "name": str, "data": str}, ("id",)),
    "reports": (
        {
            "id": str,
            "position": int,
            "source": str,
            "published": int,
            "published_edtf": str,
            "document": str,
            "batch": str,
            "data": str,
        },
        ("id",),
    ),
    "fact_rows": (
        {
            "position": int,
            "id": str,
            "report": str,
            "kind": str,
            "place": str,
            "actors": str,
            "status": str,
            "voice": str,
            "speaker": str,
            "gist": str,
            "edtf": str,
            "record": str,
            "begins": int,
            "published": int,
            "recorded_at": int,
            "recorded_by": str,
            "batch": str,
            "data": str,
        },
        ("position",),
    ),
    "retractions": (
        {
            "id": str,
            "fact": str,
            "kind": str,
            "replaced_by": str,
            "restores": str,
            "by_source": int,
            "published": int,
            "published_edtf": str,
            "position": int,
            "recorded_at": int,
            "recorded_by": str,
            "batch": str,
            "reason": str,
        },
        ("id",),
    ),
    "custody": (
        {
            "id": str,
            "kind": str,
            "event": str,
            "fields": str,
            "authority": str,
            "published_edtf": str,
            "reason": str,
            "position": int,
        },
        ("id",),
    ),
    "acts": ({"position": int, "id": str, "kind": str}, ("position",)),
    "chronologies": ({"projection": str, "fact": str}, ("projection", "fact")),
    "cells": ({"id": int, "projection": str, "key": str}, ("id",)),
}
STATE_BITS = 24
"""Bits of a state's number that are its own within its cell; those above are the cell's.

The lowest says whether it is settled: told since when, and not disputed. The others count.
"""
BELIEF_TABLES = (
    # In order of the valid clock, on which a question knows where to look: what holds a moment, or
    # held before it, is a few steps back from there. `says` and `tells`: projections.saying.
    """CREATE TABLE rectangles (cell INTEGER, valid_from INTEGER, known_from INTEGER,
        valid_to INTEGER, known_to INTEGER, state INTEGER, says INTEGER, tells INTEGER,
        class INTEGER, begins INTEGER,
        PRIMARY KEY (cell, valid_from, known_from)) WITHOUT ROWID""",
    # `id` is cell << STATE_BITS | n << 1 | settled: a plain rowid, for a table clustered by it is
    # read slowly.
    "CREATE TABLE states (id INTEGER PRIMARY KEY, text TEXT)",
)
_SQL = (
    "CREATE UNIQUE INDEX cells_by_name ON cells (key, projection)",
    "CREATE TABLE held (position INTEGER, cell INTEGER, published INTEGER, data TEXT)",
    *BELIEF_TABLES,
    *(view.sql for view in VIEWS),
)
OF_CLAIMS = ("CREATE INDEX IF NOT EXISTS held_by_cell ON held (cell)",)
OF_EVENTS = (
    "CREATE UNIQUE INDEX IF NOT EXISTS facts_by_id ON fact_rows (id)",
    "CREATE INDEX IF NOT EXISTS facts_by_report ON fact_rows (report)",
    "CREATE INDEX IF NOT EXISTS facts_by_record ON fact_rows (record) WHERE record IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS facts_denied ON fact_rows (place) WHERE status = 'denied'",
    "CREATE INDEX IF NOT EXISTS facts_by_batch ON fact_rows (batch) WHERE batch IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS reports_by_batch ON reports (batch)",
    "CREATE INDEX IF NOT EXISTS acts_by_id ON acts (id)",
    "CREATE INDEX IF NOT EXISTS retractions_by_fact ON retractions (fact)",
    "CREATE INDEX IF NOT EXISTS retractions_by_other ON retractions (replaced_by)",
    "CREATE INDEX IF NOT EXISTS held_by_position ON held (position)",
    "CREATE INDEX IF NOT EXISTS custody_by_event ON custody (event)",
)
OF_BELIEFS = (
    # Which rectangles of all cells hold a moment (projections.widths); nothing else is read.
    """CREATE INDEX IF NOT EXISTS rectangles_by_time ON rectangles
        (class, begins, valid_from, valid_to, known_from, known_to, cell, state, says, tells)""",
)

_WORDS = """tokenize = "unicode61 remove_diacritics 2 separators 'ʻʼʽʾʿˈ'", prefix = '2 3'"""
_NAMES = f"""CREATE VIRTUAL TABLE IF NOT EXISTS searched_names USING fts5(name, others,
        sort UNINDEXED, id UNINDEXED, {_WORDS})"""
SEARCH_TABLES = (
    # Without content: what is indexed is not what the fact says, but what it is found by.
    f"""CREATE VIRTUAL TABLE IF NOT EXISTS searched_facts USING fts5(gist, content = '',
        {_WORDS})""",
    _NAMES,
    "CREATE TABLE IF NOT EXISTS searched (facts INTEGER, names INTEGER, made INTEGER)",
)
"""Made at the first search, in a model that is there (projections.search)."""
SEARCHED_BEFORE = (
    f"""CREATE VIRTUAL TABLE IF NOT EXISTS searched_facts USING fts5(gist, content = 'fact_rows',
        content_rowid = 'position', {_WORDS})""",
    _NAMES,
    "CREATE TABLE IF NOT EXISTS searched (facts INTEGER, names INTEGER)",
)
"""What the first search made of a model before: it is ours, and made anew by the next search."""
SEARCHED = ("searched_facts", "searched_names", "searched")


_COLUMN = r'["\[]?\w+["\]]? (TEXT|INTEGER)( PRIMARY KEY)?'
_TABLE = re.compile(
    rf'CREATE TABLE ["\[]?(?P<name>\w+)["\]]? \( ?{_COLUMN}( ?, {_COLUMN})*'
    r'( ?, PRIMARY KEY \(["\[]?\w+["\]]?(, ["\[]?\w+["\]]?)*\))? ?\)( WITHOUT ROWID)?',
    re.IGNORECASE,
)
TABLES = (*_TABLES, "held", "rectangles", "states")
"""What the views are made of."""


def foreign_parts(connection: sqlite3.Connection) -> list[str]:
    """Name what a read model holds and no tracker makes: it might run when it is asked.

    A table may have columns and a key, and nothing else that SQLite would work out; how
    sqlite-utils writes that down differs between its versions.
    """
    ours = {
        " ".join(sql.replace("IF NOT EXISTS ", "").split())
        for sql in (*_SQL, *OF_CLAIMS, *OF_EVENTS, *OF_BELIEFS)
    }
    odd = [part for part in parts(connection) if part.sql not in ours and not _plain(part)]
    return _unsearched(odd)


def foreign_modules(connection: sqlite3.Connection) -> list[str]:
    """Name the virtual tables of a model that no search made: they would run when dropped."""
    odd = [part for part in parts(connection) if part.virtual]
    return _unsearched(odd)


def _unsearched(odd: list[Part]) -> list[str]:
    """Name those of some odd parts that no search made, of now or before."""
    made = made_by(SEARCH_TABLES) | made_by(SEARCHED_BEFORE) if odd else frozenset()
    return [str(part) for part in odd if part not in made]


def _plain(part: Part) -> bool:
    found = _TABLE.fullmatch(part.sql) if part.kind == "table" and not part.virtual else None
    return found is not None and found["name"] == part.name and part.name in TABLES


def make_tables(connection: sqlite3.Connection, *, indexed: bool = True) -> None:
    """Make every table anew, inside the caller's transaction; `indexed` False leaves indexes out.

    A model that is filled whole gets its indexes afterwards, by make_indexes: sorted once they
    cost a fraction of what they cost row by row.
    """
    from sqlite_utils import Database

    database = Database(connection)
    for view in VIEWS:
        _drop(connection, view.name)
    for name in ("held", "rectangles", "states", *SEARCHED):
        _drop(connection, name)
    for name, (columns, key) in _TABLES.items():
        _drop(connection, name)
        database.table(name).create(columns, pk=key if len(key) > 1 else key[0])
    for sql in _SQL:
        connection.execute(sql)
    if indexed:
        make_indexes(connection, (*OF_CLAIMS, *OF_EVENTS, *OF_BELIEFS))


def make_indexes(connection: sqlite3.Connection, indexes: Iterable[str]) -> None:
    """Make some of the indexes, where they are not there yet."""
    for sql in indexes:
        connection.execute(sql)


def _drop(connection: sqlite3.Connection, name: str) -> None:
    """Drop a table or a view, whichever an older version had of that name."""
    found = connection.execute("SELECT type FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    if found:
        connection.execute(f"DROP {found[0]} {name}")
