"""The law of maintained lists: asked of any moment, what the newest version of then lists is so.

Whatever the order, the grouping and the repetition in which the versions come. The oracle is a
plain loop over the versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from effort_for_tests import times
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sheets_for_tests import new_situation
from tables_for_tests import listing, load

from tracker.errors import InputError
from tracker.situation import Situation

HEAD = "version,at,town,holder,since,lat,lon\n"
PLACES = ["Mill", "Ford", "Weir"]
ILLEGIBLE = "???"
Held = dict[str, str]
"""Place -> holder, of one version."""

LISTS = st.lists(
    st.dictionaries(st.sampled_from(PLACES), st.sampled_from(["Army", "Rebels"]), min_size=1),
    min_size=1,
    max_size=5,
)
BLURRED = st.lists(
    st.dictionaries(
        st.sampled_from(PLACES), st.sampled_from(["Army", "Rebels", ILLEGIBLE]), min_size=1
    ),
    min_size=1,
    max_size=5,
)
SINCE = st.sampled_from(["", "30 December 2012"])
EFFORT = settings(
    max_examples=times(40),
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def day(number: int, hour: int = 6) -> str:
    return f"2013-01-{number:02}T{hour:02}:00:00Z"


def rows_of(versions: dict[int, Held], since: str = "") -> list[str]:
    return [
        f"{number},{day(number)},{place},{holder},{since},,\n"
        for number, held in versions.items()
        for place, holder in held.items()
    ]


@dataclass
class Desk:
    """A situation into which tables go, and what a plain reader of the lists knows of them."""

    situation: Situation
    folder: Path
    since: str = ""
    lists: dict[int, Held] = field(default_factory=dict)
    batch: dict[int, str] = field(default_factory=dict)
    out: dict[int, int] = field(default_factory=dict)
    """The versions that were taken back, and as of which day."""

    def load(
        self,
        versions: dict[int, Held],
        data: st.DataObject,
        batch: str = "one",
        *,
        restate: bool = False,
    ) -> bool:
        """Import versions, their rows in any order; tell whether they were taken."""
        rows = data.draw(st.permutations(rows_of(versions, self.since)))
        table = HEAD + "".join(rows)
        quarantine = listing(bad={"value": "quarantine"})
        try:
            load(self.situation, self.folder, quarantine, table, batch=batch, restate=restate)
        except InputError:
            return False
        assert load(self.situation, self.folder, quarantine, table, batch=batch).events == 0
        for number, held in versions.items():
            if restate and (number in self.out or held != self.lists.get(number)):
                self.out.pop(number, None)
                self.batch[number] = batch
            shorter = held.items() <= self.lists.get(number, {}).items()  # than it was read since
            if number not in self.out and (restate or not shorter):
                unread = () if restate else self.lists.get(number, {}).items()
                stays = {place: who for place, who in unread if who == ILLEGIBLE}
                self.lists[number] = stays | held  # until it is mended, though its row is missing
                self.batch.setdefault(number, batch)
        return True

    def mend(self, whole: dict[int, Held], bad: dict[int, Held], data: st.DataObject) -> None:
        """Import some rows that were in quarantine, mended, by themselves."""
        aside = [(n, place) for n in bad for place in bad[n] if bad[n][place] == ILLEGIBLE]
        mended: dict[int, Held] = {}
        for number, place in aside:
            if data.draw(st.booleans(), "mended"):
                mended.setdefault(number, {})[place] = whole[number][place]
        lists = dict(self.lists)
        assert self.load(mended, data)
        self.lists = {number: held | mended.get(number, {}) for number, held in lists.items()}

    def take_back(self, batch: str, at: int) -> None:
        self.situation.retract(batch=batch, published=day(at), reason="a slip", by="tests")
        for number, name in self.batch.items():
            if name == batch:
                self.out.setdefault(number, at)

    def read(self, known: int) -> Iterator[tuple[int, Held]]:
        """Yield what each version lists, in turn, as known on a day."""
        before: Held = {}
        for number in sorted(self.lists):
            if number > known or self.out.get(number, known + 1) <= known:
                continue
            held = self.lists[number]
            now = {p: before.get(p, "") if h == ILLEGIBLE else h for p, h in held.items()}
            before = {place: holder for place, holder in now.items() if holder}
            yield number, before

    def check(self, upto: int) -> None:
        for known in range(1, upto + 1):
            for at in range(1, known + 1):
                if at < known and self.since:
                    continue  # what a list said last counts, however far it goes back
                newest = [held for number, held in self.read(known) if number <= at]
                wanted = (
                    {place: [who.lower()] for place, who in newest[-1].items()} if newest else {}
                )
                for hour in (6, 18):
                    asked = self.situation.clocks(day(at, hour), day(known, hour))
                    rows = self.situation.state(asked, "control").dicts
                    found = {r["name"]: r["holders"] for r in rows if r["status"] != "unknown"}
                    assert found == wanted, (at, known, hour)
        assert self.situation.compare() == []


@EFFORT
@given(BLURRED, SINCE, st.data())
def test_whatever_the_order_and_the_grouping_and_however_short_it_was_read_at_first(
    tmp_path: Path, lists: list[Held], since: str, data: st.DataObject
) -> None:
    whole = dict(enumerate(lists, 1))
    with new_situation() as situation:
        desk = Desk(situation, tmp_path, since)
        for _ in range(data.draw(st.integers(1, 4), "imports")):
            chosen = data.draw(st.sets(st.sampled_from(sorted(whole)), min_size=1), "versions")
            read = {number: dict(whole[number]) for number in chosen}
            for held in read.values():
                missing = data.draw(st.sampled_from(["", *PLACES]), "missing")
                if len(held) > 1:
                    held.pop(missing, None)
            desk.load(read, data)
            desk.check(len(lists) + 1)
        assert desk.load(whole, data)
        desk.check(len(lists) + 1)
        assert desk.lists == whole


@EFFORT
@given(LISTS, st.data())
def test_whatever_could_not_be_read_at_first(
    tmp_path: Path, lists: list[Held], data: st.DataObject
) -> None:
    whole = dict(enumerate(lists, 1))
    bad = {
        number: {
            place: ILLEGIBLE if data.draw(st.booleans(), "illegible") else holder
            for place, holder in held.items()
        }
        for number, held in whole.items()
    }
    with new_situation() as situation:
        desk = Desk(situation, tmp_path)
        cut = data.draw(st.integers(1, len(lists)), "cut")
        for part in (range(1, cut + 1), range(cut + 1, len(lists) + 1)):
            if part:
                assert desk.load({number: bad[number] for number in part}, data)
                desk.check(len(lists) + 1)
        for _ in range(data.draw(st.integers(0, 2), "rows mended by themselves")):
            desk.mend(whole, bad, data)
            desk.check(len(lists) + 1)
        assert desk.load(whole, data)
        desk.check(len(lists) + 1)


@EFFORT
@given(LISTS, SINCE, st.data())
def test_whatever_is_taken_back_and_imported_again_or_restated(
    tmp_path: Path, lists: list[Held], since: str, data: st.DataObject
) -> None:
    whole = dict(enumerate(lists, 1))
    batches = {number: data.draw(st.sampled_from("abc"), "batch") for number in whole}
    late = len(lists) + 1
    with new_situation() as situation:
        desk = Desk(situation, tmp_path, since)
        for _ in range(data.draw(st.integers(2, 6), "steps")):
            batch = data.draw(st.sampled_from(sorted(set(batches.values()))), "batch")
            its = {number: whole[number] for number in whole if batches[number] == batch}
            do = data.draw(st.sampled_from(["import", "take back", "restate"]))
            if do == "take back" and batch in desk.batch.values():
                desk.take_back(batch, data.draw(st.integers(max(its), late + 1), "as of"))
            elif do == "restate" and desk.lists:
                number = data.draw(st.sampled_from(sorted(desk.lists)), "version")
                held = data.draw(LISTS)[0]
                assert desk.load(
                    {number: held}, data, f"anew {desk.situation.position}", restate=True
                )
            else:
                desk.load(its, data, batch)
            desk.check(late + 1)


def test_a_first_reading_that_only_dropped_does_not_come_back_once_it_was_restated(
    tmp_path: Path,
) -> None:
    third = {"Ford": "Rebels", "Weir": "Army", "Mill": "Army"}
    with new_situation() as situation:

        def read(versions: dict[int, Held], batch: str, *, restate: bool = False) -> None:
            table = HEAD + "".join(rows_of(versions, ""))
            load(situation, tmp_path, listing(), table, batch=batch, restate=restate)

        read({3: third, 4: {"Weir": "Army"}}, "first")
        read({4: {"Ford": "Rebels"}}, "anew", restate=True)
        second = {"Ford": "Army", "Mill": "Rebels", "Weir": "Army"}
        read({1: {"Ford": "Rebels"}, 2: second, 5: {"Mill": "Rebels"}}, "others")
        read({5: second}, "anew again", restate=True)
        with pytest.raises(InputError):
            read({3: third, 4: {"Weir": "Army"}}, "first")
