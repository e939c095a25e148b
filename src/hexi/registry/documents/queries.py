"""Questions about files that people hand in."""

from __future__ import annotations

from datetime import datetime

from hexi.kernel.actors import Actor
from hexi.registry.documents import storing
from hexi.registry.documents.errors import DocumentMissing, UploadMissing
from hexi.registry.documents.models import Document, Upload
from hexi.registry.documents.records import DocumentRecord, MemberRecord, State, UploadRecord


def upload(id: str, *, of: Actor) -> UploadRecord:
    """Return an upload of this account. Raises `UploadMissing`, also where it is another's."""
    found = Upload.objects.filter(id=id, account=of.account).first()
    if found is None:
        raise UploadMissing("There is no such upload, or it is not yours. Begin a new one.")
    return as_record(found)


def waiting(of: Actor, *, now: datetime) -> tuple[UploadRecord, ...]:
    """Return this account's uploads that are on their way, newest first; may be empty."""
    found = Upload.objects.filter(account=of.account, state=State.RECEIVING, expires_at__gt=now)
    return tuple(as_record(each) for each in found.order_by("-id"))


def document(id: str) -> DocumentRecord:
    """Return a document. Raises `DocumentMissing`. Who may see it is for the caller to decide."""
    found = Document.objects.filter(id=id).first()
    if found is None:
        raise DocumentMissing("There is no such document, or it is not yours.")
    return as_document(found)


def documents(of: Actor, *, limit: int = 50) -> tuple[DocumentRecord, ...]:
    """Return what this account handed in, newest first; what was unpacked from an archive too. May be empty."""
    return tuple(as_document(each) for each in Document.objects.filter(account=of.account).order_by("-id")[:limit])


def as_record(each: Upload) -> UploadRecord:
    """Return a row as what other rooms see."""
    return UploadRecord(
        id=each.id,
        account=each.account,
        organisation=each.organisation,
        name=each.name,
        safe_name=each.safe_name,
        size_bytes=each.size_bytes,
        received_bytes=each.received_bytes,
        state=each.state,
        created_at=each.created_at,
        beat_at=each.beat_at,
        expires_at=each.expires_at,
    )


def as_document(each: Document) -> DocumentRecord:
    """Return a row as what other rooms see."""
    return DocumentRecord(
        id=each.id,
        name=each.name,
        path=storing.folder(each.id) / each.stored_name,
        format=each.format,
        promised=each.promised,
        size_bytes=each.size_bytes,
        sha256=each.sha256,
        account=each.account,
        organisation=each.organisation,
        created_at=each.created_at,
        members=tuple(MemberRecord(**member) for member in each.members),
        archive=each.archive_id,
    )
