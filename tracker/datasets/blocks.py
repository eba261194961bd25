"""The blocks that a mapping file is made of: what is said of columns, times, places, quantities."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    field_validator,
)

from tracker.datasets.patterns import pattern
from tracker.datasets.text import text_encoding
from tracker.instants import check_zone
from tracker.quantities import LARGEST, Comparator, Semantics
from tracker.registry import PlaceType
from tracker.sources import Slug, Text

_COLUMN_IN_TEXT = re.compile(r"\{([^{}]*)\}")

Scalar = str | int | float | StrictBool


def as_text(value: object) -> str:
    """Give a value of the mapping as a cell of a table would have it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) or value is None else [value]


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


Columns = Annotated[tuple[Text, ...], BeforeValidator(_listed), Field(min_length=1)]
"""A column; of a list of them, the first that is filled."""


class Test(_Block):
    """What a row must meet: all that is said here of one column.

    `at_least` and `at_most` read numbers as counts are read. An empty cell does not meet them; one
    that holds no number is a bad number, unless `in`, `not_in`, `equals` or `matches` beside them
    leaves it out.
    """

    column: Columns
    in_: tuple[Scalar, ...] | None = Field(default=None, alias="in")
    not_in: tuple[Scalar, ...] | None = None
    equals: Scalar | None = None
    matches: Annotated[str, AfterValidator(pattern)] | None = None
    filled: StrictBool | None = None
    at_least: StrictFloat | None = None
    at_most: StrictFloat | None = None


Tests = Annotated[tuple[Test, ...], BeforeValidator(_listed)]


class ReadAs(_Block):
    """How the file is read, where its name and its first bytes do not tell.

    `decimal` is what stands before the decimals of counts and degrees; with a comma, points part
    the thousands.
    """

    format: Literal["csv", "tsv", "json", "jsonl", "geojson"] | None = None
    encoding: Annotated[str, AfterValidator(text_encoding)] | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    records: str | None = None
    neutralised: StrictBool = False
    decimal: Literal[".", ","] = "."


_NAMED = ("iso", "edtf", "unix")
# The parts of a form, in strptime's letters, that name a day, a month and an hour.
DAY_IN_FORM = re.compile(r"%[dejxcDFUWV]")
MONTH_IN_FORM = re.compile(r"%[mBb]")
HOUR_IN_FORM = re.compile(r"%[HIXcTRs]")
ZONE_IN_FORM = re.compile(r"(?<!%)((?:%%)*)%Z")
# Nothing of it is what is read where a form leaves it out: 1900, January, the 1st, midnight.
_SAMPLE = datetime(2013, 11, 23, 16, 5, 6, tzinfo=UTC)


def _slip(form: str) -> str | None:
    """Say why times written in a form would be read as others, or not at all."""
    if "%" not in form:
        return "no such form"
    try:
        read = datetime.strptime(_SAMPLE.strftime(form), form)  # noqa: DTZ007 - only compared
    except re.error:
        return "a part of it comes twice"
    except ValueError as error:
        return str(error)
    if read.year != _SAMPLE.year:
        return "no year is in it"
    if DAY_IN_FORM.search(form) and read.date() != _SAMPLE.date():
        return "a day is in it, but not of which month or week, or a week without its day"
    if HOUR_IN_FORM.search(form) and read.hour != _SAMPLE.hour:
        return "%I is an hour of twelve: %p says of which half of the day"
    if ZONE_IN_FORM.search(form) and not HOUR_IN_FORM.search(form):
        return "%Z is a zone of hours, and no hour is in it"
    return None


def _format(form: str) -> str:
    """Refuse a form that no time has, or that would give every row another time."""
    if form in _NAMED or (slip := _slip(form)) is None:
        return form
    known = f"{', '.join(_NAMED)}, or one of strptime's, such as %d/%m/%Y"
    msg = f"'{form}' is no form of times ({slip}): {known}"
    raise ValueError(msg)


Formats = Annotated[tuple[Annotated[str, AfterValidator(_format)], ...], Field(min_length=1)]


Zone = Annotated[str, AfterValidator(check_zone)]


class Until(_Block):
    """The column with the latest time that something can have been; empty: the earliest."""

    column: Columns


class Time(_Block):
    """A time: of a column, in one of the formats (strptime's, iso, edtf, unix), or one value.

    With `until` it is one moment somewhere from the one column's time to the other's, and with
    `span: true` all the time between. `late: drop` leaves out a time after the row's publication,
    `unreadable: drop` one that cannot be read; both are counted as mended.
    """

    column: Columns | None = None
    value: str | int | None = None
    until: Until | None = None
    span: StrictBool = False
    formats: Formats = ("iso",)
    zone: Zone | None = None
    late: Literal["keep", "drop"] = "keep"
    unreadable: Literal["bad", "drop"] = "bad"


class Column(_Block):
    """A column's text, or what `values` puts in its place; `default` where it is empty."""

    column: Columns
    values: dict[str, Any] | None = None
    default: Any = None
    fold: StrictBool = True
    otherwise: Literal["refuse", "quarantine", "skip", "keep"] | dict[str, Any] | None = None


class Chosen(_Block):
    """Several fields that one column's value chooses together: the `set` of a fact."""

    column: Columns
    values: dict[str, dict[str, Any]]
    fold: StrictBool = True
    otherwise: Literal["refuse", "quarantine", "skip"] | dict[str, Any] | None = None


class ByName(_Block):
    """An actor by its name; registered with `type` when nobody has that name yet.

    `parent` is then the actor that it belongs to: an id, or the name of one that is registered.
    """

    actor: Column
    type: Literal["state", "force", "group", "organisation", "person", "population"] = "group"
    parent: str | Column | None = None


Bounds = tuple[StrictFloat, StrictFloat, StrictFloat, StrictFloat]
LAT, LON = 90, 180
"""The most degrees that a latitude and a longitude have, north or south, east or west."""

PLACE_TYPES: tuple[str, ...] = get_args(PlaceType)
TYPES_SAID = f"{', '.join(PLACE_TYPES[:-1])} or {PLACE_TYPES[-1]}"


NumberOf = Column | Annotated[StrictInt, Field(ge=0)]


def _is_whole(value: object) -> bool:
    text = "" if isinstance(value, bool) else str(value)
    short = len(text) <= len(str(LARGEST))
    return short and text.isascii() and text.isdecimal() and int(text) <= LARGEST


class HowMany(_Block):
    """A quantity: whole numbers of columns, and how they are meant.

    A number in a cell that `values` of its column do not name is read, unless `otherwise` says not.
    """

    low: NumberOf | None = None
    best: NumberOf | None = None
    high: NumberOf | None = None
    comparator: Comparator | None = None
    unit: str | Column = "people"
    semantics: Semantics = "total"

    @field_validator("low", "best", "high")
    @classmethod
    def _whole_numbers(cls, said: Column | int | None) -> Column | int | None:
        if isinstance(said, Column):
            for one in (*(said.values or {}).values(), said.default):
                if one is not None and not _is_whole(one):
                    msg = f"{one!r} is no whole number, 0 or more"
                    raise ValueError(msg)
        return said


class Where(_Block):
    """How rows name a place: an id, or a name with or without coordinates (degrees, WGS 84).

    `bounds` [south, west, north, east] is where the places lie, south < north and west < east: what
    fits only with latitude and longitude swapped is warned of. `coordinates` says where they come
    from.
    """

    id: str | Column | None = None
    name: str | Column | None = None
    lat: Column | None = None
    lon: Column | None = None
    type: PlaceType | Column = "town"
    within: str | Column | None = None
    coordinates: Text | None = None
    bounds: Bounds | None = None

    @field_validator("bounds")
    @classmethod
    def _bounds_in_order(cls, said: Bounds | None) -> Bounds | None:
        if said is None:
            return None
        south, west, north, east = said
        if not (-LAT <= south < north <= LAT and -LON <= west < east <= LON):
            msg = (
                "bounds are [south, west, north, east] in degrees, south < north within -90 and "
                "90, west < east within -180 and 180, "
                f"not [{', '.join(f'{degrees:g}' for degrees in said)}]"
            )
            raise ValueError(msg)
        return said

    @field_validator("type")
    @classmethod
    def _types_of_places(cls, said: str | Column) -> str | Column:
        if isinstance(said, Column):
            default = () if said.default is None else (said.default,)
            for one in (*(said.values or {}).values(), *default):
                if one not in PLACE_TYPES:
                    msg = f"'{one}' is no type of place: {TYPES_SAID}"
                    raise ValueError(msg)
        return said


class Spans(_Block):
    """The start and the end of an interval, and when its end is only assumed.

    One whose end is empty is in force until a later one of its key begins, by when it was over.
    """

    start: Time
    end: Time
    assumed: Tests = ()


class Bad(_Block):
    """What to do with each kind of bad row: refuse the file, or quarantine the row.

    A coordinate (degrees that cannot be read or cannot be, or one without the other) may also be
    dropped: the place is then found by its name.
    """

    row: Literal["refuse", "quarantine"] = "refuse"
    date: Literal["refuse", "quarantine"] = "refuse"
    number: Literal["refuse", "quarantine"] = "refuse"
    coordinate: Literal["refuse", "quarantine", "drop"] = "refuse"
    place: Literal["refuse", "quarantine"] = "refuse"
    value: Literal["refuse", "quarantine"] = "refuse"
    other: Literal["refuse", "quarantine"] = "refuse"


class Head(_Block):
    """Everything of a mapping but its facts, which depend on their kinds.

    `optional` names columns that a table may lack: they are then empty. A key that none of the
    first thousand records of JSON has is read only where it is named here. With `seal` the text of
    its facts is stored encrypted, so that it can be erased later (`tracker redact`); a table of
    public record needs none of that and is imported in half the time.
    """

    dataset: Slug
    title: Text
    about: Text | None = None
    shape: Literal["events", "intervals", "snapshots"]
    source: Slug
    read: ReadAs = ReadAs()
    optional: Annotated[tuple[Text, ...], BeforeValidator(_listed)] = ()
    zone: Zone | None = None
    where: Tests = ()
    published: Time | None = None
    version: Column | None = None
    standing: StrictBool = False
    seal: StrictBool = False
    key: Annotated[tuple[Text, ...], BeforeValidator(_listed)] = ()
    batch: Text | None = None
    place: Where | None = None
    interval: Spans | None = None
    bad: Bad = Bad()


Spec = Time | Where | ByName | HowMany | Column | str | int | tuple[str, ...]
"""Where a field comes from: one of the blocks above, a text with {columns}, or a constant."""


def columns_in(text: str) -> list[str]:
    """Name the columns that a text with {columns} names."""
    return _COLUMN_IN_TEXT.findall(text)
