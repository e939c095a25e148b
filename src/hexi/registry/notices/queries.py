"""Questions about notices."""

from __future__ import annotations

from django.db.models import Q

from hexi.kernel.actors import Actor
from hexi.registry.notices.errors import NoticeMissing
from hexi.registry.notices.models import Notice
from hexi.registry.notices.records import NoticeRecord

PAGE = 50


def notices_of(reader: Actor, *, limit: int = PAGE, offset: int = 0) -> tuple[NoticeRecord, ...]:
    """One page of an account's notices: what is not read yet comes first, of each the newest first."""
    found = Notice.objects.filter(account=reader.account).alias(is_unread=Q(read_at=None))
    return tuple(_record(each) for each in found.order_by("-is_unread", "-id")[offset : offset + limit])


def notice(id: str, *, reader: Actor) -> NoticeRecord:
    """One notice of an account. Raises `NoticeMissing`; another's is as if it were not there."""
    found = Notice.objects.filter(account=reader.account, id=id).first()
    if found is None:
        raise NoticeMissing("There is no such notice of yours; old ones are removed.")
    return _record(found)


def held(reader: Actor) -> int:
    """How many notices are kept for an account, read or not."""
    return Notice.objects.filter(account=reader.account).count()


def unread(reader: Actor) -> int:
    """How many notices of an account were not read yet."""
    return Notice.objects.filter(account=reader.account, read_at=None).count()


def _record(row: Notice) -> NoticeRecord:
    return NoticeRecord(
        id=row.id,
        template=row.template,
        facts=row.facts,
        object=row.object,
        at=row.at,
        is_read=row.read_at is not None,
    )
