"""What grants do of their own accord: follow the log, so that open data is open at once."""

from __future__ import annotations

from datetime import datetime

from hexi.data.contracts.model import Openness
from hexi.exchange.grants import actions
from hexi.exchange.grants.queries import grants_of
from hexi.kernel.actors import EVERYONE, NODE
from hexi.kernel.errors import Missing
from hexi.registry.catalog import queries as catalog
from hexi.registry.events import actions as event_actions
from hexi.registry.events import queries as events

CURSOR = "grants"


def follow(now: datetime) -> int:
    """Work through the events sealed since the last time; return how many datasets were looked at.

    A dataset whose contract says open gets a grant to everyone; one that no longer says so, or was
    withdrawn, loses it. Repeats safely: each dataset is brought to what its contract says today.
    """
    looked_at: set[str] = set()
    while sealed := events.sealed_since(CURSOR):
        touched = {
            event.object.removeprefix("dataset:")
            for event in sealed
            if event.object.startswith("dataset:") and event.verb.startswith("dataset.")
        }
        for dataset in sorted(touched):
            _bring_in_line(dataset, now)
        event_actions.advance(CURSOR, sealed[-1].sequence)
        looked_at |= touched
    return len(looked_at)


def _bring_in_line(dataset: str, now: datetime) -> None:
    try:
        is_open = catalog.dataset(dataset).contract.openness is Openness.OPEN
    except Missing:
        is_open = False
    if is_open:
        actions.open_to_everyone(dataset, by=NODE, now=now)
        return
    for grant in grants_of(dataset):
        if grant.basis == "open" and grant.grantee == EVERYONE.account and grant.revoked_at is None:
            actions.revoke(grant.id, because="The contract no longer opens this dataset.", by=NODE, now=now)
