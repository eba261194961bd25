"""The picture of a large log: drawn by a process of its own, handed out while it is being drawn."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from commands_for_tests import mali
from pydantic_core import to_json
from sheets_for_tests import fact, sheet

from tracker import Situation
from tracker.web import picture as drawing
from tracker.web.asking import Address
from tracker.web.desk import BusyError, Desk, Question, Told, present
from tracker.web.parameters import NothingAsked
from tracker.web.picture import Pictures, picture

HERE = Address(b"", b"")
LATER = sheet(
    "voa", "2013-02-01", fact("TownOccupied", place="gao", by=["mali"], when={"edtf": "2013-02-01"})
)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mali(tmp_path_factory.mktemp("picture"))


@pytest.fixture
def pictures(log: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pictures]:
    """Those of Mali, as if it were large."""
    monkeypatch.setattr(drawing, "LARGE", 0)
    made = Pictures(str(log))
    yield made
    made.stop()


def test_the_process_draws_what_would_be_drawn_here_and_what_is_recorded_later(
    log: Path, pictures: Pictures
) -> None:
    with Situation(str(log), clock=present) as situation:
        for position in (190, 192):
            here = picture(situation, NothingAsked(), HERE)
            there = pictures.give(situation, NothingAsked(), HERE)
            assert json.loads(there.body) == json.loads(to_json(here.body))
            assert (there.position, there.until) == (here.position, here.until)
            assert here.lasts == 0 < there.lasts
            assert situation.position == position
            situation.record([(LATER, "later.yaml")], by="tests")


def test_a_process_that_ended_is_started_again_and_none_after_the_stop(
    log: Path, pictures: Pictures
) -> None:
    with Situation(str(log), clock=present) as situation:
        first = pictures.give(situation, NothingAsked(), HERE)
        started = pictures._process  # noqa: SLF001 - what a crash of it would end
        assert started is not None
        started.kill()
        started.wait()
        assert pictures.give(situation, NothingAsked(), HERE).body == first.body
        pictures.stop()
        with pytest.raises(BusyError, match="stopped"):
            pictures.give(situation, NothingAsked(), HERE)


@pytest.mark.parametrize("lasts", [0.0, 1e9])
def test_what_lasts_is_given_of_a_log_that_has_grown_and_nothing_else_is(
    tmp_path: Path, lasts: float
) -> None:
    log = mali(tmp_path)

    def where(situation: Situation) -> Told:
        return Told(b"", situation.position, lasts=lasts)

    async def asked() -> list[int]:
        async with Desk(str(log)) as desk:
            ask = partial(desk.ask, "where", Question(where))
            before = await ask()
            with Situation(str(log)) as situation:
                situation.record([(LATER, "later.yaml")], by="tests")
            return [before.position, (await ask()).position]

    before, after = asyncio.run(asked())
    assert (after > before) == (lasts == 0)
