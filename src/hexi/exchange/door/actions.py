"""Taking a version away as a file: written once, certified as derived, metered each time."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from hexi.data.contracts.model import Contract, FieldType
from hexi.data.engines.exports import Layout
from hexi.data.lake import reading
from hexi.data.lake.tables import Lake
from hexi.data.lifecycle import certificates
from hexi.data.lifecycle.certificates import Certificate, CertifiedFile, Node
from hexi.data.lifecycle.envelopes import read_envelopes
from hexi.data.lifecycle.signing import NodeKey
from hexi.exchange.door import metering
from hexi.exchange.door.errors import UnknownFormat
from hexi.exchange.door.models import Export
from hexi.exchange.door.records import Download
from hexi.exchange.grants import access
from hexi.kernel.actors import Actor
from hexi.kernel.names import new_id
from hexi.kernel.permits import Permit
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.records import DatasetRecord, VersionRecord
from hexi.registry.events import actions as events

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "geojson": "application/geo+json",
}


def formats_of(contract: Contract, columns: Collection[str] | None = None) -> tuple[str, ...]:
    """Formats a dataset can be taken in; GeoJSON only where its place is among `columns`, by default the open ones."""
    visible = access.open_columns(contract) if columns is None else columns
    place = contract.geometry
    has_place = place is not None and place.fields <= set(visible)
    return tuple(each for each in MEDIA_TYPES if each != "geojson" or has_place)


def download(dataset: str, *, format: str, reader: Actor, now: datetime, version: int | None = None) -> Download:
    """Return a version as one file with the bundle that proves its origin, and meter it.

    The file is written at the first asking and kept. Raises `NotReadable`, `GrantEnded`,
    `NoSuchVersion`, `UnknownFormat`, `TooLargeForExcel`, and `FileMissing` where the lake is damaged.
    """
    permit, table, record, standing = _version(dataset, format=format, reader=reader, now=now, version=version)
    folder = _folder(permit, table.version)
    with _one_writer(folder):
        export = _standing_export(permit, table.version, format) or _make(
            table, record.contract, standing, format=format, now=now
        )
    with transaction.atomic():
        query = new_id(now)
        metering.downloaded(
            permit,
            version=table.version,
            query=query,
            rows=export.rows,
            size_bytes=export.size_bytes,
            now=now,
        )
        events.record(
            by=reader,
            verb="data.download",
            object=f"dataset:{dataset}",
            details={
                "version": table.version,
                "format": format,
                "rows": export.rows,
                "sha256": export.sha256,
                "query": query,
            },
            grant=permit.grant,
            now=now,
        )
    return Download(
        path=folder / export.filename,
        filename=export.filename,
        media_type=MEDIA_TYPES[format],
        size_bytes=export.size_bytes,
        rows=export.rows,
        sha256=export.sha256,
        bundle_path=_bundle(folder, export.filename),
    )


def proof(dataset: str, *, format: str, reader: Actor, now: datetime, version: int | None = None) -> Path:
    """Return the bundle of a download of a version, by default the newest, written if it was never asked for.

    A proof holds no row, so it is not metered. Raises what `download` raises.
    """
    permit, table, record, standing = _version(dataset, format=format, reader=reader, now=now, version=version)
    folder = _folder(permit, table.version)
    with _one_writer(folder):
        export = _standing_export(permit, table.version, format) or _make(
            table, record.contract, standing, format=format, now=now
        )
    return _bundle(folder, export.filename)


def _version(
    dataset: str, *, format: str, reader: Actor, now: datetime, version: int | None
) -> tuple[Permit, reading.Reader, DatasetRecord, VersionRecord]:
    """The version that is asked for, if this reader may have it in this format."""
    permit = access.permit_to_read(dataset, reader=reader, now=now)
    record = catalog.dataset(dataset)
    versions = {each.version: each for each in record.versions}
    table = reading.open_table(permit, Lake(settings.HEXI_LAKE), known=versions, version=version, now=now)
    formats = formats_of(record.contract, table.permit.columns)
    if format not in formats:
        raise UnknownFormat(
            "{dataset} cannot be had as “{format}”; choose one of {formats}.",
            dataset=dataset,
            format=format,
            formats=", ".join(formats),
        )
    return table.permit, table, record, versions[table.version]


def _standing_export(permit: Permit, version: int, format: str) -> Export | None:
    export = Export.objects.filter(
        dataset=permit.dataset, version=version, format=format, policy=_policy(permit)
    ).first()
    if export is None:
        return None
    path = _folder(permit, version) / export.filename
    if path.is_file() and path.stat().st_size == export.size_bytes and _bundle(path.parent, path.name).is_file():
        return export
    # Somebody tidied the folder: write it again.
    export.delete()
    return None


def _make(table: reading.Reader, contract: Contract, standing: VersionRecord, *, format: str, now: datetime) -> Export:
    permit = table.permit
    folder = _folder(permit, table.version)
    filename = f"{permit.dataset}.v{table.version}.{format}"
    draft = folder / f".{new_id(now)}.{format}"
    source = Lake(settings.HEXI_LAKE).dataset(permit.dataset).certificate(standing.certificate_sha256)
    certified = _certificate(source, permit.dataset)
    table.check({each.name: each.sha256 for each in certified.files})
    try:
        rows = table.export(draft, format=format, layout=_layout(contract, permit, standing), now=now)
        with draft.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        size_bytes = draft.stat().st_size
        key = NodeKey.load(settings.HEXI_KEY)
        statement = certificates.build_derived(
            certified,
            file=CertifiedFile(name=filename, sha256=sha256, size_bytes=size_bytes, rows=rows),
            format=format,
            columns=permit.columns,
            made_at=now,
            node=Node(name=settings.HEXI_NODE_NAME, key=key.key_id),
        )
        derived = certificates.seal(statement, [key])
        _bundle(folder, filename).write_bytes(certificates.bundle([derived, source]))
        draft.replace(folder / filename)
    finally:
        draft.unlink(missing_ok=True)
    with transaction.atomic():
        export, _ = Export.objects.update_or_create(
            dataset=permit.dataset,
            version=table.version,
            format=format,
            policy=_policy(permit),
            defaults={
                "id": new_id(now),
                "filename": filename,
                "rows": rows,
                "size_bytes": size_bytes,
                "sha256": sha256,
                "made_at": now,
            },
        )
    return export


def _certificate(source: bytes, dataset: str) -> Certificate:
    envelope, *_ = read_envelopes(source, file=f"{dataset}'s certificate")
    said = certificates.read_statement(envelope, file=f"{dataset}'s certificate")
    if not isinstance(said, Certificate):
        raise certificates.CertificateInvalid(
            "The certificate of {dataset} is one of a download, not of a version.", dataset=dataset
        )
    return said


def _layout(contract: Contract, permit: Permit, standing: VersionRecord) -> Layout:
    place = contract.geometry
    fields = [each for each in contract.fields if each.name in permit.columns]
    geometry = next((each.name for each in fields if each.type is FieldType.GEOMETRY), None)
    header = ["name", "名称", "title", "type", "unit", "说明", "description"]
    return Layout(
        columns=permit.columns,
        geometry=geometry,
        longitude=place.longitude if place else None,
        latitude=place.latitude if place else None,
        sheets={
            "fields": [
                header,
                *(
                    [
                        each.name,
                        each.title.zh,
                        each.title.en,
                        each.type.value,
                        each.unit or "",
                        each.description.zh,
                        each.description.en,
                    ]
                    for each in fields
                ),
            ],
            "about": [
                ["", ""],
                ["数据集 dataset", f"{contract.title.zh} {contract.title.en} ({contract.name})"],
                ["版本 version", str(standing.version)],
                ["数源单位 publisher", f"{contract.publisher.name.zh} {contract.publisher.name.en}"],
                ["许可 licence", contract.licence or ""],
                ["质量证书 certificate (SHA-256)", standing.certificate_sha256],
            ],
        },
    )


def _policy(permit: Permit) -> str:
    return hashlib.sha256("\n".join(permit.columns).encode()).hexdigest()


def _folder(permit: Permit, version: int) -> Path:
    return Path(settings.HEXI_HOME) / "exports" / permit.dataset / f"{version}-{_policy(permit)[:12]}"


@contextmanager
def _one_writer(folder: Path) -> Iterator[None]:
    """Let one process at a time write in `folder`; the others wait and find the file there."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _bundle(folder: Path, filename: str) -> Path:
    return folder / f"{filename}.certificate.json"
