"""Who works on the demo's node, for journeys that need somebody signed in, and what they have under way."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Browser, Page

from .conftest import PASSWORD, Portal, environment

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
EVERYTHING, SECOND_FACTOR, COLLEAGUE = "lu", "mi", "ma"
"""Accounts: one with every role, one that asks for a second factor, one that somebody else opened."""
_OPENED = f"""
import io, json, zipfile
from hexi.cli import node
node.open_node()
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from hexi.kernel.actors import NODE, Actor
from hexi.registry.accounts import people
from hexi.registry.documents import actions as documents
from hexi.registry.drafts import actions as drafts, tasks
from hexi.registry.feedback import actions as feedback
from hexi.registry.parties import queries as parties
from hexi.registry.registrations import actions as registrations

now = node.clock
# The publisher of the sample, which the demo installs first.
body = sorted(parties.organisations())[0]
roles = [("officer", body), ("approver", body), ("operator", None), ("auditor", None)]
for name, title, held in (("lu", "陆全", roles), ("mi", "米双", roles[:1]), ("ma", "马同", roles[:1])):
    people.accept(people.invite(name, title=title, roles=held, by=NODE, now=now()), "{PASSWORD}", now=now())
people.make_token("nightly", by=Actor(account="lu"), now=now())
people.open_service("feed", title="夜间程序", roles=roles[:1], by=NODE, now=now())
user = get_user_model().objects.get(pk="mi")
TOTP.activate(user, "{SECRET}")
RecoveryCodes.activate(user)

def handed_in(name, content, whole=True):
    by = Actor(account="lu")
    upload = documents.begin(name, size_bytes=len(content), organisation=body, by=by, now=now())
    documents.append(upload.id, content if whole else content[:9], offset=0, by=by, now=now())
    return documents.complete(upload.id, by=by, now=now()).id if whole else upload.id

table = "编号,名称,联系电话,成立日期\\n"
for n in range(1, 61):
    phone = "不详" if n % 9 == 0 else 13900000000 + n
    table += f"A{{n:03}},兰州{{n}}号商店,{{phone}},2016年{{n % 12 + 1}}月5日\\n"
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w") as packed:
    packed.writestr("beds.csv", table)
    packed.writestr("shops.csv", table)
lu = Actor(account="lu")
begun = [drafts.begin(handed_in(f"{{n}}.csv", table.encode()), organisation=body, by=lu, now=now()) for n in "ab"]
while tasks.work(clock=now):
    pass
handed_in("waiting.csv", table.encode(), whole=False)
drafts.submit(begun[1], by=lu, now=now())
sample = "enterprises.sample"
asked = feedback.ask_correction(sample, reason="注册资本的单位不对。", by=lu, now=now())
wished = feedback.wish("公共厕所位置", reason="便民地图要用。", organisation=body, by=lu, now=now())
applied = registrations.apply(sample, by=lu, now=now())
node.settle()
print(json.dumps({{
    "body": body,
    "draft": begun[0],
    "question": asked,
    "wish": wished,
    "registration": applied,
    "submitted": begun[1],
    "archive": handed_in("two.zip", archive.getvalue()),
    "link": people.invite("new", title="新", roles=roles[:1], by=NODE, now=now()),
    "locked": people.reset("ma", by=NODE, now=now()),
}}))
"""


@dataclass
class Staff:
    """The ids of what stands on the node, and what the browsers of its people keep after signing in."""

    portal: Portal
    ids: dict[str, str]
    sessions: dict[str, Any] = field(default_factory=dict)

    def session(self, browser: Browser, who: str) -> Any:
        """Sign in once, by the page; a browser context begins with what this returns. None for nobody."""
        if who and who not in self.sessions:
            context = browser.new_context()
            page = context.new_page()
            sign_in(page, self.portal.address, who)
            if "2fa" in page.url:
                page.locator("input[name=code]").fill(code(SECRET))
                page.keyboard.press("Enter")
                page.wait_for_url(re.compile(r"/desk/"))
            self.sessions[who] = context.storage_state()
            context.close()
        return self.sessions.get(who)


def opened(portal: Portal) -> Staff:
    """Open the accounts and begin their work, on a node that is being served."""
    done = subprocess.run(
        [sys.executable, "-c", _OPENED], env=environment(portal.home), check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return Staff(portal, json.loads(done.stdout.splitlines()[-1]))


def sign_in(page: Page, address: str, who: str) -> None:
    page.goto(f"{address}/en/accounts/login/")
    page.locator("input[name=login]").fill(who)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/desk/|/accounts/2fa/"))


def code(secret: str) -> str:
    """Return what an authenticator shows now."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
