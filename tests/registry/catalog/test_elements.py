"""The catalogue's own words: resource codes, one source for each data element, and what is to be mended."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from pathlib import Path

import fastexcel
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hexi.data.contracts.reading import contract_from_text
from hexi.kernel.actors import EVERYONE, NODE
from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.catalog import actions, queries
from hexi.registry.catalog.errors import SourceTaken
from hexi.registry.catalog.models import Dataset
from hexi.registry.catalog.records import PERIODS_DAYS, Freshness
from hexi.registry.events import queries as events
from tests.nodes import Node, contract, field

CODE = "91350100M000100Y43"
OTHER = "{zh: 省税务局, en: Tax}"


def category(item: str = "16", detail: str = "") -> str:
    more = f', detail: {{code: "{detail}"}}' if detail else ""
    said = f'kind: departmental, item: {{code: "{item}", zh: 市场监管, en: Market}}, branch: {{code: "001"}}{more}'
    return f"  - {{property: hexi.category, value: {{{said}}}}}\n"


def firms(name: str, *, is_source: bool = True, keyed: str = "credit_code", **facts: str) -> str:
    """A contract whose phone is that of whatever its key is."""
    claim = "\n          - {property: hexi.source_of, value: true}" if is_source else ""
    element = f"          - {{property: hexi.element, value: {keyed}}}\n"
    key = field("code", "代码", more="primaryKey: true").replace("value: [trim]}\n", f"value: [trim]}}\n{element}", 1)
    phone = field("phone", "联系电话").replace(
        "value: [trim]}\n", f"value: [trim]}}\n          - {{property: hexi.element, value: phone}}{claim}\n", 1
    )
    return contract(name, key, phone, **facts)


ROWS = "code,phone\na1,0931-1234567\n"


def test_a_code_is_given_once_and_counts_up_within_its_classification(own: Node) -> None:
    own.publish(contract("a.one", field("code", "代码"), properties=category()), "code\n1\n")
    own.publish(contract("a.two", field("code", "代码"), properties=category()), "code\n1\n")
    own.publish(contract("a.three", field("code", "代码"), properties=category(detail="0207")), "code\n1\n")
    own.publish(contract("a.none", field("code", "代码")), "code\n1\n")

    codes = {each.name: each.code for each in queries.datasets()}

    assert codes == {
        "a.one": "316001/000001",
        "a.two": "316001/000002",
        "a.three": "3160010207/000001",
        "a.none": None,
    }


def test_a_code_stays_when_the_dataset_is_classified_anew_or_withdrawn(own: Node) -> None:
    own.publish(contract("a.one", field("code", "代码"), properties=category()), "code\n1\n")
    own.publish(contract("a.one", field("code", "代码"), properties=category("17"), version="2.0.0"), "code\n1\n2\n")
    assert queries.dataset("a.one").summary.code == "316001/000001"

    actions.withdraw("a.one", because="test", by=NODE, clock=own.clock)
    own.publish(contract("a.two", field("code", "代码"), properties=category()), "code\n1\n")
    assert queries.dataset("a.two").summary.code == "316001/000002"

    own.publish(contract("a.one", field("code", "代码"), properties=category("18"), version="3.0.0"), "code\n3\n")
    assert queries.dataset("a.one").summary.code == "316001/000001"


def test_a_dataset_gets_its_code_with_the_first_version_that_is_classified(own: Node) -> None:
    own.publish(contract("a.one", field("code", "代码")), "code\n1\n")
    own.publish(contract("a.one", field("code", "代码"), properties=category(), version="2.0.0"), "code\n1\n2\n")
    own.publish(contract("a.one", field("code", "代码"), properties=category(), version="3.0.0"), "code\n1\n2\n3\n")

    said = [each.details.get("resource_code") for each in reversed(events.events_about("dataset:a.one"))]

    assert [each for each in said if each] == ["316001/000001"]


def test_a_dataset_is_found_by_its_code_and_by_the_words_of_its_classification(own: Node) -> None:
    own.publish(contract("a.one", field("code", "代码"), properties=category()), "code\n1\n")
    own.publish(contract("a.none", field("code", "代码")), "code\n1\n")

    assert [each.name for each in queries.find("316001/000001").datasets] == ["a.one"]
    assert [each.name for each in queries.find("市场监管 代码", filters={}).datasets][:1] == ["a.one"]


def test_a_second_source_of_an_element_is_told_who_is_it_and_does_not_publish(own: Node) -> None:
    own.publish(firms("a.firms"), ROWS)

    with pytest.raises(SourceTaken) as refusal:
        own.publish(firms("b.firms", publisher=OTHER), ROWS)

    said = refusal.value.message
    assert all(word in said for word in ("联系电话", "a.firms", "市场监管局"))
    assert [each.name for each in queries.datasets()] == ["a.firms"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(firms("a.firms", version="2.0.0"), id="the-source-itself"),
        pytest.param(firms("b.firms", is_source=False), id="who-only-holds-it"),
        pytest.param(firms("b.schools", keyed="organisation_code"), id="of-something-else"),
    ],
)
def test_no_claim_stands_in_the_way_of(own: Node, text: str) -> None:
    own.publish(firms("a.firms"), ROWS)

    own.publish(text, ROWS + "a2,0931-7654321\n")

    assert queries.taken_sources(contract_from_text(text)) == ()


def test_a_claim_ends_with_the_dataset_and_of_two_the_older_holds(own: Node) -> None:
    own.publish(firms("a.firms"), ROWS)
    actions.withdraw("a.firms", because="test", by=NODE, clock=own.clock)
    own.publish(firms("b.firms", publisher=OTHER), ROWS)

    with pytest.raises(SourceTaken):
        own.publish(firms("a.firms", version="2.0.0"), ROWS)
    own.publish(firms("b.firms", version="2.0.0", publisher=OTHER), ROWS + "a2,0931-7654321\n")

    (holder,) = queries.sources()
    assert (holder.dataset, holder.scope) == ("b.firms", ("credit_code",))


def test_the_fields_that_hold_an_element_are_listed_with_the_source_first(own: Node) -> None:
    own.publish(firms("b.holds", is_source=False), ROWS)
    own.publish(firms("c.source"), ROWS)

    found, total = queries.element_uses("phone", limit=10)

    assert total == 2
    assert [(each.dataset, each.is_source) for each in found] == [("c.source", True), ("b.holds", False)]
    assert queries.element_counts() == {"credit_code": 2, "phone": 2}


def test_an_office_is_told_what_it_has_to_mend(own: Node) -> None:
    contact = '  - {property: hexi.contact, value: {zh: 数据处, phone: "0931-1234567"}}\n'
    whole = (
        category()
        + contact
        + "  - {property: hexi.theme, value: {zh: 经济, en: Economy}}\n"
        + "  - {property: hexi.updates, value: daily}\n  - {property: hexi.licence, value: MIT}\n"
        + "  - {property: hexi.sharing_methods, value: [file]}\n"
    )
    described = field("code", "代码").replace(
        "value: [trim]}\n", "value: [trim]}\n          - {property: hexi.description, value: {zh: 编号, en: Code}}\n", 1
    )
    office = f"{{zh: 市场监管局, en: Market regulation, code: {CODE}}}"
    own.publish(contract("a.whole", described, properties=whole, publisher=office), "code\n1\n")
    own.publish(contract("a.gaps", field("n", "数", "integer", clean="integer"), publisher=office), "n\n1\nx\n")
    organisation = Dataset.objects.get(name="a.whole").publisher

    (gaps,) = queries.to_mend(organisation, now=own.clock())
    assert gaps.dataset == "a.gaps"
    assert gaps.gaps == ("theme", "updates", "licence", "methods", "category", "contact")
    assert (gaps.undocumented, gaps.quality, gaps.late_since) == (("n",), 0.5, None)

    later = queries.to_mend(organisation, now=own.clock() + timedelta(days=3))
    assert [each.dataset for each in later if each.late_since] == ["a.whole"]


@pytest.mark.parametrize("cycle", [*PERIODS_DAYS, "static"])
@pytest.mark.parametrize("passed", [timedelta(0), timedelta(seconds=1)], ids=["at-the-last-moment", "after-it"])
def test_whatever_judges_a_promise_has_the_same_datasets_late(own: Node, cycle: str, passed: timedelta) -> None:
    promise = f"  - {{property: hexi.updates, value: {cycle}}}\n"
    own.publish(contract("a.one", field("code", "代码"), properties=promise), "code\n1\n")
    (said,) = queries.promises(["a.one"])
    at = said.certified_at + timedelta(days=PERIODS_DAYS.get(cycle, 9_999)) + passed
    is_late = bool(passed) and cycle in PERIODS_DAYS

    office = Dataset.objects.get(name="a.one").publisher
    counts = queries.promise_counts(publisher=office, now=at)
    (mend,) = queries.to_mend(office, now=at)

    assert said.is_late(now=at) == is_late
    assert [each.name for each in queries.promised(Freshness.LATE, now=at, limit=9)] == ["a.one"] * is_late
    assert (counts[Freshness.LATE], counts[Freshness.NONE]) == (is_late, cycle == "static")
    assert mend.late_since == (said.kept_until if is_late else None)
    assert queries.promise_counts(publisher="nobody", now=at) == dict.fromkeys(Freshness, 0)


def test_what_to_mend_takes_as_many_queries_for_many_datasets(own: Node) -> None:
    own.publish(contract("a.one", field("code", "代码")), "code\n1\n")
    organisation = Dataset.objects.get(name="a.one").publisher
    with CaptureQueriesContext(connection) as before:
        queries.to_mend(organisation, now=own.clock())
    for number in range(4):
        own.publish(contract(f"a.more{number}", field("code", "代码")), "code\n1\n")

    with CaptureQueriesContext(connection) as after:
        assert len(queries.to_mend(organisation, now=own.clock())) == 5

    assert len(after) == len(before)


def test_the_catalogue_of_an_office_is_a_workbook_of_texts_without_formulas(own: Node, tmp_path: Path) -> None:
    hostile = contract("a.one", field("code", "=cmd()"), properties=category(), zh="=1+1", en="Sum")
    own.publish(hostile, "code\n1\n")
    own.publish(firms("b.firms"), ROWS)
    organisation = Dataset.objects.get(name="a.one").publisher
    target = tmp_path / "catalogue.xlsx"

    with CaptureQueriesContext(connection) as made:
        assert queries.write_workbook(organisation, target, by=NODE) == 2 + 3

    book = fastexcel.read_excel(target)
    datasets, items = (book.load_sheet(each).to_polars() for each in book.sheet_names)
    assert datasets["数据集 dataset"].to_list() == ["a.one", "b.firms"]
    assert datasets["目录代码 resource code"].to_list() == ["316001/000001", None]
    assert datasets["名称 name"].to_list()[0] == "=1+1"
    assert items["信息项 item"].to_list() == ["=cmd()", "代码", "联系电话"]
    assert items["权威来源 authoritative source"].to_list() == [None, None, "是"]
    with zipfile.ZipFile(target) as parts:
        assert not any(b"<f>" in parts.read(each) for each in parts.namelist() if "worksheets" in each)
    assert len([each for each in made if "catalog_version" in each["sql"]]) == 2


def test_only_who_describes_its_datasets_takes_the_catalogue_of_an_office(own: Node, tmp_path: Path) -> None:
    own.publish(firms("b.firms"), ROWS)
    organisation = Dataset.objects.get(name="b.firms").publisher

    with pytest.raises(NotAuthorised):
        queries.write_workbook(organisation, tmp_path / "x.xlsx", by=EVERYONE)
