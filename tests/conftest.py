"""Fixtures: a situation in memory, with a small synthetic registry and a clock at rest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from sheets_for_tests import new_situation

from tracker.situation import Situation

# A busy machine is no fault of the code: no example fails for the time that it took.
settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")


@pytest.fixture
def situation() -> Iterator[Situation]:
    """A situation that nobody has told anything of yet; closed after the test."""
    with new_situation() as made:
        yield made
