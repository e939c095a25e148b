"""The guides on the portal: in the reader's language, with their pictures, and nothing else of the disk."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from hexi.web import guides
from tests.nodes import Node

pytestmark = pytest.mark.django_db
TITLES = {"/help/officer/": "在浏览器中发布数据", "/en/help/officer/": "Publish in the browser"}


@pytest.mark.parametrize("address", TITLES)
def test_a_chapter_speaks_the_language_of_its_address(node: Node, client: Client, address: str) -> None:
    page = client.get(address).content.decode()

    assert f"<h1>{TITLES[address]}</h1>" in page
    assert page.count("<h1>") == 1


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("name", guides.NAMES)
def test_what_a_chapter_shows_and_leads_to_is_there(node: Node, client: Client, prefix: str, name: str) -> None:
    page = client.get(f"{prefix}/help/{name}/").content.decode()
    body = page[page.index("<article") : page.index("</article>")]
    found = re.findall(r'(?:src|href)="([^"]+)"', body)

    assert any(each.endswith(".png") for each in found)
    assert {each: client.get(each).status_code for each in found} == dict.fromkeys(found, 200)


def test_the_list_names_every_chapter(node: Node, client: Client) -> None:
    page = client.get("/en/help/").content.decode()

    assert set(re.findall(r'href="/en/help/([^"]+)/"', page)) == set(guides.NAMES)


@pytest.mark.parametrize(
    "address",
    ["/help/operate/", "/help/zh/", "/help/..%2Findex/", "/help/pictures/x.png", "/help/pictures/..%2Fconf.py"],
)
def test_nothing_else_is_there(node: Node, client: Client, address: str) -> None:
    assert client.get(f"/help/{address}").status_code == 404
