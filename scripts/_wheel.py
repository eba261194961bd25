"""scripts/wheel: build what is released, look into it, and use it where nothing else is installed.

The wheel and the source distribution hold what git knows of the project, and nothing else; the
wheel built from the source distribution is the same, byte for byte. The wheel goes into an empty
environment, with what it asks for in the versions of the lock file. There the count and the size
are taken, the program is run in an empty folder, and mypy --strict reads a user's script against
what was installed. `--installers` installs it by pipx and by uv as well. Exit code 1 where
something is not as it should be; each check says what it found.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
MOST_DISTRIBUTIONS, MOST_MEGABYTES = 20, 60
PACKED = ("tracker/", "projections/", "seeds/")  # what of the checkout a wheel carries
MUST_COME = (
    "tracker/_seeds/mali-2013/situation.yaml",
    "tracker/_seeds/mali-2013/expect.yaml",
    "tracker/web/basemap.bin",
    "tracker/web/report.js",
    "tracker/guides/python.md",
    "tracker/datasets/mappings/place-date-holder.yaml",
    "tracker/verify_bundle.py",
    "tracker/py.typed",
    "projections/py.typed",
)
LISTS = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")  # git's: all but ignored
SCHEMAS = ("sheet", "situation", "expect", "mapping", "citation")

USER_SCRIPT = '''\
"""What a user might write: each of these types is looked at by mypy."""

from datetime import date
from pathlib import Path

from tracker import Answer, Change, Control, Evidence, Force, InputError, Situation, State
from tracker import Stretch, follow


def held(answer: Answer[State]) -> dict[str, tuple[str, ...]]:
    return {row.name: row.holders for row in answer.rows_of(Control)}


def troops(situation: Situation, day: str) -> float | None:
    forces = situation.state(day, "forces").rows_of(Force)
    return sum(force.best or 0 for force in forces) if forces else None


seeds = Path("mali")
with Situation("user.db", create=True) as mali:
    mali.register(seeds / "situation.yaml", by="ana")
    try:
        outcomes = mali.record(sorted(seeds.glob("[gv]*.yaml")), by="ana")
    except InputError as error:
        raise SystemExit(str(error)) from error
    added: int = sum(outcome.added for outcome in outcomes)
    changes: tuple[Change, ...] = mali.diff("2013-01-14", "2013-01-21", "control").rows()
    why: tuple[Evidence, ...] = mali.audit("2013-01-21", "control", "diabaly").evidence()
    runs: tuple[Stretch, ...] = mali.history("diabaly", "control").rows()
    holders = held(mali.state(date(2013, 1, 21), "control"))
    print(added, holders["Diabaly"], troops(mali, "2013-01-21") is not None)
    print(len(changes), why[0].role, runs[-1].belief.support)
copied, position = follow("replica.db", "user.db")
print(copied == position)
'''
USER_SAYS = """\
138 ('france', 'mali') True
3 decides confirmed
True
"""
# To be found by whoever has the types, and by nobody else.
USER_ERRS = """\
from tracker import Control, Situation

with Situation("user.db") as mali:
    row = mali.state("2013-01-21", "control").rows_of(Control)[0]
    print(row.holder, row.support + 1)
    mali.state(as_of=5, projection="control")
"""
USER_ERRORS = {"attr-defined", "operator", "arg-type"}


class NotAsItShouldBeError(Exception):
    """What a check found wrong."""


def check(holds: bool, wrong: str) -> None:  # noqa: FBT001 - it reads as an assertion does
    """Say what is wrong where something does not hold."""
    if not holds:
        raise NotAsItShouldBeError(wrong)


def run(*words: object, cwd: Path | None = None, fails: bool = False) -> str:
    """Run a program without our surroundings; give what it prints. It has to succeed, or fail."""
    ours = ("TRACKER_", "PYTHON")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    done = subprocess.run(  # noqa: S603 - programs that we built or installed, fixed words
        [str(word) for word in words],
        cwd=cwd,
        env=kept,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    called = " ".join(Path(str(word)).name for word in words[:3])
    check((done.returncode != 0) == fails, f"{called} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def megabytes(path: Path) -> str:
    """Say how large a file is."""
    return f"{path.stat().st_size / 1e6:.1f} MB"


def known() -> set[str]:
    """Name the files that git knows of, without what begins with a dot at the top."""
    listed = run("git", "-C", ROOT, *LISTS).split("\0")
    return {name for name in listed if name and not name.startswith(".") and (ROOT / name).exists()}


def build(source: Path, into: Path, *targets: str) -> None:
    """Build by the backend that pyproject.toml names, in the environment that has it already."""
    options = [word for target in targets for word in ("-t", target)]
    run(sys.executable, "-m", "hatchling", "build", *options, "-d", into, cwd=source)


def built(folder: Path) -> tuple[Path, Path]:
    """Build the wheel and the source distribution, and the wheel of the latter: both the same."""
    build(ROOT, folder / "dist", "sdist", "wheel")
    sdist, wheel = next((folder / "dist").glob("*.tar.gz")), next((folder / "dist").glob("*.whl"))
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
        held = {name.split("/", 1)[1] for name in archive.getnames()}
    differing = held ^ (known() | {"PKG-INFO", ".gitignore"})  # the builder always takes the latter
    check(not differing, f"the source distribution is not the checkout: {sorted(differing)}")
    source = next((folder / "unpacked").iterdir())
    build(source, folder / "again", "wheel")
    again = folder / "again" / wheel.name
    check(again.read_bytes() == wheel.read_bytes(), "the source distribution makes another wheel")
    print(f"{sdist.name}: {len(held)} files, {megabytes(sdist)}; makes this wheel:")
    return wheel, sdist


def look_into(wheel: Path) -> None:
    """Compare the wheel's files with those of the checkout."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    agreed = {
        re.sub(r"^seeds/", "tracker/_seeds/", name) for name in known() if name.startswith(PACKED)
    }
    check(held == agreed, f"the wheel is not the checkout: {sorted(held ^ agreed)}")
    check(set(MUST_COME) <= held, f"not in the wheel: {sorted(set(MUST_COME) - held)}")
    print(f"{wheel.name}: {len(held)} files, {megabytes(wheel)}")


def pinned() -> str:
    """Give the lock file as constraints, without its hashes: pip wants none there."""
    lock = (ROOT / "scripts" / "requirements.txt").read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^[a-z0-9-]+==[\w.]+", lock, flags=re.MULTILINE)) + "\n"


def installed(wheel: Path, folder: Path) -> Path:
    """Install the wheel into an empty environment; count and weigh it. Gives the environment."""
    empty, pins = folder / "empty", folder / "constraints.txt"
    pins.write_text(pinned(), encoding="utf-8")
    run(sys.executable, "-I", "-m", "venv", empty)
    site = next((empty / "lib").glob("python*/site-packages"))
    before = {path.name for path in site.iterdir()}
    run(empty / "bin" / "python", "-I", "-m", "pip", "install", "--quiet", "-c", pins, wheel)
    came = [path for path in site.iterdir() if path.name not in before]
    count = sum(path.suffix == ".dist-info" for path in came)
    files = [file for path in came for file in (path, *path.rglob("*")) if file.is_file()]
    size = sum(file.stat().st_size for file in files) / 1e6
    print(f"core install: {count} distributions, {size:.1f} MB with compiled files")
    check(count <= MOST_DISTRIBUTIONS, f"more than {MOST_DISTRIBUTIONS} distributions")
    check(size <= MOST_MEGABYTES, f"more than {MOST_MEGABYTES} MB")
    return empty


def use(empty: Path, folder: Path) -> None:
    """Run the program where nothing but itself is installed, in an empty folder."""
    tracker, away = empty / "bin" / "tracker", folder / "away"
    away.mkdir()
    stated = (ROOT / "tracker" / "_version.py").read_text(encoding="utf-8")
    version = re.findall(r'^__version__ = "(.+)"$', stated, flags=re.MULTILINE)[0]
    said = run(tracker, "--version", cwd=away)
    check(said.split()[-1:] == [version], f"--version says {said}")
    said = run(tracker, "demo", "--keep", "mali", cwd=away)
    check("the read model equals a rebuild" in said, f"the demo ends otherwise:\n{said[-500:]}")
    for schema in SCHEMAS:
        check('"properties"' in run(tracker, "schema", schema, cwd=away), f"no schema of {schema}")
    check("python" in run(tracker, "guide", cwd=away), "the guides did not come")
    run(tracker, "report", "-o", "report.html", cwd=away / "mali")
    page = (away / "mali" / "report.html").read_text(encoding="utf-8")
    check("<svg" in page and "Diabaly" in page, "the report has no map")
    print(f"demo, schemas, guides and a report, by tracker {version} without a checkout")


def type_check(empty: Path, folder: Path) -> None:
    """Read a user's scripts with mypy --strict against the installed wheel; run the right one."""
    away = folder / "away"
    (away / "right.py").write_text(USER_SCRIPT, encoding="utf-8")
    (away / "wrong.py").write_text(USER_ERRS, encoding="utf-8")
    python = empty / "bin" / "python"
    mypy = (sys.executable, "-I", "-m", "mypy", "--strict", "--no-incremental")
    mypy += ("--python-executable", str(python), "--config-file=")
    run(*mypy, "right.py", cwd=away)
    found = run(*mypy, "wrong.py", cwd=away, fails=True)
    codes = set(re.findall(r"^wrong\.py:.*error: .*\[([\w-]+)\]$", found, flags=re.MULTILINE))
    check(codes == USER_ERRORS, f"mypy finds {codes}, not {USER_ERRORS}:\n{found}")
    said = run(python, "right.py", cwd=away)
    check(said == USER_SAYS, f"a user's script prints\n{said}instead of\n{USER_SAYS}")
    print("mypy --strict: a user's script is typed through; errors put into another are found")


def by_installers(wheel: Path, folder: Path) -> None:
    """Install the wheel as users of pipx and of uv do, each in a home of its own."""
    tools = folder / "tools"
    run(sys.executable, "-I", "-m", "venv", tools)
    run(tools / "bin" / "python", "-I", "-m", "pip", "install", "--quiet", "pipx", "uv")
    for name, words in (("pipx", ("install",)), ("uv", ("tool", "install"))):
        home = folder / f"home-of-{name}"
        home.mkdir()
        places = [f"HOME={home}", f"PIPX_HOME={home}/pipx", f"PIPX_BIN_DIR={home}/bin"]
        places += [
            f"UV_TOOL_DIR={home}/uv",
            f"UV_TOOL_BIN_DIR={home}/bin",
            f"UV_CACHE_DIR={folder}/cache",
        ]
        run("env", *places, tools / "bin" / name, *words, wheel)
        said = run("env", f"HOME={home}", home / "bin" / "tracker", "demo", cwd=home)
        check("the read model equals a rebuild" in said, f"by {name} the demo ends otherwise")
        version = run(tools / "bin" / name, "--version").strip().splitlines()[-1]
        print(f"{name} ({version}): installs it, and the demo runs")


def main() -> int:
    """Build, look, install, use; keep the outcome where `--keep` says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", 1)[1])
    parser.add_argument("--installers", action="store_true", help="also install by pipx and by uv")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave what was built there")
    asked = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        try:
            wheel, sdist = built(folder)
            look_into(wheel)
            empty = installed(wheel, folder)
            steps: list[Callable[[Path, Path], None]] = [use, type_check]
            for step in steps:
                step(empty, folder)
            if asked.installers:
                by_installers(wheel, folder)
        except NotAsItShouldBeError as error:
            print(f"NOT AS IT SHOULD BE: {error}", file=sys.stderr)
            return 1
        if asked.keep:
            asked.keep.mkdir(parents=True, exist_ok=True)
            for path in (wheel, sdist):
                shutil.copy2(path, asked.keep)
            print(f"{wheel.name} and {sdist.name} are in {asked.keep}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
