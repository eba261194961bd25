"""The command line: every verb on the Mali situation, as people type it and mistype it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from commands_for_tests import ROOT, SEEDS, SHEETS, answer, held, mali, run, said, sql, unfolded

from projections import schema
from tracker import __version__
from tracker.cli import VERBS, tracker
from tracker.facts import FACT_KINDS
from tracker.situation import Situation
from tracker.verdicts import Signed
from tracker.yamltree import load

Rows = list[dict[str, Any]]
BELIEVED = ("control", "forces", "alerts", "losses")
CHRONICLED = ("incidents", "humanitarian", "posture")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with no setting of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in ("TRACKER_LOG", "TRACKER_USER", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def log(here: Path) -> Path:
    return mali(here)


def no_traceback(result: Result) -> None:
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


# -- init and record -------------------------------------------------------------------------------


def test_init_twice_registers_once(here: Path) -> None:
    file = SEEDS / "situation.yaml"
    first = said("init", file)
    assert re.fullmatch(r"situation\.db: \d+ registered\n", first)
    before = held(here / "situation.db")
    assert said("init", file) == "situation.db: already registered, nothing to add\n"
    assert held(here / "situation.db") == before


def test_init_without_a_file_makes_an_empty_log() -> None:
    assert said("init") == "situation.db: ready\n"
    assert said("log") == "no events\n"


def test_init_again_adds_what_is_new(here: Path) -> None:
    (here / "s.yaml").write_text("title: One\nplaces:\n  a: {name: A}\n")
    assert said("init", "s.yaml") == "situation.db: 2 registered\n"
    (here / "s.yaml").write_text("title: One\nplaces:\n  a: {name: AA}\n  b: {name: B}\n")
    assert answer("init", "s.yaml") == {"log": "situation.db", "added": 2, "already": 1}


def test_record_twice_adds_once(here: Path) -> None:
    said("init", SEEDS / "situation.yaml")
    first = answer("record", *SHEETS)["recorded"]
    assert [one["file"] for one in first] == list(SHEETS)
    assert all(one["added"] > 30 and one["already"] == 0 for one in first)
    before = held(here / "situation.db")
    again = said("record", *SHEETS)
    assert again.splitlines() == [f"{name}: already recorded, 0 events added" for name in SHEETS]
    assert held(here / "situation.db") == before


def test_a_bad_sheet_among_good_ones_stops_all(here: Path) -> None:
    said("init", SEEDS / "situation.yaml")
    (here / "bad.yaml").write_text("report: {source: voa, published: 2013-02-30}\n")
    before = held(here / "situation.db")
    result = run("record", *SHEETS, "bad.yaml")
    assert result.exit_code == 2
    assert result.stderr.startswith("bad.yaml:1:23: report.published: ")
    assert held(here / "situation.db") == before


def test_dry_run_records_nothing(here: Path) -> None:
    said("init", SEEDS / "situation.yaml")
    before = held(here / "situation.db")
    assert "no problem; nothing recorded" in said("record", "--dry-run", SHEETS[1])
    assert answer("record", "--dry-run", SHEETS[1])["examined"][0]["file"] == SHEETS[1]
    assert held(here / "situation.db") == before


def test_a_sheet_from_standard_input(log: Path) -> None:
    sheet = b"report: {source: voa, published: 2013-02-01, title: Quiet}\nfacts: []\n"
    result = run("record", "-", "--by", "ana", stdin=sheet)
    assert result.exit_code == 0
    assert result.stdout.startswith("<stdin>: 1 event recorded, log at #")
    event = answer("log", "--kind", "ReportRegistered")["rows"][-1]
    assert event["recorded_by"] == "ana"
    bad = run("record", "-", stdin=b"report: [\n")
    assert bad.exit_code == 2
    assert bad.stderr.startswith("<stdin>:2:1: not valid YAML: ")
    assert len(held(log)) == event["position"] + 1


def test_who_records_can_be_set_by_the_environment(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert log.exists()
    monkeypatch.setenv("TRACKER_USER", "desk-3")
    run("record", "-", stdin="report: {source: voa, published: 2013-02-01, title: Quiet}\n")
    assert answer("log")["rows"][-1]["recorded_by"] == "desk-3"


# -- state -----------------------------------------------------------------------------------------

FIELDS = {
    "control": {"status", "holders"},
    "forces": {"actors", "place", "category", "phase", "low", "best", "high", "comparator"},
    "alerts": {"scheme", "scope", "level", "rank", "alias", "authority"},
    "losses": {"side", "category", "low", "best", "high", "comparator"},
}
BELIEF = {"name", "support", "certainty", "since", "possibly", "dissent"}
CHRONICLE = {"name", "kind", "status", "voice", "speaker", "place", "when", "source", "published"}


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("projection", [*BELIEVED, *CHRONICLED, None])
def test_state_in_json(projection: str | None) -> None:
    found = answer("state", *([projection] if projection else []), "--as-of", "2013-01-21")
    assert found.keys() == {"query", "log", "rows", "notes"}
    assert found["query"] == {
        "projection": projection,
        "key": None,
        "stale_after": None,
        "as_of": "2013-01-21T23:59:59.999999Z",
        "known_at": None,
        "recorded_at": None,
        "policy": "origin-weighted/1",
        "only": [],
        "without": [],
    }
    whole = answer("log")
    assert found["log"] == whole["log"]
    assert whole["log"]["position"] == len(whole["rows"])
    assert len(whole["log"]["head"]) == 64
    names = list(dict.fromkeys(row["projection"] for row in found["rows"]))
    assert names == ([projection] if projection else [*BELIEVED, *CHRONICLED])
    for row in found["rows"]:
        wanted = FIELDS.get(row["projection"], set())
        wanted |= BELIEF if row["projection"] in BELIEVED else CHRONICLE
        assert wanted | {"projection", "key", "evidence", "last_evidence"} <= row.keys()
        assert row["evidence"] or row["certainty"] == "possible"


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("projection", [*BELIEVED, *CHRONICLED, None])
def test_the_formats_tell_the_same_rows(projection: str | None) -> None:
    ask = ["state", *([projection] if projection else []), "--as-of", "2013-01-21"]
    rows = answer(*ask)["rows"]
    assert [json.loads(line) for line in said(*ask, "--nl").splitlines()] == rows
    table = list(csv.DictReader(io.StringIO(said(*ask, "--csv"))))
    assert [row["key"] for row in table] == [row["key"] for row in rows]
    assert [row["name"] for row in table] == [row["name"] for row in rows]


@pytest.mark.usefixtures("log")
def test_state_as_a_table() -> None:
    shown = said("state", "control", "--as-of", "2013-01-19").splitlines()
    assert re.fullmatch(
        r"Mali · control as of 19 Jan 2013 \(end of day, UTC\) · all reports · "
        r"origin-weighted/1 · log #\d+",
        shown[0],
    )
    assert shown[2].split() == ["PLACE", "STATE", "SUPPORT", "SINCE", "EVIDENCE"]
    diabaly = next(line for line in shown if line.startswith("Diabaly"))
    assert re.match(r"Diabaly +Islamist fighters +confirmed +14 Jan 2013 +\d facts", diabaly)
    assert "possibly vacated (17-21 Jan 2013)" in diabaly


@pytest.mark.usefixtures("log")
def test_state_names_every_clock() -> None:
    ask = ("--as-of", "2013-01-21", "--known-at", "2013-01-17", "--recorded-at", "#100")
    head = said("state", "control", *ask).splitlines()[0]
    assert "as of 21 Jan 2013 (end of day, UTC) · known at 17 Jan 2013 · recorded at #100" in head
    head = said("state", "control", "--as-of", "2013-01-21T06:30Z").splitlines()[0]
    assert "control as of 21 Jan 2013 06:30Z · all reports" in head


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("figures", ["", "-1", "x", "\u0663", "\uff11", "1\u0663"])
def test_a_position_is_in_figures_as_they_are_shown(figures: str) -> None:
    result = run("state", "--recorded-at", f"#{figures}")
    assert result.exit_code == 2
    assert "recorded-at: a position is # and a number, not " in result.stderr


@pytest.mark.usefixtures("log")
def test_state_of_all_has_a_heading_for_each_projection() -> None:
    shown = said("state", "--as-of", "2013-01-21").splitlines()
    heads = [name.upper() for name in (*BELIEVED, *CHRONICLED)]
    assert [line for line in shown if line in heads] == heads


@pytest.mark.usefixtures("log")
def test_known_at_takes_back_what_was_not_yet_published() -> None:
    ask = ("state", "control", "diabaly", "--as-of", "2013-01-21")
    assert answer(*ask)["rows"][0]["holders"] == ["france", "mali"]
    (row,) = answer(*ask, "--known-at", "2013-01-17")["rows"]
    assert row["holders"] == ["islamist-fighters"]
    assert answer(*ask, "--known-at", "2013-01-13")["rows"] == []


@pytest.mark.usefixtures("log")
def test_recorded_at_takes_back_what_was_not_yet_recorded() -> None:
    ask = ("state", "control", "diabaly", "--as-of", "2013-01-21")
    events = answer("log")["rows"]
    first = next(row for row in events if row["kind"] == "TownOccupied")
    assert answer(*ask, "--recorded-at", f"#{first['position'] - 1}")["rows"] == []
    (row,) = answer(*ask, "--recorded-at", f"#{first['position']}")["rows"]
    assert row["evidence"] == [first["fact"]]
    assert answer(*ask, "--recorded-at", "2020-01-01")["rows"] == []
    assert answer(*ask, "--recorded-at", events[-1]["recorded_at"]) == {
        **answer(*ask),
        "query": {**answer(*ask)["query"], "recorded_at": events[-1]["recorded_at"]},
    }


# -- audit -----------------------------------------------------------------------------------------

AUDIT = ("audit", "control", "diabaly", "--as-of", "2013-01-21", "--known-at", "2013-01-17")
ENTRY = {"fact", "kind", "position", "source", "published", "voice", "speaker", "when", "locator"}


@pytest.mark.usefixtures("log")
def test_audit_in_json() -> None:
    found = answer(*AUDIT)
    assert found.keys() == {
        "query", "log", "rows", "notes", "evidence", "rule", "later", "later_rows"
    }  # fmt: skip
    for entry in found["evidence"]:
        assert ENTRY | {"rating", "role", "why", "gist"} <= entry.keys()
        assert {"edtf", "zone"} <= entry["when"].keys()
        assert {"document", "sentence", "span", "sha256"} <= entry["locator"].keys()
        event = answer("show", f"#{entry['position']}")
        assert (event["fact"], event["kind"]) == (entry["fact"], entry["kind"])
        assert entry["source"] == event["source"]
    roles = [entry["role"] for entry in found["evidence"]]
    assert roles[0] == "decides"
    assert {"supports", "not-yet"} <= set(roles)
    (row,) = found["rows"]
    backing = [e["fact"] for e in found["evidence"] if e["role"] in {"decides", "supports"}]
    assert set(row["evidence"]) == set(backing)
    assert found["later"] == roles.count("not-yet")
    assert found["later_rows"][0]["holders"] == ["france", "mali"]


@pytest.mark.usefixtures("log")
def test_audit_as_a_table() -> None:
    shown = said(*AUDIT)
    assert shown.startswith(
        "Diabaly, control as of 21 Jan 2013 as known at 17 Jan 2013: Islamist fighters (confirmed)"
        " since 14 Jan 2013\n"
    )
    decides = r"decides +#\d+ TownOccupied +VOA, 17 Jan 2013 +agreement  · reporter: .*"
    assert any(re.match(decides, line) for line in shown.splitlines())
    in_full = r"decides +#\d+ TownOccupied · VOA, 17 Jan 2013 · 004 s\.2 \["
    assert any(re.match(in_full, line) for line in said(*AUDIT, "--full").splitlines())
    assert "later facts change this answer: all reports give France, Mali" in shown
    assert shown.splitlines()[-1].startswith("rule: agreement: ")
    assert shown.splitlines()[-1].endswith("(origin-weighted/1, rules 4 and 6)")


@pytest.mark.usefixtures("log")
def test_audit_of_an_entry_of_a_chronology() -> None:
    key = answer("state", "incidents", "--as-of", "2013-01-21")["rows"][0]["key"]
    (entry,) = answer("audit", "incidents", key, "--as-of", "2013-01-21")["evidence"]
    assert entry["fact"] == key
    assert entry["role"] == "decides"
    assert said("audit", "incidents", key, "--as-of", "2013-01-21")


@pytest.mark.usefixtures("log")
def test_audit_of_a_place_in_a_chronology() -> None:
    no_traceback(run("audit", "incidents", "diabaly", "--as-of", "2013-01-21"))


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (
            "forces france/mali/troops/deployed",
            "France in Mali, troops deployed, as of 21 Jan 2013:",
        ),
        ("forces france/mali/troops/pledged", "France in Mali, troops pledged, as of 21 Jan 2013:"),
        ("losses mali/tanks/captured", "Mali, tanks captured, as of 21 Jan 2013: a few"),
        ("control diabaly", "Diabaly, control as of 21 Jan 2013: France, Mali"),
    ],
)
def test_an_audit_says_first_which_cell_it_is_of(log: Path, cell: str, told: str) -> None:
    assert log.exists()
    assert said("audit", *cell.split(), "--as-of", "2013-01-21").startswith(told)


TEXT = "The town fell in the morning. Its people left by the south road. Nobody came back.\n"
SPAN = (30, 64)


def a_situation_with_a_document(here: Path, name: str = "report.txt") -> Path:
    """Record one fact that points into a document, and write the document into ./documents."""
    folder = here / "documents"
    folder.mkdir()
    (folder / "report.txt").write_text(TEXT)
    (here / "s.yaml").write_text(
        "title: T\nplaces: {town: {name: Town}}\nactors: {they: {name: They}}\n"
        "sources: {paper: {name: Paper, type: newspaper}}\n"
    )
    said("init", "s.yaml")
    span = TEXT[slice(*SPAN)]
    report = {
        "report": {
            "source": "paper",
            "published": "2013-01-17",
            "document": {"name": name, "sha256": sha256(TEXT.encode()).hexdigest()},
        },
        "facts": [
            {
                "kind": "TownOccupied",
                "place": "town",
                "by": ["they"],
                "when": "2013-01-16",
                "status": "occurred",
                "voice": "reporter",
                "gist": "It fell.",
                "at": {"span": list(SPAN), "sha256": sha256(span.encode()).hexdigest()},
            }
        ],
    }
    result = run("record", "-", stdin=json.dumps(report))
    assert result.exit_code == 0
    return folder


def audited(*words: str) -> tuple[str | None, bool, str | None]:
    ask = ("audit", "control", "town", "--as-of", "2013-01-17", "--documents", *words)
    (entry,) = answer(*ask)["evidence"]
    shown = said(*ask)
    assert ("(verified)" in shown) == entry["verified"]
    assert ("(NOT VERIFIED: " in shown) == (not entry["verified"])
    return entry["quote"], entry["verified"], entry["quote_problem"]


def test_documents_are_quoted_and_verified(here: Path) -> None:
    a_situation_with_a_document(here)
    assert audited("documents") == ("Its people left by the south road.", True, None)


def test_a_document_that_was_changed_is_not_believed(here: Path) -> None:
    folder = a_situation_with_a_document(here)
    (folder / "report.txt").write_text(TEXT.replace("south", "north"))
    quote, verified, problem = audited("documents")
    assert (quote, verified) == (None, False)
    assert problem == "report.txt is not the document that was read"


def test_a_document_that_is_missing_is_said_to_be(here: Path) -> None:
    folder = a_situation_with_a_document(here)
    (folder / "report.txt").unlink()
    assert audited("documents") == (None, False, "no file report.txt in documents")


def test_a_document_is_not_looked_for_through_a_link(here: Path) -> None:
    folder = a_situation_with_a_document(here)
    (folder / "report.txt").rename(here / "elsewhere.txt")
    (folder / "report.txt").symlink_to(here / "elsewhere.txt")
    assert audited("documents") == (None, False, "no file report.txt in documents")


@pytest.mark.parametrize("name", ["../documents/report.txt", "sub/../report.txt"])
def test_a_document_is_not_looked_for_outside_the_folder(here: Path, name: str) -> None:
    folder = a_situation_with_a_document(here, name)
    (folder / "sub").mkdir()
    assert audited("documents") == (None, False, f"no file {name} in documents")


# -- history, log, show ----------------------------------------------------------------------------


@pytest.mark.usefixtures("log")
def test_history_in_json() -> None:
    rows = answer("history", "diabaly")["rows"]
    for row in rows:
        assert {"projection", "key", "valid_from", "valid_to", "known_from", "known_to"} <= set(row)
        assert {"status", "holders", "since", "evidence"} <= row.keys()
    assert rows[0]["known_from"] < rows[-1]["known_from"]
    assert rows[-1]["holders"] == ["france", "mali"]
    assert (rows[-1]["valid_to"], rows[-1]["known_to"]) == (None, None)
    early = answer("history", "diabaly", "--known-at", "2013-01-17")
    assert early["query"]["known_at"] == "2013-01-17T23:59:59.999999Z"
    assert 0 < len(early["rows"]) < len(rows)
    assert all(row["holders"] != ["france", "mali"] for row in early["rows"])


@pytest.mark.usefixtures("log")
def test_history_as_a_table() -> None:
    shown = said("history", "vigipirate/france").splitlines()
    assert shown[0].startswith("Mali · history of vigipirate/france · all reports · origin")
    assert shown[2].split("  ")[0] == "KNOWN AT"
    assert "bright red" in shown[-1]


def test_history_of_a_key_of_several_projections(here: Path) -> None:
    (here / "s.yaml").write_text(
        "title: T\nplaces: {x: {name: X}}\nactors: {y: {name: Y}}\n"
        "sources: {paper: {name: Paper, type: newspaper}}\n"
    )
    said("init", "s.yaml")
    (here / "r.yaml").write_text(
        "report: {source: paper, published: 2013-01-17}\n"
        "facts:\n"
        "  - {kind: TownOccupied, place: x, by: [y], when: 2013, status: occurred,\n"
        "     voice: reporter, gist: It fell.}\n"
    )
    said("record", "r.yaml")
    assert len(answer("history", "x", "--projection", "control")["rows"]) > 0
    result = run("history", "x", "--projection", "forces")
    assert result.exit_code == 2
    assert "no evidence was ever recorded for 'x' in forces" in result.stderr


LOG_ROW = {"position", "recorded_at", "recorded_by", "report", "kind", "fact"}


def test_log_in_json(log: Path) -> None:
    found = answer("log")
    rows: Rows = found["rows"]
    assert found["log"]["position"] == len(rows)
    assert len(rows) == len(held(log)) - 1
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(row.keys() >= LOG_ROW for row in rows)
    assert all(re.fullmatch(r"[\dT:.-]+Z", row["recorded_at"]) for row in rows)
    reports = [row for row in rows if row["kind"] == "ReportRegistered"]
    assert len(reports) == len(SHEETS)
    assert all(row["report"] and row["fact"] is None for row in reports)
    assert all(row["report"] is None for row in rows[: reports[0]["position"] - 1])
    assert all(row["fact"] for row in rows[reports[-1]["position"] :])


@pytest.mark.usefixtures("log")
def test_log_can_be_narrowed() -> None:
    rows = answer("log")["rows"]
    assert answer("log", "--after", "60", "-n", "3")["rows"] == rows[60:63]
    taken = answer("log", "--kind", "TownOccupied")["rows"]
    assert taken == [row for row in rows if row["kind"] == "TownOccupied"]
    assert [json.loads(line) for line in said("log", "--nl", "-n", "2").splitlines()] == rows[:2]
    table = csv.DictReader(io.StringIO(said("log", "--csv")))
    assert [row["id"] for row in table] == [row["id"] for row in rows]
    assert said("log", "-n", "1").splitlines()[2].split()[0] == "#1"
    assert said("log", "--kind", "Nothing") == "no events\n"


@pytest.mark.usefixtures("log")
def test_show_by_position_and_by_prefix() -> None:
    row = answer("log", "--kind", "TownOccupied")["rows"][0]
    found = answer("show", f"#{row['position']}")
    assert row.items() <= found.items()
    assert found["body"]["place"] == "diabaly"
    assert (found["source"], found["published"]) == ("the-guardian", "2013-01-14")
    assert answer("show", row["id"]) == found
    assert answer("show", row["id"][:13]) == found
    assert answer("show", row["id"].replace("-", "")[:12].upper()) == found
    shown = said("show", row["id"][:13])
    assert f"#{row['position']} TownOccupied" in shown
    assert re.search(r"^place +diabaly$", shown, re.MULTILINE)


@pytest.mark.usefixtures("log")
def test_show_does_not_guess() -> None:
    several = run("show", "0")
    assert several.exit_code == 2
    assert "'0' is the beginning of several ids: " in several.stderr
    for unknown in ("#9999", "#0", "#", "#-1", "#x", "#٣", "zz", "", "ffffffff-ffff", "%", "*"):
        result = run("show", unknown)
        assert result.exit_code == 2, unknown
        assert "`tracker log` lists them" in result.stderr


# -- replay ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("log")
def test_replay_runs_to_the_same_states_as_the_question() -> None:
    clocks = ("--as-of", "2013-01-21", "--known-at", "2013-01-17")
    last: dict[tuple[str, str], Any] = {}
    for row in answer("replay", *clocks)["rows"]:
        for change in row["changes"]:
            cell = (change["projection"], change["key"])
            assert change["before"] == last.get(cell)
            last[cell] = change["after"]
    for row in answer("state", *clocks)["rows"]:
        if row["projection"] in BELIEVED:
            after = last[row["projection"], row["key"]]
            assert after.items() <= row.items()


@pytest.mark.usefixtures("log")
def test_replay_up_to_each_clock() -> None:
    every = answer("replay")["rows"]
    rows = answer("log")["rows"]
    assert [row["position"] for row in every] == [row["position"] for row in rows]
    upto = answer("replay", "--recorded-at", "#60")["rows"]
    assert [row["position"] for row in upto] == list(range(1, 61))
    assert answer("replay", "--recorded-at", "2020-01-01")["rows"] == []
    now = answer("replay", "--recorded-at", rows[-1]["recorded_at"])["rows"]
    assert len(now) == len(every)
    known = answer("replay", "--known-at", "2013-01-14")["rows"]
    first, second, _ = (row["position"] for row in rows if row["kind"] == "ReportRegistered")
    assert [row["position"] for row in known] == list(range(1, second))
    assert first < second
    begun = answer("replay", "--as-of", "2012-12-31")["rows"]
    assert len(known) > len([row for row in begun if row["fact"] and row["position"] < second])


@pytest.mark.usefixtures("log")
def test_replay_says_what_was_asked() -> None:
    found = answer("replay", "--as-of", "2013-01-20", "--known-at", "2013-01-17", "--changes")
    state = answer("state", "--as-of", "2013-01-20", "--known-at", "2013-01-17")
    same = ("as_of", "known_at", "recorded_at", "policy", "only", "without")
    assert [found["query"][name] for name in same] == [state["query"][name] for name in same]
    assert found["log"] == state["log"]
    assert all(row["changes"] for row in found["rows"])


@pytest.mark.usefixtures("log")
def test_replay_in_lines() -> None:
    shown = said("replay", "--changes", "--known-at", "2013-01-14", "--as-of", "2013-01-20")
    assert "    control diabaly: no evidence -> Islamist fighters\n" in shown
    assert "    incidents: one more entry\n" in shown
    assert "SituationRegistered" not in shown
    first = said("replay").splitlines()[0]
    assert first == "#1 SituationRegistered situation: Mali"
    lines = said("replay", "--nl", "--recorded-at", "#3").splitlines()
    assert [json.loads(line)["position"] for line in lines] == [1, 2, 3]


# -- the read model --------------------------------------------------------------------------------

ASK = ("state", "control", "diabaly", "--as-of", "2013-01-19", "--json")


def model(log: Path) -> Path:
    return log.with_name("situation.state.db")


def test_rebuild_and_check(log: Path) -> None:
    assert said("rebuild", "--check").startswith("the read model equals a rebuild of ")
    sql(model(log), "UPDATE fact_rows SET gist = 'something else' WHERE position = 60")
    sql(
        model(log),
        "DELETE FROM rectangles WHERE cell IN (SELECT id FROM cells WHERE key = 'diabaly')",
    )
    result = run("rebuild", "--check")
    assert result.exit_code == 1
    assert "rows differ: run `tracker rebuild`" in result.stderr
    assert "missing in beliefs: ('control', 'diabaly'" in result.stderr
    assert run("rebuild", "--check", "--json").exit_code == 1
    rebuilt = run("rebuild")
    assert rebuilt.exit_code == 0
    assert re.fullmatch(r"rebuilt from \d+ events\n", rebuilt.stderr)
    assert answer("rebuild", "--check")["rows"] == []
    assert not list(log.parent.glob("*.new"))


def test_a_lost_read_model_is_made_anew_by_the_next_question(log: Path) -> None:
    before = said(*ASK)
    model(log).unlink()
    assert said(*ASK) == before
    assert said("rebuild", "--check")


def test_a_read_model_behind_the_log_catches_up(log: Path) -> None:
    wanted = said(*ASK)
    mali(log.parent, reports=0)
    old = model(log).read_bytes()
    mali(log.parent)
    model(log).write_bytes(old)
    assert said(*ASK) == wanted
    assert said("rebuild", "--check")


def test_the_read_model_of_another_log_is_not_believed(log: Path) -> None:
    wanted = said(*ASK)
    (log.parent / "other.yaml").write_text("title: Other\nplaces: {diabaly: {name: Elsewhere}}\n")
    said("--log", "other.db", "init", "other.yaml")
    said("--log", "other.db", "state")
    shutil.copy("other.state.db", model(log))
    assert said(*ASK) == wanted
    assert said("rebuild", "--check")


def test_the_read_model_of_a_twin_is_not_believed(here: Path) -> None:
    for name, order in (("one.db", SHEETS), ("two.db", (SHEETS[1], SHEETS[0], SHEETS[2]))):
        said("--log", name, "init", SEEDS / "situation.yaml")
        said("--log", name, "record", *order)
        said("--log", name, "state")
    assert (here / "one.state.db").exists()
    shutil.copy("one.state.db", "two.state.db")
    said("--log", "two.db", "state")
    assert run("--log", "two.db", "rebuild", "--check").exit_code == 0


DAMAGE = {
    "garbage": b"\x17" * 5000,
    "text": b"not a database\n" * 400,
    "empty": b"",
}


@pytest.mark.parametrize("what", DAMAGE)
def test_garbage_in_its_place_is_told_or_healed_and_rebuild_heals_it(log: Path, what: str) -> None:
    wanted = said(*ASK)
    model(log).write_bytes(DAMAGE[what])
    result = run(*ASK)
    assert result.exit_code == 0
    assert result.stdout == wanted
    healed = model(log).read_bytes() != DAMAGE[what]
    assert healed or "`tracker rebuild` makes it anew" in result.stderr
    if not healed:
        assert run("rebuild", "--check").exit_code == 1
    assert run("rebuild").exit_code == 0
    again = run(*ASK)
    assert (again.stdout, again.stderr) == (wanted, "")
    assert said("rebuild", "--check")


@pytest.mark.parametrize("what", ["torn", "no tables", "a table dropped", "cut short"])
def test_a_damaged_read_model_says_what_to_do_and_rebuild_heals_it(log: Path, what: str) -> None:
    wanted = said(*ASK)
    raw = model(log).read_bytes()
    match what:
        case "torn":
            model(log).write_bytes(raw[:4096] + os.urandom(len(raw) - 4096))
        case "cut short":
            model(log).write_bytes(raw[: len(raw) // 8192 * 4096])
        case "a table dropped":
            sql(model(log), "DROP TABLE states")
        case _:
            model(log).unlink()
            sql(model(log), "PRAGMA user_version=1")
    result = run(*ASK)
    no_traceback(result)
    assert (result.exit_code == 0 and result.stdout == wanted) or (
        result.exit_code == 2 and "`tracker rebuild`" in result.stderr
    )
    assert run("rebuild").exit_code == 0
    assert said(*ASK) == wanted
    assert said("rebuild", "--check")


@pytest.mark.skipif(os.geteuid() == 0, reason="modes do not bind root")
def test_a_folder_that_cannot_be_written_to(log: Path) -> None:
    wanted = said(*ASK)
    model(log).unlink()
    log.parent.chmod(0o500)
    try:
        result = run(*ASK)
        rebuilt = run("rebuild")
        examined = run("doctor")
    finally:
        log.parent.chmod(0o700)
    assert result.stdout == wanted
    assert (rebuilt.exit_code, examined.exit_code) == (2, 0)
    assert "cannot be written to: no read model can be made there" in rebuilt.stderr
    assert "answering from the log alone" in result.stderr
    assert not model(log).exists()


def test_a_rebuild_without_room_says_so_and_keeps_the_old_model(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = schema.make_tables

    def full(connection: sqlite3.Connection, *, indexed: bool) -> None:
        connection.execute("PRAGMA max_page_count = 2")
        made(connection, indexed=indexed)

    before = {path: path.read_bytes() for path in log.parent.iterdir()}
    monkeypatch.setattr(schema, "make_tables", full)
    result = run("rebuild")
    assert result.exit_code == 2
    assert "cannot be written, the disk is full: make room, try again" in result.stderr
    assert "tracker rebuild" not in result.stderr
    assert {path: path.read_bytes() for path in log.parent.iterdir()} == before


# -- check, schema, doctor, demo -------------------------------------------------------------------


def test_check(log: Path) -> None:
    expect = SEEDS / "expect.yaml"
    assert re.fullmatch(r"(\d+) of \1 expectations hold\n", said("check", expect))
    shutil.copy(expect, log.parent)
    assert said("check") == said("check", expect)
    assert answer("check", expect, expect)["asked"] == 2 * answer("check", expect)["asked"]


def test_check_names_the_line_that_does_not_hold(log: Path) -> None:
    (log.parent / "expect.yaml").write_text(
        "expectations:\n"
        "  - ask: {projection: control, key: diabaly, as_of: 2013-01-16}\n"
        "    expect: {status: held}\n"
        "  - ask: {projection: control, key: diabaly, as_of: 2013-01-16}\n"
        "    expect: {status: vacated, holders: []}\n"
        "  - ask: {projection: control, key: bamako, as_of: 2013-01-16}\n"
        "    expect: {status: held}\n"
    )
    result = run("check")
    assert result.exit_code == 1
    assert result.stdout == "1 of 3 expectations hold\n"
    assert result.stderr == (
        "expect.yaml:4:5: control diabaly as of 2013-01-16: status: expected vacated, found held;"
        " holders: expected [], found [islamist-fighters]\n"
        "expect.yaml:6:5: control bamako as of 2013-01-16: expected a row, found no evidence\n"
    )
    whole = json.loads(run("check", "--json").stdout)
    assert (whole["asked"], whole["failed"]) == (3, 2)
    assert [row["line"] for row in whole["rows"]] == [4, 6]


@pytest.mark.usefixtures("log")
def test_check_of_a_bad_or_missing_file() -> None:
    assert run("check").exit_code == 2
    assert run("check").stderr == "expect.yaml: No such file or directory\n"
    result = run("check", SHEETS[0])
    assert result.exit_code == 2
    assert "unknown field 'report'" in result.stderr


def _refs(schema: object) -> list[str]:
    if isinstance(schema, dict):
        here = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
        return here + [ref for value in schema.values() for ref in _refs(value)]
    if isinstance(schema, list):
        return [ref for value in schema for ref in _refs(value)]
    return []


@pytest.mark.parametrize("what", ["sheet", "situation", "expect"])
def test_schema_is_one_of_the_2020_draft_and_refers_to_what_it_holds(what: str) -> None:
    schema = json.loads(said("schema", what))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (schema["type"], schema["additionalProperties"]) == ("object", False)
    assert set(schema["required"]) <= schema["properties"].keys()
    for name, one in schema["$defs"].items():
        for each in one.get("anyOf", [one]):
            if each.get("type") == "object":
                assert set(each.get("required", [])) <= each["properties"].keys(), name
    assert {ref.removeprefix("#/$defs/") for ref in _refs(schema)} <= schema["$defs"].keys()


def test_schema_of_a_sheet_has_what_the_mali_sheets_write() -> None:
    schema = json.loads(said("schema", "sheet"))
    kinds = [
        one["$ref"].rpartition("/")[2] for one in schema["properties"]["facts"]["items"]["oneOf"]
    ]
    assert kinds == [kind.TOPIC for kind in FACT_KINDS]
    for name in SHEETS:
        told = load(Path(name).read_bytes(), name).value
        assert told.keys() <= schema["properties"].keys()
        assert told["report"].keys() <= schema["properties"]["report"]["properties"].keys()
        for fact in told["facts"]:
            one = schema["$defs"][fact["kind"]]
            assert one["properties"]["kind"] == {"const": fact["kind"]}
            assert fact.keys() <= one["properties"].keys()
            assert set(one["required"]) <= fact.keys()
            assert fact["at"].keys() <= schema["$defs"]["Locator"]["properties"].keys()


def test_schema_of_a_situation_has_what_the_mali_one_writes() -> None:
    schema = json.loads(said("schema", "situation"))
    told = load((SEEDS / "situation.yaml").read_bytes(), "situation.yaml").value
    assert told.keys() <= schema["properties"].keys()
    for register in ("places", "actors", "sources", "alert_schemes"):
        name = schema["properties"][register]["additionalProperties"]["$ref"].rpartition("/")[2]
        for entry in told[register].values():
            assert entry.keys() <= schema["$defs"][name]["properties"].keys()
            assert set(schema["$defs"][name]["required"]) <= entry.keys()


def test_schema_of_expectations_has_what_the_mali_ones_write() -> None:
    schema = json.loads(said("schema", "expect"))
    one = schema["properties"]["expectations"]["items"]
    for entry in load((SEEDS / "expect.yaml").read_bytes(), "expect.yaml").value["expectations"]:
        assert entry.keys() <= one["properties"].keys()
        assert entry["ask"].keys() <= schema["$defs"]["Question"]["properties"].keys()


@pytest.mark.usefixtures("log")
def test_doctor() -> None:
    rows = answer("doctor")["rows"]
    assert {row["verdict"] for row in rows} <= {"ok", "warning"}
    assert len(said("doctor").splitlines()) == len(rows) + 1


def test_demo(here: Path) -> None:
    shown = said("demo")
    assert "$ tracker state control --as-of 2013-01-19\n" in shown
    assert re.search(r"(\d+) of \1 expectations hold", shown)
    assert "the read model equals a rebuild of" in shown
    assert shown.endswith("To keep it and explore: tracker demo --keep mali\n")
    assert list(here.iterdir()) == []


def test_demo_leaves_the_log_of_the_environment_alone(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = held(log)
    monkeypatch.setenv("TRACKER_LOG", str(log))
    assert re.search(r"situation\.db: \d+ registered", said("demo"))
    assert held(log) == before


def test_demo_kept_twice(here: Path) -> None:
    first = said("demo", "--keep", "my mali")
    assert first.endswith("\nExplore: cd 'my mali', then tracker --help\n")
    before = held(here / "my mali" / "situation.db")
    again = said("demo", "--keep", "my mali")
    assert "situation.db: already registered, nothing to add" in again
    assert held(here / "my mali" / "situation.db") == before
    assert Path.cwd() == here


def test_demo_overwrites_nothing(here: Path) -> None:
    (here / "expect.yaml").write_text("expectations: []\n")
    result = run("demo", "--keep", ".")
    assert result.exit_code == 2
    assert "expect.yaml is there and is not the demo's: name another folder" in result.stderr
    assert [path.name for path in here.iterdir()] == ["expect.yaml"]
    (here / "expect.yaml").unlink()
    said("init")
    before = held(here / "situation.db")
    result = run("demo", "--keep", ".")
    assert result.exit_code == 2
    assert "situation.db is there and is not the demo's" in result.stderr
    assert held(here / "situation.db") == before


# -- options ---------------------------------------------------------------------------------------


def test_global_options_stand_before_the_verb_or_after_it(log: Path) -> None:
    other = log.rename(log.with_name("other.db"))
    ask = ("control", "--as-of", "2013-01-19")
    wanted = said("state", *ask, "--log", other, "--json")
    assert json.loads(wanted)["rows"]
    assert said("--log", other, "--json", "state", *ask) == wanted
    assert said("--json", "state", "--log", other, *ask) == wanted
    assert said("--csv", "--log", "nowhere.db", "state", *ask, "--json", "--log", other) == wanted
    assert said("--policy", "origin-weighted", "--log", other, "--json", "state", *ask) == wanted


def test_the_log_can_be_set_by_the_environment(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = ("state", "control", "--as-of", "2013-01-19")
    wanted = said(*ask)
    monkeypatch.setenv("TRACKER_LOG", str(log.rename(log.with_name("other.db"))))
    assert said(*ask) == wanted
    assert run("--log", "nowhere.db", *ask).exit_code == 2
    assert run(*ask, "--log", "nowhere.db").exit_code == 2


@pytest.mark.usefixtures("log")
def test_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = ("state", "control", "--as-of", "2013-01-19")
    assert "\x1b[1m" in run(*ask, color=True).stdout
    assert "\x1b" not in run(*ask, "--no-color", color=True).stdout
    assert "\x1b" not in run("--no-color", *ask, color=True).stdout
    assert "\x1b" not in run(*ask).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run(*ask, color=True).stdout


@pytest.mark.usefixtures("log")
def test_quiet() -> None:
    ask = ("state", "control", "--as-of", "9998-01-01")
    loud, quiet = run(*ask), run(*ask, "-q")
    assert loud.stderr.startswith("as of a time still to come")
    assert quiet.stderr == ""
    assert quiet.stdout.lstrip("\n") == loud.stdout.partition("\n\n")[2]
    assert run("rebuild", "-q").output == ""


def test_version() -> None:
    assert said("--version") == f"tracker, version {__version__}\n"


# -- mistakes --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["stat"], "Did you mean 'state'?"),
        (["recrod", "x"], "Did you mean 'record'?"),
        (["hsitory"], "Did you mean 'history'?"),
        (["state", "contrl"], "no projection 'contrl': did you mean control?"),
        (["audit", "control", "diabalu"], "did you mean diabaly"),
        (["history", "vigipirate"], "did you mean vigipirate/france"),
        (["history", "diabaly", "--projection", "contrl"], "one of control, forces"),
        (["state", "--know-at", "2013"], "--known-at"),
        (["state", "--jsn"], "--json"),
        (["schema", "sheets"], "'sheet', 'situation', 'expect'"),
        (["--policy", "newest", "state"], "'latest', 'latest/1'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_slip_is_told_the_nearest_known_word(words: list[str], hint: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert hint in result.stderr
    assert result.stderr.count("Did you mean") <= 1


@pytest.mark.usefixtures("log")
def test_a_key_that_names_nothing_is_noted_and_is_no_error() -> None:
    result = run("state", "control", "diabalu", "--as-of", "2013-01-19")
    assert result.exit_code == 0
    assert "nothing here is called 'diabalu': did you mean diabaly" in result.stderr
    assert "no evidence" in result.stdout
    assert run("state", "control", "bamako", "--as-of", "2013-01-19").stderr == ""


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("name", ["Diabaly", "diabali"])
def test_a_place_is_found_by_its_names_too(name: str) -> None:
    at = ("--as-of", "2013-01-19")
    for words in (("state", "control", *at), ("audit", "control", *at), ("history",)):
        known, named = (answer(*words, key) for key in ("diabaly", name))
        assert named == known
        assert named["query"]["key"] == "diabaly"


def test_a_log_that_is_not_there() -> None:
    for words in (["state"], ["log"], ["record", SHEETS[0]], ["doctor"], ["rebuild"]):
        result = run(*words)
        assert result.exit_code == 2
        assert result.stderr == (
            "no log at situation.db: make one with `tracker init`, or name another with --log\n"
        )
    assert not Path("situation.db").exists()


@pytest.mark.parametrize("verb", ["state", "init", "log"])
def test_a_log_that_is_a_folder(here: Path, verb: str) -> None:
    (here / "folder").mkdir()
    result = run("--log", "folder", verb)
    assert result.exit_code == 2
    assert "folder is a folder: name the log's file, such as folder/situation.db" in result.stderr


@pytest.mark.parametrize("verb", ["state", "init", "log"])
def test_a_log_that_is_a_text_file(here: Path, verb: str) -> None:
    (here / "notes.txt").write_text("not a log\n" * 100)
    result = run("--log", "notes.txt", verb)
    assert result.exit_code == 2
    assert result.stderr == "notes.txt is not a log (not an SQLite database)\n"
    assert (here / "notes.txt").read_text() == "not a log\n" * 100
    assert [path.name for path in here.iterdir()] == ["notes.txt"]


def test_a_log_that_is_another_database(here: Path) -> None:
    sql(here / "mine.db", "CREATE TABLE mine (x)")
    for verb in ("state", "init"):
        result = run("--log", "mine.db", verb)
        assert result.exit_code == 2
        assert "a database, but not a tracker's log" in result.stderr


SILLY = """\
bogus
--bogus
state control diabaly extra
state --as-of tomorrow
state --as-of ''
state --as-of 2013-13
state --as-of 0000
state --as-of 99999
state --as-of 2013-01-14T25:00Z
state --as-of 0001-01-01T00:00Z
state --as-of 9999-12-30
state --known-at x
state --recorded-at '#'
state --recorded-at '#x'
state --recorded-at '#-1'
state --recorded-at '#99999999999999999999999999'
state --recorded-at '#²'
state --recorded-at '#٣'
show "#٣"
state --tz Mars
state --tz ''
state ''
state control ''
state control "' OR 1=1 --"
state control '%'
state --as-of
audit
audit control
audit control ''
audit bogus diabaly
audit posture nothing
audit control diabaly --documents /nowhere
audit control diabaly --documents expect.yaml
history
history ''
history diabaly --projection posture
log --after -1
log --after 99999999999999999999999999
log -n 0
log -n x
log --kind ''
show
show ''
show '#99999999999999999999999999'
show '#²'
show '*'
show "'"
replay --recorded-at '#0'
replay --as-of 0001-01-02
rebuild extra
check nowhere.yaml
check .
check /dev/null
record
record .
record nowhere.yaml
record /dev/null
record --tz Mars /dev/null
record --by '' /dev/null
init nowhere.yaml
init .
init /dev/null
init a b
schema
schema bogus
doctor x
demo --keep /dev/null
demo --keep expect.yaml
--log '' state
--log /dev/null state
--log /dev/null init
--log /nowhere/x.db init
--log nowhere/x.db state
--log http://example.org/ state
--log 'file:x?mode=memory' state
--policy '' state
state --only ''
state --without nobody
state --stale-after x
history diabaly --without nobody
audit control diabaly --only ''
diff
diff --from nowhen
diff --to 2013
diff --from 2013-02 --to 2013-01
diff --known-from 2013-01-21 --known-to 2013-01-14
diff --from 2013 bogus
diff --from 2013 control nowhere
whatif
whatif --without nobody
whatif --policy latest bogus
whatif --policy latest incidents
whatif --only voa control nowhere
disputes bogus
disputes incidents
disputes control nowhere --all
disputes --recorded-at '#0' --all
gaps x
gaps --stale-after ''
gaps --documents nowhere
gaps --as-of 0001-01-01
gaps --recorded-at '#0'
replay --without nobody
--json
--help
"""


@pytest.mark.parametrize("line", SILLY.splitlines())
def test_nothing_silly_ends_in_a_traceback(log: Path, line: str) -> None:
    (log.parent / "expect.yaml").write_text("expectations: []\n")
    before = held(log)
    args = shlex.split(line)
    result = CliRunner().invoke(tracker, args)
    no_traceback(result)
    assert result.exit_code in {0, 2}
    assert result.exit_code == 0 or result.stderr.strip()
    assert held(log) == before


@pytest.mark.parametrize(
    "line",
    ["checkpoint -o", "prove #25 -o", "report -o", "history diabaly --svg",
     "draft notes.txt --published 2013-01-14 -o", "state control --cite"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("where", "why"),
    [
        (".", ". is a folder: name a file in it"),
        ("/", "/ is a folder: name a file in it"),
        ("", "a file's name is needed"),
        ("nowhere/out", "nowhere: No such file or directory: make it first"),
        ("notes.txt/out", "notes.txt is no folder: name a file in one"),
    ],
)
def test_where_no_file_can_be_written_nothing_is_begun(
    log: Path, line: str, where: str, why: str
) -> None:
    (log.parent / "notes.txt").write_text("The army took Gao.")
    before = held(log)
    result = run(*line.split(), where)
    assert result.exit_code == 2
    assert why in result.stderr
    assert held(log) == before
    assert json.loads(said("checkpoint", "--json"))["made"]


@pytest.mark.parametrize(
    "line",
    ["checkpoint -o", "checkpoint --json -o", "checkpoint --public-key -o", "prove #25 -o",
     "prove --consistency notes.txt notes.txt -o", "draft notes.txt --published 2013-01-14 -o"],
)  # fmt: skip
def test_a_file_that_is_there_is_kept_and_nothing_signed_for_it(log: Path, line: str) -> None:
    """A checkpoint that was kept is a witness: nothing else tells of another past."""
    for name in ("notes.txt", "kept.txt"):
        (log.parent / name).write_text("The army took Gao.")
    result = run(*line.split(), "kept.txt")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("kept.txt is there already: write to another file")
    assert (log.parent / "kept.txt").read_text() == "The army took Gao."
    assert json.loads(said("checkpoint", "--json"))["made"]


@pytest.mark.parametrize("line", ["checkpoint -o", "checkpoint --public-key -o", "prove #25 -o"])
def test_a_file_that_is_there_is_written_over_with_force(log: Path, line: str) -> None:
    kept = log.parent / "kept.txt"
    kept.write_text("The army took Gao.")
    assert "or add --force" in run(*line.split(), kept).stderr
    said(*line.split(), kept, "--force")
    assert "situation-tracker/" in kept.read_text()


@pytest.mark.parametrize(
    "line",
    ["report -o", "history diabaly --svg", "history diabaly --cite", "checkpoint --force -o",
     "prove #25 --force -o", "export csv control --force -o", "export gpkg --force -o",
     "draft notes.txt --published 2013-01-14 -o"],
)  # fmt: skip
def test_nothing_is_written_over_a_log_or_what_belongs_to_it(
    log: Path, keys: Path, line: str
) -> None:
    (log.parent / "notes.txt").write_text("The army took Gao.")
    said("checkpoint")
    beside = log.with_name("other.db-wal")
    beside.write_bytes(b"not yet in the database")
    for path in (*sorted(log.parent.glob("situation*.db")), beside, keys / "signing-key.pem"):
        before = path.read_bytes()
        result = run(*line.split(), path)
        assert result.exit_code == 2, path
        assert "write to another file" in result.stderr
        assert path.read_bytes() == before
    assert said("verify", "-q")


@pytest.mark.parametrize(
    ("line", "own"), [("report -o", "<!doctype html"), ("history diabaly --svg", "<svg")]
)
def test_a_drawing_is_written_over_one_of_its_kind_and_nothing_else(
    log: Path, line: str, own: str
) -> None:
    kept = log.parent / "kept.txt"
    kept.write_text("The army took Gao.")
    result = run(*line.split(), kept)
    assert result.exit_code == 2
    assert "kept.txt is there already and is something else" in result.stderr
    assert kept.read_text() == "The army took Gao."
    for there in ("", f"{own} of before"):
        kept.write_text(there)
        said(*line.split(), kept)
        assert kept.read_text().startswith(own)


def test_a_file_that_came_meanwhile_is_kept_too(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = log.parent / "kept.txt"
    checkpoint = Situation.checkpoint

    def slow(situation: Situation) -> Signed:
        kept.write_text("The army took Gao.")
        return checkpoint(situation)

    monkeypatch.setattr(Situation, "checkpoint", slow)
    result = run("checkpoint", "-o", kept)
    assert (result.exit_code, "is there already" in result.stderr) == (2, True)
    assert kept.read_text() == "The army took Gao."


def test_a_checkpoint_goes_to_a_device_as_before(log: Path) -> None:
    assert log.exists()
    for _ in range(2):
        said("checkpoint", "-o", "/dev/null")


@pytest.mark.parametrize("where", [".", "/dev/null", "notes.txt"])
def test_a_bundle_is_a_new_folder(log: Path, where: str) -> None:
    (log.parent / "notes.txt").write_text("The army took Gao.")
    result = run("bundle", "-o", where)
    assert result.exit_code == 2
    assert "name a new folder, or a file .zip" in result.stderr


NOT_UTF8 = """\
record {}.yaml
state control {}
history {}
audit control {}
diff --from 2013-01-14 control {}
search bamako{}
redact --speaker {} --authority court --reason order -y
correct #25 --set gist={} --reason order
correct #25 --set gist=x --reason order --by {}
watch --key {} --once
demo --keep {}
init {}
--log {} state
{}
"""


@pytest.mark.parametrize("line", NOT_UTF8.splitlines())
def test_what_is_typed_and_is_not_utf8_is_refused(log: Path, line: str) -> None:
    before = held(log)
    args = [word.replace("{}", os.fsdecode(b"caf\xe9")) for word in line.split()]
    at, typed = next((n, word) for n, word in enumerate(line.split(), 1) if "{}" in word)
    result = CliRunner().invoke(tracker, args)
    no_traceback(result)
    assert result.exit_code == 2
    shown = typed.replace("{}", "caf\\xe9")
    assert f"argument {at}, '{shown}', is not UTF-8" in unfolded(result.stderr)
    assert held(log) == before
    assert [path.name for path in log.parent.iterdir() if path.suffix == ""] == []


def test_a_setting_of_the_environment_that_is_not_utf8_is_refused(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_USER", os.fsdecode(b"caf\xe9"))
    refused = run("--log", log, "correct", "#25", "--set", "gist=x", "--reason", "order")
    assert refused.exit_code == 2
    assert r"TRACKER_USER, 'caf\xe9', is not UTF-8" in refused.stderr
    assert run("--help").exit_code == 0


def test_a_folder_may_be_called_what_is_not_utf8(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = here / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert said("init", SEEDS / "situation.yaml").startswith("situation.db:")
    said("record", SHEETS[0])
    said("checkpoint")
    assert answer("state", "control")["rows"]
    (folder / "situation.db").unlink()
    mali(folder)
    assert "the log that was here is gone" in run("verify").output


def test_a_key_of_another_projection_is_no_suggestion(log: Path) -> None:
    found = run("--log", log, "history", "diabaly", "--projection", "forces")
    assert found.exit_code == 2
    assert "did you mean diabaly" not in found.stderr


@pytest.mark.parametrize(
    "line",
    [
        *("log", "log --nl", "log --json", "replay", "schema sheet"),
        *("state --as-of 2013-01-21", "state --as-of 2013-01-21 --json"),
    ],
)
def test_a_broken_pipe_is_no_fault(log: Path, line: str) -> None:
    program = f"{shlex.quote(sys.executable)} -m tracker --log {shlex.quote(str(log))} {line}"
    done = subprocess.run(
        ["sh", "-c", f"({program}; echo $? >&2) | head -c 1"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert len(done.stdout) == 1
    assert done.stderr in {"0\n", "141\n"}  # whether all was written before the pipe was closed


ASKED_FOR = ["--help", "--version", "state --help", "guide"]


@pytest.mark.parametrize("line", ASKED_FOR)
def test_help_that_nobody_reads_ends_as_answers_do(line: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = written_to(writing, line)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("line", ASKED_FOR)
def test_help_that_cannot_be_written_is_said_in_a_line(line: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = written_to(full.fileno(), line)
    assert (done.returncode, done.stderr) == (
        2, "input or output: No space left on device\n",
    )  # fmt: skip


def written_to(handle: int, line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tracker", *line.split()],
        stdout=handle,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("line", ["report -o", "history diabaly --svg", "checkpoint -o"])
def test_what_cannot_be_written_is_named(log: Path, line: str) -> None:
    assert log.exists()
    result = run(*line.split(), "/dev/full")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        2, "/dev/full was not written: No space left on device",
    )  # fmt: skip


@pytest.mark.parametrize("line", ["export csv -o", "export gpkg -o", "bundle -o", "report -o"])
def test_a_full_disk_is_told_with_the_name_that_was_asked_for(
    log: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", ".out.zip.abc.part")

    before = sorted(log.parent.iterdir())
    monkeypatch.setattr(Path, "replace", full)
    result = run(*line.split(), "out.zip")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == "out.zip was not written: No space left on device"
    assert sorted(log.parent.iterdir()) == before


@pytest.mark.parametrize(
    "line",
    ["verify --key x", "verify --timestamp-authority x", "prove --check x", "bundle --check x",
     "bundle --check x --key x", "bundle --check x --timestamp-authority x",
     "prove --check x --key x"],
)  # fmt: skip
def test_a_file_that_is_not_what_it_should_be_is_named(log: Path, line: str) -> None:
    log.with_name("x").write_text("The army took Gao.")
    result = run(*line.split())
    assert result.exit_code == 2
    assert re.match("x(:| cannot be read)", result.stderr)


@pytest.mark.parametrize(
    ("writable", "free", "remedy"),
    [
        (False, 1, "make . writable, and it is made anew"),
        (True, 0, "make room on the disk of ., and it is made anew"),
        (True, 1, "`tracker rebuild` makes it anew"),
    ],
)
def test_where_no_read_model_can_be_made_it_is_said_what_helps(
    log: Path, monkeypatch: pytest.MonkeyPatch, *, writable: bool, free: int, remedy: str
) -> None:
    model = log.with_name("situation.state.db")
    model.unlink()
    model.mkdir()
    monkeypatch.setattr(os, "access", lambda *_: writable)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert run("state", "control").stderr.splitlines()[0].endswith(remedy)


def with_closed(streams: str, log: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Run the program, closing some of its streams as a shell does."""
    words = [sys.executable, "-m", "tracker", "--log", str(log), *line.split()]
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {streams}', "sh", *words],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize("line", ["state control", "verify"])
def test_without_an_input_all_is_answered_as_without_a_terminal(log: Path, line: str) -> None:
    done, usual = with_closed("<&-", log, line), with_closed("</dev/null", log, line)
    assert "Traceback" not in done.stderr
    assert done.returncode == usual.returncode
    assert done.stdout.splitlines()[1:] == usual.stdout.splitlines()[1:]  # the first says the time
    assert with_closed("<&-", log, "record -").returncode == 2
    assert with_closed("<&-", log, "redact #58 --authority x --reason y").returncode == 0


@pytest.mark.parametrize("stream", ["2>&-", "2</dev/null"])
def test_where_nobody_can_be_told_the_code_still_says_it(log: Path, stream: str) -> None:
    fine = with_closed(stream, log, "verify")
    assert (fine.returncode, "situation.db: fine" in fine.stdout) == (0, True)
    assert with_closed(stream, log, "state nothing").returncode == 2
    assert with_closed(stream, log, "nothing").returncode == 2


@pytest.mark.parametrize(
    "line", ["state control", "state --json", "export csv control -o -", "log", "--help"]
)
def test_an_answer_that_went_nowhere_is_no_success(log: Path, line: str) -> None:
    done = with_closed(">&-", log, line)
    said_so = "standard output: closed: what was to be said went nowhere\n"
    assert done.returncode == 2
    assert done.stderr.endswith(said_so)


def test_what_has_nothing_to_say_needs_no_output(log: Path) -> None:
    out = log.with_name("r.html")
    assert with_closed(">&-", log, f"report -q -o {out}").returncode == 0
    assert out.is_file()


# -- help ------------------------------------------------------------------------------------------


def examples() -> list[str]:
    """Give the lines under "Example:" or "Examples:" of every --help."""
    found = []
    parts = [
        part for verb in VERBS if isinstance(verb, click.Group) for part in verb.commands.values()
    ]
    for command in (tracker, *VERBS, *parts):
        shown = CliRunner().invoke(command, ["--help"], prog_name="tracker").output
        _, head, rest = shown.partition("Example")
        assert head, f"{command.name} shows no example"
        block = re.split(r"\n\s*\n", rest.partition("\n")[2])[0]
        found += [line.strip() for line in block.splitlines()]
    return found


def test_every_verb_has_an_example_and_a_word_for_the_list() -> None:
    shown = said("--help")
    for verb in VERBS:
        assert isinstance(verb, click.Command)
        assert re.search(rf"^  {verb.name} +[A-Z].*\.$", shown, re.MULTILINE)
        assert any(line.startswith(f"tracker {verb.name}") for line in examples())


@pytest.mark.parametrize("line", examples())
def test_an_example_of_the_help_runs(here: Path, line: str) -> None:
    shutil.copytree(SEEDS, here / "seeds" / "mali-2013")
    program, verb, *words = shlex.split(line)
    assert program == "tracker"
    if verb != "init":
        mali(here, reports=0 if verb == "record" else 3)
    (here / "holders.csv").write_text("place,date,holder\nDiabaly,2013-01-22,Mali\n")
    (here / "article.txt").write_text("Malian troops entered Diabaly on Monday.\n")
    if verb == "cite":
        said("state", "control", "--cite", words[-1], "-q")
    if "--check" in words and verb == "prove":
        said("prove", "#58", "-o", words[-1])
    if "--again" in words:
        said("retract", words[0], "--reason", "false")
    result = run(verb, *words)
    assert result.exit_code == 0, result.output
    assert result.output
