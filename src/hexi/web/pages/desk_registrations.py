"""What the register has on a desk: applications to decide on."""

from __future__ import annotations

from django.urls import reverse
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
