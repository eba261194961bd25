"""Names without end in the page: they break where they stand, and push nothing away."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from browser_for_tests import WIDE, chromium, visit
from playwright.sync_api import Browser
from sheets_for_tests import fact, sheet

from tracker.situation import Situation
from tracker.web.page import report

NAME = "L" * 500
FILE = {
    "title": "A" * 60,
    "places": {"long": {"name": NAME}, "mill": {"name": "Mill"}},
    "actors": {"rebels": {"name": "Rebels" + "s" * 80}},
    "sources": {"gazette": {"name": "Gazette", "type": "newspaper"}},
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("long") / "situation.html"
    places = [
        fact("TownOccupied", place=one, by=["rebels"], when="2013-01-14") for one in FILE["places"]
    ]
    with Situation(":memory:", create=True) as situation:
        situation.register(json.dumps(FILE).encode(), "situation.yaml", by="tests")
        situation.record([(sheet("gazette", "2013-01-14", *places), "sheet.yaml")], by="tests")
        file.write_text(report(situation.overview(situation.clocks("2013-01-20"))), "utf-8")
    return file.as_uri()


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("size", [WIDE, (700, 900), (320, 640)])
def test_a_page_does_not_scroll_sideways_for_a_long_name(
    browser: Browser,
    page: str,
    size: tuple[int, int],
    scripts: bool,  # noqa: FBT001
) -> None:
    with visit(browser, page + "#key=control/long", size=size, scripts=scripts) as visited:
        assert visited.page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("scripts", [True, False])
def test_the_other_columns_stay_beside_a_long_name(
    browser: Browser,
    page: str,
    scripts: bool,  # noqa: FBT001
) -> None:
    with visit(browser, page, scripts=scripts) as visited:
        table = visited.page.locator("#table-control .scroll")
        assert table.evaluate("one => one.scrollWidth - one.clientWidth") == 0
        assert NAME in table.inner_text()
    with visit(browser, page, size=(320, 640), scripts=scripts) as visited:
        table = visited.page.locator("#table-control .scroll")
        assert table.evaluate("one => one.scrollWidth") <= 38 * 16, "as wide as any table there"
