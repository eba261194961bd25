"""An event-sourced situation tracker: who holds what, with which forces, on whose word, as of when.

The public names are loaded when they are first used, so that importing one costs no more than it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tracker._version import __version__

if TYPE_CHECKING:
    from projections.weighing import Weighing
    from tracker.apart import follow
    from tracker.errors import InputError, LogError, NotFoundError, Problem, TrackerError
    from tracker.instants import AsOf
    from tracker.outcomes import Answer
    from tracker.results import (
        Alert,
        Belief,
        Change,
        Control,
        Dispute,
        Entry,
        Evidence,
        Fact,
        Force,
        Found,
        Gap,
        Logged,
        Loss,
        Since,
        Span,
        State,
        Stretch,
        Value,
    )
    from tracker.situation import Situation

_HOMES = {
    "Alert": "tracker.results",
    "Answer": "tracker.outcomes",
    "AsOf": "tracker.instants",
    "Belief": "tracker.results",
    "Change": "tracker.results",
    "Control": "tracker.results",
    "Dispute": "tracker.results",
    "Entry": "tracker.results",
    "Evidence": "tracker.results",
    "Fact": "tracker.results",
    "Force": "tracker.results",
    "Found": "tracker.results",
    "Gap": "tracker.results",
    "InputError": "tracker.errors",
    "LogError": "tracker.errors",
    "Logged": "tracker.results",
    "Loss": "tracker.results",
    "NotFoundError": "tracker.errors",
    "Problem": "tracker.errors",
    "Since": "tracker.results",
    "Situation": "tracker.situation",
    "Span": "tracker.results",
    "State": "tracker.results",
    "Stretch": "tracker.results",
    "TrackerError": "tracker.errors",
    "Value": "tracker.results",
    "follow": "tracker.apart",
    "Weighing": "projections.weighing",
}

__all__ = [
    "Alert",
    "Answer",
    "AsOf",
    "Belief",
    "Change",
    "Control",
    "Dispute",
    "Entry",
    "Evidence",
    "Fact",
    "Force",
    "Found",
    "Gap",
    "InputError",
    "LogError",
    "Logged",
    "Loss",
    "NotFoundError",
    "Problem",
    "Since",
    "Situation",
    "Span",
    "State",
    "Stretch",
    "TrackerError",
    "Value",
    "Weighing",
    "__version__",
    "follow",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module."""
    if name not in _HOMES:
        msg = f"module 'tracker' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_HOMES[name]), name)
