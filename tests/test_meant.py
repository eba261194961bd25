"""What is refused says what was meant: the id of a name, or that a draft left it open."""

from __future__ import annotations

import pytest
from sheets_for_tests import fact, registry, sheet

from tracker.errors import InputError
from tracker.sheets import read_sheet

TAKEN = fact("TownOccupied", place="mill", by=["rebels"], when="2013-01-10")
LEVEL = fact("ThreatLevelReported", scheme="lantern", scope="land", level="red", when="2013-01-10")


def refused(one: dict[str, object], source: str = "gazette") -> str:
    with pytest.raises(InputError) as caught:
        read_sheet(sheet(source, "2013-01-10", one), "s.yaml", registry())
    (problem,) = caught.value.problems
    return f"{problem.path}: {problem.message}"


@pytest.mark.parametrize(
    ("one", "where", "near"),
    [
        ({**TAKEN, "place": "Mill"}, "place", ": did you mean mill?"),
        ({**TAKEN, "place": "The Mil"}, "place", ""),
        ({**TAKEN, "by": ["The Rebels"]}, "by[0]", ": did you mean rebels?"),
        ({**TAKEN, "against": ["army", "Legion"]}, "against[1]", ": did you mean legion?"),
        ({**TAKEN, "by": ["Mill"]}, "by[0]", ""),  # a place is no actor
        ({**LEVEL, "scheme": "Lantern"}, "scheme", ": did you mean lantern?"),
    ],
)
def test_a_name_in_the_place_of_an_id(one: dict[str, object], where: str, near: str) -> None:
    said = refused(one)
    assert said.startswith(f"facts[0].{where}: an id is lower-case ASCII letters")
    assert said.endswith(f"such as northern-mali{near}")


def test_the_name_of_a_source() -> None:
    assert refused(TAKEN, "The Gazette").endswith("such as northern-mali: did you mean gazette?")


@pytest.mark.parametrize("field", ["place", "status", "voice", "when"])
def test_what_a_draft_left_open_is_to_be_filled_in(field: str) -> None:
    said = "'?' stands for what a draft did not find: fill it in"
    assert refused({**TAKEN, field: "?"}) == f"facts[0].{field}: {said}"


def test_a_comparator_that_a_draft_left_open() -> None:
    troops = fact("TroopsDeployed", place="mill", by=["army"], when="2013-01-10")
    said = refused({**troops, "quantity": {"best": 5, "comparator": "?"}})
    assert said == (
        "facts[0].quantity.comparator: '?' stands for what a draft did not find: fill it in"
    )


def test_what_is_missing_from_a_list_is_told_as_missing() -> None:
    said = refused({**TAKEN, "at": {"sentence": 0, "span": [3]}})
    assert said == "facts[0].at.span[1]: this field is needed"
