"""Inputs that would hurt: each is refused whole and by its place, or kept and made harmless."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from commands_for_tests import (
    ROOT,
    SEEDS,
    SHEETS,
    answer,
    bodies,
    held,
    mali,
    place_of,
    run,
    said,
    sql,
)
from sheets_for_tests import registry

from tracker import yamltree
from tracker.errors import InputError
from tracker.harmless import BIDI
from tracker.sheets import read_sheet

SHEET = """\
report:
  source: voa
  published: 2013-01-17
facts:
  - kind: TroopsDeployed
    place: diabaly
    by: [france]
    when: 2013-01-16
    status: occurred
    voice: reporter
    gist: French soldiers are there.
    quantity: {best: 7}
    note: VALUE
"""
SITUATION = """\
title: Mali
sources:
  voa:
    name: VOA
    type: broadcaster
    note: VALUE
alert_schemes:
  lantern:
    name: Lantern
    authority: france
    scope: mali
    levels: [low, high]
    valid: 2013
"""
EXPECT = """\
expectations:
  - ask: {projection: control, key: diabaly, as_of: 2011-01-01}
    expect: none
    note: VALUE
"""
FILES = {  # verb -> (a file that it takes, where the VALUE stands in it)
    "record": (SHEET, "facts[0].note"),
    "init": (SITUATION, "sources.voa.note"),
    "check": (EXPECT, "expectations[0].note"),
}
every_file = pytest.mark.parametrize("verb", FILES)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return mali(tmp_path, reports=0)


def give(log: Path, verb: str, data: str | bytes, *words: str) -> Result:
    path = log.with_name("in.yaml")
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return run("--log", log, verb, path, *words)


def refused(
    log: Path, verb: str, data: str | bytes, *words: str, at: str, path: str = "", says: str
) -> None:
    """Assert that a file is refused whole, with one problem at `line:column` and `path`."""
    before = held(log)
    result = give(log, verb, data, *words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    where = f"{log.with_name('in.yaml')}:{at}: " + (f"{path}: " if path else "")
    assert result.stderr.startswith(where)
    assert says in result.stderr.removeprefix(where)
    assert held(log) == before


def value_refused(log: Path, verb: str, value: str, says: str, *, key: bool = False) -> None:
    """Assert that a file is refused for one value in it (told at its key, or where it stands)."""
    template, path = FILES[verb]
    text = template.replace("VALUE", value)
    at = place_of(text, f"note: {value}") if key else place_of(text, value)
    refused(log, verb, text, at=at, path=path, says=says)


def sheet(old: str, new: str) -> str:
    assert old in SHEET
    return SHEET.replace(old, new).replace("VALUE", "nothing")


def recorded(log: Path, data: str | bytes, *words: str) -> Result:
    """Record a sheet of one fact that must be accepted."""
    result = give(log, "record", data, *words)
    assert result.exit_code == 0, result.output
    assert "2 events recorded" in result.stdout
    return result


def test_an_id_that_is_none_is_the_only_problem_of_its_list(log: Path) -> None:
    text = sheet("by: [france]", "by: [France]")
    refused(log, "record", text, at="7:10", path="facts[0].by[0]", says="an id is lower-case")


def test_what_a_fact_names_is_told_of_beside_what_keeps_it_from_being_one(log: Path) -> None:
    """So that a sheet is mended in one go."""
    text = sheet("when: 2013-01-16", "when: 2013-13-16").replace("diabaly", "diably")
    result = give(log, "record", text.replace("by: [france]", "by: [france, frence]"))
    told = [line.split("facts[0].")[1] for line in result.stderr.splitlines()]
    assert result.exit_code == 2
    assert [line.split(" (")[0] for line in told] == [
        "place: unknown place 'diably': did you mean diabaly?",
        "by: unknown actor 'frence': did you mean france?",
        "when: '2013-13-16': there is no month 13: months run from 01 to 12",
    ]


@pytest.mark.parametrize("kind", ["[TroopsDeployed]", "{a: b}", "7", "Troops"])
def test_a_kind_that_is_none_is_the_only_problem_of_its_fact(log: Path, kind: str) -> None:
    text = sheet("kind: TroopsDeployed", f"kind: {kind}").replace("diabaly", "diably")
    at = place_of(text, "kind: ")
    refused(log, "record", text, at=at, path="facts[0].kind", says="unknown kind")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("kind: TroopsDeployed", "kind: TroopsWithdrawn", "facts[0].quantity: a total of those"),
        (
            "note: VALUE",
            f"at: {{sentence: 1, span: [0, 3], sha256: {'a' * 64}, quote: abc}}",
            "facts[0].at.sha256: it is not that of `quote`",
        ),
    ],
)
def test_what_may_be_meant_otherwise_is_warned_of(log: Path, old: str, new: str, says: str) -> None:
    result = recorded(log, sheet(old, new))
    assert f"warning: {says}" in result.stderr


# -- YAML ------------------------------------------------------------------------------------------


@every_file
def test_input_01_billion_laughs(log: Path, verb: str) -> None:
    laughs = "[&a [lol, lol], &b [*a, *a], &c [*b, *b]]"
    template, path = FILES[verb]
    text = template.replace("VALUE", laughs)
    at = place_of(text, "&a")
    refused(log, verb, text, at=at, path=f"{path}[0]", says="anchors are not allowed: write it out")


@every_file
def test_input_02_recursive_anchor(log: Path, verb: str) -> None:
    value_refused(log, verb, "&self [*self]", "aliases and anchors are not allowed")


@every_file
@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!binary", "!x", "!"])
def test_input_03_tags(log: Path, verb: str, tag: str) -> None:
    value_refused(log, verb, f"{tag} x", "tags are not allowed")


def test_input_03_a_tag_is_not_quoted_at_length(log: Path) -> None:
    for length in (500, 500_000):
        result = give(log, "record", SHEET.replace("VALUE", f"!{'x' * length} x"))
        assert result.exit_code == 2
        assert "a tag" in result.stderr or "tags are not allowed" in result.stderr
        assert len(result.stderr) < 400


@every_file
def test_input_04_duplicate_key(log: Path, verb: str) -> None:
    template, path = FILES[verb]
    indent = re.search("( +)note", template)
    assert indent
    text = template.replace("VALUE\n", f"one\n{indent[1]}'note': two\n")
    refused(log, verb, text, at=place_of(text, "'note'"), path=path, says="this key stands twice")


def test_input_05_no_stays_a_text(log: Path) -> None:
    text = "title: Mali\nactors:\n  norway: {name: Norway, type: state, side: NO}\n"
    assert give(log, "init", text).exit_code == 0
    assert bodies(log)[-1]["actor"]["side"] == "NO"


def test_input_06_sexagesimal_stays_a_text(log: Path) -> None:
    recorded(log, SHEET.replace("VALUE", "12:30:45"))
    assert bodies(log)[-1]["note"] == "12:30:45"


@every_file
def test_input_07_leading_zero(log: Path, verb: str) -> None:
    value_refused(log, verb, "010", "drop the zero, or quote it")


def test_input_07_quoted_it_is_a_text_and_a_count_it_never_is(log: Path) -> None:
    text = sheet("best: 7", "best: 010")
    at = place_of(text, "010")
    refused(log, "record", text, at=at, path="facts[0].quantity.best", says="a leading zero")
    recorded(log, SHEET.replace("VALUE", "'010'"))
    assert bodies(log)[-1]["note"] == "010"


@every_file
@pytest.mark.parametrize("number", ["1_000", "1__0", "-1_0"])
def test_input_08_underscores(log: Path, verb: str, number: str) -> None:
    value_refused(log, verb, number, "write plain digits, or quote it")


@every_file
def test_input_09_a_huge_float_is_no_text(log: Path, verb: str) -> None:
    value_refused(log, verb, "1e308", "text is needed here: put it in quotes", key=True)


@pytest.mark.parametrize("number", ["1e308", "1.5", "7.0"])
def test_input_09_a_float_is_no_count(log: Path, number: str) -> None:
    text = sheet("best: 7", f"best: {number}")
    path = "facts[0].quantity.best"
    refused(log, "record", text, at=place_of(text, "best"), path=path, says="a whole number")


@every_file
@pytest.mark.parametrize("number", ["1.0e+309", "-1e400"])
def test_input_10_infinite_by_size(log: Path, verb: str, number: str) -> None:
    value_refused(log, verb, number, "too large a number")


@every_file
@pytest.mark.parametrize("number", [".nan", ".inf", "-.Inf"])
def test_input_11_not_a_number(log: Path, verb: str, number: str) -> None:
    value_refused(log, verb, number, "not a finite number")


@every_file
def test_input_12_an_integer_of_5000_digits(log: Path, verb: str) -> None:
    value_refused(log, verb, "1" * 5000, "a number of 5000 digits")


@every_file
@pytest.mark.parametrize("depth", [40, 50_000])
def test_input_13_nesting(log: Path, verb: str, depth: int) -> None:
    template, path = FILES[verb]
    text = template.replace("VALUE", "[" * depth + "]" * depth)
    line, column = map(int, place_of(text, "[[").split(":"))
    above = path.replace("[", ".").count(".") + 1  # steps of the path to the value itself
    at = f"{line}:{column + yamltree.DEEPEST + 1 - above}"
    result = give(log, verb, text)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{log.with_name('in.yaml')}:{at}: ")
    assert "nested deeper than 32" in result.stderr
    assert result.stdout == ""


@every_file
def test_input_14_more_than_a_mebibyte_is_not_even_parsed(
    log: Path, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yamltree, "_Builder", None)
    text = FILES[verb][0] + "#" * yamltree.LARGEST_FILE
    refused(log, verb, text, at="0:0", says="the file is over 1024 KiB: split it")


@every_file
def test_input_15_a_list_of_100000(log: Path, verb: str) -> None:
    template, path = FILES[verb]
    text = template.replace("VALUE", "[" + "a," * 100_000 + "]")
    line, column = map(int, place_of(text, "[a,a").split(":"))
    at = f"{line}:{column + 1 + 2 * yamltree.LONGEST_LIST}"
    refused(log, verb, text, at=at, path=path, says="more than 20000 items: import it")


@every_file
def test_input_16_a_tab(log: Path, verb: str) -> None:
    text = FILES[verb][0].replace("  ", "\t", 1)
    refused(log, verb, text, at=place_of(text, "\t"), says="indent with spaces, never tabs")


@every_file
def test_input_16_a_tab_within_braces(log: Path, verb: str) -> None:
    text = FILES[verb][0].replace("VALUE", "{\n\ta: 1}")
    at = place_of(text, "a: 1")
    refused(log, verb, text, at=at, says="indent with spaces, never tabs")


@every_file
def test_a_directive(log: Path, verb: str) -> None:
    text = "# a word\n%FOO bar\n---\n" + FILES[verb][0]
    refused(log, verb, text, at="2:1", says="directives are not allowed")


@every_file
@pytest.mark.parametrize("code", ["00110000", "FFFFFFFF"])
def test_an_escape_of_no_character(log: Path, verb: str, code: str) -> None:
    text = FILES[verb][0].replace("VALUE", f'"a\\U{code}"')
    at = place_of(text, code)
    refused(log, verb, text, at=at, says="an escape of no character")


@every_file
def test_input_16_a_wrong_indent(log: Path, verb: str) -> None:
    text = FILES[verb][0].replace("note", "   note").replace("quantity: {best: 7}", "origin: x")
    refused(log, verb, text, at=place_of(text, ": VALUE"), says="not valid YAML: mapping values")


@every_file
@pytest.mark.parametrize("start", ["---\n", "...\n---\n"])
def test_input_17_a_second_document(log: Path, verb: str, start: str) -> None:
    text = FILES[verb][0] + start + "title: more\n"
    refused(log, verb, text, at=place_of(text, "---"), says="a second document: one to a file")


@every_file
@pytest.mark.parametrize("text", ["", "\n\n", "# only a remark\n", "---\n"])
def test_input_18_nothing(log: Path, verb: str, text: str) -> None:
    result = give(log, verb, text)
    assert result.exit_code == 2
    assert "a mapping is needed at the top, found nothing" in result.stderr


@every_file
@pytest.mark.parametrize(
    ("text", "what"), [("hello\n", "a scalar"), ("3\n", "a scalar"), ("- a: b\n", "a list")]
)
def test_input_18_no_mapping(log: Path, verb: str, text: str, what: str) -> None:
    says = f"a mapping is needed at the top, found {what}"
    refused(log, verb, text, at="1:1", says=says)


@every_file
@pytest.mark.parametrize("key", ["1", "1.5", "true", "null", "~", ".5"])
def test_input_19_a_key_that_is_no_text(log: Path, verb: str, key: str) -> None:
    text = FILES[verb][0] + f"{key}: x\n"
    at = f"{text.count(chr(10))}:1"
    refused(log, verb, text, at=at, says=f"a key must be text: put '{key}' in quotes")


@every_file
@pytest.mark.parametrize("key", ["[a]", "{a: b}", "? [a]\n"])
def test_input_19_a_key_that_is_no_scalar(log: Path, verb: str, key: str) -> None:
    text = FILES[verb][0] + f"{key}: x\n"
    at = place_of(text, key.removeprefix("? ").rstrip())
    refused(log, verb, text, at=at, says="a key must be plain text")


@every_file
def test_input_20_merge_key(log: Path, verb: str) -> None:
    text = FILES[verb][0] + "<<: {title: more}\n"
    refused(log, verb, text, at=place_of(text, "<<"), says="merge keys are not allowed")


def test_input_21_bom_and_crlf_are_accepted_and_the_raw_bytes_hashed(log: Path) -> None:
    raw = b"\xef\xbb\xbf" + SHEET.replace("\n", "\r\n").encode()
    recorded(log, raw)
    assert bodies(log)[-2]["sheet"] == {"name": "in.yaml", "sha256": sha256(raw).hexdigest()}
    assert bodies(log)[-1]["note"] == "VALUE"


@pytest.mark.parametrize("verb", ["init", "check"])
def test_input_21_bom_and_crlf_in_the_other_files(log: Path, verb: str) -> None:
    raw = b"\xef\xbb\xbf" + FILES[verb][0].replace("\n", "\r\n").encode()
    assert give(log, verb, raw).exit_code == 0


@every_file
def test_input_22_latin_1(log: Path, verb: str) -> None:
    text = FILES[verb][0].replace("VALUE", "Ségou, café")
    raw = text.encode().replace("café".encode(), "café".encode("latin-1"))
    at = place_of(text.replace("café", "caf@"), "@")
    refused(log, verb, raw, at=at, says="not UTF-8 (Latin-1, perhaps): save it as UTF-8")


@every_file
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_input_22_utf_16(log: Path, verb: str, encoding: str) -> None:
    result = give(log, verb, FILES[verb][0].encode(encoding))
    assert result.exit_code == 2
    assert "UTF-16" in result.stderr


@every_file
def test_input_23_nul(log: Path, verb: str) -> None:
    text = FILES[verb][0].replace("VALUE", "é\0x")
    refused(log, verb, text, at=place_of(text, "\0"), says="a NUL character")
    value_refused(log, verb, '"a\\0b"', "a NUL character")


@every_file
def test_input_24_lone_surrogate(log: Path, verb: str) -> None:
    value_refused(log, verb, '"a\\ud800b"', "half a surrogate pair: not a character")
    value_refused(log, verb, '"\\ude00\\ud83d"', "half a surrogate pair: not a character")
    text = FILES[verb][0].replace("VALUE", "a\ud800b")
    raw = text.encode("utf-8", "surrogatepass")
    refused(log, verb, raw, at=place_of(text, "\ud800"), says="not UTF-8")


def test_input_24_a_whole_pair_is_one_letter_as_json_writes_it(log: Path) -> None:
    recorded(log, SHEET.replace("VALUE", '"\\ud83d\\ude00"'))
    assert bodies(log)[-1]["note"] == "😀"


@every_file
def test_input_28_type_keys(log: Path, verb: str) -> None:
    text = "_type_: x\n" + FILES[verb][0]
    refused(log, verb, text, at="1:1", path="_type_", says="unknown field '_type_'")


def test_input_28_type_keys_inside(log: Path) -> None:
    text = sheet("    note: ", "    _type_: tracker.facts.Fact\n    note: ")
    at = place_of(text, "_type_")
    refused(log, "record", text, at=at, path="facts[0]._type_", says="unknown field '_type_'")


@pytest.mark.parametrize(
    ("verb", "old", "new", "path"),
    [
        ("record", "place", "plaec", "facts[0].plaec"),
        ("record", "facts", "fcats", "fcats"),
        ("record", "published", "publshed", "report.publshed"),
        ("record", "best", "bset", "facts[0].quantity.bset"),
        ("init", "levels", "levls", "alert_schemes.lantern.levls"),
        ("init", "sources", "souces", "souces"),
        ("check", "as_of", "asof", "expectations[0].ask.asof"),
        ("check", "expectations", "expectation", "expectation"),
    ],
)
def test_input_29_an_unknown_field_and_the_nearest_known_one(
    log: Path, verb: str, old: str, new: str, path: str
) -> None:
    before = held(log)
    text = FILES[verb][0].replace(old, new)
    result = give(log, verb, text)
    where = f"{log.with_name('in.yaml')}:{place_of(text, new)}: {path}: "
    message = f"{where}unknown field '{new}': did you mean {old}?"
    assert result.exit_code == 2
    assert message in result.stderr.splitlines()
    assert held(log) == before


@pytest.mark.parametrize("degrees", ["true", "'8'", "NO", "1.8e+2"])
def test_input_36_degrees_of_a_place_that_are_no_degrees(log: Path, degrees: str) -> None:
    text = f"title: T\nplaces:\n  aa: {{name: A, lat: {degrees}, lon: 8, coordinates: c}}\n"
    says = "90.0 or less is needed" if degrees[0] == "1" else "a number is needed here"
    refused(log, "init", text, at="3:17", path="places.aa.lat", says=says)


def test_degrees_may_be_whole_numbers(log: Path) -> None:
    text = "title: T\nplaces:\n  aa: {name: A, lat: -8, lon: 8, coordinates: c}\n"
    assert give(log, "init", text).exit_code == 0
    place = bodies(log)[-1]["place"]
    assert (place["lat"], place["lon"], type(place["lat"])) == (-8.0, 8.0, float)


def test_of_very_many_unknown_fields_the_nearest_is_looked_for_a_hundred_times() -> None:
    extra = "".join(f"facs{number}:\n" for number in range(1_000))
    with pytest.raises(InputError) as refused:
        read_sheet((SHEET.replace("VALUE", "nothing") + extra).encode(), "in.yaml", registry())
    told = [str(one) for one in refused.value.problems if "unknown field" in str(one)]
    assert (len(told), sum("did you mean facts?" in one for one in told)) == (1_000, 100)


# -- text that would act -------------------------------------------------------------------------

LIVE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029" + "".join(BIDI) + "]")
ESCAPES = "\x1b[2J\x1b[31mred\x1b]0;title\x07 \x9b31m\x85\u2028\x7f\x08\rgone"
BIDI_TEXT = "abc\u202edef\u2066ghi\u2069\u200f"
OUR_STYLES = re.compile(r"\x1b\[(0|1|2)m")  # bold and dim, of our own headings


def hostile(text: str) -> tuple[bytes, bytes]:
    """Give a situation and a sheet that hold a text wherever a text can stand; JSON is YAML."""
    situation = {
        "title": f"Title {text}",
        "places": {"here": {"name": f"Here {text}"}},
        "actors": {"them": {"name": f"Them {text}"}},
        "sources": {"voa": {"name": f"VOA {text}", "type": "broadcaster"}},
    }
    common = {
        "place": "here",
        "by": ["them"],
        "when": {"edtf": "2013-01-16", "phrase": text, "anchor": text},
        "status": "occurred",
        "voice": "attributed",
        "speaker": f"someone {text}",
        "gist": f"Gist {text}",
        "note": text,
        "at": {"sentence": 1, "span": [0, 5], "quote": text},
    }
    document = {"name": f"d{text}.txt", "sha256": "0" * 64}
    facts = [
        {"kind": kind, **common, **more}
        for kind, more in (
            ("TownOccupied", {}),
            ("TroopsDeployed", {"quantity": {"best": 5, "phrase": text[:60]}}),
            ("SecurityMeasureAnnounced", {"measure": text}),
            ("FightingReported", {}),
            ("InfrastructureDisrupted", {"service": "water"}),
            ("PositionStated", {}),
        )
    ]
    told = {
        "report": {
            "source": "voa",
            "published": "2013-01-17",
            "title": text,
            "url": text,
            "document": document,
        },
        "facts": facts,
        "not_coded": [{"sentence": 3, "why": text}],
    }
    return json.dumps(situation).encode(), json.dumps(told, ensure_ascii=False).encode()


def outputs(log: Path, *, color: bool) -> dict[str, Result]:
    """Run every verb that prints stored text, in every format."""
    fact = answer("--log", log, "log", "--kind", "TownOccupied")["rows"][0]["fact"]
    asks = [
        ["state"],
        ["state", "control", "here"],
        ["log"],
        ["show", fact],
        ["show", "#1"],
        ["show", "#5"],
        ["audit", "control", "here"],
        ["audit", "control", "here", "--documents", str(log.parent)],
        ["replay"],
        ["history", "here"],
    ]
    return {
        " ".join([*ask, form]): run("--log", log, *ask, form, color=color)
        for ask in asks
        for form in ("--table", "--json", "--csv", "--nl")
    }


def make_hostile(log: Path, text: str) -> tuple[Result, Result]:
    situation, told = hostile(text)
    log.unlink()
    log.with_name("situation.state.db").unlink()
    return give(log, "init", situation, "--yes"), give(log, "record", told)


@pytest.mark.parametrize("color", [True, False])
def test_input_25_escapes_are_kept_and_never_live(log: Path, color: bool) -> None:  # noqa: FBT001
    made = make_hostile(log, ESCAPES)
    assert [result.exit_code for result in made] == [0, 0]
    told = bodies(log)
    assert told[0]["title"] == f"Title {ESCAPES}"
    assert told[-1]["gist"] == f"Gist {ESCAPES}"
    assert told[-1]["locator"]["quote"] == ESCAPES
    for name, result in outputs(log, color=color).items():
        assert result.exit_code == 0, name
        assert not LIVE.search(OUR_STYLES.sub("", result.output)), name
        assert "red" in result.output or name.startswith("history"), name


def test_input_25_escapes_in_plain_scalars_are_kept_to_the_letter(log: Path) -> None:
    text = "a\x1b[31m b\x9b c\x85d\u2028e\u2029f\x7f"
    recorded(log, SHEET.replace("VALUE", text))
    assert bodies(log)[-1]["note"] == text


def test_input_25_a_line_break_of_old_ends_no_comment(log: Path) -> None:
    recorded(log, SHEET.replace("VALUE", "x # \x85    origin: smuggled\u2028    origin: too"))
    assert "origin" not in bodies(log)[-1]


@every_file
def test_input_25_a_refusal_shows_no_escape(log: Path, verb: str) -> None:
    text = '? "\\e[31m\\x9b\\L\\u202e"\n: x\n' + FILES[verb][0]
    result = give(log, verb, text)
    assert result.exit_code == 2
    assert "\\x1b[31m\\x9b" in result.stderr
    assert not LIVE.search(result.stderr)


def test_input_25_a_file_name_shows_no_escape(log: Path) -> None:
    path = log.with_name("a\x1b[31mb.yaml")
    path.write_text(SHEET)
    shown = [
        run("--log", log, "record", path, color=True),
        run("--log", log, "record", f"{path}x", color=True),
        run("--log", f"{log}\x1b[31m", "state", color=True),
        run("--log", f"{log}\x1b[31m", "init", color=True),
    ]
    assert [result.exit_code for result in shown] == [0, 2, 2, 0]
    for result in shown:
        assert "\\x1b[31m" in result.output
        assert not LIVE.search(result.output)


@pytest.mark.parametrize("color", [True, False])
def test_input_26_bidi_controls_are_kept_warned_of_and_never_live(
    log: Path,
    color: bool,  # noqa: FBT001
) -> None:
    for result in make_hostile(log, BIDI_TEXT):
        assert result.exit_code == 0
        warnings = result.stderr.splitlines()
        assert warnings
        assert all(": warning: " in warning for warning in warnings)
        assert "holds bidirectional control characters" in warnings[0]
    assert bodies(log)[-1]["gist"] == f"Gist {BIDI_TEXT}"
    for name, result in outputs(log, color=color).items():
        assert not LIVE.search(OUR_STYLES.sub("", result.output)), name
        assert "abc" in result.output or name.startswith("history"), name


TWO_ALEPPOS = 'title: Syria\nplaces:\n  aleppo: {name: Aleppo}\n  other: {name: "\u0410leppo"}\n'


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    at_keyboard = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("tracker.cli.init.sys", at_keyboard)


def ask_about_aleppo(log: Path, stdin: str, *words: str) -> Result:
    path = log.with_name("in.yaml")
    path.write_text(TWO_ALEPPOS)
    return run("--log", log, "init", path, *words, stdin=stdin)


LOOKS = "in.yaml:4:11: warning: places.other.name: '\u0410leppo' looks like 'Aleppo' (aleppo), but"


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("reply", ["n\n", "\n"])
def test_input_27_look_alike_name_is_asked_about_and_no_registers_nothing(
    log: Path, reply: str
) -> None:
    before = held(log)
    result = ask_about_aleppo(log, reply)
    assert result.exit_code == 2
    assert LOOKS in result.stderr
    assert "Register these names all the same? [y/N]" in result.stderr
    assert "nothing was registered" in result.stderr
    assert held(log) == before


@pytest.mark.usefixtures("terminal")
def test_input_27_yes_registers_it(log: Path) -> None:
    result = ask_about_aleppo(log, "y\n")
    assert result.exit_code == 0
    assert bodies(log)[-1]["place"] == {
        "id": "other",
        "name": "\u0410leppo",
        "type": "town",
        "aliases": [],
    }


@pytest.mark.usefixtures("terminal")
def test_input_27_yes_given_beforehand_is_not_asked_again(log: Path) -> None:
    result = ask_about_aleppo(log, "", "--yes")
    assert result.exit_code == 0
    assert LOOKS in result.stderr
    assert "Register" not in result.stderr


def test_input_27_with_nobody_to_ask_it_warns(log: Path) -> None:
    result = ask_about_aleppo(log, "")
    assert result.exit_code == 0
    assert LOOKS in result.stderr
    assert "Register" not in result.stderr


def test_input_27_a_name_that_looks_like_one_already_registered(log: Path) -> None:
    text = 'title: Mali\nactors:\n  others: {name: "Fr\u0430nce"}\n'
    result = give(log, "init", text)
    assert "looks like 'France' (france), but is written with other letters" in result.stderr


def places_named(*names: str) -> str:
    lines = [f'  p{at}: {{name: "{name}"}}\n' for at, name in enumerate(names)]
    return f"title: T\nplaces:\n{''.join(lines)}"


@pytest.mark.parametrize(
    ("name", "other", "how"),
    [
        ("HAM", "\u0397\u0391\u039c", "is written with other letters"),  # all Greek
        ("Cap", "\u03f9\u0391\u03a1", "is written with other letters"),  # Greek, a lunate Sigma
        ("Mocka", "\u041c\u043e\u0441\u043a\u0430", "is written with other letters"),  # Cyrillic
        ("Tao", "Ta\u0585", "is written with other letters"),  # Armenian
        ("Aleppo", "\u13aaleppo", "is written with other letters"),  # Cherokee
        ("Aleppo", "\uab7aleppo", "is written with other letters"),  # and its small letters
        ("M\u00e1li", "M\u03ac\u006ci", "is written with other letters"),  # with its accent
        ("Tao", "Ta\u034fo", "holds characters that do not show"),
        ("Tao", "T\u3164ao", "holds characters that do not show"),
        ("Tao", "Ta\ufe0fo", "holds characters that do not show"),
        ("Tao", "Tao\U000e0041", "holds characters that do not show"),
    ],
)
def test_input_27_letters_of_other_alphabets_and_what_does_not_show(
    log: Path, name: str, other: str, how: str
) -> None:
    result = give(log, "init", places_named(name, other))
    assert result.exit_code == 0
    (warning,) = result.stderr.splitlines()
    assert f"looks like '{name}' (p0), but {how}" in warning


@pytest.mark.parametrize(
    "names",
    [
        ("Athens", "\u0391\u03b8\u03ae\u03bd\u03b1"),  # Athina, in Greek
        ("NAU", "\u0397\u0391\u039c"),  # its small letters would look so, and are not there
        ("Yerevan", "\u0535\u0580\u0587\u0561\u0576"),  # in Armenian
        ("Moscow", "\u041c\u043e\u0441\u043a\u0432\u0430"),  # in Cyrillic
        ("Tsalagi", "\u13e3\u13b3\u13a9"),  # in Cherokee
        ("Hama", "\u1e24am\u0101h"),  # its accents show
    ],
)
def test_input_27_honest_names_in_other_alphabets_are_not_warned_of(
    log: Path, names: tuple[str, ...]
) -> None:
    result = give(log, "init", places_named(*names))
    assert (result.exit_code, result.stderr) == (0, "")


def test_input_27_one_name_in_two_cases_is_warned_of_in_any_alphabet(log: Path) -> None:
    names = "\u0391\u03b8\u03ae\u03bd\u03b1", "\u0391\u0398\u0389\u039d\u0391"
    assert "looks like" in give(log, "init", places_named(*names)).stderr


# -- twice -----------------------------------------------------------------------------------------


def test_input_40_the_same_file_twice(log: Path) -> None:
    recorded(log, SHEET)
    before = held(log)
    result = give(log, "record", SHEET)
    assert result.exit_code == 0
    assert result.stdout == f"{log.with_name('in.yaml')}: already recorded, 0 events added\n"
    assert held(log) == before


# -- dates -----------------------------------------------------------------------------------------


def date_refused(log: Path, date: str, says: str) -> None:
    text = sheet("when: 2013-01-16", f"when: {date}")
    refused(log, "record", text, at=place_of(text, "when:"), path="facts[0].when", says=says)
    text = sheet("published: 2013-01-17", f"published: {date}")
    at = place_of(text, "published:")
    refused(log, "record", text, at=at, path="report.published", says=says)
    text = SITUATION.replace("valid: 2013", f"valid: {date}")
    path = "alert_schemes.lantern.valid"
    refused(log, "init", text, at=place_of(text, "valid:"), path=path, says=says)


def moment_refused(log: Path, date: str, says: str) -> None:
    text = EXPECT.replace("as_of: 2011-01-01", f"as_of: {date}")
    path = "expectations[0].ask.as_of"
    refused(log, "check", text, at=place_of(text, "as_of"), path=path, says=says)
    for clock in ("as-of", "known-at", "recorded-at"):
        result = run("--log", log, "state", f"--{clock}", date)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"{clock}: ")
        assert says in result.stderr


def test_input_42_a_day_that_is_not(log: Path) -> None:
    date_refused(log, "2013-02-30", "2013-02 has no day 30")
    moment_refused(log, "2013-02-30", "2013-02 has no day 30")


def test_input_43_year_0000(log: Path) -> None:
    date_refused(log, "0000-01-01", "there is no year 0000")
    date_refused(log, "'0000'", "there is no year 0000")
    moment_refused(log, "0000-01-01", "there is no year 0000")


def test_input_44_beyond_the_last_year_in_utc(log: Path) -> None:
    says = "outside the years 0001 to 9999 in UTC"
    date_refused(log, "9999-12-31T23:59:59-05:00", says)
    moment_refused(log, "9999-12-31T23:59:59-05:00", says)


def test_input_45_a_time_without_a_zone(log: Path) -> None:
    date_refused(log, "2013-01-16T12:00:00", "add Z or an offset such as +01:00, or name its zone")
    moment_refused(log, "2013-01-16T12:00", "add Z or an offset such as +01:00, or name its zone")


def test_input_45_its_zone_can_be_named_and_is_recorded(log: Path) -> None:
    text = sheet("when: 2013-01-16", "when: 2013-01-16T12:00:00")
    recorded(log, text, "--tz", "Africa/Bamako")
    when = {"edtf": "2013-01-16T12:00:00", "zone": "Africa/Bamako", "local": True}
    assert bodies(log)[-1]["when"] == when
    assert said("--log", log, "state", "forces", "--as-of", "2013-01-16T12:00", "--tz", "+00:00")


@pytest.mark.parametrize("verb", ["record", "state", "history", "replay", "audit"])
def test_input_45_a_zone_that_is_not(log: Path, verb: str) -> None:
    words = {"record": SHEETS[:1], "history": ("diabaly",), "audit": ("control", "diabaly")}
    result = run("--log", log, verb, *words.get(verb, ()), "--tz", "Africa/Bamakko")
    assert result.exit_code == 2
    assert "no time zone 'Africa/Bamakko': did you mean Africa/Bamako" in result.stderr


def test_input_46_a_leap_second(log: Path) -> None:
    date_refused(log, "2012-06-30T23:59:60Z", "leap seconds are not counted here, write second 59")
    moment_refused(log, "2012-06-30T23:59:60Z", "leap seconds are not counted here")


@pytest.mark.parametrize(
    ("date", "says"),
    [
        ("2013-21", "a season: outside our subset"),
        ("1985-04?-12", "put one of ? ~ % at its end"),
        ("'{2013,2014}'", "a set {..}: outside our subset"),
        ("'[2013,2014]'", "a list [a,b]: outside our subset"),
        ("Y17000", "a Y-year"),
        ("'2013-01-14~?'", "write % for both"),
        ("January", "not a date of our EDTF subset: write 2013, 2013-01"),
    ],
)
def test_input_47_outside_the_stated_subset(log: Path, date: str, says: str) -> None:
    date_refused(log, date, says)


def test_input_48_a_bare_date_keeps_its_precision(log: Path) -> None:
    taken = sheet("TroopsDeployed", "TownOccupied").replace("    quantity: {best: 7}\n", "")
    recorded(log, taken)
    assert bodies(log)[-1]["when"] == {"edtf": "2013-01-16", "zone": "UTC", "local": False}
    rows = answer("--log", log, "state", "control", "--as-of", "2013-01-17")["rows"]
    assert rows[0]["since"] == {
        "edtf": "2013-01-16",
        "earliest": "2013-01-16T00:00:00Z",
        "latest": "2013-01-17T00:00:00Z",
    }


def test_input_49_after_the_publication_of_its_report(log: Path) -> None:
    text = sheet("when: 2013-01-16", "when: 2013-01-20")
    result = recorded(log, text)
    where = f"{log.with_name('in.yaml')}:{place_of(text, 'when:')}: warning: facts[0].when: "
    assert result.stderr.startswith(f"{where}dated 20 Jan 2013, after the report was published")
    assert give(log, "record", text, "--dry-run").stderr == result.stderr


def test_a_state_that_began_after_it_was_found_so(log: Path) -> None:
    seen = "kind: ControlReported\n    state: held\n    since: 2013-01-20"
    text = sheet("kind: TroopsDeployed", seen).replace("    quantity: {best: 7}\n", "")
    refused(
        log,
        "record",
        text,
        at=place_of(text, "since:"),
        path="facts[0].since",
        says="20 Jan 2013 is after 16 Jan 2013, when it was found so",
    )


def test_an_actor_that_is_named_twice(log: Path) -> None:
    text = sheet("by: [france]", "by: [france, mali, france]")
    at = place_of(text, "by:")
    refused(log, "record", text, at=at, path="facts[0].by", says="'france' is named twice")


@pytest.mark.parametrize("number", [1_000_000, 999_999_999_999_999_999])
def test_a_sentence_that_no_document_has(log: Path, number: int) -> None:
    says = f"no document has a sentence {number:,}: count from 0"
    text = sheet("note: VALUE", f"at: {{sentence: {number}, span: [0, 3]}}")
    at = place_of(text, "sentence:")
    refused(log, "record", text, at=at, path="facts[0].at.sentence", says=says)
    text = sheet("facts:", f"not_coded:\n  - {{sentence: {number}, why: a slip}}\nfacts:")
    at = place_of(text, "sentence:")
    refused(log, "record", text, at=at, path="not_coded[0].sentence", says=says)
    recorded(log, SHEET.replace("VALUE", "nothing"))
    words = ("--set", f"at={{sentence: {number}}}", "--reason", "Where it stands.")
    result = run("--log", log, "correct", f"#{len(bodies(log))}", *words)
    assert result.exit_code == 2
    assert f"--set at.sentence: {says}" in result.stderr


# -- questions -------------------------------------------------------------------------------------


def test_input_50_as_of_before_the_first_event(tmp_path: Path) -> None:
    log = mali(tmp_path)
    ask = ("--log", log, "state", "--as-of", "1990-01-01")
    assert "no evidence" in said(*ask)
    assert answer(*ask)["rows"] == []
    assert said(*ask, "--nl") == ""
    assert len(said(*ask, "--csv").splitlines()) == 1  # the columns, which are always the same


def test_input_51_as_of_in_the_future_says_so(tmp_path: Path) -> None:
    log = mali(tmp_path)
    ask = ("--log", log, "state", "control", "--as-of", "9998-01-01")
    assert "as of a time still to come: this is the last state known" in run(*ask).stderr
    assert answer(*ask)["notes"] == ["as of a time still to come: this is the last state known"]
    assert answer(*ask)["rows"]


@pytest.mark.parametrize(
    "line",
    ["state control", "history diabaly", "audit control diabaly", "disputes", "gaps",
     "diff --from 2013-01-14 --to 2013-01-21", "whatif --without voa",
     "export csv control --force -o out.csv"],
)  # fmt: skip
def test_a_position_that_the_log_has_not_reached_is_said_to_be_to_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ask = ("--log", mali(tmp_path), *line.split(), "--recorded-at")
    note = "#999 is still to come: the log ends at #190"
    assert note in run(*ask, "#999").stderr
    assert "still to come" not in run(*ask, "#190").stderr
    if "export" not in line:
        assert note in answer(*ask, "#999")["notes"]


def on_a_terminal(log: Path, *words: str) -> bytes:
    """Run a command with a terminal to print to; give the bytes that reach it."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tracker", "--log", str(log), *words]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        read = b""
        try:
            while part := os.read(ours, 65536):
                read += part
        except OSError:  # how a terminal says that its last writer has gone
            pass
        finally:
            os.close(ours)
    assert process.returncode == 0
    return read


@pytest.mark.parametrize("words", [["state"], ["show", "#5"], ["log", "--json"]])
def test_input_52_escapes_do_not_reach_a_terminal(log: Path, words: list[str]) -> None:
    make_hostile(log, ESCAPES + BIDI_TEXT)
    shown = on_a_terminal(log, *words).decode().replace("\r\n", "\n")
    assert "red" in shown
    assert not LIVE.search(OUR_STYLES.sub("", shown))


# -- a log from elsewhere --------------------------------------------------------------------------

TOPIC = "module_of_theirs:Payload"
INSERTED = (
    "DROP TRIGGER events_are_kept",
    "DROP TRIGGER events_are_fixed",
    """INSERT INTO stored_events SELECT max(seq) + 1, originator_id, max(originator_version) + 1,
        'module_of_theirs:Payload', state, 'theirs' FROM stored_events""",
    "UPDATE log_head SET seq = seq + 1",
)


@pytest.mark.parametrize(
    "words",
    [
        ["init", str(SEEDS / "situation.yaml")],
        ["record", SHEETS[0]],
        ["state"],
        ["history", "diabaly"],
        ["audit", "control", "diabaly"],
        ["log"],
        ["show", "#1"],
        ["replay"],
        ["rebuild"],
        ["rebuild", "--check"],
        ["check", str(SEEDS / "expect.yaml")],
    ],
    ids=" ".join,
)
def test_input_54_an_unknown_topic_is_refused_by_every_verb(
    tmp_path: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = mali(tmp_path)
    sql(log, *INSERTED)
    before = held(log)
    (tmp_path / "module_of_theirs.py").write_text("raise SystemExit('their code ran')\n")
    monkeypatch.syspath_prepend(tmp_path)
    result = run("--log", log, *words)
    assert result.exit_code == 2
    assert f"topic '{TOPIC}' is not one this tracker knows: refused" in result.stderr
    assert "module_of_theirs" not in sys.modules
    assert held(log) == before


def test_input_54_the_doctor_names_an_unknown_topic(tmp_path: Path) -> None:
    log = mali(tmp_path)
    sql(log, *INSERTED)
    result = run("--log", log, "doctor", "--json")
    assert result.exit_code == 1
    wrong = [row for row in json.loads(result.stdout)["rows"] if row["verdict"] == "WRONG"]
    assert [row["what"] for row in wrong] == ["every event can be read", "ledger"]
    assert TOPIC in wrong[0]["found"]
