"""The base map: what of Natural Earth lies in a frame. Cut by scripts/basemap; see basemap.md.

basemap.bin holds a length (4 bytes), a head (JSON, zlib) and a body (zlib). The head's `arcs` give
each line [offset in the body, points, west, south, east, north], in `grid` steps a degree; its
points are steps from the one before, x and y in turn, zigzag in groups of seven bits, low first.
`countries` are [name, rings], a ring a list of arcs, ~n for one that runs backwards; `lakes` are
closed arcs; `borders`, `rivers` and `regions` are arcs; `region_names` are [name, lon, lat, area
in square degrees].
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from math import ceil, copysign
from typing import Any

from tracker.web.frame import TURN, WIDTH, Frame

FINEST = 0.4
"""Map units within which a point makes no difference to the eye, at twice the size."""
SPECK = 1.2
"""Map units: islands and lakes smaller than that are left out."""
WIDEST_REGIONS = 45.0  # degrees: beyond, regions are too small to be seen
MORE = 0x80  # the bit of a byte that says that the number goes on
CORNERS = 3  # of the least shape that covers anything
BEYOND = 0.25  # of the frame, on each side: what panning a little still finds
Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Land:
    """What lies in a frame, in its units; names with where they belong, the largest first."""

    land: list[Points]
    borders: list[Points]
    rivers: list[Points]
    lakes: list[Points]
    regions: list[Points]
    countries: list[tuple[str, float, float]]
    region_names: list[tuple[str, float, float]]


class Basemap:
    """The file, opened: its head read, its body unpacked."""

    def __init__(self) -> None:
        """Read the file that comes with the package."""
        data = files("tracker.web").joinpath("basemap.bin").read_bytes()
        (size,) = struct.unpack(">I", data[:4])
        self.head: dict[str, Any] = json.loads(zlib.decompress(data[4 : 4 + size]))
        self.body = zlib.decompress(data[4 + size :])
        self.grid = float(self.head["grid"])

    def cut(self, frame: Frame) -> Land:
        """Give what lies in a frame and a little beyond, simplified to what can be seen."""
        wide, high = _beyond(frame) * frame.unit, frame.height * BEYOND
        box = (-wide, -high, WIDTH + wide, frame.height + high)
        small = frame.east - frame.west < WIDEST_REGIONS
        land, countries = self._countries(frame, box)
        names = [
            (name, *frame.point(lon, lat))
            for name, lon, lat, _ in self.head["region_names"]
            if frame.holds(lon, lat)
        ]
        return Land(
            land=land,
            borders=self._lines(self.head["borders"], frame, box),
            rivers=self._lines(self.head["rivers"], frame, box),
            lakes=self._rings([[arc] for arc in self.head["lakes"]], frame, box),
            regions=self._lines(self.head["regions"], frame, box) if small else [],
            countries=countries,
            region_names=names if small else [],
        )

    def _countries(self, frame: Frame, box: Box) -> tuple[list[Points], list[Named]]:
        land: list[Points] = []
        names = []
        seen = (0.0, 0.0, WIDTH, frame.height)
        for name, rings in self.head["countries"]:
            found = self._rings(rings, frame, box)
            land += found
            shown = [
                one for one in (clipped_ring(ring, seen) for ring in found) if len(one) >= CORNERS
            ]
            if shown:
                area, x, y = max(map(middle, shown))
                names.append((area, (name, x, y)))
        names.sort(key=lambda one: -one[0])
        return land, [name for area, name in names if area > 0]

    def _rings(self, rings: Iterable[list[int]], frame: Frame, box: Box) -> list[Points]:
        found = []
        for ring in rings:
            arcs = [arc if arc >= 0 else ~arc for arc in ring]
            wests, souths, easts, norths = zip(*map(self._bounds, arcs), strict=True)
            if not _meet((min(wests), min(souths), max(easts), max(norths)), frame):
                continue
            points: Points = []
            for arc, signed in zip(arcs, ring, strict=True):
                line = self._points(arc)
                points += line if signed >= 0 else line[::-1]
            for one in _turns(closed(unrolled(points)), frame):
                cut = thinned(clipped_ring(one, box))
                if len(cut) >= CORNERS and _across(cut) > SPECK:
                    found.append(cut)
        return found

    def _lines(self, arcs: Iterable[int], frame: Frame, box: Box) -> list[Points]:
        found: list[Points] = []
        for arc in arcs:
            if _meet(self._bounds(arc), frame):
                for line in _turns(unrolled(self._points(arc)), frame):
                    found += [thinned(one) for one in clipped_line(line, box)]
        return found

    def _bounds(self, arc: int) -> tuple[float, float, float, float]:
        _, _, west, south, east, north = self.head["arcs"][arc]
        grid = self.grid
        return west / grid, south / grid, east / grid, north / grid

    def _points(self, arc: int) -> Points:
        """Give the points of an arc, in degrees."""
        at, count, *_ = self.head["arcs"][arc]
        body, grid = self.body, self.grid
        x = y = 0
        found = []
        for _ in range(count):
            step, at = _number(body, at)
            x += step
            step, at = _number(body, at)
            y += step
            found.append((x / grid, y / grid))
        return found


Box = tuple[float, float, float, float]
Named = tuple[str, float, float]


def _number(body: bytes, at: int) -> tuple[int, int]:
    n = shift = 0
    while True:
        byte = body[at]
        at += 1
        n |= (byte & ~MORE) << shift
        if not byte & MORE:
            return (n >> 1) ^ -(n & 1), at
        shift += 7


def _beyond(frame: Frame) -> float:
    """Give the degrees beside a frame that are drawn too: no more than show a meridian twice."""
    wide = frame.east - frame.west
    return min(wide * BEYOND, (TURN - wide) / 2)


def _meet(bounds: Box, frame: Frame) -> bool:
    """Whether a box meets the frame's, on whichever turn of the earth."""
    west, south, east, north = bounds
    wide, high = _beyond(frame), (frame.north - frame.south) * BEYOND
    if north < frame.south - high or south > frame.north + high:
        return False
    return any(
        west + turn <= frame.east + wide and frame.west - wide <= east + turn
        for turn in (-TURN, 0, TURN)
    )


def unrolled(points: Points) -> Points:
    """Let the longitudes of a line run on past 180, where it is written on from the other side."""
    found: Points = []
    shift = before = 0.0
    for lon, lat in points:
        if found and abs(lon - before) > TURN / 2:
            shift -= copysign(TURN, lon - before)
        before = lon
        found.append((lon + shift, lat))
    return found


def closed(ring: Points) -> Points:
    """Close a ring around a pole, which ends a turn from where it began, by way of that pole."""
    (first, lat), (last, _) = ring[0], ring[-1]
    if abs(last - first) < TURN / 2:
        return ring
    pole = copysign(90.0, lat)
    end = first + copysign(TURN, last - first)
    return [*ring, (end, lat), (end, pole), (first, pole)]


def _turns(line: Points, frame: Frame) -> Iterator[Points]:
    """Put a line on the map, once for each turn of the earth on which it may be seen.

    A line longer than half the earth is on both sides of a frame as wide: point by point, each
    on the side where it is nearer, it would be torn to and fro across the map.
    """
    lons, wide = [lon for lon, _ in line], _beyond(frame)
    turn = ceil((frame.west - wide - max(lons)) / TURN) * TURN
    while min(lons) + turn <= frame.east + wide:
        yield [frame.unturned(lon + turn, lat) for lon, lat in line]
        turn += TURN


def middle(ring: Points) -> tuple[float, float, float]:
    """Give the area of a ring, and its centre of gravity."""
    area = x = y = 0.0
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = ax * by - bx * ay
        area += cross
        x, y = x + (ax + bx) * cross, y + (ay + by) * cross
    return (abs(area / 2), x / (3 * area), y / (3 * area)) if area else (0.0, *ring[0])


def _across(ring: Points) -> float:
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return max(max(xs) - min(xs), max(ys) - min(ys))


def thinned(points: Points) -> Points:
    """Leave out points that lie within FINEST of the one kept before them."""
    kept = points[:1]
    for point in points[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) > FINEST:
            kept.append(point)
    return kept + points[-1:]


def clipped_ring(ring: Points, box: Box) -> Points:
    """Cut a ring to a box (Sutherland and Hodgman, 1974)."""
    for axis, edge, sign in ((0, box[0], 1), (0, box[2], -1), (1, box[1], 1), (1, box[3], -1)):
        found: Points = []
        for one, two in zip(ring[-1:] + ring[:-1], ring, strict=True):
            inside, was = (two[axis] - edge) * sign >= 0, (one[axis] - edge) * sign >= 0
            if inside != was:
                share = (edge - one[axis]) / (two[axis] - one[axis])
                found.append(_between(one, two, share))
            if inside:
                found.append(two)
        ring = found
        if not ring:
            break
    return ring


def clipped_line(line: Points, box: Box) -> Iterator[Points]:
    """Cut a line to a box: the parts that run in it (Liang and Barsky, 1984)."""
    part: Points = []
    for one, two in pairwise(line):
        shares = _within(one, two, box)
        if shares is None:
            if len(part) > 1:
                yield part
            part = []
            continue
        first, last = shares
        if not part or first > 0:
            if len(part) > 1:
                yield part
            part = [_between(one, two, first)]
        part.append(_between(one, two, last))
    if len(part) > 1:
        yield part


def _within(
    one: tuple[float, float], two: tuple[float, float], box: Box
) -> tuple[float, float] | None:
    first, last = 0.0, 1.0
    for axis, low, high in ((0, box[0], box[2]), (1, box[1], box[3])):
        run, at = two[axis] - one[axis], one[axis]
        if not run:
            if not low <= at <= high:
                return None
            continue
        enter, leave = sorted(((low - at) / run, (high - at) / run))
        first, last = max(first, enter), min(last, leave)
    return (first, last) if first < last else None


def _between(
    one: tuple[float, float], two: tuple[float, float], share: float
) -> tuple[float, float]:
    return one[0] + (two[0] - one[0]) * share, one[1] + (two[1] - one[1]) * share
