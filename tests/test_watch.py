"""Watching: what each event changed, on which condition; a watch that leaves nothing out."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import SEEDS, SHEETS, mali, run, said, sql
from hypothesis import given
from hypothesis import strategies as st
from sheets_for_tests import fact, sheet

from projections.saying import said as says
from projections.weighing import USUAL
from tracker.conditions import DEEPEST, LONGEST, ConditionError, read_condition
from tracker.delivering import Delivery
from tracker.errors import AwayError, ReplacedError
from tracker.instants import AsOf
from tracker.log import Log
from tracker.situation import Situation
from tracker.watches import WatchError
from tracker.watching import Stretch, Watched

Row = dict[str, Any]
ONCE = ("watch", "--once", "--after")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situation]:
    """The Mali situation, never written to."""
    with Situation(str(mali(tmp_path_factory.mktemp("watched")))) as situation:
        yield situation


# -- what an event changed -------------------------------------------------------------------------


def test_a_change_tells_before_after_the_event_and_where_it_stands(tmp_path: Path) -> None:
    log = mali(tmp_path)
    out = said("--log", log, *ONCE, 57, "--projection", "control", "--key", "diabaly")
    lines = out.splitlines()
    assert lines[0] == (
        "#58 TownOccupied  control: Diabaly: no evidence -> Islamist fighters (reported)"
    )
    assert lines[2] == (
        "#157 TownEntered  control: Diabaly: Islamist fighters (confirmed)"
        " -> France, Mali (reported)"
    )
    first = json.loads(
        said("--log", log, *ONCE, 57, "--projection", "control", "--json").splitlines()[0]
    )
    assert (first["id"], first["position"], first["event"]["kind"], first["before"]) == (
        "58/control/diabaly",
        58,
        "TownOccupied",
        None,
    )
    assert first["after"]["holders"] == ["islamist-fighters"]
    assert first["as_of"] == first["event"]["recorded_at"]


def test_changes_are_told_as_csv_a_row_each(tmp_path: Path) -> None:
    log = mali(tmp_path)
    asked = (*ONCE, 57, "--projection", "control", "--key", "diabaly")
    rows = list(csv.DictReader(StringIO(said("--log", log, *asked, "--csv"))))
    whole = [json.loads(line) for line in said("--log", log, *asked, "--nl").splitlines()]
    assert [list(row) for row in rows] == [list(one) for one in whole]
    assert [row["id"] for row in rows] == [one["id"] for one in whole]
    assert [json.loads(row["after"]) for row in rows] == [one["after"] for one in whole]


def test_every_cell_that_an_event_changed_is_told_and_no_other(whole: Situation) -> None:
    """The oracle asks for the state of all cells before and after each event."""
    as_of = whole.clock()
    found = whole.changes(100, Watched(as_of=as_of)).changes
    told = {(one["position"], one["projection"], one["key"]): one for one in found}
    before = _cells(whole, as_of, 100)
    for position in range(101, 191):
        after = _cells(whole, as_of, position)
        for cell in before.keys() | after.keys():
            one, two = before.get(cell), after.get(cell)
            differs = says(one) != says(two) or _begun(one) != _begun(two) or _owes(one, two)
            change = told.pop((position, *cell), None)
            assert (change is not None) == differs, (position, cell)
            if change:
                assert (change["before"], change["after"]) == (one, two)
        before = after
    assert told == {}


def _cells(situation: Situation, as_of: int, position: int) -> dict[tuple[str, str], Row]:
    rows = situation.state(AsOf(as_of, position=position)).dicts
    return {(row["projection"], row["key"]): row for row in rows}


def _owes(one: Row | None, two: Row | None) -> bool:
    """Whether another number is still to come for a pledge."""
    return (one or {}).get("remainder") != (two or {}).get("remainder")


def _begun(row: Row | None) -> object:
    return row and (row.get("since") or {}).get("edtf")


def test_what_is_taken_back_or_put_right_is_a_change_too(tmp_path: Path) -> None:
    log = mali(tmp_path)
    why = ("--reason", "it was another town", "--published", "2013-02-01")
    said("--log", log, "retract", "#98", "#60", *why)
    said("--log", log, "correct", "#100", "--set", "place=niono", *why)
    out = said("--log", log, *ONCE, 190, "--as-of", "2013-03-01")
    lines = [re.sub(r"^#\d+ ", "", line) for line in out.splitlines()]
    assert lines[0].endswith("FightingReported, taken back")
    assert lines[1] == (
        "FactRetracted  control: Timbuktu: Islamist fighters (reported) -> no evidence"
    )
    assert lines[2:] == [
        "TownOccupied for #100  control: Kidal: Islamist fighters (reported) -> no evidence"
    ]


def test_a_correction_is_one_change_and_what_is_between_its_two_events_never_was(
    tmp_path: Path,
) -> None:
    log = mali(tmp_path)
    what = ("--set", "by=[france]", "--reason", "a slip", "--published", "2013-02-01")
    said("--log", log, "correct", "#98", *what)
    asked = ("--as-of", "2013-03-01", "--projection", "control")
    assert said("--log", log, *ONCE, 190, *asked).splitlines() == [
        (
            "#192 TownOccupied for #98  control: Timbuktu: Islamist fighters (reported)"
            " -> France (reported)"
        )
    ]
    said("--log", log, "correct", "#192", "--set", "place=niono", "--reason", "another town")
    lines = said("--log", log, *ONCE, 192, *asked[2:], "--json").splitlines()
    changes = [json.loads(line) for line in lines]
    assert [(one["position"], one["corrects"], one["key"]) for one in changes] == [
        (194, 192, "niono"),
        (194, 192, "timbuktu"),
    ]
    assert (changes[1]["before"]["holders"], changes[1]["after"]) == (["france"], None)


RATED = b"""
title: The lake
places: {northbridge: {name: Northbridge}}
actors: {government: {name: Government}, rebels: {name: Rebels}}
sources:
  river-radio: {name: River Radio, type: newspaper, rating: C3}
  lake-post: {name: Lake Post, type: newspaper, rating: B2}
  hill-herald: {name: Hill Herald, type: newspaper, rating: E5}
"""


def test_what_an_erasure_may_have_changed_is_told_as_it_is_now(
    new_log: Callable[[], str], tmp_path: Path
) -> None:
    log = new_log()
    (tmp_path / "situation.yaml").write_bytes(RATED)
    said("--log", log, "init", tmp_path / "situation.yaml")
    held = {"place": "northbridge", "state": "held", "when": "2026-03-01"}
    spoken = {"voice": "attributed", "speaker": "lake-post"}
    told = fact("ControlReported", by=["rebels"], **held) | spoken
    other = fact("ControlReported", by=["government"], **held)
    for source, one in (("hill-herald", told), ("river-radio", other)):
        (tmp_path / f"{source}.yaml").write_bytes(sheet(source, "2026-03-01", one))
        said("--log", log, "record", tmp_path / f"{source}.yaml")
    why = ("--authority", "a court", "--reason", "asked for", "-y")
    for field in ("gist", "speaker"):
        said("--log", log, "redact", "#9", "--field", field, *why)
    gist, erased = 12, 13
    change = {
        one["position"]: one
        for one in map(json.loads, said("--log", log, *ONCE, 0, "--json").splitlines())
    }
    assert gist not in change
    (now,) = json.loads(said("--log", log, "state", "control", "--json"))["rows"]
    last = change[erased]
    assert (last["event"]["kind"], last["before"], last["erased"]) == ("TextErased", None, True)
    assert last["after"]["holders"] == now["holders"] == ["government"]
    assert said("--log", log, *ONCE, gist) == (
        f"#{erased} TextErased  control: Northbridge: what rested on the erased speaker"
        " -> Government (reported)\n"
    )
    assert said("--log", log, *ONCE, gist, "--when", "changed and not appeared") != ""
    heard = said("--log", log, *ONCE, gist, "--only", "lake-post")
    assert heard.endswith("what rested on the erased speaker -> no evidence\n")


def test_an_entry_that_is_put_right_goes_and_comes_with_one_event(tmp_path: Path) -> None:
    log = mali(tmp_path)
    said("--log", log, "correct", "#60", "--set", "place=niono", "--reason", "another town")
    lines = said("--log", log, *ONCE, 190, "--projection", "incidents").splitlines()
    assert [line.split("  ")[0] for line in lines] == [
        "#192 FightingReported for #60",
        "#192 FightingReported",
    ]


def test_whoever_follows_the_log_hears_of_a_correction_as_whoever_asks_later_does(
    tmp_path: Path,
) -> None:
    log = mali(tmp_path)

    def sleep(_: float) -> None:
        said("--log", log, "correct", "#98", "--set", "by=[france]", "--reason", "a slip")

    with Situation(str(log)) as situation:
        begun = situation.position
        found = situation.watch(begun, Watched("control"), sleep=sleep)
        at_once = next(found).changes
        assert [(one["position"], one["corrects"]) for one in at_once] == [(192, 98)]
        assert situation.changes(begun, Watched("control")).changes == at_once
        pieces = situation.changes(begun, Watched("control"), most=1)
        assert (pieces.changes, pieces.upto) == ([], 191)
        assert situation.changes(191, Watched("control"), most=1).changes == at_once


def test_a_watch_tells_the_same_in_whatever_pieces_it_looks(whole: Situation) -> None:
    at_once = whole.changes(0, Watched()).changes
    after, pieces = 0, []
    while after < 190:
        found = whole.changes(after, Watched(), most=7)
        pieces += found.changes
        after = found.upto
    assert pieces == at_once
    assert len({one["id"] for one in at_once}) == len(at_once)


def test_what_is_recorded_while_it_watches_is_told(tmp_path: Path) -> None:
    log = mali(tmp_path, reports=0)

    def sleep(_: float) -> None:
        said("--log", log, "record", SHEETS[0])

    with Situation(str(log)) as situation:
        found = situation.watch(situation.position, Watched("control"), sleep=sleep)
        changes = next(found).changes
    assert [one["key"] for one in changes][:2] == ["diabaly", "diabaly"]


# -- conditions ------------------------------------------------------------------------------------

CHANGE: Row = {
    "projection": "control",
    "key": "konna",
    "changed": True,
    "before": {
        "projection": "control",
        "key": "konna",
        "status": "held",
        "holders": ["rebels"],
        "support": "reported",
        "certainty": "certain",
    },
    "after": {
        "projection": "control",
        "key": "konna",
        "status": "held",
        "holders": ["army", "france"],
        "support": "disputed",
        "certainty": "possible",
        "place": {"lat": None, "lon": None},
    },
}
LEVEL: Row = {
    "projection": "alerts",
    "key": "vigipirate/france",
    "changed": True,
    "before": None,
    "after": {
        "projection": "alerts",
        "key": "vigipirate/france",
        "scheme": "vigipirate",
        "level": "red",
        "alias": "bright red",
        "rank": 3.5,
        "support": "reported",
    },
}
FORCE: Row = {
    "projection": "forces",
    "key": "france/mali/troops/deployed",
    "changed": False,
    "before": {"projection": "forces", "key": "k", "best": 400, "support": "reported"},
    "after": {
        "projection": "forces",
        "key": "k",
        "actor": "france",
        "actors": ["france"],
        "place": "mali",
        "best": 1800,
        "support": "confirmed",
    },
}
LEVELS = {"yellow": 1.0, "orange": 2.0, "red": 3.0, "bright red": 3.5, "scarlet": 4.0}
HOLDS = (
    (CHANGE, "changed"),
    (CHANGE, "holder=army"),
    (CHANGE, "holder = france and not before.holder=army"),
    (CHANGE, "disputed and not before.disputed"),
    (CHANGE, "place=konna"),
    (CHANGE, "holder=rebels or (status=held and possible)"),
    (CHANGE, 'holder="army"'),
    (CHANGE, "before.held"),
    (LEVEL, "level>=orange"),
    (LEVEL, "level<scarlet and level>red"),
    (LEVEL, 'level="bright red"'),
    (LEVEL, "level=red"),
    (LEVEL, "appeared"),
    (LEVEL, "not gone"),
    (FORCE, "number>1000 and before.number<=400"),
    (FORCE, "actor=france and place=mali"),
    (FORCE, "not changed"),
)
FAILS = (
    (CHANGE, "holder!=army"),
    (CHANGE, "holder=nobody"),
    (CHANGE, "appeared or gone"),
    (CHANGE, "level>=orange"),
    (CHANGE, "number>=0"),
    (LEVEL, "level>=scarlet"),
    (LEVEL, "level>=purple"),
    (LEVEL, "before.level>=yellow"),
    (LEVEL, "before.held"),
    (FORCE, "disputed"),
)


def rank(_: str, level: str) -> float | None:
    return LEVELS.get(level)


@pytest.mark.parametrize(("change", "text"), HOLDS)
def test_a_condition_that_holds(change: Row, text: str) -> None:
    assert read_condition(text).holds(change, rank)
    assert not read_condition(f"not ({text})").holds(change, rank)


@pytest.mark.parametrize(("change", "text"), FAILS)
def test_a_condition_that_does_not(change: Row, text: str) -> None:
    assert not read_condition(text).holds(change, rank)
    assert read_condition(f"not ({text})").holds(change, rank)


REFUSED = (
    ("", 1, "the end: a field or a word is expected here"),
    ("holder=army and", 16, "the end: a field or a word is expected here"),
    ("holdr=army", 1, "did you mean holder?"),
    ("disputd", 1, "did you mean disputed?"),
    ("status=hold", 8, "did you mean held?"),
    ("holder>army", 7, "'holder' has no order"),
    ("number>many", 8, "a whole number is expected"),
    ("number=1e9", 8, "a whole number is expected"),
    ("number=" + "9" * 40, 8, "a whole number is expected"),
    ("(disputed", 10, "a closing ) is expected"),
    ("disputed)", 9, "'and' or 'or' is expected"),
    ("disputed gone", 10, "'and' or 'or' is expected"),
    ('holder="army', 8, "never closed"),
    ("holder=army; DROP TABLE events", 12, "';' means nothing here"),
    ("__import__('os')", 11, "'(': 'and' or 'or' is expected"),
    ("disputed\x1b[2J", 9, r"'\x1b' means nothing here"),
    ("before.changed", 1, "is of the change as a whole"),
    ("before.=1", 1, "is expected here|no such"),
    ("(" * (DEEPEST + 2) + "gone", DEEPEST + 2, "inside each other"),
    ("not " * (DEEPEST + 2) + "gone", 4 * (DEEPEST + 1) + 1, "inside each other"),
)


@pytest.mark.parametrize(("text", "column", "why"), REFUSED)
def test_a_condition_that_cannot_be_read_is_refused_by_its_column(
    text: str, column: int, why: str
) -> None:
    with pytest.raises(ConditionError) as refused:
        read_condition(text)
    said_so = str(refused.value)
    if text != "__import__('os')":
        assert said_so.startswith(f"column {column}: ")
        assert re.search(why if "|" in why else re.escape(why), said_so)
    assert "\x1b" not in said_so


def test_a_condition_that_is_too_long_is_refused() -> None:
    with pytest.raises(ConditionError, match=f"at most {LONGEST} characters"):
        read_condition(" or ".join(["gone"] * 100))


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        condition = read_condition(text)
    except ConditionError:
        return
    assert condition.holds(CHANGE, rank) in {True, False}


def test_a_name_that_nothing_is_registered_by_is_pointed_out(tmp_path: Path) -> None:
    log = mali(tmp_path)
    found = run("--log", log, *ONCE, 190, "--when", "holder=amry or level>=purple or holder=mali")
    assert found.exit_code == 0
    assert "column 8: no holder 'amry' is registered (yet)" in found.stderr
    assert "no level 'purple' is registered (yet)" in found.stderr
    assert "'mali'" not in found.stderr


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("kind=Foo", "column 6: 'Foo': no such kind (one of TownOccupied, "),
        ("kind=FightingReportd", "no such kind: did you mean FightingReported?"),
        ("projection=foo", "no such projection (one of control, forces, "),
        ("voice!=foo", "no such voice (one of reporter, attributed, hearsay)"),
        ("phase=deployd", "no such phase: did you mean deployed?"),
        ("fate=eaten", "no such fate (one of killed, "),
    ],
)
def test_what_can_never_stand_there_is_refused(whole: Situation, text: str, why: str) -> None:
    with pytest.raises(ConditionError, match=re.escape(why)):
        whole.watched(when=text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("key=Niono", "column 5: nothing here has the key 'Niono' (yet): did you mean niono?"),
        ("key=nowhere-at-all", "nothing here has the key 'nowhere-at-all' (yet)"),
        ("kind=TownOccupied", "column 6: a TownOccupied makes a belief (control), which has no"),
        ("key=niono and kind=FightingReported and projection=incidents", None),
        ("key=france/mali/troops/pledged or category=tanks", None),
        ("voice=hearsay and phase=pledged", None),
    ],
)
def test_what_holds_of_nothing_yet_is_pointed_out(
    whole: Situation, text: str, why: str | None
) -> None:
    said_so = whole.unknown_names(whole.watched(when=text))
    assert [one.startswith("--when: ") and (why or "") in one for one in said_so] == [True] * bool(
        why
    )


def test_a_bad_condition_on_the_command_line_is_bad_input(tmp_path: Path) -> None:
    found = run("--log", mali(tmp_path), *ONCE, 0, "--when", "holdr=x")
    assert (found.exit_code, found.stdout) == (2, "")
    assert "column 1" in found.stderr


# -- a log, or keys, that are away -----------------------------------------------------------------


AWAY = "db.example cannot be reached: the database system is shutting down"


@pytest.mark.parametrize("name", [None, "desk"])
def test_a_log_that_goes_away_is_waited_for_and_each_change_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    slept: list[float] = []
    shown: list[str] = []
    notes: list[str] = []
    monkeypatch.setattr("time.sleep", slept.append)
    with Situation(str(mali(tmp_path))) as situation:
        mark, asked = situation.log.mark, count(1)

        def answering() -> None:
            if next(asked) in {3, 4, 5, 9, 14}:
                raise AwayError(AWAY)

        def marked(position: int) -> str | None:
            answering()
            return mark(position)

        def find(after: int) -> Iterator[Stretch]:
            for found in _pieces(situation, after):
                answering()
                yield found

        monkeypatch.setattr(situation.log, "mark", marked)
        with situation.delivery(name) as delivery:
            delivery.begin()
            delivery.start(0)
            delivery.follow(find, lambda change: shown.append(change["id"]), notes.append)
        assert shown == [one["id"] for one in situation.changes(0, Watched()).changes]
    assert notes[0] == f"{AWAY}; trying again until it is back"
    assert [note.startswith("it is back: going on after #") for note in notes] == [False, True] * 3
    assert len(slept) == 5
    assert slept[0] < slept[1] < slept[2]


def test_whoever_watches_once_is_told_that_the_log_went_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = mali(tmp_path)

    def away(*_: object) -> None:
        raise AwayError(AWAY)

    monkeypatch.setattr(Log, "confirm", away)
    found = run("--log", log, "watch", "--once")
    assert (found.exit_code, AWAY in found.stderr) == (2, True)


def test_a_watch_with_a_name_does_not_pass_over_what_it_has_no_keys_for(
    new_log: Callable[[], str],
    engine: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = new_log()
    keys = tmp_path / "vault" / "desk.keys.db"
    keys.parent.mkdir()
    if engine == "postgres":
        monkeypatch.setenv("TRACKER_VAULT", str(keys))
    said("--log", log, "init", SEEDS / "situation.yaml")
    said("--log", log, "record", SHEETS[0])
    if engine == "sqlite":
        keys = tmp_path / "situation.keys.db"
    watch = ("--log", log, "watch", "--name", "desk", "--projection", "control")
    aside = keys.rename(tmp_path / "aside")
    for _ in range(2):
        found = run(*watch, "--once")
        assert (found.exit_code, found.stdout) == (2, "")
        assert f"the keys file {keys} is missing" in found.stderr
    assert run("--log", log, "watch", "--once").exit_code == 0  # without a name, as all questions
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            aside.rename(keys)
        if len(slept) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", sleep)
    found = run(*watch)
    assert found.stdout.startswith("#58 TownOccupied  control: Diabaly: no evidence")
    assert found.stderr.count("trying again until it is back") == 1
    assert "it is back: going on after #120" in found.stderr
    assert said(*watch, "--once") == ""


def test_a_replica_that_nobody_gave_keys_is_watched_without_them(tmp_path: Path) -> None:
    log, replica = mali(tmp_path), tmp_path / "field.db"
    said("--log", replica, "follow", log, "--once")
    watch = ("--log", replica, "watch", "--once", "--name", "desk", "--projection", "control")
    assert said(*watch).startswith("#58 TownOccupied  control: Diabaly: no evidence")
    assert said(*watch) == ""


def test_a_dead_letter_is_not_made_anew_without_keys(tmp_path: Path) -> None:
    log = mali(tmp_path)
    asked = json.dumps({"as_of": None, **USUAL.as_json()})
    (tmp_path / "situation.keys.db").rename(tmp_path / "aside")
    with Situation(str(log)) as situation, pytest.raises(AwayError, match=r"keys file .* missing"):
        situation.again(58, asked)


# -- a watch with a name ---------------------------------------------------------------------------


def test_a_named_watch_goes_on_where_it_was(tmp_path: Path) -> None:
    log = mali(tmp_path, reports=0)
    watch = ("--log", log, "watch", "--once", "--name", "desk", "--projection", "control")
    assert said(*watch) == ""
    said("--log", log, "record", SHEETS[0])
    first = said(*watch)
    assert first.startswith("#58 TownOccupied  control: Diabaly")
    assert said(*watch) == ""
    said("--log", log, "record", SHEETS[1])
    assert said(*watch).startswith("#130 ControlReported")


class KilledError(Exception):
    """What ends a watch as a kill would: nothing is done after it."""


@pytest.mark.parametrize("stop", [KeyboardInterrupt, KilledError])
@pytest.mark.parametrize("begin", [(), ("--after", 52)])
def test_a_name_has_its_place_from_the_first_moment_on(
    new_log: Callable[[], str],
    stop: type[BaseException],
    begin: tuple[object, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = new_log()
    said("--log", log, "init", SEEDS / "situation.yaml")
    watch = ("--log", log, "watch", "--name", "idle", "--projection", "control", "--key", "diabaly")

    def stopped(_: float) -> None:
        raise stop

    with monkeypatch.context() as patch, suppress(KilledError):
        patch.setattr("time.sleep", stopped)
        assert run(*watch, *begin).stdout == ""
    said("--log", log, "record", SHEETS[0])
    monkeypatch.setattr("time.sleep", _interrupted)
    first, _ = said(*watch).splitlines()
    assert first.startswith("#58 TownOccupied  control: Diabaly: no evidence ->")


def test_a_watch_of_what_there_is_has_its_place_before_it_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = mali(tmp_path)

    def killed(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(Delivery, "tell", killed)
        with pytest.raises(KilledError):
            run("--log", log, "watch", "--name", "desk", "--once")
    monkeypatch.setattr("time.sleep", _interrupted)
    out = said("--log", log, "watch", "--name", "desk", "--projection", "control")
    assert out.startswith("#58 TownOccupied")


def _interrupted(_: float) -> None:
    raise KeyboardInterrupt


def test_one_process_alone_watches_by_a_name(tmp_path: Path) -> None:
    with Situation(str(mali(tmp_path))) as situation:
        with situation.delivery("desk") as one, situation.delivery("desk") as other:
            assert one.begin() is None
            with pytest.raises(WatchError, match="another process watches as 'desk'"):
                other.begin()
        with situation.delivery("desk") as again:
            assert again.begin() is None


@pytest.mark.parametrize("name", ["", "../up", "A", "a" * 41, "a b"])
def test_a_name_that_is_no_name_is_refused(name: str, tmp_path: Path) -> None:
    found = run("--log", mali(tmp_path), "watch", "--once", "--name", name)
    assert (found.exit_code, found.stdout) == (2, "")
    assert sorted(path.name for path in tmp_path.glob("*.lock")) == []


def test_a_watch_of_another_log_is_refused(tmp_path: Path) -> None:
    log = mali(tmp_path)
    said("--log", log, "watch", "--once", "--name", "desk")
    log.unlink()
    said("--log", log, "init", SEEDS / "situation.yaml")
    found = run("--log", log, "watch", "--once", "--name", "desk")
    assert found.exit_code == 2
    assert "is of another log" in found.stderr


def test_a_watch_does_not_go_on_in_a_log_that_was_put_back_from_a_copy(tmp_path: Path) -> None:
    log = mali(tmp_path, reports=1)
    copy = tmp_path / "copy"
    shutil.copyfile(log, copy)
    watch = ("--log", log, "watch", "--once", "--name", "desk", "--projection", "control")
    said("--log", log, "record", SHEETS[1])
    said(*watch)
    shutil.copyfile(copy, log)
    for _ in range(2):  # it ends before the place, and then beyond it
        found = run(*watch)
        assert found.exit_code == 2
        assert "had come to #" in found.stderr
        assert "put back from a copy; say with --after" in found.stderr
        said("--log", log, "record", SHEETS[2], SHEETS[1])
    assert "#" in said(*watch, "--after", 120)
    assert said(*watch) == ""


def test_a_place_that_an_older_tracker_wrote_down_is_gone_on_from(tmp_path: Path) -> None:
    log = mali(tmp_path)
    watch = ("--log", log, "watch", "--once", "--name", "desk")
    said(*watch)
    sql(tmp_path / "situation.watch.db", "DROP TABLE marks")
    assert said(*watch) == ""


def test_a_file_of_someone_else_is_left_as_it_is(tmp_path: Path) -> None:
    log = mali(tmp_path)
    other = tmp_path / "situation.watch.db"
    sql(other, "PRAGMA application_id = 1", "CREATE TABLE theirs (one INTEGER)")
    before = other.read_bytes()
    found = run("--log", log, "watch", "--once", "--name", "desk")
    assert "is no file of watches: move it away" in found.stderr
    assert other.read_bytes() == before


def test_a_place_is_watched_by_its_name(tmp_path: Path) -> None:
    log = mali(tmp_path)
    watch = ("--log", log, "watch", "--once", "--after", 0, "--projection", "control", "--key")
    assert said(*watch, "Diabaly") == said(*watch, "diabaly") != ""


def test_what_was_not_marked_is_told_again_and_nothing_is_left_out(tmp_path: Path) -> None:
    shown: list[str] = []
    log = mali(tmp_path)
    with Situation(str(log)) as situation:
        for breaks in (3, 50, 1, 10_000):
            with situation.delivery("desk") as delivery:
                begin = delivery.begin() or 0
                left = iter(range(breaks))

                def show(change: Row, left: Iterator[int] = left) -> None:
                    if next(left, None) is None:
                        raise KilledError
                    shown.append(change["id"])

                try:
                    for found in _pieces(situation, begin):
                        delivery.tell(found, show)
                except KilledError:
                    continue
        expected = [one["id"] for one in situation.changes(0, Watched()).changes]
    assert sorted(set(shown), key=shown.index) == expected
    assert len(shown) > len(expected)


def _pieces(situation: Situation, after: int) -> Iterator[Stretch]:
    while (found := situation.changes(after, Watched(), most=20)).upto > after:
        yield found
        after = found.upto


def test_nothing_is_kept_of_a_watch_without_a_name(tmp_path: Path) -> None:
    log = mali(tmp_path)
    said("--log", log, *ONCE, 150)
    assert not list(tmp_path.glob("*.watch.db"))
    assert Delivery(None, "", clock=lambda: 0).dead_letters() == []


@pytest.mark.parametrize("instead", ["nothing", "a copy"])
def test_a_watch_ends_in_words_where_its_log_lies_there_no_more(
    tmp_path: Path, instead: str
) -> None:
    log = mali(tmp_path)

    def sleep(_: float) -> None:
        log.rename(tmp_path / "moved.db")
        if instead == "a copy":
            shutil.copy(tmp_path / "moved.db", log)

    with Situation(str(log)) as situation:
        stretches = situation.watch(188, situation.watched(), sleep=sleep)
        assert next(stretches).upto == 190
        with pytest.raises(ReplacedError, match=r"taken away, or replaced; watch anew"):
            next(stretches)
