"""CSV: a table that spreadsheets, DuckDB and everything else can read.

What it is of stands in a file beside it (`NAME.csv.about.json`): CSV has no place for that, and a
line of comment, or columns that repeat it in every row, would be data to most readers. Cells that a
spreadsheet would run are neutralised with an apostrophe; line breaks and tabs stay, in quotes.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from tracker.exports.question import Format, Question, Told, about
from tracker.exports.values import in_text
from tracker.harmless import neutral, safe
from tracker.tabular import Kind, Value, flattened, surveyed

_BREAKS = re.compile(r"(\r\n|\n|\t)")


def write(question: Question, path: Path) -> Told:
    """Write a header and a line a row, as RFC 4180 has it, in UTF-8."""
    answer = question.answer()
    survey = surveyed(answer.each, answer.columns)
    columns = survey.columns()
    kinds = [column.kind for column in columns]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([column.name for column in columns])
        for row in flattened(answer.each, columns):
            writer.writerow([_cell(*cell) for cell in zip(row, kinds, strict=True)])
    return Told(survey.count, about(answer, survey.count))


def _cell(value: Value, kind: Kind) -> str:
    if value is None:  # most are: facts of other kinds have other columns
        return ""
    found = in_text(value)
    if not isinstance(found, str):
        return str(found)
    return neutral(_kept(found)) if kind in {"text", "list", "json"} else found


def _kept(text: str) -> str:
    """Make a text safe, but for what a quoted cell holds as it is."""
    parts = _BREAKS.split(text)
    parts[::2] = map(safe, parts[::2])  # those between are the breaks
    return "".join(parts)


FORMAT = Format(
    "csv",
    "a table for spreadsheets; what it is of in NAME.csv.about.json beside it",
    write,
    rows=("state", "spans", "facts"),
    aside=True,
)
