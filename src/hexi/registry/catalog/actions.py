"""Everything that changes the catalogue. The Delta log is the truth; the catalogue follows it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.db import transaction

from hexi.data.contracts.model import Contract
from hexi.data.lake.tables import Lake
from hexi.data.lifecycle import rehearsing
from hexi.data.lifecycle.records import Outcome, Progress, ReferenceSnapshot, RunResult
from hexi.data.lifecycle.rehearsing import Rehearsal
from hexi.data.lifecycle.running import run
from hexi.data.lifecycle.signing import NodeKey
from hexi.data.lifecycle.trust import TrustMissing, read_trust
from hexi.kernel.actors import NODE, Actor
from hexi.kernel.time import Clock
from hexi.registry.accounts import actions as accounts
from hexi.registry.accounts import connecting
from hexi.registry.catalog import claiming, finding
from hexi.registry.catalog.errors import DatasetMissing, LakeGone, ReferenceMissing
from hexi.registry.catalog.models import Dataset, Version
from hexi.registry.catalog.registering import enter, forget
from hexi.registry.events import actions as events
from hexi.registry.parties import queries as parties
from hexi.registry.runs import actions as runs
from hexi.registry.runs.errors import RunCancelled
from hexi.registry.runs.records import Claim

CANCELLED = "The run was cancelled; the dataset is as it was."


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
    taken: Claim | None = None,
) -> RunResult:
    """Run a source through its contract and enter the new version.

    A run of the same key writes nothing. `taken` is the queued run that this is. Raises `NotAuthorised`,
    `SourceTaken`, `RunCancelled` and whatever the run raises; the dataset is then as it was. Killed after the commit,
    the next `catch_up` enters the version.
    """
    lake = Lake(settings.HEXI_LAKE)
    read = source or _file_of(contract)
    watch = runs.begin(contract.name, source=read, by=by, clock=clock, watcher=progress, taken=taken)
    try:
        organisation = _organisation_of(contract)
        accounts.require(by, "dataset.publish", contract.name, organisation=organisation)
        claiming.check(contract)
        result = run(
            contract,
            source=source,
            lake=lake,
            signer=NodeKey.load(settings.HEXI_KEY),
            node=settings.HEXI_NODE_NAME,
            references=LakeReferences(lake),
            connections=connecting.Opener(organisation),
            clock=clock,
            progress=watch,
            revoked=_revoked(),
        )
        follow(lake, contract.name, verb="dataset.publish", by=by, clock=clock, restores=True)
    except BaseException as error:
        watch.end()
        # Stopped in the engine's own threads, the reason arrives wrapped in an error of the source.
        reason = RunCancelled(CANCELLED) if watch.is_stopped else error
        runs.fail(watch, reason, by=by, now=clock())
        if reason is error:
            raise
        raise reason from error
    watch.end()
    runs.finish(
        watch,
        key=result.key,
        version=result.version,
        is_unchanged=result.outcome is Outcome.UNCHANGED,
        rows=result.rows,
        now=clock(),
    )
    return result


def rehearse(
    contract: Contract, *, source: Path | None = None, by: Actor, clock: Clock, progress: Progress | None = None
) -> Rehearsal:
    """Clean and test a source as `publish` would, and compare it with the standing version; nothing is published.

    Raises `NotAuthorised`, and whatever reading the source raises.
    """
    organisation = _organisation_of(contract)
    accounts.require(by, "dataset.publish", contract.name, organisation=organisation)
    lake = Lake(settings.HEXI_LAKE)
    return rehearsing.rehearse(
        contract,
        source=source,
        references=LakeReferences(lake),
        connections=connecting.Opener(organisation),
        table=lake.dataset(contract.name),
        clock=clock,
        progress=progress,
    )


def _file_of(contract: Contract) -> Path | None:
    """The file that the contract itself names; None where its rows are computed."""
    said = contract.source
    if said.path is None or said.connection is not None or said.query is not None or said.generator is not None:
        return None
    return (contract.file.parent if contract.file is not None else Path()) / said.path


def _organisation_of(contract: Contract) -> str | None:
    """The organisation to which the dataset belongs, or will: None where the node does not know it yet."""
    standing = Dataset.objects.filter(name=contract.name).values_list("publisher", flat=True).first()
    return standing or parties.known(contract.publisher.name, code=contract.publisher.code)


def _revoked() -> frozenset[str]:
    """Keys whose certificates no longer count, so that what they signed is published again."""
    try:
        trust = read_trust(settings.HEXI_TRUST)
    except TrustMissing:
        return frozenset()
    return frozenset(key.id for key in trust.keys if key.revoked_at is not None)


def catch_up(*, clock: Clock) -> list[tuple[str, int]]:
    """Make the catalogue agree with the lake; return (dataset, version) of every version entered.

    Whoever was killed between the commit and the catalogue is caught up here. A dataset whose table is
    gone leaves the catalogue, and comes back with it. Repeats safely. Raises `LakeGone`.
    """
    lake = Lake(settings.HEXI_LAKE)
    if not lake.root.is_dir():
        raise LakeGone(
            "The lake “{lake}” is not there. If it is on another disk, mount it; nothing was changed.", lake=lake.root
        )
    runs.recover(now=clock())
    names = lake.names()
    entered: list[tuple[str, int]] = []
    for name in names:
        entered += follow(lake, name, verb="dataset.catch-up", by=NODE, clock=clock)
    # Compared here: a list of every name is too long for a question to the database.
    for name in set(Dataset.objects.filter(is_withdrawn=False).values_list("name", flat=True)) - set(names):
        _vanish(name, clock=clock)
    finding.catch_up()
    return entered


def follow(
    lake: Lake, name: str, *, verb: str, by: Actor, clock: Clock, restores: bool = False
) -> list[tuple[str, int]]:
    """Enter what the lake holds of a dataset and the catalogue lacks; `restores` shows a withdrawn one again."""
    table = lake.dataset(name)
    held = {each.version: each for each in table.versions() if "hexi.certificate" in each.metadata}
    true = {number: each.metadata["hexi.certificate"] for number, each in held.items()}
    if not _to_enter(name, true, restores=restores):
        return []
    with transaction.atomic():
        # Asked again inside: another process may have entered it since.
        numbers = _to_enter(name, true, restores=restores)
        forget(name, keep=true)
        for number in numbers:
            said, code = enter(table, held[number], by=by, now=clock())
            details: dict[str, object] = {
                "version": number,
                "certificate": true[number],
                "rows": said.rows,
                "accepted": said.accepted,
                "quarantined": said.quarantined,
                **({"resource_code": code} if code else {}),
            }
            events.record(by=by, verb=verb, object=f"dataset:{name}", details=details, now=clock())
    return [(name, number) for number in numbers]


def _to_enter(name: str, true: Mapping[int, str], *, restores: bool) -> list[int]:
    """Versions of the lake (number → certificate) that the catalogue lacks, has otherwise, or must show again."""
    known = dict(Version.objects.filter(dataset__name=name).values_list("version", "certificate_sha256"))
    missing = {number for number, sha256 in true.items() if known.get(number) != sha256}
    # Whoever publishes a withdrawn dataset wants it back, and so does a table that is back.
    hidden = Dataset.objects.filter(name=name, is_withdrawn=True)
    comes_back = hidden.exists() if restores else hidden.filter(is_vanished=True).exists()
    if true and (comes_back or known.keys() - true.keys()):
        missing.add(max(true))
    return sorted(missing)


@transaction.atomic
def _vanish(name: str, *, clock: Clock) -> None:
    if Dataset.objects.filter(name=name, is_withdrawn=False).update(is_withdrawn=True, is_vanished=True):
        finding.withdraw([name])
        details = {"because": "its table is no longer in the lake"}
        events.record(by=NODE, verb="dataset.withdraw", object=f"dataset:{name}", details=details, now=clock())


@transaction.atomic
def withdraw(name: str, *, because: str, by: Actor, clock: Clock) -> None:
    """Take a dataset out of the catalogue; its versions stay in the lake. Repeats safely. Raises `DatasetMissing`."""
    publisher = Dataset.objects.filter(name=name).values_list("publisher", flat=True).first()
    accounts.require(by, "dataset.withdraw", name, organisation=publisher)
    if publisher is None:
        raise DatasetMissing("There is no dataset {dataset} in the catalogue.", dataset=name)
    if not Dataset.objects.filter(name=name, is_withdrawn=False).update(is_withdrawn=True):
        return
    finding.withdraw([name])
    events.record(by=by, verb="dataset.withdraw", object=f"dataset:{name}", details={"because": because}, now=clock())
