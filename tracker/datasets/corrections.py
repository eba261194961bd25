"""Records with a key: a later published, different version corrects the one before it.

A version of a record is all that one row tells: each fact of it is compared with what the version
before it told. What says the same adds nothing. What says otherwise takes the place of the fact of
its kind that it has most in common with: a correction by the source, which stands, like every
correction, in the stream of the fact that it corrects. What is told for the first time stands in
the report that tells it, and what is told no more is retracted by the source.

A version may come after one that was published later. Then what it tells is so until that: it takes
its place in the chain between the two, or is retracted as of the later one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, groupby, islice
from typing import Any, NamedTuple
from uuid import uuid5

from pydantic_core import from_json

from tracker.datasets.appending import Appender
from tracker.datasets.away import Away, is_of_batch
from tracker.datasets.compile import ID, LOCATOR, Maker
from tracker.datasets.fields import LONGEST_TEXT
from tracker.datasets.gathered import Stream
from tracker.datasets.places import quoted
from tracker.datasets.shapes import Told
from tracker.datasets.staging import Publications, Staged, Staging
from tracker.datasets.versions import (
    BESIDE,
    ENDING,
    Next,
    Version,
    moment_at,
    next_of,
    numbered,
    said_by,
)
from tracker.errors import InputError, Problem
from tracker.facts.envelope import NAMESPACE, canonical
from tracker.facts.record import RESTATED, FactCorrected, FactRetracted
from tracker.instants import FUTURE_OPEN
from tracker.reports import fact_id

AT_ONCE = 500
NOTHING = -1
"""The entry of a row that tells nothing: what an earlier version of its record told is over."""

Held = Callable[[Sequence[str]], dict[str, list[Version]]]
"""Records -> the facts of their versions in the log, in the order in which they were known."""


class _Said(NamedTuple):
    """A fact that a row tells."""

    staged: Staged
    text: str
    body: dict[str, Any]


class _New(NamedTuple):
    """What a row adds: a fact of a report, in the place of another where `corrects`.

    Without a text it only ends that other: as of its own publication, or of that of the version
    that comes next in the log (`until`); `other` takes its place, or nothing does. Without that
    other it is a mere repeat, of which the report stands that says so once more.
    """

    staged: Staged
    text: str
    record: str
    published: str
    corrects: str | None
    until: Next | None = None
    other: str | None = None


class _Owed(NamedTuple):
    """What a version repeats of what was so before one that came late, and until when it is so."""

    problem: Problem
    until: dict[str, Next | None]


@dataclass(slots=True)
class Records:
    """Walks the versions of every record in the order of their publication."""

    held: Held
    away: Away
    staging: Staging
    moments: Publications
    makers: Sequence[Maker]
    told: Told
    files: Sequence[str]
    unchanged: int = 0
    already: dict[int, int] = field(default_factory=dict)
    repeated: dict[int, int] = field(default_factory=dict)
    taken_back: dict[int, int] = field(default_factory=dict)
    _owed: dict[tuple[str, int], _Owed] = field(default_factory=dict)
    """(record, when it was known) of versions in the log that have to be told once more."""

    def check(self, appender: Appender) -> None:
        """Raise InputError where something new cannot be handed over."""
        for _ in self._walk(appender, held_only=True):
            pass

    def tell(self, appender: Appender) -> None:
        """Hand over what is new, once that was checked."""
        self.unchanged, self.already, self.repeated, self.taken_back = 0, {}, {}, {}
        for new in self._walk(appender):
            self._hand_over(appender, new)
        appender.already.update(self.already)
        appender.taken_back.update(self.taken_back)
        appender.repeated.update(self.repeated)

    def _walk(self, appender: Appender, *, held_only: bool = False) -> Iterator[_New]:
        """Judge every row; `held_only`: those of records that the log knows, which may clash.

        Raises InputError, once all is judged, where a version would have to be told once more that
        is not among the rows.
        """
        self._owed = {}
        self.away.begin()
        known: dict[str, list[Version]] = {}
        facts = (Staged(*fact) for fact in self.staging.by_publication())
        rows = (list(row) for _, row in groupby(facts, lambda one: (one.file, one.row)))
        while page := list(islice(rows, AT_ONCE)):
            asked = {record for (one, *_) in page if (record := one.record) and record not in known}
            names = {record: from_json(record) for record in sorted(asked)}
            found = self.held(list(names.values()))
            for record, name in names.items():
                known[record] = self.away.note(record, found.get(name, []))
            for row in page:
                versions = known[row[0].record or ""]
                if versions or not held_only:
                    yield from self._judge(appender, row, versions)
        if self._owed:
            raise InputError([one.problem for one in self._owed.values()])

    def _judge(
        self, appender: Appender, row: Sequence[Staged], versions: list[Version]
    ) -> list[_New]:
        """Compare what a row tells with the version before it; note it among the versions."""
        first = row[0]
        owed = self._owed.pop((str(first.record), first.known), None)
        said = self._said(row)
        above = self.away.above(first)
        now = {one.said: one for one in versions if one.known <= first.known < one.ended}
        other = said.keys() != now.keys() and owed is None
        if other and self._was_restated(said, versions, first.known):
            self.already[first.file] = self.already.get(first.file, 0) + len(said)
            return []
        for same in said.keys() & now.keys():
            self._count_same(appender, now[same], first)
        moment = self.moments.moments[first.published]
        if said.keys() == now.keys():
            ours = is_of_batch(versions, first.known, appender.origin.batch)
            return [_New(first, "", "", moment.json, None)] if ours else []
        undone = self.away.of(first, appender.stream(moment).name, said, above)
        self._count_away(first, len(undone - {ENDING}) or len(undone))
        if undone and said.keys() <= now.keys() | undone:
            return []
        until = next_of(versions, first.known, appender.over)
        fresh = {key: one for key, one in said.items() if key not in now}
        gone = [one for key, one in now.items() if key not in said]
        instead = _paired(gone, fresh)
        told = {key: one for key, one in fresh.items() if key not in undone}
        added = [
            self._added(appender, one, key, instead.get(key), versions) for key, one in told.items()
        ]
        ends = {key: owed.until.get(key, until) if owed else until for key in told}
        added += self._ended(first, ends, versions)
        replaced = {one.fact for one in instead.values()}
        for one in gone:
            if until is not None and one.ended > until.known:
                self._owe(first, until, one)
            one.ends = (*one.ends, (first.known, None))
            one.ended = first.known
            if one.fact not in replaced:
                added.append(_New(first, "", "", one.published, one.fact))
        return added

    def _ended(
        self, row: Staged, ends: dict[str, Next | None], versions: list[Version]
    ) -> Iterator[_New]:
        """End what a version told, the last of the versions, where a later one says otherwise."""
        after: dict[tuple[str | None, int], Version] = {
            (one.came, one.known): one for one in versions if one.came
        }
        for one in versions[len(versions) - len(ends) :]:
            until = ends[one.said]
            if until is None:
                continue
            later = after.get((one.came, until.known))
            if later is not None:
                later.came = one.fact
            one.ended, one.ends = until.known, ((until.known, until.batch),)
            other = later.fact if later else None
            yield _New(row, "", "", one.published, one.fact, until, other)

    def _owe(self, row: Staged, until: Next, repeated: Version) -> None:
        """Note that the next version repeats what this one says otherwise: it is told again."""
        message = (
            f"record {row.record}: a version of {moment_at(until.known).edtf} is in the log, which "
            "repeats a part of what this one says otherwise: import the table of that version "
            "together with this one"
        )
        problem = Problem(self.files[row.file], row.row, 1, "", message)
        name = str(row.record), until.known
        owed = self._owed.setdefault(name, _Owed(problem, {}))
        ended = repeated.ended
        over = None if ended == FUTURE_OPEN else Next(ended, dict(repeated.ends).get(ended))
        owed.until.setdefault(repeated.said, over)

    def _said(self, row: Sequence[Staged]) -> dict[str, _Said]:
        """Give what a row tells: what each of its facts says -> the fact."""
        said: dict[str, _Said] = {}
        for one in row:
            if one.entry == NOTHING:
                continue
            staged, topic = one, self.makers[one.entry].topic
            text = self.told.placed(one.entry, one.text, one.place, one.other)
            body = from_json(f"{{{text.replace(ID, '').replace(LOCATOR, '')}}}")
            key = said_by(topic, body)
            if key in said and _adds_up(body):
                key, staged = _beside(said, topic, body, one)
            if key in said:
                self.repeated[one.file] = self.repeated.get(one.file, 0) + 1
            said.setdefault(key, _Said(staged, text, body))
        return said

    def _count_away(self, row: Staged, more: int) -> None:
        for counted in (self.already, self.taken_back) if more else ():
            counted[row.file] = counted.get(row.file, 0) + more

    def _was_restated(self, said: dict[str, _Said], versions: list[Version], known: int) -> bool:
        """Whether this very version is recorded, and another one of the same publication too."""
        then = {one.said: one for one in versions if one.known <= known <= one.ended}
        ended = [then[key].ended == known for key in said if key in then]
        return len(ended) == len(said) and any(ended)

    def _count_same(self, appender: Appender, held: Version, row: Staged) -> None:
        if held.known != row.known:
            self.unchanged += 1
            return
        if not held.fresh and held.fact in appender.over():
            self.taken_back[row.file] = self.taken_back.get(row.file, 0) + 1
        counted = self.repeated if held.fresh else self.already
        counted[row.file] = counted.get(row.file, 0) + 1

    def _added(
        self,
        appender: Appender,
        one: _Said,
        said: str,
        corrects: Version | None,
        versions: list[Version],
    ) -> _New:
        staged, text, body = one
        moment = self.moments.moments[staged.published]
        published = moment.json
        if corrects is not None:
            published = corrects.published
            notes = [body["note"]] if "note" in body else []
            body["note"] = "; ".join([*notes, f"restated {moment.edtf}"])
            text = _marked(body)
        record = staged.record or '""'
        stream, topic = appender.stream_of(published), self.makers[staged.entry].topic
        event_id = fact_id(stream.id, topic, content_of(text, record))
        came = corrects.fact if corrects else None
        versions.append(Version(staged.known, event_id, said, published, fresh=True, came=came))
        return _New(staged, text, record, published, corrects.fact if corrects else None)

    def _hand_over(self, appender: Appender, new: _New) -> None:
        stream = appender.stream_of(new.published)
        appender.begin(stream)
        if not new.text:
            if new.corrects is None:
                appender.register(stream, new.staged.file)
            else:
                self._end(appender, new, new.other)
            return
        maker = self.makers[new.staged.entry]
        if new.corrects is not None:
            content = content_of(new.text, new.record)
            self._end(appender, new, fact_id(stream.id, maker.topic, content))
        appender.fact(
            stream,
            maker.topic,
            maker.version,
            new.text,
            row=new.staged.row,
            file=new.staged.file,
            record=new.record,
        )

    def _end(self, appender: Appender, new: _New, other: str | None) -> None:
        """Tell that a fact is over: another takes its place, or it is retracted."""
        stream, until = appender.stream_of(new.published), new.until
        moment = moment_at(until.known) if until else self.moments.moments[new.staged.published]
        own = until.batch if until else None
        end_fact(appender, stream, str(new.corrects), moment.json, new.staged.file, other, own=own)


def end_fact(
    appender: Appender,
    stream: Stream,
    fact: str,
    published: str,
    file: int,
    other: str | None = None,
    *,
    own: str | None = None,
) -> None:
    """Tell that a fact of a stream is over: retracted, or another's its place.

    `published` is when its source says so, in its stored form; `own` the batch that says it, where
    that is not this import's.
    """
    moment = from_json(published)
    body = {"fact": fact, "by_source": True, "published": moment, "reason": RESTATED}
    topic, named = FactRetracted.TOPIC, f"retracted:{fact}:{moment['edtf']}"
    if other is not None:
        body["replaced_by"] = other
        topic, named = FactCorrected.TOPIC, f"corrected:{fact}:{other}"
    event_id = str(uuid5(NAMESPACE, named))
    appender.record(stream, event_id, topic, canonical(body).decode(), file, own)


def _adds_up(body: dict[str, Any]) -> bool:
    """Whether a fact that says what another says tells of something beside that."""
    quantity = body.get("quantity")
    return quantity is not None and quantity.get("semantics") == "change"


def _beside(
    said: Collection[str], topic: str, body: dict[str, Any], staged: Staged
) -> tuple[str, Staged]:
    """Set a fact apart from those of its row that say the same: so many men, so many women."""
    number = next(one for one in map(numbered, count(2)) if said_by(topic, body, one) not in said)
    record = f"{from_json(str(staged.record))}{BESIDE}{number}"
    if len(record) > LONGEST_TEXT:
        return said_by(topic, body), staged
    return said_by(topic, body, number), staged._replace(record=quoted(record))


def _paired(gone: Sequence[Version], fresh: dict[str, _Said]) -> dict[str, Version]:
    """Find what takes the place of what: of one kind, those first that have most in common."""
    pairs = []
    for at, old in enumerate(gone):
        kind, _, rest = old.said.partition("{")
        before = from_json("{" + rest)
        for number, (key, new) in enumerate(fresh.items()):
            if key.partition("{")[0] == kind:
                alike = sum(new.body.get(name) == item for name, item in before.items())
                pairs.append((-alike, at, number, key))
    found: dict[str, Version] = {}
    taken: set[int] = set()
    for _, at, _, key in sorted(pairs):
        if key not in found and at not in taken:
            taken.add(at)
            found[key] = gone[at]
    return found


def content_of(text: str, record: str | None = None) -> bytes:
    """Give what a fact's id is made of: its text, and the key of its record, if it has one."""
    named = "" if record is None else f'"record":{record}'
    plain = text.replace(ID, "").replace(LOCATOR, f'"locator":{{{named}}},')
    return f"{{{plain}}}".encode()


def _marked(body: dict[str, Any]) -> str:
    """Write a body with the marks for its id and its locator."""
    pieces = []
    for name in sorted([*body, "id", "locator"]):
        if name == "id":
            pieces.append(ID)
        elif name == "locator":
            pieces.append(LOCATOR)
        else:
            comma = "" if name == "when" else ","
            pieces.append(f'"{name}":{canonical(body[name]).decode()}{comma}')
    return "".join(pieces)
