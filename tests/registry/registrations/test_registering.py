"""From an application to the register: who may, in which order, and what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hexi.data.lifecycle.envelopes import load_payload, read_envelopes
from hexi.kernel.actors import EVERYONE, Actor
from hexi.kernel.errors import Denied
from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.catalog import queries as catalog
from hexi.registry.events import queries as events
from hexi.registry.registrations import actions, queries, verification
from hexi.registry.registrations.errors import (
    AppliedAlready,
    CodeMistyped,
    KindUnknown,
    NothingNew,
    NoticeRuns,
    NotThere,
    ObjectedAlready,
    ObjectionOpen,
    OwnApplication,
    RegistrationMissing,
    RegistrationText,
)
from hexi.registry.registrations.numbering import check_character, is_code
from hexi.registry.registrations.records import EXPIRED, State
from tests.nodes import NOON

from .conftest import NOTICE, SHOPS, Town

TODAY = NOON.date()


def test_a_dataset_is_applied_for_put_in_notice_and_registered(town: Town) -> None:
    made = town.apply()
    assert town.told(town.approver) == ["li applied for a registration of “商店”."]
    town.notice(made)

    code = actions.register(made, by=town.approver, now=town.node.clock() + NOTICE)

    found = town.seen(made, EVERYONE).summary
    dataset = catalog.dataset(SHOPS).summary
    assert (found.code, found.state, is_code(code)) == (code, State.REGISTERED, True)
    assert found.facts.certificate_sha256 == dataset.certificate_sha256
    assert (found.facts.version, found.facts.rows) == (dataset.version, 1)
    assert found.valid_until is not None
    assert found.registered_at is not None
    assert found.valid_until.year == found.registered_at.year + 3
    assert town.told(town.officer)[0] == f"The register has a new entry on “商店”: {code}."
    assert queries.of_dataset(SHOPS) == found
    town.node.settle()
    verbs = [each.verb for each in events.events_about(f"registration:{made}")]
    assert sorted(verbs) == ["registration.apply", "registration.notice", "registration.register"]


def test_the_notice_runs_its_working_days_to_the_end(town: Town) -> None:
    made = town.apply()
    last = actions.open_notice(made, by=town.approver, now=town.node.clock())

    assert last.isoformat() == "2026-12-07"  # ten working days after Monday, 23 November
    for too_early in range(15):
        now = town.node.clock()
        with pytest.raises(NoticeRuns):
            actions.register(made, by=town.approver, now=now.replace(day=23) + NOTICE * too_early / 20)
    assert town.seen(made).summary.state == State.NOTICE
    actions.register(made, by=town.approver, now=town.node.clock() + NOTICE * 15 / 20)


def test_whoever_applied_may_not_decide(town: Town) -> None:
    made = town.apply(by=town.second)

    for deed in (actions.open_notice, actions.register):
        with pytest.raises(OwnApplication):
            deed(made, by=town.second, now=town.node.clock())
    with pytest.raises(OwnApplication):
        actions.give_back(made, because="x", by=town.second, now=town.node.clock())
    town.notice(made)


def test_only_the_publishers_officers_apply_and_only_its_approvers_decide(town: Town) -> None:
    for by in (town.foreign, town.clerk, EVERYONE):
        with pytest.raises(NotAuthorised):
            town.apply(by=by)
    made = town.apply()
    with pytest.raises(NotAuthorised):
        actions.open_notice(made, by=town.officer, now=town.node.clock())


def test_what_is_not_public_looks_like_what_is_not_there(town: Town) -> None:
    made, said = town.apply(), set()
    for id, by in ((made, town.foreign), (made, town.clerk), (made, EVERYONE), ("nothing", town.officer)):
        with pytest.raises(RegistrationMissing) as seen:
            town.seen(id, by)
        with pytest.raises((RegistrationMissing, Denied)) as done:
            actions.raise_objection(id, text="x", by=by, now=town.node.clock())
        said |= {seen.value.message}
        assert by == EVERYONE or isinstance(done.value, RegistrationMissing)

    assert len(said) == 1
    assert queries.registrations(on=TODAY)[1] == 0
    town.notice(made)
    assert town.seen(made, EVERYONE).under_way is not None
    assert queries.registrations(on=TODAY)[1] == 1


def test_of_two_who_decide_one_wins(town: Town) -> None:
    made = town.apply()
    town.notice(made)

    with pytest.raises(NotThere):
        actions.open_notice(made, by=town.second, now=town.node.clock())
    actions.register(made, by=town.second, now=town.node.clock() + NOTICE)
    with pytest.raises(NotThere):
        actions.register(made, by=town.approver, now=town.node.clock() + NOTICE)
    with pytest.raises(NotThere):
        actions.give_back(made, because="x", by=town.approver, now=town.node.clock() + NOTICE)


def test_what_was_returned_can_be_applied_for_again(town: Town) -> None:
    made = town.apply()
    with pytest.raises(AppliedAlready):
        town.apply()
    with pytest.raises(RegistrationText):
        actions.give_back(made, because=" ", by=town.approver, now=town.node.clock())

    actions.give_back(made, because="no contact", by=town.approver, now=town.node.clock())

    assert town.told(town.officer)[0] == "Your application to register “商店” came back: no contact"
    again = town.apply()
    assert again != made
    assert town.register(again)


def test_an_objection_has_to_be_answered_by_somebody_else_first(town: Town) -> None:
    made = town.apply()
    with pytest.raises(RegistrationMissing):
        actions.raise_objection(made, text="not theirs", by=town.clerk, now=town.node.clock())
    town.notice(made)
    objection = actions.raise_objection(made, text="not theirs", by=town.clerk, now=town.node.clock())
    with pytest.raises(ObjectedAlready):
        actions.raise_objection(made, text="again", by=town.clerk, now=town.node.clock())
    with pytest.raises(NotAuthorised):
        actions.raise_objection(made, text="x", by=EVERYONE, now=town.node.clock())
    with pytest.raises(ObjectionOpen):
        actions.register(made, by=town.approver, now=town.node.clock() + NOTICE)
    assert town.seen(made).applications[0].state == State.NOTICE
    for by in (town.clerk, town.foreign):
        with pytest.raises(RegistrationMissing):
            actions.answer(objection, text="so", by=by, now=town.node.clock())
    own = actions.raise_objection(made, text="mine", by=town.officer, now=town.node.clock())
    with pytest.raises(OwnApplication):
        actions.answer(own, text="so", by=town.officer, now=town.node.clock())
    assert town.seen(made, EVERYONE).applications[0].objections == ()

    actions.answer(objection, text="it is", by=town.officer, now=town.node.clock())
    actions.answer(own, text="it is", by=town.approver, now=town.node.clock())

    assert town.told(town.clerk) == ["Your objection to the registration of “商店” has an answer."]
    assert [each.answer for each in town.seen(made, EVERYONE).applications[0].objections] == ["it is"] * 2
    with pytest.raises(NotThere):
        actions.answer(objection, text="again", by=town.approver, now=town.node.clock())
    with pytest.raises(NotThere):
        actions.raise_objection(made, text="late", by=town.clerk, now=town.node.clock() + NOTICE)
    assert actions.register(made, by=town.approver, now=town.node.clock() + NOTICE)


@pytest.mark.parametrize(("kind", "state"), [("change", State.CHANGED), ("correction", State.CORRECTED)])
def test_a_change_keeps_the_code(town: Town, kind: str, state: State) -> None:
    with pytest.raises(KindUnknown):
        town.apply(kind)
    made = town.apply()
    code = town.register(made)
    with pytest.raises(NothingNew):
        town.apply(kind)
    town.publish("1.1.0", "code\n1\n2\n")
    assert town.seen(made).summary.facts.rows == 1

    assert town.apply(kind) == made
    assert town.seen(made, EVERYONE).under_way is None
    assert town.register(made) == code

    found = town.seen(made, EVERYONE)
    assert (found.summary.state, found.summary.facts.rows) == (state, 2)
    assert [each.facts.rows for each in found.applications] == [2, 1]


def test_a_code_is_never_given_twice(town: Town) -> None:
    made = town.apply()
    code = town.register(made)
    with pytest.raises(RegistrationText):
        actions.apply(SHOPS, kind="cancellation", by=town.officer, now=town.node.clock())
    town.apply("cancellation")
    town.register(made)

    assert town.seen(made, EVERYONE).summary.state == State.CANCELLED
    assert queries.of_dataset(SHOPS) is None
    second = town.register(town.apply())
    assert second != code
    assert is_code(second)
    assert {each.code for each in queries.registrations(on=TODAY)[0]} == {code, second}


def test_the_register_is_found_by_code_title_publisher_and_state(town: Town) -> None:
    code = town.register(town.apply())

    for text, state, count in (
        (code, "", 1),
        (code.lower(), "registered", 1),
        ("商店", "", 1),
        ("shops market", "", 1),
        ("shops nothing", "", 0),
        ("", "cancelled", 0),
    ):
        assert queries.registrations(text, on=TODAY, state=state)[1] == count


def test_what_waits_is_the_approvers_except_their_own(town: Town) -> None:
    town.apply(by=town.second)

    def waiting(by: Actor) -> int:
        return queries.to_decide(by)[1]

    assert [waiting(each) for each in (town.approver, town.second, town.foreign, town.clerk)] == [1, 0, 0, 0]
    with CaptureQueriesContext(connection) as asked:
        queries.to_decide(town.approver)
    assert len(asked) < 10


def test_a_change_that_was_returned_leaves_the_register_as_it_was(town: Town) -> None:
    made = town.apply()
    town.register(made)
    before = town.seen(made).summary
    town.publish("1.1.0", "code\n1\n2\n")
    town.apply("change")

    actions.give_back(made, because="wait", by=town.approver, now=town.node.clock())

    assert town.seen(made).summary == before
    assert town.seen(made).applications[0].because == "wait"
    assert len(town.seen(made, EVERYONE).applications) == 1


def test_a_registration_whose_years_are_over_has_expired_until_it_is_changed(town: Town) -> None:
    made = town.apply()
    town.register(made)
    until = town.seen(made).summary.valid_until
    assert until is not None

    def standing(on: date) -> tuple[str, int, int]:
        numbers = [queries.registrations(on=on, state=each)[1] for each in (State.REGISTERED, EXPIRED)]
        return town.seen(made).summary.stands(on=on), *numbers

    assert standing(until - timedelta(days=1)) == (State.REGISTERED, 1, 0)
    assert standing(until) == (EXPIRED, 0, 1)
    town.apply("cancellation")
    town.register(made)
    assert standing(until) == (State.CANCELLED, 0, 0)


def test_what_is_registered_is_certified_and_the_signature_holds(town: Town, tmp_path: Path) -> None:
    made = town.apply()
    with pytest.raises(RegistrationMissing):
        queries.certificate(made)
    code = town.register(made)

    said, text = queries.certificate(made)

    (envelope,) = read_envelopes(text, file="certificate.json")
    statement = load_payload(envelope, file="certificate.json")
    assert said == code == statement["predicate"]["code"]
    assert statement["subject"][0]["digest"]["sha256"] == catalog.dataset(SHOPS).summary.certificate_sha256
    assert envelope.is_signed_by(envelope.signatures[0], town.node.key.public_key)
    assert not replace(envelope, payload=envelope.payload + b" ").is_signed_by(
        envelope.signatures[0], town.node.key.public_key
    )
    file = tmp_path / "certificate.json"
    file.write_bytes(text)
    verdict = verification.verify(file, trust=town.node.trust, now=town.node.clock() + 2 * NOTICE)
    assert verification.is_registration(file)
    assert (verdict.ok, verdict.statement and verdict.statement.code) == (True, code)
    assert [each.code for each in verdict.findings] == ["signature.good", "registration.holds"]
    town.node.settle()
    registered = events.events_about(f"registration:{made}")[0]
    assert registered.details["sha256"] == envelope.sha256
    town.publish("1.1.0", "code\n1\n2\n")
    town.apply("change")
    town.register(made)
    assert queries.certificate(made)[1] != text


def test_a_registration_is_looked_up_by_its_code_and_a_mistyped_one_is_told_so(town: Town) -> None:
    made = town.apply()
    code = town.register(made)

    assert queries.coded(code.lower(), reader=EVERYONE).summary.id == made
    with pytest.raises(CodeMistyped):
        queries.coded(code[:-1], reader=EVERYONE)
    with pytest.raises(RegistrationMissing):
        queries.coded("R20990000001" + check_character("R20990000001"), reader=EVERYONE)
