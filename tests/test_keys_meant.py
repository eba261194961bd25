"""Keys as people give them: a place or an actor stands for all of its cells, in every question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import answer, mali, run, said
from serving_for_tests import serving

from tracker.situation import Situation

MONDAY, NOW = "2013-01-14", "2013-01-21"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Mali situation, for all that only ask."""
    return mali(tmp_path_factory.mktemp("mali"))


@pytest.fixture(scope="module")
def situation(log: Path) -> Iterator[Situation]:
    """The same, opened."""
    with Situation(str(log)) as opened:
        yield opened


def keys(rows: Any) -> list[str]:  # noqa: ANN401 - rows of any answer
    return [row["key"] for row in rows]


def rows(log: Path, *words: object) -> Any:  # noqa: ANN401 - whatever the JSON holds
    return answer("--log", log, *words)["rows"]


@pytest.mark.parametrize(
    ("projection", "key", "cells"),
    [
        (
            "forces",
            "Bamako",
            [
                "france/bamako/troops/deployed",
                "france/bamako/troops/pledged",
                "islamist-fighters/bamako/troops/advancing",
                "mali/bamako/troops/deployed",
            ],
        ),
        ("alerts", "france", ["advice/france+mali", "measure/france", "threat/france"]),
        ("losses", "France", ["france/fighter-jets/lost", "france/troops/killed"]),
        ("losses", "French forces", ["france/fighter-jets/lost", "france/troops/killed"]),
    ],
)
def test_a_place_or_an_actor_stands_for_all_of_its_cells(
    log: Path, projection: str, key: str, cells: list[str]
) -> None:
    found = rows(log, "state", projection, key, "--as-of", NOW)
    assert keys(found)[: len(cells)] == cells
    every = rows(log, "state", projection, "--as-of", NOW)
    assert found == [row for row in every if row["key"] in keys(found)]  # each as it is alone
    assert "no evidence" not in said("--log", log, "state", projection, key, "--as-of", NOW)


def test_joint_forces_are_those_of_each_and_a_part_of_a_name_is_no_name(log: Path) -> None:
    found = keys(rows(log, "state", "forces", "mali", "--as-of", NOW))
    assert "france/mali/troops/deployed" in found  # there
    assert "mali/markala/troops/deployed" in found  # its own
    assert "france+mali/diabaly/troops/deployed" in found  # and beside others
    assert "france/northern-mali/troops/pledged" not in found


def test_every_question_takes_a_place_as_state_does(log: Path, situation: Situation) -> None:
    clocks = situation.clocks(NOW)
    here = keys(situation.state(clocks, "forces", "bamako").dicts)
    period = ("--from", MONDAY, "--to", NOW)
    assert keys(rows(log, "diff", "forces", "bamako", *period)) == ["mali/bamako/troops/deployed"]
    told = rows(log, "whatif", "forces", "bamako", "--without", "voa", "--as-of", NOW)
    assert keys(told) == ["mali/bamako/troops/deployed"]
    assert set(keys(situation.spans(clocks, "forces", "Bamako").dicts)) == set(here)
    facts = [row["fact"] for row in situation.evidence(clocks, "losses", "mali").dicts]
    told = [row["evidence"] for row in situation.state(clocks, "losses", "mali").dicts]
    assert {fact for evidence in told for fact in evidence} <= set(facts)
    assert len(facts) == len(set(facts))
    told = said("--log", log, "export", "report", "alerts", "france", *period, "-o", "-")
    assert "Vigipirate, France" in told


def test_a_dispute_is_found_by_its_place(situation: Situation) -> None:
    for closed in (False, True):
        every = situation.disputes(NOW, closed=closed).dicts
        for projection in ("forces", "losses", "alerts"):
            of_france = situation.disputes(NOW, projection, "france", closed=closed).dicts
            assert of_france == tuple(
                row for row in every if row["projection"] == projection and "france" in row["key"]
            )


def test_the_page_and_the_api_say_the_same(log: Path) -> None:
    asked = "projection=forces&key=mali&as_of=2013-01-21"
    with serving(log) as served:
        assert b"1,800" in served.ask(f"/state?{asked}").body
        found = served.json(f"/api/state?{asked}")["rows"]
    assert keys(found) == keys(rows(log, "state", "forces", "mali", "--as-of", NOW))


def test_nobody_counted_there_is_no_evidence_and_a_slip_is_told(log: Path) -> None:
    none = run("--log", log, "state", "forces", "timbuktu", "--as-of", NOW)
    assert none.stdout.endswith("no evidence\n")
    assert none.stderr == ""
    slip = run("--log", log, "state", "forces", "xyzzy", "--as-of", NOW)
    assert "nothing here is called 'xyzzy': the keys stand in `tracker state --json`" in slip.stderr


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("state diabaly", "control diabaly"),
        ("state Bamako", "forces bamako"),
        ("disputes france", "forces france"),
        ("diff vigipirate/france --from 2013-01-14", "alerts vigipirate/france"),
        ("audit force x", "forces"),
    ],
)
def test_a_key_in_the_place_of_a_projection_is_told_with_its_own(
    log: Path, line: str, meant: str
) -> None:
    result = run("--log", log, *line.split())
    assert result.exit_code == 2
    assert f": did you mean {meant}? (one of control, " in result.stderr


def test_what_is_about_one_cell_names_those_of_the_place(log: Path) -> None:
    why = run("--log", log, "audit", "losses", "mali")
    assert why.exit_code == 2
    assert "did you mean mali/artillery/captured, mali/tanks/captured" in why.stderr
    watch = ("watch", "--once", "--after", 180, "--projection", "losses", "--key")
    told = run("--log", log, *watch, "mali")
    assert "--key: nothing here has the key 'mali' (yet): did you mean mali/" in told.stderr
    assert run("--log", log, *watch, "mali/tanks/captured").stderr == ""
