"""What was taken out of a bundle, changed or put in since it was made: its manifest tells."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from commands_for_tests import mali, run, said

from tracker.notes import sign_note


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Mali's log."""
    return Path(mali(tmp_path))


@pytest.fixture
def some(log: Path, tmp_path: Path) -> Path:
    """A bundle of what one answer rests on."""
    said("--log", log, "bundle", "--only", "control/diabaly", "-o", tmp_path / "some")
    return tmp_path / "some"


def checked(bundle: Path, *words: object) -> tuple[int, list[str]]:
    """Give how checking a bundle ends, and what it says beside the verdict."""
    result = run("bundle", "--check", bundle, *words)
    return result.exit_code, result.stderr.splitlines()


def drop_line(name: str) -> Callable[[Path], None]:
    """Take the second line of a file out."""

    def change(bundle: Path) -> None:
        first, _, *rest = (bundle / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (bundle / name).write_text("".join([first, *rest]), encoding="utf-8")

    return change


def remove(name: str) -> Callable[[Path], None]:
    return lambda bundle: (bundle / name).unlink()


def test_a_bundle_lists_all_that_went_in(some: Path) -> None:
    form, origin, *lines = (some / "manifest.txt").read_text().split("\n\n")[0].splitlines()
    assert form == "situation-tracker bundle/1"
    assert origin == (some / "key.txt").read_text().split("+")[0]
    names = {file.name for file in some.iterdir()} - {"manifest.txt"}
    assert {line.split(" ", maxsplit=1)[1] for line in lines} == names
    assert checked(some, "--key", some / "key.txt") == (0, [])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (drop_line("events.jsonl"), "events.jsonl is not as it went in"),
        (drop_line("README.txt"), "README.txt is not as it went in"),
        (remove("texts.jsonl"), "texts.jsonl went in, and is not there"),
        (remove("verify_bundle.py"), "verify_bundle.py went in, and is not there"),
        (remove("manifest.txt"), "manifest.txt is not there: nobody signs for what went in"),
    ],
)
def test_what_was_taken_out_or_changed_since_is_told(
    some: Path, change: Callable[[Path], None], told: str
) -> None:
    change(some)
    code, lines = checked(some, "--key", some / "key.txt")
    assert (code, told in lines) == (1, True)


def test_a_file_that_came_since_is_told_and_wrongs_nothing(some: Path) -> None:
    (some / "letter.txt").write_text("for you")
    assert checked(some, "--key", some / "key.txt") == (
        0,
        ["letter.txt came since: nobody signed for it"],
    )


def test_a_zip_is_compared_with_its_manifest_like_a_folder(log: Path, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.zip", tmp_path / "cut.zip"
    said("--log", log, "bundle", "-o", whole)
    assert checked(whole)[0] == 0
    with zipfile.ZipFile(whole) as there, zipfile.ZipFile(cut, "w") as made:
        for name in there.namelist():
            if name != "texts.jsonl":
                made.writestr(name, there.read(name))
    code, lines = checked(cut)
    assert (code, "texts.jsonl went in, and is not there" in lines) == (1, True)


def test_a_manifest_of_another_bundle_or_by_another_hand_does_not_count(
    log: Path, some: Path, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    said("--log", log, "bundle", "-o", tmp_path / "whole")
    another = (tmp_path / "whole" / "manifest.txt").read_bytes()
    mine = (some / "manifest.txt").read_bytes()
    (some / "manifest.txt").write_bytes(another)
    assert "events.jsonl is not as it went in" in checked(some)[1]
    text, origin = f"{mine.decode().partition(chr(10) * 2)[0]}\n", mine.decode().splitlines()[1]
    forged = sign_note(text, origin, Ed25519PrivateKey.generate())
    (some / "manifest.txt").write_text(forged)
    code, (line, *_) = checked(some)
    assert (code, line.startswith("manifest.txt: signed by nobody")) == (1, True)


def test_a_checkpoint_is_no_manifest(some: Path) -> None:
    note = json.loads((some / "checkpoints.jsonl").read_text().splitlines()[0])
    (some / "manifest.txt").write_text(note)
    code, lines = checked(some)
    assert (code, "manifest.txt: it is of another log, or no manifest" in lines) == (1, True)
