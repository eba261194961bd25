"""situation.yaml: what a situation registers -> registry events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from tracker.errors import InputError, Problem
from tracker.lookalikes import odd_names
from tracker.registry import (
    Actor,
    ActorRegistered,
    AlertScheme,
    AlertSchemeRegistered,
    Place,
    PlaceRegistered,
    Registry,
    RegistryEvent,
    SituationRegistered,
    SourceRegistered,
)
from tracker.sources import Source
from tracker.validation import did_you_mean, validate, warn_of_bidi
from tracker.yamltree import Tree, load

_REGISTERS: dict[str, type[BaseModel]] = {
    "places": Place,
    "actors": Actor,
    "sources": Source,
    "alert_schemes": AlertScheme,
}
_TOP = ("title", "zone", *_REGISTERS)


@dataclass(frozen=True, slots=True)
class SituationFile:
    """A situation.yaml that was accepted: what it registers, and what to be warned of."""

    events: tuple[RegistryEvent, ...]
    warnings: tuple[Problem, ...]


def read_situation(data: bytes, file: str, known: Registry | None = None) -> SituationFile:
    """Read a situation.yaml's raw bytes; ids may also be those of the registry `known`.

    Raises InputError with every problem found.
    """
    tree = load(data, file)
    problems = [
        tree.problem((key,), f"unknown field '{key}'{did_you_mean(key, _TOP)}")
        for key in tree.value
        if key not in _TOP
    ]
    head = {name: tree.value[name] for name in ("title", "zone") if name in tree.value}
    situation, found = validate(tree, (), head, SituationRegistered)
    problems += found
    events: list[RegistryEvent] = [situation] if situation else []
    for register, model in _REGISTERS.items():
        events += _register(tree, register, model, problems)
    registry = (known or Registry()).after(events)
    problems += _dangling(tree, events, registry)
    if problems:
        raise InputError(sorted(problems, key=lambda p: (p.line, p.column)))
    warnings = [*_lookalikes(tree, registry), *warn_of_bidi(tree)]
    return SituationFile(tuple(events), tuple(warnings))


def _register(
    tree: Tree, register: str, model: type[BaseModel], problems: list[Problem]
) -> list[RegistryEvent]:
    entries = tree.value.get(register)
    if entries is None:
        return []
    if not isinstance(entries, dict):
        message = "a mapping is needed here: each id, then what it names"
        problems.append(tree.problem((register,), message))
        return []
    events: list[RegistryEvent] = []
    for name, entry in entries.items():
        path = (register, name)
        if not isinstance(entry, dict) or "id" in entry:
            problems.append(tree.problem(path, "a mapping is needed here (its key is the id)"))
            continue
        made, found = validate(tree, path, {"id": name, **entry}, model)
        problems += found
        match made:
            case Place():
                events.append(PlaceRegistered(place=made))
            case Actor():
                events.append(ActorRegistered(actor=made))
            case AlertScheme():
                events.append(AlertSchemeRegistered(scheme=made))
            case _ if isinstance(made, Source):
                events.append(SourceRegistered(source=made))
            case _:
                pass
    return events


def _dangling(tree: Tree, events: list[RegistryEvent], registry: Registry) -> list[Problem]:
    """Find ids that point at nothing registered."""
    problems: list[Problem] = []

    def need(path: tuple[str, ...], what: str, name: str | None, names: Any) -> None:  # noqa: ANN401
        if name is not None and name not in names:
            message = f"unknown {what} '{name}'{did_you_mean(name, names)}"
            problems.append(tree.problem(path, message))

    for event in events:
        match event:
            case PlaceRegistered(place=place):
                need(("places", place.id, "within"), "place", place.within, registry.places)
            case ActorRegistered(actor=actor):
                need(("actors", actor.id, "parent"), "actor", actor.parent, registry.actors)
                for ally in actor.allies:
                    need(("actors", actor.id, "allies"), "actor", ally, registry.actors)
            case AlertSchemeRegistered(scheme=scheme):
                path = ("alert_schemes", scheme.id)
                need((*path, "authority"), "actor", scheme.authority, registry.actors)
                need((*path, "scope"), "place", scheme.scope, registry.places)
            case _:
                pass
    above = _above(registry)
    for register, step in (("places", "within"), ("actors", "parent")):
        written = tree.value.get(register)
        problems += [
            tree.problem((register, name, step), f"goes round in a circle: {' -> '.join(circle)}")
            for name in (written if isinstance(written, dict) else ())
            if (circle := _circle(name, above[register]))
        ]
    return problems


def _above(registry: Registry) -> dict[str, dict[str, str | None]]:
    """Give what contains each place, and who commands each actor."""
    return {
        "places": {place.id: place.within for place in registry.places.values()},
        "actors": {actor.id: actor.parent for actor in registry.actors.values()},
    }


def _circle(name: str, above: dict[str, str | None]) -> list[str]:
    """Follow a name upwards; give the way if it comes back to where it began."""
    way = [name]
    while (upper := above.get(way[-1])) is not None and upper not in way:
        way.append(upper)
    return [*way, name] if upper == name else []


def _lookalikes(tree: Tree, registry: Registry) -> list[Problem]:
    """Warn of names that can be taken for another's, or that mix alphabets."""
    warnings = []
    for register, entries in (("places", registry.places), ("actors", registry.actors)):
        named = ((one.id, (one.name, *one.aliases)) for one in entries.values())
        for odd in odd_names(named):
            path = (register, odd.id, "name")
            if path in tree.marks:
                warnings.append(tree.problem(path, odd.message, warning=True, confirm=True))
    return warnings


def situation_schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of a situation.yaml."""
    definitions: dict[str, Any] = {}
    properties: dict[str, Any] = {
        "title": {"type": "string"},
        "zone": {"type": "string", "default": "UTC", "description": "a zoneinfo key, or +01:00"},
    }
    for register, model in _REGISTERS.items():
        schema = model.model_json_schema(ref_template="#/$defs/{model}")
        definitions |= schema.pop("$defs", {})
        schema["properties"].pop("id")
        schema["required"].remove("id")
        definitions[schema["title"]] = schema
        entry = {"$ref": f"#/$defs/{schema['title']}"}
        properties[register] = {"type": "object", "additionalProperties": entry}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Situation",
        "type": "object",
        "additionalProperties": False,
        "required": ["title"],
        "properties": properties,
        "$defs": definitions,
    }
