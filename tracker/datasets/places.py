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
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from tracker.datasets.blocks import PLACE_TYPES, TYPES_SAID
from tracker.datasets.ids import fresh_id, slug
from tracker.datasets.numbers import degrees
from tracker.datasets.values import Bad, folded, shown, squeezed
from tracker.registry import Place

NEAR_KM = 10.0
FAR_KM = 50.0
"""No town is so large, and hardly ever is it put so far from itself."""
LONGEST_NAME = 200  # characters: no name of a place is longer
LAT, LON = 90, 180
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
    """The places that a table names, as its rows are read; `resolve` gives them their ids.

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
    differing: set[str] = field(default_factory=set)
    """Those of them of whose points a report tells different things, however near they lie."""
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
            if len(numbers) > 1 and len(self._clusters(numbers)) > 1
        }

    def far_apart(self, numbers: Iterable[int]) -> bool:
        """Whether points of one name are too far apart, or in too different regions, for one place.

        A town and the region that is named after it are two places anyway.
        """
        for wide in (False, True):
            alike = [n for n in numbers if (self.seen[n].kind in WIDE) is wide]
            first, *others = self._clusters(alike) or [[]]
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

    def cluster_of(self, numbers: Iterable[int]) -> dict[int, int]:
        """Give for each of these numbers of one name the cluster that its point lies in."""
        found: dict[int, int] = {}
        for index, members in enumerate(self._clusters(list(numbers))):
            found |= dict.fromkeys(members, index)
        return found

    def _clusters(self, numbers: list[int]) -> list[list[int]]:
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

    def resolve(self, used: Collection[int]) -> Resolved:
        """Give every way of naming a place its id; only what is used is registered."""
        return _Resolver(self).run(used)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The id of each number of a Book (None: ambiguous), what to register, what is ambiguous."""

    ids: list[str | None]
    register: list[Place]
    ambiguous: tuple[str, ...]


class _Resolver:
    def __init__(self, book: Book) -> None:
        self.book = book
        self.taken: dict[str, Place] = dict(book.registry)
        self.fresh: dict[str, Place] = {}
        self.ids: list[str | None] = [None] * len(book.seen)
        self.ambiguous: dict[str, None] = {}
        self.named: dict[tuple[str, bool], str] = {}
        self.regions = False

    def run(self, used: Collection[int]) -> Resolved:
        by_name: dict[tuple[str, bool], list[int]] = {}
        for number, one in enumerate(self.book.seen):
            by_name.setdefault((one.key, one.kind in WIDE), []).append(number)
        self.regions = any(one.within for one in self.book.seen)
        for (key, wide), numbers in by_name.items():
            known = self._known(key, wide=wide)
            wanted = [number for number in numbers if number in used]
            if self._differ_by_region(numbers, known):
                self._one_a_region(numbers, known, wanted)
            elif key in self.book.several or len(known) > 1 or self._elsewhere(wanted, known):
                self._told_apart(numbers, known, wanted)
            elif wanted or known:
                self._one(numbers, known, wanted)
        return Resolved(self.ids, list(self.fresh.values()), tuple(self.ambiguous))

    def _known(self, key: str, *, wide: bool) -> list[Place]:
        """Give the places that a name may mean: a town is not the region that is named after it.

        Where a table names no regions, a name registered for one only is that one.
        """
        found = self.book.named(key)
        alike = [place for place in found if (place.type in WIDE) is wide]
        return alike or ([] if self.regions else found)

    def _differ_by_region(self, numbers: list[int], known: list[Place]) -> bool:
        """Whether rows without coordinates tell of places of one name in several regions."""
        if any(self.book.seen[number].point is not None for number in numbers):
            return False
        regions = self.book.regions(numbers)
        there = any(self._lies_in(place, region) for place in known for region in regions)
        return bool(regions) and (len(regions) > 1 or len(known) > 1 or not (there or not known))

    def _lies_in(self, place: Place, region: str) -> bool:
        """Whether a registered place may be the one of a region: unless it lies in another."""
        around = self._lineage(place.within)
        if not around or around[0].type == "country" or any(region in _names(p) for p in around):
            return True
        meant = [one for one in self.book.named(region) if one.type in WIDE]
        return any(around[0] in self._lineage(one.within) for one in meant)

    def _lineage(self, name: str | None) -> list[Place]:
        found: list[Place] = []
        while name and (place := self.taken.get(name)) and place not in found:
            found.append(place)
            name = place.within
        return found

    def _one_a_region(self, numbers: list[int], known: list[Place], wanted: list[int]) -> None:
        """Give each region's rows an id of their own; which is meant without one nobody can say."""
        seen = self.book.seen
        free = list(known)
        for region in sorted(self.book.regions(numbers)):
            members = [number for number in numbers if folded(seen[number].within) == region]
            own = [p for p in free if region in _names(self.taken.get(p.within or ""))]
            found = [*own, *(place for place in free if self._lies_in(place, region))][:1]
            if found:
                free.remove(found[0])
            elif not set(members) & set(wanted):
                continue
            first = seen[members[0]]
            made = slug(first.name)
            if made in self.taken:
                made = f"{made}-{slug(first.within)}"
            name = found[0].id if found else self._register(first.name, made, first)
            for number in members:
                self.ids[number] = name
        if any(self.ids[number] is None for number in wanted):
            self.ambiguous[seen[numbers[0]].name] = None

    def _elsewhere(self, wanted: list[int], known: list[Place]) -> bool:
        """Whether events are told of far from the one place that is known by their name."""
        if not self.book.of_events or len(known) != 1:
            return False
        return any(self._is_far(self.book.seen[number], known[0]) for number in wanted)

    def _is_far(self, one: Seen, place: Place) -> bool:
        """Whether events there are of another place: too far away, or in another region."""
        if one.point is None or place.lat is None or place.lon is None:
            return False
        around = self.taken.get(place.within or "")
        regions = _names(around)
        elsewhere = regions and one.within and folded(one.within) not in regions
        return apart(one.point, (place.lat, place.lon)) > (NEAR_KM if elsewhere else FAR_KM)

    def _around(self, one: Seen, places: list[Place]) -> Place | None:
        """Give the place that events there are of, though it was put elsewhere before."""
        near = [place for place in places if place.lat is not None and not self._is_far(one, place)]
        return near[0] if near else None

    def _one(self, numbers: list[int], known: list[Place], wanted: list[int]) -> None:
        """Give all of these one id: of the place that is known, or of a new one."""
        seen = self.book.seen
        first = seen[(wanted or numbers)[0]]
        located = next((seen[n] for n in wanted if seen[n].point is not None), first)
        name = known[0].id if known else self.named.get((first.key, first.kind in WIDE))
        if name is None:
            name = self._register(first.name, fresh_id(first.name, self.taken), located)
        else:
            self._locate(self.taken[name], located)
        for number in numbers:
            self.ids[number] = name

    def _locate(self, place: Place, seen: Seen) -> None:
        """Give a place that has none the degrees of a row that speaks of it."""
        if place.lat is None and seen.point is not None and self.book.coordinates:
            lat, lon = seen.point
            more = {"lat": lat, "lon": lon, "coordinates": self.book.coordinates}
            place = place.model_copy(update=more)
            self.taken[place.id] = self.fresh[place.id] = place

    def _told_apart(self, numbers: list[int], known: list[Place], wanted: list[int]) -> None:
        seen = self.book.seen
        loose = self.book.of_events and seen[numbers[0]].key not in self.book.differing
        for members in self.book._clusters(numbers):  # noqa: SLF001 - its own helper
            first = seen[members[0]]
            point = first.point
            if point is None:
                continue
            near = _nearest(point, known) or (self._around(first, known) if loose else None)
            if near is None and not set(members) & set(wanted):
                continue
            if near is not None:
                name = near.id
            else:
                at = f"{_hundredths(point[0])}-{_hundredths(point[1])}"
                name = self._register(first.name, f"{slug(first.name)}-{at}", first)
                known = [*known, self.taken[name]]
            for number in members:
                self.ids[number] = name
        if any(self.ids[number] is None for number in wanted):
            self.ambiguous[seen[numbers[0]].name] = None

    def _register(self, name: str, place_id: str, seen: Seen) -> str:
        if place_id in self.taken:
            return place_id
        lat, lon = seen.point or (None, None)
        place = Place(
            id=place_id,
            name=name,
            type=cast("Any", seen.kind),  # judged by the model
            lat=lat,
            lon=lon,
            coordinates=self.book.coordinates if lat is not None else None,
        )
        self.taken[place_id] = place  # before its region, which may have the same name
        if seen.key not in self.book.several:
            self.named.setdefault((seen.key, seen.kind in WIDE), place_id)
        if seen.within:
            region = self._region(seen.within)
            if region != place_id:
                place = place.model_copy(update={"within": region})
        self.taken[place_id] = self.fresh[place_id] = place
        return place_id

    def _region(self, name: str) -> str:
        """Give the id of the place around another; registered as a region when new."""
        key = folded(name)
        known = [place for place in self.book.named(key) if place.type in WIDE]
        if known:
            return known[0].id
        found = self.named.get((key, True))
        if found is None:
            found = self.named[key, True] = fresh_id(name, self.taken)
            place = Place(id=found, name=name, type="region")
            self.taken[found] = self.fresh[found] = place
        return found


def _names(place: Place | None) -> set[str]:
    """Give the folded names of a place; of none, none."""
    return {folded(name) for name in (place.name, *place.aliases)} if place else set()


def _nearest(point: Point, known: list[Place]) -> Place | None:
    near: tuple[float, Place] | None = None
    for place in known:
        if place.lat is None or place.lon is None:
            continue
        distance = apart(point, (place.lat, place.lon))
        if distance <= NEAR_KM and (near is None or distance < near[0]):
            near = (distance, place)
    return near[1] if near else None


def _hundredths(degree: float) -> str:
    number = round(degree * 100)
    return f"{'m' if number < 0 else ''}{abs(number):04}"


def quoted(text: str) -> str:
    """Write a text as JSON."""
    return json.dumps(text, ensure_ascii=False)
