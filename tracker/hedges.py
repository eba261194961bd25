"""Hedges: a number in words, as sources hedge it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UNKNOWN = "number not given"


def hedged(row: Mapping[str, Any], *, signed: bool = False) -> str:
    """Say the number of a row (low, best, high, comparator) with its hedge; `signed`: a change."""
    low, best, high, hedge = (row.get(name) for name in ("low", "best", "high", "comparator"))
    if hedge is None:
        return UNKNOWN
    shown = best if best is not None else low if low is not None else high
    if shown is None:
        return str(hedge)
    form = "+," if signed else ","
    if hedge == "between":
        return f"{low:{form}} to {high:{form}}"
    return f"{shown:{form}}" if hedge == "exact" else f"{hedge} {shown:{form}}"
