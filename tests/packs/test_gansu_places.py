"""Gansu's real lists become places, and the pages show them; the figures are those of PROVENANCE.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.plugin import DjangoDbBlocker

from hexi.exchange.door import queries as door
from hexi.exchange.grants import actions as grant_actions
from hexi.exchange.grants import queries as grants
from hexi.kernel.actors import NODE
from hexi.packs import actions as packs
from hexi.registry.events import queries as events
from hexi.registry.parties import queries as parties
from hexi.registry.places import queries
from tests.nodes import NOON, Node, node_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PACKS = Path(__file__).parents[2] / "packs"
TODAY = date(2026, 11, 23)
PREFIXES = ("", "/en")


@pytest.fixture(scope="module")
def gansu(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Node]:
    """A node with the packs of Gansu and of the plan."""
    with django_db_blocker.unblock(), node_in(tmp_path_factory.mktemp("gansu")) as node:
        for name in ("plan-2015", "gansu"):
            packs.install(PACKS / name, by=NODE, clock=node.clock)
            node.settle()
        yield node


@pytest.fixture
def client(gansu: Node) -> Client:
    return Client()


def test_the_two_schemes_match_as_the_reconciliation_counts_them(gansu: Node) -> None:
    said = {each.dataset: each.counts for each in queries.loads()}

    townships, statistics = said["gansu.names-townships"], said["gansu.stats-townships"]
    assert (townships["same_code"], townships["other_code"], townships["only_here"]) == (811, 501, 39)
    assert statistics["rows"] - townships["same_code"] - townships["other_code"] == 91
    assert said["gansu.names-counties"] == {
        "rows": 86,
        "same_code": 86,
        "other_code": 0,
        "only_here": 0,
        "renamed": 0,
        "ended": 0,
    }
    assert queries.counts() == {2: 1, 4: 14, 6: 88, 9: 1_403 + 39, 12: 17_718}


def test_368_codes_mean_another_township_in_the_other_scheme(gansu: Node) -> None:
    statistics, names = (
        {
            code.value: each.name
            for county in _counties()
            for each in queries.children(county)
            for code in each.codes
            if code.scheme == scheme
        }
        for scheme in ("stats-2023", "names-2026")
    )

    both = statistics.keys() & names.keys()
    # Townships of Jiayuguan lie in the city itself by the place names, in a county of its name by the statistics.
    assert sum(1 for code in both if statistics[code] != names[code]) == 368


def _counties() -> list[str]:
    top = queries.top()
    assert top is not None
    prefectures = queries.children(top.id)
    return [each.id for one in prefectures for each in queries.children(one.id)] + [each.id for each in prefectures]


@pytest.mark.parametrize(
    ("longitude", "latitude", "name"),
    [
        (103.834, 36.061, "城关区"),
        (94.662, 40.142, "敦煌市"),
        (98.289, 39.773, "嘉峪关市"),
        (105.72, 34.58, "秦州区"),
        (116.4, 39.9, None),
        (0, 0, None),
    ],
)
def test_a_point_leads_to_its_county(gansu: Node, longitude: float, latitude: float, name: str | None) -> None:
    found = queries.at(longitude, latitude)

    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("text", "name", "by"),
    [
        ("lanzhou", "兰州市", "兰州市"),
        ("lz", "兰州市", "兰州市"),
        ("tanchang", "宕昌县", "宕昌县"),
        ("秦城区", "秦州区", "秦城区"),
        ("huatingxian", "华亭市", "华亭县"),
        ("天水地区", "天水市", "天水地区"),
        ("安西县", "安西县", "安西县"),
    ],
)
def test_places_of_gansu_are_found(gansu: Node, text: str, name: str, by: str) -> None:
    hit = queries.find(text)[0]

    assert (hit.place.name, hit.name) == (name, by)


def test_an_abolished_county_says_what_it_became(gansu: Node) -> None:
    (hit,) = queries.find("安西县")
    change, *_ = queries.changes(hit.place.id)

    assert change.other is not None
    assert (hit.place.until, change.kind, change.other.name) == ("2006", "撤销", "瓜州县")


def test_installing_again_reads_nothing_again(gansu: Node) -> None:
    before = queries.loads()
    packs.install(PACKS / "gansu", by=NODE, clock=gansu.clock)
    gansu.settle()

    assert queries.loads() == before
    assert len([each for each in events.events_about(None, limit=300) if each.verb == "place.load"]) == 10


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_pages_of_places_tell_what_the_lists_say(client: Client, prefix: str) -> None:
    top = client.get(f"{prefix}/places/", follow=True).content.decode()
    county = client.get(f"{prefix}/places/620102/", follow=True).content.decode()
    disputed = client.get(f"{prefix}/places/620102025000/").content.decode()

    assert "<h1>甘肃省</h1>" in top
    assert top.count("/places/62") > 14
    assert "雁园街道" in county
    assert county.count('class="bad"') == 5
    assert ("两套官方名单" if not prefix else "different codes") in disputed
    assert "高新区街道" in disputed


def test_a_search_for_one_name_leads_there_and_for_a_point_to_its_county(client: Client) -> None:
    assert client.get("/places/", {"q": "皋兰县"}).headers["Location"] == "/places/620122000000/"
    assert "城关区" in client.get("/places/", {"q": "103.834, 36.061"}).content.decode()
    assert "酒泉路街道" in client.get("/places/", {"q": "620102001"}).content.decode()
    assert "畅家巷社区居委会" in client.get("/places/", {"q": "620102001001003"}).content.decode()
    assert client.get("/places/", {"q": "620102001000003"}).status_code == 200
    assert "没有这样的区划" in client.get("/places/", {"q": "nowhere"}).content.decode()


def test_rows_here_are_those_of_the_places_own_code(client: Client) -> None:
    page = client.get("/en/places/620102000000/").content.decode()

    for dataset, rows in (("gansu.stats-villages", "181 rows"), ("gansu.names-townships", "26 rows")):
        at = page.index(f"/en/datasets/{dataset}/?where.")
        assert rows in page[at : at + 400]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_page_of_places_asks_as_often_for_a_large_place_as_for_a_small_one(client: Client, prefix: str) -> None:
    def asked(path: str) -> int:
        client.get(prefix + path)
        with CaptureQueriesContext(connection) as found:
            assert client.get(prefix + path).status_code == 200
        return len(found)

    assert asked("/places/620102000000/") == asked("/places/620171000000/")
    assert asked("/places/?q=lz") == asked("/places/?q=城关")
    assert asked("/organisations/?q=省") == asked("/organisations/?q=税")


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_plans_bodies_lead_to_the_register_and_on_to_who_carries_on(client: Client, prefix: str) -> None:
    plan = client.get(f"{prefix}/plan/plan-2015/").content.decode()
    body = parties.called(["省工信委"])["省工信委"]
    page = client.get(f"{prefix}/organisations/{body.id}/").content.decode()
    (successor,) = parties.successors(body.id, on=TODAY)

    assert f"{prefix}/organisations/{body.id}/" in plan
    assert successor.title.in_language(prefix[1:] or "zh") in page
    assert f"{prefix}/organisations/{successor.id}/" in page
    assert "<svg" in page
    named = set(re.findall(r'class="body"[^>]*>(?:<a [^>]*>)?([^<]+)', client.get("/plan/plan-2015/").content.decode()))
    assert named - set(parties.called(named)) == {"各市州政府"}


@pytest.mark.parametrize(
    ("body", "successor", "on"),
    [
        ("省工信委", "甘肃省工业和信息化厅", "2018"),
        ("省文化厅", "甘肃省文化和旅游厅", "2018"),
        ("省旅游局", "甘肃省文化和旅游厅", "2018"),
        ("省国税局", "国家税务总局甘肃省税务局", "2018-06-15"),
        ("省地税局", "国家税务总局甘肃省税务局", "2018-06-15"),
    ],
)
def test_what_became_of_the_bodies_of_2015(gansu: Node, body: str, successor: str, on: str) -> None:
    found = parties.called([body])[body]

    assert found.dissolved_on == on
    assert [each.title.zh for each in parties.successors(found.id, on=TODAY)] == [successor]
    assert [each.id for each in parties.successors(found.id, on=date(2015, 8, 19))] == [found.id]
    assert all(each.source.zh for each in parties.history(found.id) if each.other)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_publisher_of_a_dataset_leads_to_its_organisation(client: Client, prefix: str) -> None:
    page = client.get(f"{prefix}/datasets/plan-2015.bodies/").content.decode()
    (address,) = set(re.findall(rf"{prefix}/organisations/[0-9a-f-]{{36}}/", page))

    own = client.get(address).content.decode()
    assert f"{prefix}/datasets/plan-2015.bodies/" in own
    tree = client.get(f"{prefix}/organisations/").content.decode()
    assert address in tree


def test_an_organisation_that_is_not_there_is_not_found(client: Client) -> None:
    assert client.get("/organisations/nobody/").status_code == 404
    assert client.get("/places/01900000-0000-7000-8000-000000000000/").status_code == 404


def test_a_map_that_is_kept_is_still_asked_for_and_metered_at_the_door(client: Client) -> None:
    client.get("/places/620600000000/")
    before = door.usage("gansu.boundaries-county")

    client.get("/places/620600000000/")

    after = door.usage("gansu.boundaries-county")
    assert (after.views - before.views, after.rows - before.rows) == (1, 0)
    grant = next(each for each in grants.grants_of("gansu.boundaries-county") if each.revoked_at is None)
    with transaction.atomic():
        grant_actions.revoke(grant.id, because="test", by=NODE, now=NOON + timedelta(days=1))
        page = client.get("/places/620600000000/").content.decode()
        transaction.set_rollback(True)
    assert "gansu.boundaries-county" not in page
    assert "gansu.boundaries-county" in client.get("/places/620600000000/").content.decode()
