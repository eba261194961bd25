"""The shapes of the JSON answers, as OpenAPI declares them: those of the command line's --json.

Answers are written from the rows themselves, not through these; the tests hold the two together.
Times are ISO 8601 in UTC, or EDTF where a source said them; null is "not told", or an open end.
"""

from tracker.web.shapes.answers import (
    AuditAnswer,
    DiffAnswer,
    DisputesAnswer,
    GapsAnswer,
    HistoryAnswer,
    StateAnswer,
    WhatifAnswer,
)
from tracker.web.shapes.base import Problem
from tracker.web.shapes.events import About, EventAnswer, LogAnswer, ReportAnswer, SearchAnswer

__all__ = [
    "About",
    "AuditAnswer",
    "DiffAnswer",
    "DisputesAnswer",
    "EventAnswer",
    "GapsAnswer",
    "HistoryAnswer",
    "LogAnswer",
    "Problem",
    "ReportAnswer",
    "SearchAnswer",
    "StateAnswer",
    "WhatifAnswer",
]
