"""What feedback does of its own accord: follow the log and tell followers; look for broken promises of freshness."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction

from hexi.kernel.actors import NODE
from hexi.kernel.names import Text
from hexi.registry.accounts import queries as authority
from hexi.registry.catalog import queries as catalog
from hexi.registry.events import actions as event_actions
from hexi.registry.events import queries as events
from hexi.registry.events.records import SealedEvent
from hexi.registry.feedback import queries
from hexi.registry.feedback.models import Follow, LatePromise, Question
from hexi.registry.feedback.records import Kind, State
from hexi.registry.feedback.telling import tell

CURSOR = "feedback"
FOLLOWED = ("dataset.publish", "dataset.catch-up", "dataset.withdraw", "dataset.late")


def follow(now: datetime) -> int:
    """Work through the events sealed since the last time; return how many told followers something.

    Telling and going on are one transaction, so that nobody is told twice.
    """
    count = 0
    while sealed := events.sealed_since(CURSOR):
        with transaction.atomic():
            for event in sealed:
                if event.verb in FOLLOWED:
                    count += _tell(event, now)
            event_actions.advance(CURSOR, sealed[-1].sequence)
    return count


def watch(now: datetime) -> int:
    """Look at what is followed for contracts that promise newer data than there is; return how many are new.

    Each version is late once: an event says so, and following it tells followers and the publisher's officers.
    """
    followed = Follow.objects.values_list("object", flat=True).distinct()
    names = {each.removeprefix("dataset:") for each in followed if each.startswith("dataset:")}
    bodies = {each.removeprefix("organisation:") for each in followed if each.startswith("organisation:")}
    count = 0
    for each in catalog.promises(names, publishers=bodies):
        if not each.is_late(now=now):
            continue
        with transaction.atomic():
            _, is_new = LatePromise.objects.get_or_create(dataset=each.name, version=each.version)
            if is_new:
                details = {"version": each.version}
                about = f"dataset:{each.name}"
                event_actions.record(by=NODE, verb="dataset.late", object=about, details=details, now=now)
                count += 1
    return count


def _tell(event: SealedEvent, now: datetime) -> bool:
    name = event.object.removeprefix("dataset:")
    title, publisher = catalog.title_and_publisher(name) or (Text(name, name), "")
    whom = set(queries.followers_of([event.object, f"organisation:{publisher}"]))
    if event.verb == "dataset.late":
        whom |= {each.name for each in authority.holders("officer", publisher)}
        say = partial(tell, template="“{title}” is older than its contract promises.", object=event.object)
    elif event.verb == "dataset.withdraw":
        say = partial(tell, template="“{title}” was withdrawn from the catalogue.", object="")
    else:
        # Whoever was told that something will be corrected looks whether it was.
        promised = Question.objects.filter(dataset=name, kind=Kind.CORRECTION, state=State.ACCEPTED)
        whom |= set(promised.filter(answered_at__lt=event.at).values_list("account", flat=True))
        if catalog.is_contract_new(name, int(str(event.details.get("version", 0)))):
            say = partial(tell, template="“{title}” has a new version, and its contract changed.", object=event.object)
        else:
            say = partial(tell, template="“{title}” has a new version.", object=event.object)
    say(whom, title=title, by=event.by, now=now)
    return bool(whom)
