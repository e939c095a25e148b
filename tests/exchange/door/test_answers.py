"""The door as somebody meets it who asks over HTTP."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from hexi.data.lifecycle.verifying import verify
from hexi.exchange.door import queries
from hexi.exchange.grants import actions as grants
from hexi.exchange.grants.queries import grants_of
from hexi.kernel.actors import NODE
from hexi.registry.events import queries as events
from hexi.web.clock import clock
from tests.exchange.conftest import COLUMNS, FIELDS, FIRMS, ROWS, firms
from tests.nodes import Node, contract, field, node_in

CLOSED = contract("test.closed", field("code", "编号", more="primaryKey: true"), openness="closed")


def get(client: Client, address: str) -> HttpResponse:
    return client.get(address)


def body(response: HttpResponse) -> bytes:
    return response.getvalue()


def downloads_logged(node: Node) -> int:
    node.settle()
    return sum(each.verb == "data.download" for each in events.events_about(f"dataset:{FIRMS}"))


@pytest.fixture
def own(db: None, tmp_path: Path) -> Iterator[Node]:
    """A node that has published the firms a while ago: whoever answers over HTTP reads the real clock."""
    with node_in(tmp_path, since=clock() - timedelta(hours=1)) as node:
        node.publish(firms(), ROWS)
        yield node


@pytest.fixture
def closed(own: Node) -> Iterator[Node]:
    """A node with a dataset that nobody may read, and the firms, whose grant was revoked."""
    own.publish(CLOSED, "code\nb1\n")
    grants.revoke(grants_of(FIRMS)[0].id, because="the office asked for it", by=NODE, now=own.clock())
    return own


def test_a_file_comes_with_its_digest_and_its_proof(own: Node, client: Client) -> None:
    response = get(client, "/datasets/test.firms/files/test.firms.v0.csv")
    content = body(response)

    assert (response.status_code, response["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert response["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert content.decode().splitlines()[0] == ",".join(COLUMNS)
    bundle = body(get(client, "/datasets/test.firms/files/test.firms.v0.csv.certificate.json"))
    copy = own.folder / "test.firms.v0.csv"
    copy.write_bytes(content)
    assert verify(bundle, [copy], trust=own.trust, now=clock()).ok


def test_a_proof_that_is_fetched_is_no_download(own: Node, client: Client) -> None:
    assert get(client, "/datasets/test.firms/files/test.firms.v0.csv.certificate.json").status_code == 200
    assert (downloads_logged(own), queries.usage(FIRMS).downloads) == (0, 0)

    body(get(client, "/datasets/test.firms/files/test.firms.v0.csv"))
    assert (downloads_logged(own), queries.usage(FIRMS).downloads) == (1, 1)


def test_a_proof_is_that_of_the_version_asked_for(own: Node, client: Client) -> None:
    own.publish(firms(), ROWS + "a5,陇南橄榄油,3,13900000005,104.92,33.40\n")

    for version in (0, 1):
        address = f"/datasets/test.firms/files/test.firms.v{version}.csv"
        copy = own.folder / f"test.firms.v{version}.csv"
        copy.write_bytes(body(get(client, address)))
        bundle = body(get(client, f"{address}.certificate.json"))
        assert verify(bundle, [copy], trust=own.trust, now=clock()).ok


@pytest.mark.parametrize(
    ("address", "status"),
    [
        pytest.param("test.nowhere/files/test.nowhere.v0.csv", 404, id="not there"),
        pytest.param("test.closed/files/test.closed.v0.csv", 404, id="never yours"),
        pytest.param("test.firms/files/test.firms.v0.csv", 403, id="no longer yours"),
        pytest.param("test.firms/files/test.firms.v0.csv.certificate.json", 403, id="its proof"),
    ],
)
def test_a_refusal_is_missing_to_a_stranger_and_forbidden_to_a_former_reader(
    closed: Node, client: Client, address: str, status: int
) -> None:
    response = get(client, f"/datasets/{address}")

    assert response.status_code == status
    assert (b"the office asked for it" in response.content) is (status == 403)
    assert queries.usage(FIRMS).downloads == 0


def test_not_there_and_never_yours_are_the_same_page(closed: Node, client: Client) -> None:
    nowhere = get(client, "/datasets/test.nowhere/files/test.nowhere.v0.csv").content
    never = get(client, "/datasets/test.closed/files/test.closed.v0.csv").content

    assert nowhere.replace(b"test.nowhere", b"x") == never.replace(b"test.closed", b"x")


@pytest.mark.parametrize(
    ("filename", "status"),
    [
        ("test.firms.v9.csv", 404),
        ("test.firms.v0.pdf", 400),
        ("test.firms.v0.csv.exe", 404),
        ("test.firms.csv", 404),
        ("v0.csv", 200),
    ],
)
def test_only_files_that_can_be_had_are_sent(own: Node, client: Client, filename: str, status: int) -> None:
    assert get(client, f"/datasets/test.firms/files/{filename}").status_code == status


def test_a_damaged_lake_sends_a_refusal_and_not_half_a_file(own: Node, client: Client) -> None:
    (file,) = own.table(FIRMS).files()
    file.write_bytes(file.read_bytes()[:-40])

    response = get(client, "/datasets/test.firms/files/test.firms.v0.csv")

    assert response.status_code == 404
    assert "兰州拉面" not in response.content.decode()
    assert downloads_logged(own) == 0


def test_an_earlier_version_is_shown_though_its_columns_were_others(own: Node, client: Client) -> None:
    own.publish(
        firms(*FIELDS[:2], field("town", "乡镇"), version="2.0.0", properties=""),
        "code,title,town\na1,兰州拉面,皋兰\n",
    )

    assert "皋兰" in get(client, "/datasets/test.firms/").content.decode()
    response = get(client, "/datasets/test.firms/?version=0")
    assert response.status_code == 200
    assert "张掖牛肉小饭" in response.content.decode()


@pytest.mark.parametrize("tab", ["", "fields/", "quality/", "quarantine/", "map/", "chart/", "use/"])
def test_no_page_holds_the_raw_text_of_a_hidden_field(own: Node, client: Client, tab: str) -> None:
    response = get(client, f"/datasets/test.firms/{tab}")

    assert response.status_code == 200
    assert b"1390000000" not in response.content


def test_the_portal_offers_the_formats_that_can_be_had(own: Node, client: Client) -> None:
    text = get(client, "/datasets/test.firms/use/").content.decode()

    assert all(f"test.firms.v0.{each}" in text for each in ("csv", "xlsx", "parquet", "geojson"))
    assert json.loads(body(get(client, "/trust.json")))
