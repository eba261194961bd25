"""Fixtures: a situation in memory, with a small synthetic registry and a clock at rest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sheets_for_tests import new_situation

from tracker.situation import Situation


@pytest.fixture
def situation() -> Iterator[Situation]:
    """A situation that nobody has told anything of yet; closed after the test."""
    with new_situation() as made:
        yield made
