"""Fitting: which of the shipped mappings a table is one for, told by its header and its dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from tracker.datasets.blocks import Time
from tracker.datasets.mapping import Mapping as DatasetMapping
from tracker.datasets.mapping import read_mapping
from tracker.datasets.profile import TIMED, Profile
from tracker.datasets.values import Bad, Times

_FEWEST = 4
"""Columns; tables that share fewer are of another kind all the same."""


def fitting(profiles: Iterable[Profile]) -> str | None:
    """Name the shipped mapping for a table; the one with most of its columns, if several.

    The table has all columns of it, and holds dates where it reads dates.
    """
    best, most = None, _FEWEST - 1
    has = {column.name: column for column in profiles}
    for name, columns, times in _shipped():
        used = len(has.keys() & frozenset().union(*columns))
        fits = all(has.keys() & some for some in columns)
        if used > most and fits and all(_reads(one, has) for one in times):
            best, most = name, used
    return best


def _reads(time: Time, has: Mapping[str, Profile]) -> bool:
    """Whether most of what stands where a mapping reads a time are times to it."""
    cells = [text for name in time.column or () if name in has for text in has[name].values]
    read = [text for text in cells[:TIMED] if _is_time(time.formats, text)]
    return not cells or len(read) > len(cells[:TIMED]) / 2


def _is_time(formats: tuple[str, ...], text: str) -> bool:
    try:
        Times(formats, "UTC", "UTC").read(text, "")
    except Bad:
        return False
    return True


_Shipped = tuple[str, tuple[frozenset[str], ...], tuple[Time, ...]]


@cache
def _shipped() -> tuple[_Shipped, ...]:
    """Read (name, columns, times) of each: of a set of columns any one would do."""
    paths = sorted((Path(__file__).parent / "mappings").glob("*.yaml"))
    mappings = [read_mapping(path.read_bytes(), path.name) for path in paths]
    return tuple(
        (path.stem, tuple(map(frozenset, _columns(one.tree.value))), tuple(_times(one)))
        for path, one in zip(paths, mappings, strict=True)
    )


def _times(mapping: DatasetMapping) -> Iterator[Time]:
    """Yield the times that a mapping reads, and that have to be readable."""
    head = mapping.head
    facts = (*mapping.facts, mapping.begin, mapping.end, mapping.baseline)
    said: list[object] = [item for fact in facts if fact for item in fact.fields.values()]
    said += [head.published, *((head.interval.start, head.interval.end) if head.interval else ())]
    for one in said:
        if isinstance(one, Time) and one.column and one.unreadable != "drop":
            yield one


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
