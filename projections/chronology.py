"""Chronologies: facts told in order of time, newest first, with no belief drawn from them.

incidents, humanitarian and posture each take some families; what was planned, possible or denied
in the other families stands in posture, so that every fact shows somewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from projections.names import BELIEVED


@dataclass(frozen=True, slots=True)
class Chronology:
    """One chronology: its name, and the families whose facts it takes."""

    name: str
    families: frozenset[str]
    takes_mentions: bool = False

    def takes(self, family: str, *, actual: bool) -> bool:
        """Whether facts of a family stand in it: those that are so, or those only mentioned."""
        if family in self.families:
            return True
        return self.takes_mentions and not actual and family in BELIEVED
