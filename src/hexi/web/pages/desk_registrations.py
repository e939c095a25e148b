"""What the register has on a desk: applications to decide on, and registrations that run out."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from hexi.registry.registrations import queries as registrations
from hexi.web import wording
from hexi.web.desks import SHOWN, Line, Looking, Section, section


def to_decide(looking: Looking) -> Section | None:
    """Applications for registration that an approver decides on, who applied first comes first; nothing for none."""
    if not looking.has("approver"):
        return None
    found, count = registrations.to_decide(looking.by, limit=SHOWN)
    if not found:
        return None
    return section(
        gettext("Registrations to decide"),
        [
            Line(
                title=wording.say(each.facts.title),
                href=reverse("registration", args=[each.id]),
                notes=(
                    wording.say(wording.REGISTRATION_KINDS[application.kind]),
                    wording.say(each.facts.publisher),
                    gettext("public notice until {day}").format(day=wording.day(application.notice_until))
                    if application.notice_until
                    else "",
                ),
                tag=wording.say(wording.REGISTRATION_STATES[application.state]),
            )
            for each, application in found
        ],
        since=[application.applied_at for _, application in found],
        count=count,
        looking=looking,
        action=(gettext("See all that wait"), reverse("registrations-waiting")),
    )


def running_out(looking: Looking) -> Section | None:
    """Registrations that an officer should have go on, the earliest end first; nothing for none."""
    if not looking.has("officer"):
        return None
    today = timezone.localtime(looking.now).date()
    found, count = registrations.running_out(looking.by, on=today, limit=SHOWN)
    if not found:
        return None
    lines = []
    for each in found:
        is_over = not each.holds(on=today)
        said = gettext("ran out on {day}") if is_over else gettext("runs out on {day}")
        lines.append(
            Line(
                title=wording.say(each.facts.title),
                href=reverse("registration", args=[each.id]),
                notes=(each.code or "", said.format(day=wording.day(each.valid_until))),
                tag=wording.say(wording.REGISTRATION_STATES[each.stands(on=today)]),
                is_late=is_over,
            )
        )
    return section(
        gettext("Registrations that run out"),
        lines,
        count=count,
        looking=looking,
        action=(gettext("See the first"), reverse("registration", args=[found[0].id])),
    )
