"""JSON of any size, an item of one array at a time, in bounded memory.

The text is read in chunks; an item is decoded by Python's own decoder as soon as it is whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

from tracker.datasets.text import Text
from tracker.errors import InputError

LONGEST_ITEM = 4 * 1024 * 1024  # characters; a longer one is no row of a table

NAME_THE_KEY = "name its key in `read: {records: key}`"
_DEEP = 4  # objects in one another; arrays are not looked for in more

_SPACE = re.compile(r"[ \t\n\r]*")
_ESCAPED = re.compile(r"\\u([dD][89a-fA-F]|0000)")  # what may be a half surrogate, or NUL
_NUL = re.compile(r"(?<!\\)(\\\\)*\\u0000")
_HALF = re.compile(r"[\ud800-\udfff]")
_CUT_OFF = ("Unterminated string", "Invalid \\")  # what the decoder says where a text ends too soon
_LITERAL = 16  # characters: no literal is longer, so an error further from the end is a real one


class Wrong(NamedTuple):
    """What is wrong with an item that is put aside: the kind of bad row, why, its raw text."""

    kind: str
    reason: str
    text: str | None = None


class Item(NamedTuple):
    """A value of an array: its number from 1, the value, and the line and column it begins at."""

    number: int
    value: Any
    line: int
    column: int
    size: int
    wrong: Wrong | None = None


class _WrongError(ValueError):
    """What the decoder's hooks found."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _WrongError(f"the key {twice[:80]!r} stands twice in one object")
    return found


def _constant(name: str) -> NoReturn:
    raise _WrongError(f"{name} is not a number of JSON: write null where there is none")


_decode = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant).raw_decode


def decoded(text: Text, source: str, start: int, line: int, column: int) -> tuple[Any, int]:
    """Decode the value at a place of a text, whose line and column are told in what is refused.

    Gives the value and where it ends. Raises json.JSONDecodeError for what is no JSON, InputError
    for what is and cannot be used.
    """
    try:
        value, end = _decode(source, start)
    except json.JSONDecodeError:
        raise
    except RecursionError as error:
        raise text.refuse("nested too deep", line, column) from error
    except _WrongError as error:
        raise text.refuse(str(error), line, column) from error
    except ValueError as error:  # Python's limit to the digits of a number
        raise text.refuse("a number of thousands of digits", line, column) from error
    if _ESCAPED.search(source, start, end):
        plain = json.dumps(value, ensure_ascii=False)
        if _HALF.search(plain):
            raise text.refuse("half a surrogate pair: not a character", line, column)
        if _NUL.search(plain):
            raise text.refuse("a NUL character", line, column)
    return value, end


class JsonReader:
    """Walks through one JSON document to an array, and through its items."""

    def __init__(self, text: Text) -> None:
        """Start at the beginning of the text."""
        self.text = text
        self.chunks = text.chunks()
        self.buffer = ""
        self.at = 0  # where we are in the buffer
        self.ended = False  # no chunk is left
        self.known = (0, 1, 1)  # a place in the buffer, its line, its column
        self.size = 0  # characters of the value read last
        self.keys: list[str] = []  # of the object that `arrays` went through

    def items(self, path: tuple[str, ...]) -> Iterator[Item]:
        """Yield the items of the array at a path of keys, and hold the document to be whole.

        Other members are read over, in chunks too where they are arrays.
        """
        yield from self._find(path, ())
        if self._peek():
            raise self._refuse("more text after the end of the JSON document: one to a file")

    def _find(self, path: tuple[str, ...], above: tuple[str, ...]) -> Iterator[Item]:
        first = self._peek()
        if not path:
            if first != "[":
                raise self._no_array(above, first)
            yield from self._array()
            return
        if first != "{":
            where = f"`{'.'.join(above)}` is" if above else "the top is"
            raise self._refuse(f"{where} no object with a key {path[0]!r} in it")
        seen: set[str] = set()
        for key in self._members():
            if key in seen:
                raise self._refuse(f"the key {key[:80]!r} stands twice in one object")
            seen.add(key)
            if key == path[0]:
                yield from self._find(path[1:], (*above, key))
            elif self._peek() == "[":
                for _ in self._array():
                    pass
            else:
                self._value()
        if path[0] not in seen:
            keys = ", ".join(sorted(seen)[:10]) or "none"
            raise self._refuse(f"no key {path[0]!r} (its keys: {keys})")

    def arrays(self, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        """Yield the keys to each array of objects in an object, and in those right within it.

        A key with a dot is none that a mapping could name.
        """
        for key in self._members():
            path = (*above, key)
            if not above:
                self.keys.append(key)
            first = self._peek()
            if first == "{" and len(path) < _DEEP:
                yield from self.arrays(path)
            elif first != "[":
                self._value()
            elif self._holds_objects() and not any("." in part for part in path):
                yield path

    def _holds_objects(self) -> bool:
        """Read over an array: whether it begins with an object."""
        first = [item.value for item in self._array() if item.number == 1]
        return bool(first) and isinstance(first[0], dict)

    def _no_array(self, above: tuple[str, ...], first: str) -> InputError:
        if above:
            return self._refuse(f"`{'.'.join(above)}` is no array of records")
        if first != "{":
            return self._refuse("not JSON, or no array of objects: is it another format?")
        return self._refuse(
            f"an object, where an array of records is needed: {NAME_THE_KEY}, or write "
            "`read: {format: jsonl}` if it has an object a line"
        )

    def _members(self) -> Iterator[str]:
        """Yield the keys of an object; the caller has to read each value."""
        self._skip("{")
        if self._peek() == "}":
            self._skip("}")
            return
        while True:
            if self._peek() != '"':
                raise self._refuse("a key in double quotes is needed here", cut=True)
            key = str(self._value())
            self._skip(":")
            yield key
            if self._next_is_last("}"):
                return

    def _next_is_last(self, end: str) -> bool:
        """Step over a comma, or over the end; True for the end."""
        found = self._peek()
        if found not in {",", end}:
            raise self._refuse(f"a comma or {end} is needed here", cut=True)
        self._skip(found)
        return found == end

    def _array(self) -> Iterator[Item]:
        self._skip("[")
        if self._peek() == "]":
            self._skip("]")
            return
        number = 0
        while True:
            number += 1
            self._peek()
            line, column = self._place()
            value = self._value()
            yield Item(number, value, line, column, self.size)
            if self._next_is_last("]"):
                return

    def _value(self) -> Any:  # noqa: ANN401 - any JSON value
        self._peek()
        while True:
            try:
                value, end = decoded(self.text, self.buffer, self.at, *self._place())
            except json.JSONDecodeError as error:
                end_near = error.pos > len(self.buffer) - _LITERAL
                cut_off = end_near or error.msg.startswith(_CUT_OFF)
                if cut_off and not self.ended and len(self.buffer) - self.at <= LONGEST_ITEM:
                    self._more(double=True)
                    continue
                if cut_off and not self.ended:
                    size = LONGEST_ITEM // 1024 // 1024
                    message = f"one item is over {size} MiB: simplify its outline, if it is a map"
                    raise self._refuse(message) from error
                self.at = error.pos
                message = f"not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
                raise self._refuse(message, cut=cut_off) from error
            if type(value) in {int, float} and end > len(self.buffer) - _LITERAL and not self.ended:
                self._more()  # it may go on: 12 may be the start of 12.5e3
                continue
            self.size = end - self.at
            self.at = end
            return value

    def _skip(self, mark: str) -> None:
        if self._peek() != mark:
            raise self._refuse(f"{mark} is needed here", cut=True)
        self.at += 1

    def _peek(self) -> str:
        """Go to the next character that is no space, and give it; nothing at the end."""
        while True:
            self.at = _SPACE.match(self.buffer, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if self.ended:
                return ""
            self._more()

    def _more(self, *, double: bool = False) -> None:
        """Read on: one chunk, or as many as make the rest of the buffer twice as long."""
        wanted = min(2 * (len(self.buffer) - self.at), LONGEST_ITEM + 1) if double else 1
        self.known = (0, *self._place())
        parts = [self.buffer[self.at :]]
        size = len(parts[0])
        self.at = 0
        while size < wanted or len(parts) == 1:
            chunk = next(self.chunks, "")
            if not chunk:
                self.ended = True
                break
            parts.append(chunk)
            size += len(chunk)
        self.buffer = "".join(parts)

    def _place(self) -> tuple[int, int]:
        """Line and column of where we are."""
        start, line, column = self.known
        if newlines := self.buffer.count("\n", start, self.at):
            line += newlines
            column = self.at - self.buffer.rfind("\n", start, self.at)
        else:
            column += self.at - start
        self.known = (self.at, line, column)
        return line, column

    def _refuse(self, message: str, *, cut: bool = False) -> InputError:
        if cut and self.ended and not self._peek():
            message = "the file ends in the middle of the document: fetch it again"
        return self.text.refuse(message, *self._place())
