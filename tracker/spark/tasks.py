"""What executors run: events taken in, cells worked out. Each is what a local rebuild runs too.

A task is handed Arrow batches and hands batches over; it knows nothing of Spark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import chain, groupby, islice
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from projections.believing import work_out
from projections.claims import Claim, amended
from projections.store import COMPARED, Store
from projections.taking import take_into
from tracker._version import __version__
from tracker.errors import TrackerError
from tracker.garbage import uncollected
from tracker.kin import Kin
from tracker.spark.layout import BELIEFS, EVENTS, STAGED, batch, said, staged_batch

if TYPE_CHECKING:
    import pyarrow as pa

    from tracker.facts.codec import StoredRow

CHUNK = 1000
"""Events that are held in memory at once."""
AT_ONCE = 5000
"""Rows that are handed over at once."""
CLAIM = ("projection", "key", "data", "fact", "retracted")
"""What is told of a claim to who works its cell out; `retracted` in microseconds, or null."""

_CLAIMS = (
    "SELECT c.projection, c.key, coalesce(f.id, a.id), h.position, h.published, h.data, h.rowid"
    " FROM held h CROSS JOIN cells c ON c.id = h.cell"
    " LEFT JOIN fact_rows f ON f.position = h.position"
    " LEFT JOIN acts a ON a.position = h.position ORDER BY h.rowid"
)


def check_version(wanted: str) -> None:
    """Raise TrackerError on an executor that has another version than who asked."""
    if __version__ != wanted:
        raise TrackerError(
            f"an executor has situation-tracker {__version__}, and this is {wanted}: "
            "install the same on all machines"
        )


def take(
    batches: Iterable[pa.RecordBatch], registrations: Sequence[StoredRow]
) -> Iterator[pa.RecordBatch]:
    """Take in the events of whole streams, in the log's order; give rows of layout.STAGED.

    `registrations` are those of the whole log: each event is read by the registry of its moment.
    Raises TrackerError for an event that cannot be read.
    """
    own = _rows(batches, EVENTS)
    first = next(own, None)
    if first is None:
        return
    events = merge(registrations, chain([first], own), key=itemgetter(0))
    with TemporaryDirectory(prefix="tracker-") as folder:
        part = Path(folder) / "part.db"
        take_into(str(part), iter(lambda: list(islice(events, CHUNK)), []))
        with Store(part, frozen=True) as store:
            for table, columns in STAGED.items():
                names = ", ".join(columns)
                sql = _CLAIMS if table == "claims" else f"SELECT {names} FROM ({COMPARED[table]})"  # noqa: S608 - our own names
                found = store.connection.execute(sql)
                while rows := found.fetchmany(AT_ONCE):
                    yield staged_batch(table, rows)


def believe(
    batches: Iterable[pa.RecordBatch], kin: Kin, replacing: Mapping[str, Sequence[str]]
) -> Iterator[pa.RecordBatch]:
    """Work out whole cells; their claims come together, in the log's order (CLAIM).

    Gives rows of layout.BELIEFS. `replacing`: what corrections have put in the place of the facts
    that rulings follow.
    """
    ready: list[tuple[Any, ...]] = []
    with uncollected():
        for (projection, key), rows in groupby(_rows(batches, CLAIM), key=itemgetter(0, 1)):
            ready += _believed(projection, key, list(rows), kin, replacing)
            while len(ready) >= AT_ONCE:
                yield batch(BELIEFS, ready[:AT_ONCE])
                ready = ready[AT_ONCE:]
    if ready:
        yield batch(BELIEFS, ready)


def _believed(
    projection: str,
    key: str,
    rows: Sequence[tuple[Any, ...]],
    kin: Kin,
    replacing: Mapping[str, Sequence[str]],
) -> Iterator[tuple[Any, ...]]:
    retracted = {fact: known for _, _, _, fact, known in rows if known is not None}
    claims = [Claim.from_json(data) for _, _, data, _, _ in rows]
    claims = amended(claims, retracted, lambda fact: replacing.get(fact, ()))
    rectangles, states = work_out(projection, key, claims, kin)
    texts = {number: (text, *said(text)) for number, text in states}
    for _, valid_from, known_from, valid_to, known_to, state, *_ in rectangles:
        yield (projection, key, valid_from, valid_to, known_from, known_to, *texts[state])


def _rows(batches: Iterable[pa.RecordBatch], columns: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    names = list(columns)
    for one in batches:
        yield from zip(*(one.column(name).to_pylist() for name in names), strict=True)
