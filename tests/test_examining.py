"""Proofs and bundles that were changed on their way: no word passes that nobody signed for."""

from __future__ import annotations

import json
import subprocess
import sys
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


def test_a_bundle_says_how_many_texts_are_not_in_it(bundle: Path) -> None:
    """Nobody can tell whether they were erased or only left out; since it was made, they can."""
    assert "left out" not in run("bundle", "--check", bundle).stderr
    changed(bundle, "texts.jsonl", lambda lines: lines[0]["texts"].pop("note"))
    result = run("bundle", "--check", bundle)
    assert (result.exit_code, "texts.jsonl is not as it went in" in result.stderr) == (1, True)
    assert "not in it (erased, or left out): 1 of 5 sealed texts" in result.stderr


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
    assert wrong(bundle).count("event #21: nobody signed for its summary") == 1


def test_texts_in_the_line_of_an_event_are_not_what_a_bundle_holds(bundle: Path) -> None:
    forged = {"gist": {"text": "The army took it.", "key": "00" * 32}}
    changed(bundle, "events.jsonl", lambda lines: lines[-1].update(texts=forged))
    assert "event #21: nobody signed for its texts" in wrong(bundle)


# -- checkpoints that were kept -------------------------------------------------------------------


def test_a_checkpoint_that_is_newer_than_a_bundle_does_not_call_it_tampered_with(
    log: Path, bundle: Path
) -> None:
    """It may be older, or cut off: nobody can tell from the two alone."""
    newer, key = log.with_name("newer.txt"), bundle / "key.txt"
    words = ("--reason", "Misread.", "--published", "2013-02-01")
    said("--log", log, "retract", GONE, *words)
    said("--log", log, "checkpoint", "-o", newer)
    checker = [sys.executable, "-I", "-S", str(bundle / "verify_bundle.py"), str(bundle)]
    outside = subprocess.run(
        [*checker, str(key), str(newer)], capture_output=True, text=True, check=False
    )
    assert (outside.returncode, outside.stderr) == (1, "")
    assert outside.stdout == "CANNOT TELL whether this extends the kept checkpoint of #22\n"
    result = run("bundle", "--check", bundle, "--key", key, "--against", newer)
    assert (result.exit_code, result.stdout) == (2, f"{bundle}: cannot decide, 21 events\n")
    assert "it is newer than this bundle, which is older or was cut off" in result.stderr
    changed(bundle, "events.jsonl", lambda lines: lines[3].update(version=9))
    result = run("bundle", "--check", bundle, "--key", key, "--against", newer)
    assert (result.exit_code, "TAMPERED" in result.stdout) == (1, True)


def test_two_checkpoints_of_one_size_and_of_different_events_are_found(log: Path) -> None:
    """Signed by the true key: a selection alone could not tell which of the two is true."""
    from tracker.notes import Checkpoint, sign_note

    out, other = log.with_name("some"), log.with_name("other.txt")
    said("--log", log, "bundle", "--only", "control/mill", "-o", out)
    with Situation(str(log)) as situation:
        name = f"situation-tracker/{situation.log.log_id}"
        note = sign_note(str(Checkpoint(name, 21, bytes(32))), name, situation.keys().signer())
    other.write_text(note, encoding="utf-8")
    result = run("bundle", "--check", out, "--against", other)
    assert (result.exit_code, "TAMPERED" in result.stdout) == (1, True)
    assert "of the events up to #21 two checkpoints tell differently" in result.stderr
