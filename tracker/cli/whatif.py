"""`tracker whatif`: which answers flip where a source is left out, or another policy decides."""

from __future__ import annotations

import click

from tracker.cli import words
from tracker.cli.common import (
    cite_option,
    clock_options,
    open_situation,
    read_clocks,
    read_weighing,
    save_citation,
    weighing_options,
)
from tracker.cli.completing import keys, projections
from tracker.cli.global_options import common_options, options
from tracker.cli.namesakes import told_apart
from tracker.cli.output import emit_answer, fitted, note, say, table


@click.command()
@click.argument("projection", required=False, shell_complete=projections)
@click.argument("key", required=False, shell_complete=keys)
@weighing_options
@clock_options
@cite_option
@common_options
def whatif(
    projection: str | None,
    key: str | None,
    cite: str | None,
    only: tuple[str, ...],
    without: tuple[str, ...],
    **clocks: str | None,
) -> None:
    """Tell which answers hang on a source, or on the policy.

    Lists the cells that would be otherwise without a source, with one source alone, or under
    another --policy. That a state would only be less well supported is no change.

    \b
    Examples:
      tracker whatif --without the-guardian --as-of 2013-01-21
      tracker whatif control --policy latest --as-of 2013-01-21
    """
    situation = open_situation()
    weighing = read_weighing(situation, only, without)
    if weighing.stored:
        raise click.UsageError("what if what? Say --without SOURCE, --only SOURCE or --policy NAME")
    answer = situation.whatif(read_clocks(situation, **clocks), weighing, projection, key)
    save_citation(situation, answer, cite)
    for text in answer.notes:
        note(text)
    if emit_answer(answer):
        return
    answer = told_apart(answer)
    parts = [] if options().quiet else [fitted(words.heading(answer, projection or "what if"))]
    if answer.dicts:
        cells = [
            [
                words.cell(row),
                *(
                    words.value(row["projection"], row[side], answer.names)
                    + (
                        f"; {may}"
                        if (may := words.possibly(row[side] or {}, answer.names, answer.read_in))
                        else ""
                    )
                    for side in ("before", "after")
                ),
            ]
            for row in answer.dicts
        ]
        parts.append(table(["WHAT", "NOW", "THEN"], cells))
    else:
        parts.append("nothing changes")
    say("\n\n".join(parts))
