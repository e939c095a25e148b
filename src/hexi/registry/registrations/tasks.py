"""What registrations do of their own accord: tell the holder that the years run out, and when they are over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from hexi.kernel.actors import NODE
from hexi.registry.events import actions as events
from hexi.registry.registrations.models import Expiry, Registration
from hexi.registry.registrations.queries import renewable_until
from hexi.registry.registrations.records import IN_FORCE
from hexi.registry.registrations.telling import tell_officers

SOON = "The registration of “{title}” holds only until {day}; apply for a change to have it go on."
OVER = "The registration of “{title}” ran out on {day}; apply for a change to have it go on."


def watch(now: datetime) -> int:
    """Tell the holders of registrations that run out soon or did; return how many ends were told of. Repeats safely.

    Each end is told of once before it and once when it came: an event says so, and the publisher's officers get a
    notice. What is found over at once, as after a long pause, is only told as over.
    """
    today = timezone.localtime(now).date()
    return _tell(now, is_over=True, valid_until__lte=today) + _tell(
        now, is_over=False, valid_until__gt=today, valid_until__lte=renewable_until(today)
    )


def _tell(now: datetime, *, is_over: bool, **when: object) -> int:
    told = Expiry.objects.filter(registration=OuterRef("id"), valid_until=OuterRef("valid_until"), is_over=is_over)
    count = 0
    for each in Registration.objects.filter(~Exists(told), state__in=IN_FORCE, **when).order_by("valid_until", "id"):
        until = str(each.valid_until)
        with transaction.atomic():
            _, is_new = Expiry.objects.get_or_create(registration=each, valid_until=until, is_over=is_over)
            if not is_new:
                continue
            events.record(
                by=NODE,
                verb="registration.expire" if is_over else "registration.remind",
                object=f"registration:{each.id}",
                details={
                    "dataset": each.dataset,
                    "registration_code": each.code or "",
                    "until": until,
                },
                now=now,
            )
            tell_officers(each, template=OVER if is_over else SOON, by=NODE, now=now, day=until)
            count += 1
    return count
