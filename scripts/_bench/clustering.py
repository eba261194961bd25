"""The rebuild on Spark, of one and of two executors on this machine, beside the local one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree, which

from _bench.asking import AnswersDifferError
from _bench.children import child
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
    here = sorted(child("rebuild", log=str(log))["seconds"] for _ in range(runs))[runs // 2]
    lines = [Line("rebuild here", here, "s")]
    for executors in EXECUTORS:
        told = f"{executors} executor{'s' if executors > 1 else ''}"
        master = f"local-cluster[{executors},1,{MEGABYTES}]"
        begun = child("on_spark", log=str(small), to=str(to), master=master)
        found = [child("on_spark", log=str(log), to=str(to), master=master) for _ in range(runs)]
        spent = sorted(one["seconds"] for one in found)[runs // 2]
        lines += [
            Line(f"rebuild on Spark, {told}", spent, "s", "rebuild here", here, here / spent),
            Line(f"rebuild on Spark, {told}: of {SMALLEST} facts", begun["seconds"], "s"),
        ]
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
