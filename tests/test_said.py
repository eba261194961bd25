"""Whether two rows say the same, told at the first word that differs: as `said` tells it whole."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from projections.saying import said, says_the_same

VALUES = st.sampled_from([None, "held", ["army"], 3])
WORDS = ("status", "holders", "support", "since", "evidence", "place", "rule", "best", "side")


PARTS = st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=5)
SOME = st.none() | st.lists(PARTS, max_size=2)
NESTED = st.fixed_dictionaries({}, optional={"possibly": SOME, "values": SOME})
ROWS = st.builds(lambda one, two: {**one, **two}, PARTS, NESTED)


@given(
    st.none() | ROWS,
    st.none() | ROWS,
    st.sampled_from(["control", "forces", None]),
    st.booleans(),
)
def test_rows_say_the_same_where_what_is_said_is_the_same(
    one: dict[str, Any] | None,
    two: dict[str, Any] | None,
    projection: str | None,
    support: bool,  # noqa: FBT001 - drawn, not called
) -> None:
    for row in (one, two):
        if row is not None and projection is not None:
            row["projection"] = projection
            row.setdefault("place", "gao")
    same = said(one, support=support) == said(two, support=support)
    assert says_the_same(one, two, support=support) is same
    assert says_the_same(one, one, support=support)
