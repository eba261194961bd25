"""The documents: what they show is what happens, and all they point at is there.

Run as a program, it writes output that no longer matches anew into the documents; lines that
stood there as `...` are then to be put back by hand.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from fnmatch import fnmatch
from pathlib import Path

import pytest
from documents_for_tests import CONSOLE, FILE, PYTHON, WIDTH, lay, reader, run, shown

from tracker._version import __version__
from tracker.cli import tracker as program
from tracker.expectations import read_expectations
from tracker.facts import Fact
from tracker.registry import Registry
from tracker.sheets import read_sheet
from tracker.situation_file import read_situation

ROOT = Path(__file__).resolve().parent.parent
SEEDS = Path("seeds") / "mali-2013"
NAMES = (
    "README.md",
    "ARCHITECTURE.md",
    "BENCHMARKS.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    *(path.relative_to(ROOT).as_posix() for path in (ROOT / "tracker/guides").glob("*.md")),
)
TOURED = ("README.md", "ARCHITECTURE.md")  # in this order, in one folder
every_document = pytest.mark.parametrize("name", NAMES)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prepare(folder: Path) -> None:
    """Put into a folder what a reader has: the seeds, and the files that README shows."""
    shutil.copytree(ROOT / SEEDS, folder / SEEDS)
    lay(folder, FILE.findall(text("README.md")))


def transcript(folder: Path) -> Iterator[str]:
    """Run every command shown, in order, in one folder; yield what each prints."""
    with reader(folder):
        for one in SHOWN:
            yield run(one.command)


SHOWN = [one for name in TOURED for block in CONSOLE.findall(text(name)) for one in shown(block)]


@pytest.fixture(scope="module")
def toured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder after the whole transcript, and what each command printed."""
    folder = tmp_path_factory.mktemp("reader")
    prepare(folder)
    return folder, list(transcript(folder))


# -- what they show -------------------------------------------------------------------------------


@pytest.mark.parametrize("at", range(len(SHOWN)), ids=[one.command for one in SHOWN])
def test_the_transcript_is_what_happens(at: int, toured: tuple[Path, list[str]]) -> None:
    found = toured[1][at]
    assert SHOWN[at].matches(found), f"$ {SHOWN[at].command}\n{found}"


def test_what_the_transcript_leaves_in_a_checkout_is_no_work_of_the_project(
    toured: tuple[Path, list[str]],
) -> None:
    ignored = [line.removeprefix("/") for line in text(".gitignore").splitlines()]
    there = {SEEDS.parts[0], "keys"}  # a reader's keys lie elsewhere
    left = {path.name for path in toured[0].iterdir()} - there
    assert "control.csv.about.json" in left
    assert [name for name in left if not any(fnmatch(name, one) for one in ignored)] == []


def test_the_python_example_runs(toured: tuple[Path, list[str]]) -> None:
    examples = [code for kind, code in PYTHON.findall(text("README.md")) if kind == "pycon"]
    assert examples
    for code in examples:
        test = doctest.DocTestParser().get_doctest(code, {}, "README.md", None, None)
        with chdir(toured[0]):
            assert doctest.DocTestRunner().run(test).failed == 0


def test_the_example_files_are_valid() -> None:
    written = FILE.findall(text("tracker/guides/record.md"))
    files = {name: one.encode() for name, one in written if name.endswith(".yaml")}
    situation, sheet, expect = files  # in the order in which one writes them
    found = read_situation(files[situation], situation)
    registry = Registry().after(found.events)
    assert found.warnings == ()
    assert read_sheet(files[sheet], sheet, registry).warnings == ()
    assert read_expectations(files[expect], expect)


def test_the_facts_that_the_readme_shows_are_those_of_the_sheets() -> None:
    situation = read_situation((ROOT / SEEDS / "situation.yaml").read_bytes(), "situation.yaml")
    known = Registry().after(situation.events)
    block = re.compile(r"^```yaml\n(  - kind: .*?)^```$", re.MULTILINE | re.DOTALL)
    (shown_facts,) = block.findall(text("README.md"))
    sheet = f"report: {{source: voa, published: 2013-01-21}}\nfacts:\n{shown_facts}"
    told = [_main(fact) for fact in read_sheet(sheet.encode(), "README.md", known).report.facts]
    sheets = [path.read_bytes() for path in (ROOT / SEEDS).glob("[gv]*.yaml")]
    held = [_main(fact) for one in sheets for fact in read_sheet(one, "seed", known).report.facts]
    assert len(told) == 2
    assert all(one in held for one in told)


def _main(fact: Fact) -> tuple[object, ...]:
    """Give what a shortened fact may not leave out."""
    where = (fact.locator.sentence, fact.locator.span)
    said = (fact.status, fact.voice, fact.speaker, fact.gist)
    return (fact.kind, fact.places, fact.actors, fact.when.edtf, *said, *where)


def test_every_verb_is_in_the_readme() -> None:
    listed = set(re.findall(r"^\| `([a-z]+)[ `]", text("README.md"), flags=re.MULTILINE))
    assert set(program.commands) <= listed


def test_the_width_of_the_transcript_is_stated() -> None:
    assert f"{WIDTH} columns" in text("README.md")


# -- all documents -------------------------------------------------------------------------------


def test_every_module_is_in_the_architecture() -> None:
    modules = {
        path.relative_to(ROOT).as_posix()
        for package in ("tracker", "projections")
        for path in (ROOT / package).rglob("*.py")
    }
    named = set(re.findall(r"^\| `([\w/]+\.py)` \|", text("ARCHITECTURE.md"), flags=re.MULTILINE))
    assert modules - named == set(), "not described"
    assert named - modules == set(), "described, but not there"


@every_document
def test_what_a_document_links_to_is_there(name: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text(name))
    assert [
        target for target in targets if not (ROOT / name).parent.joinpath(target).exists()
    ] == []


def headings(name: str) -> set[str]:
    """Give the anchors of a document's headings, as they are made of them where it is shown."""
    found = re.findall(r"^#+ (.+)$", text(name), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in found}


@every_document
def test_a_link_into_a_document_finds_its_heading(name: str) -> None:
    links = re.findall(r"\]\(([^)#]*)#([^)]+)\)", text(name))
    folder = (ROOT / name).parent
    lost = [
        (target, anchor)
        for target, anchor in links
        if anchor not in headings(os.path.relpath(folder / target, ROOT) if target else name)
    ]
    assert lost == []


@every_document
@pytest.mark.parametrize(
    "pattern",
    [
        # Logs on a server and clusters have addresses; the next line sees that no host is in them.
        pytest.param(r"(?<!\bpostgresql)(?<!\bspark)://", id="url"),
        pytest.param(r"\b[a-z0-9-]+\.(?:org|com|net|io|dev|internal|local)\b", id="host"),
        pytest.param(
            r"(?<![\w.~])/(?:bin|etc|home|mnt|opt|root|srv|tmp|usr|var|work|Users)\b|[A-Z]:\\",
            id="path of a machine",
        ),
    ],
)
def test_a_document_names_no_host_and_no_path_of_a_machine(name: str, pattern: str) -> None:
    assert re.search(pattern, text(name)) is None


@every_document
def test_a_python_program_in_a_document_can_be_read(name: str) -> None:
    for kind, code in PYTHON.findall(text(name)):
        if kind == "python":
            compile(code, name, "exec")


def test_the_changelog_tells_of_this_version() -> None:
    assert f"## [{__version__}]" in text("CHANGELOG.md")


# -- refreshing ----------------------------------------------------------------------------------


def refresh() -> None:
    """Write what the commands print now into the documents, wherever it is no longer as shown."""
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        printed = list(transcript(Path(folder)))
    found = iter(printed)

    def again(block: re.Match[str]) -> str:
        pairs = zip(shown(block[1]), found, strict=False)
        lines = [
            f"$ {one.command}\n{one.output if one.matches(now) else now}" for one, now in pairs
        ]
        return f"```console\n{''.join(lines)}```"

    for name in TOURED:
        (ROOT / name).write_text(CONSOLE.sub(again, text(name)), encoding="utf-8")


if __name__ == "__main__":
    refresh()
