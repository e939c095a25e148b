"""The catalogue of an office as a workbook that comes back filled in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import fastexcel
import pytest
import xlsxwriter
from django.contrib.auth import get_user_model
from django.test import Client

from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import people
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.records import SHEETS
from hexi.registry.documents import actions as documents
from hexi.registry.drafts import queries as drafts
from hexi.registry.drafts import tasks
from hexi.registry.parties import actions as parties
from tests.nodes import Node, contract, field, node_in

LI = Actor(account="li")


@pytest.fixture
def node(db: None, tmp_path: Path) -> Iterator[Node]:
    """A node with one dataset of 市场监管局."""
    with node_in(tmp_path) as node:
        node.publish(contract("a.firms", field("code", "代码")), "code\n1\n")
        yield node


@pytest.fixture
def office(node: Node) -> str:
    """市场监管局, for which li is an officer; qian is one of 税务局."""
    office = parties.register(Text("市场监管局", "Market regulation"), code=None, by=NODE, now=node.clock())
    other = parties.register(Text("税务局", "Tax"), code=None, by=NODE, now=node.clock())
    people.invite("li", roles=(("officer", office),), by=NODE, now=node.clock())
    people.invite("qian", roles=(("officer", other),), by=NODE, now=node.clock())
    return office


def work(node: Node) -> None:
    """Let the worker do what waits."""
    while tasks.work(clock=node.clock):
        pass


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(name=name))
    return client


def filled(node: Node, office: str, changes: dict[str, str]) -> str:
    """An upload of the exported catalogue in which the dataset says `changes`, by heading."""
    source, target = node.folder / "catalogue.xlsx", node.folder / "filled.xlsx"
    catalog.write_workbook(office, source, by=NODE)
    book = fastexcel.read_excel(source)
    with xlsxwriter.Workbook(target) as made:
        for name in book.sheet_names:
            page = made.add_worksheet(name)
            rows = [*book.load_sheet(name, header_row=None, dtypes="string").to_polars().iter_rows()]
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    said = changes.get(rows[0][place]) if number == 1 and name == SHEETS[0] else None
                    page.write_string(number, place, said or cell or "")
    raw, now = target.read_bytes(), node.clock()
    upload = documents.begin("catalogue.xlsx", size_bytes=len(raw), organisation=office, by=LI, now=now)
    documents.append(upload.id, raw, offset=0, sha256=hashlib.sha256(raw).hexdigest(), by=LI, now=now)
    return documents.complete(upload.id, by=LI, now=now).id


def test_what_to_mend_leads_to_the_workbook_and_to_handing_it_in(office: str) -> None:
    client = signed_in("li")
    said = client.get("/en/mend/").content.decode()

    (address,) = re.findall(r'href="([^"]*/workbook/)"', said)
    page = client.get(address).content.decode()

    assert "Every row is checked at once" in page
    assert f'data-next="{address}"' in page
    assert "每一行" in client.get(address.removeprefix("/en")).content.decode()


def test_what_was_filled_in_is_shown_and_becomes_a_draft(node: Node, office: str) -> None:
    client, document = (
        signed_in("li"),
        filled(node, office, {"摘要 summary": "全省企业", "更新周期 update cycle": "每月"}),
    )
    address = f"/en/mend/{office}/workbook/"

    waiting = client.get(address, {"document": document}).content.decode()
    work(node)
    shown = client.get(address, {"document": document}).content.decode()
    asked = client.post(address, {"document": document})
    handing_in = client.get(asked.headers["Location"]).content.decode()
    work(node)
    done = client.get(asked.headers["Location"]).content.decode()

    assert "The node is checking the workbook" in waiting
    assert "The node is handing the drafts in" in handing_in
    for page in (waiting, handing_in):
        assert f'href="{address}?document={document}">Look again' in page

    assert "1 dataset changes" in shown
    assert "1 row says what the catalogue says" in shown
    assert "全省企业" in shown
    (draft,) = drafts.drafts_of(LI)
    assert f"/en/publish/{draft.id}/review/" in done
    assert "1 draft was handed in for approval" in done
    review = client.get(f"/en/publish/{draft.id}/review/").content.decode()
    assert "全省企业" in review
    assert client.get(f"/en/publish/{draft.id}/").status_code == 200


def test_what_is_wrong_stands_row_by_row_and_nothing_is_handed_in(node: Node, office: str) -> None:
    client, document = signed_in("li"), filled(node, office, {"更新周期 update cycle": "有空时", "类 kind": "别的"})
    address = f"/mend/{office}/workbook/"

    client.get(address, {"document": document})
    work(node)
    shown = client.get(address, {"document": document}).content.decode()
    refused = client.post(address, {"document": document}, follow=True)

    for each in ("有空时", "别的", "更新周期", "2项需要改正", '<td class="number">2</td>'):
        assert each in shown
    assert "有空时" in refused.content.decode()
    assert drafts.drafts_of(LI) == ()


def test_a_file_that_is_no_workbook_is_refused_on_the_page(node: Node, office: str) -> None:
    upload = documents.begin("a.csv", size_bytes=4, organisation=office, by=LI, now=node.clock())
    documents.append(upload.id, b"a\n1\n", offset=0, by=LI, now=node.clock())
    document = documents.complete(upload.id, by=LI, now=node.clock()).id

    client, address = signed_in("li"), f"/en/mend/{office}/workbook/"
    client.get(address, {"document": document})
    work(node)
    answer = client.get(address, {"document": document})

    assert "is not an Excel workbook" in answer.content.decode()


def test_nobody_else_hands_in_for_the_office_or_with_a_file_of_somebody(node: Node, office: str) -> None:
    document = filled(node, office, {})
    address = f"/en/mend/{office}/workbook/"

    assert signed_in("qian").get(address, {"document": document}).status_code == 403
    assert Client().post(address, {"document": document}).status_code == 302
    assert signed_in("li").get(address, {"document": "none"}).status_code == 404


def test_the_page_is_left_and_come_back_to(node: Node, office: str) -> None:
    client, document = signed_in("li"), filled(node, office, {"摘要 summary": "全省企业"})
    address = f"/en/mend/{office}/workbook/"
    client.get(address, {"document": document})
    entrance = client.get(address).content.decode()
    script = {"document": document}, {"HX-Target": "waiting"}
    still = client.get(address, script[0], headers=script[1])
    work(node)
    over = client.get(address, script[0], headers=script[1])

    assert f'href="{address}?document={document}">The workbook that you handed in' in entrance
    assert "HX-Refresh" not in still.headers
    assert over.headers["HX-Refresh"] == "true"


def test_a_workbook_is_checked_again_on_demand(node: Node, office: str) -> None:
    client, document = signed_in("li"), filled(node, office, {"更新周期 update cycle": "有空时"})
    address = f"/en/mend/{office}/workbook/"
    client.get(address, {"document": document})
    work(node)
    shown = client.get(address, {"document": document}).content.decode()
    again = client.post(address, {"document": document, "do": "check"}, follow=True).content.decode()

    assert "Check this workbook again" in shown
    assert "The node is checking the workbook" in again
