"""`tracker retract`: take back facts, a report or a batch; what was recorded stays in the log."""

from __future__ import annotations

import click

from tracker.cli.amended import amendment_options, refuse_far_positions, tell
from tracker.cli.common import open_situation, recorder, refuse_far_position
from tracker.cli.completing import batches, reports
from tracker.cli.completing import facts as fact_ids


@click.command()
@click.argument(
    "facts",
    metavar="[ID|#POSITION]...",
    nargs=-1,
    callback=refuse_far_positions,
    shell_complete=fact_ids,
)
@click.option(
    "--report",
    metavar="ID|#POSITION",
    callback=refuse_far_position,
    shell_complete=reports,
    help="All that a report says.",
)
@click.option(
    "--batch",
    metavar="NAME",
    shell_complete=batches,
    help="All that was recorded with --batch NAME.",
)
@amendment_options
def retract(
    facts: tuple[str, ...],
    report: str | None,
    batch: str | None,
    *,
    reason: str,
    published: str | None,
    tz: str | None,
    by: str | None,
) -> None:
    """Take back facts: they are no longer believed, and stay in the log.

    All of it is taken back or nothing. A ruling is taken back by its id too. Asked about before
    the retraction was published, or recorded, the old view comes back. What is retracted already
    adds nothing, unless it was as of later: the earliest retraction counts.

    \b
    Examples:
      tracker retract '#58' --published 2013-01-22 --reason 'the paper withdrew it'
      tracker retract --report '#53' --reason 'recorded from the wrong file'
    """
    if not facts and report is None and batch is None:
        message = "say what to take back: facts, --report ID or --batch NAME"
        raise click.UsageError(message)
    outcome = open_situation().retract(
        facts,
        report=report,
        batch=batch,
        reason=reason,
        by=recorder(by),
        published=published,
        tz=tz,
    )
    so = "already retracted, as of then or earlier"
    tell(outcome, "retracted", "the old view comes back", already=so)
