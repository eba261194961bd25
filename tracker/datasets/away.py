"""What stays away: what a table told, and somebody took back, is not told again by its rows.

Nor is what its batch only repeated, in a row below or in another table. A repeat leaves no event
but the report of its publication; by that, or by what else the batch told of the record there, it
is known that the batch had read the row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tracker.datasets.staging import Staged
from tracker.datasets.versions import ENDING, Version

Spoke = Callable[[str], Collection[str]]
"""The id of a report -> the batches that told something in it, or began it."""


class Above(NamedTuple):
    """What a row said, and what of that was told and taken back."""

    said: set[str]
    away: set[str]


@dataclass(slots=True)
class Away:
    """Tells of the rows of a table what was told, or repeated, and taken back."""

    spoke: Spoke
    _told: dict[str, Sequence[Version]] = field(default_factory=dict)
    _above: dict[tuple[str, int], Above] = field(default_factory=dict)
    """By record and file, of its last row."""

    def begin(self) -> None:
        """Read the rows from the first on."""
        self._above = {}

    def note(self, record: str, versions: Sequence[Version]) -> list[Version]:
        """Note what the log holds of a record; give what of that was not taken back."""
        self._told[record] = versions
        return [one for one in versions if not one.undone]

    def above(self, row: Staged) -> Above:
        """Give what the row above says of its record, for this one."""
        return self._above.pop((str(row.record), row.file), Above(set(), set()))

    def of(self, row: Staged, report: str, said: Collection[str], above: Above) -> set[str]:
        """Give what of a row of a report stays away: ENDING where it ended something.

        What it only repeats of the row above it in its file had left no event.
        """
        record = str(row.record)
        found = self._said(record, row.known, report) & {*said, ENDING}
        found |= above.away if above.said == set(said) else above.away & set(said)
        if found:
            self._above[record, row.file] = Above(set(said), found)
        return found

    def _said(self, record: str, known: int, report: str) -> set[str]:
        """Give what was said of a record at a publication, by its row or one that it repeated."""
        told = self._told.get(record, ())
        undone = [one for one in told if one.undone and one.known <= known]
        if not undone:
            return set()
        then = [pair for one in told for pair in ((one.known, one.batch), *one.ends)]
        batches = {*self.spoke(report), *(its for moment, its in then if moment == known and its)}
        found = {one.said for one in undone if one.known == known}
        for batch in batches:
            found |= _so([one for one in undone if one.batch == batch], known)
        return found


def _so(versions: Sequence[Version], known: int) -> set[str]:
    """Give what a batch said is so of a record at an instant, of its versions known by then."""
    last = {one.said for one in versions if one.known == max(its.known for its in versions)}
    over = last & {ENDING} if len(last) == 1 else set()
    return over | {one.said for one in versions if one.said != ENDING and known < one.ended}


def is_of_batch(versions: Sequence[Version], known: int, batch: str) -> bool:
    """Whether what is so of a record was told by a batch, before an instant and not at it.

    What repeats that is taken back with it, so it has to be known that the batch read the repeat.
    """
    of_it = (None, batch)  # what this import ends is of no other batch
    told = {
        (moment, fresh or its in of_it)
        for one in versions
        for moment, its, fresh in (
            (one.known, one.batch or "", one.fresh),
            *((at, its, False) for at, its in one.ends),
        )
        if moment <= known
    }
    return any(ours for _, ours in told) and all(moment < known for moment, _ in told)
