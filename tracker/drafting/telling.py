"""Telling: who tells of what a sentence says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from tracker.drafting.asides import BY_ITS_WORDS, asides, blanked
from tracker.drafting.mentions import Mention
from tracker.drafting.quoting import Quoted, Quotes
from tracker.sheets import MISSING

_WORDS = 6
"""Of the description of a speaker."""
_AFTER = 45
"""Characters after "said" within which the name of a speaker comes, if it comes there."""

_BEING = r"is|are|was|were|been|being|be"
SAY = (
    r"sa(?:id|ys?)|told|tells|warn(?:ed|s)|announc(?:ed|es?)|confirm(?:ed|s)|add(?:ed|s)|"
    r"admit(?:ted|s)|acknowledg(?:ed|es)|claim(?:ed|s)?|(?<!united )stat(?:ed|es)|believ(?:ed|es)|"
    r"(?<!is )(?<!are )(?<!was )(?<!were )(?<!been )accus(?:ed?|es)(?! of\b)|den(?:y|ied|ies)|"
    r"insist(?:ed|s)?|(?<!to )report(?:ed|s)(?= that\b|[.,:\"”]|$)|"
    r"(?:reject|dismiss)(?:ed|es|s)(?= (?:\w+ ){0,3}(?:that|reports?|claims?|rumou?rs?)\b)"
)
"""Words that say, with who says it before them."""
_SAYS = re.compile(
    r"(?<!as previously )(?<!as earlier )(?<!as initially )(?<!as first )(?<!as originally )"
    rf"\b(?:{SAY})\b|\baccording to\b",
    re.IGNORECASE,
)
_HEARSAY = re.compile(
    rf"\b(?:reportedly|allegedly|supposedly|apparently|purportedly)\b|\brumou?r|"
    rf"\b(?:{_BEING}) (?:also )?"
    r"(?:reported|said|believed|thought|rumou?red|learnt|learned|understood|alleged|presumed) "
    r"(?:to|that|by)\b|"
    r"\b(?:some|many|others|people|several|most)(?: of them)? (?:say|said|believe|claim)\b|"
    rf"\bunconfirmed\b|\baccused of\b",
    re.IGNORECASE,
)
_NOBODY = re.compile(r"(?:nobody|no one|no-one|none|few|who|not \w+)\b", re.IGNORECASE)
_QUOTED = re.compile(r"\s*[“\"«‘'„].*[”\"»’'“](?=[,.]?\s)", re.DOTALL)
"""What a sentence begins with that is said word for word."""
_BUT = re.compile(
    r"[,;]? \b(?:but|although|though|whereas)\b|;|, (?:while|however)\b", re.IGNORECASE
)
_WHEN_SAID = re.compile(
    rf"\b(?:after|before|when|since|until|because|which)\s+(?:[\w'\u2019-]+\s+){{1,4}}?(?:{SAY})\b",
    re.IGNORECASE,
)
_JOINS = re.compile(
    r"^\W*(?:but|although|though|even though|even as|whereas|while|however|as|after|before|when|"
    r"since|because|once)\b,?",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\W*(?:(?:yesterday|today|tonight|meanwhile|then|now|still|also|separately|elsewhere|"
    r"overnight|recently|afterwards|earlier|later|(?:earlier |later )?(?:last|this|that) "
    r"(?:week|month|year|night|day|morning|afternoon|evening)|"
    r"(?:on |last |early |late |this )*(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"(?: morning| afternoon| evening| night)?)\b[\s,]*)+",
    re.IGNORECASE,
)
"""When it was said, before who said it: "yesterday officials said"."""
_NO_SPEAKER = re.compile(
    r"(?:despite|amid|amidst|in|on|at|after|before|by|from|near|over|with|without|following|since|"
    r"during|against|under|to|for|if|of|contrary)\b",
    re.IGNORECASE,
)
_LAST = re.compile(
    r"\W*(?:(?:on|in|to|late|early|an?|his|her|its|by|statement|interview|reporters|journalists|"
    r"(?:tele)?phone|\w+day|(?-i:[A-Z]\w*))\W+)*",
    re.IGNORECASE,
)
"""What may follow "said" where it is said of all that went before."""
_CLAUSE = re.compile(r"[,;:\"“”()–—]|\bthat\b|\band\b|\bas\b", re.IGNORECASE)
_PRONOUN = re.compile("he|she|they|it", re.IGNORECASE)
_NOT_THEY = re.compile(
    r"\s+(?:sources?|insiders?|defectors?|deserters?|critics?|opponents?|supporters?|sympathi[sz]ers?|"
    r"prisoners?|captives?|victims?|media|newspapers?)\b",
    re.IGNORECASE,
)
_FROM_THEM = re.compile(
    r"\b(?:(?:flee|escap|leav|fight|oppos|support|back|defend|criticis|monitor)ing|fled|against|"
    r"opposed to|close to|loyal to|critical of|familiar with|sympathetic to|"
    r"(?:critics?|opponents?|victims?|survivors?|relatives|families|enemies|supporters?|hostages|"
    r"prisoners?) of|(?:held|captured|detained|displaced|freed|attacked) by)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_FURTHER = frozenset({"in", "at", "from", "who", "on", "near", "with", "of"})
_CLOSING = frozenset('"”»’')


class Speakers:
    """Who tells what, sentence after sentence: who spoke last is "he" in the next."""

    def __init__(self) -> None:
        """Nobody has spoken yet."""
        self._last = MISSING
        self._quotes = Quotes()
        self._quoted = MISSING

    def voices(
        self, text: str, actors: Sequence[Mention], *, fresh: bool = True
    ) -> Callable[[int], Mapping[str, str]]:
        """Give who tells what stands where in a sentence: its fields `voice` and `speaker`.

        Where it says one thing, "but" another, each part has its own speaker; what stands in a part
        that names none may be told by the other one's, or by the reporter. What is quoted in a
        sentence where nobody is said to speak is somebody's word, not the reporter's. `fresh` is
        where a paragraph begins.
        """
        quoted = self._quotes.within(text, fresh=fresh)
        if not any(one.begun for one in quoted):
            self._quoted = MISSING
        outside = blanked(text, [(one.start, one.stop) for one in quoted])
        if quoted and not (_SAYS.search(outside) or _HEARSAY.search(outside)):
            word = {"voice": "attributed", "speaker": self._quoted}
            told = self._told(outside, actors)
            return lambda at: (
                word if any(one.start <= at < one.stop for one in quoted) else told(at)
            )
        told = self._told(text, actors)
        self._goes_on(quoted, outside)
        return told

    def _goes_on(self, quoted: Sequence[Quoted], outside: str) -> None:
        """Note who speaks on in the next sentence: who was said to before the quotation began."""
        if quoted and not quoted[-1].ended and _SAYS.search(outside, 0, quoted[-1].start):
            self._quoted = self._last

    def _told(self, text: str, actors: Sequence[Mention]) -> Callable[[int], Mapping[str, str]]:
        """Give who tells what, of what stands in asides and of the rest."""
        parts: list[tuple[int, int, Mapping[str, str]]] = []
        for one in asides(text, _SAYS, _LAST, actors):
            if one.speaker == BY_ITS_WORDS:
                inside = [who for who in actors if who.stop <= one.stop]
                voice = self._voice(text[: one.stop], inside)
            else:
                voice = {"voice": "attributed", "speaker": one.speaker}
            parts.append((one.start, one.stop, voice))
        rest = blanked(text, [(start, stop) for start, stop, _ in parts])
        left = [who for who in actors if not any(a <= who.start < b for a, b, _ in parts)]
        main = self._by_parts(rest, left)
        return lambda at: next((voice for a, b, voice in parts if a <= at < b), None) or main(at)

    def _by_parts(self, text: str, actors: Sequence[Mention]) -> Callable[[int], Mapping[str, str]]:
        starts = [0, *(found.start() for found in _BUT.finditer(text))]
        spoken = [
            n for n, start in enumerate(starts) if _SAYS.search(_part(text, starts, n), start)
        ]
        if late := _only_later(text):
            whole = self._voice(text, actors)
            return lambda at: whole if at >= late else {"voice": "reporter"}
        if not spoken or len(starts) == 1 or _HEARSAY.search(text) or _says_all(text, starts):
            whole = self._voice(text, actors)
            return lambda _at: whole
        parts: list[Mapping[str, str]] = [
            {"voice": "attributed", "speaker": MISSING} for _ in starts
        ]
        for n in spoken:
            inside = [one for one in actors if starts[n] <= one.start]
            blank = " " * starts[n] + _part(text, starts, n)[starts[n] :]
            parts[n] = self._voice(blank, inside)
        return lambda at: parts[max(n for n, start in enumerate(starts) if start <= at)]

    def _voice(self, text: str, actors: Sequence[Mention]) -> dict[str, str]:
        if _HEARSAY.search(text):
            return {"voice": "hearsay"}
        said = _SAYS.search(text)
        if said is None:
            return {"voice": "reporter"}
        self._last = self._speaker(text, said, actors)
        return {"voice": "attributed", "speaker": self._last}

    def _speaker(self, text: str, said: re.Match[str], actors: Sequence[Mention]) -> str:
        ahead, after = text[: said.start()], text[said.end() :]
        quoted = _QUOTED.match(ahead)
        if quoted and any(map(str.isalpha, ahead[quoted.end() :])):
            return self._after_quote(ahead, quoted.end(), actors)
        if said[0].lower() == "according to":
            near = [one for one in actors if 0 <= one.start - said.end() <= len(" the ")]
            return near[0].id if near else _first_words(after)
        clause = _CLAUSE.split(ahead)[-1]
        begin, end = len(ahead) - len(clause), len(ahead)
        if not clause.strip():
            if ahead.rstrip()[-1:] in _CLOSING:  # "...," said a spokesperson, A B
                near = [one for one in actors if 0 <= one.start - said.end() <= _AFTER]
                return near[0].id if near else _first_words(after)
            clause = _CLAUSE.split(ahead)[0]  # Locals, some of whom were there, said
            begin, end = 0, len(clause)
        inside = [one for one in actors if begin <= one.start and one.stop <= end]
        if inside and not _is_another(text, inside[-1], begin, end):
            return inside[-1].id
        return self._by_words(clause)

    def _after_quote(self, ahead: str, start: int, actors: Sequence[Mention]) -> str:
        """Give who is named between a quotation and "said"."""
        inside = [one for one in actors if start <= one.start and one.stop <= len(ahead)]
        parts = [part for part in _CLAUSE.split(ahead[start:]) if part.strip(" .?!…-’'»")]
        return inside[-1].id if inside else self._by_words(parts[0])

    def _by_words(self, clause: str) -> str:
        words = _WHEN.sub("", _JOINS.sub("", clause, count=1), count=1).strip(" .?!…-").split()
        if _NO_SPEAKER.match(" ".join(words)):
            return MISSING
        if _NOBODY.match(" ".join(words)):
            return MISSING
        if not words or _PRONOUN.fullmatch(words[0]) or _PRONOUN.fullmatch(words[-1]):
            return self._last
        return _described(words)


def _only_later(text: str) -> int | None:
    """Give where something is said that does not tell of the rest: "left, after X said that"."""
    said = list(_SAYS.finditer(text))
    found = _WHEN_SAID.search(text) if len(said) == 1 else None
    return found.end() if found and found.end() >= said[0].end() else None


def _is_another(text: str, one: Mention, begin: int, end: int) -> bool:
    """Whether an actor only says which people speak: "army deserters", "those fleeing the army"."""
    ahead = _FROM_THEM.search(text, begin, one.start)
    return ahead is not None or _NOT_THEY.match(text, one.stop, end) is not None


def _part(text: str, starts: Sequence[int], at: int) -> str:
    """Give a text up to where a part of it ends."""
    return text[: starts[at + 1]] if at + 1 < len(starts) else text


def _says_all(text: str, starts: Sequence[int]) -> bool:
    """Whether the only words that say stand at the end: "X, but not Y, the mayor said"."""
    said = list(_SAYS.finditer(text))
    if len(said) != 1 or said[0].start() < starts[-1]:
        return False
    return _LAST.fullmatch(f"{text} ", said[0].end()) is not None


def _described(words: list[str]) -> str:
    """Say who speaks in a few words: a long description ends before its first preposition."""
    if len(words) > _WORDS:
        stop = next((n for n, word in enumerate(words) if n and word.lower() in _FURTHER), None)
        words = words[: stop or _WORDS]
    return " ".join(words[:_WORDS])


def _first_words(text: str) -> str:
    return " ".join(_CLAUSE.split(text)[0].split()[:_WORDS]).rstrip(" .?!") or MISSING
