"""Policies: the named, versioned rules that turn rival claims into a belief. Each a pure module.

To add one: write its module with NAME and `resolve`, and add it to POLICIES.
"""

from __future__ import annotations

from projections.policies import latest
from projections.state import Policy

POLICIES: dict[str, Policy] = {latest.NAME: latest}
