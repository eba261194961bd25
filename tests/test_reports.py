"""Pure decisions: what recording a report, or registering a situation, adds to the log."""

from collections.abc import Sequence

import pytest

from tracker.errors import InputError
from tracker.facts import Fact, ReportRegistered
from tracker.facts.envelope import Event
from tracker.registry import PlaceRegistered, Registry, SituationRegistered
from tracker.reports import (
    SITUATION_STREAM,
    ChangedReportError,
    Decision,
    Report,
    record,
    register,
)
from tracker.sheets import read_sheet
from tracker.situation_file import read_situation

SITUATION = """\
title: Mali
places:
  diabaly: {name: Diabaly}
  konna: {name: Konna}
actors:
  france: {name: France, type: state}
  rebels: {name: Rebels}
sources:
  voa: {name: VOA, type: broadcaster}
"""

HEADER = """\
report:
  source: voa
  published: 2013-01-17
  document:
    name: 004.txt
    sha256: {sha256}
"""

TOWN_TAKEN = """\
  - kind: TownOccupied
    place: diabaly
    by: [rebels]
    when: 2013-01-14
    status: occurred
    voice: reporter
    gist: Rebels took the town.
"""
STRIKE = """\
  - kind: AirstrikeConducted
    place: konna
    by: [france]
    when: 2013-01-12
    status: occurred
    voice: attributed
    speaker: an official
    gist: French aircraft struck the town.
"""
COUP = """\
  - {kind: MeetingHeld, by: [france], when: 2013-01-16, status: planned, voice: hearsay, gist: Met.}
"""


def document(sha256: str = "a" * 64) -> str:
    return HEADER.format(sha256=sha256)


def sheet(*facts: str, header: str | None = None) -> str:
    return (header or document()) + "facts:\n" + "".join(facts)


def registry() -> Registry:
    return Registry().after(read_situation(SITUATION.encode(), "situation.yaml").events)


def report(text: str | bytes) -> Report:
    data = text.encode() if isinstance(text, str) else text
    return read_sheet(data, "sheet.yaml", registry()).report


def told(past: Sequence[Event], text: str | bytes) -> Decision:
    return record(past, report(text), at=7, by="ana")


def kinds(decision: Decision) -> list[str]:
    return [event.body.TOPIC for event in decision.events]


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as refused:
        report(text)
    return [str(problem) for problem in refused.value.problems]


# -- a new report ----------------------------------------------------------------------------------


def test_a_new_report_is_its_registration_and_then_its_facts_in_order() -> None:
    decision = told([], sheet(TOWN_TAKEN, STRIKE))
    assert kinds(decision) == ["ReportRegistered", "TownOccupied", "AirstrikeConducted"]
    assert [event.version for event in decision.events] == [1, 2, 3]
    assert decision.already == 0
    assert {event.stream for event in decision.events} == {report(sheet(TOWN_TAKEN)).stream}
    assert {(event.recorded_at, event.recorded_by) for event in decision.events} == {(7, "ana")}
    assert {event.position for event in decision.events} == {0}


def test_an_event_of_a_fact_has_the_id_of_the_fact() -> None:
    registered, *facts = told([], sheet(TOWN_TAKEN, STRIKE)).events
    assert isinstance(registered.body, ReportRegistered)
    assert registered.id == str(registered.stream)
    for event in facts:
        assert event.fact
        assert event.id == event.fact.id


def test_a_report_without_facts_is_registered_all_the_same() -> None:
    assert kinds(told([], document())) == ["ReportRegistered"]


# -- the same report again -------------------------------------------------------------------------

LAID_OUT_ANEW = [
    pytest.param(sheet(TOWN_TAKEN, STRIKE), id="byte for byte"),
    pytest.param("# read twice\n" + sheet(TOWN_TAKEN, "\n", STRIKE, "# end\n"), id="comments"),
    pytest.param(sheet(TOWN_TAKEN, STRIKE).replace("\n", "\r\n"), id="CRLF"),
    pytest.param("\ufeff" + sheet(TOWN_TAKEN, STRIKE), id="BOM"),
    pytest.param(
        sheet(
            "  - gist: 'Rebels took the town.'\n"
            "    voice: reporter\n"
            "    by:\n"
            "      - rebels\n"
            "    when: {edtf: '2013-01-14'}\n"
            "    status: occurred\n"
            '    place: "diabaly"\n'
            "    kind: TownOccupied\n",
            STRIKE,
        ),
        id="order of keys, quotes, block or flow",
    ),
    pytest.param(
        "facts:\n" + TOWN_TAKEN + STRIKE + document(), id="the facts before the report block"
    ),
    pytest.param(sheet(STRIKE, TOWN_TAKEN), id="order of facts"),
    pytest.param(sheet(TOWN_TAKEN, STRIKE) + "not_coded: [{sentence: 3, why: chat}]\n", id="notes"),
]


@pytest.mark.parametrize("again", LAID_OUT_ANEW)
def test_a_sheet_laid_out_anew_is_the_same_report_and_adds_nothing(again: str) -> None:
    past = told([], sheet(TOWN_TAKEN, STRIKE)).events
    assert told(past, again) == Decision((), already=3)


def test_the_order_of_facts_in_the_sheet_does_not_change_their_ids() -> None:
    one, other = report(sheet(TOWN_TAKEN, STRIKE)), report(sheet(STRIKE, TOWN_TAKEN))
    assert [fact.id for fact in one.facts] == [fact.id for fact in reversed(other.facts)]


def test_the_same_words_in_two_reports_are_two_facts() -> None:
    one = report(sheet(TOWN_TAKEN))
    other = report(sheet(TOWN_TAKEN, header=document("b" * 64)))
    assert one.stream != other.stream
    assert one.facts[0].id != other.facts[0].id


@pytest.mark.parametrize(
    ("change", "same"),
    [
        pytest.param(("name: 004.txt", "name: renamed.txt"), True, id="the file was renamed"),
        pytest.param(("voa\n", "voa\n  title: A headline\n"), True, id="a title was added"),
        pytest.param(("a" * 64, "c" * 64), False, id="another document"),
        pytest.param(("2013-01-17", "2013-01-18"), False, id="another day"),
    ],
)
def test_what_makes_two_sheets_one_report(change: tuple[str, str], same: bool) -> None:  # noqa: FBT001
    text = sheet(TOWN_TAKEN)
    assert (report(text).stream == report(text.replace(*change)).stream) is same


def test_without_a_document_a_report_is_known_by_its_url_and_may_grow() -> None:
    header = "report: {source: voa, published: 2013-01-17, url: 'https://voa.example/1'}\n"
    past = told([], sheet(TOWN_TAKEN, header=header)).events
    assert kinds(told(past, sheet(TOWN_TAKEN, STRIKE, header=header))) == ["AirstrikeConducted"]


def test_without_document_or_url_other_facts_are_another_report() -> None:
    header = "report: {source: voa, published: 2013-01-17}\n"
    one, other = (
        report(sheet(TOWN_TAKEN, header=header)),
        report(sheet(TOWN_TAKEN, STRIKE, header=header)),
    )
    assert one.stream != other.stream


# -- a sheet that grew, or changed -----------------------------------------------------------------


def test_a_grown_sheet_adds_only_its_new_facts() -> None:
    past = told([], sheet(TOWN_TAKEN)).events
    grown = told(past, sheet(STRIKE, TOWN_TAKEN, COUP))
    assert kinds(grown) == ["AirstrikeConducted", "MeetingHeld"]
    assert [event.version for event in grown.events] == [3, 4]
    assert grown.already == 2
    assert told([*past, *grown.events], sheet(TOWN_TAKEN, STRIKE, COUP)).events == ()


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(sheet(STRIKE), id="a fact is missing"),
        pytest.param(sheet(TOWN_TAKEN.replace("2013-01-14", "2013-01-15"), STRIKE), id="changed"),
        pytest.param(document(), id="no fact is left"),
        pytest.param(sheet(STRIKE, COUP), id="one is missing and one is new"),
    ],
)
def test_a_sheet_that_no_longer_tells_a_fact_is_refused_whole_and_names_it(now: str) -> None:
    past = told([], sheet(TOWN_TAKEN, STRIKE)).events
    with pytest.raises(ChangedReportError, match="TownOccupied: Rebels took the town") as refused:
        told(past, now)
    assert "is recorded as a correction" in str(refused.value)


def test_the_facts_of_another_report_are_not_missed() -> None:
    past = told([], sheet(TOWN_TAKEN)).events
    other = sheet(STRIKE, header=document("b" * 64))
    assert kinds(told([], other)) == ["ReportRegistered", "AirstrikeConducted"]
    assert told(past, sheet(TOWN_TAKEN)).events == ()


# -- twins -----------------------------------------------------------------------------------------


def test_twins_inside_a_sheet_are_refused_with_the_line_of_the_second() -> None:
    text = sheet(TOWN_TAKEN, STRIKE, TOWN_TAKEN)
    line = len(sheet(TOWN_TAKEN, STRIKE).splitlines()) + 1
    assert problems(text) == [
        f"sheet.yaml:{line}:5: facts[2]: the same fact as facts[0], word for word: keep one"
    ]


def test_the_same_words_at_two_places_of_the_document_are_two_facts() -> None:
    first, second = (TOWN_TAKEN + f"    at: {{sentence: {number}}}\n" for number in (0, 4))
    ids = [fact.id for fact in report(sheet(first, second)).facts]
    assert len(set(ids)) == 2


# -- the registry ----------------------------------------------------------------------------------


def decide(past: Sequence[Event], known: Registry, text: str) -> Decision:
    events = read_situation(text.encode(), "situation.yaml", known).events
    return register(len(past), known, events, at=7, by="ana")


def after(known: Registry, decision: Decision) -> Registry:
    for event in decision.events:
        assert not isinstance(event.body, Fact | ReportRegistered)
    return known.after(event.body for event in decision.events)  # type: ignore[misc]


def test_a_first_init_registers_everything_in_the_stream_of_the_situation() -> None:
    decision = decide([], Registry(), SITUATION)
    assert kinds(decision) == [
        "SituationRegistered",
        "PlaceRegistered",
        "PlaceRegistered",
        "ActorRegistered",
        "ActorRegistered",
        "SourceRegistered",
    ]
    assert {event.stream for event in decision.events} == {SITUATION_STREAM}
    assert [event.version for event in decision.events] == [1, 2, 3, 4, 5, 6]
    assert len({event.id for event in decision.events}) == 6
    assert after(Registry(), decision) == registry()


def test_a_second_init_adds_nothing() -> None:
    first = decide([], Registry(), SITUATION)
    assert decide(first.events, registry(), SITUATION) == Decision((), already=6)


def test_a_changed_place_is_registered_anew_and_nothing_else() -> None:
    first = decide([], Registry(), SITUATION)
    changed = SITUATION.replace("{name: Konna}", "{name: Konna, aliases: [Kona]}")
    second = decide(first.events, registry(), changed)
    (event,) = second.events
    assert isinstance(event.body, PlaceRegistered)
    assert (event.version, event.body.place.aliases) == (7, ("Kona",))
    assert second.already == 5


def test_a_place_changed_back_is_a_third_event_with_an_id_of_its_own() -> None:
    first = decide([], Registry(), SITUATION)
    known = after(Registry(), first)
    second = decide(first.events, known, SITUATION.replace("Konna}", "Kona}"))
    past = [*first.events, *second.events]
    third = decide(past, after(known, second), SITUATION)
    assert kinds(third) == ["PlaceRegistered"]
    assert third.events[0].id not in {event.id for event in past}
    assert after(after(known, second), third) == known


def test_a_new_title_registers_the_situation_anew() -> None:
    first = decide([], Registry(), SITUATION)
    (event,) = decide(first.events, registry(), SITUATION.replace("Mali", "Sahel")).events
    assert event.body == SituationRegistered(title="Sahel")


def test_what_a_later_file_leaves_out_stays_registered() -> None:
    first = decide([], Registry(), SITUATION)
    assert decide(first.events, registry(), "title: Mali\n") == Decision((), already=1)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("places: {bamako: {name: Bamako, within: mali}}", "unknown place 'mali'"),
        ("actors: {raf: {name: RAF, parent: britain}}", "unknown actor 'britain'"),
        ("actors: {raf: {name: RAF, allies: [frence]}}", "unknown actor 'frence': did you mean"),
        ("actors: {raf: {name: RAF, parent: raf}}", "actors.raf.parent: goes round in a circle"),
        (
            "places: {a: {name: A, within: b}, b: {name: B, within: a}}",
            "places.a.within: goes round in a circle: a -> b -> a",
        ),
        (
            "alert_schemes: {v: {name: V, authority: frans, scope: konna, levels: [low, high]}}",
            "unknown actor 'frans': did you mean france?",
        ),
        (
            "alert_schemes: {v: {name: V, authority: france, scope: kona, levels: [low, high]}}",
            "unknown place 'kona': did you mean konna?",
        ),
    ],
)
def test_ids_that_point_at_nothing_are_refused_by_name(entry: str, message: str) -> None:
    with pytest.raises(InputError, match=r"situation\.yaml:2:") as refused:
        read_situation(f"title: Mali\n{entry}\n".encode(), "situation.yaml", registry())
    assert message in str(refused.value)


def test_ids_may_be_those_that_are_registered_already() -> None:
    text = "title: Mali\nplaces: {camp: {name: Camp, within: konna}}\n"
    assert kinds(decide([], registry(), text)) == ["PlaceRegistered"]
