"""`tracker history`: how the belief about one key ran, in valid and in known time."""

from __future__ import annotations

import click

from tracker.cli import words
from tracker.cli.common import (
    common_options,
    open_situation,
    options,
    read_clocks,
    recorded_option,
    zone_option,
)
from tracker.cli.output import emit, safe, table


@click.command()
@click.argument("key")
@click.option("--projection", help="Only this projection, where several have the key.")
@click.option("--known-at", metavar="TIME", help="Only what had been reported by then.")
@recorded_option
@zone_option("Zone of times written without one.")
@common_options
def history(
    key: str,
    projection: str | None,
    known_at: str | None,
    recorded_at: str | None,
    tz: str | None,
) -> None:
    """Tell how the belief about one key ran.

    A row for each state, over the time in which it was so (VALID) and the time in which that was
    what the reports said (KNOWN).

    \b
    Examples:
      tracker history diabaly
      tracker history vigipirate/france --known-at 2013-01-21
    """
    situation = open_situation()
    clocks = read_clocks(situation, None, known_at, recorded_at, tz)
    asked = bool(known_at or recorded_at)
    answer = situation.history(key, projection, clocks if asked else None)
    if emit(answer.as_json(), answer.rows):
        return
    if not options().quiet:
        click.echo(safe(words.heading(answer, f"history of {key}")) + "\n")
    headers = ["KNOWN FROM", "TO", "VALID FROM", "TO", "STATE", "SINCE", "EVIDENCE"]
    several = len({row["projection"] for row in answer.rows}) > 1
    cells = [
        [
            *([row["projection"]] if several else []),
            words.moment(row["known_from"]),
            words.moment(row["known_to"]),
            words.moment(row["valid_from"]),
            words.moment(row["valid_to"]),
            words.value(row["projection"], row, answer.names),
            words.since(row),
            words.evidence(row, answer.names),
        ]
        for row in answer.rows
    ]
    click.echo(table([*(["PROJECTION"] if several else []), *headers], cells))
