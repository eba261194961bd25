"""`tracker disputes`: where sources disagree, who says what, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tracker.cli import words
from tracker.cli.common import (
    cite_option,
    clock_options,
    open_situation,
    read_clocks,
    read_weighing,
    save_citation,
    weighing_options,
)
from tracker.cli.completing import believed, keys
from tracker.cli.global_options import common_options, options
from tracker.cli.namesakes import told_apart
from tracker.cli.output import emit_answer, fitted, note, say, table

if TYPE_CHECKING:
    from tracker.outcomes import Answer

Row = dict[str, Any]


@click.command()
@click.argument("projection", required=False, shell_complete=believed)
@click.argument("key", required=False, shell_complete=keys)
@click.option("--all", "closed", is_flag=True, help="Also those that are settled.")
@clock_options
@weighing_options
@cite_option
@common_options
def disputes(
    projection: str | None,
    key: str | None,
    closed: bool,
    cite: str | None,
    only: tuple[str, ...],
    without: tuple[str, ...],
    **clocks: str | None,
) -> None:
    """Tell where sources disagree.

    A dispute opens in the world when the rival accounts begin to differ, and is known from the
    report that contradicts. An analyst settles one with `tracker rule`; later reports may.

    \b
    Examples:
      tracker disputes --as-of 2013-01-21
      tracker disputes control --all
    """
    situation = open_situation()
    answer = situation.disputes(
        read_clocks(situation, **clocks),
        projection,
        key,
        weighing=read_weighing(situation, only, without),
        closed=closed,
    )
    save_citation(situation, answer, cite)
    for text in answer.notes:
        note(text)
    if emit_answer(answer):
        return
    answer = told_apart(answer)
    parts = [] if options().quiet else [fitted(words.heading(answer, "disputes"))]
    if answer.dicts:
        headers = ["WHAT", "WHO SAYS WHAT", "LAST UNDISPUTED", "OPENED"]
        cells = [_line(row, answer) for row in answer.dicts]
        if closed:
            headers.append("CLOSED")
        else:
            cells = [line[:-1] for line in cells]
        parts.append(table(headers, cells))
    else:
        parts.append("no disputes")
    say("\n\n".join(parts))


def _line(row: Row, answer: Answer) -> list[str]:
    name, last = row["projection"], row["last_undisputed"]
    return [
        words.cell(row),
        words.rivals(name, row, answer.names),
        words.value(name, last, answer.names) if last else "none",
        _moment(row["opened"], answer.read_in),
        _moment(row["closed"], answer.read_in) or "open",
    ]


def _moment(at: Row, zone: str) -> str:
    parts = [words.clock(at["valid"], zone)] if at["valid"] else []
    if at["known"]:
        parts.append(f"known {words.clock(at['known'], zone)}")
    return ", ".join(parts)
