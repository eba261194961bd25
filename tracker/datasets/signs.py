"""What the words of a table speak of: its file's name, its columns' names and its categories."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tracker.datasets.numbers import whole
from tracker.datasets.profile import Profile, words_of
from tracker.datasets.roles import Roles
from tracker.datasets.values import Bad, folded

VIOLENCE = re.compile(
    r"attack|battle|shell(ed|ing)|bomb|explosi|\braids?\b|clash|violen|fight|\bkill|assault"
    r"|ambush|shooting|gunfire|massacre|airstrike|\bstrikes?\b|skirmish"
)
LOSS = re.compile(
    r"\b(tanks?|apcs?|ifvs?|aircraft|helicopters?|artillery|mrls?|mlrs|howitzers?|armou?r(ed)?"
    r"|weapons?|equipment|loss(es)?|lost|destroyed|uavs?|submarines?|warships?)\b"
)
ALERT = re.compile(r"alert|siren|alarm|air raid|warning")
DISPLACED = re.compile(r"displac|\bidps?\b|\bidmc\b|refugee|evacu")
CONTESTED = re.compile(
    r"\b(contest(ed)?|disput(ed?|es)|fighting|fought over|gr[ae]y zone|clash(es|ing)?)\b"
)
"""Words of a state, not of a name: Islamist fighters hold a place as others do."""
HOLDING = re.compile(r"occupied|liberated|controlled|held|captured|besieged")
"""Says that a place is in hands, and not in whose."""
_CONTROL = re.compile(r"\b(control|territor\w*|occup\w*|front ?line|layers?|holders?)\b")
_STATUS = re.compile(r"(.*_)?(status|control|layer|zone|state)")
_CONFLICT = re.compile(r"conflict|violen|war\b|fighting")
_UNIT = re.compile(
    r"\d|brigade|regiment|battalion|division|corps|army|guard|company|squadron|legion|\bb(de|tg)\b"
)
_SIDES = re.compile(r"side_[ab]|actor_?[12]|perpetrator(_name)?|attacker|gname|target(ed)?|victim")
_COUNTERS = re.compile(r"days?|week|month|year|n|no|nr|num|number|index|row|id|rank")
_MOST_STATUSES = 12
_FEWEST_TOTALS = 3
_MOSTLY = 0.8


@dataclass(frozen=True, slots=True)
class Signs:
    """Judges a table whose columns have their parts; `file` is its name."""

    file: str
    columns: Sequence[Profile]
    roles: Roles

    def speak_of(self, what: re.Pattern[str]) -> bool:
        """Whether the file's name, a column's or a category has such a word."""
        names = (words_of(self.file), *(column.words for column in self.columns))
        if any(what.search(name.replace("_", " ")) for name in names):
            return True
        kinds = (column for column in self.columns if column.categories and not column.time)
        return any(matching(column, what) for column in kinds)

    @property
    def attacks(self) -> bool:
        """Whether anything tells of attacks: who is on which side, or words of violence."""
        sides = (self.roles.get("by"), self.roles.get("against"))
        named = any(column is not None and _SIDES.fullmatch(column.words) for column in sides)
        return named or self.speak_of(VIOLENCE)

    @property
    def units(self) -> bool:
        """Whether the cells of the column of units name some: kilograms are units as well."""
        unit = self.roles.get("unit")
        if unit is None or unit.words in {"brigade", "regiment", "battalion"}:
            return unit is not None
        return 2 * len(matching(unit, _UNIT)) >= len(unit.counts)

    @property
    def by_conflict(self) -> tuple[Profile, list[str]] | None:
        """The column that says why people were displaced, and what it says of conflict."""
        for column in self.columns:
            if column.categories and DISPLACED.search(column.words.replace("_", " ")):
                found = matching(column, _CONFLICT)
                if found:
                    return column, found
        return None

    @property
    def origin(self) -> Profile | None:
        """The column that says which place the displaced left."""
        for column in self.columns:
            words = {*column.words.split("_")}
            text = bool(column.filled) and not column.counted and not column.time
            if text and "origin" in words and words & {"idp", "idps", "place", "admin1", "region"}:
                return column
        return None

    def status(self) -> Profile | None:
        """Find the column that says who holds a place, though not by its name.

        Its values, its file or another column have to speak of control: a status may be any.
        """
        if not self.roles.places or not {"when", "published"} & self.roles.of.keys():
            return None
        free = (self.roles.get("category"), self.roles.get("level"), *self.roles.rest)
        few = [
            column
            for column in free
            if column
            and _STATUS.fullmatch(column.words)
            and column.categories
            and not column.time
            and len(column.counts) <= _MOST_STATUSES
        ]
        speaks = self.speak_of(_CONTROL)
        return next((one for one in few if speaks or matching(one, CONTESTED)), None)

    @property
    def repeats(self) -> bool:
        """Whether the same places are listed day after day."""
        when = self.roles.get("when")
        if when is None or not self.roles.places:
            return False
        listed: dict[str, list[str]] = {}
        for day, place in zip(when.cells, self.roles.places[0].cells, strict=False):
            listed.setdefault(day, []).append(place)
        days = [frozenset(places) for places in listed.values()]
        same = sum(one == other and len(one) > 1 for one, other in pairwise(days))
        return len(days) > 1 and same >= _MOSTLY * (len(days) - 1)

    def totals(self) -> list[Profile]:
        """Find the columns of running totals: three or more of them, beside a date and no place."""
        if self.roles.places or self.roles.get("lat") or not self.roles.get("when"):
            return []
        free = (
            column
            for column in self.columns
            if column.counted and not column.time and not _COUNTERS.fullmatch(column.words)
        )
        found = [column for column in free if _rises(column)]
        enough = len(found) >= _FEWEST_TOTALS and self.speak_of(LOSS)
        return found if enough else []


def matching(column: Profile, what: re.Pattern[str]) -> list[str]:
    """Give the values of a column that have such a word."""
    return [value for value in column.values if what.search(folded(value))]


def _rises(column: Profile) -> bool:
    """Whether most numbers are no smaller than those before them, from one end or the other."""
    numbers = [number for cell in column.cells if (number := _number(cell)) is not None]
    steps = [later - earlier for earlier, later in pairwise(numbers)]
    up, down = sum(step >= 0 for step in steps), sum(step <= 0 for step in steps)
    return len(numbers) >= _FEWEST_TOTALS and max(up, down) >= _MOSTLY * len(steps)


def _number(cell: str) -> int | None:
    try:
        return whole(cell, "")
    except Bad:
        return None
