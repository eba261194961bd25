"""Names that look like other names: mixed scripts and letters borrowed from another alphabet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

# Letters of other alphabets that print like Latin ones in common fonts, capitals and small ones
# each by its own shape: a Greek Eta is an H, a small one an n. Chosen by us, after the idea of
# Unicode Technical Standard 39, which lists thousands more.
_SHAPES = {
    "АВЕЅІЈКМНОРСТУҮХԌԚԜѴӀЬ": "ABESIJKMHOPCTYYXGQWVIb",  # Cyrillic
    "авеікмнорстуүхѕјԁһԛԝѵӏьгп": "abeikmhopctyyxsjdhqwvlbrn",
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϿͿϺ": "ABEZHIKMNOPTYXCCJM",  # Greek
    "αβγεηικμνορστυχωϲϳ": "abyenikuvopotuxwcj",
    "ՕՍՏԼ": "OUSL",  # Armenian
    "օսոհցզգյլա": "ounhgqqjlw",
    "ᎠᎡᎢᎥᎩᎪᎫᎬᎳᎷᎻᎽᏀᏃᏒᏔᏚᏙᏞᏟᏢᏦᏴᏳ": "DRTiYAJEWMHYGZRWSVLCPKBG",  # Cherokee
    "ᏂᏏᏧ": "hbd",
    "ıɡ": "ig",
}
_CHEROKEE = range(0x13A0, 0x13F6)
"""Its capitals; its small letters have the same shapes, smaller."""


def _latin() -> dict[int, str]:
    """Give the Latin letter that each of the others looks like, by code point."""
    made: dict[int, str] = {}
    for others, letters in _SHAPES.items():
        for other, letter in zip(others, letters, strict=True):
            made[ord(other)] = letter
            if ord(other) in _CHEROKEE:
                made[ord(other.lower())] = letter
    return made


_LATIN = _latin()
# Default_Ignorable_Code_Point of the Unicode Character Database: what shows as nothing.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BORROWED = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})


def skeleton(name: str) -> str:
    """Give what a name looks like: two names with one skeleton can be taken for each other."""
    if name.isascii():
        return name.casefold()
    # What compatibility folds is no longer what it looked like, so letters are told before it too.
    apart = unicodedata.normalize("NFKD", _UNSEEN.sub("", name).translate(_LATIN))
    return apart.translate(_LATIN).casefold()


def _seen(name: str) -> str:
    """Give the letters of a name that show, in their own alphabet, whatever their case."""
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", name)).casefold()


def scripts(name: str) -> frozenset[str]:
    """Name the alphabets of a name's letters, by the first word of their Unicode names."""
    return frozenset(
        unicodedata.name(letter, "?").split(maxsplit=1)[0] for letter in name if letter.isalpha()
    )


def is_mixed(name: str) -> bool:
    """Whether Latin letters stand beside those of an alphabet that has look-alikes of them."""
    if name.isascii():
        return False
    found = scripts(name)
    return "LATIN" in found and bool(found & _BORROWED)


class Odd(NamedTuple):
    """A name that can be taken for another's, or that mixes alphabets: whose, and what is odd.

    `same`: it is the other's name, letter for letter but for their case.
    """

    id: str
    message: str
    same: bool


def odd_names(entries: Iterable[tuple[str, Sequence[str]]]) -> Iterator[Odd]:
    """Yield what is odd about the names of some entries, (id, names) each, in their order."""
    looks: dict[str, tuple[str, str]] = {}
    for entry, names in entries:
        for name in names:
            # By its own letters too: in Greek, what differs in case alone differs in shape.
            keys = {skeleton(name), _seen(name)}
            like = [looks.setdefault(key, (entry, name)) for key in sorted(keys)]
            other = next((one for one in like if one[0] != entry), None)
            if other is not None:
                yield _taken_for(entry, name, *other)
            elif is_mixed(name):
                yield Odd(entry, f"'{name}' mixes letters of two alphabets", same=False)


def _taken_for(entry: str, name: str, other: str, other_name: str) -> Odd:
    """Say whose name a name looks like, and how it is written otherwise."""
    message = f"'{name}' looks like '{other_name}' ({other})"
    same = name.casefold() == other_name.casefold()
    if not same and _seen(name) == _seen(other_name):
        message += ", but holds characters that do not show"
    elif name != other_name:
        message += ", but is written with other letters"
    return Odd(entry, message, same)
