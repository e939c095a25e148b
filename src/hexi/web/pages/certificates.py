"""The certificate of a version, as a page that can be printed and hung up."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from hexi.data.lake.tables import Lake
from hexi.data.lifecycle.certificates import read_certificate
from hexi.data.lifecycle.trust import read_trust
from hexi.web.clock import clock
from hexi.web.pages import subject


def certificate(request: HttpRequest, name: str) -> HttpResponse:
    """What the node's key vouches for, and how anybody checks it."""
    record = subject.dataset(name)
    version = subject.version_of(request, record)
    text = Lake(settings.HEXI_LAKE).dataset(name).certificate(version.certificate_sha256)
    said = read_certificate(text, file=f"{version.certificate_sha256}.json")
    key = read_trust(settings.HEXI_TRUST).key(said.node.key)
    context = {
        "version": version,
        "said": said,
        "key": key,
        "standing": key.standing(said.made_at).value if key else "unknown",
        "now": clock(),
        "score": said.accepted / said.rows if said.rows else 0.0,
        "address": request.build_absolute_uri(reverse("certificate-file", args=[name, version.certificate_sha256])),
        "trust_address": request.build_absolute_uri(reverse("trust")),
        "download": request.build_absolute_uri(reverse("file", args=[name, f"{name}.v{version.version}.csv"])),
        "download_name": f"{name}.v{version.version}.csv",
        "broken": [each for each in version.rules if each.failed],
    }
    return render(request, "portal/certificate.html", {**subject.context(record, tab="certificate"), **context})
