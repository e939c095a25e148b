"""Wishes: datasets that people miss, who else misses them, and what became of it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hexi.kernel.errors import Conflict, Denied, Invalid, Missing
from hexi.kernel.names import Text
from hexi.registry.accounts import queries as accounts
from hexi.registry.accounts.actions import require
from hexi.registry.feedback import actions, queries
from hexi.registry.feedback.checking import LONGEST
from hexi.registry.parties import queries as parties
from hexi.web import refusals, tables
from hexi.web.asking import is_signed_in, reader
from hexi.web.clock import clock
from hexi.web.pages.feedback import again


def wishes(request: HttpRequest) -> HttpResponse:
    """What is missed, the most missed first; found by its words."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    only_open = request.GET.get("open") == "1"
    page = tables.whole(request.GET.get("page")) or 1
    found, total = queries.wishes(text, reader=reader(request), only_open=only_open, offset=(page - 1) * queries.PAGE)
    before, after, last = tables.page_numbers(page, total, size=queries.PAGE)
    kept = urlencode({"q": text, **({"open": "1"} if only_open else {})})
    context = {
        "wishes": found,
        "total": total,
        "text": text,
        "only_open": only_open,
        "before": f"?{kept}&page={before}" if before else "",
        "after": f"?{kept}&page={after}" if after else "",
        "number": page,
        "last": last,
        "names": _names(),
        "is_signed_in": is_signed_in(request),
    }
    return render(request, "portal/feedback/wishes.html", context)


def make(request: HttpRequest) -> HttpResponse:
    """Say what is missing, why, and from whom."""
    by = reader(request)
    require(by, "request.ask", "wish")
    said = request.POST if request.method == "POST" else request.GET
    typed = {each: said.get(each, "") for each in ("title", "reason", "organisation")}
    organisations = sorted(_names().items(), key=lambda each: each[1].zh)
    context = {"typed": typed, "organisations": organisations, "longest": LONGEST}
    if request.method != "POST":
        return render(request, "portal/feedback/wish_new.html", context)
    try:
        made = actions.wish(**typed, by=by, now=clock())
    except (Invalid, Denied) as error:
        return again(request, "portal/feedback/wish_new.html", context, error)
    return redirect("wish", made)


def wish(request: HttpRequest, wish_id: str) -> HttpResponse:
    """One wish: join it, take one's own back; for whoever should have the data, answer it, also for good."""
    by, said = reader(request), request.POST
    record = queries.wish(wish_id, reader=by)
    context = {
        "wish": record,
        "names": _names(),
        "longest": LONGEST,
        "may_withdraw": record.is_mine and record.account == by.account and not record.has_ended,
        "is_late": record.is_late(on=timezone.localtime(clock()).date()),
        "may_answer": not record.has_ended and accounts.may(by, "request.answer", record.organisation or None),
    }
    if request.method != "POST":
        return render(request, "portal/feedback/wish.html", context)
    text = said.get("text", "")
    try:
        match said.get("do"):
            case "join":
                actions.join(wish_id, by=by, now=clock())
            case "withdraw":
                actions.withdraw_wish(wish_id, by=by, now=clock())
            case "close":
                actions.close_wish(wish_id, text=text, by=by, now=clock())
            case _:
                actions.answer_wish(wish_id, text=text, dataset=said.get("dataset", "").strip(), by=by, now=clock())
    except (Invalid, Conflict) as error:
        return again(request, "portal/feedback/wish.html", context | {"typed": said}, error)
    except Missing as error:
        context |= {"typed": said, "error": refusals.sentence(error)}
        return render(request, "portal/feedback/wish.html", context, status=400)
    return redirect("wish", wish_id)


def _names() -> dict[str, Text]:
    return {id: each.title for id, each in parties.organisations().items()}
