"""Tables without coordinates: places of one name in several regions are several places."""

from __future__ import annotations

from pathlib import Path

import pytest
from sheets_for_tests import ask, new_situation
from tables_for_tests import Mapping, load, sirens

from tracker.situation import Situation

HEAD = "region,area,on,off,guessed\n"


def alarms() -> Mapping:
    """Give a mapping of intervals whose rows name an area, and the region that it lies in."""
    place = {"name": {"column": "area"}, "within": {"column": "region"}, "type": "region"}
    return sirens(place=place)


def siren(region: str, area: str, hour: int) -> str:
    day = "2013-01-01"
    return f"{region},{area},{day} {hour}:00:00+00:00,{day} {hour}:30:00+00:00,False\n"


def levels(situation: Situation, hour: int) -> dict[str, str]:
    """Give the level of each scope a quarter past an hour."""
    clocks = situation.clocks(f"2013-01-01T{hour}:15Z")
    return {row["scope"]: row["level"] for row in situation.state(clocks, "alerts").dicts}


NORTH, SOUTH = siren("North", "Centre", 10), siren("South", "Centre", 12)


@pytest.mark.parametrize("tables", [(NORTH + SOUTH,), (NORTH, SOUTH), (SOUTH, NORTH)])
def test_areas_of_one_name_in_two_regions_are_two(tmp_path: Path, tables: tuple[str, ...]) -> None:
    with new_situation() as situation:
        for _ in range(2):
            before = situation.position
            for number, table in enumerate(tables):
                load(situation, tmp_path, alarms(), HEAD + table, name=f"{number}.csv")
        assert situation.position == before
        assert sorted(levels(situation, 10).values()) in (["red"], ["red", "white"])
        assert sorted(levels(situation, 12).values()) == ["red", "white"]
        places = situation.registered()["places"].values()
        around = {place["within"] for place in places if place["name"] == "Centre"}
        assert around == {"north", "south"}


def test_an_area_whose_region_no_row_says_is_none_of_them(
    situation: Situation, tmp_path: Path
) -> None:
    bad = {**alarms(), "bad": {"place": "quarantine"}}
    table = HEAD + NORTH + SOUTH + siren("", "Centre", 14)
    outcome = load(situation, tmp_path, bad, table)
    assert [file.quarantined for file in outcome.files] == [{"place": 1}]
    assert set(levels(situation, 14).values()) == {"white"}


def test_a_registered_area_is_the_one_of_its_region_or_of_any_if_it_lies_in_none(
    situation: Situation, tmp_path: Path
) -> None:
    """The ford lies in the valley, which lies in none; a country around says nothing either."""
    table = HEAD + siren("Valley", "Ford", 10) + siren("Land", "Valley", 12)
    load(situation, tmp_path, alarms(), table)
    assert ask(situation, "alerts", "lantern/valley", "2013-01-01T12:15Z") is not None
    hills = load(situation, tmp_path, alarms(), HEAD + siren("Hills", "Valley", 14), name="h.csv")
    assert hills.events
    names = [place["name"] for place in situation.registered()["places"].values()]
    assert names.count("Valley") == 1
