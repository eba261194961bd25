"""Text from outside made harmless, for wherever it goes: a terminal, JSON, a spreadsheet, Markdown.

A report's words are kept as they were written. What a terminal, a spreadsheet or a browser would
act on is disarmed on the way out, so that a reader still sees what stood there.
"""

from __future__ import annotations

import json
import re

# Everything that can move a cursor, change a colour, or reorder what is read: C0, DEL, C1, and the
# characters that control direction or line breaks.
_LIVE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)
_LIVE_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
# The same in bytes of UTF-8, and the bytes that it begins with: what holds none of them, as nearly
# all that is served, need not be searched.
_LIVE_IN_UTF8 = re.compile(
    rb"\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8b\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]|\xef\xbb\xbf"
)
_BEGINNINGS = (b"\x7f", b"\xc2", b"\xd8", b"\xe2", b"\xef")
# How a cell begins that a spreadsheet runs as a formula, and the numbers that begin so as well.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
# What CommonMark, and the extensions in use (tables, strikethrough, mathematics, mentions, bare
# links), give a meaning to within a line. A dot or a colon means something only inside a word.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>#|~&!$^=]|(?<=\S)[.:](?=\S)")
_AT = re.compile("@")


BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that reorder what a reader sees."""
REORDERS = "holds bidirectional control characters: it may read otherwise than it is stored"
"""What is told of a text of which has_bidi_controls is true."""


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - a byte


def safe(text: str) -> str:
    """Make a text from outside fit for one line of a terminal: what is live shows as an escape."""
    return _LIVE.sub(_escape, text.replace("\n", " ").replace("\t", " "))


def has_bidi_controls(text: str) -> bool:
    """Whether a text holds characters that reorder what a reader sees."""
    return not BIDI.isdisjoint(text)


def dump(value: object, indent: int | None = 2) -> str:
    """Write JSON that is readable and holds no live character."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _LIVE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def escaped(written: bytes) -> bytes:
    """Escape what is live in JSON that was written as UTF-8, as `dump` does."""
    if not any(beginning in written for beginning in _BEGINNINGS):
        return written
    return _LIVE_IN_UTF8.sub(lambda found: b"\\u%04x" % ord(found[0].decode()), written)


def neutral(text: str) -> str:
    """Keep a text that a spreadsheet would run as a formula from being run, by an apostrophe.

    One with apostrophes before such a beginning gets another, so that taking one off (Reading's
    `neutralised`) gives back what was.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def markdown(text: str) -> str:
    """Make a text mean itself inside a line of Markdown: no link, no HTML, no emphasis, no code.

    Every mark gets a backslash, which CommonMark (section 2.4) takes off again. An at sign stands
    in a code span: mail addresses are looked for after the backslashes are gone.
    """
    marked = _MARKUP.sub(lambda found: f"\\{found[0]}", " ".join(safe(text).split()))
    return _AT.sub("`@`", marked)


def code(text: str) -> str:
    """Show a text as code in a line of Markdown; as `markdown` where a code span cannot hold it."""
    shown = " ".join(safe(text).split())
    return markdown(text) if "`" in shown or not shown else f"`{shown}`"
