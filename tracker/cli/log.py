"""`tracker log`: the events, in the order in which they were recorded."""

from __future__ import annotations

from itertools import islice

import click

from tracker.cli import words
from tracker.cli.common import FARTHEST, common_options, open_situation, options
from tracker.cli.output import dump, emit, table


@click.command()
@click.option(
    "--after", type=click.IntRange(0, FARTHEST), default=0, help="Only after this position."
)
@click.option("-n", "--limit", type=click.IntRange(1, FARTHEST), help="At most so many.")
@click.option("--kind", help="Only events of this kind.")
@common_options
def log(after: int, limit: int | None, kind: str | None) -> None:
    """List the events of the log, in their order.

    \b
    Example:
      tracker log --kind TownOccupied
    """
    situation = open_situation()
    rows = (row for row in situation.log_rows(after) if kind is None or row["kind"] == kind)
    if options().format == "nl":
        for row in islice(rows, limit):
            click.echo(dump(row, indent=None))
        return
    found = list(islice(rows, limit))
    if emit({"log": {"position": situation.log.position}, "rows": found}, found):
        return
    cells = [
        [
            f"#{row['position']}",
            row["recorded_at"][:16] + "Z",
            row["recorded_by"],
            row["kind"],
            (row["fact"] or row["report"] or "")[:8],
            row["subject"] or "",
            words.when(row["when"]),
            row["what"],
        ]
        for row in found
    ]
    headers = ["#", "RECORDED", "BY", "KIND", "ID", "ABOUT", "WHEN", "WHAT"]
    click.echo(table(headers, cells) if cells else "no events")
