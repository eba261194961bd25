"""English: whether an article is in the language that the rules read."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_COMMON = re.compile(
    "the|of|and|to|in|on|is|was|that|for|by|with|it|at|from|were|has|have|had|be|are|not|but|this|"
    "they|he|his|she|her|their|its|which|who|after|will|been|said|says|an|there|when|before|more|"
    "than|other|into|over|about|against|between|would|could|may|also|no|if|we|our|you"
)
"""Words that no English prose does without."""
_ENOUGH = 12
"""Words of a text that is long enough to tell."""
_LEAST = 0.12
"""The share of those words: of English prose a third and more, of German or French a twentieth."""
_ASCII = 128


def is_english(text: str) -> bool:
    """Whether a text may be English: too short to tell, or with enough of its commonest words."""
    words = [word.casefold() for word in _WORD.findall(text)]
    foreign = sum(ord(word[0]) >= _ASCII for word in words)
    if len(words) < _ENOUGH:
        return foreign * 2 <= len(words)
    return sum(_COMMON.fullmatch(word) is not None for word in words) >= _LEAST * len(words)
