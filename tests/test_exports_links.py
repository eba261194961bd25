"""Addresses of reports in exports: a URI where they are one, and never something that runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import said
from sheets_for_tests import SITUATION, fact
from stix2validator import ValidationOptions, validate_file

from tracker.exports.links import uri

LINKS = {
    "https://example.org/a?b=c#d": "https://example.org/a?b=c#d",
    "https://example.org/%C3%A9": "https://example.org/%C3%A9",
    "https://example.org/déjà": "https://example.org/d%C3%A9j%C3%A0",
    "https://example.org/a b": "https://example.org/a%20b",
    "https://example.org/100%": "https://example.org/100%25",
    "https://example.org/[1]\\x": "https://example.org/%5B1%5D%5Cx",
    "http://exämple.org:8080/?q=ß": "http://xn--exmple-cua.org:8080/?q=%C3%9F",
    "https://[::1]/x": "https://[::1]/x",
    "ftp://example.org/x": "ftp://example.org/x",
}
NONE = (
    *("www.example.org/a", "nonsense", "https://exa mple.org", "https://example.org:x/"),
    *("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//example.org/x"),
)


@pytest.mark.parametrize(("written", "link"), LINKS.items())
def test_an_address_is_written_as_a_uri(written: str, link: str) -> None:
    assert uri(written) == uri(link) == link


@pytest.mark.parametrize("written", [*NONE, "", None])
def test_what_is_no_address_is_no_link(written: str | None) -> None:
    assert uri(written) is None


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A situation with a report of each address, none of which names a document."""
    folder = tmp_path_factory.mktemp("links")
    made, story = folder / "situation.db", folder / "situation.yaml"
    story.write_bytes(SITUATION)
    said("--log", made, "init", story)
    for day, url in enumerate((*LINKS, *NONE), start=1):
        report = {"source": "gazette", "published": f"2013-01-{day:02}", "url": url}
        took = fact("TownOccupied", place="mill", by=["army"], when=f"2013-01-{day:02}")
        sheet = folder / f"{day}.yaml"
        sheet.write_text(json.dumps({"report": report, "facts": [took]}), encoding="utf-8")
        said("--log", made, "record", sheet)
    return made


def exported(log: Path, what: str) -> Path:
    file = log.with_name(f"links.{what}.json")
    if not file.exists():
        said("--log", log, "export", what, "-o", file)
    return file


def test_a_bundle_of_any_addresses_is_valid(log: Path) -> None:
    file = exported(log, "stix")
    found = validate_file(str(file), ValidationOptions(version="2.1", strict=False))
    assert found.is_valid, [str(error) for error in found.object_results]
    objects = json.loads(file.read_text(encoding="utf-8"))["objects"]
    told: list[dict[str, Any]] = [
        one["external_references"][0] for one in objects if one["type"] == "report"
    ]
    assert {one["url"] for one in told if "url" in one} == set(LINKS.values())
    described = {one["description"] for one in told if "url" not in one}
    assert described == {f"at {written}" for written in NONE}


def test_ftm_links_to_the_same(log: Path) -> None:
    lines = exported(log, "ftm").read_text(encoding="utf-8").splitlines()
    values: dict[str, set[str]] = {}
    for line in map(json.loads, lines):
        values.setdefault(line["prop"], set()).add(line["value"])
    assert values["sourceUrl"] == set(LINKS.values())
    assert values["notes"] == {f"at {written}" for written in NONE}
