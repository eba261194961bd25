"""Quotes: the text a locator points at, read from a folder of documents and verified."""

from __future__ import annotations

import gzip
import io
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from tracker.reading import read_upto

LONGEST = 512 << 20
"""Bytes of the longest document in which quotes are looked up: a table may be long."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The quoted text, or None and what stood in the way; `verified` once both hashes agree."""

    text: str | None
    verified: bool
    problem: str = ""


def look_up(locator: Mapping[str, Any], folder: Path) -> Quote:
    """Find a locator's text: document, then span, each checked against its sha256.

    Of a table, the line on which the row begins.

    Only a plain file of that name directly inside the folder is opened. Never raises for what a
    log says: the problem is told in the result.
    """
    document, span = locator.get("document"), locator.get("span")
    row = locator.get("row")
    if not document or not (span or row):
        return Quote(None, verified=False, problem="the fact names no document or no span")
    name = str(document["name"])
    raw = read_document(folder, name)
    if raw is None:
        return Quote(None, verified=False, problem=_lacking(folder, name))
    if sha256(raw).hexdigest() != document["sha256"]:
        return Quote(None, verified=False, problem=f"{name} is not the document that was read")
    if not span:
        return _line(name, raw, int(row or 0))
    whole = raw.decode("utf-8", errors="replace")
    problem = _wrong_span(whole, span, locator)
    return Quote(whole[span[0] : span[1]] or None, verified=not problem, problem=problem)


def _wrong_span(whole: str, span: Sequence[int], locator: Mapping[str, Any]) -> str:
    """Say what keeps a span's text from being verified; nothing where it is."""
    text, wanted = whole[span[0] : span[1]], locator.get("sha256")
    if span[1] > len(whole):
        return f"the span ends at {span[1]}, and the document has {len(whole)} characters"
    if wanted is None:
        return "the span has no sha256 to verify it by"
    if sha256(text.encode()).hexdigest() != wanted:
        return "the span's text has another sha256"
    if (quote := locator.get("quote")) is not None and _plain(quote) != _plain(text):
        return "the quote is not the span's text"
    return _another_sentence(whole, span, locator.get("sentence"))


def _lacking(folder: Path, name: str) -> str:
    """Say why a document was not read."""
    path = folder / name
    with suppress(OSError):
        if Path(name).name == name and path.is_file() and path.stat().st_size > LONGEST:
            return f"{name} is over {LONGEST >> 20} MiB: no quotes are looked up in it"
    return f"no file {name} in {folder}"


def _another_sentence(text: str, span: Sequence[int], number: int | None) -> str:
    """Say so where a span does not lie in the sentence that is named."""
    from tracker.drafting.sentences import sentences

    if number is None:
        return ""
    lies = [n for n, (a, b) in enumerate(sentences(text)) if a < span[1] and span[0] < b]
    if number in lies or not lies:
        return ""
    return f"the span lies in sentence {lies[0]}, not in sentence {number}"


def _plain(text: str) -> str:
    return " ".join(text.split())


def _line(name: str, raw: bytes, row: int) -> Quote:
    """Give the line of a table on which a row begins; of JSON on one line there is none to give."""
    packed = io.BytesIO(raw)
    try:
        with gzip.open(packed) if name.endswith(".gz") else packed as lines:
            found = next(islice(lines, row - 1, None), b"")
    except (OSError, EOFError):
        found = b""
    text = found.decode("utf-8", errors="replace").rstrip("\r\n")
    if not text or len(text) > _LONGEST_LINE or name.removesuffix(".gz").endswith(_NO_LINES):
        return Quote(None, verified=False, problem=f"{name} has no line {row} to show")
    return Quote(text, verified=True)


_LONGEST_LINE = 10_000
_NO_LINES = (".json", ".geojson")
"""Tables whose rows are items and not lines."""


def read_document(folder: Path, name: str) -> bytes | None:
    """Read a plain file of that name directly inside the folder; None if none, or too long."""
    path = folder / name
    try:
        if Path(name).name != name or path.is_symlink() or not path.is_file():
            return None
        data = read_upto(path, LONGEST)
    except OSError:  # a name too long for a file, or one that we may not read
        return None
    return data if len(data) <= LONGEST else None
