"""Two officers on one draft, each in a browser of their own: who saves later is told, and nothing is overwritten."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from hexi.data.drafting import editing
from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import people
from hexi.registry.accounts.models import Account
from hexi.registry.documents import actions as documents
from hexi.registry.drafts import actions, queries, tasks
from hexi.registry.parties import actions as parties
from tests.nodes import Node, node_in

LI, SUN = Actor(account="li"), Actor(account="sun")
ROWS = "编号,名称,人数\n" + "".join(f"a{n:03},店{n},{n}\n" for n in range(1, 31))
SAVES: tuple[tuple[str, dict[str, str]], ...] = (
    ("fields/name/", {"title_zh": "孙的名"}),
    ("fields/name/", {"do": "remove"}),
    ("about/", {"title_zh": "孙的表"}),
    ("contract/", {"text": "x"}),
)
REFUSED = re.compile(
    r"li changed this draft at \S+, after you had opened it\. Nothing of yours was saved: load the page"
)


@dataclass
class Browser:
    """One officer's browser."""

    client: Client

    def opens(self, address: str) -> str:
        """The revision that the page's form was made of."""
        page = self.client.get(address).content.decode()
        return re.findall(r'name="number" value="(\d+)"', page)[0]

    def saves(self, address: str, *, number: str, is_plain: bool = True, **said: str) -> HttpResponse:
        headers = {} if is_plain else {"HX-Request": "true", "HX-Target": "editor"}
        return self.client.post(address, {"number": number, **said}, headers=headers)


@dataclass
class Pair:
    """A draft, and two who may edit it."""

    draft: str
    li: Browser
    sun: Browser

    @property
    def text(self) -> str:
        return queries.draft(self.draft, reader=LI).text

    def title(self, field: str) -> str:
        return next(each.title.zh for each in editing.fields(self.text) if each.name == field)

    def at(self, page: str = "") -> str:
        return f"/en/publish/{self.draft}/{page}"


@pytest.fixture
def pair(db: None, tmp_path: Path) -> Iterator[Pair]:
    with node_in(tmp_path) as node:
        office = parties.register(Text("省商务厅", "Commerce"), code=None, by=NODE, now=node.clock())
        for each in (LI, SUN):
            people.invite(each.account, roles=[("officer", office)], by=NODE, now=node.clock())
        yield Pair(_draft(node, office), *(_browser(each) for each in (LI, SUN)))


def _browser(officer: Actor) -> Browser:
    client = Client()
    client.force_login(Account.objects.get(name=officer.account), settings.AUTHENTICATION_BACKENDS[0])
    return Browser(client)


def _draft(node: Node, office: str) -> str:
    raw = ROWS.encode()
    upload = documents.begin("商店.csv", size_bytes=len(raw), organisation=office, by=LI, now=node.clock())
    documents.append(upload.id, raw, offset=0, sha256=hashlib.sha256(raw).hexdigest(), by=LI, now=node.clock())
    document = documents.complete(upload.id, by=LI, now=node.clock()).id
    draft = actions.begin(document, organisation=office, by=LI, now=node.clock())
    while tasks.work(clock=node.clock):
        pass
    return draft


@pytest.mark.parametrize(("is_plain", "status"), [(True, 409), (False, 200)], ids=["a plain form", "htmx"])
@pytest.mark.parametrize("said", [{"title_zh": "孙的名"}, {"do": "remove"}], ids=["another title", "left out"])
def test_who_changes_a_field_later_is_told_and_the_first_change_stays(
    pair: Pair, said: dict[str, str], is_plain: bool, status: int
) -> None:
    address = pair.at("fields/name/")
    numbers = [each.opens(pair.at()) for each in (pair.li, pair.sun)]
    assert pair.li.saves(address, number=numbers[0], title_zh="李的名").status_code == 302
    kept = pair.text

    answer = pair.sun.saves(address, number=numbers[1], is_plain=is_plain, **said)

    assert answer.status_code == status
    page = unescape(answer.content.decode())
    assert REFUSED.search(page)
    assert "李的名" in page
    assert (pair.text, pair.title("name")) == (kept, "李的名")
    # The remedy: the page as it is now.
    again = pair.sun.opens(pair.at())
    assert pair.sun.saves(address, number=again, is_plain=is_plain, **said).status_code in {200, 302}
    assert pair.text != kept


def test_who_changes_a_field_that_the_other_left_out_is_told(pair: Pair) -> None:
    numbers = [each.opens(pair.at()) for each in (pair.li, pair.sun)]
    pair.li.saves(pair.at("fields/name/"), number=numbers[0], do="remove")
    kept = pair.text

    answer = pair.sun.saves(pair.at("fields/name/"), number=numbers[1], title_zh="孙的名")

    assert answer.status_code == 409
    assert REFUSED.search(unescape(answer.content.decode()))
    assert pair.text == kept


def test_two_who_change_different_fields_at_once_both_succeed(pair: Pair) -> None:
    numbers = [each.opens(pair.at()) for each in (pair.li, pair.sun)]

    assert pair.li.saves(pair.at("fields/name/"), number=numbers[0], title_zh="李的名").status_code == 302
    assert pair.sun.saves(pair.at("fields/people/"), number=numbers[1], title_zh="孙的数").status_code == 302

    assert (pair.title("name"), pair.title("people")) == ("李的名", "孙的数")


def test_who_describes_the_table_later_is_told_and_the_first_description_stays(pair: Pair) -> None:
    numbers = [each.opens(pair.at("about/")) for each in (pair.li, pair.sun)]
    assert pair.li.saves(pair.at("about/"), number=numbers[0], title_zh="李的表").status_code == 302
    kept = pair.text

    answer = pair.sun.saves(pair.at("about/"), number=numbers[1], title_zh="孙的表")

    assert answer.status_code == 409
    assert REFUSED.search(unescape(answer.content.decode()))
    assert pair.text == kept
    assert editing.about(kept).title.zh == "李的表"


def test_who_saves_the_contract_later_is_told_and_keeps_what_was_typed(pair: Pair) -> None:
    numbers = [each.opens(pair.at("contract/")) for each in (pair.li, pair.sun)]
    first, second = (f"{pair.text}# {name}\n" for name in ("李写的", "孙写的"))
    assert pair.li.saves(pair.at("contract/"), number=numbers[0], text=first).status_code == 302

    answer = pair.sun.saves(pair.at("contract/"), number=numbers[1], text=second)
    page = unescape(answer.content.decode())

    assert answer.status_code == 409
    assert REFUSED.search(page)
    assert "# 孙写的" in page
    assert pair.text == first
    # Pressed again without looking, it is refused again.
    assert f'name="number" value="{numbers[1]}"' in page
    assert pair.sun.saves(pair.at("contract/"), number=numbers[1], text=second).status_code == 409


def test_what_was_handed_in_meanwhile_is_edited_by_nobody(pair: Pair, tmp_path: Path) -> None:
    number = pair.sun.opens(pair.at())
    pair.li.client.post(pair.at("decide/"), {"do": "submit"})
    kept = pair.text

    answers = [pair.sun.saves(pair.at(page), number=number, **said) for page, said in SAVES]

    assert [each.status_code for each in answers] == [409] * len(SAVES)
    assert all("this cannot be done to it" in each.content.decode() for each in answers)
    assert pair.text == kept


@pytest.mark.parametrize("number", ["", "0", "-1", "99", "x", "９", "1e3", "9" * 30, "'"])
def test_a_revision_that_is_none_overwrites_nothing(pair: Pair, number: str) -> None:
    pair.li.saves(pair.at("fields/name/"), number=pair.li.opens(pair.at()), title_zh="李的名")
    kept = pair.text

    answers = [pair.sun.saves(pair.at(page), number=number, **said) for page, said in SAVES]

    assert [each.status_code for each in answers] == [409] * len(SAVES)
    assert pair.text == kept


def test_where_a_draft_stands_is_said_in_the_words_of_the_page(pair: Pair) -> None:
    for prefix, words in (("", "草稿目前的状态是编辑中，"), ("/en", "The draft is being edited now,")):
        answer = pair.li.client.post(f"{prefix}/publish/{pair.draft}/decide/", {"do": "take-back"})

        assert answer.status_code == 409
        assert words in unescape(answer.content.decode())
