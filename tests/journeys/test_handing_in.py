"""A data officer hands in a file, loses the connection, closes the browser, comes back, and it is there."""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from .conftest import HEXI, PASSWORD, PATIENCE_S, Portal, environment, serve

CHUNK = 8 << 20
OPEN_ACCOUNT = f"""
from hexi.cli import node
node.open_node()
from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import people
from hexi.registry.parties import actions as parties
civil = parties.register(Text("民政厅", "Civil affairs"), code=None, by=NODE, now=node.clock())
link = people.invite("li", roles=[("officer", civil)], by=NODE, now=node.clock())
people.accept(link, "{PASSWORD}", now=node.clock())
print(people.make_token("nightly", by=Actor(account="li"), now=node.clock()))
"""


@dataclass
class Office(Portal):
    """A node of which `li` is a data officer."""

    token: str = ""
    session: dict[str, Any] | None = None
    """What the officer's browser keeps after signing in."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Office]:
    home = tmp_path_factory.mktemp("office") / "node"
    subprocess.run([HEXI, "init", "--name", "gansu"], env=environment(home), check=True, capture_output=True)
    opened = [sys.executable, "-c", OPEN_ACCOUNT]
    token = subprocess.run(opened, env=environment(home), check=True, capture_output=True, text=True).stdout.strip()
    for address in serve(home):
        office = Office(home, address, token)
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{address}/en/uploads/")
        page.locator("input[name=login]").fill("li")
        page.locator("input[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/en/uploads/")
        office.session = context.storage_state()
        context.close()
        yield office


@pytest.fixture
def officer(browser: Browser, office: Office) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, storage_state=office.session)
    yield context
    context.close()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of four pieces."""
    path = tmp_path_factory.mktemp("files") / "床位.csv"
    path.write_text("代码,名称\n" + "620102,兰州市城关区第一人民医院\n" * (4 * CHUNK // 50), "utf-8")
    assert 3 * CHUNK < path.stat().st_size < 4 * CHUNK
    return path


class Line:
    """The line to the node: which pieces went over it, and after how many it breaks."""

    def __init__(self, page: Page, *, breaks_after: int | None = None) -> None:
        self.offsets: list[int] = []
        self.breaks_after = breaks_after
        page.route("**/uploads/*/", self)

    def __call__(self, route: Route) -> None:
        if self.breaks_after is not None and len(self.offsets) >= self.breaks_after:
            return route.abort("connectionreset")
        if route.request.method == "PATCH":
            self.offsets.append(int(route.request.headers["upload-offset"]))
        return route.continue_()


def opened(context: BrowserContext, office: Office, path: str = "/en/uploads/") -> Page:
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(office.address + path)
    return page


def kept(office: Office) -> set[str]:
    """Digests of the files that the node holds."""
    files = [each for each in (office.home / "uploads").glob("*/*") if each.name not in {"part", "lock"}]
    return {hashlib.sha256(each.read_bytes()).hexdigest() for each in files}


def is_cut_off(page: Page) -> None:
    expect(page.locator("[data-error]")).to_contain_text("The connection is lost", timeout=PATIENCE_S * 1000)


def is_there(page: Page) -> None:
    page.wait_for_url(re.compile(r"/uploads/\?document="), timeout=PATIENCE_S * 1000)
    assert not page.complaints


def test_a_file_is_chosen_sent_in_pieces_and_stands_in_the_list(
    officer: BrowserContext, office: Office, large: Path
) -> None:
    page = opened(officer, office)
    line = Line(page)
    page.get_by_label("Hand in a file").set_input_files(large)
    is_there(page)

    assert line.offsets == [0, CHUNK, 2 * CHUNK, 3 * CHUNK]
    assert hashlib.sha256(large.read_bytes()).hexdigest() in kept(office)
    expect(page.locator("li", has_text="床位.csv").first).to_contain_text("CSV")


def test_when_the_connection_breaks_it_says_so_and_goes_on_by_itself(
    officer: BrowserContext, office: Office, large: Path
) -> None:
    page = opened(officer, office)
    line = Line(page, breaks_after=2)
    page.get_by_label("Hand in a file").set_input_files(large)
    is_cut_off(page)
    expect(page.locator("progress")).to_be_visible()
    line.breaks_after = None
    is_there(page)

    assert line.offsets == [0, CHUNK, 2 * CHUNK, 3 * CHUNK]


def test_when_the_browser_was_closed_the_same_file_goes_on_where_it_stopped(
    officer: BrowserContext, office: Office, large: Path
) -> None:
    page = opened(officer, office)
    before = Line(page, breaks_after=2)
    page.get_by_label("Hand in a file").set_input_files(large)
    is_cut_off(page)
    page.close()

    again = opened(officer, office)
    expect(again.locator(".upload", has_text="床位.csv")).to_have_count(1)
    after = Line(again)
    again.get_by_label("Hand in a file").set_input_files(large)
    is_there(again)

    assert (before.offsets, after.offsets) == ([0, CHUNK], [2 * CHUNK, 3 * CHUNK])
    expect(again.locator(".upload", has_text="床位.csv")).to_have_count(0)


def test_it_is_paused_gone_on_with_and_given_up_by_keyboard(
    officer: BrowserContext, office: Office, large: Path
) -> None:
    page = opened(officer, office)
    line = Line(page, breaks_after=1)
    page.get_by_label("Hand in a file").set_input_files(large)
    is_cut_off(page)
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Paused. What arrived is kept for a day.")
    expect(page.get_by_role("button", name="Go on")).to_be_focused()
    line.breaks_after = 2
    page.keyboard.press("Enter")
    is_cut_off(page)
    line.breaks_after = None
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Give up", exact=True)).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_have_text("Given up; nothing of the file is kept.")
    expect(page.get_by_label("Hand in a file")).to_be_focused()
    page.reload()
    expect(page.locator(".upload", has_text="床位.csv")).to_have_count(0)


def test_who_signed_in_again_elsewhere_goes_on_with_the_page_that_was_open(
    browser: Browser, office: Office, large: Path
) -> None:
    context = browser.new_context(storage_state=office.session)
    page = opened(context, office)
    line = Line(page, breaks_after=1)
    page.get_by_label("Hand in a file").set_input_files(large)
    is_cut_off(page)
    context.clear_cookies()
    line.breaks_after = None
    expect(page.locator("[data-error]")).to_contain_text("no longer signed in", timeout=PATIENCE_S * 1000)
    other = context.new_page()
    other.goto(f"{office.address}/en/accounts/login/")
    other.locator("input[name=login]").fill("li")
    other.locator("input[name=password]").fill(PASSWORD)
    other.keyboard.press("Enter")
    other.wait_for_url("**/desk/")
    page.get_by_role("button", name="Go on").click()
    is_there(page)

    assert line.offsets.count(0) == 1
    assert sorted(set(line.offsets)) == [0, CHUNK, 2 * CHUNK, 3 * CHUNK]
    context.close()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("报告.pdf", "%PDF-1.7")], "“报告.pdf” is PDF and no table"),
        ([("nul.csv", "a\n")], "Windows keeps for a device"),
        ([("empty.csv", "")], "“empty.csv” is empty"),
        ([("a.csv", "a\n1\n"), ("b.csv", "b\n1\n")], "One file at a time"),
        ([], "That was no file"),
    ],
    ids=["no table", "a bad name", "empty", "two files", "none"],
)
def test_what_cannot_be_taken_is_said_where_it_was_dropped(
    officer: BrowserContext, office: Office, files: list[tuple[str, str]], words: str
) -> None:
    page = opened(officer, office)
    drop(page, files)

    expect(page.locator("[data-error]")).to_contain_text(words)
    expect(page.get_by_label("Hand in a file")).to_be_visible()
    assert not page.complaints


def test_a_file_is_dragged_and_another_is_pasted(officer: BrowserContext, office: Office) -> None:
    page = opened(officer, office, "/uploads/")
    drop(page, [("<img src=x onerror=alert(1)>.csv", "代码\n1\n")])
    is_there(page)
    expect(page.locator("li", has_text="<img src=x onerror=alert(1)>.csv").first).to_be_visible()
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["a\\n1\\n"], "pasted.csv"));
          document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }"""
    )
    expect(page.locator("li", has_text="pasted.csv").first).to_be_visible()
    assert not page.complaints


def test_without_scripts_a_plain_form_does_it(browser: Browser, office: Office, large: Path) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=office.session)
    page = opened(context, office)
    page.get_by_label("Hand in a file").set_input_files(large)
    page.get_by_role("button", name="Hand it in").click()
    is_there(page)
    context.close()


def test_a_program_that_is_cut_off_goes_on_from_the_last_byte_that_arrived(office: Office) -> None:
    line = http.client.HTTPConnection(office.address.removeprefix("http://"), timeout=PATIENCE_S)
    token = {"Authorization": f"Bearer {office.token}"}
    said = json.dumps({"name": "cut.csv", "size_bytes": CHUNK})
    line.request("POST", "/uploads/", said, {**token, "Content-Type": "application/json"})
    address = json.load(line.getresponse())["address"]
    head = "".join(
        f"{name}: {value}\r\n" for name, value in {**token, "Upload-Offset": 0, "Content-Length": CHUNK}.items()
    )
    with socket.create_connection((line.host, line.port)) as cut:
        cut.sendall(f"PATCH {address} HTTP/1.1\r\nHost: {line.host}\r\n{head}\r\n".encode() + b"a,b\n" * 1000)

    until = time.monotonic() + PATIENCE_S
    offset = 0
    while not offset and time.monotonic() < until:
        line.request("GET", address, headers=token)
        offset = json.load(line.getresponse())["offset"]
    line.request("PATCH", address, b"1,2\n" * (CHUNK // 4 - 1000), {**token, "Upload-Offset": str(offset)})
    went_on = line.getresponse()

    assert (offset, went_on.status, went_on.headers["Upload-Offset"]) == (4000, 204, str(CHUNK))


def drop(page: Page, files: list[tuple[str, str]]) -> None:
    page.evaluate(
        """files => {
          const data = new DataTransfer();
          for (const [name, text] of files) data.items.add(new File([text], name, { lastModified: 1 }));
          document.querySelector("form[data-drop]").dispatchEvent(
            new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        [list(each) for each in files],
    )
