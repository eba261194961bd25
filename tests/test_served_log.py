"""What lies under a server changes: another log, none, a damaged read model, erased text."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from commands_for_tests import answer, mali, said
from serving_for_tests import Served, serving
from sheets_for_tests import fact, sheet

from tracker import Situation
from tracker.errors import NoLogError, StoreError
from tracker.log import Log
from tracker.web import picture as drawing
from tracker.web.answering import refused
from tracker.web.asking import Address
from tracker.web.desk import BusyError, Desk, Made, Question, Told, made, present
from tracker.web.events import BEGINNING, Events
from tracker.web.parameters import NothingAsked
from tracker.web.picture import Pictures

HERE = Address(b"", b"")
STATE = "/api/state?projection=control&as_of=2013-01-21"
GIST, SPEAKER = "The baker hid in the mosque.", "Amadou the baker"
SECRETS = (GIST.encode(), SPEAKER.encode())
SECRET = sheet(
    "voa",
    "2013-02-01",
    fact("FightingReported", place="gao", when={"edtf": "2013-02-01"})
    | {"gist": GIST, "voice": "attributed", "speaker": SPEAKER},
)
PLAIN = sheet(
    "voa", "2013-02-02", fact("TownOccupied", place="gao", by=["mali"], when={"edtf": "2013-02-01"})
)
ORDER = ("--authority", "Data protection officer", "--reason", "his request", "-y")


def away(log: Path, folder: Path) -> None:
    """Move a log, and all that lies beside it, into a folder."""
    folder.mkdir(exist_ok=True)
    for path in log.parent.glob("situation.*"):
        path.rename(folder / path.name)


def position(situation: Situation, *, lasts: float = 0.0) -> Told:
    with situation.still() as store:
        return Told(store.head[1], store.position, lasts=lasts)


# -- another log, or none --------------------------------------------------------------------------


def test_a_log_that_is_replaced_is_answered_from_at_once(tmp_path: Path) -> None:
    log, asked = mali(tmp_path), (STATE, "/api/about", "/", "/state", "/part/picture")
    with serving(log) as server:
        before = {path: server.ask(path) for path in asked}
        away(log, tmp_path / "old")
        mali(tmp_path, reports=1)
        after = {path: server.ask(path) for path in asked}
        words = ("state", "control", "--as-of", "2013-01-21")
        assert after[STATE].json == answer("--log", log, *words)
        with Situation(str(log)) as situation:
            last = situation.position
            situation.record([(PLAIN, "plain.yaml")], by="tests")
        grown = server.json(STATE)["log"]["position"]
    for path in asked:
        assert (before[path].status, after[path].status) == (200, 200)
        assert before[path].headers["etag"].startswith('W/"190-'), path
        assert after[path].headers["etag"].startswith(f'W/"{last}-'), path
    assert last < 190
    assert grown == last + 2


def test_without_a_log_the_server_says_so_and_goes_on_when_it_is_back(tmp_path: Path) -> None:
    log, asked = mali(tmp_path), (STATE, "/", "/state", "/part/picture", "/api/log")
    with serving(log) as server:
        before = server.json(STATE)
        away(log, tmp_path / "old")
        for path in asked:
            reply = server.ask(path)
            assert reply.status == 503, path
            assert b"there is no log where it lay" in reply.body
            assert reply.headers["retry-after"] == "1"
        away(tmp_path / "old" / log.name, tmp_path)
        assert server.json(STATE) == before
        assert {server.ask(path).status for path in asked} == {200}


def test_what_lasts_is_not_given_of_a_log_that_lies_there_no_more(tmp_path: Path) -> None:
    log = mali(tmp_path)

    async def asked() -> list[int]:
        async with Desk(str(log)) as desk:
            ask = partial(desk.ask, "where", Question(partial(position, lasts=1e9)))
            before = await ask()
            away(log, tmp_path / "old")
            with pytest.raises(NoLogError):
                await ask()
            mali(tmp_path, reports=1)
            return [before.position, (await ask()).position]

    before, after = asyncio.run(asked())
    assert after < before


def test_whoever_follows_events_is_told_of_another_log_by_the_end_of_the_stream(
    tmp_path: Path,
) -> None:
    log = mali(tmp_path)
    with serving(log) as server:
        stream = server.stream("/api/events?after=189")
        while not (line := stream.readline()).startswith(b"data: "):
            assert line
        away(log, tmp_path / "old")
        mali(tmp_path, reports=1)
        while line := stream.readline():
            assert not line.startswith((b"event", b": still here")), "it goes on"


class Between:
    """A desk whose log is another one, but for a moment in which nobody can tell."""

    def __init__(self) -> None:
        self.versions: Iterator[tuple[int, int] | None] = iter([(1, 5), (1, 5), None, (2, 1)])

    @property
    def version(self) -> tuple[int, int] | None:
        return next(self.versions)

    async def ask(self, _key: object, _question: object) -> Made:
        return made(Told(b"", 5))


def test_a_stream_ends_though_nobody_could_tell_for_a_moment_which_log_it_is() -> None:
    async def told() -> list[bytes]:
        events = Events(cast(Desk, Between()), closing=lambda: False)
        return [piece async for piece in events.follow(5)]

    assert asyncio.run(told()) == [BEGINNING]


def test_who_comes_back_with_a_position_that_is_not_reached_is_told_so(tmp_path: Path) -> None:
    with serving(mali(tmp_path)) as server:
        for after, told in ((191, "event: shorter\ndata: 190"), (189, "id: 190\nevent: recorded")):
            stream, found = server.stream(f"/api/events?after={after}"), b""
            while b"data: " not in found:
                found += stream.readline()
            stream.close()
            assert told in found.decode()
            assert found.count(b"event: ") == 1


def test_a_log_knows_whether_its_path_leads_to_it(tmp_path: Path) -> None:
    log = mali(tmp_path)
    with Log(str(log)) as opened, Log(":memory:", create=True) as memory:
        assert opened.there()
        log.rename(tmp_path / "moved.db")
        assert not opened.there()
        shutil.copy(tmp_path / "moved.db", log)
        assert not opened.there()
        (tmp_path / "moved.db").rename(log)
        assert opened.there()
        assert memory.there()


# -- a read model that is of no use ----------------------------------------------------------------


def test_beside_a_damaged_read_model_it_answers_from_the_log_and_then_from_the_next(
    tmp_path: Path,
) -> None:
    log = mali(tmp_path)
    with serving(log) as server:
        before = server.json(STATE)
        damage(log)
        for path in ("/state", "/gaps", "/api/search?q=diabaly", "/part/picture", "/api/about"):
            assert server.ask(path).status == 200, path
        assert server.json(f"{STATE}&limit=100")["rows"] == before["rows"]
        said("--log", log, "rebuild")
        with Situation(str(log)) as situation:
            situation.record([(PLAIN, "plain.yaml")], by="tests")
        assert server.json(STATE)["log"]["position"] == 192


def damage(log: Path) -> None:
    """Write over a read model in place."""
    model = log.with_name("situation.state.db")
    model.write_bytes(b"\xa5" * model.stat().st_size)


def test_a_question_is_asked_once_more_of_what_is_opened_anew(tmp_path: Path) -> None:
    log, asked = mali(tmp_path), list[Situation]()

    def fails(error: Exception, situation: Situation) -> Told:
        asked.append(situation)
        if len(asked) % 2:
            raise error
        return position(situation)

    async def told(error: Exception) -> int:
        async with Desk(str(log)) as desk:
            return (await desk.ask("it", Question(partial(fails, error)))).position

    for error in (sqlite3.DatabaseError("malformed"), StoreError("it cannot be read")):
        assert asyncio.run(told(error)) == 190
    assert len({id(one) for one in asked}) == 4


def test_answers_come_from_the_file_again_once_another_lies_there(tmp_path: Path) -> None:
    log = mali(tmp_path)
    damage(log)
    with Situation(str(log)) as situation:
        rows = situation.state("2013-01-21").dicts
        with situation.still() as store:
            assert store.path == ":memory:"
        said("--log", log, "rebuild")
        with situation.still() as store:
            assert store.path == situation.store_path
        assert situation.state("2013-01-21").dicts == rows


# -- text that is erased ---------------------------------------------------------------------------


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """Mali, and what a baker said."""
    log = mali(tmp_path)
    with Situation(str(log)) as situation:
        situation.record([(SECRET, "secret.yaml")], by="tests")
    return log


def erase(log: Path) -> None:
    said("--log", log, "redact", "#192", *ORDER)


@pytest.fixture
def drawn(told: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pictures]:
    """Pictures of that, as if it were large, that are handed out for ever."""
    monkeypatch.setattr(drawing, "LARGE", 0)
    monkeypatch.setattr(drawing, "LASTS", 1e9)
    made = Pictures(str(told))
    yield made
    made.stop()


def test_a_picture_that_lasts_is_given_to_nobody_once_text_was_erased(
    told: Path, drawn: Pictures
) -> None:
    async def asked(desk: Desk) -> Made:
        def give(situation: Situation) -> Told:
            return drawn.give(situation, NothingAsked(), HERE)

        return await desk.ask("picture", Question(give, "apart"))

    async def run() -> None:
        async with Desk(str(told)) as desk:
            first = await asked(desk)
            assert all(secret in first.body for secret in SECRETS)
            with Situation(str(told)) as situation:
                situation.record([(PLAIN, "plain.yaml")], by="tests")
            assert (await asked(desk)) is first
            erase(told)
            after = await asked(desk)
            assert not [secret for secret in SECRETS if secret in after.body]
            assert after.position > 194
            assert (await asked(desk)) is after

    asyncio.run(run())


def test_a_picture_is_drawn_again_where_text_was_erased_meanwhile(
    told: Path, drawn: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, pictures = drawing._drawn, list[Told]()  # noqa: SLF001 - the moment between

    def drawn_before(process: Any) -> Told:  # noqa: ANN401 - Popen
        pictures.append(draw(process))
        if len(pictures) == 1:
            erase(told)
        return pictures[-1]

    monkeypatch.setattr(drawing, "_drawn", drawn_before)
    with Situation(str(told), clock=present) as situation:
        given = drawn.give(situation, NothingAsked(), HERE)
    assert all(secret in pictures[0].body for secret in SECRETS)
    assert not [secret for secret in SECRETS if secret in given.body]
    assert given is pictures[1]


def test_no_picture_is_given_rather_than_erased_words(
    told: Path, drawn: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Situation(str(told), clock=present) as situation:
        old = drawn.give(situation, NothingAsked(), HERE)
        erase(told)
        monkeypatch.setattr(drawing, "_drawn", lambda _: old)
        with pytest.raises(BusyError, match="text was erased while the map was drawn"):
            drawn.give(situation, NothingAsked(), HERE)


EVERYWHERE: tuple[tuple[str, bool], ...] = (
    ("/api/event/192", True),
    ("/event/192", True),
    ("/api/search?q=baker", True),
    ("/search?q=baker", True),
    ("/api/log?after=190", True),
    ("/log?after=190", True),
    ("/part/picture", True),
    ("/api/state?projection=incidents", True),
    ("/state?projection=incidents", False),
    ("/", False),
)


def test_nothing_that_the_server_keeps_holds_what_was_erased(told: Path) -> None:
    with serving(told) as server:
        for path, holds in EVERYWHERE:
            assert not holds or any(secret in server.ask(path).body for secret in SECRETS), path
        assert GIST in events(server)
        erase(told)
        for path, _ in EVERYWHERE:
            reply = server.ask(path)
            assert reply.status == 200, path
            assert not [secret for secret in SECRETS if secret in reply.body], path
        assert not [secret for secret in SECRETS if secret.decode() in events(server)]


def events(server: Served) -> str:
    """Read the stream of what came after #191 until the next event was told."""
    stream, found = server.stream("/api/events?after=191"), b""
    while b"data: " not in found:
        found += stream.readline()
    stream.close()
    return found.decode()


def test_who_asks_for_a_log_that_is_gone_is_told_no_path() -> None:
    gone = refused(NoLogError("no log at /secret/situation.db: make one"))
    assert (gone.status, gone.error) == (503, "there is no log where it lay: ask again later")
