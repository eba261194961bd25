"""`tracker verify`: whether the log's events are those that were signed for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tracker.cli.common import (
    BAD_ANSWER,
    BAD_INPUT,
    open_situation,
    read_authorities,
    read_file,
    read_keys,
)
from tracker.cli.global_options import common_options, options
from tracker.cli.output import emit, safe

if TYPE_CHECKING:
    from tracker.verdicts import Verdict

SHOWN = 20
EXIT = {"fine": 0, "tampered": BAD_ANSWER, "undecided": BAD_INPUT}


@click.command()
@click.option(
    "--against",
    metavar="FILE",
    multiple=True,
    help="A checkpoint kept elsewhere, which the log must extend; repeatable.",
)
@click.option(
    "--key",
    "key_files",
    metavar="FILE",
    multiple=True,
    help="A public key that counts besides your own, as `checkpoint --public-key` prints it.",
)
@click.option(
    "--timestamp-authority",
    "authority_files",
    metavar="FILE",
    multiple=True,
    help="The certificates (PEM) that the signatures of timestamps must lead to; repeatable.",
)
@common_options
def verify(
    against: tuple[str, ...], key_files: tuple[str, ...], authority_files: tuple[str, ...]
) -> None:
    """Work the ledger out again from every stored byte, and compare it with what was signed.

    Exit 0 where all is as it was recorded, 1 where it was tampered with or is damaged, naming the
    first events, and 2 where that cannot be decided. Timestamps must be of their checkpoints; who
    signed them is checked with --timestamp-authority.

    \b
    Example:
      tracker verify
    """
    situation = open_situation()
    quiet = options().quiet or not sys.stderr.isatty()
    keys = [key for path in key_files for key in read_keys(path)]
    files = [read_file(path) for path in against]
    authority = read_authorities(authority_files)
    with click.progressbar(
        length=situation.position, label="events", file=sys.stderr, hidden=quiet
    ) as bar:
        verdict = situation.verify(
            public_keys=keys, against=files, authority=authority, progress=bar.update
        )
    if not emit(verdict.as_json(), verdict.as_json()["findings"]):
        _tell(verdict)
    click.get_current_context().exit(EXIT[verdict.verdict])


def _tell(verdict: Verdict) -> None:
    """Say the verdict, and on standard error why it is no better one."""
    from tracker.apart import shown_name

    said = {"fine": "fine", "tampered": "TAMPERED", "undecided": "cannot decide"}
    click.echo(safe(f"{shown_name(options().log)}: {said[verdict.verdict]}"))
    count = f"{verdict.events:,} event{'' if verdict.events == 1 else 's'}"
    click.echo(
        f"{count}: {verdict.covered:,} covered by a checkpoint, "
        f"{verdict.events - verdict.covered:,} not yet covered"
    )
    if verdict.verdict == "fine":
        click.echo(f"head {verdict.root}")
    for row in verdict.withheld[:SHOWN]:
        click.echo(
            safe(
                f"withheld: #{row['position']} {', '.join(row['fields'])} "
                f"(by {row['authority']}, #{row['erased']}: {row['reason']})"
            )
        )
    if len(verdict.withheld) > SHOWN:
        click.echo("... `tracker log --kind TextErased` lists all that is withheld")
    for finding in verdict.findings:
        click.echo(safe(str(finding)), err=True)
    if verdict.more:
        click.echo(f"... and {verdict.more:,} more", err=True)
    for line in (*verdict.doubts, *verdict.notes):
        click.echo(safe(line), err=True)
