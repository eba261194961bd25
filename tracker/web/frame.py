"""Frames: the stretch of the earth that a map shows, and where a coordinate falls in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians

WIDTH = 960.0
"""Of a map, in its own units."""
LEAST = 2.0  # degrees: a map of one town shows what lies around it
MARGIN = 0.14  # of what is shown, on each side
FLATTEST, TALLEST = 0.5, 0.85  # height to width
POLE = 84.0  # degrees: nobody's town lies beyond
TURN = 360.0  # degrees: a wider map would show places twice, and mark them once


@dataclass(frozen=True, slots=True)
class Frame:
    """A map in plate carrée, true to scale along its middle; degrees in, map units out.

    Longitudes run on past 180 where a situation lies across that line. Distances east to west are
    shrunk by the cosine of the middle latitude (the equirectangular projection; Snyder, Map
    Projections: A Working Manual, 1987, section 12).
    """

    west: float
    south: float
    east: float
    north: float

    @property
    def unit(self) -> float:
        """Map units a degree of longitude."""
        return WIDTH / (self.east - self.west)

    @property
    def tall(self) -> float:
        """Map units a degree of latitude."""
        return self.unit / cos(radians((self.south + self.north) / 2))

    @property
    def height(self) -> float:
        """Of the map, in its units."""
        return (self.north - self.south) * self.tall

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        """Give where a coordinate falls; x runs east, y south."""
        return self.unturned(self.turned(lon), lat)

    def unturned(self, lon: float, lat: float) -> tuple[float, float]:
        """Give where a longitude falls that runs on as the frame's do."""
        return (lon - self.west) * self.unit, (self.north - lat) * self.tall

    def turned(self, lon: float) -> float:
        """Give a longitude on this side of the earth: within 180 degrees of the middle."""
        middle = (self.west + self.east) / 2
        return (lon - middle + 180) % 360 - 180 + middle

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a coordinate is in the frame."""
        return self.west <= self.turned(lon) <= self.east and self.south <= lat <= self.north


def frame_of(points: Iterable[tuple[float, float]]) -> Frame | None:
    """Give the frame around coordinates (lon, lat), with a margin; None where there are none."""
    found = list(points)
    if not found:
        return None
    lons, lats = [lon for lon, _ in found], [max(-POLE, min(POLE, lat)) for _, lat in found]
    across = [lon % 360 for lon in lons]
    if max(across) - min(across) < max(lons) - min(lons):
        lons = across
    west, east = _spread(min(lons), max(lons), LEAST)
    if east - west > TURN:
        west, east = _widened(west, east, TURN / (east - west))
    south, north = _spread(min(lats), max(lats), LEAST / 2)
    wide, high = east - west, (north - south) / cos(radians((south + north) / 2))
    if high < wide * FLATTEST:
        south, north = _widened(south, north, wide * FLATTEST / high)
    elif high > wide * TALLEST:
        west, east = _widened(west, east, high / (wide * TALLEST))
    return Frame(west, max(-POLE, south), east, min(POLE, north))


def _spread(low: float, high: float, least: float) -> tuple[float, float]:
    margin = max((high - low) * MARGIN, (least - (high - low)) / 2)
    return low - margin, high + margin


def _widened(low: float, high: float, times: float) -> tuple[float, float]:
    middle, half = (low + high) / 2, (high - low) / 2 * times
    return middle - half, middle + half
