"""Drafts: whether an article is in the language that the rules read."""

from __future__ import annotations

import pytest

from tracker.drafting.english import is_english

FRENCH = "Lundi, les combattants ont pris la ville de Mill, et l'état-major a nié toute défaite."
GERMAN = "Am Montag haben die Kämpfer die Stadt Mill erobert, wie ein Sprecher der Armee mitteilte."


@pytest.mark.parametrize(
    "text",
    [
        FRENCH,
        GERMAN,
        "Rebellen nahmen die Stadt Mill ein, sagte die Regierung der Provinz am Montag.",
    ],
)
def test_another_language_is_told_from_english(text: str) -> None:
    assert not is_english(text)


@pytest.mark.parametrize("text", ["", "Rebels take Mill", "The Rebels took Mill on Monday " * 3])
def test_english_and_what_is_too_short_to_tell_is_read(text: str) -> None:
    assert is_english(text)
