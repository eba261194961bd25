"""Counts: how many of whom or what, as English prose puts it, with its hedge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from tracker.quantities import LARGEST
from tracker.sheets import MISSING

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
         "ninety": 90}  # fmt: skip
_TWO_WORDS = {
    f"{tens}{gap}{one}": n + NUMBER_WORDS[one]
    for tens, n in {"twenty": 20, **_TENS}.items()
    for one in ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    for gap in "- "
}
_ROUND = {"a hundred": 100, "a thousand": 1_000, "a million": 1_000_000, "a dozen": 12,
          "half a dozen": 6, "half a million": 500_000}  # fmt: skip
_WORDS = {**NUMBER_WORDS, **_TENS, **_TWO_WORDS, **_ROUND}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1_000, "million": 1_000_000,
           "billion": 1_000_000_000, "lakh": 100_000, "crore": 10_000_000}  # fmt: skip
_BARE = {"dozens": "dozens", "hundreds": "hundreds", "thousands": "thousands", "scores": "dozens",
         "several": "several", "a few": "a few", "some": "some", "many": "many",
         "millions": MISSING}  # fmt: skip
_SEVERAL = {
    "dozen": "dozens",
    "hundred": "hundreds",
    "thousand": "thousands",
    "million": MISSING,
    "lakh": MISSING,
    "crore": MISSING,
}
"""What "several hundred" is, in the words that a quantity has; it has none for millions."""
_HEDGES = {
    **dict.fromkeys(("about", "around", "approximately", "some", "roughly", "nearly", "almost",
                     "an estimated", "close to"), "about"),
    **dict.fromkeys(("at least", "no fewer than", "no less than", "not fewer than",
                     "not less than"), "at least"),
    **dict.fromkeys(("more than", "over", "in excess of", "upwards of"), "more than"),
    **dict.fromkeys(("up to", "at most", "as many as", "no more than", "not more than"), "at most"),
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
NOUNS = {"troops": TROOPS, "fighters": FIGHTERS, "police": OFFICERS, "civilians": CIVILIANS,
          "equipment": EQUIPMENT}  # fmt: skip

_DIGITS = r"(?!0\d)(?:\d{1,3}(?:[, ]\d{3})+|\d{1,2}(?:,\d\d)+,\d{3}|\d+(?:\.\d+)?)"
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_NUMBER = rf"(?:{_DIGITS}|{_WORD})"
_SCALE = "|".join(_SCALES)
SCALED = (
    rf"(?:(?:{_NUMBER}[ -](?:{_SCALE})|a hundred|a thousand) and (?:{_WORD})|"
    rf"{_NUMBER}(?:[ -](?:{_SCALE}))?)"
)
_COUNT = re.compile(
    r"(?<![\w.,-])(?<!no )(?<!how )"
    rf"(?:(?P<hedge>{'|'.join(sorted(_HEDGES, key=len, reverse=True))}) )?"
    rf"(?:between (?P<low>{SCALED}) and (?P<high>{SCALED})"
    r"|(?P<vague>(?:tens|dozens|scores|hundreds|thousands) of (?:hundreds|thousands|millions))"
    rf"|(?:several|a few|many) (?P<several>{'|'.join(_SEVERAL)})s?"
    rf"|(?P<from>{SCALED})(?:(?<=\d)-| to | or )(?P<upto>{SCALED})"
    rf"|(?P<number>{SCALED})|(?P<bare>{'|'.join(_BARE)}))"
    r"(?P<strong>-strong)?(?!\w|[.,]?\d|%|-)",
    re.IGNORECASE,
)
NO_ADJECTIVE = (
    r"and|or|but|in|from|for|to|were|was|are|is|the|by|with|who|that|an?|on|at|after|when|of|per|"
    r"as|near|have|had|has|ago|later|earlier|since|(?:day|week|month|year|hour|minute|night|time|"
    r"mile|met(?:re|er)|kilomet(?:re|er)|tonne|ton)s?|km|per ?cent|"
    rf"{_SCALE}|{'|'.join((*NUMBER_WORDS, *_TENS))}"
)
_ANOTHER_NOUN = (
    r"(?-i:[a-z][a-z-]*s)\b(?<!ous)(?<!ss)(?<!us)(?<!forces)(?<!services)(?<!operations)"
    r"(?<!overseas)(?<!affairs)"
)
"""What a number is of, if it stands before the people: "in three villages residents"."""
_AFTER = re.compile(
    rf"(?:of (?:the|its|their|our|his|her)\s+(?:{_NUMBER}\s+)?)?"
    r"(?:(?:of|more|additional|others?|extra)\s+)*"
    rf"(?:(?!(?:{NO_ADJECTIVE})\b|{_ANOTHER_NOUN})[^\W\d][\w-]*(?:['\u2019]s)?\s+){{0,3}}?"
    rf"(?:{'|'.join(f'(?P<{name}>{nouns})' for name, nouns in NOUNS.items())})\b",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"\s+(?:[\w-]+\s+){0,3}?(?P<troops>forces?|army|contingent|mission)\b", re.IGNORECASE
)
_MORE = re.compile(r"(?:more|additional|extra|another)\b", re.IGNORECASE)
_MODEL = re.compile(r"(?<=\w )[A-Z][\w-]*\s+$")
"""What a number after it is a part of: a Mirage 2000."""
_PART_OF = re.compile(
    r"\b(?:half|most|some|many|part|all|none|any|each|third|quarter|fifth|majority|cent|percent|"
    rf"number|rest|remainder|tens|few|several|fraction|{'|'.join(NUMBER_WORDS)}|\d+)s? of "
    r"(?:the |its |their |his )?(?:[\w-]+['\u2019]s? )?(?:[\w-]+ )?$|"
    rf"\b(?:{'|'.join(NUMBER_WORDS)}|\d+) (?:out of|in) $|"
    rf"\b(?:{_SCALE})s? (?:and )?$|\baged? $",
    re.IGNORECASE,
)
"""What a number after it is no count of: half of the 500, and the rest of a longer number."""
_FATE = r"(?:killed|dead|died|wounded|injured|hurt|missing|captured|kidnapped|abducted)"
_AND_FATE = re.compile(
    r"\s+(?:(?:more|others?|of them)\s+)*"
    r"(?:(?:have|had|has|were|was|are|is|been|reported|confirmed|reportedly|also|left|feared|went)"
    rf"\s+)*{_FATE}\b",
    re.IGNORECASE,
)
_FATE_OF = re.compile(
    r"\b(?:kill|wound|injur|captur|kidnapp|abduct)(?:ed|ing|es|e|s)?\s+(?:another\s+)?$",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"\s*(?:$|[.,;)\"”’]|(?:and|or|others?|more|in|at|near|of them|on|when|as|after|during|by)\b|"
    r"(?-i:[A-Z]))",
    re.IGNORECASE,
)
_BACK = 60
"""Characters before a number that say what it is of."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_DIGITS_OF_A_TIME = re.compile(r"[012]\d{3}")
_WHEN = re.compile(
    r"\b(?:at|in|during|since|until|till|from|before|after|around)\s+$|(?:^|[.,;:]\s*)by\s+$",
    re.IGNORECASE,
)
"""What makes four digits a year or an hour, or may: "from 2019 French troops"."""
_ALL_BUT = re.compile(
    r"\b(?:all|every(?:one|body)|none|nobody|no[ -]one)\s+(?:but|except(?: for)?|bar)\s+$",
    re.IGNORECASE,
)
_BEFORE_MORE = re.compile(r"\b(?:another|an additional|a further|further)\s+$", re.IGNORECASE)


UNSAID = "unsaid"


class Counted(NamedTuple):
    """A count in a text: where it stands, of what, and the fields of its quantity.

    `sort` is troops, fighters, police, civilians or equipment; `noun` the word for them. Of "30
    wounded" nobody says who they are: `sort` is UNSAID then, and `noun` is empty.
    """

    start: int
    stop: int
    sort: str
    noun: str
    fields: Mapping[str, int | str]


def counts(text: str) -> list[Counted]:
    """Give what a text counts, in its order; numbers of anything else are left alone."""
    return [one for match in _COUNT.finditer(text) if (one := _counted(text, match))]


def _counted(text: str, match: re.Match[str]) -> Counted | None:
    tail = _STRONG if match["strong"] else _AFTER
    skipped = match.end() if match["strong"] else _past_space(text, match.end())
    noun = tail.match(text, skipped)
    if _MODEL.search(text, 0, match.start()) or _PART_OF.search(
        text, max(0, match.start() - _BACK), match.start()
    ):
        return None
    if noun is None and not _is_fated(text, match):
        return None
    numbers = _numbers(match)
    timed = _DIGITS_OF_A_TIME.fullmatch(match[0]) and _WHEN.search(text, 0, match.start())
    if timed or _ALL_BUT.search(text, 0, match.start()):
        numbers = {"comparator": MISSING}
    if numbers is None or any(isinstance(one, int) and one > LARGEST for one in numbers.values()):
        return None
    fields = {**numbers, "phrase": " ".join(match[0].split())[:60]}
    if _MORE.match(text, skipped) or _BEFORE_MORE.search(text, 0, match.start()):
        fields["semantics"] = "change"
    if noun is None:
        return Counted(match.start(), match.end(), UNSAID, "", fields)
    sort = next(name for name, said in noun.groupdict().items() if said)
    if sort == "equipment":
        fields["unit"] = noun[sort].lower()
    return Counted(match.start(), noun.end(), sort, noun[sort].lower(), fields)


def _is_fated(text: str, match: re.Match[str]) -> bool:
    """Whether a number without a noun is of people: "30 wounded", "killing 12"."""
    if _YEAR.fullmatch(match[0]):
        return False
    if _AND_FATE.match(text, match.end()):
        return True
    ahead = _FATE_OF.search(text, max(0, match.start() - _BACK), match.start())
    return ahead is not None and _ALONE.match(text, match.end()) is not None


def _past_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _numbers(match: re.Match[str]) -> dict[str, int | str] | None:
    """Give the numbers of a quantity and its hedge; None for what cannot be read for sure."""
    if match["vague"]:
        return {"comparator": MISSING}
    if several := match["several"]:
        return {"comparator": _SEVERAL[several.lower()]}
    if bare := match["bare"]:
        return {"comparator": _BARE[bare.lower()]}
    said = [match[one] for one in ("low", "high", "from", "upto", "number") if match[one]]
    if any(map(_UNSCALED.fullmatch, said)):  # 1.400 is a number in some countries
        return None
    if match["number"] is None:
        low, high = sorted(map(value_of, said))
        return {"low": low, "high": high, "comparator": "between"}
    number = value_of(match["number"])
    hedge = _HEDGES.get((match["hedge"] or "").lower(), "exact")
    name = {"at least": "low", "more than": "low", "at most": "high", "fewer than": "high"}
    return {name.get(hedge, "best"): number, "comparator": hedge}


_UNSCALED = re.compile(r"\d+\.\d+")


def value_of(said: str) -> int:
    """Read 1,400, 1 400, 1.5 million, twelve, two hundred and five, a dozen, twenty-five."""
    hundreds, _, rest = said.lower().partition(" and ")
    if rest:
        return value_of(hundreds) + value_of(rest)
    if hundreds in _WORDS:
        return _WORDS[hundreds]
    for name, scale in _SCALES.items():
        if hundreds.endswith(name):
            return round(_plain(hundreds.removesuffix(name).rstrip(" -")) * scale)
    return round(_plain(hundreds))


def _plain(said: str) -> float:
    if said in _WORDS:
        return _WORDS[said]
    return float(re.sub("[, ]", "", said))
