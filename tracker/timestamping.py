"""Timestamps of checkpoints: an authority's signed word for when one was there (RFC 3161).

The one thing that goes out over a network, and only to an address that the user names. Needs the
extra `timestamp`.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.errors import TrackerError

if TYPE_CHECKING:
    from rfc3161_client import TimeStampRequest

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
    for certificate in certificates:
        builder = builder.add_root_certificate(certificate)
    try:
        response = library.decode_timestamp_response(answer)
        builder.build().verify_message(response, note)
    except (ValueError, library.VerificationError) as error:
        raise TrackerError(f"this is no valid timestamp of the checkpoint: {error}") from error
    return str(response.tst_info.gen_time.isoformat())


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
