"""Files that people hand in: announced, sent in parts, gone on with after a break, made documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from hexi.kernel.actors import Actor
from hexi.kernel.time import stamp
from hexi.registry.documents import actions, queries
from hexi.registry.documents.errors import DocumentMissing, UploadTooLarge
from hexi.registry.documents.records import DocumentRecord, UploadRecord
from hexi.web import asking
from hexi.web.clock import clock
from hexi.web.uploading import (
    PIECE_BYTES,
    BadRequest,
    ToNode,
    digest_of,
    for_members,
    for_programs,
    offset_of,
    pieces,
    said_in,
)

Answer = TypeVar("Answer", bound=HttpResponse)
CHUNK_BYTES = 8 << 20
"""How many bytes a browser sends at once."""
FORM_BYTES = 1 << 16
"""What a form adds to its file."""


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def uploads(request: HttpRequest) -> HttpResponseBase:
    """What this account handed in and has on its way; a POST announces a file."""
    return begin(request) if request.method == "POST" else page(request)


def page(request: HttpRequest) -> HttpResponse:
    """The page of uploads."""
    by, now = asking.reader(request), clock()
    context = {
        "waiting": queries.waiting(by, now=now),
        "documents": queries.documents(by),
        "next": _next(request, request.GET.get("next")),
    }
    return render(request, "portal/uploads.html", context)


@for_programs
def begin(request: HttpRequest) -> JsonResponse:
    """Announce a file: its name and size. The answer says where its pieces go."""
    said = said_in(request)
    name, size_bytes = said.get("name"), said.get("size_bytes")
    if not isinstance(name, str) or not isinstance(size_bytes, int) or isinstance(size_bytes, bool):
        raise BadRequest(
            "Say the file's name and its size in bytes, such as {example}.",
            example='{"name": "beds.csv", "size_bytes": 9}',
        )
    organisation = said.get("organisation")
    made = actions.begin(
        name,
        size_bytes=size_bytes,
        organisation=organisation if isinstance(organisation, str) else None,
        by=asking.reader(request),
        now=clock(),
    )
    answer = JsonResponse(_upload(made), status=201)
    answer.headers["Location"] = reverse("upload", args=[made.id])
    return _fresh(answer)


@require_http_methods(["GET", "HEAD", "PATCH", "PUT", "DELETE"])
@for_members
@for_programs
def upload(request: HttpRequest, upload_id: str) -> HttpResponse:
    """How far an upload is; or its next piece; or its end before it is whole."""
    by, now = asking.reader(request), clock()
    if request.method in {"PATCH", "PUT"}:
        end = actions.append(
            upload_id, pieces(request), offset=offset_of(request), sha256=digest_of(request), by=by, now=now
        )
        return _at(HttpResponse(status=204), end)
    if request.method == "DELETE":
        actions.discard(upload_id, by=by, now=now)
        return HttpResponse(status=204)
    found = queries.upload(upload_id, of=by)
    return _at(JsonResponse(_upload(found)), found.received_bytes)


@require_POST
@for_members
@for_programs
def complete(request: HttpRequest, upload_id: str) -> JsonResponse:
    """Make a document of an upload whose bytes are all there, and say where to go from here."""
    by, said = asking.reader(request), said_in(request)
    sha256, then = said.get("sha256"), said.get("next")
    found = actions.complete(upload_id, sha256=sha256 if isinstance(sha256, str) else None, by=by, now=clock())
    found = _only_table(found, by=by)
    return _fresh(
        JsonResponse(
            {
                "document": found.id,
                "name": found.name,
                "format": found.format,
                "promised": found.promised,
                "size_bytes": found.size_bytes,
                "sha256": found.sha256,
                "members": [
                    {"name": each.name, "format": each.format, "size_bytes": each.size_bytes} for each in found.members
                ],
                "go": _go(request, found, then if isinstance(then, str) else None),
            }
        )
    )


@csrf_exempt
@require_POST
def form(request: HttpRequest) -> HttpResponseBase:
    """A whole file from a plain form, for browsers without scripts."""
    # Asked before the form is looked into: its file would be on our disk by then.
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.HEXI_UPLOAD_BYTES + FORM_BYTES:
        raise UploadTooLarge(
            "The file is larger than {limit} MB, which is what this node takes (HEXI_UPLOAD_MB). Hand it in as Parquet "
            "or in parts.",
            limit=settings.HEXI_UPLOAD_BYTES >> 20,
        )
    if request.content_type == "multipart/form-data":
        request.upload_handlers = [ToNode(request)]
    return received(request)


@for_members
def received(request: HttpRequest) -> HttpResponseBase:
    """Take the file of a form."""
    by, now, file = asking.reader(request), clock(), request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise BadRequest("Choose a file first.")
    made = actions.begin(file.name or "", size_bytes=file.size or 0, by=by, now=now)
    actions.append(made.id, _blocks(file), offset=0, by=by, now=now)
    found = _only_table(actions.complete(made.id, by=by, now=now), by=by)
    return _see(_go(request, found, request.POST.get("next")))


@require_POST
@for_members
def discard(request: HttpRequest, upload_id: str) -> HttpResponseBase:
    """Give up an upload, from a page."""
    actions.discard(upload_id, by=asking.reader(request), now=clock())
    return _see(reverse("uploads"))


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def tables(request: HttpRequest, document_id: str) -> HttpResponseBase:
    """The tables in a ZIP file, of which one is chosen."""
    by = asking.reader(request)
    found = queries.document(document_id)
    if found.account != by.account:
        raise DocumentMissing("There is no such document, or it is not yours.")
    if request.method == "POST":
        table = actions.unpack(found.id, member=request.POST.get("member", ""), by=by, now=clock())
        return _see(_go(request, table, request.POST.get("next")))
    context = {"document": found, "next": _next(request, request.GET.get("next"))}
    return render(request, "portal/upload_tables.html", context)


def _only_table(found: DocumentRecord, *, by: Actor) -> DocumentRecord:
    """The table of an archive that holds no other; else the file itself."""
    return actions.unpack(found.id, by=by, now=clock()) if len(found.members) == 1 else found


def _go(request: HttpRequest, found: DocumentRecord, then: str | None) -> str:
    """Where to go with a document: choose a table first, where there are several."""
    address = _next(request, then)
    if found.members:
        return f"{reverse('upload-tables', args=[found.id])}?{urlencode({'next': address})}"
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'document': found.id})}"


def _next(request: HttpRequest, said: str | None) -> str:
    """An address of this node; that of the uploads in place of any other."""
    if said and url_has_allowed_host_and_scheme(said, {request.get_host()}, require_https=request.is_secure()):
        return said
    return reverse("uploads")


def _upload(each: UploadRecord) -> dict[str, object]:
    return {
        "id": each.id,
        "name": each.name,
        "state": each.state,
        "offset": each.received_bytes,
        "size_bytes": each.size_bytes,
        "chunk_bytes": CHUNK_BYTES,
        "expires_at": stamp(each.expires_at),
        "address": reverse("upload", args=[each.id]),
        "complete": reverse("upload-complete", args=[each.id]),
    }


def _blocks(file: UploadedFile[bytes]) -> Iterator[bytes]:
    while block := file.read(PIECE_BYTES):
        yield block


def _at(answer: HttpResponse, offset: int) -> HttpResponse:
    answer.headers["Upload-Offset"] = str(offset)
    return _fresh(answer)


def _fresh(answer: Answer) -> Answer:
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _see(address: str) -> HttpResponseRedirect:
    """Redirect after a form, so that going back sends nothing twice."""
    answer = HttpResponseRedirect(address)
    answer.status_code = 303
    return answer
