"""The vocabulary: every kind of fact and record, and the topics they are stored under.

To add a kind: write its class in the module of its family and add it to that module's KINDS.
Topics are stored for ever: a class may be renamed, its TOPIC may not.
"""

from __future__ import annotations

from tracker.facts import alerts, combat, control, diplomacy, forces, humanitarian, losses, record
from tracker.facts.base import ACTUAL, Fact
from tracker.facts.record import RecordEvent, ReportRegistered
from tracker.registry import REGISTRY_KINDS, Registration

FACT_KINDS: tuple[type[Fact], ...] = (
    *control.KINDS,
    *forces.KINDS,
    *alerts.KINDS,
    *combat.KINDS,
    *losses.KINDS,
    *humanitarian.KINDS,
    *diplomacy.KINDS,
)
RECORD_KINDS: tuple[type[RecordEvent], ...] = record.KINDS

Body = Fact | RecordEvent | Registration
"""What an event says."""

TOPICS: dict[str, type[Body]] = {
    kind.TOPIC: kind for kind in (*FACT_KINDS, *RECORD_KINDS, *REGISTRY_KINDS)
}
"""The allow-list: the only topics that may be written or read."""

__all__ = [
    "ACTUAL",
    "FACT_KINDS",
    "RECORD_KINDS",
    "TOPICS",
    "Body",
    "Fact",
    "RecordEvent",
    "ReportRegistered",
]
