"""A Parquet read model compared with the one in SQLite, row by row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from projections.store import COMPARED
from tracker.spark.layout import INSTANT, RECTANGLE, TABLES, Columns, to_open
from tracker.spark.rebuilding import read_manifest

if TYPE_CHECKING:
    import pyarrow as pa

SHOWN = 10
"""Rows of a table that are shown, of those that differ."""
_AT_ONCE = 50_000


def compare(folder: Path, model: str) -> list[str]:
    """Give a line for each row that only one of them has, the first few of a table; then a count.

    Both are to be of one position of one log: that, too, is a row. Raises TrackerError where the
    folder holds no Parquet read model.
    """
    lines: list[str] = []
    manifest = read_manifest(folder)
    with TemporaryDirectory(prefix="tracker-") as aside, closing(_beside(aside, model)) as c:
        _put(c, "meta", ["name", "value"], iter(manifest["meta"].items()))
        lines += _differences(c, "meta", ["name", "value"])
        for name, columns in TABLES.items():
            held = RECTANGLE if name == "beliefs" else columns
            _put(c, name, list(held), _rows(folder / name, held))
            lines += _differences(c, name, list(held))
    return lines


def _beside(folder: str, model: str) -> sqlite3.Connection:
    """Open a new database, with the read model beside it as `model`."""
    c = sqlite3.connect(Path(folder) / "parquet.db", isolation_level=None, uri=True)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "trusted_schema=OFF"):
        c.execute(f"PRAGMA {pragma}")
    c.execute("ATTACH ? AS model", (f"{Path(model).absolute().as_uri()}?mode=ro",))
    return c


def _put(
    c: sqlite3.Connection, table: str, columns: list[str], rows: Iterator[tuple[Any, ...]]
) -> None:
    c.execute(f"CREATE TABLE found_{table} ({', '.join(columns)})")
    c.execute("BEGIN")
    c.executemany(f"INSERT INTO found_{table} VALUES ({', '.join('?' * len(columns))})", rows)  # noqa: S608 - our own names
    c.execute("COMMIT")


def _rows(folder: Path, columns: Columns) -> Iterator[tuple[Any, ...]]:
    """Read a table as SQLite has it: instants in microseconds, open ends as such."""
    from pyarrow import dataset

    found = dataset.dataset(folder, format="parquet")
    for batch in found.to_batches(columns=list(columns), batch_size=_AT_ONCE):
        yield from zip(*(_values(batch.column(n), k) for n, k in columns.items()), strict=True)


def _values(column: pa.Array, kind: str) -> list[Any]:
    if kind != INSTANT:
        return list(column.to_pylist())
    import pyarrow as pa

    return [to_open(one) for one in column.cast(pa.int64()).to_pylist()]


def _differences(c: sqlite3.Connection, table: str, columns: list[str]) -> Iterator[str]:
    """Yield how the two tables differ; rows that one has more often than the other count too."""
    names = ", ".join(columns)
    held, found = f"({COMPARED[table]})", f"found_{table}"
    for one, other, told in ((held, found, "missing"), (found, held, "wrong")):
        sql = (
            f"SELECT {names}, count(*) FROM {one} GROUP BY {names}"  # noqa: S608 - ours
            f" EXCEPT SELECT {names}, count(*) FROM {other} GROUP BY {names}"
        )
        count = 0
        for count, row in enumerate(c.execute(sql), start=1):
            if count <= SHOWN:
                yield f"{told} in {table}: {row[:4]}"
        if count > SHOWN:
            yield f"{told} in {table}: {count - SHOWN} more"
