"""The day on which clocks are put forward has 23 hours; what is told of the next is newer.

In Berlin that is 31 March 2013, in Kolkata never.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sheets_for_tests import NOW, SITUATION, fact, sheet
from test_laws import CASTS, MORE, at_most_one, control, examples
from test_laws_weighted import RULINGS, WORLD, Case, Raw, RawRuling, cases, points_of, reports

from projections.beliefs import rectangles
from projections.catalogue import PROJECTIONS
from projections.claims import Claim
from projections.policies import POLICIES
from projections.store import Row
from tracker.days import day_after
from tracker.instants import DAY, Bounds, Instant
from tracker.situation import Situation

BERLIN = "Europe/Berlin"
KINDS = ("observation", "capture", "count")


def war(zone: str) -> Situation:
    """Open the synthetic war, its days those of a zone; the caller closes it."""
    situation = Situation(":memory:", create=True, clock=lambda: NOW)
    named = SITUATION.replace(b"title:", f"zone: {zone}\ntitle:".encode())
    situation.register(named, "situation.yaml", by="tests")
    return situation


def told(kind: str, who: str, when: str) -> tuple[bytes, str]:
    """Tell that they were found there, took it, or were so many."""
    found: Row
    if kind == "observation":
        found = fact("ControlReported", place="mill", by=[who], state="held", status="ongoing")
    elif kind == "capture":
        found = fact("TownOccupied", place="mill", by=[who])
    else:
        best = {"army": 200, "rebels": 900}[who]
        quantity = {"best": best, "semantics": "total"}
        found = fact("TroopsDeployed", place="mill", by=["army"], quantity=quantity)
    source = {"army": "gazette", "rebels": "radio"}[who]
    return sheet(source, when[:10], {**found, "when": when}), f"{source}.yaml"


@pytest.mark.parametrize("zone", [BERLIN, "Europe/London", "Asia/Kolkata", "UTC"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("days", [("2013-03-30", "2013-03-31"), ("2013-03-31", "2013-04-01")])
def test_what_is_told_of_the_next_day_is_newer(zone: str, kind: str, days: tuple[str, str]) -> None:
    with war(zone) as situation:
        situation.record([told(kind, "rebels", days[0]), told(kind, "army", days[1])], by="tests")
        (row,) = situation.state(as_of="2013-04-20").dicts
        assert row["support"] != "disputed"
        assert row["rule"] == "newest evidence"
        assert [situation.show(name)["source"] for name in row["evidence"]] == ["gazette"]


def test_what_is_told_twenty_three_hours_later_is_of_one_time_on_other_days() -> None:
    with war(BERLIN) as situation:
        evening = told("observation", "rebels", "2013-03-20T20:00:00+01:00")
        next_day = told("observation", "army", "2013-03-21T19:00:00+01:00")
        situation.record([evening, next_day], by="tests")
        (row,) = situation.state(as_of="2013-04-20").dicts
        assert row["support"] == "disputed"


def test_where_the_days_become_those_of_another_zone_all_is_decided_anew() -> None:
    """Midnight of Berlin, and the next."""
    with war("Asia/Kolkata") as situation:
        midnight = told("observation", "rebels", "2013-03-31T00:00:00+01:00")
        next_day = told("observation", "army", "2013-04-01T00:00:00+02:00")
        situation.record([midnight, next_day], by="tests")
        (row,) = situation.state(as_of="2013-04-20").dicts
        assert row["support"] == "disputed"
        named = SITUATION.replace(b"title:", f"zone: {BERLIN}\ntitle:".encode())
        situation.register(named, "situation.yaml", by="tests")
        (row,) = situation.state(as_of="2013-04-20").dicts
        assert row["holders"] == ["army"]
        assert situation.compare() == []


NAMED = (BERLIN, "Europe/London", "Atlantic/Azores", "America/New_York", "Australia/Lord_Howe")
ZONES = st.sampled_from([*NAMED, "Asia/Kolkata", "Asia/Kabul", "UTC"])
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(st.integers(0, 2**31), ZONES)
def test_a_day_later_the_clocks_show_the_same_time_or_a_day_has_passed(
    second: int, name: str
) -> None:
    """Against the calendar: the same time by the clock on the next date, where there is one."""
    zone = ZoneInfo(name)
    moment = EPOCH + timedelta(seconds=second)
    shown = moment.astimezone(zone)
    begins = (moment - timedelta(microseconds=1)).astimezone(zone).date() < shown.date()
    assume(not begins or not shown.hour)  # a date that begins at one: it ends where the next begins
    next_day = (shown.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone)
    is_shown = next_day.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    a_day_on = moment + timedelta(days=1)
    if is_shown == next_day.replace(tzinfo=None):  # that time is on the clocks of that date
        a_day_on = min(a_day_on, next_day.astimezone(UTC))
    found = EPOCH + timedelta(microseconds=day_after(second * 1_000_000, name))
    assert found == a_day_on


@pytest.mark.parametrize("name", NAMED)
def test_each_day_of_a_year_ends_where_the_next_begins_or_after_a_day(name: str) -> None:
    zone = ZoneInfo(name)
    dates = [datetime(2013, 1, 1, tzinfo=zone) + timedelta(days=day) for day in range(366)]
    midnights = [Instant(date.timestamp()) * 1_000_000 for date in dates]
    short = 0
    for begins, ends in pairwise(midnights):
        assert day_after(begins, name) == min(ends, begins + DAY)
        short += ends - begins < DAY
    assert short == 1


def test_the_ends_of_the_calendar_and_a_date_left_out_have_days_of_their_own() -> None:
    samoa = Instant(datetime(2011, 12, 29, 12, tzinfo=UTC).timestamp()) * 1_000_000
    assert day_after(samoa, "Pacific/Apia") == samoa + DAY
    assert day_after(2**62, BERLIN) == 2**62 + DAY
    assert day_after(-(2**62), BERLIN) == -(2**62) + DAY


SPRING: Instant = (date(2013, 3, 31) - date(2013, 1, 5)).days * DAY
"""What lies between 5 January, about which the laws tell their stories, and the short day."""


def moved(claim: Claim) -> Claim:
    """Give a claim as one of spring."""

    def later(bounds: Bounds | None) -> Bounds | None:
        return None if bounds is None else Bounds(bounds[0] + SPRING, bounds[1] + SPRING)

    start, since = later(claim.start), claim.since
    assert start is not None
    return claim._replace(
        start=start,
        end=later(claim.end),
        since=since._replace(earliest=since.earliest + SPRING, latest=since.latest + SPRING),
        observed=None if claim.observed is None else claim.observed + SPRING,
        published=claim.published + SPRING,
        retracted=None if claim.retracted is None else claim.retracted + SPRING,
        listed=None if claim.listed is None else claim.listed + SPRING,
    )


@examples(50)
@given(st.sampled_from(CASTS).flatmap(lambda cast: reports(control(cast))), RULINGS, MORE)
def test_what_is_stored_is_what_resolving_anew_gives_around_a_short_day(
    raws: list[Raw], rulings: list[RawRuling], more: list[tuple[Instant, Instant]]
) -> None:
    kin = replace(WORLD.kin, zone=BERLIN)
    policy, control_ = POLICIES["origin-weighted/1"], PROJECTIONS["control"]
    for case in cases(raws, rulings).values():
        claims = [moved(claim) for claim in case.claims]
        beliefs = rectangles(claims, policy, control_, kin)
        for t, k in around(case, more):
            stored = at_most_one(beliefs, t, k)
            assert stored == policy.resolve(claims, t, k, control_, kin)


def around(case: Case, more: list[tuple[Instant, Instant]]) -> list[tuple[Instant, Instant]]:
    """Give moments of spring to ask about: those of the story, and an hour earlier and later."""
    hour = DAY // 24
    found = [(t + SPRING, k + SPRING) for t, k in points_of(case, more, 40)]
    return [(t + late, k) for t, k in found for late in (-hour, 0, hour)]
