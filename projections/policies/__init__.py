"""Policies: the named, versioned rules that turn rival claims into a belief. Each a pure module.

To add one: write its module with a POLICY, and list it in POLICIES (and its name in
projections.names).
"""

from __future__ import annotations

from projections.policies import latest, majority_by_origin, official_only, origin_weighted
from projections.policies.policy import Policy

POLICIES: dict[str, Policy] = {
    module.POLICY.name: module.POLICY
    for module in (origin_weighted, latest, majority_by_origin, official_only)
}
