"""An import as a whole: files through a mapping into staging, then into the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tracker.datasets.actors import Cast
from tracker.datasets.appending import Appender
from tracker.datasets.context import Context
from tracker.datasets.mapping import Mapping
from tracker.datasets.places import Book
from tracker.datasets.reordered import Reordered
from tracker.datasets.resolving import Resolved
from tracker.datasets.row_tests import passes
from tracker.datasets.staging import Judge, Staging
from tracker.datasets.tables import Reading, RowAt, Table, file_sha256, open_table
from tracker.datasets.values import Bad, Row, place_of
from tracker.errors import InputError, Problem
from tracker.registry import Actor, Place, Registry

LOOK = 4_096
"""Rows between two looks at how far the file is read."""
_KEYS_NAMED, _OF_EACH = 5, 40
"""Keys that a warning names, and characters of each."""


class Unclear(Protocol):
    """The places as told apart, and the rows whose place is not clear."""

    @property
    def places(self) -> Resolved:
        """The places."""
        ...

    def rows(self) -> Iterator[tuple[int, int, int]]:
        """Yield (file, row, number of the place) of each of those rows."""
        ...

    def leave_out(self, file: int, rows: Sequence[int]) -> None:
        """Tell these rows no more."""
        ...


class Shape(Protocol):
    """What a shape of table does: take rows, settle places, hand over events."""

    def open(self, context: Context, file: int) -> Callable[[Row, int], bool]:
        """Compile the mapping for a file; give what takes a row: whether it tells anything."""
        ...

    def settle(self, context: Context) -> Unclear:
        """Tell places apart, once all is read."""
        ...

    def check(self, appender: Appender, places: Resolved) -> None:
        """Raise InputError where the log holds what cannot be gone on from; hand over nothing."""
        ...

    def tell(self, appender: Appender, places: Resolved) -> None:
        """Hand over all events in their order."""
        ...


@dataclass(slots=True)
class FileRead:
    """One file, as pass 1 left it.

    `late_at` is the line of the first row that tells a fact after its own publication.
    """

    path: Path
    sha256: str
    judge: Judge
    context: Context
    rows: int = 0
    left_out: int = 0
    late_at: int = 0
    warnings: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """Pass 1. `registry` is what is registered, the mapping's own block included."""

    mapping: Mapping
    registry: Registry
    staging: Staging
    shape: Shape
    tz: str | None
    progress: Callable[[int], None]
    files: list[FileRead] = field(default_factory=list)
    places: Resolved | None = None

    def read(self, paths: Sequence[Path]) -> None:
        """Read every file. Raises InputError with the problems that refuse, nothing recorded."""
        head = self.mapping.head
        place = head.place
        book = Book(
            self.registry.places,
            coordinates=place.coordinates if place else None,
            bounds=place.bounds if place else None,
            lenient=head.bad.coordinate == "drop",
        )
        cast = Cast(self.registry.actors)
        for path in paths:
            self._read_file(path, book, cast)
        self._refuse()
        if not self.files:
            return
        unclear = self.shape.settle(self.files[0].context)
        self._judge_unclear(unclear)
        self._refuse()
        self.places = unclear.places

    def _refuse(self) -> None:
        problems = [problem for one in self.files for problem in one.judge.problems]
        if problems:
            raise InputError(problems)

    def _read_file(self, path: Path, book: Book, cast: Cast) -> None:
        head = self.mapping.head
        zone = head.zone or self.registry.zone
        with open_table(path, reading_of(self.mapping)) as table:
            lacking = tuple(name for name in head.optional if place_of(name, table.header) < 0)
            header = table.header + lacking
            context = Context(
                self.mapping,
                str(path),
                header,
                lacking,
                self.registry,
                book,
                cast,
                zone,
                self.tz,
                table.of_quarantine,
                table.partly,
            )
            judge = Judge(head, self.staging, len(self.files), str(path), table.header)
            one = FileRead(path, "", judge, context)
            for test, at in self.mapping.tests():
                context.read(test.column, at)
            where = passes(head.where, header, decimal=context.decimal)
            context.columns.clear()  # what rows are only chosen by is not stored
            take = self.shape.open(context, len(self.files))
            self.files.append(one)
            reordered = Reordered(str(path), header, context.columns)
            self._sweep(table, one, where, take, reordered)
            one.warnings.extend(reordered.warnings())
            if table.late:
                one.warnings.append(_late(str(path), table.late))
        one.sha256 = file_sha256(path)
        self._warn(one, book)

    def _sweep(
        self,
        table: Table,
        one: FileRead,
        where: Callable[[Row], bool] | None,
        take: Callable[[Row, int], bool],
        reordered: Reordered,
    ) -> None:
        """Take every row of a file, with empty cells for the columns that it lacks."""
        judge, context = one.judge, one.context
        lacking = ("",) * len(context.lacking)
        rows = left_out = before = 0
        for number, row in table.rows():
            rows += 1
            if row is None:
                _, message = table.bad_rows.pop()
                judge.bad(table.place(number), Bad(table.bad_kind, "", message), table.ragged)
                continue
            if not rows % LOOK:
                position = table.position()
                self.progress(position - before)
                before = position
            full = (*row, *lacking) if lacking else row
            try:
                if (where is not None and not where(full)) or not take(full, number):
                    left_out += 1
                elif reordered.holds(full):
                    reordered.note(full, table.place(number).line)
            except Bad as bad:
                judge.bad(table.place(number), bad, row)
            if context.late and not one.late_at:
                one.late_at = table.place(number).line
        self.progress(table.size - before)
        one.rows, one.left_out = rows, left_out

    def _warn(self, one: FileRead, book: Book) -> None:
        name = str(one.path)
        if one.context.late:
            dated = "dated after their own publication, the first one here"
            message = f"{one.context.late} facts are {dated}: check them"
            one.warnings.append(Problem(name, one.late_at, 1, "", message, warning=True))
        swapped = [seen for seen in book.seen if seen.swapped]
        if swapped:
            first = swapped[0]
            message = (
                f"latitude and longitude of {len(swapped)} places fit only when swapped "
                f"({first.name}, row {first.row}): kept as written"
            )
            one.warnings.append(Problem(name, first.row, 1, "", message, warning=True))

    def _judge_unclear(self, unclear: Unclear) -> None:
        """Judge the rows whose place is one of several of its name."""
        found: dict[int, dict[int, int]] = {}
        for file, row, number in unclear.rows():
            found.setdefault(file, {})[row] = number
        for file, rows in found.items():
            one = self.files[file]
            for number, place, cells in self._again(one, rows):
                name = one.context.book.seen[rows[number]].name
                reason = f"several places are named {name!r}, and this row does not say which"
                one.judge.bad(place, Bad("place", "", reason), cells)
            unclear.leave_out(file, sorted(rows))

    def _again(self, one: FileRead, rows: dict[int, int]) -> list[tuple[int, RowAt, Row]]:
        """Read some rows once more, to quarantine them as they are."""
        with open_table(one.path, reading_of(self.mapping)) as table:
            return [
                (number, table.place(number), row)
                for number, row in table.rows()
                if row is not None and number in rows
            ]

    def registrations(self) -> tuple[list[Place], list[Actor]]:
        """Give the places and actors that the table names and nobody registered."""
        fresh = list(self.files[0].context.cast.fresh.values()) if self.files else []
        return (self.places.register if self.places else []), fresh

    def quarantined(self) -> Counter[str]:
        """Count the quarantined rows of all files by kind."""
        total: Counter[str] = Counter()
        for one in self.files:
            total += one.judge.quarantined
        return total


def reading_of(mapping: Mapping) -> Reading:
    """Give how the files of a mapping are read."""
    said = mapping.head.read.model_dump(exclude={"decimal"}, exclude_none=True)
    bad = mapping.head.bad
    policies = {"row": bad.row, "coordinate": bad.coordinate}
    aside = frozenset(kind for kind, policy in policies.items() if policy == "quarantine")
    drop = bad.coordinate == "drop"
    return Reading(**said, aside=aside, drop=drop, optional=mapping.head.optional)


def _late(file: str, keys: dict[str, int]) -> Problem:
    """Warn of keys of JSON records that are no columns, since only later records have them."""
    named = ", ".join(repr(key[:_OF_EACH]) for key in [*keys][:_KEYS_NAMED])
    named += ", ..." if len(keys) > _KEYS_NAMED else ""
    message = (
        f"keys that none of the first records has are not read, {len(keys)} of them: {named}; to "
        "read one, name it under `optional`"
    )
    return Problem(file, min(keys.values()), 1, "", message, warning=True)
