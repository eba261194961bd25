"""Asides: parts of a sentence in which somebody speaks, who does not tell the rest of it.

"While the army says it holds X, rebels took Y": only the first half is the army's word. So it is of
"despite claims by the army that" and of ", who say that they hold X,".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tracker.drafting.mentions import Mention
from tracker.sheets import MISSING

_NOUNS = (
    r"claims?|reports?|statements?|announcements?|assertions?|insistence|allegations?|"
    r"declarations?|boasts?|assurances?|admissions?|accounts?|suggestions?"
)
_NOUN = re.compile(
    rf"\b(?P<noun>{_NOUNS})\s+"
    r"(?:(?P<by>(?:by|from|of)\b[^,;:]{0,60}?\b(?:that|to have)\b)|(?:\w+\s+)?(?:that|to have)\b)",
    re.IGNORECASE,
)
_A_VERB_TOO = re.compile(r"claims?|reports?|boasts?", re.IGNORECASE)
_IS_NOUN = re.compile(
    r"(?:^|[,;:(“\"]|['\u2019]s?|\b(?:despite|amid|amidst|against|following|contrary to)"
    r"(?:\s+[\w-]+)?|\b(?:of|by|with|after|on|over|about|to|from|in|the|these|those|such|any|all|no|"
    r"some|many|several|earlier|previous|recent|repeated|conflicting|contradictory|false|their|its|"
    r"his|her|our))\s*$",
    re.IGNORECASE,
)
_WHOSE = re.compile(r"['\u2019]s?\s+(?:\w+\s+)?$|\s+$")
_LEADS = re.compile(
    r"\W*(?P<word>while|although|though|even\s+though|even\s+as|whereas|as|after|before|when|since|"
    r"because|once|despite|amid|in\s+spite\s+of|contrary\s+to)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r",\s+(?:who|which|whose\s+[\w-]+)\b[^,;]*,", re.IGNORECASE)
_WHATEVER = re.compile(
    r"\b(?:whatever|no matter what|(?:contrary to|unlike|despite|regardless of) what)\b[^,;]*",
    re.IGNORECASE,
)
_OVER = re.compile(r"[,;]")


BY_ITS_WORDS = ""


class Aside(NamedTuple):
    """A part of a sentence with a speaker of its own.

    `speaker` is BY_ITS_WORDS where the words of the part say who speaks, MISSING where none do.
    """

    start: int
    stop: int
    speaker: str


def asides(
    text: str, says: re.Pattern[str], when: re.Pattern[str], actors: Sequence[Mention]
) -> list[Aside]:
    """Give such parts of a sentence; where one stands in another, it comes first.

    `says` finds a word that says, `when` matches no more than how and when it was said.
    """
    found = [*_relative(text, says, actors), *_nouns(text, says, actors), *_whatever(text, says)]
    found.sort()
    rest = blanked(text, [(one.start, one.stop) for one in found])
    return [*found, *_leading(rest, says, when)]


def blanked(text: str, parts: Sequence[tuple[int, int]]) -> str:
    """Give a text with some parts of it blank, as long as before."""
    for start, stop in parts:
        text = text[:start] + " " * (stop - start) + text[stop:]
    return text


def _relative(text: str, says: re.Pattern[str], actors: Sequence[Mention]) -> Iterator[Aside]:
    for one in _RELATIVE.finditer(text):
        said = says.search(text, one.start(), one.end())
        if said and said.end() < one.end() - 1:  # else "which, he said, fell"
            near = [who.id for who in actors if 0 <= one.start() - who.stop <= 1]
            yield Aside(one.start(), one.end(), near[-1] if near else MISSING)


def _whatever(text: str, says: re.Pattern[str]) -> Iterator[Aside]:
    for one in _WHATEVER.finditer(text):
        if says.search(text, one.start(), one.end()):
            yield Aside(one.start(), one.end(), MISSING)


def _nouns(text: str, says: re.Pattern[str], actors: Sequence[Mention]) -> Iterator[Aside]:
    for one in _NOUN.finditer(text):
        ahead = text[: one.start()]
        if _A_VERB_TOO.fullmatch(one["noun"]) and not (one["by"] or _IS_NOUN.search(ahead)):
            continue
        if says.search(ahead) or (one["by"] and says.search(one["by"])):
            continue
        over = _OVER.search(text, one.end())
        stop = over.start() if over else len(text)
        yield Aside(one.start(), stop, _of_noun(text, one, actors))


def _of_noun(text: str, one: re.Match[str], actors: Sequence[Mention]) -> str:
    """Give whose claim it is: "claims by X", "X's claims"."""
    if one["by"]:
        inside = [who.id for who in actors if one.start("by") <= who.start < one.end("by")]
        return inside[0] if inside and not one["by"].startswith("from") else MISSING
    before = [who for who in actors if who.stop <= one.start()]
    whose = before and _WHOSE.fullmatch(text, before[-1].stop, one.start())
    return before[-1].id if whose else MISSING


def _leading(text: str, says: re.Pattern[str], when: re.Pattern[str]) -> list[Aside]:
    """Give the clause that a sentence begins with, and what may belong to it after a comma."""
    leads = _LEADS.match(text)
    said = says.search(text, leads.end()) if leads else None
    if leads is None or said is None:
        return []
    commas = [one.start() for one in _OVER.finditer(text)]
    after = [at for at in commas if at >= said.end()]
    if not after or any(leads.end() <= at < said.start() for at in commas):
        return []
    told = text[said.end() : after[0]]
    if leads["word"].lower() == "as" and when.fullmatch(f"{told} "):  # as X said on Monday, ...
        return []
    first = Aside(0, after[0], BY_ITS_WORDS)
    later = says.search(text, after[0])
    if later or len(after) == 1:
        return [first]
    return [first, Aside(after[0], after[-1], MISSING)]
