"""What is fed: each parser with inputs to begin from, and what must hold of whatever it accepts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from _fuzz import seeds, signed
from _fuzz.mutating import Mutation, change_cell, change_tree, new_edtf
from tracker import reports
from tracker.datasets.guess import guess_mapping
from tracker.datasets.mapping import NO_FACTS, read_mapping
from tracker.datasets.tables import open_table
from tracker.edtf import EdtfError, describe, has_local_time, parse_edtf
from tracker.errors import InputError, TrackerError
from tracker.expectations import read_expectations
from tracker.facts.codec import decode, encode
from tracker.registry import Registry
from tracker.sheets import read_sheet
from tracker.situation import Situation
from tracker.situation_file import read_situation

NOW = 1_358_424_000_000_000  # 17 January 2013, noon, UTC
Told = Sequence[str]
"""What was said of an input, in words: what is new in them makes it one to go on from."""
ACCEPTED = "accepted"


@dataclass(frozen=True)
class Target:
    """A parser. `open` gives a function that feeds it one input, for as long as it is entered."""

    seeds: Callable[[], Sequence[bytes]]
    own: Sequence[Mutation]
    open: Callable[[], AbstractContextManager[Callable[[bytes], Told]]]


def _said(error: TrackerError) -> Told:
    """Give what an error says; each problem must have its place, and all be printable."""
    if not isinstance(error, InputError):
        return (str(error),)
    if not error.problems:
        raise AssertionError("refused without a reason")
    for problem in error.problems:
        if problem.line < 0 or problem.column < 0 or not problem.message:
            raise AssertionError(f"a problem without place or words: {problem!r}")
    str(error).encode(errors="surrogateescape")
    return [f"{re.sub(r'[0-9]+', '#', p.path)}: {p.message}" for p in error.problems]


def _registry() -> Registry:
    return Registry().after(read_situation(seeds.SITUATION, "situation.yaml").events)


@contextmanager
def sheet() -> Iterator[Callable[[bytes], Told]]:
    """Sheets: what is accepted can be recorded, and its events read back as they were."""
    registry = _registry()

    def feed(data: bytes) -> Told:
        try:
            found = read_sheet(
                data, "sheet.yaml", registry, tz="UTC" if data[-1:] == b"\n" else None
            )
        except InputError as error:
            return _said(error)
        for event in reports.record([], found.report, at=NOW, by="fuzz").events:
            state, topic = encode(event), event.body.TOPIC
            again = decode(topic, state, stream=event.stream, version=event.version, position=1)
            if encode(again) != state:
                raise AssertionError(f"an event changes when it is read: {state!r}")
        return [ACCEPTED, *(fact.kind for fact in found.report.facts)]

    yield feed


@contextmanager
def situation() -> Iterator[Callable[[bytes], Told]]:
    """Situation files."""

    def feed(data: bytes) -> Told:
        try:
            read_situation(data, "situation.yaml")
        except InputError as error:
            return _said(error)
        return [ACCEPTED]

    yield feed


@contextmanager
def expectations() -> Iterator[Callable[[bytes], Told]]:
    """Files of expectations."""

    def feed(data: bytes) -> Told:
        try:
            read_expectations(data, "expect.yaml")
        except InputError as error:
            return _said(error)
        return [ACCEPTED]

    yield feed


def _imported(log: Situation, mapping: bytes, table: Path) -> Told:
    """Import without recording: nothing may be left of it."""
    before = log.position
    try:
        found = log.import_table(
            (mapping, "mapping.yaml"),
            [table],
            by="fuzz",
            published="2013-03-01",
            tz="UTC",
            dry_run=True,
        )
    except TrackerError as error:
        return _said(error)
    finally:
        if log.position != before:
            raise AssertionError("a dry run has recorded something")
    return [ACCEPTED, *(problem.message for problem in found.warnings)]


def _situation() -> Situation:
    log = Situation(":memory:", create=True, clock=lambda: NOW)
    log.register(seeds.SITUATION, "situation.yaml", by="fuzz")
    return log


@contextmanager
def mapping() -> Iterator[Callable[[bytes], Told]]:
    """Mappings: what is accepted reads a table of the columns that they name."""
    with TemporaryDirectory() as folder, _situation() as log:
        table = Path(folder) / "table.csv"
        table.write_bytes(seeds.DIARY)

        def feed(data: bytes) -> Told:
            return _imported(log, data, table)

        yield feed


@contextmanager
def tables() -> Iterator[Callable[[bytes], Told]]:
    """Tables: the first byte says which kind of file the rest is called."""
    with TemporaryDirectory() as folder, _situation() as log:

        def feed(data: bytes) -> Told:
            suffix = seeds.SUFFIXES[data[0] % len(seeds.SUFFIXES)] if data else "csv"
            table = Path(folder) / f"table.{suffix}"
            table.write_bytes(data[1:])
            told: list[str] = [suffix]
            try:
                with open_table(table) as opened:
                    told += [f"{len(opened.header)} columns"]
                    wide = {len(row) for _, row in opened.rows() if row is not None}
                    if wide - {len(opened.header)}:
                        raise AssertionError(f"rows of {wide} cells, {len(opened.header)} columns")
                with open_table(table) as opened:
                    guessed = guess_mapping(opened, table.name)
            except InputError as error:
                return [*told, *_said(error)]
            _judge_guess(guessed)
            return [*told, *_imported(log, seeds.DIARY_MAPPING, table)]

        yield feed


def _judge_guess(guessed: str) -> None:
    """Read a guess as a mapping; one without facts says so, and nothing else is wrong with it."""
    wrong = []
    try:
        read_mapping(guessed.encode(), "guessed.yaml")
    except InputError as error:
        wrong = [problem.message for problem in error.problems]
    if wrong != ([NO_FACTS] if "\nfacts: []" in guessed else []):
        raise AssertionError(f"a guess that is no mapping: {wrong}")


ZONES = ("UTC", "Africa/Bamako", "America/Havana", "+14:00", "-03:30", "Pacific/Apia")


@contextmanager
def edtf() -> Iterator[Callable[[bytes], Told]]:
    """Dates: what is accepted has bounds in order, and words for it."""

    def feed(data: bytes) -> Told:
        text = data.decode(errors="replace")
        has_local_time(text)
        zone = ZONES[len(data) % len(ZONES)]
        try:
            span = parse_edtf(text, zone, local_times=bool(len(data) & 1))
        except EdtfError as error:
            return [re.sub(r"'.*?'|[0-9]+", "#", str(error))]
        if not span.start.earliest < span.start.latest:
            raise AssertionError(f"bounds out of order: {span}")
        if span.end and not span.end.earliest < span.end.latest:
            raise AssertionError(f"bounds out of order: {span}")
        if not describe(text):
            raise AssertionError("no words")
        return [ACCEPTED, re.sub(r"[0-9]", "#", describe(text))]

    yield feed


TARGETS = {
    "sheet": Target(seeds.sheets, [change_tree], sheet),
    "situation": Target(seeds.situations, [change_tree], situation),
    "expect": Target(seeds.expectations, [change_tree], expectations),
    "mapping": Target(seeds.mappings, [change_tree], mapping),
    "table": Target(seeds.tables, [change_cell], tables),
    "edtf": Target(seeds.dates, [new_edtf], edtf),
    "note": Target(signed.notes, [], signed.note),
    "bundle": Target(signed.bundles, [signed.change_member], signed.bundle),
    "proof": Target(signed.proofs, [change_tree], signed.proof),
}
