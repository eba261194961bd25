"""scripts/audit says what was audited, and never more."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping

import pytest
from commands_for_tests import ROOT

Verdict = Callable[[str, str, str], tuple[str, int]]


@pytest.fixture
def verdict(monkeypatch: pytest.MonkeyPatch) -> Verdict:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    found: Verdict = importlib.import_module("_audit").verdict
    return found


def answer(*packages: Mapping[str, object]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


SOUND = {"name": "click", "version": "8.3", "vulns": []}
UNKNOWN = {"name": "ours", "skip_reason": "not found"}
FLAWED = {
    "name": "old",
    "version": "1",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}, {"id": "PYSEC-2", "fix_versions": []}],
}


def test_every_package_was_audited(verdict: Verdict) -> None:
    assert verdict("lock", answer(SOUND), "") == (
        "lock: 1 packages audited: 0 known vulnerabilities",
        0,
    )


def test_what_could_not_be_looked_up_is_not_audited(verdict: Verdict) -> None:
    said, _ = verdict("lock", answer(SOUND, UNKNOWN), "")
    assert said.startswith("lock: 1 packages audited, 1 NOT AUDITED")
    said, problems = verdict("lock", answer(UNKNOWN), "")
    assert said.startswith("lock: NOT AUDITED: the vulnerability service answered for none of 1")
    assert problems == 0


def test_a_service_out_of_reach_is_said_so(verdict: Verdict) -> None:
    said, _ = verdict("lock", "", "Traceback\nConnectionError: no such host\n")
    assert said.startswith("lock: NOT AUDITED: the vulnerability service cannot be asked")
    assert "no such host" in said


def test_vulnerabilities_are_named_and_counted(verdict: Verdict) -> None:
    said, problems = verdict("lock", answer(SOUND, FLAWED), "")
    assert problems == 2
    assert said.splitlines()[1:] == [
        "  old 1: PYSEC-1, mended in 2",
        "  old 1: PYSEC-2, mended in no version yet",
    ]
