from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import actions, people, queries
from hexi.registry.accounts.errors import (
    AccountExists,
    AccountMissing,
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


def test_a_token_makes_no_other_one_even_if_nothing_limits_it(own: Node) -> None:
    invited(own, "li", ("operator", None))
    by = queries.bearer(people.make_token("all", by=LI, now=own.clock()), now=own.clock())

    assert queries.may(by, "pack.install")
    with pytest.raises(BadAccount):
        people.make_token("another", by=by, now=own.clock())


def test_a_limited_token_does_not_even_read_what_is_open(own: Node) -> None:
    invited(own, "li")
    by = queries.bearer(people.make_token("up", scope=["upload.*"], by=LI, now=own.clock()), now=own.clock())

    assert not queries.may(by, "data.download")
    assert not queries.may(by, "dataset.follow")


def test_a_program_has_tokens_and_no_password(own: Node, bureaus: tuple[str, str]) -> None:
    people.open_service("nightly", title="夜间报送", roles=[("officer", bureaus[0])], by=NODE, now=own.clock())
    by = queries.bearer(people.make_token("one", account="nightly", by=NODE, now=own.clock()), now=own.clock())

    assert by.account == "nightly"
    assert by.party == bureaus[0]
    assert queries.may(by, "upload.create", bureaus[0])
    with pytest.raises(BadAccount):
        people.reset("nightly", by=NODE, now=own.clock())


def test_nobody_gets_a_token_that_acts_as_another_person(own: Node) -> None:
    invited(own, "li")
    invited(own, "wang")

    with pytest.raises(BadAccount):
        people.make_token("one", account="li", by=NODE, now=own.clock())
    with pytest.raises(NotAuthorised):
        people.make_token("one", account="li", by=WANG, now=own.clock())
    with pytest.raises(AccountMissing):
        people.make_token("one", account="nobody", by=NODE, now=own.clock())


@pytest.mark.parametrize("verb", ["reset", "deactivate", "revoke_link", "activate"])
def test_an_operator_of_one_organisation_has_no_hold_over_greater_ones(
    own: Node, bureaus: tuple[str, str], verb: str
) -> None:
    here, there = bureaus
    invited(own, "li", ("operator", here))
    invited(own, "mine", ("officer", here))
    invited(own, "theirs", ("officer", there))
    invited(own, "both", ("officer", here), ("auditor", None))
    invited(own, "free")
    actions.allow("root", "*", by=NODE, now=own.clock())
    actions.assign("root", "officer", organisation=here, by=NODE, now=own.clock())

    getattr(people, verb)("mine", by=LI, now=own.clock())
    for name in ("theirs", "both", "free", "root"):
        with pytest.raises(NotAuthorised):
            getattr(people, verb)(name, by=LI, now=own.clock())


def test_a_revoked_link_opens_nothing(own: Node) -> None:
    secret = invited(own, "li")
    found = queries.open_link("li", now=own.clock())
    assert found is not None
    assert found.kind == "invite"
    people.revoke_link("li", by=NODE, now=own.clock())

    assert queries.open_link("li", now=own.clock()) is None
    assert queries.link(secret, now=own.clock()) is None
    with pytest.raises(LinkVoid):
        people.accept(secret, PASSWORD, now=own.clock())


def test_what_is_kept_of_a_secret_is_not_the_secret(own: Node) -> None:
    link = invited(own, "li")
    token = people.make_token("one", by=LI, now=own.clock())

    with connection.cursor() as cursor:
        for table in ("accounts_onetimelink", "accounts_token", "accounts_account", "events_event"):
            cursor.execute(f"SELECT * FROM {table}")
            rows = str(cursor.fetchall())
            assert link not in rows
            assert token not in rows


@given(
    held=st.lists(st.tuples(st.sampled_from(sorted(ROLES)), st.sampled_from(["here", "there", "node"])), max_size=4),
    verb=st.sampled_from([*sorted(VERBS), "upload.create", "draft.approve", "case.decide", "correction.answer"]),
    at=st.sampled_from(["here", "there", None]),
    is_active=st.booleans(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_may_more_than_their_roles_say(
    own: Node, held: list[tuple[str, str]], verb: str, at: str | None, is_active: bool
) -> None:
    with transaction.atomic():
        places = {
            each: parties.register(Text(each, each), code=None, by=NODE, now=own.clock()) for each in ("here", "there")
        }
        invited(own, "li", *{(role, places.get(place)) for role, place in held})
        if not is_active:
            people.deactivate("li", by=NODE, now=own.clock())
        right = {place for role, place in held if covers(ROLES[role].verbs, verb)}
        expected = is_active and (verb in SIGNED_IN_MAY or "node" in right or (at is not None and at in right))

        assert queries.may(LI, verb, places.get(at or "")) is (expected or verb in {"data.preview", "data.download"})
        transaction.set_rollback(True)
