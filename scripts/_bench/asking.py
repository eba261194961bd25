"""Asking: one key, the whole situation, the difference of two dates; answers compared first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

from _bench.engines import LAST, Engine, Ours, Pairs
from _bench.folding import Folding
from _bench.generator import FIRST_DAY, days_of
from _bench.lines import Line, in_turn
from projections.saying import said
from projections.store import BELIEFS
from tracker import Situation
from tracker.instants import DAY, AsOf, format_instant, parse_moment

MICRO, MILLI = 1e6, 1e3
POINT_BAR, POINT_GROWTH, FOLD_RATIO = 100.0, 2.0, 1000.0
"""Microseconds; times the time at 10,000 facts; times as fast as a fold."""
WHOLE_BAR, DIFF_BAR, DUCK_AIM = 150.0, 400.0, 1 / 3
"""Milliseconds; milliseconds; at least a third of DuckDB's speed is the aim."""
BLOCK, MOST_POINTS, FOLDS, SPAN, PAGE, APART = 100, 2000, 3, 30, 100, 1_000
"""Points asked in a turn; different ones; folds; days between the two dates of a diff; rows that
are looked at where not all are; turns between moments of which none has read what another needs."""


class AnswersDifferError(Exception):
    """An engine answered otherwise than the tracker: then no time means anything."""


class Moments:
    """Random questions, by number: the same for everyone who asks for the same number."""

    def __init__(self, seed: int, facts: int, keys: Sequence[str]) -> None:
        """Ask within the days over which the facts were published."""
        self.seed, self.keys = seed, keys
        self.start = parse_moment(FIRST_DAY.isoformat()).earliest
        self.span = days_of(facts) * DAY

    def pair(self, number: int) -> tuple[int, int]:
        """Give an instant, and a later one, in microseconds."""
        random = Random(f"{self.seed} {number}")  # noqa: S311 - repeatable is the point
        one, two = sorted(random.randrange(self.span) for _ in range(2))
        return self.start + one, self.start + two

    def key(self, number: int) -> str:
        """Give a key that somebody spoke of."""
        return self.keys[Random(f"key {self.seed} {number}").randrange(len(self.keys))]  # noqa: S311


def keys_of(situation: Situation) -> list[str]:
    """Give the places of which anything was ever believed."""
    rows = situation.store.rows("SELECT key FROM cells WHERE projection = 'control'")
    return sorted(row["key"] for row in rows)


def busiest(situation: Situation) -> str:
    """Give the place with the most rectangles."""
    sql = (
        f"SELECT key FROM ({BELIEFS}) WHERE projection = 'control'"  # noqa: S608 - our own SQL
        " GROUP BY key ORDER BY count(*) DESC, key LIMIT 1"
    )
    return str(situation.store.rows(sql)[0]["key"])


def compare(ours: Ours, engines: Iterable[Engine], moments: Moments, rounds: int) -> None:
    """Ask everyone the same; raise AnswersDifferError at the first answer that is not ours."""
    for number in range(rounds):
        t, known = moments.pair(number)
        for k in (LAST, known):
            wanted = _settled(ours.at(t, k))
            key = moments.key(number)
            one = {key: wanted[key]} if key in wanted else {}
            everywhere, there = f"all places at {t}, {k}", f"{key} at {t}, {k}"
            for engine in engines:
                _same(engine.name, everywhere, wanted, _settled(engine.at(t, k)))
                _same(engine.name, there, one, _settled(engine.point(key, t, k)))
            rows, row = _state(ours.situation, t, k), _state(ours.situation, t, k, key)
            _same("`state`", everywhere, _short(wanted), _short(_by_key(rows)))
            _same("`state`", there, _short(one), _short(_by_key(row)))


def _settled(pairs: Pairs) -> dict[str, Any]:
    found = {key: json.loads(state) if isinstance(state, str) else state for key, state in pairs}
    if len(found) != len(pairs):
        raise AnswersDifferError("a key stands in an answer twice")
    return found


def _same(name: str, question: str, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    if ours == theirs:
        return
    keys = [key for key in sorted({*ours, *theirs}) if ours.get(key) != theirs.get(key)]
    raise AnswersDifferError(
        f"{name} answers otherwise for {question}: {len(keys)} of {len(ours)} places, such as"
        f" {keys[0]}: {ours.get(keys[0])} here, {theirs.get(keys[0])} there"
    )


def _by_key(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {row["key"]: row for row in rows}


def _short(found: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Keep of states, or of rows, what both of them have."""
    fields = ("status", "holders", "support", "certainty", "evidence")
    return {key: [state.get(field) for field in fields] for key, state in found.items()}


# -- one key ---------------------------------------------------------------------------------


def point(
    ours: Ours,
    engines: Sequence[Engine],
    moments: Moments,
    few: tuple[Situation, Moments] | None,
    rounds: int,
) -> list[Line]:
    """Measure the state of one key; `few` is a situation of few facts to compare with."""
    lines = []
    for what, known in (("one key", False), ("one key, as known at", True)):
        works = {ours.name: _points(_asker(ours.situation), moments, known=known)}
        works |= {one.name: _points(one.point, moments, known=known) for one in engines}
        if few:
            works["few"] = _points(_asker(few[0]), few[1], known=known)
        taken = _micros(works, rounds)
        mine = taken[ours.name]
        bar = f"<= {POINT_BAR:g} us"
        lines.append(Line(what, mine, "us", bar=bar, holds=mine <= POINT_BAR))
        if few:
            least, bar = taken["few"], f">= {1 / POINT_GROWTH:g} x"
            holds = mine <= POINT_GROWTH * least
            beside = "the same at 10,000 facts"
            lines.append(Line(what, mine, "us", beside, least, least / mine, bar, holds))
        lines += [_against(what, mine, "us", one.name, taken[one.name]) for one in engines]
    key, what = busiest(ours.situation), "the busiest key, as known at"
    works = {ours.name: _points(_asker(ours.situation), moments, known=True, key=key)}
    works |= {one.name: _points(one.point, moments, known=True, key=key) for one in engines}
    taken = _micros(works, rounds)
    mine = taken[ours.name]
    lines.append(Line(what, mine, "us"))
    return lines + [_against(what, mine, "us", one.name, taken[one.name]) for one in engines]


Ask = Callable[[str, int, int], object]


def _asker(situation: Situation) -> Ask:
    def ask(key: str, t: int, k: int) -> object:
        return _state(situation, t, k, key)

    return ask


def _points(
    ask: Ask, moments: Moments, *, known: bool, key: str | None = None
) -> Callable[[int], object]:
    """Give what asks one question after another; they are made up before the clock runs."""
    questions = []
    for number in range(MOST_POINTS):
        t, later = moments.pair(number)
        questions.append((key or moments.key(number), t, later if known else LAST))
    return lambda call: ask(*questions[call % MOST_POINTS])


def _micros(works: Mapping[str, Callable[[int], object]], rounds: int) -> dict[str, float]:
    return {name: one * MICRO for name, one in in_turn(works, rounds, BLOCK).items()}


def fold(situation: Situation, moments: Moments, folder: Path, facts: int, rounds: int) -> Line:
    """Measure one key against folding the log, on a situation of `facts` facts."""
    what = "one key, as known at"
    works = {what: _points(_asker(situation), moments, known=True)}
    mine = _micros(works, rounds)[what]
    with closing(Folding(str(situation.log.path), folder, facts)) as folding:

        def ask(key: str, t: int, k: int) -> object:
            return folding.state(key, format_instant(t), format_instant(k))

        theirs = in_turn({"": _points(ask, moments, known=True)}, FOLDS)[""] * MICRO
        who = f"a fold of {folding.facts:,} facts by the eventsourcing library"
        bar, ratio = f">= {FOLD_RATIO:,.0f} x at {facts:,}", theirs / mine
        return Line(what, mine, "us", who, theirs, ratio, bar, ratio >= FOLD_RATIO)


# -- everything ------------------------------------------------------------------------------


def whole(ours: Ours, engines: Sequence[Engine], moments: Moments, rounds: int) -> list[Line]:
    """Measure the whole situation at a date: as stored, and as rows for people: some, and all.

    Whoever looks at some of the rows has had all of the states read, as the others have.
    """
    lines = []
    for what, known in (("", False), (", as known at", True)):

        def when(turn: int, known: bool = known) -> tuple[int, int]:  # noqa: FBT001 - bound here
            t, later = moments.pair(turn)
            return t, later if known else LAST

        works: dict[str, Callable[[int], object]] = {
            ours.name: lambda turn: ours.rows(*when(turn)),
            "asked": lambda turn: _state(ours.situation, *when(turn + APART))[:PAGE],
            "rows": lambda turn: list(_state(ours.situation, *when(turn + 2 * APART))),
        }
        for engine in engines:
            works[engine.name] = lambda turn, ask=engine.at: ask(*when(turn))  # type: ignore[misc]
            works[f"{engine.name} read"] = lambda turn, ask=engine.at: _read(ask(*when(turn)))  # type: ignore[misc]
        taken = {name: spent * MILLI for name, spent in in_turn(works, rounds).items()}
        lines += _whole_lines(f"all places{what}: stored", taken, ours.name, "", engines)
        lines += _whole_lines(f"all places{what}: a page of rows", taken, "asked", "", engines)
        lines += _whole_lines(f"all places{what}: rows", taken, "rows", " read", engines)
    return lines


def _state(
    situation: Situation, t: int, k: int, key: str | None = None
) -> Sequence[dict[str, Any]]:
    return situation.state(AsOf(t, None if k == LAST else k), "control", key).each


def _read(pairs: Pairs) -> object:
    """Read the JSON of an answer, as whoever makes rows of it must."""
    return [(key, json.loads(state)) for key, state in pairs]


def _whole_lines(
    name: str, taken: Mapping[str, float], ours: str, beside: str, engines: Sequence[Engine]
) -> list[Line]:
    mine = taken[ours]
    lines = [Line(name, mine, "ms", bar=f"<= {WHOLE_BAR:g} ms", holds=mine <= WHOLE_BAR)]
    for engine in engines:
        against = engine.name + (", JSON read" if beside else "")
        aim = DUCK_AIM if engine.name.startswith("DuckDB") else 1.0
        lines.append(_against(name, mine, "ms", against, taken[engine.name + beside], aim))
    return lines


def _against(
    name: str, ours: float, unit: str, who: str, theirs: float, aim: float | None = None
) -> Line:
    ratio = theirs / ours
    if aim is None:
        return Line(name, ours, unit, who, theirs, ratio)
    bar = f">= {aim:.2g} x" + (" (aim)" if aim < 1 else "")
    return Line(name, ours, unit, who, theirs, ratio, bar, ratio >= aim)


# -- what changed ----------------------------------------------------------------------------


def diff(ours: Ours, engines: Sequence[Engine], moments: Moments, rounds: int) -> list[Line]:
    """Measure what changed on the ground in a month; the others ask twice and compare."""

    def dates(turn: int) -> tuple[int, int]:
        t, _ = moments.pair(turn)
        return t, t + SPAN * DAY

    def changed(turn: int) -> list[str]:
        one, two = dates(turn)
        rows = ours.situation.diff(AsOf(one), AsOf(two), "control").dicts
        return [row["key"] for row in rows]

    works: dict[str, Callable[[int], list[str]]] = {ours.name: changed}
    for engine in engines:
        works[engine.name] = lambda turn, ask=engine.at: _changed(ask, *dates(turn))  # type: ignore[misc]
    for turn in range(min(rounds, 3)):
        wanted = sorted(changed(turn))
        for name, work in works.items():
            if sorted(work(turn)) != wanted:
                raise AnswersDifferError(f"{name} finds other changes between {dates(turn)}")
    taken = {name: spent * MILLI for name, spent in in_turn(works, rounds).items()}
    mine = taken[ours.name]
    name = f"what changed in {SPAN} days"
    lines = [Line(name, mine, "ms", bar=f"<= {DIFF_BAR:g} ms", holds=mine <= DIFF_BAR)]
    lines += [_against(name, mine, "ms", one.name, taken[one.name]) for one in engines]
    return lines


def _changed(ask: Callable[[int, int], Pairs], one: int, two: int) -> list[str]:
    """Ask twice; name the keys whose states say something else, not only with other evidence."""
    before, after = dict(ask(one, LAST)), dict(ask(two, LAST))
    return [
        key
        for key in {**before, **after}
        if before.get(key) != after.get(key) and _said(before.get(key)) != _said(after.get(key))
    ]


def _said(state: str | None) -> object:
    return None if state is None else said(json.loads(state), support=False)
