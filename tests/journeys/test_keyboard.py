"""The portal by keyboard alone: past the head, through menus and tables, and one always sees where one is."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from .conftest import Portal, Watched
from .staff import EVERYTHING, Staff

IS_SEEN = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const drawn = at.closest("svg") || style.outlineStyle !== "none" || style.boxShadow !== "none";
  return at === document.body || (drawn && box.width > 0 && box.height > 0) ? "" : at.outerHTML.slice(0, 160);
}"""


def test_the_first_stop_leads_past_the_head(visitor: Watched) -> None:
    visitor.go("/en/datasets/enterprises.sample/")
    page = visitor.page
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    expect(page.locator("a.skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_one_sees_where_one_is(visitor: Watched) -> None:
    for path in ("/", "/datasets/", "/datasets/enterprises.sample/", "/places/620100000000/", "/runs/"):
        visitor.go(path)
        unseen = set()
        for _ in range(40):
            visitor.page.keyboard.press("Tab")
            unseen.add(visitor.page.evaluate(IS_SEEN))

        assert unseen <= {""}, (path, unseen)


def test_a_wide_table_is_scrolled_and_a_tab_is_opened(visitor: Watched) -> None:
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    visitor.go("/en/datasets/enterprises.sample/")
    table = visitor.page.get_by_role("region", name="Preview")
    table.focus()
    visitor.page.keyboard.press("ArrowRight")
    # Asked again from here: the portal lets no page evaluate a text that would ask.
    for _ in range(50):
        if table.evaluate("table => table.scrollLeft"):
            break
        visitor.page.wait_for_timeout(100)
    assert table.evaluate("table => table.scrollLeft") > 0
    visitor.page.locator(".tabs a", has_text="Quality").focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/quality/")

    expect(visitor.page.locator(".tabs [aria-current]")).to_have_text("Quality")


def test_on_a_phone_the_tab_that_is_open_is_seen(visitor: Watched) -> None:
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    visitor.go("/en/datasets/enterprises.sample/use/")

    expect(visitor.page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=0.9)


def test_the_menu_of_who_is_signed_in_and_the_place_for_files_are_reached(
    browser: Browser, portal: Portal, people: Staff
) -> None:
    context = browser.new_context(storage_state=people.session(browser, EVERYTHING))
    page = context.new_page()
    page.goto(f"{portal.address}/en/uploads/")
    _tab_to(page, ".who summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".who a").first).to_be_focused()
    _tab_to(page, "input[type=file]")

    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    context.close()


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the first such element has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")
