"""The versions of a list, walked in order of publication: what each one has to tell.

Two lists are kept while walking: what the list says (`state`), and what the log will say of each
cell then, whenever it is asked (`trail`). Where they differ the version tells it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tracker.datasets.appending import Appender
from tracker.datasets.compile import PLACE_MARKS
from tracker.datasets.ids import slug
from tracker.datasets.listed import ABSENT, UNCLEAR, History, Recorded, place_of, put
from tracker.datasets.refusing import Refusing
from tracker.datasets.resolving import Resolved
from tracker.datasets.retelling import Listed, Need, Retelling
from tracker.datasets.values import folded
from tracker.errors import InputError

if TYPE_CHECKING:
    from tracker.datasets.snapshots import Snapshots, Version

UNREADABLE = -1


class Differing(NamedTuple):
    """The cells of a recorded version that are new here, gone, or said otherwise.

    `kept` are those that were told as they are here once, which was taken back, and those that were
    read since: that stays.
    """

    new: set[str]
    gone: set[str]
    other: set[str]
    kept: set[str]

    @property
    def cells(self) -> set[str]:
        """All that differs."""
        return self.new | self.gone | self.other


@dataclass(slots=True)
class Walk:
    """Walks the versions of the files and of the log; tells what they need where `emit`."""

    shape: Snapshots
    appender: Appender
    places: Resolved
    history: History
    state: dict[str, str] = field(default_factory=dict)
    trail: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    """What the list says by the log alone."""
    touched: set[str] = field(default_factory=set)
    """The cells of which this import tells something."""
    _emit: bool = False
    _last: Version | None = None
    _refusal: Callable[[Recorded], InputError] | None = None
    """What to raise if a recorded version comes next that tells only what changed."""
    _contents: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note the names of the places of the files; new ones are not registered yet."""
        keys = self.shape._keys  # noqa: SLF001 - two halves of one thing
        self._names = {one: key for one, key in zip(self.places.ids, keys, strict=True) if one}

    def check(self) -> None:
        """Raise InputError where a version would change what a recorded one means."""
        if recorded := self.history.versions:
            self._refusing.check_names(self._in_order(), self.shape.moments.moments, recorded)
            self._walk(emit=False)

    def run(self) -> None:
        """Tell it, once that was checked."""
        self._leave_out()
        self._walk(emit=True)

    def _walk(self, *, emit: bool) -> None:
        self.state, self.trail, self.told, self.touched = {}, {}, {}, set()
        self._emit, self._last, self._refusal = emit, None, None
        for version, one in self._turns():
            if version is None:
                if one is not None:
                    self._other(one)
                continue
            self._last = version
            if one is None or one.version is None:  # not there, or an import was killed within it
                self._new(version)
            else:
                self._recorded(version, one)

    def _turns(self) -> Iterator[tuple[Version | None, Recorded | None]]:
        """Yield the versions of the files and of the log in order of publication."""
        others = {one.stream: one for one in self.history.versions}
        turns: list[tuple[int, Version | None, Recorded | None]] = []
        for version in self._in_order():
            one = others.pop(self.appender.stream(self._moment(version)).id.hex, None)
            turns.append((self._known(version), version, one))
        here = {known: version for known, version, _ in turns}
        for other in others.values():
            rival = here.get(other.known)
            if rival is not None and other.version is not None:
                raise self._refusing.at_one_moment(rival, other)
            turns.append((other.known, None, other))
        turns.sort(key=lambda turn: turn[0])
        yield from ((version, one) for _, version, one in turns)

    # -- a version that the log does not hold ------------------------------------------------------

    def _new(self, version: Version) -> None:
        """Tell a version: what differs from what the log will say."""
        listed, unread = self._listed(version)
        now = {cell: one.content for cell, one in listed.items()}
        if unread:
            now |= {c: e for c, e in self.state.items() if c not in now and place_of(c) in unread}
        trail = self.trail
        need = Need(
            [cell for cell, one in listed.items() if trail.get(cell) != one.content],
            [cell for cell in trail if cell not in now],
        )
        if self._emit:
            self._retelling.tell(version, need, listed, now, unread)
        self._note(need, now)
        self.state = now
        if self.history.versions:
            self._refusal = lambda after: self._refusing.between(version, after)

    def _note(self, need: Need, now: dict[str, str]) -> None:
        """Note what is told by now."""
        for cell in need.told:
            self.trail[cell] = now[cell]
        for cell in need.dropped:
            del self.trail[cell]
        if self.history.versions:
            self.touched.update(need.told, need.dropped)

    # -- a version that the log holds --------------------------------------------------------------

    def _recorded(self, version: Version, one: Recorded) -> None:
        """Tell of a recorded version what is new here, and what it has to say itself by now."""
        for cell, says in one.said.items():
            put(self.told, cell, says)
        listed, unread = self._listed(version)
        unread |= one.unread.difference(map(place_of, listed))  # until it is mended
        found, part = self._differing(version, one, listed, unread)
        differs = one.version != version.name or one.taken_back or found.cells or found.kept
        if self.shape.restate and differs:
            self._restate(version, one, listed, unread, part=part)
            return
        self._refuse(version, one, found)
        one.bear_on(self.trail)
        self._count(version, one, listed, part=part)
        if one.taken_back:
            self._gone(one)
            return
        now = self._now(one, listed, unread, part=part)
        for cell in found.kept:
            put(now, cell, self.told.get(cell, ABSENT))
        listed_after_all = {
            cell
            for cell, says in one.said.items()
            if says == ABSENT and place_of(cell) in unread and cell in self.state
        }
        now |= {cell: self.state[cell] for cell in listed_after_all}
        need = self._need(now, (self.touched - one.own) | found.cells | listed_after_all)
        # What was mended is read by now, also where it says what was so before.
        if self._emit and (need or found.cells or one.unread - unread):
            fresh = {cell: listed[cell] for cell in found.cells if cell in listed}
            self._retelling.add(version, one, need, fresh, now, unread)
        self._note(need, now)
        self.state = now
        grown = {c for c in found.new if not (version.part or place_of(c) in one.unread)}
        self._refusal = (lambda _: self._refusing.other(version, one, found)) if grown else None

    def _restate(
        self,
        version: Version,
        one: Recorded,
        listed: dict[str, Listed],
        unread: Collection[str],
        *,
        part: bool,
    ) -> None:
        """Put a version in the place of what the log holds of it, as if that was never told."""
        now = self._now(one, listed, unread, part=part)
        need = self._need(now, self.trail.keys() | now.keys())
        need = Need([cell for cell in need.told if cell in listed], need.dropped)
        if self._emit:
            self._retelling.restate(version, one, need, listed, now, unread)
        self._note(need, now)
        self.touched |= one.cells.keys()
        self.state, self._refusal = now, None

    def _need(self, now: dict[str, str], cells: Iterable[str]) -> Need:
        wanted = sorted(cells)
        trail = self.trail
        return Need(
            [cell for cell in wanted if cell in now and trail.get(cell) != now[cell]],
            [cell for cell in wanted if cell not in now and cell in trail],
        )

    def _now(
        self,
        one: Recorded,
        listed: dict[str, Listed],
        unread: Collection[str],
        *,
        part: bool,
    ) -> dict[str, str]:
        """Give what a recorded version lists, as it is read here."""
        now = {cell: entry.content for cell, entry in listed.items()}
        if not part and not unread:
            return now
        for cell in self.told.keys() | self.state.keys():
            place = place_of(cell)
            carried = place in unread
            if cell in now or not (part or carried):
                continue
            by_log = cell in one.said or not carried
            put(now, cell, (self.told if by_log else self.state).get(cell, ABSENT))
        return now

    def _differing(
        self,
        version: Version,
        one: Recorded,
        listed: dict[str, Listed],
        unread: Collection[str],
    ) -> tuple[Differing, bool]:
        """Compare a recorded version with what it lists by the log; tell whether it is a part."""
        here = {c: entry.content for c, entry in listed.items() if place_of(c) not in unread}
        there = {c: says for c, says in self.told.items() if place_of(c) not in unread}
        new, gone = here.keys() - there.keys(), there.keys() - here.keys()
        part = version.part or (bool(here) and {place_of(c) for c in here} <= one.mended)
        # A name that is told apart by now has other ids: that is no other list.
        renamed = set(map(self._name, new)) & set(map(self._name, gone)) if new and gone else ()
        new = {cell for cell in new if self._name(cell) not in renamed}
        gone = {cell for cell in gone if not part and self._name(cell) not in renamed}
        other = {cell for cell in here.keys() & there.keys() if here[cell] != there[cell]}
        kept = {cell for cell in new | other if one.taken(cell, here[cell])}
        if not one.restated:
            kept |= {cell for cell in gone if one.short(cell)}
        return Differing(new - kept, gone - kept, other - kept, kept), part

    def _refuse(self, version: Version, one: Recorded, found: Differing) -> None:
        """Refuse a recorded version that lists something else here than in the log, or less."""
        if one.version != version.name:
            raise self._refusing.at_one_moment(version, one)
        if one.taken_back:  # it stays away, unless it is another list than was taken back
            told = {cell for cell in found.other if cell in one.cells}
            if told:
                raise self._refusing.other(version, one, Differing(set(), set(), told, set()))
            return
        if one.restated and found.cells:
            raise self._refusing.other(version, one, found)
        mended = {
            cell
            for cell in found.other
            if (place_of(cell) in one.unread or version.part) and not one.in_force(cell)
        }
        if found.gone or found.other - mended:
            left = found._replace(other=found.other - mended)
            raise self._refusing.other(version, one, left)

    def _count(
        self, version: Version, one: Recorded, listed: dict[str, Listed], *, part: bool
    ) -> None:
        """Count what the log holds of it already."""
        if not self._emit:
            return
        ids = [t.id for cell in listed for t in one.cells.get(cell, ())] if part else one.ids
        self.appender.already[version.file] += len(ids)
        for event_id in ids:
            self.appender.note_held(event_id, version.file)

    # -- a version that is in the log alone --------------------------------------------------------

    def _other(self, one: Recorded) -> None:
        """Have a recorded version say itself what it said by what came before it."""
        for cell, says in one.said.items():
            put(self.told, cell, says)
        one.bear_on(self.trail)
        if one.version is None:
            return
        if one.taken_back:
            self._gone(one)
            return
        if not self.touched:
            self.state = dict(self.told)
            self._refuse_next(one)
            return
        now = dict(self.told)
        for cell in self.touched:
            if cell not in one.said and place_of(cell) in one.unread:
                put(now, cell, self.state.get(cell, ABSENT))
        self._refuse_next(one)
        need = self._need(now, self.touched - one.own)
        if need.dropped:  # one that is told apart by now may be the one that nobody has located
            names = {self._name(cell) for cell in now if not self._is_located(cell)}
            need = Need(need.told, [c for c in need.dropped if self._name(c) not in names])
        if self._emit and need and self._last is not None:
            self._retelling.add(self._last, one, need, {}, now, one.unread)
        self._note(need, now)
        self.state = now

    def _gone(self, one: Recorded) -> None:
        """Have a version that was taken back say until then what it had listed."""
        need = self._need(self.told, self.touched - one.own)
        if self._emit and need and self._last is not None:
            self._retelling.add(self._last, one, need, {}, self.told, one.unread)
        self.trail |= dict.fromkeys((*need.told, *need.dropped), UNCLEAR)

    def _refuse_next(self, one: Recorded) -> None:
        """Refuse what comes right before a version of the log that only tells what it changed."""
        refusal, self._refusal = self._refusal, None
        if refusal is not None and not one.whole(self.told):
            raise refusal(one)

    # -- what the files say ------------------------------------------------------------------------

    @property
    def _refusing(self) -> Refusing:
        return Refusing(self.appender)

    @property
    def _retelling(self) -> Retelling:
        return Retelling(self.shape, self.appender, self.places, self.history)

    def _name(self, cell: str) -> str:
        """Give the name of the place that a cell is of, as names are compared."""
        place = place_of(cell)
        if place not in self._names:
            known = self.history.store.names("places").get(place, {})
            self._names[place] = folded(str(known.get("name", place)))
        return self._names[place]

    def _is_located(self, cell: str) -> bool:
        """Whether the place that a cell is of is registered with its degrees."""
        return "lat" in self.history.store.names("places").get(place_of(cell), {})

    def _moment(self, version: Version):  # type: ignore[no-untyped-def]  # noqa: ANN202
        return self.shape.moments.moments[version.published]

    def _known(self, version: Version) -> int:
        return self.shape.moments.moments[version.published].known

    def _in_order(self) -> list[Version]:
        """Sort by publication; of several versions of one moment the last one stands."""
        last = {self._known(version): version for version in self.shape.versions}
        return [last[known] for known in sorted(last)]

    def _leave_out(self) -> None:
        """Count the versions that do not stand."""
        standing = {id(version) for version in self._in_order()}
        for version in self.shape.versions:
            if id(version) not in standing:
                for file, begin, end in version.spans():
                    self.shape.left_out[file] += end - begin
                self.shape.replaced.setdefault(version.file, []).append(version.name)

    def _listed(self, version: Version) -> tuple[dict[str, Listed], set[str]]:
        """Give what a version lists by cell, and the places it says something unreadable of."""
        shape, ids = self.shape, self.places.ids
        listed: dict[str, Listed] = {}
        unread: set[str] = set()
        contents = self._contents
        items = zip(version.entries, version.places, version.asides, strict=True)
        for at, (entry, place, aside) in enumerate(items):
            if entry == UNREADABLE:
                unread |= self._places_of(place)
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
                listed[cell] = Listed(content, entry, aside, place, at)
        return listed, unread

    def _places_of(self, place: int) -> set[str]:
        """Give the id of a place; of all places of its name where that is unclear."""
        name = self.places.ids[place]
        if name is not None:
            return {name}
        keys = self.shape._keys  # noqa: SLF001 - two halves of one thing
        alike = zip(self.places.ids, keys, strict=True)
        found = {one for one, key in alike if one is not None and key == keys[place]}
        return found or {slug(keys[place]) or keys[place]}
