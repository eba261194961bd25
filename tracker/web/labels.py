"""Labels: names on a map that do not overlap, at whatever size it is shown.

Marks and letters keep their size while the map grows, so what overlaps when it is small may stand
apart when it is large. For each name the scale is found from which it fits; the page shows it from
there on (its `data-from`), and no layout is done in the browser.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

LETTER = 6.6
"""Pixels, the mean width of a letter of 12 pixels in a sans-serif face; wide rather than narrow."""
LINE = 14.0  # pixels, the height of a line of letters
GAP = 10.0  # pixels from a mark's middle to its label
MARK = 8.0  # pixels, half of a mark
SCALES = tuple(0.35 * 2 ** (n / 2) for n in range(15))
"""Pixels a map unit at which labels are laid out: from a telephone's to a far enlargement."""
NEVER = 10**6
_BUCKET = 64.0

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name that should stand beside a point (map units), or over it if `loose` (no mark).

    From the scale `least` on; smaller, it is left out.
    """

    text: str
    x: float
    y: float
    loose: bool = False
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a label goes: its anchor, its offset in pixels, the scale from which it fits."""

    anchor: str
    dx: float
    dy: float
    scale: float


def placed(wanted: Sequence[Wanted], wide: float, high: float) -> list[Placed]:
    """Place labels on a map so wide and high, the first ones first.

    Every mark is kept free of other labels, and no label of a whole map runs over its edge.
    """
    return list(_placed(tuple(wanted), wide, high))


@lru_cache(maxsize=4)  # takes seconds for thousands of names, which seldom change
def _placed(wanted: tuple[Wanted, ...], wide: float, high: float) -> tuple[Placed, ...]:
    found: list[Placed | None] = [None] * len(wanted)
    for scale in SCALES:
        taken = _Taken()
        for one in wanted:
            if not one.loose:
                x, y = one.x * scale, one.y * scale
                taken.add((x - MARK, y - MARK, x + MARK, y + MARK))
        standing = [n for n, one in enumerate(found) if one is not None]
        for n in standing:
            where = found[n]
            if where is not None:
                taken.add(_box(wanted[n], where, scale))
        for n, one in enumerate(wanted):
            if found[n] is None:
                found[n] = _fitting(one, scale, taken, (wide * scale, high * scale))
    return tuple(one or Placed("start", GAP, 4, NEVER) for one in found)


def _fitting(one: Wanted, scale: float, taken: _Taken, edge: tuple[float, float]) -> Placed | None:
    if scale < one.least:
        return None
    for anchor, dx, dy in _PLACES_LOOSE if one.loose else _PLACES:
        where = Placed(anchor, dx, dy, round(scale, 3))
        box = _box(one, where, scale)
        inside = min(box) >= 0 and box[2] <= edge[0] and box[3] <= edge[1]
        if inside and taken.free(box):
            taken.add(box)
            return where
    return None


_PLACES = (
    ("start", GAP, 4.0),
    ("end", -GAP, 4.0),
    ("middle", 0.0, -11.0),
    ("middle", 0.0, 20.0),
)
_PLACES_LOOSE = (("middle", 0.0, 4.0),)


def _box(one: Wanted, where: Placed, scale: float) -> Box:
    wide = len(one.text) * LETTER
    x, y = one.x * scale + where.dx, one.y * scale + where.dy
    left = {"start": x, "end": x - wide, "middle": x - wide / 2}[where.anchor]
    return left, y - LINE + 3, left + wide, y + 3


class _Taken:
    """Boxes that are taken, in buckets."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[int, int], list[Box]] = defaultdict(list)

    def add(self, box: Box) -> None:
        for bucket in self._of(box):
            self._buckets[bucket].append(box)

    def free(self, box: Box) -> bool:
        left, top, right, bottom = box
        return not any(
            left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
            for bucket in self._of(box)
            for other in self._buckets.get(bucket, ())
        )

    @staticmethod
    def _of(box: Box) -> Iterable[tuple[int, int]]:
        left, top, right, bottom = (int(side // _BUCKET) for side in box)
        return ((x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))
