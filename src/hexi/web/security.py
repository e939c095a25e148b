"""What holds for every request and answer of the portal: forms come from its pages, pages load nothing elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hexi.web import asking, providers

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'{origins}",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class TokensNeedNoForm:
    """Lets programs send without having loaded a form: no other site can make a browser show a token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the view does."""
        if asking.bearer(request) is not None:
            vars(request)["_dont_enforce_csrf_checks"] = True
        return self.get_response(request)


class ContentSecurity:
    """Says to the browser that scripts, styles and pictures come from here, never from within a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the policy in the head."""
        response = self.get_response(request)
        # A browser holds the way from our form to the provider of signing in to this, too.
        origins = "".join(f" {each}" for each in providers.origins(settings.SOCIALACCOUNT_PROVIDERS))
        response.headers.setdefault("Content-Security-Policy", POLICY.format(origins=origins))
        if request.COOKIES.get(settings.SESSION_COOKIE_NAME) or asking.bearer(request) is not None:
            # What one reader may see is kept by nobody else, and by no “back” after signing out.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
