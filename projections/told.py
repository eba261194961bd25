"""Told: a fact as its report tells it, and the claims that fall out of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Self

from projections.claims import Claim, Mode, Since, Value
from tracker.facts import Fact, ReportRegistered
from tracker.facts.envelope import Event
from tracker.facts.record import FactCorrected, known_from
from tracker.instants import DAY, FUTURE_OPEN, PAST_OPEN, Bounds, Instant
from tracker.kin import one_origin
from tracker.registry import Registry
from tracker.times import When

_HOUR: Instant = DAY // 24
"""A time of day is known more closely than that; no day is as short, whatever its clocks do."""


class Teller(NamedTuple):
    """A report as its facts need it: its stream, its header, and the instant it was out by."""

    stream: str
    report: ReportRegistered
    known: Instant

    @classmethod
    def of(cls, stream: str, report: ReportRegistered) -> Self:
        """Make it of a report's header."""
        return cls(stream, report, known_from(report.published))


class Instead(NamedTuple):
    """What put a fact in the place of another: when that was known, and whether its source did.

    `of` is the other fact, or the one whose words it repeats.
    """

    published: Instant
    by_source: bool
    of: str

    @classmethod
    def by(cls, body: FactCorrected) -> Self:
        """Make it of a correction."""
        return cls(known_from(body.published), bool(body.by_source), body.restores or body.fact)


class PutRight(NamedTuple):
    """When what replaces a fact was known, and when its source said so, where that was later."""

    known: Instant
    said: Instant | None


def put_right(fact: str, instead: Callable[[str], Instead | None]) -> PutRight | None:
    """Tell when a fact that replaces another was known, and when its source last said it anew.

    `instead` gives what put a fact in the place of another. None for what replaces nothing. What a
    desk puts right, or puts back, its source has said no later than before.
    """
    last = instead(fact)
    if last is None:
        return None
    said: Instead | None = last
    met = {fact}
    while said and not said.by_source:
        if said.of in met:  # a log from elsewhere may go round in circles
            return PutRight(last.published, None)
        met.add(said.of)
        said = instead(said.of)
    return PutRight(last.published, said.published if said else None)


class Told(NamedTuple):
    """A fact, its report, its place in the log, and the registry of that moment.

    `published` is the instant by which it was out: the end of the stated day or time. What
    replaces a corrected fact speaks of the same moment, and is known with the correction. Its
    source said it when the report was out, or when it restated the row (`listed`, None for what
    replaces nothing).
    """

    fact: Fact
    report: ReportRegistered
    stream: str
    position: int
    version: int
    recorded_at: Instant
    registry: Registry
    published: Instant
    listed: Instant | None = None

    @classmethod
    def of(
        cls,
        event: Event,
        fact: Fact,
        teller: Teller,
        registry: Registry,
        right: PutRight | None = None,
    ) -> Self:
        """Make it of an event that holds the fact.

        `right`: for a fact that replaces another, when that was known.
        """
        stream, report, known = teller
        return cls(
            fact,
            report,
            stream,
            event.position,
            event.version,
            event.recorded_at,
            registry,
            known if right is None else max(known, right.known),
            None if right is None else max(known, right.said or known),
        )

    @property
    def origin(self) -> str:
        """Where the information first came from, in the words in which it is told."""
        fact = self.fact
        return self.registry.kin.origin(self.report.source, fact.voice, fact.speaker, fact.origin)

    @property
    def begins(self) -> Instant:
        """From when it counts in a chronology: what might, will or did not happen, once told."""
        return self.fact.when.speaks_from if self.fact.actual else self.published

    def transition(
        self,
        projection: str,
        key: str,
        effect: str,
        value: Value,
        *,
        actors: Sequence[str] = (),
        closing: bool = False,
        stage: int = 0,
        lasting: bool = False,
    ) -> Claim:
        """Claim that something changed when the fact says.

        What changes for good (`lasting`) does not cease with the span that it is told with.
        """
        when = self.fact.when
        return self._claim(
            projection,
            key,
            effect,
            value,
            mode="transition",
            actors=tuple(actors),
            since=self._inside(when) if lasting else self._since(when),
            start=self._capped(_throughout(when) if lasting else _bounds(when)),
            end=None if lasting else _ended(when.end),
            observed=None,
            closing=closing,
            stage=stage,
        )

    def observation(  # noqa: PLR0913 - what a fact may say of it, by keyword
        self,
        projection: str,
        key: str,
        effect: str,
        value: Value,
        *,
        actors: Sequence[str] = (),
        since: When | None = None,
        stage: int = 0,
        at_publication: bool = False,
        lasting: bool = False,
    ) -> Claim:
        """Claim that it was so when the fact says, from `since` on where that is stated.

        A span (`a/b`) is an observation from a, or from `since` on, that ceased at b; of what is
        `lasting`, such as a count of the dead, one of what had come about by b.
        `at_publication` takes the report's own time as the moment of observing, as for a plan,
        whose time lies ahead.
        """
        when = self.report.published if at_publication else self.fact.when
        begun = since or when
        ongoing = "/" in begun.edtf and begun.end is None
        moment = self.report.published if ongoing else when
        seen = _bounds(moment).earliest
        if moment.end:  # nobody saw the end of a span before it was told of
            seen = min(moment.end.earliest, self.report.published.start.earliest)
        if lasting and begun.end:
            start, by, ceased = _throughout(begun), self._inside(begun), None
        else:
            # What was found over a span, and began before it, ceased with it all the same.
            ceased = _ended((begun if "/" in begun.edtf else when).end)
            by = self._since(begun) if since or "/" in begun.edtf else self._by(begun)
            start = _bounds(begun)
        return self._claim(
            projection,
            key,
            effect,
            value,
            mode="observation",
            actors=tuple(actors),
            since=by,
            start=self._capped(start),
            end=ceased,
            observed=max(seen, start.earliest),
            stage=stage,
        )

    def mention(self, projection: str, key: str) -> Claim:
        """Note a fact that makes no belief about what is: planned, possible or denied."""
        return self._claim(
            projection,
            key,
            self.fact.status,
            {},
            mode="mention",
            actors=self.fact.by,
            since=self._since(self.fact.when),
            start=self.report.published.start,
            end=None,
            observed=None,
        )

    def _claim(  # noqa: PLR0913 - a claim's own fields, by keyword
        self,
        projection: str,
        key: str,
        effect: str,
        value: Value,
        *,
        mode: Mode,
        actors: tuple[str, ...],
        since: Since,
        start: Bounds,
        end: Bounds | None,
        observed: Instant | None,
        closing: bool = False,
        stage: int = 0,
    ) -> Claim:
        words = self.origin
        origin = one_origin(words)
        standing = bool(self.report.standing) and mode != "mention" and end is None
        return Claim(
            projection=projection,
            key=key,
            fact=self.fact.id,
            kind=self.fact.kind,
            position=self.position,
            version=self.version,
            report=self.stream,
            source=self.report.source,
            origin=origin,
            status=self.fact.status,
            mode=mode,
            effect=effect,
            actors=actors,
            value=value,
            since=since,
            start=start,
            end=end,
            observed=observed,
            published=self.published,
            recorded_at=self.recorded_at,
            closing=closing,
            stage=stage,
            standing=standing,
            rating=str(self.fact.rating) if self.fact.rating else None,
            listed=self.listed if standing else None,
            told_by=None if words == origin else words,
        )

    def _since(self, when: When) -> Since:
        """Give the start of a time, for a row; of a span its beginning."""
        beginning = "/" in when.edtf and when.end and not when.span.start_open
        edtf = when.edtf.split("/")[0] if beginning else when.edtf
        return Since(edtf, *self._capped(when.start))

    def _inside(self, when: When) -> Since:
        """Give a span, for a row, as the one moment somewhere inside it."""
        if when.end is None:
            return self._since(when)
        return Since(when.inside, *self._capped(Bounds(when.start.earliest, when.end.latest)))

    def _by(self, when: When) -> Since:
        """Say when an observed state began that no one dated: by the time it was observed."""
        if set(when.edtf) & set("[]/~?%X"):
            return self._since(when)
        start = self._capped(Bounds(PAST_OPEN, when.start.latest))
        return Since(f"[..{when.edtf}]", *start)

    def _capped(self, bounds: Bounds) -> Bounds:
        """Bound a start by the report's publication: what it tells had begun by then.

        A fact dated after its report (accepted with a warning) keeps its own bounds.
        """
        latest = min(bounds.latest, self.report.published.start.latest)
        return Bounds(bounds.earliest, latest) if latest > bounds.earliest else bounds


def through(end: Bounds) -> Bounds:
    """Let what ends on a day hold through the end of it, as a bare date in a question means."""
    return end if end.latest >= FUTURE_OPEN else Bounds(end.earliest, end.latest + 1)


def _ended(end: Bounds | None) -> Bounds | None:
    """Give the bounds of the end of a span; one that ends at a time of day is over with that."""
    return end if end is None or end.latest - end.earliest <= _HOUR else through(end)


def _throughout(when: When) -> Bounds:
    """Give the bounds of one moment inside a span; of one without a start, of its end."""
    if when.end is None:
        return _bounds(when)
    return Bounds((when.end if when.span.start_open else when.start).earliest, when.end.latest)


def _bounds(when: When) -> Bounds:
    """Give the bounds of a start, from the first instant the value claims anything about."""
    return Bounds(when.speaks_from, when.start.latest)
