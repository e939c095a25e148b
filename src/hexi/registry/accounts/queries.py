"""Questions about accounts and what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from hexi.kernel.actors import EVERYONE, NODE, Actor
from hexi.registry.accounts.credentials import digest
from hexi.registry.accounts.errors import AccountMissing, TokenMissing, TokenVoid
from hexi.registry.accounts.models import Account, Authority, OneTimeLink, Role, Token
from hexi.registry.accounts.records import AccountRecord, LinkRecord, RoleRecord, TokenRecord
from hexi.registry.accounts.roles import ALL, SIGNED_IN_MAY, covers, roles_for
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


def all_roles() -> tuple[RoleRecord, ...]:
    """Every role that anybody has."""
    return tuple(_role(each) for each in Role.objects.order_by("account", "organisation", "role"))


def authorities() -> Mapping[str, tuple[str, ...]]:
    """Verbs and families that accounts were given beside their roles, by account; mostly of the command line."""
    found: dict[str, tuple[str, ...]] = {}
    for account, verb in Authority.objects.order_by("account", "verb").values_list("account", "verb"):
        found[account] = (*found.get(account, ()), verb)
    return found


def may(by: Actor, verb: str, organisation: str | None = None) -> bool:
    """Whether `by` may use a verb: anywhere, or for what belongs to `organisation`."""
    if by.scope is not None and not covers(by.scope, verb):
        return False
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


def organisations_within(by: Actor, verb: str) -> frozenset[str] | None:
    """Those organisations and all their parts; None for the whole node."""
    places = organisations_where(by, verb)
    if not places:
        return places
    return frozenset(
        each for each in parties.organisations() if not places.isdisjoint({each, *parties.ancestors(each)})
    )


def holders(role: str, organisation: str | None = None) -> tuple[AccountRecord, ...]:
    """Accounts in force that have a role for `organisation`, for what it is part of, or on the node; by name."""
    places = ["", *((organisation, *parties.ancestors(organisation)) if organisation else ())]
    found = Account.objects.filter(is_active=True, roles__role=role, roles__organisation__in=places)
    return tuple(_record(each) for each in found.distinct().order_by("name"))


def link(secret: str, *, now: datetime) -> LinkRecord | None:
    """What a one-time link is for, None if it is void."""
    found = OneTimeLink.objects.filter(
        sha256=digest(secret), ended_at=None, expires_at__gt=now, account__is_active=True
    ).first()
    return None if found is None else _open_link(found)


def open_link(name: str, *, now: datetime) -> LinkRecord | None:
    """The link with which somebody can still set the password of an account, None if there is none."""
    found = OneTimeLink.objects.filter(account=name, ended_at=None, expires_at__gt=now).first()
    return None if found is None else _open_link(found)


def open_invitations(*, now: datetime) -> tuple[LinkRecord, ...]:
    """Invitations that can still be accepted, those that end first first."""
    found = OneTimeLink.objects.filter(kind="invite", ended_at=None, expires_at__gt=now, account__is_active=True)
    return tuple(_open_link(each) for each in found.order_by("expires_at", "id"))


def places_of(name: str) -> frozenset[str | None]:
    """Organisations for which an account may do anything at all; None among them stands for the whole node.

    Whoever changes the account must have the authority over all of them, or a small operator could become a great one.
    """
    places: set[str | None] = {each.organisation for each in roles_of(name)}
    if not places or Authority.objects.filter(account=name).exists():
        places.add(None)
    return frozenset(places)


def tokens_of(name: str) -> tuple[TokenRecord, ...]:
    """The tokens of an account, the newest first."""
    return tuple(_token(each) for each in Token.objects.filter(account=name).order_by("-id"))


def bearer(secret: str, *, now: datetime) -> Actor:
    """Who shows a token. Raises `TokenVoid` where it opens nothing (any more)."""
    found = Token.objects.filter(sha256=digest(secret), account__is_active=True).select_related("account").first()
    if found is None or not _token(found).holds(now):
        raise TokenVoid("This token has expired, was revoked or never was; make a new one on the page of your account.")
    if found.used_at is None or now - found.used_at > timedelta(minutes=1):
        Token.objects.filter(id=found.id).update(used_at=now)
    return Actor(account=found.account_id, party=found.account.party, scope=frozenset(found.scope or {ALL}))


def no_token() -> TokenMissing:
    """The answer to whoever asks for a token that is not theirs, there or not."""
    return TokenMissing("You have no such token.")


def _open_link(row: OneTimeLink) -> LinkRecord:
    return LinkRecord(account=row.account_id, kind=row.kind, made_by=row.made_by, expires_at=row.expires_at)


def _token(row: Token) -> TokenRecord:
    return TokenRecord(
        id=row.id,
        account=row.account_id,
        title=row.title,
        scope=tuple(row.scope),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )


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
