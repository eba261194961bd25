"""`tracker rebuild`: the read model anew from the log, or compared with one made anew."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from tracker.cli.common import BAD_ANSWER, open_situation, tell_of_no_model
from tracker.cli.global_options import common_options, options
from tracker.cli.output import emit, note, safe

if TYPE_CHECKING:
    from tracker.situation import Situation

SHOWN = 20
HERE = "local[*]"
"""Spark's own name for all cores of this machine."""

Progress = Callable[[int], None]


class _Engine(NamedTuple):
    """What rebuilds, what compares; and in words: what was made, what is equal, what mends it."""

    rebuild: Callable[[Progress], int]
    compare: Callable[[Progress], list[str]]
    made: str
    equal: str
    again: str


@click.command()
@click.option(
    "--check", is_flag=True, help="Change nothing: compare the live model with a new one."
)
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    help="spark: on a cluster, into a folder of Parquet files.",
)
@click.option(
    "--to",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="That folder (with spark; situation.parquet beside the log).",
)
@click.option(
    "--master",
    metavar="URL",
    help="The cluster (with spark): spark://HOST:PORT, yarn, ... (local[*]: this machine).",
)
@common_options
def rebuild(check: bool, engine: str, to: Path | None, master: str | None) -> None:
    """Rebuild the read model, or compare it (--check).

    It is made from the log into a new file that replaces the old one at once. With
    --check, compare instead: exit 1 where the live model differs.

    `--engine spark` needs the extra `situation-tracker[spark]` and Java. With it,
    --check compares the folder's tables with the live model, row by row.

    \b
    Example:
      tracker rebuild --check
    """
    if engine == "local" and (to is not None or master is not None):
        raise click.UsageError("--to and --master go with --engine spark")
    situation = open_situation()
    if check and tell_of_no_model(situation):
        click.get_current_context().exit(BAD_ANSWER)
    made = _local(situation) if engine == "local" else _spark(situation, to, master)
    total = situation.position
    quiet = options().quiet or not sys.stderr.isatty()
    bar = click.progressbar(length=total, label="events", file=sys.stderr, hidden=quiet)
    done = 0

    def progress(position: int) -> None:
        nonlocal done
        bar.update(position - done)
        done = position

    different: list[str] = []
    with bar:
        if check:
            different = made.compare(progress)
        else:
            made.rebuild(progress)
    rows = [{"problem": line} for line in different]
    if emit({"events": total, "rows": rows}, rows):
        pass
    elif not check:
        note(f"{made.made} from {total} events")
    elif not different:
        click.echo(safe(f"{made.equal} of {total} events"))
    if not different:
        return
    for line in different[:SHOWN]:
        click.echo(safe(line), err=True)
    lacking = situation.lacking_keys()
    advice = (
        f"{lacking}: put the keys back, and compare again" if lacking else f"run `{made.again}`"
    )
    click.echo(safe(f"{len(different)} rows differ: {advice}"), err=True)
    click.get_current_context().exit(BAD_ANSWER)


def _local(situation: Situation) -> _Engine:
    return _Engine(
        situation.rebuild,
        situation.compare,
        "rebuilt",
        "the read model equals a rebuild",
        "tracker rebuild",
    )


def _spark(situation: Situation, to: Path | None, master: str | None) -> _Engine:
    folder = situation.parquet_path if to is None else to
    return _Engine(
        lambda progress: situation.rebuild_on_spark(folder, master or HERE, progress),
        lambda _: situation.compare_parquet(folder),
        f"{folder} rebuilt",
        f"{folder} equals the read model",
        "tracker rebuild --engine spark",
    )
