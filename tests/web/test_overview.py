"""The overview's numbers are the catalogue's, the runs' and the meter's."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from hexi.exchange.door import queries as door
from hexi.registry.catalog import queries as catalog
from hexi.registry.runs import queries as runs
from tests.nodes import Node
from tests.web.conftest import SHOPS

pytestmark = pytest.mark.django_db


def test_it_counts_what_there_is(client: Client) -> None:
    facts = catalog.facts()
    said = re.sub(r"\s+", " ", client.get("/en/overview/").content.decode())

    for shown in (facts.datasets, facts.rows, facts.publishers):
        assert f">{shown:,}</a>" in said
    assert f"/ {sum(runs.counts().values())}</a>" in said


def test_the_sums_of_publishers_and_months_are_those_of_the_node(node: Node) -> None:
    facts = catalog.facts()
    by_publisher = catalog.sums_by_publisher(limit=1000)
    by_month = catalog.sums_by_month(limit=1000)

    assert facts.rows > 700
    assert sum(each.rows for each in by_publisher.values()) == facts.rows
    assert sum(each.accepted for each in by_publisher.values()) == facts.accepted
    assert sum(each.count for each in by_publisher.values()) == facts.datasets
    # Versions that were replaced count for their month too.
    assert sum(each.rows for each in by_month.values()) >= facts.rows


def test_what_is_used_leads_to_its_dataset(client: Client) -> None:
    client.get(f"/datasets/{SHOPS}/")
    used = door.most_used(limit=5)

    assert used[SHOPS] == door.usage(SHOPS)
    assert f'href="/en/datasets/{SHOPS}/use/"' in client.get("/en/overview/").content.decode()
