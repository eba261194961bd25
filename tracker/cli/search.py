"""`tracker search`: places, actors, sources and facts by words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tracker.cli import words
from tracker.cli.common import FARTHEST, open_situation, tell_of_no_model
from tracker.cli.global_options import common_options, options
from tracker.cli.output import emit_answer, say, table

if TYPE_CHECKING:
    from tracker.outcomes import Answer


@click.command()
@click.argument("text", metavar="WORDS...", nargs=-1, required=True)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(1, FARTHEST),
    default=100,
    show_default=True,
    help="At most so many.",
)
@common_options
def search(text: tuple[str, ...], limit: int) -> None:
    """Find places, actors, sources, schemes and facts that hold all the words.

    A word finds those that begin so, with or without accents. The first search takes longer: it
    makes an index.

    \b
    Example:
      tracker search sevare
    """
    situation = open_situation()
    tell_of_no_model(situation)
    answer = situation.search(" ".join(text), limit=limit)
    if emit_answer(answer):
        return
    if not answer.dicts:
        click.echo("nothing found")
        return
    cells = [
        [
            row["found"] if row["position"] is None else f"#{row['position']} {row['kind']}",
            row["name"] + (" (taken back)" if row["retracted"] else ""),
            row["id"] if row["position"] is None else answer.names.get(row["place"], row["place"]),
            _told(row, answer),
        ]
        for row in answer.dicts
    ]
    headers = ["FOUND", "WHAT", "ID OR PLACE", "SOURCE"]  # more would break ids at 80 columns
    say(table(headers, cells))
    if not options().quiet and len(answer.dicts) == limit:
        click.echo(f"the first {limit}: --limit asks for more", err=True)


def _told(row: dict[str, Any], answer: Answer) -> str:
    source: str = answer.names.get(row["source"], row["source"]) or ""
    return (
        f"{source}, {words.clock(row['published'], answer.read_in)}" if row["published"] else source
    )
