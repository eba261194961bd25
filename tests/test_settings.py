"""tracker.toml: found, checked to the line, and always weaker than what is typed or exported."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from commands_for_tests import answer, mali, run, said

from tracker.cli.settings import KEYS


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a log, in the home of its user."""
    for name in [name for name in os.environ if name.startswith("TRACKER_")]:
        if name != "TRACKER_KEYS":
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    folder = home / "desk" / "mali"
    folder.mkdir(parents=True)
    mali(folder)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(folder)
    return folder


def write(folder: Path, text: str) -> Path:
    path = folder / "tracker.toml"
    path.write_text(text, encoding="utf-8")
    return path


def asked(*words: str) -> dict[str, object]:
    query: dict[str, object] = answer("state", "control", *words)["query"]
    return query


# -- what is set -----------------------------------------------------------------------------------


def test_settings_count_where_nothing_else_is_said(here: Path) -> None:
    write(here, 'policy = "latest"\ntz = "Africa/Bamako"\nstale_after = 3\nformat = "nl"\n')
    lines = said("state", "control", "--as-of", "2013-01-21").splitlines()
    assert '"stale": true' in lines[1]
    query = asked("--as-of", "2013-01-21")
    assert query["policy"] == "latest/1"
    assert query["stale_after"] == 3 * 86_400_000_000


@pytest.mark.parametrize("before", [True, False], ids=["before the verb", "after it"])
def test_what_is_typed_counts_for_more(here: Path, before: bool) -> None:  # noqa: FBT001 - a case
    write(here, 'policy = "latest"\nformat = "csv"\n')
    typed, verb = ["--policy", "official-only", "--json"], ["state", "control"]
    words = [*typed, *verb] if before else [*verb, *typed]
    assert '"policy": "official-only/1"' in said(*words)


def test_the_environment_counts_for_more_than_the_file(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, 'policy = "latest"\nuser = "ana"\n')
    monkeypatch.setenv("TRACKER_POLICY", "official-only")
    assert asked()["policy"] == "official-only/1"
    assert asked("--policy", "majority-by-origin")["policy"] == "majority-by-origin/1"
    assert recorded_by("#60") == "ana"
    monkeypatch.setenv("TRACKER_USER", "bob")
    assert recorded_by("#61") == "bob"
    assert recorded_by("#62", "--by", "eve") == "eve"


def recorded_by(*words: str) -> str:
    said("retract", *words, "--reason", "a test")
    return str(answer("log")["rows"][-1]["recorded_by"])


def test_a_log_is_named_from_the_folder_of_the_file(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here.parent, 'log = "mali/situation.db"\n')
    (here / "deeper").mkdir()
    monkeypatch.chdir(here / "deeper")
    assert len(said("state", "control", "--csv").splitlines()) > 1
    assert run("--log", "none.db", "state").exit_code == 2


def test_the_nearest_file_counts_whole(here: Path) -> None:
    write(here.parent, 'policy = "latest"\nformat = "csv"\n')
    write(here, 'format = "nl"\n')
    assert said("state", "control").startswith("{")
    assert asked()["policy"] == "origin-weighted/1"


def test_a_verb_in_a_verb_gets_them_too(here: Path) -> None:
    write(here, 'format = "nl"\n')
    said("state", "control", "--as-of", "2013-01-21", "--cite", "a.json")
    assert said("cite", "verify", "a.json").startswith('{"file": "a.json"')


def test_every_setting_is_in_the_readme() -> None:
    text = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
    assert [key for key in KEYS if f"| `{key}` |" not in text] == []


@pytest.mark.parametrize(
    ("environment", "text", "colours"),
    [
        ({}, "", False),
        ({}, 'color = "always"', True),
        ({"NO_COLOR": "1"}, 'color = "always"', False),
        ({"FORCE_COLOR": "1"}, 'color = "never"', True),
        ({"CLICOLOR_FORCE": "1"}, "", True),
        ({"FORCE_COLOR": "0"}, "", False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "", False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, "", False),
        ({"CLICOLOR": "0"}, 'color = "always"', False),
    ],
)
def test_colours(
    environment: dict[str, str],
    text: str,
    colours: bool,  # noqa: FBT001 - a case
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    write(here, text)
    words = ("state", "control", "--as-of", "2013-01-21")
    assert ("\x1b" in said(*words)) is colours
    assert "\x1b" not in said(*words, "--no-color")
    assert "\x1b" not in said(*words, "--json")


# -- what is wrong ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('polcy = "latest"', "1:1: polcy: unknown setting 'polcy': did you mean policy?"),
        ("\nzzz = 1", "2:1: zzz: unknown setting 'zzz' (one of log, policy,"),
        ('format = "jsn"', "1:1: format: 'jsn' is none of them: did you mean json?"),
        ('policy = "latst"', "1:1: policy: 'latst' is none of them: did you mean latest?"),
        ('  tz = "Africa/Bamaco"', "1:3: tz: no time zone 'Africa/Bamaco': did you mean Africa/Ba"),
        ("stale_after = 7.5", "1:1: stale_after: a text in quotes is needed here"),
        ('stale_after = "soon"', "1:1: stale_after: 'soon' is no length of time"),
        ("read_only = 1", "1:1: read_only: true or false is needed here"),
        ('pager = "less"', "1:1: pager: true or false is needed here"),
        ("[pager]\ncommand = 'sh'", "1:2: pager: true or false is needed here"),
        ('user = "a\\u001b[2J"', "1:1: user: a text in quotes is needed here"),
        ("log = x", ":1:7: this is not TOML:"),
        ('log = "a"\nlog = "b"', "this is not TOML: Cannot overwrite a value"),
        ('log = "/etc/other.db"', "1:1: log: a file in this folder or below it is needed"),
        ('log = "../other.db"', "1:1: log: a file in this folder or below it is needed"),
        ('log = "postgresql://evil.example/x"', "1:1: log: a file in this folder or below it"),
        ('keys = "keys"', "1:1: keys: only TRACKER_KEYS in the environment says that"),
        ('vault = "x.db"', "1:1: vault: only TRACKER_VAULT in the environment says that"),
        ('webhook = "https://evil.example"', "1:1: webhook: unknown setting 'webhook'"),
        ("# " + "x" * 70_000, "too large: at most 65,536 bytes"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, expected: str, here: Path) -> None:
    write(here, text)
    result = run("state", "control")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("tracker.toml:")
    assert expected in result.stderr
    assert "\x1b" not in result.stderr


def test_everything_wrong_is_said_at_once(here: Path) -> None:
    write(here, 'polcy = 1\nformat = "jsn"\n')
    assert len(run("state").stderr.splitlines()) == 2


def test_a_file_that_is_no_text_is_refused(here: Path) -> None:
    (here / "tracker.toml").write_bytes(b'user = "\xff"')
    assert "this is not UTF-8 text" in run("state").stderr


def special(path: Path, what: str) -> None:
    """Put something that is no plain file at a path."""
    if what == "pipe":
        os.mkfifo(path, 0o600)
    elif what == "folder":
        path.mkdir()
    else:
        path.symlink_to(what)


@pytest.mark.parametrize("what", ["pipe", "folder", "/dev/zero", "/dev/null"])
@pytest.mark.parametrize("named", [True, False], ids=["named", "found"])
def test_only_a_plain_file_is_read(
    here: Path,
    what: str,
    named: bool,  # noqa: FBT001 - a case
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    special(here / "tracker.toml", what)
    if named:
        monkeypatch.setenv("TRACKER_CONFIG", "tracker.toml")
    result = run("state")
    assert (result.exit_code, result.stdout) == (2, "")
    why = "this is no plain file: put one here, or take it away"
    assert result.stderr == f"tracker.toml:0:0: {why}\n"
    assert run("--help").exit_code == run("state", "--help").exit_code == 0


def test_of_a_long_file_no_more_is_read_than_shows_it(here: Path) -> None:
    with write(here, "").open("wb") as file:
        file.truncate(1 << 40)
    assert run("state").stderr == "tracker.toml:0:0: too large: at most 65,536 bytes\n"


@pytest.mark.parametrize("words", [["--help"], ["state", "--help"], ["--version"]])
def test_help_comes_all_the_same(words: list[str], here: Path) -> None:
    write(here, "nonsense")
    assert run(*words).exit_code == 0


def test_an_environment_that_says_nonsense_is_refused(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del here
    monkeypatch.setenv("TRACKER_FORMAT", "xml")
    result = run("state")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "TRACKER_FORMAT says 'xml': one of table, json, csv, nl is needed\n"


# -- whose it is -----------------------------------------------------------------------------------


def test_a_file_that_everybody_may_write_to_is_not_read(here: Path) -> None:
    path = write(here, 'policy = "latest"\n')
    path.chmod(0o666)
    assert asked()["policy"] == "origin-weighted/1"
    assert run("state").stderr.startswith(
        "warning: tracker.toml was not read: everybody may write to"
    )


def test_a_file_of_someone_else_is_not_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(here, 'policy = "latest"\n')
    monkeypatch.setattr(os, "getuid", lambda: path.stat().st_uid + 1)
    if path.stat().st_uid == 0:
        os.chown(path, 12_345, -1)
        monkeypatch.setattr(os, "getuid", lambda: 0)
    assert asked()["policy"] == "origin-weighted/1"
    assert "was not read: it belongs to someone else" in run("state").stderr
    monkeypatch.setenv("TRACKER_CONFIG", str(path))
    assert asked()["policy"] == "latest/1"


def test_above_the_home_nothing_is_looked_for(here: Path) -> None:
    write(here.parents[2], 'policy = "latest"\n')
    assert asked()["policy"] == "origin-weighted/1"
    write(here.parents[1], 'policy = "latest"\n')
    assert asked()["policy"] == "latest/1"


def test_outside_of_the_home_the_folder_alone_is_looked_at(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "elsewhere"))
    write(here.parent, 'policy = "latest"\n')
    assert asked()["policy"] == "origin-weighted/1"
    write(here, 'policy = "latest"\n')
    assert asked()["policy"] == "latest/1"


def test_another_file_may_be_named_or_none(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(here, 'policy = "latest"\n')
    other = path.rename(here / "mine.toml")
    write(here, 'policy = "official-only"\n')
    monkeypatch.setenv("TRACKER_CONFIG", str(other))
    assert asked()["policy"] == "latest/1"
    monkeypatch.setenv("TRACKER_CONFIG", "")
    assert asked()["policy"] == "origin-weighted/1"
    monkeypatch.setenv("TRACKER_CONFIG", "nosuch.toml")
    assert run("state").stderr == "nosuch.toml:0:0: No such file or directory\n"


# -- who tells -------------------------------------------------------------------------------------


def test_the_doctor_tells_which_file_counts(here: Path) -> None:
    def found() -> tuple[str, str]:
        row = next(row for row in answer("doctor")["rows"] if row["what"] == "tracker.toml")
        return row["verdict"], row["found"]

    assert found() == ("ok", "none in this folder or above")
    path = write(here.parent, 'policy = "latest"\nuser = "ana"\nlog = "mali/situation.db"')
    assert found() == ("ok", "../tracker.toml: policy, user, log")
    path.chmod(0o666)
    assert found()[0] == "warning"
