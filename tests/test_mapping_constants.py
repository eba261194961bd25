"""What a mapping file says of every row is judged before any row is: no row could mend it."""

from __future__ import annotations

import pytest

from tracker.datasets.mapping import read_mapping
from tracker.errors import InputError

HEAD = """\
dataset: towns
title: Towns
shape: events
source: someone
published: {column: told}
facts:
  - kind: TownOccupied
    place: {name: {column: town}}
    by: a-group
"""


def problem(*lines: str) -> str:
    """Read a mapping with more lines in its fact; give the one problem that is found."""
    text = HEAD + "".join(f"    {line}\n" for line in lines)
    with pytest.raises(InputError) as refused:
        read_mapping(text.encode(), "towns.yaml")
    (found,) = refused.value.problems
    return str(found)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("kind: TroopsDeployed", "by: army"), "TroopsDeployed needs `place`"),
        (
            ("kind: FightingReported",),
            "FightingReported needs `place`, such as `place: $place`",
        ),
        (
            (
                "kind: CasualtiesReported",
                "side: army",
                "set: {column: s, values: {d: {fate: killed}}}",
            ),
            "CasualtiesReported needs `category`",
        ),
    ],
)
def test_a_field_that_a_fact_must_have_and_that_is_told_nowhere(
    lines: tuple[str, ...], said: str
) -> None:
    block = "place: {name: {column: town}}\n" if "$" in said else ""
    head = HEAD.split("facts:", maxsplit=1)[0] + block + "facts:\n  - "
    with pytest.raises(InputError) as refused:
        read_mapping((head + "\n    ".join(lines) + "\n").encode(), "towns.yaml")
    (found,) = refused.value.problems
    assert str(found).endswith(f":5: facts[0].kind: {said}")


def test_a_misspelt_field_is_told_of_once_and_not_as_a_missing_one() -> None:
    text = HEAD.replace("place: {name", "plaec: {name")
    with pytest.raises(InputError) as refused:
        read_mapping(text.encode(), "towns.yaml")
    (found,) = refused.value.problems
    assert "unknown field 'plaec'" in str(found)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("status: occured", "10:5: facts[0].status: not one of 'occurred', "),
        ("voice: shouted", "10:5: facts[0].voice: not one of "),
        ("speaker: 3", "10:5: facts[0].speaker: text is needed here"),
        ("rating: Z9", "10:5: facts[0].rating: a rating is a letter A-F and a digit 1-6"),
        ("gist: ''", "10:5: facts[0].gist: empty text"),
        (
            "status: {column: how, values: {came: occurred, comes: soon}}",
            "10:52: facts[0].status.values.comes: not one of ",
        ),
        (
            "status: {column: how, values: {came: occurred}, default: soon}",
            "10:53: facts[0].status.default: not one of ",
        ),
        (
            "set: {column: how, values: {heard: {voice: heard}}}",
            "10:41: facts[0].set.values.heard.voice: not one of ",
        ),
        (
            "set: {column: how, values: {}, otherwise: {status: soon}}",
            "10:48: facts[0].set.otherwise.status: not one of ",
        ),
        (
            "when: {column: day, formats: [iso, '%Q']}",
            "10:40: facts[0].when.formats[1]: '%Q' is no form of times ('Q' is a bad directive",
        ),
        (
            "when: {column: day, formats: [dd/mm/yyyy]}",
            "10:35: facts[0].when.formats[0]: 'dd/mm/yyyy' is no form of times (no such form)",
        ),
        (
            "when: {column: day, formats: ['%d %B']}",
            "10:35: facts[0].when.formats[0]: '%d %B' is no form of times (no year is in it)",
        ),
        (
            "when: {column: day, formats: ['%d/%m/%Y %Y']}",
            "10:35: facts[0].when.formats[0]: '%d/%m/%Y %Y' is no form of times (a part of it",
        ),
        (
            "when: {column: day, formats: ['%d %Y']}",
            "10:35: facts[0].when.formats[0]: '%d %Y' is no form of times (a day is in it, but not",
        ),
        (
            "when: {column: day, formats: ['%W %Y']}",
            "10:35: facts[0].when.formats[0]: '%W %Y' is no form of times (a day is in it, but not",
        ),
        (
            "when: {column: day, formats: ['%G-W%V']}",
            "10:35: facts[0].when.formats[0]: '%G-W%V' is no form of times (ISO year directive",
        ),
        (
            "when: {column: day, formats: ['%d/%m/%Y %I:%M']}",
            "10:35: facts[0].when.formats[0]: '%d/%m/%Y %I:%M' is no form of times (%I is an hour",
        ),
        (
            "when: {column: day, formats: ['%d/%m/%Y %Z']}",
            "10:35: facts[0].when.formats[0]: '%d/%m/%Y %Z' is no form of times (%Z is a zone of",
        ),
    ],
)
def test_a_constant_that_is_none_of_its_fields_is_a_slip_of_the_mapping(
    line: str, said: str
) -> None:
    found = problem(line)
    assert found.startswith(f"towns.yaml:{said}"), found
    assert "http" not in found


@pytest.mark.parametrize("sides", ["[]", "[france, mali]"])
def test_a_loss_is_of_one_side(sides: str) -> None:
    text = HEAD.replace("TownOccupied", "CasualtiesReported").replace(
        "by: a-group", f"side: {sides}"
    )
    with pytest.raises(InputError) as refused:
        read_mapping(text.encode(), "towns.yaml")
    assert str(refused.value).endswith(": facts[0].side: one text is needed here, not a list")


def test_what_hangs_on_columns_is_judged_row_by_row() -> None:
    lines = ("status: '{how}'", "gist: '{town}'", "voice: {column: voice, otherwise: keep}")
    text = HEAD + "".join(f"    {line}\n" for line in lines)
    assert len(read_mapping(text.encode(), "towns.yaml").facts) == 1
