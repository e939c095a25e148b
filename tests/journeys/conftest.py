"""A demo node, served as its operator serves it, and Chromium to look at it with."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

if TYPE_CHECKING:
    from .staff import Staff

HEXI = Path(sys.executable).with_name("hexi")
PATIENCE_S = 60
PASSWORD = "a caravan of salt"
"""Of every account that a journey opens."""
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@dataclass
class Portal:
    """A node that is being served."""

    home: Path
    address: str

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.home)


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HEXI_", "DJANGO_"))}
    return {**kept, "HEXI_HOME": str(home), "HEXI_LANG": "en", "LANG": "C.UTF-8"}


def serve_demo(home: Path) -> Iterator[Portal]:
    """Make the demo's node below `home` and serve it until the iterator ends."""
    subprocess.run([HEXI, "demo"], env=environment(home), check=True, capture_output=True)
    for address in serve(home):
        yield Portal(home, address)


def serve(home: Path, *more: str) -> Iterator[str]:
    """Serve a node until the iterator ends, and give its address; `more` is said to `hexi serve`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [HEXI, "serve", "--port", str(port), *more],
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(PATIENCE_S)


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"hexi serve did not answer at {address}")


def chromium(driver: Playwright) -> Browser:
    """Debian's Chromium, without a sandbox of its own: tests run as root in containers."""
    return driver.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    yield from serve_demo(tmp_path_factory.mktemp("portal") / "node")


@pytest.fixture(scope="session")
def people(portal: Portal) -> Staff:
    """Whoever works on the demo's node, and what they have under way."""
    from .staff import opened

    return opened(portal)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if shutil.which("chromium") is None:
        pytest.skip("Chromium is not installed (Debian package chromium)")
    # For a module, not for the session: its event loop would keep Django's tests from their database.
    with sync_playwright() as driver:
        found = chromium(driver)
        yield found
        found.close()


@dataclass
class Watched:
    """A page, and what went wrong on it."""

    page: Page
    portal: Portal
    complaints: list[str]

    def go(self, path: str) -> None:
        self.page.goto(self.portal.address + path, wait_until="load")


@pytest.fixture
def visitor(browser: Browser, portal: Portal) -> Iterator[Watched]:
    """A reader in Chinese on a wide screen."""
    yield from visit(browser, portal)


def visit(browser: Browser, portal: Portal, **context: object) -> Iterator[Watched]:
    """Open a page with a context of its own, and complain at the end of what the browser complained of."""
    opened = browser.new_context(**{"viewport": {"width": 1360, "height": 900}, "accept_downloads": True, **context})
    page = opened.new_page()
    watched = Watched(page, portal, [])
    page.on("console", lambda said: watched.complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on(
        "request",
        lambda asked: (
            None if asked.url.startswith((portal.address, "data:", "blob:")) else watched.complaints.append(asked.url)
        ),
    )
    yield watched
    opened.close()
    assert not watched.complaints
