"""Timestamps of checkpoints: an authority's signed word for when one was there (RFC 3161).

Asked for, verified as they come in, and looked at again where they are kept. Asking is the one
thing that goes out over a network, and only to an address that the user names. Needs the extra
`timestamp`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256, sha384, sha512
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from tracker.errors import TrackerError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampRequest, TimeStampResponse

SECONDS = 30  # for an answer
LONGEST = 1 << 20  # bytes of an answer
_NEEDED = "timestamps need the package rfc3161-client: pip install 'situation-tracker[timestamp]'"


def ask(url: str, note: bytes, authority: bytes) -> bytes:
    """Have a checkpoint's bytes timestamped; give the authority's answer, verified.

    `authority` holds the certificates, PEM, that its signature must lead to. Raises TrackerError.
    """
    builder = _library().TimestampRequestBuilder()
    request = builder.data(note).build()
    answer = _post(url, request.as_bytes())
    verify(answer, note, authority, request)
    return answer


def verify(
    answer: bytes, note: bytes, authority: bytes, request: TimeStampRequest | None = None
) -> str:
    """Verify an answer over a checkpoint's bytes; give the time that it vouches for.

    With the request that it answers, also that it answers that one. Raises TrackerError.
    """
    library = _library()
    certificates = _certificates(authority)
    start = library.VerifierBuilder
    builder = start() if request is None else start.from_request(request)
    for certificate in dict.fromkeys(certificates):
        builder = builder.add_root_certificate(certificate)
    response = _read(answer)
    try:
        builder.build().verify_message(response, note)
    except (ValueError, library.VerificationError) as error:
        raise TrackerError(f"{_NOT_VALID}: {error}") from error
    return str(response.tst_info.gen_time.isoformat())


def check_certificates(authority: bytes) -> None:
    """Refuse what holds no certificates (PEM). Raises TrackerError."""
    _certificates(authority)


def _certificates(authority: bytes) -> list[Certificate]:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(authority)
    except ValueError as error:
        raise TrackerError("the authority's file holds no certificates (PEM)") from error


_NOT_VALID = "this is no valid timestamp of the checkpoint"


def _read(answer: bytes) -> TimeStampResponse:
    """Read an answer. Raises TrackerError for what is none."""
    try:
        read: TimeStampResponse = _library().decode_timestamp_response(_in_order(answer))
    except ValueError as error:
        raise TrackerError(f"{_NOT_VALID}: it cannot be read as an answer of RFC 3161") from error
    return read


def _in_order(answer: bytes) -> bytes:
    """Put the certificates of an answer into the order that DER asks of a set.

    The library refuses any other, and OpenSSL writes them as they come: the signer's first, then
    its chain. The signature covers what is stamped and not the certificates, which only offer ways
    to a root, so their order is nobody's to vouch for; no byte else is moved. What is not laid out
    as an answer is left to the library to refuse.
    """
    try:
        start, end = 0, len(answer)
        # The answer; in it the token, after the status; in that its content, after what kind of
        # content it is; that is the signed data.
        for tag, nth in ((_SEQUENCE, 0), (_SEQUENCE, 1), (_TAGGED_0, 1), (_SEQUENCE, 0)):
            one = _elements(answer, start, end)[nth]
            if one.tag != tag:
                return answer
            start, end = one.content, one.end
        (bag,) = (one for one in _elements(answer, start, end) if one.tag == _TAGGED_0)
        held = _elements(answer, bag.content, bag.end)
    except (IndexError, ValueError):
        return answer
    ordered = sorted(answer[one.start : one.end] for one in held)
    return answer[: bag.content] + b"".join(ordered) + answer[bag.end :]


_SEQUENCE, _TAGGED_0 = 0x30, 0xA0


class _Element(NamedTuple):
    tag: int
    start: int
    content: int
    end: int


def _elements(data: bytes, at: int, stop: int) -> list[_Element]:
    """Give what stands side by side in a stretch of DER. Raises IndexError or ValueError."""
    found = []
    while at < stop:
        size, content = data[at + 1], at + 2
        if size & 0x80:  # a length of so many bytes follows
            begin, content = content, content + (size & 0x7F)
            size = int.from_bytes(data[begin:content])
        if content + size > stop:
            raise ValueError("an element is longer than what it lies in")
        found.append(_Element(data[at], at, content, content + size))
        at = content + size
    return found


# -- timestamps that are kept ---------------------------------------------------------------------


class Stamp(NamedTuple):
    """A timestamp as it is found: what it is called, of which checkpoint it has to be, its bytes.

    `note` are that checkpoint's bytes, None where there is none.
    """

    name: str
    of: str
    note: bytes | None
    token: object


@dataclass(slots=True)
class Looked:
    """What was found: what is `wrong`, what is in doubt, what is to be said; what was there."""

    wrong: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    count: int = 0
    digests: set[str] = field(default_factory=set)
    """The sha256 of each token, in hex."""


def look_at(stamps: Iterable[Stamp], authority: bytes = b"") -> Looked:
    """Look at timestamps that are kept: whether each is one, and of its own checkpoint.

    Who signed them is only known by the certificates of an `authority` (PEM). Without the extra
    they cannot be read, which is said. Raises TrackerError for certificates that are none.
    """
    found, good, last = Looked(), 0, ""
    if authority:
        _certificates(authority)
        _library()
    for one in stamps:
        found.count += 1
        token = one.token
        if isinstance(token, bytes):
            found.digests.add(sha256(token).hexdigest())
        if one.note is None:
            found.wrong.append(f"{one.name} is of {one.of}, which is not there")
        elif not isinstance(token, bytes) or (_there() and not _is_one(token)):
            found.wrong.append(f"{one.name}, of {one.of}, is no timestamp, or a damaged one")
        elif _there() and not _is_of(token, one.note):
            found.wrong.append(f"{one.name} is not of {one.of}, but of something else")
        elif authority:
            try:
                last = f"{one.of} was there by {verify(token, one.note, authority)}"
                good += 1
            except TrackerError:
                found.doubts.append(
                    f"{one.name}, of {one.of}, is not signed by an authority that was named, or "
                    "was changed since"
                )
        else:
            good += 1
    if good:
        found.notes.append(_said(good, last))
    return found


def _said(count: int, last: str) -> str:
    """Say of so many timestamps with which nothing is wrong what was looked at, and what not."""
    named = f"{count:,} timestamp{' is' if count == 1 else 's are'}"
    if not _there():
        return f"{named} there and not looked at: {_NEEDED}"
    if last:
        return f"{named} of {_THEIRS[count == 1]}, signed by an authority that was named; {last}"
    return (
        f"{named} of {_THEIRS[count == 1]}; that an authority signed is not checked unless its "
        "certificates are named with --timestamp-authority"
    )


_THEIRS = {True: "its checkpoint", False: "their checkpoints"}


def _there() -> bool:
    """Whether timestamps can be read here."""
    return find_spec("rfc3161_client") is not None


def _is_one(token: bytes) -> bool:
    try:
        return bool(_read(token).tst_info.gen_time)
    except (TrackerError, ValueError):
        return False


def _is_of(token: bytes, note: bytes) -> bool:
    imprint = _read(token).tst_info.message_imprint
    digest = _DIGESTS.get(imprint.hash_algorithm.dotted_string)
    return digest is not None and digest(note).digest() == imprint.message


_DIGESTS = {
    "2.16.840.1.101.3.4.2.1": sha256,
    "2.16.840.1.101.3.4.2.2": sha384,
    "2.16.840.1.101.3.4.2.3": sha512,
}
"""What may be stamped, by the names of NIST: what the library takes."""


def _post(url: str, data: bytes) -> bytes:
    import urllib.error
    import urllib.request
    from urllib.parse import urlsplit

    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise TrackerError(f"{url} is no address of a timestamp authority: it begins http(s)://")
    headers = {"Content-Type": "application/timestamp-query"}
    request = urllib.request.Request(url, data, headers)  # noqa: S310 - the scheme is looked at
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
            read: bytes = answer.read(LONGEST)
    except (OSError, urllib.error.URLError, ValueError) as error:
        raise TrackerError(f"the timestamp authority at {url} gave no answer: {error}") from error
    return read


def _library() -> ModuleType:
    try:
        import rfc3161_client
    except ImportError as error:
        raise TrackerError(_NEEDED) from error
    return rfc3161_client
