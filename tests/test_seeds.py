"""The Mali seeds: their sheets load, and every locator holds against the documents themselves."""

from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from tracker.drafting.sentences import sentences
from tracker.facts import Fact
from tracker.instants import parse_moment
from tracker.registry import Registry
from tracker.reports import Report
from tracker.sheets import read_sheet
from tracker.situation_file import read_situation
from tracker.yamltree import load

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds" / "mali-2013"
DOCUMENTS = ROOT.parent / "shared" / "seeds"
SHEETS = ("guardian-2013-01-14.yaml", "voa-2013-01-17.yaml", "guardian-2013-01-21.yaml")
LONGEST_COPY = 6  # words in a row that a sheet may share with its document

every_sheet = pytest.mark.parametrize("name", SHEETS)
needs_documents = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason=f"the seed documents are not here ({DOCUMENTS})"
)


@cache
def registry() -> Registry:
    found = read_situation((SEEDS / "situation.yaml").read_bytes(), "situation.yaml")
    assert found.warnings == ()
    return Registry().after(found.events)


@cache
def report(name: str) -> Report:
    sheet = read_sheet((SEEDS / name).read_bytes(), name, registry())
    assert sheet.warnings == ()
    return sheet.report


@cache
def raw(name: str) -> bytes:
    document = report(name).registered.document
    assert document
    return (DOCUMENTS / document.name).read_bytes()


def text(name: str) -> str:
    return raw(name).decode()


def where(fact: Fact) -> tuple[int, int, int]:
    locator = fact.locator
    assert locator.sentence is not None
    assert locator.span
    return (locator.sentence, *locator.span)


# -- without the documents -----------------------------------------------------------------------


@every_sheet
def test_a_sheet_loads_and_names_only_what_is_registered(name: str) -> None:
    assert report(name).facts


def test_every_fact_is_coded_and_none_twice() -> None:
    facts = [fact for name in SHEETS for fact in report(name).facts]
    assert 100 <= len(facts) <= 140
    assert len({fact.id for fact in facts}) == len(facts)


@every_sheet
def test_every_fact_has_a_whole_locator(name: str) -> None:
    for fact in report(name).facts:
        assert fact.locator.document == report(name).registered.document
        assert where(fact)
        assert fact.locator.sha256
        assert fact.locator.quote is None, "the project holds no sentence of the documents"


@every_sheet
def test_a_sentence_is_either_coded_or_not_and_none_is_left_out(name: str) -> None:
    coded = {where(fact)[0] for fact in report(name).facts}
    not_coded = [entry.sentence for entry in report(name).registered.not_coded]
    assert sorted([*coded, *not_coded]) == list(range(len(coded) + len(not_coded)))


@every_sheet
def test_facts_stand_in_the_order_of_the_document(name: str) -> None:
    numbers = [where(fact)[0] for fact in report(name).facts]
    assert numbers == sorted(numbers)


def test_descriptions_of_speakers_do_not_stand_for_registered_actors() -> None:
    names = {
        name.casefold()
        for actor in registry().actors.values()
        for name in (actor.name, *actor.aliases)
    }
    speakers = {fact.speaker for name in SHEETS for fact in report(name).facts if fact.speaker}
    described = speakers - registry().actors.keys()
    assert not {speaker for speaker in described if speaker.casefold() in names}


def test_expectations_ask_for_what_exists() -> None:
    found = load((SEEDS / "expect.yaml").read_bytes(), "expect.yaml").value["expectations"]
    assert len(found) >= 45
    asks = [tuple(entry["ask"].items()) for entry in found]
    assert len(set(asks)) == len(asks)
    for entry in found:
        assert entry.keys() == {"ask", "expect"}
        ask, expect = entry["ask"], entry["expect"]
        assert expect == "none" or isinstance(expect, dict)
        for clock in {"as_of", "known_at"} & ask.keys():
            parse_moment(ask[clock], "UTC")
        assert _known(ask["projection"], ask["key"].split("/"))
        if isinstance(expect, dict):
            assert set(expect.get("holders", ())) <= registry().actors.keys()


def _known(projection: str, key: list[str]) -> bool:
    known = registry()
    match projection, key:
        case "control", [place]:
            return place in known.places
        case "forces", [actors, place, _category, phase]:
            phases = {"pledged", "mobilised", "deployed", "withdrawn", "advancing"}
            who = actors.split("+")
            return (
                who == sorted(who)
                and set(who) <= known.actors.keys()
                and place in known.places
                and phase in phases
            )
        case "alerts", [scheme, scope]:
            return scheme in known.schemes and scope in known.places
        case "losses", [side, _category, _fate]:
            return side in known.actors
        case _:
            return False


# -- against the documents -----------------------------------------------------------------------


@needs_documents
@every_sheet
def test_the_document_is_the_one_that_was_coded(name: str) -> None:
    document = report(name).registered.document
    assert document
    assert sha256(raw(name)).hexdigest() == document.sha256


@needs_documents
@every_sheet
def test_every_span_is_in_its_sentence_and_says_what_was_read(name: str) -> None:
    spans = sentences(text(name))
    for fact in report(name).facts:
        number, start, end = where(fact)
        sentence_start, sentence_end = spans[number]
        assert sentence_start <= start < end <= sentence_end
        quoted = text(name)[start:end]
        assert quoted == quoted.strip()
        assert sha256(quoted.encode()).hexdigest() == fact.locator.sha256


@needs_documents
@every_sheet
def test_every_sentence_is_coded_or_listed_with_a_reason(name: str) -> None:
    coded = {where(fact)[0] for fact in report(name).facts}
    not_coded = {entry.sentence for entry in report(name).registered.not_coded}
    assert coded | not_coded == set(range(len(sentences(text(name)))))


@needs_documents
@every_sheet
def test_time_words_are_those_of_the_sentence(name: str) -> None:
    spans = sentences(text(name))
    for fact in report(name).facts:
        start, end = spans[where(fact)[0]]
        since = getattr(fact, "since", None)
        quantity = getattr(fact, "quantity", None)
        for said in (fact.when, since, quantity):
            phrase = said.phrase if said else None
            assert phrase is None or phrase in text(name)[start:end]


@needs_documents
@every_sheet
def test_a_sheet_copies_no_run_of_words(name: str) -> None:
    theirs, ours = _words(text(name)), _words((SEEDS / name).read_text())
    size = LONGEST_COPY + 1
    copied = _runs(theirs, size) & _runs(ours, size)
    assert not copied


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()


def _runs(words: list[str], size: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}
