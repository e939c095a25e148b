"""Every page, in both languages, on phones and wide screens, by day and by night: nothing sticks out or is unsaid."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from .conftest import Portal, Watched, visit

PAGES = [
    "/",
    "/datasets/",
    "/datasets/?q=机场",
    "/datasets/?q=nothing-is-called-so",
    *(
        f"/datasets/enterprises.sample/{tab}"
        for tab in (
            "",
            "fields/",
            "quality/",
            "quarantine/",
            "versions/",
            "versions/compare/",
            "entry/",
            "map/",
            "chart/",
            "use/",
            "questions/",
            "certificate/",
        )
    ),
    "/datasets/gansu.airports/questions/",
    "/datasets/gansu.boundaries-county/map/",
    "/datasets/gansu.reconciliation-counties/",
    "/places/",
    "/places/620100000000/",
    "/places/620102025000/",
    "/places/?q=lz",
    "/elements/",
    "/elements/division_code/",
    "/organisations/",
    "/organisations/?q=文化厅",
    "/wishes/",
    "/registrations/",
    "/plan/plan-2015/",
    "/runs/",
    "/log/",
    "/log/check/",
    "/about/",
    "/help/",
    "/help/officer/",
    "/help/people/",
    "/overview/",
    "/verify/",
]
VIEWS = {
    "phone": {"viewport": {"width": 390, "height": 844}, "prefix": ""},
    "phone, English, dark": {"viewport": {"width": 390, "height": 844}, "prefix": "/en", "color_scheme": "dark"},
    "tablet, English": {"viewport": {"width": 768, "height": 1024}, "prefix": "/en"},
    "wide, dark": {"viewport": {"width": 1360, "height": 900}, "prefix": "", "color_scheme": "dark"},
    "wide, English": {"viewport": {"width": 1360, "height": 900}, "prefix": "/en"},
}
FAULTS = """() => {
  const faults = [];
  const seen = element => element.getClientRects().length && getComputedStyle(element).visibility !== "hidden";
  const tell = (what, element) => faults.push(`${what}: ${element.outerHTML.slice(0, 120)}`);
  const out = document.scrollingElement.scrollWidth - innerWidth;
  if (out > 0) faults.push(`the page is ${out} px too wide`);
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
  for (const each of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (!each.labels?.length && !each.ariaLabel) tell("no label", each);
  for (const each of document.querySelectorAll("img, svg[role]"))
    if (!each.getAttribute("alt") && !each.ariaLabel && !each.querySelector("title")) tell("no name", each);
  for (const each of document.querySelectorAll("a, button"))
    if (seen(each) && !each.textContent.trim() && !each.ariaLabel && !each.querySelector("title, [aria-label]"))
      tell("says nothing", each);
  for (const each of document.querySelectorAll("button, .button"))
    if (seen(each) && each.scrollWidth > each.clientWidth + 1) tell("cut off", each);
  const rgba = color => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] > 0.95) return color;
    }
    return [255, 255, 255];
  };
  for (const each of document.querySelectorAll("main :is(p, td, dd, dt, a, h2, button, li)")) {
    const text = [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!text || !seen(each) || !getComputedStyle(each).color.startsWith("rgb")) continue;
    const [one, other] = [light(rgba(getComputedStyle(each).color)), light(ground(each))].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (other + 0.05);
    if (contrast < 4.5) tell(`contrast ${contrast.toFixed(2)}`, each);
  }
  return [...new Set(faults)];
}"""


@pytest.fixture(params=VIEWS)
def viewer(request: pytest.FixtureRequest, browser: Browser, portal: Portal) -> Iterator[tuple[Watched, str]]:
    context = dict(VIEWS[request.param])
    prefix = str(context.pop("prefix"))
    for watched in visit(browser, portal, **context):
        yield watched, prefix


def test_no_page_has_a_fault(viewer: tuple[Watched, str]) -> None:
    watched, prefix = viewer
    found = {}
    for path in [*PAGES, *_numbered(watched.portal)]:
        watched.go(prefix + path)
        if faults := watched.page.evaluate(FAULTS):
            found[path] = faults

    assert not found, found


def test_a_page_that_is_not_there_says_so_in_the_language_asked(browser: Browser, portal: Portal) -> None:
    page = browser.new_page()
    for prefix, words in (("", "没有"), ("/en", "There is no")):
        answer = page.goto(f"{portal.address}{prefix}/datasets/nobody.knows/")

        assert answer is not None
        assert answer.status == 404
        assert words in page.inner_text("main")
    page.close()


def _numbered(portal: Portal) -> list[str]:
    """The newest run, the newest event, and a body that is gone."""
    found = []
    for path, pattern in (
        ("/runs/", r'href="(/runs/[^"?]+/)"'),
        ("/log/", r'href="(/log/events/[^"?]+/)"'),
        ("/organisations/?q=%E6%96%87%E5%8C%96%E5%8E%85", r'href="(/organisations/[^"?]+/)"'),
    ):
        with urllib.request.urlopen(portal.address + path) as answer:
            match = re.search(pattern, answer.read().decode())
        assert match, path
        found.append(match[1])
    return found
