"""The rebuild on Spark, of one and of two executors on this machine, beside the local one."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree, which

from _bench.asking import AnswersDifferError
from _bench.children import Found, child
from _bench.filling import MEGA
from _bench.lines import Line

EXECUTORS = (1, 2)
MEGABYTES = 2048
"""Of each executor's Java; its Python comes on top."""
SMALLEST = 10
"""Facts of a log that takes no time: what is left is starting Spark, and its plans."""


def lacking() -> str | None:
    """Say what is missing, if anything is."""
    if find_spec("pyspark") is None:
        return "skipped: needs the extra: pip install 'situation-tracker[spark]'"
    if which("java") is None:
        return "skipped: needs Java (Debian package: openjdk-17-jre-headless)"
    return None


def measure(log: Path, size: Mapping[str, int], runs: int) -> list[Line]:
    """Measure both rebuilds; raises AnswersDifferError where a single row differs."""
    if why := lacking():
        return [Line("rebuild on Spark", note=why)]
    small = log.with_name("small.db")
    child("enter", log=str(small), **{**size, "facts": SMALLEST})
    to = log.parent / "spark"
    here = _middle([child("rebuild", log=str(log)) for _ in range(runs)])
    lines = _lines("rebuild here", here)
    for executors in EXECUTORS:
        told = f"{executors} executor{'s' if executors > 1 else ''}"
        master = f"local-cluster[{executors},1,{MEGABYTES}]"
        how = {"to": str(to), "master": master}
        small_one = child("on_spark", log=str(small), **how)
        found = _middle([child("on_spark", log=str(log), **how) for _ in range(runs)])
        lines += _lines(f"on Spark, {told}, of {SMALLEST} facts", small_one)
        lines += _lines(f"on Spark, {told}", found, here)
        if different := child("unlike", log=str(log), to=str(to))["lines"]:
            raise AnswersDifferError(f"on Spark, {told}: {different[0]}")
    rows = json.loads((to / "manifest.json").read_text())["rows"]
    for table in ("events", "facts", "claims", "beliefs"):
        weight = sum(one.stat().st_size for one in (to / table).iterdir())
        lines += [
            Line(f"Parquet {table}", weight / MEGA, "MB", note=f"{rows[table]:,} rows"),
            Line(f"Parquet {table}, a row", weight / rows[table], "bytes"),
        ]
    rmtree(to)
    return lines


def _middle(found: list[Found]) -> Found:
    return sorted(found, key=lambda one: one["seconds"])[len(found) // 2]


def _lines(what: str, found: Found, here: Found | None = None) -> list[Line]:
    """Give the time of a clock, and of a processor; beside those of the rebuild here.

    It is said at once, too: of a million facts all of them take the better part of an hour.
    """
    taken = f"{found['seconds']:.1f} s, of processors {found['processor']:.1f} s"
    print(f"{what}: {taken}", file=sys.stderr, flush=True)
    lines = []
    for name, of in (("seconds", what), ("processor", f"{what}: processors")):
        theirs = {} if here is None else {
            "against": "rebuild here", "theirs": here[name], "ratio": here[name] / found[name]
        }  # fmt: skip
        lines.append(Line(of, found[name], "s", **theirs))
    return lines
