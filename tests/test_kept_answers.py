"""An answer is kept: it is read after its situation was closed or rebuilt, and by any thread."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from weakref import ref

import pytest
from commands_for_tests import mali

from tracker import Answer, Situation

DAY = "2013-01-21"
ROUNDS = 6
Ask = Callable[[Situation], Answer[Any]]
ASKED: dict[str, Ask] = {
    "state": lambda one: one.state(DAY),
    "one projection": lambda one: one.state(DAY, "control"),
    "one key": lambda one: one.state(DAY, "control", "diabaly"),
    "history": lambda one: one.history("diabaly"),
    "audit": lambda one: one.audit(DAY, "control", "diabaly"),
    "spans": lambda one: one.spans(kept=False),
    "evidence": lambda one: one.evidence(kept=False),
}


def read(answer: Answer[Any]) -> tuple[Any, ...]:
    """Read an answer as far as it can be read."""
    return answer.rows(), answer.to_dicts(), dict(answer.names), answer._repr_html_()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return mali(tmp_path)


@pytest.mark.parametrize("ask", ASKED.values(), ids=list(ASKED))
def test_an_answer_outlasts_its_situation(path: Path, ask: Ask) -> None:
    with Situation(path) as situation:
        expected = read(ask(situation))
    with Situation(path) as situation:
        answer = ask(situation)
    assert read(answer) == expected


@pytest.mark.parametrize("ask", ASKED.values(), ids=list(ASKED))
def test_an_answer_outlasts_the_model_that_it_is_of(path: Path, ask: Ask) -> None:
    with Situation(path) as situation:
        expected = read(ask(situation))
        answer = ask(situation)
        situation.rebuild()
        assert read(answer) == read(ask(situation)) == expected


def test_rows_that_are_being_gone_through_hold_up_no_rebuild(path: Path) -> None:
    with Situation(path) as situation:
        expected = list(situation.evidence().each)
        rows = iter(situation.evidence(kept=False).each)
        first = [next(rows)]
        situation.rebuild()
        assert [*first, *rows] == expected


def test_a_model_is_closed_once_no_answer_reads_it_any_more(path: Path) -> None:
    was = gc.isenabled()
    gc.disable()
    try:
        situation = Situation(path)
        answers = [situation.state(DAY, "control", "diabaly")]
        handle = ref(situation.store.handle)
        situation.rebuild()
        assert handle() is not None
        answers.clear()
        assert handle() is None
        handle = ref(situation.store.handle)
        situation.close()
        assert handle() is None
    finally:
        if was:
            gc.enable()


def test_threads_read_answers_while_one_makes_the_model_anew(path: Path) -> None:
    with Situation(path) as situation:
        expected = {name: read(ask(situation)) for name, ask in ASKED.items()}
        start = Barrier(4)

        def reader(names: Iterable[str]) -> list[str]:
            start.wait()
            asked = [name for _ in range(ROUNDS) for name in names]
            return [name for name in asked if read(ASKED[name](situation)) != expected[name]]

        def rebuilder() -> None:
            start.wait()
            for _ in range(ROUNDS):
                situation.rebuild()

        with ThreadPoolExecutor(4) as threads:
            orders = [list(ASKED), list(ASKED)[::-1], sorted(ASKED)]
            readers = [threads.submit(reader, order) for order in orders]
            threads.submit(rebuilder).result()
            assert [one.result() for one in readers] == [[]] * 3


def test_threads_look_at_the_same_rows(path: Path) -> None:
    with Situation(path) as situation, ThreadPoolExecutor(4) as threads:
        expected = situation.state(DAY, "control").dicts
        for _ in range(ROUNDS):
            rows = situation.state(DAY, "control").each
            seen = [threads.submit(tuple, rows) for _ in range(4)]
            assert [one.result() for one in seen] == [expected] * 4
