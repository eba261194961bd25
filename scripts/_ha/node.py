"""One of the three: a PostgreSQL server, and the Patroni that runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from _ha.programs import PATH, Programs

ASK_SECONDS = 3
TTL, LOOP, RETRY = 12, 1, 5
"""Seconds: how long who leads may be silent; between two looks; until etcd is given up."""
SETTINGS = {
    "shared_buffers": "32MB",
    "max_connections": 60,
    "wal_keep_size": "256MB",
    "synchronous_commit": "on",
    "wal_sender_timeout": "10s",
    "wal_receiver_timeout": "10s",
    "lc_messages": "C",
}


class Node:
    """A server and its Patroni, each in a process of its own; both can be killed and stopped."""

    def __init__(
        self, name: str, folder: Path, port: int, api: int, etcd: int, *, synchronous: bool = True
    ) -> None:
        """Start nothing yet; ports are those of PostgreSQL, of Patroni, of etcd."""
        self.name = name
        self.synchronous = synchronous
        self.folder = folder
        self.port = port
        self._api = f"http://127.0.0.1:{api}"
        self._etcd = etcd
        self._patroni: subprocess.Popen[bytes] | None = None
        self._stopped: list[int] = []

    def settings(self, programs: Programs) -> dict[str, Any]:
        """Give what its Patroni is told."""
        shared = {
            "ttl": TTL,
            "loop_wait": LOOP,
            "retry_timeout": RETRY,
            "synchronous_mode": self.synchronous,
            "synchronous_mode_strict": self.synchronous,  # no standby, no acknowledgement
            "postgresql": {"use_pg_rewind": True, "use_slots": True, "parameters": SETTINGS},
        }
        api = self._api.removeprefix("http://")
        return {
            "scope": "desk",
            "name": self.name,
            "restapi": {"listen": api, "connect_address": api},
            # Not etcd3: that way Patroni 3.0.2 writes who leads without looking who does, so that
            # one whose server hung takes the lead back from who was promoted meanwhile.
            "etcd": {"host": f"127.0.0.1:{self._etcd}"},
            "watchdog": {"mode": "off"},
            "bootstrap": {
                "dcs": shared,
                "initdb": [{"encoding": "UTF8"}, {"locale": "C"}, "data-checksums"],
            },
            "postgresql": {
                "listen": f"127.0.0.1:{self.port}",
                "connect_address": f"127.0.0.1:{self.port}",
                "data_dir": str(self.data),
                "bin_dir": str(programs.bin),
                "pgpass": str(self.folder / "pgpass"),
                "authentication": {
                    "superuser": {"username": "postgres"},
                    "replication": {"username": "postgres"},
                },
                "parameters": {"unix_socket_directories": str(self.folder)},
                "pg_hba": [
                    "local all all trust",
                    "host all all 127.0.0.1/32 trust",
                    "host replication all 127.0.0.1/32 trust",
                ],
                "remove_data_directory_on_rewind_failure": True,  # then it is cloned anew
                "remove_data_directory_on_diverged_timelines": True,
            },
        }

    @property
    def data(self) -> Path:
        """Where the server's files are."""
        return self.folder / "data"

    @property
    def said(self) -> Path:
        """Where all that it says is kept."""
        return self.folder / "said.txt"

    def start(self, programs: Programs) -> None:
        """Start Patroni, which starts the server."""
        config = self.folder / "patroni.yml"
        config.write_text(json.dumps(self.settings(programs)))  # JSON is YAML
        self._patroni = start([programs.patroni, str(config)], self.folder, self.said, programs)

    # -- what becomes of it --------------------------------------------------------------------

    def kill(self) -> None:
        """Kill Patroni and the server, whose processes end when its first one is gone."""
        processes = list(self._processes())
        if self._patroni is not None:
            self._patroni.kill()
            self._patroni.wait()
            self._patroni = None
        stopped, self._stopped = self._stopped, []
        for process in stopped:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._killed(processes)

    def kill_server(self) -> None:
        """Kill the server alone."""
        self._killed(list(self._processes()))

    def _killed(self, processes: list[int]) -> None:
        for process in processes[:1]:
            os.kill(process, signal.SIGKILL)
        gone(processes)

    def cut_off(self) -> None:
        """Send the standbys nothing any more, though they are connected; until it is killed."""
        for process in self._processes():
            with suppress(OSError):
                if b"walsender" in Path(f"/proc/{process}/cmdline").read_bytes():
                    os.kill(process, signal.SIGSTOP)
                    self._stopped.append(process)

    def stop(self, *, whole: bool) -> None:
        """Stop the server where it stands, and where `whole` its Patroni first."""
        if whole and self._patroni is not None:
            self._stopped = [self._patroni.pid]
            os.kill(self._patroni.pid, signal.SIGSTOP)
        for process in self._processes():
            self._stopped.append(process)
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let what was stopped go on."""
        stopped, self._stopped = self._stopped, []
        for process in stopped:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)

    def end(self) -> None:
        """End all of it, for good."""
        self.go_on()
        self.kill()

    def _processes(self) -> Iterator[int]:
        """Give the server's processes, the first one first."""
        try:
            first = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            told = Path(f"/proc/{first}/cmdline").read_bytes()
        except (OSError, ValueError):
            return
        if str(self.data).encode() not in told:
            return  # the file is left over, and its number another's by now
        yield first
        yield from children(first)

    # -- what it says --------------------------------------------------------------------------

    def ask(self, path: str) -> dict[str, Any] | None:
        """Ask its Patroni; None where it gives no answer."""
        try:
            with urlopen(f"{self._api}{path}", timeout=ASK_SECONDS) as answer:  # noqa: S310 - our own
                found: dict[str, Any] = json.load(answer)
        except (URLError, OSError, ValueError):
            return None
        return found

    def order(self, path: str, body: dict[str, str], seconds: float) -> tuple[int, str]:
        """Tell its Patroni to do something; give the status and what it says. 0: no answer."""
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self._api}{path}", json.dumps(body).encode(), headers)  # noqa: S310 - our own
        try:
            with urlopen(request, timeout=seconds) as answer:  # noqa: S310 - the same
                return answer.status, answer.read().decode()
        except URLError as error:
            status = getattr(error, "code", 0)
            return status, error.read().decode() if hasattr(error, "read") else str(error)
        except OSError as error:
            return 0, str(error)


def start(
    words: list[str], folder: Path, said: Path, programs: Programs
) -> subprocess.Popen[bytes]:
    """Start a program as whom it may run, its words kept in a file."""
    other: dict[str, Any] = {}
    if programs.user is not None:
        other = {"user": programs.user.pw_uid, "group": programs.user.pw_gid, "extra_groups": []}
    with said.open("ab") as output:
        return subprocess.Popen(
            words,
            cwd=folder,
            env={"PATH": PATH, "LC_ALL": "C", "TZ": "UTC", "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for us; what we started, we end
            **other,
        )


def children(process: int) -> Iterator[int]:
    """Give the processes that one has started."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            after = path.read_text().rpartition(")")[2].split()  # a name may hold anything
            if int(after[1]) == process:
                yield int(path.parent.name)


def bury() -> None:
    """Bury servers that have fallen to us (victims.adopt) and have ended: nobody else would.

    Their Patroni would take them for alive.
    """
    for process in children(os.getpid()):
        with suppress(OSError):
            if Path(f"/proc/{process}/comm").read_text() == "postgres\n":
                os.waitpid(process, os.WNOHANG)


def gone(processes: list[int]) -> None:
    """Wait until processes are gone; those that have fallen to us (victims.adopt) are buried."""
    for process in processes:
        with suppress(ChildProcessError):
            os.waitpid(process, 0)
            continue
        with suppress(OSError):
            watched = os.pidfd_open(process)
            try:
                _ended(watched)
            finally:
                os.close(watched)


def _ended(watched: int) -> None:
    import select

    select.select([watched], [], [], 30)
