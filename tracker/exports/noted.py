"""Notes on the disk, for graphs: what their parts name each other by, of any number of facts.

The parts of a graph name each other, and come in an order in which rows are not worked out: a
report after what rests on it, or before. So an export notes, on the disk, in which report each fact
stands and what rests on which report; of the rest it keeps the names of actors and places.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Self

from tracker.exports.question import Row

_KEPT = ("report", "source", "rating", "title", "published", "published_edtf", "url")
"""What is noted of a fact, beside its document."""
_CACHE = -8_192  # SQLite's own unit: minus kilobytes


class Noted:
    """Facts by their ids, and reports by what rests on them. A context manager.

    A file without a name, which is gone once it is closed, whatever happens.
    """

    def __init__(self) -> None:
        """Begin without notes. Raises sqlite3.Error where none can be made."""
        self._connection = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size={_CACHE}"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(
            "CREATE TABLE noted (at INTEGER PRIMARY KEY, fact TEXT UNIQUE, report TEXT, told TEXT);"
            "CREATE INDEX noted_by_report ON noted (report);"
            "CREATE TABLE resting (at INTEGER PRIMARY KEY, report TEXT, what TEXT);"
            "CREATE INDEX resting_by_report ON resting (report, at);"
            "BEGIN;"  # one for all that is noted, which is never kept
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self._connection.close()

    def take(self, facts: Iterable[Row]) -> Self:
        """Note facts in their order."""
        self._connection.executemany(
            "INSERT INTO noted (fact, report, told) VALUES (?, ?, ?)"
            " ON CONFLICT (fact) DO UPDATE SET report = excluded.report, told = excluded.told",
            ((row["fact"], row["report"], json.dumps(_told(row))) for row in facts),
        )
        return self

    def facts(self, ids: Iterable[str]) -> list[Row]:
        """Give those of these facts that are noted, in the order of the ids.

        Each {report, source, rating, title, published, published_edtf, url, document}.
        """
        sql = "SELECT told FROM noted WHERE fact = ?"
        found = (self._connection.execute(sql, (one,)).fetchone() for one in ids)
        return [json.loads(row[0]) for row in found if row]

    def rest(self, what: str, reports: Iterable[str]) -> None:
        """Note that something rests on some reports."""
        self._connection.executemany(
            "INSERT INTO resting (report, what) VALUES (?, ?)", ((one, what) for one in reports)
        )

    def resting(self, report: str) -> Iterator[str]:
        """Yield what rests on a report, in the order in which it was noted."""
        sql = "SELECT what FROM resting WHERE report = ? ORDER BY at"
        return (what for (what,) in self._connection.execute(sql, (report,)))

    def reports(self, *, newest_first: bool = False) -> Iterator[Row]:
        """Yield the reports that something rests on, each as its first fact tells of it.

        In the order of their first facts; or of their last ones, the newest first.
        """
        sql = (
            "SELECT f.told FROM (SELECT min(at) AS first, max(at) AS last FROM noted"
            " WHERE report IN (SELECT report FROM resting) GROUP BY report) r"
            " JOIN noted f ON f.at = r.first ORDER BY CASE WHEN ? THEN -r.last ELSE r.first END"
        )
        return (json.loads(told) for (told,) in self._connection.execute(sql, (newest_first,)))


def _told(row: Row) -> Row:
    told = {name: row.get(name) for name in _KEPT}
    return {**told, "document": row["locator"].get("document") or {}}


@contextmanager
def body(path: Path) -> Iterator[IO[str]]:
    """Give a file for what is worked out before what stands above it, beside the file to write.

    It has no name, and is gone once it is closed.
    """
    with TemporaryFile("w+", encoding="utf-8", newline="\n", dir=path.parent) as file:
        yield file
