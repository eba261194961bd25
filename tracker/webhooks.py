"""Webhooks: a message to an address over HTTP, signed, tried again until it is taken or given up.

Signed as Standard Webhooks 1.0 has it, so that libraries for that check it: the headers
`webhook-id`, `webhook-timestamp` (Unix seconds) and `webhook-signature`: "v1," and the base64 of
HMAC-SHA256, under the secret, over id, timestamp and body joined by full stops.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from tracker._version import __version__
from tracker.errors import TrackerError
from tracker.reading import read_upto

SHORTEST_SECRET, LONGEST_SECRET = 24, 1024
"""Bytes; the lower bound is that of Standard Webhooks."""
_A_SECRET_FILE = 4 * LONGEST_SECRET  # its bytes, with what base64 and empty lines add
CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 20.0
"""For one try, however slowly the other side talks."""
MOST_READ = 1 << 16
"""Bytes of an answer that are read; nothing is done with them."""
TRIES = 8
FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0
"""Seconds before the second try: doubled each time, up to the longest."""
_PREFIX = "whsec_"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class DeliveryError(TrackerError):
    """A message that was not taken this time; the text says why, and holds no secret."""


def read_secret(path: str) -> bytes:
    """Read the secret to sign with: the bytes of a file's one line, or base64 after `whsec_`.

    Raises TrackerError for a file that others may read, or a secret too short to be one.
    """
    file = Path(path)
    if file.stat().st_mode & _OTHERS:
        raise TrackerError(f"{path} holds a secret, and others may read it: chmod 600 {path}")
    text = read_upto(file, _A_SECRET_FILE).strip()
    if text.startswith(_PREFIX.encode()):
        try:
            text = base64.b64decode(text[len(_PREFIX) :], validate=True)
        except binascii.Error as error:
            raise TrackerError(f"{path} holds no base64 after {_PREFIX}") from error
    if not SHORTEST_SECRET <= len(text) <= LONGEST_SECRET or b"\n" in text:
        raise TrackerError(
            f"{path} is to hold one secret of {SHORTEST_SECRET} to {LONGEST_SECRET} bytes: "
            f"`openssl rand -hex 32 > {path}` makes one"
        )
    return text


def sign(secret: bytes, message: str, at: int, body: bytes) -> str:
    """Sign a message, by its id, the Unix time in seconds, and its exact bytes."""
    signed = hmac.new(secret, f"{message}.{at}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signed.digest()).decode()}"


def read_address(url: str) -> SplitResult:
    """Read where messages go. Raises TrackerError for what is no plain http or https address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # whose words repeat what may be a password
        raise TrackerError(
            "--webhook: this is no address: a port is a number up to 65535, and in [ ] stands an "
            "IPv6 host"
        ) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise TrackerError("--webhook: an http:// or https:// address is expected")
    if "@" in parts.netloc:
        raise TrackerError("--webhook: a name or password in an address would be seen by others")
    if parts.fragment or any(ord(letter) <= ord(" ") or ord(letter) > ord("~") for letter in url):
        raise TrackerError("--webhook: this address holds what none holds (blanks, letters, #)")
    return parts


class Endpoint:
    """One address, and a connection to it that is kept while it serves."""

    def __init__(self, url: str, secret: bytes, *, clock: Callable[[], float]) -> None:
        """Connect to nothing yet; `clock` gives Unix seconds. Raises TrackerError."""
        self._at = read_address(url)
        self._secret = secret
        self._clock = clock
        self._connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        """Hang up; safe to call twice."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def post(self, message: str, body: bytes) -> None:
        """Send once. Raises DeliveryError where it was not taken, or nobody can tell."""
        at = int(self._clock())
        headers = {
            "content-type": "application/json",
            "user-agent": f"situation-tracker/{__version__}",
            "webhook-id": message,
            "webhook-timestamp": str(at),
            "webhook-signature": sign(self._secret, message, at, body),
        }
        kept = self._connection is not None
        try:
            status = self._status(body, headers)
        except (http.client.HTTPException, OSError) as error:
            self.close()
            if not kept or isinstance(error, TimeoutError):
                raise DeliveryError(_said(error)) from error
            # A connection that was kept may have been ended by the other side meanwhile.
            try:
                status = self._status(body, headers)
            except (http.client.HTTPException, OSError) as again:
                self.close()
                raise DeliveryError(_said(again)) from again
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            self.close()
            moved = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
            more = ", which would lead elsewhere and is not followed" if moved else ""
            raise DeliveryError(f"it answered {status}{more}")

    def _status(self, body: bytes, headers: dict[str, str]) -> int:
        if self._connection is None:
            self._connection = self._opened()
        connection = self._connection
        path = self._at.path or "/"
        target = f"{path}?{self._at.query}" if self._at.query else path
        late: list[bool] = []
        limit = Timer(WHOLE_SECONDS, _hang_up, (connection, late))
        limit.daemon = True
        limit.start()
        try:
            connection.request("POST", target, body=body, headers=headers)
            answer = connection.getresponse()
            read = answer.read(MOST_READ)
            if len(read) == MOST_READ or answer.will_close:
                self.close()
        except (http.client.HTTPException, OSError) as error:
            if late or isinstance(error, TimeoutError):
                raise TimeoutError(f"no whole answer within {WHOLE_SECONDS:g} s") from error
            raise
        else:
            return answer.status
        finally:
            limit.cancel()

    def _opened(self) -> http.client.HTTPConnection:
        sort: type[http.client.HTTPConnection] = http.client.HTTPConnection
        if self._at.scheme == "https":
            sort = http.client.HTTPSConnection
        made = sort(str(self._at.hostname), self._at.port, timeout=CONNECT_SECONDS)
        made.connect()
        made.sock.settimeout(WHOLE_SECONDS)
        return made


def _hang_up(connection: http.client.HTTPConnection, late: list[bool]) -> None:
    """End a connection that takes too long, from another thread: whoever reads gets its end."""
    late.append(True)
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _said(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    late = isinstance(error, TimeoutError)
    return f"it {'did not answer in time' if late else 'could not be reached'} ({text})"


@dataclass
class Courier:
    """Delivers messages in order: each until it is taken, or has been tried often enough."""

    post: Callable[[str, bytes], None]
    sleep: Callable[[float], None]
    spread: Callable[[], float]
    """0 to 1: so that many who wait for one address do not all come at once."""
    tell: Callable[[str], None]
    tries: int = TRIES

    def deliver(self, message: str, body: bytes) -> str | None:
        """Deliver one; give None once it was taken, else why it was given up."""
        for count in range(1, self.tries + 1):
            try:
                self.post(message, body)
            except DeliveryError as error:
                why = str(error)
            else:
                return None
            if count < self.tries:
                wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (count - 1))
                wait *= 0.5 + self.spread() / 2
                self.tell(f"{message}: {why}; try {count} of {self.tries}, again in {wait:.1f} s")
                self.sleep(wait)
        return why
