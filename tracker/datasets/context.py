"""What compiling a mapping for a table knows, and how texts and places are read from its rows."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from tracker.called import tellers
from tracker.datasets.actors import Cast, only
from tracker.datasets.blocks import ByName, Column, Spec, Time, Where, as_text, columns_in
from tracker.datasets.mapping import FactSpec
from tracker.datasets.mapping import Mapping as DatasetMapping
from tracker.datasets.numbers import with_point
from tracker.datasets.places import Book, Columns
from tracker.datasets.values import (
    REMEMBERED,
    Bad,
    Read,
    Row,
    Skip,
    Times,
    among,
    folded,
    place_of,
    reader,
    shown,
    squeezed,
)
from tracker.errors import InputError
from tracker.kin import one_origin
from tracker.registry import Place, Registry
from tracker.validation import did_you_mean
from tracker.yamltree import Path

Placed = Callable[[Row, int], int]
"""(row, its number) -> the number of its place in the Book; -1 for none."""


@dataclass(slots=True)
class Context:
    """What compiling knows of a file, and what is counted as its rows go through.

    `lacking` are those columns of `header` that the file has not, and need not have.
    `of_quarantine`: it holds rows that an import put aside; `partly`: later records may have
    columns that `header` has not. `columns` are those that the mapping reads.
    """

    mapping: DatasetMapping
    file: str
    header: tuple[str, ...]
    lacking: tuple[str, ...]
    registry: Registry
    book: Book
    cast: Cast
    zone: str
    tz: str | None
    of_quarantine: bool = False
    partly: bool = False
    mended: int = 0
    late: int = 0
    columns: set[str] = field(default_factory=set)
    _sample: list[Registry] = field(default_factory=list)

    def wrong(self, path: Path, message: str) -> InputError:
        """Make the error for a slip in the mapping."""
        return InputError([self.mapping.problem(path, message)])

    def read(self, columns: Sequence[str], path: Path) -> Read:
        """Make what reads a column. Raises InputError for one that the table has not."""
        for name in columns:
            self.columns.add(name)
            if place_of(name, self.header) < 0:
                its = [one for one in self.header if one not in self.lacking]
                hint = did_you_mean(name, its) or f": it has {', '.join(its)}"
                late = "; if later records have it, name it under `optional`" * self.partly
                raise self.wrong(path, f"{self.file} has no column '{name}'{hint}{late}")
        return reader(columns, self.header)

    @property
    def comma(self) -> bool:
        """Whether numbers of the table have a decimal comma."""
        return self.mapping.head.read.decimal == ","

    @property
    def decimal(self) -> str | None:
        """What stands before decimals in the table; None where the mapping does not say."""
        said = self.mapping.head.read
        return said.decimal if "decimal" in said.model_fields_set else None

    def numbers(self, read: Read) -> Read:
        """Make what reads a cell as a number is written here."""
        return (lambda row: with_point(read(row))) if self.comma else read

    def times(self, spec: Time, path: Path) -> Times:
        """Make what reads times as a block says."""
        zone = spec.zone or self.zone
        local = self.tz or spec.zone or self.mapping.head.zone
        try:
            return Times(spec.formats, zone, local)
        except ValueError as error:
            raise self.wrong((*path, "zone"), str(error)) from error

    def registry_with(self, place: str) -> Registry:
        """Give the registry with one more place, which stands for any of the table's."""
        if not self._sample:
            one = Place(id=place, name=place)
            known = self.registry
            self._sample.append(
                Registry(
                    known.title,
                    known.zone,
                    {**known.places, place: one},
                    known.actors,
                    known.sources,
                    known.schemes,
                )
            )
        return self._sample[0]

    def by_name(self, spec: FactSpec) -> set[str]:
        """Name the fields of an entry whose actors are registered as rows name them."""
        return {name for name, one in spec.fields.items() if isinstance(one, ByName)}


def key_of(text: str, *, fold: bool, named: Container[str] = ()) -> str:
    """Give what a cell is looked up by among the values that a mapping names."""
    return among(folded(text) if fold else text, named)


def unlisted(text: str, column: str, otherwise: object) -> Bad | Skip:
    """Make the outcome of a cell that is not among the values that the mapping names."""
    if otherwise == "skip":
        return Skip()
    policy = otherwise if isinstance(otherwise, str) else None
    said = f"{shown(text)} is not among the values that the mapping names"
    return Bad(
        "value",
        column,
        said if text.strip() else "empty, and the mapping names no value for that",
        policy,
    )


def teller_finder(context: Context) -> Callable[[str, str], str]:
    """Make what gives (text, its column) as who said it: an id, where that is registered.

    A name or an alias in the place of an id is someone else. It raises Bad for one that several
    have.
    """
    known = context.registry
    named = tellers(known.actors.values(), known.sources.values(), one_origin)

    def find(text: str, column: str) -> str:
        ids = named.get(one_origin(text), ())
        if not ids or text in known.actors or text in known.sources:
            return text
        return only(ids, text, column)

    return find


def template_reader(text: str, path: Path, context: Context) -> Read:
    """Make what fills the {columns} of a text; white space of the cells is squeezed."""
    form, rest = "", text
    places: list[int] = []
    for column in columns_in(text):
        before, _, rest = rest.partition("{" + column + "}")
        form += before.replace("%", "%%") + "%s"
        context.read((column,), path)
        places.append(place_of(column, context.header))
    form += rest.replace("%", "%%")
    if len(places) == 1:
        at = places[0]
        return lambda row: " ".join((form % row[at]).split())
    pick = itemgetter(*places)
    return lambda row: " ".join((form % pick(row)).split())


def place_getter(spec: FactSpec, name: str, context: Context) -> Placed:
    """Make what notes a row's place in the Book."""
    where = spec.fields[name]
    if not isinstance(where, Where):
        raise TypeError(name)
    required = spec.kind.model_fields[name].is_required()
    block_path: Path = (*spec.path, name)
    if where is context.mapping.head.place:
        block_path = ("place",)
    return placed(where, block_path, context, required=required)


def placed(where: Where, path: Path, context: Context, *, required: bool = True) -> Placed:
    """Make what notes a place as a block says."""
    if where.id is not None and where.name is None:
        raise context.wrong((*path, "id"), "an id alone is written {column: ...}, without a block")
    if (where.lat is None) != (where.lon is None):
        raise context.wrong(path, "lat and lon come together")
    if where.lat is not None and where.coordinates is None:
        raise context.wrong(path, "coordinates: say where lat and lon come from")
    if context.book.coordinates is None:
        context.book.coordinates = where.coordinates
        context.book.bounds = where.bounds
    parts = {
        "name": where.name,
        "lat": where.lat,
        "lon": where.lon,
        "type": where.type,
        "within": where.within,
    }
    name, lat, lon, kind, within = (
        text_reader(part, (*path, called), context) for called, part in parts.items()
    )
    lat, lon = context.numbers(lat), context.numbers(lon)
    columns = Columns(*(_named(part, called) for called, part in parts.items()))
    book, mended = context.book, context.book.mended
    memo: dict[Any, int] = {}
    pick = _all_columns(parts.values(), context)

    def get(row: Row, number: int) -> int:
        cells = pick(row)
        found = memo.get(cells)
        if found is None:
            said = name(row)
            if not required and not said.strip():
                return -1
            found = book.add(said, lat(row), lon(row), kind(row), within(row), columns, number)
            if len(memo) > REMEMBERED:
                memo.clear()
            memo[cells] = found
        if found in mended:
            context.mended += 1
        return found

    return get


def _named(part: str | Column | None, called: str) -> str:
    """Name the column that a part of a place is read from; the part, where there is none."""
    return part.column[0] if isinstance(part, Column) else called


def _all_columns(parts: Iterable[str | Column | None], context: Context) -> Callable[[Row], Any]:
    """Make what picks every cell that a place depends on."""
    names = [name for part in parts for name in _columns(part)]
    places = sorted({place_of(name, context.header) for name in names})
    return itemgetter(*places) if places else lambda _row: ()


def _columns(part: Spec | None) -> Sequence[str]:
    """Name the columns that a text is made of."""
    if isinstance(part, Column):
        return part.column
    return columns_in(part) if isinstance(part, str) else ()


def field_text(spec: Spec, path: Path, context: Context) -> Read:
    """Make what gives the text of a plain field; an id for what is registered by that name."""
    read = text_reader(spec if isinstance(spec, str | Column) else str(spec), path, context)
    find, columns = teller_finder(context), _columns(spec)
    column = columns[0] if columns else str(path[-1])
    return lambda row: find(squeezed(read(row)), column)


def text_reader(spec: str | Column | None, path: Path, context: Context) -> Read:
    """Make what gives a text: of a constant, of a text with {columns}, or of a column."""
    if spec is None:
        return lambda _row: ""
    if isinstance(spec, str):
        if columns_in(spec):
            return template_reader(spec, path, context)
        return lambda _row: spec
    read = context.read(spec.column, (*path, "column"))
    if spec.values is None and spec.default is None:
        return read
    table = {
        key_of(value, fold=spec.fold): as_text(said) for value, said in (spec.values or {}).items()
    }
    default = "" if spec.default is None else as_text(spec.default)

    def valued(row: Row) -> str:
        text = read(row)
        found = table.get(key_of(text, fold=spec.fold, named=table))
        if found is not None:
            return found
        if not text.strip():
            return default
        if spec.values is None or spec.otherwise == "keep" or spec.otherwise is None:
            return text
        raise unlisted(text, spec.column[0], spec.otherwise)

    return valued
