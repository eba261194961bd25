"""What the verbs that add to the record share: their options, and how their outcome reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tracker.cli import words
from tracker.cli.common import by_option, refuse_far_position, warn, zone_option
from tracker.cli.global_options import F, common_options
from tracker.cli.output import emit, safe

if TYPE_CHECKING:
    from tracker.outcomes import Amended

Row = dict[str, Any]

SHOWN = 20


def refuse_far_positions(
    ctx: click.Context, param: click.Parameter, value: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuse each #POSITION that no log can hold."""
    for one in value:
        refuse_far_position(ctx, param, one)
    return value


def amendment_options(command: F) -> F:
    """Add the reason, when it was published, who does it, and the zone of times."""
    command = common_options(command)
    command = by_option(command)
    command = zone_option("Zone of times written without one.")(command)
    command = click.option(
        "--published", metavar="TIME", help="When it was made known (default: now)."
    )(command)
    return click.option("--reason", metavar="TEXT", required=True, help="Why.")(command)


def tell(
    outcome: Amended, did: str, without: str | None, *, already: str = "already recorded"
) -> None:
    """Print what was added, and from when on it counts.

    `did` is the verb of what was done; `without` says what is so as of a time before it, None for
    what no clock undoes; `already`, what is so where nothing was added.
    """
    warn(outcome.warnings)
    if emit(outcome.as_json(), outcome.events):
        return
    if not outcome.added:
        click.echo(f"{already}, 0 events added, log at #{outcome.position}")
        return
    acts = [row for row in outcome.events if row["published"]]
    for row in acts[:SHOWN]:
        click.echo(safe(f"{did} {_act(row)}" if row["restores"] is None else _put_back(row)))
    if len(acts) > SHOWN:
        click.echo(f"... and {len(acts) - SHOWN} more")
    there = f" ({outcome.already} already so)" if outcome.already else ""
    events = f"{outcome.added} event{'' if outcome.added == 1 else 's'}"
    click.echo(f"{events} added{there}, log at #{outcome.position}")
    if without is None:
        return
    first = acts[0]
    before = f"before {words.when(first['published'])} (--known-at)"
    click.echo(
        safe(f"asked about {before} or before #{first['position']} (--recorded-at) {without}")
    )


def _put_back(row: Row) -> str:
    """Say what was put back: the fact that says so is the next event."""
    of, before = row["of"], row["restores"]
    instead = "" if of["position"] == before else f", in the place of #{of['position']}"
    return f"put back #{before} {of['kind']} as #{row['position'] + 1}{instead}"


def _act(row: Row) -> str:
    of = row["of"]
    if row["kind"] == "FactCorrected":  # the fact that replaces it is the next event
        return f"#{of['position']} {of['kind']} -> #{row['position'] + 1}"
    if of:
        return f"#{of['position']} {of['kind']} (#{row['position']})"
    return f"#{row['position']}: {row['subject']} is to {row['what']}"
