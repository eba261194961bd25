"""The EDTF subset: what each value says, what is refused, and how it is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.edtf import EdtfError, Span, describe, has_local_time, parse_edtf, somewhere_in
from tracker.instants import FUTURE_OPEN, PAST_OPEN, SECOND, Bounds, format_open, read_instant


def days(bounds: Bounds | None) -> str | None:
    """Write bounds as `earliest latest`, midnights as dates, open ends as `..`."""
    if bounds is None:
        return None
    return " ".join((format_open(i) or "..").removesuffix("T00:00:00Z") for i in bounds)


# -- one moment ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2013", "2013-01-01 2014-01-01"),
        ("2012-02", "2012-02-01 2012-03-01"),
        ("2013-01-14", "2013-01-14 2013-01-15"),
        ("2013-01-14T06:00:00Z", "2013-01-14T06:00:00Z 2013-01-14T06:00:01Z"),
        ("2013-01-14T00:30:00+01:00", "2013-01-13T23:30:00Z 2013-01-13T23:30:01Z"),
        ("201X", "2010-01-01 2020-01-01"),
        ("20XX", "2000-01-01 2100-01-01"),
        ("2013-XX", "2013-01-01 2014-01-01"),
        ("2013-XX-XX", "2013-01-01 2014-01-01"),
        ("2012-02-XX", "2012-02-01 2012-03-01"),
        ("2013-01-14?", "2013-01-14 2013-01-15"),
        ("2013-01-14~", "2013-01-13 2013-01-16"),
        ("2013-01-14%", "2013-01-13 2013-01-16"),
        ("2013-03-01~", "2013-02-28 2013-03-03"),
        ("2012-12~", "2012-11-01 2013-02-01"),
        ("2013-01~", "2012-12-01 2013-03-01"),
        ("2013~", "2012-01-01 2015-01-01"),
        ("[2013-01-17..2013-01-21]", "2013-01-17 2013-01-22"),
        ("[2013-01-14..2013-02]", "2013-01-14 2013-03-01"),
        ("[2013-01-14..2013-01-14]", "2013-01-14 2013-01-15"),
        ("[2013-01-14T06:00:00Z..2013-01-14]", "2013-01-14T06:00:00Z 2013-01-15"),
        ("[2013-01-17..]", "2013-01-17 .."),
    ],
)
def test_a_moment_lies_between_its_bounds_and_speaks_from_the_first(text: str, start: str) -> None:
    span = parse_edtf(text)
    assert (days(span.start), span.end, span.start_open) == (start, None, False)
    assert span.speaks_from == span.start.earliest


def test_by_a_day_claims_nothing_about_the_days_before() -> None:
    span = parse_edtf("[..2013-01-21]")
    assert (days(span.start), span.end, span.start_open) == (".. 2013-01-22", None, True)
    assert format_open(span.speaks_from) == "2013-01-21T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "doubtful", "approximate"),
    [
        ("2013-01-14", False, False),
        ("2013-01-14?", True, False),
        ("2013-01-14~", False, True),
        ("2013-01-14%", True, True),
        ("2013-01-14?/2013-01-20~", True, True),
        ("../2013~", False, True),
        ("2013-01-XX", False, False),
        ("[2013-01-17..2013-01-21]", False, False),
    ],
)
def test_marks_are_kept(text: str, *, doubtful: bool, approximate: bool) -> None:
    span = parse_edtf(text)
    assert (span.doubtful, span.approximate) == (doubtful, approximate)


# -- spans -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2013-01-14/2013-01-20", "2013-01-14 2013-01-15", "2013-01-20 2013-01-21"),
        ("2012/2013-01", "2012-01-01 2013-01-01", "2013-01-01 2013-02-01"),
        ("2013-01/2013-01-05", "2013-01-01 2013-02-01", "2013-01-05 2013-01-06"),
        ("2013-01-14~/2013-01-20?", "2013-01-13 2013-01-16", "2013-01-20 2013-01-21"),
        ("2013-01-14~/2013-01-13", "2013-01-13 2013-01-16", "2013-01-13 2013-01-14"),
        ("2005/..", "2005-01-01 2006-01-01", None),
        ("2005/", "2005-01-01 2006-01-01", None),
    ],
)
def test_a_span_has_bounds_for_its_start_and_for_its_end(
    text: str, start: str, end: str | None
) -> None:
    span = parse_edtf(text)
    assert (days(span.start), days(span.end), span.start_open) == (start, end, False)
    assert span.speaks_from == span.start.earliest


@pytest.mark.parametrize("text", ["../2013-01-21", "/2013-01-21"])
def test_a_span_without_a_start_claims_all_the_time_up_to_its_end(text: str) -> None:
    span = parse_edtf(text)
    assert (days(span.start), days(span.end)) == (".. 2013-01-22", "2013-01-21 2013-01-22")
    assert span.start_open
    assert span.speaks_from == span.start.earliest


# -- zones -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "zone", "start"),
    [
        ("2013-01-14", "Asia/Kolkata", "2013-01-13T18:30:00Z 2013-01-14T18:30:00Z"),
        ("2013-03-31", "Europe/Paris", "2013-03-30T23:00:00Z 2013-03-31T22:00:00Z"),
        ("2013-03-31~", "Europe/Paris", "2013-03-29T23:00:00Z 2013-04-01T22:00:00Z"),
        ("2013-01-14T06:00:00Z", "Asia/Kolkata", "2013-01-14T06:00:00Z 2013-01-14T06:00:01Z"),
        ("[2013-01-14..]", "+01:00", "2013-01-13T23:00:00Z .."),
    ],
)
def test_dates_are_days_of_the_zone(text: str, zone: str, start: str) -> None:
    assert days(parse_edtf(text, zone).start) == start


def test_a_local_time_is_read_in_the_zone_where_that_is_allowed() -> None:
    span = parse_edtf("2013-01-14T06:00:00", "+01:00", local_times=True)
    assert days(span.start) == "2013-01-14T05:00:00Z 2013-01-14T05:00:01Z"


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2013-01-14T06:00:00", True),
        ("[..2013-01-14T06:00:00]", True),
        ("2013-01-14T06:00:00Z/2013-01-14T07:00:00", True),
        ("2013-01-14T06:00:00/2013-01-14T07:00:00Z", True),
        ("2013-01-14T06:00:00Z", False),
        ("2013-01-14T06:00:00-05:00", False),
        ("2013-01-14", False),
        ("nonsense", False),
    ],
)
def test_a_local_time_is_recognised(text: str, *, local: bool) -> None:
    assert has_local_time(text) is local


# -- refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2013-21", "season"),
        ("Y17000", "Y-year"),
        ("Y17E7", "Y-year"),
        ("-0333", "negative year"),
        ("1E3", "exponent"),
        ("1950S2", "significant digits"),
        ("{2013-01,2013-02}", "a set"),
        ("[2013-01,2013-02]", "a list"),
        ("[2013-01-14..2013-01-15,2013-01-17]", "a list"),
        ("[2013]", "brackets hold one range"),
        ("[2013..2014", "brackets hold one range"),
        ("2013..2014", "'..' stands in a range"),
        ("[2013?..2014]", "plain dates"),
        ("[201X..2014]", "plain dates"),
        ("201X/2014", "no X"),
        ("2013-01-XX/2014", "no X"),
        ("2013/2014/2015", "one slash"),
        ("14/01/2013", "one slash"),
        ("201X?", "X together with"),
        ("2013-01-XX~", "X together with"),
        ("2013-01-14T06:00:00Z~", "mark on a time"),
        ("2013?-01", "mark on a part"),
        ("?2013-01", "mark on a part"),
        ("2013-01-14?~", "two marks"),
        ("2XXX", "unspecified digits"),
        ("XXXX", "unspecified digits"),
        ("2013-XX-14", "unspecified digits"),
        ("2013-1X", "unspecified digits"),
        ("201x", "unspecified digits"),
        ("00XX", "no year 0000"),
        ("2013-00-XX", "no month 00"),
        ("99XX", "outside the years"),
        ("0001~", "outside the years"),
        ("9998~", "outside the years"),
        ("2013-01-14T06:00Z", "without seconds"),
        ("2013-01-14T06:00:00.5Z", "fraction of a second"),
        ("2013-01-14T06:00:00-04", "written in full"),
        ("2013-01-14 06:00:00Z", "joined by T"),
        ("2013-01-14T24:00:00Z", "next day"),
        ("2013-01-14T06:00:00+19:00", "no place keeps"),
        ("2013-W03", "a week"),
        ("P1D", "a duration"),
        ("20130114", "with hyphens"),
        ("02013", "four digits"),
        ("2013-014", "day of the year"),
        ("2013-1-14", "digit is missing"),
        ("201", "digit is missing"),
        ("unknown/2013", "old draft"),
        ("..", "'..' stands in"),
        ("[..]", "says nothing"),
        ("../..", "says nothing"),
        ("/", "says nothing"),
        ("../", "says nothing"),
        ("2014/2013", "end lies before the start"),
        ("2013-01-14T06:00:01Z/2013-01-14T06:00:00Z", "end lies before the start"),
        ("[2013-02..2013-01]", "end lies before the start"),
        ("[2013-01-15..2013-01-14]", "end lies before the start"),
        ("", "empty date"),
        ("2013\n", "not a date"),
        (" 2013", "not a date"),
        ("last week", "not a date"),
        ("\u0662\u0660\u0661\u0663", "only ASCII"),  # 2013 in Arabic digits
        ("2013\u201301", "only ASCII"),  # an en dash
        ("[" * 65, "65 characters"),
        ("\x1b[31m", r"\\x1b"),  # shown escaped, never live on a terminal
    ],
)
def test_fault_47_outside_the_subset(text: str, reason: str) -> None:
    with pytest.raises(EdtfError, match=reason) as refusal:
        parse_edtf(text)
    assert len(str(refusal.value)) < 300


def test_fault_42_impossible_date() -> None:
    for text in ("2013-02-30", "2013-02-30/2013-03-01", "[..2013-02-30]", "2013-02-30T00:00:00Z"):
        with pytest.raises(EdtfError, match="2013-02 has no day 30"):
            parse_edtf(text)


def test_fault_43_year_zero() -> None:
    for text in ("0000", "0000-01-01~", "000X", "0000/2013", "0000-XX"):
        with pytest.raises(EdtfError, match="no year 0000"):
            parse_edtf(text)


def test_fault_44_a_moment_beyond_the_writable_years() -> None:
    for text in ("9999-12-31T23:59:59-05:00", "9999-12-31", "9999", "999X", "[..9999-12-31]"):
        with pytest.raises(EdtfError, match="outside the years 0001 to 9999"):
            parse_edtf(text)


def test_fault_45_a_time_without_a_zone_needs_tz() -> None:
    for text in ("2013-01-14T06:00:00", "[..2013-01-14T06:00:00]", "2013/2013-01-14T06:00:00"):
        with pytest.raises(EdtfError, match="--tz"):
            parse_edtf(text, "Africa/Bamako")


def test_fault_46_second_sixty_gets_a_hint() -> None:
    with pytest.raises(EdtfError, match="leap seconds"):
        parse_edtf("2012-06-30T23:59:60Z")


def test_fault_48_a_bare_date_keeps_day_precision() -> None:
    span = parse_edtf("2013-01-14")
    assert span.start.latest - span.start.earliest == 86_400_000_000
    assert describe("2013-01-14") == "14 Jan 2013"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../UTC", "", "+99:00"])
def test_a_zone_that_does_not_exist_is_refused_even_where_no_date_needs_it(zone: str) -> None:
    with pytest.raises(EdtfError, match=r"zone|no place"):
        parse_edtf("2013-01-14T06:00:00Z", zone)


# -- in words --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2012", "2012"),
        ("2012-04", "Apr 2012"),
        ("2013-01-04", "4 Jan 2013"),
        ("2013-01-14~", "about 14 Jan 2013"),
        ("2013-01-14?", "14 Jan 2013?"),
        ("2013-01-14%", "about 14 Jan 2013?"),
        ("2013-01-14T06:00:00Z", "14 Jan 2013 06:00:00Z"),
        ("2013-01-14T06:00:00+01:00", "14 Jan 2013 06:00:00+01:00"),
        ("2013-01-14T06:00:00", "14 Jan 2013 06:00:00"),
        ("201X", "the 2010s"),
        ("20XX", "2000-2099"),
        ("2013-XX", "2013"),
        ("2013-XX-XX", "2013"),
        ("2013-01-XX", "Jan 2013"),
        ("[..2013-01-21]", "by 21 Jan 2013"),
        ("[2013-01-17..]", "from 17 Jan 2013"),
        ("[2013-01-17..2013-01-21]", "17-21 Jan 2013"),
        ("[2013-01-30..2013-02-02]", "30 Jan - 2 Feb 2013"),
        ("[2012-12-30..2013-01-02]", "30 Dec 2012 - 2 Jan 2013"),
        ("[2012-01-30..2013-01-30]", "30 Jan 2012 - 30 Jan 2013"),
        ("[2012-03..2012-04]", "Mar-Apr 2012"),
        ("[2012-11..2013-02]", "Nov 2012 - Feb 2013"),
        ("[2010..2012]", "2010-2012"),
        ("[2012..2012]", "2012"),
        ("[2012-03..2013-01-14]", "Mar 2012 - 14 Jan 2013"),
        ("[2013-01-14..2013-01]", "14 Jan 2013 - Jan 2013"),
        ("[2013-01-14T06:00:00Z..2013-01-14T09:00:00Z]",
         "14 Jan 2013 06:00:00Z - 14 Jan 2013 09:00:00Z"),
        ("2013-01-14/2013-01-20", "14 Jan 2013 to 20 Jan 2013"),
        ("2013-01-14~/2013-01-20?", "about 14 Jan 2013 to 20 Jan 2013?"),
        ("2005/..", "since 2005"),
        ("2005/", "from 2005, end unknown"),
        ("../2013-01-21", "until 21 Jan 2013"),
        ("/2013-01-21", "until 21 Jan 2013, start unknown"),
    ],
)  # fmt: skip
def test_a_value_is_said_in_words(text: str, words: str) -> None:
    assert describe(text) == words


def test_what_is_not_of_the_subset_is_not_described() -> None:
    with pytest.raises(EdtfError, match="season"):
        describe("2013-21")


# -- bounds, written -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "upto", "written"),
    [
        ("2013-01-10T00:00:00Z", "2013-01-18T00:00:00Z", "[2013-01-10..2013-01-17]"),
        ("2013-01-10T00:00:00Z", "2013-01-18T00:00:00.000001Z", "[2013-01-10..2013-01-17]"),
        (
            "2013-01-10T10:00:00Z",
            "2013-01-10T10:30:01Z",
            "[2013-01-10T10:00:00Z..2013-01-10T10:30:00Z]",
        ),
        (None, "2013-01-18T00:00:00Z", "[..2013-01-17]"),
        ("2013-01-10T00:00:00Z", None, "[2013-01-10..]"),
    ],
)
def test_bounds_are_written_in_days_or_in_seconds(
    first: str | None, upto: str | None, written: str
) -> None:
    earliest = PAST_OPEN if first is None else read_instant(first)
    latest = FUTURE_OPEN if upto is None else read_instant(upto)
    assert somewhere_in(Bounds(earliest, latest)) == written


@given(
    st.integers(-60_000_000_000, 200_000_000_000),
    st.integers(1, 10_000_000_000),
    st.sampled_from([1, 86_400]),
)
def test_bounds_that_were_written_are_read_again(first: int, length: int, unit: int) -> None:
    start = first // unit * unit
    bounds = Bounds(start * SECOND, (start + -(-length // unit) * unit) * SECOND)
    assert parse_edtf(somewhere_in(bounds)).start == bounds


# -- any text at all -------------------------------------------------------------------------


def _check(text: str, span: Span) -> None:
    assert span.start.earliest < span.start.latest
    assert span.end is None or span.end.earliest < span.end.latest
    assert span.end is None or span.end.latest > span.start.earliest
    assert span.start.earliest <= span.speaks_from < span.start.latest
    assert describe(text).isascii()


@given(
    text=st.text() | st.text("0123456789-XTZ:+/.[]?~% "),
    zone=st.text() | st.just("UTC"),
    local_times=st.booleans(),
)
def test_any_text_gives_a_span_in_order_or_an_edtf_error(
    *, text: str, zone: str, local_times: bool
) -> None:
    try:
        span = parse_edtf(text, zone, local_times=local_times)
    except EdtfError:
        return
    _check(text, span)
