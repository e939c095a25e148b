"""Takes a dataset back to an earlier version, and off the schedule that would bring the bad one again."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from hexi.data.lake.tables import Lake
from hexi.data.lifecycle import restoring
from hexi.data.lifecycle.certificates import Certificate
from hexi.data.lifecycle.signing import NodeKey
from hexi.kernel.actors import NODE, Actor
from hexi.kernel.time import Clock
from hexi.registry.accounts import actions as accounts
from hexi.registry.catalog.actions import follow
from hexi.registry.catalog.errors import DatasetMissing, ReasonMissing
from hexi.registry.catalog.models import Dataset
from hexi.registry.events import actions as events
from hexi.registry.runs import actions as runs
from hexi.registry.runs import queries as run_queries


def restore(name: str, version: int, *, because: str, by: Actor, clock: Clock) -> Certificate:
    """Make an earlier version the newest again, and end the dataset's schedule. Return the new certificate.

    Raises `NotAuthorised`, `DatasetMissing`, `ReasonMissing`, and what `lifecycle.restoring` raises.
    """
    publisher = Dataset.objects.filter(name=name).values_list("publisher", flat=True).first()
    accounts.require(by, "dataset.restore", name, organisation=publisher)
    if publisher is None:
        raise DatasetMissing("There is no dataset {dataset} in the catalogue.", dataset=name)
    if not because.strip():
        raise ReasonMissing("Say why the version before is to come back; whoever relied on the newest will ask.")
    lake = Lake(settings.HEXI_LAKE)
    said = restoring.restore(
        lake.dataset(name),
        version,
        because=because.strip(),
        signer=NodeKey.load(settings.HEXI_KEY),
        node=settings.HEXI_NODE_NAME,
        clock=clock,
    )
    follow(lake, name, verb="dataset.publish", by=by, clock=clock, restores=True)
    with transaction.atomic():
        details = {"version": said.version, "restored": version, "because": because.strip()}
        events.record(by=by, verb="dataset.restore", object=f"dataset:{name}", details=details, now=clock())
        if run_queries.schedule(name) is not None:
            # The source is as it was: collected again, it would bring back what was just taken back.
            runs.unschedule(name, organisation=publisher, by=NODE, now=clock())
    return said
