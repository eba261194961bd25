"""Links: an address that a report names, as a URI where it is one that leads to a document."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

_LEADING = frozenset(("http", "https", "ftp"))
"""Schemes of documents elsewhere: others run what they hold, or open a reader's own files."""
_HOST = re.compile(r"[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\]")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PATH = "/%:@!$&'()*+,;=~"
"""What stands in a path as it is (RFC 3986, section 3.3)."""
_QUERY = f"{_PATH}?"


def uri(text: str | None) -> str | None:
    """Write an address as a URI (RFC 3986): in ASCII, what that has no sign for in percents.

    None for what is none: without a scheme, without a host, or of a scheme that is not http, https
    or ftp.
    """
    try:
        parts = urlsplit((text or "").strip())
        port, host = parts.port, parts.hostname or ""
        if ":" in host:
            host = f"[{host}]"
        elif not host.isascii():
            host = host.encode("idna").decode("ascii")
    except ValueError:  # no port, no host; of which UnicodeError is one
        return None
    if parts.scheme not in _LEADING or not _HOST.fullmatch(host):
        return None
    who, at, _ = parts.netloc.rpartition("@")
    written = f"{parts.scheme}://{_quoted(who, _PATH[1:])}{at}{host}"
    written += "" if port is None else f":{port}"
    written += _quoted(parts.path, _PATH)
    written += f"?{_quoted(parts.query, _QUERY)}" if parts.query else ""
    return written + (f"#{_quoted(parts.fragment, _QUERY)}" if parts.fragment else "")


def _quoted(text: str, safe: str) -> str:
    return quote(_BARE_PERCENT.sub("%25", text), safe=safe)
