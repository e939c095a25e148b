"""Many datasets described at once: the workbook of the catalogue, filled in and handed in again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import fastexcel
import pytest
import xlsxwriter

from hexi.kernel.actors import Actor
from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog import tasks as publishing
from hexi.registry.catalog.records import SHEETS
from hexi.registry.documents import actions as documents
from hexi.registry.documents.errors import DocumentMissing
from hexi.registry.drafts import actions, bulk, queries, tasks
from hexi.registry.drafts.errors import SourceGone, WorkbookWrong
from hexi.registry.drafts.records import CheckedWorkbook, State
from hexi.registry.events import queries as events
from tests.nodes import contract, field
from tests.registry.drafts.conftest import Office

MINE = "{zh: 省商务厅, en: Commerce}"
THEIRS = "{zh: 省民政厅, en: Civil affairs}"
DATASETS, ITEMS = SHEETS
Cells = dict[str, list[list[str]]]


@pytest.fixture
def shop(office: Office) -> Office:
    """An office with two datasets, beside an office with one."""
    for name in ("c.shops", "c.stalls"):
        fields = (field("code", "代码"), field("phone", "联系电话"))
        office.node.publish(contract(name, *fields, publisher=MINE), "code,phone\na1,0931-1234567\n")
    office.node.publish(contract("m.homes", field("code", "代码"), publisher=THEIRS), "code\n1\n")
    return office


def exported(office: Office, tmp_path: Path) -> Cells:
    target = tmp_path / "catalogue.xlsx"
    catalog.write_workbook(office.id, target, by=office.officer)
    book = fastexcel.read_excel(target)
    sheets = {each: book.load_sheet(each, header_row=None, dtypes="string").to_polars() for each in book.sheet_names}
    return {name: [[cell or "" for cell in row] for row in sheet.iter_rows()] for name, sheet in sheets.items()}


def put(cells: Cells, sheet: str, row: int, heading: str, said: str) -> None:
    cells[sheet][row - 1][cells[sheet][0].index(heading)] = said


def handed_over(office: Office, cells: Cells, tmp_path: Path, by: Actor | None = None) -> str:
    """The workbook as an upload; what begins with `=` is a formula in it."""
    target = tmp_path / "filled.xlsx"
    with xlsxwriter.Workbook(target) as book:
        for name, rows in cells.items():
            page = book.add_worksheet(name)
            for row, line in enumerate(rows):
                for column, cell in enumerate(line):
                    if cell:
                        page.write(row, column, cell)
    raw, by, now = target.read_bytes(), by or office.officer, office.node.clock()
    upload = documents.begin("catalogue.xlsx", size_bytes=len(raw), organisation=office.id, by=by, now=now)
    documents.append(upload.id, raw, offset=0, sha256=hashlib.sha256(raw).hexdigest(), by=by, now=now)
    return documents.complete(upload.id, by=by, now=now).id


def looked_at(office: Office, cells: Cells, tmp_path: Path) -> CheckedWorkbook:
    return bulk.check(handed_over(office, cells, tmp_path), organisation=office.id, by=office.officer)


def told(checked: CheckedWorkbook) -> list[tuple[str, int, str, str]]:
    return [
        (each.sheet, each.row, each.heading.en, each.template.format(**each.facts) if each.facts else each.template)
        for each in checked.problems
    ]


def approved(office: Office, draft: str) -> None:
    actions.approve(draft, by=office.approver, now=office.node.clock())
    while publishing.work(clock=office.node.clock) or tasks.work(clock=office.node.clock):
        pass
    office.node.settle()


def test_a_workbook_as_it_was_exported_does_nothing_and_every_row_is_counted(shop: Office, tmp_path: Path) -> None:
    checked = looked_at(shop, exported(shop, tmp_path), tmp_path)

    assert (checked.problems, checked.changed, checked.unchanged) == ((), (), 2 + 4)


def test_what_was_filled_in_is_handed_in_and_published_with_the_rows_that_were_there(
    shop: Office, tmp_path: Path
) -> None:
    cells = exported(shop, tmp_path)
    for heading, said in {
        "名称 name": "商店名录",
        "摘要 summary": "全省商店",
        "类 kind": "部门信息资源",
        "项 item": "16 市场监管",
        "目 branch": "001",
        "共享类型 sharing class": "有条件共享",
        "共享条件 condition of sharing": "用于监管",
        "共享方式 ways of sharing": "文件下载、interface",
        "更新周期 update cycle": "每月",
        "关联资源 related datasets": "c.stalls",
        "联系人 contact": "数据处",
        "电话 telephone": "0931-7654321",
    }.items():
        put(cells, DATASETS, 2, heading, said)
    put(cells, ITEMS, 3, "信息项 item", "电话")
    put(cells, ITEMS, 3, "说明 description", "工作日接听")
    put(cells, ITEMS, 3, "数据元 data element", "联系电话")
    put(cells, ITEMS, 3, "权威来源 authoritative source", "是")
    put(cells, ITEMS, 3, "分级 class", "内部")
    document = handed_over(shop, cells, tmp_path)

    ((about, draft),) = bulk.hand_in(document, organisation=shop.id, by=shop.officer, now=shop.node.clock())

    assert (about.dataset, len(about.changes)) == ("c.shops", 17)
    record = queries.draft(draft, reader=shop.approver)
    assert (record.summary.state, record.base_version) == (State.SUBMITTED, 0)
    assert queries.trial_of(draft, reader=shop.approver).rows_tried == 1
    approved(shop, draft)
    verbs = [each.verb for each in events.events_about(f"draft:{draft}", limit=20)]
    assert sorted(verbs) == ["draft.approve", "draft.create", "draft.edit", "draft.submit"]
    found = catalog.dataset("c.shops")
    was, phone = found.contract, found.contract.field("phone")
    assert (found.summary.version, found.summary.rows, found.summary.code) == (1, 1, "316001/000001")
    assert (was.title.zh, was.title.en, was.summary.zh, was.version) == ("商店名录", "Firms", "全省商店", "1.1.0")
    assert (was.sharing.value, was.sharing_methods, was.update_cycle) == (
        "conditional",
        ("interface", "file"),
        "monthly",
    )
    assert was.contact is not None
    assert (was.contact.name.zh, was.contact.phone, was.related) == ("数据处", "0931-7654321", ("c.stalls",))
    assert (phone.title.zh, phone.description.zh, phone.element, phone.is_source) == (
        "电话",
        "工作日接听",
        "phone",
        True,
    )
    assert phone.classification.value == "internal"
    assert catalog.dataset("c.stalls").summary.version == 0


def test_the_second_time_the_rows_come_from_what_the_draft_had_read(shop: Office, tmp_path: Path) -> None:
    for title in ("一", "二"):
        cells = exported(shop, tmp_path)
        put(cells, DATASETS, 2, "名称 name", title)
        document = handed_over(shop, cells, tmp_path)
        ((_, draft),) = bulk.hand_in(document, organisation=shop.id, by=shop.officer, now=shop.node.clock())
        approved(shop, draft)

    assert (catalog.dataset("c.shops").summary.title.zh, catalog.dataset("c.shops").summary.version) == ("二", 2)


def test_a_dataset_that_was_uploaded_keeps_its_upload(office: Office, tmp_path: Path) -> None:
    first = office.draft()
    actions.submit(first, by=office.officer, now=office.node.clock())
    approved(office, first)
    name = queries.draft(first, reader=office.officer).summary.dataset

    again = actions.begin(None, organisation=office.id, dataset=name, by=office.second, now=office.node.clock())

    record = queries.draft(again, reader=office.second)
    assert record.document == queries.draft(first, reader=office.officer).document
    assert (record.summary.state, record.number) == (State.EDITING, 1)


def mistyped(heading: str, said: str, sheet: str = DATASETS, row: int = 2) -> Callable[[Cells], None]:
    return lambda cells: put(cells, sheet, row, heading, said)


def classified(cells: Cells) -> None:
    for heading, said in {"类 kind": "departmental", "项 item": "1600 市场", "目 branch": "001"}.items():
        put(cells, DATASETS, 2, heading, said)


def without(heading: str) -> Callable[[Cells], None]:
    def change(cells: Cells) -> None:
        place = cells[DATASETS][0].index(heading)
        for row in cells[DATASETS]:
            del row[place]

    return change


def twice(cells: Cells) -> None:
    cells[DATASETS].append(list(cells[DATASETS][1]))


def foreign(cells: Cells) -> None:
    cells[DATASETS].append(["m.homes", *cells[DATASETS][1][1:]])


@pytest.mark.parametrize(
    ("change", "place", "sentence"),
    [
        pytest.param(
            mistyped("类 kind", "第四类"),
            (DATASETS, 2, "kind"),
            "基础信息资源、主题信息资源、部门信息资源",
            id="unknown-kind",
        ),
        pytest.param(classified, (DATASETS, 2, "item"), "2 digits", id="no-code"),
        pytest.param(mistyped("项 item", "16"), (DATASETS, 2, "branch"), "must not be empty", id="no-branch"),
        pytest.param(mistyped("开放属性 openness", "开放吧"), (DATASETS, 2, "openness"), "依申请开放", id="openness"),
        pytest.param(mistyped("电话 telephone", "打给我"), (DATASETS, 2, "contact"), "", id="contact-without-name"),
        pytest.param(
            mistyped("共享类型 sharing class", "有条件共享"),
            (DATASETS, 2, "condition of sharing"),
            "must not",
            id="condition",
        ),
        pytest.param(mistyped("名称 name", ""), (DATASETS, 2, "name"), "must not be empty", id="no-title"),
        pytest.param(mistyped("名称 name", "=1+1"), (DATASETS, 2, "name"), "formula", id="formula"),
        pytest.param(
            mistyped("提供方 provider", "省民政厅"), (DATASETS, 2, "provider"), "“省商务厅” has", id="not-ours"
        ),
        pytest.param(mistyped("版本 version", "7"), (DATASETS, 2, "version"), "export the catalogue again", id="stale"),
        pytest.param(
            mistyped("数据元 data element", "手机", ITEMS, 3),
            (ITEMS, 3, "data element"),
            "统一社会信用代码",
            id="element",
        ),
        pytest.param(
            mistyped("权威来源 authoritative source", "是", ITEMS, 3),
            (ITEMS, 3, "authoritative source"),
            "say the element",
            id="source-without-element",
        ),
        pytest.param(mistyped("字段 field", "fax", ITEMS, 3), (ITEMS, 3, "field"), "no field “fax”", id="no-field"),
        pytest.param(without("摘要 summary"), (DATASETS, 1, "summary"), "missing", id="column-removed"),
        pytest.param(mistyped("摘要 summary", "备注", row=1), (DATASETS, 1, "备注"), "no column", id="column-renamed"),
        pytest.param(twice, (DATASETS, 4, "dataset"), "Row 2", id="twice"),
        pytest.param(foreign, (DATASETS, 4, "dataset"), "no dataset in this organisation", id="foreign"),
        pytest.param(lambda cells: cells.pop(ITEMS), (ITEMS, 1, ""), "missing", id="sheet-removed"),
        pytest.param(
            lambda cells: cells.update({"Sheet3": [["x"]]}), ("Sheet3", 1, ""), "no such sheet", id="sheet-added"
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_nothing_is_done(
    shop: Office, tmp_path: Path, change: Callable[[Cells], None], place: tuple[str, int, str], sentence: str
) -> None:
    cells = exported(shop, tmp_path)
    put(cells, DATASETS, 3, "摘要 summary", "这一行没有错")
    change(cells)
    document = handed_over(shop, cells, tmp_path)

    checked = bulk.check(document, organisation=shop.id, by=shop.officer)

    found = told(checked)
    assert place in [each[:3] for each in found], found
    assert any(sentence in each[3] for each in found if each[:3] == place), found
    assert checked.changed == ()
    with pytest.raises(WorkbookWrong):
        bulk.hand_in(document, organisation=shop.id, by=shop.officer, now=shop.node.clock())
    assert queries.drafts_of(shop.officer) == ()


def test_every_wrong_row_is_told_at_once(shop: Office, tmp_path: Path) -> None:
    cells = exported(shop, tmp_path)
    put(cells, DATASETS, 2, "类 kind", "x")
    put(cells, DATASETS, 2, "更新周期 update cycle", "y")
    put(cells, DATASETS, 3, "开放属性 openness", "z")
    put(cells, ITEMS, 5, "分级 class", "w")

    found = told(looked_at(shop, cells, tmp_path))

    assert [each[:3] for each in found] == [
        (DATASETS, 2, "update cycle"),
        (DATASETS, 2, "kind"),
        (DATASETS, 3, "openness"),
        (ITEMS, 5, "class"),
    ]


def test_handed_in_twice_the_second_is_refused(shop: Office, tmp_path: Path) -> None:
    cells = exported(shop, tmp_path)
    put(cells, DATASETS, 2, "摘要 summary", "全省商店")
    document = handed_over(shop, cells, tmp_path)
    bulk.hand_in(document, organisation=shop.id, by=shop.officer, now=shop.node.clock())

    with pytest.raises(WorkbookWrong):
        bulk.hand_in(document, organisation=shop.id, by=shop.officer, now=shop.node.clock())

    assert len(queries.drafts_of(shop.officer)) == 1


def test_a_source_that_is_gone_or_was_changed_is_refused(shop: Office) -> None:
    (shop.node.folder / "shops.csv").write_text("code,phone\na1,0931-1234567\na2,0931-1\n", "utf-8")
    (shop.node.folder / "stalls.csv").unlink()

    for name in ("c.shops", "c.stalls"):
        with pytest.raises(SourceGone):
            actions.begin(None, organisation=shop.id, dataset=name, by=shop.officer, now=shop.node.clock())


def test_only_an_officer_of_the_office_may_and_only_with_a_file_of_their_own(shop: Office, tmp_path: Path) -> None:
    document = handed_over(shop, exported(shop, tmp_path), tmp_path)

    with pytest.raises(NotAuthorised):
        bulk.check(document, organisation=shop.id, by=shop.stranger)
    with pytest.raises(DocumentMissing):
        bulk.check(document, organisation=shop.id, by=shop.second)
    assert bulk.check(document, organisation=shop.id, by=shop.officer).unchanged
