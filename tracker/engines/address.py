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
    """Whether a log's name is an address on a server, rather than a file's."""
    return log.partition("://")[0] in SCHEMES and "://" in log


def read_address(url: str) -> Address:
    """Read an address. Raises LogError, which does not repeat a password."""
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


def hidden(log: str) -> str:
    """Give a log's name as it may be shown: an address without its password."""
    if not is_url(log):
        return log
    scheme, _, rest = log.partition("://")
    place, slash, path = rest.partition("/")
    user, at, hosts = place.rpartition("@")
    path = re.sub(rf"([?&])({'|'.join(SECRETS)})=[^&]*(?=&|$)", r"\1", path)
    path = re.sub(r"(?<=[?&])&+", "", path).rstrip("?&")
    return f"{scheme}://{user.partition(':')[0]}{at}{hosts}{slash}{path}"


def secrets_of(log: str) -> list[str]:
    """Give what `hidden` leaves out of a log's name, as it is written there and as it is meant."""
    if not is_url(log):
        return []
    place, _, query = log.partition("://")[2].partition("?")
    written = [place.rpartition("@")[0].partition(":")[2]]
    pairs = (pair.partition("=") for pair in query.split("&"))
    written += [value for name, _, value in pairs if name in SECRETS]
    return [one for secret in written if secret for one in {secret, unquote(secret)}]
