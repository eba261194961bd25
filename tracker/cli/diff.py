"""`tracker diff`: what changed between two moments, on the ground and in what was learned."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from tracker.cli import words
from tracker.cli.common import (
    cite_option,
    open_situation,
    read_weighing,
    recorded_option,
    save_citation,
    tell_of_no_model,
    weighing_options,
    zone_option,
)
from tracker.cli.completing import keys, projections
from tracker.cli.global_options import common_options, options
from tracker.cli.namesakes import told_apart
from tracker.cli.output import emit_answer, fitted, note, say, table

if TYPE_CHECKING:
    from tracker.outcomes import Answer

Row = dict[str, Any]

MOST_EVENTS = 3  # events named in a line of the table; --json has them all
CAUSES = {"ground": "on the ground", "knowledge": "we learned"}
CHRONICLED = {"incidents", "humanitarian", "posture"}


@click.command()
@click.argument("projection", required=False, shell_complete=projections)
@click.argument("key", required=False, shell_complete=keys)
@click.option("--from", "start", metavar="TIME", help="As of when, before.")
@click.option("--to", "stop", metavar="TIME", help="As of when, after (default: now).")
@click.option("--known-from", metavar="TIME", help="What had been reported by then, before.")
@click.option("--known-to", metavar="TIME", help="What had been reported by then, after.")
@recorded_option
@zone_option("Zone of times written without one, such as Africa/Bamako.")
@weighing_options
@cite_option
@common_options
def diff(
    *,
    projection: str | None,
    key: str | None,
    start: str | None,
    stop: str | None,
    known_from: str | None,
    known_to: str | None,
    recorded_at: str | None,
    tz: str | None,
    cite: str | None,
    only: tuple[str, ...],
    without: tuple[str, ...],
) -> None:
    """Tell what changed between two moments.

    --from and --to compare the world, all reports known throughout. --known-from and --known-to
    compare what was known; alone, about now, or about --to. With all four, each change is said to
    have happened on the ground, or to have been learned (then BEFORE and AFTER are both as of
    --from). On the ground, who backs a state is no change of it, nor what was lost and retaken
    in between. --known-to alone holds that clock still.

    \b
    Examples:
      tracker diff --from 2013-01-14 --to 2013-01-18
      tracker diff control --known-from 2013-01-17 --known-to 2013-01-21
      tracker diff control diabaly --from 2013-01-14 --to 2013-01-21 --known-to 2013-01-21
    """
    if start is None and known_from is None:
        raise click.UsageError("a diff needs --from TIME, or --known-from TIME")
    situation = open_situation()
    tell_of_no_model(situation)
    before, after = situation.two_moments(
        start, stop, known_from, known_to, recorded_at=recorded_at, tz=tz
    )
    weighing = read_weighing(situation, only, without)
    answer = situation.diff(before, after, projection, key, weighing=weighing)
    save_citation(situation, answer, cite)
    for text in answer.notes:
        note(text)
    if emit_answer(answer):
        return
    answer = told_apart(answer)
    parts = [] if options().quiet else [fitted(heading(answer))]
    if answer.dicts:
        headers = ["WHAT", "BEFORE", "AFTER", "CAUSE", "EVENTS"]
        parts.append(table(headers, [_line(row, answer) for row in answer.dicts]))
    else:
        parts.append("nothing changed")
    say("\n\n".join(parts))


def heading(answer: Answer) -> str:
    """Say both moments: what moved between them."""
    query = answer.query
    start, stop = (words.clock(query[name], answer.read_in) for name in ("from", "as_of"))
    what = f"changes as of {stop}" if start == stop else f"changes from {start} to {stop}"
    known = None
    if query["known_from"] != query["known_at"]:
        upto = query["known_at"]
        known = f"known at {words.clock(query['known_from'], answer.read_in)}, then "
        known += words.clock(upto, answer.read_in) if upto else "all reports"
    said = replace(answer, query={**query, "as_of": None})
    return words.heading(said, what, known)


def _line(row: Row, answer: Answer) -> list[str]:
    name = row["projection"]
    what = words.cell(row)
    if name in CHRONICLED:
        gone = row["after"] is None
        kind = (row["before"] if gone else row["after"])["kind"]
        sides = [kind, "taken back"] if gone else ["", kind]
    else:
        sides = [
            words.belief(name, row[side], answer.names, answer.read_in)
            for side in ("before", "after")
        ]
        if sides[0] == sides[1]:  # what differs is since when
            sides = [
                f"{said}, {words.begun(row[side], answer.read_in)}"
                for said, side in zip(sides, ("before", "after"), strict=True)
            ]
    return [what, *sides, CAUSES[row["cause"]], _events(row["events"], answer)]


def _events(ids: list[str], answer: Answer) -> str:
    known = answer.more["events"]
    said = [f"#{known[one]['position']} {known[one]['kind']}" for one in ids if one in known]
    more = len(said) - MOST_EVENTS
    return ", ".join(said[:MOST_EVENTS]) + (f" and {more} more" if more > 0 else "")
