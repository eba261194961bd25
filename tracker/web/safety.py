"""Safety: who may ask, by which name, how much; and what every answer forbids a browser to do."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from tracker.errors import TrackerError

MOST_BODY = 1 << 20
"""Bytes of a request's body."""
SHORTEST_TOKEN = 16
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)
"""Of every answer: nothing but our own files is loaded, and no script stands in a page."""
CHALLENGE = (b"www-authenticate", b'Basic realm="tracker, any name, the token", charset="UTF-8"')


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered: a status, and words that say what to do."""

    status: int
    error: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


TOO_LARGE = Refusal(413, f"a request's body has at most {MOST_BODY} bytes")
TWO_HOSTS = Refusal(400, "this request names more than one Host: name one")
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


class Door:
    """What may come in: names of this host, a token where one is asked for, and only questions."""

    def __init__(
        self, host: str, port: int, *, names: Iterable[str] = (), token: str | None = None
    ) -> None:
        """Bind to `host`; `names` are further names that it may be asked by.

        Raises TrackerError where others could reach the address and no token keeps them out, and
        for names that no browser would ask by.
        """
        if token is not None and (len(token) < SHORTEST_TOKEN or not token.isascii()):
            raise TrackerError(
                f"the token is too short: {SHORTEST_TOKEN} letters or more, in ASCII"
            )
        if token is None and not is_loopback(host):
            raise TrackerError(
                f"{host} can be reached from other machines: say a token in TRACKER_TOKEN or"
                " --token-file, or serve on 127.0.0.1"
            )
        self._token = None if token is None else token.encode()
        local = {"127.0.0.1", "localhost", "[::1]"}
        bound = f"[{host}]" if ":" in host.strip("[]") else host
        self.hosts = {bound.lower()} - {"", "0.0.0.0", "[::]"}  # noqa: S104 - kept out, not bound
        self.hosts |= local | set(map(_name, names))
        self.port = port

    def refuse(self, method: str, headers: Mapping[bytes, bytes]) -> Refusal | None:
        """Say why a request does not come in; None where it does.

        `headers` by lower-case name. Nothing here changes the record, so whoever wants to change
        something is refused: 403 without the token and the origin of this very host, else 405.
        """
        if not self._knows(headers.get(b"host", b"")):
            return Refusal(421, "this server is not asked by that name: see --host-name")
        if self._token is not None and not self._has_token(headers):
            return Refusal(401, "say the token: Authorization: Bearer TOKEN", (CHALLENGE,))
        if _length(headers) > MOST_BODY:
            return TOO_LARGE
        if method in {"GET", "HEAD"}:
            return None
        allow = ((b"allow", b"GET, HEAD"),)
        entitled = self._has_token(headers) and self._of_ours(headers)
        if method in CHANGING and not entitled:
            return Refusal(403, "this server only answers questions: nothing is changed over HTTP")
        return Refusal(405, "this server only answers questions: GET or HEAD", allow)

    def _knows(self, host: bytes) -> bool:
        name, port = _split(host.decode("latin-1").lower())
        return name in self.hosts and port in {None, str(self.port)}

    def _has_token(self, headers: Mapping[bytes, bytes]) -> bool:
        if self._token is None:
            return False
        scheme, _, said = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() == b"basic":  # how a browser says it
            try:
                said = base64.b64decode(said.strip(), validate=True).partition(b":")[2]
            except (binascii.Error, ValueError):
                return False
        elif scheme.lower() != b"bearer":
            return False
        return hmac.compare_digest(said.strip(), self._token)

    def _of_ours(self, headers: Mapping[bytes, bytes]) -> bool:
        origin = headers.get(b"origin", b"")
        return origin.lower() == b"http://" + headers.get(b"host", b"").lower()


def named_in(target: bytes, headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Give the headers of a request whose target names the host itself: that one counts.

    RFC 9112, 3.2.2. `target` is a whole address, or none that names a host.
    """
    _, whole, rest = target.partition(b"://")
    if not whole:
        return list(headers)
    named = re.split(rb"[/?#]", rest, maxsplit=1)[0]
    found = [(name, named if name == b"host" else said) for name, said in headers]
    return found if (b"host", named) in found else [(b"host", named), *found]


def _name(said: str) -> str:
    """Read a further name as a browser sends it. Raises TrackerError."""
    name = said.lower()
    try:
        address = ip_address(name.strip("[]"))
    except ValueError:
        usable = _NAME.fullmatch(name) is not None
    else:
        usable = not address.is_unspecified
        name = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 - as in IPv6
    if usable:
        return name
    raise TrackerError(
        f"--host-name {said[:60]!r}: a name in ASCII, such as desk.example, or an address is"
        " meant, without http://, a port, a path or a *"
    )


def _split(host: str) -> tuple[str, str | None]:
    """Split host:port, and [v6]:port."""
    name, colon, port = host.rpartition(":")
    return (name, port) if colon and (not host.endswith("]")) else (host, None)


def _length(headers: Mapping[bytes, bytes]) -> int:
    said = headers.get(b"content-length", b"0")
    return int(said) if said.isdigit() and len(said) < len(str(1 << 62)) else MOST_BODY + 1
