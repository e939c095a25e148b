"""What Hexi is, and how to check what it says."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hexi.data.lifecycle.trust import read_trust
from hexi.registry.catalog import queries as catalog


def about(request: HttpRequest) -> HttpResponse:
    """Hexi in five minutes."""
    facts = catalog.facts()
    example = catalog.messiest()
    return render(request, "portal/about.html", {"facts": facts, "example": example})


def verify(request: HttpRequest) -> HttpResponse:
    """How to check a copy without trusting this node."""
    return render(request, "portal/verify.html", {"trust": read_trust(settings.HEXI_TRUST)})
