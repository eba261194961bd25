"""Fixtures: a situation in memory, a clock at rest, and keys in a folder that is thrown away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings
from sheets_for_tests import new_situation

from tracker.situation import Situation

# A busy machine is no fault of the code: no example fails for the time that it took.
settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")

COSTLY = (
    "test_real_tables.py",
    "test_laws.py",
    "test_laws_weighted.py",
    "test_faults.py",
    "test_report_browser.py",
    "test_verify.py",
    "test_served_browser.py",
    "test_edtf_oracle.py",
)
"""Files that take longest, begun first: a long one begun last is waited for by all others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the costliest files first."""
    items.sort(key=lambda item: item.path.name not in COSTLY)


@pytest.fixture(scope="session", autouse=True)
def no_keys_at_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing that the tests sign goes into a developer's home, whatever signs, in any program."""
    folder = str(tmp_path_factory.mktemp("all-keys"))
    with mock.patch.dict(os.environ, {"TRACKER_KEYS": folder}):
        # Those who run tests in several processes may hand on how wide their own terminal is.
        os.environ.pop("COLUMNS", None)
        yield


@pytest.fixture(autouse=True)
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of keys of one test: copies of one log would be told apart from each other."""
    folder = tmp_path_factory.mktemp("keys") / "keys"
    with mock.patch.dict(os.environ, {"TRACKER_KEYS": str(folder)}):
        yield folder


@pytest.fixture
def situation() -> Iterator[Situation]:
    """A situation that nobody has told anything of yet; closed after the test."""
    with new_situation() as made:
        yield made
