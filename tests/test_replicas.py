"""What a replica knows of its source: how far behind it is, or that nobody knows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from commands_for_tests import SHEETS, answer, mali, run, said, unfolded
from server_for_tests import Server, fresh_schema
from serving_for_tests import serving

from tracker import copied as batches
from tracker.facts.codec import StoredRow
from tracker.following import Follower, SourceAway
from tracker.log import Log

NOW = 1_358_424_000_000_000  # 17 January 2013, noon, UTC
AT = f'"at": {NOW}, "away": null'
HEARD = f'{{"position": 190, {AT}}}'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The first two reports of the Mali situation."""
    (tmp_path / "desk").mkdir()
    return mali(tmp_path / "desk", reports=2)


@pytest.fixture
def replica(source: Path, tmp_path: Path) -> Path:
    """A copy of it, and the note of what was heard of it."""
    (tmp_path / "field").mkdir()
    path = tmp_path / "field" / "k.db"
    said("--log", path, "follow", source, "--once")
    return path


def note_of(replica: Path) -> Path:
    return replica.with_name("k.heard.json")


def gone(note: Path) -> None:
    note.unlink()


def written(text: str) -> Callable[[Path], None]:
    def write(note: Path) -> None:
        note.write_text(text)

    return write


@pytest.mark.parametrize(
    "spoil",
    [
        gone,
        written(""),
        written("{"),
        written("[" * 100_000),
        written("[]"),
        written('{"position": 190, "at": null, "away": null}'),
        written('{"position": 190, "at": 1e999, "away": null}'),
        written('{"position": 190, "at": 9999999999999999999999, "away": null}'),
        written(f'{{"position": 1, {AT}}}'),
    ],
)
def test_of_a_replica_whose_note_is_gone_nobody_knows_how_far_behind_it_is(
    spoil: Callable[[Path], None], source: Path, replica: Path
) -> None:
    spoil(note_of(replica))
    said("--log", source, "record", *SHEETS)
    found = run("--log", replica, "state", "control", "--json")
    assert f"replica of {source}, not known how far behind: " in found.stderr
    asked = json.loads(found.stdout)["log"]
    assert (asked["replica"]["position"], asked["replica"]["behind"]) == (None, None)
    (row,) = [r for r in answer("--log", replica, "doctor")["rows"] if r["what"] == "replica"]
    assert row["verdict"] == "warning"
    assert f"of {source}, not known how far behind: " in row["found"]


def test_a_served_replica_says_that_nobody_knows(source: Path, replica: Path) -> None:
    note_of(replica).unlink()
    with serving(replica) as served:
        assert served.json("/api/state")["log"]["replica"] == {
            "source": str(source),
            "position": None,
            "behind": None,
            "heard": None,
            "away": None,
        }
        page = unfolded(served.ask("/").body.decode())
        assert f"replica of {source}, not known how far behind: nothing was heard" in page
        log = served.json("/api/openapi.json")["components"]["schemas"]["Replica"]["properties"]
        assert {"type": "null"} in log["behind"]["anyOf"]


def test_a_pass_tells_where_the_source_stands_before_it_copies(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a replica whose first copy was broken off does not say that it is up to its source."""
    monkeypatch.setattr(batches, "BATCH", 40)
    path, asked = tmp_path / "k.db", 0

    class Lost(Log):
        def raw_rows(self, after: int = 0, upto: int | None = None) -> Iterator[StoredRow]:
            nonlocal asked
            asked += 1
            if asked == 2:
                raise OSError("the way to it is gone")
            return super().raw_rows(after, upto)

    opened = lambda at: Lost(at, read_only=True)  # noqa: E731
    with (
        Follower(str(source), str(path), lambda: NOW, opened) as one,
        suppress(SourceAway),
    ):
        one.catch_up()
    told = answer("--log", path, "state", "control")["log"]
    assert told["position"] == 40
    with Log(str(source)) as log:
        assert told["replica"]["behind"] == log.position - 40


# -- a source that is not there --------------------------------------------------------------------


def test_where_there_is_no_source_nothing_is_said_of_making_one(
    source: Path, tmp_path: Path
) -> None:
    """Made in its place, another log would be copied; and --log names the replica."""
    missing, path = source.with_name("situation2.db"), tmp_path / "k.db"
    result = run("--log", path, "follow", missing, "--once")
    assert (result.exit_code, path.exists()) == (2, False)
    assert f"no log at {missing}: did you mean {source}? Else see that its name" in result.stderr
    assert "init" not in result.stderr
    assert "name another with --log" not in result.stderr


def test_where_the_source_of_a_replica_went_it_is_said_how_to_name_it(
    source: Path, replica: Path
) -> None:
    moved = source.parent.with_name("moved")
    source.parent.rename(moved)
    spoils: tuple[Callable[[], None], ...] = (lambda: None, source.parent.mkdir, source.touch)
    for spoil in spoils:
        spoil()
        result = run("--log", replica, "follow", "--once")
        assert result.exit_code == 2
        assert f"no log at {source}: see that its name is right" in result.stderr
        assert f"`tracker --log {replica} follow SOURCE` names it" in result.stderr
        assert "init" not in result.stderr
    assert "no log at" in run("--log", replica, "state", "control").stderr
    said("--log", replica, "follow", moved / source.name, "--once")


def test_a_source_that_is_no_log_on_a_server_is_told_the_same(
    postgres: Server, tmp_path: Path
) -> None:
    url = postgres.url(fresh_schema())
    result = run("--log", tmp_path / "k.db", "follow", url, "--once")
    assert f"no log at {url}: see that its name is right" in result.stderr
    assert "init" not in result.stderr
