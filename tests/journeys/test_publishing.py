"""From a messy workbook to a certified dataset in the browser: officer, approver, clerk, operator and auditor."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .bureau import (
    NARROW,
    WIDE,
    Bureau,
    Way,
    approved,
    begun,
    described,
    entered,
    opened,
    returned,
    sign_in,
    submitted,
    workbook,
)
from .conftest import HEXI, PASSWORD, PATIENCE_S, environment, serve
from .staff import code

SUMMARY = "全省的名录，含地址和联系方式。"
WAYS = {
    "Chinese, wide": Way("", WIDE, "trade.shops", ("老字号商店名录", "Time-honoured shops"), "laozihao"),
    "English, narrow": Way("/en", NARROW, "trade.markets", ("农贸市场名录", "Farmers' markets"), "farmers"),
}
if os.environ.get("HEXI_SOAK"):
    WAYS |= {
        "Chinese, narrow": Way("", NARROW, "trade.homes", ("家政服务企业名录", "Home service firms"), "jiazheng"),
        "English, wide": Way("/en", WIDE, "trade.fairs", ("展览活动名录", "Trade fairs"), "fairs"),
    }


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Bureau]:
    folder = tmp_path_factory.mktemp("bureau")
    home = folder / "node"
    subprocess.run([HEXI, "init", "--name", "gansu"], env=environment(home), check=True, capture_output=True)
    for address in serve(home):
        yield opened(home, address, browser, folder)


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


@pytest.fixture(scope="module")
def published(browser: Browser, bureau: Bureau, way: Way, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a dataset that an officer drafted, an approver returned once, and then approved."""
    name, tmp_path = way.dataset, tmp_path_factory.mktemp("books")
    with bureau.of(browser, "li", way) as page:
        draft = begun(page, bureau, way, workbook(tmp_path / "名录.xlsx"))
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
        # The same under the YAML, without saving.
        page.goto(f"{draft}contract/")
        text = page.locator("#contract-text").input_value()
        page.locator("#contract-text").fill(text.replace("check: phone", "check: landline"))
        expect(page.locator("#tried .warn")).to_be_visible()
        page.goto(f"{draft}contract/")
        assert page.locator("#contract-text").input_value() == text
        described(page, draft, title_zh=way.title[0], title_en=way.title[1], name=name, openness="open")
        bureau.look(page, f"{name}-about")
        submitted(page, draft, way)
        bureau.look(page, f"{name}-submitted")
        expect(page.get_by_role("button", name=way.words["approve"])).to_have_count(0)

    with bureau.of(browser, "wang", way) as page:
        page.goto(f"{bureau.address}{way.prefix}/publish/")
        page.get_by_role("link", name=way.title[bool(way.prefix)]).first.click()
        # Without a reason nothing is returned.
        page.get_by_role("button", name=way.words["give back"]).click()
        expect(page.locator("textarea[name=note]")).to_be_focused()
        returned(page, draft, way, "请写明数据的含义")
        bureau.look(page, f"{name}-returned")

    with bureau.of(browser, "li", way) as page:
        page.goto(draft)
        expect(page.locator(".note.warn").first).to_contain_text("请写明数据的含义")
        page.goto(f"{draft}about/")
        for summary in ("summary_zh", "summary_en"):
            page.locator(f"input[name={summary}]").fill(SUMMARY)
        page.get_by_role("button", name=way.words["next"]).click()
        page.wait_for_url("**/review/")
        expect(page.locator("main table").first).to_contain_text(SUMMARY)
        submitted(page, draft, way)

    with bureau.of(browser, "wang", way) as page:
        page.goto(f"{draft}review/")
        bureau.look(page, f"{name}-review")
        approved(page, draft, way)
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
        draft = begun(page, bureau, way, workbook(tmp_path / "名录.xlsx", first=11), dataset=published)
        page.goto(f"{draft}review/")
        figures = page.locator("#changes dl.strip dd")
        expect(figures.first).to_be_visible(timeout=PATIENCE_S * 1000)
        bureau.look(page, f"{way.dataset}-new-version")

        # Ten rows are gone and ten are new.
        assert figures.all_inner_texts()[:2] == ["10", "10"]


def test_a_clerk_of_another_body_finds_it_follows_it_and_is_told_of_a_new_version(
    browser: Browser, bureau: Bureau, way: Way, published: str, tmp_path: Path
) -> None:
    with bureau.of(browser, "qian", way) as page:
        for typed in (way.title[0][:3], way.found_by):
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

    with bureau.of(browser, "li", way) as page:
        draft = begun(page, bureau, way, workbook(tmp_path / "名录.xlsx", first=21), dataset=published)
        submitted(page, draft, way)
    with bureau.of(browser, "wang", way) as page:
        approved(page, draft, way)

    with bureau.of(browser, "qian", way) as page:
        entered(page, bureau, way, "/notices/")
        expect(page.locator(".notices .unread", has_text=way.title[bool(way.prefix)]).first).to_be_visible()
        bureau.look(page, f"{way.dataset}-told")
        page.goto(f"{bureau.address}{way.prefix}/desk/")
        expect(page.locator(".desk")).to_contain_text(way.title[bool(way.prefix)])
        bureau.look(page, f"{way.dataset}-desk")


def test_an_operator_invites_a_colleague_who_sets_a_password_and_a_second_factor(
    browser: Browser, bureau: Bureau, way: Way
) -> None:
    name = way.dataset.replace(".", "-")
    with bureau.of(browser, "zhao", way) as page:
        entered(page, bureau, way, "/people/")
        form = page.locator(f'form[action="{way.prefix}/people/invite/"]')
        form.locator("input[name=name]").fill(name)
        form.locator("input[name=title]").fill("周")
        form.locator("select[name=role]").select_option("officer")
        bureau.look(page, f"people-{way.dataset}")
        form.locator("button").click()
        page.wait_for_load_state()
        bureau.look(page, f"invited-{way.dataset}")
        link = re.search(r"http://\S+/accounts/link/[^/\s\"<]+/", page.content())
        assert link

    with bureau.of(browser, "", way) as page:
        page.goto(link[0])
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=again]").fill(PASSWORD)
        bureau.look(page, f"link-{way.dataset}")
        page.locator("main button").first.click()
        page.wait_for_url(re.compile("/desk/"))
        bureau.look(page, f"desk-of-new-{way.dataset}")
        entered(page, bureau, way, "/accounts/me/")
        page.locator(f'main a[href="{way.prefix}/accounts/2fa/"]').click()
        page.locator('main a[href$="/totp/activate/"]').click()
        page.wait_for_load_state()
        if page.locator("input[name=password]").count():
            page.locator("input[name=password]").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_load_state()
        bureau.look(page, f"factor-{way.dataset}")
        secret = re.search(r'value="([A-Z2-7]{32})"', page.content())
        assert secret
        page.locator("input[name=code]").fill(code(secret[1]))
        page.keyboard.press("Enter")
        # Recovery codes are shown at once, to keep on paper.
        page.wait_for_url("**/2fa/recovery-codes/")
        bureau.look(page, f"recovery-{way.dataset}")

    with bureau.of(browser, "", way) as page:
        sign_in(page, bureau.address, name)
        assert "2fa" in page.url


def test_an_auditor_reads_who_did_what_and_takes_the_proof_along(
    browser: Browser, bureau: Bureau, way: Way, published: str
) -> None:
    with bureau.of(browser, "sun", way) as page:
        page.goto(f"{bureau.address}{way.prefix}/log/?about=dataset:{published}")
        expect(page.locator("main")).to_contain_text("wang")
        bureau.look(page, f"log-{way.dataset}")
        page.locator('main a[href*="/log/events/"]').first.click()
        page.wait_for_load_state()
        bureau.look(page, f"event-{way.dataset}")
        proof = page.request.get(bureau.address + str(page.locator('a[href$=".proof.json"]').get_attribute("href")))
        assert {"entry", "path", "checkpoint"} <= proof.json().keys()
