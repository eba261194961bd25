"""Fact: what every reported fact holds, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tracker.sources import (
    FROZEN,
    Attribution,
    Locator,
    Rating,
    Slug,
    Status,
    Text,
    Upcast,
    Voice,
)
from tracker.times import StoredWhen

Actors = tuple[Slug, ...]
SomeActors = Annotated[tuple[Slug, ...], Field(min_length=1)]

ACTUAL = frozenset({"occurred", "ongoing"})
"""The statuses that say something is or was so; the others (planned, possible, denied) do not."""


@cache
def _of_kind(kind: type[Fact], names: tuple[str, ...]) -> tuple[str, ...]:
    """Give those of the fields that a kind has."""
    return tuple(name for name in names if name in kind.model_fields)


class Fact(BaseModel):
    """One thing a report says, frozen all the way down.

    `id` is derived from the report and the content (see reports.identified), so that the same
    fact recorded twice is one event. `place` and `by` and the other ids are of the registry.
    """

    model_config: ClassVar[ConfigDict] = FROZEN
    TOPIC: ClassVar[str]
    FAMILY: ClassVar[str]
    VERSION: ClassVar[int] = 1
    UPCASTS: ClassVar[tuple[Upcast, ...]] = ()
    ACTOR_FIELDS: ClassVar[tuple[str, ...]] = ("by", "against", "to", "towards", "side")
    PLACE_FIELDS: ClassVar[tuple[str, ...]] = ("place", "from_place", "to_place", "scope")

    id: str = ""
    gist: Text
    place: Slug | None = None
    by: Actors = ()
    when: StoredWhen
    status: Status
    voice: Voice
    speaker: Text | None = None
    origin: Text | None = None
    rating: Rating | None = None
    locator: Locator = Locator()
    note: Text | None = None

    @model_validator(mode="after")
    def _voice_and_speaker_agree(self) -> Self:
        if self.voice == "attributed" and self.speaker is None:
            msg = "voice 'attributed' needs a speaker: an actor's id, or a description"
            raise ValueError(msg)
        if self.voice == "reporter" and self.speaker is not None:
            msg = "voice 'reporter' has no speaker: use 'attributed' to name one"
            raise ValueError(msg)
        return self

    @property
    def kind(self) -> str:
        """The kind's stable name, the topic under which it is stored."""
        return self.TOPIC

    @property
    def attribution(self) -> Attribution:
        """Who vouches for it."""
        return Attribution(self.voice, self.speaker, self.origin)

    @property
    def actual(self) -> bool:
        """Whether the report says that it happened or is so, rather than might, will or did not."""
        return self.status in ACTUAL

    def _ids(self, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        for name in _of_kind(type(self), names):
            value = getattr(self, name)
            if isinstance(value, str):
                yield name, value
            elif value:
                yield from ((name, item) for item in value)

    def actor_references(self) -> Iterator[tuple[str, str]]:
        """Yield (field, actor id) for every actor the fact names."""
        return self._ids(self.ACTOR_FIELDS)

    def place_references(self) -> Iterator[tuple[str, str]]:
        """Yield (field, place id) for every place the fact names."""
        return self._ids(self.PLACE_FIELDS)

    @property
    def actors(self) -> tuple[str, ...]:
        """Every actor the fact names, each once, in the order of its fields."""
        found: list[str] = []
        for name in _of_kind(type(self), self.ACTOR_FIELDS):
            value = getattr(self, name)
            if value:
                found += (value,) if isinstance(value, str) else value
        return tuple(dict.fromkeys(found))

    @property
    def places(self) -> tuple[str, ...]:
        """Every place the fact names, each once, in the order of its fields."""
        return tuple(dict.fromkeys(value for _, value in self.place_references()))
