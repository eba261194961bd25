"""The guides: each is followed from its first block to its last, in a folder of its own.

A reader has the seeds there and nothing else. Files that a guide shows are written where they
stand, commands run, and what they print is what is shown. `sh` blocks, which install something, are
only looked at for their grammar. Run as a program, it writes output that no longer matches anew
into the guides; lines that stood there as `...` are then to be put back by hand.
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
SEEDS = Path("seeds") / "mali-2013"
GUIDES = sorted((ROOT / "tracker" / "guides").glob("*.md"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

every_guide = pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)


def follow(text: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Do what a guide says, in order; yield each console block and what came of it."""
    shutil.copytree(ROOT / SEEDS, folder / SEEDS)
    names: dict[str, object] = {}
    with reader(folder):
        for block in BLOCK.finditer(text):
            language, body = block.groups()
            if language == "console":
                done = [(one, run(one.command)) for one in shown(body)]
                yield (
                    body,
                    "".join(
                        f"$ {one.command}\n{one.output if one.matches(found) else found}"
                        for one, found in done
                    ),
                )
            elif language == "pycon":
                test = doctest.DocTestParser().get_doctest(body, names, "guide", None, None)
                runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
                assert runner.run(test, clear_globs=False).failed == 0
                names |= test.globs
            else:
                lay(folder, FILE.findall(block[0]))


@every_guide
def test_a_guide_can_be_followed(guide: Path, tmp_path: Path) -> None:
    for said, found in follow(guide.read_text(encoding="utf-8"), tmp_path):
        assert found == said


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
            for said, found in list(follow(text, Path(folder))):
                text = text.replace(f"```console\n{said}```", f"```console\n{found}```")
        guide.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    refresh()
