"""A replica that would follow itself, or a copy of itself, hears of nothing new: it is refused.

What it followed before is what it follows afterwards.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from commands_for_tests import mali, run, said, sql

from tracker.replicas import source_at


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The log that all others copy."""
    (tmp_path / "desk").mkdir()
    return mali(tmp_path / "desk", reports=1)


def copied(source: Path, replica: Path) -> Path:
    said("--log", replica, "follow", source, "--once")
    return replica


def contents(folder: Path) -> dict[Path, bytes]:
    """Give what lies there, but what SQLite keeps for those who read."""
    found = [*folder.glob("*.db"), *folder.glob("*.json")]
    return {path: path.read_bytes() for path in found}


def refused(replica: Path, *words: object) -> str:
    """Follow what must be refused, and changes nothing; give what was said."""
    before = contents(replica.parent)
    result = run("--log", replica, "follow", *words, "--once")
    assert result.exit_code == 2
    assert contents(replica.parent) == before
    return result.stderr


def test_a_replica_does_not_follow_itself_by_whatever_name(desk: Path, tmp_path: Path) -> None:
    replica = copied(desk, tmp_path / "field.db")
    (tmp_path / "names").mkdir()
    (tmp_path / "names" / "same.db").hardlink_to(replica)
    (tmp_path / "names" / "link.db").symlink_to(replica)
    (tmp_path / "there").symlink_to(tmp_path)
    names = (replica, tmp_path / "there" / "field.db", *(tmp_path / "names").iterdir())
    for name in names:
        assert "is that replica itself: name the log that it is to be a copy of" in refused(
            replica, name
        )
    assert source_at(str(replica)) == str(desk)


def test_a_replica_does_not_follow_its_own_copies(desk: Path, tmp_path: Path) -> None:
    first = copied(desk, tmp_path / "first.db")
    second = copied(first, tmp_path / "second.db")
    third = copied(second, tmp_path / "third.db")
    assert f"{second}, which follows {first}: none of them" in refused(first, second)
    line = f"{third}, which follows {second}, which follows {first}: none of them"
    assert line in refused(first, third)
    assert source_at(str(first)) == str(desk)
    assert "0 events copied" in said("--log", first, "follow", "--once")
    copied(desk, third)  # another way to the same log is none of its own
    copied(third, second)


def test_who_followed_itself_before_is_told_so_and_goes_on_with_another_source(
    desk: Path, tmp_path: Path
) -> None:
    replica = copied(desk, tmp_path / "field.db")
    other = copied(desk, tmp_path / "other.db")
    sql(replica, f"UPDATE replica SET source = '{replica}'")  # noqa: S608 - a path of the test's
    assert "is that replica itself" in refused(replica)
    assert f"{replica}, which follows {replica}" in refused(other, replica)
    copied(desk, replica)
    assert source_at(str(replica)) == str(desk)


def test_a_source_whose_own_source_is_not_here_is_followed(desk: Path, tmp_path: Path) -> None:
    first = copied(desk, tmp_path / "first.db")
    desk.rename(desk.with_name("gone.db"))
    second = copied(first, tmp_path / "second.db")
    assert source_at(str(second)) == str(first)
