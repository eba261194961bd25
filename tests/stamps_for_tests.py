"""Timestamps (RFC 3161) written by hand: of any bytes, and signed by nobody."""

from __future__ import annotations

from hashlib import sha256

SHA256, STAMPED, SIGNED = (
    "2.16.840.1.101.3.4.2.1",
    "1.2.840.113549.1.9.16.1.4",
    "1.2.840.113549.1.7.2",
)
SEQUENCE, SET, TAGGED_0 = 0x30, 0x31, 0xA0
NUMBER, OCTETS, NAME, TIME = 2, 4, 6, 0x18


def stamp(data: bytes, time: bytes = b"20130201000000Z") -> bytes:
    """Give an answer that says that these bytes were there by then; its signatures are none."""
    imprint = der(SEQUENCE, der(SEQUENCE, name(SHA256)), der(OCTETS, sha256(data).digest()))
    one, three = der(NUMBER, b"\1"), der(NUMBER, b"\3")
    info = der(SEQUENCE, one, name("1.2.3"), imprint, one, der(TIME, time))
    content = der(SEQUENCE, name(STAMPED), der(TAGGED_0, der(OCTETS, info)))
    signed = der(SEQUENCE, three, der(SET), content, der(SET))
    token = der(SEQUENCE, name(SIGNED), der(TAGGED_0, signed))
    return der(SEQUENCE, der(SEQUENCE, der(NUMBER, b"\0")), token)


def der(tag: int, *parts: bytes) -> bytes:
    """Give an element of DER, up to 255 bytes long."""
    body = b"".join(parts)
    size = bytes([len(body)]) if len(body) < 0x80 else bytes([0x81, len(body)])
    return bytes([tag]) + size + body


def name(text: str) -> bytes:
    """Give an object identifier."""
    first, second, *others = map(int, text.split("."))
    found = bytes([40 * first + second])
    for number in others:
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(0x80 | number & 0x7F)
        found += bytes(reversed(septets))
    return der(NAME, found)
