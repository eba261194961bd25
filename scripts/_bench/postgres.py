"""A private PostgreSQL cluster for the length of a measurement, on a socket in a temporary folder.

It listens on no network. PostgreSQL refuses to run as root: then it runs as the first user of
`postgres` and `nobody` that there is, and is stopped through its own process.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import quote

from tracker.instants import FUTURE_OPEN

BIN = Path("/usr/lib/postgresql/15/bin")
WAIT_SECONDS = 30
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "jit": "off",  # compiling costs more than these queries take
    "plan_cache_mode": "force_custom_plan",  # made for the times that are asked for
    "fsync": "off",  # loading is not what is measured
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def missing() -> str:
    """Say why there can be no cluster; nothing where there can."""
    if not (BIN / "initdb").exists():
        return "skipped: needs postgresql-15 (Debian)"
    if os.geteuid() == 0 and _user() is None:
        return "skipped: PostgreSQL cannot run as root, and there is no user postgres or nobody"
    return ""


def timestamp(instant: int) -> str:
    """Write an instant, microseconds UTC, as PostgreSQL reads a timestamptz."""
    if instant >= FUTURE_OPEN - 1:
        return "infinity"
    return (_EPOCH + timedelta(microseconds=instant)).isoformat()


def _user() -> str | None:
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    return None


@contextmanager
def cluster(**settings: str) -> Iterator[Any]:
    """Yield a connection to a new cluster, in autocommit; it is stopped and removed afterwards.

    `settings` are in the place of those above. Its address is `address`.
    """
    folder = Path(mkdtemp(prefix="bench-"))
    other: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam(_user() or "nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
        other = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data, said = folder / "data", folder / "said.txt"
    try:
        with said.open("w") as output:
            common: dict[str, Any] = {
                "cwd": folder,
                "stdin": subprocess.DEVNULL,
                "stdout": output,
                "stderr": output,
                "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                **other,
            }
            made = [str(BIN / "initdb"), "-D", str(data), "-A", "trust", "-U", "bench"]
            subprocess.run(  # noqa: S603 - Debian's program, fixed arguments
                [*made, "-E", "UTF8", "--locale=C", "--no-sync"], check=True, **common
            )
            told = [f"-c{name}={value}" for name, value in {**SETTINGS, **settings}.items()]
            server = subprocess.Popen(  # noqa: S603 - the same
                [str(BIN / "postgres"), "-D", str(data), "-k", str(folder), *told], **common
            )
            try:
                with _connected(folder, server) as connection:
                    yield connection
            finally:
                server.send_signal(signal.SIGINT)  # fast shutdown
                server.wait(WAIT_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def address(connection: Any, schema: str) -> str:  # noqa: ANN401 - optional
    """Give the address of a log in a cluster."""
    folder = quote(connection.info.host, safe="")
    return f"postgresql://bench@{folder}:{connection.info.port}/postgres?schema={schema}"


def _connected(folder: Path, server: subprocess.Popen[bytes]) -> Any:  # noqa: ANN401 - optional
    import psycopg

    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return psycopg.connect(
                host=str(folder), user="bench", dbname="postgres", autocommit=True
            )
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.1)
