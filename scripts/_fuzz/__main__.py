"""scripts/fuzz: files that nobody would write, for every parser of files that people write.

A parser may refuse an input with its own error and its reasons; anything else is a failure: another
exception, more than ten seconds, more than half a gigabyte more memory, a process that dies. What
failed is written to --keep, to become a test.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from _fuzz.feeding import Outcome, feed
from _fuzz.targets import TARGETS

FAILURES = 5
"""A target that has failed so often is given up: there is enough to mend."""


def arguments() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser("scripts/fuzz", description=__doc__)
    parser.add_argument("target", nargs="*", metavar="TARGET", help=f"of: {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=float, default=60, help="for each target; default 60")
    parser.add_argument("--inputs", type=int, help="stop after so many inputs of each target")
    parser.add_argument("--seed", type=int, help="of all that is random; default: a new one")
    parser.add_argument("--jobs", type=int, default=1, help="targets at a time; default 1")
    parser.add_argument("--keep", type=Path, default=Path(".fuzz"), metavar="FOLDER",
                        help="where inputs that failed are put; default .fuzz")  # fmt: skip
    options = parser.parse_args()
    if strange := set(options.target) - TARGETS.keys():
        parser.error(f"no target {', '.join(sorted(strange))}: there are {', '.join(TARGETS)}")
    options.target = options.target or list(TARGETS)
    return options


def run(name: str, options: Namespace) -> Outcome:
    """Feed one target; after a failure go on with another seed, until there are enough."""
    outcome = feed(name, options.seed, options.seconds, options.inputs)
    while outcome.unfinished and len(outcome.failures) < FAILURES:
        outcome.add(feed(name, options.seed + len(outcome.failures), *outcome.left(options)))
    return outcome


def main() -> int:
    """Feed all targets; 1 where anything failed."""
    options = arguments()
    if options.seed is None:
        options.seed = int.from_bytes(os.urandom(4))
    bounds = f"--seconds {options.seconds:g} --seed {options.seed}"
    print(f"scripts/fuzz {' '.join(options.target)} {bounds}", flush=True)
    failed = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        outcomes = pool.map(lambda name: run(name, options), options.target)
        for name, outcome in zip(options.target, outcomes, strict=True):
            print(f"{name}: {outcome}", flush=True)
            for data, why in outcome.failures:
                failed += 1
                options.keep.mkdir(parents=True, exist_ok=True)
                path = options.keep / f"{name}-{sha256(data).hexdigest()[:12]}"
                path.write_bytes(data)
                print(f"FAILED {path} ({len(data)} bytes): {why}", file=sys.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
