"""Runs: what was worked through when, and what is at work now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hexi.data.lifecycle.records import Step
from hexi.kernel.errors import Missing
from hexi.registry.catalog import queries as catalog
from hexi.registry.events import queries as events
from hexi.registry.runs import queries
from hexi.registry.runs.records import RunRecord, State
from hexi.web.clock import clock

BUSY = (State.QUEUED, State.RUNNING)


@dataclass(frozen=True, slots=True)
class StepShown:
    """One of the five steps and how far it is: done, now, failed, or nothing yet."""

    name: str
    state: str
    seconds: float | None


def runs(request: HttpRequest) -> HttpResponse:
    """The newest runs of all datasets."""
    recent = queries.recent(limit=50)
    titles = catalog.titles_of({each.dataset for each in recent})
    found = [(each, titles.get(each.dataset), _elapsed(each)) for each in recent]
    return render(
        request, "portal/runs.html", {"runs": found, "is_busy": any(each.state == "running" for each, *_ in found)}
    )


def run(request: HttpRequest, run_id: str) -> HttpResponse:
    """One run; the page asks again while it is at work."""
    found = queries.run(run_id)
    try:
        title = catalog.dataset(found.dataset).summary.title
    except Missing:
        # A first run that failed left no dataset behind.
        title = None
    context = {
        **progress_of(found),
        "title": title,
        "is_busy": found.state in BUSY,
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


def _elapsed(found: RunRecord) -> float:
    return ((found.finished_at or clock()) - found.started_at).total_seconds()


def _error(found: RunRecord) -> str:
    from django.utils.translation import gettext

    if not found.error_template:
        return ""
    template = gettext(found.error_template)
    return template.format(**found.error_facts) if found.error_facts else template
