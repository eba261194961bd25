"""Moments in the page: read from its address and said as the command line does, in any zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browser_for_tests import Visit, chromium, visit
from commands_for_tests import mali, run
from playwright.sync_api import Browser
from sheets_for_tests import SITUATION, fact, sheet

from tracker.cli import words
from tracker.errors import TrackerError
from tracker.instants import parse_moment
from tracker.situation import Situation
from tracker.web.page import report

ZONES = (
    "UTC",
    "Asia/Kabul",
    "America/New_York",
    "America/Havana",
    "Pacific/Apia",
    "Asia/Kathmandu",
)
"""But for UTC they kept local mean time, to the second, in 1850; Havana's clocks skip midnights,
Apia's skipped a whole day."""
READ = (
    "2024-02-10", "2024-02", "2024", "1849-12-31", "1850-06-01", "1850-06", "2013-12", "2013-02-28",
    "2013-03-09", "2013-03-10", "2013-11-02", "2013-11-03", "2011-12-29", "2011-12-30",
    "2011-12-31", "2013-01-18T09:30Z", "2013-01-18 09:30Z", "2013-01-18T09:30:07Z",
    "2013-01-18T09:30:07.25Z", "2013-01-18T09:30:07.123456Z", "2013-01-18T09:30:00%2B05:45",
    "2013-01-18T23:30-10:00", "1600-01-01", "2400-06-01", "2400-06", "9999-12-30", "9999-12-31",
    "9999", "0001-01-02", "0001", "0000", "2013-02-29", "2013-13", "2013-00-10", "2013-01-18T09:30",
    "2013-01-18T24:00Z", "2013-01-18T09:60Z", "2013-01-18T09:30:60Z", "2013-01-18T09:30%2B15:00",
    "2013-1-1", "garbage",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def situation() -> Iterator[Situation]:
    with Situation(":memory:", create=True) as made:
        yield made


def written(situation: Situation, folder: Path, as_of: str) -> str:
    file = folder / "situation.html"
    file.write_text(report(situation.overview(situation.clocks(as_of))), "utf-8")
    return file.as_uri()


def heading(visited: Visit) -> str:
    return visited.page.inner_text("#heading").removesuffix(
        " · a time still to come: the last state known"
    )


@pytest.mark.parametrize("zone", ZONES)
def test_an_address_asks_what_the_same_words_ask_of_the_command_line(
    browser: Browser, situation: Situation, tmp_path: Path, zone: str
) -> None:
    situation.register(SITUATION + f"zone: {zone}\n".encode(), "situation.yaml", by="tests")
    told = fact("TownOccupied", place="mill", by=["rebels"], when="2013-01-14")
    situation.record([(sheet("gazette", "2013-01-14", told), "sheet.yaml")], by="tests")
    refused = 0
    with visit(browser, written(situation, tmp_path, "2013-01-20")) as visited:
        opened = heading(visited)
        for text in READ:
            visited.go(f"#as-of={text}")
            visited.frame()
            try:
                clocks = situation.clocks(text.replace("%2B", "+"))
            except TrackerError:
                refused += 1
                assert heading(visited) == opened, text
                assert visited.page.evaluate("location.hash") == "", text
                continue
            state = situation.state(clocks, "control")
            assert heading(visited) == words.heading(state, "state"), text
            # What the page writes into its address, and to others, asks the same again.
            name = visited.page.evaluate("document.getElementById('main').dataset.asOf")
            fine = 0 if abs(clocks.as_of) < 2**53 else 1000
            assert abs(parse_moment(name, zone).latest - 1 - clocks.as_of) <= fine, text
            shown = visited.page.locator("#table-control tbody tr").count()
            assert shown == len(state.dicts), text
        assert visited.errors == []
    assert refused > 12  # what is a moment in no zone


def test_a_plus_may_stand_in_an_address_as_it_is(
    browser: Browser, situation: Situation, tmp_path: Path
) -> None:
    situation.register(SITUATION, "situation.yaml", by="tests")
    with visit(browser, written(situation, tmp_path, "2013-01-20")) as visited:
        visited.go("#as-of=2013-01-18T09:30+01:00")
        assert visited.page.inner_text("#as-of-said") == "18 Jan 2013 08:30Z"


def test_a_report_as_of_a_far_day_shows_that_day(
    browser: Browser, situation: Situation, tmp_path: Path
) -> None:
    situation.register(SITUATION, "situation.yaml", by="tests")
    told = fact("TownOccupied", place="mill", by=["rebels"], when="2013-01-14")
    situation.record([(sheet("gazette", "2013-01-14", told), "sheet.yaml")], by="tests")
    for day in ("2400-01-01", "9999-12-30"):
        with visit(browser, written(situation, tmp_path, day)) as visited:
            assert f"as of {words.when(day)} (end of day, UTC)" in heading(visited)
            assert "Rebels" in visited.page.inner_text("#table-control")
            visited.page.focus("#as-of")
            visited.page.keyboard.press("Home")
            visited.page.keyboard.press("End")
            visited.frame()
            assert f"as of {words.when(day)} (end of day, UTC)" in heading(visited)


def test_what_is_still_to_come_is_said_by_the_readers_clock(
    browser: Browser, tmp_path: Path
) -> None:
    """The file is the same whenever it is written, so it holds no word on it."""
    log, out = mali(tmp_path), tmp_path / "situation.html"
    asked = ("--log", log, "report", "--as-of", "2090-01-01", "-o", out)
    assert "as of a time still to come: this is the last state known" in run(*asked).stderr
    assert "still to come: the last" not in out.read_text("utf-8").split("<script>")[0]
    for year, to_come in ((2089, True), (2091, False)):
        page = browser.new_page()
        page.clock.set_fixed_time(datetime(year, 1, 1, tzinfo=UTC))
        page.goto(out.as_uri())
        page.wait_for_selector("html.live")
        said = page.inner_text("#heading").endswith("a time still to come: the last state known")
        assert said == to_come
        page.close()


def test_an_axis_of_hours_says_the_hours(
    browser: Browser, situation: Situation, tmp_path: Path
) -> None:
    situation.register(SITUATION, "situation.yaml", by="tests")
    for when in ("2013-11-17T09:10:00Z", "2013-11-17T15:40:00Z", "2013-11-18T08:00:00Z"):
        told = fact("TownOccupied", place="mill", by=["rebels"], when=when)
        situation.record([(sheet("gazette", when, told), "sheet.yaml")], by="tests")
    with visit(browser, written(situation, tmp_path, "2013-11-18")) as visited:
        ticks = visited.page.eval_on_selector_all(
            "#ticks text", "all => all.map(one => one.textContent)"
        )
        assert len(set(ticks)) == len(ticks)
        assert {"17 Nov", "18 Nov"} < set(ticks)
        assert any(one.startswith("17 Nov ") and one.endswith(":59Z") for one in ticks), ticks
        visited.go("#key=control/mill")
        visited.frame()
        plane = visited.page.eval_on_selector_all(
            "#plane text", "all => all.map(one => one.textContent)"
        )
        assert {"17 Nov 09:10Z", "09:10Z"} <= set(plane)


def test_an_age_is_counted_in_days_of_the_zone(
    browser: Browser, situation: Situation, tmp_path: Path
) -> None:
    """The clocks of Kyiv went forward on 29 March 2026: its day had 23 hours."""
    situation.register(SITUATION + b"zone: Europe/Kyiv\n", "situation.yaml", by="tests")
    told = fact("TownOccupied", place="mill", by=["rebels"], when="2026-03-22")
    situation.record([(sheet("gazette", "2026-03-22", told), "sheet.yaml")], by="tests")
    with visit(browser, written(situation, tmp_path, "2026-03-30")) as visited:
        for day, age in (("28", "6 days old"), ("29", "7 days old"), ("30", "8 days old")):
            visited.go(f"#as-of=2026-03-{day}&view=control")
            visited.frame()
            assert age in visited.page.inner_text("#table-control")
            (row,) = situation.state(f"2026-03-{day}", "control").dicts
            assert age in words.evidence(row, {}, "Europe/Kyiv")
