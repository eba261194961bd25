"""Rows with a place on a map, made flat: what both of the map formats hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from tracker.cli import words
from tracker.exports.question import Question, Row, Told, about
from tracker.outcomes import Answer
from tracker.tabular import Column, Survey, Value, flattened

PROJECTIONS = ("control", "forces", "incidents", "humanitarian", "posture")
"""What has a place."""
UNASKED = PROJECTIONS[:-1]
"""What is taken without being asked for: posture lists also what was only planned, or denied."""

Point = tuple[float, float] | None
"""Longitude and latitude, in the order in which both formats want them; None where unknown."""


class Layer(NamedTuple):
    """One projection as features: its columns (the first have every layer), points and values.

    `box` is what the points lie in (least and greatest longitude and latitude), None without any;
    `unplaced` are the places that have no coordinates, and `nowhere` counts features of no place.
    """

    name: str
    answer: Answer
    columns: tuple[Column, ...]
    total: int
    box: tuple[float, float, float, float] | None
    unplaced: tuple[str, ...]
    nowhere: int

    def features(self) -> Iterator[tuple[Point, tuple[Value, ...]]]:
        """Yield them one by one: all of time may have more than fit in memory."""
        answer = self.answer
        for row in answer.each:
            label = _label(row, answer.names, answer.zone)
            flat = {**_flat(row, answer.names), "label": label}
            [values] = flattened([flat], self.columns)
            yield _point(flat), values

    def notes(self) -> list[str]:
        """Say what has no point, and why."""
        told = []
        if self.unplaced:
            names = ", ".join(self.unplaced)
            told.append(f"{self.name}: without coordinates, so without a point: {names}")
        if self.nowhere:
            count = f"{self.nowhere:,} of {self.total:,}"
            told.append(f"{self.name}: of no place, so without a point: {count}")
        return told


FIRST = (
    Column("id", "text"),
    Column("label", "text"),
    Column("valid_from", "time"),
    Column("valid_to", "time"),
    Column("edtf", "text"),
    Column("place_name", "text"),
)


def layers(question: Question) -> tuple[list[Layer], Told]:
    """Give a layer for each projection asked for, of those that have a place; and what they are of.

    What they are of also counts the features by layer, and names what has no point.
    """
    asked = (question.projection,) if question.projection else UNASKED
    found = [_layer(name, question.of(name).answer()) for name in asked]
    count = sum(layer.total for layer in found)
    told = about(found[0].answer, count, *(note for layer in found for note in layer.notes()))
    told["query"] = {**told["query"], "projection": question.projection}
    told["layers"] = {layer.name: layer.total for layer in found}
    return found, Told(count, told)


def _layer(name: str, answer: Answer) -> Layer:
    survey = Survey(answer.columns)
    points: set[tuple[float, float]] = set()
    unplaced: dict[str, None] = {}
    nowhere = 0
    for row in answer.each:
        flat = _flat(row, answer.names)
        survey.see(flat)
        if (point := _point(flat)) is not None:
            points.add(point)
        elif flat["place_name"] is None:
            nowhere += 1
        else:
            unplaced[flat["place_name"]] = None
    beside = {"lat", "lon", *(column.name for column in FIRST)}
    columns = FIRST + tuple(one for one in survey.columns() if one.name not in beside)
    return Layer(name, answer, columns, survey.count, _box(points), tuple(unplaced), nowhere)


def _box(points: Collection[tuple[float, float]]) -> tuple[float, float, float, float] | None:
    if not points:
        return None
    lon, lat = zip(*points, strict=True)
    return min(lon), min(lat), max(lon), max(lat)


def _label(row: Row, names: Mapping[str, str], zone: str) -> str:
    if "when" in row:
        return str(row["name"])
    return str(words.belief(row["projection"], row, names, zone))


def _flat(row: Row, names: Mapping[str, str]) -> Row:
    """Give a row with the name of its place, its coordinates on top, and room for its label."""
    name, where = row["projection"], row.get("place")
    at = where if isinstance(where, dict) else row
    place = row["key"] if name == "control" else where
    fact = "when" in row
    return {
        "id": row["key"] if fact else f"{name}/{row['key']}@{row['valid_from'] or '..'}",
        "label": None,
        "edtf": row["when"] if fact else (row["since"] or {}).get("edtf"),
        "place_name": names.get(place, place) if place else None,
        **{one: item for one, item in row.items() if one != "place"},
        "place": place,
        "lat": at.get("lat"),
        "lon": at.get("lon"),
    }


def _point(row: Row) -> Point:
    lat, lon = row["lat"], row["lon"]
    return None if lat is None or lon is None else (float(lon), float(lat))
