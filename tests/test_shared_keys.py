"""Keys that a desk shares, and one who has none of them: what to do is what can be done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from commands_for_tests import run, said
from server_for_tests import Server, fresh_schema
from sheets_for_tests import SITUATION, fact, sheet

from tracker.engines.address import read_address
from tracker.situation import Situation

GIST = "Rebels took it."
TOLD = "#20"
AWAY = "postgresql://ana@127.0.0.1:1/keys"


def told(day: int) -> bytes:
    when = f"2013-01-{day}"
    return sheet(
        "wire", when, fact("TownOccupied", place="mill", by=["rebels"], when=when, gist=GIST)
    )


@pytest.fixture
def vault(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The keys of the desk: in a schema of their own, made by who records first."""
    url = postgres.url(fresh_schema())
    monkeypatch.setenv("TRACKER_VAULT", url)
    return url


@pytest.fixture
def log(
    postgres: Server, vault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], str]:
    """A log with a report, a recorder bob and a reader ann: its address as one of them."""
    del vault
    monkeypatch.chdir(tmp_path)
    schema = fresh_schema()
    with Situation(postgres.url(schema), create=True) as made:
        made.register(SITUATION, "situation.yaml", by="owner")
        made.record([(told(10), "1.yaml")], by="owner")
        assert f"#{made.log.position}" == TOLD
    Path("2.yaml").write_bytes(told(11))
    for name, role in (("bob", "recorder"), ("ann", "reader")):
        with postgres.connect() as link:
            link.execute(f'CREATE ROLE "{name}_{schema}" LOGIN')
        said("--log", postgres.url(schema), "grant", role, f"{name}_{schema}")
    for folder in ("cache", "config"):  # another machine
        monkeypatch.setenv(f"XDG_{folder.upper()}_HOME", str(tmp_path / folder))
    return lambda name: postgres.url(schema, user=f"{name}_{schema}")


def as_user(vault: str, log: str) -> str:
    """Give the address of the keys as the user of a log."""
    user = log.partition("://")[2].partition("@")[0]
    return vault.replace("owner@", f"{user}@")


def refused(log: str, *words: str) -> str:
    result = run("--log", log, *(words or ("record", "2.yaml")))
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    return result.stderr


def test_who_has_no_right_to_the_keys_is_told_the_sql_that_gives_it(
    vault: str, log: Callable[[str], str], postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = log("bob")
    monkeypatch.setenv("TRACKER_VAULT", as_user(vault, bob))
    shown = run("--log", bob, "show", TOLD)
    assert "[sealed: no key]" in shown.stdout
    for text in (shown.stderr, refused(bob)):
        assert "rights on keys are given in SQL, by owner: GRANT USAGE ON SCHEMA" in text
        assert "tracker grant" not in text
        assert "new-keys" not in text
    sql = refused(bob).partition("Nothing is recorded without them: ")[2].partition(": ")[2]
    with postgres.connect() as link:
        link.execute(sql)
    said("--log", bob, "record", "2.yaml")
    assert run("--log", bob, "show", TOLD).stderr == ""


def test_who_may_make_no_keys_is_told_who_is_to_record_first(
    log: Callable[[str], str], postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = log("bob")
    with Situation(postgres.url(fresh_schema()), create=True) as made:
        made.register(SITUATION, "situation.yaml", by="owner")
        new, schema = made.log.path, read_address(made.log.path).schema
    user = read_address(bob).conninfo.partition("://")[2].partition("@")[0]
    said("--log", new, "grant", "recorder", user)
    monkeypatch.setenv("TRACKER_VAULT", as_user(postgres.url(fresh_schema()), bob))
    text = refused(postgres.url(schema, user=user))
    assert "permission denied for database postgres" in text
    assert "there are no keys there yet: let who may make them record first" in text
    assert "tracker grant" not in text


@pytest.mark.parametrize("words", [("record", "2.yaml"), ("redact", TOLD)])
def test_keys_that_are_away_are_waited_for_and_not_begun_anew(
    words: tuple[str, ...],
    log: Callable[[str], str],
    postgres: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRACKER_VAULT", AWAY)
    owner = postgres.url(read_address(log("bob")).schema)
    why = ("--authority", "Officer", "--reason", "asked") if words[0] == "redact" else ()
    text = refused(owner, *words, *why)
    assert "cannot be reached" in text
    assert "Nothing is recorded until it answers" in text
    for wrong in ("new-keys", "Put it back", "put the file back"):
        assert wrong not in text


def test_who_never_had_the_keys_is_told_that_they_may_be_shared(
    log: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRACKER_VAULT")
    text = refused(log("bob"))
    assert "If those who record here share their keys, let TRACKER_VAULT name them" in text
    assert text.index("TRACKER_VAULT") < text.index("--new-keys")


def test_a_reader_is_told_first_that_he_may_not_record(
    vault: str, log: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever keys there are: he would look for them in vain."""
    ann = log("ann")
    for keys in ("", AWAY, as_user(vault, ann)):
        monkeypatch.setenv("TRACKER_VAULT", keys)
        text = refused(ann).splitlines()[-1]  # after the note of what he could not read
        assert "you may read it, and not record: `tracker grant` gives a role" in text
        for wrong in ("keys", "GRANT", "cannot be reached"):
            assert wrong not in text
    assert "[sealed: no key]" in said("--log", ann, "show", TOLD)
