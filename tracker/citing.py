"""Citing answers, and asking a cited question again of the events that it was asked of.

Apart from the situation only for its length: `Situation` is the door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from projections.names import BELIEVED
from projections.saying import said
from projections.store import MEMORY, Row, Store
from tracker._version import __version__
from tracker.errors import LogError, NotFoundError, TrackerError
from tracker.instants import Instant, format_instant
from tracker.log import PAGE, Log
from tracker.outcomes import Answer, Reproduction
from tracker.questions import Questions

if TYPE_CHECKING:
    from tracker.citations import Citation
    from tracker.facts.codec import StoredRow
    from tracker.facts.envelope import Event
    from tracker.facts.record import TextErased
    from tracker.ledger import Frontier
    from tracker.lines import Line

IN_MEMORY = 20_000
"""Events; a model of more is made in a temporary file, and by two processes."""


class Citing(Questions):
    """What can be asked, and done with the answers later on, given also the log."""

    log: Log

    def cite(self, answer: Answer, *, by: str) -> Citation:
        """Make a citation of an answer of this situation (tracker.citations).

        Raises TrackerError for an answer that does not come from the log alone, or of a log
        without a ledger.
        """
        from tracker.citations import FORMAT, Citation, cited
        from tracker.validation import reason_of

        if answer.query.get("documents"):
            raise TrackerError("gaps in documents cannot be cited: they lie outside the log")
        if answer.position == 0:
            raise TrackerError("an empty log has nothing to cite")
        if answer.head is None:
            raise TrackerError("this log has no ledger yet: `tracker checkpoint` makes it")
        made = {
            "citation": FORMAT,
            "tracker": __version__,
            "cited_at": format_instant(self.clock()),
            "cited_by": by,
            "log": {"id": self.log.log_id, "position": answer.position, "head": answer.head},
            "query": {"verb": answer.verb, **answer.query},
            "answer": cited(answer),
        }
        try:
            return Citation.model_validate(made)
        except ValueError as error:  # pydantic's, of who cites: all else is our own
            raise TrackerError(f"cited by {by!r}: {reason_of(error)}") from error

    def reproduce(
        self, citation: Citation, progress: Callable[[int, int], None] = lambda _at, _of: None
    ) -> Reproduction:
        """Ask a cited question again: of the log's first events alone, then of all there are now.

        Those first events are read into a model of their own, which takes as long as a rebuild of
        so many; `progress` is told (position, the last position). Their ledger's head is worked
        out anew from their bytes. Raises nothing that a log or a citation can cause: what cannot
        be decided is a verdict.
        """
        position, last = citation.log.position, self.log.position
        if self.log.log_id != citation.log.id:
            return Reproduction("undecided", "cites another log")
        if position > last:
            why = f"cites event #{position:,}, and this copy ends at #{last:,}"
            return Reproduction("undecided", why)
        try:
            with self._then(position, progress) as (then, head):
                return self._compared(citation, head, _again(citation, then))
        except TrackerError as error:
            if not self._holds(citation):
                return Reproduction("not reproduced", f"{_ALTERED.format(position)}, and {error}")
            return Reproduction("undecided", f"the log cannot be read: {error}")

    @contextmanager
    def _then(
        self, position: int, progress: Callable[[int, int], None]
    ) -> Iterator[tuple[Questions, str]]:
        """Give what can be asked as if the log ended at a position, and the ledger's head there."""
        from tempfile import TemporaryDirectory

        from projections.follower import fill
        from tracker.ledger import Frontier

        tree = Frontier()
        with TemporaryDirectory(prefix="tracker-cite-") as folder:
            path = MEMORY if position <= IN_MEMORY else str(Path(folder) / "then.state.db")
            with Store(path) as store:
                raw, rows = self.log.raw_rows(0, position), self.log.rows(0, position)
                rows = _counted(raw, rows, tree)
                fill(store, rows, lambda at: progress(at, position))
                yield _Then(store, self.clock), tree.root.hex()

    def _holds(self, citation: Citation) -> bool:
        """Whether the log's first events are those that were cited, by the ledger's head alone."""
        from tracker.ledger import Frontier

        tree = Frontier()
        try:
            raw = self.log.raw_rows(0, citation.log.position)
            for _ in _counted(raw, iter(()), tree):
                pass
        except LogError:
            return False
        return tree.root.hex() == citation.log.head

    def _compared(self, citation: Citation, head: str, before: Answer | str) -> Reproduction:
        """Hold what was answered again, or why nothing was, to what was cited."""
        from tracker.lines import canonical_lines, digest

        cited, position = citation.answer, citation.log.position
        lines = [] if isinstance(before, str) else canonical_lines(before)
        same = digest(lines) == cited.sha256
        found = {line.name: line.digest for line in lines}
        named = found if cited.each is None else cited.each
        differing = tuple(name for name in {**named, **found} if named.get(name) != found.get(name))
        if head != citation.log.head:
            rows = "the rows are the same" if same else "the rows are others"
            return Reproduction("not reproduced", f"{_ALTERED.format(position)}; {rows}", differing)
        if isinstance(before, str):
            return Reproduction("not reproduced", f"asked again: {before}", differing)
        lost = None if same else self._lost(position)
        if lost:
            return Reproduction("undecided", f"the log is the same, but {lost}", differing)
        if not same and citation.tracker != __version__:
            why = f"made by tracker {citation.tracker}, whose rules may differ from those here"
            return Reproduction("undecided", f"{why} ({__version__})", differing)
        if not same:
            why = "the log is the same, but the rows are not those that were cited"
            if len(lines) != cited.count:
                why = f"the log is the same; rows answered now: {len(lines)}; cited: {cited.count}"
            return Reproduction("not reproduced", why, differing)
        if differing:
            why = "damaged: the rows are those of its digest, and it names others"
            return Reproduction("undecided", why, differing)
        since = self.log.position - position
        now = citation.query.ask(self) if since else before
        plural = "" if cited.count == 1 else "s"
        why = f"{cited.count:,} row{plural}, of the log's first {position:,} events"
        withheld = tuple(self._erased_beside(position, lines))
        return Reproduction("reproduced", why, (), withheld, since, tuple(_changes(before, now)))

    def _lost(self, position: int) -> str | None:
        """Say what can no longer be read that an answer of the first events may rest on."""
        erased = [
            f"#{event.position}"
            for event, body, _ in self._erasures(position)
            if "speaker" in body.fields
        ]
        if erased:
            return f"who spoke was erased since ({', '.join(erased)}), and rows rest on that"
        unread = self.log.unread
        return f"{unread:,} texts are sealed, and their keys are not at hand" if unread else None

    def _erased_beside(self, position: int, lines: Sequence[Line]) -> Iterator[Row]:
        """Yield the erasures since then of text that belongs to what an answer names."""
        for event, body, of in self._erasures(position):
            if any(body.event.encode() in line.data for line in lines):
                yield {
                    "position": event.position,
                    "of": of,
                    "fields": list(body.fields),
                    "authority": body.authority,
                }

    def _erasures(self, after: int) -> list[tuple[Event, TextErased, int]]:
        """Give the erasures recorded after a position, each with that of what it erased."""
        from tracker.facts.record import TextErased

        found = [
            (event, event.body)
            for event in self.log.erasures(after)
            if isinstance(event.body, TextErased)
        ]
        places = self.log.positions([body.event for _, body in found])
        return [
            (event, body, places[body.event])
            for event, body in found
            if places[body.event] <= after
        ]


_ALTERED = "the log's first {:,} events are not those that were cited: the ledger's head is another"


def _again(citation: Citation, then: Questions) -> Answer | str:
    """Ask what was cited; where that finds nothing to ask about, give what is said of it."""
    try:
        return citation.query.ask(then)
    except NotFoundError as error:
        return str(error)


def _counted(
    raw: Iterator[StoredRow], rows: Iterator[StoredRow], tree: Frontier
) -> Iterator[StoredRow]:
    """Pass rows on, and let the ledger's tree grow by what is stored of them."""
    from struct import error as NoEvent  # noqa: N812 - it is raised for what is no event

    from tracker.ledger import leaf_hashes

    while page := list(islice(raw, PAGE)):
        try:
            tree.extend(
                leaf_hashes(
                    (position, bytes.fromhex(stream), version, topic.encode(), state)
                    for position, stream, version, topic, state in page
                )
            )
        except (NoEvent, TypeError, ValueError, AttributeError) as error:
            raise LogError(f"an event after #{tree.size} is none: {error}") from error
        yield from islice(rows, len(page))


class _Then(Questions):
    """The questions of a read model of its own."""

    def __init__(self, store: Store, clock: Callable[[], Instant]) -> None:
        self._store = store
        self.clock = clock

    @property
    def store(self) -> Store:
        return self._store

    def still(self) -> AbstractContextManager[Store]:
        return nullcontext(self._store)

    def head(self, position: int) -> str | None:
        del position  # it is worked out from the events as they are read
        return None


def _changes(before: Answer, now: Answer) -> Iterator[Row]:
    """Yield the rows that another answer to the same question has otherwise, or has not."""
    from tracker.lines import canonical_lines

    old = {line.name: line for line in canonical_lines(before)}
    new = {line.name: line for line in canonical_lines(now)}
    for name in {**old, **new}:
        was, later = old.get(name), new.get(name)
        if was and later and was.data == later.data:
            continue
        then, value = was and was.value, later and later.value
        change = "gone" if later is None else "new" if was is None else "changed"
        if was and later and _says(then) == _says(value):
            change = "evidence"
        yield {"row": name, "change": change, "then": then, "now": value}


def _says(value: object) -> object:
    """Give what a row says, without what it rests on."""
    if isinstance(value, dict) and "support" in value and value.get("projection") in BELIEVED:
        return said(value)
    return value
