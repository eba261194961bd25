"""Rebuilding: a model filled whole, by one process or shared among several, is the one followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import mali
from hypothesis import given
from hypothesis import strategies as st

from projections import believing, follower
from projections.helping import Helper
from projections.store import Store
from tracker import model
from tracker.errors import StoreError, TrackerError
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


def test_a_long_log_whose_model_is_of_no_use_is_filled_in_memory_and_tells_how_far_it_is(
    situation: Situation, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = list(situation.store.dump())
    log, file = situation.log.path, Path(situation.store_path)
    last, reached = situation.position, list[tuple[int, int]]()
    situation.close()
    file.write_bytes(b"no database")
    monkeypatch.setattr(model, "SOON_FOLLOWED", 10)
    with Situation(log) as found:
        found.model.progress = lambda position, total: reached.append((position, total))
        assert not found.model.opens
        assert reached == []  # so that it can be said before that takes its time
        assert list(found.store.dump()) == expected
    assert reached == sorted(reached)
    assert reached[-1] == (last, last)


class Waiting:
    """A helper that waits for cells, or does not, as its moods say; then it does."""

    def __init__(self, moods: list[bool]) -> None:
        self.moods, self.sent = iter(moods), list[int]()

    @property
    def waiting(self) -> bool:
        return next(self.moods, True)

    def send(self, cells: list[int]) -> None:
        assert cells, "nothing to do is not worth a message"
        self.sent += cells


@given(st.integers(0, 3_000), st.lists(st.lists(st.booleans(), max_size=40), max_size=3))
def test_every_cell_is_dealt_out_once_whoever_is_waiting(
    last: int, moods: list[list[bool]]
) -> None:
    helpers = [Waiting(one) for one in moods]
    dealt = list(believing.Shared(last, helpers).own())
    for helper in helpers:
        dealt += helper.sent
    assert sorted(dealt) == list(range(1, last + 1))


def test_one_process_fills_the_model_that_it_follows(situation: Situation) -> None:
    expected = list(situation.store.dump())
    situation.rebuild()
    assert list(situation.store.dump()) == expected


@pytest.mark.usefixtures("shared")
def test_whose_rebuild_another_has_cleared_away_begins_again(
    situation: Situation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As whoever erases text does with what was begun before."""
    monkeypatch.setattr(model, "SOON_FOLLOWED", 0)
    fill, cleared = follower.fill, []

    def fill_in_vain(store: Store, *_told: Any) -> int:  # noqa: ANN401 - as it is given
        monkeypatch.setattr(follower, "fill", fill)
        cleared.append(Path(store.path))
        cleared[0].unlink()
        raise StoreError("disk I/O error")

    monkeypatch.setattr(follower, "fill", fill_in_vain)
    Path(situation.store_path).unlink()
    with Situation(situation.log.path) as another:
        assert another.store.position == another.log.position
        assert another.store.path == situation.store_path
    assert len(cleared) == 1


def test_where_no_file_can_be_made_beside_the_model_that_is_what_is_said(tmp_path: Path) -> None:
    """Here for a name that would be too long: root, who may run this, may write everywhere."""
    log = mali(tmp_path).rename(tmp_path / f"{'x' * 236}.db")
    with Situation(log) as situation:
        expected = situation.state("2013-01-21").dicts
        with pytest.raises(StoreError, match="no read model can be made there") as caught:
            situation.rebuild()
        assert str(caught.value).startswith(f"{tmp_path} cannot be written to: ")
        assert situation.state("2013-01-21").dicts == expected


@pytest.mark.usefixtures("shared")
def test_only_what_was_begun_before_is_cleared_away(situation: Situation) -> None:
    path = Path(situation.store_path)
    old, new = (Path(f"{path}.{at}.01234567.new") for at in (6, 7))
    for one in (old, new):
        one.touch()
    model._clear_away(path, before=7)  # noqa: SLF001 - what a lock keeps from being seen
    assert (old.exists(), new.exists()) == (False, True)
    new.unlink()


@pytest.mark.usefixtures("shared")
def test_nothing_is_left_beside_a_rebuilt_model(situation: Situation) -> None:
    folder = Path(situation.store_path).parent
    before = sorted(path.name for path in folder.iterdir())
    situation.rebuild()
    assert sorted(path.name for path in folder.iterdir()) == before


LEFT = ("01234567.new", "01234567.new-journal", "01234567.new.part", "89abcdef.new.1.part-journal")


def test_what_killed_rebuilds_left_is_removed_by_the_next(situation: Situation) -> None:
    left = [Path(f"{situation.store_path}.{name}") for name in LEFT]
    other = Path(situation.store_path).with_name("other.state.db.01234567.new")
    for path in (*left, other):
        path.touch()
    situation.rebuild()
    assert [path for path in left if path.exists()] == []
    assert other.exists()  # another log's, whose rebuilds look after it


def test_a_rebuild_leaves_alone_what_a_running_one_works_on(
    situation: Situation, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, fill = Path(situation.store_path), follower.fill
    seen = []

    def fill_while_another_rebuilds(store: Store, *told: Any) -> int:  # noqa: ANN401 - as it is given
        monkeypatch.setattr(follower, "fill", fill)
        with Situation(situation.log.path) as another:
            another.rebuild()
        seen.append(Path(store.path).exists())
        return fill(store, *told)

    monkeypatch.setattr(follower, "fill", fill_while_another_rebuilds)
    situation.rebuild()
    assert seen == [True]
    assert [one for one in path.parent.iterdir() if ".new" in one.name] == []
    assert situation.compare() == []


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("chunk", CHUNKS)
def test_an_event_that_cannot_be_read_is_named_and_the_old_model_stays(
    situation: Situation, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "CHUNK", chunk)
    expected = list(situation.store.dump())
    odd = next(situation.log.rows(situation.position - 1))
    stream = next(situation.log.read(situation.position - 1)).stream
    situation.log.begin_append([Encoded(stream, odd[2] + 1, "odd", "BirdSeen", b"{}")])()
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
