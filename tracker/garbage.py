"""Garbage: what makes a great many objects and no circles of them need not be searched for any."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave garbage uncollected meanwhile.

    Looking for circles costs a third of working out beliefs, and more than half of reading the
    states of 33,000 places.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
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
