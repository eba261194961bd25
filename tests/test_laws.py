"""Laws: what is stored equals what a plain walk over the facts finds, whatever the facts are.

And: neither the order of recording, nor batches, nor rebuilding, nor what is published later
changes an answer; rectangles of one key never overlap.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, groupby, pairwise, permutations
from random import Random
from typing import Any, NamedTuple

import oracle
from effort_for_tests import times
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sheets_for_tests import new_situation, registry, sheet

from projections.beliefs import rectangles
from projections.catalogue import PROJECTIONS
from projections.claims import Claim
from projections.filling import state_head, state_text
from projections.follower import follow
from projections.front import Belief
from projections.policies import POLICIES
from projections.saying import begun, says_the_same
from projections.schema import STATE_BITS
from projections.state import State
from projections.store import Row, Store
from projections.told import Teller, Told
from projections.weighing import Weighing
from tracker.facts import FACT_KINDS
from tracker.facts.envelope import canonical
from tracker.instants import FUTURE_OPEN, PAST_OPEN, AsOf, Instant
from tracker.reports import Report, make_report
from tracker.situation import Situation
from tracker.times import When

KINDS = {kind.TOPIC: kind for kind in FACT_KINDS}
POLICY = POLICIES["latest/1"]
WORLD = registry()


def examples(number: float) -> settings:
    return settings(
        max_examples=times(number),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


# -- reports, generated: few days and few actors, so that they contradict each other --------------


class Raw(NamedTuple):
    """A report before it is read; `retracted` gives the day on which each fact was taken back."""

    source: str
    published: str
    facts: tuple[Row, ...]
    retracted: tuple[str | None, ...] = ()


def day(number: int) -> str:
    return f"2013-01-{number:02}"


DAYS = st.integers(3, 6).map(day)
TWO_DAYS = st.tuples(st.integers(2, 5), st.integers(0, 3)).map(lambda d: (day(d[0]), day(sum(d))))
WHENS = DAYS | st.one_of(
    DAYS.map("{}~".format),
    DAYS.map("{}?".format),
    DAYS.map("{}T12:00:00Z".format),
    DAYS.map("[..{}]".format),
    DAYS.map("[{}..]".format),
    TWO_DAYS.map(lambda d: f"[{d[0]}..{d[1]}]"),
    TWO_DAYS.map("/".join),
    DAYS.map("{}/..".format),
    DAYS.map("../{}".format),
    st.sampled_from(["2013-01", "2012-XX-XX", "2013-01-XX", "2013-01-04~/2013-01-05"]),
)
PUBLISHED = (
    st.integers(5, 7).map(day)
    | st.integers(3, 7).map(day)
    | st.integers(3, 6).map(lambda d: f"{day(d)}T12:00:00Z")
)
STATUS = st.sampled_from(["occurred"] * 9 + ["ongoing"] * 3 + ["planned", "possible", "denied"])
CASTS = (
    ("army", "legion", "rebels"),
    ("army", "guard", "bandits"),
    ("rebels", "brigade", "army"),
    ("clans", "rebels", "brigade"),
    ("army", "bandits", "rebels"),
)
NUMBER = st.sampled_from([100, 200, 500])
QUANTITIES: st.SearchStrategy[Row] = st.one_of(
    st.fixed_dictionaries({"best": NUMBER, "semantics": st.sampled_from(["total", "change"])}),
    st.fixed_dictionaries(
        {
            "best": NUMBER,
            "comparator": st.just("about"),
            "semantics": st.sampled_from(["total", "change"]),
        }
    ),
    st.sampled_from(
        [
            {"comparator": "many"},
            {"comparator": "at least", "low": 300},
            {"comparator": "at least", "low": 100, "semantics": "change"},
            {"comparator": "between", "low": 100, "high": 200},
        ]
    ),
)


def fact(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Row]:
    """Give facts of one kind; a field that is None is left out."""
    common = {"when": WHENS, "status": STATUS}
    return st.fixed_dictionaries(common | fields).map(
        lambda drawn: (
            {"kind": kind, "voice": "reporter", "gist": kind}
            | {name: value for name, value in _sound(drawn).items() if value is not None}
        )
    )


def _sound(drawn: Row) -> Row:
    """Leave out since when it was so where that is after it was found so: a sheet is refused."""
    if drawn.get("since") is None:
        return drawn
    when, since = When.of(drawn["when"]), When.of(drawn["since"])
    late = since.speaks_from >= (when.end or when.start).latest
    return drawn | ({"since": None} if late else {})


SINCE = st.none() | WHENS


def control(cast: tuple[str, ...]) -> st.SearchStrategy[Row]:
    """Give facts about who holds the mill, among a few actors."""
    some = st.lists(st.sampled_from(cast), min_size=1, max_size=3, unique=True)
    mill: dict[str, st.SearchStrategy[Any]] = {"place": st.just("mill"), "by": some}
    return st.one_of(
        fact("TownOccupied", **mill),
        fact("TownRecaptured", **mill),
        fact("TownEntered", **mill, opposed=st.sampled_from(["yes", "no", "unknown"])),
        fact("TownBesieged", **mill),
        fact("ForcesWithdrew", **mill),
        fact("ForcesWithdrew", **mill),
        fact("ControlReported", **mill, since=SINCE),
        fact("ControlReported", **mill, since=SINCE, state=st.sampled_from(["contested", "mixed"])),
    )


ARMY: dict[str, st.SearchStrategy[Any]] = {
    "place": st.just("mill"),
    "by": st.just(["army"]),
    "quantity": st.none() | QUANTITIES,
}
DEPLOYED = fact("TroopsDeployed", **ARMY)
FORCES = st.one_of(
    DEPLOYED,
    DEPLOYED,
    fact("TroopsDeployed", **ARMY | {"by": st.sampled_from([["army"], ["legion", "army"]])}),
    fact("TroopsPledged", **ARMY),
    fact("TroopsMobilised", **ARMY),
    fact("ForcesPositioned", place=st.just("mill"), by=st.just(["army"])),
)
LEVEL: dict[str, st.SearchStrategy[Any]] = {
    "scheme": st.just("lantern"),
    "scope": st.just("land"),
    "level": st.sampled_from(["white", "amber", "red", "calm", "bright red"]),
}
LEFT = st.none() | LEVEL["level"]
AUTHORITY = st.sampled_from([["office"], ["warden"], ["army"]])
ALERTS = st.one_of(
    fact("ThreatLevelRaised", **LEVEL, by=AUTHORITY, from_level=LEFT),
    fact("ThreatLevelLowered", **LEVEL, by=AUTHORITY, from_level=LEFT),
    fact("ThreatLevelReported", **LEVEL, since=SINCE),
)
KILLED: dict[str, st.SearchStrategy[Any]] = {
    "side": st.just("army"),
    "category": st.just("soldiers"),
    "fate": st.just("killed"),
    "place": st.sampled_from((None, None, "mill", "ford", "land")),
    "quantity": st.none()
    | QUANTITIES
    | st.fixed_dictionaries({"best": NUMBER, "semantics": st.just("cumulative")}),
}
LOSSES = fact("CasualtiesReported", **KILLED)


def reports(facts: st.SearchStrategy[Row], most: int = 4) -> st.SearchStrategy[list[Raw]]:
    """Give up to `most` reports of one to three facts, no fact twice in one report."""
    told = st.lists(facts, min_size=1, max_size=3, unique_by=canonical).map(tuple)
    never = st.none()
    one = st.builds(
        Raw,
        st.sampled_from(["gazette", "radio", "wire"]),
        PUBLISHED,
        told,
        st.tuples(*[never | never | never | PUBLISHED] * 3),
    )
    return st.lists(one, min_size=2, max_size=most)


# -- the law, over rectangles ---------------------------------------------------------------------


def read(raw: Raw) -> Report:
    facts = []
    for fields in raw.facts:
        kind = KINDS[fields["kind"]]
        facts.append(kind.model_validate({k: v for k, v in fields.items() if k != "kind"}))
    published = When.of(raw.published)
    return make_report({"source": raw.source, "published": published}, facts)


def tellings(raws: Sequence[Raw], *, retractions: bool) -> list[oracle.Telling]:
    """Give what the oracle is told; a report that is recorded twice counts once."""
    found: dict[str, oracle.Telling] = {}
    for raw in raws:
        report = read(raw)
        for number, one in enumerate(report.facts):
            back = raw.retracted[number] if retractions and raw.retracted else None
            retracted = When.of(back).start.latest - 1 if back else None
            told = oracle.Telling(
                one, report.registered.published, report.stream.hex, number, retracted
            )
            found.setdefault(one.id, told)
    return list(found.values())


def claims_of(raws: Sequence[Raw]) -> dict[tuple[str, str], list[Claim]]:
    cells: dict[tuple[str, str], list[Claim]] = {}
    seen: set[str] = set()
    for raw in raws:
        report = read(raw)
        for number, one in enumerate(report.facts):
            if one.id in seen:
                continue
            seen.add(one.id)
            teller = Teller.of(report.stream.hex, report.registered)
            place = (teller.report, teller.stream, len(seen), number + 2, 0)
            told = Told(one, *place, WORLD, teller.known)
            for projection in PROJECTIONS.values():
                for claim in projection.claims(told):
                    back = raw.retracted[number] if raw.retracted else None
                    taken = claim.retracted_at(When.of(back).start.latest - 1) if back else claim
                    cells.setdefault((claim.projection, claim.key), []).append(taken)
    return cells


def around(instants: set[Instant]) -> list[Instant]:
    near = {at + step for at in instants for step in (-2, -1, 0, 1)}
    return sorted(at for at in near if PAST_OPEN // 2 < at < FUTURE_OPEN // 2)


def times_of(told: Sequence[oracle.Telling]) -> list[Instant]:
    """Give every instant about which a fact begins or ceases to speak, and its neighbours."""
    instants: set[Instant] = set()
    for one in told:
        for when in (one.fact.when, getattr(one.fact, "since", None), one.published):
            if when is not None:
                instants |= {*when.start, when.speaks_from, *(when.end or ())}
    return around(instants)


def knowns_of(told: Sequence[oracle.Telling]) -> list[Instant]:
    outs = {one.out for one in told} | {one.retracted for one in told if one.retracted is not None}
    return sorted({at + step for at in outs for step in (-1, 0)} | {max(outs) + 1})


def at_most_one(beliefs: Sequence[Belief], t: Instant, k: Instant) -> State | None:
    found = [
        one.state
        for one in beliefs
        if one.valid_from <= t < one.valid_to and one.known_from <= k < one.known_to
    ]
    assert len(found) <= 1, "rectangles overlap"
    return found[0] if found else None


VALUES = {name: tuple(oracle.NOTHING[name]) for name in oracle.NOTHING}


def value_of(row: Row, projection: str) -> Row:
    value = {name: row[name] for name in VALUES[projection]}
    return value | ({"besiegers": row["besiegers"]} if "besiegers" in row else {})


def agree(row: Row | None, finding: oracle.Finding | None, projection: str) -> bool:
    if row is None or finding is None:
        return row is None and finding is None
    possibly = [(value_of(one, projection), one["evidence"]) for one in row["possibly"]]
    return (
        value_of(row, projection) == finding.value
        and (row["since"]["edtf"] if row["since"] else None) == finding.since
        and row["certainty"] == finding.certainty
        and row["evidence"] == finding.evidence
        and len(possibly) == len(finding.possibly)
        and all(one in possibly for one in finding.possibly)
    )


def hold_to_the_law(raws: Sequence[Raw], more: Sequence[tuple[Instant, Instant]] = ()) -> None:
    told = tellings(raws, retractions=True)
    cells = claims_of(raws)
    asked = [(t, k) for t in times_of(told) for k in knowns_of(told)]
    for cell, mine in oracle.cells(told, WORLD).items():
        name = cell[0]
        beliefs = rectangles(cells[cell], POLICY, PROJECTIONS[name], WORLD.kin)
        rows: dict[int, Row] = {}
        for t, k in (*asked, *more):
            state = at_most_one(beliefs, t, k)
            if state and id(state) not in rows:
                rows[id(state)] = written(cell, state)
            row = rows[id(state)] if state else None
            finding = oracle.ask(mine, name, t, k, WORLD)
            assert agree(row, finding, name), explain(raws, cell, t, k, row, finding)


def written(cell: tuple[str, str], state: State) -> Row:
    """Give a state as JSON, and hold the text that is stored of it to the same."""
    row = state.as_json()
    parts = PROJECTIONS[cell[0]].row(cell[1])
    assert state_text(state_head(parts), state) == stored_text({**parts, **row})
    return row


def stored_text(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def explain(raws: Sequence[Raw], *asked: object) -> str:
    return "\n".join(map(str, ["the tracker and the oracle differ", *raws, *asked]))


MORE = st.lists(
    st.tuples(
        st.integers(When.of("2012-12-20").start.earliest, When.of("2013-02-10").start.earliest),
        st.integers(When.of("2013-01-01").start.earliest, When.of("2013-01-10").start.earliest),
    ),
    min_size=3,
    max_size=3,
)


@examples(60)
@given(st.sampled_from(CASTS).flatmap(lambda cast: reports(control(cast))), MORE)
def test_a_belief_about_control_is_what_the_facts_say(
    raws: list[Raw], more: list[tuple[Instant, Instant]]
) -> None:
    hold_to_the_law(raws, more)


@examples(60)
@given(reports(FORCES), MORE)
def test_a_belief_about_forces_is_what_the_facts_say(
    raws: list[Raw], more: list[tuple[Instant, Instant]]
) -> None:
    hold_to_the_law(raws, more)


@examples(60)
@given(reports(ALERTS), MORE)
def test_a_belief_about_alerts_is_what_the_facts_say(
    raws: list[Raw], more: list[tuple[Instant, Instant]]
) -> None:
    hold_to_the_law(raws, more)


@examples(100)
@given(reports(LOSSES, most=3), MORE)
def test_a_belief_about_losses_is_what_the_facts_say(
    raws: list[Raw], more: list[tuple[Instant, Instant]]
) -> None:
    hold_to_the_law(raws, more)


# -- the law, and others, over the whole path: sheets, log, read model, answers -------------------

ANYTHING = reports(st.one_of(control(CASTS[0]), FORCES, ALERTS, LOSSES))
BATCHES = (1, 2, 7, 5000)


def record(situation: Situation, raw: Raw) -> None:
    data = sheet(raw.source, raw.published, *raw.facts)
    situation.record([(data, "a sheet")], by="tests")


def recorded(raws: Sequence[Raw]) -> Situation:
    """Record reports in a new situation, which the caller closes."""
    situation = new_situation()
    for raw in raws:
        record(situation, raw)
    return situation


LATEST = Weighing(policy="latest/1")


def some(instants: Sequence[Instant], number: int) -> Sequence[Instant]:
    """Give every n-th of many instants, and the last."""
    return [*instants[:: len(instants) // number + 1], instants[-1]]


def out_of(raw: Raw) -> Instant:
    return When.of(raw.published).start.latest - 1


def believed(rows: Sequence[Row]) -> dict[tuple[str, str], Row]:
    return {
        (row["projection"], row["key"]): row for row in rows if row["projection"] in PROJECTIONS
    }


@examples(60)
@given(ANYTHING)
def test_an_answer_is_what_the_facts_say(raws: list[Raw]) -> None:
    told = tellings(raws, retractions=False)
    cells = oracle.cells(told, WORLD)
    with recorded(raws) as situation:
        for t in some(times_of(told), 8):
            for k in some(knowns_of(told), 3):
                rows = believed(situation.state(AsOf(t, k), weighing=LATEST).dicts)
                assert rows.keys() <= cells.keys()
                for cell, mine in cells.items():
                    finding = oracle.ask(mine, cell[0], t, k, WORLD)
                    row = rows.get(cell)
                    assert agree(row, finding, cell[0]), explain(raws, cell, t, k, row, finding)


def beliefs_of(situation: Situation) -> list[Row]:
    return situation.store.beliefs()


@examples(30)
@given(ANYTHING, st.randoms(use_true_random=False))
def test_reports_recorded_in_another_order_give_the_same_beliefs(
    raws: list[Raw], random: Random
) -> None:
    shuffled = list(raws)
    random.shuffle(shuffled)
    with recorded(raws) as one, recorded(shuffled) as other:
        assert beliefs_of(one) == beliefs_of(other)


@examples(6)
@given(ANYTHING)
def test_every_order_of_four_reports_gives_the_same_beliefs(raws: list[Raw]) -> None:
    with recorded(raws) as first:
        expected = beliefs_of(first)
    for order in permutations(raws):
        with recorded(order) as situation:
            assert beliefs_of(situation) == expected


@examples(30)
@given(ANYTHING)
def test_a_read_model_is_the_same_rebuilt_or_followed_in_batches(raws: list[Raw]) -> None:
    with recorded(raws) as situation:
        assert situation.compare() == []
        events = list(situation.log.read())
        expected = list(situation.store.dump())
    for batch in BATCHES:
        with Store(":memory:") as store:
            assert follow(store, events, batch=batch) == len(events)
            assert list(store.dump()) == expected
            assert follow(store, events, batch=batch) == 0, "every event counts once"
            assert unused_states(store) == []
            assert misnumbered(store) == []


def unused_states(store: Store) -> list[str]:
    """Give the states that no rectangle fills, and those that a cell has twice."""
    unused = store.rows("SELECT text FROM states WHERE id NOT IN (SELECT state FROM rectangles)")
    twice = store.rows(
        "SELECT text FROM states GROUP BY id >> ?, text HAVING count(*) > 1", (STATE_BITS,)
    )
    return [row["text"] for row in (*unused, *twice)]


def misnumbered(store: Store) -> list[tuple[Row, Row]]:
    """Give pairs of states of a cell whose numbers are not the same just where they say the same.

    `says` leaves out who backs them, and since when they are so; `tells` does not.
    """
    marked = store.rows(
        "SELECT DISTINCT c.projection, c.key, r.says, r.tells, s.text FROM rectangles r"
        " JOIN cells c ON c.id = r.cell JOIN states s ON s.id = r.state ORDER BY c.id"
    )
    found = []
    for _, of_cell in groupby(marked, key=lambda row: (row["projection"], row["key"])):
        for one, other in combinations(of_cell, 2):
            rows = [
                {"projection": row["projection"], **json.loads(row["text"])} for row in (one, other)
            ]
            says = says_the_same(*rows, support=False)
            tells = says_the_same(*rows) and begun(rows[0]) == begun(rows[1])
            if (one["says"] == other["says"], one["tells"] == other["tells"]) != (says, tells):
                found.append((one, other))
    return found


@examples(60)
@given(ANYTHING)
def test_a_cell_that_grows_is_the_one_worked_out_at_once(raws: list[Raw]) -> None:
    with recorded(sorted(raws, key=out_of)) as situation, Store(":memory:") as store:
        events = list(situation.log.read())
        for event in events:
            follow(store, [event], after=event.position - 1)
        assert list(store.dump()) == list(situation.store.dump())
        assert unused_states(store) == []
        assert misnumbered(store) == []
        assert store.kept is not None


@examples(40)
@given(ANYTHING)
def test_what_is_told_as_it_comes_is_what_is_told_afterwards(raws: list[Raw]) -> None:
    times = set(some(times_of(tellings(raws, retractions=False)), 4))
    with new_situation() as situation:
        first = situation.position
        told: dict[Instant, list[Row]] = {t: [] for t in times}
        for raw in sorted(raws, key=out_of):
            after = situation.position
            record(situation, raw)
            for t in times:
                told[t] += situation.changes(after, situation.watched(as_of=t)).changes
        situation.store.kept = None
        for t in times:
            assert situation.changes(first, situation.watched(as_of=t)).changes == told[t]


@examples(30)
@given(ANYTHING)
def test_what_was_known_then_does_not_change_when_more_is_published(raws: list[Raw]) -> None:
    told = tellings(raws, retractions=False)
    times = some(times_of(told), 8)
    with new_situation() as situation:
        answered: list[tuple[AsOf, Sequence[Row]]] = []
        for out, published in groupby(sorted(raws, key=out_of), key=out_of):
            for raw in published:
                record(situation, raw)
            for clocks, rows in answered:
                assert situation.state(clocks).dicts == rows
            now = [AsOf(t, out) for t in times]
            answered += [(clocks, situation.state(clocks).dicts) for clocks in now]


@examples(30)
@given(ANYTHING)
def test_the_stored_state_is_the_one_worked_out_live_from_the_log(raws: list[Raw]) -> None:
    told = tellings(raws, retractions=False)
    with recorded(raws) as situation:
        end = situation.log.position
        for t in some(times_of(told), 8):
            for k in (*some(knowns_of(told), 2), None):
                stored = situation.state(AsOf(t, k)).dicts
                assert situation.state(AsOf(t, k, position=end)).dicts == stored
            for name in PROJECTIONS:
                mine = tuple(row for row in stored if row["projection"] == name)
                assert situation.state(AsOf(t), name).dicts == mine
                for row in mine:
                    assert situation.state(AsOf(t), name, row["key"]).dicts == (row,)
        for name, key in oracle.cells(told, WORLD):
            live = situation.history(key, name, AsOf(0, position=end)).dicts
            assert live == situation.history(key, name).dicts


@examples(8)
@given(ANYTHING)
def test_what_changed_is_the_same_whether_stored_or_worked_out(raws: list[Raw]) -> None:
    told = tellings(raws, retractions=False)
    with recorded(raws) as situation:
        end = situation.log.position
        times = some(times_of(told), 3)
        knowns = (None, *some(knowns_of(told), 2))
        for first, last in pairwise(times):
            for early, late in ((one, two) for one in knowns for two in knowns):
                if (early or FUTURE_OPEN) <= (late or FUTURE_OPEN):
                    before, after = AsOf(first, early), AsOf(last, late)
                    stored = situation.diff(before, after)
                    by_log = replace(before, position=end), replace(after, position=end)
                    worked_out = situation.diff(by_log[0], by_log[1])
                    assert stored.dicts == worked_out.dicts
                    assert stored.more == worked_out.more


@examples(15)
@given(ANYTHING)
def test_claims_of_many_cells_are_those_of_each(raws: list[Raw]) -> None:
    told = tellings(raws, retractions=False)
    cells = sorted(oracle.cells(told, WORLD))
    first, *_, last = times_of(told)
    with recorded(raws) as situation:
        store = situation.store
        each = {cell: store.claims(*cell) for cell in cells}
        assert store.claims_in([*cells, ("control", "nowhere")]) == each
        half = (first + last) // 2
        turning = {
            cell: [one for one in claims if any(first < at <= half for at in turns(one))]
            for cell, claims in each.items()
        }
        assert store.claims_in(cells, (first, half)) == turning


def turns(claim: Claim) -> list[Instant]:
    """Give the valid instants at which a claim begins, perhaps and surely, is seen, or ends."""
    ends = (claim.end.earliest, claim.end.latest - 1) if claim.end else ()
    seen = () if claim.observed is None else (claim.observed,)
    return [claim.start.earliest, claim.certain_from, *seen, *ends]


@examples(30)
@given(ANYTHING)
def test_a_log_position_gives_back_what_was_answered_then(raws: list[Raw]) -> None:
    times = some(times_of(tellings(raws, retractions=False)), 8)
    with new_situation() as situation:
        answered = []
        for raw in raws:
            record(situation, raw)
            end = situation.log.position
            answered += [(t, end, situation.state(AsOf(t)).dicts) for t in times]
        for t, end, rows in answered:
            assert situation.state(AsOf(t, position=end)).dicts == rows
