"""From a messy workbook to a certified dataset in the browser: officer, approver, clerk, operator and auditor."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PageError

from .conftest import HEXI, PATIENCE_S, Portal, environment, serve

PASSWORD = "a caravan of salt"
PEOPLE = f"""
from hexi.cli import node
node.open_node()
from hexi.kernel.actors import NODE
from hexi.kernel.names import Text
from hexi.registry.accounts import people
from hexi.registry.parties import actions as parties
trade = parties.register(Text("商务厅", "Commerce"), code=None, by=NODE, now=node.clock())
civil = parties.register(Text("民政厅", "Civil affairs"), code=None, by=NODE, now=node.clock())
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
SHOPS = 120
WIDE, NARROW = {"width": 1360, "height": 900}, {"width": 390, "height": 844}


@dataclass(frozen=True)
class Way:
    """One way to look at the portal, and the dataset that is published on it."""

    prefix: str
    viewport: dict[str, int]
    dataset: str
    title: tuple[str, str]
    words: dict[str, str] = field(default_factory=dict)


WAYS = {
    "Chinese, wide": Way(
        "",
        WIDE,
        "trade.shops",
        ("老字号商店名录", "Time-honoured shops"),
        {
            "review": "审核",
            "submit": "提交审核",
            "give back": "退回",
            "approve": "审核通过",
            "returned": "退回了草稿",
            "found by": "laozihao",
            "certified": "质量证书",
        },
    ),
    "English, narrow": Way(
        "/en",
        NARROW,
        "trade.markets",
        ("农贸市场名录", "Farmers' markets"),
        {
            "review": "Review",
            "submit": "Hand in for review",
            "give back": "Return to the officer",
            "approve": "Approve and publish",
            "returned": "returned it",
            "found by": "farmers",
            "certified": "Certificate",
        },
    ),
}


@dataclass
class Bureau(Portal):
    """A node with the people of two bodies, each with a browser that is signed in."""

    folder: Path = Path()
    sessions: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def of(self, browser: Browser, who: str, way: Way) -> Iterator[Page]:
        """Open a page as somebody; what it looked like at the end stays as a picture."""
        context = browser.new_context(
            viewport=way.viewport, storage_state=self.sessions.get(who), accept_downloads=True
        )
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        context.close()
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


def sign_in(page: Page, address: str, name: str, password: str = PASSWORD) -> None:
    page.goto(f"{address}/en/accounts/login/")
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/desk/|/accounts/2fa/"))


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Bureau]:
    folder = tmp_path_factory.mktemp("bureau")
    home = folder / "node"
    subprocess.run([HEXI, "init", "--name", "gansu"], env=environment(home), check=True, capture_output=True)
    subprocess.run([sys.executable, "-c", PEOPLE], env=environment(home), check=True, capture_output=True)
    for address in serve(home):
        bureau = Bureau(home, address, folder)
        for who in ("li", "wang", "zhao", "sun", "qian"):
            context = browser.new_context()
            sign_in(context.new_page(), address, who)
            bureau.sessions[who] = context.storage_state()
            context.close()
        yield bureau


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


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


def begun(page: Page, bureau: Bureau, way: Way, file: Path, *, dataset: str = "") -> None:
    """Hand a file in and come to its draft, of a new version where a dataset is named."""
    if dataset:
        page.goto(f"{bureau.address}{way.prefix}/datasets/{dataset}/versions/")
        page.locator('main a[href*="/publish/?dataset="]').click()
    else:
        page.goto(f"{bureau.address}{way.prefix}/publish/")
    page.locator("input[type=file]").first.set_input_files(file)
    page.wait_for_url(re.compile(r"document="), timeout=PATIENCE_S * 1000)
    page.locator("#hand-in button.primary").click()
    page.wait_for_url(re.compile(r"/publish/[0-9a-f-]{36}/"))
    expect(page.locator("ol.columns-edited")).to_be_visible(timeout=PATIENCE_S * 1000)


def draft_address(page: Page) -> str:
    found = re.match(r"(.*/publish/[0-9a-f-]{36}/)", page.url)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def published(browser: Browser, bureau: Bureau, way: Way, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a dataset that an officer drafted, an approver returned once, and then approved."""
    name, tmp_path = way.dataset, tmp_path_factory.mktemp("books")
    with bureau.of(browser, "li", way) as page:
        begun(page, bureau, way, workbook(tmp_path / "名录.xlsx"))
        bureau.look(page, f"{name}-draft")
        # Each column says what it probably means; the preview follows an edit.
        assert page.locator("select[name=meaning]").count() == 6
        phone = page.locator("ol.columns-edited > li", has=page.locator("h3", has_text="联系电话"))
        assert phone.locator("select[name=meaning]").input_value() == "phone"
        expect(page.locator("#trial-rows .sides > div")).to_have_count(2)
        with page.expect_response(re.compile("/fields/")):
            phone.locator("input[name=is_required]").click()
        expect(page.locator(".trial .legend")).to_contain_text("118")
        expect(page.locator(".trial > b")).to_have_text("98.3%")
        assert phone.locator("textarea[name=valid]").input_value() == ""
        draft = draft_address(page)
        # The same under the YAML, without saving.
        page.goto(f"{draft}contract/")
        text = page.locator("#contract-text").input_value()
        page.locator("#contract-text").fill(text.replace("check: phone", "check: landline"))
        expect(page.locator("#tried .warn")).to_be_visible()
        page.goto(f"{draft}contract/")
        assert page.locator("#contract-text").input_value() == text
        page.goto(f"{draft}about/")
        page.locator("input[name=title_zh]").fill(way.title[0])
        page.locator("input[name=title_en]").fill(way.title[1])
        page.locator("input[name=name]").fill(name)
        page.locator("select[name=openness]").select_option("open")
        page.locator(".forward button.primary").click()
        bureau.look(page, f"{name}-about")
        page.goto(f"{draft}review/")
        page.get_by_role("button", name=way.words["submit"]).click()
        page.wait_for_load_state()
        bureau.look(page, f"{name}-submitted")
        expect(page.get_by_role("button", name=way.words["approve"])).to_have_count(0)

    with bureau.of(browser, "wang", way) as page:
        page.goto(f"{bureau.address}{way.prefix}/publish/")
        page.get_by_role("link", name=way.title[0] if not way.prefix else way.title[1]).first.click()
        page.locator("textarea[name=note]").fill("请写明数据的含义")
        page.get_by_role("button", name=way.words["give back"]).click()
        page.wait_for_load_state()
        bureau.look(page, f"{name}-returned")

    with bureau.of(browser, "li", way) as page:
        page.goto(draft)
        expect(page.locator(".note.warn").first).to_contain_text("请写明数据的含义")
        page.goto(f"{draft}about/")
        page.locator("input[name=summary_zh]").fill("全省的名录，含地址和联系方式。")
        page.locator(".forward button.primary").click()
        page.wait_for_load_state()
        page.goto(f"{draft}review/")
        page.get_by_role("button", name=way.words["submit"]).click()
        page.wait_for_load_state()

    with bureau.of(browser, "wang", way) as page:
        page.goto(f"{draft}review/")
        bureau.look(page, f"{name}-review")
        page.get_by_role("button", name=way.words["approve"]).click()
        page.wait_for_load_state()
        # The page follows the run by itself.
        expect(page.locator(f'#run a[href$="/datasets/{name}/"]')).to_be_visible(timeout=PATIENCE_S * 1000)
        bureau.look(page, f"{name}-published")
    return name


def test_what_was_published_is_certified(bureau: Bureau, published: str) -> None:
    verified = subprocess.run(
        [HEXI, "verify", published], env=bureau.environment, capture_output=True, text=True, check=False
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_new_version_says_what_it_changes_before_it_does(
    browser: Browser, bureau: Bureau, way: Way, published: str, tmp_path: Path
) -> None:
    with bureau.of(browser, "li", way) as page:
        begun(page, bureau, way, workbook(tmp_path / "名录.xlsx", first=11), dataset=published)
        page.goto(f"{draft_address(page)}review/")
        figures = page.locator("#changes dl.strip dd")
        expect(figures.first).to_be_visible(timeout=PATIENCE_S * 1000)
        bureau.look(page, f"{way.dataset}-new-version")

        # Ten rows are gone and ten are new.
        assert figures.all_inner_texts()[:2] == ["10", "10"]


def test_a_clerk_of_another_body_finds_it_in_every_way_of_typing_and_follows_it(
    browser: Browser, bureau: Bureau, way: Way, published: str
) -> None:
    with bureau.of(browser, "qian", way) as page:
        for typed in (way.title[0][:3], way.words["found by"]):
            page.goto(f"{bureau.address}{way.prefix}/datasets/?q={typed}")
            expect(page.locator(f'a[href$="/datasets/{way.dataset}/"]').first).to_be_visible()
        page.locator(f'a[href$="/datasets/{way.dataset}/"]').first.click()
        page.wait_for_load_state()
        bureau.look(page, f"{way.dataset}-found")
        expect(page.locator("main")).to_contain_text("商务厅" if not way.prefix else "Commerce")
        page.locator("button[form=following]").first.click()
        expect(page.locator("button[form=following][aria-pressed=true]").first).to_be_visible()
        # What is another body's to decide is not even there.
        assert page.goto(f"{bureau.address}{way.prefix}/publish/01a21d00-0000-7000-8000-000000000000/").status == 404


def test_an_operator_invites_a_colleague_who_sets_a_password_and_a_second_factor(
    browser: Browser, bureau: Bureau, way: Way
) -> None:
    name = f"zhou{'1' if way.prefix else ''}"
    with bureau.of(browser, "zhao", way) as page:
        page.goto(f"{bureau.address}{way.prefix}/people/")
        form = page.locator(f'form[action="{way.prefix}/people/invite/"]')
        form.locator("input[name=name]").fill(name)
        form.locator("input[name=title]").fill("周")
        form.locator("select[name=role]").select_option("officer")
        bureau.look(page, f"people{way.prefix.replace('/', '-')}")
        form.locator("button").click()
        page.wait_for_load_state()
        bureau.look(page, f"invited{way.prefix.replace('/', '-')}")
        link = re.search(r"http://\S+/accounts/link/[^/\s\"<]+/", page.content())
        assert link

    with bureau.of(browser, "", way) as page:
        page.goto(link[0])
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=again]").fill(PASSWORD)
        bureau.look(page, f"link{way.prefix.replace('/', '-')}")
        page.locator("main button").first.click()
        page.wait_for_url(re.compile("/desk/"))
        bureau.look(page, f"desk-of-new{way.prefix.replace('/', '-')}")
        page.goto(f"{bureau.address}{way.prefix}/accounts/2fa/totp/activate/")
        if page.locator("input[name=password]").count():
            page.locator("input[name=password]").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_load_state()
        bureau.look(page, f"factor{way.prefix.replace('/', '-')}")
        secret = re.search(r'value="([A-Z2-7]{32})"', page.content())
        assert secret
        page.locator("input[name=code]").fill(code(secret[1]))
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/2fa/(?!totp/activate)"))

    with bureau.of(browser, "", way) as page:
        sign_in(page, bureau.address, name)
        assert "2fa" in page.url


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_an_auditor_reads_who_did_what_and_takes_the_proof_along(
    browser: Browser, bureau: Bureau, way: Way, published: str
) -> None:
    with bureau.of(browser, "sun", way) as page:
        page.goto(f"{bureau.address}{way.prefix}/log/?about=dataset:{published}")
        expect(page.locator("main")).to_contain_text("wang")
        bureau.look(page, f"log{way.prefix.replace('/', '-')}")
        page.locator('main a[href*="/log/events/"]').first.click()
        page.wait_for_load_state()
        bureau.look(page, f"event{way.prefix.replace('/', '-')}")
        proof = page.request.get(bureau.address + str(page.locator('a[href$=".proof.json"]').get_attribute("href")))
        assert {"entry", "path", "checkpoint"} <= proof.json().keys()
