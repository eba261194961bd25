"""GeoJSON features -> flat records: a point becomes columns, other shapes are checked and kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracker.datasets.json_text import Item, Wrong
from tracker.datasets.rings import crossing
from tracker.datasets.text import Text

MOST_VERTICES = 100_000
"""Positions of one shape. The outline of a country at 1:10 million has up to 70,000."""

_SMALLEST_RING = 4  # positions, of which the last repeats the first: a triangle
_SHAPES = {  # type -> how deep its positions lie in `coordinates`
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_COLUMNS = ("lat", "lon", "geometry")
_DEEPEST = 8  # collections within collections


class _ShapeError(ValueError):
    """What is wrong with a shape."""


def features(
    text: Text, items: Iterator[Item], *, aside: bool = False, drop: bool = False
) -> Iterator[Item]:
    """Yield each feature as a record of its properties, with `lat` and `lon`, or `geometry`.

    A property that has one of those names becomes the column `properties.lat` and so on. Raises
    InputError, naming the feature, for positions off the globe, for rings that are not closed or
    cross themselves, and for shapes of more than MOST_VERTICES positions. With `aside` a feature
    whose shape is wrong comes as it is, with what is `wrong` with it; with `drop` its degrees come
    as they stand, for whoever reads them to drop, and no other shape.
    """
    for item in items:
        wrong = None
        try:
            record, shape = _properties(item.value)
            try:
                check(shape)
            except ValueError as error:
                if drop:
                    shape = shape if _located(shape)["geometry"] is None else None
                elif aside:
                    wrong = Wrong("coordinate", str(error))
                else:
                    raise
        except ValueError as error:
            name = _named(item)
            raise text.refuse(f"feature {name}: {error}", item.line, item.column) from error
        yield item._replace(value=record | _located(shape), wrong=wrong)


def _named(item: Item) -> str:
    """Give a feature's number, and what it calls itself."""
    feature = item.value if isinstance(item.value, dict) else {}
    properties = feature.get("properties")
    names = {**(properties if isinstance(properties, dict) else {}), "feature": feature.get("id")}
    for key in ("name", "Name", "NAME", "title", "id", "feature"):
        if isinstance(names.get(key), str | int) and names[key] != "":
            return f"{item.number} ({str(names[key])[:80]})"
    return str(item.number)


def _properties(feature: Any) -> tuple[dict[str, Any], Any]:  # noqa: ANN401 - any JSON value
    """Give the columns of a feature, and its shape."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise _ShapeError('an object of type "Feature" is needed here')
    properties = feature.get("properties")
    if properties is None:
        properties = {}
    if not isinstance(properties, dict):
        raise _ShapeError("`properties` is no object")
    record = dict(properties)
    for name in _COLUMNS:
        if name in record:
            record[f"properties.{name}"] = record.pop(name)
    if feature.get("id") is not None:
        record.setdefault("id", feature["id"])
    return record, feature.get("geometry")


def _located(shape: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """Give the columns of a shape; one that is wrong may be no point though it says so."""
    is_point = isinstance(shape, dict) and shape.get("type") == "Point"
    position = shape.get("coordinates") if is_point else None
    if isinstance(position, list) and len(position) >= 2:  # noqa: PLR2004 - longitude, latitude
        return {"lat": position[1], "lon": position[0], "geometry": None}
    return {"lat": None, "lon": None, "geometry": shape}


def check(shape: Any) -> None:  # noqa: ANN401 - any JSON value
    """Hold a geometry to be one that can be drawn; raises ValueError saying what is wrong."""
    if shape is not None:
        _check(shape, 0, 0)


def _check(shape: Any, counted: int, depth: int) -> int:  # noqa: ANN401
    """Check a geometry; give how many positions there are, with those counted before."""
    kind = shape.get("type") if isinstance(shape, dict) else None
    if kind == "GeometryCollection" and isinstance(shape.get("geometries"), list):
        if depth > _DEEPEST:
            raise _ShapeError("collections nested too deep")
        for part in shape["geometries"]:
            counted = _check(part, counted, depth + 1)
        return counted
    if not isinstance(kind, str) or kind not in _SHAPES:
        raise _ShapeError(f"no geometry of a known type (type: {str(kind)[:40]!r})")
    lines = _lines(shape.get("coordinates"), _SHAPES[kind], kind)
    counted += sum(map(len, lines))
    if counted > MOST_VERTICES:
        raise _ShapeError(f"more than {MOST_VERTICES:,} positions: simplify its outline")
    for line in lines:
        for position in line:
            _check_position(position)
        if kind.endswith("LineString") and len(line) < 2:  # noqa: PLR2004 - a line's two ends
            raise _ShapeError("a line of fewer than two positions")
        if kind.endswith("Polygon"):
            _check_ring(line)
    return counted


def _lines(coordinates: Any, depth: int, kind: str) -> list[list[Any]]:  # noqa: ANN401
    """Flatten coordinates to lists of positions."""
    if depth == 0:
        return [[coordinates]]
    level = [coordinates]
    for _ in range(depth):
        if not all(isinstance(part, list) for part in level):
            raise _ShapeError(f"its coordinates are not nested as those of a {kind} are")
        if depth == 1:
            return level
        depth -= 1
        level = [inner for part in level for inner in part]
    return level


def _check_position(position: Any) -> None:  # noqa: ANN401
    if (
        not isinstance(position, list)
        or not 2 <= len(position) <= 4  # noqa: PLR2004 - longitude, latitude, height, measure
        or not all(type(number) in {int, float} for number in position)
    ):
        raise _ShapeError(f"a position is [longitude, latitude], found {str(position)[:60]}")
    longitude, latitude = position[:2]
    if not -90 <= latitude <= 90:  # noqa: PLR2004
        swapped = -90 <= longitude <= 90  # noqa: PLR2004
        hint = ": longitude goes first" if swapped and abs(latitude) <= 180 else ""  # noqa: PLR2004
        raise _ShapeError(f"latitude {latitude} is not within -90 to 90{hint}")
    if not -180 <= longitude <= 180:  # noqa: PLR2004
        raise _ShapeError(f"longitude {longitude} is not within -180 to 180")


def _check_ring(ring: list[list[float]]) -> None:
    if len(ring) < _SMALLEST_RING:
        raise _ShapeError(f"a ring of {len(ring)} positions: {_SMALLEST_RING} make a triangle")
    if ring[0][:2] != ring[-1][:2]:
        first, last = ring[0][:2], ring[-1][:2]
        raise _ShapeError(f"a ring is not closed: it begins at {first} and ends at {last}")
    if at := crossing([(position[0], position[1]) for position in ring]):
        raise _ShapeError(f"a ring crosses itself near [{at[0]}, {at[1]}]")
