"""The meter: one entry for each download, and one per day for views of pages."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from hexi.exchange.door.models import Reading
from hexi.kernel.names import new_id
from hexi.kernel.permits import Permit


def viewed(permit: Permit, *, version: int, channel: str, rows: int, now: datetime) -> None:
    """Add some rows seen on a page to the day's entry."""
    _add(permit, version=version, channel=channel, query="", rows=rows, size_bytes=0, now=now)


def downloaded(permit: Permit, *, version: int, query: str, rows: int, size_bytes: int, now: datetime) -> None:
    """Enter one download, as the file's rows. The same `query` twice is one entry."""
    _add(permit, version=version, channel="download", query=query, rows=rows, size_bytes=size_bytes, now=now)


@transaction.atomic
def _add(permit: Permit, *, version: int, channel: str, query: str, rows: int, size_bytes: int, now: datetime) -> None:
    entry = {
        "grant": permit.grant,
        "dataset": permit.dataset,
        "version": version,
        "channel": channel,
        "day": now.date(),
        "query": query,
    }
    added = Reading.objects.filter(**entry).update(
        times=F("times") + 1, rows=F("rows") + rows, size_bytes=F("size_bytes") + size_bytes
    )
    if not added:
        # Two first views at once: the constraint lets one insert through, the other adds to it.
        _, is_new = Reading.objects.get_or_create(
            **entry, defaults={"id": new_id(now), "times": 1, "rows": rows, "size_bytes": size_bytes}
        )
        if not is_new:
            Reading.objects.filter(**entry).update(times=F("times") + 1, rows=F("rows") + rows)
