"""A bureau that publishes: its people, the workbook they hand in, and the steps from file to dataset in a browser."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PageError

from .conftest import PASSWORD, PATIENCE_S, Portal, environment

PEOPLE = f"""
from hexi.cli import node
node.open_node()
from hexi.kernel.actors import NODE
from hexi.kernel.names import Text
from hexi.registry.accounts import people
from hexi.registry.parties import actions, queries
known = {{each.title.zh: id for id, each in queries.organisations().items()}}
trade, civil = (
    known.get(zh) or actions.register(Text(zh, en), code=None, by=NODE, now=node.clock())
    for zh, en in (
        ("甘肃省商务厅", "Gansu Department of Commerce"),
        ("甘肃省民政厅", "Gansu Department of Civil Affairs"),
    )
)
for name, title, roles in (
    ("li", "李专员", [("officer", trade)]),
    ("wang", "王审核", [("approver", trade)]),
    ("zhao", "赵运维", [("operator", None)]),
    ("sun", "孙审计", [("auditor", None)]),
    ("qian", "钱经办", [("officer", civil)]),
):
    link = people.invite(name, title=title, roles=roles, by=NODE, now=node.clock())
    people.accept(link, "{PASSWORD}", now=node.clock())
node.settle()
"""
NAMES = ("li", "wang", "zhao", "sun", "qian")
"""Officer and approver of one body, operator and auditor of the node, and the officer of another body."""
SHOPS = 120
WIDE, NARROW = {"width": 1360, "height": 900}, {"width": 390, "height": 844}
WORDS = {
    "": {
        "next": "保存，下一步提交审核",
        "submit": "提交审核",
        "give back": "退回",
        "approve": "审核通过",
    },
    "/en": {
        "next": "Save, then hand it in",
        "submit": "Hand in for review",
        "give back": "Return to the officer",
        "approve": "Approve and publish",
    },
}
"""What is pressed and read, by what stands in front of an address."""


@dataclass(frozen=True)
class Way:
    """One way to look at the portal, and the dataset that is published on it."""

    prefix: str
    viewport: dict[str, int]
    dataset: str
    title: tuple[str, str]
    found_by: str = ""
    """What a clerk types who does not know the title."""

    @property
    def words(self) -> dict[str, str]:
        return WORDS[self.prefix]


@dataclass
class Bureau(Portal):
    """A node with the people of two bodies, each with a browser that is signed in."""

    folder: Path = Path()
    sessions: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def of(self, browser: Browser, who: str, way: Way, **context: Any) -> Iterator[Page]:
        """Open a page as somebody; nobody, where no name is given."""
        opened = browser.new_context(
            **{"viewport": way.viewport, "storage_state": self.sessions.get(who), "accept_downloads": True, **context}
        )
        page = opened.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        opened.close()
        assert not complaints

    def look(self, page: Page, name: str) -> None:
        """Keep a picture of a page, and see that nothing sticks out of it."""
        for attempt in range(3):
            try:
                page.wait_for_load_state("networkidle")
                page.screenshot(path=self.folder / f"{name}.png", full_page=True)
                out = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
                break
            except PageError:
                # The page went on by itself meanwhile, as those do that follow a run.
                if attempt == 2:
                    raise
        assert out <= 0, f"{name} is {out} px too wide"


def opened(home: Path, address: str, browser: Browser, folder: Path) -> Bureau:
    """Open the accounts on a node that is being served, and sign each of them in."""
    subprocess.run([sys.executable, "-c", PEOPLE], env=environment(home), check=True, capture_output=True)
    bureau = Bureau(home, address, folder)
    for who in NAMES:
        context = browser.new_context()
        sign_in(context.new_page(), address, who)
        bureau.sessions[who] = context.storage_state()
        context.close()
    return bureau


def sign_in(page: Page, address: str, name: str, password: str = PASSWORD) -> None:
    page.goto(f"{address}/en/accounts/login/")
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/desk/|/accounts/2fa/"))


def entered(page: Page, bureau: Bureau, way: Way, path: str) -> None:
    """Go from the desk by the menu under one's name."""
    page.goto(f"{bureau.address}{way.prefix}/desk/")
    page.locator(".who summary").click()
    page.locator(f'.who a[href="{way.prefix}{path}"]').click()
    page.wait_for_url(f"**{way.prefix}{path}")


def workbook(path: Path, *, first: int = 1) -> Path:
    """A sheet as an office keeps it: full-width digits, dates and amounts in several notations, wrong phones."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("名录")
    for at, head in enumerate(("编号", "商店名称", "行政区划代码", "成立日期", "注册资本", "联系电话")):
        sheet.write(0, at, head)
    for at, row in enumerate(range(first, SHOPS + first), 1):
        day = (f"2015年{row % 12 + 1}月5日", f"2016/{row % 12 + 1}/7", f"2017-{row % 12 + 1:02}-09")[row % 3]
        capital = ("500万元", "１２０万元", "80万", "3,000,000元")[row % 4]
        phone = "不详" if row % 60 == 0 else f"139{row:08}"
        sheet.write_row(at, 0, (f"A{row:04}", f"兰州{row}号商店 ", "620102", day, capital, phone))
    book.close()
    return path


def begun(page: Page, bureau: Bureau, way: Way, file: Path, *, dataset: str = "") -> str:
    """Hand a file in and come to its draft, of a new version where a dataset is named; return the draft's address."""
    if dataset:
        page.goto(f"{bureau.address}{way.prefix}/datasets/{dataset}/versions/")
        page.locator('main a[href*="/publish/?dataset="]').click()
    else:
        entered(page, bureau, way, "/publish/")
    page.locator("input[type=file]").first.set_input_files(file)
    page.wait_for_url(re.compile(r"document="), timeout=PATIENCE_S * 1000)
    page.locator("#hand-in button.primary").click()
    page.wait_for_url(re.compile(r"/publish/[0-9a-f-]{36}/"))
    expect(page.locator("ol.columns-edited")).to_be_visible(timeout=PATIENCE_S * 1000)
    found = re.match(r"(.*/publish/[0-9a-f-]{36}/)", page.url)
    assert found
    return found[1]


def described(page: Page, draft: str, **said: str) -> None:
    """Say something of the table on the tab that asks what it is, and save it."""
    page.goto(f"{draft}about/")
    for name, value in said.items():
        field = page.locator(f"[name={name}]")
        if name in {"sharing", "openness", "updates"}:
            field.select_option(value)
        else:
            field.fill(value)
    page.locator(".forward button.primary").click()
    page.wait_for_load_state()


def submitted(page: Page, draft: str, way: Way) -> None:
    page.goto(f"{draft}review/")
    page.get_by_role("button", name=way.words["submit"]).click()
    page.wait_for_load_state()


def returned(page: Page, draft: str, way: Way, because: str) -> None:
    page.goto(f"{draft}review/")
    page.locator("textarea[name=note]").fill(because)
    page.get_by_role("button", name=way.words["give back"]).click()
    page.wait_for_load_state()


def approved(page: Page, draft: str, way: Way) -> None:
    """Approve, and wait on the page, which follows the run by itself, until the dataset is there."""
    page.goto(f"{draft}review/")
    page.get_by_role("button", name=way.words["approve"]).click()
    page.wait_for_load_state()
    expect(page.locator('#run a[href*="/datasets/"].primary')).to_be_visible(timeout=PATIENCE_S * 1000)
