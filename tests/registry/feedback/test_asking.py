"""Corrections, requests and wishes: asked, answered, passed on, reopened, joined."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from hexi.kernel.actors import EVERYONE, Actor
from hexi.kernel.errors import Missing
from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.events import queries as events
from hexi.registry.feedback import actions, queries
from hexi.registry.feedback.checking import A_DAY, LONGEST
from hexi.registry.feedback.errors import (
    AskedAlready,
    FieldUnknown,
    NotOpen,
    OutcomeUnknown,
    QuestionMissing,
    TextMissing,
    TooMuch,
    WishMissing,
)
from hexi.registry.feedback.records import State

from .conftest import SHOPS, Town

SCRIPT = "<script>alert(1)</script>"


def correction(town: Town, by: Actor | None = None, **said: str) -> str:
    facts = {"reason": "see the licence", "proposal": "2", "field": "code", "row": "1", **said}
    return actions.ask_correction(SHOPS, by=by or town.clerk, now=town.node.clock(), **facts)


def answer(town: Town, question: str, outcome: str = "accepted", by: Actor | None = None) -> None:
    actions.answer(question, outcome, text="so it is", by=by or town.officer, now=town.node.clock())


def test_a_correction_reaches_the_officers_and_the_answer_whoever_asked(town: Town) -> None:
    asked = correction(town)
    found = queries.question(asked, reader=town.officer)

    assert (found.field, found.row, found.proposal, found.reason) == ("code", "1", "2", "see the licence")
    assert (str(found.asked_at.date()), str(found.due_on)) == ("2026-11-23", "2026-12-07")
    assert "qian doubts something in “商店”" in town.told(town.officer)[0]
    assert town.told(town.foreign) == []
    answer(town, asked)
    assert town.told(town.clerk) == ["Your question about “商店” has an answer."]
    assert [each.text for each in queries.answered(SHOPS)[0].replies] == ["so it is"]


@pytest.mark.parametrize(
    ("asked_on", "days", "due_on"),
    [
        pytest.param("2026-09-30", 1, "2026-10-08", id="after-the-national-holidays"),
        pytest.param("2026-10-09", 1, "2026-10-10", id="on-a-saturday-that-is-worked"),
        pytest.param("2026-11-27", 10, "2026-12-11", id="two-weeks"),
        pytest.param("2031-10-01", 1, "2031-10-02", id="holidays-not-known-yet"),
    ],
)
def test_an_answer_is_due_in_working_days(town: Town, asked_on: str, days: int, due_on: str) -> None:
    # Late in the evening of the day before by UTC: the day is that of the node.
    asked_at = datetime.fromisoformat(f"{asked_on}T00:30:00+08:00")
    with override_settings(HEXI_ANSWER_DAYS=days):
        asked = actions.ask_correction(SHOPS, reason="x", by=town.clerk, now=asked_at)
        actions.answer(asked, "accepted", text="so it is", by=town.officer, now=asked_at)
        actions.reopen(asked, because="look again", by=town.clerk, now=asked_at)
        wanted = actions.ask_access(SHOPS, purpose="x", by=town.clerk, now=asked_at)

    assert [str(queries.question(each, reader=town.officer).due_on) for each in (asked, wanted)] == [due_on, due_on]


def test_after_a_new_version_who_was_promised_a_correction_is_told(town: Town) -> None:
    answer(town, correction(town))
    town.node.settle()

    town.publish("1.1.0", "code\n2\n")

    assert town.told(town.clerk)[0] == "“商店” has a new version."


def test_only_the_officers_of_the_body_that_answers_may_answer(town: Town) -> None:
    asked, other = correction(town), "no-such-question"
    refusals = []
    for question, by in ((asked, town.foreign), (asked, town.second), (other, town.officer)):
        with pytest.raises(QuestionMissing) as refusal:
            answer(town, question, by=by)
        refusals.append(refusal.value.message)
        with pytest.raises(QuestionMissing):
            queries.question(question, reader=by)

    assert len(set(refusals)) == 1
    answer(town, asked)
    with pytest.raises(NotOpen):
        answer(town, asked)


def test_a_question_that_is_passed_on_is_the_other_bodys(town: Town) -> None:
    asked = correction(town)
    actions.pass_on(asked, organisation=town.other, text="theirs", by=town.officer, now=town.node.clock())

    with pytest.raises(QuestionMissing):
        answer(town, asked, by=town.officer)
    answer(town, asked, "declined", by=town.foreign)
    assert "passed a question about “商店” on to you" in town.told(town.foreign)[0]
    assert [each.kind for each in queries.question(asked, reader=town.clerk).replies] == ["pass", "declined"]


def test_an_answer_is_doubted_once_and_only_by_who_asked(town: Town) -> None:
    asked = correction(town)
    with pytest.raises(NotOpen):
        actions.reopen(asked, because="no", by=town.clerk, now=town.node.clock())
    answer(town, asked, "declined")
    with pytest.raises(QuestionMissing):
        actions.reopen(asked, because="no", by=town.second, now=town.node.clock())

    actions.reopen(asked, because="look again", by=town.clerk, now=town.node.clock())

    assert queries.answered(SHOPS) == ()
    answer(town, asked)
    with pytest.raises(NotOpen):
        actions.reopen(asked, because="and again", by=town.clerk, now=town.node.clock())


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"reason": " \n"}, TextMissing),
        ({"reason": "x" * (LONGEST + 1)}, TextMissing),
        ({"field": "nothing"}, FieldUnknown),
        ({"row": "x" * 201}, TextMissing),
    ],
)
def test_what_is_not_a_question_is_not_kept(town: Town, said: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        correction(town, **said)

    assert queries.asked_by(town.clerk) == ((), 0)


def test_an_answer_is_one_of_two_and_has_words(town: Town) -> None:
    asked = correction(town)
    with pytest.raises(OutcomeUnknown):
        answer(town, asked, "fulfilled")
    with pytest.raises(TextMissing):
        actions.answer(asked, "accepted", text="", by=town.officer, now=town.node.clock())


def test_nobody_asks_without_an_account_or_about_nothing(town: Town) -> None:
    with pytest.raises(NotAuthorised):
        correction(town, by=EVERYONE)
    with pytest.raises(Missing):
        actions.ask_access("test.nothing", purpose="x", by=town.clerk, now=town.node.clock())


def test_an_account_asks_so_much_a_day_and_goes_on_the_next(town: Town) -> None:
    for _ in range(A_DAY):
        correction(town)
    with pytest.raises(TooMuch):
        correction(town)
    with pytest.raises(TooMuch):
        actions.wish("Rain", reason="x", by=town.clerk, now=town.node.clock())

    correction(town, by=town.second)
    actions.wish("Rain", reason="x", by=town.clerk, now=town.node.clock() + timedelta(days=2))


def test_a_request_waits_once_and_is_public_to_nobody(town: Town) -> None:
    asked = actions.ask_access(SHOPS, purpose="routing", by=town.clerk, now=town.node.clock())
    with pytest.raises(AskedAlready):
        actions.ask_access(SHOPS, purpose="routing", by=town.clerk, now=town.node.clock())

    assert queries.waits_for(SHOPS, reader=town.clerk) == asked
    answer(town, asked)
    assert queries.answered(SHOPS) == ()
    with pytest.raises(QuestionMissing):
        queries.question(asked, reader=town.second)
    actions.ask_access(SHOPS, purpose="again", by=town.clerk, now=town.node.clock())


def test_the_log_says_that_somebody_asked_and_not_what(town: Town) -> None:
    asked = correction(town, reason=SCRIPT)
    answer(town, asked)
    town.node.settle()

    found = events.events_about(f"question:{asked}")

    assert [each.verb for each in found] == ["correction.answer", "correction.ask"]
    assert SCRIPT not in str(found)


def test_what_is_due_first_comes_first_and_only_to_who_answers(town: Town) -> None:
    first, second = correction(town), actions.ask_access(SHOPS, purpose="x", by=town.second, now=town.node.clock())

    assert [each.id for each in queries.to_answer(town.officer)[0]] == [first, second]
    assert queries.to_answer(town.foreign) == ((), 0)
    assert queries.to_answer(town.clerk) == ((), 0)
    late = queries.question(first, reader=town.clerk)
    assert not late.is_late(on=late.due_on)
    assert late.is_late(on=late.due_on + timedelta(days=1))


def test_a_wish_is_joined_once_and_its_answer_reaches_everybody(town: Town) -> None:
    made = actions.wish("Rain\nby hour", reason="floods", organisation=town.other, by=town.clerk, now=town.node.clock())
    for _ in range(2):
        actions.join(made, by=town.second, now=town.node.clock())

    assert queries.wish(made, reader=town.second).backers == 2
    assert queries.wish(made, reader=town.second).is_mine
    assert not queries.wish(made, reader=town.officer).is_mine
    assert [each.id for each in queries.wishes_to_answer(town.foreign)[0]] == [made]
    assert queries.wishes_to_answer(town.officer) == queries.wishes_to_answer(town.clerk) == ((), 0)
    with pytest.raises(NotAuthorised):
        actions.answer_wish(made, text="x", by=town.officer, now=town.node.clock())
    actions.answer_wish(made, text="next year", by=town.foreign, now=town.node.clock())
    actions.answer_wish(made, text="", dataset=SHOPS, by=town.foreign, now=town.node.clock())
    with pytest.raises(NotOpen):
        actions.answer_wish(made, text="x", by=town.foreign, now=town.node.clock())
    for each in (town.clerk, town.second):
        assert town.told(each) == ["The wish “Rain by hour” has an answer."] * 2
    assert queries.wish(made, reader=EVERYONE).dataset == SHOPS


def test_a_wish_has_the_days_of_a_correction_and_what_is_due_first_comes_first(town: Town) -> None:
    later, first = (
        actions.wish(title, reason="x", organisation=town.other, by=town.clerk, now=town.node.clock() + wait)
        for title, wait in (("Snow", timedelta(days=7)), ("Rain", timedelta(0)))
    )
    actions.join(later, by=town.second, now=town.node.clock())
    found = queries.wish(first, reader=town.clerk)

    assert str(found.due_on) == "2026-12-07"
    assert "qian misses a dataset: “Rain”; answer by 2026-12-07." in town.told(town.foreign)
    assert [each.id for each in queries.wishes_to_answer(town.foreign)[0]] == [first, later]
    assert found.due_on is not None
    assert [found.is_late(on=found.due_on + timedelta(days=days)) for days in (0, 1)] == [False, True]
    actions.answer_wish(first, text="next year", by=town.foreign, now=town.node.clock())
    assert not queries.wish(first, reader=town.clerk).is_late(on=found.due_on + timedelta(days=99))


def test_an_author_takes_a_wish_back(town: Town) -> None:
    made = actions.wish("Rain", reason="x", organisation=town.other, by=town.clerk, now=town.node.clock())
    with pytest.raises(WishMissing):
        actions.withdraw_wish(made, by=town.second, now=town.node.clock())

    actions.withdraw_wish(made, by=town.clerk, now=town.node.clock())

    assert queries.wish(made, reader=town.clerk).state == State.WITHDRAWN
    assert queries.wishes(reader=town.clerk) == queries.wishes_to_answer(town.foreign) == ((), 0)
    for deed in (actions.withdraw_wish, actions.join):
        with pytest.raises(NotOpen):
            deed(made, by=town.clerk, now=town.node.clock())
    with pytest.raises(NotOpen):
        actions.answer_wish(made, text="x", by=town.foreign, now=town.node.clock())
    assert queries.wish(made, reader=town.clerk).backers == 0
    town.node.settle()
    verbs = [each.verb for each in events.events_about(f"wish:{made}")]
    assert sorted(verbs) == ["wish.ask", "wish.withdraw"]


def test_a_wish_that_others_joined_stays_theirs(town: Town) -> None:
    made = actions.wish("Rain", reason="x", organisation=town.other, by=town.clerk, now=town.node.clock())
    actions.join(made, by=town.second, now=town.node.clock())

    actions.withdraw_wish(made, by=town.clerk, now=town.node.clock())

    found = queries.wish(made, reader=town.clerk)
    assert (found.state, found.backers, found.is_mine) == (State.OPEN, 1, False)
    with pytest.raises(NotOpen):
        actions.withdraw_wish(made, by=town.clerk, now=town.node.clock())
    actions.answer_wish(made, text="next year", by=town.foreign, now=town.node.clock())
    assert (len(town.told(town.second)), town.told(town.clerk)) == (1, [])


def test_an_officer_closes_a_wish_with_an_answer(town: Town) -> None:
    made = actions.wish("Rain", reason="x", organisation=town.other, by=town.clerk, now=town.node.clock())
    with pytest.raises(NotAuthorised):
        actions.close_wish(made, text="x", by=town.officer, now=town.node.clock())
    with pytest.raises(TextMissing):
        actions.close_wish(made, text=" ", by=town.foreign, now=town.node.clock())

    actions.close_wish(made, text="nobody measures it", by=town.foreign, now=town.node.clock())

    found = queries.wish(made, reader=town.clerk)
    assert (found.state, found.answer, found.has_ended) == (State.CLOSED, "nobody measures it", True)
    assert town.told(town.clerk) == ["The wish “Rain” was closed with an answer."]
    for deed in (actions.withdraw_wish, actions.join):
        with pytest.raises(NotOpen):
            deed(made, by=town.clerk if deed is actions.withdraw_wish else town.second, now=town.node.clock())
    for answer in (actions.answer_wish, actions.close_wish):
        with pytest.raises(NotOpen):
            answer(made, text="x", by=town.foreign, now=town.node.clock())
    assert queries.wish(made, reader=town.second).backers == 1
    town.node.settle()
    assert [each.verb for each in events.events_about(f"wish:{made}")] == ["wish.close", "wish.ask"]


def test_wishes_are_found_by_their_words_and_the_most_missed_come_first(town: Town) -> None:
    first, second = (
        actions.wish(title, reason="100% floods_", by=town.clerk, now=town.node.clock()) for title in ("Rain", "Snow")
    )
    actions.join(first, by=town.second, now=town.node.clock())

    assert [each.id for each in queries.wishes(reader=EVERYONE)[0]] == [first, second]
    assert [each.id for each in queries.wishes("sno", reader=EVERYONE)[0]] == [second]
    assert queries.wishes("%", reader=EVERYONE)[1] == 2
    assert queries.wishes("'; --", reader=EVERYONE) == ((), 0)
    with pytest.raises(WishMissing):
        actions.join("nothing", by=town.second, now=town.node.clock())


def test_no_list_asks_more_where_there_is_more(town: Town) -> None:
    asked = []
    for count in (2, 9):
        for _ in range(count):
            answer(town, correction(town))
            correction(town)
            actions.wish("Rain", reason="x", by=town.second, now=town.node.clock())
        with CaptureQueriesContext(connection) as found:
            queries.answered(SHOPS)
            queries.asked_by(town.clerk)
            queries.to_answer(town.officer)
            queries.wishes(reader=town.second)
            queries.wishes_to_answer(town.officer)
        asked.append(len(found))

    assert asked[0] == asked[1]
