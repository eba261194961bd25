"""The guides: each is followed from its first block to its last, in a folder of its own.

A reader has the seeds there and nothing else. Files that a guide shows are written where they
stand, commands run, and what they print is what is shown. `sh` blocks, which install something, are
only looked at for their grammar. A guide with `diff` blocks that name their files changes the code:
it is followed in a copy of it, and may touch no file that it does not list. Run as a program, it
writes output that no longer matches anew into the guides; lines that stood there as `...` are then
put back by hand.
"""

from __future__ import annotations

import doctest
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents_for_tests import FILE, lay, reader, run, shown

ROOT = Path(__file__).resolve().parent.parent
CODE = ("tracker", "projections", "tests")
SEEDS = Path("seeds") / "mali-2013"
GUIDES = sorted((ROOT / "tracker" / "guides").glob("*.md"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

every_guide = pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)


def changes_the_code(text: str) -> bool:
    """Whether a guide has changes that can be applied: a `diff` block that names its file."""
    return "\n```diff\n--- " in text


def begin(text: str, folder: Path) -> None:
    """Lay down what a guide's reader has: the seeds, and the code where it is to be changed."""
    shutil.copytree(ROOT / SEEDS, folder / SEEDS)
    if changes_the_code(text):
        for name in CODE:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.pyc"))


def code(folder: Path) -> dict[str, bytes]:
    """Give the files of the code that lies in a folder."""
    found = (path for name in CODE for path in (folder / name).rglob("*") if path.suffix != ".pyc")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found if path.is_file()}


def named(text: str) -> set[str]:
    """Name the files that a guide lists under its heading Files."""
    _, _, after = text.partition("\n## Files\n")
    return set(re.findall(r"^- `([\w/.]+)`", after.partition("\n## ")[0], flags=re.MULTILINE))


def follow(text: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Do what a guide says, in order; yield each console block and what came of it."""
    apart = changes_the_code(text)
    names: dict[str, object] = {}
    with reader(folder):
        for block in BLOCK.finditer(text):
            language, body = block.groups()
            if language == "console":
                done = [(one, run(one.command, apart=apart)) for one in shown(body)]
                yield (
                    body,
                    "".join(
                        f"$ {one.command}\n{one.output if one.matches(found) else found}"
                        for one, found in done
                    ),
                )
            elif language == "diff" and apart:
                subprocess.run(["git", "apply", "-"], input=body, text=True, check=True)
            elif language == "pycon":
                test = doctest.DocTestParser().get_doctest(body, names, "guide", None, None)
                runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
                assert runner.run(test, clear_globs=False).failed == 0
                names |= test.globs
            else:
                lay(folder, FILE.findall(block[0]))


@every_guide
def test_a_guide_can_be_followed(guide: Path, tmp_path: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    begin(text, tmp_path)
    before = code(tmp_path)
    for said, found in follow(text, tmp_path):
        assert found == said
    if changes_the_code(text):
        touched = before.items() ^ code(tmp_path).items()
        assert {name for name, _ in touched} == named(text)


def test_a_mapping_is_added_by_one_file(tmp_path: Path) -> None:
    # As the guide's last section says: beside the others, and everyone has it by its name.
    text = (ROOT / "tracker" / "guides" / "new-dataset.md").read_text(encoding="utf-8")
    for name in ("tracker", "projections"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.pyc"))
    lay(tmp_path, FILE.findall(text))
    mappings = tmp_path / "tracker" / "datasets" / "mappings"
    (tmp_path / "hills.yaml").rename(mappings / "hills-desk.yaml")
    with reader(tmp_path):
        run("tracker init situation.yaml", apart=True)
        said = run("tracker import hills-desk june-8.csv --dry-run", apart=True)
    assert said.endswith("13 events would be added; nothing recorded\n")


@every_guide
def test_what_is_to_be_typed_into_a_shell_can_be(guide: Path) -> None:
    for language, body in BLOCK.findall(guide.read_text(encoding="utf-8")):
        if language == "sh":
            subprocess.run(["bash", "-n"], input=body, text=True, check=True)


@every_guide
def test_a_python_program_in_a_guide_is_a_file_that_runs(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    programs = [body for language, body in BLOCK.findall(text) if language == "python"]
    assert [body for body in programs if not re.match(r"# \S+\.py\n", body)] == []


def refresh() -> None:
    """Write what the commands print now into the guides, wherever it is no longer as shown."""
    for guide in GUIDES:
        text = guide.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            begin(text, Path(folder))
            for said, found in list(follow(text, Path(folder))):
                text = text.replace(f"```console\n{said}```", f"```console\n{found}```")
        guide.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    refresh()
