"""Pass 2: facts in their order -> encoded events, appended in batches of whole reports.

A batch is one transaction, written while the next is made. What the log holds already is left out,
by event id, so that an import that was killed goes on where it stopped, and one that is repeated
adds nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from tracker.datasets.gathered import Origin, Pending, Stream, once, only_report
from tracker.datasets.ids import fact_digest, finished_id
from tracker.datasets.values import Moment
from tracker.errors import TrackerError
from tracker.facts import TOPICS, ReportRegistered
from tracker.facts.codec import state_bytes
from tracker.facts.envelope import canonical
from tracker.instants import format_instant
from tracker.log import Conflict, Encoded, Log
from tracker.reports import dataset_stream

BATCH = 20_000
"""Events a transaction. Each writes again much of the index of ids, so few large ones cost half."""
OF_LONG = 0.25
MOST = 2.5
"""Onto a long log in a file more: such a part of it, up to so many times BATCH; larger ones were
measured to gain little, and to take memory. A server would be silent for too long meanwhile."""
TRIES = 20
SAMPLE_ID = "00000000-0000-0000-0000-000000000000"


_stream_of = itemgetter(0)
_file_and_topic = itemgetter(8, 2)


class _Sent(NamedTuple):
    """A batch that is being appended: all that was gathered, what of it is new, as events.

    `kept` waits until they are; it raises Conflict where others came first.
    """

    pending: Sequence[Pending]
    fresh: Sequence[Pending]
    events: Sequence[Encoded]
    kept: Callable[[], object]


@dataclass(slots=True)
class Appender:
    """Gathers the events of an import and appends them.

    `clock` gives the present instant; `dry` appends nothing and counts all the same. `over` names
    what of the log was taken back.
    """

    log: Log
    origin: Origin
    clock: Callable[[], int]
    dry: bool = False
    progress: Callable[[int], None] = lambda _: None
    over: Callable[[], Collection[str]] = frozenset
    new: dict[int, Counter[str]] = field(default_factory=dict)
    already: Counter[int] = field(default_factory=Counter)
    taken_back: Counter[int] = field(default_factory=Counter)
    repeated: Counter[int] = field(default_factory=Counter)
    events: int = 0
    reports: int = 0
    streams: dict[str, Stream] = field(default_factory=dict)
    _pending: list[Pending] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _spoken: dict[str, int] = field(default_factory=dict)
    """Where each event that speaks of the record itself came among all that was gathered."""
    _gone_by: int = 0
    """How much was gathered and handed on before what is pending."""
    _sent: _Sent | None = None
    _at: Stream | None = None
    _timeline: str = ""
    _headers: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    _there: int = 0
    _batch: int = BATCH

    def __post_init__(self) -> None:
        """Note on which history of the log the import begins."""
        self._timeline = self.log.timeline()
        self._there = self.log.position
        self._batch = self._most()

    def _most(self) -> int:
        """Say how many events the next transaction may have."""
        long = min(int((self._there + self.events) * OF_LONG), int(MOST * BATCH))
        return max(BATCH, long) if self.log.local else BATCH

    def stream(self, published: Moment) -> Stream:
        """Give the stream of what is published at a moment."""
        return self.stream_of(published.json)

    def stream_of(self, published: str) -> Stream:
        """Give the stream of what is published at a moment, in its stored form."""
        found = self.streams.get(published)
        if found is None:
            stream, digest = dataset_stream(self.origin.source, published, self.origin.dataset)
            found = self.streams[published] = Stream(stream, str(stream), digest, published)
        return found

    def begin(self, stream: Stream) -> None:
        """Go on with another report; where enough is gathered, append it first."""
        if self._at is not stream:
            self._at = stream
            self._seen = set()
            if len(self._pending) >= self._batch:
                self._send()

    def fact(
        self,
        stream: Stream,
        topic: str,
        v: int,
        text: str,
        *,
        row: int,
        file: int,
        record: str | None = None,
    ) -> str | None:
        """Add a fact, whose text holds marks for its id and its locator; give its id.

        None where the same report has told it already.
        """
        if self._at is not stream:
            self.begin(stream)
        head, rest = text.split("\x01")
        middle, tail = rest.split("\x02")
        named = "" if record is None else f'"record":{record}'
        content = f'{{{head}{middle}"locator":{{{named}}},{tail}}}'.encode()
        named_by = stream.digests.get(topic)
        if named_by is None:
            named_by = stream.digests[topic] = fact_digest(stream.name, topic)
        event_id = finished_id(named_by, content)
        if event_id in self._seen:
            self.repeated[file] += 1
            return None
        self._seen.add(event_id)
        pending = self._pending
        pending.append((stream, event_id, topic, v, head, middle, tail, row, file, record))
        if len(pending) >= 2 * self._batch:
            self._send()
        return event_id

    def record(
        self,
        stream: Stream,
        event_id: str,
        topic: str,
        body: str,
        file: int,
        own: str | None = None,
    ) -> bool:
        """Add an event that speaks of the record itself; say whether it was not told before.

        Told twice it is one event, where the last of its rows stands: a later row is the later
        word. `own`: the batch that it belongs to, where that is not this import's; "": its
        report's.
        """
        before = self._spoken.get(event_id)
        if before is not None:
            if before < self._gone_by:
                return False
            self._pending[before - self._gone_by] = only_report(stream, file)
        self._spoken[event_id] = self._gone_by + len(self._pending)
        v = TOPICS[topic].VERSION
        self._pending.append((stream, event_id, topic, v, body, "", None, 0, file, own))
        return before is None

    def register(self, stream: Stream, file: int) -> None:
        """Add a report, even if nothing new is told in it."""
        self.begin(stream)
        self._pending.append(only_report(stream, file))

    def flush(self) -> None:
        """Append what is gathered, and wait until all is kept. Raises LogError."""
        self._send()
        self._settle()

    def _send(self) -> None:
        """Begin to append what is gathered, in one transaction, once the batch before is kept."""
        self._settle()
        self._batch = self._most()
        pending, self._pending = self._pending, []
        self._gone_by += len(pending)
        if pending:
            self._sent = self._decided(pending)

    def _decided(self, pending: Sequence[Pending]) -> _Sent:
        """Decide what of it is new, and begin to append that."""
        fresh = self._not_held(pending)
        events = self._encoded(fresh)
        if self.dry:
            return _Sent(pending, fresh, events, lambda: None)
        seal, timeline = self.origin.seal, self._timeline
        kept = self.log.begin_append(events, seal=seal, timeline=timeline)
        return _Sent(pending, fresh, events, kept)

    def _settle(self) -> None:
        """Wait until what was sent is kept; where other writers came first, decide it anew."""
        sent, self._sent = self._sent, None
        if sent is None:
            return
        for others in range(TRIES):
            try:
                sent.kept()
                break
            except Conflict as error:
                if others == TRIES - 1:
                    msg = (
                        f"other writers came first {TRIES} times: run the import again, it goes on"
                    )
                    raise TrackerError(msg) from error
                for stream in self.streams.values():  # known from before a failover, it may be
                    stream.version, stream.document = -1, ""
                self._timeline = self.log.timeline()
                sent = self._decided(once(sent.pending))
        self._count(sent)

    def _count(self, sent: _Sent) -> None:
        pending, fresh, events, _ = sent
        added = Counter(map(_file_and_topic, fresh))
        for (file, topic), count in added.items():
            if topic:
                self.new.setdefault(file, Counter())[topic] += count
        if len(fresh) < len(pending):
            asked = Counter(map(_file_and_topic, pending))
            for (file, topic), count in (asked - added).items():
                self.already[file] += count if topic else 0
            told = {event_id for _, event_id, *_ in fresh}
            for one in pending:
                _, event_id, topic, *_ = one
                if topic and event_id not in told:
                    self.note_held(event_id, one[8])
        self.reports += sum(event.version == 1 for event in events)
        self.events += len(events)
        self.progress(len(pending))

    def note_held(self, event_id: str, file: int) -> None:
        """Count what a file tells and the log holds where that was taken back."""
        self.taken_back[file] += event_id in self.over()

    def _not_held(self, pending: Sequence[Pending]) -> list[Pending]:
        """Leave out what the log holds; learn of each stream where it stands."""
        streams = set(map(_stream_of, pending))
        unknown = {stream.id: stream for stream in streams if stream.version < 0}
        versions = self.log.versions(list(unknown)) if unknown else {}
        for key, stream in unknown.items():
            stream.version = versions.get(key, 0)
            stream.held = stream.version > 0
        if not any(stream.held for stream in streams):
            return list(pending)
        asked = [event_id for stream, event_id, *_ in pending if stream.held and event_id]
        held = self.log.positions(asked) if asked else {}
        fresh = []
        for one in pending:
            stream, event_id, topic, *_ = one
            if stream.held and (not topic or event_id in held):
                continue
            if stream.held and not stream.document:
                self._learn(stream)
            fresh.append(one)
        return fresh

    def _learn(self, stream: Stream) -> None:
        """Look up which document a report was first read from, and in which batch."""
        position = self.log.positions([stream.name])[stream.name]
        body = next(iter(self.log.read(position - 1, position))).body
        if isinstance(body, ReportRegistered):
            stream.document = body.document.sha256 if body.document else "-"
            stream.batch = body.batch
            if bool(body.standing) is not self.origin.standing:
                was = "a maintained list" if body.standing else "no maintained list"
                msg = f"{self.origin.dataset} is in the log already as {was}: leave `standing` so"
                raise TrackerError(msg)

    def _encoded(self, fresh: Sequence[Pending]) -> list[Encoded]:
        at = format_instant(self.clock())
        batch = self.origin.batch
        documents = [
            f'"document":{canonical({"name": name, "sha256": sha}).decode()},'
            for name, sha in self.origin.documents
        ]
        frames: dict[tuple[int, bool], tuple[str, str, str]] = {}
        events: list[Encoded] = []
        append = events.append
        for stream, event_id, topic, v, head, middle, tail, row, file, named in fresh:
            if stream.version == 0:
                stream.version = 1
                stream.document, stream.batch = self.origin.documents[file][1], batch
                events.append(self._registered(stream, file, at))
            if not topic:
                continue
            ours = stream.batch == batch
            frame = frames.get((v, ours))
            if frame is None:
                frame = frames[v, ours] = self._frame(at, v, None if ours else batch)
            before, between, after = frame
            if tail is None:
                if named is not None:
                    before, between, after = self._frame(at, v, named or None)
                state = f"{before}{head}{between}{event_id}{after}"
            else:
                other = stream.document != self.origin.documents[file][1]
                document = documents[file] if other else ""
                record = "" if named is None else f'"record":{named},'
                state = (
                    f'{before}{{{head}"id":"{event_id}",{middle}"locator":'
                    f'{{{document}{record}"row":{row}}},{tail}}}{between}{event_id}{after}'
                )
            stream.version += 1
            append(Encoded(stream.id, stream.version, event_id, topic, state.encode()))
        return events

    def _frame(self, at: str, v: int, batch: str | None) -> tuple[str, str, str]:
        """Give what stands before a body, between it and the event's id, and after that."""
        state = state_bytes(
            b"\x01",  # which no JSON text holds; of the ids, the first in what follows is ours
            event_id=SAMPLE_ID,
            recorded_at=at,
            recorded_by=self.origin.by,
            v=v,
            batch=batch,
        )
        before, rest = state.decode().split("\x01")
        between, after = rest.split(SAMPLE_ID, 1)
        return before, between, after

    def _registered(self, stream: Stream, file: int, at: str) -> Encoded:
        header = self._headers.get(file)
        if header is None:
            header = self._headers[file] = self._header(file)
        begins, goes_on, ends = header
        state = state_bytes(
            f"{begins}{stream.digest}{goes_on}{stream.published}{ends}".encode(),
            event_id=stream.name,
            recorded_at=at,
            recorded_by=self.origin.by,
            v=ReportRegistered.VERSION,
        )
        return Encoded(stream.id, 1, stream.name, ReportRegistered.TOPIC, state)

    def _header(self, file: int) -> tuple[str, str, str]:
        """Give what stands before a report's digest, then before its publication, then after it.

        Canonical JSON: as a whole table may be reports of one fact, it is written once.
        """
        origin = self.origin
        name, sha = origin.documents[file]
        document = canonical({"name": name, "sha256": sha}).decode()
        batch, dataset, source, title = (
            canonical(text).decode()
            for text in (origin.batch, origin.dataset, origin.source, origin.title)
        )
        standing = '"standing":true,' if origin.standing else ""
        return (
            f'{{"batch":{batch},"content_sha256":"',
            f'","dataset":{dataset},"document":{document},"not_coded":[],"published":',
            f',"source":{source},{standing}"title":{title}}}',
        )
