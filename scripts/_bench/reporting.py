"""The report: how large the file is, how long it takes to write, what a step of a slider costs."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from statistics import median

from _bench.children import child
from _bench.chromium import ARGUMENTS
from _bench.lines import Line
from tracker.apart import seeds

MEGA = 1e6
MALI_BYTES, MALI_SECONDS = 400_000, 2.0
LARGE_FACTS, LARGE_PLACES, LARGE_BYTES, STEP_SECONDS = 50_000, 2_000, 6_000_000, 0.050
STEPS = 40
SHEETS = ("guardian-2013-01-14", "voa-2013-01-17", "guardian-2013-01-21")
STEP = """async steps => {
  const slider = document.getElementById('as-of'), taken = [];
  for (let n = 0; n <= steps; n++) {
    const begun = performance.now();
    slider.value = slider.max - 2 - n * 3;
    slider.dispatchEvent(new Event('input'));
    await new Promise(done => requestAnimationFrame(() => {
      const after = new MessageChannel();
      after.port1.onmessage = done;
      after.port2.postMessage(0);
    }));
    taken.push(performance.now() - begun);
  }
  return taken.slice(1);
}"""


def report(folder: Path, seed: int, runs: int) -> list[Line]:
    """Write the report of Mali, and of a large situation; step through the large one."""
    lines = _mali(folder, runs)
    log, out = folder / "large.db", folder / "large.html"
    if not log.exists():
        child("enter", log=str(log), seed=seed, facts=LARGE_FACTS, places=LARGE_PLACES)
        child("rebuild", log=str(log))
    size, took = _write(log, out, ())
    what = f"report of {LARGE_FACTS:,} facts, {LARGE_PLACES:,} places"
    bar = f"{LARGE_BYTES / MEGA:g} MB"
    lines += [
        Line(what, size / MEGA, "MB", bar=bar, holds=size <= LARGE_BYTES),
        Line(f"{what}: to write", took, "s"),
        _step(out),
    ]
    return lines


def _mali(folder: Path, runs: int) -> list[Line]:
    log, out, home = folder / "mali.db", folder / "mali.html", seeds("mali-2013")
    if not log.exists():
        _run("--log", log, "init", home / "situation.yaml")
        _run("--log", log, "record", *(home / f"{name}.yaml" for name in SHEETS))
        _run("--log", log, "state")
    found = [_write(log, out, ("--as-of", "2013-01-21")) for _ in range(runs)]
    size, took = found[0][0], median(seconds for _, seconds in found)
    return [
        Line("report of Mali", size / 1e3, "kB", bar=f"{MALI_BYTES / 1e3:g} kB",
             holds=size <= MALI_BYTES),
        Line("report of Mali: whole command", took, "s", bar=f"{MALI_SECONDS:g} s",
             holds=took <= MALI_SECONDS),
    ]  # fmt: skip


def _write(log: Path, out: Path, more: tuple[str, ...]) -> tuple[int, float]:
    begun = time.perf_counter()
    _run("--log", log, "-q", "report", "-o", out, *more)
    return out.stat().st_size, time.perf_counter() - begun


def _run(*words: object) -> None:
    import subprocess

    command = [sys.executable, "-m", "tracker", *map(str, words)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program


def _step(page: Path) -> Line:
    """Move the slider in Chromium, each step until the browser has drawn it."""
    name, bar = "a step of its slider, drawn", f"{STEP_SECONDS * 1e3:g} ms"
    program = shutil.which("chromium")
    if program is None:
        return Line(name, bar=bar, note="skipped: needs chromium (Debian package: chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        try:
            opened = browser.new_page()
            opened.goto(page.as_uri())
            opened.wait_for_selector("html.live")
            taken = median(opened.evaluate(STEP, STEPS))
        finally:
            browser.close()
    return Line(name, taken, "ms", bar=bar, holds=taken <= STEP_SECONDS * 1e3)
