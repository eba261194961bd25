"""Drafts: a fact sheet proposed from the prose of an article."""

from __future__ import annotations

from hashlib import sha256

from pydantic import ValidationError

from tracker.drafting.english import is_english
from tracker.drafting.proposing import Reader
from tracker.drafting.writing import Draft
from tracker.errors import TrackerError
from tracker.facts.record import known_from
from tracker.instants import InstantError, parse_moment, quoted
from tracker.reading import ARTICLE
from tracker.registry import Registry
from tracker.sheets import MISSING
from tracker.times import When, to_datetime
from tracker.validation import did_you_mean

MOST_BYTES = ARTICLE
"""An article; what is longer is a book, or no article."""


def _lacking(published: str, error: Exception) -> str:
    """Say what a time lacks: its zone before all, for it may be of another day."""
    try:
        parse_moment(published)
    except InstantError as told:
        return str(told).removeprefix(f"{quoted(published)}: ").partition(", or ")[0]
    found = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
    return found.partition(f"{quoted(published)}: ")[2] or "2013-01-14 is one"


def draft(
    data: bytes, name: str, registry: Registry, *, published: str, source: str | None = None
) -> Draft:
    """Propose a sheet from the raw bytes of an article, plain text in UTF-8.

    `published` is a date or a time, in the situation's zone where it names none; relative times
    count from its day. Raises TrackerError for what is no such text or time, and for a source that
    is not registered.
    """
    if len(data) > MOST_BYTES:
        raise TrackerError(f"{name} is longer than {MOST_BYTES >> 20} MB: no article is")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TrackerError(
            f"{name}: byte {error.start + 1} is not UTF-8: save the text as UTF-8, for the places "
            "of its sentences are counted in that"
        ) from error
    if "\0" in text:
        raise TrackerError(f"{name}: holds a zero byte: plain text is needed")
    if source is not None and source not in registry.sources:
        hint = did_you_mean(source, registry.sources)
        raise TrackerError(f"unknown source '{source}'{hint}")
    try:
        moment = When.of(published, zone=registry.zone)
        day = to_datetime(known_from(moment), registry.zone).date()
    except (ValidationError, ValueError) as error:
        raise TrackerError(
            f"--published {quoted(published)} is no date or time: {_lacking(published, error)}"
        ) from error
    document = {"name": name, "sha256": sha256(data).hexdigest()}
    proposals, unread = [], []
    for sentence, proposed in Reader(registry, day).read(text):
        proposals += proposed
        if not proposed:
            unread.append(sentence)
    report = {"source": source or MISSING, "published": published, "document": document}
    return Draft(report, tuple(proposals), tuple(unread), is_english(text))
