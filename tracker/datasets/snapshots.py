"""Shape `snapshots`: versions of a maintained list -> what each version changed.

Of each version only the entries are kept that differ from the version before, and a SnapshotTaken
that counts what it lists and names what it lists no more.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING

from pydantic_core import from_json

from tracker.datasets.appending import Appender
from tracker.datasets.blocks import Time
from tracker.datasets.compile import PLACE_MARKS, Maker, compile_fact
from tracker.datasets.context import Context
from tracker.datasets.fields import LONGEST_TEXT
from tracker.datasets.listed import History, cell_of
from tracker.datasets.mapping import Mapping
from tracker.datasets.resolving import Resolved, resolve
from tracker.datasets.shapes import published_reader
from tracker.datasets.staging import Publications, Staging
from tracker.datasets.values import Bad, Memo, Row, squeezed
from tracker.errors import InputError

if TYPE_CHECKING:
    from tracker.datasets.diffing import Walk

UNREADABLE = -1
"""Stands for what an entry says where that cannot be read: what it said before stands."""

ABSENT = ""


@dataclass(slots=True)
class Texts:
    """Texts that come again and again, each kept once."""

    texts: list[str] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        """Give the number of a text."""
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return found


@dataclass(slots=True)
class Version:
    """One version: parallel arrays, an item an entry (numbers of texts, of places, of rows).

    Its rows may come in pieces: `files` has where each begins in the arrays, and in which file.
    `part`: all of them were in quarantine, so that the rest of the version is elsewhere.
    """

    name: str
    published: int
    file: int
    row: int
    part: bool
    entries: array[int] = field(default_factory=lambda: array("i"))
    places: array[int] = field(default_factory=lambda: array("i"))
    asides: array[int] = field(default_factory=lambda: array("i"))
    rows: array[int] = field(default_factory=lambda: array("i"))
    files: list[tuple[int, int]] = field(default_factory=list)

    def go_on(self, file: int, *, part: bool) -> None:
        """Go on with a piece of a file."""
        self.part = self.part and part
        if not self.files or self.files[-1][1] != file:
            self.files.append((len(self.rows), file))

    def spans(self) -> Iterator[tuple[int, int, int]]:
        """Yield (file, begin, end) of each piece."""
        ends = [*(begin for begin, _ in self.files[1:]), len(self.rows)]
        for (begin, file), end in zip(self.files, ends, strict=True):
            yield file, begin, end

    def file_of(self, at: int) -> int:
        """Give the file of an entry."""
        return self.files[bisect_right(self.files, at, key=itemgetter(0)) - 1][1]


@dataclass(slots=True)
class Entry:
    """What every row that says the same says: its fragments, with the marks for its places.

    `told`: the fragments that a list tells; `bare`: those without `since`, which tell two things
    apart; `cell` has {} where its place goes; `holders` are the actors it names.
    """

    maker: int
    told: str
    bare: int
    cell: str
    holders: tuple[str, ...]


@dataclass(slots=True)
class Snapshots:
    """The shape, from the rows to what is appended. `history` tells what the log holds.

    `restate`: versions take the place of what the log holds of them.
    """

    mapping: Mapping
    staging: Staging
    history: Callable[[], History]
    published: Time | None
    restate: bool = False
    moments: Publications = field(default_factory=Publications)
    makers: list[Maker] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    asides: Texts = field(default_factory=Texts)
    dropped: int = 0
    left_out: Counter[int] = field(default_factory=Counter)
    replaced: dict[int, list[str]] = field(default_factory=dict)
    """By file, the versions of whose moment another one stands, and how many rows they had."""
    _walk: Walk | None = None
    _known: dict[tuple[int, tuple[str, ...]], int] = field(default_factory=dict)
    _bare: Texts = field(default_factory=Texts)
    _names: dict[str, Version] = field(default_factory=dict)
    _last: Version | None = None

    def open(self, context: Context, file: int) -> Callable[[Row, int], bool]:
        """Compile the mapping for a file's columns; give what takes its rows."""
        self.makers = [compile_fact(spec, context) for spec in self.mapping.facts]
        publish = published_reader(self.published, context, self.moments)
        column = self.mapping.head.version
        if column is None:
            raise context.wrong(("version",), "this field is needed")
        named = Memo(squeezed)
        read = context.read(column.column, ("version", "column"))
        for maker in self.makers:
            if len(maker.places) != 1:
                raise context.wrong(maker.spec.path, "an entry of a list speaks of one place")
        takes = list(enumerate(maker.parts for maker in self.makers))

        def take(row: Row, number: int) -> bool:
            moment, index = publish(row)
            name = named[read(row)]
            version = self._last
            if version is None or version.name != name or version.files[-1][1] != file:
                version = self._piece(name, index, file, number, column.column[0])
                version.go_on(file, part=context.of_quarantine)
                self._last = version
            if version.published != index:
                reason = f"version {name} is said to be published at two times"
                raise Bad("other", "published", reason)
            told = False
            for which, parts in takes:
                try:
                    found = parts(row, number, moment)
                except Bad:
                    self._unreadable(version, which, row, number)
                    raise
                if found is None:
                    continue
                told = True
                pieces, places = found
                version.entries.append(self._entry(which, pieces))
                version.places.append(places[0])
                version.asides.append(self._aside(which, pieces))
                version.rows.append(number)
            return told

        return take

    def _piece(self, name: str, published: int, file: int, row: int, column: str) -> Version:
        """Give a version, of which a piece begins here; the first time it is made."""
        found = self._names.get(name)
        if found is not None:
            return found
        if not name:
            raise Bad("other", column, "no version is named")
        if len(name) > LONGEST_TEXT:
            raise Bad("other", column, f"a version named by more than {LONGEST_TEXT:,} characters")
        version = self._names[name] = Version(name, published, file, row, part=True)
        self.versions.append(version)
        return version

    def _unreadable(self, version: Version, which: int, row: Row, number: int) -> None:
        """Note that the list said something of a place that cannot be read."""
        try:
            place = self.makers[which].placed(row, number)
        except Bad:
            return
        version.entries.append(UNREADABLE)
        version.places.append(place)
        version.asides.append(0)
        version.rows.append(number)

    def _aside(self, which: int, pieces: list[str]) -> int:
        maker = self.makers[which]
        return self.asides.number(f"{pieces[maker.gist]}\x00{pieces[-1]}")

    def _entry(self, which: int, pieces: list[str]) -> int:
        """Give the number of what an entry says."""
        maker = self.makers[which]
        gist, when = pieces[maker.gist], pieces[-1]
        pieces[maker.gist] = ABSENT
        pieces[-1] = ABSENT
        key = (which, tuple(pieces))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self.entries)
            self.entries.append(self._new_entry(which, maker, pieces))
        pieces[maker.gist], pieces[-1] = gist, when
        return found

    def _new_entry(self, which: int, maker: Maker, pieces: list[str]) -> Entry:
        plain = "".join(pieces).replace("\x01", "").replace("\x02", "")
        body = from_json(f"{{{plain.replace(PLACE_MARKS[0], self._place(maker, 'x'))[:-1]}}}")
        cell = cell_of(body)
        if cell is None:
            where = self.mapping.problem(
                maker.spec.path,
                f"{maker.topic} is no entry of a list: "
                "control of a place, or the level of a scheme, is",
            )
            raise InputError([where])
        since = maker.since
        bare = [piece for at, piece in enumerate(pieces) if at != since]
        return Entry(
            which,
            "\x00".join(pieces),
            self._bare.number(f"{which}{''.join(bare)}"),
            f"{cell[:-1]}{{}}",
            tuple(body.get("by", ())),
        )

    def _place(self, maker: Maker, place: str) -> str:
        return f'"{maker.places[0]}":"{place}",'

    # -- once all is read --------------------------------------------------------------------

    def settle(self, context: Context) -> Snapshots:
        """Tell places apart: a name that has two contents in one version may be several places."""
        book = context.book
        keys = [seen.key for seen in book.seen]
        rivals: set[str] = set()
        for version in self.versions:
            said: dict[str, int] = {}
            for entry, place in zip(version.entries, version.places, strict=True):
                if entry == UNREADABLE or place < 0:
                    continue
                bare = self.entries[entry].bare
                if said.setdefault(keys[place], bare) != bare:
                    rivals.add(keys[place])
        scattered = book.scattered()
        book.several |= rivals & set(scattered)
        used = {
            place
            for version in self.versions
            for entry, place in zip(version.entries, version.places, strict=True)
            if entry != UNREADABLE
        }
        self._places = resolve(book, used)
        self._keys = keys
        for version in self.versions:
            self._judge(version)
        return self

    _places: Resolved = field(default_factory=lambda: Resolved([], [], ()))
    _keys: list[str] = field(default_factory=list)

    @property
    def places(self) -> Resolved:
        """The places, told apart."""
        return self._places

    def _judge(self, version: Version) -> None:
        """Find the entries whose place is unclear, and those of one place that contradict."""
        said: dict[str, int] = {}
        twice: set[str] = set()
        ids = self._places.ids
        for entry, place in zip(version.entries, version.places, strict=True):
            name = ids[place]
            if entry == UNREADABLE or name is None:
                continue
            cell = self.entries[entry].cell.format(name)
            bare = self.entries[entry].bare
            if said.setdefault(cell, bare) != bare:
                twice.add(cell)
        for at, (entry, place) in enumerate(zip(version.entries, version.places, strict=True)):
            if entry == UNREADABLE:
                continue
            name = ids[place]
            if name is None or self.entries[entry].cell.format(name) in twice:
                self._unclear_places[version.file_of(at), version.rows[at]] = place

    _unclear_places: dict[tuple[int, int], int] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[int, int, int]]:
        """Yield (file, row, number of the place) of each row that is unclear."""
        for (file, row), place in sorted(self._unclear_places.items()):
            yield file, row, place

    def leave_out(self, file: int, rows: Sequence[int]) -> None:
        """Count entries as unreadable."""
        gone = set(rows)
        for version in self.versions:
            for piece, begin, end in version.spans():
                if piece != file:
                    continue
                for at in range(begin, end):
                    if version.rows[at] in gone:
                        version.entries[at] = UNREADABLE

    # -- what each version changed -------------------------------------------------------------

    def check(self, appender: Appender, places: Resolved) -> None:
        """Raise InputError where a version would change what a recorded one means."""
        self._compared(appender, places).check()

    def tell(self, appender: Appender, places: Resolved) -> None:
        """Hand over what each version changed, in order of publication, once it was checked."""
        self._compared(appender, places).run()

    def _compared(self, appender: Appender, places: Resolved) -> Walk:
        from tracker.datasets.diffing import Walk

        if self._walk is None:
            self._walk = Walk(self, appender, places, self.history())
        return self._walk
