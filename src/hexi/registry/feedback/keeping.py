"""How questions and wishes are kept: made, found, changed once, and told of. In the caller's transaction."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

from hexi.kernel.actors import Actor
from hexi.kernel.names import Text, new_id
from hexi.kernel.time import working_day
from hexi.registry.catalog import queries as catalog
from hexi.registry.events import actions as events
from hexi.registry.feedback.errors import NotOpen, QuestionMissing, WishMissing
from hexi.registry.feedback.models import Question, Wish
from hexi.registry.feedback.queries import may_answer
from hexi.registry.feedback.records import WAITING, WISHES_ENDED, Kind, State
from hexi.registry.feedback.telling import tell, tell_officers


def asked(
    kind: Kind, dataset: str, organisation: str, *, by: Actor, now: datetime, reason: str, **said: str
) -> Question:
    """Keep a new question."""
    return Question.objects.create(
        id=new_id(now),
        kind=kind,
        dataset=dataset,
        organisation=organisation,
        state=State.OPEN,
        account=by.account,
        asked_at=now,
        due_on=due(now),
        reason=reason,
        **said,
    )


def known(question_id: str, by: Actor) -> Question:
    """Return a question that somebody answers. Raises `QuestionMissing`."""
    question = Question.objects.filter(id=question_id).first()
    if question is None or not may_answer(question.kind, question.organisation, by=by):
        raise no_question()
    return question


def check_waiting(question: Question) -> None:
    """Raise `NotOpen` unless a question waits for an answer."""
    if question.state not in WAITING:
        raise _answered()


def move(question: Question, **changed: object) -> None:
    """Change a question that waits, unless somebody was faster. Raises `NotOpen`."""
    # Update-where instead of read-then-save: of two officers, the row decides who was first.
    same = Question.objects.filter(id=question.id, organisation=question.organisation, state__in=WAITING)
    if not same.update(**changed):
        raise _answered()


def _answered() -> NotOpen:
    return NotOpen("Somebody answered this already; load the page anew and see.")


def no_question() -> QuestionMissing:
    """Return the refusal for a question that is not there, or not for who asks."""
    return QuestionMissing("There is no such question, or you have no part in it.")


def wish_called(wish_id: str) -> Wish:
    """Return a wish by its id. Raises `WishMissing`."""
    found = Wish.objects.filter(id=wish_id).first()
    if found is None:
        raise WishMissing("There is no such wish.")
    return found


def move_wish(made: Wish, **changed: object) -> None:
    """Change a wish that did not end. Raises `NotOpen`, also where it ended in between."""
    # Update-where, as with questions: of two, the row decides.
    if not Wish.objects.filter(id=made.id).exclude(state__in=WISHES_ENDED).update(**changed):
        raise NotOpen("This wish has ended: it was fulfilled, closed or taken back.")


def tell_backers(made: Wish, *, template: str, by: Actor, now: datetime) -> None:
    """Tell everybody who misses a dataset."""
    whom = made.joined.values_list("account", flat=True)
    tell(whom, template=template, title=Text(made.title, made.title), object=f"wish:{made.id}", by=by, now=now)


def due(now: datetime) -> date:
    """Return the day by which what is asked `now` is to be answered."""
    return working_day(timezone.localtime(now).date(), settings.HEXI_ANSWER_DAYS).day


def title_of(dataset: str) -> Text:
    """Return the title of a dataset; its name where it is gone."""
    return catalog.titles_of([dataset]).get(dataset, Text(dataset, dataset))


def tell_who_answers(question: Question, *, template: str, title: Text, by: Actor, now: datetime) -> None:
    """Tell the officers who are to answer a question."""
    tell_officers(
        question.organisation,
        template=template,
        title=title,
        object=f"question:{question.id}",
        by=by,
        now=now,
        who=by.account,
        due=question.due_on,
    )


def record_asked(question: Question, verb: str, *, by: Actor, now: datetime) -> None:
    """Enter that a question was asked, or asked again."""
    details = {"dataset": question.dataset, "due": str(question.due_on)}
    events.record(by=by, verb=verb, object=f"question:{question.id}", details=details, now=now)
