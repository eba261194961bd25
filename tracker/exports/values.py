"""Values of a table as the formats write them."""

from __future__ import annotations

import json
from datetime import datetime

from tracker.tabular import Value


def iso(moment: datetime) -> str:
    """Write a moment in UTC as ISO 8601 with a Z."""
    return moment.isoformat().replace("+00:00", "Z")


def in_text(value: Value) -> str | int | float | bool | None:
    """Write times in ISO 8601 and lists as JSON, where a format has neither; the rest stays."""
    if isinstance(value, datetime):
        return iso(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else value
