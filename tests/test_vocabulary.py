"""The vocabulary: every kind keeps what it is told, frozen, under a topic that never changes."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import UnionType
from typing import Annotated, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from annotated_types import Ge, Le, MinLen
from effort_for_tests import times
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from projections import forces, losses
from tracker.cli import words
from tracker.facts import FACT_KINDS, RECORD_KINDS, TOPICS, Body, Fact
from tracker.facts import forces as forces_told
from tracker.facts import losses as losses_told
from tracker.facts.codec import decode, encode
from tracker.facts.control import ControlReported, TownOccupied
from tracker.facts.envelope import Event
from tracker.facts.record import Published
from tracker.log import Log
from tracker.quantities import LARGEST, Quantity
from tracker.registry import REGISTRY_KINDS, AlertScheme, Place
from tracker.sources import Attribution, Locator, Rating, Sha256, Slug, Text
from tracker.times import When

T = TypeVar("T", bound=BaseModel)
every_kind = pytest.mark.parametrize("kind", TOPICS.values(), ids=lambda kind: kind.TOPIC)
every_fact_kind = pytest.mark.parametrize("kind", FACT_KINDS, ids=lambda kind: kind.TOPIC)

# -- what is stored for ever -----------------------------------------------------------------------

FAMILIES = {
    "control": (
        "TownOccupied TownRecaptured TownEntered TownBesieged ControlReported ForcesWithdrew"
    ),
    "forces": (
        "TroopsDeployed TroopsMobilised TroopsPledged TroopsWithdrawn EquipmentDeployed"
        " ForcesPositioned ForcesAdvanced"
    ),
    "alerts": (
        "ThreatLevelRaised ThreatLevelLowered ThreatLevelReported AlertAdvised ThreatIssued"
        " SecurityMeasureAnnounced"
    ),
    "combat": "FightingReported AirstrikeConducted OffensiveLaunched AttackOccurred",
    "losses": "CasualtiesReported EquipmentLost EquipmentCaptured ArmsAcquired",
    "humanitarian": "CiviliansDisplaced InfrastructureDisrupted EvacuationPlanned",
    "diplomacy": (
        "AidRequested SupportProvided MandateAuthorised LawImposed CoupOccurred OperationNamed"
        " ObjectiveStated PositionStated AssessmentMade PreparationReported FundingReported"
        " MeetingHeld PopulationStance"
    ),
}
RECORDS = (
    "ReportRegistered FactCorrected FactRetracted RulingMade SnapshotTaken"
    " TextErased HoldPlaced HoldLifted EventWithheld"
)
REGISTRATIONS = (
    "SituationRegistered PlaceRegistered ActorRegistered SourceRegistered AlertSchemeRegistered"
)


def test_the_topics_are_these_and_a_renamed_one_orphans_events() -> None:
    words = " ".join([*FAMILIES.values(), RECORDS, REGISTRATIONS]).split()
    assert list(TOPICS) == words


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_holds_its_kinds(family: str) -> None:
    kinds = [kind.TOPIC for kind in FACT_KINDS if family == kind.FAMILY]
    assert kinds == FAMILIES[family].split()


def test_no_topic_is_given_twice() -> None:
    assert len(TOPICS) == len(FACT_KINDS) + len(RECORD_KINDS) + len(REGISTRY_KINDS)


@every_kind
def test_a_topic_is_a_word_and_no_class_path(kind: type[Body]) -> None:
    assert re.fullmatch(r"([A-Z][a-z]+){2,4}", kind.TOPIC)


def test_a_renamed_class_keeps_its_topic_and_reads_what_was_stored_before() -> None:
    class PlaceSeized(TownOccupied):
        """What TownOccupied might be called one day."""

    new = PlaceSeized.model_validate(TOWN_OCCUPIED)
    old = TownOccupied.model_validate(TOWN_OCCUPIED)
    assert new.kind == "TownOccupied"
    assert encode(event(new)) == encode(event(old))
    topics = {**TOPICS, "TownOccupied": PlaceSeized}
    found = decode(
        "TownOccupied", encode(event(old)), stream=STREAM, version=1, position=0, topics=topics
    )
    assert type(found.body) is PlaceSeized


@every_kind
def test_every_kind_has_a_json_schema(kind: type[Body]) -> None:
    schema = kind.model_json_schema()
    assert schema["additionalProperties"] is False
    assert schema["properties"].keys() == kind.model_fields.keys()


@every_kind
def test_every_kind_says_what_it_means(kind: type[Body]) -> None:
    assert kind.__doc__
    assert all(kind.__doc__ != base.__doc__ for base in kind.__bases__)


@every_fact_kind
def test_every_fact_holds_what_is_common_to_all(kind: type[Fact]) -> None:
    common = "id gist place by when status voice speaker origin rating locator note"
    assert set(common.split()) <= kind.model_fields.keys()


# -- values of every kind, from the fields of its model --------------------------------------------

texts = st.text(min_size=1, max_size=40).filter(str.strip)
slugs = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
numbers = st.integers(0, LARGEST)
days = st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(str)
zones = st.sampled_from(["UTC", "+01:00", "Africa/Bamako"])
publications = st.builds(
    When,
    edtf=days | st.times().map("2013-01-21T{:%H:%M:%S}Z".format),
    phrase=st.none() | texts,
    zone=zones,
)
whens = publications | st.builds(
    When,
    edtf=st.sampled_from(
        [
            "2013",
            "2013?",
            "201X",
            "2012-03-XX",
            "2013-01-14~",
            "2013-01%",
            "2012-03/2012-04",
            "2013-01-11/",
            "../2013",
            "[..2013-01-21]",
            "[2013-01-17..2013-01-21]",
        ]
    ),
    anchor=st.none() | texts,
)
local_times = st.builds(
    When, edtf=st.just("2013-01-14T06:00:00"), zone=zones, local=st.sampled_from([True])
)


@st.composite
def quantities(draw: st.DrawFn) -> Quantity:
    comparator = draw(st.sampled_from(get_args(Quantity.model_fields["comparator"].annotation)))
    low, best, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
    stated: dict[str, int] = {
        "exact": {"best": best},
        "about": {"best": best},
        "at least": {"low": low},
        "more than": {"low": low, "best": best},
        "at most": {"high": high},
        "fewer than": {"high": high},
        "between": {"low": low, "high": high},
    }.get(comparator, {})
    return Quantity(
        **stated,
        comparator=comparator,
        unit=draw(st.text(min_size=1, max_size=60)),
        semantics=draw(st.sampled_from(["total", "change", "cumulative"])),
        phrase=draw(st.none() | st.text(max_size=60)),
    )


@st.composite
def places(draw: st.DrawFn) -> Place:
    coordinates = (
        {"lat": draw(st.floats(-90, 90)), "lon": draw(st.floats(-180, 180)), "coordinates": "here"}
        if draw(st.booleans())
        else {}
    )
    return Place.model_validate(draw(fields_of(Place, *PLACED)) | coordinates)


@st.composite
def schemes(draw: st.DrawFn) -> AlertScheme:
    names = draw(st.lists(texts, min_size=4, max_size=5, unique=True))
    levels, aliases, modifiers = names[:2], names[2:], names[:1]
    alias = {"level": st.sampled_from(levels), "modifiers": st.sampled_from([[], modifiers])}
    return AlertScheme.model_validate(
        draw(fields_of(AlertScheme, "levels", "aliases", "modifiers"))
        | {"levels": levels, "modifiers": modifiers}
        | {"aliases": [{"name": name} | draw(st.fixed_dictionaries(alias)) for name in aliases]}
    )


PLACED = ("lat", "lon", "coordinates")
spans = st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)).map(
    lambda pair: (pair[0], sum(pair))
)
voices = st.one_of(
    st.just({"voice": "reporter"}),
    st.builds(lambda speaker: {"voice": "attributed", "speaker": speaker}, texts),
    st.builds(lambda speaker: {"voice": "hearsay", "speaker": speaker}, st.none() | texts),
)


@cache
def written() -> list[tuple[object, st.SearchStrategy[object]]]:
    """Pair types whose values have rules of their own with how to draw them."""
    return [
        (Slug, slugs),
        (Text, texts),
        (Sha256, st.from_regex(r"[0-9a-f]{64}", fullmatch=True)),
        (Published, publications),
        (When, whens | local_times),
        (Quantity, quantities()),
        (Place, places()),
        (AlertScheme, schemes()),
        (str, st.text(max_size=40)),
        (bool, st.booleans()),
        (type(None), st.none()),
    ]


def value_of(hint: object) -> st.SearchStrategy[object]:
    """Derive a strategy from the annotation of a field; a type it does not know is an error."""
    for known, strategy in written():
        if hint == known:
            return strategy
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return annotated(args[0], args[1:])
    if origin is Literal:
        return st.sampled_from(args)
    if origin in {Union, UnionType}:
        return st.one_of([value_of(arg) for arg in args])
    if origin is tuple and args[1:] == (...,):
        return st.lists(value_of(args[0]), max_size=3).map(tuple)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return model(hint)
    pytest.fail(f"no strategy for {hint}: write one in this test")


def annotated(inner: object, notes: tuple[object, ...]) -> st.SearchStrategy[object]:
    limits = [limit for note in notes if isinstance(note, FieldInfo) for limit in note.metadata]
    least = max([limit.min_length for limit in limits if isinstance(limit, MinLen)], default=0)
    if inner is int:
        (low,) = [limit.ge for limit in limits if isinstance(limit, Ge)]
        high = [limit.le for limit in limits if isinstance(limit, Le)]
        assert isinstance(low, int)
        return st.integers(low, int(str(high[0])) if high else LARGEST)
    if get_origin(inner) is Annotated:  # StrictInt
        return annotated(get_args(inner)[0], (*get_args(inner)[1:], *notes))
    if inner is When:  # read only once a value
        return value_of(When)
    if get_origin(inner) is tuple:
        return st.lists(value_of(get_args(inner)[0]), min_size=least, max_size=3).map(tuple)
    pytest.fail(f"no strategy for {inner} with {notes}: write one in this test")


def fields_of(kind: type[BaseModel], *without: str) -> st.SearchStrategy[dict[str, object]]:
    hints = get_type_hints(kind, include_extras=True)
    return st.fixed_dictionaries(
        {
            name: zones if name == "zone" else value_of(hints[name])
            for name in kind.model_fields
            if name not in without
        }
    )


@cache
def model(kind: type[T]) -> st.SearchStrategy[T]:
    """Derive a strategy of a model; rules that bind several fields are written here."""
    if kind is Locator:
        return st.builds(
            lambda fields, span: kind.model_validate(fields | {"span": span}),
            fields_of(kind, "span"),
            st.none() | spans,
        )
    if not issubclass(kind, Fact):
        return fields_of(kind).map(kind.model_validate)
    someone = {"by": ("someone",)} if kind is ControlReported else {}
    return st.builds(
        lambda fields, voice: kind.model_validate(fields | someone | voice),
        fields_of(kind, "voice", "speaker"),
        voices,
    )


# -- what every kind keeps -------------------------------------------------------------------------

STREAM = UUID(int=1)


def event(body: Body, version: int = 1) -> Event:
    return Event(STREAM, version, f"{version:032x}", body, recorded_at=version, recorded_by="ana")


def parts(value: object) -> list[object]:
    """Give a value and all that is inside it."""
    if isinstance(value, BaseModel):
        inside = [getattr(value, name) for name in type(value).model_fields]
        assert value.__pydantic_extra__ is None
    elif isinstance(value, tuple):
        inside = list(value)
    else:
        inside = []
    return [value, *(part for item in inside for part in parts(item))]


@every_kind
@settings(max_examples=times(10))
@given(data=st.data())
def test_every_kind_comes_back_from_storage_as_it_went_in(
    kind: type[Body], data: st.DataObject
) -> None:
    body = data.draw(model(kind))
    with Log(":memory:", create=True) as log:
        log.append([event(body)])
        (found,) = log.read()
    assert found.body == body
    assert type(found.body) is kind
    stored = encode(event(body))
    again = decode(kind.TOPIC, stored, stream=STREAM, version=1, position=0)
    assert again == event(body)
    assert encode(again) == stored
    assert encode(found) == stored


@pytest.mark.parametrize("kind", [*forces_told.KINDS, *losses_told.KINDS])
@settings(max_examples=times(5))
@given(data=st.data())
def test_every_phase_and_fate_can_be_asked_about(kind: type[Fact], data: st.DataObject) -> None:
    body = data.draw(model(kind))
    if isinstance(body, forces_told.ForceFact):
        assert forces.phase(body) in forces.PHASES
    else:
        assert str(losses.key_of(body)).split("/")[-1] in losses.FATES


@every_kind
@settings(max_examples=times(5))
@given(data=st.data())
def test_every_kind_is_frozen_all_the_way_down(kind: type[Body], data: st.DataObject) -> None:
    body = data.draw(model(kind))
    hash(body)
    for part in parts(body):
        assert isinstance(part, BaseModel | tuple | str | int | float | bool | None)
        if isinstance(part, BaseModel):
            name = next(iter(type(part).model_fields))
            with pytest.raises(ValidationError, match="frozen"):
                setattr(part, name, "changed")


@every_kind
@settings(max_examples=2)
@given(data=st.data())
def test_every_kind_comes_back_from_a_file_that_was_closed(
    kind: type[Body], data: st.DataObject
) -> None:
    events = [event(data.draw(model(kind)), version) for version in (1, 2)]
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "situation.db")
        with Log(path, create=True) as log:
            log.append(events)
        with Log(path) as log:
            found = list(log.read())
    assert [each.body for each in found] == [each.body for each in events]
    assert {type(each.body) for each in found} == {kind}
    assert [encode(each) for each in found] == [encode(each) for each in events]


# -- quantities ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "numbers"),
    [
        ({"best": 500}, (500, 500, 500)),
        ({"best": 0}, (0, 0, 0)),
        ({"best": 7, "low": None, "high": None}, (7, 7, 7)),
        ({"best": LARGEST}, (LARGEST,) * 3),
        ({"comparator": "about", "best": 500}, (500,)),
        ({"comparator": "about", "low": 400, "best": 500, "high": 600}, (400, 500, 600)),
        ({"comparator": "at least", "low": 500}, (500,)),
        ({"comparator": "more than", "low": 500, "high": 900}, (500, 900)),
        ({"comparator": "at most", "high": 500}, (500,)),
        ({"comparator": "fewer than", "high": 500}, (500,)),
        ({"comparator": "between", "low": 1400, "high": 1800}, (1400, 1800)),
        ({"comparator": "many"}, ()),
        ({"comparator": "dozens", "phrase": "dozens of pick-ups", "unit": "vehicles"}, ()),
    ],
)
def test_a_quantity_keeps_the_numbers_that_were_stated(
    stated: dict[str, object], numbers: tuple[int, ...]
) -> None:
    quantity = Quantity.model_validate(stated)
    assert quantity.numbers == numbers
    assert Quantity.model_validate_json(quantity.model_dump_json(exclude_none=True)) == quantity


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({}, "'exact' needs best"),
        ({"comparator": "about"}, "'about' needs best"),
        ({"comparator": "at least", "best": 5}, "'at least' needs low"),
        ({"comparator": "at most", "low": 5}, "'at most' needs high"),
        ({"comparator": "between", "low": 5}, "'between' needs high"),
        (
            {"comparator": "many", "best": 5},
            "'many' is a word without a number: for the 5 write how the source hedges it",
        ),
        (
            {"comparator": "some", "best": 400},
            "'some' is a word without a number: \"some 400\" is about 400, write comparator: about",
        ),
        ({"comparator": "between", "low": 9, "high": 5}, "low <= best <= high"),
        ({"comparator": "about", "low": 9, "best": 5}, "low <= best <= high"),
        ({"best": 5, "high": 6}, "an exact number has no range"),
        ({"best": -1}, "greater than or equal to 0"),
        ({"best": LARGEST + 1}, "less than or equal to"),
        ({"best": 1.5}, "valid integer"),
        ({"best": 5.0}, "valid integer"),
        ({"best": "5"}, "valid integer"),
        ({"best": True}, "valid integer"),
        ({"best": 5, "comparator": "roughly"}, "Input should be 'exact'"),
        ({"best": 5, "semantics": "sum"}, "Input should be 'total'"),
        ({"best": 5, "unit": ""}, "at least 1 character"),
        ({"best": 5, "mean": 5}, "Extra inputs"),
    ],
)
def test_a_quantity_that_sharpens_or_contradicts_is_refused(
    stated: dict[str, object], message: str
) -> None:
    refuses(Quantity, stated, message)


def refuses(kind: type[BaseModel], value: object, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        kind.model_validate(value)
    assert message in str(refused.value)


# -- ratings ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["A1", "B2", "F6"])
def test_a_rating_is_written_as_its_code(code: str) -> None:
    rating = Rating.model_validate(code)
    assert (rating.reliability, str(rating.credibility)) == (code[0], code[1])
    assert str(rating) == code
    assert rating.model_dump_json() == f'"{code}"'


@pytest.mark.parametrize("code", ["", "G1", "A0", "A7", "a1", "1A", "A 1", "A1 ", "B22", "A\u0661"])
def test_a_code_that_is_no_rating_is_refused(code: str) -> None:
    refuses(Rating, code, "a rating is a letter A-F and a digit 1-6, such as B2")


@pytest.mark.parametrize("value", [12, ["A", 1], {"reliability": "A"}, {"credibility": 1}])
def test_half_a_rating_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        Rating.model_validate(value)


# -- locators --------------------------------------------------------------------------------------

DOCUMENT = {"name": "004_61992a9f.txt", "sha256": "a" * 64}


@pytest.mark.parametrize(
    ("stated", "short"),
    [
        ({}, ""),
        ({"sentence": 0}, "s.0"),
        ({"document": DOCUMENT, "sentence": 0, "span": [12, 71]}, "004 s.0 [12-71]"),
        ({"document": DOCUMENT | {"name": "bulletin.txt"}, "span": [0, 1]}, "bulletin [0-1]"),
    ],
)
def test_a_locator_has_a_short_form(stated: dict[str, object], short: str) -> None:
    locator = Locator.model_validate(stated)
    assert words.locator(locator.model_dump(mode="json", exclude_none=True)) == short


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"span": [71, 12]}, "a span is [start, end) with start < end"),
        ({"span": [12, 12]}, "a span is [start, end) with start < end"),
        ({"span": [12]}, "Field required"),
        ({"span": [1, 2, 3]}, "at most 2 items"),
        ({"span": [-1, 2]}, "greater than or equal to 0"),
        ({"sentence": -1}, "greater than or equal to 0"),
        ({"sentence": 1.0}, "valid integer"),
        ({"sha256": "A" * 64}, "String should match pattern"),
        ({"sha256": "a" * 63}, "String should match pattern"),
        ({"sha256": "a" * 64 + "\n"}, "String should match pattern"),
        ({"quote": " "}, "empty text"),
        ({"page": 3}, "Extra inputs"),
    ],
)
def test_a_locator_that_points_nowhere_is_refused(stated: dict[str, object], message: str) -> None:
    refuses(Locator, stated, message)


# -- times, as facts hold them ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "edtf"),
    [
        ("2013-01-14", "2013-01-14"),
        (2013, "2013"),
        ({"edtf": 2013, "phrase": "this year"}, "2013"),
        ({"edtf": "2013-01-14~", "phrase": "a week ago", "anchor": "of 21 Jan"}, "2013-01-14~"),
        ({"edtf": "2013-01-14T06:00:00", "zone": "UTC", "local": True}, "2013-01-14T06:00:00"),
    ],
)
def test_a_time_may_be_written_alone_or_with_its_words(stated: object, edtf: str) -> None:
    assert When.model_validate(stated).edtf == edtf


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        (True, "valid dictionary"),
        ({}, "Field required"),
        ("2013-02-30", "2013-02-30"),
        ("0000", "years run from 0001"),
        ("2013-01-14T06:00:00", "a time without a zone"),
        ({"edtf": "2013-01-14", "zone": "Mars/Base"}, "no time zone 'Mars/Base'"),
        ({"edtf": "2013-01-14", "words": "then"}, "Extra inputs"),
    ],
)
def test_a_time_that_cannot_be_placed_is_refused(stated: object, message: str) -> None:
    refuses(When, stated, message)


@pytest.mark.parametrize(
    "edtf",
    ["2013-01-11/2013-01-14", "2013-01-11/..", "2013-01-11/", "../2013", "[..2013]", "[2013..]"],
)
def test_a_publication_is_one_moment(edtf: str) -> None:
    body = {"fact": "f", "published": edtf, "reason": "r"}
    refuses(TOPICS["FactRetracted"], body, "a publication is one moment")


# -- who vouches -----------------------------------------------------------------------------------

TOWN_OCCUPIED = {
    "place": "diabaly",
    "by": ["rebels"],
    "when": "2013-01-14",
    "status": "occurred",
    "voice": "reporter",
    "gist": "Rebels took the town.",
}


@pytest.mark.parametrize(
    ("who", "origin"),
    [
        (Attribution("reporter", None, None), "voa"),
        (Attribution("hearsay", None, None), "voa"),
        (Attribution("hearsay", "residents", None), "voa"),
        (Attribution("attributed", "nato", None), "nato"),
        (Attribution("attributed", "nato", "afp"), "afp"),
        (Attribution("reporter", None, "afp"), "afp"),
    ],
)
def test_a_speaker_is_the_origin_through_whatever_outlet(who: Attribution, origin: str) -> None:
    assert who.origin_in("voa") == origin


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"voice": "attributed"}, "voice 'attributed' needs a speaker"),
        ({"speaker": "nato"}, "voice 'reporter' has no speaker"),
        ({"voice": "rumour"}, "Input should be 'reporter'"),
        ({"voice": "attributed", "speaker": ""}, "empty text"),
        ({"origin": "\t"}, "empty text"),
        ({"status": "confirmed"}, "Input should be 'occurred'"),
        ({"by": []}, "at least 1 item"),
        ({"by": "rebels"}, "valid tuple"),
        ({"by": ["Rebels"]}, "an id is lower-case ASCII letters"),
        ({"place": "dia--baly"}, "an id is lower-case ASCII letters"),
        ({"place": "d" * 81}, "at most 80 characters"),
        ({"place": None}, "valid string"),
        ({"gist": "x" * 2001}, "at most 2000 characters"),
        ({"gist": "\ud800"}, "as a unicode string"),
        ({"since": "2013"}, "Extra inputs"),
    ],
)
def test_a_fact_that_breaks_a_rule_is_refused(change: dict[str, object], message: str) -> None:
    assert TownOccupied.model_validate(TOWN_OCCUPIED).by == ("rebels",)
    refuses(TownOccupied, TOWN_OCCUPIED | change, message)


def test_a_place_that_is_held_is_held_by_someone() -> None:
    fact = TOWN_OCCUPIED | {"by": []}
    refuses(ControlReported, fact, "state 'held' needs `by`")
    assert ControlReported.model_validate(fact | {"state": "contested"}).by == ()


def test_a_fact_names_each_actor_and_place_once() -> None:
    fact = TownOccupied.model_validate(TOWN_OCCUPIED | {"against": ["mali", "rebels"]})
    assert (fact.actors, fact.places) == (("rebels", "mali"), ("diabaly",))
    assert fact.actual
