"""Fixtures: a situation in memory, a clock at rest, and keys in a folder that is thrown away."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from unittest import mock

import pytest
from contradictions_for_tests import open_war
from effort_for_tests import times
from hypothesis import HealthCheck, settings
from server_for_tests import Server, fresh_schema, server
from sheets_for_tests import new_situation

from tracker.situation import Situation

# A busy machine is no fault of the code: no example fails for the time that it took.
settings.register_profile(
    "no clock",
    deadline=None,
    max_examples=times(100),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("no clock")

COSTLY = (
    "test_spark.py",
    "test_real_tables.py",
    "test_laws.py",
    "test_laws_weighted.py",
    "test_faults.py",
    "test_report_browser.py",
    "test_verify.py",
    "test_served_browser.py",
    "test_edtf_oracle.py",
    "test_exports_read.py",
    "test_redaction.py",
    "test_bench.py",
    "test_command_line.py",
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
def war() -> Iterator[Situation]:
    """A war that nobody has told anything of yet; closed after the test."""
    with open_war() as made:
        yield made


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The tests' own PostgreSQL server, started when a test first asks for it."""
    with server() as started:
        yield started


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    """Each of the engines that can keep a log: a test that asks for it runs on both."""
    return str(request.param)


@pytest.fixture
def new_log(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], str]:
    """What names a log that is not there yet: a file, or a schema of the server."""
    if engine == "sqlite":
        numbers = count()
        return lambda: str(tmp_path / f"situation{next(numbers) or ''}.db")
    started: Server = request.getfixturevalue("postgres")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return lambda: started.url(fresh_schema())


@pytest.fixture
def situation() -> Iterator[Situation]:
    """A situation that nobody has told anything of yet; closed after the test."""
    with new_situation() as made:
        yield made
