"""How old evidence is: in days of the situation's zone, also where one of them has 23 hours."""

from __future__ import annotations

import pytest
from sheets_for_tests import SITUATION, fact, tell

from projections.store import Row
from tracker.instants import DAY
from tracker.situation import Situation

HOUR = DAY // 24


def asked(
    zone: str, taken: str, as_of: str, stale_after: int | None = None, projection: str = "control"
) -> Row:
    """Ask about a place that was taken, when its clocks may have changed since."""
    with Situation(":memory:", create=True) as situation:
        story = SITUATION.replace(b"title:", f"zone: {zone}\ntitle:".encode())
        situation.register(story, "situation.yaml", by="tests")
        took = fact("TownOccupied", place="mill", by=["rebels"], when=taken)
        tell(situation, "gazette", "2026-12-01", took)
        found = situation.state(as_of, projection, stale_after=stale_after).dicts
    return found[0]


@pytest.mark.parametrize(
    ("zone", "taken", "as_of", "days"),
    [
        ("Europe/Kyiv", "2026-03-28", "2026-03-28", 0),
        ("Europe/Kyiv", "2026-03-28", "2026-03-29", 1),  # its clocks went forward that night
        ("Europe/Kyiv", "2026-03-22", "2026-03-28", 6),
        ("Europe/Kyiv", "2026-03-22", "2026-03-29", 7),
        ("Europe/Kyiv", "2026-10-24", "2026-10-25", 1),  # and back
        ("Europe/Kyiv", "2026-10-24T12:00:00+03:00", "2026-10-25T11:30+02:00", 0),
        ("Europe/Kyiv", "2026-10-24T12:00:00+03:00", "2026-10-25T12:30+02:00", 1),
        ("Asia/Kabul", "2026-03-28", "2026-03-29", 1),
        ("UTC", "2026-03-28", "2026-03-29", 1),
        ("UTC", "2026-03-28T23:00:00Z", "2026-03-29T01:00Z", 0),  # whole days, not dates
    ],
)
def test_an_age_is_in_days_of_the_zone(zone: str, taken: str, as_of: str, days: int) -> None:
    assert asked(zone, taken, as_of)["age_days"] == days


@pytest.mark.parametrize(
    ("after", "stale"), [(6 * DAY, True), (7 * DAY, False), (7 * DAY - HOUR, False)]
)
def test_so_many_days_make_it_stale(after: int, stale: bool) -> None:  # noqa: FBT001
    """From the end of 22 March to that of the 29th are 7 days in Kyiv, and 167 hours."""
    assert asked("Europe/Kyiv", "2026-03-22", "2026-03-29", after)["stale"] is stale


def test_one_day_is_a_day_of_whatever_length() -> None:
    """From the end of a day to that of the next: it has 23 hours in March, and 25 in October."""
    assert asked("Europe/Kyiv", "2026-03-28", "2026-03-30", DAY)["stale"]
    assert not asked("Europe/Kyiv", "2026-10-24", "2026-10-25", DAY)["stale"]
