"""Manual pages: one for every verb, whole, and roff that a formatter has nothing to say against."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from commands_for_tests import run, said
from server_for_tests import missing

from tracker.cli import tracker


def verbs(group: click.Group, *above: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        found.append((*above, name))
        if isinstance(command, click.Group):
            found += verbs(command, *above, name)
    return found


VERBS = verbs(tracker)


def plain(page: str) -> str:
    """Give the letters that a page shows."""
    for name, letter in {"(aq": "'", "(ga": "`", "(ti": "~", "(ha": "^", "e": "\\"}.items():
        page = page.replace(f"\\{name}", letter)
    return page.replace("\\-", "-").replace("\\&", "")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("man") / "man1"
    assert run("man", "--to", folder).exit_code == 0
    return folder


def test_every_verb_has_a_page(pages: Path) -> None:
    expected = {"tracker.1", *("-".join(("tracker", *verb)) + ".1" for verb in VERBS)}
    assert {path.name for path in pages.iterdir()} == expected


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_a_page_says_what_the_help_says(verb: tuple[str, ...], pages: Path) -> None:
    page = plain((pages / f"{'-'.join(('tracker', *verb))}.1").read_text(encoding="utf-8"))
    helped = said(*verb, "--help")
    words = set(re.findall(r"[\w-]{4,}", page))
    assert set(re.findall(r"(?<![\w-])--[a-z-]+", helped)) <= words
    for line in helped.splitlines():
        if line.startswith("    tracker "):
            assert line.strip() in page


def test_a_page_is_printed_as_it_is_written(pages: Path) -> None:
    assert said("man", "cite", "verify") == (pages / "tracker-cite-verify.1").read_text()
    assert said("man") == (pages / "tracker.1").read_text()


def test_the_first_page_tells_of_the_environment_the_files_and_exits(pages: Path) -> None:
    page = (pages / "tracker.1").read_text(encoding="utf-8")
    root = Path(__file__).resolve().parent.parent
    source = "\n".join(path.read_text() for path in (root / "tracker").rglob("*.py"))
    told = set(re.findall(r"\bTRACKER_[A-Z_]+\b", source)) - {"TRACKER_COMPLETE", "TRACKER_CI"}
    assert [name for name in told if name not in page] == []
    assert all(f".SH {title}" in page for title in ("ENVIRONMENT", "FILES", "EXIT STATUS"))


def test_another_verb_is_refused_with_the_nearest() -> None:
    result = run("man", "stat")
    assert result.exit_code == 2
    assert "no verb 'stat': did you mean 'tracker state'?" in result.stderr
    assert "no verb 'nope'\n" in run("man", "nope").stderr
    assert "did you mean 'tracker cite verify'?" in run("man", "cite", "verfy").stderr


def test_a_refusal_shows_no_escape() -> None:
    result = run("man", "\x1b[31m", color=True)
    assert result.exit_code == 2
    assert "no verb '\\x1b[31m'" in result.stderr
    assert "\x1b" not in result.output


def test_a_formatter_finds_nothing_wrong(pages: Path) -> None:
    groff = shutil.which("groff") or missing("needs Debian's package groff")
    for path in pages.iterdir():
        done = subprocess.run(
            [groff, "-man", "-ww", "-z", "-Tutf8", path], capture_output=True, check=True
        )
        assert done.stderr == b"", path.name


def test_what_is_typed_can_be_copied_from_a_page(pages: Path) -> None:
    groff = shutil.which("groff") or missing("needs Debian's package groff")
    done = subprocess.run(
        [groff, "-man", "-Tutf8", "-P-c", pages / "tracker-show.1"],
        capture_output=True,
        check=True,
    )
    shown = re.sub(r".\x08", "", done.stdout.decode())  # bold, as a typewriter does it
    assert "tracker show '#60'" in shown
    assert "--read-only" in shown
