"""The workflows: what runs elsewhere is pinned, may do little, and is what runs here."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
PINNED = re.compile(r"^[\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
MAY_WRITE = {("release.yml", "publish", "id-token")}

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="a source distribution carries no folder that starts with a dot"
)
every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return found


def classifiers() -> set[str]:
    """Give the versions of Python that pyproject.toml names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    said = " ".join(project["classifiers"])
    return set(re.findall(r"Python :: (3\.\d+)", said))


def test_there_are_a_check_and_a_release() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "release.yml"]


@every_workflow
def test_every_action_is_pinned_by_its_commit_and_names_its_release(path: Path) -> None:
    used = re.findall(r"uses:\s*(.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert used
    assert [one for one in used if not PINNED.match(one)] == []


def test_an_action_has_one_commit_everywhere() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    used = set(re.findall(r"uses:\s*(\S+)@(\S+ # \S+)$", text, flags=re.MULTILINE))
    assert len({action for action, _ in used}) == len(used)


@every_workflow
def test_a_workflow_reads_and_only_publishing_may_say_who_it_is(path: Path) -> None:
    found = read(path)
    assert found["permissions"] == {"contents": "read"}
    granted = {
        (path.name, name, what)
        for name, job in found["jobs"].items()
        for what, how in job.get("permissions", {}).items()
        if how != "read"
    }
    assert granted <= MAY_WRITE


@every_workflow
def test_every_job_ends_in_time_and_no_checkout_keeps_its_credentials(path: Path) -> None:
    for job in read(path)["jobs"].values():
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


@every_workflow
def test_no_secret_is_used(path: Path) -> None:
    assert "secrets." not in path.read_text(encoding="utf-8")


def test_the_pythons_are_those_of_the_project() -> None:
    matrix = read(FOLDER / "ci.yml")["jobs"]["run"]["strategy"]["matrix"]
    assert set(matrix["python"]) == classifiers()
    built_by = re.findall(r'python-version: "(.+)"', (FOLDER / "release.yml").read_text("utf-8"))
    oldest = min(classifiers(), key=lambda version: int(version.partition(".")[2]))
    assert built_by == [oldest]


@every_workflow
def test_what_a_workflow_runs_is_a_program_of_ours(path: Path) -> None:
    ran = re.findall(r"(?<![\w/.])((?:\.ci|scripts)/\w+)", path.read_text(encoding="utf-8"))
    assert ran
    for program in ran:
        assert os.access(ROOT / program, os.X_OK), program
