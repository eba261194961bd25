"""Happening: how far a thing has come, by what is said before it in its sentence.

What is denied is a fact of its own kind, "denied". What is only supposed, asked, doubted or
demanded is no fact: it is left to a person.
"""

from __future__ import annotations

import re

from tracker.drafting.counts import FIGHTERS
from tracker.drafting.rules import Rule, Status
from tracker.drafting.unsure import (
    is_agreed,
    is_denied_twice,
    is_meant,
    is_open,
    is_past,
    is_perhaps,
    is_weighed,
)

BACK = 80
"""Characters before a word that are looked at for what stands right before it."""

_BEING = r"is|are|was|were|been|being|be"
_NOT = r"not|never|no longer|not able to|unable to|\w+n['\u2019]t|cannot"
_NOT_DONE = (
    r"without|fail(?:ed|s|ing)? to|refus(?:ed|es|ing) to|declin(?:ed|es|ing) to|rather than|"
    r"instead of|stop(?:ped|s)? short of|f[ae]ll(?:en|s)? short of|far from|refrain(?:ed|s)? from|"
    r"(?:not|never|\w+n['\u2019]t) (?:\w+ ){0,2}?(?:able|manag\w+|succe\w+) (?:to|in)|"
    r"(?:has|have|had|is|are) yet to|ruled out|avoid(?:ed|s)?|neglected to|"
    r"(?:prevent|stopp?|block|bar|keep|hinder)(?:ed|s|ing)? (?:[\w\u2019'-]+ ){0,5}from|"
    r"(?:prevented|kept|blocked|barred) (?:[\w\u2019'-]+ ){0,5}from|"
    r"(?:fail|repel|repuls|foil|thwart|f[eo]nd|resist|beat|block|prevent|stopp|avert|defeat|halt)"
    r"\w* (?:[\w\u2019'-]+ ){0,5}(?:attempt|bid|effort|plan|plot)s? (?:[\w\u2019'-]+ ){0,5}to|"
    r"(?:abandon|dropp|g[ai]v)\w* (?:[\w\u2019'-]+ ){0,4}(?:attempt|bid|effort|plan)s? to"
)
_WILL = (
    r"will|would|shall|to be|plan(?:s|ned|ning)? to|expected to|due to|prepar(?:e|es|ing) to|"
    r"intend(?:s|ed)? to|aim(?:s|ed)? to|set to|about to|ready to|wants? to|sought to|"
    r"seek(?:s)? to|(?:objective|goal|aim) (?:was|is) to|in order to|to(?: help)?"
)
_MAY = (
    r"may|might|could|can|possibl[ey]|if|attempt(?:s|ed|ing)? (?:\w+ ){0,2}?to|"
    r"tr(?:y|ies|ied|ying) (?:\w+ ){0,2}?to|perhaps|maybe|probably|presumably|seemingly|"
    r"(?:seem|appear)(?:s|ed)? to|"
    r"(?:is|are|be|being) (?:\w+ )?(?:allowed|permitted|free|entitled|authori[sz]ed|cleared|able) "
    r"to|"
    r"considering|mulling|weighing|contemplating|discussing|"
    r"on the (?:verge|brink|point) of|close to|bid to|effort to"
)


def _before(words: str, more: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words}){more}$", re.IGNORECASE)


def _said(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


_IS_NOT = _before(
    _NOT, r"\s+(?:yet\s+|been\s+|be\s+|having\s+)?(?!only\b|just\b|merely\b|solely\b)(?:\w+\s+)?"
)
_IS_NOT_DONE = _before(_NOT_DONE, r"\s+(?:yet\s+|been\s+|be\s+|having\s+)?(?:\w+\s+)?")
_IS_TO_COME = _before(_WILL, r"[\s\"“]+(?:\w+\s+)?")
_IS_POSSIBLE = _before(_MAY, r",?\s+(?:\w+\s+){0,2}")
_GOES_ON = _before(rf"{_BEING}|still|continu(?:e[sd]?|ing) to", r"\s+(?:\w+\s+)?")
_IS_SAID = _before(
    "(?:reported|said|believed|thought|known|learnt|learned|understood|alleged|"
    "rumou?red|presumed|claim(?:ed|s)?) to"
    "(?: (?:be|have))?",
    r"(?: been)?\s+(?:\w+\s+)?",
)
_CAME_TO = _before(
    r"(?:managed|forced|began|begun|started|went on|proceeded|had|continued|came|"
    r"w(?:as|ere) able) to|"
    r"(?:forced|compelled|obliged|allowed|let|enabled|led|caused|prompted|it took)"
    r"(?: [\w\u2019'-]+){0,4} to",
    r"\s+(?:\w+ly\s+)?",
)
_MODAL = _said(r"\b(?:will|would|shall|may|might|could|can)\b(?: \w+){0,4}\s*$")
_PRESENT = _said(
    r"(?:\w+[^s]s|(?:re)?take|(?:re)?capture|seize|enter|leave|withdraw|retreat|flee|attack|occupy)"
    r"(?: |$)"
)

# -- said of a whole clause ----------------------------------------------------------------------

_OVER = re.compile(
    r";|:(?=\s)|[.?!][\"”’']?\s|"
    r",? (?<!\ball )(?<!\bas )\b(?:but|although|though|whereas|however)\b|"
    r", yet\b|,\s+(?:and|while|as|saying|adding)\b|\band (?:said|added|claimed|announced)\b",
    re.IGNORECASE,
)
"""Where what was said before no longer bears on what follows."""
_ASIDE = re.compile(r",\s+(?:which|who|whose|where)\b[^,]*,", re.IGNORECASE)
_DENIED = _said(
    r"\bden(?:y|ied|ies|ying)\b|\b(?:not|hardly|never) (?:\w+ )?(?:true|the case|so) that\b|"
    r"\b(?:untrue|false|wrong|a lie|nonsense) (?:that|to)\b|"
    r"\bno truth (?:in|to)\b|"
    r"\b(?:reject|dismiss|refut|contradict|rebuff|rubbish|disput)\w* (?:[\w\u2019'-]+ ){0,3}?"
    r"(?:that|reports?|claims?|rumou?rs?|suggestions?|allegations?|accusations?|statements?)\b|"
    r"\b(?:not|never|\w+n['\u2019]t|refus\w+ to) (?:\w+ )?(?:let|allow|permit|enable)\b|"
    r"\bneither\b|\bnor\s+(?:[\w\u2019'-]+ ){0,4}$|"
    r"\b(?:not|never|without)\b[^,;]*\bor\s+(?:\w+\s+)?$|"
    r"n['\u2019]t\b[^,;]*\bor\s+(?:\w+\s+)?$|"
    r"\b(?:none of|not (?:one|a single)|nobody|no one|no-one|"
    r"no(?! (?:longer|sooner|doubt|matter|fewer|less|more|later|earlier)\b))"
    r" (?:[\w\u2019'-]+ ){0,4}$"
)
_ANSWERABLE = _said(
    r"\bden(?:y|ied|ies|ying) (?:[\w\u2019'-]+ ){0,2}"
    r"(?:responsibility|involvement|knowledge|role|part|blame|complicity)\b|"
    r"\b(?:neither confirm\w* nor|confirm or|not|never|n['\u2019]t) den(?:y|ied)\b"
)
_AND_SO = _said(r"\band\s+(?:(?:has|have|had|was|were|then|later|\w+ly)\s+)*$")
_DOUBTED = _said(
    r"\b(?:nobody|no one|no-one|none|few|hardly (?:anyone|any|anybody)|not (?:everyone|all|many)|"
    r"who)\b[^,;]*?\b(?:believ|th(?:ink|ought)|expect|sa(?:y|id)|claim|accept|imagin|suppos)\w*|"
    r"(?<!no )(?<!without )(?<!beyond )\bdoubt(?:s|ed|ful|ing)?\b|"
    r"\b(?:meant|designed|intended|supposed) to(?: [\w\u2019'-]+){1,6}\s+$|"
    r"\bdenials? (?:that|of)\b|\b(?:unwilling|reluctant|loath|hesita\w+|too \w+ to|"
    r"impossible|inconceivable|improbable|"
    r"unthinkable|lied|pretend\w*|exaggerat\w*|jok(?:ed|es|ing|ingly)|bluff\w*|ironically|"
    r"mistakenly|wrongly|falsely|erroneously|prematurely)\b|"
    r"\b(?:hardly|scarcely|barely|rarely|seldom)\b[^,;]*$|^\W*who\s+(?:\w+\s+)?$|"
    r"\b(?:is|are|was|were|been) (?:ordered|told|given|asked|urged|warned|required|instructed|"
    r"advised) (?:[\w-]+ ){0,4}to\s+(?:\w+\s+)?$|"
    r"\b(?:sceptical|skeptical|unlikely|unclear|uncertain|unknown|whether|as if|as though)\b|"
    r"\b(?:not|never|unable to|cannot) (?:\w+ ){0,2}?"
    r"(?:say|know|known|believe|think|confirm|verif|rule|exclude|clear|certain|sure|ask|want|"
    r"intend|plan|expect|try|tried|mean|see)\w*\b|"
    r"n['\u2019]t (?:\w+ ){0,2}?(?:say|know|believe|think|confirm|verif|rule|expect|want|see)\w*|"
    r"\b(?:no|any|without) (?:\w+ )?(?:word|signs?|evidence|indications?|reports?|confirmation|"
    r"proof|information|plans?|intention|question|need|reason)\b|"
    r"\b(?:attempted|failed|alleged|aborted)\s+$|\bused to\s+(?:\w+\s+)?$|"
    r"\b(?:nearly|almost|all but|practically|narrowly)\s+$|"
    r"\b(?:stopp?|ceas|halt|suspend|cancel|postpon|call|delay|foil|thwart|avert)(?:l?ed|s|es)?"
    r"(?: off)? (?:(?:all|an?|the|its|their|his)\s+)?(?:[\w-]+\s+)?$"
)
_SUPPOSED = _said(
    r"(?:^|[,:.“\"‘(]\s*|\b(?:and|but|that|said)\s+)had\s+(?!been\b)|"
    r"\bhad (?:the|they|it|he|she|we|you|these|those|its|their|there)\b|\bhad (?-i:[A-Z])|"
    r"(?:(?:^|[,:.“\"‘(]\s*|\b(?:and|but|that|said)\s+)were [\w-]+|\bwere (?:the|they|it|he|she))"
    r"(?: [\w-]+){0,4} to\s+(?:\w+\s+)?$|"
    r"\b(?:would|could|should|might) (?:\w+ )?have\b|"
    r"\bif\b[^;]*\b(?:had|were|would)\b|\bwas to have\b|\bif only\b|"
    r"\bas (?:though|if)\b|\b(?:imagine|suppos(?:e|ing)|assuming)\b|\bwish\w*\b"
)
_CONDITION = _said(
    r"\b(?:if|unless|lest|in case|provided|in the event|should (?:the|they|it|he|she|(?-i:[A-Z])))"
    r"\b"
)
_FEARED = _said(
    rf"\b(?!suspected\s+(?:[\w-]+\s+){{0,2}}?(?:{FIGHTERS})\b)(?:fear|hope|hoping|suspect|worr(?:y|ied|ies)|afraid|concern(?:s|ed)|expect|threat|risk|"
    r"danger|dream|prospect|possibility|likely|warn)\w*\b[^,;]*$"
)
_ONCE = _said(r"\b(?:(?<!not )until|once|when|whenever|as soon as|before|till)\b[^,;]*$")
_DEMANDED = _said(
    r"\b(?:call(?:ed|s|ing)? (?:up)?on|call(?:ed|s|ing)? for|urg(?:ed?|es|ing)|"
    r"demand(?:ed|s|ing)?|ask(?:ed|s|ing)?|want(?:ed|s)?|appeal(?:ed|s|ing)?|press(?:ed|ing)|"
    r"invit\w+|encourag\w+|t[oe]ld?l?s?|beg(?:ged|s)|advis\w+|request(?:ed|s|ing)?|"
    r"pressure|ultimatum|deadline)\b"
    r"(?: [\w\u2019'-]+){1,9} to\s+(?:[^,;]*\band\s+)?(?:\w+\s+)?$|"
    r"\b(?:demand|insist|propos|suggest|recommend|call)\w* (?:that|for)\b[^,;]*$|"
    r"\b(?:should|must|ought to|need(?:s|ed)? to)\s+(?:\w+\s+)?$"
)
_REPORTS = _said(
    r"\b(?:reports?|claims?|rumou?rs?|suggestions?|allegations?) (?:\w+ )?(?:that|to have|of)\b"
)
_WERE_FALSE = re.compile(
    r"[^.;]*\b(?:is|are|was|were|proved|turned out)(?: to be)? (?:\w+ )?(?:false|untrue|wrong|"
    r"unfounded|not true|incorrect|fabricated|a lie|lies|denied|dismissed|rejected|refuted)\b",
    re.IGNORECASE,
)
_TRIED = _said(r"\b(?:attempt|bid|effort|push)s? (?:[\w-]+ ){0,4}to\s+$")
_FAILED = re.compile(
    r"[^.,;]*\b(?:failed|(?:was|were|been) "
    r"(?:repelled|repulsed|foiled|thwarted|beaten|abandoned))\b",
    re.IGNORECASE,
)
_CALLED_OFF = re.compile(
    r"(?: (?:attempt|plot|bid)s?\b|(?:\s+\w+){0,4}?\s+(?:was|were|been)\s+(?:foiled|thwarted|"
    r"averted|prevented|called off|cancell?ed|postponed|suspended|delayed|aborted)\b)",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"(?:\s+\w+){0,2}?\s+(?:(?:every|each|a|per) (?:[\w-]+ )?(?:day|week|month|year|hour)s?\b"
    r"(?! (?:earlier|later|ago|before|after|long)\b)|daily|weekly|monthly)\b",
    re.IGNORECASE,
)
_NONE = _said(r"\b(?:no|neither)\b")
_RESTORED = _said(r"\b(?:restored|repaired|reconnected|resumed|works? again|working again)\b")
_NEITHER_AFTER = re.compile(r"(?:\s+\w+){0,2}\s+neither\b|\s+no (?:town|place|part)", re.IGNORECASE)
_HAVE = re.compile(r"(?:has|have|had)\s+", re.IGNORECASE)
_MEANWHILE = re.compile(r"\b(?:when|after|as|before|while|because|since|until)\b", re.IGNORECASE)
_MARKS = re.compile('["“”]')
_ASKED = re.compile(r"[^.!;]*\?")


_VERB = {
    "CiviliansDisplaced": re.compile(
        r"\b(?:flee\w*|fled|displaced|leaving|le(?:ft|ave) their homes|cross\w* (?:in)?to)$|"
        r"\bdisplaced \w+$",
        re.IGNORECASE,
    ),
    "InfrastructureDisrupted": re.compile(
        r"\b(?:not working|cut(?: off)?|down|fail\w*|disrupted|out of \w+)$", re.IGNORECASE
    ),
}
"""Where the verb stands in the cues that hold more than it: "residents who had stayed fled"."""


def status_of(rule: Rule, text: str, cue: re.Match[str]) -> Status | None:
    """Say how far a thing has come, by the sentence around its cue; None where it is no fact."""
    tail = _VERB.get(rule.kind)
    verb = (tail and tail.search(text, cue.start(), cue.end())) or cue
    have = _HAVE.match(text, verb.start())
    clause = _ASIDE.sub(" ", _OVER.split(text[: have.end() if have else verb.start()])[-1])
    clause = _MARKS.sub("", clause)  # they "may have" left
    if _ASKED.match(text, cue.end()) or _SUPPOSED.search(clause):
        return None
    if _CALLED_OFF.match(text, cue.end()) or _RATE.match(text, cue.end()) or _is_mended(rule, text):
        return None
    none_sent = rule.kind == "TroopsDeployed" and _NONE.search(cue[0])
    if none_sent or is_refuted(text, cue) or _NEITHER_AFTER.match(text, cue.end()):
        return "denied"
    denied = _denied(clause)
    if denied is not None:
        return (
            ("?" if is_denied_twice(clause) or _is_meanwhile(clause) else "denied")
            if denied
            else None
        )
    if _DOUBTED.search(clause) or _DEMANDED.search(clause):
        return None
    return _come(rule, clause, verb, cue)


def _come(rule: Rule, clause: str, verb: re.Match[str], cue: re.Match[str]) -> Status:
    """Say how far a thing has come that nobody denies, by what else is said before and after."""
    text, status = cue.string, _prospect(rule, clause[-BACK:], clause, verb[0])
    if is_weighed(rule.kind, clause) or is_perhaps(text, cue.end()):
        status = "possible"
    elif status == "occurred" and is_agreed(text) and _PRESENT.match(verb[0]):
        status = "planned"
    elif status == "ongoing" and is_past(rule.kind, clause, verb[0]):
        status = "occurred"
    if (
        status in {"possible", "planned"}
        and _TRIED.search(clause)
        and _FAILED.match(text, cue.end())
    ):
        return "denied"
    if status in {"occurred", "ongoing"} and is_open(rule.kind, text, clause, verb[0], cue.end()):
        return "?"
    if status == "planned" and is_meant(clause, verb[0]):
        return "?"
    depends = status == "planned" and _CONDITION.search(text, cue.end())
    return "possible" if depends else status


def _is_mended(rule: Rule, text: str) -> bool:
    """Whether what failed is told to work again."""
    return rule.kind == "InfrastructureDisrupted" and _RESTORED.search(text) is not None


def is_refuted(text: str, cue: re.Match[str]) -> bool:
    """Whether what others say is told to be false after it: "reports that ... were false"."""
    said = _REPORTS.search(_OVER.split(text[: cue.start()])[-1])
    return said is not None and _WERE_FALSE.match(text, cue.end()) is not None


def _denied(clause: str) -> bool | None:
    """Whether what follows a clause is denied; False where no one can tell, None where it is not.

    "And" after a denial may go on with what is denied, or with what was done.
    """
    near = clause[-BACK:]
    if _IS_NOT.search(near) or _IS_NOT_DONE.search(near):
        return True
    found = _DENIED.search(clause)
    if found is None:
        return None
    return not (_ANSWERABLE.search(clause) or _AND_SO.search(clause) or _DOUBTED.search(clause))


def _is_meanwhile(clause: str) -> bool:
    """Whether what is denied is another thing, at the time of this one: "nobody fled when"."""
    found = _DENIED.search(clause)
    return found is not None and _MEANWHILE.search(clause, found.start()) is not None


def _prospect(rule: Rule, near: str, clause: str, cue: str) -> Status:
    """Say whether it has come, goes on, is to come or may come."""
    came = _CAME_TO.search(near)
    came = came if came and not _MODAL.search(near[: came.end()].rpartition(" to")[0]) else None
    if _IS_POSSIBLE.search(near) or _CONDITION.search(clause):
        return "possible"
    if _FEARED.search(clause) and not came:
        return "possible"
    if _ONCE.search(clause) and _PRESENT.match(cue):
        return "possible"
    if _IS_TO_COME.search(near) and not _IS_SAID.search(near) and not came:
        return "planned"
    if cue.split(maxsplit=1)[0].lower().endswith("ing") and _GOES_ON.search(near):
        return "ongoing"
    return rule.status


# -- who does it, before or after ------------------------------------------------------------------

_IS_DONE = _before(_BEING, r"\s+(?:\w+ly\s+|also\s+)?")
_WAS_DONE = _before(r"(?:town|city|village|region|area)s?", r"\s+(?:\w+ly\s+)?")
_PARTICIPLE = re.compile(r"(?:ed|en|overrun|held|by|of)$", re.IGNORECASE)


def is_passive(before: str, cue: str) -> bool:
    """Whether who did it comes after the cue: "was seized by"."""
    return _PARTICIPLE.search(cue) is not None and _IS_DONE.search(before) is not None


def is_reduced(before: str, cue: str) -> bool:
    """Whether it does, and the place stands right before it: "the town seized by"."""
    return _PARTICIPLE.search(cue) is not None and _WAS_DONE.search(before) is not None
