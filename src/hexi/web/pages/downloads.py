"""Files: downloads with their certificates, certificates of versions, contracts, the trust file."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse

from hexi.data.lake.tables import Lake
from hexi.exchange.door import actions as door
from hexi.registry.catalog import queries as catalog
from hexi.registry.registrations import queries as registrations
from hexi.web.asking import reader
from hexi.web.clock import clock
from hexi.web.pages import subject

BUNDLE = ".certificate.json"
FILENAME = re.compile(r"v(?P<version>\d{1,9})\.(?P<format>[a-z]+)")


def file(request: HttpRequest, name: str, filename: str) -> FileResponse:
    """A version in one format, or the bundle that proves where that file came from.

    The last part of the address is the file's name, so that `curl -O` saves it under its own.
    """
    wants_bundle = filename.endswith(BUNDLE)
    asked = FILENAME.fullmatch(filename.removesuffix(BUNDLE).removeprefix(f"{name}."))
    if asked is None:
        raise Http404
    who, now, format, version = reader(request), clock(), asked["format"], int(asked["version"])
    if wants_bundle:
        bundle = door.proof(name, format=format, reader=who, now=now, version=version)
        return _file(bundle, filename, "application/vnd.hexi.bundle+json")
    found = door.download(name, format=format, reader=who, now=now, version=version)
    response = _file(found.path, found.filename, found.media_type)
    response["ETag"] = f'"{found.sha256}"'
    return response


def certificate(request: HttpRequest, name: str, digest: str) -> HttpResponse:
    """The certificate of a version: the envelope, byte for byte as it was signed."""
    record = subject.dataset(name)
    if digest not in {each.certificate_sha256 for each in record.versions}:
        raise Http404
    text = Lake(settings.HEXI_LAKE).dataset(name).certificate(digest)
    return _attachment(text, f"{name}.{digest[:12]}{BUNDLE}", "application/json")


def registration(request: HttpRequest, registration_id: str) -> HttpResponse:
    """The certificate of a registration: the envelope, byte for byte as it was signed."""
    code, text = registrations.certificate(registration_id)
    return _attachment(text, f"{code}.certificate.json", "application/json")


def contract(request: HttpRequest, name: str) -> HttpResponse:
    """The contract as the newest version was published under."""
    record = catalog.dataset(name)
    return _attachment(record.contract.text.encode(), f"{name}.odcs.yaml", "application/yaml; charset=utf-8")


def trust(request: HttpRequest) -> HttpResponse:
    """The node's trust file, to be compared with the one that came another way."""
    return _attachment(Path(settings.HEXI_TRUST).read_bytes(), "trust.json", "application/json")


def _file(path: Path, filename: str, media_type: str) -> FileResponse:
    return FileResponse(path.open("rb"), as_attachment=True, filename=filename, content_type=media_type)


def _attachment(content: bytes, filename: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
