"""`tracker init`: make a log, optionally from a situation.yaml."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tracker.cli.common import by_option, open_situation, read_file, recorder, warn, yes_option
from tracker.cli.completing import paths
from tracker.cli.global_options import common_options, options
from tracker.cli.output import emit, safe

if TYPE_CHECKING:
    from tracker.errors import Problem


@click.command()
@click.argument("situation_file", metavar="[SITUATION.YAML]", required=False, shell_complete=paths)
@by_option
@yes_option
@click.option(
    "--new-keys", is_flag=True, help="Begin another keys file: the old one is lost for good."
)
@common_options
def init(situation_file: str | None, by: str | None, yes: bool, new_keys: bool) -> None:
    """Make a log, from a situation.yaml where one is given.

    Its places, actors, sources and alert schemes are registered. Run it again after the file has
    grown or changed: only what is new or different is registered.

    \b
    Example:
      tracker init seeds/mali-2013/situation.yaml
    """
    from tracker.apart import check_situation, refuse_read_only, shown_name

    if options().read_only:
        refuse_read_only(options().log)
    data, name = read_file(situation_file, "sheet") if situation_file else (b"", "")
    if situation_file:
        check_situation(data, name, options().log)
    situation = open_situation(create=True)
    if new_keys:
        click.echo(safe(f"{situation.begin_keys()}: keys begun; back it up with the log"))
    added, already = 0, 0
    if situation_file:

        def agree(asking: Sequence[Problem]) -> bool:
            return _agree(asking, yes=yes)

        outcome = situation.register(data, name, by=recorder(by), agree=agree)
        warn(outcome.warnings)
        added, already = outcome.added, outcome.already
    log = shown_name(options().log)
    row = {"log": log, "added": added, "already": already}
    if emit(row, [row]):
        return
    what = f"{added} registered" if added or not already else "already registered, nothing to add"
    click.echo(safe(f"{log}: {what if situation_file else 'ready'}"))


def _agree(asking: Sequence[Problem], *, yes: bool) -> bool:
    """Ask about look-alike names, where there is someone to ask."""
    if yes or not sys.stdin.isatty():
        return True
    warn(asking)
    return click.confirm("Register these names all the same?", err=True)
