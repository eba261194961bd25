"""Who may do what with a log on PostgreSQL: four roles of each situation, by the server's grants.

A reader reads; a recorder records what reports say; a reviewer also what changes how others'
reports read (tables.REVIEWED); an admin owns the tables and gives out roles.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING

import psycopg

from tracker.engines.address import LONGEST
from tracker.engines.server import plain_error
from tracker.engines.tables import ALL, FUNCTIONS, quoted
from tracker.errors import LogError, NotFoundError, TrackerError

if TYPE_CHECKING:
    from tracker.engines.server import Link

ROLES = ("reader", "recorder", "reviewer", "admin")
"""Each may do what those before it may, and more."""
_INSERTED = "seq, originator_id, originator_version, topic, state, event_id"  # not `login`
_DIGITS = 16


def grant(link: Link, schema: str, role: str | None, user: str) -> None:
    """Give a user a role in place of any other; None takes it. The first time, make the roles.

    Raises NotFoundError for a user the server does not know, TrackerError for who may not grant,
    and for what would leave the situation without an admin; nothing is changed then.
    """
    names = _names(link, schema)
    if link.execute("SELECT FROM pg_roles WHERE rolname = %s", (user,)).fetchone() is None:
        raise NotFoundError(
            f"the server knows no user '{user}': its administrator makes one, with CREATE ROLE"
        )
    try:
        with link.transaction():
            # One at a time: two admins could take each other's role.
            link.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"tracker {schema}",))
            _make(link, schema, names)
            with suppress(psycopg.errors.InsufficientPrivilege), link.transaction():
                renew(link)  # as their owner; who has CREATEROLE may grant without
            held = _members(link, names)
            _keep_an_admin(held, role, user)
            if role is not None:  # before any is taken: an admin may be changing her own
                more = " WITH ADMIN OPTION" if role == "admin" else ""
                link.execute(f"GRANT {quoted(names[role])} TO {quoted(user)}{more}".encode())
            for other in (one for who, one in held if who == user and one != role):
                link.execute(f"REVOKE {quoted(names[other])} FROM {quoted(user)}".encode())
    except psycopg.errors.InsufficientPrivilege as error:
        raise TrackerError(_refused(link, names, error)) from error


def _keep_an_admin(held: list[tuple[str, str]], role: str | None, user: str) -> None:
    """See to it that someone can grant afterwards. Raises TrackerError."""
    if role != "admin" and [who for who, one in held if one == "admin"] == [user]:
        raise TrackerError(
            f"{user} is the last admin of this situation: without one nobody can grant any more. "
            "Make another one first, with `tracker grant admin USER`"
        )


def _refused(link: Link, names: dict[str, str], error: psycopg.Error) -> str:
    """Say why a user may not grant, and who may or what is missing."""
    user, said = link.info.user, f"({error.diag.message_primary})"
    if (bereft := _without_admin(link, names)) is not None:
        return f"{user} may not grant that {said}. {bereft}"
    admins = [who for who, one in _members(link, names) if one == "admin"]
    if user in admins:
        return (
            f"{user} is an admin of the situation, but may not grant that {said}. A superuser of "
            f"the server gives what is missing, in SQL: {_giving(link, names)}"
        )
    if admins:
        return f"{user} may not grant that {said}: the situation's admins may: {', '.join(admins)}"
    return (
        f"{user} may not grant that {said}: whoever made the situation may, and needs CREATEROLE "
        "for this first time"
    )


def _without_admin(link: Link, names: dict[str, str]) -> str | None:
    """Say so where roles were made, and nobody is left who has that of an admin."""
    found = link.execute("SELECT FROM pg_roles WHERE rolname = %s", (names["admin"],)).fetchone()
    if found is None or any(one == "admin" for _, one in _members(link, names)):
        return None
    return (
        "Nobody is an admin of this situation any more: a superuser of the server gives that role "
        f"again, with `tracker grant admin USER` or in SQL: {_giving(link, names)}"
    )


def _giving(link: Link, names: dict[str, str]) -> str:
    user = quoted(link.info.user)
    return f"GRANT {quoted(names['admin'])} TO {user} WITH ADMIN OPTION"


def shut_out(link: Link, schema: str, shown: str, error: psycopg.Error) -> LogError:
    """Say why a user may not even look at a log, and who can change that."""
    bereft = _without_admin(link, _names(link, schema))
    if bereft is None:
        return plain_error(error, shown)
    return LogError(f"{shown}: {error.diag.message_primary}. {bereft}")


def renew(link: Link) -> None:
    """Make the functions that guard a log as they are now: an older tracker may have made them."""
    for function in FUNCTIONS:
        link.execute(function.encode())


def granted(link: Link, schema: str) -> list[tuple[str, str]]:
    """Give (user, role) of all who have one."""
    return _members(link, _names(link, schema))


def _names(link: Link, schema: str) -> dict[str, str]:
    return names_of(link.info.dbname, schema)


def names_of(database: str, schema: str) -> dict[str, str]:
    """Name the roles of a situation: roles are the whole server's, so all of it stands in them.

    Of what is longer than PostgreSQL keeps, a digest stands for the rest.
    """
    place = f"{database}.{schema}"
    if max(len(f"{place}.{role}".encode()) for role in ROLES) > LONGEST:
        digest = sha256(place.encode()).hexdigest()[:_DIGITS]
        room = LONGEST - max(len(f"..{digest}.{role}") for role in ROLES)
        place = f"{place.encode()[:room].decode(errors='ignore')}..{digest}"
    return {role: f"{place}.{role}" for role in ROLES}


def _members(link: Link, names: dict[str, str]) -> list[tuple[str, str]]:
    rows = link.execute(
        "SELECT u.rolname::text, r.rolname::text FROM pg_auth_members m"
        " JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = m.member"
        " WHERE r.rolname = ANY(%s) AND NOT u.rolname = ANY(%s) ORDER BY 1, 2",
        (list(names.values()), list(names.values())),
    ).fetchall()
    role_of = {name: role for role, name in names.items()}
    return [(user, role_of[name]) for user, name in rows]


def _make(link: Link, schema: str, names: dict[str, str]) -> None:
    """Make the roles of a situation that are not there; give them what they may do."""
    asked = list(names.values())
    found = link.execute("SELECT rolname::text FROM pg_roles WHERE rolname = ANY(%s)", (asked,))
    there = {row[0] for row in found.fetchall()}
    if there >= set(asked):
        return
    for name in names.values():
        if name not in there:
            link.execute(f"CREATE ROLE {quoted(name)} NOLOGIN".encode())
    for statement in _rights(schema, {role: quoted(name) for role, name in names.items()}):
        link.execute(statement.encode())


def _rights(schema: str, names: dict[str, str]) -> Iterator[str]:
    reader, recorder, reviewer, admin = (names[role] for role in ROLES)
    yield f"GRANT {reader} TO {recorder}"
    yield f"GRANT {recorder} TO {reviewer}"
    yield f"GRANT {reader}, {recorder}, {reviewer} TO {admin} WITH ADMIN OPTION"
    yield f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {reader}"
    yield f"GRANT USAGE, CREATE ON SCHEMA {quoted(schema)} TO {admin}"
    yield f"GRANT SELECT ON {', '.join(ALL)} TO {reader}"
    yield f"GRANT INSERT ({_INSERTED}) ON stored_events TO {recorder}"
    yield f"GRANT INSERT ON ledger_leaves, checkpoints, timestamps TO {recorder}"
    yield f"GRANT UPDATE (seq) ON log_head TO {recorder}"
    yield f"GRANT UPDATE (size, frontier) ON ledger_head TO {recorder}"
    yield f"GRANT {admin} TO CURRENT_USER"  # who gives tables to it has to be of it
    for table in ALL:
        yield f"ALTER TABLE {table} OWNER TO {admin}"
    for function in ("refuse", "only_forward", "following"):
        yield f"ALTER FUNCTION {function}() OWNER TO {admin}"
