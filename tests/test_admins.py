"""The admins of a situation on a server: one is always left, and who is refused is told why."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from commands_for_tests import answer, run, said
from server_for_tests import Server, fresh_schema

from tracker.engines.address import read_address
from tracker.engines.roles import names_of

Users = Callable[[str], str]


@pytest.fixture
def desk(postgres: Server) -> Iterator[tuple[Users, Users]]:
    """A log that `maker` made, who is no superuser: names and addresses of users by their first."""
    schema = fresh_schema()
    named: Users = lambda name: f"{name}_{schema}"  # noqa: E731
    with postgres.connect() as link:
        for name in ("maker", "adam", "vera"):
            link.execute(f'CREATE ROLE "{named(name)}" LOGIN')
        link.execute(f'ALTER ROLE "{named("maker")}" CREATEROLE')
        link.execute(f'GRANT CREATE ON DATABASE postgres TO "{named("maker")}"')
    url: Users = lambda name: postgres.url(schema, user=named(name))  # noqa: E731
    said("--log", url("maker"), "init")
    yield named, url
    with postgres.connect() as link:
        link.execute(f'REVOKE CREATE ON DATABASE postgres FROM "{named("maker")}"')


def held(url: str) -> dict[str, str]:
    return {row["user"]: row["role"] for row in answer("--log", url, "grant")["rows"]}


def refused(url: str, *words: str) -> str:
    result = run("--log", url, "grant", *words)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    return result.stderr


@pytest.mark.parametrize("role", ["recorder", "none"])
def test_who_made_a_log_does_not_give_herself_less_before_another_is_admin(
    role: str, desk: tuple[Users, Users]
) -> None:
    named, url = desk
    assert f"{named('maker')} is the last admin" in refused(url("maker"), role, named("maker"))
    assert held(url("maker")) == {}  # not even the roles were made
    said("--log", url("maker"), "grant", "reader", named("vera"))
    assert "is the last admin" in refused(url("maker"), role, named("maker"))
    assert held(url("maker")) == {named("maker"): "admin", named("vera"): "reader"}


def test_of_two_admins_one_may_go_and_not_the_other(desk: tuple[Users, Users]) -> None:
    named, url = desk
    said("--log", url("maker"), "grant", "admin", named("adam"))
    said("--log", url("adam"), "grant", "none", named("maker"))
    for role in ("none", "reader"):
        assert "is the last admin" in refused(url("adam"), role, named("adam"))
    said("--log", url("adam"), "grant", "admin", named("adam"))
    assert held(url("adam")) == {named("adam"): "admin"}


def test_an_admin_who_is_not_the_last_may_give_herself_less(desk: tuple[Users, Users]) -> None:
    named, url = desk
    for name in ("adam", "vera"):
        said("--log", url("maker"), "grant", "admin", named(name))
    said("--log", url("vera"), "grant", "recorder", named("vera"))
    assert held(url("vera"))[named("vera")] == "recorder"
    told = refused(url("vera"), "admin", named("vera"))
    assert f"the situation's admins may: {named('adam')}, {named('maker')}" in told


def test_where_nobody_is_admin_it_is_said_what_a_superuser_can_do(
    desk: tuple[Users, Users], postgres: Server
) -> None:
    """As a server's administrator, or an older tracker, may have left it."""
    named, url = desk
    said("--log", url("maker"), "grant", "recorder", named("vera"))
    schema = read_address(url("maker")).schema
    with postgres.connect() as link:
        link.execute(f'REVOKE "postgres.{schema}.admin" FROM "{named("maker")}"')
    for name in ("maker", "vera"):
        told = refused(url(name), "admin", named(name))
        assert "Nobody is an admin of this situation any more: a superuser" in told
        assert "`tracker grant` gives a role" not in told
    assert "Nobody is an admin" in run("--log", url("maker"), "state").stderr
    sql = refused(url("maker"), "admin", named("maker")).partition("in SQL: ")[2]
    with postgres.connect() as link:
        link.execute(sql)
    said("--log", url("maker"), "grant", "admin", named("adam"))


def test_an_admin_who_may_not_hand_her_role_on_is_told_what_is_missing(
    desk: tuple[Users, Users], postgres: Server
) -> None:
    """Who made the log is its admin, and hands that on by CREATEROLE: here it was taken away."""
    named, url = desk
    said("--log", url("maker"), "grant", "recorder", named("vera"))
    with postgres.connect() as link:
        link.execute(f'ALTER ROLE "{named("maker")}" NOCREATEROLE')
    for user in (named("vera"), named("maker")):
        told = refused(url("maker"), "admin", user)
        assert f"{named('maker')} is an admin of the situation, but may not grant that" in told
    sql = told.partition("in SQL: ")[2]
    with postgres.connect() as link:
        link.execute(sql)
    said("--log", url("maker"), "grant", "admin", named("vera"))


def test_who_made_a_log_needs_the_right_to_make_roles(
    desk: tuple[Users, Users], postgres: Server
) -> None:
    named, url = desk
    with postgres.connect() as link:
        link.execute(f'ALTER ROLE "{named("maker")}" NOCREATEROLE')
    told = refused(url("maker"), "reader", named("vera"))
    assert "whoever made the situation may, and needs CREATEROLE for this first time" in told


@pytest.mark.parametrize("letters", [54, 55, 63])
def test_a_schema_of_any_length_that_is_made_can_be_granted(letters: int, postgres: Server) -> None:
    """Its roles have its name in theirs, and PostgreSQL cuts off what is over 63 letters."""
    schemas = [f"{fresh_schema()}_".ljust(letters - 1, "x") + end for end in "ab"]
    with postgres.connect() as link:
        for user in schemas:
            link.execute(f'CREATE ROLE "{user}" LOGIN')
    for schema in schemas:
        said("--log", postgres.url(schema), "init")
        said("--log", postgres.url(schema), "grant", "reader", schema)
        assert held(postgres.url(schema)) == {"owner": "admin", schema: "reader"}
    for who, of, allowed in ((0, 0, 0), (1, 1, 0), (0, 1, 2)):  # each in its own alone
        url = postgres.url(schemas[of], user=schemas[who])
        assert run("--log", url, "state").exit_code == allowed


@pytest.mark.parametrize(
    "place", [("desk", "x" * 63), ("d" * 63, "mali"), ("d\u00e9" * 21, "x" * 63)]
)
def test_names_of_roles_are_no_longer_than_postgresql_keeps(place: tuple[str, str]) -> None:
    names = names_of(*place)
    assert len({*names.values()}) == 4
    assert max(len(name.encode()) for name in names.values()) <= 63
    assert names_of("desk", "mali")["reader"] == "desk.mali.reader"
