"""scripts/bench: the tracker on a made-up situation, beside what users would pick instead."""

from __future__ import annotations

import gc
import json
import os
import platform
import sqlite3
import sys
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from _bench import asking, clustering, copying, filling, putting, reporting, serving
from _bench.children import Found, child
from _bench.engines import COMPETITORS, Engine, Ours
from _bench.lines import Line, table
from tracker import Situation

SECTIONS = ("import", "rebuild", "point", "whole", "diff")
APART = ("report", "serve", "follow", "watch", "server", "spark")
"""Measured only where named: on situations of their own, in a browser, as a server, as a replica,
beside a process that records, with a log on a PostgreSQL server, and on Spark."""
SMALL, FOLDED = 10_000, 100_000
"""Facts of the situation that one key is compared with, and of the log that is folded."""


def arguments() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser("scripts/bench", description=__doc__)
    parser.add_argument("--facts", type=int, default=100_000, help="10,000 to 1,000,000 or more")
    parser.add_argument("--places", type=int, default=33_000)
    parser.add_argument("--seed", type=int, default=1)
    several = f"{', '.join(SECTIONS)}; and, only if named, {', '.join(APART)}"
    parser.add_argument("--only", nargs="+", choices=(*SECTIONS, *APART), metavar="NAME",
                        default=SECTIONS, help=f"what to measure, of: {several}")  # fmt: skip
    parser.add_argument("--without", nargs="+", choices=tuple(COMPETITORS), default=(),
                        metavar="NAME", help=f"of: {', '.join(COMPETITORS)}")  # fmt: skip
    parser.add_argument("--runs", type=int, default=3, help="of what takes long; default 3")
    parser.add_argument("--rounds", type=int, default=15, help="of what does not; default 15")
    parser.add_argument(
        "--seconds", type=float, default=10, help="of each load of `serve`, and of `watch`"
    )
    parser.add_argument("--out", type=Path, help="write the table to this file too, as JSON")
    parser.add_argument("--folder", type=Path, help="work here and leave everything; a log that "
                        "is there is used again unless `import` is measured")  # fmt: skip
    parser.add_argument("--install", action="store_true",
                        help="first install DuckDB, pandas and psycopg into .venv")  # fmt: skip
    return parser.parse_args()


class Bench:
    """One run."""

    def __init__(self, options: Namespace, folder: Path) -> None:
        """Take the options, and a folder to work in."""
        self.options, self.folder = options, folder
        self.log = folder / f"bench-{options.facts}-{options.places}-{options.seed}.db"
        self.lines: list[Line] = []

    def run(self) -> None:
        """Measure; raises AnswersDifferError."""
        only, options = self.options.only, self.options
        self.apart()
        if not {*SECTIONS} & {*only}:
            return
        entered: Found | None = None
        say(f"putting {options.facts:,} facts into {self.log.name} ...")
        if "import" in only:
            lines, entered = filling.enter(self.log, self.size(options.facts), options.runs)
            self.lines += lines
        elif not self.log.exists():
            entered = child("enter", log=str(self.log), **self.size(options.facts))
        if "rebuild" in only:
            say("rebuilding the read model ...")
            self.lines += filling.rebuild(self.log, options.runs, entered)
        with ExitStack() as stack:
            situation = self.opened(self.log, stack)
            model = Path(situation.store_path)
            if {"point", "whole", "diff"} & {*only}:
                self.ask(situation, stack)
        self.lines += filling.on_disk(self.log, model, options.facts)

    def apart(self) -> None:
        """Measure what is measured only where named."""
        only, options = self.options.only, self.options
        if "report" in only:
            say("writing reports, and stepping through one ...")
            self.lines += reporting.report(self.folder, options.seed, options.runs)
        if "serve" in only:
            say("serving Mali ...")
            self.lines += serving.measure(self.folder, options.seconds)
        if "watch" in only:
            say("watching while another process records ...")
            self.lines += copying.watch(self.folder, options.seconds)
        if "server" in only:
            say("importing into SQLite and PostgreSQL in turn ...")
            size = self.size(options.facts)
            self.lines += putting.measure(self.folder, size, options.runs)
        if "spark" in only:
            self.entered()
            say("rebuilding it here, and on Spark ...")
            size = self.size(options.facts)
            self.lines += clustering.measure(self.log, size, options.runs)
        if "follow" in only:
            self.entered()
            say("copying it into a replica ...")
            self.lines += copying.follow(self.log, options.runs)

    def entered(self) -> None:
        """Have a log of as many facts as were asked for."""
        if not self.log.exists():
            say(f"putting {self.options.facts:,} facts into {self.log.name} ...")
            child("enter", log=str(self.log), **self.size(self.options.facts))

    def size(self, facts: int) -> dict[str, int]:
        """Give what a situation is generated by."""
        return {"seed": self.options.seed, "facts": facts, "places": self.options.places}

    def opened(self, log: Path, stack: ExitStack) -> Situation:
        """Open a log, its read model rebuilt if it has none."""
        situation = stack.enter_context(Situation(str(log)))
        if not Path(situation.store_path).exists():
            child("rebuild", log=str(log))
        return situation

    def ask(self, situation: Situation, stack: ExitStack) -> None:
        """Ask the tracker and the competitors that are there."""
        options = self.options
        rounds = options.rounds
        ours = Ours(situation)
        moments = asking.Moments(options.seed, options.facts, asking.keys_of(situation))
        few, folded = None, None
        if "point" in options.only:
            few, folded = self.sized(SMALL, stack), self.sized(FOLDED, stack)
        engines = self.engines(situation.store_path, stack)
        gc.collect()
        gc.freeze()  # what is loaded is kept out of the collector's rounds, for all alike
        stack.callback(gc.unfreeze)
        say("comparing answers, then asking ...")
        asking.compare(ours, engines, moments, min(rounds, 3))
        if "point" in options.only:
            self.lines += asking.point(ours, engines, moments, few, rounds)
            at = folded or (situation, moments)
            self.lines.append(asking.fold(*at, self.folder, FOLDED, rounds))
        if "whole" in options.only:
            self.lines += asking.whole(ours, engines, moments, rounds)
        if "diff" in options.only:
            self.lines += asking.diff(ours, engines, moments, rounds)
        for one in engines:
            self.lines.append(Line(f"{one.name}: {one.where}", one.size() / filling.MEGA, "MB"))

    def engines(self, model: str, stack: ExitStack) -> list[Engine]:
        """Load the competitors; one that cannot be there has a line that says why."""
        found = []
        for name, (make, lacking) in COMPETITORS.items():
            if name in self.options.without:
                continue
            if why := lacking():
                self.lines.append(Line("all questions", against=name, note=why))
                continue
            say(f"loading {name} ...")
            found.append(make(model, self.folder, stack))
        return found

    def sized(self, facts: int, stack: ExitStack) -> tuple[Situation, asking.Moments] | None:
        """Give a smaller situation of that many facts, made now; None where this one is no more."""
        options = self.options
        if options.facts <= facts:
            return None
        log = self.folder / f"bench-{facts}-{options.places}-{options.seed}.db"
        if not log.exists():
            child("enter", log=str(log), **self.size(facts))
        situation = self.opened(log, stack)
        return situation, asking.Moments(options.seed, facts, asking.keys_of(situation))


def say(what: str) -> None:
    """Tell whoever waits."""
    print(what, file=sys.stderr, flush=True)


def about(options: Namespace) -> dict[str, object]:
    """Say what was run, where and when."""
    cpu = ""
    known = Path("/proc/cpuinfo")
    if known.exists():
        models = [line for line in known.read_text().splitlines() if line.startswith("model name")]
        cpu = models[0].partition(": ")[2] if models else ""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {cpu or platform.machine()}, {platform.system()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "command": f"scripts/bench --facts {options.facts} --places {options.places}"
        f" --seed {options.seed} --runs {options.runs} --rounds {options.rounds}",
    }


def main() -> int:
    """Run, print the table; 1 where an answer differs from a competitor's."""
    options = arguments()
    folder = options.folder or Path(mkdtemp(prefix="bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    bench, differ = Bench(options, folder), None
    try:
        bench.run()
    except asking.AnswersDifferError as error:
        differ = str(error)
    finally:
        if not options.folder:
            rmtree(folder, ignore_errors=True)
    told = about(options)
    print(*(f"{name}: {value}" for name, value in told.items()), sep="\n")
    print("Ratios are times as good as theirs; bars are those of 1,000,000 facts.\n")
    print(table(bench.lines))
    if options.out:
        kept = {**told, "differ": differ, "lines": [line.as_json() for line in bench.lines]}
        options.out.write_text(json.dumps(kept, indent=1) + "\n")
    if differ:
        print(f"ANSWERS DIFFER: {differ}", file=sys.stderr)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
