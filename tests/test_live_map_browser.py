"""The map of a page that is open while its log grows: what comes is drawn as its legend says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_for_tests import Visit, axe, chromium
from playwright.sync_api import Browser, expect
from serving_for_tests import Served, serving
from sheets_for_tests import fact, sheet
from test_painted_browser import COLOUR, LEGEND, WHERE

from tracker.situation import Situation

ACTORS = {"army": {"name": "Army"}, "rebels": {"name": "Rebels"}}
SOURCES = {"gazette": {"name": "Gazette", "type": "newspaper"}}
TOWNS = {
    f"t{n}": {"name": f"Town {n}", "lat": 14 + n * 0.3, "lon": -5 - n * 0.4, "coordinates": "x"}
    for n in range(4)
}
LOOKS = r"""() => {
  const look = one => [getComputedStyle(one).fill, one.getAttribute('d').match(/-?[\d.]+/g).length];
  const legend = new Map([...document.querySelectorAll('.legend li')]
    .map(one => [one.textContent, look(one.querySelector('.shape'))]));
  return [...document.querySelectorAll('.spot')].map(one => {
    const [place, holder] = one.getAttribute('aria-label').split(': ');
    return [place, holder, look(one.querySelector('.shape')).join(), legend.get(holder)?.join()];
  });
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def situation_file(title: str, places: object, **actors: object) -> bytes:
    return json.dumps(
        {"title": title, "places": places, "actors": ACTORS | actors, "sources": SOURCES}
    ).encode()


class Desk:
    """A log that others write to while a page over it is open."""

    def __init__(self, log: Path, browser: Browser) -> None:
        self.log, self.day = log, 1
        with Situation(str(log), create=True):
            pass
        self.visited = Visit(browser.new_context())
        self.page = self.visited.page

    def register(self, data: bytes) -> None:
        with Situation(str(self.log)) as situation:
            situation.register(data, "situation.yaml", by="tests")

    def record(self, by: str, *places: str) -> None:
        """One report a day, of places that somebody took on it."""
        self.day += 1
        when = f"2013-01-{self.day:02}"
        facts = [fact("TownOccupied", place=one, by=[by], when=when) for one in places]
        with Situation(str(self.log)) as situation:
            situation.record([(sheet("gazette", when, *facts), "sheet.yaml")], by="tests")

    def open(self, server: Served, fragment: str = "") -> None:
        self.page.goto(f"{server.address}/{fragment}")
        self.page.wait_for_selector("html.live")
        self.visited.frame()

    def wait(self) -> None:
        """Wait until the page shows all of the log."""
        with Situation(str(self.log)) as situation:
            said = f"log #{situation.position}"
        expect(self.page.locator("#log-position")).to_have_text(said, timeout=30_000)
        self.visited.frame()

    def holders(self) -> dict[str, str]:
        """Who holds what, by the marks; each mark must look as the legend says of its holder."""
        found = {}
        for place, holder, drawn, said in self.page.evaluate(LOOKS):
            found[place] = holder
            assert drawn == said or holder == "no evidence", (place, holder)
        return found


@pytest.fixture
def desk(tmp_path: Path, browser: Browser) -> Iterator[Desk]:
    made = Desk(tmp_path / "live.db", browser)
    yield made
    assert made.visited.errors == []
    made.page.context.close()


def test_marks_look_as_the_legend_says_whoever_is_told_of_most(desk: Desk) -> None:
    desk.register(situation_file("Live", TOWNS))
    desk.record("army", "t0", "t1")
    desk.record("rebels", "t2")
    with serving(desk.log) as server:
        desk.open(server)
        assert desk.holders() == {"Town 0": "Army", "Town 1": "Army", "Town 2": "Rebels"}

        # The rebels are told of most now, one place was never told of, and one is new.
        desk.record("rebels", "t3")
        desk.record("rebels", "t0")
        new = {"name": "Ferry", "lat": 30.0, "lon": 20.0, "coordinates": "x"}
        known = {**TOWNS, "ferry": new, "camp": {"name": "Camp"}}
        desk.register(situation_file("Live, renamed", known, third={"name": "Third"}))
        desk.record("third", "ferry", "camp")
        desk.wait()
        held = {"Town 0": "Rebels", "Town 1": "Army", "Town 2": "Rebels", "Town 3": "Rebels"}
        assert desk.holders() == {**held, "Ferry": "Third"}
        assert "Not on the map: Camp." in desk.page.inner_text("#map")
        assert desk.page.inner_text("h1") == desk.page.title() == "Live, renamed"
        desk.page.click('.spot[data-place="ferry"]')
        assert desk.page.inner_text("#panel-title") == "Ferry, control"

        # It is what a page shows that is opened now.
        legend, drawn = desk.page.inner_text(".legend"), desk.page.text_content("#map-svg")
        frame = desk.page.get_attribute("#map-svg", "data-frame")
        desk.open(server)
        assert desk.page.inner_text(".legend") == legend
        assert desk.page.text_content("#map-svg") == drawn
        assert desk.page.get_attribute("#map-svg", "data-frame") == frame
        assert axe(desk.page) == []


def test_a_page_without_a_map_gets_one_with_the_first_place(desk: Desk) -> None:
    with serving(desk.log) as server:
        desk.open(server)
        assert "there is no map" in desk.page.inner_text("#map")
        desk.register(situation_file("Live", TOWNS))
        desk.record("army", "t0")
        desk.wait()
        assert "there is no map" not in desk.page.inner_text("#map")
        assert desk.holders()["Town 0"] == "Army"
        desk.page.focus("#map-svg")
        before = desk.page.get_attribute("#map-svg", "viewBox")
        desk.page.keyboard.press("+")
        assert desk.page.get_attribute("#map-svg", "viewBox") != before


def test_what_one_looks_at_stays_in_sight_and_in_focus(desk: Desk) -> None:
    desk.register(situation_file("Live", TOWNS))
    desk.record("army", "t0", "t1")
    middle = """() => {
      const svg = document.getElementById('map-svg');
      const frame = svg.dataset.frame.split(' ').map(Number);
      const [x, y, wide] = svg.getAttribute('viewBox').split(' ').map(Number);
      const a = (frame[2] - frame[0]) / svg.dataset.width;
      const b = (frame[3] - frame[1]) / svg.dataset.height;
      const west = (frame[0] + x * a + 720) % 360;
      return [west, frame[3] - y * b, wide * a].map(one => one.toFixed(3));
    }"""
    with serving(desk.log) as server:
        desk.open(server)
        desk.page.click("#zoom-in")
        desk.page.focus('.spot[data-place="t1"]')
        seen = desk.page.evaluate(middle)
        far = {"name": "Far", "lat": 16.0, "lon": 3.0, "coordinates": "x"}
        desk.register(situation_file("Live", {**TOWNS, "far": far}))
        desk.record("rebels", "far")
        desk.wait()
        assert desk.holders()["Far"] == "Rebels"
        assert desk.page.evaluate("document.activeElement.dataset.place") == "t1"
        now = desk.page.evaluate(middle)
        assert now[0::2] == seen[0::2]


def test_a_place_that_is_chosen_gets_its_evidence_when_its_holder_is_told(desk: Desk) -> None:
    desk.register(situation_file("Live", TOWNS))
    desk.record("army", "t0")
    many, when = {"best": 200}, "2013-01-02"
    troops = fact("TroopsDeployed", place="t3", by=["army"], quantity=many, when=when)
    with Situation(str(desk.log)) as situation:
        situation.record([(sheet("gazette", when, troops), "troops.yaml")], by="tests")
    with serving(desk.log) as server:
        desk.open(server, "#key=place/t3")
        assert "No report says who holds it." in desk.page.inner_text("#panel")
        desk.record("rebels", "t3")
        desk.wait()
        assert desk.page.inner_text("#panel-title") == "Town 3, control"
        assert desk.page.inner_text("#verdict").startswith("Rebels")


def test_marks_that_became_many_are_painted_as_the_legend_says(desk: Desk) -> None:
    many = {
        f"p{n}": {"name": f"P{n}", "lat": 10 + n // 10, "lon": 20 + n % 10, "coordinates": "x"}
        for n in range(100)
    }
    desk.register(situation_file("Live", TOWNS))
    desk.record("army", "t0")
    with serving(desk.log) as server:
        desk.open(server)
        assert desk.page.locator(".map canvas").count() == 0
        desk.register(situation_file("Live", {**TOWNS, **many}))
        desk.record("rebels", *many)
        desk.wait()
        assert desk.page.locator(".map.painted canvas").count() == 1
        assert painted(desk) == {"t0": "Army", "p0": "Rebels", "p55": "Rebels"}
        desk.record("army", "p55")
        desk.wait()
        assert desk.page.locator(".map.painted canvas").count() == 1
        assert painted(desk) == {"t0": "Army", "p0": "Rebels", "p55": "Army"}
        desk.page.click("#theme")
        desk.page.click("#theme")
        desk.visited.frame()
        assert painted(desk) == {"t0": "Army", "p0": "Rebels", "p55": "Army"}


def painted(desk: Desk) -> dict[str, str]:
    """Who holds some places, by the colour in the middle of a mark and in the legend."""
    page = desk.page
    said = {page.evaluate(LEGEND, name): name for name in ("Army", "Rebels")}
    return {
        one: said[page.evaluate(COLOUR, page.evaluate(WHERE, one))] for one in ("t0", "p0", "p55")
    }


def test_a_page_begins_anew_where_a_shorter_log_is_put_in_the_place_of_its_own(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "copy").mkdir()
    own, copy = desk.log, tmp_path / "copy" / desk.log.name
    for log, towns in ((copy, ("t3",)), (own, ("t0", "t1"))):
        desk.log = log
        with Situation(str(log), create=True):
            pass
        desk.register(situation_file("Live", TOWNS))
        for town in towns:
            desk.record("army", town)
    with serving(desk.log) as server:
        desk.open(server)
        assert told(desk) == {"Town 0", "Town 1"}
        (tmp_path / "old").mkdir()
        for path in tmp_path.glob("live.*"):
            path.rename(tmp_path / "old" / path.name)
        for path in copy.parent.glob("live.*"):
            path.rename(tmp_path / path.name)
        desk.wait()
        desk.page.wait_for_selector("html.live")
        desk.visited.frame()
        assert told(desk) == {"Town 3"}


def told(desk: Desk) -> set[str]:
    """Give the places that the map tells anything of; others that lie within it have marks too."""
    return {place for place, holder in desk.holders().items() if holder != "no evidence"}
