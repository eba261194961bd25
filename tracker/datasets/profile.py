"""What the columns of a table seem to hold, by their names and by the first rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from unicodedata import normalize

from tracker.datasets.numbers import degrees, whole, with_point
from tracker.datasets.tables import Table
from tracker.datasets.values import Bad, Times, folded, squeezed
from tracker.instants import DAY

LOOKED_AT = 1000
"""Rows that are looked at."""
LOOKED_FOR = 100_000
"""Rows that are looked through for a first value of columns that are empty until then."""
MOST_VALUES = 40
"""Different values that a column of categories has at most."""

_LONGEST_VALUE = 80  # characters; what is longer is prose, not a category
TIMED = 60  # different cells of a column that are read as times
_MOSTLY = 0.8  # the share of a column's cells that has to fit what it is taken for

_FORMATS = (
    "iso",
    "%Y%m%d",
    "unix",
    "%d %B %Y",
    "%d %b %Y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d.%m.%Y",
    "%d.%m.%y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%B %Y",
    "%m/%Y",
    "edtf",
    "%d %B %Y %H:%M",
    "%d %B %Y, %H:%M",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%a, %d %b %Y %H:%M:%S %z",
)
_NUMBERS_TOO = {"%Y%m%d": (1900_01_01, 2099_12_31), "unix": (631_152_000, 4_102_444_800)}
_MOMENTS = re.compile(r"time|stamp|date|unix|epoch|_at$|_ts$|^ts$")
_ZONED = re.compile(r"\d\d:\d\d.*?(Z|UTC|[+-]\d\d(:?\d\d)?)$")
_DIGIT = re.compile(r"\d", re.ASCII)
_CLOCK = re.compile(r"\d:\d\d")
_DATE_NAME = re.compile(
    r"(.*_)?(date|datum|fecha)|date_.*|day|when|occurred(_at)?|datetime|timestamp|started_at|onset"
)
_DATED = re.compile(r"(\w+\.?,? )?\d{1,2}\.?[ /.-]{0,2}\w{1,12}\.?,?[ /.-]{0,2}(19|20)\d\d( .*)?")
_LONGEST_DATE = 40  # characters
_TURN = str.maketrans("dm", "md")


def words_of(name: str) -> str:
    """Give a column's name in lower case ASCII, its words joined by underscores."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    plain = normalize("NFKD", apart).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


@dataclass(frozen=True, slots=True)
class TimeGuess:
    """The formats that read a column's cells, what none reads, and whether zones are named.

    `clock` is whether there are times of day; `zoned` is true where every one of them has a zone.
    `either` is whether day and month could be the other way round in every cell. `days`: most cells
    name a day, not only a month or a year.
    """

    formats: tuple[str, ...]
    misfits: tuple[str, ...]
    clock: bool
    zoned: bool
    either: bool
    days: bool


@dataclass(slots=True)
class Profile:
    """A column: its name, how often its cells hold what, in the rows that were looked at."""

    name: str
    words: str
    cells: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    time: TimeGuess | None = None

    @property
    def values(self) -> list[str]:
        """The different texts in the cells that are filled, by how often they stand there."""
        return [value for value, _ in self.counts.most_common()]

    @property
    def filled(self) -> int:
        """Count the filled cells."""
        return self.counts.total()

    @property
    def unique(self) -> bool:
        """Whether every row has a value of its own."""
        return bool(self.cells) and len(self.counts) == len(self.cells)

    @property
    def dates(self) -> bool:
        """Whether every row has a day or a time of day in it, and nothing else."""
        time, full = self.time, self.filled == len(self.cells)
        return time is not None and full and time.days and not time.misfits

    @property
    def undated(self) -> bool:
        """Whether it looks like dates, by its name or its cells, that no form reads."""
        if not self.filled or self.time is not None:
            return False
        numbered = self.words == "day" and self.counted  # the how manieth
        named = _DATE_NAME.fullmatch(self.words) is not None and not numbered
        return named or self._mostly(_looks_dated)

    @property
    def categories(self) -> bool:
        """Whether it holds a few values again and again."""
        few = 1 <= len(self.counts) <= MOST_VALUES
        return few and max(map(len, self.counts)) <= _LONGEST_VALUE and not self.counted

    @property
    def objects(self) -> bool:
        """Whether it holds objects or arrays of JSON, which are no text."""
        return self._mostly(lambda text: text[0] in "{[" and text[-1] in "}]")

    @property
    def counted(self) -> bool:
        """Whether it holds whole numbers."""
        return self._mostly(_is_whole)

    @property
    def counts_something(self) -> bool:
        """Whether all cells but one, or most, are whole numbers: of a column named as a count."""
        return self._but_for_one(self.no_counts()) or self.counted

    def no_counts(self) -> list[str]:
        """Give the cells that are no whole numbers."""
        return [text for text in self.values if not _is_whole(text)]

    def no_degrees(self, most: int) -> list[str]:
        """Give the cells that are no numbers within so many degrees either way."""
        return [text for text in self.values if not _is_degrees(text, most)]

    def degrees(self, most: int) -> bool:
        """Whether it holds numbers within so many degrees either way, but for one or a few."""
        fits = self._mostly(lambda text: _is_degrees(text, most))
        return fits or self._but_for_one(self.no_degrees(most))

    def _but_for_one(self, wrong: Sequence[str]) -> bool:
        """Whether one cell alone is wrong: of a short table that may be more than a few of them."""
        return len(wrong) == 1 and self.counts[wrong[0]] == 1 and self.filled > 2  # noqa: PLR2004

    def with_comma(self, most: int) -> bool:
        """Whether it holds such degrees, and with a decimal comma."""

        def fits(text: str) -> bool:
            return _is_degrees(with_point(text), most)

        return any("," in text and fits(text) for text in self.values) and self._mostly(fits)

    def _mostly(self, fits: Callable[[str], bool]) -> bool:
        good = sum(count for text, count in self.counts.items() if fits(text))
        return good > 0 and good >= _MOSTLY * self.filled


def profiles(table: Table) -> list[Profile]:
    """Look at the first LOOKED_AT rows of a table, which are used up by that."""
    made = [Profile(name, words_of(name)) for name in table.header]
    rows = (row for _, row in table.rows() if row is not None)
    for row in islice(rows, LOOKED_AT):
        for column, cell in zip(made, row, strict=True):
            column.cells.append(squeezed(cell))
    empty = [(at, column) for at, column in enumerate(made) if not any(column.cells)]
    if empty:
        for row in islice(rows, LOOKED_FOR - LOOKED_AT):
            for at, column in empty:
                if row[at]:
                    column.cells.append(squeezed(row[at]))
    for column in made:
        column.counts.update(text for text in column.cells if text)
        column.time = time_of(column)
    return made


def distinct(values: Iterable[str]) -> list[str]:
    """Drop values that differ from an earlier one in white space and case only."""
    seen: dict[str, str] = {}
    for value in values:
        seen.setdefault(folded(value), value)
    return list(seen.values())


def time_of(column: Profile) -> TimeGuess | None:
    """Find the formats that read nearly all of a column's cells as times; None if there are none.

    The fewest that do, the most frequent first.
    """
    values = column.values[:TIMED]
    digits = [value for value in values if any(letter.isdigit() for letter in value)]
    if not digits or len(digits) < _MOSTLY * len(values) or max(map(len, values)) > _LONGEST_VALUE:
        return None
    only_numbers = all(re.fullmatch(r"[\d.,+-]+", value) for value in digits)
    fits = {form: _read_by(form, values, column.words) for form in _FORMATS}
    left = set(values)
    formats: list[str] = []
    while left:
        best = max(_FORMATS, key=lambda form: len(fits[form] & left))
        if not fits[best] & left:
            break
        formats.append(best)
        left -= fits[best]
    if not formats or not _mostly_times(column.counts, values, left):
        return None
    if only_numbers and formats[0] == "iso" and not _named_as_time(column.words, values):
        return None
    clocks = [value for value in values if _CLOCK.search(value)]
    turned = {form: form.translate(_TURN) for form in formats if form.startswith(("%d/", "%m/%d"))}
    return TimeGuess(
        tuple(formats),
        tuple(value for value in values if value in left),
        clock=bool(clocks) or "unix" in formats,
        zoned=all(_ZONED.search(value) for value in clocks),
        either=any(fits[form] == fits.get(other) for form, other in turned.items()),
        days=2 * sum(_names_day(formats, value) for value in values) > len(values),
    )


def unread_in(column: Profile) -> list[str]:
    """Give the cells that no form reads as a time; all of them where each form reads some."""
    values = column.values[:TIMED]
    read = set().union(*(_read_by(form, values, column.words) for form in _FORMATS))
    return [value for value in values if value not in read] or values


def _names_day(formats: Sequence[str], text: str) -> bool:
    try:
        moment = Times(formats, "UTC", "UTC").read(text, "")
    except Bad:
        return False
    return moment.latest - moment.earliest <= DAY


def _mostly_times(counts: Counter[str], values: Sequence[str], left: set[str]) -> bool:
    """Whether enough of the cells are times; one that looks like those, and is none, is a slip."""
    written = {_DIGIT.sub("0", value) for value in values if value not in left}
    other = [value for value in left if _DIGIT.sub("0", value) not in written]
    said = sum(counts[value] for value in values)
    read = said - sum(counts[value] for value in left)
    return sum(counts[value] for value in other) <= (1 - _MOSTLY) * said and 2 * read >= said


def _read_by(form: str, values: Sequence[str], words: str) -> set[str]:
    if form in _NUMBERS_TOO:
        # Counts are numbers as well: only a name, or eight digits in every cell, speak for times.
        if form == "unix" and not _MOMENTS.search(words):
            return set()
        if not all(text.isdecimal() and text.isascii() for text in values):
            return set()
        first, last = _NUMBERS_TOO[form]
        if any(not first <= int(text) <= last for text in values):
            return set()
    times = Times((form,), "UTC", "UTC")
    found = set()
    for text in values:
        try:
            times.read(text, "")
        except Bad:
            continue
        found.add(text)
    return found


def _named_as_time(words: str, values: Sequence[str]) -> bool:
    """Whether plain numbers are years and months: by the column's name, for counts look alike."""
    dashed = all("-" in value.strip("-") for value in values)
    return dashed or bool(re.search(r"year|date|month|time|day|published|since", words))


def _looks_dated(text: str) -> bool:
    return len(text) <= _LONGEST_DATE and _DATED.fullmatch(text) is not None


def _is_whole(text: str) -> bool:
    try:
        return whole(text, "") is not None
    except Bad:
        return False


def _is_degrees(text: str, most: int) -> bool:
    try:
        degrees(text, most, "")
    except (Bad, ValueError):
        return False
    return True
