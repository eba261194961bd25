"""`tracker history`: how the belief about one key ran, in valid and in known time."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from tracker.cli import words
from tracker.cli.common import (
    cite_option,
    open_situation,
    read_clocks,
    read_weighing,
    recorded_option,
    save_citation,
    weighing_options,
    zone_option,
)
from tracker.cli.completing import believed, keys
from tracker.cli.files import NewFile, refuse_other, write_over
from tracker.cli.global_options import common_options, options
from tracker.cli.output import emit_answer, fitted, note, say, table
from tracker.cli.sparkline import sparklines

if TYPE_CHECKING:
    from tracker.outcomes import Answer

Row = dict[str, Any]

HEADERS = ("known at", "as of", "state", "support", "since", "evidence")
"""What a line says of a stretch, after its projection."""


@click.command()
@click.argument("key", shell_complete=keys)
@click.option(
    "--projection",
    shell_complete=believed,
    help="Only this projection, where several have the key.",
)
@click.option("--known-at", metavar="TIME", help="Only what had been reported by then.")
@recorded_option
@click.option("--instants", is_flag=True, help="To the instant, not by days.")
@click.option(
    "--svg",
    metavar="FILE",
    type=NewFile(),
    help="Draw it: true when across, known when up.",
)
@zone_option("Zone of times written without one.")
@weighing_options
@cite_option
@common_options
def history(
    *,
    key: str,
    projection: str | None,
    known_at: str | None,
    recorded_at: str | None,
    instants: bool,
    svg: str | None,
    tz: str | None,
    cite: str | None,
    only: tuple[str, ...],
    without: tuple[str, ...],
) -> None:
    """Tell how the belief about one key ran.

    A row for each state: known at which days, as of which days it is what the reports say. Read
    a row as the answer to `tracker state PROJECTION KEY --known-at DAY --as-of DAY` for any day
    in them.

    \b
    Examples:
      tracker history diabaly
      tracker history vigipirate/france --known-at 2013-01-21
      tracker history diabaly --svg diabaly.svg
    """
    if svg is not None:
        refuse_other(svg, "<svg")
    situation = open_situation()
    clocks = read_clocks(situation, None, known_at, recorded_at, tz)
    asked = bool(known_at or recorded_at)
    weighing = read_weighing(situation, only, without)
    answer = situation.history(key, projection, clocks if asked else None, weighing=weighing, tz=tz)
    save_citation(situation, answer, cite)
    for text in answer.notes:
        note(text)
    if svg is not None:
        _draw(answer, svg)
        return
    if emit_answer(answer):
        return
    usual = {answer.zone, answer.read_in} == {"UTC"}
    what = f"history of {key}{'' if usual else f' (days of {answer.read_in})'}"
    told = [] if options().quiet else [fitted(words.heading(answer, what)) + "\n"]
    told += sparklines(answer)
    found, within = lines(answer, instants=instants)
    several = len({row["projection"] for row in answer.dicts}) > 1
    headers = [one.upper() for one in HEADERS]
    cells = [line if several else line[1:] for line in found]
    told.append(table(["PROJECTION", *headers] if several else headers, cells))
    say("\n".join(told))
    if within:
        note(f"{unlisted(within)}: --instants shows them")


def _draw(answer: Answer, file: str) -> None:
    """Write the plane of a key that stands in one projection."""
    from tracker.web.plane import plane_svg

    names = list(dict.fromkeys(row["projection"] for row in answer.dicts))
    if len(names) > 1:
        key, several = answer.query["key"], " and ".join(names)
        raise click.UsageError(f"'{key}' is a key of {several}: name one with --projection")
    text = plane_svg(answer, names[0])
    write_over(file, text)
    note(f"{file}: {len(text.encode()):,} bytes")


def unlisted(within: int) -> str:
    """Say how many stretches have no line of their own by days."""
    return f"{within} more that last less than a day"


def lines(answer: Answer, *, instants: bool = False) -> tuple[list[list[str]], int]:
    """Give a line for each stretch that reads alike, and how many cover no end of a day.

    A line is the projection and then what HEADERS name: the page of an audit has the same.
    """
    say = _instants if instants else words.days
    found: list[list[str]] = []
    within = 0
    for _, together in groupby(answer.dicts, key=lambda row: _reads(row, answer)):
        rows = list(together)
        first = rows[0]
        known = say(first["known_from"], first["known_to"], answer.read_in)
        valid = say(first["valid_from"], rows[-1]["valid_to"], answer.read_in)
        if known is None or valid is None:
            within += 1
            continue
        found.append([first["projection"], known, valid, *_said(first, answer)])
    return found, within


def _reads(row: Row, answer: Answer) -> tuple[str, ...]:
    """What a line shows of a row, apart from its valid time."""
    known = (row["projection"], row["known_from"], row["known_to"])
    return (*map(str, known), *_said(row, answer))


def _said(row: Row, answer: Answer) -> tuple[str, str, str, str]:
    return (
        words.value(row["projection"], row, answer.names),
        words.support(row),
        words.since(row, answer.read_in),
        words.evidence(row, answer.names, answer.read_in),
    )


def _instants(start: str | None, stop: str | None, zone: str) -> str:
    return (
        f"{words.moment(start, zone)} .. {'' if stop is None else words.moment(stop, zone)}".strip()
    )
