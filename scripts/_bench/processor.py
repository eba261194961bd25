"""The time of a processor that a process and all below it take, whatever else the machine does."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Self

SECONDS = 0.5
"""Between two looks: of a process that ends, so much at most goes unseen."""
_TICK = os.sysconf("SC_CLK_TCK")


class Watched(Thread):
    """Looks at all processes below this one while the block runs; `seconds` is their sum.

    Of Linux's /proc: elsewhere it stays 0. A process that is left without its parent, as Spark
    leaves some at its end, is lost sight of; what it had taken by then is counted.
    """

    def __init__(self) -> None:
        """Look from now on."""
        super().__init__(daemon=True)
        self._ended = Event()
        self._taken: dict[tuple[int, int], float] = {}
        self._before = 0.0

    @property
    def seconds(self) -> float:
        """What all of them have taken together since the block began."""
        return sum(self._taken.values()) - self._before

    def __enter__(self) -> Self:
        """Begin."""
        self._look()
        self._before = sum(self._taken.values())
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, with a last look."""
        self._ended.set()
        self.join()
        self._look()

    def run(self) -> None:
        """Look again and again."""
        while not self._ended.wait(SECONDS):
            self._look()

    def _look(self) -> None:
        found = dict(filter(None, map(_seen, Path("/proc").glob("[0-9]*"))))
        ours = {os.getpid()}
        while more := {pid for pid, (up, _, _) in found.items() if up in ours} - ours:
            ours |= more
        for pid in ours & found.keys():
            _, begun, taken = found[pid]
            self._taken[pid, begun] = taken


def _seen(process: Path) -> tuple[int, tuple[int, int, float]] | None:
    """Give a process: its id, and (its parent, when it began, seconds taken); None if gone."""
    with suppress(OSError):
        fields = (process / "stat").read_text().rpartition(")")[2].split()
        taken = (int(fields[11]) + int(fields[12])) / _TICK
        return int(process.name), (int(fields[1]), int(fields[19]), taken)
    return None
