"""Fitting: which of the shipped mappings a table is one for, told by its header."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from tracker.yamltree import load

_FEWEST = 4
"""Columns; tables that share fewer are of another kind all the same."""


def fitting(header: Collection[str]) -> str | None:
    """Name the shipped mapping all of whose columns a header has; the one with most, if several."""
    best, most = None, _FEWEST - 1
    for path in sorted((Path(__file__).parent / "mappings").glob("*.yaml")):
        mapping = load(path.read_bytes(), path.name).value
        columns = [set(some) for some in _columns(mapping)]
        used = set().union(*columns)
        if len(used & set(header)) > most and all(some & set(header) for some in columns):
            best, most = path.stem, len(used & set(header))
    return best


def _columns(part: object) -> Iterator[list[str]]:
    """Yield the columns that a part of a mapping names, any one of which would do."""
    if isinstance(part, dict):
        for name, inside in part.items():
            if name == "column":
                yield [inside] if isinstance(inside, str) else [*map(str, inside)]
            else:
                yield from _columns(inside)
    elif isinstance(part, list):
        for inside in part:
            yield from _columns(inside)
