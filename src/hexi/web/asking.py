"""Who asks: by a session, by a token, or nobody in particular."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from django.conf import settings
from django.http import HttpRequest

from hexi.kernel.actors import EVERYONE, Actor
from hexi.registry.accounts import queries as accounts
from hexi.web.clock import clock

BEARER = "bearer "
_KNOWN: WeakKeyDictionary[HttpRequest, Actor] = WeakKeyDictionary()
"""Who asked is found out once for each request."""


def reader(request: HttpRequest) -> Actor:
    """Return who asks. Raises `TokenVoid` for a token that opens nothing: who shows one does not want to be nobody.

    Costs no query for whoever shows neither cookie nor token, and one for each request otherwise.
    """
    known = _KNOWN.get(request)
    if known is None:
        known = _KNOWN[request] = _reader(request)
    return known


def is_signed_in(request: HttpRequest) -> bool:
    """Whether somebody in particular asks."""
    return reader(request).account != EVERYONE.account


def bearer(request: HttpRequest) -> str | None:
    """Return the token that a program shows; whoever shows one is nobody else, whatever cookies there are."""
    said = request.headers.get("Authorization", "")
    return said[len(BEARER) :].strip() if said.lower().startswith(BEARER) else None


def _reader(request: HttpRequest) -> Actor:
    token = bearer(request)
    if token is not None:
        return accounts.bearer(token, now=clock())
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return EVERYONE
    user = request.user
    return Actor(account=user.name, party=user.party) if user.is_authenticated else EVERYONE
