"""Everything that changes feedback. One function per verb; each leaves an event.

What people write stays in this room's tables: the log says that somebody asked, never what.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from hexi.kernel.actors import Actor
from hexi.kernel.names import Text, new_id
from hexi.registry.accounts import actions as accounts
from hexi.registry.catalog import queries as catalog
from hexi.registry.events import actions as events
from hexi.registry.feedback import keeping
from hexi.registry.feedback.checking import check_pace, check_text
from hexi.registry.feedback.errors import (
    AskedAlready,
    FieldUnknown,
    NotOpen,
    OutcomeUnknown,
    WishMissing,
)
from hexi.registry.feedback.models import Backer, Follow, Question, Reply, Wish
from hexi.registry.feedback.queries import VERBS
from hexi.registry.feedback.records import WAITING, Kind, State
from hexi.registry.feedback.telling import tell_asker, tell_officers
from hexi.registry.parties import queries as parties


@transaction.atomic
def follow(object: str, *, by: Actor, now: datetime) -> None:
    """Follow `dataset:name` or `organisation:id`. Repeats safely. Raises `DatasetMissing`, `PartyMissing`."""
    accounts.require(by, "dataset.follow", object)
    kind, _, name = object.partition(":")
    if kind == "organisation":
        parties.organisation(name)
    else:
        object = f"dataset:{catalog.dataset(name).summary.name}"
    _, is_new = Follow.objects.get_or_create(account=by.account, object=object, defaults={"since": now})
    if is_new:
        # The event is the account's, so that strangers do not read in the log who looks at what.
        about = f"account:{by.account}"
        events.record(by=by, verb="dataset.follow", object=about, details={"target": object}, now=now)


@transaction.atomic
def unfollow(object: str, *, by: Actor, now: datetime) -> None:
    """Follow something no longer, whether it is still there or not. Repeats safely."""
    accounts.require(by, "dataset.follow", object)
    if Follow.objects.filter(account=by.account, object=object).delete()[0]:
        about = f"account:{by.account}"
        events.record(by=by, verb="dataset.unfollow", object=about, details={"target": object}, now=now)


@transaction.atomic
def ask_correction(
    dataset: str, *, reason: str, proposal: str = "", field: str = "", row: str = "", by: Actor, now: datetime
) -> str:
    """Doubt a dataset, one of its fields, or one row, and return the question's id; the publisher's officers are told.

    Raises `DatasetMissing`, `FieldUnknown`, `TextMissing`, `TooMuch`.
    """
    accounts.require(by, "correction.ask", dataset)
    check_pace(by, now=now)
    record = catalog.dataset(dataset)
    if field and field not in {each.name for each in record.contract.fields}:
        raise FieldUnknown("{dataset} has no field “{field}”.", dataset=dataset, field=field)
    question = keeping.asked(
        Kind.CORRECTION,
        dataset,
        record.summary.publisher_id,
        by=by,
        now=now,
        field=field,
        row=check_text(row, longest=200, is_needed=False),
        proposal=check_text(proposal, is_needed=False),
        reason=check_text(reason),
    )
    keeping.record_asked(question, "correction.ask", by=by, now=now)
    keeping.tell_who_answers(
        question,
        template="{who} doubts something in “{title}”; answer by {due}.",
        title=record.summary.title,
        by=by,
        now=now,
    )
    return question.id


@transaction.atomic
def ask_access(dataset: str, *, purpose: str, by: Actor, now: datetime) -> str:
    """Ask to read a dataset, and return the question's id; the publisher's officers are told.

    Raises `DatasetMissing`, `TextMissing`, `TooMuch`, and `AskedAlready` while an earlier request waits.
    """
    accounts.require(by, "request.ask", dataset)
    check_pace(by, now=now)
    record = catalog.dataset(dataset)
    waiting = Question.objects.filter(dataset=dataset, kind=Kind.REQUEST, account=by.account, state__in=WAITING)
    if waiting.exists():
        raise AskedAlready("You asked for this dataset already and wait for the answer; it is on your desk.")
    organisation = record.summary.publisher_id
    question = keeping.asked(Kind.REQUEST, dataset, organisation, by=by, now=now, reason=check_text(purpose))
    keeping.record_asked(question, "request.ask", by=by, now=now)
    keeping.tell_who_answers(
        question, template="{who} asks to read “{title}”; answer by {due}.", title=record.summary.title, by=by, now=now
    )
    return question.id


@transaction.atomic
def answer(question_id: str, outcome: str, *, text: str, by: Actor, now: datetime) -> None:
    """Answer a question: `accepted` or `declined`, with words; whoever asked is told.

    Raises `QuestionMissing`, `NotOpen`, `OutcomeUnknown`, `TextMissing`.
    """
    question = keeping.known(question_id, by)
    accounts.require(by, VERBS[Kind(question.kind)], question_id, organisation=question.organisation)
    keeping.check_waiting(question)
    if outcome not in {State.ACCEPTED, State.DECLINED}:
        raise OutcomeUnknown("“{outcome}” is no answer; say accepted or declined.", outcome=outcome)
    said = check_text(text)
    keeping.move(question, state=outcome, answered_at=now)
    Reply.objects.create(question=question, kind=outcome, account=by.account, at=now, text=said)
    details = {"dataset": question.dataset, "outcome": str(outcome)}
    events.record(by=by, verb=VERBS[Kind(question.kind)], object=f"question:{question.id}", details=details, now=now)
    tell_asker(
        question,
        template="Your question about “{title}” has an answer.",
        title=keeping.title_of(question.dataset),
        by=by,
        now=now,
    )


@transaction.atomic
def pass_on(question_id: str, *, organisation: str, text: str, by: Actor, now: datetime) -> None:
    """Hand a question to the organisation whose it is; its officers and whoever asked are told, the days begin anew.

    Raises what `answer` raises, and `PartyMissing`.
    """
    question = keeping.known(question_id, by)
    accounts.require(by, VERBS[Kind(question.kind)], question_id, organisation=question.organisation)
    keeping.check_waiting(question)
    body = parties.organisation(organisation)
    said = check_text(text)
    question.due_on = keeping.due(now)
    keeping.move(question, organisation=body.id, due_on=question.due_on)
    Reply.objects.create(question=question, kind="pass", account=by.account, at=now, text=said, passed_to=body.id)
    details = {"dataset": question.dataset, "organisation": body.id}
    events.record(by=by, verb="question.pass", object=f"question:{question.id}", details=details, now=now)
    title = keeping.title_of(question.dataset)
    question.organisation = body.id
    keeping.tell_who_answers(
        question,
        template="{who} passed a question about “{title}” on to you; answer by {due}.",
        title=title,
        by=by,
        now=now,
    )
    tell_asker(
        question,
        template="Your question about “{title}” was passed on to another body, which answers.",
        title=title,
        by=by,
        now=now,
    )


@transaction.atomic
def reopen(question_id: str, *, because: str, by: Actor, now: datetime) -> None:
    """Say, once, that an answer does not settle it; the officers are told, the days begin anew.

    Raises `QuestionMissing`, `NotOpen`, `TextMissing`.
    """
    question = Question.objects.filter(id=question_id, account=by.account).first()
    if question is None:
        raise keeping.no_question()
    verb = "correction.ask" if question.kind == Kind.CORRECTION else "request.ask"
    accounts.require(by, verb, question_id)
    said = check_text(because)
    # Update-where: of two who press at once, the row decides.
    due_on = keeping.due(now)
    if not Question.objects.filter(id=question.id, state__in=[State.ACCEPTED, State.DECLINED], reopened_at=None).update(
        state=State.REOPENED, reopened_at=now, due_on=due_on
    ):
        raise NotOpen("A question can be reopened once, after it was answered.")
    question.due_on = due_on
    Reply.objects.create(question=question, kind="reopen", account=by.account, at=now, text=said)
    keeping.record_asked(question, "question.reopen", by=by, now=now)
    keeping.tell_who_answers(
        question,
        template="{who} is not content with the answer about “{title}”; answer by {due}.",
        title=keeping.title_of(question.dataset),
        by=by,
        now=now,
    )


@transaction.atomic
def wish(title: str, *, reason: str, organisation: str = "", by: Actor, now: datetime) -> str:
    """Say that a dataset is missing, and return the wish's id; whoever should have it is told.

    Raises `TextMissing`, `TooMuch`, `PartyMissing`.
    """
    accounts.require(by, "request.ask", title)
    check_pace(by, now=now)
    if organisation:
        organisation = parties.organisation(organisation).id
    made = Wish.objects.create(
        id=new_id(now),
        title=" ".join(check_text(title, longest=200).split()),
        reason=check_text(reason),
        organisation=organisation,
        state=State.OPEN,
        account=by.account,
        asked_at=now,
        due_on=keeping.due(now),
    )
    Backer.objects.create(wish=made, account=by.account)
    details = {"organisation": organisation, "due": str(made.due_on)}
    events.record(by=by, verb="wish.ask", object=f"wish:{made.id}", details=details, now=now)
    tell_officers(
        organisation,
        template="{who} misses a dataset: “{title}”; answer by {due}.",
        title=Text(made.title, made.title),
        object=f"wish:{made.id}",
        by=by,
        now=now,
        who=by.account,
        due=made.due_on,
    )
    return made.id


@transaction.atomic
def join(wish_id: str, *, by: Actor, now: datetime) -> None:
    """Miss the same dataset as somebody else. Repeats safely. Raises `WishMissing`, and `NotOpen` where it ended."""
    accounts.require(by, "request.ask", wish_id)
    made = keeping.wish_called(wish_id)
    _, is_new = Backer.objects.get_or_create(wish=made, account=by.account)
    if is_new:
        keeping.move_wish(made, backers=F("backers") + 1)
        events.record(by=by, verb="wish.join", object=f"wish:{made.id}", details={}, now=now)


@transaction.atomic
def withdraw_wish(wish_id: str, *, by: Actor, now: datetime) -> None:
    """Take one's own wish back: it ends, or stays the wish of those who joined it.

    Raises `WishMissing`, also for the wish of somebody else, and `NotOpen` where it ended or was taken back before.
    """
    accounts.require(by, "request.ask", wish_id)
    made = keeping.wish_called(wish_id)
    if made.account != by.account:
        raise WishMissing("There is no such wish of yours.")
    if not Backer.objects.filter(wish=made, account=by.account).delete()[0]:
        raise NotOpen("You took this wish back already.")
    keeping.move_wish(made, backers=F("backers") - 1)
    Wish.objects.filter(id=made.id, backers=0).update(state=State.WITHDRAWN)
    made.refresh_from_db()
    details = {"outcome": made.state}
    events.record(by=by, verb="wish.withdraw", object=f"wish:{made.id}", details=details, now=now)


@transaction.atomic
def answer_wish(wish_id: str, *, text: str, dataset: str = "", by: Actor, now: datetime) -> None:
    """Answer a wish in words, or with the dataset that fulfils it; everybody who misses it is told.

    May be answered again, as when the dataset came later. Raises `NotAuthorised`, `WishMissing`, `NotOpen` where it
    ended, `DatasetMissing`, `TextMissing`.
    """
    made = keeping.wish_called(wish_id)
    accounts.require(by, "request.answer", wish_id, organisation=made.organisation or None)
    found = catalog.dataset(dataset).summary.name if dataset else ""
    said = check_text(text, is_needed=not found)
    state = State.FULFILLED if found else State.DECLINED
    keeping.move_wish(made, state=state, answer=said, dataset=found, answered_at=now)
    details = {"outcome": str(state), "dataset": found}
    events.record(by=by, verb="wish.answer", object=f"wish:{made.id}", details=details, now=now)
    keeping.tell_backers(made, template="The wish “{title}” has an answer.", by=by, now=now)


@transaction.atomic
def close_wish(wish_id: str, *, text: str, by: Actor, now: datetime) -> None:
    """Answer a wish for good: nobody joins it or answers it any more; everybody who misses it is told.

    Raises what `answer_wish` raises.
    """
    made = keeping.wish_called(wish_id)
    accounts.require(by, "request.answer", wish_id, organisation=made.organisation or None)
    keeping.move_wish(made, state=State.CLOSED, answer=check_text(text), answered_at=now)
    events.record(by=by, verb="wish.close", object=f"wish:{made.id}", details={}, now=now)
    keeping.tell_backers(made, template="The wish “{title}” was closed with an answer.", by=by, now=now)
