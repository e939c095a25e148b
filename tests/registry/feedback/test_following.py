"""Followers: who is told of what, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hexi.kernel.actors import EVERYONE, NODE
from hexi.kernel.errors import Missing
from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.catalog import actions as catalog
from hexi.registry.events import queries as events
from hexi.registry.feedback import actions, queries, tasks

from .conftest import DAILY, SHOPS, Town

DATASET = f"dataset:{SHOPS}"


@pytest.mark.parametrize("follows_publisher", [False, True])
def test_a_follower_is_told_of_a_new_version_once(town: Town, follows_publisher: bool) -> None:
    object = f"organisation:{town.publisher}" if follows_publisher else DATASET
    actions.follow(object, by=town.clerk, now=town.node.clock())

    town.publish("1.0.0", "code\n1\n2\n")
    town.node.settle()

    assert town.told(town.clerk) == ["“商店” has a new version."]
    assert town.told(town.second) == []


@pytest.mark.parametrize(
    ("title", "said"),
    [("统一编号", "“商店” has a new version, and its contract changed."), ("编号", "“商店” has a new version.")],
    ids=["a field is called otherwise", "only the number is another"],
)
def test_a_contract_that_says_something_else_is_told(town: Town, title: str, said: str) -> None:
    actions.follow(DATASET, by=town.clerk, now=town.node.clock())

    town.publish("1.1.0", "code\n1\n2\n", title=title)

    assert town.told(town.clerk) == [said]


def test_a_withdrawal_is_said_and_unfollowing_still_works(town: Town) -> None:
    actions.follow(DATASET, by=town.clerk, now=town.node.clock())
    catalog.withdraw(SHOPS, because="wrong", by=NODE, clock=town.node.clock)
    town.node.settle()

    assert town.told(town.clerk) == ["“商店” was withdrawn from the catalogue."]
    actions.unfollow(DATASET, by=town.clerk, now=town.node.clock())
    assert queries.followed_by(town.clerk) == ((), 0)


def test_who_follows_no_longer_is_told_no_longer(town: Town) -> None:
    for verb in (actions.follow, actions.follow, actions.unfollow, actions.unfollow):
        verb(DATASET, by=town.clerk, now=town.node.clock())

    town.publish("1.1.0", "code\n1\n2\n")

    assert town.told(town.clerk) == []
    verbs = [each.verb for each in events.events_about("account:qian")]
    assert verbs[:2] == ["dataset.unfollow", "dataset.follow"]
    assert "dataset.follow" not in [each.verb for each in events.events_about(DATASET)]


@pytest.mark.parametrize(("days", "is_late"), [(1, False), (3, True)])
def test_a_broken_promise_of_freshness_is_told_once(town: Town, days: int, is_late: bool) -> None:
    town.publish("1.1.0", "code\n1\n2\n", properties=DAILY)
    actions.follow(DATASET, by=town.clerk, now=town.node.clock())

    for _ in range(2):
        tasks.watch(town.node.clock() + timedelta(days=days))
        town.node.settle()

    said = ["“商店” is older than its contract promises."] if is_late else []
    assert town.told(town.clerk) == said
    assert town.told(town.officer) == said


def test_only_what_is_there_is_followed_and_only_by_somebody(town: Town) -> None:
    with pytest.raises(Missing):
        actions.follow("dataset:test.nothing", by=town.clerk, now=town.node.clock())
    with pytest.raises(NotAuthorised):
        actions.follow(DATASET, by=EVERYONE, now=town.node.clock())


def test_what_one_follows_says_when_it_changed(town: Town) -> None:
    for object in (DATASET, f"organisation:{town.publisher}"):
        actions.follow(object, by=town.clerk, now=town.node.clock())

    found, count = queries.followed_by(town.clerk)

    assert count == 2
    assert [(each.title.zh, each.changed_at is None) for each in found] == [("市场监管局", True), ("商店", False)]
