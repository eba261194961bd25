"""Citing answers, and asking a cited question again of the events that it was asked of.

Apart from the situation only for its length: `Situation` is the door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from projections.names import BELIEVED
from projections.rows import said
from projections.store import MEMORY, Row, Store
from tracker._version import __version__
from tracker.errors import LogError, NotFoundError, TrackerError
from tracker.instants import Instant, format_instant
from tracker.log import Log
from tracker.outcomes import Answer, Reproduction
from tracker.questions import Questions

if TYPE_CHECKING:
    from tracker.citations import Citation

IN_MEMORY = 20_000
"""Events; a model of more is made in a temporary file, and by two processes."""


class Citing(Questions):
    """What can be asked, and done with the answers later on, given also the log."""

    log: Log

    def cite(self, answer: Answer, *, by: str) -> Citation:
        """Make a citation of an answer of this situation (tracker.citations).

        Raises TrackerError for an answer that does not come from the log alone.
        """
        from tracker.citations import FORMAT, Citation, cited

        if answer.query.get("documents"):
            raise TrackerError("gaps in documents cannot be cited: they lie outside the log")
        if answer.position == 0:
            raise TrackerError("an empty log has nothing to cite")
        made = {
            "citation": FORMAT,
            "tracker": __version__,
            "cited_at": format_instant(self.clock()),
            "cited_by": by,
            "log": {
                "id": identity(self.log),
                "position": answer.position,
                "head": head_at(self.log, answer.position),
            },
            "query": {"verb": answer.verb, **answer.query},
            "answer": cited(answer),
        }
        return Citation.model_validate(made)

    def reproduce(
        self, citation: Citation, progress: Callable[[int, int], None] = lambda _at, _of: None
    ) -> Reproduction:
        """Ask a cited question again: of the log's first events alone, then of all there are now.

        Those first events are read into a model of their own, which takes as long as a rebuild of
        so many; `progress` is told (position, the last position). Raises nothing that a log or a
        citation can cause: what cannot be decided is a verdict.
        """
        cannot = self._cannot_decide(citation)
        if cannot:
            return Reproduction("undecided", cannot)
        head = citation.log.head
        if head is not None and head != head_at(self.log, citation.log.position):
            why = f"the log's first {citation.log.position:,} events are not those that were cited"
            return Reproduction("not reproduced", f"{why}: their ledger has another head")
        try:
            with self._then(citation.log.position, progress) as then:
                before = citation.query.ask(then)
        except NotFoundError as error:
            return Reproduction("not reproduced", f"asked again: {error}")
        except LogError as error:
            return Reproduction("undecided", f"the log cannot be read: {error}")
        return self._compared(citation, before)

    def _cannot_decide(self, citation: Citation) -> str | None:
        """Say why nothing can be said of a citation by this log."""
        last = self.log.position
        if last == 0 or identity(self.log) != citation.log.id:
            return "cites another log"
        if citation.log.position > last:
            return f"cites event #{citation.log.position:,}, and this copy ends at #{last:,}"
        return None

    @contextmanager
    def _then(self, position: int, progress: Callable[[int, int], None]) -> Iterator[Questions]:
        """Give what can be asked as if the log ended at a position."""
        from tempfile import TemporaryDirectory

        from projections.follower import fill

        with TemporaryDirectory(prefix="tracker-cite-") as folder:
            path = MEMORY if position <= IN_MEMORY else str(Path(folder) / "then.state.db")
            with Store(path) as store:
                fill(store, self.log.rows(0, position), lambda at: progress(at, position))
                yield _Then(store, self.clock)

    def _compared(self, citation: Citation, before: Answer) -> Reproduction:
        from tracker.citations import canonical_lines, digest

        lines = canonical_lines(before)
        cited = citation.answer
        if digest(lines) != cited.sha256:
            found = {line.name: line.digest for line in lines}
            named = cited.each or {}
            other = [name for name in {**named, **found} if named.get(name) != found.get(name)]
            differing = tuple(other) if cited.each is not None else ()
            if citation.tracker != __version__:
                why = f"made by tracker {citation.tracker}, whose rules may differ from those here"
                return Reproduction("undecided", f"{why} ({__version__})", differing)
            why = f"rows answered now: {len(lines)}; cited: {cited.count}"
            if len(lines) == cited.count:
                why = "the rows are not those that were cited"
            return Reproduction("not reproduced", why, differing)
        since = self.log.position - citation.log.position
        now = citation.query.ask(self) if since else before
        plural = "" if cited.count == 1 else "s"
        why = f"{cited.count:,} row{plural}, of the log's first {citation.log.position:,} events"
        return Reproduction("reproduced", why, (), since, tuple(_changes(before, now)))


class _Then(Questions):
    """The questions of a read model of its own."""

    def __init__(self, store: Store, clock: Callable[[], Instant]) -> None:
        self._store = store
        self.clock = clock

    @property
    def store(self) -> Store:
        return self._store

    def held(self) -> AbstractContextManager[None]:
        return nullcontext()


def identity(log: Log) -> str:
    """Tell a log from any other: what its first event is, and when it was recorded."""
    return sha256((log.mark(1) or "").encode()).hexdigest()[:32]


def head_at(log: Log, position: int) -> str | None:
    """Give the ledger's head over the log's first `position` events; None: there is no ledger."""
    del log, position
    return None


def _changes(before: Answer, now: Answer) -> Iterator[Row]:
    """Yield the rows that another answer to the same question has otherwise, or has not."""
    from tracker.citations import canonical_lines

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
