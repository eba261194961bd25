"""Shape `events`: each row tells what happened, or what a list says from then on.

With a `key`, rows of one key are versions of one record (corrections.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import permutations

from tracker.datasets.appending import Appender
from tracker.datasets.away import Away, Spoke
from tracker.datasets.blocks import Time, Where
from tracker.datasets.compile import PLACE_MARKS, Maker, compile_fact
from tracker.datasets.context import Context, Placed, field_text, placed
from tracker.datasets.corrections import NOTHING, Held, Records
from tracker.datasets.fields import LONGEST_TEXT
from tracker.datasets.mapping import DropSpec, Mapping
from tracker.datasets.places import Book, quoted
from tracker.datasets.resolving import Resolved, resolve
from tracker.datasets.row_tests import chooser, passes
from tracker.datasets.shapes import Told, UnclearPlaces, published_reader
from tracker.datasets.staging import AT_ONCE, Publications, Staged, Staging
from tracker.datasets.values import Bad, Read, Row, composed, squeezed
from tracker.facts.envelope import canonical
from tracker.facts.record import SnapshotTaken

KEY_JOINT = " / "


@dataclass(slots=True)
class _Drop:
    """What drops an entry of the list."""

    spec: DropSpec
    test: Callable[[Row], bool] | None
    place: Placed
    origin: Read | None


@dataclass(slots=True)
class Events:
    """The shape, from the rows to what is appended.

    `held` looks up versions in the log, `spoke` who told something in a report.
    """

    mapping: Mapping
    staging: Staging
    held: Held
    spoke: Spoke
    published: Time | None
    moments: Publications = field(default_factory=Publications)
    makers: list[Maker] = field(default_factory=list)
    drops: list[_Drop] = field(default_factory=list)
    unchanged: int = 0
    dropped: int = 0

    def open(self, context: Context, file: int) -> Callable[[Row, int], bool]:
        """Compile the mapping for a file's columns; give what takes its rows.

        That says of a row whether it tells anything, and raises Bad.
        """
        choose = chooser(
            [spec.tests for spec in self.mapping.facts], context.header, decimal=context.decimal
        )
        self.makers = [
            compile_fact(spec, context, tested=choose is None) for spec in self.mapping.facts
        ]
        self.drops = [self._drop(spec, context) for spec in self.mapping.drops]
        publish = published_reader(self.published, context, self.moments)
        record = self._record(context)
        makes = [maker.parts for maker in self.makers]
        every = tuple(range(len(makes)))
        drops, first_drop = self.drops, len(makes)
        gathered, flush = self.staging.facts, self.staging.flush

        def take(row: Row, number: int) -> bool:
            moment, index = publish(row)
            told = []
            known = moment.latest - 1
            named = record(row) if record is not None else None
            for entry in every if choose is None else choose(row):
                made = makes[entry](row, number, moment)
                if made is not None:
                    pieces, places = made
                    text = "".join(pieces)
                    one = places[0] if places else -1
                    two = places[1] if len(places) > 1 else -1
                    told.append((known, index, entry, file, number, one, two, text, named))
            for at, drop in enumerate(drops, first_drop):
                if drop.test is None or drop.test(row):
                    origin = squeezed(drop.origin(row)) if drop.origin is not None else ""
                    place = drop.place(row, number)
                    told.append((known, index, at, file, number, place, -1, origin, None))
            tells = bool(told)
            if named is not None and not tells:
                told.append((known, index, NOTHING, file, number, -1, -1, "", named))
            gathered.extend(told)
            if len(gathered) >= AT_ONCE:
                flush()
            return tells

        return take

    def _record(self, context: Context) -> Read | None:
        key = self.mapping.head.key
        if not key:
            return None
        reads = [context.read((column,), ("key",)) for column in key]

        def record(row: Row) -> str:
            parts = [squeezed(read(row)) for read in reads]
            named = composed(KEY_JOINT.join(parts))
            if not any(parts):
                raise Bad("value", key[0], "no key: nothing tells this row from others")
            if len(named) > LONGEST_TEXT:
                raise Bad("value", key[0], f"a key of more than {LONGEST_TEXT:,} characters")
            return quoted(named)

        return record

    def _drop(self, spec: DropSpec, context: Context) -> _Drop:
        path = (*spec.path, "place")
        if not isinstance(spec.place, Where):
            raise context.wrong(path, "$place, or a block with the place's name, is needed here")
        if spec.place is self.mapping.head.place:
            path = ("place",)
        origin = None
        if spec.origin is not None:
            origin = field_text(spec.origin, (*spec.path, "origin"), context)
        return _Drop(
            spec,
            passes(spec.tests, context.header, decimal=context.decimal),
            placed(spec.place, path, context),
            origin,
        )

    def settle(self, context: Context) -> UnclearPlaces:
        """Tell places apart once all is read."""
        book = context.book
        book.of_events = True
        self.staging.flush()
        scattered = book.scattered()
        if scattered:
            book.differing = self._differing(book, scattered.values())
        for key, numbers in scattered.items():
            if book.differing.keys() & set(numbers) or book.far_apart(numbers):
                book.several.add(key)
        named = ((fact[3], fact[4], fact[5:7]) for fact in self.staging.scan())
        return UnclearPlaces(resolve(book, self.staging.places), self.staging, lambda: named)

    def _differing(self, book: Book, scattered: Iterable[list[int]]) -> dict[int, set[int]]:
        """Give, by number, those of its name far from it of which one report tells other things."""
        homes: dict[int, tuple[int, ...]] = {}
        for numbers in scattered:
            for members in book.clusters(numbers):
                homes |= dict.fromkeys(members, tuple(members))
        said: dict[tuple[int, str], dict[tuple[int, ...], set[str]]] = {}
        for _, published, _, _, _, place, _, text, _ in self.staging.scan():
            if place in homes:
                told = said.setdefault((published, book.seen[place].key), {})
                told.setdefault(homes[place], set()).add(text)
        found: dict[int, set[int]] = {}
        for told in said.values():
            for one, other in permutations(told, 2):
                if len(told[one] | told[other]) > 1:
                    for number in one:
                        found.setdefault(number, set()).update(other)
        return found

    def check(self, appender: Appender, places: Resolved) -> None:
        """Raise InputError where a record in the log is of a later version."""
        if self.mapping.head.key:
            self._records(appender, places).check(appender)

    def _records(self, appender: Appender, places: Resolved) -> Records:
        told = Told(self.makers, places.ids)
        files = [name for name, _ in appender.origin.documents]
        away = Away(self.spoke)
        return Records(self.held, away, self.staging, self.moments, self.makers, told, files)

    def tell(self, appender: Appender, places: Resolved) -> None:
        """Hand over everything in its order."""
        told = Told(self.makers, places.ids)
        if self.mapping.head.key:
            records = self._records(appender, places)
            records.tell(appender)
            self.unchanged = records.unchanged
            return
        streams = [appender.stream(moment) for moment in self.moments.moments]
        versions = [(maker.topic, maker.version) for maker in self.makers]
        simple = [len(maker.places) == 1 for maker in self.makers]
        heads = [f'"{maker.places[0]}":' if maker.places else "" for maker in self.makers]
        quotedly = [f'"{name}",' for name in places.ids]
        add, mark, count = appender.fact, PLACE_MARKS[0], len(self.makers)
        for staged in self.staging.by_publication():
            _, published, entry, file, row, place, other, text, _ = staged
            stream = streams[published]
            if entry >= count:
                self._dropped(appender, Staged(*staged), places)
                continue
            if simple[entry] and place >= 0:
                text = text.replace(mark, heads[entry] + quotedly[place])
            else:
                text = told.placed(entry, text, place, other)
            topic, version = versions[entry]
            add(stream, topic, version, text, row=row, file=file)

    def _dropped(self, appender: Appender, staged: Staged, places: Resolved) -> None:
        """Tell that the list says nothing of a cell any more: an event of its own a cell."""
        from tracker.reports import derived_id
        from tracker.times import When

        moment = self.moments.moments[staged.published]
        stream = appender.stream(moment)
        appender.begin(stream)
        drop = self.drops[staged.entry - len(self.makers)]
        said: dict[str, object] = {
            "version": moment.edtf,
            "entries": 0,
            "dropped": (f"{drop.spec.projection}/{places.ids[staged.place]}",),
            "source": self.mapping.head.source,
            "published": When.model_validate_json(stream.published),
        }
        if staged.text and "origin" in SnapshotTaken.model_fields:
            said["origin"] = staged.text
        body = SnapshotTaken.model_validate(said)
        event_id = derived_id(stream.id, body)
        stored = canonical(body.model_dump(mode="json", exclude_none=True)).decode()
        if appender.record(stream, event_id, body.TOPIC, stored, staged.file):
            self.dropped += 1
        else:
            appender.repeated[staged.file] += 1
