"""A made-up situation of any size: who is said to hold each of many places, and by whom.

    sources    5, each publishing one report a day, at an hour of its own
    holders    6, on 3 sides
    places     as many as asked; a few are told of very often (rank r is as likely as 1 / (r + q)
               with q = places / 20: of a million facts the first of 33,000 places has two hundred)
    days       a hundredth of the facts, from 30 days to four years; facts a day are log-normal
    lag        from event to publication 0 to 5 days (35, 40, 12, 7, 4, 2 %), 1 at most for 3 of 4
    back-dated 5 % of the facts, by 14 to 180 days
    rivals     10 %: another source, in its report of that day or the next, names another holder
    echoes     10 %: another source, by the next day, tells the same
    kinds      of first tellings about 45 % ControlReported (1 of 10 says since when), 20 %
               TownOccupied, 15 % TownEntered, 12 % TownRecaptured, 8 % ForcesWithdrew
    precision  a day, but an hour and minute in 15 %

The same seed gives the same situation, on every machine. Reports are yielded as they are made;
what is held meanwhile is one day of them, and a few numbers a place.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from math import cos, pi, sin, sqrt
from random import Random
from typing import NamedTuple

FIRST_DAY = date(2020, 1, 1)
SOURCES = {"paper": 6, "radio": 8, "wire": 12, "ministry": 17, "monitors": 20}
"""The hour of the day at which each publishes, UTC."""
SHARES = (25, 15, 30, 10, 20)
HOLDERS = {
    "government": "government",
    "militia": "government",
    "rebels": "opposition",
    "brigade": "opposition",
    "emirate": "emirate",
    "caravan": "emirate",
}
"""Each with its side."""
LAGS = (0, 1, 2, 3, 4, 5)
LAG_SHARES = (35, 40, 12, 7, 4, 2)
KINDS = ("ControlReported", "TownOccupied", "TownEntered", "TownRecaptured", "ForcesWithdrew")
KIND_SHARES = (45, 20, 15, 12, 8)

BACK_DATED, RIVALS, ECHOES, HOURS, SINCE = 0.05, 0.10, 0.10, 0.15, 0.10
LONGEST_BACK = 180
MIDDLE = (15.0, 0.0)  # latitude and longitude of the first place, degrees
LONGEST_DAYS = 1461
TRIES = 20
"""A fact that its report tells already is drawn anew; so often at most, for each that is wanted."""


class Told(NamedTuple):
    """A fact: its kind, the place's number, who, from whom (or ""), when (EDTF), since (or "")."""

    kind: str
    place: int
    holder: str
    against: str
    day: str
    since: str


class Report(NamedTuple):
    """What a source published at a time (EDTF)."""

    source: str
    published: str
    facts: list[Told]


def place_name(number: int) -> str:
    """Name a place; its id is the same in lower case, with a hyphen."""
    return f"Town {number:05}"


def coordinates(number: int) -> tuple[float, float]:
    """Give latitude and longitude of a place: as a sunflower's seeds lie, evenly on a disc.

    Neighbours are some 0.18 degrees apart, however many there are (Vogel, 1979).
    """
    out, turn = 0.1 * sqrt(number), number * pi * (3 - sqrt(5))
    return round(MIDDLE[0] + out * sin(turn), 4), round(MIDDLE[1] + out * cos(turn), 4)


def days_of(facts: int) -> int:
    """Give the number of days over which so many facts are published."""
    return max(30, min(LONGEST_DAYS, facts // 100))


def generate(seed: int, facts: int, places: int) -> Iterator[Report]:
    """Yield the reports of a situation in order of publication: `facts` facts in all.

    Fewer only where there are so few places that the same would have to be told twice.
    """
    made = _Situation(Random(seed), places, days_of(facts))  # noqa: S311 - repeatable is the point
    for day, quota in enumerate(made.quotas(facts)):
        reports = made.day(day, quota)
        for source in SOURCES:
            if source in reports:
                yield Report(source, made.published(source, day), reports[source])


class _Situation:
    def __init__(self, random: Random, places: int, days: int) -> None:
        self.random = random
        self.days = days
        first = FIRST_DAY - timedelta(days=2 * LONGEST_BACK)
        self.dates = [
            (first + timedelta(days=n)).isoformat() for n in range(days + 2 * LONGEST_BACK)
        ]
        ranks = range(places)
        self.often = list(accumulate(1 / (rank + max(1, places / 20)) for rank in ranks))
        self.places = random.sample(ranks, places)  # so that a number says nothing of its rank
        self.holder = random.choices(list(HOLDERS), k=places)
        self.before = random.choices(list(HOLDERS), k=places)
        self.owed: list[tuple[str, Told]] = []
        self.count = 0

    def quotas(self, facts: int) -> list[int]:
        """Give how many facts are out by the end of each day."""
        weights = list(accumulate(self.random.lognormvariate(0, 0.5) for _ in range(self.days)))
        return [round(facts * weight / weights[-1]) for weight in weights]

    def published(self, source: str, day: int) -> str:
        return f"{self.date(day)}T{SOURCES[source]:02}:00:00Z"

    def date(self, day: int) -> str:
        return self.dates[day + 2 * LONGEST_BACK]

    def day(self, day: int, quota: int) -> dict[str, list[Told]]:
        """Make one day's reports, by source: first what others owe to the day before."""
        reports: dict[str, dict[Told, None]] = {}
        owed, self.owed = self.owed, []
        tries = TRIES * (quota - self.count)
        while self.count < quota and tries:
            tries -= 1
            source, told = owed.pop() if owed else self.first_telling(day)
            report = reports.setdefault(source, {})
            if told not in report:
                report[told] = None
                self.count += 1
        self.owed += owed
        return {source: list(report) for source, report in reports.items()}

    def first_telling(self, day: int) -> tuple[str, Told]:
        random = self.random
        [source] = random.choices(list(SOURCES), SHARES)
        [rank] = random.choices(range(len(self.places)), cum_weights=self.often)
        place = self.places[rank]
        draw = random.random() * (1 - RIVALS - ECHOES)
        if draw < BACK_DATED:
            event = day - random.randint(14, LONGEST_BACK)
            return source, self.remembered(place, event)
        [lag] = random.choices(LAGS, LAG_SHARES)
        told = self.event(place, day - lag, SOURCES[source] if lag == 0 else 24)
        draw = random.random() * (1 - RIVALS - ECHOES - BACK_DATED)
        if draw < RIVALS + ECHOES:
            other = random.choice([name for name in SOURCES if name != source])
            self.owed.append((other, self.rival(told) if draw < RIVALS else told))
        return source, told

    def event(self, place: int, day: int, hour: int) -> Told:
        """Let something happen, before an hour of the day; who holds the place may change."""
        [kind] = self.random.choices(KINDS, KIND_SHARES)
        held, before = self.holder[place], self.before[place]
        when = self.moment(day, hour)
        if kind == "ControlReported":
            since = self.date(day - self.random.randint(5, 60))
            return Told(kind, place, held, "", when, since if self.random.random() < SINCE else "")
        if kind == "ForcesWithdrew":
            self.holder[place], self.before[place] = self.other(held), held
            return Told(kind, place, held, "", when, "")
        comer = before if kind == "TownRecaptured" and before != held else self.other(held)
        if kind == "TownEntered":
            return Told(kind, place, comer, "", when, "")
        self.holder[place], self.before[place] = comer, held
        return Told(kind, place, comer, held, when, "")

    def remembered(self, place: int, day: int) -> Told:
        """Tell late of what was long ago: it changes nothing now."""
        held = self.random.choice(list(HOLDERS))
        kind = self.random.choice(("ControlReported", "TownOccupied"))
        return Told(kind, place, held, "", self.moment(day, 24), "")

    def rival(self, told: Told) -> Told:
        """Name another holder at the same time."""
        if told.kind == "ForcesWithdrew":
            return Told("ControlReported", told.place, told.holder, "", told.day, "")
        other = self.other(told.holder)
        against = told.against if told.against != other else ""
        return told._replace(holder=other, against=against)

    def other(self, holder: str) -> str:
        """Choose a holder of another side."""
        return self.random.choice([name for name in HOLDERS if HOLDERS[name] != HOLDERS[holder]])

    def moment(self, day: int, hour: int) -> str:
        date, random = self.date(day), self.random
        if random.random() >= HOURS:
            return date
        return f"{date}T{random.randrange(hour):02}:{random.randrange(60):02}:00Z"
