"""A rebuild on Spark: the log exported, taken in a report at a time, believed a key at a time.

What has to be known of the whole log, its registrations, every task is told. All else follows from
the events of one report, and then from the claims of one key, wherever these are worked out.
"""

from __future__ import annotations

import fcntl
import glob
import json
import os
import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from projections.names import DEFAULT_POLICY
from projections.store import VERSION
from tracker._version import __version__
from tracker.errors import TrackerError
from tracker.log import Log
from tracker.spark import layout, tasks
from tracker.spark.export import REGISTERING, Exported, export, registered
from tracker.spark.session import session

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    from tracker.kin import Kin

EVENTS_A_TASK = 100_000
"""Each task is told of all that is registered, and begins a file: so that this is worth it."""
CLAIMS_A_TASK = 50_000
TASKS_A_CORE = 2
_EXPORTED, _TAKEN, _BELIEVED = 0.1, 0.5, 0.95
"""How far each step takes the progress that is told."""


def rebuild(log: Log, to: Path, master: str, progress: Callable[[int], None]) -> int:
    """Rebuild the read model of a log into a folder of Parquet files; give the events read.

    It is written aside and put in the place of an older one whole. Raises TrackerError where Spark
    is not there or fails, or where the folder holds anything else.
    """
    to = to.resolve()
    refuse_others(to)
    with session(master) as spark:
        return rebuild_in(spark, log, to, progress)


def rebuild_in(spark: SparkSession, log: Log, to: Path, progress: Callable[[int], None]) -> int:
    """Rebuild as `rebuild` does, in a session that somebody else began and ends."""
    last = log.position
    with aside(to) as fresh, warnings.catch_warnings():
        # It looks for pandas, which none of this uses, and says what it thinks of the version.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
        found = export(log, fresh / "events", last, lambda at: progress(int(at * _EXPORTED)))
        meta, kin = registered(found, fresh)
        work = _Work(spark, fresh, last)
        work.take(found)
        progress(int(last * _TAKEN))
        work.believe(found, kin)
        progress(int(last * _BELIEVED))
        shutil.rmtree(work.staging, ignore_errors=True)
        write_manifest(fresh, log, last, meta)
        put_in_place(fresh, to)
    progress(last)
    return last


class _Work:
    """One rebuild's tables, from the exported events on."""

    def __init__(self, spark: SparkSession, folder: Path, last: int) -> None:
        self.spark, self.folder, self.last = spark, folder, last
        self.staging = folder / "staging"
        self.least: int = TASKS_A_CORE * spark.sparkContext.defaultParallelism
        spark.conf.set("spark.sql.shuffle.partitions", str(self.least))

    def _parts(self, at_most: int) -> int:
        return max(self.least, -(-self.last // at_most))

    def take(self, found: Exported) -> None:
        """Take the events in, stream by stream; write every table but that of beliefs."""
        told, version = self.spark.sparkContext.broadcast(found.registrations), __version__

        def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            tasks.check_version(version)
            yield from tasks.take(batches, told.value)

        told_of = self.spark.read.schema(layout.columns_in_sql(layout.EVENTS))
        events = told_of.parquet(str(self.folder / "events"))
        streams = (
            events.where(~events.topic.isin(*REGISTERING))
            .repartition(self._parts(EVENTS_A_TASK), "stream")
            .sortWithinPartitions("position")
        )
        staged = streams.mapInArrow(run, layout.staged_in_sql())
        staged.write.partitionBy("table").parquet(str(self.staging))
        for name, columns in layout.OF_EVENTS.items():
            self._write(self._staged(name), name, columns)

    def believe(self, found: Exported, kin: Kin) -> None:
        """Work the cells out, their claims brought together; write the table of beliefs."""
        known = self.spark.sparkContext.broadcast((kin, self._replacing(found.followed)))

        def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            yield from tasks.believe(batches, *known.value)

        taken_back = self._staged("retractions").selectExpr("fact", "published")
        taken_back = taken_back.groupBy("fact").agg({"published": "min"})
        taken_back = taken_back.withColumnRenamed("min(published)", "retracted")
        cells = (
            self._staged("claims")
            .join(taken_back, "fact", "left")
            .repartitionByRange(self._parts(CLAIMS_A_TASK), "projection", "key")
            .sortWithinPartitions("projection", "key", "position", layout.TURN)
            .select(*tasks.CLAIM)
        )
        beliefs = cells.mapInArrow(run, layout.columns_in_sql(layout.BELIEFS))
        self._write(beliefs, "beliefs", layout.BELIEFS)

    def _replacing(self, followed: Iterable[str]) -> dict[str, list[str]]:
        """Give, by fact, what corrections have put in its place: of facts that rulings follow.

        A correction may be corrected: so asked again until nothing new is found. Rulings are made
        by people, and few.
        """
        corrections = self._staged("retractions").where("replaced_by IS NOT NULL")
        found: dict[str, list[str]] = {}
        asked = sorted({*followed})
        while asked:
            rows = corrections.where(corrections.fact.isin(asked)).sort("position").collect()
            for row in rows:
                found.setdefault(row.fact, []).append(row.replaced_by)
            asked = sorted({row.replaced_by for row in rows} - found.keys())
        return found

    def _staged(self, name: str) -> DataFrame:
        part = self.staging / f"table={name}"
        if part.exists():  # its columns are told, or Spark would start a job to look them up
            told = self.spark.read.schema(layout.staged_in_sql(name))
            return told.parquet(str(part)).select(f"{name}.*")
        return self.spark.createDataFrame([], layout.columns_in_sql(layout.STAGED[name]))

    def _write(self, rows: DataFrame, name: str, columns: layout.Columns) -> None:
        written = rows.selectExpr(*layout.as_written(columns))
        written.write.parquet(str(self.folder / name))


# -- the folder ------------------------------------------------------------------------------------


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what a folder says of itself. Raises TrackerError where it is no Parquet read model."""
    try:
        found: dict[str, Any] = json.loads((folder / layout.MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrackerError(f"{folder} holds no Parquet read model: {error}") from error
    if not isinstance(found, dict) or found.get("format") != layout.FORMAT:
        raise TrackerError(f"{folder} holds no Parquet read model of this version: rebuild it")
    return found


def refuse_others(folder: Path) -> None:
    """Refuse to replace anything that is no Parquet read model. Raises TrackerError."""
    if not folder.parent.is_dir() or not os.access(folder.parent, os.W_OK):
        raise TrackerError(f"{folder.parent} cannot be written to: nothing can be made there")
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists() and not (folder / layout.MANIFEST).is_file():
        raise TrackerError(f"{folder} is there, and no Parquet read model: name another with --to")


def write_manifest(folder: Path, log: Log, last: int, meta: dict[str, str]) -> None:
    """Say in a folder of tables what they are of; `meta` are the model's settings."""
    from pyarrow import dataset

    for left in folder.rglob("*.crc"):  # Spark's own checksums, of files that are moved away
        left.unlink()
    counts = {
        name: dataset.dataset(folder / name, format="parquet").count_rows()
        for name in ("events", *layout.TABLES)
    }
    found = {
        "format": layout.FORMAT,
        "log": log.log_id,
        "position": last,
        "head": log.root(last),
        "policy": DEFAULT_POLICY,
        "tracker": __version__,
        "model": VERSION,
        "meta": meta,
        "rows": counts,
    }
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (folder / layout.MANIFEST).write_text(f"{text}\n", encoding="utf-8")


@contextmanager
def aside(to: Path) -> Iterator[Path]:
    """Make a folder beside the wanted one, gone afterwards; first remove what killed ones left.

    Who works in one holds a lock on it, which goes with its process.
    """
    for left in to.parent.glob(f"{glob.escape(to.name)}.*.new"):
        mark = os.open(left, os.O_RDONLY)
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left)
        except BlockingIOError:
            pass  # someone is at work there
        finally:
            os.close(mark)
    fresh = to.with_name(f"{to.name}.{uuid4().hex[:8]}.new")
    fresh.mkdir()
    mark = os.open(fresh, os.O_RDONLY)
    try:
        fcntl.flock(mark, fcntl.LOCK_EX)
        yield fresh
    finally:
        os.close(mark)
        shutil.rmtree(fresh, ignore_errors=True)


def put_in_place(fresh: Path, to: Path) -> None:
    """Give the new folder its name; the old one goes once that is done."""
    old = to.with_name(f"{fresh.name.removesuffix('.new')}.old")
    if to.exists():
        to.rename(old)
    fresh.rename(to)
    if old.exists():
        shutil.rmtree(old)
