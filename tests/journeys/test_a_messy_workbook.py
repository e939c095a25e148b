"""A messy workbook becomes a certified dataset in the browser: officer, approver, reader, operator, colleague, auditor.

Each journey is gone twice: in Chinese on a wide screen, and in English on a phone.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from . import messy
from .conftest import HEXI, PATIENCE_S, Portal, environment, serve

PASSWORD = "a caravan of salt"
ACCOUNTS = f"""
from hexi.cli import node
node.open_node()
from hexi.kernel.actors import NODE
from hexi.kernel.names import Text
from hexi.registry.accounts import people
from hexi.registry.parties import actions as parties
market = parties.register(Text("市场监督管理局", "Market regulation"), code=None, by=NODE, now=node.clock())
civil = parties.register(Text("民政厅", "Civil affairs"), code=None, by=NODE, now=node.clock())
for name, title, role in (
    ("li", "李卫", ("officer", market)),
    ("wang", "王芳", ("approver", market)),
    ("zhou", "周明", ("officer", civil)),
    ("shen", "沈审", ("auditor", None)),
    ("yun", "云岭", ("operator", None)),
):
    link = people.invite(name, title=title, roles=[role], by=NODE, now=node.clock())
    people.accept(link, "{PASSWORD}", now=node.clock())
"""
VIEWS = {"zh, wide": ("", 1360), "en, narrow": ("/en", 390)}
WAIT_MS = PATIENCE_S * 1000


@dataclass
class Visit:
    """Somebody at the portal, in a language and a width."""

    portal: Portal
    browser: Browser
    prefix: str
    width: int

    def as_(self, account: str, path: str = "/publish/", password: str = PASSWORD) -> Page:
        """Sign in and go to `path`; the page has a context of its own, as each person has a browser."""
        page = self.page()
        page.goto(f"{self.portal.address}{self.prefix}{path}")
        page.locator("input[name=login]").fill(account)
        page.locator("input[name=password]").fill(password)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{self.portal.address}{self.prefix}{path}")
        return page

    def page(self) -> Page:
        page = self.browser.new_context(viewport={"width": self.width, "height": 900}).new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        return page

    def go(self, page: Page, path: str) -> None:
        page.goto(self.portal.address + self.prefix + path)

    def fits(self, page: Page) -> None:
        assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0, page.url
        assert page.locator("h1").count() == 1


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    home = tmp_path_factory.mktemp("house") / "node"
    subprocess.run([HEXI, "init", "--name", "gansu"], env=environment(home), check=True, capture_output=True)
    subprocess.run([sys.executable, "-c", ACCOUNTS], env=environment(home), check=True, capture_output=True)
    for address in serve(home):
        yield Portal(home, address)


@pytest.fixture(scope="module", params=VIEWS)
def visit(request: pytest.FixtureRequest, browser: Browser, house: Portal) -> Visit:
    return Visit(house, browser, *VIEWS[request.param])


@pytest.fixture(scope="module")
def published(visit: Visit, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Publish the messy workbook, returned once on its way; the name of the dataset."""
    name = f"market.firms-{visit.width}"
    book = messy.workbook(tmp_path_factory.mktemp("books") / "企业名录.xlsx")
    officer = visit.as_("li")
    visit.fits(officer)
    officer.locator("#drop-file").set_input_files(book)
    officer.wait_for_url("**document=**", timeout=WAIT_MS)
    officer.locator("form[action$='begin/'] button").click()
    expect(officer.locator("#editor")).to_be_visible(timeout=WAIT_MS)
    visit.fits(officer)
    draft = re.sub(r"^.*/publish/", "/publish/", officer.url)
    meanings = officer.locator("#editor select[name=meaning]").evaluate_all("all => all.map(each => each.value)")
    assert meanings[1:7] == ["credit_code", "title", "resident_id", "date", "money", "phone"]
    sides = officer.locator("#trial-rows .sides > div")
    expect(sides).to_have_count(2)

    # What a field must be decides which rows stay: the count moves as soon as a box is ticked.
    before = officer.locator(".score b").inner_text()
    officer.locator("#r9").check()
    expect(officer.locator(".score b")).not_to_have_text(before)
    officer.locator("#r9").uncheck()
    expect(officer.locator(".score b")).to_have_text(before)

    # The same under the YAML, without saving.
    visit.go(officer, f"{draft}contract/")
    text = officer.locator("#contract-text").input_value()
    officer.locator("#contract-text").fill(text.replace("check: phone", "check: landline"))
    expect(officer.locator("#tried .warn")).to_be_visible()
    visit.go(officer, f"{draft}contract/")
    assert officer.locator("#contract-text").input_value() == text

    visit.go(officer, f"{draft}about/")
    officer.locator("input[name=name]").fill(name)
    officer.locator("input[name=title_en]").fill("Register of firms")
    officer.locator("form.entry button.primary").click()
    visit.go(officer, f"{draft}review/")
    visit.fits(officer)
    officer.locator("button[value=submit]").click()
    expect(officer.locator("button[value=take-back]")).to_be_visible()

    approver = visit.as_("wang")
    approver.locator(f"a[href$='{draft}review/']").first.click()
    approver.wait_for_url(f"**{draft}review/")
    visit.fits(approver)
    approver.locator("#note").fill("请填写说明。")
    approver.locator("button[value=return]").click()
    visit.go(officer, f"{draft}about/")
    expect(officer.locator("main")).to_contain_text("请填写说明。")
    officer.locator("input[name=summary_zh]").fill("兰州市在册企业")
    officer.locator("form.entry button.primary").click()
    visit.go(officer, f"{draft}review/")
    officer.locator("button[value=submit]").click()
    expect(officer.locator("button[value=take-back]")).to_be_visible()

    visit.go(approver, f"{draft}review/")
    approver.locator("button[value=approve]").click()
    # The five steps stand on the page of the draft, move there, and are there for whoever comes back.
    expect(approver.locator("#progress .five li")).to_have_count(5)
    visit.go(officer, f"{draft}review/")
    expect(officer.locator("#progress .five li.done")).to_have_count(5, timeout=WAIT_MS)
    expect(approver.locator("#progress .five li.done")).to_have_count(5, timeout=WAIT_MS)
    for page in (officer, approver):
        page.context.close()
    return name


def test_what_was_published_is_certified(visit: Visit, published: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [HEXI, "verify", published, "--json"],
        env=visit.portal.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)


@pytest.mark.parametrize("words", ["企业名录", "qiyeminglu", "register of firms"])
def test_a_clerk_of_another_body_finds_it(visit: Visit, published: str, words: str) -> None:
    clerk = visit.as_("zhou", "/desk/")
    visit.go(clerk, f"/datasets/?q={words}")

    clerk.locator(f"article.result a[href$='/datasets/{published}/']").first.click()
    expect(clerk.locator("main")).to_contain_text("市场监督管理局" if not visit.prefix else "Market regulation")
    visit.fits(clerk)
    clerk.context.close()


def test_a_new_version_says_what_it_changes_before_it_does(visit: Visit, published: str, tmp_path: Path) -> None:
    rows = list(messy.firms())
    # The first ten are gone, one has another phone, one is new.
    changed = [*rows[10:20], (*rows[20][:6], "13811112222", *rows[20][7:]), *rows[21:]]
    new = ("401", "91620102MA5X2K7L0Q", "兰州市新机械有限公司", *rows[0][3:])
    book = messy.book(tmp_path / "企业名录.xlsx", [*changed, new])
    officer = visit.as_("li")
    visit.go(officer, f"/publish/?dataset={published}")
    officer.locator("#drop-file").set_input_files(book)
    officer.wait_for_url("**document=**", timeout=WAIT_MS)
    officer.locator("form[action$='begin/'] button").click()
    expect(officer.locator("#editor")).to_be_visible(timeout=WAIT_MS)
    visit.go(officer, re.sub(r"^.*/publish/", "/publish/", officer.url) + "review/")
    figures = officer.locator(".changes dd").all_inner_texts()

    assert figures[1] == "−10"
    assert figures[2].startswith("1")
    visit.fits(officer)
    officer.context.close()


def test_an_operator_invites_a_colleague_who_sets_a_password_and_a_second_factor(visit: Visit) -> None:
    name = f"chen{visit.width}"
    operator = visit.as_("yun", "/people/")
    visit.fits(operator)
    form = operator.locator("form[action$='invite/']")
    form.locator("input[name=name]").fill(name)
    form.locator("input[name=title]").fill("陈静")
    form.locator("select[name=role]").select_option("officer")
    form.locator("select[name=organisation]").select_option(index=1)
    form.locator("button.primary").click()
    link = operator.locator("#link").inner_text().strip()
    visit.fits(operator)
    operator.context.close()

    colleague = visit.page()
    colleague.goto(link)
    colleague.locator("#password").fill("salt of the caravan")
    colleague.locator("#again").fill("salt of the caravan")
    colleague.locator("form.signing button.primary").click()
    colleague.wait_for_url(lambda address: "/link/" not in address)
    visit.go(colleague, "/accounts/2fa/totp/activate/")
    # What changes how one signs in asks for the password once more.
    colleague.locator("input[name=password]").fill("salt of the caravan")
    colleague.keyboard.press("Enter")
    expect(colleague.locator("input[name=code]")).to_be_visible()
    visit.fits(colleague)
    shown = re.findall(r'value="([A-Z2-7]{32})"', colleague.content())[0]
    colleague.locator("input[name=code]").fill(_code(shown))
    colleague.keyboard.press("Enter")
    colleague.wait_for_url(lambda address: "activate" not in address)
    colleague.context.close()

    # The password alone no longer opens the door, and the link works once.
    again = visit.page()
    visit.go(again, "/publish/")
    again.locator("input[name=login]").fill(name)
    again.locator("input[name=password]").fill("salt of the caravan")
    again.keyboard.press("Enter")
    again.wait_for_url("**/2fa/authenticate/**")
    again.goto(link)
    expect(again.locator("#password")).to_have_count(0)
    again.context.close()


def _code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
