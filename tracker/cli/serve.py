"""`tracker serve`: a local web app and JSON API over the log, as it grows."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from tracker.cli.global_options import common_options, options
from tracker.cli.output import note
from tracker.errors import TrackerError

LONGEST_TOKEN = 4_096  # bytes, of the file that holds it


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to serve on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8642,
    show_default=True,
    help="The port; 0 takes any that is free.",
)
@click.option(
    "--host-name",
    "names",
    metavar="NAME",
    multiple=True,
    help="A further name that this server may be asked by; repeatable.",
)
@click.option(
    "--token-file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="The token that whoever asks has to say (or $TRACKER_TOKEN).",
)
@common_options
def serve(host: str, port: int, names: tuple[str, ...], token_file: str | None) -> None:
    """Serve the situation to a browser, and as JSON, until Ctrl-C.

    Only answers questions, and only to this machine, unless --host names another address: that
    needs a token. What others record meanwhile is in the next answer. /api lists what can be
    asked; needs the extra `situation-tracker[serve]`.

    \b
    Example:
      tracker serve --help
    """
    try:
        from tracker.web.server import serve as run
    except ModuleNotFoundError as error:
        raise TrackerError(
            f"{error.name} is not installed: pip install 'situation-tracker[serve]'"
        ) from error

    token = os.environ.get("TRACKER_TOKEN") or None
    if token_file is not None:
        with Path(token_file).open("rb") as file:
            said = file.read(LONGEST_TOKEN + 1)
        if len(said) > LONGEST_TOKEN:
            raise TrackerError(f"{token_file}: over {LONGEST_TOKEN:,} bytes: that is no token")
        token = said.decode(errors="replace").strip()

    from tracker.apart import shown_name

    def ready(address: str) -> None:
        click.echo(f"serving {shown_name(options().log)} at {address} (Ctrl-C stops it)")
        sys.stdout.flush()

    asked = options()
    try:
        run(
            asked.log,
            host,
            port,
            names=names,
            token=token,
            read_only=asked.read_only,
            policy=asked.policy,
            ready=ready,
        )
    except KeyboardInterrupt:
        note("stopped")
