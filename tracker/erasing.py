"""Erasing: text that may no longer be read, and the holds that forbid erasing it.

Apart from the situation only for its length: `Situation` is the door.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from tracker.deciding import Deciding
from tracker.errors import NotFoundError, Problem, TrackerError
from tracker.outcomes import Amended, Erasable

if TYPE_CHECKING:
    from tracker.erasures import Warrant
    from tracker.facts.envelope import Event
    from tracker.reports import Decision
    from tracker.times import When

SOME = 5


class Erasing(Deciding):
    """What can be withheld of a record for good, given its log, its read model and a clock."""

    def event(self, name: str) -> Event:
        """Find one event by `#position`, or by a unique prefix of its id or its report's."""
        raise NotImplementedError

    def _amended(
        self, decision: Decision, when: When | None = None, warned: Sequence[Problem] = ()
    ) -> Amended:
        raise NotImplementedError

    def to_erase(
        self,
        events: Sequence[str] = (),
        *,
        speaker: str | None = None,
        report: str | None = None,
        fields: Sequence[str] = (),
    ) -> list[Erasable]:
        """Find the text to erase: of events, of what a speaker says, of all that a report says.

        With a fact goes what was put in its place, and what it took the place of: they mostly say
        the same.

        `fields` are gist, note, quote, speaker, reason; all of them where none is named. Raises
        NotFoundError where there is nothing of the kind, and TrackerError where any of it stands
        in the log in the clear, which cannot be erased, or where its keys are not at hand.
        """
        from tracker.erasures import erased_in, texts_in

        found = {event.id: event for event in map(self.event, events)}
        named = set(found)
        if report is not None:
            stream = self.event(report).stream
            found |= {event.id: event for event in self.log.stream(stream) if event.fact}
        if speaker is not None:
            found |= {event.id: event for event in self._spoken(speaker)}
        others = {event.id: event for event in self._in_place_of(found.values())}
        beside = others.keys() - found.keys()
        found |= {name: others[name] for name in beside}
        targets, clear = [], []
        done = {
            event_id: gone
            for stream in {event.stream for event in found.values()}
            for event_id, gone in erased_in(self.log.stream(stream)).items()
        }
        sealed = self.log.sealed_fields([event.position for event in found.values()])
        for event in found.values():
            shut = sealed.get(event.position, frozenset())
            there = texts_in(event.body) | shut
            asked = there & set(fields) if fields else there
            if not asked and event.id in named:
                what = " or ".join(fields) or "text that could be erased"
                raise NotFoundError(f"#{event.position} {event.body.TOPIC} has no {what}")
            if asked - shut and event.id not in beside:
                clear.append(f"#{event.position} {event.body.TOPIC} ({_listed(asked - shut)})")
            gone = done.get(event.id, set())
            if asked or gone:
                targets.append(_erasable(event, asked & shut, gone, asked - shut))
        if clear:
            raise TrackerError(_IN_THE_CLEAR.format(_some(clear)))
        if not self.log.sealer.vault.found:
            self.log.check_writable()  # a replica seldom has keys: it is to be erased elsewhere
            self.log.refuse_reader()
            vault = self.log.sealer.vault
            remedy = "put the file back first" if vault.local else vault.remedy
            raise TrackerError(
                f"{vault.lacking}. Erasing destroys keys, and there are none here: {remedy}"
            )
        return sorted(targets, key=lambda target: target.position)

    def _in_place_of(self, events: Iterable[Event]) -> Iterator[Event]:
        """Yield the facts that corrections lead to from these, or to these, however far."""
        from tracker.undoing import Chains, corrections_in

        facts = [event for event in events if event.fact]
        for stream in {event.stream for event in facts}:
            past = self.log.stream(stream)
            chains = Chains(corrections_in(past))
            ends = {chains.end(event.id) for event in facts if event.stream == stream}
            yield from (one for one in past if one.fact and chains.end(one.id) in ends)

    def redact(
        self,
        targets: Sequence[Erasable],
        *,
        authority: str,
        reason: str,
        by: str,
        published: str | None = None,
        tz: str | None = None,
    ) -> Amended:
        """Erase text, for good: recorded first, then its keys are destroyed.

        The read model is made anew. Whatever was recorded is carried out, if not now then when
        sealed text is next read. What is erased already adds nothing. Raises TrackerError where a
        hold forbids it, or where a correction has put such text elsewhere since `to_erase`.
        """
        from tracker import erasures

        warrant = self._warrant(authority, reason, published, tz)
        wanted = {target.id: (*target.fields, *target.done) for target in targets}
        streams = dict.fromkeys(UUID(target.stream) for target in targets)

        def decide() -> Decision:
            pasts = self._pasts(streams)
            erasures.refuse_grown(pasts, {one.id: one.fields for one in targets})
            return erasures.erase(pasts, wanted, warrant, at=self.clock(), by=by)

        decision = self._append(decide)
        self.log.settle()
        outcome = self._amended(decision, warned=_reordered(warrant))
        _ = self.store  # made anew, for what was erased stands in the old one
        if self.log.sealer.vault.pending:
            raise TrackerError(
                f"recorded as #{outcome.position}, but {self.log.sealer.vault.path} cannot be "
                "written: its keys are still there; make it writable and run this again"
            )
        return outcome

    def hold(
        self,
        events: Sequence[str],
        *,
        authority: str,
        reason: str,
        by: str,
        published: str | None = None,
        tz: str | None = None,
        lift: bool = False,
    ) -> Amended:
        """Place a legal hold on events, or `lift` those that stand on them or are named.

        A fact, a ruling, or a report for all of its facts. Nothing held can be erased. Raises
        NotFoundError or TrackerError; what stands so already adds nothing.
        """
        from tracker import erasures

        warrant = self._warrant(authority, reason, published, tz)
        named = [self.event(name) for name in events]
        streams = dict.fromkeys(event.stream for event in named)
        act = erasures.lift if lift else erasures.hold

        def decide() -> Decision:
            wanted = [event.id for event in named]
            return act(self._pasts(streams), wanted, warrant, at=self.clock(), by=by)

        return self._amended(self._append(decide), warned=_reordered(warrant))

    def withhold(
        self,
        events: Sequence[str],
        *,
        authority: str,
        reason: str,
        by: str,
        published: str | None = None,
        tz: str | None = None,
    ) -> Amended:
        """Record that events are left out of a bundle, each with the hash of its leaf.

        Raises NotFoundError or TrackerError; what was recorded so already adds nothing.
        """
        from tracker import erasures

        warrant = self._warrant(authority, reason, published, tz)
        named = {event.id: event for event in map(self.event, events)}
        wanted = {event.id: self._leaf(event.position) for event in named.values()}
        streams = dict.fromkeys(event.stream for event in named.values())

        def decide() -> Decision:
            return erasures.withhold(self._pasts(streams), wanted, warrant, at=self.clock(), by=by)

        return self._amended(self._append(decide), warned=_reordered(warrant))

    def _leaf(self, position: int) -> str:
        from tracker.ledger import leaf_hashes

        ((seq, stream, version, topic, state),) = self.log.raw_rows(position - 1, position)
        entry = (seq, UUID(stream).bytes, version, topic.encode(), state)
        return leaf_hashes([entry])[0].hex()

    def _warrant(
        self, authority: str, reason: str, published: str | None, tz: str | None
    ) -> Warrant:
        from tracker import arguments

        now, registry = self.clock(), self.registry()
        return arguments.warrant(published, reason, authority, registry, now=now, tz=tz)

    def _pasts(self, streams: Collection[UUID]) -> Mapping[UUID, Sequence[Event]]:
        return {stream: self.log.stream(stream) for stream in streams}

    def _spoken(self, speaker: str) -> list[Event]:
        """Find the facts of a speaker, by the words of the fact or by a registered name."""
        known = {
            speaker,
            *(id_ for id_, name in self.store.display_names().items() if name == speaker),
        }
        marks = ", ".join("?" * len(known))
        sql = f"SELECT position FROM fact_rows WHERE speaker IN ({marks}) ORDER BY position"  # noqa: S608 - only marks
        found = [row["position"] for row in self.store.rows(sql, tuple(known))]
        if not found:
            from tracker.validation import did_you_mean

            spoken = self.store.rows("SELECT DISTINCT speaker FROM fact_rows")
            near = did_you_mean(speaker, [row["speaker"] for row in spoken if row["speaker"]])
            hint = near or ": `tracker log` lists facts"
            raise NotFoundError(f"no fact has the speaker '{speaker}'{hint}")
        return [self.event(f"#{position}") for position in found]


_IN_THE_CLEAR = (
    "this text stands in the log in the clear, and cannot be erased without breaking the record; "
    "nothing was done: {}. It was recorded before text was sealed, or imported through a mapping "
    "without `seal: true`. `retract` takes it back"
)


def _erasable(
    event: Event, sealed: Collection[str], gone: Collection[str], clear: Collection[str]
) -> Erasable:
    return Erasable(
        event.position,
        event.body.TOPIC,
        event.id,
        event.stream.hex,
        tuple(sorted({*sealed} - {*gone})),
        tuple(sorted(gone)),
        event.fact.gist if event.fact else "",
        tuple(sorted(clear)),
    )


def _reordered(warrant: Warrant) -> tuple[Problem, ...]:
    from tracker import arguments

    return arguments.reordered(reason=warrant.reason, authority=warrant.authority)


def _listed(fields: Collection[str]) -> str:
    return ", ".join(sorted(fields))


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SOME} more" if len(names) > SOME else ""
    return "; ".join(names[:SOME]) + more
