"""The registry: places, actors, sources and alert schemes, each registered by an event.

The log is self-contained: what a situation.yaml names is recorded like any fact, and a later
registration of the same id replaces the earlier one from its position on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, Self, assert_never

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tracker.kin import Kin
from tracker.sources import FROZEN, Slug, Source, Text, Upcast
from tracker.times import When, check_zone

# Strict: a truth value or a text is no number of degrees, a whole number is one.
Latitude = Annotated[float, Field(strict=True, ge=-90, le=90)]
Longitude = Annotated[float, Field(strict=True, ge=-180, le=180)]
PlaceType = Literal["town", "region", "country", "site", "area"]


class Place(BaseModel):
    """A place: town, region, country, site or area. Degrees are WGS 84.

    `coordinates` says where latitude and longitude come from; `within` names the place that
    contains it. Containment never carries control: a region's holder is not its towns' holder.
    """

    model_config = FROZEN

    id: Slug
    name: Text
    type: PlaceType = "town"
    within: Slug | None = None
    lat: Latitude | None = None
    lon: Longitude | None = None
    coordinates: Text | None = None
    aliases: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _coordinates_come_whole(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            msg = "lat and lon come together"
            raise ValueError(msg)
        if self.lat is not None and self.coordinates is None:
            msg = "coordinates: say where lat and lon come from"
            raise ValueError(msg)
        return self


class Actor(BaseModel):
    """Who acts: a state, a force, a group, an organisation or a person.

    `side` is the camp in this situation; an actor without one is on its parent's side.
    """

    model_config = FROZEN

    id: Slug
    name: Text
    type: Literal["state", "force", "group", "organisation", "person", "population"] = "group"
    side: Text | None = None
    parent: Slug | None = None
    allies: tuple[Slug, ...] = ()
    aliases: tuple[Text, ...] = ()


class LevelAlias(BaseModel):
    """A name in use for a level with modifiers, such as "bright red" for red + reinforced."""

    model_config = FROZEN

    name: Text
    level: Text
    modifiers: tuple[Text, ...] = ()


class AlertScheme(BaseModel):
    """A scale of alert: ordered levels, who sets them, where and when it is in force.

    `levels` run from the mildest to the gravest. `valid` is the span of its validity (EDTF).
    """

    model_config = FROZEN

    id: Slug
    name: Text
    authority: Slug
    scope: Slug
    levels: Annotated[tuple[Text, ...], Field(min_length=2)]
    direction: Literal["ascending"] = "ascending"
    valid: When | None = None
    modifiers: tuple[Text, ...] = ()
    aliases: tuple[LevelAlias, ...] = ()
    note: Text | None = None

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        for alias in self.aliases:
            if alias.level not in self.levels:
                msg = f"alias '{alias.name}' names level '{alias.level}', which is not in levels"
                raise ValueError(msg)
            unknown = set(alias.modifiers) - set(self.modifiers)
            if unknown:
                msg = f"alias '{alias.name}' uses unknown modifiers: {', '.join(sorted(unknown))}"
                raise ValueError(msg)
        names = [*self.levels, *(alias.name for alias in self.aliases)]
        if len(set(names)) < len(names):
            msg = "every level and alias needs a name of its own"
            raise ValueError(msg)
        return self

    def reading(self, name: str) -> LevelAlias | None:
        """Read a level or alias by name; None where the scheme has no such name."""
        for alias in self.aliases:
            if alias.name == name:
                return alias
        return LevelAlias(name=name, level=name) if name in self.levels else None

    def rank(self, name: str) -> float | None:
        """Give the order of a name: level 1, 2, ...; modifiers lift it half way to the next."""
        found = self.reading(name)
        if found is None:
            return None
        return self.levels.index(found.level) + 1 + (0.5 if found.modifiers else 0.0)


class Registration(BaseModel):
    """Base of the registry's events."""

    model_config: ClassVar[ConfigDict] = FROZEN
    TOPIC: ClassVar[str]
    VERSION: ClassVar[int] = 1
    UPCASTS: ClassVar[tuple[Upcast, ...]] = ()


class SituationRegistered(Registration):
    """The situation this log describes: its title and the zone its bare dates are read in."""

    TOPIC = "SituationRegistered"

    title: Text
    zone: str = "UTC"

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return check_zone(value)

    @property
    def subject(self) -> str:
        """What is registered."""
        return "situation"


class PlaceRegistered(Registration):
    """A place has been registered, or registered anew."""

    TOPIC = "PlaceRegistered"

    place: Place

    @property
    def subject(self) -> str:
        """What is registered."""
        return f"place/{self.place.id}"


class ActorRegistered(Registration):
    """An actor has been registered, or registered anew."""

    TOPIC = "ActorRegistered"

    actor: Actor

    @property
    def subject(self) -> str:
        """What is registered."""
        return f"actor/{self.actor.id}"


class SourceRegistered(Registration):
    """A source has been registered, or registered anew."""

    TOPIC = "SourceRegistered"

    source: Source

    @property
    def subject(self) -> str:
        """What is registered."""
        return f"source/{self.source.id}"


class AlertSchemeRegistered(Registration):
    """An alert scheme has been registered, or registered anew."""

    TOPIC = "AlertSchemeRegistered"

    scheme: AlertScheme

    @property
    def subject(self) -> str:
        """What is registered."""
        return f"scheme/{self.scheme.id}"


RegistryEvent = (
    SituationRegistered
    | PlaceRegistered
    | ActorRegistered
    | SourceRegistered
    | AlertSchemeRegistered
)
REGISTRY_KINDS: tuple[type[RegistryEvent], ...] = (
    SituationRegistered,
    PlaceRegistered,
    ActorRegistered,
    SourceRegistered,
    AlertSchemeRegistered,
)


@dataclass(frozen=True, slots=True)
class Registry:
    """What has been registered so far: a fold over registry events. Treat the maps as frozen."""

    title: str = "untitled"
    zone: str = "UTC"
    places: Mapping[str, Place] = field(default_factory=dict)
    actors: Mapping[str, Actor] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    schemes: Mapping[str, AlertScheme] = field(default_factory=dict)
    _kin: list[Kin] = field(default_factory=list, compare=False, repr=False)

    def after(self, events: Iterable[RegistryEvent]) -> Registry:
        """Return the registry after these events, in their order; one copy for all of them."""
        title, zone = self.title, self.zone
        places, actors = dict(self.places), dict(self.actors)
        sources, schemes = dict(self.sources), dict(self.schemes)
        kin = self._kin
        for event in events:
            if not isinstance(event, PlaceRegistered | AlertSchemeRegistered):
                kin = []  # to be made anew
            match event:
                case SituationRegistered():
                    title, zone = event.title, event.zone
                case PlaceRegistered():
                    places[event.place.id] = event.place
                case ActorRegistered():
                    actors[event.actor.id] = event.actor
                case SourceRegistered():
                    sources[event.source.id] = event.source
                case AlertSchemeRegistered():
                    schemes[event.scheme.id] = event.scheme
                case _:
                    assert_never(event)
        return Registry(title, zone, places, actors, sources, schemes, kin)

    def around(self, place: str) -> list[str]:
        """Give the places that a place lies in, nearest first."""
        found: list[str] = []
        here = self.places.get(place)
        while here is not None and here.within is not None and here.within not in found:
            found.append(here.within)
            here = self.places.get(here.within)
        return found

    @property
    def kin(self) -> Kin:
        """Who stands with whom, how far a source is trusted, and whose days are days."""
        if not self._kin:
            self._kin.append(self._make_kin())
        return self._kin[0]

    def _make_kin(self) -> Kin:
        actors = {name: actor.model_dump(mode="json") for name, actor in self.actors.items()}
        sources = {name: source.model_dump(mode="json") for name, source in self.sources.items()}
        return Kin(actors, sources, self.zone)
