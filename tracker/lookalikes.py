"""Names that look like other names: mixed scripts and letters borrowed from another alphabet."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

# Letters of other alphabets that print like Latin ones in common fonts; a choice of ours after
# the idea of Unicode Technical Standard 39, which lists thousands more.
_CYRILLIC = dict(zip("авеікмнорстухѕјԁһԛԝѵ", "abeikmhopctyxsjdhqwv", strict=True))
_GREEK = dict(zip("αβεικνορτυχγ", "abeikvoptuxy", strict=True))
_SAME = {**_CYRILLIC, **_GREEK, "ı": "i", "ɡ": "g", "ⅼ": "l"}
_UNSEEN = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that reorder what a reader sees."""


def skeleton(name: str) -> str:
    """Give what a name looks like: two names with one skeleton can be taken for each other."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(_SAME.get(letter, letter) for letter in folded if letter not in _UNSEEN)


def scripts(name: str) -> frozenset[str]:
    """Name the alphabets of a name's letters, by the first word of their Unicode names."""
    return frozenset(
        unicodedata.name(letter, "?").split(maxsplit=1)[0] for letter in name if letter.isalpha()
    )


def is_mixed(name: str) -> bool:
    """Whether Latin letters stand beside Cyrillic or Greek ones in one name."""
    if name.isascii():
        return False
    found = scripts(name)
    return "LATIN" in found and bool(found & {"CYRILLIC", "GREEK"})


def has_bidi_controls(text: str) -> bool:
    """Whether a text holds characters that reorder what a reader sees."""
    return not BIDI.isdisjoint(text)


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
            other, other_name = looks.setdefault(skeleton(name), (entry, name))
            if other != entry:
                message = f"'{name}' looks like '{other_name}' ({other})"
                if name != other_name:
                    message += ", but is written with other letters"
                yield Odd(entry, message, name.casefold() == other_name.casefold())
            elif is_mixed(name):
                yield Odd(entry, f"'{name}' mixes letters of two alphabets", same=False)
