"""`tracker export`: answers in the formats of other tools."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.common import (
    clock_options,
    open_situation,
    read_clocks,
    read_weighing,
    weighing_options,
)
from tracker.cli.completing import formats, keys, projections
from tracker.cli.files import force_option
from tracker.cli.global_options import common_options
from tracker.cli.output import dump, note

if TYPE_CHECKING:
    from tracker.exports import Format, Question

STDOUT = "-"


@click.command()
@click.argument("format_name", metavar="FORMAT", shell_complete=formats)
@click.argument("projection", required=False, shell_complete=projections)
@click.argument("key", required=False, shell_complete=keys)
@click.option(
    "-o", "--output", "target", metavar="FILE", help="Where to write it; - for standard output."
)
@force_option
@click.option(
    "--rows",
    type=click.Choice(["state", "spans", "facts"]),
    help="What a row is: a state as of a moment, a stretch of time, a fact.",
)
@click.option("--from", "start", metavar="TIME", help="What touches the time from then on.")
@click.option("--to", "stop", metavar="TIME", help="... and up to then, through its end.")
@clock_options
@weighing_options
@common_options
def export(
    *,
    format_name: str,
    projection: str | None,
    key: str | None,
    target: str | None,
    force: bool,
    rows: str | None,
    start: str | None,
    stop: str | None,
    only: tuple[str, ...],
    without: tuple[str, ...],
    **clocks: str | None,
) -> None:
    """Write answers in the format of another tool.

    FORMAT is geojson or gpkg (points through time: QGIS, kepler.gl), csv, jsonl or parquet
    (tables), stix or ftm (graphs: OpenCTI, Aleph), or report (a situation report in Markdown).
    PROJECTION and KEY are as of `state`.

    Tables hold the state as of --as-of, or with --rows spans or facts all of time. All others hold
    all of time, which --from and --to narrow, as known at --known-at. A report tells what
    changed from the end of --from to the end of --to, as known then: what came later, corrections
    too, counts with a later --known-at. Each states its question, its policy and
    the log's position. A file is written whole or not at all, the same log and question give the
    same bytes.

    \b
    Examples:
      tracker export gpkg -o mali.gpkg --known-at 2013-01-21
      tracker export csv control --as-of 2013-01-19 -o control.csv
      tracker export jsonl control diabaly --rows spans -o -
      tracker export report --from 2013-01-14 --to 2013-01-21 -o report.md
    """
    from tracker import exports

    if target is None:
        raise click.UsageError("where to: -o FILE, or -o - for standard output")
    chosen = exports.format_named(format_name)
    if target == STDOUT and not chosen.text:
        raise click.UsageError(f"{format_name} is no text: name a file, -o FILE")
    situation = open_situation()
    question = exports.Question(
        situation,
        read_clocks(situation, **clocks),
        read_weighing(situation, only, without),
        projection,
        key,
        rows or "",
    )
    question = _timed(chosen, question, start, stop, clocks)
    if target == STDOUT:
        _print(format_name, question)
        return
    told = exports.write(format_name, question, Path(target), force=force)
    beside = f"; what it is of in {exports.about_path(Path(target))}" if chosen.aside else ""
    for text in told.about.get("notes", ()):
        note(text)
    note(f"{target}: {told.rows:,} {chosen.counted}{beside}")


def _timed(
    chosen: Format,
    question: Question,
    start: str | None,
    stop: str | None,
    clocks: dict[str, str | None],
) -> Question:
    """Add the period; refuse the clocks that the rows asked for have no use for."""
    situation, moment = question.situation, chosen.rows_of(question) == "state"
    if moment and (start or stop):
        raise click.UsageError("a state is as of one moment, --as-of; --rows spans has periods")
    if not moment and clocks["as_of"]:
        raise click.UsageError(
            f"{chosen.name} holds all of time here: --from and --to narrow it, and --as-of does not"
        )
    if moment:
        return question
    tz, recorded = clocks["tz"], clocks["recorded_at"]
    if not chosen.compares:
        return replace(question, period=situation.period(start, stop, tz))
    if start is None:
        raise click.UsageError(f"a {chosen.name} is of a period: --from TIME, and --to TIME or now")
    known = clocks["known_at"] or stop
    before, after = situation.two_moments(start, stop, start, known, recorded_at=recorded, tz=tz)
    return replace(question, clocks=after, before=before)


def _print(format_name: str, question: Question) -> None:
    """Write to standard output what was first written whole elsewhere."""
    from tempfile import TemporaryDirectory

    from tracker import exports

    with TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        told = exports.write(format_name, question, path)
        with path.open("rb") as file:
            for piece in iter(lambda: file.read(1 << 20), b""):
                sys.stdout.buffer.write(piece)
        if exports.about_path(path).exists():
            note(dump(told.about, indent=None))
