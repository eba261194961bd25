"""Patterns of row tests: read as Python's `re` reads them, and none that could take for ever.

A pattern that fails may try every way to part a text. Where a repetition stands inside another,
these are as many as two to the length of the text, unless the next letter always tells which way
to go: whether an inner repetition goes on, and which alternative it is. So within what may be
repeated more than FEW times each such choice must be told by the next letter (as a deterministic
expression is: Brueggemann-Klein and Wood, 1998); any other pattern is refused. What stands in no
repetition may be ambiguous: it takes no more than a power of the length.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Any

sre: Any = import_module("re._constants")  # no types are told of re's own parser
_parser: Any = import_module("re._parser")

FEW = 3
"""Times that something may be repeated and its parts still be ambiguous."""
LONGEST_PATTERN = 1000  # characters

_REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}
_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_NOT_DIGIT: r"\D",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_WORD: r"\W",
}
_AMBIGUOUS = (
    "a repetition in which the same text can be read in several ways, as in (a+)+ or (a|a)*, could "
    "take for ever: end each part with a letter that no other part begins with, as in ([a-z]+ )+"
)
_SAMPLE = {chr(code) for code in range(256)} | set("\u0663\u2003\u2014\u4e2d\u0416\U0001f600")

Letters = frozenset[str]


def pattern(text: str) -> str:
    """Give a pattern back that can be used. Raises ValueError, in words, for any other."""
    if len(text) > LONGEST_PATTERN:
        raise ValueError(f"a pattern of over {LONGEST_PATTERN:,} characters: test for less")
    try:
        parsed = _parser.parse(text)
        _Choices(parsed, text).look(parsed, frozenset(), 1)
        re.compile(text)
    except re.error as error:
        at = "" if error.pos is None else f" at its character {error.pos + 1}"
        said = f"no pattern of Python's re: {error.msg}{at}; put \\ before a sign that is meant"
        raise ValueError(said) from error
    except (OverflowError, MemoryError, RecursionError, RuntimeError) as error:
        raise ValueError("a pattern that is too large: repeat and nest less") from error
    return text


class _Choices:
    """Looks at the choices of a pattern, by what letters can come next."""

    def __init__(self, parsed: Any, text: str) -> None:  # noqa: ANN401 - of re's own parser
        codes = {ord(one) for one in text} | set(_edges(parsed))
        near = {code + step for code in codes for step in (-1, 0, 1)}
        named = {chr(code) for code in near if 0 <= code <= sys.maxunicode}
        self.letters = frozenset(_SAMPLE | named | _cased(named))
        self.any_case = "(?" in text  # whatever is switched on in it, and wherever

    def look(self, items: Iterable[Any], after: Letters, times: int) -> None:
        """Refuse an open choice among items that are repeated so often, with what comes after."""
        for op, value in reversed(list(items)):
            self._one(op, value, after, times)
            first, empty = self.first([(op, value)])
            after = first | after if empty else first

    def _one(self, op: Any, value: Any, after: Letters, times: int) -> None:  # noqa: ANN401
        if op in _REPEATS:
            least, most, body = value
            self._repeat((least, most), body, after, times)
        elif op is sre.BRANCH:
            self._ways(value[1], after, times)
        elif op is sre.SUBPATTERN:
            self.look(value[3], after, times)
        elif op is sre.ATOMIC_GROUP:
            self.look(value, after, times)
        elif op in {sre.ASSERT, sre.ASSERT_NOT}:
            self.look(value[1], frozenset(), 1)
        elif op is sre.GROUPREF_EXISTS:
            if times > FEW:
                raise ValueError(_AMBIGUOUS)
            for way in filter(None, value[1:]):
                self.look(way, after, times)

    def _repeat(self, bounds: tuple[int, int], body: Any, after: Letters, times: int) -> None:  # noqa: ANN401
        least, most = bounds
        first, _ = self.first(body)
        if times > FEW and least != most and first & after:
            raise ValueError(_AMBIGUOUS)
        self.look(body, first | after if most > 1 else after, times * min(int(most), FEW + 1))

    def _ways(self, ways: Iterable[Any], after: Letters, times: int) -> None:
        taken: Letters = frozenset()
        for way in ways:
            first, empty = self.first(way)
            begins = first | after if empty else first
            if times > FEW and begins & taken:
                raise ValueError(_AMBIGUOUS)
            taken |= begins
            self.look(way, after, times)

    def first(self, items: Iterable[Any]) -> tuple[Letters, bool]:
        """Give the letters that items can begin with, and whether they can be empty."""
        found: Letters = frozenset()
        for op, value in items:
            first, empty = self._first(op, value)
            found |= first
            if not empty:
                return found, False
        return found, True

    def _first(self, op: Any, value: Any) -> tuple[Letters, bool]:  # noqa: ANN401
        if op in _REPEATS:
            first, empty = self.first(value[2])
            return first, empty or value[0] == 0
        if op is sre.SUBPATTERN:
            return self.first(value[3])
        if op is sre.ATOMIC_GROUP:
            return self.first(value)
        if op is sre.BRANCH:
            ways = [self.first(way) for way in value[1]]
            return frozenset().union(*(way for way, _ in ways)), any(empty for _, empty in ways)
        if op in {sre.AT, sre.ASSERT, sre.ASSERT_NOT}:
            return frozenset(), True
        if op in {sre.LITERAL, sre.NOT_LITERAL, sre.IN}:
            return self._class([(op, value)] if op is not sre.IN else value), False
        return self.letters, op is not sre.ANY  # a group referred to: anything, or nothing

    def _class(self, parts: list[Any]) -> Letters:
        found: set[str] = set()
        for op, value in parts:
            if op is sre.LITERAL:
                found.add(chr(value))
            elif op is sre.NOT_LITERAL:
                found |= self.letters - {chr(value)}
            elif op is sre.RANGE:
                found |= {one for one in self.letters if value[0] <= ord(one) <= value[1]}
            elif op is sre.CATEGORY:
                kinds = re.compile(_CATEGORIES[value]), re.compile(_CATEGORIES[value], re.ASCII)
                either = parts[0][0] is not sre.NEGATE  # rather too many letters than too few
                meets = any if either else all
                found |= {one for one in self.letters if meets(kind.match(one) for kind in kinds)}
        if parts[0][0] is sre.NEGATE:
            found = set(self.letters - found)
        return frozenset(found | _cased(found) if self.any_case else found)


def _cased(letters: Iterable[str]) -> set[str]:
    cased = {other for one in letters for other in (one.lower(), one.upper())}
    return {one for one in cased if len(one) == 1}


def _edges(items: Iterable[Any]) -> Iterable[int]:
    """Yield the codes of letters that a pattern names, escaped ones too."""
    for one in items:
        if isinstance(one, int) and not isinstance(one, bool) and one <= sys.maxunicode:
            yield int(one)
        elif isinstance(one, tuple | list | _parser.SubPattern):
            yield from _edges(one)
