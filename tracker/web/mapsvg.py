"""The map of a situation: the ground in one drawing, and a mark for every place that has one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tracker.web.basemap import Basemap, Land, Points
from tracker.web.frame import WIDTH, Frame, frame_of
from tracker.web.labels import Placed, Wanted, placed
from tracker.web.looks import NOTHING, Look, hatching, mark
from tracker.web.markup import Markup, element

Row = Mapping[str, Any]
STILL = 1.35
"""Map units a pixel as long as no script has measured it; --u in report.css says the same."""
REGIONS_FROM = 1.4
"""Pixels a map unit from which regions are named: smaller, they are taken for towns."""
WIDE = frozenset({"area", "region", "country"})
"""Types of place that are no point: their marks are larger and hollow, their names slanted."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the map: its key, its name, where, whether wide, and how it looks at first."""

    key: str
    name: str
    x: float
    y: float
    wide: bool
    look: Look


def frame_for(places: Mapping[str, Row], spoken_of: Iterable[str]) -> Frame | None:
    """Give the frame of the places that are spoken of, countries apart; else of all places."""
    named = [places[one] for one in dict.fromkeys(spoken_of) if one in places]
    for some in ([one for one in named if one.get("type") != "country"], named, places.values()):
        points = [
            (one["lon"], one["lat"])
            for one in some
            if one.get("lat") is not None and one.get("lon") is not None
        ]
        if points:
            return frame_of(points)
    return None


def spots(places: Mapping[str, Row], frame: Frame, looks: Mapping[str, Look]) -> list[Spot]:
    """Give the places in a frame, those told of first; `looks` gives how these look."""
    found = []
    for key, place in places.items():
        lat, lon = place.get("lat"), place.get("lon")
        if lat is None or lon is None or not frame.holds(lon, lat):
            continue
        if place.get("type") == "country" and key not in looks:
            continue  # its name stands on the ground already
        x, y = frame.point(lon, lat)
        wide = place.get("type") in WIDE
        found.append(Spot(key, place["name"], x, y, wide, looks.get(key, NOTHING)))
    found.sort(key=lambda spot: (spot.key not in looks, spot.wide, spot.name))
    return found


def drawn(frame: Frame, land: Land, marks: list[Spot], title: str) -> Markup:
    """Draw the map: the ground, then names, then marks."""
    wanted = [Wanted(spot.name, spot.x, spot.y) for spot in marks]
    names = [*land.countries, *land.region_names]
    wanted += [Wanted(name, x, y, loose=True) for name, x, y in land.countries]
    wanted += [
        Wanted(name, x, y, loose=True, least=REGIONS_FROM) for name, x, y in land.region_names
    ]
    height = frame.height
    where = placed(wanted, WIDTH, height)
    return element(
        "svg",
        element("title", title),
        hatching("hatch-map", STILL),
        _ground(land),
        element(
            "g",
            *(
                _label(name, x, y, at, "country" if n < len(land.countries) else "region")
                for n, ((name, x, y), at) in enumerate(zip(names, where[len(marks) :], strict=True))
            ),
            class_="names",
            aria_hidden="true",
        ),
        element("g", *map(_spot, marks, where), class_="spots"),
        id="map-svg",
        viewBox=f"0 0 {_short(WIDTH)} {_short(height)}",
        role="group",
        aria_label=title,
        data_width=_short(WIDTH),
        data_height=_short(height),
        data_frame=f"{frame.west:.6f} {frame.south:.6f} {frame.east:.6f} {frame.north:.6f}",
    )


def _spot(spot: Spot, at: Placed) -> Markup:
    return element(
        "g",
        mark(spot.look, spot.x, spot.y, STILL),
        _label(spot.name, spot.x, spot.y, at, "place"),
        class_=f"spot{' wide' if spot.wide else ''}",
        data_place=spot.key,
    )


def _label(name: str, x: float, y: float, at: Placed, kind: str) -> Markup:
    """Write a name; `data-at` says where it belongs and how many pixels it stands off."""
    return element(
        "text",
        name,
        class_=f"label {kind}{' out' if at.scale * STILL > 1 else ''}",
        x=_short(x + at.dx * STILL),
        y=_short(y + at.dy * STILL),
        text_anchor=at.anchor,
        data_from=at.scale,
        data_at=f"{_short(x)} {_short(y)} {_short(at.dx)} {_short(at.dy)}",
    )


def _ground(land: Land) -> Markup:
    layers = [
        _path("land", land.land, closed=True),
        _path("lake", land.lakes, closed=True),
        _path("river", land.rivers),
        _path("division", land.regions),
        _path("border", land.borders),
    ]
    return element("g", *(one for one in layers if one), class_="ground", aria_hidden="true")


def _path(name: str, lines: list[Points], *, closed: bool = False) -> Markup | None:
    if not lines:
        return None
    said = path_data(lines, closed=closed)
    return element("path", class_=name, d=said) if said else None


def path_data(lines: Iterable[Points], *, closed: bool = False) -> str:
    """Write lines as the data of one path."""
    return "".join(_said(line, closed=closed) for line in lines)


def _said(line: Points, *, closed: bool) -> str:
    """Write a line as steps of tenths of a unit: a third of the size of coordinates."""
    tenths = [(round(x * 10), round(y * 10)) for x, y in line]
    (px, py), steps = tenths[0], []
    for x, y in tenths[1:]:
        if (x, y) != (px, py):
            steps.append(f"{_tenth(x - px)} {_tenth(y - py)}".replace(" -", "-"))
        px, py = x, y
    if not steps:
        return ""
    first = f"M{_tenth(tenths[0][0])} {_tenth(tenths[0][1])}l"
    return first + " ".join(steps).replace(" -", "-") + ("Z" if closed else "")


def _tenth(n: int) -> str:
    whole, rest = divmod(abs(n), 10)
    said = f"{whole or ''}.{rest}" if rest else str(whole)
    return f"-{said}" if n < 0 else said


def _short(n: float) -> str:
    return f"{n:.1f}".removesuffix(".0")


@lru_cache(maxsize=4)
def ground(frame: Frame) -> Land:
    """Cut the ground of a frame."""
    return Basemap().cut(frame)
