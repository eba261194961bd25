"""`tracker gaps`: what is old, unsure, contradicted, unexplained, or was not read."""

from __future__ import annotations

from itertools import groupby

import click

from tracker.cli import words
from tracker.cli.common import (
    cite_option,
    clock_options,
    open_situation,
    read_clocks,
    read_weighing,
    save_citation,
    stale_option,
    weighing_options,
)
from tracker.cli.global_options import common_options, options
from tracker.cli.namesakes import told_apart
from tracker.cli.output import emit_answer, fitted, note, say, table

TITLES = {
    "disputed": "SOURCES DISAGREE",
    "possible": "NOT CERTAIN",
    "claimed": "CLAIMED ONLY BY WHO GAINS",
    "stale": "OLD EVIDENCE",
    "pledge": "PLEDGED, NOT YET THERE",
    "unexplained": "NUMBERS THAT DO NOT ADD UP",
    "double": "PERHAPS COUNTED TWICE",
    "uncounted": "PERHAPS NOT COUNTED",
    "left": "SAID TO HAVE LEFT SINCE",
    "denied": "DENIED",
    "lapsed": "LEVELS OF SCHEMES NOT IN FORCE",
    "containment": "MORE IN A PLACE THAN AROUND IT",
    "locator": "NOT LOCATED IN A DOCUMENT",
    "quote": "QUOTES THAT DO NOT MATCH",
    "sentence": "SENTENCES NOT READ",
}


@click.command()
@stale_option
@click.option(
    "--documents",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Also look quotes and sentences up in the documents in this folder.",
)
@clock_options
@weighing_options
@cite_option
@common_options
def gaps(
    stale_after: int | None,
    documents: str | None,
    cite: str | None,
    only: tuple[str, ...],
    without: tuple[str, ...],
    **clocks: str | None,
) -> None:
    """Tell what is missing from the picture.

    Old evidence (14 days, or --stale-after), what is not certain, disputes, what only the side
    that gains says, pledges not fulfilled, numbers that do not add up, or that may count an event
    twice or lack one, forces that are said to have left, holders that somebody denies, levels of
    schemes that are not in force, sentences nobody read.

    \b
    Examples:
      tracker gaps --as-of 2013-01-21
      tracker gaps --stale-after 7d --documents seeds
    """
    situation = open_situation()
    answer = situation.gaps(
        read_clocks(situation, **clocks),
        weighing=read_weighing(situation, only, without),
        stale_after=stale_after,
        documents=documents,
    )
    save_citation(situation, answer, cite)
    for text in answer.notes:
        note(text)
    if emit_answer(answer):
        return
    answer = told_apart(answer)
    parts = [] if options().quiet else [fitted(words.heading(answer, "gaps"))]
    order = list(TITLES)
    rows = sorted(answer.dicts, key=lambda row: order.index(row["gap"]))
    for kind, found in groupby(rows, key=lambda row: row["gap"]):
        cells = [[words.cell(row), row["what"]] for row in found]
        parts.append(table([TITLES[kind], ""], cells))
    say("\n\n".join(parts if rows else [*parts, "no gaps"]))
