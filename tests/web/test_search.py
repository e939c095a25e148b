"""The search page: pages, corrections, fields that were hit, suggestions."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.nodes import Node, contract, field, node_in


@pytest.fixture
def client(many: Node, db: None) -> Client:
    """A reader of this node, not of the one that other tests share."""
    return Client()


@pytest.fixture(scope="module")
def many(django_db_setup, django_db_blocker, tmp_path_factory):
    """A node with more datasets than a page shows."""
    with django_db_blocker.unblock(), node_in(tmp_path_factory.mktemp("many")) as node:
        for number in range(27):
            text = contract(
                f"test.t{number}", field("code", "统一社会信用代码"), zh=f"水库{number}", en=f"Reservoir {number}"
            )
            node.publish(text, "code\n1\n")
        yield node


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_results_come_in_pages_that_lead_to_each_other(client) -> None:
    first = shown(client, "/en/datasets/?q=水库")
    second = shown(client, "/en/datasets/?q=水库&page=2")

    assert (first.count('class="result"'), second.count('class="result"')) == (25, 2)
    assert ("Page 1 of 2" in first, "27 datasets" in first) == (True, True)
    assert 'rel="next" href="?q=%E6%B0%B4%E5%BA%93&amp;page=2"' in first
    assert 'rel="prev" href="?q=%E6%B0%B4%E5%BA%93&amp;page=1"' in second
    titles = re.findall(r"Reservoir \d+", first + second)
    assert len(set(titles)) == 27


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "1e9", ""])
def test_a_page_that_is_none_breaks_nothing(client, page) -> None:
    assert "水库" in shown(client, f"/datasets/?q=水库&page={page}")


def test_the_part_of_a_field_that_was_hit_is_marked(client) -> None:
    page = shown(client, "/datasets/?q=tyshxydm")

    assert 'fields/#code"><mark>统一社会信用代码</mark></a>' in page


def test_what_is_mistyped_is_offered_corrected(client) -> None:
    assert 'Did you mean <a href="?q=reservoir">reservoir</a>?' in shown(client, "/en/datasets/?q=resrevoir")


def test_what_is_typed_so_far_is_completed(client) -> None:
    assert shown(client, "/datasets/suggest?q=shuik").count("<li") == 9
    assert shown(client, "/datasets/suggest?q=").strip() == ""
    assert "&lt;script&gt;" in shown(client, "/datasets/suggest?q=<script>")


def test_the_list_takes_as_many_queries_for_a_page_as_for_one(
    many: Node, db, client, django_assert_max_num_queries
) -> None:
    shown(client, "/datasets/?q=水库")
    with django_assert_max_num_queries(8):
        shown(client, "/datasets/?q=水库")
