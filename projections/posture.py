"""Posture: what parties ask, give, intend, say and prepare; and what was only planned or denied."""

from projections.chronology import Chronology

CHRONOLOGY = Chronology("posture", frozenset({"diplomacy"}), takes_mentions=True)
