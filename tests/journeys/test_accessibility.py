"""Every page by axe-core against WCAG 2.2 AA, in both languages; the addresses come from the portal's own list."""

from __future__ import annotations

import os
import re
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Browser

from . import staff
from .staff import COLLEAGUE, EVERYTHING, SECOND_FACTOR, Staff

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = AXE_FILE_PATH.read_text("utf-8")
FAULTS = """tags => axe.run({runOnly: tags, resultTypes: ["violations"]}).then(found =>
  found.violations.map(each => `${each.id} (${each.nodes.length}): ${each.help}: ` +
    each.nodes.slice(0, 3).map(node => node.target.join(" ") + " " + node.html.slice(0, 160)).join(" | ")))"""
WIDE, PHONE = {"width": 1360, "height": 900}, {"width": 390, "height": 844}
LOOKS: dict[str, tuple[str, dict[str, Any]]] = {
    "Chinese, wide": ("", {"viewport": WIDE}),
    "English, phone, dark": ("/en", {"viewport": PHONE, "color_scheme": "dark"}),
}
if os.environ.get("HEXI_SOAK"):
    LOOKS |= {
        "English, wide, dark": ("/en", {"viewport": WIDE, "color_scheme": "dark"}),
        "Chinese, phone": ("", {"viewport": PHONE}),
    }
NOBODY, HALF = "", "half"
"""Who looks: nobody; and who has said the password but not the code."""
DATASET = "/datasets/enterprises.sample/"
SHOWN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "home": (NOBODY, ("/",)),
    "datasets": (NOBODY, ("/datasets/", "/datasets/?q=机场", "/datasets/?q=nothing-is-called-so")),
    "dataset": (NOBODY, (DATASET, "/datasets/gansu.reconciliation-counties/")),
    **{
        tab: (NOBODY, (f"{DATASET}{tab}/",))
        for tab in ("fields", "quality", "quarantine", "versions", "map", "chart", "use", "certificate")
    },
    "compare": (NOBODY, (f"{DATASET}versions/compare/",)),
    "entry": (NOBODY, (f"{DATASET}entry/",)),
    "questions": (NOBODY, (f"{DATASET}questions/",)),
    "elements": (NOBODY, ("/elements/",)),
    "element": (NOBODY, ("/elements/phone/",)),
    "wishes": (NOBODY, ("/wishes/",)),
    "correct": (EVERYTHING, (f"{DATASET}correct/",)),
    "ask": (EVERYTHING, (f"{DATASET}ask/",)),
    "question": (EVERYTHING, ("/questions/{question}/",)),
    "wish": (EVERYTHING, ("/wishes/{wish}/",)),
    "wish-new": (EVERYTHING, ("/wishes/new/",)),
    "registrations": (NOBODY, ("/registrations/",)),
    "registrations-waiting": (EVERYTHING, ("/registrations/waiting/",)),
    "registration": (EVERYTHING, ("/registrations/{registration}/",)),
    "register": (EVERYTHING, ("/datasets/enterprises.divisions/register/",)),
    "notices": (EVERYTHING, ("/notices/",)),
    "mend": (EVERYTHING, ("/mend/",)),
    "catalogue-workbook": (EVERYTHING, ("/mend/{body}/workbook/",)),
    "places": (NOBODY, ("/places/?q=lz",)),
    "place": (NOBODY, ("/places/620100000000/",)),
    "organisations": (NOBODY, ("/organisations/",)),
    "organisation": (NOBODY, ("/organisations/{body}/",)),
    "plan": (NOBODY, ("/plan/plan-2015/",)),
    "runs": (NOBODY, ("/runs/",)),
    "run": (NOBODY, ("{run}",)),
    "log": (NOBODY, ("/log/",)),
    "log-check": (NOBODY, ("/log/check/",)),
    "event": (NOBODY, ("{event}",)),
    "overview": (NOBODY, ("/overview/",)),
    "about": (NOBODY, ("/about/",)),
    "help": (NOBODY, ("/help/",)),
    "guide": (NOBODY, ("/help/officer/", "/help/people/")),
    "verify": (NOBODY, ("/verify/",)),
    "publish": (EVERYTHING, ("/publish/",)),
    "draft": (EVERYTHING, ("/publish/{draft}/",)),
    "draft-about": (EVERYTHING, ("/publish/{draft}/about/",)),
    "draft-text": (EVERYTHING, ("/publish/{draft}/contract/",)),
    "draft-review": (EVERYTHING, ("/publish/{draft}/review/", "/publish/{submitted}/review/")),
    "desk": (EVERYTHING, ("/desk/",)),
    "me": (EVERYTHING, ("/accounts/me/",)),
    "link": (NOBODY, ("/accounts/link/{link}/", "/accounts/link/nothing/")),
    "people": (EVERYTHING, ("/people/",)),
    "person": (EVERYTHING, (f"/people/{COLLEAGUE}/", "/people/feed/")),
    "uploads": (EVERYTHING, ("/uploads/",)),
    "upload-tables": (EVERYTHING, ("/uploads/{archive}/tables/",)),
    "account_login": (NOBODY, ("/accounts/login/",)),
    "account_logout": (EVERYTHING, ("/accounts/logout/",)),
    "account_inactive": (NOBODY, ("/accounts/inactive/",)),
    "account_signup": (NOBODY, ("/accounts/signup/",)),
    "account_reauthenticate": (EVERYTHING, ("/accounts/reauthenticate/",)),
    "account_change_password": (EVERYTHING, ("/accounts/password/change/",)),
    "account_reset_password": (NOBODY, ("/accounts/password/reset/",)),
    "account_reset_password_done": (NOBODY, ("/accounts/password/reset/done/",)),
    "account_reset_password_from_key": (NOBODY, ("/accounts/password/reset/key/1-void/",)),
    "account_reset_password_from_key_done": (NOBODY, ("/accounts/password/reset/key/done/",)),
    "mfa_index": (SECOND_FACTOR, ("/accounts/2fa/",)),
    "mfa_authenticate": (HALF, ("/accounts/2fa/authenticate/",)),
    "mfa_reauthenticate": (SECOND_FACTOR, ("/accounts/2fa/reauthenticate/",)),
    "mfa_activate_totp": (EVERYTHING, ("/accounts/2fa/totp/activate/",)),
    "mfa_deactivate_totp": (SECOND_FACTOR, ("/accounts/2fa/totp/deactivate/",)),
    "mfa_view_recovery_codes": (SECOND_FACTOR, ("/accounts/2fa/recovery-codes/",)),
    "mfa_generate_recovery_codes": (SECOND_FACTOR, ("/accounts/2fa/recovery-codes/generate/",)),
    "socialaccount_login_error": (NOBODY, ("/accounts/3rdparty/login/error/",)),
    "socialaccount_login_cancelled": (NOBODY, ("/accounts/3rdparty/login/cancelled/",)),
}
"""Address → who looks, and where. `{names}` are filled in with what stands on the node."""
ANSWERS: Mapping[str, int] = {"/accounts/link/nothing/": 404, "/accounts/3rdparty/login/error/": 401}
"""Address → how it answers where that is not 200: there is no such link; nobody was signed in."""
FILE = "a file or an answer for programs"
DEED = "only takes what a form sends"
ELSEWHERE = "sends on to another page"
CLOSED = "is closed on a node: it answers as a page that is not there"
NOT_SHOWN = {
    **dict.fromkeys(("trust", "file", "certificate-file", "contract", "checkpoint", "proof", "upload"), FILE),
    "guide-picture": FILE,
    **dict.fromkeys(("mfa_download_recovery_codes", "catalogue-file", "registration-file"), FILE),
    **dict.fromkeys(("draft-begin", "draft-field", "draft-decide", "invite", "program", "person-change"), DEED),
    **dict.fromkeys(("upload-form", "upload-complete", "upload-discard", "follow"), DEED),
    **dict.fromkeys(("schedule", "restore", "run-stop"), DEED),
    "suggest": "is a piece of a page; the journey of searching looks at it",
    **dict.fromkeys(("leave", "openid_connect_login", "openid_connect_callback"), "belongs to another provider"),
    **dict.fromkeys(("closed-email", "closed-providers", "account_email", "socialaccount_connections"), CLOSED),
    **dict.fromkeys(("account_email_verification_sent", "account_confirm_email"), "no address is confirmed by mail"),
    "account_confirm_login_code": "nobody signs in by a code sent by mail",
    **dict.fromkeys(("notice", "account_set_password"), ELSEWHERE),
    "socialaccount_signup": "accounts are opened by invitation only",
    "": "the old spelling of addresses of another provider",
}
"""Address → why nobody looks at it."""


def test_every_address_is_looked_at_or_it_is_said_why_not() -> None:
    names = {each.name or "" for each in _addresses(get_resolver().url_patterns)}

    assert names == SHOWN.keys() | NOT_SHOWN.keys()
    assert not SHOWN.keys() & NOT_SHOWN.keys()


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_breaks_wcag(look: str, browser: Browser, people: Staff) -> None:
    prefix, context = LOOKS[look]
    said = filled(people)
    found: dict[str, Any] = {}
    for who in dict.fromkeys(who for who, _ in SHOWN.values()):
        if who == HALF:
            opened = browser.new_context(**context)
            staff.sign_in(opened.new_page(), people.portal.address, SECOND_FACTOR)
        else:
            opened = browser.new_context(**context, storage_state=people.session(browser, who))
        page = opened.new_page()
        for name, (reader, addresses) in SHOWN.items():
            for address in addresses if reader == who else ():
                at = prefix + address.format_map(said)
                answer = page.goto(people.portal.address + quote(at, safe="/?=&"), wait_until="load")
                assert answer is not None
                if "reauthenticate" in page.url and "reauthenticate" not in at:
                    page.locator("input[name=password]").fill(staff.PASSWORD)
                    page.keyboard.press("Enter")
                    page.wait_for_url(people.portal.address + at)
                if unquote(urlsplit(page.url).path) != at.partition("?")[0]:
                    found[at] = [f"{name} went to {page.url}"]
                    continue
                if answer.status != ANSWERS.get(address, 200):
                    found[at] = [f"{name} answered {answer.status}"]
                    continue
                page.evaluate(AXE)
                if faults := page.evaluate(FAULTS, WCAG):
                    found[at] = faults
        opened.close()

    assert not found, "\n".join(f"{at}: {one}" for at, faults in found.items() for one in faults)


def filled(people: Staff) -> dict[str, str]:
    """What the names in `SHOWN` stand for: the ids of the staff's things, the newest run and the newest event."""
    found = dict(people.ids)
    for name, path, pattern in (
        ("run", "/runs/", r'href="(/runs/[^"?]+/)"'),
        ("event", "/log/", r'href="(/log/events/[^"?]+/)"'),
    ):
        with urllib.request.urlopen(people.portal.address + path) as answer:
            match = re.search(pattern, answer.read().decode())
        assert match, path
        found[name] = match[1]
    return found


def _addresses(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from _addresses(each.url_patterns)
        else:
            yield each
