"""Offers: names and keys that begin as something typed does, for a shell to complete it.

Read from the read model as it lies beside the log: nothing is followed, made or waited for, so it
takes a few milliseconds, and what was recorded since the last question is not offered yet. A log
on a server has no model beside it, and offers nothing. The file can be anyone's: only plain tables
are read, only so long, and only names that a shell takes for one plain word are given.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tracker.folders import named_beside

MOST = 500
"""Offers that are made; whoever sees so many types on."""
_WAIT = 0.05  # seconds for whoever writes the model at this moment
_STEPS = 1_000  # instructions of SQLite's machine between two looks at how many there were
_MOST_LOOKS = 3_000
_PLAIN = re.compile(r"[\w@%+,.:/-]+")
_LAST = "\U0010ffff"

_SQL = {
    "place": "SELECT id, name FROM places WHERE id >= ? AND id < ?",
    "actor": "SELECT id, name FROM actors WHERE id >= ? AND id < ?",
    "source": "SELECT id, name FROM sources WHERE id >= ? AND id < ?",
    "key": "SELECT c.key, coalesce(p.name, c.projection) FROM cells c"
    " LEFT JOIN places p ON p.id = c.key WHERE c.key >= ? AND c.key < ?",
    "fact": "SELECT id, kind || ': ' || gist FROM fact_rows WHERE id >= ? AND id < ?",
    "report": "SELECT id, source || ', ' || published_edtf FROM reports WHERE id >= ? AND id < ?",
    "batch": "SELECT DISTINCT batch, '' FROM reports WHERE batch >= ? AND batch < ?",
    "kind": "SELECT DISTINCT kind, '' FROM (SELECT kind FROM fact_rows ORDER BY position DESC"
    " LIMIT 5000) WHERE kind >= ? AND kind < ?",
}
_TABLES = ("places", "actors", "sources", "cells", "fact_rows", "reports")


def offers(log: str, what: str, begun: str, projection: str | None = None) -> dict[str, str]:
    """Give what begins so, in order: a name, and what it is called.

    `what` is place, actor, source, key (of a projection, if named), fact, report, batch, or kind
    (of the newest 5,000 facts).
    Where nothing can be read there is nothing: no error is raised.
    """
    try:
        return dict(_found(log, what, begun, projection))
    except (sqlite3.Error, OSError, ValueError):
        return {}


def model_of(log: str) -> Path | None:
    """Name the read model beside a log's file; None for a log on a server."""
    return None if "://" in log else named_beside(Path(log), "state.db")


def _found(log: str, what: str, begun: str, projection: str | None) -> Iterator[tuple[str, str]]:
    path = model_of(log)
    if path is None or not path.is_file():
        return
    name = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(name, uri=True, timeout=_WAIT)) as connection:
        connection.execute("PRAGMA trusted_schema=OFF")
        looks = iter(range(_MOST_LOOKS))
        connection.set_progress_handler(lambda: next(looks, None) is None, _STEPS)
        if not _are_tables(connection):
            return
        sql, values = _SQL[what], [begun, begun + _LAST]
        if projection is not None:
            sql, values = f"{sql} AND c.projection = ?", [*values, projection]
        rows = connection.execute(f"{sql} ORDER BY 1 LIMIT {MOST}", values)
        yield from (
            (str(one), str(called or "")) for one, called in rows if _PLAIN.fullmatch(str(one))
        )


def _are_tables(connection: sqlite3.Connection) -> bool:
    """Whether what is read are tables of this version: a view of that name could be anything."""
    marks = ", ".join("?" * len(_TABLES))
    sql = f"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ({marks})"  # noqa: S608 - only marks
    return bool(connection.execute(sql, _TABLES).fetchone()[0] == len(_TABLES))
