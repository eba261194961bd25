"""Staging: what pass 1 made of the rows, in temporary files that stay in memory while small."""

from __future__ import annotations

import csv
import io
import json
import marshal
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter, le
from tempfile import SpooledTemporaryFile
from typing import Any, NamedTuple, Self

from tracker.datasets.blocks import Head
from tracker.datasets.tables import OF_QUARANTINE, RowAt
from tracker.datasets.values import Bad, Moment
from tracker.errors import Problem
from tracker.harmless import neutral

AT_ONCE = 5_000
"""Rows handed to the database together."""
KEPT_PROBLEMS = 1_000
_CACHE_KIB = 65_536

IN_MEMORY = 64 * 1024 * 1024

_SORTED = """CREATE TEMP TABLE IF NOT EXISTS facts (known INTEGER, published INTEGER,
    entry INTEGER, file INTEGER, row INTEGER,
    place INTEGER, other INTEGER, text TEXT, record TEXT)"""
_BAD = "CREATE TABLE bad (file INTEGER, line INTEGER, kind TEXT, reason TEXT, cells TEXT)"


class Staged(NamedTuple):
    """A fact that a row tells: `known` and `published` order it, the places are Book numbers.

    `text` holds marks (compile.py); `record` is the row's own key as JSON text, or None.
    """

    known: int
    published: int
    entry: int
    file: int
    row: int
    place: int
    other: int
    text: str
    record: str | None


class Staging:
    """A store of facts and bad rows for one import; use as a context manager.

    Facts are written one page after the other; only where they did not come in the order of their
    publication, one after the other, does a database sort them: a day and its last second are known
    at one instant, and are two reports.
    """

    def __init__(self) -> None:
        """Begin: in memory while it is small."""
        self.connection = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{_CACHE_KIB}"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.execute(_BAD)
        self.connection.execute("BEGIN")
        self.facts: list[tuple[Any, ...]] = []
        """Facts (fields of Staged) that wait to be written: `flush` when there are AT_ONCE."""
        self.count = 0
        self.places: set[int] = set()
        """The numbers of the places that facts speak of."""
        self.left_out: set[tuple[int, int]] = set()
        """(file, row) of rows that are told no more."""
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed on exit
        self._sizes: list[int] = []
        self._in_order = True
        self._last = -(2**63), -1

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Throw it away."""
        self._file.close()
        self.connection.close()

    def flush(self) -> None:
        """Write the facts that were gathered."""
        facts = self.facts
        if not facts:
            return
        moments = [self._last[0], *map(itemgetter(0), facts)]
        numbers = [self._last[1], *map(itemgetter(1), facts)]
        self._in_order = self._in_order and _rises(moments) and _rises(numbers)
        self._last = moments[-1], numbers[-1]
        self.places.update(map(itemgetter(5), facts), map(itemgetter(6), facts))
        page = marshal.dumps(facts)
        self._file.write(page)
        self._sizes.append(len(page))
        self.count += len(facts)
        facts.clear()

    def scan(self) -> Iterator[tuple[Any, ...]]:
        """Yield the facts in the order of the files."""
        self.flush()
        left_out = self.left_out
        at = 0
        for size in self._sizes:
            self._file.seek(at)
            at += size
            page = marshal.loads(self._file.read(size))  # noqa: S302 - of our own making
            if left_out:
                yield from (fact for fact in page if (fact[3], fact[4]) not in left_out)
            else:
                yield from page

    def by_publication(self) -> Iterator[tuple[Any, ...]]:
        """Yield the facts by when they were published, then in the order of the files."""
        self.flush()
        if self._in_order:
            return self.scan()
        self.connection.execute(_SORTED)
        marks = ",".join("?" * len(Staged._fields))
        self.connection.execute("DELETE FROM facts")
        sql = f"INSERT INTO facts VALUES ({marks})"  # noqa: S608 - only marks
        self.connection.executemany(sql, self.scan())
        return self.connection.execute("SELECT * FROM facts ORDER BY known, published, rowid")

    def bad(self, file: int, line: int, bad: tuple[str, str], cells: Sequence[str]) -> None:
        """Keep a bad row: (kind, reason), and its cells."""
        self.connection.execute(
            "INSERT INTO bad VALUES (?,?,?,?,?)",
            (file, line, *bad, json.dumps(list(cells), ensure_ascii=False)),
        )

    def quarantined(self, file: int) -> Iterator[tuple[int, str, str, list[str]]]:
        """Yield (line, kind, reason, cells) of a file's bad rows."""
        found = self.connection.execute(
            "SELECT line, kind, reason, cells FROM bad WHERE file = ? ORDER BY line, rowid", (file,)
        )
        for line, kind, reason, cells in found:
            yield line, kind, reason, json.loads(cells)


def _rises(numbers: Sequence[int]) -> bool:
    return all(map(le, numbers, islice(numbers, 1, None)))


@dataclass(slots=True)
class Judge:
    """What happens to the bad rows of one file: a problem that refuses it, or quarantine."""

    head: Head
    staging: Staging
    file: int
    name: str
    header: Sequence[str]
    problems: list[Problem] = field(default_factory=list)
    refused: int = 0
    quarantined: Counter[str] = field(default_factory=Counter)
    reasons: list[str] = field(default_factory=list)

    def bad(self, place: RowAt, bad: Bad, cells: Sequence[str]) -> None:
        """Deal with a bad row as the mapping says."""
        policy = bad.policy or getattr(self.head.bad, bad.kind)
        line, named = place
        reason = f"{bad.column}: {bad.reason}" if bad.column else bad.reason
        reason += f" ({named})" if named else ""
        if policy == "quarantine":
            self.quarantined[bad.kind] += 1
            self.staging.bad(self.file, line, (bad.kind, reason), cells)
            if len(self.reasons) < 20:  # noqa: PLR2004 - what a summary shows
                self.reasons.append(f"{self.name}:{line}: {reason}")
            return
        self.refused += 1
        if len(self.problems) < KEPT_PROBLEMS:
            kind = f"bad row: {bad.kind}" if bad.kind != "row" else ""
            said = ", ".join(one for one in (named, kind) if one)
            hint = f" ({said})" if said else ""
            self.problems.append(Problem(self.name, line, 1, bad.column, bad.reason + hint))

    def text(self) -> str:
        """Give the quarantined rows as a CSV file, as they are written beside their table."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*OF_QUARANTINE, *self.header])
        for line, kind, reason, cells in self.staging.quarantined(self.file):
            writer.writerow([line, kind, neutral(reason), *map(neutral, cells)])
        return out.getvalue()


@dataclass(slots=True)
class Publications:
    """The moments of publication that rows name, each once."""

    moments: list[Moment] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, moment: Moment) -> int:
        """Give the number of a moment."""
        found = self._numbers.get(moment.json)
        if found is None:
            found = self._numbers[moment.json] = len(self.moments)
            self.moments.append(moment)
        return found
