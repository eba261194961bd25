"""Unsure: where the words before a thing leave open whether it came about.

What is denied twice, what somebody weighed or opposed, what an exercise or a film shows: no rule
can tell how far that has come. The fact is proposed with its status open, for a person to fill in.
"""

from __future__ import annotations

import re

_NEGATIVE = re.compile(
    r"\b(?:(?:stop|f[ae]ll)\w* short of|rather than|instead of|far from|yet to|ruled? out|"
    r"not(?! (?:only|just|merely|solely)\b)|never|no longer|\w*n['\u2019]t|cannot|(?:un|in)able|"
    r"without(?! (?:a |any )?(?:doubt|shot|fight|resistance)\b)|incapable|nobody|no[ -]one|none|"
    r"neither|nothing|no(?! (?:longer|sooner|doubt|matter|fewer|less|more|later|earlier)\b)|"
    r"hardly|scarcely|barely|rarely|seldom|few|fail\w*|refus\w+|declin(?:ed|es|ing)|"
    r"prevent\w*|stopp?(?:ed|s|ing)?|ke(?:ep|pt)\w* (?=[^,;]* from\b)|block(?:ed|s|ing)?|"
    r"barr(?:ed|ing)|hinder\w*|den(?:y|ied|ies|ying)|denials?|reject\w*|dismiss\w*|refut\w*|"
    r"disput\w*|contradict\w*|avoid\w*|neglect\w*|abandon\w*|repel\w*|repuls\w*|thwart\w*|"
    r"foil\w*|avert\w*|resist\w*|false|untrue|wrong|lies?|nonsense|lack\w*|unlikely)\b",
    re.IGNORECASE,
)
_AND = re.compile(r"\band\b", re.IGNORECASE)
_STOPPED = re.compile(
    r"\b(?:prevent|stopp?)(?:ed|s|ing)?\s+"
    r"(?:(?!(?:after|before|while|when|by|for|and|from|in|at|near|to)\b)[\w\u2019'-]+\s+){1,5}$",
    re.IGNORECASE,
)
"""As British English has it: "stopped them taking"."""
_IN_PLAY = re.compile(
    r"\b(?:exercises?(?! (?:control|power|authority|restraint|caution|its|their|his|the)\b)|"
    r"drills?|manoeuvres|maneuvers|rehears\w+|re-?enact\w+|simulat\w+|war ?games?|"
    r"(?:video|computer) games?|films?|movies?|documentary|documentaries|novels?|dramas?|"
    r"plays? (?:about|by)|comedy|sketch|satir\w+|parod\w+|hoax|prank|april fools?\w*|fiction\w*|"
    r"imaginary|hypothetical\w*|scenarios?|mock|dream(?:s|t|ed)?|anniversary)\b",
    re.IGNORECASE,
)
_WEIGHED = re.compile(
    r"\b(?:consider|mull|weigh|contemplat|discuss|debat|float|moot|propos|suggest|recommend|"
    r"advocat|favou?r|stud[iy]|examin|explor|envisag)(?:ed|es|e|s|ing)?\s+(?:\w+ly\s+)?"
    r"(?:(?:[\w\u2019'-]+\s+){1,6}to\s+)?$|"
    r"\b(?:talk|th(?:ought|ink)|spoke|speak|toy|look|debate)(?:s|ed|ing)?\s+(?:of|about|with|at|into)"
    r"\s+(?:\w+ly\s+)?$",
    re.IGNORECASE,
)
_GOVERNED = re.compile(
    r"\b(?:(?!(?:reported|observed|filmed|photographed|pictured|spotted|recorded|admitted|"
    r"acknowledged|continued|started|resumed|finished|completed|ended|confirmed|described|"
    r"remembered|recalled|regretted|celebrated|claimed|boasted|confessed|including|denied|accused|"
    r"involved)\b)\w+ed|(?:against|from|about|with)|"
    r"(?!(?:accused|convicted|guilty|suspected|result|instead|act|course|day|hour|week|month|part)"
    r"\b)\w+\s+of)\s+(?:\w+ly\s+)?$",
    re.IGNORECASE,
)
"""What governs a word in -ing and says nothing of whether it was done: "decided against taking"."""
_LIFTED = re.compile(
    r"\b(?:lift|end|break|broke|rais|abandon|eas|reliev|surrender|relinquish|ced)(?:ed|es|e|s|n|en|"
    r"ing)?\s+(?:(?:all|an?|the|its|their|his)\s+)?(?:[\w\u2019'-]+\s+)?$",
    re.IGNORECASE,
)
_ONCE_SO = re.compile(
    r"\b(?:once|formerly|previously|used to|briefly|temporarily|until (?:recently|then)|had)"
    r"(?:\s+(?:been|be|long|briefly))*\s+$",
    re.IGNORECASE,
)
_FOR_A_WHILE = re.compile(
    r"[^,;.]*?\b(?:until|till|before (?:being|it|they|he|she)|"
    r"for (?:[\w-]+ ){1,3}?(?:hour|day|night|week|month|year)s?)\b",
    re.IGNORECASE,
)
_STILL = re.compile(r"\b(?:ha(?:s|ve)|still|is|are|sa(?:id|ys?)|told|report\w*)\b", re.IGNORECASE)
"""It does so still, or somebody said of it that it "had"."""
_TO_STOP = re.compile(
    r"\b(?:to|could|may|might|would|will|can|should|must|for|trying|tried and)\s+(?:\w+ly\s+)?"
    r"(?:prevent|stopp?|keep|block|barr?|hinder|avoid|avert|thwart|foil|repel|repulse|fend|resist|"
    r"deny|refuse|reject|dismiss)(?:ing)?\b|\bneed not\b|\bnot (?:have|need|obliged|required) to\b",
    re.IGNORECASE,
)
_PERHAPS = re.compile(
    r"[^;.]*?,\s*(?:(?:perhaps|possibly|maybe|probably|presumably)(?=[.,;]|$)|"
    r"(?:or )?(?:so )?it (?:seems|appears|would (?:seem|appear))\b|"
    r"if (?:[\w\u2019'-]+ ){1,4}?(?:true|confirmed|correct|believed|accurate)\b)",
    re.IGNORECASE,
)
_AGREED = re.compile(
    r"\b(?:under|as part of|in line with|in accordance with) (?:the|an?|its|this|that|their) "
    r"(?:[\w-]+ ){0,3}?(?:deal|agreement|plan|accord|truce|cease-?fire|treaty|pact|resolution|"
    r"roadmap|proposal|timetable|schedule|arrangement)\b",
    re.IGNORECASE,
)
_NOUN = re.compile(
    r"withdrawal|retreat|attacks?|air ?strikes?|air raids?|raids?|bombing|bombardment|"
    r"shelling|ambush",
    re.IGNORECASE,
)
_ORDERED = re.compile(
    r"\b(?:plan|order|demand|propos|authori[sz]|approv|debat|threaten|call(?:ed|s|ing)? for|seek|"
    r"sought|urg|request|negotiat|agree[ds]? (?:on|to)|announc|prepar|promis|pledg|vow|back|"
    r"oppos|reject|rul(?:ed|es) out|delay|postpon|suspend|want|await|expect|halt|abort|begin|"
    r"began|begun|start|consider|discuss)\w*\s+(?:for\s+)?"
    r"(?:(?:the|an?|its|their|any|all)\s+)?(?:[\w\u2019'-]+\s+){0,2}$",
    re.IGNORECASE,
)
"""What is said of a thing that may never come: "demanded the withdrawal"."""
_SUCCEEDED = re.compile(
    r"\b(?:manag\w+|able|continu\w+|had|have|has|went on|began|helped)\s+to\s+(?:\w+ly\s+)?$",
    re.IGNORECASE,
)
_HAD_MEANT = re.compile(
    r"\bhad\s+(?:\w+\s+)?(?:plan|hop|intend|want|expect|aim|mean|been (?:due|set|expected|going))"
    r"(?:ned|ed|t)?\s+to\b|\bw(?:as|ere) to have\b",
    re.IGNORECASE,
)
_LASTING = frozenset({"TownBesieged", "ControlReported", "FightingReported"})
"""Kinds that last, so that they may be over."""
_OVER_NOW = re.compile(
    r"(?:\s+(?:in|at|near|around|for|between|of|over)\b[^,;.]*?)?\s+"
    r"(?:(?:has|have|had|was|were|is|are|been|being|now|all but|finally|largely)\s+)*"
    r"(?:ended|lifted|broken|stopped|ceased|subsided|died down|halted|over)\b",
    re.IGNORECASE,
)
_FOUGHT = re.compile(r"fought|(?:clash|battl)ed$", re.IGNORECASE)
_PAST = re.compile(
    r"\b(?:after|following|in the wake of|since the|until the)\s+(?:[\w\u2019'-]+\s+){0,5}$",
    re.IGNORECASE,
)
_NOUNS = frozenset({"FightingReported", "AttackOccurred", "AirstrikeConducted"})
"""Kinds whose words in -ing are nouns too: "reported shelling"."""


def is_open(kind: str, text: str, clause: str, cue: str, stop: int) -> bool:
    """Whether nobody can tell from a sentence how far a thing has come.

    `clause` is what stands before the words `cue`, as far back as it bears on them; `stop` is where
    they end in `text`.
    """
    if _IN_PLAY.search(text):
        return True
    if kind in _LASTING and _may_be_over(text, clause, stop):
        return True
    if _NOUN.fullmatch(cue) and _ORDERED.search(clause):
        return True
    if not cue.split(maxsplit=1)[0].lower().endswith("ing"):
        return False
    if _STOPPED.search(clause):
        return True
    return kind not in _NOUNS and _GOVERNED.search(clause) is not None


def _may_be_over(text: str, clause: str, stop: int) -> bool:
    """Whether what lasts may do so no more: "lifted the siege", "once held", "held for a day"."""
    if _LIFTED.search(clause) or _OVER_NOW.match(text, stop):
        return True
    told = _STILL.search(clause)
    return not told and bool(_ONCE_SO.search(clause) or _FOR_A_WHILE.match(text, stop))


def is_meant(clause: str, verb: str) -> bool:
    """Whether a plan may be none: "had planned to send", "lack the men to hold"."""
    last = clause.rpartition(",")[2]
    return bool(_HAD_MEANT.search(f"{clause}{verb}") or _NEGATIVE.search(last))


def is_perhaps(text: str, stop: int) -> bool:
    """Whether it is said afterwards that a thing is not sure: "they left, it seems"."""
    return _PERHAPS.match(text, stop) is not None


def is_agreed(text: str) -> bool:
    """Whether what a sentence says in the present is agreed: "under the deal, X leaves"."""
    return _AGREED.search(text) is not None


def is_weighed(kind: str, clause: str) -> bool:
    """Whether somebody thought of doing it, and no more is said: "considered raising"."""
    return kind != "FightingReported" and _WEIGHED.search(clause) is not None


def is_denied_twice(clause: str) -> bool:
    """Whether what is denied is denied itself, or only meant to be.

    "Failed to prevent", "nobody denies that"; "tried to prevent".
    """
    stops = _TO_STOP.search(clause)
    if stops and not _SUCCEEDED.search(clause[: stops.start() + len("to ")]):
        return True
    last = _AND.split(clause)[-1]
    here = last if _NEGATIVE.search(last) else clause
    return len(_NEGATIVE.findall(here)) > 1


def is_past(kind: str, clause: str, cue: str) -> bool:
    """Whether fighting is told of as over: "they fought", "after two days of fighting"."""
    return kind == "FightingReported" and bool(_FOUGHT.search(cue) or _PAST.search(clause))
