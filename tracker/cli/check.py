"""`tracker check`: run expectations, like the balance assertions of a ledger."""

from __future__ import annotations

import click

from tracker.cli.common import BAD_ANSWER, open_situation, read_file, tell_of_no_model
from tracker.cli.completing import paths
from tracker.cli.global_options import common_options
from tracker.cli.output import emit, safe


@click.command()
@click.argument("files", metavar="[EXPECT.YAML]...", nargs=-1, shell_complete=paths)
@common_options
def check(files: tuple[str, ...]) -> None:
    """Run the expectations of an expect.yaml.

    Exit 1 where one does not hold, 2 where one cannot be asked: its key names
    nothing, or it expects nothing. Without a file, ./expect.yaml.

    \b
    Example:
      tracker check seeds/mali-2013/expect.yaml
    """
    situation = open_situation()
    tell_of_no_model(situation)
    total, failed = 0, []
    for name in files or ("expect.yaml",):
        asked, wrong = situation.check(*read_file(name, "sheet"))
        total += asked
        failed += wrong
    rows = [
        {"file": one.file, "line": one.line, "ask": one.path, "problem": one.message}
        for one in failed
    ]
    whole = {"asked": total, "failed": len(failed), "rows": rows}
    if not emit(whole, rows):
        for one in failed:
            click.echo(safe(str(one)), err=True)
        click.echo(f"{total - len(failed)} of {total} expectations hold")
    if failed:
        click.get_current_context().exit(BAD_ANSWER)
