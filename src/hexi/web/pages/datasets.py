"""The list of datasets: searched, filtered, sorted; a plain form, quicker with htmx."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hexi.registry.catalog import queries as catalog
from hexi.web import wording

FILTERS = ("theme", "publisher", "sharing", "openness", "map")
SORTS = ("relevance", "newest", "rows", "quality", "title")


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a facet and the address that makes it, or takes it back."""

    title: str
    count: int
    href: str
    is_chosen: bool


def datasets(request: HttpRequest) -> HttpResponse:
    """What there is, by words and by filters."""
    text = request.GET.get("q", "").strip()[:200]
    chosen = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else ("relevance" if text else "newest")
    found = catalog.find(text, filters=chosen, sort=sort)
    base = {**({"q": text} if text else {}), **chosen, **({"sort": sort} if "sort" in request.GET else {})}
    facets = [
        (
            title,
            [
                Choice(
                    wording.say(each.title),
                    each.count,
                    _address(base, name, None if chosen.get(name) == each.value else each.value),
                    chosen.get(name) == each.value,
                )
                for each in found.facets.get(name, ())
            ],
        )
        for name, title in _titles().items()
    ]
    context = {
        "found": found,
        "text": text,
        "chosen": chosen,
        "sort": sort,
        "sorts": [(name, _sort_title(name)) for name in SORTS if text or name != "relevance"],
        "facets": [(title, choices) for title, choices in facets if choices],
        "without": _address({"q": text} if text else {}, "", None),
    }
    return render(request, "portal/datasets.html", context)


def _address(base: dict[str, str], name: str, value: str | None) -> str:
    query = {key: each for key, each in base.items() if key != name}
    if value is not None:
        query[name] = value
    return "?" + urlencode(query)


def _titles() -> dict[str, str]:
    return {
        "theme": gettext("Theme"),
        "publisher": gettext("Publisher"),
        "sharing": gettext("Sharing class"),
        "openness": gettext("Openness"),
        "map": gettext("Map"),
    }


def _sort_title(name: str) -> str:
    return {
        "relevance": gettext("Best match"),
        "newest": gettext("Newest first"),
        "rows": gettext("Most rows first"),
        "quality": gettext("Lowest quality first"),
        "title": gettext("By title"),
    }[name]
