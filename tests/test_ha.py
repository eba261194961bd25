"""scripts/ha without its servers: who counts, who judges, and what is said where they are missing.

The servers themselves take a quarter of an hour: CONTRIBUTING.md says when to run them.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from commands_for_tests import ROOT

from projections.store import MEMORY

SCRIPTS = ROOT / "scripts"
URL = "postgresql://desk@127.0.0.1:1,127.0.0.1:2/desk"


@pytest.fixture
def ha(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - modules of scripts/
    """Give a module of scripts/ha by its name."""
    monkeypatch.syspath_prepend(SCRIPTS)

    def module(name: str) -> ModuleType:
        return importlib.import_module(f"_ha.{name}")

    return module


def calls_of(ha: Any, *rows: tuple[Any, ...]) -> list[Any]:  # noqa: ANN401
    return [ha("accounting").Call(*row) for row in rows]


def test_what_is_acknowledged_and_not_there_is_lost(ha: Any) -> None:  # noqa: ANN401
    calls = calls_of(
        ha,
        (0, 1, 0.0, 1.0, "recorded"),
        (0, 2, 1.0, 2.0, "told", "is not known"),
        (0, 2, 2.0, 3.0, "there"),
        (1, 9, 0.0, 3.0, "told", "cannot be reached"),
    )
    accounting = ha("accounting")
    assert accounting.acknowledged(calls) == {1: "recorded", 2: "there"}
    assert accounting.lost(calls, [1, 2, 9]) == []  # what nobody was told of may be there as well
    assert accounting.lost(calls, [1, 9]) == [2]
    assert accounting.doubled([1, 2, 2, 9]) == [2]
    assert accounting.doubts(calls) == (1, 0)


def test_time_is_counted_from_the_last_acknowledgement_to_the_next(ha: Any) -> None:  # noqa: ANN401
    accounting = ha("accounting")
    ends = [1.0, 2.0, 2.5, 14.0, 15.0, 40.0]
    calls = calls_of(ha, *((0, at, end - 0.5, end, "recorded") for at, end in enumerate(ends)))
    calls += calls_of(ha, (1, 77, 3.0, 9.0, "told", "no answer"))
    assert accounting.silence(calls, 2.2, 16.0) == 11.5
    assert accounting.silence(calls, 2.2, 2.6) == 0.5
    assert accounting.silence(calls, 15.5, 39.0) == float("inf")
    hang = accounting.Disturbance("the server alone hangs", "one", 2.2, 12.0, "two")
    assert accounting.answers(calls, [hang]) == 6.0
    assert accounting.answers(calls, [hang._replace(kind="kill -9", at=30.0)]) == 0.0
    *_, row, _ = accounting.table(calls, [hang], 16.0).splitlines()
    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    assert cells == ["the server alone hangs", "1", "1", "11.5", "11.5", "6.0"]


def test_what_people_are_told_is_counted_without_its_ports(ha: Any) -> None:  # noqa: ANN401
    told = [f"{URL} cannot be reached: port {port} failed" for port in (1, 2)]
    calls = calls_of(ha, *((0, 1, 0.0, 1.0, "told", said) for said in told))
    assert ha("accounting").said(calls) == ["2 x LOG cannot be reached: port N failed"]


def test_the_judge_finds_what_is_there(ha: Any) -> None:  # noqa: ANN401
    """Each bar fails for its own reason; without one, all hold."""
    judging, accounting = ha("judging"), ha("accounting")
    batches = importlib.import_module("_faults.batches")
    lines = importlib.import_module("_faults.lines")
    with batches.opened(MEMORY, create=True) as situation:
        situation.register(batches._SITUATION, "situation.yaml", by="ana")  # noqa: SLF001
        batches.record(situation, [1, 2])
        rows = [
            (seq, stream, version, topic, state, "")
            for seq, stream, version, topic, state in situation.log.raw_rows()
        ]
    kept = calls_of(ha, (0, 1, 0.0, 1.0, "recorded"), (0, 2, 1.0, 2.0, "there"))
    hang = accounting.Disturbance("server and Patroni hang", "one", 0.0, 2.0, "two")
    log, copies = lines.Line("log"), lines.Line("replicas")
    good = judging.Found(kept, [hang], rows, log, copies, alike=True, ended=[])

    def failing(**changed: Any) -> list[str]:  # noqa: ANN401
        return [bar.what for bar in judging.bars(good._replace(**changed)) if not bar.holds]

    def line(what: str) -> Any:  # noqa: ANN401
        made = lines.Line("ha")
        made.found(what, "somewhere")
        return made

    assert failing() == []
    more = calls_of(ha, (0, 3, 2.0, 3.0, "recorded"))
    assert failing(calls=kept + more) == ["nothing acknowledged is lost"]
    assert failing(calls=[]) == ["nothing acknowledged is lost"]
    twice = [(seq, f"{stream}0", *rest) for seq, stream, *rest in rows]
    assert failing(rows=rows + twice) == ["nothing is there twice"]
    conflict = calls_of(ha, (0, 4, 0.0, 1.0, "conflict", "others came first"))
    assert failing(calls=kept + conflict) == ["no false conflict"]
    slow = calls_of(ha, (0, 5, 1.0, 11.5, "told", "no answer"))
    assert failing(calls=kept + slow) == ["a server that hangs gets an answer in 10 s"]
    assert failing(alike=False) == ["all servers hold the same"]
    assert failing(ended=["a writer ended with 1"]) == ["nobody ended in a way of their own"]
    for where, what, bar in (
        ("log", "lost", "nothing acknowledged is lost"),
        ("log", "half", "nothing acknowledged is lost"),
        ("log", "doubled", "nothing is there twice"),
        ("log", "ledger", "ledgers verify, leaves are the events'"),
        ("copies", "lost", "replicas are the log: none missed or doubled"),
        ("copies", "doubled", "replicas are the log: none missed or doubled"),
        ("copies", "unclear", "replicas are the log: none missed or doubled"),
        ("copies", "ledger", "ledgers verify, leaves are the events'"),
        ("copies", "differ", "beliefs are a rebuild's"),
    ):
        assert failing(**{where: line(what)}) == [bar]


def test_a_seed_gives_one_order(ha: Any) -> None:  # noqa: ANN401
    from random import Random

    disturbing = ha("disturbing")
    first, again = (disturbing.plan(Random(7), 12, 6, 2, 1) for _ in range(2))  # noqa: S311 - no secret
    assert first == again
    assert len(first) == 21
    assert first.count(disturbing.KILL) == 12
    assert {first.count(disturbing.SWITCH), first.count(disturbing.FAIL)} == {3}


def test_where_programs_are_missing_their_packages_are_named(
    ha: Any,  # noqa: ANN401
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(ha("programs"), "PATH", str(tmp_path))
    monkeypatch.setattr(ha("programs"), "POSTGRESQL", tmp_path)
    monkeypatch.setattr("sys.argv", ["scripts/ha", "--kills", "1"])
    assert ha("__main__").main() == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: no postgres, patroni, etcd here")
    assert said.err.endswith("apt install postgresql patroni etcd-server\n")


def test_help_says_what_is_done_and_how_often(
    ha: Any,  # noqa: ANN401
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        ha("__main__").arguments(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    for word in ("--kills N", "--failovers N", "--hangs N", "--seconds S", "--seed", "etcd-server"):
        assert word in said
