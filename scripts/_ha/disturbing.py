"""What is done to who leads: killed, switched, hung. Each leaves a cluster of three that agree."""

from __future__ import annotations

from random import Random
from time import monotonic

from _ha.accounting import Disturbance
from _ha.cluster import Cluster, ClusterError
from _ha.node import TTL, Node

KILL, CRASH = "kill -9 of server and Patroni", "kill -9 of the server alone"
SWITCH, FAIL = "switchover", "failover, told to Patroni"
HANG, HANG_SERVER = "server and Patroni hang", "the server alone hangs"
AWAY = 4.0 * TTL
"""Seconds that a failover may take before it is given up."""
HELD = (1.0, 5.0)
"""Seconds that a server goes on hanging after another has taken its place."""
SOON = (0.0, 3.0)
"""Seconds after which one that was killed is started again, where that is soon: before another
could lead."""
LATE = 2.0
"""Seconds by which the standbys lag when who leads is killed, where no commit waits for them."""
ORDERS = 10
"""Times that a switchover is ordered before it is given up."""


def plan(moments: Random, kills: int, failovers: int, hangs: int, crashes: int) -> list[str]:
    """Say what is done, in an order that the seed gives."""
    kinds = [KILL] * kills + [CRASH] * crashes
    kinds += [(SWITCH, FAIL)[at % 2] for at in range(failovers)]
    kinds += [(HANG, HANG_SERVER)[at % 2] for at in range(hangs)]
    moments.shuffle(kinds)
    return kinds


def disturb(cluster: Cluster, kind: str, moments: Random, turn: int) -> Disturbance:
    """Do one of them, and wait until all three are well again. Raises ClusterError."""
    node = cluster.settled()
    at = monotonic()
    if kind == KILL:
        _kill(cluster, node, moments, soon=turn % 2 == 1)
    elif kind == CRASH:
        node.kill_server()
        cluster.pause(1)
    elif kind in {SWITCH, FAIL}:
        _switch(cluster, node, kind)
    else:
        _hang(cluster, node, moments, whole=kind == HANG)
    over = monotonic()
    return Disturbance(kind, node.name, at, over, cluster.settled().name)


def _kill(cluster: Cluster, node: Node, moments: Random, *, soon: bool) -> None:
    if not cluster.synchronous:
        node.cut_off()
        cluster.pause(LATE)
        soon = False
    node.kill()
    if soon:
        cluster.pause(moments.uniform(*SOON))
    else:
        cluster.another_leads(node, AWAY)
    node.start(cluster.programs)


def _switch(cluster: Cluster, node: Node, kind: str) -> None:
    """Let Patroni give the lead to the standby that confirms; it may find the moment unfit."""
    for _ in range(ORDERS):
        to = cluster.standby().name
        path, body = ("/switchover", {"leader": node.name, "candidate": to})
        if kind == FAIL:
            path, body = ("/failover", {"candidate": to})
        status, said = node.order(path, body, AWAY)
        if status == 200:  # noqa: PLR2004 - HTTP's
            return
        cluster.pause(2)
    raise ClusterError(f"no {kind}: {said}")


def _hang(cluster: Cluster, node: Node, moments: Random, *, whole: bool) -> None:
    node.stop(whole=whole)
    try:
        cluster.another_leads(node, AWAY)
        cluster.pause(moments.uniform(*HELD))
    finally:
        node.go_on()
