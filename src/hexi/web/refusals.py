"""What a room raised, as a page that says what happened and what to do."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from hexi.kernel.errors import Conflict, Denied, HexiError, Invalid, Missing, Unavailable
from hexi.registry.accounts.errors import NotAuthorised, TokenVoid
from hexi.registry.drafts.errors import DraftNotOpen
from hexi.registry.events.verbs import VERBS
from hexi.web import wording
from hexi.web.asking import bearer, is_signed_in, reader

STATUS: dict[type[HexiError], int] = {Missing: 404, Denied: 403, Invalid: 400, Conflict: 409, Unavailable: 503}


class Refusals:
    """Turns errors of ours into answers; every other error is Django's to report."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the view does; a token that opens nothing gets nothing, not even what is open to everyone."""
        try:
            if bearer(request) is not None:
                reader(request)
        except TokenVoid as error:
            return answer(request, error)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer an error of ours."""
        return answer(request, exception) if isinstance(exception, HexiError) else None


def answer(request: HttpRequest, error: HexiError) -> HttpResponse:
    """Return the page for an error, with the status of its family.

    Whoever did not say who they are is asked to sign in instead of being refused.
    """
    if isinstance(error, TokenVoid):
        said = {"error": {"code": error.code, "message": sentence(error)}}
        return JsonResponse(said, status=401, headers={"WWW-Authenticate": "Bearer"})
    if isinstance(error, NotAuthorised) and not is_signed_in(request):
        return redirect_to_login(request.get_full_path() if request.method == "GET" else reverse("desk"))
    status = next((code for family, code in STATUS.items() if isinstance(error, family)), 500)
    return page(request, status, sentence(error))


def sentence(error: HexiError) -> str:
    """Return the error's message in the language of the page."""
    facts = error.facts
    if isinstance(error, NotAuthorised) and (verb := VERBS.get(str(facts.get("verb")))):
        done = gettext("{account} may not do this ({what}); ask an operator for the role that it takes.")
        return done.format(account=facts["account"], what=wording.say(verb.title))
    if isinstance(error, DraftNotOpen):
        facts = {**facts, "state": wording.say(wording.DRAFT_STATES[str(facts["state"])])}
    return wording.told(error.template, facts)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that does not come from a page of this session."""
    return page(
        request,
        403,
        gettext("This form is no longer fresh: its session ended, or it comes from elsewhere. Load the page anew."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address that leads nowhere."""
    return page(request, 404, "")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what may not be done."""
    return page(request, 403, "")


def failed(request: HttpRequest) -> HttpResponse:
    """Answer a mistake of ours. Asks no database: that may be what failed."""
    return page(request, 500, "")


def page(request: HttpRequest, status: int, said: str) -> HttpResponse:
    """Return the page of a status."""
    return render(request, "portal/refusal.html", {"status": status, "sentence": said}, status=status)
