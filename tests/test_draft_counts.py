"""Drafts, sentence by sentence: how many, and what became of them."""

from __future__ import annotations

import pytest
from test_draft_facts import read, told

from tracker.drafting.counts import counts


def lost(text: str) -> list[tuple[object, object, object]]:
    """Give of each loss its fate, of whom, and its number, or the hedge where it has none."""
    found = []
    for one in read(text):
        said = one.get("quantity")
        if one["kind"] == "CasualtiesReported" and isinstance(said, dict):
            number = said.get("best") or said.get("low") or said["comparator"]
            found.append((one["fate"], one["category"], number))
    return found


# -- how many --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("several hundred people", "hundreds"),
        ("a few thousand people", "thousands"),
        ("several dozen people", "dozens"),
        ("hundreds of thousands of people", "?"),
        ("tens of thousands of people", "?"),
        ("millions of people", "?"),
        ("several million people", "?"),
        ("twenty-five soldiers", 25),
        ("one hundred and fifty soldiers", 150),
        ("a thousand soldiers", 1_000),
        ("half a million people", 500_000),
        ("three dozen soldiers", 36),
        ("three of the 12 soldiers", 3),
        ("3 lakh people", 300_000),
        ("1.2 crore people", 12_000_000),
        ("1,20,000 people", 120_000),
        ("several lakh people", "?"),
    ],
)
def test_a_number_in_words(text: str, expected: int | str) -> None:
    (found,) = counts(text)
    assert found.fields.get("best", found.fields["comparator"]) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a 12-year-old civilian",
        "half of the 500 soldiers",
        "most of the 500 soldiers",
        "one third of civilians",
        "nine out of ten people",
        "9 out of 10 people",
        "one in three people",
        "1.400 people",
        "three towns and people",
        "no one killed",
        "how many people",
        "in 2009 died",
        "seized about 90 per cent of it",
        "one thousand two hundred people",
    ],
)
def test_what_is_no_count_of_them_is_left_alone(text: str) -> None:
    assert counts(text) == []


def test_one_number_or_another_is_between_the_two() -> None:
    (found,) = counts("two or three soldiers")
    assert (found.fields["low"], found.fields["high"]) == (2, 3)


# -- what became of them ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Twelve killed and 30 wounded in Mill.", [("killed", "?", 12), ("wounded", "?", 30)]),
        ("Twelve civilians were killed and 30 wounded.",
         [("killed", "civilians", 12), ("wounded", "?", 30)]),
        ("At least 12 killed and some dozens wounded.",
         [("killed", "?", 12), ("wounded", "?", "dozens")]),
        ("17 injured, three dead.", [("killed", "?", 3), ("wounded", "?", 17)]),
        ("The attack left 12 soldiers dead and 30 wounded.",
         [("killed", "troops", 12), ("wounded", "?", 30)]),
        ("Shells wounded 30 civilians and killed 12.",
         [("killed", "?", 12), ("wounded", "civilians", 30)]),
        ("A bomb went off, killing 11 civilians and wounding 25.",
         [("killed", "civilians", 11), ("wounded", "?", 25)]),
        ("Some 30 people were wounded, 12 killed and four went missing.",
         [("killed", "?", 12), ("wounded", "people", 30), ("missing", "?", 4)]),
        ("Gunmen killed three soldiers and kidnapped two others.",
         [("killed", "troops", 3), ("captured", "?", 2)]),
        ("It killed 12 soldiers and 30 civilians were wounded.",
         [("killed", "troops", 12), ("wounded", "civilians", 30)]),
        ("The Army has 300 soldiers in Mill, of whom 50 have been killed.", [("killed", "?", 50)]),
        ("It left 12 people dead, including four children, and 20 wounded.",
         [("killed", "people", 12), ("wounded", "?", 20)]),
        ("It killed 12 soldiers and 30 civilians.",
         [("killed", "troops", 12), ("killed", "civilians", 30)]),
    ],
)  # fmt: skip
def test_each_count_has_its_own_fate(text: str, expected: list[tuple[object, ...]]) -> None:
    assert lost(text) == expected


def test_one_number_of_two_fates_is_left_open() -> None:
    assert lost("Forty people were killed or wounded.") == [
        ("killed", "people", "?"),
        ("wounded", "people", "?"),
    ]
    assert lost("The Rebels killed or captured 40 soldiers.") == [
        ("killed", "troops", "?"),
        ("captured", "troops", "?"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "At least 100 people, including 20 children and nine nurses, were killed in Mill.",
        "At least 100 people, among them 20 children, were killed in Mill.",
        "It killed at least 100 people, two of them children.",
    ],
)
def test_some_who_are_among_the_others_are_not_the_number(text: str) -> None:
    assert lost(text) == [("killed", "people", 100)]


@pytest.mark.parametrize(
    "text",
    [
        "About 500 gunmen attacked Mill, killing civilians.",
        "Forty gunmen killed soldiers in Mill.",
        "The men were killed by 40 gunmen.",
        "Half of the 500 soldiers were killed.",
        "Up to 200 of the Army's 500 fighters were killed.",
        "Before the Clans captured Mill, 70,000 people lived there.",
        "No soldiers were killed in Mill.",
        "About 200 people die every week in Mill.",
    ],
)
def test_who_kills_is_not_counted_among_the_dead(text: str) -> None:
    assert lost(text) == []


def test_the_dead_are_no_troops_that_were_sent() -> None:
    text = "After 12 soldiers were killed, the Legion sent troops to Mill."
    deployed = [one for one in read(text) if one["kind"] == "TroopsDeployed"]
    assert [one.get("quantity") for one in deployed] == [None]


# -- a number of something else, and a part of a number --------------------------------------------


def counted(text: str) -> list[tuple[object, object]]:
    """Give of each fact its kind and its quantity, without the phrase."""
    found: list[tuple[object, object]] = []
    for kind, said in told(text, "quantity"):
        assert said is None or isinstance(said, dict)
        numbers = said and {name: one for name, one in said.items() if name != "phrase"}
        found.append((kind, numbers))
    return found


@pytest.mark.parametrize(
    "text",
    [
        "In 1944 Legion troops entered Mill.",
        "In March 2012 Legion troops entered Mill.",
        "Ten years ago the Rebels captured Mill.",
        "Ten years ago rebels captured Mill.",
        "Three days ago troops captured Mill.",
        "Two weeks later troops captured Mill.",
        "Within 48 hours Legion soldiers entered Mill.",
        "After 12 days fighters captured Mill.",
        "In three villages residents fled to Mill.",
        "Ten rebels captured Mill.",
        "Forty soldiers captured Mill and Ford.",
    ],
)
def test_the_number_of_something_else_counts_nobody(text: str) -> None:
    assert {one[1] for one in counted(text)} == {None}


@pytest.mark.parametrize("text", ["At 2000 Legion troops", "From 2019 Legion troops"])
def test_four_digits_that_may_be_an_hour_or_a_year_are_left_open(text: str) -> None:
    facts = dict(counted(f"{text} entered Mill."))
    assert facts["TroopsDeployed"] == {"comparator": "?"}


def test_a_number_by_whom_a_thing_is_done_is_one() -> None:
    (found,) = counts("surrounded by 2000 rebels")
    assert found.fields["best"] == 2000


@pytest.mark.parametrize(
    ("text", "kind", "quantity"),
    [
        ("Of the 500 Legion troops pledged, 120 have arrived in Mill.",
         "TroopsPledged", {"best": 500, "comparator": "exact"}),
        ("Of the 500 Legion troops pledged, 120 have arrived in Mill.",
         "TroopsDeployed", {"comparator": "?"}),
        ("Only 20 of the 200 Legion troops promised have arrived in Mill.",
         "TroopsDeployed", {"best": 20, "comparator": "exact"}),
        ("Only 20 of the 200 Legion troops promised have arrived in Mill.",
         "TroopsPledged", {"comparator": "?"}),
        ("Half of the 600 Legion troops arrived in Mill.",
         "TroopsDeployed", {"best": 300, "comparator": "about"}),
        ("Two thirds of its 900 troops were sent to Mill by the Legion.",
         "TroopsDeployed", {"best": 600, "comparator": "about"}),
        ("More than half of the 600 Legion troops arrived in Mill.",
         "TroopsDeployed", {"comparator": "?"}),
    ],
)  # fmt: skip
def test_a_part_of_a_number_is_never_the_whole(
    text: str, kind: str, quantity: dict[str, object]
) -> None:
    assert (kind, quantity) in counted(text)


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("Half of the 600 Legion troops in Mill left.", {"best": 300, "comparator": "about"}),
        ("The Legion withdrew a third of its 900 troops from Mill.",
         {"best": 300, "comparator": "about"}),
        ("The Legion withdrew most of its 900 troops from Mill.", {"comparator": "?"}),
        ("Dozens of Rebels left Mill.", {"comparator": "dozens"}),
        ("Some 300 Rebels left Mill.", {"best": 300, "comparator": "about"}),
        ("A group of Rebels left Mill.", {"comparator": "?"}),
        ("Almost all the Rebels left Mill.", {"comparator": "?"}),
    ],
)  # fmt: skip
def test_where_some_leave_the_others_may_still_hold_the_place(
    text: str, quantity: dict[str, object]
) -> None:
    assert counted(text) == [("TroopsWithdrawn", quantity)]


def test_where_no_number_is_told_those_who_left_are_gone() -> None:
    assert counted("After 40 soldiers entered Ford, the Rebels left Mill.")[-1] == (
        "ForcesWithdrew",
        None,
    )


@pytest.mark.parametrize("word", ["excluding", "not counting", "apart from"])
def test_those_left_out_of_a_number_did_not_meet_its_fate(word: str) -> None:
    assert lost(f"Seven people, {word} three soldiers, were killed.") == [("killed", "people", 7)]


def test_who_is_only_suspected_was_killed_all_the_same() -> None:
    assert told("Six suspected rebels were killed.", "status") == [
        ("CasualtiesReported", "occurred")
    ]


def test_some_of_a_promised_number_are_not_what_was_promised() -> None:
    text = "The Legion sent 200 of the 500 troops it had promised to Mill."
    assert dict(counted(text)) == {
        "TroopsPledged": {"comparator": "?"},
        "TroopsDeployed": {"best": 200, "comparator": "exact"},
    }


def test_all_but_some_are_not_those_few() -> None:
    assert lost("All but two of the 40 soldiers were killed.") == [("killed", "troops", "?")]
    assert lost("All except two of the 40 soldiers were killed.") == []


def test_one_every_two_days_is_no_one_number() -> None:
    assert lost("One soldier was killed every two days in Mill.") == []
    assert told("The Rebels took Mill a day earlier.", "status") == [("TownOccupied", "occurred")]


@pytest.mark.parametrize(
    ("hedge", "comparator"),
    [
        ("No more than", "at most"),
        ("Not more than", "at most"),
        ("Not fewer than", "at least"),
        ("Not less than", "at least"),
    ],
)
def test_not_more_is_not_more(hedge: str, comparator: str) -> None:
    (found,) = counts(f"{hedge} 100 soldiers died.")
    assert found.fields["comparator"] == comparator
