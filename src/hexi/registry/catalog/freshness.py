"""Promises of freshness: which datasets are as new as their contracts promise, and which are late.

The database judges by the entries, so that a node of thousands of datasets reads no contract for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from hexi.kernel.names import Text
from hexi.registry.catalog.models import Dataset
from hexi.registry.catalog.records import Freshness, Promise


def counts(*, periods_days: Mapping[str, int], now: datetime) -> dict[Freshness, int]:
    """How many datasets kept their promise at `now`, are late, or promise nothing.

    `periods_days`: update cycle → days after which a version breaks its promise; a cycle that is not named
    promises nothing.
    """
    every = {each.value: Count("id", filter=_where(each, periods_days, now)) for each in Freshness}
    return {Freshness(name): number for name, number in _datasets().aggregate(**every).items()}


def datasets(which: Freshness, *, periods_days: Mapping[str, int], now: datetime, limit: int) -> tuple[Promise, ...]:
    """Return the datasets that `counts` counts as `which`, the longest certified ago first; at most `limit`."""
    found = _datasets().filter(_where(which, periods_days, now)).order_by("certified_at", "name")
    return tuple(
        Promise(
            name=each.name,
            title=Text(each.entry["title"]["zh"], each.entry["title"]["en"]),
            version=each.newest,
            certified_at=each.certified_at,
            update_cycle=each.entry.get("updates") or "",
        )
        for each in found[:limit]
    )


def _datasets() -> QuerySet[Dataset]:
    # Without the cast Django compares texts of JSON as if each were JSON.
    return Dataset.objects.filter(is_withdrawn=False).annotate(cycle=Cast(KT("entry__updates"), TextField()))


def _where(which: Freshness, periods_days: Mapping[str, int], now: datetime) -> Q:
    if which is Freshness.NONE:
        return Q(cycle__isnull=True) | ~Q(cycle__in=list(periods_days))
    condition = "gte" if which is Freshness.KEPT else "lt"
    found = Q(pk__in=[])
    for cycle, days in periods_days.items():
        found |= Q(cycle=cycle, **{f"certified_at__{condition}": now - timedelta(days=days)})
    return found
