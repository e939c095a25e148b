"""The register of public data resources: what is registered, one registration, applying, deciding."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hexi.kernel.errors import Conflict, Invalid, Missing
from hexi.kernel.time import working_days_left
from hexi.registry.accounts import queries as accounts
from hexi.registry.accounts.actions import require
from hexi.registry.catalog import queries as catalog
from hexi.registry.registrations import actions, queries
from hexi.registry.registrations.actions import LONGEST
from hexi.registry.registrations.records import (
    EXPIRED,
    IN_FORCE,
    PUBLIC,
    Kind,
    RegistrationRecord,
    State,
)
from hexi.web import tables
from hexi.web.asking import is_signed_in, reader
from hexi.web.clock import clock
from hexi.web.pages import subject
from hexi.web.pages.feedback import again

STATES = (*PUBLIC, EXPIRED)
"""By which the register can be filtered."""


def registrations(request: HttpRequest) -> HttpResponse:
    """The public register, the newest change first; found by code, title, publisher and state."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    today = timezone.localtime(clock()).date()
    page = tables.whole(request.GET.get("page")) or 1
    found, total = queries.registrations(text, on=today, state=state, offset=(page - 1) * queries.PAGE)
    context = {
        "registrations": found,
        "listed": catalog.titles_of({each.dataset for each in found}),
        "total": total,
        "text": text,
        "state": state,
        "states": STATES,
        "may_decide": accounts.organisations_where(reader(request), "registration.register") != frozenset(),
        **_pages(page, total, {"q": text, "state": state}),
    }
    return render(request, "portal/registrations/list.html", context)


def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for a decision of who is signed in, who applied first comes first."""
    by = reader(request)
    if accounts.organisations_where(by, "registration.register") == frozenset():
        require(by, "registration.register", "registrations")
    page = tables.whole(request.GET.get("page")) or 1
    found, total = queries.to_decide(by, offset=(page - 1) * queries.PAGE)
    today = timezone.localtime(clock()).date()
    lines = [
        (
            registration,
            application,
            application.notice_until is not None and application.notice_until < today and not application.waiting,
        )
        for registration, application in found
    ]
    context = {"lines": lines, "total": total, **_pages(page, total, {})}
    return render(request, "portal/registrations/waiting.html", context)


def registration(request: HttpRequest, registration_id: str) -> HttpResponse:
    """One registration: what the register says, its history; object to it, answer, decide."""
    by, said, now = reader(request), request.POST, clock()
    record = queries.registration(registration_id, reader=by)
    template = "portal/registrations/one.html"
    if request.method != "POST":
        return render(request, template, _one(request, record))
    text = said.get("text", "")
    try:
        match said.get("do"):
            case "object":
                actions.raise_objection(registration_id, text=text, by=by, now=now)
            case "answer":
                actions.answer(said.get("objection", ""), text=text, by=by, now=now)
            case "return":
                actions.give_back(registration_id, because=text, by=by, now=now)
            case "notice":
                actions.open_notice(registration_id, by=by, now=now)
            case "register":
                actions.register(registration_id, by=by, now=now)
    except (Invalid, Conflict) as error:
        return again(request, template, _one(request, record) | {"typed": said}, error)
    return redirect("registration", registration_id)


def apply(request: HttpRequest, name: str) -> HttpResponse:
    """Apply to register a dataset as it stands, or to change, correct or cancel its registration: one page confirms."""
    by, found = reader(request), queries.open_for(name)
    try:
        summary = subject.dataset(name).summary
    except Missing:
        # What left the catalogue can still be struck off, by who may; to all others it is not there.
        if found is None or not accounts.may(by, "registration.apply", found.organisation):
            raise
        organisation, facts, kinds = found.organisation, found.facts, [Kind.CANCELLATION]
    else:
        organisation, facts = summary.publisher_id, queries.facts_of(summary)
        kinds = [each for each in Kind if each != Kind.FIRST]
    require(by, "registration.apply", name, organisation=organisation)
    context: dict[str, Any] = {
        "dataset": name,
        "facts": facts,
        "found": found,
        "is_first": found is None,
        "is_listed": kinds != [Kind.CANCELLATION],
        "may_apply": found is None or found.state in IN_FORCE,
        "kinds": kinds,
        "longest": LONGEST,
        "typed": request.POST,
        "chosen": request.POST.get("kind") or request.GET.get("kind", ""),
    }
    template = "portal/registrations/apply.html"
    if request.method != "POST":
        return render(request, template, context)
    kind, reason = request.POST.get("kind", ""), request.POST.get("reason", "")
    try:
        made = actions.apply(name, kind=kind, reason=reason, by=by, now=clock())
    except (Invalid, Conflict) as error:
        return again(request, template, context, error)
    return redirect("registration", made)


def _one(request: HttpRequest, record: RegistrationRecord) -> dict[str, Any]:
    by, today = reader(request), timezone.localtime(clock()).date()
    summary, open_one = record.summary, record.under_way
    until = open_one.notice_until if open_one else None
    is_in_notice = until is not None and today <= until
    is_listed = bool(catalog.titles_of({summary.dataset}))
    may_decide = open_one is not None and accounts.may(by, "registration.register", summary.organisation)
    is_own = open_one is not None and open_one.applied_by == by.account
    may_apply = open_one is None and accounts.may(by, "registration.apply", summary.organisation)
    ends = summary.valid_until if open_one is None and summary.state in IN_FORCE else None
    return {
        "registration": summary,
        "runs_out": ends is not None and ends <= queries.renewable_until(today),
        "is_over": ends is not None and not summary.holds(on=today),
        "days_to_end": working_days_left(today, ends - timedelta(days=1)) if ends else 0,
        "may_renew": is_listed and may_apply,
        "applications": record.applications,
        "under_way": open_one,
        "is_in_notice": is_in_notice,
        "days_left": working_days_left(today, until) if until else 0,
        "is_listed": is_listed,
        "may_cancel": not is_listed and may_apply and summary.state in IN_FORCE,
        "is_signed_in": is_signed_in(request),
        "may_object": is_in_notice and is_signed_in(request),
        "may_answer": accounts.may(by, "registration.answer", summary.organisation),
        "may_decide": may_decide and not is_own,
        "is_own": may_decide and is_own,
        "may_register": open_one is not None
        and open_one.state == State.NOTICE
        and not is_in_notice
        and not open_one.waiting,
        "sees_names": accounts.may(by, queries.SEE, summary.organisation),
        "longest": LONGEST,
        "asking": by.account,
    }


def _pages(page: int, total: int, kept: dict[str, str]) -> dict[str, Any]:
    before, after, last = tables.page_numbers(page, total, size=queries.PAGE)
    said = urlencode({name: value for name, value in kept.items() if value})
    return {
        "before": f"?{said}&page={before}" if before else "",
        "after": f"?{said}&page={after}" if after else "",
        "number": page,
        "last": last,
    }
