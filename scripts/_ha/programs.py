"""Debian's programs that a cluster is made of."""

from __future__ import annotations

import os
import pwd
import shutil
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

POSTGRESQL = Path("/usr/lib/postgresql")
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
"""Where Debian puts programs; theirs run with Debian's Python, and not with that of .venv."""
PACKAGES = {"postgres": "postgresql", "patroni": "patroni", "etcd": "etcd-server"}


class MissingError(Exception):
    """What a cluster needs is not there; says what to install."""


class Programs(NamedTuple):
    """Where the programs are, and as whom they run: root's servers are not root's processes."""

    bin: Path
    patroni: str
    etcd: str
    user: pwd.struct_passwd | None


def find() -> Programs:
    """Find the programs. Raises MissingError."""
    servers = sorted(POSTGRESQL.glob("*/bin/postgres"), key=_version)
    found = {name: shutil.which(name, path=PATH) for name in ("patroni", "etcd")}
    lacking = [name for name in ("patroni", "etcd") if not found[name]]
    if not servers:
        lacking.insert(0, "postgres")
    if lacking:
        raise MissingError(
            f"no {', '.join(lacking)} here: scripts/ha needs three of Debian's packages; missing: "
            f"apt install {' '.join(PACKAGES[name] for name in lacking)}"
        )
    return Programs(servers[-1].parent, str(found["patroni"]), str(found["etcd"]), _user())


def _version(path: Path) -> int:
    number = path.parent.parent.name
    return int(number) if number.isdigit() else 0


def _user() -> pwd.struct_passwd | None:
    """Say as whom PostgreSQL is to run; None for who is not root: as that."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise MissingError("PostgreSQL cannot run as root, and there is no user postgres or nobody")
