"""Chromium for tests: pages from disk, what they ask of the network, what axe-core finds in them.

Needs Debian's `chromium`, and axe-core's one file where `.ci/run` puts it. With TRACKER_CI set,
what is not there fails a test instead of skipping it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / ".axe" / "package" / "axe.min.js"
SCREENSHOTS = ROOT / ".screenshots"
ARGUMENTS: tuple[str, ...] = run_path(str(ROOT / "scripts" / "_bench" / "chromium.py"))["ARGUMENTS"]
WIDE, NARROW = (1280, 900), (360, 740)
LOOKS = [
    pytest.param(size, dark, id=f"{size[0]}-{'dark' if dark else 'light'}")
    for size in (WIDE, NARROW)
    for dark in (False, True)
]


def absent(what: str) -> None:
    """Skip for want of a program; fail where all of them must be there."""
    if os.environ.get("TRACKER_CI"):
        pytest.fail(f"needs {what}")
    pytest.skip(f"needs {what}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium; close it afterwards."""
    program = shutil.which("chromium")
    if program is None:
        absent("chromium (Debian package: chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """One page in a context of its own: what it said on the console, what it asked for."""

    def __init__(self, context: BrowserContext) -> None:
        """Listen from the first."""
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.errors.append(text)

    def asked_of_the_network(self) -> list[str]:
        """Give every address that is neither the page's own file nor written in it."""
        return [url for url in self.asked if not url.startswith(("file:", "data:", "blob:"))]

    def go(self, fragment: str) -> None:
        """Change the fragment, and wait until the page has drawn it."""
        self.page.evaluate(
            "fragment => new Promise(done => {"
            " if (location.hash === fragment) return done();"
            " addEventListener('hashchange', () => done(), {once: true});"
            " location.hash = fragment; })",
            fragment,
        )

    def frame(self) -> None:
        """Wait until the browser has drawn, and the page has come to rest."""
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        self.page.wait_for_selector("main[aria-busy=false]", state="attached")


@contextmanager
def visit(
    browser: Browser,
    url: str,
    *,
    size: tuple[int, int] = WIDE,
    dark: bool = False,
    scripts: bool = True,
) -> Iterator[Visit]:
    """Open a page, wait until it can be used, and close it afterwards."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
    )
    try:
        made = Visit(context)
        made.page.goto(url)
        if scripts:
            made.page.wait_for_selector("html.live")
            made.frame()
        yield made
    finally:
        context.close()


def axe(page: Page) -> list[str]:
    """Give what axe-core finds wrong with a page: rule, and where."""
    if not AXE.exists():
        absent(f"axe-core ({AXE.relative_to(ROOT)}; .ci/run fetches it)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['target']}: {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def screenshot(page: Page, name: str) -> None:
    """Keep what a page looks like, to be looked at; nothing compares it."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
