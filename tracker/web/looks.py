"""Looks: the shape and the colour of who holds a place, of a level, of what is not sure.

Every difference is drawn twice, by shape or hatching as well as by colour. Colours are classes of
the style sheet (report.css), which has them for light and dark; they are the palette of Okabe and
Ito (Color Universal Design, 2008), told apart by colour-blind readers too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.web.markup import Markup, element, joined

Row = Mapping[str, Any]
SHAPES = ("circle", "square", "triangle", "diamond", "star", "pentagon", "cross", "hexagon")
"""By rank of a party: the most often seen first. What comes after them shares the last one."""
OTHER = len(SHAPES) - 1
_OUTLINES = {
    "circle": "M-6 0A6 6 0 1 0 6 0A6 6 0 1 0 -6 0Z",
    "square": "M-5.5 -5.5H5.5V5.5H-5.5Z",
    "triangle": "M0 -7L6.6 5H-6.6Z",
    "diamond": "M0 -7.4L7.4 0L0 7.4L-7.4 0Z",
    "star": "M0 -7.6L1.9 -2.4L7.2 -2.3L3 .9L4.5 6.2L0 3.1L-4.5 6.2L-3 .9L-7.2 -2.3L-1.9 -2.4Z",
    "pentagon": "M0 -7L6.7 -2.2L4.1 5.7H-4.1L-6.7 -2.2Z",
    "cross": "M-2.3 -6.8H2.3V-2.3H6.8V2.3H2.3V6.8H-2.3V2.3H-6.8V-2.3H-2.3Z",
    "hexagon": "M-3.5 -6H3.5L7 0L3.5 6H-3.5L-7 0Z",
    "halo": "M-14 0A14 14 0 1 0 14 0A14 14 0 1 0 -14 0Z",
    "ring": "M-9.5 0A9.5 9.5 0 1 0 9.5 0A9.5 9.5 0 1 0 -9.5 0Z",
    "bar": "M-9 9L9 -9",
    "none": "M-2.4 0A2.4 2.4 0 1 0 2.4 0A2.4 2.4 0 1 0 -2.4 0Z",
}


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is drawn: the name of a shape, and the classes of the mark."""

    shape: str
    classes: str


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


def symbols() -> Markup:
    """Define the shapes and the hatching, to be used by name in any drawing of the page."""
    shapes = (element("path", id=f"s-{name}", d=path) for name, path in _OUTLINES.items())
    hatch = element(
        "pattern",
        element("path", d="M0 0H6V6H0Z", class_="hatch-back"),
        element("path", d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5", class_="hatch-line"),
        id="hatch",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
    )
    return element("defs", *shapes, hatch)


def mark(look: Look, **attributes: object) -> Markup:
    """Draw a mark about the origin: its shape, and rings and bars that the style sheet shows."""
    return element(
        "g",
        element("use", href="#s-halo", class_="halo"),
        element("use", href="#s-ring", class_="ring"),
        element("use", href=f"#s-{look.shape}", class_="shape"),
        element("use", href="#s-bar", class_="bar"),
        class_=f"mark {look.classes}",
        **attributes,
    )


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
        (Look("circle", "c-none s-vacated"), "hollow: vacated"),
        (NOTHING, "dot: no evidence"),
    ]
    return element("ul", *(_entry(*one) for one in entries), class_="legend", aria_label="Legend")


def _entry(look: Look, said: str) -> Markup:
    picture = element("svg", mark(look), viewBox="-11 -11 22 22", aria_hidden="true")
    return element("li", joined(picture, said))
