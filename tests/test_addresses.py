"""Addresses of logs and vaults on a server: slips are refused, and no password is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands_for_tests import SHEETS, mali, run
from sheets_for_tests import SITUATION

from tracker.engines.address import hidden, is_url, read_address, secrets_of
from tracker.errors import LogError

NO_ADDRESS = "is no address of a log: write postgresql://"
SLIPS = [
    ("postgresql://ana:Zq?Zq@127.0.0.1:1/desk", "write %3F for a ? in a password"),
    ("postgresql://ana:Zq?a=Zq@127.0.0.1:1/desk", "write %3F for a ? in a password"),
    ("postgresql://ana:Zq#Zq@127.0.0.1:1/desk", "a #: write %23"),
    ("postgresql://ana:Zq Zq@127.0.0.1:1/desk", "a blank: write %20"),
    ("postgresql://ana:Zq\tZq@127.0.0.1:1/desk", "a blank: write %20"),
    ("postgresql://ana:Zq[z]Zq@127.0.0.1:1/desk", "a [ or ]: write %5B, %5D"),
    ("postgresql://ana:Zq?Zq#Zq Zq@127.0.0.1:1/desk", "a blank: write %20; a #: write %23; an @"),
    ("postgresql://ana:Zq\u2100Zq@127.0.0.1:1/desk", "is no address of a log"),
    ("postgresql://ana:Zq/desk", "a port that is no number"),
    ("postgresql://127.0.0.1:1/desk?password=Zq@Zq", "an @ after a ?"),
    ("postgresql://127.0.0.1:1/desk?password=Zq#Zq", "a #: write %23"),
    ("postgresql://127.0.0.1:1/desk?password", "NAME=VALUE, joined by &"),
    ("postgresql:ana:Zq@127.0.0.1/desk", NO_ADDRESS),
    ("'postgresql://ana:Zq@127.0.0.1/desk'", NO_ADDRESS),
    (" postgresql://ana:Zq@127.0.0.1/desk", NO_ADDRESS),
    ("postgresql//ana:Zq@127.0.0.1/desk", NO_ADDRESS),
    ("postgresql;//ana:Zq/desk", NO_ADDRESS),
    ("ana:Zq@127.0.0.1/desk", NO_ADDRESS),
    ("//ana:Z/Zq@127.0.0.1/desk", NO_ADDRESS),
    ("host=127.0.0.1 password=Zq dbname=desk", NO_ADDRESS),
    ("PASSWORD = 'Zq' host = 127.0.0.1", NO_ADDRESS),
    ("host=127.0.0.1 pasword=Zq", NO_ADDRESS),
    ("127.0.0.1/desk?user=ana&passwort=Zq", NO_ADDRESS),
    ("postgresql://ana@127.0.0.1:1/desk?pasword=Zq", "does not know: did you mean password?"),
    ("postgresql://ana@127.0.0.1:1/desk?PASSWORD=Zq", "does not know: did you mean password?"),
    ("postgresql://ana@127.0.0.1:1/desk?password=Z&Zq=Zq", "what PostgreSQL does not know"),
    ("postgresql://ana@127.0.0.1:1/desk?password:Zq", "NAME=VALUE, joined by &"),
    ("postgresql://127.0.0.1:1/desk?Zq@db", "an @ after a ?"),
    ("postgresql://127.0.0.1:1/desk?pasword=Zq@Zq", "an @ after a ?"),
    ("postgresql://ana@127.0.0.1:1/desk?scram_client_key=Zq&pw=Zq", "PostgreSQL does not know"),
]
VERBS = [
    ("init", "s.yaml"),
    ("state",),
    ("verify",),
    ("doctor",),
    ("serve",),
    ("grant", "reader", "bob"),
    ("watch", "--once"),
    ("schema", "datasette"),
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_bytes(SITUATION)
    return tmp_path


@pytest.mark.parametrize(("address", "message"), SLIPS)
def test_no_verb_tells_a_mistyped_password(
    address: str, message: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in VERBS:
        result = run("--log", address, *words)
        assert "Zq" not in result.output, words
        if words == ("schema", "datasette") and result.exit_code == 0:
            continue  # which says nothing of a log on a server, and asks none
        assert result.exit_code == 2, words
        assert message in result.stderr, words
    assert [path.name for path in here.iterdir()] == ["s.yaml"]
    for words in (("--log", address, "follow", "a.db"), ("--log", "b.db", "follow", address)):
        result = run(*words, "--once")
        assert (result.exit_code, "Zq" in result.output) == (2, False), words
    assert message in result.stderr
    assert message in run("--log", "b.db", "follow", address).stderr, "and it is not waited for"
    monkeypatch.setenv("TRACKER_LOG", address)
    result = run("state")
    assert message in result.stderr
    assert "Zq" not in result.output


@pytest.mark.parametrize(("address", "_message"), SLIPS)
def test_no_settings_file_tells_one(address: str, _message: str, here: Path) -> None:
    (here / "tracker.toml").write_text(f"log = {json.dumps(address)}\n")
    for verb in ("state", "doctor"):
        result = run(verb)
        assert "Zq" not in result.output
        assert "Traceback" not in result.output


@pytest.mark.parametrize(("address", "message"), SLIPS)
def test_no_vault_tells_one(
    address: str, message: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = mali(here)
    monkeypatch.setenv("TRACKER_VAULT", address)
    told = ""
    for words in (("show", "#60"), ("state", "control"), ("doctor",), ("record", *SHEETS)):
        result = run("--log", log, *words)
        assert "Zq" not in result.output, words
        told += result.output
    assert message in " ".join(told.split())
    assert "TRACKER_VAULT: " in told


@pytest.mark.parametrize("more", ["schema=mali&schema=wiki", "password=Zq&password=Zq"])
def test_what_is_said_twice_in_an_address_is_refused(more: str) -> None:
    with pytest.raises(LogError, match=r"it says (schema|password) more than once") as refused:
        read_address(f"postgresql://127.0.0.1:1/desk?{more}")
    assert "Zq" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://[::1]:5433,db:5434/desk", "postgresql://[::1]:5433,db:5434/desk"),
        ("postgresql://ana@db/desk?user=b%40x", "postgresql://ana@db/desk?user=b%40x"),
        ("postgresql://ana:Zq@db:1/desk?schema=a", "postgresql://ana@db:1/desk?schema=a"),
        ("postgresql://%2Frun%2Fpg:5432/desk", "postgresql://%2Frun%2Fpg:5432/desk"),
        ("postgresql://ana:%3F%23%20@db/desk", "postgresql://ana@db/desk"),
    ],
)
def test_what_is_written_rightly_is_read_and_shown(address: str, shown: str) -> None:
    assert hidden(address) == shown
    assert read_address(address).shown == shown


def test_all_that_may_be_a_password_is_taken_out_of_what_others_say() -> None:
    assert set(secrets_of("postgresql://ana:Zq?%23Zq@db/desk")) == {"Zq?%23Zq", "Zq?#Zq"}
    assert hidden("postgresql://ana:Zq?%23Zq@db/desk") == "postgresql://ana@db/desk"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "name", ["ana:Zq@home.db", "postgresql//a.db", "a=1 password=Zq", "host=a port=1.db", "data//a"]
)
def test_a_file_is_opened_by_whatever_name_it_has(name: str, tmp_path: Path) -> None:
    """What looks like a mistyped address is none if it is there, or if its path begins as one."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    assert run("--log", f"./{name}", "init").exit_code == 0
    for log in (name, f"./{name}", tmp_path / name):
        result = run("--log", log, "log")
        assert (result.exit_code, result.stderr) == (0, "")
    assert hidden(name) == name
    (tmp_path / "tracker.toml").write_text(f"log = {json.dumps(name)}\n")
    assert run("init").exit_code == 0
    (tmp_path / "tracker.toml").write_text(f"log = {json.dumps(f'./{name}2')}\n")
    assert run("init").exit_code == 0


@pytest.mark.parametrize("name", ["data//a.db", "a@b.db", "a:b.db", "pg/a.db", "x=1.db", "~/a:b@c"])
def test_what_is_not_much_like_an_address_is_the_name_of_a_file(name: str, here: Path) -> None:
    del here
    assert not is_url(name)
    assert (hidden(name), secrets_of(name)) == (name, [])


def test_of_a_mistyped_address_only_the_beginning_is_shown(here: Path) -> None:
    del here
    assert hidden("postgresql//ana:Zq@db/desk") == "postgresql..."
    assert hidden("'host=db password=Zq'") == "host..."
    assert hidden("postgresql://ana@db/desk?pw=Zq&sslmode=require") == (
        "postgresql://ana@db/desk?sslmode=require"
    )


def test_a_replica_is_a_file(here: Path) -> None:
    source = mali(here)
    for words in (("follow", str(source)), ("follow",), ("follow", "--once")):
        result = run("--log", "postgresql://ana:Zq@127.0.0.1:1/desk?schema=x", *words)
        assert (result.exit_code, "Zq" in result.output) == (2, False)
        assert "desk?schema=x is no file, and a replica is one: name it with --log" in result.stderr
