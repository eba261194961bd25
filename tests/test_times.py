"""Instants, zones, what people type as a moment, and When."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from tracker.times import (
    FUTURE_OPEN,
    PAST_OPEN,
    AsOf,
    Bounds,
    InstantError,
    When,
    check_zone,
    format_instant,
    format_open,
    last_instant,
    parse_moment,
    to_datetime,
)


def iso(bounds: Bounds) -> tuple[str | None, str | None]:
    return format_open(bounds.earliest), format_open(bounds.latest)


# -- instants --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_358_121_600_000_000, "2013-01-14T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (500_000, "1970-01-01T00:00:00.500000Z"),
        (-62_135_596_800_000_000, "0001-01-01T00:00:00Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_an_instant_is_written_in_utc_with_a_fraction_only_where_it_has_one(
    instant: int, text: str
) -> None:
    assert format_instant(instant) == text
    assert to_datetime(instant) == datetime.fromisoformat(text)
    assert to_datetime(instant).tzinfo is UTC


@pytest.mark.parametrize("instant", [PAST_OPEN, FUTURE_OPEN])
def test_an_open_end_is_never_written_as_a_date(instant: int) -> None:
    assert format_open(instant) is None
    with pytest.raises(InstantError, match="open end"):
        format_instant(instant)


@pytest.mark.parametrize("instant", [-62_135_596_800_000_001, 253_402_300_800_000_000])
def test_an_instant_outside_the_writable_years_is_refused(instant: int) -> None:
    with pytest.raises(InstantError, match="0001 to 9999"):
        format_open(instant)


def test_an_unlimited_known_at_reaches_the_open_future_and_zero_is_a_limit() -> None:
    assert AsOf(5).known == FUTURE_OPEN
    assert AsOf(5, known_at=0).known == 0


# -- what people type ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "zone", "earliest", "latest"),
    [
        ("2013", "UTC", "2013-01-01T00:00:00Z", "2014-01-01T00:00:00Z"),
        ("2012-02", "UTC", "2012-02-01T00:00:00Z", "2012-03-01T00:00:00Z"),
        ("2012-12", "UTC", "2012-12-01T00:00:00Z", "2013-01-01T00:00:00Z"),
        ("2013-01-14", "UTC", "2013-01-14T00:00:00Z", "2013-01-15T00:00:00Z"),
        ("2013-01-14", "+01:00", "2013-01-13T23:00:00Z", "2013-01-14T23:00:00Z"),
        ("2013-01-14", "Asia/Kathmandu", "2013-01-13T18:15:00Z", "2013-01-14T18:15:00Z"),
        ("2013-01-14T12:00Z", "UTC", "2013-01-14T12:00:00Z", "2013-01-14T12:01:00Z"),
        ("2013-01-14 12:00Z", "+01:00", "2013-01-14T12:00:00Z", "2013-01-14T12:01:00Z"),
        ("2013-01-14T12:00:30+01:00", "UTC", "2013-01-14T11:00:30Z", "2013-01-14T11:00:31Z"),
        ("2013-01-14T12:00:30-05:30", "UTC", "2013-01-14T17:30:30Z", "2013-01-14T17:30:31Z"),
        ("2013-01-14T12:00:30.5Z", "UTC", "2013-01-14T12:00:30.500000Z",
         "2013-01-14T12:00:30.600000Z"),
        ("2013-01-14T12:00:30.000001Z", "UTC", "2013-01-14T12:00:30.000001Z",
         "2013-01-14T12:00:30.000002Z"),
        ("0001-01-01", "UTC", "0001-01-01T00:00:00Z", "0001-01-02T00:00:00Z"),
        ("9999-12-30", "UTC", "9999-12-30T00:00:00Z", "9999-12-31T00:00:00Z"),
        # Clocks forward in Paris on 31 March 2013: a day of 23 hours; back on 27 October: 25.
        ("2013-03-31", "Europe/Paris", "2013-03-30T23:00:00Z", "2013-03-31T22:00:00Z"),
        ("2013-10-27", "Europe/Paris", "2013-10-26T22:00:00Z", "2013-10-27T23:00:00Z"),
        # Midnight itself skipped: Sao Paulo's day began at 01:00, as Toronto's did at 00:30.
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"),
        ("1919-03-30", "America/Toronto", "1919-03-30T05:00:00Z", "1919-03-31T04:30:00Z"),
        ("1919-03-31", "America/Toronto", "1919-03-31T04:30:00Z", "1919-04-01T04:00:00Z"),
        # Midnight twice: Havana's day begins with the first of them.
        ("2013-11-03", "America/Havana", "2013-11-03T04:00:00Z", "2013-11-04T05:00:00Z"),
    ],
)  # fmt: skip
def test_a_moment_has_the_bounds_of_the_unit_it_states(
    text: str, zone: str, earliest: str, latest: str
) -> None:
    assert iso(parse_moment(text, zone)) == (earliest, latest)


def test_a_bare_date_reaches_through_the_last_microsecond_of_its_day() -> None:
    assert format_instant(last_instant(parse_moment("2013-01-18"))) == (
        "2013-01-18T23:59:59.999999Z"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2013-13", "no month 13"),
        ("2013-00", "no month 00"),
        ("2013-01-00", "no day 00"),
        ("1900-02-29", "no day 29"),
        ("9999-02-30", "no day 30"),
        ("2013-01-14T24:00Z", "00:00 of the next day"),
        ("2013-01-14T25:00Z", "no time 25:00"),
        ("2013-01-14T12:60Z", "no time 12:60"),
        ("2013-01-14T12:00:61Z", "no second 61"),
        ("2013-01-14T12:00+15:00", "no place keeps"),
        ("2013-01-14T12:00+01:60", "no place keeps"),
        ("2013-01-14T12:00:00.1234567Z", "at most 6 digits"),
        ("2013-1-14", "write 2013"),
        ("14/01/2013", "write 2013"),
        ("yesterday", "write 2013"),
        ("", "write 2013"),
        ("2013\n", "write 2013"),
        ("\u0662\u0660\u0661\u0663", "write 2013"),  # 2013 in Arabic digits
        ("\x1b[31m", r"\\x1b"),  # shown escaped, never live on a terminal
        ("9" * 100_000, "write 2013"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_write(text: str, reason: str) -> None:
    with pytest.raises(InstantError, match=reason) as refusal:
        parse_moment(text)
    assert len(str(refusal.value)) < 300


def test_a_day_that_a_zone_skipped_is_refused() -> None:
    with pytest.raises(InstantError, match="2011-12-30 did not happen in Pacific/Apia"):
        parse_moment("2011-12-30", "Pacific/Apia")


def test_a_local_time_shown_twice_spans_both_and_one_skipped_is_refused() -> None:
    twice = parse_moment("2013-10-27T02:30", "Europe/Paris", assume_zone=True)
    assert iso(twice) == ("2013-10-27T00:30:00Z", "2013-10-27T01:31:00Z")
    with pytest.raises(InstantError, match="went forward"):
        parse_moment("2013-03-31T02:30", "Europe/Paris", assume_zone=True)


def test_fault_42_impossible_date() -> None:
    with pytest.raises(InstantError, match="2013-02 has no day 30"):
        parse_moment("2013-02-30")


def test_fault_43_year_zero() -> None:
    for text in ("0000", "0000-01", "0000-01-01", "0000-01-01T00:00Z"):
        with pytest.raises(InstantError, match="no year 0000"):
            parse_moment(text)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("9999-12-31T23:59:59-05:00", "UTC"),
        ("9999-12-31T23:59:59Z", "UTC"),
        ("9999-12-31", "UTC"),
        ("9999-12", "UTC"),
        ("9999", "UTC"),
        ("9999-12-31T20:00", "-05:00"),
        ("0001-01-01", "+01:00"),
        ("0001-01-01", "Asia/Tokyo"),
        ("0001-01-01T00:00+00:01", "UTC"),
    ],
)
def test_fault_44_a_moment_beyond_the_writable_years(text: str, zone: str) -> None:
    with pytest.raises(InstantError, match="outside the years 0001 to 9999"):
        parse_moment(text, zone, assume_zone=True)


def test_fault_45_a_time_without_a_zone_needs_tz() -> None:
    with pytest.raises(InstantError, match="--tz"):
        parse_moment("2013-01-14T12:00", "Africa/Bamako")
    given_one = parse_moment("2013-01-14T12:00", "+01:00", assume_zone=True)
    assert iso(given_one) == ("2013-01-14T11:00:00Z", "2013-01-14T11:01:00Z")


def test_fault_46_second_sixty_gets_a_hint() -> None:
    with pytest.raises(InstantError, match="leap seconds"):
        parse_moment("2012-06-30T23:59:60Z")


@given(
    text=st.text() | st.from_regex(r"[0-9]{4}-[01][0-9]-[0-3][0-9]([T ][0-2][0-9]:[0-6][0-9]Z?)?"),
    zone=st.text() | st.just("UTC"),
    assume_zone=st.booleans(),
)
def test_any_text_gives_bounds_in_order_or_an_instant_error(
    *, text: str, zone: str, assume_zone: bool
) -> None:
    try:
        bounds = parse_moment(text, zone, assume_zone=assume_zone)
    except InstantError:
        return
    assert bounds.earliest < bounds.latest
    assert None not in iso(bounds)


@given(
    st.dates().filter(lambda day: day.isoformat() < "9999-12-30"),
    st.sampled_from(["Africa/Bamako", "Europe/Paris", "America/Havana", "America/St_Johns"]),
)
def test_days_follow_each_other_without_gap_or_overlap(day: datetime, zone: str) -> None:
    following = day.fromordinal(day.toordinal() + 1)
    try:
        here = parse_moment(day.isoformat(), zone)
    except InstantError:
        assert day.year == 1
        return
    assert here.latest == parse_moment(following.isoformat(), zone).earliest


# -- zones -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["UTC", "Africa/Bamako", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "-03:30"]
)
def test_a_zone_that_exists_is_given_back(name: str) -> None:
    assert check_zone(name) == name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Africa/Bamacko", "Africa/Bamako"),
        ("bamako", "Africa/Bamako"),
        ("utc", "UTC"),
        ("Z", "such as UTC"),
        ("+1", "such as UTC"),
        ("+15:00", "no place keeps"),
        ("Africa", "Africa/"),  # a folder
        ("../../etc/passwd", "no time zone"),
        ("/etc/localtime", "no time zone"),
        ("UTC\x00", "no time zone"),
        ("Europe/../UTC", "no time zone"),
        ("localtime", "no time zone"),  # this machine's own setting
        ("right/UTC", "no time zone"),  # counts leap seconds
        ("", "no time zone"),
        ("A" * 10_000, "no time zone"),
    ],
)
def test_a_zone_that_does_not_exist_is_refused_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(InstantError, match=hint):
        check_zone(name)


# -- When ------------------------------------------------------------------------------------


class Record(BaseModel):
    """Something with a time, as a sheet has it."""

    when: When


def test_a_when_keeps_the_words_beside_the_value() -> None:
    when = When.of("2013-01-14~", "a week ago", "published 2013-01-21", "Africa/Bamako")
    assert (when.phrase, when.anchor) == ("a week ago", "published 2013-01-21")
    assert iso(when.start) == ("2013-01-13T00:00:00Z", "2013-01-16T00:00:00Z")
    assert (when.end, when.speaks_from) == (None, when.start.earliest)
    assert when.describe() == "about 14 Jan 2013"


@pytest.mark.parametrize(
    ("data", "edtf"),
    [("2013-01-14", "2013-01-14"), (2013, "2013"), ({"edtf": 2013}, "2013")],
)
def test_a_bare_value_and_a_year_as_an_integer_are_accepted(data: object, edtf: str) -> None:
    assert Record.model_validate({"when": data}).when == When(edtf=edtf)


@pytest.mark.parametrize("data", [True, {"edtf": True}, 2013.0, None, [2013], {}, 10**4000, 201])
def test_what_is_no_date_is_refused(data: object) -> None:
    with pytest.raises(ValidationError):
        Record.model_validate({"when": data})


def test_a_refusal_says_why_through_pydantic() -> None:
    with pytest.raises(ValidationError, match="2013-02 has no day 30"):
        When(edtf="2013-02-30")
    with pytest.raises(ValidationError, match="did you mean Africa/Bamako"):
        When(edtf="2013", zone="Africa/Bamakoo")
    with pytest.raises(ValidationError, match="Extra inputs"):
        When.model_validate({"edtf": "2013", "wen": "2013"})


def test_a_when_is_frozen_and_hashable_and_comes_back_from_storage() -> None:
    when = When.of("[..2013-01-21]", "have entered")
    with pytest.raises(ValidationError, match="frozen"):
        when.edtf = "2013"  # type: ignore[misc] # which is the point
    assert {when, When.model_validate_json(when.model_dump_json())} == {when}


@pytest.mark.parametrize(
    ("data", "context", "zone", "local"),
    [
        ("2013-01-14", None, "UTC", False),
        ("2013-01-14", {"zone": "Asia/Kabul"}, "Asia/Kabul", False),
        ({"edtf": "2013-01-14", "zone": "UTC"}, {"zone": "Asia/Kabul"}, "UTC", False),
        ("2013-01-14T06:00:00", {"zone": "Asia/Kabul", "tz": "+01:00"}, "+01:00", True),
        ("2013-01-14T06:00:00Z", {"zone": "Asia/Kabul", "tz": "+01:00"}, "Asia/Kabul", False),
        ("2013-01-14", {"zone": "Asia/Kabul", "tz": "+01:00"}, "Asia/Kabul", False),
        (
            {"edtf": "2013-01-14T06:00:00", "zone": "UTC", "local": True},
            {"zone": "Asia/Kabul", "tz": None},
            "UTC",
            True,
        ),
    ],
)
def test_the_context_gives_the_zone_that_the_data_does_not(
    data: object, context: object, zone: str, *, local: bool
) -> None:
    when = Record.model_validate({"when": data}, context=context).when
    assert (when.zone, when.local) == (zone, local)
    again = Record.model_validate({"when": when.model_dump()}, context={"tz": "Asia/Tokyo"})
    assert again.when == when


@pytest.mark.parametrize("context", [None, {}, {"tz": None}, {"zone": "Asia/Kabul"}])
def test_fault_45_a_local_time_in_a_sheet_needs_tz(context: object) -> None:
    with pytest.raises(ValidationError, match="--tz"):
        When.model_validate({"edtf": "2013-01-14T06:00:00"}, context=context)


def test_fault_45_the_zone_given_for_a_local_time_is_recorded() -> None:
    when = When.model_validate("2013-01-14T06:00:00", context={"tz": "+01:00"})
    assert when.model_dump(exclude_none=True) == {
        "edtf": "2013-01-14T06:00:00",
        "zone": "+01:00",
        "local": True,
    }
    assert iso(when.start) == ("2013-01-14T05:00:00Z", "2013-01-14T05:00:01Z")
