"""The ways in that are ours to answer before allauth does."""

from __future__ import annotations

from allauth.socialaccount.providers.openid_connect import views
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import override

from hexi.kernel.errors import Unavailable
from hexi.web import providers


class ProviderAway(Unavailable):
    """The organisation's provider of signing in does not answer."""

    code = "account.provider-away"


def leave(request: HttpRequest) -> HttpResponse:
    """Send the browser to the organisation's provider. Raises `ProviderAway`."""
    try:
        # The way back has one address, the one that the provider was told of, whatever the page's language.
        with override(settings.LANGUAGE_CODE):
            answer: HttpResponse = views.login(request, providers.ID)
    except (OSError, ValueError, KeyError):
        raise ProviderAway(
            "The provider of signing in does not answer. Try again in a minute, or sign in with a password."
        ) from None
    return answer


def closed(request: HttpRequest) -> HttpResponse:
    """Refuse a page of allauth's that this node has no use for: nobody signs up, and addresses are the operator's."""
    raise Http404
