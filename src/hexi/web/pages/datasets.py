"""The list of datasets: searched, filtered, sorted, page by page; a plain form, quicker with htmx."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext

from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.records import DatasetSummary, Found
from hexi.registry.search.records import Part
from hexi.web import tables, wording

FILTERS = ("theme", "publisher", "sharing", "openness", "map")
SORTS = ("relevance", "newest", "rows", "quality", "title")
RESULTS_A_PAGE = 25
SUGGESTIONS = 8
SYNONYMS_SHOWN = 4
TEXT_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Result:
    """A dataset that was found, and its fields that hold what was looked for."""

    summary: DatasetSummary
    fields: tuple[tuple[str, tuple[Part, ...]], ...]
    """Name of the field, and its title in pieces."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a facet and the address that makes it, or takes it back."""

    title: str
    count: int
    href: str
    is_chosen: bool


def datasets(request: HttpRequest) -> HttpResponse:
    """What there is, by words and by filters."""
    text = request.GET.get("q", "").strip()[:TEXT_AT_MOST]
    chosen = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else ("relevance" if text else "newest")
    language = get_language() or "zh"
    number = max(1, tables.whole(request.GET.get("page")) or 1)
    found = catalog.find(
        text,
        filters=chosen,
        sort=sort,
        language=language,
        limit=RESULTS_A_PAGE,
        offset=(number - 1) * RESULTS_A_PAGE,
    )
    before, after, last = tables.page_numbers(number, found.total, size=RESULTS_A_PAGE)
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
        "results": [
            Result(each, tuple((hit.name, hit.parts(language)) for hit in found.fields.get(each.name, ())))
            for each in found.datasets
        ],
        "correction": found.correction,
        "corrected": _address({"q": found.correction or ""}, "", None),
        "synonyms": _synonyms(found),
        "number": number,
        "last": last,
        "before": _address(base, "page", str(before)) if before else None,
        "after": _address(base, "page", str(after)) if after else None,
        "text": text,
        "chosen": chosen,
        "sort": sort,
        "sorts": [(name, _sort_title(name)) for name in SORTS if text or name != "relevance"],
        "facets": [(title, choices) for title, choices in facets if choices],
        "without": _address({"q": text} if text else {}, "", None),
    }
    return render(request, "portal/datasets.html", context)


def suggest(request: HttpRequest) -> HttpResponse:
    """The best datasets for what is typed so far, as a part of a page."""
    text = request.GET.get("q", "").strip()[:TEXT_AT_MOST]
    found = catalog.suggest(text, limit=SUGGESTIONS)
    return render(request, "portal/parts/suggestions.html", {"found": found, "text": text})


def _synonyms(found: Found) -> list[tuple[str, str]]:
    if not found.total:
        return []
    comma = ", " if wording.is_english() else "、"
    return [(said, comma.join(others[:SYNONYMS_SHOWN])) for said, others in found.synonyms]


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
