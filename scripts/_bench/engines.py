"""Who answers: the tracker, and what users would pick instead, all with the same rectangles.

An engine gives (key, state) pairs of the control rectangles that hold an instant t as known at an
instant k, both in microseconds UTC, and the state of one key. What a competitor is loaded with is
read from the read model; the state stays the JSON text that it is there.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from _bench.postgres import cluster, missing, timestamp
from projections.store import BELIEFS
from tracker import Situation
from tracker.instants import FUTURE_OPEN, PAST_OPEN

if TYPE_CHECKING:
    from pandas import DataFrame

Pairs = list[tuple[str, str]]
LAST = FUTURE_OPEN - 1
"""The instant that stands for "as known now": open ends are exclusive too."""
COLUMNS = ("key", "valid_from", "valid_to", "known_from", "known_to", "state")
_TYPES = ("VARCHAR", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "VARCHAR")


class Engine(Protocol):
    """A competitor that holds the rectangles."""

    name: str
    where: str

    def at(self, t: int, k: int) -> Pairs:
        """Give the pairs at (t, k), in any order, as Python values."""

    def point(self, key: str, t: int, k: int) -> Pairs:
        """Give the pair of one key, or nothing."""

    def size(self) -> int:
        """Give the bytes that it takes on disk, or in memory where it has none."""


def rectangles(model: str) -> Iterator[tuple[Any, ...]]:
    """Read the control rectangles of a read model, in the order of COLUMNS."""
    with closing(sqlite3.connect(model)) as connection:
        yield from connection.execute(
            f"SELECT {', '.join(COLUMNS)} FROM ({BELIEFS}) WHERE projection = 'control'"  # noqa: S608
        )


class Ours:
    """The tracker's read model, asked for stored states through its store."""

    name = "tracker"

    def __init__(self, situation: Situation) -> None:
        """Take an open situation."""
        self.situation = situation

    def rows(self, t: int, k: int) -> Sequence[Any]:
        """Give what the store gives: this is what is timed."""
        return self.situation.store.beliefs_at(t, k, "control")

    def at(self, t: int, k: int) -> Pairs:
        """Give the same as pairs, as the others do."""
        return [_pair(row) for row in self.rows(t, k)]


def _pair(row: Any) -> tuple[str, str]:  # noqa: ANN401 - a mapping, or (projection, key, state)
    return (row["key"], row["state"]) if isinstance(row, dict) else (row[-2], row[-1])


class Postgres:
    """PostgreSQL 15 in a private cluster: two range columns under one GiST index."""

    name = "PostgreSQL 15"
    where = "on disk"

    def __init__(self, model: str, _: Path, stack: ExitStack) -> None:
        """Start the cluster, load the rectangles by COPY, index and analyse."""
        self.connection = stack.enter_context(cluster())
        cursor = self.connection.cursor()
        cursor.execute(
            "CREATE TABLE beliefs (key text, valid tstzrange, known tstzrange, state text)"
        )
        with cursor.copy("COPY beliefs FROM STDIN") as copy:
            for key, *ends, state in rectangles(model):
                valid, known = _range(*ends[:2]), _range(*ends[2:])
                copy.write_row((key, valid, known, state))
        cursor.execute("CREATE INDEX by_time ON beliefs USING gist (valid, known)")
        cursor.execute("CREATE INDEX by_key ON beliefs (key)")
        cursor.execute("VACUUM ANALYZE beliefs")
        self.cursor = cursor

    def at(self, t: int, k: int) -> Pairs:
        """Ask."""
        found: Pairs = self.cursor.execute(_IN_RANGES, (timestamp(t), timestamp(k))).fetchall()
        return found

    def point(self, key: str, t: int, k: int) -> Pairs:
        """Ask; first the key, or the planner may walk the index of times for all of them."""
        sql = _OF_KEY + _IN_RANGES
        found: Pairs = self.cursor.execute(sql, (key, timestamp(t), timestamp(k))).fetchall()
        return found

    def size(self) -> int:
        """Ask."""
        found = self.cursor.execute("SELECT pg_total_relation_size('beliefs')").fetchone()
        return int(found[0])


_OF_KEY = "WITH beliefs AS MATERIALIZED (SELECT * FROM beliefs WHERE key = %s) "
_IN_RANGES = (
    "SELECT key, state FROM beliefs WHERE valid @> %s::timestamptz AND known @> %s::timestamptz"
)


def _range(start: int, end: int) -> str:
    """Write [start, end) as a tstzrange."""
    first = "" if start <= PAST_OPEN else timestamp(start)
    last = "" if end >= FUTURE_OPEN else timestamp(end)
    return f"[{first},{last})"


class DuckDB:
    """DuckDB in memory, where it is fastest: a plain table, with an index on the key."""

    name = "DuckDB"
    where = "in memory"
    file: str | None = None

    def __init__(self, model: str, folder: Path, stack: ExitStack) -> None:
        """Load the rectangles through a CSV file."""
        import duckdb

        self.path = folder / self.file if self.file else None
        if self.path:
            self.path.unlink(missing_ok=True)
        table = folder / "rectangles.csv"
        with table.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rectangles(model))
        self.connection = stack.enter_context(closing(duckdb.connect(str(self.path or ":memory:"))))
        columns = ", ".join(
            f"'{name}': '{kind}'" for name, kind in zip(COLUMNS, _TYPES, strict=True)
        )
        self.connection.execute(
            f"CREATE TABLE beliefs AS FROM read_csv('{table}', header = false, delim = ',',"
            f" quote = '\"', escape = '\"', columns = {{{columns}}})"
        )
        self.connection.execute("CREATE INDEX by_key ON beliefs (key)")
        if self.path:
            self.connection.execute("CHECKPOINT")  # in memory it would only be compressed
        table.unlink()

    def at(self, t: int, k: int) -> Pairs:
        """Ask; columns come out of it faster than rows."""
        found = self.connection.execute(_AT, (t, t, k, k)).fetchnumpy()
        return list(zip(found["key"].tolist(), found["state"].tolist(), strict=True))

    def point(self, key: str, t: int, k: int) -> Pairs:
        """Ask."""
        return self.connection.execute(f"{_AT} AND key = ?", (t, t, k, k, key)).fetchall()

    def size(self) -> int:
        """Ask."""
        if self.path:
            return self.path.stat().st_size
        sql = "SELECT sum(memory_usage_bytes) FROM duckdb_memory()"
        found = self.connection.execute(sql).fetchone()
        return int(found[0]) if found else 0


class DuckDBFile(DuckDB):
    """DuckDB from a file, as the tracker's read model is one."""

    name = "DuckDB from a file"
    where = "on disk"
    file = "bench.duckdb"


_AT = (
    "SELECT key, state FROM beliefs"
    " WHERE valid_from <= ? AND ? < valid_to AND known_from <= ? AND ? < known_to"
)


class Pandas:
    """A pandas DataFrame: a boolean mask; for the point, the rows of the key by their numbers."""

    name = "pandas"
    where = "in memory"

    def __init__(self, model: str, _folder: Path, _stack: ExitStack) -> None:
        """Load the rectangles into memory."""
        from pandas import DataFrame

        self.frame = DataFrame(rectangles(model), columns=list(COLUMNS))
        self.numbers = self.frame.groupby("key").indices

    def at(self, t: int, k: int) -> Pairs:
        """Ask."""
        return self._of(self.frame, t, k)

    def point(self, key: str, t: int, k: int) -> Pairs:
        """Ask."""
        numbers = self.numbers.get(key)
        return [] if numbers is None else self._of(self.frame.iloc[numbers], t, k)

    def _of(self, frame: DataFrame, t: int, k: int) -> Pairs:
        valid = (frame.valid_from <= t) & (t < frame.valid_to)
        found = frame.loc[valid & (frame.known_from <= k) & (k < frame.known_to), ["key", "state"]]
        return list(zip(found["key"].tolist(), found["state"].tolist(), strict=True))

    def size(self) -> int:
        """Ask."""
        return int(self.frame.memory_usage(deep=True).sum())


def _needs(*modules: str) -> str:
    lacking = [module for module in modules if find_spec(module) is None]
    return f"skipped: needs {', '.join(lacking)} (scripts/bench --install)" if lacking else ""


COMPETITORS: dict[str, tuple[Callable[[str, Path, ExitStack], Engine], Callable[[], str]]] = {
    Postgres.name: (Postgres, lambda: missing() or _needs("psycopg")),
    DuckDB.name: (DuckDB, lambda: _needs("duckdb", "numpy")),
    DuckDBFile.name: (DuckDBFile, lambda: _needs("duckdb", "numpy")),
    Pandas.name: (Pandas, lambda: _needs("pandas")),
}
"""By name: what makes one, and what says why it cannot be made."""
