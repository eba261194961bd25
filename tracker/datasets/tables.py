"""Tables of any size, read row by row: CSV, TSV, JSON, JSON lines and GeoJSON, each also gzipped.

What is wrong with a file as a whole (not readable, another encoding, a quote never closed, a
repeated column, a shape that is none) raises InputError at the place where it is met. A row with
too few or too many values is told of, and the reader of the table decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, Self

from tracker.datasets.json_tables import JsonTable
from tracker.datasets.text import Text, file_sha256
from tracker.datasets.text_tables import TextTable, delimiter_of
from tracker.errors import InputError, Problem

__all__ = ["FORMATS", "Reading", "Table", "file_sha256", "open_table"]

FORMATS = ("csv", "tsv", "json", "jsonl", "geojson")

_SUFFIXES = {
    **{f".{name}": name for name in FORMATS},
    ".tab": "tsv",
    ".txt": "csv",
    ".ndjson": "jsonl",
    ".jsonlines": "jsonl",
}
OF_QUARANTINE = ("line", "problem", "reason")
"""The columns that a file of quarantined rows has before those of their table."""
_MAP = re.compile(r'\s*\{[^\[]*"type"\s*:\s*"FeatureCollection"')


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read, as a mapping says it; what is None is found by looking.

    `format`: one of FORMATS, else told by the file's suffix. `records`: keys, joined by dots, to
    the array of records in a JSON document. `neutralised`: cells hold the apostrophe that our own
    CSV export puts before what a spreadsheet would run; it is taken off. `aside`: the kinds of bad
    rows (row, coordinate) that do not refuse a file of JSON lines or GeoJSON; `drop`: wrong shapes
    are dropped instead. `optional`: columns of JSON records, even if none of the first has them.
    """

    format: str | None = None
    encoding: str = "utf-8"
    delimiter: str | None = None
    records: str | None = None
    neutralised: bool = False
    aside: frozenset[str] = frozenset()
    drop: bool = False
    optional: tuple[str, ...] = ()


class RowAt(NamedTuple):
    """Where a row lies: the line on which it begins, and what it is called where that differs."""

    line: int
    named: str


class Table:
    """An open table: a context manager, and an iterator of rows that is used up once.

    `file` is its name for messages; `header` the names of its columns; `size` the bytes of the
    file as it lies; `reading` how it is read, with nothing of it left open but `records`;
    `of_quarantine`: whether its rows are some that an import put aside.
    """

    def __init__(self, path: Path, reading: Reading) -> None:
        """Open the file and read its header. Raises InputError."""
        self.bad_rows: list[tuple[int, str]] = []
        """(row number, what is wrong) of the ragged rows so far; whoever reads it may clear it."""
        self.bad_kind = "row"
        """What kind of bad row the last one was."""
        self.ragged: Sequence[str] = ()
        """The values of the last ragged row."""
        self.of_quarantine = is_quarantine(path)
        if self.of_quarantine:
            reading = Reading("csv", delimiter=",", neutralised=True)
        form = _format(path, reading)
        self._text = Text(path, reading.encoding)
        self.file = self._text.file
        self.size = self._text.size
        try:
            if form == "json" and not reading.records and is_map(self._text.head):
                form = "geojson"
            self._rows: TextTable | JsonTable
            if form in {"csv", "tsv"}:
                by_suffix = "\t" if form == "tsv" else delimiter_of(self._text.head)
                reading = replace(reading, delimiter=reading.delimiter or by_suffix)
                self._rows = TextTable(
                    self._text,
                    reading.delimiter or by_suffix,
                    neutralised=reading.neutralised,
                    ragged=self._note,
                    skip=len(OF_QUARANTINE) if self.of_quarantine else 0,
                )
            else:
                self._rows = JsonTable(
                    self._text,
                    form,
                    reading.records,
                    ragged=self._note,
                    aside=reading.aside,
                    drop=reading.drop,
                    columns=reading.optional,
                )
        except BaseException:
            self._text.close()
            raise
        self.reading = replace(reading, format=form)
        self.header: tuple[str, ...] = self._rows.header

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._text.close()

    def position(self) -> int:
        """Count the bytes of the file, as it lies, that were read so far."""
        return self._text.position()

    def rows(self) -> Iterator[tuple[int, Sequence[str] | None]]:
        """Yield each row: its number, and its values in the order of the header, as text.

        The number is the line on which the record begins (the header's is 1), in JSON documents the
        item's number from 1. None stands for the values of a ragged row, which `bad_rows` and
        `ragged` tell of. Raises InputError where the file cannot be read on.
        """
        return self._rows.rows()

    @property
    def partly(self) -> bool:
        """Whether only the first of its records were asked for their keys."""
        return isinstance(self._rows, JsonTable) and self._rows.partly

    @property
    def late(self) -> dict[str, int]:
        """Keys of the JSON records so far that are no columns: each came first on this line."""
        return self._rows.late if isinstance(self._rows, JsonTable) else {}

    def place(self, number: int) -> RowAt:
        """Say where the row lies that was given last, under this number."""
        if isinstance(self._rows, JsonTable) and self._rows.unit != "line":
            return RowAt(self._rows.line, f"{self._rows.unit} {number}")
        return RowAt(number, "")

    def _note(self, line: int, row: Sequence[str], message: str, kind: str) -> None:
        self.bad_kind = kind
        self.bad_rows.append((line, message))
        self.ragged = row


def open_table(path: Path, reading: Reading = Reading()) -> Table:
    """Open a table and read its header. Raises InputError with what is wrong, and where."""
    return Table(path, reading)


def is_quarantine(path: Path) -> bool:
    """Whether a file holds rows that an import put aside: it is read as that wrote it."""
    begins = f"{','.join(OF_QUARANTINE)},".encode()
    try:
        with path.open("rb") as file:
            return file.read(len(begins)) == begins
    except OSError:
        return False  # opening it says why


def is_map(head: str) -> bool:
    """Whether a JSON text begins as GeoJSON does."""
    return _MAP.match(head) is not None


def likely_format(path: Path) -> str | None:
    """Tell the format of a file by its name."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    return _SUFFIXES.get(suffixes[-1] if suffixes else "")


def _format(path: Path, reading: Reading) -> str:
    if reading.format is None:
        if found := likely_format(path):
            return found
        message = f"no format known by this name: write `read: {{format: ...}}`, {_or(FORMATS)}"
    elif reading.format in FORMATS:
        return reading.format
    else:
        message = f"no format {reading.format!r}: {_or(FORMATS)}"
    raise InputError([Problem(str(path), 0, 0, "", message)])


def _or(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
