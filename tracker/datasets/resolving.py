"""Which place of the situation each way of naming one is: registered already, or a new one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

from tracker.datasets.ids import fresh_id, slug
from tracker.datasets.places import FAR_KM, NEAR_KM, WIDE, Book, Point, Seen, apart
from tracker.datasets.values import folded
from tracker.registry import Place


def resolve(book: Book, used: Collection[int]) -> Resolved:
    """Give every way of naming a place its id; only what is used is registered."""
    return _Resolver(book).run(used)


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

    def _around(self, number: int, places: list[Place]) -> Place | None:
        """Give the place that events there are of, though it was put elsewhere before.

        Not one of which a report tells something else: whatever else stands beside it in the
        table, and in whichever files.
        """
        if not self.book.of_events:
            return None
        one, others = self.book.seen[number], self.book.differing.get(number, ())
        points = [point for other in others if (point := self.book.seen[other].point)]
        for place in places:
            if place.lat is None or self._is_far(one, place):
                continue
            if not any(_nearest(point, [place]) for point in points):
                return place
        return None

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
        """Give each cluster of points an id; what has no point is the place that has none either.

        That was made of such a row, before others told of two.
        """
        seen = self.book.seen
        bare = [place.id for place in known if place.lat is None]
        for members in self.book.clusters(numbers):
            first = seen[members[0]]
            point = first.point
            if point is None:
                continue
            near = _nearest(point, known) or self._around(members[0], known)
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
        if len(bare) == 1:
            for number in numbers:
                self.ids[number] = self.ids[number] or bare[0]
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
