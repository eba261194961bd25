"""What came of a pledge, told by a replay and by a watch as by a diff around each event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from commands_for_tests import said
from contradictions_for_tests import (
    SITUATION,
    day,
    more_by,
    number,
    open_war,
    pledged,
    report,
    tell,
    troops,
)
from effort_for_tests import times
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets_for_tests import ticking

from projections.saying import begun, says_the_same
from projections.store import Row
from tracker.errors import TrackerError
from tracker.instants import AsOf
from tracker.situation import Situation
from tracker.watching import Watched

PLEDGE = "army/valley/troops/pledged"
Told = list[tuple[int, Any, Any]]


def last(war: Situation) -> str:
    """Name the event that was recorded last."""
    return f"#{war.position}"


def replayed(war: Situation, as_of: int, key: str = PLEDGE) -> Told:
    """Give (position, still to come before, and after) of each change of a pledge in a replay."""
    return [
        (event["position"], _left(change["before"]), _left(change["after"]))
        for event, changes in war.replay(day(as_of))
        for change in changes
        if change["key"] == key
    ]


def watched(war: Situation, as_of: int, key: str = PLEDGE) -> Told:
    """Give the same of a watch of all there is, asked as of one day."""
    found = war.changes(0, Watched(as_of=war.clocks(day(as_of)).as_of), most=1_000).changes
    return [
        (one["position"], _left(one["before"]), _left(one["after"]))
        for one in found
        if one["key"] == key
    ]


def _left(row: Row | None) -> object:
    return None if row is None else row["remainder"]


# -- an arrival, and its retraction ----------------------------------------------------------------


def test_who_comes_lessens_what_is_still_to_come_and_a_retraction_gives_it_back(
    war: Situation,
) -> None:
    tell(war, report("gazette", 8, pledged(number(500), 30)))
    promise = war.position
    tell(war, report("courier", 12, troops(number(200), 12)))
    came = war.position
    war.retract([last(war)], reason="it was another army", by="tests", published="2013-01-14")
    told = [(promise, None, 500), (came, 500, 300), (came + 1, 300, 500)]
    assert replayed(war, 15) == watched(war, 15) == told


def test_a_correction_of_an_arrival_is_one_change_of_the_pledge_to_who_watches(
    war: Situation,
) -> None:
    tell(war, report("gazette", 8, pledged(number(500), 30)))
    tell(war, report("courier", 12, troops(number(200), 12)))
    wrong = last(war)
    war.correct(
        wrong, {"quantity.best": "450"}, reason="a slip", by="tests", published="2013-01-14"
    )
    after = war.position
    assert watched(war, 15)[-1] == (after, 300, 50)
    assert replayed(war, 15)[-2:] == [(after - 1, 300, 500), (after, 500, 50)]


def test_who_comes_to_a_place_within_has_come_and_who_comes_elsewhere_has_not(
    war: Situation,
) -> None:
    tell(war, report("gazette", 8, pledged(number(500), 30)))
    promise = war.position
    tell(war, report("courier", 12, troops(number(200), 12, place="mill")))
    came = war.position
    tell(war, report("wire", 12, troops(number(300), 12, place="land")))
    tell(war, report("post", 12, troops(number(100), 12, by="legion")))
    tell(war, report("herald", 12, troops(number(90), 12, category="tanks")))
    assert replayed(war, 15) == watched(war, 15) == [(promise, None, 500), (came, 500, 300)]


def test_of_a_joint_pledge_it_cannot_be_told_once_some_came_by_themselves(war: Situation) -> None:
    tell(war, report("gazette", 8, pledged(number(500), 30, by="army legion")))
    promise = war.position
    tell(war, report("courier", 12, troops(number(200), 12, by="legion", place="ford")))
    came, joint = war.position, "army+legion/valley/troops/pledged"
    told = [(promise, None, 500), (came, 500, None)]
    assert replayed(war, 15, joint) == watched(war, 15, joint) == told


def test_a_pledge_that_is_watched_alone_is_told_of_by_those_who_came(war: Situation) -> None:
    tell(war, report("gazette", 8, pledged(number(500), 30)))
    promise = war.position
    tell(war, report("courier", 12, troops(number(500), 12)))
    found = war.changes(promise, war.watched("forces", PLEDGE)).changes
    assert [(one["key"], one["after"]["remainder"], one["changed"]) for one in found] == [
        (PLEDGE, 0, True)
    ]
    assert found[0]["id"] == f"{war.position}/forces/{PLEDGE}"
    others = [war.watched("forces", "army/valley/troops/deployed"), war.watched("control")]
    assert [
        [one["key"] for one in war.changes(promise, other).changes if one["key"] == PLEDGE]
        for other in others
    ] == [[], []]


def test_a_replay_ends_in_what_the_state_says_is_still_to_come(war: Situation) -> None:
    """Also where a place comes to lie in another only later."""
    tell(war, report("gazette", 8, pledged(number(500), 30)))
    tell(war, report("courier", 12, troops(number(200), 12, place="land")))
    within = SITUATION.replace(b"land: {name: Land,", b"land: {name: Land, within: valley,")
    within = within.replace(b"type: region, within: land", b"type: region")
    war.register(within, "situation.yaml", by="tests")
    (row,) = war.state(day(15), "forces", PLEDGE).dicts
    assert replayed(war, 15)[-1][2] == row["remainder"] == 300


def test_whoever_follows_the_log_hears_of_a_pledge_as_whoever_asks_later_does(
    tmp_path: Path,
) -> None:
    """The one goes on from cells that were worked out just before, the other from none."""
    log = str(tmp_path / "s.db")
    told = [
        report("gazette", 8, pledged(number(500), 30)),
        report("courier", 12, troops(number(100), 12)),
        report("wire", 13, troops(more_by(50), 13)),
        report("post", 14, troops(number(120), 14, place="mill")),
        report("gazette", 15, troops(number(400), 15)),
        report("courier", 16, pledged(number(700), 30)),
    ]
    with Situation(log, create=True, clock=ticking()) as situation:
        situation.register(SITUATION, "situation.yaml", by="tests")
        begun_at, at_once = situation.position, []
        for sheet in told:
            before = situation.position
            tell(situation, sheet)
            at_once += situation.changes(before, Watched()).changes
        assert situation.changes(begun_at, Watched()).changes == at_once
    with Situation(log) as situation:
        assert situation.changes(begun_at, Watched()).changes == at_once
    assert [
        (one["before"] and one["before"]["remainder"], one["after"]["remainder"])
        for one in at_once
        if one["key"] == PLEDGE
    ] == [(None, 500), (500, 400), (400, 350), (350, 100), (100, 300)]


def test_it_is_told_in_words_on_the_command_line(tmp_path: Path) -> None:
    log = tmp_path / "s.db"
    with Situation(log, create=True) as situation:
        situation.register(SITUATION, "situation.yaml", by="tests")
        tell(situation, report("gazette", 8, pledged(number(500), 30)))
        promise = situation.position
        tell(situation, report("courier", 12, troops(number(200), 12)))
        came = situation.position
    asked = ("--log", log, "replay", "--as-of", "2013-01-15", "--changes")
    lines = [line.strip() for line in said(*asked).splitlines()]
    assert f"forces {PLEDGE}: 500, 500 still to come -> 500, 300 still to come" in lines, lines
    watch = ("--log", log, "watch", "--once", "--after", promise, "--key", PLEDGE)
    assert said(*watch, "--as-of", "2013-01-15") == (
        f"#{came} TroopsDeployed  forces: Army in Valley, troops pledged:"
        " 500, 500 still to come (reported) -> 500, 300 still to come (reported)\n"
    )
    (line,) = said(*watch, "--as-of", "2013-01-15", "--json").splitlines()
    change = json.loads(line)
    assert (change["before"]["remainder"], change["after"]["remainder"]) == (500, 300)
    whole = json.loads(said(*asked, "--json"))["rows"][-1]["changes"]
    assert [one["after"]["remainder"] for one in whole if one["key"] == PLEDGE] == [300]


# -- the oracle: a diff around each event ----------------------------------------------------------

Step = tuple[str, Any]
_SIZES = st.sampled_from(
    (number(100), number(300), more_by(200), more_by(100), number(high=150, comparator="at most"))
)
_DAYS = st.integers(6, 16)
_WHO = st.sampled_from(("army", "legion", "army legion"))
_PLACES = st.sampled_from(("valley", "mill", "ford", "land"))


@st.composite
def _promise(draw: st.DrawFn) -> Step:
    size = draw(st.sampled_from((number(500), number(800), more_by(300), number(0))))
    return "tell", (draw(_DAYS), pledged(size, 30, draw(_WHO)))


@st.composite
def _movement(draw: st.DrawFn) -> Step:
    kind = draw(st.sampled_from(("TroopsDeployed",) * 3 + ("TroopsWithdrawn", "TroopsMobilised")))
    size, when = draw(st.one_of(_SIZES, st.none())), draw(_DAYS)
    told = troops(size, when, draw(_WHO), place=draw(_PLACES), kind=kind)
    return "tell", (when, told)


_AMENDING = st.tuples(st.sampled_from(("retract", "correct")), st.integers(0, 9))
_STORIES = st.lists(st.one_of(_promise(), _movement(), _movement(), _AMENDING), max_size=10)


def live(war: Situation, story: list[Step]) -> Iterator[None]:
    """Record a story, step by step; what cannot be amended stays as it is."""
    facts: list[str] = []
    sources = ("gazette", "courier", "wire", "post", "herald")
    for at, (what, told) in enumerate(story):
        if what == "tell":
            when, fact = told
            tell(war, report(sources[at % 5], when, {**fact, "gist": f"Step {at}."}))
            facts.append(last(war))
        elif facts:
            fact = facts[told % len(facts)]
            why, out = f"step {at}", f"2013-01-{10 + at}"
            try:
                if what == "retract":
                    war.retract([fact], reason=why, by="tests", published=out)
                else:
                    war.correct(fact, {"place": "ford"}, reason=why, by="tests", published=out)
            except TrackerError:
                pass  # it was taken back already, or says that already
        yield


def pledges_in(rows: Any, tells: Any) -> dict[str, list[Any]]:  # noqa: ANN401 - rows of any answer
    """Give {key: [what it was, what it became]} of pledges that are told otherwise."""
    return {
        row["key"]: [_short(row["before"]), _short(row["after"])]
        for row in rows
        if row["key"].endswith("/pledged") and tells(row["before"], row["after"])
    }


def _short(row: Row | None) -> Any:  # noqa: ANN401
    return row and {name: row[name] for name in ("low", "best", "remainder", "additional")}


def _differ(one: Row | None, other: Row | None) -> bool:
    if one is None or other is None:
        return True
    return (
        not says_the_same(one, other)
        or begun(one) != begun(other)
        or one["remainder"] != other["remainder"]
    )


@settings(max_examples=times(120))
@given(_STORIES, st.integers(8, 31), st.one_of(st.none(), st.integers(8, 20)))
def test_a_replay_tells_of_pledges_what_a_diff_around_each_event_does(
    story: list[Step], as_of: int, known: int | None
) -> None:
    with open_war() as war:
        list(live(war, story))
        at = war.clocks(day(as_of), None if known is None else day(known))
        told = {
            event["position"]: pledges_in(changes, _differ) for event, changes in war.replay(at)
        }
        for position in range(1, war.position + 1):
            one, two = (
                AsOf(at.as_of, at.known_at, position=each) for each in (position - 1, position)
            )
            found = pledges_in(war.diff(one, two, "forces").dicts, _differ)
            assert told.get(position, {}) == found, position


@settings(max_examples=times(120))
@given(_STORIES, st.integers(8, 31), st.booleans())
def test_a_watch_tells_of_pledges_what_a_diff_around_each_event_does(
    story: list[Step],
    as_of: int,
    at_once: bool,  # noqa: FBT001 - drawn
) -> None:
    with open_war() as war:
        begin = upto = war.position
        watched, changes = Watched(as_of=war.clocks(day(as_of)).as_of), []
        for _ in live(war, story):
            if at_once:
                changes += war.changes(upto, watched, most=1_000).changes
                upto = war.position
        changes += war.changes(upto, watched, most=1_000).changes
        at = war.clocks(day(as_of)).as_of
        told: dict[int, list[Row]] = {row["position"]: [] for row in war.log_rows(begin)}
        for one in changes:
            told[one["position"]].append(one)
        corrections = {row["position"] for row in war.log_rows() if row["kind"] == "FactCorrected"}
        for position, some in told.items():
            if position in corrections:
                assert some == []
                continue
            before = position - 2 if position - 1 in corrections else position - 1
            then, now = AsOf(at, position=before), AsOf(at, position=position)
            found = pledges_in(war.diff(then, now, "forces").dicts, _differ)
            assert pledges_in(some, lambda *_: True) == found, position
