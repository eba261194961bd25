"""Names and aliases: whom they mean, and what is said where several share one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands_for_tests import answer, run, said, unfolded
from sheets_for_tests import ask, fact, sheet, tell
from tables_for_tests import Mapping, facts_in, load

from tracker.errors import InputError, NotFoundError
from tracker.registry import Registry
from tracker.sheets import read_sheet
from tracker.situation import Situation
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


@pytest.fixture
def named() -> Situation:
    situation = Situation(":memory:", create=True)
    situation.register(SITUATION, "situation.yaml", by="tests")
    return situation


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


# -- in a table -----------------------------------------------------------------------------------

HEAD = "town,day,who,said\n"


def table(**changes: object) -> Mapping:
    """Give the mapping of a table of who held what, as someone said."""
    return {
        "dataset": "holds",
        "title": "Who held what",
        "shape": "events",
        "source": "gazette",
        "published": {"value": "2013-01-10"},
        "place": {"name": {"column": "town"}},
        "facts": [
            {
                "kind": "ControlReported",
                "place": "$place",
                "by": {"actor": {"column": "who"}},
                "when": {"column": "day"},
                "status": "ongoing",
                "voice": "attributed",
                "speaker": {"column": "said"},
                "gist": "{who} in {town}",
            }
        ],
        "bad": {"other": "quarantine"},
        **changes,
    }


@pytest.mark.parametrize("words", ["saf", "Armed Forces", "The Army", "الجيش"])
def test_whoever_speaks_by_an_alias_confirms_nothing_of_its_own(
    named: Situation, tmp_path: Path, words: str
) -> None:
    rows = f"Mill,2013-01-09,SAF,saf\nMill,2013-01-09,SAF,{words}\n"
    load(named, tmp_path, table(), HEAD + rows)
    row = ask(named, "control", "mill", "2013-01-10")
    assert row is not None
    assert (row["holders"], row["support"]) == (["saf"], "claimed")


def test_a_name_goes_before_an_alias_of_another(named: Situation, tmp_path: Path) -> None:
    rows = "Mill,2013-01-09,National Guard,The Wire\n"
    load(named, tmp_path, table(), HEAD + rows)
    (one,) = facts_in(named)
    assert (one["by"], one["speaker"]) == (["guard"], "wire")


@pytest.mark.parametrize("cells", ["SDF,saf", "SAF,sdf"])
def test_a_row_of_a_name_that_several_actors_have_is_set_aside(
    named: Situation, tmp_path: Path, cells: str
) -> None:
    rows = f"Mill,2013-01-09,{cells}\nMill,2013-01-08,SAF,saf\n"
    (file,) = load(named, tmp_path, table(), HEAD + rows).files
    assert file.quarantined == {"other": 1}
    column, name = ("who", "SDF") if cells.startswith("SDF") else ("said", "sdf")
    (problem,) = file.problems
    assert problem.endswith(
        f":2: {column}: several are named '{name}' (alpha, guard), and this row does not say "
        "which: give the id of one under `values`"
    )
    (left,) = facts_in(named)
    assert left["by"] == ["saf"]


def test_a_row_of_such_a_name_is_refused_unless_the_mapping_sets_it_aside(
    named: Situation, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="several are named 'SDF'"):
        load(named, tmp_path, table(bad={}), HEAD + "Mill,2013-01-09,SDF,saf\n")
    assert not facts_in(named)


def test_values_say_which_actor_such_a_name_means_here(named: Situation, tmp_path: Path) -> None:
    mapping = table()
    who = {"column": "who", "values": {"SDF": "guard"}}
    said = {"column": "said", "values": {"sdf": "alpha"}, "otherwise": "keep"}
    mapping["facts"][0] |= {"by": {"actor": who}, "speaker": said}
    rows = "Mill,2013-01-09,SDF,sdf\nMill,2013-01-08,SAF,The Army\nMill,2013-01-07,SAF,the mayor\n"
    load(named, tmp_path, mapping, HEAD + rows)
    found = {(one["by"][0], one["speaker"]) for one in facts_in(named)}
    assert found == {("guard", "alpha"), ("saf", "saf"), ("saf", "the mayor")}


def test_a_mapping_that_names_several_is_refused_at_its_line(
    named: Situation, tmp_path: Path
) -> None:
    wrong = {
        "speaker": "SDF",
        "by": {"actor": {"column": "who"}, "parent": "SDF"},
    }
    for field, name in wrong.items():
        mapping = json.loads(json.dumps(table()))
        mapping["facts"][0][field] = name
        with pytest.raises(
            InputError, match=rf"mapping\.yaml:1:\d+: facts\[0\]\.{field}"
        ) as caught:
            load(named, tmp_path, mapping, HEAD + "Mill,2013-01-09,New Force,saf\n")
        assert "'SDF'" in str(caught.value)


# -- asked about ----------------------------------------------------------------------------------


@pytest.fixture
def salams(named: Situation) -> Situation:
    """Two places of one name, each held by another."""
    north = {**TAKEN, "place": "salam-n", "by": ["guard"], "voice": "reporter"}
    tell(named, "gazette", "2013-01-10", {**TAKEN, "place": "salam-k", "voice": "reporter"}, north)
    return named


BOTH = ["salam-k", "salam-n"]
NOTE = "is the name of 2 here, salam-k, salam-n: this tells of each of them"


@pytest.mark.parametrize("name", ["Al-Salam", "al-salam", "Salama"])
@pytest.mark.parametrize("projection", ["control", None])
def test_a_name_of_several_places_asks_about_each_of_them(
    salams: Situation, name: str, projection: str | None
) -> None:
    now, before = salams.clocks("2013-01-11"), salams.clocks("2013-01-01")
    without = salams.weighing(without=["gazette"])
    for found in (
        salams.state(now, projection, name),
        salams.diff(before, now, projection, name),
        salams.whatif(now, without, projection, name),
        salams.spans(now, projection, name),
    ):
        assert list(dict.fromkeys(row["key"] for row in found.dicts)) == BOTH, found.verb
        assert found.notes == (f"'{name}' {NOTE}",)
        assert found.query["key"] == name


def test_of_several_places_a_dispute_is_told_and_none_is_no_slip(salams: Situation) -> None:
    now = salams.clocks("2013-01-11")
    assert salams.disputes(now, "control", "Al-Salam").notes == (f"'Al-Salam' {NOTE}",)
    rival = {**TAKEN, "place": "salam-n", "voice": "reporter"}
    tell(salams, "wire", "2013-01-10", rival)
    assert [row["key"] for row in salams.disputes(now, "control", "Al-Salam").dicts] == ["salam-n"]
    early = salams.state(salams.clocks("2012-01-01"), "control", "Al-Salam")
    assert (early.dicts, early.notes) == ((), (f"'Al-Salam' {NOTE}",))


def test_a_question_of_one_cell_is_refused_with_the_ids_of_each(salams: Situation) -> None:
    now = salams.clocks("2013-01-11")
    refused = r"'Al-Salam' is the name of 2 here, salam-k, salam-n: ask about one of them"
    for ask_of_one in (
        lambda: salams.audit(now, "control", "Al-Salam"),
        lambda: salams.history("Al-Salam"),
        lambda: salams.watched("control", "Al-Salam"),
    ):
        with pytest.raises(NotFoundError, match=refused):
            ask_of_one()
    ask_for = {"projection": "control", "key": "Al-Salam", "as_of": "2013-01-11"}
    expected = {"expectations": [{"ask": ask_for, "expect": "none"}]}
    with pytest.raises(InputError, match=rf"e\.yaml:1:\d+: expectations\[0\]\.ask\.key: {refused}"):
        salams.check(json.dumps(expected).encode(), "e.yaml")


def test_an_alias_is_that_of_who_has_it_as_a_name(salams: Situation) -> None:
    salams.register(b"title: Names\nplaces:\n  nova: {name: Nova}\n", "more.yaml", by="tests")
    found = salams.state(salams.clocks("2013-01-11"), "control", "NOVA")
    assert (found.query["key"], found.dicts) == ("nova", ())


def test_an_actor_is_heard_or_left_out_by_its_alias(salams: Situation) -> None:
    tell(salams, "wire", "2013-01-10", {**TAKEN, "speaker": "saf"})
    assert salams.weighing(without=["the army"]).without == ("saf",)
    with pytest.raises(NotFoundError, match="'SDF' may be alpha or guard: say which, by its id"):
        salams.weighing(only=["SDF"])


def test_rows_of_one_name_are_told_apart_in_tables(tmp_path: Path) -> None:
    def write(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    log = ("--log", tmp_path / "s.db")
    said(*log, "init", write("situation.yaml", SITUATION))
    here = [{**TAKEN, "place": place, "voice": "reporter"} for place in ("mill", *BOTH)]
    troops = [
        fact("TroopsDeployed", place=place, by=["saf"], when="2013-01-09", quantity={"best": 5})
        for place in BOTH
    ]
    said(*log, "record", write("s.yaml", sheet("gazette", "2013-01-10", *here, *troops)))
    at = ("--as-of", "2013-01-11", "-q")
    control = said(*log, "state", "control", *at)
    assert "\nAl-Salam (salam-k)  Armed Forces" in control
    assert "\nAl-Salam (salam-n)  Armed Forces" in control
    assert "\nMill                Armed Forces" in control
    assert "Armed Forces  Al-Salam (salam-n)  troops" in said(*log, "state", "forces", *at)
    told = unfolded(said(*log, "diff", "--from", "2013-01-01", "--to", "2013-01-11", "-q"))
    assert "control: Al-Salam (salam-k)" in told
    assert "forces: Armed Forces in Al-Salam (salam-k)," in told
    assert "(salam-k)" in said(*log, "whatif", "control", "--without", "gazette", *at)
    alone = said(*log, "state", "control", "salam-k", *at)
    assert "(salam-k)" not in alone
    (row,) = answer(*log, "state", "control", "salam-k", "--as-of", "2013-01-11")["rows"]
    assert row["name"] == "Al-Salam"
    wrong = run(*log, "audit", "control", "Al-Salam")
    assert (wrong.exit_code, "salam-k, salam-n" in wrong.stderr) == (2, True)
