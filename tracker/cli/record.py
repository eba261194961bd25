"""`tracker record`: validate fact sheets and append them, all of a file or none."""

from __future__ import annotations

import click

from tracker.cli.common import (
    by_option,
    common_options,
    open_situation,
    read_file,
    recorder,
    warn,
)
from tracker.cli.output import emit, note


@click.command()
@click.argument("sheets", metavar="SHEET...", nargs=-1, required=True)
@click.option("--tz", metavar="ZONE", help="Zone of times written without one; it is recorded.")
@click.option("--dry-run", is_flag=True, help="Only validate: record nothing.")
@by_option
@common_options
def record(sheets: tuple[str, ...], tz: str | None, dry_run: bool, by: str | None) -> None:
    """Record fact sheets: all of a file or none of it.

    Every problem is told with its line and column, and nothing is recorded while there is one.
    Recording a sheet again adds nothing.

    \b
    Example:
      tracker record seeds/mali-2013/guardian-2013-01-14.yaml
    """
    files = [read_file(sheet) for sheet in sheets]
    situation = open_situation()
    if dry_run:
        for file, facts, warnings in situation.examine(files, tz=tz):
            warn(warnings)
            note(f"{file}: {facts} facts, no problem; nothing recorded")
        return
    outcomes = situation.record(files, by=recorder(by), tz=tz)
    rows = [
        {
            "file": one.file,
            "report": one.report,
            "added": one.added,
            "already": one.already,
            "position": one.position,
        }
        for one in outcomes
    ]
    for one in outcomes:
        warn(one.warnings)
    if emit({"recorded": rows}, rows):
        return
    for one in outcomes:
        if one.added:
            there = f", {one.already} already recorded" if one.already else ""
            click.echo(f"{one.file}: {one.added} events recorded{there}, log at #{one.position}")
        else:
            click.echo(f"{one.file}: already recorded, 0 events added")
