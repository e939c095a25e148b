from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import time, timedelta
from pathlib import Path

import pytest

from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import actions as accounts
from hexi.registry.accounts import connecting, people
from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.catalog import actions, queries, scheduling, tasks
from hexi.registry.catalog.errors import DatasetMissing, NothingToCollect
from hexi.registry.parties import actions as parties
from hexi.registry.runs import actions as runs
from hexi.registry.runs import queries as run_queries
from hexi.registry.runs.records import State
from tests.nodes import NOON, Node, contract, field

FIRMS = "test.firms"
CONTRACT = contract(FIRMS, field("code", "编号", more="primaryKey: true"))
FROM_DATABASE = CONTRACT.replace("{path: firms.csv, format: csv}", "{connection: trade, table: firms}")
LI = Actor(account="li")


@pytest.fixture
def trade(own: Node) -> Path:
    """A published dataset whose rows stand in a database."""
    path = own.folder / "trade.db"
    _write(path, "create table firms (code text)", "insert into firms values ('a1'), ('a2')")
    connecting.keep("trade", f"sqlite://{path}", by=NODE, now=own.clock())
    own.publish(FROM_DATABASE, "")
    return path


def test_a_dataset_is_collected_again_when_it_is_due(own: Node, trade: Path) -> None:
    now = own.clock()
    scheduling.schedule(FIRMS, every_s=3600, by=NODE, now=now)
    _write(trade, "insert into firms values ('a3')")
    while tasks.work(clock=own.clock):
        pass

    assert queries.dataset(FIRMS).summary.rows == 3
    assert run_queries.recent(dataset=FIRMS)[0].state == State.DONE


def test_the_first_time_can_be_a_time_of_the_day(own: Node, trade: Path) -> None:
    scheduling.schedule(FIRMS, every_s=86_400, at=time(2, 30), by=NODE, now=NOON)

    (found,) = run_queries.schedules()
    assert NOON < found.due_at <= NOON + timedelta(days=1)
    from django.utils import timezone

    assert timezone.localtime(found.due_at).time() == time(2, 30)


def test_a_dataset_that_reads_a_file_renews_itself_by_nothing(own: Node) -> None:
    own.publish(CONTRACT, "code\na1\n")

    with pytest.raises(NothingToCollect, match=FIRMS):
        scheduling.schedule(FIRMS, every_s=3600, by=NODE, now=own.clock())


def test_a_withdrawn_dataset_does_not_come_back_by_its_schedule(own: Node, trade: Path) -> None:
    scheduling.schedule(FIRMS, every_s=3600, by=NODE, now=own.clock())
    while tasks.work(clock=own.clock):
        pass
    actions.withdraw(FIRMS, because="merged", by=NODE, clock=own.clock)

    assert runs.enqueue_due(scheduling.standing_contract, now=own.clock() + timedelta(hours=3)) == 0


def test_an_approver_schedules_what_the_own_organisation_publishes_and_nothing_else(own: Node, trade: Path) -> None:
    people.accept(people.invite("li", by=NODE, now=own.clock()), "a caravan of salt", now=own.clock())
    other = parties.register(Text("民政厅", "Civil affairs"), code=None, by=NODE, now=own.clock())
    accounts.assign("li", "approver", organisation=other, by=NODE, now=own.clock())
    for name in (FIRMS, "no.such"):
        with pytest.raises(NotAuthorised):
            scheduling.schedule(name, every_s=3600, by=LI, now=own.clock())

    accounts.assign("li", "approver", organisation=_publisher(), by=NODE, now=own.clock())
    scheduling.schedule(FIRMS, every_s=3600, by=LI, now=own.clock())
    scheduling.unschedule(FIRMS, by=LI, now=own.clock())
    assert run_queries.schedules() == ()
    with pytest.raises(DatasetMissing):
        scheduling.schedule("no.such", every_s=3600, by=NODE, now=own.clock())


def _publisher() -> str:
    from hexi.registry.catalog.models import Dataset

    return Dataset.objects.get(name=FIRMS).publisher


def _write(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as session, session:
        for each in statements:
            session.execute(each)
