"""The address of a log on a server: postgresql://[user@]host[:port]/database?schema=NAME.

All but `schema` is libpq's own: several hosts, `sslmode`, `service`, a password (better kept in
~/.pgpass, where no list of processes shows it).
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from tracker.errors import LogError

SCHEMES = ("postgresql", "postgres")
SCHEMA = "situation"
"""The schema of a situation whose address names none."""
THEIRS = "information_schema"
"""The server's own: pg_dump leaves out whatever lies in it, as in pg_..."""
SECRETS = (
    "password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key",
)  # fmt: skip
"""What of an address nobody is shown. The names of files that hold a secret are none."""
PLAIN = (
    "schema", "application_name", "authtype", "channel_binding", "client_encoding",
    "connect_timeout", "dbname", "fallback_application_name", "gssdelegation", "gssencmode",
    "gsslib", "host", "hostaddr", "keepalives", "keepalives_count", "keepalives_idle",
    "keepalives_interval", "krbsrvname", "load_balance_hosts", "max_protocol_version",
    "min_protocol_version", "oauth_client_id", "oauth_issuer", "oauth_scope", "options", "passfile",
    "port", "replication", "require_auth", "requirepeer", "requiressl", "service", "servicefile",
    "ssl", "ssl_max_protocol_version", "ssl_min_protocol_version", "sslcert", "sslcertmode",
    "sslcompression", "sslcrl", "sslcrldir", "sslkey", "sslkeylogfile", "sslmode", "sslnegotiation",
    "sslrootcert", "sslsni", "target_session_attrs", "tcp_user_timeout", "user",
)  # fmt: skip
"""All else that may follow a ?: ours, and libpq's up to version 18. What is none of these may be a
password whose name was mistyped."""
LONGEST = 63
"""Bytes of a name that PostgreSQL keeps; it cuts off the rest."""
_OF_PLACE: tuple[str, ...] = ("host", "port", "dbname", "service")
_LIKE_ADDRESS = re.compile(r"([\s\"'<(]*(?:[A-Za-z][A-Za-z0-9+.-]*:/+|postgres(?:ql)?:))")
_NO_CODE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f]")
_SECRET = re.compile(rf"(?<=[?&])(?!(?:{'|'.join(PLAIN)})=)(?:[^&=@]*=([^&]*)|([^&@]+)(?![^&]))&?")
_PLAINLY_FILE = re.compile(r"(?:~|\.{0,2})/(?!/)")
_SLIP = re.compile(
    # A scheme whose : was left out; user:secret@host; and NAME=VALUE, as libpq takes them too, or
    # as they stand after the ? of an address.
    r"[\s\"'<(]*(?:postgre\w*|pg\w*|psql)[^\w\s/]*//"
    r"|[^@]*:[^@]*@"
    r"|.*\bpas+w\w*\s*="
    rf"|[\s\"'<(]*(?:{'|'.join(SECRETS + PLAIN)})\s*=\s*\S+\s+\w+\s*="
    rf"|.*\?(?:.*&)?(?:{'|'.join(SECRETS + PLAIN)})=",
    re.IGNORECASE | re.DOTALL,
)
_BEGINNING = re.compile(r"[\s\"'<(]*(\w*)")
_HOST = r"(?:\[[0-9A-Za-z:.%_-]+\]|[^\[\]:/?#@,]*)(?::[0-9]*)?"
_HOSTS = re.compile(rf"{_HOST}(?:,{_HOST})*")
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
    or told of with the password in it. A file that is there is one, whatever its name looks like.
    """
    if log.startswith(tuple(f"{scheme}://" for scheme in SCHEMES)):
        return True
    if _LIKE_ADDRESS.match(log) or _is_slip(log):
        raise LogError(
            f"{hidden(log)} is no address of a log: write postgresql://[user@]host[:port]/database,"
            " or ./ before the name of a file"
        )
    return False


def _is_slip(log: str) -> bool:
    """Whether a name looks like an address without being begun like one, and is no file's."""
    if _PLAINLY_FILE.match(log) or not _SLIP.match(log):
        return False
    try:
        return not os.path.lexists(log)
    except ValueError:  # no file has such a name
        return True


def read_address(url: str) -> Address:
    """Read an address. Raises LogError, which does not repeat a password."""
    _check(url)
    try:
        parts = urlsplit(url)
        asked = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:  # whose words repeat what may be a password
        raise LogError(
            f"{hidden(url)} is no address of a log: what follows a ? is NAME=VALUE, joined by &, "
            "and what is not plain is written in codes, such as %3F for a ?"
        ) from None
    named = dict(asked)
    if unknown := [name for name in named if name not in SECRETS + PLAIN]:
        from difflib import get_close_matches

        near = get_close_matches(unknown[0].lower(), SECRETS + PLAIN, n=1, cutoff=0.7)
        hint = f": did you mean {near[0]}?" if near else ""
        raise LogError(
            f"{hidden(url)} is no address of a log: it says after its ? what PostgreSQL does not "
            f"know{hint}"
        )
    if len(named) < len(asked):
        names = [name for name, _ in asked]
        twice = next(name for name in names if names.count(name) > 1)
        raise LogError(f"{hidden(url)} is no address of a log: it says {twice} more than once")
    schema = named.pop("schema", SCHEMA)
    theirs = schema.startswith("pg_") or schema == THEIRS
    if not _NAME.fullmatch(schema) or theirs or len(schema) > LONGEST:
        raise LogError(
            f"'{schema}' cannot be a situation's schema: a-z, 0-9 and _, no digit first, at most "
            f"{LONGEST} of them, not pg_... nor {THEIRS}, which the server keeps for itself"
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
    rest = url.partition("://")[2]
    before, _, query = rest.partition("?")
    users, _, hosts = before.partition("/")[0].rpartition("@")
    wrong = [
        said
        for found, said in (
            (_NO_CODE.search(url), "a % that begins no code: write %25"),
            (_BLANK.search(url), "a blank: write %20"),
            ("#" in rest, "a #: write %23"),
            ("@" in query, "an @ after a ?: write %3F for a ? in a password, %40 for an @"),
            (
                before.count("@") > 1 or "@" in before.partition("/")[2],
                "a password with a / or an @: write %2F, %40",
            ),
            (set("[]") & set(users), "a password with a [ or ]: write %5B, %5D"),
            (not _HOSTS.fullmatch(hosts), "a port that is no number"),
        )
        if found
    ]
    if wrong:
        raise LogError(f"{hidden(url)} is no address of a log, for it has {'; '.join(wrong)}")


def hidden(log: str) -> str:
    """Give a log's name as it may be shown: an address without its password.

    Whatever stands between the first : and the last @ may be a part of one, and so may what stands
    for a port and is no number.
    """
    scheme, user, _, place = _parts(log)
    return f"{scheme}{user}{place}"


def secrets_of(log: str) -> list[str]:
    """Give what `hidden` leaves out of a log's name, as it is written there and as it is meant."""
    written = _parts(log)[2]
    return [one for secret in written if secret for one in {secret, unquote(secret)}]


def _parts(log: str) -> tuple[str, str, list[str], str]:
    """Take a name apart: what it begins with, the user, all that is secret, the rest."""
    begun = _LIKE_ADDRESS.match(log)
    if not begun:
        first = _BEGINNING.match(log) if _is_slip(log) else None
        return (f"{first[1]}...", "", [log[first.end() :]], "") if first else (log, "", [], "")
    rest = log[begun.end() :]
    secret = [value for pair in _SECRET.findall(rest) for value in pair]
    rest = _SECRET.sub("", rest).rstrip("?&")
    user, at, place = rest.rpartition("@")
    if not at and not _HOSTS.fullmatch(re.split("[/?#]", rest, maxsplit=1)[0]):
        user, place = rest, ""
    name = re.split("[:?]", user, maxsplit=1)[0]
    return begun[1], f"{name}{at}", [user[len(name) + 1 :], *secret], place
