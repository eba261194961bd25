"""`tracker redact`: erase text for good; that it was erased, by whom and why stays in the log."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.amended import amendment_options, refuse_far_positions, tell
from tracker.cli.common import open_situation, recorder, refuse_far_position, tell_of_no_model
from tracker.cli.completing import facts, reports
from tracker.cli.global_options import OneOf, options
from tracker.cli.output import emit, note, safe, table
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from tracker.outcomes import Erasable

FIELDS = ("gist", "note", "quote", "speaker", "reason")
SHOWN = 20


@click.command()
@click.argument(
    "events",
    metavar="[ID|#POSITION]...",
    nargs=-1,
    callback=refuse_far_positions,
    shell_complete=facts,
)
@click.option("--speaker", metavar="NAME", help="All that this speaker says, in any report.")
@click.option(
    "--report",
    metavar="ID|#POSITION",
    callback=refuse_far_position,
    shell_complete=reports,
    help="All that a report says.",
)
@click.option(
    "--field",
    "fields",
    type=OneOf(FIELDS),
    multiple=True,
    help="What to erase; repeatable (default: all of these).",
)
@click.option("--authority", metavar="WHO", required=True, help="Who ordered it.")
@click.option("--dry-run", is_flag=True, help="Only list what would be erased.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@amendment_options
def redact(
    events: tuple[str, ...],
    speaker: str | None,
    report: str | None,
    fields: tuple[str, ...],
    *,
    authority: str,
    dry_run: bool,
    yes: bool,
    reason: str,
    published: str | None,
    tz: str | None,
    by: str | None,
) -> None:
    """Erase text for good: a gist, note, quote, speaker, or the reason of a ruling.

    The keys of the text are destroyed; the log keeps every byte, and still verifies. With a fact
    goes what corrections put in its place, and what it took the place of. What the facts say of
    places, times and numbers stays. Copies made before are not reached: backups of the keys
    file, bundles, exports, the sheets themselves.

    \b
    Example:
      tracker redact '#58' --authority 'Data protection officer' --reason 'his request'
    """
    if not events and report is None and speaker is None:
        message = "say what to erase: events, --speaker NAME or --report ID"
        raise click.UsageError(message)
    situation = open_situation()
    targets = situation.to_erase(events, speaker=speaker, report=report, fields=fields)
    if dry_run:
        rows = [target.as_json() for target in targets]
        if not emit({"rows": rows}, rows):
            _list(targets)
        return
    if not yes and sys.stdin.isatty():
        _list(targets)
        click.confirm("Erase this text for good?", abort=True, err=True)
        _refuse_more(
            targets, situation.to_erase(events, speaker=speaker, report=report, fields=fields)
        )
    outcome = situation.redact(
        targets, authority=authority, reason=reason, by=recorder(by), published=published, tz=tz
    )
    if tell_of_no_model(situation):
        note(f"{situation.store_path} still holds the text: delete it")
    tell(outcome, "erased text of", None)
    _warn(targets)
    names = situation.names()
    if speaker is not None and (speaker in names or speaker in set(names.values())):
        note(f"{speaker} is registered: the register is not sealed, and keeps the name")


def _refuse_more(listed: list[Erasable], now: list[Erasable]) -> None:
    """Refuse what was recorded while somebody read the list: it would stay, and nobody saw it."""
    seen = {target.id for target in listed}
    if more := [f"#{target.position}" for target in now if target.id not in seen]:
        message = f"{', '.join(more[:SHOWN])} came meanwhile: nothing was erased; run this again"
        raise TrackerError(message)


def _list(targets: list[Erasable]) -> None:
    cells = [
        [
            f"#{row['position']}",
            row["kind"],
            _erases(row),
            row["what"],
        ]
        for row in (target.as_json() for target in targets[:SHOWN])
    ]
    click.echo(table(["#", "KIND", "ERASES", "WHAT"], cells))
    if len(targets) > SHOWN:
        click.echo(f"... and {len(targets) - SHOWN} more")


def _erases(row: dict[str, Any]) -> str:
    """Say what would be erased of an event, and what stays of it in the clear."""
    clear = f"{', '.join(row['clear'])} in the clear, and stays" if row["clear"] else ""
    done = f"nothing: {', '.join(row['done'])} erased already" if row["done"] else ""
    return "; ".join(filter(None, [", ".join(row["fields"]) or done, clear]))


def _warn(targets: list[Erasable]) -> None:
    """Say what the ids of facts still let one find out: they are made of the whole text."""
    for one in (target for target in targets if target.clear):
        note(
            f"#{one.position} {one.kind}, which corrections lead to, has its "
            f"{', '.join(one.clear)} in the clear: that cannot be erased, and stays"
        )
    guessable = [target for target in targets if target.keeps_gist]
    if guessable:
        first = f"#{guessable[0].position}"
        note(
            f"{safe(first)}{' and others' if len(guessable) > 1 else ''}: the gist was kept, so a "
            "guess of what was erased (a name) can be checked against the fact's id; erase the "
            "gist too where that matters"
        )
    if not options().quiet:
        note("copies made before keep the text: backups of the keys file, bundles, exports, sheets")
