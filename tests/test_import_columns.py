"""What a mapping says of columns: two that bound a time, missing ones, parents, types of places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tables_for_tests import DIARY, TOLL, diary, facts_in, load, toll

from tracker.datasets.numbers import with_point
from tracker.datasets.values import Times
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


TYPED = """\
first,last,town,unit,country,what,area
2013-01-10,,Barn,1st Company,landers,Town,
2013-01-10,,Mast,1st Company,landers,village,
2013-01-11,,Weir,1st Company,landers,,
"""
TYPES = "town, region, country, site or area"
ASIDE = {"value": "quarantine", "place": "quarantine"}


def typed(what: object, **changes: object) -> dict[str, Any]:
    place = {"name": {"column": "town"}, "type": what, "within": {"column": "area"}}
    return raids(by=["army"]) | {"place": place, "bad": ASIDE} | changes


def test_a_type_that_no_place_has_is_a_bad_value(situation: Situation, tmp_path: Path) -> None:
    outcome = load(situation, tmp_path, typed({"column": "what"}), TYPED)
    village, nothing = outcome.files[0].problems
    assert village.endswith(f"what: 'village' is no type of place ({TYPES}): name it in `values`")
    assert nothing.endswith(f"what: no type of place is given ({TYPES}): name a `default`")
    assert situation.registry().places["barn"].type == "town"
    named = {"column": "what", "values": {"village": "site"}, "default": "area"}
    assert load(situation, tmp_path, typed(named), TYPED).places == ("mast", "weir")
    assert situation.registry().places["mast"].type == "site"
    assert situation.registry().places["weir"].type == "area"


def test_a_mapping_names_no_type_that_no_place_has(situation: Situation, tmp_path: Path) -> None:
    for wrong in ({"values": {"x": "village"}}, {"default": "village"}):
        with pytest.raises(InputError, match="'village' is no type of place: town, region"):
            load(situation, tmp_path, typed({"column": "what", **wrong}), TYPED)


@pytest.mark.parametrize(
    ("cells", "says"),
    [(f"Barn,,,,{'x' * 2001}", "area: "), (f"{'x' * 2001},,,,", "town: ")],
)
def test_a_name_that_is_too_long_is_a_bad_place(
    situation: Situation, tmp_path: Path, cells: str, says: str
) -> None:
    table = f"{TYPED.splitlines()[0]}\n2013-01-10,,{cells}\n"
    outcome = load(situation, tmp_path, typed("town"), table)
    assert outcome.files[0].quarantined == {"place": 1}
    assert f"{says}'xxx" in outcome.files[0].problems[0]
    assert "is no name of a place: too long" in outcome.files[0].problems[0]


def test_a_whole_number_is_also_meant_where_it_was_made_one_with_a_point(
    situation: Situation, tmp_path: Path
) -> None:
    """A column with an empty cell is one of floating point to pandas, which writes 1 as 1.0."""
    what = {"column": "what", "values": {"1": "site", "2": "area"}}
    note = {"column": "what", "values": {"1": "exact", "2": "near"}}
    mapping = typed(what) | {"where": {"column": "area", "not_in": ["0"]}}
    mapping["facts"][0] |= {"note": note, "if": {"column": "area", "equals": 7}}
    head = TYPED.splitlines()[0]
    rows = ("Barn,,,1.0,7.0", "Mast,,,2.0,7", "Weir,,,1.5,7", "Yard,,,1.0,0.0")
    table = f"{head}\n" + "".join(f"2013-01-10,,{row}\n" for row in rows)
    outcome = load(situation, tmp_path, mapping, table)
    assert (outcome.files[0].quarantined, outcome.files[0].left_out) == ({"value": 1}, 1)
    assert [(fact["place"], fact["note"]) for fact in facts_in(situation)] == [
        ("barn", "exact"),
        ("mast", "near"),
    ]
    assert situation.registry().places["mast"].type == "area"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1.000", "1000"),
        ("1.234.567", "1234567"),
        ("16,27", "16.27"),
        ("-0,04", "-0.04"),
        ("1.234,5", "1234.5"),
        ("7", "7"),
        ("16.27", "16.27"),
        ("1.00", "1.00"),
        ("1,000.5", "1,000.5"),
        ("1,2,3", "1,2,3"),
        ("x", "x"),
        ("", ""),
    ],
)
def test_a_number_with_a_decimal_comma_is_written_as_others_are(written: str, read: str) -> None:
    assert with_point(written) == read


def test_a_table_with_decimal_commas(situation: Situation, tmp_path: Path) -> None:
    head, *_ = DIARY.splitlines()
    rows = (
        "1;2013-01-10;2013-01-11;Mill;10,5;-20,25;Rebels;;1.200;;x\n"
        "2;2013-01-10;2013-01-11;Ford;10,5;-20,25;Rebels;;999;;x\n"
    )
    more = diary(read={"delimiter": ";", "decimal": ","})
    more["facts"][1]["if"] = {"column": "best", "at_least": 1000}
    load(situation, tmp_path, more, head.replace(",", ";") + "\n" + rows)
    counts = [one["quantity"]["best"] for one in facts_in(situation) if "quantity" in one]
    assert counts == [1200]
    mill = next(one for one in situation.registry().places.values() if one.name == "Mill")
    assert (mill.lat, mill.lon) == (10.5, -20.25)
    wrong = rows.replace("999", "9,5").replace("1.200", "1.20")
    more["facts"][1]["if"] = {"column": "best", "filled": True}
    with pytest.raises(InputError, match=r"table.csv:2:1: best: '1.20' is no whole number"):
        load(situation, tmp_path, more, head.replace(",", ";") + "\n" + wrong)


EMPTY = "told,day,what,number\n2013-01-06T08:00:00Z,2013-01-01,tank,\n"


def test_a_running_total_without_a_number_is_a_bad_number(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, toll(), TOLL)
    with pytest.raises(InputError, match=r"number: no number, and without one a running total"):
        load(situation, tmp_path, toll(), EMPTY)
    aside = toll(bad={"number": "quarantine"})
    done = load(situation, tmp_path, aside, EMPTY)
    assert (done.events, done.files[0].quarantined) == (0, {"number": 1})
    assert "say `if: {column: number, filled: true}`" in done.files[0].problems[0]


def test_an_empty_cell_of_a_wide_table_of_totals_tells_nothing(
    situation: Situation, tmp_path: Path
) -> None:
    (fact,) = toll()["facts"]
    wide = toll(key=["day"], facts=[
        {**fact, "category": name, "if": {"column": name, "filled": True}, "gist": "lost",
         "quantity": {**fact["quantity"], "best": {"column": name}}}
        for name in ("tank", "boat")
    ])  # fmt: skip
    table = "told,day,tank,boat\n2013-01-06T08:00:00Z,2013-01-01,7,\n"
    assert load(situation, tmp_path, wide, table).files[0].facts == {"EquipmentLost": 1}


def test_a_change_without_a_number_is_still_told(situation: Situation, tmp_path: Path) -> None:
    (fact,) = toll()["facts"]
    change = {**fact, "quantity": {**fact["quantity"], "semantics": "change"}}
    assert load(situation, tmp_path, toll(facts=[change]), EMPTY).files[0].facts


@pytest.mark.parametrize(
    ("first", "last", "span"),
    [
        ("01:50:00", "01:10:00", "2024-10-26T22:50:00Z/2024-10-26T23:10:00Z"),
        ("01:10:00", "01:50:00", "2024-10-27T01:10:00/2024-10-27T01:50:00"),
    ],
)
def test_an_end_in_the_repeated_hour_is_after_its_start(
    situation: Situation, tmp_path: Path, first: str, last: str, span: str
) -> None:
    when = {"column": "first", "until": {"column": "last"}, "span": True}
    table = f"first,last,town,unit,country\n2024-10-27 {first},2024-10-27 {last},Mill,,\n"
    mapping = raids(when=when) | {"zone": "Asia/Jerusalem", "published": {"value": "2024-11-01"}}
    load(situation, tmp_path, mapping, table)
    assert days(situation) == [span]
    with pytest.raises(InputError, match="before it begins"):
        load(
            situation, tmp_path, mapping, table.replace("10-27", "10-28").replace(last, "00:10:00")
        )


@pytest.mark.parametrize(
    ("form", "cell", "read"),
    [
        ("%Y-%m-%d %H:%M %Z", "2013-01-10 00:30 UTC", "2013-01-10T00:30:00Z"),
        ("%Y-%m-%d %H:%M %Z", "2013-01-10 00:30 gmt", "2013-01-10T00:30:00Z"),
        ("%Y-%m-%dT%H:%M%Z", "2013-01-10T00:30Z", "2013-01-10T00:30:00Z"),
        ("%Y-%m-%d %H:%M %Z%z", "2013-01-10 00:30 GMT+0200", "2013-01-10T00:30:00+02:00"),
        ("%Y-%m-%d %H:%M %%Z", "2013-01-10 00:30 %Z", "2013-01-10T00:30:00"),
    ],
)
def test_a_zone_by_its_name_is_that_of_the_cell(form: str, cell: str, read: str) -> None:
    found = Times([form], "Africa/Bamako", "Asia/Tokyo").read(cell, "day")
    stated = Times(["edtf"], "Africa/Bamako", "Asia/Tokyo").read(read, "day")
    assert (found.earliest, found.latest) == (stated.earliest, stated.latest)


@pytest.mark.parametrize("cell", ["2013-01-10 00:30 EET", "2013-01-10 00:30"])
def test_a_zone_by_another_name_is_a_bad_date(
    situation: Situation, tmp_path: Path, cell: str
) -> None:
    named = raids(when={"column": "first", "formats": ["%Y-%m-%d %H:%M %Z"]})
    with pytest.raises(InputError, match=r"first: '.*' is no time .* where %Z is UTC, GMT or Z"):
        load(situation, tmp_path, named, f"first,last,town,unit,country\n{cell},,Mill,,\n")


def late_raids(*last: dict[str, object]) -> str:
    """Give 1,200 raids as JSON lines, and these after them."""
    common = {"first": "2013-01-10", "last": "2013-01-10"}
    every = [{**common, "town": f"Town {number}"} for number in range(1_200)]
    return "".join(f"{json.dumps(row)}\n" for row in [*every, *({**common, **one} for one in last)])


def test_a_key_that_only_later_records_have_is_told_of_and_not_read(
    situation: Situation, tmp_path: Path
) -> None:
    mapping = raids(by="army")
    rows = late_raids({"town": "Mill", "mood": "grim"}, {"town": "Ford", "mood": 2, "sky": None})
    outcome = load(situation, tmp_path, mapping, rows, name="raids.jsonl")
    assert len(facts_in(situation)) == 1_202
    (warning,) = outcome.warnings
    assert (warning.line, warning.warning) == (1_201, True)
    assert warning.message == (
        "keys that none of the first records has are not read, 2 of them: 'mood', 'sky'; to read "
        "one, name it under `optional`"
    )


@pytest.mark.parametrize(
    ("column", "record"),
    [("unit", {"unit": "riders"}), ("by.unit", {"by": {"unit": "riders"}})],
)
def test_an_optional_column_of_json_is_read_where_only_later_records_have_it(
    situation: Situation, tmp_path: Path, column: str, record: dict[str, object]
) -> None:
    by = {"actor": {"column": column, "values": {"riders": "rebels"}}}
    mapping = raids(by=by) | {"optional": [column]}
    load(situation, tmp_path, mapping, late_raids({"town": "Mill", **record}), name="raids.jsonl")
    said = [fact["by"] for fact in facts_in(situation)]
    assert (said[0], said[-1]) == ([], ["rebels"])


def test_a_column_that_only_later_records_may_have_says_how_to_name_it(
    situation: Situation, tmp_path: Path
) -> None:
    rows = late_raids({"town": "Mill", "unit": "riders", "country": "riders"})
    late = "no column 'unit': it has .*; if later records have it, name it under `optional`"
    with pytest.raises(InputError, match=late):
        load(situation, tmp_path, raids(), rows, name="raids.jsonl")


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("named", [("é", "e\u0301"), ("e\u0301", "é")])
def test_a_column_is_found_however_its_accents_are_put(
    situation: Situation, tmp_path: Path, named: tuple[str, str], form: str
) -> None:
    ours, theirs = (f"caf{letter}" for letter in named)
    mapping = raids(
        gist=f"a raid at {{{ours}}}", when={"value": "2013-01-10"}, **{"if": filled(ours)}
    )
    mapping["place"] = {"name": {"column": ours}, "within": f"{{{ours}}} district"}
    mapping["optional"] = [ours]
    table = f"{theirs},unit,country\nMill,1st Company,landers\n"
    if form == "json":
        table = json.dumps([{theirs: "Mill", "unit": "1st Company", "country": "landers"}])
    load(situation, tmp_path, mapping, table, name=f"table.{form}")
    assert [fact["gist"] for fact in facts_in(situation)] == ["a raid at Mill"]


def filled(column: str) -> dict[str, object]:
    return {"column": column, "filled": True}
