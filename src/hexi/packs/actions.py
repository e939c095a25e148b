"""Installing and removing packs. Nothing is published before every declaration has been read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from hexi.data.contracts.model import Contract
from hexi.data.lifecycle.records import Progress, RunResult
from hexi.kernel.actors import Actor
from hexi.kernel.errors import Missing
from hexi.kernel.time import Clock
from hexi.packs import entering
from hexi.packs.errors import PackMissing, PackNeeded, PackUnmet
from hexi.packs.manifests import Manifest, read_manifest
from hexi.packs.models import Pack
from hexi.registry.accounts import actions as accounts
from hexi.registry.catalog import actions as catalog
from hexi.registry.catalog import queries as catalogue
from hexi.registry.events import actions as events
from hexi.registry.places import actions as places

Watcher = Callable[[Contract], Progress]
Told = Callable[[Contract, RunResult], None]


def install(
    folder: Path, *, by: Actor, clock: Clock, watcher: Watcher | None = None, told: Told | None = None
) -> tuple[RunResult, ...]:
    """Publish what a pack declares and enter the pack; return the run of each dataset, in order.

    `watcher` is asked for a progress before each run, `told` hears of each that ended. Repeats safely:
    what is unchanged is not published again, what was cut off is completed, and what an earlier version
    of the pack brought but this one does not is withdrawn. Raises `PackInvalid`, `ContractInvalid`,
    `PackUnmet`, `PackNeeded` before anything is written, and what a run raises.
    """
    manifest = read_manifest(folder)
    accounts.require(by, "pack.install", manifest.id)
    _check_needs(manifest)
    _enter(manifest, by=by, clock=clock)
    if manifest.organisations:
        with transaction.atomic():
            entering.enter(manifest.organisations, by=by, now=clock())
    results = []
    for contract in manifest.contracts:
        result = catalog.publish(contract, by=by, clock=clock, progress=watcher(contract) if watcher else None)
        results.append(result)
        if told:
            told(contract, result)
    Pack.objects.filter(id=manifest.id).update(is_complete=True)
    return tuple(results)


@transaction.atomic
def remove(pack_id: str, *, by: Actor, clock: Clock) -> tuple[str, ...]:
    """Take a pack and its datasets out of the catalogue; return the datasets.

    Their versions and certificates stay in the lake: what was certified can still be verified. Organisations stay
    in the register; places that only these datasets knew are ended. Raises
    `PackMissing`, and `PackNeeded` while another pack or dataset needs it.
    """
    accounts.require(by, "pack.remove", pack_id)
    pack = Pack.objects.filter(id=pack_id).first()
    if pack is None:
        raise PackMissing("No pack “{pack}” is installed.", pack=pack_id)
    others = [each.id for each in Pack.objects.exclude(id=pack_id) if pack_id in each.requires]
    needed_by = [*others, *catalogue.dependents(pack.datasets)]
    if needed_by:
        raise PackNeeded("The pack “{pack}” is needed by {others}.", pack=pack_id, others=", ".join(needed_by))
    _take_back_places(pack, set(), by=by, clock=clock)
    _withdraw(pack.datasets, because=f"pack {pack_id} was removed", by=by, clock=clock)
    events.record(by=by, verb="pack.remove", object=f"pack:{pack_id}", details={"version": pack.version}, now=clock())
    pack.delete()
    return tuple(pack.datasets)


def _check_needs(manifest: Manifest) -> None:
    installed = {each.id: each for each in Pack.objects.all()}
    for needed in manifest.requires:
        if needed not in installed or not installed[needed].is_complete:
            raise PackUnmet(
                "The pack “{pack}” needs the pack “{needed}”; install that one first.", pack=manifest.id, needed=needed
            )
    standing = installed.get(manifest.id)
    dropped = set(standing.datasets) - set(manifest.datasets) if standing else set()
    if needed_by := sorted(catalogue.dependents(dropped).keys() - set(manifest.datasets)):
        raise PackNeeded(
            "The pack “{pack}” no longer brings {datasets}, but {others} still need it.",
            pack=manifest.id,
            datasets=", ".join(sorted(dropped)),
            others=", ".join(needed_by),
        )
    there = {each.name for each in catalogue.datasets()} - dropped
    for dataset, names in manifest.foreign.items():
        if absent := sorted(names - there):
            raise PackUnmet(
                "{dataset} refers to {absent}, which neither this pack nor this node has.",
                dataset=dataset,
                absent=", ".join(absent),
            )
    for other in installed.values():
        if other.id != manifest.id and (both := sorted(set(other.datasets) & set(manifest.datasets))):
            raise PackUnmet(
                "The pack “{pack}” brings {datasets}, which the pack “{other}” has brought.",
                pack=manifest.id,
                datasets=", ".join(both),
                other=other.id,
            )


@transaction.atomic
def _enter(manifest: Manifest, *, by: Actor, clock: Clock) -> None:
    """Enter the pack before its first dataset, so that whatever is cut off can be removed again."""
    standing = Pack.objects.filter(id=manifest.id).first()
    Pack.objects.update_or_create(
        id=manifest.id,
        defaults={
            "version": manifest.version,
            "title_zh": manifest.title.zh,
            "title_en": manifest.title.en,
            "datasets": list(manifest.datasets),
            "pages": list(manifest.pages),
            "requires": list(manifest.requires),
            "schemes": {name: [title.zh, title.en] for name, title in manifest.schemes.items()},
            "places": [each.as_json() for each in manifest.places],
            "installed_at": standing.installed_at if standing else clock(),
            "is_complete": False,
        },
    )
    if standing is not None:
        _take_back_places(standing, {each.dataset for each in manifest.places}, by=by, clock=clock)
        dropped = [name for name in standing.datasets if name not in manifest.datasets]
        because = f"pack {manifest.id} {manifest.version} no longer brings it"
        _withdraw(dropped, because=because, by=by, clock=clock)
    if standing is None or standing.version != manifest.version:
        details = {"version": manifest.version}
        events.record(by=by, verb="pack.install", object=f"pack:{manifest.id}", details=details, now=clock())


def _take_back_places(pack: Pack, kept: set[str], *, by: Actor, clock: Clock) -> None:
    """End what places had from datasets that the pack no longer declares, what lies deepest first."""
    for said in reversed(pack.places):
        if said["dataset"] not in kept:
            places.withdraw(said["dataset"], by=by, now=clock())


def _withdraw(names: list[str], *, because: str, by: Actor, clock: Clock) -> None:
    for name in names:
        try:
            catalog.withdraw(name, because=because, by=by, clock=clock)
        except Missing:
            # Its first run never ended, so there is nothing to take out.
            continue
