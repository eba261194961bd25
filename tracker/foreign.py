"""What an SQLite file holds that is not ours: looked for before anything else is read of it.

A file can come from anyone. A view can stand in the place of a table, a trigger runs when a row is
written, and generated columns, checks, defaults and indexes can hold expressions; so a file may
hold what the tracker makes, word for word, and nothing more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from typing import NamedTuple

_OF_SQLITE = {
    # What ANALYZE leaves, of a file that someone looked into.
    "sqlite_stat1": "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
    "sqlite_stat4": "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
}


class Part(NamedTuple):
    """A table, an index, a view or a trigger, and its SQL in one line.

    `virtual`: a table that is no table, but what a module of SQLite makes of it.
    """

    kind: str
    name: str
    sql: str
    virtual: bool

    def __str__(self) -> str:
        """Name it for a message."""
        return f"{self.kind} {self.name!r}"


@contextmanager
def told_plainly() -> Iterator[None]:
    """Tell of a damaged schema as of any other damage, by sqlite3.DatabaseError.

    A message of SQLite's that quotes damaged bytes is no text: sqlite3 raises UnicodeDecodeError.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        raise sqlite3.DatabaseError("malformed database schema") from error


def parts(connection: sqlite3.Connection) -> Iterator[Part]:
    """Yield what a database holds; nothing of it is run."""
    found = connection.execute("SELECT type, name, sql, rootpage FROM sqlite_master")
    for kind, name, sql, page in found.fetchall():
        if sql is None and kind == "index" and str(name).startswith("sqlite_autoindex_"):
            continue
        text = " ".join(str(sql).split())
        if _OF_SQLITE.get(name) == text and page:
            continue
        yield Part(str(kind), str(name), text, kind == "table" and not page)


def foreign(connection: sqlite3.Connection, *statements: tuple[str, ...]) -> tuple[str, ...]:
    """Name what a database holds and none of these statements make, word for word.

    Those of one tuple are run together; what another makes may be of the same name.
    """
    ours = frozenset[Part]().union(*map(made_by, statements))
    return tuple(str(part) for part in parts(connection) if part not in ours)


@cache
def made_by(statements: tuple[str, ...]) -> frozenset[Part]:
    """Give what these statements make, in a database of its own."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for sql in statements:
            connection.execute(sql)
        return frozenset(parts(connection))
