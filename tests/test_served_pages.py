"""The served pages of what is so: the words of the command line, the clocks, long lists whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from commands_for_tests import mali, run, said, unfolded
from sheets_for_tests import fact, new_situation, tell

from tracker import Situation
from tracker.web import event_pages, pages
from tracker.web.asking import Address
from tracker.web.desk import Told
from tracker.web.parameters import (
    AuditAsked,
    DiffAsked,
    DisputesAsked,
    GapsAsked,
    SearchAsked,
    StateAsked,
)

Page = Callable[[Situation, Any, Address], Told]
ASKED: dict[str, tuple[Page, type[Any]]] = {
    "/state": (pages.state, StateAsked),
    "/audit": (pages.audit, AuditAsked),
    "/diff": (pages.diff, DiffAsked),
    "/disputes": (pages.disputes, DisputesAsked),
    "/gaps": (pages.gaps, GapsAsked),
    "/search": (event_pages.search, SearchAsked),
}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mali(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def situation(log: Path) -> Iterator[Situation]:
    with Situation(str(log)) as made:
        yield made


@pytest.fixture
def disputed() -> Iterator[Situation]:
    """A war in which two sources say otherwise of three towns."""
    with new_situation() as made:
        for source, holder in (("gazette", "army"), ("radio", "rebels")):
            facts = [
                fact("TownOccupied", place=place, by=[holder], when={"edtf": "2013-01-10"})
                for place in ("mill", "ford", "valley")
            ]
            tell(made, source, "2013-01-11", *facts)
        yield made


def page(situation: Situation, address: str) -> str:
    """Give the page at an address."""
    path, query = urlsplit(address).path, urlsplit(address).query
    ask, asked = ASKED[path]
    told = ask(situation, asked(**dict(parse_qsl(query))), Address(path.encode(), query.encode()))
    assert isinstance(told.body, bytes)
    return told.body.decode()


def rows(page: str, caption: str = "") -> list[list[str]]:
    """Give the rows of a page's tables, or of the one of that caption, as text."""
    tables = re.findall(r"<table.*?</table>", page, re.DOTALL)
    return [
        [unescape(re.sub("<[^>]*>", "", cell)) for cell in re.findall("<td.*?</td>", row)]
        for table in tables
        if not caption or f">{caption}</caption>" in table
        for row in re.findall("<tr.*?</tr>", table)[1:]
    ]


def way(page: str, name: str) -> str | None:
    """Give where the link of that name leads, if there is one."""
    found = re.search(rf'<a href="([^"]*)"[^>]*>{name}</a>', page)
    return unescape(found[1]) if found else None


@pytest.mark.parametrize(
    ("cell", "clocks"),
    [
        ("control diabaly", {}),
        ("control diabaly", {"recorded_at": "#120"}),
        ("control diabaly", {"known_at": "2013-01-17"}),
        ("control diabaly", {"recorded_at": "#150", "known_at": "2013-01-21"}),
        ("control diabaly", {"tz": "Asia/Tokyo"}),
        ("alerts vigipirate/france", {}),
    ],
)
def test_the_history_of_an_audit_is_what_the_command_line_shows(
    log: Path,
    situation: Situation,
    cell: str,
    clocks: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "300")  # no cell is folded
    projection, key = cell.split()
    how = "".join(f"&{name}={at.replace('#', '%23')}" for name, at in clocks.items())
    shown = page(situation, f"/audit?projection={projection}&key={key}&as_of=2013-01-21{how}")
    options = [word for name, at in clocks.items() for word in (f"--{name.replace('_', '-')}", at)]
    lines = said("--log", log, "history", key, "--projection", projection, *options).splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("KNOWN AT"))
    wanted = [unfolded(line) for line in lines[start + 1 :]]
    assert [unfolded(" ".join(row)) for row in rows(shown, "History")] == wanted
    assert wanted


def test_an_audit_says_how_many_stretches_of_the_history_it_leaves_out(
    log: Path, situation: Situation
) -> None:
    told = run("--log", log, "history", "vigipirate/france").stderr
    assert told.startswith("1 more that last less than a day: ")
    shown = page(situation, "/audit?projection=alerts&key=vigipirate/france&as_of=2013-01-21")
    wanted = "1 more that last less than a day: `tracker history vigipirate/france --instants`"
    assert wanted in shown
    assert "less than a day" not in page(situation, "/audit?projection=control&key=gao")


@pytest.mark.parametrize(
    "address",
    [
        "/state?as_of=2013-01-21&limit=50",
        "/diff?from=2013-01-10&to=2013-01-21&limit=20",
        "/gaps?as_of=2013-01-21&limit=2",
    ],
)
def test_a_long_list_says_how_much_of_it_is_shown_and_leads_to_the_rest(
    situation: Situation, address: str
) -> None:
    whole = rows(page(situation, re.sub("&limit=.*", "", address)))
    found, there, shown = [], address, ""
    while there:
        shown = page(situation, there)
        found += rows(shown)
        there = way(shown, "Next page") or ""
        assert f"of {len(whole)}.</p>" in shown or f"<p>{len(whole)} in all.</p>" in shown
    assert found == whole
    assert len(whole) > 2


def test_disputes_come_in_pages_too(disputed: Situation) -> None:
    whole = rows(page(disputed, "/disputes?as_of=2013-01-12"))
    first = page(disputed, "/disputes?as_of=2013-01-12&limit=2")
    assert "<p>1 to 2 of 3.</p>" in first
    second = page(disputed, way(first, "Next page") or "")
    assert "<p>3 in all.</p>" in second
    assert rows(first) + rows(second) == whole
    assert way(second, "Next page") is None


@pytest.mark.parametrize(
    ("address", "denial"),
    [
        ("/state?as_of=2013-01-21&projection=control&offset=5000", "No evidence"),
        ("/diff?from=2013-01-10&to=2013-01-21&offset=5000", "Changes: none"),
        ("/gaps?as_of=2013-01-21&offset=5000", ""),
        ("/search?q=diabaly&offset=5000", "Found: none"),
    ],
)
def test_a_page_past_the_end_says_so_and_leads_to_the_first(
    situation: Situation, address: str, denial: str
) -> None:
    shown = page(situation, address)
    assert not rows(shown)
    assert not denial or denial not in shown
    assert ("past the last of them" in shown) != address.startswith("/search")
    first = way(shown, "First page")
    assert first == address.removesuffix("&offset=5000")
    assert rows(page(situation, first))


def test_where_there_is_nothing_it_is_said_as_before(situation: Situation) -> None:
    assert "No evidence." in page(situation, "/state?as_of=1900-01-01&offset=3")
    assert "Disputes: none." in page(situation, "/disputes?as_of=1900-01-01&offset=3")
