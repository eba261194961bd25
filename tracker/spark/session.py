"""A Spark session: what it needs looked for first, started quietly, and ended with its Java."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tracker.errors import TrackerError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NEEDED = ("pyspark", "pyarrow", "pandas")
JAVA = "openjdk-17-jre-headless"
"""The Debian package of a Java that Spark runs on."""
STOP_SECONDS = 60
_LOOPBACK = "127.0.0.1"
_ON_THIS_MACHINE = re.compile(r"local(\[.*\])?")
_EXECUTORS_HERE = re.compile(r"local-cluster\[ *\d+ *, *\d+ *, *(\d+) *\]")
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.maxConcurrentOutputFileWriters": "16",  # a task writes several tables, unsorted
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
}


def check_needs() -> None:
    """Raise TrackerError where a package or Java is missing, saying how to get it."""
    from importlib.util import find_spec

    lacking = [name for name in NEEDED if find_spec(name) is None]
    if lacking:
        raise TrackerError(
            f"{', '.join(lacking)} not installed: pip install 'situation-tracker[spark]'"
        )
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which(str(Path(home) / "bin" / "java")) if home else shutil.which("java")):
        where = f"in JAVA_HOME ({home})" if home else "on PATH"
        raise TrackerError(
            f"Spark needs Java 17 or newer, and there is none {where}: apt install {JAVA}"
        )


@contextmanager
def session(master: str) -> Iterator[SparkSession]:
    """Start Spark on a master, and end it afterwards, with the Java process that it needed.

    `local[*]` runs on this machine; `local-cluster[EXECUTORS,CORES,MEGABYTES]` does with executors
    in processes of their own; both listen on loopback alone. Any other address is a cluster's.
    What Java says goes into a file, of which an error tells the last word. Raises TrackerError.
    """
    check_needs()
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    with TemporaryDirectory(prefix="tracker-spark-") as folder, _surroundings(master, Path(folder)):
        said = Path(folder) / "java.txt"
        try:
            with _standard_error_to(said):
                spark = _started(master)
        except (Py4JError, PySparkException) as error:
            why = reason(str(error), said.read_text(errors="replace"))
            raise TrackerError(f"Spark did not start on {master}: {why}") from error
        try:
            yield spark
        except (Py4JError, PySparkException) as error:
            why = reason(str(error), said.read_text(errors="replace"))
            raise TrackerError(f"the rebuild on {master} failed: {why}") from error
        finally:
            _end(spark)


def _started(master: str) -> SparkSession:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("tracker rebuild")
    for name, value in (_SETTINGS | _here(master)).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _here(master: str) -> dict[str, str]:
    """Give the settings for a Spark that is to stay on this machine."""
    apart = _EXECUTORS_HERE.fullmatch(master)
    if not apart and not _ON_THIS_MACHINE.fullmatch(master):
        return {}
    found = {"spark.driver.host": _LOOPBACK, "spark.driver.bindAddress": _LOOPBACK}
    if apart:
        found["spark.executor.memory"] = f"{apart[1]}m"
        found["spark.scheduler.minRegisteredResourcesRatio"] = "1"  # begun when all are there
    return found


@contextmanager
def _surroundings(master: str, folder: Path) -> Iterator[None]:
    """Set what Spark reads from the environment, and nothing that somebody has set there."""
    wanted: dict[str, str] = {}
    if _here(master):
        wanted = {
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_LOCAL_IP": _LOOPBACK,
            "SPARK_LOCAL_HOSTNAME": "localhost",
        }
    if _EXECUTORS_HERE.fullmatch(master):
        wanted["SPARK_HOME"] = str(_home(folder))
    missing = {name: value for name, value in wanted.items() if name not in os.environ}
    os.environ.update(missing)
    try:
        yield
    finally:
        for name in missing:
            os.environ.pop(name, None)


def _home(folder: Path) -> Path:
    """Make a home of Spark whose executors write beside it, not into the installed package."""
    import pyspark

    home = folder / "home"
    home.mkdir()
    for entry in Path(pyspark.__file__).parent.iterdir():
        (home / entry.name).symlink_to(entry)
    (home / "work").unlink(missing_ok=True)
    return home


@contextmanager
def _standard_error_to(path: Path) -> Iterator[None]:
    """Have what is started meanwhile say what it says into a file, as long as it runs."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with path.open("ab") as file:
            os.dup2(file.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


_TOLD = (
    re.compile(r"^tracker\.errors\.\w+: (.+)$", re.MULTILINE),  # said by us, on an executor
    re.compile(r"^(\w+(?:\.\w+)*Error: .+)$", re.MULTILINE),  # by Python there
    re.compile(r"^(?:Caused by: |Error: |Exception in thread \S+ )(.+)$", re.MULTILINE),  # by Java
)


def reason(error: str, java: str) -> str:
    """Find the one line that says what was wrong, in Spark's error and in what Java said."""
    for pattern in _TOLD:
        if found := pattern.findall(f"{error}\n{java}"):
            return str(found[-1]).strip()
    return error.strip().partition("\n")[0] or "it did not say why"


def _end(spark: SparkSession) -> None:
    """Stop Spark, and wait for its Java process: another session starts one anew."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway  # noqa: SLF001 - there is no other way to end its process
    with suppress(Exception):  # a Spark that has died is stopped
        spark.stop()
    if gateway is None:
        return
    gateway.shutdown()
    java = gateway.proc
    java.stdin.close()
    try:
        java.wait(STOP_SECONDS)
    except Exception:  # noqa: BLE001 - subprocess.TimeoutExpired; it is ended in any case
        java.kill()
        java.wait()
    SparkContext._gateway = SparkContext._jvm = None  # noqa: SLF001 - as above
