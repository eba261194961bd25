"""scripts/audit: pip-audit against the lock files, and their packages as CycloneDX in .sbom/.

What pip-audit could not look up counts as not audited, and is said so: its service may be out of
reach. 1 where a package is known to be vulnerable, or the bill of materials could not be made.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-spark.txt")
FOLDER = ROOT / ".sbom"
TOOLS = Path(sys.executable).parent


def run(tool: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of the environment."""
    return subprocess.run(  # noqa: S603 - our own tools, fixed words
        [TOOLS / tool, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def audit(lock: str) -> int:
    """Ask for known vulnerabilities of a lock file's packages; give their number, and say it."""
    options = ("--progress-spinner=off", "--disable-pip", "--require-hashes", "--format=json")
    done = run("pip-audit", *options, "--requirement", f"scripts/{lock}")
    said, problems = verdict(lock, done.stdout, done.stderr)
    print(said, flush=True)
    return problems


def verdict(lock: str, found: str, errors: str) -> tuple[str, int]:
    """Put pip-audit's answer (JSON) in words, with the number of vulnerabilities."""
    try:
        packages: list[dict[str, Any]] = json.loads(found)["dependencies"]
    except (ValueError, KeyError):
        last = (errors.strip().splitlines() or ["no reason given"])[-1]
        return f"{lock}: NOT AUDITED: the vulnerability service cannot be asked ({last[:200]})", 0
    audited = [package for package in packages if "skip_reason" not in package]
    if not audited:
        answered = f"the vulnerability service answered for none of {len(packages)} packages"
        return f"{lock}: NOT AUDITED: {answered}", 0
    lines = [
        f"{package['name']} {package['version']}: {one['id']}, mended in "
        f"{', '.join(one['fix_versions']) or 'no version yet'}"
        for package in audited
        for one in package["vulns"]
    ]
    missing = len(packages) - len(audited)
    left = f", {missing} NOT AUDITED (the service does not know them)" if missing else ""
    head = f"{lock}: {len(audited)} packages audited{left}: {len(lines)} known vulnerabilities"
    return "\n  ".join([head, *lines]), len(lines)


def bill(lock: str) -> bool:
    """Write a lock file's packages, with versions and hashes, as CycloneDX; False on failure."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{Path(lock).stem}.cdx.json"
    words = ("--pyproject", "pyproject.toml", "--output-reproducible", "--of", "JSON")
    done = run("cyclonedx-py", "requirements", f"scripts/{lock}", *words, "-o", str(path))
    if done.returncode:
        print(f"{lock}: no bill of materials: {done.stderr.strip()}", flush=True)
        return False
    components = len(json.loads(path.read_text())["components"])
    print(f"{lock}: {components} components in {path.relative_to(ROOT)}", flush=True)
    return True


def main() -> int:
    """Audit and list every lock file."""
    vulnerable = sum(audit(lock) for lock in LOCKS)
    listed = [bill(lock) for lock in LOCKS]
    return 1 if vulnerable or not all(listed) else 0


if __name__ == "__main__":
    sys.exit(main())
