"""Filled-in workbooks wait for the worker, which checks them and hands them in."""

from __future__ import annotations

from pathlib import Path

import pytest

from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.documents.errors import DocumentMissing
from hexi.registry.drafts import bulk, filling, queries, tasks
from hexi.registry.drafts.records import WorkbookRecord
from tests.registry.drafts.conftest import Office
from tests.registry.drafts.test_bulk import DATASETS, exported, handed_over, put, shop

__all__ = ["shop"]


def asked(office: Office, document: str, *, again: bool = False) -> WorkbookRecord:
    return filling.ask(document, organisation=office.id, again=again, by=office.officer, now=office.node.clock())


def hand_in(office: Office, document: str) -> WorkbookRecord:
    return filling.ask_to_hand_in(document, organisation=office.id, by=office.officer, now=office.node.clock())


def filled(office: Office, tmp_path: Path, **cells: str) -> str:
    said = exported(office, tmp_path)
    for heading, cell in cells.items():
        put(said, DATASETS, 2, next(each for each in said[DATASETS][0] if each.startswith(heading)), cell)
    return handed_over(office, said, tmp_path)


def work(office: Office) -> None:
    while tasks.work(clock=office.node.clock):
        pass


def test_what_the_worker_found_is_what_a_check_says(shop: Office, tmp_path: Path) -> None:
    document = filled(shop, tmp_path, 摘要="全市的商店")
    before = asked(shop, document)
    work(shop)
    after, said = asked(shop, document), bulk.check(document, organisation=shop.id, by=shop.officer)

    assert (before.state, before.checked) == ("checking", None)
    assert after.state == "checked"
    assert after.checked is not None
    assert [(each.dataset, each.title, each.changes) for each in after.checked.changed] == [
        (each.dataset, each.title, each.changes) for each in said.changed
    ]
    assert (after.checked.problems, after.checked.unchanged) == (said.problems, said.unchanged)


def test_problems_come_back_with_their_place(shop: Office, tmp_path: Path) -> None:
    document = filled(shop, tmp_path, 更新周期="有空时")
    asked(shop, document)
    work(shop)
    found = asked(shop, document).checked

    assert found is not None
    assert found.problems == bulk.check(document, organisation=shop.id, by=shop.officer).problems
    assert found.problems[0].row == 2


def test_asked_twice_it_is_handed_in_once(shop: Office, tmp_path: Path) -> None:
    document = filled(shop, tmp_path, 摘要="全市的商店")
    asked(shop, document)
    work(shop)
    hand_in(shop, document)
    hand_in(shop, document)
    work(shop)
    (made,) = hand_in(shop, document).made
    work(shop)

    assert asked(shop, document, again=True).state == "handed-in"
    assert [each.id for each in queries.drafts_of(shop.officer)] == [made.draft]
    assert (made.dataset, made.cells) == ("c.shops", 1)


def test_what_cannot_be_handed_in_any_more_comes_back_with_what_is_to_be_mended(shop: Office, tmp_path: Path) -> None:
    first, second = (filled(shop, tmp_path, 摘要=each) for each in ("全市的商店", "全省的商店"))
    for document in (first, second):
        asked(shop, document)
    work(shop)
    hand_in(shop, first)
    work(shop)
    hand_in(shop, second)
    work(shop)
    found = asked(shop, second)

    assert found.state == "checked"
    assert found.checked is not None
    assert "is open already" in found.checked.problems[0].template


def test_a_file_that_is_no_workbook_is_refused_with_its_reason(shop: Office) -> None:
    document = shop.upload()
    asked(shop, document)
    work(shop)
    found = asked(shop, document)

    assert found.state == "refused"
    assert "is not an Excel workbook" in found.error
    assert asked(shop, document, again=True).state == "checking"


def test_the_newest_workbook_of_an_officer_is_found_again(shop: Office, tmp_path: Path) -> None:
    assert filling.last_asked(shop.id, by=shop.officer) is None
    for each in ("全市的商店", "全省的商店"):
        document = filled(shop, tmp_path, 摘要=each)
        asked(shop, document)
    found = filling.last_asked(shop.id, by=shop.officer)

    assert found is not None
    assert found.document == document
    assert filling.last_asked(shop.id, by=shop.second) is None


def test_only_an_officer_asks_and_only_with_a_file_of_their_own(shop: Office, tmp_path: Path) -> None:
    document = filled(shop, tmp_path)

    with pytest.raises(NotAuthorised):
        filling.ask(document, organisation=shop.id, by=shop.stranger, now=shop.node.clock())
    with pytest.raises(DocumentMissing):
        filling.ask_to_hand_in(document, organisation=shop.id, by=shop.second, now=shop.node.clock())
    assert filling.last_asked(shop.id, by=shop.second) is None
