"""Everything that changes the log, except sealing it.

The room stands below the accounts, so the verbs that ask it to record have required the authority.
"""

from __future__ import annotations

import difflib
import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from django.db import transaction

from hexi.data.lifecycle.envelopes import canonical
from hexi.kernel.actors import Actor
from hexi.kernel.names import new_id
from hexi.registry.events.errors import NothingToErase, UnknownVerb
from hexi.registry.events.models import Cursor, Event, PersonalDetails
from hexi.registry.events.verbs import VERBS


def record(
    *,
    by: Actor,
    verb: str,
    object: str,
    details: Mapping[str, object],
    personal: Mapping[str, object] | None = None,
    grant: str | None = None,
    now: datetime,
) -> str:
    """Insert an event in the caller's transaction, with which it lives or dies, and return its id.

    What identifies a person goes into `personal`: kept beside the log under a random salt, so that
    erasing it leaves nothing to guess from. Raises `UnknownVerb`, and `RuntimeError` outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an event is recorded in the transaction of what it tells of")
    if verb not in VERBS:
        raise UnknownVerb(
            "“{verb}” is not a verb of the log; the closest are {closest}. Verbs stand in registry/events/verbs.py.",
            verb=verb,
            closest=", ".join(difflib.get_close_matches(verb, VERBS, n=3, cutoff=0.0)),
        )
    event = Event(
        id=new_id(now),
        # Whole milliseconds, as the hashed stamp has: what is stored is what is proven.
        at=now.astimezone(UTC).replace(microsecond=now.microsecond // 1000 * 1000),
        account=by.account,
        party=by.party,
        on_behalf_of=by.on_behalf_of,
        verb=verb,
        object=object,
        details=canonical(dict(details)).decode(),
        grant=grant,
    )
    if personal:
        salt, content = secrets.token_hex(32), canonical(dict(personal)).decode()
        event.personal_sha256 = personal_hash(salt, content)
        event.save(force_insert=True)
        PersonalDetails.objects.create(event=event, salt=salt, content=content)
    else:
        event.save(force_insert=True)
    return event.id


@transaction.atomic
def erase_personal(event_id: str, *, because: str, by: Actor, now: datetime) -> str:
    """Erase the personal details beside an event, salt included; return the id of the event that says so.

    The log stays provable: it holds only their salted hash. Raises `NothingToErase`.
    """
    erased, _ = PersonalDetails.objects.filter(event_id=event_id).delete()
    if not erased:
        raise NothingToErase("There are no personal details beside event {event}.", event=event_id)
    return record(
        by=by,
        verb="event.erase-personal",
        object=f"event:{event_id}",
        details={"because": because},
        now=now,
    )


def advance(cursor: str, sequence: int) -> None:
    """Say that the follower `cursor` has worked through the log up to `sequence`.

    In the caller's transaction. Never goes back, so that it repeats safely.
    """
    Cursor.objects.get_or_create(name=cursor, defaults={"sequence": -1})
    Cursor.objects.filter(name=cursor, sequence__lt=sequence).update(sequence=sequence)


def personal_hash(salt: str, content: str) -> str:
    """Return the SHA-256 over salt and canonical JSON that the event carries, hex."""
    return hashlib.sha256(bytes.fromhex(salt) + content.encode()).hexdigest()
