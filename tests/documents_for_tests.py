"""Blocks of documents: what they show, what happens, and whether the two are the same."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from click.testing import CliRunner
from sqlite_utils.cli import cli as sqlite_utils

from tracker.cli import tracker

WIDTH = "120"  # columns of what documents show; README names it
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(
    r"^```(?:yaml|csv|python|toml|text)\n(?=# (\S+\.(?:yaml|csv|py|toml|txt))\n)(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
"""A file that a document shows: its name, which is its first line, and all of it."""
NO_COMMENTS = (".csv", ".txt")
"""Files that cannot begin with a comment: their names are not pasted with them."""
PYTHON = re.compile(r"^```(pycon|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = {"tracker": tracker, "sqlite-utils": sqlite_utils}
MAY_FAIL = " || true"


class Shown(NamedTuple):
    """A command of the transcript, without its `$ `, and the output that stands below it."""

    command: str
    output: str

    def matches(self, found: str) -> bool:
        """Whether output is as shown.

        A line `...` stands for any lines, also for none; a word `...` or "..." for one word that
        is another each time: a hash, an id.
        """
        lines = self.output.splitlines(keepends=True)
        parts = ["(?:.*\n)*" if line == "...\n" else _with_words(line) for line in lines]
        return re.fullmatch("".join(parts), found) is not None


def _with_words(line: str) -> str:
    return re.sub(r'(?<=[ "/-])\\\.\\\.\\\.(?="|\\\n|\\ |\\\)|$)', r"[\\w+/=.-]+", re.escape(line))


def shown(block: str) -> list[Shown]:
    """Split a console block into its commands."""
    assert block.startswith("$ "), f"a console block begins with a command: {block[:40]}"
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [Shown(*part.split("\n", 1)) for part in parts]


def run(command: str, *, apart: bool = False) -> str:
    """Run one line, here and in this process; give all that it prints.

    `|| true` at its end says that it may fail. `python FILE` runs in a process of its own; so does
    `tracker`, `apart`: then it is the code that lies in this folder.
    """
    name, *arguments = shlex.split(command.removesuffix(MAY_FAIL))
    if name == "python" or apart:
        call = [sys.executable, *([] if name == "python" else ["-m", name]), *arguments]
        done = subprocess.run(
            call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        code, output = done.returncode, done.stdout
    else:
        result = CliRunner().invoke(PROGRAMS[name], arguments, prog_name=name)
        code, output = result.exit_code, result.output
    assert code == 0 or command.endswith(MAY_FAIL), output
    return output


@contextmanager
def reader(folder: Path) -> Iterator[None]:
    """Be a reader in a folder: the width that documents are shown at, and keys of one's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    kept |= {"COLUMNS": WIDTH, "TRACKER_KEYS": str(folder / "keys")}
    with mock.patch.dict(os.environ, kept, clear=True), chdir(folder):
        yield


def lay(folder: Path, files: Iterable[tuple[str, str]]) -> None:
    """Write files that a document shows."""
    for name, written in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        whole = written.partition("\n")[2] if name.endswith(NO_COMMENTS) else written
        (folder / name).write_text(whole, encoding="utf-8")
