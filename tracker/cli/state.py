"""`tracker state`: what is so, as of one time, as known at another."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from tracker.cli import words
from tracker.cli.common import (
    cite_option,
    clock_options,
    open_situation,
    read_clocks,
    read_weighing,
    save_citation,
    stale_option,
    weighing_options,
)
from tracker.cli.completing import keys, projections
from tracker.cli.global_options import common_options, options
from tracker.cli.namesakes import told_apart
from tracker.cli.output import emit_answer, fitted, note, say, table

if TYPE_CHECKING:
    from tracker.outcomes import Answer

Row = dict[str, Any]


@click.command()
@click.argument("projection", required=False, shell_complete=projections)
@click.argument("key", required=False, shell_complete=keys)
@clock_options
@weighing_options
@stale_option
@cite_option
@common_options
def state(
    projection: str | None,
    key: str | None,
    cite: str | None,
    only: tuple[str, ...],
    without: tuple[str, ...],
    stale_after: int | None,
    **clocks: str | None,
) -> None:
    """Tell what is so, as of one time, as known at another.

    PROJECTION is control, forces, alerts, losses, incidents, humanitarian or posture; without it,
    all of them. A bare date means through the end of that day. KEY narrows to one cell (the
    "key" of its row in --json), or to those of a place or an actor, by id or name: the forces
    there and its own, its losses, the alerts about it.

    \b
    Examples:
      tracker state control --as-of 2013-01-19
      tracker state forces bamako --as-of 2013-01-21
      tracker state forces france/mali/troops/deployed --as-of 2013-01-21
      tracker state control diabaly --as-of 2013-01-21 --known-at 2013-01-17
      tracker state control --as-of 2013-01-21 --without voa --stale-after 7d
    """
    situation = open_situation()
    answer = situation.state(
        read_clocks(situation, **clocks),
        projection,
        key,
        weighing=read_weighing(situation, only, without),
        stale_after=stale_after,
    )
    save_citation(situation, answer, cite)
    for text in answer.notes:
        note(text)
    if emit_answer(answer):
        return
    answer = told_apart(answer)
    parts = [] if options().quiet else [fitted(words.heading(answer, projection or "state"))]
    for name, rows in groupby(answer.dicts, key=lambda row: row["projection"]):
        headers, cells = COLUMNS[name]
        title = "" if projection else f"{name.upper()}\n"
        parts.append(title + table(headers, [cells(row, answer) for row in rows]))
    say("\n\n".join(parts if answer.dicts else [*parts, "no evidence"]))


def _control(row: Row, answer: Answer) -> list[str]:
    return [
        row["name"],
        words.value("control", row, answer.names),
        words.support(row),
        words.since(row, answer.read_in),
        words.evidence(row, answer.names, answer.read_in),
    ]


def _forces(row: Row, answer: Answer) -> list[str]:
    return [
        words.names_of(row["actors"], answer.names),
        answer.names.get(row["place"], row["place"]),
        row["category"],
        row["phase"],
        words.value("forces", row, answer.names),
        words.support(row),
        words.since(row, answer.read_in),
        words.evidence(row, answer.names, answer.read_in),
    ]


def _alerts(row: Row, answer: Answer) -> list[str]:
    authority = row["authority"]
    return [
        answer.names.get(row["scheme"], row["scheme"]),
        words.names_of(row["scope"].split("+"), answer.names),
        words.value("alerts", row, answer.names),
        words.support(row),
        words.names_of([authority], answer.names) if authority else "",
        words.since(row, answer.read_in),
        words.evidence(row, answer.names, answer.read_in),
    ]


def _losses(row: Row, answer: Answer) -> list[str]:
    return [
        words.names_of(row["side"].split("+"), answer.names),
        row["category"],
        row["fate"],
        words.value("losses", row, answer.names),
        words.support(row),
        words.since(row, answer.read_in),
        words.evidence(row, answer.names, answer.read_in),
    ]


def _facts(row: Row, answer: Answer) -> list[str]:
    return [
        words.stated(row["when"], answer.read_in),
        row["kind"],
        row["status"],
        answer.names.get(row["place"], row["place"] or ""),
        answer.names.get(row["source"], row["source"]),
        row["name"],
    ]


_FACTS = (["WHEN", "KIND", "STATUS", "PLACE", "SOURCE", "WHAT"], _facts)
COLUMNS: dict[str, tuple[list[str], Callable[[Row, Answer], list[str]]]] = {
    "control": (["PLACE", "STATE", "SUPPORT", "SINCE", "EVIDENCE"], _control),
    "forces": (
        ["FORCE", "PLACE", "CATEGORY", "PHASE", "NUMBER", "SUPPORT", "SINCE", "EVIDENCE"],
        _forces,
    ),
    "alerts": (
        ["SCHEME", "SCOPE", "LEVEL", "SUPPORT", "AUTHORITY", "SINCE", "EVIDENCE"],
        _alerts,
    ),
    "losses": (
        ["SIDE", "CATEGORY", "FATE", "NUMBER", "SUPPORT", "SINCE", "EVIDENCE"],
        _losses,
    ),
    "incidents": _FACTS,
    "humanitarian": _FACTS,
    "posture": _FACTS,
}
