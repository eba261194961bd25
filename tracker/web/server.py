"""The server: uvicorn with our app, one process, stopped by a signal and then at once."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable

import uvicorn

from tracker.errors import TrackerError
from tracker.garbage import seldom_collected
from tracker.web.app import App
from tracker.web.guard import Guarded
from tracker.web.safety import Door

SWITCH = 0.0005
"""Seconds after which a thread that computes lets another go on; Python's own 5 ms is what a thread
that reads the database would wait after each of its many short reads while others are served."""
GRACE = 3
"""Seconds for what is under way when the server is told to stop."""


def serve(
    path: str,
    host: str,
    port: int,
    *,
    names: tuple[str, ...] = (),
    token: str | None = None,
    read_only: bool = False,
    policy: str | None = None,
    ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve a log until a signal; port 0 takes any free one. `ready` is told the address.

    `policy` settles rival claims where a question names none.

    Raises TrackerError where the address cannot be had, or would be open to others without a
    token; LogError where the log cannot be opened.
    """
    door = Door(host, port, names=names, token=token)
    listening = _listening(host, port)
    with listening:
        door.port = listening.getsockname()[1]
        server: uvicorn.Server
        app = App(
            path,
            door,
            closing=lambda: server.should_exit,
            read_only=read_only,
            policy=policy,
        )
        config = uvicorn.Config(
            app,
            http=Guarded,
            ws="none",
            lifespan="on",
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=10,
            timeout_graceful_shutdown=GRACE,
        )
        sys.setswitchinterval(SWITCH)
        server = uvicorn.Server(config)
        shown = f"[{host}]" if ":" in host else host
        ready(f"http://{shown}:{door.port}/")
        with seldom_collected():
            server.run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    """Take the address before anything else is done."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        made = socket.socket(family, kind, protocol)
    except OSError as error:
        raise TrackerError(f"cannot serve on {host}: {error.strerror or error}") from error
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(1024)
    except OSError as error:
        made.close()
        raise TrackerError(f"cannot serve on {host}:{port}: {error.strerror}") from error
    return made
