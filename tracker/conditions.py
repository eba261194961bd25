"""Conditions: a small language over one state change, for those who watch. Pure.

    condition = both ("or" both)*
    both      = not ("and" not)*
    not       = "not" not | "(" condition ")" | test
    test      = [side "."] FIELD operator VALUE | [side "."] WORD
    side      = "before" | "after"                       (after, where none is named)
    operator  = "=" | "!=" | "<" | "<=" | ">" | ">="

It is read, never run: there is nothing in it but comparisons, and a text that is too long or too
deep is refused. A name is compared as it is registered, an id; a VALUE with blanks in it stands in
double quotes.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NamedTuple

from tracker.errors import TrackerError

Row = Mapping[str, Any]
Rank = Callable[[str, str], float | None]
"""(scheme, level) -> where the level stands in its scheme; None for one that it has not."""

LONGEST = 500  # characters
DEEPEST = 16  # conditions inside conditions
_SIDES = ("before", "after")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FIELDS: dict[str, tuple[str, ...]] = {
    "projection": ("projection",),
    "key": ("key",),
    "status": ("status",),
    "support": ("support",),
    "certainty": ("certainty",),
    "rule": ("rule",),
    "holder": ("holders",),
    "besieger": ("besiegers",),
    "actor": ("actors", "actor"),
    "place": ("place",),
    "category": ("category",),
    "phase": ("phase",),
    "number": ("best",),
    "low": ("low",),
    "high": ("high",),
    "unexplained": ("unexplained",),
    "scheme": ("scheme",),
    "scope": ("scope",),
    "level": ("level", "alias"),
    "modifier": ("modifiers",),
    "authority": ("authority",),
    "side": ("side",),
    "fate": ("fate",),
    "kind": ("kind",),
    "voice": ("voice",),
    "source": ("source",),
}
"""The fields that can be compared, each with what it is called in a row of `state`."""
_NUMBERS = frozenset({"number", "low", "high", "unexplained"})
_ORDERED = _NUMBERS | {"level"}
_STATES: dict[str, tuple[str, ...]] = {
    "status": ("held", "contested", "besieged", "mixed", "vacated", "unknown"),
    "support": ("confirmed", "reported", "claimed", "disputed"),
    "certainty": ("certain", "possible"),
}
_FLAGS = ("changed", "appeared", "gone")
"""Of the change as a whole: more than who backs it; no state before; none any more."""
_WORDS = {word: field for field, words in _STATES.items() for word in words}
_TOKEN = re.compile(
    r'[ ]+|(?P<mark>[()])|(?P<operator>[<>!]=|[<>=])|"(?P<quoted>[^"\x00-\x1f]*)"'
    r"|(?P<word>[\w./+:-]+)"
)
NAMES_OF = {
    "holder": "actors",
    "besieger": "actors",
    "actor": "actors",
    "authority": "actors",
    "place": "places",
    "scheme": "schemes",
    "source": "sources",
}
"""Fields whose values are ids, and of which register."""


class ConditionError(TrackerError):
    """A condition that cannot be read; the message says at which column, counted from 1."""


class Named(NamedTuple):
    """A value that a condition compares a field with, to be looked up by those who know names."""

    field: str
    value: str
    column: int


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was read: `text` as it was written, `named` what it compares with."""

    text: str
    named: tuple[Named, ...]
    _holds: Callable[[Row, Rank], bool]

    def holds(self, change: Row, rank: Rank) -> bool:
        """Whether it holds of a change: {projection, key, before, after, changed, erased}."""
        return self._holds(change, rank)


class _Token(NamedTuple):
    sort: str
    text: str
    column: int


_Test = Callable[[Row, Rank], bool]


def read_condition(text: str, closed: Mapping[str, Sequence[str]] = {}) -> Condition:
    """Read a condition. Raises ConditionError.

    `closed` gives the fields that can have no other values than these.
    """
    if len(text) > LONGEST:
        raise ConditionError(f"a condition has at most {LONGEST} characters, and not {len(text)}")
    reader = _Reader(list(_tokens(text)), {**closed, **_STATES})
    test = reader.condition(0)
    left = reader.peek()
    if left.sort != "end":
        raise _wrong(left, "'and' or 'or' is expected here")
    return Condition(text, tuple(reader.named), test)


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            if text[at] == '"':
                raise ConditionError(f"column {at + 1}: this quotation mark is never closed")
            raise ConditionError(f"column {at + 1}: {text[at]!a} means nothing here")
        if found.lastgroup:
            yield _Token(found.lastgroup, found[found.lastgroup], at + 1)
        at = found.end()
    yield _Token("end", "", len(text) + 1)


def _wrong(token: _Token, why: str) -> ConditionError:
    said = ascii(token.text[:40]) if token.sort != "end" else "the end"
    return ConditionError(f"column {token.column}: {said}: {why}")


class _Reader:
    """Reads tokens into one test, by descent."""

    def __init__(self, tokens: list[_Token], closed: Mapping[str, Sequence[str]]) -> None:
        self._tokens = tokens
        self._closed = closed
        self._at = 0
        self.named: list[Named] = []

    def peek(self) -> _Token:
        return self._tokens[self._at]

    def _next(self) -> _Token:
        token = self.peek()
        self._at += token.sort != "end"
        return token

    def _takes(self, sort: str, text: str) -> bool:
        token = self.peek()
        found = token.sort == sort and token.text == text
        self._at += found
        return found

    def condition(self, depth: int) -> _Test:
        tests = [self._both(depth)]
        while self._takes("word", "or"):
            tests.append(self._both(depth))
        return tests[0] if len(tests) == 1 else lambda c, r: any(test(c, r) for test in tests)

    def _both(self, depth: int) -> _Test:
        tests = [self._not(depth)]
        while self._takes("word", "and"):
            tests.append(self._not(depth))
        return tests[0] if len(tests) == 1 else lambda c, r: all(test(c, r) for test in tests)

    def _not(self, depth: int) -> _Test:
        if depth > DEEPEST:
            raise _wrong(self.peek(), f"more than {DEEPEST} conditions inside each other")
        if self._takes("word", "not"):
            test = self._not(depth + 1)
            return lambda c, r: not test(c, r)
        if self._takes("mark", "("):
            inner = self.condition(depth + 1)
            if not self._takes("mark", ")"):
                raise _wrong(self.peek(), "a closing ) is expected here")
            return inner
        return self._test()

    def _test(self) -> _Test:
        token = self._next()
        if token.sort != "word":
            raise _wrong(token, "a field or a word is expected here, such as holder=army, disputed")
        side, name = "after", token.text
        if (before := name.partition("."))[0] in _SIDES and before[1]:
            side, name = before[0], before[2]
        if self.peek().sort == "operator":
            return self._comparison(token, side, name)
        if name in _FLAGS:
            if name != token.text:
                raise _wrong(token, f"'{name}' is of the change as a whole")
            return _flag(name)
        if name in _WORDS:
            field = _WORDS[name]
            return lambda c, _: (c[side] or {}).get(field) == name
        raise _wrong(token, f"no such word{_near(name, [*_WORDS, *_FLAGS, *_FIELDS])}")

    def _comparison(self, token: _Token, side: str, name: str) -> _Test:
        if name not in _FIELDS:
            raise _wrong(token, f"no such field{_near(name, _FIELDS)}")
        sign, value = self._next(), self._next()
        if value.sort not in {"word", "quoted"}:
            raise _wrong(value, "a value is expected here")
        ordered = sign.text not in {"=", "!="}
        if ordered and name not in _ORDERED:
            raise _wrong(sign, f"'{name}' has no order: = or != (of {', '.join(sorted(_ORDERED))})")
        if name in _NUMBERS:
            return _number(side, name, sign.text, _read_number(value))
        if name in self._closed and value.text not in self._closed[name]:
            near = _near(value.text, self._closed[name])
            raise _wrong(value, f"no such {name}{near}")
        self.named.append(Named(name, value.text, value.column))
        if ordered:
            return _level(side, sign.text, value.text)
        same = _same(side, name, value.text)
        return same if sign.text == "=" else lambda c, r: not same(c, r)


def _near(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f": did you mean {near[0]}?" if near else f" (one of {', '.join(known)})"


def _read_number(token: _Token) -> int:
    if not re.fullmatch(r"-?[0-9]{1,15}", token.text):
        raise _wrong(token, "a whole number is expected here, in figures")
    return int(token.text)


def _flag(name: str) -> _Test:
    match name:
        case "appeared":
            return lambda c, _: c["before"] is None and not c.get("erased")
        case "gone":
            return lambda c, _: c["after"] is None
        case _:
            return lambda c, _: bool(c["changed"])


def _same(side: str, name: str, wanted: str) -> _Test:
    """Whether a field is this value, or has it among its values."""

    def test(change: Row, _: Rank) -> bool:
        row = change[side]
        if row is None:
            return False
        return any(wanted in _values(row, column) for column in _FIELDS[name])

    return test


def _values(row: Row, column: str) -> list[str]:
    value = row.get(column)
    if column == "place" and row["projection"] == "control":
        value = row["key"]
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str) else []


def _number(side: str, name: str, sign: str, wanted: int) -> _Test:
    compare = _OPERATORS[sign]

    def test(change: Row, _: Rank) -> bool:
        found = (change[side] or {}).get(_FIELDS[name][0])
        return isinstance(found, int | float) and compare(found, wanted)

    return test


def _level(side: str, sign: str, wanted: str) -> _Test:
    compare = _OPERATORS[sign]

    def test(change: Row, rank: Rank) -> bool:
        row = change[side] or {}
        found, other = row.get("rank"), rank(str(row.get("scheme")), wanted)
        return found is not None and other is not None and compare(found, other)

    return test
