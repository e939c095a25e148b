"""Questions about accounts and what they may do."""

from __future__ import annotations

from hexi.kernel.actors import EVERYONE, NODE, Actor
from hexi.registry.accounts.errors import AccountMissing
from hexi.registry.accounts.models import Account, Authority, Role
from hexi.registry.accounts.records import AccountRecord, RoleRecord
from hexi.registry.accounts.roles import ALL, ROLES, SIGNED_IN_MAY, covers, roles_for
from hexi.registry.parties import queries as parties

EVERYONE_MAY = frozenset({"data.preview", "data.download"})
"""What needs no account: reading, which the door decides by grants."""


def account(name: str) -> AccountRecord:
    """The account of that name. Raises `AccountMissing`."""
    found = Account.objects.filter(name=name).first()
    if found is None:
        raise AccountMissing("There is no account “{account}”.", account=name)
    return _record(found)


def accounts() -> tuple[AccountRecord, ...]:
    """Every account, by name."""
    return tuple(_record(each) for each in Account.objects.order_by("name"))


def roles_of(name: str) -> tuple[RoleRecord, ...]:
    """The roles of an account, the widest first."""
    return tuple(_role(each) for each in Role.objects.filter(account=name).order_by("organisation", "role"))


def may(by: Actor, verb: str, organisation: str | None = None) -> bool:
    """Whether `by` may use a verb: anywhere, or for what belongs to `organisation`."""
    if by.account == NODE.account or verb in EVERYONE_MAY:
        return True
    places = organisations_where(by, verb)
    if places is None:
        return True
    if not places or organisation is None:
        return _is_in_force(by) and verb in SIGNED_IN_MAY
    return not places.isdisjoint({organisation, *parties.ancestors(organisation)}) or verb in SIGNED_IN_MAY


def organisations_where(by: Actor, verb: str) -> frozenset[str] | None:
    """Organisations for which, and for whose parts, `by` may use a verb; None for the whole node."""
    if by.account == NODE.account:
        return None
    if by.account == EVERYONE.account:
        return frozenset()
    held = set(Authority.objects.filter(account=by.account, account__is_active=True).values_list("verb", flat=True))
    if covers(held, verb):
        return None
    roles = Role.objects.filter(account=by.account, account__is_active=True, role__in=roles_for(verb))
    places = frozenset(roles.values_list("organisation", flat=True))
    return None if "" in places else places


def holders(role: str, organisation: str | None = None) -> tuple[AccountRecord, ...]:
    """Accounts in force that have a role for `organisation`, for what it is part of, or on the node; by name."""
    places = ["", *((organisation, *parties.ancestors(organisation)) if organisation else ())]
    found = Account.objects.filter(is_active=True, roles__role=role, roles__organisation__in=places)
    return tuple(_record(each) for each in found.distinct().order_by("name"))


def _is_in_force(by: Actor) -> bool:
    return by.account != EVERYONE.account and Account.objects.filter(name=by.account, is_active=True).exists()


def _record(row: Account) -> AccountRecord:
    return AccountRecord(
        name=row.name,
        title=row.title or row.name,
        email=row.email,
        party=row.party,
        is_active=row.is_active,
        is_service=row.is_service,
        created_at=row.created_at,
    )


def _role(row: Role) -> RoleRecord:
    return RoleRecord(account=row.account_id, role=row.role, organisation=row.organisation or None, since=row.since)


__all__ = ["ALL", "ROLES", "account", "accounts", "holders", "may", "organisations_where", "roles_of"]
