"""`tracker replay`: run the log again, event by event, with the changes each one caused."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import click

from tracker.cli import words
from tracker.cli.common import (
    clock_options,
    open_situation,
    read_clocks,
    read_weighing,
    weighing_options,
)
from tracker.cli.global_options import common_options, options
from tracker.cli.output import dump, emit, safe

Row = dict[str, Any]


@click.command()
@clock_options
@weighing_options
@click.option("--changes", is_flag=True, help="Only events that changed something.")
@common_options
def replay(
    changes: bool, only: tuple[str, ...], without: tuple[str, ...], **clocks: str | None
) -> None:
    """Run the log again, event by event.

    Each event is followed by the state changes that it caused. The clocks say how far:
    --recorded-at '#60' stops at a position (or a time), --known-at leaves out reports published
    later, --as-of facts that begin later; states are those at these clocks.

    \b
    Examples:
      tracker replay --known-at 2013-01-14
      tracker replay --recorded-at '#60'
    """
    situation = open_situation()
    weighing = read_weighing(situation, only, without)
    asked = (read_clocks(situation, **clocks), weighing)
    if options().format in {"json", "csv"}:
        answer = situation.replayed(*asked)
        rows = [row for row in answer.dicts if row["changes"] or not changes]
        emit({**answer.as_json(), "rows": rows}, rows, answer.columns)
        return
    names, zone = situation.names(), asked[0].zone or situation.zone
    for row, changed in situation.replay(*asked):
        if changes and not changed:
            continue
        if options().format == "nl":
            click.echo(dump({**row, "changes": changed}, indent=None))
            continue
        click.echo(safe(f"#{row['position']} {row['kind']}{_about(row)}: {row['what']}"))
        for change in changed:
            click.echo("    " + safe(_change(change, names, zone)))


def _about(row: Row) -> str:
    return f" {row['subject']}" if row["subject"] else ""


def _change(change: Row, names: Mapping[str, str], zone: str) -> str:
    name, before, after = change["projection"], change["before"], change["after"]
    if name in {"incidents", "humanitarian", "posture"}:
        return f"{name}: one {'more entry' if after else 'entry less'}"
    was: str = words.value(name, before, names)
    becomes: str = words.value(name, after, names)
    may = words.possibly({**(after or {}), "projection": name}, names, zone)
    if was == becomes:
        was, becomes = _alike(was, before or {}, after or {}, zone)
    return f"{name} {change['key']}: {was} -> {becomes}{f'; {may}' if may else ''}"


def _alike(value: str, before: Row, after: Row, zone: str) -> list[str]:
    """Say what differs of two states of one value: the support, or since when; and the facts."""
    sides = [value, value]
    for say in (_support, partial(words.begun, zone=zone)):
        said = [say(row) for row in (before, after)]
        if said[0] != said[1]:
            sides = [", ".join(filter(None, pair)) for pair in zip(sides, said, strict=True)]
    counts = [words.facts(len(row.get("evidence", []))) for row in (before, after)]
    if counts[0] != counts[1] or sides[0] == sides[1]:
        sides = [f"{side}, {count}" for side, count in zip(sides, counts, strict=True)]
    return sides


def _support(row: Row) -> str:
    return words.support(row) if row else ""
