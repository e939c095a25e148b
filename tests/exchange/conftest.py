from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from hexi.data.contracts.reading import read_contract
from hexi.data.lifecycle.records import RunResult
from hexi.data.lifecycle.running import run
from tests.nodes import NAME, Node, contract, field, node_in

FIRMS = "test.firms"
COLUMNS = ("code", "title", "staff", "longitude", "latitude")
"""Columns of the firms that everyone may see."""
FIELDS = (
    field("code", "编号", clean="trim, upper", more="primaryKey: true"),
    field("title", "名称"),
    field("staff", "人数", "integer", clean="integer"),
    field("phone", "电话", classification="personal"),
    field("longitude", "经度", "number", clean="trim, longitude"),
    field("latitude", "纬度", "number", clean="trim, latitude"),
)
PLACE = "  - {property: hexi.geometry, value: {longitude: longitude, latitude: latitude}}\n"
ROWS = """\
code,title,staff,phone,longitude,latitude
a1,兰州拉面,12,13900000001,103.83,36.06
a2,=敦煌杏皮水,many,13900000002,94.66,40.14
a3,"天水,麻辣烫",7,13900000003,105.72,34.58
a4,张掖牛肉小饭,,13900000004,,
"""
"""Four rows, of which the second is quarantined for its number of staff."""


def firms(*fields: str, **how: str) -> str:
    return contract(FIRMS, *(fields or FIELDS), **{"properties": PLACE, **how})


def commit_behind_the_catalogue(node: Node) -> RunResult:
    """Leave what somebody leaves who is killed between the commit and the catalogue: a version only the lake knows."""
    contract = read_contract(node.write(firms(version="2.0.0"), ROWS + "a5,陇南橄榄油,3,13900000005,104.92,33.40\n"))
    return run(contract, source=None, lake=node.lake, signer=node.key, node=NAME, references=None, clock=node.clock)


@pytest.fixture(scope="module")
def node(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Node]:
    """A node that has published the firms, shared by the tests of a module that only look."""
    with django_db_blocker.unblock(), node_in(tmp_path_factory.mktemp("node")) as node:
        node.publish(firms(), ROWS)
        yield node


@pytest.fixture
def own(db: None, tmp_path: Path) -> Iterator[Node]:
    """A node of a test's own that has published the firms."""
    with node_in(tmp_path) as node:
        node.publish(firms(), ROWS)
        yield node
