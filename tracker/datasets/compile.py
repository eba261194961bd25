"""A mapping and a header -> fast functions from a row to the text of its facts.

A fact's text is its body as canonical JSON with marks in it: ID where its id goes, LOCATOR where
its locator goes, and a mark for each place, which has its id only once the whole table was read.
Each distinct combination of what is enumerated is validated once, as a whole, by the fact's own
model; what varies freely (times, counts, names, texts) is checked on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from pydantic import ValidationError

from tracker.datasets.blocks import ByName, Column, Where, columns_in
from tracker.datasets.context import Context, Placed, place_getter
from tracker.datasets.fields import field_getter
from tracker.datasets.looking import Field, Get, Looked
from tracker.datasets.mapping import OURS, FactSpec
from tracker.datasets.row_tests import passes
from tracker.datasets.values import Bad, Memo, Moment, Row, Skip
from tracker.errors import InputError, TrackerError
from tracker.facts.envelope import body_dict, canonical
from tracker.sheets import unknown_names
from tracker.yamltree import Tree

ID, LOCATOR = "\x01", "\x02"
PLACE_MARKS = "\x03\x04\x05\x06"
SAMPLE = "x"
_UNJUDGED: Any = object()

Made = tuple[str, list[int]]
"""The text of a fact, and the numbers (places.Book) of the places at its marks; -1 for none."""

Make = Callable[[Row, int, Moment, str | None], Made | None]
"""(row, its number, its publication, another `when` or None) -> its fact; None for none."""

Parts = Callable[[Row, int, Moment], tuple[list[str], list[int]] | None]
"""The same, the text still in its fragments."""


def _nowhere(_row: Row, _number: int) -> int:
    return -1


@dataclass(slots=True)
class Maker:
    """Makes one entry's facts. `fragments` are what the marks of its places are replaced by."""

    spec: FactSpec
    topic: str
    version: int
    make: Make
    parts: Parts
    places: tuple[str, ...]
    gist: int = 0
    since: int = -1
    placed: Placed = _nowhere
    known: dict[Any, Bad | None] = field(default_factory=dict)


def compile_fact(spec: FactSpec, context: Context, *, tested: bool = True) -> Maker:
    """Compile one entry; `tested` False leaves its `if` to whoever chooses among entries.

    Raises InputError with the mapping's problems.
    """
    kind = spec.kind
    names = sorted([*(n for n in kind.model_fields if n not in {"id", "locator"})])
    chosen = set().union(*spec.chosen.values.values()) if spec.chosen else set()
    places: list[Placed] = []
    marks: list[str] = []
    fields: list[Field] = []
    for name in sorted([*names, "id", "locator"]):
        if name in OURS:
            fields.append(Field(ID if name == "id" else LOCATOR))
        elif isinstance(spec.fields.get(name), Where):
            fields.append(Field(PLACE_MARKS[len(places)]))
            marks.append(name)
            places.append(place_getter(spec, name, context))
        else:
            fields.append(field_getter(spec, name, context, chosen=name in chosen))
    maker = Maker(spec, kind.TOPIC, kind.VERSION, _nothing, _no_parts, tuple(marks))
    test = passes(spec.tests, context.header, decimal=context.decimal) if tested else None
    maker.parts = _parts(maker, fields, places, context, test)
    maker.make = _joined(maker.parts)
    order = sorted([*names, *OURS])
    maker.gist = order.index("gist")
    maker.since = order.index("since") if "since" in order else -1
    maker.placed = places[0] if places else _nowhere
    return maker


def _nothing(_row: Row, _number: int, _published: Moment, _when: str | None) -> None:
    return None


def _no_parts(_row: Row, _number: int, _published: Moment) -> None:
    return None


def _joined(parts: Parts) -> Make:
    def make(row: Row, number: int, published: Moment, when: str | None) -> Made | None:
        found = parts(row, number, published)
        if found is None:
            return None
        pieces, numbers = found
        if when is not None:
            pieces[-1] = f'"when":{when}'
        return "".join(pieces), numbers

    return make


def _parts(  # noqa: C901 - what can be decided once is, so that each row costs little
    maker: Maker,
    fields: Sequence[Field],
    places: Sequence[Placed],
    context: Context,
    test: Callable[[Row], bool] | None,
) -> Parts:
    template = [one.how if isinstance(one.how, str) else "" for one in fields]
    looked: list[tuple[int, Callable[[Row], Any], Memo]] = []
    worked: list[tuple[int, Get]] = []
    for at, one in enumerate(fields):
        if isinstance(one.how, Looked):
            looked.append((at, one.how.pick, one.how.memo))
        elif not isinstance(one.how, str):
            worked.append((at, one.how))
    shape_of = _shaper(fields)
    only = places[0] if len(places) == 1 else None
    known = maker.known

    def make(row: Row, number: int, published: Moment) -> tuple[list[str], list[int]] | None:
        if test is not None and not test(row):
            return None
        parts = template.copy()
        try:
            for at, cell, memo in looked:
                parts[at] = memo[cell(row)]
            for at, get in worked:
                parts[at] = get(row, published)
        except Skip:
            return None
        if only is not None:
            numbers = [only(row, number)]
        else:
            numbers = [placed(row, number) for placed in places]
        shape = shape_of(parts)
        bad = known.get(shape, _UNJUDGED)
        if bad is _UNJUDGED:
            bad = known[shape] = _judge(maker, parts, numbers, context)
        if bad is not None:
            raise bad
        return parts, numbers

    return make


def _shaper(fields: Sequence[Field]) -> Callable[[list[str]], Hashable]:
    """Make what gives the combination that a fact is judged by: values, and what is absent."""
    enumerated = [at for at, one in enumerate(fields) if one.enumerated]
    pick = itemgetter(*enumerated) if enumerated else lambda _parts: None
    vague = [(at, one.absent) for at, one in enumerate(fields) if one.absent is not None]
    if len(vague) > 2 or not vague:  # noqa: PLR2004 - the usual numbers are spelled out below
        return lambda parts: (pick(parts), *[parts[at] == absent for at, absent in vague])
    (one, none), (two, neither) = vague[0], vague[-1]
    return lambda parts: (pick(parts), parts[one] == none, parts[two] == neither)


def _columns_of(spec: FactSpec, name: str) -> Sequence[str]:
    """Name the columns that a field is read from."""
    said = spec.fields.get(name)
    if isinstance(said, ByName):
        return said.actor.column
    if isinstance(said, Column):
        return said.column
    return columns_in(said) if isinstance(said, str) else ()


def _judge(maker: Maker, parts: list[str], numbers: Sequence[int], context: Context) -> Bad | None:
    """Validate a whole fact, once for each combination; a mapping's own slip raises InputError."""
    text = "".join(parts).replace(ID, '"id":"x",').replace(LOCATOR, '"locator":{},')
    for mark, name, number in zip(PLACE_MARKS, maker.places, numbers, strict=False):
        text = text.replace(mark, "" if number < 0 else f'"{name}":"{SAMPLE}",')
    text = f"{{{text}}}"
    spec = maker.spec
    try:
        fact = spec.kind.model_validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in found["loc"])
        reason = str(found.get("ctx", {}).get("error", found["msg"]))
        columns = _columns_of(spec, where)
        if found["type"] == "missing" and columns:
            said = f"{'is' if len(columns) == 1 else 'are'} empty, and {maker.topic} needs it"
            return Bad("other", where, f"{' and '.join(columns)} {said}")
        return Bad("other", where, f"no {maker.topic} can be made of it: {reason}")
    if canonical(body_dict(fact)).decode() != text:
        msg = f"{maker.topic} is not written as it is read: a fault of this program"
        raise TrackerError(msg)
    known = context.registry_with(SAMPLE)
    slips = [
        problem
        for problem in unknown_names(Tree("", None), (), fact, known)
        if problem.path not in context.by_name(spec)
    ]
    if slips:
        raise InputError(
            [context.mapping.problem((*spec.path, one.path), one.message) for one in slips]
        )
    return None
