"""What the shapes of tables share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tracker.datasets.blocks import Time
from tracker.datasets.compile import PLACE_MARKS, Maker
from tracker.datasets.context import Context
from tracker.datasets.mapping import Mapping
from tracker.datasets.resolving import Resolved
from tracker.datasets.staging import Publications, Staging
from tracker.datasets.values import Bad, Moment, Row, Times
from tracker.errors import TrackerError
from tracker.instants import FUTURE_OPEN
from tracker.validation import reason_of
from tracker.yamltree import Path

Publish = Callable[[Row], tuple[Moment, int]]
"""A row -> its publication, and the number of that among those of the import."""


def published_reader(spec: Time | None, context: Context, moments: Publications) -> Publish:
    """Make what reads when rows were published. Raises InputError where nothing says it."""
    path: Path = ("published",)
    if spec is None:
        message = "when was it published? `published: {column: ...}`, {value: ...}, or --published"
        raise context.wrong(path, message)
    times = context.times(spec, path)
    if spec.until is not None:
        raise context.wrong((*path, "until"), "a publication is one moment")
    if spec.column is None:
        try:
            moment = one_moment(times.of(str(spec.value)), "published")
        except (ValueError, Bad) as error:
            raise context.wrong(
                (*path, "value"), f"no time of publication: {reason_of(error)}"
            ) from error
        fixed = (moment, moments.number(moment))
        return lambda _row: fixed
    read, column = context.read(spec.column, (*path, "column")), spec.column[0]
    known: dict[str, tuple[Moment, int]] = {}

    def publish(row: Row) -> tuple[Moment, int]:
        text = read(row)
        try:
            return known[text]
        except KeyError:
            moment = one_moment(times.read(text, column), column)
            found = known[text] = (moment, moments.number(moment))
            return found

    return publish


def published_as_said(said: str | None, mapping: Mapping, zone: str, tz: str | None) -> Time | None:
    """Give when rows were published: as the command says it, else as the mapping does.

    Where the rows themselves say it, theirs counts. `zone` is the situation's, `tz` that of times
    without one. Raises TrackerError for what is no such time, whether or not it would count.
    """
    head = mapping.head
    if said is None:
        return head.published
    try:
        one_moment(Times(("iso",), head.zone or zone, tz or head.zone).of(said), "published")
    except (ValueError, Bad) as error:
        raise TrackerError(f"--published: {reason_of(error)}") from error
    if head.published is not None and head.published.column is not None:
        return head.published
    return Time(value=said, formats=("iso",))


def one_moment(moment: Moment, column: str) -> Moment:
    """Refuse spans and open ends: a publication is one moment."""
    if "/" in moment.edtf or ".." in moment.edtf or moment.latest >= FUTURE_OPEN:
        raise Bad("date", column, "a publication is one moment: a date, or a time with its zone")
    return moment


@dataclass(frozen=True, slots=True)
class Told:
    """Puts the ids of places where the marks in a fact's text stand."""

    makers: Sequence[Maker]
    ids: Sequence[str | None]

    def placed(self, entry: int, text: str, *numbers: int) -> str:
        """Give the text with its places."""
        for mark, name, number in zip(
            PLACE_MARKS, self.makers[entry].places, numbers, strict=False
        ):
            text = text.replace(mark, f'"{name}":"{self.ids[number]}",' if number >= 0 else "")
        return text


@dataclass(frozen=True, slots=True)
class UnclearPlaces:
    """The places as told apart, and the rows whose place is ambiguous.

    `named` gives (file, row, places that it names) of every row.
    """

    places: Resolved
    staging: Staging
    named: Callable[[], Iterable[tuple[int, int, Sequence[int]]]]

    def rows(self) -> Iterator[tuple[int, int, int]]:
        """Yield (file, row, number of the place) of each row that names one of several."""
        ids = self.places.ids
        if not self.places.ambiguous:
            return
        for file, row, numbers in self.named():
            for number in numbers:
                if number >= 0 and ids[number] is None:
                    yield file, row, number

    def leave_out(self, file: int, rows: Sequence[int]) -> None:
        """Take rows out of what is told."""
        self.staging.left_out.update((file, row) for row in rows)
