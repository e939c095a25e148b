"""Datasets that are published again by themselves: which can be, how often, and under which contract."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from hexi.data.contracts.model import Contract
from hexi.data.contracts.reading import contract_from_text
from hexi.data.lake.tables import Lake
from hexi.kernel.actors import Actor
from hexi.registry.accounts import actions as accounts
from hexi.registry.catalog.errors import DatasetMissing, NothingToCollect
from hexi.registry.catalog.models import Dataset
from hexi.registry.runs import actions as runs
from hexi.registry.runs import queries as run_queries


def schedule(name: str, *, every_s: int, at: time | None = None, by: Actor, now: datetime) -> None:
    """Publish a dataset again every so often, under the contract of its standing version; replaces its schedule.

    The first time is now, or the next `at` on the node's clock. Raises `NotAuthorised`, `DatasetMissing`,
    `NothingToCollect` where its contract reads a file that somebody handed in, `TooOften`.
    """
    organisation = _publisher(name, "run.schedule", by=by)
    _collected(name)
    runs.schedule(name, every_s=every_s, first_at=_next(at, now), organisation=organisation, by=by, now=now)


def unschedule(name: str, *, by: Actor, now: datetime) -> None:
    """End a schedule. Raises `NotAuthorised`, `DatasetMissing`, `ScheduleMissing`."""
    runs.unschedule(name, organisation=_publisher(name, "run.schedule", by=by), by=by, now=now)


def collect_now(name: str, *, by: Actor, now: datetime) -> str:
    """Queue a run under the contract of the standing version, and return its id; one that waits already is that one.

    Raises `NotAuthorised`, `DatasetMissing`, `NothingToCollect`.
    """
    organisation = _publisher(name, "dataset.publish", by=by)
    return runs.enqueue(name, _collected(name), organisation=organisation, by=by, now=now)


def stop(run_id: str, *, by: Actor, now: datetime) -> bool:
    """Cancel a run; return whether it has ended already, or else stops at its next sign of life.

    Raises `NotAuthorised`, `RunMissing`, `RunOver`.
    """
    found = run_queries.run(run_id)
    publisher = Dataset.objects.filter(name=found.dataset).values_list("publisher", flat=True).first()
    return runs.cancel(run_id, organisation=publisher or None, by=by, now=now)


def can_collect(contract: Contract) -> bool:
    """Whether the node can read the source again by itself."""
    said = contract.source
    return said.connection is not None or said.query is not None


def standing_contract(name: str) -> Path | None:
    """The file of the contract of a dataset's newest version; None where it has none, or was withdrawn."""
    if not Dataset.objects.filter(name=name, is_withdrawn=False).exists():
        return None
    table = Lake(settings.HEXI_LAKE).dataset(name)
    newest = next(iter(table.versions()), None)
    path = table.contract_path(newest.metadata.get("hexi.contract", "")) if newest else None
    return path if path is not None and path.is_file() else None


def _collected(name: str) -> Path:
    """The contract under which the node can collect a dataset by itself. Raises `NothingToCollect`."""
    file = standing_contract(name)
    if file is None or not can_collect(contract_from_text(file.read_text("utf-8"))):
        raise NothingToCollect(
            "{dataset} reads a file that somebody hands in, which does not renew itself. Let its contract name a "
            "connection, or a query over other datasets.",
            dataset=name,
        )
    return file


def _publisher(name: str, verb: str, *, by: Actor) -> str | None:
    """The organisation of a dataset, asked for with the authority: absent and not yours are one answer."""
    found = Dataset.objects.filter(name=name).values_list("publisher", flat=True).first()
    accounts.require(by, verb, name, organisation=found)
    if found is None:
        raise DatasetMissing("There is no dataset {dataset} in the catalogue.", dataset=name)
    return found or None


def _next(at: time | None, now: datetime) -> datetime:
    if at is None:
        return now
    today = timezone.localtime(now).replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today >= timezone.localtime(now) else today + timedelta(days=1)
