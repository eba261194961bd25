"""What a mapping says of columns: two that bound a time, some that may be missing, parents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tables_for_tests import facts_in, load

from tracker.errors import InputError
from tracker.situation import Situation

RAIDS = """\
first,last,town,unit,country
2013-01-10,2013-01-10,Mill,1st Company,landers
2013-01-10,2013-01-12,Ford,2nd Company,riders
2013-01-11,,Weir,,
"""


def raids(**changes: object) -> dict[str, Any]:
    """Give the mapping of RAIDS: days that are known only from until when, and who came."""
    attack = {
        "kind": "AttackOccurred",
        "place": "$place",
        "when": {"column": "first", "until": {"column": "last"}},
        "by": {
            "actor": {"column": "unit"},
            "type": "force",
            "parent": {"column": "country", "values": {"landers": "army", "riders": "Rebels"}},
        },
        "gist": "a raid",
    }
    return {
        "dataset": "raids",
        "title": "Raids",
        "shape": "events",
        "source": "gazette",
        "published": {"value": "2013-02-01"},
        "place": {"name": {"column": "town"}},
        "facts": [attack | changes],
    }


def days(situation: Situation) -> list[str]:
    return [fact["when"]["edtf"] for fact in facts_in(situation)]


def test_two_columns_bound_the_moment(situation: Situation, tmp_path: Path) -> None:
    load(situation, tmp_path, raids(), RAIDS)
    assert days(situation) == ["2013-01-10", "[2013-01-10..2013-01-12]", "2013-01-11"]
    assert load(situation, tmp_path, raids(), RAIDS).events == 0


def test_two_columns_bound_a_span(situation: Situation, tmp_path: Path) -> None:
    when = {"column": "first", "until": {"column": "last"}, "span": True}
    load(situation, tmp_path, raids(when=when), RAIDS)
    assert days(situation) == ["2013-01-10", "2013-01-10/2013-01-12", "2013-01-11"]


def test_a_moment_that_ends_before_it_begins_is_a_bad_date(
    situation: Situation, tmp_path: Path
) -> None:
    table = RAIDS.replace("2013-01-10,2013-01-12", "2013-01-10,2013-01-09")
    with pytest.raises(InputError, match=r"last: it ends .2013-01-09. before it begins"):
        load(situation, tmp_path, raids(), table)


def test_a_new_actor_belongs_to_its_parent(situation: Situation, tmp_path: Path) -> None:
    outcome = load(situation, tmp_path, raids(), RAIDS)
    assert outcome.actors == ("1st-company", "2nd-company")
    actors = situation.registry().actors
    assert [actors[name].parent for name in outcome.actors] == ["army", "rebels"]
    assert actors["1st-company"].type == "force"


def test_a_parent_that_is_nobody(situation: Situation, tmp_path: Path) -> None:
    by = {"actor": {"column": "unit"}, "parent": {"column": "country"}}
    with pytest.raises(InputError, match="unknown actor 'landers'"):
        load(situation, tmp_path, raids(by=by), RAIDS)
    with pytest.raises(InputError, match="unknown actor 'nobody'"):
        load(situation, tmp_path, raids(by=by | {"parent": "nobody"}), RAIDS)


def test_a_parent_for_all(situation: Situation, tmp_path: Path) -> None:
    load(situation, tmp_path, raids(by={"actor": {"column": "unit"}, "parent": "army"}), RAIDS)
    assert situation.registry().actors["2nd-company"].parent == "army"


def test_columns_that_a_table_may_lack(situation: Situation, tmp_path: Path) -> None:
    place = {
        "name": {"column": "town"},
        "lat": {"column": "lat"},
        "lon": {"column": "lon"},
        "coordinates": "the table",
    }
    mapping = raids() | {"place": place}
    with pytest.raises(InputError, match="no column 'lat'"):
        load(situation, tmp_path, mapping, RAIDS)
    mapping |= {"optional": ["lat", "lon", "source"], "where": {"column": "source", "equals": ""}}
    mapping["facts"][0]["origin"] = {"column": "source"}
    assert load(situation, tmp_path, mapping, RAIDS).files[0].facts == {"AttackOccurred": 3}
    head, first, *_ = RAIDS.splitlines()
    located = f"{head},lat,lon,source\n{first},10.0,20.0,\n"
    assert load(situation, tmp_path, mapping, located).files[0].already == 1
    assert situation.registry().places["mill"].lat == 10.0
