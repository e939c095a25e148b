"""What users say back about a dataset: follow it, doubt it, ask to read it; and what was answered."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from hexi.kernel.errors import Conflict, Denied, HexiError, Invalid
from hexi.registry.accounts.actions import require
from hexi.registry.catalog.records import DatasetRecord
from hexi.registry.feedback import actions, queries
from hexi.registry.feedback.checking import LONGEST
from hexi.registry.feedback.records import Kind, QuestionRecord
from hexi.registry.parties import queries as parties
from hexi.web import refusals, wording
from hexi.web.asking import reader
from hexi.web.clock import clock
from hexi.web.pages import subject

STATUS = {Invalid: 400, Denied: 429, Conflict: 409}
"""What a form is answered with that comes back as it was typed; asking too much is the only thing denied there."""


def follow(request: HttpRequest) -> HttpResponse:
    """Follow a dataset or an organisation, or follow it no longer; back to where one came from."""
    said = request.POST
    verb, object = (actions.unfollow, "unfollow") if "unfollow" in said else (actions.follow, "follow")
    verb(said.get(object, "")[:200], by=reader(request), now=clock())
    back = said.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, None) else "desk")


def questions(request: HttpRequest, name: str) -> HttpResponse:
    """The tab of a dataset: what was doubted and what the publisher answered."""
    record = subject.dataset(name)
    context = {"answered": queries.answered(name), "waiting": queries.waiting_about(name)}
    return render(request, "portal/dataset/questions.html", {**subject.context(record, tab="questions"), **context})


def correct(request: HttpRequest, name: str) -> HttpResponse:
    """Doubt a dataset, a field, or one row."""
    by, record = reader(request), subject.dataset(name)
    require(by, "correction.ask", name)
    said = request.POST if request.method == "POST" else request.GET
    typed = {each: said.get(each, "") for each in ("field", "row", "proposal", "reason")}
    context = _form(record) | {"typed": typed, "fields": record.contract.fields}
    if request.method != "POST":
        return render(request, "portal/feedback/correct.html", context)
    try:
        made = actions.ask_correction(name, **typed, by=by, now=clock())
    except (Invalid, Denied, Conflict) as error:
        return again(request, "portal/feedback/correct.html", context, error)
    return redirect("question", made)


def ask(request: HttpRequest, name: str) -> HttpResponse:
    """Ask to read a dataset: whom, and for what purpose."""
    by, record = reader(request), subject.dataset(name)
    require(by, "request.ask", name)
    context = _form(record) | {
        "typed": request.POST,
        "waiting": queries.waits_for(name, reader=by),
        "posts": parties.posts(record.summary.publisher_id, on=timezone.localtime(clock()).date()),
    }
    if request.method != "POST":
        return render(request, "portal/feedback/ask.html", context)
    try:
        made = actions.ask_access(name, purpose=request.POST.get("purpose", ""), by=by, now=clock())
    except (Invalid, Denied, Conflict) as error:
        return again(request, "portal/feedback/ask.html", context, error)
    return redirect("question", made)


def question(request: HttpRequest, question_id: str) -> HttpResponse:
    """One question: what was asked and said; answer it, pass it on, or doubt the answer."""
    by, said, now = reader(request), request.POST, clock()
    record = queries.question(question_id, reader=by)
    if request.method != "POST":
        return render(request, "portal/feedback/question.html", _question(request, record))
    text = said.get("text", "")
    try:
        match said.get("do"):
            case "pass":
                organisation = said.get("organisation", "")
                actions.pass_on(question_id, organisation=organisation, text=text, by=by, now=now)
            case "reopen":
                actions.reopen(question_id, because=text, by=by, now=now)
            case _:
                actions.answer(question_id, said.get("outcome", ""), text=text, by=by, now=now)
    except (Invalid, Conflict) as error:
        return again(request, "portal/feedback/question.html", _question(request, record) | {"typed": said}, error)
    # Who passed it on may have no part in it any more.
    has_part = record.account == by.account or said.get("do") != "pass"
    return redirect("question", question_id) if has_part else redirect("desk")


def again(request: HttpRequest, template: str, context: dict[str, Any], error: HexiError) -> HttpResponse:
    """Show a form again with what was typed and what is wrong with it."""
    status = next(code for family, code in STATUS.items() if isinstance(error, family))
    return render(request, template, context | {"error": refusals.sentence(error)}, status=status)


def _form(record: DatasetRecord) -> dict[str, Any]:
    return {"summary": record.summary, "contract": record.contract, "longest": LONGEST}


def _question(request: HttpRequest, record: QuestionRecord) -> dict[str, Any]:
    by, today = reader(request), timezone.localtime(clock()).date()
    names = {id: each.title for id, each in parties.organisations().items()}
    may_answer = queries.may_answer(record.kind, record.organisation, by=by)
    return {
        "question": record,
        "is_request": record.kind == Kind.REQUEST,
        "names": names,
        "is_late": record.is_late(on=today),
        "may_answer": record.is_waiting and may_answer,
        "may_reopen": record.account == by.account and not record.is_waiting and not record.is_reopened,
        "others": sorted(
            ((id, wording.say(title)) for id, title in names.items() if id != record.organisation),
            key=lambda each: each[1],
        ),
        "longest": LONGEST,
    }
