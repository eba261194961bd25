"""A process to be traced or troubled: `python -m _faults.workload WHAT LOG ACKS FIRST BATCHES`.

cut     make the log; record, closing it now and then, so that it is checkpointed and its side
files go; checkpoint in the middle too; rebuild the read model
retry   record each batch until it is there: after an error its events are looked up by id
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from _faults.batches import begin, opened, record
from tracker import log
from tracker.errors import TrackerError
from tracker.situation import Situation

PER_OPENING = 6
"""Batches between opening a log and closing it."""
FEW_PAGES = 12
"""Pages of the write-ahead log between checkpoints, where they are to be frequent."""
TRIES, OPENINGS = 2, 2
"""Times that a client asks again for a batch, and opens the log anew."""


def cut(path: Path, acks: Path, first: int, batches: int) -> None:
    """Make a log and record, by openings that differ in how often they checkpoint."""
    begin(path, acks)
    for opening, start in enumerate(range(first, first + batches, PER_OPENING)):
        log.CHECKPOINT = FEW_PAGES if opening % 2 else 4_000  # type: ignore[misc]
        with opened(path, acks) as situation:
            record(situation, range(start, min(start + PER_OPENING, first + batches)))
            if opening % 3 == 1:
                situation.rebuild()


def retry(path: Path, acks: Path, first: int, batches: int) -> None:
    """Record; where that fails, ask what is there and try again, as a careful client does.

    What the user would be told is printed. Gives up where the error does not go away.
    """
    left = list(range(first, first + batches))
    for _ in range(OPENINGS):
        try:
            with opened(path, acks) as situation:
                for number in [*left]:
                    if _kept(situation, number):
                        left.remove(number)
        except TrackerError as error:
            print(error, flush=True)
        if not left:
            break


def _kept(situation: Situation, number: int) -> bool:
    for _ in range(TRIES):
        try:
            record(situation, [number])
        except TrackerError as error:
            print(error, flush=True)
        else:
            return True
    return False


WORKS: dict[str, Callable[[Path, Path, int, int], None]] = {"cut": cut, "retry": retry}

if __name__ == "__main__":
    what, where, told, begins, many = sys.argv[1:]
    WORKS[what](Path(where), Path(told), int(begins), int(many))
