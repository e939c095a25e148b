"""Connections to the systems from which datasets are collected: who keeps them, and for whom they open."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from hexi.data.collecting import connections
from hexi.data.collecting.connections import Connection
from hexi.data.collecting.errors import ConnectionInvalid, ConnectionMissing
from hexi.kernel.actors import Actor
from hexi.registry.accounts import vault
from hexi.registry.accounts.actions import require
from hexi.registry.accounts.models import Connection as Row
from hexi.registry.accounts.records import ConnectionRecord
from hexi.registry.events import actions as events
from hexi.registry.parties import queries as parties

UNKNOWN = "There is no connection “{name}”; an operator makes it: hexi connections add {name}"
ABSENT = "There is no connection “{name}” that this dataset may use; an operator makes it: hexi connections add {name}"


@transaction.atomic
def keep(
    name: str, address: str, *, secret: str | None = "", organisation: str | None = None, by: Actor, now: datetime
) -> ConnectionRecord:
    """Make a connection, or change one. A password in the address becomes its secret; None leaves the secret it has.

    Only datasets of `organisation` and its parts may be collected through it; without one, all of the node's.
    A secret belongs to its address: with another address it must be given again. Raises `NotAuthorised`,
    `ConnectionInvalid`, and what `parties` says of the organisation.
    """
    require(by, "connection.keep", name, organisation=organisation)
    made = connections.made(name, address, secret or "")
    if made.kind in connections.LOCAL:
        # The disk is the whole node's: with it comes what other organisations keep there.
        require(by, "connection.keep", name)
        _refuse_home(made)
    if organisation is not None:
        parties.organisation(organisation)
    standing = Row.objects.filter(name=name).first()
    if standing is not None:
        require(by, "connection.keep", name, organisation=standing.organisation or None)
    keeps = secret is None and not made.secret and standing is not None and standing.address == made.address
    sealed = standing.sealed if keeps and standing else _sealed(made)
    row, is_new = Row.objects.update_or_create(
        name=name,
        defaults={
            "address": made.address,
            "sealed": sealed,
            "organisation": organisation or "",
            "changed_by": by.account,
            "changed_at": now,
        },
    )
    details = {"address": made.address, "organisation": organisation or "", "is_new": is_new}
    events.record(by=by, verb="connection.keep", object=f"connection:{name}", details=details, now=now)
    return _record(row)


@transaction.atomic
def remove(name: str, *, by: Actor, now: datetime) -> None:
    """Forget a connection and its secret. What was collected stays. Raises `NotAuthorised`, `ConnectionMissing`."""
    standing = Row.objects.filter(name=name).first()
    require(by, "connection.keep", name, organisation=(standing.organisation or None) if standing else None)
    if standing is None:
        raise ConnectionMissing(UNKNOWN, name=name)
    standing.delete()
    events.record(by=by, verb="connection.remove", object=f"connection:{name}", details={}, now=now)


def kept() -> tuple[ConnectionRecord, ...]:
    """Every connection, by name, without its secret."""
    return tuple(_record(each) for each in Row.objects.order_by("name"))


class Opener:
    """Opens connections for the datasets of one organisation; None for those whose publisher the node does not know."""

    def __init__(self, organisation: str | None) -> None:
        self._organisation = organisation

    def connection(self, name: str) -> Connection:
        """The connection of that name, with its secret. Raises `ConnectionMissing`, `SecretLost`.

        One that belongs to somebody else is as missing as one that is not there.
        """
        row = Row.objects.filter(name=name).first()
        if row is None or not self._may(row.organisation):
            raise ConnectionMissing(ABSENT, name=name)
        secret = vault.opened(row.sealed, about=_about(row.name, row.address), key_file=settings.HEXI_SECRETS)
        limit_bytes = settings.HEXI_COLLECT_BYTES
        return Connection(name=row.name, address=row.address, secret=secret, limit_bytes=limit_bytes)

    def _may(self, owner: str) -> bool:
        if not owner:
            return True
        own = self._organisation
        return own is not None and owner in {own, *parties.ancestors(own)}


def opened(name: str, *, by: Actor) -> Connection:
    """The connection of that name for whoever keeps it. Raises `NotAuthorised`, `ConnectionMissing`, `SecretLost`."""
    row = Row.objects.filter(name=name).first()
    require(by, "connection.keep", name, organisation=(row.organisation or None) if row else None)
    if row is None:
        raise ConnectionMissing(UNKNOWN, name=name)
    return Opener(row.organisation).connection(name)


def _refuse_home(made: Connection) -> None:
    """Raise where a connection leads to the node's own folder, or to one around it."""
    path, home = Path(made.path).resolve(), Path(settings.HEXI_HOME).resolve()
    if path.is_relative_to(home) or home.is_relative_to(path):
        raise ConnectionInvalid(
            "“{name}” may not lead into the node's own folder, where its keys and other datasets are; choose another.",
            name=made.name,
        )


def _sealed(made: Connection) -> str:
    return vault.sealed(made.secret, about=_about(made.name, made.address), key_file=settings.HEXI_SECRETS)


def _about(name: str, address: str) -> str:
    # Bound to the address: whoever writes another one into the database sends no secret there.
    return f"{name} {address}"


def _record(row: Row) -> ConnectionRecord:
    return ConnectionRecord(
        name=row.name,
        address=row.address,
        has_secret=bool(row.sealed),
        organisation=row.organisation or None,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
    )
