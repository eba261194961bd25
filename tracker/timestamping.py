"""Timestamps of checkpoints: an authority's signed word for when one was there (RFC 3161).

The one thing that goes out over a network, and only to an address that the user names. Needs the
extra `timestamp`.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from tracker.errors import TrackerError

if TYPE_CHECKING:
    from rfc3161_client import TimeStampRequest, TimeStampResponse

SECONDS = 30  # for an answer
LONGEST = 1 << 20  # bytes of an answer


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
    from cryptography.x509 import load_pem_x509_certificates

    library = _library()
    try:
        certificates = load_pem_x509_certificates(authority)
    except ValueError as error:
        raise TrackerError("the authority's file holds no certificates (PEM)") from error
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


def _post(url: str, data: bytes) -> bytes:
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
        raise TrackerError(
            "timestamps need the package rfc3161-client: pip install 'situation-tracker[timestamp]'"
        ) from error
    return rfc3161_client
