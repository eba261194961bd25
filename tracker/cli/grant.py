"""`tracker grant`: who may do what with a log on a PostgreSQL server."""

from __future__ import annotations

import click

from tracker.cli.common import open_situation
from tracker.cli.global_options import OneOf, common_options
from tracker.cli.output import emit, table

ROLES = ("reader", "recorder", "reviewer", "admin", "none")


@click.command()
@click.argument("role", metavar="[ROLE]", type=OneOf(ROLES), required=False)
@click.argument("user", metavar="[USER]", required=False)
@common_options
def grant(role: str | None, user: str | None) -> None:
    """Say who may do what with a log on a PostgreSQL server; without ROLE and USER, list them.

    \b
    reader     asks, verifies, follows
    recorder   also records what reports say
    reviewer   also corrects, retracts, rules, erases, holds, registers
    admin      also grants, and owns the tables
    none       nothing at all

    The user is one that the server knows, and has one role of a situation at a time.

    \b
    Example:
      tracker grant --help
    """
    if role is not None and user is None:
        raise click.UsageError("to whom? tracker grant ROLE USER")
    situation = open_situation()
    if role is None or user is None:
        held = situation.granted()
    else:
        held = situation.grant(None if role == "none" else role, user)
    rows = [{"user": who, "role": which} for who, which in held]
    if emit({"rows": rows}, rows):
        return
    if not rows:
        click.echo("nobody has a role: only who made the log, and the server's administrators")
        return
    click.echo(table(["USER", "ROLE"], [(row["user"], row["role"]) for row in rows]))
