"""Watching: the state changes that events make, told as the events come.

Apart from the situation only for its length: `Situation` is the door.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, get_args

from projections.answers import key_named
from projections.names import ALL, BELIEVED
from projections.store import Row, Store
from projections.weighing import USUAL, Weighing
from tracker.conditions import NAMES_OF, Condition, Named, Rank, read_condition
from tracker.errors import AwayError, ReplacedError, TrackerError
from tracker.folders import state_folder
from tracker.garbage import uncollected
from tracker.instants import Instant, format_instant, parse_moment
from tracker.log import MEMORY, Conflict, Log
from tracker.model import ReadModel, beside

if TYPE_CHECKING:
    from projections.effects import Effects
    from tracker.delivering import Delivery
    from tracker.facts.envelope import Event
    from tracker.registry import Registry
    from tracker.watches import Watches

AT_ONCE = 500
"""Events that are looked at while the read model is held still."""
POLL_SECONDS = 0.1
SPEAKER = "speaker"
"""The one text that can be erased and bears on what is believed: who said it."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched: which cells, on which condition, weighed how, as of when.

    Without `as_of` every change is looked at as of when its event was recorded.
    """

    projection: str | None = None
    key: str | None = None
    condition: Condition | None = None
    as_of: Instant | None = None
    weighing: Weighing = USUAL


class Stretch(NamedTuple):
    """What some events changed: the changes, and the position of the last event looked at.

    `asked` is what else than the log they depend on, as JSON: the as-of, how they were weighed.
    `lacking` says why sealed text was not read that ought to be readable here, so that another time
    they may be others; None where none was lacking.
    """

    changes: list[Row]
    upto: int
    asked: str
    lacking: str | None = None


class _Made(NamedTuple):
    """What the changes of some events are made with."""

    effects: Effects
    watched: Watched
    log_id: str | None
    rank: Rank


class Watching:
    """What can be watched, given a log and its read model."""

    log: Log
    model: ReadModel
    clock: Callable[[], Instant]

    def still(self) -> AbstractContextManager[Store]:
        """Hold the read model at one position of the log."""
        raise NotImplementedError

    def row(self, event: Event, zone: str) -> Row:
        """Give an event as `log` lists it, by the days of a zone."""
        raise NotImplementedError

    def registry(self) -> Registry:
        """Give the registry as the log now has it."""
        raise NotImplementedError

    def weighing(
        self, policy: str | None = None, only: Sequence[str] = (), without: Sequence[str] = ()
    ) -> Weighing:
        """Say how to weigh."""
        raise NotImplementedError

    def changes(self, after: int, watched: Watched, most: int = AT_ONCE) -> Stretch:
        """Give what the next events after a position changed, of at most so many events.

        A change is {id, log, position, event, as_of, policy, only, without, projection, key, name,
        before, after, changed, corrects, erased}: `event` as `log` lists it, `before` and `after`
        rows as of `state` or null, `corrects` the position of the fact whose place the event's
        takes, else null; `erased` says that `before` is null because what was so before went by a
        speaker who was erased, and nobody can tell it any more. It is the same whenever it is asked
        for, with the same `id`. Raises NotFoundError for a projection that there is not.
        """
        from projections.effects import Effects

        keys, unread = self.log.sealer.vault.found, self.log.unread
        with self.still() as store, uncollected():
            effects = Effects(store, watched.weighing, watched.projection, watched.key)
            events = list(islice(self.log.read(after, store.position), max(0, most)))
            made = _Made(effects, watched, self.log.log_id, cache(self._rank))
            found = [one for event in events for one in self._effects(event, made)]
            lacks = not keys and (self.log.unread > unread or self.model.unread > 0)
        at = None if watched.as_of is None else format_instant(watched.as_of)
        asked = json.dumps({"as_of": at, **watched.weighing.as_json()})
        lacking = self.log.keys_away if lacks else None
        return Stretch(found, events[-1].position if events else after, asked, lacking)

    def again(self, position: int, asked: str) -> list[Row]:
        """Give once more all that an event changed, asked as `changes` said (Stretch.asked).

        Raises AwayError where keys are away without which it may be something else.
        """
        try:
            how = json.loads(asked)
            at = None if how["as_of"] is None else parse_moment(how["as_of"]).earliest
            weighing = self.weighing(how["policy"], how["only"], how["without"])
        except (ValueError, KeyError, TypeError) as error:
            raise TrackerError("what was asked is needed as `changes` said it") from error
        found = self.changes(position - 1, Watched(as_of=at, weighing=weighing), most=1)
        if found.lacking:
            raise AwayError(found.lacking)
        return found.changes

    def _effects(self, event: Event, made: _Made) -> Iterator[Row]:
        from tracker.facts.record import FactCorrected, FactRetracted, TextErased

        body, watched, effects = event.body, made.watched, made.effects
        as_of = event.recorded_at if watched.as_of is None else watched.as_of
        told: Row | None = None
        if isinstance(body, FactCorrected):
            return  # what takes the fact's place comes next, and tells what both changed
        if isinstance(body, FactRetracted):
            found = effects.retracted(event.position, as_of, body.fact)
        elif isinstance(body, TextErased):
            if SPEAKER not in body.fields:
                return  # no other text bears on what is believed
            found = effects.erased(event.position, as_of, body.event)
        else:
            found = effects.of(event.position, as_of, event.id if event.fact else None)
        for change in found:
            if watched.condition and not watched.condition.holds(change, made.rank):
                continue
            told = told or self.row(event, made.effects.store.head[2])
            yield {
                "id": f"{event.position}/{change['projection']}/{change['key']}",
                "log": made.log_id,
                "position": event.position,
                "event": told,
                "as_of": format_instant(as_of),
                **watched.weighing.as_json(),
                **change,
            }

    def _rank(self, scheme: str, level: str) -> float | None:
        found = self.registry().schemes.get(scheme)
        return None if found is None else found.rank(level)

    def watched(
        self,
        projection: str | None = None,
        key: str | None = None,
        when: str | None = None,
        as_of: Instant | None = None,
        weighing: Weighing = USUAL,
    ) -> Watched:
        """Say what to watch; `when` is a condition as people write it. Raises ConditionError.

        A place goes by its names; NotFoundError where several go by one.
        """
        if key is not None:
            with self.still() as store:
                key = key_named(store, key)
        condition = None if when is None else read_condition(when, _closed())
        return Watched(projection, key, condition, as_of, weighing)

    def unknown_names(self, watched: Watched) -> list[str]:
        """Say which names of a watch nothing here goes by: it may never tell of anything.

        And which kinds seldom stand in a list: what they tell makes a belief, and that has no kind.
        """
        said = []
        registry, named = self.registry(), watched.condition.named if watched.condition else ()
        with self.still() as store:
            key = watched.key
            if key is not None and (why := _unknown_key(store, watched.projection, key)):
                said.append(f"--key: {why}")
            whys = [_unknown(store, registry, watched.projection, one) for one in named]
        pairs = zip(named, whys, strict=True)
        return said + [f"--when: column {one.column}: {why}" for one, why in pairs if why]

    def watches(self) -> Watches:
        """Open the file in which watches keep their places. Raises TrackerError (WatchError)."""
        from tracker.watches import Watches

        log_id = self.log.log_id
        if log_id is None:
            raise TrackerError("this log has no ledger yet: `tracker checkpoint` makes it")
        path = MEMORY
        if self.log.path != MEMORY:
            path = str(beside(self.log, "watch", state_folder))
        return Watches(path, log_id)

    def delivery(self, name: str | None) -> Delivery:
        """Begin to tell what is watched, under a name that keeps its place; or under none.

        Raises WatchError where the file of watches cannot be used.
        """
        from tracker.delivering import Delivery

        watches = None if name is None else self.watches()
        return Delivery(watches, name or "", clock=self.clock, mark=self.log.mark, again=self.again)

    def last_kept(self) -> int:
        """Give the position of the newest event, once no failover can take it back."""
        while True:
            timeline, position = self.log.timeline(), self.log.position
            with suppress(Conflict):
                self.log.confirm(timeline)
                return position

    def watch(
        self,
        after: int,
        watched: Watched,
        *,
        end: int | None = None,
        sleep: Callable[[float], None],
    ) -> Iterator[Stretch]:
        """Yield what events after a position change, as they come; to `end`, or for ever.

        Raises ReplacedError once the log's path leads to it no longer.
        A stretch may hold no change: it says how far was looked.
        """
        seen: int | None = None
        while end is None or after < end:
            if not self.log.there():
                raise ReplacedError(
                    f"{self.log.path} is not the log any more that is watched: it was taken away, "
                    "or replaced; watch anew"
                )
            version = self.log.version()
            if version is not None and version == seen:
                sleep(POLL_SECONDS)
                continue
            timeline = self.log.timeline()
            found = self.changes(after, watched)
            if found.upto == after:
                seen = version
                if version is None:
                    sleep(POLL_SECONDS)
                continue
            try:
                self.log.confirm(timeline)  # what was told of cannot be taken back
            except Conflict:
                continue
            after = found.upto
            yield found


def _closed() -> dict[str, Sequence[str]]:
    """Give the fields of a condition whose values are given by what the tracker is, and those."""
    from projections.forces import PHASES
    from projections.losses import FATES
    from tracker.facts import FACT_KINDS
    from tracker.sources import Voice

    return {
        "projection": ALL,
        "kind": [kind.TOPIC for kind in FACT_KINDS],
        "voice": get_args(Voice),
        "phase": PHASES,
        "fate": FATES,
    }


def _unknown(store: Store, registry: Registry, projection: str | None, one: Named) -> str | None:
    """Say why a field may never have a value; None where nothing is known against it."""
    field, value, _ = one
    if field == "key":
        return _unknown_key(store, projection, value)
    if field == "kind":
        return _of_a_belief(value)
    if field == "level":
        known = any(scheme.rank(value) is not None for scheme in registry.schemes.values())
    else:
        known = field not in NAMES_OF or value in getattr(registry, NAMES_OF[field])
    return None if known else f"no {field} '{value}' is registered (yet)"


def _unknown_key(store: Store, projection: str | None, key: str) -> str | None:
    from projections.asked import is_key, near_key

    names = (projection,) if projection else ALL
    if any(is_key(store, name, key) for name in names):
        return None
    near = next(filter(None, (near_key(store, name, key) for name in names)), None)
    return f"nothing here has the key '{key}' (yet){f': did you mean {near}?' if near else ''}"


def _of_a_belief(kind: str) -> str | None:
    from tracker.facts import FACT_KINDS

    family = next(one.FAMILY for one in FACT_KINDS if kind == one.TOPIC)
    if family not in BELIEVED:
        return None
    return (
        f"a {kind} makes a belief ({family}), which has no kind: only where it was planned, "
        "possible or denied it stands in posture, with its kind"
    )


def message_id(change: Row) -> str:
    """Name a change to those who are told it, the same each time: what doubles are known by.

    Two that are weighed otherwise, or looked at as of other moments, are two.
    """
    named = f"{change['log']}/{change['id']}/{change['policy']}"
    heard = {name: sorted(change[name]) for name in ("only", "without") if change[name]}
    at = {} if change["as_of"] == change["event"]["recorded_at"] else {"as_of": change["as_of"]}
    if heard or at:  # the usual way to ask adds nothing: receivers know the ids of before
        named += f"/{json.dumps(heard | at, sort_keys=True)}"
    return f"msg_{hashlib.sha256(named.encode()).hexdigest()[:32]}"


def message(changes: Sequence[Row]) -> list[tuple[str, bytes]]:
    """Give each change as it is sent: its id, and its bytes."""
    from pydantic_core import to_json

    return [(message_id(one), to_json({"type": "state.changed", **one})) for one in changes]
