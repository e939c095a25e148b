"""Following, asking and wishing through the portal: what a browser sends and what it gets."""

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
from hexi.registry.accounts import actions as accounts
from hexi.registry.accounts import people
from hexi.registry.catalog import queries as catalog
from hexi.registry.feedback import actions, queries
from hexi.registry.feedback.checking import A_DAY
from hexi.registry.parties import actions as parties
from tests.nodes import NOON, Node, contract, field, node_in

PASSWORD = "a caravan of salt"
FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SHOPS = "test.shops"
SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://example.org","x")'
QIAN, LI = Actor(account="qian"), Actor(account="li")
SignIn = Callable[[str], Client]


@pytest.fixture
def own(db: None, tmp_path: Path) -> Iterator[Node]:
    cache.clear()
    with override_settings(PASSWORD_HASHERS=FAST), node_in(tmp_path) as node:
        text = contract(SHOPS, field("code", "编号"), zh="商店", en="Shops", openness="closed")
        node.publish(text, "code\n1\n")
        publisher = catalog.dataset(SHOPS).summary.publisher_id
        said = {"contact": "0931-1", "by": NODE, "require": accounts.require, "now": node.clock()}
        parties.open_post(publisher, Text("数据科", "Data section"), **said)
        for name, *roles in (("qian",), ("hong",), ("li", ("officer", publisher))):
            people.accept(people.invite(name, roles=roles, by=NODE, now=node.clock()), PASSWORD, now=node.clock())
        yield node


@pytest.fixture
def sign_in(own: Node) -> SignIn:
    def signed(name: str) -> Client:
        client = Client()
        client.post("/accounts/login/", {"login": name, "password": PASSWORD})
        return client

    return signed


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_who_may_not_read_sees_whom_to_ask_and_asks(own: Node, sign_in: SignIn) -> None:
    stranger = text_of(Client(), f"/en/datasets/{SHOPS}/")
    assert "Data section" in stranger
    assert "0931-1" in stranger
    assert f"/en/datasets/{SHOPS}/ask/" in stranger

    client = sign_in("qian")
    answer = client.post(f"/en/datasets/{SHOPS}/ask/", {"purpose": "to check licences"})

    assert answer.status_code == 302
    assert "to check licences" in text_of(sign_in("li"), answer.headers["Location"])
    assert sign_in("hong").get(answer.headers["Location"]).status_code == 404
    assert Client().get(answer.headers["Location"]).status_code == 404
    assert "Request for data" in text_of(client, "/en/desk/")


def test_following_is_one_press_and_comes_back(own: Node, sign_in: SignIn) -> None:
    client, page = sign_in("qian"), f"/en/datasets/{SHOPS}/fields/"
    said = {"follow": f"dataset:{SHOPS}", "next": page}

    assert client.post("/en/follow/", said).headers["Location"] == page
    assert 'aria-pressed="true"' in text_of(client, page)
    assert "Shops" in text_of(client, "/en/desk/")
    assert client.post("/en/follow/", said | {"next": "https://example.org/"}).headers["Location"] == "/en/desk/"
    client.post("/en/follow/", {"unfollow": f"dataset:{SHOPS}"})
    assert 'aria-pressed="false"' in text_of(client, page)
    assert client.post("/en/follow/", {"follow": "dataset:test.nothing"}).status_code == 404
    assert client.post("/en/follow/", {}).status_code == 404
    assert Client().post("/en/follow/", said).headers["Location"].startswith("/en/accounts/login/")


def test_what_is_kept_of_a_page_holds_no_token_of_a_browser(own: Node, sign_in: SignIn) -> None:
    own.publish(contract("test.open", field("code", "编号"), zh="开放", en="Open"), "code\n1\n")
    client = sign_in("qian")

    head, _, body = text_of(client, "/datasets/test.open/").partition("<main")

    assert 'form="following"' in body
    assert "csrfmiddlewaretoken" not in body
    assert head.count("csrfmiddlewaretoken") == 2


def test_a_row_with_a_key_leads_to_the_form_with_its_key(own: Node, sign_in: SignIn) -> None:
    rows = 'id,part\n1,"a b"\n2,&\n'
    own.publish(
        contract(
            "test.keyed",
            field("id", "编号", more="primaryKey: true"),
            field("part", "部", more="primaryKey: true"),
            zh="表",
            en="T",
        ),
        rows,
    )
    own.publish(contract("test.keyless", field("id", "编号"), zh="表", en="T"), "id\n1\n")

    links = re.findall(r'<td class="fix"><a href="([^"]+)"', text_of(Client(), "/en/datasets/test.keyed/"))

    assert links == [
        "/en/datasets/test.keyed/correct/?row=1%2C%20a%20b",
        "/en/datasets/test.keyed/correct/?row=2%2C%20%26",
    ]
    assert 'name="row" maxlength="200" value="1, a b"' in text_of(sign_in("qian"), links[0])
    assert 'class="fix"' not in text_of(Client(), "/en/datasets/test.keyed/?columns=id")
    assert 'class="fix"' not in text_of(Client(), "/en/datasets/test.keyless/")


def test_a_correction_goes_from_the_form_to_the_public_page(own: Node, sign_in: SignIn) -> None:
    said = {"field": "code", "row": "1", "proposal": FORMULA, "reason": SCRIPT}
    made = sign_in("qian").post(f"/datasets/{SHOPS}/correct/", said).headers["Location"]
    assert SCRIPT not in text_of(Client(), f"/datasets/{SHOPS}/questions/")

    officer = sign_in("li")
    assert "商店" in text_of(officer, "/desk/")
    assert officer.post(made, {"do": "answer", "outcome": "accepted", "text": SCRIPT}).status_code == 302

    public = text_of(Client(), f"/datasets/{SHOPS}/questions/")
    assert public.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2
    assert SCRIPT not in public
    assert "qian" not in public
    assert SCRIPT not in text_of(officer, made)


@pytest.mark.parametrize(
    ("address", "said", "kept"),
    [
        (f"/en/datasets/{SHOPS}/correct/", {"reason": "", "proposal": "kept & safe"}, "kept &amp; safe"),
        (f"/en/datasets/{SHOPS}/correct/", {"reason": "kept reason", "field": "nothing"}, "kept reason"),
        (f"/en/datasets/{SHOPS}/ask/", {"purpose": "y" * 2001}, "y" * 2001),
        ("/en/wishes/new/", {"title": "kept title", "reason": " "}, "kept title"),
    ],
)
def test_what_was_typed_is_kept_where_something_is_wrong(
    sign_in: SignIn, address: str, said: dict[str, str], kept: str
) -> None:
    answer = sign_in("qian").post(address, said)

    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert kept in answer.content.decode()


def test_who_asks_too_much_is_told_and_keeps_what_they_typed(sign_in: SignIn) -> None:
    client = sign_in("qian")
    for number in range(A_DAY):
        assert client.post("/en/wishes/new/", {"title": f"t{number}", "reason": "x"}).status_code == 302

    answer = client.post("/en/wishes/new/", {"title": "one more", "reason": "x"})

    assert answer.status_code == 429
    assert "one more" in answer.content.decode()


def test_no_form_is_taken_from_elsewhere(own: Node, sign_in: SignIn) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = sign_in("qian").cookies

    for address in ("/follow/", "/wishes/new/", f"/datasets/{SHOPS}/correct/", f"/datasets/{SHOPS}/ask/", "/notices/"):
        assert client.post(address, {"title": "x", "reason": "x", "follow": f"dataset:{SHOPS}"}).status_code == 403


def test_a_wish_is_found_joined_answered_and_told(own: Node, sign_in: SignIn) -> None:
    made = sign_in("qian").post("/en/wishes/new/", {"title": SCRIPT, "reason": "rain"}).headers["Location"]
    other = sign_in("hong")
    assert "&lt;script&gt;" in text_of(other, "/en/wishes/?q=rain")
    assert "Nobody missed this so far" in text_of(other, "/en/wishes/?q=snow")
    assert 'value="join"' in text_of(other, made)

    other.post(made, {"do": "join"})

    assert "2 miss it" in text_of(Client(), made)
    assert 'value="join"' not in text_of(other, made)
    assert other.post(made, {"do": "answer", "text": "x"}).status_code == 403
    # Nobody was named who should have it: whoever answers requests anywhere may not, only the node's operators.
    people.accept(people.invite("ma", roles=[("operator", None)], by=NODE, now=own.clock()), PASSWORD, now=own.clock())
    operator = sign_in("ma")
    wrong = operator.post(made, {"do": "answer", "text": "kept", "dataset": "test.nothing"})
    assert wrong.status_code == 400
    assert "kept" in wrong.content.decode()
    operator.post(made, {"do": "answer", "text": "", "dataset": SHOPS})
    assert SHOPS in text_of(Client(), made)
    assert "The wish “&lt;script&gt;" in text_of(other, "/en/notices/")


def test_a_wish_is_taken_back_by_who_had_it_and_closed_by_who_answers(own: Node, sign_in: SignIn) -> None:
    author, officer, office = sign_in("qian"), sign_in("li"), catalog.dataset(SHOPS).summary.publisher_id
    wished = {"title": "Rain", "reason": "floods", "organisation": office}
    first, second = (author.post("/en/wishes/new/", wished).headers["Location"] for _ in range(2))
    for page, button in ((first, "withdraw"), (second, "close")):
        assert (f'value="{button}"' in text_of(author, page)) is (button == "withdraw")
        assert (f'value="{button}"' in text_of(officer, page)) is (button == "close")
    assert "answer due by" in text_of(Client(), first)

    author.post(first, {"do": "withdraw"})
    assert officer.post(second, {"do": "close", "text": " "}).status_code == 400
    officer.post(second, {"do": "close", "text": "nobody measures it"})

    assert "taken back" in text_of(Client(), first)
    assert first not in text_of(Client(), "/en/wishes/")
    for page in (first, second):
        for client in (author, officer):
            assert "<button" not in text_of(client, page).partition("</header>")[2].partition("<main")[2]
            assert 'name="do"' not in text_of(client, page)
    assert "nobody measures it" in text_of(Client(), second)
    assert officer.post(first, {"do": "join"}).status_code == 409
    assert "was closed with an answer" in text_of(author, "/en/notices/")


def test_overdue_questions_are_said_to_be_so(own: Node, sign_in: SignIn) -> None:
    asked = actions.ask_correction(SHOPS, reason="x", by=QIAN, now=NOON.replace(year=2020))

    assert "overdue" in text_of(sign_in("li"), "/en/desk/")
    assert "(overdue)" in text_of(sign_in("li"), f"/en/questions/{asked}/")


@pytest.mark.parametrize("address", [f"/datasets/{SHOPS}/questions/", "/wishes/", "/desk/"])
def test_no_page_asks_more_where_there_is_more(own: Node, sign_in: SignIn, address: str) -> None:
    client, asked = sign_in("li"), []
    for count in (2, 7):
        for number in range(count):
            made = actions.ask_correction(SHOPS, reason="x", by=QIAN, now=own.clock())
            actions.ask_correction(SHOPS, reason="x", by=LI, now=own.clock())
            actions.answer(made, "accepted", text="y", by=LI, now=own.clock())
            actions.wish(f"w{number}", reason="x", by=QIAN, now=own.clock())
        with CaptureQueriesContext(connection) as found:
            client.get(address)
        asked.append(len(found))

    assert asked[0] == asked[1]
    assert queries.waiting_about(SHOPS) == 9
    assert not re.search(r"None|\{\{|\{%", text_of(client, address))
