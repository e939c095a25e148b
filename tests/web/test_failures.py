"""A publication that fails says why on every page, and where the node keeps its files on none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from hexi.data.drafting import editing
from hexi.kernel.names import Text
from hexi.registry.catalog import tasks as publishing
from hexi.registry.drafts import actions, queries, tasks
from hexi.registry.drafts.records import State
from tests.data.lifecycle.disks import fill, small_disk
from tests.registry.drafts.conftest import Office, office

__all__ = ["office"]

Failure = Callable[[Path, Path, Path], None]
"""Is given the node's folder, the source and the contract's file."""


def in_the_way(path: Path) -> None:
    path.rename(path.with_name("aside"))
    path.write_bytes(b"")


def folder_in_the_way(path: Path) -> None:
    path.unlink()
    path.mkdir()


def looped(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


FAILURES: dict[str, tuple[Failure, str]] = {
    "the source is gone": (lambda home, source, text: source.unlink(), "There is no file “商店.csv”"),
    "a folder is in its place": (lambda home, source, text: folder_in_the_way(source), "“商店.csv” is a folder"),
    "the source cannot be read": (lambda home, source, text: looped(source), "its link leads back to itself"),
    "the source is empty": (lambda home, source, text: source.write_bytes(b""), "“商店.csv” is empty"),
    "the source is ragged": (
        lambda home, source, text: source.write_text("编号,名称,电话,人数\na1,店\n"),
        "Line 2 of “商店.csv” has 2 cells",
    ),
    "the source is no text": (lambda home, source, text: source.write_bytes(b"\xff\xfe\xff"), "“商店.csv”"),
    "the source lacks a column": (lambda home, source, text: source.write_text("编号,名称\na1,店\n"), "lacks “电话”"),
    "the contract is gone": (lambda home, source, text: text.unlink(), ".odcs.yaml”"),
    "the contract is none": (lambda home, source, text: text.write_text("a: [\n"), "odcs.yaml"),
    "the lake cannot be written": (lambda home, source, text: in_the_way(home / "lake"), "cannot be written"),
    "the contract is a folder": (lambda home, source, text: folder_in_the_way(text), ".odcs.yaml”"),
    "the key is gone": (lambda home, source, text: (home / "keys" / "node.pem").unlink(), "node.pem"),
    "the key is none": (lambda home, source, text: (home / "keys" / "node.pem").write_text("?"), "node.pem"),
}


@pytest.mark.parametrize(("fail", "expected"), FAILURES.values(), ids=FAILURES)
def test_what_failed_is_told_in_a_sentence_without_any_path(office: Office, fail: Failure, expected: str) -> None:
    draft = handed_in(office)
    run = actions.approve(draft, by=office.approver, now=office.node.clock())
    (text,) = (office.node.home / "drafts" / draft).glob("*.odcs.yaml")
    fail(office.node.home, queries.document_path(draft, reader=office.officer), text)

    assert_told(office, draft, run, expected)


def test_a_full_disk_is_told_without_any_path(office: Office) -> None:
    lake = office.node.home / "lake"
    lake.rmdir()
    draft = handed_in(office)
    run = actions.approve(draft, by=office.approver, now=office.node.clock())
    with small_disk(lake) as disk:
        fill(disk, but_bytes=0)

        assert_told(office, draft, run, "is full. The table is as it was")


def test_an_approval_that_cannot_be_kept_is_refused_in_a_sentence(office: Office) -> None:
    draft = handed_in(office)
    in_the_way(office.node.home / "drafts" / draft)
    answer = signed_in("wang").post(f"/en/publish/{draft}/decide/", {"do": "approve"})
    said = answer.content.decode()

    assert answer.status_code == 503
    assert "cannot be written: a file stands in the way" in said
    assert str(office.node.folder) not in said
    assert queries.draft(draft, reader=office.officer).summary.state == State.SUBMITTED


def test_a_draft_that_the_disk_refuses_ends_with_its_reason_and_keeps_nobody_waiting(office: Office) -> None:
    (office.node.home / "drafts").write_bytes(b"")
    draft = office.draft()
    said = signed_in("li").get(f"/en/publish/{draft}/review/").content.decode()

    assert queries.draft(draft, reader=office.officer).summary.state == State.DISCARDED
    assert "cannot be written: there is no such folder" in said
    assert str(office.node.folder) not in said


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(name=name))
    return client


def handed_in(office: Office) -> str:
    """A draft that waits for approval."""
    draft = office.draft()
    record = queries.draft(draft, reader=office.officer)
    form = replace(editing.about(record.text), name="commerce.shops", title=Text("商店", "Shops"))
    actions.edit_about(draft, form, number=record.number, by=office.officer, now=office.node.clock())
    actions.submit(draft, by=office.officer, now=office.node.clock())
    return draft


def assert_told(office: Office, draft: str, run: str, expected: str) -> None:
    """Let the worker try as often as it does, then look at every page that says how it ended."""
    queries.sample_path(draft).unlink()
    for _ in range(3):
        publishing.work(clock=office.node.clock)
        office.node.wait(timedelta(minutes=5))
    tasks.work(clock=office.node.clock)
    client = signed_in("li")
    pages = [f"/publish/{draft}/", f"/publish/{draft}/review/", f"/runs/{run}/", "/runs/", "/desk/", "/notices/"]
    said = {page: client.get(f"/en{page}").content.decode() for page in pages}

    assert queries.draft(draft, reader=office.officer).summary.state == State.RETURNED
    assert expected in said[f"/publish/{draft}/review/"]
    assert expected in said[f"/runs/{run}/"]
    assert [page for page, text in said.items() if str(office.node.folder) in text] == []
