"""What an office has to mend: catalogue elements that are missing, data that is late or not good enough."""

from __future__ import annotations

from datetime import datetime

from hexi.data.contracts.model import Contract, Openness, Sharing
from hexi.registry.catalog.freshness import promise_of
from hexi.registry.catalog.models import Dataset
from hexi.registry.catalog.records import ToMend

LEAST_QUALITY = 0.95
BEFORE_ELEMENTS = ("category", "contact")
"""Gaps of a dataset that was entered before the catalogue looked for them: nobody could say these then."""


def gaps(contract: Contract) -> list[str]:
    """Return the catalogue elements that a contract leaves out, in the order in which a form asks for them."""
    missing = {
        "theme": contract.theme is None,
        "updates": contract.update_cycle is None,
        "licence": contract.licence is None and contract.openness is not Openness.CLOSED,
        "methods": not contract.sharing_methods and contract.sharing is not Sharing.NONE,
        "category": contract.category is None,
        "contact": contract.contact is None,
        "code": contract.publisher.code is None,
    }
    return [name for name, is_missing in missing.items() if is_missing]


def undocumented(contract: Contract) -> list[str]:
    """Return the names of fields of which nothing is said but their title."""
    return [each.name for each in contract.fields if not each.description.zh.strip()]


def to_mend(organisation: str, *, now: datetime) -> tuple[ToMend, ...]:
    """Return the datasets of an organisation that have something to mend, those with most of it first."""
    found = []
    for row in Dataset.objects.filter(is_withdrawn=False, publisher=organisation).order_by("name"):
        entry, promise = row.entry, promise_of(row)
        quality = row.accepted / row.rows if row.rows else 0.0
        one = ToMend(
            dataset=row.name,
            title=promise.title,
            gaps=tuple(entry.get("gaps", BEFORE_ELEMENTS)),
            undocumented=tuple(entry.get("undocumented", ())),
            late_since=promise.kept_until if promise.is_late(now=now) else None,
            quality=quality if quality < LEAST_QUALITY else None,
        )
        if one.count:
            found.append(one)
    return tuple(sorted(found, key=lambda each: -each.count))
