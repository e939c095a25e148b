"""Signing in through the portal: what a browser sends and what it gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from hexi.kernel.actors import NODE, Actor
from hexi.registry.accounts import people
from hexi.registry.events import queries as events
from tests.nodes import Node, node_in

PASSWORD = "a caravan of salt"
LI = Actor(account="li")


@pytest.fixture
def own(db: None, tmp_path: Path) -> Iterator[Node]:
    cache.clear()
    with node_in(tmp_path) as node:
        people.accept(people.invite("li", title="李", by=NODE, now=node.clock()), PASSWORD, now=node.clock())
        yield node


def sign_in(client: Client, password: str = PASSWORD, name: str = "li") -> int:
    return client.post("/accounts/login/", {"login": name, "password": password}).status_code


def verbs(own: Node) -> list[str]:
    own.settle()
    return [each.verb for each in events.events_about("account:li", limit=99)]


def test_a_stranger_who_reads_gets_no_cookie(own: Node) -> None:
    client = Client()
    for address in ("/", "/datasets/", "/log/", "/en/about/"):
        assert not client.get(address).cookies

    assert not client.cookies


def test_who_signs_in_comes_to_their_desk_and_goes_again(own: Node) -> None:
    client = Client()

    assert client.get("/desk/").headers["Location"] == "/accounts/login/?next=/desk/"
    assert sign_in(client) == 302
    page = client.get("/desk/").content.decode()
    assert "李" in page
    assert "account.sign-in" in verbs(own)
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    client.post("/accounts/logout/")
    assert client.get("/desk/").status_code == 302


def test_fifty_wrong_passwords_lock_the_door_and_tell_nothing(own: Node) -> None:
    client, answers = Client(), {}
    for name in ("nobody", "li"):
        cache.clear()
        said = []
        for number in range(50):
            page = client.post("/accounts/login/", {"login": name, "password": f"wrong {number}"}).content.decode()
            said += re.findall(r'role="alert">([^<]+)<', page)
        answers[name] = said

    assert answers["li"] == answers["nobody"]
    assert len(answers["li"]) == 50
    assert len(set(answers["li"])) == 2
    assert sign_in(client) == 200
    assert verbs(own).count("account.sign-in-fail") < 15


def test_an_ended_account_is_out_at_once(own: Node) -> None:
    client = Client()
    sign_in(client)
    people.deactivate("li", by=NODE, now=own.clock())

    assert client.get("/desk/").status_code == 302
    again = Client()
    sign_in(again)
    assert again.get("/desk/").status_code == 302


def test_a_link_opens_the_account_and_signs_in(own: Node) -> None:
    secret = people.invite("wang", by=NODE, now=own.clock())
    client = Client()

    assert client.post(f"/accounts/link/{secret}/", {"password": PASSWORD, "again": "other"}).status_code == 400
    assert client.post(f"/accounts/link/{secret}/", {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert client.get("/desk/").status_code == 200
    assert Client().get(f"/accounts/link/{secret}/").status_code == 404


def test_a_second_factor_is_asked_for_once_it_is_set(
    own: Node, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client = Client()
    sign_in(client)
    assert client.get("/accounts/2fa/totp/activate/").headers["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.findall(r'value="([A-Z2-7]{32})"', page)[0]
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))

    assert client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    other = Client()
    assert sign_in(other) == 302
    assert other.get("/desk/").status_code == 302
    assert "account.factor" in verbs(own)


def test_a_token_opens_what_its_account_may_and_a_void_one_says_so(own: Node) -> None:
    secret = people.make_token("nightly", by=LI, now=own.clock())
    client = Client()

    assert client.get("/desk/", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    void = client.get("/", headers={"Authorization": "Bearer hexi_x"})
    assert void.status_code == 401
    assert void.json()["error"]["code"] == "account.token-void"


def test_a_form_without_its_page_is_refused(own: Node) -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/accounts/login/", {"login": "li", "password": PASSWORD})

    assert answer.status_code == 403
    assert "页" in answer.content.decode()


def test_nobody_signs_up(own: Node) -> None:
    client = Client()
    client.post(
        "/accounts/signup/",
        {"username": "zhao", "password1": PASSWORD, "password2": PASSWORD, "email": "z@example.org"},
    )

    assert sign_in(client, name="zhao") == 200


def test_who_may_not_see_people_is_refused(own: Node) -> None:
    client = Client()
    sign_in(client)

    assert client.get("/people/").status_code == 403
    assert client.post("/people/invite/", {"name": "wang"}).status_code == 403
    assert client.post("/people/li/change/", {"do": "assign", "role": "operator"}).status_code == 403
