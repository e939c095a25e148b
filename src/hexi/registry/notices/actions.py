"""Everything that changes a notice. Notices are told by the room in which something happened, in its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from hexi.kernel.actors import Actor
from hexi.kernel.names import new_id
from hexi.registry.notices.models import Notice


def tell(
    accounts: Iterable[str],
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
        for each in sorted(set(accounts) - {by.account})
    )


@transaction.atomic
def mark_read(*, by: Actor, now: datetime) -> int:
    """Mark all notices of `by` as read; return how many were not. Repeats safely."""
    return Notice.objects.filter(account=by.account, read_at=None).update(read_at=now)
