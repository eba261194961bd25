"""`tracker report`: the situation as one file for a browser."""

from __future__ import annotations

import click

from tracker.cli.common import (
    clock_options,
    open_situation,
    read_clocks,
    read_weighing,
    weighing_options,
)
from tracker.cli.files import NewFile, refuse_other, write_over
from tracker.cli.global_options import common_options
from tracker.cli.output import note


@click.command()
@click.option(
    "-o",
    "--output",
    default="situation.html",
    show_default=True,
    type=NewFile(),
    metavar="FILE",
    help="Where to write it.",
)
@clock_options
@weighing_options
@common_options
def report(
    output: str, only: tuple[str, ...], without: tuple[str, ...], **clocks: str | None
) -> None:
    """Write the situation as one file that opens in any browser, without a network.

    A map, tables and charts with two clocks to move: what was so when, and what was known by
    then; every mark leads to its evidence. The clocks given here are where it opens. A report
    that is there is written over, and no other file.

    \b
    Examples:
      tracker report -o situation.html
      tracker report --as-of 2013-01-21 --known-at 2013-01-17
    """
    from tracker.web.page import MOST_EVENTS
    from tracker.web.page import report as written

    refuse_other(output, "<!doctype html")
    situation = open_situation()
    asked = read_clocks(situation, **clocks)
    weighing = read_weighing(situation, only, without)
    if situation.position > MOST_EVENTS:
        note(
            f"a log of {situation.position:,} events: all of it in one page takes minutes and much"
            " memory, and few browsers open it; `tracker serve`, or `tracker export gpkg`, is made"
            " for it"
        )
    overview = situation.overview(asked, weighing=weighing)
    text = written(overview)
    for said in overview.notes:
        note(said)
    write_over(output, text)
    note(f"{output}: {len(text.encode()):,} bytes")
