"""`tracker follow`: copy a log into a local replica as it grows, checked as it comes."""

from __future__ import annotations

import click

from tracker.cli.common import bar
from tracker.cli.completing import paths
from tracker.cli.global_options import common_options, options
from tracker.cli.output import emit, note, safe
from tracker.errors import TrackerError


@click.command()
@click.argument("source", required=False, shell_complete=paths)
@click.option("--once", is_flag=True, help="Stop when the replica holds all that the source does.")
@click.option(
    "--poll",
    type=click.FloatRange(0.01, 3600),
    default=0.5,
    show_default=True,
    metavar="SECONDS",
    help="How often to look for new events.",
)
@common_options
def follow(source: str | None, once: bool, poll: float) -> None:
    """Copy a log into a replica of it, and go on as it grows, until Ctrl-C.

    SOURCE is the path of a log, or its address; --log names the replica, which is made if it is not
    there, and which names its source from then on. Every batch is checked against the source's
    ledger before it is kept; a source that is not what was copied before is refused, and so is the
    replica itself, or a copy of it. Stop it at any time: it goes on where it was, without SOURCE
    too. A replica answers all questions, on its own; nothing can be recorded in it.

    \b
    Example:
      tracker follow situation.db --log replica.db --once
    """
    path = options().log
    if options().read_only:
        raise TrackerError(f"a follower writes to {path}: leave --read-only out")
    from tracker.apart import follow as run

    try:
        copied, position = run(
            path, source, once=once, poll=poll, tell=note, progress=bar("Copying")
        )
    except KeyboardInterrupt:
        note(f"{path} is left as it is; `tracker --log {path} follow` goes on")
        return
    row = {"replica": path, "copied": copied, "position": position}
    if not emit(row, [row]):
        events = f"{copied} event{'' if copied == 1 else 's'}"
        click.echo(safe(f"{path}: {events} copied, replica at #{position}"))
