"""What the log holds in the end, on every server and in every replica, against what was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from _faults.batches import (
    Row,
    acknowledged,
    batches_of,
    facts_of,
    judge_rows,
    keys_in,
    opened,
)
from _faults.follow import judge_model, judge_whole
from _faults.lines import Line

from _ha import accounting
from _ha.accounting import ANSWER_SECONDS, Bar, Call, Disturbance
from _ha.cluster import Cluster, ClusterError
from tracker.situation import Situation

_ROWS = """SELECT seq, originator_id, originator_version, topic, state, event_id
    FROM situation.stored_events ORDER BY seq"""
SAME_SECONDS = 60.0
OF_COPIES = ("lost", "half", "doubled", "missed", "corrupt", "unclear")
"""What may be wrong with a replica as such."""


class Found(NamedTuple):
    """What was found: on the servers, in the replicas; and what people were told."""

    calls: Sequence[Call]
    done: Sequence[Disturbance]
    rows: Sequence[Row]
    log: Line
    copies: Line
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
    rows = _rows(cluster.connect(cluster.settled()))
    found = Found(
        calls, done, rows, Line("the log"), Line("replicas"), _alike(cluster, rows), ended
    )
    _look_at_log(cluster.url, folder, found)
    for name, replica in replicas.items():
        judge_whole(cluster.url, replica, found.copies, name)
        judge_model(cluster.url, replica, found.copies, name)
    return found


def _look_at_log(url: str, folder: Path, found: Found) -> None:
    """Compare what the leading server holds with what was acknowledged, event by event."""
    acks = b"".join(path.read_bytes() for path in sorted(folder.glob("acks-*")))
    with Situation(url, read_only=True) as situation:
        opened_by = str(situation.log.log_id), keys_in(Path(situation.log.sealer.vault.path))
        judge_rows(found.rows, acknowledged(acks), opened_by, found.log, "acknowledged")
        verdict = situation.verify()
        if verdict.verdict != "fine":
            wrong = [*verdict.findings, *verdict.doubts]
            found.log.found("ledger", f"verify: {wrong[:1]}", len(wrong))
    with opened(url) as situation:
        differences = situation.compare()
        found.log.found("differ", f"the read model: {differences[:1]}", len(differences))


def _rows(link: Any) -> list[Row]:  # noqa: ANN401 - rows of any sort
    """Give the events that one server holds, past the tracker."""
    with link:
        return [*map(tuple, link.execute(_ROWS).fetchall())]


def _alike(cluster: Cluster, rows: Sequence[Row]) -> bool:
    """Whether all servers come to hold the same events."""
    with suppress(ClusterError):
        cluster.awaited(
            "alike on all servers",
            lambda: all(_rows(cluster.connect(node)) == rows for node in cluster.nodes),
            SAME_SECONDS,
        )
        return True
    return False


def bars(found: Found) -> list[Bar]:
    """Say what must hold, and whether it does."""
    batches = batches_of(found.rows)
    kept = accounting.acknowledged(found.calls)
    events = sum(1 + facts_of(batch) for batch in kept)
    lost, doubled = accounting.lost(found.calls, batches), accounting.doubled(batches)
    conflicts = [call for call in found.calls if call.outcome == "conflict"]
    slow, log, copies = accounting.answers(found.calls, found.done), found.log, found.copies.wrong
    hung = sum("hang" in one.kind for one in found.done)
    in_time = f"{slow:.1f} s, of {hung}" if hung else "none hung"
    wrong, copied = log.wrong, sum(copies[what] for what in OF_COPIES)
    ledgers, differ = wrong["ledger"] + copies["ledger"], wrong["differ"] + copies["differ"]
    return [
        Bar(
            "nothing acknowledged is lost",
            f"of {len(kept):,} batches, {events:,} events: {len(lost)} batches, "
            f"{wrong['lost']} events lost, {wrong['half']} batches half there",
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
        Bar("replicas are the log: none missed or doubled", f"{copied} events wrong", not copied),
        Bar("ledgers verify, leaves are the events'", f"{ledgers} wrong", not ledgers),
        Bar("beliefs are a rebuild's", f"{differ} rows differ", not differ),
        Bar("all servers hold the same", f"{len(found.rows):,} events", found.alike),
        Bar("nobody ended in a way of their own", f"{len(found.ended)}", not found.ended),
    ]
