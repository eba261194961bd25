"""Webhooks: signed, in order, until they are taken; what is given up is kept and can be sent again.

The receiver is a server of the test's own on this machine, with a scripted answer to each message.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any, NamedTuple

import pytest
from commands_for_tests import SHEETS, mali, run, said

from tracker import webhooks
from tracker.errors import TrackerError
from tracker.situation import Situation
from tracker.watching import Watched
from tracker.webhooks import Courier, DeliveryError, Endpoint, read_address, read_secret, sign

SECRET = "a secret of more than 24 bytes"  # noqa: S105 - of these tests alone
WHEN = ("--projection", "control", "--key", "diabaly")


class Got(NamedTuple):
    """A message that came."""

    id: str
    headers: dict[str, str]
    body: bytes


class Receiver(ThreadingHTTPServer):
    """Answers messages by a script of statuses, then with 204."""

    def __init__(self, *script: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = list(script)
        self.got: list[Got] = []

    def server_bind(self) -> None:
        """Bind, and ask no name server who we are."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?desk=1"

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.got]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.got.append(Got(headers["webhook-id"], headers, body))
        status = self.server.script.pop(0) if self.server.script else 204
        self.send_response(status)
        if status == 302:
            self.send_header("location", self.server.url + "&elsewhere=1")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def receiving(*script: int) -> Iterator[Receiver]:
    """Receive until the block ends."""
    with Receiver(*script) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A secret that only its owner may read."""
    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o600)
    return path


def watch(log: Path, receiver: Receiver, secret: Path, *more: object) -> tuple[object, ...]:
    to = ("--webhook", receiver.url, "--secret-file", secret)
    return ("--log", log, "watch", "--once", "--name", "desk", *WHEN, *to, *more)


# -- signatures ------------------------------------------------------------------------------------


def test_a_message_is_signed_so_that_its_receiver_can_tell(tmp_path: Path, secret: Path) -> None:
    """The check is that of SECURITY.md, by the specification and not by our own function."""
    with receiving() as receiver:
        said(*watch(mali(tmp_path), receiver, secret))
    assert len(receiver.got) > 2
    for got in receiver.got:
        signed = f"{got.id}.{got.headers['webhook-timestamp']}.".encode() + got.body
        digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
        assert got.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
        assert got.headers["content-type"] == "application/json"


def test_the_signature_is_that_of_the_specifications_own_example() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    found = sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_is_read_from_a_file_that_nobody_else_may_read(secret: Path) -> None:
    assert read_secret(str(secret)) == SECRET.encode()
    secret.write_text("whsec_" + base64.b64encode(b"k" * 32).decode())
    assert read_secret(str(secret)) == b"k" * 32
    for text, why in (("short", "24 to"), ("whsec_!", "no base64"), ("two\n" * 20, "one secret")):
        secret.write_text(text)
        with pytest.raises(TrackerError, match=why):
            read_secret(str(secret))
    secret.write_text(SECRET)
    secret.chmod(0o644)
    with pytest.raises(TrackerError, match="others may read it: chmod 600"):
        read_secret(str(secret))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http://user:password@host/",
        "http://host/a b",
        "http://host/\r\nX-Other: 1",
        "http://host:99999/",
        "http://host/#part",
        "http://[::1/",
        "http://user:Zq?Zq@host/",
        "http://user:Z[q]Zq@host/",
    ],
)
def test_only_plain_http_addresses_are_sent_to(url: str) -> None:
    with pytest.raises(TrackerError, match="--webhook") as refused:
        read_address(url)
    assert "password" not in str(refused.value) or "seen by others" in str(refused.value)
    assert "Zq" not in str(refused.value)


# -- delivery --------------------------------------------------------------------------------------


def expected(log: Path) -> list[str]:
    from tracker.watching import message_id

    with Situation(str(log)) as situation:
        watched = Watched("control", "diabaly")
        return [message_id(one) for one in situation.changes(0, watched).changes]


def test_each_change_is_sent_once_in_the_order_of_the_log(tmp_path: Path, secret: Path) -> None:
    log = mali(tmp_path)
    with receiving() as receiver:
        said(*watch(log, receiver, secret))
        said(*watch(log, receiver, secret))
    assert receiver.ids == expected(log)
    first = json.loads(receiver.got[0].body)
    assert (first["type"], first["id"], first["before"]) == (
        "state.changed",
        "58/control/diabaly",
        None,
    )


def test_a_change_that_is_weighed_otherwise_is_another_and_the_usual_one_keeps_its_id(
    tmp_path: Path, secret: Path
) -> None:
    log = mali(tmp_path)
    usual = expected(log)
    first = json.loads(said("--log", log, "watch", "--once", *WHEN, "--json").splitlines()[0])
    plain = f"{first['log']}/58/control/diabaly/origin-weighted/1"
    assert usual[0] == f"msg_{hashlib.sha256(plain.encode()).hexdigest()[:32]}"
    asked = (
        ("--only", "the-guardian"),
        ("--without", "voa"),
        ("--only", "the-guardian", "--without", "voa"),
        ("--as-of", "2013-03-01"),
        ("--as-of", "2013-03-02"),
    )
    with receiving() as receiver:
        for number, how in enumerate(asked):
            said(*watch(log, receiver, secret, "--name", f"z{number}", *how))
    assert len({*receiver.ids, *usual}) == len(receiver.ids) + len(usual)
    body = json.loads(receiver.got[0].body)
    assert (body["policy"], body["only"], body["without"]) == (
        "origin-weighted/1",
        ["the-guardian"],
        [],
    )


def test_the_order_in_which_sources_are_named_makes_no_other_change(tmp_path: Path) -> None:
    from tracker.watching import message_id

    log = mali(tmp_path)
    ids = []
    with Situation(str(log)) as situation:
        for only in (["the-guardian", "voa"], ["voa", "the-guardian"]):
            watched = Watched("control", "diabaly", weighing=situation.weighing(only=only))
            ids.append([message_id(one) for one in situation.changes(0, watched).changes])
    assert ids[0] == ids[1] != []


def courier(post: Any, *, tries: int = 4) -> tuple[Courier, list[float], list[str]]:  # noqa: ANN401 - a function
    slept: list[float] = []
    told: list[str] = []
    return Courier(post, slept.append, lambda: 1.0, told.append, tries), slept, told


def test_a_message_is_tried_again_ever_later_and_then_given_up() -> None:
    tried = []

    def post(message: str, body: bytes) -> None:
        tried.append((message, body))
        raise DeliveryError("it answered 500")

    one, slept, told = courier(post)
    assert one.deliver("msg_1", b"{}") == "it answered 500"
    assert tried == [("msg_1", b"{}")] * 4
    assert slept == [1.0, 2.0, 4.0]
    assert told[0] == "msg_1: it answered 500; try 1 of 4, again in 1.0 s"


def test_no_wait_is_longer_than_the_longest() -> None:
    def post(*_: object) -> None:
        raise DeliveryError("no")

    one, slept, _ = courier(post, tries=14)
    one.deliver("msg_1", b"{}")
    assert max(slept) == webhooks.LONGEST_WAIT


def test_what_is_refused_at_first_is_sent_again_before_what_follows(
    tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    log = mali(tmp_path)
    with receiving(500, 429, 204, 503) as receiver:
        said(*watch(log, receiver, secret))
    first, second, *rest = expected(log)
    assert receiver.ids == [first, first, first, second, second, *rest]


def test_a_redirect_is_not_followed(secret: Path) -> None:
    with receiving(302) as receiver:
        endpoint = Endpoint(receiver.url, read_secret(str(secret)), clock=lambda: 1.0)
        with pytest.raises(DeliveryError, match="302, which would lead elsewhere"):
            endpoint.post("msg_1", b"{}")
        endpoint.post("msg_2", b"{}")
        endpoint.close()
    assert receiver.ids == ["msg_1", "msg_2"]


def test_an_address_where_nobody_listens_is_said_so(secret: Path) -> None:
    with receiving() as receiver:
        url = receiver.url
    endpoint = Endpoint(url, read_secret(str(secret)), clock=lambda: 1.0)
    with pytest.raises(DeliveryError, match="could not be reached"):
        endpoint.post("msg_1", b"{}")


def test_a_receiver_that_never_answers_is_hung_up_on(
    secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte resets a socket's own time; the limit is on the whole."""
    import socket

    monkeypatch.setattr(webhooks, "WHOLE_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def drip() -> None:
            talk, _ = server.accept()
            with talk:
                while not over.wait(0.02):
                    try:
                        talk.sendall(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        endpoint = Endpoint(url, read_secret(str(secret)), clock=lambda: 1.0)
        with pytest.raises(
            DeliveryError, match=r"not answer in time .no whole answer within 0.2 s"
        ):
            endpoint.post("msg_1", b"{}")
        over.set()
        thread.join()


def test_what_is_given_up_is_a_dead_letter_and_can_be_sent_again(
    tmp_path: Path, secret: Path
) -> None:
    log = mali(tmp_path)
    first, *rest = expected(log)
    with receiving(410) as receiver:
        found = run(*watch(log, receiver, secret, "--tries", "1"))
        assert found.exit_code == 0
        assert f"{first} (#58) is given up: it answered 410" in found.stderr
        assert receiver.ids == [first, *rest]
        listed = said("--log", log, "watch", "--name", "desk", "--dead-letters")
        assert first in listed
        assert "it answered 410" in listed
        again = said(*watch(log, receiver, secret, "--send-again"))
        assert again == "1 of 1 dead letters delivered\n"
        assert receiver.got[-1].body == receiver.got[0].body
        none = said("--log", log, "watch", "--name", "desk", "--dead-letters")
        assert none == "no dead letters\n"


def test_what_did_not_come_through_is_a_bad_end(tmp_path: Path, secret: Path) -> None:
    log = mali(tmp_path)
    count = len(expected(log))
    with receiving(*[500] * (count + 1)) as receiver:
        assert run(*watch(log, receiver, secret, "--tries", "1")).exit_code == 1
        words = watch(log, receiver, secret, "--tries", "1", "--send-again")
        found = run(*words, "--json")  # the first is refused once more
        assert (found.exit_code, json.loads(found.stdout)) == (1, {"sent": count - 1, "left": 1})
        assert said(*words) == "1 of 1 dead letters delivered\n"


def test_dead_letters_of_nobody_are_not_none(tmp_path: Path, secret: Path) -> None:
    log = mali(tmp_path)
    listed = ("--log", log, "watch", "--dead-letters", "--name", "dsek")
    found = run(*listed)
    assert (found.exit_code, found.stdout) == (2, "")
    assert "nobody watches as 'dsek': there is no watch yet" in found.stderr
    with receiving() as receiver:
        said(*watch(log, receiver, secret))
        again = run(*watch(log, receiver, secret, "--send-again", "--name", "dsek"))
    for found in (again, run(*listed)):
        assert (found.exit_code, found.stdout) == (2, "")
        assert "nobody watches as 'dsek': there are desk" in found.stderr


def test_nothing_is_sent_again_beside_a_watch_that_runs(tmp_path: Path, secret: Path) -> None:
    log = mali(tmp_path)
    with receiving() as receiver:
        said(*watch(log, receiver, secret))
        with Situation(str(log)) as situation, situation.delivery("desk") as running:
            running.begin()
            found = run(*watch(log, receiver, secret, "--send-again"))
    assert found.exit_code == 2
    assert "another process watches as 'desk' already: stop that one first" in found.stderr


def test_a_dead_letter_holds_no_text_that_may_be_erased(tmp_path: Path, secret: Path) -> None:
    log = mali(tmp_path)
    why = ("--authority", "a court", "--reason", "asked for", "--published", "2013-02-01")
    with receiving(410) as receiver:
        to = ("--webhook", receiver.url, "--secret-file", secret, "--name", "desk")
        watch_it = ("--log", log, "watch", *to, "--once", "--after", 59, "--tries", "1")
        said(*watch_it, "--projection", "incidents")
        assert b"Malian garrison" in receiver.got[0].body
        kept = b"".join(path.read_bytes() for path in tmp_path.glob("situation.watch*"))
        assert b"Malian garrison" not in kept
        said("--log", log, "redact", "#60", "--yes", *why)
        assert said(*watch_it, "--send-again") == "1 of 1 dead letters delivered\n"
    assert receiver.ids[-1] == receiver.ids[0]
    assert b"Malian garrison" not in receiver.got[-1].body


def test_a_watch_that_is_killed_delivers_the_rest_and_leaves_nothing_out(
    tmp_path: Path, secret: Path
) -> None:
    log = mali(tmp_path)
    with receiving() as receiver:
        words = [str(word) for word in watch(log, receiver, secret)]
        child = subprocess.Popen(
            [sys.executable, "-m", "tracker", *words], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout
        child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        said(*watch(log, receiver, secret))
    assert list(dict.fromkeys(receiver.ids)) == expected(log)


def test_what_was_never_taken_is_sent_by_the_next_watch_however_soon_the_first_was_killed(
    tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(Exception):
        pass

    log = mali(tmp_path, reports=0)
    ends = iter([None, KilledError, KeyboardInterrupt])  # the second is in the midst of a delivery

    def sleep(_: float) -> None:
        if end := next(ends):
            raise end
        said("--log", log, "record", SHEETS[0])

    monkeypatch.setattr("time.sleep", sleep)
    with receiving(500) as receiver:
        on_and_on = [word for word in watch(log, receiver, secret) if word != "--once"]
        with pytest.raises(KilledError):
            run(*on_and_on)
        said(*on_and_on)
    first, *rest = expected(log)
    assert receiver.ids == [first, first, *rest]


def test_no_secret_is_told_anywhere(tmp_path: Path, secret: Path) -> None:
    log = mali(tmp_path)
    with receiving(500) as receiver:
        found = run(*watch(log, receiver, secret, "--tries", "1"))
    listed = said("--log", log, "watch", "--name", "desk", "--dead-letters", "--json")
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("situation.watch*"))
    for text in (found.output, listed, kept.decode(errors="replace")):
        assert SECRET not in text


def test_what_belongs_together_is_asked_for_together(tmp_path: Path) -> None:
    log = mali(tmp_path)
    url = ("--webhook", "http://127.0.0.1:1/")
    for words, why in (
        (url, "--name"),
        (("--name", "desk", *url), "--secret-file"),
        (("--name", "desk", "--send-again"), "--webhook"),
        (("--dead-letters",), "--name"),
    ):
        found = run("--log", log, "watch", "--once", *words)
        assert found.exit_code == 2
        assert why in found.stderr
