"""Promises of freshness: which datasets are as new as their contracts promise, and which are late.

The database judges by the entries, so that a node of thousands of datasets reads no contract for it; its judgement
is that of `Promise.is_late`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from hexi.kernel.names import Text
from hexi.registry.catalog.models import Dataset
from hexi.registry.catalog.records import PERIODS_DAYS, Freshness, Promise


def promise_of(row: Dataset) -> Promise:
    """Return how fresh a dataset is and promises to be."""
    return Promise(
        name=row.name,
        title=Text(row.entry["title"]["zh"], row.entry["title"]["en"]),
        version=row.newest,
        certified_at=row.certified_at,
        update_cycle=row.entry.get("updates") or "",
    )


def counts(*, publisher: str = "", now: datetime) -> dict[Freshness, int]:
    """How many datasets, of one publisher or of all, kept their promise at `now`, are late, or promise nothing."""
    every = {each.value: Count("id", filter=_where(each, now)) for each in Freshness}
    return {Freshness(name): number for name, number in _datasets(publisher).aggregate(**every).items()}


def datasets(which: Freshness, *, publisher: str = "", now: datetime, limit: int) -> tuple[Promise, ...]:
    """Return the datasets that `counts` counts as `which`, the longest certified ago first; at most `limit`."""
    found = _datasets(publisher).filter(_where(which, now)).order_by("certified_at", "name")
    return tuple(promise_of(each) for each in found[:limit])


def _datasets(publisher: str) -> QuerySet[Dataset]:
    # Without the cast Django compares texts of JSON as if each were JSON.
    found = Dataset.objects.filter(is_withdrawn=False).annotate(cycle=Cast(KT("entry__updates"), TextField()))
    return found.filter(publisher=publisher) if publisher else found


def _where(which: Freshness, now: datetime) -> Q:
    if which is Freshness.NONE:
        return Q(cycle__isnull=True) | ~Q(cycle__in=list(PERIODS_DAYS))
    condition = "gte" if which is Freshness.KEPT else "lt"
    found = Q(pk__in=[])
    for cycle, days in PERIODS_DAYS.items():
        found |= Q(cycle=cycle, **{f"certified_at__{condition}": now - timedelta(days=days)})
    return found
