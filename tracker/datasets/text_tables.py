"""CSV and TSV -> a header and rows, at the speed of Python's own reader."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from tracker.datasets.text import Text
from tracker.errors import InputError

LONGEST_FIELD = 1024 * 1024  # characters
MOST_COLUMNS = 2000
DELIMITERS = ",;\t|"

_SAID = re.compile(r'\ufeff?"?sep=([,;\t|])"?[ \t,;|]*(?:\r?\n|\r|\Z)', re.IGNORECASE)
Ragged = Callable[[int, Sequence[str], str, str], None]
"""Told of a row that is wrong, as of its number of values: its line, its values, why, its kind."""

NEUTRALISED = re.compile(r"\A'(?='*[=+\-@\t\r])")
"""How a cell begins that an export kept from being run as a formula: drop what it matches."""


def delimiter_of(head: str) -> str:
    """Find the delimiter of a table in its first line: which of `,`, `;`, tab, `|` it has most.

    The line `sep=;`, which Excel writes before its header, says it.
    """
    if found := _SAID.match(head):
        return found[1]
    names = re.sub(r'"[^"]*"', "", head.lstrip().split("\n", 1)[0])
    return max(DELIMITERS, key=names.count)


_AGAIN = (
    "the header once more: if tables were put together here, leave this line out, or import them "
    "one by one"
)


def _unmarked(row: Sequence[str]) -> list[str]:
    """Give a row without the mark of its encoding that a file has at its beginning."""
    return [row[0].removeprefix("\ufeff"), *row[1:]]


class TextTable:
    """The rows of a CSV or TSV text, under a header."""

    def __init__(
        self, text: Text, delimiter: str, *, neutralised: bool, ragged: Ragged, skip: int = 0
    ) -> None:
        """Read the header. Raises InputError for one that names no column, or one twice.

        The first `skip` columns are no part of the table.
        """
        self.text = text
        self.skip = skip
        self.delimiter = delimiter
        self.neutralised = neutralised
        self.ragged = ragged
        # The limit is the process's own and csv's is 128 KiB: too little for an outline as text.
        csv.field_size_limit(LONGEST_FIELD)
        try:
            self.reader = csv.reader(text.lines(), delimiter=delimiter, strict=True)
        except (TypeError, ValueError) as error:
            message = f"{delimiter!r} cannot be a delimiter: one character is needed"
            raise text.refuse(message) from error
        self._first: Sequence[str] = ()
        """The header as it is written."""
        self.header = self._header()

    def _header(self) -> tuple[str, ...]:
        line = 1
        try:
            names = next(self.reader)
            while not names or self._says_delimiter(names):  # blank lines before it, or `sep=`
                line = self.reader.line_num + 1
                names = next(self.reader)
        except StopIteration:
            raise self.text.refuse("no header: the file has no lines that are not blank") from None
        except csv.Error as error:
            raise self._unreadable(error, line) from error
        self._first = _unmarked(names[self.skip :])
        names = [" ".join(name.split()) for name in names[self.skip :]]
        if len(names) > MOST_COLUMNS:
            message = f"{len(names)} columns: at most {MOST_COLUMNS}. Is the delimiter right?"
            raise self.text.refuse(message, line)
        check_names(self.text, names, line)
        return tuple(names)

    def _says_delimiter(self, names: Sequence[str]) -> bool:
        """Whether the first line is that in which Excel names the delimiter."""
        return self.reader.line_num == 1 and _SAID.match(self.delimiter.join(names)) is not None

    def rows(self) -> Iterator[tuple[int, Sequence[str] | None]]:
        """Yield (line on which it begins, values), or (line, None) for a row that is ragged.

        Raises InputError where the header comes once more: what follows may be another table.
        """
        reader, skip = self.reader, self.skip
        first, several = self._first, len(self._first) > 1
        width = len(self.header) + skip
        line = reader.line_num + 1
        try:
            for row in reader:
                if len(row) == width:
                    row = row[skip:] if skip else row  # noqa: PLW2901 - the same, without ours
                    if several and row[1] == first[1] and _unmarked(row) == first:
                        raise self.text.refuse(_AGAIN, line)
                    yield line, self._restored(row) if self.neutralised else row
                elif row:  # not a blank line
                    self.ragged(line, row[skip:], self._ragged(row[skip:]), "row")
                    yield line, None
                line = reader.line_num + 1
        except csv.Error as error:
            raise self._unreadable(error, line) from error

    def _restored(self, row: list[str]) -> list[str]:
        return [NEUTRALISED.sub("", cell, 1) if cell[:1] == "'" else cell for cell in row]

    def _ragged(self, row: Sequence[str]) -> str:
        width = len(self.header)
        values = f"{len(row)} value{'s' if len(row) > 1 else ''} in a table of {width} columns"
        if len(row) > width:
            return f"{values}: is a value with a {self.delimiter!r} in it not in quotes?"
        return f"{values}: those from {self.header[len(row)]!r} on are missing"

    def _unreadable(self, error: csv.Error, line: int) -> InputError:
        what = str(error)
        column = 0
        if what.startswith("unexpected end"):
            message = "a quote is opened here and never closed"
            column = self._open_quote(line)
        elif what.startswith("field larger"):
            size = LONGEST_FIELD // 1024 // 1024
            message = f"a value of more than {size} MiB: is a quote opened here and never closed?"
            column = self._open_quote(line)
        elif "expected after" in what:
            seen = f" (seen in line {self.reader.line_num})"
            message = f'text after a closing quote{seen}: write a quote inside quotes twice, ""'
        elif what.startswith("new-line"):
            message = "a carriage return inside a value: put it in quotes, or end lines with LF"
        else:
            message = f"not a readable row: {what}"
        return self.text.refuse(message, line, column)

    def _open_quote(self, line: int) -> int:
        """Find the column of the quote that a line leaves open; 0 where it leaves none."""
        from pathlib import Path

        again = Text(Path(self.text.file), self.text.encoding)
        try:
            found = next(islice(again.lines(), line - 1, line), "")
        finally:
            again.close()
        opened = 0
        mark = re.escape(self.delimiter)
        for value in re.finditer(rf'(?:^|{mark})("(?:[^"]|"")*("?)|[^{mark}]*)', found):
            if value[1].startswith('"') and not value[2]:
                opened = value.start(1) + 1
        return opened


def check_names(text: Text, names: Sequence[str], line: int) -> None:
    """Refuse a header with an empty name, or with a name that stands twice."""
    seen: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        if not name:
            message = f"column {number} has no name: name it, or leave it out"
            raise text.refuse(message, line)
        if name in seen:
            message = f"two columns are named {name[:80]!r} ({seen[name]} and {number}): rename one"
            raise text.refuse(message, line)
        seen[name] = number
