"""The policy of a server: that of every answer whose question names none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands_for_tests import answer, mali, said
from serving_for_tests import Served, serving

from projections.names import DEFAULT_POLICY, POLICY_NAMES
from tracker import Situation
from tracker.web import picture as drawing
from tracker.web.asking import Address
from tracker.web.desk import present
from tracker.web.parameters import USUAL_POLICY, NothingAsked
from tracker.web.picture import Pictures, picture

HOW = "projection=control&as_of=2013-01-19"
ASKED = {
    "state": f"state?{HOW}",
    "history": "history?key=diabaly&projection=control",
    "audit": "audit?projection=control&key=diabaly&as_of=2013-01-19",
    "diff": "diff?from=2013-01-14&to=2013-01-19",
    "disputes": "disputes?as_of=2013-01-19",
    "gaps": "gaps?as_of=2013-01-19",
    "what if": "whatif?as_of=2013-01-19",
}
PAGES = [path for name, path in ASKED.items() if name not in {"history", "what if"}]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mali(tmp_path_factory.mktemp("policy"))


@pytest.fixture(scope="module")
def latest(log: Path) -> Iterator[Served]:
    """Mali, by what was reported last."""
    with serving(log, "--policy", "latest") as server:
        yield server


@pytest.mark.parametrize("path", ASKED.values(), ids=ASKED)
def test_an_answer_is_by_the_policy_of_the_server(path: str, latest: Served) -> None:
    assert latest.json(f"/api/{path}")["query"]["policy"] == "latest/1"


def test_it_is_the_answer_of_the_command_line_by_that_policy(log: Path, latest: Served) -> None:
    words = ("--log", log, "state", "control", "--as-of", "2013-01-19", "--policy")
    found = latest.json(f"/api/{ASKED['state']}")
    assert found == answer(*words, "latest")
    assert found["rows"] != answer(*words, "origin-weighted")["rows"]


@pytest.mark.parametrize("path", ["", *PAGES])
def test_a_page_is_by_it_and_says_so(path: str, latest: Served) -> None:
    page = latest.ask(f"/{path}").body.decode()
    assert " · latest/1 · log #190" in page
    assert DEFAULT_POLICY not in page


def test_the_picture_is_by_it(latest: Served) -> None:
    body = latest.ask("/part/picture").body
    assert b"latest/1" in body
    assert DEFAULT_POLICY.encode() not in body


def test_the_picture_that_a_process_draws_is_by_it(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "LARGE", 0)
    pictures = Pictures(str(log))
    at = Address(b"", b"", policy="latest")
    with Situation(str(log), clock=present) as situation:
        try:
            there = pictures.give(situation, NothingAsked(), at)
        finally:
            pictures.stop()
        here = picture(situation, NothingAsked(), at)
    assert json.loads(there.body)["map"] == here.body["map"]
    assert b"latest/1" in there.body


def test_a_question_that_names_a_policy_is_by_that(latest: Served) -> None:
    for policy in ("origin-weighted", "official-only"):
        path = f"{ASKED['state']}&policy={policy}"
        assert latest.json(f"/api/{path}")["query"]["policy"] == f"{policy}/1"
        assert f" · {policy}/1 · log #190" in latest.ask(f"/{path}").body.decode()


def test_the_environment_and_the_settings_say_it_too_and_tags_tell_policies_apart(
    log: Path, tmp_path: Path
) -> None:
    settings = tmp_path / "tracker.toml"
    settings.write_text('policy = "majority-by-origin"\n')
    path, tags = f"/api/{ASKED['state']}", set()
    for policy, environment in (
        (DEFAULT_POLICY, {}),
        (DEFAULT_POLICY, {"TRACKER_POLICY": "origin-weighted"}),
        ("official-only/1", {"TRACKER_POLICY": "official-only"}),
        ("majority-by-origin/1", {"TRACKER_CONFIG": str(settings)}),
    ):
        with serving(log, **environment) as server:
            reply = server.ask(path)
        assert reply.json["query"]["policy"] == policy
        tags.add(reply.headers["etag"])
    assert len(tags) == 3


def test_the_usual_policy_is_the_one_that_the_read_model_holds() -> None:
    assert {POLICY_NAMES.get(name, name) for name in USUAL_POLICY} == {DEFAULT_POLICY}


def test_a_report_and_an_export_are_by_the_policy_too(log: Path, tmp_path: Path) -> None:
    file, table = tmp_path / "latest.html", tmp_path / "latest.jsonl"
    said("--log", log, "--policy", "latest", "report", "-o", file)
    said("--log", log, "export", "jsonl", "control", "--policy", "latest", "-o", table)
    assert "latest/1" in file.read_text()
    told = json.loads((tmp_path / "latest.jsonl.about.json").read_text())
    assert told["query"]["policy"] == "latest/1"
