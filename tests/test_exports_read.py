"""Exports, each read by a program that someone else wrote: of Mali, and of ten thousand facts."""

from __future__ import annotations

import csv
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pytest
import stix2
from commands_for_tests import mali
from effort_for_tests import times
from pyarrow import parquet
from server_for_tests import missing
from stix2.confidence import scales
from stix2validator import ValidationOptions, validate_file

from tracker import Situation, exports
from tracker.exports.ftm import SCHEMATA, TYPES
from tracker.exports.stix import CREDIBILITY
from tracker.tabular import columns_of, tabulated

ROOT = Path(__file__).resolve().parent.parent
KNOWN = {"mali": "2013-01-21", "ten thousand": "2020-04-30"}
FACTS = times(10_000)
OFTEN = 50  # of a large situation, every so many-th row is compared


@pytest.fixture(scope="module")
def thousands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of a made-up situation of 10,000 facts about 1,000 places."""
    log = tmp_path_factory.mktemp("large") / "situation.db"
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        recording = importlib.import_module("_bench.recording")
    finally:
        sys.path.pop(0)
    recording.enter(log, seed=7, facts=FACTS, places=1_000)
    return log


class Exported:
    """A situation, and its exports, each made when it is first asked for."""

    def __init__(self, name: str, situation: Situation, folder: Path) -> None:
        self.name = name
        self.situation = situation
        self.folder = folder
        clocks = situation.clocks(KNOWN[name], KNOWN[name])
        self.question = exports.Question(situation, clocks, situation.weighing())
        self.told: dict[Path, exports.Told] = {}
        self.answered: dict[tuple[str, str | None], Sequence[dict[str, Any]]] = {}

    def path(self, name: str, rows: str = "") -> Path:
        """Give the file of a format."""
        path = self.folder / f"{rows or 'situation'}.{name}"
        if path not in self.told:
            question = replace(self.question, rows=rows)
            if name in {"stix", "ftm"} and self.name != "mali":  # ten days are much already
                ten_days = self.situation.period("2020-03-01", "2020-03-10")
                question = replace(question, period=ten_days)
            self.told[path] = exports.write(name, question, path)
        return path

    def rows(self, rows: str, projection: str | None = None) -> Sequence[dict[str, Any]]:
        """Give what the situation answers, to compare an export with."""
        if (rows, projection) not in self.answered:
            question = replace(self.question, rows=rows, projection=projection)
            self.answered[rows, projection] = question.answer().dicts
        return self.answered[rows, projection]


@pytest.fixture(scope="module")
def of_mali(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exported]:
    folder = tmp_path_factory.mktemp("exports")
    with Situation(str(mali(folder))) as situation:
        yield Exported("mali", situation, folder)


@pytest.fixture(scope="module")
def of_thousands(thousands: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exported]:
    with (
        Situation(str(thousands)) as situation,
        # Each format asks the same: of a large situation it is worked out once.
        mock.patch.object(situation, "spans", cache(situation.spans)),
        mock.patch.object(situation, "evidence", cache(situation.evidence)),
    ):
        yield Exported("ten thousand", situation, tmp_path_factory.mktemp("exports"))


@pytest.fixture(scope="module", params=["of_mali", "of_thousands"])
def exported(request: pytest.FixtureRequest) -> Exported:
    """The exports of either situation."""
    found: Exported = request.getfixturevalue(request.param)
    return found


def says_what_it_is_of(told: dict[str, Any], made: Exported) -> None:
    """Every export names its clocks, its policy, and the log's position and head."""
    situation = made.situation
    assert told["query"]["policy"] == "origin-weighted/1"
    assert told["query"]["known_at"] == f"{KNOWN[made.name]}T23:59:59.999999Z"
    head = situation.head(situation.position)
    assert told["log"] == {"position": situation.position, "head": head}


# -- GDAL: what QGIS reads maps with --------------------------------------------------------------


def gdal(program: str, *words: object) -> str:
    """Run one of GDAL's programs."""
    if shutil.which(program) is None:
        missing(f"needs the program {program} (Debian: gdal-bin)")
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=True)
    assert "Warning" not in done.stderr, done.stderr
    return done.stdout


def fields(layer: str) -> dict[str, str]:
    """Give the fields of a layer, and their types, as `ogrinfo` lists them."""
    return dict(re.findall(r"^(\w+): (\w+)", layer, flags=re.MULTILINE))


def test_gdal_finds_times_in_a_geopackage(exported: Exported) -> None:
    said = gdal("ogrinfo", "-ro", "-so", "-al", exported.path("gpkg"))
    layers = {part.split("\n", 1)[0]: part for part in said.split("\nLayer name: ")[1:]}
    assert set(layers) >= {"control", "forces", "incidents", "humanitarian", "about"}
    for name in ("control", "forces", "incidents", "humanitarian"):
        assert {fields(layers[name])[end] for end in ("valid_from", "valid_to")} == {"DateTime"}
        assert "Geometry: Point" in layers[name]
        assert 'ID["EPSG",4326]' in layers[name]
        count = len(exported.rows("spans", name))
        assert f"Feature Count: {count}\n" in layers[name]


def test_gdal_reads_of_a_geopackage_what_was_answered(exported: Exported, tmp_path: Path) -> None:
    table = tmp_path / "control.csv"
    where = ("-lco", "GEOMETRY=AS_XY", "control")
    gdal("ogr2ogr", "-f", "CSV", table, exported.path("gpkg"), *where)
    with table.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    rows = exported.rows("spans", "control")
    assert [row["key"] for row in found] == [row["key"] for row in rows]
    for one, row in zip(found, rows, strict=True):
        assert (float(one["X"]), float(one["Y"])) == (row["place"]["lon"], row["place"]["lat"])
        for end in ("valid_from", "valid_to"):
            assert read_by_gdal(one[end]) == in_milliseconds(row[end])
        assert json.loads(one["holders"]) == row["holders"]


def read_by_gdal(text: str) -> datetime | None:
    """Read a time as ogr2ogr writes it: 2013/01/14 23:59:59.999+00."""
    if not text:
        return None
    return datetime.fromisoformat(text.replace("/", "-").replace("+00", "+00:00"))


def in_milliseconds(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_a_geopackage_says_what_it_is_of(exported: Exported) -> None:
    said = gdal("ogrinfo", "-ro", exported.path("gpkg"))
    told = json.loads(said[said.index("{") : said.rindex("}") + 1])
    says_what_it_is_of(told, exported)
    layer = gdal("ogrinfo", "-ro", "-so", exported.path("gpkg"), "control")
    assert f"log #{exported.situation.position}" in layer


def test_gdal_reads_geojson_with_its_times(exported: Exported) -> None:
    path = exported.path("geojson")
    said = gdal("ogrinfo", "-ro", "-so", "-al", path)
    assert {fields(said)[end] for end in ("valid_from", "valid_to")} == {"DateTime"}
    whole = json.loads(path.read_text(encoding="utf-8"))
    says_what_it_is_of(whole["about"], exported)
    assert f"Feature Count: {len(whole['features'])}\n" in said
    placed = ("control", "forces", "incidents", "humanitarian")
    rows = [row for name in placed for row in exported.rows("spans", name)]
    assert len(whole["features"]) == len(rows)
    for feature, row in zip(whole["features"], rows, strict=True):
        assert feature["properties"]["valid_from"] == row["valid_from"]
        assert feature["properties"]["valid_to"] == row["valid_to"]
        told = row["when"] if "when" in row else (row["since"] or {}).get("edtf")
        assert feature["properties"]["edtf"] == told


# -- tables: pyarrow, DuckDB ----------------------------------------------------------------------


def in_duckdb(sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Ask DuckDB; give the types of the columns, and the rows. Times are in UTC."""
    with closing(duckdb.connect()) as database:
        database.execute("SET TimeZone = 'UTC'")
        found = database.sql(sql)
        return [f"{name} {kind}" for name, kind in zip(found.columns, found.types, strict=True)], (
            found.fetchall()
        )


PARQUET = {
    "text": "string",
    "json": "string",
    "whole": "int64",
    "number": "double",
    "flag": "bool",
    "time": "timestamp[us, tz=UTC]",
    "list": "list<element: string>",
}


def reads_parquet(rows: str, exported: Exported, step: int) -> None:
    table = parquet.read_table(exported.path("parquet", rows))
    says_what_it_is_of(json.loads(table.schema.metadata[b"tracker"]), exported)
    expected = tabulated(exported.rows(rows), columns_of(rows))
    assert {field.name: str(field.type) for field in table.schema} == {
        column.name: PARQUET[column.kind] for column in expected.columns
    }
    assert table.num_rows == len(expected.rows)
    some = table.take([*range(0, table.num_rows, step)])
    found = [tuple(row.values()) for row in some.to_pylist()]
    assert found == [
        tuple([*value] if isinstance(value, tuple) else value for value in row)
        for row in expected.rows[::step]
    ]


@pytest.mark.parametrize("rows", ["state", "spans", "facts"])
def test_pyarrow_reads_parquet_with_types(rows: str, of_mali: Exported) -> None:
    reads_parquet(rows, of_mali, 1)


def test_pyarrow_reads_thousands_facts(of_thousands: Exported) -> None:
    reads_parquet("spans", of_thousands, OFTEN)


def test_duckdb_counts_the_days_a_place_was_held(exported: Exported) -> None:
    path = exported.path("parquet", "spans")
    kinds, rows = in_duckdb(
        "SELECT key, sum(date_diff('hour', valid_from, valid_to)) AS hours"  # noqa: S608 - our file
        f" FROM '{path}' WHERE projection = 'control' AND status = 'held'"
        " AND valid_to IS NOT NULL GROUP BY key ORDER BY key"
    )
    assert kinds == ["key VARCHAR", "hours HUGEINT"]
    expected: Counter[str] = Counter()
    for row in exported.rows("spans", "control"):
        if row["status"] == "held" and row["valid_to"] and row["valid_from"]:
            ends = (hours(row[end]) for end in ("valid_to", "valid_from"))
            expected[row["key"]] += next(ends) - next(ends)
    assert rows == sorted(expected.items())


def hours(text: str) -> int:
    """Give the hour that an instant lies in, as DuckDB counts the borders between hours."""
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp() // 3600)


def reads_text(name: str, rows: str, exported: Exported) -> None:
    path = exported.path(name, rows)
    read = "read_csv" if name == "csv" else "read_json"
    key = "fact" if rows == "facts" else "key"
    _, found = in_duckdb(f"SELECT {key} FROM {read}('{path}')")  # noqa: S608 - our file
    assert [str(row[0]) for row in found] == [row[key] for row in exported.rows(rows)]
    beside = exports.about_path(path).read_text(encoding="utf-8")
    says_what_it_is_of(json.loads(beside), exported)


@pytest.mark.parametrize("rows", ["state", "spans", "facts"])
@pytest.mark.parametrize("name", ["csv", "jsonl"])
def test_duckdb_reads_csv_and_json_lines(name: str, rows: str, of_mali: Exported) -> None:
    reads_text(name, rows, of_mali)


def test_duckdb_reads_thousands_facts(of_thousands: Exported) -> None:
    reads_text("jsonl", "facts", of_thousands)
    reads_text("csv", "spans", of_thousands)
    assert len(of_thousands.rows("facts")) == FACTS


def test_json_lines_are_the_rows(of_mali: Exported) -> None:
    lines = of_mali.path("jsonl", "facts").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [*of_mali.rows("facts")]


# -- STIX -----------------------------------------------------------------------------------------


def objects(exported: Exported) -> list[dict[str, Any]]:
    whole = json.loads(exported.path("stix").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = whole["objects"]
    return found


def test_the_validator_of_stix_finds_nothing_wrong(exported: Exported, tmp_path: Path) -> None:
    # It takes a tenth of a second an object: of a large bundle it sees those at the beginning,
    # which are of every kind but a report, and then every so many-th.
    made = objects(exported)
    step = max(1, len(made) // OFTEN)
    path = tmp_path / "bundle.json"
    bundle = {"type": "bundle", "id": f"bundle--{made[0]['id'].split('--')[1]}"}
    path.write_text(json.dumps({**bundle, "objects": [*made[:5], *made[5::step]]}))
    verdict = validate_file(str(path), ValidationOptions(version="2.1"))
    assert verdict.is_valid
    warned = [str(one) for found in verdict.object_results for one in found.warnings]
    # SHOULDs that we depart from: ids are not random, and "controls" is a word of our own, as are
    # the regions of places without coordinates.
    ours = re.compile(r"\{103\}|\{202\}.*relationship type|\{2\d\d\}.*region")
    assert [one for one in warned if not ours.search(one)] == []


def test_stix2_parses_the_bundle_without_custom_content(exported: Exported) -> None:
    made = objects(exported)
    known = {one["id"]: one for one in made}
    assert len(known) == len(made), "an id twice"
    for one in made[:: max(1, len(made) // (4 * OFTEN))]:
        stix2.parse(one, allow_custom=False, version="2.1")
    for one in made:
        for name in ("source_ref", "target_ref", "created_by_ref"):
            assert one.get(name, made[0]["id"]) in known
        assert set(one.get("object_refs", ())) <= known.keys()


DAY = {"mali": "2013-01-21", "ten thousand": "2020-03-09"}


def at_the_end(exported: Exported) -> Sequence[dict[str, Any]]:
    """Give the state of control at the end of a day that the bundle holds."""
    clocks = exported.situation.clocks(DAY[exported.name], KNOWN[exported.name])
    return exported.situation.state(clocks, "control").dicts


def test_stix_tells_who_held_what_as_the_situation_does(exported: Exported) -> None:
    made = {one["id"]: one for one in objects(exported)}
    ours = next(one for one in made if one.startswith("extension-definition"))

    def named(name: str) -> str:
        return str(made[name]["extensions"][ours]["tracker_id"])

    as_of = datetime.fromisoformat(f"{DAY[exported.name]}T23:59:59.9999Z")
    found = {
        (named(one["target_ref"]), named(one["source_ref"]))
        for one in made.values()
        if one["type"] == "relationship"
        and one["relationship_type"] == "controls"
        and datetime.fromisoformat(one.get("start_time", "0001-01-01T00:00:00Z")) <= as_of
        and ("stop_time" not in one or as_of < datetime.fromisoformat(one["stop_time"]))
    }
    assert found == {
        (row["key"], holder)
        for row in at_the_end(exported)
        if row["status"] == "held" and row["support"] != "disputed"
        for holder in row["holders"]
    }
    note = next(one for one in made.values() if one["type"] == "note")
    says_what_it_is_of(note["extensions"][ours]["about"], exported)


def test_confidence_is_by_the_specification_s_own_scale() -> None:
    names = {1: "Confirmed by other sources", 2: "Probably True", 3: "Possibly True"}
    names |= {4: "Doubtful", 5: "Improbable"}
    for digit, value in CREDIBILITY.items():
        assert scales.value_to_admiralty_credibility(value) == f"{digit} - {names[digit]}"


# -- FollowTheMoney -------------------------------------------------------------------------------

# Facts of the model as published with version 4: the properties that a schema has, its own and
# those it inherits, of those that are used here; and what each refers to.
THING = {"name", "alias", "summary", "description", "notes", "sourceUrl", "publisher"}
THING |= {"addressEntity"}
INTERVAL = {"startDate", "endDate", "date", "summary", "description", "recordId", "proof"}
MODEL = {
    "Person": THING,
    "Organization": THING,
    "PublicBody": THING,
    "LegalEntity": THING,
    "Address": THING | {"full", "latitude", "longitude"},
    "Article": THING | {"title", "fileName", "publishedAt"},
    "UnknownLink": INTERVAL | {"subject", "object", "role", "status"},
    "Event": THING | INTERVAL | {"involved", "location"},
}
RANGES = {
    "subject": set(MODEL) - {"UnknownLink"},
    "object": set(MODEL) - {"UnknownLink"},
    "involved": {"Person", "Organization", "PublicBody", "LegalEntity"},
    "addressEntity": {"Address"},
    "proof": {"Article"},
}


def statements(exported: Exported) -> list[dict[str, Any]]:
    text = exported.path("ftm").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_statements_are_of_the_model_of_followthemoney(exported: Exported) -> None:
    made = statements(exported)
    schemata = {one["entity_id"]: one["schema"] for one in made}
    assert set(SCHEMATA.values()) <= set(MODEL)
    for one in made:
        assert one["prop"] == "id" or one["prop"] in MODEL[one["schema"]], one
        assert one["prop_type"] == TYPES[one["prop"]]
        assert one["schema"] == schemata[one["entity_id"]]
        if one["prop_type"] == "entity":
            assert schemata[one["value"]] in RANGES[one["prop"]]
        if one["prop_type"] == "date":
            assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", one["value"])
    assert len({one["id"] for one in made}) == len(made)
    named = {one["entity_id"] for one in made if one["prop"] in {"name", "title", "subject"}}
    assert named == set(schemata), "an entity without what its schema requires"


def test_the_program_of_followthemoney_reads_the_statements(exported: Exported) -> None:
    # Its library needs ICU's headers to be installed, so it is no part of what is locked.
    program = shutil.which("ftm")
    if program is None:
        pytest.skip("needs the program ftm (PyPI: followthemoney); the model's facts are checked")
    told = ["aggregate-statements", "-i", str(exported.path("ftm")), "-f", "json"]
    done = subprocess.run(
        [program, *told], capture_output=True, text=True, check=True, env=os.environ
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    expected = {one["entity_id"]: one["schema"] for one in statements(exported)}
    assert {one["id"]: one["schema"] for one in found} == expected
