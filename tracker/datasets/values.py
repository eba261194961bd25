"""Cells of a table -> values: folded text, times.

Every reader here takes a cell's text and raises Bad for what it cannot take. A table says the same
thing many times: whoever reads a column remembers what came of each cell (Memo).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple
from unicodedata import normalize

from pydantic import ValidationError

from tracker.datasets.blocks import DAY_IN_FORM, HOUR_IN_FORM, MONTH_IN_FORM, ZONE_IN_FORM
from tracker.facts.envelope import body_dict, canonical
from tracker.facts.record import known_from
from tracker.instants import DAY, NO_SECOND_60, SECOND, InstantError, check_zone, format_instant
from tracker.times import When

REMEMBERED = 200_000
"""Cells remembered by one reader before it starts over: memory stays bounded."""

Row = Sequence[str]
Read = Callable[[Row], str]


class Memo(dict[Any, Any]):
    """What is worked out once for each distinct key, and looked up at the speed of a dict."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        """Remember nothing yet; `make` may raise Bad, which is not remembered."""
        super().__init__()
        self.make = make

    def __missing__(self, key: Any) -> Any:  # noqa: ANN401 - any key
        found = self.make(key)
        if len(self) > REMEMBERED:
            self.clear()
        self[key] = found
        return found


class Bad(Exception):  # noqa: N818 - a row's outcome, not a fault of the program
    """What is wrong with a row: its kind (a field of blocks.Bad), the column, why.

    `policy` is what the mapping says of this very column, where it does.
    """

    def __init__(self, kind: str, column: str, reason: str, policy: str | None = None) -> None:
        """Keep them."""
        super().__init__(reason)
        self.kind, self.column, self.reason, self.policy = kind, column, reason, policy


class Skip(Exception):  # noqa: N818 - a row's outcome
    """A value that the mapping says to skip: the row does not tell this fact."""


def shown(text: str) -> str:
    """Quote a cell for a message, at most 60 characters of it."""
    return repr(text if len(text) <= 60 else text[:57] + "...")  # noqa: PLR2004 - said above


def squeezed(text: str) -> str:
    """Trim, and make one space of each run of white space, no-break spaces too."""
    return " ".join(text.split())


def composed(text: str) -> str:
    """Give a text with each accent put onto its letter, where there is such a letter (NFC)."""
    return text if text.isascii() else normalize("NFC", text)


def folded(text: str) -> str:
    """Give what two texts share that differ in white space, case and how accents are put only."""
    return composed(" ".join(text.split()).casefold())


def among(key: str, named: Container[str]) -> str:
    """Give the one of several named texts that a cell means: 1.0 means 1, where that is named.

    pandas writes whole numbers so, as soon as one cell of their column is empty.
    """
    if key in named or not key.endswith(".0"):
        return key
    bare = key.removesuffix(".0")
    return bare if bare.isdecimal() and bare in named else key


def place_of(name: str, header: Sequence[str]) -> int:
    """Find a column by its name, however the accents of the two are put; -1 if there is none."""
    if name in header:
        return header.index(name)
    named = composed(name)
    return next((at for at, one in enumerate(header) if composed(one) == named), -1)


def reader(columns: Sequence[str], header: Sequence[str]) -> Read:
    """Make what reads a column, or of several the first that is filled."""
    places = [place_of(name, header) for name in columns]
    if len(places) == 1:
        (at,) = places

        return itemgetter(at)

    def first(row: Row) -> str:
        return next((row[at] for at in places if row[at].strip()), "")

    return first


# -- times ---------------------------------------------------------------------------------------


class Moment(NamedTuple):
    """A time as it is stored (canonical JSON of a When), and its bounds, microseconds UTC.

    `known` is the instant from which something published then is known.
    """

    json: str
    edtf: str
    earliest: int
    latest: int

    @property
    def known(self) -> int:
        """The last instant of the stated unit."""
        return self.latest - 1


_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)? ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_UTC = frozenset({"Z", "UTC", "+00:00", "+0000", "+00", "-00:00"})
_UTC_NAMES = ("UTC", "GMT", "Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-\d\d(?:T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ)?", re.ASCII
)
_DATE = len("2013-01-10")
_MINUTE = 60 * SECOND


class Times:
    """Reads the cells of one column as times.

    `zone` is whose days the dates are; `local` the zone of times that name none, None to refuse
    them.
    """

    def __init__(self, formats: Sequence[str], zone: str, local: str | None) -> None:
        """Raises InstantError for a zone that is none."""
        check_zone(zone)
        self.formats, self.zone, self.local = tuple(formats), zone, local

    def read(self, cell: str, column: str) -> Moment:
        """Read a cell; raises Bad of the kind `date`."""
        text = squeezed(cell)
        if not text:
            raise Bad("date", column, "no time is given")
        reason = ""
        for form in self.formats:
            try:
                found = self._as(form, text)
            except (ValueError, OverflowError, OSError) as error:
                reason = reason or _plain_reason(error, text)
                continue
            if found is not None:
                return found
        wanted = " or ".join(self.formats)
        if any(ZONE_IN_FORM.search(form) for form in self.formats):
            wanted = f"{wanted}, where %Z is {', '.join(_UTC_NAMES[:-1])} or {_UTC_NAMES[-1]}"
        raise Bad("date", column, reason or f"{shown(text)} is no time of the form {wanted}")

    def _as(self, form: str, text: str) -> Moment | None:
        if form == "iso":
            return self._iso(text)
        if form == "edtf":
            try:
                return self._plain(text) or self.of(text)
            except ValueError:
                return self.of(text)  # which says what is wrong with it as EDTF
        if form == "unix":
            if not re.fullmatch(r"-?\d{1,11}(\.0*)?", text, re.ASCII):
                return None
            moment = _EPOCH + timedelta(seconds=int(text.split(".", maxsplit=1)[0]))
            return self.of(f"{moment:%Y-%m-%dT%H:%M:%S}Z")
        return self._by_format(form, text)

    def _plain(self, text: str) -> Moment | None:
        """Read a date, or a time in UTC, as nearly all tables write them; None for the rest.

        Raises ValueError for a day that there is not; what else is out of range is none of these,
        and `of` says so.
        """
        if self.zone != "UTC" or not _PLAIN.fullmatch(text) or not "0002" <= text[:4] <= "9998":
            return None
        unit = DAY if len(text) == _DATE else SECOND
        since = datetime.fromisoformat(f"{text}T00:00:00Z" if unit is DAY else text) - _EPOCH
        return _utc_moment(text, (since.days * 86_400 + since.seconds) * SECOND, unit)

    def _iso(self, text: str) -> Moment | None:
        plain = self._plain(text)
        if plain is not None:
            return plain
        found = _ISO.fullmatch(text)
        if not found:
            return self.of(text) if re.fullmatch(r"\d{4}(-\d\d)?", text, re.ASCII) else None
        day, minutes, seconds, offset = found.groups()
        if minutes is None:
            return self.of(day)
        stamp = f"{day}T{minutes}{seconds or ':00'}"
        if offset in _UTC:
            return self._plain(f"{stamp}Z") or self.of(f"{stamp}Z")
        if offset is None:
            return self.of(stamp)
        digits = offset.replace(":", "").ljust(5, "0")
        return self.of(f"{stamp}{digits[:3]}:{digits[3:]}")

    def _by_format(self, form: str, text: str) -> Moment | None:
        read = _read_by(form, text)
        if read is None:
            return None
        if not DAY_IN_FORM.search(form):
            year = f"{read.year:04}"
            return self.of(f"{year}-{read:%m}" if MONTH_IN_FORM.search(form) else year)
        if not HOUR_IN_FORM.search(form):
            return self.of(f"{read.year:04}-{read:%m-%d}")
        stamp = f"{read.year:04}-{read:%m-%dT%H:%M:%S}"
        if read.tzinfo is None:
            return self.of(stamp)
        offset = f"{read:%z}"
        return self.of(f"{stamp}{offset[:3]}:{offset[3:5]}")

    def of(self, edtf: str) -> Moment:
        """Give the moment of an EDTF value; raises pydantic's ValidationError, a ValueError."""
        context = {"zone": self.zone, "tz": self.local}
        when = When.model_validate(edtf, context=context)
        return moment_of(when)


def _read_by(form: str, text: str) -> datetime | None:
    """Read a time of one of strptime's forms; None where it has another.

    strptime drops the zone that it reads for %Z, and knows other names on other computers. So
    only names of UTC are read there, and put in its place.
    """
    if ZONE_IN_FORM.search(form):
        named = (_read_by(ZONE_IN_FORM.sub(rf"\1{name}", form), text) for name in _UTC_NAMES)
        found = next(filter(None, named), None)
        return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - its zone is looked at by the caller
    except ValueError as error:
        if "does not match" in str(error) or "unconverted data" in str(error):
            return None
        raise


def in_order(start: Moment, end: Moment) -> tuple[Moment, Moment]:
    """Give a start and an end; those in the hour that clocks repeat its first and its second one.

    A time without a zone in that hour is both, so only an end that is else before its start tells.
    """
    second = end.latest - SECOND  # stamps go down to the second
    stamps = all("T" in one.edtf and not {*"/[."} & {*one.edtf} for one in (start, end))
    if not (stamps and end.earliest < start.earliest < second):
        return start, end
    if start.latest - start.earliest > SECOND:
        start = stamp(start.earliest)
    return start, stamp(second)


def stamp(instant: int) -> Moment:
    """Give one second, by its first instant."""
    return _utc_moment(f"{format_instant(instant)[:19]}Z", instant, SECOND)


def readings(moment: Moment) -> tuple[int, int]:
    """Give the first and the last instant that a time may mean, as a start or an end.

    They are one, but for a time without a zone in the hour that clocks repeat.
    """
    stamped = "T" in moment.edtf and not {*"/[."} & {*moment.edtf}
    twice = stamped and moment.latest - moment.earliest > _MINUTE
    return moment.earliest, moment.latest - SECOND if twice else moment.earliest


def moment_of(when: When) -> Moment:
    """Give a When as it is stored, with its bounds."""
    latest = when.start.latest
    return Moment(when_json(when), when.edtf, when.start.earliest, latest)


def when_json(when: When) -> str:
    """Write a When as a fact's body holds it."""
    return canonical(when.model_dump(mode="json", exclude_none=True)).decode()


def _utc_moment(edtf: str, start: int, unit: int) -> Moment:
    return Moment(f'{{"edtf":"{edtf}","local":false,"zone":"UTC"}}', edtf, start, start + unit)


def _plain_reason(error: Exception, text: str) -> str:
    if isinstance(error, ValidationError):
        found = error.errors(include_url=False)[0]
        return str(found.get("ctx", {}).get("error", found["msg"]))
    if isinstance(error, InstantError):
        return str(error)
    what = str(error)
    if what.startswith("second must"):
        return f"{shown(text)}: {NO_SECOND_60}"
    if "timedelta" in what:
        return f"{shown(text)}: no place keeps such an offset from UTC"
    if "day" in what and ("range" in what or "month" in what):
        return f"{shown(text)}: there is no such day"
    return f"{shown(text)}: {what}"


__all__ = [
    "Bad",
    "Moment",
    "Read",
    "Row",
    "Skip",
    "Times",
    "among",
    "body_dict",
    "folded",
    "in_order",
    "known_from",
    "reader",
    "shown",
    "squeezed",
]
