"""Three servers under Patroni, and the etcd that they agree by, on loopback in one folder.

One etcd will do here: it is not what is tried. Where it matters there are three of it as well.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg

from _ha.node import Node, bury, start
from _ha.programs import Programs

NAMES = ("one", "two", "three")
MADE_SECONDS, SETTLED_SECONDS = 180.0, 240.0
LOOK_SECONDS = 0.25
_STANDBYS = """SELECT current_setting('synchronous_standby_names'),
    count(*) FILTER (WHERE state = 'streaming'),
    count(*) FILTER (WHERE state = 'streaming' AND sync_state IN ('sync', 'quorum'))
    FROM pg_stat_replication"""


class ClusterError(Exception):
    """The cluster did not become what it has to be, whoever is to blame."""


class Cluster:
    """Three nodes. What is asked of it is asked of who can answer."""

    def __init__(self, nodes: list[Node], programs: Programs) -> None:
        """Take the nodes; starts nothing."""
        self.nodes = nodes
        self.programs = programs
        self.synchronous = all(node.synchronous for node in nodes)

    @property
    def url(self) -> str:
        """The address of a log on it, whoever leads: all hosts, in an order that says nothing."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"postgresql://desk@{hosts}/desk"

    def connect(self, node: Node, database: str = "desk", user: str = "desk") -> Any:  # noqa: ANN401 - rows of any sort
        """Connect to one node, past the tracker."""
        place = {"host": "127.0.0.1", "port": node.port, "dbname": database, "user": user}
        return psycopg.connect(**place, autocommit=True, connect_timeout=3)  # type: ignore[arg-type]

    def leader(self, but: Node | None = None) -> Node | None:
        """Give who leads by its own word, and can be written to; `but` is not asked."""
        for node in self.nodes:
            if node is not but and (told := node.ask("/patroni")):
                leads = told.get("role") in {"master", "primary"}
                if leads and told.get("state") == "running":
                    return node
        return None

    def awaited(self, what: str, test: Callable[[], Any], seconds: float) -> Any:  # noqa: ANN401 - as the test gives it
        """Wait until a test gives something. Raises ClusterError, with what the nodes say."""
        until = time.monotonic() + seconds
        while not (found := test()):
            if time.monotonic() > until:
                raise ClusterError(f"after {seconds:.0f} s: not {what}; {self._state()}")
            self.pause(LOOK_SECONDS)
        return found

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        bury()
        time.sleep(seconds)

    def another_leads(self, than: Node, seconds: float) -> Node | None:
        """Wait for another leader; None where none came."""
        with suppress(ClusterError):
            found: Node = self.awaited("another leader", lambda: self.leader(than), seconds)
            return found
        return None

    def settled(self) -> Node:
        """Wait until one leads, both others follow, and one of them confirms; give the leader."""
        leader: Node = self.awaited("settled", self._settled, SETTLED_SECONDS)
        return leader

    def _settled(self) -> Node | None:
        told = [node.ask("/patroni") or {} for node in self.nodes]
        if any(one.get("state") != "running" for one in told):
            return None
        leader = self.leader()
        if leader is None:
            return None
        with suppress(psycopg.Error), self.connect(leader, "postgres", "postgres") as link:
            names, streaming, confirming = link.execute(_STANDBYS).fetchone()
            wanted = int(self.synchronous)
            named = names not in {"", "*"} or not wanted
            if named and (streaming, confirming) == (len(self.nodes) - 1, wanted):
                return leader if self._standby() else None
        return None

    def standby(self) -> Node:
        """Give the standby that confirms; any of them where none has to."""
        found: Node = self.awaited("a standby that confirms", self._standby, SETTLED_SECONDS)
        return found

    def _standby(self) -> Node | None:
        for node in self.nodes:
            told = node.ask("/patroni") or {}
            if told.get("sync_standby") if self.synchronous else told.get("role") == "replica":
                return node
        return None

    def _state(self) -> str:
        told = {node.name: node.ask("/patroni") or {} for node in self.nodes}
        return "; ".join(
            f"{name}: {one.get('role', 'no answer')} {one.get('state', '')}"
            for name, one in told.items()
        )


@contextmanager
def cluster(programs: Programs, folder: Path, *, synchronous: bool = True) -> Iterator[Cluster]:
    """Start a cluster, with a database for the desk; end it. Raises ClusterError.

    Without `synchronous`, no commit waits for a standby.
    """
    if programs.user is not None:
        os.chown(folder, programs.user.pw_uid, programs.user.pw_gid)
    ports = free_ports(2 + 2 * len(NAMES))
    client, peer = ports[:2]
    with ExitStack() as ends:
        etcd = _etcd(programs, folder, client, peer)
        ends.callback(_end, etcd)
        nodes = []
        for at, name in enumerate(NAMES):
            place = _folder(folder / name, programs)
            port, api = ports[2 + 2 * at : 4 + 2 * at]
            nodes.append(Node(name, place, port, api, client, synchronous=synchronous))
        made = Cluster(nodes, programs)
        made.awaited("etcd", lambda: _answers(f"http://127.0.0.1:{client}/health"), MADE_SECONDS)
        for node in nodes:
            ends.callback(node.end)
        nodes[0].start(programs)  # the first one is cloned by the others
        made.awaited("a leader", made.leader, MADE_SECONDS)
        for node in nodes[1:]:
            node.start(programs)
        leader = made.settled()
        with made.connect(leader, "postgres", "postgres") as link:
            link.execute("CREATE ROLE desk LOGIN")
            link.execute("CREATE DATABASE desk OWNER desk")
        yield made


def _etcd(programs: Programs, folder: Path, client: int, peer: int) -> subprocess.Popen[bytes]:
    place = _folder(folder / "etcd", programs)
    urls = {"client": f"http://127.0.0.1:{client}", "peer": f"http://127.0.0.1:{peer}"}
    words = [
        *(programs.etcd, "--name", "etcd", "--data-dir", str(place / "data")),
        *("--listen-client-urls", urls["client"], "--advertise-client-urls", urls["client"]),
        *("--listen-peer-urls", urls["peer"], "--initial-advertise-peer-urls", urls["peer"]),
        *("--enable-v2", "--initial-cluster", f"etcd={urls['peer']}", "--log-level", "error"),
    ]
    return start(words, place, place / "said.txt", programs)


def _folder(path: Path, programs: Programs) -> Path:
    path.mkdir(mode=0o700)
    if programs.user is not None:
        os.chown(path, programs.user.pw_uid, programs.user.pw_gid)
    return path


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _answers(url: str) -> bool:
    with suppress(OSError), urlopen(url, timeout=1):  # noqa: S310 - our own
        return True
    return False


def free_ports(many: int) -> list[int]:
    """Find ports of loopback that nobody uses."""
    with ExitStack() as opened:
        found = [opened.enter_context(socket.socket()) for _ in range(many)]
        for one in found:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in found]
