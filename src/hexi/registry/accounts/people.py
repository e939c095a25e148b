"""Verbs about people's accounts: invited, accepted, reset, deactivated; each leaves an event."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q

from hexi.kernel.actors import EVERYONE, Actor
from hexi.kernel.names import new_id
from hexi.registry.accounts import queries
from hexi.registry.accounts.actions import assign, require
from hexi.registry.accounts.credentials import OPENING, digest, fresh
from hexi.registry.accounts.errors import AccountExists, AccountMissing, BadAccount, LinkVoid
from hexi.registry.accounts.models import Account, OneTimeLink, Token
from hexi.registry.events import actions as events

LINK_TTL = timedelta(days=7)
NAME = re.compile(r"[^\W_][\w.@+-]{0,99}")


@transaction.atomic
def invite(
    name: str,
    *,
    title: str = "",
    email: str | None = None,
    roles: Iterable[tuple[str, str | None]] = (),
    by: Actor,
    now: datetime,
) -> str:
    """Open an account with roles (role, organisation) and return the secret of its one-time link.

    The secret is shown now and never again. Raises `NotAuthorised`, `BadAccount`, `AccountExists`, and what `assign`
    raises.
    """
    name = _open(name, title=title, email=email, roles=roles, verb="account.invite", by=by, now=now)
    return _link(name, "invite", by=by, now=now)


@transaction.atomic
def open_service(
    name: str, *, title: str = "", roles: Iterable[tuple[str, str | None]] = (), by: Actor, now: datetime
) -> None:
    """Open an account for a program: it has tokens (`make_token`) and no password. Raises what `invite` raises."""
    name = _open(name, title=title, email=None, roles=roles, verb="account.create", by=by, now=now)
    Account.objects.filter(name=name).update(is_service=True)


@transaction.atomic
def revoke_link(name: str, *, by: Actor, now: datetime) -> None:
    """Make the open link of an account void. Repeats safely. Raises `NotAuthorised`, `AccountMissing`."""
    _require_over(by, "account.reset", name)
    if OneTimeLink.objects.filter(account=name, ended_at=None).update(ended_at=now):
        events.record(by=by, verb="account.revoke-link", object=f"account:{name}", details={}, now=now)


@transaction.atomic
def reset(name: str, *, by: Actor, now: datetime) -> str:
    """Return the secret of a one-time link that sets a new password; earlier links of the account are void."""
    _require_over(by, "account.reset", name)
    found = queries.account(name)
    if not found.is_active:
        raise AccountMissing("The account “{account}” is not in force; activate it first.", account=name)
    if found.is_service:
        raise BadAccount("“{account}” is a program's: it has tokens and no password.", account=name)
    secret = _link(name, "reset", by=by, now=now)
    events.record(by=by, verb="account.reset", object=f"account:{name}", details={}, now=now)
    return secret


@transaction.atomic
def accept(secret: str, password: str, *, now: datetime) -> str:
    """Set the password of the account that a one-time link is for; return the account's name. Works once.

    Whoever holds the link acts, so no authority is asked. Raises `LinkVoid`, and `BadAccount` for a password that is
    easily guessed.
    """
    link = (
        OneTimeLink.objects.filter(sha256=digest(secret), ended_at=None, expires_at__gt=now, account__is_active=True)
        .select_related("account")
        .first()
    )
    if link is None:
        raise _void()
    account = link.account
    check_password_of(account, password)
    if not OneTimeLink.objects.filter(id=link.id, ended_at=None).update(ended_at=now):
        raise _void()
    account.set_password(password)
    account.save(update_fields=["password"])
    events.record(
        by=Actor(account=account.name, party=account.party),
        verb="account.accept",
        object=f"account:{account.name}",
        details={"kind": link.kind},
        now=now,
    )
    return account.name


@transaction.atomic
def deactivate(name: str, *, by: Actor, now: datetime) -> None:
    """End an account: sessions and tokens stop at once, roles stay. Repeats safely. Raises `AccountMissing`."""
    _require_over(by, "account.deactivate", name)
    if by.account == name:
        raise BadAccount("Nobody ends their own account; ask another operator.")
    _switch(name, is_active=False, verb="account.deactivate", by=by, now=now)
    OneTimeLink.objects.filter(account=name, ended_at=None).update(ended_at=now)


@transaction.atomic
def activate(name: str, *, by: Actor, now: datetime) -> None:
    """Put an account in force again. Repeats safely. Raises `AccountMissing`."""
    _require_over(by, "account.deactivate", name)
    _switch(name, is_active=True, verb="account.activate", by=by, now=now)


@transaction.atomic
def note(typed: str, verb: str, *, now: datetime, **details: object) -> None:
    """Enter in the log what signing in did: the surface decides, the account of that name or e-mail address acts.

    `verb` is `account.sign-in`, `account.sign-in-fail`, `account.lock`, `account.password` or `account.factor`. Where
    there is no such account the event is about `account:-`: what was typed may be a password, and to enter nothing
    would take less time, which tells.
    """
    found = Account.objects.filter(Q(name__iexact=typed) | Q(email=typed.lower())).first()
    by = EVERYONE if found is None else Actor(account=found.name, party=found.party)
    object = "account:-" if found is None else f"account:{found.name}"
    events.record(by=by, verb=verb, object=object, details=details, now=now)


@transaction.atomic
def make_token(
    title: str, *, scope: Iterable[str] = (), days: int = 90, account: str | None = None, by: Actor, now: datetime
) -> str:
    """Return a new token's secret, shown now and never again. Raises `NotAuthorised`, `BadAccount`, `AccountMissing`.

    For oneself, or by an operator for a program's account: nobody gets a token that acts as another person.
    """
    owner = account or by.account
    if owner == by.account:
        require(by, "token.create", owner)
    else:
        _require_over(by, "account.invite", owner)
    if not queries.account(owner).is_service and owner != by.account:
        raise BadAccount("“{account}” is a person's, who makes tokens on the page “My account”.", account=owner)
    if by.scope is not None:
        raise BadAccount("A token cannot make another one; sign in.")
    if not title.strip() or not 1 <= days <= 730:
        raise BadAccount("A token needs a name that says what it is for, and 1 to 730 days.")
    secret, kept = fresh(OPENING)
    made = Token.objects.create(
        id=new_id(now),
        account_id=owner,
        title=title.strip()[:100],
        sha256=kept,
        scope=sorted(set(scope)),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    details = {"token": made.id, "days": days, "scope": ", ".join(made.scope)}
    events.record(by=by, verb="token.create", object=f"account:{owner}", details=details, now=now)
    return secret


@transaction.atomic
def revoke_token(token_id: str, *, by: Actor, now: datetime) -> None:
    """End a token at once: one's own, or as an operator any. Repeats safely. Raises `TokenMissing`."""
    found = Token.objects.filter(id=token_id).first()
    if found is None or not (found.account_id == by.account or _may_over(by, "account.deactivate", found.account_id)):
        raise queries.no_token()
    if Token.objects.filter(id=token_id, revoked_at=None).update(revoked_at=now):
        details = {"token": token_id}
        events.record(by=by, verb="token.revoke", object=f"account:{found.account_id}", details=details, now=now)


def check_password_of(account: Account, password: str) -> None:
    """Raise `BadAccount` for a password that is easily guessed."""
    try:
        validate_password(password, user=account)
    except ValidationError as error:
        raise BadAccount("{reason}", reason=" ".join(error.messages)) from None


def _open(
    name: str,
    *,
    title: str,
    email: str | None,
    roles: Iterable[tuple[str, str | None]],
    verb: str,
    by: Actor,
    now: datetime,
) -> str:
    roles = list(roles)
    organisations = {organisation for _, organisation in roles}
    for organisation in organisations or {None}:
        require(by, "account.invite", name, organisation=organisation)
    name, email = _check(name.strip(), (email or "").strip().lower() or None)
    Account.objects.create(
        name=name,
        title=title.strip()[:150],
        email=email,
        party=next((organisation for _, organisation in roles if organisation), None),
        created_at=now,
    )
    personal = {"title": title.strip(), "email": email or ""}
    events.record(by=by, verb=verb, object=f"account:{name}", details={}, personal=personal, now=now)
    for role, organisation in roles:
        assign(name, role, organisation=organisation, by=by, now=now)
    return name


def _require_over(by: Actor, verb: str, name: str) -> None:
    for organisation in queries.places_of(name):
        require(by, verb, name, organisation=organisation)


def _may_over(by: Actor, verb: str, name: str) -> bool:
    return all(queries.may(by, verb, organisation) for organisation in queries.places_of(name))


def _switch(name: str, *, is_active: bool, verb: str, by: Actor, now: datetime) -> None:
    queries.account(name)
    if Account.objects.filter(name=name, is_active=not is_active).update(is_active=is_active):
        events.record(by=by, verb=verb, object=f"account:{name}", details={}, now=now)


def _link(name: str, kind: str, *, by: Actor, now: datetime) -> str:
    secret, kept = fresh()
    OneTimeLink.objects.filter(account=name, ended_at=None).update(ended_at=now)
    OneTimeLink.objects.create(
        id=new_id(now),
        account_id=name,
        kind=kind,
        sha256=kept,
        made_by=by.account,
        made_at=now,
        expires_at=now + LINK_TTL,
    )
    return secret


def _check(name: str, email: str | None) -> tuple[str, str | None]:
    if not NAME.fullmatch(name):
        raise BadAccount(
            "“{name}” cannot name an account: begin with a letter or digit; then letters, digits and “.@+-_”, at most "
            "100 characters.",
            name=name[:100],
        )
    if name in {"node", "everyone"} or Account.objects.filter(name__iexact=name).exists():
        raise AccountExists("There is an account “{name}” already; choose another name.", name=name)
    if email is not None:
        try:
            validate_email(email)
        except ValidationError:
            raise BadAccount("“{email}” is no e-mail address.", email=email[:100]) from None
        if Account.objects.filter(email=email).exists():
            raise AccountExists("Another account has the address {email}.", email=email)
    return name, email


def _void() -> LinkVoid:
    return LinkVoid("This link was used, has expired or was replaced by a newer one; ask the operator for another.")
