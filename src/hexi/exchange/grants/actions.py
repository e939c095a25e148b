"""Everything that changes a grant. One function per verb; each leaves an event."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from hexi.exchange.grants.errors import GrantNotInForce
from hexi.exchange.grants.models import Grant
from hexi.kernel.actors import EVERYONE, Actor
from hexi.kernel.names import new_id
from hexi.registry.accounts import actions as accounts
from hexi.registry.events import actions as events


@transaction.atomic
def open_to_everyone(dataset: str, *, by: Actor, now: datetime) -> str:
    """Let everyone read the open fields of a dataset for any purpose; return the grant's id.

    Repeats safely: a grant in force is returned as it is.
    """
    accounts.require(by, "grant.open", dataset)
    standing = Grant.objects.filter(dataset=dataset, grantee=EVERYONE.account, revoked_at=None).first()
    if standing is not None:
        return standing.id
    grant = Grant.objects.create(
        id=new_id(now),
        dataset=dataset,
        grantee=EVERYONE.account,
        basis="open",
        purpose="any",
        valid_from=now,
    )
    events.record(
        by=by,
        verb="grant.open",
        object=f"dataset:{dataset}",
        details={"grant": grant.id, "grantee": grant.grantee, "basis": grant.basis},
        grant=grant.id,
        now=now,
    )
    return grant.id


@transaction.atomic
def revoke(grant_id: str, *, because: str, by: Actor, now: datetime) -> None:
    """End a grant now.

    Raises `NotAuthorised` unless `by` may revoke it, `GrantNotInForce` if it is unknown or someone
    was faster, so that two clerks can't both believe they ended it.
    """
    accounts.require(by, "grant.revoke", grant_id)
    # Update-where instead of read-then-save: the row itself decides who was first.
    changed = Grant.objects.filter(id=grant_id, revoked_at=None).update(
        revoked_at=now, revoked_because=because, epoch=F("epoch") + 1
    )
    if not changed:
        raise GrantNotInForce("No such grant in force.", grant=grant_id)
    events.record(
        by=by,
        verb="grant.revoke",
        object=f"grant:{grant_id}",
        details={"because": because},
        grant=grant_id,
        now=now,
    )
