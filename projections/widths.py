"""Widths: rectangles sorted by how long they last, so that a moment is looked up, not scanned for.

A rectangle lies in the valid x known plane, and is sorted by the clock on which it is the shorter:
what took the place of something else lasted long in the world but was soon known better; what was
overtaken by events lasted briefly, and is known so for ever. One of width w lasts less than 8^w
microseconds on that clock, so what holds a moment has begun in the 8^w before it: a stretch of an
index for each clock and width, of which at most every eighth entry or so is none.
"""

from __future__ import annotations

from tracker.instants import Instant

_BITS = 3
_EACH = 23
"""Widths on a clock: of all time, 2^63 microseconds, and shorter."""
CLASSES = 2 * _EACH
"""Widths on the valid clock, then on the known clock."""
_LEAST = -(2**63)


def class_of(
    valid_from: Instant, valid_to: Instant, known_from: Instant, known_to: Instant
) -> tuple[int, Instant]:
    """Give the class of a rectangle, and the instant at which it begins on that class's clock."""
    valid, known = valid_to - valid_from, known_to - known_from
    if valid <= known:
        return (valid.bit_length() + _BITS - 1) // _BITS, valid_from
    return _EACH + (known.bit_length() + _BITS - 1) // _BITS, known_from


def stretches(t: Instant, k: Instant) -> list[int]:
    """Give, class by class, (after, upto): what holds (t, k) has begun after, and no later."""
    found: list[int] = []
    for at in (t, k):
        for width in range(_EACH):
            found += max(at - (1 << (_BITS * width)), _LEAST), at
    return found
