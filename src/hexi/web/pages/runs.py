"""Runs: what was worked through when, and what is at work now."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from hexi.data.lifecycle.records import Step
from hexi.kernel.errors import Missing
from hexi.kernel.names import Text
from hexi.registry.accounts import queries as accounts
from hexi.registry.catalog import queries as catalog
from hexi.registry.events import queries as events
from hexi.registry.runs import queries
from hexi.registry.runs.records import RunRecord, State
from hexi.web import tables, wording
from hexi.web.asking import reader
from hexi.web.clock import clock

BUSY = (State.QUEUED, State.RUNNING)
RUNS_A_PAGE = 50
YEARS = range(1970, 3000)
"""Whoever asks for another one asks for no month: at its ends the calendar has no midnight everywhere."""


@dataclass(frozen=True, slots=True)
class StepShown:
    """One of the five steps and how far it is: done, now, failed, or nothing yet."""

    name: str
    state: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class RunShown:
    """A line of a list of runs."""

    run: RunRecord
    title: Text | None
    """None where the catalogue has no such dataset: a first run that failed leaves none behind."""
    elapsed_s: float


def runs(request: HttpRequest) -> HttpResponse:
    """The runs of all datasets, the newest first; those of some states, of one month."""
    asked, month = set(request.GET.getlist("state")), _month(request.GET.get("month", ""))
    states = tuple(each for each in State if each.value in asked)
    counts = queries.counts(month=month)
    total = sum(number for state, number in counts.items() if not states or state in states)
    number = max(1, tables.whole(request.GET.get("page")) or 1)
    found = queries.recent(states=states or None, month=month, limit=RUNS_A_PAGE, offset=(number - 1) * RUNS_A_PAGE)
    before, after, last = tables.page_numbers(number, total, size=RUNS_A_PAGE)
    months = queries.months()
    if month is not None and month not in months:
        # The form says what is asked for, also where that is nothing.
        months = (*months, month)
    schedules = queries.schedules()
    titles = catalog.titles_of({each.dataset for each in schedules})
    context = {
        "schedules": [(each, titles[each.dataset]) for each in schedules if each.dataset in titles],
        "runs": shown(found),
        "is_busy": any(each.state == State.RUNNING for each in found),
        "total": total,
        "is_filtered": bool(states) or month is not None,
        "states": [(each, counts.get(each, 0), each in states) for each in State if each in counts or each in states],
        "months": [(f"{each:%Y-%m}", each == month) for each in months],
        "number": number,
        "last": last,
        "before": address(states, month, page=before) if before else None,
        "after": address(states, month, page=after) if after else None,
    }
    return render(request, "portal/runs.html", context)


def shown(found: Iterable[RunRecord]) -> list[RunShown]:
    """Return runs as lines of `portal/parts/runs.html`, in their order."""
    runs = list(found)
    titles = catalog.titles_of({each.dataset for each in runs})
    return [RunShown(each, titles.get(each.dataset), _elapsed(each)) for each in runs]


def address(states: Iterable[State] = (), month: date | None = None, *, page: int = 1) -> str:
    """Return where exactly the runs of some states and one month are listed; of all where none is named."""
    pairs: list[tuple[str, str | int]] = [("state", each.value) for each in states]
    if month is not None:
        pairs.append(("month", f"{month:%Y-%m}"))
    if page > 1:
        pairs.append(("page", page))
    return reverse("runs") + (f"?{urlencode(pairs)}" if pairs else "")


def run(request: HttpRequest, run_id: str) -> HttpResponse:
    """One run; the page asks again while it is at work."""
    found = queries.run(run_id)
    title, publisher = None, None
    # A first run that failed left no dataset behind.
    with suppress(Missing):
        summary = catalog.dataset(found.dataset).summary
        title, publisher = summary.title, summary.publisher_id
    context = {
        **progress_of(found),
        "title": title,
        "is_busy": found.state in BUSY,
        "may_stop": found.state in BUSY and accounts.may(reader(request), "run.cancel", publisher),
        "elapsed": _elapsed(found),
        "events": events.events_about(f"dataset:{found.dataset}", limit=8),
    }
    return render(request, "portal/run.html", context)


def progress_of(found: RunRecord) -> dict[str, Any]:
    """Return the variables of `portal/parts/run_progress.html`."""
    return {
        "run": found,
        "steps": _steps(found),
        "worked": found.rows_done / found.rows_total * 100 if found.rows_total else None,
        "error": _error(found),
    }


def _steps(found: RunRecord) -> list[StepShown]:
    names = [each.value for each in Step]
    at = names.index(found.step) if found.step in names else 0
    shown = []
    for i, name in enumerate(names):
        if found.state == "done":
            state = "done"
        elif found.state == "unchanged":
            state = "done" if i == 0 else ""
        elif i == at:
            state = {"running": "now", "queued": ""}.get(found.state, "failed")
        else:
            state = "done" if i < at else ""
        shown.append(StepShown(name, state, found.seconds.get(name)))
    return shown


def _month(text: str) -> date | None:
    """Return the first day of a month of an address, or None where it names none."""
    year, month = (tables.whole(each) or 0 for each in (text[:4], text[5:]))
    is_one = text[4:5] == "-" and year in YEARS and 1 <= month <= 12
    return date(year, month, 1) if is_one else None


def _elapsed(found: RunRecord) -> float:
    return ((found.finished_at or clock()) - found.started_at).total_seconds()


def _error(found: RunRecord) -> str:
    return wording.told(found.error_template, found.error_facts) if found.error_template else ""
