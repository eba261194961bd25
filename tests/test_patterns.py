"""Patterns and encodings of mappings: what would never end, or is none, is refused in words."""

from __future__ import annotations

import pytest

from tracker.datasets.patterns import pattern
from tracker.datasets.text import text_encoding


@pytest.mark.parametrize(
    "text",
    [
        r"^\d+(,\d{3})*$",
        "([A-Z][a-z]+ )+x",
        r"(\w+\.)+\w+",
        r"([^,]+,)*x",
        ".*foo.*bar.*",
        "(?:a|b)*",
        r"(a?){2}",
    ],
)
def test_a_pattern_whose_choices_the_next_letter_tells_is_used(text: str) -> None:
    assert pattern(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "(a+)+$",
        "(.*)*",
        r"(\w+\s?)*$",
        "(?:a|ab)*(?:[^b]|B)*c(?:d|de)*",
        r"(?:[^a]|A)*b",
        r"(?i)(?:a+|B)*(?:b|[^a]c)*(A+)*",
        "((a?){4}){4}b",
        "(a{1,9}){1,99}x",
    ],
)
def test_one_that_may_take_for_ever_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="could take for ever"):
        pattern(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [("(", "no pattern of Python's re"), ("a{99999}{99999}", "no pattern"), ("a" * 1001, "over")],
)
def test_what_is_no_pattern_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        pattern(text)


@pytest.mark.parametrize("name", ["idna", "punycode", "undefined", "unicode_escape", "hex", "x\0"])
def test_what_no_file_is_written_in_is_no_encoding(name: str) -> None:
    with pytest.raises(ValueError, match="no text encoding is named"):
        text_encoding(name)
