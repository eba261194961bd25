"""The read model in others' hands: its views, in plain SQL, say what the tracker says."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import answer, mali, said
from documents_for_tests import CONSOLE, shown

from projections import browsing
from projections.views import VIEWS
from tracker.instants import FUTURE_OPEN, PAST_OPEN, format_open
from tracker.situation import Situation

ROOT = Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "tracker" / "guides" / "read-model.md").read_text(encoding="utf-8")
DISPUTING = """
report: {source: voa, published: 2013-01-21}
facts:
  - {kind: ControlReported, place: niono, state: held, by: [islamist-fighters], when: 2013-01-21,
     rating: B3, status: ongoing, voice: reporter,
     gist: Fighters are said to be in control of Niono.}
"""
Row = dict[str, Any]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mali, with a dispute, a correction and a retraction."""
    made = mali(tmp_path_factory.mktemp("views"))
    sheet = made.with_name("radio.yaml")
    sheet.write_text(DISPUTING, encoding="utf-8")
    said("--log", made, "record", sheet)
    said("--log", made, "correct", "#60", "--set", "when=2013-01-13", "--reason", "a slip")
    said("--log", made, "retract", "#61", "--reason", "told twice")
    said("--log", made, "state")
    return made


def ask(log: Path, sql: str, **values: object) -> list[Row]:
    """Ask as others do: with SQLite alone, and nothing of ours."""
    with closing(sqlite3.connect(log.with_name("situation.state.db"))) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql, values)]


def rows(log: Path, *words: str) -> list[Row]:
    found: list[Row] = answer("--log", log, *words)["rows"]
    return found


QUERIES = {one.name: one.sql for one in browsing.QUERIES}
MOMENTS = [
    ("2013-01-21", ""),
    ("2013-01-21", "2013-01-17"),
    ("2013-01-17T12:00:00Z", "2013-01-21"),
    ("", ""),
]
every_moment = pytest.mark.parametrize(("as_of", "known_at"), MOMENTS)


def clocks(as_of: str, known_at: str) -> list[str]:
    said_so = (("--as-of", as_of), ("--known-at", known_at))
    return [word for name, value in said_so if value for word in (name, value)]


# -- what they say is what the tracker says --------------------------------------------------------


@every_moment
@pytest.mark.parametrize("projection", ["control", "forces", "alerts", "losses"])
def test_a_state_as_of_a_time_as_known_at_another(
    projection: str, as_of: str, known_at: str, log: Path
) -> None:
    found = ask(log, QUERIES["state_as_of"], projection=projection, as_of=as_of, known_at=known_at)
    told = rows(log, "state", projection, *clocks(as_of, known_at))
    assert told
    names = ("key", "name", "support", "certainty", "last_evidence")
    assert sorted([[row[name] for name in names] for row in found]) == sorted(
        [[row[name] for name in names] for row in told]
    )
    by_key = {row["key"]: row for row in told}
    for row in found:
        of = by_key[row["key"]]
        assert row["since"] == (of["since"] and of["since"]["edtf"])
        for name in {"status", "low", "best", "high", "level"} & of.keys() & row.keys():
            assert row[name] == of[name], name
        if "holders" in of:
            assert json.loads(row["holders"]) == of["holders"]


def test_what_is_so_now(log: Path) -> None:
    found = {(row["projection"], row["key"]): row for row in ask(log, "SELECT * FROM state_now")}
    told = {
        (row["projection"], row["key"]): row
        for name in ("control", "forces", "alerts", "losses")
        for row in rows(log, "state", name)
    }
    assert found.keys() == told.keys()
    for cell, row in told.items():
        assert found[cell]["age_days"] == row["age_days"]
        assert found[cell]["name"] == row["name"]
        assert json.loads(found[cell]["state"])["evidence"] == row["evidence"]
        if cell[0] == "control":
            place = row["place"]
            assert (found[cell]["latitude"], found[cell]["longitude"]) == (
                place["lat"],
                place["lon"],
            )


def test_a_history(log: Path) -> None:
    found = ask(log, QUERIES["history_of"], projection="control", key="diabaly")
    told = rows(log, "history", "diabaly")
    times = ("known_from", "known_to", "valid_from", "valid_to", "status", "support")
    assert [[row[name] for name in times] for row in found] == [
        [row[name] for name in times] for row in told
    ]


@every_moment
@pytest.mark.parametrize("cell", ["control diabaly", "control niono"])
def test_the_evidence_of_a_belief(cell: str, as_of: str, known_at: str, log: Path) -> None:
    projection, key = cell.split()
    asked = {"projection": projection, "key": key, "as_of": as_of, "known_at": known_at}
    found = ask(log, QUERIES["evidence_of"], **asked)
    told = rows(log, "state", projection, key, *clocks(as_of, known_at))
    for part in ("evidence", "dissent"):
        of_part = [row["fact"] for row in found if row["part"] == part]
        assert of_part == [one for row in told for one in row[part]]
    for part in ("possibly", "values"):
        of_part = [row["fact"] for row in found if row["part"] == part]
        assert of_part == [one for row in told for of in row[part] for one in of["evidence"]]
    audited = {
        line["fact"]: line
        for line in answer("--log", log, "audit", projection, key, *clocks(as_of, known_at))[
            "evidence"
        ]
    }
    for row in found:
        assert (row["position"], row["kind"], row["gist"]) == tuple(
            audited[row["fact"]][name] for name in ("position", "kind", "gist")
        )


def test_disputes(log: Path) -> None:
    found = ask(log, QUERIES["disputes_as_of"], as_of="2013-01-21", known_at="")
    told = rows(log, "disputes", "--as-of", "2013-01-21")
    assert [row["key"] for row in told] == ["niono"]
    assert [(row["key"], json.loads(row["rivals"])) for row in found] == [
        (row["key"], [{**value} for value in row["values"]]) for row in told
    ]


@pytest.mark.parametrize("start", ["2013-01-14", "2013-01-19"])
def test_what_changed_between_two_dates(start: str, log: Path) -> None:
    found = ask(log, QUERIES["changes"], **{"from": start, "to": "2013-01-21"})
    believed = {"control", "forces", "alerts", "losses"}
    told = [
        (row["projection"], row["key"])
        for row in rows(log, "diff", "--from", start, "--to", "2013-01-21")
        if row["projection"] in believed and not only_owed(row)
    ]
    assert sorted((row["projection"], row["key"]) for row in found) == sorted(told)


def only_owed(row: Row) -> bool:
    """Whether only what is still to come of a pledge is another: no view works that out."""
    sides = [row["before"] or {}, row["after"] or {}]
    beside = {"remainder", "age_days"}
    then, now = ({name: side[name] for name in side if name not in beside} for side in sides)
    return bool(then == now)


def test_facts_are_the_log(log: Path) -> None:
    found = {row["position"]: row for row in ask(log, "SELECT * FROM facts")}
    told = {row["position"]: row for row in rows(log, "log") if row["fact"]}
    facts = {
        at for at, row in told.items() if row["kind"] not in {"FactCorrected", "FactRetracted"}
    }
    assert found.keys() == facts
    for at, row in found.items():
        names = ("kind", "fact", "recorded_at", "recorded_by")
        assert [row[name] for name in names] == [told[at][name] for name in names]
    correction, retraction = (
        next(row for row in rows(log, "log") if row["kind"] == kind)
        for kind in ("FactCorrected", "FactRetracted")
    )
    assert correction["position"] < retraction["position"]
    by_hand = {60: True, 61: False}
    for at, replaced in by_hand.items():
        assert found[at]["retracted_us"] is not None
        assert (found[at]["replaced_by"] is not None) is replaced
    assert found[58]["retracted"] is None


def test_chronologies_are_in_the_facts(log: Path) -> None:
    for name in ("incidents", "humanitarian", "posture"):
        found = ask(
            log,
            "SELECT fact FROM facts WHERE chronology = :name AND retracted IS NULL"
            " AND begins_us < strftime('%s', '2013-01-22') * 1000000",
            name=name,
        )
        told = rows(log, "state", name, "--as-of", "2013-01-21")
        assert {row["fact"] for row in found} == {row["key"] for row in told}


def test_claims_are_those_that_an_audit_lists(log: Path) -> None:
    found = ask(
        log,
        "SELECT fact, origin, retracted FROM claims WHERE projection = 'control'"
        " AND key = 'diabaly'",
    )
    with Situation(str(log)) as situation:
        told = situation.store.claims("control", "diabaly")
    assert [(row["fact"], row["origin"], row["retracted"]) for row in found] == [
        (one.fact, one.origin, None if one.retracted is None else format_open(one.retracted))
        for one in told
    ]


# -- what they are ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "instant",
    [PAST_OPEN, FUTURE_OPEN, 0, -1, 1, 999_999, -999_999, -1_000_000, 1358207999999999,
     -62135596800000000, 253402300799999999, -62135596799999999],
)  # fmt: skip
def test_an_instant_is_written_as_the_tracker_writes_it(instant: int) -> None:
    from projections.views import iso, micros

    with closing(sqlite3.connect(":memory:")) as connection:
        (text,) = connection.execute(
            f"SELECT {iso('x')} FROM (SELECT ? AS x)", (instant,)
        ).fetchone()
        assert text == format_open(instant)
        if text is not None:
            sql = f"SELECT {micros('x')} FROM (SELECT ? AS x)"
            assert connection.execute(sql, (text,)).fetchone() == (instant,)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_each_view_has_its_columns_and_says_what_they_are(view: Any, log: Path) -> None:  # noqa: ANN401
    found = ask(log, f"SELECT * FROM pragma_table_info('{view.name}')")
    assert [row["name"] for row in found] == [column.name for column in view.columns]
    (written,) = ask(log, f"SELECT sql FROM sqlite_master WHERE name = '{view.name}'")
    for column in view.columns:
        assert f" AS {column.name}" in written["sql"]
        assert f"-- {column.says}" in written["sql"]
    instants = {column.name for column in view.columns if column.name.endswith("_us")}
    assert all(
        "microseconds since 1970 UTC" in column.says
        for column in view.columns
        if column.name in instants
    )
    assert {name.removesuffix("_us") for name in instants} <= {c.name for c in view.columns}


def test_the_tracker_reads_no_view_of_its_own() -> None:
    names = "|".join(view.name for view in VIEWS)
    reads = re.compile(rf"\b(?:FROM|JOIN) (?:{names})\b")
    found = [
        f"{path.name}: {line.strip()}"
        for package in ("projections", "tracker")
        for path in (ROOT / package).rglob("*.py")
        if path.name
        not in {"views.py", "browsing.py", "staging.py"}  # staging has tables of its own
        for line in path.read_text(encoding="utf-8").splitlines()
        if reads.search(line)
    ]
    assert found == []


def test_what_datasette_is_told_fits_the_file(log: Path) -> None:
    (about,) = answer("--log", log, "schema", "datasette")["databases"].items()
    name, told = about
    assert f"{name}.db" == "situation.state.db"
    tables = {row["name"]: row["type"] for row in ask(log, "SELECT * FROM sqlite_master")}
    for table, one in told["tables"].items():
        hidden = one.get("hidden", False)
        assert tables[table] == ("table" if hidden else "view")
        if not hidden:
            columns = ask(log, f"SELECT name FROM pragma_table_info('{table}')")
            assert list(one["columns"]) == [row["name"] for row in columns]
    internal = {table for table, kind in tables.items() if kind == "table"}
    assert {table for table in internal if not table.startswith("search")} <= told["tables"].keys()
    for query in told["queries"].values():
        assert {f":{name}" for name in query["params"]} == set(
            re.findall(r":[a-z_]+", query["sql"])
        )


def test_another_log_has_another_name(tmp_path: Path) -> None:
    found = answer("--log", tmp_path / "river.db", "schema", "datasette")
    assert list(found["databases"]) == ["river.state"]


# -- the guide -------------------------------------------------------------------------------------


def guided() -> Iterator[Sequence[str]]:
    """Yield the words of every command of the guide that asks in SQL."""
    import shlex

    for block in CONSOLE.findall(GUIDE):
        for one in shown(block):
            words = shlex.split(one.command)
            if words[:2] == ["sqlite-utils", "query"] and "sqlite_master" not in words[3]:
                yield words


def test_the_examples_of_the_guide_answer_as_the_tracker_does(tmp_path: Path) -> None:
    log = mali(tmp_path)
    known, forces, evidence, incidents, changes, disputes = (words[3] for words in guided())

    told = rows(log, "state", "control", "--as-of", "2013-01-21", "--known-at", "2013-01-17")
    assert [
        (row["name"], row["status"], json.loads(row["holders"])) for row in ask(log, known)
    ] == [(row["name"], row["status"], row["holders"]) for row in told]

    told = rows(log, "state", "forces", "--as-of", "2013-01-21")
    numbers = ("key", "low", "best", "high", "comparator", "unexplained", "support")
    french = [row for row in told if row["actors"] == ["france"] and row["best"] is not None]
    assert [tuple(row.values()) for row in ask(log, forces)] == sorted(
        tuple(row[name] for name in numbers) for row in french
    )

    lines = answer(
        "--log", log, "audit", "control", "diabaly", "--as-of", "2013-01-21", "--known-at",
        "2013-01-17",
    )["evidence"]  # fmt: skip
    speaking = {line["position"] for line in lines if line["role"] in {"decides", "supports"}}
    assert {row["position"] for row in ask(log, evidence)} == speaking

    told = rows(log, "state", "incidents", "--as-of", "2013-01-21")
    assert [(row["edtf"], row["kind"]) for row in ask(log, incidents)] == [
        (row["when"], row["kind"]) for row in told[:3]
    ]

    told = rows(log, "diff", "control", "--from", "2013-01-19", "--to", "2013-01-21")
    assert [(row["name"], json.loads(row["after"])) for row in ask(log, changes)] == [
        (row["after"]["name"], row["after"]["holders"]) for row in told
    ]

    assert ask(log, disputes) == []
    sheet = tmp_path / "radio.yaml"
    sheet.write_text(DISPUTING, encoding="utf-8")
    said("--log", log, "record", sheet)
    told = rows(log, "disputes", "--as-of", "2013-01-21")
    assert {(row["name"], row["holders"], row["origins"]) for row in ask(log, disputes)} == {
        (
            row["name"],
            *(json.dumps(value[part], separators=(",", ":")) for part in ("holders", "origins")),
        )
        for row in told
        for value in row["values"]
    }
