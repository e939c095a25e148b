"""Questions about grants."""

from __future__ import annotations

from datetime import datetime

from hexi.exchange.grants.models import Grant
from hexi.exchange.grants.records import GrantRecord
from hexi.kernel.actors import EVERYONE, Actor


def grants_of(dataset: str) -> tuple[GrantRecord, ...]:
    """Every grant ever given on a dataset, newest first; may be empty."""
    return tuple(_record(each) for each in Grant.objects.filter(dataset=dataset).order_by("-id"))


def readable_by(reader: Actor, *, now: datetime) -> frozenset[str]:
    """Names of every dataset on which this reader, or everyone, holds a grant in force."""
    held = Grant.objects.filter(grantee__in={EVERYONE.account, reader.account}, revoked_at=None)
    return frozenset(each.dataset for each in map(_record, held) if each.holds(now))


def _record(grant: Grant) -> GrantRecord:
    return GrantRecord(
        id=grant.id,
        dataset=grant.dataset,
        grantee=grant.grantee,
        basis=grant.basis,
        purpose=grant.purpose,
        valid_from=grant.valid_from,
        valid_until=grant.valid_until,
        revoked_at=grant.revoked_at,
        revoked_because=grant.revoked_because,
        epoch=grant.epoch,
    )
