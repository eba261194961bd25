"""`tracker log`: the events, in the order in which they were recorded."""

from __future__ import annotations

from itertools import groupby, islice
from typing import Any

import click

from tracker.cli import words
from tracker.cli.common import FARTHEST, common_options, open_situation, options
from tracker.cli.completing import kinds
from tracker.cli.output import dump, emit, fitted, say, table


@click.command()
@click.option(
    "--after", type=click.IntRange(0, FARTHEST), default=0, help="Only after this position."
)
@click.option("-n", "--limit", type=click.IntRange(1, FARTHEST), help="At most so many.")
@click.option("--kind", shell_complete=kinds, help="Only events of this kind.")
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
    position = situation.position
    whole = {"position": position, "head": situation.head(position)}
    if emit({"log": whole, "rows": found}, found):
        return
    told = [] if found else ["no events"]
    for (at, by), together in groupby(
        found, key=lambda row: (row["recorded_at"], row["recorded_by"])
    ):
        cells = table(["#", "KIND", "ID", "ABOUT", "WHEN", "WHAT"], map(_cells, together))
        told += [fitted(f"recorded {at} by {by}"), f"{cells}\n"]
    say("\n".join(told))


def _cells(row: dict[str, Any]) -> list[str]:
    return [
        f"#{row['position']}",
        row["kind"],
        row["id"][:8],
        row["subject"] or "",
        words.when(row["when"]),
        row["what"],
    ]
