"""Signing in by the organisation's provider: a real one, which holds the portal to the standard."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from hexi.kernel.actors import NODE
from hexi.registry.accounts import people
from hexi.registry.events import queries as events
from hexi.web import providers
from tests.nodes import Node, node_in
from tests.web import provider as oidc
from tests.web.provider import Provider

EMAIL = "li@example.org"
LI = {"sub": "7f3", "email": EMAIL, "email_verified": True, "name": "李"}

FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""What hashes well takes its time, and these tests hash often."""


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with oidc.running() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Iterator[Provider]:
    running.person, running.audience = dict(LI), oidc.CLIENT
    running.refused.clear()
    running.ways_back.clear()
    with where({"HEXI_OIDC": running.issuer, "HEXI_OIDC_SECRET": oidc.SECRET, "HEXI_OIDC_TITLE": "省统一身份认证"}):
        yield running


def where(environ: dict[str, str]) -> override_settings:
    """The portal as it is in such an environment."""
    return override_settings(SOCIALACCOUNT_PROVIDERS=providers.openid_connect(environ))


@pytest.fixture
def own(db: None, tmp_path: Path) -> Iterator[Node]:
    cache.clear()
    with override_settings(PASSWORD_HASHERS=FAST), node_in(tmp_path) as node:
        people.invite("li", title="李", email=EMAIL, by=NODE, now=node.clock())
        yield node


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **facts: object) -> None:
        """Let the test see where it is sent."""


def at_provider(address: str) -> str:
    """What the browser does between leaving the portal and coming back; the address to which it comes back."""
    try:
        urllib.request.build_opener(_Stay).open(address, timeout=5)
    except HTTPError as redirect:
        return redirect.headers["Location"]
    raise AssertionError("the provider sends nobody back")


def sign_in(client: Client, page: str = "/accounts/login/") -> str:
    """Go the whole way from the page of signing in; the address at which one arrives."""
    form = client.get(page).content.decode().partition("signing section")[2]
    action, onward = re.findall(r'action="([^"]+)"', form)[0], re.findall(r'name="next" value="([^"]+)"', form)[0]
    away = client.post(action, {"next": onward})
    assert away.status_code == 302
    back = urlsplit(at_provider(away.headers["Location"]))
    answer = client.get(f"{back.path}?{back.query}")
    return answer.headers["Location"] if answer.status_code == 302 else str(answer.status_code)


def is_in(client: Client) -> bool:
    return client.get("/desk/").status_code == 200


def test_the_page_of_signing_in_offers_the_provider_where_there_is_one(own: Node, provider: Provider) -> None:
    answer = Client().get("/accounts/login/")

    assert "省统一身份认证" in answer.content.decode()
    # Chromium holds redirects after a form to the policy, too.
    assert f"form-action 'self' {provider.issuer};" in answer.headers["Content-Security-Policy"]


def test_without_a_provider_the_page_offers_none(own: Node) -> None:
    with where({}):
        answer = Client().get("/accounts/login/")
        away = Client().post("/accounts/oidc/oidc/login/")

    assert "/accounts/oidc/" not in answer.content.decode()
    assert "form-action 'self';" in answer.headers["Content-Security-Policy"]
    assert away.status_code == 404


def test_who_was_invited_signs_in_by_the_provider_and_again(own: Node, provider: Provider) -> None:
    for client in (Client(), Client()):
        assert sign_in(client) == "/desk/"
        assert is_in(client)

    assert provider.refused == []
    own.settle()
    assert [each.verb for each in events.events_about("account:li", limit=9)].count("account.sign-in") == 2


def test_the_way_back_is_one_address_in_every_language(own: Node, provider: Provider) -> None:
    assert sign_in(Client(), "/en/accounts/login/") == "/en/desk/"
    assert sign_in(Client(), "/en/accounts/login/?next=/en/log/") == "/en/log/"
    assert sign_in(Client(), "/accounts/login/?next=https://evil.example/") == "/desk/"

    assert provider.ways_back == {"http://testserver/accounts/oidc/oidc/login/callback/"}


def test_the_account_is_known_by_its_subject_even_if_the_address_changes(own: Node, provider: Provider) -> None:
    sign_in(Client())
    provider.person["email"] = "li.new@example.org"

    client = Client()
    assert sign_in(client) == "/desk/"
    assert is_in(client)


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"email": "stranger@example.org", "sub": "8"}, id="nobody-invited-them"),
        pytest.param({"email_verified": False}, id="an-address-that-the-provider-did-not-check"),
        pytest.param({"email": ""}, id="no-address"),
    ],
)
def test_whom_nobody_invited_is_not_let_in(own: Node, provider: Provider, claims: dict[str, object]) -> None:
    provider.person |= claims

    client = Client()
    sign_in(client)
    assert not is_in(client)


def test_an_ended_account_is_not_let_in_by_the_provider_either(own: Node, provider: Provider) -> None:
    sign_in(Client())
    people.deactivate("li", by=NODE, now=own.clock())

    client = Client()
    sign_in(client)
    assert not is_in(client)


def test_tokens_made_out_for_another_client_let_nobody_in(own: Node, provider: Provider) -> None:
    provider.audience = "another"

    client = Client()
    sign_in(client)
    assert not is_in(client)


def test_who_refuses_at_the_provider_comes_back_as_nobody(own: Node, provider: Provider) -> None:
    provider.person = {}

    client = Client()
    sign_in(client)
    assert not is_in(client)


def test_an_answer_nobody_asked_for_is_refused(own: Node, provider: Provider) -> None:
    away = Client().post("/accounts/oidc/oidc/login/").headers["Location"]
    back = urlsplit(at_provider(away))

    victim = Client()
    victim.get(f"{back.path}?{back.query}")
    assert not is_in(victim)


def test_a_provider_that_is_away_is_said_to_be(own: Node) -> None:
    with where({"HEXI_OIDC": "http://127.0.0.1:9"}):
        answer = Client(raise_request_exception=False).post("/accounts/oidc/oidc/login/")

    assert answer.status_code == 503
