"""Rules: which words of English prose speak of which kind of fact, and what that kind is made of.

A rule finds the words that tell of the fact, its cue. Who did it, where, how many, when and who
says so is looked for around them (around.py, telling.py). Rules propose; a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tracker.drafting.counts import CIVILIANS, EQUIPMENT, TROOPS

Status = Literal["occurred", "ongoing", "planned", "possible", "denied", "?"]
"""How far a thing has come; "?" (MISSING of a sheet) where no rule can tell."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What proposes one kind of fact.

    `gist` says it in a few words of our own, of {by}, {place}, {against}, {many} and {what}. What
    is `named` has to stand in the sentence, or nothing is proposed; what is `asked` has to be in
    the fact, and is marked where it was not found; `told` is taken where it stands there; `no` is
    no part of it. What it `asks` for has to stand in the sentence too. `status` is that of the fact
    unless the words around the cue say otherwise.
    """

    kind: str
    cue: re.Pattern[str]
    gist: str
    place: Literal["named", "asked", "told", "no"] = "named"
    by: Literal["named", "asked", "told", "no"] = "asked"
    against: Literal["asked", "told", "no"] = "no"
    count: Literal["named", "told", "no"] = "no"
    status: Status = "occurred"
    fate: str | None = None
    level: bool = False
    by_persons: bool = False
    asks: re.Pattern[str] | None = None


def _cue(*some: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(some)})\b", re.IGNORECASE)


_CAPITAL = "(?-i:[A-Z])"
_FORCE = rf"(?:{TROOPS}|forces?|army|reinforcements|{EQUIPMENT})"
_LEVEL = r"(?:[\w-]+ ){0,5}?(?:level|alert|rating|status)"
_HELP = r"(?:help|aid|assistance|support|troops|intervention)"

_FROM_THE_AIR = re.compile(
    r"\b(?:(?:air|war)?planes?|aircraft|jets?|bombers?|helicopters?|gunships?|drones?|uavs?|mirages?|"
    r"rafales?|migs?|sukhois?|air ?force|air|aerial|airborne|sorties?)\b",
    re.IGNORECASE,
)
"""Without a word of these, what is bombed may have been so from the ground, or by a bomb there."""
RULES: tuple[Rule, ...] = (
    Rule(
        "TroopsPledged",
        _cue(
            r"pledg(?:e[sd]?|ing)",
            r"promis(?:e[sd]?|ing)",
            r"offer(?:ed|s)? to send",
            r"(?:plan(?:s|ned|ning)?|agreed|expected|ready|due|is|are|will) to "
            r"(?:send|deploy|increase|contribute|raise)",
            r"(?:will|would|could) (?:soon )?(?:send|deploy|contribute|increase)",
            r"(?:will|due to|expected to|set to) (?:soon )?(?:arrive|join)",
        ),
        "{by} promise {many} for {place}",
        place="asked", count="told", status="planned",
    ),
    Rule(
        "TroopsMobilised",
        _cue(r"mobili[sz](?:e[sd]?|ing)", r"call(?:ed|s|ing)? up"),
        "{by} call up {many}",
        place="asked", count="named",
    ),
    Rule(
        "TroopsWithdrawn",
        _cue(r"withdr(?:ew|aws?|awn|awing)", r"pull(?:ed|s|ing)? out", "brought home"),
        "{by} take {many} out of {place}",
        place="asked", count="named",
    ),
    Rule(
        "TroopsDeployed",
        _cue(
            r"deploy(?:ed|s|ing)?",
            r"sent",
            r"station(?:ed|s)",
            r"landed",
            r"join(?:ed|s)?",
            r"(?:are|is) (?:now |already )?in",
            r"(?:already|now) in",
            r"on the ground",
            r"arrived",
            r"went (?:in)?to",
            r"entered",
        ),
        "{by} have {many} in {place}",
        place="asked", count="named", status="ongoing",
    ),
    Rule(
        "TroopsDeployed",
        _cue(rf"(?:sen[dt]s?|deploy(?:ed|s)?) (?:[\w-]+ ){{0,3}}?{_FORCE}"),
        "{by} have forces in {place}",
        place="asked", count="told",
    ),
    Rule(
        "ForcesPositioned",
        _cue("deployed", "positioned", "stationed", "dug in", "massed", "took up positions"),
        "{by} stand at {place}",
        status="ongoing",
    ),
    Rule(
        "TownRecaptured",
        _cue(
            r"recaptur(?:e[sd]?|ing)",
            r"ret(?:ook|akes?|aken|aking)",
            r"reconquer(?:ed|s)?",
            r"liberat(?:e[sd]?|ing)",
            r"regain(?:ed|s)? control of",
            r"(?:took|taken?|won) back",
        ),
        "{by} take {place} back",
    ),
    Rule(
        "TownOccupied",
        _cue(
            r"captur(?:e[sd]?|ing)",
            r"seiz(?:e[sd]?|ing)",
            r"overr[au]ns?|overrunning",
            r"conquer(?:ed|s)?",
            r"occup(?:y|ied|ies|ying)",
            r"(?:took|takes?|taken|taking|gain(?:ed|s)?) (?:full )?control of",
            rf"(?:took|takes?|taken|taking)(?: over)?(?= the | by | {_CAPITAL})",
            r"f[ae]ll(?:en|s)? to",
            r"(?:has|have|had) fallen",
        ),
        "{by} take hold of {place}",
    ),
    Rule(
        "TownEntered",
        _cue(
            r"enter(?:ed|s|ing)?",
            r"(?:roll|march|driv|push|mov)(?:ed|es|e|ing)? into",
            r"(?:drove|went) into",
            r"storm(?:ed|s|ing)?",
            r"arriv(?:ed?|es|ing) in",
        ),
        "{by} go into {place}",
    ),
    Rule(
        "TownBesieged",
        _cue(
            r"besieg(?:e[sd]?|ing)",
            r"surround(?:ed|s|ing)?",
            r"encircl(?:e[sd]?|ing)",
            r"blockad(?:e[sd]?|ing)",
            r"la(?:y|id|ying) siege to",
            r"under siege",
        ),
        "{by} stand around {place}",
        status="ongoing",
    ),
    Rule(
        "CiviliansDisplaced",
        _cue(
            rf"(?:{CIVILIANS}|locals)(?:(?!\bsa(?:id|ys?)\b)[^.;]){{0,60}}?\b(?:flee(?:ing|s)?|fled|displaced|leaving|"
            r"le(?:ft|ave) their homes|cross(?:ed|ing)? (?:in)?to)",
            r"displaced (?:people|persons)",
        ),
        "people leave {place}",
        place="asked", by="no", count="told",
    ),
    Rule(
        "ForcesWithdrew",
        _cue(
            r"withdr(?:ew|aws?|awn|awing)|withdrawal",
            r"retreat(?:ed|s|ing)?",
            r"pull(?:ed|s|ing)? (?:out|back)",
            r"fled|flee(?:s|ing)?",
            r"abandon(?:ed|s|ing)?",
            r"le(?:ft|aves?|aving)",
        ),
        "{by} leave {place}",
        by="named",
    ),
    Rule(
        "ControlReported",
        _cue(
            r"in the hands of",
            r"(?:under|in) (?:the )?(?:full )?control of",
            r"controll?(?:ed|s|ing)",
            r"h(?:old|olds|eld|olding)(?: on to)?"
            r"(?= (?:neither )?(?:the )?"
            rf"(?:town|city|village|north|south|east|west|region|{_CAPITAL}))",
        ),
        "{place} is held by {by}",
        status="ongoing",
    ),
    Rule(
        "ForcesAdvanced",
        _cue(
            r"advanc(?:e[sd]?|ing) (?:on|to|towards?|into)",
            r"head(?:ed|s|ing)? (?:for|to|towards?)",
            r"(?:mov|push|driv|progress)(?:e[sd]?|ed|ing)?(?: (?:north|south|east|west))? "
            r"(?:on|towards?|in the direction of)",
            r"drove towards?",
            r"clos(?:e[sd]?|ing) in on",
        ),
        "{by} move towards {place}",
    ),
    Rule(
        "AirstrikeConducted",
        _cue(
            r"air ?strikes?",
            r"air raids?",
            r"strikes? (?:from|by) (?:air|planes)",
        ),
        "{by} strike {place} from the air",
        place="asked", by="told", against="told",
    ),
    Rule(
        "AirstrikeConducted",
        _cue(r"bomb(?:ed|s|ing|ings|ardments?|arded|arding)"),
        "{by} strike {place} from the air",
        place="asked", by="named", against="told", asks=_FROM_THE_AIR,
    ),
    Rule(
        "OffensiveLaunched",
        _cue(
            r"launch(?:ed|es|ing)? (?:an? |the |its |their )?(?:[\w-]+ ){0,2}"
            r"(?:offensive|operation|assault|intervention|campaign)",
            r"beg[au]n (?:an?|the|their|its) (?:[\w-]+ )?(?:offensive|assault)",
        ),
        "{by} begin an offensive",
        place="told", by="named", against="told",
    ),
    Rule(
        "FightingReported",
        _cue(r"fighting", r"clash(?:ed|es|ing)?", r"battl(?:e[sd]?|ing)", "fought", r"fights?",
             r"gun ?battles?", r"firefights?"),
        "{by} fight at {place}",
        by="told", against="told", status="ongoing",
    ),
    Rule(
        "AttackOccurred",
        _cue(r"attack(?:ed|s|ing)?", r"ambush(?:ed|es)?", r"suicide bomb\w*", r"car bomb\w*",
             r"explo\w+", r"bomb(?:ed|ings?|ardments?|arded|arding)", r"shell(?:ed|s|ing)",
             "rocket fire", r"raid(?:ed|s|ing)?"),
        "{by} attack at {place}",
        by="told", against="told",
    ),
    *(
        Rule(
            "CasualtiesReported",
            _cue(*cue),
            f"{{many}} are {fate}",
            place="no", by="told", count="named", fate=fate,
        )
        for fate, cue in (
            ("killed", (r"kill(?:ed|s|ing)?", "dead", r"deaths?", "died", r"d(?:ie|ying)")),
            ("wounded", (r"wound(?:ed|s|ing)?", r"injur(?:ed|es|ing|ies|y)")),
            ("captured", ("captured", r"taken (?:hostage|prisoner)", r"kidnap\w*", r"abduct\w*")),
            ("missing", (r"(?:went|gone|are|is|still) missing",)),
        )
    ),
    Rule(
        "EvacuationPlanned",
        _cue(r"evacuat\w+"),
        "{by} prepare to take people out of {place}",
        place="asked", count="told", status="planned",
    ),
    Rule(
        "InfrastructureDisrupted",
        _cue(
            r"(?:phone|telephone|power|water|electricity|mobile|internet|communication)s?"
            r"(?: lines?| networks?| supply| supplies| service)?[^.;]{0,40}?"
            r"(?:not working|cut(?: off)?|down|fail\w*|disrupted|out of (?:order|service))",
        ),
        "{what} fails in {place}",
        by="no", status="ongoing",
    ),
    *(
        Rule(kind, _cue(cue), gist, place="no", level=True, by_persons=True)
        for kind, cue, gist in (
            ("ThreatLevelRaised", rf"rais(?:e[sd]?|ing) {_LEVEL}", "{by} raise the level"),
            ("ThreatLevelLowered", rf"(?:lower|reduc)(?:e[sd]?|ed|s|ing) {_LEVEL}",
             "{by} lower the level"),
        )
    ),
    Rule(
        "ThreatIssued",
        _cue(r"threaten(?:ed|s|ing)?", r"vow(?:ed|s)? (?:revenge|to)"),
        "{by} threaten {against}",
        place="told", by="named", against="asked", by_persons=True,
    ),
    Rule(
        "AidRequested",
        _cue(
            rf"(?:appeal|call|ask)(?:ed|s|ing)?(?: \w+){{0,6}}? for (?:\w+ ){{0,4}}?{_HELP}",
            r"call(?:ed|s|ing)? on (?:\w+ ){0,4}?countries",
            rf"request(?:ed|s) (?:\w+ ){{0,4}}?{_HELP}",
        ),
        "{by} ask for help",
        place="told", by="named", by_persons=True,
    ),
    Rule(
        "LawImposed",
        _cue(
            r"impos(?:e[sd]?|ing)(?= (?:[\w-]+ ){0,4}?(?:sharia|law|curfew|emergency))",
            r"declar(?:e[sd]?|ing) (?:an? )?(?:\w+ ){0,2}?(?:curfew|emergency|law)",
        ),
        "{by} impose a law on {place}",
        place="asked",
    ),
    Rule(
        "CoupOccurred",
        _cue(r"coup(?: d.état)?", r"toppl(?:e[sd]?|ing)", r"overthr(?:ew|own|ow)"),
        "the government is toppled",
        place="asked", by="no",
    ),
    Rule(
        "MandateAuthorised",
        _cue(r"authori[sz](?:e[sd]?|ing)", r"approv(?:e[sd]?|ing)", r"mandat(?:e[sd]?|ing)"),
        "{by} give leave to act",
        place="told", by="named", by_persons=True,
    ),
    Rule(
        "MeetingHeld",
        _cue(
            rf"met (?:with )?(?={_CAPITAL})",
            r"meets? (?:with|in)",
            r"h[eo]ld (?:an? )?(?:[\w-]+ ){0,3}(?:meeting|talks|summit)",
            r"(?:at|after|during) an? (?:[\w-]+ ){0,4}(?:meeting|summit)",
        ),
        "{by} meet",
        place="told", by="named", by_persons=True,
    ),
)  # fmt: skip
"""In the order in which they are tried: where two tell of the same words, the first may be meant
instead of the second; see `instead`."""
FORCE = re.compile(rf"\b{_FORCE}\b", re.IGNORECASE)
"""What a promise has to be of, where it gives no number."""

_INSTEAD = frozenset(
    {
        ("TownRecaptured", "TownOccupied"),
        ("TroopsPledged", "TroopsDeployed"),
        ("TroopsPledged", "TownEntered"),
        ("TroopsDeployed", "ForcesPositioned"),
        ("TroopsWithdrawn", "ForcesWithdrew"),
        ("CiviliansDisplaced", "ForcesWithdrew"),
        ("AirstrikeConducted", "AttackOccurred"),
        ("OffensiveLaunched", "AttackOccurred"),
        ("CasualtiesReported", "TownOccupied"),
    }
)


def instead(kinds: Iterable[str], kind: str) -> bool:
    """Whether words that tell of this kind have told of one that is meant instead."""
    return any((first, kind) in _INSTEAD for first in kinds)
