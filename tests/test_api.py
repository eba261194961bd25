"""The Python API: typed rows, tables, notebooks, threads; and that all of it is explained."""

from __future__ import annotations

import inspect
import json
import pickle
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import FrozenInstanceError, asdict, fields, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import mali
from sheets_for_tests import fact, new_situation, tell

import tracker
from projections.weighing import USUAL
from tracker import (
    Answer,
    AsOf,
    Change,
    Control,
    Force,
    LogError,
    NotFoundError,
    Situation,
    TrackerError,
    exports,
    follow,
    results,
)
from tracker.clocks import Asked

SEEDS = Path(__file__).resolve().parent.parent / "seeds" / "mali-2013"
SHEETS = [SEEDS / f"{name}.yaml" for name in ("guardian-2013-01-14", "voa-2013-01-17")]
PUBLIC = [name for name in tracker.__all__ if not name.startswith("_") and name != "State"]
TYPED = [one for one in vars(results).values() if is_dataclass(one) and isinstance(one, type)]


@pytest.fixture(scope="module")
def situation(tmp_path_factory: pytest.TempPathFactory) -> Situation:
    return Situation(mali(tmp_path_factory.mktemp("api")))


def answers(situation: Situation) -> list[Answer]:
    return [
        situation.state("2013-01-21"),
        situation.history("diabaly"),
        situation.audit("2013-01-21", "control", "diabaly"),
        situation.diff("2013-01-14", "2013-01-21"),
        situation.disputes("2013-01-21", closed=True),
        situation.gaps("2013-01-21"),
        situation.search("Diabaly"),
        situation.whatif("2013-01-21", situation.weighing(without=["voa"])),
        situation.report(next(situation.log_rows(60))["report"]),
        situation.spans(known_at="2013-01-21"),
        situation.evidence(projection="control"),
    ]


# -- asking --------------------------------------------------------------------------------------


def test_a_situation_is_made_recorded_and_asked_in_a_few_lines(tmp_path: Path) -> None:
    with Situation(tmp_path / "situation.db", create=True) as fresh:
        fresh.register(SEEDS / "situation.yaml", by="ana")
        added = fresh.record(SHEETS, by="ana")
        assert [one.added for one in added] == [68, 35]
        (diabaly,) = fresh.state("2013-01-17", "control", "diabaly").rows_of(Control)
    assert (diabaly.status, diabaly.holders) == ("held", ("islamist-fighters",))
    assert diabaly.since == results.Since(
        "2013-01-14", datetime(2013, 1, 14, tzinfo=UTC), datetime(2013, 1, 15, tzinfo=UTC)
    )


def test_a_sheet_that_is_not_there_is_told_by_its_path(tmp_path: Path) -> None:
    with (
        Situation(":memory:", create=True) as fresh,
        pytest.raises(TrackerError, match=r"missing\.yaml: No such file"),
    ):
        fresh.record(tmp_path / "missing.yaml", by="ana")


@pytest.mark.parametrize(
    "as_of",
    [
        pytest.param("2013-01-21", id="text"),
        pytest.param(date(2013, 1, 21), id="date"),
        pytest.param(datetime(2013, 1, 21, 23, 59, 59, 999_999, tzinfo=UTC), id="datetime"),
        pytest.param(AsOf(1_358_812_799_999_999), id="clocks"),
    ],
)
def test_a_moment_may_be_said_in_several_ways(situation: Situation, as_of: Asked) -> None:
    assert situation.state(as_of).dicts == situation.state("2013-01-21").dicts


def test_the_other_clocks_stand_beside_the_first(situation: Situation) -> None:
    then = situation.state("2013-01-21", "control", "diabaly", known_at=date(2013, 1, 17))
    clocks = situation.clocks("2013-01-21", known_at="2013-01-17")
    assert then.dicts == situation.state(clocks, "control", "diabaly").dicts
    assert then.query["known_at"] == "2013-01-17T23:59:59.999999Z"


def test_clocks_that_hold_all_three_take_no_other(situation: Situation) -> None:
    with pytest.raises(TrackerError, match="an AsOf holds all three clocks"):
        situation.state(situation.clocks("2013-01-21"), known_at="2013-01-17")


def test_a_datetime_without_a_zone_is_not_guessed_at(situation: Situation) -> None:
    with pytest.raises(TrackerError, match=r"as-of: .* a time without a zone"):
        situation.state(datetime(2013, 1, 21, 12))  # noqa: DTZ001 - that is what is tested
    noon = datetime(2013, 1, 21, 12)  # noqa: DTZ001
    answer = situation.state(noon, "control", "diabaly", tz="Africa/Bamako")
    assert answer.query["as_of"] == "2013-01-21T12:00:00.999999Z"
    later = datetime(2013, 1, 21, 12, 0, 0, 5, tzinfo=UTC)
    assert situation.state(later).query["as_of"] == "2013-01-21T12:00:00.000005Z"
    text = situation.state("2013-01-21T12:00:00Z", "control")
    assert situation.state(datetime(2013, 1, 21, 12, tzinfo=UTC), "control") == text


def test_what_changed_between_two_days(situation: Situation) -> None:
    changes = situation.diff("2013-01-14", "2013-01-21", "control", known_at="2013-01-21").rows()
    (diabaly,) = (one for one in changes if one.key == "diabaly")
    assert isinstance(diabaly, Change)
    assert isinstance(diabaly.before, Control)
    assert isinstance(diabaly.after, Control)
    assert (diabaly.before.holders, diabaly.after.holders, diabaly.cause) == (
        ("islamist-fighters",),
        ("france", "mali"),
        "ground",
    )


def test_an_audit_has_evidence_and_no_other_answer_has(situation: Situation) -> None:
    found = situation.audit("2013-01-21", "control", "diabaly")
    decides = [one for one in found.evidence() if one.role == "decides"]
    assert decides
    assert all(one.locator["document"]["name"] for one in decides)
    assert situation.state("2013-01-21").evidence() == ()


def test_a_replica_is_made_from_python(tmp_path: Path) -> None:
    source = mali(tmp_path, reports=1)
    copied, position = follow(str(tmp_path / "replica.db"), str(source))
    with Situation(tmp_path / "replica.db") as replica, Situation(source) as there:
        assert copied == position == there.position == replica.position


# -- rows ----------------------------------------------------------------------------------------


def test_every_row_has_a_type_with_the_names_that_json_has(situation: Situation) -> None:
    for answer in answers(situation):
        rows = answer.rows()
        assert len(rows) == len(answer.dicts), answer.verb
        for row, said in zip(rows, answer.dicts, strict=True):
            names = {field.name for field in fields(row)}
            nested = {"place"} if isinstance(row, Control) else set()
            if isinstance(row, results.Stretch):
                nested |= {field.name for field in fields(row.belief)}
            if isinstance(row, results.Span):
                nested |= {"place", *(field.name for field in fields(row.state))}
            if isinstance(row, results.Fact):
                nested |= row.says.keys()
            if isinstance(row, results.Dispute):
                nested |= {"opened", "closed", "state"}
            assert said.keys() - names - nested == set(), answer.verb


def test_a_fact_says_what_its_kind_does(situation: Situation) -> None:
    rows = situation.evidence(None, "forces", "bamako").rows()
    told = next(row for row in rows if row.kind == "TroopsDeployed" and row.says.get("best"))
    asked = {"by": ["france"], "category": "troops", "best": 500, "comparator": "about"}
    assert asked.items() <= told.says.items()


def test_spans_and_facts_say_where_and_when(situation: Situation) -> None:
    spans = situation.spans(None, "control", "diabaly", known_at="2013-01-17").rows()
    states = [span.state for span in spans if isinstance(span.state, Control)]
    assert next(state.support for state in states if state.holders) == "confirmed"
    assert {(span.lat, span.lon) for span in spans} == {(14.69, -6.02)}
    assert [span.valid_from for span in spans[1:]] == [span.valid_to for span in spans[:-1]]
    facts = situation.evidence(None, "control", "diabaly", known_at="2013-01-14").rows()
    assert [fact.locator["sentence"] for fact in facts] == [1, 1]


def test_a_row_says_what_its_json_says(situation: Situation) -> None:
    answer = situation.state("2013-01-21", "forces", stale_after=0)
    for row, said in zip(answer.rows_of(Force), answer.dicts, strict=True):
        assert (row.actor, row.best, row.stale) == (said["actor"], said["best"], said["stale"])
        assert row.last_evidence == datetime.fromisoformat(said["last_evidence"])
        assert row.evidence == tuple(said["evidence"])


def test_a_dispute_has_its_values_typed() -> None:
    with new_situation() as quarrel:
        tell(quarrel, "gazette", "2013-01-10", fact("TownOccupied", place="mill", by=["army"],
             when={"edtf": "2013-01-10"}))  # fmt: skip
        tell(quarrel, "radio", "2013-01-20", fact("ControlReported", place="mill", by=["army"],
             state="held", when={"edtf": "2013-01-20"}))  # fmt: skip
        tell(quarrel, "wire", "2013-01-20", fact("ControlReported", place="mill", by=["rebels"],
             state="held", when={"edtf": "2013-01-20"}))  # fmt: skip
        (state,) = quarrel.state("2013-01-20").rows_of(Control)
        (dispute,) = quarrel.disputes("2013-01-20").rows()
    holders = [value.says["holders"] for value in state.values]
    assert state.support == "disputed"
    assert sorted(holders) == [["army"], ["rebels"]]
    assert state.values == dispute.values
    assert state.last_undisputed is not None
    assert state.last_undisputed.says["holders"] == ["army"]
    assert dispute.opened_valid is not None
    assert dispute.closed_valid is None


def test_results_cannot_be_changed(situation: Situation) -> None:
    row = situation.state("2013-01-14", "control", "diabaly").rows()[0]
    with pytest.raises(FrozenInstanceError):
        row.name = "elsewhere"  # type: ignore[misc]
    for value in row.possibly if not isinstance(row, results.Entry) else ():
        with pytest.raises(TypeError):
            value.says["status"] = "held"  # type: ignore[index]
    answer = situation.state("2013-01-21")
    answer.to_dicts()[0]["name"] = "elsewhere"
    assert answer.to_dicts()[0]["name"] != "elsewhere"


# -- tables --------------------------------------------------------------------------------------


def test_a_data_frame_has_the_rows_and_their_types(situation: Situation) -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    for answer in answers(situation):
        one, two = answer.to_pandas(), answer.to_polars()
        assert len(one) == len(two) == len(answer.dicts)
        assert list(one.columns) == two.columns
    forces = situation.state("2013-01-21", "forces").to_pandas()
    assert str(forces["last_evidence"].dtype) == "datetime64[us, UTC]"
    of_france = forces[(forces["actor"] == "france") & (forces["phase"] == "mobilised")]
    assert of_france["best"].tolist() == [2300]
    assert forces["best"].isna().sum() == sum(
        row["best"] is None for row in situation.state("2013-01-21", "forces").dicts
    )
    control = situation.state("2013-01-21", "control").to_polars()
    assert control.schema["since_latest"] == polars.Datetime("us", "UTC")
    assert control.filter(polars.col("key") == "diabaly")["holders"].to_list() == [
        ["france", "mali"]
    ]
    assert isinstance(forces, pandas.DataFrame)


def test_an_answer_without_rows_is_an_empty_frame(situation: Situation) -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    nothing = situation.state("1999-01-01")
    assert nothing.rows() == ()
    assert nothing.to_pandas().empty
    assert nothing.to_polars().is_empty()


def test_without_the_library_one_is_told_what_to_install(
    situation: Situation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "polars", None)
    with pytest.raises(TrackerError, match=r"pip install 'situation-tracker\[polars\]'"):
        situation.state("2013-01-21").to_polars()


# -- notebooks -----------------------------------------------------------------------------------


def test_a_notebook_shows_a_map_a_chart_and_tables(situation: Situation) -> None:
    shown = situation.state("2013-01-21")._repr_html_()
    assert "Mali · state as of 21 Jan 2013" in shown
    assert "<title>Mali: control</title>" in shown
    assert "<title>Diabaly: France, Mali (confirmed)</title>" in shown
    assert "<title>Mali: numbers</title>" in shown
    assert "<td" in shown
    assert "<script" not in shown


@pytest.mark.parametrize("at", range(9))
def test_every_answer_can_be_shown(situation: Situation, at: int) -> None:
    answer = answers(situation)[at]
    shown = answer._repr_html_()
    assert shown.startswith("<div") == shown.endswith("</div>") is True
    assert f"log #{answer.position}" in shown


def test_a_history_is_drawn(situation: Situation) -> None:
    assert "<title>Diabaly, control: true when, known when</title>" in (
        situation.history("diabaly")._repr_html_()
    )


@pytest.mark.parametrize("at", range(11))
def test_answers_and_their_rows_go_elsewhere(situation: Situation, at: int) -> None:
    """To another process, into a cache, into a file: whole, and equal to what they were."""
    answer = answers(situation)[at]
    gone = pickle.loads(pickle.dumps(answer))  # noqa: S301 - our own bytes
    assert (gone, gone.rows(), gone._repr_html_()) == (answer, answer.rows(), answer._repr_html_())
    assert deepcopy(answer) == answer
    assert asdict(answer)["names"] == dict(answer.names)
    for row in (*answer.rows(), *answer.evidence()):
        assert pickle.loads(pickle.dumps(row)) == deepcopy(row) == row  # noqa: S301
        assert {row, deepcopy(row)} == {row}
        assert asdict(row).keys() == {field.name for field in fields(row)}


def test_what_a_row_holds_cannot_be_changed(situation: Situation) -> None:
    locator: Any = situation.evidence(projection="control").rows()[0].locator
    changes: list[Callable[[], object]] = [
        lambda: locator.update(document="other"),
        lambda: locator.__setitem__("document", "other"),
        lambda: locator.pop("document"),
        locator.clear,
        locator.popitem,
        lambda: locator.setdefault("more", 1),
        lambda: locator.__delitem__("document"),
        lambda: locator.__ior__({"document": "other"}),
    ]
    before = dict(locator)
    for change in changes:
        with pytest.raises(TypeError, match="is not changed: take a copy"):
            change()
    assert locator == before == json.loads(json.dumps(locator))


# -- threads -------------------------------------------------------------------------------------


def test_threads_that_share_a_situation_get_the_answers_of_one(tmp_path: Path) -> None:
    path = mali(tmp_path, reports=2)
    days = [f"2013-01-{day}" for day in range(14, 22)]
    with Situation(path) as alone:
        alone.record(SEEDS / "guardian-2013-01-21.yaml", by="ana")
        expected = {day: alone.state(day).dicts for day in days}
        logged = list(alone.log_rows())
    with Situation(path) as shared, ThreadPoolExecutor(8) as threads:
        asked = {day: threads.submit(shared.state, day) for day in days * 3}
        read = [threads.submit(lambda: list(shared.log_rows())) for _ in range(4)]
        again = threads.submit(shared.record, SEEDS / "guardian-2013-01-21.yaml", by="ana")
        assert {day: one.result().dicts for day, one in asked.items()} == expected
        assert [one.result() for one in read] == [logged] * 4
        assert again.result()[0].added == 0


def test_a_thread_that_reads_the_log_holds_up_no_other(situation: Situation) -> None:
    rows = situation.log_rows()
    next(rows)
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(situation.state, "2013-01-21", "control", "diabaly")
        assert asked.result(timeout=60).dicts
    assert next(rows)["position"] == 2


# -- explained -----------------------------------------------------------------------------------


def public_calls(owner: type[Any]) -> list[str]:
    return [
        name
        for name in dir(owner)
        if not name.startswith("_") and inspect.isfunction(inspect.getattr_static(owner, name))
    ]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_says_what_it_is(name: str) -> None:
    assert inspect.getdoc(getattr(tracker, name))


@pytest.mark.parametrize("name", public_calls(Situation))
def test_every_call_is_explained_and_typed(name: str) -> None:
    call = getattr(Situation, name)
    assert len(inspect.getdoc(call) or "") > len(name)
    hints = inspect.signature(call)
    assert hints.return_annotation is not inspect.Signature.empty
    untyped = [
        one.name
        for one in hints.parameters.values()
        if one.name != "self" and one.annotation is inspect.Parameter.empty
    ]
    assert untyped == []


@pytest.mark.parametrize("made", TYPED, ids=lambda made: made.__name__)
def test_every_attribute_of_a_row_is_explained(made: type[Any]) -> None:
    own = {field.name for field in fields(made)}
    said = " ".join(inspect.getdoc(one) or "" for one in made.__mro__)
    assert own - set(re.findall(r"`(\w+)`", said)) == set()


def test_an_unknown_key_is_refused_with_the_nearest(situation: Situation) -> None:
    with pytest.raises(NotFoundError, match="diabaly"):
        situation.history("diabalu")


# -- asked wrongly -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda one: one.state(2012), "as-of: a text, a date or a datetime is needed, not 2012"),
        (lambda one: one.state(known_at=5), "known-at: a text, a date or a datetime is needed"),
        (
            lambda one: one.state("2013-01-21", weighing="latest"),
            "state: weighing takes Weighing, not 'latest'",
        ),
        (
            lambda one: one.state("2013-01-21", "control", stale_after="5d"),
            "stale_after: a whole number is needed, not '5d'",
        ),
        (lambda one: one.state(AsOf("2013")), "state: as_of takes AsOf or text or date"),  # type: ignore[arg-type]
        (lambda one: one.state("2013", key=7), "state: key takes text, not 7"),
        (lambda one: one.history(b"mopti"), "history: key takes text, not b'mopti'"),
        (lambda one: one.weighing(only=[1]), "weighing: only takes a list of text, not [1]"),
        (lambda one: one.search("a", limit=10**30), "search: limit takes a whole number, not 1000"),
        (
            lambda one: one.audit("2013", "control", "\ud800"),
            "audit: key takes text, not '\\ud800'",
        ),
        (lambda one: list(one.log_rows("x")), "after: a whole number is needed, not 'x'"),
        (lambda one: list(one.replay(3.5)), "as-of: a text, a date or a datetime is needed"),
        (lambda one: one.show("#99999999999999999999"), "no event #99999999999999999999"),
        (lambda one: one.cite("goma", by="ana"), "cite: answer takes Answer, not 'goma'"),
        (lambda one: one.record(5, by="ana"), "record: sheets takes text or PathLike or a list of"),
        (lambda one: one.retract(["#59"], reason="no", by=5), "retract: by takes text, not 5"),
    ],
)
def test_what_a_call_does_not_take_is_told(
    situation: Situation,
    asked: Callable[[Any], object],
    said: str,
) -> None:
    before = situation.position
    with pytest.raises(TrackerError) as caught:
        asked(situation)
    assert str(caught.value).startswith(said)
    assert situation.position == before


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda _: Situation(None), "Situation: path takes text or PathLike, not None"),  # type: ignore[arg-type]
        (lambda _: Situation(5), "Situation: path takes text or PathLike, not 5"),  # type: ignore[arg-type]
        (lambda _: Situation(b"x.db"), "Situation: path takes text or PathLike, not b'x.db'"),  # type: ignore[arg-type]
        (
            lambda _: Situation(":memory:", create=True, clock=5),  # type: ignore[arg-type]
            "Situation: clock takes something to call, not 5",
        ),
        (lambda _: follow(5, 6), "follow: path takes text, not 5"),  # type: ignore[arg-type]
        (lambda _: follow("x.db", 6), "follow: source takes text, not 6"),  # type: ignore[arg-type]
        (lambda one: one.state("2013").rows_of("Force"), "rows_of takes a type of rows, such as"),
        (lambda one: one.replayed("2013-01-15").rows(), "rows of replay have no type: to_dicts()"),
        (lambda one: exports.write("csv", one, "x.csv"), "write takes a Question and a path, not"),
        (
            lambda one: exports.write("csv", exports.Question(one, one.clocks(), USUAL), 5),  # type: ignore[arg-type]
            "write takes a Question and a path, not",
        ),
    ],
)
def test_what_is_not_taken_elsewhere_is_told_too(
    situation: Situation, asked: Callable[[Situation], object], said: str
) -> None:
    with pytest.raises(TrackerError) as caught:
        asked(situation)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("published", "said"),
    [
        (date(2013, 1, 14), "2013-01-14"),
        (datetime(2013, 1, 14, 10, tzinfo=UTC), "2013-01-14T10:00:00+00:00"),
        (datetime(2013, 1, 14, 10, 0, 0, 5, tzinfo=UTC), "2013-01-14T10:00:00+00:00"),
    ],
)
def test_a_draft_takes_dates_and_datetimes(
    situation: Situation, published: date, said: str
) -> None:
    text = b"Rebels took Diabaly on Monday."
    drafted = situation.draft(text, "n", published=published)
    assert drafted.report["published"] == said
    assert drafted.proposals == situation.draft(text, "n", published=said).proposals


@pytest.mark.parametrize(
    ("published", "lacks"),
    [
        ("2013-01-14T10:00", "a time without a zone: add Z"),
        (datetime(2013, 1, 14, 10), "a time without a zone: add Z"),  # noqa: DTZ001 - as given
        ("2013-01-14T10:00Z", "a time without seconds: write them"),
        ("2013-02-30", "2013-02 has no day 30"),
        ("lately", "cannot read 'lately' as a moment: write 2013"),
        (5, "draft: published takes text or date, not 5"),
    ],
)
def test_a_draft_says_what_its_time_lacks(situation: Situation, published: str, lacks: str) -> None:
    with pytest.raises(TrackerError, match=re.escape(lacks)):
        situation.draft(b"Rebels took Diabaly.", "n", published=published)


def test_an_export_is_written_to_a_path_as_text(situation: Situation, tmp_path: Path) -> None:
    question = exports.Question(situation, situation.clocks("2013-01-21"), USUAL)
    assert exports.write("csv", question, str(tmp_path / "x.csv")).rows == len(
        (tmp_path / "x.csv").read_text(encoding="utf-8").splitlines()[1:]
    )


def test_a_source_may_be_named_alone(situation: Situation) -> None:
    assert situation.weighing(only="voa") == situation.weighing(only=["voa"])
    assert situation.weighing(without="voa") == situation.weighing(without=["voa"])


def test_what_a_call_does_not_have_is_for_python_to_tell(situation: Situation) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'asof'"):
        situation.history("diabaly", asof="2013")  # type: ignore[call-arg]


def test_an_error_of_what_was_given_to_call_comes_through(situation: Situation) -> None:
    def stop(_: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        situation.compare(stop)


def test_sheets_may_come_one_after_the_other(tmp_path: Path) -> None:
    with Situation(tmp_path / "situation.db", create=True) as fresh:
        fresh.register(SEEDS / "situation.yaml", by="ana")
        assert len(fresh.record((one for one in SHEETS), by="ana")) == len(SHEETS)  # type: ignore[arg-type]


def test_a_replay_takes_the_clocks_as_other_questions_do(situation: Situation) -> None:
    pairs = list(situation.replay("2013-01-21", known_at="2013-01-14"))
    assert pairs == list(situation.replay(situation.clocks("2013-01-21", known_at="2013-01-14")))
    assert {**pairs[-1][0], "changes": pairs[-1][1]} == situation.replayed(
        "2013-01-21", known_at="2013-01-14"
    ).dicts[-1]


@pytest.mark.parametrize("name", [one for one in public_calls(Situation) if one != "close"])
def test_once_closed_it_says_so(name: str, tmp_path: Path) -> None:
    with Situation(tmp_path / "situation.db", create=True) as fresh:
        reading = fresh.log_rows()
    fresh.close()  # twice is fine
    call = getattr(fresh, name)
    parameters = inspect.signature(call).parameters.values()
    needed = [
        one.name
        for one in parameters
        if one.default is one.empty and one.kind is not one.VAR_KEYWORD
    ]
    with pytest.raises(LogError, match="this situation is closed: open it again"):
        list(call(**dict.fromkeys(needed)))
    with pytest.raises(LogError, match="this situation is closed"):
        next(reading)
    for attribute in ("position", "store", "log_id"):
        with pytest.raises(LogError, match="this situation is closed"):
            getattr(fresh, attribute)
