"""Encoding: an overview as the page's script reads it, small and quick to look up.

Everything a person reads is put in words here, by the same functions as the command line's; the
script only finds which rectangle holds the two clocks and shows what is written for its state.

The data is one object (D in report.js):

times     the instants at which anything changes, sorted; all others are places in it
stops, first, last    the axis (tracker.web.axis), in instants
words     texts, each once; "w" below is a place in it
cells     [projection, key, name, columns [w], facts [n], rectangles, states, more]: rectangles is
          flat, five numbers each (valid from, to, known from, to: places in times; n of a state)
states    [columns [w], evidence [n], dissent [n], last, possibly w, possible [n], rivals, rule w,
          look, numbers, settled, value w, since w]: facts are places in `facts`; last is the
          instant of the newest evidence; rivals are [value w, who w, [facts]]; numbers are
          [low, best, high] or [rank]; settled says whether it may be a last undisputed state
facts     [kind w, gist w, source w, published w, voice w, when w, where w, rating w, position,
          status w, begins, known from, known to, url, place w]
lists     by chronology, the facts in it
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.cli import words
from tracker.cli.state import COLUMNS
from tracker.instants import FUTURE_OPEN, PAST_OPEN, Instant, parse_moment
from tracker.outcomes import Overview
from tracker.web.axis import Axis, axis_of
from tracker.web.looks import NOTHING, Look, Parties
from tracker.web.markup import safe_url

Row = dict[str, Any]
FARTHEST = 2**53 - 1
"""What a number in the script can hold exactly; the open ends lie there."""


class Texts:
    """Texts, each kept once."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._places: dict[str, int] = {}

    def __call__(self, said: str | None) -> int:
        """Give the place of a text."""
        return self._places.setdefault(said or "", len(self._places))

    def all(self) -> list[str]:
        """Give them in their order."""
        return list(self._places)


class Encoder:
    """One overview, as it is being encoded."""

    def __init__(self, overview: Overview) -> None:
        """Gather the instants and the facts."""
        self.overview = overview
        self.names = overview.names
        self.word = Texts()
        self.looks: dict[Look, int] = {NOTHING: 0}
        self.parties = Parties(
            (
                state
                for cell in overview.cells
                if cell["projection"] == "control"
                for state in cell["states"]
            ),
            overview.sides,
            overview.names,
        )
        self.facts = {fact: n for n, fact in enumerate(overview.facts)}
        self.times = self._times()
        self.place = {instant: n for n, instant in enumerate(self.times)}
        self.axis = self._axis()

    def _times(self) -> list[Instant]:
        found = {PAST_OPEN, FUTURE_OPEN}
        for cell in self.overview.cells:
            for rectangle in cell["rectangles"]:
                found.update(rectangle[:4])
            for state in cell["states"]:
                if state["last_evidence"]:
                    found.add(_instant(state["last_evidence"]))
        for fact in self.overview.facts.values():
            found.update((fact["begins"], fact["known_from"], fact["known_to"]))
        return sorted(found)

    def _axis(self) -> Axis:
        changes = {
            rectangle[0] for cell in self.overview.cells for rectangle in cell["rectangles"]
        }
        published = {fact["known_from"] for fact in self.overview.facts.values()}
        return axis_of(changes, published, self.overview.as_of, self.overview.zone)

    def data(self) -> Row:
        """Give the whole."""
        overview = self.overview
        cells = [self._cell(cell) for cell in overview.cells]
        facts = [self._fact(fact) for fact in overview.facts.values()]
        lists = {
            name: [self.facts[one] for one in found if one in self.facts]
            for name, found in overview.chronicles.items()
        }
        self._relate(cells)
        return {
            "title": overview.title,
            "zone": overview.zone,
            "policy": overview.query["policy"],
            "position": overview.position,
            "asOf": overview.as_of,
            "knownAt": overview.known_at,
            "times": [max(-FARTHEST, min(FARTHEST, one)) for one in self.times],
            "stops": self.axis.stops,
            "first": self.axis.first,
            "last": self.axis.last,
            "cells": cells,
            "facts": facts,
            "lists": lists,
            "headers": {name: found[0] for name, found in COLUMNS.items()},
            "levels": {name: len(one["levels"]) for name, one in overview.schemes.items()},
            "looks": [[look.shape, look.classes] for look in self.looks],
            "words": self.word.all(),
        }

    # -- cells ---------------------------------------------------------------------------------

    def _cell(self, cell: Row) -> list[object]:
        projection = cell["projection"]
        place = self.place
        flat = [
            number
            for *bounds, n in cell["rectangles"]
            for number in (*(place[one] for one in bounds), n)
        ]
        about = {"projection": projection, "key": cell["key"], "name": cell["name"]}
        states = [self._state({**about, **state}) for state in cell["states"]]
        facts = [self.facts[fact] for fact in cell["facts"] if fact in self.facts]
        more: Row = {}
        if projection == "forces":
            found = cell["states"][0]
            more = {name: found[name] for name in ("actor", "place", "category", "phase")}
        return [projection, cell["key"], cell["name"], facts, flat, states, more]

    def _state(self, row: Row) -> list[object]:
        word, names = self.word, self.names
        columns = [word(one) for one in COLUMNS[row["projection"]][1](row, self.overview)[:-1]]
        last = row["last_evidence"]
        settled = row["support"] != "disputed" and row["since"] is not None
        return [
            columns,
            self._ids(row["evidence"]),
            self._ids(row["dissent"]),
            -1 if last is None else self.place[_instant(last)],
            word(words.possibly(row, names)),
            self._ids(fact for one in row["possibly"] for fact in one["evidence"]),
            [self._rival(row["projection"], one) for one in row["values"]],
            word(self.overview.rules.get(row["rule"] or "", "")),
            self._look(row),
            self._numbers(row),
            int(settled),
            word(words.value(row["projection"], row, names)),
            word(words.since(row)),
        ]

    def _ids(self, facts: Any) -> list[int]:  # noqa: ANN401 - any iterable of ids
        return [self.facts[one] for one in facts if one in self.facts]

    def _rival(self, projection: str, one: Row) -> list[object]:
        said = words.value(projection, one, self.names)
        ratings = one["ratings"] or [None] * len(one["origins"])
        who = ", ".join(
            f"{self.names.get(name, name)}{f' {rating}' if rating else ''}"
            for name, rating in zip(one["origins"], ratings, strict=False)
        )
        return [self.word(said), self.word(who), self._ids(one["evidence"])]

    def _look(self, row: Row) -> int:
        if row["projection"] != "control":
            return 0
        look = self.parties.look(row)
        return self.looks.setdefault(look, len(self.looks))

    def _numbers(self, row: Row) -> list[object]:
        if row["projection"] in {"forces", "losses"}:
            return [row["low"], row["best"], row["high"]]
        return [row["rank"]] if row["projection"] == "alerts" else []

    def _relate(self, cells: list[list[Any]]) -> None:
        """Name, for each pledge, the cells that it is counted against: there, else within."""
        places = self.overview.places
        deployed = {
            (more["actor"], more["place"], more["category"]): n
            for n, (*_, more) in enumerate(cells)
            if more.get("phase") == "deployed"
        }
        for *_, more in cells:
            if more.get("phase") != "pledged":
                continue
            there = deployed.get((more["actor"], more["place"], more["category"]))
            more["there"] = -1 if there is None else there
            more["within"] = [
                n
                for (actor, place, category), n in deployed.items()
                if (actor, category) == (more["actor"], more["category"])
                and place != more["place"]
                and more["place"] in around(places, place)
            ]

    # -- facts ---------------------------------------------------------------------------------

    def _fact(self, fact: Row) -> list[object]:
        word, names = self.word, self.names
        voice = names.get(fact["speaker"] or "", fact["speaker"]) or fact["voice"]
        rating = fact["rating"]
        return [
            word(fact["kind"]),
            word(fact["gist"]),
            word(names.get(fact["source"], fact["source"])),
            word(words.when(fact["published"])),
            word(voice),
            word(words.when(fact["when"]["edtf"])),
            word(words.locator(fact["locator"])),
            word(rating if isinstance(rating, str) else None),
            fact["position"],
            word(fact["status"]),
            self.place[fact["begins"]],
            self.place[fact["known_from"]],
            self.place[fact["known_to"]],
            fact["url"] if fact["url"] and safe_url(fact["url"]) else 0,
            word(names.get(fact["place"] or "", fact["place"])),
        ]


def around(places: Mapping[str, Row], name: str) -> list[str]:
    """Name the places around a place, the nearest first; a circle ends where it closes."""
    found: list[str] = []
    at = places.get(name, {}).get("within")
    while at is not None and at not in found:
        found.append(at)
        at = places.get(at, {}).get("within")
    return found


def _instant(text: str) -> Instant:
    return parse_moment(text).earliest
