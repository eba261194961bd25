"""`tracker checkpoint`: sign for the log as it is now."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.cli.common import common_options, open_situation
from tracker.cli.output import emit, note, safe


@click.command()
@click.option("-o", "--out", metavar="FILE", help="Write the checkpoint here as well.")
@click.option(
    "--public-key",
    is_flag=True,
    help="Sign nothing: print the public key that others verify the log by.",
)
@common_options
def checkpoint(out: str | None, public_key: bool) -> None:
    """Sign for all events there are now, and print the signed checkpoint.

    It stays in the log. Hand a copy to someone else as well: whoever holds one can tell later
    whether the log still extends it (`verify --against`). The key is made at first need, in
    $TRACKER_KEYS or the user's configuration, never beside the log.

    \b
    Example:
      tracker checkpoint -o checkpoint.txt
    """
    situation = open_situation()
    if public_key:
        _print(situation.public_key() + "\n", out)
        return
    signed = situation.checkpoint()
    row = {
        "number": signed.number,
        "position": signed.size,
        "made": signed.made,
        "checkpoint": signed.note,
    }
    if emit(row, [row]):
        if out:
            Path(out).write_text(signed.note, encoding="utf-8")
        return
    _print(signed.note, out)
    if not signed.made:
        note("signed already: nothing has been recorded since")


def _print(text: str, out: str | None) -> None:
    if out:
        Path(out).write_text(text, encoding="utf-8")
    for line in text.splitlines():
        click.echo(safe(line))
