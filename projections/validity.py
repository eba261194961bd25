"""Validity: levels of alert schemes that are not in force as of a moment.

A level stands until its authority sets another. A scheme that is given up leaves its last level
standing: what is answered is the last that was told, and that it is so no more is said beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from projections.store import Row
from tracker.edtf import describe, parse_edtf
from tracker.instants import Instant


def out_of_force(
    schemes: Mapping[str, Row], rows: Iterable[Row], at: Instant
) -> Iterator[tuple[Row, str]]:
    """Yield each level among rows whose scheme is not, or perhaps no more, in force; and why.

    `schemes` are as registered; one without `valid` is always in force. Rows are looked at only
    where there is a scheme that is not.
    """
    lapsed = {name: said for name, one in schemes.items() if (said := _lapsed(one, at))}
    if lapsed:
        for row in rows:
            if row["projection"] == "alerts" and row["scheme"] in lapsed and row["since"]:
                yield row, lapsed[row["scheme"]]


def _lapsed(scheme: Row, at: Instant) -> str:
    """Say of a scheme when it was in force, or will be; nothing where it is."""
    valid = scheme.get("valid")
    if not valid:
        return ""
    span = parse_edtf(valid["edtf"], valid["zone"], local_times=valid["local"])
    if at < span.start.earliest:
        how = "not in force yet"
    elif span.end is None or at < span.end.earliest:
        return ""
    else:
        perhaps = "perhaps " if at < span.end.latest - 1 else ""
        how = f"this level is the last that was told, {perhaps}in force no more"
    return f"its scheme is valid {describe(valid['edtf'])}: {how}"
