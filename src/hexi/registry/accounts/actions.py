"""Authority: every verb of every room asks here first."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hexi.kernel.actors import EVERYONE, NODE, Actor
from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.accounts.models import Account, Authority
from hexi.registry.events import actions as events

OPERATOR = "*"
"""The authority over every verb."""
EVERYONE_MAY = frozenset({"data.preview", "data.download"})
"""What needs no account: reading, which the door decides by grants."""


def require(by: Actor, verb: str, object: str, *, organisation: str | None = None) -> None:
    """Return if `by` may do this; raise `NotAuthorised` otherwise.

    An account may use a verb it was given, or a family (`dataset.*`), or everything (`*`).
    """
    del organisation
    if by.account == NODE.account or verb in EVERYONE_MAY:
        return
    if by.account != EVERYONE.account:
        held = set(Authority.objects.filter(account=by.account, account__is_active=True).values_list("verb", flat=True))
        if held & {verb, f"{verb.partition('.')[0]}.*", OPERATOR}:
            return
    raise NotAuthorised(
        "{account} may not {verb} {object}; ask an operator for the authority.",
        account=by.account,
        verb=verb,
        object=object,
    )


@transaction.atomic
def allow(account: str, verb: str, *, by: Actor, now: datetime) -> None:
    """Give an account an authority; the account is opened if there is none. Repeats safely."""
    require(by, "account.allow", account)
    _, is_new = Account.objects.get_or_create(name=account, defaults={"created_at": now})
    if is_new:
        events.record(by=by, verb="account.create", object=f"account:{account}", details={}, now=now)
    _, is_new = Authority.objects.get_or_create(account_id=account, verb=verb)
    if is_new:
        events.record(by=by, verb="account.allow", object=f"account:{account}", details={"authority": verb}, now=now)
