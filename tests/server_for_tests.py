"""A PostgreSQL server of the tests' own: on a socket and on loopback, in a folder thrown away.

Started when a test first asks for it, once for each process of tests, and stopped by its own id.
PostgreSQL refuses to run as root: then it runs as `postgres`, or as `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple, NoReturn

import pytest

WAIT_SECONDS = 60
OWNER = "owner"
SETTINGS = {
    "fsync": "off",  # the disk is not what is tested
    "shared_buffers": "32MB",
    "max_connections": "40",
    "autovacuum": "off",
    "lc_messages": "C",
}


class Server(NamedTuple):
    """A running server: where it listens, and its first process."""

    socket: Path
    port: int
    pid: int

    def url(self, schema: str = "", *, user: str = OWNER, port: int = 0) -> str:
        """Give the address of a log: over loopback where a `port` is given, else by the socket."""
        host = f"127.0.0.1:{port}" if port else str(self.socket).replace("/", "%2F")
        place = f"{host}/postgres" if port else f"{host}:{self.port}/postgres"
        return f"postgresql://{user}@{place}" + (f"?schema={schema}" if schema else "")

    def connect(self, **more: Any) -> Any:  # noqa: ANN401 - psycopg is optional
        """Connect behind the tracker's back, as who made the server."""
        import psycopg

        asked = {"host": str(self.socket), "port": self.port, "user": OWNER, "dbname": "postgres"}
        return psycopg.connect(**{**asked, "autocommit": True, **more})


def programs() -> Path:
    """Find PostgreSQL's programs; without them skip, or fail where all must be there."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    return missing("needs Debian's package postgresql")


def missing(why: str) -> NoReturn:
    """Skip for want of something; with TRACKER_CI set, fail."""
    if os.environ.get("TRACKER_CI"):
        pytest.fail(why)
    pytest.skip(why)


def _version(path: Path) -> int:
    number = path.parent.parent.name
    return int(number) if number.isdigit() else 0


def _user() -> pwd.struct_passwd | None:
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    return None


@contextmanager
def server() -> Iterator[Server]:
    """Start a server; stop it by its own id, and remove its folder."""
    bin_ = programs()
    try:
        import psycopg  # noqa: F401 - asked for by the first test
    except ImportError:
        missing("needs the extra [postgres]")
    other: dict[str, Any] = {}
    folder = Path(mkdtemp(prefix="pg-"))  # a short path: that of a socket may not be long
    if os.geteuid() == 0:
        user = _user()
        if user is None:
            missing("PostgreSQL cannot run as root, and there is no user postgres or nobody")
        assert user is not None
        os.chown(folder, user.pw_uid, user.pw_gid)
        other = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    folder.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = folder / "said.txt"
    common: dict[str, Any] = {
        "cwd": folder,
        "stdin": subprocess.DEVNULL,
        "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        **other,
    }
    try:
        with said.open("wb") as output:
            common |= {"stdout": output, "stderr": output}
            made = [str(bin_ / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", OWNER]
            subprocess.run([*made, "-E", "UTF8", "--locale=C", "--no-sync"], check=True, **common)
            settings = {**SETTINGS, "listen_addresses": "127.0.0.1", "port": port}
            options = [f"-c{name}={value}" for name, value in settings.items()]
            started = subprocess.Popen(
                [str(bin_ / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *options],
                **common,
            )
            try:
                ready = [str(bin_ / "pg_isready"), "-q", "-h", str(folder), "-p", str(port)]
                for _ in range(10 * WAIT_SECONDS):
                    if subprocess.run([*ready, "-t", "1"], check=False).returncode == 0:
                        break
                    with suppress(subprocess.TimeoutExpired):
                        started.wait(0.1)
                        break
                assert started.poll() is None, said.read_text(errors="replace")
                yield Server(folder, port, started.pid)
            finally:
                started.send_signal(signal.SIGCONT)
                started.send_signal(signal.SIGINT)  # a fast shutdown
                started.wait(WAIT_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_numbers = count(1)


def fresh_schema() -> str:
    """Name a schema that no other test of this server uses."""
    return f"t{next(_numbers)}"


@contextmanager
def behind(log: Path | str) -> Iterator[Any]:
    """Open a log behind the tracker's back, on either engine; what was done is kept at the end.

    Gives what has `execute(sql, parameters)`, with `?` for marks, and rows that are tuples.
    """
    from tracker.engines.address import is_url

    if not is_url(str(log)):
        with closing(sqlite3.connect(log)) as connection, connection:
            yield connection
        return
    import psycopg

    from tracker.engines.address import read_address

    address = read_address(str(log))
    with psycopg.connect(address.conninfo) as link:
        link.execute("SELECT set_config('search_path', %s, false)", (address.schema,))
        yield _Behind(link)


class _Behind:
    """A connection to a server, in the words of SQLite's."""

    def __init__(self, link: Any) -> None:  # noqa: ANN401 - psycopg is optional
        self._link = link

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> Any:  # noqa: ANN401
        sql = sql.replace("%", "%%").replace("?", "%s")
        if sql.startswith("DROP TRIGGER") and " ON " not in sql:
            name = sql.split()[-1]
            found = self._link.execute(
                "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s"
                " AND tgrelid::regclass::text NOT LIKE '%%.%%'",
                (name,),
            )
            sql += f" ON {found.fetchone()[0]}"
        return self._link.execute(sql, parameters)


def copied(started: Server, template: str, schema: str) -> str:
    """Make a log that holds all that another of the server does, its id too; give its address."""
    from tracker.engines.tables import ALL
    from tracker.log import Log

    url = started.url(schema)
    Log(url, create=True).close()
    with started.connect() as link:
        link.execute("SET session_replication_role = replica")  # no trigger fires
        for table in ALL:
            link.execute(f"DELETE FROM {schema}.{table}")  # noqa: S608 - ours
            link.execute(f"INSERT INTO {schema}.{table} SELECT * FROM {template}.{table}")  # noqa: S608
    return url


def tampered(log: Path | str, *statements: str) -> None:
    """Change a log behind the tracker's back, and past its triggers, which stand afterwards."""
    from tracker.engines.address import is_url
    from tracker.logfile import TRIGGERS

    with behind(log) as connection:
        server_ = is_url(str(log))
        before = ["SET session_replication_role = replica"] if server_ else []
        after = [] if server_ else list(TRIGGERS.values())
        if not server_:
            before = [f"DROP TRIGGER IF EXISTS {name}" for name in TRIGGERS]
        for statement in (*before, *statements, *after):
            connection.execute(statement)


STORED_EVENTS_BEFORE = """CREATE TABLE stored_events (
        seq INTEGER PRIMARY KEY,
        originator_id TEXT NOT NULL,
        originator_version INTEGER NOT NULL,
        topic TEXT NOT NULL,
        state BLOB NOT NULL,
        event_id TEXT NOT NULL UNIQUE,
        UNIQUE (originator_id, originator_version))"""


def made_before(log: Path | str) -> None:
    """Make of a log in a file what a tracker made before ids had a table of their own."""
    from tracker.logfile import TRIGGERS, TRIGGERS_BEFORE

    with behind(log) as connection:
        for statement in (
            *(f"DROP TRIGGER {name}" for name in TRIGGERS),
            "DROP TABLE event_ids",
            "CREATE TABLE taken AS SELECT * FROM stored_events",
            "DROP TABLE stored_events",
            STORED_EVENTS_BEFORE,
            "INSERT INTO stored_events SELECT * FROM taken",
            "DROP TABLE taken",
            *TRIGGERS_BEFORE.values(),
            "PRAGMA user_version=2",
        ):
            connection.execute(statement)
