"""`tracker checkpoint`: sign for the log as it is now."""

from __future__ import annotations

import click

from tracker.cli.common import open_situation, read_authorities, read_file
from tracker.cli.files import NewFile, force_option, refuse_taken, write_over
from tracker.cli.global_options import common_options
from tracker.cli.output import emit, note, safe


@click.command()
@click.option(
    "-o", "--out", metavar="FILE", type=NewFile(), help="Write the checkpoint here as well."
)
@force_option
@click.option(
    "--public-key",
    is_flag=True,
    help="Sign nothing: print the public key that others verify the log by.",
)
@click.option("--timestamp", "url", metavar="URL", help="Have an authority say when (RFC 3161).")
@click.option(
    "--timestamp-file", "answer_file", metavar="FILE", help="Keep its answer, got otherwise."
)
@click.option(
    "--authority",
    "authority_file",
    metavar="FILE",
    help="The certificates (PEM) that its signature must lead to.",
)
@common_options
def checkpoint(
    out: str | None,
    public_key: bool,
    url: str | None,
    answer_file: str | None,
    authority_file: str | None,
    *,
    force: bool,
) -> None:
    """Sign for all events there are now, and print the signed checkpoint.

    It stays in the log. Hand a copy to someone else as well: whoever holds one can tell later
    whether the log still extends it (`verify --against`). So a file that is there is kept, without
    --force. The key is made at first need, in $TRACKER_KEYS or the user's configuration, never
    beside the log.

    \b
    Example:
      tracker checkpoint -o checkpoint.txt
    """
    timed = bool(url or answer_file)
    if timed != bool(authority_file) or (url and answer_file):
        raise click.UsageError("--timestamp or --timestamp-file, and --authority, go together")
    refuse_taken(out, force=force)
    authority = read_authorities([authority_file] if authority_file else [])
    answer = read_file(answer_file)[0] if answer_file else None
    situation = open_situation()
    if public_key:
        _print(situation.public_key() + "\n", out, force=force)
        return
    signed = situation.checkpoint()
    when = situation.timestamp(signed, authority, url=url or "", answer=answer) if timed else None
    row = {
        "number": signed.number,
        "position": signed.size,
        "made": signed.made,
        "checkpoint": signed.note,
        "timestamp": when,
    }
    if emit(row, [row]):
        if out:
            write_over(out, signed.note, force=force)
        return
    _print(signed.note, out, force=force)
    if not signed.made:
        note("signed already: nothing has been recorded since")
    if when:
        note(f"timestamped: it was there by {when}")


def _print(text: str, out: str | None, *, force: bool) -> None:
    if out:
        write_over(out, text, force=force)
    for line in text.splitlines():
        click.echo(safe(line))
