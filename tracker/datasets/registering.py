"""What a mapping registers by itself: its `register` block -> registry events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from tracker.errors import InputError, Problem
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
from tracker.validation import did_you_mean, validate
from tracker.yamltree import Path, Tree

_MODELS: dict[str, type[BaseModel]] = {
    "sources": Source,
    "actors": Actor,
    "places": Place,
    "alert_schemes": AlertScheme,
    "schemes": AlertScheme,
}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "blocks as in situation.yaml; what is registered already is left as it is",
    "additionalProperties": False,
    "properties": {name: {"type": "object"} for name in _MODELS},
}


def read_register(tree: Tree, problems: list[Problem]) -> tuple[RegistryEvent, ...]:
    """Read the block; what is wrong in it is added to the problems."""
    block = tree.value.get("register", {})
    if not isinstance(block, dict):
        problems.append(tree.problem(("register",), "a mapping is needed here"))
        return ()
    events: list[RegistryEvent] = []
    for name, entries in block.items():
        path: Path = ("register", name)
        model = _MODELS.get(name)
        if model is None:
            hint = did_you_mean(name, _MODELS)
            problems.append(tree.problem(path, f"unknown field '{name}'{hint}"))
        elif not isinstance(entries, dict):
            message = "a mapping is needed here: each id, then what it names"
            problems.append(tree.problem(path, message))
        else:
            for key, entry in entries.items():
                events += _entry(tree, (*path, key), entry, model, problems)
    return tuple(events)


def _entry(
    tree: Tree, path: Path, entry: object, model: type[BaseModel], problems: list[Problem]
) -> list[RegistryEvent]:
    if not isinstance(entry, dict) or "id" in entry:
        problems.append(tree.problem(path, "a mapping is needed here (its key is the id)"))
        return []
    made, found = validate(tree, path, {"id": path[-1], **entry}, model)
    problems += found
    match made:
        case Place():
            return [PlaceRegistered(place=made)]
        case Actor():
            return [ActorRegistered(actor=made)]
        case AlertScheme():
            return [AlertSchemeRegistered(scheme=made)]
        case Source():
            return [SourceRegistered(source=made)]
        case _:
            return []


def not_registered(
    events: Iterable[RegistryEvent], registry: Registry, tree: Tree
) -> list[RegistryEvent]:
    """Leave out what is registered already, by id.

    Raises InputError where an entry leans on what neither the registry nor the block names.
    """
    fresh = [event for event in events if not _known(event, registry)]
    after = registry.after(fresh)
    problems = []
    for event in fresh:
        for path, what, name, names in _references(event, after):
            if name is not None and name not in names:
                message = f"unknown {what} '{name}'{did_you_mean(name, names)}"
                problems.append(tree.problem(path, message))
    if problems:
        raise InputError(problems)
    return fresh


def _known(event: RegistryEvent, registry: Registry) -> bool:
    match event:
        case PlaceRegistered():
            return event.place.id in registry.places
        case ActorRegistered():
            return event.actor.id in registry.actors
        case SourceRegistered():
            return event.source.id in registry.sources
        case AlertSchemeRegistered():
            return event.scheme.id in registry.schemes
        case SituationRegistered():
            return True


def _references(event: RegistryEvent, known: Registry) -> list[tuple[Path, str, str | None, Any]]:
    match event:
        case PlaceRegistered(place=place):
            path: Path = ("register", "places", place.id, "within")
            return [(path, "place", place.within, known.places)]
        case ActorRegistered(actor=actor):
            path = ("register", "actors", actor.id)
            above: list[tuple[Path, str, str | None, Any]] = [
                ((*path, "parent"), "actor", actor.parent, known.actors)
            ]
            return above + [((*path, "allies"), "actor", one, known.actors) for one in actor.allies]
        case AlertSchemeRegistered(scheme=scheme):
            path = ("register", "alert_schemes", scheme.id)
            return [
                ((*path, "authority"), "actor", scheme.authority, known.actors),
                ((*path, "scope"), "place", scheme.scope, known.places),
            ]
        case _:
            return []
