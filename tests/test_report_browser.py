"""The report in a browser: from disk, by mouse and keyboard, on both clocks, for every reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_for_tests import LOOKS, NARROW, WIDE, Visit, axe, chromium, screenshot, visit
from commands_for_tests import mali, said
from effort_for_tests import WHOLE
from playwright.sync_api import Browser, expect
from sheets_for_tests import fact, new_situation, sheet

from tracker.cli.state import COLUMNS
from tracker.situation import Situation
from tracker.web import page as pages
from tracker.web.page import report

DAYS = ("2012-06-30", *(f"2013-01-{day}" for day in range(12, 23)))
KNOWN = (None, "2013-01-13", "2013-01-14", "2013-01-17", "2013-01-21")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mali")
    log = mali(folder)
    out = folder / "situation.html"
    said("--log", log, "-q", "report", "--as-of", "2013-01-21", "-o", out)
    return out


@pytest.fixture
def opened(browser: Browser, file: Path) -> Iterator[Visit]:
    with visit(browser, file.as_uri()) as visited:
        yield visited
        assert visited.errors == []
        assert visited.asked_of_the_network() == []


def mark(visited: Visit, place: str) -> str:
    """What the mark of a place says."""
    label = visited.page.get_attribute(f'.spot[data-place="{place}"]', "aria-label")
    assert label is not None
    return label


def cells(visited: Visit, view: str) -> list[list[str]]:
    """The rows of the table that is shown."""
    found: list[list[str]] = visited.page.evaluate(
        "view => [...document.querySelectorAll(`#table-${view} tbody tr`)]"
        ".map(row => [...row.cells].map(cell => cell.textContent))",
        view,
    )
    return found


# -- the clocks ----------------------------------------------------------------------------------


def test_it_opens_from_disk_at_the_clocks_it_was_made_for(opened: Visit) -> None:
    assert opened.page.title() == "Mali: situation report"
    assert opened.page.inner_text("#as-of-said") == "21 Jan 2013"
    assert opened.page.inner_text("#known-at-said") == "all reports"
    assert mark(opened, "diabaly") == "Diabaly: France, Mali"


def test_diabaly_changes_hands_as_the_slider_moves(opened: Visit) -> None:
    opened.page.focus("#as-of")
    opened.page.keyboard.press("ArrowLeft")
    opened.frame()
    assert opened.page.inner_text("#as-of-said") == "20 Jan 2013"
    assert mark(opened, "diabaly") == "Diabaly: Islamist fighters ?"
    opened.page.keyboard.press("ArrowRight")
    opened.frame()
    assert mark(opened, "diabaly") == "Diabaly: France, Mali"


def test_nothing_is_known_of_diabaly_on_the_13th(opened: Visit) -> None:
    opened.page.click('.spot[data-place="diabaly"]')
    opened.page.focus("#known-at")
    while opened.page.inner_text("#known-at-said") != "13 Jan 2013":
        opened.page.keyboard.press("ArrowLeft")
        opened.frame()
    assert mark(opened, "diabaly") == "Diabaly: no evidence"
    assert opened.page.inner_text("#verdict") == "no evidence"
    assert "all reports give France, Mali" in opened.page.inner_text("#panel-body")
    assert cells(opened, "control") == []


def test_what_was_known_on_the_17th_is_what_one_had_to_go_by(opened: Visit) -> None:
    opened.go("#as-of=2013-01-21&known-at=2013-01-17")
    assert mark(opened, "diabaly") == "Diabaly: Islamist fighters"


def test_the_known_clock_can_follow_the_other(opened: Visit) -> None:
    opened.page.check("#together")
    opened.page.focus("#as-of")
    opened.page.keyboard.press("PageDown")
    opened.frame()
    assert opened.page.inner_text("#as-of-said") == "18 Jan 2013"
    assert opened.page.inner_text("#known-at-said") == "18 Jan 2013"
    assert mark(opened, "diabaly") == "Diabaly: Islamist fighters"


def test_play_walks_through_the_days(opened: Visit) -> None:
    opened.go("#as-of=2013-01-12")
    opened.page.click("#play")
    expect(opened.page.locator("#as-of-said")).to_have_text("14 Jan 2013", timeout=30_000)
    opened.page.click("#play")
    assert opened.page.inner_text("#play") == "Play"


def test_the_fragment_holds_where_one_stands(browser: Browser, file: Path) -> None:
    fragment = "#as-of=2013-01-19&known-at=2013-01-17&view=forces&key=control/diabaly"
    with visit(browser, file.as_uri() + fragment) as visited:
        assert visited.page.inner_text("#as-of-said") == "19 Jan 2013"
        assert visited.page.inner_text("#known-at-said") == "17 Jan 2013"
        assert visited.page.is_visible("#table-forces")
        assert visited.page.inner_text("#panel-title") == "Diabaly, control"
        assert visited.page.evaluate("location.hash") == fragment


@pytest.mark.parametrize("known", KNOWN)
def test_the_tables_are_what_the_command_line_answers(
    opened: Visit, file: Path, known: str | None
) -> None:
    with Situation(str(file.with_name("situation.db"))) as situation:
        for day in DAYS if WHOLE else DAYS[::2]:
            answer = situation.state(situation.clocks(day, known))
            for view, (_, columns) in COLUMNS.items():
                rows = [row for row in answer.dicts if row["projection"] == view]
                at = f"#as-of={day}" + (f"&known-at={known}" if known else "") + f"&view={view}"
                opened.go(at)
                shown = cells(opened, view)
                expected = [columns(row, answer) for row in rows]
                assert shown == expected, (day, known, view)


def test_a_pledge_of_so_many_more_is_counted_from_those_who_were_there(
    browser: Browser, tmp_path: Path
) -> None:
    def told(kind: str, best: int, day: int, semantics: str = "total") -> tuple[bytes, str]:
        number = {"best": best, "semantics": semantics}
        row = fact(kind, place="valley", by=["army"], quantity=number, when=f"2013-01-{day}")
        return sheet("gazette", f"2013-01-{day}", row), f"{day}.yaml"

    with new_situation() as situation:
        reports = [
            told("TroopsDeployed", 1700, 11),
            told("TroopsPledged", 800, 13, "change"),
            told("TroopsDeployed", 300, 15, "change"),
            told("TroopsDeployed", 2600, 17),
            told("TroopsWithdrawn", 1200, 19, "change"),
        ]
        situation.record(reports, by="tests")
        file = tmp_path / "pledged.html"
        file.write_text(report(situation.overview(situation.clocks("2013-01-20"))))
        with visit(browser, file.as_uri()) as visited:
            for day, left in (
                (14, "800 still to come"),
                (16, "500 still to come"),
                (18, "all came"),
                (20, "all came"),
            ):
                visited.go(f"#as-of=2013-01-{day}&view=forces")
                numbers = {row[3]: row[4] for row in cells(visited, "forces")}
                assert numbers["pledged"] == f"800 more, {left}", day
                answer = situation.state(situation.clocks(f"2013-01-{day}"), "forces")
                expected = [COLUMNS["forces"][1](row, answer) for row in answer.dicts]
                assert sorted(cells(visited, "forces")) == sorted(expected)


# -- evidence ------------------------------------------------------------------------------------


def test_a_click_on_a_mark_leads_to_the_sentence(opened: Visit) -> None:
    opened.go("#as-of=2013-01-19&known-at=2013-01-17")
    opened.page.click('.spot[data-place="diabaly"]')
    assert opened.page.inner_text("#panel-title") == "Diabaly, control"
    fact = opened.page.inner_text('#panel-body li[data-position="58"]')
    assert "supports" in fact
    assert "Rebels have overrun Diabaly, a garrison town." in fact
    assert "The Guardian, 14 Jan 2013 · TownOccupied #58 · told by: reporter" in fact
    assert "003 s.1 [308-361]" in fact
    assert "Rule: agreement: the newest views say the same" in opened.page.inner_text("#panel-body")


@pytest.mark.parametrize("known", [None, "2013-01-14", "2013-01-17"])
def test_the_trail_gives_each_fact_the_part_that_an_audit_gives_it(
    opened: Visit, file: Path, known: str | None
) -> None:
    with Situation(str(file.with_name("situation.db"))) as situation:
        for day in ("2013-01-14", "2013-01-17", "2013-01-19", "2013-01-21"):
            clocks = situation.clocks(day, known)
            audit = situation.audit(clocks, "control", "diabaly").more["evidence"]
            opened.go(
                f"#as-of={day}" + (f"&known-at={known}" if known else "") + "&key=control/diabaly"
            )
            shown = dict(
                opened.page.evaluate(
                    "() => [...document.querySelectorAll('#panel-body li[data-position]')]"
                    ".map(one => [one.dataset.position, one.querySelector('.role').textContent])"
                )
            )
            counted = {"decides", "supports", "dissents"}
            expected = {str(one["position"]): one["role"] for one in audit}
            assert {at: part for at, part in shown.items() if part in counted} == {
                at: part for at, part in expected.items() if part in counted
            }, (day, known)
            assert shown.keys() == expected.keys()


def test_a_row_of_a_chronology_leads_to_its_fact(opened: Visit) -> None:
    opened.go("#as-of=2013-01-21&view=humanitarian")
    opened.page.click("#table-humanitarian tbody tr >> nth=0 >> button")
    assert opened.page.inner_text("#panel-title") == "CiviliansDisplaced"
    assert re.search(r"004 s\.\d+ \[\d+-\d+\]", opened.page.inner_text("#panel-body"))


def test_the_plane_shows_when_we_found_out_and_sets_both_clocks(opened: Visit) -> None:
    opened.go("#as-of=2013-01-21&key=control/diabaly")
    told = opened.page.eval_on_selector_all(
        "#plane title", "all => all.map(one => one.textContent)"
    )
    assert any(
        re.match(r"Islamist fighters: true .* to now on; known 14 Jan 2013 to 21 Jan 2013", one)
        for one in told
    ), told
    area = opened.page.locator("#plane svg").bounding_box()
    assert area
    opened.page.locator("#plane svg").click(position={"x": area["width"] * 0.8, "y": 150})
    assert opened.page.inner_text("#known-at-said") != "all reports"


def test_by_keyboard_alone_one_reaches_the_evidence(opened: Visit) -> None:
    page = opened.page
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.place") == "diabaly":
            break
    assert page.evaluate("document.activeElement.dataset.place") == "diabaly"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "panel-title"
    assert page.inner_text("#panel-title") == "Diabaly, control"
    page.focus("#as-of")
    page.keyboard.press("PageDown")
    opened.frame()
    assert page.inner_text("#as-of-said") == "18 Jan 2013"
    page.focus("#map-svg")
    before = page.get_attribute("#map-svg", "viewBox")
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    assert page.get_attribute("#map-svg", "viewBox") != before
    page.keyboard.press("0")
    assert page.get_attribute("#map-svg", "viewBox") == before


# -- how it looks --------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "dark"), LOOKS)
def test_axe_finds_nothing_wrong(
    browser: Browser,
    file: Path,
    size: tuple[int, int],
    dark: bool,  # noqa: FBT001
) -> None:
    name = f"{size[0]}-{'dark' if dark else 'light'}"
    with visit(browser, file.as_uri() + "#as-of=2013-01-19", size=size, dark=dark) as visited:
        screenshot(visited.page, f"report-{name}")
        assert axe(visited.page) == []
        visited.go("#as-of=2013-01-19&view=forces&key=control/diabaly")
        screenshot(visited.page, f"report-{name}-diabaly")
        assert axe(visited.page) == []
        wide = visited.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size[0], "the page scrolls sideways"


@pytest.mark.parametrize(("size", "dark"), LOOKS)
def test_a_reader_may_choose_the_other_theme(
    browser: Browser,
    file: Path,
    size: tuple[int, int],
    dark: bool,  # noqa: FBT001
) -> None:
    with visit(browser, file.as_uri(), size=size, dark=dark) as visited:
        paper = "getComputedStyle(document.body).backgroundColor"
        before = visited.page.evaluate(paper)
        while visited.page.inner_text("#theme") != f"Theme: {'light' if dark else 'dark'}":
            visited.page.click("#theme")
        assert visited.page.evaluate(paper) != before
        assert axe(visited.page) == []


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_no_two_names_on_the_map_overlap(
    browser: Browser, file: Path, size: tuple[int, int]
) -> None:
    with visit(browser, file.as_uri(), size=size) as visited:
        counts = []
        for _ in range(7):
            boxes = visited.page.evaluate(
                "() => [...document.querySelectorAll('#map-svg text:not(.out)')].map(one => {"
                " const box = one.getBoundingClientRect();"
                " return [one.textContent, box.left, box.top + 2, box.right, box.bottom - 2]; })"
            )
            for n, (one, left, top, right, bottom) in enumerate(boxes):
                for other, left2, top2, right2, bottom2 in boxes[:n]:
                    over = left < right2 and left2 < right and top < bottom2 and top2 < bottom
                    assert not over, f"{one} over {other}"
            counts.append(len(boxes))
            visited.page.click("#zoom-in")
        assert counts == sorted(counts)
        assert counts[-1] > counts[0]


def test_without_scripts_it_still_shows_the_state(browser: Browser, file: Path) -> None:
    with visit(browser, file.as_uri(), scripts=False) as visited:
        text = visited.page.inner_text("body")
        assert "state as of 21 Jan 2013" in text
        assert "Scripts are off" in text
        for shown in ("Diabaly", "France, Mali", "1,800, +400 unexplained", "bright red"):
            assert shown in text
        assert visited.page.locator(".spot .mark").count() > 5
        for control in ("#as-of", "#play", "#zoom-in", "#panel", "#theme"):
            assert not visited.page.locator(control).is_visible()
        screenshot(visited.page, "report-no-scripts")
    with visit(browser, file.as_uri(), scripts=False, size=NARROW) as visited:
        screenshot(visited.page, "report-no-scripts-360")


def test_it_prints_as_a_page_without_its_controls(opened: Visit) -> None:
    opened.page.emulate_media(media="print")
    assert not opened.page.locator("#play").is_visible()
    assert opened.page.locator("#map-svg").is_visible()
    screenshot(opened.page, "report-print")


# -- data of any kind ----------------------------------------------------------------------------

MARKUP = "<img src=x onerror=document.title='broken'><script>document.title='broken'</script>&amp;"
HOSTILE = f"""
title: "<b>War</b> </script>"
places:
  mill: {{name: "{MARKUP}", lat: 10.1, lon: 20.2, coordinates: made up}}
  ford: {{name: "\\u202eford", lat: 10.2, lon: 20.4, coordinates: made up}}
actors:
  rebels: {{name: "'\\"><svg onload=document.title='broken'>"}}
sources:
  gazette: {{name: "<i>Gazette</i>", type: newspaper}}
""".encode()


def hostile(url: str) -> str:
    """A report whose every name, gist and address is written to break the page."""
    with Situation(":memory:", create=True) as situation:
        situation.register(HOSTILE, "situation.yaml", by="tests")
        told = fact("TownOccupied", place="mill", by=["rebels"], gist=MARKUP,
                    when={"edtf": "2013-01-14"})  # fmt: skip
        data = sheet("gazette", "2013-01-14", told).replace(
            b'"source"', f'"url": "{url}", "source"'.encode(), 1
        )
        situation.record([(data, "sheet.yaml")], by="tests")
        return report(situation.overview(situation.clocks("2013-01-20")))


@pytest.mark.parametrize("plain", [True, False])
def test_markup_in_names_and_gists_is_shown_as_text(
    browser: Browser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    plain: bool,  # noqa: FBT001
) -> None:
    monkeypatch.setattr(pages, "PLAIN", 10**9 if plain else 0)
    file = tmp_path / "hostile.html"
    file.write_text(hostile("javascript:document.title='broken'"), encoding="utf-8")
    with visit(browser, file.as_uri()) as visited:
        visited.page.click('.spot[data-place="mill"]')
        assert MARKUP in visited.page.inner_text("#panel-body")
        assert MARKUP in visited.page.inner_text("#table-control")
        assert visited.page.locator("a[href]").count() == 0
        assert visited.page.locator("img").count() == 0
        assert mark(visited, "ford").startswith("\\u202eford: ")
        assert visited.page.title() == "<b>War</b> </script>: situation report"
        assert visited.errors == []
        assert visited.asked_of_the_network() == []
        assert axe(visited.page) == []


def test_a_report_that_stands_on_the_web_is_linked(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "linked.html"
    file.write_text(hostile("https://example.org/a?b=1&c=2"), encoding="utf-8")
    with visit(browser, file.as_uri()) as visited:
        visited.page.click('.spot[data-place="mill"]')
        href = visited.page.get_attribute("#panel-body a", "href")
        assert href == "https://example.org/a?b=1&c=2"
        assert visited.asked_of_the_network() == []


def test_an_empty_situation_says_so(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "empty.html"
    with Situation(":memory:", create=True) as situation:
        file.write_text(report(situation.overview(situation.clocks("2013-01-20"))), "utf-8")
    with visit(browser, file.as_uri()) as visited:
        assert "no evidence" in visited.page.inner_text("#table-control")
        assert "there is no map" in visited.page.inner_text("#map")
        assert visited.errors == []
        assert axe(visited.page) == []


def test_new_data_is_taken_while_the_clocks_stand(opened: Visit) -> None:
    opened.go("#as-of=2013-01-19&known-at=2013-01-17&key=control/diabaly")
    opened.page.evaluate(
        "() => { const data = JSON.parse(document.getElementById('data').textContent);"
        " data.position = 999;"
        " document.dispatchEvent(new CustomEvent('situation', {detail: data})); }"
    )
    assert "log #999" in opened.page.inner_text("#heading")
    assert opened.page.inner_text("#as-of-said") == "19 Jan 2013"
    assert opened.page.inner_text("#panel-title") == "Diabaly, control"


NOON = """() => { const data = JSON.parse(document.getElementById('data').textContent);
 data.asOf = Date.UTC(2013, 0, 22, 12, 30, 7) * 1000;
 document.dispatchEvent(new CustomEvent('situation', {detail: data})); }"""


def test_with_new_data_now_is_now_for_who_has_moved_no_clock(opened: Visit) -> None:
    opened.page.evaluate(NOON)
    assert opened.page.inner_text("#as-of-said") == "22 Jan 2013 12:30:07Z"
    opened.go("#as-of=2013-01-19")
    opened.page.evaluate(NOON)
    assert opened.page.inner_text("#as-of-said") == "19 Jan 2013"


@pytest.mark.parametrize(
    "asked",
    [
        ("--as-of", "2013-01-21"),
        ("--as-of", "2013-01-18T09:30:00Z", "--known-at", "2013-01-17T09:30Z"),
        ("--as-of", "2012-09-30", "--without", "voa", "--recorded-at", "#150"),
    ],
)
def test_the_heading_is_the_one_that_is_printed(
    browser: Browser, tmp_path: Path, asked: tuple[str, ...]
) -> None:
    out = tmp_path / "situation.html"
    said("--log", mali(tmp_path), "-q", "report", *asked, "-o", out)
    with visit(browser, out.as_uri()) as visited:
        heading = visited.page.inner_text("#heading")
        assert f'<p id="heading">{heading}</p>' in out.read_text("utf-8")
