"""Cells of a table -> whole numbers and degrees; raises Bad for what is neither.

What may be read in two ways is read in none, unless a mapping says how numbers are written.
"""

from __future__ import annotations

import re

from tracker.datasets.values import Bad, shown
from tracker.quantities import LARGEST

_SPACED = re.compile(
    r"[-+−]?\d{1,3}([ \u00a0\u202f\u2009])\d{3}(?:\1\d{3})*(?:[.,]\d*)?",  # noqa: RUF001 - a minus
    re.ASCII,
)
"""Spaces of one kind between groups of three digits: plain, no-break, narrow, thin."""


def unspaced(text: str) -> str:
    """Write a number without spaces between its thousands, as French and Ukrainian have them.

    What is none stays as it is.
    """
    plain = text.strip()
    return plain.replace(found[1], "") if (found := _SPACED.fullmatch(plain)) else text


_WITH_COMMA = re.compile(r"([-−]?)(\d{1,3}(?:\.\d{3})+|\d+)(,\d+)?", re.ASCII)  # noqa: RUF001 - a minus


def with_point(text: str) -> str:
    """Write a number with a decimal comma, and points between thousands, as others are written.

    What is none stays as it is, for its judge to refuse.
    """
    found = _WITH_COMMA.fullmatch(unspaced(text).strip())
    if found is None:
        return text
    sign, whole_part, decimals = found.groups(default="")
    return f"{sign}{whole_part.replace('.', '')}{decimals.replace(',', '.')}"


_WHOLE = re.compile(r"\+?(\d+|\d{1,3}(?:,\d{3})+)(\.0*)?", re.ASCII)
_POINTED = re.compile(r"\+?[\d,]+(\.\d{3})+", re.ASCII)
"""Where a point parts thousands 1.000 is a thousand, elsewhere it is one: nobody can tell."""
_DIGITS = 30


def whole(text: str, column: str) -> int | None:
    """Read a whole number >= 0, with commas or spaces between thousands, or none.

    None where the cell is empty.
    """
    plain = text.strip()
    if plain.isdecimal() and len(plain) < len(str(LARGEST)) and plain.isascii():
        return int(plain)
    if not plain:
        return None
    plain = unspaced(plain)
    found = _WHOLE.fullmatch(plain)
    if not found or len(plain) > _DIGITS or _POINTED.fullmatch(plain):
        raise Bad("number", column, f"{shown(plain)} {_why_not_whole(plain)}")
    number = int(found[1].replace(",", ""))
    if number > LARGEST:
        raise Bad("number", column, f"{shown(plain)} is more than {LARGEST}: a slip?")
    return number


def _why_not_whole(plain: str) -> str:
    if plain.startswith(("-", "−")):  # noqa: RUF001 - a typographic minus is a minus
        return "is negative: a count is 0 or more"
    if _POINTED.fullmatch(plain):
        return (
            "has a point that may part thousands: write whole numbers as 1000 or 1,000, or say "
            'read: {decimal: ","} in the mapping'
        )
    return "is no whole number"


_NUMBER = re.compile(
    r"[-+−]?(?:(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?|\.\d+)(?:e[-+]?\d{1,3})?",  # noqa: RUF001
    re.ASCII | re.IGNORECASE,
)
_ONE_POINT = re.compile(r"[-+−]?[1-9]\d{0,2}\.\d{3}", re.ASCII)  # noqa: RUF001 - a minus


def meanings(text: str, column: str, decimal: str | None) -> tuple[float, ...]:
    """Read a number of any sort, to compare it: digits may be grouped, as those of counts may.

    Of one whose point may part thousands or decimals there are two, unless `decimal` says what
    stands before decimals. Raises Bad for what is no number.
    """
    plain = with_point(text) if decimal == "," else unspaced(text).strip()
    if not _NUMBER.fullmatch(plain):
        why = _why_not_whole(plain) if _POINTED.fullmatch(plain) else "is no number"
        raise Bad("number", column, f"{shown(text)} {why}")
    number = plain.replace(",", "").replace("−", "-")  # noqa: RUF001 - a minus
    if decimal is None and _ONE_POINT.fullmatch(plain):
        return float(number), float(number.replace(".", ""))
    return (float(number),)


_DEGREES = re.compile(
    r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d{1,3})?",
    re.ASCII | re.IGNORECASE,
)
"""Plain digits: Python also reads 1_2, digits of other scripts, and words such as infinity."""
_WRITTEN = re.compile(r"(-?)(\d+(?:[.,]\d+)?) ?°? ?([NSEW]?)", re.ASCII | re.IGNORECASE)
"""Degrees with a comma for a point, or with a letter for a sign."""


def degrees(text: str, most: int, column: str) -> float:
    """Read degrees; raises Bad for what is no number, ValueError beyond `most` either way.

    What lies beyond is no place on earth, so a slip worth telling of.
    """
    plain = text.strip()
    if not _DEGREES.fullmatch(plain):
        raise Bad("coordinate", column, f"{shown(text)} is no number of degrees{_degrees_as(text)}")
    number = float(plain)
    if not -most <= number <= most:
        raise ValueError(number)
    return number


def _degrees_as(text: str) -> str:
    """Say how degrees are to be written that were written otherwise, where that is clear."""
    found = _WRITTEN.fullmatch(text.strip())
    if not found or (found[1] and found[3]):
        return ""
    sign = "-" if found[3].upper() in {"S", "W"} else found[1]
    comma = ', or say read: {decimal: ","} in the mapping' if "," in found[2] else ""
    return f": write it as {sign}{found[2].replace(',', '.')}{comma}"
