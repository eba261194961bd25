"""What became of what was acknowledged, and how long nobody was: pure, of what was written down."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

ANSWER_SECONDS = 10.0
"""Seconds in which a call to a server that hangs is to return."""


class Call(NamedTuple):
    """One try to record a batch; seconds of one clock.

    `outcome`: recorded, there (it was recorded already), told (to try again, or that it is not
    known), conflict (that others came between, or that it is another report: here always false).
    """

    writer: int
    batch: int
    begun: float
    ended: float
    outcome: str
    said: str = ""

    @property
    def kept(self) -> bool:
        """Whether it acknowledges its batch."""
        return self.outcome in {"recorded", "there"}


class Disturbance(NamedTuple):
    """What was done to which node, from when until when; who led afterwards."""

    kind: str
    node: str
    at: float
    over: float
    leader: str


class Bar(NamedTuple):
    """Something that must hold: what, what was found, and whether it does."""

    what: str
    found: str
    holds: bool


def acknowledged(calls: Iterable[Call]) -> dict[int, str]:
    """Give the batches that were acknowledged, and how: by the call that recorded, or later."""
    return {call.batch: call.outcome for call in calls if call.kept}


def lost(calls: Iterable[Call], found: Iterable[int]) -> list[int]:
    """Give the batches that were acknowledged and are not in the log."""
    return sorted(acknowledged(calls).keys() - set(found))


def doubled(found: Iterable[int]) -> list[int]:
    """Give the batches that the log holds more than once."""
    return sorted(batch for batch, times in Counter(found).items() if times > 1)


def doubts(calls: Iterable[Call]) -> tuple[int, int]:
    """Count the batches of which a call could not say whether they were kept: (they were, not)."""
    doubted = {call.batch for call in calls if "is not known" in call.said}
    how = Counter(outcome for batch, outcome in acknowledged(calls).items() if batch in doubted)
    return how["there"], how["recorded"]


def silence(calls: Iterable[Call], at: float, until: float) -> float:
    """Give the longest time without an acknowledgement that ends after `at`, by `until`.

    From the last one to the next one: what was on its way when a server was killed may still have
    been acknowledged. For ever, where there was none.
    """
    ends = sorted(call.ended for call in calls if call.kept)
    gaps = (later - one for one, later in pairwise(ends) if at < later <= until)
    return max(gaps, default=float("inf"))


def slowest(calls: Iterable[Call], at: float, until: float) -> float:
    """Give how long the slowest call took of those that were going on in that time."""
    took = (call.ended - call.begun for call in calls if call.ended > at and call.begun < until)
    return max(took, default=0.0)


def answers(calls: Sequence[Call], done: Sequence[Disturbance]) -> float:
    """Give the slowest call of those that met a server that hung; 0 where none did."""
    hangs = (one for one in done if "hang" in one.kind)
    return max((slowest(calls, one.at, one.over) for one in hangs), default=0.0)


def table(calls: Sequence[Call], done: Sequence[Disturbance], end: float) -> str:
    """Lay out what was done, as Markdown: times, first acknowledgement, slowest call."""
    until = [*(one.at for one in done[1:]), end]
    silent: dict[str, list[float]] = {}
    slow: dict[str, float] = {}
    moved: Counter[str] = Counter()
    for one, limit in zip(done, until, strict=True):
        silent.setdefault(one.kind, []).append(silence(calls, one.at, limit))
        slow[one.kind] = max(slow.get(one.kind, 0.0), slowest(calls, one.at, limit))
        moved[one.kind] += one.leader != one.node
    rows = [
        (
            kind,
            str(len(found)),
            str(moved[kind]),
            f"{median(found):.1f}",
            f"{max(found):.1f}",
            f"{slow[kind]:.1f}",
        )
        for kind, found in silent.items()
    ]
    every = [seconds for found in silent.values() for seconds in found]
    if every:
        whole = ("all", str(len(every)), str(sum(moved.values())), f"{median(every):.1f}")
        rows.append((*whole, f"{max(every):.1f}", f"{max(slow.values()):.1f}"))
    return _laid_out(HEAD, rows)


_ADDRESS = r"postgresql://[^\s:]+(:\d+[^\s:]*)*"
HEAD = (
    "what was done to who leads",
    "times",
    "another led",
    "to the first acknowledgement, s: median",
    "most",
    "slowest call, s",
)


def verdict(bars: Sequence[Bar]) -> str:
    """Lay out what must hold, as Markdown."""
    rows = [(bar.what, bar.found, "yes" if bar.holds else "NO") for bar in bars]
    return _laid_out(("what must hold", "found", "holds"), rows)


def said(calls: Iterable[Call]) -> list[str]:
    """Give what writers were told instead, how often, the most frequent first."""
    told = Counter(
        re.sub(r"port \d+", "port N", re.sub(_ADDRESS, "LOG", call.said))
        for call in calls
        if not call.kept
    )
    return [f"{times} x {text}" for text, times in told.most_common()]


def _laid_out(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = [tuple(head), *(tuple(row) for row in rows)]
    wide = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [cells[0], tuple("-" * width for width in wide), *cells[1:]]
    return "\n".join("| " + " | ".join(map(str.ljust, line, wide)) + " |" for line in lines)
