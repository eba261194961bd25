"""Many places in a browser: their marks are painted, and still say, show and lead to the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_for_tests import Visit, axe, chromium, screenshot, visit
from sheets_for_tests import fact, sheet

from tracker.situation import Situation
from tracker.web.page import report

SIDE = 10  # places a row and a column
LINES = "\n".join(
    f"  p{n}: {{name: P{n}, lat: {10 + n // SIDE}, lon: {20 + n % SIDE}, coordinates: made up}}"
    for n in range(SIDE * SIDE)
)
SITUATION = f"""
title: Many places
places:
{LINES}
actors:
  rebels: {{name: Rebels}}
  army: {{name: Army}}
sources:
  gazette: {{name: Gazette, type: newspaper}}
  radio: {{name: Radio, type: broadcaster}}
"""
SHEETS = (
    sheet(
        "gazette",
        "2013-01-14",
        *(
            fact("TownOccupied", place=f"p{n}", by=["rebels"], when={"edtf": "2013-01-14"})
            for n in range(SIDE * SIDE)
            if n != 70
        ),
        fact("TownOccupied", place="p70", by=["army"], when={"edtf": "2013-01-14"}),
    ),
    sheet(
        "radio",
        "2013-01-16",
        fact("TownOccupied", place="p0", by=["army"], when={"edtf": "2013-01-16"}),
        fact("TownOccupied", place="p70", by=["rebels"], when={"edtf": "2013-01-14"}),
    ),
)
WHERE = """place => {
  const svg = document.getElementById('map-svg'), r = svg.getBoundingClientRect();
  const [left, top, wide, high] = svg.getAttribute('viewBox').split(' ').map(Number);
  const spot = svg.querySelector(`.spot[data-place="${place}"] text`);
  const [x, y] = spot.dataset.at.split(' ').map(Number);
  return [(x - left) / wide * r.width, (y - top) / high * r.height];
}"""
COLOUR = """([x, y]) => {
  const canvas = document.querySelector('.map canvas'), ratio = canvas.width / canvas.clientWidth;
  const pixel = new OffscreenCanvas(1, 1).getContext('2d');
  pixel.drawImage(canvas, -Math.floor(x * ratio), -Math.floor(y * ratio));
  const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
  return a ? `rgb(${r}, ${g}, ${b})` : '';
}"""
LEGEND = """said => [...document.querySelectorAll('.legend li')]
  .filter(one => one.textContent === said)
  .map(one => getComputedStyle(one.querySelector('.shape')).fill)[0]"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("many") / "many.html"
    with Situation(":memory:", create=True) as situation:
        situation.register(SITUATION.encode(), "situation.yaml", by="tests")
        situation.record([(data, f"{n}.yaml") for n, data in enumerate(SHEETS)], by="tests")
        out.write_text(report(situation.overview(situation.clocks("2013-01-17"))), "utf-8")
    return out


@pytest.fixture
def opened(file: Path) -> Iterator[Visit]:
    with chromium() as browser, visit(browser, file.as_uri()) as visited:
        yield visited
        assert visited.errors == []
        assert visited.asked_of_the_network() == []


def colour(visited: Visit, place: str) -> str:
    """The colour in the middle of a painted mark; "" where nothing is painted."""
    found: str = visited.page.evaluate(COLOUR, visited.page.evaluate(WHERE, place))
    return found


def test_painted_marks_are_those_of_the_legend_and_lead_to_the_evidence(opened: Visit) -> None:
    page = opened.page
    rebels, army = (page.evaluate(LEGEND, name) for name in ("Rebels", "Army"))
    assert rebels != army

    # As of the last day the army holds p0; the day before it came, the rebels.
    assert (colour(opened, "p0"), colour(opened, "p1")) == (army, rebels)
    opened.go("#as-of=2013-01-15")
    opened.frame()
    assert (colour(opened, "p0"), colour(opened, "p1")) == (rebels, rebels)
    opened.go("#as-of=2013-01-17")
    opened.frame()
    assert colour(opened, "p0") == army

    # p70 is disputed: hatched, so in no party's colour at any of a few points.
    x, y = page.evaluate(WHERE, "p70")
    hatched = {page.evaluate(COLOUR, [x + by, y]) for by in range(-4, 5)}
    assert len(hatched) > 1
    assert not hatched & {rebels, army}

    # Pointed at, a mark says what it is; a click leads to why.
    page.locator("#map-svg").scroll_into_view_if_needed()
    box = page.locator("#map-svg").bounding_box()
    assert box is not None
    x, y = page.evaluate(WHERE, "p0")
    page.mouse.move(box["x"] + x + 3, box["y"] + y - 3)
    assert page.locator("#map-svg title").text_content() == "P0: Army"
    page.mouse.click(box["x"] + x + 3, box["y"] + y - 3)
    assert page.inner_text("#panel-title") == "P0, control"
    assert "Army" in page.inner_text("#verdict")

    # Enlarged, marks stand where the ground has their places; in the dark, in its colours.
    page.click("#zoom-in")
    opened.frame()
    assert colour(opened, "p55") == rebels
    page.click("#zoom-fit")
    page.emulate_media(color_scheme="dark")
    opened.frame()
    dark = page.evaluate(LEGEND, "Army")
    assert dark != army
    assert colour(opened, "p0") == dark
    assert axe(page) == []
    screenshot(page, "painted-dark")


def test_on_paper_painted_marks_are_drawn_as_they_stand(opened: Visit) -> None:
    opened.go("#as-of=2013-01-15")
    opened.frame()
    mark = opened.page.locator('.spot[data-place="p0"] .mark')
    assert not mark.is_visible()
    opened.page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    opened.page.emulate_media(media="print")
    assert mark.is_visible()
    assert not opened.page.locator(".map canvas").is_visible()
    rebels = opened.page.evaluate(LEGEND, "Rebels")
    shape = opened.page.locator('.spot[data-place="p0"] .shape')
    assert shape.evaluate("one => getComputedStyle(one).fill") == rebels


def test_a_row_keeps_the_focus_while_the_clocks_move(opened: Visit) -> None:
    button = opened.page.locator("#table-control tbody tr:nth-child(2) button")
    button.focus()
    opened.page.evaluate(
        "() => { const slider = document.getElementById('as-of');"
        " slider.value = slider.value - 1; slider.dispatchEvent(new Event('input')); }"
    )
    opened.frame()
    assert button.evaluate("one => one === document.activeElement")
