"""The sealed log: what happened, the proof of each event, and whether the log is whole."""

from __future__ import annotations

import base64

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from hexi.data.lifecycle.findings import Finding
from hexi.data.lifecycle.trust import read_trust
from hexi.registry.accounts import queries as accounts
from hexi.registry.events import merkle, queries
from hexi.registry.events.errors import NoSuchEvent
from hexi.registry.events.records import EventRecord
from hexi.registry.events.verbs import VERBS
from hexi.web import tables, wording
from hexi.web.asking import reader

EVENTS_A_PAGE = 50
HIDDEN = "account"
"""Events about these are for auditors and the account itself: they tell who works here, and when."""


def log(request: HttpRequest) -> HttpResponse:
    """The newest sealed events, and the checkpoint that covers them."""
    before = tables.whole(request.GET.get("before"))
    about = request.GET.get("about") or None
    hidden = None if _may_see(request, about or f"{HIDDEN}:") else HIDDEN
    found = queries.events_about(about, before=before, limit=EVENTS_A_PAGE, without=hidden)
    context = {
        "events": [(each, verb_title(each), place_of(each)) for each in found],
        "about": about,
        "checkpoint": queries.checkpoint(),
        "unsealed": queries.unsealed(),
        "older": found[-1].sequence if len(found) == EVENTS_A_PAGE and found[-1].sequence else None,
        "is_first": before is None,
        "hidden": hidden,
    }
    return render(request, "portal/log.html", context)


def event(request: HttpRequest, event_id: str) -> HttpResponse:
    """One event with its proof, computed here and checked here."""
    found = _event(request, event_id)
    context = {"event": found, "title": verb_title(found), "place": place_of(found)}
    try:
        proof = queries.inclusion_proof(event_id)
    except NoSuchEvent:
        # Not sealed yet: sealing takes about a second.
        return render(request, "portal/event.html", context)
    leaf = merkle.leaf_hash(proof.entry)
    signed = queries.checkpoint(proof.size)
    context |= {
        "proof": proof,
        "leaf": leaf.hex(),
        "path": [each.hex() for each in proof.path],
        "root": base64.b64encode(signed.root).decode() if signed else "",
        "is_included": signed is not None
        and merkle.is_included(leaf, index=proof.index, size=proof.size, path=proof.path, root=signed.root),
        "entry": proof.entry.decode(),
    }
    return render(request, "portal/event.html", context)


def check(request: HttpRequest) -> HttpResponse:
    """Recompute the whole log against its signed checkpoints."""
    verdict = queries.verify(trust=read_trust(settings.HEXI_TRUST))
    context = {"verdict": verdict, "problems": [_said(each) for each in verdict.problems]}
    return render(request, "portal/log_check.html", context)


def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint as it was signed, for whoever keeps one."""
    found = queries.checkpoint()
    if found is None:
        raise Http404
    return HttpResponse(found.note, content_type="text/plain; charset=utf-8")


def proof(request: HttpRequest, event_id: str) -> HttpResponse:
    """The proof of one event for machines: entry, path and signed checkpoint."""
    _event(request, event_id)
    found = queries.inclusion_proof(event_id)
    return JsonResponse(
        {
            "entry": found.entry.decode(),
            "index": found.index,
            "size": found.size,
            "path": [base64.b64encode(each).decode() for each in found.path],
            "checkpoint": found.checkpoint,
        },
        json_dumps_params={"ensure_ascii": False},
    )


def verb_title(each: EventRecord) -> str:
    """Return what was done, in words."""
    verb = VERBS.get(each.verb)
    return wording.say(verb.title) if verb else each.verb


def place_of(each: EventRecord) -> str | None:
    """Return the page about what it was done to, where there is one."""
    kind, _, name = each.object.partition(":")
    return reverse(kind, args=[name]) if kind in {"dataset", "wish"} and name else None


def _event(request: HttpRequest, event_id: str) -> EventRecord:
    found = queries.event(event_id)
    if not _may_see(request, found.object):
        raise NoSuchEvent("There is no event {event}.", event=event_id)
    return found


def _may_see(request: HttpRequest, object: str) -> bool:
    by = reader(request)
    return not object.startswith(f"{HIDDEN}:") or object == f"{HIDDEN}:{by.account}" or accounts.may(by, "event.see")


def _said(finding: Finding) -> str:
    template = gettext(finding.template)
    return template.format(**finding.facts) if finding.facts else template
