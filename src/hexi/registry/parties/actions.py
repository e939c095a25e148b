"""Everything that changes a party."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hexi.kernel.actors import Actor
from hexi.kernel.names import Text, new_id
from hexi.registry.events import actions as events
from hexi.registry.parties.models import Organisation


@transaction.atomic
def register(title: Text, *, code: str | None, by: Actor, now: datetime) -> str:
    """Return the id of the organisation of that name or, under a new name, of that code; entered if it is new.

    Repeats safely. A code that another organisation holds stays with that one: a contract cannot take it away.
    The publisher of a contract is entered by the node as it meets it, so no authority of its own is asked.
    """
    holder = Organisation.objects.filter(code=code).first() if code else None
    found = Organisation.objects.filter(title_zh=title.zh).first() or holder
    if found is not None:
        known = code if code and holder is None else found.code
        if (found.title_zh, found.title_en, found.code) != (title.zh, title.en, known):
            Organisation.objects.filter(id=found.id).update(title_zh=title.zh, title_en=title.en, code=known)
        return found.id
    made = Organisation.objects.create(id=new_id(now), title_zh=title.zh, title_en=title.en, code=code)
    events.record(by=by, verb="party.register", object=f"party:{made.id}", details={"title": title.zh}, now=now)
    return made.id
