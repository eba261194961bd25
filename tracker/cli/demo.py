"""`tracker demo`: the Mali situation end to end, by the commands a user would type."""

from __future__ import annotations

import shlex
from contextlib import chdir
from typing import TYPE_CHECKING

import click

from tracker.cli.global_options import common_options
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from pathlib import Path

LOG = "situation.db"
STEPS = (
    ("Make a log and register who and what there is.", "init situation.yaml"),
    (
        "Record what three reports say: each fact an event, down to its sentence.",
        "record guardian-2013-01-14.yaml voa-2013-01-17.yaml guardian-2013-01-21.yaml",
    ),
    ("Who held what on 19 January?", "state control --as-of 2013-01-19"),
    (
        "And Diabaly on the 21st, for someone who knew only what was out by the 17th?",
        "state control diabaly --as-of 2013-01-21 --known-at 2013-01-17",
    ),
    ("Why?", "audit control diabaly --as-of 2013-01-21 --known-at 2013-01-17"),
    ("How many French troops, where, in which phase?", "state forces --as-of 2013-01-21"),
    ("Which alert level was in force?", "state alerts --as-of 2013-01-14"),
    ("How what we believed about Diabaly ran, in both times.", "history diabaly"),
    ("Do the expectations of the situation hold?", "check expect.yaml"),
    ("Is the read model what the log says?", "rebuild --check"),
)


@click.command()
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Work in this folder and leave everything there to explore.",
)
@common_options
def demo(keep: str | None) -> None:
    """Run the Mali situation of January 2013 end to end.

    On SQLite, in a folder of its own; every command is shown as one would type it.

    \b
    Example:
      tracker demo --keep mali
    """
    from pathlib import Path
    from shutil import copytree
    from tempfile import TemporaryDirectory

    from tracker.apart import seeds

    if keep:
        _refuse_what_is_not_ours(seeds("mali-2013"), Path(keep))
        copytree(seeds("mali-2013"), keep, dirs_exist_ok=True)
        _run(Path(keep))
        click.echo(f"\nExplore: cd {shlex.quote(keep)}, then tracker --help")
        return
    with TemporaryDirectory() as folder:
        copytree(seeds("mali-2013"), folder, dirs_exist_ok=True)
        _run(Path(folder))
    click.echo("\nTo keep it and explore: tracker demo --keep mali")


def _refuse_what_is_not_ours(seeds: Path, keep: Path) -> None:
    """Overwrite nothing, and record nothing into a log that is not the demo's."""
    mine = {path.name: path.read_bytes() for path in seeds.iterdir() if path.is_file()}
    there = {name: keep / name for name in mine if (keep / name).exists()}
    for name, path in there.items():
        same = path.is_file() and path.stat().st_size == len(mine[name])
        if not (same and path.read_bytes() == mine[name]):
            raise TrackerError(f"{path} is there and is not the demo's: name another folder")
    if (keep / LOG).exists() and not there:
        raise TrackerError(f"{keep / LOG} is there and is not the demo's: name another folder")


def _run(folder: Path) -> None:
    """Run each step as a command of its own, in the folder."""
    program = click.get_current_context().find_root().command
    with chdir(folder):
        for why, line in STEPS:
            click.echo(click.style(f"\n# {why}", dim=True))
            click.echo(click.style(f"$ tracker {line}", bold=True))
            with program.make_context("tracker", ["--log", LOG, *shlex.split(line)]) as ctx:
                program.invoke(ctx)
