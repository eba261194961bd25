"""What is handed over of a version of a list: its entries, what it drops, and what it says anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from tracker.datasets.appending import Appender
from tracker.datasets.compile import PLACE_MARKS
from tracker.datasets.corrections import end_fact
from tracker.datasets.gathered import Stream
from tracker.datasets.listed import ABSENT, History, Recorded, place_of
from tracker.datasets.relisting import listed_again
from tracker.datasets.resolving import Resolved
from tracker.facts.envelope import body_dict, canonical
from tracker.facts.record import SnapshotTaken
from tracker.reports import derived_id
from tracker.times import When

if TYPE_CHECKING:
    from tracker.datasets.snapshots import Snapshots, Version


class Listed(NamedTuple):
    """An entry of a version: what it says, and where to find the rest of its fact."""

    content: str
    entry: int
    aside: int
    place: int
    at: int


class Need(NamedTuple):
    """The cells of which a version tells an entry, and those that it drops."""

    told: list[str]
    dropped: list[str]

    def __bool__(self) -> bool:
        """Whether it tells anything."""
        return bool(self.told or self.dropped)


@dataclass(frozen=True, slots=True)
class Retelling:
    """Hands over to an appender what versions need."""

    shape: Snapshots
    appender: Appender
    places: Resolved
    history: History

    def tell(
        self,
        version: Version,
        need: Need,
        listed: dict[str, Listed],
        now: Mapping[str, str],
        unread: Collection[str],
    ) -> None:
        """Hand over a version for the first time."""
        stream = self.appender.stream(self.shape.moments.moments[version.published])
        self.appender.begin(stream)
        for cell in need.told:
            self._entry(stream, version, listed[cell])
        self._taken(
            stream,
            version.file,
            version=version.name,
            entries=len(now),
            holders=sorted(self._holders(listed.values())),
            dropped=sorted(need.dropped),
            unread=sorted(unread),
        )

    def add(
        self,
        version: Version,
        one: Recorded,
        need: Need,
        fresh: dict[str, Listed],
        now: Mapping[str, str],
        unread: Collection[str],
    ) -> None:
        """Hand over what a recorded version has to say beside what it told.

        `fresh` are entries that the log does not have; others are told in its words, and belong to
        the version's own batch. What it told otherwise is over, as if it had never been told; so is
        what it said to have dropped, and lists. What was taken back says so until then.
        """
        published = self.history.published(one.stream)
        stream = self.appender.stream_of(published)
        self.appender.begin(stream)
        ended = self._end(stream, version.file, one, need, now)
        told = [
            self._entry(stream, version, fresh[cell], one.again(cell, now[cell]))
            if cell in fresh
            else self._again(stream, version.file, one, cell)
            for cell in need.told
            if place_of(cell) not in unread  # it said something there, and nobody knows what
        ]
        drops = {cell for name, cells in one.snapshots if name in ended for cell in cells}
        same = len(now) == one.entries and one.unread == set(unread)
        if need.dropped or ended or not (same or one.taken_back):
            name = self._taken(
                stream,
                version.file,
                version=one.version,
                entries=len(now),
                one=one,
                own=None if fresh or ended else one.batch,
                holders=sorted({*one.holders, *self._holders(fresh.values())}),
                dropped=sorted(drops.difference(need.told).union(need.dropped)),
                unread=sorted(unread),
            )
            told.append(name)
        if one.taken_back:
            for name in filter(None, told):
                over, body = self.history.taken_back(one, name)
                text = canonical(body_dict(body)).decode()
                self.appender.record(stream, over, body.TOPIC, text, version.file, one.batch)

    def restate(
        self,
        version: Version,
        one: Recorded,
        need: Need,
        listed: dict[str, Listed],
        now: Mapping[str, str],
        unread: Collection[str],
    ) -> None:
        """Hand over a version in the place of a recorded one.

        All that this told is over, as if it had never been told.
        """
        stream = self.appender.stream_of(self.history.published(one.stream))
        self.appender.begin(stream)
        over = [telling.id for tellings in one.cells.values() for telling in tellings]
        for name in dict.fromkeys((*over, *one.acts)):
            end_fact(self.appender, stream, name, stream.published, version.file)
        for cell in need.told:
            self._entry(stream, version, listed[cell], one.again(cell, now[cell]))
        self._taken(
            stream,
            version.file,
            one=one,
            version=version.name,
            entries=len(now),
            holders=sorted(self._holders(listed.values())),
            dropped=sorted(need.dropped),
            unread=sorted(unread),
            instead=True,
        )

    def _end(
        self, stream: Stream, file: int, one: Recorded, need: Need, now: Mapping[str, str]
    ) -> set[str]:
        """End what a version told otherwise of these cells; give the ids of that."""
        over: dict[str, None] = {}
        for cell in chain(need.told, need.dropped):
            says = now.get(cell, ABSENT)
            over |= dict.fromkeys(t.id for t in one.in_force(cell) if t.says != says)
        for name in over:
            end_fact(self.appender, stream, name, stream.published, file)
        return set(over)

    def _entry(
        self, stream: Stream, version: Version, one: Listed, again: str | None = None
    ) -> str | None:
        """Hand over an entry; `again` tells it from one that said so, and is over."""
        shape = self.shape
        said = shape.entries[one.entry]
        maker = shape.makers[said.maker]
        gist, when = shape.asides.texts[one.aside].split("\x00")
        pieces = said.told.split("\x00")
        pieces[maker.gist], pieces[-1] = gist, when
        place = f'"{maker.places[0]}":"{self.places.ids[one.place]}",'
        text = "".join(pieces).replace(PLACE_MARKS[0], place)
        record = None if again is None else canonical(again).decode()
        more = {"row": version.rows[one.at], "file": version.file_of(one.at)}
        return self.appender.fact(stream, maker.topic, maker.version, text, record=record, **more)

    def _again(self, stream: Stream, file: int, one: Recorded, cell: str) -> str | None:
        """Say of a version of the log what it listed there without telling it."""
        fact = listed_again(self.history, one, cell, stream.published, stream.id)
        if fact is None:
            return None
        text = canonical(body_dict(fact)).decode()
        self.appender.record(stream, fact.id, fact.kind, text, file, one.batch)
        return fact.id

    def _holders(self, listed: Iterable[Listed]) -> set[str]:
        entries = self.shape.entries
        return set(chain.from_iterable(entries[one.entry].holders for one in listed))

    def _taken(
        self,
        stream: Stream,
        file: int,
        own: str | None = None,
        one: Recorded | None = None,
        **said: object,
    ) -> str:
        """Hand over the SnapshotTaken of a version, which may be recorded; give its id."""
        dropped = said["dropped"]
        self.shape.dropped += len(dropped) if isinstance(dropped, list) else 0
        body = SnapshotTaken.model_validate(
            {
                "source": self.shape.mapping.head.source,
                "published": When.model_validate_json(stream.published),
                **said,
                "unread": said["unread"] or None,
            }
        )
        stored = canonical(body_dict(body)).decode()
        name = derived_id(stream.id, body)
        name = one.act(name) if one else name
        self.appender.record(stream, name, body.TOPIC, stored, file, own)
        return name
