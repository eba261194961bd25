"""Verify and checkpoint: what was changed is named, what cannot be decided is said, nothing fails.

The long suite of tampering is `scripts/faults`; here is one case of each kind.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from commands_for_tests import SEEDS, SHEETS, answer, held, mali, run, said, sql
from server_for_tests import Server, behind, copied, fresh_schema, made_before, tampered

from tracker.errors import TrackerError
from tracker.keys import KEY, Keys, KeysError
from tracker.ledger import Frontier, leaf_hashes, root_of
from tracker.log import Log
from tracker.situation import Situation
from tracker.vouching import EVERY

SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""Of a test whose subject is the file."""


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The Mali situation with a checkpoint over all but its last report, made once a log's name.

    Gives the folder in which lie its keys, what it remembers, and the two checkpoints.
    """
    made: dict[str, Path] = {}

    def tell(log: str) -> Path:
        if log not in made:
            folder = made[log] = tmp_path_factory.mktemp("told")
            named = {"TRACKER_KEYS": "keys", "XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache"}
            paths = {name: str(folder / part) for name, part in named.items()}
            with mock.patch.dict(os.environ, paths):
                said("--log", log, "init", SEEDS / "situation.yaml")
                said("--log", log, "record", *SHEETS[:2])
                said("--log", log, "checkpoint", "-o", folder / "early.txt")
                said("--log", log, "record", SHEETS[2])
                said("--log", log, "checkpoint", "-o", folder / "late.txt")
        return made[log]

    return tell


@pytest.fixture
def log(
    engine: str,
    told: Callable[[str], Path],
    tmp_path: Path,
    keys: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Path | str:
    """A copy of that situation, with the keys that signed for it."""
    assert not keys.exists()
    if engine == "postgres":
        started: Server = request.getfixturevalue("postgres")
        folder = told(started.url("mali_to_verify"))
        found: Path | str = copied(started, "mali_to_verify", fresh_schema())
        for name in ("config", "cache"):
            shutil.copytree(folder / name, tmp_path / name)
            monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(tmp_path / name))
    else:
        (tmp_path / "log").mkdir()
        found = mali(tmp_path / "log", reports=2)
        said("--log", found, "checkpoint", "-o", tmp_path / "early.txt")
        said("--log", found, "record", SHEETS[2])
        said("--log", found, "checkpoint", "-o", tmp_path / "late.txt")
        return found
    shutil.copytree(folder / "keys", keys)
    for name in ("early.txt", "late.txt"):
        shutil.copy(folder / name, tmp_path)
    return found


def verdict(log: Path, exit_code: int, *words: object) -> dict[str, Any]:
    result = run("--log", log, "verify", "--json", *words)
    assert result.exit_code == exit_code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["verdict"] == {0: "fine", 1: "tampered", 2: "undecided"}[exit_code]
    return found


def findings(log: Path, *words: object) -> list[tuple[int | None, str]]:
    return [(one["position"], one["what"]) for one in verdict(log, 1, *words)["findings"]]


def rewritten(log: Path | str) -> None:
    """Make leaves, head and counter anew from the events, as one would who knows the format."""
    rows = held(log)[:-1]
    hashes = leaf_hashes(
        (seq, bytes.fromhex(stream), version, topic.encode(), state)
        for seq, stream, version, topic, state, _ in rows
    )
    tree = Frontier().extend(hashes)
    tampered(log, "DELETE FROM ledger_leaves", f"UPDATE log_head SET seq = {len(rows)}")  # noqa: S608
    if not isinstance(log, str):
        ids = "INSERT INTO event_ids SELECT event_id, seq FROM stored_events"
        tampered(log, "DELETE FROM event_ids", ids)
    with behind(log) as connection:
        connection.execute("INSERT INTO ledger_leaves VALUES (1, ?)", (b"".join(hashes),))
        # Past the trigger that lets it go forward only.
        sql_of = {True: "SET session_replication_role = replica", False: "SELECT 1"}
        connection.execute(sql_of[isinstance(log, str)])
        connection.execute("UPDATE ledger_head SET size=?, frontier=?", (tree.size, tree.packed))


# -- a log that is fine ---------------------------------------------------------------------------


def test_a_log_as_it_was_recorded_is_fine(log: Path) -> None:
    found = verdict(log, 0)
    count = len(held(log)) - 1
    assert (found["log"]["position"], found["covered"], found["uncovered"]) == (count, count, 0)
    assert (found["checkpoints"], found["findings"], found["doubts"]) == (2, [], [])
    assert found["log"]["head"] == answer("--log", log, "state")["log"]["head"]
    assert "fine" in said("--log", log, "verify")


def test_the_head_is_the_root_over_the_stored_bytes(log: Path) -> None:
    hashes = leaf_hashes(
        (seq, bytes.fromhex(stream), version, topic.encode(), state)
        for seq, stream, version, topic, state, _ in held(log)[:-1]
    )
    with Situation(str(log)) as situation:
        for position in (1, 119, 155, 156, len(hashes)):
            assert situation.head(position) == root_of(hashes[:position]).hex()
        assert situation.head(len(hashes) + 1) is None
        assert situation.log.leaves(155) == hashes[:155]


def test_what_is_not_yet_covered_is_counted(log: Path) -> None:
    said("--log", log, "retract", "#190", "--reason", "Misread.", "--published", "2013-02-01")
    found = verdict(log, 0)
    assert (found["uncovered"], found["checkpoints"]) == (1, 2)


@SQLITE
def test_it_changes_nothing(log: Path) -> None:
    before = log.read_bytes()
    verdict(log, 0)
    assert log.read_bytes() == before


def test_a_log_without_a_checkpoint_is_fine_and_says_that_nobody_vouches(
    tmp_path: Path, keys: Path
) -> None:
    found = verdict(mali(tmp_path), 0)
    assert found["covered"] == 0
    assert "no checkpoint yet" in found["notes"][0]
    assert not keys.exists()


def test_an_older_checkpoint_is_extended(log: Path, tmp_path: Path) -> None:
    for name in ("early.txt", "late.txt"):
        verdict(log, 0, "--against", tmp_path / name)


# -- tampering: one of each kind ------------------------------------------------------------------

EDIT = "UPDATE stored_events SET state = EDITED WHERE seq = 58"
EDITED = {
    True: "convert_to(replace(convert_from(state, 'UTF8'), 'diabaly', 'timbuktu'), 'UTF8')",
    False: "CAST(replace(state, 'diabaly', 'timbuktu') AS BLOB)",
}
"""How each engine says it: whether it is a server's."""
TAMPERS = {
    "edited": EDIT,
    "other topic": "UPDATE stored_events SET topic = 'TownRecaptured' WHERE seq = 58",
    "other version": "UPDATE stored_events SET originator_version = 900 WHERE seq = 58",
    "other stream": "UPDATE stored_events SET originator_id = upper(originator_id) WHERE seq = 58",
    "other id": "UPDATE stored_events SET event_id = 'another' WHERE seq = 58",
    "deleted": "DELETE FROM stored_events WHERE seq = 58",
}


def changed(log: Path | str, *changes: str) -> None:
    tampered(log, *(change.replace("EDITED", EDITED[isinstance(log, str)]) for change in changes))


@SQLITE
def test_an_event_stored_as_another_type_is_named(log: Path) -> None:
    changed(log, "UPDATE stored_events SET state = CAST(state AS TEXT) WHERE seq = 58")
    assert "#58 is stored as values of other types" in str(findings(log))


@pytest.mark.parametrize("change", TAMPERS.values(), ids=TAMPERS)
def test_a_changed_event_is_named(log: Path, change: str) -> None:
    changed(log, change)
    found = findings(log)
    assert found[0][0] == 58 or "#58" in found[0][1]
    assert {position for position, _ in found} <= {58, None}


@pytest.mark.parametrize(
    ("change", "said_of"),
    [
        (EDIT, "checkpoint 1 (#155) was signed for other events: some up to #155 changed"),
        (
            EDIT.replace("= 58", "= 170"),
            "checkpoint 2 (#190) was signed for other events: some after #155 up to #190 changed",
        ),
        (
            "DELETE FROM stored_events WHERE seq = 190",
            "checkpoint 2 (#190) was signed for more events than the log's 189",
        ),
        ("UPDATE stored_events SET seq = -seq WHERE seq IN (170, 171)", None),
    ],
    ids=["covered twice", "covered once", "cut off", "swapped"],
)  # fmt: skip
def test_who_makes_the_ledger_anew_is_found_out_by_the_checkpoints(
    log: Path, change: str, said_of: str | None
) -> None:
    back = "UPDATE stored_events SET seq = 341 + seq WHERE seq < 0"
    changed(log, change, back)
    rewritten(log)
    found = findings(log)
    assert said_of is None or (None, said_of) in found


def test_an_event_slipped_in_is_named(log: Path) -> None:
    """Behind the last one, with the counter moved: as the log would have it, but for the ledger."""
    changed(
        log,
        "INSERT INTO stored_events (seq, originator_id, originator_version, topic, state, event_id)"
        " SELECT 191, originator_id, 900, topic, state, 'x'"
        " FROM stored_events WHERE seq = 190",
        "UPDATE log_head SET seq = 191",
    )
    assert findings(log)[0][0] == 191


def test_checkpoints_that_are_gone_are_missed(log: Path) -> None:
    sql(log, "DROP TRIGGER checkpoints_are_kept", "DELETE FROM checkpoints")
    texts = [what for _, what in findings(log)]
    assert any("#190) is no longer in the log" in what for what in texts)
    assert any("checkpoints_are_kept is gone" in what for what in texts)


CUT_BACK = (
    "DELETE FROM stored_events WHERE seq > 155",
    "DELETE FROM checkpoints WHERE number = 2",
    "UPDATE log_head SET seq = 155",
)


MISFILED = {
    "an id is gone": ("DELETE FROM event_ids WHERE seq = 58", "#58 is not found by its id"),
    "an id is another's": (
        "UPDATE event_ids SET seq = 59 WHERE seq = 58",
        "#58 is not found by its id",
    ),
    "an id is of no event": (
        "INSERT INTO event_ids VALUES ('none', 500)",
        "it holds ids of no event (1)",
    ),
}


@SQLITE
@pytest.mark.parametrize(("change", "what"), MISFILED.values(), ids=MISFILED)
def test_the_table_of_ids_must_be_that_of_the_events(log: Path, change: str, what: str) -> None:
    changed(log, change)
    assert findings(log) == [(None, f"the file is damaged: {what}")]


@SQLITE
def test_the_table_of_ids_must_be_there(log: Path) -> None:
    sql(log, "DROP TABLE event_ids")
    texts = [what for _, what in findings(log)]
    assert texts == [
        f"the {what} is gone: something else has written to this file"
        for what in (
            "table event_ids",
            "trigger event_ids_are_fixed",
            "trigger event_ids_are_kept",
        )
    ]


def test_a_log_cut_off_with_its_checkpoint_is_missed_by_the_memory(log: Path) -> None:
    changed(log, *CUT_BACK)
    rewritten(log)
    assert any("no longer in the log" in what for _, what in findings(log))
    with Situation(str(log)) as situation, pytest.raises(TrackerError, match="does not extend"):
        situation.checkpoint()


@SQLITE
def test_another_log_in_its_place_is_missed(log: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = mali(tmp_path / "other")
    said("--log", other, "checkpoint")
    shutil.copy(other, log)
    assert "the log that was here is gone" in findings(log)[0][1]
    texts = [what for _, what in findings(log, "--against", tmp_path / "late.txt")]
    assert any("is of another log" in what for what in texts)


@SQLITE
def test_a_log_that_is_made_anew_in_its_place_is_no_other(log: Path) -> None:
    log.unlink()
    said("--log", log, "init")
    verdict(log, 0)


@pytest.mark.parametrize("damage", ["frontier = hashes", "size = 3", "log_id = 'another'"])
def test_a_damaged_head_is_found(log: Path, damage: str) -> None:
    leaves = "(SELECT hashes FROM ledger_leaves ORDER BY seq LIMIT 1)"
    changed(log, f"UPDATE ledger_head SET {damage.replace('hashes', leaves)}")  # noqa: S608
    assert findings(log)


def test_a_forged_signature_is_found(log: Path) -> None:
    sql(
        log,
        "DROP TRIGGER checkpoints_are_fixed",
        # The line of its own: a log's id may hold these figures too.
        "UPDATE checkpoints SET note = replace(note, '\n155\n', '\n154\n') WHERE number = 1",
    )
    assert any("checkpoint 1 is not what was signed" in what for _, what in findings(log))


# -- what no one can tell without a witness outside (SECURITY.md) ---------------------------------


def test_a_log_cut_back_to_a_checkpoint_is_not_noticed_by_who_knows_no_later_one(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key.txt"
    key.write_text(said("--log", log, "checkpoint", "--public-key"))
    changed(log, *CUT_BACK)
    rewritten(log)
    monkeypatch.setenv("TRACKER_KEYS", str(tmp_path / "an outsider's"))
    verdict(log, 0, "--key", key, "--against", tmp_path / "early.txt")
    assert findings(log, "--key", key, "--against", tmp_path / "late.txt")


def test_what_the_holder_of_the_key_signs_anew_is_not_noticed_without_an_old_checkpoint(
    log: Path, tmp_path: Path, keys: Path
) -> None:
    changed(log, EDIT, "DELETE FROM checkpoints")
    rewritten(log)
    shutil.rmtree(keys / "logs")  # what an owner can do who wants to forget
    said("--log", log, "checkpoint")
    verdict(log, 0)
    assert findings(log, "--against", tmp_path / "early.txt")


# -- what cannot be decided -----------------------------------------------------------------------


def test_whose_key_is_not_known(log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    public = said("--log", log, "checkpoint", "--public-key")
    monkeypatch.setenv("TRACKER_KEYS", str(tmp_path / "an outsider's"))
    assert "a key that is not known here" in verdict(log, 2)["doubts"][0]
    early = tmp_path / "early.txt"
    assert len(verdict(log, 2, "--against", early)["doubts"]) == 2
    (tmp_path / "key.txt").write_text(public)
    verdict(log, 0, "--key", tmp_path / "key.txt", "--against", early)


@pytest.mark.parametrize(
    ("words", "said_of"),
    [
        (("--against", "nowhere"), "nowhere: No such file"),
        (("--key", "nowhere"), "nowhere: No such file"),
        (("--key", __file__), "this is no public key"),
    ],
)
def test_a_file_that_is_of_no_use(log: Path, words: tuple[str, str], said_of: str) -> None:
    result = run("--log", log, "verify", *words)
    assert result.exit_code == 2
    assert said_of in result.stderr


def test_against_what_is_no_checkpoint(log: Path) -> None:
    assert "no signed note" in verdict(log, 2, "--against", __file__)["doubts"][0]


@SQLITE
def test_a_log_of_before_the_ledger(log: Path, tmp_path: Path, keys: Path) -> None:
    before_the_ledger(log)
    shutil.rmtree(keys)
    assert "before there was a ledger" in verdict(log, 2)["doubts"][0]
    assert answer("--log", log, "state")["log"]["head"] is None
    bytes_before = log.read_bytes()
    said("--log", log, "state")
    assert log.read_bytes() == bytes_before
    said("--log", log, "checkpoint", "-o", tmp_path / "new.txt")
    assert verdict(log, 0)["covered"] == 190
    assert answer("--log", log, "state")["log"]["head"] is not None


def before_the_ledger(log: Path) -> None:
    """Make of a log what a tracker before the ledger would have made."""
    made_before(log)
    tables = ("ledger_leaves", "ledger_head", "checkpoints", "timestamps")
    sql(log, *(f"DROP TABLE {table}" for table in tables), "PRAGMA user_version=1", "VACUUM")


def test_an_old_log_gains_a_ledger_with_the_next_event(tmp_path: Path, keys: Path) -> None:
    assert not keys.exists()
    log = mali(tmp_path, reports=0)
    before_the_ledger(log)
    said("--log", log, "record", SHEETS[0])
    found = verdict(log, 0)
    assert found["log"]["position"] == len(held(log)) - 1 == 120


def test_an_old_log_with_a_gap_gains_none(tmp_path: Path, keys: Path) -> None:
    assert not keys.exists()
    log = mali(tmp_path)
    before_the_ledger(log)
    sql(log, "DROP TRIGGER events_are_kept", "DELETE FROM stored_events WHERE seq = 60")
    result = run("--log", log, "checkpoint")
    assert result.exit_code == 2
    assert "event #60 is missing: no ledger can be made" in result.stderr


# -- damage ---------------------------------------------------------------------------------------


@SQLITE
def test_no_bit_of_the_file_can_change_an_event_unseen(log: Path, tmp_path: Path) -> None:
    """Nor does any make it fail; the long run of this is `scripts/faults`."""
    with closing(sqlite3.connect(log)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole, before = log.read_bytes(), held(log)
    dice = random.Random(5)  # noqa: S311 - places to damage
    (tmp_path / "log" / "situation.db-wal").unlink(missing_ok=True)
    for _ in range(60):
        data = bytearray(whole)
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        log.write_bytes(data)
        result = run("--log", log, "verify")
        assert result.exit_code in {0, 1, 2}
        if result.exit_code == 0:
            assert held(log) == before


# -- checkpoints ----------------------------------------------------------------------------------


def test_a_checkpoint_is_made_once_for_the_same_events(log: Path, tmp_path: Path) -> None:
    again = run("--log", log, "checkpoint")
    assert again.stdout == (tmp_path / "late.txt").read_text(encoding="utf-8")
    assert "signed already" in again.stderr
    assert verdict(log, 0)["checkpoints"] == 2


def test_an_empty_log_has_nothing_to_sign_for(tmp_path: Path, keys: Path) -> None:
    said("--log", tmp_path / "empty.db", "init")
    result = run("--log", tmp_path / "empty.db", "checkpoint")
    assert (result.exit_code, "the log is empty" in result.stderr) == (2, True)
    assert not keys.exists()


def test_the_key_is_for_its_owner_alone(log: Path, keys: Path) -> None:
    assert answer("--log", log, "verify")["checkpoints"] == 2
    assert (keys / KEY).stat().st_mode & 0o777 == 0o600
    assert keys.stat().st_mode & 0o777 == 0o700


@SQLITE
def test_the_key_may_not_lie_beside_the_log(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_KEYS", str(log.parent))
    for verb in ("checkpoint", "verify"):
        result = run("--log", log, verb)
        assert (result.exit_code, "the log's own folder" in result.stderr) == (2, True)
    assert not (log.parent / KEY).exists()


@pytest.mark.parametrize("damage", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAA==\n"])
def test_a_damaged_key_is_said_in_plain_words(log: Path, keys: Path, damage: str) -> None:
    (keys / KEY).write_text(damage)
    assert run("--log", log, "record", SHEETS[0]).exit_code == 0
    result = run("--log", log, "verify")
    assert (result.exit_code, "no signing key, or a damaged one" in result.stderr) == (2, True)


def test_a_damaged_memory_is_said_in_plain_words(log: Path, keys: Path) -> None:
    for path in (keys / "logs").iterdir():
        path.write_text("{")
    result = run("--log", log, "verify")
    assert (result.exit_code, "is damaged: what was known" in result.stderr) == (2, True)


def test_where_keys_lie_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracker.keys import default_folder

    monkeypatch.delenv("TRACKER_KEYS", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "situation-tracker"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_folder() == tmp_path / ".config" / "situation-tracker"


# -- as the log grows -----------------------------------------------------------------------------


@pytest.fixture
def growing(keys: Path) -> Iterator[Callable[[int], Log]]:
    """A situation in memory whose log can be made to grow to a position."""
    from test_log import OTHER, facts

    assert not keys.exists()
    with Situation(":memory:", create=True) as situation:
        situation.told = []  # type: ignore[attr-defined]
        situation.warn = situation.told.append  # type: ignore[attr-defined]

        def grow(position: int) -> Situation:
            last = situation.position
            for first in range(last + 1, position + 1, 2_500):
                situation.log.append(facts(first, min(first + 2_499, position), OTHER))
            return situation

        yield grow  # type: ignore[misc]


def test_the_log_signs_for_itself_as_it_grows(growing: Callable[[int], Situation]) -> None:
    assert growing(EVERY - 1).log.checkpoints() == []
    grown = growing(EVERY + 1)
    assert [one.size for one in grown.log.checkpoints()] == [EVERY + 1]
    verdict = grown.verify()
    assert (verdict.verdict, verdict.covered, verdict.events) == ("fine", EVERY + 1, EVERY + 1)


def test_recording_goes_on_where_no_key_can_be_made(
    growing: Callable[[int], Situation], keys: Path
) -> None:
    keys.write_text("a file where the folder would be")
    grown = growing(2 * EVERY + 1)
    assert grown.position == 2 * EVERY + 1
    (told,) = grown.told  # type: ignore[attr-defined]
    assert "everything was recorded, but no checkpoint could be made" in told
    assert grown.log.checkpoints() == []


def test_keys_do_not_forget_a_newer_checkpoint_for_an_older(tmp_path: Path) -> None:
    from tracker.keys import Remembered

    keys = Keys(tmp_path / "keys", str(tmp_path / "log" / "situation.db"))
    keys.remember("a", Remembered("new", 2))
    keys.remember("a", Remembered("old", 1))
    assert keys.recall("a") == Remembered("new", 2)
    with pytest.raises(KeysError, match="own folder"):
        Keys(tmp_path, str(tmp_path / "situation.db"))
