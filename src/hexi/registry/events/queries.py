"""Questions about the log. Only sealed events are told, save where a name says otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from hexi.kernel.actors import Actor
from hexi.registry.events import checkpoints, merkle
from hexi.registry.events.entries import COLUMNS, entry_of, is_one_object
from hexi.registry.events.errors import NoSuchCheckpoint, NoSuchEvent
from hexi.registry.events.models import Checkpoint, Cursor, Event, PersonalDetails
from hexi.registry.events.records import CheckpointRecord, EventRecord, InclusionProof, SealedEvent
from hexi.registry.events.tree import StoredTree
from hexi.registry.events.verification import verify

__all__ = [
    "checkpoint",
    "consistency_proof",
    "counts_since",
    "event",
    "events",
    "events_about",
    "inclusion_proof",
    "newest_of",
    "personal_details",
    "sealed_since",
    "seen_by",
    "size",
    "unsealed",
    "verify",
    "waiting_since",
]


def size() -> int:
    """How many events are sealed."""
    return Checkpoint.objects.aggregate(last=Max("size"))["last"] or 0


def unsealed() -> int:
    """How many events wait for the sealer."""
    return Event.objects.filter(sequence=None).count()


def event(event_id: str) -> EventRecord:
    """The event of that id, sealed or not. Raises `NoSuchEvent`."""
    found = Event.objects.filter(id=event_id).values(*COLUMNS, "sequence").first()
    if found is None:
        raise NoSuchEvent("There is no event {event}.", event=event_id)
    return EventRecord(**_facts(found), sequence=found["sequence"])


def events(*, after: int = -1, limit: int = 100) -> tuple[SealedEvent, ...]:
    """Sealed events in order, from the one after number `after`; may be empty."""
    return _records(Event.objects.filter(sequence__gt=after).order_by("sequence")[:limit])


def events_about(
    object: str | None = None, *, before: int | None = None, limit: int = 20, without: str | None = None
) -> tuple[SealedEvent, ...]:
    """Sealed events, newest first, of one object (`dataset:gansu.airports`) or of all; may be empty.

    `before` is the number of the oldest event already seen, `without` a kind of object that is left out.
    """
    found = Event.objects.filter(sequence__isnull=False)
    if without is not None:
        found = found.exclude(object__startswith=f"{without}:")
    if object is not None:
        found = found.filter(object=object)
    if before is not None:
        found = found.filter(sequence__lt=before)
    return _records(found.order_by("-sequence")[:limit])


def counts_since(at: datetime) -> dict[str, int]:
    """How often each verb was sealed since a moment: verb → number, the most frequent first."""
    found = Event.objects.filter(sequence__isnull=False, at__gte=at).values_list("verb")
    return dict(found.annotate(times=Count("id")).order_by("-times", "verb"))


def newest_of(verb: str, *, since: datetime, limit: int = 20) -> tuple[SealedEvent, ...]:
    """Sealed events of one verb since a moment, newest first; may be empty."""
    found = Event.objects.filter(sequence__isnull=False, verb=verb, at__gte=since)
    return _records(found.order_by("-sequence")[:limit])


def waiting_since() -> datetime | None:
    """When the oldest event was recorded that is not sealed; None where the log is whole."""
    return Event.objects.filter(sequence=None).order_by("at").values_list("at", flat=True).first()


def sealed_since(cursor: str, *, limit: int = 1000) -> tuple[SealedEvent, ...]:
    """What the follower `cursor` has not seen yet, in order, the first `limit` of it.

    Ask again after `actions.advance`, until it is empty. A new follower begins at the first event.
    """
    return events(after=seen_by(cursor), limit=limit)


def seen_by(cursor: str) -> int:
    """Number of the last event that the follower `cursor` has seen; -1 for none."""
    seen = Cursor.objects.filter(name=cursor).values_list("sequence", flat=True).first()
    return -1 if seen is None else seen


def personal_details(event_id: str) -> dict[str, object] | None:
    """The personal details beside an event; `None` if it has none or they were erased."""
    content = PersonalDetails.objects.filter(event_id=event_id).values_list("content", flat=True).first()
    return None if content is None else json.loads(content)


def checkpoint(size: int | None = None) -> CheckpointRecord | None:
    """The checkpoint of that size, or the newest; `None` if there is none."""
    found = Checkpoint.objects.all() if size is None else Checkpoint.objects.filter(size=size)
    stored = found.order_by("-size").first()
    if stored is None:
        return None
    signed = checkpoints.read(stored.note)
    return CheckpointRecord(
        origin=signed.origin,
        size=stored.size,
        root=signed.root,
        note=stored.note,
        sealed_at=stored.sealed_at,
    )


def inclusion_proof(event_id: str) -> InclusionProof:
    """Prove that an event stands in the log, against the newest checkpoint.

    Raises `NoSuchEvent` if there is no such event or it is not sealed yet.
    """
    found = Event.objects.filter(id=event_id, sequence__isnull=False).values_list(*COLUMNS, "sequence").first()
    newest = checkpoint()
    if found is None or newest is None:
        raise NoSuchEvent("There is no sealed event {event}; sealing takes about a second.", event=event_id)
    *row, index = found
    return InclusionProof(
        entry=entry_of(tuple(row)),
        index=index,
        size=newest.size,
        path=merkle.inclusion_path(index, newest.size, StoredTree(newest.size).node),
        checkpoint=newest.note,
    )


def consistency_proof(old: int, new: int) -> tuple[bytes, ...]:
    """Prove that the log of `old` events is the beginning of that of `new` (RFC 6962, section 2.1.2).

    Raises `NoSuchCheckpoint` unless 0 ≤ `old` ≤ `new` ≤ the size of the log.
    """
    sealed = size()
    if not 0 <= old <= new <= sealed:
        raise NoSuchCheckpoint(
            "The log holds {sealed} sealed events; a proof from {old} to {new} is not possible.",
            sealed=sealed,
            old=old,
            new=new,
        )
    return merkle.consistency_path(old, new, StoredTree(sealed).node)


def _records(found: Any) -> tuple[SealedEvent, ...]:
    rows: Iterable[dict[str, Any]] = found.values(*COLUMNS, "sequence")
    return tuple(SealedEvent(**_facts(each), sequence=each["sequence"]) for each in rows)


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "at": row["at"],
        "by": Actor(account=row["account"], party=row["party"], on_behalf_of=row["on_behalf_of"]),
        "verb": row["verb"],
        "object": row["object"],
        # A row that somebody altered must still be shown; `verify` says what is wrong with it.
        "details": json.loads(row["details"]) if is_one_object(row["details"]) else {"?": row["details"]},
        "grant": row["grant"],
        "personal_sha256": row["personal_sha256"],
    }


def state() -> str:
    """Return what is different after each action of any room: every one leaves an event. Two short questions."""
    sealed = Event.objects.aggregate(last=Max("sequence"))["last"]
    waiting = Event.objects.filter(sequence=None).aggregate(count=Count("id"), last=Max("id"))
    return f"{sealed}.{waiting['count']}.{waiting['last']}"
