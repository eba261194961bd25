"""Filling: import against bare sqlite3, rebuild against bare reading; bytes on disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import median

from _bench.children import Found, child
from _bench.lines import Line
from _bench.recording import BATCH

MILLION = 1_000_000
MEGA = 1e6

IMPORT_A_SECOND, IMPORT_RATIO = 40_000, 0.2
REBUILD_RATIO, REBUILD_PEAK = 0.15, 1000.0
TOGETHER = 75.0
"""Seconds for a million facts, imported and rebuilt; in proportion for other numbers."""


def enter(log: Path, size: Mapping[str, int], runs: int) -> tuple[list[Line], Found]:
    """Measure putting the situation into a new log, and the same bytes into a bare table."""
    ours, raw = [], []
    for _ in range(runs):
        ours.append(child("enter", log=str(log), **size))
        raw.append(child("insert", log=str(log), batch=BATCH))
    mine = _middle(ours)
    bare = _middle(raw)
    ratio = bare["seconds"] / mine["seconds"]
    what = "import" if mine["how"] == "import" else "record, no import yet"
    speed = mine["facts"] / mine["seconds"]
    events, theirs = mine["events"] / mine["seconds"], bare["events"] / bare["seconds"]
    bar = f">= {IMPORT_A_SECOND:,} facts/s"
    return [
        Line(what, speed, "facts/s", bar=bar, holds=speed >= IMPORT_A_SECOND),
        Line(
            what,
            events,
            "events/s",
            "executemany of the same bytes",
            theirs,
            ratio,
            f">= {IMPORT_RATIO} x",
            ratio >= IMPORT_RATIO,
        ),
        Line(f"{what}: most memory", mine["peak"] / MEGA, "MB"),
    ], mine


def rebuild(log: Path, runs: int, entered: Found | None) -> list[Line]:
    """Measure rebuilding the read model, and bare reading and decoding of the same rows."""
    ours, bare = [], []
    for _ in range(runs):
        ours.append(child("rebuild", log=str(log)))
        bare.append(child("decode", log=str(log)))
    mine = _middle(ours)
    models, values = (median(one[name] for one in bare) for name in ("models", "values"))
    spent, peak = mine["seconds"], max(one["peak"] for one in ours) / MEGA
    ratio = models / spent
    lines = [
        Line(
            "rebuild",
            spent,
            "s",
            "read and pydantic decode",
            models,
            ratio,
            f">= {REBUILD_RATIO} x (aim 0.3)",
            ratio >= REBUILD_RATIO,
        ),
        Line("rebuild", spent, "s", "read and JSON decode", values, values / spent),
        Line(
            "rebuild: most memory",
            peak,
            "MB",
            bar=f"<= {REBUILD_PEAK:,.0f} MB",
            holds=peak <= REBUILD_PEAK,
        ),
    ]
    if entered:
        together, limit = spent + entered["seconds"], TOGETHER * entered["facts"] / MILLION
        bar = f"<= {limit:g} s ({TOGETHER:g} s a million)"
        lines.append(Line("import and rebuild", together, "s", bar=bar, holds=together <= limit))
    return lines


def on_disk(log: Path, model: Path, facts: int) -> list[Line]:
    """Weigh the files."""
    lines = []
    for name, path in (("log", log), ("read model", model)):
        files = (path, path.with_name(f"{path.name}-wal"))
        size = sum(one.stat().st_size for one in files if one.exists())
        lines.append(Line(f"{name} on disk", size / MEGA, "MB"))
        lines.append(Line(f"{name} on disk, a fact", size / facts, "bytes"))
    return lines


def _middle(found: list[Found]) -> Found:
    """Give the run in the middle by its seconds."""
    return sorted(found, key=lambda one: one["seconds"])[len(found) // 2]
