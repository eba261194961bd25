"""The names of the projections, for those who only ask: importing them costs nothing."""

BELIEVED = ("control", "forces", "alerts", "losses")
"""Projections that hold beliefs about cells."""
CHRONICLED = ("incidents", "humanitarian", "posture")
"""Projections that list facts in order of time."""
ALL = (*BELIEVED, *CHRONICLED)
DEFAULT_POLICY = "latest/1"
"""The policy that the read model holds beliefs of, and that answers name unless asked otherwise."""
