"""Parts of pages that are made once and shown until something happens on the node."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import get_language

from hexi.registry.events import queries as events
from hexi.web.asking import reader

T = TypeVar("T")
KEPT_S = 30
"""How long at most: a grant that ends by itself leaves no event."""


def shelf() -> BaseCache:
    """Where parts of pages are kept: apart from what counts wrong passwords, which readers must not push out."""
    return caches["pages"]


def kept(request: HttpRequest, make: Callable[[], T]) -> T:
    """Return what `make` made last for this reader, address and language, unless something happened since.

    Every action leaves an event, a revoked grant or a new version among them, so what is shown is never older
    than the last one. Within a transaction nothing is kept: it may never have happened.
    """
    if connection.in_atomic_block:
        return make()
    asking = reader(request)
    said = "\n".join(
        str(each) for each in (events.state(), asking.account, asking.party, get_language(), request.get_full_path())
    )
    key = "kept:" + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
    found: T | None = shelf().get(key)
    if found is None:
        found = make()
        shelf().set(key, found, KEPT_S)
    return found
