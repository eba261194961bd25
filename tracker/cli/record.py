"""`tracker record`: validate fact sheets and append them, all of a file or none."""

from __future__ import annotations

import click

from tracker.cli.common import (
    batch_option,
    by_option,
    open_situation,
    read_file,
    recorder,
    warn,
    zone_option,
)
from tracker.cli.completing import paths
from tracker.cli.global_options import common_options
from tracker.cli.output import emit, safe


@click.command()
@click.argument("sheets", metavar="SHEET...", nargs=-1, required=True, shell_complete=paths)
@zone_option("Zone of times written without one; it is recorded.")
@batch_option
@click.option("--dry-run", is_flag=True, help="Only validate: record nothing.")
@by_option
@common_options
def record(
    sheets: tuple[str, ...], tz: str | None, batch: str | None, dry_run: bool, by: str | None
) -> None:
    """Record fact sheets: all of a file or none of it.

    Every problem is told with its line and column, and nothing is recorded while there is one.
    Recording a sheet again adds nothing.

    \b
    Example:
      tracker record seeds/mali-2013/guardian-2013-01-14.yaml
    """
    files = [read_file(sheet, "sheet") for sheet in sheets]
    situation = open_situation()
    if dry_run:
        examined = situation.examine(files, tz=tz)
        for _, _, warnings in examined:
            warn(warnings)
        found = [{"file": file, "facts": facts} for file, facts, _ in examined]
        if not emit({"examined": found}, found):
            for file, facts, _ in examined:
                number = f"{facts} fact{'' if facts == 1 else 's'}"
                click.echo(safe(f"{file}: {number}, no problem; nothing recorded"))
        return
    outcomes = situation.record(files, by=recorder(by), tz=tz, batch=batch)
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
            what = f"{one.added} event{'' if one.added == 1 else 's'}"
            said = f"{what} recorded{there}, log at #{one.position}"
        else:
            said = "already recorded, 0 events added"
        click.echo(safe(f"{one.file}: {said}"))
