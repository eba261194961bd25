"""Strict YAML: plain values with the place of each, and a refusal with its place for the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.errors import SHOWN, InputError, Problem
from tracker.yamltree import LARGEST_FILE, Tree, load, path_text

ACCEPTED = [
    ("a: x", {"a": "x"}),
    ("a: 'it''s'", {"a": "it's"}),
    ('a: "\\t\\e\\u00e9"', {"a": "\t\x1bé"}),
    ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
    ("a: >-\n  one\n  two\n", {"a": "one two"}),
    ("a:", {"a": None}),
    ("a: ~\nb: null", {"a": None, "b": None}),
    ("a: true\nb: FALSE", {"a": True, "b": False}),
    ("a: yes\nb: NO\nc: on\nd: y", {"a": "yes", "b": "NO", "c": "on", "d": "y"}),
    ("a: 0\nb: -0\nc: +12\nd: 999999999999999999", {"a": 0, "b": 0, "c": 12, "d": 10**18 - 1}),
    (
        "a: 1.5\nb: .5\nc: 1.\nd: 1e3\ne: -2.5E-1",
        {"a": 1.5, "b": 0.5, "c": 1, "d": 1e3, "e": -0.25},
    ),
    ("a: '1'\nb: \"1.5\"\nc: 'null'", {"a": "1", "b": "1.5", "c": "null"}),
    ("a: 0x1F\nb: 0o17\nc: 0b1", {"a": "0x1F", "b": "0o17", "c": "0b1"}),
    ("a: 12:30:45\nb: 190:20", {"a": "12:30:45", "b": "190:20"}),
    ("a: 2013-01-14\nb: 2013-01-14T06:00:00Z", {"a": "2013-01-14", "b": "2013-01-14T06:00:00Z"}),
    ("a: [1, [two], {three: 3}]", {"a": [1, ["two"], {"three": 3}]}),
    ("a:\n- 1\n- b: 2\n  c: 3\n", {"a": [1, {"b": 2, "c": 3}]}),
    ("{a: 1, b: {c}}", {"a": 1, "b": {"c": None}}),
    ("'1': a\n'true': b\n'<<': c", {"1": "a", "true": "b", "<<": "c"}),
    ("2013-01-14: a", {"2013-01-14": "a"}),
    ("? a\n: b", {"a": "b"}),
    ("---\na: 1\n...\n", {"a": 1}),
    ("# remark\na: 1 # remark", {"a": 1}),
    ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
    ("\ufeffa: 1", {"a": 1}),
    ("a: Ségou 😀 \u202e", {"a": "Ségou 😀 \u202e"}),
    ("a: b\x85c\u2028d\u2029e", {"a": "b\x85c\u2028d\u2029e"}),
    ("a: |\n  b\x85c\n", {"a": "b\x85c\n"}),
    ("a: 1 # \x85b: 2", {"a": 1}),
    ("a: 'b\x85\U000f0000'", {"a": "b\x85\U000f0000"}),
    ('a: "\\ud83d\\ude00"', {"a": "😀"}),
]


@pytest.mark.parametrize(("text", "value"), ACCEPTED)
def test_accepted(text: str, value: object) -> None:
    found = load(text.encode(), "f.yaml").value
    assert found == value
    assert json.dumps(found) == json.dumps(value) or "1." in text


REFUSED = [
    ("", 0, 0, "", "a mapping is needed at the top, found nothing"),
    ("x", 1, 1, "", "found a scalar"),
    ("- x", 1, 1, "", "found a list"),
    ("a: &b x", 1, 4, "a", "anchors are not allowed: write it out"),
    ("a: *b", 1, 4, "a", "aliases and anchors are not allowed"),
    ("a: [1, &b 2]", 1, 8, "a[1]", "anchors"),
    ("&b a: 1", 1, 1, "", "anchors"),
    ("*b : 1", 1, 1, "", "a key must be plain text"),
    ("a: !!str 1", 1, 4, "a", "tags are not allowed: tag:yaml.org,2002:str"),
    ("a: ! 1", 1, 4, "a", "tags are not allowed: !"),
    ("!x a: 1", 1, 1, "", "tags are not allowed"),
    (f"a: !{'x' * 1001} 1", 1, 4, "", "a tag, or a word after !, of more than 1000 characters"),
    ("%YAML 1.1\n---\na: 1", 2, 1, "", "directives (%YAML, %TAG) are not allowed"),
    ("%TAG ! tag:x,2000:\n---\na: 1", 2, 1, "", "directives (%YAML, %TAG) are not allowed"),
    (f"%YAML {'1' * 5000}\n---\na: 1", 0, 0, "", "not valid YAML"),
    ("a: 1\nb: 2\n'a': 3", 3, 1, "a", "this key stands twice"),
    ("a: {b: 1, b: 2}", 1, 11, "a.b", "this key stands twice"),
    ("a:\n  - b: 1\n    b: 2", 3, 5, "a[0].b", "this key stands twice"),
    ("1: a", 1, 1, "", "put '1' in quotes"),
    ("a: {~: 1}", 1, 5, "a", "put '~' in quotes"),
    (": 1", 1, 1, "", "put '' in quotes"),
    ("? [a]\n: 1", 1, 3, "", "a key must be plain text"),
    ("a: {<<: {b: 1}}", 1, 5, "a", "merge keys are not allowed"),
    ("a: 010", 1, 4, "a", "drop the zero, or quote it to make it text (010)"),
    ("a: -00", 1, 4, "a", "leading zero"),
    ("a: 1_000", 1, 4, "a", "write plain digits, or quote it (1_000)"),
    ("a: .NaN", 1, 4, "a", "not a finite number"),
    ("a: 1.0e+309", 1, 4, "a", "too large a number (1.0e+309)"),
    ("a: 1234567890123456789", 1, 4, "a", "a number of 19 digits"),
    ("é: [😀, .inf]", 1, 8, "é[1]", "not a finite number"),
    ("a: \u2028 b\nc: .inf", 2, 4, "c", "not a finite number"),
    ("a: 1\n---\nb: 2", 2, 1, "", "a second document"),
    ("a: 1\n...\nb: 2", 3, 1, "", "a second document"),
    ("a:\n\t- b", 2, 1, "", "indent with spaces, never tabs"),
    ("a: b: c", 1, 5, "", "not valid YAML: mapping values are not allowed here"),
    ("a: [1", 1, 6, "", "not valid YAML"),
    ("a:\n  - b: 1\n   c: 2", 3, 4, "", "not valid YAML: this line is not indented as those"),
    ("a:\n  b: 1\n - c", 3, 2, "", "not valid YAML: this line is not indented as those"),
    ('a: "x', 1, 6, "", "not valid YAML: found unexpected end of stream"),
    ("a: @x", 1, 4, "", "not valid YAML"),
    ('a: "\\ud800"', 1, 4, "a", "half a surrogate pair"),
    ('"\\udfff": 1', 1, 1, "", "half a surrogate pair"),
    ('a: "\\0"', 1, 4, "a", "a NUL character"),
    ("a: 1\nbé: \0", 2, 5, "", "a NUL character"),
]


@pytest.mark.parametrize(("text", "line", "column", "path", "message"), REFUSED)
def test_refused_with_its_place(text: str, line: int, column: int, path: str, message: str) -> None:
    problem = refusal(text.encode())
    assert (problem.line, problem.column, problem.path) == (line, column, path)
    assert message in problem.message
    assert problem.file == "f.yaml"


REFUSED_BYTES = [
    (b"a: caf\xe9", 1, 7, "not UTF-8"),
    ("a: é\nb: é ".encode() + b"\xe9", 2, 6, "not UTF-8"),
    (b"\xef\xbb\xbfa: \xff", 1, 4, "not UTF-8"),
    (b"a: \xed\xa0\x80", 1, 4, "not UTF-8"),
    ("a: 1".encode("utf-16"), 0, 0, "this is UTF-16: save it as UTF-8"),
    ("a: 1".encode("utf-16-le"), 1, 2, "UTF-16 saved without its mark"),
    (b" " * (LARGEST_FILE + 1), 0, 0, "the file is over 1024 KiB"),
]


@pytest.mark.parametrize(("data", "line", "column", "message"), REFUSED_BYTES)
def test_refused_before_it_is_parsed(data: bytes, line: int, column: int, message: str) -> None:
    problem = refusal(data)
    assert (problem.line, problem.column) == (line, column)
    assert message in problem.message


def refusal(data: bytes) -> Problem:
    with pytest.raises(InputError) as caught:
        load(data, "f.yaml")
    (problem,) = caught.value.problems
    assert str(caught.value) == str(problem)
    return problem


# -- marks -----------------------------------------------------------------------------------------

MARKED = """\
report:
  source: voa
  "published": 2013
facts:
  - kind: é
    at: {span: [1, 2], é: 😀, x: 3}
  -   kind: b
"""


def test_marks_are_where_keys_and_items_stand() -> None:
    tree = load(MARKED.encode(), "f.yaml")
    assert {path_text(path): mark for path, mark in tree.marks.items()} == {
        "": (1, 1),
        "report": (1, 1),
        "report.source": (2, 3),
        "report.published": (3, 3),
        "facts": (4, 1),
        "facts[0]": (5, 5),
        "facts[0].kind": (5, 5),
        "facts[0].at": (6, 5),
        "facts[0].at.span": (6, 10),
        "facts[0].at.span[0]": (6, 17),
        "facts[0].at.span[1]": (6, 20),
        "facts[0].at.é": (6, 24),
        "facts[0].at.x": (6, 30),
        "facts[1]": (7, 7),
        "facts[1].kind": (7, 7),
    }


def test_a_problem_stands_at_its_node_or_at_the_nearest_above() -> None:
    tree = load(MARKED.encode(), "f.yaml")
    assert str(tree.problem(("facts", 0, "at", "x"), "no")) == "f.yaml:6:30: facts[0].at.x: no"
    missing = tree.problem(("facts", 1, "when", "edtf"), "no", warning=True)
    assert str(missing) == "f.yaml:7:7: warning: facts[1].when.edtf: no"
    assert str(Tree("f.yaml", None).problem((), "no")) == "f.yaml:0:0: no"


def test_only_so_many_problems_are_printed() -> None:
    problems = [Problem("f", n, 1, "", "no") for n in range(1, SHOWN + 4)]
    shown = str(InputError(problems)).splitlines()
    assert len(shown) == SHOWN + 1
    assert shown[-1] == "... and 3 more problems"


# -- whatever comes --------------------------------------------------------------------------------

LETTERS = st.characters(exclude_categories=["Cs"])
WORDS = st.text(LETTERS, max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
MARKS = (
    "a|b: |: |- |? |\n|\n  |\t|[|]|{|}|, |'|\"|>\n|#|&x |*x|!!str |!|%YAML 1.2\n|---\n|...\n|<<: "
    "|1|0|_|.|e9|.nan|\\x|\\ud800|\r|\x85|\u2028|\ufeff|\0|😀|~"
)
PIECES = st.lists(st.sampled_from([*MARKS.split("|"), "|"]), max_size=30).map("".join)


def harmless(data: bytes) -> Any:  # noqa: ANN401 - any plain value
    """Load; give the value, or None where it was refused. All else fails the test."""
    try:
        tree = load(data, "f")
    except InputError as error:
        for problem in error.problems:
            assert problem.line >= 0
            assert problem.column >= 0
            assert problem.message
        return None
    count = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= line <= count and column >= 1 for line, column in tree.marks.values())
    return tree.value


@given(st.binary(max_size=200))
@example(b"%YAML " + b"1" * 5000)
@example(b"\xff")
def test_bytes_are_loaded_or_refused(data: bytes) -> None:
    harmless(data)


@given(st.text(max_size=200) | PIECES)
def test_text_is_loaded_or_refused(text: str) -> None:
    harmless(text.encode("utf-8", "replace"))


@given(st.dictionaries(WORDS, VALUES, max_size=5), st.booleans())
def test_json_is_yaml(value: dict[str, Any], ascii_only: bool) -> None:  # noqa: FBT001 - a draw
    found = harmless(json.dumps(value, ensure_ascii=ascii_only).encode())
    assert found == value or "\\u0000" in json.dumps(value)


@given(st.lists(st.tuples(st.from_regex(r"[a-zé😀]{1,6}", fullmatch=True), WORDS), max_size=6))
def test_marks_point_at_the_first_character_of_each_key(pairs: list[tuple[str, str]]) -> None:
    written = dict(pairs)
    lines = [f"{key}: {json.dumps(value)}" for key, value in written.items()]
    text = "\n# remark\n".join(["top: {x: 1}", *lines])
    if "top" in written or "\\u0000" in text:
        return
    rows = text.split("\n")
    for path, (line, column) in load(text.encode(), "f").marks.items():
        if path and path[-1] != "x":
            assert rows[line - 1][column - 1 :].startswith(f"{path[-1]}: ")
