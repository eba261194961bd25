"""Places in places: which lie around one and which in it, and what cannot be in both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from projections.store import Row


def within(places: Mapping[str, Row], place: str) -> Iterator[str]:
    """Yield the places that lie in a place, however deep."""
    for name in places:
        if name != place and place in around(places, name):
            yield name


def around(places: Mapping[str, Row], place: str) -> list[str]:
    """Give the places that a place lies in, nearest first."""
    found: list[str] = []
    at = places.get(place, {}).get("within")
    while at is not None and at not in found:
        found.append(at)
        at = places.get(at, {}).get("within")
    return found


def too_many(rows: Iterable[Row], places: Mapping[str, Row]) -> Iterator[tuple[Row, Row]]:
    """Yield forces that are surely more in a place than in one around it: (there, around it)."""
    cells = {row["key"]: row for row in rows if row["projection"] == "forces"}
    for row in cells.values():
        if not isinstance(row.get("low"), int):
            continue
        for place in around(places, row["place"]):
            wider = cells.get(f"{row['actor']}/{place}/{row['category']}/{row['phase']}")
            if wider and isinstance(wider.get("high"), int) and row["low"] > wider["high"]:
                yield row, wider
