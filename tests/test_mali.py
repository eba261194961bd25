"""Mali, January 2013: the answers its three reports must give, however they were recorded."""

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from projections.store import CLAIMS
from tracker import InputError, Situation

SEEDS = Path(__file__).resolve().parent.parent / "seeds" / "mali-2013"
SHEETS = ("guardian-2013-01-14.yaml", "voa-2013-01-17.yaml", "guardian-2013-01-21.yaml")


def raw(name: str) -> tuple[bytes, str]:
    return (SEEDS / name).read_bytes(), name


def mali(path: str, sheets: tuple[str, ...] = SHEETS) -> Situation:
    situation = Situation(path, create=True)
    situation.register(*raw("situation.yaml"), by="tests")
    situation.record([raw(sheet) for sheet in sheets], by="tests")
    return situation


def failing(situation: Situation) -> list[str]:
    asked, wrong = situation.check(*raw("expect.yaml"))
    assert asked >= 40
    return [str(problem) for problem in wrong]


def beliefs(situation: Situation) -> list[tuple[object, ...]]:
    return [row for table, row in situation.store.dump() if table == "beliefs"]


@pytest.fixture(scope="module")
def situation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situation]:
    with mali(str(tmp_path_factory.mktemp("mali") / "situation.db")) as made:
        yield made


def test_every_expectation_holds_in_every_order_of_recording(situation: Situation) -> None:
    as_published = beliefs(situation)
    for order in permutations(SHEETS):
        with mali(":memory:", order) as other:
            assert failing(other) == []
            assert beliefs(other) == as_published


def test_every_expectation_holds_after_a_rebuild(situation: Situation) -> None:
    before = list(situation.store.dump())
    assert failing(situation) == []
    assert situation.rebuild() == situation.log.position
    assert failing(situation) == []
    assert list(situation.store.dump()) == before


def test_every_fact_shows_in_a_projection(situation: Situation) -> None:
    store = situation.store
    facts = {row["id"] for row in store.rows("SELECT id FROM fact_rows")}
    believed = f"SELECT fact FROM ({CLAIMS}) WHERE data NOT LIKE '%\"mention\"%'"  # noqa: S608
    claimed = {row["fact"] for row in store.rows(believed)}
    listed = {row["fact"] for row in store.rows("SELECT fact FROM chronologies")}
    assert len(facts) >= 100
    assert facts - claimed - listed == set()


def test_every_claimed_fact_has_a_part_in_an_audit(situation: Situation) -> None:
    clocks = situation.clocks("2013-01-21")
    cells = situation.store.rows("SELECT projection, key FROM cells")
    told = {
        line["fact"]
        for cell in cells
        for line in situation.audit(clocks, cell["projection"], cell["key"]).more["evidence"]
    }
    claimed = f"SELECT fact FROM ({CLAIMS})"  # noqa: S608 - our own SQL
    assert {row["fact"] for row in situation.store.rows(claimed)} == told


def test_what_was_known_does_not_change_when_more_is_published() -> None:
    with mali(":memory:", SHEETS[:2]) as early, mali(":memory:") as late:
        for day in ("2012-12-01", "2013-01-14", "2013-01-15", "2013-01-19", "2013-01-21"):
            for known in ("2013-01-13", "2013-01-14", "2013-01-17"):
                asked = early.state(early.clocks(day, known)).dicts
                assert late.state(late.clocks(day, known)).dicts == asked


def test_recording_a_sheet_again_adds_nothing(situation: Situation) -> None:
    again = situation.record([raw(sheet) for sheet in SHEETS], by="someone else")
    assert [outcome.added for outcome in again] == [0, 0, 0]


@pytest.mark.parametrize("field", ["level", "from_level"])
def test_a_level_that_the_scheme_does_not_have_is_refused(situation: Situation, field: str) -> None:
    levels = {"level": "red", "from_level": "bright red", field: "brigt red"}
    sheet = (
        "report: {source: voa, published: 2013-02-03}\n"
        "facts:\n"
        "  - {kind: ThreatLevelLowered, scheme: vigipirate, scope: france, by: [france],\n"
        f"     level: {levels['level']}, from_level: {levels['from_level']},\n"
        "     when: 2013-02-01, status: occurred, voice: reporter, gist: The level went down.}\n"
    )
    with pytest.raises(InputError, match=rf"{field}: .* no level 'brigt red': did you mean bright"):
        situation.record([(sheet.encode(), "lowered.yaml")], by="tests")
