"""Drafts: whose word a thing is, in a sentence that is only in part somebody's."""

from __future__ import annotations

import pytest
from test_draft_facts import edtf, told

from tracker.drafting.quoting import Quotes


def voices(text: str) -> list[tuple[object, ...]]:
    """Give of each fact its place, its voice and its speaker, by where it stands in the text."""
    return [one[1:] for one in told(text, "place", "voice", "speaker")]


@pytest.mark.parametrize(
    "text",
    [
        "While the Army says it holds Ford, the Rebels have taken Mill.",
        "Although the Army said that it held Ford, the Rebels have taken Mill.",
        "As the Army announced a truce, the Rebels took Mill.",
        "After the Army said it had left Ford, the Rebels took Mill.",
        "Despite claims by the Army that it holds Ford, the Rebels took Mill.",
        "Despite the Army's insistence that it holds Ford, the Rebels took Mill.",
        "Amid claims that the Army had left Ford, the Rebels took Mill.",
        "The Rebels took Mill amid claims that the Army had left Ford.",
        "The Rebels took Mill, contrary to a statement by the Army that it held the town.",
        "The Rebels, who say that they hold Ford, took Mill.",
        "The Rebels took Mill, whatever the Army says.",
        "The Rebels took Mill, no matter what the Army claims.",
    ],
)
def test_the_reporter_tells_what_stands_beside_somebodys_word(text: str) -> None:
    taken = [one[1:] for one in told(text, "place", "voice", "speaker") if one[0] == "TownOccupied"]
    assert taken == [("mill", "reporter", None)]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("While the Army says that the Clans hold Ford, the Rebels took Mill.", "army"),
        ("Despite claims by the Army that the Clans hold Ford, the Rebels took Mill.", "army"),
        ("Despite the Army's claim that the Clans hold Ford, the Rebels took Mill.", "army"),
        ("Despite claims that the Clans hold Ford, the Rebels took Mill.", "?"),
        ("Reports that the Clans hold Ford have reached Mill.", "?"),
        ("The Army, which says that the Clans hold Ford, left Mill.", "army"),
        ("While the Clans hold Ford, the Army says, the Rebels took Mill.", "army"),
    ],
)
def test_what_somebody_says_beside_it_is_their_word(text: str, speaker: str) -> None:
    assert ("ford", "attributed", speaker) in voices(text)


def test_each_half_may_have_its_own_speaker() -> None:
    text = "While the Army says that the Clans hold Ford, a mayor said the Rebels took Mill."
    assert voices(text) == [("mill", "attributed", "a mayor"), ("ford", "attributed", "army")]


def test_what_follows_a_list_may_still_be_what_was_said() -> None:
    text = (
        "While the Army says it holds Ford, took Mill, and feeds all, the Rebels left the Valley."
    )
    assert voices(text)[0] == ("mill", "attributed", "?")


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Yesterday officials said the Rebels had taken Mill.", "officials"),
        ("Earlier on Monday officials said the Rebels had taken Mill.", "officials"),
        ("Meanwhile villagers said the Rebels had taken Mill.", "villagers"),
        ("In Ford villagers said the Rebels had taken Mill.", "?"),
        ("Last week the Army said the Rebels had taken Mill.", "army"),
    ],
)
def test_when_or_where_it_was_said_is_no_part_of_who_said_it(text: str, speaker: str) -> None:
    assert voices(text) == [("mill", "attributed", speaker)]


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("Yesterday officials said the Rebels had taken Mill.", "[..2013-01-20]"),
        ("On Friday the Army said that the Rebels had taken Mill.", "[..2013-01-18]"),
        ("Officials on Friday said the Rebels had taken Mill.", "[..2013-01-18]"),
        ("On Friday, officials said, the Rebels took Mill.", "2013-01-18"),
        ("On Friday the Rebels took Mill, officials said.", "2013-01-18"),
    ],
)
def test_the_day_when_it_was_said_is_the_latest_that_it_was(text: str, when: str) -> None:
    assert edtf(text) == [when]


def test_a_quotation_of_two_sentences_is_nobody_elses_word_in_either() -> None:
    text = '"The Rebels hold Mill. The Clans left Ford," The Warden said. "The Army fled Ford."'
    assert voices(text) == [
        ("mill", "attributed", "?"),
        ("ford", "attributed", "warden"),
        ("ford", "attributed", "?"),
    ]


def test_who_spoke_before_the_quotation_began_speaks_until_it_ends() -> None:
    text = (
        "The Warden said: “The Rebels hold Mill. The Clans left Ford. The Army took Mill.” "
        "The Legion entered Ford."
    )
    assert voices(text) == [
        ("mill", "attributed", "warden"),
        ("ford", "attributed", "warden"),
        ("mill", "attributed", "warden"),
        ("ford", "reporter", None),
    ]


def test_a_mark_that_was_never_closed_ends_with_its_paragraph() -> None:
    text = 'The "Rebels left Ford. The Army took Mill.\nThe Clans hold Mill.'
    assert voices(text)[1:] == [("mill", "attributed", "?"), ("mill", "reporter", None)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('He said "yes" and "no".', ['"yes"', '"no"']),
        ("The rebels\u2019 chief: \u2018they\u2019re in\u2019.", ["\u2018they\u2019re in\u2019"]),
        ('A 5" gun, and "a word".', ['"a word"']),
        ("« Oui », he said; „nein“ too, “and so", ["« Oui »", "„nein“", "“and so"]),
    ],
)
def test_what_stands_within_marks(text: str, parts: list[str]) -> None:
    assert [text[one.start : one.stop] for one in Quotes().within(text, fresh=True)] == parts


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Army sources said the Rebels had taken Mill.", "Army sources"),
        ("Men fleeing the Legion said the Rebels had taken Mill.", "Men fleeing the Legion"),
        ("Critics of the Legion said the Rebels had taken Mill.", "Critics of the Legion"),
        ("A spokesman for the Legion said the Rebels had taken Mill.", "legion"),
        ("The Legion's general staff said the Rebels had taken Mill.", "legion"),
    ],
)
def test_who_only_has_to_do_with_an_actor_does_not_speak_for_it(text: str, speaker: str) -> None:
    assert set(voices(text)) == {("mill", "attributed", speaker)}


def test_what_others_reported_before_has_no_speaker_here() -> None:
    text = "The Rebels took Mill, not Ford as previously reported."
    assert voices(text) == [("mill", "reporter", None)]


def test_who_is_learnt_to_have_done_it_did_it_by_hearsay() -> None:
    text = "The Rebels are learnt to have taken Mill."
    assert told(text, "status", "voice") == [("TownOccupied", "occurred", "hearsay")]


def test_who_is_accused_of_a_thing_does_not_tell_of_it() -> None:
    text = "Two of the Rebels accused of attacking Mill were freed."
    assert told(text, "voice", "speaker") == [("AttackOccurred", "hearsay", None)]
