"""The page of an organisation says at a glance what it publishes, and every number leads to what it counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hexi.kernel.actors import NODE
from hexi.registry.catalog import actions
from hexi.registry.catalog import queries as catalog
from hexi.registry.parties import queries as parties
from hexi.web.clock import clock
from tests.nodes import Node, contract, field, node_in

pytestmark = pytest.mark.django_db
OTHER = "{zh: 省税务局, en: Tax}"
STRIP = re.compile(r"<dt>([^<]+)</dt><dd><a[^>]* href=\"([^\"]+)\">([^<]+)</a></dd>")


@pytest.fixture
def old(db: None, tmp_path: Path) -> Iterator[Node]:
    """A node whose clock stood still forty days ago."""
    with node_in(tmp_path, clock() - timedelta(days=40)) as node:
        yield node


def publish(node: Node, name: str, *, cycle: str = "yearly", rows: str = "1", **facts: str) -> None:
    promise = f"  - {{property: hexi.updates, value: {cycle}}}\n"
    said = contract(name, field("n", "数", "integer", clean="integer"), properties=promise, en=name, **facts)
    node.publish(said, f"n\n{rows}\n")


def address(title: str = "Market regulation") -> str:
    (found,) = [id for id, each in parties.organisations().items() if each.title.en == title]
    return f"/en/organisations/{found}/"


def page(link: str) -> str:
    answer = Client().get(link)
    assert answer.status_code == 200, link
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def test_every_number_of_the_strip_leads_to_what_it_counts(old: Node) -> None:
    publish(old, "test.small", cycle="daily")
    publish(old, "test.large", rows="1\n2\nmany")
    publish(old, "test.others", publisher=OTHER)
    said = page(address())
    strip = {title: (link, number) for title, link, number in STRIP.findall(said)}

    assert {title: number for title, (_, number) in strip.items()} == {
        "Datasets": "2",
        "Rows": "4",
        "Accepted": "75.0%",
        "Late promises": "1",
        "Last certified": catalog.dataset("test.large").summary.certified_at.date().isoformat(),
    }
    for title in ("Datasets", "Rows", "Accepted"):
        listed = page(strip[title][0])
        assert set(re.findall(r'"/en/datasets/(test\.[^/"]+)/"', listed)) == {"test.small", "test.large"}, title
    assert strip["Late promises"][0] == "#promises"
    late = said.partition('id="promises"')[2].partition("</section>")[0]
    assert re.findall(r'<li><a href="/en/datasets/([^/]+)/"', late) == ["test.small"]
    assert strip["Last certified"][0] == "/en/datasets/test.large/certificate/"


def test_the_largest_datasets_are_drawn_where_there_are_several(old: Node) -> None:
    publish(old, "test.large", rows="1\n2\nmany")
    assert "Rows of its largest datasets" not in page(address())
    publish(old, "test.small")
    bars = page(address()).partition("Rows of its largest datasets")[2]

    assert re.findall(r'<th scope="row"><a href="/en/datasets/([^/]+)/quality/">', bars) == ["test.large", "test.small"]


def test_who_publishes_nothing_has_no_strip(old: Node) -> None:
    publish(old, "test.others", publisher=OTHER)
    assert 'class="strip"' in page(address("Tax"))

    actions.withdraw("test.others", because="test", by=NODE, clock=old.clock)
    said = page(address("Tax"))

    assert 'class="strip"' not in said
    assert "It publishes no dataset here." in said


def test_the_page_of_an_organisation_asks_as_often_of_many_datasets_as_of_two(old: Node) -> None:
    counted = []
    for numbers in (range(2), range(2, 9)):
        for number in numbers:
            publish(old, f"test.n{number}", cycle="daily")
        page(address())
        with CaptureQueriesContext(connection) as asked:
            page(address())
        counted.append(len(asked))

    assert counted[0] == counted[1]
