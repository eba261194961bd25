"""Numbers of a table: what a test asks of them, and what a mapping puts in the place of cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tables_for_tests import facts_in, load

from tracker.datasets.numbers import meanings
from tracker.datasets.values import Bad
from tracker.errors import InputError
from tracker.situation import Situation

HEAD = "id;what;killed\n"


def deaths(**changes: object) -> dict[str, Any]:
    """Give the mapping of a table `id;what;killed`: the dead, where there are any."""
    fact = {
        "kind": "CasualtiesReported",
        "if": {"column": "killed", "at_least": 1},
        "side": "army",
        "category": "people",
        "fate": "killed",
        "quantity": {"best": {"column": "killed"}, "semantics": "change"},
        "when": "published",
    }
    head = {"read": {"delimiter": ";"}} | {k: v for k, v in changes.items() if k not in fact}
    return {
        "dataset": "deaths",
        "title": "Deaths",
        "shape": "events",
        "source": "gazette",
        "published": {"value": "2013-02-01"},
        "facts": [fact | {k: v for k, v in changes.items() if k in fact}],
        **head,
    }


def counts(situation: Situation) -> list[int | None]:
    return [fact["quantity"].get("best") for fact in facts_in(situation) if "quantity" in fact]


# -- tests -----------------------------------------------------------------------------------------


def test_a_test_reads_grouped_digits_as_counts_are_read(
    situation: Situation, tmp_path: Path
) -> None:
    done = load(situation, tmp_path, deaths(), HEAD + "1;x;1,200\n2;x;12\n3;x;0\n4;x;\n5;x;1.0\n")
    assert (sorted(filter(None, counts(situation))), done.files[0].left_out) == ([1, 12, 1200], 2)


@pytest.mark.parametrize("cell", ["~50", "10-20", "many", "nan", "inf", "1_000", "1,20", "1.000.0"])
def test_a_test_of_what_is_no_number_is_a_bad_number(
    situation: Situation, tmp_path: Path, cell: str
) -> None:
    table = HEAD + f"1;x;{cell}\n2;x;12\n"
    with pytest.raises(InputError, match=r"table.csv:2:1: killed: .* is no number"):
        load(situation, tmp_path, deaths(), table)
    done = load(situation, tmp_path, deaths(bad={"number": "quarantine"}), table)
    assert (done.files[0].quarantined, counts(situation)) == ({"number": 1}, [12])


def test_a_filter_of_what_is_no_number_is_a_bad_number(
    situation: Situation, tmp_path: Path
) -> None:
    where = deaths(where={"column": "killed", "at_least": 1}, bad={"number": "quarantine"})
    done = load(situation, tmp_path, where, HEAD + "1;x;~50\n2;x;12\n3;x;0\n")
    assert (done.files[0].quarantined, done.files[0].left_out) == ({"number": 1}, 1)


def test_a_row_that_another_test_leaves_out_needs_no_number(
    situation: Situation, tmp_path: Path
) -> None:
    tests = [{"column": "killed", "at_least": 1}, {"column": "what", "equals": "raid"}]
    load(situation, tmp_path, deaths(**{"if": tests}), HEAD + "1;fire;none\n2;raid;12\n")
    named = {"column": "killed", "not_in": ["none"], "at_least": 1}
    load(situation, tmp_path, deaths(**{"if": named}), HEAD + "1;raid;none\n2;raid;13\n")
    assert counts(situation) == [12, 13]


@pytest.mark.parametrize(
    ("cell", "decimal", "numbers"),
    [
        ("1,200", None, (1200.0,)),
        ("1.5", None, (1.5,)),
        ("-12.25", None, (-12.25,)),
        ("1e+03", None, (1000.0,)),
        ("1.200", None, (1.2, 1200.0)),
        ("1.200", ".", (1.2,)),
        ("1.200", ",", (1200.0,)),
        ("1,200", ",", (1.2,)),
        ("0.125", None, (0.125,)),
    ],
)
def test_what_a_number_may_mean(cell: str, decimal: str, numbers: tuple[float, ...]) -> None:
    assert meanings(cell, "killed", decimal) == numbers


def test_what_is_no_number_has_no_meaning() -> None:
    with pytest.raises(Bad, match="has a point that may part thousands"):
        meanings("1.000.000", "killed", None)


def test_a_point_that_may_part_thousands_is_a_bad_number_where_it_matters(
    situation: Situation, tmp_path: Path
) -> None:
    asked = {"column": "killed", "at_least": 10}
    quantity = {"best": 3, "semantics": "change"}
    named = deaths(**{"if": asked, "quantity": quantity})
    table = HEAD + "1;x;1.200\n"
    with pytest.raises(InputError, match=r"killed: '1.200' has a point that may part thousands or"):
        load(situation, tmp_path, named, table)
    said = named | {"read": {"delimiter": ";", "decimal": "."}}
    assert load(situation, tmp_path, said, table).files[0].left_out == 1
    said["read"] = {"delimiter": ";", "decimal": ","}
    load(situation, tmp_path, said, table)
    assert counts(situation) == [3]


# -- values and default ----------------------------------------------------------------------------


def counted(**said: object) -> dict[str, Any]:
    """Give the mapping whose rows all count, with more said of the column."""
    quantity = {"best": {"column": "killed", **said}, "semantics": "change"}
    made = deaths(quantity=quantity)
    made["facts"][0].pop("if")
    return made


def test_values_and_the_default_of_a_number_take_the_place_of_its_cell(
    situation: Situation, tmp_path: Path
) -> None:
    named = counted(values={"Dozens": 24, ">100": "100", "n/a": None}, default=1)
    table = HEAD + "1;x;dozens\n2;x; >100\n3;x;\n4;x;1,200\n5;x;n/a\n6;x;7\n"
    assert load(situation, tmp_path, named, table).files[0].facts == {"CasualtiesReported": 6}
    assert counts(situation) == [24, 100, 1, 1200, 7]


def test_a_cell_as_it_is_written_is_what_values_name(situation: Situation, tmp_path: Path) -> None:
    named = counted(values={"1,5": 2}) | {"read": {"delimiter": ";", "decimal": ","}}
    load(situation, tmp_path, named, HEAD + "1;x;1,5\n2;x;1.500\n")
    assert counts(situation) == [2, 1500]


def test_what_is_neither_among_the_values_nor_a_number_is_a_bad_number(
    situation: Situation, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"killed: 'scores' is no whole number"):
        load(situation, tmp_path, counted(values={"dozens": 24}), HEAD + "1;x;scores\n")


def test_a_number_that_the_values_do_not_name_may_be_left_out(
    situation: Situation, tmp_path: Path
) -> None:
    table = HEAD + "1;x;dozens\n2;x;7\n"
    named = counted(values={"dozens": 24}, otherwise="skip")
    assert load(situation, tmp_path, named, table).files[0].left_out == 1
    named = counted(values={"dozens": 24}, otherwise="quarantine")
    assert load(situation, tmp_path, named, table).files[0].quarantined == {"value": 1}
    assert counts(situation) == [24]


@pytest.mark.parametrize("value", ["many", -1, 1.5, True, "1,200", "²", 10**16])
def test_a_value_that_is_no_whole_number_is_a_slip_of_the_mapping(
    situation: Situation, tmp_path: Path, value: object
) -> None:
    for named in (counted(values={"dozens": value}), counted(default=value)):
        with pytest.raises(InputError, match=r"mapping.yaml.* is no whole number, 0 or more"):
            load(situation, tmp_path, named, HEAD + "1;x;7\n")


# -- spaces between thousands ----------------------------------------------------------------------


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f", "\u2009"])
def test_spaces_part_thousands_as_commas_do(
    situation: Situation, tmp_path: Path, space: str
) -> None:
    many = f"1{space}305{space}000"
    table = HEAD + f"1;x;1{space}305\n2;x;{many}\n3;x; 12{space}000 \n"
    load(situation, tmp_path, deaths(), table)
    assert sorted(filter(None, counts(situation))) == [1305, 12_000, 1_305_000]


def test_spaces_part_thousands_beside_a_decimal_comma(situation: Situation, tmp_path: Path) -> None:
    mapping = deaths(read={"delimiter": ";", "decimal": ","})
    load(situation, tmp_path, mapping, HEAD + "1;x;1\u202f305,0\n2;x;2 000\n")
    assert counts(situation) == [1305, 2000]
    assert meanings("1 305,5", "", ",") == meanings("1 305.5", "", ".") == (1305.5,)


@pytest.mark.parametrize(
    "cell", ["1 30", "13 05", "1 3050", "1305 000", "1 305 00", "1 305\u00a0000"]
)
def test_other_groups_are_no_number(situation: Situation, tmp_path: Path, cell: str) -> None:
    with pytest.raises(InputError, match="bad row: number"):
        load(situation, tmp_path, deaths(), HEAD + f"1;x;{cell}\n")
