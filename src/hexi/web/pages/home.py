"""The first page: search, the state of the node, what is new, the plan, the map."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from hexi.packs import queries as packs
from hexi.registry.catalog import queries as catalog
from hexi.web.asking import is_signed_in, reader
from hexi.web.clock import clock
from hexi.web.keeping import kept
from hexi.web.pages import mapping, plan
from hexi.web.pages.story import story_of

NEWEST = 6
SPARKS = 5


def home(request: HttpRequest) -> HttpResponse:
    """What this node holds, at a glance."""
    context = {"body": kept(request, lambda: _body(request)), "is_signed_in": is_signed_in(request)}
    return render(request, "portal/home.html", context)


def _body(request: HttpRequest) -> SafeString:
    now, asking = clock(), reader(request)
    facts = catalog.facts()
    newest = catalog.find(sort="newest", limit=NEWEST).datasets
    page = next((each for each in packs.pages() if each.kind == "plan"), None)
    found = mapping.map_of_places(reader=asking, now=now)
    context = {
        "facts": facts,
        "share": facts.accepted / facts.rows if facts.rows else 1.0,
        "newest": newest,
        "story": story_of(catalog.messiest(), reader=asking, now=now),
        "plan": page,
        "series": plan.series_of(page, reader=asking, now=now)[:SPARKS] if page else (),
        "map": found[0] if found else None,
        "map_of": found[1] if found else None,
    }
    return render_to_string("portal/parts/home.html", context, request)
