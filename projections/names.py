"""The names of the projections, for those who only ask: importing them costs nothing."""

BELIEVED = ("control", "forces", "alerts", "losses")
"""Projections that hold beliefs about cells."""
CHRONICLED = ("incidents", "humanitarian", "posture")
"""Projections that list facts in order of time."""
ALL = (*BELIEVED, *CHRONICLED)
DEFAULT_POLICY = "origin-weighted/1"
"""The policy that the read model holds beliefs of, and that answers name unless asked otherwise."""
POLICY_NAMES = {
    "origin-weighted": "origin-weighted/1",
    "latest": "latest/1",
    "majority-by-origin": "majority-by-origin/1",
    "official-only": "official-only/1",
}
"""Policies by the short name that people type: the name with its version, as answers give it."""
