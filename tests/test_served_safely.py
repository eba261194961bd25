"""What the served app does not let in or out: the inputs that it has to refuse, one test each."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from commands_for_tests import mali, run
from pydantic_core import to_json
from serving_for_tests import Served, serving
from sheets_for_tests import fact, sheet

from tracker import Situation
from tracker.errors import TrackerError
from tracker.harmless import dump, escaped
from tracker.web import guard
from tracker.web.safety import MOST_BODY, Door

TOKEN = "a token of some length"  # noqa: S105 - of these tests alone
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)> javascript:alert(3)"
POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Mali, with a fact that holds markup, served to this machine."""
    log = mali(tmp_path_factory.mktemp("safely"))
    told = fact("FightingReported", place="diabaly", when={"edtf": "2013-01-20"}, gist=SCRIPT)
    with Situation(str(log)) as situation:
        situation.record([(sheet("voa", "2013-01-22", told), "x.yaml")], by=SCRIPT)
    with serving(log) as made:
        yield made


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Mali, served to who says the token."""
    with serving(mali(tmp_path_factory.mktemp("guarded")), TRACKER_TOKEN=TOKEN) as made:
        yield made


def raw(server: Served, data: bytes) -> tuple[int, bytes]:
    """Send bytes as they are; give the status and all that came until the connection ended."""
    with socket.create_connection((server.host, server.port), timeout=30) as wire:
        wire.sendall(data)
        found = b""
        while piece := wire.recv(65_536):
            found += piece
    return int(found.split(b" ", 2)[1]), found


# 55
@pytest.mark.parametrize(
    "path",
    [
        "/../../../etc/passwd",
        "/api/../../pyproject.toml",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e%2f%2e%2e%2fsituation.py",
        "/api/%2e%2e%5c%2e%2e%5cetc",
        "/static//etc/passwd",
        "/event/%2e%2e",
        "/event/%2E",
        "/api/event/..",
        "/api/report/%2e%2e%5c",
    ],
)
def test_a_path_that_climbs_out_is_not_there(path: str, server: Served) -> None:
    reply = server.ask(path)
    assert reply.status == 404
    assert b"root:" not in reply.body


# 42
def test_a_value_is_left_out_only_where_a_form_sent_none(server: Served) -> None:
    assert server.ask("/state?as_of=&known_at=").status == 200
    for said in ("as_of=2013-02-30=", "as_of=2013-01-21=", "as_of==", "limit=1=", "=", "=="):
        assert server.ask(f"/state?{said}").status == 422, said
        assert server.ask(f"/api/state?{said}").status == 422, said
    assert b"No evidence" in server.ask("/state?key=diabaly=").body


@pytest.mark.parametrize("figures", ["%D9%A3", "%EF%BC%91", "1%D9%A3", "-1", ""])
def test_a_position_is_in_figures_as_they_are_shown(figures: str, server: Served) -> None:
    reply = server.ask(f"/api/state?recorded_at=%23{figures}")
    assert (reply.status, "a position is # and a number" in reply.json["error"]) == (422, True)


# 56
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/state?projection=control'%20OR%201=1--", 422),
        ("/api/state?as_of=2013-01-21';DROP%20TABLE%20facts;--", 422),
        ("/api/state?limit=1;DELETE", 422),
        ("/api/log?after=0%20UNION%20SELECT%201", 422),
        ("/api/event/60'%20OR%20'1'='1", 422),
        ("/api/report/%25%27%20OR%201", 422),
        ("/api/state?policy=latest'--", 422),
        ("/api/state?key=%00", 422),
        ("/api/audit?projection=control&key=x'%20OR%20'1'='1", 404),
        ("/api/state?only=x'%20OR%20'1'='1", 404),
    ],
)
def test_sql_in_a_parameter_is_a_name_that_nothing_has(
    path: str, status: int, server: Served
) -> None:
    whole = server.json("/api/log")["rows"]
    assert server.ask(path).status == status
    assert server.json("/api/log")["rows"] == whole


def test_what_is_searched_for_is_never_a_query_language(server: Served) -> None:
    for words in ('"', "a OR b", "NEAR(a b)", "gist:a", "a*", "^a", "(", "-a", "'; DROP", "{x}: y"):
        reply = server.ask(f"/api/search?q={quote(words)}")
        assert reply.status == (200 if any(map(str.isalnum, words)) else 422), words


# 57
def test_a_body_over_a_mebibyte_is_too_large(server: Served) -> None:
    head = b"POST /api/state HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n"
    status, _ = raw(server, head % (MOST_BODY + 1))
    assert status == 413
    status, _ = raw(server, (head % 10**30).replace(b"POST", b"GET"))
    assert status in {400, 413}


def test_a_body_that_does_not_say_its_length_is_not_read(server: Served) -> None:
    head = b"POST /api/state HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    status, found = raw(server, head + b"100000\r\n" + b"x" * 1000)
    assert (status, b"connection: close" in found) == (403, True)


def test_a_client_that_is_too_slow_is_hung_up_on(server: Served) -> None:
    assert guard.PATIENCE <= 10
    head = b"GET /api/about HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    begun = {
        "silent": b"",
        "half a head": head,
        "half a body": head + b"Content-Length: 9\r\n\r\nx",
    }
    wires = {}
    for name, data in begun.items():
        wires[name] = socket.create_connection((server.host, server.port), timeout=60)
        wires[name].sendall(data)
    for name, wire in wires.items():
        with wire:
            assert ended(wire) <= {"half a body": 1}.get(name, 0), name


def ended(wire: socket.socket) -> int:
    """Wait until the other side ends a connection; give how many answers came before."""
    found = b""
    try:
        while piece := wire.recv(65_536):
            found += piece
    except ConnectionResetError:
        pass
    return found.count(b"HTTP/1.1")


def test_a_head_without_end_is_cut_off(server: Served) -> None:
    begun = b"GET /api/about HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    wire = socket.create_connection((server.host, server.port), timeout=60)
    endless = begun + b"".join(b"X-%d: %s\r\n" % (at, b"x" * 1_000) for at in range(10_000))
    with wire, pytest.raises((ConnectionResetError, BrokenPipeError)):
        wire.sendall(endless)


@pytest.mark.parametrize("size", [65_536, 70_000, 300_000])
@pytest.mark.parametrize(
    ("path", "header", "status", "said"),
    [("/api/state?key=", "", 414, "the address"), ("/api/state", "X-Long: ", 431, "the headers")],
)
def test_a_head_that_is_too_long_is_refused_in_words(
    size: int, path: str, header: str, status: int, said: str, server: Served
) -> None:
    long = "x" * size
    line = f"GET {path}{long if not header else ''} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    head = line + (f"{header}{long}\r\n" if header else "")
    found, whole = raw(server, head.encode() + b"\r\n")
    assert found == status
    answered, _, body = whole.partition(b"\r\n\r\n")
    assert json.loads(body)["error"].startswith(f"{said} of a request may be 65,536 bytes long")
    assert b"connection: close" in answered
    assert b"default-src 'none'" in answered


def test_a_head_that_is_too_long_comes_after_answers_that_were_whole(server: Served) -> None:
    wire = socket.create_connection((server.host, server.port), timeout=30)
    with wire:
        wire.sendall(b"GET /api/about HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        found = wire.recv(65_536)
        while not found.endswith(b"}"):
            found += wire.recv(65_536)
        wire.sendall(b"GET /" + b"x" * 70_000)
        assert wire.recv(65_536).startswith(b"HTTP/1.1 414 ")


# 58
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_who_wants_to_change_something_is_refused(
    method: str, server: Served, guarded: Served
) -> None:
    assert server.ask("/api/state", method).status == 403
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    ours, other = {"Origin": guarded.address}, {"Origin": "http://elsewhere.example"}
    assert guarded.ask("/api/state", method, headers=ours).status == 401
    assert guarded.ask("/api/state", method, headers=bearer).status == 403
    assert guarded.ask("/api/state", method, headers={**bearer, **other}).status == 403
    # With both it is only that there is nothing to change over HTTP.
    last = guarded.ask("/api/state", method, headers={**bearer, **ours})
    assert (last.status, last.headers["allow"]) == (405, "GET, HEAD")


def test_another_page_is_told_nothing_of_what_it_may_do(server: Served) -> None:
    reply = server.ask("/api/state", "OPTIONS", headers={"Origin": "http://elsewhere.example"})
    assert reply.status == 405
    assert not [name for name in reply.headers if name.startswith("access-control")]


# 59
def test_markup_in_a_fact_is_only_text(server: Served) -> None:
    reply = server.ask("/api/search?q=onerror")
    assert reply.json["rows"][0]["name"] == SCRIPT
    assert reply.headers["content-type"] == "application/json"


# 26, 52
def test_what_would_turn_or_move_what_is_read_is_escaped_as_on_the_command_line(
    tmp_path: Path,
) -> None:
    log, gist = mali(tmp_path), "é \x7f\x9b31m \u202eturned\u2066 \ufeff\u200b\u061c “so”"
    told = fact("FightingReported", place="diabaly", when={"edtf": "2013-01-20"}, gist=gist)
    with Situation(str(log)) as situation:
        situation.record([(sheet("voa", "2013-01-22", told), "x.yaml")], by="x")
        position = situation.position
    with serving(log) as server:
        for path in (f"/api/event/{position}", "/api/log", "/api/search?q=turned"):
            body = server.ask(path).body.decode()
            assert escaped(body.encode()).decode() == body
            assert r"\u007f\u009b31m \u202eturned\u2066 \ufeff\u200b\u061c “so”" in body, path
        with server.stream(f"/api/events?after={position - 1}") as stream:
            lines = iter(stream.readline, b"")
            row = next(line for line in lines if line.startswith(b"data:")).decode()
        assert r"\u202eturned" in row
        assert gist in {row["name"] for row in server.json("/api/search?q=turned")["rows"]}


def test_bytes_are_escaped_as_text_is() -> None:
    every = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x11000)]))
    assert escaped(to_json([every])).decode() == dump([every], None)


@pytest.mark.parametrize(
    "path", ["/api/about", "/api/nothing", "/api/state?x=1", "/api/openapi.json"]
)
def test_every_answer_forbids_scripts_that_are_not_ours(path: str, server: Served) -> None:
    for _ in range(2):  # the second is known by heart
        reply = server.ask(path)
        policy = reply.headers["content-security-policy"].split("; ")
        assert set(POLICY) <= set(policy)
        assert "unsafe" not in reply.headers["content-security-policy"]
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"


# 60
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("localhost", 200),
        ("LOCALHOST:{port}", 200),
        ("[::1]:{port}", 200),
        ("localhost:1", 421),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost:{port}@evil.example", 421),
        ("", 421),
    ],
)
def test_only_who_asks_by_a_name_of_this_host_is_answered(
    host: str, status: int, server: Served
) -> None:
    named = {"Host": host.format(port=server.port)}
    assert server.ask("/api/about", headers=named).status == status


@pytest.mark.parametrize(
    ("target", "hosts", "status"),
    [
        ("/api/about", ["127.0.0.1", "evil.example"], 400),
        ("/api/about", ["evil.example", "127.0.0.1"], 400),
        ("/api/about", ["127.0.0.1", "127.0.0.1"], 400),
        ("http://evil.example/api/about", ["127.0.0.1"], 421),
        ("http://evil.example@127.0.0.1/api/about", ["127.0.0.1"], 421),
        ("http://127.0.0.1/api/about", ["127.0.0.1"], 200),
        ("http://127.0.0.1/api/about", ["127.0.0.1", "evil.example"], 400),
        ("http://LOCALHOST:{port}/api/about", [], 200),
        ("http://evil.example/api/about", [], 421),
        ("/api/about?key=http://evil.example", ["127.0.0.1"], 422),
    ],
)
def test_a_request_names_one_host(
    target: str, hosts: list[str], status: int, server: Served
) -> None:
    lines = [f"GET {target.format(port=server.port)} HTTP/1.1", *(f"Host: {one}" for one in hosts)]
    found, _ = raw(server, "\r\n".join([*lines, "Connection: close", "", ""]).encode())
    assert found == status


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "*",
        "*.example",
        "http://x",
        "x:80",
        "x/",
        "a b",
        "a..b",
        "dësk",
        "[x]",
        "0.0.0.0",  # noqa: S104 - it is refused
        "::",
    ],
)
def test_what_is_no_name_of_a_host_is_refused(name: str, tmp_path: Path) -> None:
    result = run("--log", mali(tmp_path), "serve", "--port", "0", "--host-name", name)
    assert result.exit_code == 2
    assert f"--host-name {name!r}: a name in ASCII, such as desk.example" in result.output


def test_a_further_name_can_be_allowed(tmp_path: Path) -> None:
    names = ("--host-name", "Desk.example", "--host-name", "fd00::1")
    with serving(mali(tmp_path), *names) as server:
        assert server.ask("/api/about", headers={"Host": "desk.example"}).status == 200
        assert server.ask("/api/about", headers={"Host": "[fd00::1]"}).status == 200
        assert server.ask("/api/about", headers={"Host": "other.example"}).status == 421


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "desk.example"])  # noqa: S104 - it is refused
def test_others_can_reach_it_only_with_a_token(host: str, tmp_path: Path) -> None:
    result = run("--log", mali(tmp_path), "serve", "--host", host, "--port", "0")
    assert result.exit_code == 2
    assert "can be reached from other machines: say a token" in result.output


def test_a_short_token_is_none(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("short\n")
    words = ("--host", "0.0.0.0", "--token-file", tmp_path / "token")  # noqa: S104 - it is refused
    result = run("--log", mali(tmp_path), "serve", "--port", "0", *words)
    assert result.exit_code == 2
    assert "the token is too short" in result.output
    with pytest.raises(TrackerError, match="in ASCII"):
        Door("127.0.0.1", 1, token="ø" * 20)


def test_the_token_opens_the_door_and_nothing_else_does(guarded: Served) -> None:
    basic = base64.b64encode(f"anyone:{TOKEN}".encode()).decode()
    good = [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"Basic {basic}"]
    bad = ["", TOKEN, "Bearer", "Bearer a token of some lengt", f"Basic {TOKEN}", f"Digest {TOKEN}"]
    for said, status in [*((one, 200) for one in good), *((one, 401) for one in bad)]:
        reply = guarded.ask("/api/about", headers={"Authorization": said} if said else {})
        assert reply.status == status, said
        if status == 401:
            assert reply.headers["www-authenticate"].startswith("Basic")
            assert "Mali" not in json.dumps(reply.json)
