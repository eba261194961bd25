"""A starting mapping guessed from a table: what is seen in it, and that it is a mapping."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from effort_for_tests import times
from guesses_for_tests import guess, guessed
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker import apart
from tracker.datasets.tables import Reading
from tracker.errors import InputError
from tracker.yamltree import load

NAMES = (
    "version", "name", "place", "held_by", "date", "published", "as_of", "started_at", "ended_at",
    "best", "low", "change", "side_a", "id", "lat", "lon", "source", "metric", "value",
)  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp1251"])
def test_a_table_in_another_encoding_is_guessed_and_says_so(tmp_path: Path, encoding: str) -> None:
    town = "Попасная" if encoding == "cp1251" else "Ménaka"
    path = tmp_path / "t.csv"
    path.write_bytes(f"place,date,holder\n{town},2013-01-22,Mali\n".encode(encoding))
    read = load(apart.guess_mapping(path).encode(), "guess.yaml").value.get("read", {})
    assert read.get("encoding", "utf-8") == encoding.removesuffix("-sig")


def test_a_damaged_table_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    whole = gzip.compress(b"place,date\n" + b"".join(b"A%d,2022-01-01\n" % n for n in range(999)))
    path.write_bytes(whole[:40] + bytes([whole[40] ^ 255]) + whole[41:])
    with pytest.raises(InputError, match=r"t\.csv\.gz:1:0: the compressed file is damaged"):
        apart.guess_mapping(path)


def test_a_table_that_a_shipped_mapping_is_for_is_told_so() -> None:
    columns = "id,where_coordinates,latitude,longitude,where_prec,adm_1,country,side_a,side_b,low,best,high,date_start,date_end,date_prec,type_of_violence,deaths_a,deaths_b,deaths_civilians,deaths_unknown"  # noqa: E501 - as they stand in the table
    row = "1,Gao,16.3,-0.04,1,Gao,Mali,A,B,1,2,3,2013-01-10,2013-01-10,1,1,1,1,0,0"
    assert "`tracker import ucdp-ged FILE`" in guess(f"{columns}\n{row}\n")
    assert "tracker import ucdp-ged" not in guess("id,country,best\n1,Mali,3\n")


def versions(held: str = "Army") -> str:
    """A list of three towns in three versions."""
    lines = ["version,published_at,name,population,held_by,as_of,lat,lon"]
    for version in range(3):
        stamp = f"2022-03-0{version + 1}T12:00:00Z"
        lines += [
            f'{version},{stamp},Alfa,"12,300",{held},24 February 2022,49.1,36.2',
            f"{version},{stamp},Bravo,900,Contested,,49.2,36.3",
            f"{version},{stamp},Charlie,70,Rebels,1 March 2022,49.3,36.4",
        ]
    return "\n".join(lines) + "\n"


def test_repeated_versions_of_a_list_are_snapshots() -> None:
    found = guessed(versions(), "town-control.csv.gz".removesuffix(".gz"))
    assert found["dataset"] == found["source"] == "town-control"
    assert found["shape"] == "snapshots"
    assert found["version"] == {"column": "version"}
    assert found["published"] == {"column": "published_at", "formats": ["iso"]}
    assert found["place"] == {
        "name": {"column": "name"},
        "lat": {"column": "lat"},
        "lon": {"column": "lon"},
        "coordinates": "the table's own",
        "type": "town",
    }
    (fact,) = found["facts"]
    assert fact["kind"] == "ControlReported"
    assert fact["set"]["values"] == {
        "Army": {"state": "held", "by": ["army"]},
        "Contested": {"state": "contested"},
        "Rebels": {"state": "held", "by": ["rebels"]},
    }
    assert fact["since"]["column"] == "as_of"
    assert fact["since"]["formats"] == ["%d %B %Y"]
    assert (fact["when"], fact["status"]) == ("published", "ongoing")
    assert set(found["register"]["actors"]) == {"army", "rebels"}
    assert "# Not used: population" in guess(versions())


def test_what_to_check_is_said_where_it_stands() -> None:
    lines = guess(versions("Unknown")).splitlines()
    assert [line for line in lines if line.startswith("shape")] == [
        "shape: snapshots  # check: each version repeats the whole list"
    ]
    assert "        # Unknown: not said what it means, 3 rows" in lines
    assert "        Contested: {state: contested}  # 3 rows" in lines


def test_a_start_and_an_end_make_intervals() -> None:
    table = (
        "region,started_at,finished_at,naive\n"
        "North,2022-02-25 16:36:22+00:00,2022-02-25 17:06:22+00:00,True\n"
        "South,2022-02-25 18:36:21+00:00,2022-02-25 19:32:11+00:00,False\n"
    )
    found = guessed(table)
    assert found["shape"] == "intervals"
    assert found["interval"] == {
        "start": {"column": "started_at", "formats": ["iso"]},
        "end": {"column": "finished_at", "formats": ["iso"]},
        "assumed": {"column": "naive", "equals": "True"},
    }
    assert found["place"] == {"name": {"column": "region"}, "type": "region"}
    assert [found[name]["kind"] for name in ("begin", "end")] == [
        "ThreatLevelRaised",
        "ThreatLevelLowered",
    ]
    assert "zone" not in found
    assert "published" not in found
    held = guessed("town,controller,from,to\nAlfa,Army,2022-01-01,2022-02-01\nBravo,Rebels,,\n")
    assert [held[name]["kind"] for name in ("begin", "end")] == ["TownOccupied", "ForcesWithdrew"]
    assert held["zone"] == "UTC"


def test_entering_and_leaving_change_a_list() -> None:
    table = (
        "day,layer,place,change\n"
        "20220225,Assessed,Alfa,enter\n20220226,Claimed,Bravo,enter\n20220227,Assessed,Alfa,leave\n"
    )
    found = guessed(table)
    assert found["shape"] == "events"
    assert found["standing"] is True
    assert found["published"] == {"column": "day", "formats": ["%Y%m%d"]}
    (fact,) = found["facts"]
    assert {"column": "change", "in": ["enter"]} in fact["if"]
    assert list(fact["set"]["values"]) == ["Assessed", "Claimed"]
    (drop,) = found["drop"]
    assert drop["if"] == {"column": "change", "in": ["leave"]}


def test_events_with_low_best_high_and_sides() -> None:
    table = (
        "id,side_a,side_b,date_start,date_end,where_coordinates,adm_1,country,latitude,longitude,"
        "best,high,low,source_article\n"
        "X1,Army,Rebels,2013-01-10,2013-01-11,Konna,Mopti,Mali,14.94,-3.89,12,20,10,a\n"
        "X2,Army,Rebels,2013-01-14,2013-01-14,Diabaly,Segou,Mali,14.69,-6.02,3,3,3,b\n"
    )
    found = guessed(table)
    assert found["shape"] == "events"
    assert found["key"] == ["id"]
    assert "published" not in found  # when it happened is not when it was told
    assert found["place"]["name"] == {"column": "where_coordinates"}
    assert found["place"]["within"] == {"column": "adm_1"}
    (fact,) = found["facts"]
    assert fact["kind"] == "CasualtiesReported"
    assert fact["quantity"] == {
        "low": {"column": "low"},
        "best": {"column": "best"},
        "high": {"column": "high"},
        "unit": "people",
        "semantics": "change",
    }
    assert fact["by"] == {"actor": {"column": "side_a"}, "type": "group"}
    assert fact["side"] == {"actor": {"column": "side_b"}, "type": "group"}
    assert fact["when"] == {"column": "date_start", "formats": ["iso"]}


def test_values_with_restatements_have_a_key() -> None:
    table = (
        "published,date,metric,value\n"
        "2022-03-06T18:14:54Z,2022-02-26,tank,146\n2022-03-07T18:14:54Z,2022-02-26,tank,150\n"
        "2022-03-07T18:14:54Z,2022-02-27,APC,706\n"
    )
    found = guessed(table)
    assert found["key"] == ["date", "metric"]
    (fact,) = found["facts"]
    assert fact["kind"] == "EquipmentLost"
    assert fact["category"]["values"] == {"tank": "tank", "APC": "apc"}
    assert fact["quantity"]["best"] == {"column": "value"}
    assert fact["quantity"]["semantics"] == "cumulative"


def test_units_with_positions_and_events_with_sources() -> None:
    rows = "".join(f"2022-03-27,50.{n},30.{n},{n}th Regiment,xx\n" for n in range(10, 30))
    found = guessed("date,lat,lng,unit,country\n" + rows)
    assert found["facts"][0]["kind"] == "ForcesPositioned"
    assert found["facts"][0]["by"] == {"actor": {"column": "unit"}, "type": "group"}
    assert found["place"]["name"] == "{lat} {lng}"  # a country is not where a regiment is
    table = (
        "event_date,event_type,actor1,location,source,notes\n"
        "24 February 2022,Battle,Army,Alfa,Paper,Some words\n"
        "25 February 2022,Strike,Rebels,Bravo,Radio,Other words\n"
    )
    (fact,) = guessed(table)["facts"]
    assert fact["kind"] == "AttackOccurred"
    assert fact["origin"] == {"column": "source"}
    assert fact["when"] == {"column": "event_date", "formats": ["%d %B %Y"]}
    assert "# event_type holds: Battle, Strike" in guess(table)


@pytest.mark.parametrize(
    ("cells", "formats"),
    [
        (["2022-02-24", "2022-03-01"], ["iso"]),
        (["2022-02-24T10:00:00+02:00", "2022-02-24 10:00:00Z"], ["iso"]),
        (["20220224", "20220301"], ["%Y%m%d"]),
        (["1645660800", "1645747200"], ["unix"]),
        (["24 February 2022", "1 March 2022"], ["%d %B %Y"]),
        (["24 Feb 2022", "1 Mar 2022"], ["%d %b %Y"]),
        (["02-Apr-22", "04-Apr-22"], ["%d-%b-%y"]),
        (["February 24, 2022"], ["%B %d, %Y"]),
        (["24.02.2022 17:30"], ["%d.%m.%Y %H:%M"]),
        (["24/02/2022", "25/02/2022"], ["%d/%m/%Y"]),
        (["02/24/2022", "02/25/2022"], ["%m/%d/%Y"]),
        (["2022-02", "2022-03"], ["iso"]),
        (["2022-02-24~", "2022-03-XX"], ["edtf"]),
        (["24 February 2022", "25 February 2022", "2022-02-26"], ["%d %B %Y", "iso"]),
    ],
)
def test_the_formats_of_dates(cells: list[str], formats: list[str]) -> None:
    rows = "".join(f'Alfa,"{cell}"\n' for cell in cells)
    (fact,) = guessed("town,date\n" + rows, "attacks.csv")["facts"]
    assert fact["when"] == {"column": "date", "formats": formats}


def test_what_a_date_leaves_open_is_to_be_checked() -> None:
    unclear = guess("town,date\nAlfa,02/03/2022\nBravo,04/05/2022\n", "attacks.csv")
    assert "# check: day and month could be the other way round" in unclear
    assert "other way round" not in guess(
        "town,date\nAlfa,24/03/2022\nBravo,04/05/2022\n", "attacks.csv"
    )
    rows = "".join(f"Alfa,2022-02-{day}\n" for day in range(10, 28))
    assert '# check: not all cells are times ("early May")' in guess(
        f"town,date\n{rows}Bravo,early May\n", "attacks.csv"
    )
    local = guess("town,date\nAlfa,2022-02-24 10:00\n", "attacks.csv")
    assert "zone: UTC  # check: times are written without a zone" in local
    assert "zone:" not in guess("town,date\nAlfa,2022-02-24 10:00Z\n", "attacks.csv")


def test_a_day_that_there_is_not_is_a_slip_in_a_column_of_dates() -> None:
    table = (
        "place;date;holder\nGao;01.03.2022;A\nKidal;29.02.2022;A\nGao;30.02.2022;B\nGao;2.3.2022;A"
    )
    assert guessed(table)["facts"][0]["when"] == {"column": "date", "formats": ["%d.%m.%Y"]}
    assert '# check: not all cells are times ("29.02.2022", "30.02.2022")' in guess(table)
    numbers = "town,date\nGao,1.1\nGao,2.7\nGao,5.5\nGao,2022-03-01\n"
    (fact,) = guessed(numbers, "raids.csv")["facts"]
    assert fact["when"] == {"column": "date", "formats": ["iso"]}
    unread = '# check: no form that is known reads these cells ("1.1", '
    assert unread in guess(numbers, "raids.csv")


def test_degrees_with_a_decimal_comma_are_read_so() -> None:
    table = "place;date;holder;lat;lon\nGao;2022-03-01;A;16,27;-0,04\nKidal;2022-03-01;B;18,44;1\n"
    found = guessed(table)
    assert found["read"] == {"delimiter": ";", "decimal": ","}
    assert (found["place"]["lat"], found["place"]["lon"]) == ({"column": "lat"}, {"column": "lon"})
    assert guessed(table.replace(",", "."))["read"] == {"delimiter": ";"}
    twice = "place;date;lat;latitude;lon;longitude\nGao;2022-03-01;1;2;3;4\n"
    assert "decimal" not in guess(twice)


def test_a_shipped_mapping_is_named_where_it_reads_the_dates_too() -> None:
    days = ("01.03.2022", "29.02.2022", "02.03.2022")
    rows = "".join(f"Gao;{day};A;16.27;-0.04;BBC\n" for day in days)
    table = f"place;date;holder;lat;lon;source\n{rows}"
    assert "`tracker import place-date-holder FILE`" not in guess(table)
    slashed = table.replace(".02.", "/02/").replace(".03.", "/03/")
    assert "`tracker import place-date-holder FILE`" in guess(slashed)
    counts = "published,date,metric,value\n{0},{0},tank,7\n{0},{0},APC,9\n"
    assert "`tracker import general-staff-2023 FILE`" in guess(counts.format("2022-03-01"))
    assert "general-staff-2023" not in guess(counts.format("01.03.2022"))


def test_counts_are_not_taken_for_times() -> None:
    found = guessed(
        "town,date,population,killed\nAlfa,2022-02-24,1999,2022\nBravo,2022-02-25,2001,7\n"
    )
    (fact,) = found["facts"]
    assert fact["quantity"] == {
        "best": {"column": "killed"},
        "unit": "people",
        "semantics": "change",
    }
    assert fact["when"]["column"] == "date"


def test_how_a_file_is_read_is_written_where_its_name_does_not_tell() -> None:
    table = "town;date\nAlfa;2022-02-24\n"
    assert guessed(table)["read"] == {"delimiter": ";"}
    reading = Reading(format="csv", encoding="latin-1")
    assert guessed(table, "list.dat", reading)["read"] == {
        "format": "csv",
        "encoding": "latin-1",
        "delimiter": ";",
    }
    document = '{"rows": [{"town": "Alfa", "date": "2022-02-24"}]}'
    assert guessed(document, "t.json", Reading(records="rows"))["read"] == {"records": "rows"}
    assert "read" not in guessed('{"town": "Alfa"}\n', "t.jsonl")
    point = '{"type": "Point", "coordinates": [30, 50]}'
    feature = f'{{"type": "Feature", "properties": {{"name": "Alfa"}}, "geometry": {point}}}'
    collection = f'{{"type": "FeatureCollection", "features": [{feature}]}}'
    assert guessed(collection, "t.geojson")["place"]["lat"] == {"column": "lat"}


@given(
    st.lists(
        st.sampled_from(NAMES) | st.text(max_size=12),
        min_size=1,
        max_size=8,
        unique_by=lambda name: " ".join(name.split()),
    ),
    st.lists(
        st.lists(
            st.sampled_from(
                ["1", "2", "0.5", "no", "null", "true", "Army", "enter", "2022-01-01", "", "{x}"]
            )
            | st.text(max_size=12),
            min_size=8,
            max_size=8,
        ),
        max_size=6,
    ),
)
@settings(max_examples=times(150))
def test_whatever_a_table_holds_the_guess_is_a_mapping(
    names: list[str], rows: list[list[str]]
) -> None:
    names = [name.replace("\0", "").strip() for name in names]
    names = [" ".join(name.split()) or f"c{number}" for number, name in enumerate(names)]
    if len(set(names)) < len(names):
        names = [f"{name}{number}" for number, name in enumerate(names)]
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(names)
    writer.writerows([cell.replace("\0", "") for cell in row[: len(names)]] for row in rows)
    guess(out.getvalue().encode("utf-8", "replace").decode())


def test_the_first_thousand_rows_are_enough_time() -> None:
    stamps = [datetime.fromtimestamp(1_600_000_000 + n, UTC).isoformat() for n in range(2000)]
    rows = "".join(f"{n},{stamp},Town {n},Army\n" for n, stamp in enumerate(stamps))
    text = guess("id,date,town,held_by\n" + rows)
    assert "the first 1,000 rows of" in text
    assert "Army: {state: held, by: [army]}  # 1,000 rows" in text
