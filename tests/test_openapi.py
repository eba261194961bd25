"""The description of the API is true: whatever it allows, and does not, is answered as it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from commands_for_tests import mali
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import positive_data_acceptance
from serving_for_tests import serving

from tracker.web.api import ROUTES


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The description that a server of Mali gives of itself."""
    with serving(mali(tmp_path_factory.mktemp("described"))) as server:
        yield schemathesis.openapi.from_url(f"{server.address}/api/openapi.json")


# The stream of events is no part of it: it ends only with the server (test_served.py reads it).
@pytest.mark.parametrize("path", [f"/api{route.path}" for route in ROUTES])
def test_every_question_is_answered_as_declared(
    path: str,
    described: Any,  # noqa: ANN401 - the library's own
) -> None:
    operation = described[path]["GET"]
    # Where nothing can be asked, nothing can be asked wrongly.
    modes = [GenerationMode.POSITIVE] if path == "/api/about" else list(GenerationMode)
    for mode in modes:

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
        def answered(case: schemathesis.Case[Any]) -> None:
            # No schema says which words are a time, so some that fit it are refused, with 422.
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        answered()
