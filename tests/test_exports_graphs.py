"""Graphs are written as they are worked out: what names what is noted, and few rows are held."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self
from unittest import mock

import pytest
from commands_for_tests import mali, said
from contradictions_for_tests import day, found, left, more_by, number, open_war, took, troops
from effort_for_tests import times
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets_for_tests import fact

from projections.lazy import Again
from projections.store import Row
from tracker import exports
from tracker.situation import Situation

GRAPHS = ("stix", "ftm")


class Plain:
    """The same notes in memory: every fact by its id, and in lists what rests on each report."""

    def __init__(self) -> None:
        self.told: dict[str, Row] = {}
        self.rests: dict[str, list[str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def take(self, facts: Iterable[Row]) -> Self:
        self.told = {row["fact"]: row for row in facts}
        return self

    def _as_noted(self, row: Row) -> Row:
        return {**row, "document": row["locator"].get("document") or {}}

    def facts(self, ids: Iterable[str]) -> list[Row]:
        return [self._as_noted(self.told[one]) for one in ids if one in self.told]

    def rest(self, what: str, reports: Iterable[str]) -> None:
        for report in reports:
            self.rests.setdefault(report, []).append(what)

    def resting(self, report: str) -> Iterator[str]:
        return iter(self.rests[report])

    def reports(self, *, newest_first: bool = False) -> Iterator[Row]:
        first: dict[str, Row] = {}
        for row in self.told.values():
            first.setdefault(row["report"], row)
        order = list(first)
        if newest_first:
            order = list(dict.fromkeys(row["report"] for row in reversed(self.told.values())))
        return (self._as_noted(first[one]) for one in order if one in self.rests)


def written(situation: Situation, name: str, path: Path) -> str:
    """Write a graph of all that a situation holds; give its text."""
    write(situation, name, path)
    return path.read_text(encoding="utf-8")


def write(situation: Situation, name: str, path: Path) -> None:
    """Write a graph of all that a situation holds."""
    question = exports.Question(situation, situation.clocks(), situation.weighing())
    exports.write(name, question, path, force=True)


def plainly(situation: Situation, name: str, path: Path) -> str:
    """Write the same with notes in memory."""
    with mock.patch(f"tracker.exports.{name}.Noted", Plain):
        return written(situation, name, path)


def fought(place: str, when: int) -> Row:
    return fact("FightingReported", place=place, by=["army", "rebels"], when=day(when))


_DAYS = st.integers(5, 20)
_FACTS = st.one_of(
    st.builds(took, st.sampled_from(("army", "rebels", "legion")), _DAYS),
    st.builds(left, st.sampled_from(("army", "rebels")), _DAYS),
    st.builds(found, st.sampled_from(("army", "rebels army")), _DAYS),
    st.builds(fought, st.sampled_from(("mill", "ford", "valley")), _DAYS),
    st.builds(troops, st.sampled_from((number(100), more_by(50), None)), _DAYS),
)
_REPORTS = st.lists(
    st.tuples(
        st.sampled_from(("gazette", "courier", "mission", "ministry")),
        st.integers(20, 28),
        st.lists(_FACTS, min_size=1, max_size=4),
    ),
    max_size=6,
)


def recorded(told: list[tuple[str, int, list[Row]]]) -> Iterator[tuple[bytes, str]]:
    """Give sheets of these reports, some with a document, a title and an address."""
    for at, (source, published, facts) in enumerate(told):
        report: Row = {"source": source, "published": day(published)}
        if at % 2:
            report |= {"title": f"News {at}", "url": f"https://example.org/{at}"}
            report |= {"document": {"name": f"{at}.txt", "sha256": f"{at:064x}"}}
        named = [{**one, "gist": f"{at}, {n}"} for n, one in enumerate(facts)]
        yield json.dumps({"report": report, "facts": named}).encode(), f"{at}.yaml"


@pytest.mark.parametrize("name", GRAPHS)
def test_of_any_story_the_same_is_written_as_with_all_of_it_in_memory(
    name: str, tmp_path: Path
) -> None:
    @settings(max_examples=times(60))
    @given(_REPORTS, st.integers(0, 9))
    def holds(told: list[tuple[str, int, list[Row]]], wrong: int) -> None:
        with open_war() as war:
            war.record(list(recorded(told)), by="tests")
            facts = [row for row in war.log_rows() if row["fact"]]
            if facts:  # a correction stands in the report of what it corrects
                what = f"#{facts[wrong % len(facts)]['position']}"
                war.correct(what, {"gist": "Said anew."}, reason="a slip", by="tests")
            found = written(war, name, tmp_path / "noted")
            assert found == plainly(war, name, tmp_path / "plain")
            if name == "stix":
                refers_to_what_stands_above(json.loads(found)["objects"])

    holds()


def refers_to_what_stands_above(objects: list[Row]) -> None:
    """Every id that an object names is that of one before it; a report names what rests on it."""
    seen: set[str] = set()
    for one in objects:
        named = [one.get("source_ref"), one.get("target_ref"), *one.get("object_refs", ())]
        assert seen.issuperset(filter(None, named))
        assert one["id"] not in seen
        seen.add(one["id"])


@pytest.mark.parametrize("name", GRAPHS)
def test_of_mali_the_same_is_written(name: str, tmp_path: Path) -> None:
    with Situation(str(mali(tmp_path))) as situation:
        found = written(situation, name, tmp_path / "noted")
        assert found == plainly(situation, name, tmp_path / "plain")
    assert found.count("\n") > 50


@pytest.mark.parametrize("name", GRAPHS)
def test_of_nothing_a_whole_graph_is_written(name: str, tmp_path: Path) -> None:
    with open_war() as war:
        text = written(war, name, tmp_path / "empty")
    assert (text == "") if name == "ftm" else len(json.loads(text)["objects"]) == 4


@pytest.mark.parametrize("name", GRAPHS)
def test_nothing_is_left_beside_a_graph(name: str, tmp_path: Path) -> None:
    log = mali(tmp_path)
    (tmp_path / "out").mkdir()
    said("--log", log, "export", name, "-o", tmp_path / "out" / "graph")
    beside = ["graph", "graph.about.json"] if name == "ftm" else ["graph"]
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == beside


def held_by(name: str, places: int, folder: Path) -> int:
    """Give the most bytes that writing a graph of so many places holds, beside what they are."""
    towns = {f"town-{at}": {"name": f"Town {at}"} for at in range(places)}
    actors = {"army": {"name": "Army"}, "rebels": {"name": "Rebels"}}
    story: Row = {"title": "Towns", "places": towns, "actors": actors}
    story["sources"] = {"wire": {"name": "The Wire", "type": "agency"}}
    told: list[Any] = []
    for when, who in ((1, "army"), (3, "rebels"), (5, "army"), (7, "rebels")):
        facts = [took(who, when, place=town) for town in towns]
        told += [("wire", when, facts[at : at + 50]) for at in range(0, places, 50)]
    with Situation(":memory:", create=True) as situation:
        situation.register(json.dumps(story).encode(), "situation.yaml", by="tests")
        situation.record(list(recorded(told)), by="tests")
        write(situation, name, folder / "warm")  # what is read once is read
        tracemalloc.start()
        try:
            with mock.patch.object(Again, "__getitem__", side_effect=AssertionError("all of it")):
                write(situation, name, folder / "measured")
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("name", GRAPHS)
def test_four_times_the_facts_take_little_more_memory(name: str, tmp_path: Path) -> None:
    """What grows are the registers; all that is written would be four times as much."""
    few, many = (held_by(name, places, tmp_path) for places in (100, 400))
    assert many < 2 * few
