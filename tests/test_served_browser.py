"""The served app in a browser: the picture of the report, live, and a page for each question."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from browser_for_tests import LOOKS, WIDE, Visit, axe, chromium, screenshot
from commands_for_tests import mali
from effort_for_tests import WHOLE
from playwright.sync_api import Browser, expect
from serving_for_tests import Served, serving
from sheets_for_tests import SITUATION, fact, sheet

from tracker.situation import Situation

MARKUP = "<img src=x onerror=document.title='broken'><script>document.title='broken'</script>"
HOSTILE = sheet(
    "voa",
    "2013-01-22",
    fact("TownOccupied", place="niono", by=["mali"], when={"edtf": "2013-01-22"}, gist=MARKUP),
).replace(b'"source"', b'"url": "javascript:document.title=\'broken\'", "source"', 1)
LATER = sheet(
    "voa",
    "2013-02-01",
    fact("TownOccupied", place="diabaly", by=["islamist-fighters"], when={"edtf": "2013-02-01"}),
)
DIABALY = "projection=control&key=diabaly&as_of=2013-01-21"
PAGES = {
    "front": "/#as-of=2013-01-19&key=control/diabaly",
    "state": "/state?as_of=2013-01-21",
    "audit": f"/audit?{DIABALY}",
    "diff": "/diff?from=2013-01-14&to=2013-01-21",
    "disputes": "/disputes?all=true",
    "gaps": "/gaps?as_of=2013-01-21",
    "log": "/log",
    "event": "/event/60",
    "search": "/search?q=diabaly",
    "api": "/api",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mali, with a report whose gist and address are written to break a page."""
    made = mali(tmp_path_factory.mktemp("browsed"))
    with Situation(str(made)) as situation:
        situation.record([(HOSTILE, "hostile.yaml")], by=MARKUP)
    return made


@pytest.fixture(scope="module")
def server(log: Path) -> Iterator[Served]:
    with serving(log) as made:
        yield made


class Asked(Visit):
    """A page of the server; whatever else it asks for, or says on the console, is a failure."""

    def open(self, server: Served, path: str) -> None:
        """Go there, and wait until it can be used."""
        self.page.goto(server.address + path)
        if self.page.locator("body[data-page=live]").count():
            self.page.wait_for_selector("html.live")
            self.frame()

    def of_others(self, server: Served) -> list[str]:
        """Give the addresses elsewhere that were asked for."""
        return [url for url in self.asked if not url.startswith((server.address, "data:"))]


@pytest.fixture
def visited(browser: Browser, server: Served) -> Iterator[Asked]:
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    made = Asked(context)
    yield made
    assert made.errors == []
    assert made.of_others(server) == []
    context.close()


def mark(visited: Visit, place: str) -> str | None:
    """What the mark of a place says."""
    return visited.page.get_attribute(f'.spot[data-place="{place}"]', "aria-label")


# -- the first page -------------------------------------------------------------------------------


def test_both_clocks_move_and_diabaly_changes_hands(visited: Asked, server: Served) -> None:
    visited.open(server, "/#as-of=2013-01-21")
    assert mark(visited, "diabaly") == "Diabaly: France, Mali"
    visited.page.focus("#as-of")
    visited.page.keyboard.press("ArrowLeft")
    visited.frame()
    assert mark(visited, "diabaly") == "Diabaly: Islamist fighters ?"
    visited.go("#as-of=2013-01-21&known-at=2013-01-13")
    assert mark(visited, "diabaly") == "Diabaly: no evidence"


ROWS = """html => [...(html ? new DOMParser().parseFromString(html, 'text/html') : document)
  .querySelectorAll('#table-control tbody tr')]
  .map(row => [...row.cells].map(cell => cell.textContent))"""


@pytest.fixture
def of_today(tmp_path: Path) -> Path:
    """A log, in a zone east of UTC, of something that has perhaps happened by now."""
    zone = ZoneInfo("Europe/Kyiv")
    days = [datetime.now(zone).date() + timedelta(days=step) for step in (-9, -1, 0, 1)]
    long_ago, yesterday, today, tomorrow = map(str, days)
    taken = fact("TownOccupied", place="mill", by=["rebels"], when=long_ago)
    retaken = fact("TownRecaptured", place="mill", by=["army"], when=f"[{today}..{tomorrow}]")
    log = tmp_path / "today.db"
    with Situation(str(log), create=True) as situation:
        data = SITUATION + b"zone: Europe/Kyiv\n"
        situation.register(data, "situation.yaml", by="tests")
        for told, published in ((taken, yesterday), (retaken, tomorrow)):
            situation.record([(sheet("gazette", published, told), "sheet.yaml")], by="tests")
    return log


def test_it_begins_at_now_as_the_page_without_scripts_does(
    browser: Browser, of_today: Path
) -> None:
    with serving(of_today) as server:
        context = browser.new_context()
        visited = Asked(context)
        with visited.page.expect_response(server.address + "/") as printed:
            visited.open(server, "/")
        html = printed.value.text()
        page = visited.page
        heading = page.inner_text("#heading")
        assert f'<p id="heading">{heading}</p>' in html
        assert page.evaluate(ROWS, None) == [row[:-1] for row in page.evaluate(ROWS, html)]
        assert "days old; possibly Army" in page.inner_text("#table-control")
        assert page.evaluate("location.hash") == ""
        page.focus("#as-of")
        page.keyboard.press("End")
        visited.frame()
        assert "a time still to come" in page.inner_text("#heading")
        assert "possibly" not in page.inner_text("#table-control")
        assert page.evaluate("location.hash").startswith("#as-of=")
        assert visited.errors == []
        context.close()


def test_from_a_mark_one_click_leads_to_the_sentence_and_a_second_to_its_event(
    visited: Asked, server: Served
) -> None:
    visited.open(server, "/#as-of=2013-01-19&known-at=2013-01-17")
    visited.page.click('.spot[data-place="diabaly"]')
    assert "003 s.1 [308-361]" in visited.page.inner_text('#panel-body li[data-position="58"]')
    visited.page.click("#to-audit")
    assert visited.page.inner_text("h1") == "Diabaly, control"
    assert "known at 17 Jan 2013" in visited.page.inner_text("#heading")
    visited.page.click("text=#58 TownOccupied")
    assert visited.page.inner_text("h1") == "#58 TownOccupied"
    assert "Rebels have overrun Diabaly, a garrison town." in visited.page.inner_text("main")


def test_by_keyboard_alone_one_reaches_the_evidence(visited: Asked, server: Served) -> None:
    visited.open(server, "/#as-of=2013-01-19")
    page = visited.page
    for _ in range(90):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.place") == "diabaly":
            break
    page.keyboard.press("Enter")
    assert page.inner_text("#panel-title") == "Diabaly, control"


def test_what_is_recorded_comes_to_a_page_that_is_open(browser: Browser, tmp_path: Path) -> None:
    log = mali(tmp_path)
    with serving(log) as server:
        context = browser.new_context()
        front, state = Asked(context), Asked(context)
        front.open(server, "/#as-of=2013-02-02&key=control/diabaly")
        state.open(server, "/state?as_of=2013-02-02")
        assert front.page.inner_text("#verdict").startswith("France, Mali")
        with Situation(str(log)) as other:
            other.record([(LATER, "later.yaml")], by="another")
        expect(front.page.locator("#log-position")).to_have_text("log #192", timeout=30_000)
        expect(front.page.locator("#verdict")).to_contain_text("Islamist fighters")
        assert front.page.inner_text("#as-of-said") == "2 Feb 2013"
        said = "log #192, this page #190"
        expect(state.page.locator("#log-position")).to_have_text(said, timeout=30_000)
        assert front.errors == state.errors == []
        context.close()


def test_without_scripts_the_first_page_shows_the_state(browser: Browser, server: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.address)
    assert "Diabaly" in page.inner_text("#table-control")
    said = page.inner_text("body")
    assert "Scripts are off" in said
    assert "being drawn" not in said
    assert "The map is drawn by scripts" in said
    assert "no evidence" not in said
    page.click("#table-control tr:has-text('Diabaly') >> text=why")
    assert page.inner_text("h1") == "Diabaly, control"
    page.go_back()
    page.click("text=Incidents on its own page")
    assert "Diabaly" in page.inner_text("main table")
    context.close()


def test_without_scripts_the_first_page_is_for_everyone(browser: Browser, server: Served) -> None:
    """axe-core is a script: it looks at the page as it came, before any other script ran."""
    context = browser.new_context()
    page = context.new_page()
    page.route("**/static/served.js", lambda route: route.fulfill(body=""))
    page.goto(server.address)
    assert axe(page) == []
    context.close()


# -- the other pages ------------------------------------------------------------------------------


def test_a_form_asks_again_by_other_clocks(visited: Asked, server: Served) -> None:
    visited.open(server, "/state")
    page = visited.page
    page.fill("form.asking input[name=as_of]", "2013-01-21")
    page.fill("form.asking input[name=known_at]", "2013-01-17")
    page.fill("form.asking input[name=key]", "diabaly")
    page.click("form.asking button")
    assert "known at 17 Jan 2013" in page.inner_text("#heading")
    assert "Islamist fighters" in page.inner_text("main table")
    page.click("main table a")
    assert page.inner_text("#verdict").startswith("Islamist fighters (confirmed)")


def test_a_search_finds_a_place_without_its_accents(visited: Asked, server: Served) -> None:
    visited.open(server, "/")
    visited.page.fill("#q", "sevare")
    visited.page.press("#q", "Enter")
    visited.page.wait_for_selector("h1:has-text('Search: sevare')")
    visited.page.click("main table a >> nth=0")
    assert "Sévaré" in visited.page.inner_text("main table")


def test_what_changed_is_shown_with_its_events(visited: Asked, server: Served) -> None:
    visited.open(server, PAGES["diff"])
    line = visited.page.inner_text("tr:has-text('control: Diabaly')")
    assert "France, Mali (confirmed)" in line
    visited.page.click("text=control: Diabaly")
    assert visited.page.inner_text("#verdict").startswith("France, Mali (confirmed)")
    visited.page.go_back()
    visited.page.click("tr:has-text('control: Diabaly') >> text=#157 TownEntered")
    assert visited.page.inner_text("h1") == "#157 TownEntered"
    visited.page.click("text=The Guardian, 21 Jan 2013")
    assert visited.page.inner_text("h1") == "The Guardian, 21 Jan 2013"
    assert "French and Malian soldiers are in Diabaly." in visited.page.inner_text("main")


def test_markup_and_script_addresses_are_only_text(visited: Asked, server: Served) -> None:
    position = server.json("/api/search?q=onerror")["rows"][0]["position"]
    places = ["/search?q=onerror", "/log", f"/event/{position}", f"/event/{position - 1}",
              "/audit?projection=control&key=niono&as_of=2013-01-22",
              "/#as-of=2013-01-22&key=control/niono"]  # fmt: skip
    for path in places:
        visited.open(server, path)
        page = visited.page
        assert page.locator("img").count() == 0, path
        assert page.locator("a[href^='javascript']").count() == 0, path
        assert page.title() != "broken", path
        if path != f"/event/{position - 1}":
            assert MARKUP in page.inner_text("body"), path
    visited.open(server, f"/event/{position - 1}")
    assert "javascript:document.title" in visited.page.inner_text("main")


@pytest.mark.parametrize("path", ["/nothing", "/event/999", "/state?as_of=yesterday"])
def test_a_page_that_there_is_not_says_why(browser: Browser, server: Served, path: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    reply = page.goto(server.address + path)
    assert reply
    assert reply.status in {404, 422}
    asked = page.locator("form.asking").count()
    assert page.inner_text("h1") == ("This cannot be answered" if asked else "Not Found")
    assert asked == path.startswith("/state")
    assert axe(page) == []
    context.close()


@pytest.mark.parametrize(("size", "dark"), LOOKS)
def test_axe_finds_nothing_wrong_on_any_page(
    browser: Browser,
    server: Served,
    size: tuple[int, int],
    dark: bool,  # noqa: FBT001
) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
    )
    visited = Asked(context)
    for name, path in PAGES.items():
        visited.open(server, path)
        screenshot(visited.page, f"served-{name}-{size[0]}-{'dark' if dark else 'light'}")
        # It takes a quarter of a minute a look: the suite asks of one, scripts/laws of every one.
        if WHOLE or (dark and size == WIDE):
            assert axe(visited.page) == [], name
        assert visited.page.evaluate("document.documentElement.scrollWidth") <= size[0], name
    assert visited.errors == []
    assert visited.of_others(server) == []
    context.close()
