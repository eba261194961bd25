"""Rows with a place on a map, made flat: what both of the map formats hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tracker.cli import words
from tracker.exports.question import Question, Row, Told, about
from tracker.outcomes import Answer
from tracker.tabular import Column, Value, tabulated

PROJECTIONS = ("control", "forces", "incidents", "humanitarian", "posture")
"""What has a place."""
UNASKED = PROJECTIONS[:-1]
"""What is taken without being asked for: posture lists also what was only planned, or denied."""

Point = tuple[float, float] | None
"""Longitude and latitude, in the order in which both formats want them; None where unknown."""


class Layer(NamedTuple):
    """One projection as features: its columns (the first have every layer), points and values."""

    name: str
    answer: Answer
    columns: tuple[Column, ...]
    features: list[tuple[Point, tuple[Value, ...]]]
    unplaced: tuple[str, ...]
    """The places that have no coordinates."""
    nowhere: int
    """How many features are of no place."""

    def notes(self) -> list[str]:
        """Say what has no point, and why."""
        told = []
        if self.unplaced:
            names = ", ".join(self.unplaced)
            told.append(f"{self.name}: without coordinates, so without a point: {names}")
        if self.nowhere:
            count = f"{self.nowhere:,} of {len(self.features):,}"
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
    count = sum(len(layer.features) for layer in found)
    told = about(found[0].answer, count, *(note for layer in found for note in layer.notes()))
    told["query"] = {**told["query"], "projection": question.projection}
    told["layers"] = {layer.name: len(layer.features) for layer in found}
    return found, Told(count, told)


def _layer(name: str, answer: Answer) -> Layer:
    flat = [_flat(row, answer.names, answer.zone) for row in answer.dicts]
    table = tabulated(flat, answer.columns)
    beside = [column.name for column in FIRST]
    columns = FIRST + tuple(
        column for column in table.columns if column.name not in {*beside, "lat", "lon"}
    )
    at = {column.name: index for index, column in enumerate(table.columns)}
    picked = [at.get(column.name) for column in columns]
    features: list[tuple[Point, tuple[Value, ...]]] = []
    for row, source in zip(table.rows, flat, strict=True):
        values = tuple(None if index is None else row[index] for index in picked)
        features.append((_point(source), values))
    lacking = [row["place_name"] for row in flat if _point(row) is None]
    named = tuple(dict.fromkeys(name for name in lacking if name is not None))
    return Layer(name, answer, columns, features, named, lacking.count(None))


def _flat(row: Row, names: Mapping[str, str], zone: str) -> Row:
    """Give a row with its label, the name of its place, and its coordinates on top."""
    name, where = row["projection"], row.get("place")
    at = where if isinstance(where, dict) else row
    place = row["key"] if name == "control" else where
    fact = "when" in row
    return {
        "id": row["key"] if fact else f"{name}/{row['key']}@{row['valid_from'] or '..'}",
        "label": row["name"] if fact else str(words.belief(name, row, names, zone)),
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
