"""Real tables through the shipped mappings, against brute force over the raw tables.

The tables are no part of the project (see CONTRIBUTING); without them these tests are skipped.
"""

from __future__ import annotations

import csv
import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import oracle_tables as oracle
import pytest
from effort_for_tests import WHOLE, times

from projections.weighing import Weighing
from tracker.instants import FUTURE_OPEN, SECOND, AsOf
from tracker.outcomes import Imported
from tracker.situation import Situation

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
CONTROL = DATA / "wiki-control-2022" / "snapshots.csv.gz"
LAYERS = DATA / "isw-control-2022" / "place_changes.csv"
OFFICIAL = DATA / "alerts-2022" / "official.csv.gz"
VOLUNTEER = DATA / "alerts-2022" / "volunteer.csv.gz"
LOSSES = DATA / "general-staff-2023" / "revisions.csv"
SEED = 20_220_224

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the real tables (../shared/data) are not here"
)


Tables = Callable[[Path], Path]


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """What gives every tenth version of a list or row of a table; all of it if WHOLE."""
    folder = tmp_path_factory.mktemp("tables")

    @cache
    def cut(table: Path) -> Path:
        if WHOLE:
            return table
        rows = oracle.rows_of(table)
        of_list = "version" in rows[0]
        kept = [row for row in rows if int(row["version"]) % 10 == 0] if of_list else rows[::10]
        made = folder / table.name.removesuffix(".gz")
        with made.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(kept)
        return made

    return cut


SIDE = {"ukraine": "ukraine", "russia": "russia", "donetsk-pr": "russia", "luhansk-pr": "russia"}


def by_end_of(second: int) -> int:
    """Give the last microsecond of a second."""
    return second * SECOND + SECOND - 1


def imported(situation: Situation, mapping: str, table: Path, folder: Path) -> Imported:
    return situation.import_table(
        mapping, [table], by="tests", quarantine=folder / f"{mapping}.quarantine.csv"
    )


def filled(folder: Path, *tables: tuple[str, Path]) -> Situation:
    situation = Situation(str(folder / "situation.db"), create=True)
    for mapping, table in tables:
        imported(situation, mapping, table, folder)
    return situation


def spots_of(situation: Situation) -> dict[str, list[tuple[str, tuple[float, float] | None]]]:
    """Give the registered places by folded name."""
    found = defaultdict(list)
    for place in situation.registry().places.values():
        point = (place.lat, place.lon) if place.lat is not None and place.lon is not None else None
        found[oracle.fold(place.name)].append((place.id, point))
    return found


def said(state: dict[str, Any]) -> oracle.Said:
    """Give what a row says in the oracle's words."""
    if state["status"] == "unknown":
        return None
    sides = {SIDE[holder] for holder in state["holders"]}
    return state["status"], sides.pop() if len(sides) == 1 else "both"


def diagonal(rectangles: list[Any], instants: list[int]) -> list[Any]:
    """Give the state at each of these instants, in order, as known then; None: no evidence."""
    states: list[Any] = [None] * len(instants)
    for row in rectangles:
        first = bisect_left(instants, max(row["valid_from"], row["known_from"]))
        last = bisect_left(instants, min(row["valid_to"], row["known_to"]))
        if first < last:
            states[first:last] = [json.loads(row["state"])] * (last - first)
    return states


def in_hindsight(rectangles: list[Any], instants: list[int]) -> list[Any]:
    """Give the state at each of these instants, in order, as known in the end."""
    states: list[Any] = [None] * len(instants)
    for row in rectangles:
        if row["known_to"] == FUTURE_OPEN:
            first = bisect_left(instants, row["valid_from"])
            last = bisect_left(instants, row["valid_to"])
            if first < last:
                states[first:last] = [json.loads(row["state"])] * (last - first)
    return states


# ---------------------------------------------------------------- the control list


@pytest.fixture(scope="module")
def control(
    tmp_path_factory: pytest.TempPathFactory, cut: Tables
) -> Iterator[tuple[Situation, Imported, Path]]:
    folder = tmp_path_factory.mktemp("control")
    with Situation(str(folder / "situation.db"), create=True) as situation:
        yield situation, imported(situation, "wiki-control-2022", cut(CONTROL), folder), folder


@pytest.fixture(scope="module")
def rows(cut: Tables) -> oracle.Rows:
    return oracle.rows_of(cut(CONTROL))


def test_every_version_of_the_control_list_is_what_was_known_then(
    control: tuple[Situation, Imported, Path], rows: oracle.Rows
) -> None:
    situation, outcome, _ = control
    spots = spots_of(situation)
    versions = oracle.versions_of(rows)
    several = oracle.several_holders(versions)
    names = {oracle.fold(row["name"]) for row in rows}
    listed = list(oracle.listed(versions, spots))
    instants = [by_end_of(published) for published, _ in listed]
    clear = {name for name in names - several if name in spots}
    if WHOLE:
        assert (len(listed), len(names), len(names - several)) == (1833, 504, 486)
    # A header and a merge mark that slipped into the list, and rows without a name, are no places.
    assert names - several - clear <= {"", "name", "======="}
    assert all(len(spots[name]) == 1 for name in clear)
    wrong = []
    for name, places in spots.items():
        for place, _ in places:
            answers = diagonal(situation.store.beliefs("control", place), instants)
            for (published, now), state in zip(listed, answers, strict=True):
                if now.get(place) != (said(state) if state else None):
                    wrong.append((name, published, now.get(place), state))
    assert not wrong, f"{len(wrong)} of {len(listed)} versions x places, such as {wrong[:3]}"
    for name in several - set(spots):
        assert name in {oracle.fold(one) for one in outcome.ambiguous}


def test_the_control_list_as_it_is_asked_for(
    control: tuple[Situation, Imported, Path], rows: oracle.Rows
) -> None:
    situation, _, _ = control
    spots = spots_of(situation)
    listed = list(oracle.listed(oracle.versions_of(rows), spots))
    places = sorted(place for found in spots.values() for place, _ in found)
    random = Random(SEED)  # noqa: S311 - a seeded sample
    for _ in range(300):
        published, now = random.choice(listed)
        place, at = random.choice(places), by_end_of(published)
        found = situation.state(AsOf(at, at), "control", place).dicts
        assert (said(found[0]) if found else None) == now.get(place), (place, published)


def test_changes_of_the_control_list_are_recorded_not_rows(
    control: tuple[Situation, Imported, Path], rows: oracle.Rows
) -> None:
    _, outcome, _ = control
    facts = sum(outcome.files[0].facts.values())
    assert outcome.files[0].rows == len(rows)
    assert 0 < facts < 0.05 * len(rows)
    assert {"place", "value"} == set(outcome.files[0].quarantined)


def test_the_control_list_imported_again_adds_nothing(
    control: tuple[Situation, Imported, Path], cut: Tables
) -> None:
    situation, first, folder = control
    again = imported(situation, "wiki-control-2022", cut(CONTROL), folder)
    assert (again.events, again.position) == (0, first.position)


def test_disputed_place_days_are_those_of_both_tables(
    control: tuple[Situation, Imported, Path], rows: oracle.Rows
) -> None:
    """Also that a cell of them shows both sides. Comes last: it adds to the situation."""
    situation, _, folder = control
    imported(situation, "isw-control-2022", LAYERS, folder)
    again = imported(situation, "isw-control-2022", LAYERS, folder)
    assert again.events == 0
    layers = oracle.rows_of(LAYERS)
    spots = spots_of(situation)
    expected = oracle.disputed_days(rows, layers, spots)
    first, *_, last = sorted({row["day"] for row in layers})
    days = oracle.days(*(date(int(d[:4]), int(d[4:6]), int(d[6:])) for d in (first, last)))
    instants = [by_end_of(oracle.last_second(day)) for day in days]
    found = set()
    for places in spots.values():
        for place, _ in places:
            known = diagonal(situation.store.beliefs("control", place), instants)
            for day, state in zip(days, known, strict=True):
                if state and state["support"] == "disputed":
                    found.add((place, day))
    assert len(expected) > 500
    assert found == expected, (sorted(found - expected)[:3], sorted(expected - found)[:3])
    sample = Random(SEED).sample(sorted(expected), 5)  # noqa: S311 - seeded
    for place, day in sample:
        at = by_end_of(oracle.last_second(day))
        answer = situation.audit(AsOf(at, at), "control", place)
        told = [one for one in answer.more["evidence"] if one["role"] == "dissents"]
        sides = {SIDE[holder] for value in answer.dicts[0]["values"] for holder in value["holders"]}
        assert sides == {"russia", "ukraine"}
        assert len({one["source"] for one in told} | {one["speaker"] for one in told}) > 1


# ---------------------------------------------------------------- alerts


@pytest.fixture(scope="module")
def alerts(tmp_path_factory: pytest.TempPathFactory, cut: Tables) -> Iterator[Situation]:
    tables = (("alerts-2022-official", cut(OFFICIAL)), ("alerts-2022-volunteer", cut(VOLUNTEER)))
    with filled(tmp_path_factory.mktemp("alerts"), *tables) as situation:
        yield situation


@cache
def alerts_of(table: Path) -> dict[str, list[oracle.Alert]]:
    return oracle.alerts_of(oracle.rows_of(table))


def region_ids(situation: Situation) -> dict[str, str]:
    return {oracle.fold(one.name): one.id for one in situation.registry().places.values()}


@pytest.mark.parametrize(
    ("table", "source", "begins"),
    [
        (OFFICIAL, "alerts-official", "2022-03-15T00:00:00Z"),
        (VOLUNTEER, "alerts-volunteer", "2022-02-25T00:00:00Z"),
    ],
)
def test_alerts_of_one_source_at_random_points(
    alerts: Situation, cut: Tables, table: Path, source: str, begins: str
) -> None:
    from projections.cells import Cells

    told = alerts_of(cut(table))
    ids = region_ids(alerts)
    random = Random(SEED)  # noqa: S311 - a seeded sample
    regions = sorted(told)
    first, last = oracle.second(begins) // 60, oracle.second("2023-01-02T00:00:00Z") // 60
    points: dict[str, list[int]] = defaultdict(list)
    for _ in range(times(20_000)):
        points[random.choice(regions)].append(60 * random.randint(first, last))
    cells = Cells(alerts.store, None, Weighing(only=(source,)))
    assumed = 0
    for region, seconds in points.items():
        seconds.sort()
        rectangles = cells.rectangles("alerts", f"air-raid/{ids[region]}")
        instants = [by_end_of(one) for one in seconds]
        states, then = in_hindsight(rectangles, instants), diagonal(rectangles, instants)
        for at, state, known in zip(seconds, states, then, strict=True):
            level, certain = oracle.alert_at(told[region], at)
            assert state is not None, (region, at)
            assert (state["level"], state["certainty"] == "certain") == (level, certain), (
                region,
                at,
            )
            # While it was on, nobody knew when its end would be assumed.
            assert (known["level"], known["certainty"]) == (level, "certain"), (region, at)
            if not certain:
                assert [one["level"] for one in state["possibly"]] == ["all-clear"]
                assumed += 1
    assert not assumed or table == VOLUNTEER
    if WHOLE:
        assert bool(assumed) is (table == VOLUNTEER)
    for region, seconds in random.sample(sorted(points.items()), 10):
        at = by_end_of(random.choice(seconds))
        key, weighing = f"air-raid/{ids[region]}", Weighing(only=(source,))
        (row,) = alerts.state(AsOf(at), "alerts", key, weighing=weighing).dicts
        assert row["level"] == oracle.alert_at(told[region], at // SECOND)[0]


def test_minutes_on_which_the_sources_of_alerts_disagree(alerts: Situation, cut: Tables) -> None:
    official, volunteer = alerts_of(cut(OFFICIAL)), alerts_of(cut(VOLUNTEER))
    since = oracle.second("2022-03-15T00:00:00Z")
    expected = oracle.disagreement(official, volunteer, since)
    ids = region_ids(alerts)
    assert len(expected) == 25 if WHOLE else len(expected) > 20
    found = {}
    for region in set(official) | set(volunteer):
        count = 0
        for row in alerts.store.beliefs("alerts", f"air-raid/{ids[region]}"):
            if row["known_to"] == FUTURE_OPEN and '"support":"disputed"' in row["state"]:
                # Minutes whose first second has ended within the rectangle.
                first, last = (
                    -(-(row[at] - SECOND + 1) // (60 * SECOND)) for at in ("valid_from", "valid_to")
                )
                count += last - first
        if count or region in expected:
            found[region] = count
    assert found == expected
    assert sum(expected.values()) > 10_000


# ---------------------------------------------------------------- loss counts


@pytest.fixture(scope="module")
def losses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situation]:
    with filled(tmp_path_factory.mktemp("losses"), ("general-staff-2023", LOSSES)) as situation:
        yield situation


def key_of(metric: str) -> str:
    people = {"personnel": "personnel/killed", "POW": "personnel/captured"}
    return f"russia/{people.get(metric, metric.lower().replace(' ', '-') + '/lost')}"


def test_loss_counts_are_those_published_by_then(losses: Situation) -> None:
    counts = oracle.published_counts(oracle.rows_of(LOSSES))
    random = Random(SEED)  # noqa: S311 - a seeded sample
    moments = sorted({published for told in counts.values() for _, published, _ in told})
    dates = sorted({day for told in counts.values() for day, _, _ in told})
    asked: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for _ in range(times(5_000)):
        day = random.choice(dates)
        known = random.choice(
            [random.choice(moments), random.randint(moments[0], moments[-1] + 86_400)]
        )
        asked[random.choice(sorted(counts))].append((day, known))
    wrong = []
    for metric, points in asked.items():
        rectangles = losses.store.beliefs("losses", key_of(metric))
        parsed = [(one, json.loads(one["state"])) for one in rectangles]
        for day, known in points:
            t, k = by_end_of(oracle.last_second(day)), by_end_of(known)
            states = [
                state
                for one, state in parsed
                if one["valid_from"] <= t < one["valid_to"]
                and one["known_from"] <= k < one["known_to"]
            ]
            best = states[0]["best"] if states else None
            expected = oracle.count_at(counts[metric], day, known)
            if best != expected:
                wrong.append((metric, day, known, expected, best))
    assert not wrong, f"{len(wrong)} of {times(5_000)}, such as {wrong[:5]}"


def test_restatements_are_corrections_and_falls_are_shown(losses: Situation) -> None:
    counts = oracle.published_counts(oracle.rows_of(LOSSES))
    restated = 0
    for told in counts.values():
        newest: dict[date, int] = {}
        for day, _, value in sorted(told, key=lambda one: one[1]):
            restated += newest.get(day, value) != value
            newest[day] = value
    corrected = losses.store.rows("SELECT reason FROM retractions WHERE kind = 'corrected'")
    assert {one["reason"] for one in corrected} == {"restated by the source"}
    assert len(corrected) == restated > 100
    day = date(2022, 3, 11)
    at = by_end_of(oracle.last_second(day))
    early = by_end_of(oracle.second("2022-03-11T10:40:00Z"))
    (then,) = losses.state(AsOf(at, early), "losses", "russia/apc/lost").dicts
    (now,) = losses.state(AsOf(at), "losses", "russia/apc/lost").dicts
    assert (then["best"], now["best"]) == (165, 1165)
    # A count that is lower than that of the day before, as known in the end, is kept and marked.
    for metric, told in counts.items():
        newest = {}
        for when, _, value in sorted(told, key=lambda one: (one[0], one[1])):
            newest[when] = value
        for when, value in newest.items():
            before = newest.get(when - timedelta(days=1))
            if before is not None and value < before:
                t = by_end_of(oracle.last_second(when))
                (row,) = losses.state(AsOf(t), "losses", key_of(metric)).dicts
                assert row["best"] == value
                assert row["restated"] == value - before, (metric, when)
