"""Counts: how many of whom or what, as English prose puts it, with its hedge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from tracker.quantities import LARGEST

NUMBER_WORDS: Mapping[str, int] = {
    name: n
    for n, name in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
         "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
         "nineteen", "twenty"),
        1,
    )
}  # fmt: skip
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
         "ninety": 90, "a hundred": 100, "a dozen": 12, "two dozen": 24}  # fmt: skip
_WORDS = {**NUMBER_WORDS, **_TENS}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_BARE = {"dozens": "dozens", "hundreds": "hundreds", "thousands": "thousands", "scores": "dozens",
         "several": "several", "a few": "a few", "some": "some", "many": "many"}  # fmt: skip
_HEDGES = {
    **dict.fromkeys(("about", "around", "approximately", "some", "roughly", "nearly", "almost",
                     "an estimated", "close to"), "about"),
    **dict.fromkeys(("at least", "no fewer than", "no less than"), "at least"),
    **dict.fromkeys(("more than", "over", "in excess of", "upwards of"), "more than"),
    **dict.fromkeys(("up to", "at most", "as many as"), "at most"),
    **dict.fromkeys(("fewer than", "less than", "under"), "fewer than"),
}  # fmt: skip

TROOPS = (
    r"troops|soldiers?|servicem[ae]n|personnel|marines?|paratroopers?|commandos?|legionnaires?|"
    r"peacekeepers?|pilots?"
)
FIGHTERS = (
    r"fighters?|militants?|rebels?|insurgents?|jihadists?|gunm[ae]n|militiam[ae]n|extremists?|"
    r"terrorists?"
)
OFFICERS = r"policem[ae]n|police officers?|gendarmes?|guards?"
CIVILIANS = (
    r"people|civilians?|residents?|refugees?|villagers?|families|households|inhabitants|persons?|"
    r"children|women|men|nationals?|citizens?|hostages?|workers?|foreigners?|journalists?|"
    r"protesters?|demonstrators?"
)
EQUIPMENT = (
    r"tanks?|(?:armou?red )?vehicles|armou?red personnel carriers|helicopters?|aircraft|planes?|"
    r"(?:fighter )?jets?|warplanes|drones?|trucks|pickups?|pick-up trucks|howitzers|rockets"
)
_NOUNS = {"troops": TROOPS, "fighters": FIGHTERS, "police": OFFICERS, "civilians": CIVILIANS,
          "equipment": EQUIPMENT}  # fmt: skip

_DIGITS = r"(?!0\d)(?:\d{1,3}(?:[, ]\d{3})+|\d+(?:\.\d+)?)"
_NUMBER = rf"(?:{_DIGITS}|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_SCALED = rf"{_NUMBER}(?:[ -](?:{'|'.join(_SCALES)}))?"
_COUNT = re.compile(
    rf"(?<![\w.,-])(?:(?P<hedge>{'|'.join(sorted(_HEDGES, key=len, reverse=True))}) )?"
    rf"(?:between (?P<low>{_SCALED}) and (?P<high>{_SCALED})"
    rf"|(?P<from>{_SCALED})(?:-| to )(?P<upto>{_SCALED})"
    rf"|(?P<number>{_SCALED})|(?P<bare>{'|'.join(_BARE)}))(?P<strong>-strong)?(?!\w|[.,]?\d|%)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:(?:of|more|additional|other|extra)\s+)*(?:[\w-]+(?:'s)?\s+){0,3}?"
    rf"(?:{'|'.join(f'(?P<{name}>{nouns})' for name, nouns in _NOUNS.items())})\b",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"\s+(?:[\w-]+\s+){0,3}?(?P<troops>forces?|army|contingent|mission)\b", re.IGNORECASE
)
_MORE = re.compile(r"(?:more|additional|extra|another)\b", re.IGNORECASE)
_MODEL = re.compile(r"(?<=\w )[A-Z][\w-]*\s+$")
"""What a number after it is a part of: a Mirage 2000."""
_BEFORE_MORE = re.compile(r"\b(?:another|an additional|a further|further)\s+$", re.IGNORECASE)


class Counted(NamedTuple):
    """A count in a text: where it stands, of what, and the fields of its quantity.

    `sort` is troops, fighters, police, civilians or equipment; `noun` the word for them.
    """

    start: int
    stop: int
    sort: str
    noun: str
    fields: Mapping[str, int | str]


def counts(text: str) -> list[Counted]:
    """Give what a text counts, in its order; numbers of anything else are left alone."""
    found = []
    for match in _COUNT.finditer(text):
        tail = _STRONG if match["strong"] else _AFTER
        skipped = match.end() if match["strong"] else _past_space(text, match.end())
        noun = tail.match(text, skipped)
        if noun is None or _MODEL.search(text, 0, match.start()):
            continue
        sort = next(name for name, said in noun.groupdict().items() if said)
        numbers = _numbers(match)
        if any(isinstance(one, int) and one > LARGEST for one in numbers.values()):
            continue
        fields = {**numbers, "phrase": " ".join(match[0].split())[:60]}
        more = _MORE.match(text, skipped) or _BEFORE_MORE.search(text, 0, match.start())
        if more:
            fields["semantics"] = "change"
        if sort == "equipment":
            fields["unit"] = noun[sort].lower()
        found.append(Counted(match.start(), noun.end(), sort, noun[sort].lower(), fields))
    return found


def _past_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _numbers(match: re.Match[str]) -> dict[str, int | str]:
    if bare := match["bare"]:
        return {"comparator": _BARE[bare.lower()]}
    if match["number"] is None:
        low, high = sorted(
            _value(match[one]) for one in (("low", "high") if match["low"] else ("from", "upto"))
        )
        return {"low": low, "high": high, "comparator": "between"}
    number = _value(match["number"])
    hedge = _HEDGES.get((match["hedge"] or "").lower(), "exact")
    name = {"at least": "low", "more than": "low", "at most": "high", "fewer than": "high"}
    return {name.get(hedge, "best"): number, "comparator": hedge}


def _value(said: str) -> int:
    """Read 1,400, 1 400, 1.5 million, twelve, two hundred, a dozen."""
    plain = said.lower()
    for name, scale in _SCALES.items():
        if plain.endswith(name) and plain != f"a {name}":
            return round(_plain(plain.removesuffix(name).rstrip(" -")) * scale)
    return round(_plain(plain))


def _plain(said: str) -> float:
    if said in _WORDS:
        return _WORDS[said]
    return float(re.sub("[, ]", "", said))
