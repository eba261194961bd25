"""The JSON API of the served app: the command line's answers, tags, pages, and what comes live."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from threading import Event, Thread
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from commands_for_tests import answer, mali, run, said
from serving_for_tests import PATIENCE, Served, serving
from sheets_for_tests import fact, sheet

from tracker import Situation
from tracker.web.api import ROUTES

Mali = tuple[Path, Served]
LATER = sheet(
    "voa",
    "2013-02-01",
    fact("TownOccupied", place="diabaly", by=["islamist-fighters"], when={"edtf": "2013-02-01"}),
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mali]:
    """Mali, served; nobody records."""
    log = mali(tmp_path_factory.mktemp("served"))
    with serving(log) as server:
        yield log, server


# -- the same answers -----------------------------------------------------------------------------

QUESTIONS = {
    "state": ("state", {"as_of": "2013-01-21"}),
    "one cell": ("state", {"projection": "control", "key": "diabaly", "as_of": "2013-01-19"}),
    "known": ("state", {"projection": "control", "as_of": "2013-01-21", "known_at": "2013-01-17"}),
    "stale": ("state", {"projection": "control", "as_of": "2013-01-21", "stale_after": "7d"}),
    "recorded": ("state", {"as_of": "2013-01-21", "recorded_at": "#60"}),
    "policy": ("state", {"projection": "control", "as_of": "2013-01-19", "policy": "latest"}),
    "without": ("state", {"as_of": "2013-01-19", "without": "the-guardian"}),
    "history": ("history", {"key": "diabaly"}),
    "history known": ("history", {"key": "vigipirate/france", "known_at": "2013-01-21"}),
    "audit": ("audit", {"projection": "control", "key": "diabaly", "as_of": "2013-01-21"}),
    "diff": ("diff", {"from": "2013-01-14", "to": "2013-01-21"}),
    "learned": ("diff", {"known_from": "2013-01-17", "known_to": "2013-01-21", "to": "2013-01-21"}),
    "disputes": ("disputes", {"as_of": "2013-01-21"}),
    "gaps": ("gaps", {"as_of": "2013-01-21"}),
    "what if": ("whatif", {"without": "voa", "as_of": "2013-01-19"}),
    "log": ("log", {}),
    "search": ("search", {"q": "diabaly"}),
}
ARGUMENTS = {
    "state": ["projection", "key"],
    "history": ["key"],
    "audit": ["projection", "key"],
    "search": ["q"],
}


def as_words(verb: str, asked: dict[str, str]) -> list[str]:
    """Give the command line that asks the same."""
    plain = [asked[name] for name in ARGUMENTS.get(verb, []) if name in asked]
    named = {name: value for name, value in asked.items() if name not in ARGUMENTS.get(verb, [])}
    options = [word for name, value in named.items() for word in (f"--{name}", value)]
    return [
        verb,
        *plain,
        *(word.replace("_", "-") if word[:2] == "--" else word for word in options),
    ]


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_is_the_command_lines_own(name: str, served: Mali) -> None:
    log, server = served
    verb, asked = QUESTIONS[name]
    found = server.json(f"/api/{verb}?{urlencode(asked)}")
    assert found == answer("--log", log, *as_words(verb, asked))


def test_an_event_is_the_command_lines_own_by_position_and_by_id(served: Mali) -> None:
    log, server = served
    shown = answer("--log", log, "show", "#60")
    for name in ("60", quote("#60"), shown["id"], shown["id"][:13]):
        assert server.json(f"/api/event/{name}") == shown


def test_a_report_is_told_whole(served: Mali) -> None:
    log, server = served
    rows = answer("--log", log, "log")["rows"]
    stream = next(row["report"] for row in rows if row["kind"] == "ReportRegistered")
    found = server.json(f"/api/report/{stream[:12]}")
    assert found["query"] == {"report": stream}
    assert found["report"]["source"] == "the-guardian"
    assert found["rows"] == [row for row in rows if row["report"] == stream]
    assert found["report"]["facts"] == len(found["rows"]) - 1


def test_what_is_asked_by_name_has_the_shape_that_is_declared(served: Mali) -> None:
    log, server = served
    shown = answer("--log", log, "show", "#60")
    named = {"/event/{name}": shown["id"], "/report/{name}": shown["report"]}
    shapes: dict[str, Any] = {one.path: one.shape for one in ROUTES if "{name}" in one.path}
    assert shapes.keys() == named.keys()
    for path, name in named.items():
        body = server.ask(f"/api{path}".format(name=name)).body
        shapes[path].model_validate_json(body, strict=True)


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_has_the_shape_that_is_declared(name: str, served: Mali) -> None:
    verb, asked = QUESTIONS[name]
    shape: Any = next(route.shape for route in ROUTES if route.path == f"/{verb}")
    body = served[1].ask(f"/api/{verb}?{urlencode(asked)}").body
    shape.model_validate_json(body, strict=True)


# -- what is wrong --------------------------------------------------------------------------------


def test_a_page_that_cannot_be_answered_keeps_the_form_as_it_was_typed(served: Mali) -> None:
    asked = {"as_of": 'yester"day', "key": "<diabaly>", "tz": "Mars/X", "asof": "2013"}
    for wrong in ({"as_of": "yesterday"}, asked, {"projection": "contro"}, {"without": "nobody"}):
        reply = served[1].ask(f"/state?{urlencode(wrong)}")
        page = reply.body.decode()
        assert reply.status in {404, 422}
        assert "<h1>This cannot be answered</h1>" in page
        fields = dict(re.findall('<input name="([a-z_]+)" value="([^"]*)"', page))
        typed = {name: one for name, one in wrong.items() if name != "asof"}
        assert {name: unescape(one) for name, one in fields.items() if one} == typed
        assert "asof" not in fields
        assert "hidden" not in page.partition("<form")[2].partition("</form")[0]
    page = served[1].ask("/state?as_of=yesterday").body.decode()
    assert "as-of: cannot read 'yesterday' as a moment" in unescape(page)


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/api/nothing", 404, "not found"),
        ("/api/state?asof=2013", 422, "asof: there is no such parameter here"),
        ("/api/state?as_of=yesterday", 422, "as-of: cannot read 'yesterday'"),
        ("/api/state?projection=contro", 422, "projection: Input should be 'control'"),
        ("/api/state?only=nobody", 404, "no source or origin 'nobody'"),
        ("/api/audit?projection=control&key=diabalu", 404, "did you mean diabaly"),
        ("/api/diff", 422, "a diff needs from, or known_from"),
        ("/api/whatif", 422, "what if what?"),
        ("/api/state?recorded_at=%2399999999999999999999", 422, "no log is that long"),
        ("/api/event/999", 404, "no event #999"),
        ("/api/event/9999999999999999999", 404, "no log is that long"),
        ("/api/report/ffff", 404, "no report begins with 'ffff'"),
        ("/api/search?q=%21%21", 422, "say what to search for"),
        ("/api/state?tz=Mars/X", 422, "tz: no time zone 'Mars/X'"),
        ("/api/state?tz=../../etc/passwd", 422, "tz: no time zone '../../etc/passwd'"),
        ("/api/diff?from=2013-01-14&tz=Africa/Bamakoo", 422, "did you mean Africa/Bamako"),
        ("/api/state?as_of=2013&as_of=2014", 422, "as_of: it is asked more than once"),
        ("/api/diff?from=2013-01-14&from=2013-01-15", 422, "from: it is asked more than once"),
        ("/api/log?kind=TownEntered&kind=TownOccupied", 422, "kind: it is asked more than once"),
        ("/api/events?after=1&after=2", 422, "after: it is asked more than once"),
        ("/api/state?limit=0", 422, "limit: Input should be greater than or equal to 1"),
    ],
)
def test_what_cannot_be_answered_is_said_in_plain_words(
    path: str, status: int, error: str, served: Mali
) -> None:
    reply = served[1].ask(path)
    assert (reply.status, list(reply.json)) == (status, ["error"])
    assert error in reply.json["error"]


def test_what_may_be_said_several_times_is(served: Mali) -> None:
    server = served[1]
    asked = server.json("/api/state?as_of=2013-01-21&without=voa&without=the-guardian")["query"]
    assert asked["without"] == ["voa", "the-guardian"]
    page = server.ask("/state?as_of=2013-01-21&as_of=2013-01-19")
    assert page.status == 422
    assert "as_of: it is asked more than once" in page.body.decode()
    assert server.ask("/state?as_of=2013-01-21&as_of=").status == 200  # a field left empty


# -- pages, tags, packing -------------------------------------------------------------------------


def test_a_long_list_comes_in_pages_each_naming_the_next(served: Mali) -> None:
    server = served[1]
    whole = server.json("/api/state?as_of=2013-01-21")["rows"]
    path, rows = "/api/state?as_of=2013-01-21&limit=50", []
    while path:
        reply = server.ask(path)
        assert reply.headers["x-total-count"] == str(len(whole))
        rows += reply.json["rows"]
        path = reply.headers.get("link", "").partition(">")[0].lstrip("<")
    assert rows == whole


def test_the_log_comes_in_pages_after_a_position(served: Mali) -> None:
    server = served[1]
    first = server.ask("/api/log?limit=70")
    assert first.headers["link"] == '</api/log?limit=70&after=70>; rel="next"'
    path, positions = "/api/log?limit=70", []
    while path:
        reply = server.ask(path)
        positions += [row["position"] for row in reply.json["rows"]]
        path = reply.headers.get("link", "").partition(">")[0].lstrip("<")
    assert positions == list(range(1, 191))


def test_found_things_come_in_pages(served: Mali) -> None:
    server = served[1]
    whole = server.json("/api/search?q=diabaly")["rows"]
    first = server.ask("/api/search?q=diabaly&limit=3")
    second = server.ask(first.headers["link"].partition(">")[0].lstrip("<"))
    assert first.json["rows"] + second.json["rows"] == whole[:6]


def test_the_page_of_a_number_says_what_is_counted(served: Mali) -> None:
    asked = "projection=losses&key=mali/tanks/captured&as_of=2013-01-21"
    page = served[1].ask(f"/audit?{asked}").body.decode()
    assert re.search("<h1[^>]*>Mali, tanks captured</h1>", page)


def test_what_is_still_the_same_is_not_sent_again(served: Mali) -> None:
    server = served[1]
    path = "/api/audit?projection=control&key=diabaly&as_of=2013-01-21"
    tag = server.ask(path).headers["etag"]
    assert tag.startswith('W/"190-')
    again = server.ask(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert server.ask(path, headers={"If-None-Match": '"other"'}).status == 200


UNCHANGING = ("/static/report.js", "/static/served.css", "/api", "/api/openapi.json")


@pytest.mark.parametrize("path", ["/api/state?as_of=2013-01-21", "/state", *UNCHANGING])
def test_tags_are_compared_whether_weak_or_not(served: Mali, path: str) -> None:
    server = served[1]
    at = "?as_of=2013-01-21" if path == "/state" else ""
    whole = server.ask(path + at)
    tag = whole.headers["etag"]
    opaque = tag.removeprefix("W/")
    for named in (tag, opaque, f"W/{opaque}", f'"other", W/{opaque}', "*", " * "):
        again = server.ask(path + at, headers={"If-None-Match": named})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag), named
    for named in ('"other"', 'W/"other"', opaque.strip('"'), '"*"', ""):
        assert server.ask(path + at, headers={"If-None-Match": named}).body == whole.body, named


@pytest.mark.parametrize("path", UNCHANGING)
def test_what_does_not_change_is_packed_too(served: Mali, path: str) -> None:
    server = served[1]
    plain, packed = server.ask(path), server.ask(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) * 2 < len(plain.body)
    assert packed.headers["content-type"] == plain.headers["content-type"]
    assert packed.headers["content-type"].split(";")[0] in {
        "text/javascript", "text/css", "text/html", "application/json"
    }  # fmt: skip


def test_an_answer_is_packed_for_who_takes_it(served: Mali) -> None:
    server = served[1]
    path = "/api/state?as_of=2013-01-21"
    plain = server.ask(path, headers={"Accept-Encoding": "identity"})
    packed = server.ask(path, headers={"Accept-Encoding": "br, gzip;q=0.5"})
    refused = server.ask(path, headers={"Accept-Encoding": "gzip;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body == refused.body
    assert len(packed.body) * 4 < len(plain.body)


def test_a_head_has_no_body(served: Mali) -> None:
    server = served[1]
    for path in ("/api/state?as_of=2013-01-21", "/api/openapi.json", "/api/events"):
        whole = server.ask(path) if path != "/api/events" else None
        head = server.ask(path, "HEAD")
        assert (head.status, head.body) == (200, b"")
        if whole:
            assert head.headers["content-length"] == whole.headers["content-length"]


# -- the log as it grows --------------------------------------------------------------------------


def test_the_next_answer_has_what_another_process_recorded(tmp_path: Path) -> None:
    log = mali(tmp_path)
    path = "/api/state?projection=control&key=diabaly&as_of=2013-02-02"
    with serving(log) as server:
        before = [server.ask(path) for _ in range(2)]
        with Situation(str(log)) as other:
            other.record([(LATER, "later.yaml")], by="another")
        after = server.ask(path, headers={"If-None-Match": before[0].headers["etag"]})
    assert [reply.json["log"]["position"] for reply in before] == [190, 190]
    assert before[0].json["rows"][0]["holders"] == ["france", "mali"]
    assert after.json["log"]["position"] == 192
    assert after.json["rows"][0]["holders"] == ["islamist-fighters"]


def test_answers_while_others_record_are_each_of_one_position_and_never_go_back(
    tmp_path: Path,
) -> None:
    log = mali(tmp_path)
    path = "/api/state?projection=incidents&key=gao&as_of=2013-02-02"
    seen: list[list[tuple[int, int]]] = []

    def ask(server: Served, done: Event) -> None:
        mine: list[tuple[int, int]] = []
        seen.append(mine)
        while not done.is_set():
            body = server.json(path)
            mine.append((body["log"]["position"], len(body["rows"])))

    with serving(log) as server, Situation(str(log)) as other:
        before = len(server.json(path)["rows"])
        done = Event()
        askers = [Thread(target=ask, args=(server, done)) for _ in range(4)]
        for asker in askers:
            asker.start()
        for number in range(25):
            told = fact(
                "FightingReported",
                place="gao",
                when={"edtf": "2013-02-01"},
                gist=f"Shots {number}.",
            )
            other.record([(sheet("voa", "2013-02-01", told), "x.yaml")], by="another")
            position = other.position
            body = server.json(path)  # what was acknowledged is in the next answer
            assert body["log"]["position"] == position
            assert len(body["rows"]) == before + (position - 190) // 2
        done.set()
        for asker in askers:
            asker.join()
    for mine in seen:
        assert mine == sorted(mine)
        # A report is two events, of which the second is the fact: the rows fit the position.
        assert {(at, before + (at - 190) // 2) for at, _ in mine} == set(mine)
    assert len({at for mine in seen for at, _ in mine}) > 1


def test_an_answer_about_now_moves_with_the_clock(served: Mali) -> None:
    server = served[1]
    path = "/api/state?projection=control&key=gao"
    asked = {server.json(path)["query"]["as_of"]}
    while len(asked) < 2:
        asked.add(server.json(path)["query"]["as_of"])
    first, second = sorted(asked)
    assert first < second
    assert first.endswith("Z")
    assert "." not in first


class Stream:
    """Server-sent events, read one by one."""

    def __init__(self, server: Served, path: str, **headers: str) -> None:
        self.connection = http.client.HTTPConnection(server.host, server.port, timeout=PATIENCE)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request("GET", path, headers=named)
        self.response = self.connection.getresponse()

    def event(self) -> tuple[int, str]:
        """Wait for the next event: its id, and the gist of it."""
        fields: dict[str, str] = {}
        while True:
            line = self.response.readline().decode().rstrip("\n")
            if line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "id" in fields:
                row = json.loads(fields["data"])
                assert fields["event"] == "recorded"
                return int(fields["id"]), row["kind"]
            elif not line:
                fields = {}

    def close(self) -> None:
        self.response.close()
        self.connection.close()


def test_events_are_told_as_they_are_recorded_and_from_where_one_was(tmp_path: Path) -> None:
    log = mali(tmp_path)
    with serving(log) as server:
        fresh = Stream(server, "/api/events")
        assert fresh.response.readline() == b"retry: 1000\n"  # it listens
        with Situation(str(log)) as other:
            other.record([(LATER, "later.yaml")], by="another")
        assert [fresh.event(), fresh.event()] == [(191, "ReportRegistered"), (192, "TownOccupied")]
        back = Stream(server, "/api/events", Last_Event_ID="189")
        assert [back.event()[0] for _ in range(3)] == [190, 191, 192]
        after = Stream(server, "/api/events?after=191")
        assert after.event() == (192, "TownOccupied")
        for stream in (back, after):
            stream.close()
    # The server was told to stop while one still listened: the stream ends, and so did the server.
    assert fresh.response.read().strip() == b""
    fresh.close()


# -- the end --------------------------------------------------------------------------------------


AS_ON_A_TERMINAL = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs tests may have it ignored
from tracker.cli import main
main()
"""


def test_ctrl_c_ends_it_well(tmp_path: Path) -> None:
    """1 is for an answer that is bad."""
    words = [sys.executable, "-c", AS_ON_A_TERMINAL, "--log", str(mali(tmp_path)), "serve"]
    with subprocess.Popen(
        [*words, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            at = urlsplit(process.stdout.readline().split(" at ")[1].split()[0])
            served = Served(str(at.hostname), int(at.port or 0))
            assert served.ask("/api/about").status == 200
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert (process.returncode, told) == (0, "stopped\n")


# -- refusing to start ----------------------------------------------------------------------------


def test_without_a_log_nothing_is_served(tmp_path: Path) -> None:
    result = run("--log", tmp_path / "none.db", "serve", "--port", "0")
    assert result.exit_code == 2
    assert "none.db" in result.output


def test_without_the_extra_it_says_what_to_install(served: Mali) -> None:
    with mock.patch.dict(sys.modules, {"tracker.web.server": None, "uvicorn": None}):
        result = run("--log", served[0], "serve")
    assert result.exit_code == 2
    assert "pip install 'situation-tracker[serve]'" in result.output


def test_an_address_that_is_taken_is_said(served: Mali) -> None:
    log, server = served
    result = run("--log", log, "serve", "--port", server.port)
    assert result.exit_code == 2
    assert f"cannot serve on 127.0.0.1:{server.port}" in result.output


def test_the_description_of_the_api_is_served_from_here(served: Mali) -> None:
    found = served[1].json("/api/openapi.json")
    assert set(found["paths"]) == {f"/api{route.path}" for route in ROUTES} | {"/api/events"}
    assert said("serve", "--help")


# -- pages: from one to another --------------------------------------------------------------------

HOW = [
    ("as_of", "2013-01-21T20:00"),
    ("recorded_at", "#120"),
    ("tz", "Asia/Tokyo"),
    ("policy", "latest"),
    ("only", "voa"),
    ("only", "the-guardian"),
]


def asked_by(page: str, tag: str, name: str) -> list[str]:
    """Give what a page's tags have under a name, read as a browser reads it."""
    return [unescape(one) for one in re.findall(rf'<{tag} [^>]*\b{name}="([^"]*)"', page)]


@pytest.mark.parametrize("path", ["/state", "/disputes", "/gaps"])
def test_whoever_goes_on_from_a_page_asks_at_its_clocks_and_weighs_alike(
    served: Mali, path: str
) -> None:
    _, server = served
    page = server.ask(f"{path}?{urlencode(HOW)}").body.decode()
    ways = [parse_qsl(way.partition("?")[2]) for way in asked_by(page, "a", "href")]
    audits = [way for way in ways if ("projection", "control") in way]
    assert all(way[: len(HOW)] == HOW for way in audits)
    assert audits or path != "/state"
    form = page.partition('class="asking"')[2].partition("</form>")[0]
    names, values = asked_by(form, "input", "name"), asked_by(form, "input", "value")
    assert set(HOW) <= set(zip(names, values, strict=True))


def test_a_why_explains_the_row_that_it_stands_in(served: Mali) -> None:
    _, server = served
    how = urlencode([("as_of", "2013-01-21"), ("recorded_at", "#120")])
    page = server.ask(f"/state?{how}&projection=control&key=diabaly").body.decode()
    (way,) = [one for one in asked_by(page, "a", "href") if one.startswith("/audit")]
    assert "Islamist fighters" in page
    assert "Islamist fighters" in server.ask(way).body.decode().partition("Evidence")[0]
