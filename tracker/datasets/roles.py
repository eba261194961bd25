"""Which column of a table plays which part, by its name and by what it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tracker.datasets.blocks import LAT, LON
from tracker.datasets.profile import Profile
from tracker.datasets.values import folded

# Each line names the columns of a part, the surest first: by their whole names.
_NAMES = {
    "version": "version revision snapshot edition release_no",
    "lat": "lat latitude lat_dd y_wgs84 lat_wgs84 point_y",
    "lon": "lon lng long longitude lon_dd x_wgs84 lon_wgs84 point_x",
    "start": "started_at start started start_date date_start start_time valid_from from begin "
    "began begins date_from from_date onset",
    "end": "finished_at end ended ended_at finished end_date date_end end_time valid_to to until "
    "ends date_to to_date stop",
    "published": "published published_at publication_date date_published pub_date commit_time "
    "report_date reported reported_at date_reported posted created_at created source_date "
    "updated_at updated retrieved timestamp_published",
    "since": "since as_of held_since control_since as_of_date",
    "when": "event_date date when day occurred_at occurred incident_date date_of_event datetime "
    "timestamp time date_time month year",
    "change": "change action transition op operation",
    "holder": "held_by holder controlled_by control controller occupied_by in_control "
    "control_status owner ruled_by holding status_control",
    "low": "low low_est lower min minimum deaths_low fatalities_low killed_min low_estimate",
    "high": "high high_est upper max maximum deaths_high fatalities_high killed_max high_estimate",
    "best": "best best_est deaths_best best_estimate fatalities deaths killed dead deaths_total "
    "death_toll total_deaths people_killed",
    "wounded": "wounded injured injuries people_injured total_injured",
    "displaced": "displaced people_displaced evacuated idps idp refugees figure",
    "troops": "troops personnel soldiers strength",
    "value": "value count number total amount quantity n num lost losses",
    "unit": "unit brigade regiment battalion formation division unit_name",
    "by": "side_a actor1 actor_1 perpetrator attacker perpetrator_name by actor group_name gname "
    "group faction party",
    "against": "side_b actor2 actor_2 target victim against targeted defender",
    "level": "level alert_level threat_level alert",
    "category": "metric category type event_type kind type_of_violence sub_event_type layer "
    "weapon equipment attack_type",
    "assumed": "naive assumed estimated is_estimated approximate end_assumed",
    "origin": "source source_name outlet outlets publisher media",
    "note": "notes note description text headline title summary details source_headline",
    "id": "id event_id event_id_cnty data_id uuid guid record_id incident_id objectid",
}
# A longer name fits as well that ends so (`displacement_date`), where its last words say enough.
_LAST = {
    "lat": "latitude lat",
    "lon": "longitude lon lng",
    "start": "started_at start started start_date start_time begin began begins onset",
    "end": "finished_at end ended ended_at finished end_date end_time until ends",
    "published": "published published_at publication_date posted created_at updated_at updated",
    "since": "since as_of",
    "when": "date when day occurred_at occurred datetime timestamp time date_time month year",
    "holder": "held_by holder controlled_by controller occupied_by ruled_by",
    "best": "fatalities deaths killed",
    "wounded": "wounded injured injuries",
    "displaced": "displaced evacuated idps idp idp_ind idp_individuals refugees",
    "troops": "troops soldiers",
    "unit": "brigade regiment battalion",
    "by": "perpetrator attacker",
    "against": "target victim",
    "category": "type category reason cause",
}
_FATES = {
    "best": frozenset({"killed", "dead", "deaths", "death", "fatalities", "fatality"}),
    "wounded": frozenset({"wounded", "injured", "injuries"}),
    "displaced": frozenset({"displaced", "evacuated"}),
    "": frozenset({"missing", "captured", "detained", "abducted", "kidnapped", "arrested"}),
}
"""What befell people, by the part of a column that counts them; of some there is no part."""
_OF_PEOPLE = (
    "people persons person individuals civilians civilian soldiers soldier troops military army "
    "personnel fighters combatants militants rebels police officers men women children total "
    "number num no nr n of the count counts sum confirmed reported"
)
_SHARES = "percent percentage pct perc rate ratio share per proportion"
_TOWNS = (
    "place town city settlement village location_name location locality place_name name where "
    "where_coordinates site"
)
_AREAS = (
    "hromada community municipality raion district admin3 adm_3 adm3 admin2 adm_2 adm2 county "
    "oblast region province governorate admin1 adm_1 adm1 state area admin0 adm_0 adm0 country"
)
_ELSEWHERE = frozenset({"from", "of", "origin", "source", "destination", "to", "home", "birth"})
_LOCATIONS = frozenset({"location", "location_name"})
_ISO3 = re.compile(r"[A-Z]{3}")
_TIMES = frozenset({"start", "end", "published", "since", "when"})
_COUNTS = frozenset({"low", "high", "best", "wounded", "displaced", "troops", "value"})
_NOT_COUNTS = frozenset({"by", "against", "holder", "unit", "level", "origin", "category"})
ENTERING = frozenset({"enter", "entered", "entering", "add", "added", "in", "gained", "captured"})
LEAVING = frozenset({"leave", "left", "leaving", "remove", "removed", "out", "lost", "dropped"})


@dataclass(slots=True)
class Roles:
    """The parts and their columns; `places` from the most exact to the widest; the `rest`.

    `comma`: degrees have a decimal comma.
    """

    of: dict[str, Profile] = field(default_factory=dict)
    places: list[Profile] = field(default_factory=list)
    rest: list[Profile] = field(default_factory=list)
    comma: bool = False

    def get(self, part: str) -> Profile | None:
        """Give the column of a part."""
        return self.of.get(part)

    def play(self, part: str, column: Profile) -> None:
        """Give a part to a column, which plays no other any more."""
        self.of = {name: one for name, one in self.of.items() if one is not column}
        self.rest = [one for one in self.rest if one is not column]
        self.of[part] = column


def roles_of(columns: Sequence[Profile]) -> Roles:
    """Give each part the column that fits it best; a column plays one part."""
    roles = Roles()
    free = [column for column in columns if not column.objects]
    for part, names in _NAMES.items():
        fits = _test_of(part)
        fitting = [column for column in free if fits(column)]
        if part in _COUNTS:
            fitting = [column for column in fitting if part in _counts_for(column)]
        found = _best(part, names.split(), fitting)
        if found is None and part in _FATES:
            found = next((column for column in fitting if _only_tells(part, column)), None)
        if found:
            roles.of[part] = found
            free.remove(found)
    for name in (*_TOWNS.split(), *_AREAS.split()):
        for column in [column for column in free if _place_word(column) == name and column.filled]:
            if not column.counted and not column.time:
                roles.places.append(column)
                free.remove(column)
    _widest_last(roles.places, columns)
    for part, found in _with_commas(free).items():
        roles.of[part] = found
        roles.comma = True
        free.remove(found)
    roles.rest = [*free, *(column for column in columns if column.objects)]
    _settle(roles)
    return roles


def fates_of(column: Profile) -> set[str]:
    """Give the parts of what befell people that the words of a column's name say."""
    words = {*column.words.split("_")}
    return {part for part, said in _FATES.items() if words & said}


def why_no_count(column: Profile) -> str:
    """Say why a column of numbers that speaks of the fate of people counts none."""
    if not (fates := fates_of(column)) or not column.counted:
        return ""
    if {*column.words.split("_")} & {*_SHARES.split()}:
        return "a share, no number of people"
    return "several fates in one number" if len(fates) > 1 else ""


def _counts_for(column: Profile) -> frozenset[str]:
    """Give the parts that a column of numbers may play: what befell people goes before who."""
    if why_no_count(column):
        return frozenset()
    fates = fates_of(column)
    if not fates:
        return _COUNTS
    said = next(iter(fates))
    return frozenset({"low", "high", "best"} if said == "best" else {said})


def misfits_of(column: Profile) -> list[str]:
    """Give the cells for which a column is not what its name speaks of: degrees, or a count."""
    for part in ("lat", "lon", "best", "wounded", "displaced", "troops"):
        if _best(part, _NAMES[part].split(), [column]) or (
            part in _FATES and _only_tells(part, column)
        ):
            most = {"lat": LAT, "lon": LON}.get(part)
            wrong = column.no_counts() if most is None else column.no_degrees(most)
            return wrong if len(wrong) < len(column.counts) else []
    return []


def _only_tells(part: str, column: Profile) -> bool:
    """Whether a column's name says what befell people, and besides that only which people."""
    words = {*column.words.split("_")}
    return bool(words & _FATES[part]) and words <= _FATES[part] | {*_OF_PEOPLE.split()}


def is_region(column: Profile) -> bool:
    """Whether a column of places names areas rather than towns or sites."""
    return _place_word(column) in _AREAS.split()


def is_area_word(words: str) -> bool:
    """Whether one of a name's words, or two together, name areas."""
    return any(f"_{area}_" in f"_{words}_" for area in _AREAS.split())


def is_country(column: Profile, columns: Sequence[Profile]) -> bool:
    """Whether a column called location names countries, as in the tables of OCHA's HAPI.

    There `location_code` stands beside it, the three letters of a country, or each of several
    areas (`admin1_name`) lies in one of them.
    """
    beside = {one.words: one for one in columns}
    if column.words not in _LOCATIONS:
        return False
    codes, areas = beside.get("location_code"), beside.get("admin1_name")
    if codes and codes.filled and all(_ISO3.fullmatch(code) for code in codes.values):
        return True
    if areas is None:
        return False
    pairs = {pair for pair in zip(areas.cells, column.cells, strict=False) if all(pair)}
    return len(column.counts) < len({area for area, _ in pairs}) == len(pairs)


def _widest_last(places: list[Profile], columns: Sequence[Profile]) -> None:
    """Put a location that is a country behind the areas that lie in it."""
    countries = [column for column in places if is_country(column, columns)]
    places[:] = [column for column in places if column not in countries] + countries


def _place_word(column: Profile) -> str:
    """Give the word by which a column names places: `admin2Name` is of admin2."""
    words = column.words
    if words.endswith("_name") and words not in _TOWNS.split():
        words = words.removesuffix("_name")
        words = words if words in _AREAS.split() else words.removesuffix("s")
        return words if words in (*_TOWNS.split(), *_AREAS.split()) else ""
    *before, last = words.split("_")
    known = last in _AREAS.split() or last in {"town", "city", "settlement", "village", "location"}
    return last if before and known and not _ELSEWHERE & {*before} else words


def _settle(roles: Roles) -> None:
    """Put right what a name alone cannot tell."""
    if ("start" in roles.of) != ("end" in roles.of):
        alone = roles.of.pop("start", None) or roles.of.pop("end")
        if "when" not in roles.of:
            roles.of["when"] = alone
        else:
            roles.rest.append(alone)
    _settle_when(roles)
    change = roles.get("change")
    if change and not ({folded(value) for value in change.values} & (ENTERING | LEAVING)):
        roles.rest.append(roles.of.pop("change"))
        change = None
    if "holder" not in roles.of and (change or "version" in roles.of):
        found = next(
            (c for c in (roles.get("category"), *roles.rest) if c and c.categories and not c.time),
            None,
        )
        if found:
            roles.play("holder", found)


def _settle_when(roles: Roles) -> None:
    """Find the date of what a row tells: a full date before a year, and any before none."""
    when, since = roles.get("when"), roles.get("since")
    start = roles.get("start")
    if when and start and _full(start) and not _full(when):
        roles.rest.append(roles.of.pop("when"))
    elif not when and not start and since and since.time and "holder" not in roles.of:
        roles.of["when"] = roles.of.pop("since")
    elif not {"when", "start", "published"} & roles.of.keys():
        found = next((column for column in roles.rest if column.dates), None)
        if found:
            roles.of["when"] = found
            roles.rest.remove(found)
    if not {"when", "start"} & roles.of.keys():
        # Better a date that has still to be read than that of the publication in its place.
        found = next((column for column in roles.rest if column.undated), None)
        if found:
            roles.of["when"] = found
            roles.rest.remove(found)


def _full(column: Profile) -> bool:
    return column.time is not None and column.time.days


def _with_commas(columns: Sequence[Profile]) -> dict[str, Profile]:
    """Give the columns of latitude and longitude if their degrees have a decimal comma."""
    found = {}
    for part, most in (("lat", LAT), ("lon", LON)):
        written = [one for one in columns if one.with_comma(most)]
        column = _named(_NAMES[part].split(), written)
        if column is None:
            return {}
        found[part] = column
    return found


def _test_of(part: str) -> Callable[[Profile], bool]:
    if part in _TIMES:
        return lambda column: column.time is not None or (not column.filled and part == "since")
    if part in {"lat", "lon"}:
        return lambda column: column.degrees(LAT if part == "lat" else LON)
    if part in _COUNTS:
        return lambda column: column.counts_something and column.time is None
    if part in {"holder", "change", "assumed", "category"}:
        return lambda column: column.categories and column.time is None
    if part == "id":
        return lambda column: column.unique
    if part in _NOT_COUNTS:
        return lambda column: bool(column.filled) and not column.counted and column.time is None
    return lambda column: bool(column.filled) and column.time is None


def _best(part: str, names: Sequence[str], columns: Sequence[Profile]) -> Profile | None:
    """Give the column that is named best; of times, one with days before a year or a month."""
    if part in _TIMES:
        full = [column for column in columns if _full(column)]
        columns = full if _named(names, full) or _ending(part, full) else columns
    return _named(names, columns) or _ending(part, columns)


def _ending(part: str, columns: Sequence[Profile]) -> Profile | None:
    """Give the first column whose name ends as one of the part does."""
    endings = (f"_{name}" for name in _LAST.get(part, "").split())
    found = (column for ending in endings for column in columns if column.words.endswith(ending))
    return next(found, None)


def _named(names: Sequence[str], columns: Sequence[Profile]) -> Profile | None:
    by_words = {column.words: column for column in reversed(columns)}
    return next((by_words[name] for name in names if name in by_words), None)
