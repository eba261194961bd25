"""The log as Parquet, and what of it every task has to know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from projections.store import MEMORY, Row, Store
from projections.taking import Taker, read
from tracker.facts import TOPICS
from tracker.facts.record import RulingMade
from tracker.log import Log
from tracker.registry import Registration
from tracker.spark.layout import EVENTS, REGISTERS, arrow_schema, batch

if TYPE_CHECKING:
    from tracker.facts.codec import StoredRow
    from tracker.kin import Kin

REGISTERING = tuple(name for name, kind in TOPICS.items() if issubclass(kind, Registration))
"""The topics of what is registered."""
A_FILE = 250_000
"""Events in a file of the export; files are read in parallel."""
A_GROUP = 10_000


class Exported(NamedTuple):
    """What came of an export: registrations, what rulings follow, and the model's settings."""

    registrations: list[StoredRow]
    followed: list[str]
    meta: dict[str, str]


def export(log: Log, folder: Path, last: int, progress: Callable[[int], None]) -> Exported:
    """Write the events up to a position into a new folder. Raises TrackerError."""
    folder.mkdir()
    registrations: list[StoredRow] = []
    followed: list[str] = []
    meta: dict[str, str] = {}
    before = log.unread
    row: StoredRow | None = None
    with ExitStack() as stack:
        for rows in _written(log.rows(upto=last), folder, stack):
            for row in rows:
                if row[3] in REGISTERING:
                    registrations.append(row)
                elif row[3] == RulingMade.TOPIC:
                    followed += _followed(row)
            progress(rows[-1][0])
    if row is not None:
        meta |= {"position": str(row[0]), "mark": read(row).mark}
    if unread := log.unread - before:
        meta |= {"unread": str(unread), "keys": log.keys}
    return Exported(registrations, followed, meta)


def _written(
    rows: Iterator[StoredRow], folder: Path, stack: ExitStack
) -> Iterator[list[StoredRow]]:
    """Write rows into files, a group at a time; yield each group once it is written."""
    from pyarrow import parquet

    def begun(number: int) -> parquet.ParquetWriter:
        name = folder / f"part-{number:05}.parquet"
        made = parquet.ParquetWriter(name, arrow_schema(EVENTS), compression="zstd")
        return stack.enter_context(made)

    count, writer = 0, begun(0)
    while group := list(islice(rows, A_GROUP)):
        if count and count % A_FILE == 0:
            writer.close()
            writer = begun(count // A_FILE)
        writer.write_batch(batch(EVENTS, group))
        count += len(group)
        yield group


def _followed(row: StoredRow) -> list[str]:
    body = read(row).body
    return list(body.follows) if isinstance(body, RulingMade) else []


def registered(found: Exported, folder: Path) -> tuple[dict[str, str], Kin]:
    """Write the registers; give the model's settings as a local rebuild has them, and who is kin.

    `folder` is that of all tables.
    """
    import pyarrow as pa
    from pyarrow import parquet

    with Store(MEMORY) as store:
        Taker(store, whole=True).take([read(row) for row in found.registrations])
        store.forget()  # what it knew of the registers before there was anything in them
        for name, columns in REGISTERS.items():
            rows = store.rows(f"SELECT id, name, data FROM {name} ORDER BY id")  # noqa: S608 - ours
            table = pa.Table.from_batches([batch(columns, [tuple(row.values()) for row in rows])])
            (folder / name).mkdir()
            parquet.write_table(table, folder / name / "part-00000.parquet", compression="zstd")
        meta: list[Row] = store.rows("SELECT name, value FROM meta")
        return {row["name"]: row["value"] for row in meta} | found.meta, store.kin()
