"""`tracker schema`: JSON Schemas of the files people write, for editors that check as one types."""

from __future__ import annotations

import click

from tracker.cli.global_options import OneOf, common_options, options
from tracker.cli.output import dump

WHAT = ("sheet", "situation", "expect", "mapping", "citation", "datasette")


@click.command()
@click.argument("what", type=OneOf(WHAT))
@common_options
def schema(what: str) -> None:
    """Print the JSON Schema of a file.

    That is a fact sheet, a situation.yaml, an expect.yaml, the mapping of a data set, or the
    citation of an answer. `datasette` is no schema, but what explains the read model's views to
    datasette: titles, columns with their units, questions to fill in.

    \b
    Examples:
      tracker schema sheet
      tracker schema datasette
    """
    from tracker.apart import file_schema, refuse_slip
    from tracker.offers import model_of

    found = file_schema(what)
    if what == "datasette":
        refuse_slip(options().log)
    if what == "datasette" and (model := model_of(options().log)):
        (about,) = found["databases"].values()
        found = {"databases": {model.stem: about}}
    click.echo(dump(found))
