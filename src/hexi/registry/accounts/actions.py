"""Authority: every verb of every room asks here first."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hexi.kernel.actors import Actor
from hexi.registry.accounts import queries
from hexi.registry.accounts.errors import NotAuthorised, RoleUnknown
from hexi.registry.accounts.models import Account, Authority, Count, Role
from hexi.registry.accounts.roles import ALL, ROLES
from hexi.registry.events import actions as events
from hexi.registry.parties import queries as parties

OPERATOR = ALL
"""The authority over every verb."""


def require(by: Actor, verb: str, object: str, *, organisation: str | None = None) -> None:
    """Return if `by` may do this; raise `NotAuthorised` otherwise.

    An account may use a verb it was given, or a family (`dataset.*`), or everything (`*`); and what its roles say,
    for `organisation`, to which the object belongs, if the role is that one's, of one it is part of, or node-wide.
    """
    if not queries.may(by, verb, organisation):
        raise NotAuthorised(
            "{account} may not {verb} {object}; ask an operator for the authority.",
            account=by.account,
            verb=verb,
            object=object,
        )


@transaction.atomic
def assign(account: str, role: str, *, organisation: str | None = None, by: Actor, now: datetime) -> None:
    """Give an account a role, for an organisation and its parts or for the whole node. Repeats safely.

    Raises `NotAuthorised`, `AccountMissing`, `RoleUnknown`, and what `parties` says of the organisation.
    """
    require(by, "account.assign", account, organisation=organisation)
    _check_role(role)
    queries.account(account)
    if organisation is not None:
        parties.organisation(organisation)
    _, is_new = Role.objects.get_or_create(
        account_id=account, role=role, organisation=organisation or "", defaults={"since": now}
    )
    if is_new:
        details = {"role": role, "organisation": organisation or ""}
        events.record(by=by, verb="account.assign", object=f"account:{account}", details=details, now=now)


@transaction.atomic
def take_away(account: str, role: str, *, organisation: str | None = None, by: Actor, now: datetime) -> None:
    """Take a role from an account. Repeats safely. Raises `NotAuthorised`, `RoleUnknown`."""
    require(by, "account.assign", account, organisation=organisation)
    _check_role(role)
    if Role.objects.filter(account=account, role=role, organisation=organisation or "").delete()[0]:
        details = {"role": role, "organisation": organisation or ""}
        events.record(by=by, verb="account.take-away", object=f"account:{account}", details=details, now=now)


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise RoleUnknown("There is no role “{role}”; the roles are {valid}.", role=role, valid=", ".join(ROLES))


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


def forget_counts(*, now: datetime) -> int:
    """Remove counts of signing in whose time is over; return how many there were. Repeats safely."""
    return Count.objects.filter(expires__lt=now).delete()[0]
