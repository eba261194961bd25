"""Exports: what the command line promises of every format, and how hostile text comes out."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from weakref import ref

import pytest
from commands_for_tests import mali, run, said
from markdown_it import MarkdownIt
from sheets_for_tests import fact, tell

from projections import spans
from tracker import Situation, exports, putting
from tracker.cli.export import export as verb
from tracker.web.encoding import Encoder

PERIOD = ("--from", "2013-01-14", "--to", "2013-01-21")
every_format = pytest.mark.parametrize("name", exports.FORMATS)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return mali(tmp_path)


def asked(name: str) -> tuple[str, ...]:
    """What a format must be told: a report its period, a table its moment."""
    if name == "report":
        return PERIOD
    return ("--as-of", "2013-01-19") if name in {"csv", "jsonl", "parquet"} else ()


# -- every format ---------------------------------------------------------------------------------


@every_format
def test_the_same_log_and_question_give_the_same_bytes(name: str, log: Path) -> None:
    paths = [log.parent / part / f"mali.{name}" for part in ("one", "two")]
    for path in paths:
        path.parent.mkdir()
        said("--log", log, "export", name, "-o", path, *asked(name))
    one, two = ([file.read_bytes() for file in sorted(path.parent.iterdir())] for path in paths)
    assert one == two


@every_format
def test_it_says_its_clocks_its_policy_and_the_log(name: str, log: Path) -> None:
    path = log.parent / "out"
    said("--log", log, "--policy", "latest", "export", name, "-o", path, *asked(name))
    written = b"".join(file.read_bytes() for file in log.parent.glob("out*"))
    with Situation(str(log)) as situation:
        head = situation.head(situation.position)
    assert head is not None
    assert head.encode() in written
    assert b"latest/1" in written
    assert b"190" in written


@every_format
def test_a_file_that_is_there_is_kept_unless_forced(name: str, log: Path) -> None:
    path = log.parent / "out"
    path.write_text("mine")
    result = run("--log", log, "export", name, "-o", path, *asked(name))
    assert result.exit_code == 2
    assert "is there already: write to another file, or add --force" in result.stderr
    assert path.read_text() == "mine"
    assert [*log.parent.glob(".out*")] == []
    said("--log", log, "export", name, "-o", path, "--force", *asked(name))
    assert path.read_bytes() != b"mine"


@every_format
@pytest.mark.parametrize("where", [".", "/", ""])
def test_a_folder_is_no_file(name: str, where: str, log: Path) -> None:
    result = run("--log", log, "export", name, "-o", where, "--force", *asked(name))
    assert result.exit_code == 2
    assert "is a folder: name a file in it" in result.stderr


@every_format
def test_the_help_and_the_list_of_formats_name_it(name: str) -> None:
    assert name in (verb.help or "")
    assert exports.format_named(name).what


def test_what_goes_wrong_half_way_leaves_nothing(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(putting, "reach_disk", fail)
    before = sorted(log.parent.iterdir())
    result = run("--log", log, "export", "csv", "-o", log.parent / "out.csv")
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert sorted(log.parent.iterdir()) == before


def test_a_file_may_have_the_longest_name_there_can_be(log: Path) -> None:
    out = log.parent / f"{'🌍' * 60}.csv"
    assert run("--log", log, "export", "csv", "-o", out).exit_code == 0
    assert out.is_file()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("xls", "-o", "x"), "no format 'xls' (one of geojson, gpkg, csv, jsonl, parquet"),
        (("csv",), "where to: -o FILE"),
        (("gpkg", "-o", "-"), "gpkg is no text: name a file"),
        (("geojson", "losses", "-o", "-"), "geojson holds control, forces, incidents"),
        (("geojson", "--rows", "facts", "-o", "-"), "geojson holds spans, not facts"),
        (("report", "-o", "-"), "a report is of a period: --from TIME"),
        (("geojson", "--as-of", "2013-01-19", "-o", "-"), "--from and --to narrow it"),
        (("csv", "--from", "2013-01-19", "-o", "-"), "a state is as of one moment, --as-of"),
        (("ftm", "--from", "2013", "--to", "2012", "-o", "-"), "the period ends before it begins"),
        (("ftm", "--to", "x.csv", "-o", "-"), "to: cannot read 'x.csv' as a moment"),
        (("csv", "-o", "nowhere/out.csv"), "nowhere is no folder: make it first"),
        (("csv", "nothing", "-o", "-"), "no projection 'nothing'"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_plain_words(
    words: tuple[str, ...], why: str, log: Path
) -> None:
    result = run("--log", log, "export", *words)
    assert result.exit_code == 2
    assert why in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_parquet_names_the_extra_that_it_needs(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    result = run("--log", log, "export", "parquet", "-o", log.parent / "out")
    assert result.exit_code == 2
    assert "pip install 'situation-tracker[parquet]'" in result.stderr


class Counted(dict[str, Any]):
    """A row that can be seen to live."""

    __slots__ = ("__weakref__",)


@pytest.mark.parametrize("name", ["geojson", "gpkg", "csv", "jsonl", "parquet"])
def test_rows_of_all_of_time_are_written_as_they_are_worked_out(
    name: str, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[ref[Counted]] = []
    together: list[int] = []
    each = spans.spans

    def counted(*asked: object, **others: object) -> Iterator[dict[str, Any]]:
        for row in each(*asked, **others):  # type: ignore[arg-type]
            told = Counted(row)
            seen.append(ref(told))
            together.append(sum(one() is not None for one in seen))
            yield told
            del told

    monkeypatch.setattr(spans, "spans", counted)
    with Situation(str(log)) as situation:
        question = exports.Question(
            situation, situation.clocks(), situation.weighing(), "control", rows="spans"
        )
        told = exports.write(name, question, log.parent / "out")
    assert told.rows > 20
    assert len(together) == told.rows * (1 if name == "jsonl" else 2)  # first for its columns
    assert max(together) <= 2


def test_rows_that_are_worked_out_anew_are_those_that_were_kept(log: Path) -> None:
    with Situation(str(log)) as situation, situation.still():
        kept = situation.spans(situation.clocks(), "control")
        again = situation.spans(situation.clocks(), "control", kept=False)
        assert tuple(again.each) == tuple(again.each) == kept.dicts == again.dicts
        assert (len(again.each), again.each[0], again.each[-2:]) == (
            len(kept.each),
            kept.each[0],
            kept.each[-2:],
        )
        assert not situation.spans(situation.clocks(), "control", "nowhere", kept=False).each


# -- what the rows are ----------------------------------------------------------------------------


def lines(*words: object) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said(*words, "-o", "-").splitlines()]


def test_spans_tell_what_state_would_at_every_moment(log: Path) -> None:
    spans = lines("--log", log, "export", "jsonl", "--rows", "spans", "--known-at", "2013-01-21")
    with Situation(str(log)) as situation:
        for day in ("2012-05-01", "2013-01-14", "2013-01-19", "2013-01-21"):
            clocks = situation.clocks(day, "2013-01-21")
            at = f"{day}T23:59:59.999999Z"
            for name in ("control", "forces", "alerts", "losses"):
                expected = {
                    row["key"]: (row["support"], row["since"], row["evidence"])
                    for row in situation.state(clocks, name).dicts
                }
                found = {
                    row["key"]: (row["support"], row["since"], row["evidence"])
                    for row in spans
                    if row["projection"] == name
                    and (row["valid_from"] or "") <= at
                    and (row["valid_to"] is None or at < row["valid_to"])
                }
                assert found == expected, (day, name)


@pytest.mark.parametrize("policy", ["latest", "majority-by-origin"])
def test_spans_worked_out_by_another_policy_are_those_of_history(policy: str, log: Path) -> None:
    asked_by = ("--log", log, "--policy", policy)
    known = ("--known-at", "2013-01-21")
    spans = lines(*asked_by, "export", "jsonl", "control", "diabaly", "--rows", "spans", *known)
    history = json.loads(said(*asked_by, "history", "diabaly", *known, "--json"))["rows"]
    kept = {"name", "place"}
    assert [{name: row[name] for name in row.keys() - kept} for row in spans] == [
        {name: row[name] for name in row.keys() - {"known_from", "known_to"}} for row in history
    ]


def test_a_period_keeps_what_touches_it(log: Path) -> None:
    asked_by = ("--log", log, "export", "jsonl", "incidents", "--rows", "spans")
    every = lines(*asked_by)
    some = lines(*asked_by, "--from", "2013-01-15", "--to", "2013-01-17")
    assert some == [row for row in every if row["when"] == "2013-01-17"]
    assert len(every) > len(some) > 0


@pytest.mark.parametrize(
    ("edtf", "published", "start", "stop"),
    [
        ("2013-01-14", "2013-01-16", "2013-01-14T00:00:00Z", "2013-01-15T00:00:00Z"),
        ("2013-01", "2013-02-16", "2013-01-01T00:00:00Z", "2013-02-01T00:00:00Z"),
        ("[2013-01-13..2013-01-14]", "2013-01-16", "2013-01-13T00:00:00Z", "2013-01-15T00:00:00Z"),
        ("[..2013-01-14]", "2013-01-16", "2013-01-14T00:00:00Z", "2013-01-15T00:00:00Z"),
        ("[2013-01-14..]", "2013-01-16", "2013-01-14T00:00:00Z", "2013-01-17T00:00:00Z"),
        ("2013-01-12/2013-01-14", "2013-01-16", "2013-01-12T00:00:00Z", "2013-01-15T00:00:00Z"),
        ("2013-01-12/..", "2013-01-16", "2013-01-12T00:00:00Z", None),
        ("../2013-01-14", "2013-01-16", None, "2013-01-15T00:00:00Z"),
        ("2013-01-14~", "2013-01-14", "2013-01-13T00:00:00Z", "2013-01-15T00:00:00Z"),
    ],
)
def test_a_fact_lies_where_its_time_says(
    edtf: str, published: str, start: str | None, stop: str | None, situation: Situation
) -> None:
    tell(situation, "radio", published, fact("FightingReported", place="mill", when=edtf))
    [row] = situation.spans(situation.clocks(), "incidents").dicts
    assert (row["valid_from"], row["valid_to"], row["when"]) == (start, stop, edtf)


@pytest.mark.parametrize("status", ["planned", "denied", "occurred"])
def test_what_is_dated_after_its_report_lies_on_that_day(status: str, situation: Situation) -> None:
    planned = fact("FightingReported", place="mill", when="2013-01-20", status=status)
    tell(situation, "radio", "2013-01-14", planned)
    [row] = situation.spans(situation.clocks(), "incidents").dicts
    lies = ("2013-01-20T00:00:00Z", "2013-01-21T00:00:00Z")
    assert (row["valid_from"], row["valid_to"]) == lies


def test_facts_say_what_they_say_and_when_it_was_known(situation: Situation) -> None:
    (troops,) = tell(
        situation,
        "radio",
        "2013-01-14",
        fact(
            "TroopsDeployed", place="mill", by=["army"], when="2013-01-14", quantity={"best": 500}
        ),
    )
    situation.correct(
        troops, {"quantity.best": "600"}, reason="a slip", by="tests", published="2013-01-17"
    )
    [row] = situation.evidence(situation.clocks()).dicts
    assert (row["by"], row["best"], row["semantics"]) == (["army"], 600, "total")
    ends = ("published", "published_edtf", "known_from")
    last = "23:59:59.999999Z"
    assert [row[end] for end in ends] == [
        f"2013-01-14T{last}",
        "2013-01-14",
        f"2013-01-17T{last}",
    ]


def test_what_was_erased_and_what_was_ruled_is_told_of_facts_too(situation: Situation) -> None:
    took = fact("TownOccupied", place="mill", by=["rebels"], when="2013-01-14")
    (told,) = tell(situation, "radio", "2013-01-14", took)
    situation.rule("control", "mill", [told], when="2013-01-14", reason="seen", by="tests")
    situation.redact(
        situation.to_erase([told]), reason="asked for", authority="a court", by="tests"
    )
    rows = {row["kind"]: row for row in situation.evidence(situation.clocks()).dicts}
    assert [one["authority"] for one in rows["TownOccupied"]["withheld"]] == ["a court"]
    assert rows["RulingMade"]["withheld"] == []
    assert all(row["recorded_at"] for row in rows.values())
    assert rows["RulingMade"].keys() <= rows["TownOccupied"].keys()


def test_facts_of_a_place_are_those_that_speak_of_it(situation: Situation) -> None:
    told = tell(
        situation,
        "radio",
        "2013-01-14",
        fact("TownOccupied", place="mill", by=["rebels"], when="2013-01-14"),
        fact("FightingReported", place="mill", when="2013-01-14"),
        fact("FightingReported", place="ford", when="2013-01-14"),
    )
    clocks = situation.clocks()
    assert [row["fact"] for row in situation.evidence(clocks, key="mill").dicts] == told[:2]
    assert [row["fact"] for row in situation.evidence(clocks, "control").dicts] == told[:1]
    assert [row["fact"] for row in situation.evidence(clocks).dicts] == told


def test_what_has_no_point_on_a_map_is_said_with_its_reason(
    situation: Situation, tmp_path: Path
) -> None:
    """Of no place, and of a place whose coordinates nobody knows: not of a place called None."""
    attack = fact("AttackOccurred", by=["rebels"], when="2013-01-14")
    tell(situation, "gazette", "2013-01-15", attack, {**attack, "place": "mill"})
    path = tmp_path / "incidents.geojson"
    asked = exports.Question(situation, situation.clocks(), situation.weighing(), "incidents")
    exports.write("geojson", asked, path)
    assert json.loads(path.read_text())["about"]["notes"] == [
        "incidents: without coordinates, so without a point: Mill",
        "incidents: of no place, so without a point: 1 of 2",
    ]


def test_a_report_is_cited_by_its_title(situation: Situation, tmp_path: Path) -> None:
    report = {"source": "radio", "published": "2013-01-14", "title": "The Mill has fallen"}
    taken = fact("TownOccupied", place="mill", by=["rebels"], when="2013-01-14")
    data = json.dumps({"report": report, "facts": [taken]}).encode()
    situation.record([(data, "radio.yaml")], by="tests")
    tell(situation, "gazette", "2013-01-14", {**taken, "gist": "Taken."})  # which has none
    before, after = situation.two_moments("2013-01-10", "2013-01-15", "2013-01-10", None)
    question = exports.Question(situation, after, situation.weighing(), before=before)

    def written(name: str) -> str:
        exports.write(name, question, tmp_path / name, force=True)
        return (tmp_path / name).read_text(encoding="utf-8")

    assert '**The Radio, "The Mill has fallen", 14 Jan 2013**, report `' in written("report")
    assert "**The Gazette, 14 Jan 2013**, report `" in written("report")
    stix = [
        one["name"] for one in json.loads(written("stix"))["objects"] if one["type"] == "report"
    ]
    assert sorted(stix) == [
        "The Gazette, 14 Jan 2013",
        'The Radio, "The Mill has fallen", 14 Jan 2013',
    ]
    said = [json.loads(line) for line in written("ftm").splitlines()]
    titles = {one["value"] for one in said if (one["schema"], one["prop"]) == ("Article", "title")}
    assert titles == {"The Gazette, 14 Jan 2013", "The Mill has fallen"}
    page = Encoder(situation.overview("2013-01-15")).data()
    assert [page["words"][one[4]] for one in page["reports"]] == ["The Mill has fallen", ""]
    facts = situation.evidence("2013-01-15").rows()
    assert [one.title for one in facts] == ["The Mill has fallen", None]


# -- hostile text ---------------------------------------------------------------------------------

HOSTILE = (
    "=HYPERLINK(1) <script>x</script> [click](http://evil.example) ![i](http://evil.example/i.png)"
    " http://evil.example www.evil.example evil.example me@evil.example `code` **bold** # head"
    " &lt; \x1b[31m \u202e | a | <http://evil.example> ~~gone~~ $x$ _so_ [1]: http://evil.example"
)


@pytest.fixture
def hostile(situation: Situation) -> exports.Question:
    """A question about a situation in which every text of a report is hostile."""
    tell(
        situation,
        "radio",
        "2013-01-14",
        fact("TownOccupied", place="mill", by=["rebels"], when="2013-01-14", gist=HOSTILE,
             speaker=f"Speaker {HOSTILE}", voice="attributed"),
        fact("FightingReported", place="ford", when="2013-01-14", gist=f"{HOSTILE}\n# Heading"),
        fact("AttackOccurred", place="ford", when="2013-01-14", gist="1. <b>x</b>\n\n    code"),
    )  # fmt: skip
    tell(
        situation,
        "gazette",
        "2013-01-14",
        fact("ControlReported", place="mill", state="held", by=["army"], when="2013-01-14",
             voice="attributed", speaker=f"Rival {HOSTILE}", gist=HOSTILE),
    )  # fmt: skip
    before, after = situation.two_moments("2013-01-10", "2013-01-15", "2013-01-10", None)
    return exports.Question(situation, after, situation.weighing(), before=before)


def test_cells_that_a_spreadsheet_would_run_are_disarmed(
    hostile: exports.Question, tmp_path: Path
) -> None:
    path = tmp_path / "facts.csv"
    exports.write("csv", replace(hostile, rows="facts"), path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["gist"].startswith("'=HYPERLINK(1)")
    assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+-@\t" and cell]
    assert "\x1b" not in path.read_text(encoding="utf-8")


def test_csv_keeps_what_a_quoted_cell_can_hold(situation: Situation, tmp_path: Path) -> None:
    """A text comes back as it was, but for an apostrophe, and for what no reader should act on."""
    texts = {
        "one\ntwo": "one\ntwo",
        "one\ttwo": "one\ttwo",
        "x\r\n=cmd": "x\r\n=cmd",
        "\t=A1": "'\t=A1",
        "'=A1": "''=A1",
        'said "so", and went': 'said "so", and went',
        "a\rb\u202ec\u2028d": "a\\x0db\\u202ec\\u2028d",
    }
    facts = [fact("FightingReported", place="ford", when="2013-01-14", gist=one) for one in texts]
    tell(situation, "radio", "2013-01-14", *facts)
    question = exports.Question(situation, situation.clocks(), situation.weighing(), rows="facts")
    path = tmp_path / "facts.csv"
    assert exports.write("csv", question, path).rows == len(texts)
    with path.open(encoding="utf-8", newline="") as file:
        assert [row["gist"] for row in csv.DictReader(file)] == list(texts.values())
    exports.write("jsonl", question, tmp_path / "facts.jsonl")
    lines = (tmp_path / "facts.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["gist"] for line in lines] == list(texts)


def test_nothing_in_a_report_becomes_a_link_a_heading_or_html(
    hostile: exports.Question, tmp_path: Path
) -> None:
    path = tmp_path / "report.md"
    exports.write("report", hostile, path)
    text = path.read_text(encoding="utf-8")
    for preset in ("commonmark", "gfm-like"):  # the second makes links of bare addresses too
        tokens = MarkdownIt(preset).parse(text)
        inline = [token for one in tokens for token in one.children or ()]
        kinds = {token.type for token in (*tokens, *inline)}
        assert not kinds & {"link_open", "image", "html_inline", "html_block", "s_open", "fence"}
        headings = [
            tokens[at + 1].content
            for at, token in enumerate(tokens)
            if token.type == "heading_open"
        ]
        assert not [heading for heading in headings if "evil" in heading or "Heading" in heading]
        assert "code_block" not in kinds
        said_in_bold = [
            inline[at + 1].content for at, one in enumerate(inline) if one.type == "strong_open"
        ]
        assert "bold" not in said_in_bold
    shown = "".join(token.content for token in inline)
    assert "[click](http://evil.example)" in shown  # a reader sees what stood there
    assert "me@evil.example" in shown
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_maps_and_graphs_hold_no_live_character(hostile: exports.Question, tmp_path: Path) -> None:
    for name in ("geojson", "stix", "ftm", "jsonl"):
        path = tmp_path / name
        exports.write(name, hostile, path)
        text = path.read_text(encoding="utf-8")
        assert "\x1b" not in text
        assert "\u202e" not in text
        if name != "ftm":
            assert text
    path = tmp_path / "gpkg"
    exports.write("gpkg", hostile, path)
    with closing(sqlite3.connect(path)) as database:
        sql = "SELECT label FROM incidents WHERE label LIKE '=%'"
        [label] = database.execute(sql).fetchone()
    assert "\x1b" not in label


def test_text_that_was_erased_is_in_no_export(log: Path) -> None:
    gist = "The Malian garrison fought hard for the town"
    asked_by = ("--log", log, "export")
    said(*asked_by, "jsonl", "--rows", "facts", "-o", log.parent / "before")
    assert gist in (log.parent / "before").read_text(encoding="utf-8")
    why = ("--authority", "the desk", "--published", "2013-02-01", "--reason", "asked for")
    said("--log", log, "redact", "#60", *why, "--by", "tests")
    for name in exports.FORMATS:
        path = log.parent / f"after.{name}"
        said(
            *asked_by, name, "-o", path, *("--rows", "facts")[: 2 * (name == "jsonl")], *since(name)
        )
        assert gist.encode() not in path.read_bytes()


def since(name: str) -> tuple[str, ...]:
    """What a report must be told to hold the fight for the town."""
    return ("--from", "2013-01-12", "--to", "2013-01-14") if name == "report" else ()


# -- the report -----------------------------------------------------------------------------------


@pytest.fixture
def mali_report(log: Path) -> str:
    return said("--log", log, "export", "report", *PERIOD, "-o", "-")


def section(report: str, title: str) -> str:
    """Give the text under a heading, up to the next of its rank."""
    return report.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_a_report_tells_what_changed_on_the_ground(mali_report: str) -> None:
    ground = section(mali_report, "What changed on the ground")
    assert "**Diabaly**: France, Mali (confirmed), by 21 Jan 2013; before: Islamist" in ground
    assert "1,800, +400 unexplained" in ground
    learned = section(mali_report, "What we learned")
    assert "**Northern Mali** on 14 Jan 2013: Islamist fighters" in learned
    assert "Diabaly**: France" not in learned


def test_a_report_has_the_changes_that_diff_has(mali_report: str, log: Path) -> None:
    known = ("--known-from", "2013-01-14", "--known-to", "2013-01-21")
    rows = json.loads(said("--log", log, "diff", *PERIOD, *known, "--json"))["rows"]
    told = section(mali_report, "What changed on the ground")
    told += section(mali_report, "What we learned")
    assert told.count("\n- ") == len(rows)


def test_every_citation_leads_to_a_report_and_a_sentence(mali_report: str) -> None:
    body, sources = mali_report.split("\n## Sources\n")
    cited = {int(number) for number in re.findall(r"\[(\d+)\]", body)}
    line = re.compile(r"^- \[(\d+)\] sentence \d+, characters \d+-\d+; ", re.MULTILINE)
    listed = line.findall(sources)
    assert cited == {int(number) for number in listed}
    assert sources.count("sha256 `") == 3
    assert "**The Guardian, 14 Jan 2013**" in sources


def test_a_report_states_what_it_was_made_by(mali_report: str, log: Path) -> None:
    with Situation(str(log)) as situation:
        head = situation.head(situation.position)
    assert f"- Log at #190, head `{head}`." in mali_report
    assert "weighed by `origin-weighted/1`, hearing all sources." in mali_report
    assert "those published by 21 Jan 2013" in mali_report


def test_a_report_says_what_counts_as_known(log: Path) -> None:
    """What came after the period is left out, unless a later known-at is asked for."""
    asked = ("--log", log, "export", "report", "--from", "2013-01-13", "--to", "2013-01-14")
    at_the_end = said(*asked, "-o", "-")
    ground = section(at_the_end, "What changed on the ground")
    assert ground.strip().startswith(
        "Between 13 Jan 2013 and 14 Jan 2013, as known by 14 Jan 2013."
    )
    assert "published by 14 Jan 2013, without what was told, corrected or retracted later;" in (
        at_the_end
    )
    later = section(
        said(*asked, "--known-at", "2013-01-21", "-o", "-"), "What changed on the ground"
    )
    assert "as known by 21 Jan 2013." in later
    now = said("--log", log, "export", "report", "--from", "2013-01-14", "-o", "-")
    assert "as all reports recorded so far have it." in section(now, "What changed on the ground")
    assert "- Reports: those recorded so far; what is new" in now


def test_disputes_stand_in_the_report_with_who_says_what(
    hostile: exports.Question, tmp_path: Path
) -> None:
    path = tmp_path / "report.md"
    exports.write("report", hostile, path)
    disputes = section(path.read_text(encoding="utf-8"), "Disputes")
    assert "**control: Mill**" in disputes
    assert "Rebels" in disputes
    assert "Army" in disputes


def test_a_quiet_period_says_so(log: Path) -> None:
    quiet = ("--from", "2013-01-24", "--to", "2013-01-25")
    report = said("--log", log, "export", "report", *quiet, "-o", "-")
    assert "Nothing." in section(report, "What changed on the ground")
    assert "Nothing." in section(report, "What we learned")
    assert "Diabaly" in section(report, "Where it stands on 25 Jan 2013")


@pytest.mark.parametrize("name", ["control", "forces", "alerts", "losses"])
def test_a_report_says_where_every_belief_stands(log: Path, name: str) -> None:
    words = ("--log", log, "export", "report", "--from", "2013-01-14", "--to", "2013-01-21")
    rows = json.loads(said("--log", log, "state", name, "--as-of", "2013-01-21", "--json"))["rows"]
    alone = section(said(*words[:4], name, *words[4:], "-o", "-"), "Where it stands on 21 Jan 2013")
    assert alone.count("\n| ") == 1 + len(rows) > 1
    whole = section(said(*words, "-o", "-"), "Where it stands on 21 Jan 2013")
    assert all(row["name"] in whole for row in rows)


def test_a_report_of_a_chronology_holds_no_beliefs(log: Path) -> None:
    words = ("--from", "2013-01-14", "--to", "2013-01-21", "-o", "-")
    assert "Where it stands" not in said("--log", log, "export", "report", "incidents", *words)
