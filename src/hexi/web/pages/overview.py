"""The node at a glance, for those who answer for it: what it holds, how good it is, what ran and what is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, timedelta
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
from hexi.registry.catalog.records import Freshness, Promise, Sums
from hexi.registry.parties import queries as parties
from hexi.registry.runs import queries as runs
from hexi.registry.runs.records import State
from hexi.registry.search.records import FacetCount
from hexi.web import charts, wording
from hexi.web.charts import BAD, GOOD, OTHER, BarPart, BarRow
from hexi.web.clock import clock
from hexi.web.keeping import kept
from hexi.web.pages import runs as run_pages

SHOWN, USED = 10, 6
NEWEST = 6
NAMED = 50
"""Datasets of one kind of promise that are named at most."""
MONTHS = 12
DAYS = 30
LOOKED, DOWNLOADED = 0, 2
FAILURES = (State.FAILED, State.LOST)
ENDED_WELL = (State.DONE, State.UNCHANGED)


def overview(request: HttpRequest) -> HttpResponse:
    """Sums of the whole node, and where to look further."""
    return render(request, "portal/overview.html", {"body": kept(request, lambda: _body(request))})


def _body(request: HttpRequest) -> SafeString:
    facts, found = catalog.facts(), catalog.find(limit=0)
    publishers, months = catalog.sums_by_publisher(limit=SHOWN), catalog.sums_by_month(limit=MONTHS)
    used = door.most_used(limit=USED)
    titles = catalog.titles_of(set(used))
    counts = runs.counts()
    context: dict[str, Any] = {
        "facts": facts,
        "share": facts.accepted / facts.rows if facts.rows else 1.0,
        "runs": sum(counts.values()),
        "failures": sum(counts.get(each, 0) for each in FAILURES),
        "failures_at": run_pages.address(FAILURES),
        "newest": run_pages.shown(runs.recent(limit=NEWEST)),
        "run_charts": [
            (title, _chart(title, rows))
            for title, rows in (
                (gettext("Runs by state"), _by_state(counts)),
                (gettext("Runs by month"), _by_run_month(runs.counts_by_month(limit=MONTHS))),
            )
        ],
        "used": [(name, titles[name], each) for name, each in used.items() if name in titles],
        "themes": _chart(gettext("Accepted rows by theme"), _by_theme()),
        "month_count": len(months),
        "months": _share_by_month(months) if len(months) > 1 else None,
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
    context |= _promises(request.GET.get("promise", "")) | _use()
    return render_to_string("portal/parts/overview.html", context, request)


def _promises(asked: str) -> dict[str, Any]:
    """What became of the promises of freshness, and the datasets of the kind asked for by name, else the late ones."""
    which = Freshness(asked) if asked in set(Freshness) else Freshness.LATE
    counts = catalog.promise_counts(now=clock())
    found = catalog.promised(which, now=clock(), limit=NAMED)
    series = {Freshness.KEPT: GOOD, Freshness.LATE: BAD, Freshness.NONE: OTHER}
    most = max(counts.values()) or 1
    rows = [
        BarRow(
            label=wording.say(wording.FRESHNESS[each]),
            amount=counts[each],
            parts=(BarPart(start=0, width=counts[each] / most * 100, series=series[each], hover=str(counts[each])),),
            href=f"{reverse('overview')}?{urlencode({'promise': each.value})}#promises",
        )
        for each in Freshness
    ]
    return {
        "promises": _chart(gettext("Promises of freshness"), rows),
        **promised(counts, which, found),
    }


def promised(counts: Mapping[Freshness, int], which: Freshness, found: tuple[Promise, ...]) -> dict[str, Any]:
    """What `portal/parts/promised.html` shows: some of the datasets that `counts` counts as `which`."""
    return {
        "which": which,
        "named": found,
        "unnamed": counts[which] - len(found),
        "promised": counts[Freshness.KEPT] + counts[Freshness.LATE],
    }


def _use() -> dict[str, Any]:
    """How often data was looked at and downloaded on each of the last days, which the meter tells in UTC."""
    today = clock().astimezone(UTC).date()
    since = today - timedelta(days=DAYS - 1)
    used = door.used_by_day(since=since)
    days = [since + timedelta(days=each) for each in range(DAYS)]
    counted = [(day, (used[day].views, used[day].downloads) if day in used else (0, 0)) for day in days]
    series = ((gettext("looked at"), LOOKED), (gettext("downloaded"), DOWNLOADED))
    title = gettext("Looked at and downloaded by day")
    return {
        "views": sum(each.views for each in used.values()),
        "downloads": sum(each.downloads for each in used.values()),
        "days": charts.days(counted, title=title, series=series) if used else None,
        "series": series,
    }


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
        yield _row(f"{month:%Y-%m}", each, most, run_pages.address((State.DONE,), month))


def _by_theme() -> Iterable[BarRow]:
    """The share of accepted rows of each theme, as a bar that is whole where all are."""
    for theme, each in catalog.sums_by_theme(limit=SHOWN).items():
        href = f"{reverse('datasets')}?{urlencode({'theme': theme.zh, 'sort': 'quality'})}"
        row = _row(wording.say(theme), each, each.rows or 1, href)
        yield replace(row, said=wording.percent(each.quality))


def _share_by_month(sums: Mapping[date, Sums]) -> SafeString:
    points = [(f"{month:%Y-%m}", each.quality) for month, each in reversed(list(sums.items()))]
    return charts.shares(points, title=gettext("Accepted rows by month"))


def _by_state(counts: Mapping[str, int]) -> Iterable[BarRow]:
    most = max(counts.values(), default=0) or 1
    for state in State:
        if state in counts:
            part = BarPart(
                start=0, width=counts[state] / most * 100, series=_series(state), hover=wording.count(counts[state])
            )
            said = wording.say(wording.RUN_STATES[state])
            yield BarRow(label=said, amount=counts[state], parts=(part,), href=run_pages.address((state,)))


def _by_run_month(months: Mapping[date, Mapping[str, int]]) -> Iterable[BarRow]:
    """The runs that began in each month: those that came to their end, the rest, those that failed."""
    most = max((sum(each.values()) for each in months.values()), default=0) or 1
    for month, counts in months.items():
        start, parts = 0.0, []
        for series in (GOOD, OTHER, BAD):
            found = {state: number for state, number in counts.items() if _series(state) == series}
            width = sum(found.values()) / most * 100
            hover = "; ".join(
                f"{wording.say(wording.RUN_STATES[State(state)])}: {wording.count(number)}"
                for state, number in found.items()
            )
            if found:
                parts.append(BarPart(start=start, width=width, series=series, hover=hover))
            start += width
        yield BarRow(
            label=f"{month:%Y-%m}",
            amount=sum(counts.values()),
            parts=tuple(parts),
            href=run_pages.address(month=month),
        )


def _series(state: str) -> int:
    return GOOD if state in ENDED_WELL else BAD if state in FAILURES else OTHER


def _by_facet(name: str, counts: Iterable[FacetCount]) -> Iterable[BarRow]:
    shown = list(counts)[:SHOWN]
    most = max((each.count for each in shown), default=0) or 1
    for each in shown:
        part = BarPart(start=0, width=each.count / most * 100, series=GOOD, hover=wording.count(each.count))
        href = f"{reverse('datasets')}?{urlencode({name: each.value})}"
        yield BarRow(label=wording.say(each.title), amount=each.count, parts=(part,), href=href)


def _row(label: str, sums: Sums, most: int, href: str) -> BarRow:
    return charts.accepted_row(label, rows=sums.rows, accepted=sums.accepted, most=most, href=href)
