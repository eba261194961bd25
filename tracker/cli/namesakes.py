"""Namesakes: rows of one name told apart by their ids, which stand behind the name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracker.outcomes import Answer

Row = dict[str, Any]

_PARTS = {
    "control": ("place",),
    "forces": ("actor", "place"),
    "losses": ("actor",),
    "alerts": ("scheme", "place"),
}
"""What the first parts of a key are ids of; joint ones are joined by a plus."""


def told_apart(answer: Answer) -> Answer:
    """Give an answer in whose rows the id stands behind each name that several of them have.

    For a person to read: `names` are changed too. An actor and a place of one name stand in
    columns of their own, or in words that tell which is which.
    """
    ids = {one for row in answer.dicts for one in _named(row)}
    named: dict[tuple[str, str], list[str]] = {}
    for sort, one in ids:
        named.setdefault((sort, answer.names.get(one, one)), []).append(one)
    alike = {one for found in named.values() if len(found) > 1 for one in found}
    if not alike:
        return answer
    names = {**answer.names, **{one: f"{answer.names.get(one, one)} ({one})" for one in alike}}
    return replace(answer, names=names, each=tuple(_marked(row, alike) for row in answer.dicts))


def _marked(row: Row, alike: set[str]) -> Row:
    """Put behind the name of a cell the ids in its key that its name does not tell apart."""
    of_cell = [one for _, one in _of_key(row) if one in alike]
    return {**row, "name": f"{row['name']} ({', '.join(of_cell)})"} if of_cell else row


def _named(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (sort, id) of what a row names."""
    yield from _of_key(row)
    if isinstance(row.get("place"), str):
        yield "place", row["place"]
    for one in row.get("holders") or ():
        yield "actor", one


def _of_key(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    parts = (row["key"] or "").split("/")
    for sort, part in zip(_PARTS.get(row["projection"], ()), parts, strict=False):
        yield from ((sort, one) for one in part.split("+"))
