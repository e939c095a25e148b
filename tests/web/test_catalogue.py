"""The catalogue's pages: entries, elements and their sources, versions compared, drafts that hold all of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import people
from hexi.registry.catalog import queries as catalog
from hexi.registry.documents import actions as documents
from hexi.registry.drafts import actions, queries, tasks
from hexi.registry.parties import actions as parties
from tests.nodes import Node, contract, field, node_in
from tests.registry.catalog.test_elements import ROWS, category, firms

LI = Actor(account="li")


@pytest.fixture
def full(db: None, tmp_path: Path) -> Iterator[Node]:
    """A node with a source of telephone numbers, of two versions."""
    with node_in(tmp_path) as node:
        node.publish(firms("a.firms", properties=category()), ROWS)
        node.publish(firms("a.firms", properties=category("17"), version="2.0.0", en="Enterprises"), ROWS + "a2,x\n")
        yield node


@pytest.fixture
def officer(full: Node) -> Client:
    """Somebody who describes the datasets of 市场监管局."""
    office = parties.register(Text("市场监管局", "Market regulation"), code=None, by=NODE, now=full.clock())
    people.invite("li", roles=(("officer", office),), by=NODE, now=full.clock())
    client = Client()
    client.force_login(get_user_model().objects.get(name="li"))
    return client


def page(address: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_entry_shows_the_code_and_that_it_stays(full: Node) -> None:
    said = page("/en/datasets/a.firms/entry/")

    assert "316001/000001" in said
    assert "is classified as 317001 now" in said
    assert "316001/000001" in page("/datasets/a.firms/")


def test_elements_lead_to_their_source_and_to_whoever_holds_them(full: Node) -> None:
    full.publish(firms("b.holds", is_source=False, zh="抄录", en="Copies"), ROWS)

    listed, one = page("/en/elements/"), page("/en/elements/phone/")

    assert "/en/datasets/a.firms/fields/#phone" in listed
    assert "/en/datasets/b.holds/fields/#phone" in one
    assert Client().get("/elements/nothing/").status_code == 404


def test_the_pages_of_elements_take_as_many_queries_for_many_datasets(full: Node) -> None:
    page("/elements/phone/")
    with CaptureQueriesContext(connection) as few:
        page("/elements/phone/")
        page("/elements/")
    for number in range(4):
        full.publish(firms(f"c.more{number}", is_source=False), ROWS)
    page("/elements/phone/")

    with CaptureQueriesContext(connection) as many:
        page("/elements/phone/")
        page("/elements/")

    assert len(many) <= len(few)


def test_two_versions_are_compared(full: Node) -> None:
    said = page("/en/datasets/a.firms/versions/compare/?from=0&to=1")

    assert "Enterprises" in said
    assert "departmental / 16" in said
    assert "departmental / 17" in said
    assert "/en/datasets/a.firms/versions/compare/?from=0&amp;to=1" in page("/en/datasets/a.firms/versions/")
    assert Client().get("/datasets/a.firms/versions/compare/?from=9").status_code == 404


def test_an_officer_sees_what_to_mend_and_takes_the_catalogue_along(full: Node, officer: Client) -> None:
    full.publish(contract("b.other", field("n", "数"), publisher="{zh: 税务局, en: Tax}"), "n\n1\n")
    said = page("/en/mend/", officer)

    assert "a.firms" in said
    assert "b.other" not in said
    (address,) = re.findall(r'href="([^"]*catalogue\.xlsx)"', said)
    assert officer.get(address).headers["Content-Type"].startswith("application/vnd.openxmlformats")


def test_each_thing_to_mend_leads_to_where_it_is_mended(full: Node, officer: Client) -> None:
    full.publish(contract("a.bare", field("n", "数", "integer", clean="integer")), "n\n1\nmany\n")
    said = page("/en/mend/", officer)

    begins = dict(re.findall(r'<a href="(/en/publish/\?dataset=a\.bare&amp;mend=\w+)">([^<]*)</a>', said))
    assert set(begins.values()) >= {"theme", "update cycle", "contact", "Hand in the corrected table"}
    assert '<a href="/en/datasets/a.bare/quality/">Only 50.0% of the rows are accepted</a>' in said
    for link, title in begins.items():
        asked = page(unescape(link), officer)
        assert "Hand in the" in asked.partition('class="note section">')[2].partition("</p>")[0], title
    assert "entry lacks this: theme." in page("/en/publish/?dataset=a.bare&mend=theme", officer)
    assert "note section" not in page("/en/publish/?dataset=a.bare&mend=nothing", officer)

    office = catalog.dataset("a.bare").summary.publisher_id
    document = hand_in("bare.csv", b"n\n1\n2\n", office, full)
    sent = {"document": document, "dataset": "a.bare", "organisation": office, "mend": "theme"}
    begun = officer.post("/en/publish/begin/", sent).headers["Location"]
    assert begun.endswith("/?mend=theme")
    assert "looking at your table" in page(begun, officer)
    assert f'href="{begun}">theme' in page("/en/mend/", officer)
    while tasks.work(clock=full.clock):
        pass

    place = officer.get(begun).headers["Location"]
    assert place == begun.replace("?mend=theme", "about/#theme")
    assert 'id="theme" name="theme_zh"' in page(place.partition("#")[0], officer)
    assert f'<a href="{place}">theme</a>' in page("/en/mend/", officer)


def hand_in(name: str, raw: bytes, office: str, node: Node) -> str:
    """Upload a file as Li and return the id of the document."""
    upload = documents.begin(name, size_bytes=len(raw), organisation=office, by=LI, now=node.clock())
    documents.append(upload.id, raw, offset=0, sha256=hashlib.sha256(raw).hexdigest(), by=LI, now=node.clock())
    return documents.complete(upload.id, by=LI, now=node.clock()).id


def test_saving_a_field_as_it_is_shown_changes_nothing_but_what_was_changed(full: Node, officer: Client) -> None:
    office = catalog.dataset("a.firms").summary.publisher_id
    document = hand_in("a.csv", "编号,联系电话\na1,0931-1234567\n".encode(), office, full)
    draft = actions.begin(document, organisation=office, by=LI, now=full.clock())
    while tasks.work(clock=full.clock):
        pass
    shown = page(f"/en/publish/{draft}/", officer)
    assert "form.valid" not in shown

    sent = {"number": "1", "valid": "", "element": "phone", "is_source": "on", "title_zh": "电话"}
    officer.post(f"/en/publish/{draft}/fields/phone/", sent)

    contract = queries.draft(draft, reader=LI).contract
    assert contract is not None
    phone = contract.field("phone")
    assert (phone.title.zh, phone.element, phone.is_source) == ("电话", "phone", True)
    assert not any(each.check == "allowed" for each in contract.row_rules)

    described = {"number": "2", "kind": "departmental", "item_code": "16", "branch_code": "001", "has_methods": "1"}
    described |= {"methods": "file", "contact_zh": "数据处", "phone": "0931-1234567", "sharing": "unconditional"}
    officer.post(f"/en/publish/{draft}/about/", described)
    reviewed = page(f"/en/publish/{draft}/review/", officer)
    assert "departmental / 16 / 001" in reviewed
    assert "数据处 0931-1234567" in reviewed
    assert "authoritative source" in reviewed
    # Somebody else is the source already: every page of the draft says so.
    officer.post(f"/en/publish/{draft}/fields/code/", {"number": "3", "is_key": "on", "element": "credit_code"})
    for each in ("", "about/", "contract/", "review/"):
        assert "which is already" in page(f"/en/publish/{draft}/{each}", officer), each
