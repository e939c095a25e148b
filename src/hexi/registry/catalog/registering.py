"""Entering what the lake holds: a version's certificate and contract become catalogue rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from hexi.data.contracts.model import Contract
from hexi.data.lake.tables import DatasetTable, TableVersion
from hexi.data.lifecycle.certificates import Certificate, read_certificate
from hexi.kernel.actors import Actor
from hexi.kernel.names import Text, new_id
from hexi.registry.catalog import claiming, finding, mending, numbering
from hexi.registry.catalog.models import Dataset, Version
from hexi.registry.catalog.reading import contract_of
from hexi.registry.parties import actions as parties


class Entered(NamedTuple):
    """A version that was entered: what is certified of it, and the resource code where it brought one."""

    certificate: Certificate
    code: str | None


def enter(table: DatasetTable, found: TableVersion, *, by: Actor, now: datetime) -> Entered:
    """Enter one version of a dataset, in the caller's transaction. Repeats safely.

    Raises `FileMissing`, `CertificateInvalid`.
    """
    sha256 = found.metadata["hexi.certificate"]
    said = read_certificate(table.certificate(sha256), file=str(table.certificate_path(sha256)))
    text = table.contract_text(found.metadata["hexi.contract"])
    contract = contract_of(text, table.name)
    publisher = parties.register(contract.publisher.name, code=contract.publisher.code, by=by, now=now)
    dataset = Dataset.objects.filter(name=table.name).first()
    if dataset is None:
        dataset = Dataset(id=new_id(now), name=table.name, newest=-1)
    code = None
    if found.version >= dataset.newest:
        _describe(dataset, contract, said, publisher, sha256)
        if dataset.code is None and contract.category is not None:
            dataset.code = code = numbering.next_code(contract.category)
        dataset.is_withdrawn = dataset.is_vanished = False
        dataset.save()
        claiming.enter(dataset, contract, now=now)
        finding.enter(dataset, contract)
    Version.objects.update_or_create(
        dataset=dataset,
        version=found.version,
        defaults={
            "quarantine_version": said.quarantine_version,
            "certified_at": said.finished_at,
            "certificate_sha256": sha256,
            "contract_sha256": said.contract_sha256,
            "contract_text": text,
            "facts": _facts(said),
        },
    )
    return Entered(said, code)


def forget(name: str, *, keep: Mapping[int, str]) -> None:
    """Remove versions that the lake does not hold (number → certificate), as after a restored backup."""
    gone = [
        number
        for number, sha256 in Version.objects.filter(dataset__name=name).values_list("version", "certificate_sha256")
        if keep.get(number) != sha256
    ]
    if gone:
        Version.objects.filter(dataset__name=name, version__in=gone).delete()
        Dataset.objects.filter(name=name).update(newest=-1)


def _describe(dataset: Dataset, contract: Contract, said: Certificate, publisher: str, sha256: str) -> None:
    dataset.publisher = publisher
    dataset.newest = said.version
    dataset.certified_at = said.finished_at
    dataset.rows, dataset.accepted, dataset.quarantined = said.rows, said.accepted, said.quarantined
    dataset.certificate_sha256 = sha256
    dataset.entry = {
        "title": _text(contract.title),
        "summary": _text(contract.summary),
        "theme": _text(contract.theme),
        "sharing": contract.sharing.value,
        "openness": contract.openness.value,
        "licence": contract.licence,
        "is_synthetic": contract.is_synthetic,
        "has_geometry": contract.has_open_place,
        "updates": contract.update_cycle,
        "gaps": mending.gaps(contract),
        "undocumented": mending.undocumented(contract),
        "format": said.sources[0].format if said.sources else None,
    }
    dataset.place_field = contract.place_field


def _text(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"zh": text.zh, "en": text.en}


def _facts(said: Certificate) -> dict[str, object]:
    return {
        "rows": said.rows,
        "accepted": said.accepted,
        "quarantined": said.quarantined,
        "run_key": said.run_key,
        "contract_version": said.contract_version,
        "started_at": said.started_at.isoformat(),
        "seconds": dict(said.seconds),
        "rewritten": dict(said.rewritten),
        "failed": {rule.id: rule.failed for rule in said.rules},
        "sources": [
            {
                "name": each.name,
                "sha256": each.sha256,
                "size_bytes": each.size_bytes,
                "format": each.format,
                "encoding": each.encoding,
            }
            for each in said.sources
        ],
        "inputs": [
            {"dataset": each.dataset, "version": each.version, "certificate": each.certificate} for each in said.inputs
        ],
        "restores": said.restores,
    }
