"""Signing in through the portal: what a browser sends and what it gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import actions, people
from hexi.registry.accounts import queries as accounts
from hexi.registry.events import queries as events
from hexi.registry.parties import actions as parties
from hexi.web.mail import NOWHERE
from tests.nodes import Node, node_in

PASSWORD = "a caravan of salt"
LI = Actor(account="li")

FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""What hashes well takes its time, and these tests hash often."""


@pytest.fixture
def own(db: None, tmp_path: Path) -> Iterator[Node]:
    cache.clear()
    with override_settings(PASSWORD_HASHERS=FAST), node_in(tmp_path) as node:
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
    with django_capture_on_commit_callbacks(execute=True):
        codes = set_second_factor(client)
    assert "account.factor" in verbs(own)

    other = Client()
    assert sign_in(other) == 302
    assert other.get("/desk/").status_code == 302
    assert other.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert other.get("/desk/").status_code == 302
    assert other.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == 302
    assert other.get("/desk/").status_code == 200

    again = Client()
    sign_in(again)
    again.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert again.get("/desk/").status_code == 302, "a recovery code is good once"


def set_second_factor(client: Client) -> list[str]:
    """Set it as a person does; the recovery codes that the page shows."""
    assert client.get("/accounts/2fa/totp/activate/").headers["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    assert "data:image/svg+xml" in page
    secret = re.findall(r'value="([A-Z2-7]{32})"', page)[0]
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    return re.findall(r"\b[0-9a-z]{8}\b", client.get("/accounts/2fa/recovery-codes/download/").content.decode())


def test_a_reset_link_does_not_pass_the_second_factor_by(own: Node) -> None:
    client = Client()
    sign_in(client)
    set_second_factor(client)
    secret = people.reset("li", by=NODE, now=own.clock())

    thief = Client()
    thief.post(f"/accounts/link/{secret}/", {"password": PASSWORD + "!", "again": PASSWORD + "!"})
    assert thief.get("/desk/").status_code == 302
    assert client.get("/desk/").status_code == 302, "a new password ends every session"


def test_a_changed_password_ends_the_other_sessions(
    own: Node, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    new = PASSWORD + "!"
    with django_capture_on_commit_callbacks(execute=True):
        said = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        assert here.post("/accounts/password/change/", said).status_code == 302

    assert here.get("/desk/").status_code == 200
    assert there.get("/desk/").status_code == 302
    assert "account.password" in verbs(own)


def test_a_forgotten_password_is_reset_by_e_mail_and_strangers_learn_nothing(own: Node) -> None:
    people.invite("wang", email="wang@example.org", by=NODE, now=own.clock())
    answers = {
        address: Client().post("/accounts/password/reset/", {"email": address})
        for address in ("wang@example.org", "nobody@example.org")
    }

    assert len({(each.status_code, each.headers["Location"]) for each in answers.values()}) == 1
    assert [each.to for each in mail.outbox] == [["wang@example.org"]]
    found = re.search(r"(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert found is not None
    client = Client()
    form = client.get(found[1]).headers["Location"]
    assert client.post(form, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 302
    assert sign_in(Client(), name="wang@example.org") == 302
    assert client.get(found[1]).status_code == 200, "the link is used: a page says so"


@override_settings(EMAIL_BACKEND=NOWHERE)
def test_a_node_without_e_mail_says_whom_to_ask(own: Node) -> None:
    page = Client().get("/en/accounts/password/reset/").content.decode()

    assert "Ask its operator" in page
    assert 'type="email"' not in page


def test_cookies_stay_on_https_where_the_portal_speaks_it(own: Node) -> None:
    with override_settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True):
        client = Client()
        client.post("/accounts/login/", {"login": "li", "password": PASSWORD}, secure=True)

    assert client.cookies["sessionid"]["secure"]


def test_failures_and_the_pause_are_in_the_log_of_auditors_alone(own: Node) -> None:
    client = Client()
    for number in range(12):
        client.post("/accounts/login/", {"login": "li", "password": f"wrong {number}"})
        client.post("/accounts/login/", {"login": "nobody", "password": f"wrong {number}"})
    assert verbs(own).count("account.lock") == 1
    assert len(events.events_about("account:-", limit=99)) == len(verbs(own)) - 2, "nobody is entered as often"
    event = events.events_about("account:li", limit=1)[0]

    stranger = Client()
    assert "account:" not in stranger.get("/log/").content.decode()
    assert "account:" not in stranger.get("/log/?about=account:li").content.decode().partition("<main")[2].replace(
        "account:li <span", ""
    )
    assert stranger.get(f"/log/events/{event.id}/").status_code == 404
    assert stranger.get(f"/log/events/{event.id}.proof.json").status_code == 404
    actions.assign("li", "auditor", by=NODE, now=own.clock())
    cache.clear()
    auditor = Client()
    sign_in(auditor)
    assert "account:li" in auditor.get("/log/").content.decode()
    assert auditor.get(f"/log/events/{event.id}/").status_code == 200


def test_a_page_for_one_reader_is_kept_by_nobody(own: Node) -> None:
    client = Client()
    assert "Cache-Control" not in client.get("/").headers
    sign_in(client)

    assert client.get("/").headers["Cache-Control"] == "private, no-store"


def test_a_token_opens_what_its_account_may_and_a_void_one_says_so(own: Node) -> None:
    secret = people.make_token("nightly", by=LI, now=own.clock())
    client = Client()

    assert client.get("/desk/", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    void = client.get("/", headers={"Authorization": "Bearer hexi_x"})
    assert void.status_code == 401
    assert void.json()["error"]["code"] == "account.token-void"


@pytest.mark.parametrize("kind", ["expired", "revoked", "foreign", "empty", "of an ended account"])
def test_a_token_that_is_none_opens_nothing(own: Node, kind: str) -> None:
    secret = people.make_token("nightly", days=1, by=LI, now=own.clock() - timedelta(days=kind == "expired"))
    if kind == "revoked":
        people.revoke_token(accounts.tokens_of("li")[0].id, by=LI, now=own.clock())
    if kind == "of an ended account":
        people.deactivate("li", by=NODE, now=own.clock())
    shown = {"foreign": "hexi_" + "x" * 43, "empty": ""}.get(kind, secret)

    client = Client(headers={"Authorization": f"Bearer {shown}"})
    for answer in (client.get("/en/desk/"), client.get("/en/datasets/"), client.post("/en/accounts/me/")):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert "make a new one" in answer.json()["error"]["message"]


def test_a_program_sends_without_a_form_and_a_session_does_not(own: Node) -> None:
    actions.assign("li", "operator", by=NODE, now=own.clock())
    secret = people.make_token("nightly", by=LI, now=own.clock())
    client = Client(enforce_csrf_checks=True)

    with_token = client.post("/people/invite/", {"name": "wang"}, headers={"Authorization": f"Bearer {secret}"})
    assert with_token.status_code == 200
    client.cookies["sessionid"] = "x"
    assert client.post("/people/invite/", {"name": "zhao"}).status_code == 403


def test_a_token_is_made_shown_once_and_revoked_on_the_page_of_one_s_account(own: Node) -> None:
    client = Client()
    sign_in(client)
    page = client.post("/accounts/me/", {"title": "夜间", "days": "30", "scope": "upload.*"}).content.decode()
    secret = re.findall(r"hexi_[\w-]{43}", page)[0]

    assert secret not in client.get("/accounts/me/").content.decode()
    token = accounts.tokens_of("li")[0]
    assert token.scope == ("upload.*",)
    client.post("/accounts/me/", {"do": "revoke", "token": token.id})
    assert Client().get("/", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


@pytest.mark.parametrize("days", ["", "0", "-1", "731", "x", "９", "99999999999"])
def test_days_that_are_none_are_refused(own: Node, days: str) -> None:
    client = Client()
    sign_in(client)

    page = client.post("/en/accounts/me/", {"title": "t", "days": days}).content.decode()
    assert "1 to 730 days" in page
    assert accounts.tokens_of("li") == ()


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


def test_an_operator_opens_an_account_for_a_program(own: Node) -> None:
    actions.assign("li", "operator", by=NODE, now=own.clock())
    client = Client()
    sign_in(client)

    assert (
        client.post("/people/program/", {"name": "nightly", "title": "夜间"}).headers["Location"] == "/people/nightly/"
    )
    page = client.post("/people/nightly/change/", {"do": "token", "title": "one", "days": "9"}).content.decode()
    secret = re.findall(r"hexi_[\w-]{43}", page)[0]
    assert Client().get("/desk/", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    token = accounts.tokens_of("nightly")[0]
    client.post("/people/nightly/change/", {"do": "revoke", "token": token.id})
    assert Client().get("/desk/", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_an_auditor_sees_people_and_changes_nothing(own: Node) -> None:
    actions.assign("li", "auditor", by=NODE, now=own.clock())
    people.invite("wang", by=NODE, now=own.clock())
    client = Client()
    sign_in(client)

    for address in ("/people/", "/people/wang/"):
        page = client.get(address).content.decode().partition("<main")[2]
        assert "wang" in page
        assert "<form" not in page
    for said in ({"do": "deactivate"}, {"do": "assign", "role": "officer"}, {"do": "reset"}, {"do": "revoke-link"}):
        assert client.post("/people/wang/change/", said).status_code == 403
    assert accounts.account("wang").is_active


def test_an_operator_of_one_organisation_sees_its_people_only(own: Node) -> None:
    here = parties.register(Text("省统计局", "Statistics"), code=None, by=NODE, now=own.clock())
    actions.assign("li", "operator", organisation=here, by=NODE, now=own.clock())
    people.invite("wang", roles=[("officer", here)], by=NODE, now=own.clock())
    people.invite("zhao", by=NODE, now=own.clock())
    client = Client()
    sign_in(client)

    page = client.get("/people/").content.decode()
    assert "wang" in page
    assert "zhao" not in page
    assert client.get("/people/zhao/").status_code == client.get("/people/nobody/").status_code == 404
    assert client.post("/people/invite/", {"name": "qian", "role": "officer", "organisation": here}).status_code == 200
    assert client.post("/people/invite/", {"name": "sun", "role": "officer"}).status_code == 403


@pytest.mark.parametrize(
    ("role", "doors"),
    [(None, set()), ("handler", set()), ("officer", {"/publish/"}), ("operator", {"/publish/", "/people/"})],
)
def test_the_menu_leads_to_what_one_may_do_for_one_organisation(own: Node, role: str | None, doors: set[str]) -> None:
    here = parties.register(Text("省统计局", "Statistics"), code=None, by=NODE, now=own.clock())
    if role:
        actions.assign("li", role, organisation=here, by=NODE, now=own.clock())
    client = Client()
    sign_in(client)
    menu = client.get("/about/").content.decode().split("<details")[1].split("</details>")[0]

    assert {each for each in ("/publish/", "/people/") if f'href="{each}"' in menu} == doors


def test_the_page_of_people_asks_as_often_however_many_there_are(
    own: Node, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    actions.assign("li", "operator", by=NODE, now=own.clock())
    client = Client()
    sign_in(client)
    with CaptureQueriesContext(connection) as before:
        client.get("/people/")
    for number in range(9):
        people.invite(f"p{number}", roles=[("officer", None)], by=NODE, now=own.clock())

    with django_assert_num_queries(len(before)):
        client.get("/people/")


@pytest.mark.parametrize("address", ["email/", "3rdparty/", "confirm-email/x/"])
def test_what_this_node_has_no_use_for_is_closed(own: Node, address: str) -> None:
    client = Client()
    sign_in(client)

    client.post(f"/accounts/{address}", {"email": "victim@example.org", "action_add": ""})
    assert accounts.account("li").email is None
    assert mail.outbox == []
