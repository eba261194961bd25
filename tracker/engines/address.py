"""The address of a log on a server: postgresql://[user@]host[:port]/database?schema=NAME.

All but `schema` is libpq's own: several hosts, `sslmode`, `service`, a password (better kept in
~/.pgpass, where no list of processes shows it).
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from tracker.errors import LogError

SCHEMES = ("postgresql", "postgres")
SCHEMA = "situation"
"""The schema of a situation whose address names none."""
SECRETS = ("password", "sslpassword")
"""What of an address nobody is shown. The names of files that hold a secret are none."""
LONGEST = 63
"""Bytes of a name that PostgreSQL keeps; it cuts off the rest."""
_OF_PLACE: tuple[str, ...] = ("host", "port", "dbname", "service")
_LIKE_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)(:/+)")
_NO_CODE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


class Address(NamedTuple):
    """Where a log is: what libpq is told, the situation's schema, and what people are shown.

    `place` tells one log's place from another's, whoever asks: it names no user.
    """

    conninfo: str
    schema: str
    shown: str
    place: str
    hosts: int


def is_url(log: str) -> bool:
    """Whether a log's name is an address on a server, rather than a file's.

    Raises LogError for what looks like an address and is none: a file of that name would be made,
    or told of with the password in it.
    """
    if log.startswith(tuple(f"{scheme}://" for scheme in SCHEMES)):
        return True
    if _LIKE_ADDRESS.match(log):
        raise LogError(
            f"{hidden(log)} is no address of a log: write postgresql://[user@]host[:port]/database,"
            " or ./ before the name of a file"
        )
    return False


def read_address(url: str) -> Address:
    """Read an address. Raises LogError, which does not repeat a password."""
    _check(url)
    try:
        parts = urlsplit(url)
        asked = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise LogError(f"{hidden(url)} is no address of a log: {error}") from error
    named = dict(asked)
    schema = named.pop("schema", SCHEMA)
    if not _NAME.fullmatch(schema) or schema.startswith("pg_") or len(schema) > LONGEST:
        raise LogError(
            f"'{schema}' cannot be a situation's schema: a-z, 0-9 and _, no digit first, not pg_..."
        )
    user, _, hosts = parts.netloc.rpartition("@")
    for_libpq = _joined(parts.path, named, parts.netloc)
    told = {name: value for name, value in named.items() if name not in SECRETS}
    shown = {**told, "schema": schema} if schema != SCHEMA else told
    place: dict[str, str] = {key: named[key] for key in _OF_PLACE if key in named}
    return Address(
        for_libpq,
        schema,
        _joined(parts.path, shown, f"{user.partition(':')[0]}@{hosts}" if user else hosts),
        _joined(parts.path, {**place, "schema": schema}, hosts),
        (hosts or named.get("host", "")).count(",") + 1,
    )


def _joined(path: str, named: dict[str, str], netloc: str) -> str:
    return f"postgresql://{netloc}{path}" + (
        f"?{urlencode(named, quote_via=quote, safe='/:,')}" if named else ""
    )


def _check(url: str) -> None:
    """Refuse what libpq and people would read otherwise: it shows up in what libpq says."""
    before, _, _ = url.partition("://")[2].partition("?")
    wrong = ""
    if _NO_CODE.search(url):
        wrong = "a % that begins no code: write %25"
    elif before.count("@") > 1 or "@" in before.partition("/")[2]:
        wrong = "a password with a / or an @: write %2F, %40"
    if wrong:
        raise LogError(f"{hidden(url)} is no address of a log, for it has {wrong}")


def hidden(log: str) -> str:
    """Give a log's name as it may be shown: an address without its password.

    Whatever is before the last @ may be a part of one.
    """
    if not _LIKE_ADDRESS.match(log):
        return log
    scheme, slashes, rest = _LIKE_ADDRESS.split(log, maxsplit=1)[1:]
    before, mark, query = rest.partition("?")
    user, at, place = before.rpartition("@")
    query = re.sub(rf"(^|&)({'|'.join(SECRETS)})=[^&]*(?=&|$)", r"\1", query)
    query = re.sub(r"&+", "&", query).strip("&")
    return f"{scheme}{slashes}{user.partition(':')[0]}{at}{place}{mark if query else ''}{query}"


def secrets_of(log: str) -> list[str]:
    """Give what `hidden` leaves out of a log's name, as it is written there and as it is meant."""
    if not _LIKE_ADDRESS.match(log):
        return []
    before, _, query = _LIKE_ADDRESS.split(log, maxsplit=1)[-1].partition("?")
    written = [before.rpartition("@")[0].partition(":")[2]]
    pairs = (pair.partition("=") for pair in query.split("&"))
    written += [value for name, _, value in pairs if name in SECRETS]
    return [one for secret in written if secret for one in {secret, unquote(secret)}]
