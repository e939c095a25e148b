"""Questions about notices."""

from __future__ import annotations

from hexi.kernel.actors import Actor
from hexi.registry.notices.models import Notice
from hexi.registry.notices.records import NoticeRecord


def notices_of(reader: Actor, *, limit: int = 50) -> tuple[NoticeRecord, ...]:
    """The newest notices of an account; what is not read yet comes first."""
    found = Notice.objects.filter(account=reader.account).order_by("-id")[:limit]
    records = [
        NoticeRecord(
            id=each.id,
            template=each.template,
            facts=each.facts,
            object=each.object,
            at=each.at,
            is_read=each.read_at is not None,
        )
        for each in found
    ]
    return tuple(sorted(records, key=lambda each: each.is_read))


def unread(reader: Actor) -> int:
    """How many notices of an account were not read yet."""
    return Notice.objects.filter(account=reader.account, read_at=None).count()
