"""Amending: changing a situation's record by adding to it. Each method decides and appends.

Apart from the situation only for its length: `Situation` is the door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from projections.store import Row
from tracker.clocks import is_position
from tracker.deciding import Deciding
from tracker.errors import NotFoundError, Problem, TrackerError
from tracker.instants import Instant
from tracker.outcomes import Amended

if TYPE_CHECKING:
    from tracker.amendments import Cell
    from tracker.arguments import Said
    from tracker.facts import Body, ReportRegistered
    from tracker.facts.envelope import Event
    from tracker.reports import Decision
    from tracker.times import When

LONGEST_POSITION = 17  # characters of #POSITION that are read: no log is that long


class Amending(Deciding):
    """What can be added to a record that is there, given its log, its read model and a clock."""

    def correct(
        self,
        fact: str,
        changes: Mapping[str, str] | None = None,
        file: tuple[bytes, str] | None = None,
        *,
        again: bool = False,
        reason: str,
        by: str,
        published: str | None = None,
        tz: str | None = None,
    ) -> Amended:
        """Put another fact in the place of one: some of its fields said anew, or a whole file.

        `fact` is a #position or the beginning of an id; `changes` maps fields (dotted where they
        lie deeper) to values in YAML; `file` is (raw bytes, name) of a fact as in a sheet. The new
        fact is known from `published` on (None: now). A retracted fact is refused, but `again`,
        without changes and file, puts it back: a new fact says what it said; so for what a version
        of a list had dropped, by its SnapshotTaken. Raises InputError,
        NotFoundError or TrackerError; correcting so once more adds nothing.
        """
        from tracker import amendments, arguments

        self.log.check_writable()
        wrong = self.event(fact)
        if wrong.fact is None and not (again and wrong.body.TOPIC == "SnapshotTaken"):
            raise NotFoundError(f"{_name(wrong)} is no fact: only a fact can be corrected")
        registry, report = self.registry(), self._report(wrong.stream)
        when, why = arguments.amendment(published, reason, registry, now=self.clock(), tz=tz)
        said: Said | None = None
        warned: list[Problem] = []
        if again and (file is not None or changes):
            raise TrackerError("what is put back says what it said: correct it afterwards")
        if file is not None:
            said = arguments.fact_from_file(*file, report, registry, tz=tz)

        def decide() -> Decision:
            past, at = self.log.stream(wrong.stream), self.clock()
            if again:
                return amendments.put_back(past, wrong.id, published=when, reason=why, at=at, by=by)
            # What stands is read here: text that was erased meanwhile must not be said anew.
            stands = next(one.fact for one in past if one.fact and one.id == wrong.id)
            fresh = said or arguments.fact_with(stands, changes or {}, report, registry, tz=tz)
            beside = amendments.standing(past, without=wrong.id)
            warned[:] = fresh.warnings(beside, report, registry)
            return amendments.correct(
                past, wrong.id, fresh.fact, published=when, reason=why, at=at, by=by
            )

        decision = self._append(decide)
        return self._amended(decision, when, (*warned, *arguments.reordered(reason=why)))

    def retract(
        self,
        facts: Sequence[str] = (),
        *,
        report: str | None = None,
        batch: str | None = None,
        reason: str,
        by: str,
        published: str | None = None,
        tz: str | None = None,
    ) -> Amended:
        """Take back facts, all that a report says, or all that a batch of reports says.

        What a batch had put something else in the place of, or had retracted, is put back: a new
        fact says what the old one said.

        `facts` and `report` are each a #position or the beginning of an id; a ruling can be taken
        back by its id as well. It counts from `published` on (None: now). All of it is appended or
        nothing. What is retracted already adds nothing, unless it was as of later: the earliest
        retraction counts. Raises NotFoundError or TrackerError.
        """
        from tracker import amendments, arguments

        self.log.check_writable()
        when, why = arguments.amendment(published, reason, self.registry(), now=self.clock(), tz=tz)
        named = [self.event(fact) for fact in facts]
        for event in named:
            if not isinstance(event.body, amendments.RETRACTABLE):
                hint = "; what a report says is taken back by --report" if _is_report(event) else ""
                raise NotFoundError(f"{_name(event)} is no fact and no ruling{hint}")
        reported = [self._report_stream(report)] if report is not None else []
        name = None if batch is None else arguments.batch(batch)

        def decide() -> Decision:
            batched = () if name is None else self._batch_streams(name)
            asked = dict.fromkeys([*(event.stream for event in named), *reported, *batched])
            pasts = {stream: self.log.stream(stream) for stream in asked}
            wanted = dict.fromkeys(event.id for event in named)
            for stream in reported:
                wanted |= dict.fromkeys(amendments.retractable(pasts[stream]))
            for stream in batched:
                of_it = amendments.of_batch(pasts[stream], name or "")
                wanted |= dict.fromkeys(amendments.retractable(of_it))
            at = self.clock()
            found = amendments.retract(
                pasts, wanted, published=when, reason=why, at=at, by=by, batch=name
            )
            lists = {stream: pasts[stream] for stream in (*reported, *batched)}
            return replace(found, events=self._relisted(found.events, lists, at=at, by=by))

        return self._amended(self._append(decide), when, arguments.reordered(reason=why))

    def _relisted(
        self,
        events: tuple[Event, ...],
        pasts: Mapping[UUID, Sequence[Event]],
        *,
        at: Instant,
        by: str,
    ) -> tuple[Event, ...]:
        """Have the versions of lists that stand say themselves what they left to those that go."""
        its = [event for event in events if event.stream in pasts]
        headers = (
            pasts[stream][0].body
            for stream in {event.stream for event in its}
            if any(event.body.TOPIC == "SnapshotTaken" for event in pasts[stream])
        )
        lists = {(one.source, one.dataset) for one in map(_header, headers) if one.dataset}
        if not lists:
            return events
        from tracker.datasets.listed import History
        from tracker.datasets.relisting import relisting

        histories = (History.of(self.store, self.log, *one) for one in sorted(lists))
        past = lambda stream: len(self.log.stream(stream))  # noqa: E731 - asked of a few
        return (*events, *relisting(its, histories, past, at=at, by=by))

    def rule(
        self,
        projection: str,
        key: str,
        follow: Sequence[str],
        *,
        when: str,
        reason: str,
        by: str,
        published: str | None = None,
        tz: str | None = None,
    ) -> Amended:
        """Rule that a cell follows these facts: from `when` (EDTF) on, or over a span.

        It counts from `published` on (None: now). Raises NotFoundError or TrackerError; ruling so
        once more adds nothing.
        """
        from tracker import amendments, arguments

        self.log.check_writable()
        registry = self.registry()
        moment, why = arguments.amendment(published, reason, registry, now=self.clock(), tz=tz)
        cells: dict[str, set[Cell]] = {self._fact(name).id: set() for name in follow}
        for fact in cells:
            cells[fact] = self.store.cells_of(fact)
        fields = {"projection": projection, "key": key, "when": when, "published": moment}
        fields |= {"follows": tuple(cells), "analyst": by, "reason": why}
        ruling = arguments.ruling(fields, registry, tz=tz)

        def decide() -> Decision:
            past = self.log.stream(amendments.ruling_stream(projection, key))
            return amendments.rule(past, ruling, cells, at=self.clock(), by=by)

        return self._amended(self._append(decide), moment, arguments.reordered(reason=why))

    def event(self, name: str) -> Event:
        """Find one event by `#position`, or by a unique prefix of its id or its report's.

        Raises NotFoundError where none, or more than one, has that prefix.
        """
        said = name[1:LONGEST_POSITION] if is_position(name) else None
        position = None if said is None else int(said)
        if position is None:
            found = self.log.find(name)
            if len(found) > 1:
                some = ", ".join(event_id for event_id, _ in found[:5])
                raise NotFoundError(f"'{name}' is the beginning of several ids: {some} ...")
            position = found[0][1] if found else None
        events = list(self.log.read(position - 1, position)) if position else []
        if not events:
            raise NotFoundError(f"no event {name}: `tracker log` lists them (#position, or an id)")
        return events[0]

    def row(self, event: Event, zone: str) -> Row:
        """Give an event as `log` lists it, by the days of a zone."""
        from projections.events import event_row, names_in

        return event_row(event, zone, self.log.positions(names_in(event.body)))

    def _fact(self, name: str) -> Event:
        event = self.event(name)
        if event.fact is None:
            raise NotFoundError(f"{_name(event)} is no fact")
        return event

    def _report(self, stream: UUID) -> ReportRegistered:
        from tracker.facts import ReportRegistered

        bodies = (event.body for event in self.log.stream(stream))
        return next(body for body in bodies if isinstance(body, ReportRegistered))

    def _report_stream(self, name: str) -> UUID:
        event = self.event(name)
        if not _is_report(event):
            raise NotFoundError(
                f"{_name(event)} is no report: `tracker log --kind ReportRegistered`"
            )
        return event.stream

    def _batch_streams(self, batch: str) -> list[UUID]:
        found = self.store.rows(
            "SELECT id FROM reports WHERE batch = :batch OR id IN"
            " (SELECT report FROM fact_rows WHERE batch = :batch) OR id IN"
            " (SELECT f.report FROM retractions x JOIN fact_rows f ON f.id = x.fact"
            " WHERE x.batch = :batch) ORDER BY position",
            {"batch": batch},
        )
        streams = {UUID(row["id"]): None for row in found}
        snapshots = self.log.of_topics(["SnapshotTaken"])
        streams |= dict.fromkeys(one.stream for one in snapshots if one.batch == batch)
        if not streams:
            rows = self.store.rows(
                "SELECT batch FROM reports WHERE batch IS NOT NULL"
                " UNION SELECT batch FROM fact_rows WHERE batch IS NOT NULL"
                " UNION SELECT batch FROM retractions WHERE batch IS NOT NULL"
            )
            named = ", ".join(sorted(row["batch"] for row in rows)) or "there are none"
            raise NotFoundError(f"nothing was recorded as batch '{batch}' (batches: {named})")
        return list(streams)

    def _amended(
        self, decision: Decision, when: When | None = None, warned: Sequence[Problem] = ()
    ) -> Amended:
        """Tell what was appended: the rows of `log`, each with what it speaks `of`."""
        from projections.events import amends, event_row, names_in
        from tracker.cautions import to_come

        named = [event_id for event in decision.events for event_id in names_in(event.body)]
        places = self.log.positions([*named, *(event.id for event in decision.events)])
        rows, zone = [], self.store.head[2]
        for event in decision.events:
            row = event_row(replace(event, position=places[event.id]), zone, places)
            about = amends(event.body)
            published = getattr(event.body, "published", None)
            told = event.body.TOPIC == "SnapshotTaken"
            row["published"] = published.edtf if published and not told else None
            restores = getattr(event.body, "restores", None)
            row["restores"] = restores and places[restores]
            row["of"] = about and {"position": places[about], "kind": self._kind(about, places)}
            rows.append(row)
        late = "" if when is None else to_come(when, self.clock())
        warnings = (*([Problem("", 0, 0, "", late, warning=True)] if late else ()), *warned)
        return Amended(len(rows), decision.already, self.log.position, tuple(rows), warnings)

    def _kind(self, event_id: str, places: Mapping[str, int]) -> str:
        found = self.store.rows("SELECT kind FROM fact_rows WHERE id = ?", (event_id,))
        return str(found[0]["kind"] if found else self.event(f"#{places[event_id]}").body.TOPIC)


def _header(body: Body) -> ReportRegistered:
    """Give the header that a report begins with."""
    from tracker.facts import ReportRegistered

    if not isinstance(body, ReportRegistered):
        raise TypeError(body.TOPIC)
    return body


def _is_report(event: Event) -> bool:
    return event.body.TOPIC == "ReportRegistered"


def _name(event: Event) -> str:
    return f"#{event.position} {event.body.TOPIC}"
