"""Stored bytes: old versions upcast, newer ones and unknown topics refused, damage reported."""

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any, ClassVar, Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import LogError
from tracker.facts import TOPICS, Body
from tracker.facts.codec import CodecError, decode, encode, id_in
from tracker.facts.envelope import Event, canonical
from tracker.facts.record import FactRetracted, RecordEvent
from tracker.log import Log
from tracker.sources import Text, Upcast

STREAM = UUID(int=1)
AT = "2013-01-21T12:00:00Z"


def _name_was_called_who(body: dict[str, Any]) -> dict[str, Any]:
    return {"name": body["who"]}


def _count_came_later(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "count": 1}


class BirdSeen(RecordEvent):
    """A kind in its third version: {who}, then {name}, now {name, count}."""

    TOPIC = "BirdSeen"
    VERSION = 3
    UPCASTS: ClassVar[tuple[Upcast, ...]] = (_name_was_called_who, _count_came_later)

    name: Text
    count: int


GIVEN = {1: {"who": "heron"}, 2: {"name": "heron"}, 3: {"name": "heron", "count": 4}}


def state(version: object, body: object, **others: object) -> bytes:
    envelope = {"id": "x", "recorded_at": AT, "recorded_by": "ana", "v": version, "body": body}
    return json.dumps(envelope | others).encode()


def read(topic: str, data: bytes) -> Event:
    topics: dict[str, type[Body]] = {**TOPICS, "BirdSeen": BirdSeen}
    return decode(topic, data, stream=STREAM, version=2, position=9, topics=topics)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log that holds one event."""
    path = tmp_path / "situation.db"
    retracted = FactRetracted.model_validate(
        {"fact": "f", "published": "2013-01-21", "reason": "withdrawn by its author"}
    )
    with Log(str(path), create=True) as log:
        log.append([Event(STREAM, 1, "one", retracted, recorded_at=0, recorded_by="ana")])
    return path


def plant(path: Path, topic: object, data: object, stream: object = STREAM.hex) -> None:
    """Write a row as only someone with a hex editor would."""
    connection = sqlite3.connect(path)
    row = (2, stream, 2, topic, data, "two")
    connection.execute("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?, ?)", row)
    connection.execute("UPDATE log_head SET seq = 2")
    connection.commit()
    connection.close()


def refusal(path: Path) -> str:
    """Read the planted event, which must not be given; the first is given all the same."""
    with Log(str(path)) as log:
        events = log.read()
        assert next(events).id == "one"
        with pytest.raises(LogError) as refused:
            next(events)
    return str(refused.value)


# -- versions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "count"), [(1, 1), (2, 1), (3, 4)])
def test_a_body_of_any_older_version_is_brought_to_the_present_one(
    version: int, count: int
) -> None:
    event = read("BirdSeen", state(version, GIVEN[version]))
    assert event.body == BirdSeen(name="heron", count=count)
    assert (event.stream, event.version, event.position) == (STREAM, 2, 9)


def test_what_was_upcast_is_written_in_the_present_version() -> None:
    event = read("BirdSeen", state(1, GIVEN[1]))
    assert json.loads(encode(event))["v"] == 3
    assert read("BirdSeen", encode(event)) == event


def test_an_old_event_is_read_from_a_log_as_a_present_one(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(path, "BirdSeen", state(1, GIVEN[1]))
    monkeypatch.setitem(TOPICS, "BirdSeen", BirdSeen)
    with Log(str(path)) as log:
        assert [event.body for event in log.stream(STREAM)][1:] == [BirdSeen(name="heron", count=1)]


@pytest.mark.parametrize("version", [4, 99])
def test_a_newer_version_is_refused_by_name(version: int) -> None:
    with pytest.raises(CodecError, match=f"BirdSeen.*version {version} .*a newer tracker"):
        read("BirdSeen", state(version, GIVEN[3]))


@pytest.mark.parametrize("version", [0, -1, None, "1", 1.0, [1]])
def test_what_is_no_version_is_refused_by_name(version: object) -> None:
    with pytest.raises(CodecError, match="BirdSeen cannot be read: version"):
        read("BirdSeen", state(version, GIVEN[1]))


def test_an_old_body_that_its_upcast_cannot_read_is_refused_by_name() -> None:
    with pytest.raises(CodecError, match="BirdSeen cannot be read: 'who'"):
        read("BirdSeen", state(1, {"whom": "heron"}))


@pytest.mark.parametrize("kind", TOPICS.values(), ids=lambda kind: kind.TOPIC)
def test_every_kind_can_bring_its_first_version_to_its_present_one(kind: type[Body]) -> None:
    assert len(kind.UPCASTS) == kind.VERSION - 1


@pytest.mark.parametrize(
    ("reason", "by_source"), [("restated by the source", True), ("misread", None)]
)
@pytest.mark.parametrize("topic", ["FactCorrected", "FactRetracted"])
def test_who_restated_a_row_was_told_by_the_reason_alone(
    topic: str, reason: str, by_source: Literal[True] | None
) -> None:
    other = {"replaced_by": "g"} if topic == "FactCorrected" else {}
    body = {"fact": "f", "published": {"edtf": "2013-01-21"}, "reason": reason, **other}
    assert getattr(read(topic, state(1, body)).body, "by_source", "") is by_source
    assert getattr(read(topic, state(2, body)).body, "by_source", "") is None


# -- topics ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "topic",
    [
        "this",
        "this:s",
        "antigravity",
        "antigravity:fly",
        "tracker.facts.control:TownOccupied",
        "townoccupied",
        "TownOccupied ",
        "",
    ],
)
def test_an_unknown_topic_is_refused_by_name_and_nothing_is_imported_for_it(
    path: Path, topic: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(path, topic, state(1, {}))
    for module in ("this", "antigravity"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    before = set(sys.modules)
    assert f"topic {topic!r} is not one this tracker knows" in refusal(path)
    assert set(sys.modules) - before == set()
    assert capsys.readouterr() == ("", "")  # `import this` prints a poem


def test_a_topic_that_is_not_text_is_refused(path: Path) -> None:
    plant(path, b"\xff", state(1, {}))
    assert "is not one this tracker knows" in refusal(path)


# -- damage ----------------------------------------------------------------------------------------

BODY = {"fact": "f", "published": {"edtf": "2013-01-21"}, "reason": "r"}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[1]", id="a list"),
        pytest.param(b"{}", id="an empty object"),
        pytest.param(7, id="a number in the column"),
        pytest.param("{", id="text in the column"),
        pytest.param(state(1, None), id="no body"),
        pytest.param(state(1, [1]), id="a list for a body"),
        pytest.param(state(1, {}), id="fields missing"),
        pytest.param(state(1, BODY | {"extra": 1}), id="a field too many"),
        pytest.param(state(1, BODY | {"reason": 3}), id="a field of another type"),
        pytest.param(state(1, BODY | {"published": "2013-02-30"}), id="no such day"),
        pytest.param(state(1, BODY, recorded_at="soon"), id="recorded at no time"),
        pytest.param(state(1, BODY, recorded_at=7), id="recorded at a number"),
        pytest.param(state(1, BODY, recorded_at=None), id="recorded never"),
    ],
)
def test_a_damaged_state_is_reported_with_its_stream_and_version(path: Path, data: object) -> None:
    plant(path, "FactRetracted", data)
    said = refusal(path)
    assert said.startswith(f"event 2 of stream {STREAM}: FactRetracted cannot be read")


def test_a_damaged_stream_id_is_reported(path: Path) -> None:
    plant(path, "FactRetracted", state(1, BODY), stream="not a uuid")
    assert "not a uuid" in refusal(path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
envelopes = st.fixed_dictionaries(
    {
        "id": st.just("x") | json_values,
        "recorded_at": st.just(AT) | json_values,
        "recorded_by": st.just("ana") | json_values,
        "v": st.integers(0, 4) | json_values,
        "body": st.sampled_from(list(GIVEN.values())) | json_values,
    }
)


@given(json_values | envelopes)
def test_whatever_json_a_state_is_it_is_read_or_it_is_a_codec_error(value: object) -> None:
    try:
        event = read("BirdSeen", json.dumps(value).encode())
    except CodecError:
        return
    assert read("BirdSeen", encode(event)) == event


@given(
    st.fixed_dictionaries(
        {
            "id": st.text(),
            "recorded_at": st.just(AT),
            "recorded_by": st.text() | st.sampled_from([',"id":"y","', '"body":', "\\", ',"id":"']),
            "v": st.just(1),
            "body": json_values | st.builds(lambda one: {"a": 1, "id": one, "z": 2}, st.text()),
        },
        optional={"batch": st.text()},
    )
)
def test_the_id_is_found_in_what_is_stored_without_reading_it_all(
    envelope: dict[str, Any],
) -> None:
    try:
        stored = canonical(envelope)
    except UnicodeEncodeError:
        return  # half a character: nothing that could be stored
    assert id_in(stored) == envelope["id"]
