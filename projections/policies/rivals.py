"""Rivals: what contemporaries say, gathered by value, once what follows what has been left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

from projections.policies.walk import At, Rival, View


def rivals_among(views: Sequence[View], at: At) -> tuple[list[Rival], Sequence[View]]:
    """Gather views by what they say; also give those that the sequence leaves.

    Views that say the same in the same way are looked at once, so that a crowd costs no square.
    """
    first = views[0].value
    if all(view.value == first for view in views):
        return [Rival(first, tuple(views))], views
    ways = [_way(view) for view in views]
    crowds: dict[Way, View] = {}
    for way, view in zip(ways, views, strict=True):
        crowds.setdefault(way, view)
    heads = list(crowds.values())
    left = {way for way, head in crowds.items() if follower_of(head, heads, at) is None}
    # No circle of what follows what leaves nothing.
    stay = [(w, view) for w, view in zip(ways, views, strict=True) if not left or w in left]
    homes: dict[Way, int] = {}
    rivals: list[list[View]] = []
    said: list[dict[str, View]] = []  # of each rival, one view of each value
    for way, view in sorted(stay, key=_stage_of):
        home = homes.get(way)
        if home is None:
            fits = (n for n, known in enumerate(said) if _agrees(view, known.values(), at))
            home = homes[way] = next(fits, len(rivals))
            if home == len(rivals):
                rivals.append([])
                said.append({})
        rivals[home].append(view)
        said[home][way[0]] = view
    found = [
        Rival(views[0].value, tuple(views)) if len(known) == 1 else _rival(views, at)
        for views, known in zip(rivals, said, strict=True)
    ]
    staying = [view for _, view in stay]
    return (_without_fence_sitters(found, at) if len(found) > 1 else found), staying


Way = tuple[str, int, int, str, bool, int, tuple[str, ...]]
"""What a view says, and how: two that are alike in it fare alike among rivals."""


def _stage_of(one: tuple[Way, View]) -> int:
    return one[0][5]


def _way(view: View) -> Way:
    last = view.claims[-1]
    return view.said, view.lo, view.hi, last.effect, last.closing, last.stage, last.actors


def _heads(views: Iterable[View]) -> list[View]:
    """Give one view of each value."""
    return list({view.said: view for view in views}.values())


def _rival(views: Sequence[View], at: At) -> Rival:
    values = {view.said: view.value for view in reversed(views)}  # each where it was said last
    return Rival(reduce(at.projection.merge, reversed(values.values())), tuple(views))


def follower_of(view: View, views: Iterable[View], at: At) -> View | None:
    """Give the view that comes after this one in sequence, if one does."""
    follows = at.projection.follows
    return next((one for one in views if one is not view and follows(view, one, at.kin)), None)


def not_overturned(views: Sequence[View], stay: Iterable[View], at: At) -> tuple[View, ...]:
    """Leave out, of views that the sequence leaves behind, those that others made an end of.

    What only led to something else (an entry, a fight) may yet be what is left of it.
    """
    staying = {id(view) for view in stay}
    ending = [view for view in views if at.projection.overturns(view.claims[-1])]
    return tuple(
        view for view in views if id(view) in staying or follower_of(view, ending, at) is None
    )


def _agrees(view: View, others: Iterable[View], at: At) -> bool:
    return all(at.projection.same(one.value, view.value, at.kin) for one in others)


def _without_fence_sitters(rivals: Sequence[Rival], at: At) -> list[Rival]:
    """Leave out views that agree with more than one of the values: they decide for none."""
    if all(view.value == rival.value for rival in rivals for view in rival.views):
        return list(rivals)  # values that are each of one piece have nothing between them

    known: dict[str, bool] = {}

    def decides(view: View) -> bool:
        if view.said not in known:
            others = ([one for one in rival.views if one is not view] for rival in rivals)
            fits = (bool(rest) and _agrees(view, _heads(rest), at) for rest in others)
            known[view.said] = sum(fits) <= 1
        return known[view.said]

    stay = ([view for view in rival.views if decides(view)] for rival in rivals)
    return [_rival(views, at) for views in stay if views] or list(rivals)
