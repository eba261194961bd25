"""The versions of a list, walked in order of publication: what each one changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tracker.datasets.appending import Appender
from tracker.datasets.compile import PLACE_MARKS
from tracker.datasets.history import History, Recorded
from tracker.datasets.places import Resolved
from tracker.datasets.values import folded
from tracker.errors import InputError, Problem

if TYPE_CHECKING:
    from tracker.datasets.snapshots import Snapshots, Version

UNREADABLE = -1


class _Listed(NamedTuple):
    """An entry of a version: what it says, and where to find the rest of its fact."""

    content: str
    entry: int
    aside: int
    place: int
    row: int


class _Differing(NamedTuple):
    """What a version lists here; its cells that are new, gone, or said otherwise, by the log."""

    listed: dict[str, _Listed]
    new: set[str]
    gone: set[str]
    other: set[str]


@dataclass(slots=True)
class Walk:
    """Compares each version with the one before it, in the files or in the log."""

    shape: Snapshots
    appender: Appender
    places: Resolved
    history: History
    state: dict[str, str] = field(default_factory=dict)
    _contents: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    _told: int = 0
    _in_log: dict[str, str] = field(default_factory=dict)
    """What the recorded list says after the first `_told` of its versions, by cell."""
    _names: dict[str, str] = field(default_factory=dict)
    _grown: set[int] = field(default_factory=set)
    """The recorded versions, by publication, that list more here than in the log."""

    def __post_init__(self) -> None:
        """Note the names of the places of the files; new ones are not registered yet."""
        keys = self.shape._keys  # noqa: SLF001 - two halves of one thing
        self._names = {one: key for one, key in zip(self.places.ids, keys, strict=True) if one}

    def check(self) -> None:
        """Raise InputError where a version would change what a recorded one means."""
        versions = self._in_order()
        recorded, others = self._recorded(versions)
        self._refuse_between(versions, recorded, others)
        for version in versions:
            if self._is_recorded(version, recorded):
                self._go_on_to(version)
                found = self._differing(version)
                alone = self._next(self._known(version), others)
                if found.gone or found.other or (found.new and alone):
                    self._refuse(version, found)
                if found.new:
                    self._grown.add(version.published)

    def _recorded(self, versions: list[Version]) -> tuple[dict[str, Recorded], list[Recorded]]:
        """Give the recorded versions by their streams, and those that are not in the files."""
        ours = {self._stream(version).id.hex for version in versions}
        others = [one for one in self.history.versions if one.stream not in ours]
        return {one.stream: one for one in self.history.versions}, others

    def _is_recorded(self, version: Version, recorded: dict[str, Recorded]) -> bool:
        held = recorded.get(self._stream(version).id.hex)
        return held is not None and held.version == version.name

    def run(self) -> None:
        """Walk, once that was checked."""
        versions = self._in_order()
        self._leave_out(versions)
        recorded, others = self._recorded(versions)
        before: Version | None = None
        untouched = True  # the version before is in the log as it is here
        for version in versions:
            known = self._known(version)
            since = self._known(before) if before else None
            between = [o for o in others if o.known < known and (since is None or o.known > since)]
            if between:
                self.state, untouched = self.history.state_before(known), True
            same = self._is_recorded(version, recorded)
            untouched = untouched and version.published not in self._grown
            changed = self._version(version, emit=not (same and untouched))
            untouched = (same and untouched) or (same and not changed)
            before = version
            self._drop_after(version, versions, others)

    def _drop_after(
        self, version: Version, versions: list[Version], others: list[Recorded]
    ) -> None:
        """Say what a recorded version no longer lists, if this one comes right before it.

        It was the first that the log had, and tells all that it lists: nobody knew then of what it
        had dropped.
        """
        known = self._known(version)
        after = next((one for one in self.history.versions if one.known > known), None)
        between = (
            any(known < self._known(one) <= after.known for one in versions) if after else True
        )
        if after is None or after not in others or between or not after.whole:
            return
        if self.history.was_taken_back(after.stream):
            return
        listed = self.history.told_by(after.stream, {})
        names = set(map(self._name, listed))  # one that is told apart by now has other ids
        said = self.history.dropped_in(after.stream)
        gone = {cell for cell in self.state if cell not in said and self._name(cell) not in names}
        if gone:
            stream = self.appender.stream_of(self.history.published(after.stream))
            self.appender.begin(stream)
            self.shape.dropped += len(gone)
            said_of_it: dict[str, object] = {
                "version": after.version,
                "entries": after.entries,
                "holders": self.history.holders_in(after.stream),
                "dropped": tuple(sorted(gone)),
            }
            self.shape.taken(self.appender, stream, version, said_of_it)

    def _next(self, known: int, others: list[Recorded]) -> bool:
        """Whether the recorded version after a moment is not in the files and tells but changes."""
        after = [one for one in self.history.versions if one.known > known]
        return bool(after) and after[0] in others and not after[0].whole

    def _go_on_to(self, version: Version) -> None:
        """Bring what the log says up to a recorded version."""
        for one in self.history.versions[self._told :]:
            if one.known > self._known(version):
                break
            self.history.told_by(one.stream, self._in_log)
            self._told += 1

    def _differing(self, version: Version) -> _Differing:
        """Compare a recorded version with what the log says it listed."""
        listed, standing = self._listed(version, self._in_log)
        here = {cell: one.content for cell, one in listed.items() if cell not in standing}
        there = {cell: said for cell, said in self._in_log.items() if cell not in standing}
        new, gone = here.keys() - there.keys(), there.keys() - here.keys()
        # A name that is told apart by now has other ids: that is no other list.
        renamed = set(map(self._name, new)) & set(map(self._name, gone))
        return _Differing(
            listed,
            {cell for cell in new if self._name(cell) not in renamed},
            {cell for cell in gone if self._name(cell) not in renamed},
            {cell for cell in here.keys() & there.keys() if here[cell] != there[cell]},
        )

    def _name(self, cell: str) -> str:
        """Give the name of the place that a cell is of, as names are compared."""
        place = cell.rsplit("/", 1)[1]
        if place not in self._names:
            known = self.history.store.names("places").get(place, {})
            self._names[place] = folded(str(known.get("name", place)))
        return self._names[place]

    def _refuse(self, version: Version, found: _Differing) -> None:
        """Refuse a recorded version that lists something else here than in the log, or less.

        Then it is not that version, or not whole. More is refused where that would change what a
        recorded version after it means.
        """
        named = ((found.other, "said otherwise"), (found.gone, "not here"), (found.new, "new here"))
        parts = [f"{len(cells)} {what} ({min(cells)})" for cells, what in named if cells]
        rows = [found.listed[cell].row for cell in found.other | found.new]
        row = min(rows, default=version.row)
        message = (
            f"version {version.name} is in the log with other entries: {', '.join(parts)}. "
            "A version is read whole, so give all its rows in one import; what it lists does not "
            "change: leave out the versions that are recorded, or import under another `dataset`"
        )
        name = str(self.appender.origin.documents[version.file][0])
        raise InputError([Problem(name, row, 1, "version", message)])

    def _stream(self, version: Version):  # type: ignore[no-untyped-def]  # noqa: ANN202
        return self.appender.stream(self.shape.moments.moments[version.published])

    def _known(self, version: Version) -> int:
        return self.shape.moments.moments[version.published].known

    def _in_order(self) -> list[Version]:
        """Sort by publication; of several versions of one moment the last one stands."""
        last = {version.published: version for version in self.shape.versions}
        return sorted(last.values(), key=self._known)

    def _leave_out(self, versions: list[Version]) -> None:
        """Count the versions that do not stand."""
        standing = {id(version) for version in versions}
        for version in self.shape.versions:
            if id(version) not in standing:
                self.shape.left_out[version.file] += len(version.rows)
                self.shape.replaced.setdefault(version.file, []).append(version.name)

    def _refuse_between(
        self, versions: list[Version], recorded: dict[str, Recorded], others: list[Recorded]
    ) -> None:
        """Refuse a new version right before a recorded one that only tells what it changed."""
        fresh = [v for v in versions if self._stream(v).id.hex not in recorded]
        moments = sorted([self._known(v) for v in versions] + [o.known for o in others])
        by_known = {o.known: o for o in others}
        for version in fresh:
            at = moments.index(self._known(version)) + 1
            follower = by_known.get(moments[at]) if at < len(moments) else None
            if follower is not None and not follower.whole:
                message = (
                    f"version {version.name} was published before version {follower.version}, "
                    "which is in the log and tells only what changed: import both together"
                )
                name = str(self.appender.origin.documents[version.file][0])
                raise InputError([Problem(name, version.row, 1, "version", message)])

    def _version(self, version: Version, *, emit: bool) -> bool:
        """Compare a version with the state; tell what differs where `emit`."""
        listed, standing = self._listed(version, self.state)
        now = {cell: one.content for cell, one in listed.items()}
        for cell in standing:
            if cell not in now and cell in self.state:
                now[cell] = self.state[cell]
        dropped = sorted(cell for cell in self.state if cell not in now)
        changed = [cell for cell, content in now.items() if self.state.get(cell) != content]
        if emit:
            self._tell(version, listed, changed, dropped, now)
        else:
            self.appender.already[version.file] += len(changed) + 1
            for event_id in self.history.told_in(self._stream(version).id.hex):
                self.appender.note_held(event_id, version.file)
        self.state = now
        return bool(changed or dropped)

    def _listed(
        self, version: Version, state: Mapping[str, str]
    ) -> tuple[dict[str, _Listed], set[str]]:
        """Give what a version lists by cell, and the cells it says something unreadable of."""
        shape, ids = self.shape, self.places.ids
        listed: dict[str, _Listed] = {}
        standing: set[str] = set()
        contents = self._contents
        items = zip(version.entries, version.places, version.asides, version.rows, strict=True)
        for entry, place, aside, row in items:
            if entry == UNREADABLE:
                standing |= self._standing(place, state)
                continue
            found = contents.get((entry, place))
            if found is None:
                said = shape.entries[entry]
                maker = shape.makers[said.maker]
                text = said.told.replace("\x00", "").replace("\x01", "").replace("\x02", "")
                text = text.replace(PLACE_MARKS[0], f'"{maker.places[0]}":"{ids[place]}",')
                found = contents[entry, place] = (said.cell.format(ids[place]), text[:-1])
            cell, content = found
            held = listed.get(cell)
            if held is None or content < held.content:
                listed[cell] = _Listed(content, entry, aside, place, row)
        return listed, standing

    def _standing(self, place: int, state: Mapping[str, str]) -> set[str]:
        """Give the cells of a place, of all places of its name where that is unclear."""
        name = self.places.ids[place]
        if name is not None:
            names = {name}
        else:
            key = self.shape._keys[place]  # noqa: SLF001 - two halves of one thing
            names = {
                found
                for number, found in enumerate(self.places.ids)
                if found is not None and self.shape._keys[number] == key  # noqa: SLF001
            }
        return {cell for cell in state if cell.rsplit("/", 1)[1] in names}

    def _tell(
        self,
        version: Version,
        listed: dict[str, _Listed],
        changed: list[str],
        dropped: list[str],
        now: dict[str, str],
    ) -> None:
        shape, appender = self.shape, self.appender
        stream = self._stream(version)
        appender.begin(stream)
        for cell in changed:
            one = listed[cell]
            said = shape.entries[one.entry]
            maker = shape.makers[said.maker]
            gist, when = shape.asides.texts[one.aside].split("\x00")
            pieces = said.told.split("\x00")
            pieces[maker.gist], pieces[-1] = gist, when
            place = f'"{maker.places[0]}":"{self.places.ids[one.place]}",'
            text = "".join(pieces).replace(PLACE_MARKS[0], place)
            appender.fact(stream, maker.topic, maker.version, text, row=one.row, file=version.file)
        holders = {name for one in listed.values() for name in shape.entries[one.entry].holders}
        shape.dropped += len(dropped)
        said_of_it: dict[str, object] = {
            "entries": len(now),
            "holders": tuple(sorted(holders)),
            "dropped": tuple(dropped),
        }
        shape.taken(appender, stream, version, said_of_it)
