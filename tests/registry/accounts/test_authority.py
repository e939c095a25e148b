from __future__ import annotations

import ast
from pathlib import Path

import pytest

import hexi
from hexi.data.contracts.reading import read_contract
from hexi.kernel.actors import EVERYONE, NODE, Actor
from hexi.kernel.errors import Denied
from hexi.registry.accounts import actions as accounts
from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.catalog import actions as catalog
from hexi.registry.catalog import queries as catalogue
from hexi.registry.events import queries as events
from hexi.registry.runs import actions as runs
from tests.nodes import Node, contract, field

LI = Actor(account="li")
FIRMS = contract("test.firms", field("code", "编号", more="primaryKey: true"))
HOUSE = Path(hexi.__file__).parent
UNASKED = {
    "registry.documents.actions.expire",  # the node's own housekeeping, which acts for nobody
    "registry.catalog.actions.catch_up",  # the node brings itself in line with its lake
    "registry.catalog.actions.follow",  # what the lake holds already, after whoever committed it was asked
    "registry.events.actions.advance",
    "registry.events.actions.erase_personal",
    "registry.events.actions.record",  # below accounts: whoever records was asked before
    "registry.events.actions.personal_hash",  # changes nothing
    "registry.notices.actions.forget",  # housekeeping
    "registry.accounts.actions.forget_counts",  # housekeeping
    "registry.notices.actions.tell",  # by the room in which something happened, which asked
    "registry.parties.actions.register",  # entered by the node as it meets a publisher
    "registry.runs.actions.begin",  # part of `publish`, which asks
    "registry.runs.actions.claim",
    "registry.runs.actions.enqueue_due",  # schedules were asked for when they were made; the run asks again
    "registry.runs.actions.fail",
    "registry.runs.actions.finish",
    "registry.runs.actions.recover",
    "registry.search.actions.boost",  # whoever changes a thing was asked before
    "registry.search.actions.cut",
    "registry.search.actions.put",
    "registry.search.actions.remove",
    "exchange.door.actions.download",  # readers are asked for their grant
    "exchange.door.actions.formats_of",
    "exchange.door.actions.proof",
}
"""Public functions that change something, or stand among those, and ask no authority."""


@pytest.mark.parametrize(
    ("held", "verb", "is_allowed"),
    [
        ("dataset.publish", "dataset.publish", True),
        ("dataset.publish", "dataset.withdraw", False),
        ("dataset.*", "dataset.withdraw", True),
        ("dataset.*", "grant.open", False),
        ("dataset.*", "dataset2.publish", False),
        ("*", "key.rotate", True),
        ("dataset", "dataset.publish", False),
    ],
)
def test_an_account_may_do_what_it_was_given(own: Node, held: str, verb: str, is_allowed: bool) -> None:
    accounts.allow("li", held, by=NODE, now=own.clock())

    if is_allowed:
        accounts.require(LI, verb, "test.firms")
    else:
        with pytest.raises(NotAuthorised):
            accounts.require(LI, verb, "test.firms")


def test_a_refusal_names_who_what_and_the_remedy(node: Node, db: None) -> None:
    with pytest.raises(NotAuthorised) as refusal:
        accounts.require(LI, "dataset.publish", "test.firms")

    assert refusal.value.message == "li may not dataset.publish test.firms; ask an operator for the authority."
    assert isinstance(refusal.value, Denied)


def test_the_node_may_do_everything_and_everyone_only_read(node: Node, db: None) -> None:
    accounts.require(NODE, "dataset.publish", "test.firms")
    accounts.require(EVERYONE, "data.download", "test.firms")
    with pytest.raises(NotAuthorised):
        accounts.require(EVERYONE, "dataset.publish", "test.firms")


def test_an_authority_given_to_everyone_is_not_everyones(own: Node) -> None:
    accounts.allow(EVERYONE.account, "*", by=NODE, now=own.clock())

    with pytest.raises(NotAuthorised):
        accounts.require(EVERYONE, "dataset.publish", "test.firms")


def test_giving_an_authority_is_an_event_and_giving_it_again_is_none(own: Node) -> None:
    for _ in range(2):
        accounts.allow("li", "dataset.publish", by=NODE, now=own.clock())
    own.settle()

    told = [(each.verb, each.by, each.details) for each in reversed(events.events_about("account:li"))]
    assert sorted(told, key=lambda each: each[0]) == [
        ("account.allow", NODE, {"authority": "dataset.publish"}),
        ("account.create", NODE, {}),
    ]


def test_whoever_has_no_authority_gives_none(own: Node) -> None:
    with pytest.raises(NotAuthorised):
        accounts.allow("li", "*", by=LI, now=own.clock())

    accounts.allow("wang", "account.allow", by=NODE, now=own.clock())
    accounts.allow("li", "dataset.publish", by=Actor(account="wang"), now=own.clock())
    accounts.require(LI, "dataset.publish", "test.firms")


def test_a_clerk_publishes_only_with_the_authority(own: Node) -> None:
    with pytest.raises(NotAuthorised):
        own.publish(FIRMS, "code\na1\n", by=LI)
    assert (catalogue.datasets(), own.lake.names()) == ((), ())

    accounts.allow("li", "dataset.publish", by=NODE, now=own.clock())
    own.publish(FIRMS, "code\na1\n", by=LI)

    assert [each.name for each in catalogue.datasets()] == ["test.firms"]
    (published,) = [each for each in events.events_about("dataset:test.firms") if each.verb == "dataset.publish"]
    assert published.by == LI


def test_no_verb_of_a_clerk_goes_without_the_authority(own: Node) -> None:
    file = own.write(FIRMS, "code\na1\n")
    contract = read_contract(file)
    own.publish(FIRMS, "code\na1\n")
    queued = runs.enqueue("test.other", file, by=NODE, now=own.clock())
    now = own.clock()
    attempts = (
        lambda: catalog.publish(contract, by=LI, clock=own.clock),
        lambda: catalog.withdraw("test.firms", because="for fun", by=LI, clock=own.clock),
        lambda: runs.enqueue("test.firms", file, by=LI, now=now),
        lambda: runs.cancel(queued, by=LI, now=now),
        lambda: runs.schedule("test.firms", file, source_file=None, every_s=3600, by=LI, now=now),
        lambda: runs.unschedule("test.firms", by=LI, now=now),
    )

    for attempt in attempts:
        with pytest.raises(NotAuthorised, match=r"^li may not "):
            attempt()


def test_every_action_asks_for_the_authority_or_is_listed_with_its_reason() -> None:
    unasked = {
        f"{'.'.join(path.relative_to(HOUSE).with_suffix('').parts)}.{function.name}"
        for path in HOUSE.glob("*/*/actions.py")
        for function in ast.parse(path.read_text("utf-8")).body
        if isinstance(function, ast.FunctionDef) and not function.name.startswith("_") and not asks(function)
    }

    assert unasked - {"registry.accounts.actions.require"} == UNASKED


def asks(function: ast.FunctionDef) -> bool:
    calls = (ast.unparse(each.func) for each in ast.walk(function) if isinstance(each, ast.Call))
    return any(name in {"require", "accounts.require"} for name in calls)
