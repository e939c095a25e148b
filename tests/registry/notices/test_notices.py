"""Notices: who is told, who marks what as read, how long they are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hexi.kernel.actors import EVERYONE, NODE, Actor
from hexi.registry.accounts import people
from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.notices import actions, queries
from tests.nodes import Node

LI, WANG = Actor(account="li"), Actor(account="wang")


@pytest.fixture
def told(own: Node) -> Node:
    for each in (LI, WANG):
        people.invite(each.account, by=NODE, now=own.clock())
    for number in range(3):
        actions.tell(
            ["li", "wang"], template="{n}", facts={"n": number}, object="dataset:test.firms", by=WANG, now=own.clock()
        )
    return own


def test_everybody_is_told_but_who_did_it(told: Node) -> None:
    assert [each.facts["n"] for each in queries.notices_of(LI)] == ["2", "1", "0"]
    assert queries.notices_of(WANG) == ()


def test_what_is_not_read_comes_first(told: Node) -> None:
    newest = queries.notices_of(LI)[0]

    assert actions.mark_read(newest.id, by=LI, now=told.clock()) == 1
    assert actions.mark_read(newest.id, by=LI, now=told.clock()) == 0
    assert [each.facts["n"] for each in queries.notices_of(LI)] == ["1", "0", "2"]
    assert queries.unread(LI) == 2


def test_nobody_marks_what_was_told_to_somebody_else(told: Node) -> None:
    theirs = queries.notices_of(LI)[0]

    assert actions.mark_read(theirs.id, by=WANG, now=told.clock()) == 0
    assert queries.unread(LI) == 3
    with pytest.raises(NotAuthorised):
        actions.mark_read(theirs.id, by=EVERYONE, now=told.clock())


@pytest.mark.parametrize(
    ("passed", "kept"), [(actions.KEPT_READ - timedelta(hours=1), 3), (actions.KEPT_READ + timedelta(hours=1), 2)]
)
def test_read_notices_go_when_their_time_is_over(told: Node, passed: timedelta, kept: int) -> None:
    actions.mark_read(queries.notices_of(LI)[0].id, by=LI, now=told.clock())

    actions.forget(now=told.clock() + passed)

    assert len(queries.notices_of(LI)) == kept


def test_nothing_is_kept_for_ever(told: Node) -> None:
    actions.forget(now=told.clock() + actions.KEPT + timedelta(hours=1))

    assert queries.held(LI) == 0
