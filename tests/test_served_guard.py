"""The guard of the served app: what it counts, and when it hangs up, on a server in this process.

It can be told to wait a tenth of a second where it waits ten, and to take on three connections.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from commands_for_tests import mali
from uvicorn.server import ServerState

from tracker.web.app import App
from tracker.web.guard import MOST_HEAD, Guarded
from tracker.web.safety import MOST_BODY, Door

ASKED = b"GET /api/about HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CHUNKED = ASKED + b"Transfer-Encoding: chunked\r\n\r\n"
WAIT = 30  # seconds, for whatever has to happen at all
Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Wire]]


class Patient(Guarded):
    """Waits for as long as the real one, and takes on three connections."""

    most_connections = 3


SOON = 0.1


def hasty() -> type[Guarded]:
    """Make a guard that waits as long as the real one until it is told to wait less."""
    return type("Hasty", (Guarded,), {})


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mali."""
    return mali(tmp_path_factory.mktemp("guard"))


@asynccontextmanager
async def serving(log: Path, protocol: type[Guarded]) -> AsyncIterator[Connect]:
    """Serve a log on any port of this machine; uvicorn itself would wait for ever."""
    door = Door("127.0.0.1", 1)
    app = App(str(log), door)
    config = uvicorn.Config(app, lifespan="off", log_level="critical", timeout_keep_alive=10**6)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    async with app.desk:
        server = await loop.create_server(lambda: protocol(config, state, {}), "127.0.0.1", 0)
        port = door.port = server.sockets[0].getsockname()[1]
        async with server:
            wires: list[Wire] = []

            async def connect() -> Wire:
                wires.append(await asyncio.open_connection("127.0.0.1", port))
                return wires[-1]

            try:
                yield connect
            finally:
                for _, writer in wires:
                    writer.transport.abort()
                    with suppress(ConnectionError):
                        await writer.wait_closed()
                while state.connections:
                    for connection in list(state.connections):
                        connection.transport.abort()
                    await asyncio.sleep(0)  # until the loop has closed them


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run what has to end soon."""
    asyncio.run(asyncio.wait_for(test, WAIT))


async def answer(wire: Wire) -> tuple[int, dict[str, str], bytes]:
    """Read one answer: its status, its headers and its body."""
    head = (await wire[0].readuntil(b"\r\n\r\n")).decode()
    line, *lines = head.strip().split("\r\n")
    headers = dict(one.lower().split(": ", 1) for one in lines)
    return int(line.split()[1]), headers, await wire[0].readexactly(int(headers["content-length"]))


async def rest(wire: Wire) -> bytes:
    """Read until the other side ends the connection."""
    try:
        return await wire[0].read()
    except ConnectionResetError:
        return b""


async def send(wire: Wire, *pieces: bytes) -> None:
    """Send each piece in its own time, as long as anyone takes it."""
    with suppress(ConnectionError):
        for piece in pieces:
            wire[1].write(piece)
            await wire[1].drain()


async def asked(wire: Wire, more: bytes = b"\r\n") -> None:
    """Ask, and be answered."""
    await send(wire, ASKED + more)
    assert (await answer(wire))[0] == 200


@pytest.mark.parametrize(
    "said", [b"", b"\r\n", b"\r\n\r\n", b"GET", ASKED, CHUNKED, CHUNKED + b"1\r\nx\r\n"]
)
@pytest.mark.parametrize("answered", [0, 1, 2])
def test_whoever_says_no_more_is_hung_up_on(answered: int, said: bytes, log: Path) -> None:
    async def test() -> None:
        guard = hasty()
        async with serving(log, guard) as connect:
            wires = [await connect()] if answered else []
            for _ in range(answered - 1):
                await asked(wires[0])
            guard.patience = SOON
            wire = wires[0] if answered else await connect()
            if answered:
                await asked(wire)
            await send(wire, said)
            assert await rest(wire) == b""

    run(test())


def test_whoever_drips_line_ends_is_hung_up_on(log: Path) -> None:
    async def test() -> None:
        guard = hasty()
        async with serving(log, guard) as connect:
            wire = await connect()
            guard.patience = SOON
            await asked(wire)
            ended = asyncio.ensure_future(rest(wire))
            while not ended.done():
                wire[1].write(b"\r\n")
                await asyncio.wait({ended}, timeout=SOON / 10)
            assert ended.result() == b""

    run(test())


def test_a_body_that_ends_after_its_answer_leaves_nothing_open(log: Path) -> None:
    async def test() -> None:
        guard = hasty()
        async with serving(log, guard) as connect:
            wire = await connect()
            await asked(wire, b"Content-Length: 1\r\n\r\n")
            guard.patience = SOON
            await send(wire, b"x")
            assert await rest(wire) == b""

    run(test())


PIECE = b"%x\r\n%s\r\n" % (MOST_HEAD, b"x" * MOST_HEAD)
WHOLE = PIECE * (MOST_BODY // MOST_HEAD)
LAST = b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ([CHUNKED, WHOLE, LAST], 200),
        ([CHUNKED, WHOLE, b"1\r\nx\r\n", LAST], 413),
        ([CHUNKED + WHOLE + b"1\r\nx\r\n" + LAST], 413),
        ([CHUNKED, b"1;", *[b"x" * 1_000] * 64, b"\r\nx\r\n", LAST], 200),
        ([CHUNKED, b"1;", *[b"x" * 1_000] * 200, b"\r\nx\r\n", LAST], 413),
        ([CHUNKED, b"0\r\n", *[b"X: %s\r\n" % (b"x" * 990)] * 200, b"\r\n"], 413),
        ([CHUNKED, *[b"1\r\nx\r\n"] * 20_000, LAST], 413),
        ([CHUNKED, b"0\r\nHost: evil.example\r\n\r\n"], 200),
        ([CHUNKED + b"0\r\nHost: evil.example\r\n\r\n"], 200),
        ([CHUNKED, b"no size\r\n"], 400),
        ([ASKED + b"X: ", b"x" * 60_000, b"\r\n\r\n"], 200),
        ([ASKED + b"X: ", b"x" * 60_000, b"x" * 60_000 + b"\r\n\r\n"], 431),
        ([b"GET /" + b"x" * 60_000, b"x" * 60_000 + b" HTTP/1.1\r\n\r\n"], 414),
        ([ASKED, *[b"X: x\r\n"] * 20_000, b"\r\n"], 431),
    ],
)
def test_what_comes_is_counted_in_however_many_pieces(
    pieces: list[bytes], status: int, log: Path
) -> None:
    async def test() -> None:
        async with serving(log, Patient) as connect:
            for before in (False, True):  # alone, and after another on the connection
                wire = await connect()
                if before:
                    await asked(wire)
                sending = asyncio.ensure_future(send(wire, *pieces))
                found, headers, body = await answer(wire)
                await sending
                assert (found, "error" in json.loads(body)) == (status, status != 200)
                assert "default-src 'none'" in headers["content-security-policy"]
                if status != 200:
                    assert await rest(wire) == b""

    run(test())


def test_many_heads_in_one_piece_are_each_as_long_as_they_are(log: Path) -> None:
    async def test() -> None:
        async with serving(log, Patient) as connect:
            wire = await connect()
            many, long = [ASKED + b"\r\n"] * 1_500, ASKED + b"X: " + b"x" * 60_000
            sending = asyncio.ensure_future(send(wire, b"".join(many) + long, b"\r\n\r\n"))
            for _ in range(len(many) + 1):
                assert (await answer(wire))[0] == 200
            await sending

    run(test())


@pytest.mark.parametrize(
    "said",
    [b"?\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"CONNECT evil.example:80 HTTP/1.1\r\n\r\n"],
)
def test_what_is_no_request_is_told_so_as_all_else_is(said: bytes, log: Path) -> None:
    async def test() -> None:
        async with serving(log, Patient) as connect:
            wire = await connect()
            await send(wire, said)
            status, headers, body = await answer(wire)
            assert (status, headers["connection"]) == (400, "close")
            assert "default-src 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert "no HTTP/1.1 request" in json.loads(body)["error"]
            assert await rest(wire) == b""

    run(test())


def test_one_too_many_is_told_so_as_all_else_is(log: Path) -> None:
    async def test() -> None:
        async with serving(log, Patient) as connect:
            wires = [await connect() for _ in range(Patient.most_connections + 1)]
            await send(wires[-1], ASKED + b"\r\n")
            status, headers, body = await answer(wires[-1])
            assert (status, headers["retry-after"], headers["connection"]) == (503, "1", "close")
            assert "default-src 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert "ask again" in json.loads(body)["error"]
            assert await rest(wires[-1]) == b""
            await asked(wires[0])

    run(test())
