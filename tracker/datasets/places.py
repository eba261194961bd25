"""Places of a table: which rows speak of one place, and which id it has.

A name is one place, however often its coordinates are mended, until rows show that it is several:
then what lies more than NEAR_KM apart is told apart by coordinates. Of a table of events, which
says where each of them was, rows show that by lying more than FAR_KM apart, or in other regions.
Where no row of a name has coordinates, and rows say in which region it lies, it is one place a
region.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tracker.datasets.blocks import LAT, LON, PLACE_TYPES, TYPES_SAID
from tracker.datasets.numbers import degrees
from tracker.datasets.values import Bad, folded, shown, squeezed
from tracker.registry import Place

NEAR_KM = 10.0
FAR_KM = 50.0
"""No town is so large, and hardly ever is it put so far from itself."""
LONGEST_NAME = 200  # characters: no name of a place is longer
WIDE = frozenset({"region", "country"})
"""Types of place that other places lie in, and that may be named after one of them."""
_EARTH_KM = 6371.0

Point = tuple[float, float]


def apart(one: Point, other: Point) -> float:
    """Give the distance of two points (degrees) in km, along a great circle."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*one, *other))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


class Columns(NamedTuple):
    """The columns that tell of a place, as a message names them."""

    name: str
    lat: str
    lon: str
    type: str
    within: str


def _type(text: str, column: str) -> str:
    """Read the type of a place; raises Bad for what is none."""
    plain = folded(text)
    if plain in PLACE_TYPES:
        return plain
    said = f"{shown(text)} is no type of place" if plain else "no type of place is given"
    more = "name it in `values`" if plain else "name a `default`"
    raise Bad("value", column, f"{said} ({TYPES_SAID}): {more}")


def _degrees(lat: str, lon: str, columns: Columns) -> Point:
    """Read a pair of degrees; raises Bad for a pair that is none, or lies beyond the earth."""
    pairs = ((lat, columns.lat), (lon, columns.lon))
    for (text, column), (other, beside) in (pairs, pairs[::-1]):
        if not text.strip():
            reason = f"empty, and {beside} is {shown(other)}: give both, or neither"
            raise Bad("coordinate", column, reason)
    try:
        return degrees(lat, LAT, columns.lat), degrees(lon, LON, columns.lon)
    except ValueError as error:
        reason = f"no such place on earth: latitude {shown(lat)}, longitude {shown(lon)}"
        raise Bad("coordinate", columns.lat, reason) from error


@dataclass(slots=True)
class Seen:
    """One way in which rows name a place: the name, and the point where they give one."""

    name: str
    key: str
    point: Point | None
    kind: str
    within: str
    row: int
    swapped: bool = False


@dataclass(slots=True)
class Book:
    """The places that a table names, as its rows are read; `resolving` gives them their ids.

    `coordinates` says where the table's degrees come from; `bounds` where they should lie;
    `lenient` drops degrees out of range. With `of_events` what is far from a place is another.
    """

    registry: Mapping[str, Place]
    coordinates: str | None = None
    bounds: tuple[float, float, float, float] | None = None
    lenient: bool = False
    of_events: bool = False
    seen: list[Seen] = field(default_factory=list)
    several: set[str] = field(default_factory=set)
    differing: dict[int, set[int]] = field(default_factory=dict)
    """By number, those far from it of which the same report tells something else.

    However near one of them lies, it is another place.
    """
    mended: set[int] = field(default_factory=set)
    _known: dict[tuple[str, ...], int] = field(default_factory=dict)
    _named: dict[str, list[Place]] | None = None

    def add(  # noqa: PLR0917 - the parts of a place
        self,
        name: str,
        lat: str,
        lon: str,
        kind: str,
        within: str,
        columns: Columns,
        row: int,
    ) -> int:
        """Note how a row names a place; give the number it is known by. Raises Bad."""
        found = self._known.get((name, lat, lon, kind, within))
        if found is not None:
            return found
        plain = squeezed(name)
        if not plain:
            raise Bad("place", columns.name, "no place is named")
        around = squeezed(within)
        for text, column in ((plain, columns.name), (around, columns.within)):
            if len(text) > LONGEST_NAME:
                raise Bad("place", column, f"{shown(text)} is no name of a place: too long")
        point, mended = self._point(lat, lon, columns)
        one = Seen(plain, folded(plain), point, _type(kind, columns.type), around, row)
        one.swapped = self._is_swapped(point)
        number = len(self.seen)
        if mended:
            self.mended.add(number)
        self.seen.append(one)
        self._known[name, lat, lon, kind, within] = number
        return number

    def _point(self, lat: str, lon: str, columns: Columns) -> tuple[Point | None, bool]:
        """Read both degrees; (None, True) where they cannot be used and the name must do."""
        if not lat.strip() and not lon.strip():
            return None, False
        try:
            return _degrees(lat, lon, columns), False
        except Bad:
            if self.lenient:
                return None, True
            raise

    def _is_swapped(self, point: Point | None) -> bool:
        if point is None or self.bounds is None:
            return False
        south, west, north, east = self.bounds
        fits = south <= point[0] <= north and west <= point[1] <= east
        return not fits and south <= point[1] <= north and west <= point[0] <= east

    def named(self, key: str) -> list[Place]:
        """Give the registered places of a folded name, by name or alias."""
        if self._named is None:
            self._named = {}
            for place in self.registry.values():
                for name in {folded(text) for text in (place.name, *place.aliases)}:
                    self._named.setdefault(name, []).append(place)
        return self._named.get(key, [])

    def scattered(self) -> dict[str, list[int]]:
        """Give, by key, the numbers of every name whose points lie more than NEAR_KM apart."""
        by_key: dict[str, list[int]] = {}
        for number, one in enumerate(self.seen):
            if one.point is not None:
                by_key.setdefault(one.key, []).append(number)
        return {
            key: numbers
            for key, numbers in by_key.items()
            if len(numbers) > 1 and len(self.clusters(numbers)) > 1
        }

    def far_apart(self, numbers: Iterable[int]) -> bool:
        """Whether points of one name are too far apart, or in too different regions, for one place.

        A town and the region that is named after it are two places anyway.
        """
        for wide in (False, True):
            alike = [n for n in numbers if (self.seen[n].kind in WIDE) is wide]
            first, *others = self.clusters(alike) or [[]]
            for other in others:
                one, two = self.seen[first[0]].point, self.seen[other[0]].point
                if one and two and apart(one, two) > FAR_KM:
                    return True
                regions = self.regions(first), self.regions(other)
                if all(regions) and regions[0].isdisjoint(regions[1]):
                    return True
        return False

    def regions(self, numbers: Iterable[int]) -> set[str]:
        """Give the regions in which these are said to lie."""
        return {folded(self.seen[number].within) for number in numbers} - {""}

    def clusters(self, numbers: list[int]) -> list[list[int]]:
        """Gather points within NEAR_KM of the first of a cluster."""
        made: list[tuple[Point, list[int]]] = []
        for number in numbers:
            point = self.seen[number].point
            if point is None:
                continue
            near = min(made, key=lambda one: apart(one[0], point), default=None)
            if near is not None and apart(near[0], point) <= NEAR_KM:
                near[1].append(number)
            else:
                made.append((point, [number]))
        return [members for _, members in made]


def quoted(text: str) -> str:
    """Write a text as JSON."""
    return json.dumps(text, ensure_ascii=False)
