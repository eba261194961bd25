"""What the project is made of, and what its lock files may say."""

import inspect
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tracker._version import __version__
from tracker.situation import Situation

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = PYPROJECT["tool"]["importlinter"]["contracts"]
LOCKS = [ROOT / "scripts" / f"requirements{of}.txt" for of in ("", "-dev", "-spark")]
PROGRAMS = [
    *(
        f"scripts/{name}"
        for name in (
            *("audit", "basemap", "bench", "demo", "faults", "fuzz", "ha", "lint", "machine"),
            *("reference", "test", "wheel"),
        )
    ),
    ".ci/run",
]
FOLDERS = {"tracker", "projections", "seeds", "tests", "scripts"}
FACES = {"tracker.cli", "tracker.exports", "tracker.web"}
# What a face may import besides the situation.
VALUES = {
    f"tracker.{name}"
    for name in (
        *("dated", "edtf", "errors", "harmless", "hedges", "instants", "outcomes", "quantities"),
        *("results", "tabular", "times", "verdicts"),
        "offers",  # what completes words as they are typed has no time to load the situation
        "putting",  # what a face writes too is a whole file or none
        "garbage",  # how often it is looked for is the whole process's business
    )
}
UNBOUND = {"tracker.__main__", "tracker._version", "tracker.apart", "tracker.situation"}


def pins(lock: Path) -> dict[str, str]:
    """Name -> version of every requirement in a lock file; asserts that each is hashed."""
    text = re.sub(r"^\s*#.*\n", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    pinned = {}
    for line in lines:
        parts = re.fullmatch(r"([a-z0-9-]+)==([\w.]+)((?:\s+--hash=sha256:[0-9a-f]{64})+)", line)
        assert parts, f"not a pinned and hashed requirement: {line[:80]}"
        pinned[parts[1]] = parts[2]
    return pinned


def name_of(requirement: str) -> str:
    """The normalized name a requirement starts with: ``ruamel.yaml>=0.18`` -> ``ruamel-yaml``."""
    found = re.match(r"[\w.-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_file_pins_and_hashes_every_line(lock: Path) -> None:
    assert len(pins(lock)) > 10


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"://", id="url"),
        pytest.param(r"\b[a-z0-9-]+\.(?:org|com|net|io|dev|internal|local)\b", id="host"),
        pytest.param(r"(?m)^\s*--(?!hash=)", id="option"),
        pytest.param(r"(?m)(?:^|[\s=(])(?:/|~/|[A-Za-z]:\\)", id="absolute path"),
    ],
)
def test_a_lock_file_names_no_host_and_no_path_of_a_machine(lock: Path, pattern: str) -> None:
    found = re.search(pattern, lock.read_text(encoding="utf-8"))
    assert found is None, found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_file_is_headed_by_the_command_that_the_contributors_are_given(lock: Path) -> None:
    command = lock.read_text(encoding="utf-8").splitlines()[3].removeprefix("#    ")
    assert command in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()


def test_the_locks_agree() -> None:
    run, dev, spark = map(pins, LOCKS)
    assert run.items() <= dev.items()
    assert all(run.get(name, version) == version for name, version in spark.items())


def test_what_the_project_asks_for_is_locked() -> None:
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"]
    tested = [*extras["test"], *extras["postgres"], *extras["serve"]]
    asked = [*PYPROJECT["build-system"]["requires"], *project["dependencies"], *tested]
    itself = {project["name"]}  # by the name of another extra
    assert {name_of(requirement) for requirement in asked} <= pins(LOCKS[0]).keys() | itself
    assert {name_of(requirement) for requirement in extras["dev"]} <= pins(LOCKS[1]).keys() | itself
    assert {name_of(requirement) for requirement in extras["spark"]} <= pins(LOCKS[2]).keys()


def test_the_version_is_a_release_number_and_stands_in_one_place() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
    assert PYPROJECT["project"]["dynamic"] == ["version"]
    assert PYPROJECT["tool"]["hatch"]["version"] == {"path": "tracker/_version.py"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_can_be_started(program: str) -> None:
    if program.startswith(".") and not (ROOT / program).exists():
        pytest.skip("a source distribution carries no folder that starts with a dot")
    assert os.access(ROOT / program, os.X_OK)


def modules_of_the_tracker() -> set[str]:
    return {
        f"tracker.{path.stem}"
        for path in (ROOT / "tracker").iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists()
    }


def contract(title: str) -> dict[str, list[str]]:
    return next(contract for contract in CONTRACTS if title in contract["name"])


def test_every_module_of_the_tracker_stands_on_a_floor() -> None:
    floors = contract("floors")["layers"]
    placed = {name.strip(" ()") for floor in floors for name in re.split("[:|]", floor)}
    assert modules_of_the_tracker() - placed == set()


def test_every_face_is_held_to_the_one_door() -> None:
    modules = modules_of_the_tracker()
    door = contract("faces")
    assert set(door["source_modules"]) == FACES & modules
    assert set(door["forbidden_modules"]) == (
        {"eventsourcing", "projections"} | (modules - FACES - VALUES - UNBOUND)
    )


@pytest.mark.skipif(
    not (ROOT / ".git").exists() or shutil.which("git") is None,
    reason="needs git and a checkout",
)
def test_only_the_agreed_folders_stand_at_the_top() -> None:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=True
    )
    folders = {name.split("/")[0] for name in listed.stdout.split("\0") if "/" in name}
    assert {name for name in folders if not name.startswith(".")} <= FOLDERS


def test_whatever_a_part_of_the_situation_leans_on_is_there() -> None:
    # Each part declares what it needs of the others; the order of the parts must not hide it.
    parts = {name: inspect.getattr_static(Situation, name) for name in dir(Situation)}
    found = {name: getattr(part, "fget", part) for name, part in parts.items()}
    lacking = [
        name
        for name, part in found.items()
        if inspect.isfunction(part) and "raise NotImplementedError" in inspect.getsource(part)
    ]
    assert not lacking
