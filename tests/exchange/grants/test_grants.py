from __future__ import annotations

from datetime import timedelta

import pytest

from hexi.data.contracts.reading import read_contract
from hexi.exchange.door import queries as door
from hexi.exchange.grants import access, actions, queries, tasks
from hexi.exchange.grants.errors import GrantEnded, GrantNotInForce, NotReadable
from hexi.kernel.actors import EVERYONE, NODE, Actor
from hexi.kernel.errors import Denied, Missing
from hexi.kernel.permits import PermitExpired
from hexi.registry.accounts import actions as accounts
from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.catalog import actions as catalog
from hexi.registry.events import queries as events
from hexi.registry.events.actions import record
from tests.exchange.conftest import COLUMNS, FIELDS, FIRMS, ROWS, firms
from tests.nodes import Node, contract, field

CLERK = Actor(account="li")
CLOSED = "test.closed"
SECRET = "test.secret"
KEY = field("code", "编号", more="primaryKey: true")


def verbs_about(object: str) -> list[str]:
    return [each.verb for each in events.events_about(object)]


def test_open_data_is_granted_to_everyone_once_its_publication_is_sealed(node: Node, db: None) -> None:
    (grant,) = queries.grants_of(FIRMS)

    assert (grant.grantee, grant.basis, grant.purpose, grant.valid_until) == ("everyone", "open", "any", None)
    assert grant.holds(node.clock())
    (opened,) = [each for each in events.events_about(f"dataset:{FIRMS}") if each.verb == "grant.open"]
    assert (opened.by, opened.grant, opened.details["grant"]) == (NODE, grant.id, grant.id)


def test_a_published_dataset_is_nobodys_to_read_before_the_log_was_followed(own: Node) -> None:
    later = contract("test.later", KEY)
    file = own.write(later, "code\nb1\n")

    catalog.publish(read_contract(file), by=NODE, clock=own.clock)
    with pytest.raises(NotReadable):
        access.permit_to_read("test.later", reader=EVERYONE, now=own.clock())

    own.settle()
    assert access.permit_to_read("test.later", reader=EVERYONE, now=own.clock()).columns == ("code",)


def test_a_permit_names_the_open_fields_in_table_order_and_no_other(node: Node, db: None) -> None:
    now = node.clock()

    permit = access.permit_to_read(FIRMS, reader=EVERYONE, now=now)

    assert permit.columns == COLUMNS
    assert permit.grant == queries.grants_of(FIRMS)[0].id
    assert permit.until == now + timedelta(seconds=access.PERMIT_TTL_S)


def test_a_permit_is_void_from_its_end_on(node: Node, db: None) -> None:
    permit = access.permit_to_read(FIRMS, reader=EVERYONE, now=node.clock())

    permit.check(permit.until - timedelta(microseconds=1))
    with pytest.raises(PermitExpired):
        permit.check(permit.until)


@pytest.mark.parametrize("classification", ["internal", "personal", "sensitive"])
def test_a_field_classed_otherwise_is_hidden_with_the_next_version(own: Node, classification: str) -> None:
    staff = field("staff", "人数", "integer", clean="integer", classification=classification)

    own.publish(firms(*FIELDS[:2], staff, *FIELDS[3:], version="2.0.0"), ROWS)

    assert access.permit_to_read(FIRMS, reader=EVERYONE, now=own.clock()).columns == (
        "code",
        "title",
        "longitude",
        "latitude",
    )
    assert len(queries.grants_of(FIRMS)) == 1


def test_following_the_log_again_changes_nothing(own: Node) -> None:
    before, size = queries.grants_of(FIRMS), events.size()

    own.settle()

    assert tasks.follow(own.clock()) == 0
    assert (queries.grants_of(FIRMS), events.size()) == (before, size)


def test_a_dataset_published_behind_thousands_of_events_is_opened_at_once(own: Node) -> None:
    for _ in range(2100):
        record(by=NODE, verb="data.download", object="dataset:test.busy", details={}, now=own.clock())

    own.publish(contract("test.later", KEY), "code\nb1\n")

    assert access.permit_to_read("test.later", reader=EVERYONE, now=own.clock()).columns == ("code",)


def test_opening_what_is_open_gives_the_grant_that_stands(own: Node) -> None:
    (standing,) = queries.grants_of(FIRMS)

    assert actions.open_to_everyone(FIRMS, by=NODE, now=own.clock()) == standing.id
    assert queries.grants_of(FIRMS) == (standing,)


@pytest.mark.parametrize("openness", ["closed", "on_application"])
def test_a_dataset_that_is_not_open_gets_no_grant(own: Node, openness: str) -> None:
    condition = "  - {property: hexi.opening_condition, value: {zh: 实名, en: By name}}\n"
    own.publish(contract(CLOSED, KEY, openness=openness, properties=condition), "code\nb1\n")

    assert queries.grants_of(CLOSED) == ()


def test_a_contract_that_no_longer_opens_its_dataset_ends_the_grant(own: Node) -> None:
    own.publish(firms(openness="closed", version="2.0.0"), ROWS)

    (ended,) = queries.grants_of(FIRMS)
    assert ended.revoked_because == "The contract no longer opens this dataset."
    assert not ended.holds(own.clock())
    with pytest.raises(GrantEnded, match="was revoked on 2026-11-23: The contract no longer opens"):
        access.permit_to_read(FIRMS, reader=EVERYONE, now=own.clock())
    assert verbs_about(f"grant:{ended.id}") == ["grant.revoke"]


def test_withdrawing_a_dataset_ends_its_grant_and_publishing_it_again_gives_another(own: Node) -> None:
    catalog.withdraw(FIRMS, because="published by mistake", by=NODE, clock=own.clock)
    with pytest.raises(NotReadable):
        access.permit_to_read(FIRMS, reader=EVERYONE, now=own.clock())
    own.settle()
    with pytest.raises(GrantEnded):
        access.permit_to_read(FIRMS, reader=EVERYONE, now=own.clock())

    own.publish(firms(), ROWS)

    newest, first = queries.grants_of(FIRMS)
    assert (newest.revoked_at, newest.epoch) == (None, 1)
    assert (first.revoked_at is not None, first.epoch) == (True, 2)
    assert access.permit_to_read(FIRMS, reader=EVERYONE, now=own.clock()).grant == newest.id


def test_a_revoked_grant_says_when_and_why_and_cannot_be_revoked_twice(own: Node) -> None:
    (grant,) = queries.grants_of(FIRMS)

    actions.revoke(grant.id, because="the office asked for it", by=NODE, now=own.clock())

    with pytest.raises(GrantEnded) as refusal:
        access.permit_to_read(FIRMS, reader=EVERYONE, now=own.clock())
    assert refusal.value.message == ("The grant to read test.firms was revoked on 2026-11-23: the office asked for it")
    with pytest.raises(GrantNotInForce):
        actions.revoke(grant.id, because="again", by=NODE, now=own.clock())
    assert queries.grants_of(FIRMS)[0].revoked_because == "the office asked for it"


def test_a_grant_that_was_never_given_cannot_be_revoked(own: Node) -> None:
    with pytest.raises(GrantNotInForce):
        actions.revoke("no-such-grant", because="tidying", by=NODE, now=own.clock())


def test_whoever_has_no_authority_changes_no_grant(own: Node) -> None:
    (grant,) = queries.grants_of(FIRMS)

    with pytest.raises(NotAuthorised):
        actions.revoke(grant.id, because="for fun", by=CLERK, now=own.clock())
    with pytest.raises(NotAuthorised):
        actions.open_to_everyone(CLOSED, by=CLERK, now=own.clock())
    assert (queries.grants_of(FIRMS), queries.grants_of(CLOSED)) == ((grant,), ())

    accounts.allow(CLERK.account, "grant.*", by=NODE, now=own.clock())
    actions.revoke(grant.id, because="for a reason", by=CLERK, now=own.clock())
    assert queries.grants_of(FIRMS)[0].revoked_because == "for a reason"


def test_to_a_stranger_not_there_and_not_yours_are_one_answer(own: Node) -> None:
    own.publish(contract(CLOSED, KEY, openness="closed"), "code\nb1\n")
    own.publish(
        contract(SECRET, field("code", "编号", classification="internal", more="primaryKey: true")), "code\nb1\n"
    )
    said = set()

    for name in ("test.nowhere", CLOSED, SECRET):
        with pytest.raises(NotReadable) as refusal:
            access.permit_to_read(name, reader=EVERYONE, now=own.clock())
        said.add((refusal.value.code, refusal.value.message))

    assert said == {("grant.not-readable", "No such dataset, or no grant for you to read it.")}


def test_a_stranger_is_told_missing_and_a_former_reader_denied() -> None:
    assert issubclass(NotReadable, Missing)
    assert issubclass(GrantEnded, Denied)


def test_a_question_after_the_grant_ended_gets_no_row(own: Node) -> None:
    assert door.preview(FIRMS, reader=EVERYONE, now=own.clock()).total == 3

    actions.revoke(queries.grants_of(FIRMS)[0].id, because="over", by=NODE, now=own.clock())

    with pytest.raises(GrantEnded):
        door.preview(FIRMS, reader=EVERYONE, now=own.clock())
