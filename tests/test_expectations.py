"""expect.yaml: what it may ask, and when a row is what was expected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from sheets_for_tests import fact, new_situation, tell

from tracker.errors import InputError
from tracker.expectations import Expected, differences, expectations_schema, read_expectations
from tracker.situation import Situation
from tracker.web.shapes import rows
from tracker.web.shapes.base import Shape, Since, Spot

ROW = {
    "status": "held",
    "holders": ["france", "mali"],
    "since": {"edtf": "2013-01-14", "earliest": "...", "latest": "..."},
    "certainty": "possible",
    "possibly": [{"status": "vacated", "holders": [], "since": {"edtf": "2013-01-17"}}],
    "best": 500,
    "low": None,
    "rank": 3.5,
    "contested": True,
}

HOLDS: list[dict[str, Any]] = [
    {},
    {"status": "held"},
    {"holders": ["mali", "france"]},
    {"since": "2013-01-14"},
    {"possibly": [{"status": "vacated"}]},
    {"possibly": [{"holders": [], "since": "2013-01-17"}]},
    {"best": 500, "rank": 3.5, "contested": True},
    {"low": None, "nothing": None},
    {"status": "held", "holders": ["france", "mali"], "certainty": "possible"},
]
DIFFERS: list[tuple[dict[str, Any], str]] = [
    ({"status": "vacated"}, "status: expected vacated, found held"),
    ({"holders": ["mali"]}, "holders: expected [mali], found [france, mali]"),
    ({"holders": []}, "holders: expected [], found [france, mali]"),
    ({"holders": "mali"}, "holders: expected mali, found [france, mali]"),
    ({"since": "2013"}, "since: expected 2013, found 2013-01-14"),
    ({"best": 501}, "best: expected 501, found 500"),
    ({"best": None}, "best: expected nothing, found 500"),
    ({"low": 3}, "low: expected 3, found nothing"),
    ({"best": "500"}, "best: expected 500, found 500: one is text, the other is not; take off"),
    ({"since": 2013}, "since: expected 2013, found 2013-01-14"),
    ({"statsu": "held"}, "statsu: expected held, found nothing"),
    ({"possibly": []}, "possibly: expected [], found [status vacated, holders []]"),
    ({"possibly": [{"status": "held"}]}, "possibly: expected [status held], found [status vacated"),
    ({"possibly": [{}, {}]}, "possibly: expected [, ], found [status vacated"),
    ({"contested": 1}, "contested: expected 1, found True"),
    (
        {"status": "vacated", "best": 1},
        "status: expected vacated, found held; best: expected 1, found 500",
    ),
]


@pytest.mark.parametrize("expect", HOLDS)
def test_only_what_is_named_must_agree(expect: dict[str, Any]) -> None:
    assert differences(expect, ROW) == ""


@pytest.mark.parametrize(("expect", "said"), DIFFERS)
def test_what_differs_is_said(expect: dict[str, Any], said: str) -> None:
    assert differences(expect, ROW).startswith(said)


def test_what_differs_by_its_quotes_alone_is_said_to() -> None:
    row = {**ROW, "since": {"edtf": "2013"}}
    said = "since: expected 2013, found 2013: one is text, the other is not; put it in quotes"
    assert differences({"since": 2013}, row) == said


def test_no_evidence() -> None:
    assert differences("none", None) == ""
    assert differences({"status": "held"}, None) == "expected a row, found no evidence"
    assert differences({}, None) == "expected a row, found no evidence"
    found = differences("none", ROW)
    assert found.startswith("expected no evidence, found status held, holders [france, mali]")


def read(text: str) -> list[Expected]:
    return read_expectations(text.encode(), "e.yaml")


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(text)
    return str(caught.value).splitlines()


def test_read() -> None:
    first, second = read(
        "expectations:\n"
        "  - ask: {projection: control, key: x, as_of: 2013, known_at: 2013-01-17}\n"
        "    expect: {status: held}\n"
        "    note: why\n"
        "  - expect: none\n"
        "    ask: {projection: posture, key: y, as_of: 2013-01-01T12:00Z, recorded_at: '#12'}\n"
    )
    assert str(first.expectation.ask) == "control x as of 2013, known at 2013-01-17"
    assert (first.expectation.expect, first.line, first.column) == ({"status": "held"}, 2, 5)
    assert str(second.expectation.ask) == "posture y as of 2013-01-01T12:00Z, recorded at #12"
    assert (second.expectation.expect, second.line, second.column) == ("none", 5, 5)
    said = "e.yaml:2:5: control x as of 2013, known at 2013-01-17: no"
    assert str(first.problem("no")) == said


ENTRY = "expectations:\n  - ask: {projection: control, key: x, as_of: 2013}\n    expect: none\n"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("expectations:\n", "expectations: 3\nx:\n", "1:1: expectations: a list is needed here"),
        ("control", "contrl", "2:11: expectations[0].ask.projection: no projection 'contrl': did"),
        ("control", "rivers", "2:11: expectations[0].ask.projection: no projection 'rivers': one"),
        ("as_of: 2013", "as_of: 2013-13", "2:40: expectations[0].ask.as_of: '2013-13': there is"),
        ("as_of: 2013", "as_of: true", "2:40: expectations[0].ask.as_of: text is needed here"),
        (", as_of: 2013", "", "2:5: expectations[0].ask.as_of: this field is needed"),
        ("2013}", "2013, recorded_at: '#x'}", "2:53: expectations[0].ask.recorded_at: cannot"),
        ("2013}", "2013, recorded_at: '#٣'}", "2:53: expectations[0].ask.recorded_at: cannot"),
        ("2013}", f"2013, recorded_at: '#{'9' * 30}'}}", "2:53: expectations[0].ask.recorded_at:"),
        ("none", "nothing", "3:5: expectations[0].expect: what the row must have is needed here"),
        ("none", "[a]", "3:5: expectations[0].expect: what the row must have is needed here"),
        ("    expect: none\n", "", "2:5: expectations[0].expect: this field is needed"),
        ("none", "{}", "3:5: expectations[0].expect: this expects nothing of the row: name a"),
        (ENTRY[14:], " []", "1:1: expectations: no expectation stands here: write one"),
        ("ask:", "aks:", "2:5: expectations[0].ask: this field is needed"),
    ],
)
def test_what_cannot_be_asked(old: str, new: str, said: str) -> None:
    assert old in ENTRY
    found = problems(ENTRY.replace(old, new, 1))
    assert any(line.startswith(f"e.yaml:{said}") for line in found), found


def test_every_problem_is_told() -> None:
    found = problems(ENTRY.replace("control", "rivers").replace("none", "3") + "more: 1\n")
    assert len(found) == 3


@pytest.mark.parametrize(
    ("projection", "expect", "said"),
    [
        (
            "control",
            "{stauts: held}",
            "14: expectations[0].expect.stauts: unknown field 'stauts': ",
        ),
        (
            "control",
            "{dissentt: ~}",
            "14: expectations[0].expect.dissentt: unknown field 'dissentt'",
        ),
        ("control", "{best: ~}", "14: expectations[0].expect.best: unknown field 'best'"),
        ("forces", "{holders: []}", "14: expectations[0].expect.holders: unknown field 'holders'"),
        ("posture", "{support: ~}", "14: expectations[0].expect.support: unknown field 'support'"),
        (
            "control",
            "{possibly: [{stauts: ~}]}",
            "26: expectations[0].expect.possibly[0].stauts: unknown field 'stauts': did you mean",
        ),
        ("control", "{since: 2013-02-30}", "14: expectations[0].expect.since: '2013-02-30': 2013-"),
        ("incidents", "{when: 2013-13}", "14: expectations[0].expect.when: '2013-13': there is no"),
        ("forces", "{best: 1e+308}", "14: expectations[0].expect.best: a whole number is needed"),
        ("losses", "{low: 1.5}", "14: expectations[0].expect.low: a whole number is needed here"),
        ("losses", "{low: true}", "14: expectations[0].expect.low: a whole number is needed here"),
    ],
)
def test_what_no_row_can_have_is_refused(projection: str, expect: str, said: str) -> None:
    text = ENTRY.replace("control", projection).replace("none", expect)
    (found,) = problems(text)
    assert found.startswith(f"e.yaml:3:{said}")


ROWS: dict[str, type[Shape]] = {
    "control": rows.ControlRow,
    "forces": rows.ForcesRow,
    "alerts": rows.AlertsRow,
    "losses": rows.LossesRow,
    **dict.fromkeys(("incidents", "humanitarian", "posture"), rows.FactRow),
}


@pytest.mark.parametrize("projection", ROWS)
def test_every_field_that_a_row_can_have_can_be_expected(projection: str) -> None:
    """As the API declares them, those too that only some rows have."""
    loose = {"forces": {"cumulative", "restated"}, "losses": {"unexplained"}}  # one shape for both
    others = loose.get(projection, set())
    for name, field in ROWS[projection].model_fields.items():
        if name in others:
            continue
        text = ENTRY.replace("control", projection)
        assert read(text.replace("none", f"{{{name}: ~}}"))
        for inner in _inner(field.annotation) - others:
            wanted = f"{{{name}: [{{{inner}: ~}}]}}"
            assert read(text.replace("none", wanted)), (name, inner)


def _inner(annotation: object) -> set[str]:
    found = {one for one in get_args(annotation) if isinstance(one, type)}
    return {name for one in found if issubclass(one, Shape) for name in one.model_fields} - {
        *Since.model_fields,
        *Spot.model_fields,
    }


def asked(projection: str, key: str, expect: str = "none") -> bytes:
    ask = f"{{projection: {projection}, key: {key}, as_of: 2013}}"
    return f"expectations:\n  - ask: {ask}\n    expect: {expect}\n".encode()


@pytest.fixture
def river() -> Iterator[Situation]:
    with new_situation() as situation:
        taken = fact("TownOccupied", place="mill", by=["rebels"], when={"edtf": "2013-01-10"})
        tell(situation, "gazette", "2013-01-10", taken)
        yield situation


@pytest.mark.parametrize(
    ("projection", "key"),
    [
        ("control", "ford"),
        ("control", "Ford"),
        ("incidents", "Mill"),
        ("forces", "army+legion/mill/troops/deployed"),
        ("losses", "army/troops/killed"),
        ("alerts", "lantern/land"),
        ("alerts", "threat/army"),
    ],
)
def test_none_can_be_expected_of_what_nobody_told_of_yet(
    river: Situation, projection: str, key: str
) -> None:
    assert river.check(asked(projection, key), "e.yaml") == (1, [])


def test_a_place_is_found_by_its_name(river: Situation) -> None:
    assert river.check(asked("control", "MILL", "{status: held}"), "e.yaml") == (1, [])
    _, (failed,) = river.check(asked("control", "Mill"), "e.yaml")
    assert failed.message == "expected no evidence, found status held, holders [rebels]"


@pytest.mark.parametrize(
    ("projection", "key", "hint"),
    [
        ("control", "mil", ": did you mean mill?"),
        ("control", "Fords", ": did you mean ford?"),
        ("control", "xyzzy", ": the keys stand in `tracker state --json`"),
        ("posture", "vally", ": did you mean valley?"),
        ("forces", "mill", ": the keys stand in `tracker state --json`"),
        ("forces", "amry/mill/troops/deployed", ": the keys stand in `tracker state --json`"),
        ("forces", "army/mill/tropps/deployed", ": the keys stand in `tracker state --json`"),
        ("losses", "army/troops/deployed", ": the keys stand in `tracker state --json`"),
        ("alerts", "lantern/army", ": the keys stand in `tracker state --json`"),
    ],
)
def test_a_key_that_names_nothing_guards_nothing(
    river: Situation, projection: str, key: str, hint: str
) -> None:
    with pytest.raises(InputError) as caught:
        river.check(asked(projection, key), "e.yaml")
    column = len("  - ask: {projection: , ") + len(projection) + 1
    where = f"e.yaml:2:{column}: expectations[0].ask.key"
    assert str(caught.value) == f"{where}: {projection} has no '{key}'{hint}"


def test_the_schema_takes_what_the_reader_takes() -> None:
    schema = expectations_schema()
    item = schema["properties"]["expectations"]["items"]
    assert {"const": "none", "type": "string"} in item["properties"]["expect"]["anyOf"]
    assert item["required"] == ["ask", "expect"]
    assert schema["$defs"]["Question"]["required"] == ["projection", "key", "as_of"]
