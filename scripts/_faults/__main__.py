"""scripts/faults: kills, power cuts, failing disks and tampering, and what they did to a log."""

from __future__ import annotations

import importlib
import json
import os
import platform
import sqlite3
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from _faults.lines import Line, table
from _faults.victims import adopt

SECTIONS = {
    "kill": "kills",
    "power": "power",
    "errors": "errors",
    "disk": "disk",
    "flips": "flips",
    "tampers": "tampers",
    "crowd": "crowd",
    "follow": "follow",
}
"""What can be asked for, and the module of it: each has run(folder, random, short=...)."""


def arguments() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser("scripts/faults", description=__doc__)
    parser.add_argument("--seed", type=int, help="of all that is random; default: a new one")
    parser.add_argument("--only", nargs="+", choices=tuple(SECTIONS), metavar="SECTION",
                        default=tuple(SECTIONS), help=f"of: {', '.join(SECTIONS)}")  # fmt: skip
    parser.add_argument("--log", metavar="ADDRESS", help="an empty log for the section follow: "
                        "postgresql://... (default: one of its own)")  # fmt: skip
    parser.add_argument("--short", action="store_true", help="a few runs of each, as in the tests")
    parser.add_argument("--out", type=Path, help="write the table to this file too, as JSON")
    return parser.parse_args()


def about(options: Namespace) -> dict[str, str]:
    """Say what was run, where and when."""
    short = " --short" if options.short else ""
    only = "" if set(options.only) == set(SECTIONS) else f" --only {' '.join(options.only)}"
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "command": f"scripts/faults --seed {options.seed}{only}{short}",
    }


def main() -> int:
    """Run, print the table; 1 where anything was wrong."""
    options = arguments()
    if options.seed is None:
        options.seed = int.from_bytes(os.urandom(4))
    told = about(options)
    print(*(f"{name}: {value}" for name, value in told.items()), sep="\n", flush=True)
    adopt()
    if options.log:
        os.environ["FAULTS_LOG"] = options.log
    keys = TemporaryDirectory(prefix="faults-keys-")
    os.environ["TRACKER_KEYS"] = keys.name  # not the user's own
    lines: list[Line] = []
    for section in options.only:
        begun = perf_counter()
        module = importlib.import_module(f"_faults.{SECTIONS[section]}")
        with TemporaryDirectory(prefix="faults-") as folder:
            # A section draws its own numbers, so that it does the same alone as among others.
            moments = Random(f"{options.seed} {section}")  # noqa: S311 - no secret
            lines += module.run(Path(folder), moments, short=options.short)
        print(f"{section}: {perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    print(f"\n{table(lines)}")
    if options.out:
        kept = {**told, "lines": [line.as_json() for line in lines]}
        options.out.write_text(json.dumps(kept, indent=1) + "\n")
    wrong = [detail for line in lines for detail in line.details]
    print(*wrong, sep="\n", file=sys.stderr, end="\n" if wrong else "")
    return 0 if all(line.holds for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
