"""Generated values of the subset, held to laws and to the `edtf` package.

Where the oracle differs, and is not asked (edtf 5.0.2):
- it takes the year 0000, 29 February of 1900, and an end before its start: we refuse them;
- it reads an unknown end (`a/`, `/b`) as ten years: we leave it open;
- it widens `~` in its own fuzzy bounds: we compare its strict ones with the unmarked value;
- it drops the time of a date and time, so times are compared by their date alone, with Z;
- it refuses one-of ranges whose ends differ in precision.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from time import struct_time

import pytest
from effort_for_tests import times
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tracker.edtf import EdtfError, Span, describe, parse_edtf
from tracker.instants import FUTURE_OPEN, PAST_OPEN, Instant, to_datetime

oracle = pytest.importorskip("edtf")
# The oracle costs 5 ms a value.
FEW = settings(max_examples=times(300))
ZONES = st.sampled_from(["UTC", "Africa/Bamako", "Asia/Kolkata", "America/Havana", "-03:30"])

# -- the subset, generated -------------------------------------------------------------------

DAYS = st.dates(date(1, 1, 2), date(9999, 12, 28))
PLAIN = st.tuples(DAYS, st.sampled_from([4, 7, 10])).map(lambda d: d[0].isoformat()[: d[1]])
MARKS = st.sampled_from(["", "?", "~", "%"])
DATES = st.tuples(PLAIN, MARKS).map("".join)
X_DIGITS = DAYS.map(date.isoformat).flatmap(
    lambda day: st.sampled_from(
        [f"{day[:3]}X", f"{day[:2]}XX", f"{day[:4]}-XX", f"{day[:4]}-XX-XX", f"{day[:7]}-XX"]
    )
)
TIMES = st.tuples(
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 28)),  # noqa: DTZ001
    st.sampled_from(["Z", "+01:00", "-05:30", "+14:00"]),
).map(lambda t: t[0].isoformat(timespec="seconds") + t[1])
SPANS = st.one_of(
    st.tuples(DATES, DATES | st.just("..")),
    st.tuples(st.just(".."), DATES),
).map("/".join)
RANGES = st.one_of(
    st.tuples(PLAIN, PLAIN | st.just("")),
    st.tuples(st.just(""), PLAIN),
).map(lambda ends: f"[{'..'.join(ends)}]")
COMPARABLE = st.one_of(DATES, X_DIGITS, SPANS, RANGES)
SUBSET = st.one_of(
    COMPARABLE,
    TIMES,
    st.tuples(TIMES, TIMES).map("/".join),
    st.tuples(PLAIN | TIMES, PLAIN | TIMES).map(lambda ends: f"[{'..'.join(ends)}]"),
    DATES.map("{}/".format),
    DATES.map("/{}".format),
)


def accepted(text: str, zone: str = "UTC") -> Span:
    """Read a generated value; leave the example out where it is one that we refuse."""
    try:
        return parse_edtf(text, zone)
    except EdtfError as error:
        # Nothing generated is outside the grammar: only order and the ends of time may refuse it.
        assert re.search("before the start|outside the years|no year 0000", str(error))  # noqa: PT017
        assume(False)  # noqa: FBT003
        raise


# -- against the oracle ----------------------------------------------------------------------


def first_day(i: Instant) -> date | float:
    return float("-inf") if i == PAST_OPEN else to_datetime(i).date()


def last_day(i: Instant) -> date | float:
    return float("inf") if i == FUTURE_OPEN else to_datetime(i - 1).date()


def day_of(strict: Callable[[], struct_time | float]) -> date | float:
    found = strict()
    return date(*found[:3]) if isinstance(found, struct_time) else found


@FEW
@given(COMPARABLE)
def test_bounds_agree_with_the_edtf_package(text: str) -> None:
    accepted(text)
    try:
        theirs = oracle.parse_edtf(text)
    except oracle.EDTFParseException:
        assume(False)  # noqa: FBT003
    plain = text.replace("~", "?").replace("%", "?")
    accepted(plain)  # an end may lie after its start only as far as both are approximate
    ours = parse_edtf(plain)
    end = FUTURE_OPEN if text.endswith("/..") else (ours.end or ours.start).latest
    assert first_day(ours.start.earliest) == day_of(theirs.lower_strict)
    assert last_day(end) == day_of(theirs.upper_strict)


@FEW
@given(TIMES.filter(lambda text: text.endswith("Z")))
def test_a_time_falls_on_the_day_the_edtf_package_gives(text: str) -> None:
    assert first_day(accepted(text).start.earliest) == day_of(oracle.parse_edtf(text).lower_strict)


# -- laws ------------------------------------------------------------------------------------


@given(SUBSET, ZONES)
def test_earliest_comes_before_latest(text: str, zone: str) -> None:
    span = accepted(text, zone)
    assert span.start.earliest < span.start.latest
    assert span.start.earliest <= span.speaks_from < span.start.latest
    if span.end is not None:
        assert span.end.earliest < span.end.latest
        assert span.start.earliest < span.end.latest


@given(PLAIN, ZONES)
def test_about_contains_the_plain_value_and_doubt_changes_no_bounds(text: str, zone: str) -> None:
    about, plain = accepted(f"{text}~", zone).start, accepted(text, zone).start
    assert about.earliest < plain.earliest < plain.latest < about.latest
    assert accepted(f"{text}?", zone).start == plain
    assert accepted(f"{text}%", zone).start == about


@given(SUBSET)
def test_whatever_is_accepted_can_be_said(text: str) -> None:
    accepted(text)
    assert describe(text)


@given(st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 28)), st.integers(-840, 840))  # noqa: DTZ001
def test_an_offset_moves_a_time_by_itself(wall: datetime, minutes: int) -> None:
    wall = wall.replace(microsecond=0)
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    span = parse_edtf(f"{wall.isoformat()}{offset}")
    assert to_datetime(span.start.earliest) == wall.replace(tzinfo=UTC) - timedelta(minutes=minutes)
