"""Timestamps that are kept: each of its own checkpoint, whoever has had the log or the bundle."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import held, run, said
from server_for_tests import tampered
from sheets_for_tests import NOW, SITUATION, fact, tell
from stamps_for_tests import stamp

from tracker import timestamping
from tracker.situation import Situation

FALLEN = fact("TownOccupied", place="mill", by=["rebels"], when="2013-01-14")
AUTHORITY = "https://authority.example"


def told(log: str) -> None:
    """Make a log with two checkpoints; of the second there is a timestamp."""
    with Situation(log, create=True, clock=lambda: NOW) as situation:
        situation.register(SITUATION, "situation.yaml", by="ana")
        situation.checkpoint()
        tell(situation, "gazette", "2013-01-17", FALLEN)
        signed = situation.checkpoint()
        situation.log.add_timestamp(signed.number, AUTHORITY, stamp(signed.note.encode()))


@pytest.fixture
def log(new_log: Callable[[], str]) -> Path | str:
    """Such a log, on either engine."""
    name = new_log()
    told(name)
    return name if "://" in name else Path(name)


def verified(log: Path | str, exit_code: int, *words: object) -> dict[str, Any]:
    result = run("--log", log, "verify", "--json", *words)
    assert result.exit_code == exit_code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def other(log: Path | str) -> bytes:
    """A timestamp of the log's first checkpoint."""
    with Situation(str(log)) as situation:
        return stamp(situation.log.checkpoints()[0].note.encode())


def put(log: Path | str, token: bytes) -> None:
    """Put another token in the place of the one that is kept."""
    spelled = {True: f"'\\x{token.hex()}'", False: f"x'{token.hex()}'"}
    tampered(log, f"UPDATE timestamps SET token = {spelled[isinstance(log, str)]}")  # noqa: S608


# -- in the log -----------------------------------------------------------------------------------


def test_a_timestamp_of_its_checkpoint_is_fine_and_its_signature_said_to_be_unchecked(
    log: Path | str,
) -> None:
    found = verified(log, 0)
    assert (found["timestamps"], found["findings"], found["doubts"]) == (1, [], [])
    (note,) = found["notes"]
    assert note == (
        "1 timestamp is of its checkpoint; that an authority signed is not checked unless its "
        "certificates are named with --timestamp-authority"
    )
    assert note in run("--log", log, "verify").stderr


def test_garbage_in_the_place_of_a_timestamp_is_found(log: Path | str) -> None:
    put(log, b"garbage")
    result = run("--log", log, "verify")
    assert (result.exit_code, "TAMPERED" in result.stdout) == (1, True)
    assert "timestamp 1, of checkpoint 2, is no timestamp, or a damaged one" in result.stderr


def test_the_timestamp_of_another_checkpoint_is_found(log: Path | str) -> None:
    put(log, other(log))
    (found,) = verified(log, 1)["findings"]
    assert found["what"] == "timestamp 1 is not of checkpoint 2, but of something else"


def test_a_timestamp_of_a_checkpoint_that_is_not_there_is_found(log: Path | str) -> None:
    tampered(log, "UPDATE timestamps SET checkpoint = 3")
    (found,) = verified(log, 1)["findings"]
    assert found["what"] == "timestamp 1 is of checkpoint 3, which is not there"


def test_a_timestamp_that_is_remembered_is_missed(log: Path | str) -> None:
    verified(log, 0)
    tampered(log, "DELETE FROM timestamps")
    (found,) = verified(log, 1)["findings"]
    assert found["what"] == (
        "a timestamp that is remembered is no longer in the log, and timestamps are never deleted"
    )


def test_who_remembers_nothing_does_not_miss_a_timestamp(
    log: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SECURITY.md says so: no checkpoint commits to the timestamps that come after it."""
    key = tmp_path / "key.txt"
    key.write_text(said("--log", log, "checkpoint", "--public-key"))
    tampered(log, "DELETE FROM timestamps")
    monkeypatch.setenv("TRACKER_KEYS", str(tmp_path / "a stranger's"))
    assert verified(log, 0, "--key", key)["timestamps"] == 0


def test_without_the_extra_it_is_said_that_timestamps_are_not_looked_at(
    log: Path | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timestamping, "find_spec", lambda _: None)
    put(log, b"garbage")
    (note,) = verified(log, 0)["notes"]
    assert note.startswith("1 timestamp is there and not looked at: timestamps need the package")


def test_certificates_that_are_none_are_refused(log: Path | str, tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("no certificate")
    result = run("--log", log, "verify", "--timestamp-authority", tmp_path / "none.pem")
    assert (result.exit_code, "holds no certificates" in result.stderr) == (2, True)


def test_a_replica_that_lags_is_in_doubt_of_a_timestamp_that_is_remembered(tmp_path: Path) -> None:
    source, replica = tmp_path / "situation.db", tmp_path / "field" / "replica.db"
    told(str(source))
    replica.parent.mkdir()
    said("--log", replica, "follow", source, "--once")
    with Situation(str(source)) as situation:
        note = situation.log.checkpoints()[0].note
        situation.log.add_timestamp(1, AUTHORITY, stamp(note.encode()))
    verified(source, 0)
    (doubt,) = verified(replica, 2)["doubts"]
    assert doubt.startswith("a timestamp that is remembered is not in this replica (yet)")
    said("--log", replica, "follow", source, "--once")
    assert verified(replica, 0)["timestamps"] == 2


# -- in a bundle ----------------------------------------------------------------------------------


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle of such a log."""
    told(str(tmp_path / "situation.db"))
    said("--log", tmp_path / "situation.db", "bundle", "-o", tmp_path / "bundle")
    return tmp_path / "bundle"


def wrong(bundle: Path) -> str:
    result = run("bundle", "--check", bundle)
    assert (result.exit_code, "TAMPERED" in result.stdout) == (1, True)
    return result.stderr


def test_a_bundle_says_how_many_timestamps_went_in_and_that_signatures_are_unchecked(
    bundle: Path,
) -> None:
    assert "As this bundle was made, 1 went in\n" in (bundle / "README.txt").read_text()
    result = run("bundle", "--check", bundle)
    assert (result.exit_code, "fine" in result.stdout) == (0, True)
    assert "1 timestamp is of its checkpoint; that an authority signed is not" in result.stderr
    assert json.loads(said("bundle", "--check", bundle, "--json"))["verdict"] == "fine"


@pytest.mark.parametrize("packed", [False, True])
def test_garbage_in_the_place_of_a_bundles_timestamp_is_found(
    bundle: Path, *, packed: bool
) -> None:
    (bundle / "timestamp-2.tsr").write_bytes(b"garbage")
    if packed:
        shutil.make_archive(str(bundle), "zip", bundle)
        bundle = bundle.with_suffix(".zip")
        with zipfile.ZipFile(bundle) as made:
            assert "timestamp-2.tsr" in made.namelist()
    assert "timestamp-2.tsr, of checkpoint 2, is no timestamp, or a damaged one" in wrong(bundle)


def test_a_bundles_timestamp_of_another_checkpoint_is_found(bundle: Path) -> None:
    (bundle / "timestamp-2.tsr").rename(bundle / "timestamp-1.tsr")
    assert "timestamp-1.tsr is not of checkpoint 1, but of something else" in wrong(bundle)
    (bundle / "timestamp-1.tsr").rename(bundle / "timestamp-3.tsr")
    assert "timestamp-3.tsr is of checkpoint 3, which is not there" in wrong(bundle)


def test_two_authorities_of_one_checkpoint_go_into_a_bundle(tmp_path: Path) -> None:
    log = tmp_path / "situation.db"
    told(str(log))
    with Situation(str(log)) as situation:
        note = situation.log.checkpoints()[1].note.encode()
        situation.log.add_timestamp(2, "https://another.example", stamp(note, b"20130202000000Z"))
    said("--log", log, "bundle", "-o", tmp_path / "b")
    names = {file.name for file in (tmp_path / "b").glob("*.tsr")}
    assert names == {"timestamp-2.tsr", "timestamp-2-2.tsr"}
    assert (
        "2 timestamps are of their checkpoints" in run("bundle", "--check", tmp_path / "b").stderr
    )


def test_no_bundle_is_made_of_a_wrong_timestamp_and_nothing_recorded_for_it(
    tmp_path: Path,
) -> None:
    log = tmp_path / "situation.db"
    told(str(log))
    put(log, b"garbage")
    before = held(log)
    order = ("--withhold", "#20", "--authority", "a court", "--reason", "sealed")
    for words in ((), order):
        result = run("--log", log, "bundle", "-o", tmp_path / "b", *words)
        assert (result.exit_code, "timestamp 1, of checkpoint 2," in result.stderr) == (2, True)
        assert "no bundle was made; see `tracker verify`" in result.stderr
    assert (held(log), (tmp_path / "b").exists()) == (before, False)
