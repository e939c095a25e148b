from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate

from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import actions, people, queries
from hexi.registry.accounts.errors import (
    AccountExists,
    BadAccount,
    LinkVoid,
    NotAuthorised,
    RoleUnknown,
    TokenMissing,
    TokenVoid,
)
from hexi.registry.accounts.roles import ROLES, SIGNED_IN_MAY, covers
from hexi.registry.events import queries as events
from hexi.registry.events.verbs import VERBS
from hexi.registry.parties import actions as parties
from tests.nodes import Node

PASSWORD = "a caravan of salt"
LI, WANG = Actor(account="li"), Actor(account="wang")


@pytest.fixture
def bureaus(own: Node) -> tuple[str, str]:
    one = parties.register(Text("省统计局", "Statistics"), code=None, by=NODE, now=own.clock())
    other = parties.register(Text("省民政厅", "Civil affairs"), code=None, by=NODE, now=own.clock())
    return one, other


def invited(own: Node, name: str, *roles: tuple[str, str | None]) -> str:
    return people.invite(name, roles=roles, by=NODE, now=own.clock())


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", sorted(set(VERBS) | {"draft.see", "event.see", "account.see"}))
def test_a_role_holds_for_its_organisation_and_no_other(
    own: Node, bureaus: tuple[str, str], role: str, verb: str
) -> None:
    here, there = bureaus
    invited(own, "li", (role, here))
    allowed = covers(ROLES[role].verbs, verb) or verb in {"data.preview", "data.download"}

    assert queries.may(LI, verb, here) is (allowed or verb in SIGNED_IN_MAY)
    assert queries.may(LI, verb, there) is (verb in SIGNED_IN_MAY | {"data.preview", "data.download"})
    assert queries.may(WANG, verb, here) is (verb in {"data.preview", "data.download"})


def test_a_role_for_the_whole_node_holds_everywhere(own: Node, bureaus: tuple[str, str]) -> None:
    invited(own, "li", ("approver", None))

    assert queries.organisations_where(LI, "draft.approve") is None
    assert all(queries.may(LI, "draft.approve", each) for each in bureaus)
    assert [each.name for each in queries.holders("approver", bureaus[0])] == ["li"]


def test_a_link_sets_a_password_once(own: Node) -> None:
    secret = invited(own, "li")

    assert people.accept(secret, PASSWORD, now=own.clock()) == "li"
    assert authenticate(None, username="li", password=PASSWORD) is not None
    with pytest.raises(LinkVoid):
        people.accept(secret, PASSWORD + "!", now=own.clock())
    assert secret not in str([each.details for each in events.events_about("account:li", limit=9)])


def test_a_link_ends_with_its_time_and_with_a_newer_one(own: Node) -> None:
    first = invited(own, "li")
    second = people.reset("li", by=NODE, now=own.clock())

    with pytest.raises(LinkVoid):
        people.accept(first, PASSWORD, now=own.clock())
    with pytest.raises(LinkVoid):
        people.accept(second, PASSWORD, now=own.clock() + timedelta(days=8))


@pytest.mark.parametrize("password", ["short", "1234567890", "password123"])
def test_a_password_that_is_easily_guessed_is_refused_and_the_link_stays(own: Node, password: str) -> None:
    secret = invited(own, "li")

    with pytest.raises(BadAccount):
        people.accept(secret, password, now=own.clock())
    assert people.accept(secret, PASSWORD, now=own.clock()) == "li"


@pytest.mark.parametrize("name", ["", " ", "-", "a b", "<b>", "x" * 101, "a/b", "a\x00b"])
def test_a_name_that_cannot_be_one_is_refused(own: Node, name: str) -> None:
    with pytest.raises(BadAccount):
        invited(own, name)


def test_names_and_addresses_are_one_account_s(own: Node) -> None:
    people.invite("li", email="li@example.org", by=NODE, now=own.clock())

    with pytest.raises(AccountExists):
        invited(own, "LI")
    with pytest.raises(AccountExists):
        people.invite("wang", email="LI@example.org", by=NODE, now=own.clock())
    with pytest.raises(AccountExists):
        invited(own, "node")


def test_who_has_no_authority_invites_nobody(own: Node, bureaus: tuple[str, str]) -> None:
    invited(own, "li", ("operator", bureaus[0]))

    people.invite("wang", roles=[("officer", bureaus[0])], by=LI, now=own.clock())
    with pytest.raises(NotAuthorised):
        people.invite("zhao", roles=[("officer", bureaus[1])], by=LI, now=own.clock())
    with pytest.raises(NotAuthorised):
        people.invite("zhao", roles=[("operator", None)], by=LI, now=own.clock())
    with pytest.raises(RoleUnknown):
        actions.assign("wang", "king", by=NODE, now=own.clock())


def test_an_ended_account_may_nothing_and_comes_back(own: Node) -> None:
    people.accept(invited(own, "li", ("operator", None)), PASSWORD, now=own.clock())
    token = people.make_token("nightly", by=LI, now=own.clock())
    people.deactivate("li", by=NODE, now=own.clock())

    assert not queries.may(LI, "dataset.publish")
    assert not queries.may(LI, "dataset.follow")
    assert authenticate(None, username="li", password=PASSWORD) is None
    with pytest.raises(TokenVoid):
        queries.bearer(token, now=own.clock())
    people.activate("li", by=NODE, now=own.clock())
    assert queries.may(LI, "dataset.publish")
    with pytest.raises(BadAccount):
        people.deactivate("li", by=LI, now=own.clock())


def test_a_token_is_its_account_within_its_scope(own: Node, bureaus: tuple[str, str]) -> None:
    invited(own, "li", ("officer", bureaus[0]))
    by = queries.bearer(people.make_token("upload", scope=["upload.*"], by=LI, now=own.clock()), now=own.clock())

    assert by.account == "li"
    assert queries.may(by, "upload.create", bureaus[0])
    assert not queries.may(by, "draft.create", bureaus[0])
    with pytest.raises(NotAuthorised):
        people.make_token("another", by=by, now=own.clock())


def test_a_token_ends_with_its_time_and_when_it_is_revoked(own: Node) -> None:
    invited(own, "li")
    invited(own, "wang")
    secret = people.make_token("nightly", days=2, by=LI, now=own.clock())
    found = queries.tokens_of("li")[0]

    with pytest.raises(TokenVoid):
        queries.bearer(secret, now=own.clock() + timedelta(days=2))
    with pytest.raises(TokenMissing):
        people.revoke_token(found.id, by=WANG, now=own.clock())
    people.revoke_token(found.id, by=LI, now=own.clock())
    for wrong in (secret, secret[:-1], "", "hexi_"):
        with pytest.raises(TokenVoid):
            queries.bearer(wrong, now=own.clock())
