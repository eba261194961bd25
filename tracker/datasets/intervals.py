"""Shape `intervals`: rows with a start and an end -> a fact when each begins and when it ends.

Rows of one cell that overlap or touch are one interval. An end that is only assumed is one moment
somewhere between the last that is sure and the assumed end, or the next row's beginning before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from sys import intern

from pydantic_core import from_json

from tracker.datasets.appending import Appender
from tracker.datasets.blocks import Spans, Time
from tracker.datasets.compile import Maker, compile_fact
from tracker.datasets.context import Context
from tracker.datasets.corrections import content_of, end_fact
from tracker.datasets.edges import Edges, side_of
from tracker.datasets.mapping import FactSpec, Mapping
from tracker.datasets.merging import NEVER, OPEN, Merged, Span
from tracker.datasets.resolving import Resolved, resolve
from tracker.datasets.restating import Interval, Restated
from tracker.datasets.row_tests import passes
from tracker.datasets.shapes import Told, UnclearPlaces, one_moment
from tracker.datasets.staging import AT_ONCE, Publications, Staging
from tracker.datasets.values import (
    Bad,
    Memo,
    Moment,
    Row,
    Times,
    in_order,
    moment_of,
    readings,
    stamp,
)
from tracker.datasets.versions import moment_at
from tracker.facts.envelope import body_dict, canonical
from tracker.instants import SECOND, Instant, format_instant
from tracker.reports import fact_id

_TABLE = """
CREATE TABLE spans (start INTEGER, begun INTEGER, end INTEGER, ended INTEGER, sure INTEGER,
    file INTEGER, row INTEGER, place INTEGER, other INTEGER, cell TEXT,
    begins TEXT, ends TEXT, base TEXT)
"""
BEGIN, END, BASELINE = range(3)
SINCE = "\x07"
"""Stands in the text of an end for a `since` that is the end itself."""


@dataclass(slots=True)
class Intervals:
    """The shape, from the rows to what is appended. `held` looks up the log's."""

    mapping: Mapping
    staging: Staging
    held: Edges
    moments: Publications = field(default_factory=Publications)
    makers: list[Maker] = field(default_factory=list)
    joined: Counter[int] = field(default_factory=Counter)
    """By file, how many rows are in the interval of an earlier one."""
    _times: Times = field(default_factory=lambda: Times(("iso",), "UTC", None))
    _base: Moment | None = None
    _unsure: dict[Instant, Instant] = field(default_factory=dict)
    _gathered: list[Span] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the table of the rows."""
        self.staging.connection.execute(_TABLE)

    def open(self, context: Context, file: int) -> Callable[[Row, int], bool]:
        """Compile the mapping for a file's columns; give what takes its rows."""
        mapping = self.mapping
        if mapping.begin is None or mapping.end is None or mapping.head.interval is None:
            raise context.wrong(("shape",), "intervals need interval, begin and end")
        specs = [spec for spec in (mapping.begin, mapping.end, mapping.baseline) if spec]
        if mapping.baseline:
            self._base = self._baseline(mapping.baseline, context)
        self.makers = [compile_fact(spec, context) for spec in specs]
        begin, end, *base = self.makers
        spans = mapping.head.interval
        read = _span_reader(spans, context, self._unsure)
        self._times = context.times(spans.end, ("interval", "end"))
        assumed = passes(spans.assumed, context.header, decimal=context.decimal)
        number_of = self.moments.number

        def take(row: Row, number: int) -> bool:
            started, finished = read(row)
            if finished is not None and finished.earliest <= started.earliest:
                raise Bad("date", "interval", _no_span(started, finished))
            found = begin.parts(row, number, started)
            closing = end.parts(row, number, finished or started)
            if found is None or closing is None:
                return False
            pieces, places = found
            aside = {begin.gist, begin.since, len(pieces) - 1}
            cell = "".join([piece for at, piece in enumerate(pieces) if at not in aside])
            one = places[0] if places else -1
            two = places[1] if len(places) > 1 else -1
            before = None
            if base and self._base is not None:
                made = base[0].make(row, number, self._base, None)
                before = made[0] if made else None
            self._gathered.append(
                Span(
                    started.earliest,
                    number_of(started),
                    OPEN if finished is None else finished.earliest,
                    -1 if finished is None else number_of(finished),
                    int(assumed is None or not assumed(row)),
                    file,
                    number,
                    one,
                    two,
                    cell,
                    "".join(pieces),
                    _ending(end, closing[0], finished or started),
                    before,
                )
            )
            if len(self._gathered) >= AT_ONCE:
                self._flush()
            return True

        return take

    def _baseline(self, spec: FactSpec, context: Context) -> Moment:
        when = spec.fields.get("when")
        path = (*spec.path, "when")
        if not isinstance(when, Time) or when.value is None:
            raise context.wrong(path, "the moment as of which it is so is needed here")
        return context.times(when, path).of(str(when.value))

    def _flush(self) -> None:
        marks = ",".join("?" * len(Span._fields))
        sql = f"INSERT INTO spans VALUES ({marks})"  # noqa: S608 - only marks
        self.staging.connection.executemany(sql, self._gathered)
        self._gathered.clear()

    def settle(self, context: Context) -> UnclearPlaces:
        """Give each place its id: a name is one place, as far apart as its points may lie."""
        self._flush()
        sql = "SELECT DISTINCT place FROM spans UNION SELECT DISTINCT other FROM spans"
        used = {row[0] for row in self.staging.connection.execute(sql)}
        return UnclearPlaces(resolve(context.book, used), self.staging, self._named)

    def _named(self) -> Iterator[tuple[int, int, tuple[int, int]]]:
        sql = "SELECT file, row, place, other FROM spans"
        for file, row, place, other in self.staging.connection.execute(sql):
            yield file, row, (place, other)

    def check(self, appender: Appender, places: Resolved) -> None:
        """Find nothing: whatever the log holds, intervals are added to it."""

    def tell(self, appender: Appender, places: Resolved) -> None:
        """Merge the rows of each cell, then hand over their beginnings and ends in order.

        What the log holds of the dataset and they say otherwise is retracted before; an end within
        another row that the log holds is told, and retracted at once.
        """
        told = Told(self.makers, places.ids)
        restated = Restated(self.held.by_side())
        intervals = []
        for merged in self._merged(places):
            texts = self._stage(merged)
            if restated and texts is not None:
                intervals.append(self._interval(appender, told, merged, texts))
        restated.note(intervals)
        again = self._restate(appender, restated, intervals)
        within = [one for one in intervals if restated.ends_within(one)]
        for staged in self.staging.by_publication():
            _, published, entry, file, row, place, other, text, _ = staged
            maker = self.makers[entry]
            text = told.placed(entry, text, place, other)
            stream = appender.stream(self.moments.moments[published])
            appender.fact(stream, maker.topic, maker.version, text, row=row, file=file)
        for one in within:
            stream = appender.stream(one.end)
            ending = again.get(one.ending, one.ending)
            end_fact(appender, stream, ending, one.end.json, one.file)

    def _interval(
        self, appender: Appender, told: Told, merged: Merged, texts: tuple[str, str]
    ) -> Interval:
        """Say of an interval what the log knows its two facts by."""
        first, last = merged.first, merged.last
        start, end = self.moments.moments[first.begun], self.moments.moments[last.ended]

        def known(entry: int, span: Span, moment: Moment, text: str) -> tuple[str, str]:
            content = content_of(told.placed(entry, text, span.place, span.other))
            kind = self.makers[entry].topic
            stream = appender.stream(moment)
            return intern(side_of(kind, from_json(content))), fact_id(stream.id, kind, content)

        begins, beginning = known(BEGIN, first, start, texts[0])
        ends, ending = known(END, last, end, texts[1])
        begun = {self.moments.moments[number].known for number in merged.begun}
        starts = frozenset(begun | {self._unsure[at] for at in begun & self._unsure.keys()})
        return Interval(starts, start, end, begins, ends, beginning, ending, last.file)

    def _restate(
        self, appender: Appender, restated: Restated, intervals: Sequence[Interval]
    ) -> dict[str, str]:
        """Take back what is told no more, as of when the later of the two was told.

        And tell again what was told no more, as of when it was over: give the ids of that, by the
        ids of what it repeats.
        """
        told = {fact for one in intervals for fact in (one.beginning, one.ending)}
        gone: set[str] = set()
        for old, one in restated.overtaken(intervals, told):
            gone.add(old.fact)
            published = moment_of(self.held.published(old.report))
            stream = appender.stream(published)
            appender.begin(stream)
            since = published
            if old.last.known > published.known:  # it was told again
                since = moment_at(old.last.known)
            moment = max(since, one.end, key=lambda moment: moment.known)
            end_fact(appender, stream, old.last.fact, moment.json, one.file)
        again: dict[str, str] = {}
        for old, one in restated.told_again(intervals, gone):
            stream = appender.stream(moment_of(self.held.published(old.report)))
            appender.begin(stream)
            for name, body in self.held.again(old):
                text = canonical(body_dict(body)).decode()
                appender.record(stream, name, body.TOPIC, text, one.file)
                again[old.fact] = name
        return again

    def _merged(self, places: Resolved) -> Iterator[Merged]:
        running: dict[str, Merged] = {}
        begun: set[str] = set()
        for found in self.staging.connection.execute("SELECT * FROM spans ORDER BY start, rowid"):
            span = Span(*found)
            if (span.file, span.row) in self.staging.left_out:
                continue
            cell = f"{span.cell}{places.ids[span.place]}{places.ids[span.other]}"
            held, ends = running.get(cell), self._ends(span)
            perhaps = NEVER
            if held is not None:
                if held.is_over_by(span):
                    held.close(span, self._just_before(span))
                if self._joins(held, span):
                    held.add(span, ends)
                    self.joined[span.file] += 1
                    continue
                perhaps = held.until[1]
                yield held
            if cell not in begun:
                begun.add(cell)
                self._before(span)
            running[cell] = Merged.of(span, (ends[0], max(ends[1], perhaps)))
        yield from running.values()

    def _ends(self, span: Span) -> tuple[int, int]:
        """Give the first and the last instant at which a row may end, by readings of its clock.

        Of one without an end nothing is known: none comes later.
        """
        return (NEVER, NEVER) if span.ended < 0 else readings(self.moments.moments[span.ended])

    def _joins(self, held: Merged, span: Span) -> bool:
        """Whether a row joins those before it; one that only may stands apart.

        So does one that joins by some readings of its clock alone, or what is only assumed to have
        gone on until it began. What went on before is over then once this one has begun by every
        reading: where it was not over until then, this one was on as well.
        """
        if held.last.ended < 0 or held.over >= 0:
            return held.reaches(span)
        (first, last), begins = held.until, readings(self.moments.moments[span.begun])
        if begins[1] <= first:
            if held.lasts[0] >= begins[0]:
                return True
            self._end_between(held, held.lasts[0], begins[1], self._just_before(span))
        elif begins[0] <= last and first < last:
            self._end_between(held, first, begins[1], self._just_before(span))
        return False

    def _end_between(self, held: Merged, first: int, last: int, told: int) -> None:
        """Let rows end at some moment from one to another, as is `told` at a third."""
        held.lasts = min(held.lasts, (first, self.moments.number(stamp(first))))
        held.over = self.moments.number(stamp(last))
        held.last = held.ended = held.last._replace(end=last, ended=told, sure=0)

    def _just_before(self, span: Span) -> int:
        """Give the number of the last second before a row was known to begin.

        What is told then comes before the row in its list, whichever of them was recorded first.
        """
        known = self.moments.moments[span.begun].known
        second = known - known % SECOND - SECOND
        return self.moments.number(self._times.of(format_instant(second)))

    def _before(self, span: Span) -> None:
        """Say what is so of a cell before its first interval."""
        base = self._base
        if base is None or span.base is None or base.earliest >= span.start:
            return
        self._put(base, BASELINE, span, span.base)

    def _stage(self, merged: Merged) -> tuple[str, str] | None:
        """Stage its beginning and its end; give their texts, None where it goes on."""
        first = merged.first
        self._put(self.moments.moments[first.begun], BEGIN, first, first.begins)
        if merged.last.ended < 0:
            return None
        soonest, latest = merged.until
        if merged.over < 0 and self._ends(merged.last)[1] < latest:  # another of its rows may go on
            self._end_between(merged, soonest, latest, self.moments.number(stamp(latest)))
        last = merged.last
        end = self.moments.moments[last.ended]
        when = end.json
        if merged.lasts[0] < last.end:
            sure = self.moments.moments[merged.lasts[1]]
            over = end if merged.over < 0 else self.moments.moments[merged.over]
            when = self._times.of(f"[{sure.edtf}..{over.edtf}]").json
        text = last.ends.replace(SINCE, f'"since":{when},')
        ends = f'{text}"when":{when}'
        self._put(end, END, last, ends)
        return first.begins, ends

    def _put(self, published: Moment, entry: int, span: Span, text: str) -> None:
        self.staging.facts.append(
            (
                published.known,
                self.moments.number(published),
                entry,
                span.file,
                span.row,
                span.place,
                span.other,
                text,
                None,
            )
        )
        if len(self.staging.facts) >= AT_ONCE:
            self.staging.flush()


def _no_span(started: Moment, finished: Moment) -> str:
    """Say why no time lies between a start and an end."""
    if finished.earliest < started.earliest:
        return f"it ends ({finished.edtf}) before it begins ({started.edtf})"
    if "T" in started.edtf and "T" in finished.edtf:
        return f"it ends at the very moment at which it begins ({started.edtf})"
    return (
        f"it ends ({finished.edtf}) no later than it begins ({started.edtf}), as far as the two "
        "tell: give the hours, or as its end the day on which it was over"
    )


def _ending(maker: Maker, pieces: list[str], end: Moment) -> str:
    """Give the text of an end but for when that was, its `since` too where that is the same."""
    if maker.since >= 0 and pieces[maker.since] == f'"since":{end.json},':
        pieces[maker.since] = SINCE
    return "".join(pieces[:-1])


def _span_reader(
    spans: Spans, context: Context, unsure: dict[Instant, Instant]
) -> Callable[[Row], tuple[Moment, Moment | None]]:
    """Make what reads the start and the end of a row; no end where its cell is empty.

    Of a start that only its end shows to lie in the first of two hours, `unsure` is told by when
    it was known to begin without that.
    """
    reads = []
    for name, spec in (("start", spans.start), ("end", spans.end)):
        path = ("interval", name)
        if spec.column is None:
            raise context.wrong(path, "a column is needed here")
        if spec.until is not None:
            raise context.wrong((*path, "until"), "an interval begins and ends at one moment each")
        times, column = context.times(spec, path), spec.column[0]
        memo = Memo(_moment_maker(times, column))
        reads.append((context.read(spec.column, (*path, "column")), memo))
    (start_of, starts), (end_of, ends) = reads

    def read(row: Row) -> tuple[Moment, Moment | None]:
        start, end = starts[start_of(row)], end_of(row)
        if not end.strip():
            return start, None
        first, last = in_order(start, ends[end])
        if first is not start:
            unsure[first.known] = start.known
        return first, last

    return read


def _moment_maker(times: Times, column: str) -> Callable[[str], Moment]:
    return lambda text: one_moment(times.read(text, column), column)
