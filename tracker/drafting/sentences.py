"""Sentences: number the sentences of a document, the numbers that locators cite.

The rules, in full; to change one renumbers every document, and every sheet written against it:

1. A line break ends a sentence, wherever it stands: LF, CR, VT, FF, U+2028 or U+2029.
2. A run of `.`, `?`, `!`, of the Arabic question mark or the Urdu full stop, with any closing
   quotes and brackets right after it, ends one where white space follows and then an upper-case
   letter, a letter of a script that has no cases (Arabic, Hebrew, Georgian), a digit, an opening
   quote or an opening bracket. A stop inside a number (1.5, 1.400) or a name (bbc.co.uk) has no
   white space after it.
3. A lone `.` without quote or bracket does not end one after a title (Gen., Mr., St.), after
   initials or a single capital or caseless letter (U.S., J. Smith), or after Jan., No., p. and
   their like where a digit follows. So a sentence that ends in "the U.S." runs on into the next:
   it is one.
4. A run of full stops of scripts that leave no space after them, or use theirs for nothing else
   (Chinese and Japanese, Devanagari, Burmese, Khmer, Ethiopic), with what closes, ends one wherever
   it stands. Thai and Lao write none: there only a line break ends a sentence.
5. Sentences are trimmed of white space; what is nothing but white space is none.

Nothing is mended: a sentence that scraping cut in the middle, or fused with another, is one as it
stands. No clock, locale or library has a say: the same text is numbered the same for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import category

_LINE = re.compile(r"[^\n\r\v\f\u2028\u2029]+")
_CLOSERS = "\"'”’»›)\\]}」』》〉）】"
_OPENERS = frozenset("\"'“‘„‚«‹([{¿¡「『《〈（【")
_STOPS = ".?!\u061f\u06d4"
_FULL_STOPS = "。！？｡।॥။៕።"
_STOP = re.compile(rf"(?<![{_STOPS}])[{_STOPS}]+[{_CLOSERS}]*(?=\s)|[{_FULL_STOPS}]+[{_CLOSERS}]*")
_LAST_WORD = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*\Z")
_LONGEST_ABBREVIATION = 24  # characters looked back for a word that ends in a stop

_TITLE = re.compile(
    "mrs?|ms|mm|mme|mlle|messrs|dr|prof|gov|sen|rep|rev|hon|ste?|mt|ft|vs|cf|eg|ie|e.g|i.e"
    "|gen|col|maj|capt|cmdr|cpl|sgt|pvt|adm|lt|brig|lt.col|(lt|maj|brig).gen".replace(".", r"\."),
    re.IGNORECASE,
)
_BEFORE_DIGITS = re.compile(
    "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|nos?|pp?|vol|fig|art|sec|ch|ca?|approx",
    re.IGNORECASE,
)


def sentences(text: str) -> list[tuple[int, int]]:
    """Give the sentences of a decoded text: spans [start, end) in characters, sentence 0 first.

    They run in order and never overlap; every character that is not white space lies in exactly
    one, and none begins or ends with white space. Takes time linear in the text.
    """
    found: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        start = line.start()
        for end in _ends(text, line.start(), line.end()):
            found += _trimmed(text, start, end)
            start = end
    return found


def _ends(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where a sentence ends within one line, the end of the line last."""
    for stop in _STOP.finditer(text, start, end):
        if stop.group()[0] in _FULL_STOPS or _is_over(text, start, stop, end):
            yield stop.end()
    yield end


def _is_over(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    """Whether another sentence begins after a stop (rules 2 and 3)."""
    after = _skip_space(text, stop.end(), end)
    return after < end and _opens(text[after]) and not _abbreviates(text, start, stop, after)


def _opens(char: str) -> bool:
    return (
        char.isupper()
        or char.istitle()
        or _is_caseless(char)
        or char.isdecimal()
        or char in _OPENERS
    )


def _is_caseless(char: str) -> bool:
    return category(char) == "Lo" or "\u10d0" <= char <= "\u10ff"  # Georgian writes no capitals


def _abbreviates(text: str, start: int, stop: re.Match[str], after: int) -> bool:
    """Whether the stop belongs to the word before it (rule 3)."""
    if stop.group() != ".":
        return False
    back = max(start, stop.start() - _LONGEST_ABBREVIATION)
    found = _LAST_WORD.search(text[back : stop.start()])
    if not found:
        return False
    word = found.group()
    initials = word.split(".")
    if all(len(one) == 1 and (one.isupper() or _is_caseless(one)) for one in initials):
        return True
    if text[after].isdecimal() and _BEFORE_DIGITS.fullmatch(word):
        return True
    return _TITLE.fullmatch(word) is not None


def _skip_space(text: str, at: int, end: int) -> int:
    while at < end and text[at].isspace():
        at += 1
    return at


def _trimmed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    start = _skip_space(text, start, end)
    while end > start and text[end - 1].isspace():
        end -= 1
    return [(start, end)] if start < end else []
