"""Everything that changes a notice. Notices are told by the room in which something happened, in its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from hexi.kernel.actors import Actor
from hexi.kernel.names import new_id
from hexi.registry.accounts import actions as accounts
from hexi.registry.notices.models import Notice

KEPT_READ = timedelta(days=90)
KEPT = timedelta(days=400)
"""For how long a notice is kept; the log keeps what it tells of."""


def tell(
    whom: Iterable[str],
    *,
    template: str,
    facts: Mapping[str, object],
    object: str,
    by: Actor,
    now: datetime,
) -> None:
    """Leave a notice for each account; `by`, who did what it tells of, needs none."""
    said = {name: str(value) for name, value in facts.items()}
    Notice.objects.bulk_create(
        Notice(id=new_id(now), account=each, template=template, facts=said, object=object, at=now)
        for each in sorted(set(whom) - {by.account})
    )


@transaction.atomic
def mark_read(notice: str | None = None, *, by: Actor, now: datetime) -> int:
    """Mark one notice of `by` as read, or all of them; return how many were not. Repeats safely.

    Another's notice is none of theirs: nothing is marked, and nothing is told.
    """
    accounts.require(by, "notice.read", by.account)
    found = Notice.objects.filter(account=by.account, read_at=None)
    return (found if notice is None else found.filter(id=notice)).update(read_at=now)


def forget(*, now: datetime) -> int:
    """Remove what is old: read notices after `KEPT_READ`, all after `KEPT`; return how many. Repeats safely."""
    old = Q(read_at__lt=now - KEPT_READ) | Q(at__lt=now - KEPT)
    return Notice.objects.filter(old).delete()[0]
