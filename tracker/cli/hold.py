"""`tracker hold`: a legal hold, under which no text is erased."""

from __future__ import annotations

import click

from tracker.cli.amended import amendment_options, refuse_far_positions, tell
from tracker.cli.common import open_situation, recorder
from tracker.cli.completing import facts


@click.command()
@click.argument(
    "events",
    metavar="ID|#POSITION...",
    nargs=-1,
    required=True,
    callback=refuse_far_positions,
    shell_complete=facts,
)
@click.option("--lift", is_flag=True, help="Lift these holds, or those that stand on these events.")
@click.option("--authority", metavar="WHO", required=True, help="Who ordered it.")
@amendment_options
def hold(
    events: tuple[str, ...],
    *,
    lift: bool,
    authority: str,
    reason: str,
    published: str | None,
    tz: str | None,
    by: str | None,
) -> None:
    """Place a legal hold: no text of these facts, or of a report's, can be erased.

    Until it is lifted: with --lift, name the hold, or the event that it stands on.

    \b
    Example:
      tracker hold '#58' --authority 'District court' --reason 'case 12/2026'
    """
    outcome = open_situation().hold(
        events,
        authority=authority,
        reason=reason,
        by=recorder(by),
        published=published,
        tz=tz,
        lift=lift,
    )
    tell(outcome, "lifted hold" if lift else "holds", None)
