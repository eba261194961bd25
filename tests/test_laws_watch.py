"""Laws of watching: what a watch tells by going on from event to event is what asking each tells.

Whatever is recorded in whatever order of publication, taken back, put right or ruled on, however it
is weighed, in whatever pieces it is looked at, and however few cells are kept meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_laws import CASTS, FORCES, LOSSES, control, examples
from test_laws_weighted import (
    ALERTS,
    RULINGS,
    TIMES,
    Action,
    Raw,
    RawRuling,
    amending,
    fresh,
    once,
    recording,
    reports,
    ruling_on,
)

from projections import catching
from projections.names import BELIEVED
from projections.saying import said as says
from projections.weighing import USUAL, Weighing
from tracker.facts.record import FactCorrected
from tracker.instants import AsOf, Instant
from tracker.situation import Situation
from tracker.watching import Watched

Row = dict[str, Any]
Cells = dict[tuple[str, str], Row]
Change = tuple[int, str, str, Row | None, Row | None]
WEIGHINGS = (
    USUAL,
    Weighing(policy="latest/1"),
    Weighing(policy="majority-by-origin/1"),
    Weighing(policy="official-only/1"),
    Weighing(only=("gazette", "wire", "army")),
    Weighing(without=("radio", "rebels")),
)
STORIES = reports(st.one_of(control(CASTS[0]), FORCES, FORCES, ALERTS, LOSSES), most=6).map(once)


def shuffled(raws: Sequence[Raw], rulings: Sequence[RawRuling], random: Random) -> list[Action]:
    """Give what is recorded, in any order in which nothing is amended before it is told."""
    chains = [
        [recording(raw, number), *(action for _, action in amending(raw, number))]
        for number, raw in enumerate(raws)
    ]
    turns = [number for number, chain in enumerate(chains) for _ in chain]
    random.shuffle(turns)
    left = [iter(chain) for chain in chains]
    told = [next(left[number]) for number in turns]
    return [*told, *(ruling_on(raws, one) for one in rulings)]


def told(situation: Situation, watched: Watched, sizes: Iterator[int], after: int) -> list[Change]:
    """Give what a watch tells that looks at so many events each time."""
    found: list[Change] = []
    while after < situation.position:
        stretch = situation.changes(after, watched, most=next(sizes))
        after = stretch.upto
        found += [
            (one["position"], one["projection"], one["key"], one["before"], one["after"])
            for one in stretch.changes
            if one["projection"] in BELIEVED
        ]
    return found


def asked(situation: Situation, watched: Watched, after: int) -> list[Change]:
    """Give the same, by asking what all cells were before each event, and after it."""
    found: list[Change] = []
    as_of, corrected = watched.as_of or 0, 0
    for event in situation.log.read(after):
        if isinstance(event.body, FactCorrected):
            corrected = event.position
            continue
        first, corrected = corrected or event.position, 0
        one = cells(situation, as_of, first - 1, watched.weighing)
        two = cells(situation, as_of, event.position, watched.weighing)
        for cell in sorted(one.keys() | two.keys()):
            before, now = one.get(cell), two.get(cell)
            if said(before) != said(now):
                found.append((event.position, *cell, before, now))
    return found


def cells(situation: Situation, as_of: Instant, position: int, weighing: Weighing) -> Cells:
    rows = situation.state(AsOf(as_of, position=position), weighing=weighing).dicts
    return {(row["projection"], row["key"]): row for row in rows if row["projection"] in BELIEVED}


def said(row: Row | None) -> object:
    """Give what makes a change: what is said, since when, and of a pledge how many are to come."""
    since = row["since"]["edtf"] if row and row["since"] else None
    return says(row), since, row.get("remainder") if row else None


def in_order(changes: Sequence[Change]) -> list[Change]:
    return sorted(changes, key=lambda one: one[:3])


@pytest.mark.parametrize("most", [1, 4, 100_000])
@examples(80)
@given(
    STORIES,
    RULINGS,
    st.sampled_from(WEIGHINGS),
    st.sampled_from(TIMES),
    st.randoms(use_true_random=False),
)
def test_what_a_watch_goes_on_from_tells_what_asking_each_event_tells(
    most: int,
    raws: list[Raw],
    rulings: list[RawRuling],
    weighing: Weighing,
    as_of: Instant,
    random: Random,
) -> None:
    """`most` claims are kept; half of it is recorded while the watch goes on."""
    watched = Watched(as_of=as_of, weighing=weighing)
    with patch.object(catching, "MOST_CLAIMS", most), fresh() as situation:
        after = begun = situation.position
        found: list[Change] = []
        for number, action in enumerate(shuffled(raws, rulings, random)):
            action(situation)
            if random.random() < 0.3 or not number:
                situation.store.kept = None  # what follows the log tells nothing of what came
                found += told(situation, watched, pieces(random), after)
                after = situation.position
        situation.store.kept = None
        found += told(situation, watched, pieces(random), after)
        assert in_order(found) == asked(situation, watched, begun)
        again = random.randint(begun, situation.position)
        anew = told(situation, watched, pieces(random), again)
        assert in_order(anew) == [one for one in in_order(found) if one[0] > again]


def pieces(random: Random) -> Iterator[int]:
    while True:
        yield random.choice((1, 2, 5, 500))
