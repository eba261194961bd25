"""Importing: tables of other people, through a mapping, into a situation's log.

Apart from the situation only for its length: `Situation` is the door.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from projections.store import MEMORY, Store
from tracker.deciding import Deciding
from tracker.errors import InputError, Problem, TrackerError
from tracker.garbage import uncollected
from tracker.instants import InstantError, check_zone
from tracker.lookalikes import odd_names
from tracker.outcomes import Imported, ImportedFile, Progress
from tracker.reading import SHEET, read_upto
from tracker.threads import handed_over_soon

if TYPE_CHECKING:
    from tracker.datasets.appending import Appender
    from tracker.datasets.aside import Aside
    from tracker.datasets.mapping import Mapping
    from tracker.datasets.plan import Plan, Shape
    from tracker.datasets.staging import Staging
    from tracker.registry import Registry, RegistryEvent
    from tracker.reports import Decision

REGISTERED_AT_ONCE = 10_000
SOME = 5


def _silent(_what: str, _more: int, _total: int) -> None:
    """Tell nobody of progress."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an import was asked for."""

    by: str
    batch: str
    dry_run: bool
    progress: Progress


class Importing(Deciding):
    """What a situation does with tables, given its log, its read model and a clock."""

    def import_table(  # noqa: PLR0913 - by keyword: an option each
        self,
        mapping: tuple[bytes, str] | str | Path,
        files: Sequence[Path],
        *,
        by: str,
        batch: str | None = None,
        dataset: str | None = None,
        published: str | None = None,
        tz: str | None = None,
        dry_run: bool = False,
        restate: bool = False,
        quarantine: Path | None = None,
        progress: Progress = _silent,
    ) -> Imported:
        """Import tables through a mapping: its path, its bytes and name, or that of a shipped one.

        Nothing is recorded while there is a problem that the mapping does not send to quarantine.
        `batch` names what is recorded (None: the dataset and a digest of the files); `dataset`
        takes the place of the mapping's, so that what was taken back is told anew; `published` is
        when the tables were, where their rows do not say it; with `restate` versions of a list
        take the place of what the log holds, as if it had never been told. `quarantine` is where
        quarantined rows go (None: beside their table), with a number where several tables have
        any, or where that file holds something else. A run that was killed goes on where it
        stopped; a table imported again adds nothing. Raises InputError, LogError, NotFoundError,
        TrackerError where `quarantine` names what is no such file, `files` are none or `tz` is no
        zone.
        """
        from tracker import arguments
        from tracker.datasets.aside import Aside
        from tracker.datasets.mapping import read_mapping
        from tracker.datasets.plan import Plan
        from tracker.datasets.registering import not_registered
        from tracker.datasets.shapes import published_as_said
        from tracker.datasets.shipped import shipped, to_be_copied
        from tracker.datasets.staging import Staging

        if not dry_run:
            self.log.check_writable()  # before a long table is read for nothing
        _check_names(files)
        _check_asked(files, tz)
        aside = Aside(files, quarantine, Path(self.log.path) if self.log.local else None)
        named_so = mapping if isinstance(mapping, str) else None
        if isinstance(mapping, Path):
            try:
                mapping = read_upto(mapping, SHEET), str(mapping)
            except OSError as error:
                raise TrackerError(f"{mapping}: {error.strerror}") from error
        accepted = read_mapping(*(shipped(mapping) if isinstance(mapping, str) else mapping))
        if dataset is not None:
            head = accepted.head.model_copy(update={"dataset": arguments.dataset(dataset)})
            accepted = replace(accepted, head=head)
        known = self.registry()
        block = not_registered(accepted.registers, known, accepted.tree)
        registry = known.after(block)
        if accepted.head.source not in registry.sources:
            message = f"unknown source '{accepted.head.source}': register it, here or before"
            raise InputError([accepted.problem(("source",), message)])
        when = published_as_said(published, accepted, registry.zone, tz)
        total = sum(path.stat().st_size for path in files if path.exists())
        with uncollected(), handed_over_soon(), ExitStack() as opened:
            staging = opened.enter_context(Staging())
            shape = self._shape(accepted, staging, when, opened, restate=restate)
            plan = Plan(
                accepted, registry, staging, shape, tz, lambda more: progress("read", more, total)
            )
            with to_be_copied(named_so):
                plan.read(files)
            digest = sha256("".join(one.sha256 for one in plan.files).encode()).hexdigest()
            if len(plan.files) == 1:
                digest = plan.files[0].sha256
            named = batch or accepted.head.batch
            name = arguments.batch(named) if named else f"{accepted.head.dataset}-{digest[:8]}"
            asked = _Asked(by, name, dry_run, progress)
            return self._recorded(plan, block, asked, aside)

    def _before(self, mapping: Mapping, opened: ExitStack) -> Store:
        """Give a read model of what the log holds of a dataset: an empty one if it never told any.

        Followed once: what this import itself appends meanwhile was not told before it.
        """
        from tracker.facts import ReportRegistered

        if not self.model.far_behind():
            return self.store
        told = (mapping.head.source, mapping.head.dataset)
        for event in self.log.of_topics([ReportRegistered.TOPIC]):
            body = event.body
            if isinstance(body, ReportRegistered) and (body.source, body.dataset) == told:
                return self.store
        return opened.enter_context(Store(MEMORY))

    def _shape(
        self,
        mapping: Mapping,
        staging: Staging,
        published: object,
        opened: ExitStack,
        *,
        restate: bool,
    ) -> Shape:
        from tracker.datasets.blocks import Time
        from tracker.datasets.edges import Edges
        from tracker.datasets.events import Events
        from tracker.datasets.history import batches_in, versions_in
        from tracker.datasets.intervals import Intervals
        from tracker.datasets.listed import History
        from tracker.datasets.snapshots import Snapshots

        when = published if isinstance(published, Time) else None
        before = cache(lambda: self._before(mapping, opened))
        head = mapping.head
        if head.shape == "snapshots":
            return Snapshots(
                mapping,
                staging,
                lambda: History.of(before(), self.log, head.source, head.dataset),
                when,
                restate,
            )
        if restate:
            where = mapping.problem(("shape",), "only versions of a list (snapshots) are restated")
            raise InputError([where])
        if head.shape == "intervals":
            return Intervals(mapping, staging, Edges(before, head.source, head.dataset))
        counting = Counter(spec.kind for spec in mapping.facts if "quantity" in spec.fields)
        alike = max(counting.values(), default=1)
        return Events(
            mapping,
            staging,
            lambda records: versions_in(before(), head.source, head.dataset, records, alike),
            lambda report: batches_in(before(), report),
            when,
        )

    def _recorded(
        self, plan: Plan, block: Sequence[RegistryEvent], asked: _Asked, aside: Aside
    ) -> Imported:
        """Pass 2: the quarantine, the registrations, then the facts."""
        from tracker.datasets.appending import Appender
        from tracker.datasets.gathered import Origin
        from tracker.datasets.history import taken_back

        places, actors = plan.registrations()
        head = plan.mapping.head
        origin = Origin(
            head.source,
            head.dataset,
            head.title,
            head.standing or head.shape != "events",
            tuple((one.path.name, one.sha256) for one in plan.files),
            asked.batch,
            asked.by,
            head.seal,
        )
        total = plan.staging.count
        appender = Appender(
            self.log,
            origin,
            self.clock,
            asked.dry_run,
            lambda more: asked.progress("append", more, total),
            cache(lambda: taken_back(self.log)),
        )
        if plan.places is not None:
            plan.shape.check(appender, plan.places)
        aside.plan([(one.path, one.judge) for one in plan.files])
        written = () if asked.dry_run else aside.write()
        events = self._register(plan, block, asked)
        if plan.places is not None:
            plan.shape.tell(appender, plan.places)
        appender.flush()
        known = plan.registry
        return Imported(
            files=_files(plan, appender),
            places=tuple(place.id for place in places if place.id not in known.places),
            actors=tuple(actor.id for actor in actors),
            ambiguous=plan.places.ambiguous if plan.places else (),
            quarantine_files=written,
            reports=appender.reports,
            events=events + appender.events,
            position=self.log.position,
            batch=asked.batch,
            dry_run=asked.dry_run,
            corrections=sum(new["FactCorrected"] for new in appender.new.values()),
            unchanged=getattr(plan.shape, "unchanged", 0),
            dropped=getattr(plan.shape, "dropped", 0),
            warnings=(
                *plan.mapping.warnings,
                *(w for one in plan.files for w in one.warnings),
                *_replaced(plan),
                *_taken_for_others(plan),
                *(() if asked.dry_run else aside.passed_over()),
            ),
        )

    def _register(self, plan: Plan, block: Sequence[RegistryEvent], asked: _Asked) -> int:
        """Register what the mapping and the table name, before the facts that speak of it."""
        from tracker import reports
        from tracker.registry import ActorRegistered, PlaceRegistered

        places, actors = plan.registrations()
        wanted: list[RegistryEvent] = [*block]
        wanted += [ActorRegistered(actor=actor) for actor in actors]
        wanted += [PlaceRegistered(place=place) for place in places]
        if asked.dry_run:
            return len(wanted)
        registered = _Registered(self)
        for start in range(0, len(wanted), REGISTERED_AT_ONCE):
            page = wanted[start : start + REGISTERED_AT_ONCE]

            def decide(page: Sequence[RegistryEvent] = page) -> Decision:
                past, known = registered.now()
                return reports.register(past, known, page, at=self.clock(), by=asked.by)

            registered.add(page, self._append(decide).events)
        return registered.added


class _Registered:
    """What is registered, read again only where another writer has registered meanwhile."""

    def __init__(self, situation: Importing) -> None:
        self._situation = situation
        self._version = -1
        self._known: Registry | None = None
        self.added = 0

    def now(self) -> tuple[int, Registry]:
        """Give the version of the situation's stream, and the registry."""
        from tracker.reports import SITUATION_STREAM

        version = self._situation.log.versions([SITUATION_STREAM]).get(SITUATION_STREAM, 0)
        if self._known is None or version != self._version:
            self._version, self._known = version, self._situation.registry()
        return version, self._known

    def add(self, page: Sequence[RegistryEvent], events: Sequence[object]) -> None:
        """Note what was registered."""
        self.added += len(events)
        if self._known is not None:
            self._known = self._known.after(page)
            self._version += len(events)


def _check_names(files: Sequence[Path]) -> None:
    """Refuse files whose names are no text: reports and messages name what they were read from."""
    named = [(path, str(path).encode("utf-8", "backslashreplace").decode()) for path in files]
    message = "this name cannot be written down, for it is not UTF-8: rename it"
    problems = [Problem(name, 0, 0, "", message) for path, name in named if name != str(path)]
    if problems:
        raise InputError(problems)


def _check_asked(files: Sequence[Path], tz: str | None) -> None:
    """Refuse to import no tables, and a zone that is none, whether or not a cell needs it."""
    if not files:
        raise TrackerError("no tables: name one at least")
    if tz is not None:
        try:
            check_zone(tz)
        except InstantError as error:
            raise TrackerError(f"tz: {error}") from error


def _replaced(plan: Plan) -> Iterator[Problem]:
    """Warn of versions of a list that were left out: another was published at the same moment."""
    for file, names in getattr(plan.shape, "replaced", {}).items():
        several = f"versions {', '.join(names[:SOME])}" if len(names) > 1 else f"version {names[0]}"
        more = f" and {len(names) - SOME} more" if len(names) > SOME else ""
        rows = getattr(plan.shape, "left_out", {})[file]
        message = (
            f"{several}{more} left out ({rows} rows): of versions published at one moment the "
            "last one stands"
        )
        yield Problem(str(plan.files[file].path), 0, 0, "", message, warning=True)


def _taken_for_others(plan: Plan) -> Iterator[Problem]:
    """Warn of places and actors, registered for a table, whose names look like those of others.

    Not of one name for several places: those are told apart by where they are.
    """
    places, actors = plan.registrations()
    for known, fresh in ((plan.registry.places, places), (plan.registry.actors, actors)):
        new = {one.id: one for one in fresh}
        old = [one for one in known.values() if one.id not in new]
        names = ((one.id, (one.name, *one.aliases)) for one in (*old, *new.values()))
        odd = [one for one in odd_names(names) if one.id in new and not one.same] if new else []
        for one in odd[:SOME]:
            message = (
                f"{one.message}: registered as {one.id}; if they are one, take the batch back and "
                "mend the table"
            )
            yield Problem(str(plan.files[0].path), 0, 0, "", message, warning=True)
        if len(odd) > SOME:
            message = f"{len(odd) - SOME} more such names"
            yield Problem(str(plan.files[0].path), 0, 0, "", message, warning=True)


def _files(plan: Plan, appender: Appender) -> tuple[ImportedFile, ...]:
    return tuple(
        ImportedFile(
            file=str(one.path),
            rows=one.rows,
            left_out=one.left_out + getattr(plan.shape, "left_out", {}).get(number, 0),
            facts=dict(sorted(appender.new.get(number, {}).items())),
            already=appender.already[number],
            repeated=appender.repeated[number],
            mended=one.context.mended,
            quarantined=dict(sorted(one.judge.quarantined.items())),
            problems=tuple(one.judge.reasons),
            taken_back=appender.taken_back[number],
            joined=getattr(plan.shape, "joined", {}).get(number, 0),
        )
        for number, one in enumerate(plan.files)
    )
