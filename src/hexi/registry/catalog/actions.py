"""Everything that changes the catalogue. The Delta log is the truth; the catalogue follows it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import transaction

from hexi.data.contracts.model import Contract
from hexi.data.lake.tables import Lake
from hexi.data.lifecycle.records import Outcome, Progress, ReferenceSnapshot, RunResult
from hexi.data.lifecycle.running import run
from hexi.data.lifecycle.signing import NodeKey
from hexi.kernel.actors import NODE, Actor
from hexi.kernel.errors import Missing
from hexi.kernel.time import Clock
from hexi.registry.accounts import actions as accounts
from hexi.registry.catalog.errors import DatasetMissing
from hexi.registry.catalog.models import Dataset, Version
from hexi.registry.catalog.registering import enter
from hexi.registry.events import actions as events
from hexi.registry.runs import actions as runs


class ReferenceMissing(Missing):
    """A contract refers to a dataset that has no version yet."""

    code = "catalog.reference-missing"


class LakeReferences:
    """Resolves references from the lake's newest versions."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake

    def snapshot(self, dataset: str) -> ReferenceSnapshot:
        """The newest version of a dataset. Raises `ReferenceMissing`."""
        table = self.lake.dataset(dataset)
        newest = next(iter(table.versions()), None)
        if newest is None:
            raise ReferenceMissing(
                "The contract refers to {dataset}, which has no version yet; publish that one first.",
                dataset=dataset,
            )
        return ReferenceSnapshot(
            dataset=dataset,
            version=newest.version,
            certificate=newest.metadata["hexi.certificate"],
            files=table.files(newest.version),
        )


def publish(
    contract: Contract,
    *,
    source: Path | None = None,
    by: Actor,
    clock: Clock,
    progress: Progress | None = None,
) -> RunResult:
    """Run a source through its contract and enter the new version.

    A run of the same key writes nothing. Raises `NotAuthorised` and whatever the run raises; the
    dataset is then as it was. Killed after the commit, the next `catch_up` enters the version.
    """
    accounts.require(by, "dataset.publish", contract.name)
    lake = Lake(settings.HEXI_LAKE)
    watch = runs.begin(contract.name, by=by, now=clock(), clock=clock, watcher=progress)
    try:
        result = run(
            contract,
            source=source,
            lake=lake,
            signer=NodeKey.load(settings.HEXI_KEY),
            node=settings.HEXI_NODE_NAME,
            references=LakeReferences(lake),
            clock=clock,
            progress=watch,
        )
        _follow(lake, contract.name, verb="dataset.publish", by=by, clock=clock, restores=True)
    except BaseException as error:
        watch.end()
        runs.failed(watch.id, error, now=clock())
        raise
    watch.end()
    runs.finished(
        watch.id,
        key=result.key,
        version=result.version,
        is_unchanged=result.outcome is Outcome.UNCHANGED,
        rows=result.rows,
        now=clock(),
    )
    return result


def catch_up(*, clock: Clock) -> list[tuple[str, int]]:
    """Enter every version that the lake holds and the catalogue does not; return (dataset, version) of each.

    Called at every start: whoever was killed between the commit and the catalogue is caught up here.
    """
    lake = Lake(settings.HEXI_LAKE)
    runs.bury(now=clock())
    entered: list[tuple[str, int]] = []
    for name in lake.names():
        entered += _follow(lake, name, verb="dataset.catch-up", by=NODE, clock=clock)
    return entered


def _follow(
    lake: Lake, name: str, *, verb: str, by: Actor, clock: Clock, restores: bool = False
) -> list[tuple[str, int]]:
    table = lake.dataset(name)
    standing = Version.objects.filter(dataset__name=name)
    # Whoever publishes a withdrawn dataset again wants it back; catching up leaves it withdrawn.
    known = set(
        (standing.filter(dataset__is_withdrawn=False) if restores else standing).values_list("version", flat=True)
    )
    entered = []
    for found in sorted(table.versions(), key=lambda each: each.version):
        if found.version in known or "hexi.certificate" not in found.metadata:
            continue
        with transaction.atomic():
            said = enter(table, found, by=by, now=clock())
            events.record(
                by=by,
                verb=verb,
                object=f"dataset:{name}",
                details={
                    "version": found.version,
                    "certificate": found.metadata["hexi.certificate"],
                    "rows": said.rows,
                    "accepted": said.accepted,
                    "quarantined": said.quarantined,
                },
                now=clock(),
            )
        entered.append((name, found.version))
    return entered


@transaction.atomic
def withdraw(name: str, *, because: str, by: Actor, clock: Clock) -> None:
    """Take a dataset out of the catalogue; its versions stay in the lake. Repeats safely. Raises `DatasetMissing`."""
    accounts.require(by, "dataset.withdraw", name)
    if not Dataset.objects.filter(name=name).exists():
        raise DatasetMissing("There is no dataset {dataset} in the catalogue.", dataset=name)
    if not Dataset.objects.filter(name=name, is_withdrawn=False).update(is_withdrawn=True):
        return
    events.record(by=by, verb="dataset.withdraw", object=f"dataset:{name}", details={"because": because}, now=clock())
