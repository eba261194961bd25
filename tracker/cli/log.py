"""`tracker log`: the events, in the order in which they were recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any

import click

from tracker.cli import words
from tracker.cli.common import FARTHEST, open_situation
from tracker.cli.completing import kinds
from tracker.cli.global_options import common_options, options
from tracker.cli.output import dump, emit, fitted, note, say, table

Row = dict[str, Any]


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
    kinds: set[str] = set()
    rows = _of_kind(situation.log_rows(after), kind, kinds)
    if options().format == "nl":
        for row in islice(rows, limit):
            click.echo(dump(row, indent=None))
        return
    found = list(islice(rows, limit))
    position = situation.position
    whole = {"position": position, "head": situation.head(position)}
    from tracker.tabular import columns_of

    if emit({"log": whole, "rows": found}, found, columns_of("log")):
        return
    told = [] if found else ["no events"]
    if kind and not found:
        _tell_of_nearest(kind, kinds)
    for (at, by), together in groupby(
        found, key=lambda row: (row["recorded_at"], row["recorded_by"])
    ):
        headers = ["#", "KIND", "ID", "ABOUT", "WHEN", "WHAT"]
        cells = table(headers, [_cells(row, situation.zone) for row in together])
        told += [fitted(f"recorded {at} by {by}"), f"{cells}\n"]
    say("\n".join(told))


def _of_kind(rows: Iterable[Row], kind: str | None, kinds: set[str]) -> Iterator[Row]:
    """Yield the events of one kind, or all, and note which kinds there are."""
    for row in rows:
        kinds.add(row["kind"])
        if kind in {None, row["kind"]}:
            yield row


def _tell_of_nearest(kind: str, kinds: set[str]) -> None:
    from difflib import get_close_matches

    if near := get_close_matches(kind, kinds, n=1, cutoff=0.5):
        note(f"there is no {kind} here: did you mean {near[0]}?")


def _cells(row: Row, zone: str) -> list[str]:
    return [
        f"#{row['position']}",
        row["kind"],
        row["id"][:8],
        row["subject"] or "",
        words.stated(row["when"], zone),
        row["what"],
    ]
