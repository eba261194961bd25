"""Cells that read otherwise than they are stored: told of once for each column that is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from tracker.datasets.values import Row, place_of
from tracker.errors import Problem
from tracker.harmless import REORDERS, has_bidi_controls


class Reordered:
    """Looks at the rows that tell something for controls that reorder what a reader sees.

    What the mapping reads of such a row is registered or stored as it is written.
    """

    def __init__(self, file: str, header: Sequence[str], read: Collection[str]) -> None:
        """Look at the columns `read` of a table with this header; `file` is its name."""
        places = {place_of(name, header): name for name in read}
        self._file = file
        self._columns = dict(sorted(places.items()))
        self._found: dict[str, list[int]] = {}

    def holds(self, row: Row) -> bool:
        """Whether any cell has such a control: most rows have none, which costs little to see."""
        text = "".join(row)
        return not text.isascii() and has_bidi_controls(text)

    def note(self, row: Row, line: int) -> None:
        """Note which columns of a row, which begins in this line, have one."""
        for at, column in self._columns.items():
            if has_bidi_controls(row[at]):
                self._found.setdefault(column, []).append(line)

    def warnings(self) -> Iterator[Problem]:
        """Yield one of each column, at the first row that has such a cell, in the order of rows."""
        for column, lines in sorted(self._found.items(), key=lambda one: (one[1][0], one[0])):
            rows = "row" if len(lines) == 2 else "rows"  # noqa: PLR2004 - the first and another
            more = f" ({len(lines) - 1} more {rows} so)" if len(lines) > 1 else ""
            message = f"{column}: {REORDERS}{more}"
            yield Problem(self._file, lines[0], 1, "", message, warning=True)
