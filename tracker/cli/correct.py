"""`tracker correct`: put another fact in the place of a wrong one, or a retracted one back."""

from __future__ import annotations

import click

from tracker.cli.amended import amendment_options, tell
from tracker.cli.common import open_situation, read_file, recorder, refuse_far_position
from tracker.cli.completing import facts, paths


@click.command()
@click.argument("fact", metavar="ID|#POSITION", callback=refuse_far_position, shell_complete=facts)
@click.option(
    "--set",
    "settings",
    metavar="FIELD=VALUE",
    multiple=True,
    help="Say a field anew, in YAML (null: leave it out); repeatable.",
)
@click.option(
    "--with",
    "file",
    metavar="FILE",
    shell_complete=paths,
    help="A fact as in a sheet, to replace it whole.",
)
@click.option("--again", is_flag=True, help="Put a retracted fact back, as it was.")
@amendment_options
def correct(
    fact: str,
    settings: tuple[str, ...],
    file: str | None,
    *,
    again: bool,
    reason: str,
    published: str | None,
    tz: str | None,
    by: str | None,
) -> None:
    """Correct a fact: another takes its place, and both stay in the log.

    The new fact speaks of the same moment and is known from the correction's publication. Asked
    about before that, or before the correction was recorded, the old one comes back. A retracted
    fact cannot be corrected; --again puts it back, and the retraction stays in the log too.

    \b
    Examples:
      tracker correct '#58' --set when=2013-01-13 --published 2013-01-22 --reason 'a slip'
      tracker correct '#72' --set quantity.best=600 --reason 'the paper corrected the number'
      tracker correct '#61' --again --reason 'retracted by mistake'
    """
    if [file is not None, bool(settings), again].count(True) != 1:
        message = (
            "say what is to change: --set FIELD=VALUE, --with FILE for all of it, or --again alone"
        )
        raise click.UsageError(message)
    changes = dict(map(_setting, settings))
    outcome = open_situation().correct(
        fact,
        changes,
        read_file(file, "sheet") if file is not None else None,
        again=again,
        reason=reason,
        by=recorder(by),
        published=published,
        tz=tz,
    )
    tell(outcome, "corrected", "the old view comes back")


def _setting(text: str) -> tuple[str, str]:
    field, equals, value = text.partition("=")
    if not equals or not field.strip():
        message = f"{text!r}: write a field, =, and its value, such as quantity.best=300"
        raise click.BadParameter(message, param_hint="--set")
    return field.strip(), value
