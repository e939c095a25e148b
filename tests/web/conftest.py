from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from tests.nodes import Node, contract, field, node_in

SHOPS = "test.shops"
SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://example.org","x")'
FIELDS = (
    field("code", "编号", clean="trim, upper", more="primaryKey: true"),
    field("title", f"名称{SCRIPT}".replace("<", "＜")),
    field("staff", "人数", "integer", clean="integer"),
    field("phone", "电话", classification="personal"),
    field("longitude", "经度", "number", clean="trim, longitude"),
    field("latitude", "纬度", "number", clean="trim, latitude"),
)
PLACE = "  - {property: hexi.geometry, value: {longitude: longitude, latitude: latitude}}\n"
HEAD = "code,title,staff,phone,longitude,latitude\n"


def rows(count: int) -> str:
    """That many shops, of which each tenth has no number of staff that one could read; two are hostile."""
    quoted = FORMULA.replace('"', '""')
    hostile = f'x1,{SCRIPT},3,{SCRIPT},103.8,36.1\nx2,"{quoted}",4,+86,103.9,36.2\nx3,{SCRIPT},{SCRIPT},139,1,1\n'
    plain = (
        f"a{n},店{n},{'many' if n % 10 == 0 else n}, 1390000{n:04},{103 + n % 50 / 10},{36 + n % 9 / 10}\n"
        for n in range(1, count + 1)
    )
    return HEAD + hostile + "".join(plain)


@pytest.fixture(scope="module")
def node(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Node]:
    """A node with a table of three versions, one without rows, and one that nobody may read."""
    with django_db_blocker.unblock(), node_in(tmp_path_factory.mktemp("node")) as node:
        for version, count in enumerate((30, 90, 700)):
            text = contract(SHOPS, *FIELDS, properties=PLACE, version=f"1.{version}.0", zh="商店", en="Shops")
            node.publish(text, rows(count))
        node.publish(contract("test.empty", field("code", "编号"), zh="空表", en="Nothing"), "code\n")
        node.publish(
            contract("test.closed", field("code", "编号"), openness="closed", zh="不开放", en="Closed"), "code\n1\n"
        )
        yield node


@pytest.fixture
def client(node: Node) -> Client:
    """A reader of the node who is nobody in particular; what fails is raised in no test."""
    return Client(raise_request_exception=False)


@pytest.fixture
def own(db: None, tmp_path: Path) -> Iterator[Node]:
    """A node of a test's own with one table."""
    with node_in(tmp_path) as node:
        node.publish(contract(SHOPS, *FIELDS, properties=PLACE), rows(30))
        yield node


@pytest.fixture
def client_of_own(own: Node) -> Client:
    return Client(raise_request_exception=False)
