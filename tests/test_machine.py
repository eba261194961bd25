"""One situation on disk through every command, against a list in memory: they never differ.

Commands come in any order, drawn by hypothesis; between them the files are left as a crash leaves
them, closed and opened, made anew, and asked about at any moment on every clock. What is right is
said by `memory_for_tests` and the two oracles, which start from the facts at each question.

Run as a program (scripts/machine), it takes as many steps as it is told.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import UUID

import oracle
import oracle_weighted
import pytest
from commands_for_tests import run
from effort_for_tests import times
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    get_state_machine_test,
    invariant,
    precondition,
    rule,
)
from memory_for_tests import Cell, Heard, Memory, out
from pydantic import ValidationError
from sheets_for_tests import NOW
from test_laws import CASTS, FORCES, LOSSES, agree, control, fact
from test_laws_weighted import (
    ALERTS,
    BOOK_KEEPING,
    SITUATION,
    Raw,
    expected,
    part,
    sheet_of,
    summary,
)
from test_laws_weighted import told as spoken

from projections.names import BELIEVED
from projections.policies import POLICIES
from projections.store import Row
from projections.weighing import Weighing
from tracker.apart import read_citation
from tracker.errors import TrackerError
from tracker.facts.envelope import Event
from tracker.facts.record import TextErased
from tracker.instants import FUTURE_OPEN, PAST_OPEN, AsOf, Instant, format_instant, parse_moment
from tracker.outcomes import Answer
from tracker.situation import Situation
from tracker.times import When

APART = SITUATION.replace(b", allies: [rebels]", b"")
CONNECT = sqlite3.connect
MINUTE = 60_000_000
STEP = 60  # instructions of SQLite's machine between two looks at whether to crash
FIRST_CRASH, LAST_CRASH = 1, 120  # looks

IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - Linux's own name
"""Where files lie in memory, if there is such a place: a crash here is no power cut."""

Action = Callable[[Situation], object]


# -- what is drawn ---------------------------------------------------------------------------------


def _readable(one: Row) -> bool:
    """Leave out where the second oracle and the tracker are known to read the rules two ways.

    Sieges, and recaptures of unsure dates: the decision table tells those case by case.
    """
    exact = len(one["when"]) == len("2013-01-01")
    return one["kind"] != "TownBesieged" and (one["kind"] != "TownRecaptured" or exact)


def _somewhere(facts: st.SearchStrategy[Row]) -> st.SearchStrategy[Row]:
    places = st.sampled_from(["mill", "ford"])
    return st.tuples(facts, places).map(lambda drawn: {**drawn[0], "place": drawn[1]})


FIGHT = fact("FightingReported", place=st.just("mill"), status=st.sampled_from(["occurred"]))
FACTS = st.one_of(
    _somewhere(st.sampled_from(CASTS).flatmap(control)).filter(_readable),
    _somewhere(st.sampled_from(CASTS).flatmap(control)).filter(_readable),
    _somewhere(FORCES),
    ALERTS,
    LOSSES,
    FIGHT,
)
DAYS = st.integers(3, 9).map(lambda number: f"2013-01-{number:02}")
PUBLISHED = DAYS | st.integers(3, 8).map(lambda number: f"2013-01-{number:02}T12:00:00Z")
SOURCES = st.sampled_from(["gazette", "radio", "wire", "bulletin", "drum"])
BATCHES = st.sampled_from([None, None, "one", "two"])


def _subject(one: Row) -> str:
    """What a report tells at most one thing of."""
    return str(one.get("place")) + str(one.get("scheme")) + str(one.get("side"))


REPORTS = st.builds(
    Raw,
    SOURCES,
    PUBLISHED,
    st.lists(spoken(FACTS), min_size=1, max_size=2, unique_by=_subject).map(tuple),
    st.just(()),
    st.just(False),  # noqa: FBT003 - a strategy's value
)
ROWS = st.tuples(
    st.sampled_from(["Mill", "Ford"]), DAYS, st.sampled_from(["Army", "Rebels", "contested", "?"])
)
WARRANT: dict[str, Any] = {"authority": "The officer", "by": "ana", "published": "2013-01-09"}
VERBS = ("state", "audit", "history", "gaps", "disputes")
PICK = st.integers(0, 10_000)
"""Which of those there are, modulo their number."""


def _moments(first: int, last: int) -> st.SearchStrategy[Instant]:
    days = st.integers(first, last).map(lambda n: parse_moment(f"2013-01-{n:02}").latest - 1)
    step = st.sampled_from([0, 0, 1, -12 * 60 * MINUTE, -24 * 60 * MINUTE + 1])
    return st.tuples(days, step).map(sum)


VALID = _moments(2, 10)
KNOWN = _moments(3, 10)
ANY_KNOWN = st.none() | KNOWN


class Told(NamedTuple):
    """A sheet that was recorded: how it is told again."""

    raw: Raw
    number: int
    batch: str | None


class Answered(NamedTuple):
    """Rows as of t, known at k, which nothing published later may change."""

    t: Instant
    k: Instant
    rows: list[Row]


# -- the machine -----------------------------------------------------------------------------------


class Machine(RuleBasedStateMachine):
    """A situation on disk, and what it is held against."""

    steps = 0  # of all machines

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory(prefix="tracker-machine-", dir=IN_MEMORY)
        self.home = Path(self._folder.name)
        self.log = self.home / "0" / "situation.db"
        self.log.parent.mkdir()
        self.keys = self.home / "keys"
        self._keys_before = os.environ.get("TRACKER_KEYS")
        os.environ["TRACKER_KEYS"] = str(self.keys)
        self.wrecks = 0
        self.fuse = 0
        sqlite3.connect = self._connect  # type: ignore[assignment]
        self.now = NOW
        self.memory = Memory()
        self.kept: list[tuple[Any, ...]] = []
        self.sheets: list[Told] = []
        self.tables: list[list[tuple[str, str, str]]] = []
        self.answered: list[Answered] = []
        self.cited: list[bytes] = []
        self.signed: list[str] = []
        self.allied = True
        self.real = self.opened(create=True)
        self.do(lambda s: s.register(SITUATION, "situation.yaml", by="ana"), None)

    def teardown(self) -> None:
        try:
            if self.real.position == self.memory.position:  # else a step has failed half-way
                assert self.real.compare() == []
                self.a_replay_ends_in_the_state()
                self.every_cell_is_what_its_facts_say(VALID_NOW, None)
        finally:
            sqlite3.connect = CONNECT
            if self._keys_before is None:
                del os.environ["TRACKER_KEYS"]
            else:
                os.environ["TRACKER_KEYS"] = self._keys_before
            self.real.close()
            self._folder.cleanup()

    def a_replay_ends_in_the_state(self) -> None:
        clocks, replayed = AsOf(VALID_NOW), dict[tuple[str, str], Row]()
        for _, changes in self.real.replay(clocks):
            for change in changes:
                replayed[change["projection"], change["key"]] = change["after"]
        said = {cell: after for cell, after in replayed.items() if after}
        rows = {(row["projection"], row["key"]): row for row in self.real.state(clocks).dicts}
        assert said.keys() == rows.keys()
        for cell, after in said.items():
            if cell[0] in BELIEVED:
                assert {name: rows[cell][name] for name in after} == after

    # -- doing ---------------------------------------------------------------------------------

    def opened(self, *, create: bool = False) -> Situation:
        return Situation(str(self.log), create=create, clock=lambda: self.now)

    def do(self, action: Action, added: int | None, *, refused: bool = False) -> Any:  # noqa: ANN401
        """Do what must add so many events (None: any number), or must be refused and add none."""
        self.now += MINUTE
        before = self.real.position
        outcome: Any = None
        if refused:
            with pytest.raises(TrackerError):
                action(self.real)
            assert self.real.position == before
        else:
            outcome = action(self.real)
        self.absorb()
        if added is not None and not refused:
            assert self.memory.position - before == added
        return outcome

    def absorb(self) -> list[Event]:
        """Note what the log has gained: it is acknowledged, and must stay as it is."""
        fresh = list(self.real.log.read(self.memory.position))
        for event in fresh:
            self.memory.take(event)
            known = self._known(event)
            self.answered = [one for one in self.answered if one.k < known]
            if isinstance(event.body, TextErased):
                self.reread()
        self.kept += self.stored()[len(self.kept) :]
        return fresh

    def reread(self) -> None:
        """What an erased speaker is called, only the keys' secret tells; else nothing changes."""
        self.answered = []
        for event in self.real.log.read():
            if event.fact and event.fact.id in self.memory.erased:
                self.memory.reread(event.fact)

    def _known(self, event: Event) -> Instant:
        """From when on an event may change what is answered; registrations always may."""
        if event.id in self.memory.facts:
            return self.memory.facts[event.id].known
        published = getattr(event.body, "published", None)
        return out(published) if published else PAST_OPEN

    def stored(self) -> list[tuple[Any, ...]]:
        """Give the rows of the log, read behind the tracker's back."""
        connection = CONNECT(self.log)
        try:
            return connection.execute(
                "SELECT seq, originator_id, originator_version, topic, state, event_id"
                " FROM stored_events ORDER BY seq"
            ).fetchall()
        finally:
            connection.close()

    def pick(self, number: int) -> Heard:
        facts = list(self.memory.facts.values())
        return facts[number % len(facts)]

    # -- crashes -------------------------------------------------------------------------------

    def _connect(self, *args: Any, **kwargs: Any) -> sqlite3.Connection:  # noqa: ANN401
        connection: sqlite3.Connection = CONNECT(*args, **kwargs)
        connection.set_progress_handler(self._look, STEP)
        return connection

    def _look(self) -> int:
        if self.fuse:
            self.fuse -= 1
            if not self.fuse:
                self.leave_wreck()
        return 0

    def leave_wreck(self) -> None:
        """Copy the files as they are at this moment: what kill -9 would leave.

        Not the shared-memory file, which does not outlive the processes that share it. The keys,
        and what is remembered beside them, are left as they are as well.
        """
        self.wrecks += 1
        if self.keys.exists():
            shutil.copytree(self.keys, self.home / f"keys-{self.wrecks}")
        wreck = self.home / str(self.wrecks)
        wreck.mkdir()
        for file in self.log.parent.iterdir():
            if not file.name.endswith("-shm"):
                shutil.copyfile(file, wreck / file.name)

    def burnt_out(self) -> bool:
        """Whether nothing crashed before the command was done; then it crashes now."""
        done = bool(self.fuse)
        if done:
            self.fuse = 0
            self.leave_wreck()
        return done

    def go_on_from_wreck(self) -> None:
        self.real.close()
        shutil.rmtree(self.log.parent)
        self.log = self.home / str(self.wrecks) / "situation.db"
        shutil.rmtree(self.keys, ignore_errors=True)
        left = self.home / f"keys-{self.wrecks}"
        if left.exists():
            left.rename(self.keys)
        self.real = self.opened()

    # -- recording -----------------------------------------------------------------------------

    def recording(self, told: Told) -> Action:
        data = (sheet_of(told.raw, told.number), "sheet.yaml")
        return lambda situation: situation.record([data], by="ana", batch=told.batch)

    def ids(self, told: Told) -> set[str]:
        """Give the ids of the facts of a sheet."""
        ((_, sheet),) = self.real.read_sheets([(sheet_of(told.raw, told.number), "sheet.yaml")])
        return {one.id for one in sheet.report.facts}

    @rule(raw=REPORTS, batch=BATCHES)
    def record(self, raw: Raw, batch: str | None) -> None:
        told = Told(raw, len(self.sheets), batch)
        self.sheets.append(told)
        (outcome,) = self.do(self.recording(told), 1 + len(raw.facts))
        assert (outcome.added, outcome.already) == (1 + len(raw.facts), 0)
        assert self.ids(told) <= self.memory.facts.keys()

    @rule(raw=REPORTS)
    def record_by_command_line(self, raw: Raw) -> None:
        told = Told(raw, len(self.sheets), None)
        self.sheets.append(told)
        file = self.home / "sheet.yaml"
        file.write_bytes(sheet_of(raw, told.number))

        def record(_: Situation) -> None:
            found = run("--log", self.log, "record", file, "--by", "ana")
            assert found.exit_code == 0, found.output

        self.do(record, 1 + len(raw.facts))

    @precondition(lambda self: self.sheets)
    @rule(number=PICK)
    def record_again(self, number: int) -> None:
        told = self.sheets[number % len(self.sheets)]
        (outcome,) = self.do(self.recording(told), 0)
        assert (outcome.added, outcome.already) == (0, 1 + len(told.raw.facts))

    @precondition(lambda self: self.sheets)
    @rule(number=PICK, more=spoken(FACTS))
    def record_again_with_more(self, number: int, more: Row) -> None:
        at = number % len(self.sheets)
        told = self.sheets[at]
        if _subject(more) in map(_subject, told.raw.facts):
            return
        grown = told._replace(raw=told.raw._replace(facts=(*told.raw.facts, more)))
        fresh = self.ids(grown) - self.memory.facts.keys()
        self.do(self.recording(grown), len(fresh))
        self.sheets[at] = grown

    @precondition(lambda self: any(len(told.raw.facts) > 1 for told in self.sheets))
    @rule(number=PICK)
    def record_again_with_less(self, number: int) -> None:
        some = [told for told in self.sheets if len(told.raw.facts) > 1]
        told = some[number % len(some)]
        less = told._replace(raw=told.raw._replace(facts=told.raw.facts[1:]))
        left = self.ids(less)
        stream = self.memory.facts[next(iter(left))].stream
        lost = [
            one
            for one in self.memory.in_stream(stream)
            if not {self.memory.root(one).fact.id, one.fact.id} & left
            and one.replaced_by is None
            and not one.taken_back
        ]
        self.do(self.recording(less), 0, refused=bool(lost))

    @rule(rows=st.lists(ROWS, min_size=1, max_size=3))
    def import_table(self, rows: list[tuple[str, str, str]]) -> None:
        """A table says one thing of a place and a day, however often it is drawn."""
        known = {row for table in self.tables for row in table}
        said = {row[:2]: row for row in known}
        rows = [said.setdefault(row[:2], row) for row in rows]
        self.tables.append(rows)
        fresh = {row for row in rows if row[2] != "?"} - known
        outcome = self.do(self.importing(rows), None)
        assert sum(outcome.files[0].facts.values()) == len(fresh)

    @precondition(lambda self: self.tables)
    @rule(number=PICK)
    def import_again(self, number: int) -> None:
        self.do(self.importing(self.tables[number % len(self.tables)]), 0)

    def importing(self, rows: list[tuple[str, str, str]]) -> Action:
        table = self.home / "holders.csv"
        table.write_text("place,date,holder\n" + "".join(",".join(row) + "\n" for row in rows))
        return lambda situation: situation.import_table(
            "place-date-holder", [table], by="ana", quarantine=self.home / "left-over.csv"
        )

    @rule()
    def register_again(self) -> None:
        data = SITUATION if self.allied else APART
        self.do(lambda situation: situation.register(data, "situation.yaml", by="ana"), 0)

    @rule()
    def register_otherwise(self) -> None:
        """Who stands with whom changes, and with it what was resolved long ago."""
        self.allied = not self.allied
        data = SITUATION if self.allied else APART
        self.do(lambda situation: situation.register(data, "situation.yaml", by="ana"), 1)

    # -- amending ------------------------------------------------------------------------------

    @precondition(lambda self: self.memory.facts)
    @rule(number=PICK, day=DAYS, published=PUBLISHED)
    def correct(self, number: int, day: str, published: str) -> None:
        wrong = self.pick(number)
        if any(one.fact.id in self.memory.erased for one in self.memory.in_stream(wrong.stream)):
            return  # what an erased text said, nobody can compare
        added = self.correction(wrong, When.of(day), When.of(published))
        self.do(
            lambda situation: situation.correct(
                wrong.fact.id, {"when": day}, reason="a slip", by="ana", published=published
            ),
            added,
            refused=added is None,
        )

    def correction(self, wrong: Heard, when: When, published: When) -> int | None:
        """How many events a correction must add; None where it must be refused."""
        try:
            fresh = self.memory.retold(wrong, when=when)
        except ValidationError:
            return None
        if fresh == self.memory.retold(wrong):
            return None
        if wrong.replaced_by is not None:
            right = self.memory.retold(self.memory.facts[wrong.replaced_by])
            return 0 if right == fresh else None
        if wrong.taken_back or any(
            self.memory.retold(one) == fresh for one in self.memory.in_stream(wrong.stream)
        ):
            return None
        return None if out(published) < wrong.published.start.earliest else 2

    @precondition(lambda self: any(one.taken_back for one in self.memory.facts.values()))
    @rule(number=PICK, published=PUBLISHED)
    def put_back(self, number: int, published: str) -> None:
        gone = [one for one in self.memory.facts.values() if one.taken_back]
        wrong = gone[number % len(gone)]
        added = self.putting_back(wrong, published)
        self.do(
            lambda situation: situation.correct(
                wrong.fact.id, again=True, reason="so after all", by="ana", published=published
            ),
            added,
            refused=added is None,
        )

    def putting_back(self, wrong: Heard, published: str) -> int | None:
        """How many events it must add to put a fact back; None where it must be refused."""
        if wrong.replaced_by is not None:
            other = self.memory.facts[wrong.replaced_by]
            stands = other.replaced_by is None and not other.taken_back
            return 0 if wrong.put_back and stands else None
        assert wrong.taken_back
        early = out(When.of(published)) < wrong.taken_back.start.earliest
        return None if early else 2

    @precondition(lambda self: self.memory.facts)
    @rule(number=PICK, published=PUBLISHED)
    def retract(self, number: int, published: str) -> None:
        wrong = self.pick(number)
        added = self.retraction([wrong], When.of(published), alone=True)
        self.do(self.retracting(published, [wrong.fact.id]), added, refused=added is None)

    @precondition(lambda self: self.memory.facts)
    @rule(number=PICK, published=PUBLISHED)
    def retract_by_command_line(self, number: int, published: str) -> None:
        wrong = self.pick(number)
        added = self.retraction([wrong], When.of(published), alone=True)
        words = ("retract", f"#{wrong.position}", "--reason", "not so", "--by", "ana")

        def retract(_: Situation) -> None:
            found = run("--log", self.log, *words, "--published", published)
            assert found.exit_code == (2 if added is None else 0), found.output

        self.do(retract, added or 0)

    @precondition(lambda self: self.sheets)
    @rule(number=PICK, published=PUBLISHED)
    def retract_report(self, number: int, published: str) -> None:
        stream = self.pick(number).stream
        added = self.retraction(self.memory.in_stream(stream), When.of(published))
        self.do(self.retracting(published, report=stream), added, refused=added is None)

    @rule(name=st.sampled_from(["one", "two", "three"]), published=PUBLISHED)
    def retract_batch(self, name: str, published: str) -> None:
        of_it = [one for one in self.memory.facts.values() if one.batch == name]
        there = any(header.batch == name for header in self.memory.headers.values())
        added = self.retraction(of_it, When.of(published), batch=True) if there else None
        self.do(self.retracting(published, batch=name), added, refused=added is None)

    @staticmethod
    def retracting(published: str, facts: list[str] | None = None, **of: str) -> Action:
        return lambda situation: situation.retract(
            facts or [], reason="not so", by="ana", published=published, **of
        )

    def retraction(
        self, wanted: list[Heard], published: When, *, alone: bool = False, batch: bool = False
    ) -> int | None:
        """How many events taking these back must add; None where it must be refused."""
        if alone and any(one.replaced_by is not None for one in wanted):
            return None
        left = [
            one
            for one in wanted
            if not one.taken_back or (out(published) < out(one.taken_back) and not batch)
        ]
        if any(out(published) < one.published.start.earliest for one in left):
            return None
        return len(left)

    @precondition(lambda self: any(map(self.memory.cell, self.memory.facts)))
    @rule(number=PICK, published=PUBLISHED, start=DAYS, days=st.none() | st.integers(0, 3))
    def rule_on(self, number: int, published: str, start: str, days: int | None) -> None:
        some = [name for name in self.memory.facts if self.memory.cell(name)]
        name = some[number % len(some)]
        cell = self.memory.cell(name)
        assert cell
        end = ".." if days is None else f"2013-01-{int(start[-2:]) + days:02}"
        told = {"when": f"{start}/{end}", "reason": f"seen {self.now}", "published": published}

        def ruling(situation: Situation) -> object:
            return situation.rule(*cell, [name], by="ana", **told)

        self.do(ruling, 1)
        self.do(ruling, 0)

    @precondition(lambda self: self.memory.rulings)
    @rule(number=PICK, published=PUBLISHED)
    def retract_ruling(self, number: int, published: str) -> None:
        made = list(self.memory.rulings.values())
        one = made[number % len(made)]
        early = out(When.of(published)) < one.ruling.published.start.earliest
        again = not one.backs or out(When.of(published)) < min(at for at, _ in one.backs)
        self.do(self.retracting(published, [one.id]), int(again), refused=early and again)

    # -- erasing -------------------------------------------------------------------------------

    @precondition(lambda self: self.memory.facts)
    @rule(number=PICK)
    def redact(self, number: int) -> None:
        fact = self.pick(number)
        added = self.memory.erasing(fact)
        self.do(self.erasing(fact), added, refused=added is None)

    def erasing(self, fact: Heard) -> Action:
        return lambda situation: situation.redact(
            situation.to_erase([fact.fact.id]), reason="asked for", **WARRANT
        )

    @precondition(lambda self: any(map(self.memory.erasing, self.memory.facts.values())))
    @rule(number=PICK, fuse=st.integers(FIRST_CRASH, 3 * LAST_CRASH))
    def crash_while_redacting(self, number: int, fuse: int) -> None:
        """Recorded or not; where it is recorded, the text is gone."""
        some = [one for one in self.memory.facts.values() if self.memory.erasing(one)]
        fact = some[number % len(some)]
        before, all_of_it = self.memory.position, self.memory.erasing(fact) or 0
        self.now += MINUTE
        self.fuse = fuse
        self.erasing(fact)(self.real)
        acknowledged = self.burnt_out()
        self.go_on_from_wreck()
        self.absorb()
        there = self.memory.position - before
        assert there in ({all_of_it} if acknowledged else {0, all_of_it})
        self.do(self.erasing(fact), all_of_it - there)
        (row,) = [one for one in self.real.log.read() if one.id == fact.fact.id]
        assert row.fact is not None
        assert row.fact.gist == "[withheld]"

    @precondition(lambda self: self.memory.facts)
    @rule(number=PICK, whole=st.booleans())
    def hold(self, number: int, whole: bool) -> None:  # noqa: FBT001 - drawn
        name = self.held(number, whole=whole)
        added = int(name not in self.memory.holds.values())
        self.do(lambda s: s.hold([name], reason="the court", **WARRANT), added)

    @precondition(lambda self: self.memory.facts)
    @rule(number=PICK, whole=st.booleans())
    def lift(self, number: int, whole: bool) -> None:  # noqa: FBT001 - drawn
        name = self.held(number, whole=whole)
        self.do(
            lambda s: s.hold([name], reason="released", lift=True, **WARRANT),
            int(name in self.memory.holds.values()),
            refused=name not in self.memory.ever_held,
        )

    def held(self, number: int, *, whole: bool) -> str:
        """Pick a fact, or the whole report that tells it, by id."""
        fact = self.pick(number)
        return str(UUID(fact.stream)) if whole else fact.fact.id

    # -- the ledger ------------------------------------------------------------------------------

    @rule()
    def checkpoint(self) -> None:
        signed = self.real.checkpoint()
        assert signed.size == self.memory.position
        self.signed.append(signed.note)

    @rule(fuse=st.integers(FIRST_CRASH, LAST_CRASH))
    def crash_while_signing(self, fuse: int) -> None:
        self.fuse = fuse
        self.real.checkpoint()
        self.burnt_out()
        self.go_on_from_wreck()

    @rule()
    def verify(self) -> None:
        against = [(note.encode(), f"note {at}") for at, note in enumerate(self.signed)]
        verdict = self.real.verify(against=against)
        assert (verdict.verdict, verdict.findings, verdict.doubts) == ("fine", (), ())
        assert verdict.events == self.memory.position
        newest = [int(note.split("\n")[1]) for note in self.signed]
        assert verdict.covered >= max(newest, default=0)

    @rule()
    def verify_by_command_line(self) -> None:
        found = run("--log", self.log, "verify")
        assert found.exit_code == 0, found.output

    @rule(number=PICK)
    def head(self, number: int) -> None:
        """The ledger's head at any position, by RFC 9162's own definition over the rows."""
        position = number % (self.memory.position + 1)
        leaves = [_leaf(row) for row in self.kept[:position]]
        assert self.real.head(position) == (_root(leaves).hex() if position else EMPTY)

    # -- what happens to files -----------------------------------------------------------------

    @rule(raw=REPORTS, fuse=st.integers(FIRST_CRASH, LAST_CRASH))
    def crash_while_recording(self, raw: Raw, fuse: int) -> None:
        """The outcome is unknown: all of it or nothing, and a retry makes it one copy."""
        told = Told(raw, len(self.sheets), None)
        self.sheets.append(told)
        whole, before = 1 + len(raw.facts), self.memory.position
        self.now += MINUTE
        self.fuse = fuse
        self.recording(told)(self.real)
        acknowledged = self.burnt_out()
        self.go_on_from_wreck()
        self.absorb()
        there = self.memory.position - before
        assert there in ({whole} if acknowledged else {0, whole})
        self.do(self.recording(told), whole - there)

    @rule(fuse=st.integers(FIRST_CRASH, 20 * LAST_CRASH))
    def crash_while_rebuilding(self, fuse: int) -> None:
        self.fuse = fuse
        self.real.rebuild()
        self.burnt_out()
        self.go_on_from_wreck()

    @rule()
    def crash(self) -> None:
        self.leave_wreck()
        self.go_on_from_wreck()

    @rule()
    def reopen(self) -> None:
        self.real.close()
        self.real = self.opened()

    @rule()
    def rebuild(self) -> None:
        assert self.real.rebuild() == self.memory.position

    @rule()
    def rebuild_check(self) -> None:
        assert self.real.compare() == []

    # -- asking --------------------------------------------------------------------------------

    @rule(t=VALID, k=ANY_KNOWN)
    def every_cell_is_what_its_facts_say(self, t: Instant, k: Instant | None) -> None:
        rows = {(row["projection"], row["key"]): row for row in self.real.state(AsOf(t, k)).dicts}
        told = self.memory.cells()
        for cell, about in told.items():
            self.agrees(cell, about, AsOf(t, k), rows.pop(cell, None))
        assert {name for _, name in rows} >= self.memory.entries(t, FUTURE_OPEN if k is None else k)
        assert not any(projection in oracle.NOTHING for projection, _ in rows)

    @precondition(lambda self: self.memory.cells())
    @rule(number=PICK, t=VALID, k=ANY_KNOWN, upto=st.none() | PICK)
    def state(self, number: int, t: Instant, k: Instant | None, upto: int | None) -> None:
        """A cell, also as the log had it at a position."""
        position = None if upto is None else upto % (self.memory.position + 1)
        clocks = AsOf(t, k, None, position)
        cell = self.cell(number)
        told = self.memory.cells(position).get(cell, [])
        found = self.real.state(clocks, *cell).dicts
        self.agrees(cell, told, clocks, found[0] if found else None)

    @precondition(lambda self: self.memory.cells())
    @rule(number=PICK, t=VALID, k=ANY_KNOWN)
    def state_by_latest(self, number: int, t: Instant, k: Instant | None) -> None:
        """The simpler policy, by the simpler oracle."""
        cell = self.cell(number)
        found = self.real.state(AsOf(t, k), *cell, weighing=Weighing("latest/1")).dicts
        told, known = self.memory.cells()[cell], AsOf(t, k).known
        wanted = oracle.ask(told, cell[0], t, known, self.memory.world)
        assert agree(found[0] if found else None, wanted, cell[0]), (cell, found, wanted)

    @precondition(lambda self: self.memory.cells())
    @rule(number=PICK, t=VALID, k=ANY_KNOWN, policy=st.sampled_from(sorted(POLICIES)))
    def state_by_command_line(
        self, number: int, t: Instant, k: Instant | None, policy: str
    ) -> None:
        cell = self.cell(number)
        as_of, known_at = format_instant(t), None if k is None else format_instant(k)
        words = ["state", *cell, "--as-of", as_of, "--policy", policy, "--json"]
        words += ["--known-at", known_at] if known_at else []
        found = run("--log", self.log, *words)
        assert found.exit_code == 0, found.output
        clocks = self.real.clocks(as_of, known_at)
        answer = self.real.state(clocks, *cell, weighing=Weighing(policy))
        assert json.loads(found.stdout) == answer.as_json()

    @precondition(lambda self: self.memory.cells())
    @rule(number=PICK, t=VALID, k=KNOWN)
    def history(self, number: int, t: Instant, k: Instant) -> None:
        cell = self.cell(number)
        rows = self.real.history(cell[1], cell[0]).dicts
        holding = [
            row
            for row in rows
            if _within(row["valid_from"], t, row["valid_to"])
            and _within(row["known_from"], k, row["known_to"])
        ]
        state = self.real.state(AsOf(t, k), *cell).dicts
        assert [summary(row, cell[0]) for row in holding] == [
            summary(row, cell[0]) for row in state
        ]

    @precondition(lambda self: self.memory.cells())
    @rule(number=PICK, t=VALID, k=ANY_KNOWN, upto=st.none() | PICK)
    def audit(self, number: int, t: Instant, k: Instant | None, upto: int | None) -> None:
        position = None if upto is None else upto % (self.memory.position + 1)
        clocks, cell = AsOf(t, k, None, position), self.cell(number)
        answer = self.real.audit(clocks, *cell)
        assert list(answer.dicts) == list(self.real.state(clocks, *cell).dicts)
        roles = {line["fact"]: line["role"] for line in answer.more["evidence"]}
        told = [one.telling for one in self.memory.cells(position).get(cell, [])]
        for one in told:
            role = roles.pop(one.fact.id)
            back = one.retracted is not None and one.retracted <= clocks.known
            assert (role == "retracted") == (back and one.out <= clocks.known)
            if one.out > clocks.known:
                assert role == "not-yet"
        for name in roles:  # what makes no belief, and rulings
            assert self.memory.cell(name) is None if name in self.memory.facts else name

    @rule(times=st.tuples(VALID, VALID).map(sorted), known=st.tuples(KNOWN, KNOWN).map(sorted))
    def diff(self, times: list[Instant], known: list[Instant]) -> None:
        before, between, after = (
            AsOf(times[0], known[0]),
            AsOf(times[0], known[1]),
            AsOf(times[1], known[1]),
        )
        rows = self.real.diff(before, after).dicts
        states = [self.believed(clocks) for clocks in (before, between, after)]
        for cause, one, two in (
            ("knowledge", states[0], states[1]),
            ("ground", states[1], states[2]),
        ):
            told = {
                (row["projection"], row["key"]): row
                for row in rows
                if row["cause"] == cause and row["projection"] in oracle.NOTHING
            }
            for cell, row in told.items():
                for found, wanted in (
                    (row["before"], one.get(cell)),
                    (row["after"], two.get(cell)),
                ):
                    assert summary(found, cell[0]) == summary(wanted, cell[0])
            for cell in {*one, *two}:
                if _gist(one.get(cell), cell) != _gist(two.get(cell), cell):
                    assert cell in told, f"the diff leaves out {cell} ({cause})"

    @rule(t=VALID, k=KNOWN)
    def remember(self, t: Instant, k: Instant) -> None:
        """Keep an answer that only what is published by k may change."""
        self.answered.append(Answered(t, k, list(self.real.state(AsOf(t, k)).dicts)))

    # -- citing --------------------------------------------------------------------------------

    @precondition(lambda self: self.memory.cells())
    @rule(
        verb=st.sampled_from(["state", "audit", "history", "gaps", "disputes"]),
        number=PICK,
        t=VALID,
    )
    def cite(self, verb: str, number: int, t: Instant) -> None:
        cell, clocks = self.cell(number), AsOf(t)
        match verb:
            case "state":
                answer: Answer = self.real.state(clocks)
            case "audit":
                answer = self.real.audit(clocks, *cell)
            case "history":
                answer = self.real.history(cell[1], cell[0])
            case "gaps":
                answer = self.real.gaps(clocks)
            case _:
                answer = self.real.disputes(clocks, closed=True)
        self.cited.append(self.real.cite(answer, by="ana").as_bytes())

    @precondition(lambda self: self.cited)
    @rule(number=PICK)
    def cite_verify(self, number: int) -> None:
        citation = read_citation(self.cited[number % len(self.cited)], "cited.json")
        found = self.real.reproduce(citation)
        if found.verdict == "undecided":
            assert self.rests_on_erased(citation.log.position), found.why
            return
        assert found.verdict == "reproduced", found.why
        assert found.since == self.memory.position - citation.log.position
        now = self.real.cite(citation.query.ask(self.real), by="ana")
        assert bool(found.changes) == (now.answer.sha256 != citation.answer.sha256)

    @precondition(lambda self: self.cited)
    @rule(number=PICK)
    def cite_verify_by_command_line(self, number: int) -> None:
        file = self.home / "cited.json"
        file.write_bytes(self.cited[number % len(self.cited)])
        found = run("--log", self.log, "cite", "verify", file)
        position = read_citation(file.read_bytes(), "").log.position
        allowed = {0, 2} if self.rests_on_erased(position) else {0}
        assert found.exit_code in allowed, found.output

    def rests_on_erased(self, position: int) -> bool:
        """Whether who spoke of what an answer may rest on was erased since."""
        return any(
            at > position and self.memory.facts[name].fact.voice == "attributed"
            for name, at in self.memory.erased.items()
        )

    # -- what always holds -----------------------------------------------------------------------

    @invariant()
    def nothing_acknowledged_is_lost_or_changed(self) -> None:
        Machine.steps += 1
        assert self.stored() == self.kept
        assert [row[0] for row in self.kept] == list(range(1, len(self.kept) + 1))
        assert self.real.position == self.memory.position == len(self.kept)

    @invariant()
    def what_was_known_then_stands(self) -> None:
        for one in self.answered[-3:]:
            assert list(self.real.state(AsOf(one.t, one.k)).dicts) == one.rows

    # -- agreeing --------------------------------------------------------------------------------

    def cell(self, number: int) -> Cell:
        cells = sorted(self.memory.cells())
        return cells[number % len(cells)]

    def believed(self, clocks: AsOf) -> dict[Cell, Row]:
        rows = self.real.state(clocks).dicts
        return {
            (row["projection"], row["key"]): row
            for row in rows
            if row["projection"] in oracle.NOTHING
        }

    def agrees(self, cell: Cell, told: list[oracle.Timed], clocks: AsOf, row: Row | None) -> None:
        """Hold a row to what the second oracle makes of the facts of its cell.

        Since when it is so, by which of an origin's facts and who backs it, only where nothing was
        in dispute on the way there, and no origin speaks twice: else they are book-keeping.
        """
        rulings = self.memory.rulings_on(cell, clocks.position)
        asked = oracle_weighted.ask(
            told,
            cell[0],
            clocks.as_of,
            clocks.known,
            self.memory.world,
            "origin-weighted/1",
            rulings,
        )
        found, wanted = summary(row, cell[0]), expected(asked, cell[0])
        origins = [oracle_weighted.origin_of(one) for one in told]
        plain = asked and asked.quiet and len(set(origins)) == len(origins)
        if found and wanted and not plain:
            found |= {one: wanted[one] for one in BOOK_KEEPING}
        assert found == wanted, (cell, clocks, found, wanted, [one.telling for one in told])


PHASES = [Phase.generate, Phase.shrink]


def _leaf(row: tuple[Any, ...]) -> bytes:
    """Give the bytes of an entry of the ledger: the event, and where it stands."""
    position, stream, version, topic, state, _ = row
    numbers = position.to_bytes(8) + version.to_bytes(8) + bytes.fromhex(stream)
    return bytes(numbers + len(topic).to_bytes(2) + topic.encode() + state)


def _root(entries: list[bytes]) -> bytes:
    """Hash as RFC 9162, section 2.1.1, says it: MTH(D[n])."""
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    half = 1
    while half * 2 < len(entries):
        half *= 2
    return sha256(b"\x01" + _root(entries[:half]) + _root(entries[half:])).digest()


EMPTY = sha256().hexdigest()
VALID_NOW = parse_moment("2013-01-09").latest


def _within(start: str | None, at: Instant, stop: str | None) -> bool:
    first = PAST_OPEN if start is None else parse_moment(start).earliest
    return first <= at < (FUTURE_OPEN if stop is None else parse_moment(stop).earliest)


def _gist(row: Row | None, cell: Cell) -> object:
    """Say what a row says of the world, without who says so."""
    if row is None:
        return None
    name = cell[0]
    may = sorted(repr(part(one, name)) for one in row["possibly"])
    rivals = sorted(repr(part(one, name)) for one in row.get("values") or ())
    return part(row, name), row["certainty"], may, rivals


def machine(examples: int, steps: int, *, quiet: bool = True) -> Callable[[], None]:
    """Make the test: so many machines of so many steps each."""
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=PHASES,
        verbosity=Verbosity.quiet if quiet else Verbosity.normal,
        print_blob=not quiet,
    )
    return get_state_machine_test(Machine, settings=how)


def test_a_situation_is_what_was_told_whatever_happens_to_it() -> None:
    machine(times(12), 40)()


def main() -> None:
    """Take as many steps as asked for, and say how many were taken."""
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("--steps", type=int, default=10_000, help="at least so many (10,000)")
    about.add_argument("--seed", type=int, default=0, help="of the first round (0)")
    said = about.parse_args()
    number = said.seed
    while Machine.steps < said.steps:
        left = said.steps - Machine.steps
        seed(number)(machine(min(20, 1 + left // 50), 50, quiet=False))()
        sys.stdout.write(f"seed {number}: {Machine.steps:,} steps, no difference\n")
        sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    main()
