"""Waiting: for what went away to be back, ever longer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tracker.instants import Instant

POLL_SECONDS = 0.5
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""Seconds before what went away is tried again: doubled each time, up to the longest."""


@dataclass
class Waiting:
    """How to wait: seconds slept, the present, what spreads a wait (0 to 1), when to end."""

    sleep: Callable[[float], None]
    clock: Callable[[], Instant]
    spread: Callable[[], float]
    stop: Callable[[], bool]
    poll: float = POLL_SECONDS

    def longer(self, tries: int) -> None:
        """Sleep before what went away is tried once more: ever longer, up to the longest."""
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries, 10))
        self.sleep(wait * (0.5 + self.spread() / 2))
