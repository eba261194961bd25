"""Encoding: an overview as the page's script reads it, small and quick to look up.

Everything a person reads is put in words here, by the same functions as the command line's; the
script only finds which rectangle holds the two clocks and shows what is written for its state.

The data is one object. "w" is a place in `words`, "t" one in the times, "f" one in the facts;
lists that only rise are written as steps from one entry to the next.

asOf      where the page begins, and knownAt, as instants; weighed says by which policy, of whom
words     texts, each once; the first is empty
times     instants at which anything changes, sorted, as steps; the script adds the open ends, so
          that t 0 is the open past and the last t the open future
stops     the axis (tracker.web.axis) as steps; from place `first` to `last` it is to scale
reports   [source w, published w, known from t, url or 0, title w]
facts     an object of lists, one entry a fact: kind w, gist w, report (place in reports), voice w,
          when w, where w, status w, place w, position (steps), begins t; and of objects by fact:
          rating w, gone t (when it was retracted)
cells     [projection, key, name, heads [w], facts [f] (steps), times [t] (steps), rectangles,
          states, against]. Rectangles are flat, five numbers each: valid from and to, known from
          and to (places in the cell's times), and the place of a state. A pledge is counted
          `against` [[cells of its place], [cells within], [those of some of its actors]]
states    [value w, support w, since w, evidence, last t, look, rule w, possibly w, its facts,
          numbers, dissent, rivals, authority w, made t], ends that are 0 or empty left out.
          Facts are places in the cell's; numbers are [low, best, high] or [rank]; rivals are
          [value w, who w, facts]. A pledge is counted from when it was `made`, against whoever was
          there since: t, or -t where it is of so many in all and not of so many more
lists     by chronology, the facts in it, in the order in which they are shown
looks     [classes, [[class, outline] of each part]] of a mark; outlines are x and y in turn, pixels
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from tracker.cli import words
from tracker.cli.output import safe
from tracker.cli.state import COLUMNS
from tracker.instants import FUTURE_OPEN, PAST_OPEN, Instant, read_instant
from tracker.outcomes import Overview
from tracker.web.axis import Axis, axis_of
from tracker.web.looks import NOTHING, Look, Parties
from tracker.web.markup import safe_url

Row = dict[str, Any]
HEADS = {"control": 1, "forces": 4, "alerts": 2, "losses": 3}
"""Columns of a projection's table that are the same for all states of a cell; the value follows."""


class Texts:
    """Texts, each kept once."""

    def __init__(self) -> None:
        """Begin with the empty one."""
        self._places = {"": 0}
        self._known: dict[str | None, int] = {None: 0, "": 0}

    def __call__(self, said: str | None) -> int:
        """Give the place of a text."""
        place = self._known.get(said)
        if place is None:
            place = self._places.setdefault(safe(said or ""), len(self._places))
            self._known[said] = place
        return place

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
        self._alike: dict[tuple[object, ...], int] = {}
        control = [cell for cell in overview.cells if cell["projection"] == "control"]
        states = (state for cell in control for state in cell["states"])
        self.parties = Parties(states, overview.sides, overview.names)
        self.facts = {fact: n for n, fact in enumerate(overview.facts)}
        self.reports: dict[tuple[object, ...], int] = {}
        self.times = self._times()
        self.place = {instant: n for n, instant in enumerate(self.times)}
        self.axis = self._axis()

    def _times(self) -> list[Instant]:
        found = {PAST_OPEN, FUTURE_OPEN}
        for cell in self.overview.cells:
            for rectangle in cell["rectangles"]:
                found.update(rectangle[:4])
            found.update(instant for state in cell["states"] for instant in _beside(state))
        for fact in self.overview.facts.values():
            found.update((fact["begins"], fact["known_from"], fact["known_to"]))
        return sorted(found)

    def _axis(self) -> Axis:
        cells = self.overview.cells
        changes = {one[0] for cell in cells for one in cell["rectangles"]}
        published = {fact["known_from"] for fact in self.overview.facts.values()}
        return axis_of(changes, published, self.overview.as_of, self.overview.zone)

    def data(self) -> Row:
        """Give the whole."""
        overview = self.overview
        numbers = {(cell["projection"], cell["key"]): n for n, cell in enumerate(overview.cells)}
        cells = [self._cell(cell, numbers) for cell in overview.cells]
        facts = self._facts()
        lists = {
            name: [self.facts[one] for one in found if one in self.facts]
            for name, found in overview.chronicles.items()
        }
        return {
            "title": safe(overview.title),
            "zone": overview.zone,
            "weighed": safe(words.weighed(overview)),
            "position": overview.position,
            "asOf": overview.as_of,
            "knownAt": overview.known_at,
            "times": steps(self.times[1:-1]),
            "stops": steps(self.axis.stops),
            "first": self.axis.first,
            "last": self.axis.last,
            "cells": cells,
            "reports": [list(one) for one in self.reports],
            "facts": facts,
            "lists": lists,
            "headers": {name: found[0] for name, found in COLUMNS.items()},
            "levels": {name: len(one["levels"]) for name, one in overview.schemes.items()},
            "looks": [
                [look.classes, [[name, flat(outline)] for name, outline in look.parts()]]
                for look in self.looks
            ],
            "words": self.word.all(),
        }

    # -- cells ---------------------------------------------------------------------------------

    def _cell(self, cell: Row, numbers: dict[tuple[str, str], int]) -> list[object]:
        projection = cell["projection"]
        spoken_at = {end for one in cell["rectangles"] for end in one[:4]}
        spoken_at.update(instant for state in cell["states"] for instant in _beside(state))
        times = sorted(self.place[instant] for instant in spoken_at)
        local = {time: n for n, time in enumerate(times)}
        place = {instant: local[self.place[instant]] for instant in spoken_at}
        rectangles = [(*(place[end] for end in one[:4]), one[4]) for one in cell["rectangles"]]
        spoken = [fact for fact in cell["facts"] if fact in self.facts]
        facts = {fact: n for n, fact in enumerate(spoken)}
        about = {"projection": projection, "key": cell["key"], "name": cell["name"]}
        rows = [{**about, **state} for state in cell["states"]]
        heads = COLUMNS[projection][1](rows[0], self.overview)[: HEADS[projection]]
        against = [
            [numbers["forces", key] for key in keys if ("forces", key) in numbers]
            for keys in cell.get("against", ())
        ]
        return [
            projection,
            cell["key"],
            safe(cell["name"]),
            [self.word(one) for one in heads],
            steps(self.facts[fact] for fact in spoken),
            steps(times),
            packed(rectangles),
            [self._state(row, facts, local) for row in rows],
            *([against] if against else []),
        ]

    def _state(self, row: Row, facts: Mapping[str, int], times: Mapping[int, int]) -> list[object]:
        word, names = self.word, self.names

        def places(ids: Iterable[str]) -> list[int]:
            return steps(facts[one] for one in ids if one in facts)

        authority, made = row.get("authority"), row.get("made")
        sign = 1 if row.get("additional") else -1
        state: list[object] = [
            word(words.value(row["projection"], row, names)),
            word(words.support(row)),
            word(words.since(row, self.overview.zone)),
            places(row["evidence"]),
            1 + times[self.place[_newest(row)]] if row["last_evidence"] else 0,
            self._look(row),
            word(self.overview.rules.get(row["rule"] or "")),
            word(words.possibly(row, names, self.overview.zone)),
            places(fact for one in row["possibly"] for fact in one["evidence"]),
            self._numbers(row),
            places(row["dissent"]),
            [self._rival(row["projection"], one, places(one["evidence"])) for one in row["values"]],
            word(words.names_of([authority], names) if authority else None),
            sign * (1 + times[self.place[made]]) if made is not None else 0,
        ]
        while not state[-1]:
            state.pop()
        return state

    def _rival(self, projection: str, one: Row, facts: list[int]) -> list[object]:
        said = words.value(projection, one, self.names)
        return [self.word(said), self.word(words.tellers(one, self.names)), facts]

    def _look(self, row: Row) -> int:
        if row["projection"] != "control":
            return 0
        shown = (*row["holders"], None, row["status"], row["support"], not row["possibly"])
        if shown not in self._alike:
            look = self.parties.look(row)
            self._alike[shown] = self.looks.setdefault(look, len(self.looks))
        return self._alike[shown]

    @staticmethod
    def _numbers(row: Row) -> list[object]:
        found = [row.get(name) for name in ("low", "best", "high")]
        if row["projection"] == "alerts":
            found = [row["rank"]]
        return [] if all(one is None for one in found) else found

    # -- facts ---------------------------------------------------------------------------------

    def _facts(self) -> Row:
        word, names = self.word, self.names
        all_of = self.overview.facts.values()
        return {
            "kind": [word(fact["kind"]) for fact in all_of],
            "gist": [word(fact["gist"]) for fact in all_of],
            "report": [self._report(fact) for fact in all_of],
            "voice": [
                word(names.get(fact["speaker"] or "", fact["speaker"]) or fact["voice"])
                for fact in all_of
            ],
            "when": [word(words.dated(fact["when"], self.overview.zone)) for fact in all_of],
            "where": [word(words.locator(fact["locator"])) for fact in all_of],
            "status": [word(fact["status"]) for fact in all_of],
            "place": [word(names.get(fact["place"] or "", fact["place"])) for fact in all_of],
            "position": steps(fact["position"] for fact in all_of),
            "begins": [self.place[fact["begins"]] for fact in all_of],
            "rating": {n: word(fact["rating"]) for n, fact in enumerate(all_of) if fact["rating"]},
            "gone": {
                n: self.place[fact["known_to"]]
                for n, fact in enumerate(all_of)
                if fact["known_to"] != FUTURE_OPEN
            },
        }

    def _report(self, fact: Row) -> int:
        url = fact["url"]
        report = (
            self.word(self.names.get(fact["source"], fact["source"])),
            self.word(words.stated(fact["published"], self.overview.zone)),
            self.place[fact["known_from"]],
            url if url and safe_url(url) else 0,
            self.word(fact["title"]),
        )
        return self.reports.setdefault(report, len(self.reports))


def flat(points: Iterable[tuple[float, float]]) -> list[float]:
    """Write points as x and y in turn."""
    return [side for point in points for side in point]


def steps(numbers: Iterable[int]) -> list[int]:
    """Write numbers as the first of them, and the step to each from the one before."""
    found, before = [], 0
    for number in numbers:
        found.append(number - before)
        before = number
    return found


def packed(rectangles: Sequence[tuple[int, ...]]) -> list[list[int]]:
    """Write rectangles as five lists of small numbers, which pack to half the size."""
    valid = [0, *(one[1] for one in rectangles)]
    return [
        [one[0] - before for one, before in zip(rectangles, valid, strict=False)],
        [one[1] - one[0] for one in rectangles],
        steps(one[2] for one in rectangles),
        [one[3] - one[2] for one in rectangles],
        steps(one[4] for one in rectangles),
    ]


def _beside(state: Row) -> Iterator[Instant]:
    """Yield the instants that a state speaks of beside those at which it holds."""
    if state["last_evidence"]:
        yield _newest(state)
    if state.get("made") is not None:
        yield state["made"]


def _newest(state: Row) -> Instant:
    return _instant(state["last_evidence"])


@lru_cache(maxsize=65_536)
def _instant(text: str) -> Instant:
    return read_instant(text)
