"""Lists that stand: which of its entries a list still says, and what it has said of it since.

An entry stands until its list says otherwise. A later entry takes its place, or drops it. What only
moves a state (who left, so many fewer, a siege) is no entry: it bears on the entry of its own list
that it comes after. Where that leaves nobody, the entry was so until then and stands no more; else
what is left of it stands. What others say of it, other lists among them, is theirs to change.
Instants: microseconds UTC.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from projections.claims import Claim
from projections.policies.walk import DROPPED, At, Succession, succession
from projections.state import Projection
from tracker.instants import FUTURE_OPEN, Instant
from tracker.kin import Kin

_AFTER_ENTRY = 2**60
"""What is added to the stage of a move as one of its list's entry: it comes after that."""


def is_listed(claim: Claim) -> bool:
    """Whether a list says so without its being an entry: it moves what the list said before."""
    return claim.moves and claim.listed is not None


def moves_on(entry: Claim, move: Claim) -> bool:
    """Whether a list says a move after an entry of its, and of what came after that."""
    if entry.origin != move.origin or succession(entry)[0] > succession(move)[0]:
        return False
    return _in_time(entry) < _in_time(move)


def speaking(certain: Iterable[Claim], at: At) -> list[Claim]:
    """Let lists say what they still say: of their certain entries the newest, as it was moved."""
    told = list(certain)
    entries = [claim for claim in told if claim.standing]
    if not entries:
        return told
    found = [claim for claim in told if not claim.standing]
    moves = _by_list(sorted(filter(is_listed, told), key=_by_certainty))
    for origin, own in _by_list(sorted(entries, key=succession)).items():
        said, upto = moves.get(origin, ()), FUTURE_OPEN
        for entry in reversed(own):
            last = ended(entry, said, upto, at) if said else None
            if last:
                found.append(last)
            elif entry is own[-1] and entry.effect != DROPPED:
                found += [entry, *_moved(entry, said, at.t)]
            upto = min(upto, entry.certain_from)
    return found


def ended(entry: Claim, moves: Sequence[Claim], upto: Instant, at: At) -> Claim | None:
    """Give an entry as what was so until its list told, by `upto`, that nobody was left of it.

    That is how it was found right before. None where its list told no such thing; `moves` stand in
    the order in which they are certain.
    """
    step = None if entry.effect == DROPPED else at.projection.step(None, entry, at.kin)
    if step is None or entry.certain_from > upto:
        return None
    value = step.value
    for move in _between(moves, entry.point, upto):
        step = at.projection.step(value, move, at.kin) if moves_on(entry, move) else None
        if step and at.projection.gone(step.value):
            return entry._replace(standing=False, observed=move.certain_from - 1)
        value = step.value if step else value
    return None


def _moved(entry: Claim, moves: Sequence[Claim], t: Instant) -> Iterator[Claim]:
    """Yield what has moved an entry by t, as the entry's own: it stands as that does."""
    for move in _between(moves, entry.point, t):
        if moves_on(entry, move):
            published = max(entry.published, move.published)
            stage = move.stage + _AFTER_ENTRY
            yield move._replace(standing=True, published=published, stage=stage)


def _between(moves: Sequence[Claim], first: Instant, upto: Instant) -> Iterator[Claim]:
    """Yield what is certain from some instant in [first, upto] on."""
    for place in range(bisect_left(moves, first, key=_certainty), len(moves)):
        if moves[place].certain_from > upto:
            return
        yield moves[place]


def _by_list(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        found.setdefault(claim.origin, []).append(claim)
    return found


def _certainty(claim: Claim) -> Instant:
    return claim.certain_from


def _in_time(claim: Claim) -> tuple[Instant | int | str, ...]:
    told = (claim.report, claim.version)
    return claim.point, claim.published, claim.stage, claim.start.earliest, *told


def _by_certainty(claim: Claim) -> tuple[Instant | int | str, ...]:
    return claim.certain_from, *_in_time(claim)


class Course(NamedTuple):
    """How an entry fares: it stands before `until`, and from then on is `last`, if anything."""

    until: Instant
    last: Claim | None = None


Turn = tuple[Claim, Course | None, Course | None]
"""An entry, and its course before a change and after it; None where the list lacks it."""


class _List:
    """What one list says of one cell: entries in their succession, and moves as they are sure."""

    def __init__(self) -> None:
        self.entries: list[Claim] = []
        self.orders: list[Succession] = []
        self.nexts: list[Instant] = []  # when any entry after each has begun for certain
        self.moves: list[Claim] = []


class Lists:
    """What all lists say of one cell, taken in and out step by step: see `speaking`."""

    def __init__(self, projection: Projection, kin: Kin) -> None:
        """Begin without lists."""
        self._at = At(0, projection, kin)
        self._lists: dict[str, _List] = {}
        self._courses: dict[str, Course] = {}

    def __bool__(self) -> bool:
        """Whether any of them has an entry."""
        return bool(self._courses)

    def course(self, entry: Claim) -> Course:
        """Give how an entry fares."""
        return self._courses[entry.fact]

    def lasts(self, entries: Iterable[Claim], t: Instant) -> list[Claim]:
        """Give what entries are once they are over, where those stand in the order by t."""
        if not self._courses:
            return []
        found = (self._courses[one.fact].last for one in entries if one.standing)
        return [last for last in found if last and last.point <= t]

    def spoken(self, certain: Iterable[Claim], t: Instant) -> list[Claim]:
        """Give certain claims, entries among them that stand at t, with what moved those."""
        found: list[Claim] = []
        for claim in certain:
            if claim.standing:
                if claim.effect == DROPPED:
                    continue
                found += _moved(claim, self._lists[claim.origin].moves, t)
            found.append(claim)
        return found

    def add(self, claim: Claim) -> list[Turn]:
        """Take in an entry, or what moves one; give the entries that it may bear on."""
        told = self._lists.setdefault(claim.origin, _List())
        if not claim.standing:
            insort(told.moves, claim, key=_by_certainty)
            return self._turned_by(told, claim)
        its = succession(claim)
        place = bisect_left(told.orders, its)
        told.entries.insert(place, claim)
        told.orders.insert(place, its)
        told.nexts.insert(place, FUTURE_OPEN)
        told.nexts[place] = self._next(told, place)
        return [self._turn(told, place), *self._turned_before(told, place)]

    def remove(self, claim: Claim) -> list[Turn]:
        """Take an entry out, or what moves one; give the entries that it may have borne on."""
        told = self._lists[claim.origin]
        if not claim.standing:
            del told.moves[bisect_left(told.moves, _by_certainty(claim), key=_by_certainty)]
            return self._turned_by(told, claim)
        place = bisect_left(told.orders, succession(claim))
        del told.entries[place], told.orders[place], told.nexts[place]
        was = self._courses.pop(claim.fact)
        return [(claim, was, None), *self._turned_before(told, place)]

    def _turned_by(self, told: _List, move: Claim) -> list[Turn]:
        """Give the entries that a move may bear on: who fares as before may be moved by it."""
        found: list[Turn] = []
        for place in range(len(told.entries) - 1, -1, -1):
            if told.nexts[place] < move.certain_from:
                break  # nor does any before it stand longer
            found.append(self._turn(told, place))
        return found

    def _turned_before(self, told: _List, upto: int) -> list[Turn]:
        """Bring the entries before a place up to date, newest first.

        As soon as one is followed as it was, so are all before it.
        """
        found: list[Turn] = []
        for place in range(upto - 1, -1, -1):
            after = self._next(told, place)
            if told.nexts[place] == after:
                break
            told.nexts[place] = after
            found.append(self._turn(told, place))
        return found

    def _next(self, told: _List, place: int) -> Instant:
        if place + 1 == len(told.entries):
            return FUTURE_OPEN
        return min(told.entries[place + 1].certain_from, told.nexts[place + 1])

    def _turn(self, told: _List, place: int) -> Turn:
        entry, upto = told.entries[place], told.nexts[place]
        last = ended(entry, told.moves, upto, self._at) if told.moves else None
        over = upto
        if last and last.observed is not None:
            over = max(entry.certain_from, last.observed + 1)
        was, now = self._courses.get(entry.fact), Course(over, last)
        self._courses[entry.fact] = now
        return entry, was, now
