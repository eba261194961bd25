"""`tracker doctor`: whether everything here is as it must be."""

from __future__ import annotations

import click

from tracker.cli.common import BAD_ANSWER, common_options, open_situation
from tracker.cli.output import emit, table


@click.command()
@common_options
def doctor() -> None:
    """Check log, read model, SQLite and disk.

    Exit 1 where something is wrong; a warning alone leaves 0.

    \b
    Example:
      tracker doctor
    """
    rows = open_situation().diagnose()
    if not emit({"rows": rows}, rows):
        click.echo(
            table(["", "WHAT", "FOUND"], [[r["verdict"], r["what"], r["found"]] for r in rows])
        )
    if any(row["verdict"] == "WRONG" for row in rows):
        click.get_current_context().exit(BAD_ANSWER)
