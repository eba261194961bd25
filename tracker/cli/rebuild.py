"""`tracker rebuild`: the read model anew from the log, or compared with one made anew."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from tracker.cli.common import (
    BAD_ANSWER,
    common_options,
    open_situation,
    options,
    tell_of_no_model,
)
from tracker.cli.output import emit, note, safe
from tracker.errors import TrackerError

SHOWN = 20


@click.command()
@click.option(
    "--check", is_flag=True, help="Change nothing: compare the live model with a new one."
)
@common_options
def rebuild(check: bool) -> None:
    """Rebuild the read model, or compare it (--check).

    It is made from the log into a new file that replaces the old one at once. With
    --check, compare instead: exit 1 where the live model differs.

    \b
    Example:
      tracker rebuild --check
    """
    situation = open_situation()
    if check and tell_of_no_model(situation):
        click.get_current_context().exit(BAD_ANSWER)
    folder = Path(situation.store_path).absolute().parent
    if not check and not os.access(folder, os.W_OK):
        raise TrackerError(f"{folder} cannot be written to: no read model can be made there")
    total = situation.position
    quiet = options().quiet or not sys.stderr.isatty()
    bar = click.progressbar(length=total, label="events", file=sys.stderr, hidden=quiet)
    done = 0

    def progress(position: int) -> None:
        nonlocal done
        bar.update(position - done)
        done = position

    with bar:
        different = _run(check, situation.compare, situation.rebuild, progress)
    rows = [{"problem": line} for line in different]
    if emit({"events": total, "rows": rows}, rows):
        pass
    elif not check:
        note(f"rebuilt from {total} events")
    elif not different:
        click.echo(f"the read model equals a rebuild of {total} events")
    if not different:
        return
    for line in different[:SHOWN]:
        click.echo(safe(line), err=True)
    click.echo(f"{len(different)} rows differ: run `tracker rebuild`", err=True)
    click.get_current_context().exit(BAD_ANSWER)


def _run(
    check: bool,
    compare: Callable[[Callable[[int], None]], list[str]],
    rebuild: Callable[[Callable[[int], None]], int],
    progress: Callable[[int], None],
) -> list[str]:
    if check:
        return compare(progress)
    rebuild(progress)
    return []
