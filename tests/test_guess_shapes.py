"""What a guess makes of tables as they are common, and of those that tell of nothing it knows."""

from __future__ import annotations

from pathlib import Path

import pytest
from guesses_for_tests import guess, guessed, would_be_new
from sheets_for_tests import ask, who_holds

from tracker.datasets.guess_facts import NO_FACT
from tracker.datasets.mapping import read_mapping
from tracker.errors import InputError
from tracker.situation import Situation

PRICES = "sku,price,amount\n1,0.85,3\n2,0.51,4\n"
QUOTES = "date,open,high,low,close\n2024-01-01,1,3,1,2\n2024-01-02,2,4,1,3\n"
MARKETS = "date,market,commodity,unit,price\n2024-01-01,Gao,Rice,KG,4\n2024-01-02,Gao,Oil,L,9\n"
TRUCES = "region,start,end\nNorth,2024-01-01,2024-02-01\nSouth,2024-01-05,2024-02-05\n"
CODED = "geonameid,date,status\n700000,20220301,UA\n700001,20220302,RU\n"
CAMPS = "date,town,idps\n2024-01-01,Gao,300\n2024-02-01,Gao,350\n"
DAILY = "date,cases,deaths_tests,recovered\n2020-03-01,1,2,0\n2020-03-02,2,3,0\n2020-03-03,4,5,1\n"


@pytest.mark.parametrize("table", [PRICES, QUOTES, MARKETS, TRUCES, CODED, CAMPS, DAILY])
def test_a_table_that_says_nothing_of_what_happened_is_given_no_fact(table: str) -> None:
    text = guess(table)
    assert "\n".join(NO_FACT) in text
    assert "kind: A" not in "\n".join(line for line in text.splitlines() if line[0] != "#")


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("attacks.csv", "town,date\nAlfa,2024-01-01\n"),
        ("t.csv", "town,date,bombing_ref\nAlfa,2024-01-01,x\n"),
        ("t.csv", "town,date,perpetrator\nAlfa,2024-01-01,Rebels\n"),
    ],
)
def test_names_of_files_and_columns_tell_of_attacks(name: str, table: str) -> None:
    assert would_be_new(table, name) == {"AttackOccurred": 1}


def test_of_several_categories_those_of_violence_are_attacks() -> None:
    table = (
        "date,town,event_type\n"
        "2024-01-01,Alfa,Shelling\n2024-01-02,Alfa,Meeting\n2024-01-03,Alfa,Drone strike\n"
    )
    (fact,) = guessed(table)["facts"]
    assert fact["if"] == {"column": "event_type", "in": ["Shelling", "Drone strike"]}
    assert would_be_new(table) == {"AttackOccurred": 2}


DISPLACED = (
    "id,country,latitude,longitude,displacement_type,figure,displacement_date,"
    "displacement_start_date,displacement_end_date,year,created_at,locations_name\n"
    "1,Sudan,13.6,25.3,Conflict,580,2024-05-10,2024-05-09,2024-05-11,2024,2024-05-12,El Fasher\n"
    "2,Sudan,12.0,24.8,Disaster,70,2024-05-11,2024-05-10,2024-05-12,2024,2024-05-13,Nyala\n"
)


def test_figures_of_displacement_are_displaced_people_where_conflict_is_the_cause() -> None:
    found = guessed(DISPLACED, "idu.csv")
    (fact,) = found["facts"]
    assert fact["kind"] == "CiviliansDisplaced"
    assert fact["if"] == [{"column": "displacement_type", "in": ["Conflict"]}]
    assert fact["when"] == {"column": "displacement_date", "formats": ["iso"]}
    assert found["place"]["name"] == {"column": "locations_name"}
    assert would_be_new(DISPLACED, "idu.csv") == {"CiviliansDisplaced": 1}


def test_those_who_are_somewhere_left_where_they_came_from() -> None:
    table = (
        "admin1Name,admin2Name,reportingDate,yearReportingDate,displacementReason,"
        "numPresentIdpInd,idpOriginAdmin1Name\n"
        "North Darfur,Kutum,2024-01-15,2024,Conflict,17437,Khartoum\n"
        "North Darfur,Tawila,2024-01-15,2024,Conflict,,Khartoum\n"
    )
    (fact,) = guessed(table)["facts"]
    assert fact["place"] == {"name": {"column": "idpOriginAdmin1Name"}, "type": "region"}
    assert fact["to_place"] == "$place"
    assert fact["quantity"]["semantics"] == "total"
    assert fact["when"]["column"] == "reportingDate"
    assert would_be_new(table) == {"CiviliansDisplaced": 1}


LOSSES = (
    "date,day,aircraft,tank,field artillery,personnel,personnel*,POW\n"
    "2022-03-01,6,11,101,71,3100,about,0\n"
    "2022-03-02,7,12,102,71,,about,0\n"
    "2022-03-03,8,12,105,70,3300,about,0\n"
    "2022-03-04,9,12,109,72,3400,about,2\n"
)


def test_running_totals_side_by_side_are_a_fact_a_column() -> None:
    facts = {fact["if"]["column"]: fact for fact in guessed(LOSSES, "total.csv")["facts"]}
    assert list(facts) == ["aircraft", "tank", "personnel", "POW"]
    assert facts["tank"]["kind"] == "EquipmentLost"
    assert facts["tank"]["if"] == {"column": "tank", "filled": True}
    assert facts["tank"]["quantity"]["semantics"] == "cumulative"
    assert facts["personnel"]["kind"] == facts["POW"]["kind"] == "CasualtiesReported"
    assert (facts["personnel"]["fate"], facts["POW"]["fate"]) == ("killed", "captured")
    assert would_be_new(LOSSES) == {"EquipmentLost": 8, "CasualtiesReported": 7}


LAYERS = (
    "date,settlement,lat,lon,status\n"
    "2023-05-01,Bakhmut,48.59,38.0,UA\n2023-05-01,Soledar,48.68,38.09,grey zone\n"
    "2023-05-02,Bakhmut,48.59,38.0,grey zone\n2023-05-02,Soledar,48.68,38.09,RU\n"
)


def test_a_status_of_places_day_by_day_is_a_list_of_who_holds_them() -> None:
    found = guessed(LAYERS)
    assert found["standing"] is True
    assert found["published"] == {"column": "date", "formats": ["iso"]}
    (fact,) = found["facts"]
    assert fact["kind"] == "ControlReported"
    assert fact["set"]["values"]["grey zone"] == {"state": "contested"}
    assert fact["set"]["values"]["RU"] == {"state": "held", "by": ["ru"]}
    assert would_be_new(LAYERS) == {"ControlReported": 4}
    assert "standing" not in guessed(LAYERS.replace("2023-05-02,Soledar", "2023-05-03,Soledar"))


def test_a_status_of_anything_else_is_not_who_holds_a_place() -> None:
    table = "date,town,status\n2024-01-01,Gao,deployed\n2024-01-02,Gao,active\n"
    assert "facts: []" in guess(table)
    assert "ControlReported" in guess(table, "control.csv")
    said = guess(table.replace("deployed", "occupied").replace("active", "disputed"))
    assert "# occupied: not said what it means, 1 rows" in said


def test_alerts_are_known_by_what_their_start_and_end_are_called() -> None:
    table = (
        "area,alert_start,alert_end\n"
        "Haifa,27/10/2024 04:40:00,27/10/2024 05:48:00\nAcre,27/10/2024 04:44:00,\n"
    )
    found = guessed(table)
    assert found["shape"] == "intervals"
    assert found["interval"]["start"]["column"] == "alert_start"
    assert found["place"]["name"] == {"column": "area"}
    assert would_be_new(table) == {"ThreatLevelRaised": 2, "ThreatLevelLowered": 1}


def test_a_full_date_is_taken_before_a_year() -> None:
    table = "year,attack_date,town\n2024,2024-05-10,Gao\n2024,2024-05-11,Gao\n"
    assert guessed(table)["facts"][0]["when"]["column"] == "attack_date"
    table = "year,date_start,date_end,killed,town\n2024,2024-05-10,2024-05-11,1,Gao\n"
    assert guessed(table)["facts"][0]["when"]["column"] == "date_start"
    assert guessed("year,town,killed\n2024,Gao,3\n")["facts"][0]["when"]["column"] == "year"


def test_a_column_of_dates_is_the_date_whatever_its_name() -> None:
    table = "village,observed,controlled_by\nKessa,2 March 2019,Guard\nObara,17 March 2019,Band\n"
    assert guessed(table)["facts"][0]["when"] == {"column": "observed", "formats": ["%d %B %Y"]}
    better = table.replace("controlled_by", "controlled_by,date").replace("9,", "9,").splitlines()
    dated = "\n".join([better[0], *(f"{row},2019-04-01" for row in better[1:])]) + "\n"
    assert guessed(dated)["facts"][0]["when"]["column"] == "date"
    some = table + "Obara,last spring,Band\n"
    assert guessed(some)["facts"][0]["when"] == "published"


def test_troops_are_dated_by_as_of() -> None:
    table = "country,location,troops,as_of_date,status\nFrance,Gao,500,2014-01-01,deployed\n"
    assert guessed(table)["facts"][0]["when"] == {"column": "as_of_date", "formats": ["iso"]}
    assert "# Not used: status\n" in guess(table)


@pytest.mark.parametrize(
    ("table", "unused"),
    [
        (LOSSES, 'day, field artillery, "personnel*"'),
        (DISPLACED, "displacement_start_date, displacement_end_date, year"),
        ("id,event_type,country,region,town,date,killed\n1,Battle,Mali,A,Gao,2013-01-10,1\n",
         "event_type, country"),
        ("date,town,killed,source\n2013-01-10,Gao,1,AFP\n2013-01-11,Gao,1,AFP\n", "source"),
    ],
)  # fmt: skip
def test_what_no_line_uses_is_named_all_of_it(table: str, unused: str) -> None:
    assert guess(table).endswith(f"# Not used: {unused}\n")


def test_a_guess_without_facts_is_refused_at_the_line_that_says_so() -> None:
    text = guess(PRICES, "prices.csv")
    line = 1 + next(n for n, said in enumerate(text.splitlines()) if said.startswith("facts: []"))
    with pytest.raises(InputError) as refused:
        read_mapping(text.encode(), "prices.yaml")
    assert str(refused.value).startswith(f"prices.yaml:{line}:1: facts: no fact is here: ")


HAPI = (
    "location_code,location_name,admin1_name,admin2_name,fatalities,reference_period_start\n"
    "SDN,Sudan,Khartoum,Jebel Awlia,30,2024-03-01\n"
    "SDN,Sudan,North Darfur,El Fasher,7,2024-03-01\n"
    "SDN,Sudan,North Darfur,Kutum,2,2024-03-01\n"
)


def columns(table: str, *left_out: str) -> str:
    """Leave columns of a table out."""
    rows = [line.split(",") for line in table.splitlines()]
    kept = [at for at, name in enumerate(rows[0]) if name not in left_out]
    return "".join(",".join(row[at] for at in kept) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("left_out", "place"),
    [
        ((), ("admin2_name", "admin1_name", "region")),
        (("location_code",), ("admin2_name", "admin1_name", "region")),
        (("admin2_name",), ("admin1_name", "location_name", "region")),
        (("location_code", "admin2_name"), ("admin1_name", "location_name", "region")),
        (("admin1_name", "admin2_name"), ("location_name", None, "country")),
    ],
)
def test_a_location_that_is_a_country_is_around_its_areas(
    left_out: tuple[str, ...], place: tuple[str, str | None, str]
) -> None:
    found = guessed(columns(HAPI, *left_out))["place"]
    within = found.get("within", {"column": None})["column"]
    assert (found["name"]["column"], within, found["type"]) == place


def test_a_location_that_is_a_town_is_within_its_area() -> None:
    table = (
        "location_name,admin1_name,fatalities,date\nGao,Gao Region,3,2024-03-01\n"
        "Ansongo,Gao Region,1,2024-03-02\nMopti,Mopti Region,2,2024-03-03\n"
    )
    found = guessed(table)["place"]
    assert (found["name"]["column"], found["within"]["column"]) == ("location_name", "admin1_name")


SERIALS = "date,village,killed\n45414,Alfa,3\n45415,Bravo,2\n45416,Alfa,4\n"
MAY = "Datum,town,killed\n1. Mai 2024,Alfa,3\n2. Mai 2024,Bravo,2\n12. Juli 2024,Alfa,4\n"


@pytest.mark.parametrize(("table", "column"), [(SERIALS, "date"), (MAY, "Datum")])
def test_a_date_that_no_form_reads_is_to_be_checked_and_not_that_of_the_publication(
    table: str, column: str
) -> None:
    text = guess(table)
    (line,) = (line for line in text.splitlines() if line.startswith("    when:"))
    assert line.startswith(f"    when: {{column: {column}, formats: [iso]}}  # check: no form that")
    assert 'reads these cells ("' in line
    with pytest.raises(InputError, match=f"{column}: '.*' is no time of the form iso"):
        would_be_new(table)


def test_a_date_that_no_form_reads_beside_one_that_is_read_is_named_as_a_date() -> None:
    table = (
        "date,Datum,ref,town,killed\n2024-05-01,1. Mai 2024,x,A,3\n2024-05-02,2. Mai 2024,y,B,4\n"
    )
    lines = guess(table).splitlines()
    assert "    when: {column: date, formats: [iso]}" in lines
    assert lines[-2:] == [
        "# Not used, though it looks like a date, of no form that is known: Datum",
        "# Not used: ref",
    ]


@pytest.mark.parametrize("name", ["day_rate", "update", "candidates", "mandate", "sunday"])
def test_a_name_that_only_has_the_letters_of_a_date_is_none(name: str) -> None:
    lines = guess(f"town,killed,{name}\nAlfa,3,7.5\nBravo,2,8.5\n").splitlines()
    assert "    when: published" in lines
    assert lines[-1] == f"# Not used: {name}"


def test_what_a_guess_takes_of_holds_answers_who_held_each_place(
    situation: Situation, tmp_path: Path
) -> None:
    """Nobody is there between two holds, nor after the last, in any town of the table."""
    table = (
        "town,holder,start,end\n"
        "Tamu,rebels,2013-01-01,2013-01-10\nTamu,rebels,2013-01-20,\n"
        "Kale,rebels,2013-01-01,2013-01-05\nKale,army,2013-01-08,2013-01-12\n"
    )
    (tmp_path / "hold.csv").write_text(table)
    mapping = guess(table, "hold.csv").encode()
    situation.import_table((mapping, "guess.yaml"), [tmp_path / "hold.csv"], by="tests")

    def held(place: str, *days: int) -> list[tuple[str, list[str]] | None]:
        return [who_holds(situation, f"2013-01-{day:02}", place=place) for day in days]

    rebels, army = ("held", ["rebels"]), ("held", ["army"])
    nobody: tuple[str, list[str]] = ("vacated", [])
    assert held("kale", 3, 4, 6, 7, 9, 13, 31) == [
        rebels,
        rebels,
        *[nobody] * 2,
        army,
        nobody,
        nobody,
    ]
    assert held("tamu", 3, 9, 11, 19, 21, 31) == [rebels, rebels, nobody, nobody, rebels, rebels]
    row = ask(situation, "control", "kale", "2013-01-31")
    assert row
    assert row["since"]["edtf"] == "2013-01-12"
    assert situation.compare() == []
