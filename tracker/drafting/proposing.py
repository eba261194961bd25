"""Proposing: the facts that the rules find in the sentences of an article."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from tracker.drafting import happening
from tracker.drafting.around import Again, Around
from tracker.drafting.counts import UNSAID, Counted
from tracker.drafting.happening import BACK
from tracker.drafting.levels import level_of
from tracker.drafting.mentions import Names
from tracker.drafting.places import OF_A_TOWN, falls
from tracker.drafting.rules import FORCE, RULES, Rule, instead
from tracker.drafting.sentences import sentences
from tracker.drafting.telling import Speakers
from tracker.registry import Registry
from tracker.sheets import MISSING

LONGEST = 2_000
"""Characters of a sentence that is read; a longer one is a list or a table, left to a person."""
_SOME_TOWN = re.compile(r"\b(?:towns?|city|cities|villages?)\b", re.IGNORECASE)
_TOWN_TAKEN = re.compile(
    r"\s+(?:(?!(?:in|at|from|near|of|when|as|after|and)\b)[\w-]+\s+){0,4}?"
    r"(?:towns?|city|cities|villages?)\b(?!['\u2019]| of\b)",
    re.IGNORECASE,
)
_TOWN_BEFORE = re.compile(
    r"\b(?:towns?|city|cities|villages?|regions?|areas?)\b(?! of\b|['\u2019])", re.IGNORECASE
)
_HELD = re.compile(r"(?<!\bre)-$", re.IGNORECASE)
"""Before a word that tells no more than whose something is: "rebel-held"."""
_SERVICES = {"phone": "telephone", "telephone": "telephone", "mobile": "telephone",
             "power": "power", "electricity": "power", "water": "water", "internet": "internet",
             "communication": "communications"}  # fmt: skip
_LAWS = re.compile(
    r"sharia(?: law)?|islamic law|curfew|martial law|(?:a )?state of emergency", re.IGNORECASE
)
_GO_TO = frozenset({"ForcesWithdrew", "CiviliansDisplaced"})
"""Kinds that say where those arrive who leave."""
_SOME_LEFT = next(rule for rule in RULES if rule.kind == "TroopsWithdrawn")
"""What is told where only some leave: who has withdrawn forces holds a place no more."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a document: its number, its span in characters, its text."""

    number: int
    start: int
    stop: int
    text: str

    def located(self) -> dict[str, Any]:
        """Give its locator, as a sheet has it."""
        digest = sha256(self.text.encode()).hexdigest()
        return {"sentence": self.number, "span": [self.start, self.stop], "sha256": digest}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A fact that a rule proposes: its sentence, and its fields as a sheet has them."""

    sentence: Sentence
    fields: Mapping[str, Any]


class Reader:
    """Reads an article, published on a day, by the names of a registry."""

    def __init__(self, registry: Registry, published: date) -> None:
        """Make the patterns of all names."""
        self._registry = registry
        self._published = published
        self._names = Names(registry)
        actors = registry.actors.values()
        self._persons = frozenset(one.id for one in actors if one.type == "person")
        self._called = {one.id: one.name for one in registry.places.values()}
        self._called |= {one.id: one.name for one in actors}

    def read(self, text: str) -> Iterator[tuple[Sentence, list[Proposal]]]:
        """Yield each sentence of a document, and what the rules propose for it."""
        speakers, again, over = Speakers(), Again(self._registry), 0
        for number, (start, stop) in enumerate(sentences(text)):
            one = Sentence(number, start, stop, text[start:stop])
            if len(one.text) > LONGEST:
                yield one, []
                continue
            around = Around(one.text, self._registry, self._names, again, self._published)
            fresh = number == 0 or text[over:start].strip(" \t\u00a0") != ""  # a line has ended
            voices, over = speakers.voices(one.text, around.actors, fresh=fresh), stop
            yield one, list(self._proposed(one, around, voices))

    def _proposed(
        self, one: Sentence, around: Around, voices: Callable[[int], Mapping[str, str]]
    ) -> Iterator[Proposal]:
        told: list[tuple[str, int, int]] = []
        seen: list[Mapping[str, Any]] = []
        for rule in RULES:
            if rule.asks is not None and not rule.asks.search(one.text):
                continue
            for cue in rule.cue.finditer(one.text):
                kinds = [kind for kind, a, b in told if a < cue.end() and cue.start() < b]
                if rule.kind in kinds or instead(kinds, rule.kind):
                    continue
                if _HELD.search(one.text, max(0, cue.start() - len("re-")), cue.start()):
                    continue
                for found in self._facts(rule, cue, around):
                    fields = {**found, **voices(cue.start())}
                    if happening.is_refuted(one.text, cue):  # by whom is not said by whose it is
                        fields |= {"voice": "attributed", "speaker": MISSING}
                    if fields not in seen:
                        seen.append(fields)
                        told.append((rule.kind, cue.start(), cue.end()))
                        yield Proposal(one, {**fields, "at": one.located()})

    def _facts(self, rule: Rule, cue: re.Match[str], around: Around) -> Iterator[dict[str, Any]]:
        """Yield the facts that one cue tells of: one a place, where several are joined."""
        status = happening.status_of(rule, around.text, cue)
        if status is None:
            return
        if rule.fate is not None:
            for one in around.fates.of(cue):
                fields = _losses(rule, around.whose(one), one) | {
                    "when": around.when(rule.kind, cue, status)
                }
                yield {**fields, "status": status, "gist": self._gist(rule, fields, one)}
            return
        before = around.text[max(0, cue.start() - BACK) : cue.start()]
        reduced = happening.is_reduced(before, cue[0])
        passive = reduced or happening.is_passive(before, cue[0]) or falls(cue[0])
        but = frozenset() if rule.by_persons else self._persons
        agents, others = around.who(cue, passive=passive, but=but)
        count = around.how_many(rule.kind, cue) if rule.count != "no" else None
        level = self._level(around) if rule.level else {}
        found = around.where(rule.kind, cue, passive=passive, reduced=reduced)
        places = _places(rule, around, found, cue, after=not passive)
        lacking = (rule.by == "named" and not agents) or (rule.count == "named" and count is None)
        if lacking or level is None or not places:
            return
        if rule.kind == "TroopsPledged" and not (count or FORCE.search(around.text, cue.end())):
            return
        if rule.kind == "ForcesWithdrew" and (count := around.who_left(cue)):
            rule = _SOME_LEFT
        goal = around.goal(rule.kind, cue) if rule.kind in _GO_TO else None
        for place in places:
            fields = _fields(rule, place, agents, others, count)
            fields |= {"to_place": goal} if goal not in {None, MISSING} else {}
            fields |= {**level, **_words(rule.kind, around.text, cue[0])}
            fields["when"] = around.when(rule.kind, cue, status)
            yield {**fields, "status": status, "gist": self._gist(rule, fields, count)}

    def _level(self, around: Around) -> dict[str, Any] | None:
        return level_of(around.text, self._registry, {one.id for one in around.actors})

    def _gist(self, rule: Rule, fields: Mapping[str, Any], count: Counted | None) -> str:
        def named(ids: Sequence[str], otherwise: str) -> str:
            return " and ".join(self._called.get(one, otherwise) for one in ids) or otherwise

        many = "forces"
        if count is not None:
            more = " more" if count.fields.get("semantics") == "change" else ""
            many = f"{count.fields['phrase']}{more} {count.noun}".strip().lower()
        said = rule.gist.format(
            by=named(fields.get("by", ()), "someone"),
            against=named(fields.get("against", ()), "someone"),
            place=named([fields["place"]] if "place" in fields else [], "a place"),
            many=many,
            what=fields.get("service", "a service"),
        )
        return f"{said[:1].upper()}{said[1:]}."


def _places(
    rule: Rule, around: Around, found: list[str], cue: re.Match[str], *, after: bool
) -> Sequence[str | None]:
    """Give the places that facts are of: None for no place; none at all for no fact."""
    if rule.place == "no":
        return [None]
    if found:
        return found
    if rule.place == "asked" or (
        rule.place == "named" and _some_town(rule, around, cue, after=after)
    ):
        return [MISSING]
    return [] if rule.place == "named" else [None]


def _some_town(rule: Rule, around: Around, cue: re.Match[str], *, after: bool) -> bool:
    """Whether a sentence tells of a town that is not registered; one that is taken stands near."""
    if rule.kind not in OF_A_TOWN:
        return _SOME_TOWN.search(around.text) is not None
    if after:
        return _TOWN_TAKEN.match(around.text, cue.end()) is not None
    return _TOWN_BEFORE.search(around.text, max(0, cue.start() - BACK), cue.start()) is not None


def _fields(
    rule: Rule, place: str | None, agents: list[str], others: list[str], count: Counted | None
) -> dict[str, Any]:
    """Give the fields of a fact that say who, whom, where and how many."""
    fields: dict[str, Any] = {"kind": rule.kind}
    if place is not None:
        fields["place"] = place
    if count is not None and rule.kind == "TroopsDeployed" and count.sort == "equipment":
        fields |= {"kind": "EquipmentDeployed", "category": _category(count)}
    if count is not None and rule.kind == "TroopsWithdrawn" and count.sort != "troops":
        fields["category"] = count.sort
    if rule.kind == "FightingReported" and not agents:
        agents, others = others, []
    if rule.by == "asked" or (rule.by != "no" and agents):
        fields["by"] = agents or [MISSING]
    if rule.against == "asked" or (rule.against == "told" and others):
        fields["against"] = others or [MISSING]
    if count is not None:
        fields["quantity"] = dict(count.fields)
    return fields


def _losses(rule: Rule, side: str | None, count: Counted) -> dict[str, Any]:
    """Give the fields of a loss: whose, of whom, how many."""
    return {
        "kind": rule.kind,
        "side": side or MISSING,
        "category": _category(count),
        "fate": rule.fate,
        "quantity": dict(count.fields),
    }


def _category(count: Counted) -> str:
    if count.sort == UNSAID:
        return MISSING
    if count.sort == "equipment":
        return re.sub(r"\W+", "-", count.noun)
    return count.noun if count.noun == "people" else count.sort


def _words(kind: str, text: str, cue: str) -> dict[str, str]:
    """Give what only some kinds have: which service fails, which law is imposed."""
    if kind == "InfrastructureDisrupted":
        said = cue.lower()
        return {"service": next(name for word, name in _SERVICES.items() if word in said)}
    law = _LAWS.search(text) if kind == "LawImposed" else None
    return {"law": law[0].lower()} if law else {}
