"""A guess says no more than a table does: of fates, of objects, of encodings, of cells that err."""

from __future__ import annotations

from pathlib import Path

import pytest
from guesses_for_tests import guess, guessed, would_be_new

from tracker import apart
from tracker.datasets.tables import Reading, open_table
from tracker.yamltree import load

DATES = "2024-01-01", "2024-01-02", "2024-01-03"


def counting(name: str, *cells: str) -> str:
    """Write a table with a column of that name."""
    rows = zip(DATES, "ABC", cells or ("4", "5", "6"), strict=True)
    return f"date,town,{name}\n" + "".join(f"{day},{town},{cell}\n" for day, town, cell in rows)


def notes(text: str, start: str) -> list[str]:
    """Give the lines of a guess that begin so."""
    return [line.strip() for line in text.splitlines() if line.strip().startswith(start)]


# -- what befell people goes before who they are ---------------------------------------------------


@pytest.mark.parametrize(
    ("name", "fate"),
    [
        ("killed_soldiers", "killed"),
        ("soldiers_killed", "killed"),
        ("dead_soldiers", "killed"),
        ("Killed Civilians", "killed"),
        ("wounded_soldiers", "wounded"),
        ("soldiers wounded", "wounded"),
        ("injured_troops", "wounded"),
    ],
)
def test_who_was_killed_or_wounded_is_not_deployed(name: str, fate: str) -> None:
    (fact,) = guessed(counting(name))["facts"]
    assert (fact["kind"], fact["fate"]) == ("CasualtiesReported", fate)
    kind = f"- kind: CasualtiesReported  # check: guessed from the name of {name}"
    assert notes(guess(counting(name)), "- kind:") == [kind]


def test_displaced_soldiers_are_displaced() -> None:
    assert would_be_new(counting("displaced soldiers")) == {"CiviliansDisplaced": 3}


@pytest.mark.parametrize("name", ["missing_soldiers", "captured_troops"])
def test_a_fate_of_which_no_fact_is_guessed_makes_none_of_another(name: str) -> None:
    assert guessed(counting(name))["facts"] == []


def test_soldiers_of_whom_no_fate_is_told_are_deployed() -> None:
    assert would_be_new(counting("soldiers")) == {"TroopsDeployed": 3}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("killed_or_injured", "several fates in one number"),
        ("dead_and_wounded", "several fates in one number"),
        ("killed_percent", "a share, no number of people"),
    ],
)
def test_a_number_that_counts_no_one_fate_is_not_used(name: str, why: str) -> None:
    text = guess(counting(name))
    assert f"# Not used, for it is {why}: {name}" in notes(text, "# Not used")
    assert "CasualtiesReported" not in text


def test_a_total_may_be_a_running_one() -> None:
    (quantity,) = notes(guess(counting("killed_total")), "quantity:")
    assert quantity.endswith("# check: change or, of a running total, cumulative")


@pytest.mark.parametrize("name", ["Islamist fighters", "Freedom Fighters", "Contestado Front"])
def test_a_holder_is_contested_only_by_whole_words(name: str) -> None:
    rows = [("Army", "contested"), (name, "Fighting"), ("Army", "disputed")]
    table = "town,date,held_by\n" + "".join(
        f"A{n},{DATES[at]},{pair[at]}\n" for n, pair in enumerate(rows) for at in (0, 1)
    )
    states = guessed(table)["facts"][0]["set"]["values"]
    assert states[name]["state"] == "held"
    assert {states[one]["state"] for one in ("contested", "Fighting", "disputed")} == {"contested"}


# -- objects ---------------------------------------------------------------------------------------

RAFAH = (
    '[{"date":"2024-01-02","location":{"name":"Rafah","lat":31.29,"lng":34.25},"killed":5},'
    '{"date":"2024-01-03","location":{"name":"Rafah","lat":31.30,"lng":34.25},"killed":2}]'
)


def test_a_place_is_named_by_what_is_in_an_object_and_not_by_the_object() -> None:
    place = guessed(RAFAH, "t.json")["place"]
    assert place["name"] == {"column": "location.name"}
    assert (place["lat"], place["lon"]) == ({"column": "location.lat"}, {"column": "location.lng"})
    assert would_be_new(RAFAH, "t.json") == {"CasualtiesReported": 2}


def test_a_column_of_objects_is_not_used_and_says_why() -> None:
    table = counting("killed").replace("town", "location")
    for town in "ABC":
        table = table.replace(f",{town},", ',"{""name"": ""Rafah""}",')
    text = guess(table)
    assert "place" not in load(text.encode(), "guess.yaml").value
    (note,) = notes(text, "# Not used")
    assert note.startswith("# Not used, for it holds objects or lists: name what is in them")
    assert note.endswith(": location")


# -- encodings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("town", "encoding"),
    [
        ("حلب", "cp1256"),
        ("إدلب", "cp1256"),
        ("غزة", "cp1256"),
        ("Снігурівка", "cp1251"),
        ("МАРИУПОЛЬ", "cp1251"),
        ("Чорнобаївка", "koi8-u"),
        ("МАРИУПОЛЬ", "koi8-u"),
        ("Бахмут", "cp866"),
        ("Łódź", "cp1250"),
        ("Plzeň", "cp1250"),
        ("Ménaka", "cp1252"),
        ("Köln", "cp1252"),
    ],
)
def test_the_code_page_is_that_under_which_there_are_words(
    tmp_path: Path, town: str, encoding: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(counting("killed").replace(",A,", f",{town},").encode(encoding))
    text = apart.guess_mapping(path)
    assert load(text.encode(), "guess.yaml").value["read"]["encoding"] == encoding
    (line,) = notes(text, "read:")
    assert "# check: the encoding is guessed: " in line
    assert f'"{town}" ({encoding}' in line or f'"{town}" (cp1252, {encoding}' in line
    assert line.count("(") >= 4  # how else it reads


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_no_guess(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(counting("killed").replace(",A,", ",Łódź,").encode(encoding))
    assert "the encoding is guessed" not in apart.guess_mapping(path)


# -- cells that err --------------------------------------------------------------------------------


def test_one_impossible_latitude_does_not_lose_the_others() -> None:
    head, *rows = counting("killed").splitlines()
    points = [",lat,lon", ",91.2,3", ",1.5,3", ",2.5,3"]
    table = "".join(f"{row}{more}\n" for row, more in zip((head, *rows), points, strict=True))
    found = guessed(table)
    assert (found["place"]["lat"], found["bad"]) == (
        {"column": "lat"},
        {"coordinate": "quarantine"},
    )
    assert would_be_new(table) == {"CasualtiesReported": 2}


def test_one_word_among_counts_does_not_lose_them() -> None:
    table = counting("killed", "4", "few", "2")
    assert guessed(table)["bad"] == {"number": "quarantine"}
    (note,) = notes(guess(table), "bad:")
    assert note.endswith('# check: cells that do not fit: killed "few"')
    assert would_be_new(table) == {"CasualtiesReported": 2}


def test_what_has_too_many_such_cells_is_not_used_and_says_so() -> None:
    (note,) = notes(guess(counting("killed", "4", "few", "some")), "# Not used")
    why = "too many of its cells are no numbers, or impossible ones"
    assert note == f'# Not used, for {why} ("few", "some"): killed'


def test_cells_that_no_form_reads_are_shown() -> None:
    table = "date,town,killed\n" + "".join(
        f"{day},A,1\n" for day in (*DATES, "sometime", "in spring", "who knows", "later on")
    )
    (when,) = notes(guess(table), "when:")
    assert all(one in when for one in ('"sometime"', '"in spring"'))
    assert not any(day in when.split("(")[1] for day in DATES)


def test_a_year_beside_its_month_and_day_is_to_be_checked() -> None:
    table = "year,month,day,admin1,deaths\n2024,1,5,North,3\n2024,2,7,South,4\n"
    (when,) = notes(guess(table), "when:")
    assert "# check: a part of a date: join year, month and day in one column" in when


def test_the_line_of_excel_names_the_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("sep=;\r\n" + counting("killed").replace(",", ";"), newline="")
    with open_table(path, Reading()) as table:
        assert table.header == ("date", "town", "killed")
