"""JSON records -> a header and rows of text: arrays of objects, objects a line, map features."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from itertools import chain

from tracker.datasets.geojson import features
from tracker.datasets.json_text import LONGEST_ITEM, Item, JsonReader, Wrong, decoded
from tracker.datasets.text import Text
from tracker.datasets.text_tables import LONGEST_FIELD, MOST_COLUMNS, Ragged, check_names
from tracker.datasets.values import place_of
from tracker.errors import InputError

LOOKED_AT = 1000
"""Records whose keys make the header."""
_DEEP = 4  # objects in one another whose keys are columns too
_MOST_TEXT = 4 * LONGEST_ITEM  # characters of records held to find the header

Inner = tuple[str, tuple[str, ...]]

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


class JsonTable:
    """The records of a JSON text as rows: the header is every key of the first LOOKED_AT.

    What stands in an object is a column of its own beside it, named with dots: `location.name`.
    Columns that were asked for stand in the header too, wherever they come first.
    """

    def __init__(
        self,
        text: Text,
        form: str,
        records: str | None,
        *,
        ragged: Ragged,
        aside: Collection[str] = (),
        drop: bool = False,
        columns: Sequence[str] = (),
    ) -> None:
        """Read the first records. `form` is json, jsonl or geojson; `records` the array's path.

        `ragged` is told of records that are wrong, of the kinds of bad rows that go `aside`; `drop`
        is about shapes (geojson.features).
        `columns` may be those of no record, or only of later ones.
        """
        self.text = text
        self.ragged = ragged
        if form == "jsonl":
            self.items = object_lines(text, aside="row" in aside)
        else:
            path = tuple(records.split(".")) if records else ()
            items = JsonReader(text).items(path or (("features",) if form == "geojson" else ()))
            located = features(text, items, aside="coordinate" in aside, drop=drop)
            self.items = located if form == "geojson" else items
        self.unit = {"json": "item", "jsonl": "line", "geojson": "feature"}[form]
        self.line = 0  # on which the record begins that was given last
        self.first: list[Item] = []
        self.inside: dict[str, tuple[str, ...]] = {}
        """Of columns within objects, the keys that lead there."""
        self.late: dict[str, int] = {}
        """Keys that are no columns, for no record of the first has them: the first line of each."""
        self.partly = False  # whether there may be more records than made the header
        self.header = self._with(self._header(), columns)

    def _header(self) -> tuple[str, ...]:
        names: dict[str, None] = {}
        held = 0
        for item in self.items:
            self._check(item)
            names.update(dict.fromkeys(item.value))
            self.first.append(item)
            held += item.size
            if len(names) > MOST_COLUMNS:
                message = f"more than {MOST_COLUMNS} different keys: are these records of a table?"
                raise self.text.refuse(message, item.line, item.column)
            if len(self.first) >= LOOKED_AT or held > _MOST_TEXT:
                self.partly = True
                break
        if not names:
            message = "no records with keys: the columns of a table are the keys of its records"
            raise self.text.refuse(message)
        check_names(self.text, list(names), self.first[0].line)
        return tuple(self._with_inner(names))

    def _with(self, header: tuple[str, ...], columns: Sequence[str]) -> tuple[str, ...]:
        """Add the columns that are asked for and were not seen."""
        more = [name for name in dict.fromkeys(columns) if place_of(name, header) < 0]
        self.inside |= {name: tuple(name.split(".")) for name in more if "." in name}
        return (*header, *more)

    def _with_inner(self, names: dict[str, None]) -> dict[str, None]:
        """Give the columns with those within objects, each behind its object.

        None where they are too many: then the keys are values, not names of columns.
        """
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        shape = {"geometry"} if self.unit == "feature" else set()
        for item in self.first:
            for name, value in item.value.items():
                if type(value) is dict and name not in shape:
                    found.setdefault(name, {}).update(_inner((name,), value))
        inner = {name: keys for of in found.values() for name, keys in of.items()}
        if len(names) + len(inner) > MOST_COLUMNS:
            return names
        self.inside = {name: keys for name, keys in inner.items() if name not in names}
        every = (one for name in names for one in (name, *found.get(name, ())))
        return dict.fromkeys(every)

    def _check(self, item: Item) -> None:
        if not isinstance(item.value, dict):
            message = f"{self.unit} {item.number} is no object: each record is {{column: value}}"
            raise self.text.refuse(message, item.line, item.column)

    def rows(self) -> Iterator[tuple[int, Sequence[str] | None]]:
        """Yield (number of the record, its values as text); what it does not have is empty.

        None stands for the values of a record that is wrong.
        """
        header = self.header
        known = frozenset(header)
        for item in chain(self.first, self.items):
            self._check(item)
            record = item.value
            if not record.keys() <= known:
                self._note_late(item, known)
            row = [
                value if type(value) is str else self._cell(item, value)
                for value in self._values(record)
            ]
            if item.size > LONGEST_FIELD:
                self._check_lengths(item, row)
            self.line = item.line
            if item.wrong:
                kind, reason, raw = item.wrong
                self.ragged(item.number, row if raw is None else [raw], reason, kind)
                yield item.number, None
            else:
                yield item.number, row

    def _note_late(self, item: Item, known: Collection[str]) -> None:
        for key in item.value:
            if key not in known and len(self.late) < MOST_COLUMNS:
                self.late.setdefault(key, item.line)

    def _values(self, record: dict[str, object]) -> list[object]:
        if not self.inside:
            return [record.get(name) for name in self.header]
        return [
            _at(record, self.inside[name])
            if name in self.inside and name not in record
            else record.get(name)
            for name in self.header
        ]

    def _cell(self, item: Item, value: object) -> str:
        if value is None:
            return ""
        try:
            return _encode(value)
        except ValueError as error:
            message = f"{self.unit} {item.number} has a number that is too large"
            raise self.text.refuse(message, item.line, item.column) from error

    def _check_lengths(self, item: Item, row: Sequence[str]) -> None:
        for name, value in zip(self.header, row, strict=True):
            if len(value) > LONGEST_FIELD and self.unit != "feature":
                size = LONGEST_FIELD // 1024 // 1024
                message = f"{self.unit} {item.number}: {name[:80]!r} holds more than {size} MiB"
                raise self.text.refuse(message, item.line, item.column)


def _inner(path: tuple[str, ...], value: dict[str, object]) -> Iterator[Inner]:
    """Yield (name with dots, keys that lead there) of what is in an object."""
    for key, one in value.items():
        keys = (*path, key)
        if key:
            yield ".".join(keys), keys
        if type(one) is dict and len(keys) < _DEEP:
            yield from _inner(keys, one)


def _at(record: object, keys: tuple[str, ...]) -> object:
    """Give what the keys lead to; None where they lead nowhere."""
    for key in keys:
        if type(record) is not dict:
            return None
        record = record.get(key)
    return record


def object_lines(text: Text, *, aside: bool = False) -> Iterator[Item]:
    """Yield the values of a text that has one JSON value a line, numbered by their lines.

    With `aside` a line that holds no object comes without keys, with what is `wrong` with it.
    """
    for number, line in enumerate(text.lines(), 1):
        found = line.strip(" \t\r\n")
        if not found:
            continue
        column = line.index(found[0]) + 1
        if len(found) > LONGEST_ITEM:
            raise text.refuse(f"a record of over {LONGEST_ITEM // 1024 // 1024} MiB", number)
        try:
            yield _one_of_line(text, found, number, column, aside=aside)
        except InputError as error:
            if not aside:
                raise
            wrong = Wrong("row", error.problems[0].message, found)
            yield Item(number, {}, number, column, len(found), wrong)


def _one_of_line(text: Text, found: str, number: int, column: int, *, aside: bool) -> Item:
    try:
        value, end = decoded(text, found, 0, number, column)
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise text.refuse(message, number, column + error.pos) from error
    if end < len(found):
        message = "more text after the record of this line: one record a line"
        raise text.refuse(message, number, column + end)
    if aside and not isinstance(value, dict):
        raise text.refuse("no object: each record is {column: value}", number, column)
    return Item(number, value, number, column, end)
