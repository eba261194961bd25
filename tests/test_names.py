"""Names and aliases: whom they mean, and what is said where several share one."""

from __future__ import annotations

import pytest
from sheets_for_tests import fact, sheet

from tracker.errors import InputError
from tracker.registry import Registry
from tracker.sheets import read_sheet
from tracker.situation_file import read_situation

SITUATION = """
title: Names
places:
  mill: {name: Mill}
  salam-k: {name: Al-Salam, aliases: [Salama]}
  salam-n: {name: Al-Salam, aliases: [Salama, Nova]}
actors:
  saf: {name: Armed Forces, type: force, side: gov, aliases: [SAF, The Army, الجيش]}
  alpha: {name: Alpha Army, aliases: [National Guard, SDF]}
  guard: {name: National Guard, aliases: [SDF]}
  envoy: {name: The Envoy, aliases: [The Wire]}
sources:
  gazette: {name: The Gazette, type: newspaper}
  wire: {name: The Wire, type: agency}
""".encode()
TAKEN = fact("TownOccupied", place="mill", by=["saf"], when="2013-01-09", voice="attributed")


def registry() -> Registry:
    return Registry().after(read_situation(SITUATION, "situation.yaml").events)


@pytest.mark.parametrize("field", ["speaker", "origin"])
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Armed Forces", "write its id, saf"),
        ("the  army", "write its id, saf"),
        ("الجيش", "write its id, saf"),
        ("National Guard", "write its id, guard"),  # a name goes before another's alias
        ("The Wire", "write its id, wire"),
        ("sdf", "write the id of one of 2 that go by it, alpha or guard"),
    ],
)
def test_an_alias_in_the_place_of_an_id_is_answered_as_a_name_is(
    field: str, words: str, told: str
) -> None:
    said = {"speaker": "saf", field: words}
    with pytest.raises(InputError) as caught:
        read_sheet(sheet("gazette", "2013-01-10", {**TAKEN, **said}), "s.yaml", registry())
    (problem,) = caught.value.problems
    assert (problem.path, problem.message) == (
        f"facts[0].{field}",
        f"'{words}' is registered: {told}",
    )


@pytest.mark.parametrize("words", ["Al-Salam", "Salama"])
def test_a_name_of_several_places_is_refused_with_each_of_them(words: str) -> None:
    facts = sheet("gazette", "2013-01-10", {**TAKEN, "speaker": "saf", "place": words})
    with pytest.raises(InputError, match=r"did you mean salam-k or salam-n\?"):
        read_sheet(facts, "s.yaml", registry())
