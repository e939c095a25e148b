"""Who asks, and when."""

from __future__ import annotations

from django.http import HttpRequest

from hexi.kernel.actors import EVERYONE, Actor


def reader(request: HttpRequest) -> Actor:
    """Return who reads. Nobody signs in to this portal yet, so that is everyone."""
    return EVERYONE
