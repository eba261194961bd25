"""The reference is what the code says, and the guides come out of the program as they are."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tracker import __all__ as public
from tracker.cli import VERBS, tracker
from tracker.facts import FACT_KINDS

ROOT = Path(__file__).resolve().parent.parent
GUIDES = {path.stem: path for path in (ROOT / "tracker" / "guides").glob("*.md")}
REFERENCE = (ROOT / "tracker" / "guides" / "reference.md").read_text(encoding="utf-8")


def run(*words: str) -> Result:
    return CliRunner().invoke(tracker, words, prog_name="tracker")


# -- the reference -------------------------------------------------------------------------------


def test_the_reference_is_what_the_code_says() -> None:
    # What it is to be is worked out in a process of its own, as `scripts/reference` does.
    check = [sys.executable, "scripts/_reference.py", "--check"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: str(verb.name))
def test_every_verb_is_in_the_reference(verb: object) -> None:
    assert f"### tracker {getattr(verb, 'name', '')}\n" in REFERENCE


def test_every_kind_of_fact_and_every_public_name_is_in_the_reference() -> None:
    kinds = [kind.TOPIC for kind in FACT_KINDS if f"**{kind.TOPIC}.**" not in REFERENCE]
    names = [name for name in public if f"\n### {name}" not in REFERENCE and name != "__version__"]
    assert (kinds, names) == ([], [])


# -- tracker guide -------------------------------------------------------------------------------


def test_the_guides_are_listed_with_their_titles() -> None:
    rows = json.loads(run("guide", "--json").output)["rows"]
    assert {row["name"] for row in rows} == GUIDES.keys()
    assert all(
        GUIDES[row["name"]].read_text("utf-8").startswith(f"# {row['title']}\n") for row in rows
    )
    assert all(row["name"] in run("guide").output for row in rows)


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_is_printed_as_it_is(name: str) -> None:
    assert run("guide", name).output.rstrip("\n") == GUIDES[name].read_text("utf-8").rstrip("\n")


def test_on_a_terminal_a_guide_goes_through_the_pager() -> None:
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "tracker", "guide", "weighing"],
        cwd=ROOT,
        env=os.environ | {"PAGER": "head -n 1", "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert shown.strip() == GUIDES["weighing"].read_text("utf-8").splitlines()[0]


def test_a_guide_is_found_by_the_name_of_its_file_too() -> None:
    assert run("guide", "Python.md").output == run("guide", "python").output


def test_the_nearest_guide_is_named() -> None:
    found = run("guide", "pyton")
    assert (found.exit_code, found.stderr) == (
        2,
        "there is no guide 'pyton': did you mean python?\n",
    )


def test_all_guides_are_named_where_none_is_near() -> None:
    found = run("guide", "zzz")
    assert found.exit_code == 2
    assert all(name in found.stderr for name in GUIDES)
