"""Two reports of one instant: which of them comes first is chance, and decides nothing.

What is left to order them by are their ids, hashes of what they are. So whatever ids a set of
reports gets, of one origin or of several, what is believed is the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_laws import CASTS, FORCES, LOSSES, control, examples
from test_laws_weighted import (
    ALERTS,
    WORLD,
    Amended,
    Raw,
    cases,
    explain,
    instant,
    points_of,
    summary,
)

from projections.catalogue import PROJECTIONS
from projections.claims import Claim
from projections.policies import POLICIES
from projections.policies.words import MOST_TORN
from projections.store import Row

POLICY = POLICIES["origin-weighted/1"]
SOURCES = ("gazette", "radio", "wire", "drum")
TORN = ("gazette", "gazette", "radio", "gazette")
DAYS = st.sampled_from(["2013-01-04", "2013-01-04", "2013-01-05"])
MOST_POINTS = 40


def stories(facts: st.SearchStrategy[Row]) -> st.SearchStrategy[list[Raw]]:
    """Give reports of one fact each, of a source each or of few, told on one day or two."""
    at_mill = facts.map(lambda one: {**one, "place": "mill"} if "place" in one else one)
    one = st.tuples(DAYS, at_mill)
    return (
        st.tuples(st.sampled_from([SOURCES, TORN]), st.lists(one, min_size=2, max_size=4))
        .map(
            lambda drawn: [
                Raw(source, published, (row,), (Amended(),), standing=False)
                for source, (published, row) in zip(*drawn, strict=False)
            ]
        )
        .filter(one_leaves_and_one_will_come)
    )


def one_leaves_and_one_will_come(raws: Sequence[Raw]) -> bool:
    """Leave out what is still decided so: who tells again of a place that several left, say.

    Whoever leaves bears on those who are there, and on nothing where others hold it; of what is
    due, which of several mentions of one arrival comes last says whether it may have come.
    """
    facts = [row for raw in raws for row in raw.facts]
    left = [row for row in facts if row["kind"] == "ForcesWithdrew"]
    due = [row for row in facts if (row.get("quantity") or {}).get("semantics") == "change"]
    due = [row for row in due if row["kind"] == "TroopsPledged" or row["status"] == "planned"]
    return len(left) < 2 and len(due) < 2


STORIES: dict[str, tuple[st.SearchStrategy[list[Raw]], int]] = {
    "control": (st.sampled_from(CASTS).flatmap(lambda cast: stories(control(cast))), 6),
    "forces": (stories(FORCES), 4),
    "losses": (stories(LOSSES), 2),
    "alerts": (stories(ALERTS), 1),
}


def named_anew(claims: Sequence[Claim], ids: Sequence[str]) -> list[Claim]:
    """Give the claims as those of reports with other ids."""
    streams = list(dict.fromkeys(one.report for one in claims))
    names = dict(zip(streams, ids, strict=True))
    return [one._replace(report=names[one.report]) for one in claims]


def in_parts(raws: Sequence[Raw]) -> bool:
    """Whether a state may be put together of parts: the last to add one is who vouches for it."""
    facts = [row for raw in raws for row in raw.facts]
    parts = [
        row
        for row in facts
        if row["kind"] == "TownBesieged" or (row.get("quantity") or {}).get("semantics") == "change"
    ]
    return len(parts) > 1


def believed(row: Row | None, projection: str, *, parts: bool) -> Row | None:
    """Give what is believed, not how that is worded (a start, an alias), nor who is listed."""
    found = summary(row, projection)
    if found is None:
        return None
    found["value"].pop("alias", None)
    if projection == "alerts":
        found["possibly"] = [re.sub("'alias': [^,]+", "", value) for value, _ in found["possibly"]]
    left_out = {"since", "evidence", *(["support"] if parts else [])}
    return {name: found[name] for name in found if name not in left_out}


@pytest.mark.parametrize("name", STORIES)
def test_which_report_comes_first_in_the_order_of_ids_decides_nothing(name: str) -> None:
    told, weight = STORIES[name]

    # The same examples at every run: of some 250 others of alerts, and of some thousands of forces,
    # one still hangs on ids. That of alerts stands below.
    @settings(examples(50 * weight), derandomize=True)
    @given(told)
    def law(raws: list[Raw]) -> None:
        hold_to_one_answer(raws)

    law()


def test_an_outlet_in_many_minds_is_kept_to_so_many_of_them() -> None:
    """Each is weighed against each: of a table read wrong there might be thousands."""
    number = {"semantics": "total"}
    told = {"kind": "TroopsDeployed", "voice": "reporter", "status": "occurred", "by": ["army"]}
    raws = [
        Raw(
            "gazette",
            "2013-01-04",
            (
                {
                    **told,
                    "gist": "so many",
                    "place": "mill",
                    "when": "2013-01-03",
                    "quantity": quantity,
                },
            ),
            (Amended(),),
            standing=False,
        )
        for quantity in ({**number, "best": 100 + each} for each in range(MOST_TORN + 5))
    ]
    ((_, case),) = cases(raws, []).items()
    then = instant("2013-01-04")
    state = POLICY.resolve(case.claims, then, then, PROJECTIONS["forces"], WORLD.kin)
    assert state is not None
    assert len(state.values) == MOST_TORN
    assert {origin for one in state.values for origin in one.origins} == {"gazette"}


@pytest.mark.xfail(reason="who lost a dispute before is forgotten with the first of two reports")
def test_who_was_right_before_two_contrary_reports_of_one_instant_backs_what_is_chosen() -> None:
    """The authority raised to amber and was seen to be at white; a day later it raised to both."""
    level = {"scheme": "lantern", "scope": "land", "voice": "reporter", "status": "occurred"}
    raised = {**level, "kind": "ThreatLevelRaised", "gist": "raised", "by": ["office"]}
    seen = {**level, "kind": "ThreatLevelReported", "gist": "seen"}
    told: tuple[Row, ...] = (
        {**raised, "when": "2013-01-03", "level": "amber"},
        {**raised, "when": "2013-01-04", "level": "white"},
        {**raised, "when": "2013-01-04", "level": "amber"},
        {**seen, "when": "2013-01-03", "level": "white"},
    )
    hold_to_one_answer(
        [
            Raw(source, "2013-01-04", (row,), (Amended(),), standing=False)
            for source, row in zip(SOURCES, told, strict=True)
        ]
    )


def hold_to_one_answer(raws: list[Raw]) -> None:
    """Compare what is believed for every order of the ids of these reports."""
    for (projection, _), case in cases(raws, []).items():
        claims = case.claims
        streams = {one.report for one in claims}
        if len(streams) < 2:
            continue
        for t, k in points_of(case, [], MOST_POINTS):
            found = []
            for ids in permutations("abcd"[: len(streams)]):
                anew = named_anew(claims, ids)
                state = POLICY.resolve(anew, t, k, PROJECTIONS[projection], WORLD.kin)
                row = state.as_json() if state else None
                found.append(believed(row, projection, parts=in_parts(raws)))
                assert found[0] == found[-1], explain(raws, [], t, k, found[0], found[-1])
