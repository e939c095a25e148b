"""The desk and the notices: what each role is shown, and to whom."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import people
from hexi.registry.accounts import queries as accounts
from hexi.registry.notices import actions as notices
from hexi.registry.parties import actions as parties
from hexi.registry.runs import actions as runs
from hexi.registry.runs.errors import RunMissing
from tests.nodes import Node, node_in

PASSWORD = "a caravan of salt"
FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ROLES = {"li": "officer", "wang": "approver", "sun": "auditor", "ma": "operator", "qian": ""}
SignIn = Callable[[str], Client]


@pytest.fixture
def own(db: None, tmp_path: Path) -> Iterator[Node]:
    cache.clear()
    with override_settings(PASSWORD_HASHERS=FAST), node_in(tmp_path) as node:
        office = parties.register(Text("省商务厅", "Commerce"), code=None, by=NODE, now=node.clock())
        for name, role in ROLES.items():
            roles = [(role, None if role == "operator" else office)] if role else []
            people.accept(people.invite(name, roles=roles, by=NODE, now=node.clock()), PASSWORD, now=node.clock())
        yield node


@pytest.fixture
def sign_in(own: Node) -> SignIn:
    def signed(name: str) -> Client:
        client = Client()
        client.post("/accounts/login/", {"login": name, "password": PASSWORD})
        return client

    return signed


@pytest.mark.parametrize(
    ("name", "shown", "hidden"),
    [
        ("li", ["Drafts to finish"], ["Drafts to review", "The node", "Today in the log"]),
        ("wang", ["Drafts to review"], ["Drafts to finish", "The node"]),
        ("sun", ["Today in the log"], ["Drafts to finish", "Drafts to review", "The node"]),
        ("ma", ["The node", "Runs that failed", "Invitations not accepted"], ["Drafts to finish", "Today in the log"]),
        ("qian", [], ["Drafts to finish", "Drafts to review", "The node", "Today in the log"]),
    ],
)
def test_each_role_sees_what_it_can_do_something_about(
    sign_in: SignIn, name: str, shown: list[str], hidden: list[str]
) -> None:
    page = sign_in(name).get("/en/desk/").content.decode()

    assert [each for each in shown if each not in page] == []
    assert [each for each in hidden if each in page] == []


def test_the_desk_is_nobodys_who_did_not_sign_in(own: Node) -> None:
    assert Client().get("/desk/").headers["Location"] == "/accounts/login/?next=/desk/"
    assert Client().get("/notices/").headers["Location"] == "/accounts/login/?next=/notices/"


def test_a_failed_run_is_the_operators_and_of_who_began_it(own: Node, sign_in: SignIn) -> None:
    watch = runs.begin("test.firms", by=Actor(account="li"), clock=own.clock, watcher=None)
    watch.end()
    runs.fail(watch, RunMissing("There is no such run."), by=Actor(account="li"), now=own.clock())

    seen = {
        name: "Runs that failed" in sign_in(name).get("/en/desk/").content.decode() for name in ("li", "ma", "wang")
    }

    assert seen == {"li": True, "ma": True, "wang": False}
    assert "There is no such run." in sign_in("ma").get("/en/desk/").content.decode()


def test_an_invitation_waits_on_the_operators_desk_until_it_is_accepted(own: Node, sign_in: SignIn) -> None:
    secret = people.invite("hong", by=NODE, now=own.clock())
    with_it = sign_in("ma").get("/en/desk/").content.decode()
    assert [each.account for each in accounts.open_invitations(now=own.clock())] == ["hong"]
    people.accept(secret, PASSWORD, now=own.clock())

    assert accounts.open_invitations(now=own.clock()) == ()
    assert "Invitations not accepted" in with_it


def test_notices_are_shown_counted_and_marked_as_read(own: Node, sign_in: SignIn) -> None:
    for _ in range(2):
        _tell(own, "<script>alert(1)</script>")
    client = sign_in("li")

    page = client.get("/en/notices/").content.decode()
    assert "wang handed in the draft “&lt;script&gt;alert(1)&lt;/script&gt;” for review." in page
    assert "<script>alert" not in page
    assert 'aria-label="unread notices">2<' in page
    assert client.post("/en/notices/", {}).status_code == 302
    assert 'aria-label="unread notices"' not in client.get("/en/notices/").content.decode()


def test_whoever_follows_a_notice_has_read_it_and_nobody_else_follows_it(own: Node, sign_in: SignIn) -> None:
    _tell(own, "a")
    _tell(own, "b")
    client = sign_in("li")
    links = re.findall(r'href="(/en/notices/[^"]+/)"', client.get("/en/notices/").content.decode())

    assert len(links) == 2
    assert sign_in("wang").get(links[0]).status_code == 404
    assert client.get(links[0]).headers["Location"] == "/en/publish/1/review/"

    page = client.get("/en/notices/").content.decode()
    assert 'aria-label="unread notices">1<' in page
    assert links[0] not in page
    assert 'href="/en/publish/1/review/"' in page


def test_neither_page_asks_more_where_more_waits(own: Node, sign_in: SignIn) -> None:
    client, asked = sign_in("li"), []
    for count in (3, 40):
        for _ in range(count):
            _tell(own, "a")
        for address in ("/desk/", "/notices/"):
            with CaptureQueriesContext(
                connection,
            ) as found:
                client.get(address)
            asked.append(len(found))

    assert asked[:2] == asked[2:]


def _tell(node: Node, title: str) -> None:
    notices.tell(
        ["li"],
        template="{who} handed in the draft “{title}” for review.",
        facts={"who": "wang", "title": title},
        object="draft:1",
        by=NODE,
        now=node.clock(),
    )
