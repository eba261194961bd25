"""Garbage: what makes a great many objects and no circles of them need not be searched for any."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 10_000
"""Objects, from which on a search for circles among them is worth avoiding."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave garbage uncollected meanwhile, and what was made to the next full search.

    Looking for circles costs a third of working out beliefs, and more than half of reading the
    states of 33,000 places: also if it is done once, afterwards, as it would be at once.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            # Not of few objects: garbage among them would wait long. What others froze stays so.
            if gc.get_count()[0] > _MANY and not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()  # all of it is old now, and nothing of it was looked at
            gc.enable()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Let the oldest objects be searched for circles a hundredth as often meanwhile.

    Whoever follows a log for long keeps a million objects of what was worked out, and none of them
    is garbage: to search them all takes a second, and would be done every ten.
    """
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, max(old, 1) * 100)
    try:
        yield
    finally:
        gc.set_threshold(young, middle, old)
