"""The shipped mappings, each on a small table written by hand in the format that it is for."""

from __future__ import annotations

# ruff: noqa: E501 - a row of a table is a line, as long as the format makes it
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from projections.weighing import Weighing
from tracker.datasets.mapping import read_mapping
from tracker.errors import InputError
from tracker.instants import AsOf, parse_moment
from tracker.outcomes import Imported
from tracker.registry import SourceRegistered
from tracker.situation import Situation

MAPPINGS = Path(__file__).resolve().parent.parent / "tracker" / "datasets" / "mappings"
SHIPPED = sorted(path.stem for path in MAPPINGS.glob("*.yaml"))


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Situation]:
    monkeypatch.chdir(tmp_path)
    with Situation(":memory:", create=True) as made:
        yield made


def bring(log: Situation, mapping: str, text: str, published: str | None = None) -> Imported:
    """Import a table that is written here, blanks around its lines taken off."""
    path = Path("table.csv")
    path.write_text("".join(f"{line.strip()}\n" for line in text.strip().splitlines()), "utf-8")
    return log.import_table(mapping, [path], by="tests", published=published)


def told(outcome: Imported) -> dict[str, int]:
    return dict(outcome.files[0].facts)


def bad(outcome: Imported) -> list[tuple[str, str, str]]:
    """Give (line, kind, reason) of every quarantined row."""
    if outcome.quarantine_file is None:
        return []
    with Path(outcome.quarantine_file).open(encoding="utf-8", newline="") as lines:
        return [(row["line"], row["problem"], row["reason"]) for row in csv.DictReader(lines)]


def moment(text: str | None) -> int | None:
    return None if text is None else parse_moment(text).latest - 1


def ask(
    log: Situation,
    key: str,
    as_of: str,
    known: str | None = None,
    projection: str = "control",
    only: tuple[str, ...] = (),
) -> Any:  # noqa: ANN401 - whatever the row holds
    """Give the one row of a cell; None where there is no evidence."""
    at = moment(as_of)
    assert at is not None
    rows = log.state(AsOf(at, moment(known)), projection, key, weighing=Weighing(only=only)).dicts
    return rows[0] if rows else None


def holds(log: Situation, key: str, as_of: str, known: str | None = None) -> str | None:
    """Say who holds a place: the holders, or its status; None where nothing is said."""
    row = ask(log, key, as_of, known)
    if row is None:
        return None
    held = ", ".join(row["holders"])
    return (
        held if row["status"] == "held" else f"{row['status']}: {held}" if held else row["status"]
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_mapping_is_accepted_and_says_what_it_is_for(name: str) -> None:
    mapping = read_mapping((MAPPINGS / f"{name}.yaml").read_bytes(), f"{name}.yaml")
    assert mapping.head.about
    assert len(mapping.head.about) > 300
    assert mapping.warnings == ()
    registered = [event for event in mapping.registers if isinstance(event, SourceRegistered)]
    assert mapping.head.source in {event.source.id for event in registered}


def test_what_is_shipped() -> None:
    assert SHIPPED == [
        "acled",
        "alerts-2022-official",
        "alerts-2022-volunteer",
        "btgs-2022",
        "general-staff-2023",
        "isw-control-2022",
        "place-date-holder",
        "ucdp-ged",
        "wiki-control-2022",
    ]


# ---------------------------------------------------------------- the control list

LIST = """
version,commit,commit_time,wiki_edit,name,population,held_by,source_no,as_of,more_info,source_link,lat,lon
0,c,2022-03-01T10:00:00Z,e,Alpha,10,Ukraine,,,,,50.0,30.0
0,c,2022-03-01T10:00:00Z,e,Bravo,10,Contested,,,,,,
0,c,2022-03-01T10:00:00Z,e,Two,10,Ukraine,,,,,50.0,31.0
0,c,2022-03-01T10:00:00Z,e,Two,10,Donetsk PR,,2014,,,48.0,38.0
1,c,2022-03-02T10:00:00Z,e,Alpha,10,Russia,,1\u00a0March\u00a02022,,,50.0,30.0
1,c,2022-03-02T10:00:00Z,e,Bravo\u00a0,10,Truce,,,,,,
1,c,2022-03-02T10:00:00Z,e,Two,10,Ukraine,,,,,50.0,31.0
1,c,2022-03-02T10:00:00Z,e,Two,10,Donetsk PR,,,,,,
2,c,2022-03-03T10:00:00Z,e,Alpha,10,Unknown,,,,,50.0,30.0
2,c,2022-03-03T10:00:00Z,e,Bravo,10,Contested\u00a0Ukraine,,9 March 2022,,,,
2,c,2022-03-03T10:00:00Z,e,Two,10,Ukraine,,02-Mar-22,,,50.0,31.0
3,c,2022-03-04T10:00:00Z,e,Alpha,10,ukraine,,24 February 2022,,,50.0,30.0
3,c,2022-03-04T10:00:00Z,e,Bravo,10,Russia,,https://x.example/,,,30.0,
"""


def test_control_list_as_known_at_each_version(log: Situation) -> None:
    outcome = bring(log, "wiki-control-2022", LIST)
    assert bad(outcome) == [
        ("7", "value", "held_by: 'Truce' is not among the values that the mapping names"),
        ("9", "place", bad(outcome)[1][2]),
    ]
    assert "Two" in bad(outcome)[1][2]
    assert outcome.files[0].left_out == 1
    at = [f"2022-03-0{day}T10:00:00Z" for day in (1, 2, 3, 4)]

    def known_then(place: str) -> list[str | None]:
        return [holds(log, place, one, one) for one in at]

    assert known_then("alpha") == ["ukraine", "russia", None, "ukraine"]
    both = "contested: russia, ukraine"
    assert known_then("bravo") == [both, both, both, "russia"]
    east, west = "two-4800-3800", "two-5000-3100"
    # The row without coordinates may be either of the two: what was said of both stands.
    assert known_then(east)[:2] == ["donetsk-pr", "donetsk-pr"]
    assert known_then(west)[:3] == ["ukraine"] * 3
    assert (known_then(east)[3], known_then(west)[3]) == (None, None)


def test_control_list_keeps_the_date_since_when(log: Situation) -> None:
    outcome = bring(log, "wiki-control-2022", LIST)
    row = ask(log, "alpha", "2022-03-02T10:00:00Z", "2022-03-02T10:00:00Z")
    assert row["since"]["edtf"] == "2022-03-01"
    # What the list says since then is so before it said it; not for who asks what was known then.
    assert holds(log, "alpha", "2022-03-01T23:59:59Z", "2022-03-02T10:00:00Z") == "russia"
    assert holds(log, "alpha", "2022-03-01T23:59:59Z", "2022-03-01T23:59:59Z") == "ukraine"
    # A date that the version could not know, and one that is none, are left out.
    assert outcome.files[0].mended >= 2
    assert ask(log, "bravo", "2022-03-03T10:00:00Z")["since"]["edtf"] != "2022-03-09"


def test_a_list_that_takes_an_earlier_date_back_is_followed(log: Situation) -> None:
    bring(
        log,
        "wiki-control-2022",
        """
        version,commit_time,name,held_by,as_of,lat,lon
        1,2022-04-06T10:00:00Z,Alpha,Russia,5 April 2022,,
        2,2022-04-07T10:00:00Z,Alpha,Ukraine,24 February 2022,,
        """,
    )
    assert holds(log, "alpha", "2022-04-06T10:00:00Z", "2022-04-06T10:00:00Z") == "russia"
    assert holds(log, "alpha", "2022-04-07T10:00:00Z", "2022-04-07T10:00:00Z") == "ukraine"


def test_a_version_in_which_nothing_is_known_drops_what_was_listed(log: Situation) -> None:
    first, second = """
        version,commit_time,name,held_by,as_of,lat,lon
        1,2022-04-06T10:00:00Z,Alpha,Russia,,,
        2,2022-04-07T10:00:00Z,Alpha,Unknown,,,
        """.strip().rsplit("\n        2", 1)
    outcome = bring(log, "wiki-control-2022", f"{first}\n2{second}")
    assert (outcome.dropped, outcome.files[0].left_out) == (1, 1)
    assert holds(log, "alpha", "2022-04-06T12:00:00Z") == "russia"
    assert holds(log, "alpha", "2022-04-08") is None


def test_control_list_again_and_in_a_longer_cut(log: Situation) -> None:
    lines = LIST.strip().splitlines()
    first = bring(log, "wiki-control-2022", "\n".join(lines[:5]))
    assert bring(log, "wiki-control-2022", "\n".join(lines[:5])).events == 0
    bring(log, "wiki-control-2022", LIST)
    position = log.log.position
    assert position > first.position
    assert bring(log, "wiki-control-2022", LIST).events == 0
    assert log.log.position == position


# ---------------------------------------------------------------- the daily control layers

LAYERS = """
day,layer,place,change
20220302,RussianAssessedCoTinUkraine,Alpha,enter
20220302,RussianClaimedCoTinUkraine,Alpha,enter
20220302,RussianAssessedAdvanceinUkraine,Bravo,enter
20220302,UkrainianReportedPartisanWarfare,Bravo,enter
20220303,UkrainianClaimedCounterOffensives,Alpha,enter
20220304,RussianAssessedCoTinUkraine,Alpha,leave
20220305,RussianClaimedCoTinUkraine,Alpha,leave
20220305,RussianClaimedCoTinUkraine,Charlie,leave
20220306,UkrainianClaimedCounterOffensives,Alpha,leave
"""


def test_each_control_layer_is_a_list_of_its_own(log: Situation) -> None:
    outcome = bring(log, "isw-control-2022", LAYERS)
    assert told(outcome)["ControlReported"] == 3
    assert outcome.files[0].left_out == 2
    said = []
    for day in range(1, 7):
        row = ask(log, "alpha", f"2022-03-0{day}", f"2022-03-0{day}")
        values = row["values"] if row else []
        origins = sorted({origin for value in values for origin in value["origins"]})
        said.append(origins or (row and (row["holders"], row["support"])))
    assert said == [
        None,
        (["russia"], "confirmed"),
        ["isw", "russia", "ukraine"],
        ["russia", "ukraine"],  # the institute's own list has dropped it, Russia's has not
        (["ukraine"], "claimed"),
        None,
    ]
    assert ask(log, "bravo", "2022-03-06") is None
    assert ask(log, "charlie", "2022-03-06") is None
    assert bring(log, "isw-control-2022", LAYERS).events == 0


def test_the_layers_dispute_the_list_on_the_same_places(log: Situation) -> None:
    bring(log, "wiki-control-2022", LIST)
    bring(log, "isw-control-2022", LAYERS.replace("20220303,Ukr", "20220304,Ukr"))
    assert ask(log, "alpha", "2022-03-02", "2022-03-02")["support"] == "confirmed"
    row = ask(log, "alpha", "2022-03-04", "2022-03-04")
    assert row["support"] == "disputed"
    assert {tuple(value["holders"]) for value in row["values"]} == {("russia",), ("ukraine",)}
    at = moment("2022-03-04")
    assert at is not None
    found = log.audit(AsOf(at, at), "control", "alpha").more["evidence"]
    assert {one["source"] for one in found if one["role"] == "dissents"} == {"wiki-control", "isw"}


# ---------------------------------------------------------------- alerts

OFFICIAL = """
oblast,raion,hromada,level,started_at,finished_at,source
Kyivska oblast,,,oblast,2022-03-15 16:00:00+00:00,2022-03-15 17:00:00+00:00,official
Kyivska oblast,Buchanskyi raion,,raion,2022-03-15 18:00:00+00:00,2022-03-15 18:30:00+00:00,official
Kyivska oblast,Buchanskyi raion,Irpinska terytorialna hromada,hromada,2022-03-15 19:00:00+00:00,2022-03-15 19:30:00+00:00,official
"""
VOLUNTEER = """
region,started_at,finished_at,naive
Kyivska oblast,2022-03-15 16:10:00+00:00,2022-03-15 16:40:00+00:00,True
Kyivska oblast,2022-03-15 20:00:00+00:00,2022-03-15 20:30:00+00:00,False
"""


def level(log: Situation, region: str, at: str, *only: str) -> tuple[str, str, str]:
    row = ask(log, f"air-raid/{region}", f"2022-03-{at}Z", None, "alerts", only)
    assert row
    return (row["level"], row["certainty"], row["support"])


def test_alerts_of_the_finest_region_and_of_no_other(log: Situation) -> None:
    bring(log, "alerts-2022-official", OFFICIAL)
    on, off = ("alert", "certain", "reported"), ("all-clear", "certain", "reported")
    oblast, raion = "kyivska-oblast", "buchanskyi-raion"
    assert ask(log, f"air-raid/{oblast}", "2022-03-14T23:59:00Z", None, "alerts") is None
    times = ("15T00:00:00", "15T16:00:00", "15T16:59:59", "15T17:00:00", "15T18:10:00")
    assert [level(log, oblast, at) for at in times] == [off, on, on, off, off]
    assert [level(log, raion, at) for at in times] == [off, off, off, off, on]
    assert level(log, "irpinska-terytorialna-hromada", "15T19:10:00") == on
    places = log.registry().places
    assert {places[one].within for one in (raion, "irpinska-terytorialna-hromada")} == {oblast}
    assert {place.type for place in places.values()} == {"region", "country"}
    assert bring(log, "alerts-2022-official", OFFICIAL).events == 0


def test_alerts_of_two_lists_that_differ_are_disputed(log: Situation) -> None:
    bring(log, "alerts-2022-official", OFFICIAL)
    bring(log, "alerts-2022-volunteer", VOLUNTEER)
    oblast = "kyivska-oblast"
    own = "alerts-volunteer"
    assert level(log, oblast, "15T16:05:00", own) == ("all-clear", "certain", "reported")
    # An end that is assumed may come at any moment after the start.
    assert level(log, oblast, "15T16:20:00", own) == ("alert", "possible", "reported")
    assert level(log, oblast, "15T16:40:00", own) == ("all-clear", "certain", "reported")
    assert level(log, oblast, "15T20:10:00", own) == ("alert", "certain", "reported")
    both = [level(log, oblast, f"15T{at}:00")[2] for at in ("16:05", "16:20", "16:50", "17:10")]
    assert both == ["disputed", "confirmed", "disputed", "confirmed"]
    assert level(log, oblast, "01T12:00:00")[0] == "all-clear"
    assert [place.id for place in log.registry().places.values() if "kyivska" in place.id] == [
        oblast
    ]


# ---------------------------------------------------------------- losses

COUNTS = """
published,date,metric,value
2022-03-10T09:00:00Z,2022-03-10,APC,165
2022-03-10T09:00:00Z,2022-03-10,personnel,12000
2022-03-11T09:00:00Z,2022-03-11,APC,1170
2022-03-11T09:00:00Z,2022-03-11,field artillery,100
2022-03-12T09:00:00Z,2022-03-10,APC,1165
2022-03-12T09:00:00Z,2022-03-10,personnel,12000
2022-03-12T09:00:00Z,2022-03-12,APC,1100
2022-03-12T09:00:00Z,2022-03-12,POW,389
"""


def count(
    log: Situation, key: str, day: str, known: str | None = None
) -> tuple[int, int | None] | None:
    row = ask(log, f"russia/{key}", day, known, "losses")
    return row and (row["best"], row["restated"])


def test_loss_counts_with_their_restatements(log: Situation) -> None:
    outcome = bring(log, "general-staff-2023", COUNTS)
    assert (outcome.corrections, outcome.unchanged, bad(outcome)) == (1, 1, [])
    assert count(log, "apc/lost", "2022-03-10", "2022-03-11") == (165, None)
    assert count(log, "apc/lost", "2022-03-10") == (1165, None)
    assert count(log, "apc/lost", "2022-03-12") == (1100, -70)  # a fall is kept, and said
    assert count(log, "personnel/killed", "2022-03-12") == (12000, None)
    assert count(log, "personnel/captured", "2022-03-12") == (389, None)
    assert count(log, "field-artillery/lost", "2022-03-12") == (100, None)
    row = ask(log, "russia/apc/lost", "2022-03-12", None, "losses")
    assert (row["cumulative"], row["support"]) == (True, "claimed")
    assert bring(log, "general-staff-2023", COUNTS).events == 0


# ---------------------------------------------------------------- units

UNITS = """
date,lat,lng,unit,type_of_btg,country
2022-03-27,50.492187,30.166542,104th Guards Regiment,vdv,ru
2022-03-27,95.0,30.166542,105th Regiment,tank,ru
2022-03-31,50.646655,30.258347,104th Guards Regiment,vdv,ru
"""


def test_units_at_points(log: Situation) -> None:
    outcome = bring(log, "btgs-2022", UNITS)
    assert told(outcome) == {"ForcesPositioned": 2}
    assert [(line, kind) for line, kind, _ in bad(outcome)] == [("3", "coordinate")]
    (row,) = log.state(AsOf(moment("2022-03-28") or 0), "forces").dicts
    assert (row["actor"], row["category"]) == ("104th-guards-regiment", "vdv")
    place = log.registry().places[row["place"]]
    assert (place.lat, place.lon, place.type) == (50.492187, 30.166542, "area")


# ---------------------------------------------------------------- UCDP GED

GED = """
id,relid,year,active_year,code_status,type_of_violence,conflict_name,dyad_name,side_a_new_id,side_a,side_b_new_id,side_b,number_of_sources,source_article,source_office,source_date,source_headline,source_original,where_prec,where_coordinates,where_description,adm_1,adm_2,latitude,longitude,geom_wkt,priogrid_gid,country,country_id,region,event_clarity,date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low,gwnoa,gwnob
1,A-1,2017,True,Clear,1,c,d,116,Government of Arland,234,Front,1,a,,,,o,1,Alfa town,w,North province,,36.37,42.44,P,1,Arland,645,r,1,1,2017-07-31 00:00:00.000,2017-07-31 00:00:00.000,1,4,0,2,7,9,7,645,
2,A-2,2017,True,Clear,3,c,d,234,Front,1,Civilians,1,a,,,,o,4,North province,w,North province,,36.00,42.00,P,1,Arland,645,r,1,2,2017-08-01 00:00:00.000,2017-08-06 00:00:00.000,0,0,3,0,3,3,3,645,
3,A-3,2017,True,Clear,1,c,d,116,Government of Arland,234,Front,1,a,,,,o,1,Alfa town,w,North province,,36.37,42.44,P,1,Arland,645,r,1,1,2017-02-30 00:00:00.000,2017-02-30 00:00:00.000,1,0,0,0,1,1,1,645,
4,A-4,2017,True,Clear,1,c,d,116,Government of Arland,234,Front,1,a,,,,o,1,Alfa town,w,North province,,36.37,42.44,P,1,Arland,645,r,1,1,2017-09-01 00:00:00.000,2017-09-01 00:00:00.000,1,0,0,0,9,3,1,645,
5,A-5,2017,True,Clear,1,c,d,116,Government of Arland,117,Government of Berland,1,a,,,,o,1,Bravo town,w,South province,,136.37,42.44,P,1,Arland,645,r,1,1,2017-09-01 00:00:00.000,2017-09-01 00:00:00.000,1,0,0,0,1,1,1,645,
"""


def test_ucdp_good_rows_load_and_impossible_ones_are_kept_apart(log: Situation) -> None:
    outcome = bring(log, "ucdp-ged", GED, published="2018-06-01")
    assert [(line, kind) for line, kind, _ in bad(outcome)] == [
        ("4", "date"),
        ("5", "number"),
        ("6", "coordinate"),
    ]
    assert "no such day" in bad(outcome)[0][2]
    kinds = {"FightingReported": 1, "AttackOccurred": 1, "CasualtiesReported": 6}
    assert told(outcome) == kinds
    assert outcome.corrections == 0
    at = AsOf(moment("2018-07-01") or 0)
    assert len(log.state(at, "incidents").dicts) == 2
    lost = {
        row["side"]: (row["low"], row["best"], row["high"]) for row in log.state(at, "losses").dicts
    }
    assert lost["government-of-arland"] == (1, 1, 1)
    assert lost["front"] == (4, 4, 4)
    assert lost["civilians"] == (3, 3, 3)
    assert lost["side-unknown"] == (2, 2, 2)
    assert lost["all-sides"] == (10, 10, 12)
    known = log.registry()
    assert {one: known.actors[one].type for one in ("government-of-arland", "front")} == {
        "government-of-arland": "state",
        "front": "group",
    }
    assert known.places["alfa-town"].within == "north-province"
    assert bring(log, "ucdp-ged", GED, published="2018-06-01").events == 0


def test_ucdp_needs_the_day_of_its_release_and_a_later_one_corrects(log: Situation) -> None:
    with pytest.raises(InputError, match="published"):
        bring(log, "ucdp-ged", GED)
    bring(log, "ucdp-ged", GED, published="2018-06-01")
    later = bring(
        log, "ucdp-ged", GED.replace("3,0,3,3,3,645", "5,0,5,5,5,645"), published="2019-06-01"
    )
    assert later.corrections == 2
    then, now = (
        ask(log, "civilians/people/killed", "2019-07-01", known, "losses")["best"]
        for known in ("2018-07-01", None)
    )
    assert (then, now) == (3, 5)


# ---------------------------------------------------------------- ACLED

ACLED = """
event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,latitude,longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp
A1,14 January 2013,2013,1,Political violence,Battles,Non-state actor overtakes territory,Front,,Rebel group,Military Forces of Arland,,State forces,x,,1,r,Arland,North,,,Alfa,14.69,-6.01,1,s,i,t,5,,1358208000
A2,2013-01-21,2013,1,Political violence,Battles,Government regains territory,Front,,Rebel group,Military Forces of Arland,,State forces,x,,1,r,Arland,North,,,Alfa,14.69,-6.01,1,s,i,t,0,,1358812800
A3,21 January 2013,2013,2,Demonstrations,Protests,Peaceful protest,Protesters,,Protesters,,,,x,,1,r,Arland,North,,,Alfa,14.69,-6.01,1,s,i,t,0,,1358812800
A4,31 February 2013,2013,1,Political violence,Battles,Armed clash,Front,,Rebel group,Others,,Rebel group,x,,1,r,Arland,North,,,Alfa,14.69,-6.01,1,s,i,t,0,,1358812800
A5,12 January 2013,2013,2,Political violence,Explosions/Remote violence,Air/drone strike,Military Forces of Berland,,External/Other forces,Front,,Rebel group,x,,1,r,Arland,North,,,Bravo,14.7,-5.01,1,s,i,t,11,,1358812800
A5,12 January 2013,2013,2,Political violence,Explosions/Remote violence,Air/drone strike,Military Forces of Berland,,External/Other forces,Front,,Rebel group,x,,1,r,Arland,North,,,Bravo,14.7,-5.01,1,s,i,t,12,,1358899200
A6,23 January 2013,2013,1,Strategic developments,Strategic developments,Looting/property destruction,Front,,Rebel group,Civilians,,Civilians,x,,1,r,Arland,North,,,Alfa,14.69,-6.01,1,s,i,t,0,,1358985600
A7,23 January 2013,2013,1,Political violence,Violence against civilians,Attack,Front,,Rebel group,Civilians,,Civilians,x,,1,r,Arland,North,,,Alfa,14.69,-6.01,3,s,i,t,2,,1358985600
"""


def test_acled_territory_fights_strikes_and_deaths(log: Situation) -> None:
    outcome = bring(log, "acled", ACLED)
    assert [(line, kind) for line, kind, _ in bad(outcome)] == [("5", "date")]
    assert outcome.files[0].left_out == 2
    assert outcome.corrections == 1  # of the number of deaths, and of nothing else
    assert told(outcome) == {
        "AirstrikeConducted": 1,
        "AttackOccurred": 1,
        "CasualtiesReported": 4,
        "FactCorrected": 1,
        "TownOccupied": 1,
        "TownRecaptured": 1,
    }
    assert holds(log, "alfa", "2013-01-15") == "front"
    # ACLED's order of the two actors says nothing: the state's forces are those who regain it.
    assert holds(log, "alfa", "2013-01-22") == "military-forces-of-arland"
    total = [
        ask(log, "all-sides/people/killed", "2013-02-01", known, "losses")["best"]
        for known in ("2013-01-22", None)
    ]
    assert total == [16, 19]
    strikes = log.state(AsOf(moment("2013-02-01") or 0), "incidents").dicts
    assert "dated to the week" in {row.get("note") for row in strikes} | {
        row["note"]
        for row in log.store.rows("SELECT json_extract(data, '$.note') AS note FROM fact_rows")
    }
    assert bring(log, "acled", ACLED).events == 0


def test_acled_as_pandas_writes_it_and_a_precision_that_is_none(log: Situation) -> None:
    head, first, *_ = ACLED.strip().splitlines()
    written = first.replace(",2013,1,", ",2013,1.0,").replace("-6.01,1,", "-6.01,3.0,")
    wrong = first.replace("A1,", "A9,").replace("-6.01,1,", "-6.01,4,")
    outcome = bring(log, "acled", f"{head}\n{written}\n{wrong}")
    assert [(line, kind) for line, kind, _ in bad(outcome)] == [("3", "value")]
    assert "geo_precision: '4' is no type of place" in bad(outcome)[0][2]
    assert told(outcome) == {"CasualtiesReported": 1, "TownOccupied": 1}
    assert log.registry().places["alfa"].type == "region"


# ---------------------------------------------------------------- place, date, holder


def test_place_date_holder(log: Situation) -> None:
    outcome = bring(
        log,
        "place-date-holder",
        """
        place,date,holder
        Alfa,2013-01-14,Front
        Alfa,21 January 2013,Arland
        Bravo,25/01/2013,contested
        Bravo,2013-01-26,
        Bravo,2013-01-32,Front
        """,
    )
    assert [(line, kind) for line, kind, _ in bad(outcome)] == [("6", "date")]
    assert outcome.files[0].left_out == 1
    days = ("2013-01-13", "2013-01-14", "2013-01-20", "2013-01-21")
    assert [holds(log, "alfa", day) for day in days] == [None, "front", "front", "arland"]
    assert holds(log, "bravo", "2013-02-01") == "contested"


def test_place_date_holder_with_sources_and_points(log: Situation) -> None:
    outcome = bring(
        log,
        "place-date-holder",
        """
        place,date,holder,source,lat,lon
        Alfa,2013-01-14,Front,One Paper,14.69,-6.01
        Alfa,2013-01-14,Arland,Other Radio,,
        Alfa,2013-01-14,Arland,Other Radio,91,0
        Alfa,2013-01-14,Arland,Other Radio,"14,69","-6,01"
        Alfa,2013-01-14,Arland,Other Radio,14.69,
        """,
    )
    kinds = [(line, kind) for line, kind, _ in bad(outcome)]
    assert kinds == [("4", "coordinate"), ("5", "coordinate"), ("6", "coordinate")]
    row = ask(log, "alfa", "2013-01-14")
    assert row["support"] == "disputed"
    assert sorted(one for value in row["values"] for one in value["origins"]) == [
        "One Paper",
        "Other Radio",
    ]
    assert row["place"] == {"lat": 14.69, "lon": -6.01}
