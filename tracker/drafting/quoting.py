"""Quoting: what stands within quotation marks, which may run over several sentences."""

from __future__ import annotations

import re
from typing import NamedTuple

_CLOSERS = {'"': '"', "“": "”", "„": "”", "«": "»", "‘": "’"}
_MARK = re.compile(r"[\"“”„«»]|(?<!\w)‘|’(?!\w)")


class Quoted(NamedTuple):
    """A part of a sentence that stands within quotation marks.

    begun: it began in a sentence before.  ended: it ends in this one.
    """

    start: int
    stop: int
    begun: bool
    ended: bool


class Quotes:
    """The quotation that is open, sentence after sentence; none is at the start of a paragraph."""

    def __init__(self) -> None:
        """Nothing is open yet."""
        self._closer = ""

    def within(self, text: str, *, fresh: bool) -> list[Quoted]:
        """Give what stands within marks in the next sentence; `fresh` where it begins a paragraph.

        A quotation that goes on in the next paragraph opens there anew.
        """
        if fresh:
            self._closer = ""
        found, start, begun = [], 0, bool(self._closer)
        for mark in _MARK.finditer(text):
            if self._closer:
                if mark[0] == self._closer or (self._closer == "”" and mark[0] == "“"):
                    found.append(Quoted(start, mark.end(), begun, ended=True))
                    self._closer = ""
            elif mark[0] in _CLOSERS and not text[: mark.start()][-1:].isalnum():  # 5" is a length
                start, begun, self._closer = mark.start(), False, _CLOSERS[mark[0]]
        if self._closer:
            found.append(Quoted(start, len(text), begun, ended=False))
        return found
