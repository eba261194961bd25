"""`tracker schema`: JSON Schemas of the files people write, for editors that check as one types."""

from __future__ import annotations

import click

from tracker.cli.common import common_options
from tracker.cli.output import dump


@click.command()
@click.argument("what", type=click.Choice(["sheet", "situation", "expect", "mapping", "citation"]))
@common_options
def schema(what: str) -> None:
    """Print the JSON Schema of a file.

    That is a fact sheet, a situation.yaml, an expect.yaml, the mapping of a data set, or the
    citation of an answer.

    \b
    Example:
      tracker schema sheet
    """
    from tracker.situation import file_schema

    click.echo(dump(file_schema(what)))
