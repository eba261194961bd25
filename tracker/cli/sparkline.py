"""Sparklines: how a number ran over time, in one line of a terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from tracker.cli import words
from tracker.cli.output import fitted, terminal_width, width_of
from tracker.hedges import hedged

if TYPE_CHECKING:
    from tracker.outcomes import Answer

Row = Mapping[str, Any]

BLOCKS = "▁▂▃▄▅▆▇█"
PLAIN = "_.-=+*%#"
"""For a terminal that cannot show blocks."""
WIDEST = 60
NOW = 6  # columns for the last state, which has no end
COUNTED = {"forces", "losses"}
NO_NUMBER = "·"


def sparklines(answer: Answer) -> list[str]:
    """Draw the numbers of a history as now known: a line for each projection that counts.

    A column is a stretch of valid time, its height the number then, from 0 to the highest: best,
    or the bound that is told. A dot is a state without a number. Nothing, where fewer than two
    states have one.
    """
    lines: list[str] = []
    # without its Z a second sorts before its fractions, which texts do not do
    for name, found in groupby(answer.dicts, key=lambda row: row["projection"]):
        known = [row for row in found if row["known_to"] is None]
        rows = sorted(known, key=lambda row: (row["valid_from"] or "").removesuffix("Z"))
        if name in COUNTED and sum(number(row) is not None for row in rows) > 1:
            lines += [*_drawn(rows, answer), ""]
    return lines


def number(row: Row) -> int | None:
    """Give the number of a state that is drawn: best, else the bound that is told."""
    told = [row.get(name) for name in ("best", "low", "high")]
    return next((one for one in told if isinstance(one, int)), None)


def _drawn(rows: Sequence[Row], answer: Answer) -> list[str]:
    first = next(at for at, row in enumerate(rows) if row["since"])
    rows = rows[first:]
    told = [(one, row) for row in rows if (one := number(row)) is not None]
    highest = max(one for one, _ in told)
    room = min(WIDEST, terminal_width()) - 2 * (terminal_width() < WIDEST)
    steps = BLOCKS if _shows(BLOCKS + NO_NUMBER) else PLAIN
    line = "".join(
        _column(row, highest, steps) * wide
        for row, wide in zip(rows, _widths(rows, room - NOW), strict=True)
    )
    start, stop = told[0], told[-1]
    days = [words.clock(row["valid_from"], answer.read_in) for _, row in (start, stop)]
    ends = f"{days[0]}: {hedged(start[1])} ... {days[1]}: {hedged(stop[1])}"
    return [line, fitted(f"{ends} (highest {highest:,}; as now known)")]


def _column(row: Row, highest: int, steps: str) -> str:
    found = number(row)
    if found is None:
        return NO_NUMBER if steps is BLOCKS else " "
    return steps[0 if not highest else round(found / highest * (len(steps) - 1))]


def _widths(rows: Sequence[Row], room: int) -> list[int]:
    """Share columns among states by how long they last, at least one each; the last has NOW."""
    from tracker.instants import read_instant

    starts = [read_instant(row["valid_from"]) for row in rows]
    lasting = [after - before for before, after in pairwise(starts)]
    spare = max(0, room - len(lasting))
    whole = sum(lasting) or 1
    return [*(1 + one * spare // whole for one in lasting), NOW]


def _shows(text: str) -> bool:
    """Whether standard output can show a text."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return width_of(text) == len(text)
