"""What feedback has on a desk: questions to answer, what somebody asked, what they follow."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from hexi.registry.feedback import queries as feedback
from hexi.registry.feedback.records import Kind, QuestionRecord, WishRecord
from hexi.web import wording
from hexi.web.desks import SHOWN, Line, Looking, Section, section


def to_answer(looking: Looking) -> Section | None:
    """Corrections and requests that wait for an answer, what is due first comes first; an operator sees what waits."""
    if not looking.has("officer", "handler", "operator"):
        return None
    found, count = feedback.to_answer(looking.by, limit=SHOWN)
    if not found and not looking.has("officer", "handler"):
        return None
    return section(
        gettext("Questions to answer"),
        [_question(looking, each) for each in found],
        since=[each.asked_at for each in found],
        count=count,
        looking=looking,
        action=(gettext("Answer the first"), reverse("question", args=[found[0].id])) if found else None,
        empty=gettext("Nobody waits for an answer. Corrections and requests for your datasets come here."),
    )


def wishes(looking: Looking) -> Section | None:
    """Datasets that are missed and that who looks should answer for; nothing where none is."""
    found, count = feedback.wishes_to_answer(looking.by, limit=SHOWN)
    if not found:
        return None
    return section(
        gettext("Data that is missed"),
        [
            Line(
                title=each.title,
                href=reverse("wish", args=[each.id]),
                notes=(
                    ngettext("%(counter)s misses it", "%(counter)s miss it", each.backers) % {"counter": each.backers},
                    wording.say(looking.names.get(each.organisation)),
                    _due(looking, each),
                ),
                is_late=each.is_late(on=timezone.localtime(looking.now).date()),
            )
            for each in found
        ],
        since=[each.asked_at for each in found],
        count=count,
        looking=looking,
        action=(gettext("Answer the first"), reverse("wish", args=[found[0].id])),
    )


def my_questions(looking: Looking) -> Section | None:
    """What somebody asked, and where it stands."""
    found, count = feedback.asked_by(looking.by, limit=SHOWN)
    return section(
        gettext("What I asked"),
        [_question(looking, each) for each in found],
        count=count,
        looking=looking,
        action=(gettext("See what data is missed"), reverse("wishes")),
        empty=gettext(
            "You asked nothing yet. Each dataset's page has a button to ask, to correct, or to ask for access."
        ),
    )


def followed(looking: Looking) -> Section | None:
    """What somebody follows, and when it last changed."""
    found, count = feedback.followed_by(looking.by, limit=SHOWN)
    return section(
        gettext("What I follow"),
        [
            Line(
                title=wording.say(each.title),
                href=reverse(kind, args=[name]),
                notes=(
                    gettext("newest version of {day}").format(day=wording.day(each.changed_at))
                    if each.changed_at
                    else "",
                ),
            )
            for each in found
            for kind, _, name in [each.object.partition(":")]
        ],
        count=count,
        looking=looking,
        action=(gettext("Find data"), reverse("datasets")),
        empty=gettext(
            "You follow nothing yet. Press Follow on a dataset or an organisation, and changes are told here."
        ),
    )


def _question(looking: Looking, each: QuestionRecord) -> Line:
    states = wording.REQUEST_STATES if each.kind == Kind.REQUEST else wording.CORRECTION_STATES
    return Line(
        title=wording.say(each.title),
        href=reverse("question", args=[each.id]),
        notes=(
            gettext("Request for data") if each.kind == Kind.REQUEST else gettext("Correction"),
            wording.say(looking.names.get(each.organisation)),
            _due(looking, each),
        ),
        tag=wording.say(states[each.state]),
        is_late=each.is_late(on=timezone.localtime(looking.now).date()),
    )


def _due(looking: Looking, each: QuestionRecord | WishRecord) -> str:
    """By when, or since when, an answer is due; nothing where none is."""
    if not each.is_waiting or each.due_on is None:
        return ""
    is_late = each.is_late(on=timezone.localtime(looking.now).date())
    due = gettext("overdue since {day}") if is_late else gettext("due by {day}")
    return due.format(day=wording.day(each.due_on))
