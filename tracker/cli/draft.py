"""`tracker draft`: a fact sheet proposed from prose."""

from __future__ import annotations

import click

from tracker.cli.common import open_situation, read_file
from tracker.cli.completing import paths
from tracker.cli.files import NewFile, refuse_taken, write_new
from tracker.cli.global_options import common_options, options
from tracker.cli.output import note
from tracker.harmless import dump


@click.command()
@click.argument("article", metavar="ARTICLE", shell_complete=paths)
@click.option(
    "--published",
    required=True,
    metavar="TIME",
    help="When it was published; 'on Monday' and the like count from that day.",
)
@click.option("--source", metavar="ID", help="Who published it, a registered source.")
@click.option("-o", "--output", metavar="FILE", type=NewFile(), help="Write it there.")
@common_options
def draft(article: str, published: str, source: str | None, output: str | None) -> None:
    """Propose a fact sheet from an article in English, plain text.

    Rules look for words that tell of a fact, for the registered places and actors around them, for
    numbers and times. They read no meaning: what comes out is a beginning, for a person to compare
    with the article sentence by sentence. What a fact lacks stands there as "?", and a line at the
    top keeps the sheet from being recorded until it is taken out.

    \b
    Example:
      tracker draft article.txt --published 2013-01-14 --source the-guardian -o sheet.yaml
    """
    from pathlib import Path

    refuse_taken(output)
    data, name = read_file(article, "article")
    found = open_situation().draft(data, Path(name).name, published=published, source=source)
    text = f"{dump(found.as_json())}\n" if options().format == "json" else found.as_yaml()
    if output is None:
        click.echo(text, nl=False)
    else:
        write_new(output, text.encode())
    if not found.english:
        note(f"{name}: hardly any word of it is English, and the rules read nothing else")
    facts, left = len(found.proposals), len(found.unread)
    said = (
        f"{facts} fact{'' if facts == 1 else 's'} proposed, {found.lacking} with something missing"
    )
    note(f"{said}; {left} sentence{'' if left == 1 else 's'} without one")
