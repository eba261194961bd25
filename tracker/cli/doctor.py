"""`tracker doctor`: whether everything here is as it must be."""

from __future__ import annotations

import click

from tracker.cli.common import BAD_ANSWER, open_situation
from tracker.cli.global_options import SETTINGS, common_options, options
from tracker.cli.output import emit, table
from tracker.errors import DamagedLogError


@click.command()
@common_options
def doctor() -> None:
    """Check log, read model, SQLite and disk, and tell which tracker.toml counts.

    Exit 1 where something is wrong; a warning alone leaves 0.

    \b
    Example:
      tracker doctor
    """
    settings = options().settings
    verdict, found = settings.described() if settings else ("ok", "none in this folder or above")
    row = {"verdict": verdict, "what": SETTINGS, "found": found}
    try:
        found_in_it = open_situation().diagnose()
    except DamagedLogError as error:  # so much so that it cannot be opened
        found_in_it = [{"verdict": "WRONG", "what": "log", "found": error.found}]
    rows = [*found_in_it, row]
    if not emit({"rows": rows}, rows):
        click.echo(
            table(["", "WHAT", "FOUND"], [[r["verdict"], r["what"], r["found"]] for r in rows])
        )
    if any(row["verdict"] == "WRONG" for row in rows):
        click.get_current_context().exit(BAD_ANSWER)
