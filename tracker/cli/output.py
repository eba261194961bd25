"""How answers look: JSON, CSV, lines, tables. Text from reports is made harmless on the way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from tracker.cli.common import options

Row = Mapping[str, Any]

NARROWEST = 12  # columns; below that a folded column cannot be read
LONGEST_WORD = 24  # columns; a word up to that is not broken while other columns can give room
# Everything that can move a cursor, change a colour, or reorder what is read: C0, DEL, C1, and the
# characters that control direction or line breaks.
_LIVE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)
_LIVE_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
# How a cell begins that a spreadsheet runs as a formula, and the numbers that begin so as well.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - a byte


def safe(text: str) -> str:
    """Make a text from outside fit for one line of a terminal: what is live shows as an escape."""
    return _LIVE.sub(_escape, text.replace("\n", " ").replace("\t", " "))


def dump(value: object, indent: int | None = 2) -> str:
    """Write JSON that is readable and holds no live character."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _LIVE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def emit(whole: object, rows: Sequence[Row]) -> bool:
    """Print in the format asked for, unless that is a table: then say so by False."""
    match options().format:
        case "json":
            click.echo(dump(whole))
        case "nl":
            for row in rows:
                click.echo(dump(row, indent=None))
        case "csv":
            click.echo(_csv(rows), nl=False)
        case _:
            return False
    return True


def _csv(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    import csv
    import io

    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return dump(value, indent=None)
    return _neutral(safe(value)) if isinstance(value, str) else str(value)


def _neutral(text: str) -> str:
    """Keep a text that a spreadsheet would run as a formula from being run, by an apostrophe.

    One with apostrophes before such a beginning gets another, so that taking one off (Reading's
    `neutralised`) gives back what was.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Align columns; where they are wider than the terminal, the widest are folded."""
    from shutil import get_terminal_size

    cells = [[safe("" if cell is None else str(cell)) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(headers, *cells, strict=True)]
    room = get_terminal_size((120, 24)).columns - 2 * (len(widths) - 1)
    words = [max(map(_longest_word, column)) for column in zip(headers, *cells, strict=True)]
    for floors in ([max(NARROWEST, word) for word in words], [NARROWEST] * len(widths)):
        while sum(widths) > room:
            spare, widest = max(
                (width if width > floor else 0, at)
                for at, (width, floor) in enumerate(zip(widths, floors, strict=True))
            )
            if not spare:
                break
            widths[widest] -= 1
    lines = [click.style(_line(headers, widths), bold=True)]
    for row in cells:
        folded = [_fold(cell, width) for cell, width in zip(row, widths, strict=True)]
        height = max(map(len, folded))
        lines += [
            _line([cell[at] if at < len(cell) else "" for cell in folded], widths)
            for at in range(height)
        ]
    return "\n".join(lines)


def brief(rows: Sequence[Sequence[str]], indent: int) -> list[str]:
    """Align rows, a line each, of which the last column but one is always there in full.

    The last is cut to what is left of the line; where the one before it does not fit, it goes on
    lines of its own, indented. The first column is set in bold.
    """
    from shutil import get_terminal_size

    if not rows:
        return []
    room = get_terminal_size((120, 24)).columns
    cells = [[safe(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)][:-2]
    lines = []
    for *start, whole, rest in cells:
        left = room - sum(widths) - 2 * len(widths)
        below = _width(whole) > left
        spare = left if below else left - _width(whole) - 2
        shown = [_cut(rest, spare)] if spare >= NARROWEST else []
        line = _line([*start, *([] if below else [whole]), *shown], [*widths, 0, 0])
        line = _cut(line, room)
        lines.append(click.style(line[: widths[0]], bold=True) + line[widths[0] :])
        lines += indented(whole, indent) if below else []
    return lines


def _cut(text: str, width: int) -> str:
    """Shorten a text to so many columns, with an ellipsis for what is left out."""
    if _width(text) <= width:
        return text
    while _width(text) >= width:
        text = text[: min(len(text) - 1, width - 1)]
    return text.rstrip() + "…"


def indented(text: str, indent: int) -> list[str]:
    """Fold a text into lines of the terminal's width, each indented."""
    from shutil import get_terminal_size

    room = max(NARROWEST, get_terminal_size((120, 24)).columns - indent)
    return [" " * indent + line for line in _fold(safe(text), room)]


def _longest_word(text: str) -> int:
    return min(LONGEST_WORD, max((_width(word) for word in text.split()), default=0))


def _fold(text: str, width: int) -> list[str]:
    if _width(text) <= width:
        return [text]
    from textwrap import wrap

    return wrap(text, width, break_on_hyphens=False) or [""]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=False)
    ]
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Columns that a text takes: wide East Asian letters take two, combining marks none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text
    )


def note(text: str) -> None:
    """Say something beside the answer, on standard error, unless asked to be quiet."""
    if not options().quiet:
        click.echo(safe(text), err=True)
