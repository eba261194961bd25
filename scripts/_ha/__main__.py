"""scripts/ha: a log on three servers under Patroni, while who leads is killed, switched and hung.

Starts three PostgreSQL servers with synchronous replication (strict), a Patroni for each and one
etcd, on loopback in a temporary folder; lets writers record and followers copy; disturbs who leads,
one thing after another; and says what was acknowledged, what of that is lost or there twice, and
how long it took to the next acknowledgement. Needs Debian's packages postgresql, patroni and
etcd-server. Leaves nothing behind.
"""

from __future__ import annotations

import os
import platform
import signal
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory, mkdtemp
from time import monotonic

from _faults.batches import begin
from _faults.follow import follow_until
from _faults.victims import adopt, fork

from _ha import accounting, clients, judging
from _ha.accounting import Disturbance
from _ha.cluster import Cluster, ClusterError, cluster
from _ha.disturbing import disturb, plan
from _ha.node import LOOP, TTL
from _ha.programs import MissingError, Programs, find

SHOWN = 400
"""Characters of each thing that is wrong."""
FIRST_SECONDS = 60.0
"""Seconds in which a follower that has just begun is to have its first copy."""


def arguments(words: list[str] | None = None) -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(
        "scripts/ha", description=__doc__, formatter_class=RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--seed", type=int, help="of all that is random; default: a new one")
    add("--kills", type=int, default=12, metavar="N",
        help="times that server and Patroni of who leads are killed (12)")  # fmt: skip
    add("--failovers", type=int, default=6, metavar="N",
        help="times that Patroni is told to let another lead (6)")  # fmt: skip
    add("--hangs", type=int, default=2, metavar="N",
        help="times that who leads is stopped (2): with its Patroni, or alone")  # fmt: skip
    add("--crashes", type=int, default=2, metavar="N",
        help="times that the server alone is killed; its Patroni starts it again (2)")  # fmt: skip
    add("--seconds", type=float, default=4.0, metavar="S",
        help="of writing before each of them, more or less (4)")  # fmt: skip
    add("--writers", type=int, default=3, metavar="N", help="who record at once (3)")
    add("--unconfirmed", action="store_true",
        help="let no commit wait for a standby, and cut them off before each kill: then much is "
        "lost, which shows that it is seen")  # fmt: skip
    add("--keep", action="store_true", help="leave the folder, with what the servers said")
    return parser.parse_args(words)


def main() -> int:
    """Run, print the tables; 1 where something does not hold, 2 where it cannot be tried."""
    options = arguments()
    try:
        programs = find()
    except MissingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if options.seed is None:
        options.seed = int.from_bytes(os.urandom(4))
    told = about(options, programs)
    print(*(f"{name}: {value}" for name, value in told.items()), sep="\n", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that all is ended
    adopt()
    with ExitStack() as ends:
        if options.keep:
            folder = Path(mkdtemp(prefix="ha-"))
            print(f"folder: {folder}", flush=True)
        else:
            folder = Path(ends.enter_context(TemporaryDirectory(prefix="ha-")))
        folder.chmod(0o755)
        try:
            found = run(options, programs, folder)
        except ClusterError as error:
            print(f"error: the cluster: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("stopped, and everything ended", file=sys.stderr)
            return 130
    return report(found)


def about(options: Namespace, programs: Programs) -> dict[str, str]:
    """Say what is run, where and when."""
    names = ("seed", "kills", "failovers", "hangs", "crashes", "seconds", "writers")
    asked = " ".join(f"--{name} {getattr(options, name)}" for name in names)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
        "python": platform.python_version(),
        "servers": f"PostgreSQL {programs.bin.parent.name}, Patroni with ttl {TTL} s and a look "
        f"every {LOOP} s, {'asynchronous' if options.unconfirmed else 'synchronous_mode_strict'}",
        "command": f"scripts/ha {asked}{' --unconfirmed' * options.unconfirmed}",
    }


def run(options: Namespace, programs: Programs, folder: Path) -> judging.Found:
    """Start everything, disturb it, end it; say what was found. Raises ClusterError."""
    moments = Random(options.seed)  # noqa: S311 - no secret
    for name in ("servers", "ours", "ours/vault"):
        (folder / name).mkdir()
    ours = folder / "ours"
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "TRACKER_KEYS"):
        os.environ[name] = str(ours / name.lower())  # not the user's own
    os.environ["TRACKER_VAULT"] = str(ours / "vault")
    servers = cluster(programs, folder / "servers", synchronous=not options.unconfirmed)
    with servers as made, ExitStack() as ends:
        say(f"three servers: {made.url}")
        begin(made.url)
        replicas = {"a command": ours / "command.db", "a follower": ours / "follower.db"}
        command = clients.Command(made.url, replicas["a command"], ours / "command.txt")
        ends.callback(command.end)
        writers, followers = _People(ends), _People(ends)
        for number in range(options.writers):
            writers.start("a writer", partial(clients.write, made.url, number, ours))
        follow = partial(follow_until, made.url, replicas["a follower"], ours / "written")
        followers.start("a follower", follow)
        made.awaited("copied by anybody", replicas["a command"].exists, FIRST_SECONDS)
        done = _disturbed(made, writers, options, moments)
        made.pause(options.seconds)
        (ours / "over").touch()
        ended = writers.ended()
        (ours / "written").touch()
        ended += followers.ended()
        if said := command.caught_up():
            ended.append(f"`tracker follow`: {said}")
        return judging.look(made, ours, replicas, (clients.calls_in(ours), done, ended))


def _disturbed(
    made: Cluster, people: _People, options: Namespace, moments: Random
) -> list[Disturbance]:
    kinds = plan(moments, options.kills, options.failovers, options.hangs, options.crashes)
    done: list[Disturbance] = []
    for turn, kind in enumerate(kinds):
        made.pause(options.seconds * moments.uniform(0.5, 1.5))
        done.append(disturb(made, kind, moments, turn))
        one = done[-1]
        took = monotonic() - one.at
        say(f"{turn + 1}/{len(kinds)} {kind}: {one.node} -> {one.leader}, all well in {took:.0f} s")
        if not people.all_there():
            say("somebody of ours has ended: the rest is left out")
            break
    return done


class _People:
    """Processes of ours: awaited, or ended by their own ids."""

    def __init__(self, ends: ExitStack) -> None:
        self._running: dict[int, str] = {}
        self._failed: list[str] = []
        ends.callback(self._end)

    def start(self, what: str, work: partial[None]) -> None:
        self._running[fork(partial(_obedient, work))] = what

    def all_there(self) -> bool:
        """Whether nobody has ended yet."""
        self._look(os.WNOHANG)
        return not self._failed

    def ended(self) -> list[str]:
        """Wait for all of them; name those that ended before they were told to, or failed."""
        self._look(0)
        return self._failed

    def _look(self, how: int) -> None:
        for process, what in [*self._running.items()]:
            done, status = os.waitpid(process, how)
            if done:
                del self._running[process]
                if (code := os.waitstatus_to_exitcode(status)) or how:
                    self._failed.append(f"{what} ended with {code}")

    def _end(self) -> None:
        for process in self._running:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def _obedient(work: partial[None]) -> None:
    """Work; it is for us to say when that ends, not for a terminal's Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    work()


def report(found: judging.Found) -> int:
    """Print the tables; 1 where something does not hold."""
    end = max((call.ended for call in found.calls), default=0.0)
    bars = judging.bars(found)
    print(f"\n{accounting.table(found.calls, found.done, end)}\n\n{accounting.verdict(bars)}")
    were, others = accounting.doubts(found.calls)
    print(f"\n{were + others} batches were in doubt: tried again, {were} were there already and")
    print(f"{others} were recorded then. What writers were told:")
    print(*accounting.said(found.calls)[:8], sep="\n")
    for detail in (*found.ended, *found.log.details, *found.copies.details):
        say(detail if len(detail) < SHOWN else f"{detail[:SHOWN]} ...")
    return 0 if all(bar.holds for bar in bars) else 1


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
