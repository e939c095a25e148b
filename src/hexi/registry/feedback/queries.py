"""Questions about feedback. Each takes a number of database queries that does not grow with the answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import F, Q, QuerySet

from hexi.kernel.actors import Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import queries as authority
from hexi.registry.catalog import queries as catalog
from hexi.registry.feedback.errors import QuestionMissing, WishMissing
from hexi.registry.feedback.models import Backer, Follow, Question, Wish
from hexi.registry.feedback.records import (
    WAITING,
    FollowRecord,
    Kind,
    QuestionRecord,
    ReplyRecord,
    State,
    WishRecord,
)
from hexi.registry.parties import queries as parties

PAGE = 25
VERBS = {Kind.CORRECTION: "correction.answer", Kind.REQUEST: "request.answer"}
"""Kind of question → the authority to answer it."""


def follows(object: str, *, reader: Actor) -> bool:
    """Whether somebody follows `dataset:name` or `organisation:id`."""
    return Follow.objects.filter(account=reader.account, object=object).exists()


def followed_by(reader: Actor, *, limit: int = PAGE) -> tuple[tuple[FollowRecord, ...], int]:
    """What an account follows, the newest first, at most `limit`; and how much it is."""
    rows = Follow.objects.filter(account=reader.account).order_by("-id")
    found = list(rows[:limit])
    promises = {each.name: each for each in catalog.promises(_names(found, "dataset"))}
    titles = parties.titles_of(_names(found, "organisation"))
    return tuple(
        FollowRecord(
            object=each.object,
            title=_followed_title(each.object, titles, {name: one.title for name, one in promises.items()}),
            since=each.since,
            changed_at=promises[name].certified_at
            if (name := each.object.removeprefix("dataset:")) in promises
            else None,
        )
        for each in found
    ), rows.count()


def followers_of(objects: Iterable[str]) -> frozenset[str]:
    """Accounts that follow one of some things."""
    return frozenset(Follow.objects.filter(object__in=list(objects)).values_list("account", flat=True))


def question(question_id: str, *, reader: Actor) -> QuestionRecord:
    """One question with its replies. Raises `QuestionMissing`, also where the reader has no part in it."""
    found = Question.objects.filter(id=question_id).first()
    if found is None or not (found.account == reader.account or may_answer(found.kind, found.organisation, by=reader)):
        raise QuestionMissing("There is no such question, or you have no part in it.")
    return _records(Question.objects.filter(id=found.id))[0]


def may_answer(kind: str, organisation: str, *, by: Actor) -> bool:
    """Whether somebody answers questions of one kind for an organisation."""
    return authority.may(by, VERBS[Kind(kind)], organisation)


def answered(dataset: str, *, limit: int = PAGE) -> tuple[QuestionRecord, ...]:
    """Corrections of a dataset that were answered, the newest answer first: these are public."""
    found = Question.objects.filter(dataset=dataset, kind=Kind.CORRECTION, state__in=[State.ACCEPTED, State.DECLINED])
    return _records(found.order_by("-answered_at", "-id")[:limit])


def waiting_about(dataset: str) -> int:
    """How many corrections of a dataset wait for an answer."""
    return Question.objects.filter(dataset=dataset, kind=Kind.CORRECTION, state__in=WAITING).count()


def asked_by(reader: Actor, *, limit: int = PAGE) -> tuple[tuple[QuestionRecord, ...], int]:
    """What somebody asked, what waits first, then the newest; at most `limit`, and how much it is."""
    found = Question.objects.filter(account=reader.account).alias(waits=Q(state__in=WAITING))
    return _records(found.order_by("-waits", "-asked_at", "-id")[:limit]), found.count()


def to_answer(reader: Actor, *, limit: int = PAGE) -> tuple[tuple[QuestionRecord, ...], int]:
    """What waits for an answer of the reader, what is due first comes first; at most `limit`, and how much it is."""
    mine = Q(pk__in=[])
    for kind, verb in VERBS.items():
        places = authority.organisations_within(reader, verb)
        mine |= Q(kind=kind) if places is None else Q(kind=kind, organisation__in=places)
    found = Question.objects.filter(mine, state__in=WAITING)
    return _records(found.order_by("due_on", "id")[:limit]), found.count()


def waits_for(dataset: str, *, reader: Actor) -> str | None:
    """The id of the reader's request for a dataset that is not answered yet; None if there is none."""
    found = Question.objects.filter(dataset=dataset, kind=Kind.REQUEST, account=reader.account, state__in=WAITING)
    return found.values_list("id", flat=True).first()


def wishes(
    text: str = "", *, reader: Actor, only_open: bool = False, limit: int = PAGE, offset: int = 0
) -> tuple[tuple[WishRecord, ...], int]:
    """One page of the datasets that are missed and whose title or reason holds `text`; and how many there are.

    What most miss comes first, then the newest; what was taken back is left out.
    """
    found = Wish.objects.exclude(state=State.WITHDRAWN)
    for word in text.split()[:8]:
        found = found.filter(Q(title__icontains=word) | Q(reason__icontains=word))
    if only_open:
        found = found.filter(state=State.OPEN)
    rows = list(found.order_by("-backers", "-asked_at", "-id")[offset : offset + limit])
    return _wishes(rows, reader), found.count()


def wishes_to_answer(reader: Actor, *, limit: int = PAGE) -> tuple[tuple[WishRecord, ...], int]:
    """Wishes without an answer that the reader's bodies should fulfil, what is due first comes first; and how many.

    One that names no body is for whoever answers on the whole node.
    """
    found = Wish.objects.filter(state=State.OPEN)
    places = authority.organisations_within(reader, "request.answer")
    if places is not None:
        found = found.filter(organisation__in=places)
    rows = list(found.order_by(F("due_on").asc(nulls_last=True), "-backers", "id")[:limit])
    return _wishes(rows, reader), found.count()


def wish(wish_id: str, *, reader: Actor) -> WishRecord:
    """One wish. Raises `WishMissing`."""
    found = Wish.objects.filter(id=wish_id).first()
    if found is None:
        raise WishMissing("There is no such wish.")
    return _wishes([found], reader)[0]


def _records(found: QuerySet[Question]) -> tuple[QuestionRecord, ...]:
    rows = list(found.prefetch_related("replies"))
    titles = catalog.titles_of({each.dataset for each in rows})
    return tuple(
        QuestionRecord(
            id=each.id,
            kind=each.kind,
            dataset=each.dataset,
            title=titles.get(each.dataset, Text(each.dataset, each.dataset)),
            organisation=each.organisation,
            state=each.state,
            field=each.field,
            row=each.row,
            proposal=each.proposal,
            reason=each.reason,
            account=each.account,
            asked_at=each.asked_at,
            due_on=each.due_on,
            answered_at=each.answered_at,
            is_reopened=each.reopened_at is not None,
            replies=tuple(
                ReplyRecord(kind=one.kind, account=one.account, at=one.at, text=one.text, passed_to=one.passed_to)
                for one in sorted(each.replies.all(), key=lambda one: one.id)
            ),
        )
        for each in rows
    )


def _wishes(rows: list[Wish], reader: Actor) -> tuple[WishRecord, ...]:
    mine = set(
        Backer.objects.filter(account=reader.account, wish__in=[each.id for each in rows]).values_list(
            "wish_id", flat=True
        )
    )
    return tuple(
        WishRecord(
            id=each.id,
            title=each.title,
            reason=each.reason,
            organisation=each.organisation,
            state=each.state,
            account=each.account,
            asked_at=each.asked_at,
            answer=each.answer,
            dataset=each.dataset,
            answered_at=each.answered_at,
            due_on=each.due_on,
            backers=each.backers,
            is_mine=each.id in mine,
        )
        for each in rows
    )


def _names(found: Collection[Follow], kind: str) -> set[str]:
    return {each.object.removeprefix(f"{kind}:") for each in found if each.object.startswith(f"{kind}:")}


def _followed_title(object: str, organisations: dict[str, Text], datasets: dict[str, Text]) -> Text:
    kind, _, name = object.partition(":")
    return (organisations if kind == "organisation" else datasets).get(name, Text(name, name))
