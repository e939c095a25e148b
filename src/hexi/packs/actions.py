"""Installing and removing packs. Nothing is published before every declaration has been read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from hexi.data.contracts.model import Contract
from hexi.data.lifecycle.records import Progress, RunResult
from hexi.kernel.actors import Actor
from hexi.kernel.time import Clock
from hexi.packs.errors import PackMissing
from hexi.packs.manifests import read_manifest
from hexi.packs.models import Pack
from hexi.registry.accounts import actions as accounts
from hexi.registry.catalog import actions as catalog
from hexi.registry.events import actions as events

Watcher = Callable[[Contract], Progress]


def install(folder: Path, *, by: Actor, clock: Clock, watcher: Watcher | None = None) -> tuple[RunResult, ...]:
    """Publish what a pack declares and enter the pack; return the run of each dataset, in order.

    Repeats safely: what is unchanged is not published again. Raises `PackInvalid`, `ContractInvalid`
    before anything is written, and what a run raises.
    """
    manifest = read_manifest(folder)
    accounts.require(by, "pack.install", manifest.id)
    results = tuple(
        catalog.publish(each, by=by, clock=clock, progress=watcher(each) if watcher else None)
        for each in manifest.contracts
    )
    standing = Pack.objects.filter(id=manifest.id).first()
    with transaction.atomic():
        Pack.objects.update_or_create(
            id=manifest.id,
            defaults={
                "version": manifest.version,
                "title_zh": manifest.title.zh,
                "title_en": manifest.title.en,
                "datasets": [each.name for each in manifest.contracts],
                "pages": list(manifest.pages),
                "installed_at": standing.installed_at if standing else clock(),
            },
        )
        if standing is None or standing.version != manifest.version:
            events.record(
                by=by,
                verb="pack.install",
                object=f"pack:{manifest.id}",
                details={"version": manifest.version},
                now=clock(),
            )
    return results


@transaction.atomic
def remove(pack_id: str, *, by: Actor, clock: Clock) -> tuple[str, ...]:
    """Take a pack and its datasets out of the catalogue; return the datasets. Raises `PackMissing`.

    Their versions and certificates stay in the lake: what was certified can still be verified.
    """
    accounts.require(by, "pack.remove", pack_id)
    pack = Pack.objects.filter(id=pack_id).first()
    if pack is None:
        raise PackMissing("No pack “{pack}” is installed.", pack=pack_id)
    for name in pack.datasets:
        catalog.withdraw(name, because=f"pack {pack_id} was removed", by=by, clock=clock)
    events.record(by=by, verb="pack.remove", object=f"pack:{pack_id}", details={"version": pack.version}, now=clock())
    pack.delete()
    return tuple(pack.datasets)
