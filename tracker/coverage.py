"""Coverage: whether what was recorded still stands in the documents, and what of them was read."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from projections.gaps import left_out, mentioned, read_by, runs_of, sentence_gap
from projections.store import Row, Store
from tracker.instants import AsOf
from tracker.quotes import look_up, read_document


def document_gaps(store: Store, clocks: AsOf, folder: Path) -> Iterator[Row]:
    """Yield gaps as projections.gaps does: `quote` by fact, `sentence` by report.

    Only the documents of reports out by then are looked at. One that is not there, or is another,
    says so in place of each quote; of the sentences of its report, or of one that names none, only
    what its sheet tells is known.
    """
    from tracker.drafting.sentences import sentences

    for report in read_by(store, clocks):
        document = report["data"].get("document")
        if not document:
            yield from left_out(report)
            continue
        for fact, one in report["facts"].items():
            locator = {"document": document, **one["locator"]}
            if locator.get("span"):
                quote = look_up(locator, folder)
                if not quote.verified:
                    yield _of_quote(fact, one["gist"], quote.problem)
        raw = read_document(folder, str(document["name"]))
        if raw is None or sha256(raw).hexdigest() != document["sha256"]:
            yield from left_out(report)
            continue
        spans = sentences(raw.decode("utf-8", errors="replace"))
        missing = _unread(report, spans)
        if missing:
            yield sentence_gap(report, runs_of(missing))
        yield from _invented(report, str(document["name"]), len(spans))


def _of_quote(fact: str, gist: str, what: str | None) -> Row:
    named = {"projection": None, "key": fact, "name": gist}
    return {"gap": "quote", **named, "what": what, "evidence": [fact]}


def _invented(report: Row, name: str, count: int) -> Iterator[Row]:
    """Yield the gaps of sentences that are told of, and that the document of so many has not."""
    for fact, one in report["facts"].items():
        number = one["locator"].get("sentence")
        if number is not None and number >= count and not one["locator"].get("span"):
            what = f"{name} has no sentence {number}: it has {count}, counted from 0"
            yield _of_quote(fact, one["gist"], what)
    aside = {one["sentence"] for one in report["data"].get("not_coded") or ()}
    beyond = sorted(number for number in aside if number >= count)
    if beyond:
        said = f"set aside, but {name} has only {count}, from 0 on"
        yield sentence_gap(report, runs_of(beyond), said)


def _unread(report: Row, spans: list[tuple[int, int]]) -> list[int]:
    """Give the numbers of sentences that no fact points into, and that nothing sets aside."""
    read = mentioned(report)
    quoted = [
        one["locator"]["span"] for one in report["facts"].values() if "span" in one["locator"]
    ]
    return [
        number
        for number, (start, stop) in enumerate(spans)
        if number not in read and not any(a < stop and start < b for a, b in quoted)
    ]
