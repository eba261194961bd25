"""Whether a closed ring crosses itself, told exactly and fast enough for the outline of a country.

The ring is halved again and again into a tree of stretches, each with the box around it; only
stretches whose boxes meet can cross. A ring may touch itself in a point, as the outlines of two
islands joined by a causeway do.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

Point = tuple[float, float]
Box = tuple[float, float, float, float]

_LEAF = 8  # segments of a stretch that is not halved any more
_DOUBT = 3.3306690738754716e-16  # (3 + 16e) e with e = 2**-53: Shewchuk's bound for `_side`
_MOST_WORK = 6_000_000  # pairs of stretches or segments; real outlines need about 20 a segment


def crossing(ring: Sequence[Point]) -> Point | None:
    """Give a position at which a closed ring crosses itself, None where it does not.

    Raises ValueError for one so intricate that it cannot be told within bounds.
    """
    points = [ring[0]]
    points += [now for before, now in pairwise(ring) if now != before]
    if len(points) < 4:  # noqa: PLR2004 - a triangle, its first corner twice
        return points[0]
    return _Ring(points).search() or _at_corners(points)


class _Ring:
    def __init__(self, points: Sequence[Point]) -> None:
        self.points = points
        self.boxes: dict[tuple[int, int], Box] = {}
        self.work = 0
        self._box(0, len(points) - 1)

    def _box(self, start: int, end: int) -> Box:
        """Give the box around the segments from one number up to another, and keep it."""
        if end - start <= _LEAF:
            part = self.points[start : end + 1]
            xs, ys = [x for x, _ in part], [y for _, y in part]
            box = (min(xs), min(ys), max(xs), max(ys))
        else:
            middle = (start + end) // 2
            a, b = self._box(start, middle), self._box(middle, end)
            box = (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
        self.boxes[start, end] = box
        return box

    def search(self) -> Point | None:
        whole = (0, len(self.points) - 1)
        pairs = [(whole, whole)]
        while pairs:
            self.work += 1
            if self.work > _MOST_WORK:
                raise ValueError("a ring too intricate to be checked: simplify its outline")
            a, b = pairs.pop()
            if a != b:
                p, q = self.boxes[a], self.boxes[b]
                if p[0] > q[2] or q[0] > p[2] or p[1] > q[3] or q[1] > p[3]:
                    continue
            leaf_a, leaf_b = a[1] - a[0] <= _LEAF, b[1] - b[0] <= _LEAF
            if leaf_a and leaf_b:
                if found := self._segments(a, b):
                    return found
            elif a == b:
                one, two = _halves(a)
                pairs += [(one, one), (one, two), (two, two)]
            elif leaf_b or (not leaf_a and a[1] - a[0] >= b[1] - b[0]):
                pairs += [(half, b) for half in _halves(a)]
            else:
                pairs += [(a, half) for half in _halves(b)]
        return None

    def _segments(self, a: tuple[int, int], b: tuple[int, int]) -> Point | None:
        points = self.points
        for i in range(*a):
            p, q = points[i], points[i + 1]
            for j in range(max(i + 1, b[0]) if a == b else b[0], b[1]):
                self.work += 1
                if _cross(p, q, points[j], points[j + 1]):
                    return p
        return None


def _halves(stretch: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    start, end = stretch
    middle = (start + end) // 2
    return (start, middle), (middle, end)


def _side(a: Point, b: Point, c: Point) -> int:
    """Tell on which side of the line through a and b the point c lies: 1 left, -1 right, 0 on it.

    Floats decide where they can; else the numbers are compared as the fractions that they are.
    """
    left = (a[0] - c[0]) * (b[1] - c[1])
    right = (a[1] - c[1]) * (b[0] - c[0])
    found = left - right
    if abs(found) > _DOUBT * (abs(left) + abs(right)):
        return 1 if found > 0 else -1
    ax, ay, bx, by, cx, cy = map(Fraction, (*a, *b, *c))
    exact = (ax - cx) * (by - cy) - (ay - cy) * (bx - cx)
    return (exact > 0) - (exact < 0)


def _cross(p: Point, q: Point, r: Point, s: Point) -> bool:
    """Tell whether two segments cross inside both, or run along each other for a stretch."""
    if max(p[0], q[0]) < min(r[0], s[0]) or max(r[0], s[0]) < min(p[0], q[0]):
        return False
    if max(p[1], q[1]) < min(r[1], s[1]) or max(r[1], s[1]) < min(p[1], q[1]):
        return False
    if q == r and (q[0] - p[0]) * (s[0] - r[0]) + (q[1] - p[1]) * (s[1] - r[1]) > 0:
        return False  # the next segment, and it does not turn back: the usual case, told at once
    sides = (_side(p, q, r), _side(p, q, s))
    if sides == (0, 0):
        shared = min(max(p, q), max(r, s)), max(min(p, q), min(r, s))
        return shared[0] > shared[1]
    return sides[0] * sides[1] < 0 and _side(r, s, p) * _side(r, s, q) < 0


def _at_corners(points: Sequence[Point]) -> Point | None:
    """Find a corner that the ring comes to twice, and at which it goes through itself."""
    corners: dict[Point, list[int]] = {}
    last = len(points) - 1  # the first point again
    for at in range(last):
        corners.setdefault(points[at], []).append(at)
    for corner, visits in corners.items():
        for number, one in enumerate(visits):
            before, after = points[one - 1 if one else last - 1], points[one + 1]
            for other in visits[number + 1 :]:
                into, out = points[other - 1], points[(other + 1) % last]
                ways = [_within(corner, before, after, way) for way in (into, out)]
                if ways[0] != ways[1]:
                    return corner
    return None


def _within(corner: Point, start: Point, end: Point, way: Point) -> bool:
    """Tell whether a way from a corner lies in the angle from start, turning left, to end."""
    if _side(corner, start, end) > 0:
        return _side(corner, start, way) > 0 and _side(corner, way, end) > 0
    return not (_side(corner, end, way) > 0 and _side(corner, way, start) > 0)
