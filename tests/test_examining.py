"""Proofs and bundles that were changed on their way: no word passes that nobody signed for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import run, said
from sheets_for_tests import NOW, SITUATION, fact

from tracker.situation import Situation

FALLEN = fact("TownOccupied", place="mill", by=["rebels"], when="2013-01-14") | {
    "gist": "The rebels took the mill.",
    "voice": "attributed",
    "speaker": "a miller",
    "note": "He had fled.",
    "at": {"sentence": 1, "quote": "They have the mill."},
}
LEFT = fact("ForcesWithdrew", place="mill", by=["rebels"], when="2013-01-16") | {
    "gist": "The rebels left the mill."
}
REPORT = {
    "source": "gazette",
    "published": "2013-01-17",
    "document": {"name": "1.txt", "sha256": "1" * 64},
}
SHEET = json.dumps({"report": REPORT, "facts": [FALLEN, LEFT]}).encode()
TAKEN, GONE = "#20", "#21"

Texts = dict[str, Any]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of one report, of which two facts came out."""
    path = tmp_path / "situation.db"
    with Situation(str(path), create=True, clock=lambda: NOW) as situation:
        situation.register(SITUATION, "situation.yaml", by="ana")
        situation.record([(SHEET, "1.yaml")], by="ana")
    return path


@pytest.fixture
def proof(log: Path) -> Path:
    said("--log", log, "prove", TAKEN, "-o", log.with_name("proof.json"))
    return log.with_name("proof.json")


def refused(proof: Path) -> str:
    """Why a proof is refused."""
    result = run("prove", "--check", proof)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr


# -- texts of a proof -----------------------------------------------------------------------------

FORGED: dict[str, Callable[[Texts], object]] = {
    "another text": lambda texts: texts["FIELD"].update(text="The army took the mill."),
    "a letter": lambda texts: texts["FIELD"].update(text=texts["FIELD"]["text"] + "."),
    "no text": lambda texts: texts["FIELD"].update(text=None),
    "another key": lambda texts: texts["FIELD"].update(key="00" * 32),
    "no key": lambda texts: texts["FIELD"].pop("key"),
    "a key that is none": lambda texts: texts["FIELD"].update(key="key"),
    "more than a text": lambda texts: texts["FIELD"].update(translation="The army took it."),
}


@pytest.mark.parametrize("field", ["gist", "note", "quote", "speaker"])
@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED)
def test_a_proof_with_another_text_proves_nothing(
    proof: Path, field: str, change: Callable[[Texts], object]
) -> None:
    held = json.loads(proof.read_text())
    texts = held["event"]["texts"]
    change({"FIELD": texts[field]})
    proof.write_text(json.dumps(held))
    assert refused(proof) == (f"PROVES NOTHING: event {TAKEN}: its {field} is not what is sealed\n")


@pytest.mark.parametrize("field", ["reason", "alias", "title"])
def test_a_text_that_was_never_sealed_is_no_part_of_a_proof(proof: Path, field: str) -> None:
    held = json.loads(proof.read_text())
    texts = held["event"]["texts"]
    texts[field] = texts["gist"]
    proof.write_text(json.dumps(held))
    assert f"its {field} is not what is sealed" in refused(proof)


def test_a_speaker_is_not_made_up_for_a_fact_without_one(log: Path) -> None:
    proof = log.with_name("proof.json")
    said("--log", log, "prove", GONE, "-o", proof)
    held = json.loads(proof.read_text())
    held["event"]["texts"]["speaker"] = held["event"]["texts"]["gist"]
    proof.write_text(json.dumps(held))
    assert "its speaker is not what is sealed" in refused(proof)


def test_texts_are_not_exchanged_for_those_of_another_fact(log: Path, proof: Path) -> None:
    other = json.loads(said("--log", log, "prove", GONE))
    held = json.loads(proof.read_text())
    held["event"]["texts"]["gist"] = other["event"]["texts"]["gist"]
    proof.write_text(json.dumps(held))
    assert "its gist is not what is sealed" in refused(proof)


@pytest.mark.parametrize("inside", [True, False])
def test_what_nobody_signed_for_is_no_part_of_a_proof(proof: Path, *, inside: bool) -> None:
    held = json.loads(proof.read_text())
    (held["event"] if inside else held)["gist"] = "The army took the mill."
    proof.write_text(json.dumps(held))
    assert refused(proof) == "PROVES NOTHING: nobody signed for its gist\n"


def test_a_name_that_stands_twice_is_refused(proof: Path) -> None:
    """Whoever reads the first reads another text than the one that is checked."""
    text = proof.read_text()
    assert text.count('"texts":') == 1
    proof.write_text(text.replace('"texts":', '"texts": {"gist": {"text": "Another."}}, "texts":'))
    assert "this is no proof" in refused(proof)


def test_a_text_that_a_proof_lacks_is_named(proof: Path) -> None:
    """Nobody can tell whether it was erased or only left out."""
    assert said("prove", "--check", proof).count("left out") == 0
    held = json.loads(proof.read_text())
    del held["event"]["texts"]["note"], held["event"]["texts"]["speaker"]
    proof.write_text(json.dumps(held))
    told = said("prove", "--check", proof)
    assert "not in the proof (erased, or left out): note, speaker" in told


# -- texts of a bundle ----------------------------------------------------------------------------


@pytest.fixture
def bundle(log: Path) -> Path:
    said("--log", log, "bundle", "-o", log.with_name("bundle"))
    return log.with_name("bundle")


def wrong(bundle: Path) -> str:
    """What is wrong with a bundle."""
    result = run("bundle", "--check", bundle)
    assert result.exit_code == 1, result.output
    return result.stderr


def changed(bundle: Path, name: str, change: Callable[[list[Texts]], object]) -> Path:
    """Change a bundle's file, read as JSON line by line."""
    file = bundle / name
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    change(lines)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return bundle


def test_texts_that_stand_twice_are_found(bundle: Path) -> None:
    """Whoever reads the first line reads another text than the one that is checked."""
    forged = {"position": 20, "texts": {"gist": {"text": "The army took it.", "key": "00" * 32}}}
    changed(bundle, "texts.jsonl", lambda lines: lines.insert(0, forged))
    assert "event #20: its texts stand there twice" in wrong(bundle)


def test_a_text_of_an_event_that_is_withheld_is_found(log: Path) -> None:
    out = log.with_name("bundle")
    order = ("--authority", "Editor", "--reason", "a source in danger")
    said("--log", log, "bundle", "-o", out, "--withhold", GONE, *order)
    assert run("bundle", "--check", out).exit_code == 0
    forged = {"position": 21, "texts": {"gist": {"text": "The army took it.", "key": "00" * 32}}}
    changed(out, "texts.jsonl", lambda lines: lines.append(forged))
    assert "event #21: a text of what is not there" in wrong(out)


@pytest.mark.parametrize("name", ["events.jsonl", "texts.jsonl"])
def test_what_nobody_signed_for_is_found_in_a_bundle(bundle: Path, name: str) -> None:
    changed(bundle, name, lambda lines: lines[-1].update(summary="The army took the mill."))
    assert "event #21: nobody signed for its summary" in wrong(bundle)
