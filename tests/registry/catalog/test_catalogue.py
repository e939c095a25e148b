from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from hexi.data.contracts.reading import read_contract
from hexi.data.lifecycle.running import run
from hexi.kernel.actors import NODE
from hexi.kernel.names import Text
from hexi.registry.catalog import actions, queries
from hexi.registry.catalog.errors import DatasetMissing, LakeGone, ReferenceMissing
from hexi.registry.events import queries as events
from tests.nodes import NAME, Node, contract, field, node_in

KEY = field("code", "编号", more="primaryKey: true")
FIRMS = "test.firms"
AIRPORTS = contract(
    "gansu.airports",
    KEY,
    field("city", "所在城市"),
    field("longitude", "经度", "number", clean="trim, longitude"),
    field("latitude", "纬度", "number", clean="trim, latitude"),
    zh="甘肃机场",
    en="Airports of Gansu",
    publisher="{zh: 民航甘肃监管局, en: Civil aviation Gansu}",
    tag="aviation",
    properties=(
        "  - {property: hexi.summary, value: {zh: 机场的代码和位置。, en: Codes and positions.}}\n"
        "  - {property: hexi.theme, value: {zh: 交通运输, en: Transport}}\n"
        "  - {property: hexi.geometry, value: {longitude: longitude, latitude: latitude}}\n"
    ),
)
AIRPORT_ROWS = "code,city,longitude,latitude\nZLLL,兰州,103.6,36.5\nZLDH,敦煌,94.8,40.2\n"
LODGINGS = contract("test.lodgings", KEY, field("city", "城市"), zh="宾馆饭店", en="Hotels", openness="closed")
FIRM = contract(FIRMS, KEY, field("staff", "人数", "integer", clean="integer"), zh="企业名录", en="Firms of ＧＡＮＳＵ")
FIRM_ROWS = "code,staff\na1,12\na2,many\na3,7\n"


@pytest.fixture(scope="module")
def full(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Node]:
    """A node with three datasets, for tests that only look."""
    with django_db_blocker.unblock(), node_in(tmp_path_factory.mktemp("full")) as node:
        node.publish(AIRPORTS, AIRPORT_ROWS)
        node.publish(LODGINGS, "code,city\nh1,敦煌\n")
        node.publish(FIRM, FIRM_ROWS)
        yield node


def names(text: str = "", **how: object) -> list[str]:
    return [each.name.partition(".")[2] for each in queries.find(text, **how).datasets]


def verbs_about(dataset: str) -> list[str]:
    return [each.verb for each in reversed(events.events_about(f"dataset:{dataset}")) if "dataset" in each.verb]


def test_a_published_dataset_stands_with_what_its_certificate_says(full: Node, db: None) -> None:
    record = queries.dataset(FIRMS)

    summary = record.summary
    assert (summary.title, summary.publisher) == (
        Text("企业名录", "Firms of ＧＡＮＳＵ"),
        Text("市场监管局", "Market regulation"),
    )
    assert (summary.version, summary.rows, summary.accepted, summary.quarantined) == (0, 3, 2, 1)
    assert summary.quality == pytest.approx(2 / 3)
    assert record.contract.text == (full.folder / "firms.odcs.yaml").read_text("utf-8")
    (version,) = record.versions
    assert {rule.id: rule.failed for rule in version.rules if rule.failed} == {"staff.type": 1}
    assert [each["name"] for each in version.sources] == ["firms.csv"]
    assert full.table(FIRMS).certificate(version.certificate_sha256)
    assert verbs_about(FIRMS) == ["dataset.publish"]


def test_the_facts_of_the_node_add_up(full: Node, db: None) -> None:
    facts = queries.facts()

    assert (facts.datasets, facts.rows, facts.accepted, facts.publishers) == (3, 6, 5, 2)
    assert facts.events == events.size() > 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("甘肃机场", ["airports"], id="a Chinese title"),
        pytest.param("饭", ["lodgings"], id="one Chinese character"),
        pytest.param("airPORTS", ["airports"], id="an English title in any case"),
        pytest.param("gansu.airports", ["airports"], id="a name"),
        pytest.param("所在城市", ["airports"], id="a field's Chinese title"),
        pytest.param("staff", ["firms"], id="a field's name"),
        pytest.param("机场的代码和位置", ["airports"], id="the summary"),
        pytest.param("aviation", ["airports"], id="a tag, and the publisher"),
        pytest.param("民航", ["airports"], id="the publisher"),
        pytest.param("gansu", ["firms", "airports"], id="full width beside half width"),
        pytest.param("城市", ["airports", "lodgings"], id="two by a field"),
        pytest.param("城市 机场", ["airports"], id="every word"),
        pytest.param("机场　城市", ["airports"], id="words parted by a full-width space"),
        pytest.param("机场 宾馆", [], id="no dataset holds both"),
        pytest.param("100%", [], id="a percent sign is no pattern"),
        pytest.param("_", [], id="nor is an underscore"),
        pytest.param("  ", ["airports", "firms", "lodgings"], id="no word at all"),
    ],
)
def test_search_finds_both_languages(full: Node, db: None, text: str, found: list[str]) -> None:
    assert sorted(names(text)) == sorted(found)


def test_a_word_in_the_title_ranks_before_one_in_a_field_and_that_before_the_rest(own: Node) -> None:
    rest = "  - {property: hexi.summary, value: {zh: 关于水库, en: About}}\n"
    own.publish(contract("test.title", KEY, zh="水库", en="A"), "code\na1\n")
    own.publish(contract("test.field", KEY, field("x", "水库"), zh="甲", en="B"), "code,x\na1,1\n")
    own.publish(contract("test.rest", KEY, zh="乙", en="C", properties=rest), "code\na1\n")

    assert names("水库") == ["title", "field", "rest"]


def test_filters_choose_among_what_was_found_and_each_facet_counts_under_the_others(full: Node, db: None) -> None:
    found = queries.find("", filters={"openness": "open", "publisher": ""})

    assert [each.name for each in found.datasets] == ["gansu.airports", "test.firms"]
    assert found.total == 2
    assert {each.value: each.count for each in found.facets["openness"]} == {"open": 2, "closed": 1}
    assert [(each.value, each.count) for each in found.facets["theme"]] == [("交通运输", 1)]
    assert [(each.value, each.count) for each in found.facets["format"]] == [("csv", 2)]
    assert names(filters={"map": "yes"}) == ["airports"]
    assert names(filters={"theme": "no such"}) == []
    assert names(filters={"no-such-filter": "x"}) == []


@pytest.mark.parametrize(
    ("sort", "language", "order"),
    [
        ("newest", "zh", ["firms", "lodgings", "airports"]),
        ("rows", "zh", ["airports", "firms", "lodgings"]),
        ("quality", "zh", ["firms", "airports", "lodgings"]),
        ("title", "zh", ["lodgings", "airports", "firms"]),
        ("title", "en", ["airports", "firms", "lodgings"]),
        ("no such order", "zh", ["airports", "firms", "lodgings"]),
    ],
)
def test_lists_are_sorted_as_asked(full: Node, db: None, sort: str, language: str, order: list[str]) -> None:
    assert names(sort=sort, language=language) == order


def test_versions_are_told_newest_first_and_the_summary_is_of_the_newest(own: Node) -> None:
    own.publish(FIRM, FIRM_ROWS)
    own.publish(FIRM.replace("企业名录", "经营主体"), FIRM_ROWS + "a4,1\n")

    record = queries.dataset(FIRMS)
    assert [(each.version, each.accepted) for each in record.versions] == [(1, 3), (0, 2)]
    assert (record.summary.version, record.summary.title.zh, record.contract.title.zh) == (1, "经营主体", "经营主体")
    assert (names("经营主体"), names("名录")) == (["firms"], [])


def test_publishing_the_same_again_enters_nothing(own: Node) -> None:
    own.publish(FIRM, FIRM_ROWS)
    own.publish(FIRM, FIRM_ROWS)

    assert len(queries.dataset(FIRMS).versions) == 1
    assert verbs_about(FIRMS) == ["dataset.publish"]


def test_a_withdrawn_dataset_is_in_no_answer_and_its_versions_stay(own: Node) -> None:
    own.publish(FIRM, FIRM_ROWS)

    actions.withdraw(FIRMS, because="published by mistake", by=NODE, clock=own.clock)
    actions.withdraw(FIRMS, because="again", by=NODE, clock=own.clock)
    own.settle()

    with pytest.raises(DatasetMissing):
        queries.dataset(FIRMS)
    assert (queries.datasets(), names("企业"), queries.facts().datasets) == ((), [], 0)
    assert own.table(FIRMS).version() == 0
    (withdrawn,) = [each for each in events.events_about(f"dataset:{FIRMS}") if each.verb == "dataset.withdraw"]
    assert withdrawn.details == {"because": "published by mistake"}


def test_a_withdrawn_dataset_stays_so_at_the_next_start_and_comes_back_when_published(own: Node) -> None:
    own.publish(FIRM, FIRM_ROWS)
    actions.withdraw(FIRMS, because="by mistake", by=NODE, clock=own.clock)

    assert actions.catch_up(clock=own.clock) == []
    assert queries.datasets() == ()

    own.publish(FIRM, FIRM_ROWS)
    assert [each.version for each in queries.dataset(FIRMS).versions] == [0]


def test_what_is_not_there_cannot_be_withdrawn(own: Node) -> None:
    with pytest.raises(DatasetMissing):
        actions.withdraw(FIRMS, because="tidying", by=NODE, clock=own.clock)


def test_a_version_whose_publisher_was_killed_after_the_commit_is_entered_at_the_next_start(own: Node) -> None:
    own.publish(FIRM, FIRM_ROWS)
    commit_only(own, FIRM, FIRM_ROWS + "a4,1\n")
    commit_only(own, LODGINGS, "code,city\nh1,敦煌\n")

    assert actions.catch_up(clock=own.clock) == [(FIRMS, 1), ("test.lodgings", 0)]
    own.settle()

    assert queries.dataset(FIRMS).summary.version == 1
    assert verbs_about(FIRMS) == ["dataset.publish", "dataset.catch-up"]
    assert actions.catch_up(clock=own.clock) == []


def test_a_dataset_whose_table_is_gone_leaves_and_comes_back_with_it(own: Node) -> None:
    own.publish(FIRM, FIRM_ROWS)
    aside = own.folder / "aside"
    shutil.move(own.table(FIRMS).folder, aside)

    assert actions.catch_up(clock=own.clock) == []
    assert queries.datasets() == ()

    shutil.move(aside, own.table(FIRMS).folder)
    assert actions.catch_up(clock=own.clock) == [(FIRMS, 0)]
    assert [each.version for each in queries.dataset(FIRMS).versions] == [0]


def test_an_older_lake_put_back_takes_the_newer_versions_out_of_the_catalogue(own: Node) -> None:
    own.publish(FIRM, FIRM_ROWS)
    backup = shutil.copytree(own.table(FIRMS).folder, own.folder / "backup")
    own.publish(FIRM, FIRM_ROWS + "a4,1\n")
    assert queries.dataset(FIRMS).summary.version == 1

    shutil.rmtree(own.table(FIRMS).folder)
    shutil.copytree(backup, own.table(FIRMS).folder)
    actions.catch_up(clock=own.clock)

    record = queries.dataset(FIRMS)
    assert ([each.version for each in record.versions], record.summary.accepted) == ([0], 2)


def test_without_its_lake_the_catalogue_stays_as_it_is(own: Node) -> None:
    own.publish(FIRM, FIRM_ROWS)
    shutil.move(own.home / "lake", own.folder / "unmounted")

    with pytest.raises(LakeGone, match="mount it; nothing was changed"):
        actions.catch_up(clock=own.clock)
    assert [each.name for each in queries.datasets()] == [FIRMS]


def test_a_contract_that_refers_to_what_is_not_published_is_refused_and_nothing_is_entered(own: Node) -> None:
    city = field("city", "城市", more="quality: [{type: library, metric: reference}]")
    reference = city.replace(
        "quality: [{type: library, metric: reference}]",
        "quality:\n          - type: custom\n            engine: hexi\n"
        "            implementation: {check: reference, dataset: gansu.cities, field: name}",
    )
    text = contract(FIRMS, KEY, reference)

    with pytest.raises(ReferenceMissing, match=r"refers to gansu.cities, which has no version yet"):
        own.publish(text, "code,city\na1,兰州\n")
    assert (queries.datasets(), own.table(FIRMS).version()) == ((), None)


def test_dependents_are_the_datasets_made_from_others(own: Node) -> None:
    own.publish(FIRM, FIRM_ROWS)
    computed = contract("test.big", KEY).replace(
        "value: {path: big.csv, format: csv}",
        "value: {format: sql, query: big.sql}",
    )
    (own.folder / "big.sql").write_text('select code from "test.firms"', "utf-8")
    own.publish(computed, "")

    assert queries.dependents([FIRMS]) == {"test.big": (FIRMS,)}
    assert queries.dependents([FIRMS, "test.big"]) == {}
    assert queries.dependents(["gansu.nothing"]) == {}


def commit_only(node: Node, text: str, rows: str) -> None:
    """Do what a run does, and die before the catalogue hears of it."""
    run(
        read_contract(node.write(text, rows)),
        source=None,
        lake=node.lake,
        signer=node.key,
        node=NAME,
        references=actions.LakeReferences(node.lake),
        clock=node.clock,
    )
