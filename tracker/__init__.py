"""An event-sourced situation tracker: who holds what, with which forces, on whose word, as of when.

The public names are loaded when they are first used, so that importing one costs no more than it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tracker._version import __version__

if TYPE_CHECKING:
    from projections.weighing import Weighing
    from tracker.errors import InputError, LogError, NotFoundError, Problem, TrackerError
    from tracker.instants import AsOf
    from tracker.situation import Situation

_HOMES = {
    "AsOf": "tracker.instants",
    "InputError": "tracker.errors",
    "LogError": "tracker.errors",
    "NotFoundError": "tracker.errors",
    "Problem": "tracker.errors",
    "Situation": "tracker.situation",
    "TrackerError": "tracker.errors",
    "Weighing": "projections.weighing",
}

__all__ = [
    "AsOf",
    "InputError",
    "LogError",
    "NotFoundError",
    "Problem",
    "Situation",
    "TrackerError",
    "Weighing",
    "__version__",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module."""
    if name not in _HOMES:
        msg = f"module 'tracker' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_HOMES[name]), name)
