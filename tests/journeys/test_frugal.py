"""The portal on a thin line and without scripts: what a first visit weighs, and what works without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Response, expect

from .conftest import Portal
from .staff import EVERYTHING, PASSWORD, Staff

FIRST_PAGE_BYTES = 200_000


@pytest.mark.parametrize("path", ["/", "/datasets/", "/datasets/enterprises.sample/", "/overview/", "/desk/"])
def test_a_first_page_weighs_little(path: str, browser: Browser, portal: Portal, people: Staff) -> None:
    session = people.session(browser, EVERYTHING) if path == "/desk/" else None
    context = browser.new_context(storage_state=session)
    page = context.new_page()
    came: list[Response] = []

    def keep(response: Response) -> None:
        came.append(response)

    page.on("response", keep)
    page.goto(portal.address + path, wait_until="networkidle")
    assert page.url == portal.address + path
    weights = {each.url: sum(_sizes(each)) for each in came}
    context.close()

    # The page, its style, two scripts and the icon at least: nothing came out of a cache.
    assert len(weights) >= 4, weights
    assert sum(weights.values()) < FIRST_PAGE_BYTES, weights


def _sizes(response: Response) -> tuple[int, int]:
    """Bytes on the line, of the head and of the body as it was compressed."""
    sizes = response.request.sizes()
    return sizes["responseHeadersSize"], sizes["responseBodySize"]


def test_without_scripts_one_finds_filters_opens_and_downloads(browser: Browser, portal: Portal) -> None:
    context = browser.new_context(java_script_enabled=False, accept_downloads=True)
    page = context.new_page()
    page.goto(f"{portal.address}/en/")
    search = page.locator("main form[role=search]")
    search.locator("input[name=q]").fill("机场")
    search.locator("button").click()
    expect(page.locator('a[href$="/datasets/gansu.airports/"]').first).to_be_visible()
    page.goto(f"{portal.address}/en/datasets/")
    page.locator('.facets a[href*="theme="]').first.click()
    assert "theme=" in page.url
    page.goto(f"{portal.address}/en/datasets/gansu.airports/")
    page.locator(".tabs a", has_text="Use it").click()
    with page.expect_download() as download:
        page.locator('a[href*="/files/"][href$=".csv"]').first.click()

    assert download.value.path().read_text("utf-8-sig").count("\n") > 1
    context.close()


def test_without_scripts_one_signs_in_and_mends_a_draft(browser: Browser, portal: Portal, people: Staff) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{portal.address}/en/publish/")
    page.locator("input[name=login]").fill(EVERYTHING)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button").first.click()
    page.wait_for_url(re.compile(r"/en/publish/"))
    page.goto(f"{portal.address}/en/publish/{people.ids['draft']}/")
    phone = page.locator("ol.columns-edited > li", has_text="联系电话")
    was = phone.locator("input[name=is_required]").is_checked()
    phone.locator("input[name=is_required]").set_checked(not was)
    phone.locator("button:not([value=remove])").first.click()
    page.goto(f"{portal.address}/en/publish/{people.ids['draft']}/")

    assert (
        page.locator("ol.columns-edited > li", has_text="联系电话").locator("input[name=is_required]").is_checked()
        is not was
    )
    context.close()
