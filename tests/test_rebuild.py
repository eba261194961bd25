"""Rebuilding: a model filled whole, by one process or shared among several, is the one followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from commands_for_tests import mali

from projections import believing, follower
from projections.helping import Helper
from projections.store import Store
from tracker.errors import TrackerError
from tracker.facts.codec import StoredRow
from tracker.log import Encoded
from tracker.situation import Situation

CHUNKS = (1, 7, 1000)


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two processes share the smallest log."""
    for module in (follower, believing):
        monkeypatch.setattr(module, "WORTH_HELP", 0)
        monkeypatch.setattr(module, "processors", lambda: 2)


@pytest.fixture
def situation(tmp_path: Path) -> Iterator[Situation]:
    """Mali, with a fact corrected, one retracted, a ruling, and a source registered after facts."""
    with Situation(str(mali(tmp_path))) as found:
        claims = found.store.claims("control", "diabaly")
        first, second, third = (f"#{claim.position}" for claim in claims[:3])
        found.correct(first, {"note": "seen again"}, reason="a slip", by="ana")
        found.retract([second], reason="recorded twice", by="ana")
        found.rule("control", "diabaly", [third], when="2013-01-18", reason="it fits", by="ana")
        later = b"title: Mali\nsources: {late: {name: Late, type: newspaper}}\n"
        found.register(later, "late.yaml", by="ana")
        yield found


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("chunk", CHUNKS)
def test_two_processes_fill_the_model_that_one_follows(
    situation: Situation, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "CHUNK", chunk)
    expected = list(situation.store.dump())
    assert situation.rebuild() == situation.position
    assert list(situation.store.dump()) == expected


def test_one_process_fills_the_model_that_it_follows(situation: Situation) -> None:
    expected = list(situation.store.dump())
    situation.rebuild()
    assert list(situation.store.dump()) == expected


@pytest.mark.usefixtures("shared")
def test_nothing_is_left_beside_a_rebuilt_model(situation: Situation) -> None:
    folder = Path(situation.store_path).parent
    before = sorted(path.name for path in folder.iterdir())
    situation.rebuild()
    assert sorted(path.name for path in folder.iterdir()) == before


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("chunk", CHUNKS)
def test_an_event_that_cannot_be_read_is_named_and_the_old_model_stays(
    situation: Situation, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "CHUNK", chunk)
    expected = list(situation.store.dump())
    odd = next(situation.log.rows(situation.position - 1))
    stream = next(situation.log.read(situation.position - 1)).stream
    situation.log.append_encoded([Encoded(stream, odd[2] + 1, "odd", "BirdSeen", b"{}")])
    with pytest.raises(TrackerError, match="BirdSeen"):
        situation.rebuild()
    with Store(situation.store_path) as store:
        assert list(store.dump()) == expected


def test_a_helper_that_was_killed_is_told_of(tmp_path: Path) -> None:
    rows: list[StoredRow] = [(1, "x", 1, "BirdSeen", b"{}")] * 2000
    with Helper("take", tmp_path / "part") as helper:
        helper._process.kill()  # noqa: SLF001 - as the system may
        helper._process.wait()  # noqa: SLF001
        with pytest.raises(TrackerError, match="was killed: try again"):
            helper.send(rows * 100)
    assert list(tmp_path.iterdir()) == []
