"""A reader finds a table, looks at it, takes it along and proves it: in a browser, as people do it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from .conftest import HEXI, Portal, Watched, visit

FORMATS = {"gansu.airports": ["CSV", "Parquet", "Excel", "GeoJSON"], "plan-2015.targets": ["CSV", "Parquet", "Excel"]}


def test_a_reader_finds_a_table_by_typing(visitor: Watched) -> None:
    visitor.go("/")
    visitor.page.get_by_role("searchbox", name="搜索数据集").fill("机场")
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("link", name="甘肃省民用机场").first.click()

    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("机场")
    expect(visitor.page.get_by_role("region", name="预览")).to_be_visible()


def test_the_list_narrows_while_one_types_and_the_address_follows(visitor: Watched) -> None:
    visitor.go("/datasets/")
    before = visitor.page.locator("article.result").count()
    visitor.page.get_by_role("searchbox", name="搜索数据集").press_sequentially("airports")
    visitor.page.wait_for_url("**/datasets/?*q=airports*")

    assert 0 < visitor.page.locator("article.result").count() < before


def test_a_filter_stays_when_one_searches_within_it(visitor: Watched) -> None:
    visitor.go("/datasets/")
    visitor.page.locator(".facets a").first.click()
    expect(visitor.page.locator(".facets a[aria-current]")).to_have_count(1)
    shown = visitor.page.locator("article.result").count()
    visitor.page.get_by_role("searchbox", name="搜索数据集").fill("zzzz-nobody")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator(".empty")).to_be_visible()
    visitor.page.go_back()

    expect(visitor.page.locator(".facets a[aria-current]").first).to_be_visible()
    expect(visitor.page.locator("article.result")).to_have_count(shown)


def test_every_tab_of_a_dataset_opens_and_says_where_one_is(visitor: Watched) -> None:
    visitor.go("/datasets/gansu.airports/")
    tabs = visitor.page.locator("nav.tabs a")
    names = tabs.all_inner_texts()

    assert len(names) >= 6
    for number in range(len(names)):
        tabs.nth(number).click()
        expect(tabs.nth(number)).to_have_attribute("aria-current", "page")
        expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("机场")


def test_rows_are_searched_and_sorted_without_leaving_the_page(visitor: Watched) -> None:
    visitor.go("/datasets/gansu.airports/")
    rows = visitor.page.locator(".rowsview tbody tr")
    everything = rows.count()
    search = visitor.page.get_by_role("searchbox", name="在数据中搜索")
    search.fill("Dunhuang")
    search.press("Enter")
    expect(rows).not_to_have_count(everything)
    expect(rows.first).to_contain_text("Dunhuang")
    visitor.page.locator(".rowsview thead a").first.click()

    expect(visitor.page.locator(".rowsview th[aria-sort]")).to_have_count(1)
    assert "sort=" in visitor.page.url
    expect(rows.first).to_contain_text("Dunhuang")


@pytest.mark.parametrize(
    ("dataset", "label"), [(dataset, label) for dataset, labels in FORMATS.items() for label in labels]
)
def test_a_download_is_proved_offline_and_a_changed_byte_is_named(
    visitor: Watched, tmp_path: Path, dataset: str, label: str
) -> None:
    visitor.go(f"/datasets/{dataset}/use/")
    offer = visitor.page.locator(".downloads > li", has_text=label)
    data = _save(visitor, offer.get_by_role("link").first, tmp_path)
    bundle = _save(visitor, offer.get_by_role("link").last, tmp_path)

    good = _verify(visitor.portal, bundle, data)
    content = bytearray(data.read_bytes())
    content[len(content) // 2] ^= 1
    data.write_bytes(content)
    bad = _verify(visitor.portal, bundle, data)

    assert (good.returncode, json.loads(good.stdout)["ok"]) == (0, True)
    assert bad.returncode != 0
    assert data.name in bad.stdout


def test_the_commands_of_the_page_do_what_they_say(visitor: Watched, tmp_path: Path) -> None:
    visitor.go("/datasets/gansu.airports/use/")
    fetch, check = (visitor.page.locator(each).inner_text() for each in ("#curl", "#check"))
    script = f"set -e\n{fetch}\ncurl -sS -O {visitor.portal.address}/trust.json\n{check}\n"
    path = f"{HEXI.parent}:/usr/local/bin:/usr/bin:/bin"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**visitor.portal.environment, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_language_is_changed_without_losing_the_place(visitor: Watched) -> None:
    visitor.go("/datasets/gansu.airports/?q=敦煌")
    visitor.page.get_by_role("link", name="English").click()
    visitor.page.wait_for_url("**/en/datasets/gansu.airports/**")

    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
    expect(visitor.page.get_by_role("searchbox", name="Search these rows")).to_have_value("敦煌")
    visitor.page.get_by_role("link", name="中文").click()
    expect(visitor.page.get_by_role("searchbox", name="在数据中搜索")).to_have_value("敦煌")


def test_the_first_tab_stop_skips_to_the_content(visitor: Watched) -> None:
    visitor.go("/datasets/gansu.airports/")
    visitor.page.keyboard.press("Tab")
    skip = visitor.page.get_by_role("link", name="跳到正文")

    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("#content")).to_be_focused()


def test_every_stop_of_the_keyboard_can_be_seen(visitor: Watched) -> None:
    visitor.go("/datasets/gansu.airports/")
    unseen = []
    for _ in range(30):
        visitor.page.keyboard.press("Tab")
        unseen += visitor.page.evaluate(
            """() => {
              const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
              const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
              if (at === document.body || (ring || style.boxShadow !== "none") && box.width && box.height) return [];
              return [at.outerHTML.slice(0, 120)];
            }"""
        )

    assert not unseen


def test_a_slash_goes_to_the_search(visitor: Watched) -> None:
    visitor.go("/datasets/gansu.airports/fields/")
    visitor.page.keyboard.press("/")

    expect(visitor.page.get_by_role("searchbox", name="搜索数据集")).to_be_focused()


@pytest.fixture
def plain(browser: Browser, portal: Portal) -> Iterator[Watched]:
    """A reader whose browser runs no scripts."""
    yield from visit(browser, portal, java_script_enabled=False)


def test_without_scripts_one_still_finds_sorts_filters_and_reads(plain: Watched) -> None:
    plain.go("/")
    plain.page.get_by_role("searchbox").fill("airports")
    plain.page.keyboard.press("Enter")
    plain.page.locator("article.result h3 a").first.click()
    plain.page.locator("details.columns summary").first.click()
    plain.page.locator("select[name=filter_column]").select_option(index=1)
    plain.page.get_by_role("button", name="查看筛选结果").click()

    expect(plain.page.locator(".chips a")).to_have_count(1)
    plain.go("/datasets/")
    plain.page.locator("#sort").select_option("rows")
    plain.page.get_by_role("button", name="排序").click()
    assert "sort=rows" in plain.page.url


def test_the_certificate_prints_on_one_page_without_the_site_around_it(visitor: Watched, tmp_path: Path) -> None:
    visitor.go("/datasets/gansu.airports/certificate/")
    visitor.page.emulate_media(media="print")
    shown = {
        name: visitor.page.locator(selector).first.is_visible()
        for name, selector in {"header": "header.top", "footer": "footer", "certificate": ".certificate"}.items()
    }
    printed = visitor.page.pdf(format="A4")

    assert shown == {"header": False, "footer": False, "certificate": True}
    assert re.findall(rb"/Count (\d+)", printed) == [b"1"]


def _save(visitor: Watched, link: Locator, folder: Path) -> Path:
    with visitor.page.expect_download() as started:
        link.click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def _verify(portal: Portal, bundle: Path, data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [HEXI, "verify", bundle, data, "--trust", portal.home / "trust.json", "--json"],
        env=portal.environment,
        capture_output=True,
        text=True,
        check=False,
    )
