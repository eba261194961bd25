"""The plane of beliefs as a drawing, read back and compared with what the situation answers."""

from __future__ import annotations

import re
from itertools import pairwise, product
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from commands_for_tests import mali, run, said
from sheets_for_tests import fact, tell

from tracker.cli import words
from tracker.instants import AsOf
from tracker.situation import Situation
from tracker.web.plane import _axis, _Drawing, _rectangle, plane_svg

SVG = "{http://www.w3.org/2000/svg}"
Box = tuple[float, float, float, float, str]


def boxes(svg: str) -> list[Box]:
    """The rectangles of a drawing that stand for beliefs: sides, and what they say."""
    found = []
    for one in ET.fromstring(svg).iter(f"{SVG}rect"):  # noqa: S314 - our own drawing
        title = one.find(f"{SVG}title")
        if title is not None:
            x, y, wide, high = (float(one.attrib[name]) for name in ("x", "y", "width", "height"))
            found.append((x, y, x + wide, y + high, title.text or ""))
    return found


@pytest.mark.parametrize("key", ["diabaly", "northern-mali", "vigipirate/france"])
def test_each_point_of_the_plane_says_what_state_answers(tmp_path: Path, key: str) -> None:
    with Situation(str(mali(tmp_path))) as situation:
        answer = situation.history(key)
        projection = answer.dicts[0]["projection"]
        rectangles = [_rectangle(row, answer) for row in answer.dicts]
        drawing = _Drawing(*_axis(rectangles, answer.zone), answer.zone)
        drawn = boxes(plane_svg(answer, projection))
        stops = drawing.axis.stops[drawing.first : drawing.last + 1]
        middles = [(one + other) // 2 for one, other in pairwise(stops)]
        for t, k in product(middles, middles):
            x, y = drawing.x(t), drawing.y(k)
            found = {
                said.partition("; true")[0]
                for left, top, right, bottom, said in drawn
                if left < x < right and top < y < bottom
            }
            answered = situation.state(AsOf(t, k), projection, key)
            assert found == {
                words.value(projection, row, answered.names) + " ?" * bool(row["possibly"])
                for row in answered.dicts
            }


def test_history_writes_the_plane_into_a_file(tmp_path: Path) -> None:
    out = tmp_path / "diabaly.svg"
    result = run("--log", mali(tmp_path), "history", "diabaly", "--svg", out)
    assert result.exit_code == 0
    assert result.stdout == ""
    svg = out.read_text(encoding="utf-8")
    assert result.stderr == f"{out}: {len(svg.encode()):,} bytes\n"
    text = " ".join(ET.fromstring(svg).itertext())  # noqa: S314 - our own drawing
    for part in (
        "Diabaly, control: true when, known when",
        "nothing known yet",
        "Islamist fighters",
        "France, Mali",
        "today, as known today",
        "true when →",
        "↑ known when",
        "log #190",
    ):
        assert part in text
    assert "style=" not in svg
    assert "<script" not in svg


def test_a_dispute_is_hatched(situation: Situation) -> None:
    for source, holder in (("gazette", "rebels"), ("radio", "army")):
        tell(situation, source, "2013-01-14", fact("ControlReported", place="mill", state="held",
             by=[holder], when={"edtf": "2013-01-14"}))  # fmt: skip
    svg = plane_svg(situation.history("mill"), "control")
    assert re.search(r'fill="url\(#hatch-[A-Z]\)"', svg)
    assert "disputed: " in svg


def test_names_that_hold_markup_stay_text(situation: Situation) -> None:
    advice = fact(
        "AlertAdvised",
        place="land",
        to=["army"],
        gist="<script>alert(1)</script>",
        when={"edtf": "2013-01-14"},
    )
    tell(situation, "gazette", "2013-01-14", advice)
    (key,) = {row["key"] for row in situation.state(situation.clocks("2013-01-20"), "alerts").dicts}
    svg = plane_svg(situation.history(key), "alerts")
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


def test_a_key_of_two_projections_must_be_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = mali(tmp_path)
    with Situation(str(log)) as situation:
        both = situation.history("diabaly")
    rows = (*both.dicts, *({**row, "projection": "alerts"} for row in both.dicts))
    from dataclasses import replace

    monkeypatch.setattr(Situation, "history", lambda *_, **__: replace(both, each=rows))
    result = run("--log", log, "history", "diabaly", "--svg", tmp_path / "out.svg")
    assert result.exit_code == 2
    assert "name one with --projection" in result.stderr
    assert not (tmp_path / "out.svg").exists()


def test_the_help_shows_how() -> None:
    assert "--svg" in said("history", "--help")
