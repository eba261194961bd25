"""Answering by folding the whole log, as one would with the eventsourcing library alone.

The facts are the library's own domain events, kept by its own recorder on SQLite through its own
mapper and JSON transcoder, one aggregate a report. Reports speak of many places, so that who asks
for one place reads them all, page by page as its own notification log does, and lets the latest
effect win: a plainer answer than the tracker's, which weighs them.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import DomainEvent, datetime_now_with_tzinfo
from pydantic_core import from_json

PAGE = 500
_BATCH = 2000
_HOLDING = frozenset({"ControlReported", "TownOccupied", "TownRecaptured"})


class FactTold(DomainEvent):
    """A fact, as plain values."""

    kind: str
    place: str
    by: list[str]
    day: str
    published: str


class _Facts(Application[UUID]):
    is_snapshotting_enabled = False


class Folding:
    """The first facts of a log as the library would keep them."""

    def __init__(self, log: str, folder: Path, facts: int) -> None:
        """Copy the first `facts` facts into a log of the library's own."""
        path = folder / "library.db"
        for old in folder.glob("library.db*"):
            old.unlink()
        self.application = _Facts(
            env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}
        )
        self.facts = 0
        with closing(sqlite3.connect(log)) as connection:
            rows = connection.execute(
                "SELECT originator_id, originator_version, topic, state FROM stored_events"
                " ORDER BY seq"
            )
            pending: list[FactTold] = []
            published: dict[str, str] = {}
            for stream, version, topic, state in rows:
                body = from_json(state)["body"]
                if topic == "ReportRegistered":
                    published[stream] = body["published"]["edtf"]
                if "place" not in body or "when" not in body:
                    continue
                pending.append(_event(stream, version, topic, body, published[stream]))
                self.facts += 1
                if len(pending) == _BATCH or self.facts == facts:
                    self.application.events.put(pending)
                    pending = []
                if self.facts == facts:
                    break
            self.application.events.put(pending)

    def close(self) -> None:
        """Close the log."""
        self.application.close()

    def state(self, place: str, day: str, known: str) -> str | None:
        """Say who holds a place as of a day, as published by `known` (texts of ISO 8601)."""
        return self.fold(day, known).get(place, ("", None))[1]

    def fold(self, day: str, known: str) -> dict[str, tuple[str, str | None]]:
        """Give, by place, the day of the latest effect and who holds it then."""
        state: dict[str, tuple[str, str | None]] = {}
        mapper, recorder = self.application.mapper, self.application.recorder
        start = 1
        while page := recorder.select_notifications(start, PAGE):
            for notification in page:
                event: Any = mapper.to_domain_event(notification)
                if event.day > day or event.published > known:
                    continue
                if event.kind in _HOLDING:
                    holder = event.by[0]
                elif event.kind == "ForcesWithdrew":
                    holder = None
                else:
                    continue
                if event.place not in state or state[event.place][0] <= event.day:
                    state[event.place] = (event.day, holder)
            start = page[-1].id + 1
        return state


def _event(stream: str, version: int, topic: str, body: dict[str, Any], published: str) -> FactTold:
    return FactTold(
        originator_id=UUID(stream),
        originator_version=version,
        timestamp=datetime_now_with_tzinfo(),
        kind=topic,
        place=body["place"],
        by=list(body["by"]),
        day=body["when"]["edtf"],
        published=published,
    )
