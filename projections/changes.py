"""Changes: what differs between two moments, on the ground or in what was known; and what if.

A change of a belief is split by a state in between: as of the first moment, as known at the second.
What leads there was learned; what leads on from there happened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from operator import itemgetter
from typing import Literal

from projections.answers import chronology, wanted_names
from projections.cells import Cells
from projections.claims import Claim
from projections.moments import SAYS, TELLS, Key, rows_begun
from projections.names import BELIEVED, CHRONICLED
from projections.pledges import Pledges, Stored, around_in, owes_the_same, pledged
from projections.rows import Decorator
from projections.saying import begun, said, says_the_same
from projections.store import Row, Store
from projections.weighing import Weighing
from tracker.errors import NotFoundError, TrackerError
from tracker.garbage import uncollected
from tracker.instants import FUTURE_OPEN, AsOf, Instant

Rows = list[Row]
Cause = Literal["ground", "knowledge"]
_Rows = dict[Key, Row]
_Changed = tuple[Key, Row | None, Row | None, Cause]
_MARKS = {"ground": SAYS, "knowledge": TELLS}
"""What is looked at of the marks of stored states, by what may have made a change."""
_TURN = {"knowledge": 0, "ground": 1}
_CELLS_AT_ONCE = 1_000
"""Of which claims are held: a cell may have thousands."""


def diff(
    store: Store,
    before: AsOf,
    after: AsOf,
    weighing: Weighing,
    projection: str | None = None,
    key: str | None = None,
) -> Rows:
    """Give what changed: {projection, key, name, before, after, cause, events}.

    `cause` is "knowledge" (learned: known-at moved, as-of stood still) or "ground" (happened: as
    of moved, all that is known now was known); a cell can have both, in that order. `before` and
    `after` are rows as of `state`, None for no evidence; `events` the ids of the facts,
    retractions, corrections and rulings that did it. Evidence and its age make no change, nor
    does on the ground who backs a state, nor what was lost and retaken in between; since when it is
    so may be learned. How many are still to come for a pledge may change alone. Raises
    TrackerError where a clock runs backwards.
    """
    if before.as_of > after.as_of or before.known > after.known:
        msg = "a diff runs forward: --from and --known-from come before --to and --known-to"
        raise TrackerError(msg)
    wanted = wanted_names(projection, store)
    rows: Rows = []
    if projection is None or projection in BELIEVED:
        with nullcontext() if key else uncollected():
            rows += _Diff(store, before, after, weighing, projection, key).rows()
    for name in wanted:
        if name in CHRONICLED:
            rows += _entries(store, before, after, weighing, name, key)
    rows.sort(key=lambda row: wanted.index(row["projection"]))
    return rows


class _Diff:
    def __init__(
        self,
        store: Store,
        before: AsOf,
        after: AsOf,
        weighing: Weighing,
        projection: str | None,
        key: str | None,
    ) -> None:
        self.before, self.after = before, after
        self.projection, self.key = projection, key
        self.between = replace(after, as_of=before.as_of)
        self.first = Cells(store, before, weighing)
        self.last = Cells(store, after, weighing)
        self._at: dict[AsOf, _Rows] = {}

    def rows(self) -> Iterator[Row]:
        """Yield the changes of beliefs, in order of their cells; what was learned comes first."""
        marked = self.key is None and self.first.stored and self.last.stored
        tell = self._told if marked else self._found
        changed: list[_Changed] = []
        if self.between != self.before:
            changed += tell(self.before, self.between, "knowledge")
        changed += tell(self.between, self.after, "ground")
        changed.sort(key=itemgetter(0))
        kept = self._kept({(cell, cause) for cell, *_, cause in changed})
        for start in range(0, len(changed), _CELLS_AT_ONCE):
            some = changed[start : start + _CELLS_AT_ONCE]
            for one, events in zip(some, self._events(some), strict=True):
                while kept and kept[0][:2] < (one[0], _TURN[one[3]]):
                    yield kept.pop(0)[2]
                yield _change(*one, events)
        yield from (row for *_, row in kept)

    def _kept(self, told: Collection[tuple[Key, Cause]]) -> list[tuple[Key, int, Row]]:
        """Give the changes of pledges of which only what is still to come is another, in order.

        Their own cells say the same: they are counted against other cells.
        """
        keys = pledged(self.last.store, self.key) if self.projection in {None, "forces"} else []
        found: list[tuple[Key, int, Row]] = []
        stages: list[tuple[AsOf, AsOf, Cause]] = [(self.between, self.after, "ground")]
        if self.between != self.before:
            stages.insert(0, (self.before, self.between, "knowledge"))
        for key in keys:
            for one, other, cause in stages:
                cell = ("forces", key)
                rows = [self._pledge(clocks, key) for clocks in (one, other)]
                then, now = rows
                if then and now and (cell, cause) not in told and not owes_the_same(then, now):
                    row = _change(cell, then, now, cause, self._came(now, cause))
                    found.append((cell, _TURN[cause], row))
        return found

    def _pledge(self, clocks: AsOf, key: str) -> Row | None:
        rows = self._cells(clocks).at(clocks, "forces", key)
        self._finish(clocks, rows)
        return rows[0] if rows else None

    def _came(self, row: Row, cause: Cause) -> list[str]:
        """Name what was told, or happened, of those whom a pledge is counted against."""
        forces = Stored(self.last, self.after)
        counted = Pledges(forces, self.after.as_of, around_in(self.last.store))
        cells = [("forces", key) for keys in counted.against(row) for key in keys]
        stretch = (self.before.as_of, self.after.as_of) if cause == "ground" else None
        heard = self.last.heard_in(cells, stretch)
        claims = sorted((one for some in heard.values() for one in some), key=_place)
        if cause == "ground":
            return self._happened(claims, None, None)
        return self._learned(claims, None, None)

    def _told(self, one: AsOf, other: AsOf, cause: Cause) -> Iterator[_Changed]:
        """Yield (cell, before, after, cause) of what differs, told by the marks of stored states.

        Nothing else is read of what two moments share.
        """
        held = self.last.store.moments
        then, now = held.apart(one, other), held.apart(other, one)
        by = _MARKS[cause]
        names = held.names
        cells = [
            cell
            for cell in {**then, **now}
            if cell not in then or cell not in now or then[cell][by] != now[cell][by]
            if self.projection in {None, names[cell][0]}
        ]
        sides = []
        for clocks, at in ((one, then), (other, now)):
            rows = rows_begun(held.marked([at[cell] for cell in cells if cell in at]))
            self._finish(clocks, rows)
            sides.append({_cell(row): row for row in rows})
        for cell in map(names.__getitem__, cells):
            yield cell, sides[0].get(cell), sides[1].get(cell), cause

    def _found(self, one: AsOf, other: AsOf, cause: Cause) -> Iterator[_Changed]:
        """Yield the same, told by all that was so at both moments."""
        for at in (one, other):
            if at not in self._at:
                rows = self._cells(at).at(at, self.projection, self.key)
                self._at[at] = {_cell(row): row for row in rows}
        then, now = self._at[one], self._at[other]
        same = _tells_the_same if cause == "knowledge" else _says_the_same
        cells = [cell for cell in {**then, **now} if not same(then.get(cell), now.get(cell))]
        for clocks, found in ((one, then), (other, now)):
            some = [found[cell] for cell in cells if cell in found]
            self._finish(clocks, some)
        for cell in cells:
            yield cell, then.get(cell), now.get(cell), cause

    def _cells(self, clocks: AsOf) -> Cells:
        return self.first if clocks is self.before else self.last

    def _finish(self, clocks: AsOf, rows: Rows) -> None:
        """Finish rows of one moment."""
        decorator = Decorator(self._cells(clocks), clocks)
        if len(rows) > _CELLS_AT_ONCE:
            decorator.look_all_up()
        decorator.finish(rows)

    def _events(self, changed: Sequence[_Changed]) -> Iterator[list[str]]:
        """Yield what made each of these changes; claims are read of all of them together."""
        named = [self._fresh(*one) for one in changed]
        unclear = [one for one, facts in zip(changed, named, strict=True) if not facts]
        learned = [cell for cell, _, _, cause in unclear if cause == "knowledge"]
        happened = [cell for cell, _, _, cause in unclear if cause == "ground"]
        stretch = (self.before.as_of, self.after.as_of)
        drops = self._dropped(changed, named)
        came = self.last.heard_in(learned) if learned else {}
        turned = self.last.heard_in(happened, stretch) if happened else {}
        for (cell, one, two, cause), facts in zip(changed, named, strict=True):
            if cause == "knowledge":
                yield self._learned(came.get(cell, []), one, two)
            else:
                dropped = drops.get(cell, []) if facts else []
                yield [*dropped, *facts] or self._happened(turned.get(cell, []), one, two)

    def _fresh(self, _: Key, two: Row | None, three: Row | None, cause: Cause) -> list[str]:
        """Name what a state has come to rest on, where something happened."""
        if cause == "knowledge":
            return []
        before = _cited(two)
        return [fact for fact in _cited(three) if fact not in before]

    def _dropped(
        self, changed: Sequence[_Changed], named: Sequence[list[str]]
    ) -> dict[Key, list[str]]:
        """Name the versions of lists that dropped what these states rested on, by cell.

        What they rest on since may be older: it is seen again, and did nothing.
        """
        store, stretch = self.last.store, (self.before.as_of, self.after.as_of)
        if not store.has_lists:  # most logs: whatever changed would be looked up for nothing
            return {}
        old = store.begun_by((one for new in named for one in new), stretch[0])
        rested = {
            one[0]: _cited(one[1])
            for one, new in zip(changed, named, strict=True)
            if new and old.issuperset(new)
        }
        cells = store.dropped_in(rested, stretch)
        told_by = store.sources_of(one for cell in cells for one in rested[cell]) if cells else {}
        found = {}
        for cell, claims in self.last.heard_in(cells, stretch).items() if cells else ():
            lists = {told_by.get(fact) for fact in rested[cell]}
            drops = [one for one in claims if one.effect == "dropped" and one.source in lists]
            found[cell] = self._happened(drops, None, None)
        return found

    def _learned(self, claims: list[Claim], one: Row | None, two: Row | None) -> list[str]:
        """Name what came in the window of known time and made the difference."""
        came = [claim for claim in claims if self._in_known(claim.published)]
        named = _cited(one) | _cited(two)
        found = [claim.fact for claim in came if claim.fact in named or claim.mode == "ruling"]
        found += self._withdrawn(claims)
        return _unique(found or [claim.fact for claim in came]) or sorted(named)

    def _withdrawn(self, claims: list[Claim]) -> list[str]:
        """Give the ids of the retractions and corrections that came in the window."""
        facts = {
            claim.fact
            for claim in claims
            if claim.retracted is not None and self._in_known(claim.retracted)
        }
        sql = (
            "SELECT id FROM retractions WHERE fact = ? AND published > ? AND published <= ?"
            " AND position <= ? AND recorded_at <= ? ORDER BY position"
        )
        clocks = self.after
        upto = FUTURE_OPEN if clocks.position is None else clocks.position
        recorded = FUTURE_OPEN if clocks.recorded_at is None else clocks.recorded_at
        window = (self.before.known, clocks.known, upto, recorded)
        return [
            row["id"]
            for fact in sorted(facts)
            for row in self.last.store.rows(sql, (fact, *window))
        ]

    def _happened(self, claims: list[Claim], two: Row | None, three: Row | None) -> list[str]:
        """Name what began, ended or was found in the window of valid time."""
        known = self.after.known
        found = [
            claim.fact
            for claim in claims
            if claim.mode != "mention"
            and claim.published <= known
            and (claim.retracted is None or claim.retracted > known)
        ]
        return _unique(found) or list(_cited(two) | _cited(three))

    def _in_known(self, instant: Instant) -> bool:
        return self.before.known < instant <= self.after.known


def _says_the_same(one: Row | None, other: Row | None) -> bool:
    return says_the_same(one, other, support=False)


def _tells_the_same(one: Row | None, other: Row | None) -> bool:
    return says_the_same(one, other) and begun(one) == begun(other)


def _place(claim: Claim) -> tuple[int, str]:
    return claim.position, claim.fact


def _cell(row: Row) -> Key:
    return row["projection"], row["key"]


def _change(cell: Key, before: Row | None, after: Row | None, cause: str, events: list[str]) -> Row:
    name = (after or before or {})["name"]
    return {
        "projection": cell[0],
        "key": cell[1],
        "name": name,
        "before": before,
        "after": after,
        "cause": cause,
        "events": events,
    }


def _cited(row: Row | None) -> dict[str, None]:
    """Give every fact that a row names: its evidence, what lost, what rivals, what may be.

    Each once, the oldest of its evidence first.
    """
    if row is None:
        return {}
    found = row["evidence"][::-1]
    if row["dissent"]:
        found += row["dissent"]
    for nested in ("possibly", "values"):
        for one in row.get(nested) or ():
            found += one["evidence"][::-1]
    return dict.fromkeys(found)


def _unique(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(ids))


def _entries(
    store: Store, before: AsOf, after: AsOf, weighing: Weighing, name: str, key: str | None
) -> Iterator[Row]:
    """Yield the entries of a chronology that came, or were taken back."""
    old = {row["key"]: row for row in chronology(store, before, name, key, weighing)}
    new = {row["key"]: row for row in chronology(store, after, name, key, weighing)}
    then = replace(before, as_of=after.as_of)
    known = (
        new
        if then == after
        else (row["key"] for row in chronology(store, then, name, key, weighing))
    )
    throughout = set(known)
    for fact in [*new, *(fact for fact in old if fact not in new)]:
        if fact in old and fact in new:
            continue
        cause = "ground" if fact in throughout and fact in new else "knowledge"
        events = [fact]
        if fact not in new:
            sql = "SELECT id FROM retractions WHERE fact = ? AND published > ? AND published <= ?"
            window = (fact, before.known, after.known)
            events = [row["id"] for row in store.rows(sql, window)] or events
        yield _change((name, fact), old.get(fact), new.get(fact), cause, events)


def whatif(
    store: Store,
    clocks: AsOf,
    weighing: Weighing,
    projection: str | None = None,
    key: str | None = None,
) -> Rows:
    """Give the cells whose answer flips, weighed so: {projection, key, name, before, after}.

    `before` is weighed by default. A change of support alone is no flip. Raises NotFoundError
    for a chronology: it holds no beliefs.
    """
    wanted_names(projection, store)
    if projection in CHRONICLED:
        msg = f"{projection} lists facts and weighs none: one of {', '.join(BELIEVED)}"
        raise NotFoundError(msg)
    found = []
    for one in (Weighing(), weighing):
        rows = Decorator(Cells(store, clocks, one), clocks).rows(projection, key)
        found.append({(row["projection"], row["key"]): row for row in rows})
    usual, other = found
    cells = sorted({*usual, *other}, key=lambda cell: (BELIEVED.index(cell[0]), cell[1]))
    return [
        {
            "projection": cell[0],
            "key": cell[1],
            "name": (usual.get(cell) or other[cell])["name"],
            "before": usual.get(cell),
            "after": other.get(cell),
        }
        for cell in cells
        if said(usual.get(cell), support=False) != said(other.get(cell), support=False)
        or not owes_the_same(usual.get(cell), other.get(cell))
    ]
