"""Erasing text: gone from every file, whoever is killed meanwhile; told of, and never undone."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from commands_for_tests import answer, held, run, said, sql, unfolded
from effort_for_tests import times
from sheets_for_tests import NOW, SITUATION, fact
from tables_for_tests import DIARY, diary

from projections.store import Row
from tracker.errors import LogError, NotFoundError, TrackerError
from tracker.facts.sealed import UNREADABLE, WITHHELD, Parts
from tracker.log import Log
from tracker.sealing import Sealer
from tracker.situation import Situation
from tracker.vault import Vault

HERE = Path(__file__).resolve().parent
GIST, OTHER = "The deserter says that the mill fell at noon.", "The ford was seen to be empty."
SPEAKER, NOTE, QUOTE = "Samba the deserter", "He asked not to be named.", "it fell at noon, I ran"
SECRETS = (GIST, SPEAKER, NOTE, QUOTE)
ORDER = ("--authority", "Data protection officer", "--reason", "his request of 3 May")
FALLEN = fact("TownOccupied", place="mill", by=["rebels"], when="2013-01-14", gist=GIST) | {
    "voice": "attributed",
    "speaker": SPEAKER,
    "note": NOTE,
    "at": {"sentence": 1, "quote": QUOTE},
}
EMPTY = fact("ControlReported", place="ford", state="held", by=["army"], when="2013-01-15")
EMPTY |= {"gist": OTHER, "voice": "attributed", "speaker": SPEAKER}
SHEET = json.dumps(
    {
        "report": {
            "source": "gazette",
            "published": "2013-01-17",
            "document": {"name": "1.txt", "sha256": "1" * 64},
        },
        "facts": [FALLEN, EMPTY],
    }
).encode()


SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""Of a test whose subject is the log's file, and what lies beside it."""


@pytest.fixture
def log(engine: str, tmp_path: Path, new_log: Callable[[], str]) -> Path | str:
    """A log of one report, and its read model; the sheet is kept elsewhere."""
    return told(tmp_path) if engine == "sqlite" else _told(new_log())


def told(folder: Path) -> Path:
    return Path(_told(str(folder / "situation.db")))


def _told(log: str) -> str:
    with Situation(log, create=True, clock=lambda: NOW) as situation:
        situation.register(SITUATION, "situation.yaml", by="ana")
        situation.record([(SHEET, "1.yaml")], by="ana")
        assert situation.store.position == situation.position
    return log


def beside(log: Path | str) -> Path:
    """The folder in which all files of a log lie; of one on a server, those that are not there."""
    return log.parent if isinstance(log, Path) else Path(os.environ["XDG_CACHE_HOME"]).parent


def model_of(log: Path | str) -> Path:
    if isinstance(log, Path):
        return log.with_name("situation.state.db")
    return next(beside(log).rglob("*.state.db"))


def first(log: Path) -> str:
    """The position of the fact that is going to be erased."""
    with Situation(str(log)) as situation:
        return next(f"#{e.position}" for e in situation.log.read() if e.fact)


def found_in(log: Path | str, *texts: str) -> list[tuple[str, str]]:
    """Look for texts in every byte of a log, and of all files in its folder.

    As they are, and as JSON escapes them.
    """
    folder = log if isinstance(log, Path) and log.is_dir() else beside(log)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    places = [(path.name, path.read_bytes()) for path in files]
    if isinstance(log, str):
        places.append(("the server", b"".join(row[4] for row in held(log)[:-1])))
    return [
        (name, text)
        for name, data in places
        for text in texts
        if text.encode() in data or json.dumps(text)[1:-1].encode() in data
    ]


def body(log: Path, event: str) -> dict[str, Any]:
    shown: dict[str, Any] = answer("--log", log, "show", event)["body"]
    return shown


def redact(log: Path, *words: object, exit_code: int = 0) -> str:
    result = run("--log", log, "redact", *words, *ORDER)
    assert result.exit_code == exit_code, result.output
    return result.output


# -- sealed ----------------------------------------------------------------------------------------


def test_text_is_in_no_file_but_the_read_model(log: Path) -> None:
    assert {name for name, _ in found_in(log, *SECRETS)} == {model_of(log).name}
    assert keys_of(log).stat().st_mode & 0o777 == 0o600


def test_what_was_sealed_is_read_as_if_it_never_was(log: Path) -> None:
    with Situation(str(log)) as situation:
        facts = [event for event in situation.log.read() if event.fact]
        stored = list(situation.log.raw_rows(facts[0].position - 1))
    fallen = facts[0].fact
    assert fallen
    assert (fallen.gist, fallen.speaker, fallen.note) == (GIST, SPEAKER, NOTE)
    assert fallen.locator.quote == QUOTE
    assert (
        facts[0].stored
        == json.dumps(  # canonical, as though it lay there so
            json.loads(facts[0].stored), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()
    )
    sealed = Parts.of(stored[0][4])
    assert sorted(sealed.fields) == ["gist", "note", "quote", "speaker"]
    assert set(json.loads(sealed.body)) & {"gist", "note", "speaker"} == set()


def test_equal_texts_are_sealed_differently_and_their_length_is_not_told(log: Path) -> None:
    with Situation(str(log)) as situation:
        one, other = [
            Parts.of(row[4]).sealed
            for row in situation.log.raw_rows()
            if row[3] in {"TownOccupied", "ControlReported"}
        ]
    assert one["speaker"] != other["speaker"]
    assert one["alias"] == other["alias"]
    assert len(one["gist"]) == len(other["gist"])


@pytest.mark.parametrize("change", ["version", "stream", "field", "event"])
def test_a_sealed_text_cannot_be_put_in_the_place_of_another(log: Path, change: str) -> None:
    with Situation(str(log)) as situation:
        row = list(situation.log.raw_rows())[-1]
        position, stream, version, topic, state = row
        if change == "version":
            version += 1
        elif change == "stream":
            stream = "0" * 32
        elif change == "field":
            parts = Parts.of(state)
            swapped = json.dumps({**parts.sealed, "gist": parts.sealed["speaker"]}).encode()
            state = state.replace(
                json.dumps(dict(parts.sealed), separators=(",", ":")).encode(), swapped
            )
        else:
            other = Parts.of(list(situation.log.raw_rows())[-2][4]).event_id.encode()
            state = state.replace(Parts.of(state).event_id.encode(), other)
        (opened,) = situation.log.sealer.open([(position, stream, version, topic, state)])
        assert situation.log.unread
    assert OTHER.encode() not in opened[4]
    assert UNREADABLE.encode() in opened[4]


# -- erased ----------------------------------------------------------------------------------------


def test_erased_text_is_in_no_file_any_more(log: Path) -> None:
    before = held(log)
    redact(log, first(log))
    assert found_in(log, GIST, NOTE, QUOTE) == []
    assert held(log)[: len(before) - 1] == before[:-1]  # nothing stored has changed
    redact(log, "--speaker", SPEAKER)
    assert found_in(log, *SECRETS, OTHER) == []


@pytest.mark.parametrize("named", [0, 1, 2])
def test_what_was_put_in_the_place_of_a_fact_is_erased_with_it(log: Path, named: int) -> None:
    """Corrected twice, each time with the same words; whichever of the three is named."""
    line = [int(first(log)[1:])]
    for day in (13, 12):
        event = f"#{line[-1]}"
        said("--log", log, "correct", event, "--set", f"when=2013-01-{day}", "--reason", "a slip")
        line.append(answer("--log", log, "log", "--json")["rows"][-1]["position"])
    redact(log, f"#{line[named]}", "--field", "note")
    assert found_in(log, NOTE) == []
    redact(log, f"#{line[named]}")
    assert found_in(log, GIST, NOTE, QUOTE) == []
    assert [body(log, f"#{one}")["gist"] for one in line] == [WITHHELD] * 3
    assert "already" in redact(log, f"#{line[0]}")


OUT = ("--published", "2013-01-19")


def corrected(log: Path, event: str, change: str) -> str:
    said("--log", log, "correct", event, "--set", change, "--reason", "no names", *OUT)
    return f"#{answer('--log', log, 'log')['rows'][-1]['position']}"


@pytest.mark.parametrize("named", [SPEAKER, "a resident"])
def test_with_a_speaker_goes_what_corrections_made_of_the_facts(log: Path, named: str) -> None:
    """A correction gave the same words to another speaker; whichever of the two is named."""
    new = corrected(log, first(log), "speaker=a resident")
    redact(log, "--speaker", named)
    assert found_in(log, GIST, NOTE, QUOTE) == []
    assert [body(log, one)["gist"] for one in (first(log), new)] == [WITHHELD] * 2


@pytest.mark.parametrize("verb", ["redact", "hold"])
@pytest.mark.parametrize("published", ["", " ", "2013-02-30"])
def test_a_publication_that_is_none_is_refused(log: Path, verb: str, published: str) -> None:
    before = held(log)
    done = run("--log", log, verb, first(log), *COURT, "--published", published)
    assert done.exit_code == 2
    assert done.stderr.startswith("published: ")
    assert held(log) == before


@pytest.mark.parametrize("named", [SPEAKER, "a resident"])
def test_a_held_fact_keeps_what_corrections_made_of_it_from_a_speakers_erasure(
    log: Path, named: str
) -> None:
    new = corrected(log, first(log), "speaker=a resident")
    on = new if named == SPEAKER else first(log)
    said("--log", log, "hold", on, *COURT)
    assert f"{on} TownOccupied: hold" in redact(log, "--speaker", named, exit_code=2)
    assert [body(log, one)["gist"] for one in (first(log), new)] == [GIST] * 2


class Interrupted:
    """A clock at whose `nth` reading somebody else does something first."""

    def __init__(self, nth: int, act: Callable[[], object]) -> None:
        self.left, self.act = nth, act

    def __call__(self) -> int:
        self.left -= 1
        if self.left == 0:
            self.act()
        return NOW


@pytest.mark.parametrize("reading", [1, 2, 3])
def test_a_correction_that_meets_an_erasure_does_not_say_again_what_was_erased(
    log: Path, reading: int
) -> None:
    """As one made after it; the last reading of the clock is between reading and appending."""
    event = first(log)
    with Situation(str(log)) as one, Situation(str(log)) as other:
        erase = lambda: other.redact(  # noqa: E731 - one act
            other.to_erase([event]), authority="A", reason="R", by="ben"
        )
        one.clock = clock = Interrupted(reading, erase)
        one.correct(event, {"when": "2013-01-13"}, reason="a slip", by="ana")
        assert clock.left <= 0
        old, new = (e.fact for e in one.log.read() if e.fact and e.body.TOPIC == "TownOccupied")
    assert old
    assert new
    assert (new.when.edtf, new.gist, new.note) == ("2013-01-13", WITHHELD, None)
    assert new.speaker == old.speaker != SPEAKER
    assert found_in(log, GIST, NOTE, QUOTE) == []


@pytest.mark.parametrize("reading", [1, 2])
def test_a_correction_that_comes_since_the_listing_stops_the_erasure(
    log: Path, reading: int
) -> None:
    """Nobody was shown it: all stays as it was, and is erased by asking again."""
    event = first(log)
    with Situation(str(log)) as one, Situation(str(log), clock=lambda: NOW) as other:
        correct = lambda: other.correct(  # noqa: E731 - one act
            event, {"when": "2013-01-13"}, reason="a slip", by="ben"
        )
        targets = one.to_erase([event])
        one.clock = Interrupted(reading, correct)
        with pytest.raises(TrackerError, match=r"lead to #\d+ TownOccupied as well by now"):
            one.redact(targets, authority="A", reason="R", by="ana")
        assert rows_of(log, "TextErased") == []
        one.redact(one.to_erase([event]), authority="A", reason="R", by="ana")
    assert found_in(log, GIST, NOTE, QUOTE) == []


def test_a_correction_without_the_field_that_is_to_be_erased_stops_nothing(log: Path) -> None:
    event = first(log)
    with Situation(str(log), clock=lambda: NOW) as one:
        targets = one.to_erase([event], fields=["note"])
        one.correct(event, {"note": "null"}, reason="a slip", by="ana")
        one.redact(targets, authority="A", reason="R", by="ana")
    assert found_in(log, NOTE) == []


def test_what_a_speaker_says_while_the_list_is_read_is_not_passed_over(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = json.loads(SHEET)
    sheet["report"]["document"]["sha256"] = "2" * 64

    def agree(*_: object, **__: object) -> None:
        with Situation(str(log), clock=lambda: NOW) as other:
            other.record([(json.dumps(sheet).encode(), "2.yaml")], by="ben")

    at_keyboard = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("tracker.cli.redact.sys", at_keyboard)
    monkeypatch.setattr("tracker.cli.redact.click.confirm", agree)
    came = redact(log, "--speaker", SPEAKER, exit_code=2)
    assert "came meanwhile: nothing was erased; run this again" in came
    assert rows_of(log, "TextErased") == []
    redact(log, "--speaker", SPEAKER)  # the same sheet once more: nothing comes
    assert found_in(log, *SECRETS, OTHER) == []


def test_the_log_still_verifies_and_says_what_is_withheld(log: Path) -> None:
    """By a checkpoint of before the erasure, and by one of after it."""
    kept = beside(log) / "checkpoint"
    said("--log", log, "checkpoint", "-o", kept)
    redact(log, first(log), "--field", "gist")
    found = answer("--log", log, "verify", "--against", kept)
    assert (found["verdict"], found["findings"], found["uncovered"]) == ("fine", [], 1)
    (row,) = found["withheld"]
    assert (f"#{row['position']}", row["fields"], row["authority"]) == (
        first(log),
        ["gist"],
        "Data protection officer",
    )
    said("--log", log, "checkpoint")
    text = said("--log", log, "verify")
    assert f"withheld: {first(log)} gist (by Data protection officer, #22: his request" in text


def test_what_stands_for_erased_text(log: Path) -> None:
    event = first(log)
    redact(log, event)
    left = body(log, event)
    assert left["gist"] == WITHHELD
    assert "note" not in left
    assert left["locator"] == {"sentence": 1, "document": {"name": "1.txt", "sha256": "1" * 64}}
    assert left["speaker"].startswith("withheld-")
    assert (left["place"], left["by"], left["when"]["edtf"]) == ("mill", ["rebels"], "2013-01-14")


def test_who_it_was_by_whom_and_why_is_told_everywhere(log: Path) -> None:
    event = first(log)
    redact(log, event, "--field", "gist")
    why = ("gist", "Data protection officer", "his request of 3 May")
    shown = answer("--log", log, "show", event)["custody"]
    assert [(one["fields"], one["authority"], one["reason"]) for one in shown] == [why]
    assert "Data protection officer" in said("--log", log, "show", event)
    (row,) = answer("--log", log, "log", "--kind", "TextErased")["rows"]
    assert row["subject"] == event
    assert row["what"] == "gist erased, by Data protection officer: his request of 3 May"
    (line,) = answer("--log", log, "audit", "control", "mill", "--as-of", "2013-01-20")["evidence"]
    assert [one["authority"] for one in line["withheld"]] == ["Data protection officer"]
    for full in ((), ("--full",)):
        audit = said("--log", log, "audit", "control", "mill", "--as-of", "2013-01-20", *full)
        assert "gist withheld by Data protection officer" in " ".join(audit.split())
    assert "erased, by Data protection officer" in said("--log", log, "replay")


def test_only_the_fields_asked_for_are_erased(log: Path) -> None:
    event = first(log)
    said_so = redact(log, event, "--field", "speaker", "--field", "note")
    assert "a guess of what was erased" in said_so  # of the gist, which was kept
    left = body(log, event)
    assert (left["gist"], left["locator"]["quote"]) == (GIST, QUOTE)
    assert "note" not in left
    redact(log, event)  # the rest
    assert body(log, event)["gist"] == WITHHELD
    kinds = [row["what"].split(" erased")[0] for row in rows_of(log, "TextErased")]
    assert kinds == ["note, speaker", "gist, quote"]


def rows_of(log: Path, kind: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = answer("--log", log, "log", "--kind", kind)["rows"]
    return rows


def test_origins_are_told_apart_after_their_names_are_gone(tmp_path: Path) -> None:
    """Two speakers confirmed a hold; erased, they still are two, and one is not two."""
    path = tmp_path / "situation.db"

    def says(speaker: str, n: int) -> Row:
        return fact("ControlReported", place="mill", state="held", by=["rebels"]) | {
            "when": "2013-01-15",
            "voice": "attributed",
            "speaker": speaker,
            "gist": f"Said {n}.",
        }

    def support(*facts: Row) -> str:
        data = json.dumps({"report": {"source": "wire", "published": "2013-01-15"}, "facts": facts})
        path.unlink(missing_ok=True)
        for name in ("situation.keys.db", "situation.state.db"):
            (tmp_path / name).unlink(missing_ok=True)
        with Situation(str(path), create=True, clock=lambda: NOW) as situation:
            situation.register(SITUATION, "situation.yaml", by="ana")
            situation.record([(data.encode(), "x.yaml")], by="ana")
            facts_of = [f"#{event.position}" for event in situation.log.read() if event.fact]
            situation.redact(situation.to_erase(facts_of), authority="A", reason="R", by="ana")
            clocks = situation.clocks("2013-01-16")
            (row,) = situation.state(clocks, "control", "mill").dicts
        return str(row["support"])

    assert support(says("The miller", 1), says("His wife", 2)) == "confirmed"
    assert support(says("The miller", 1), says("The miller", 2)) == "reported"


def test_recording_the_sheet_again_adds_nothing_and_brings_nothing_back(log: Path) -> None:
    event = first(log)
    redact(log, event)
    sheet = beside(log) / "sheet.yaml"
    sheet.write_bytes(SHEET)
    assert "0 events added" in said("--log", log, "record", sheet)
    sheet.unlink()
    assert body(log, event)["gist"] == WITHHELD
    assert found_in(log, GIST) == []


def test_an_erased_fact_is_corrected_and_taken_back_like_any_other(log: Path) -> None:
    event = first(log)
    redact(log, event)
    alias = body(log, event)["speaker"]
    said("--log", log, "correct", event, "--set", "when=2013-01-13", "--reason", "a slip")
    new = body(log, f"#{int(event[1:]) + 4}")
    assert (new["when"]["edtf"], new["gist"], new["speaker"]) == ("2013-01-13", WITHHELD, alias)
    redact(log, f"#{int(event[1:]) + 4}")
    assert body(log, f"#{int(event[1:]) + 4}")["speaker"] == alias  # one origin, as before
    said("--log", log, "retract", f"#{int(event[1:]) + 4}", "--reason", "withdrawn")
    assert run("--log", log, "rebuild", "--check").exit_code == 0


def told_of(log: Path, event: str) -> list[str]:
    """What `show` and `audit` tell of an event's text, which must be the same."""
    shown = answer("--log", log, "show", event)["custody"]
    ways = [[(one["position"], one["fields"], one["authority"]) for one in shown]]
    trail = answer("--log", log, "audit", "control", "mill", "--as-of", "2013-01-20")["evidence"]
    (line,) = [one for one in trail if f"#{one['position']}" == event]
    ways.append([(one["position"], one["fields"], one["authority"]) for one in line["withheld"]])
    audit = unfolded(said("--log", log, "audit", "control", "mill", "--as-of", "2013-01-20"))
    place = f"{event} {line['kind']}"
    of_it = audit.split(place, 1)[1].split(" TownOccupied ", 1)[0]
    for position, fields, authority in ways[0]:
        assert f"{fields} withheld by {authority}, #{position}: his request" in of_it
    assert ways[0] == ways[1]
    return [f"{fields} by #{position}" for position, fields, _ in ways[0]]


def test_who_erased_what_a_fact_says_no_more_is_told_of_what_took_its_place(log: Path) -> None:
    """Erased, retracted and put back; then corrected, first in its time and then in its words."""
    event = first(log)
    redact(log, event)
    (erased,) = (row["position"] for row in rows_of(log, "TextErased"))
    everything = [f"gist, note, quote, speaker by #{erased}"]
    assert told_of(log, event) == everything
    said("--log", log, "retract", event, "--reason", "withdrawn", "--published", "2013-01-18")
    assert told_of(log, event) == everything
    said("--log", log, "correct", event, "--again", "--reason", "by mistake", *OUT)
    back = f"#{answer('--log', log, 'log')['rows'][-1]['position']}"
    assert body(log, back)["gist"] == WITHHELD
    assert told_of(log, back) == everything
    moved = corrected(log, back, "when=2013-01-13")
    assert told_of(log, moved) == [f"gist, quote, speaker by #{erased}"]  # its note says it is back
    said_anew = corrected(log, moved, "gist=The mill fell.")
    assert told_of(log, said_anew) == [f"quote, speaker by #{erased}"]
    redact(log, said_anew, "--field", "gist")
    again = rows_of(log, "TextErased")[-1]["position"]
    assert told_of(log, said_anew) == [f"quote, speaker by #{erased}", f"gist by #{again}"]
    with Situation(str(log)) as situation:
        listed = situation.evidence("2013-01-20", "control", "mill").dicts
        (line,) = [one for one in listed if f"#{one['position']}" == said_anew]
    told = [(one["fields"], one["position"]) for one in line["withheld"]]
    assert told == [("quote, speaker", erased), ("gist", again)]


def test_a_citation_of_what_was_said_anew_holds_when_that_is_erased_too(log: Path) -> None:
    redact(log, first(log))
    new = corrected(log, first(log), "gist=The mill fell.")
    kept = beside(log) / "cited.json"
    said("--log", log, "audit", "control", "mill", "--as-of", "2013-01-20", "--cite", kept)
    redact(log, new)
    found = run("--log", log, "cite", "verify", kept)
    assert (found.exit_code, "reproduced" in found.output) == (0, True)


def test_who_erased_the_reason_of_a_ruling_is_told_in_an_audit(log: Path) -> None:
    words = ("rule", "control", "mill", "--follow", first(log), "--when", "2013-01-14")
    said("--log", log, *words, "--reason", "the deserter told us", *OUT)
    place = f"#{answer('--log', log, 'log')['rows'][-1]['position']}"
    redact(log, place)
    audit = unfolded(said("--log", log, "audit", "control", "mill", "--as-of", "2013-01-20"))
    assert "reason withheld by Data protection officer" in audit.split(f"{place} RulingMade")[1]


def test_the_reason_of_a_ruling_can_be_erased(log: Path) -> None:
    with Situation(str(log), clock=lambda: NOW) as situation:
        ruled = situation.rule(
            "control", "mill", [first(log)], when="2013-01-14", reason=GIST, by="ana"
        )
        place = f"#{ruled.events[0]['position']}"
    redact(log, place)
    assert body(log, place)["reason"] == WITHHELD
    redact(log, first(log))
    assert found_in(log, GIST) == []


def test_asking_twice_erases_once(log: Path) -> None:
    event = first(log)
    redact(log, event)
    assert "already recorded, 0 events added" in redact(log, event)
    assert len(rows_of(log, "TextErased")) == 1


def test_a_dry_run_lists_and_erases_nothing(log: Path) -> None:
    before = held(log)
    assert GIST in unfolded(redact(log, "--speaker", SPEAKER, "--dry-run"))
    (one, other) = answer("--log", log, "redact", "--speaker", SPEAKER, "--dry-run", *ORDER)["rows"]
    assert (one["fields"], other["fields"]) == (
        ["gist", "note", "quote", "speaker"],
        ["gist", "speaker"],
    )
    assert held(log) == before
    assert body(log, first(log))["gist"] == GIST


def test_a_report_whole(log: Path) -> None:
    redact(log, "--report", first(log))
    assert found_in(log, *SECRETS, OTHER) == []


def test_a_registered_speaker_stays_in_the_register_and_it_is_said(log: Path) -> None:
    sheet = beside(log) / "sheet.yaml"
    said_by = json.loads(SHEET)
    said_by["report"]["document"]["sha256"] = "2" * 64
    said_by["facts"] = [{**EMPTY, "speaker": "warden"}]
    sheet.write_text(json.dumps(said_by))
    said("--log", log, "record", sheet)
    text = redact(log, "--speaker", "The Warden")  # by the name that is registered, or by the id
    assert "The Warden is registered: the register is not sealed" in text
    assert "is registered" not in redact(log, "--speaker", SPEAKER)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--speaker", "Nobody"], "no fact has the speaker 'Nobody'"),
        (["#1"], "has no text that could be erased"),
        (["#999"], "no event #999"),
        ([], "say what to erase"),
    ],
)
def test_what_there_is_not_cannot_be_erased(log: Path, words: list[str], message: str) -> None:
    before = held(log)
    assert message in redact(log, *words, exit_code=2)
    assert held(log) == before


def test_a_field_that_the_fact_lacks(log: Path) -> None:
    event = f"#{int(first(log)[1:]) + 1}"
    assert "has no note" in redact(log, event, "--field", "note", exit_code=2)


# -- in the clear ----------------------------------------------------------------------------------


def test_text_in_the_clear_is_refused_and_nothing_is_done(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log from before text was sealed, to which a sealed fact was added since."""
    monkeypatch.setattr(Log, "_sealed", lambda _, events: list(events))
    sheet = json.loads(SHEET)
    sheet["report"]["document"]["sha256"] = "2" * 64
    with Situation(str(log), clock=lambda: NOW) as situation:
        situation.record([(json.dumps(sheet).encode(), "2.yaml")], by="ana")
    before = held(log)
    message = redact(log, "--speaker", SPEAKER, exit_code=2)
    assert "in the clear" in message
    assert "TownOccupied (gist, note, quote, speaker)" in message
    assert held(log) == before
    assert body(log, first(log))["gist"] == GIST


@SQLITE
def test_a_log_of_before_the_ledger_seals_what_it_is_told_from_now_on(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.unlink()
    keys_of(log).unlink()
    model_of(log).unlink()
    with monkeypatch.context() as patched:
        patched.setattr(Log, "_sealed", lambda _, events: list(events))
        told(beside(log))
    of_ledger = ("ledger_leaves", "ledger_head", "checkpoints", "timestamps")
    sql(log, *(f"DROP TABLE {table}" for table in of_ledger), "PRAGMA user_version=1")
    assert body(log, first(log))["gist"] == GIST
    assert "nothing sealed" in said("--log", log, "doctor")
    sheet = beside(log) / "sheet.yaml"
    sheet.write_bytes(SHEET.replace(b'"1' + b"1" * 10, b'"2' + b"1" * 10).replace(b"noon", b"dusk"))
    said("--log", log, "record", sheet)
    sheet.unlink()
    assert "verify" not in run("--log", log, "verify").stderr
    last = f"#{len(held(log)) - 2}"
    assert body(log, last)["gist"].endswith("dusk.")
    redact(log, last)
    assert "in the clear" in redact(log, first(log), exit_code=2)
    assert found_in(log, "fell at dusk") == []
    assert answer("--log", log, "verify")["verdict"] == "fine"


@pytest.mark.parametrize("seal", [False, True])
def test_tables_are_sealed_where_their_mapping_says_so(tmp_path: Path, seal: bool) -> None:  # noqa: FBT001
    path = told(tmp_path)
    table, mapping = tmp_path / "diary.csv", tmp_path / "diary.yaml"
    table.write_text(DIARY)
    mapping.write_text(json.dumps(diary(seal=seal)))
    said("--log", path, "import", mapping, table)
    table.unlink()
    mapping.unlink()
    event = next(row for row in answer("--log", path, "log")["rows"] if "at dawn" in row["what"])
    place = f"#{event['position']}"
    assert bool(
        [name for name, _ in found_in(tmp_path, "a raid at dawn") if name == path.name]
    ) is (not seal)
    redact(path, place, exit_code=0 if seal else 2)
    assert bool(found_in(tmp_path, "a raid at dawn")) is (not seal)
    assert body(path, place)["gist"] == (WITHHELD if seal else "Rebels at Mill: a raid at dawn")


# -- holds -----------------------------------------------------------------------------------------

COURT = ("--authority", "District court", "--reason", "case 12")


@pytest.mark.parametrize("on", ["the fact", "its report"])
def test_a_hold_forbids_erasing_until_it_is_lifted(log: Path, on: str) -> None:
    event = first(log)
    target = event if on == "the fact" else f"#{int(event[1:]) - 1}"
    said("--log", log, "hold", target, *COURT)
    before = held(log)
    message = redact(log, event, exit_code=2)
    assert f"{event} TownOccupied: hold #{len(before) - 1} of District court (case 12)" in message
    assert held(log) == before
    assert body(log, event)["gist"] == GIST
    assert "legal hold" in said("--log", log, "show", target)
    said("--log", log, "hold", "--lift", target, *COURT)
    assert "lifted by" in unfolded(said("--log", log, "show", target))
    redact(log, event)
    assert found_in(log, GIST) == []


def test_one_held_fact_keeps_all_that_was_to_be_erased_with_it(log: Path) -> None:
    said("--log", log, "hold", first(log), *COURT)
    redact(log, "--speaker", SPEAKER, exit_code=2)
    assert OTHER in json.dumps(body(log, f"#{int(first(log)[1:]) + 1}"))


def test_each_hold_is_lifted_by_itself_and_may_be_placed_again(log: Path) -> None:
    event = first(log)
    for court in ("District court", "High court"):
        said("--log", log, "hold", event, "--authority", court, "--reason", "case 12")
    assert "already recorded" in said("--log", log, "hold", event, *COURT)
    one, _other = (f"#{row['position']}" for row in rows_of(log, "HoldPlaced"))
    said("--log", log, "hold", "--lift", one, *COURT)
    assert "High court" in redact(log, event, exit_code=2)
    said("--log", log, "hold", event, *COURT)
    assert len(rows_of(log, "HoldPlaced")) == 3
    said("--log", log, "hold", "--lift", event, *COURT)
    assert "already recorded" in said("--log", log, "hold", "--lift", event, *COURT)
    redact(log, event)


def test_a_hold_on_what_has_no_text_or_was_never_placed(log: Path) -> None:
    assert "holds no text" in run("--log", log, "hold", "#1", *COURT).output
    assert "no hold was placed" in run("--log", log, "hold", "--lift", first(log), *COURT).output


def test_a_hold_that_comes_first_wins(log: Path) -> None:
    """The one who erases has looked before the hold was placed: it is told, and nothing is gone."""
    event = first(log)
    with Situation(str(log)) as situation:
        targets = situation.to_erase([event])
        said("--log", log, "hold", event, *COURT)
        with pytest.raises(TrackerError, match="under legal hold"):
            situation.redact(targets, authority="A", reason="R", by="ana")
    assert body(log, event)["gist"] == GIST


# -- killed ----------------------------------------------------------------------------------------

VICTIM = f"""
import itertools, os, signal, sqlite3, sys
sys.path[:0] = [{str(HERE.parent)!r}, {str(HERE)!r}]
from projections import follower, store
from tracker import model
from tracker.log import Log
from tracker.situation import Situation
from tracker.vault import Vault

path, event, step = sys.argv[1:]

def die(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

def after(owner, name):
    real = getattr(owner, name)
    def run(*args, **kwargs):
        real(*args, **kwargs)
        die()
    setattr(owner, name, run)

if step.isdecimal():
    left = itertools.count(int(step), -1)
    connect = sqlite3.connect
    def connect_to_die(*args, **kwargs):
        connection = connect(*args, **kwargs)
        connection.set_progress_handler(lambda: 0 if next(left) > 0 else die(), 10)
        return connection

with Situation(path) as situation:
    targets = situation.to_erase([event])
    match step:
        case "before it is recorded":
            Log._append = die
        case "once it is recorded":
            after(Log, "_append")
        case "before the keys are destroyed":
            Vault.settle = die
        case "once the keys are destroyed":
            after(Vault, "settle")
        case "before the read model is made":
            model.ReadModel.rebuild = die
        case "once the read model is filled":
            model.replace_file = die
        case "once the read model is replaced":
            after(model, "replace_file")
        case _:
            sqlite3.connect = connect_to_die
            situation.close()
            situation = Situation(path)
    situation.redact(targets, authority="A", reason="R", by="ana")
"""
STEPS = (
    "once it is recorded",
    "before the keys are destroyed",
    "once the keys are destroyed",
    "before the read model is made",
    "once the read model is filled",
    "once the read model is replaced",
)


def killed(log: Path, event: str, step: str) -> int:
    victim = subprocess.run(
        [sys.executable, "-c", VICTIM, str(log), event, step], capture_output=True, check=False
    )
    assert victim.stderr == b""
    return victim.returncode


@pytest.mark.parametrize("step", STEPS)
def test_who_is_killed_at_it_has_it_finished_by_the_next_question(log: Path, step: str) -> None:
    event = first(log)
    assert killed(log, event, step) == -signal.SIGKILL
    assert len(held(log)) > 0
    said("--log", log, "state")
    assert found_in(log, GIST, NOTE, QUOTE) == []
    assert body(log, event)["gist"] == WITHHELD
    with closing(sqlite3.connect(keys_of(log))) as keys:
        left = keys.execute("SELECT count(key) FROM keys").fetchone()
    assert left == (2,)  # of the other fact
    assert run("--log", log, "rebuild", "--check").exit_code == 0


def test_what_was_not_recorded_is_not_erased(log: Path) -> None:
    event = first(log)
    assert killed(log, event, "before it is recorded") == -signal.SIGKILL
    assert body(log, event)["gist"] == GIST
    redact(log, event)
    assert found_in(log, GIST) == []


def test_killed_anywhere_inside_sqlite(tmp_path: Path) -> None:
    moments = random.Random(5)  # noqa: S311 - no secret
    for turn in range(times(8)):
        folder = tmp_path / str(turn)
        folder.mkdir()
        log = told(folder)
        event = first(log)
        killed(log, event, str(moments.randrange(1, 1500)))
        erased = bool(rows_of(log, "TextErased"))
        said("--log", log, "state")
        assert (body(log, event)["gist"] == WITHHELD) is erased
        assert (found_in(folder, GIST, NOTE, QUOTE) == []) is erased
        redact(log, event)
        assert found_in(folder, GIST, NOTE, QUOTE) == []


@SQLITE
def test_what_a_killed_rebuild_left_is_swept_away(log: Path) -> None:
    left = beside(log) / "situation.state.db.0123abcd.new"
    left.write_bytes(GIST.encode())
    mine = beside(log) / "situation.state.db.mine"
    mine.write_bytes(b"a copy of one's own is left alone")
    redact(log, first(log))
    assert not left.exists()
    assert mine.exists()


# -- copies and losses -----------------------------------------------------------------------------


def keys_of(log: Path | str) -> Path:
    if isinstance(log, Path):
        return log.with_name("situation.keys.db")
    return next(beside(log).rglob("*.keys.db"))


def test_an_old_copy_of_the_keys_brings_nothing_back(log: Path) -> None:
    old = keys_of(log).read_bytes()
    event = first(log)
    redact(log, event)
    keys_of(log).write_bytes(old)
    assert body(log, event)["gist"] == WITHHELD
    said("--log", log, "state")
    assert found_in(log, GIST) == []
    with closing(sqlite3.connect(keys_of(log))) as keys:
        assert keys.execute("SELECT count(key) FROM keys").fetchone() == (2,)


@SQLITE
def test_an_old_copy_of_the_log_records_nothing_of_it_again(log: Path) -> None:
    with Situation(str(log)) as situation:
        situation.log.append([])
    old = {path: path.read_bytes() for path in beside(log).glob("situation.db*")}
    event = first(log)
    redact(log, event)
    for path in beside(log).glob("situation.db*"):
        path.unlink()
    for path, data in old.items():
        path.write_bytes(data)
    assert body(log, event)["gist"] == WITHHELD  # its key is gone
    other = f"#{int(event[1:]) + 1}"
    redact(log, other)  # at a position at which the keys file knew of another erasure
    assert found_in(log, OTHER) == []


@SQLITE
def test_erased_text_is_not_sealed_again_in_a_log_that_lacks_it(log: Path) -> None:
    redact(log, first(log))
    for path in beside(log).glob("situation.db*"):
        path.unlink()
    with Situation(str(log), create=True, clock=lambda: NOW) as situation:
        situation.register(SITUATION, "situation.yaml", by="ana")
        with pytest.raises(TrackerError, match=r"keys file|was erased"):
            situation.record([(SHEET, "1.yaml")], by="ana")


def test_without_the_keys_everything_answers_and_says_so(log: Path) -> None:
    keys_of(log).rename(beside(log) / "elsewhere")
    model_of(log).unlink()
    event = first(log)
    for words in (("state",), ("show", event), ("log",), ("replay",), ("history", "mill")):
        result = run("--log", log, *words)
        assert result.exit_code == 0, words
        assert "keys file" in result.stderr
        assert "is missing: sealed text cannot be read" in result.stderr
        assert GIST not in result.stdout
    assert body(log, event)["gist"] == UNREADABLE
    found = answer("--log", log, "state", "control", "mill", "--as-of", "2013-01-20")
    assert found["rows"][0]["holders"] == ["rebels"]
    assert any("who speaks in sealed text is not known here" in note for note in found["notes"])
    assert "put the file back first" in redact(log, event, exit_code=2)


def test_a_model_that_knew_the_texts_is_not_said_to_be_wrong_without_the_keys(log: Path) -> None:
    said("--log", log, "state")
    keys_of(log).rename(beside(log) / "elsewhere")
    result = run("--log", log, "rebuild", "--check")
    assert result.exit_code == 1
    assert "not read, and shown as such: put the keys back, and compare again" in result.stderr
    assert "run `tracker rebuild`" not in result.stderr


def test_keys_that_were_put_back_are_used_again(log: Path) -> None:
    kept = keys_of(log)
    away = kept.rename(beside(log) / "elsewhere")
    model_of(log).unlink()
    said("--log", log, "state")
    assert found_in(log, GIST) == []
    away.rename(kept)
    result = run("--log", log, "state")
    assert result.stderr == ""
    assert [name for name, _ in found_in(log, GIST)] == [model_of(log).name]
    assert run("--log", log, "rebuild", "--check").exit_code == 0


def test_nothing_is_recorded_beside_lost_keys_until_others_are_begun(log: Path) -> None:
    keys_of(log).unlink()
    sheet = beside(log) / "sheet.yaml"
    sheet.write_bytes(SHEET.replace(b'"1' + b"1" * 10, b'"2' + b"1" * 10))
    before = held(log)
    result = run("--log", log, "record", sheet)
    assert result.exit_code == 2
    assert "Put it back before recording" in result.stderr
    assert held(log) == before
    said("--log", log, "init", "--new-keys")
    said("--log", log, "record", sheet)
    gists = [body(log, f"#{p}")["gist"] for p in (int(first(log)[1:]), len(held(log)) - 2)]
    assert gists == [UNREADABLE, GIST]


def test_the_keys_of_another_log_open_nothing(log: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    keys_of(log).write_bytes(keys_of(told(other)).read_bytes())
    assert body(log, first(log))["gist"] == UNREADABLE
    assert "is that of another log" in run("--log", log, "show", first(log)).stderr
    sheet = tmp_path / "sheet.yaml"
    sheet.write_bytes(SHEET.replace(b'"1' + b"1" * 10, b'"2' + b"1" * 10))
    before = held(log)
    assert "is that of another log" in run("--log", log, "record", sheet).stderr
    assert held(log) == before


def test_the_keys_may_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = tmp_path / "vault"
    vault.mkdir()
    folder = tmp_path / "log"
    folder.mkdir()
    monkeypatch.setenv("TRACKER_VAULT", str(vault / "keys"))
    log = told(folder)
    assert [path.name for path in vault.iterdir()] == ["keys"]
    assert not keys_of(log).exists()
    assert body(log, first(log))["gist"] == GIST
    monkeypatch.setenv("TRACKER_VAULT", str(vault))
    (vault / "keys").unlink()
    log = told(tmp_path)
    (kept,) = vault.iterdir()
    assert kept.name.endswith(".keys.db")
    redact(log, first(log))
    assert body(log, first(log))["gist"] == WITHHELD


def test_keys_that_cannot_be_written_are_said_to_be_there_still(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(_: Vault) -> None:
        raise LogError("read-only")

    with monkeypatch.context() as patched:
        patched.setattr(Vault, "_transaction", read_only)
        assert "its keys are still there" in redact(log, first(log), exit_code=2)
        assert body(log, first(log))["gist"] == WITHHELD
    with closing(sqlite3.connect(keys_of(log))) as keys:
        assert keys.execute("SELECT count(key) FROM keys").fetchone() == (6,)
    redact(log, first(log))
    assert found_in(log, GIST) == []


@pytest.mark.parametrize(
    "odd",
    [
        "CREATE VIEW more AS SELECT * FROM keys",
        "CREATE TRIGGER copies AFTER INSERT ON keys BEGIN SELECT load_extension('x'); END",
        "CREATE TABLE other (a, b GENERATED ALWAYS AS (hex(a)))",
        "CREATE INDEX by_key ON keys (length(key))",
    ],
)
def test_a_keys_file_with_what_is_not_ours_is_refused(log: Path, odd: str) -> None:
    sql(keys_of(log), odd)
    result = run("--log", log, "show", first(log))
    assert result.exit_code == 0
    assert "holds what no keys file holds" in result.stderr
    assert UNREADABLE in result.stdout


def test_who_has_never_sealed_anything_has_no_keys(tmp_path: Path) -> None:
    path = tmp_path / "situation.db"
    with Situation(str(path), create=True) as situation:
        situation.register(SITUATION, "situation.yaml", by="ana")
        assert situation.state(situation.clocks()).dicts == ()
    assert not keys_of(path).exists()


def test_in_memory_it_is_all_the_same() -> None:
    with Situation(":memory:", create=True, clock=lambda: NOW) as situation:
        situation.register(SITUATION, "situation.yaml", by="ana")
        situation.record([(SHEET, "1.yaml")], by="ana")
        (row,) = situation.state(situation.clocks("2013-01-20"), "control", "mill").dicts
        assert row["status"] == "held"
        situation.redact(situation.to_erase(speaker=SPEAKER), authority="A", reason="R", by="a")
        gists = [event.fact.gist for event in situation.log.read() if event.fact]
        assert gists == [WITHHELD, WITHHELD]
        assert situation.store.rows("SELECT DISTINCT gist FROM fact_rows") == [{"gist": WITHHELD}]
        with pytest.raises(NotFoundError):
            situation.to_erase(speaker=SPEAKER)


# -- proofs and bundles ----------------------------------------------------------------------------


def bundled(log: Path, *words: object) -> Path:
    """Bundle a log beside its folder; give the bundle."""
    out = beside(log).with_name(f"{beside(log).name}-bundle")
    said("--log", log, "bundle", "-o", out, *words)
    return out


def outsider(bundle: Path) -> tuple[int, str]:
    """Run the verifier that came with a bundle, without the tracker."""
    done = subprocess.run(
        [sys.executable, "-I", bundle / "verify_bundle.py", str(bundle)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def texts_in(bundle: Path) -> dict[int, dict[str, dict[str, str]]]:
    lines = (bundle / "texts.jsonl").read_text().splitlines()
    return {one["position"]: one["texts"] for one in map(json.loads, lines)}


def test_a_bundle_tells_what_is_not_erased_and_nothing_that_is(log: Path) -> None:
    event = first(log)
    redact(log, event, "--field", "gist", "--field", "quote")
    out = bundled(log)
    assert outsider(out)[0] == 0
    told_in = {field: one["text"] for field, one in texts_in(out)[int(event[1:])].items()}
    assert told_in == {"note": NOTE, "speaker": SPEAKER}
    assert found_in(out, GIST, QUOTE) == []
    result = run("bundle", "--check", out)
    assert (result.exit_code, "fine" in result.stdout) == (0, True)


def test_a_text_of_a_bundle_opens_as_its_readme_says(log: Path) -> None:
    """Read as an outsider would, with a library of AES-GCM and nothing of ours."""
    from base64 import b64decode

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    out = bundled(log)
    event = next(
        one
        for one in map(json.loads, (out / "events.jsonl").read_text().splitlines())
        if f"#{one['position']}" == first(log)
    )
    log_id = (out / "key.txt").read_text().split("+")[0].split("/")[1]
    opened = {}
    for field, one in texts_in(out)[event["position"]].items():
        box = b64decode(json.loads(event["state"])["sealed"][field])
        names = (log_id, event["stream"], str(event["version"]), field)
        bound = b"".join(len(name).to_bytes(4, "big") + name.encode() for name in names)
        data = AESGCM(bytes.fromhex(one["key"])).decrypt(box[:12], box[12:], bound)
        opened[field] = data.rstrip(b"\0")[:-1].decode()
    assert opened == {"gist": GIST, "note": NOTE, "quote": QUOTE, "speaker": SPEAKER}


def test_a_bundle_without_texts(log: Path) -> None:
    out = bundled(log, "--sealed")
    assert outsider(out)[0] == 0
    assert run("bundle", "--check", out).exit_code == 0
    assert found_in(out, *SECRETS, OTHER) == []


@pytest.mark.parametrize("change", ["text", "key", "field", "position"])
def test_a_text_that_is_not_what_was_sealed_is_found_in_a_bundle(log: Path, change: str) -> None:
    out = bundled(log)
    position = int(first(log)[1:])
    texts = texts_in(out)
    gist = texts[position]["gist"]
    if change == "text":
        gist["text"] = OTHER
    elif change == "key":
        gist["key"] = "00" * 32
    elif change == "field":
        texts[position]["reason"] = gist
    else:
        texts[1] = {"gist": gist}
    lines = [json.dumps({"position": at, "texts": given}) for at, given in texts.items()]
    (out / "texts.jsonl").write_text("\n".join(lines))
    result = run("bundle", "--check", out)
    assert result.exit_code == 1
    assert "is not what is sealed" in result.stderr


def test_a_fact_whose_text_is_not_the_one_of_its_id_is_found(log: Path) -> None:
    """Who keeps the log can make ciphers that two keys open; the id holds them to one text."""
    from tracker import examining

    with Situation(str(log)) as situation:
        at = int(first(log)[1:])
        (row,) = situation.log.raw_rows(at - 1, at)
        texts = situation.log.sealer.texts([row])[at]
    assert examining._is_its_id(row, texts)  # noqa: SLF001 - a cipher of two texts is hard to make
    texts["gist"]["text"] = OTHER
    assert not examining._is_its_id(row, texts)  # noqa: SLF001
    del texts["note"]
    assert examining._is_its_id(row, texts)  # noqa: SLF001 - nobody can tell


def test_checking_a_bundle_compares_ids_too(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = bundled(log)
    texts = texts_in(out)
    texts[int(first(log)[1:])]["gist"]["text"] = OTHER
    lines = [json.dumps({"position": at, "texts": given}) for at, given in texts.items()]
    (out / "texts.jsonl").write_text("\n".join(lines))
    monkeypatch.setattr(Sealer, "wrong", lambda *_: [])  # as if two keys opened the cipher text
    result = run("bundle", "--check", out)
    assert (result.exit_code, "of which its id was made" in result.stderr) == (1, True)


WITHHELD_BY = ("--authority", "Editor", "--reason", "the source is in danger")


def test_an_event_is_left_out_of_a_bundle_and_the_log_says_why(log: Path) -> None:
    event = first(log)
    out = bundled(log, "--withhold", event, *WITHHELD_BY)
    assert outsider(out)[0] == 0
    assert run("bundle", "--check", out).exit_code == 0
    assert found_in(out, *SECRETS) == [("texts.jsonl", SPEAKER)]  # of the other fact
    lines = [json.loads(line) for line in (out / "events.jsonl").read_text().splitlines()]
    left_out = lines[int(event[1:]) - 1]
    assert set(left_out) == {"position", "leaf"}
    (row,) = rows_of(log, "EventWithheld")
    assert (row["subject"], row["what"]) == (
        event,
        "left out of a bundle, by Editor: the source is in danger",
    )
    assert "left out of a bundle" in said("--log", log, "show", event)
    record = answer("--log", log, "show", f"#{row['position']}")["body"]
    assert (record["leaf"], f"#{record['position']}") == (left_out["leaf"], event)
    assert body(log, event)["gist"] == GIST  # it stays in the log


def test_what_no_record_explains_is_unexplained(log: Path) -> None:
    event = first(log)
    out = bundled(log, "--withhold", event, *WITHHELD_BY)
    lines = (out / "events.jsonl").read_text().splitlines()
    record = json.loads(lines[-1])
    assert record["topic"] == "EventWithheld"
    lines[-1] = json.dumps({"position": record["position"], "leaf": "00" * 32})
    (out / "events.jsonl").write_text("\n".join(lines))
    code, text = outsider(out)
    assert code == 1
    assert f"UNEXPLAINED: event {event} is withheld" in text


def test_a_selection_brings_what_explains_it(log: Path) -> None:
    event = first(log)
    redact(log, event, "--field", "note")
    out = bundled(log, "--only", "control/mill", "--withhold", event, *WITHHELD_BY)
    topics = [
        json.loads(line).get("topic") for line in (out / "events.jsonl").read_text().splitlines()
    ]
    assert topics == ["ReportRegistered", None, "TextErased", "EventWithheld"]
    assert outsider(out)[0] == 0


def test_leaving_out_needs_a_reason_and_never_the_reason_itself(log: Path) -> None:
    before = held(log)
    out = beside(log) / "b"
    result = run("--log", log, "bundle", "-o", out, "--withhold", first(log))
    assert (result.exit_code, held(log)) == (2, before)
    said("--log", log, "bundle", "-o", out, "--withhold", first(log), *WITHHELD_BY)
    record = f"#{rows_of(log, 'EventWithheld')[0]['position']}"
    result = run(
        "--log", log, "bundle", "-o", beside(log) / "c", "--withhold", record, *WITHHELD_BY
    )
    assert result.exit_code == 2
    assert "it stays in" in result.stderr


@pytest.mark.parametrize("sealed", [False, True])
def test_a_proof_tells_the_text_that_is_left(log: Path, *, sealed: bool) -> None:
    out = beside(log).with_name(f"{beside(log).name}-proof.json")
    said("--log", log, "prove", first(log), "-o", out, *(["--sealed"] if sealed else []))
    assert "is one of the" in said("prove", "--check", out)
    assert (GIST in out.read_text()) is not sealed
