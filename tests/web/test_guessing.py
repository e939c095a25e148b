"""Whoever guesses passwords is paused, learns nothing from it, and stands in the log."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from hexi.registry.accounts import actions as accounts
from hexi.registry.events import queries as events
from hexi.web.clock import clock
from hexi.web.keeping import shelf
from hexi.web.signing_in import PAUSE_S
from tests.nodes import Node
from tests.web.test_signing_in import PASSWORD, own, verbs

__all__ = ["own"]
TRIES, UNTIL_PAUSED = 50, 10
OTHERWISE_ALIKE = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|\bli\b|\bnobody\b')
"""What differs from page to page by itself: the form's token, and the name that was typed."""


def attempt(name: str, password: str, *, number: int = 0) -> HttpResponse:
    """Answer to one try, which comes from an address of its own."""
    client = Client(REMOTE_ADDR=f"10.0.{number}.1")
    return client.post("/en/accounts/login/", {"login": name, "password": password})


def told(answer: HttpResponse) -> tuple[int, str, tuple[str, ...]]:
    """All that an answer shows."""
    names = tuple(sorted(each for each in answer.headers if each != "Content-Length"))
    return answer.status_code, OTHERWISE_ALIKE.sub("", answer.content.decode()), names


def test_fifty_guesses_from_fifty_addresses_pause_an_account_until_the_pause_is_over(
    own: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [attempt("li", f"wrong {number}", number=number) for number in range(TRIES)]

    assert {each.status_code for each in answers} == {200}
    said = [re.findall(r'role="alert">([^<]+)<', each.content.decode()) for each in answers]
    assert [each == said[-1] for each in said] == [False] * UNTIL_PAUSED + [True] * (TRIES - UNTIL_PAUSED)
    right = attempt("li", PASSWORD, number=60)
    assert right.status_code == 200
    assert re.findall(r'role="alert">([^<]+)<', right.content.decode()) == said[-1]
    assert "sessionid" not in right.cookies

    began = time.time
    monkeypatch.setattr(time, "time", lambda: began() + PAUSE_S + 1)

    assert attempt("li", PASSWORD, number=61).status_code == 302
    found = verbs(own)
    assert found[:2] == ["account.sign-in", "account.lock"]
    assert found.count("account.sign-in-fail") == UNTIL_PAUSED
    assert found.count("account.lock") == 1


def test_who_guesses_cannot_tell_an_account_from_none(own: Node) -> None:
    shown = {}
    for name in ("li", "nobody"):
        cache.clear()
        shown[name] = [told(attempt(name, f"wrong {number}", number=number)) for number in range(UNTIL_PAUSED + 2)]
    own.settle()

    assert shown["li"] == shown["nobody"]
    entered = [[each.verb for each in events.events_about(f"account:{name}", limit=99)] for name in ("li", "-")]
    guesses = [[verb for verb in each if verb in {"account.sign-in-fail", "account.lock"}] for each in entered]
    assert guesses[0] == guesses[1]
    assert guesses[0][0] == "account.lock"


@pytest.mark.parametrize("spelt", ["LI", "Li", " li", "li ", "lI"])
def test_another_spelling_of_the_name_gives_no_more_guesses(own: Node, spelt: str) -> None:
    for number in range(UNTIL_PAUSED):
        attempt("li", f"wrong {number}", number=number)

    assert attempt(spelt, PASSWORD, number=60).status_code == 200


def test_a_pause_ends_no_session_that_is_open(own: Node) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": "li", "password": PASSWORD})
    for number in range(TRIES):
        attempt("li", f"wrong {number}", number=number)

    assert client.get("/desk/").status_code == 200


def test_a_pause_is_not_forgotten_over_many_other_guesses(own: Node) -> None:
    for number in range(UNTIL_PAUSED):
        attempt("li", f"wrong {number}", number=number)
    for number in range(160):
        attempt(f"other{number}", "wrong", number=number + 20)

    assert attempt("li", PASSWORD, number=200).status_code == 200


def test_counts_go_when_their_time_is_over(own: Node) -> None:
    attempt("li", "wrong")
    now = clock()

    assert accounts.forget_counts(now=now) == 0
    assert accounts.forget_counts(now=now + timedelta(hours=2)) > 0
    assert accounts.forget_counts(now=now + timedelta(hours=2)) == 0


def test_what_is_kept_of_pages_pushes_no_pause_out(own: Node) -> None:
    for number in range(UNTIL_PAUSED):
        attempt("li", f"wrong {number}", number=number)
    for number in range(2_000):
        shelf().set(f"kept:{number}", number)

    assert attempt("li", PASSWORD, number=200).status_code == 200
