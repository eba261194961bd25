"""Putting the same table into a log that is a file, and into one on a PostgreSQL server.

The server's settings are those that keep what it acknowledges: fsync, and synchronous_commit as it
comes. It runs on the same machine, so its work takes processor time from ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import median

from _bench import recording
from _bench.children import child
from _bench.generator import generate
from _bench.lines import Line
from _bench.postgres import address, cluster, missing

RATIO = 0.4
"""Of the rate into a file: the bar."""


def measure(folder: Path, size: Mapping[str, int], runs: int) -> list[Line]:
    """Import in turn into the one and the other, each time into a new log."""
    what, against = "import into PostgreSQL", "into SQLite"
    if why := missing():
        return [Line(what, against=against, note=why)]
    table = folder / "put.csv"
    recording.write_table(table, generate(**size))
    ours: list[float] = []
    theirs: list[float] = []
    with cluster(fsync="on", synchronous_commit="on") as connection:
        for run in range(runs):
            for old in folder.glob("put-*.*"):
                old.unlink()
            into = str(folder / "put-log.db"), str(folder / "put-warm.db")
            found = child("put", log=into[0], warm=into[1], table=str(table))
            theirs.append(found["facts"] / found["seconds"])
            into = address(connection, f"run{run}"), address(connection, f"warm{run}")
            found = child("put", log=into[0], warm=into[1], table=str(table))
            ours.append(found["facts"] / found["seconds"])
            connection.execute(f"DROP SCHEMA run{run}, warm{run} CASCADE")
    ratio = median(ours) / median(theirs)
    bar = f">= {RATIO} x"
    return [
        Line(what, median(ours), "facts/s", against, median(theirs), ratio, bar, ratio >= RATIO)
    ]
