"""FollowTheMoney statements, for Aleph, OpenAleph and everything built on that model.

JSON lines, a statement a line: one value of one property of one entity, and whose word it is.

    Person, Organization, PublicBody, LegalEntity   actors
    Address                                         places
    Article                                         reports that something rests on
    UnknownLink                                     who held which place: role, startDate, endDate
    Event                                           incidents and humanitarian facts

`origin` of a statement is the source that said so, `first_seen` the day on which it was published;
what no source said (a belief is drawn from several) has the policy as its origin. What the file is
of stands beside it (`NAME.about.json`): a line that is no statement could not be read.
Written as it is worked out: of a file of any size the ids of actors and places are in memory, and
which reports it names is noted on the disk (noted.py).
Source: FollowTheMoney 4, its statement model and schemata.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from hashlib import sha1
from pathlib import Path
from shutil import copyfileobj
from typing import IO

from tracker.cli import words
from tracker.exports import holding
from tracker.exports.holding import Line
from tracker.exports.links import uri
from tracker.exports.noted import Noted, body
from tracker.exports.question import Format, Question, Row, Told, about
from tracker.harmless import dump, safe
from tracker.instants import DAY, Instant, InstantError, read_instant, to_datetime

SCHEMATA = {
    "person": "Person",
    "organisation": "Organization",
    "state": "PublicBody",
    "force": "Organization",
    "group": "Organization",
    "population": "LegalEntity",
}
"""The schema of an actor, by its type."""

TYPES = {
    "id": "base",
    "name": "name",
    "alias": "name",
    "summary": "text",
    "description": "text",
    "notes": "text",
    "full": "address",
    "latitude": "number",
    "longitude": "number",
    "title": "string",
    "fileName": "string",
    "publisher": "string",
    "publishedAt": "date",
    "sourceUrl": "url",
    "role": "string",
    "status": "string",
    "recordId": "string",
    "date": "date",
    "startDate": "date",
    "endDate": "date",
    "subject": "entity",
    "object": "entity",
    "involved": "entity",
    "addressEntity": "entity",
    "location": "address",
    "proof": "entity",
}
"""The type of every property that is used."""

_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_FACTS = ("incidents", "humanitarian")


class Entity:
    """An entity: its id, its schema, and its values in their order."""

    def __init__(self, name: str, schema: str, origin: str, seen: str | None = None) -> None:
        """Begin one; `origin` and `seen` are whose word all of it is, and since when."""
        self.id = name
        self.schema = schema
        self.origin = origin
        self.seen = seen
        self.values: dict[tuple[str, str], None] = {}

    def add(self, prop: str, *values: object) -> Entity:
        """Add values of a property; None and empty texts add nothing."""
        for value in values:
            if value not in (None, ""):
                self.values[prop, safe(str(value))] = None
        return self

    def statements(self, dataset: str) -> Iterator[Row]:
        """Yield its statements; the first tells of it as a whole, by a digest of the others."""
        made = [self._statement(dataset, prop, value) for prop, value in self.values]
        told = self.schema + "".join(sorted(one["id"] for one in made))
        yield self._statement(dataset, "id", _digest(told))
        yield from made

    def _statement(self, dataset: str, prop: str, value: str) -> Row:
        return {
            "id": _digest(f"{dataset}.{self.id}.{prop}.{value}"),  # as the model makes its keys
            "entity_id": self.id,
            "canonical_id": self.id,
            "prop": prop,
            "prop_type": TYPES[prop],
            "schema": self.schema,
            "value": value,
            "dataset": dataset,
            "lang": None,
            "original_value": None,
            "external": False,
            "first_seen": self.seen,
            "last_seen": None,
            "origin": self.origin,
        }


class Entities:
    """The entities of a file, made from what a situation answers."""

    def __init__(self, question: Question, noted: Noted) -> None:
        """Ask for all that the file holds; the facts are noted."""
        situation = question.situation
        asked = (question.projection,) if question.projection else ("control", *_FACTS)
        self.answers = [question.of(name, "spans").answer() for name in asked]
        self.names = self.answers[0].names
        self.policy = self.answers[0].query["policy"]
        self.registered = situation.registered()
        evidence = situation.evidence(question.clocks, weighing=question.weighing, kept=False)
        self.noted = noted.take(evidence.each)
        self.used: set[str] = set()
        self.dataset = slug(self.answers[0].title)

    def id(self, *parts: str) -> str:
        """Give an entity's id: the situation's name, and a digest of what it is."""
        told = dump([self.dataset, *parts], indent=None)
        return f"{self.dataset}-{_digest(told)}"

    def said(self) -> Iterator[Entity]:
        """Yield what is said: links and events; keep whom and what they name."""
        for answer in self.answers:
            if answer.query["projection"] in _FACTS:
                yield from map(self.event, answer.each)
            else:
                yield from map(self.link, holding.lines(answer))

    def named(self) -> Iterator[Entity]:
        """Yield the actors, places and reports that were named, once all is said."""
        yield from (one for one in (*self.actors(), *self.places()) if one.id in self.used)
        yield from self.reports()

    def actors(self) -> Iterator[Entity]:
        """Yield the actors, as registered."""
        for name, found in self.registered["actors"].items():
            schema = SCHEMATA.get(found.get("type", "group"), "LegalEntity")
            one = Entity(self.id("actor", name), schema, "registry").add("name", found["name"])
            side = found.get("side")
            yield one.add("alias", *found["aliases"]).add("summary", side and f"side: {side}")

    def places(self) -> Iterator[Entity]:
        """Yield the places, as registered."""
        for name, found in self.registered["places"].items():
            one = Entity(self.id("place", name), "Address", "registry").add("name", found["name"])
            one.add("full", found["name"]).add("alias", *found.get("aliases", ()))
            yield one.add("latitude", found.get("lat")).add("longitude", found.get("lon"))

    def reports(self) -> Iterator[Entity]:
        """Yield the reports that were named, those that last had a fact recorded first."""
        for fact in self.noted.reports(newest_first=True):
            source = self.names.get(fact["source"], fact["source"])
            day = fact["published"][:10]
            one = Entity(self.id("report", fact["report"]), "Article", fact["source"], day)
            document = fact["document"]
            called = fact["title"] or f"{source}, {words.when(fact['published_edtf'])}"
            named, link = fact["url"], uri(fact["url"])
            one.add("title", called).add("publisher", source)
            one.add("publishedAt", day).add("sourceUrl", link)
            one.add("fileName", document.get("name"))
            one.add("notes", f"sha256 {document['sha256']}" if document else None)
            yield one.add("notes", f"at {named}" if named and link is None else None)

    def link(self, line: Line) -> Entity:
        """Give the link that a line of control is."""
        row = line.row
        name = self.id("link", row["key"], line.actor, line.kind, line.start or "")
        one = Entity(name, "UnknownLink", self.policy)
        one.add("subject", self.use("actor", line.actor))
        one.add("object", self.use("place", line.place))
        one.add("role", line.kind).add("status", row["support"])
        one.add("startDate", _day(line.start)).add("endDate", _last(line.stop))
        one.add("summary", line.said)
        one.add("description", line.since and f"since (EDTF): {line.since}")
        return self.prove(one, line.evidence)

    def event(self, row: Row) -> Entity:
        """Give the event that a fact tells of."""
        one = Entity(self.id("fact", row["key"]), "Event", row["source"], row["published"][:10])
        one.add("name", row["name"]).add("recordId", row["key"])
        one.add("summary", f"{row['kind']}, {row['status']}")
        if _DATE.fullmatch(row["when"]):
            one.add("date", row["when"])
        else:
            one.add("startDate", _day(row["valid_from"])).add("endDate", _last(row["valid_to"]))
            one.add("description", f"when (EDTF): {row['when']}")
        one.add("involved", *(self.use("actor", actor) for actor in row["actors"]))
        if row["place"]:
            one.add("location", self.names.get(row["place"], row["place"]))
            one.add("addressEntity", self.use("place", row["place"]))
        return self.prove(one, [row["key"]])

    def use(self, *parts: str) -> str:
        """Give the id of an actor or a place that is named, and keep it."""
        self.used.add(name := self.id(*parts))
        return name

    def prove(self, one: Entity, evidence: Iterable[str]) -> Entity:
        """Add the reports that an entity rests on, and note them."""
        reports = dict.fromkeys(fact["report"] for fact in self.noted.facts(evidence))
        self.noted.rest(one.id, reports)
        return one.add("proof", *(self.id("report", report) for report in reports))


def _digest(text: str) -> str:
    """Give SHA-1 in hex, as the model has it: it tells values apart, and vouches for nothing."""
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


def slug(title: str) -> str:
    """Make a dataset's name of a situation's title: small letters, digits, underscores."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_") or "situation"


def _day(instant: str | None) -> str | None:
    return None if instant is None else instant[:10]


def _last(instant: str | None) -> str | None:
    """Give the last day of a stretch that ends at an instant, itself not in it."""
    if instant is None:
        return None
    end: Instant = read_instant(instant)
    try:
        return str(to_datetime(end - 1 if end % DAY else end - DAY).date())
    except InstantError:  # it ends where the calendar begins
        return None


def write(question: Question, path: Path) -> Told:
    """Write the statements, those of an entity together."""
    with Noted() as noted, body(path) as rest, path.open("w", encoding="utf-8") as file:
        entities = Entities(question, noted)
        said = _written(rest, entities.said(), entities.dataset)
        count = said + _written(file, entities.named(), entities.dataset)
        rest.seek(0)
        copyfileobj(rest, file)
        told = about(entities.answers[0], count)
    told["query"] = {**told["query"], "projection": question.projection}
    return Told(count, told)


def _written(file: IO[str], entities: Iterable[Entity], dataset: str) -> int:
    """Write the statements of entities; count them."""
    count = 0
    for entity in entities:
        for statement in entity.statements(dataset):
            file.write(f"{json.dumps(statement, ensure_ascii=False)}\n")
            count += 1
    return count


FORMAT = Format(
    "ftm",
    "FollowTheMoney statements as JSON lines; what they are of in NAME.about.json beside them",
    write,
    projections=("control", *_FACTS),
    aside=True,
    counted="statements",
)
