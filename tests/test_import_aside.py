"""Where rows in quarantine go: over nothing that is there, and where a reader finds them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands_for_tests import run, said
from sheets_for_tests import SITUATION
from tables_for_tests import DIARY, diary, facts_in, load

from tracker import apart
from tracker.errors import InputError, TrackerError
from tracker.outcomes import Imported
from tracker.situation import Situation

HEAD, *ROWS = DIARY.splitlines(keepends=True)
ASIDE = diary(bad={"date": "quarantine"})
WRONG = HEAD + ROWS[0] + ROWS[1].replace("2013-01-10", "2013-02-30")
MORE = WRONG + ROWS[2].replace("2013-01-12", "2013-02-31")


def grow(
    situation: Situation, folder: Path, table: str, *, quarantine: Path | None = None
) -> Imported:
    """Import a table as it now is, under the name that it always has."""
    return load(situation, folder, ASIDE, table, quarantine=quarantine)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a log, its mapping and a table that has a bad row."""
    (tmp_path / "situation.yaml").write_bytes(SITUATION)
    (tmp_path / "mapping.yaml").write_text(json.dumps(ASIDE))
    (tmp_path / "table.csv").write_text(WRONG)
    (tmp_path / "notes.csv").write_text("line,note\n3,ask the gazette\n")
    said("--log", tmp_path / "situation.db", "init", tmp_path / "situation.yaml")
    return tmp_path


def all_in(folder: Path) -> dict[str, bytes]:
    """Give what every file of a folder holds, but for those that SQLite opens for a while."""
    files = (path for path in folder.iterdir() if not path.name.endswith(("-wal", "-shm")))
    return {path.name: path.read_bytes() for path in files if path.is_file()}


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
@pytest.mark.parametrize(
    "name", ["situation.db", "situation.state.db", "situation.keys.db", "mapping.yaml", "notes.csv"]
)
def test_no_quarantine_takes_the_place_of_another_file(
    folder: Path, name: str, dry: tuple[str, ...]
) -> None:
    log, before = folder / "situation.db", all_in(folder)
    result = run(
        "--log", log, "import", *(folder / one for one in ("mapping.yaml", "table.csv")),
        "--quarantine", folder / name, *dry,
    )  # fmt: skip
    assert result.exit_code == 2
    assert result.stderr.endswith(": write the quarantine to another file\n")
    assert all_in(folder) == before


def test_nor_where_it_is_named_through_python(situation: Situation, tmp_path: Path) -> None:
    other, position = tmp_path / "other.csv", situation.log.position
    other.write_text("of another kind\n")
    for path in (other, tmp_path, tmp_path / "nowhere" / "aside.csv", Path("/dev/null")):
        with pytest.raises(TrackerError):
            grow(situation, tmp_path, WRONG, quarantine=path)
    assert (other.read_text(), situation.log.position) == ("of another kind\n", position)


def test_of_several_tables_none_takes_the_place_of_another_file(
    situation: Situation, tmp_path: Path
) -> None:
    other = tmp_path / "aside.2.csv"
    other.write_text("of another kind\n")
    with pytest.raises(TrackerError, match=r"aside\.2\.csv is there already"):
        load(situation, tmp_path, ASIDE, WRONG, MORE, quarantine=tmp_path / "aside.csv")
    assert other.read_text() == "of another kind\n"


def test_rows_that_were_mended_stay_when_the_table_comes_again(
    situation: Situation, tmp_path: Path
) -> None:
    first, next_one = (tmp_path / f"table.csv.quarantine{n}.csv" for n in ("", ".2"))
    grow(situation, tmp_path, WRONG)
    wrong = first.read_text()
    mended = wrong.replace("2013-02-30", "2013-01-30")
    first.write_text(mended)
    outcome = grow(situation, tmp_path, WRONG)
    assert (first.read_text(), next_one.read_text()) == (mended, wrong)
    assert outcome.quarantine_files == (str(next_one),)
    (told,) = [one for one in outcome.warnings if one.file == str(first)]
    assert told.message.startswith("left as it is, for it holds something else: the rows are in ")
    grow(situation, tmp_path, MORE)  # what nobody touched grows with its table
    assert next_one.read_text().startswith(wrong)
    assert len(next_one.read_text().splitlines()) == 3
    assert (first.read_text(), len(list(tmp_path.glob("*.quarantine*")))) == (mended, 2)


def test_a_table_that_grows_has_one_quarantine_while_nobody_mends_it(
    situation: Situation, tmp_path: Path
) -> None:
    for table in (WRONG, WRONG, MORE, MORE):
        outcome = grow(situation, tmp_path, table)
        assert outcome.quarantine_files == (str(tmp_path / "table.csv.quarantine.csv"),)
        assert not [one for one in outcome.warnings if "quarantine" in str(one)]
    assert len(list(tmp_path.glob("*.quarantine*"))) == 1
    assert not list(tmp_path.glob(".*"))


def test_a_file_that_happens_to_have_its_name_stays(situation: Situation, tmp_path: Path) -> None:
    other = tmp_path / "table.csv.quarantine.csv"
    other.write_text("")
    outcome = grow(situation, tmp_path, WRONG)
    assert outcome.quarantine_files == (str(tmp_path / "table.csv.quarantine.2.csv"),)
    assert other.read_text() == ""


def test_a_quarantine_that_is_read_with_its_table_stays(
    situation: Situation, tmp_path: Path
) -> None:
    grow(situation, tmp_path, WRONG)
    table, aside = tmp_path / "table.csv", tmp_path / "table.csv.quarantine.csv"
    table.write_text(MORE)
    mapping = (json.dumps(ASIDE).encode(), "mapping.yaml")
    before = aside.read_bytes()
    outcome = situation.import_table(mapping, [table, aside], by="tests")
    beside = tmp_path / "table.csv.quarantine.2.csv"
    own = tmp_path / "table.csv.quarantine.csv.quarantine.csv"
    assert (outcome.quarantine_files, aside.read_bytes()) == ((str(beside), str(own)), before)


# -- rows that only their format shows to be wrong -------------------------------------------------

POINTS = """\
{"type": "FeatureCollection", "features": [
{"type": "Feature", "geometry": {"type": "Point", "coordinates": [20, 10]},
 "properties": {"id": "1", "day": "2013-01-10", "printed": "2013-01-11", "town": "Mill"}},
{"type": "Feature", "geometry": {"type": "Point", "coordinates": [230, 10.5]},
 "properties": {"id": "2", "day": "2013-01-10", "printed": "2013-01-11", "town": "Ford"}},
{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]},
 "properties": {"id": "3", "day": "2013-01-10", "printed": "2013-01-11", "town": "Ford"}}
]}
"""
ATTACKS = diary(
    facts=[
        {
            "kind": "AttackOccurred",
            "place": "$place",
            "when": {"column": "day"},
            "gist": "At {town}",
        }
    ]
)


def test_features_whose_place_is_none_are_put_aside_as_coordinates_are(
    situation: Situation, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"feature 2 \(2\): longitude 230 is not within"):
        load(situation, tmp_path, ATTACKS, POINTS, name="t.geojson")
    bad = {**ATTACKS, "bad": {"coordinate": "quarantine"}}
    done = load(situation, tmp_path, bad, POINTS, name="t.geojson")
    assert (done.files[0].rows, done.files[0].quarantined) == (3, {"coordinate": 2})
    assert [fact["gist"] for fact in facts_in(situation)] == ["At Mill"]
    (aside,) = map(Path, done.quarantine_files)
    lines = aside.read_text().splitlines()
    why = "longitude 230 is not within -180 to 180 (feature 2)"
    assert lines[1].startswith(f"4,coordinate,{why},2,")
    assert lines[1].endswith(",Ford,10.5,230,")  # lat, lon: to be mended here
    assert lines[2].startswith("6,coordinate,a ring of 2 positions")
    mended = [*lines[:1], lines[1].replace(",230,", ",23.0,")]
    aside.write_text("".join(f"{line}\n" for line in mended))
    again = situation.import_table((json.dumps(bad).encode(), "m.yaml"), [aside], by="tests")
    assert again.files[0].facts == {"AttackOccurred": 1}


def test_features_whose_place_is_none_may_lose_it(situation: Situation, tmp_path: Path) -> None:
    bad = {**ATTACKS, "bad": {"coordinate": "drop"}}
    table = POINTS.replace('"3", "day": "2013-01-10"', '"3", "day": "2013-01-09"')
    done = load(situation, tmp_path, bad, table, name="t.geojson")
    assert (done.files[0].rows, done.files[0].quarantined) == (3, {})
    assert done.files[0].mended == 1  # a polygon has no degrees to read
    assert [fact["gist"] for fact in facts_in(situation)] == ["At Mill", "At Ford", "At Ford"]
    places = situation.registry().places
    assert (places["mill"].lat, places["ford"].lat) == (10.0, None)


def test_lines_that_are_no_json_are_put_aside_as_rows_are(
    situation: Situation, tmp_path: Path
) -> None:
    good = '{"id": "1", "day": "2013-01-10", "printed": "2013-01-11", "town": "Mill", "lat": 1, '
    lines = [good + '"lon": 2}', '{"id": "2", "day"', "[1]", '{"id": NaN}', good + '"lon": 2} x']
    table = "\n".join(lines)
    with pytest.raises(InputError, match=r"t\.jsonl:2:\d+: not valid JSON"):
        load(situation, tmp_path, ATTACKS, table, name="t.jsonl")
    bad = {**ATTACKS, "bad": {"row": "quarantine"}}
    done = load(situation, tmp_path, bad, table, name="t.jsonl")
    assert (done.files[0].rows, done.files[0].quarantined) == (5, {"row": 4})
    assert [fact["gist"] for fact in facts_in(situation)] == ["At Mill"]
    written = Path(done.quarantine_files[0]).read_text().splitlines()
    assert [line.split(",")[0] for line in written[1:]] == ["2", "3", "4", "5"]
    assert all(",row," in line for line in written[1:])
    assert '"{""id"": ""2"", ""day"""' in written[1]  # as it stands there


def test_a_mapping_is_guessed_for_a_map_with_a_feature_that_is_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "t.geojson"
    path.write_text(POINTS)
    assert "dataset: t" in apart.guess_mapping(path)
