"""Sentences: the rules, one example each, and the laws that locators rest on."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.drafting.sentences import sentences

BREAKS = "\n\r\v\f\u2028\u2029"

tricky = st.text(st.sampled_from("aB1.?!,\"'”»)( \t\n\r\u2028\xa0éÉ…د؟。」「।"), max_size=60)
words = st.sampled_from(["Gen.", "U.S.", "No.", "5", "1.5", "ran.", "They", "he", '"Go!"', "\n"])
texts = st.one_of(st.text(max_size=80), tricky, st.lists(words).map(" ".join))


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\n", []),
        ("No end mark", ["No end mark"]),
        ("It rained. They left.", ["It rained.", "They left."]),
        ("It rained! Did they go? 40 did.", ["It rained!", "Did they go?", "40 did."]),
        ("  It rained.   They left.  ", ["It rained.", "They left."]),
        # a line break ends a sentence, blank lines and cut lines included
        ("A road\nto the north", ["A road", "to the north"]),
        ("One.\r\n\r\nTwo.\n\n\nThree", ["One.", "Two.", "Three"]),
        ("One\u2028two", ["One", "two"]),
        # closing quotes and brackets belong to the sentence they end
        ('"Halt!" He ran. "Why?" she said.', ['"Halt!"', "He ran.", '"Why?" she said.']),
        (
            "(He ran.) “Good.” \u2018So.\u2019 «Oui.» Yes",
            ["(He ran.)", "“Good.”", "\u2018So.\u2019", "«Oui.»", "Yes"],
        ),
        ('He said so. "We stay', ["He said so.", '"We stay']),
        # fused: where no mark stands, nothing is mended
        ('The town in the "We lost it," he said.', ['The town in the "We lost it," he said.']),
        # a small letter goes on
        ("It is approx. right. so far", ["It is approx. right. so far"]),
        # titles, initials, single capitals
        ("Gen. Ba and Mr. Sy met. They ate.", ["Gen. Ba and Mr. Sy met.", "They ate."]),
        ("The U.S. Army met J. R. Sow.", ["The U.S. Army met J. R. Sow."]),
        ("He left the U.S. They stayed.", ["He left the U.S. They stayed."]),
        ("Photo (L) of two. And (C).", ["Photo (L) of two.", "And (C)."]),
        # before a digit only
        ("See No. 5. No. They left.", ["See No. 5.", "No.", "They left."]),
        (
            "On Jan. 14 he came. In Jan. They left.",
            ["On Jan. 14 he came.", "In Jan.", "They left."],
        ),
        # numbers and names hold together
        ("It cost 1.5 million. 3,000 came.", ["It cost 1.5 million.", "3,000 came."]),
        ("See example.org now. Éric left.", ["See example.org now.", "Éric left."]),
        ("What?! No... Yes", ["What?!", "No...", "Yes"]),
        ("?Odd start of a line. Next.", ["?Odd start of a line.", "Next."]),
        # scripts without cases, and with stops of their own
        (
            "دخلوا المدينة. وغادر الجيش؟ لا أحد يعلم",
            ["دخلوا المدينة.", "وغادر الجيش؟", "لا أحد يعلم"],
        ),
        ("قال د. سالم ذلك. نفى م. ب. حسن", ["قال د. سالم ذلك.", "نفى م. ب. حسن"]),
        ("فوج داخل ہوئی\u06d4 لوگ گئے\u06d4", ["فوج داخل ہوئی\u06d4", "لوگ گئے\u06d4"]),
        ("הצבא נכנס. הם עזבו.", ["הצבא נכנס.", "הם עזבו."]),
        ("ჯარი შევიდა. ისინი წავიდნენ.", ["ჯარი შევიდა.", "ისინი წავიდნენ."]),
        (
            "军队进入该镇。「他们走了。」有人说!真的?是。",
            ["军队进入该镇。", "「他们走了。」", "有人说!真的?是。"],
        ),
        ("सेना आई। वे चले गए॥ फिर", ["सेना आई।", "वे चले गए॥", "फिर"]),
        ("တပ်ဝင်သည်။ ထွက်သွားသည်။", ["တပ်ဝင်သည်။", "ထွက်သွားသည်။"]),
        ("Армия вошла. Они ушли.", ["Армия вошла.", "Они ушли."]),
    ],
)
def test_rules(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@given(texts)
@example("a. B")
@example(".\n.")
def test_in_order_without_overlap_and_trimmed(text: str) -> None:
    last = 0
    for start, end in sentences(text):
        assert last <= start < end <= len(text)
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        last = end


@given(texts)
def test_every_character_that_is_not_white_space_is_in_one(text: str) -> None:
    inside = {at for start, end in sentences(text) for at in range(start, end)}
    assert all(at in inside or char.isspace() for at, char in enumerate(text))


@given(texts)
def test_no_sentence_holds_a_line_break(text: str) -> None:
    assert not any(char in sentence for sentence in split(text) for char in BREAKS)


@given(texts)
def test_a_sentence_by_itself_is_one_sentence(text: str) -> None:
    for sentence in split(text):
        assert split(sentence) == [sentence]


@given(texts, texts, st.sampled_from(BREAKS))
def test_lines_are_numbered_independently(one: str, other: str, line_break: str) -> None:
    assert split(one + line_break + other) == split(one) + split(other)


@pytest.mark.parametrize("unit", [".", '."', ". ", "A. ", "a" * 30 + ". B ", "U.S.A.", " "])
def test_takes_time_linear_in_the_text(unit: str) -> None:
    text = unit * (300_000 // len(unit))  # quadratic, this would take hours
    assert sum(end - start for start, end in sentences(text)) <= len(text)
