"""Tables of events: what a row tells, and that it is what a report would have told."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from effort_for_tests import times
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sheets_for_tests import new_situation, who_holds
from tables_for_tests import DIARY, Mapping, diary, facts_in, load, told

from tracker.datasets.appending import Appender
from tracker.datasets.gathered import Origin
from tracker.datasets.ids import fact_digest, finished_id
from tracker.facts.envelope import body_dict, canonical
from tracker.reports import Report, fact_id, make_report
from tracker.situation import Situation
from tracker.times import When


def test_a_row_tells_its_facts(situation: Situation, tmp_path: Path) -> None:
    outcome = load(situation, tmp_path, diary(), DIARY)
    assert outcome.files[0].facts == {"AttackOccurred": 4, "CasualtiesReported": 3}
    assert (outcome.places, outcome.actors) == (("new-bridge",), ("river-men",))


def test_places_and_actors_are_found_by_name_or_registered(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, diary(), DIARY)
    registry = situation.registry()
    bridge = registry.places["new-bridge"]
    assert (bridge.name, bridge.lat, bridge.coordinates) == ("New Bridge", 11.0, "the diary")
    assert registry.places["mill"].within == "valley"
    assert registry.places["mill"].lat == 10.0
    assert registry.actors["river-men"].name == "River Men"
    assert {fact["by"][0] for fact in facts_in(situation)} == {"rebels", "bandits", "river-men"}


def test_a_fact_says_where_its_row_stands(situation: Situation, tmp_path: Path) -> None:
    load(situation, tmp_path, diary(), DIARY)
    raid = facts_in(situation)[0]
    assert raid["gist"] == "Rebels at Mill: a raid at dawn"
    assert raid["locator"] == {"row": 2}
    assert raid["when"]["edtf"] == "2013-01-10"


def test_numbers_keep_their_hedge(situation: Situation, tmp_path: Path) -> None:
    load(situation, tmp_path, diary(), DIARY)
    said = [fact["quantity"] for fact in facts_in(situation) if "quantity" in fact]
    assert [(q.get("low"), q["best"], q.get("high"), q["comparator"]) for q in said] == [
        (1, 2, 3, "between"),
        (4, 4, 4, "exact"),
        (5, 7, 9, "between"),
    ]


def recorded_one_by_one(situation: Situation) -> list[Report]:
    """Make the reports again from their facts, as sheets are made into reports."""
    reports = []
    by_stream: dict[object, list[object]] = {}
    for event in situation.log.read():
        by_stream.setdefault(event.stream, []).append(event.body)
    for bodies in by_stream.values():
        first = bodies[0]
        if getattr(first, "TOPIC", "") == "ReportRegistered":
            header = first.model_dump(exclude={"content_sha256"})  # type: ignore[attr-defined]
            facts = [body.model_copy(update={"id": ""}) for body in bodies[1:]]  # type: ignore[attr-defined]
            reports.append(make_report(header, facts))
    return reports


SHARED = HealthCheck.function_scoped_fixture  # a folder: each example writes its own tables
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=0, max_size=12)
ROWS = st.lists(
    st.tuples(
        st.dates(date(2012, 1, 1), date(2013, 12, 31)).map(str),
        st.sampled_from(["Mill", "Ford", "Weir", " Mill\u00a0"]),
        CELLS.filter(lambda t: any(c.isalnum() for c in t)),
        st.integers(0, 10**6),
        CELLS,
    ),
    min_size=1,
    max_size=8,
)


def as_csv(rows: list[tuple[object, ...]]) -> str:
    """Write rows as DIARY has them."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["id", "day", "printed", "town", "lat", "lon", "who", "low", "best", "high", "notes"]
    )
    for number, (day, town, who, best, notes) in enumerate(rows):
        writer.writerow([number, day, "2014-01-01", town, 10, 20, who, "", best, "", notes])
    return out.getvalue()


@settings(max_examples=times(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_what_is_imported_is_what_reports_would_have_recorded(
    tmp_path: Path, rows: list[tuple[object, ...]]
) -> None:
    with new_situation() as situation, new_situation() as other:
        load(situation, tmp_path, diary(), as_csv(rows))
        imported = [event for event in situation.log.read() if event.stream.hex]
        by_id = {event.id: event for event in imported}
        for report in recorded_one_by_one(situation):
            for event_id, body in report.bodies:
                assert canonical(body_dict(body)) == canonical(body_dict(by_id[event_id].body))
        for *_, state in situation.log.raw_rows():
            assert canonical(json.loads(state)["body"]) in state
        before = situation.position
        again = load(situation, tmp_path, diary(), as_csv(rows))
        assert (again.events, situation.position) == (0, before)
        middle = len(rows) // 2 + 1
        load(other, tmp_path, diary(), as_csv(rows[:middle]))
        if rows[middle:]:
            load(other, tmp_path, diary(), as_csv(rows[middle:]))
        assert told(other) == told(situation)


@given(title=CELLS.filter(str.strip), file=CELLS.filter(str.strip), standing=st.booleans())
@settings(max_examples=times(30))
def test_a_report_is_registered_as_its_model_writes_it(
    *, title: str, file: str, standing: bool
) -> None:
    origin = Origin("gazette", "diary", title, standing, ((file, "0" * 64),), f"{file} 1", "me")
    published = When(edtf="2013-01-10")
    with new_situation() as situation:
        appender = Appender(situation.log, origin, lambda: 0)
        text = canonical(published.model_dump(mode="json", exclude_none=True)).decode()
        appender.register(appender.stream_of(text), 0)
        appender.flush()
        [*_, event] = situation.log.read()
        [*_, (*_, state)] = situation.log.raw_rows()
    header = {
        "source": "gazette",
        "published": published,
        "title": title,
        "document": {"name": file, "sha256": "0" * 64},
        "dataset": "diary",
        "batch": f"{file} 1",
        "standing": True if standing else None,
    }
    report = make_report(header, [])
    assert event.body == report.registered
    assert (event.stream, event.id) == (report.stream, str(report.stream))
    assert canonical(body_dict(report.registered)) in state


def test_ids_are_those_that_reports_give() -> None:
    from uuid import uuid4

    stream = uuid4()
    assert finished_id(fact_digest(str(stream), "TownOccupied"), b'{"x":1}') == fact_id(
        stream, "TownOccupied", b'{"x":1}'
    )


def test_rows_that_are_not_ordered_are_recorded_in_order_of_publication(
    situation: Situation, tmp_path: Path
) -> None:
    head, *rows = DIARY.splitlines(keepends=True)
    load(situation, tmp_path, diary(), head + "".join(reversed(rows)))
    days = [fact["when"]["edtf"] for fact in facts_in(situation)]
    assert days == sorted(days)


def test_rows_that_tell_the_same_are_one_fact(situation: Situation, tmp_path: Path) -> None:
    table = DIARY + DIARY.splitlines(keepends=True)[1]
    outcome = load(situation, tmp_path, diary(), table)
    assert outcome.files[0].repeated == 2


def test_a_file_that_adds_to_a_report_is_named_in_its_facts(
    situation: Situation, tmp_path: Path
) -> None:
    head, *rows = DIARY.splitlines(keepends=True)
    load(situation, tmp_path, diary(), head + rows[0])
    load(situation, tmp_path, diary(), head + rows[1], name="more.csv")
    documents = [fact["locator"].get("document", {}).get("name") for fact in facts_in(situation)]
    assert documents == [None, None, "more.csv", "more.csv"]


def test_a_batch_can_be_taken_back(situation: Situation, tmp_path: Path) -> None:
    head, *rows = DIARY.splitlines(keepends=True)
    load(situation, tmp_path, diary(), head + rows[0], batch="first")
    load(situation, tmp_path, diary(), head + rows[1], batch="second")
    marked = [event.batch for event in situation.log.read() if event.fact]
    assert marked == [None, None, "second", "second"]


ENTERED = "day,town,change\n2013-01-05,Mill,enter\n"


def layers(**changes: object) -> Mapping:
    return {
        "dataset": "layers",
        "title": "Layers",
        "shape": "events",
        "source": "radio",
        "standing": True,
        "published": {"column": "day"},
        "place": {"name": {"column": "town"}},
        "facts": [
            {
                "kind": "ControlReported",
                "if": {"column": "change", "equals": "enter"},
                "place": "$place",
                "by": ["rebels"],
                "gist": "{town} is in the layer",
            }
        ],
        "drop": [{"if": {"column": "change", "equals": "leave"}, "place": "$place"}],
        **changes,
    }


def test_a_list_that_changes_row_by_row(situation: Situation, tmp_path: Path) -> None:
    table = ENTERED + "2013-01-05,Ford,enter\n2013-01-09,Mill,leave\n"
    outcome = load(situation, tmp_path, layers(), table)
    assert outcome.dropped == 1
    assert who_holds(situation, "2013-01-08") == ("held", ["rebels"])
    assert who_holds(situation, "2013-02-08", place="ford") == ("held", ["rebels"])
    assert who_holds(situation, "2013-01-10") in (None, ("unknown", []))


LEFT = "2013-01-09,Mill,leave\n"


@pytest.mark.parametrize(
    "tables",
    [
        (ENTERED + LEFT + LEFT,),
        (ENTERED + LEFT + LEFT.replace("-", ""),),
        (ENTERED + LEFT + LEFT.replace("Mill", "MILL"),),
        (ENTERED + LEFT, ENTERED + LEFT),
    ],
)
def test_a_place_that_is_dropped_twice_in_one_report_is_dropped_once(
    situation: Situation, tmp_path: Path, tables: tuple[str, ...]
) -> None:
    mapping = layers(published={"column": "day", "formats": ["iso", "%Y%m%d"]})
    would = load(situation, tmp_path, mapping, *tables, dry_run=True)
    done = load(situation, tmp_path, mapping, *tables)
    assert (done.dropped, done.events, done.reports) == (1, 4, 2)
    assert (would.dropped, would.events, would.reports) == (1, 4, 2)
    assert sum(one.repeated for one in done.files) == (1 if len(tables) == 1 else 2)
    assert load(situation, tmp_path, mapping, *tables).events == 0
    assert who_holds(situation, "2013-01-10") is None


def test_a_place_that_is_dropped_again_after_it_came_back_on_one_day_is_gone(
    situation: Situation, tmp_path: Path
) -> None:
    there = ENTERED + LEFT + LEFT.replace("leave", "enter")
    load(situation, tmp_path, layers(), there + LEFT)
    assert who_holds(situation, "2013-01-10") is None
    with new_situation() as another:
        load(another, tmp_path, layers(), there)
        assert who_holds(another, "2013-01-10") == ("held", ["rebels"])


def test_what_two_reports_known_at_one_instant_tell_by_turns_is_told_once_in_each(
    situation: Situation, tmp_path: Path
) -> None:
    head = "printed,id,day,town,lat,lon,who,low,best,high,notes\n"
    row = ",1,2013-01-10,Mill,,,Rebels,,3,,\n"
    both = f"2013-02-01{row}2013-02-01T23:59:59Z{row}"
    done = load(situation, tmp_path, diary(), head + both + both)
    assert (done.reports, len(facts_in(situation)), done.files[0].repeated) == (2, 4, 4)


def test_filters_leave_rows_out_and_count_them(situation: Situation, tmp_path: Path) -> None:
    where = [{"column": "town", "in": ["mill"]}, {"column": "best", "at_least": 1}]
    outcome = load(situation, tmp_path, diary(where=where), DIARY)
    assert (outcome.files[0].rows, outcome.files[0].left_out) == (4, 3)


@pytest.mark.parametrize(("asked", "standing"), [("where", 2), ("if", 1)])
def test_a_record_that_no_filter_meets_any_more_is_taken_back_by_an_if_alone(
    situation: Situation, tmp_path: Path, asked: str, standing: int
) -> None:
    first, second = (HEAD + f"1,2013-01-10,Mill,{mark}\n2,2013-01-11,Ford,ok\n" for mark in MARKS)
    mark = {"column": "mark", "equals": "ok"}
    fact = {"kind": "AttackOccurred", "place": "$place", "when": {"column": "day"}, "gist": "x"}
    facts = [fact | ({"if": mark} if asked == "if" else {})]
    more = {"where": mark} if asked == "where" else {}
    mapping = regional(key=["id"], facts=facts, place={"name": {"column": "town"}}, **more)
    load(situation, tmp_path, mapping, first, published="2013-02-01")
    done = load(situation, tmp_path, mapping, second, published="2013-02-08")
    assert 2 - done.files[0].facts.get("FactRetracted", 0) == standing


HEAD, MARKS = "id,day,town,mark\n", ("ok", "withdrawn")
REGIONS = "id,day,town,region\n1,2013-01-10,Aleph,Aleph\n2,2013-01-11,Beth,Aleph\n"


def regional(**changes: object) -> dict[str, object]:
    attack = {"kind": "AttackOccurred", "place": "$place", "when": {"column": "day"}, "gist": "x"}
    return {
        "dataset": "regional",
        "title": "By region",
        "shape": "events",
        "source": "gazette",
        "published": {"value": "2013-02-01"},
        "place": {"name": {"column": "town"}, "within": {"column": "region"}},
        "facts": [attack],
        **changes,
    }


def test_a_town_is_not_the_region_that_is_named_after_it(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, regional(), REGIONS)
    assert load(situation, tmp_path, regional(), REGIONS).events == 0
    places = situation.registry().places
    town, region = (fact["place"] for fact in facts_in(situation)), places["beth"].within
    assert region is not None
    assert places[region].type == "region"
    assert [places[name].type for name in town] == ["town", "town"]


def test_a_region_that_rows_speak_of_is_the_one_that_towns_lie_in(
    situation: Situation, tmp_path: Path
) -> None:
    place = {"name": {"column": "town"}, "within": {"column": "region"}, "type": "region"}
    table = "id,day,town,region\n1,2013-01-10,Beth,Aleph\n2,2013-01-11,Aleph,\n"
    outcome = load(situation, tmp_path, regional(place=place), table)
    assert sorted(outcome.places) == ["aleph", "beth"]
    assert load(situation, tmp_path, regional(place=place), table).events == 0


SCATTERED = """\
day,told,town,region,lat,lon
2013-01-10,2013-02-01,Salt Well,{one},10.0,20.0
2013-01-11,2013-02-02,Salt Well,{other},{lat},20.0
"""


def scattered(**changes: object) -> dict[str, object]:
    point = {"lat": {"column": "lat"}, "lon": {"column": "lon"}, "coordinates": "the table"}
    place = {"name": {"column": "town"}, "within": {"column": "region"}, **point}
    return regional(published={"column": "told"}, place=place, **changes)


@pytest.mark.parametrize(
    ("told", "places"),
    [
        pytest.param((15.0, "", ""), 2, id="500 km apart"),
        pytest.param((10.2, "", ""), 1, id="mended by 22 km"),
        pytest.param((10.2, "Aleph", "Beth"), 2, id="22 km apart, in two regions"),
        pytest.param((10.2, "Aleph", ""), 1, id="22 km apart, in a region that is said once"),
        pytest.param((10.05, "Aleph", "Beth"), 1, id="5 km apart, at a border"),
    ],
)
@pytest.mark.parametrize("files", [1, 2], ids=["at once", "one after the other"])
def test_events_far_apart_are_not_of_one_place_whenever_they_were_published(
    situation: Situation, tmp_path: Path, told: tuple[float, str, str], places: int, files: int
) -> None:
    lat, one, other = told
    head, *rows = SCATTERED.format(lat=lat, one=one, other=other).splitlines(keepends=True)
    for part in [rows] if files == 1 else [[row] for row in rows]:
        load(situation, tmp_path, scattered(), head + "".join(part))
    assert len({fact["place"] for fact in facts_in(situation)}) == places
    assert load(situation, tmp_path, scattered(), head + "".join(rows)).events == 0


def test_a_place_that_was_mended_stays_one_when_another_of_its_name_comes(
    situation: Situation, tmp_path: Path
) -> None:
    """At once or as the table grows: the town put 22 km off, and its namesake 500 km away."""
    head, *rows = SCATTERED.format(one="", other="", lat=10.2).splitlines(keepends=True)
    rows.append("2013-01-12,2013-02-03,Salt Well,,15.0,20.0\n")
    for upto in (2, 3, 3):
        load(situation, tmp_path, scattered(), head + "".join(rows[:upto]))
    with new_situation() as whole:
        for _ in range(2):
            load(whole, tmp_path, scattered(), head + "".join(rows))
        for found in (situation, whole):
            places = [fact["place"] for fact in facts_in(found)]
            assert len(places) == 3
            assert places[0] == places[1] != places[2]


def test_which_place_a_row_is_of_hangs_on_no_other_report(
    situation: Situation, tmp_path: Path
) -> None:
    """One report tells of two towns of a name; a later one of the first, put 22 km off."""
    head, *rows = SCATTERED.format(one="", other="", lat=15.0).splitlines(keepends=True)
    rows = [row.replace("2013-02-02", "2013-02-01") for row in rows]
    later = "2013-01-12,2013-02-03,Salt Well,,10.2,20.0\n"
    load(situation, tmp_path, scattered(), head + "".join(rows))
    load(situation, tmp_path, scattered(), head + later)
    with new_situation() as whole:
        load(whole, tmp_path, scattered(), head + "".join([*rows, later]))
        for found in (situation, whole):
            places = [fact["place"] for fact in facts_in(found)]
            assert places[0] == places[2] != places[1]
            assert load(found, tmp_path, scattered(), head + "".join([*rows, later])).events == 0


def test_a_name_is_one_however_its_accents_are_put(situation: Situation, tmp_path: Path) -> None:
    rows = "2013-01-10,2013-02-01,{},,10.0,20.0\n2013-01-11,2013-02-02,{},,10.0,20.0\n"
    table = SCATTERED.splitlines()[0] + "\n" + rows.format("A\u00efn", "Ai\u0308n")
    outcome = load(situation, tmp_path, scattered(), table)
    assert (len(outcome.places), outcome.warnings) == (1, ())
