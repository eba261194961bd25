"""What the log holds in the end, on every server and in every replica, against what was told."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from _faults.batches import Row, acknowledged, batches_of, facts_of, judge, keys_of, opened
from _faults.follow import judge_model, judge_whole
from _faults.lines import Line

from _ha import accounting
from _ha.accounting import ANSWER_SECONDS, Bar, Call, Disturbance
from _ha.cluster import Cluster
from tracker.log import Log
from tracker.situation import Situation

_ROWS = """SELECT seq, originator_id, originator_version, topic, state, event_id
    FROM situation.stored_events ORDER BY seq"""
SAME_SECONDS = 60.0


class Found(NamedTuple):
    """What was found: on the servers, in the replicas; and what people were told."""

    calls: Sequence[Call]
    done: Sequence[Disturbance]
    rows: Sequence[Row]
    line: Line
    alike: bool
    ended: Sequence[str]


def look(
    cluster: Cluster,
    folder: Path,
    replicas: Mapping[str, Path],
    told: tuple[Sequence[Call], Sequence[Disturbance], Sequence[str]],
) -> Found:
    """Look at all of it, once everybody is done. Raises ClusterError."""
    calls, done, ended = told
    leader = cluster.settled()
    rows = _rows(cluster, leader.name)
    line = Line("ha")
    for name, replica in replicas.items():
        if not replica.exists():
            line.found("missed", f"{name}: has no replica")
            continue
        judge_whole(cluster.url, replica, line, name)
        judge_model(cluster.url, replica, line, name)
        _keys_beside(cluster.url, replica)
        acks = b"".join(path.read_bytes() for path in sorted(folder.glob("acks-*")))
        judge(replica, acknowledged(acks), line, name)
    with Situation(cluster.url, read_only=True) as situation:
        verdict = situation.verify()
        if verdict.verdict != "fine":
            line.found("ledger", f"verify: {[*verdict.findings, *verdict.doubts][:1]}")
    with opened(cluster.url) as situation:
        differences = situation.compare()
        line.found("differ", f"the read model: {differences[:1]}", len(differences))
    return Found(calls, done, rows, line, _alike(cluster, rows), ended)


def _rows(cluster: Cluster, name: str) -> list[Row]:
    """Give the events that one server holds, past the tracker."""
    node = next(node for node in cluster.nodes if node.name == name)
    with cluster.connect(node) as link:
        return [*map(tuple, link.execute(_ROWS).fetchall())]


def _alike(cluster: Cluster, rows: Sequence[Row]) -> bool:
    """Whether all servers come to hold the same events."""
    return bool(
        cluster.awaited(
            "alike on all servers",
            lambda: all(_rows(cluster, node.name) == rows for node in cluster.nodes),
            SAME_SECONDS,
        )
    )


def _keys_beside(url: str, replica: Path) -> None:
    """Lay the writers' keys beside a replica, for the judge who reads files alone."""
    with Log(url, read_only=True) as log:
        shutil.copy(log.sealer.vault.path, keys_of(replica))


def bars(found: Found) -> list[Bar]:
    """Say what must hold, and whether it does."""
    batches = batches_of(found.rows)
    kept = accounting.acknowledged(found.calls)
    events = sum(1 + facts_of(batch) for batch in kept)
    lost, doubled = accounting.lost(found.calls, batches), accounting.doubled(batches)
    conflicts = [call for call in found.calls if call.outcome == "conflict"]
    slow, wrong = accounting.answers(found.calls, found.done), found.line.wrong
    hung = sum("hang" in one.kind for one in found.done)
    in_time = f"{slow:.1f} s, of {hung}" if hung else "none hung"
    return [
        Bar(
            "nothing acknowledged is lost",
            f"{len(kept):,} batches of {events:,} events acknowledged, "
            f"{len(lost)} batches and {wrong['lost']} events lost, {wrong['half']} half",
            not lost and not wrong["lost"] + wrong["half"] and bool(kept),
        ),
        Bar(
            "nothing is there twice",
            f"{len(doubled)} batches, {wrong['doubled']} events",
            not doubled and not wrong["doubled"],
        ),
        Bar("no false conflict", f"{len(conflicts)}", not conflicts),
        Bar(
            f"a server that hangs gets an answer in {ANSWER_SECONDS:.0f} s",
            f"slowest call: {in_time}",
            slow <= ANSWER_SECONDS,
        ),
        Bar(
            "replicas are the log, nothing missed or doubled",
            f"{wrong['missed'] + wrong['corrupt']} wrong",
            not wrong["missed"] + wrong["corrupt"],
        ),
        Bar(
            "ledgers verify, leaves are the events'",
            f"{wrong['ledger']} wrong",
            not wrong["ledger"],
        ),
        Bar("beliefs are a rebuild's", f"{wrong['differ']} rows differ", not wrong["differ"]),
        Bar("all servers hold the same", f"{len(found.rows):,} events", found.alike),
        Bar(
            "nobody ended in a way of their own",
            "; ".join(found.ended) or "none",
            not found.ended and not wrong["unclear"],
        ),
    ]
