"""A served log: a process of its own on a free port of this machine, stopped by its own number."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

PATIENCE = 30  # seconds for whatever answers at all


class Reply(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever the JSON holds
        """The body, read."""
        return json.loads(self.body)


class Served(NamedTuple):
    """A server: its address, and a way to ask it."""

    host: str
    port: int

    @property
    def address(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    def ask(
        self,
        path: str,
        method: str = "GET",
        *,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """Ask, the path as it stands."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            found = connection.getresponse()
            named = {name.lower(): value for name, value in found.getheaders()}
            return Reply(found.status, named, found.read())
        finally:
            connection.close()

    def stream(self, path: str) -> http.client.HTTPResponse:
        """Begin to read an answer that goes on."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        connection.request("GET", path, headers={"Connection": "close"})
        return connection.getresponse()

    def json(self, path: str) -> Any:  # noqa: ANN401 - whatever the JSON holds
        """Ask what has to be answered."""
        reply = self.ask(path)
        assert reply.status == 200, reply
        return reply.json


@contextmanager
def serving(log: Path, *options: str, **environment: str) -> Iterator[Served]:
    """Serve a log until the block ends."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    words = [sys.executable, "-m", "tracker", "--log", str(log), "serve", "--port", "0", *options]
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env={**kept, **environment}
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert " at http://" in line, f"no server: {line!r}, exit {process.poll()}"
        at = urlsplit(line.split(" at ")[1].split()[0])
        yield Served(str(at.hostname), int(at.port or 0))
    finally:
        process.terminate()
        try:
            process.wait(timeout=PATIENCE)
        finally:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
