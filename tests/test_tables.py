"""Tables as they are read: what a row is, and which files are refused, with the place."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.cli.output import as_csv
from tracker.datasets import text
from tracker.datasets.rings import crossing
from tracker.datasets.tables import Reading, file_sha256, open_table
from tracker.errors import InputError

WIKI = Path(__file__).resolve().parents[2] / "shared/data/wiki-control-2022/snapshots.csv.gz"

Rows = list[tuple[int, Sequence[str] | None]]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(data: str | bytes, name: str = "t.csv") -> Path:
    data = data.encode() if isinstance(data, str) else data
    path = Path(name)
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def read(data: str | bytes, name: str = "t.csv", reading: Reading | None = None) -> Rows:
    with open_table(written(data, name), reading or Reading()) as table:
        return [(number, tuple(row) if row else None) for number, row in table.rows()]


def header(data: str | bytes, name: str = "t.csv", reading: Reading | None = None) -> list[str]:
    with open_table(written(data, name), reading or Reading()) as table:
        return list(table.header)


def refused(data: str | bytes, name: str = "t.csv", reading: Reading | None = None) -> str:
    """Read a file that must be refused; give the one problem without the file's name."""
    with pytest.raises(InputError) as found:
        read(data, name, reading)
    assert len(found.value.problems) == 1
    problem = found.value.problems[0]
    assert problem.file == name
    return str(problem).removeprefix(f"{name}:")


# ---------------------------------------------------------------- text tables


def test_a_row_is_its_line_and_its_values() -> None:
    table = "town,held by,lat\nKonna,Others,14.9\nDiabaly,,\n"
    assert header(table) == ["town", "held by", "lat"]
    assert read(table) == [(2, ("Konna", "Others", "14.9")), (3, ("Diabaly", "", ""))]


def test_line_ends_quotes_and_blank_lines() -> None:
    table = (
        "\ufeff\r\n"
        ' town ,"said\nby"\r\n'
        'Konna,"one\r\ntwo\rthree"\r\n'
        "\r\n"
        'Gao,"a ""b"", c"\r\n'
        "Kidal,\u2028\x0b\x85 no line ends here\r\n"
        "Timbuktu,the last line has no end"
    )
    assert header(table) == ["town", "said by"]
    assert read(table) == [
        (4, ("Konna", "one\r\ntwo\rthree")),
        (7, ("Gao", 'a "b", c')),
        (8, ("Kidal", "\u2028\x0b\x85 no line ends here")),
        (9, ("Timbuktu", "the last line has no end")),
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_seen_in_the_header(mark: str) -> None:
    table = f'town{mark}"held, by; |"{mark}day\nKonna{mark}x{mark}1\n'
    assert read(table) == [(2, ("Konna", "x", "1"))]
    with open_table(written(table)) as opened:
        assert opened.reading == Reading(format="csv", delimiter=mark)


def test_what_the_mapping_says_of_the_file_goes_first() -> None:
    reading = Reading(format="csv", encoding="latin-1", delimiter=";")
    table = "lieu;heure,minute\nSégou;1,2\n".encode("latin-1")
    assert read(table, "t.data", reading) == [(2, ("Ségou", "1,2"))]
    utf16 = "town,day\nKonna,1\n".encode("utf-16")
    assert read(utf16, reading=Reading(encoding="utf-16")) == [(2, ("Konna", "1"))]


def test_formats_are_known_by_their_names() -> None:
    assert read("town\tday\nKonna, Mali\t1\n", "t.tsv") == [(2, ("Konna, Mali", "1"))]
    assert read("town,day\nKonna,1\n", "t.CSV.gz") == [(2, ("Konna", "1"))]
    assert read("town,day\nKonna,1\n", "a.b.txt") == [(2, ("Konna", "1"))]
    wanted = "0:0: no format known by this name: write `read: {format: ...}`, csv, tsv, json"
    assert refused("town\n", "t.xyz").startswith(wanted)
    assert refused("town\n", reading=Reading(format="xls")).startswith("0:0: no format 'xls': csv")


def test_progress_is_counted_in_bytes_of_the_file_as_it_lies() -> None:
    dice = random.Random(1)  # noqa: S311 - seeded, and no secret
    rows = "".join(f"{number},{dice.random()}\n" for number in range(100_000))
    path = written("number,value\n" + rows, "t.csv.gz")
    with open_table(path) as table:
        assert table.size == path.stat().st_size
        seen = [table.position() for number, _ in table.rows() if number % 10_000 == 0]
        assert seen == sorted(seen)
        assert 0 < seen[0] < table.size / 2
        assert table.position() == table.size
    assert table.position() == table.size
    assert file_sha256(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_input_30_cells_that_a_spreadsheet_would_run_are_neutralised_and_read_back() -> None:
    texts = ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "'=1", "''=1", "'quoted'", "-", "-5", "+1.5e3"]
    texts += ["plain", "'", "' =1", "-5 people", "\u00ad5"]
    cells = as_csv([{"n": number, "text": cell} for number, cell in enumerate(texts)])
    raw = [row[1] for _, row in read(cells) if row]
    assert raw[:6] == ["'=1+1", "'+1+1", "'-2+3", "'@SUM(A1)", "''=1", "'''=1"]
    assert raw[6:] == [
        "'quoted'",
        "'-",
        "-5",
        "+1.5e3",
        "plain",
        "'",
        "' =1",
        "'-5 people",
        "\u00ad5",
    ]
    assert not any(cell[0] in "=@\t\r" for cell in raw)
    back = read(cells, reading=Reading(neutralised=True))
    assert [row[1] for _, row in back if row] == texts
    # Tab and CR never come to lie in our export; others' exports have them.
    table = 'a,b\n"\'\t=1","\'\r=1"\n'
    assert read(table, reading=Reading(neutralised=True)) == [(2, ("\t=1", "\r=1"))]


@given(st.lists(st.text("'=+-@a1. ", max_size=6), min_size=1))
def test_input_30_whatever_is_neutralised_reads_back(texts: list[str]) -> None:
    cells = as_csv([{"n": number, "text": cell} for number, cell in enumerate(texts)])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_text(cells)
        with open_table(path, Reading(neutralised=True)) as table:
            assert [row[1] for _, row in table.rows() if row] == texts
        with open_table(path) as table:
            raw = [row[1] for _, row in table.rows() if row]
    assert [cell for cell in raw if cell[:1] in {"=", "@"}] == []
    for cell in raw:
        if cell[:1] in {"+", "-"}:
            float(cell)  # or a ValueError: it was no plain number


def test_input_31_a_ragged_row_is_told_and_the_importer_decides() -> None:
    with open_table(written("town,held by\nKonna\nGao,Others\nKidal,a,b\n")) as table:
        rows = table.rows()
        assert next(rows) == (2, None)
        assert table.ragged == ["Konna"]
        assert list(rows) == [(3, ["Gao", "Others"]), (4, None)]
        assert table.ragged == ["Kidal", "a", "b"]
        assert table.bad_rows == [
            (2, "1 value in a table of 2 columns: those from 'held by' on are missing"),
            (4, "3 values in a table of 2 columns: is a value with a ',' in it not in quotes?"),
        ]


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ('town,by\nGao,x\nKonna,"Others\nKidal,y\n', "3:7: a quote is opened here and never"),
        ('town,"by\nGao,x\n', "1:6: a quote is opened here and never closed"),
        ('town,by\n"Gao" x,y\n', "2:0: text after a closing quote (seen in line 2): write a"),
        ("town,by\nGao,x\ry\n", "2:0: a carriage return inside a value: put it in quotes"),
        ('t,by\n"' + 2**20 * "x\n", "2:1: a value of more than 1 MiB: is a quote opened here"),
    ],
)
def test_input_32_an_unclosed_quote_is_refused_where_it_opens(table: str, problem: str) -> None:
    assert refused(table).startswith(problem)


def test_input_33_a_wrong_encoding_is_refused_at_the_letter() -> None:
    hint = "not utf-8 (Latin-1 or Windows-1252, perhaps: write `read: {encoding: ...}`"
    assert refused("town,by\nGao,é\nSégou,x\n".encode("latin-1")).startswith(f"2:5: {hint}")
    late = "town,by\n" + 200_000 * "Gao,x\n" + "Gao,ü"
    assert refused(late.encode("latin-1")).startswith(f"200002:5: {hint}")
    assert refused("town,by\n".encode("utf-16")).startswith("1:1: this is utf-16: write")
    assert refused(b"town,by\nGao,\xc3").startswith("2:5: not utf-8")
    assert refused("a\n", reading=Reading(encoding="hex")).startswith("0:0: no text encoding is")
    assert refused("a\n", reading=Reading(encoding="utf-9")).startswith("0:0: no text encoding is")
    assert "a NUL character" in refused("town,by\nGao,x\0y\n")
    assert refused("town,by\nGao,x\0y\n").startswith("2:6: ")


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ("town,by,town", "1:0: two columns are named 'town' (1 and 3): rename one"),
        ("town, by ,by", "1:0: two columns are named 'by' (2 and 3): rename one"),
        ("town,,by", "1:0: column 2 has no name: name it, or leave it out"),
        ("", "1:0: no header"),
        (",".join(map(str, range(2001))), "1:0: 2001 columns: at most 2000"),
    ],
)
def test_input_41_a_repeated_or_empty_header_is_refused(names: str, problem: str) -> None:
    found = refused(f"{names}\n")
    assert found.replace("0:0: no header", "1:0: no header").startswith(problem)


@pytest.mark.parametrize("again", ["town, by\n", "\ufefftown, by\n", '"town"," by"\n'])
def test_input_41_the_header_once_more_in_the_middle_is_refused(again: str) -> None:
    assert refused(f"\ufefftown, by\nGao,x\n{again}Mopti,y\n").startswith(
        "3:0: the header once more: "
    )


def test_a_row_that_is_like_the_header_in_parts_is_a_row() -> None:
    assert read("town\ntown\n") == [(2, ("town",))]
    assert read("town,by\ntown,BY\n") == [(2, ("town", "BY"))]


def test_files_that_are_no_tables_are_refused() -> None:
    assert refused("") == "0:0: the file is empty"
    assert refused(b"PK\x03\x04...") == (
        "0:0: a zip archive (an Excel workbook is one): unpack it, or save the sheet as CSV"
    )
    with pytest.raises(InputError, match=r"nowhere\.csv:0:0: cannot be read: No such file"):
        open_table(Path("nowhere.csv"))
    Path("folder.csv").mkdir()
    with pytest.raises(InputError, match=r"folder\.csv:0:0: cannot be read: Is a directory"):
        open_table(Path("folder.csv"))
    with pytest.raises(InputError, match="cannot be read: No such file"):
        file_sha256(Path("nowhere.csv"))
    reading = Reading(delimiter=";;")
    assert refused("a;;b\n", reading=reading) == (
        "0:0: ';;' cannot be a delimiter: one character is needed"
    )


def test_a_damaged_gzip_is_refused() -> None:
    whole = gzip.compress("".join(f"a{n},{n * n}\n" for n in range(60_000)).encode())

    def told(data: bytes) -> str:
        path = Path("t.csv.gz")
        path.write_bytes(data)
        with pytest.raises(InputError) as found, open_table(path) as table:
            list(table.rows())
        return str(found.value)

    assert "the compressed file is cut off: fetch it again" in told(whole[: len(whole) // 2])
    assert "the compressed file is cut off" in told(whole[:-4])
    assert "the compressed file is damaged (CRC check failed" in told(whole[:-6] + b"abcdef")
    half = len(whole) // 2
    assert "is damaged" in told(whole[:half] + bytes(200) + whole[half + 200 :])
    assert told(b"town,by\n") == (
        "t.csv.gz:0:0: named .gz, and not compressed with gzip: name it as what it is"
    )
    Path("plain.csv").write_bytes(gzip.compress(b"town\nGao\n"))
    with open_table(Path("plain.csv")) as table:
        assert list(table.rows()) == [(2, ["Gao"])]


# ---------------------------------------------------------------- bounded memory

_LIMITED = """
import sys
from pathlib import Path
from tracker.datasets.tables import InputError, open_table
number = 0
try:
    with open_table(Path(sys.argv[1])) as table:
        for number, row in table.rows():
            pass
    print(number, table.header)
except InputError as error:
    print(error)
most = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(int(most[0]) // 1024)
"""


def in_a_process(path: Path) -> tuple[str, int]:
    """Read a table in a process of its own: what it says, and the most memory it held, in MiB."""
    if not Path("/proc/self/status").exists():
        pytest.skip("the memory of a process is read from /proc")
    root = str(Path(__file__).resolve().parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": root},
        timeout=60,
    )
    said, memory = done.stdout.rsplit("\n", 2)[:2]
    return said, int(memory)


def test_a_long_line_and_a_gzip_bomb_are_refused_in_little_memory() -> None:
    with gzip.open("bomb.csv.gz", "wb", 1) as bomb:
        bomb.write(b"a,b\n")
        for _ in range(300):
            bomb.write(bytes(1024 * 1024).replace(b"\0", b"x"))
    said, memory = in_a_process(Path("bomb.csv.gz"))
    assert said == "bomb.csv.gz:2:0: a line of more than 16 MiB: is this a table?"
    assert memory < 150


@pytest.mark.parametrize("name", ["t.json", "t.geojson"])
def test_a_large_array_on_one_line_is_read_in_little_memory(name: str) -> None:
    item = {"id": 1, "type": "Feature", "properties": {"text": 1000 * "x"}, "geometry": None}
    one = json.dumps(item).encode()
    start, end = (b"[", b"]") if name == "t.json" else (b'{"features":[', b"]}")
    with Path(name).open("wb") as file:
        file.write(start + one)
        file.writelines((b", " + one) * 1000 for _ in range(40))
        file.write(end)
    assert Path(name).stat().st_size > 40_000_000
    said, memory = in_a_process(Path(name))
    assert said.startswith("40001 (")
    assert memory < 100


# ---------------------------------------------------------------- JSON


def test_records_of_json_are_rows_by_the_keys_of_all() -> None:
    records = (
        '[{"town": "Gao", "count": 5, "share": 0.5, "open": true},\n'
        ' {"town": null, "where": {"lat": 1, "names": ["a", "é"]}, "open": false},\n'
        ' {"count": 12345678901234567890, "share": -1e-7, "where": [], "town": "a\\u00e9\\n"}]'
    )
    inner = ["where", "where.lat", "where.names"]  # what stands in an object has its own column
    assert header(records, "t.json") == ["town", "count", "share", "open", *inner]
    assert read(records, "t.json") == [
        (1, ("Gao", "5", "0.5", "true", "", "", "")),
        (2, ("", "", "", "false", '{"lat":1,"names":["a","é"]}', "1", '["a","é"]')),
        (3, ("aé\n", "12345678901234567890", "-1e-07", "", "[]", "", "")),
    ]
    assert read('[{"a": "\\\\u0000"}]', "t.json") == [(1, ("\\u0000",))]
    lines = '{"town": "Gao"}\r\n\r\n  {"town": "Kidal", "n": 1}\n'
    assert read(lines, "t.jsonl") == [(1, ("Gao", "")), (3, ("Kidal", "1"))]
    assert read(lines, "t.ndjson.gz") == [(1, ("Gao", "")), (3, ("Kidal", "1"))]


def test_what_stands_in_an_object_is_named_with_dots() -> None:
    lines = '{"at": {"name": "Gao", "geo": {"lat": 1}}, "at.name": "own"}\n{"at": null}\n'
    assert header(lines, "t.jsonl") == ["at", "at.name", "at.geo", "at.geo.lat"]
    whole = '{"name":"Gao","geo":{"lat":1}}'
    assert read(lines, "t.jsonl") == [
        (1, (whole, "own", '{"lat":1}', "1")),  # a key that has that name goes before
        (2, ("", "", "", "")),
    ]
    keyed = json.dumps([{"by": {str(n): {"a": 1} for n in range(1500)}}])  # ids, no columns
    assert header(keyed, "t.json") == ["by"]


def test_the_line_in_which_excel_names_the_delimiter_is_no_header() -> None:
    for first in ("sep=;\n", '"sep=;"\r\n', "SEP=;\n"):
        assert read(f"{first}town;count\nGao;1,5\n", "t.csv") == [(3, ("Gao", "1,5"))]
    assert header("sep=x\nGao\n", "t.csv") == ["sep=x"]


def test_records_lie_where_the_mapping_says() -> None:
    document = (
        '{"meta": {"n": 2}, "more": [1, [2]], "data": {"x": 0, "rows": [{"a": "b"}]}, "z": 1}'
    )
    reading = Reading(records="data.rows")
    assert read(document, "t.json", reading) == [(1, ("b",))]
    assert refused(document, "t.json").startswith("1:1: an object, where an array of records is")
    wrong = "1:76: no key 'row' (its keys: rows, x)"
    assert refused(document, "t.json", Reading(records="data.row")) == wrong
    assert refused(document, "t.json", Reading(records="data")).endswith(
        "`data` is no array of records"
    )
    assert refused(document, "t.json", Reading(records="meta.n.x")).endswith(
        "`meta.n` is no object with a key 'x' in it"
    )


def test_chunks_may_end_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [{"a": 'é"\\\ud83d\ude00', "b": [1.5, -2e10, True, None]}, {"a": "x", "c": {}}] * 3
    document = json.dumps({"k": [{"l": [1]}], "n": -12.5, "rows": records}, indent=1)
    pretty = json.dumps({"rows": records[:2]}).replace("\\ud83d\\ude00", "\U0001f600")
    whole = [read(source, "t.json", Reading(records="rows")) for source in (document, pretty)]
    table = 'a,b\r\n"é\r\nx",1\r\nü,"2"\r\n'
    rows = read(table)
    for size in (1, 2, 3, 5, 7, 11):
        monkeypatch.setattr(text, "CHUNK", size)
        again = [read(source, "t.json", Reading(records="rows")) for source in (document, pretty)]
        assert again == whole
        assert read(table) == rows


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ('[{"a": 1},\n {"a": 2,}]', "2:10: not valid JSON: "),
        ('[{"a": 1}\n {"a": 2}]', "2:2: a comma or ] is needed here"),
        ('[{"a": 1},\n {"a": 2}', "2:10: the file ends in the middle of the document"),
        ('[{"a": 1},\n {"a": ', "2:8: the file ends in the middle of the document"),
        ('[{"a": 1}] []', "1:12: more text after the end of the JSON document"),
        ('[{"a": 1}, 2]', "1:12: item 2 is no object: each record is {column: value}"),
        ('[{"a": 1, "a": 2}]', "1:2: the key 'a' stands twice in one object"),
        ('[{"a": NaN}]', "1:2: NaN is not a number of JSON"),
        ('[{"a": 1e999}]', "1:2: item 1 has a number that is too large"),
        ('[{"a": ' + 5000 * "9" + "}]", "1:2: a number of thousands of digits"),
        ('[{"a": "\\ud800"}]', "1:2: half a surrogate pair: not a character"),
        ('[{"a": "\\u0000"}]', "1:2: a NUL character"),
        ('[{"a": "\\\\\\u0000"}]', "1:2: a NUL character"),
        ('[{"": 1}]', "1:0: column 1 has no name"),
        ("[" + 100_000 * '{"a":', "1:2: nested too deep"),
        ("[]", "0:0: no records with keys: the columns of a table are the keys"),
        ("[{}]", "0:0: no records with keys"),
        ("a,b\n", "1:1: not JSON, or no array of objects: is it another format?"),
        ('[{"a": "' + 2**21 * "x" + '"}]', "1:2: item 1: 'a' holds more than 1 MiB"),
        ('[{"a": "' + 2**23 * "x" + '"}]', "1:2: one item is over 4 MiB"),
    ],
)
def test_json_that_is_no_table_is_refused_at_its_place(document: str, problem: str) -> None:
    assert refused(document, "t.json").startswith(problem)


def test_lines_that_are_no_records_are_refused() -> None:
    assert refused('{"a": 1}\n{"a": }\n', "t.jsonl").startswith("2:7: not valid JSON: expecting")
    assert refused('{"a": 1}\n{"a": 2} {}\n', "t.jsonl").startswith("2:9: more text after the")
    assert refused('{"a": 1}\n  [1]\n', "t.jsonl").startswith("2:3: line 2 is no object")


# ---------------------------------------------------------------- GeoJSON


def feature(shape: object, **properties: object) -> str:
    """Write a collection of an innocent feature and one of this shape, a line each."""
    first = {"type": "Feature", "properties": {"name": "first"}, "geometry": None}
    second = {"type": "Feature", "properties": properties, "geometry": shape}
    lines = ",\n".join(json.dumps(one) for one in (first, second))
    return f'{{"type": "FeatureCollection", "features": [\n{lines}]}}'


def polygon(*ring: tuple[float, float]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [[list(position) for position in ring]]}


def test_a_point_becomes_columns_and_other_shapes_are_kept() -> None:
    point = {"type": "Point", "coordinates": [-0.04, 16.27, 250]}
    table = feature(point, name="Gao", tags=["a"])
    assert header(table, "t.geojson") == ["name", "lat", "lon", "geometry", "tags"]
    assert read(table, "t.geojson") == [
        (1, ("first", "", "", "", "")),
        (2, ("Gao", "16.27", "-0.04", "", '["a"]')),
    ]
    assert read(table, "t.json") == read(table, "t.geojson")
    ring = polygon((0, 0), (1, 0), (0, 1.5), (0, 0))
    rows = read(feature(ring, name="x"), "t.geojson.gz")
    assert rows[1][1] == (
        "x", "", "", '{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,1.5],[0,0]]]}'
    )  # fmt: skip
    own = feature(point, lat="N")
    assert header(own, "t.geojson") == ["name", "lat", "lon", "geometry", "properties.lat"]
    assert read(own, "t.geojson")[1] == (2, ("", "16.27", "-0.04", "", "N"))


@pytest.mark.parametrize(
    ("position", "problem"),
    [
        ([10, 91], "latitude 91 is not within -90 to 90"),
        ([10, -90.5], "latitude -90.5 is not within -90 to 90"),
        ([181, 10], "longitude 181 is not within -180 to 180"),
        ([14.9, 170.1], "latitude 170.1 is not within -90 to 90: longitude goes first"),
        (["10", "10"], "a position is [longitude, latitude], found ['10', '10']"),
        ([10], "a position is [longitude, latitude], found [10]"),
        (None, "a position is [longitude, latitude], found None"),
    ],
)
def test_input_36_a_position_off_the_globe_is_refused_naming_the_feature(
    position: object, problem: str
) -> None:
    shape = {"type": "Point", "coordinates": position}
    found = refused(feature(shape, name="Konna"), "t.geojson")
    assert found.startswith(f"3:1: feature 2 (Konna): {problem}")
    many = {"type": "GeometryCollection", "geometries": [{"type": "MultiPoint"} | {
        "coordinates": [[0, 0], position]}]}  # fmt: skip
    assert problem in refused(feature(many), "t.geojson")


@pytest.mark.parametrize(
    ("ring", "problem"),
    [
        ([(0, 0), (1, 0), (1, 1), (0, 1)], "a ring is not closed: it begins at [0, 0] and ends"),
        ([(0, 0), (1, 0), (0, 0)], "a ring of 3 positions: 4 make a triangle"),
        ([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)], "a ring crosses itself near"),
        ([(0, 0), (1, 1), (2, 2), (2, 0), (1, 1), (0, 2), (0, 0)], "a ring crosses itself near"),
        ([(0, 0), (4, 0), (4, 1), (1, 0), (3, 0), (0, 1), (0, 0)], "a ring crosses itself near"),
        ([(0, 0), (0, 0), (1, 1), (0, 0)], "a ring crosses itself near"),
    ],
)
def test_input_38_an_unclosed_or_self_crossing_ring_is_refused(
    ring: list[tuple[float, float]], problem: str
) -> None:
    found = refused(feature(polygon(*ring), name="Gao"), "t.geojson")
    assert found.startswith(f"3:1: feature 2 (Gao): {problem}")
    inside = {"type": "MultiPolygon", "coordinates": [polygon(*ring)["coordinates"]]}
    assert problem in refused(feature(inside, id=7), "t.geojson")


def test_a_ring_may_touch_itself_in_a_point() -> None:
    assert crossing([(0, 0), (2, 0), (1, 1), (2, 2), (0, 2), (1, 1), (0, 0)]) is None
    assert crossing([(0, 0), (4, 0), (4, 4), (2, 0), (0, 4), (0, 0)]) is None


def test_crossings_are_found_as_a_plain_loop_finds_them() -> None:
    dice = random.Random(38)  # noqa: S311 - seeded, and no secret
    found = 0
    for _ in range(400):
        centre = [(dice.uniform(0.5, 2), number / 40 * 6.2831) for number in range(40)]
        from math import cos, sin

        ring = [(r * cos(a) * 1.7, r * sin(a)) for r, a in centre]
        for _ in range(dice.randrange(2)):
            a, b = sorted(dice.sample(range(40), 2))
            ring[a], ring[b] = ring[b], ring[a]
        ring.append(ring[0])
        crosses = any(
            side(ring[i], ring[i + 1], ring[j]) * side(ring[i], ring[i + 1], ring[j + 1]) < 0
            and side(ring[j], ring[j + 1], ring[i]) * side(ring[j], ring[j + 1], ring[i + 1]) < 0
            for i in range(40)
            for j in range(i)
        )
        assert (crossing(ring) is not None) == crosses
        found += crosses
    assert 50 < found < 350


def side(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def test_the_outline_of_a_large_country_is_checked_quickly() -> None:
    dice = random.Random(5)  # noqa: S311
    from math import cos, pi, sin

    ring = []
    for number in range(70_000):
        radius = 20 + 3 * sin(number / 900) + dice.uniform(0, 0.001)
        angle = 2 * pi * number / 70_000
        ring.append((radius * cos(angle), radius * sin(angle)))
    assert crossing([*ring, ring[0]]) is None


def test_input_39_a_million_vertices_are_refused_quickly_and_in_little_memory() -> None:
    shape = '{"type": "LineString", "coordinates": [' + "[1,2]," * 1_000_000 + "[3,4]]}"
    path = Path("t.geojson")
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", '
        f'"properties": {{"name": "Gao"}}, "geometry": {shape}}}]}}'
    )
    said, memory = in_a_process(path)
    assert said == "t.geojson:1:44: one item is over 4 MiB: simplify its outline, if it is a map"
    assert memory < 150
    line = {"type": "LineString", "coordinates": [[1, 2]] * 100_001}
    assert "feature 2 (Gao): more than 100,000 positions: simplify its outline" in refused(
        feature(line, name="Gao"), "t.geojson"
    )


@pytest.mark.parametrize(
    ("shape", "problem"),
    [
        ({"type": "Circle", "coordinates": []}, "no geometry of a known type (type: 'Circle')"),
        ({"type": ["Point"]}, "no geometry of a known type"),
        ("POINT (1 2)", "no geometry of a known type"),
        ({"type": "Polygon", "coordinates": [1]}, "its coordinates are not nested as those of a"),
        ({"type": "LineString", "coordinates": [[1, 2]]}, "a line of fewer than two positions"),
    ],
)
def test_a_shape_that_is_none_is_refused(shape: object, problem: str) -> None:
    assert f"feature 2: {problem}" in refused(feature(shape), "t.geojson")


# ---------------------------------------------------------------- speed


def test_a_real_table_of_600_000_rows_is_read_whole() -> None:
    if not WIKI.exists():
        pytest.skip("the tables for development are not part of the project")
    with open_table(WIKI) as table:
        width = len(table.header)
        rows = sum(1 for _ in table.rows())
    assert (rows, width, table.bad_rows) == (591_635, 13, [])
