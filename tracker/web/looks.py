"""Looks: the shape and the colour of who holds a place, of a level, of what is not sure.

Every difference is drawn twice, by shape or hatching as well as by colour. Colours are classes of
the style sheet (report.css), which has them for light and dark; they are the palette of Okabe and
Ito (Color Universal Design, 2008), told apart by colour-blind readers too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

from tracker.web.markup import Markup, element, joined

Row = Mapping[str, Any]
SHAPES = ("circle", "square", "triangle", "diamond", "star", "pentagon", "cross", "hexagon")
"""By rank of a party: the most often seen first. What comes after them shares the last one."""
OTHER = len(SHAPES) - 1
Outline = tuple[tuple[float, float], ...]


def _around(corners: int, radius: float, inner: float | None = None) -> Outline:
    """Give the corners of a regular shape, one at the top; with `inner`, of a star."""
    radii = [radius] if inner is None else [radius, inner]
    many = corners * len(radii)
    return tuple(
        (
            round(radii[n % len(radii)] * sin(2 * pi * n / many), 1),
            round(-radii[n % len(radii)] * cos(2 * pi * n / many), 1),
        )
        for n in range(many)
    )


_OUTLINES: dict[str, Outline] = {
    "circle": _around(20, 6.2),
    "square": ((-5.5, -5.5), (5.5, -5.5), (5.5, 5.5), (-5.5, 5.5)),
    "triangle": ((0, -7), (6.6, 5), (-6.6, 5)),
    "diamond": _around(4, 7.4),
    "star": _around(5, 8, 3.4),
    "pentagon": _around(5, 7),
    "cross": (
        *((-2.3, -6.8), (2.3, -6.8), (2.3, -2.3), (6.8, -2.3), (6.8, 2.3), (2.3, 2.3)),
        *((2.3, 6.8), (-2.3, 6.8), (-2.3, 2.3), (-6.8, 2.3), (-6.8, -2.3), (-2.3, -2.3)),
    ),
    "hexagon": _around(6, 7),
    "none": _around(10, 2.4),
}
_RING = _around(24, 9.5)
_BAR: Outline = ((-9, 9), (9, -9))


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is drawn: the name of a shape, and the classes of the mark."""

    shape: str
    classes: str

    def parts(self) -> list[tuple[str, Outline]]:
        """Give the outlines that make the mark, in pixels, each with its class, lowest first."""
        classes = self.classes.split()
        parts = [("shape", _OUTLINES[self.shape])]
        if {"possible", "s-besieged"} & {*classes}:
            parts.insert(0, ("ring", _RING))
        if "s-contested" in classes:
            parts.append(("bar", _BAR))
        return parts


NOTHING = Look("none", "nothing")
"""Of a place that nobody tells anything of."""


class Parties:
    """Who holds what, sorted into parties: actors of one side are one; ranked by how often seen."""

    def __init__(
        self, states: Iterable[Row], sides: Mapping[str, str], names: Mapping[str, str]
    ) -> None:
        """Look through the states of control (all of them, at any time)."""
        self._sides, self._names = sides, names
        seen = Counter(
            party
            for state in states
            for one in (state, *state["possibly"], *state["values"])
            for party in [self.party(one.get("holders", ()))]
            if party
        )
        ranked = sorted(seen, key=lambda party: (-seen[party], party))
        self.rank = {party: min(n, OTHER) for n, party in enumerate(ranked)}

    def party(self, holders: Iterable[str]) -> str:
        """Name the party of some actors: their side, or they themselves; "" of nobody."""
        return "+".join(sorted({self._sides.get(one, one) for one in holders}))

    def said(self, party: str) -> str:
        """Say who a party is: its side in words, and its members where one could not tell."""
        return " and ".join(
            self._names.get(one, one.replace("-", " ").capitalize()) for one in party.split("+")
        )

    def look(self, state: Row) -> Look:
        """Draw a state of control."""
        party = self.party(state["holders"])
        rank = self.rank.get(party)
        status = state["status"]
        if state["support"] == "disputed":
            return Look("circle" if rank is None else SHAPES[rank], "disputed")
        classes = [f"c{rank}" if rank is not None else "c-none"]
        if status != "held":
            classes.append(f"s-{status}")
        if state["possibly"]:
            classes.append("possible")
        if state["support"] == "claimed":
            classes.append("claimed")
        return Look("circle" if rank is None else SHAPES[rank], " ".join(classes))


def hatching(name: str = "hatch", scale: float = 1.0) -> Markup:
    """Define the hatching of what is disputed, for a drawing with so many units a pixel."""
    return element(
        "defs",
        element(
            "pattern",
            element("path", d="M0 0H6V6H0Z", class_="hatch-back"),
            element("path", d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5", class_="hatch-line"),
            id=name,
            width=6,
            height=6,
            patternUnits="userSpaceOnUse",
            patternTransform=f"scale({scale})",
        ),
    )


def mark(look: Look, x: float = 0, y: float = 0, scale: float = 1) -> Markup:
    """Draw a mark about a point, where a pixel is `scale` units.

    Without transforms: two thousand of them cost a browser more than all the rest of the page.
    """
    paths = (
        element("path", class_=name, d=path_of(outline, x, y, scale))
        for name, outline in look.parts()
    )
    return element("g", *paths, class_=f"mark {look.classes}")


def path_of(outline: Outline, x: float, y: float, scale: float) -> str:
    """Write an outline as a closed path."""
    corners = (f"{x + dx * scale:.1f} {y + dy * scale:.1f}" for dx, dy in outline)
    return f"M{'L'.join(corners)}Z"


def legend(parties: Parties) -> Markup:
    """Explain the marks: the parties by rank, then what is not sure."""
    entries = [
        (Look(SHAPES[rank], f"c{rank}"), parties.said(party))
        for party, rank in parties.rank.items()
    ]
    entries += [
        (Look("circle", "disputed"), "disputed: sources disagree"),
        (Look("circle", "c-none possible"), "dashed ring: may already have changed"),
        (Look("circle", "c-none s-contested"), "barred: contested, fought for"),
        (Look("circle", "c-none s-besieged"), "ringed: besieged"),
        (Look("circle", "c-none s-mixed"), "dotted rim: several hold parts of it"),
        (Look("circle", "c-none s-vacated"), "empty, dark rim: vacated"),
        (Look("circle", "c0 claimed"), "empty, coloured rim: only who gains from it says so"),
        (NOTHING, "dot: no evidence"),
    ]
    area = _entry(Look("circle", "c0"), "pale: an area, not its towns", wide=True)
    listed = (*(_entry(*one) for one in entries), area)
    return element("ul", *listed, class_="legend", aria_label="Legend")


def _entry(look: Look, said: str, *, wide: bool = False) -> Markup:
    box, kind = "-11 -11 22 22", "wide" if wide else None
    picture = element("svg", mark(look), viewBox=box, class_=kind, aria_hidden="true")
    return element("li", joined(picture, said))
