"""Collecting again from the portal: who may, what the page says, and how a run is stopped."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from hexi.kernel.actors import NODE
from hexi.registry.accounts import actions as accounts
from hexi.registry.accounts import connecting, people
from hexi.registry.accounts.models import Account
from hexi.registry.catalog import tasks
from hexi.registry.catalog.models import Dataset
from hexi.registry.runs import queries as runs
from hexi.registry.runs.records import State
from hexi.web.clock import clock
from tests.nodes import Node, contract, field

FIRMS = "test.firms"
FROM_FILE = contract("test.files", field("code", "编号"))
CONTRACT = contract(FIRMS, field("code", "编号", more="primaryKey: true")).replace(
    "{path: firms.csv, format: csv}", "{connection: trade, table: firms}"
)


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    with override("zh-hans"):
        yield


@pytest.fixture
def collected(own: Node) -> Node:
    """A node with one dataset that it can collect by itself, and one that reads a file."""
    path = own.folder / "trade.db"
    with closing(sqlite3.connect(path)) as session, session:
        session.execute("create table firms (code text)")
        session.execute("insert into firms values ('a1'), ('a2')")
    connecting.keep("trade", f"sqlite://{path}", by=NODE, now=own.clock())
    own.publish(CONTRACT, "")
    own.publish(FROM_FILE, "code\na1\n")
    return own


@pytest.fixture
def approver(collected: Node) -> Client:
    publisher = Dataset.objects.get(name=FIRMS).publisher
    people.accept(people.invite("wang", by=NODE, now=collected.clock()), "a caravan of salt", now=collected.clock())
    accounts.assign("wang", "approver", organisation=publisher, by=NODE, now=collected.clock())
    client = Client()
    client.force_login(Account.objects.get(name="wang"), settings.AUTHENTICATION_BACKENDS[0])
    return client


def test_an_approver_puts_a_dataset_on_a_schedule_and_takes_it_off(approver: Client) -> None:
    page, address = reverse("versions", args=[FIRMS]), reverse("schedule", args=[FIRMS])
    assert "尚未设为定期处理" in approver.get(page).content.decode()

    assert approver.post(address, {"do": "set", "every": "86400", "at": "02:30"}).status_code == 302
    shown = approver.get(page).content.decode()
    assert "节点每天重新读取来源" in shown
    assert "02:30" in shown
    assert "每天" in approver.get(reverse("runs")).content.decode()

    assert approver.post(address, {"do": "remove"}).status_code == 302
    assert runs.schedules() == ()


def test_collecting_now_leads_to_the_run_at_work(approver: Client) -> None:
    answer = approver.post(reverse("schedule", args=[FIRMS]), {"do": "now"})

    (waiting,) = runs.at_work()
    assert answer.headers["Location"] == reverse("run", args=[waiting.id])
    assert tasks.work(clock=clock)
    assert runs.run(waiting.id).state == State.UNCHANGED


def test_a_run_that_waits_is_stopped_by_whoever_may(approver: Client) -> None:
    approver.post(reverse("schedule", args=[FIRMS]), {"do": "now"})
    (waiting,) = runs.at_work()
    page, address = reverse("run", args=[waiting.id]), reverse("run-stop", args=[waiting.id])

    assert "停止该批次" not in Client().get(page).content.decode()
    assert Client().post(address).status_code == 302
    assert runs.run(waiting.id).state == State.QUEUED

    assert "停止该批次" in approver.get(page).content.decode()
    assert approver.post(address).status_code == 302
    assert runs.run(waiting.id).state == State.CANCELLED
    assert approver.post(address).status_code == 409


def test_a_stranger_sees_the_schedule_and_no_form(approver: Client) -> None:
    approver.post(reverse("schedule", args=[FIRMS]), {"every": "3600"})
    shown = Client().get(reverse("versions", args=[FIRMS])).content.decode()

    assert "节点每小时重新读取来源" in shown
    assert reverse("schedule", args=[FIRMS]) not in shown
    assert Client().post(reverse("schedule", args=[FIRMS]), {"do": "remove"}).status_code == 302
    assert len(runs.schedules()) == 1


def test_what_somebody_hands_in_is_on_no_schedule(collected: Node, approver: Client) -> None:
    assert 'id="schedule"' not in approver.get(reverse("versions", args=["test.files"])).content.decode()
    answer = approver.post(reverse("schedule", args=["test.files"]), {"every": "3600"})

    assert answer.status_code == 400
    assert "不会自动更新" in answer.content.decode()


@pytest.mark.parametrize("said", [{"every": "never"}, {"every": "5"}, {"every": "3600", "at": "25:00"}, {"every": ""}])
def test_a_period_or_time_that_is_none_is_refused_on_the_page(approver: Client, said: dict[str, str]) -> None:
    answer = approver.post(reverse("schedule", args=[FIRMS]), said)

    assert answer.status_code == 400
    assert runs.schedules() == ()
