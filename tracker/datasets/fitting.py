"""Fitting: which of the shipped mappings a table is one for, told by its header."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from tracker.yamltree import load

_FEWEST = 4
"""Columns; tables that share fewer are of another kind all the same."""


def fitting(header: Collection[str]) -> str | None:
    """Name the shipped mapping all of whose columns a header has; the one with most, if several."""
    best, most, has = None, _FEWEST - 1, set(header)
    for name, columns in _shipped():
        used = len(has & frozenset().union(*columns))
        if used > most and all(has & some for some in columns):
            best, most = name, used
    return best


@cache
def _shipped() -> tuple[tuple[str, tuple[frozenset[str], ...]], ...]:
    """Read (name, columns) of each: of a set of columns any one would do."""
    paths = sorted((Path(__file__).parent / "mappings").glob("*.yaml"))
    mappings = ((path.stem, load(path.read_bytes(), path.name).value) for path in paths)
    return tuple((name, tuple(map(frozenset, _columns(one)))) for name, one in mappings)


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
