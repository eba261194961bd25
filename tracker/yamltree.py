"""Strict YAML 1.2 for files people write: plain values, and the line and column of each.

A subset on purpose. Refused, each with its place: aliases and anchors (no billion laughs), tags,
directives, merge keys, duplicate or non-string keys, several documents, deep nesting, long lists,
and numbers that readers would disagree on (010, 1_000, .nan, 1.0e+309). Dates and times stay
strings.
"""

from __future__ import annotations

import io
import math
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tracker.errors import InputError, Problem
from tracker.reading import SHEET

LARGEST_FILE = SHEET  # bytes, looked at before parsing
DEEPEST = 32
LONGEST_LIST = 20_000
MOST_DIGITS = 18
LONGEST_TAG = 1000  # characters; the parser takes quadratic time over one, to no use

# Line breaks of YAML 1.1, which the parser still breaks lines at: an editor would show as part of a
# comment what follows one. In YAML 1.2 they are letters like others, so they are hidden from it.
_OLD_BREAKS = "\x85\u2028\u2029"
_PRIVATE = range(0xF0000, 0xF0100)  # Unicode's private use: stand-ins that a text does not hold

Path = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_PADDED = re.compile(r"[-+]?0[0-9]+")
_GROUPED = re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*")
_INDENTED = re.compile(r"expected <block end>, but found '(<block (mapping|sequence) start>|-|\?)'")
_LONG_TAG = re.compile(rf"!\S{{{LONGEST_TAG}}}")
_DIRECTIVE = re.compile(
    r"(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*%(?!YAML|TAG)"
)  # these two the parser tells
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed file: its value, and (line, column), from 1, of every node by path."""

    file: str
    value: Any
    marks: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def problem(self, path: Path, message: str, **kinds: bool) -> Problem:
        """Make a problem at the node, or at the nearest one above it that the file holds."""
        at = path
        while at and at not in self.marks:
            at = at[:-1]
        line, column = self.marks.get(at, (0, 0))
        return Problem(self.file, line, column, path_text(path), message, **kinds)


def path_text(path: Path) -> str:
    """Write a path as `facts[3].when.edtf`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def load(data: bytes, file: str) -> Tree:
    """Parse one document whose top is a mapping. Raises InputError with every place named."""
    text = _decode(data, file)
    builder = _Builder(file)
    value = builder.document(text)
    tree = Tree(file, value, builder.marks)
    if not isinstance(value, dict):
        found = "nothing" if value is None else "a list" if isinstance(value, list) else "a scalar"
        raise InputError([tree.problem((), f"a mapping is needed at the top, found {found}")])
    return tree


def _decode(data: bytes, file: str) -> str:
    def refuse(message: str, at: int | None = None) -> InputError:
        line, column = (0, 0) if at is None else _place(data, at)
        return InputError([Problem(file, line, column, "", message)])

    if len(data) > LARGEST_FILE:
        raise refuse(f"the file is over {LARGEST_FILE // 1024} KiB: split it, or import it")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refuse("this is UTF-16: save it as UTF-8")
    if b"\0" in data:
        message = "a NUL character: not text, or UTF-16 saved without its mark"
        raise refuse(message, data.index(b"\0"))
    data = data.removeprefix(BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise refuse("not UTF-8 (Latin-1, perhaps): save it as UTF-8", error.start) from error


def _place(data: bytes, at: int) -> tuple[int, int]:
    """Give line and column, in characters from 1, of a byte; what cannot be read counts as one."""
    start = data.rfind(b"\n", 0, at) + 1
    before = data[start:at].removeprefix(BOM_UTF8).decode(errors="replace")
    return data.count(b"\n", 0, at) + 1, len(before) + 1


class _Builder:
    """Builds values from parser events, so that nothing is expanded before it is allowed."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.marks: dict[Path, tuple[int, int]] = {}
        self.hidden: dict[int, str] = {}

    def refuse(self, mark: Any, path: Path, message: str) -> InputError:  # noqa: ANN401
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        return InputError([Problem(self.file, line, column, path_text(path), message)])

    def document(self, text: str) -> Any:  # noqa: ANN401 - any plain value
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError
        from ruamel.yaml.reader import Reader

        reached: list[Any] = []

        class AnyCharacter(Reader):
            """Control characters are kept as they are written; showing them is made safe."""

            def reset_reader(self) -> None:
                """Remember how far it came: after an error the parser begins anew."""
                if hasattr(self, "line"):
                    reached.append(self.get_mark())
                super().reset_reader()

            def check_printable(self, data: Any) -> None:  # noqa: ANN401
                """Allow all."""

        self._refuse_unread(text)
        yaml = YAML(typ="safe", pure=True)
        yaml.Reader = AnyCharacter
        try:
            hidden = self._hide(text)
            return self._document(self._untabbed(yaml.parse(io.StringIO(hidden)), hidden))
        except MarkedYAMLError as error:
            what = " ".join(str(error.problem or error).split())
            hint = " (indent with spaces, never tabs)" if "\\t" in what or "\t" in text else ""
            mark = error.problem_mark or error.context_mark
            if _INDENTED.fullmatch(what):
                what = (
                    "this line is not indented as those that it belongs to are: begin it under them"
                )
            raise self.refuse(mark, (), f"not valid YAML: {what}{hint}") from error
        except (ValueError, OverflowError) as error:  # of chr(): an escape beyond Unicode
            if isinstance(error, ValueError) and "chr()" not in str(error):  # a %YAML of digits
                what = " ".join(str(error).split())
                raise self.refuse(None, (), f"not valid YAML: {what}") from error
            message = "an escape of no character: the last one there is, is \\U0010FFFF"
            raise self.refuse(reached[-1] if reached else None, (), message) from error
        except YAMLError as error:
            what = " ".join(str(error).split())
            raise self.refuse(None, (), f"not valid YAML: {what}") from error

    def _refuse_unread(self, text: str) -> None:
        """Refuse what is seen before anything is parsed: a very long tag, a directive."""
        if found := _LONG_TAG.search(text):
            line, column = _place(text.encode(), len(text[: found.start()].encode()))
            message = f"a tag, or a word after !, of more than {LONGEST_TAG} characters"
            raise InputError([Problem(self.file, line, column, "", message)])
        if found := _DIRECTIVE.match(text):
            line = text.count("\n", 0, found.end()) + 1
            message = "directives are not allowed: take out this line that begins with %"
            raise InputError([Problem(self.file, line, 1, "", message)])

    def _untabbed(self, events: Iterator[Any], text: str) -> Iterator[Any]:
        """Refuse what a tab indents, also within braces, where the parser allows it."""
        lines = re.split(r"\r\n|\r|\n", text) if "\t" in text else []
        for event in events:
            mark = event.start_mark
            before = lines[mark.line][: mark.column] if mark and mark.line < len(lines) else ""
            if "\t" in before and not before.strip():
                raise self.refuse(mark, (), "a tab before it: indent with spaces, never tabs")
            yield event

    def _hide(self, text: str) -> str:
        """Put letters that the parser makes nothing of in the place of the old line breaks."""
        if text.isascii():
            return text
        unused = (chr(code) for code in _PRIVATE if chr(code) not in text)
        hide = {ord(old): stand_in for old, stand_in in zip(_OLD_BREAKS, unused, strict=False)}
        self.hidden = {ord(stand_in): chr(old) for old, stand_in in hide.items()}
        return text.translate(hide)

    def _document(self, events: Iterator[Any]) -> Any:  # noqa: ANN401
        value: Any = None
        documents = 0
        for event in events:
            match type(event).__name__:
                case "StreamStartEvent" | "StreamEndEvent" | "DocumentEndEvent":
                    continue
                case "DocumentStartEvent":
                    documents += 1
                    if documents > 1:
                        raise self.refuse(
                            event.start_mark, (), "a second document: one to a file (drop the ---)"
                        )
                    if event.version or event.tags:
                        message = "directives (%YAML, %TAG) are not allowed: drop the line"
                        raise self.refuse(event.start_mark, (), message)
                case _:
                    value = self._node(event, events, ())
        return value

    def _node(self, event: Any, events: Iterator[Any], path: Path) -> Any:  # noqa: ANN401
        mark = event.start_mark
        self.marks.setdefault(path, (mark.line + 1, mark.column + 1))
        kind = type(event).__name__
        if kind == "AliasEvent" or event.anchor:
            raise self.refuse(mark, path, "aliases and anchors are not allowed: write it out")
        if event.tag:
            raise self.refuse(mark, path, f"tags are not allowed: {str(event.tag)[:80]}")
        if len(path) > DEEPEST:
            raise self.refuse(mark, path[:4], f"nested deeper than {DEEPEST}")
        if kind == "ScalarEvent":
            return self._scalar(event, path)
        if kind == "SequenceStartEvent":
            return self._sequence(events, path)
        return self._mapping(events, path)

    def _sequence(self, events: Iterator[Any], path: Path) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            if len(items) >= LONGEST_LIST:
                message = f"a list of more than {LONGEST_LIST} items: import it as a dataset"
                raise self.refuse(event.start_mark, path, message)
            items.append(self._node(event, events, (*path, len(items))))
        return items

    def _mapping(self, events: Iterator[Any], path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in events:
            if type(event).__name__ == "MappingEndEvent":
                break
            mark = event.start_mark
            if type(event).__name__ != "ScalarEvent":
                raise self.refuse(mark, path, "a key must be plain text")
            key = self._key(event, path)
            if key in found:
                raise self.refuse(mark, (*path, key), "this key stands twice")
            self.marks[(*path, key)] = (mark.line + 1, mark.column + 1)
            found[key] = self._node(next(events), events, (*path, key))
        return found

    def _key(self, event: Any, path: Path) -> str:  # noqa: ANN401
        if event.anchor or event.tag:
            raise self.refuse(event.start_mark, path, "aliases, anchors, tags are not allowed")
        if event.implicit[0]:
            if event.value == "<<":
                raise self.refuse(event.start_mark, path, "merge keys are not allowed")
            if event.value in _WORDS or _FLOAT.fullmatch(event.value):
                message = f"a key must be text: put {event.value!r} in quotes"
                raise self.refuse(event.start_mark, path, message)
        return self._text(event, path)

    def _text(self, event: Any, path: Path) -> str:  # noqa: ANN401
        value: str = event.value
        if not value.isascii():
            value = value.translate(self.hidden)
            try:  # "\ud83d\ude00" is one letter, as JSON writes it; a half alone is none
                value = value.encode("utf-16", "surrogatepass").decode("utf-16")
            except UnicodeDecodeError as error:
                message = "half a surrogate pair: not a character"
                raise self.refuse(event.start_mark, path, message) from error
        if "\0" in value:
            raise self.refuse(event.start_mark, path, "a NUL character")
        return value

    def _scalar(self, event: Any, path: Path) -> Any:  # noqa: ANN401
        value: str = event.value
        if not event.implicit[0]:
            return self._text(event, path)
        if value in _WORDS:
            return _WORDS[value]
        unclear = {
            _PADDED: "a number with a leading zero: drop the zero, or quote it to make it text",
            _GROUPED: "a number with underscores: write plain digits, or quote it",
            _NOT_FINITE: "not a finite number",
        }
        for pattern, message in unclear.items():
            if pattern.fullmatch(value):
                raise self.refuse(event.start_mark, path, f"{message} ({value[:40]})")
        if _INTEGER.fullmatch(value):
            if (digits := len(value.lstrip("+-"))) > MOST_DIGITS:
                raise self.refuse(event.start_mark, path, f"a number of {digits} digits")
            return int(value)
        if _FLOAT.fullmatch(value):
            if not math.isfinite(float(value)):
                raise self.refuse(event.start_mark, path, f"too large a number ({value[:40]})")
            return float(value)
        return self._text(event, path)
