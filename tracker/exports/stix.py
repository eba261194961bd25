"""STIX 2.1: who held what and when, as a bundle for OpenCTI, MISP and other STIX platforms.

    identity       actors; sources; the desk whose log it is
    location       places
    relationship   identity -> location, with start_time and stop_time: controls, contests,
                   besieges, partly-controls, said-to-control (one side of a dispute), and
                   located-at for forces that are deployed
    report         reports, with the relationships that rest on them
    note           what the bundle is of: question, clocks, policy, log

Ids are made from the log's id and what they name (UUID version 5), so that a later export of the
same log updates objects instead of doubling them; `created` is when the log began and `modified`
when it was last added to. Written as it is worked out: of a bundle of any size the names of actors,
places and sources are in memory, and what else its objects name each other by is noted on the disk
(noted.py). What STIX has no property for stands in a property extension that the
bundle itself defines. Source: STIX 2.1, OASIS Standard, 10 June 2021.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from shutil import copyfileobj
from typing import IO
from uuid import UUID, uuid5

from tracker.cli import words
from tracker.exports import holding
from tracker.exports.holding import Line
from tracker.exports.links import uri
from tracker.exports.noted import Noted, body
from tracker.exports.question import Format, Question, Row, Told, about
from tracker.harmless import dump, safe
from tracker.hedges import hedged
from tracker.instants import read_instant, to_datetime

NAMESPACE = UUID("0f6a2a0e-6b1c-5d7e-9a35-7c1d3f2b8e40")
"""Ours: STIX keeps its own namespace for observables (section 2.9)."""
TOOL_TIME = "2026-11-28T00:00:00.000Z"
"""When the extension was defined, and with it who defines it."""

PROJECTIONS = ("control", "forces")
CREDIBILITY = {1: 90, 2: 70, 3: 50, 4: 30, 5: 10}
"""Admiralty credibility as confidence (STIX 2.1, appendix A); 6, cannot be judged, gives none."""
CONFIRMED = 1
"""The credibility of what independent origins confirm: that is what the digit 1 means."""

_CLASSES = {"person": "individual", "group": "group", "population": "class"}
_SCHEMA = (
    "Properties of Situation tracker. tracker_id: the id in the tracker's log. side: an actor's "
    "camp. support: confirmed, reported, claimed or disputed. certainty: certain or possible. "
    "status: held, contested, besieged or mixed. since: when it began, as EDTF. evidence: ids of "
    "facts. ratings: Admiralty codes (letter for the source, digit for the item) of that evidence. "
    "number: how many, in words. about: the question, its clocks and policy, and the log's "
    "position and head that the bundle is of."
)


class Bundle:
    """The objects of one bundle, made from what a situation answers."""

    def __init__(self, question: Question, noted: Noted) -> None:
        """Ask for all that the bundle holds; the facts are noted."""
        situation = question.situation
        self.question = question
        self.registered = situation.registered()
        asked = (question.projection,) if question.projection else PROJECTIONS
        self.spans = [question.of(name, "spans").answer() for name in asked]
        evidence = situation.evidence(question.clocks, weighing=question.weighing, kept=False)
        self.noted = noted.take(evidence.each)
        self.actors: set[str] = set()
        self.places: set[str] = set()
        self.log = situation.log_id or self.spans[0].title
        first, last = (question.recorded_at(at) for at in (1, self.spans[0].position))
        self.created = stamp(first) if first else TOOL_TIME
        self.modified = max(self.created, stamp(last) if last else TOOL_TIME)

    # -- names -------------------------------------------------------------------------------

    def id(self, kind: str, *parts: str) -> str:
        """Give the id of an object, the same in every export of this log."""
        return f"{kind}--{uuid5(NAMESPACE, dump([self.log, kind, *parts], indent=None))}"

    @property
    def desk(self) -> str:
        """The id of the identity whose log it is: it created all the rest."""
        return self.id("identity", "desk")

    def actor(self, name: str) -> str:
        """Give the id of an actor."""
        return self.id("identity", "actor", name)

    def place(self, name: str) -> str:
        """Give the id of a place."""
        return self.id("location", "place", name)

    # -- objects -----------------------------------------------------------------------------

    def relationships(self) -> Iterator[Row]:
        """Yield the relationships; note whom and what they name, and which reports they rest on."""
        for line in (line for answer in self.spans for line in holding.lines(answer)):
            if _tellable(line):
                facts = self.noted.facts(line.evidence)
                made = self.relationship(line, facts)
                self.actors.add(line.actor)
                self.places.add(line.place)
                self.noted.rest(made["id"], {fact["report"] for fact in facts})
                yield made

    def named(self) -> Iterator[Row]:
        """Yield what the relationships name, once they are made: that comes before them."""
        yield from tool()
        yield self.made("identity", self.desk, name=self.spans[0].title, identity_class="group")
        yield from map(self.actor_object, sorted(self.actors))
        yield from map(self.place_object, sorted(self.places))

    def made(self, kind: str, made_id: str, beside: Row | None = None, **properties: object) -> Row:
        """Make an object: what all have in common, its properties that are not None, ours."""
        common = {
            "type": kind,
            "spec_version": "2.1",
            "id": made_id,
            "created_by_ref": self.desk,
            "created": self.created,
            "modified": self.modified,
        }
        kept = {key: item for key, item in properties.items() if item is not None}
        ours = {key: item for key, item in (beside or {}).items() if item not in (None, [], "")}
        extended = {"extension_type": "property-extension", **ours}
        return {**common, **kept, **({"extensions": {EXTENSION: extended}} if ours else {})}

    def actor_object(self, name: str) -> Row:
        """Give the identity of an actor."""
        found = self.registered["actors"].get(name, {})
        return self.made(
            "identity",
            self.actor(name),
            {"tracker_id": name, "side": found.get("side")},
            name=_text(found.get("name", name)),
            identity_class=_CLASSES.get(found.get("type", ""), "organization"),
        )

    def place_object(self, name: str) -> Row:
        """Give a location: by its coordinates, or, for want of them, as a region by its id."""
        found = self.registered["places"].get(name, {})
        called, lat = _text(found.get("name", name)), found.get("lat")
        return self.made(
            "location",
            self.place(name),
            {"tracker_id": name},
            name=called,
            latitude=lat,
            longitude=found.get("lon"),
            region=name if lat is None else None,  # an open vocabulary: small letters, hyphens
        )

    def relationship(self, line: Line, facts: Iterable[Row]) -> Row:
        """Give the relationship of a line, which rests on some facts."""
        row, ratings = line.row, self.ratings(facts)
        number = hedged(row) if line.kind == "located-at" else None
        beside = {name: row.get(name) for name in ("status", "support", "certainty", "category")}
        beside |= {"since": line.since, "number": number, "ratings": ratings}
        return self.made(
            "relationship",
            self.id("relationship", line.actor, line.kind, row["key"], line.start or ""),
            {**beside, "evidence": list(line.evidence)},
            relationship_type=line.kind,
            description=_text(line.said),
            source_ref=self.actor(line.actor),
            target_ref=self.place(line.place),
            start_time=line.start and stamp(line.start),
            stop_time=line.stop and stamp(line.stop),
            confidence=confidence(row["support"], ratings),
        )

    def ratings(self, facts: Iterable[Row]) -> list[str]:
        """Give the Admiralty codes of facts: their own, else that of who published them."""
        sources = self.registered["sources"]
        found: set[str] = set()
        for fact in facts:
            rating = fact["rating"] or sources.get(fact["source"], {}).get("rating")
            found |= {str(rating)} if rating else set()
        return sorted(found)

    def sources(self) -> Iterator[Row]:
        """Yield the sources of the reports that relationships rest on."""
        for source in sorted({str(fact["source"]) for fact in self.noted.reports()}):
            found = self.registered["sources"].get(source, {})
            yield self.made(
                "identity",
                self.id("identity", "source", source),
                {"tracker_id": source, "ratings": [found["rating"]] if "rating" in found else []},
                name=_text(found.get("name", source)),
                identity_class="organization",
            )

    def reports(self) -> Iterator[tuple[Row, Iterator[str]]]:
        """Yield the reports that relationships rest on, each with the ids of these.

        They belong to its `object_refs`, after its source.
        """
        for fact in self.noted.reports():
            report, source = fact["report"], fact["source"]
            called = str(self.registered["sources"].get(source, {}).get("name", source))
            made = self.made(
                "report",
                self.id("report", report),
                {"tracker_id": report},
                name=_text(words.cited(called, fact["title"], words.when(fact["published_edtf"]))),
                published=stamp(fact["published"]),
                object_refs=[self.id("identity", "source", source)],
                external_references=[_reference(called, fact)],
            )
            yield made, self.noted.resting(report)

    def note(self, told: Row) -> Row:
        """Say what the bundle is of."""
        return self.made(
            "note",
            self.id("note", "about", dump(told["query"], indent=None)),
            {"about": told},
            abstract="What this bundle is of",
            content=dump(told),
            object_refs=[self.desk],
        )


def _tellable(line: Line) -> bool:
    """Whether it lasts so long that STIX can tell: stop_time lies after start_time."""
    return None in (line.start, line.stop) or stamp(str(line.start)) < stamp(str(line.stop))


def confidence(support: object, ratings: Iterable[str]) -> int | None:
    """Give STIX's confidence by its own scale of Admiralty credibility, or none.

    Independent origins that agree are credibility 1. Otherwise the best digit that the evidence
    was rated with; a dispute, or what only the side that gains from it says, has none.
    """
    if support == "confirmed":
        return CREDIBILITY[CONFIRMED]
    if support != "reported":
        return None
    digits = [int(rating[1]) for rating in ratings]
    return CREDIBILITY.get(min(digits)) if digits else None


def tool() -> Iterator[Row]:
    """Yield the definition of our extension, and who defined it."""
    common = {"spec_version": "2.1", "created": TOOL_TIME, "modified": TOOL_TIME}
    maker = f"identity--{uuid5(NAMESPACE, 'situation-tracker')}"
    yield {
        "type": "identity",
        "id": maker,
        **common,
        "name": "Situation tracker",
        "identity_class": "system",
    }
    yield {
        "type": "extension-definition",
        "id": EXTENSION,
        "created_by_ref": maker,
        **common,
        "name": "Situation tracker",
        "description": "What a situation tracker knows of an object beside what STIX can say.",
        "schema": _SCHEMA,
        "version": "1.0.0",
        "extension_types": ["property-extension"],
    }


EXTENSION = f"extension-definition--{uuid5(NAMESPACE, 'extension')}"
"""The id of our extension."""


def stamp(text: str) -> str:
    """Write an instant as a STIX timestamp: UTC, to the millisecond."""
    moment = to_datetime(read_instant(text)).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='milliseconds')}Z"


def _text(text: str) -> str:
    return safe(str(text))


def _reference(source: str, fact: Row) -> Row:
    """Say where a report is to be found."""
    document = fact["document"]
    said = [f"{document['name']}, sha256 {document['sha256']}"] if document else []
    named, link = fact["url"], uri(fact["url"])
    said += [f"at {named}"] if named and link is None else []  # a bundle's url is a URI
    parts = {"source_name": _text(source), "external_id": fact["report"], "url": link}
    parts["description"] = _text("; ".join(said))
    return {name: item for name, item in parts.items() if item}


def write(question: Question, path: Path) -> Told:
    """Write a bundle, an object a line: those that others refer to come first."""
    with Noted() as noted, body(path) as middle:
        bundle = Bundle(question, noted)
        lines = _written(middle, bundle.relationships())
        sources = list(bundle.sources())
        named, reports = (sum(1 for _ in some) for some in (bundle.named(), noted.reports()))
        count = named + lines + len(sources) + reports + 1
        told = about(bundle.spans[0], count)
        told["query"] = {**told["query"], "projection": question.projection}
        name = bundle.id("bundle", dump(told, indent=None))
        with path.open("w", encoding="utf-8") as file:
            file.write(f'{{"type": "bundle", "id": "{name}", "objects": [')
            _written(file, bundle.named(), first=True)
            middle.seek(0)
            copyfileobj(middle, file)
            _written(file, sources)
            for made, resting in bundle.reports():
                _write_report(file, made, resting)
            _written(file, [bundle.note(told)])
            file.write("\n]}\n")
    return Told(count, told)


def _written(file: IO[str], objects: Iterable[Row], *, first: bool = False) -> int:
    """Write objects, the `first` of all or such as come after others; count them."""
    count = 0
    for one in objects:
        file.write(f"{'' if first and not count else ','}\n{dump(one, indent=None)}")
        count += 1
    return count


def _write_report(file: IO[str], made: Row, resting: Iterable[str]) -> None:
    """Write a report with all that rests on it: of a large table that may be very much."""
    source = f'"object_refs": ["{made["object_refs"][0]}"'
    before, _, after = dump(made, indent=None).partition(source)
    file.write(f",\n{before}{source}")
    for one in resting:
        file.write(f', "{one}"')
    file.write(after)


FORMAT = Format(
    "stix",
    "a STIX 2.1 bundle: who held what and when, on which reports; for OpenCTI and its like",
    write,
    projections=PROJECTIONS,
    counted="objects",
)
