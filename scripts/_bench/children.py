"""Measurements in a process of their own, for a memory that is only theirs.

`python -m _bench.children WHAT ARGUMENTS-AS-JSON` prints one JSON object.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from _bench.processor import Watched

Found = dict[str, Any]


def child(what: str, **arguments: object) -> Found:
    """Run one of the works below in a new process; give what it found, with `peak` in bytes."""
    command = [sys.executable, "-m", "_bench.children", what, json.dumps(arguments)]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)  # noqa: S603
    if done.returncode:
        sys.exit(f"bench: the measurement '{what}' failed (see above)")
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found


def peak() -> int:
    """Give the most memory that this process ever had resident, in bytes.

    Not from getrusage on Linux: a child begins there with what its parent had.
    """
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [one for one in status.read_text().splitlines() if one.startswith("VmHWM")]
        return int(line.split()[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def enter(log: str, seed: int, facts: int, places: int) -> Found:
    """Put a generated situation into a new log, after a small one to warm up."""
    from _bench import recording

    with TemporaryDirectory() as folder:
        recording.enter(Path(folder) / "warm.db", seed=seed, facts=300, places=30)
    return recording.enter(Path(log), seed=seed, facts=facts, places=places)._asdict()


def put(log: str, warm: str, table: str) -> Found:
    """Import a table into a new log, after a small one into another (`warm`) to warm up."""
    from _bench import recording
    from _bench.generator import generate

    with TemporaryDirectory() as folder:
        small = Path(folder) / "warm.csv"
        recording.write_table(small, generate(1, 300, 30))
        recording.put(warm, small)
    return recording.put(log, Path(table))._asdict()


def insert(log: str, batch: int) -> Found:
    """Insert the rows of a log into an equal table with bare sqlite3, in batches of a size."""
    spent, events = 0.0, 0
    with (
        TemporaryDirectory(dir=Path(log).parent) as folder,
        closing(sqlite3.connect(log)) as ours,
        closing(sqlite3.connect(Path(folder) / "raw.db", isolation_level=None)) as raw,
    ):
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=FULL")
        made = ours.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'stored_events'"
            " AND type IN ('table', 'index') AND sql IS NOT NULL"
        )
        for (sql,) in made.fetchall():
            raw.execute(sql)
        rows = ours.execute("SELECT * FROM stored_events ORDER BY seq")
        marks = ",".join("?" * len(rows.description))
        while page := rows.fetchmany(batch):
            begun = time.perf_counter()
            raw.execute("BEGIN IMMEDIATE")
            raw.executemany(f"INSERT INTO stored_events VALUES ({marks})", page)  # noqa: S608
            raw.execute("COMMIT")
            spent += time.perf_counter() - begun
            events += len(page)
    return {"seconds": spent, "events": events}


def rebuild(log: str) -> Found:
    """Rebuild the read model of a log, after that of a small one to warm up."""
    from _bench import recording
    from tracker import Situation

    with TemporaryDirectory() as folder:
        warm = Path(folder) / "warm.db"
        recording.enter(warm, seed=1, facts=300, places=30)
        with Situation(str(warm)) as situation:
            situation.rebuild()
    with Situation(log) as situation, Watched() as watched:
        begun = time.perf_counter()
        events = situation.rebuild()
        seconds = time.perf_counter() - begun
    return {"seconds": seconds, "events": events, "processor": watched.seconds}


def on_spark(log: str, to: str, master: str) -> Found:
    """Rebuild on Spark into a folder, Spark's start and end included."""
    from tracker import Situation

    with Situation(log) as situation, Watched() as watched:
        begun = time.perf_counter()
        events = situation.rebuild_on_spark(Path(to), master)
        seconds = time.perf_counter() - begun
    return {"seconds": seconds, "events": events, "processor": watched.seconds}


def unlike(log: str, to: str) -> Found:
    """Compare such a folder with the read model, row by row."""
    from tracker import Situation

    with Situation(log) as situation:
        return {"lines": situation.compare_parquet(Path(to))}


def decode(log: str) -> Found:
    """Read every row of a log and decode its body: into its pydantic model, and only as JSON."""
    from pydantic_core import from_json

    from tracker.facts import TOPICS

    def models(connection: sqlite3.Connection) -> None:
        for topic, state in connection.execute(_READ):
            TOPICS[topic].model_validate(from_json(state)["body"])

    def values(connection: sqlite3.Connection) -> None:
        for _, state in connection.execute(_READ):
            from_json(state)

    found: Found = {}
    with closing(sqlite3.connect(log)) as connection:
        values(connection)  # what is read is in the page cache from here on, for both
        for name, work in (("models", models), ("values", values)):
            begun = time.perf_counter()
            work(connection)
            found[name] = time.perf_counter() - begun
    return found


_READ = "SELECT topic, state FROM stored_events ORDER BY seq"
_WORKS: dict[str, Callable[..., Found]] = {
    "enter": enter,
    "put": put,
    "insert": insert,
    "rebuild": rebuild,
    "on_spark": on_spark,
    "unlike": unlike,
    "decode": decode,
}

if __name__ == "__main__":
    print(json.dumps({**_WORKS[sys.argv[1]](**json.loads(sys.argv[2])), "peak": peak()}))
