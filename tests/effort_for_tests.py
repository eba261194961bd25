"""How much the tests draw, and how much of the real tables they read.

A quarter of it in the suite, which is to end within ten minutes on two processors; all of it, or
as many times that as are asked for, by scripts/laws.
"""

from __future__ import annotations

import os

MANY = float(os.environ.get("TRACKER_EXAMPLES", "0.25"))
WHOLE = MANY >= 1
"""Whether the real tables are read whole, and asked for as many points as their bars say."""


def times(number: float) -> int:
    """Give how many of so many are drawn: one at least."""
    return max(1, round(number * MANY))
