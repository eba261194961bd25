"""Deciding: what every part of a situation that adds to its log is given, and how it appends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from projections.store import Store
from tracker.errors import TrackerError
from tracker.instants import Instant
from tracker.log import Conflict, Log
from tracker.model import ReadModel

if TYPE_CHECKING:
    from tracker.registry import Registry
    from tracker.reports import Decision

TRIES = 20
"""Times a decision is taken anew when other writers keep appending first."""


class Deciding:
    """A log, its read model and a clock: each part decides on what they say, and appends."""

    log: Log
    model: ReadModel
    clock: Callable[[], Instant]

    @property
    def store(self) -> Store:
        """The read model, followed up to the log."""
        raise NotImplementedError

    def registry(self) -> Registry:
        """Give the registry as the log now has it."""
        raise NotImplementedError

    def _append(self, decide: Callable[[], Decision]) -> Decision:
        """Decide and append; decide anew where another writer came first."""
        for _ in range(TRIES):
            timeline = self.log.timeline()
            decision = decide()
            try:
                self.log.append(decision.events, timeline=timeline)
            except Conflict:
                continue
            return decision
        raise TrackerError(
            f"other writers came first {TRIES} times; nothing was recorded: try again"
        )
