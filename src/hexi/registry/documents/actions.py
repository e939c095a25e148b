"""Everything that changes an upload or a document.

A file comes in pieces, each exactly where the one before ended. The row says how much counts; what a killed
process wrote behind that is written over. Bytes move outside of transactions: a slow browser, or a large file's
digest, must not keep others from the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum

from hexi.data.engines.sources import archives, bytes_of
from hexi.data.engines.sources.receiving import Found, promised, recognise
from hexi.data.engines.sources.records import SourceEmpty, SourceInvalid, WrongPlace
from hexi.data.engines.sources.taking import safe_name, stored_name, told_as
from hexi.data.lake.errors import is_disk_full
from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import new_id
from hexi.registry.accounts import actions as accounts
from hexi.registry.documents import naming, storing
from hexi.registry.documents.errors import (
    DocumentMissing,
    UploadDamaged,
    UploadFull,
    UploadIncomplete,
    UploadMissing,
    UploadOver,
    UploadTooLarge,
    WrongOffset,
)
from hexi.registry.documents.models import Document, Upload
from hexi.registry.documents.queries import as_document, as_record
from hexi.registry.documents.records import DocumentRecord, State, UploadRecord
from hexi.registry.events import actions as events

LIFE = timedelta(hours=24)
"""How long an upload waits for its next piece."""
JSONS = {"json", "geojson"}
"""GeoJSON is JSON: neither name misleads about the other."""
MEGABYTE = 1 << 20


@transaction.atomic
def begin(name: str, *, size_bytes: int, organisation: str | None = None, by: Actor, now: datetime) -> UploadRecord:
    """Announce a file of so many bytes for an organisation, the actor's own if none is said; `append` brings them.

    Raises `NotAuthorised`, `BadFileName`, `SourceEmpty`, `UploadTooLarge`, and `UploadFull` where the disk has no
    room for it.
    """
    organisation = organisation or by.party
    accounts.require(by, "upload.create", name, organisation=organisation)
    naming.check(name)
    limit = settings.HEXI_UPLOAD_BYTES
    if size_bytes > limit:
        raise UploadTooLarge(
            "“{file}” has {size} MB; this node takes files of at most {limit} MB (HEXI_UPLOAD_MB). Hand it in as "
            "Parquet or in parts.",
            file=name,
            size=-(-size_bytes // MEGABYTE),
            limit=limit // MEGABYTE,
        )
    if size_bytes < 1:
        raise SourceEmpty("“{file}” is empty: 0 bytes. Export it again.", file=name)
    on_their_way = Upload.objects.filter(state=State.RECEIVING, expires_at__gt=now).aggregate(
        bytes=Sum(F("size_bytes") - F("received_bytes"))
    )
    free = storing.free_bytes() - (on_their_way["bytes"] or 0)
    if size_bytes > free:
        raise UploadFull(
            "The disk of the node has no room for “{file}”: it has {size} MB, {free} MB are free. Ask the operator to "
            "make room.",
            file=name,
            size=-(-size_bytes // MEGABYTE),
            free=max(0, free) // MEGABYTE,
        )
    made = Upload.objects.create(
        id=new_id(now),
        account=by.account,
        organisation=organisation,
        name=name,
        safe_name=safe_name(name),
        size_bytes=size_bytes,
        state=State.RECEIVING,
        created_at=now,
        beat_at=now,
        expires_at=now + LIFE,
    )
    details = {"size_bytes": size_bytes}
    events.record(by=by, verb="upload.create", object=f"upload:{made.id}", details=details, now=now)
    return as_record(made)


def append(
    upload_id: str,
    chunk: bytes | Iterable[bytes],
    *,
    offset: int,
    sha256: str | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Write the next piece and return how many bytes there are now. Leaves no event: `complete` tells of the file.

    A piece whose `sha256` (hex) is given counts whole or not at all; of another, what arrived before its
    stream broke off counts. Raises `WrongOffset` with the right one as the fact `offset`, `UploadBusy` while
    another piece is written, `UploadMissing`, `UploadOver`, `UploadTooLarge`, `UploadDamaged`, `UploadFull`
    and `UploadCut`.
    """
    upload = _mine(upload_id, by=by)
    accounts.require(by, "upload.create", upload.id, organisation=upload.organisation)
    with storing.held(upload.id) as path:
        upload.refresh_from_db()
        _require_receiving(upload, now=now)
        if offset != upload.received_bytes:
            raise WrongOffset(
                "The next piece begins at byte {offset}, not at {said}. Go on from there.",
                offset=upload.received_bytes,
                said=offset,
            )
        if storing.free_bytes() == 0:
            raise storing.full()
        pieces = [chunk] if isinstance(chunk, bytes) else chunk
        written = storing.write(path, pieces, offset=offset, limit=upload.size_bytes)
        if sha256 is not None and written.sha256 != sha256.lower():
            storing.take_back(path, to=offset)
            raise written.failure or UploadDamaged(
                "The piece at byte {offset} arrived with other bytes than were sent. Send it again.", offset=offset
            )
        # Update-where: an upload that was given up meanwhile stays so.
        counted = Upload.objects.filter(id=upload.id, received_bytes=offset, state=State.RECEIVING).update(
            received_bytes=written.end, beat_at=now, expires_at=now + LIFE
        )
        if not counted:
            raise _over(upload)
    if written.failure is not None:
        raise written.failure
    return written.end


def complete(upload_id: str, *, sha256: str | None = None, by: Actor, now: datetime) -> DocumentRecord:
    """Make a document of an upload whose bytes are all there. Repeats safely.

    What it is, its bytes say. Raises `UploadIncomplete`; or `UploadDamaged` where the file's `sha256` (hex) is
    another, and `SourceInvalid` where it is no table that can be read: the upload is over then and its bytes gone.
    """
    upload = _mine(upload_id, by=by)
    accounts.require(by, "upload.create", upload.id, organisation=upload.organisation)
    done = Document.objects.filter(id=upload.id).first()
    if done is not None:
        return as_document(done)
    with storing.held(upload.id) as path:
        upload.refresh_from_db()
        if upload.state == State.COMPLETE:
            return as_document(Document.objects.get(id=upload.id))
        _require_receiving(upload, now=now)
        if upload.received_bytes < upload.size_bytes:
            raise UploadIncomplete(
                "{received} of {size} bytes have arrived; the rest of the file is still to come. Go on from there.",
                received=upload.received_bytes,
                size=upload.size_bytes,
            )
        try:
            with told_as(upload.name):
                storing.restore(path)
                storing.take_back(path, to=upload.size_bytes)
                found = recognise(path, limit_bytes=settings.HEXI_UPLOAD_BYTES)
                digest = bytes_of.digest(path)
            if sha256 is not None and digest.sha256 != sha256.lower():
                raise UploadDamaged(
                    "“{file}” arrived with other bytes than were sent. Send it again.", file=upload.name
                )
        except (SourceInvalid, UploadDamaged) as error:
            _refuse(upload, error.code, by=by, now=now)
            raise
        stored = storing.keep(path, stored_name(upload.name, found))
        with transaction.atomic():
            Upload.objects.filter(id=upload.id).update(state=State.COMPLETE)
            document = _enter(upload.id, upload.name, stored.name, found, digest, of=upload, now=now)
            details = {"format": found.format, "size_bytes": digest.size_bytes, "sha256": digest.sha256}
            events.record(by=by, verb="upload.complete", object=f"upload:{upload.id}", details=details, now=now)
    return as_document(document)


def unpack(document_id: str, *, member: str | None = None, by: Actor, now: datetime) -> DocumentRecord:
    """Take one table out of a ZIP file, as a document of its own. Repeats safely.

    Without `member` the archive must hold exactly one. Raises `DocumentMissing`, `WrongPlace` where the member is
    not offered, `UploadFull`, and what `complete` raises for a file that cannot be read; nothing is left then.
    """
    archive = Document.objects.filter(id=document_id, format="zip", account=by.account).first()
    if archive is None:
        raise DocumentMissing("There is no such document, or it is not yours.")
    accounts.require(by, "upload.create", archive.name, organisation=archive.organisation)
    record = as_document(archive)
    offered = {each.name: each for each in record.members}
    if member is None:
        if len(offered) != 1:
            raise WrongPlace(
                "“{file}” holds {count} tables; say which one to take.", file=archive.name, count=len(offered)
            )
        (member,) = offered
    if member not in offered:
        raise WrongPlace("“{file}” holds no file “{member}”.", file=archive.name, member=member)
    done = Document.objects.filter(archive=archive, member=member).first()
    if done is not None:
        return as_document(done)
    if offered[member].size_bytes > storing.free_bytes():
        raise storing.full()
    id, name = new_id(now), member.rpartition("/")[2]
    try:
        with storing.held(id) as path:
            limit = settings.HEXI_UPLOAD_BYTES
            with told_as(archive.name):
                archives.unpack(record.path, member, path, limit_bytes=limit)
            with told_as(name):
                found = recognise(path, limit_bytes=limit)
                digest = bytes_of.digest(path)
            stored = storing.keep(path, stored_name(name, found))
            with transaction.atomic():
                document = _enter(id, name, stored.name, found, digest, of=archive, now=now, member=member)
                details = {"archive": archive.id, "format": found.format, "sha256": digest.sha256}
                events.record(by=by, verb="upload.unpack", object=f"upload:{id}", details=details, now=now)
    except BaseException as error:
        storing.remove(id)
        if isinstance(error, OSError) and is_disk_full(error):
            raise storing.full() from None
        raise
    return as_document(document)


@transaction.atomic
def discard(upload_id: str, *, by: Actor, now: datetime) -> None:
    """Give up an upload that is on its way and remove its bytes. Repeats safely.

    Raises `UploadMissing`, and `UploadOver` if it is a document already.
    """
    upload = _mine(upload_id, by=by)
    accounts.require(by, "upload.discard", upload.id, organisation=upload.organisation)
    if upload.state == State.COMPLETE:
        raise _over(upload)
    if Upload.objects.filter(id=upload.id, state=State.RECEIVING).update(state=State.DISCARDED, beat_at=now):
        events.record(by=by, verb="upload.discard", object=f"upload:{upload.id}", details={}, now=now)
        transaction.on_commit(partial(storing.remove, upload.id))


@transaction.atomic
def remove(document_id: str, *, by: Actor, now: datetime) -> None:
    """Remove a document, its bytes, and what was unpacked from it. The caller knows that nobody needs it any more.

    Raises `NotAuthorised` and `DocumentMissing`.
    """
    document = Document.objects.filter(id=document_id).first()
    accounts.require(by, "upload.remove", document_id, organisation=document.organisation if document else None)
    if document is None or by.account not in {document.account, NODE.account}:
        raise DocumentMissing("There is no such document, or it is not yours.")
    ids = [document.id, *document.unpacked.values_list("id", flat=True)]
    document.delete()
    events.record(by=by, verb="upload.remove", object=f"upload:{document_id}", details={}, now=now)
    for id in ids:
        transaction.on_commit(partial(storing.remove, id))


def expire(*, now: datetime) -> int:
    """Remove uploads to which nothing came for a day, and folders that nobody knows; return how many uploads."""
    ended = 0
    for upload in Upload.objects.filter(state=State.RECEIVING, expires_at__lte=now):
        with transaction.atomic():
            mine = Upload.objects.filter(id=upload.id, state=State.RECEIVING, expires_at__lte=now)
            if not mine.update(state=State.EXPIRED):
                continue
            details = {"received_bytes": upload.received_bytes}
            events.record(by=NODE, verb="upload.expire", object=f"upload:{upload.id}", details=details, now=now)
        storing.remove(upload.id)
        ended += 1
    for id in storing.left_behind(before=now - LIFE):
        known = Upload.objects.filter(id=id, state=State.RECEIVING).exists() or Document.objects.filter(id=id).exists()
        if not known:
            storing.remove(id)
    return ended


def _mine(upload_id: str, *, by: Actor) -> Upload:
    """The upload, if it is this account's: to all others there is none."""
    upload = Upload.objects.filter(id=upload_id, account=by.account).first()
    if upload is None:
        raise UploadMissing("There is no such upload, or it is not yours. Begin a new one.")
    return upload


def _require_receiving(upload: Upload, *, now: datetime) -> None:
    if upload.state != State.RECEIVING or upload.expires_at <= now:
        raise _over(upload)


def _over(upload: Upload) -> UploadOver:
    return UploadOver("The upload of “{file}” is over. Begin a new one.", file=upload.name)


def _refuse(upload: Upload, code: str, *, by: Actor, now: datetime) -> None:
    with transaction.atomic():
        Upload.objects.filter(id=upload.id).update(state=State.REFUSED, beat_at=now)
        events.record(by=by, verb="upload.refuse", object=f"upload:{upload.id}", details={"code": code}, now=now)
    storing.remove(upload.id)


def _enter(
    id: str,
    name: str,
    stored_name: str,
    found: Found,
    digest: bytes_of.Digest,
    *,
    of: Upload | Document,
    now: datetime,
    member: str = "",
) -> Document:
    """Enter a file that came of an upload or of an archive: it belongs to whom that one does."""
    said = promised(name)
    return Document.objects.create(
        id=id,
        account=of.account,
        organisation=of.organisation,
        name=name[:255],
        stored_name=stored_name,
        format=found.format,
        promised=said if said is not None and said != found.format and {said, found.format} != JSONS else "",
        size_bytes=digest.size_bytes,
        sha256=digest.sha256,
        created_at=now,
        members=[asdict(each) for each in found.members],
        archive=of if isinstance(of, Document) else None,
        member=member,
    )
