"""Serving: many clients ask the served app of Mali while another process records.

The clients are this process, on loopback: it shares the machine with the server and the recorder,
as one that is asked from elsewhere would not.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from _bench.lines import Line
from tracker import Situation
from tracker.apart import seeds

SHEETS = ("guardian-2013-01-14.yaml", "voa-2013-01-17.yaml", "guardian-2013-01-21.yaml")
QUESTIONS = (
    "/api/state?as_of=2013-01-21",
    "/api/audit?projection=control&key=diabaly&as_of=2013-01-21",
    "/api/diff?from=2013-01-14&to=2013-01-21",
)
FACTS_A_SECOND = 100
FACTS_A_REPORT = 10
BARS = {50: (1_000.0, 150.0), 200: (0.0, 500.0)}
"""Clients -> the least answers a second, and the most milliseconds that 99 of 100 may take."""


@dataclass
class Seen:
    """What the clients saw: seconds of each answer, and what was no right answer."""

    spent: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def measure(folder: Path, seconds: float) -> list[Line]:
    """Serve Mali, record beside it, and ask for so long with each number of clients."""
    log = folder / "served.db"
    with Situation(str(log), create=True) as situation:
        mali = seeds("mali-2013")
        registered = (mali / "situation.yaml").read_bytes()
        situation.register(registered, "situation.yaml", by="bench")
        situation.record([((mali / name).read_bytes(), name) for name in SHEETS], by="bench")
    lines = []
    server = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "tracker", "--log", str(log), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = _port(server)
        asyncio.run(_load(port, len(QUESTIONS), 0.5))  # once unmeasured
        for clients in BARS:
            recorder = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-m", "_bench.serving", str(log), str(seconds)],
                stdout=subprocess.PIPE,
                text=True,
            )
            seen, lasted = asyncio.run(_load(port, clients, seconds))
            said, _ = recorder.communicate()
            lines += _lines(clients, seen, lasted, float(said))
    finally:
        server.terminate()
        server.wait()
        if server.stdout:
            server.stdout.close()
    return lines


def _port(server: subprocess.Popen[str]) -> int:
    said = server.stdout.readline() if server.stdout else ""
    if " at " not in said:
        sys.exit("bench: the server did not start (see above)")
    return int(urlsplit(said.split(" at ")[1].split()[0]).port or 0)


def _lines(clients: int, seen: Seen, lasted: float, recorded: float) -> list[Line]:
    speed = len(seen.spent) / lasted
    late = sorted(seen.spent)[int(len(seen.spent) * 0.99)] * 1000
    least, most = BARS[clients]
    beside = f"{recorded:,.0f} facts/s recorded meanwhile"
    name = f"served, {clients} clients"
    held = not seen.wrong
    return [
        Line(name, speed, "answers/s", beside, bar=f">= {least:,.0f}/s" if least else "",
             holds=speed >= least if least else None),
        Line(f"{name}: 99 of 100 within", late, "ms", beside, bar=f"<= {most:.0f} ms",
             holds=late <= most),
        Line(f"{name}: wrong answers", float(len(seen.wrong)), "", beside, bar="0", holds=held,
             note=seen.wrong[0] if seen.wrong else ""),
    ]  # fmt: skip


async def _load(port: int, clients: int, seconds: float) -> tuple[Seen, float]:
    """Ask by many connections at once, each as soon as it was answered."""
    seen = Seen()
    begun = time.perf_counter()
    until = begun + seconds
    await asyncio.gather(*(_client(port, at, until, seen) for at in range(clients)))
    return seen, time.perf_counter() - begun


async def _client(port: int, at: int, until: float, seen: Seen) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    position = 0
    while (begun := time.perf_counter()) < until:
        question = QUESTIONS[at % len(QUESTIONS)]
        at += 1
        writer.write(
            f"GET {question} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        await reader.readexactly(int(_header(head, "content-length")))
        seen.spent.append(time.perf_counter() - begun)
        if not head.startswith("http/1.1 200 "):
            seen.wrong.append(head.partition("\r\n")[0])
            continue
        of = int(_header(head, "etag").split('"')[1].partition("-")[0])
        if of < position:
            seen.wrong.append(f"of #{of} after one of #{position}")
        position = of
    writer.close()
    await writer.wait_closed()


def _header(head: str, name: str) -> str:
    return head.split(f"\r\n{name}: ", 1)[1].partition("\r\n")[0]


def record(log: str, seconds: float) -> float:
    """Record so many facts a second, in small reports of days to come; give how many it were."""
    begun, told = time.monotonic(), 0
    with Situation(log) as situation:
        while (now := time.monotonic() - begun) < seconds:
            if told > now * FACTS_A_SECOND:
                time.sleep(told / FACTS_A_SECOND - now)
                continue
            situation.record([(_sheet(time.time_ns()), "sheet.yaml")], by="bench")
            told += FACTS_A_REPORT
        return told / (time.monotonic() - begun)


def _sheet(number: int) -> bytes:
    facts = [
        {"kind": "FightingReported", "place": "diabaly", "status": "occurred",
         "voice": "reporter", "when": {"edtf": "2013-02-01"}, "gist": f"Shots, {number}.{at}."}
        for at in range(FACTS_A_REPORT)
    ]  # fmt: skip
    report = {"source": "voa", "published": "2013-02-02"}
    return json.dumps({"report": report, "facts": facts}).encode()


if __name__ == "__main__":
    print(record(sys.argv[1], float(sys.argv[2])))
