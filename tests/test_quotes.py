"""Quotes: only the very document and the very span that were read are called verified."""

from __future__ import annotations

import gzip
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tracker.quotes import Quote, look_up

TEXT = "Élysée: “no comment”.\r\nThe town fell. 😀 It rained.\n"
START, END = TEXT.index("The"), TEXT.index(" It")


def digest(text: str | bytes) -> str:
    return sha256(text.encode() if isinstance(text, str) else text).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_bytes(TEXT.encode())
    return tmp_path


def locator(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any part of a locator
    return {
        "document": {"name": "a.txt", "sha256": digest(TEXT)},
        "span": [START, END],
        "sha256": digest(TEXT[START:END]),
        **changes,
    }


def test_the_text_of_a_span_counted_in_characters(folder: Path) -> None:
    assert look_up(locator(), folder) == Quote("The town fell. 😀", verified=True)


def test_a_span_without_a_hash_is_shown_and_not_verified(folder: Path) -> None:
    found = look_up(locator(sha256=None), folder)
    assert (found.text, found.verified) == ("The town fell. 😀", False)
    assert found.problem == "the span has no sha256 to verify it by"


def test_a_span_in_another_sentence_is_not_verified(folder: Path) -> None:
    assert look_up(locator(sentence=1), folder).verified
    for number in (0, 2, 41):
        found = look_up(locator(sentence=number), folder)
        assert (found.text, found.verified) == ("The town fell. 😀", False)
        assert found.problem == f"the span lies in sentence 1, not in sentence {number}"


@pytest.mark.parametrize(("start", "end"), [(900, 950), (START, 900), (10_000, 10_001)])
def test_a_span_that_the_document_does_not_reach_is_not_verified(
    folder: Path, start: int, end: int
) -> None:
    found = look_up(locator(span=[start, end], sha256=digest(TEXT[start:end])), folder)
    assert (found.text, found.verified) == (TEXT[start:end] or None, False)
    assert found.problem == f"the span ends at {end}, and the document has {len(TEXT)} characters"


def test_a_quote_of_other_words_is_not_verified(folder: Path) -> None:
    assert look_up(locator(quote="The town  fell. 😀"), folder).verified
    found = look_up(locator(quote="The town held."), folder)
    assert found.problem == "the quote is not the span's text"


@pytest.mark.parametrize("span", [[START, END - 1], [0, 3]])
def test_another_span_is_not_verified(folder: Path, span: list[int]) -> None:
    found = look_up(locator(span=span), folder)
    assert not found.verified
    assert found.problem == "the span's text has another sha256"


def test_another_document_is_not_quoted(folder: Path) -> None:
    (folder / "a.txt").write_bytes(TEXT.replace("\r\n", "\n").encode())
    problem = "a.txt is not the document that was read"
    assert look_up(locator(), folder) == Quote(None, verified=False, problem=problem)


@pytest.mark.parametrize("missing", ["document", "span"])
def test_a_fact_that_says_not_where_it_stands(folder: Path, missing: str) -> None:
    problem = "the fact names no document or no span"
    expected = Quote(None, verified=False, problem=problem)
    assert look_up(locator(**{missing: None}), folder) == expected
    assert look_up({}, folder) == expected


def test_a_document_that_is_no_text_at_all(folder: Path) -> None:
    raw = b"\xff\xfe\0abc"
    (folder / "a.txt").write_bytes(raw)
    document = {"name": "a.txt", "sha256": digest(raw)}
    found = look_up(locator(document=document, span=[3, 6], sha256=digest("abc")), folder)
    assert found == Quote("abc", verified=True)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../a.txt", "sub/../a.txt", "sub/a.txt", "/etc/passwd", "sub", "b.txt", "a\0b"],
)
def test_only_a_plain_file_inside_the_folder_is_opened(folder: Path, name: str) -> None:
    inner = folder / "inner"
    (inner / "sub").mkdir(parents=True)
    for place in (inner, inner / "sub"):
        (place / "a.txt").write_bytes(TEXT.encode())
    document = {"name": name, "sha256": digest(TEXT)}
    problem = f"no file {name} in {inner}"
    found = look_up(locator(document=document), inner)
    assert found == Quote(None, verified=False, problem=problem)


def test_a_link_is_not_followed(folder: Path) -> None:
    (folder / "b.txt").symlink_to(folder / "a.txt")
    (folder / "c.txt").symlink_to(folder / "nowhere")
    for name in ("b.txt", "c.txt"):
        document = {"name": name, "sha256": digest(TEXT)}
        assert look_up(locator(document=document), folder).text is None


def test_a_name_longer_than_any_file_has(folder: Path) -> None:
    document = {"name": "a" * 2000, "sha256": digest(TEXT)}
    assert look_up(locator(document=document), folder).text is None


@pytest.mark.parametrize("name", ["table.csv", "table.csv.gz"])
def test_a_row_of_a_table_is_quoted_from_its_file(tmp_path: Path, name: str) -> None:
    raw = b"place,holder\nMill,army\nFord,legion\n"
    raw = gzip.compress(raw) if name.endswith(".gz") else raw
    (tmp_path / name).write_bytes(raw)
    document = {"name": name, "sha256": sha256(raw).hexdigest()}
    found = look_up({"document": document, "row": 3}, tmp_path)
    assert found == Quote("Ford,legion", verified=True)
    assert look_up({"document": document, "row": 9}, tmp_path).text is None
    (tmp_path / name).write_bytes(raw + b"x")
    assert look_up({"document": document, "row": 3}, tmp_path).verified is False
