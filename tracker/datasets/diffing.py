"""The versions of a list, walked in order of publication: what each one changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tracker.datasets.appending import Appender
from tracker.datasets.compile import PLACE_MARKS
from tracker.datasets.history import History, Recorded
from tracker.datasets.places import Resolved
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


@dataclass(slots=True)
class Walk:
    """Compares each version with the one before it, in the files or in the log."""

    shape: Snapshots
    appender: Appender
    places: Resolved
    history: History
    state: dict[str, str] = field(default_factory=dict)
    _contents: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)

    def run(self) -> None:
        """Walk. Raises InputError where a version would change what a recorded one means."""
        versions = self._in_order()
        recorded = {one.stream: one for one in self.history.versions}
        ours = {self._stream(version).id.hex for version in versions}
        others = [one for one in self.history.versions if one.stream not in ours]
        self._refuse_between(versions, recorded, others)
        before: Version | None = None
        untouched = True  # the version before is in the log as it is here
        for version in versions:
            stream = self._stream(version)
            known = self._known(version)
            since = self._known(before) if before else None
            between = [o for o in others if o.known < known and (since is None or o.known > since)]
            if between:
                self.state, untouched = self.history.state_before(known), True
            held = recorded.get(stream.id.hex)
            same = held is not None and held.version == version.name
            changed = self._version(version, emit=not (same and untouched))
            untouched = (same and untouched) or (same and not changed)
            before = version

    def _stream(self, version: Version):  # type: ignore[no-untyped-def]  # noqa: ANN202
        return self.appender.stream(self.shape.moments.moments[version.published])

    def _known(self, version: Version) -> int:
        return self.shape.moments.moments[version.published].known

    def _in_order(self) -> list[Version]:
        """Sort by publication; of several versions of one moment the last one stands."""
        last: dict[int, Version] = {}
        for version in self.shape.versions:
            before = last.get(version.published)
            if before is not None:
                self.shape.left_out[before.file] += len(before.rows)
                self.shape.replaced.setdefault(before.file, []).append(before.name)
            last[version.published] = version
        return sorted(last.values(), key=self._known)

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
        listed, standing = self._listed(version)
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
        self.state = now
        return bool(changed or dropped)

    def _listed(self, version: Version) -> tuple[dict[str, _Listed], set[str]]:
        """Give what a version lists by cell, and the cells it says something unreadable of."""
        shape, ids = self.shape, self.places.ids
        listed: dict[str, _Listed] = {}
        standing: set[str] = set()
        contents = self._contents
        items = zip(version.entries, version.places, version.asides, version.rows, strict=True)
        for entry, place, aside, row in items:
            if entry == UNREADABLE:
                standing |= self._standing(place)
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

    def _standing(self, place: int) -> set[str]:
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
        return {cell for cell in self.state if cell.rsplit("/", 1)[1] in names}

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
