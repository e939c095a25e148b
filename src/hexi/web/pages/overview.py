"""The node at a glance, for those who answer for it: what it holds, how good it is, what failed, what is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from hexi.exchange.door import queries as door
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.records import Sums
from hexi.registry.parties import queries as parties
from hexi.registry.runs import queries as runs
from hexi.registry.runs.records import State
from hexi.registry.search.records import FacetCount
from hexi.web import wording
from hexi.web.charts import BarPart, BarRow
from hexi.web.keeping import kept

SHOWN, USED = 10, 6
MONTHS = 12
GOOD, BAD = 0, 3
"""Series of what was accepted and of what is in quarantine."""
FAILURES = (State.FAILED, State.LOST)


def overview(request: HttpRequest) -> HttpResponse:
    """Sums of the whole node, and where to look further."""
    return render(request, "portal/overview.html", {"body": kept(request, lambda: _body(request))})


def _body(request: HttpRequest) -> SafeString:
    facts, found = catalog.facts(), catalog.find(limit=0)
    publishers, months = catalog.sums_by_publisher(limit=SHOWN), catalog.sums_by_month(limit=MONTHS)
    used = door.most_used(limit=USED)
    failed = runs.recent(states=FAILURES, limit=SHOWN)
    titles = catalog.titles_of({*used, *(each.dataset for each in failed)})
    counts = runs.counts()
    context: dict[str, Any] = {
        "facts": facts,
        "share": facts.accepted / facts.rows if facts.rows else 1.0,
        "runs": sum(counts.values()),
        "failures": sum(counts.get(each, 0) for each in FAILURES),
        "failed": [(each, titles.get(each.dataset)) for each in failed],
        "used": [(name, titles[name], each) for name, each in used.items() if name in titles],
        "charts": [
            (gettext("Rows by organisation"), _chart(gettext("Rows by organisation"), _by_publisher(publishers))),
            (gettext("Rows certified by month"), _chart(gettext("Rows certified by month"), _by_month(months))),
            *(
                (title, _chart(title, _by_facet(facet, found.facets.get(facet, ()))))
                for facet, title in (
                    ("theme", gettext("Datasets by theme")),
                    ("sharing", gettext("Datasets by sharing class")),
                    ("openness", gettext("Datasets by openness")),
                )
            ),
        ],
    }
    return render_to_string("portal/parts/overview.html", context, request)


def _chart(title: str, rows: Iterable[BarRow]) -> dict[str, Any]:
    return {"title": title, "rows": tuple(rows)}


def _by_publisher(sums: Mapping[str, Sums]) -> Iterable[BarRow]:
    titles = parties.titles_of(list(sums))
    most = max((each.rows for each in sums.values()), default=0) or 1
    for id, each in sums.items():
        yield _row(wording.say(titles.get(id)), each, most, f"{reverse('datasets')}?{urlencode({'publisher': id})}")


def _by_month(sums: Mapping[date, Sums]) -> Iterable[BarRow]:
    most = max((each.rows for each in sums.values()), default=0) or 1
    for month, each in sums.items():
        yield _row(f"{month:%Y-%m}", each, most, reverse("runs"))


def _by_facet(name: str, counts: Iterable[FacetCount]) -> Iterable[BarRow]:
    shown = list(counts)[:SHOWN]
    most = max((each.count for each in shown), default=0) or 1
    for each in shown:
        part = BarPart(start=0, width=each.count / most * 100, series=GOOD, hover=wording.count(each.count))
        href = f"{reverse('datasets')}?{urlencode({name: each.value})}"
        yield BarRow(label=wording.say(each.title), amount=each.count, parts=(part,), href=href)


def _row(label: str, sums: Sums, most: int, href: str) -> BarRow:
    """A bar of rows: what was accepted, then what is in quarantine."""
    good = sums.accepted / most * 100
    said = gettext("%(share)s accepted") % {"share": wording.percent(sums.accepted / sums.rows if sums.rows else 1.0)}
    parts = (
        BarPart(start=0, width=good, series=GOOD, hover=said),
        BarPart(start=good, width=(sums.rows - sums.accepted) / most * 100, series=BAD, hover=said),
    )
    return BarRow(label=label, amount=sums.rows, parts=parts, href=href)
