"""Search: places, actors, sources and facts by words or their beginnings, accents or not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from unicodedata import normalize

import pytest
from commands_for_tests import answer, mali, run, said, sql
from sheets_for_tests import fact, sheet, tell

from projections.schema import SEARCHED_BEFORE
from projections.search import LONGEST, MOST_WORDS, terms
from projections.store import Store
from tracker import Situation
from tracker.errors import TrackerError


def found(situation: Situation, text: str) -> list[tuple[str, str]]:
    """Give (what, name) of all that is found."""
    return [(row["found"], row["name"]) for row in situation.search(text).dicts]


def test_a_place_is_found_without_its_accents_and_by_its_beginning(tmp_path: Path) -> None:
    with Situation(str(mali(tmp_path))) as situation:
        for text in ("sevare", "SEVARE", "Sévaré", "sev", "Se\u0301vare\u0301"):
            assert found(situation, text)[0] == ("place", "Sévaré"), text


def test_names_come_before_what_facts_say_and_all_words_count(tmp_path: Path) -> None:
    with Situation(str(mali(tmp_path))) as situation:
        rows = situation.search("guardian").dicts
        assert [row["id"] for row in rows if row["found"] == "source"] == ["the-guardian"]
        kinds = [row["found"] for row in situation.search("mali").dicts]
        assert kinds == sorted(kinds, key=lambda kind: kind == "fact")
        assert found(situation, "garrison overrun") == [
            ("fact", "Rebels have overrun Diabaly, a garrison town.")
        ]
        assert found(situation, "rebels nowhere") == []


def test_an_alias_and_an_id_are_names_too(tmp_path: Path) -> None:
    with Situation(str(mali(tmp_path))) as situation:
        assert found(situation, "bright red") == [("scheme", "Vigipirate")]
        assert ("actor", "Jean-Yves Le Drian") in found(situation, "drian")


def test_a_fact_says_where_it_stands_and_whether_it_was_taken_back(situation: Situation) -> None:
    told = fact("FightingReported", place="mill", when={"edtf": "2013-01-14"}, gist="Shots heard.")
    (wrong,) = tell(situation, "gazette", "2013-01-15", told)
    (row,) = situation.search("shots").dicts
    assert row == {
        "found": "fact",
        "id": wrong,
        "name": "Shots heard.",
        "position": situation.position,
        "kind": "FightingReported",
        "place": "mill",
        "published": "2013-01-15T23:59:59.999999Z",
        "source": "gazette",
        "report": situation.show(f"#{situation.position}")["report"],
        "retracted": False,
    }
    situation.retract([wrong], reason="a mistake", by="tests", published="2013-01-16")
    assert [row["retracted"] for row in situation.search("shots").dicts] == [True]


def test_what_a_correction_says_is_of_its_report(situation: Situation) -> None:
    """It is known since the correction, and published with the report: as an audit has it."""
    told = fact("FightingReported", place="mill", when={"edtf": "2013-01-14"}, gist="Shots heard.")
    (wrong,) = tell(situation, "gazette", "2013-01-15", told)
    situation.correct(wrong, {"place": "ford"}, reason="a slip", by="tests", published="2013-01-20")
    first, second = situation.search("shots").dicts
    assert (first["retracted"], second["retracted"]) == (True, False)
    assert first["published"] == second["published"] == "2013-01-15T23:59:59.999999Z"


def test_what_was_recorded_and_registered_since_is_found(tmp_path: Path) -> None:
    log = str(mali(tmp_path))
    with Situation(log) as situation, Situation(log) as other:
        assert found(situation, "harvest") == found(situation, "hamlet") == []
        told = fact("FightingReported", place="gao", when={"edtf": "2013-01-21"}, gist="A harvest.")
        other.record([(sheet("voa", "2013-01-22", told), "x.yaml")], by="another")
        other.register(b"title: Mali\nplaces:\n  hamlet: {name: The Hamlet}\n", "s.yaml", by="a")
        assert found(situation, "harvest") == [("fact", "A harvest.")]
        assert found(situation, "hamlet") == [("place", "The Hamlet")]


def test_the_index_is_no_part_of_the_model_and_goes_with_it(tmp_path: Path) -> None:
    log = str(mali(tmp_path))
    with Situation(log) as situation, Situation(log) as other:
        before = found(situation, "diabaly")
        assert situation.compare() == []
        situation.rebuild()
        assert found(situation, "diabaly") == before
        other.store.clear()
        assert found(situation, "diabaly") == before


def test_where_the_model_takes_no_index_it_is_searched_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(store: Store, *, frozen: bool) -> None:
        begin(store, frozen=frozen)
        if store.path != ":memory:":
            store.connection.execute("PRAGMA query_only=ON")

    begin, log = Store._begin, mali(tmp_path)  # noqa: SLF001 - as in a folder that takes no file
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(Store, "_begin", read_only)
    with Situation(str(log)) as situation:
        for _ in range(2):
            assert found(situation, "sevare")[0] == ("place", "Sévaré")
    assert answer("--log", log, "search", "overrun")["rows"][0]["position"] == 58
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("text", ["", "  ", "!!", '"', "\0"])
def test_no_word_is_no_search(text: str) -> None:
    with pytest.raises(TrackerError, match="say what to search for"):
        terms(text)


@pytest.mark.parametrize("text", ["a " * (MOST_WORDS + 1), "a" * (LONGEST + 1)])
def test_too_much_is_no_search(text: str) -> None:
    with pytest.raises(TrackerError, match="too long"):
        terms(text)


@pytest.mark.parametrize(
    "text", ['a"b', "a OR", "NEAR(", "gist: x", "x*", "^x", "{a}", "-x", "x AND"]
)
def test_no_letter_of_a_search_is_syntax(text: str, tmp_path: Path) -> None:
    with Situation(str(mali(tmp_path))) as situation:
        assert situation.search(text).query["words"] == text


def test_the_verb_shows_what_was_found(tmp_path: Path) -> None:
    log = mali(tmp_path)
    assert said("--log", log, "search", "sevare").splitlines()[1].split() == [
        "place", "Sévaré", "sevare",
    ]  # fmt: skip
    rows = answer("--log", log, "search", "diab", "tow")["rows"]
    assert [row["kind"] for row in rows] == ["TownOccupied"]
    assert "#58 TownOccupied" in said("--log", log, "search", "overrun")
    assert said("--log", log, "search", "nowhere") == "nothing found\n"
    assert "the first 2: --limit asks for more" in run("--log", log, "search", "ma", "-n", 2).stderr


NAMES = {
    "p1": "Артёмовск",
    "p2": "Łódź",
    "p3": "الأبيض",
    "p4": "Đà Nẵng",
    "p5": "Δίον",
    "p6": "İzmir",
    "p7": "Йошкар",
    "p8": "नेपालगंज",
    "p9": "မြို့",
    "p10": "Saint-Denis",
    "p12": "إدلب",
    "p13": "Straße",
    "p14": "大馬士革",
    "p15": "がんこ",
    "p16": "한국",
}


@pytest.fixture
def abroad() -> Iterator[Situation]:
    """Give places whose names are written in many scripts."""
    with Situation(":memory:", create=True) as situation:
        places = {one: {"name": name} for one, name in NAMES.items()}
        sources = {"s1": {"name": "S1", "type": "agency"}}
        yaml = json.dumps({"title": "Abroad", "places": places, "sources": sources})
        situation.register(yaml.encode(), "situation.yaml", by="tests")
        yield situation


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Артемовск", "p1"), ("АРТЁМ", "p1"), ("артем", "p1"), (normalize("NFD", "Артём"), "p1"),
        ("łodz", "p2"), ("الابيض", "p3"), ("الأبيض", "p3"), ("الا\u0654بيض", "p3"),
        ("đa nang", "p4"), ("διον", "p5"), ("ΔΙΟΝ", "p5"), ("izmir", "p6"), ("İZMİR", "p6"),
        ("иошкар", "p7"), ("йошкар", "p7"), ("नेपालगंज", "p8"), ("မြို့", "p9"),
        ("saínt-denis", "p10"), ("ادلب", "p12"), ("إدلب", "p12"), ("إِدْلِب", "p12"),
        ("strasse", "p13"), ("STRASSE", "p13"), ("大馬", "p14"), ("がん", "p15"), ("한", "p16"),
    ],
)  # fmt: skip
def test_a_name_is_found_with_or_without_its_marks_in_any_script(
    abroad: Situation, text: str, place: str
) -> None:
    assert found(abroad, text) == [("place", NAMES[place])]  # shown as it is written


@pytest.mark.parametrize("text", ["かん", "नपालगज", "\uff41\uff02\uff42", "мовск"])
def test_other_letters_are_not_found(abroad: Situation, text: str) -> None:
    assert found(abroad, text) == []


def test_what_facts_say_is_found_so_too(situation: Situation) -> None:
    told = fact("FightingReported", place="mill", when={"edtf": "2013-01-14"}, gist="Бой за Ёлкино")
    tell(situation, "gazette", "2013-01-15", told)
    assert found(situation, "елкино") == [("fact", "Бой за Ёлкино")]


def test_an_index_that_was_made_otherwise_is_made_anew(tmp_path: Path) -> None:
    """As the first search made it before letters of every script were folded."""
    yaml, log = tmp_path / "s.yaml", tmp_path / "s.db"
    yaml.write_text(json.dumps({"title": "Abroad", "places": {"p1": {"name": "Артёмовск"}}}))
    said("--log", log, "init", yaml)
    said("--log", log, "state")
    model = tmp_path / "s.state.db"
    sql(
        model,
        *SEARCHED_BEFORE,
        "INSERT INTO searched_names VALUES ('Артёмовск', 'p1', 'place', 'p1')",
        "INSERT INTO searched SELECT value, (SELECT value FROM meta WHERE name = 'registered')"
        " FROM meta WHERE name = 'position'",
    )
    for _ in range(2):
        assert "Артёмовск" in said("--log", log, "search", "артемовск")
