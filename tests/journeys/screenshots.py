"""Take the pictures of the README and the guides anew: `python -m tests.journeys.screenshots [--guides]`.

With `--guides` those of the guides alone.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from . import bureau as steps
from .bureau import Bureau, Way
from .conftest import PATIENCE_S, Portal, chromium, serve_demo

FOLDER = Path(__file__).parents[2] / "docs" / "images"
VIEW = {"width": 1280, "height": 860}
PICTURES = {
    "home": "/en/",
    "home-zh": "/",
    "dataset-quality": "/en/datasets/enterprises.sample/quality/",
    "dataset-map": "/en/datasets/gansu.boundaries-county/map/",
    "plan": "/en/plan/plan-2015/",
    "certificate": "/en/datasets/gansu.airports/certificate/",
}
"""Whole windows, for the README."""
COLUMN = {"width": 1000, "height": 800}
"""As wide as a guide's column: what is read in a picture is about as large as the text around it."""
MARGIN_PX = 12
LANGUAGES = {"": "/en", "-zh": ""}
"""What a picture's name ends in, and what stands in front of the addresses it is taken of."""
SHOPS = Way("", COLUMN, "trade.shops", ("老字号商店名录", "Time-honoured shops"))
TRADE = {"/en": "Gansu Department of Commerce", "": "甘肃省商务厅"}
AIRPORT = ".rowsview tbody tr:nth-child(2)"
SAID = {
    "title_zh": SHOPS.title[0],
    "title_en": SHOPS.title[1],
    "name": SHOPS.dataset,
    "sharing": "conditional",
    "condition_zh": "用于行政管理",
    "openness": "on_application",
    "opening_zh": "说明用途和期限",
}


@dataclass
class Camera:
    """Takes parts of pages, in both languages."""

    bureau: Bureau
    browser: Browser
    taken: dict[str, int] = field(default_factory=dict)
    """Bytes by picture."""

    @contextmanager
    def of(self, who: str, prefix: str = "") -> Iterator[Page]:
        with self.bureau.of(self.browser, who, replace(SHOPS, prefix=prefix), device_scale_factor=1.25) as page:
            yield page

    def take(
        self,
        who: str,
        path: str,
        name: str,
        *shown: str,
        height: int = 0,
        at: str = "",
        languages: Mapping[str, str] = LANGUAGES,
    ) -> None:
        """Keep what some parts of a page span, at most so high, in some languages; the mouse is at one of them."""
        for suffix, prefix in languages.items():
            with self.of(who, prefix) as page:
                page.goto(f"{self.bureau.address}{prefix}{path}")
                if at:
                    page.locator(at).hover()
                self.keep(page, name + suffix, *shown, height=height)

    def keep(self, page: Page, name: str, *shown: str, height: int = 0) -> None:
        page.wait_for_load_state("networkidle")
        boxes = [box for part in shown for each in page.locator(part).all() if (box := each.bounding_box())]
        assert boxes, f"{name}: nothing on {page.url} is {shown}"
        left = max(0, min(each["x"] for each in boxes) - MARGIN_PX)
        top = max(0, min(each["y"] for each in boxes) - (0 if shown[0] == "header.subject" else MARGIN_PX))
        right = min(COLUMN["width"], max(each["x"] + each["width"] for each in boxes) + MARGIN_PX)
        bottom = max(each["y"] + each["height"] for each in boxes) + MARGIN_PX
        clip = {"x": left, "y": top, "width": right - left, "height": min(bottom - top, height or bottom)}
        picture = page.screenshot(path=FOLDER / f"{name}.png", full_page=True, clip=clip, animations="disabled")
        self.taken[name] = len(picture)


def readme(portal: Portal, browser: Browser) -> dict[str, int]:
    """Take the README's pictures of the demo's node as it begins; bytes by picture."""
    taken = {}
    for name, path in PICTURES.items():
        page = browser.new_page(viewport=VIEW)
        page.goto(portal.address + path, wait_until="networkidle")
        taken[name] = len(page.screenshot(path=FOLDER / f"{name}.png"))
        page.close()
    return taken


def guides(camera: Camera, files: Path) -> None:
    """Publish a table as the guides tell it, find it as another body, and take the pictures on the way."""
    bureau = camera.bureau
    with camera.of("li") as page:
        draft = steps.begun(page, bureau, SHOPS, steps.workbook(files / "老字号商店.xlsx"))
        phone = page.locator("ol.columns-edited > li", has=page.locator("h3", has_text="联系电话"))
        with page.expect_response("**/fields/**"):
            phone.locator("input[name=is_required]").click()
        steps.described(page, draft, **SAID)
    here = draft.removeprefix(bureau.address)
    camera.take(
        "li", here, "officer-field", "ol.columns-edited > li:nth-child(5)", "ol.columns-edited > li:nth-child(6)"
    )
    camera.take("li", here, "officer-rows", "#trial-rows", height=360)
    with camera.of("li") as page:
        steps.submitted(page, draft, SHOPS)
    camera.take("wang", f"{here}review/", "approver-review", "header.subject", ".trial + section")
    camera.take("wang", f"{here}review/", "approver-decide", "section:has(textarea)")
    with camera.of("wang") as page:
        steps.returned(page, draft, SHOPS, "请写明数据的含义")
    camera.take("li", here, "officer-returned", "header.subject", ".note.warn", "nav.tabs")
    with camera.of("li") as page:
        steps.described(
            page,
            draft,
            summary_zh="全省老字号商店，含地址和联系方式。",
            summary_en="Shops with a name of long standing.",
        )
        steps.submitted(page, draft, SHOPS)
    with camera.of("wang") as page:
        steps.approved(page, draft, SHOPS)
    found(camera)
    with camera.of("li") as page:
        again = steps.begun(
            page, bureau, SHOPS, steps.workbook(files / "老字号商店（新）.xlsx", first=11), dataset=SHOPS.dataset
        )
        page.goto(f"{again}review/")
        expect(page.locator("#changes dl.strip dd").first).to_be_visible(timeout=PATIENCE_S * 1000)
    camera.take("li", f"{again.removeprefix(bureau.address)}review/", "officer-changes", "#changes")
    with camera.of("li") as page:
        steps.submitted(page, again, SHOPS)
    with camera.of("wang") as page:
        steps.approved(page, again, SHOPS)
    camera.take("qian", "/desk/", "find-desk", "header.subject", "main .rows", ".desk")
    for suffix, prefix in LANGUAGES.items():
        with camera.of("zhao", prefix) as page:
            page.goto(f"{bureau.address}{prefix}/people/")
            form = page.locator(f'form[action="{prefix}/people/invite/"]')
            form.locator("[name=name]").fill("zhou")
            form.locator("[name=title]").fill("周专员")
            form.locator("[name=role]").select_option("officer")
            form.locator("[name=organisation]").select_option(label=TRADE[prefix])
            camera.keep(page, "people-invite" + suffix, "main section:has(form)")
    camera.take("zhao", "/desk/", "operate-desk", ".desk", languages={"": "/en"})


def found(camera: Camera) -> None:
    """Find the table as a clerk of another body, follow it and ask for it; ask about a row of an open one."""
    page_of = f"/datasets/{SHOPS.dataset}/"
    camera.take("qian", "/datasets/?q=lzh", "find-search", "main form[role=search]", "main article")
    camera.take("qian", page_of, "find-dataset", "header.subject", "main .prose")
    camera.take("qian", "/datasets/gansu.airports/", "find-correct", ".rowsview", height=300, at=AIRPORT)
    with camera.of("qian") as page:
        page.goto(camera.bureau.address + page_of)
        page.locator("button[form=following]").first.click()
        page.goto(f"{camera.bureau.address}{page_of}ask/")
        page.locator("#purpose").fill("制定全省社区商业网点规划，需要商店名称、行政区划代码两项，使用一年。")
        page.locator("main form .primary").click()
        page.wait_for_load_state()
        page.goto(f"{camera.bureau.address}/wishes/new/")
        page.locator("#title").fill("公共厕所位置")
        page.locator("#reason").fill("便民地图要用。")
        page.locator("main form .primary").click()
        page.wait_for_load_state()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = chromium(driver)
        for portal in serve_demo(Path(folder) / "node"):
            taken = readme(portal, browser) if "--guides" not in sys.argv else {}
            camera = Camera(steps.opened(portal.home, portal.address, browser, Path(folder)), browser)
            guides(camera, Path(folder))
            for name, size in (taken | camera.taken).items():
                print(f"{name}: {size / 1000:.0f} kB")
        browser.close()


if __name__ == "__main__":
    main()
