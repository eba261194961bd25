"""Lines of the table: what was measured, what against, and whether it holds the bar."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median

LONG_BLOCK = 1.0
"""Seconds after which a block of calls is cut short: the slow need fewer calls to tell."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `ours` and `theirs` in `unit`; `ratio` is how many times as good ours is.

    `holds` is None where there is no bar to hold; `note` says why a competitor is not there.
    """

    name: str
    ours: float | None = None
    unit: str = ""
    against: str = ""
    theirs: float | None = None
    ratio: float | None = None
    bar: str = ""
    holds: bool | None = None
    note: str = ""

    def as_json(self) -> dict[str, object]:
        """Give its fields."""
        return asdict(self)

    def cells(self) -> tuple[str, ...]:
        """Give what the table prints of it."""
        verdict = "" if self.holds is None else "yes" if self.holds else "NO"
        return (
            self.name,
            self._written(self.ours),
            self.against,
            self.note or self._written(self.theirs),
            "" if self.ratio is None else f"{number(self.ratio)} x",
            self.bar,
            verdict,
        )

    def _written(self, value: float | None) -> str:
        return "" if value is None else f"{number(value)} {self.unit}"


HEAD = ("what", "ours", "against", "theirs", "ratio", "bar", "holds")


def number(value: float) -> str:
    """Write a number with three figures that mean something, thousands set apart."""
    if abs(value) >= 100:  # noqa: PLR2004 - three figures
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table(lines: Sequence[Line]) -> str:
    """Lay the lines out in columns, as Markdown, so that they can be kept as they are."""
    cells = [HEAD, *(line.cells() for line in lines)]
    wide = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rows = [
        "| " + " | ".join(map(str.ljust, row, wide)) + " |"
        for row in [cells[0], tuple("-" * width for width in wide), *cells[1:]]
    ]
    return "\n".join(rows)


def in_turn(
    works: Mapping[str, Callable[[int], object]], rounds: int, block: int = 1
) -> dict[str, float]:
    """Give the median seconds of a call of each work, all in turn in every round.

    So whatever else the machine does falls on all alike. A turn is a block of calls, each given
    its number, that ends after a second; round 0 warms up, and does not count.
    """
    taken: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds + 1):
        for name, work in works.items():
            spent = 0.0
            for call in range(turn * block, turn * block + block):
                begun = time.perf_counter()
                work(call)
                one = time.perf_counter() - begun
                spent += one
                if turn:
                    taken[name].append(one)
                if spent > LONG_BLOCK:
                    break
    return {name: median(times) for name, times in taken.items()}
