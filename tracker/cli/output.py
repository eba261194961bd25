"""How answers look: JSON, CSV, lines, tables. Text from reports is made harmless on the way."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.global_options import options
from tracker.harmless import dump, neutral, safe

if TYPE_CHECKING:
    from tracker.outcomes import Answer

__all__ = [
    "as_csv",
    "brief",
    "dump",
    "emit",
    "emit_answer",
    "fitted",
    "indented",
    "note",
    "safe",
    "say",
    "table",
    "terminal_width",
    "width_of",
]

Row = Mapping[str, Any]

NARROWEST = 12  # columns; below that a folded column cannot be read
LONGEST_WORD = 24  # columns; a word up to that is not broken while other columns can give room


def say(text: str) -> None:
    """Print an answer that may be long: on a terminal that it does not fit on, through a pager.

    That is $TRACKER_PAGER, $PAGER or less; empty or `cat`, there is none.
    """
    pager = _pager() if _reads(text) else None
    if pager in {None, "", "cat"}:
        click.echo(text)
        return
    os.environ["PAGER"] = str(pager)
    os.environ.setdefault("LESS", "-FRX")
    click.echo_via_pager(text, color=click.get_current_context().color)


def _pager() -> str:
    """Name the pager to use."""
    named = (os.environ.get(name) for name in ("TRACKER_PAGER", "PAGER"))
    return next((one for one in named if one is not None), "less").strip()


def _reads(text: str) -> bool:
    """Whether somebody sits at a terminal that has fewer lines than a text."""
    from shutil import get_terminal_size

    if not options().pager or os.environ.get("TERM") == "dumb":
        return False
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return text.count("\n") + 1 >= get_terminal_size().lines


def emit(whole: object, rows: Sequence[Row], names: Sequence[str] = ()) -> bool:
    """Print in the format asked for, unless that is a table: then say so by False.

    `names` are the columns that CSV has whatever the rows do.
    """
    match options().format:
        case "json":
            click.echo(dump(whole))
        case "nl":
            for row in rows:
                click.echo(dump(row, indent=None))
        case "csv":
            click.echo(as_csv(rows, names), nl=False)
        case _:
            return False
    return True


def emit_answer(answer: Answer) -> bool:
    """Print an answer as `emit` does; as CSV it has the same columns whatever it found."""
    from tracker.tabular import names_in

    names = names_in(answer.columns, placed=answer.verb == "state")
    return emit(answer.as_json(), answer.dicts, names)


def as_csv(rows: Sequence[Row], names: Sequence[str] = (), *, headed: bool = True) -> str:
    """Write rows as CSV; without their names where those were `headed` already.

    `names` come first, whether or not a row has them.
    """
    if not rows and not names:
        return ""
    import csv
    import io

    columns = list(dict.fromkeys([*names, *(name for row in rows for name in row)]))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if headed:
        writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return dump(value, indent=None)
    return neutral(safe(value)) if isinstance(value, str) else str(value)


TONES: dict[str, dict[str, Any]] = {
    "good": {"fg": "green"},
    "doubt": {"fg": "yellow"},
    "bad": {"fg": "red"},
    "faint": {"dim": True},
    "strong": {"bold": True},
}
"""How a text that has a tone (words.Toned) looks in a terminal; the words say the same."""


def terminal_width() -> int:
    """Columns of the terminal; 120 where there is none."""
    from shutil import get_terminal_size

    return max(NARROWEST, get_terminal_size((120, 24)).columns)


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Align columns; where they are wider than the terminal, the widest are folded.

    Where not even folded columns fit, each row is a block of lines: a column's name, its cell.
    """
    listed = list(rows)
    cells = [[safe("" if cell is None else str(cell)) for cell in row] for row in listed]
    tones = [[getattr(cell, "tone", "") for cell in row] for row in listed]
    widths = [max(map(width_of, column)) for column in zip(headers, *cells, strict=True)]
    room = terminal_width() - 2 * (len(widths) - 1)
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
    if sum(widths) > room:
        return _stacked(headers, cells, tones)
    lines = [click.style(_line(headers, widths), bold=True)]
    for row, looks in zip(cells, tones, strict=True):
        folded = [_fold(cell, width) for cell, width in zip(row, widths, strict=True)]
        height = max(map(len, folded))
        lines += [
            _line([cell[at] if at < len(cell) else "" for cell in folded], widths, looks)
            for at in range(height)
        ]
    return "\n".join(lines)


def _stacked(
    headers: Sequence[str], cells: Sequence[Sequence[str]], tones: Sequence[Sequence[str]]
) -> str:
    """Write each row as lines of a column's name and its cell; empty cells are left out."""
    room = terminal_width()
    margin = min(max(map(width_of, headers)) + 2, room // 2)
    blocks = []
    for row, looks in zip(cells, tones, strict=True):
        lines = []
        for name, cell, look in zip(headers, row, looks, strict=True):
            for at, part in enumerate(_fold(cell, room - margin) if cell else ()):
                said = _cut(name, margin - 1) if at == 0 else ""
                lead = click.style(said, bold=True) + " " * (margin - width_of(said))
                lines.append(lead + _toned(part, look))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) or click.style(_cut("  ".join(headers), room), bold=True)


def brief(rows: Sequence[Sequence[str]], indent: int) -> list[str]:
    """Align rows, a line each, of which the last column but one is always there in full.

    The last is cut to what is left of the line; where the one before it does not fit, or nothing
    is left for the last, it goes on lines of its own, indented. The first column is set in bold,
    or in its tone. Where the columns before do not fit either, only the first two stand on the
    first line.
    """
    if not rows:
        return []
    room = terminal_width()
    tones = [getattr(row[0], "tone", "") or "strong" for row in rows]
    cells = [[safe(cell) for cell in row] for row in rows]
    widths = [max(map(width_of, column)) for column in zip(*cells, strict=True)][:-2]
    narrow = sum(widths) + 2 * len(widths) > room
    lines = []
    for (*start, whole, rest), tone in zip(cells, tones, strict=True):
        if narrow:
            first, second, *others = start
            line = _cut(_line([first, second], widths), room)
            below = [*others, whole, rest]
        else:
            left = room - sum(widths) - 2 * len(widths)
            fits = width_of(whole) <= left
            spare = left - width_of(whole) - 2 if fits else left
            shown = [_cut(rest, spare)] if spare >= NARROWEST else []
            line = _line([*start, *([whole] if fits else []), *shown], [*widths, 0, 0])
            line = _cut(line, room)
            below = [*([] if fits else [whole]), *([] if shown else [rest])]
        name = len(start[0])
        lines.append(_toned(line[:name], tone) + line[name:])
        lines += indented("  ".join(below), indent) if below else []
    return lines


def _cut(text: str, width: int) -> str:
    """Shorten a text to so many columns, with an ellipsis for what is left out."""
    if width_of(text) <= width:
        return text
    kept, taken = "", 1
    for letter in text:
        taken += width_of(letter)
        if taken > width:
            break
        kept += letter
    return kept.rstrip() + "…"


def indented(text: str, indent: int) -> list[str]:
    """Fold a text into lines of the terminal's width, each indented."""
    room = max(NARROWEST, terminal_width() - indent)
    return [" " * indent + line for line in _fold(safe(text), room)]


def fitted(text: str) -> str:
    """Fold a line so that none is wider than the terminal; what goes on is indented."""
    said = safe(text)
    if width_of(said) <= terminal_width():
        return said
    first, *rest = _fold(said, terminal_width() - 2)
    return "\n".join([first, *(f"  {line}" for line in rest)])


def _longest_word(text: str) -> int:
    return min(LONGEST_WORD, max((width_of(word) for word in text.split()), default=0))


def _fold(text: str, width: int) -> list[str]:
    """Break a text between words into lines of so many columns; a longer word is broken itself."""
    if width_of(text) <= width:
        return [text]
    lines: list[str] = []
    line, taken = "", 0
    for word in text.split():
        gap = 1 if line else 0
        size = width_of(word)
        if taken + gap + size <= width:
            line, taken = f"{line}{' ' * gap}{word}", taken + gap + size
            continue
        if line:
            lines.append(line)
        *broken, line = _broken(word, width)
        lines += broken
        taken = width_of(line)
    return [*lines, line] if line else lines or [""]


def _broken(word: str, width: int) -> list[str]:
    """Break a word into pieces of so many columns; a letter keeps what combines with it."""
    pieces, taken = [""], 0
    for letter in word:
        size = width_of(letter)
        if taken + size > width:
            pieces.append("")
            taken = 0
        pieces[-1] += letter
        taken += size
    return pieces


def _line(cells: Sequence[str], widths: Sequence[int], tones: Sequence[str] = ()) -> str:
    looks = [*tones, *[""] * (len(cells) - len(tones))]
    padded = [
        _toned(cell, look) + " " * (width - width_of(cell))
        for cell, width, look in zip(cells, widths, looks, strict=False)
    ]
    return "  ".join(padded).rstrip()


def _toned(text: str, tone: str) -> str:
    return click.style(text, **TONES[tone]) if tone and text else text


def width_of(text: str) -> int:
    """Columns that a text takes: wide East Asian letters take two, what combines takes none."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0
        if category(letter) in {"Mn", "Me", "Cf"}
        else 2
        if east_asian_width(letter) in "WF"
        else 1
        for letter in text
    )


def note(text: str) -> None:
    """Say something beside the answer, on standard error, unless asked to be quiet."""
    if not options().quiet:
        click.echo(fitted(text) if sys.stderr.isatty() else safe(text), err=True)
