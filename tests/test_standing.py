"""Maintained lists: a sheet that is one version of a list, and what it drops."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sheets_for_tests import ask, fact, maybe, new_situation, registry, tell, who_holds

from projections.claims import Claim
from projections.follower import follow
from projections.store import Row, Store
from tracker.errors import InputError
from tracker.facts.record import SnapshotTaken
from tracker.instants import Bounds, parse_moment
from tracker.outcomes import Recorded
from tracker.sheets import read_sheet, sheet_schema
from tracker.situation import Situation

LISTED = fact("ControlReported", place="mill", by=["rebels"], when="2013-01-10", status="ongoing")
SNAPSHOT = {"version": "of 10 January", "entries": 3, "holders": ["rebels", "army"]}


def version(published: str = "2013-01-10", *facts: Row, **blocks: object) -> bytes:
    """Give one version of the wire's list, laid out over lines as people write it."""
    report = {"source": "wire", "published": published, "title": f"list {published}"}
    url = {"url": f"https://wire.example/{published}"}
    sheet = {"report": {**report, **url, "standing": True}, "facts": facts, **blocks}
    return json.dumps(sheet, indent=1).encode()


def record(situation: Situation, data: bytes) -> Recorded:
    (outcome,) = situation.record([(data, "list.yaml")], by="tests")
    return outcome


def problems(data: bytes) -> list[str]:
    with pytest.raises(InputError) as refused:
        read_sheet(data, "list.yaml", registry())
    return [str(problem) for problem in refused.value.problems]


def claims(situation: Situation, key: str = "mill", projection: str = "control") -> list[Claim]:
    return situation.store.claims(projection, key)


# -- what a version says ---------------------------------------------------------------------------


def test_an_entry_of_a_list_makes_a_standing_claim(situation: Situation) -> None:
    record(situation, version("2013-01-10", LISTED))
    tell(situation, "radio", "2013-01-11", {**LISTED, "when": "2013-01-11"})
    assert [claim.standing for claim in claims(situation)] == [True, False]


def test_a_snapshot_is_one_event_after_the_facts(situation: Situation) -> None:
    outcome = record(situation, version("2013-01-10", LISTED, snapshot=SNAPSHOT))
    assert outcome.report
    events = situation.log.stream(UUID(outcome.report))
    assert [event.body.TOPIC for event in events] == [
        "ReportRegistered",
        "ControlReported",
        "SnapshotTaken",
    ]
    taken = events[-1].body
    assert isinstance(taken, SnapshotTaken)
    assert (taken.source, taken.version, taken.entries) == ("wire", "of 10 January", 3)
    assert taken.holders == ("rebels", "army")
    assert taken.published == events[0].body.published  # type: ignore[union-attr]


def test_recording_a_version_again_adds_nothing(situation: Situation) -> None:
    data = version("2013-01-10", LISTED, snapshot=SNAPSHOT)
    assert record(situation, data).added == 3
    again = record(situation, data)
    assert (again.added, again.already) == (0, 3)


def test_a_snapshot_is_not_edited(situation: Situation) -> None:
    outcome = record(situation, version("2013-01-10", LISTED, snapshot=SNAPSHOT))
    changed = version("2013-01-10", LISTED, snapshot={**SNAPSHOT, "entries": 4})
    with pytest.raises(InputError, match=r"not in the sheet any more \(#\d+ SnapshotTaken\)"):
        record(situation, changed)
    assert outcome.report
    taken = situation.log.stream(UUID(outcome.report))[-1].id
    situation.retract([taken], reason="miscounted", by="ana")
    assert record(situation, changed).added == 1


def test_a_report_does_not_become_a_list(situation: Situation) -> None:
    record(situation, version("2013-01-10", LISTED))
    data = json.loads(version("2013-01-10", LISTED))
    del data["report"]["standing"]
    with pytest.raises(InputError, match="as a maintained list: leave `standing` as it was"):
        record(situation, json.dumps(data).encode())


# -- what it drops ---------------------------------------------------------------------------------


def test_what_a_version_drops_is_a_standing_claim_that_says_nothing(situation: Situation) -> None:
    record(situation, version("2013-01-10", LISTED))
    dropped = {**SNAPSHOT, "dropped": ["mill", "forces/army+guard/ford/troops/deployed"]}
    record(situation, version("2013-01-12", snapshot=dropped))
    listed, gone = claims(situation)
    assert (listed.standing, listed.effect) == (True, "hold")
    assert (gone.mode, gone.effect, gone.standing) == ("observation", "dropped", True)
    assert (gone.kind, gone.source, gone.origin) == ("SnapshotTaken", "wire", "wire")
    day = parse_moment("2013-01-12")
    assert (gone.start, gone.observed) == (Bounds(*day), day.earliest)
    assert (gone.published, gone.since.edtf) == (day.latest - 1, "2013-01-12")
    (force,) = claims(situation, "army+guard/ford/troops/deployed", "forces")
    assert (force.fact, force.effect) == (gone.fact, "dropped")


def test_what_a_list_says_is_so_until_it_drops_it(situation: Situation) -> None:
    record(situation, version("2013-01-10", LISTED))
    record(situation, version("2013-01-12", snapshot={**SNAPSHOT, "dropped": ["mill"]}))
    assert who_holds(situation, "2013-01-11") == ("held", ["rebels"])
    assert who_holds(situation, "2013-01-13") is None
    assert who_holds(situation, "2013-01-13", "2013-01-11") == ("held", ["rebels"])


@pytest.mark.parametrize(
    "published", ["2013-01-12T00:00:00Z", "2013-01-12T09:30:00Z", "2013-01-12"]
)
def test_an_audit_says_when_the_version_that_dropped_it_was_published(
    situation: Situation, published: str
) -> None:
    record(situation, version("2013-01-10", LISTED))
    record(situation, version(published, snapshot={**SNAPSHOT, "dropped": ["mill"]}))
    answer = situation.audit(situation.clocks("2013-01-13"), "control", "mill")
    line = answer.more["evidence"][0]
    assert (line["kind"], line["published"]) == ("SnapshotTaken", published)


def test_a_retracted_version_takes_its_drops_back(situation: Situation) -> None:
    record(situation, version("2013-01-10", LISTED))
    dropped = record(
        situation, version("2013-01-12", snapshot={**SNAPSHOT, "dropped": ["control/mill"]})
    )
    situation.retract(report=dropped.report, reason="a page was missing", by="ana")
    assert [claim.retracted is None for claim in claims(situation)] == [True, False]
    assert situation.compare() == []


# -- what a list tells of its own entry ------------------------------------------------------------

GONE = fact("ForcesWithdrew", place="mill", by=["rebels"], when="2013-01-20")
TROOPS = {"place": "mill", "by": ["army"]}
MANY = fact("TroopsDeployed", **TROOPS, quantity={"best": 500}, when="2013-01-10", status="ongoing")
FEWER = fact(
    "TroopsWithdrawn", **TROOPS, quantity={"best": 100, "semantics": "change"}, when="2013-01-20"
)
DEPLOYED = "army/mill/troops/deployed"
OTHERS = {"source": "radio", "title": "the other list", "standing": True}


def of_another(published: str, *facts: Row) -> bytes:
    return json.dumps({"report": {**OTHERS, "published": published}, "facts": facts}).encode()


@pytest.mark.parametrize("policy", ["origin-weighted/1", "majority-by-origin/1", "latest/1"])
def test_who_left_by_the_list_that_told_of_them_is_gone(situation: Situation, policy: str) -> None:
    record(situation, version("2013-01-10", LISTED, MANY))
    record(situation, version("2013-01-20", GONE, FEWER))

    def asked(as_of: str, projection: str, key: str, known: str | None = None) -> Row:
        clocks, weighing = situation.clocks(as_of, known), situation.weighing(policy=policy)
        (row,) = situation.state(clocks, projection, key, weighing=weighing).dicts
        return row

    held = [asked(day, "control", "mill")["status"] for day in ("2013-01-19", "2013-01-20")]
    assert held == ["held", "vacated"]
    assert asked("2013-02-20", "control", "mill")["since"]["edtf"] == "2013-01-20"
    assert asked("2013-02-20", "control", "mill", "2013-01-19")["status"] == "held"
    assert [asked(day, "forces", DEPLOYED)["best"] for day in ("2013-01-19", "2013-02-20")] == [
        500,
        400,
    ]
    assert situation.compare() == []


def test_it_has_possibly_been_left_while_the_list_leaves_open_when(situation: Situation) -> None:
    record(situation, version("2013-01-10", LISTED))
    record(situation, version("2013-01-20", {**GONE, "when": "[2013-01-14..2013-01-20]"}))
    row = ask(situation, "control", "mill", "2013-01-16")
    assert row
    assert (row["status"], row["certainty"]) == ("held", "possible")
    assert maybe(row, "status") == [["vacated"]]
    assert who_holds(situation, "2013-01-20") == ("vacated", [])


def test_a_hold_that_a_list_tells_of_again_stands_again(situation: Situation) -> None:
    record(situation, version("2013-01-10", LISTED))
    (gone,) = situation.record([(version("2013-01-20", GONE), "list.yaml")], by="tests")
    record(situation, version("2013-02-01", {**LISTED, "when": "2013-02-01"}))
    days = ("2013-01-19", "2013-01-25", "2013-02-02")
    assert [(who_holds(situation, day) or ("",))[0] for day in days] == ["held", "vacated", "held"]
    situation.retract(report=gone.report, reason="of another town", by="ana")
    assert [(who_holds(situation, day) or ("",))[0] for day in days] == ["held"] * 3
    assert situation.compare() == []


def test_what_a_list_tells_of_its_entry_changes_no_entry_of_another(situation: Situation) -> None:
    record(situation, version("2013-01-10", LISTED, MANY))
    other = of_another("2013-01-12", {**LISTED, "when": "2013-01-12"})
    situation.record([(other, "other.yaml")], by="tests")
    record(situation, version("2013-01-20", GONE))
    assert who_holds(situation, "2013-02-20") == ("held", ["rebels"])  # by the other list
    row = ask(situation, "control", "mill", "2013-02-20")
    assert row
    assert row["support"] == "reported"


def test_what_a_list_leaves_of_its_entry_stands_as_that_did(situation: Situation) -> None:
    both = {**LISTED, "by": ["army", "guard"]}
    record(situation, version("2013-01-10", both, MANY))
    tell(
        situation, "radio", "2013-01-15", {**MANY, "quantity": {"best": 300}, "when": "2013-01-15"}
    )
    tell(situation, "radio", "2013-01-15", {**LISTED, "when": "2013-01-15"})
    record(situation, version("2013-01-20", {**GONE, "by": ["guard"]}, FEWER))
    assert who_holds(situation, "2013-01-25") == ("held", ["army"])
    row = ask(situation, "forces", DEPLOYED, "2013-01-25")
    assert row
    assert (row["best"], row["since"]["edtf"]) == (400, "2013-01-20")


def test_what_was_said_against_an_entry_does_not_come_back_once_that_is_over(
    situation: Situation,
) -> None:
    """It was overtaken while the list stood: those it told of were there until they left."""
    tell(situation, "radio", "2012-12-15", {**LISTED, "by": ["army"], "when": "2012-12-15"})
    record(situation, version("2013-01-10", LISTED))
    record(situation, version("2013-01-20", GONE))
    record(situation, version("2013-02-10", snapshot={**SNAPSHOT, "dropped": ["mill"]}))
    for day in ("2013-01-20", "2013-02-20"):
        assert who_holds(situation, day) == ("vacated", [])
    tell(situation, "radio", "2013-03-01", {**LISTED, "by": ["army"], "when": "2013-03-01"})
    assert who_holds(situation, "2013-03-02") == ("held", ["army"])


def test_an_audit_names_what_ended_an_entry(situation: Situation) -> None:
    record(situation, version("2013-01-10", LISTED))
    record(situation, version("2013-01-20", GONE))
    answer = situation.audit(situation.clocks("2013-02-20"), "control", "mill")
    (left, listed) = answer.more["evidence"]
    assert (left["kind"], left["role"]) == ("ForcesWithdrew", "decides")
    assert (listed["role"], listed["why"]) == (
        "superseded",
        f"the withdrawal #{left['position']} ends it",
    )


# -- versions --------------------------------------------------------------------------------------


def test_versions_are_followed_in_any_batches() -> None:
    with new_situation() as situation:
        record(situation, version("2013-01-10", LISTED, snapshot=SNAPSHOT))
        record(situation, version("2013-01-12", snapshot={**SNAPSHOT, "dropped": ["mill"]}))
        tell(situation, "radio", "2013-01-13", {**LISTED, "by": ["army"], "when": "2013-01-13"})
        expected = list(situation.store.dump())
        events = list(situation.log.read())
    for batch in (1, 2, 5000):
        with Store(":memory:") as store:
            follow(store, events, batch=batch)
            assert list(store.dump()) == expected


@pytest.mark.parametrize("since", [None, "2013-01-12"])
def test_an_old_entry_that_is_put_right_is_not_what_its_list_says_last(
    situation: Situation, since: str | None
) -> None:
    """It stands where it stood: before what later versions say, or drop."""
    record(situation, version("2013-01-10", LISTED))
    old = next(event.id for event in situation.log.read() if event.fact)
    record(situation, version("2013-01-12", {**LISTED, "by": ["army"], "when": "2013-01-12"}))
    if since:
        record(situation, version("2013-01-14", snapshot={**SNAPSHOT, "dropped": ["mill"]}))
    days = ("2013-01-11", "2013-01-13", "2013-01-20")
    before = [who_holds(situation, day) for day in days]
    situation.correct(old, {"note": "a typo"}, reason="a typo", by="tests", published="2013-01-19")
    assert [who_holds(situation, day) for day in days] == before
    assert situation.compare() == []
    for day in days:
        clocks = situation.clocks(day)
        last = [row for _, changes in situation.replay(clocks) for row in changes][-1]
        rows = situation.state(clocks, "control").dicts
        assert [row["holders"] for row in rows] == ([last["after"]["holders"]] if rows else [])


def test_what_may_have_followed_an_entry_still_may_once_that_is_put_right(
    situation: Situation,
) -> None:
    record(situation, version("2013-01-10", LISTED))
    old = next(event.id for event in situation.log.read() if event.fact)
    later = {**LISTED, "by": ["army"], "when": "[2013-01-12..2013-01-14]"}
    record(situation, version("2013-01-14", later))
    before = maybe(ask(situation, "control", "mill", "2013-01-13"), "holders")
    situation.correct(old, {"note": "a typo"}, reason="a typo", by="tests", published="2013-01-19")
    assert (
        maybe(ask(situation, "control", "mill", "2013-01-13"), "holders") == before == [[["army"]]]
    )


def test_a_diff_names_the_version_that_dropped_what_was_so(situation: Situation) -> None:
    """What is believed again is older: nothing happened that it tells of."""
    older = fact("ControlReported", place="mill", by=["army"], when="2013-01-08")
    (claimed,) = tell(situation, "gazette", "2013-01-08", older)
    record(situation, version("2013-01-10", LISTED))
    record(situation, version("2013-01-12", snapshot={**SNAPSHOT, "dropped": ["mill"]}))
    (gone,) = [one.fact for one in claims(situation) if one.effect == "dropped"]

    def happened(before: str, after: str) -> list[list[str]]:
        found = situation.diff(situation.clocks(before), situation.clocks(after), "control", "mill")
        whole = situation.diff(situation.clocks(before), situation.clocks(after), "control")
        assert [row["events"] for row in whole.dicts] == [row["events"] for row in found.dicts]
        return [row["events"] for row in found.dicts]

    assert happened("2013-01-11", "2013-01-13") == [[gone, claimed]]
    assert gone not in happened("2013-01-07", "2013-01-09")[0]
    assert gone not in happened("2013-01-09", "2013-01-11")[0]


def test_a_replay_shows_what_a_version_dropped(situation: Situation) -> None:
    record(situation, version("2013-01-10", LISTED))
    record(situation, version("2013-01-12", snapshot={**SNAPSHOT, "dropped": ["mill"]}))
    rows = [row for row, _ in situation.replay(situation.clocks("2013-01-20"))]
    assert rows[-1]["kind"] == "SnapshotTaken"
    assert rows[-1]["what"] == "version of 10 January: 3 entries, 1 dropped"
    early = situation.replay(situation.clocks("2013-01-20", known_at="2013-01-11"))
    assert "SnapshotTaken" not in [row["kind"] for row, _ in early]


# -- what is refused -------------------------------------------------------------------------------


def test_only_a_maintained_list_has_a_snapshot() -> None:
    data = json.loads(version("2013-01-10", LISTED, snapshot=SNAPSHOT))
    del data["report"]["standing"]
    (problem,) = problems(json.dumps(data).encode())
    assert problem.startswith("list.yaml:1:")
    assert problem.endswith(
        "snapshot: only a maintained list has versions: put `standing: true` under `report`"
    )


@pytest.mark.parametrize(
    ("dropped", "message"),
    [
        ("mil", "unknown place 'mil': did you mean mill?"),
        ("control/mil", "unknown place 'mil': did you mean mill?"),
        ("contrl/mill", "unknown projection 'contrl': did you mean control?"),
        ("posture/mill", "unknown projection 'posture': one of control, forces, alerts, losses"),
        ("control/mill/now", "a key of control is place"),
        ("forces/army/mill", "a key of forces is actors/place/category/phase"),
        ("forces/army/mil/troops/deployed", "unknown place 'mil': did you mean mill?"),
        ("forces/army+gard/mill/troops/deployed", "unknown actor 'gard': did you mean guard?"),
        ("alerts/lanten/land", "unknown scheme 'lanten': did you mean lantern?"),
        ("losses/amry/soldiers/killed", "unknown actor 'amry': did you mean army?"),
    ],
)
def test_a_dropped_entry_that_names_no_cell_is_refused_with_its_place(
    dropped: str, message: str
) -> None:
    text = (
        "report: {source: wire, published: 2013-01-12, standing: true}\n"
        "snapshot:\n"
        "  version: second\n"
        "  entries: 2\n"
        "  dropped:\n"
        "    - ford\n"
        f"    - {dropped}\n"
    )
    assert problems(text.encode()) == [f"list.yaml:7:7: snapshot.dropped[1]: {message}"]


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("{version: 3, entries: 2}", "2:12: snapshot.version: text is needed here"),
        ("{version: x}", "2:1: snapshot.entries: this field is needed"),
        ("{version: x, entries: -1}", "2:24: snapshot.entries: 0 or more is needed here"),
        ("{version: x, entries: 1, holders: [amry]}", "snapshot.holders[0]: unknown actor 'amry'"),
        (
            "{version: x, entries: 1, dropped: [mill, control/mill]}",
            "'control/mill' is named twice",
        ),
        (
            "{version: x, entries: 1, droped: [mill]}",
            "unknown field 'droped': did you mean dropped?",
        ),
        ("[x]", "snapshot: a mapping is needed here"),
    ],
)
def test_a_snapshot_that_cannot_be_read_is_refused(block: str, message: str) -> None:
    text = f"report: {{source: wire, published: 2013-01-12, standing: true}}\nsnapshot: {block}\n"
    (problem,) = problems(text.encode())
    assert message in problem


def test_the_schema_of_a_sheet_knows_lists() -> None:
    properties = sheet_schema()["properties"]
    assert "standing" in properties["report"]["properties"]
    assert set(properties["snapshot"]["properties"]) == {
        "version",
        "entries",
        "holders",
        "dropped",
        "origin",
    }
