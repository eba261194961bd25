"""The mapping file: YAML that tells which column of a table says what -> a frozen Mapping.

Only its shape is judged here; whether the columns are there is judged against a table (compile.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel

from tracker.datasets.blocks import (
    ByName,
    Chosen,
    Column,
    Head,
    HowMany,
    Spec,
    Test,
    Time,
    Where,
    columns_in,
)
from tracker.datasets.registering import SCHEMA as REGISTER_SCHEMA
from tracker.datasets.registering import read_register
from tracker.errors import InputError, Problem
from tracker.facts import FACT_KINDS, Fact
from tracker.registry import RegistryEvent
from tracker.validation import did_you_mean, unfit, validate, warn_of_bidi
from tracker.yamltree import Path, Tree, load

KINDS: dict[str, type[Fact]] = {kind.TOPIC: kind for kind in FACT_KINDS}
"""What a mapping may name as a kind."""

OURS = ("id", "locator")
PLACE_BLOCK = "$place"
_FILLED = (*OURS, "gist", "when", "status", "voice")
"""What every fact has, and is given where the mapping says nothing of it."""


@dataclass(frozen=True, slots=True)
class FactSpec:
    """A fact that rows tell: its kind, when a row tells it, and where each field comes from."""

    kind: type[Fact]
    tests: tuple[Test, ...]
    chosen: Chosen | None
    fields: dict[str, Spec]
    path: Path


@dataclass(frozen=True, slots=True)
class DropSpec:
    """Rows after which a list says nothing of the cell of a place any more."""

    tests: tuple[Test, ...]
    projection: str
    place: Spec
    origin: Spec | None
    path: Path


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping that was accepted; `begin`, `end` are of intervals, `baseline` is optional."""

    head: Head
    facts: tuple[FactSpec, ...]
    drops: tuple[DropSpec, ...]
    begin: FactSpec | None
    end: FactSpec | None
    baseline: FactSpec | None
    registers: tuple[RegistryEvent, ...]
    tree: Tree
    warnings: tuple[Problem, ...]

    def tests(self) -> Iterator[tuple[Test, Path]]:
        """Yield every test of rows, with where it stands: each names columns of the table."""
        yield from ((test, ("where",)) for test in self.head.where)
        if self.head.interval is not None:
            yield from ((test, ("interval", "assumed")) for test in self.head.interval.assumed)
        one = (self.begin, self.end, self.baseline)
        facts: tuple[FactSpec | DropSpec | None, ...] = (*self.facts, *one, *self.drops)
        for spec in facts:
            if spec is not None:
                yield from ((test, (*spec.path, "if")) for test in spec.tests)

    def problem(self, path: Path, message: str) -> Problem:
        """Make a problem at a place of the mapping file."""
        return self.tree.problem(path, message)


_TOP = ("register", "facts", "drop", "begin", "end", "baseline", *Head.model_fields)


def read_mapping(data: bytes, file: str) -> Mapping:
    """Read a mapping's raw bytes. Raises InputError with every problem found, line and column."""
    tree = load(data, file)
    unknown = [key for key in tree.value if key not in _TOP]
    problems: list[Problem] = [
        tree.problem((key,), f"unknown field '{key}'{did_you_mean(key, _TOP)}") for key in unknown
    ]
    fields = {name: item for name, item in tree.value.items() if name in Head.model_fields}
    head, found = validate(tree, (), fields, Head)
    problems += found
    # What cannot be read is not missing, and what is missing may be there under another name.
    there = {*tree.value, *(_TOP if unknown else ())}
    specs = _Specs(tree, head.place if head else None, problems, placed="place" in there)
    facts = specs.several("facts")
    one = {name: specs.one((name,), tree.value.get(name)) for name in ("begin", "end", "baseline")}
    drops = specs.drops()
    registers = read_register(tree, problems)
    if head:
        problems += _shape_problems(tree, head, there)
    if problems or head is None:
        raise InputError(sorted(problems, key=lambda p: (p.line, p.column)))
    warnings = tuple(warn_of_bidi(tree))
    return Mapping(head, facts, drops, **one, registers=registers, tree=tree, warnings=warnings)


def _shape_problems(tree: Tree, head: Head, there: Collection[str]) -> list[Problem]:
    """Find what a shape needs and the mapping lacks, or has and cannot use."""
    said = {name for name in there if tree.value.get(name, True) not in (None, [])}
    needed: dict[str, bool] = {}
    odd: dict[str, bool] = {}
    if head.shape == "intervals":
        needed = {name: name not in said for name in ("interval", "begin", "end")}
        odd = {name: name in said for name in ("facts", "published")}
    else:
        needed = {"facts": "facts" not in said and tree.value.get("facts") != []}
        odd = {name: name in said for name in ("begin", "end", "baseline", "interval")}
    needed["version"] = head.shape == "snapshots" and "version" not in said
    odd["version"] = head.shape != "snapshots" and "version" in said
    odd["key"] = head.shape != "events" and bool(head.key)
    odd["drop"] = head.shape != "events" and "drop" in tree.value
    lacks = [f"shape {head.shape} needs `{name}`" for name, so in needed.items() if so]
    problems = [tree.problem(("shape",), message) for message in lacks]
    problems += [
        tree.problem((name,), f"shape {head.shape} has no `{name}`")
        for name, so in odd.items()
        if so and name in tree.value
    ]
    if tree.value.get("facts") == [] and not odd.get("facts"):
        problems.append(tree.problem(("facts",), NO_FACTS))
    if "drop" in tree.value and head.key:
        message = "a table of records with a `key` drops nothing: a later version tells it no more"
        problems.append(tree.problem(("drop",), message))
    if "drop" in tree.value and not head.standing:
        message = "only a maintained list drops entries: put `standing: true`"
        problems.append(tree.problem(("drop",), message))
    return problems


NO_FACTS = (
    "no fact is here: say what the rows tell, a fact of each kind (`tracker schema sheet` has all "
    "kinds, `tracker guide new-dataset` an example)"
)

_SORTS: dict[str, tuple[type[BaseModel], ...]] = {
    "time": (Time,),
    "place": (Where, Column),
    "actor": (ByName, Column),
    "quantity": (HowMany,),
    "plain": (Column,),
}


def sort_of(kind: type[Fact], name: str) -> str:
    """Say of which sort a field is: time, place, actor, quantity or plain."""
    if name in {"when", "since"}:
        return "time"
    if name in kind.PLACE_FIELDS:
        return "place"
    if name in kind.ACTOR_FIELDS:
        return "actor"
    return "quantity" if name == "quantity" else "plain"


def listed(name: str, value: object) -> object:
    """Give a constant as the field holds it: actors as a list of them, a side as one."""
    if name == "side":
        return value[0] if isinstance(value, tuple) and len(value) == 1 else value
    return [value] if name in Fact.ACTOR_FIELDS and isinstance(value, str) else value


def constant(said: Spec | None) -> bool:
    """Whether a field holds the same in every row."""
    return isinstance(said, tuple | int) or (isinstance(said, str) and not columns_in(said))


def _constants(said: Spec) -> Iterator[tuple[Path, object]]:
    """Yield what a field holds in some rows whatever their columns say, and where that stands."""
    if isinstance(said, Column):
        for value, instead in (said.values or {}).items():
            if instead is not None:
                yield ("values", value), instead
        if said.default is not None:
            yield ("default",), said.default
    elif constant(said):
        yield (), said


def _choices(chosen: Chosen | None) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the fields that a column's value may choose, and where they stand."""
    if chosen is not None:
        for value, fields in chosen.values.items():
            yield ("values", value), fields
        if isinstance(chosen.otherwise, dict):
            yield ("otherwise",), chosen.otherwise


class _Specs:
    """Reads the entries whose fields depend on their kind."""

    def __init__(
        self, tree: Tree, place: Where | None, problems: list[Problem], *, placed: bool
    ) -> None:
        self.tree, self.place, self.problems, self.placed = tree, place, problems, placed

    def _wrong(self, path: Path, message: str) -> None:
        self.problems.append(self.tree.problem(path, message))

    def several(self, name: str) -> tuple[FactSpec, ...]:
        raw = self.tree.value.get(name) or []
        if not isinstance(raw, list):
            self._wrong((name,), "a list of facts is needed here")
            return ()
        made = [self.one((name, index), entry) for index, entry in enumerate(raw)]
        return tuple(one for one in made if one)

    def one(self, path: Path, entry: object) -> FactSpec | None:
        if entry is None:
            return None
        if not isinstance(entry, dict):
            self._wrong(path, "a fact is a mapping with a kind")
            return None
        name = entry.get("kind")
        kind = KINDS.get(name) if isinstance(name, str) else None
        if kind is None:
            message = f"unknown kind '{name}'{did_you_mean(str(name), KINDS)}"
            self._wrong((*path, "kind"), message if name else "this fact needs a kind")
            return None
        tests = self.tests((*path, "if"), entry.get("if"))
        chosen = self._chosen(kind, (*path, "set"), entry["set"]) if "set" in entry else None
        self._lacks(kind, path, entry, chosen)
        specs: dict[str, Spec] = {}
        for field, value in entry.items():
            if field in {"kind", "if", "set"} or not self._field(kind, (*path, field), field):
                continue
            spec = self.spec((*path, field), value, sort_of(kind, field))
            if spec is not None:
                specs[field] = spec
                for steps, item in _constants(spec):
                    self._fits(kind, (*path, field, *steps), field, item)
        return FactSpec(kind, tests, chosen, specs, path)

    def _lacks(
        self, kind: type[Fact], path: Path, entry: dict[str, Any], chosen: Chosen | None
    ) -> None:
        """Find what no row could mend: a field that such a fact must have, told nowhere."""
        if not {*entry} <= {"kind", "if", "set", *kind.model_fields}:
            return  # what is missing may be there under another name
        told = {*entry}.union(*(fields for _, fields in _choices(chosen)))
        for name, info in kind.model_fields.items():
            if info.is_required() and name not in told and name not in _FILLED:
                how = f", such as `place: {PLACE_BLOCK}`" if name == "place" and self.placed else ""
                self._wrong((*path, "kind"), f"{kind.TOPIC} needs `{name}`{how}")

    def _chosen(self, kind: type[Fact], path: Path, raw: object) -> Chosen | None:
        chosen, found = validate(self.tree, path, raw, Chosen)
        self.problems += found
        for at, fields in _choices(chosen):
            for field, item in fields.items():
                if self._field(kind, (*path, *at, field), field):
                    self._fits(kind, (*path, *at, field), field, item)
        return chosen

    def _field(self, kind: type[Fact], path: Path, field: str) -> bool:
        known = [name for name in kind.model_fields if name not in OURS]
        if field in known:
            return True
        self._wrong(path, f"unknown field '{field}' of {kind.TOPIC}{did_you_mean(field, known)}")
        return False

    def _fits(self, kind: type[Fact], path: Path, field: str, item: object) -> None:
        """Find what no row could mend: a constant that is none of its field's."""
        reason = unfit(kind.model_fields[field].rebuild_annotation(), listed(field, item))
        if reason is not None:
            self._wrong(path, reason)

    def tests(self, path: Path, raw: object) -> tuple[Test, ...]:
        made = []
        for index, entry in enumerate(
            raw if isinstance(raw, list) else [] if raw is None else [raw]
        ):
            at = (*path, index) if isinstance(raw, list) else path
            test, found = validate(self.tree, at, entry, Test)
            self.problems += found
            made += [test] if test else []
        return tuple(made)

    def spec(self, path: Path, value: object, sort: str) -> Spec | None:
        """Read where a field comes from."""
        if value == PLACE_BLOCK and sort == "place":
            if not self.placed:
                self._wrong(path, "$place is the mapping's `place` block, and there is none")
            return self.place
        if isinstance(value, dict):
            models = _SORTS[sort]
            model = next((m for m in models if m is not Column and _speaks(m, value)), models[-1])
            made, found = validate(self.tree, path, value, model)
            self.problems += found
            return cast("Spec | None", made)
        if sort == "time":
            if value == "published":
                return Time()
            if isinstance(value, str | int):
                return Time(value=value)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return (value,) if sort == "actor" and not columns_in(str(value)) else value  # type: ignore[return-value]
        if isinstance(value, list) and sort == "actor" and all(isinstance(v, str) for v in value):
            return tuple(value)
        self._wrong(path, "a constant, a text with {columns}, or {column: ...} is needed here")
        return None

    def drops(self) -> tuple[DropSpec, ...]:
        raw = self.tree.value.get("drop", [])
        made = []
        for index, entry in enumerate(raw if isinstance(raw, list) else [raw]):
            path: Path = ("drop", index) if isinstance(raw, list) else ("drop",)
            known = ("if", "projection", "place", "origin")
            if not isinstance(entry, dict) or set(entry) - set(known) or "place" not in entry:
                self._wrong(path, f"a mapping with place is needed here: {', '.join(known)}")
                continue
            projection = entry.get("projection", "control")
            if projection != "control":
                self._wrong((*path, "projection"), "only cells of control can be dropped by place")
            place = self.spec((*path, "place"), entry["place"], "place")
            origin = entry.get("origin")
            said = None if origin is None else self.spec((*path, "origin"), origin, "plain")
            if place is not None:
                tests = self.tests((*path, "if"), entry.get("if"))
                made.append(DropSpec(tests, projection, place, said, path))
        return tuple(made)


def _speaks(model: type[BaseModel], value: dict[str, Any]) -> bool:
    return bool(set(value) & (set(model.model_fields) - set(Column.model_fields)))


def mapping_schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of a mapping file."""
    schema = Head.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
    definitions = schema.pop("$defs", {})
    for model in (Test, Time, Column, Chosen, ByName, HowMany, Where):
        made = model.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
        definitions |= made.pop("$defs", {})
        definitions[model.__name__] = made
    blocks = [{"$ref": f"#/$defs/{m.__name__}"} for m in (Time, Where, ByName, HowMany, Column)]
    constant = [{"type": ["string", "integer"]}, {"type": "array", "items": {"type": "string"}}]
    tests = {
        "anyOf": [{"$ref": "#/$defs/Test"}, {"type": "array", "items": {"$ref": "#/$defs/Test"}}]
    }
    definitions["Fact"] = {
        "type": "object",
        "required": ["kind"],
        "properties": {
            "kind": {"enum": list(KINDS)},
            "if": tests,
            "set": {"$ref": "#/$defs/Chosen"},
        },
        "additionalProperties": {"anyOf": [*blocks, *constant]},
    }
    fact = {"$ref": "#/$defs/Fact"}
    drop = {"type": "object", "required": ["place"]}
    schema["properties"] |= {
        "register": REGISTER_SCHEMA,
        "facts": {"type": "array", "items": fact},
        "drop": {"type": "array", "items": drop},
        **dict.fromkeys(("begin", "end", "baseline"), fact),
    }
    for name in ("where",):
        schema["properties"][name] = tests
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Dataset mapping",
        "$defs": definitions,
    }
