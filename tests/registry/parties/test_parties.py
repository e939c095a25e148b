from __future__ import annotations

import pytest

from hexi.kernel.actors import NODE
from hexi.kernel.names import Text
from hexi.registry.catalog import queries as catalog
from hexi.registry.events import queries as events
from hexi.registry.parties import actions, queries
from tests.nodes import Node, contract, field

BUREAU = Text("甘肃省统计局", "Gansu Bureau of Statistics")
CODE = "116200000139216254"
KEY = field("code", "编号", more="primaryKey: true")


def register(node: Node, title: Text, code: str | None = None) -> str:
    return actions.register(title, code=code, by=NODE, now=node.clock())


def test_an_organisation_is_entered_once_under_its_chinese_name(own: Node) -> None:
    first = register(own, BUREAU)
    again = register(own, BUREAU)
    own.settle()

    assert again == first
    assert {id_: each.title for id_, each in queries.organisations().items()} == {first: BUREAU}
    (entered,) = events.events_about(f"party:{first}")
    assert (entered.verb, entered.details) == ("party.register", {"title": "甘肃省统计局"})


def test_another_name_is_another_organisation(own: Node) -> None:
    assert register(own, BUREAU) != register(own, Text("甘肃省数据局", "Gansu data office"))
    assert len(queries.organisations()) == 2


def test_what_becomes_known_later_is_added_and_never_lost(own: Node) -> None:
    id_ = register(own, Text(BUREAU.zh, "Statistics"))

    register(own, BUREAU, code=CODE)
    register(own, BUREAU)

    (known,) = queries.organisations().values()
    assert (known.id, known.title, known.code) == (id_, BUREAU, CODE)


def test_a_renamed_organisation_keeps_its_credit_code_and_stays_one(own: Node) -> None:
    before = register(own, BUREAU, code=CODE)

    after = register(own, Text("甘肃省统计数据局", "Gansu Bureau of Statistics and Data"), code=CODE)

    assert after == before
    (known,) = queries.organisations().values()
    assert known.title.zh == "甘肃省统计数据局"


def test_the_code_of_one_organisation_is_not_given_to_another(own: Node) -> None:
    holder = register(own, BUREAU, code=CODE)
    other = register(own, Text("甘肃省数据局", "Gansu data office"))

    register(own, Text("甘肃省数据局", "Gansu data office"), code=CODE)

    known = queries.organisations()
    assert (known[holder].code, known[other].code) == (CODE, None)


@pytest.mark.parametrize("count", [1, 3])
def test_datasets_of_one_publisher_share_its_organisation(own: Node, count: int) -> None:
    for number in range(count):
        own.publish(contract(f"test.d{number}", KEY), "code\na1\n")

    (id_,) = queries.organisations()
    assert {each.publisher_id for each in catalog.datasets()} == {id_}
    assert catalog.facts().publishers == 1
    (facet,) = catalog.find().facets["publisher"]
    assert (facet.value, facet.title.en, facet.count) == (id_, "Market regulation", count)
