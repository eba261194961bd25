"""Garbage is left alone while a great many rows are made, and looked for again afterwards."""

from __future__ import annotations

import gc
import weakref
from contextlib import suppress

from tracker.garbage import seldom_collected, uncollected

MANY = 60_000


class Circle:
    """Refers to itself: nothing but a search finds that nobody else refers to it."""

    def __init__(self) -> None:
        self.own = self


def test_many_objects_are_not_searched_at_once_and_circles_among_them_are_found_later() -> None:
    gc.collect()
    with uncollected():
        kept = [[number] for number in range(MANY)]
        circle = weakref.ref(Circle())
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    assert gc.get_count()[0] < MANY // 2
    assert circle() is not None
    gc.collect()
    assert circle() is None
    assert len(kept) == MANY


def test_what_others_froze_stays_frozen() -> None:
    gc.collect()
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        with uncollected():
            kept = [[number] for number in range(MANY)]
        assert frozen // 2 < gc.get_freeze_count() <= frozen
        assert len(kept) == MANY
    finally:
        gc.unfreeze()


def test_inside_of_one_another_the_outermost_counts() -> None:
    with uncollected():
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_garbage_is_looked_for_as_before_once_nobody_watches() -> None:
    before = gc.get_threshold()
    with suppress(KeyboardInterrupt), seldom_collected():
        assert gc.get_threshold() == (*before[:2], before[2] * 100)
        raise KeyboardInterrupt
    assert gc.get_threshold() == before
