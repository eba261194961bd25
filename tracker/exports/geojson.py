"""GeoJSON (RFC 7946): features through time, for QGIS's Temporal Controller and kepler.gl.

What it is of stands in the foreign member `about` (RFC 7946, section 6.1), before the features.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tracker.exports.located import PROJECTIONS, Layer, layers
from tracker.exports.question import Format, Question, Row, Told
from tracker.exports.values import iso
from tracker.harmless import dump
from tracker.tabular import Value


def write(question: Question, path: Path) -> Told:
    """Write one collection, a feature a line; the layer of each is its `projection`."""
    found, told = layers(question)
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{{"type": "FeatureCollection",\n"about": {dump(told.about, indent=None)},\n')
        file.write('"features": [')
        for at, feature in enumerate(one for layer in found for one in _features(layer)):
            file.write(f"{',' if at else ''}\n{dump(feature, indent=None)}")
        file.write("\n]}\n")
    return told


def _features(layer: Layer) -> Iterator[Row]:
    names = [column.name for column in layer.columns]
    for point, values in layer.features():
        properties = dict(zip(names, map(_plain, values), strict=True))
        yield {
            "type": "Feature",
            "id": properties.pop("id"),
            "geometry": None if point is None else {"type": "Point", "coordinates": [*point]},
            "properties": properties,
        }


def _plain(value: Value) -> object:
    if isinstance(value, datetime):
        return iso(value)
    return list(value) if isinstance(value, tuple) else value


FORMAT = Format(
    "geojson",
    "points through time, for QGIS's Temporal Controller and kepler.gl",
    write,
    rows=("spans",),
    projections=PROJECTIONS,
    counted="features",
)
