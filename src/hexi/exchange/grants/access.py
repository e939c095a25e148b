"""May this reader see this table? The one place that answers with a permit."""

from __future__ import annotations

from datetime import datetime, timedelta

from hexi.data.contracts.model import Classification, Contract
from hexi.exchange.grants.errors import GrantEnded, NotReadable
from hexi.exchange.grants.queries import grants_of
from hexi.exchange.grants.records import GrantRecord
from hexi.kernel.actors import EVERYONE, Actor
from hexi.kernel.errors import Missing
from hexi.kernel.permits import Permit
from hexi.registry.catalog import queries as catalog

PERMIT_TTL_S = 600
"""How long one permit serves; a longer reading asks again."""


def permit_to_read(dataset: str, *, reader: Actor, purpose: str = "any", now: datetime) -> Permit:
    """Return leave to read the newest version of `dataset`, and what of it.

    A grant to everyone covers the fields whose contract classes them open, so that a field added
    later, or classed otherwise, stays hidden. Raises `NotReadable` to a stranger, `GrantEnded` to
    whoever held a grant.
    """
    held = [grant for grant in grants_of(dataset) if grant.grantee in {EVERYONE.account, reader.account}]
    in_force = next((grant for grant in held if grant.holds(now)), None)
    if in_force is None:
        raise _refusal(dataset, held, now)
    try:
        contract = catalog.contract(dataset)
    except Missing as missing:
        raise _stranger() from missing
    columns = open_columns(contract)
    if not columns:
        raise _stranger()
    until = now + timedelta(seconds=PERMIT_TTL_S)
    if in_force.valid_until is not None:
        until = min(until, in_force.valid_until)
    return Permit(
        reader=reader.account,
        grant=in_force.id,
        dataset=dataset,
        columns=columns,
        purpose=purpose,
        until=until,
    )


def open_columns(contract: Contract) -> tuple[str, ...]:
    """Return the columns that a grant to everyone covers, in table order; may be empty."""
    return tuple(each.name for each in contract.fields if each.classification is Classification.OPEN)


def _refusal(dataset: str, held: list[GrantRecord], now: datetime) -> Missing | GrantEnded:
    if not held or now < held[0].valid_from:
        return _stranger()
    newest = held[0]
    if newest.revoked_at is not None:
        return GrantEnded(
            "The grant to read {dataset} was revoked on {date}: {reason}",
            dataset=dataset,
            date=newest.revoked_at.date().isoformat(),
            reason=newest.revoked_because or "no reason was given.",
        )
    return GrantEnded(
        "The grant to read {dataset} expired on {date}; ask its publisher for a new one.",
        dataset=dataset,
        date=newest.valid_until.date().isoformat() if newest.valid_until else "",
    )


def _stranger() -> NotReadable:
    return NotReadable("No such dataset, or no grant for you to read it.")
